/*
 * absence_week.c
 *	  Counting sessions by school week.
 *
 * Counts are kept kind by kind and not week by week: a register then touches few
 * lines of memory, since nearly all of its marks are of one kind.
 */
#include "core/absence_week.h"

#include <string.h>

/* ---------- kinds ---------- */

static uint8_t kind_of_mark[MARK_LIMIT];

static int
find_kind(Mark mark)
{
	static const int of_category[CATEGORY_COUNT] = {
		[CATEGORY_UNRECORDED] = WEEK_UNRECORDED,
		[CATEGORY_PRESENT] = WEEK_PRESENT,
		[CATEGORY_APPROVED_ACTIVITY] = WEEK_APPROVED_ACTIVITY,
		[CATEGORY_NOT_POSSIBLE] = WEEK_NOT_POSSIBLE,
		[CATEGORY_ADMINISTRATIVE] = WEEK_ADMINISTRATIVE
	};

	/* every mark of absence has a reason, and so has X as used for covid */
	if (mark_class[mark].reason != REASON_NONE)
		return WEEK_REASONS + (int) mark_class[mark].reason;
	return mark == MARK_L ? WEEK_LATE : of_category[mark_class[mark].category];
}

void
absence_week_start(void)
{
	tally_start();
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		kind_of_mark[mark] = (uint8_t) find_kind((Mark) mark);
}

static bool
kind_possible(int kind)
{
	return kind == WEEK_PRESENT || kind == WEEK_LATE || kind == WEEK_APPROVED_ACTIVITY
		|| (kind >= WEEK_REASONS && kind <= WEEK_REASONS + REASON_X_COVID);
}

/* ---------- spans ---------- */

static int64_t
end_of_weeks(const AbsenceWeeks *weeks)
{
	return (int64_t) weeks->start + 7 * (int64_t) weeks->weeks;
}

RegisterFault
weeks_span(const AbsenceWeeks *one, const AbsenceWeeks *other, AbsenceWeeks *span)
{
	int64_t		end = end_of_weeks(one) > end_of_weeks(other) ? end_of_weeks(one) : end_of_weeks(other);

	if (one->weeks == 0 || other->weeks == 0)
		*span = one->weeks == 0 ? *other : *one;
	else
	{
		span->start = one->start < other->start ? one->start : other->start;
		if (end - span->start > 7 * (int64_t) REGISTER_MAX_WEEKS)
			return REGISTER_TOO_LONG;
		span->weeks = (int) ((end - span->start) / 7);
	}
	span->whole = NULL;
	span->count = NULL;
	return REGISTER_GOOD;
}

AbsenceWeeks
weeks_of_range(const Register *source, SessionRange range)
{
	SessionRange whole = whole_weeks(range);

	return (AbsenceWeeks) {
		.start = day_of_session(source->start, whole.first), .weeks = (whole.end - whole.first) / REGISTER_WEEK
	};
}

/* ---------- adding ---------- */

/* A register on its way into the counts; weeks are those that it touches. */
typedef struct Enrolment
{
	uint32_t   *count;			/* of its first week */
	int			weeks;
	int			before;			/* sessions of the first week that are outside its range */
	int			after;			/* and of the last */
	MarkStretch stretch;
	uint16_t	week[REGISTER_MAX_SESSIONS];	/* of each of the others */
	uint32_t   *place[REGISTER_MAX_SESSIONS];	/* and where it is counted */
	uint8_t		not_possible[REGISTER_MAX_WEEKS];	/* sessions */
	uint8_t		counted[REGISTER_MAX_WEEKS];	/* has a possible session */
} Enrolment;

/*
 * Find where each of the others is counted.  Schools come in any order, and the
 * counts of the next are seldom in the cache: they are asked for ahead.
 */
static void
place_others(Enrolment *enrolment, int all_weeks)
{
	const MarkStretch *stretch = &enrolment->stretch;

	memset(enrolment->not_possible, 0, enrolment->weeks);
	for (int i = 0; i < stretch->others; i++)
	{
		Mark		mark = stretch_other(stretch, i);
		int			week = (enrolment->before + stretch->other[i]) / REGISTER_WEEK;

		enrolment->week[i] = (uint16_t) week;
		enrolment->place[i] = enrolment->count + kind_of_mark[mark] * all_weeks + week;
		__builtin_prefetch(enrolment->place[i], 1);
		enrolment->not_possible[week] += !mark_class[mark].possible;
	}
}

