/*
 * week_noise.h
 *	  How noisy a school's week is: by size, by school, by week, and from one
 *	  week to the next.
 *
 * Deviations are of a school's week from the week of its peers, percentage
 * points; variances in their square.
 */
#ifndef ABIE_CORE_WEEK_NOISE_H
#define ABIE_CORE_WEEK_NOISE_H

#include <stdbool.h>
#include <stddef.h>

/* Weeks from which a school's own variance counts. */
#define OWN_VARIANCE_WEEKS 20

/* The variance v0 + v1 / n of a week of a school with n enrolments, and the correlation of successive weeks. */
typedef struct WeekNoise
{
	double		v0;
	double		v1;
	double		rho;
} WeekNoise;

/* Weeks of schools in a year: those of school i are first[i] to first[i + 1] - 1, in the order of time. */
typedef struct WeekDeviations
{
	size_t		schools;
	const size_t *first;		/* schools + 1 elements */
	const double *enrolments;	/* greater than 0 */
	const double *deviation;
	const bool *left_out;		/* weeks that say nothing */
} WeekDeviations;

/*
 * Squared deviations from the school's own mean, W / (W - 1) of them for its W
 * weeks, winsorised at 98 per cent of all; their least squares on 1 and 1/n
 * with weights 1 / (0.5 + 100/n)^2, v0 >= 0.01 and v1 >= 0.  rho: mean product
 * of successive deviations, winsorised likewise, over their mean square, within
 * 0 and 0.9.  own: the mean square of each school's own weeks, NaN with fewer
 * than OWN_VARIANCE_WEEKS.  work: room for as many numbers as there are weeks,
 * twice.  False where no school has two weeks.
 */
extern bool learn_week_noise(const WeekDeviations *weeks, double *work, void (*pause) (void),
							 WeekNoise *noise, double *own);

/* Variance of an ordinary week of a school; its own variance, unless NaN, counts for half. */
extern double week_variance(WeekNoise noise, double enrolments, double own);

/* What serial correlation multiplies the variance of a mean of weeks by: (1 + rho) / (1 - rho). */
extern double serial_factor(double rho);

/*
 * A week's own spread: the variance among count (at least 1) schools of their
 * departures in it, (1.4826 MAD)^2, less what they truly differ by, in units of
 * an ordinary week's variance; at least 0.25.  departure is overwritten.
 */
extern double week_spread(double *departure, size_t count, double level_variance, double week_variance);

#endif
