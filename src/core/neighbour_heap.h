/*
 * neighbour_heap.h
 *	  The k nearest found so far: a binary heap with the farthest on top.
 *
 * Nearer is the smaller distance, then the lower row, so the k nearest do not
 * depend on the order in which candidates are offered.
 */
#ifndef ABIE_CORE_NEIGHBOUR_HEAP_H
#define ABIE_CORE_NEIGHBOUR_HEAP_H

#include <stdbool.h>

#include "core/nearest.h"

typedef struct NeighbourHeap
{
	int			count;
	int			k;				/* room */
	Neighbour  *item;
} NeighbourHeap;

/* Whether k are held; the farthest of them is item[0]. */
static inline bool
heap_is_full(const NeighbourHeap *heap)
{
	return heap->count == heap->k;
}

static inline bool
is_farther(Neighbour a, Neighbour b)
{
	return a.distance > b.distance || (a.distance == b.distance && a.row > b.row);
}

/* Let the item on top of item[0 .. count-1] sink to its place. */
static inline void
heap_sink(Neighbour *item, int count)
{
	Neighbour	sinking = item[0];
	int			at = 0;

	for (;;)
	{
		int			child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count && is_farther(item[child + 1], item[child]))
			child++;
		if (!is_farther(item[child], sinking))
			break;
		item[at] = item[child];
		at = child;
	}
	item[at] = sinking;
}

static inline void
heap_rise(Neighbour *item, int at)
{
	Neighbour	rising = item[at];

	while (at > 0 && is_farther(rising, item[(at - 1) / 2]))
	{
		item[at] = item[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	item[at] = rising;
}

/* Take the neighbour in if it is among the k nearest so far; whether it was. */
static inline bool
heap_offer(NeighbourHeap *heap, Neighbour neighbour)
{
	if (!heap_is_full(heap))
	{
		heap->item[heap->count] = neighbour;
		heap_rise(heap->item, heap->count++);
		return true;
	}
	if (!is_farther(heap->item[0], neighbour))
		return false;
	heap->item[0] = neighbour;
	heap_sink(heap->item, heap->count);
	return true;
}

/* Turn the heap into a list, nearest first; it is a heap no more. */
static inline void
heap_sort(NeighbourHeap *heap)
{
	for (int last = heap->count - 1; last > 0; last--)
	{
		Neighbour	farthest = heap->item[0];

		heap->item[0] = heap->item[last];
		heap->item[last] = farthest;
		heap_sink(heap->item, last);
	}
}

#endif
