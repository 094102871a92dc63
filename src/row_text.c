/*
 * row_text.c
 *	  SQL functions abie_internal.row_text and list_bytes: rows as PostgreSQL writes and sends them, in less time.
 *
 * Digests are of the text of rows, most of which are numbers: these are
 * written into place here, without a call and a copy each, and whatever a
 * session sets for the digits of numbers.  Lists are taken as they are sent.
 */
#include "postgres.h"

#include <ctype.h>

#include "arguments.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "row_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* How the rows of one type are written; kept between calls. */
typedef struct RowWriter
{
	RowType		row;
	Oid		   *column_type;	/* of a domain the type it is of */
	FmgrInfo   *output;			/* of types that are not known here */
	StringInfoData text;
} RowWriter;

static RowWriter *
row_writer(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	RowWriter  *writer = row_type_kept(fcinfo, row);
	MemoryContext before;
	int			columns;

	if (writer != NULL)
		return writer;
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	writer = row_type_new(row, sizeof(RowWriter));
	columns = Max(writer->row.descriptor->natts, 1);
	writer->column_type = palloc0(sizeof(Oid) * columns);
	writer->output = palloc0(sizeof(FmgrInfo) * columns);
	initStringInfo(&writer->text);
	for (int i = 0; i < writer->row.descriptor->natts; i++)
	{
		Oid			column = TupleDescAttr(writer->row.descriptor, i)->atttypid;
		Oid			output;
		bool		varlena;

		if (TupleDescAttr(writer->row.descriptor, i)->attisdropped)
			continue;
		writer->column_type[i] = getBaseType(column);
		getTypeOutputInfo(column, &output, &varlena);
		/* the output of any array may depend on the session, that of these does not */
		if (func_volatile(output) != PROVOLATILE_IMMUTABLE &&
			writer->column_type[i] != FLOAT8ARRAYOID && writer->column_type[i] != TEXTARRAYOID)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a row with a column of type %s has no text of its own", format_type_be(column)),
					 errdetail("What the type writes depends on the session.")));
		fmgr_info_cxt(output, &writer->output[i], fcinfo->flinfo->fn_mcxt);
	}
	MemoryContextSwitchTo(before);
	fcinfo->flinfo->fn_extra = writer;
	return writer;
}

/* As record_out: in double quotes, themselves and backslashes doubled, where a reader needs it. */
static void
append_quoted(StringInfo text, const char *word, int length)
{
	bool		quoted = length == 0;

	for (int i = 0; i < length && !quoted; i++)
		quoted = strchr("\"\\(),", word[i]) != NULL || isspace((unsigned char) word[i]);
	if (!quoted)
	{
		appendBinaryStringInfo(text, word, length);
		return;
	}
	appendStringInfoChar(text, '"');
	for (int i = 0; i < length; i++)
	{
		if (word[i] == '"' || word[i] == '\\')
			appendStringInfoChar(text, word[i]);
		appendStringInfoChar(text, word[i]);
	}
	appendStringInfoChar(text, '"');
}

static void
append_double(StringInfo text, double number)
{
	enlargeStringInfo(text, DOUBLE_SHORTEST_DECIMAL_LEN);
	text->len += double_to_shortest_decimal_bufn(number, text->data + text->len);
}

/* Of one dimension that begins at 1, or empty: others are for the type's own function. */
static bool
append_doubles(StringInfo text, ArrayType *array)
{
	int			count = element_count(array);
	const bits8 *bitmap = ARR_NULLBITMAP(array);
	const double *number = (const double *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) > 1 || (ARR_NDIM(array) == 1 && ARR_LBOUND(array)[0] != 1))
		return false;
	appendStringInfoString(text, count > 1 ? "\"{" : "{");
	for (int i = 0; i < count; i++)
	{
		if (i > 0)
			appendStringInfoChar(text, ',');
		if (bitmap != NULL && !(bitmap[i / 8] >> (i % 8) & 1))
			appendStringInfoString(text, "NULL");
		else
			append_double(text, *number++);
	}
	appendStringInfoString(text, count > 1 ? "}\"" : "}");
	return true;
}

