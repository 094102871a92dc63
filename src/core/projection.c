/*
 * projection.c
 *	  The school's own level, the year projected, the probability of meeting.
 */
#include "core/projection.h"

#include <math.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>

#define CLIPPED_AT 2.5

Belief
own_level_after(Belief prior, const double *deviation, const double *variance, const double *weight, size_t weeks,
				double serial)
{
	double		precision = 0.0;
	double		sum = 0.0;
	double		kept;

	for (size_t w = 0; w < weeks; w++)
	{
		double		bound = CLIPPED_AT * sqrt(variance[w] + prior.variance);
		double		residual = fmin(fmax(deviation[w] - prior.mean, -bound), bound);
		double		counts = weight[w] / (variance[w] * serial);

		precision += counts;
		sum += residual * counts;
	}
	/* times the prior's variance throughout, which may be 0 */
	kept = 1.0 + prior.variance * precision;
	return (Belief) {prior.mean + prior.variance * sum / kept, prior.variance / kept};
}

Belief
project_year(YearSoFar year, Belief level)
{
	double		rest = 1.0 - year.done;

	if (rest <= 0.0)
		return (Belief) {year.rate, 0.0};
	return (Belief) {
		year.done * year.rate + rest * (year.course + level.mean),
		rest * rest * (level.variance + year.week_variance / year.weeks_left)
	};
}

bool
normal_rule(NormalRule *rule)
{
	/* weight exp(-x^2 / 2) */
	gsl_integration_fixed_workspace *fixed =
		gsl_integration_fixed_alloc(gsl_integration_fixed_hermite, MOVEMENT_NODES, 0.0, 0.5, 0.0, 0.0);
	double		sum = 0.0;

	if (fixed == NULL)
		return false;
	for (int i = 0; i < MOVEMENT_NODES; i++)
		sum += fixed->weights[i];
	for (int i = 0; i < MOVEMENT_NODES; i++)
	{
		rule->node[i] = fixed->x[i];
		rule->weight[i] = fixed->weights[i] / sum;
	}
	gsl_integration_fixed_free(fixed);
	return true;
}

/* Probability that a normal number is 0 or more. */
static double
not_negative(double mean, double sd)
{
	if (sd == 0.0)
		return mean >= 0.0;
	return gsl_cdf_ugaussian_P(mean / sd);
}

/* ... once the common change differs from the one expected by so much. */
static double
probability_after(Belief year, Bar bar, double sd, double surprise)
{
	double		credit = fmax(bar.pace - (bar.common_change + surprise), 0.0);

	return not_negative(year.mean + surprise - bar.baseline + credit - bar.improvement, sd);
}

double
probability_met(Belief year, Bar bar, const NormalRule *rule)
{
	double		sd = sqrt(year.variance);
	double		probability = 0.0;

	if (bar.common_sd == 0.0)
		return probability_after(year, bar, sd, 0.0);
	for (int i = 0; i < MOVEMENT_NODES; i++)
		probability += rule->weight[i] * probability_after(year, bar, sd, bar.common_sd * rule->node[i]);
	return fmin(fmax(probability, 0.0), 1.0);
}
