/*
 * chart_history.c
 *	  The chart of a school's attendance over the years.
 */
#include "core/chart_history.h"

#include <stdlib.h>

static bool
has_any(const ChartValues *values)
{
	for (int i = 0; i < values->count; i++)
		if (!isnan(values->value[i]))
			return true;
	return false;
}

static bool
has_goal(const HistoryChart *chart)
{
	return chart->goal_said.byte != NULL;
}

static bool
has_forecast(const HistoryChart *chart)
{
	return has_goal(chart) && !isnan(chart->forecast_low) && !isnan(chart->forecast_high);
}

static ChartScale
year_scale(const HistoryChart *chart)
{
	int			first = chart->year[0];
	int			last = first;

	for (int i = 0; i <= chart->count; i++)
	{
		int			year = i < chart->count ? chart->year[i] : chart->goal_year;

		if (i == chart->count && !has_goal(chart))
			break;
		first = year < first ? year : first;
		last = year > last ? year : last;
	}
	return (ChartScale) {first, last, 1, 52, 320 / (double) (last - first > 1 ? last - first : 1)};
}

/* ---------- what it shows, for those who cannot see it ---------- */

static void
put_words(TextBuffer *out, const HistoryChart *chart)
{
	for (int i = 0; i < chart->count; i++)
	{
		const struct
		{
			const char *before;
			double		value;
			const char *after;
		}			part[] = {
			{"", chart_value(&chart->attendance, i), " per cent"},
			{"national ", chart_value(&chart->national, i), ""},
			{"expected ", chart_value(&chart->expected, i), ""}
		};
		const char *between = "";

		text_word(out, i > 0 ? "; " : "");
		xml_put(out, chart->said_year[i]);
		text_word(out, ": ");
		for (int j = 0; j < 3; j++)
			if (!isnan(part[j].value))
			{
				text_printf(out, "%s%s%.2f%s", between, part[j].before, part[j].value, part[j].after);
				between = ", ";
			}
	}
	if (has_goal(chart) && !isnan(chart->target))
	{
		text_word(out, "; target for ");
		xml_put(out, chart->goal_said);
		text_printf(out, " %.2f", chart->target);
	}
	if (!isnan(chart->forecast_low) && !isnan(chart->forecast_high))
		text_printf(out, "; likely range if nothing changes %.2f to %.2f", chart->forecast_low, chart->forecast_high);
	text_word(out, ".");
}

/* ---------- lines ---------- */

/* Labels of years across: every second or third where they would touch, the last always. */
static void
put_years(TextBuffer *out, const HistoryChart *chart, const ChartScale *x, double bottom)
{
	int			last = chart->year[chart->count - 1];
	int			years = chart->count;
	int			every;

	if (has_goal(chart) && chart->goal_year > last)
	{
		last = chart->goal_year;
		years++;
	}
	every = 1 + abs(last - chart->year[0]) / 9;
	for (int i = 0; i < years; i++)
	{
		int			year = i < chart->count ? chart->year[i] : chart->goal_year;

		if ((last - year) % every == 0)
			text_printf(out, "<text x=\"%.1f\" y=\"%g\" font-size=\"11\" text-anchor=\"middle\">%d%d/%d%d</text>",
						chart_place(x, year), bottom + 15, year / 10 % 10, year % 10, (year + 1) / 10 % 10,
						(year + 1) % 10);
	}
}

/* A line, broken where a year is not held; h0: a year without neighbours is a dot. */
static void
put_line(TextBuffer *out, const HistoryChart *chart, const ChartScale *x, const ChartValues *values, const char *style)
{
	int			before = -1;

	if (!has_any(values))
		return;
	text_word(out, "<path d=\"");
	for (int i = 0; i < chart->count; i++)
	{
		if (isnan(values->value[i]))
			continue;
		text_printf(out, "%s%.1f %.1fh0", before >= 0 && chart->year[i] == chart->year[before] + 1 ? "L" : "M",
					chart_place(x, chart->year[i]), chart_place(&chart->y, values->value[i]));
		before = i;
	}
	text_printf(out, "\" fill=\"none\" %s/>", style);
}

/* ---------- signs ---------- */

/* A line upright between two values, where both are known. */
static void
put_upright(TextBuffer *out, double x, const ChartScale *y, double low, double high, const char *style)
{
	if (!isnan(low) && !isnan(high))
		text_printf(out, "<path d=\"M%.1f %.1fV%.1f\" %s/>", x, chart_place(y, low), chart_place(y, high), style);
}

