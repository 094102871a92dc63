/*
 * markup.c
 *	  SQL functions that write text for a document, and numbers as documents write them.
 */
#include "postgres.h"

#include "core/markup.h"
#include "text_result.h"

static Datum
written_text(FunctionCallInfo fcinfo, MarkupLanguage language)
{
	TextBuffer	out = text_begin();

	markup_put(&out, text_argument(fcinfo, 0), language);
	return text_result(&out);
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

/* Decimal places of a number, which text_decimal knows. */
static int
digits_argument(FunctionCallInfo fcinfo)
{
	int			digits = PG_GETARG_INT32(1);

	if (digits < 0 || digits > 15)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("digits must be 0 to 15, not %d", digits)));
	return digits;
}

PG_FUNCTION_INFO_V1(abie_decimal);
Datum
abie_decimal(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	text_decimal(&out, PG_GETARG_FLOAT8(0), digits_argument(fcinfo));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_signed);
Datum
abie_signed(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	text_signed(&out, PG_GETARG_FLOAT8(0), digits_argument(fcinfo));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_thousands);
Datum
abie_thousands(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	text_thousands(&out, PG_GETARG_INT64(0));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_counted);
Datum
abie_counted(PG_FUNCTION_ARGS)
{
	int64		number = PG_GETARG_INT64(0);
	TextBuffer	out = text_begin();

	text_thousands(&out, number);
	text_word(&out, " ");
	text_slice(&out, text_argument(fcinfo, number == 1 ? 1 : 2));
	return text_result(&out);
}
