/*
 * scaling.c
 *	  SQL functions abie.scaling and abie.scale over core/scaling.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/scaling.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
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
	Datum	   *location = palloc(sizeof(Datum) * Max(p, 1));
	Datum	   *scale = palloc(sizeof(Datum) * Max(p, 1));
	Datum	   *present = palloc(sizeof(Datum) * Max(p, 1));
	bool	   *missing = palloc(sizeof(bool) * Max(p, 1));
	int			dimension = p;
	int			lower_bound = 1;
	Datum		result[3];

	for (int j = 0; j < p; j++)
	{
		size_t		count = present_values(&vectors, j, values);
		Scaling		scaling = {0.0, 0.0};

		CHECK_FOR_INTERRUPTS();
		missing[j] = count == 0;
		if (count > 0)
			scaling = scaling_of(values, count, method, work);
		if (!isfinite(scaling.location) || !isfinite(scaling.scale))
			float_overflow_error();
		location[j] = Float8GetDatum(scaling.location);
		scale[j] = Float8GetDatum(scaling.scale);
		present[j] = Int64GetDatum((int64) count);
	}
	result[0] = PointerGetDatum(construct_md_array(location, missing, 1, &dimension, &lower_bound,
												   FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	result[1] = PointerGetDatum(construct_md_array(scale, missing, 1, &dimension, &lower_bound,
												   FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	result[2] = PointerGetDatum(construct_array(present, p, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	PG_RETURN_DATUM(row_result(fcinfo, result));
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
	Datum	   *scaled;
	bool	   *missing;
	int			lower_bound = 1;

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
	scaled = palloc(sizeof(Datum) * Max(vector.columns, 1));
	missing = palloc(sizeof(bool) * Max(vector.columns, 1));
	for (int j = 0; j < vector.columns; j++)
	{
		double		value;

		/* no parameters, no figure: the characteristic was missing everywhere */
		missing[j] = !(vector.present[j] && location.present[j] && scale.present[j]);
		value = missing[j] ? 0.0 :
			scaling_apply(vector.value[j], (Scaling) {location.value[j], scale.value[j]}, clip);
		if (isinf(value))
			float_overflow_error();
		scaled[j] = Float8GetDatum(value);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(scaled, missing, 1, &vector.columns, &lower_bound,
											 FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
