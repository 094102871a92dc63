/*
 * calendar.c
 *	  Half terms, kinds of week, last year's counterparts.
 */
#include "core/calendar.h"

#include <stdlib.h>

#define WEEK 7
#define YEAR_OF_WEEKS (52 * WEEK)
#define HOLIDAYS_MOVE (3 * WEEK)	/* Easter by two weeks, others by one */
#define COUNTED_FROM_END 2

/* How many more weeks are between a Monday and the holiday. */
static int
weeks_before(Day monday, Day holiday_starts)
{
	return (int) (((int64_t) holiday_starts - monday - 1) / WEEK);
}

void
school_weeks(const Day *monday, int count, Day holiday_starts, SchoolWeek *week)
{
	int			half_term = 0;
	int			from_start = 0;
	int			to_end = END_UNKNOWN;

	for (int i = 0; i < count; i++)
	{
		if (i == 0 || monday[i] - monday[i - 1] > WEEK)
		{
			half_term++;
			from_start = 0;
		}
		week[i] = (SchoolWeek) {monday[i], half_term, ++from_start, END_UNKNOWN};
	}
	for (int i = count - 1; i >= 0; i--)
	{
		if (i == count - 1)
			to_end = holiday_starts == HOLIDAY_UNKNOWN ? END_UNKNOWN : weeks_before(monday[i], holiday_starts);
		else if (week[i].half_term < week[i + 1].half_term)
			to_end = 0;
		else if (to_end != END_UNKNOWN)
			to_end++;
		week[i].to_end = to_end;
	}
}

WeekKind
week_kind(const SchoolWeek *week)
{
	if (week->to_end == 0)
		return WEEK_LAST;
	return week->from_start == 1 ? WEEK_FIRST : WEEK_ORDINARY;
}

const char *
week_kind_name(WeekKind kind)
{
	static const char *const name[] = {"first", "ordinary", "last"};

	return name[kind];
}

/* The place of the first week of the half term that follows the one at a place; count where none does. */
static int
next_half_term(const SchoolWeek *week, int count, int at)
{
	int			next = at;

	while (next < count && week[next].half_term == week[at].half_term)
		next++;
	return next;
}

/* How far a week is from 52 weeks before another. */
static int64_t
distance(const SchoolWeek *this_year, const SchoolWeek *last_year)
{
	return llabs((int64_t) this_year->monday - YEAR_OF_WEEKS - last_year->monday);
}

/* The place of the first week of the half term of last year that began nearest; of two the earlier. */
static int
nearest_half_term(const SchoolWeek *start, const SchoolWeek *last_year, int count)
{
	int			nearest = 0;

	for (int at = 0; at < count; at = next_half_term(last_year, count, at))
		if (distance(start, &last_year[at]) < distance(start, &last_year[nearest]))
			nearest = at;
	return nearest;
}

/* The place in last year's half term, which is in the places from first to before end, of a week's counterpart. */
static int
place_of(const SchoolWeek *week, const SchoolWeek *last_year, int first, int end)
{
	bool		from_end = week->to_end != END_UNKNOWN && week->to_end < COUNTED_FROM_END;
	int			to_end = last_year[end - 1].to_end;
	int			place;

	if (from_end)
		place = to_end == END_UNKNOWN ? end : end - 1 + to_end - week->to_end;
	else
		place = first + week->from_start - 1;
	if (place < first || place >= end || distance(week, &last_year[place]) > HOLIDAYS_MOVE)
		return -1;
	to_end = last_year[place].to_end;
	return !from_end && to_end != END_UNKNOWN && to_end < COUNTED_FROM_END ? -1 : place;
}

void
counterpart_weeks(const SchoolWeek *this_year, int this_count,
				  const SchoolWeek *last_year, int last_count, int *counterpart)
{
	int			first = 0;
	int			end = 0;
	int			taken = -1;

	for (int i = 0; i < this_count; i++)
	{
		if (last_count > 0 && this_year[i].from_start == 1)
		{
			first = nearest_half_term(&this_year[i], last_year, last_count);
			end = next_half_term(last_year, last_count, first);
		}
		counterpart[i] = last_count > 0 ? place_of(&this_year[i], last_year, first, end) : -1;
		if (counterpart[i] <= taken)
			counterpart[i] = -1;
		else
			taken = counterpart[i];
	}
}
