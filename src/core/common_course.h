/*
 * common_course.h
 *	  What a week was like for all schools of a stratum: its median by kind of
 *	  week, where their forecasts stood in it, and how far apart they were.
 */
#ifndef ABIE_CORE_COMMON_COURSE_H
#define ABIE_CORE_COMMON_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"

#define WEEK_KINDS 3

/*
 * The narrowest of what is accepted to have befallen a school in a week; those
 * that befell something are set aside.  Numbers are places in
 * abie_internal.event_scopes.
 */
typedef enum Befell
{
	BEFELL_NOTHING,
	BEFELL_SCHOOL,
	BEFELL_AUTHORITY,
	BEFELL_REGION,
	BEFELL_COUNTRY
} Befell;

/* Weeks of a stratum's schools in an academic year: those of school i are first[i] to first[i + 1] - 1, by Monday. */
typedef struct YearWeeks
{
	size_t		schools;
	const size_t *first;		/* schools + 1 elements */
	SchoolWeek *place;			/* each week of a school: its Monday, half term and place in it */
	const int32_t *week;		/* its place among the Mondays of the year, from 0 */
	const double *possible;		/* sessions, greater than 0 */
	const double *rate;			/* attendance, per cent */
	uint8_t    *set_aside;		/* Befell: but for nothing it is accepted as a shock */
	size_t		mondays;		/* of the year, with a school week */
} YearWeeks;

/* Room for numbers of each row of a year, in which nothing is left for the next who uses it. */
typedef struct RowRoom
{
	int32_t    *cell;
	double	   *number;
	double	   *other;
} RowRoom;

/* What a Monday's week was like. */
typedef struct CommonWeek
{
	size_t		schools[WEEK_KINDS];	/* with a week of the kind */
	double		course[WEEK_KINDS];		/* attendance common to them, per cent; NaN where there are none */
	double		centre;		/* median departure of schools from their forecasts, percentage points */
	double		spread;		/* variance of the week in units of an ordinary one */
} CommonWeek;

/*
 * Schools in a week, at the least, for what is common to them to be told: the
 * median of fewer is not far from being one of them, and another's attendance
 * could be read from it.
 */
#define LEAST_PEERS 10

/* Schools of a kind in a week from which on they have a median of their own: 200, or a fifth of the stratum's. */
extern size_t least_of_kind(size_t schools);

/*
 * The median of count values (at least 1), which are reordered, to 4 decimals:
 * more would predict no better, these can be used by hand, and it is not the
 * very figure of the school in the middle.
 */
extern double common_median(double *value, size_t count);

/*
 * The common course of each Monday: the median rate of the schools with a week
 * of the kind.  A kind with too few (least_of_kind) takes the median of the
 * week's most frequent kind, plus what the two kinds differ by over the year:
 * the mean difference from the ordinary median of the weeks where both have
 * enough schools, or, where there is no such week, of the means of their weeks.
 * A week with fewer than LEAST_PEERS schools of its most frequent kind has no
 * course, NaN.  allocate gives memory that the caller frees.
 */
extern CommonWeek *common_course(const YearWeeks *year, RowRoom room, void *(*allocate) (size_t),
								 void (*pause) (void));

/* Of each row the rate less the common course of its Monday and kind; NaN where there is none. */
extern void course_deviations(const YearWeeks *year, const CommonWeek *common, double *deviation);

/*
 * Centre and spread of each Monday, from the departures deviation - forecast of
 * schools whose forecast is not NaN, weeks set aside apart: centre is 0 where
 * there are none, spread is week_spread, 1 with fewer than least_of_kind.
 * level_variance and week_variance: those of a school in the middle.
 */
extern void course_spread(const YearWeeks *year, const double *deviation, const double *forecast,
						  double level_variance, double week_variance, CommonWeek *common, RowRoom room,
						  void *(*allocate) (size_t), void (*pause) (void));

#endif
