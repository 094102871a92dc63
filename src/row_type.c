/*
 * row_type.c
 *	  Rows of any type, for functions that keep what they know of the type between calls.
 */
#include "postgres.h"

#include "row_type.h"
#include "utils/typcache.h"

/* Oid and modifier stay when a type is altered, while an expression of PL/pgSQL lives on: this number does not. */
static uint64
columns_of(HeapTupleHeader row)
{
	return assign_record_type_identifier(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
}

void *
row_type_kept(FunctionCallInfo fcinfo, HeapTupleHeader row)
{
	RowType    *kept = fcinfo->flinfo->fn_extra;

	return kept != NULL && kept->columns_read == columns_of(row) ? kept : NULL;
}

void *
row_type_new(HeapTupleHeader row, Size size)
{
	RowType    *type = palloc0(size);
	int			columns;

	type->descriptor = lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	type->columns_read = columns_of(row);
	columns = Max(type->descriptor->natts, 1);
	type->value = palloc(sizeof(Datum) * columns);
	type->null = palloc(sizeof(bool) * columns);
	return type;
}

void
row_read(RowType *type, HeapTupleHeader row)
{
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

	heap_deform_tuple(&tuple, type->descriptor, type->value, type->null);
}
