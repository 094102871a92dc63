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

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

/* Rows taken at a time: lanes of the processor run over rows, not over terms. */
#define LANES 8
/* Rows between two pauses. */
#define PAUSE_ROWS 1024
/* A leverage within this of 1 leaves nothing to predict the row by. */
#define LEVERAGE_TOLERANCE 1e-12

/* What the steps of a fit share.  Rows are in an order that depends on their values alone. */
typedef struct Fit
{
	const RidgeInput *in;
	RidgeModel *model;
	size_t	   *order;			/* n */
	double		total_weight;
	size_t		rows;			/* of positive weight */
	double	   *scale;			/* p: standard deviation of each column, 0 where it does not vary */
	double	   *z;				/* LANES x p: standardised rows, a lane each */
	double	   *gram;			/* p x p: correlation matrix */
	double	   *moment;			/* p: correlation with y, in units of y */
	double		deviation;		/* weighted mean square of y about its mean */
	double	   *eigenvalue;		/* p; once there is a root, rank of them, in its order */
	double	   *eigenvector;	/* p x p, one a column */
	double	   *work;			/* p x p */
	double	   *penalty;		/* p: penalties of the standardised columns */
	double	   *root;			/* p x p: rows r with sum of r r' the inverse */
	size_t		rank;			/* rows of root */
	double	   *slope;			/* p: coefficients of the standardised columns */
} Fit;

double
ridge_grid(int step)
{
	/* constants: the C library's pow may differ in the last bit from one CPU to another */
	static const double decade[] = {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 1e1, 1e2};
	static const double quarter[] = {1.0, 1.7782794100389228, 3.1622776601683795, 5.6234132519034908};

	return decade[step / 4] * quarter[step % 4];
}

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
order_rows(Fit *fit, RidgeAllocate allocate)
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
describe_column(const Fit *fit, const double *value, size_t stride, double *mean, double *deviation)
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
describe(Fit *fit)
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
in_range(const Fit *fit)
{
	bool		finite = isfinite(fit->deviation);

	for (size_t j = 0; j < fit->in->p; j++)
		finite &= isfinite(fit->scale[j] * fit->scale[j] * fit->total_weight);
	return finite;
}

/* ---------- standardised rows ---------- */

/* The next rows from the position, standardised, a lane each; lanes beyond the last row are 0. */
static size_t
standardise_rows(const Fit *fit, size_t position)
{
	const RidgeInput *in = fit->in;
	size_t		count = in->n - position < LANES ? in->n - position : LANES;

	if (position % PAUSE_ROWS == 0)
		in->pause();
	memset(fit->z, 0, sizeof(double) * LANES * in->p);
	for (size_t lane = 0; lane < count; lane++)
	{
		const double *x = in->x + fit->order[position + lane] * in->p;

		for (size_t j = 0; j < in->p; j++)
			if (fit->scale[j] > 0.0)
				fit->z[j * LANES + lane] = (x[j] - fit->model->location[j]) / fit->scale[j];
	}
	return count;
}

