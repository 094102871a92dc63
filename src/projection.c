/*
 * projection.c
 *	  SQL functions week_noise, week_spread, project and probability_met over
 *	  core/week_noise.c and core/projection.c.
 */
#include "postgres.h"

#include <math.h>

#include <gsl/gsl_errno.h>

#include "arguments.h"
#include "callbacks.h"
#include "core/projection.h"
#include "core/week_noise.h"
#include "fmgr.h"
#include "projection.h"
#include "results.h"
#include "utils/float.h"

/* ---------- noise ---------- */

/* The elements present of a matrix of schools by weeks, one school after the other. */
static WeekDeviations
pack_weeks(FloatMatrix matrix, const double *enrolments)
{
	Size		count = (Size) matrix.rows * matrix.columns;
	size_t	   *first = palloc(sizeof(size_t) * (matrix.rows + 1));
	double	   *deviation = allocate(sizeof(double) * Max(count, 1));
	size_t		rows = 0;

	for (int i = 0; i < matrix.rows; i++)
	{
		first[i] = rows;
		for (int w = 0; w < matrix.columns; w++)
			if (matrix.present[(Size) i * matrix.columns + w])
				deviation[rows++] = matrix.value[(Size) i * matrix.columns + w];
	}
	first[matrix.rows] = rows;
	return (WeekDeviations) {
		.schools = matrix.rows, .first = first, .enrolments = enrolments, .deviation = deviation,
		.left_out = memset(allocate(Max(rows, 1)), false, Max(rows, 1))
	};
}

PG_FUNCTION_INFO_V1(abie_week_noise);
Datum
abie_week_noise(PG_FUNCTION_ARGS)
{
	FloatMatrix matrix = float_matrix_argument(PG_GETARG_ARRAYTYPE_P(0), "deviations");
	const double *enrolments = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), matrix.rows, "enrolments", false);
	WeekDeviations weeks = pack_weeks(matrix, enrolments);
	size_t		rows = weeks.first[weeks.schools];
	WeekNoise	noise;
	Datum		result[3];

	check_positive(enrolments, matrix.rows, "enrolments");
	if (!learn_week_noise(&weeks, allocate(sizeof(double) * 2 * Max(rows, 1)), check_for_interrupts, &noise,
						  allocate(sizeof(double) * Max(weeks.schools, 1))))
		PG_RETURN_NULL();
	if (!isfinite(noise.v0) || !isfinite(noise.v1) || !isfinite(noise.rho))
		float_overflow_error();
	result[0] = Float8GetDatum(noise.v0);
	result[1] = Float8GetDatum(noise.v1);
	result[2] = Float8GetDatum(noise.rho);
	PG_RETURN_DATUM(row_result(fcinfo, 3, result, NULL));
}

static double
positive_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	double		value = finite_argument(fcinfo, number, name);

	check_positive(&value, 1, name);
	return value;
}

PG_FUNCTION_INFO_V1(abie_week_spread);
Datum
abie_week_spread(PG_FUNCTION_ARGS)
{
	FloatColumns schools = float_columns_arguments(fcinfo, 1, (const char *const[]) {"departures"});
	double		level_variance = not_negative_argument(fcinfo, 1, "level_variance");
	double		week_variance = positive_argument(fcinfo, 2, "week_variance");
	double		spread;

	if (schools.rows == 0)
		PG_RETURN_NULL();
	spread = week_spread(schools.column[0], schools.rows, level_variance, week_variance);
	if (!isfinite(spread))
		float_overflow_error();
	PG_RETURN_FLOAT8(spread);
}

/* ---------- projection ---------- */

static double
share_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	double		share = finite_argument(fcinfo, number, name);

	if (share < 0.0 || share > 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and 1, not %g", name, share)));
	return share;
}

static double
rho_argument(FunctionCallInfo fcinfo, int number)
{
	double		rho = finite_argument(fcinfo, number, "rho");

	if (!(rho > -1.0 && rho < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rho must be between -1 and 1, both excluded, not %g", rho)));
	return rho;
}

static Belief
level_arguments(FunctionCallInfo fcinfo, double serial)
{
	FloatMatrix deviations = float_vector_argument(PG_GETARG_ARRAYTYPE_P(2), "deviations", false);
	int			weeks = deviations.columns;
	const double *deviation = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), weeks, "deviations", false);
	const double *variance = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(3), weeks, "variances", false);
	const double *weight = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(4), weeks, "weights", true);
	Belief		prior = {finite_argument(fcinfo, 0, "prior"), not_negative_argument(fcinfo, 1, "prior_variance")};

	check_positive(variance, weeks, "variances");
	return own_level_after(prior, deviation, variance, weight, weeks, serial);
}

PG_FUNCTION_INFO_V1(abie_project);
Datum
abie_project(PG_FUNCTION_ARGS)
{
	double		serial = serial_factor(rho_argument(fcinfo, 5));
	Belief		level = level_arguments(fcinfo, serial);
	YearSoFar	year = {
		.done = share_argument(fcinfo, 6, "done"),
		.rate = finite_argument(fcinfo, 7, "rate"),
		.course = finite_argument(fcinfo, 8, "course"),
		.week_variance = not_negative_argument(fcinfo, 9, "week_variance") * serial,
		.weeks_left = not_negative_argument(fcinfo, 10, "weeks_left")
	};
	Belief		projected;
	Datum		result[4];

	if (year.done < 1.0 && year.weeks_left == 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weeks_left must be greater than 0 where done is under 1")));
	projected = project_year(year, level);
	if (!isfinite(level.mean) || !isfinite(level.variance) || !isfinite(projected.mean)
		|| !isfinite(projected.variance))
		float_overflow_error();
	result[0] = Float8GetDatum(level.mean);
	result[1] = Float8GetDatum(level.variance);
	result[2] = Float8GetDatum(projected.mean);
	result[3] = Float8GetDatum(sqrt(projected.variance));
	PG_RETURN_DATUM(row_result(fcinfo, 4, result, NULL));
}

/* ---------- probability ---------- */

NormalRule
movement_rule(void)
{
	gsl_error_handler_t *handler = gsl_set_error_handler_off();
	NormalRule	rule;
	bool		made = normal_rule(&rule);

	gsl_set_error_handler(handler);
	if (!made)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	return rule;
}

PG_FUNCTION_INFO_V1(abie_probability_met);
Datum
abie_probability_met(PG_FUNCTION_ARGS)
{
	double		sd = not_negative_argument(fcinfo, 1, "sd");
	Belief		year = {finite_argument(fcinfo, 0, "projected"), sd * sd};
	Bar			bar = {
		.baseline = finite_argument(fcinfo, 2, "baseline"),
		.improvement = finite_argument(fcinfo, 3, "improvement"),
		.pace = finite_argument(fcinfo, 4, "pace"),
		.common_change = finite_argument(fcinfo, 5, "common_change"),
		.common_sd = not_negative_argument(fcinfo, 6, "common_sd")
	};
	NormalRule	rule = movement_rule();

	PG_RETURN_FLOAT8(probability_met(year, bar, &rule));
}
