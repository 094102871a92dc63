/*
 * decimal_log.c
 *	  SQL function abie_internal.decimal_log over core/decimal_log.c.
 */
#include "postgres.h"

#include <math.h>

#include "core/decimal_log.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(abie_decimal_log);
Datum
abie_decimal_log(PG_FUNCTION_ARGS)
{
	double		logarithm = decimal_log(PG_GETARG_FLOAT8(0));

	if (!isnan(logarithm))
		PG_RETURN_FLOAT8(logarithm);
	return DirectFunctionCall1(numeric_float8, DirectFunctionCall1(numeric_ln,
			DirectFunctionCall1(float8_numeric, PG_GETARG_DATUM(0))));
}
