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

/* An array of 8-byte numbers without NULL, copied as they are: construct_md_array looks at each. */
static ArrayType *
number_array(const void *value, int dimensions, int length, Oid type)
{
	Size		count = dimensions == 1 ? (Size) length : (Size) length * length;
	Size		size = ARR_OVERHEAD_NONULLS(dimensions) + sizeof(int64) * count;
	ArrayType  *array;

	if (length == 0)
		return construct_empty_array(type);
	array = palloc(size);
	SET_VARSIZE(array, size);
	array->ndim = dimensions;
	array->dataoffset = 0;
	array->elemtype = type;
	for (int d = 0; d < dimensions; d++)
	{
		ARR_DIMS(array)[d] = length;
		ARR_LBOUND(array)[d] = 1;
	}
	memcpy(ARR_DATA_PTR(array), value, sizeof(int64) * count);
	return array;
}

/* An array in which NaN is NULL. */
static ArrayType *
array_with_nulls(const double *value, int length)
{
	Datum	   *element = palloc(sizeof(Datum) * length);
	bool	   *null = palloc(sizeof(bool) * length);
	int			lower_bound = 1;
	ArrayType  *array;

	for (int i = 0; i < length; i++)
	{
		element[i] = Float8GetDatum(value[i]);
		null[i] = isnan(value[i]);
	}
	array = construct_md_array(element, null, 1, &length, &lower_bound, FLOAT8OID, sizeof(double), FLOAT8PASSBYVAL,
							   TYPALIGN_DOUBLE);
	/* a set of rows may hold many arrays */
	pfree(element);
	pfree(null);
	return array;
}

ArrayType *
float_array_result(const double *value, int length)
{
	bool		complete = true;

	for (int i = 0; i < length; i++)
	{
		if (isinf(value[i]))
			float_overflow_error();
		complete &= !isnan(value[i]);
	}
	return complete ? number_array(value, 1, length, FLOAT8OID) : array_with_nulls(value, length);
}

ArrayType *
float_square_result(const double *value, int length)
{
	return number_array(value, 2, length, FLOAT8OID);
}

ArrayType *
bigint_array_result(const int64 *value, int length)
{
	return number_array(value, 1, length, INT8OID);
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

ChangedRow *
begin_changed_row(ReturnSetInfo *rows, Datum *value)
{
	ChangedRow *row = palloc(offsetof(ChangedRow, column) + sizeof(void *) * rows->setDesc->natts);
	char	   *data;
	Size		offset = 0;

	row->tuple = heap_form_tuple(rows->setDesc, value, no_nulls);
	data = (char *) row->tuple->t_data + row->tuple->t_data->t_hoff;
	for (int i = 0; i < rows->setDesc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(rows->setDesc, i);

		if (column->attlen <= 0)
			elog(ERROR, "column %d has no fixed length", i + 1);
		offset = att_align_nominal(offset, column->attalign);
		row->column[i] = data + offset;
		offset += column->attlen;
	}
	return row;
}

void
put_changed_row(ReturnSetInfo *rows, const ChangedRow *row)
{
	tuplestore_puttuple(rows->setResult, row->tuple);
}

void
end_changed_row(ChangedRow *row)
{
	heap_freetuple(row->tuple);
	pfree(row);
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
