/*
 * register.c
 *	  Reading, writing, checking and merging registers.
 */
#include "core/register.h"

#include <string.h>

int
sessions_before(Day start, Day day)
{
	int64_t		since = (int64_t) day - start;
	int64_t		in_week = since % 7;

	if (since <= 0)
		return 0;
	/* a date of another era must not overflow: no register is so long */
	if (since > 7 * (int64_t) REGISTER_MAX_WEEKS)
		return REGISTER_MAX_SESSIONS;
	return (int) (REGISTER_WEEK * (since / 7) + 2 * (in_week < 5 ? in_week : 5));
}

Day
day_of_session(Day start, int session)
{
	return start + 7 * (session / REGISTER_WEEK) + session % REGISTER_WEEK / 2;
}

SessionRange
session_range(const Register *source, Day from, Day to)
{
	int			first = sessions_before(source->start, from);
	int			end = to < source->start ? 0 : sessions_before(source->start, to == DAY_OPEN ? to : to + 1);

	if (end > source->count)
		end = source->count;
	return (SessionRange) {first < end ? first : end, end};
}

SessionRange
whole_weeks(SessionRange range)
{
	int			first = range.first - range.first % REGISTER_WEEK;
	int			end = range.end + REGISTER_WEEK - 1;

	if (range.first == range.end)
		return (SessionRange) {0, 0};
	return (SessionRange) {first, end - end % REGISTER_WEEK};
}

/* ---------- reading ---------- */

/* The number of so many digits, or -1. */
static int
parse_digits(const char *text, int digits)
{
	int			number = 0;

	for (int i = 0; i < digits; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = 10 * number + (text[i] - '0');
	}
	return number;
}

/* The date at the beginning, 2025-09-01, and its colon. */
static RegisterFault
parse_start(const char *text, size_t length, Day *start)
{
	int			year,
				month,
				day,
				back[3];

	if (length <= REGISTER_DATE_LENGTH || text[4] != '-' || text[7] != '-' || text[REGISTER_DATE_LENGTH] != ':')
		return REGISTER_NO_START;
	year = parse_digits(text, 4);
	month = parse_digits(text + 5, 2);
	day = parse_digits(text + 8, 2);
	if (year < 0 || month < 0 || day < 0)
		return REGISTER_NO_START;
	if (year < 1 || month < 1 || month > 12 || day < 1)
		return REGISTER_BAD_DATE;
	*start = day_of_date(year, month, day);
	date_of_day(*start, &back[0], &back[1], &back[2]);
	/* a day that the month does not have is one of another month */
	return back[1] == month ? REGISTER_GOOD : REGISTER_BAD_DATE;
}

/* The longest alias or code that text begins with; an alias before a code of the same length. */
static int
read_code(const char *text, size_t length, const MarkLayout *layout, size_t *code_length)
{
	int			mark = mark_at(text, length, code_length);
	size_t		longest = mark < 0 ? 0 : *code_length;

	for (int i = 0; i < layout->aliases; i++)
	{
		const CodeAlias *alias = &layout->alias[i];

		if (alias->length >= longest && alias->length <= length && memcmp(alias->text, text, alias->length) == 0)
		{
			longest = *code_length = alias->length;
			mark = alias->mark;
		}
	}
	return mark;
}

RegisterFault
register_place(Mark given, Day day, bool afternoon, Mark *placed)
{
	if (given == MARK_AM || given == MARK_PM)
		given = afternoon ? MARK_PM : MARK_AM;
	*placed = mark_on_day(given, day);
	if (weekday(day) >= 5 && given != MARK_NONE && given != MARK_CLOSED)
		return REGISTER_WEEKEND;
	return mark_valid_on(*placed, day) ? REGISTER_GOOD : REGISTER_CODE_TOO_EARLY;
}

/* The day of the first two marks: without weekends in the layout, the Monday after one. */
static Day
first_day(const MarkLayout *layout)
{
	int			day = weekday(layout->start);

	return layout->days_a_week == 5 && day >= 5 ? layout->start + (7 - day) : layout->start;
}

/* A run of marks on its way into a register: weekdays follow one another, so their places do. */
typedef struct MarkRun
{
	const MarkLayout *layout;
	Day			first;
	int			session;		/* of the run */
	int			place;			/* of the next mark on a weekday */
	Mark	   *mark;
} MarkRun;

static Day
day_of_run(const MarkRun *run, Day start)
{
	return run->layout->days_a_week == 7 ? run->first + run->session / 2 : day_of_session(start, run->place);
}

/*
 * Take marks as long as each is a character that says the same on all days of the
 * register: nearly all are.  Gives how much of the text they are.
 */
