/*
 * callbacks.c
 *	  What the core asks of the server: memory, and whether to stop.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "callbacks.h"

void
check_for_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

void *
allocate(size_t size)
{
	CHECK_FOR_INTERRUPTS();
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(size, 1));
}
