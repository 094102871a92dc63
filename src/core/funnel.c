/*
 * funnel.c
 *	  Funnel limits of a proportion.
 */
#include "core/funnel.h"

#include <gsl/gsl_cdf.h>

/*
 * Where the beta distribution reaches p, by bisection to the last bit: GSL's own
 * quantile gives NaN, or does not end, for some of the parameters met here, its
 * distribution function serves all of them.
 */
static double
beta_quantile(double p, double a, double b)
{
	double		low = 0.0;
	double		high = 1.0;

	if (a == 0.0)
		return 0.0;
	for (;;)
	{
		double		middle = low + (high - low) / 2.0;

		if (middle == low || middle == high)
			return low;
		if (gsl_cdf_beta_P(middle, a, b) < p)
			low = middle;
		else
			high = middle;
	}
}

/* The denominator whose sampling variance is that of the units and what lies between them. */
static double
effective_denominator(double target, double denominator, double between_variance)
{
	double		variance = target * (1.0 - target);

	return variance == 0.0 ? denominator : variance / (variance / denominator + between_variance);
}

FunnelLimits
funnel_limits(double target, double denominator, double coverage, double between_variance)
{
	double		units = effective_denominator(target, denominator, between_variance);
	double		outside = (1.0 - coverage) / 2.0;
	double		successes = target * units;
	double		failures = (1.0 - target) * units;

	return (FunnelLimits) {
		.lower = beta_quantile(outside, successes, failures + 1.0),
		.upper = 1.0 - beta_quantile(outside, failures, successes + 1.0)
	};
}
