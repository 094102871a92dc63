/*
 * year_work.h
 *	  What learning from a stratum's weeks and projecting its schools share.
 *
 * The course of a week is what is common to the schools of the stratum: the
 * median of the schools with a week of the kind, plus the centre, the median
 * departure of all schools from what each was forecast to differ by.  For a
 * school's level the centre is that of its area in a week accepted as the area's
 * shock.
 */
#ifndef ABIE_CORE_YEAR_WORK_H
#define ABIE_CORE_YEAR_WORK_H

#include "core/area_course.h"
#include "core/year_progress.h"

#define WEEK 7
#define YEAR_OF_WEEKS (52 * WEEK)
#define USUAL_WEEKS 39
#define GREATEST_WEEKS (CALENDAR_SPAN / WEEK + 1)

/* A year of weeks with its course. */
typedef struct Course
{
	const YearWeeks *weeks;
	CommonWeek *common;
	AreaCourses areas;			/* which stand for the stratum where an area had a shock */
	double	   *deviation;		/* of each row from the median of its kind; NaN */
	double	   *prior;			/* of each school, from the course; NaN */
} Course;

typedef struct Work
{
	const Stratum *in;
	Learned    *learned;
	Course		this_year;
	Course		last_year;
	double	   *week_variance;	/* of an ordinary week of each school */
	double	   *level_variance; /* of each school's prior */
	double		serial;
	double	   *scratch;		/* an element a school */
	RowRoom		room;			/* for the rows of either year, number and other side by side */
	void	   *(*allocate) (size_t);
	void		(*pause) (void);
} Work;

extern size_t weeks_of(const YearWeeks *weeks, size_t school);

/* Where in their half terms the weeks of both years are. */
extern void place_weeks(const Stratum *stratum);

/* The first row of a school after a day. */
extern size_t row_after(const YearWeeks *weeks, size_t school, Day day);

/* The Monday of the newest week held. */
extern Day	newest_monday(const YearWeeks *weeks);

/* common_median of the numbers that are not NaN; NaN of none.  scratch: room for them. */
extern double median_known(const double *number, size_t count, double *scratch);

/* Whether a week is to say nothing of what is common: set aside, or without a course. */
extern bool says_nothing(const Course *year, size_t row);

/* The course of a row, per cent; NaN where there is none. */
extern double course_of(const Course *year, size_t row);

/* Median of the sessions of a school's weeks up to a row; it has one. */
extern double usual_sessions(const YearWeeks *weeks, size_t school, size_t end);

/* The level of a school after its weeks up to a row, from its prior; week_variance: of an ordinary week of it. */
extern Belief level_after(const Work *work, const Course *year, size_t school, size_t end, double week_variance);

/* Courses of both years, variances of each school, the quantile of errors at this week of last year. */
extern void learn_stratum(Work *work);

/* The shocks of this year, of areas and of schools, that the settled weeks show. */
extern void screen_shocks(const Work *work, Shocks *found);

#endif
