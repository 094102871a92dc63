/*
 * nearest_mixed.c
 *	  The search for the nearest in a mixed layout.
 */
#include "core/nearest_mixed.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/distance.h"

/* What the candidates of each block lack; with lack NULL only counted. */
static int
list_lacks(const NearestInput *in, const NearestLayout *layout, int *first_lack, Lack *lack)
{
	int			count = 0;

	for (int block = 0; block < layout->blocks; block++)
	{
		first_lack[block] = count;
		/* element by element, for additions to one lane wait for each other */
		for (int j = 0; j < in->p; j++)
			for (int c = 0; c < FILTER_LANES && in->weights[j] > 0.0; c++)
			{
				int			row = layout->lane_row[block * FILTER_LANES + c];

				if (row < 0 || in->present[(size_t) row * in->p + j])
					continue;
				if (lack != NULL)
					lack[count] = (Lack) {(uint16_t) c, (uint16_t) j};
				count++;
			}
	}
	first_lack[layout->blocks] = count;
	return count;
}

MixedSearch
mixed_search(const NearestInput *in, const NearestLayout *layout, NearestAllocate allocate)
{
	MixedSearch mixed = {.p = in->p};
	size_t		p = in->p;
	double	   *share = allocate(sizeof(double) * p);
	int		   *first_lack = allocate(sizeof(int) * (layout->blocks + 1));
	Lack	   *lack = allocate(sizeof(Lack) * (list_lacks(in, layout, first_lack, NULL) + 1));

	list_lacks(in, layout, first_lack, lack);
	for (int j = 0; j < in->p; j++)
		mixed.total += in->weights[j];
	for (int j = 0; j < in->p; j++)
		share[j] = in->weights[j] / mixed.total;

	/*
	 * As in nearest_start, but for up to three times as many additions of
	 * figures whose sizes add up to 3 (|a|^2 + |b|^2) + 2 D^2 at most: half of
	 * 9 (p + 3) FLT_EPSILON.  This allows nearly twice that too.
	 */
	mixed.margin = 8 * (in->p + 8) * (double) FLT_EPSILON;
	mixed.weights = in->weights;
	mixed.share = share;
	mixed.first_lack = first_lack;
	mixed.lack = lack;
	mixed.own_lack = allocate(sizeof(int) * SEARCH_QUERIES * p);
	mixed.gain = allocate(sizeof(QueryFloats) * SEARCH_PARTS * p);
	memset(mixed.gain, 0, sizeof(QueryFloats) * SEARCH_PARTS * p);
	mixed.norm = allocate(sizeof(float) * FILTER_QUERIES * FILTER_LANES);
	return mixed;
}

void
mixed_query(MixedSearch *mixed, const NearestLayout *layout, int q, int row)
{
	int		   *own_lack = mixed->own_lack + (size_t) q * mixed->p;
	int			lacks = 0;

	mixed->own[q] = layout_row(layout, row);
	mixed->present[q] = layout->present + (size_t) row * mixed->p;
	mixed->held[q] = 0.0;
	for (int j = 0; j < mixed->p; j++)
	{
		if (mixed->present[q][j])
			mixed->held[q] += mixed->weights[j];
		else if (mixed->share[j] > 0.0)
			own_lack[lacks++] = j;
	}
	mixed->own_lacks[q] = lacks;
}

bool
mixed_is_comparable(const MixedSearch *mixed, int q)
{
	return distance_is_comparable(mixed->held[q], mixed->total);
}

float
mixed_limit(MixedSearch *mixed, int q, double most, double norm)
{
	const float *own = mixed->own[q];
	QueryFloats *gain = mixed->gain + (size_t) (q / FILTER_QUERIES) * mixed->p;

	for (int j = 0; j < mixed->p; j++)
		gain[j][q % FILTER_QUERIES] = mixed->present[q][j] ?
			(float) ((double) own[j] * own[j] - most * mixed->share[j]) : 0.0f;
	return (float) (most * (mixed->held[q] / mixed->total) - norm + mixed->margin * (most + norm) + FLT_MIN);
}

/* Norms of a block's candidates for a query, less what was gained and the squares of the elements that it lacks. */
static void
norms_of_query(const MixedSearch *mixed, int query, const float *element, const float *norm,
			   const QueryFloats gained[FILTER_LANES], float *result)
{
	const int  *lack = mixed->own_lack + (size_t) query * mixed->p;
	int			q = query % FILTER_QUERIES;
	FourFloats	sum[FILTER_LANES / 4];

#pragma GCC unroll 8
	for (int v = 0; v < FILTER_LANES / 4; v++)
		sum[v] = *(const FourFloats *) (norm + 4 * v) -
			(FourFloats) {gained[4 * v][q], gained[4 * v + 1][q], gained[4 * v + 2][q], gained[4 * v + 3][q]};
	for (int i = 0; i < mixed->own_lacks[query]; i++)
#pragma GCC unroll 8
		for (int v = 0; v < FILTER_LANES / 4; v++)
		{
			FourFloats	other = *(const FourFloats *) (element + (size_t) lack[i] * FILTER_LANES + 4 * v);

			sum[v] -= other * other;
		}
#pragma GCC unroll 8
	for (int v = 0; v < FILTER_LANES / 4; v++)
		*(FourFloats *) (result + 4 * v) = sum[v];
}

const float *
mixed_norms(MixedSearch *mixed, const NearestLayout *layout, int part, int block, const float *norm)
{
	const QueryFloats *gain = mixed->gain + (size_t) part * mixed->p;
	QueryFloats gained[FILTER_LANES] = {0};

	for (int i = mixed->first_lack[block]; i < mixed->first_lack[block + 1]; i++)
		gained[mixed->lack[i].lane] += gain[mixed->lack[i].element];
	for (int q = 0; q < FILTER_QUERIES; q++)
		norms_of_query(mixed, part * FILTER_QUERIES + q, layout_block(layout, block), norm, gained,
					   mixed->norm + q * FILTER_LANES);
	return mixed->norm;
}
