/*
 * scaling.c
 *	  Location and scale of a characteristic.
 *
 * Median absolute deviation: Rousseeuw and Croux 1993 (JASA 88:1273-1283);
 * the factor makes it estimate the standard deviation of a normal sample.
 */
#include "core/scaling.h"

#include <math.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#define MAD_FACTOR 1.4826

/* GSL's means use long double, whose size depends on the CPU; these use double. */
static double
mean_of(const double *values, size_t count)
{
	double		mean = 0.0;

	for (size_t i = 0; i < count; i++)
		mean += (values[i] - mean) / (double) (i + 1);
	return mean;
}

/* Sample standard deviation (divisor n - 1), 0 for a single value. */
static double
standard_deviation(const double *values, size_t count, double mean)
{
	double		squares = 0.0;

	for (size_t i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return count > 1 ? sqrt(squares / (double) (count - 1)) : 0.0;
}

static Scaling
robust_scaling(const double *sorted, size_t count, double *work)
{
	Scaling		scaling;

	scaling.location = gsl_stats_median_from_sorted_data(sorted, 1, count);
	for (size_t i = 0; i < count; i++)
		work[i] = fabs(sorted[i] - scaling.location);
	gsl_sort(work, 1, count);
	scaling.scale = MAD_FACTOR * gsl_stats_median_from_sorted_data(work, 1, count);
	if (scaling.scale == 0.0)
		scaling.scale = standard_deviation(sorted, count, mean_of(sorted, count));
	return scaling;
}

Scaling
scaling_of(double *values, size_t count, ScalingMethod method, double *work)
{
	Scaling		scaling;

	gsl_sort(values, 1, count);
	switch (method)
	{
		case SCALING_SD:
			scaling.location = mean_of(values, count);
			scaling.scale = values[0] == values[count - 1] ? 0.0 :
				standard_deviation(values, count, scaling.location);
			break;
		case SCALING_RANGE:
			scaling.location = values[0];
			scaling.scale = values[count - 1] - values[0];
			break;
		default:
			scaling = robust_scaling(values, count, work);
	}
	return scaling;
}

double
scaling_apply(double value, Scaling scaling, double clip)
{
	double		scaled;

	if (scaling.scale == 0.0)
		return 0.0;
	scaled = (value - scaling.location) / scaling.scale;
	return fmin(fmax(scaled, -clip), clip);
}
