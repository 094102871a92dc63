/*
 * nearest_filter.c
 *	  The filter of nearest_filter.h: portable, AVX2 and AVX-512.
 *
 * Lanes run over candidates.  Each variant keeps the sums of a whole block for
 * all queries in registers (hence the unrolling, which -O2 would not do) and
 * reads each element of the block once.
 */
#include "core/nearest_filter.h"

#define PORTABLE_VECTORS 2		/* with so many queries at a time as many sums as fit sixteen registers */
#define PORTABLE_QUERIES 4

typedef int FourTests __attribute__((vector_size(16)));

/* Which of a query's figures, as many as PORTABLE_VECTORS hold, are not above the limit. */
static inline uint32_t
tests_passed(const FourFloats *sum, float limit)
{
	FourFloats	most = {limit, limit, limit, limit};
	FourTests	failed = (sum[0] > most) & (sum[1] > most);
	uint32_t	passed = 0;

	/* hardly ever does one pass */
	if ((failed[0] & failed[1] & failed[2] & failed[3]) != 0)
		return 0;
	for (int lane = 0; lane < 4 * PORTABLE_VECTORS; lane++)
		passed |= (uint32_t) !(sum[lane / 4][lane % 4] > limit) << lane;
	return passed;
}

/* PORTABLE_QUERIES queries with the lanes of PORTABLE_VECTORS. */
static inline void
filter_portable_part(const float *coefficient, const float *block, const float *norm, int stride,
					 int p, const float *limit, uint32_t *passed, float *figure)
{
	FourFloats	sum[PORTABLE_QUERIES][PORTABLE_VECTORS];

#pragma GCC unroll 4
	for (int q = 0; q < PORTABLE_QUERIES; q++)
#pragma GCC unroll 2
		for (int v = 0; v < PORTABLE_VECTORS; v++)
			sum[q][v] = *(const FourFloats *) (norm + q * stride + 4 * v);
	for (int j = 0; j < p; j++)
#pragma GCC unroll 2
		for (int v = 0; v < PORTABLE_VECTORS; v++)
		{
			FourFloats	element = *(const FourFloats *) (block + j * FILTER_LANES + 4 * v);

#pragma GCC unroll 4
			for (int q = 0; q < PORTABLE_QUERIES; q++)
				sum[q][v] += coefficient[j * FILTER_QUERIES + q] * element;
		}
#pragma GCC unroll 4
	for (int q = 0; q < PORTABLE_QUERIES; q++)
	{
#pragma GCC unroll 2
		for (int v = 0; v < PORTABLE_VECTORS; v++)
			*(FourFloats *) (figure + q * FILTER_LANES + 4 * v) = sum[q][v];
		passed[q] = tests_passed(sum[q], limit[q]);
	}
}

static void
filter_portable(const float *coefficient, const float *block, const float *norm, int stride,
				int p, const float *limit, uint32_t *passed, float *figure)
{
	for (int q = 0; q < FILTER_QUERIES; q++)
		passed[q] = 0;
	for (int q = 0; q < FILTER_QUERIES; q += PORTABLE_QUERIES)
		for (int c = 0; c < FILTER_LANES; c += 4 * PORTABLE_VECTORS)
		{
			uint32_t	part[PORTABLE_QUERIES];

			filter_portable_part(coefficient + q, block + c, norm + q * stride + c, stride, p, limit + q, part,
								 figure + q * FILTER_LANES + c);
			for (int i = 0; i < PORTABLE_QUERIES; i++)
				passed[q + i] |= part[i] << c;
		}
}

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_X86_FILTERS

#include <immintrin.h>

/*
 * Two queries at a time: 2 x 4 sums, a block row of 4 vectors and a
 * coefficient fit the sixteen registers.
 */
