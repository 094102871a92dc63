/*
 * rate_change.h
 *	  How far a rate of absence changed from one time to another, of the same
 *	  pupils, and the standard error of that.
 */
#ifndef ABIE_CORE_RATE_CHANGE_H
#define ABIE_CORE_RATE_CHANGE_H

#include "core/rate_error.h"

/*
 * Sums over pupils, each with a possible session at both times: absent a,
 * possible b; then products across the times.
 */
typedef struct RateChangeSums
{
	RateSums	before;
	RateSums	after;
	int64_t		absent_absent;	/* a before x a after */
	int64_t		absent_possible;	/* a before x b after */
	int64_t		possible_absent;	/* b before x a after */
	int64_t		possible_possible;
} RateChangeSums;

/*
 * Add a pupil with 0 <= absent <= possible, 0 < possible at both times, or other
 * sums; false, and nothing changed, beyond the limits of rate_error.h.
 */
extern bool rate_change_add(RateChangeSums *sums, int64_t absent_before, int64_t possible_before,
							int64_t absent, int64_t possible);
extern bool rate_change_combine(RateChangeSums *sums, const RateChangeSums *other);

/* Whether a value from outside can be the sums of some pupils. */
extern bool rate_change_check(const RateChangeSums *sums);

/* Standard error of the difference of the two rates, as fractions, of at least two pupils. */
extern double rate_change_error(const RateChangeSums *sums);

#endif
