/*
 * outcome.c
 *	  SQL functions progress and outcome, which are asked for each school of a run, what all of these had in common, and
 *	  shortfall over core/outcome.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/outcome.h"
#include "core/quantile.h"
#include "fmgr.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/float.h"

/* Where an outcome is missed: 1 in 20, 1 in 1,000 of a normal distribution are below, and so many points are short. */
#define MISSED_BELOW -1.6448536269514722
#define FAR_BELOW -3.0902323061678132
#define FAR_SHORT 0.5

typedef struct Progress
{
	float8		change;
	float8		relative;
	float8		best;
} Progress;

/* The operators and greatest of SQL, so that infinity, NaN and what is out of range are what they are there. */
static Progress
progress_of(float8 baseline, float8 outcome, float8 common_change, float8 pace)
{
	float8		change = float8_mi(outcome, baseline);
	float8		relative = float8_pl(float8_mi(change, common_change), pace);

	return (Progress) {change, relative, float8_max(change, relative)};
}

PG_FUNCTION_INFO_V1(abie_progress);
Datum
abie_progress(PG_FUNCTION_ARGS)
{
	Progress	made = progress_of(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3), PG_GETARG_FLOAT8(4));
	Datum		result[3] = {Float8GetDatum(made.change), Float8GetDatum(made.relative)};

	result[2] = BoolGetDatum(float8_ge(made.best, PG_GETARG_FLOAT8(1)));
	PG_RETURN_DATUM(row_result(fcinfo, 3, result, NULL));
}

/* One call for a stratum, because the medians of all schools are asked for with a single one of them. */
PG_FUNCTION_INFO_V1(abie_common_outcome);
Datum
abie_common_outcome(PG_FUNCTION_ARGS)
{
	static const char *const name[] = {"outcomes", "attendance", "baselines", "shock_effects", "forecast_changes"};
	const double *given[lengthof(name)];
	int			schools = element_count(PG_GETARG_ARRAYTYPE_P(0));
	float8		pace = finite_argument(fcinfo, lengthof(name), "pace");
	double	   *value = palloc(sizeof(double) * schools);
	double		common_change;
	Datum		result[2];

	for (size_t i = 0; i < lengthof(name); i++)
		given[i] = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(i), schools, name[i], false);
	if (schools == 0)
		PG_RETURN_NULL();
	for (int i = 0; i < schools; i++)
		value[i] = float8_mi(given[0][i], given[1][i]);
	common_change = quantile(value, schools, 0.5);
	for (int i = 0; i < schools; i++)
		value[i] = float8_mi(float8_pl(progress_of(given[2][i], given[0][i], common_change, pace).best, given[3][i]),
							 given[4][i]);
	result[0] = Float8GetDatum(common_change);
	result[1] = Float8GetDatum(quantile(value, schools, 0.5));
	PG_RETURN_DATUM(row_result(fcinfo, 2, result, NULL));
}

static const char *
outcome_of(float8 change, float8 improvement, float8 z)
{
	if (float8_ge(change, improvement))
		return "met";
	if (z <= FAR_BELOW && float8_mi(improvement, change) >= FAR_SHORT)
		return "missed by some distance";
	return z <= MISSED_BELOW ? "missed" : "within tolerance";
}

PG_FUNCTION_INFO_V1(abie_outcome);
Datum
abie_outcome(PG_FUNCTION_ARGS)
{
	float8		change = PG_GETARG_FLOAT8(0);
	float8		improvement = PG_GETARG_FLOAT8(1);
	float8		deviation = DatumGetFloat8(DirectFunctionCall1(dsqrt, PG_GETARG_DATUM(2)));
	float8		z = float8_div(float8_mi(change, improvement), deviation);
	bool		null[2] = {false, !isfinite(z)};
	Datum		result[2] = {Float8GetDatum(z), (Datum) 0};

	if (isfinite(z))
		result[1] = CStringGetTextDatum(outcome_of(change, improvement, z));
	PG_RETURN_DATUM(row_result(fcinfo, 2, result, null));
}

PG_FUNCTION_INFO_V1(abie_shortfall);
Datum
abie_shortfall(PG_FUNCTION_ARGS)
{
	Belief		prior = {finite_argument(fcinfo, 1, "prior"), not_negative_argument(fcinfo, 2, "prior_variance")};
	double		noise = not_negative_argument(fcinfo, 3, "noise");
	Belief		change = true_change(prior, finite_argument(fcinfo, 0, "change"), noise);
	double		improvement = finite_argument(fcinfo, 4, "improvement");
	double		by = not_negative_argument(fcinfo, 5, "by");
	Datum		result[3];

	if (!isfinite(change.mean) || !isfinite(change.variance) || !isfinite(prior.variance + noise))
		float_overflow_error();
	result[0] = Float8GetDatum(change.mean);
	result[1] = Float8GetDatum(sqrt(change.variance));
	result[2] = Float8GetDatum(shortfall_probability(change, improvement, by));
	PG_RETURN_DATUM(row_result(fcinfo, 3, result, NULL));
}
