/*
 * csv.c
 *	  SQL functions that write CSV.
 */
#include "postgres.h"

#include "compat.h"
#include "core/csv.h"
#include "fmgr.h"
#include "utils/memutils.h"

typedef size_t (*CsvWriter) (const char *from, size_t length, char *to);

static Datum
written_csv(FunctionCallInfo fcinfo, CsvWriter writer)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	size_t		length = VARSIZE_ANY_EXHDR(given);
	text	   *result = palloc_extended(VARHDRSZ + length * CSV_GROWTH + CSV_MORE, MCXT_ALLOC_HUGE);
	size_t		written = writer(VARDATA_ANY(given), length, VARDATA(result));

	if (!AllocSizeIsValid(VARHDRSZ + written))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text is too long for CSV: it would have %zu bytes", written)));
	SET_VARSIZE(result, VARHDRSZ + written);
	PG_RETURN_TEXT_P(result);
}

PG_FUNCTION_INFO_V1(abie_csv_field);
Datum
abie_csv_field(PG_FUNCTION_ARGS)
{
	return written_csv(fcinfo, csv_write_field);
}

PG_FUNCTION_INFO_V1(abie_csv_line);
Datum
abie_csv_line(PG_FUNCTION_ARGS)
{
	return written_csv(fcinfo, csv_write_line);
}
