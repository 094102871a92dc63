/*
 * projection.h
 *	  From a forecast and the weeks so far to the school's year: its own level,
 *	  the year projected, the probability that an expectation is met.
 */
#ifndef ABIE_CORE_PROJECTION_H
#define ABIE_CORE_PROJECTION_H

#include <stdbool.h>
#include <stddef.h>

/* What is known of a number: normal, with a mean and a variance. */
typedef struct Belief
{
	double		mean;
	double		variance;
} Belief;

/*
 * A school's own level, its deviation from the common course, after so many
 * weeks: the normal posterior (Kalman 1960, for a level that stays) of prior
 * and deviations with the given variances, each times serial (serial_factor)
 * over its weight.  A deviation farther from the prior's mean than 2.5 standard
 * deviations of itself and the prior counts as one that far.  A week of weight
 * 0 says nothing.  Variances are greater than 0, the prior's may be 0.
 */
extern Belief own_level_after(Belief prior, const double *deviation, const double *variance, const double *weight,
							  size_t weeks, double serial);

/* What is done of a year, and what is known of the rest. */
typedef struct YearSoFar
{
	double		done;			/* share of the year's possible sessions, 0 to 1 */
	double		rate;			/* attendance in it, per cent */
	double		course;			/* of the weeks to come: attendance common to all, per cent */
	double		week_variance;	/* of a week to come, serial correlation included */
	double		weeks_left;		/* greater than 0 unless all is done */
} YearSoFar;

/* The year: what is done, and the rest by the common course and the own level; variance of the own part alone. */
extern Belief project_year(YearSoFar year, Belief level);

#define MOVEMENT_NODES 16

/* Nodes and weights, sum 1, of a Gauss-Hermite rule for the standard normal distribution. */
typedef struct NormalRule
{
	double		node[MOVEMENT_NODES];
	double		weight[MOVEMENT_NODES];
} NormalRule;

/* False where GSL has no memory for it; its error handler must be off. */
extern bool normal_rule(NormalRule *rule);

/* What is asked of a school, and what is common to all. */
typedef struct Bar
{
	double		baseline;
	double		improvement;
	double		pace;			/* the change that is credited for the common one */
	double		common_change;	/* of all schools, from the baseline year to this year's end: expected */
	double		common_sd;		/* its standard deviation */
} Bar;

/*
 * Probability that outcome - baseline, or the same less the common change plus
 * the pace, is at least the improvement, the outcome being the year projected
 * (its variance that of the own part) plus what the common change turns out to
 * differ from the one expected.
 */
extern double probability_met(Belief year, Bar bar, const NormalRule *rule);

#endif
