/*
 * chart.h
 *	  Arguments of the SQL functions that draw charts.
 */
#ifndef ABIE_CHART_H
#define ABIE_CHART_H

#include "core/chart_part.h"
#include "fmgr.h"

/* Error 2202E unless the lengths of a chart's arrays are equal and not 0; that of an array that is left out is -1. */
extern void check_chart(const char *chart, int first, const int *other, int count);

/* What a scale has to hold, any numbers: NaN is the greatest, as in PostgreSQL. */
typedef struct ChartRange
{
	int			held;
	double		least;
	double		greatest;
} ChartRange;

/* A float8 or an array of it, in order, whatever dimensions it has: its values but NULL have to be held. */
extern double value_argument(FunctionCallInfo fcinfo, int number, ChartRange *range);
extern ChartValues values_argument(FunctionCallInfo fcinfo, int number, ChartRange *range);
extern void range_add(ChartRange *range, double value);
extern void range_join(ChartRange *range, const ChartRange *other);

/* The scale that holds the range; error 22003 for values that are not finite or beyond CHART_MOST. */
extern ChartScale scale_of(const ChartRange *range, int steps, double start, double finish);

#endif
