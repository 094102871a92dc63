/*
 * funnel.c
 *	  SQL function funnel_limits over core/funnel.c.
 */
#include "postgres.h"

#include <math.h>

#include <gsl/gsl_errno.h>

#include "arguments.h"
#include "core/funnel.h"
#include "fmgr.h"
#include "results.h"

PG_FUNCTION_INFO_V1(abie_funnel_limits);
Datum
abie_funnel_limits(PG_FUNCTION_ARGS)
{
	double		target = finite_argument(fcinfo, 0, "target");
	double		denominator = finite_argument(fcinfo, 1, "denominator");
	double		coverage = finite_argument(fcinfo, 2, "coverage");
	double		between_variance = not_negative_argument(fcinfo, 3, "between_variance");
	gsl_error_handler_t *handler;
	FunnelLimits limits;
	Datum		result[2];

	check_positive(&denominator, 1, "denominator");
	if (target < 0.0 || target > 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("target must be between 0 and 1, not %g", target),
				 errhint("It is a proportion: divide a rate in per cent by 100.")));
	if (coverage <= 0.0 || coverage >= 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("coverage must be above 0 and under 1, not %g", coverage)));
	handler = gsl_set_error_handler_off();
	limits = funnel_limits(target, denominator, coverage, between_variance);
	gsl_set_error_handler(handler);
	result[0] = Float8GetDatum(limits.lower);
	result[1] = Float8GetDatum(limits.upper);
	PG_RETURN_DATUM(row_result(fcinfo, 2, result, NULL));
}
