/*
 * nearest_visit.c
 *	  In which order the blocks of a search are visited.
 *
 * The order decides how soon the search is narrow, not what it finds, so that
 * eight binary digits of a distance do.  With its exponent they make a key of
 * two bytes, by which two passes of a radix sort (Knuth, The Art of Computer
 * Programming 3, section 5.2.5) order the blocks without a comparison.
 */
#include "core/nearest_visit.h"

#include <stdint.h>
#include <string.h>

#define RADIX 256

/* Byte 0 or 1 of the key: as integers, floats that are not negative are in their own order. */
static inline unsigned
key_byte(const Visit *visit, int byte)
{
	uint32_t	bits;

	memcpy(&bits, &visit->distance, sizeof(bits));
	return bits >> (15 + 8 * byte) & (RADIX - 1);
}

/* Move the visits to where a byte of their key puts them, in their order otherwise. */
static void
order_by_byte(const Visit *from, Visit *to, int count, int byte)
{
	int			start[RADIX] = {0};
	int			before = 0;

	for (int i = 0; i < count; i++)
		start[key_byte(&from[i], byte)]++;
	for (int value = 0; value < RADIX; value++)
	{
		int			here = start[value];

		start[value] = before;
		before += here;
	}
	for (int i = 0; i < count; i++)
		to[start[key_byte(&from[i], byte)]++] = from[i];
}

void
order_visits(Visit *visit, Visit *work, int count)
{
	order_by_byte(visit, work, count, 0);
	order_by_byte(work, visit, count, 1);
}
