/*
 * forecast.c
 *	  Status-quo forecast: least squares on last year, the year before and what
 *	  is expected.
 */
#include "core/forecast.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_permutation.h>

#include "core/quantile.h"

#define OUTCOME_WINSORISED 0.99
#define COVERAGE 0.95

static void
terms_of(double before, double last, double expected, double enrolments, double term[FORECAST_TERMS])
{
	double		root = sqrt(enrolments);

	term[0] = 1.0;
	term[1] = expected;
	term[2] = last - expected;
	term[3] = before - expected;
	term[4] = (last - expected) / root;
	term[5] = (before - expected) / root;
}

double
forecast(double before, double last, double expected, double enrolments,
		 const double coefficient[FORECAST_TERMS])
{
	double		term[FORECAST_TERMS];
	double		sum = 0.0;

	terms_of(before, last, expected, enrolments, term);
	for (int j = 0; j < FORECAST_TERMS; j++)
		sum += coefficient[j] * term[j];
	return sum;
}

/*
 * The shortest least-squares solution, by the complete orthogonal decomposition,
 * which needs no memory of its own.  terms: count x FORECAST_TERMS, overwritten;
 * residual: room for count numbers.
 */
static int
least_squares(double *terms, const double *outcome, size_t count, double *residual,
			  double coefficient[FORECAST_TERMS])
{
	double		reflect_left[FORECAST_TERMS];
	double		reflect_right[FORECAST_TERMS];
	double		scratch[FORECAST_TERMS];
	size_t		order[FORECAST_TERMS];
	size_t		rank;
	gsl_permutation permutation = {FORECAST_TERMS, order};
	gsl_matrix_view matrix = gsl_matrix_view_array(terms, count, FORECAST_TERMS);
	gsl_vector_view left = gsl_vector_view_array(reflect_left, FORECAST_TERMS);
	gsl_vector_view right = gsl_vector_view_array(reflect_right, FORECAST_TERMS);
	gsl_vector_view work = gsl_vector_view_array(scratch, FORECAST_TERMS);
	gsl_vector_const_view wanted = gsl_vector_const_view_array(outcome, count);
	gsl_vector_view left_over = gsl_vector_view_array(residual, count);
	gsl_vector_view solution = gsl_vector_view_array(coefficient, FORECAST_TERMS);
	int			status;

	status = gsl_linalg_COD_decomp(&matrix.matrix, &left.vector, &right.vector, &permutation,
								   &rank, &work.vector);
	if (status != GSL_SUCCESS)
		return status;
	return gsl_linalg_COD_lssolve(&matrix.matrix, &left.vector, &right.vector, &permutation, rank,
								  &wanted.vector, &solution.vector, &left_over.vector);
}

int
learn_forecast(const SchoolYears *years, double *work, ForecastModel *model)
{
	size_t		count = years->count;
	double	   *terms = work;
	double	   *residual = work + FORECAST_TERMS * count;
	double	   *outcome = residual + count;
	double	   *standardised = outcome + count;
	double		median;
	int			status;

	for (size_t i = 0; i < count; i++)
		terms_of(years->before[i], years->last[i], years->expected[i], years->enrolments[i],
				 terms + i * FORECAST_TERMS);
	winsorise_outcomes(years, OUTCOME_WINSORISED, residual, outcome);
	status = least_squares(terms, outcome, count, residual, model->coefficient);
	if (status != GSL_SUCCESS)
		return status;
	for (size_t i = 0; i < count; i++)
		residual[i] += years->outcome[i] - outcome[i];
	model->noise = change_variance(residual, years->enrolments, count, standardised + count);
	memcpy(standardised, residual, sizeof(double) * count);
	median = quantile(standardised, count, 0.5);
	for (size_t i = 0; i < count; i++)
		standardised[i] = fabs(residual[i] - median) /
			sqrt(noise_variance(model->noise, years->enrolments[i]));
	model->quantile = quantile(standardised, count, COVERAGE);
	return GSL_SUCCESS;
}
