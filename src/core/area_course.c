/*
 * area_course.c
 *	  What a week accepted as the shock of an area was like for its schools.
 */
#include "core/area_course.h"

#include <math.h>

#include "core/week_noise.h"

/* Whether a row was accepted as the shock of an area that the school is in; which. */
static bool
shocked_area(const YearWeeks *year, const Areas *areas, size_t school, size_t row, AreaCourse *area)
{
	if (year->set_aside[row] != BEFELL_AUTHORITY && year->set_aside[row] != BEFELL_REGION)
		return false;
	area->level = year->set_aside[row] == BEFELL_REGION ? AREA_REGION : AREA_AUTHORITY;
	area->area = areas[area->level].of_school[school];
	area->week = year->week[row];
	area->monday = year->place[row].monday;
	return area->area != NO_AREA;
}

static const AreaCourse *
find_course(const AreaCourses *courses, const AreaCourse *area)
{
	for (size_t k = 0; k < courses->count; k++)
	{
		const AreaCourse *course = &courses->course[k];

		if (course->level == area->level && course->area == area->area && course->week == area->week)
			return course;
	}
	return NULL;
}

/* Departures of the area's schools from their forecasts in the week; how many. */
static size_t
area_departures(const YearWeeks *year, const Areas *areas, const AreaCourse *area, const double *deviation,
				const double *forecast, double *departure)
{
	const int32_t *of_school = areas[area->level].of_school;
	size_t		count = 0;

	for (size_t i = 0; i < year->schools; i++)
	{
		if (of_school[i] != area->area || isnan(forecast[i]))
			continue;
		for (size_t r = year->first[i]; r < year->first[i + 1]; r++)
			if (year->week[r] == area->week && year->set_aside[r] != BEFELL_SCHOOL && !isnan(deviation[r]))
				departure[count++] = deviation[r] - forecast[i];
	}
	return count;
}

AreaCourses
area_courses(const YearWeeks *year, const Areas *areas, const double *deviation, const double *forecast,
			 double level_variance, double week_variance, double *scratch, void *(*allocate) (size_t))
{
	size_t		accepted = 0;
	AreaCourses found = {.count = 0};
	AreaCourse	area;

	for (size_t r = 0; r < year->first[year->schools]; r++)
		accepted += year->set_aside[r] != BEFELL_NOTHING;
	found.course = allocate(sizeof(AreaCourse) * (accepted + 1));
	for (size_t i = 0; i < year->schools && accepted > 0; i++)
		for (size_t r = year->first[i]; r < year->first[i + 1]; r++)
		{
			if (!shocked_area(year, areas, i, r, &area) || find_course(&found, &area) != NULL)
				continue;
			area.schools = area_departures(year, areas, &area, deviation, forecast, scratch);
			if (has_area_course(&area))
			{
				area.centre = common_median(scratch, area.schools);
				area.spread = week_spread(scratch, area.schools, level_variance, week_variance);
			}
			found.course[found.count++] = area;
		}
	return found;
}

bool
has_area_course(const AreaCourse *course)
{
	return course->schools >= LEAST_PEERS;
}

const AreaCourse *
area_course_of(const AreaCourses *courses, const YearWeeks *year, const Areas *areas, size_t school, size_t row)
{
	AreaCourse	area;
	const AreaCourse *course;

	if (!shocked_area(year, areas, school, row, &area))
		return NULL;
	course = find_course(courses, &area);
	return course != NULL && has_area_course(course) ? course : NULL;
}
