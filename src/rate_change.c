/*
 * rate_change.c
 *	  The aggregate abie.rate_change over core/rate_change.c; its state is an
 *	  array of the sums.
 */
#include "postgres.h"

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/rate_change.h"
#include "fmgr.h"
#include "results.h"
#include "utils/array.h"

#define SUMS 16

StaticAssertDecl(sizeof(RateChangeSums) == sizeof(int64) * SUMS, "a state is an array of bigint");

/* The sums in a state, in place. */
static RateChangeSums *
state_sums(ArrayType *state)
{
	RateChangeSums *sums = (RateChangeSums *) ARR_DATA_PTR(state);

	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] != SUMS || ARR_HASNULL(state) || ARR_ELEMTYPE(state) != INT8OID ||
		!rate_change_check(sums))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of abie.rate_change"),
				 errdetail("Its sums contradict one another or are out of range.")));
	return sums;
}

static void
raise_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sessions of abie.rate_change out of range"),
			 errdetail("There can be " INT64_FORMAT " possible sessions, and " INT64_FORMAT
					   " in the sum of squares over pupils.",
					   RATE_MOST_POSSIBLE, RATE_MOST_SQUARED),
			 errhint("Give a row for each pupil, not for a group of them.")));
}

static void
check_sessions(int64 overall, int64 possible)
{
	if (overall < 0 || possible < overall)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("absent sessions must be from 0 to those possible, not " INT64_FORMAT " of " INT64_FORMAT,
						overall, possible)));
}

PG_FUNCTION_INFO_V1(abie_rate_change_step);
Datum
abie_rate_change_step(PG_FUNCTION_ARGS)
{
	ArrayType  *state = DatumGetArrayTypeP(PointerGetDatum(aggregate_state(fcinfo)));
	int64		overall_before = PG_GETARG_INT64(1);
	int64		possible_before = PG_GETARG_INT64(2);
	int64		overall = PG_GETARG_INT64(3);
	int64		possible = PG_GETARG_INT64(4);

	check_sessions(overall_before, possible_before);
	check_sessions(overall, possible);
	if (possible_before > 0 && possible > 0 &&
		!rate_change_add(state_sums(state), overall_before, possible_before, overall, possible))
		raise_out_of_range();
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_rate_change_combine);
Datum
abie_rate_change_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P_COPY(0);

	if (!rate_change_combine(state_sums(state), state_sums(PG_GETARG_ARRAYTYPE_P(1))))
		raise_out_of_range();
	PG_RETURN_ARRAYTYPE_P(state);
}

static double
percent(const RateSums *sums)
{
	return 100.0 * (double) sums->absent / (double) sums->possible;
}

PG_FUNCTION_INFO_V1(abie_rate_change_final);
Datum
abie_rate_change_final(PG_FUNCTION_ARGS)
{
	const RateChangeSums *sums = state_sums(PG_GETARG_ARRAYTYPE_P(0));
	bool		none = sums->before.enrolments == 0;
	bool		one = sums->before.enrolments < 2;
	Datum		value[9] = {
		Int64GetDatum(sums->before.enrolments),
		Int64GetDatum(sums->before.absent), Int64GetDatum(sums->before.possible),
		Int64GetDatum(sums->after.absent), Int64GetDatum(sums->after.possible),
	};
	bool		null[9] = {[5] = none, [6] = none, [7] = none, [8] = one};

	value[5] = Float8GetDatum(none ? 0.0 : percent(&sums->before));
	value[6] = Float8GetDatum(none ? 0.0 : percent(&sums->after));
	value[7] = Float8GetDatum(none ? 0.0 : percent(&sums->after) - percent(&sums->before));
	value[8] = Float8GetDatum(one ? 0.0 : 100.0 * rate_change_error(sums));
	return row_result(fcinfo, 9, value, null);
}
