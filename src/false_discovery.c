/*
 * false_discovery.c
 *	  SQL function abie.false_discovery over core/false_discovery.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "core/false_discovery.h"
#include "fmgr.h"
#include "results.h"
#include "utils/builtins.h"

#include <gsl/gsl_sort.h>

typedef void (*FalseDiscoveryMethod) (const double *ascending, size_t count, double *result);

/* Every value could be as high as it is low. */
static void
mirror_all(const double *ascending, size_t count, double *result)
{
	mirror_values(ascending, NULL, count, result);
}

static FalseDiscoveryMethod
false_discovery_method(const char *name)
{
	if (strcmp(name, "benjamini-hochberg") == 0)
		return adjusted_p_values;
	if (strcmp(name, "mirror") == 0)
		return mirror_all;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown method of false discovery \"%s\"", name),
			 errhint("Methods are benjamini-hochberg, of p-values, and mirror, of standardised values.")));
}

static void
check_p_values(const FloatMatrix *statistics)
{
	for (int i = 0; i < statistics->columns; i++)
		if (statistics->value[i] < 0.0 || statistics->value[i] > 1.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a p-value must be between 0 and 1, not %g", statistics->value[i]),
					 errhint("Standardised values are for the method mirror.")));
}

/* The places of the elements that are not NULL; how many. */
static size_t
places_present(const FloatMatrix *statistics, size_t *place, double *value)
{
	size_t		count = 0;

	for (int i = 0; i < statistics->columns; i++)
		if (statistics->present[i])
		{
			place[count] = (size_t) i;
			value[count++] = statistics->value[i];
		}
	return count;
}

PG_FUNCTION_INFO_V1(abie_false_discovery);
Datum
abie_false_discovery(PG_FUNCTION_ARGS)
{
	FloatMatrix statistics = float_vector_argument(PG_GETARG_ARRAYTYPE_P(0), "statistics", true);
	FalseDiscoveryMethod method = false_discovery_method(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	Size		room = (Size) Max(statistics.columns, 1);
	size_t	   *place = palloc(sizeof(size_t) * room);
	size_t	   *order = palloc(sizeof(size_t) * room);
	double	   *value = palloc(sizeof(double) * room);
	double	   *ascending = palloc(sizeof(double) * room);
	double	   *result = palloc(sizeof(double) * room);
	size_t		count;

	if (method == adjusted_p_values)
		check_p_values(&statistics);
	count = places_present(&statistics, place, value);
	gsl_sort_index(order, value, 1, count);
	for (size_t i = 0; i < count; i++)
		ascending[i] = value[order[i]];
	method(ascending, count, value);
	for (int i = 0; i < statistics.columns; i++)
		result[i] = NAN;
	for (size_t i = 0; i < count; i++)
		result[place[order[i]]] = value[i];
	PG_RETURN_ARRAYTYPE_P(float_array_result(result, statistics.columns));
}
