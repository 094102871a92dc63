/*
 * nearest.h
 *	  What the module's start needs of nearest.c.
 */
#ifndef ABIE_NEAREST_H
#define ABIE_NEAREST_H

/* Define the configuration parameter abie.instructions. */
extern void nearest_define_parameters(void);

#endif
