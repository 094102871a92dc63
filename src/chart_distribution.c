/*
 * chart_distribution.c
 *	  SQL function chart_distribution over core/chart_distribution.c.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "chart.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/float.h"

#define MOST_BARS 40

/* An error unless there are so many bars as can be drawn, and schools in one. */
static void
check_bars(const DistributionChart *chart, bool has_count)
{
	if (!has_count || chart->most <= 0 || chart->bars > MOST_BARS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("chart_distribution needs counts above 0 of at most %d values, not %s of %d", MOST_BARS,
						has_count ? psprintf("%lld", (long long) chart->most) : "<NULL>", chart->bars)));
}

void
draw_distribution(TextBuffer *out, DistributionChart *chart)
{
	bool		has_count = false;

	for (int i = 0; i < chart->bars; i++)
	{
		const DistributionBar *bar = &chart->bar[i];

		if (bar->has_count && (!has_count || bar->count > chart->most))
			chart->most = bar->count;
		has_count |= bar->has_count;
	}
	check_bars(chart, has_count);
	chart_distribution(out, chart);
}

PG_FUNCTION_INFO_V1(abie_chart_distribution);
Datum
abie_chart_distribution(PG_FUNCTION_ARGS)
{
	DistributionChart chart = {.title = text_argument(fcinfo, 0), .unit = text_argument(fcinfo, 1)};
	Datum	   *height;
	Datum	   *count;
	bool	   *no_height;
	bool	   *no_count;
	int			counts;
	DistributionBar *bar;
	TextBuffer	out = text_begin();

	/* not STRICT: marked may be NULL */
	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &height, &no_height, &chart.bars);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &count, &no_count, &counts);
	check_chart("chart_distribution", chart.bars, &counts, 1);
	bar = palloc0(sizeof(DistributionBar) * chart.bars);
	for (int i = 0; i < chart.bars; i++)
	{
		bar[i].has_height = !no_height[i];
		bar[i].height = no_height[i] ? 0 : DatumGetFloat8(height[i]);
		bar[i].has_count = !no_count[i];
		bar[i].count = no_count[i] ? 0 : DatumGetInt64(count[i]);
		bar[i].is_marked = PG_ARGISNULL(4) ? no_height[i] :
			!no_height[i] && float8_eq(bar[i].height, PG_GETARG_FLOAT8(4));
	}
	chart.bar = bar;
	draw_distribution(&out, &chart);
	return text_result(&out);
}
