/*
 * history.c
 *	  SQL function over core/components: which members of a graph belong together.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "results.h"
#include "utils/array.h"

#include "core/components.h"

/* The elements of a one-dimensional array without NULLs. */
static int64 *
array_elements(ArrayType *array, int *n)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("arrays of nodes must have one dimension, not %d", ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("arrays of nodes must not contain nulls")));
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (int64 *) ARR_DATA_PTR(array);
}

/* Scratch memory beyond MaxAllocSize would only be needed beyond any array PostgreSQL can hold. */
static Membership *
find_components(ArrayType *left, ArrayType *right, size_t *count)
{
	int			n;
	int			right_n;
	int64	   *a = array_elements(left, &n);
	int64	   *b = array_elements(right, &right_n);
	size_t		room;
	Membership *memberships;

	if (n != right_n)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("arrays of nodes must have the same length, not %d and %d", n, right_n)));
	room = Max((size_t) n * 2, 1);
	memberships = palloc_extended(room * sizeof(Membership), MCXT_ALLOC_HUGE);
	*count = connected_components(a, b, (size_t) n,
								  palloc_extended(room * sizeof(int64), MCXT_ALLOC_HUGE),
								  palloc_extended(room * sizeof(size_t), MCXT_ALLOC_HUGE),
								  memberships);
	return memberships;
}

/* connected_components(a bigint[], b bigint[]): a row for every node. */
PG_FUNCTION_INFO_V1(abie_connected_components);
Datum
abie_connected_components(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Membership *memberships;
	size_t		count;

	memberships = find_components(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1), &count);
	for (size_t i = 0; i < count; i++)
	{
		Datum		value[2] = {Int64GetDatum(memberships[i].member), Int64GetDatum(memberships[i].component)};

		CHECK_FOR_INTERRUPTS();
		put_row(rows, value, NULL);
	}
	return (Datum) 0;
}
