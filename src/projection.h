/*
 * projection.h
 *	  What the wrappers of projections share.
 */
#ifndef ABIE_PROJECTION_H
#define ABIE_PROJECTION_H

#include "core/projection.h"

/* The rule by which the common movement is integrated over, made once a call; an error where there is no memory. */
extern NormalRule movement_rule(void);

#endif
