/*
 * scaled_vector.c
 *	  SQL function abie_internal.scaled_vector: the vector of a school's numbers and
 *	  categories.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/scaling.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "results.h"
#include "scaled_vector.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/float.h"

/* The array in a column of the row; NULL where the column is. */
static ArrayType *
array_column(HeapTupleHeader row, int number)
{
	bool		null;
	Datum		value = GetAttributeByNum(row, number, &null);

	return null ? NULL : DatumGetArrayTypeP(value);
}

static const int *
element_column(HeapTupleHeader row, int number, int *count)
{
	ArrayType  *array = array_column(row, number);

	*count = array == NULL ? 0 : element_count(array);
	if (array != NULL && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("elements of vector_parameters cannot hold NULL")));
	return array == NULL ? NULL : (const int *) ARR_DATA_PTR(array);
}

static const double *
float_column(HeapTupleHeader row, int number, int count, const char *name)
{
	ArrayType  *array = array_column(row, number);

	return count == 0 || array == NULL ? NULL : complete_vector_argument(array, count, name, false);
}

VectorParameters
vector_parameters(HeapTupleHeader row)
{
	VectorParameters parameters;
	ArrayType  *category = array_column(row, 6);
	bool		null;
	int			count = 0;

	parameters.number_element = element_column(row, 1, &parameters.numbers);
	parameters.location = float_column(row, 2, parameters.numbers, "location");
	parameters.scale = float_column(row, 3, parameters.numbers, "scale");
	parameters.clip = DatumGetFloat8(GetAttributeByNum(row, 4, &null));
	parameters.category_element = element_column(row, 5, &parameters.categories);
	/* an error where an element is NULL */
	if (category != NULL)
		deconstruct_array(category, TEXTOID, -1, false, TYPALIGN_INT, &parameters.category, NULL, &count);
	parameters.category_scale = float_column(row, 7, parameters.categories, "category_scale");
	if (null || count != parameters.categories ||
		(parameters.numbers > 0 && (parameters.location == NULL || parameters.scale == NULL)) ||
		(parameters.categories > 0 && parameters.category_scale == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("columns of vector_parameters do not fit each other")));
	return parameters;
}

/* A constant of a query, as where one school is measured against all others, is read in its first call. */
static const VectorParameters *
kept_parameters(FunctionCallInfo fcinfo)
{
	MemoryContext before = CurrentMemoryContext;
	VectorParameters *parameters = fcinfo->flinfo->fn_extra;
	bool		keep;

	if (parameters != NULL)
		return parameters;
	keep = argument_is_constant(fcinfo->flinfo, 2);
	if (keep)
		MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	parameters = palloc(sizeof(VectorParameters));
	*parameters = vector_parameters(keep ? PG_GETARG_HEAPTUPLEHEADER_COPY(2) : PG_GETARG_HEAPTUPLEHEADER(2));
	if (keep)
		fcinfo->flinfo->fn_extra = parameters;
	MemoryContextSwitchTo(before);
	return parameters;
}

PG_FUNCTION_INFO_V1(abie_scaled_vector);
Datum
abie_scaled_vector(PG_FUNCTION_ARGS)
{
	FloatMatrix number = float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "numbers", true);
	const VectorParameters *parameters = kept_parameters(fcinfo);
	int			length = parameters->numbers + parameters->categories;
	double	   *element = palloc(sizeof(double) * Max(length, 1));
	Datum	   *held;
	bool	   *unknown;
	int			categories;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &held, &unknown, &categories);
	for (int j = 0; j < parameters->numbers; j++)
	{
		int			at = parameters->number_element[j] - 1;
		Scaling		scaling = {parameters->location[j], parameters->scale[j]};

		element[j] = at < 0 || at >= number.columns || !number.present[at] ? NAN :
			scaling_apply(number.value[at], scaling, parameters->clip);
	}
	for (int j = 0; j < parameters->categories; j++)
	{
		int			at = parameters->category_element[j] - 1;
		double	   *place = &element[parameters->numbers + j];

		if (at < 0 || at >= categories || unknown[at])
			*place = NAN;
		else
			*place = datum_image_eq(held[at], parameters->category[j], false, -1) ?
				1.0 / parameters->category_scale[j] : 0.0;
	}
	PG_RETURN_ARRAYTYPE_P(float_array_result(element, length));
}
