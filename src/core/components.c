/*
 * components.c
 *	  Union-find over sorted node numbers. The root of a set is its lowest node,
 *	  so the result does not depend on the order of the edges.
 */
#include "core/components.h"

#include <stdlib.h>

static int
compare_nodes(const void *left, const void *right)
{
	int64_t		a = *(const int64_t *) left;
	int64_t		b = *(const int64_t *) right;

	return (a > b) - (a < b);
}

/* Sorts and removes repeats; returns how many are left. */
static size_t
sort_unique(int64_t *nodes, size_t n)
{
	size_t		kept = 0;

	qsort(nodes, n, sizeof(int64_t), compare_nodes);
	for (size_t i = 0; i < n; i++)
	{
		if (kept == 0 || nodes[kept - 1] != nodes[i])
			nodes[kept++] = nodes[i];
	}
	return kept;
}

static size_t
position(const int64_t *nodes, size_t n, int64_t node)
{
	size_t		low = 0;

	while (n > 1)
	{
		size_t		half = n / 2;

		if (nodes[low + half] <= node)
			low += half;
		n -= half;
	}
	return low;
}

/* The root of a node's set; halves the path on the way. */
static size_t
root_of(size_t *parents, size_t node)
{
	while (parents[node] != node)
	{
		parents[node] = parents[parents[node]];
		node = parents[node];
	}
	return node;
}

static void
join_sets(size_t *parents, size_t a, size_t b)
{
	a = root_of(parents, a);
	b = root_of(parents, b);
	if (a < b)
		parents[b] = a;
	else
		parents[a] = b;
}

size_t
connected_components(const int64_t *a, const int64_t *b, size_t n,
					 int64_t *nodes, size_t *parents, Membership *memberships)
{
	size_t		count;

	for (size_t i = 0; i < n; i++)
	{
		nodes[2 * i] = a[i];
		nodes[2 * i + 1] = b[i];
	}
	count = sort_unique(nodes, 2 * n);
	for (size_t i = 0; i < count; i++)
		parents[i] = i;
	for (size_t i = 0; i < n; i++)
		join_sets(parents, position(nodes, count, a[i]), position(nodes, count, b[i]));
	for (size_t i = 0; i < count; i++)
	{
		memberships[i].member = nodes[i];
		memberships[i].component = nodes[root_of(parents, i)];
	}
	return count;
}
