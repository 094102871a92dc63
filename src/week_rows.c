/*
 * week_rows.c
 *	  SQL function abie_internal.week_row: a school's week as bytes, of which
 *	  string_agg makes one value of all.  An array a column of a million weeks takes
 *	  twice the time and three times the memory.
 */
#include "postgres.h"

#include "arguments.h"
#include "core/calendar.h"
#include "week_rows.h"

PG_FUNCTION_INFO_V1(abie_week_row);
Datum
abie_week_row(PG_FUNCTION_ARGS)
{
	WeekRow		row = {PG_GETARG_INT32(0), PG_GETARG_DATEADT(1), PG_GETARG_INT64(2), PG_GETARG_INT64(3)};
	bytea	   *packed = palloc(VARHDRSZ + sizeof(WeekRow));

	SET_VARSIZE(packed, VARHDRSZ + sizeof(WeekRow));
	memcpy(VARDATA(packed), &row, sizeof(WeekRow));
	PG_RETURN_BYTEA_P(packed);
}

static void
check_row(WeekRow row)
{
	if (DATE_NOT_FINITE(row.monday) || weekday(row.monday) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a week of school %d begins on %s, which is no Monday", row.urn, date_text(row.monday))));
	if (row.possible <= 0 || row.absent < 0 || row.absent > row.possible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the week of school %d from %s has " INT64_FORMAT " sessions of absence of " INT64_FORMAT
						" possible", row.urn, date_text(row.monday), row.absent, row.possible)));
}

WeekRows
week_rows_argument(FunctionCallInfo fcinfo, int number)
{
	bytea	   *packed = PG_GETARG_BYTEA_PP(number);
	WeekRows	rows = {.count = (int) (VARSIZE_ANY_EXHDR(packed) / sizeof(WeekRow)), .packed = VARDATA_ANY(packed)};

	if (VARSIZE_ANY_EXHDR(packed) % sizeof(WeekRow) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weeks must be values of abie_internal.week_row, not %d bytes",
						(int) VARSIZE_ANY_EXHDR(packed))));
	for (int r = 0; r < rows.count; r++)
		check_row(week_row(&rows, r));
	return rows;
}
