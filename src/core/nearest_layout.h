/*
 * nearest_layout.h
 *	  How the rows of a search are laid out in memory.
 *
 * Rows with the same elements present form a pattern.  Between two patterns
 * the terms of the distance are the same for every pair, so missing elements
 * cost nothing inside a block.  Within a pattern rows are ordered by a k-d tree
 * (Bentley 1975), so that rows that stand together are alike in every element,
 * and its candidates fill blocks in that order.  Elements are centred, weighted
 * and shrunk to single precision so that no row is longer than 1; missing ones
 * are 0.
 *
 * Many patterns would leave few rows in each, and every pair of patterns to go
 * through.  Where they fill less than half a block on average the layout is
 * mixed, with all rows in one pattern as if all elements were present, beside
 * lists of what each row lacks (nearest_mixed.h).
 */
#ifndef ABIE_CORE_NEAREST_LAYOUT_H
#define ABIE_CORE_NEAREST_LAYOUT_H

#include "core/nearest.h"

typedef struct Pattern
{
	const bool *present;		/* p */
	int			first_row;		/* in order[] */
	int			rows;
	int			first_block;
	int			blocks;
} Pattern;

typedef struct NearestLayout
{
	int			p;
	double		unit;			/* squared length in the layout of a squared distance of 1 */
	const bool *present;		/* n x p: of the input */
	float	   *scaled;			/* n x p */
	int		   *order;			/* n: rows by pattern, then k-d tree */
	Pattern    *pattern;
	int			patterns;
	bool		mixed;			/* one pattern of rows that lack different elements */
	int			blocks;
	float	   *block;			/* FILTER_LANES candidates, element by element */
	float	   *centre;			/* blocks x p: mean of a block's candidates */
	float	   *low;			/* blocks x p: least of them */
	float	   *high;			/* blocks x p: greatest of them */
	int		   *lane_row;		/* row in each lane, -1 for none */
} NearestLayout;

/* Lay out the rows of a search. */
extern NearestLayout nearest_layout(const NearestInput *input, NearestAllocate allocate);

/* Least and greatest of each element of the rows, at least one. */
extern void layout_box(const NearestLayout *layout, const int *row, int count, float *low, float *high);

/* The elements of a block. */
static inline float *
layout_block(const NearestLayout *layout, int block)
{
	return layout->block + (size_t) block * layout->p * FILTER_LANES;
}

/* The single-precision elements of a row. */
static inline const float *
layout_row(const NearestLayout *layout, int row)
{
	return layout->scaled + (size_t) row * layout->p;
}

#endif
