/*
 * transition.c
 *	  Effects of units within parents.
 */
#include "core/transition.h"

#include <math.h>

#include "core/shrinkage.h"

/* The end of the units of the parent that begins at first. */
static size_t
end_of_parent(const NestedUnits *units, size_t first)
{
	size_t		end = first + 1;

	while (end < units->count && units->parent[end] == units->parent[first])
		end++;
	return end;
}

/* Units of a parent as one: the sum of their weights 1 / (variance + spread), and of weight x effect. */
typedef struct ParentSums
{
	double		weight;
	double		effect;
} ParentSums;

static ParentSums
parent_sums(const NestedUnits *units, size_t first, size_t end, double spread)
{
	ParentSums	sums = {0};

	for (size_t i = first; i < end; i++)
	{
		double		weight = 1.0 / (units->variance[i] + spread);

		sums.weight += weight;
		sums.effect += weight * units->effect[i];
	}
	return sums;
}

/*
 * between_variance, but at least the standard error that it has where units do
 * not differ: of few units it is often 0 by chance, and nothing would be left of
 * their effects, as surely as can be.
 */
static double
cautious_variance(const double *effect, const double *variance, size_t count, double *work)
{
	double		weight = 0.0;

	for (size_t i = 0; i < count; i++)
		weight += 1.0 / variance[i];
	return fmax(between_variance(effect, variance, count, 0.0, work), sqrt(2.0 * (double) count) / weight);
}

/* Variance of units about their parents. */
static double
unit_spread(const NestedUnits *units, double *work)
{
	double	   *departure = work;
	double	   *variance = work + units->count;
	size_t		count = 0;

	for (size_t first = 0, end; first < units->count; first = end)
	{
		ParentSums	sums;

		end = end_of_parent(units, first);
		sums = parent_sums(units, first, end, 0.0);
		/* an only unit departs from nothing */
		for (size_t i = first; i < end && end - first > 1; i++)
		{
			double		share = 1.0 / units->variance[i] / sums.weight;

			/* its own part in the mean makes the departure smaller */
			departure[count] = (units->effect[i] - sums.effect / sums.weight) / sqrt(1.0 - share);
			variance[count++] = units->variance[i];
		}
	}
	return count == 0 ? 0.0 : cautious_variance(departure, variance, count, work + 2 * units->count);
}

static double
parent_spread(const NestedUnits *units, double spread, double *work)
{
	double	   *effect = work;
	double	   *variance = work + units->count;
	size_t		count = 0;

	for (size_t first = 0, end; first < units->count; first = end)
	{
		ParentSums	sums;

		end = end_of_parent(units, first);
		sums = parent_sums(units, first, end, spread);
		effect[count] = sums.effect / sums.weight;
		variance[count++] = 1.0 / sums.weight;
	}
	return cautious_variance(effect, variance, count, work + 2 * units->count);
}

NestedSpread
nested_spread(const NestedUnits *units, double *work)
{
	NestedSpread spread;

	spread.units = unit_spread(units, work);
	spread.parents = parent_spread(units, spread.units, work);
	return spread;
}

void
nested_beliefs(const NestedUnits *units, NestedSpread spread, NestedBelief *belief)
{
	for (size_t first = 0, end; first < units->count; first = end)
	{
		ParentSums	sums;
		double		parent;
		double		parent_variance;

		end = end_of_parent(units, first);
		sums = parent_sums(units, first, end, spread.units);
		parent_variance = spread.parents / (1.0 + spread.parents * sums.weight);
		parent = parent_variance * sums.effect;
		for (size_t i = first; i < end; i++)
		{
			/* the part of a unit's difference from its parent that is more than chance */
			double		kept = spread.units / (spread.units + units->variance[i]);
			double		own = kept * units->variance[i];

			/* + 0.0: no minus before a 0 */
			belief[i].parent = (Belief) {parent, sqrt(parent_variance)};
			belief[i].excess = (Belief) {
				kept * (units->effect[i] - parent) + 0.0, sqrt(own + kept * kept * parent_variance)
			};
			belief[i].unit = (Belief) {
				parent + belief[i].excess.mean, sqrt(own + (1.0 - kept) * (1.0 - kept) * parent_variance)
			};
		}
	}
}
