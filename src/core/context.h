/*
 * context.h
 *	  Terms of the contextual model.
 */
#ifndef ABIE_CORE_CONTEXT_H
#define ABIE_CORE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

/* A school's vector as the model takes it: numbers first, then categories. */
typedef struct ContextShape
{
	size_t		elements;		/* of the vector */
	size_t		numbers;		/* of them, numbers */
	const double *substitute;	/* elements: what a missing one is taken as */
	size_t		indicators;
	const int  *indicator;		/* elements, from 1, whose being missing is a column */
} ContextShape;

/* How many terms context_terms makes. */
extern size_t context_terms_count(const ContextShape *shape);

/*
 * The elements; for each indicator 1 where its element is missing, else 0; the
 * squares of the numbers; the products of each two numbers (1x2, 1x3, ... 2x3,
 * ...), in this order.
 */
extern void context_terms(const ContextShape *shape, const double *vector, const bool *present,
						  double *term);

/* coefficient x (value - location) of each column: what it adds to a prediction beside that at the locations. */
extern void contributions(const double *value, const double *location, const double *coefficient,
						  size_t count, double *contribution);

/*
 * What the contributions of terms add up to by group of elements.  Each term is
 * made of an element and counts for the group of that, or of two (other: 0 for
 * none) and then counts half for the group of each.  Numbers are from 1; sum has
 * a place for each group.
 */
extern void group_contributions(const double *contribution, size_t count, const int *element, const int *other,
								const int *group, size_t groups, double *sum);

#endif
