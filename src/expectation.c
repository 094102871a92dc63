/*
 * expectation.c
 *	  SQL functions local_mean, local_mean_error and improvement_expectation and
 *	  the aggregate pared_mean over core/expectation.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/expectation.h"
#include "fmgr.h"
#include "pair_state.h"
#include "utils/float.h"

/* ---------- local mean ---------- */

/* A statistic of values by distance: local_mean or local_mean_error. */
typedef double (*LocalStatistic) (const double *value, const double *distance, const double *weight,
								  size_t count, double bandwidth);

static Datum
local_statistic(FunctionCallInfo fcinfo, LocalStatistic statistic)
{
	ArrayType  *values = PG_GETARG_ARRAYTYPE_P(0);
	double		bandwidth = PG_GETARG_FLOAT8(3);
	int			count = element_count(values);
	const double *value = complete_vector_argument(values, count, "value", false);
	const double *distance = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), count, "distance", true);
	const double *weight = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), count, "weight", true);
	double		result;

	if (!(bandwidth >= 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bandwidth must be 0 or more, not %g", bandwidth)));
	result = statistic(value, distance, weight, count, bandwidth);
	if (isnan(result))			/* no values, or no weight at all */
		PG_RETURN_NULL();
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}

PG_FUNCTION_INFO_V1(abie_local_mean);
Datum
abie_local_mean(PG_FUNCTION_ARGS)
{
	return local_statistic(fcinfo, local_mean);
}

PG_FUNCTION_INFO_V1(abie_local_mean_error);
Datum
abie_local_mean_error(PG_FUNCTION_ARGS)
{
	return local_statistic(fcinfo, local_mean_error);
}

/* ---------- improvement expectation ---------- */

PG_FUNCTION_INFO_V1(abie_improvement_expectation);
Datum
abie_improvement_expectation(PG_FUNCTION_ARGS)
{
	double		baseline = finite_argument(fcinfo, 0, "baseline");
	double		expected = finite_argument(fcinfo, 1, "expected");
	double		ladder_top = finite_argument(fcinfo, 3, "ladder_top");
	ImprovementRule rule = {
		.pace = finite_argument(fcinfo, 2, "pace"),
		.gap_share = finite_argument(fcinfo, 4, "gap_share"),
		.floor = finite_argument(fcinfo, 5, "floor"),
		.cap = finite_argument(fcinfo, 6, "cap")
	};

	if (rule.gap_share < 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("gap_share cannot be negative: %g", rule.gap_share)));
	if (rule.floor < 0.0 || rule.floor > rule.cap)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("floor must be between 0 and cap, not %g with a cap of %g", rule.floor, rule.cap)));
	PG_RETURN_FLOAT8(improvement_expectation(baseline, expected, ladder_top, &rule));
}

/* ---------- pared mean ---------- */

static void
check_unit(double numerator, double denominator)
{
	if (!isfinite(numerator) || !isfinite(denominator) || numerator < 0.0 || numerator > denominator)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("numerator must be between 0 and denominator, not %g of %g", numerator, denominator)));
}

static void
check_share(double share)
{
	if (!(share > 0.0 && share <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share must be above 0 and at most 1, not %g", share)));
}

static const PairAggregate pared_mean_aggregate = {
	.name = "pared_mean", .parameter = "share", .pair = "numerator and denominator",
	.check_parameter = check_share, .check_pair = check_unit
};

PG_FUNCTION_INFO_V1(abie_pared_mean_step);
Datum
abie_pared_mean_step(PG_FUNCTION_ARGS)
{
	return pair_state_step(fcinfo, &pared_mean_aggregate);
}

PG_FUNCTION_INFO_V1(abie_pared_mean_combine);
Datum
abie_pared_mean_combine(PG_FUNCTION_ARGS)
{
	return pair_state_combine(fcinfo, &pared_mean_aggregate);
}

PG_FUNCTION_INFO_V1(abie_pared_mean_final);
Datum
abie_pared_mean_final(PG_FUNCTION_ARGS)
{
	PairState	state = pair_state_argument(PG_GETARG_ARRAYTYPE_P(0), &pared_mean_aggregate);
	Fraction   *unit = palloc(sizeof(Fraction) * Max(state.count, 1));
	double		mean;

	for (int i = 0; i < state.count; i++)
		unit[i] = (Fraction) {state.pairs[2 * i], state.pairs[2 * i + 1]};
	mean = pared_mean(unit, state.count, state.parameter);
	if (isnan(mean))			/* denominators add up to 0 */
		PG_RETURN_NULL();
	if (isinf(mean))
		float_overflow_error();
	PG_RETURN_FLOAT8(mean);
}
