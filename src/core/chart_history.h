/*
 * chart_history.h
 *	  The chart of a school's attendance over the years.
 */
#ifndef ABIE_CORE_CHART_HISTORY_H
#define ABIE_CORE_CHART_HISTORY_H

#include "core/chart_part.h"

/* Academic years by their first calendar year; NaN is not known. */
typedef struct HistoryChart
{
	TextSlice	title;
	int			count;
	const TextSlice *said_year;
	const int  *year;
	ChartValues attendance;
	ChartValues low;
	ChartValues high;
	ChartValues national;
	ChartValues expected;
	ChartValues expected_low;
	ChartValues expected_high;
	TextSlice	goal_said;		/* the year of the target; none */
	int			goal_year;
	double		target;
	double		forecast_low;
	double		forecast_high;
	ChartScale	y;
} HistoryChart;

extern void chart_history(TextBuffer *out, const HistoryChart *chart);

#endif
