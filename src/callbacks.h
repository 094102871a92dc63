/*
 * callbacks.h
 *	  What the core asks of the server: memory, and whether to stop.
 */
#ifndef ABIE_CALLBACKS_H
#define ABIE_CALLBACKS_H

#include <stddef.h>

/* Raises the error of a cancelled statement, if it is. */
extern void check_for_interrupts(void);

/*
 * Memory of the current context, beyond 1 GB too, never NULL: raises an error where there is none.  A place to be
 * cancelled at, too.
 */
extern void *allocate(size_t size);

#endif
