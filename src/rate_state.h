/*
 * rate_state.h
 *	  State of an aggregate over sessions of absence: an array of sums, which are
 *	  a struct of the core (core/rate_error.h, core/rate_change.h).
 */
#ifndef ABIE_RATE_STATE_H
#define ABIE_RATE_STATE_H

#include "compat.h"
#include "utils/array.h"

typedef struct RateAggregate
{
	const char *name;			/* of the aggregate */
	const char *row;			/* what a row is of, for messages */
	int			sums;
	bool		(*check) (const void *sums);	/* whether they can be of some rows */
} RateAggregate;

/* The sums in a state that somebody may have made by hand, in place, or an error. */
extern void *rate_state_sums(ArrayType *state, const RateAggregate *aggregate);

/* The error of sums beyond the limits of core/rate_error.h. */
pg_noreturn extern void raise_rate_out_of_range(const RateAggregate *aggregate);

#endif
