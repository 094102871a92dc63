/*
 * rate_error.h
 *	  Standard error of a rate of absence from the pupils it is made of.
 */
#ifndef ABIE_CORE_RATE_ERROR_H
#define ABIE_CORE_RATE_ERROR_H

#include <stdbool.h>
#include <stdint.h>

/* Sums over pupils, each with a possible session: absent a, possible b. */
typedef struct RateSums
{
	int64_t		enrolments;
	int64_t		absent;
	int64_t		possible;
	int64_t		absent_squared;
	int64_t		product;		/* of a and b */
	int64_t		possible_squared;
} RateSums;

/* So that no product of three sums leaves 128 bits: ten times all pupils and years there are. */
#define RATE_MOST_POSSIBLE INT64_C(100000000000)
#define RATE_MOST_SQUARED INT64_C(1000000000000000)

/*
 * Add a pupil with 0 <= absent <= possible, 0 < possible, or other sums; false,
 * and nothing changed, beyond these limits.
 */
extern bool rate_error_add(RateSums *sums, int64_t absent, int64_t possible);
extern bool rate_error_combine(RateSums *sums, const RateSums *other);

/* Whether a value from outside can be the sums of some pupils. */
extern bool rate_error_check(const RateSums *sums);

/* Standard error of absent / possible, of at least two enrolments. */
extern double rate_error(const RateSums *sums);

#endif