/* Count the enrolment in weeks in which it has a possible session, as if it were present in all. */
static bool
count_present(Enrolment *enrolment, uint32_t *present)
{
	bool		fits = true;

	for (int week = 0; week < enrolment->weeks; week++)
	{
		int			sessions = REGISTER_WEEK - (week == 0 ? enrolment->before : 0)
			- (week == enrolment->weeks - 1 ? enrolment->after : 0);
		uint8_t		counted = sessions > enrolment->not_possible[week];

		enrolment->counted[week] = counted;
		enrolment->count[week] += counted;
		present[week] += counted * sessions;
		fits &= enrolment->count[week] <= WEEK_MOST_ENROLMENTS;
	}
	return fits;
}

/* Add the enrolment to the whole; false if that is beyond its limits. */
static bool
add_to_whole(AbsenceWhole *whole, const MarkStretch *stretch)
{
	const SessionCount *sessions = &stretch->sessions;

	absence_add_stretch(&whole->absence, stretch);
	return sessions->possible == 0
		|| rate_error_add(&whole->rate, sessions->authorised + sessions->unauthorised, sessions->possible);
}

bool
weeks_add_register(AbsenceWeeks *weeks, const Register *source, SessionRange range)
{
	AbsenceWeeks touched = weeks_of_range(source, range);
	uint32_t   *count = weeks->count + (touched.start - weeks->start) / 7;
	uint32_t   *present = count + WEEK_PRESENT * weeks->weeks;
	bool		fits;
	Enrolment	enrolment;

	enrolment.count = count;
	enrolment.weeks = touched.weeks;
	enrolment.before = range.first % REGISTER_WEEK;
	enrolment.after = (REGISTER_WEEK - range.end % REGISTER_WEEK) % REGISTER_WEEK;
	for (int week = 0; week < touched.weeks; week += 64 / (int) sizeof(*count))
	{
		__builtin_prefetch(count + week, 1);
		__builtin_prefetch(present + week, 1);
	}
	stretch_read(source->mark, range, &enrolment.stretch);
	place_others(&enrolment, weeks->weeks);
	fits = count_present(&enrolment, present);
	for (int i = 0; i < enrolment.stretch.others; i++)
	{
		present[enrolment.week[i]] -= enrolment.counted[enrolment.week[i]];
		*enrolment.place[i] += enrolment.counted[enrolment.week[i]];
	}
	return add_to_whole(weeks->whole, &enrolment.stretch) && fits;
}

bool
weeks_add(AbsenceWeeks *weeks, const AbsenceWeeks *other)
{
	uint32_t   *count = weeks->count + (other->start - weeks->start) / 7;

	for (int week = 0; week < other->weeks; week++)
		if (count[week] + other->count[week] > WEEK_MOST_ENROLMENTS)
			return false;
	for (int kind = 0; kind < WEEK_KINDS; kind++)
		for (int week = 0; week < other->weeks; week++)
			count[kind * weeks->weeks + week] += other->count[kind * other->weeks + week];
	return absence_combine(&weeks->whole->absence, &other->whole->absence)
		&& rate_error_combine(&weeks->whole->rate, &other->whole->rate);
}

/* ---------- checking ---------- */

static bool
check_week(const AbsenceWeeks *weeks, int week)
{
	uint32_t	enrolments = weeks->count[week];
	uint64_t	possible = 0;
	uint64_t	marks = 0;

	for (int kind = WEEK_ENROLMENTS + 1; kind < WEEK_KINDS; kind++)
	{
		marks += weeks->count[kind * weeks->weeks + week];
		if (kind_possible(kind))
			possible += weeks->count[kind * weeks->weeks + week];
	}
	return enrolments <= WEEK_MOST_ENROLMENTS && enrolments <= possible
		&& marks <= REGISTER_WEEK * (uint64_t) enrolments;
}

static bool
check_span(const AbsenceWeeks *weeks)
{
	if (weeks->weeks == 0)
		return weeks->start == 0;
	return weeks->weeks > 0 && weeks->weeks <= REGISTER_MAX_WEEKS && weeks->start >= REGISTER_FIRST_DAY
		&& weeks->start <= REGISTER_LAST_DAY && weekday(weeks->start) == 0
		&& end_of_weeks(weeks) - 3 <= REGISTER_LAST_DAY;
}

