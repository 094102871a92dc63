/*
 * false_discovery.c
 *	  How many of the finds among many tests are no more than chance.
 */
#include "core/false_discovery.h"

#include <math.h>

void
adjusted_p_values(const double *p, size_t count, double *adjusted)
{
	double		least = 1.0;

	for (size_t i = count; i-- > 0;)
	{
		least = fmin(least, (double) count / (double) (i + 1) * p[i]);
		adjusted[i] = least;
	}
}

void
mirror_values(const double *z, const double *each, size_t count, double *share)
{
	size_t		mirrored = count;	/* the first value as high as z[i] is low */
	size_t		negative = 0;
	double		least = 1.0;

	while (negative < count && z[negative] < 0.0)
		negative++;
	for (size_t i = negative; i < count; i++)
		share[i] = 1.0;
	mirrored = negative;
	for (size_t i = negative; i-- > 0;)
	{
		while (mirrored < count && z[mirrored] < -z[i])
			mirrored++;
		/* of equal values the last has all of them at or below it, and is met first */
		least = fmin(least, (double) (1 + count - mirrored) * (each == NULL ? 1.0 : each[i]) / (double) (i + 1));
		share[i] = least;
	}
}
