/*
 * scaled_distance.c
 *	  SQL function abie_internal.scaled_distance over core/scaled_distance.c.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "core/scaled_distance.h"
#include "fmgr.h"
#include "scaled_vector.h"
#include "utils/builtins.h"
#include "utils/float.h"

/* A target, and room for the rows that are measured against it. */
typedef struct Measure
{
	ScaledTarget target;
	int			numbers;
	int			categories;
	ScaledRow	row;
} Measure;

/* The terms of the vector's elements that count. */
static ScaledTarget
target_of(const VectorParameters *parameters, const FloatMatrix *vector, const double *weights)
{
	NumberTerm *number = palloc(sizeof(NumberTerm) * Max(parameters->numbers, 1));
	CategoryTerm *category = palloc(sizeof(CategoryTerm) * Max(parameters->categories, 1));
	ScaledTarget target = {.number = number, .clip = parameters->clip, .category = category};

	for (int j = 0; j < vector->columns; j++)
	{
		int			c = j - parameters->numbers;

		target.total += weights[j];
		/* no row has an element 0 or less */
		if (!vector->present[j] || weights[j] == 0.0 ||
			(c < 0 ? parameters->number_element[j] : parameters->category_element[c]) < 1)
			continue;
		if (c < 0)
			number[target.numbers++] = (NumberTerm) {
				parameters->number_element[j] - 1, {parameters->location[j], parameters->scale[j]},
				vector->value[j], weights[j]
			};
		else
			category[target.categories++] = (CategoryTerm) {
				parameters->category_element[c] - 1, VARDATA_ANY(DatumGetPointer(parameters->category[c])),
				VARSIZE_ANY_EXHDR(DatumGetPointer(parameters->category[c])), 1.0 / parameters->category_scale[c],
				vector->value[j], weights[j]
			};
	}
	return target;
}

static Measure *
measure_arguments(FunctionCallInfo fcinfo)
{
	Measure    *measure = palloc0(sizeof(Measure));
	VectorParameters parameters = vector_parameters(PG_GETARG_HEAPTUPLEHEADER_COPY(2));
	FloatMatrix vector = float_vector_argument(PG_GETARG_ARRAYTYPE_P_COPY(3), "vector", true);
	int			length = parameters.numbers + parameters.categories;

	check_vector_length(length);
	if (vector.columns != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("cannot compare vectors of %d and %d elements", vector.columns, length)));
	measure->target = target_of(&parameters, &vector, weights_argument(PG_GETARG_ARRAYTYPE_P_COPY(4), length));
	for (int j = 0; j < parameters.numbers; j++)
		measure->numbers = Max(measure->numbers, parameters.number_element[j]);
	for (int j = 0; j < parameters.categories; j++)
		measure->categories = Max(measure->categories, parameters.category_element[j]);
	check_vector_length(measure->numbers);
	check_vector_length(measure->categories);
	measure->row = (ScaledRow) {
		palloc(sizeof(double) * measure->numbers), palloc(sizeof(bool) * measure->numbers),
		palloc(sizeof(CategoryValue) * measure->categories), palloc(sizeof(bool) * measure->categories)
	};
	return measure;
}

/* A constant of a query, as where one school is measured against all others, is read in its first call. */
static Measure *
kept_measure(FunctionCallInfo fcinfo)
{
	MemoryContext before;
	Measure    *measure = fcinfo->flinfo->fn_extra;

	if (measure != NULL)
		return measure;
	for (int number = 2; number <= 4; number++)
		if (!argument_is_constant(fcinfo->flinfo, number))
			return measure_arguments(fcinfo);
	before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = measure = measure_arguments(fcinfo);
	MemoryContextSwitchTo(before);
	return measure;
}

/*
 * An array as it stands in a row of a table, where a short one is not aligned: to copy thousands of them costs more
 * than to look at what is asked for.
 */
