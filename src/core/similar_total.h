/*
 * similar_total.h
 *	  Means of the similar schools' numbers, as exact decimals have them.
 */
#ifndef ABIE_CORE_SIMILAR_TOTAL_H
#define ABIE_CORE_SIMILAR_TOTAL_H

#include <stdbool.h>

/*
 * The mean of so many numbers, each read as a decimal of 15 significant
 * digits, rounded to 6 decimal places half away from zero.  False where only
 * exact arithmetic can tell it.
 */
extern bool mean_quickly(const double *number, int count, double *mean);

#endif
