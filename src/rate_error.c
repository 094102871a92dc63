/*
 * rate_error.c
 *	  The aggregate abie.rate_error over core/rate_error.c; its state is an
 *	  array of the sums.
 */
#include "postgres.h"

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/rate_error.h"
#include "fmgr.h"
#include "utils/array.h"

#define SUMS 6

StaticAssertDecl(sizeof(RateSums) == sizeof(int64) * SUMS, "a state is an array of bigint");

/* The sums in a state, in place. */
static RateSums *
state_sums(ArrayType *state)
{
	RateSums   *sums = (RateSums *) ARR_DATA_PTR(state);

	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] != SUMS || ARR_HASNULL(state) || ARR_ELEMTYPE(state) != INT8OID ||
		!rate_error_check(sums))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of abie.rate_error"),
				 errdetail("Its sums contradict one another or are out of range.")));
	return sums;
}

static void
raise_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sessions of abie.rate_error out of range"),
			 errdetail("There can be " INT64_FORMAT " possible sessions, and " INT64_FORMAT
					   " in the sum of squares over enrolments.",
					   RATE_MOST_POSSIBLE, RATE_MOST_SQUARED),
			 errhint("Give a row for each enrolment, not for a group of them.")));
}

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
	if (possible > 0 && !rate_error_add(state_sums(state), overall, possible))
		raise_out_of_range();
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_rate_error_combine);
Datum
abie_rate_error_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P_COPY(0);

	if (!rate_error_combine(state_sums(state), state_sums(PG_GETARG_ARRAYTYPE_P(1))))
		raise_out_of_range();
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_rate_error_final);
Datum
abie_rate_error_final(PG_FUNCTION_ARGS)
{
	const RateSums *sums = state_sums(PG_GETARG_ARRAYTYPE_P(0));

	if (sums->enrolments < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(100.0 * rate_error(sums));
}
