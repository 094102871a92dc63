/*
 * chart.c
 *	  SQL functions that draw the charts of core/chart.c.
 */
#include "postgres.h"

#include "chart.h"
#include "miscadmin.h"
#include "text_result.h"
#include "utils/float.h"

/* Things by value, the highest first: of those of one value the first, or the last, of the array first. */
typedef struct HighestFirst
{
	const double *value;
	int			equal;			/* 1: the first, -1: the last */
} HighestFirst;

static int
compare_places(const void *left, const void *right, void *argument)
{
	const HighestFirst *by = argument;
	int			a = *(const int *) left;
	int			b = *(const int *) right;

	CHECK_FOR_INTERRUPTS();
	if (by->value[a] != by->value[b])
		return by->value[a] > by->value[b] ? -1 : 1;
	return (a < b ? -1 : 1) * by->equal;
}

int *
highest_first(const ChartValues *values, bool first_of_equal, int *count)
{
	int		   *place = palloc(sizeof(int) * Max(values->count, 1));
	HighestFirst by = {values->value, first_of_equal ? 1 : -1};

	*count = 0;
	for (int i = 0; i < values->count; i++)
		if (!isnan(values->value[i]))
			place[(*count)++] = i;
	qsort_arg(place, *count, sizeof(int), compare_places, &by);
	return place;
}

bool
draw_similar(TextBuffer *out, SimilarChart *chart, const ChartRange *held, const ChartRange *low,
			 const ChartRange *high)
{
	ChartRange	shown = *high;

	if (held->held == 0)
		return false;
	chart->has_low = low->held > 0;
	range_join(&shown, held);
	range_join(&shown, low);
	chart->scale = scale_of(&shown, 4, 186, 350);
	chart->place = highest_first(&chart->attendance, true, &chart->rows);
	chart_similar(out, chart);
	return true;
}

PG_FUNCTION_INFO_V1(abie_chart_similar);
Datum
abie_chart_similar(PG_FUNCTION_ARGS)
{
	ChartRange	held = {0};
	ChartRange	low = {0};
	ChartRange	high = {0};
	int			names;
	SimilarChart chart = {
		.title = text_argument(fcinfo, 0), .name = texts_argument(fcinfo, 1, &names),
		.attendance = values_argument(fcinfo, 2, &held), .low = values_argument(fcinfo, 3, &low),
		.high = values_argument(fcinfo, 4, &high), .own = place_argument(fcinfo, 5)
	};
	TextBuffer	out = text_begin();

	/* not STRICT: intervals and own may be NULL */
	if (chart.title.byte == NULL || chart.name == NULL || chart.attendance.value == NULL)
		PG_RETURN_NULL();
	check_chart("chart_similar", names, (int[]) {chart.attendance.count, chart.low.count, chart.high.count}, 3);
	if (!draw_similar(&out, &chart, &held, &low, &high))
		PG_RETURN_NULL();
	return text_result(&out);
}

static RungRole
rung_role(TextSlice name)
{
	if (name.length == 5 && memcmp(name.byte, "start", 5) == 0)
		return RUNG_START;
	return name.length == 6 && memcmp(name.byte, "target", 6) == 0 ? RUNG_TARGET : RUNG_PLAIN;
}

bool
draw_ladder(TextBuffer *out, LadderChart *chart, ChartRange *shown)
{
	if (shown->held == 0)
		return false;
	chart->place = highest_first(&chart->height, false, &chart->rungs);
	/* room beside the highest and the lowest */
	shown->least -= 0.1;
	shown->greatest += 0.1;
	chart->scale = scale_of(shown, 4, 182, 352);
	chart_ladder(out, chart);
	return true;
}

PG_FUNCTION_INFO_V1(abie_chart_ladder);
Datum
abie_chart_ladder(PG_FUNCTION_ARGS)
{
	ChartRange	shown = {0};
	int			names;
	int			roles;
	LadderChart chart = {
		.title = text_argument(fcinfo, 0), .name = texts_argument(fcinfo, 1, &names),
		.height = values_argument(fcinfo, 2, &shown)
	};
	TextSlice  *said = texts_argument(fcinfo, 3, &roles);
	RungRole   *role;
	TextBuffer	out = text_begin();

	/* not STRICT: roles may be NULL */
	if (chart.title.byte == NULL || chart.name == NULL || chart.height.value == NULL)
		PG_RETURN_NULL();
	check_chart("chart_ladder", chart.height.count, (int[]) {names, said == NULL ? names : roles}, 2);
	role = palloc0(sizeof(RungRole) * names);
	for (int i = 0; said != NULL && i < names; i++)
		role[i] = rung_role(said[i]);
	chart.role = role;
	if (!draw_ladder(&out, &chart, &shown))
		PG_RETURN_NULL();
	return text_result(&out);
}

void
draw_waterfall(TextBuffer *out, WaterfallChart *chart, double start_level, const ChartRange *amounts)
{
	ChartRange	shown = {0};
	int			count = chart->amount.count;
	double	   *level = palloc(sizeof(double) * (count + 1));

	level[0] = start_level;
	range_add(&shown, level[0]);
	for (int i = 0; i < count; i++)
	{
		double		amount = chart->amount.value[i];

		level[i + 1] = float8_pl(level[i], isnan(amount) ? 0 : amount);
		range_add(&shown, level[i + 1]);
	}
	chart->level = level;
	/* what no scale can hold */
	if (amounts->held > 0 && isnan(amounts->greatest))
		range_add(&shown, amounts->greatest);
	chart->scale = scale_of(&shown, 4, 186, 340);
	chart_waterfall(out, chart);
}

PG_FUNCTION_INFO_V1(abie_chart_waterfall);
Datum
abie_chart_waterfall(PG_FUNCTION_ARGS)
{
	ChartRange	amounts = {0};
	int			names;
	WaterfallChart chart = {
		.title = text_argument(fcinfo, 0), .start_name = text_argument(fcinfo, 1),
		.name = texts_argument(fcinfo, 3, &names), .amount = values_argument(fcinfo, 4, &amounts),
		.finish_name = text_argument(fcinfo, 5)
	};
	TextBuffer	out = text_begin();

	check_chart("chart_waterfall", names, &chart.amount.count, 1);
	draw_waterfall(&out, &chart, PG_GETARG_FLOAT8(2), &amounts);
	return text_result(&out);
}
