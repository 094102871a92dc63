/*
 * transition.c
 *	  SQL function abie.shrink_nested over core/transition.c.
 */
#include "postgres.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#include "arguments.h"
#include "core/transition.h"
#include "fmgr.h"
#include "results.h"
#include "utils/float.h"

/* A unit as it was given: place is where. */
typedef struct GivenUnit
{
	int64		parent;
	double		effect;
	double		variance;
	int			place;
} GivenUnit;

/* Equal ones are alike in all that is computed from them. */
static int
compare_units(const void *a, const void *b)
{
	const GivenUnit *one = a;
	const GivenUnit *other = b;

	if (one->parent != other->parent)
		return one->parent < other->parent ? -1 : 1;
	if (one->effect != other->effect)
		return one->effect < other->effect ? -1 : 1;
	return (one->variance > other->variance) - (one->variance < other->variance);
}

/* The units in an order that does not depend on that in which they came; place says where. */
static NestedUnits
units_arguments(FunctionCallInfo fcinfo, int **place)
{
	FloatMatrix effect = float_vector_argument(PG_GETARG_ARRAYTYPE_P(1), "effects", false);
	int			count = effect.columns;
	const int64 *parent = fitting_argument(fcinfo, 0, count);
	const double *variance = complete_vector_argument(PG_GETARG_ARRAYTYPE_P(2), count, "variances", false);
	GivenUnit  *unit = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(GivenUnit) * Max(count, 1));
	int64	   *sorted_parent = palloc(sizeof(int64) * Max(count, 1));
	double	   *sorted_effect = palloc(sizeof(double) * Max(count, 1));
	double	   *sorted_variance = palloc(sizeof(double) * Max(count, 1));

	complete_vector_argument(PG_GETARG_ARRAYTYPE_P(1), count, "effects", false);
	check_positive(variance, count, "variances");
	*place = palloc(sizeof(int) * Max(count, 1));
	for (int i = 0; i < count; i++)
		unit[i] = (GivenUnit) {parent[i], effect.value[i], variance[i], i};
	qsort(unit, count, sizeof(GivenUnit), compare_units);
	for (int i = 0; i < count; i++)
	{
		sorted_parent[i] = unit[i].parent;
		sorted_effect[i] = unit[i].effect;
		sorted_variance[i] = unit[i].variance;
		(*place)[i] = unit[i].place;
	}
	pfree(unit);
	return (NestedUnits) {count, sorted_parent, sorted_effect, sorted_variance};
}

#define COLUMNS 11

PG_FUNCTION_INFO_V1(abie_shrink_nested);
Datum
abie_shrink_nested(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	int		   *place;
	NestedUnits units = units_arguments(fcinfo, &place);
	double		by = finite_argument(fcinfo, 3, "by");
	NestedSpread spread;
	NestedBelief *belief;

	if (units.count == 0)
		return (Datum) 0;
	spread = nested_spread(&units, MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * 3 * units.count));
	if (!isfinite(spread.units) || !isfinite(spread.parents))
		float_overflow_error();
	belief = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(NestedBelief) * units.count);
	nested_beliefs(&units, spread, belief);
	for (size_t i = 0; i < units.count; i++)
	{
		const NestedBelief *b = &belief[i];
		double		beyond = b->excess.mean - by;
		Datum		value[COLUMNS] = {
			Int32GetDatum(place[i] + 1), Int64GetDatum(units.parent[i]),
			Float8GetDatum(b->parent.mean), Float8GetDatum(b->parent.deviation),
			Float8GetDatum(b->unit.mean), Float8GetDatum(b->unit.deviation),
			Float8GetDatum(b->excess.mean), Float8GetDatum(b->excess.deviation),
			Float8GetDatum(b->excess.deviation > 0.0
						   ? gsl_cdf_ugaussian_P(beyond / b->excess.deviation) : beyond > 0.0),
			Float8GetDatum(spread.units), Float8GetDatum(spread.parents)
		};

		put_row(rows, value, NULL);
	}
	return (Datum) 0;
}
