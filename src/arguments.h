/*
 * arguments.h
 *	  Arguments of SQL functions, checked and unpacked; the state of aggregates.
 */
#ifndef ABIE_ARGUMENTS_H
#define ABIE_ARGUMENTS_H

#include "fmgr.h"
#include "utils/array.h"
#include "utils/date.h"

/* Elements of a one-dimensional array. */
static inline int
element_count(ArrayType *array)
{
	return ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
}

/* rows x columns of float8; an element that is NULL is not present and reads as 0 */
typedef struct FloatMatrix
{
	int			rows;
	int			columns;
	const double *value;
	const bool *present;
	bool		complete;		/* every element is present */
} FloatMatrix;

/*
 * Whether an argument of a call is a constant of the query: the same in all calls by this FmgrInfo. Not so a parameter,
 * which PL/pgSQL may set anew between two calls.
 */
extern bool argument_is_constant(FmgrInfo *function, int number);

/*
 * A one-dimensional float8 array as a matrix of one row; finite elements or
 * NULL only.  name: what error messages call it; null_is_missing: they may
 * advise NULL.  The empty array has no columns.  Without NULLs the values are
 * those of the array itself, not a copy.
 */
extern FloatMatrix float_vector_argument(ArrayType *array, const char *name, bool null_is_missing);

/* A one-dimensional float8 array of the given length without NULL and, if so asked, without negative numbers. */
extern const double *complete_vector_argument(ArrayType *array, int length, const char *name, bool not_negative);

/* A two-dimensional float8 array; the empty array has no rows. */
extern FloatMatrix float_matrix_argument(ArrayType *array, const char *name);

/*
 * Weights for vectors of the given length: each finite and not negative, the
 * sum positive.  A NULL array means 1 each.
 */
extern const double *weights_argument(ArrayType *array, int length);

/* Values and presence of a one-dimensional array of bigint or boolean with the given length. */
extern int64 *bigint_array_argument(ArrayType *array, int length, const char *name, bool **present);
extern bool *boolean_array_argument(ArrayType *array, int length, const char *name);

/*
 * The elements of an argument that is a one-dimensional array without NULL of a
 * type of fixed length: how many there are, or so many as there have to be.
 */
extern const void *elements_argument(FunctionCallInfo fcinfo, int number, int *count);
extern const void *fitting_argument(FunctionCallInfo fcinfo, int number, int length);

/* The dates of a one-dimensional array, element_count of it: finite, none NULL. */
extern const DateADT *date_array_argument(ArrayType *array, const char *name);

/* ... that are Mondays. */
extern const DateADT *monday_array_argument(ArrayType *array, const char *name);

/* A date for messages, as 2025-09-01. */
extern const char *date_text(DateADT date);

/* Error unless vectors have at most DISTANCE_MAX_ELEMENTS elements. */
extern void check_vector_length(int length);

/* Rows of numbers, one array a column. */
typedef struct FloatColumns
{
	int			rows;
	double	  **column;
} FloatColumns;

/*
 * The first arguments of a function, one-dimensional float8 arrays of one length
 * with these names, as the columns of a table.  Rows with a NULL are left out, and
 * the rest are sorted, so that the order in which they came changes nothing.
 */
extern FloatColumns float_columns_arguments(FunctionCallInfo fcinfo, int columns, const char *const *name);

/* A finite float8 argument, or one that is 0 or more besides, or an error that names it. */
extern double finite_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern double not_negative_argument(FunctionCallInfo fcinfo, int number, const char *name);

/* Error unless all of these are greater than 0. */
extern void check_positive(const double *value, int count, const char *name);

/*
 * The memory of the aggregate, or window aggregate, that calls a step; its state,
 * which a step changes in place.  Any user may make an aggregate of any function,
 * without a first state too: an error unless an aggregate calls, or if the state
 * is NULL.  What the state holds was checked by the input of its type, or, where
 * it is an array, is by the function that reads it.  A combine function may be
 * called by anybody, and gives a state of its own.
 */
extern MemoryContext aggregate_memory(FunctionCallInfo fcinfo);
extern void *aggregate_state(FunctionCallInfo fcinfo);

#endif
