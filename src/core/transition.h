/*
 * transition.h
 *	  Effects of units within parents, such as the feeders of schools, each drawn
 *	  towards what the others say.
 */
#ifndef ABIE_CORE_TRANSITION_H
#define ABIE_CORE_TRANSITION_H

#include <stddef.h>
#include <stdint.h>

/* Effects with their sampling variances (greater than 0); units of a parent stand together. */
typedef struct NestedUnits
{
	size_t		count;			/* at least 1 */
	const int64_t *parent;
	const double *effect;
	const double *variance;
} NestedUnits;

/* How far true effects differ: units about their parent, parents about 0. */
typedef struct NestedSpread
{
	double		units;
	double		parents;
} NestedSpread;

/*
 * Both by between_variance, unwinsorised: units by their departures from the
 * mean of their parent, over sqrt(1 - the weight they have in it), of parents
 * with more than one unit; parents by the means of their units, departures from
 * 0.  At least the standard error they have where nothing differs, sqrt(2 K) /
 * sum of 1 / variance.  work: room for 3 count numbers.
 */
extern NestedSpread nested_spread(const NestedUnits *units, double *work);

/* A normal distribution. */
typedef struct Belief
{
	double		mean;
	double		deviation;
} Belief;

/* What the effects say of the true ones. */
typedef struct NestedBelief
{
	Belief		parent;
	Belief		unit;
	Belief		excess;			/* of the unit over its parent */
} NestedBelief;

/*
 * effect ~ N(unit, variance), unit ~ N(parent, spread.units), parent ~ N(0,
 * spread.parents): the posterior of each (Lindley and Smith 1972, J R Stat Soc B
 * 34:1-41; Gelman et al., Bayesian Data Analysis, 5.4).
 */
extern void nested_beliefs(const NestedUnits *units, NestedSpread spread, NestedBelief *belief);

#endif
