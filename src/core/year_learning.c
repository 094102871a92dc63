/*
 * year_learning.c
 *	  What the weeks of a stratum teach: the common course of both years, the
 *	  noise of a week, and how far projections at this week of last year erred.
 */
#include "core/year_work.h"

#include <math.h>

#include "core/quantile.h"

#define LEAST_LEVEL_VARIANCE 0.02
#define DECLARED_QUANTILE 2.5
#define CALIBRATION_SCHOOLS 30	/* from which on noise and quantile are learned */
#define COVERAGE 0.95

/* ---------- courses and variances ---------- */

/* The forecasts from their median; the median. */
static double
centre_forecasts(const Work *work, const double *forecast, double *prior)
{
	double		median = median_known(forecast, work->in->this_year.schools, work->scratch);

	for (size_t i = 0; i < work->in->this_year.schools; i++)
		prior[i] = forecast[i] - median;
	return median;
}

static Course
start_course(const Work *work, const YearWeeks *weeks, const double *forecast, double *median)
{
	Course		course = {
		.weeks = weeks,
		.common = common_course(weeks, work->room, work->allocate, work->pause),
		.deviation = work->allocate(sizeof(double) * (weeks->first[weeks->schools] + 1)),
		.prior = work->allocate(sizeof(double) * (weeks->schools + 1))
	};

	course_deviations(weeks, course.common, course.deviation);
	*median = centre_forecasts(work, forecast, course.prior);
	return course;
}

/* Weeks of last year that say nothing of their schools. */
static bool *
silent_weeks(const Course *year, void *(*allocate) (size_t))
{
	size_t		rows = year->weeks->first[year->weeks->schools];
	bool	   *silent = allocate(rows + 1);

	for (size_t r = 0; r < rows; r++)
		silent[r] = says_nothing(year, r);
	return silent;
}

static size_t
schools_with_weeks(const YearWeeks *weeks)
{
	size_t		count = 0;

	for (size_t i = 0; i < weeks->schools; i++)
		count += weeks_of(weeks, i) > 0;
	return count;
}

/* Noise of last year's weeks, or as declared, and each school's variances. */
static void
learn_variances(Work *work)
{
	const Stratum *in = work->in;
	const YearWeeks *last = &in->last_year;
	Learned    *learned = work->learned;
	WeekDeviations weeks = {
		.schools = last->schools, .first = last->first, .enrolments = in->enrolments,
		.deviation = work->last_year.deviation, .left_out = silent_weeks(&work->last_year, work->allocate)
	};
	double	   *own = work->allocate(sizeof(double) * (last->schools + 1));

	learned->from_history = learn_week_noise(&weeks, work->room.number, work->pause, &learned->noise, own)
		&& schools_with_weeks(last) >= CALIBRATION_SCHOOLS;
	if (!learned->from_history)
		learned->noise = in->declared;
	work->serial = serial_factor(learned->noise.rho);
	for (size_t i = 0; i < last->schools; i++)
	{
		size_t		held = weeks_of(last, i);

		work->week_variance[i] = week_variance(learned->noise, in->enrolments[i],
											   learned->from_history ? own[i] : NAN);
		/* what the weeks bring to a year's departure is not the level's */
		work->level_variance[i] = fmax(in->year_variance[i] - work->week_variance[i] * work->serial
									   / (double) (held == 0 ? USUAL_WEEKS : held), LEAST_LEVEL_VARIANCE);
	}
	learned->week_variance = median_known(work->week_variance, last->schools, work->scratch);
	learned->level_variance = median_known(work->level_variance, last->schools, work->scratch);
}

static void
learn_spread(const Work *work, Course *year)
{
	course_spread(year->weeks, year->deviation, year->prior, work->learned->level_variance,
				  work->learned->week_variance, year->common, work->room, work->allocate, work->pause);
	year->areas = area_courses(year->weeks, work->in->areas, year->deviation, year->prior,
							   work->learned->level_variance, work->learned->week_variance, work->scratch,
							   work->allocate);
}

/* ---------- last year's back-test at the same week ---------- */

/* How far the level after the weeks up to a day was above that of the weeks to come, and its standard deviation. */
typedef struct LevelError
{
	double		above;
	double		sd;
} LevelError;

/*
 * By the variance of schools of the size: the school's own is of these very
 * weeks, and would be great where they went astray.  NaN where there are none.
 */
static LevelError
level_error(const Work *work, size_t school, Day day)
{
	const Course *year = &work->last_year;
	const YearWeeks *weeks = year->weeks;
	size_t		end = row_after(weeks, school, day);
	double		variance = week_variance(work->learned->noise, work->in->enrolments[school], NAN);
	double		left = (double) (weeks->first[school + 1] - end);
	double		sessions = 0.0;
	double		sum = 0.0;
	Belief		level;

	if (end == weeks->first[school] || left == 0.0 || isnan(year->prior[school]))
		return (LevelError) {NAN, NAN};
	for (size_t r = end; r < weeks->first[school + 1]; r++)
	{
		if (isnan(course_of(year, r)))
			continue;
		sum += weeks->possible[r] * (weeks->rate[r] - course_of(year, r));
		sessions += weeks->possible[r];
	}
	level = level_after(work, year, school, end, variance);
	return (LevelError) {level.mean - sum / sessions, sqrt(level.variance + variance * work->serial / left)};
}

/*
 * What the errors have in common, their median, the weeks to come will bring
 * again; the quantile is of what they are apart from it.
 */
static void
learn_errors(const Work *work, Day day)
{
	Learned    *learned = work->learned;
	size_t		schools = work->in->last_year.schools;
	LevelError *error = work->allocate(sizeof(LevelError) * (schools + 1));
	double	   *number = work->allocate(sizeof(double) * (schools + 1));
	size_t		known = 0;

	for (size_t i = 0; i < schools; i++)
	{
		LevelError	e = level_error(work, i, day);

		if (!isnan(e.above))
			error[known++] = e;
	}
	work->pause();
	learned->quantile_schools = known < CALIBRATION_SCHOOLS ? 0 : known;
	learned->quantile = DECLARED_QUANTILE;
	learned->shortfall = 0.0;
	if (known < CALIBRATION_SCHOOLS)
		return;
	for (size_t i = 0; i < known; i++)
		number[i] = error[i].above;
	learned->shortfall = common_median(number, known);
	for (size_t i = 0; i < known; i++)
		number[i] = fabs(error[i].above - learned->shortfall) / error[i].sd;
	learned->quantile = quantile(number, known, COVERAGE);
}

void
learn_stratum(Work *work)
{
	const Stratum *in = work->in;

	work->last_year = start_course(work, &in->last_year, in->last_forecast, &work->learned->last_forecast);
	work->this_year = start_course(work, &in->this_year, in->forecast, &work->learned->forecast);
	learn_variances(work);
	learn_spread(work, &work->last_year);
	learn_spread(work, &work->this_year);
	learn_errors(work, newest_monday(&in->this_year) - YEAR_OF_WEEKS);
}