static void
append_column(RowWriter *writer, int i)
{
	StringInfo	out = &writer->text;
	Datum		value = writer->row.value[i];
	text	   *bytes;
	char	   *word;

	switch (writer->column_type[i])
	{
		case FLOAT8OID:
			append_double(out, DatumGetFloat8(value));
			return;
		case INT4OID:
			enlargeStringInfo(out, 12);
			out->len += pg_ltoa(DatumGetInt32(value), out->data + out->len);
			return;
		case INT8OID:
			enlargeStringInfo(out, 24);
			out->len += pg_lltoa(DatumGetInt64(value), out->data + out->len);
			return;
		case TEXTOID:
			bytes = DatumGetTextPP(value);
			append_quoted(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
			return;
		case FLOAT8ARRAYOID:
			if (append_doubles(out, DatumGetArrayTypeP(value)))
				return;
			/* fall through */
		default:
			word = OutputFunctionCall(&writer->output[i], value);
			append_quoted(out, word, (int) strlen(word));
	}
}

PG_FUNCTION_INFO_V1(abie_row_text);
Datum
abie_row_text(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	RowWriter  *writer = row_writer(fcinfo, row);

	row_read(&writer->row, row);
	resetStringInfo(&writer->text);
	appendStringInfoChar(&writer->text, '(');
	for (int i = 0, written = 0; i < writer->row.descriptor->natts; i++)
	{
		if (TupleDescAttr(writer->row.descriptor, i)->attisdropped)
			continue;
		if (written++ > 0)
			appendStringInfoChar(&writer->text, ',');
		if (!writer->row.null[i])
			append_column(writer, i);
	}
	appendStringInfoChar(&writer->text, ')');
	PG_RETURN_TEXT_P(cstring_to_text_with_len(writer->text.data, writer->text.len));
}

/* ---------- lists ---------- */

/* As array_send: of one dimension and without NULL, which lists are; others are for the type's own function. */
static void
append_array(StringInfo out, ArrayType *array, int size)
{
	int			count = element_count(array);
	const char *element = ARR_DATA_PTR(array);

	if (ARR_NDIM(array) != 1 || array_contains_nulls(array))
	{
		bytea	   *sent = OidSendFunctionCall(F_ARRAY_SEND, PointerGetDatum(array));

		appendBinaryStringInfo(out, VARDATA(sent), VARSIZE(sent) - VARHDRSZ);
		return;
	}
	pq_sendint32(out, 1);		/* dimensions */
	pq_sendint32(out, 0);		/* without NULL */
	pq_sendint32(out, ARR_ELEMTYPE(array));
	pq_sendint32(out, (uint32) count);
	pq_sendint32(out, (uint32) ARR_LBOUND(array)[0]);
	for (int i = 0; i < count; i++, element += size)
	{
		pq_sendint32(out, (uint32) size);
		if (size == sizeof(int32))
			pq_sendint32(out, *(const uint32 *) element);
		else
			pq_sendfloat8(out, *(const float8 *) element);
	}
}

PG_FUNCTION_INFO_V1(abie_list_bytes);
Datum
abie_list_bytes(PG_FUNCTION_ARGS)
{
	StringInfoData out;

	pq_begintypsend(&out);
	pq_sendint32(&out, (uint32) PG_GETARG_INT32(0));
	append_array(&out, PG_GETARG_ARRAYTYPE_P(1), sizeof(int32));
	append_array(&out, PG_GETARG_ARRAYTYPE_P(2), sizeof(float8));
	pq_sendfloat8(&out, PG_GETARG_FLOAT8(3));
	PG_RETURN_BYTEA_P(pq_endtypsend(&out));
}
