/*
 * rate_error.c
 *	  Standard error of a rate of absence: a ratio of two sums over pupils.
 *
 * Linearised variance (Cochran 1977, Sampling Techniques, section 6.4), pupils
 * taken as drawn from many alike:
 *
 *		n / (n - 1) x sum of (a - R b)^2 / (sum of b)^2,  R = sum of a / sum of b
 *
 * The sum of squares is taken from exact sums, in integers, so that neither the
 * order of the pupils nor how they are split changes a bit.
 */
#include "core/rate_error.h"

#include <math.h>

__extension__ typedef __int128 Wide;

static bool
within_limits(const RateSums *sums)
{
	return sums->possible <= RATE_MOST_POSSIBLE && sums->possible_squared <= RATE_MOST_SQUARED;
}

bool
rate_error_combine(RateSums *sums, const RateSums *other)
{
	RateSums	both = {
		sums->enrolments + other->enrolments, sums->absent + other->absent, sums->possible + other->possible,
		sums->absent_squared + other->absent_squared, sums->product + other->product,
		sums->possible_squared + other->possible_squared
	};

	if (!within_limits(&both))
		return false;
	*sums = both;
	return true;
}

bool
rate_error_add(RateSums *sums, int64_t absent, int64_t possible)
{
	/* its square alone would be too much; without this it might overflow */
	if (possible > RATE_MOST_SQUARED / possible)
		return false;
	return rate_error_combine(sums, &(RateSums) {
		1, absent, possible, absent * absent, absent * possible, possible * possible
	});
}

bool
rate_error_check(const RateSums *sums)
{
	/* of 0 <= a <= b and 1 <= b in each row, and of Cauchy and Schwarz */
	return sums->absent >= 0 && sums->absent <= sums->absent_squared && sums->absent_squared <= sums->product
		&& sums->product <= sums->possible_squared
		&& sums->enrolments >= 0 && sums->enrolments <= sums->possible && sums->absent <= sums->possible
		&& sums->possible <= sums->possible_squared && within_limits(sums)
		&& (Wide) sums->product * sums->product <= (Wide) sums->absent_squared * sums->possible_squared
		&& (Wide) sums->possible * sums->possible <= (Wide) sums->enrolments * sums->possible_squared
		&& (Wide) sums->absent * sums->absent <= (Wide) sums->enrolments * sums->absent_squared;
}

double
rate_error(const RateSums *sums)
{
	Wide		a = sums->absent;
	Wide		b = sums->possible;
	/* (sum of b)^2 x sum of (a - R b)^2 */
	Wide		squares = sums->absent_squared * b * b - 2 * a * b * sums->product + a * a * sums->possible_squared;
	double		n = (double) sums->enrolments;

	return sqrt(n / (n - 1.0) * (double) squares) / ((double) sums->possible * (double) sums->possible);
}
