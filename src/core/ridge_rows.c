/*
 * ridge_rows.c
 *	  Rows of a ridge regression: put in order, described, standardised.
 */
#include "core/ridge_rows.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

/* ---------- order of rows ---------- */

typedef struct Row
{
	const double *x;
	double		y;
	double		weight;
	size_t		p;
	size_t		position;
} Row;

static int
compare_numbers(double a, double b)
{
	return (a > b) - (a < b);
}

/* By everything that is known of a row, so that rows that compare equal are equal. */
static int
compare_rows(const void *left, const void *right)
{
	const Row  *a = left;
	const Row  *b = right;
	int			order = compare_numbers(a->y, b->y);

	if (order == 0)
		order = compare_numbers(a->weight, b->weight);
	for (size_t j = 0; order == 0 && j < a->p; j++)
		order = compare_numbers(a->x[j], b->x[j]);
	return order;
}

static void
order_rows(RidgeFit *fit, RidgeAllocate allocate)
{
	const RidgeInput *in = fit->in;
	Row		   *row = allocate(sizeof(Row) * in->n);

	for (size_t i = 0; i < in->n; i++)
		row[i] = (Row) {in->x + i * in->p, in->y[i], in->weight[i], in->p, i};
	qsort(row, in->n, sizeof(Row), compare_rows);
	for (size_t i = 0; i < in->n; i++)
		fit->order[i] = row[i].position;
}

/* ---------- means and standard deviations ---------- */

/*
 * Weighted means and standard deviations of columns, value[row * columns + j] in
 * row and column j; exactly 0 where a column does not vary.  All columns at
 * once, row by row as they stand in memory.
 */
static void
describe_columns(const RidgeFit *fit, const double *value, size_t columns, double *mean, double *deviation)
{
	const RidgeInput *in = fit->in;
	double	   *low = fit->work;
	double	   *high = fit->work + columns;

	for (size_t j = 0; j < columns; j++)
	{
		low[j] = INFINITY;
		high[j] = -INFINITY;
		mean[j] = deviation[j] = 0.0;
	}
	for (size_t i = 0; i < in->n; i++)
	{
		const double *row = value + fit->order[i] * columns;
		double		weight = in->weight[fit->order[i]];

		in->pause();
		for (size_t j = 0; j < columns && weight > 0.0; j++)
		{
			low[j] = row[j] < low[j] ? row[j] : low[j];
			high[j] = row[j] > high[j] ? row[j] : high[j];
			mean[j] += weight * row[j];
		}
	}
	for (size_t j = 0; j < columns; j++)
		mean[j] = low[j] == high[j] ? low[j] : mean[j] / fit->total_weight;
	for (size_t i = 0; i < in->n; i++)
	{
		const double *row = value + fit->order[i] * columns;
		double		weight = in->weight[fit->order[i]];

		in->pause();
		for (size_t j = 0; j < columns && weight > 0.0; j++)
			deviation[j] += weight * (row[j] - mean[j]) * (row[j] - mean[j]);
	}
	for (size_t j = 0; j < columns; j++)
		deviation[j] = low[j] == high[j] ? 0.0 : sqrt(deviation[j] / fit->total_weight);
}

static void
describe(RidgeFit *fit)
{
	const RidgeInput *in = fit->in;

	fit->total_weight = 0.0;
	fit->rows = 0;
	for (size_t i = 0; i < in->n; i++)
	{
		fit->total_weight += in->weight[fit->order[i]];
		fit->rows += in->weight[fit->order[i]] > 0.0;
	}
	describe_columns(fit, in->y, 1, &fit->model->mean, &fit->deviation);
	fit->deviation *= fit->deviation;
	describe_columns(fit, in->x, in->p, fit->model->location, fit->scale);
}

/* Whether variances can be computed with. */
static bool
in_range(const RidgeFit *fit)
{
	bool		finite = isfinite(fit->deviation);

	for (size_t j = 0; j < fit->in->p; j++)
		finite &= isfinite(fit->scale[j] * fit->scale[j] * fit->total_weight);
	return finite;
}

/* ---------- standardised rows ---------- */

size_t
ridge_standardise(const RidgeFit *fit, size_t position)
{
	const RidgeInput *in = fit->in;
	size_t		count = in->n - position < RIDGE_LANES ? in->n - position : RIDGE_LANES;

	in->pause();
	memset(fit->z, 0, sizeof(double) * RIDGE_LANES * in->p);
	for (size_t lane = 0; lane < count; lane++)
	{
		const double *x = in->x + fit->order[position + lane] * in->p;

		for (size_t j = 0; j < in->p; j++)
			if (fit->scale[j] > 0.0)
				fit->z[j * RIDGE_LANES + lane] = (x[j] - fit->model->location[j]) / fit->scale[j];
	}
	return count;
}

/*
 * Add factor[i] x z[i * p + k], in the order of i, to sum[k] of each k from
 * first on.  Sums stay in registers while rows are added.
 */
static void
add_multiples(double *sum, size_t first, size_t p, const double *z, const double *factor, size_t rows)
{
	size_t		k = first;

	for (; k + 8 <= p; k += 8)
	{
		TwoDoubles	part[4];

#pragma GCC unroll 4
		for (int v = 0; v < 4; v++)
			part[v] = *(const TwoDoubles *) (sum + k + 2 * v);
		for (size_t i = 0; i < rows; i++)
#pragma GCC unroll 4
			for (int v = 0; v < 4; v++)
				part[v] += factor[i] * *(const TwoDoubles *) (z + i * p + k + 2 * v);
#pragma GCC unroll 4
		for (int v = 0; v < 4; v++)
			*(TwoDoubles *) (sum + k + 2 * v) = part[v];
	}
	for (; k < p; k++)
		for (size_t i = 0; i < rows; i++)
			sum[k] += factor[i] * z[i * p + k];
}

/* Correlation matrix (upper triangle) and correlations with y. */
static void
correlate(RidgeFit *fit)
{
	const RidgeInput *in = fit->in;
	size_t		p = in->p;
	double	   *z = fit->work;

	memset(fit->gram, 0, sizeof(double) * p * p);
	memset(fit->moment, 0, sizeof(double) * p);
	for (size_t position = 0; position < in->n; position += RIDGE_LANES)
	{
		size_t		count = ridge_standardise(fit, position);
		size_t		rows = 0;
		double		weight[RIDGE_LANES];
		double		apart[RIDGE_LANES];

		for (size_t lane = 0; lane < count; lane++)
		{
			size_t		row = fit->order[position + lane];

			weight[rows] = in->weight[row] / fit->total_weight;
			apart[rows] = in->y[row] - fit->model->mean;
			if (weight[rows] == 0.0)
				continue;
			for (size_t j = 0; j < p; j++)
				z[rows * p + j] = fit->z[j * RIDGE_LANES + lane];
			rows++;
		}
		for (size_t j = 0; j < p; j++)
		{
			double		weighted[RIDGE_LANES];

			for (size_t i = 0; i < rows; i++)
			{
				weighted[i] = weight[i] * z[i * p + j];
				fit->moment[j] += weighted[i] * apart[i];
			}
			add_multiples(fit->gram + j * p, j, p, z, weighted, rows);
		}
	}
}

int
ridge_read_rows(RidgeFit *fit, RidgeAllocate allocate)
{
	order_rows(fit, allocate);
	describe(fit);
	if (!in_range(fit))
		return GSL_EOVRFLW;
	correlate(fit);
	return GSL_SUCCESS;
}
