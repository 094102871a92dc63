/*
 * results.h
 *	  Results of SQL functions: arrays, rows, sets of rows.
 */
#ifndef ABIE_RESULTS_H
#define ABIE_RESULTS_H

#include "access/htup_details.h"
#include "fmgr.h"
#include "nodes/execnodes.h"
#include "utils/array.h"

/* A one-dimensional float8 array, an element NULL where the value is NaN; an error where one is infinite. */
extern ArrayType *float_array_result(const double *value, int length);

/* A float8 array of length x length as it is. */
extern ArrayType *float_square_result(const double *value, int length);

/* A one-dimensional bigint array. */
extern ArrayType *bigint_array_result(const int64 *value, int length);

/* A row of the function's result type, which has so many columns; null may be NULL: no column is. */
extern Datum row_result(FunctionCallInfo fcinfo, int columns, Datum *value, bool *null);

/* Begin the set of rows that the function returns; put a row into it.  Again null may be NULL. */
extern ReturnSetInfo *begin_rows(FunctionCallInfo fcinfo);
extern void put_row(ReturnSetInfo *rows, Datum *value, bool *null);

/*
 * A row of the set, of columns of fixed length without NULL, which is changed where they stand and put as often as
 * wanted: to make a row anew takes longer than to keep it.
 */
typedef struct ChangedRow
{
	HeapTuple	tuple;
	void	   *column[FLEXIBLE_ARRAY_MEMBER];
} ChangedRow;

extern ChangedRow *begin_changed_row(ReturnSetInfo *rows, Datum *value);
extern void put_changed_row(ReturnSetInfo *rows, const ChangedRow *row);
extern void end_changed_row(ChangedRow *row);

/* Makes rows of any composite type, one after the other: a value a column, in their order. */
typedef struct RowMaker
{
	TupleDesc	descriptor;
	int			column;
	Datum		value[MaxTupleAttributeNumber];
	bool		null[MaxTupleAttributeNumber];
} RowMaker;

extern RowMaker *row_maker(Oid type);
extern void put(RowMaker *row, Datum value);

/* NULL where the number is NaN; an error where it is infinite. */
extern void put_number(RowMaker *row, double number);
extern Datum finish_row(RowMaker *row);

/* An array of such rows. */
extern Datum row_array(Datum *row, int count, Oid type);

#endif
