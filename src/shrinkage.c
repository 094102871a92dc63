/*
 * shrinkage.c
 *	  SQL functions over core/shrinkage.c: shrinkage, variances, the baseline
 *	  and its learned rule.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "callbacks.h"
#include "core/shrinkage.h"
#include "fmgr.h"
#include "results.h"
#include "shrinkage.h"
#include "utils/float.h"

/* ---------- shrinkage ---------- */

PG_FUNCTION_INFO_V1(abie_shrink);
Datum
abie_shrink(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(shrink(finite_argument(fcinfo, 0, "rate"),
							finite_argument(fcinfo, 1, "expected"),
							not_negative_argument(fcinfo, 2, "sampling_variance"),
							not_negative_argument(fcinfo, 3, "between_variance")));
}

double
enrolments_argument(FunctionCallInfo fcinfo, int number)
{
	double		enrolments = finite_argument(fcinfo, number, "enrolments");

	check_positive(&enrolments, 1, "enrolments");
	return enrolments;
}

static double
last_weight_argument(FunctionCallInfo fcinfo, int number)
{
	double		last_weight = finite_argument(fcinfo, number, "last_weight");

	if (last_weight < 0.0 || last_weight > 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("last_weight must be between 0 and 1, not %g", last_weight)));
	return last_weight;
}

/* 0 or more, infinity for no limit */
static double
reach_argument(FunctionCallInfo fcinfo, int number)
{
	double		reach = PG_GETARG_FLOAT8(number);

	if (!(reach >= 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reach must be 0 or more, not %g", reach),
				 errhint("Infinity is for no limit.")));
	return reach;
}

PG_FUNCTION_INFO_V1(abie_own_level);
Datum
abie_own_level(PG_FUNCTION_ARGS)
{
	BaselineRule rule = {
		.last_weight = last_weight_argument(fcinfo, 2),
		.common_change = finite_argument(fcinfo, 3, "common_change"),
		.reach = reach_argument(fcinfo, 4)
	};

	PG_RETURN_FLOAT8(own_level(finite_argument(fcinfo, 0, "before"), finite_argument(fcinfo, 1, "last"), rule));
}

PG_FUNCTION_INFO_V1(abie_shrunk_baseline);
Datum
abie_shrunk_baseline(PG_FUNCTION_ARGS)
{
	BaselineRule rule = {
		.last_weight = last_weight_argument(fcinfo, 4),
		.n0 = not_negative_argument(fcinfo, 5, "n0"),
		.constant = not_negative_argument(fcinfo, 6, "constant"),
		.common_change = finite_argument(fcinfo, 7, "common_change"),
		.reach = reach_argument(fcinfo, 8)
	};

	PG_RETURN_FLOAT8(shrunk_baseline(finite_argument(fcinfo, 0, "before"),
									 finite_argument(fcinfo, 1, "last"),
									 finite_argument(fcinfo, 2, "expected"),
									 enrolments_argument(fcinfo, 3), rule));
}

/* ---------- variances ---------- */

static double
winsorised_argument(FunctionCallInfo fcinfo, int number)
{
	double		winsorised = PG_GETARG_FLOAT8(number);

	if (!(winsorised >= 0.0 && winsorised < 0.5))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("winsorised must be at least 0 and under 0.5, not %g", winsorised),
				 errhint("It is the share of each end that is drawn in.")));
	return winsorised;
}

PG_FUNCTION_INFO_V1(abie_overdispersion);
Datum
abie_overdispersion(PG_FUNCTION_ARGS)
{
	FloatColumns z = float_columns_arguments(fcinfo, 1, (const char *const[]) {"z"});
	double		winsorised = winsorised_argument(fcinfo, 1);
	double		phi;

	if (z.rows == 0)
		PG_RETURN_NULL();
	phi = overdispersion(z.column[0], z.rows, winsorised);
	if (!isfinite(phi))
		float_overflow_error();
	PG_RETURN_FLOAT8(phi);
}

PG_FUNCTION_INFO_V1(abie_between_variance);
Datum
abie_between_variance(PG_FUNCTION_ARGS)
{
	FloatColumns units = float_columns_arguments(fcinfo, 2, (const char *const[]) {"effects", "variances"});
	double		winsorised = winsorised_argument(fcinfo, 2);
	double		variance;

	if (units.rows == 0)
		PG_RETURN_NULL();
	check_positive(units.column[1], units.rows, "variances");
	variance = between_variance(units.column[0], units.column[1], units.rows, winsorised,
								palloc(sizeof(double) * units.rows));
	if (!isfinite(variance))
		float_overflow_error();
	PG_RETURN_FLOAT8(variance);
}

PG_FUNCTION_INFO_V1(abie_change_variance);
Datum
abie_change_variance(PG_FUNCTION_ARGS)
{
	FloatColumns schools = float_columns_arguments(fcinfo, 2, (const char *const[]) {"change", "enrolments"});
	NoiseModel	noise;
	Datum		result[2];

	check_positive(schools.column[1], schools.rows, "enrolments");
	if (schools.rows < LEAST_SCHOOLS)
		PG_RETURN_NULL();
	noise = change_variance(schools.column[0], schools.column[1], schools.rows,
							MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * 3 * schools.rows));
	if (!isfinite(noise.c0) || !isfinite(noise.c1))
		float_overflow_error();
	result[0] = Float8GetDatum(noise.c0);
	result[1] = Float8GetDatum(noise.c1);
	PG_RETURN_DATUM(row_result(fcinfo, 2, result, NULL));
}

/* ---------- learning ---------- */

SchoolYears
school_years_arguments(FunctionCallInfo fcinfo)
{
	static const char *const name[] = {"before", "last", "expected", "enrolments", "outcome"};
	FloatColumns years = float_columns_arguments(fcinfo, 5, name);

	check_positive(years.column[3], years.rows, "enrolments");
	return (SchoolYears) {
		.count = years.rows, .before = years.column[0], .last = years.column[1],
		.expected = years.column[2], .enrolments = years.column[3], .outcome = years.column[4]
	};
}

PG_FUNCTION_INFO_V1(abie_learn_baseline);
Datum
abie_learn_baseline(PG_FUNCTION_ARGS)
{
	SchoolYears years = school_years_arguments(fcinfo);
	BaselineRule rule;
	double	   *work;
	Datum		result[4];

	if (years.count < LEAST_SCHOOLS)
		PG_RETURN_NULL();
	work = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * 2 * years.count);
	/* false where squares are out of range */
	if (!learn_baseline(&years, PG_GETARG_BOOL(5), reach_argument(fcinfo, 6), work, check_for_interrupts, &rule))
		float_overflow_error();
	result[0] = Float8GetDatum(rule.last_weight);
	result[1] = Float8GetDatum(rule.n0);
	result[2] = Float8GetDatum(rule.constant);
	result[3] = Float8GetDatum(rule.common_change);
	PG_RETURN_DATUM(row_result(fcinfo, 4, result, NULL));
}
