/*
 * report_part.c
 *	  SQL functions that write the parts of reports, over core/report_part.c.
 */
#include "postgres.h"

#include "core/html_page.h"
#include "report_part.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/builtins.h"

bool
is_html_argument(FunctionCallInfo fcinfo, int number)
{
	TextSlice	format = text_argument(fcinfo, number);

	return format.length == 4 && memcmp(format.byte, "html", 4) == 0;
}

static TextList
list_argument(FunctionCallInfo fcinfo, int number)
{
	TextList	list = {.count = -1};

	if (!PG_ARGISNULL(number))
		list.text = texts_argument(fcinfo, number, &list.count);
	return list;
}

/* Cells of a row: an array of one dimension is one row. */
static int
row_width(FunctionCallInfo fcinfo, int number, const TextList *items)
{
	ArrayType  *array;

	if (items->count <= 0)
		return 1;
	array = PG_GETARG_ARRAYTYPE_P(number);
	return ARR_NDIM(array) < 2 ? items->count : ARR_DIMS(array)[1];
}

/* The arguments of a part from one on: kind, text, items and, of HTML, links. */
static ReportPart
part_argument(FunctionCallInfo fcinfo, int first, bool has_links)
{
	TextSlice	kind = text_argument(fcinfo, first);
	ReportPart	part = {
		.kind = kind.byte == NULL ? PART_KINDS : part_kind(kind),
		.given = text_argument(fcinfo, first + 1),
		.items = list_argument(fcinfo, first + 2)
	};

	if (part.kind == PART_KINDS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a part of a report cannot be %s",
						kind.byte == NULL ? "NULL" : psprintf("\"%.*s\"", (int) kind.length, kind.byte))));
	part.width = row_width(fcinfo, first + 2, &part.items);
	if (has_links)
		part.links = list_argument(fcinfo, first + 3);
	return part;
}

PG_FUNCTION_INFO_V1(abie_html_part);
Datum
abie_html_part(PG_FUNCTION_ARGS)
{
	ReportPart	part = part_argument(fcinfo, 0, true);
	TextBuffer	out = text_begin();

	if (!report_part(&(PartWriter) {.out = &out, .is_html = true}, &part))
		PG_RETURN_NULL();
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_report_part);
Datum
abie_report_part(PG_FUNCTION_ARGS)
{
	bool		is_html = is_html_argument(fcinfo, 0);
	ReportPart	part = part_argument(fcinfo, 1, is_html);
	TextBuffer	out = text_begin();

	report_part(&(PartWriter) {.out = &out, .is_html = is_html}, &part);
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_html_link);
Datum
abie_html_link(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	html_link(&out, text_argument(fcinfo, 0), text_argument(fcinfo, 1));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_html_page);
Datum
abie_html_page(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	html_page(&out, &(HtmlPage) {
		.title = text_argument(fcinfo, 0), .policy = text_argument(fcinfo, 1), .style = text_argument(fcinfo, 2),
		.content = text_argument(fcinfo, 3), .before = "", .after = ""
	});
	return text_result(&out);
}

/* Markdown has no page around it. */
PG_FUNCTION_INFO_V1(abie_report_page);
Datum
abie_report_page(PG_FUNCTION_ARGS)
{
	TextBuffer	out;

	if (!is_html_argument(fcinfo, 0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(2));
	out = text_begin();
	html_page(&out, &(HtmlPage) {
		.title = text_argument(fcinfo, 1), .policy = TEXT_OF(""), .style = TEXT_OF(""),
		.content = text_argument(fcinfo, 2), .before = "<main>\n", .after = "</main>\n"
	});
	return text_result(&out);
}
