/*
 * register_properties.c
 *	  What must hold for every register that was accepted, by text or binary.
 */
#include "fuzz.h"

#include "core/pupil.h"

/* sessions of which the threshold of penalty notices is counted again for each session */
#define PENALTY_NOTICE_TRIED 160

static bool
same_register(const Register *one, const Register *other)
{
	return one->start == other->start && one->count == other->count && memcmp(one->mark, other->mark, one->count) == 0;
}

static void
require_checked(const Register *source)
{
	RegisterError error;

	REQUIRE(register_check(source, &error) == REGISTER_GOOD);
	REQUIRE(source->count == 0 || day_of_session(source->start, source->count - 1) <= REGISTER_LAST_DAY);
}

/* The text reads back to the same value, with any white space or none among the marks. */
static void
require_text(const Register *source)
{
	char	   *text = malloc(REGISTER_TEXT_LENGTH(source->count) + 1);
	char	   *again = malloc(REGISTER_TEXT_LENGTH(source->count) + 1);
	size_t		length = register_print(source, text);
	size_t		kept = 0;
	Mark		mark[REGISTER_MAX_SESSIONS];
	Register	back;
	RegisterError error;

	REQUIRE(length == strlen(text) && length <= (size_t) REGISTER_TEXT_LENGTH(source->count));
	REQUIRE(register_parse(text, length, mark, &back, &error) == REGISTER_GOOD);
	REQUIRE(same_register(source, &back));
	REQUIRE(register_print(&back, again) == length && strcmp(text, again) == 0);
	for (size_t i = 0; i < length; i++)
		if (!is_space(text[i]))
			again[kept++] = text[i];
	REQUIRE(register_parse(again, kept, mark, &back, &error) == REGISTER_GOOD);
	REQUIRE(same_register(source, &back));
	free(text);
	free(again);
}

/* ---------- windows ---------- */

/* The weeks a range touches, with nothing recorded outside the range. */
static void
require_slice(const Register *source, SessionRange range)
{
	SessionRange weeks = whole_weeks(range);
	int			count = weeks.end - weeks.first;
	Mark	   *mark = malloc(count + 1);

	REQUIRE(weeks.first >= 0 && weeks.first <= weeks.end && weeks.end <= source->count);
	REQUIRE(count == 0 ? range.first == range.end : weeks.first <= range.first && weeks.end >= range.end);
	REQUIRE(count < range.end - range.first + 2 * REGISTER_WEEK);
	memset(mark, MARK_NONE, count);
	memcpy(mark + range.first % REGISTER_WEEK, source->mark + range.first, range.end - range.first);
	require_checked(&(Register) {day_of_session(source->start, weeks.first), count, mark});
	free(mark);
}

/* A stretch and the functions of a pupil, against counting one by one. */
static void
require_counts(const Mark *mark, SessionRange range)
{
	static MarkStretch stretch;
	Tally		tally = {0};
	Tally		counted = {0};
	SessionCount by_weekday[REGISTER_WEEK];
	SessionCount sum = {0};
	SessionCount of_tally;
	AbsenceRun	run = longest_absence(mark, range);
	int			first = first_absence(mark, range);
	int			on_roll = first_on_roll(mark, range);
	int			absent = 0;

	stretch_read(mark, range, &stretch);
	tally_add_stretch(&tally, &stretch);
	for (int session = range.first; session < range.end; session++)
		counted.count[mark[session]]++;
	REQUIRE(memcmp(&tally, &counted, sizeof(Tally)) == 0);
	of_tally = tally_sessions(&tally);
	REQUIRE(memcmp(&stretch.sessions, &of_tally, sizeof(SessionCount)) == 0);
	sessions_by_weekday(mark, range, by_weekday);
	for (int i = 0; i < REGISTER_WEEK; i++)
	{
		sum.possible += by_weekday[i].possible;
		sum.authorised += by_weekday[i].authorised;
		sum.unauthorised += by_weekday[i].unauthorised;
	}
	REQUIRE(memcmp(&sum, &of_tally, sizeof(SessionCount)) == 0);
	absent = (int) (sum.authorised + sum.unauthorised);
	REQUIRE((first >= range.first && first < range.end) || (first == -1 && absent == 0));
	REQUIRE(first == -1 || (on_roll >= range.first && on_roll <= first));
	REQUIRE(run.sessions <= absent && (run.sessions > 0) == (absent > 0));
	REQUIRE(run.sessions == 0 || (run.first >= first && run.last < range.end));
	REQUIRE(run.sessions == 0 || run.last - run.first + 1 >= run.sessions);
	REQUIRE(absence_band(&sum) >= (sum.possible > 0 ? 0 : -1) && absence_band(&sum) <= 100);
	REQUIRE(!severely_absent(&sum) || persistently_absent(&sum));
}