typedef struct PackedArray
{
	int			dimensions;
	int			count;
	const bits8 *bitmap;		/* NULL: all are present */
	const char *element;
} PackedArray;

static PackedArray
packed_array(Datum value)
{
	/* behind the header of 1 or 4 bytes stands what follows that of 4 in an ArrayType */
	const char *rest = VARDATA_ANY(PG_DETOAST_DATUM_PACKED(value));
	PackedArray array = {0};
	int32		offset;

	memcpy(&array.dimensions, rest, sizeof(int32));
	memcpy(&offset, rest + offsetof(ArrayType, dataoffset) - VARHDRSZ, sizeof(int32));
	if (array.dimensions > 0)
		memcpy(&array.count, rest + sizeof(ArrayType) - VARHDRSZ, sizeof(int32));
	if (offset != 0)
		array.bitmap = (const bits8 *) rest + sizeof(ArrayType) + 2 * sizeof(int) * array.dimensions - VARHDRSZ;
	else
		offset = ARR_OVERHEAD_NONULLS(array.dimensions);
	array.element = rest + offset - VARHDRSZ;
	return array;
}

/* Which of so many elements are present. */
static void
fill_present(const PackedArray *array, int length, bool *present)
{
	int			count = Min(array->count, length);

	for (int i = 0; i < count; i++)
		present[i] = array->bitmap == NULL || (array->bitmap[i / 8] >> (i % 8) & 1);
	for (int i = count; i < length; i++)
		present[i] = false;
}

static void
fill_numbers(FunctionCallInfo fcinfo, Measure *measure)
{
	PackedArray array = packed_array(PG_GETARG_DATUM(0));
	ScaledRow  *row = &measure->row;

	bool		valid = array.dimensions <= 1;

	fill_present(&array, measure->numbers, row->has_number);
	for (int i = 0; i < measure->numbers; i++)
		if (row->has_number[i])
		{
			memcpy(&row->number[i], array.element, sizeof(double));
			array.element += sizeof(double);
			valid &= isfinite(row->number[i]) != 0;
		}
	if (!valid)
		/* the error that it is */
		(void) float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "numbers", true);
}

static void
fill_categories(FunctionCallInfo fcinfo, Measure *measure)
{
	Datum	   *held;
	bool	   *null;
	int			count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &held, &null, &count);
	for (int i = 0; i < Min(count, measure->categories); i++)
		if (measure->row.has_category[i])
			measure->row.category[i] = (CategoryValue) {
				VARDATA_ANY(DatumGetPointer(held[i])), VARSIZE_ANY_EXHDR(DatumGetPointer(held[i]))
			};
}

PG_FUNCTION_INFO_V1(abie_scaled_distance);
Datum
abie_scaled_distance(PG_FUNCTION_ARGS)
{
	Measure    *measure = kept_measure(fcinfo);
	PackedArray categories = packed_array(PG_GETARG_DATUM(1));
	double		farthest = PG_GETARG_FLOAT8(5);
	double		factor;
	double		sum;
	double		limit;
	double		distance;

	fill_numbers(fcinfo, measure);
	fill_present(&categories, measure->categories, measure->row.has_category);
	factor = scaled_factor(&measure->target, &measure->row);
	if (factor == 0.0)
		PG_RETURN_NULL();
	/* a sum above the limit, which is a little more than it need be, cannot be of a distance up to farthest */
	limit = farthest * farthest / factor * (1.0 + 1e-12) + DBL_MIN;
	sum = sum_of_numbers(&measure->target, &measure->row, limit);
	if (sum > limit)
		PG_RETURN_NULL();
	fill_categories(fcinfo, measure);
	distance = sqrt(factor * sum_of_categories(&measure->target, &measure->row, sum));
	if (distance > farthest)
		PG_RETURN_NULL();
	if (isinf(distance))
		float_overflow_error();
	PG_RETURN_FLOAT8(distance);
}
