/*
 * choose_sites.h
 *	  Which of many places become sites, so that the schools they serve have the least cost: the p-median problem.
 *
 * Sites are opened one by one, each where it saves most, and then exchanged as
 * long as an exchange saves anything (Whitaker 1983, A fast algorithm for the
 * greedy interchange for large-scale clustering and median location problems;
 * Resende and Werneck 2004, A hybrid heuristic for the p-median problem).  Lagrangian
 * relaxation (Beasley 1993, Lagrangean heuristics for location problems) gives other
 * choices to exchange from, of which the best is taken, and tells how far from the
 * best there is that can be at most.  All sums are integers, so that the answer is
 * the same on every machine.
 */
#ifndef ABIE_CORE_CHOOSE_SITES_H
#define ABIE_CORE_CHOOSE_SITES_H

#include "core/near_sites.h"

/* The largest sum over schools of weight times the size of its largest cost. */
#define CHOOSE_SITES_MAX_SUM (INT64_C(1) << 50)

typedef struct SiteChoice
{
	int			schools;
	int			sites;
	const int32_t *cost;		/* schools x sites */
	const bool *allowed;		/* schools x sites */
	NearSites	near;			/* made of them */
	const int32_t *unserved;	/* cost of each school that no site serves */
	const int32_t *weight;		/* of each school, 0 or more */
	int			number;			/* of sites to open, 0 or more */
	const bool *fixed;			/* sites that are open whatever they cost */
	const int32_t *group;		/* of each site, an element of most */
	const int32_t *most;		/* how many sites of each group may be open */
	int			groups;
} SiteChoice;

/* A school's sum of costs is that of the site that serves it, times its weight. */
typedef struct Service
{
	int			site;			/* the number of sites: unserved */
	int64_t		cost;
} Service;

/* The largest sum that a choice may come to, CHOOSE_SITES_MAX_SUM + 1 where it is beyond that. */
extern int64_t choose_sites_largest_sum(const SiteChoice *choice);

/*
 * service: of each school by the open site that costs it least, the first of equals, or unserved
 * where that costs no more.  open: whether each site is open.  Fixed sites are open, the others as
 * long as there is room in number and in their group.
 * allocate gives memory the caller frees; pause is called now and then.
 */
extern void choose_sites(const SiteChoice *choice, bool *open, Service *service, void *(*allocate) (size_t),
						 void (*pause) (void));

/* A sum of costs that no choice can be below; service is of one that was found. */
extern int64_t choose_sites_bound(const SiteChoice *choice, const Service *service, void *(*allocate) (size_t),
								  void (*pause) (void));

/* What to do with the sites that a step of the relaxation takes. */
typedef struct RelaxationStep
{
	void		(*taken) (struct RelaxationStep *step, const bool *taken);
} RelaxationStep;

/*
 * So many steps of relaxation: the highest bound, as choose_sites_bound.  step, which may be NULL,
 * is told of the sites of every RELAXATION_INTERVAL-th.
 */
#define RELAXATION_INTERVAL 40
extern int64_t choose_sites_relax(const SiteChoice *choice, const Service *service, int steps, RelaxationStep *step,
								  void *(*allocate) (size_t), void (*pause) (void));

#endif
