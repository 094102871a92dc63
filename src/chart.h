/*
 * chart.h
 *	  Arguments of the SQL functions that draw charts, and charts of values that are held.
 */
#ifndef ABIE_CHART_H
#define ABIE_CHART_H

#include "core/chart.h"
#include "core/chart_distribution.h"
#include "core/chart_history.h"
#include "core/chart_map.h"
#include "fmgr.h"

/* Error 2202E unless the lengths of a chart's arrays are equal and not 0; that of an array that is left out is -1. */
extern void check_chart(const char *chart, int first, const int *other, int count);

/* The place from 0 of the thing that an argument numbers from 1; -1 where it is none. */
extern int	place_argument(FunctionCallInfo fcinfo, int number);

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

/* So many values, NaN not known, which have to be held. */
extern ChartValues values_held(const double *value, int count, ChartRange *range);

/*
 * Charts of the school's report: what follows from their values is worked out
 * and checked here, and they are drawn.  False where there is nothing to draw.
 */
extern bool draw_similar(TextBuffer *out, SimilarChart *chart, const ChartRange *held, const ChartRange *low,
						 const ChartRange *high);
extern bool draw_ladder(TextBuffer *out, LadderChart *chart, ChartRange *shown);
extern void draw_waterfall(TextBuffer *out, WaterfallChart *chart, double start_level, const ChartRange *amounts);
extern bool draw_history(TextBuffer *out, HistoryChart *chart, const ChartRange *shown);
extern bool draw_school_map(TextBuffer *out, SchoolMap *map);
extern void draw_distribution(TextBuffer *out, DistributionChart *chart);

/* Places of values by their height, the highest first: of those of one height the first, or the last, first. */
extern int *highest_first(const ChartValues *values, bool first_of_equal, int *count);

/* The scale that holds the range; error 22003 for values that are not finite or beyond CHART_MOST. */
extern ChartScale scale_of(const ChartRange *range, int steps, double start, double finish);

#endif
