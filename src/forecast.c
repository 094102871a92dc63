/*
 * forecast.c
 *	  SQL functions forecast and learn_forecast over core/forecast.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/forecast.h"
#include "fmgr.h"
#include "results.h"
#include "shrinkage.h"
#include "utils/float.h"

PG_FUNCTION_INFO_V1(abie_forecast);
Datum
abie_forecast(PG_FUNCTION_ARGS)
{
	double		before = finite_argument(fcinfo, 0, "before");
	double		last = finite_argument(fcinfo, 1, "last");
	double		expected = finite_argument(fcinfo, 2, "expected");
	double		enrolments = enrolments_argument(fcinfo, 3);
	FloatMatrix coefficients = float_vector_argument(PG_GETARG_ARRAYTYPE_P(4), "coefficients", false);
	double		rate;

	if (coefficients.columns != FORECAST_TERMS || !coefficients.complete)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("coefficients must be %d numbers, none of them NULL", FORECAST_TERMS),
				 errhint("They are those of abie.learn_forecast.")));
	rate = forecast(before, last, expected, enrolments, coefficients.value);
	if (!isfinite(rate))
		float_overflow_error();
	PG_RETURN_FLOAT8(rate);
}

static bool
is_finite_model(const ForecastModel *model)
{
	bool		finite = isfinite(model->noise.c0) && isfinite(model->noise.c1) && isfinite(model->quantile);

	for (int j = 0; j < FORECAST_TERMS; j++)
		finite &= isfinite(model->coefficient[j]) != 0;
	return finite;
}

PG_FUNCTION_INFO_V1(abie_learn_forecast);
Datum
abie_learn_forecast(PG_FUNCTION_ARGS)
{
	SchoolYears years = school_years_arguments(fcinfo);
	ForecastModel model;
	double	   *work;
	Datum		result[4];

	if (years.count < LEAST_SCHOOLS)
		PG_RETURN_NULL();
	work = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * FORECAST_WORK(years.count));
	if (!learn_forecast(&years, work, &model) || !is_finite_model(&model))
		float_overflow_error();
	result[0] = PointerGetDatum(float_array_result(model.coefficient, FORECAST_TERMS));
	result[1] = Float8GetDatum(model.noise.c0);
	result[2] = Float8GetDatum(model.noise.c1);
	result[3] = Float8GetDatum(model.quantile);
	PG_RETURN_DATUM(row_result(fcinfo, 4, result, NULL));
}
