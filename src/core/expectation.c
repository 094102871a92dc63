/*
 * expectation.c
 *	  From similar schools to an expectation.
 *
 * Tricube kernel: Cleveland 1979 (JASA 74:829-836).  Pared mean, the
 * "achievable benchmark of care": Kiefe et al. 1998 (Int J Qual Health Care
 * 10:443-447), Weissman et al. 1999 (J Eval Clin Pract 5:269-281).
 */
#include "core/expectation.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* 0.55 x 100 is a little over 55 in binary, and 55 units of 1 are enough for it. */
#define SHARE_TOLERANCE 1e-12

static double
tricube(double distance, double bandwidth)
{
	double		u;
	double		v;

	if (!(distance < bandwidth))
		return 0.0;
	u = distance / bandwidth;
	v = 1.0 - u * u * u;
	return v * v * v;
}

/* Whether any value has weight inside the bandwidth. */
static bool
kernel_reaches(const double *distance, const double *weight, size_t count, double bandwidth)
{
	for (size_t i = 0; i < count; i++)
		if (tricube(distance[i], bandwidth) * weight[i] > 0.0)
			return true;
	return false;
}

double
local_mean(const double *value, const double *distance, const double *weight,
		   size_t count, double bandwidth)
{
	bool		reaches = kernel_reaches(distance, weight, count, bandwidth);
	double		sum = 0.0;
	double		total = 0.0;

	for (size_t i = 0; i < count; i++)
	{
		double		kernel = (reaches ? tricube(distance[i], bandwidth) : 1.0) * weight[i];

		sum += kernel * value[i];
		total += kernel;
	}
	return isfinite(sum) && isfinite(total) ? sum / total : INFINITY;
}

double
local_mean_error(const double *value, const double *distance, const double *weight,
				 size_t count, double bandwidth)
{
	bool		reaches = kernel_reaches(distance, weight, count, bandwidth);
	double		mean = local_mean(value, distance, weight, count, bandwidth);
	double		squares = 0.0;
	double		total = 0.0;

	if (isnan(mean))			/* no weight at all */
		return mean;
	for (size_t i = 0; i < count; i++)
	{
		double		kernel = (reaches ? tricube(distance[i], bandwidth) : 1.0) * weight[i];
		double		part = kernel * (value[i] - mean);

		squares += part * part;
		total += kernel;
	}
	return isfinite(squares) ? sqrt(squares) / total : INFINITY;
}

/* Best adjusted fraction first; equal ones by size, so that the order is total. */
static int
compare_fractions(const void *left, const void *right)
{
	const Fraction *a = left;
	const Fraction *b = right;
	double		adjusted_a = (a->numerator + 1.0) / (a->denominator + 2.0);
	double		adjusted_b = (b->numerator + 1.0) / (b->denominator + 2.0);

	if (adjusted_a != adjusted_b)
		return adjusted_a > adjusted_b ? -1 : 1;
	if (a->denominator != b->denominator)
		return a->denominator > b->denominator ? -1 : 1;
	return a->numerator > b->numerator ? -1 : a->numerator < b->numerator;
}

double
pared_mean(Fraction *unit, size_t count, double share)
{
	double		total = 0.0;
	double		wanted;
	Fraction	taken = {0.0, 0.0};

	qsort(unit, count, sizeof(Fraction), compare_fractions);
	for (size_t i = 0; i < count; i++)
		total += unit[i].denominator;
	if (!isfinite(total))
		return INFINITY;
	wanted = share * total * (1.0 - SHARE_TOLERANCE);
	for (size_t i = 0; i < count && (i == 0 || taken.denominator < wanted); i++)
	{
		taken.numerator += unit[i].numerator;
		taken.denominator += unit[i].denominator;
	}
	return taken.numerator / taken.denominator;
}

double
improvement_expectation(double baseline, double expected, double ladder_top,
						const ImprovementRule *rule)
{
	double		gap = fmax(0.0, expected - baseline);
	double		headroom = fmax(0.0, ladder_top - baseline);
	double		improvement = rule->pace + rule->gap_share * gap;

	improvement = fmin(fmax(improvement, rule->floor), rule->cap);
	return fmin(improvement, headroom);
}
