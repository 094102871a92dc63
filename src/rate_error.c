/*
 * rate_error.c
 *	  The aggregate abie.rate_error over core/rate_error.c; its state is an
 *	  array of the sums.
 */
#include "postgres.h"

#include "arguments.h"
#include "core/rate_error.h"
#include "fmgr.h"
#include "rate_state.h"

static bool
check(const void *sums)
{
	return rate_error_check(sums);
}

static const RateAggregate aggregate = {
	.name = "abie.rate_error", .row = "enrolment", .sums = sizeof(RateSums) / sizeof(int64), .check = check
};

PG_FUNCTION_INFO_V1(abie_rate_error_step);
Datum
abie_rate_error_step(PG_FUNCTION_ARGS)
{
	ArrayType  *state = DatumGetArrayTypeP(PointerGetDatum(aggregate_state(fcinfo)));
	int64		overall = PG_GETARG_INT64(1);
	int64		possible = PG_GETARG_INT64(2);

	if (overall < 0 || possible < overall)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sess_overall must be from 0 to sess_possible, not " INT64_FORMAT " of " INT64_FORMAT,
						overall, possible)));
	if (possible > 0 && !rate_error_add(rate_state_sums(state, &aggregate), overall, possible))
		raise_rate_out_of_range(&aggregate);
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_rate_error_combine);
Datum
abie_rate_error_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P_COPY(0);

	if (!rate_error_combine(rate_state_sums(state, &aggregate),
							  rate_state_sums(PG_GETARG_ARRAYTYPE_P(1), &aggregate)))
		raise_rate_out_of_range(&aggregate);
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_rate_error_final);
Datum
abie_rate_error_final(PG_FUNCTION_ARGS)
{
	const RateSums *sums = rate_state_sums(PG_GETARG_ARRAYTYPE_P(0), &aggregate);

	if (sums->enrolments < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(100.0 * rate_error(sums));
}
