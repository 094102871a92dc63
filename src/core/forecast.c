/*
 * forecast.c
 *	  Status-quo forecast: least squares on last year, the year before and what
 *	  is expected.
 */
#include "core/forecast.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/quantile.h"

#define OUTCOME_WINSORISED 0.99
#define COVERAGE 0.95

#define SWEEPS 60				/* over all pairs of terms; six are usual */
#define RANK_TOLERANCE 1e-11	/* of the greatest singular value */

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

/* ---------- least squares ---------- */

static double
dot(const double *a, const double *b, size_t count)
{
	double		sum = 0.0;

	for (size_t i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Columns a and b of so many numbers, rotated by the tangent of an angle. */
static void
rotate(double *a, double *b, size_t count, double tangent)
{
	double		cosine = 1.0 / sqrt(1.0 + tangent * tangent);
	double		sine = cosine * tangent;

	for (size_t i = 0; i < count; i++)
	{
		double		turned = cosine * a[i] - sine * b[i];

		b[i] = sine * a[i] + cosine * b[i];
		a[i] = turned;
	}
}

/*
 * Rotate pairs of the columns of terms until all are orthogonal (one-sided Jacobi,
 * Hestenes 1958, J SIAM 6:51-90), and the columns of turned with them; false if
 * they never are, as with numbers that are not finite.
 */
static bool
orthogonalise(double *terms, size_t count, double turned[FORECAST_TERMS][FORECAST_TERMS])
{
	for (int sweep = 0; sweep < SWEEPS; sweep++)
	{
		bool		orthogonal = true;

		for (int j = 0; j < FORECAST_TERMS; j++)
			for (int k = j + 1; k < FORECAST_TERMS; k++)
			{
				double	   *a = terms + j * count;
				double	   *b = terms + k * count;
				double		product = dot(a, b, count);
				double		first = dot(a, a, count);
				double		second = dot(b, b, count);
				double		ratio = (second - first) / (2.0 * product);

				if (fabs(product) <= 4.0 * DBL_EPSILON * sqrt(first) * sqrt(second))
					continue;
				ratio = copysign(1.0 / (fabs(ratio) + sqrt(1.0 + ratio * ratio)), ratio);
				rotate(a, b, count, ratio);
				rotate(turned[j], turned[k], FORECAST_TERMS, ratio);
				orthogonal = false;
			}
		if (orthogonal)
			return true;
	}
	return false;
}

/* Add to the coefficients the shortest least-squares solution for a residual, from orthogonal terms. */
static void
add_solution(const double *terms, size_t count, double turned[FORECAST_TERMS][FORECAST_TERMS],
			 const double *residual, double coefficient[FORECAST_TERMS])
{
	double		square[FORECAST_TERMS];
	double		greatest = 0.0;

	for (int j = 0; j < FORECAST_TERMS; j++)
	{
		square[j] = dot(terms + j * count, terms + j * count, count);
		greatest = fmax(greatest, square[j]);
	}
	for (int j = 0; j < FORECAST_TERMS; j++)
		/* columns that depend on others have come to nothing but rounding errors */
		if (square[j] > greatest * RANK_TOLERANCE * RANK_TOLERANCE)
		{
			double		part = dot(terms + j * count, residual, count) / square[j];

			for (int k = 0; k < FORECAST_TERMS; k++)
				coefficient[k] += part * turned[j][k];
		}
}

/*
 * The shortest least-squares solution, from singular values and once more for what
 * it leaves, which takes away most of the rounding.  terms: room for a column of
 * years->count numbers each; residual is left.  Own code, for the reasons of
 * eigen.c.  False if there is none in the range of numbers.
 */
static bool
least_squares(const SchoolYears *years, const double *outcome, double *terms, double *residual,
			  double coefficient[FORECAST_TERMS])
{
	size_t		count = years->count;
	double		turned[FORECAST_TERMS][FORECAST_TERMS] = {{0.0}};
	double		term[FORECAST_TERMS];

	for (size_t i = 0; i < count; i++)
	{
		terms_of(years->before[i], years->last[i], years->expected[i], years->enrolments[i], term);
		for (int j = 0; j < FORECAST_TERMS; j++)
			terms[j * count + i] = term[j];
	}
	for (int j = 0; j < FORECAST_TERMS; j++)
	{
		turned[j][j] = 1.0;
		coefficient[j] = 0.0;
	}
	if (!orthogonalise(terms, count, turned))
		return false;
	memcpy(residual, outcome, sizeof(double) * count);
	for (int pass = 0; pass < 2; pass++)
	{
		add_solution(terms, count, turned, residual, coefficient);
		for (size_t i = 0; i < count; i++)
			residual[i] = outcome[i] - forecast(years->before[i], years->last[i], years->expected[i],
												years->enrolments[i], coefficient);
	}
	return true;
}

/* ---------- interface ---------- */

bool
learn_forecast(const SchoolYears *years, double *work, ForecastModel *model)
{
	size_t		count = years->count;
	double	   *terms = work;
	double	   *residual = work + FORECAST_TERMS * count;
	double	   *outcome = residual + count;
	double	   *standardised = outcome + count;
	double		median;

	winsorise_outcomes(years, OUTCOME_WINSORISED, residual, outcome);
	if (!least_squares(years, outcome, terms, residual, model->coefficient))
		return false;
	for (size_t i = 0; i < count; i++)
		residual[i] += years->outcome[i] - outcome[i];
	model->noise = change_variance(residual, years->enrolments, count, standardised + count);
	memcpy(standardised, residual, sizeof(double) * count);
	median = quantile(standardised, count, 0.5);
	for (size_t i = 0; i < count; i++)
		standardised[i] = fabs(residual[i] - median) /
			sqrt(noise_variance(model->noise, years->enrolments[i]));
	model->quantile = quantile(standardised, count, COVERAGE);
	return true;
}
