/*
 * import.c
 *	  SQL functions over one cell of a published file: its value, or NULL for
 *	  what is none.
 */
#include "postgres.h"

#include "compat.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "core/figure.h"
#include "core/import.h"
#include "text_result.h"

PG_FUNCTION_INFO_V1(abie_import_text);
Datum
abie_import_text(PG_FUNCTION_ARGS)
{
	text	   *cell = PG_GETARG_TEXT_PP(0);
	const char *start = VARDATA_ANY(cell);
	size_t		length = figure_trim(&start, VARSIZE_ANY_EXHDR(cell));

	if (length == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(text_within(cell, start, length));
}

PG_FUNCTION_INFO_V1(abie_import_whole);
Datum
abie_import_whole(PG_FUNCTION_ARGS)
{
	text	   *cell = PG_GETARG_TEXT_PP(0);
	int32		value;

	if (!import_whole(VARDATA_ANY(cell), VARSIZE_ANY_EXHDR(cell), PG_GETARG_INT32(1), PG_GETARG_INT32(2), &value))
		PG_RETURN_NULL();
	PG_RETURN_INT32(value);
}

PG_FUNCTION_INFO_V1(abie_import_year);
Datum
abie_import_year(PG_FUNCTION_ARGS)
{
	text	   *cell = PG_GETARG_TEXT_PP(0);
	char		year[IMPORT_YEAR_SIZE];

	if (!import_year(VARDATA_ANY(cell), VARSIZE_ANY_EXHDR(cell), year))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(year));
}

PG_FUNCTION_INFO_V1(abie_import_date);
Datum
abie_import_date(PG_FUNCTION_ARGS)
{
	text	   *cell = PG_GETARG_TEXT_PP(0);
	ImportDate	date;

	if (!import_date(VARDATA_ANY(cell), VARSIZE_ANY_EXHDR(cell), &date))
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(date2j(date.year, date.month, date.day) - POSTGRES_EPOCH_JDATE);
}

/* Counted by the call's place in a statement. */
PG_FUNCTION_INFO_V1(abie_import_line);
Datum
abie_import_line(PG_FUNCTION_ARGS)
{
	int64	   *line = fcinfo->flinfo->fn_extra;

	if (line == NULL)
	{
		line = fcinfo->flinfo->fn_extra = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(int64));
		*line = 1;
	}
	PG_RETURN_INT64(++*line);
}
