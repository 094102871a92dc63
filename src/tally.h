/*
 * tally.h
 *	  The SQL type abie.tally: a fixed-length value passed by reference.
 */
#ifndef ABIE_TALLY_H
#define ABIE_TALLY_H

#include "compat.h"
#include "core/tally.h"
#include "fmgr.h"

#define PG_GETARG_TALLY(n) ((Tally *) PG_GETARG_POINTER(n))

/* Raise that a count is greater than a tally can hold. */
pg_noreturn extern void raise_tally_overflow(void);

/* Raise what is wrong with a word of a tally's text. */
pg_noreturn extern void raise_tally_fault(TallyFault fault, const char *word, size_t length);

#endif
