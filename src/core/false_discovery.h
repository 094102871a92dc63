/*
 * false_discovery.h
 *	  How many of the finds among many tests are no more than chance.
 */
#ifndef ABIE_CORE_FALSE_DISCOVERY_H
#define ABIE_CORE_FALSE_DISCOVERY_H

#include <stddef.h>

/*
 * Of count p-values in ascending order, each's adjusted value: the least false
 * discovery rate at which it is among the finds, min over j >= i of
 * p_j x count / j (Benjamini and Hochberg 1995, J. R. Statist. Soc. B 57),
 * within 1.  p and adjusted may be one array.
 */
extern void adjusted_p_values(const double *p, size_t count, double *adjusted);

/*
 * Of count standardised values in ascending order, each's share of chance among
 * all that are as low: chance lies evenly on both sides of 0 and what is looked
 * for below it, so that as many as are as high are as low by chance.
 * min over the negative z_j >= z_i of (1 + #(z >= -z_j)) / #(z <= z_j), within 1;
 * 1 for values that are not negative.  The 1 keeps the rate among few values too
 * (Barber and Candes 2015, Ann. Statist. 43, 2055-2085).  Where not every value
 * could be as high as -z_i, each[i] is how many one that is so stands for; NULL: 1.
 */
extern void mirror_values(const double *z, const double *each, size_t count, double *share);

#endif
