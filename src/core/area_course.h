/*
 * area_course.h
 *	  What a week accepted as the shock of an area was like for its schools.
 */
#ifndef ABIE_CORE_AREA_COURSE_H
#define ABIE_CORE_AREA_COURSE_H

#include "core/common_course.h"
#include "core/shock_screen.h"

/* In such a week centre and spread take the place of the stratum's. */
typedef struct AreaCourse
{
	AreaLevel	level;
	int32_t		area;			/* its place among the areas of the level */
	int32_t		week;			/* its place among the Mondays of the year */
	Day			monday;
	size_t		schools;		/* that it was learned from */
	double		centre;
	double		spread;
} AreaCourse;

typedef struct AreaCourses
{
	AreaCourse *course;
	size_t		count;
} AreaCourses;

/*
 * Of each area and week accepted as the area's shock: centre and spread as of
 * course_spread, over all its schools in the stratum with a forecast and a
 * course, but for those that something befell by themselves.  Of fewer than
 * LEAST_PEERS they are not told.  areas: by AreaLevel; scratch: an element a
 * school.
 */
extern AreaCourses area_courses(const YearWeeks *year, const Areas *areas, const double *deviation,
								const double *forecast, double level_variance, double week_variance,
								double *scratch, void *(*allocate) (size_t));

/* Whether there were enough schools for the area to stand for the stratum. */
extern bool has_area_course(const AreaCourse *course);

/* What stands for the stratum in a school's row; NULL where nothing does. */
extern const AreaCourse *area_course_of(const AreaCourses *courses, const YearWeeks *year, const Areas *areas,
										size_t school, size_t row);

#endif