/* Sessions that count for a penalty notice in the school weeks up to a session, ten at most. */
static int
unauthorised_up_to(const Mark *mark, int first, int session)
{
	int			count = 0;
	int			weeks = 0;

	for (int week = session - session % REGISTER_WEEK; week + REGISTER_WEEK > first && weeks < PENALTY_NOTICE_WEEKS;
		 week -= REGISTER_WEEK)
	{
		bool		school_week = false;

		for (int i = week > first ? week : first; i < week + REGISTER_WEEK && i <= session; i++)
		{
			school_week |= mark[i] != MARK_CLOSED && mark[i] != MARK_NONE;
			count += mark[i] == MARK_G || mark[i] == MARK_N || mark[i] == MARK_O || mark[i] == MARK_U;
		}
		weeks += school_week;
	}
	return count;
}

static void
require_penalty_notice(const Mark *mark, SessionRange range)
{
	PenaltyNotice notice = penalty_notice(mark, range);
	int			reached = -1;

	for (int session = range.first; session < range.end && reached < 0; session++)
		if (unauthorised_up_to(mark, range.first, session) >= PENALTY_NOTICE_SESSIONS)
			reached = session;
	REQUIRE(notice.reached == reached);
	REQUIRE(notice.sessions == (range.first == range.end ? 0 : unauthorised_up_to(mark, range.first, range.end - 1)));
}

/* A day near the register, or anywhere. */
static Day
some_day(const Register *source, uint64_t *seed)
{
	uint64_t	number = next_number(seed);
	Day			far[] = {
		INT32_MIN, INT32_MAX, REGISTER_FIRST_DAY, REGISTER_LAST_DAY, INT32_MIN + 1, INT32_MAX - 1,
		(Day) (number >> 32), 0
	};

	if (number % 8 == 0)
		return far[number / 8 % 8];
	return source->start - 9 + (Day) (number / 8 % (7 * (source->count / REGISTER_WEEK) + 18));
}

static void
require_window(const Register *source, uint64_t *seed)
{
	Day			from = some_day(source, seed);
	Day			to = some_day(source, seed);
	SessionRange range = session_range(source, from, to);
	int			inside = 0;

	REQUIRE(range.first >= 0 && range.first <= range.end && range.end <= source->count);
	REQUIRE(range.first % 2 == 0 && range.end % 2 == 0);
	for (int session = 0; session < source->count; session++)
	{
		Day			day = day_of_session(source->start, session);

		if (day < from || day > to)
			continue;
		REQUIRE(session >= range.first && session < range.end);
		inside++;
	}
	REQUIRE(inside == range.end - range.first);
	require_slice(source, range);
	require_counts(source->mark, range);
	require_weeks(source, range);
	if (range.end > range.first + PENALTY_NOTICE_TRIED)
		range.end = range.first + PENALTY_NOTICE_TRIED;
	require_penalty_notice(source->mark, range);
}

/* ---------- merging ---------- */

/* The weeks first to end - 1 of a register; of their marks those whose bit of a mask that goes round is set. */
static Register
part_of(const Register *source, int first, int end, uint64_t mask)
{
	int			count = (end - first) * REGISTER_WEEK;
	Mark	   *mark = copy_exactly(source->mark + first * REGISTER_WEEK, count);

	for (int i = 0; i < count; i++)
		if ((mask >> ((first * REGISTER_WEEK + i) % 64) & 1) == 0)
			mark[i] = MARK_NONE;
	return (Register) {source->start + 7 * first, count, mark};
}

