/*
 * quantile.c
 *	  SQL aggregate weighted_quantile over core/quantile.c.
 */
#include "postgres.h"

#include <math.h>

#include "core/quantile.h"
#include "fmgr.h"
#include "pair_state.h"
#include "utils/float.h"

static void
check_fraction(double fraction)
{
	if (!(fraction >= 0.0 && fraction <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fraction must be between 0 and 1, not %g", fraction)));
}

static void
check_weighted_value(double value, double weight)
{
	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("value must be a finite number, not %g", value)));
	if (!isfinite(weight) || weight < 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weight must be a finite number of 0 or more, not %g", weight)));
}

static const PairAggregate weighted_quantile_aggregate = {
	.name = "weighted_quantile", .parameter = "fraction", .pair = "value and weight",
	.check_parameter = check_fraction, .check_pair = check_weighted_value
};

PG_FUNCTION_INFO_V1(abie_weighted_quantile_step);
Datum
abie_weighted_quantile_step(PG_FUNCTION_ARGS)
{
	return pair_state_step(fcinfo, &weighted_quantile_aggregate);
}

PG_FUNCTION_INFO_V1(abie_weighted_quantile_combine);
Datum
abie_weighted_quantile_combine(PG_FUNCTION_ARGS)
{
	return pair_state_combine(fcinfo, &weighted_quantile_aggregate);
}

PG_FUNCTION_INFO_V1(abie_weighted_quantile_final);
Datum
abie_weighted_quantile_final(PG_FUNCTION_ARGS)
{
	PairState	state = pair_state_argument(PG_GETARG_ARRAYTYPE_P(0), &weighted_quantile_aggregate);
	WeightedValue *unit = palloc(sizeof(WeightedValue) * Max(state.count, 1));
	double		result;

	for (int i = 0; i < state.count; i++)
		unit[i] = (WeightedValue) {state.pairs[2 * i], state.pairs[2 * i + 1]};
	result = weighted_quantile(unit, state.count, state.parameter);
	if (isnan(result))			/* weights add up to 0 */
		PG_RETURN_NULL();
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}
