/*
 * results.h
 *	  Results of SQL functions: arrays, rows, sets of rows.
 */
#ifndef ABIE_RESULTS_H
#define ABIE_RESULTS_H

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

#endif
