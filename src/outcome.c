/*
 * outcome.c
 *	  SQL functions progress and outcome, which are asked for each school of a run, and shortfall over core/outcome.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/outcome.h"
#include "fmgr.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/float.h"

/* Where an outcome is missed: 1 in 20, 1 in 1,000 of a normal distribution are below, and so many points are short. */
#define MISSED_BELOW -1.6448536269514722
#define FAR_BELOW -3.0902323061678132
#define FAR_SHORT 0.5

/* The operators and greatest of SQL, so that infinity, NaN and what is out of range are what they are there. */
PG_FUNCTION_INFO_V1(abie_progress);
Datum
abie_progress(PG_FUNCTION_ARGS)
{
	float8		change = float8_mi(PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(0));
	float8		relative = float8_pl(float8_mi(change, PG_GETARG_FLOAT8(3)), PG_GETARG_FLOAT8(4));
	Datum		result[3] = {Float8GetDatum(change), Float8GetDatum(relative)};

	result[2] = BoolGetDatum(float8_ge(float8_max(change, relative), PG_GETARG_FLOAT8(1)));
	PG_RETURN_DATUM(row_result(fcinfo, 3, result, NULL));
}

static const char *
outcome_of(float8 change, float8 improvement, float8 z)
{
	if (float8_ge(change, improvement))
		return "met";
	if (z <= FAR_BELOW && float8_mi(improvement, change) >= FAR_SHORT)
		return "missed by some distance";
	return z <= MISSED_BELOW ? "missed" : "within tolerance";
}

PG_FUNCTION_INFO_V1(abie_outcome);
Datum
abie_outcome(PG_FUNCTION_ARGS)
{
	float8		change = PG_GETARG_FLOAT8(0);
	float8		improvement = PG_GETARG_FLOAT8(1);
	float8		deviation = DatumGetFloat8(DirectFunctionCall1(dsqrt, PG_GETARG_DATUM(2)));
	float8		z = float8_div(float8_mi(change, improvement), deviation);
	bool		null[2] = {false, !isfinite(z)};
	Datum		result[2] = {Float8GetDatum(z), (Datum) 0};

	if (isfinite(z))
		result[1] = CStringGetTextDatum(outcome_of(change, improvement, z));
	PG_RETURN_DATUM(row_result(fcinfo, 2, result, null));
}

PG_FUNCTION_INFO_V1(abie_shortfall);
Datum
abie_shortfall(PG_FUNCTION_ARGS)
{
	Belief		prior = {finite_argument(fcinfo, 1, "prior"), not_negative_argument(fcinfo, 2, "prior_variance")};
	double		noise = not_negative_argument(fcinfo, 3, "noise");
	Belief		change = true_change(prior, finite_argument(fcinfo, 0, "change"), noise);
	double		improvement = finite_argument(fcinfo, 4, "improvement");
	double		by = not_negative_argument(fcinfo, 5, "by");
	Datum		result[3];

	if (!isfinite(change.mean) || !isfinite(change.variance) || !isfinite(prior.variance + noise))
		float_overflow_error();
	result[0] = Float8GetDatum(change.mean);
	result[1] = Float8GetDatum(sqrt(change.variance));
	result[2] = Float8GetDatum(shortfall_probability(change, improvement, by));
	PG_RETURN_DATUM(row_result(fcinfo, 3, result, NULL));
}
