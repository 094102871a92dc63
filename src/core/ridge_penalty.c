/*
 * ridge_penalty.c
 *	  The penalty of a ridge regression, by generalised cross-validation: Golub,
 *	  Heath and Wahba 1979 (Technometrics 21:215-223).
 */
#include "core/ridge_penalty.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>

#include "core/eigen.h"

/* The grid of lambda, ascending: 10^(-8 + step/4), step 0 to GRID_SIZE - 1. */
#define GRID_SIZE 41

static double
grid(int step)
{
	/* constants: the C library's pow may differ in the last bit from one CPU to another */
	static const double decade[] = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2};
	static const double quarter[] = {1.0, 1.7782794100389228, 3.1622776601683795, 5.6234132519034908};

	return decade[step / 4] * quarter[step % 4];
}

int
ridge_decompose(RidgeFit *fit, const double *penalty)
{
	size_t		p = fit->in->p;
	double		greatest = 0.0;
	double	   *matrix = fit->eigenvector;

	for (size_t j = 0; j < p; j++)
		for (size_t k = j; k < p; k++)
			matrix[j * p + k] = matrix[k * p + j] = fit->gram[j * p + k] + (j == k ? penalty[j] : 0.0);
	if (!symmetric_eigen(matrix, p, fit->eigenvalue, fit->work, fit->in->pause))
		return GSL_EMAXITER;
	for (size_t k = 0; k < p; k++)
		greatest = fmax(greatest, fit->eigenvalue[k]);
	for (size_t k = 0; k < p; k++)
		if (fit->eigenvalue[k] <= greatest * p * DBL_EPSILON)
			fit->eigenvalue[k] = 0.0;
	return GSL_SUCCESS;
}

/* Correlation of y with the k-th principal component. */
static double
component(const RidgeFit *fit, size_t k)
{
	size_t		p = fit->in->p;
	double		sum = 0.0;

	for (size_t j = 0; j < p; j++)
		sum += fit->eigenvector[k * p + j] * fit->moment[j];
	return sum;
}

/* Generalised cross-validation criterion of a penalty, from the decomposition without one. */
static double
validation_error(const RidgeFit *fit, const double *part, double lambda)
{
	double		residual = fit->deviation;
	double		parameters = 1.0;
	double		left;

	/* least squares first: what a penalty adds to it is then a sum of positive terms */
	for (size_t k = 0; k < fit->in->p; k++)
		if (fit->eigenvalue[k] > 0.0)
			residual -= part[k] * part[k] / fit->eigenvalue[k];
	residual = fmax(residual, 0.0);
	for (size_t k = 0; k < fit->in->p; k++)
		if (fit->eigenvalue[k] > 0.0)
		{
			double		shrunk = lambda / (fit->eigenvalue[k] + lambda);

			residual += part[k] * part[k] / fit->eigenvalue[k] * shrunk * shrunk;
			parameters += 1.0 - shrunk;
		}
	left = 1.0 - parameters / fit->rows;
	return left > 0.0 ? residual / (left * left) : INFINITY;
}

/* The lambda of the grid with the smallest criterion, the greater of equal ones. */
static double
best_penalty(const RidgeFit *fit, double *part)
{
	double		best = grid(GRID_SIZE - 1);
	double		least;

	for (size_t k = 0; k < fit->in->p; k++)
		part[k] = component(fit, k);
	least = validation_error(fit, part, best);
	for (int step = GRID_SIZE - 2; step >= 0; step--)
	{
		double		error = validation_error(fit, part, grid(step));

		if (error < least)
		{
			least = error;
			best = grid(step);
		}
	}
	return best;
}

int
ridge_set_penalties(RidgeFit *fit)
{
	RidgeModel *model = fit->model;
	int			status = GSL_SUCCESS;

	model->penalty = NAN;
	memset(fit->penalty, 0, sizeof(double) * fit->in->p);
	if (fit->in->penalties == NULL)
	{
		status = ridge_decompose(fit, fit->penalty);
		if (status != GSL_SUCCESS)
			return status;
		model->penalty = best_penalty(fit, fit->slope);
	}
	for (size_t j = 0; j < fit->in->p; j++)
	{
		double		unit = fit->total_weight * fit->scale[j] * fit->scale[j];

		if (fit->in->penalties != NULL)
		{
			model->penalties[j] = fit->in->penalties[j];
			fit->penalty[j] = unit > 0.0 ? fit->in->penalties[j] / unit : 0.0;
		}
		else
		{
			model->penalties[j] = model->penalty * unit;
			fit->penalty[j] = unit > 0.0 ? model->penalty : 0.0;
		}
	}
	return status;
}
