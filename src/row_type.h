/*
 * row_type.h
 *	  Rows of any type, for functions that keep what they know of the type between calls.
 */
#ifndef ABIE_ROW_TYPE_H
#define ABIE_ROW_TYPE_H

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "fmgr.h"

/* What is kept begins with this. */
typedef struct RowType
{
	uint64		columns_read;	/* another number once the type has other columns */
	TupleDesc	descriptor;
	Datum	   *value;			/* of the row read last */
	bool	   *null;
} RowType;

/* What fn_extra keeps, if it is of the row's type as that is now; else NULL. */
extern void *row_type_kept(FunctionCallInfo fcinfo, HeapTupleHeader row);

/* A RowType of the row in the current memory context, with zeros up to size. */
extern void *row_type_new(HeapTupleHeader row, Size size);

/* Values and NULLs of a row of the type. */
extern void row_read(RowType *type, HeapTupleHeader row);

#endif
