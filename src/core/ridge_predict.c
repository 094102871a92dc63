/*
 * ridge_predict.c
 *	  Predictions of a ridge regression of its own rows: fitted and leave-one-out.
 */
#include "core/ridge_predict.h"

#include <math.h>
#include <string.h>

/* A leverage within this of 1 leaves nothing to predict the row by. */
#define LEVERAGE_TOLERANCE 1e-12

#define RIDGE_VECTORS (RIDGE_LANES / 2)

/* Add the products of two vectors with each standardised row to what is in sum; both wait less for additions so. */
static void
add_products(const RidgeFit *fit, const double *const vector[2], double sum[2][RIDGE_LANES])
{
	TwoDoubles	part[2][RIDGE_VECTORS];

#pragma GCC unroll 4
	for (int v = 0; v < RIDGE_VECTORS; v++)
	{
		part[0][v] = *(const TwoDoubles *) (sum[0] + 2 * v);
		part[1][v] = *(const TwoDoubles *) (sum[1] + 2 * v);
	}
	for (size_t j = 0; j < fit->in->p; j++)
#pragma GCC unroll 4
		for (int v = 0; v < RIDGE_VECTORS; v++)
		{
			TwoDoubles	z = *(const TwoDoubles *) (fit->z + j * RIDGE_LANES + 2 * v);

			part[0][v] += vector[0][j] * z;
			part[1][v] += vector[1][j] * z;
		}
#pragma GCC unroll 4
	for (int v = 0; v < RIDGE_VECTORS; v++)
	{
		*(TwoDoubles *) (sum[0] + 2 * v) = part[0][v];
		*(TwoDoubles *) (sum[1] + 2 * v) = part[1][v];
	}
}

/*
 * For each standardised row z' inverse z, and the part of it that the penalty takes
 * from the variance of a prediction, lambda z' inverse^2 z.
 */
static void
squared_lengths(const RidgeFit *fit, double *length, double *penalised)
{
	size_t		p = fit->in->p;

	memset(length, 0, sizeof(double) * RIDGE_LANES);
	memset(penalised, 0, sizeof(double) * RIDGE_LANES);
	for (size_t r = 0; r < fit->rank; r += 2)
	{
		size_t		roots = r + 1 < fit->rank ? 2 : 1;
		const double *root[2] = {fit->root + r * p, fit->root + (r + roots - 1) * p};
		double		part[2][RIDGE_LANES] = {{0.0}};

		add_products(fit, root, part);
		for (size_t i = 0; i < roots; i++)
		{
			double		penalty = fit->model->penalty / fit->eigenvalue[r + i];

			for (size_t lane = 0; lane < RIDGE_LANES; lane++)
			{
				length[lane] += part[i][lane] * part[i][lane];
				penalised[lane] += penalty * (part[i][lane] * part[i][lane]);
			}
		}
	}
}

/* What the model says of a row of the given fitted value, share of the weights and squared lengths. */
static void
predict_row(RidgeModel *model, size_t row, double y, double fitted, double share, double length, double penalised)
{
	double		leverage = share * (1.0 + length);
	double		left = 1.0 - leverage;

	model->fitted[row] = fitted;
	model->leverage[row] = leverage;
	model->leave_one_out[row] = NAN;
	model->leave_one_out_error[row] = NAN;
	if (left > LEVERAGE_TOLERANCE)
	{
		/* the squared weights of all rows in the prediction, less the row's own */
		double		squares = 1.0 + length - penalised - share * (1.0 + length) * (1.0 + length);

		model->leave_one_out[row] = (fitted - leverage * y) / left;
		model->leave_one_out_error[row] = sqrt(isnan(squares) ? squares : fmax(squares, 0.0)) / left;
	}
}

static void
predict_rows(const RidgeFit *fit)
{
	const RidgeInput *in = fit->in;

	for (size_t position = 0; position < in->n; position += RIDGE_LANES)
	{
		size_t		count = ridge_standardise(fit, position);
		double		length[RIDGE_LANES];
		double		penalised[RIDGE_LANES];
		const double *slope[2] = {fit->slope, fit->slope};
		double		fitted[2][RIDGE_LANES];

		squared_lengths(fit, length, penalised);
		for (size_t lane = 0; lane < RIDGE_LANES; lane++)
			fitted[0][lane] = fitted[1][lane] = fit->model->mean;
		add_products(fit, slope, fitted);
		for (size_t lane = 0; lane < count; lane++)
		{
			size_t		row = fit->order[position + lane];

			predict_row(fit->model, row, in->y[row], fitted[0][lane], in->weight[row] / fit->total_weight,
						length[lane], penalised[lane]);
		}
	}
}

/* Mean over rows of weight x squared leave-one-out residual; and the errors in its units. */
static void
scale_errors(const RidgeFit *fit)
{
	RidgeModel *model = fit->model;
	double		sum = 0.0;
	size_t		count = 0;

	for (size_t i = 0; i < fit->in->n; i++)
	{
		size_t		row = fit->order[i];
		double		residual = fit->in->y[row] - model->leave_one_out[row];

		if (fit->in->weight[row] > 0.0 && !isnan(residual))
		{
			sum += fit->in->weight[row] * residual * residual;
			count++;
		}
	}
	model->residual_variance = count > 0 ? sum / count : NAN;
	for (size_t row = 0; row < fit->in->n; row++)
		model->leave_one_out_error[row] *= sqrt(model->residual_variance / fit->total_weight);
}

/* 1 - weighted squared errors / weighted squared deviations, over the rows that have a prediction. */
static double
determination(const RidgeFit *fit, const double *predicted)
{
	double		errors = 0.0;
	double		deviations = 0.0;

	for (size_t i = 0; i < fit->in->n; i++)
	{
		size_t		row = fit->order[i];
		double		weight = fit->in->weight[row];
		double		error = fit->in->y[row] - predicted[row];
		double		deviation = fit->in->y[row] - fit->model->mean;

		if (weight > 0.0 && !isnan(error))
		{
			errors += weight * error * error;
			deviations += weight * deviation * deviation;
		}
	}
	return deviations > 0.0 ? 1.0 - errors / deviations : NAN;
}

void
ridge_predict(const RidgeFit *fit)
{
	predict_rows(fit);
	scale_errors(fit);
	fit->model->r2 = determination(fit, fit->model->fitted);
	fit->model->r2_leave_one_out = determination(fit, fit->model->leave_one_out);
}
