/*
 * expectation.c
 *	  SQL functions local_mean, local_mean_error, improvement_expectation and
 *	  list_rungs and the aggregate pared_mean over core/expectation.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/expectation.h"
#include "core/quantile.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "pair_state.h"
#include "results.h"
#include "utils/float.h"

/* ---------- local mean ---------- */

/* A statistic of values by distance: local_mean or local_mean_error. */
typedef double (*LocalStatistic) (const double *value, const double *distance, const double *weight,
								  size_t count, double bandwidth);

static Datum
local_statistic(FunctionCallInfo fcinfo, LocalStatistic statistic)
{
	ArrayType  *values = PG_GETARG_ARRAYTYPE_P(0);
	double		bandwidth = PG_GETARG_FLOAT8(3);
	int			count = element_count(values);
	const double *value = complete_vector_argument(values, count, "value", false);
	const double *distance = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), count, "distance", true);
	const double *weight = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), count, "weight", true);
	double		result;

	if (!(bandwidth >= 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bandwidth must be 0 or more, not %g", bandwidth)));
	result = statistic(value, distance, weight, count, bandwidth);
	if (isnan(result))			/* no values, or no weight at all */
		PG_RETURN_NULL();
	if (isinf(result))
		float_overflow_error();
	PG_RETURN_FLOAT8(result);
}

PG_FUNCTION_INFO_V1(abie_local_mean);
Datum
abie_local_mean(PG_FUNCTION_ARGS)
{
	return local_statistic(fcinfo, local_mean);
}

PG_FUNCTION_INFO_V1(abie_local_mean_error);
Datum
abie_local_mean_error(PG_FUNCTION_ARGS)
{
	return local_statistic(fcinfo, local_mean_error);
}

/* ---------- improvement expectation ---------- */

PG_FUNCTION_INFO_V1(abie_improvement_expectation);
Datum
abie_improvement_expectation(PG_FUNCTION_ARGS)
{
	double		baseline = finite_argument(fcinfo, 0, "baseline");
	double		expected = finite_argument(fcinfo, 1, "expected");
	double		ladder_top = finite_argument(fcinfo, 3, "ladder_top");
	ImprovementRule rule = {
		.pace = finite_argument(fcinfo, 2, "pace"),
		.gap_share = finite_argument(fcinfo, 4, "gap_share"),
		.floor = finite_argument(fcinfo, 5, "floor"),
		.cap = finite_argument(fcinfo, 6, "cap")
	};

	if (rule.gap_share < 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("gap_share cannot be negative: %g", rule.gap_share)));
	if (rule.floor < 0.0 || rule.floor > rule.cap)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("floor must be between 0 and cap, not %g with a cap of %g", rule.floor, rule.cap)));
	PG_RETURN_FLOAT8(improvement_expectation(baseline, expected, ladder_top, &rule));
}

/* ---------- pared mean ---------- */

static void
check_unit(double numerator, double denominator)
{
	if (!isfinite(numerator) || !isfinite(denominator) || numerator < 0.0 || numerator > denominator)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("numerator must be between 0 and denominator, not %g of %g", numerator, denominator)));
}

