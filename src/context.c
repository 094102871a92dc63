/*
 * context.c
 *	  SQL functions of the contextual model over core/ridge.c and core/context.c.
 */
#include "postgres.h"

#include <math.h>

#include <gsl/gsl_errno.h>

#include "arguments.h"
#include "callbacks.h"
#include "catalog/pg_type.h"
#include "core/context.h"
#include "core/ridge.h"
#include "fmgr.h"
#include "results.h"
#include "utils/array.h"
#include "utils/float.h"

/* ---------- arguments ---------- */

/* A matrix without NULLs. */
static FloatMatrix
complete_matrix(ArrayType *array, const char *name)
{
	FloatMatrix matrix = float_matrix_argument(array, name);

	for (Size i = 0; !matrix.complete && i < (Size) matrix.rows * matrix.columns; i++)
		if (!matrix.present[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s cannot hold NULL", name),
					 errdetail("Row %d, element %d is NULL.",
							   (int) (i / matrix.columns) + 1, (int) (i % matrix.columns) + 1),
					 errhint("Put a value in its place, and a column that is 1 where that was done, else 0.")));
	check_vector_length(matrix.columns);
	return matrix;
}

/* Weights of rows; a NULL array means 1 each. */
static const double *
row_weights(FunctionCallInfo fcinfo, int number, int rows)
{
	double	   *unit;
	double		sum = 0.0;

	if (!PG_ARGISNULL(number))
	{
		const double *weight = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(number), rows, "weight", true);

		for (int i = 0; i < rows; i++)
			sum += weight[i];
		if (sum == 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("at least one weight must be greater than 0")));
		if (isinf(sum))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the sum of the weights is out of range")));
		return weight;
	}
	unit = palloc(sizeof(double) * Max(rows, 1));
	for (int i = 0; i < rows; i++)
		unit[i] = 1.0;
	return unit;
}

/* ---------- ridge regression ---------- */

/* A row of the type abie.ridge_model. */
static Datum
model_row(FunctionCallInfo fcinfo, const RidgeModel *model, int n, int p)
{
	double		number[5] = {
		model->penalty, model->intercept, model->r2, model->r2_leave_one_out, model->residual_variance
	};
	Datum		value[14];
	bool		null[14] = {false};

	for (int i = 0; i < 5; i++)
	{
		if (isinf(number[i]))
			float_overflow_error();
		value[i] = Float8GetDatum(number[i]);
		null[i] = isnan(number[i]);
	}
	value[5] = Float8GetDatum(model->mean);
	value[6] = PointerGetDatum(float_array_result(model->location, p));
	value[7] = PointerGetDatum(float_array_result(model->coefficients, p));
	value[8] = PointerGetDatum(float_array_result(model->penalties, p));
	value[9] = PointerGetDatum(float_square_result(model->inverse, p));
	value[10] = PointerGetDatum(float_array_result(model->fitted, n));
	value[11] = PointerGetDatum(float_array_result(model->leverage, n));
	value[12] = PointerGetDatum(float_array_result(model->leave_one_out, n));
	value[13] = PointerGetDatum(float_array_result(model->leave_one_out_error, n));
	return row_result(fcinfo, 14, value, null);
}

PG_FUNCTION_INFO_V1(abie_ridge);
Datum
abie_ridge(PG_FUNCTION_ARGS)
{
	FloatMatrix x;
	RidgeInput	input;
	RidgeModel	model;
	int			status;

	/* not STRICT: weight and penalties may be NULL; array_agg over no rows gives NULL for the first two */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	x = complete_matrix(PG_GETARG_ARRAYTYPE_P(1), "x");
	input = (RidgeInput) {.n = x.rows, .p = x.columns, .x = x.value, .pause = check_for_interrupts};
	input.y = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(0), x.rows, "y", false);
	if (x.rows == 0)
		PG_RETURN_NULL();
	input.weight = row_weights(fcinfo, 2, x.rows);
	input.penalties = PG_ARGISNULL(3) ? NULL :
		complete_vector_argument(PG_GETARG_ARRAYTYPE_P(3), x.columns, "penalties", true);
	status = ridge_fit(&input, allocate, &model);
	if (status == GSL_EOVRFLW)
		float_overflow_error();
	if (status != GSL_SUCCESS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("could not decompose the correlations of %d columns", x.columns)));
	PG_RETURN_DATUM(model_row(fcinfo, &model, x.rows, x.columns));
}

/* Two rows beside a model of p columns. */
typedef struct RowPair
{
	int			p;
	const double *a;
	const double *b;
	const double *location;
	const double *inverse;
} RowPair;

static RowPair
row_pair_arguments(FunctionCallInfo fcinfo)
{
	int			p = element_count(PG_GETARG_ARRAYTYPE_P(0));
	FloatMatrix inverse = complete_matrix(PG_GETARG_ARRAYTYPE_P(3), "inverse");

	if (inverse.rows != p || (p > 0 && inverse.columns != p))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("inverse is %d x %d for %d values", inverse.rows, inverse.columns, p)));
	return (RowPair) {
		.p = p, .inverse = inverse.value,
		.a = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(0), p, "a", false),
		.b = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), p, "b", false),
		.location = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), p, "location", false)
	};
}

