/*
 * near_sites.h
 *	  The sites a school may be served by, the cheapest first.
 */
#ifndef ABIE_CORE_NEAR_SITES_H
#define ABIE_CORE_NEAR_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct NearSite
{
	int32_t		cost;
	int32_t		site;
} NearSite;

/* Lists of the sites that cost a school less than being unserved, by cost, then number. */
typedef struct NearSites
{
	NearSite   *list;			/* all lists, one behind the other */
	size_t	   *start;			/* of each school's list, and the end of the last */
} NearSites;

/*
 * cost, allowed: schools x sites; unserved: cost of each school that no site serves.  allocate gives
 * memory the caller frees, 8 bytes a pair; pause is called now and then.
 */
extern NearSites near_sites(int schools, int sites, const int32_t *cost, const bool *allowed, const int32_t *unserved,
							void *(*allocate) (size_t), void (*pause) (void));

#endif
