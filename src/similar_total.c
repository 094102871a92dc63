/*
 * similar_total.c
 *	  SQL functions over the figures of similar schools together.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "core/code.h"
#include "core/similar_total.h"
#include "facts.h"
#include "miscadmin.h"
#include "results.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/numeric.h"

static Numeric
numeric_of(double number)
{
	return DatumGetNumeric(DirectFunctionCall1(float8_numeric, Float8GetDatum(number)));
}

/* As avg of numeric and round have it. */
static double
exact_mean(const double *number, int count)
{
	Datum		total = NumericGetDatum(int64_to_numeric(0));

	for (int i = 0; i < count; i++)
	{
		Numeric		decimal = numeric_of(number[i]);
		Datum		before = total;

		CHECK_FOR_INTERRUPTS();
		total = DirectFunctionCall2(numeric_add, before, NumericGetDatum(decimal));
		pfree(DatumGetPointer(before));
		pfree(decimal);
	}
	total = DirectFunctionCall2(numeric_div, total, NumericGetDatum(int64_to_numeric(count)));
	return DatumGetFloat8(DirectFunctionCall1(numeric_float8,
											  DirectFunctionCall2(numeric_round, total, Int32GetDatum(6))));
}

/* Columns of an array of two dimensions. */
static int
columns_of(ArrayType *array)
{
	if (ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("schools by characteristics have two dimensions, not %d", ARR_NDIM(array))));
	return ARR_DIMS(array)[1];
}

PG_FUNCTION_INFO_V1(abie_column_means);
Datum
abie_column_means(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	int			columns = columns_of(array);
	Datum	   *element;
	bool	   *null;
	int			count;
	double	   *mean = palloc(sizeof(double) * columns);
	double	   *number;

	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &element, &null, &count);
	number = palloc(sizeof(double) * count);
	for (int column = 0; column < columns; column++)
	{
		int			known = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = column; i < count; i += columns)
			if (!null[i])
				number[known++] = DatumGetFloat8(element[i]);
		if (known == 0)
			mean[column] = NAN;
		else if (!mean_quickly(number, known, &mean[column]))
			mean[column] = exact_mean(number, known);
	}
	PG_RETURN_ARRAYTYPE_P(float_array_result(mean, columns));
}

PG_FUNCTION_INFO_V1(abie_column_matches);
Datum
abie_column_matches(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	int			columns = columns_of(array);
	Datum	   *own;
	bool	   *own_null;
	int			owns;
	Datum	   *element;
	bool	   *null;
	int			count;
	int64	   *matches = palloc0(sizeof(int64) * columns);

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &own, &own_null, &owns);
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &element, &null, &count);
	for (int i = 0; i < count; i++)
	{
		int			column = i % columns;

		if (column < owns && !own_null[column] && !null[i])
			matches[column] += datum_image_eq(own[column], element[i], false, -1);
	}
	PG_RETURN_ARRAYTYPE_P(bigint_array_result(matches, columns));
}

/* Reasons of absence, which abie_internal.absence_meanings has in the same order. */
#define ABSENCE_REASONS (REASON_UNAUTH_NOYET + 1)

PG_FUNCTION_INFO_V1(abie_reason_totals);
Datum
abie_reason_totals(PG_FUNCTION_ARGS)
{
	Datum	   *element;
	bool	   *null;
	int			count;
	int64		total[ABSENCE_REASONS] = {0};
	bool		is_known[ABSENCE_REASONS] = {false};
	double		amount[ABSENCE_REASONS];

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), JSONBOID, -1, false, TYPALIGN_INT, &element, &null, &count);
	for (int i = 0; i < count; i++)
	{
		JsonbContainer *held = null[i] ? NULL : &DatumGetJsonbP(element[i])->root;

		CHECK_FOR_INTERRUPTS();
		for (int reason = 0; reason < ABSENCE_REASONS; reason++)
		{
			int64		sessions;

			if (!fact_count(held, reason_names[reason], &sessions))
				continue;
			is_known[reason] = true;
			if (pg_add_s64_overflow(total[reason], sessions, &total[reason]))
				ereport(ERROR,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("bigint out of range")));
		}
	}
	for (int reason = 0; reason < ABSENCE_REASONS; reason++)
		amount[reason] = is_known[reason] ? (double) total[reason] : NAN;
	PG_RETURN_ARRAYTYPE_P(float_array_result(amount, ABSENCE_REASONS));
}
