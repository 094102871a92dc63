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

/* Weighted mean and standard deviation of the column that starts at value; exactly 0 where it does not vary. */
static void
describe_column(const RidgeFit *fit, const double *value, size_t stride, double *mean, double *deviation)
{
	const RidgeInput *in = fit->in;
	double		low = INFINITY;
	double		high = -INFINITY;
	double		sum = 0.0;
	double		squares = 0.0;

	for (size_t i = 0; i < in->n; i++)
	{
		size_t		row = fit->order[i];
		double		this = value[row * stride];

		if (in->weight[row] > 0.0)
		{
			low = fmin(low, this);
			high = fmax(high, this);
			sum += in->weight[row] * this;
		}
	}
	*mean = low == high ? low : sum / fit->total_weight;
	for (size_t i = 0; i < in->n; i++)
	{
		size_t		row = fit->order[i];
		double		apart = value[row * stride] - *mean;

		if (in->weight[row] > 0.0)
			squares += in->weight[row] * apart * apart;
	}
	*deviation = low == high ? 0.0 : sqrt(squares / fit->total_weight);
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
	describe_column(fit, in->y, 1, &fit->model->mean, &fit->deviation);
	fit->deviation *= fit->deviation;
	for (size_t j = 0; j < in->p; j++)
	{
		in->pause();
		describe_column(fit, in->x + j, in->p, &fit->model->location[j], &fit->scale[j]);
	}
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

/* Correlation matrix (upper triangle) and correlations with y. */
static void
correlate(RidgeFit *fit)
{
	const RidgeInput *in = fit->in;
	size_t		p = in->p;

	memset(fit->gram, 0, sizeof(double) * p * p);
	memset(fit->moment, 0, sizeof(double) * p);
	for (size_t position = 0; position < in->n; position += RIDGE_LANES)
	{
		size_t		count = ridge_standardise(fit, position);

		for (size_t lane = 0; lane < count; lane++)
		{
			size_t		row = fit->order[position + lane];
			double		weight = in->weight[row] / fit->total_weight;
			double	   *z = fit->work;

			if (weight == 0.0)
				continue;
			for (size_t j = 0; j < p; j++)
				z[j] = fit->z[j * RIDGE_LANES + lane];
			for (size_t j = 0; j < p; j++)
			{
				double		weighted = weight * z[j];

				fit->moment[j] += weighted * (in->y[row] - fit->model->mean);
				for (size_t k = j; k < p; k++)
					fit->gram[j * p + k] += weighted * z[k];
			}
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
