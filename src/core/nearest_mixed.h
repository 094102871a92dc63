/*
 * nearest_mixed.h
 *	  The search for the nearest in a mixed layout: rows that lack many different elements.
 *
 * Let a and b be rows of the layout, in which elements not present are 0, A and
 * B the elements that each has, w_j the weights and W their sum.  Their squared
 * distance is not more than D^2 where
 *
 *		sum over A and B of (a_j - b_j)^2  <=  r * sum over A and B of w_j,	r = D^2 / W
 *
 * that is where
 *
 *		|a|^2 + |b|^2 - 2 a.b
 *			- sum over B without A of b_j^2
 *			- sum over A without B of (a_j^2 - r w_j)  <=  r * sum over A of w_j
 *
 * so that the filter of complete rows serves, with norms in which the two sums
 * over missing elements are off already: a few additions a candidate.
 */
#ifndef ABIE_CORE_NEAREST_MIXED_H
#define ABIE_CORE_NEAREST_MIXED_H

#include "core/nearest.h"
#include "core/nearest_layout.h"

/* An element of weight that the candidate in a lane of a block lacks. */
typedef struct Lack
{
	uint16_t	lane;
	uint16_t	element;
} Lack;

/* A float a query. */
typedef float QueryFloats __attribute__((vector_size(4 * FILTER_QUERIES), aligned(4), may_alias));

typedef struct MixedSearch
{
	int			p;
	double		total;			/* W */
	double		margin;			/* share of all figures that rounding may be off by, and more */
	const double *weights;		/* p: w_j */
	const double *share;		/* p: w_j / W */
	const int  *first_lack;		/* blocks + 1: what a block's candidates lack, from here to the next block's */
	const Lack *lack;
	double		held[SEARCH_QUERIES];	/* sum over A of w_j */
	const float *own[SEARCH_QUERIES];	/* a */
	const bool *present[SEARCH_QUERIES];	/* A */
	int		   *own_lack;		/* SEARCH_QUERIES x p: elements of weight that the query lacks */
	int			own_lacks[SEARCH_QUERIES];
	QueryFloats *gain;			/* SEARCH_PARTS x p: a_j^2 - r w_j, 0 where the query lacks the element */
	float	   *norm;			/* FILTER_QUERIES x FILTER_LANES */
} MixedSearch;

/* Prepare the search of a mixed layout. */
extern MixedSearch mixed_search(const NearestInput *input, const NearestLayout *layout, NearestAllocate allocate);

/* Take a row as query q. */
extern void mixed_query(MixedSearch *mixed, const NearestLayout *layout, int q, int row);

/* Whether query q has weight enough to be compared with any row: no pair of it has more. */
extern bool mixed_is_comparable(const MixedSearch *mixed, int q);

/*
 * The filter's limit for query q, of lowered norm |a|^2, when the farthest it
 * holds is at D^2 = most in the layout; gains change with it.
 */
extern float mixed_limit(MixedSearch *mixed, int q, double most, double norm);

/* The norms of a block's candidates for each query of a part, from |b|^2, lowered. */
extern const float *mixed_norms(MixedSearch *mixed, const NearestLayout *layout, int part, int block,
								const float *norm);

#endif
