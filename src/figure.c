/*
 * figure.c
 *	  SQL functions over one published figure: its number or its marker.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/figure.h"

static Figure
scan(text *value)
{
	return figure_scan(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

static void
refuse(text *value, const char *expected, const char *numbers)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for %s: \"%s\"", expected, text_to_cstring(value)),
			 errhint("Accepted are empty text, %s and the markers %s.", numbers, FIGURE_MARKERS)));
}

/* A number, a marker or empty; anything else is an error. */
static Figure
scan_or_refuse(text *value)
{
	Figure		figure = scan(value);

	if (figure.kind == FIGURE_MALFORMED)
		refuse(value, "published figure", "plain decimal numbers");
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
	Figure		figure = scan(PG_GETARG_TEXT_PP(0));

	if (figure.kind == FIGURE_EMPTY || figure.kind == FIGURE_MARKER)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(figure.start, figure.length));
}

PG_FUNCTION_INFO_V1(abie_figure_is_valid);
Datum
abie_figure_is_valid(PG_FUNCTION_ARGS)
{
	Figure		figure = scan(PG_GETARG_TEXT_PP(0));

	PG_RETURN_BOOL(figure.kind != FIGURE_MALFORMED);
}

PG_FUNCTION_INFO_V1(abie_figure_count);
Datum
abie_figure_count(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	Figure		figure = scan(value);

	if (figure.kind == FIGURE_EMPTY || figure.kind == FIGURE_MARKER)
		PG_RETURN_NULL();
	if (!figure_is_count(&figure))
		refuse(value, "published count", "whole numbers");
	PG_RETURN_INT64(figure_count_value(&figure));
}

PG_FUNCTION_INFO_V1(abie_figure_count_is_valid);
Datum
abie_figure_count_is_valid(PG_FUNCTION_ARGS)
{
	Figure		figure = scan(PG_GETARG_TEXT_PP(0));

	PG_RETURN_BOOL(figure.kind == FIGURE_EMPTY || figure.kind == FIGURE_MARKER ||
				   figure_is_count(&figure));
}
