/*
 * cost_matrix.c
 *	  What it costs a school to go to a site: the arguments of abie.assign and abie.choose_sites.
 */
#include "postgres.h"

#include "arguments.h"
#include "callbacks.h"
#include "cost_matrix.h"

static IdRow *
ids_argument(FunctionCallInfo fcinfo, int number, const char *name, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);
	bool	   *present;
	int64	   *id;

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	id = bigint_array_argument(array, *count, name, &present);
	return sort_ids(id, present, *count, name);
}

int32 *
integers_argument(FunctionCallInfo fcinfo, int number, const char *name, const IdRow *order, int count,
				  bool not_negative)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);
	int32	   *value = allocate(sizeof(int32) * count);
	const int32 *given;

	if (ARR_NDIM(array) > 1 || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have one dimension of %d elements", name, count)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot hold NULL", name)));
	given = (const int32 *) ARR_DATA_PTR(array);
	for (int i = 0; i < count; i++)
	{
		value[i] = given[order[i].row];
		if (not_negative && value[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s cannot be negative: %d at " INT64_FORMAT, name, value[i], order[i].id)));
	}
	return value;
}

static void
check_costs(const CostMatrix *matrix, ArrayType *array)
{
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (count != 0 && (ARR_NDIM(array) != 2 || ARR_DIMS(array)[0] != matrix->schools ||
					   ARR_DIMS(array)[1] != matrix->sites))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("costs must have %d rows, one a school, and %d columns, one a site",
						matrix->schools, matrix->sites),
				 errhint("array_agg of arrays makes such an array; a pair that is not allowed is NULL.")));
	if (count == 0 && matrix->schools != 0 && matrix->sites != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("costs are empty for %d schools and %d sites", matrix->schools, matrix->sites)));
}

/*
 * Row i of the array is that of the school that came i-th.  The array may hold millions, which
 * deconstruct_array would take four times the memory for.
 */
static void
read_costs(CostMatrix *matrix, ArrayType *array)
{
	const int32 *element = (const int32 *) ARR_DATA_PTR(array);
	const bits8 *bitmap = ARR_NULLBITMAP(array);
	int		   *column = allocate(sizeof(int) * matrix->sites);
	int		   *row = allocate(sizeof(int) * matrix->schools);
	Size		pair = 0;

	for (int j = 0; j < matrix->sites; j++)
		column[matrix->site[j].row] = j;
	for (int i = 0; i < matrix->schools; i++)
		row[matrix->school[i].row] = i;
	for (int i = 0; i < matrix->schools; i++)
	{
		Size		to = (Size) row[i] * matrix->sites;

		check_for_interrupts();
		for (int j = 0; j < matrix->sites; j++, pair++)
		{
			bool		allowed = bitmap == NULL || (bitmap[pair / 8] & (1 << (pair % 8))) != 0;

			matrix->allowed[to + column[j]] = allowed;
			matrix->cost[to + column[j]] = allowed ? *element++ : 0;
		}
	}
}

CostMatrix
cost_matrix_arguments(FunctionCallInfo fcinfo)
{
	ArrayType  *costs = PG_GETARG_ARRAYTYPE_P(2);
	CostMatrix	matrix;
	Size		pairs;

	matrix.school = ids_argument(fcinfo, 0, "schools", &matrix.schools);
	matrix.site = ids_argument(fcinfo, 1, "sites", &matrix.sites);
	pairs = (Size) matrix.schools * matrix.sites;
	check_costs(&matrix, costs);
	matrix.cost = allocate(sizeof(int32) * pairs);
	matrix.allowed = allocate(sizeof(bool) * pairs);
	read_costs(&matrix, costs);
	return matrix;
}