/* The interval of expected attendance below all others, then the interval, the dot and the cross of each year. */
static void
put_signs(TextBuffer *out, const HistoryChart *chart, const ChartScale *scale)
{
	for (int i = 0; i < chart->count; i++)
		put_upright(out, chart_place(scale, chart->year[i]), &chart->y, chart_value(&chart->expected_low, i),
					chart_value(&chart->expected_high, i), "stroke=\"#bbb\" stroke-width=\"12\"");
	for (int i = 0; i < chart->count; i++)
	{
		double		x = chart_place(scale, chart->year[i]);
		double		attendance = chart_value(&chart->attendance, i);
		double		expected = chart_value(&chart->expected, i);

		put_upright(out, x, &chart->y, chart_value(&chart->low, i), chart_value(&chart->high, i),
					"stroke=\"#0072b2\" stroke-width=\"2\"");
		if (!isnan(attendance))
			text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#0072b2\"/>", x,
						chart_place(&chart->y, attendance));
		if (!isnan(expected))
			text_printf(out, "<path d=\"M%.1f %.1fm-6 0h12m-6 -6v12\" stroke=\"#222\" stroke-width=\"2\"/>", x,
						chart_place(&chart->y, expected));
	}
}

static void
put_goal(TextBuffer *out, const HistoryChart *chart, const ChartScale *scale)
{
	double		x = chart_place(scale, chart->goal_year);

	if (!has_goal(chart))
		return;
	put_upright(out, x, &chart->y, chart->forecast_low, chart->forecast_high, "stroke=\"#cc79a7\" stroke-width=\"6\"");
	if (!isnan(chart->target))
		text_printf(out, "<path d=\"M%.1f %.1fm0 -7l7 7l-7 7l-7 -7z\" fill=\"#d55e00\"/>", x,
					chart_place(&chart->y, chart->target));
}

/* ---------- the key ---------- */

typedef struct HistoryKey
{
	bool		is_shown;
	const char *mark;
	const char *label;
} HistoryKey;

/* What the signs mean, in two columns; how many of them there are. */
static int
put_key(TextBuffer *out, const HistoryChart *chart)
{
	const HistoryKey key[] = {
		{true, "<path d=\"M0 0h18\" stroke=\"#0072b2\" stroke-width=\"2.5\"/>"
			"<circle cx=\"9\" r=\"4\" fill=\"#0072b2\"/>",
			has_any(&chart->low) ? "This school, 95 % interval" : "This school"},
		{has_any(&chart->national),
			"<path d=\"M0 0h18\" stroke=\"#555\" stroke-width=\"2\" stroke-dasharray=\"5 4\"/>",
			"All schools of the phase"},
		{has_any(&chart->expected), "<path d=\"M9 -7v14\" stroke=\"#bbb\" stroke-width=\"12\"/>"
			"<path d=\"M3 0h12m-6 -6v12\" stroke=\"#222\" stroke-width=\"2\"/>", "Expected, 95 % interval"},
		{has_goal(chart) && !isnan(chart->target), "<path d=\"M9 -7l7 7l-7 7l-7 -7z\" fill=\"#d55e00\"/>", "Target"},
		{has_forecast(chart), "<path d=\"M9 -7v14\" stroke=\"#cc79a7\" stroke-width=\"6\"/>",
			"Likely range if nothing changes"}
	};
	int			shown = 0;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
	{
		if (!key[i].is_shown)
			continue;
		if (out != NULL)
			text_printf(out, "<g transform=\"translate(%d %d)\">%s<text x=\"24\" y=\"4\" font-size=\"11\">%s"
						"</text></g>", shown % 2 == 0 ? 12 : 192, 242 + 16 * (shown / 2), key[i].mark,
						key[i].label);
		shown++;
	}
	return shown;
}

void
chart_history(TextBuffer *out, const HistoryChart *chart)
{
	ChartScale	x = year_scale(chart);
	int			height = 238 + 16 * ((put_key(NULL, chart) + 1) / 2);

	svg_begin(out, chart->title, height);
	put_words(out, chart);
	svg_drawn(out, chart->title, height);
	chart_upward(out, &chart->y, 38, 390);
	put_years(out, chart, &x, 210);
	text_word(out, "<text x=\"38\" y=\"34\" font-size=\"11\" text-anchor=\"middle\">%</text>");
	put_line(out, chart, &x, &chart->national,
			 "stroke=\"#555\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-dasharray=\"4 5\"");
	put_line(out, chart, &x, &chart->attendance, "stroke=\"#0072b2\" stroke-width=\"2.5\"");
	put_signs(out, chart, &x);
	put_goal(out, chart, &x);
	put_key(out, chart);
	svg_end(out);
}
