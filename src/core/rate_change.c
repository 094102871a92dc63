/*
 * rate_change.c
 *	  Standard error of the change of a rate of absence of the same pupils.
 *
 * Linearised, as in rate_error.c: the change of pupil i is
 *
 *		e = (a1 - R1 b1) / B1 - (a0 - R0 b0) / B0
 *
 * and the variance n / (n - 1) x sum of e^2, which has in it how the absence of a
 * pupil before goes with that after.  From exact sums, in integers.
 */
#include "core/rate_change.h"

#include <math.h>

__extension__ typedef __int128 Wide;

bool
rate_change_combine(RateChangeSums *sums, const RateChangeSums *other)
{
	RateChangeSums both = *sums;

	if (!rate_error_combine(&both.before, &other->before) || !rate_error_combine(&both.after, &other->after))
		return false;
	/* not above the larger of the sums of squares, by Cauchy and Schwarz */
	both.absent_absent += other->absent_absent;
	both.absent_possible += other->absent_possible;
	both.possible_absent += other->possible_absent;
	both.possible_possible += other->possible_possible;
	*sums = both;
	return true;
}

bool
rate_change_add(RateChangeSums *sums, int64_t absent_before, int64_t possible_before, int64_t absent,
				int64_t possible)
{
	RateSums	pupil_before = {0};
	RateSums	pupil_after = {0};

	/* within the limits of squares, products of both times are too */
	return rate_error_add(&pupil_before, absent_before, possible_before)
		&& rate_error_add(&pupil_after, absent, possible)
		&& rate_change_combine(sums, &(RateChangeSums) {
		.before = pupil_before, .after = pupil_after,
		.absent_absent = absent_before * absent, .absent_possible = absent_before * possible,
		.possible_absent = possible_before * absent, .possible_possible = possible_before * possible
	});
}

/* Cauchy and Schwarz: the square of a sum of products is at most the product of the sums of squares. */
static bool
product_fits(int64_t product, int64_t squared, int64_t other_squared)
{
	return (Wide) product * product <= (Wide) squared * other_squared;
}

bool
rate_change_check(const RateChangeSums *sums)
{
	const RateSums *before = &sums->before;
	const RateSums *after = &sums->after;

	/* of 0 <= a <= b at both times */
	return rate_error_check(before) && rate_error_check(after) && before->enrolments == after->enrolments
		&& sums->absent_absent >= 0
		&& sums->absent_absent <= sums->absent_possible && sums->absent_absent <= sums->possible_absent
		&& sums->absent_possible <= sums->possible_possible && sums->possible_absent <= sums->possible_possible
		&& sums->possible_possible >= before->enrolments
		&& product_fits(sums->absent_absent, before->absent_squared, after->absent_squared)
		&& product_fits(sums->absent_possible, before->absent_squared, after->possible_squared)
		&& product_fits(sums->possible_absent, before->possible_squared, after->absent_squared)
		&& product_fits(sums->possible_possible, before->possible_squared, after->possible_squared);
}

/* B0 B1 x sum of (a0 - R0 b0) (a1 - R1 b1) */
static Wide
covariation(const RateChangeSums *sums)
{
	Wide		b0 = sums->before.possible;
	Wide		b1 = sums->after.possible;
	Wide		a0 = sums->before.absent;
	Wide		a1 = sums->after.absent;

	return (b0 * b1 * sums->absent_absent - a1 * b0 * sums->absent_possible)
		- (a0 * b1 * sums->possible_absent - a0 * a1 * sums->possible_possible);
}

double
rate_change_error(const RateChangeSums *sums)
{
	double		n = (double) sums->before.enrolments;
	double		b0 = (double) sums->before.possible;
	double		b1 = (double) sums->after.possible;
	double		before = rate_error(&sums->before);
	double		after = rate_error(&sums->after);
	double		both = (double) covariation(sums) / (b0 * b1) / (b0 * b1);

	/* rounding may leave a little less than nothing where every pupil changed alike */
	return sqrt(fmax(before * before + after * after - 2.0 * n / (n - 1.0) * both, 0.0));
}
