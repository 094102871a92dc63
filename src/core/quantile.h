/*
 * quantile.h
 *	  Quantiles of values, each counting once or by a weight.
 */
#ifndef ABIE_CORE_QUANTILE_H
#define ABIE_CORE_QUANTILE_H

#include <stddef.h>

/*
 * The quantile at a fraction (0 to 1) of count values (at least 1), linear
 * between the order statistics: type 7 of Hyndman and Fan 1996 (Am Stat
 * 50:361-365), that of R, numpy and percentile_cont.  The values are reordered.
 */
extern double quantile(double *value, size_t count, double fraction);

/* A value that counts by a weight of 0 or more. */
typedef struct WeightedValue
{
	double		value;
	double		weight;
} WeightedValue;

/*
 * The weighted quantile: the value up to and including which the weights reach
 * the fraction of their total; midway to the next value where they reach it
 * exactly (type 2 of Hyndman and Fan for weights of 1).  A weight of 2 is the
 * value twice, a weight of 0 is nothing, and the unit of the weights does not
 * matter.  NaN where all weights are 0, infinity where their sum is.  The
 * values are sorted in place, so that their order changes nothing.
 */
extern double weighted_quantile(WeightedValue *unit, size_t count, double fraction);

#endif
