/*
 * chart.c
 *	  Charts of a school's report with a row for each thing: schools, rungs and steps.
 */
#include "core/chart.h"

static const char *
weight_of(bool is_bold)
{
	return is_bold ? " font-weight=\"600\"" : "";
}

/* A diamond around a place, from which its corners are so far. */
static void
put_diamond(TextBuffer *out, double x, int y, int half)
{
	text_printf(out, "<path d=\"M%.1f %dl%d %dl-%d %dl-%d -%dz\" fill=\"#d55e00\"/>", x, y - half, half, half, half,
				half, half, half);
}

/* Begins the figure at the end of a row: its text and the end tag follow. */
static void
put_figure(TextBuffer *out, int y, bool is_bold)
{
	text_printf(out, "<text x=\"392\" y=\"%d\" dy=\"4\" font-size=\"11\" text-anchor=\"end\"%s>", y,
				weight_of(is_bold));
}

static void
put_name(TextBuffer *out, int y, bool is_bold, TextSlice name)
{
	text_printf(out, "<text x=\"8\" y=\"%d\" dy=\"4\" font-size=\"11\"%s>", y, weight_of(is_bold));
	xml_short(out, name, 29);
	text_word(out, "</text>");
}

/* ---------- schools ---------- */

static void
put_interval(TextBuffer *out, const SimilarChart *chart, int i, int y, const char *colour)
{
	double		low = chart_value(&chart->low, i);
	double		high = chart_value(&chart->high, i);

	if (!isnan(low) && !isnan(high))
		text_printf(out, "<path d=\"M%.1f %dH%.1f\" stroke=\"%s\" stroke-width=\"2\"/>",
					chart_place(&chart->scale, low), y, chart_place(&chart->scale, high), colour);
}

