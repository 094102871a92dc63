/*
 * markup.c
 *	  SQL functions that write text for a document.
 */
#include "postgres.h"

#include "compat.h"
#include "fmgr.h"
#include "utils/memutils.h"

#include "core/markup.h"

static Datum
written_text(FunctionCallInfo fcinfo, MarkupLanguage language)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	size_t		length = VARSIZE_ANY_EXHDR(given);
	text	   *result = palloc_extended(VARHDRSZ + length * MARKUP_GROWTH, MCXT_ALLOC_HUGE);
	size_t		written = markup_write(VARDATA_ANY(given), length, language, VARDATA(result));

	if (!AllocSizeIsValid(VARHDRSZ + written))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text is too long to be escaped: it would have %zu bytes", written)));
	SET_VARSIZE(result, VARHDRSZ + written);
	PG_RETURN_TEXT_P(result);
}

PG_FUNCTION_INFO_V1(abie_plain_text);
Datum
abie_plain_text(PG_FUNCTION_ARGS)
{
	return written_text(fcinfo, MARKUP_NONE);
}

PG_FUNCTION_INFO_V1(abie_xml_text);
Datum
abie_xml_text(PG_FUNCTION_ARGS)
{
	return written_text(fcinfo, MARKUP_XML);
}

PG_FUNCTION_INFO_V1(abie_markdown_text);
Datum
abie_markdown_text(PG_FUNCTION_ARGS)
{
	return written_text(fcinfo, MARKUP_MARKDOWN);
}