/* Correlation matrix (upper triangle) and correlations with y. */
static void
correlate(Fit *fit)
{
	const RidgeInput *in = fit->in;
	size_t		p = in->p;

	memset(fit->gram, 0, sizeof(double) * p * p);
	memset(fit->moment, 0, sizeof(double) * p);
	for (size_t position = 0; position < in->n; position += LANES)
	{
		size_t		count = standardise_rows(fit, position);

		for (size_t lane = 0; lane < count; lane++)
		{
			size_t		row = fit->order[position + lane];
			double		weight = in->weight[row] / fit->total_weight;
			double	   *z = fit->work;

			if (weight == 0.0)
				continue;
			for (size_t j = 0; j < p; j++)
				z[j] = fit->z[j * LANES + lane];
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

/* ---------- penalty ---------- */

/* Eigenvalues and eigenvectors of the correlation matrix with penalties on its diagonal; eigenvalues that are rounding errors are 0. */
static int
decompose(Fit *fit, const double *penalty)
{
	size_t		p = fit->in->p;
	double		greatest = 0.0;
	gsl_error_handler_t *handler;
	gsl_eigen_symmv_workspace *workspace;
	int			status = GSL_ENOMEM;

	if (p == 0)
		return GSL_SUCCESS;
	for (size_t j = 0; j < p; j++)
		for (size_t k = j; k < p; k++)
			fit->work[j * p + k] = fit->work[k * p + j] = fit->gram[j * p + k] + (j == k ? penalty[j] : 0.0);
	handler = gsl_set_error_handler_off();
	workspace = gsl_eigen_symmv_alloc(p);
	if (workspace != NULL)
	{
		gsl_matrix_view matrix = gsl_matrix_view_array(fit->work, p, p);
		gsl_vector_view value = gsl_vector_view_array(fit->eigenvalue, p);
		gsl_matrix_view vector = gsl_matrix_view_array(fit->eigenvector, p, p);

		status = gsl_eigen_symmv(&matrix.matrix, &value.vector, &vector.matrix, workspace);
		gsl_eigen_symmv_free(workspace);
	}
	gsl_set_error_handler(handler);
	for (size_t k = 0; k < p; k++)
		greatest = fmax(greatest, fit->eigenvalue[k]);
	for (size_t k = 0; k < p; k++)
		if (fit->eigenvalue[k] <= greatest * p * DBL_EPSILON)
			fit->eigenvalue[k] = 0.0;
	return status;
}

/* Correlation of y with the k-th principal component. */
static double
component(const Fit *fit, size_t k)
{
	size_t		p = fit->in->p;
	double		sum = 0.0;

	for (size_t j = 0; j < p; j++)
		sum += fit->eigenvector[j * p + k] * fit->moment[j];
	return sum;
}

/* Generalised cross-validation criterion of a penalty, from the decomposition without one. */
static double
validation_error(const Fit *fit, const double *part, double lambda)
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
best_penalty(const Fit *fit, double *part)
{
	double		best = ridge_grid(RIDGE_GRID_SIZE - 1);
	double		least;

	for (size_t k = 0; k < fit->in->p; k++)
		part[k] = component(fit, k);
	least = validation_error(fit, part, best);
	for (int step = RIDGE_GRID_SIZE - 2; step >= 0; step--)
	{
		double		error = validation_error(fit, part, ridge_grid(step));

		if (error < least)
		{
			least = error;
			best = ridge_grid(step);
		}
	}
	return best;
}

/* Penalties of the standardised columns and of the columns as they are. */
static int
set_penalties(Fit *fit)
{
	RidgeModel *model = fit->model;
	int			status = GSL_SUCCESS;

	model->penalty = NAN;
	memset(fit->penalty, 0, sizeof(double) * fit->in->p);
	if (fit->in->penalties == NULL)
	{
		status = decompose(fit, fit->penalty);
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

/* ---------- coefficients ---------- */

/* The root of the inverse: eigenvectors over the square root of their eigenvalue. */
static void
take_root(Fit *fit)
{
	size_t		p = fit->in->p;

	fit->rank = 0;
	for (size_t k = 0; k < p; k++)
		if (fit->eigenvalue[k] > 0.0)
		{
			double		length = sqrt(fit->eigenvalue[k]);

			for (size_t j = 0; j < p; j++)
				fit->root[fit->rank * p + j] = fit->scale[j] > 0.0 ? fit->eigenvector[j * p + k] / length : 0.0;
			fit->eigenvalue[fit->rank++] = fit->eigenvalue[k];
		}
}

static void
solve(Fit *fit)
{
	RidgeModel *model = fit->model;
	size_t		p = fit->in->p;

	memset(fit->slope, 0, sizeof(double) * p);
	memset(model->inverse, 0, sizeof(double) * p * p);
	for (size_t r = 0; r < fit->rank; r++)
	{
		const double *root = fit->root + r * p;
		double		part = 0.0;

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

/* ---------- predictions ---------- */

/* For each standardised row z' inverse z, and the part of it that the penalty takes from the variance of a prediction, lambda z' inverse^2 z. */
static void
squared_lengths(const Fit *fit, double *length, double *penalised)
{
	size_t		p = fit->in->p;

	memset(length, 0, sizeof(double) * LANES);
	memset(penalised, 0, sizeof(double) * LANES);
	for (size_t r = 0; r < fit->rank; r++)
	{
		const double *root = fit->root + r * p;
		double		penalty = fit->model->penalty / fit->eigenvalue[r];
		double		part[LANES] = {0.0};

		for (size_t j = 0; j < p; j++)
			for (size_t lane = 0; lane < LANES; lane++)
				part[lane] += root[j] * fit->z[j * LANES + lane];
		for (size_t lane = 0; lane < LANES; lane++)
		{
			length[lane] += part[lane] * part[lane];
			penalised[lane] += penalty * (part[lane] * part[lane]);
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
predict(const Fit *fit)
{
	const RidgeInput *in = fit->in;

	for (size_t position = 0; position < in->n; position += LANES)
	{
		size_t		count = standardise_rows(fit, position);
		double		length[LANES];
		double		penalised[LANES];
		double		fitted[LANES];

		squared_lengths(fit, length, penalised);
		for (size_t lane = 0; lane < LANES; lane++)
			fitted[lane] = fit->model->mean;
		for (size_t j = 0; j < in->p; j++)
			for (size_t lane = 0; lane < LANES; lane++)
				fitted[lane] += fit->slope[j] * fit->z[j * LANES + lane];
		for (size_t lane = 0; lane < count; lane++)
		{
			size_t		row = fit->order[position + lane];

			predict_row(fit->model, row, in->y[row], fitted[lane], in->weight[row] / fit->total_weight,
						length[lane], penalised[lane]);
		}
	}
}

/* Mean over rows of weight x squared leave-one-out residual; and the errors in its units. */
static void
scale_errors(const Fit *fit)
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
determination(const Fit *fit, const double *predicted)
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

/* ---------- interface ---------- */

static void
allocate_fit(Fit *fit, RidgeAllocate allocate)
{
	size_t		n = fit->in->n;
	size_t		p = fit->in->p;
	RidgeModel *model = fit->model;

	fit->order = allocate(sizeof(size_t) * n);
	fit->scale = allocate(sizeof(double) * p);
	fit->z = allocate(sizeof(double) * LANES * p);
	fit->gram = allocate(sizeof(double) * p * p);
	fit->moment = allocate(sizeof(double) * p);
	fit->eigenvalue = allocate(sizeof(double) * p);
	fit->eigenvector = allocate(sizeof(double) * p * p);
	fit->work = allocate(sizeof(double) * p * p);
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
	Fit			fit = {.in = input, .model = model};
	int			status;

	allocate_fit(&fit, allocate);
	order_rows(&fit, allocate);
	describe(&fit);
	if (!in_range(&fit))
		return GSL_EOVRFLW;
	correlate(&fit);
	status = set_penalties(&fit);
	if (status == GSL_SUCCESS)
		status = decompose(&fit, fit.penalty);
	if (status != GSL_SUCCESS)
		return status;
	take_root(&fit);
	solve(&fit);
	predict(&fit);
	scale_errors(&fit);
	model->r2 = determination(&fit, model->fitted);
	model->r2_leave_one_out = determination(&fit, model->leave_one_out);
	return GSL_SUCCESS;
}

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
