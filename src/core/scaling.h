/*
 * scaling.h
 *	  Location and scale of a characteristic.
 */
#ifndef ABIE_CORE_SCALING_H
#define ABIE_CORE_SCALING_H

#include <stddef.h>

typedef enum ScalingMethod
{
	SCALING_ROBUST,				/* median and 1.4826 MAD */
	SCALING_SD,					/* mean and sample standard deviation */
	SCALING_RANGE				/* minimum and maximum - minimum */
} ScalingMethod;

typedef struct Scaling
{
	double		location;
	double		scale;			/* 0: the values do not differ */
} Scaling;

/*
 * Location and scale of count values (at least 1), which are sorted in place,
 * so that their order changes nothing.  work: room for count numbers.
 * Where the MAD is 0 (over half of the values equal) the robust scale is the
 * standard deviation.
 */
extern Scaling scaling_of(double *values, size_t count, ScalingMethod method, double *work);

/*
 * (value - location) / scale, limited to +-clip; 0 where the scale is 0.
 * clip: infinity for no limit.
 */
extern double scaling_apply(double value, Scaling scaling, double clip);

#endif
