/*
 * pool.c
 *	  SQL aggregate of what is known of a school.
 */
#include "postgres.h"

#include "fmgr.h"

/* first_known_step(state, value): strict and without a first state, so the state is the first value not NULL. */
PG_FUNCTION_INFO_V1(abie_first_known_step);
Datum
abie_first_known_step(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
