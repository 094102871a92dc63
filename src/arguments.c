/*
 * arguments.c
 *	  Arguments of SQL functions, checked and unpacked; the state of aggregates.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/code.h"
#include "core/distance.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"

void
check_vector_length(int length)
{
	if (length > DISTANCE_MAX_ELEMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("vectors cannot have more than %d elements, not %d", DISTANCE_MAX_ELEMENTS, length)));
}

/* Constants for what callers leave out, so that short vectors need no memory. */
static const bool all_present[DISTANCE_MAX_ELEMENTS] = {[0 ... DISTANCE_MAX_ELEMENTS - 1] = true};
static const double unit_weights[DISTANCE_MAX_ELEMENTS] = {[0 ... DISTANCE_MAX_ELEMENTS - 1] = 1.0};

/* One rule for every float array: finite elements. */
static void
check_finite(const FloatMatrix *matrix, const char *name, bool null_is_missing)
{
	Size		count = (Size) matrix->rows * matrix->columns;

	for (Size i = 0; i < count; i++)
		if (unlikely(!isfinite(matrix->value[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s cannot hold %s", name, isnan(matrix->value[i]) ? "NaN" : "infinity"),
					 matrix->rows == 1 ?
					 errdetail("Element %d is not a finite number.", (int) i + 1) :
					 errdetail("Row %d, element %d is not a finite number.",
							   (int) (i / matrix->columns) + 1, (int) (i % matrix->columns) + 1),
					 null_is_missing ? errhint("Use NULL for a missing value.") : 0));
}

/* The elements of an array with NULLs: values with 0 in their place, and which are present. */
static void
spread_elements(ArrayType *array, FloatMatrix *matrix)
{
	Size		count = (Size) matrix->rows * matrix->columns;
	const double *data = (const double *) ARR_DATA_PTR(array);
	const bits8 *bitmap = ARR_NULLBITMAP(array);
	double	   *value = palloc(sizeof(double) * count);
	bool	   *present = palloc(sizeof(bool) * count);

	for (Size i = 0; i < count; i++)
	{
		present[i] = bitmap[i / 8] >> (i % 8) & 1;
		value[i] = present[i] ? *data++ : 0.0;
		matrix->complete &= present[i];
	}
	matrix->value = value;
	matrix->present = present;
}

static FloatMatrix
unpack_floats(ArrayType *array, int rows, int columns, const char *name, bool null_is_missing)
{
	FloatMatrix matrix = {.rows = rows, .columns = columns, .complete = true};
	Size		count = (Size) rows * columns;

	if (ARR_HASNULL(array))
		spread_elements(array, &matrix);
	else
	{
		matrix.value = (const double *) ARR_DATA_PTR(array);
		matrix.present = count <= DISTANCE_MAX_ELEMENTS ? all_present :
			memset(palloc(sizeof(bool) * count), true, sizeof(bool) * count);
	}
	check_finite(&matrix, name, null_is_missing);
	return matrix;
}

bool
argument_is_constant(FmgrInfo *function, int number)
{
	Node	   *call = function->fn_expr;

	return call != NULL && IsA(call, FuncExpr) && IsA(list_nth(((FuncExpr *) call)->args, number), Const);
}

FloatMatrix
float_vector_argument(ArrayType *array, const char *name, bool null_is_missing)
{
	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", name, ARR_NDIM(array))));
	return unpack_floats(array, 1, element_count(array), name, null_is_missing);
}

const double *
complete_vector_argument(ArrayType *array, int length, const char *name, bool not_negative)
{
	FloatMatrix vector = float_vector_argument(array, name, false);

	if (vector.columns != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements for %d values", name, vector.columns, length)));
	for (int i = 0; i < length; i++)
	{
		if (!vector.present[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s cannot hold NULL", name),
					 errdetail("Element %d is NULL.", i + 1)));
		if (not_negative && vector.value[i] < 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s cannot be negative", name),
					 errdetail("Element %d is %g.", i + 1, vector.value[i])));
	}
	return vector.value;
}

FloatMatrix
float_matrix_argument(ArrayType *array, const char *name)
{
	Assert(ARR_ELEMTYPE(array) == FLOAT8OID);
	if (ARR_NDIM(array) == 0)
		return unpack_floats(array, 0, 0, name, true);
	if (ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a two-dimensional array, not one of %d dimensions", name, ARR_NDIM(array)),
				 errhint("Give one row of characteristics a school, such as array_agg(vector) makes.")));
	return unpack_floats(array, ARR_DIMS(array)[0], ARR_DIMS(array)[1], name, true);
}

const double *
weights_argument(ArrayType *array, int length)
{
	FloatMatrix weights;
	double		sum = 0.0;

	if (array == NULL)
		return unit_weights;
	weights = float_vector_argument(array, "weights", false);
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
	int			held = element_count(array);

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

const char *
date_text(DateADT date)
{
	struct pg_tm parts;
	char	   *text = palloc(MAXDATELEN + 1);

	/* a date that a row gives may be BC or infinite */
	if (DATE_NOT_FINITE(date))
		EncodeSpecialDate(date, text);
	else
	{
		j2date(date + POSTGRES_EPOCH_JDATE, &parts.tm_year, &parts.tm_mon, &parts.tm_mday);
		EncodeDateOnly(&parts, USE_ISO_DATES, text);
	}
	return text;
}

const void *
elements_argument(FunctionCallInfo fcinfo, int number, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);

	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument %d must be a one-dimensional array without NULL", number + 1)));
	*count = element_count(array);
	return ARR_DATA_PTR(array);
}

const void *
fitting_argument(FunctionCallInfo fcinfo, int number, int length)
{
	int			count;
	const void *element = elements_argument(fcinfo, number, &count);

	if (count != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument %d has %d elements, not %d", number + 1, count, length)));
	return element;
}

const DateADT *
date_array_argument(ArrayType *array, const char *name)
{
	const DateADT *date = (const DateADT *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must be a one-dimensional array, not one of %d dimensions", name, ARR_NDIM(array))));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot hold NULL", name)));
	for (int i = 0; i < element_count(array); i++)
		if (DATE_NOT_FINITE(date[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s cannot hold %s", name, date_text(date[i]))));
	return date;
}

const DateADT *
monday_array_argument(ArrayType *array, const char *name)
{
	const DateADT *date = date_array_argument(array, name);

	for (int i = 0; i < element_count(array); i++)
		if (weekday(date[i]) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must hold Mondays: %s is none", name, date_text(date[i])),
					 errhint("The Monday of that week is %s.", date_text(date[i] - weekday(date[i])))));
	return date;
}

/* Error unless the arrays have one length; that length. */
static int
common_length(const FloatMatrix *array, int columns, const char *const *name)
{
	for (int j = 1; j < columns; j++)
		if (array[j].columns != array[0].columns)
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("%s has %d elements and %s has %d", name[0], array[0].columns, name[j], array[j].columns),
					 errhint("Give one element of each array for each school; NULL where a school has none.")));
	return array[0].columns;
}