static size_t
take_plain_marks(const char *text, size_t length, Day start, MarkRun *run)
{
	int			limit = sessions_before(start, REGISTER_LAST_DAY + 1);
	int			room = (limit < REGISTER_MAX_SESSIONS ? limit : REGISTER_MAX_SESSIONS) - run->place;
	Mark	   *mark = run->mark + run->place;
	int			taken = 0;

	if (run->layout->days_a_week == 7 || run->layout->aliases > 0)
		return 0;
	for (; taken < room && (size_t) taken < length; taken++)
		if (!plain_mark((unsigned char) text[taken], start, (run->place + taken) % 2, &mark[taken]))
			break;
	/* what a digit follows may be a longer code */
	if (taken > 0 && (size_t) taken < length && text[taken] >= '0' && text[taken] <= '9')
		taken--;
	run->session += taken;
	run->place += taken;
	return (size_t) taken;
}

/* Take the mark that text begins with. */
static RegisterFault
take_mark(const char *text, size_t length, Day start, MarkRun *run, size_t *code_length, RegisterError *error)
{
	Day			day = day_of_run(run, start);
	int			given = read_code(text, length, run->layout, code_length);
	Mark		placed;

	*error = (RegisterError) {.session = run->session, .day = day};
	if (given < 0)
		return REGISTER_UNKNOWN_CODE;
	error->mark = (Mark) given;
	if (run->place >= REGISTER_MAX_SESSIONS)
		return REGISTER_TOO_LONG;
	if (day > REGISTER_LAST_DAY)
		return REGISTER_TOO_LATE;
	error->fault = register_place((Mark) given, day, run->session % 2 == 1, &placed);
	if (error->fault != REGISTER_GOOD)
		return error->fault;
	if (weekday(day) < 5)
		run->mark[run->place++] = placed;
	run->session++;
	return REGISTER_GOOD;
}

RegisterFault
register_parse_marks(const char *text, size_t length, const MarkLayout *layout,
					 Mark *mark, Register *result, RegisterError *error)
{
	MarkRun		run = {.layout = layout, .first = first_day(layout), .mark = mark};
	int			before;

	*result = (Register) {run.first - weekday(run.first), 0, mark};
	before = run.place = sessions_before(result->start, run.first);
	memset(mark, MARK_NONE, before);
	for (size_t at = 0, code_length; at < length; at += code_length)
	{
		code_length = take_plain_marks(text + at, length - at, result->start, &run);
		if (code_length > 0)
			continue;
		code_length = 1;
		if (is_space(text[at]))
			continue;
		error->fault = take_mark(text + at, length - at, result->start, &run, &code_length, error);
		if (error->fault != REGISTER_GOOD)
		{
			error->offset = at;
			return error->fault;
		}
	}
	if (run.place > before)
	{
		/* up to the end of the week */
		result->count = whole_weeks((SessionRange) {0, run.place}).end;
		memset(mark + run.place, MARK_NONE, result->count - run.place);
	}
	return REGISTER_GOOD;
}

/*
 * Whether marks were lost on the way, as COPY's text format loses each \: a
 * week, not the last, that lacks one to five marks, in which the mornings of
 * two days stand side by side, and nowhere the sign of an afternoon.
 */
static bool
lost_marks(const char *text, size_t length, size_t *offset)
{
	int			marks = 0;		/* of the week so far */
	bool		side_by_side = false;
	bool		lost = false;	/* in the week before */

	if (memchr(text, '\\', length) != NULL)
		return false;
	for (size_t at = 0, code_length; at < length; at += code_length)
	{
		code_length = 1;
		if (is_space(text[at]))
		{
			lost = lost || (side_by_side && marks >= REGISTER_WEEK / 2 && marks < REGISTER_WEEK);
			side_by_side = false;
			marks = 0;
			continue;
		}
		if (lost)
			return true;
		if (mark_at(text + at, length - at, &code_length) < 0)
			return false;
		if (marks++ == 0)
			*offset = at;
		else if (text[at] == '/' && text[at - 1] == '/')
			side_by_side = true;
	}
	return false;
}

RegisterFault
register_parse(const char *text, size_t length, Mark *mark, Register *result, RegisterError *error)
{
	MarkLayout	layout = {.days_a_week = 5};
	size_t		skipped = 0;
	RegisterFault fault;

	while (skipped < length && is_space(text[skipped]))
		skipped++;
	fault = parse_start(text + skipped, length - skipped, &layout.start);
	if (fault == REGISTER_GOOD && weekday(layout.start) != 0)
		fault = REGISTER_NOT_MONDAY;
	if (fault != REGISTER_GOOD)
	{
		*error = (RegisterError) {.fault = fault, .offset = skipped, .day = layout.start};
		return fault;
	}
	skipped += REGISTER_DATE_LENGTH + 1;
	if (lost_marks(text + skipped, length - skipped, &error->offset))
		fault = error->fault = REGISTER_LOST_MARKS;
	else
		fault = register_parse_marks(text + skipped, length - skipped, &layout, mark, result, error);
	if (fault != REGISTER_GOOD)
		error->offset += skipped;
	return fault;
}

