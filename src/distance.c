/*
 * distance.c
 *	  SQL functions abie.distance and abie.distance_parts over core/distance.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/distance.h"
#include "fmgr.h"
#include "nodes/primnodes.h"
#include "results.h"
#include "utils/float.h"

/* Two vectors and their weights, ready for the core. */
typedef struct Pair
{
	FloatMatrix a;
	FloatMatrix b;
	const double *weights;
	DistanceTerms terms;
	int			element[DISTANCE_MAX_ELEMENTS]; /* room for the terms */
} Pair;

static void
pair_arguments(FunctionCallInfo fcinfo, Pair *pair)
{
	bool		both[DISTANCE_MAX_ELEMENTS];
	int			p;

	pair->a = float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "vector", true);
	pair->b = float_vector_argument(PG_GETARG_ARRAYTYPE_P(1), "vector", true);
	p = pair->a.columns;
	if (pair->b.columns != p)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("cannot compare vectors of %d and %d elements", p, pair->b.columns)));
	check_vector_length(p);
	pair->weights = weights_argument(PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2), p);
	for (int j = 0; j < p; j++)
		both[j] = pair->a.present[j] && pair->b.present[j];
	pair->terms = distance_terms(pair->weights, p, both, pair->element);
}

/* The distance, or an error where its square does not fit a double. */
static double
pair_distance_squared(const Pair *pair)
{
	double		squared = distance_squared(pair->a.value, pair->b.value, pair->weights, &pair->terms);

	if (isinf(squared))
		float_overflow_error();
	return squared;
}

/*
 * A vector and weights that are constants of a query, as in a search for what is nearest to it: checked in the first
 * call, with the terms of a pair in which nothing is missing.
 */
typedef struct KeptArguments
{
	bool		usable;
	FloatMatrix a;
	const double *weights;
	DistanceTerms terms;
} KeptArguments;

static void
keep_arguments(FunctionCallInfo fcinfo, const Pair *pair)
{
	MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	KeptArguments *kept = palloc0(sizeof(KeptArguments));

	fcinfo->flinfo->fn_extra = kept;
	if (pair->a.complete && argument_is_constant(fcinfo->flinfo, 0) &&
		argument_is_constant(fcinfo->flinfo, 2))
	{
		int			p = pair->a.columns;

		kept->a = float_vector_argument(PG_GETARG_ARRAYTYPE_P_COPY(0), "vector", true);
		kept->weights = weights_argument(PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P_COPY(2), p);
		kept->terms = distance_terms(kept->weights, p, kept->a.present, palloc(sizeof(int) * Max(p, 1)));
		kept->usable = true;
	}
	MemoryContextSwitchTo(before);
}

/* Fills the pair from what is kept; false where that does not do. */
static bool
take_kept(FunctionCallInfo fcinfo, Pair *pair)
{
	const KeptArguments *kept = fcinfo->flinfo->fn_extra;
	ArrayType  *other = PG_GETARG_ARRAYTYPE_P(1);

	if (kept == NULL || !kept->usable || ARR_HASNULL(other) || element_count(other) != kept->a.columns)
		return false;
	pair->a = kept->a;
	pair->b = float_vector_argument(other, "vector", true);
	pair->weights = kept->weights;
	pair->terms = kept->terms;
	return true;
}

PG_FUNCTION_INFO_V1(abie_distance);
Datum
abie_distance(PG_FUNCTION_ARGS)
{
	Pair		pair;

	/* not STRICT: NULL weights mean 1 each */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (!take_kept(fcinfo, &pair))
	{
		pair_arguments(fcinfo, &pair);
		if (fcinfo->flinfo->fn_extra == NULL)
			keep_arguments(fcinfo, &pair);
	}
	if (!pair.terms.comparable)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(sqrt(pair_distance_squared(&pair)));
}

PG_FUNCTION_INFO_V1(abie_distance_parts);
Datum
abie_distance_parts(PG_FUNCTION_ARGS)
{
	Pair		pair;
	double	   *parts;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	pair_arguments(fcinfo, &pair);
	if (!pair.terms.comparable)
		PG_RETURN_NULL();
	(void) pair_distance_squared(&pair);	/* for its range check */
	parts = palloc(sizeof(double) * Max(pair.a.columns, 1));
	distance_parts(pair.a.value, pair.b.value, pair.weights, pair.a.columns, &pair.terms, parts);
	PG_RETURN_ARRAYTYPE_P(float_array_result(parts, pair.a.columns));
}
