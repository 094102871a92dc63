/*
 * rate_change.c
 *	  The aggregate abie.rate_change over core/rate_change.c; its state is an
 *	  array of the sums.
 */
#include "postgres.h"

#include "arguments.h"
#include "core/rate_change.h"
#include "fmgr.h"
#include "rate_state.h"
#include "results.h"

static bool
check(const void *sums)
{
	return rate_change_check(sums);
}

static const RateAggregate aggregate = {
	.name = "abie.rate_change", .row = "pupil", .sums = sizeof(RateChangeSums) / sizeof(int64), .check = check
};

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
		!rate_change_add(rate_state_sums(state, &aggregate), overall_before, possible_before, overall, possible))
		raise_rate_out_of_range(&aggregate);
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_rate_change_combine);
Datum
abie_rate_change_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *state = PG_GETARG_ARRAYTYPE_P_COPY(0);

	if (!rate_change_combine(rate_state_sums(state, &aggregate),
							   rate_state_sums(PG_GETARG_ARRAYTYPE_P(1), &aggregate)))
		raise_rate_out_of_range(&aggregate);
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
	const RateChangeSums *sums = rate_state_sums(PG_GETARG_ARRAYTYPE_P(0), &aggregate);
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
