/*
 * calibration.c
 *	  Residuals by tenth or category of a characteristic.
 *
 * Sums are added up in the order of the rows, so that they have the same bits
 * whatever the values are.
 */
#include "core/calibration.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define BYTES 8

/* Bits in the order of the numbers, of which -0 and 0 are one. */
static uint64_t
ascending_bits(double value)
{
	uint64_t	bits;

	value += 0.0;
	memcpy(&bits, &value, sizeof(bits));
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static unsigned char
byte_of(double value, int place)
{
	return (unsigned char) (ascending_bits(value) >> (8 * place));
}

/* In ascending order, equal values as they were; where the result is. Byte by byte, which is faster than to compare. */
static RankedValue *
sort_values(RankedValue *ranked, size_t count, RankedValue *room)
{
	for (int place = 0; place < BYTES; place++)
	{
		size_t		start[257] = {0};
		RankedValue *sorted = room;

		for (size_t i = 0; i < count; i++)
			start[byte_of(ranked[i].value, place) + 1]++;
		for (int b = 0; b < 256; b++)
			start[b + 1] += start[b];
		for (size_t i = 0; i < count; i++)
			sorted[start[byte_of(ranked[i].value, place)]++] = ranked[i];
		room = ranked;
		ranked = sorted;
	}
	return ranked;
}

/* The tenth of each row, from 0, or -1 where it has no value; lows, highs and counts; how many tenths. */
static int
assign_tenths(RankedValue *ranked, size_t count, size_t rows, int *of, Part *tenth)
{
	int			tenths = count < TENTHS ? (int) count : TENTHS;
	size_t		next = 0;

	ranked = sort_values(ranked, count, ranked + rows);
	for (size_t i = 0; i < rows; i++)
		of[i] = -1;
	for (int t = 0; t < tenths; t++)
	{
		size_t		end = next + count / tenths + ((size_t) t < count % tenths);

		tenth[t] = (Part) {.low = ranked[next].value, .high = ranked[end - 1].value, .rows = end - next};
		for (; next < end; next++)
			of[ranked[next].row] = t;
	}
	return tenths;
}

/* The weighted mean and its error: sqrt(n / (n - 1) sum (w (r - mean))^2) / sum w. */
void
judge_parts(const double *residual, const double *weight, size_t rows, const int *of, size_t parts, Part *part)
{
	for (size_t i = 0; i < rows; i++)
		if (of[i] >= 0)
		{
			part[of[i]].weight += weight[i];
			part[of[i]].mean += weight[i] * residual[i];
		}
	for (size_t p = 0; p < parts; p++)
		part[p].mean /= part[p].weight;
	for (size_t i = 0; i < rows; i++)
		if (of[i] >= 0)
		{
			double		away = weight[i] * (residual[i] - part[of[i]].mean);

			part[of[i]].squares += away * away;
		}
	for (size_t p = 0; p < parts; p++)
		part[p].error = part[p].rows < 2 ? NAN :
			sqrt(part[p].squares * (double) part[p].rows / (double) (part[p].rows - 1)) / part[p].weight;
}

int
divide_into_tenths(const double *value, const bool *present, size_t stride, size_t rows,
				   const double *residual, const double *weight, RankedValue *ranked, int *of, Part tenth[TENTHS])
{
	size_t		count = 0;
	int			tenths;

	for (size_t i = 0; i < rows; i++)
		if (present[i * stride])
			ranked[count++] = (RankedValue) {value[i * stride], i};
	tenths = assign_tenths(ranked, count, rows, of, tenth);
	judge_parts(residual, weight, rows, of, (size_t) tenths, tenth);
	return tenths;
}
