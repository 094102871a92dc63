/*
 * components.h
 *	  Connected components of a graph given as a list of edges.
 */
#ifndef ABIE_CORE_COMPONENTS_H
#define ABIE_CORE_COMPONENTS_H

#include <stddef.h>
#include <stdint.h>

/* A node and the lowest node of its component. */
typedef struct Membership
{
	int64_t		member;
	int64_t		component;
} Membership;

/*
 * Components of the graph whose edge i joins a[i] and b[i]; an edge from a node
 * to itself names a node. nodes and parents have room for 2n elements each,
 * memberships too; the number of memberships is returned, sorted by member.
 */
extern size_t connected_components(const int64_t *a, const int64_t *b, size_t n,
								   int64_t *nodes, size_t *parents,
								   Membership *memberships);

#endif							/* ABIE_CORE_COMPONENTS_H */
