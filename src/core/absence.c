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

#define REASON(number) COUNT_REASONS + (number), COUNT_NOTHING

const AbsenceColumn absence_columns[] = {
	{"enrolments", COUNT_ENROLMENTS, COUNT_NOTHING},
	{"sess_possible", COUNT_POSSIBLE, COUNT_NOTHING},
	{"sess_overall", COUNT_OVERALL, COUNT_NOTHING},
	{"sess_authorised", COUNT_AUTHORISED, COUNT_NOTHING},
	{"sess_unauthorised", COUNT_UNAUTHORISED, COUNT_NOTHING},
	{"sess_overall_percent", COUNT_OVERALL, COUNT_POSSIBLE},
	{"sess_authorised_percent", COUNT_AUTHORISED, COUNT_POSSIBLE},
	{"sess_unauthorised_percent", COUNT_UNAUTHORISED, COUNT_POSSIBLE},
	{"enrolments_pa_10_exact", COUNT_PERSISTENT, COUNT_NOTHING},
	{"enrolments_pa_10_exact_percent", COUNT_PERSISTENT, COUNT_ENROLMENTS},
	{"enrolments_pa_50_exact", COUNT_SEVERE, COUNT_NOTHING},
	{"enrolments_pa_50_exact_percent", COUNT_SEVERE, COUNT_ENROLMENTS},
	{"sess_auth_illness", REASON(0)},
	{"sess_auth_appointments", REASON(1)},
	{"sess_auth_religious", REASON(2)},
	{"sess_auth_study", REASON(3)},
	{"sess_auth_traveller", REASON(4)},
	{"sess_auth_holiday", REASON(5)},
	{"sess_auth_ext_holiday", REASON(6)},
	{"sess_auth_excluded", REASON(7)},
	{"sess_auth_interview", REASON(8)},
	{"sess_auth_reg_performance", REASON(9)},
	{"sess_auth_temp_reduced_timetable", REASON(10)},
	{"sess_auth_other", REASON(11)},
	{"sess_unauth_holiday", REASON(12)},
	{"sess_unauth_late", REASON(13)},
	{"sess_unauth_other", REASON(14)},
	{"sess_unauth_noyet", REASON(15)},
	{"sess_x_covid", REASON(16)},
	{"sess_y_exceptional", REASON(17)},
	{"sess_q_la_arrangements", REASON(18)},
	{"sess_attending", COUNT_ATTENDING, COUNT_NOTHING},
	{"sess_approved_activity", COUNT_APPROVED_ACTIVITY, COUNT_NOTHING},
	{"sess_late", COUNT_LATE, COUNT_NOTHING},
	{"sess_not_possible", COUNT_NOT_POSSIBLE, COUNT_NOTHING},
	{"sess_administrative", COUNT_ADMINISTRATIVE, COUNT_NOTHING},
	{"sess_unrecorded", COUNT_UNRECORDED, COUNT_NOTHING},
	{"sess_possible_pa_10_exact", COUNT_POSSIBLE_PERSISTENT, COUNT_NOTHING},
	{"sess_overall_pa_10_exact", COUNT_OVERALL_PERSISTENT, COUNT_NOTHING},
	{"sess_authorised_pa_10_exact", COUNT_AUTHORISED_PERSISTENT, COUNT_NOTHING},
	{"sess_unauthorised_pa_10_exact", COUNT_UNAUTHORISED_PERSISTENT, COUNT_NOTHING},
	{"sess_overall_percent_pa_10_exact", COUNT_OVERALL_PERSISTENT, COUNT_POSSIBLE_PERSISTENT},
	{"sess_authorised_percent_pa_10_exact", COUNT_AUTHORISED_PERSISTENT, COUNT_POSSIBLE_PERSISTENT},
	{"sess_unauthorised_percent_pa_10_exact", COUNT_UNAUTHORISED_PERSISTENT, COUNT_POSSIBLE_PERSISTENT}
};

const int	absence_column_count = sizeof(absence_columns) / sizeof(absence_columns[0]);

/* The reason a mark counts for, or COUNT_NOTHING. */
static int	reason_of_mark[MARK_LIMIT];

static int
reason_column(const char *reason_group)
{
	for (int i = 0; i < absence_column_count; i++)
		if (absence_columns[i].count >= COUNT_REASONS && strcmp(absence_columns[i].name, reason_group) == 0)
			return absence_columns[i].count;
	return COUNT_NOTHING;
}

void
absence_start(void)
{
	tally_start();
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		reason_of_mark[mark] = COUNT_NOTHING;
	for (int i = 0; i < attendance_code_count; i++)
	{
		const AttendanceCode *row = &attendance_codes[i];

		if (row->mark == MARK_LIMIT || row->reason_group == NULL || reason_of_mark[row->mark] != COUNT_NOTHING)
			continue;
		/* the codes that followed Y are published one by one in the daily data only; EES has the column of Y */
		reason_of_mark[row->mark] = reason_column(strncmp(row->reason_group, "reason_y", 8) == 0
												  ? "sess_y_exceptional" : row->reason_group);
	}
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
	return tally_add(&state->tally, tally) && add_enrolment(state, &sessions);
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
		if (reason_of_mark[mark] != COUNT_NOTHING)
			count[reason_of_mark[mark]] += tally->count[mark];
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
