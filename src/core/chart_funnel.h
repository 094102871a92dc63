/*
 * chart_funnel.h
 *	  Names beside the marks of a funnel.
 */
#ifndef ABIE_CORE_CHART_FUNNEL_H
#define ABIE_CORE_CHART_FUNNEL_H

#include "core/chart_label.h"
#include "core/markup.h"

/*
 * Of marks the names of the first, so many as there is room for: none lies on
 * another or on a mark.  room has space for twice the marks; scratch: for parts.
 */
extern void chart_funnel_names(TextBuffer *out, const TextSlice *name, const double *x, const double *y, int marks,
							   int most, LabelRoom *room, TextBuffer *scratch);

#endif
