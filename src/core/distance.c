/*
 * distance.c
 *	  Weighted Euclidean distance with missing elements.
 *
 * d^2 = (W / W_present) * sum over present elements of w_j (a_j - b_j)^2
 *
 * With nothing missing the factor is exactly 1.0, so that the result is the
 * plain weighted Euclidean distance.  Terms are added in ascending order and
 * each product is rounded on its own (the build forbids contraction), which
 * makes the distance symmetric and equal on every CPU.
 */
#include "core/distance.h"

/* Sums of the same weights in another order may differ in the last bits. */
#define WEIGHT_SUM_TOLERANCE 1e-12

bool
distance_is_comparable(double held, double total)
{
	return held > 0.0 && held >= DISTANCE_COMPARABLE_SHARE * total * (1.0 - WEIGHT_SUM_TOLERANCE);
}

DistanceTerms
distance_terms(const double *weights, int p, const bool *present, int *element)
{
	DistanceTerms terms = {.element = element};
	double		total = 0.0;
	double		held = 0.0;

	for (int j = 0; j < p; j++)
	{
		total += weights[j];
		if (present[j] && weights[j] > 0.0)
		{
			held += weights[j];
			element[terms.count++] = j;
		}
	}
	terms.comparable = distance_is_comparable(held, total);
	terms.factor = terms.comparable ? total / held : 0.0;
	return terms;
}

double
distance_squared(const double *a, const double *b, const double *weights,
				 const DistanceTerms *terms)
{
	double		sum = 0.0;

	for (int t = 0; t < terms->count; t++)
	{
		int			j = terms->element[t];

		sum += weighted_square(a[j], b[j], weights[j]);
	}
	return terms->factor * sum;
}

void
distance_squared_of_four(const double *a, const double *const other[4], const double *weights,
						 const DistanceTerms *terms, double squared[4])
{
	double		sum[4] = {0.0, 0.0, 0.0, 0.0};

	for (int t = 0; t < terms->count; t++)
	{
		int			j = terms->element[t];

#pragma GCC unroll 4
		for (int i = 0; i < 4; i++)
			sum[i] += weighted_square(a[j], other[i][j], weights[j]);
	}
	for (int i = 0; i < 4; i++)
		squared[i] = terms->factor * sum[i];
}

double
distance_squared_of_rows(const double *a, const bool *has_a, const double *b, const bool *has_b,
						 const double *weights, int p, double total)
{
	double		held = 0.0;
	double		sum = 0.0;

	for (int j = 0; j < p; j++)
		if (has_a[j] && has_b[j] && weights[j] > 0.0)
		{
			held += weights[j];
			sum += weighted_square(a[j], b[j], weights[j]);
		}
	return distance_is_comparable(held, total) ? total / held * sum : -1.0;
}

void
distance_squared_of_four_rows(const double *a, const bool *has_a, const double *const other[4],
							  const bool *const has_other[4], const double *weights, int p, double total,
							  double squared[4])
{
	double		held[4] = {0.0, 0.0, 0.0, 0.0};
	double		sum[4] = {0.0, 0.0, 0.0, 0.0};

	for (int j = 0; j < p; j++)
	{
		/* chosen without a branch, for nobody could guess which; 0 more changes no sum */
		const double weight[2] = {0.0, weights[j]};
		const double own[2] = {0.0, a[j]};

		if (!has_a[j] || weights[j] == 0.0)
			continue;
#pragma GCC unroll 4
		for (int i = 0; i < 4; i++)
		{
			held[i] += weight[has_other[i][j]];
			sum[i] += weighted_square(own[has_other[i][j]], other[i][j], weights[j]);
		}
	}
	for (int i = 0; i < 4; i++)
		squared[i] = distance_is_comparable(held[i], total) ? total / held[i] * sum[i] : -1.0;
}

void
distance_parts(const double *a, const double *b, const double *weights,
			   int p, const DistanceTerms *terms, double *parts)
{
	for (int j = 0; j < p; j++)
		parts[j] = 0.0;
	for (int t = 0; t < terms->count; t++)
	{
		int			j = terms->element[t];

		parts[j] = terms->factor * weighted_square(a[j], b[j], weights[j]);
	}
}
