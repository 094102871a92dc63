/*
 * outcome.c
 *	  What a year's change says of the change that is true.
 */
#include "core/outcome.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

Belief
true_change(Belief prior, double change, double noise)
{
	double		total = prior.variance + noise;
	double		share = total > 0.0 ? prior.variance / total : 1.0;

	return (Belief) {prior.mean + share * (change - prior.mean), prior.variance * (1.0 - share)};
}

double
shortfall_probability(Belief change, double improvement, double by)
{
	double		beyond = improvement - by - change.mean;

	if (change.variance == 0.0)
		return beyond > 0.0;
	return gsl_cdf_ugaussian_P(beyond / sqrt(change.variance));
}