static int
compare_rows(const void *left, const void *right, void *columns)
{
	const double *a = left;
	const double *b = right;

	/* sorting millions of rows takes seconds */
	CHECK_FOR_INTERRUPTS();
	for (int j = 0; j < *(int *) columns; j++)
		if (a[j] != b[j])
			return a[j] < b[j] ? -1 : 1;
	return 0;
}

static double *
column_of(const double *rows, int count, int columns, int j)
{
	double	   *column = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(count, 1));

	for (int i = 0; i < count; i++)
		column[i] = rows[(Size) i * columns + j];
	return column;
}

FloatColumns
float_columns_arguments(FunctionCallInfo fcinfo, int columns, const char *const *name)
{
	FloatMatrix *array = palloc(sizeof(FloatMatrix) * columns);
	FloatColumns result = {.rows = 0, .column = palloc(sizeof(double *) * columns)};
	int			length;
	double	   *rows;

	for (int j = 0; j < columns; j++)
		array[j] = float_vector_argument(PG_GETARG_ARRAYTYPE_P(j), name[j], true);
	length = common_length(array, columns, name);
	rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(length, 1) * columns);
	for (int i = 0; i < length; i++)
	{
		bool		complete = true;

		for (int j = 0; j < columns; j++)
		{
			complete &= array[j].present[i];
			rows[(Size) result.rows * columns + j] = array[j].value[i];
		}
		result.rows += complete;
	}
	qsort_arg(rows, result.rows, sizeof(double) * columns, compare_rows, &columns);
	for (int j = 0; j < columns; j++)
		result.column[j] = column_of(rows, result.rows, columns, j);
	pfree(rows);
	return result;
}

double
finite_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	double		value = PG_GETARG_FLOAT8(number);

	if (!isfinite(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a finite number, not %g", name, value)));
	return value;
}

double
not_negative_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	double		value = finite_argument(fcinfo, number, name);

	if (value < 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot be negative: %g", name, value)));
	return value;
}

void
check_positive(const double *value, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (value[i] <= 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be greater than 0, not %g", name, value[i])));
}

MemoryContext
aggregate_memory(FunctionCallInfo fcinfo)
{
	MemoryContext memory;

	if (!AggCheckCallContext(fcinfo, &memory))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s can only be called by an aggregate", get_func_name(fcinfo->flinfo->fn_oid))));
	return memory;
}

void *
aggregate_state(FunctionCallInfo fcinfo)
{
	(void) aggregate_memory(fcinfo);
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the state of %s cannot be NULL", get_func_name(fcinfo->flinfo->fn_oid)),
				 errhint("Give the aggregate an INITCOND.")));
	return PG_GETARG_POINTER(0);
}
