/*
 * row_json.c
 *	  SQL functions abie_internal.json_row and json_rows: rows as PostgreSQL's to_jsonb has them, in less time.
 *
 * A report is JSON of some hundred numbers.  The server looks up for each of
 * them how its type is written, and makes each row JSON of its own before it
 * copies it into the array; here what is known of a column is kept, and rows
 * go into the array at once.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "row_json.h"
#include "row_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

typedef struct Column
{
	int			place;			/* in the row, from 0 */
	Oid			type;			/* of a domain the type it is of */
	JsonbValue	name;
} Column;

/* How the rows of one type are read; kept between calls. */
typedef struct RowReader
{
	RowType		row;
	int			columns;
	Column	   *column;
} RowReader;

/* The order of keys in an object: by length, then byte by byte; of two of one name the later one counts. */
static int
compare_columns(const void *one, const void *other)
{
	const Column *a = one;
	const Column *b = other;
	int			length = a->name.val.string.len;
	int			order;

	if (length != b->name.val.string.len)
		return length < b->name.val.string.len ? -1 : 1;
	order = memcmp(a->name.val.string.val, b->name.val.string.val, length);
	return order != 0 ? order : a->place - b->place;
}

JsonbValue
json_word(char *word)
{
	return (JsonbValue) {.type = jbvString, .val.string = {(int) strlen(word), word}};
}

/* Columns in the order of their keys: an object is then written as it is, and sorting it takes one look. */
static void
read_columns(RowReader *reader)
{
	for (int i = 0; i < reader->row.descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(reader->row.descriptor, i);
		char	   *name = NameStr(attribute->attname);

		if (attribute->attisdropped)
			continue;
		reader->column[reader->columns++] = (Column) {
			.place = i, .type = getBaseType(attribute->atttypid),
			.name = json_word(name)};
	}
	qsort(reader->column, reader->columns, sizeof(Column), compare_columns);
}

static RowReader *
row_reader(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	RowReader  *reader = row_type_kept(fcinfo, row);
	MemoryContext before;

	if (reader != NULL)
		return reader;
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	reader = row_type_new(row, sizeof(RowReader));
	reader->column = palloc(sizeof(Column) * Max(reader->row.descriptor->natts, 1));
	read_columns(reader);
	MemoryContextSwitchTo(before);
	fcinfo->flinfo->fn_extra = reader;
	return reader;
}

static JsonbValue
json_integer(int64 number)
{
	return (JsonbValue) {.type = jbvNumeric, .val.numeric = int64_to_numeric(number)};
}

/* What JSON has no number for is a string, here and below. */
JsonbValue
json_double(double number)
{
	char		text[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (isnan(number) || isinf(number))
		return json_word(float8out_internal(number));
	double_to_shortest_decimal_buf(number, text);
	return (JsonbValue) {.type = jbvNumeric,
		.val.numeric = DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
														   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)))};
}

static JsonbValue
json_numeric(Numeric number)
{
	if (numeric_is_nan(number) || numeric_is_inf(number))
		return json_word(DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number))));
	return (JsonbValue) {.type = jbvNumeric, .val.numeric = number};
}

static JsonbValue
json_text(text *string)
{
	return (JsonbValue) {.type = jbvString, .val.string = {VARSIZE_ANY_EXHDR(string), VARDATA_ANY(string)}};
}

static JsonbValue
json_container(Jsonb *json)
{
	return (JsonbValue) {.type = jbvBinary, .val.binary = {VARSIZE(json) - VARHDRSZ, &json->root}};
}

static JsonbValue
json_value(Datum value, Oid type)
{
	switch (type)
	{
		case FLOAT8OID:
			return json_double(DatumGetFloat8(value));
		case INT4OID:
			return json_integer(DatumGetInt32(value));
		case INT8OID:
			return json_integer(DatumGetInt64(value));
		case NUMERICOID:
			return json_numeric(DatumGetNumericCopy(value));
		case BOOLOID:
			return (JsonbValue) {.type = jbvBool, .val.boolean = DatumGetBool(value)};
		case TEXTOID:
			return json_text(DatumGetTextPP(value));
		case JSONBOID:
			return json_container(DatumGetJsonbP(value));
		default:
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("a column of type %s cannot be put into JSON here", format_type_be(type)),
					 errhint("Make it jsonb by to_jsonb first.")));
	}
}

/* The object, where it is no part of an array. */
static JsonbValue *
push_row(JsonbParseState **state, RowReader *reader, HeapTupleHeader row)
{
	row_read(&reader->row, row);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < reader->columns; i++)
	{
		Column	   *column = &reader->column[i];
		JsonbValue	value = {.type = jbvNull};

		if (!reader->row.null[column->place])
			value = json_value(reader->row.value[column->place], column->type);
		pushJsonbValue(state, WJB_KEY, &column->name);
		pushJsonbValue(state, WJB_VALUE, &value);
	}
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

PG_FUNCTION_INFO_V1(abie_json_row);
Datum
abie_json_row(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	JsonbParseState *state = NULL;

	PG_RETURN_JSONB_P(JsonbValueToJsonb(push_row(&state, row_reader(fcinfo, row), row)));
}

PG_FUNCTION_INFO_V1(abie_json_rows);
Datum
abie_json_rows(PG_FUNCTION_ARGS)
{
	ArrayType  *rows = PG_GETARG_ARRAYTYPE_P(0);
	JsonbParseState *array = NULL;
	Datum	   *row;
	bool	   *null;
	int			count;

	/* of record, or of the rows of a table, which the server takes for the same */
	deconstruct_array(rows, ARR_ELEMTYPE(rows), -1, false, TYPALIGN_DOUBLE, &row, &null, &count);
	pushJsonbValue(&array, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < count; i++)
	{
		HeapTupleHeader tuple;

		CHECK_FOR_INTERRUPTS();
		if (null[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a row cannot be NULL")));
		tuple = DatumGetHeapTupleHeader(row[i]);
		(void) push_row(&array, row_reader(fcinfo, tuple), tuple);
	}
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&array, WJB_END_ARRAY, NULL)));
}
