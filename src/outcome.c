/*
 * outcome.c
 *	  SQL function shortfall over core/outcome.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/outcome.h"
#include "fmgr.h"
#include "results.h"
#include "utils/float.h"

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
