/*
 * quantile.c
 *	  Quantiles of values, each counting once or by a weight.
 */
#include "core/quantile.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_statistics_double.h>

/* 0.55 x 100 is a little over 55 in binary, and 55 units of 1 reach it. */
#define FRACTION_TOLERANCE 1e-12

double
quantile(double *value, size_t count, double fraction)
{
	double		position = (double) (count - 1) * fraction;
	size_t		below = (size_t) position;
	double		low = gsl_stats_select(value, 1, count, below);
	double		high = low;

	/* selection leaves the greater values behind the one selected */
	if (below + 1 < count)
	{
		high = value[below + 1];
		for (size_t i = below + 2; i < count; i++)
			if (value[i] < high)
				high = value[i];
	}
	return low + (position - (double) below) * (high - low);
}

/* By value; equal ones by weight, so that the order is total. */
static int
compare_values(const void *left, const void *right)
{
	const WeightedValue *a = left;
	const WeightedValue *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->weight < b->weight ? -1 : a->weight > b->weight;
}

double
weighted_quantile(WeightedValue *unit, size_t count, double fraction)
{
	double		total = 0.0;
	double		reached = 0.0;
	double		tolerance;
	size_t		at = 0;
	size_t		next;

	qsort(unit, count, sizeof(WeightedValue), compare_values);
	for (size_t i = 0; i < count; i++)
		total += unit[i].weight;
	if (!(total > 0.0) || isinf(total))
		return isinf(total) ? INFINITY : NAN;
	tolerance = FRACTION_TOLERANCE * total;
	for (size_t i = 0; i < count && (i == 0 || reached < fraction * total - tolerance || unit[at].weight == 0.0); i++)
	{
		at = i;
		reached += unit[i].weight;
	}
	for (next = at + 1; next < count && unit[next].weight == 0.0; next++)
		;
	if (next < count && reached <= fraction * total + tolerance)
		return unit[at].value + (unit[next].value - unit[at].value) / 2.0;
	return unit[at].value;
}
