/*
 * nearest_filter.h
 *	  Quick single-precision test that leaves out candidates too far away.
 *
 * The filter may let too many candidates through, never too few (nearest.c
 * lowers the norms by more than the rounding error), and whoever it lets
 * through is measured exactly.  So its variants need not agree to the bit for
 * the result to be the same on every CPU.
 */
#ifndef ABIE_CORE_NEAREST_FILTER_H
#define ABIE_CORE_NEAREST_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#define FILTER_LANES 32			/* candidates of a block */
#define FILTER_QUERIES 8		/* queries tested together */
#define SEARCH_QUERIES 32		/* queries searched for together, so that a block is fetched once for all */
#define SEARCH_PARTS (SEARCH_QUERIES / FILTER_QUERIES)

/* Of these the compiler makes the vectors that every CPU of a kind has, such as SSE2. */
typedef float FourFloats __attribute__((vector_size(16), aligned(4), may_alias));

/*
 * For each query q and lane c of the block: bit c of passed[q] is set unless
 *		norm[q * stride + c] + sum over j of coefficient[j * FILTER_QUERIES + q] * block[j * FILTER_LANES + c]
 *			> limit[q]
 * and where any is, figure[q * FILTER_LANES + c] is the left side, whatever the lane.
 * stride: 0 where the norms are the same for all queries, else FILTER_LANES.
 */
typedef void (*NearestFilter) (const float *coefficient, const float *block, const float *norm, int stride,
							   int p, const float *limit, uint32_t *passed, float *figure);

typedef enum FilterVariant
{
	FILTER_PORTABLE,
	FILTER_AVX2,
	FILTER_AVX512
} FilterVariant;

/* Whether this CPU and operating system can run the variant. */
extern bool nearest_filter_supported(FilterVariant variant);

/* The fastest supported variant. */
extern FilterVariant nearest_filter_best(void);

/* The filter of a supported variant. */
extern NearestFilter nearest_filter(FilterVariant variant);

#endif
