/*
 * chart.h
 *	  Charts of a school's report, from values alone: the same values give the same text.
 */
#ifndef ABIE_CORE_CHART_H
#define ABIE_CORE_CHART_H

#include "core/chart_part.h"

/* Schools by attendance, the highest first: place has those held in that order; own from 0, -1 for none. */
typedef struct SimilarChart
{
	TextSlice	title;
	const TextSlice *name;
	ChartValues attendance;
	ChartValues low;
	ChartValues high;
	bool		has_low;
	int			own;
	const int  *place;
	int			rows;
	ChartScale	scale;
} SimilarChart;

extern void chart_similar(TextBuffer *out, const SimilarChart *chart);

/* Rungs of a ladder, the highest first. */
typedef enum RungRole
{
	RUNG_PLAIN,
	RUNG_START,
	RUNG_TARGET
} RungRole;

typedef struct LadderChart
{
	TextSlice	title;
	const TextSlice *name;
	ChartValues height;
	const RungRole *role;
	const int  *place;
	int			rungs;
	ChartScale	scale;
} LadderChart;

extern void chart_ladder(TextBuffer *out, const LadderChart *chart);

/* From one level to another: the amounts in their order, those that are not known left out. */
typedef struct WaterfallChart
{
	TextSlice	title;
	TextSlice	start_name;
	TextSlice	finish_name;
	const TextSlice *name;
	ChartValues amount;
	const double *level;		/* before each amount, and after the last */
	ChartScale	scale;
} WaterfallChart;

extern void chart_waterfall(TextBuffer *out, const WaterfallChart *chart);

#endif
