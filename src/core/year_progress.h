/*
 * year_progress.h
 *	  Where the schools of a stratum are heading in the year that goes on: what
 *	  the weeks of last year teach, and what those of this year add to it.
 */
#ifndef ABIE_CORE_YEAR_PROGRESS_H
#define ABIE_CORE_YEAR_PROGRESS_H

#include "core/area_course.h"
#include "core/common_course.h"
#include "core/projection.h"
#include "core/shock_screen.h"
#include "core/week_noise.h"

/* What is known of the schools of a stratum; arrays have an element a school, rates are per cent. */
typedef struct Stratum
{
	YearWeeks	this_year;		/* so far */
	YearWeeks	last_year;		/* whole; without weeks where none are held */
	const double *enrolments;	/* greater than 0 */
	const double *forecast;		/* of this year's attendance */
	const double *last_forecast;	/* of last year's, NaN where there is none */
	const double *year_variance;	/* of a year's departure from its forecast, greater than 0 */
	const double *attendance;	/* of the baseline year */
	const double *baseline;
	const double *improvement;	/* expected; less than 0 where the baseline may be missed by as much */
	double		pace;			/* see Bar */
	Day			as_of;
	bool		over;			/* no week of the year is to come */
	Areas		areas[AREA_LEVELS];
	WeekNoise	declared;		/* noise where last year's weeks do not tell */
	double		forecast_quantile;	/* of the forecast's standardised errors, for schools without weeks */
} Stratum;

/* What was learned of a stratum. */
typedef struct Learned
{
	WeekNoise	noise;
	bool		from_history;	/* noise was learned, not declared */
	double		quantile;		/* 95 per cent quantile of standardised errors at this week of last year */
	size_t		quantile_schools;	/* it was learned from; 0: declared */
	double		forecast;		/* median of the forecasts, and of last year's (NaN: none) */
	double		last_forecast;
	double		level_variance; /* of a school in the middle, and its week's */
	double		week_variance;
	double		common_change;	/* of the common course so far, against the same weeks of last year; NaN: none */
	double		taken_on;		/* what of it is taken for the weeks to come */
	double		week_movement;	/* standard deviation of a week's common change about common_change */
	double		shortfall;		/* of the weeks to come against level and course, as last year's in the middle */
	double		common_movement;	/* median change from the baseline year to the year projected */
	double		movement_sd;	/* its standard deviation, of a school in the middle */
	CommonWeek *this_week;		/* a Monday each */
	CommonWeek *last_week;
	AreaCourses this_areas;		/* in weeks accepted as an area's shock */
	AreaCourses last_areas;
} Learned;

/* Where a school stands; NaN: not known. */
typedef struct SchoolProgress
{
	size_t		weeks;			/* held */
	size_t		weeks_set_aside;
	double		year_to_date;	/* attendance in them */
	double		relative;		/* the same less the median of the peers' weeks */
	double		like_for_like;	/* change from last year's counterparts of the weeks */
	double		done;			/* share of the year's possible sessions */
	double		week_variance;	/* of an ordinary week of the school */
	Belief		prior;			/* own level as forecast, from the common course */
	Belief		level;			/* own level now */
	double		weeks_left;
	double		course;			/* common to all in the weeks to come */
	Belief		year;			/* projected; variance of the own part */
	double		low;			/* of the interval for the year */
	double		high;
	double		probability;	/* that the expectation is met */
	double		year_to_date_without;	/* weeks set aside; the same where there are none */
	double		projected_without;
	double		probability_without;
} SchoolProgress;

/*
 * Learns of a stratum, projects each of its schools and finds their shocks; NULL
 * memory is never given by allocate, which the caller frees.  rule: see
 * probability_met.
 */
extern void project_stratum(const Stratum *stratum, const NormalRule *rule, Learned *learned,
							SchoolProgress *progress, Shocks *shocks, void *(*allocate) (size_t), void (*pause) (void));

#endif