static double
total_weight_argument(FunctionCallInfo fcinfo, int number)
{
	double		total_weight = PG_GETARG_FLOAT8(number);

	if (!(total_weight > 0.0) || isinf(total_weight))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("total_weight must be a finite number greater than 0, not %g", total_weight)));
	return total_weight;
}

static Datum
finite_result(double result)
{
	if (!isfinite(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}

PG_FUNCTION_INFO_V1(abie_cross_leverage);
Datum
abie_cross_leverage(PG_FUNCTION_ARGS)
{
	RowPair		pair = row_pair_arguments(fcinfo);

	return finite_result(ridge_cross_leverage(pair.a, pair.b, pair.location, pair.inverse, pair.p,
											  total_weight_argument(fcinfo, 4)));
}

PG_FUNCTION_INFO_V1(abie_cross_variance);
Datum
abie_cross_variance(PG_FUNCTION_ARGS)
{
	RowPair		pair = row_pair_arguments(fcinfo);
	const double *penalties = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(4), pair.p, "penalties", true);

	return finite_result(ridge_cross_variance(pair.a, pair.b, pair.location, pair.inverse, penalties, pair.p,
											  total_weight_argument(fcinfo, 5)));
}

/* ---------- terms ---------- */

/* Elements of a vector, from 1, each of which exists; none_allowed: NULL is none, 0. name: what errors call one. */
static const int *
element_numbers(ArrayType *array, int elements, const char *name, bool none_allowed, int *count)
{
	Datum	   *value;
	bool	   *null;
	int		   *number;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%ss must be a one-dimensional array, not one of %d dimensions", name, ARR_NDIM(array))));
	if (!none_allowed && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%ss cannot hold NULL", name)));
	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &value, &null, count);
	number = palloc(sizeof(int) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		number[i] = null[i] ? 0 : DatumGetInt32(value[i]);
		if (!null[i] && (number[i] < 1 || number[i] > elements))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s %d is not one of %d elements", name, number[i], elements)));
	}
	return number;
}

PG_FUNCTION_INFO_V1(abie_context_terms);
Datum
abie_context_terms(PG_FUNCTION_ARGS)
{
	FloatMatrix vector = float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "vector", true);
	int			numbers = PG_GETARG_INT32(2);
	int			indicators;
	ContextShape shape;
	Size		count;
	double	   *term;

	if (numbers < 0 || numbers > vector.columns)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("numbers must be between 0 and the %d elements, not %d", vector.columns, numbers)));
	check_vector_length(vector.columns);
	shape = (ContextShape) {.elements = vector.columns, .numbers = numbers};
	shape.substitute = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), vector.columns, "substitutes", false);
	shape.indicator = element_numbers(PG_GETARG_ARRAYTYPE_P(3), vector.columns, "indicator", false, &indicators);
	shape.indicators = indicators;
	count = context_terms_count(&shape);
	check_vector_length((int) Min(count, PG_INT32_MAX));
	term = palloc(sizeof(double) * Max(count, 1));
	context_terms(&shape, vector.value, vector.present, term);
	PG_RETURN_ARRAYTYPE_P(float_array_result(term, (int) count));
}

PG_FUNCTION_INFO_V1(abie_contributions);
Datum
abie_contributions(PG_FUNCTION_ARGS)
{
	int			count = element_count(PG_GETARG_ARRAYTYPE_P(0));
	const double *value = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(0), count, "x", false);
	const double *location = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), count, "location", false);
	const double *coefficient = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), count, "coefficients", false);
	double	   *contribution = palloc(sizeof(double) * Max(count, 1));

	contributions(value, location, coefficient, count, contribution);
	PG_RETURN_ARRAYTYPE_P(float_array_result(contribution, count));
}

PG_FUNCTION_INFO_V1(abie_group_contributions);
Datum
abie_group_contributions(PG_FUNCTION_ARGS)
{
	int			terms = element_count(PG_GETARG_ARRAYTYPE_P(0));
	const double *contribution = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(0), terms, "contributions", false);
	int			groups;
	const int  *group = element_numbers(PG_GETARG_ARRAYTYPE_P(3), element_count(PG_GETARG_ARRAYTYPE_P(3)),
										"group", false, &groups);
	int			elements;
	const int  *element = element_numbers(PG_GETARG_ARRAYTYPE_P(1), groups, "element", false, &elements);
	int			others;
	const int  *other = element_numbers(PG_GETARG_ARRAYTYPE_P(2), groups, "other element", true, &others);
	double	   *sum = palloc(sizeof(double) * Max(groups, 1));

	if (elements != terms || others != terms)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d elements and %d other elements do not fit %d contributions", elements, others, terms)));
	group_contributions(contribution, terms, element, other, group, groups, sum);
	PG_RETURN_ARRAYTYPE_P(float_array_result(sum, groups));
}
