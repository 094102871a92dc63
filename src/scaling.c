/*
 * scaling.c
 *	  SQL functions abie.scaling, abie.scale and abie_internal.scaled_vector over
 *	  core/scaling.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "core/scaling.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/float.h"

static ScalingMethod
scaling_method(const char *name)
{
	if (strcmp(name, "robust") == 0)
		return SCALING_ROBUST;
	if (strcmp(name, "sd") == 0)
		return SCALING_SD;
	if (strcmp(name, "range") == 0)
		return SCALING_RANGE;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown scaling method \"%s\"", name),
			 errhint("Methods are robust, sd and range.")));
}

/* Gather the present values of a column; how many. */
static size_t
present_values(const FloatMatrix *vectors, int column, double *values)
{
	size_t		count = 0;

	for (int i = 0; i < vectors->rows; i++)
	{
		Size		at = (Size) i * vectors->columns + column;

		if (vectors->present[at])
			values[count++] = vectors->value[at];
	}
	return count;
}

PG_FUNCTION_INFO_V1(abie_scaling);
Datum
abie_scaling(PG_FUNCTION_ARGS)
{
	FloatMatrix vectors = float_matrix_argument(PG_GETARG_ARRAYTYPE_P(0), "vectors");
	ScalingMethod method = scaling_method(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	int			p = vectors.columns;
	double	   *values = palloc(sizeof(double) * Max(vectors.rows, 1));
	double	   *work = palloc(sizeof(double) * Max(vectors.rows, 1));
	double	   *location = palloc(sizeof(double) * Max(p, 1));
	double	   *scale = palloc(sizeof(double) * Max(p, 1));
	int64	   *present = palloc(sizeof(int64) * Max(p, 1));
	Datum		result[3];

	for (int j = 0; j < p; j++)
	{
		Scaling		scaling = {NAN, NAN};

		CHECK_FOR_INTERRUPTS();
		present[j] = (int64) present_values(&vectors, j, values);
		if (present[j] > 0)
		{
			scaling = scaling_of(values, (size_t) present[j], method, work);
			if (!isfinite(scaling.location) || !isfinite(scaling.scale))
				float_overflow_error();
		}
		location[j] = scaling.location;
		scale[j] = scaling.scale;
	}
	result[0] = PointerGetDatum(float_array_result(location, p));
	result[1] = PointerGetDatum(float_array_result(scale, p));
	result[2] = PointerGetDatum(bigint_array_result(present, p));
	PG_RETURN_DATUM(row_result(fcinfo, 3, result, NULL));
}

/* Error unless the parameters belong to vectors of this length. */
static void
check_parameters(int columns, const FloatMatrix *location, const FloatMatrix *scale)
{
	if (location->columns != columns || scale->columns != columns)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d locations and %d scales do not fit a vector of %d elements",
						location->columns, scale->columns, columns)));
	for (int j = 0; j < columns; j++)
		if (scale->value[j] < 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("scale %d is negative: %g", j + 1, scale->value[j])));
}

PG_FUNCTION_INFO_V1(abie_scale);
Datum
abie_scale(PG_FUNCTION_ARGS)
{
	FloatMatrix vector;
	FloatMatrix location;
	FloatMatrix scale;
	double		clip = PG_ARGISNULL(3) ? get_float8_infinity() : PG_GETARG_FLOAT8(3);
	double	   *scaled;

	/* not STRICT: clip may be NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	if (!(clip > 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("clip must be greater than 0, not %g", clip)));
	vector = float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "vector", true);
	location = float_vector_argument(PG_GETARG_ARRAYTYPE_P(1), "location", true);
	scale = float_vector_argument(PG_GETARG_ARRAYTYPE_P(2), "scale", true);
	check_parameters(vector.columns, &location, &scale);
	scaled = palloc(sizeof(double) * Max(vector.columns, 1));
	for (int j = 0; j < vector.columns; j++)
		/* no parameters, no figure: the characteristic was missing everywhere */
		scaled[j] = vector.present[j] && location.present[j] && scale.present[j] ?
			scaling_apply(vector.value[j], (Scaling) {location.value[j], scale.value[j]}, clip) : NAN;
	PG_RETURN_ARRAYTYPE_P(float_array_result(scaled, vector.columns));
}

/* ---------- vectors of numbers and categories ---------- */

/* The parameters of abie_internal.scaled_vector, a row of abie.vector_parameters. */
typedef struct VectorParameters
{
	int			numbers;
	const int  *number_element;
	const double *location;
	const double *scale;
	double		clip;
	int			categories;
	const int  *category_element;
	Datum	   *category;
	const double *category_scale;
} VectorParameters;

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

static VectorParameters
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