/* ---------- writing ---------- */

static void
print_digits(char *text, int number, int digits)
{
	for (int i = digits - 1; i >= 0; i--, number /= 10)
		text[i] = (char) ('0' + number % 10);
}

size_t
register_print(const Register *source, char *text)
{
	char	   *end = text;
	int			year,
				month,
				day;

	date_of_day(source->start, &year, &month, &day);
	print_digits(end, year, 4);
	print_digits(end + 5, month, 2);
	print_digits(end + 8, day, 2);
	end[4] = end[7] = '-';
	end[REGISTER_DATE_LENGTH] = ':';
	end += REGISTER_DATE_LENGTH + 1;
	for (int session = 0; session < source->count; session++)
	{
		if (session > 0 && session % REGISTER_WEEK == 0)
			*end++ = ' ';
		for (const char *code = mark_class[source->mark[session]].code; *code != '\0'; code++)
			*end++ = *code;
	}
	*end = '\0';
	return end - text;
}

/* ---------- checking ---------- */

RegisterFault
register_check(const Register *source, RegisterError *error)
{
	*error = (RegisterError) {.day = source->start};
	if (source->start < REGISTER_FIRST_DAY || source->start > REGISTER_LAST_DAY)
		return error->fault = REGISTER_BAD_DATE;
	if (weekday(source->start) != 0)
		return error->fault = REGISTER_NOT_MONDAY;
	if (source->count > REGISTER_MAX_SESSIONS)
		return error->fault = REGISTER_TOO_LONG;
	if (source->count < 0 || source->count % REGISTER_WEEK != 0)
		return error->fault = REGISTER_NOT_CANONICAL;
	if (source->count > 0 && day_of_session(source->start, source->count - 1) > REGISTER_LAST_DAY)
		return error->fault = REGISTER_TOO_LATE;
	for (int session = 0; session < source->count; session++)
	{
		Mark		mark = source->mark[session];
		Mark		placed;

		error->session = session;
		error->mark = mark;
		error->day = day_of_session(source->start, session);
		if (!mark_known(mark))
			return error->fault = REGISTER_UNKNOWN_CODE;
		error->fault = register_place(mark, error->day, session % 2 == 1, &placed);
		if (error->fault == REGISTER_GOOD && placed != mark)
			error->fault = REGISTER_NOT_CANONICAL;
		if (error->fault != REGISTER_GOOD)
			return error->fault;
	}
	return REGISTER_GOOD;
}

/* ---------- merging ---------- */

static int64_t
end_week(const Register *source)
{
	return (int64_t) source->start + 7 * (source->count / REGISTER_WEEK);
}

RegisterFault
register_span(const Register *one, const Register *other, Register *result)
{
	int64_t		end = end_week(one) > end_week(other) ? end_week(one) : end_week(other);
	Day			start = one->start < other->start ? one->start : other->start;

	if (end - start > 7 * (int64_t) REGISTER_MAX_WEEKS)
		return REGISTER_TOO_LONG;
	*result = (Register) {start, (int) ((end - start) / 7) * REGISTER_WEEK, NULL};
	return REGISTER_GOOD;
}

RegisterFault
register_merge(const Register *one, const Register *other, Mark *mark, Register *result, RegisterError *error)
{
	int			place = sessions_before(result->start, one->start);
	int			other_place = sessions_before(result->start, other->start);

	memset(mark, MARK_NONE, result->count);
	memcpy(mark + place, one->mark, one->count);
	result->mark = mark;
	for (int i = 0; i < other->count; i++)
	{
		Mark	   *held = &mark[other_place + i];

		if (other->mark[i] == MARK_NONE || other->mark[i] == *held)
			continue;
		if (*held != MARK_NONE)
		{
			*error = (RegisterError) {.fault = REGISTER_CONFLICT, .session = other_place + i,
				.day = day_of_session(result->start, other_place + i), .mark = *held, .other_mark = other->mark[i]};
			return REGISTER_CONFLICT;
		}
		*held = other->mark[i];
	}
	return REGISTER_GOOD;
}

void
register_overlay(const Register *one, const Register *later, Mark *mark, Register *result)
{
	int			later_place = sessions_before(result->start, later->start);

	memset(mark, MARK_NONE, result->count);
	memcpy(mark + sessions_before(result->start, one->start), one->mark, one->count);
	for (int i = 0; i < later->count; i++)
		if (later->mark[i] != MARK_NONE)
			mark[later_place + i] = later->mark[i];
	result->mark = mark;
}
