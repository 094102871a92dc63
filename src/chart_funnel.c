/*
 * chart_funnel.c
 *	  SQL function chart_funnel_names over core/chart_funnel.c.
 */
#include "postgres.h"

#include "callbacks.h"
#include "chart.h"
#include "core/chart_funnel.h"
#include "text_result.h"

PG_FUNCTION_INFO_V1(abie_chart_funnel_names);
Datum
abie_chart_funnel_names(PG_FUNCTION_ARGS)
{
	ChartRange	held = {0};
	int			names;
	TextSlice  *name = texts_argument(fcinfo, 0, &names);
	ChartValues x = values_argument(fcinfo, 1, &held);
	ChartValues y = values_argument(fcinfo, 2, &held);
	LabelRoom	room = {
		.within = {46, 38, 394, 212}, .taken = allocate(sizeof(LabelBox) * 2 * (size_t) names),
		.pause = check_for_interrupts
	};
	TextBuffer	out = text_begin();
	TextBuffer	scratch = text_scratch();

	/* of a funnel without schools outside its limits there are none */
	if (names > 0 || x.count > 0 || y.count > 0)
		check_chart("chart_funnel_names", names, (int[]) {x.count, y.count}, 2);
	chart_funnel_names(&out, name, x.value, y.value, names, PG_GETARG_INT32(3), &room, &scratch);
	return text_result(&out);
}
