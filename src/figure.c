/*
 * figure.c
 *	  SQL functions over one published figure: its number or its marker.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/figure.h"
#include "text_result.h"

static Figure
scan(text *value)
{
	return figure_scan(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/* A number, a marker or empty; anything else is an error. */
static Figure
scan_or_refuse(text *value)
{
	Figure		figure = scan(value);

	if (figure.kind == FIGURE_MALFORMED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for published figure: \"%s\"", text_to_cstring(value)),
				 errhint("Accepted are empty text, plain decimal numbers and the markers %s.", FIGURE_MARKERS)));
	return figure;
}

PG_FUNCTION_INFO_V1(abie_figure);
Datum
abie_figure(PG_FUNCTION_ARGS)
{
	Figure		figure = scan_or_refuse(PG_GETARG_TEXT_PP(0));

	if (figure.kind != FIGURE_NUMBER)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(figure_value(&figure));
}

PG_FUNCTION_INFO_V1(abie_figure_marker);
Datum
abie_figure_marker(PG_FUNCTION_ARGS)
{
	Figure		figure = scan_or_refuse(PG_GETARG_TEXT_PP(0));

	if (figure.kind != FIGURE_MARKER)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(figure.start, figure.length));
}

PG_FUNCTION_INFO_V1(abie_figure_text);
Datum
abie_figure_text(PG_FUNCTION_ARGS)
{
	text	   *cell = PG_GETARG_TEXT_PP(0);
	Figure		figure = scan(cell);

	if (figure.kind == FIGURE_EMPTY || figure.kind == FIGURE_MARKER)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(text_within(cell, figure.start, figure.length));
}

/* As abie_figure_marker, but what is neither number nor marker has none. */
PG_FUNCTION_INFO_V1(abie_figure_found_marker);
Datum
abie_figure_found_marker(PG_FUNCTION_ARGS)
{
	Figure		figure = scan(PG_GETARG_TEXT_PP(0));

	if (figure.kind != FIGURE_MARKER)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(figure.start, figure.length));
}

PG_FUNCTION_INFO_V1(abie_figure_within);
Datum
abie_figure_within(PG_FUNCTION_ARGS)
{
	Figure		figure = scan(PG_GETARG_TEXT_PP(0));
	double		value;

	if (figure.kind != FIGURE_NUMBER)
		PG_RETURN_NULL();
	value = figure_value(&figure);
	if (value < PG_GETARG_FLOAT8(1) || value > PG_GETARG_FLOAT8(2))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

PG_FUNCTION_INFO_V1(abie_figure_count_within);
Datum
abie_figure_count_within(PG_FUNCTION_ARGS)
{
	Figure		figure = scan(PG_GETARG_TEXT_PP(0));
	int64		value;

	if (!figure_is_count(&figure))
		PG_RETURN_NULL();
	value = figure_count_value(&figure);
	if (value < PG_GETARG_INT64(1) || value > PG_GETARG_INT64(2))
		PG_RETURN_NULL();
	PG_RETURN_INT64(value);
}
