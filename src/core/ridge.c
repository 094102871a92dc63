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
#include <string.h>

#include <gsl/gsl_errno.h>

#include "core/ridge_penalty.h"
#include "core/ridge_predict.h"
#include "core/ridge_rows.h"

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

/* ---------- fit ---------- */

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
	fit->work = allocate(sizeof(double) * RIDGE_LANES * p);
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
	status = ridge_read_rows(&fit, allocate);
	if (status == GSL_SUCCESS)
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

/* ---------- predictions of other rows ---------- */

double
ridge_cross_leverage(const double *a, const double *b, const double *location,
					 const double *inverse, size_t p, double total_weight)
{
	double		sum = 0.0;

	for (size_t j = 0; j < p; j++)
	{
		double		part = 0.0;

		for (size_t k = 0; k < p; k++)
			part += inverse[j * p + k] * (b[k] - location[k]);
		sum += (a[j] - location[j]) * part;
	}
	return 1.0 / total_weight + sum;
}

double
ridge_cross_variance(const double *a, const double *b, const double *location,
					 const double *inverse, const double *penalties, size_t p, double total_weight)
{
	double		sum = ridge_cross_leverage(a, b, location, inverse, p, total_weight);

	for (size_t j = 0; j < p; j++)
	{
		double		part_a = 0.0;
		double		part_b = 0.0;

		for (size_t k = 0; k < p; k++)
		{
			part_a += inverse[j * p + k] * (a[k] - location[k]);
			part_b += inverse[j * p + k] * (b[k] - location[k]);
		}
		sum -= penalties[j] * part_a * part_b;
	}
	return sum;
}
