/*
 * absence.c
 *	  Absence measures of a set of enrolments.
 */
#include "core/absence.h"

#include <string.h>

bool
persistently_absent(const SessionCount *sessions)
{
	return sessions->possible > 0 && 10 * (sessions->authorised + sessions->unauthorised) >= sessions->possible;
}

bool
severely_absent(const SessionCount *sessions)
{
	return sessions->possible > 0 && 2 * (sessions->authorised + sessions->unauthorised) >= sessions->possible;
}

/* ---------- columns ---------- */

/* Before the reasons, and after them. */
static const AbsenceColumn head[] = {
	{COUNT_ENROLMENTS, COUNT_NOTHING},
	{COUNT_POSSIBLE, COUNT_NOTHING},
	{COUNT_OVERALL, COUNT_NOTHING},
	{COUNT_AUTHORISED, COUNT_NOTHING},
	{COUNT_UNAUTHORISED, COUNT_NOTHING},
	{COUNT_OVERALL, COUNT_POSSIBLE},
	{COUNT_AUTHORISED, COUNT_POSSIBLE},
	{COUNT_UNAUTHORISED, COUNT_POSSIBLE},
	{COUNT_PERSISTENT, COUNT_NOTHING},
	{COUNT_PERSISTENT, COUNT_ENROLMENTS},
	{COUNT_SEVERE, COUNT_NOTHING},
	{COUNT_SEVERE, COUNT_ENROLMENTS}
};
static const AbsenceColumn tail[] = {
	{COUNT_ATTENDING, COUNT_NOTHING},
	{COUNT_APPROVED_ACTIVITY, COUNT_NOTHING},
	{COUNT_LATE, COUNT_NOTHING},
	{COUNT_NOT_POSSIBLE, COUNT_NOTHING},
	{COUNT_ADMINISTRATIVE, COUNT_NOTHING},
	{COUNT_UNRECORDED, COUNT_NOTHING},
	{COUNT_POSSIBLE_PERSISTENT, COUNT_NOTHING},
	{COUNT_OVERALL_PERSISTENT, COUNT_NOTHING},
	{COUNT_AUTHORISED_PERSISTENT, COUNT_NOTHING},
	{COUNT_UNAUTHORISED_PERSISTENT, COUNT_NOTHING},
	{COUNT_OVERALL_PERSISTENT, COUNT_POSSIBLE_PERSISTENT},
	{COUNT_AUTHORISED_PERSISTENT, COUNT_POSSIBLE_PERSISTENT},
	{COUNT_UNAUTHORISED_PERSISTENT, COUNT_POSSIBLE_PERSISTENT}
};

#define HEAD_COLUMNS ((int) (sizeof(head) / sizeof(head[0])))
#define TAIL_COLUMNS ((int) (sizeof(tail) / sizeof(tail[0])))

_Static_assert(HEAD_COLUMNS + REASON_COUNT + TAIL_COLUMNS == ABSENCE_COLUMNS, "columns of abie.absence_measures");

AbsenceColumn
absence_column(int number)
{
	if (number < HEAD_COLUMNS)
		return head[number];
	if (number < HEAD_COLUMNS + REASON_COUNT)
		return (AbsenceColumn) {COUNT_REASONS + number - HEAD_COLUMNS, COUNT_NOTHING};
	return tail[number - HEAD_COLUMNS - REASON_COUNT];
}

/* ---------- adding ---------- */

static void
add_sessions(SessionCount *sum, const SessionCount *sessions)
{
	sum->possible += sessions->possible;
	sum->authorised += sessions->authorised;
	sum->unauthorised += sessions->unauthorised;
}

/* Count an enrolment by its sessions; false if it has none possible and is not counted. */
static bool
add_enrolment(AbsenceState *state, const SessionCount *sessions)
{
	if (sessions->possible == 0)
		return false;
	state->enrolments++;
	if (persistently_absent(sessions))
	{
		state->persistent++;
		state->severe += severely_absent(sessions);
		add_sessions(&state->of_persistent, sessions);
	}
	return true;
}

void
absence_add_stretch(AbsenceState *state, const MarkStretch *stretch)
{
	if (add_enrolment(state, &stretch->sessions))
		tally_add_stretch(&state->tally, stretch);
}

bool
absence_add_tally(AbsenceState *state, const Tally *tally)
{
	SessionCount sessions = tally_sessions(tally);

	if (sessions.possible == 0)
		return true;
	if (!tally_add(&state->tally, tally))
		return false;
	add_enrolment(state, &sessions);
	return true;
}

