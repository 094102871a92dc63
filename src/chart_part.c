/*
 * chart_part.c
 *	  SQL functions over core/chart_part.c, and the arguments of those that draw charts.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "chart.h"
#include "executor/executor.h"
#include "lib/stringinfo.h"
#include "results.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"

#define MOST_THINGS 100000		/* of a chart */
#define MOST_LINES 1000			/* of a scale */

void
check_chart(const char *chart, int first, const int *other, int count)
{
	bool		fits = first > 0 && first <= MOST_THINGS;
	StringInfoData lengths;

	for (int i = 0; i < count; i++)
		fits &= other[i] == first || other[i] < 0;
	if (fits)
		return;
	initStringInfo(&lengths);
	for (int i = 0; i < count; i++)
		appendStringInfo(&lengths, " and %d", other[i] < 0 ? first : other[i]);
	ereport(ERROR,
			(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
			 errmsg("%s needs arrays of one length of at least 1, not %d%s", chart, first, lengths.data),
			 errhint("Give one element for each thing shown; NULL where there is no value.")));
}

PG_FUNCTION_INFO_V1(abie_check_chart);
Datum
abie_check_chart(PG_FUNCTION_ARGS)
{
	ArrayType  *other = PG_GETARG_ARRAYTYPE_P(2);
	Datum	   *element;
	bool	   *null;
	int			count;
	int		   *length;

	deconstruct_array(other, INT4OID, sizeof(int32), true, TYPALIGN_INT, &element, &null, &count);
	length = palloc(sizeof(int) * Max(count, 1));
	for (int i = 0; i < count; i++)
		length[i] = null[i] ? -1 : DatumGetInt32(element[i]);
	check_chart(text_to_cstring(PG_GETARG_TEXT_PP(0)), PG_GETARG_INT32(1), length, count);
	PG_RETURN_VOID();
}

int
place_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) || PG_GETARG_INT32(number) < 1 ? -1 : PG_GETARG_INT32(number) - 1;
}

/* ---------- values and scales ---------- */

void
range_add(ChartRange *range, double value)
{
	if (range->held++ == 0)
		range->least = range->greatest = value;
	else if (float8_lt(value, range->least))
		range->least = value;
	else if (float8_gt(value, range->greatest))
		range->greatest = value;
}

void
range_join(ChartRange *range, const ChartRange *other)
{
	if (other->held > 0)
	{
		range_add(range, other->least);
		range_add(range, other->greatest);
	}
}

double
value_argument(FunctionCallInfo fcinfo, int number, ChartRange *range)
{
	if (PG_ARGISNULL(number))
		return NAN;
	range_add(range, PG_GETARG_FLOAT8(number));
	return PG_GETARG_FLOAT8(number);
}

ChartValues
values_argument(FunctionCallInfo fcinfo, int number, ChartRange *range)
{
	Datum	   *element;
	bool	   *null;
	int			count;
	double	   *value;

	if (PG_ARGISNULL(number))
		return (ChartValues) {.count = -1};
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &element, &null, &count);
	value = palloc(sizeof(double) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		value[i] = null[i] ? NAN : DatumGetFloat8(element[i]);
		if (!null[i])
			range_add(range, value[i]);
	}
	return (ChartValues) {.count = count, .value = value};
}

ChartValues
values_held(const double *value, int count, ChartRange *range)
{
	for (int i = 0; i < count; i++)
		if (!isnan(value[i]))
			range_add(range, value[i]);
	return (ChartValues) {.count = count, .value = value};
}

ChartScale
scale_of(const ChartRange *range, int steps, double start, double finish)
{
	if (!(fabs(range->least) < CHART_MOST && fabs(range->greatest) < CHART_MOST))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a chart cannot show values from %s to %s", float8out_internal(range->least),
						float8out_internal(range->greatest)),
				 errhint("Values must be finite and within one thousand million.")));
	return chart_scale(range->least, range->greatest, steps, start, finish);
}

PG_FUNCTION_INFO_V1(abie_chart_scale);
Datum
abie_chart_scale(PG_FUNCTION_ARGS)
{
	ChartRange	range = {.least = PG_GETARG_FLOAT8(0), .greatest = PG_GETARG_FLOAT8(1)};
	ChartScale	scale;

	if (PG_GETARG_INT32(2) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a scale has at least one step, not %d", PG_GETARG_INT32(2))));
	scale = scale_of(&range, PG_GETARG_INT32(2), PG_GETARG_FLOAT8(3), PG_GETARG_FLOAT8(4));
	return row_result(fcinfo, 5, (Datum[]) {
		Float8GetDatum(scale.low), Float8GetDatum(scale.high), Float8GetDatum(scale.step),
		Float8GetDatum(scale.start), Float8GetDatum(scale.unit)
	}, NULL);
}

/* A scale that anybody may have made: of finite numbers, with no more lines than a picture has room for. */
static ChartScale
scale_argument(FunctionCallInfo fcinfo, int number)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(number);
	double		value[5];
	bool		fits = true;
	bool		null;

	for (int i = 0; i < 5; i++)
	{
		value[i] = DatumGetFloat8(GetAttributeByNum(row, (AttrNumber) (i + 1), &null));
		fits &= !null && fabs(value[i]) <= 1e15;
	}
	if (!fits || !(fabs((value[1] - value[0]) / value[2]) <= MOST_LINES))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a scale of a chart has finite numbers and at most %d lines", MOST_LINES)));
	return (ChartScale) {value[0], value[1], value[2], value[3], value[4]};
}

/* ---------- lines and the picture ---------- */

PG_FUNCTION_INFO_V1(abie_chart_across);
Datum
abie_chart_across(PG_FUNCTION_ARGS)
{
	ChartScale	scale = scale_argument(fcinfo, 0);
	TextBuffer	out = text_begin();

	chart_across(&out, &scale, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), text_argument(fcinfo, 3));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_chart_upward);
Datum
abie_chart_upward(PG_FUNCTION_ARGS)
{
	ChartScale	scale = scale_argument(fcinfo, 0);
	TextBuffer	out = text_begin();

	chart_upward(&out, &scale, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_svg);
Datum
abie_svg(PG_FUNCTION_ARGS)
{
	TextSlice	title = text_argument(fcinfo, 0);
	int			height = PG_GETARG_INT32(2);
	TextBuffer	out = text_begin();

	svg_begin(&out, title, height);
	xml_put(&out, text_argument(fcinfo, 1));
	svg_drawn(&out, title, height);
	text_slice(&out, text_argument(fcinfo, 3));
	svg_end(&out);
	return text_result(&out);
}
