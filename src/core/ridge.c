/*
 * ridge.c
 *	  Weighted ridge regression with every leave-one-out prediction.
 *
 * Columns are brought to mean 0 and standard deviation 1, weights to sum 1.
 * With the eigenvectors of their correlation matrix each penalty of the grid
 * costs a pass over the columns only; with the root of the inverse of the
 * penalised matrix each leverage is a sum of squares.
 */
#include "core/ridge.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "core/ridge_fit.h"

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

/* Weighted mean and standard deviation of the column that starts at value; exactly 0 deviation where it does not vary. */
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

/* ---------- coefficients ---------- */

/* The root of the inverse: eigenvectors over the square root of their eigenvalue. */
static void
take_root(RidgeFit *fit)
{
	size_t		p = fit->in->p;

	fit->rank = 0;
	for (size_t k = 0; k < p; k++)
		if (fit->eigenvalue[k] > 0.0)
		{
			double		length = sqrt(fit->eigenvalue[k]);

			for (size_t j = 0; j < p; j++)
				fit->root[fit->rank * p + j] = fit->scale[j] > 0.0 ? fit->eigenvector[k * p + j] / length : 0.0;
			fit->eigenvalue[fit->rank++] = fit->eigenvalue[k];
		}
}

static void
solve(RidgeFit *fit)
{
	RidgeModel *model = fit->model;
	size_t		p = fit->in->p;

	memset(fit->slope, 0, sizeof(double) * p);
	memset(model->inverse, 0, sizeof(double) * p * p);
	for (size_t r = 0; r < fit->rank; r++)
	{
		const double *root = fit->root + r * p;
		double		part = 0.0;

		fit->in->pause();
		for (size_t j = 0; j < p; j++)
			part += root[j] * fit->moment[j];
		for (size_t j = 0; j < p; j++)
		{
			fit->slope[j] += part * root[j];
			for (size_t k = 0; k < p; k++)
				model->inverse[j * p + k] += root[j] * root[k];
		}
	}
	model->intercept = model->mean;
	for (size_t j = 0; j < p; j++)
	{
		double		scale = fit->scale[j] > 0.0 ? fit->scale[j] : 1.0;

		model->coefficients[j] = fit->slope[j] / scale;
		model->intercept -= model->coefficients[j] * model->location[j];
		for (size_t k = 0; k < p; k++)
			model->inverse[j * p + k] /= fit->total_weight * scale * (fit->scale[k] > 0.0 ? fit->scale[k] : 1.0);
	}
}

/* ---------- interface ---------- */

static void
allocate_fit(RidgeFit *fit, RidgeAllocate allocate)
{
	size_t		n = fit->in->n;
	size_t		p = fit->in->p;
	RidgeModel *model = fit->model;

	fit->order = allocate(sizeof(size_t) * n);
	fit->scale = allocate(sizeof(double) * p);
	fit->z = allocate(sizeof(double) * RIDGE_LANES * p);
	fit->gram = allocate(sizeof(double) * p * p);
	fit->moment = allocate(sizeof(double) * p);
	fit->eigenvalue = allocate(sizeof(double) * p);
	fit->eigenvector = allocate(sizeof(double) * p * p);
	fit->work = allocate(sizeof(double) * p);
	fit->penalty = allocate(sizeof(double) * p);
	fit->root = allocate(sizeof(double) * p * p);
	fit->slope = allocate(sizeof(double) * p);
	model->penalties = allocate(sizeof(double) * p);
	model->location = allocate(sizeof(double) * p);
	model->coefficients = allocate(sizeof(double) * p);
	model->inverse = allocate(sizeof(double) * p * p);
	model->fitted = allocate(sizeof(double) * n);
	model->leverage = allocate(sizeof(double) * n);
	model->leave_one_out = allocate(sizeof(double) * n);
	model->leave_one_out_error = allocate(sizeof(double) * n);
}

int
ridge_fit(const RidgeInput *input, RidgeAllocate allocate, RidgeModel *model)
{
	RidgeFit	fit = {.in = input, .model = model};
	int			status;

	allocate_fit(&fit, allocate);
	order_rows(&fit, allocate);
	describe(&fit);
	if (!in_range(&fit))
		return GSL_EOVRFLW;
	correlate(&fit);
	status = ridge_set_penalties(&fit);
	if (status == GSL_SUCCESS)
		status = ridge_decompose(&fit, fit.penalty);
	if (status != GSL_SUCCESS)
		return status;
	take_root(&fit);
	solve(&fit);
	ridge_predict(&fit);
	return GSL_SUCCESS;
}
