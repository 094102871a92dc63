/*
 * invented.h
 *	  Invented values for programs that run the core alone, and what the core
 *	  asks of its caller.
 */
#ifndef ABIE_INVENTED_H
#define ABIE_INVENTED_H

#include <stdint.h>
#include <stdlib.h>

/* From 0 to 1, by integers (Marsaglia 2003, xorshift): the same everywhere. */
static inline double
chance(void)
{
	static uint64_t state = UINT64_C(88172645463325252);

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double) (state >> 11) / 9007199254740992.0;
}

static inline void
go_on(void)
{
}

static inline void *
allocate(size_t size)
{
	void	   *memory = calloc(size > 0 ? size : 1, 1);

	if (memory == NULL)
		abort();
	return memory;
}

#endif
