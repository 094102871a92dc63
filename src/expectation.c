/*
 * expectation.c
 *	  SQL functions local_mean and improvement_expectation and the aggregate
 *	  pared_mean over core/expectation.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "catalog/pg_type.h"
#include "core/expectation.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/float.h"

/* ---------- local mean ---------- */

/* A float8 array of the given length without NULL and, if so asked, without negative numbers. */
static const double *
complete_vector(ArrayType *array, int length, const char *name, bool not_negative)
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

PG_FUNCTION_INFO_V1(abie_local_mean);
Datum
abie_local_mean(PG_FUNCTION_ARGS)
{
	ArrayType  *values = PG_GETARG_ARRAYTYPE_P(0);
	double		bandwidth = PG_GETARG_FLOAT8(3);
	int			count = ARR_NDIM(values) == 0 ? 0 : ARR_DIMS(values)[0];
	const double *value = complete_vector(values, count, "value", false);
	const double *distance = complete_vector(PG_GETARG_ARRAYTYPE_P(1), count, "distance", true);
	const double *weight = complete_vector(PG_GETARG_ARRAYTYPE_P(2), count, "weight", true);
	double		mean;

	if (!(bandwidth >= 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bandwidth must be 0 or more, not %g", bandwidth)));
	mean = local_mean(value, distance, weight, count, bandwidth);
	if (isnan(mean))			/* no values, or no weight at all */
		PG_RETURN_NULL();
	if (isinf(mean))
		float_overflow_error();
	PG_RETURN_FLOAT8(mean);
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

/*
 * ---------- pared mean ----------
 *
 * The state is a flat float8 array {share, numerator, denominator, numerator,
 * denominator, ...}: it can be sent between processes and merged in any order.
 */

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

static void
check_same_share(double one, double other)
{
	if (one != other)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share must be the same in every row, not %g and %g", one, other)));
}

/* A state somebody may have made by hand: its numbers, or an error. */
static FloatMatrix
pared_mean_state(ArrayType *array)
{
	FloatMatrix state = float_vector_argument(array, "pared_mean state", false);

	if (state.columns % 2 != 1 || !state.complete)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid pared_mean state"),
				 errdetail("A state is a share followed by pairs of numerator and denominator, none of them NULL.")));
	check_share(state.value[0]);
	for (int i = 1; i < state.columns; i += 2)
		check_unit(state.value[i], state.value[i + 1]);
	return state;
}

/* Append a number to the state, in place. */
static Datum
append_number(Datum state, double number)
{
	ExpandedArrayHeader *header = DatumGetExpandedArray(state);
	int			subscript = header->ndims == 0 ? 1 : header->lbound[0] + header->dims[0];

	return array_set_element(EOHPGetRWDatum(&header->hdr), 1, &subscript, Float8GetDatum(number), false,
							 -1, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* The first number of the state. */
static double
state_share(Datum state)
{
	int			first = 1;
	bool		null;

	return DatumGetFloat8(array_get_element(state, 1, &first, -1, sizeof(float8), FLOAT8PASSBYVAL,
											TYPALIGN_DOUBLE, &null));
}

PG_FUNCTION_INFO_V1(abie_pared_mean_step);
Datum
abie_pared_mean_step(PG_FUNCTION_ARGS)
{
	MemoryContext aggregate;
	MemoryContext caller;
	double		share;
	Datum		state;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		elog(ERROR, "abie.pared_mean_step called outside an aggregate");
	/* not STRICT: the state starts as NULL, and rows with a NULL are left out */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("share cannot be NULL")));
	share = PG_GETARG_FLOAT8(3);
	check_share(share);
	check_unit(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));

	caller = MemoryContextSwitchTo(aggregate);
	if (PG_ARGISNULL(0))
		state = append_number(EOHPGetRWDatum(&construct_empty_expanded_array(FLOAT8OID, aggregate, NULL)->hdr), share);
	else
	{
		state = PG_GETARG_DATUM(0);
		check_same_share(share, state_share(state));
	}
	state = append_number(state, PG_GETARG_FLOAT8(1));
	state = append_number(state, PG_GETARG_FLOAT8(2));
	MemoryContextSwitchTo(caller);
	PG_RETURN_DATUM(state);
}

PG_FUNCTION_INFO_V1(abie_pared_mean_combine);
Datum
abie_pared_mean_combine(PG_FUNCTION_ARGS)
{
	FloatMatrix one = pared_mean_state(PG_GETARG_ARRAYTYPE_P(0));
	FloatMatrix other = pared_mean_state(PG_GETARG_ARRAYTYPE_P(1));
	int			length = one.columns + other.columns - 1;
	double	   *both = palloc(sizeof(double) * length);

	check_same_share(one.value[0], other.value[0]);
	memcpy(both, one.value, sizeof(double) * one.columns);
	memcpy(both + one.columns, other.value + 1, sizeof(double) * (other.columns - 1));
	PG_RETURN_ARRAYTYPE_P(float_array_result(both, length));
}

PG_FUNCTION_INFO_V1(abie_pared_mean_final);
Datum
abie_pared_mean_final(PG_FUNCTION_ARGS)
{
	FloatMatrix state = pared_mean_state(PG_GETARG_ARRAYTYPE_P(0));
	int			count = state.columns / 2;
	Fraction   *unit = palloc(sizeof(Fraction) * Max(count, 1));
	double		mean;

	for (int i = 0; i < count; i++)
		unit[i] = (Fraction) {state.value[2 * i + 1], state.value[2 * i + 2]};
	mean = pared_mean(unit, count, state.value[0]);
	if (isnan(mean))			/* denominators add up to 0 */
		PG_RETURN_NULL();
	if (isinf(mean))
		float_overflow_error();
	PG_RETURN_FLOAT8(mean);
}