/* Whether weeks are of the whole: possible sessions are all in some week, others only where there is one possible. */
static bool
check_sums(const AbsenceWeeks *weeks)
{
	const AbsenceState *absence = &weeks->whole->absence;
	int64_t		of_kind[WEEK_KINDS] = {absence->enrolments};

	for (int mark = 0; mark < MARK_COUNT; mark++)
		of_kind[kind_of_mark[mark]] += absence->tally.count[mark];
	for (int kind = 0; kind < WEEK_KINDS; kind++)
	{
		int64_t		sum = 0;

		for (int week = 0; week < weeks->weeks; week++)
			sum += weeks->count[kind * weeks->weeks + week];
		if (kind == WEEK_ENROLMENTS ? sum < of_kind[kind]
			: kind_possible(kind) ? sum != of_kind[kind] : sum > of_kind[kind])
			return false;
	}
	return true;
}

/* Whether the two parts of the whole are of the same enrolments. */
static bool
check_whole(const AbsenceWhole *whole)
{
	SessionCount sessions;

	/* counts beyond their limits must not be added up */
	if (!absence_check(&whole->absence) || !rate_error_check(&whole->rate))
		return false;
	sessions = tally_sessions(&whole->absence.tally);
	return whole->rate.enrolments == whole->absence.enrolments && whole->rate.possible == sessions.possible
		&& whole->rate.absent == sessions.authorised + sessions.unauthorised;
}

bool
weeks_check(const AbsenceWeeks *weeks)
{
	if (!check_whole(weeks->whole) || !check_span(weeks))
		return false;
	for (int week = 0; week < weeks->weeks; week++)
		if (!check_week(weeks, week) || weeks->count[week] > weeks->whole->absence.enrolments)
			return false;
	return check_sums(weeks);
}

/* ---------- counts ---------- */

/* The sum over kinds first to last of a week. */
static int64_t
sum_of_kinds(const AbsenceWeeks *weeks, int week, int first, int last)
{
	int64_t		sum = 0;

	for (int kind = first; kind <= last; kind++)
		sum += weeks->count[kind * weeks->weeks + week];
	return sum;
}

void
weeks_counts(const AbsenceWeeks *weeks, int week, int64_t count[ABSENCE_COUNTS])
{
	memset(count, 0, sizeof(int64_t) * ABSENCE_COUNTS);
	for (int reason = 0; reason < REASON_COUNT; reason++)
		count[COUNT_REASONS + reason] = weeks->count[(WEEK_REASONS + reason) * weeks->weeks + week];
	count[COUNT_ENROLMENTS] = weeks->count[week];
	count[COUNT_LATE] = weeks->count[WEEK_LATE * weeks->weeks + week];
	count[COUNT_APPROVED_ACTIVITY] = weeks->count[WEEK_APPROVED_ACTIVITY * weeks->weeks + week];
	count[COUNT_ATTENDING] = sum_of_kinds(weeks, week, WEEK_PRESENT, WEEK_APPROVED_ACTIVITY);
	count[COUNT_AUTHORISED] = sum_of_kinds(weeks, week, WEEK_REASONS, WEEK_REASONS + REASON_AUTH_OTHER);
	count[COUNT_UNAUTHORISED] =
		sum_of_kinds(weeks, week, WEEK_REASONS + REASON_UNAUTH_HOLIDAY, WEEK_REASONS + REASON_UNAUTH_NOYET);
	count[COUNT_OVERALL] = count[COUNT_AUTHORISED] + count[COUNT_UNAUTHORISED];
	count[COUNT_POSSIBLE] = count[COUNT_ATTENDING] + count[COUNT_OVERALL] + count[COUNT_REASONS + REASON_X_COVID];
	count[COUNT_NOT_POSSIBLE] = weeks->count[WEEK_NOT_POSSIBLE * weeks->weeks + week]
		+ count[COUNT_REASONS + REASON_Y_EXCEPTIONAL] + count[COUNT_REASONS + REASON_Q_LA_ARRANGEMENTS];
	count[COUNT_ADMINISTRATIVE] = weeks->count[WEEK_ADMINISTRATIVE * weeks->weeks + week];
	count[COUNT_UNRECORDED] = weeks->count[WEEK_UNRECORDED * weeks->weeks + week];
}
