/*
 * expectation.h
 *	  From similar schools to an expectation: local mean, achievable benchmark,
 *	  improvement.
 */
#ifndef ABIE_CORE_EXPECTATION_H
#define ABIE_CORE_EXPECTATION_H

#include <stddef.h>

/*
 * Mean of count values (at least 1) weighted by weight x tricube kernel,
 * (1 - (distance / bandwidth)^3)^3 inside the bandwidth and 0 outside.  Where
 * no value gets any weight (all at the bandwidth, or bandwidth 0) the kernel
 * counts 1 for each.  Values are added in the order given.  NaN where the
 * weights are all 0, infinity where a sum is out of range.
 */
extern double local_mean(const double *value, const double *distance, const double *weight,
						 size_t count, double bandwidth);

/*
 * Standard error of the local mean from the spread of its values, which may
 * have a variance each: sqrt(sum of (k (value - mean))^2) / sum of k, with k the
 * weight that local_mean gives to each (White 1980, Econometrica 48:817-838).
 */
extern double local_mean_error(const double *value, const double *distance, const double *weight,
							   size_t count, double bandwidth);

/* A unit of the achievable benchmark: numerator successes of denominator. */
typedef struct Fraction
{
	double		numerator;
	double		denominator;
} Fraction;

/*
 * Pared mean: units sorted by (numerator + 1) / (denominator + 2), best first,
 * are taken until their denominators reach the share of the total; the sum of
 * their numerators over the sum of their denominators.  NaN where the total
 * is 0, infinity where it is out of range.  The units are sorted in place, so
 * that their order changes nothing.
 */
extern double pared_mean(Fraction *unit, size_t count, double share);

/* What an improvement expectation is made of, in per cent and percentage points. */
typedef struct ImprovementRule
{
	double		pace;			/* national pace a year */
	double		gap_share;		/* share of the gap to close in a year */
	double		floor;
	double		cap;
} ImprovementRule;

/*
 * min(clip(pace + gap_share * gap, floor, cap), headroom) with
 * gap = max(0, expected - baseline), headroom = max(0, ladder_top - baseline).
 */
extern double improvement_expectation(double baseline, double expected, double ladder_top,
									  const ImprovementRule *rule);

#endif