static void
require_merged(const Register *one, const Register *other, const Register *expected)
{
	Register	merged;
	RegisterError error;
	Mark	   *mark;

	REQUIRE(register_span(one, other, &merged) == REGISTER_GOOD);
	mark = malloc(merged.count + 1);
	REQUIRE(register_merge(one, other, mark, &merged, &error) == REGISTER_GOOD);
	REQUIRE(same_register(&merged, expected));
	free(mark);
}

/* Two parts that have all marks between them give the register back, in either order. */
static void
require_parts(const Register *source, uint64_t *seed)
{
	int			weeks = source->count / REGISTER_WEEK;
	int			second = (int) (next_number(seed) % (weeks + 1));
	int			first_end = second + (int) (next_number(seed) % (weeks - second + 1));
	Register	one = part_of(source, 0, first_end, UINT64_MAX);
	Register	other = part_of(source, second, weeks, UINT64_MAX);
	uint64_t	mask = next_number(seed);
	Register	half = part_of(source, 0, weeks, mask);
	Register	rest = part_of(source, 0, weeks, ~mask);

	require_merged(&one, &other, source);
	require_merged(&other, &one, source);
	require_merged(&half, &rest, source);
	require_merged(source, &half, source);
	free((void *) one.mark);
	free((void *) other.mark);
	free((void *) half.mark);
	free((void *) rest.mark);
}

/* The mark a register has for a session of another's grid; none outside. */
static Mark
mark_in(const Register *source, const Register *grid, int session)
{
	Day			day = day_of_session(grid->start, session);
	SessionRange range = session_range(source, day, day);

	return range.first == range.end ? MARK_NONE : source->mark[range.first + session % 2];
}

/* Any two registers: each mark of both, or the first session at which they differ. */
static void
require_both(const Register *one, const Register *other)
{
	Register	merged;
	RegisterError error = {0};
	RegisterFault fault;
	Mark	   *mark;
	int			session = 0;

	if (register_span(one, other, &merged) != REGISTER_GOOD)
	{
		const Register *later = one->start > other->start ? one : other;

		REQUIRE(abs(one->start - other->start) / 7 + later->count / REGISTER_WEEK > REGISTER_MAX_WEEKS);
		return;
	}
	REQUIRE(merged.count <= REGISTER_MAX_SESSIONS);
	mark = malloc(merged.count + 1);
	fault = register_merge(one, other, mark, &merged, &error);
	merged.mark = mark;
	for (; session < merged.count; session++)
	{
		Mark		in_one = mark_in(one, &merged, session);
		Mark		in_other = mark_in(other, &merged, session);

		if (in_one != in_other && in_one != MARK_NONE && in_other != MARK_NONE)
		{
			REQUIRE(fault == REGISTER_CONFLICT && error.fault == fault && error.session == session);
			REQUIRE(error.mark == in_one && error.other_mark == in_other);
			REQUIRE(error.day == day_of_session(merged.start, session));
			break;
		}
		if (fault == REGISTER_GOOD)
			REQUIRE(mark[session] == (in_one != MARK_NONE ? in_one : in_other));
	}
	REQUIRE((fault == REGISTER_GOOD) == (session == merged.count));
	if (fault == REGISTER_GOOD)
		require_checked(&merged);
	free(mark);
}

/* With itself moved by some weeks, few or so many that both together are too long. */
static void
require_moved(const Register *source, uint64_t *seed)
{
	uint64_t	number = next_number(seed);
	Day			weeks = (Day) (number / 4 % (number % 4 == 0 ? 2 * REGISTER_MAX_WEEKS : 3));
	Register	moved = {source->start + 7 * weeks, source->count, source->mark};
	RegisterError error;

	if (register_check(&moved, &error) == REGISTER_GOOD)
		require_both(source, &moved);
}

void
require_register(const Register *source, uint64_t seed)
{
	Register	copy = {source->start, source->count, copy_exactly(source->mark, source->count)};

	seed |= 1;
	require_checked(&copy);
	require_text(&copy);
	for (int i = 0; i < 2; i++)
		require_window(&copy, &seed);
	require_parts(&copy, &seed);
	require_moved(&copy, &seed);
	free((void *) copy.mark);
}
