/*
 * calibration.c
 *	  SQL functions abie_internal.tenths and category_means over core/calibration.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "callbacks.h"
#include "catalog/pg_type.h"
#include "core/calibration.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "results.h"
#include "utils/builtins.h"

static void
put_tenth(ReturnSetInfo *rows, int element, int place, const Part *tenth)
{
	Datum		value[7] = {
		Int32GetDatum(element), Int32GetDatum(place), Float8GetDatum(tenth->low), Float8GetDatum(tenth->high),
		Int32GetDatum((int32) tenth->rows), Float8GetDatum(tenth->mean), Float8GetDatum(tenth->error)
	};
	bool		null[7] = {[6] = isnan(tenth->error)};

	put_row(rows, value, null);
}

PG_FUNCTION_INFO_V1(abie_tenths);
Datum
abie_tenths(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	FloatMatrix numbers = float_matrix_argument(PG_GETARG_ARRAYTYPE_P(0), "numbers");
	const double *residual = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), numbers.rows, "residuals", false);
	const double *weight = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), numbers.rows, "weights", false);
	RankedValue *ranked = allocate(sizeof(RankedValue) * 2 * numbers.rows);
	int		   *of = palloc(sizeof(int) * Max(numbers.rows, 1));
	Part		tenth[TENTHS];

	check_positive(weight, numbers.rows, "a weight");
	for (int j = 0; j < numbers.columns; j++)
	{
		int			tenths;

		CHECK_FOR_INTERRUPTS();
		tenths = divide_into_tenths(numbers.value + j, numbers.present + j, (size_t) numbers.columns,
									(size_t) numbers.rows, residual, weight, ranked, of, tenth);
		for (int t = 0; t < tenths; t++)
			put_tenth(rows, j + 1, t + 1, &tenth[t]);
	}
	return (Datum) 0;
}

/* ---------- categories ---------- */

/* A row's category, for sorting. */
typedef struct RowCategory
{
	const char *text;
	int			length;
	int			row;
} RowCategory;

static int
compare_categories(const void *left, const void *right)
{
	const RowCategory *a = left;
	const RowCategory *b = right;

	return a->length != b->length ? a->length - b->length : memcmp(a->text, b->text, a->length);
}

typedef struct CategoryMatrix
{
	int			rows;
	int			columns;
	Datum	   *value;
	bool	   *null;
} CategoryMatrix;

static CategoryMatrix
categories_argument(ArrayType *array)
{
	CategoryMatrix matrix = {0};
	int			count;

	if (ARR_NDIM(array) != 0 && ARR_NDIM(array) != 2)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("categories must be a two-dimensional array, not one of %d dimensions", ARR_NDIM(array))));
	if (ARR_NDIM(array) == 2)
	{
		matrix.rows = ARR_DIMS(array)[0];
		matrix.columns = ARR_DIMS(array)[1];
	}
	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &matrix.value, &matrix.null, &count);
	return matrix;
}

/* The part of each row, by its category in a column, and the rows of each; the category of each part; how many. */
static int
divide_by_category(const CategoryMatrix *matrix, int column, RowCategory *sorted, int *of, Part *part)
{
	int			count = 0;
	int			parts = 0;

	for (int i = 0; i < matrix->rows; i++)
	{
		int			at = i * matrix->columns + column;
		text	   *value = matrix->null[at] ? NULL : DatumGetTextPP(matrix->value[at]);

		of[i] = -1;
		if (value != NULL)
			sorted[count++] = (RowCategory) {VARDATA_ANY(value), (int) VARSIZE_ANY_EXHDR(value), i};
	}
	qsort(sorted, count, sizeof(RowCategory), compare_categories);
	for (int i = 0; i < count; i++)
	{
		RowCategory category = sorted[i];

		if (i == 0 || compare_categories(&category, &sorted[parts - 1]) != 0)
		{
			sorted[parts] = category;
			part[parts++] = (Part) {0};
		}
		part[parts - 1].rows++;
		of[category.row] = parts - 1;
	}
	return parts;
}

PG_FUNCTION_INFO_V1(abie_category_means);
Datum
abie_category_means(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	CategoryMatrix matrix = categories_argument(PG_GETARG_ARRAYTYPE_P(0));
	const double *residual = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), matrix.rows, "residuals", false);
	const double *weight = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), matrix.rows, "weights", false);
	RowCategory *category = palloc(sizeof(RowCategory) * Max(matrix.rows, 1));
	int		   *of = palloc(sizeof(int) * Max(matrix.rows, 1));
	Part	   *part = palloc(sizeof(Part) * Max(matrix.rows, 1));

	check_positive(weight, matrix.rows, "a weight");
	for (int j = 0; j < matrix.columns; j++)
	{
		int			parts;

		CHECK_FOR_INTERRUPTS();
		parts = divide_by_category(&matrix, j, category, of, part);
		judge_parts(residual, weight, (size_t) matrix.rows, of, (size_t) parts, part);
		for (int p = 0; p < parts; p++)
		{
			text	   *name = cstring_to_text_with_len(category[p].text, category[p].length);
			Datum		value[5] = {
				Int32GetDatum(j + 1), PointerGetDatum(name), Int32GetDatum((int32) part[p].rows),
				Float8GetDatum(part[p].mean), Float8GetDatum(part[p].error)
			};
			bool		null[5] = {[4] = isnan(part[p].error)};

			put_row(rows, value, null);
		}
	}
	return (Datum) 0;
}
