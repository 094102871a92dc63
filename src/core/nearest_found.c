/*
 * nearest_found.c
 *	  What a search has found for one row.
 */
#include "core/nearest_found.h"

#include <math.h>
#include <string.h>

#include "core/nearest_filter.h"

#define BOUND_STEPS 24			/* halvings: as many as single precision has digits */

int
found_room(int k)
{
	Found		empty = {.k = k};

	return (found_enough(&empty) + FILTER_LANES + 3) / 4 * 4;
}

Found
found_start(int k, Neighbour *work, NearestAllocate allocate)
{
	Found		found = {.k = k, .work = work};
	size_t		waiting = found_room(k);

	found.nearest = allocate(sizeof(Neighbour) * (k + waiting));
	found.figure = allocate(sizeof(float) * waiting);
	found.row = allocate(sizeof(int) * waiting);
	return found;
}

/* How many of the figures, whole vectors of them, are not above the bound. */
static int
count_within(const float *figure, int vectors, float bound)
{
	typedef int FourCounts __attribute__((vector_size(16)));
	FourFloats	four = {bound, bound, bound, bound};
	FourCounts	count = {0};

	for (int v = 0; v < vectors; v++)
		count -= *(const FourFloats *) (figure + 4 * v) <= four;
	return count[0] + count[1] + count[2] + count[3];
}

float
found_bound(const Found *found)
{
	int			vectors = (found->waiting + 3) / 4;
	float		low = INFINITY;
	float		high = -INFINITY;

	for (int i = 0; i < found->waiting; i++)
	{
		low = found->figure[i] < low ? found->figure[i] : low;
		high = found->figure[i] > high ? found->figure[i] : high;
	}
	for (int i = found->waiting; i < 4 * vectors; i++)
		found->figure[i] = INFINITY;
	for (int step = 0; step < BOUND_STEPS; step++)
	{
		float		middle = low + (high - low) / 2;
		int			within = count_within(found->figure, vectors, middle);

		if (within < found->k)
			low = middle;
		else
			high = middle;
		if (within >= found->k && within <= found->k + found->k / 16)
			break;
	}
	return high;
}

void
found_leave_out(Found *found, float limit)
{
	/* by name, for a compiler cannot know that the rows do not lie over the pointers */
	float	   *figure = found->figure;
	int		   *row = found->row;
	int			waiting = found->waiting;
	int			kept = 0;

	for (int i = 0; i < waiting; i++)
	{
		float		here = figure[i];

		row[kept] = row[i];
		figure[kept] = here;
		kept += !(here > limit);
	}
	found->waiting = kept;
}

static inline bool
is_nearer(const Neighbour *a, const Neighbour *b)
{
	/* no branch, for nobody could guess which */
	return (a->distance < b->distance) | ((a->distance == b->distance) & (a->row < b->row));
}

/* Merge a[0 .. middle-1] and a[middle .. count-1], each in order, into merged. */
static void
merge(const Neighbour *a, int middle, int count, Neighbour *merged)
{
	const Neighbour *left = a;
	const Neighbour *right = a + middle;
	const Neighbour *left_end = right;
	const Neighbour *right_end = a + count;

	while (left < left_end && right < right_end)
	{
		bool		from_right = is_nearer(right, left);

		*merged++ = *(from_right ? right : left);
		right += from_right;
		left += !from_right;
	}
	memcpy(merged, left, sizeof(Neighbour) * (left_end - left));
	memcpy(merged + (left_end - left), right, sizeof(Neighbour) * (right_end - right));
}

/* Sort by merging runs twice as long each time; work: as many. */
static void
sort_neighbours(Neighbour *a, int count, Neighbour *work)
{
	for (int run = 1; run < count; run *= 2)
	{
		for (int start = 0; start < count; start += 2 * run)
		{
			int			left = count - start;

			merge(a + start, left < run ? left : run, left < 2 * run ? left : 2 * run, work + start);
		}
		memcpy(a, work, sizeof(Neighbour) * count);
	}
}

void
found_hold(Found *found, int count)
{
	int			all = found->held + count;

	sort_neighbours(found->nearest + found->held, count, found->work);
	if (found->held > 0 && count > 0)
	{
		merge(found->nearest, found->held, all, found->work);
		memcpy(found->nearest, found->work, sizeof(Neighbour) * all);
	}
	found->held = all < found->k ? all : found->k;
	found->waiting = 0;
}