bool
absence_combine(AbsenceState *state, const AbsenceState *other)
{
	if (state->enrolments > TALLY_MAX - other->enrolments || !tally_add(&state->tally, &other->tally))
		return false;
	state->enrolments += other->enrolments;
	state->persistent += other->persistent;
	state->severe += other->severe;
	add_sessions(&state->of_persistent, &other->of_persistent);
	return true;
}

/* Whether so many enrolments, each with a possible session, can have these sessions. Any numbers: nothing overflows. */
static bool
sessions_fit(int64_t enrolments, const SessionCount *sessions)
{
	return enrolments >= 0 && sessions->authorised >= 0 && sessions->unauthorised >= 0
		&& sessions->authorised <= sessions->possible
		&& sessions->unauthorised <= sessions->possible - sessions->authorised
		&& enrolments <= sessions->possible && (enrolments > 0 || sessions->possible == 0);
}

bool
absence_check(const AbsenceState *state)
{
	const SessionCount *part = &state->of_persistent;
	SessionCount all;
	SessionCount rest;

	if (!tally_check(&state->tally) || state->enrolments > TALLY_MAX || state->persistent > state->enrolments)
		return false;
	all = tally_sessions(&state->tally);
	if (!sessions_fit(state->enrolments, &all) || !sessions_fit(state->persistent, part) ||
		part->possible > all.possible)
		return false;
	rest = (SessionCount) {
		all.possible - part->possible, all.authorised - part->authorised, all.unauthorised - part->unauthorised
	};
	/* the rule holds for the sums, since it holds for each enrolment on either side of it */
	return sessions_fit(state->enrolments - state->persistent, &rest) && !persistently_absent(&rest)
		&& (state->persistent == 0 || persistently_absent(part))
		&& state->severe >= 0 && state->severe <= state->persistent;
}

/* ---------- counts ---------- */

/* What the marks add up to, by reason and category. */
static void
count_marks(const Tally *tally, int64_t count[ABSENCE_COUNTS])
{
	static const int of_category[CATEGORY_COUNT] = {
		[CATEGORY_UNRECORDED] = COUNT_UNRECORDED,
		[CATEGORY_PRESENT] = COUNT_ATTENDING,
		[CATEGORY_APPROVED_ACTIVITY] = COUNT_APPROVED_ACTIVITY,
		[CATEGORY_AUTHORISED] = COUNT_AUTHORISED,
		[CATEGORY_UNAUTHORISED] = COUNT_UNAUTHORISED,
		[CATEGORY_NOT_POSSIBLE] = COUNT_NOT_POSSIBLE,
		[CATEGORY_ADMINISTRATIVE] = COUNT_ADMINISTRATIVE
	};

	for (int mark = 0; mark < MARK_COUNT; mark++)
	{
		if (mark_class[mark].reason != REASON_NONE)
			count[COUNT_REASONS + mark_class[mark].reason] += tally->count[mark];
		if (mark_class[mark].possible)
			count[COUNT_POSSIBLE] += tally->count[mark];
		/* X as used for covid is possible and has a column of its own; what is left is Z and # */
		if (mark_class[mark].category != CATEGORY_ADMINISTRATIVE || !mark_class[mark].possible)
			count[of_category[mark_class[mark].category]] += tally->count[mark];
	}
	count[COUNT_ATTENDING] += count[COUNT_APPROVED_ACTIVITY];
	count[COUNT_OVERALL] = count[COUNT_AUTHORISED] + count[COUNT_UNAUTHORISED];
	count[COUNT_LATE] = tally->count[MARK_L];
}

void
absence_counts(const AbsenceState *state, int64_t count[ABSENCE_COUNTS])
{
	memset(count, 0, sizeof(int64_t) * ABSENCE_COUNTS);
	count_marks(&state->tally, count);
	count[COUNT_ENROLMENTS] = state->enrolments;
	count[COUNT_PERSISTENT] = state->persistent;
	count[COUNT_SEVERE] = state->severe;
	count[COUNT_POSSIBLE_PERSISTENT] = state->of_persistent.possible;
	count[COUNT_AUTHORISED_PERSISTENT] = state->of_persistent.authorised;
	count[COUNT_UNAUTHORISED_PERSISTENT] = state->of_persistent.unauthorised;
	count[COUNT_OVERALL_PERSISTENT] = state->of_persistent.authorised + state->of_persistent.unauthorised;
}
