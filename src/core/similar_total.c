/*
 * similar_total.c
 *	  Means of the similar schools' numbers, as exact decimals have them.
 */
#include "core/similar_total.h"

#include <math.h>

#define UNITS 1e6				/* of the last decimal place */

bool
mean_quickly(const double *number, int count, double *mean)
{
	double		total = 0;
	double		sizes = 0;
	double		units;
	double		whole;

	for (int i = 0; i < count; i++)
	{
		total += number[i];
		sizes += fabs(number[i]);
	}
	/*
	 * The sum is off by less than 1.2 x 10^-16 of sizes for each addition, a
	 * number from its decimal by less than 5 x 10^-16 of itself: the mean by
	 * less than 10^-3 units within these bounds.
	 */
	if (!(sizes <= 5e6) || !(sizes / count <= 1e5))
		return false;
	units = fabs(total) / count * UNITS;
	whole = floor(units);
	if (fabs(units - whole - 0.5) < 1e-3)
		return false;
	units = whole + (units - whole > 0.5);
	*mean = (total < 0 && units > 0 ? -units : units) / UNITS;
	return true;
}
