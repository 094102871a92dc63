/*
 * distance.h
 *	  Weighted Euclidean distance with missing elements.
 *
 * Plain C11: no server headers, no allocation, the same bits on every CPU.
 */
#ifndef ABIE_CORE_DISTANCE_H
#define ABIE_CORE_DISTANCE_H

#include <stdbool.h>

/* The most elements a vector may have. */
#define DISTANCE_MAX_ELEMENTS 1000

/* A pair is comparable when at least this share of the weight is present on both sides. */
#define DISTANCE_COMPARABLE_SHARE 0.8

/* Which elements enter the distance of a pair, and how much they are scaled up. */
typedef struct DistanceTerms
{
	const int  *element;		/* elements present on both sides, ascending */
	int			count;
	double		factor;			/* total weight / weight present */
	bool		comparable;		/* enough weight is present */
} DistanceTerms;

/*
 * The terms of a pair in which element j is present where present[j]; an
 * element of weight zero never enters.
 * weights: p finite numbers, none negative, their sum positive and finite.
 * element: room for p integers, which the result points to.
 */
extern DistanceTerms distance_terms(const double *weights, int p, const bool *present, int *element);

/*
 * Squared distance of a comparable pair: factor * sum over the terms, in
 * ascending order, of w (a-b)^2.  Other elements are not read.
 */
extern double distance_squared(const double *a, const double *b, const double *weights,
							   const DistanceTerms *terms);

/* The same of a and four others, in less time than one after the other. */
extern void distance_squared_of_four(const double *a, const double *const other[4], const double *weights,
									 const DistanceTerms *terms, double squared[4]);

/*
 * The same of rows a and b in which elements are present where has_a and has_b, to the last bit;
 * negative for a pair that is not comparable.  total: sum of the weights in ascending order.
 */
extern double distance_squared_of_rows(const double *a, const bool *has_a, const double *b, const bool *has_b,
									   const double *weights, int p, double total);

/* The same of a and four others, whose elements that are not present are 0, without a branch an element. */
extern void distance_squared_of_four_rows(const double *a, const bool *has_a, const double *const other[4],
										  const bool *const has_other[4], const double *weights, int p, double total,
										  double squared[4]);

/* What one element adds, the two being a and b. */
static inline double
weighted_square(double a, double b, double weight)
{
	double		difference = a - b;

	return weight * (difference * difference);
}

/* Whether so much of the weight is enough for a pair to be compared by. */
extern bool distance_is_comparable(double held, double total);

/* The p parts of distance_squared, factor included; 0 for an element that does not enter. */
extern void distance_parts(const double *a, const double *b, const double *weights,
						   int p, const DistanceTerms *terms, double *parts);

#endif
