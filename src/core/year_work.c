/*
 * year_work.c
 *	  What learning from a stratum's weeks and projecting its schools share.
 */
#include "core/year_work.h"

#include <math.h>

#include "core/quantile.h"

#define SHORT_WEEK 0.5			/* of the usual sessions: below it a week counts by its sessions */

size_t
weeks_of(const YearWeeks *weeks, size_t school)
{
	return weeks->first[school + 1] - weeks->first[school];
}

/* ---------- half terms ---------- */

/* A school's weeks in their half terms; holiday_starts as for school_weeks. */
static void
place_school(const YearWeeks *weeks, size_t school, Day holiday_starts)
{
	Day			monday[GREATEST_WEEKS];
	size_t		first = weeks->first[school];

	for (size_t r = first; r < weeks->first[school + 1]; r++)
		monday[r - first] = weeks->place[r].monday;
	school_weeks(monday, (int) weeks_of(weeks, school), holiday_starts, weeks->place + first);
}

/* The Saturday of a week. */
static Day
saturday_of(Day monday)
{
	return monday + 5;
}

/* When the holiday after a school's newest week starts: as last year, 52 weeks before, until this year's weeks tell. */
static Day
next_holiday(const Stratum *stratum, size_t school)
{
	const YearWeeks *then = &stratum->last_year;
	Day			newest = stratum->this_year.place[stratum->this_year.first[school + 1] - 1].monday;

	if (stratum->over)
		return saturday_of(newest);
	for (size_t q = then->first[school]; q < then->first[school + 1]; q++)
		if (then->place[q].monday == newest - YEAR_OF_WEEKS)
			return saturday_of(newest + WEEK * then->place[q].to_end);
	return HOLIDAY_UNKNOWN;
}

void
place_weeks(const Stratum *stratum)
{
	const YearWeeks *now = &stratum->this_year;
	const YearWeeks *then = &stratum->last_year;

	for (size_t i = 0; i < now->schools; i++)
	{
		if (weeks_of(then, i) > 0)
			place_school(then, i, saturday_of(then->place[then->first[i + 1] - 1].monday));
		if (weeks_of(now, i) > 0)
			place_school(now, i, next_holiday(stratum, i));
	}
}

/* ---------- a school's weeks ---------- */

double
median_known(const double *number, size_t count, double *scratch)
{
	size_t		known = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(number[i]))
			scratch[known++] = number[i];
	return known == 0 ? NAN : common_median(scratch, known);
}

bool
says_nothing(const Course *year, size_t row)
{
	return year->weeks->set_aside[row] != BEFELL_NOTHING || isnan(year->deviation[row]);
}

double
course_of(const Course *year, size_t row)
{
	const CommonWeek *common = &year->common[year->weeks->week[row]];

	return common->course[week_kind(&year->weeks->place[row])] + common->centre;
}

size_t
row_after(const YearWeeks *weeks, size_t school, Day day)
{
	size_t		r = weeks->first[school];

	while (r < weeks->first[school + 1] && weeks->place[r].monday <= day)
		r++;
	return r;
}

Day
newest_monday(const YearWeeks *weeks)
{
	Day			newest = 0;

	for (size_t r = 0; r < weeks->first[weeks->schools]; r++)
		if (r == 0 || weeks->place[r].monday > newest)
			newest = weeks->place[r].monday;
	return newest;
}

double
usual_sessions(const YearWeeks *weeks, size_t school, size_t end)
{
	double		possible[GREATEST_WEEKS];
	size_t		first = weeks->first[school];

	for (size_t r = first; r < end; r++)
		possible[r - first] = weeks->possible[r];
	return quantile(possible, end - first, 0.5);
}

Belief
level_after(const Work *work, const Course *year, size_t school, size_t end, double week_variance)
{
	const YearWeeks *weeks = year->weeks;
	size_t		first = weeks->first[school];
	Belief		prior = {year->prior[school], work->level_variance[school]};
	double		deviation[GREATEST_WEEKS];
	double		variance[GREATEST_WEEKS];
	double		weight[GREATEST_WEEKS];
	double		usual = end == first ? 0.0 : usual_sessions(weeks, school, end);

	for (size_t r = first; r < end; r++)
	{
		const CommonWeek *common = &year->common[weeks->week[r]];
		const AreaCourse *area = area_course_of(&year->areas, weeks, work->in->areas, school, r);
		bool		silent = isnan(year->deviation[r]) || (area == NULL && says_nothing(year, r));
		double		share = weeks->possible[r] / usual;

		variance[r - first] = week_variance * (area == NULL ? common->spread : area->spread);
		weight[r - first] = silent ? 0.0 : share < SHORT_WEEK ? share : 1.0;
		deviation[r - first] = silent ? prior.mean
			: year->deviation[r] - (area == NULL ? common->centre : area->centre);
	}
	return own_level_after(prior, deviation, variance, weight, end - first, work->serial);
}
