/*
 * shrinkage.h
 *	  How noisy a school's rate is, how much schools truly differ, and the
 *	  underlying level that follows from both.
 *
 * Rates are in per cent, variances in squared percentage points.  Sums go in
 * the order of the rows given.
 */
#ifndef ABIE_CORE_SHRINKAGE_H
#define ABIE_CORE_SHRINKAGE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * E + B (a - E) with B = between / (between + sampling), 1 where both are 0:
 * Efron and Morris 1975 (JASA 70:311-319).  Between a and E, also in the last bit.
 */
extern double shrink(double rate, double expected, double sampling_variance, double between_variance);

/*
 * Over-dispersion of count (at least 1) standardised departures from a target:
 * the mean of their squares once the share winsorised of each end is drawn in to
 * the quantile there (0: none).  1 where sampling is all that makes them differ.
 * Spiegelhalter 2005 (Stat Med 24:1185-1202).  z is reordered.
 */
extern double overdispersion(double *z, size_t count, double winsorised);

/*
 * Additive random-effects variance between units, from count (at least 1)
 * departures from a target and their sampling variances (greater than 0):
 * max(0, (K phi - (K - 1)) / (sum w - sum w^2 / sum w)), w = 1 / variance, phi
 * the over-dispersion of effect / sqrt(variance).  DerSimonian and Laird 1986
 * (Control Clin Trials 7:177-188), winsorised as in Spiegelhalter 2005.  0 for a
 * single unit.  work: room for count numbers.
 */
extern double between_variance(const double *effect, const double *variance, size_t count,
							   double winsorised, double *work);

/* The variance c0 + c1 / n of a school with n enrolments. */
typedef struct NoiseModel
{
	double		c0;
	double		c1;
} NoiseModel;

extern double noise_variance(NoiseModel noise, double enrolments);

/*
 * The model of count (at least 1) departures from their own median: least
 * squares of their squares, winsorised at 99 per cent, on 1 and 1/n, with
 * c0 >= 0.01 and c1 >= 0.  work: room for 3 count numbers.
 */
extern NoiseModel change_variance(const double *change, const double *enrolments, size_t count,
								  double *work);

/* What count schools had in two years, what was expected of them and what came after: one array a column. */
typedef struct SchoolYears
{
	size_t		count;
	const double *before;		/* rate of the year before the last */
	const double *last;			/* rate of the last year */
	const double *expected;		/* rate expected from circumstances */
	const double *enrolments;	/* greater than 0 */
	const double *outcome;		/* rate of the year that followed */
} SchoolYears;

/*
 * Outcomes whose change since the last year is no farther from the median change
 * than a share of them are: learning is not to be decided by a few schools that
 * were closing down or starting anew.  scratch: room for as many numbers.
 */
extern void winsorise_outcomes(const SchoolYears *years, double share, double *scratch,
							   double *outcome);

/*
 * How the underlying level is made: the weight of the last of two years, and how far
 * it is drawn to what is expected.  B = 1 / (1 + constant + n0 / n): without a constant,
 * n0 are the enrolments at which B is a half.
 */
typedef struct BaselineRule
{
	double		last_weight;
	double		n0;
	double		constant;		/* of what B falls with at any size */
	double		common_change;	/* of all schools from the year before to the last */
	double		reach;			/* the farthest from the last year that a level may be; infinity: any */
} BaselineRule;

/* a = last + (1 - w) (before + common change - last), within reach of last. */
extern double own_level(double before, double last, BaselineRule rule);

/* E + B (a - E) with a the own level, within reach of last; between a and E. */
extern double shrunk_baseline(double before, double last, double expected, double enrolments,
							  BaselineRule rule);

/* The change from before to last that is common to all: their mean, weighted by enrolments. */
extern double common_change(const SchoolYears *years);

/*
 * The rule that best predicts the outcome: last_weight in [1/2, 1] and n0 in
 * [0, 1000 median enrolments], and with a constant that in [0, 1] beside the common
 * change, that minimise the mean square of outcome - baseline
 * less its mean (the change common to all), by the simplex of simplex.h from
 * last_weight 3/4, n0 the median enrolments and a constant of 1/2.  Outcomes are winsorised at 99.5
 * per cent before.  (Winsorising the squares for each rule tried leaves many
 * minima that are all but equally low, far apart.)
 * work: room for 2 count numbers; pause is called now and then, a place to be
 * cancelled at.  False if the squares are out of range.
 */
extern bool learn_baseline(const SchoolYears *years, bool with_constant, double reach, double *work,
						   void (*pause) (void), BaselineRule *rule);

#endif
