/*
 * year_weeks.c
 *	  A year of schools' weeks, out of rows in any order.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "callbacks.h"
#include "year_weeks.h"

int
school_of(const int32 *urn, int schools, int32 wanted)
{
	int			low = 0;
	int			high = schools;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (urn[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < schools && urn[low] == wanted ? low : -1;
}

/* The rows of each school in the order of Mondays: first[i] to first[i + 1] - 1 of order. */
static int *
order_rows(const WeekRows *rows, const int32 *urn, int schools, size_t *first)
{
	int		   *school = allocate(sizeof(int) * (rows->count + 1));
	int		   *order;
	size_t	   *next = allocate(sizeof(size_t) * (schools + 1));
	int32		previous = 0;

	memset(first, 0, sizeof(size_t) * (schools + 1));
	for (int r = 0; r < rows->count; r++)
	{
		int32		wanted = week_row(rows, r).urn;

		school[r] = r > 0 && wanted == previous ? school[r - 1] : school_of(urn, schools, wanted);
		previous = wanted;
		if (school[r] >= 0)
			first[school[r] + 1]++;
	}
	for (int i = 0; i < schools; i++)
		next[i] = first[i + 1] += first[i];
	order = allocate(sizeof(int) * (first[schools] + 1));
	/* from the last row on, and each before the later Mondays that are in already */
	for (int r = rows->count - 1; r >= 0; r--)
	{
		DateADT		monday = week_row(rows, r).monday;
		size_t		at;

		/* in an order that nobody's table has, each row moves all others of its school */
		CHECK_FOR_INTERRUPTS();
		if (school[r] < 0)
			continue;
		at = --next[school[r]];
		for (; at + 1 < first[school[r] + 1] && week_row(rows, order[at + 1]).monday < monday; at++)
			order[at] = order[at + 1];
		order[at] = r;
	}
	pfree(school);
	pfree(next);
	return order;
}

static void
check_weeks(const SchoolWeek *week, size_t count, int32 urn)
{
	for (size_t i = 1; i < count; i++)
		if (week[i].monday == week[i - 1].monday)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("school %d has a week twice", urn)));
	if (count > 0 && week[count - 1].monday - week[0].monday > CALENDAR_SPAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("school %d has weeks of more than one academic year", urn)));
}

/* Places among the Mondays that have a week, from 0; how many there are. */
static size_t
number_mondays(const SchoolWeek *place, size_t rows, int32_t *week)
{
	Day			first = 0;
	Day			last = 0;
	int32_t    *number;
	size_t		count = 0;

	for (size_t r = 0; r < rows; r++)
	{
		first = r == 0 ? place[r].monday : Min(first, place[r].monday);
		last = r == 0 ? place[r].monday : Max(last, place[r].monday);
	}
	if (last - first > CALENDAR_SPAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the weeks are of more than one academic year")));
	number = palloc0(sizeof(int32_t) * (last - first + 1));
	for (size_t r = 0; r < rows; r++)
		number[place[r].monday - first] = 1;
	for (Day day = 0; day <= last - first; day++)
		if (number[day] != 0)
			number[day] = count++;
	for (size_t r = 0; r < rows; r++)
		week[r] = number[place[r].monday - first];
	return count;
}

YearWeeks
year_weeks(const WeekRows *rows, const int32 *urn, int schools)
{
	size_t	   *first = palloc(sizeof(size_t) * (schools + 1));
	int		   *order = order_rows(rows, urn, schools, first);
	size_t		count = first[schools];
	SchoolWeek *place = allocate(sizeof(SchoolWeek) * (count + 1));
	int32_t    *week = allocate(sizeof(int32_t) * (count + 1));
	double	   *possible = allocate(sizeof(double) * (count + 1));
	double	   *rate = allocate(sizeof(double) * (count + 1));

	for (size_t r = 0; r < count; r++)
	{
		WeekRow		row = week_row(rows, order[r]);

		place[r].monday = row.monday;
		possible[r] = (double) row.possible;
		rate[r] = 100.0 * (double) (row.possible - row.absent) / possible[r];
	}
	pfree(order);
	for (int i = 0; i < schools; i++)
		check_weeks(place + first[i], first[i + 1] - first[i], urn[i]);
	return (YearWeeks) {
		.schools = schools, .first = first, .place = place, .week = week, .possible = possible, .rate = rate,
		.set_aside = memset(allocate(count + 1), BEFELL_NOTHING, count + 1),
		.mondays = number_mondays(place, count, week)
	};
}
