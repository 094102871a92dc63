/*
 * nearest_found.h
 *	  What a search has found for one row: the nearest that were measured, and
 *	  candidates of which only the filter's figure is known yet.
 *
 * Candidates gather until there are enough to be worth a look at them all.
 * Nearer is the smaller distance, then the lower row, so the k nearest do not
 * depend on the order in which candidates come.
 */
#ifndef ABIE_CORE_NEAREST_FOUND_H
#define ABIE_CORE_NEAREST_FOUND_H

#include <stdbool.h>

#include "core/nearest.h"

typedef struct Found
{
	int			k;				/* neighbours wanted */
	int			held;			/* measured: nearest first, at most k */
	Neighbour  *nearest;		/* room for all that were found */
	Neighbour  *work;			/* as many: work space */
	int			waiting;		/* not measured */
	float	   *figure;			/* of the waiting, the filter's */
	int		   *row;
} Found;

/* How many candidates may wait: a block beyond those that are enough, and to the end of four. */
extern int	found_room(int k);

/* An empty one; work: room for k + found_room(k). */
extern Found found_start(int k, Neighbour *work, NearestAllocate allocate);

/*
 * So many waiting are to be looked at.  Where k are held only measuring tells how far the k nearest can be at most, and
 * the sooner, the fewer pass the filter.
 */
static inline int
found_enough(const Found *found)
{
	return found->held < found->k ? found->k + found->k / 2 + 8 : found->k / 4 + 8;
}

/* Forget all that was found. */
static inline void
found_clear(Found *found)
{
	found->held = found->waiting = 0;
}

static inline void
found_add(Found *found, int row, float figure)
{
	found->row[found->waiting] = row;
	found->figure[found->waiting++] = figure;
}

/* A figure that at least k of the waiting do not exceed, and hardly more than k; there are more than k. */
extern float found_bound(const Found *found);

/* Leave out the waiting of figures above the limit. */
extern void found_leave_out(Found *found, float limit);

/* Put count measured neighbours, which stand behind those held, to them; who is not of the k nearest is forgotten. */
extern void found_hold(Found *found, int count);

#endif
