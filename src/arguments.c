/*
 * arguments.c
 *	  Array arguments of SQL functions, checked and unpacked.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/distance.h"
#include "utils/builtins.h"

void
check_vector_length(int length)
{
	if (length > DISTANCE_MAX_ELEMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("vectors cannot have more than %d elements, not %d", DISTANCE_MAX_ELEMENTS, length)));
}

/* One rule for every float array: finite elements, NULL for missing. */
static void
check_finite(double value, const char *name, int row, int column)
{
	if (isfinite(value))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s cannot hold %s", name, isnan(value) ? "NaN" : "infinity"),
			 errdetail("Row %d, element %d is not a finite number.", row + 1, column + 1),
			 errhint("Use NULL for a missing value.")));
}

/* Copy rows x columns elements out of the array. */
static FloatMatrix
unpack_floats(ArrayType *array, int rows, int columns, const char *name)
{
	FloatMatrix matrix = {.rows = rows, .columns = columns, .complete = true};
	Size		count = (Size) rows * columns;
	const double *data = (const double *) ARR_DATA_PTR(array);
	bits8	   *bitmap = ARR_NULLBITMAP(array);

	matrix.value = palloc(sizeof(double) * Max(count, 1));
	matrix.present = palloc(sizeof(bool) * Max(count, 1));
	for (Size i = 0; i < count; i++)
	{
		matrix.present[i] = bitmap == NULL || (bitmap[i / 8] >> (i % 8) & 1);
		if (matrix.present[i])
		{
			matrix.value[i] = *data++;
			check_finite(matrix.value[i], name, i / columns, i % columns);
		}
		else
		{
			matrix.value[i] = 0.0;
			matrix.complete = false;
		}
	}
	return matrix;
}

FloatMatrix
float_vector_argument(ArrayType *array, const char *name)
{
	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", name, ARR_NDIM(array))));
	return unpack_floats(array, 1, ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0], name);
}

FloatMatrix
float_matrix_argument(ArrayType *array, const char *name)
{
	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	if (ARR_NDIM(array) == 0)
		return unpack_floats(array, 0, 0, name);
	if (ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a two-dimensional array, not one of %d dimensions", name, ARR_NDIM(array)),
				 errhint("Give one row of characteristics a school, such as array_agg(vector) makes.")));
	return unpack_floats(array, ARR_DIMS(array)[0], ARR_DIMS(array)[1], name);
}

double *
weights_argument(ArrayType *array, int length)
{
	FloatMatrix weights;
	double		sum = 0.0;

	if (array == NULL)
	{
		double	   *ones = palloc(sizeof(double) * Max(length, 1));

		for (int j = 0; j < length; j++)
			ones[j] = 1.0;
		return ones;
	}
	weights = float_vector_argument(array, "weights");
	if (weights.columns != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d weights do not fit vectors of %d elements", weights.columns, length)));
	for (int j = 0; j < length; j++)
	{
		if (!weights.present[j])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weight %d is NULL", j + 1),
					 errhint("Use 0 to leave an element out.")));
		if (weights.value[j] < 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weight %d is negative: %g", j + 1, weights.value[j])));
		sum += weights.value[j];
	}
	if (length > 0 && sum == 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at least one weight must be greater than 0")));
	if (isinf(sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sum of the weights is out of range")));
	return weights.value;
}

/* One-dimensional, of the length the other arguments have. */
static void
check_length(ArrayType *array, int length, const char *name)
{
	int			held = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", name, ARR_NDIM(array))));
	if (held != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements for %d rows of vectors", name, held, length)));
}

int64 *
bigint_array_argument(ArrayType *array, int length, const char *name, bool **present)
{
	int64	   *value = palloc(sizeof(int64) * Max(length, 1));
	Datum	   *element;
	bool	   *null;
	int			count;

	check_length(array, length, name);
	*present = palloc(sizeof(bool) * Max(length, 1));
	deconstruct_array(array, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &element, &null, &count);
	for (int i = 0; i < count; i++)
	{
		(*present)[i] = !null[i];
		value[i] = null[i] ? 0 : DatumGetInt64(element[i]);
	}
	return value;
}

bool *
boolean_array_argument(ArrayType *array, int length, const char *name)
{
	bool	   *value = palloc(sizeof(bool) * Max(length, 1));
	Datum	   *element;
	bool	   *null;
	int			count;

	check_length(array, length, name);
	deconstruct_array(array, BOOLOID, sizeof(bool), true, TYPALIGN_CHAR, &element, &null, &count);
	for (int i = 0; i < count; i++)
	{
		if (null[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s cannot hold NULL", name),
					 errdetail("Element %d is NULL.", i + 1)));
		value[i] = DatumGetBool(element[i]);
	}
	return value;
}

ArrayType *
float_array_result(const double *value, int length)
{
	Datum	   *element = palloc(sizeof(Datum) * Max(length, 1));

	for (int j = 0; j < length; j++)
		element[j] = Float8GetDatum(value[j]);
	return construct_array(element, length, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}
