/*
 * scaling.c
 *	  SQL functions abie.scaling and abie.scale over core/scaling.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/scaling.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "results.h"
#include "utils/builtins.h"
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