static void
put_school(TextBuffer *out, const SimilarChart *chart, int i, int y)
{
	double		attendance = chart->attendance.value[i];
	double		x = chart_place(&chart->scale, attendance);
	bool		is_own = i == chart->own;

	text_word(out, "<g><title>");
	xml_put(out, chart->name[i]);
	text_printf(out, ": %.2f</title>", attendance);
	if (is_own)
		text_printf(out, "<rect y=\"%d\" width=\"400\" height=\"18\" fill=\"#fdebdf\"/>", y - 9);
	put_name(out, y, is_own, chart->name[i]);
	put_interval(out, chart, i, y, is_own ? "#d55e00" : "#0072b2");
	if (is_own)
		put_diamond(out, x, y, 6);
	else
		text_printf(out, "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"#0072b2\"/>", x, y);
	put_figure(out, y, is_own);
	text_printf(out, "%.2f</text></g>", attendance);
}

void
chart_similar(TextBuffer *out, const SimilarChart *chart)
{
	int			bottom = 34 + 18 * chart->rows;
	const char *between = "";

	svg_begin(out, chart->title, bottom + 36);
	text_word(out, "Attendance in per cent, the highest first: ");
	for (int k = 0; k < chart->rows; k++)
	{
		if (chart->name[chart->place[k]].byte == NULL)
			continue;
		text_word(out, between);
		xml_put(out, chart->name[chart->place[k]]);
		text_printf(out, " %.2f", chart->attendance.value[chart->place[k]]);
		between = "; ";
	}
	text_word(out, ".");
	svg_drawn(out, chart->title, bottom + 36);
	chart_across(out, &chart->scale, 34, bottom, chart->has_low ?
				 TEXT_OF("Attendance, per cent, with 95 % intervals") : TEXT_OF("Attendance, per cent"));
	for (int k = 0; k < chart->rows; k++)
		put_school(out, chart, chart->place[k], 43 + 18 * k);
	svg_end(out);
}

/* ---------- rungs ---------- */

static void
put_rung(TextBuffer *out, const LadderChart *chart, int i, int y)
{
	double		x = chart_place(&chart->scale, chart->height.value[i]);
	const char *weight = weight_of(chart->role[i] != RUNG_PLAIN);

	text_printf(out, "<path d=\"M182 %dH352\" stroke=\"#999\"/><text x=\"8\" y=\"%d\" dy=\"4\"%s>", y, y, weight);
	xml_short(out, chart->name[i], 27);
	text_printf(out, "</text><text x=\"392\" y=\"%d\" dy=\"4\" text-anchor=\"end\"%s>%.2f</text>", y, weight,
				chart->height.value[i]);
	if (chart->role[i] == RUNG_TARGET)
		put_diamond(out, x, y, 8);
	else if (chart->role[i] == RUNG_START)
		text_printf(out, "<circle cx=\"%.1f\" cy=\"%d\" r=\"7\" fill=\"#fff\" stroke=\"#d55e00\" stroke-width=\"3\"/>",
					x, y);
	else
		text_printf(out, "<circle cx=\"%.1f\" cy=\"%d\" r=\"5\" fill=\"#0072b2\"/>", x, y);
}

/* The place of the first rung of a role among those drawn, or -1. */
static int
rung_of(const LadderChart *chart, RungRole role)
{
	for (int k = 0; k < chart->rungs; k++)
		if (chart->role[chart->place[k]] == role)
			return k;
	return -1;
}

void
chart_ladder(TextBuffer *out, const LadderChart *chart)
{
	int			bottom = 34 + 28 * chart->rungs;
	int			start = rung_of(chart, RUNG_START);
	int			target = rung_of(chart, RUNG_TARGET);

	svg_begin(out, chart->title, bottom + 36);
	text_word(out, "From the highest: ");
	for (int k = 0; k < chart->rungs; k++)
	{
		text_word(out, k > 0 ? "; " : "");
		xml_put(out, chart->name[chart->place[k]]);
		text_printf(out, " %.2f per cent", chart->height.value[chart->place[k]]);
	}
	text_word(out, ".");
	svg_drawn(out, chart->title, bottom + 36);
	chart_across(out, &chart->scale, 34, bottom, TEXT_OF("Attendance, per cent"));
	if (start >= 0 && target >= 0)
		text_printf(out, "<path d=\"M%.1f %dL%.1f %d\" stroke=\"#d55e00\" stroke-width=\"2\" "
					"stroke-dasharray=\"4 3\"/>",
					chart_place(&chart->scale, chart->height.value[chart->place[start]]), 48 + 28 * start,
					chart_place(&chart->scale, chart->height.value[chart->place[target]]), 48 + 28 * target);
	for (int k = 0; k < chart->rungs; k++)
		put_rung(out, chart, chart->place[k], 48 + 28 * k);
	svg_end(out);
}

/* ---------- steps ---------- */

/* What a row says: a level, or what a step adds. */
static void
put_value(TextBuffer *out, double from, double level, bool is_total)
{
	if (is_total)
		text_decimal(out, level, 2);
	else
		text_signed(out, level - from, 2);
}

static void
put_step(TextBuffer *out, const ChartScale *scale, int y, TextSlice name, double from, double level, bool is_total)
{
	double		x = chart_place(scale, level);
	double		start = chart_place(scale, from);

	text_word(out, "<g><title>");
	xml_put(out, name);
	text_word(out, ": ");
	put_value(out, from, level, is_total);
	text_word(out, "</title>");
	put_name(out, y, is_total, name);
	if (is_total)
		text_printf(out, "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"#222\"/>", x, y);
	else
		/* thin steps stay visible: a line of the level before, and the way from there */
		text_printf(out, "<path d=\"M%.1f %dV%d\" stroke=\"#888\"/><path d=\"M%.1f %dH%.1f\" stroke=\"%s\" "
					"stroke-width=\"10\"/>", start, y - 14, y + 5, start, y, x, level < from ? "#d55e00" : "#0072b2");
	put_figure(out, y, is_total);
	put_value(out, from, level, is_total);
	text_word(out, "</text></g>");
}

static bool
is_step(const WaterfallChart *chart, int i)
{
	return chart->name[i].byte != NULL && !isnan(chart->amount.value[i]);
}

void
chart_waterfall(TextBuffer *out, const WaterfallChart *chart)
{
	int			n = chart->amount.count;
	int			rows = 0;
	int			y = 43;

	for (int i = 0; i < n; i++)
		rows += is_step(chart, i);
	svg_begin(out, chart->title, 106 + 18 * rows);
	text_word(out, "Step by step, in percentage points: ");
	xml_put(out, chart->start_name);
	text_printf(out, " %.2f", chart->level[0]);
	for (int i = 0; i < n; i++)
		if (is_step(chart, i))
		{
			text_word(out, "; ");
			xml_put(out, chart->name[i]);
			text_word(out, " ");
			text_signed(out, chart->amount.value[i], 2);
		}
	text_word(out, "; ");
	xml_put(out, chart->finish_name);
	text_printf(out, " %.2f.", chart->level[n]);
	svg_drawn(out, chart->title, 106 + 18 * rows);
	chart_across(out, &chart->scale, 34, 70 + 18 * rows, TEXT_OF("Attendance, per cent"));
	put_step(out, &chart->scale, y, chart->start_name, chart->level[0], chart->level[0], true);
	for (int i = 0; i < n; i++)
		if (is_step(chart, i))
			put_step(out, &chart->scale, y += 18, chart->name[i], chart->level[i], chart->level[i + 1], false);
	put_step(out, &chart->scale, y + 18, chart->finish_name, chart->level[n], chart->level[n], true);
	svg_end(out);
}
