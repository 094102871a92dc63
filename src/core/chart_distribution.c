/*
 * chart_distribution.c
 *	  The chart of how many schools have each value.
 */
#include "core/chart_distribution.h"

#define HIGHEST 110				/* of the bar of the most */

__extension__ typedef __int128 Wide;

/* In tenths, rounded half away from zero: a height above or below the top of the bar, worked out in whole numbers. */
static double
bar_tenths(const DistributionChart *chart, const DistributionBar *bar, int from, int sign)
{
	Wide		part = (Wide) 10 * from * chart->most;
	Wide		rest;

	if (bar->has_count)
		part += (Wide) 10 * HIGHEST * sign * bar->count;
	rest = part % chart->most;
	part /= chart->most;
	if (2 * (rest < 0 ? -rest : rest) >= chart->most)
		part += rest < 0 ? -1 : 1;
	return (double) part / 10;
}

static void
put_value(TextBuffer *out, const DistributionBar *bar)
{
	if (bar->has_height)
		text_decimal(out, bar->height, 1);
}

static void
put_words(TextBuffer *out, const DistributionChart *chart)
{
	for (int i = 0; i < chart->bars; i++)
	{
		text_word(out, i > 0 ? "; " : "");
		put_value(out, &chart->bar[i]);
		text_word(out, ": ");
		if (chart->bar[i].has_count)
		{
			text_integer(out, chart->bar[i].count);
			text_word(out, " schools");
		}
		else
			text_word(out, "suppressed");
		text_word(out, chart->bar[i].is_marked ? ", this school among them" : "");
	}
	text_word(out, ".");
}

/* Below the bar of the school, within the picture. */
static void
put_mark(TextBuffer *out, double middle)
{
	text_word(out, "<text x=\"");
	if (middle <= 34 || middle >= 366)
		text_word(out, middle <= 34 ? "34" : "366");
	else
		text_decimal(out, middle, 1);
	text_word(out, "\" y=\"190\" font-size=\"11\" text-anchor=\"middle\" font-weight=\"600\">this school</text>");
}

static void
put_bar(TextBuffer *out, const DistributionChart *chart, int i, double width)
{
	const DistributionBar *bar = &chart->bar[i];
	double		middle = rounded_tenth(20 + width * (i + 0.5));

	text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>", 20 + width * i + 2,
				bar_tenths(chart, bar, 160, -1), width - 4, bar_tenths(chart, bar, 0, 1),
				bar->is_marked ? "#d55e00" : "#7fb2d6");
	text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\" text-anchor=\"middle\">", middle,
				bar_tenths(chart, bar, 156, -1));
	if (bar->has_count)
		text_integer(out, bar->count);
	else
		text_word(out, "c");
	text_printf(out, "</text><text x=\"%.1f\" y=\"176\" font-size=\"11\" text-anchor=\"middle\"%s>", middle,
				bar->is_marked ? " font-weight=\"600\"" : "");
	put_value(out, bar);
	text_word(out, "</text>");
	if (bar->is_marked)
		put_mark(out, middle);
}

void
chart_distribution(TextBuffer *out, const DistributionChart *chart)
{
	double		width = 360.0 / chart->bars;

	svg_begin(out, chart->title, 214);
	put_words(out, chart);
	svg_drawn(out, chart->title, 214);
	text_word(out, "<path d=\"M20 160H380\" stroke=\"#555\"/>");
	for (int i = 0; i < chart->bars; i++)
		put_bar(out, chart, i, width);
	text_word(out, "<text x=\"200\" y=\"206\" font-size=\"11\" text-anchor=\"middle\">");
	xml_put(out, chart->unit);
	text_word(out, "</text>");
	svg_end(out);
}
