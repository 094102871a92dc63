/*
 * assign.h
 *	  Exact assignment of many schools to few sites with a limited number of places.
 *
 * Successive shortest paths over the sites (Ahuja, Magnanti and Orlin 1993,
 * Network Flows, chapter 9): schools come one by one, in their order, and each
 * is placed along the cheapest chain of moves.  Costs and prices are integers,
 * so that the answer is the same on every machine.
 */
#ifndef ABIE_CORE_ASSIGN_H
#define ABIE_CORE_ASSIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSIGN_UNPLACED (-1)

typedef struct AssignProblem
{
	int			schools;
	int			sites;
	const int32_t *cost;		/* schools x sites */
	const bool *allowed;		/* schools x sites */
	const int32_t *capacity;	/* places of each site, 0 or more */
	const int32_t *unplaced;	/* cost of leaving each school unplaced */
} AssignProblem;

/*
 * site: of each school, or ASSIGN_UNPLACED; the sum of costs is the least there is.  Of two
 * schools that could have a place at the same sum the earlier one keeps it, of two sites that
 * cost the same a school has the earlier one.
 * price: what one more place at each site would save, 0 where one is free, never negative: cost +
 * price (0 unplaced) is least for every school where it is, which proves the sum to be the least.
 * allocate gives memory the caller frees, room for schools integers and (sites + 1)^2 moves;
 * pause is called now and then.
 */
extern void assign(const AssignProblem *problem, int *site, int64_t *price, void *(*allocate) (size_t),
				   void (*pause) (void));

#endif
