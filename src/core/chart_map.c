/*
 * chart_map.c
 *	  What maps are put together from.
 */
#include "core/chart_map.h"

#include <math.h>

/* Places closer together than this, metres, are not drawn larger. */
#define LEAST_ACROSS 2000.0

MapFrame
map_frame(MapBounds bounds)
{
	/* as wide as the picture, and no higher than 440; a margin for the marks of places at the edge */
	double		across = fmax((double) bounds.east - bounds.west, LEAST_ACROSS);
	double		down = fmax((double) bounds.north - bounds.south, LEAST_ACROSS);
	MapFrame	frame = {.unit = fmin(300 / across, 380 / down), .left_edge = 20, .top = 30, .width = 360};

	frame.height = fmax(120, ceil(down * frame.unit) + 60);
	frame.west = bounds.west - (frame.width / frame.unit - across) / 2;
	frame.north = bounds.north + (frame.height / frame.unit - down) / 2;
	return frame;
}

void
map_ground(TextBuffer *out, const MapFrame *frame)
{
	text_printf(out, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\" fill=\"#f4f6f4\" stroke=\"#bbb\"/>",
				frame->left_edge, frame->top, frame->width, frame->height);
}

void
map_scale_bar(TextBuffer *out, const MapFrame *frame)
{
	double		km = chart_step(frame->width / frame->unit / 1000, 4);
	double		bar = frame->top + frame->height + 8;
	double		length = rounded_tenth(km * 1000 * frame->unit);

	text_printf(out, "<path d=\"M%g %gv5h%.1fv-5\" fill=\"none\" stroke=\"#222\"/>", frame->left_edge, bar, length);
	text_printf(out, "<text x=\"%g\" y=\"%g\" font-size=\"11\">%g km</text>", frame->left_edge + length + 6, bar + 6,
				km);
}
