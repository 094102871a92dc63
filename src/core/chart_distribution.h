/*
 * chart_distribution.h
 *	  The chart of how many schools have each value.
 */
#ifndef ABIE_CORE_CHART_DISTRIBUTION_H
#define ABIE_CORE_CHART_DISTRIBUTION_H

#include "core/chart_part.h"

typedef struct DistributionBar
{
	bool		has_height;
	double		height;			/* the value */
	bool		has_count;
	int64_t		count;			/* schools that have it */
	bool		is_marked;
} DistributionBar;

typedef struct DistributionChart
{
	TextSlice	title;
	TextSlice	unit;
	const DistributionBar *bar;
	int			bars;
	int64_t		most;			/* the greatest count, above 0 */
} DistributionChart;

extern void chart_distribution(TextBuffer *out, const DistributionChart *chart);

#endif
