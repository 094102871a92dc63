/*
 * chart_part.h
 *	  What charts are put together from: the picture, scales and their lines.
 *
 * 400 units wide with text of 11 to 13, so that they can be read on a
 * telephone.  Colours of Okabe and Ito (2008), which differ for the
 * colour-blind; no meaning is carried by colour alone.
 */
#ifndef ABIE_CORE_CHART_PART_H
#define ABIE_CORE_CHART_PART_H

#include <math.h>

#include "core/markup.h"

/* What is not known is not drawn: NaN.  value is NULL where nothing is. */
typedef struct ChartValues
{
	int			count;
	const double *value;
} ChartValues;

static inline double
chart_value(const ChartValues *values, int i)
{
	return values->value == NULL ? NAN : values->value[i];
}

/* A value is drawn at start + unit x (value - low). */
typedef struct ChartScale
{
	double		low;
	double		high;
	double		step;			/* distance of its lines */
	double		start;
	double		unit;			/* negative where values go up */
} ChartScale;

/* Distance of the lines of about so many steps: 1, 2 or 5 times a power of ten, from 0.1 up. */
extern double chart_step(double span, int steps);

/* The scale that holds the values, of which CHART_MOST is the bound, between two places of the picture. */
#define CHART_MOST 1e9
extern ChartScale chart_scale(double least, double greatest, int steps, double start, double finish);

static inline double
chart_place(const ChartScale *scale, double value)
{
	return scale->start + scale->unit * (value - scale->low);
}

/* What is written at a line of a scale. */
extern void chart_label(TextBuffer *out, const ChartScale *scale, double value);

/* Lines and labels of a scale that runs across, between two heights; one that runs upward, between two places. */
extern void chart_across(TextBuffer *out, const ChartScale *scale, double top, double bottom, TextSlice label);
extern void chart_upward(TextBuffer *out, const ChartScale *scale, double left_end, double right_end);

/*
 * A picture of so many units: svg_begin, the description as XML for those who
 * cannot see it, svg_drawn, what is drawn, svg_end.
 */
extern void svg_begin(TextBuffer *out, TextSlice title, int height);
extern void svg_drawn(TextBuffer *out, TextSlice title, int height);
extern void svg_end(TextBuffer *out);

#endif
