/*
 * xmr.c
 *	  SQL function xmr over core/xmr.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/xmr.h"
#include "fmgr.h"
#include "results.h"
#include "miscadmin.h"
#include "utils/float.h"

/* The series: finite numbers in the order of time, none missing. */
static FloatMatrix
series_argument(FunctionCallInfo fcinfo)
{
	FloatMatrix series = float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "series", false);

	if (!series.complete)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("series cannot hold NULL"),
				 errhint("Leave out the times without a value.")));
	return series;
}

/* How many values the limits are from: all, or as many of the first as asked for. */
static int
limits_from_argument(FunctionCallInfo fcinfo, int count)
{
	if (PG_ARGISNULL(1))
		return count;
	if (PG_GETARG_INT32(1) < 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("limits_from must be at least 2, not %d", PG_GETARG_INT32(1))));
	return Min(PG_GETARG_INT32(1), count);
}

static void
put_value(ReturnSetInfo *rows, int i, double value, const XmrLimits *limits, const XmrSignal *signal)
{
	Datum		column[9] = {
		Int32GetDatum(i + 1), Float8GetDatum(value),
		Float8GetDatum(limits->centre), Float8GetDatum(limits->lower), Float8GetDatum(limits->upper),
		BoolGetDatum(signal->outside), BoolGetDatum(signal->shift),
		BoolGetDatum(signal->trend), BoolGetDatum(signal->two_of_three)
	};

	put_row(rows, column, NULL);
}

PG_FUNCTION_INFO_V1(abie_xmr);
Datum
abie_xmr(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	FloatMatrix series;
	XmrLimits	limits;
	XmrSignal  *signal;
	int			from;

	/* not STRICT: limits_from may be NULL; array_agg over no rows gives NULL */
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	series = series_argument(fcinfo);
	from = limits_from_argument(fcinfo, series.columns);
	if (from < 2)				/* no moving range, no limits */
		return (Datum) 0;
	limits = xmr_limits(series.value, from);
	if (!isfinite(limits.lower) || !isfinite(limits.upper))
		float_overflow_error();
	signal = palloc(sizeof(XmrSignal) * series.columns);
	xmr_signals(series.value, series.columns, limits, signal);
	for (int i = 0; i < series.columns; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_value(rows, i, series.value[i], &limits, &signal[i]);
	}
	return (Datum) 0;
}
