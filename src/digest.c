/*
 * digest.c
 *	  SQL functions abie_internal.row_bytes, list_bytes and sha256_of: rows as PostgreSQL writes and sends them, in less
 *	  time, and their digest.
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
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "common/shortest_dec.h"
#include "compat.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

/* How values of a type are written. */
typedef struct ColumnWriter
{
	Oid			type;			/* of a domain the type it is of */
	FmgrInfo	output;			/* of types that are not known here */
} ColumnWriter;

/* How the rows of one call in a query are written; kept between calls. */
typedef struct RowWriter
{
	StringInfoData text;
	ColumnWriter column[FLEXIBLE_ARRAY_MEMBER];
} RowWriter;

static void
prepare_column(ColumnWriter *column, Oid type, MemoryContext context)
{
	Oid			output;
	bool		varlena;

	if (!OidIsValid(type))
		elog(ERROR, "the type of a column is not known");
	column->type = getBaseType(type);
	getTypeOutputInfo(type, &output, &varlena);
	/* the output of any array may depend on the session, that of these does not */
	if (func_volatile(output) != PROVOLATILE_IMMUTABLE &&
		column->type != FLOAT8ARRAYOID && column->type != TEXTARRAYOID)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a row with a column of type %s has no text of its own", format_type_be(type)),
				 errdetail("What the type writes depends on the session.")));
	fmgr_info_cxt(output, &column->output, context);
}

static RowWriter *
row_writer(FunctionCallInfo fcinfo)
{
	MemoryContext context = fcinfo->flinfo->fn_mcxt;
	MemoryContext before;
	RowWriter  *writer = fcinfo->flinfo->fn_extra;

	if (writer != NULL)
		return writer;
	before = MemoryContextSwitchTo(context);
	writer = palloc0(offsetof(RowWriter, column) + sizeof(ColumnWriter) * PG_NARGS());
	for (int i = 0; i < PG_NARGS(); i++)
		prepare_column(&writer->column[i], get_fn_expr_argtype(fcinfo->flinfo, i), context);
	initStringInfo(&writer->text);
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
append_column(StringInfo out, ColumnWriter *column, Datum value)
{
	text	   *bytes;
	char	   *word;

	switch (column->type)
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
		case BOOLOID:
			appendStringInfoChar(out, DatumGetBool(value) ? 't' : 'f');
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
			word = OutputFunctionCall(&column->output, value);
			append_quoted(out, word, (int) strlen(word));
	}
}

/* row_bytes(VARIADIC "any"): the values as they are, because forming a row of them and reading it takes as long. */
PG_FUNCTION_INFO_V1(abie_row_bytes);
Datum
abie_row_bytes(PG_FUNCTION_ARGS)
{
	RowWriter  *writer = row_writer(fcinfo);
	StringInfo	out = &writer->text;

	/* not STRICT: a column may be NULL */
	resetStringInfo(out);
	appendStringInfoChar(out, '(');
	for (int i = 0; i < PG_NARGS(); i++)
	{
		if (i > 0)
			appendStringInfoChar(out, ',');
		if (!PG_ARGISNULL(i))
			append_column(out, &writer->column[i], PG_GETARG_DATUM(i));
	}
	appendStringInfoChar(out, ')');
	PG_RETURN_BYTEA_P(cstring_to_text_with_len(out->data, out->len));
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
	enlargeStringInfo(out, (int) sizeof(uint32) * 5 + count * ((int) sizeof(uint32) + size));
	pq_writeint32(out, 1);		/* dimensions */
	pq_writeint32(out, 0);		/* without NULL */
	pq_writeint32(out, ARR_ELEMTYPE(array));
	pq_writeint32(out, (uint32) count);
	pq_writeint32(out, (uint32) ARR_LBOUND(array)[0]);
	for (int i = 0; i < count; i++, element += size)
	{
		pq_writeint32(out, (uint32) size);
		if (size == sizeof(int32))
			pq_writeint32(out, *(const uint32 *) element);
		else
			pq_writeint64(out, *(const uint64 *) element);
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

/* ---------- digest ---------- */

/* sha256_of(bytea, bytea, bytea, bytea): one after the other, which need not be put together for that */
PG_FUNCTION_INFO_V1(abie_sha256_of);
Datum
abie_sha256_of(PG_FUNCTION_ARGS)
{
	bytea	   *digest = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	bool		made = pg_cryptohash_init(context) >= 0;

	for (int i = 0; i < PG_NARGS(); i++)
	{
		bytea	   *part = PG_ARGISNULL(i) ? NULL : PG_GETARG_BYTEA_PP(i);

		/* not STRICT: what is NULL has no bytes */
		if (part != NULL)
			made = made && pg_cryptohash_update(context, (uint8 *) VARDATA_ANY(part), VARSIZE_ANY_EXHDR(part)) >= 0;
	}
	SET_VARSIZE(digest, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	made = made && pg_cryptohash_final(context, (uint8 *) VARDATA(digest), PG_SHA256_DIGEST_LENGTH) >= 0;
	if (!made)
		elog(ERROR, "no SHA-256: %s", pg_cryptohash_error(context));
	pg_cryptohash_free(context);
	PG_RETURN_BYTEA_P(digest);
}
