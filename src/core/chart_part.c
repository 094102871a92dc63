/*
 * chart_part.c
 *	  What charts are put together from: the picture, scales and their lines.
 */
#include "core/chart_part.h"

#include <math.h>

#define NUMBER_ROOM 512			/* for the longest number */

double
chart_step(double span, int steps)
{
	static const double step[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};

	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++)
		if (span / steps <= step[i])
			return step[i];
	return 5000 * ceil(span / steps / 5000);
}

ChartScale
chart_scale(double least, double greatest, int steps, double start, double finish)
{
	ChartScale	scale = {.step = chart_step(greatest - least, steps), .start = start};

	scale.low = floor(least / scale.step) * scale.step;
	scale.high = fmax(ceil(greatest / scale.step) * scale.step, scale.low + scale.step);
	scale.unit = (finish - start) / (scale.high - scale.low);
	return scale;
}

/* Lines of a scale beyond the first. */
static int
line_count(const ChartScale *scale)
{
	return (int) rint((scale->high - scale->low) / scale->step);
}

void
chart_label(TextBuffer *out, const ChartScale *scale, double value)
{
	text_decimal(out, value, scale->step < 1 ? 1 : 0);
}

void
chart_across(TextBuffer *out, const ChartScale *scale, double top, double bottom, TextSlice label)
{
	for (int i = 0; i <= line_count(scale); i++)
	{
		double		value = scale->low + i * scale->step;
		double		x = rounded_tenth(chart_place(scale, value));
		char		byte[NUMBER_ROOM];
		TextBuffer	number = {.byte = byte, .room = sizeof(byte)};
		double		most;

		chart_label(&number, scale, value);
		/* a long number at the end stays within the picture */
		most = (3990 - 32 * (double) number.length) / 10;
		text_printf(out, "<path d=\"M%.1f %gV%g\" stroke=\"#ddd\"/>", x, top, bottom);
		text_printf(out, "<text x=\"%.1f\" y=\"%g\" font-size=\"11\" text-anchor=\"middle\">", x < most ? x : most,
					bottom + 14);
		text_put(out, number.byte, number.length);
		text_word(out, "</text>");
	}
	text_printf(out, "<text x=\"%.1f\" y=\"%g\" font-size=\"11\" text-anchor=\"middle\">",
				chart_place(scale, (scale->low + scale->high) / 2), bottom + 29);
	xml_put(out, label);
	text_word(out, "</text>");
}

void
chart_upward(TextBuffer *out, const ChartScale *scale, double left_end, double right_end)
{
	for (int i = 0; i <= line_count(scale); i++)
	{
		double		value = scale->low + i * scale->step;
		double		y = chart_place(scale, value);

		text_printf(out, "<path d=\"M%g %.1fH%g\" stroke=\"#ddd\"/>", left_end, y, right_end);
		text_printf(out, "<text x=\"%g\" y=\"%.1f\" dy=\"4\" font-size=\"11\" text-anchor=\"end\">", left_end - 4, y);
		chart_label(out, scale, value);
		text_word(out, "</text>");
	}
}

void
svg_begin(TextBuffer *out, TextSlice title, int height)
{
	text_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 %d\" role=\"img\" aria-label=\"",
				height);
	xml_put(out, title);
	text_word(out, "\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#222\"><title>");
	xml_put(out, title);
	text_word(out, "</title><desc>");
}

void
svg_drawn(TextBuffer *out, TextSlice title, int height)
{
	text_printf(out, "</desc><rect width=\"400\" height=\"%d\" fill=\"#fff\"/>", height);
	text_word(out, "<text x=\"8\" y=\"18\" font-size=\"13\" font-weight=\"600\">");
	xml_short(out, title, 50);
	text_word(out, "</text>");
}

void
svg_end(TextBuffer *out)
{
	text_word(out, "</svg>");
}
