/*
 * nearest.h
 *	  The k nearest rows of every row, exactly, by the distance of distance.h.
 *
 * Plain C11: memory comes from the caller, nothing is freed, the same bits on
 * every CPU.  Memory besides the input: about (8 p + 50) bytes a row, up to
 * 128 p more for each combination of missing elements, or where these are many
 * 4 bytes a missing element, and 1800 bytes a neighbour wanted; never a matrix
 * of rows by rows.
 */
#ifndef ABIE_CORE_NEAREST_H
#define ABIE_CORE_NEAREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nearest_filter.h"

/* What is searched.  Rows come in ascending order of their ids: ties go to the lower row. */
typedef struct NearestInput
{
	int			n;				/* rows */
	int			p;				/* elements of a row, at most DISTANCE_MAX_ELEMENTS */
	int			k;				/* neighbours wanted, at least 1 */
	const double *vectors;		/* n x p; elements not present are 0 */
	const bool *present;		/* n x p */
	const double *weights;		/* p, as distance_terms wants them */
	const bool *candidate;		/* n: may be chosen as a neighbour */
	const int64_t *family;		/* n: a row is never chosen for a row of the same family */
	const bool *has_family;		/* n: family[i] is known */
	void		(*pause) (void);	/* called between the steps of the work: a place to be cancelled at */
} NearestInput;

typedef struct Neighbour
{
	int			row;
	double		distance;
} Neighbour;

/* The neighbours found for one row: nearest first, at most k of them. */
typedef struct NeighbourList
{
	int			row;
	int			count;
	Neighbour  *neighbour;
} NeighbourList;

typedef struct NearestSearch NearestSearch;

/* Gives memory that stays until the search is over; never returns NULL. */
typedef void *(*NearestAllocate) (size_t size);

/* Start a search.  No pair may be so far apart that its squared distance overflows. */
extern NearestSearch *nearest_start(const NearestInput *input, NearestFilter filter,
									NearestAllocate allocate);

/*
 * Search for the next few rows (up to SEARCH_QUERIES, in an order of the
 * search's own).  Returns how many lists were filled, 0 when every row had its
 * turn.  The lists are overwritten by the next call.
 */
extern int	nearest_next(NearestSearch *search, const NeighbourList **lists);

#endif