static void
check_share(double share)
{
	if (!(share > 0.0 && share <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share must be above 0 and at most 1, not %g", share)));
}

static const PairAggregate pared_mean_aggregate = {
	.name = "pared_mean", .parameter = "share", .pair = "numerator and denominator",
	.check_parameter = check_share, .check_pair = check_unit
};

PG_FUNCTION_INFO_V1(abie_pared_mean_step);
Datum
abie_pared_mean_step(PG_FUNCTION_ARGS)
{
	return pair_state_step(fcinfo, &pared_mean_aggregate);
}

PG_FUNCTION_INFO_V1(abie_pared_mean_combine);
Datum
abie_pared_mean_combine(PG_FUNCTION_ARGS)
{
	return pair_state_combine(fcinfo, &pared_mean_aggregate);
}

PG_FUNCTION_INFO_V1(abie_pared_mean_final);
Datum
abie_pared_mean_final(PG_FUNCTION_ARGS)
{
	PairState	state = pair_state_argument(PG_GETARG_ARRAYTYPE_P(0), &pared_mean_aggregate);
	Fraction   *unit = palloc(sizeof(Fraction) * Max(state.count, 1));
	double		mean;

	for (int i = 0; i < state.count; i++)
		unit[i] = (Fraction) {state.pairs[2 * i], state.pairs[2 * i + 1]};
	mean = pared_mean(unit, state.count, state.parameter);
	if (isnan(mean))			/* denominators add up to 0 */
		PG_RETURN_NULL();
	if (isinf(mean))
		float_overflow_error();
	PG_RETURN_FLOAT8(mean);
}

/* ---------- rungs ---------- */

/*
 * Schools in ascending order of URN.  URNs are looked up by lists in any order,
 * so the first place of each block of 2^shift URNs is kept, and one after the last.
 */
typedef struct Schools
{
	int			count;
	const int32 *urn;
	const double *attendance;	/* per cent */
	const double *enrolments;
	int			shift;
	uint32		blocks;
	int		   *first;
} Schools;

static uint32
block_of(const Schools *schools, int32 urn)
{
	return ((uint32) urn - (uint32) schools->urn[0]) >> schools->shift;
}

/* As many blocks as schools, or twice that. */
static void
find_blocks(Schools *schools)
{
	uint32		block = 0;

	schools->blocks = 0;
	schools->shift = 0;
	if (schools->count == 0)
		return;
	while (block_of(schools, schools->urn[schools->count - 1]) / 2 >= (uint32) schools->count)
		schools->shift++;
	schools->blocks = block_of(schools, schools->urn[schools->count - 1]) + 1;
	schools->first = palloc(sizeof(int) * (schools->blocks + 1));
	for (int i = 0; i < schools->count; i++)
		while (block <= block_of(schools, schools->urn[i]))
			schools->first[block++] = i;
	schools->first[schools->blocks] = schools->count;
}

static Schools
schools_arguments(FunctionCallInfo fcinfo)
{
	Schools		schools;

	schools.urn = elements_argument(fcinfo, 0, &schools.count);
	schools.attendance = fitting_argument(fcinfo, 1, schools.count);
	schools.enrolments = fitting_argument(fcinfo, 2, schools.count);
	for (int i = 1; i < schools.count; i++)
		if (schools.urn[i - 1] >= schools.urn[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("urns must ascend: %d is followed by %d", schools.urn[i - 1], schools.urn[i])));
	find_blocks(&schools);
	return schools;
}

/* The place of a school among the schools. */
static int
place_of(const Schools *schools, int32 urn)
{
	uint32		block = schools->count > 0 ? block_of(schools, urn) : 0;
	int			low = block < schools->blocks ? schools->first[block] : schools->count;
	int			high = block < schools->blocks ? schools->first[block + 1] : low;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (schools->urn[middle] < urn)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == schools->count || schools->urn[low] != urn)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("school %d is listed, but not among the schools", urn)));
	return low;
}

static Fraction
attended(const Schools *schools, int place)
{
	Fraction	unit = {
		schools->attendance[place] / 100.0 * schools->enrolments[place], schools->enrolments[place]
	};

	check_unit(unit.numerator, unit.denominator);
	return unit;
}

/* The rows of listed URNs, as many as there are owners of lists. */
static const int32 *
lists_argument(FunctionCallInfo fcinfo, int number, int rows, int *columns)
{
	ArrayType  *lists = PG_GETARG_ARRAYTYPE_P(number);

	if (ARR_NDIM(lists) != 2 || ARR_DIMS(lists)[0] != rows || array_contains_nulls(lists))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("lists must be a two-dimensional array of %d rows without NULL", rows)));
	*columns = ARR_DIMS(lists)[1];
	return (const int32 *) ARR_DATA_PTR(lists);
}

PG_FUNCTION_INFO_V1(abie_list_rungs);
Datum
abie_list_rungs(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Schools		schools = schools_arguments(fcinfo);
	double		share = PG_GETARG_FLOAT8(5);
	int			owners;
	int			listed;
	const int32 *owner = elements_argument(fcinfo, 3, &owners);
	const int32 *list = lists_argument(fcinfo, 4, owners, &listed);
	double	   *attendance = palloc(sizeof(double) * listed);
	Fraction   *unit = palloc(sizeof(Fraction) * (listed + 1));

	check_share(share);
	for (int i = 0; i < owners; i++, list += listed)
	{
		Datum		value[3] = {Int32GetDatum(owner[i])};
		bool		null[3] = {false};
		double		mean;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < listed; j++)
		{
			int			place = place_of(&schools, list[j]);

			attendance[j] = schools.attendance[place];
			unit[j] = attended(&schools, place);
		}
		unit[listed] = attended(&schools, place_of(&schools, owner[i]));
		mean = pared_mean(unit, listed + 1, share);
		if (isinf(mean))
			float_overflow_error();
		null[2] = isnan(mean);	/* enrolments add up to 0 */
		value[1] = Float8GetDatum(quantile(attendance, listed, 0.75));
		value[2] = Float8GetDatum(100.0 * mean);
		put_row(rows, value, null);
	}
	return (Datum) 0;
}