__attribute__((target("avx2,fma")))
static void
filter_avx2(const float *coefficient, const float *block, const float *norm, int stride,
			int p, const float *limit, uint32_t *passed, float *figure)
{
	for (int q = 0; q < FILTER_QUERIES; q += 2)
	{
		__m256		sum[2][4];

#pragma GCC unroll 4
		for (int v = 0; v < 4; v++)
		{
			sum[0][v] = _mm256_loadu_ps(norm + q * stride + 8 * v);
			sum[1][v] = _mm256_loadu_ps(norm + (q + 1) * stride + 8 * v);
		}
		for (int j = 0; j < p; j++)
		{
			__m256		first = _mm256_broadcast_ss(coefficient + j * FILTER_QUERIES + q);
			__m256		second = _mm256_broadcast_ss(coefficient + j * FILTER_QUERIES + q + 1);

#pragma GCC unroll 4
			for (int v = 0; v < 4; v++)
			{
				__m256		element = _mm256_loadu_ps(block + j * FILTER_LANES + 8 * v);

				sum[0][v] = _mm256_fmadd_ps(first, element, sum[0][v]);
				sum[1][v] = _mm256_fmadd_ps(second, element, sum[1][v]);
			}
		}
#pragma GCC unroll 2
		for (int i = 0; i < 2; i++)
		{
			__m256		most = _mm256_broadcast_ss(limit + q + i);

			passed[q + i] = 0;
#pragma GCC unroll 4
			for (int v = 0; v < 4; v++)
				passed[q + i] |= (uint32_t) _mm256_movemask_ps(
					_mm256_cmp_ps(sum[i][v], most, _CMP_NGT_UQ)) << (8 * v);
			if (passed[q + i] != 0)
#pragma GCC unroll 4
				for (int v = 0; v < 4; v++)
					_mm256_storeu_ps(figure + (q + i) * FILTER_LANES + 8 * v, sum[i][v]);
		}
	}
}

__attribute__((target("avx512f")))
static void
filter_avx512(const float *coefficient, const float *block, const float *norm, int stride,
			  int p, const float *limit, uint32_t *passed, float *figure)
{
	__m512		sum[FILTER_QUERIES][2];

#pragma GCC unroll 8
	for (int q = 0; q < FILTER_QUERIES; q++)
	{
		sum[q][0] = _mm512_loadu_ps(norm + q * stride);
		sum[q][1] = _mm512_loadu_ps(norm + q * stride + 16);
	}
	for (int j = 0; j < p; j++)
	{
		__m512		low = _mm512_loadu_ps(block + j * FILTER_LANES);
		__m512		high = _mm512_loadu_ps(block + j * FILTER_LANES + 16);

#pragma GCC unroll 8
		for (int q = 0; q < FILTER_QUERIES; q++)
		{
			__m512		factor = _mm512_set1_ps(coefficient[j * FILTER_QUERIES + q]);

			sum[q][0] = _mm512_fmadd_ps(factor, low, sum[q][0]);
			sum[q][1] = _mm512_fmadd_ps(factor, high, sum[q][1]);
		}
	}
#pragma GCC unroll 8
	for (int q = 0; q < FILTER_QUERIES; q++)
	{
		__m512		most = _mm512_set1_ps(limit[q]);

		passed[q] = (uint32_t) _mm512_cmp_ps_mask(sum[q][0], most, _CMP_NGT_UQ) |
			(uint32_t) _mm512_cmp_ps_mask(sum[q][1], most, _CMP_NGT_UQ) << 16;
		if (passed[q] != 0)
		{
			_mm512_storeu_ps(figure + q * FILTER_LANES, sum[q][0]);
			_mm512_storeu_ps(figure + q * FILTER_LANES + 16, sum[q][1]);
		}
	}
}
#endif

bool
nearest_filter_supported(FilterVariant variant)
{
	switch (variant)
	{
		case FILTER_PORTABLE:
			return true;
#ifdef HAVE_X86_FILTERS
			/* these builtins also ask whether the operating system saves the registers */
		case FILTER_AVX2:
			return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
		case FILTER_AVX512:
			return __builtin_cpu_supports("avx512f") != 0;
#endif
		default:
			return false;
	}
}

FilterVariant
nearest_filter_best(void)
{
	if (nearest_filter_supported(FILTER_AVX512))
		return FILTER_AVX512;
	return nearest_filter_supported(FILTER_AVX2) ? FILTER_AVX2 : FILTER_PORTABLE;
}

NearestFilter
nearest_filter(FilterVariant variant)
{
#ifdef HAVE_X86_FILTERS
	if (variant == FILTER_AVX512)
		return filter_avx512;
	if (variant == FILTER_AVX2)
		return filter_avx2;
#endif
	(void) variant;
	return filter_portable;
}
