/*
 * results.c
 *	  Results of SQL functions: arrays, rows, sets of rows.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "results.h"
#include "utils/float.h"
#include "utils/typcache.h"

/* For rows without a NULL. */
static bool no_nulls[MaxTupleAttributeNumber];

/* An array of 8-byte numbers; element is freed, since a set of rows may hold many arrays. */
static ArrayType *
number_array(Datum *element, bool *null, int dimensions, int length, Oid type)
{
	int			dimension[2] = {length, length};
	int			lower_bound[2] = {1, 1};
	ArrayType  *array = construct_md_array(element, null, dimensions, dimension, lower_bound,
										   type, sizeof(Datum), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);

	pfree(element);
	return array;
}

ArrayType *
float_array_result(const double *value, int length)
{
	Datum	   *element = palloc(sizeof(Datum) * Max(length, 1));
	bool	   *null = palloc(sizeof(bool) * Max(length, 1));
	ArrayType  *array;

	for (int i = 0; i < length; i++)
	{
		if (isinf(value[i]))
			float_overflow_error();
		element[i] = Float8GetDatum(value[i]);
		null[i] = isnan(value[i]);
	}
	array = number_array(element, null, 1, length, FLOAT8OID);
	pfree(null);
	return array;
}

ArrayType *
float_square_result(const double *value, int length)
{
	Size		count = (Size) length * length;
	Datum	   *element = palloc(sizeof(Datum) * Max(count, 1));

	for (Size i = 0; i < count; i++)
		element[i] = Float8GetDatum(value[i]);
	return number_array(element, NULL, 2, length, FLOAT8OID);
}

ArrayType *
bigint_array_result(const int64 *value, int length)
{
	Datum	   *element = palloc(sizeof(Datum) * Max(length, 1));

	for (int i = 0; i < length; i++)
		element[i] = Int64GetDatum(value[i]);
	return number_array(element, NULL, 1, length, INT8OID);
}

Datum
row_result(FunctionCallInfo fcinfo, int columns, Datum *value, bool *null)
{
	TupleDesc	descriptor;

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE || descriptor->natts != columns)
		elog(ERROR, "the result type is not that of this version");
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(descriptor), value, null == NULL ? no_nulls : null));
}

ReturnSetInfo *
begin_rows(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
	return (ReturnSetInfo *) fcinfo->resultinfo;
}

void
put_row(ReturnSetInfo *rows, Datum *value, bool *null)
{
	tuplestore_putvalues(rows->setResult, rows->setDesc, value, null == NULL ? no_nulls : null);
}

/* ---------- rows of other types ---------- */

RowMaker *
row_maker(Oid type)
{
	RowMaker   *row = palloc(sizeof(RowMaker));

	row->descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	row->column = 0;
	return row;
}

void
put(RowMaker *row, Datum value)
{
	row->null[row->column] = false;
	row->value[row->column++] = value;
}

void
put_number(RowMaker *row, double number)
{
	if (isinf(number))
		float_overflow_error();
	row->null[row->column] = isnan(number);
	row->value[row->column++] = Float8GetDatum(number);
}

Datum
finish_row(RowMaker *row)
{
	if (row->column != row->descriptor->natts)
		elog(ERROR, "the result type is not that of this version");
	row->column = 0;
	return HeapTupleGetDatum(heap_form_tuple(row->descriptor, row->value, row->null));
}

Datum
row_array(Datum *row, int count, Oid type)
{
	return PointerGetDatum(construct_array(row, count, type, -1, false, TYPALIGN_DOUBLE));
}
