/*
 * context.h
 *	  Terms of the contextual model.
 */
#ifndef ABIE_CORE_CONTEXT_H
#define ABIE_CORE_CONTEXT_H

#include <stddef.h>

/* How many terms context_terms makes. */
extern size_t context_terms_count(size_t numbers, size_t others);

/*
 * The numbers, the other columns, the squares of the numbers, and the products
 * of each two numbers (1x2, 1x3, ... 2x3, ...), in this order.
 */
extern void context_terms(const double *number, size_t numbers, const double *other, size_t others,
						  double *term);

/* coefficient x (value - location) of each column: what it adds to a prediction beside that at the locations. */
extern void contributions(const double *value, const double *location, const double *coefficient,
						  size_t count, double *contribution);

#endif
