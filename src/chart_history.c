/*
 * chart_history.c
 *	  SQL function chart_history over core/chart_history.c.
 */
#include "postgres.h"

#include "arguments.h"
#include "chart.h"
#include "text_result.h"

static void
check_year(int year)
{
	if (year < 1 || year > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a calendar year must be 1 to 9999, not %d", year)));
}

bool
draw_history(TextBuffer *out, HistoryChart *chart, const ChartRange *shown)
{
	for (int i = 0; i < chart->count; i++)
		check_year(chart->year[i]);
	if (chart->goal_said.byte != NULL)
		check_year(chart->goal_year);
	if (shown->held == 0)
		return false;
	chart->y = scale_of(shown, 5, 210, 40);
	chart_history(out, chart);
	return true;
}

/* Arguments: title, years, their first calendar years, seven arrays, the goal and its year, three values. */
PG_FUNCTION_INFO_V1(abie_chart_history);
Datum
abie_chart_history(PG_FUNCTION_ARGS)
{
	ChartRange	shown = {0};
	HistoryChart chart = {.title = text_argument(fcinfo, 0), .said_year = texts_argument(fcinfo, 1, &chart.count)};
	ChartValues *const values[] = {
		&chart.attendance, &chart.low, &chart.high, &chart.national, &chart.expected, &chart.expected_low,
		&chart.expected_high
	};
	int			length[lengthof(values)];
	TextBuffer	out = text_begin();

	/* not STRICT: all but title, years and attendance may be NULL */
	if (chart.title.byte == NULL || chart.said_year == NULL || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	for (size_t i = 0; i < lengthof(values); i++)
	{
		*values[i] = values_argument(fcinfo, (int) i + 3, &shown);
		length[i] = values[i]->count;
	}
	check_chart("chart_history", chart.count, length, lengthof(length));
	chart.year = fitting_argument(fcinfo, 2, chart.count);
	if (!PG_ARGISNULL(11))
	{
		chart.goal_said = text_argument(fcinfo, 10);
		chart.goal_year = PG_GETARG_INT32(11);
	}
	chart.target = value_argument(fcinfo, 12, &shown);
	chart.forecast_low = value_argument(fcinfo, 13, &shown);
	chart.forecast_high = value_argument(fcinfo, 14, &shown);
	if (!draw_history(&out, &chart, &shown))
		PG_RETURN_NULL();
	return text_result(&out);
}
