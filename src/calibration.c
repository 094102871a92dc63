/*
 * calibration.c
 *	  SQL function abie_internal.tenths over core/calibration.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/calibration.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "results.h"

static void
put_tenth(ReturnSetInfo *rows, int element, int place, const Tenth *tenth)
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
	RankedValue *ranked = palloc(sizeof(RankedValue) * Max(numbers.rows, 1));
	int		   *of = palloc(sizeof(int) * Max(numbers.rows, 1));
	Tenth		tenth[TENTHS];

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
