/*
 * nearest.c
 *	  The k nearest rows of every row, exactly.
 *
 * Every row is compared with every candidate, but nearly all candidates are
 * left out by a single-precision filter (nearest_filter.c) that computes
 *
 *		|a|^2 + |b|^2 - 2 a.b
 *
 * on centred and weighted elements for a block of candidates at once.  To be
 * safe the norms are lowered by more than the rounding error can be, so that
 * the filter's figure never exceeds the true squared distance; who passes is
 * measured by distance_squared and takes part by (distance, row).  The result
 * therefore does not depend on the filter, nor on any order below:
 *
 * Rows with the same elements present form a pattern.  Between two patterns
 * the terms of the distance are the same for every pair, so missing elements
 * cost nothing inside a block.  Within a pattern rows are ordered along the
 * direction of greatest spread and blocks are visited outward from the row's
 * own place, so that the first candidates are good and the limit is soon tight.
 */
#include "core/nearest.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/distance.h"

/* Rows with the same elements present. */
typedef struct Pattern
{
	const bool *present;		/* p */
	int			first_row;		/* in order[] */
	int			rows;
	int			first_block;
	int			blocks;
	DistanceTerms terms;		/* with the rows of the pattern searched for */
} Pattern;

/* A row being searched for. */
typedef struct Query
{
	int			row;
	double		norm;			/* |a|^2 over the terms, lowered */
	int			count;			/* neighbours held so far */
	Neighbour  *heap;			/* k, the farthest on top */
} Query;

struct NearestSearch
{
	NearestInput input;
	NearestFilter filter;
	double		lowering;		/* what a norm is multiplied by to be safe */
	double		unit;			/* scaled squared distance of a squared distance of 1 */
	float	   *scaled;			/* n x p: centred, weighted, at most 1 in length */
	double	   *place;			/* n: coordinate along the direction of greatest spread */
	int		   *order;			/* n: rows by pattern, then place */
	Pattern    *pattern;
	int			patterns;
	int			current_pattern;	/* whose rows are searched for */
	int			next_row;		/* position within it */
	bool	   *both;			/* p: work space */
	float	   *block;			/* candidates, FILTER_LANES to a block, element by element */
	float	   *norm;			/* of each lane over the terms, lowered */
	double	   *block_place;	/* place of the first candidate of each block */
	int		   *lane_row;		/* row in each lane, -1 for none */
	float	   *coefficient;	/* FILTER_QUERIES x p */
	Query		query[FILTER_QUERIES];
	NeighbourList list[FILTER_QUERIES];
};

/* ---------- preparation ---------- */

/* Centre of the present elements of a column. */
static double
column_centre(const NearestInput *in, int j)
{
	double		sum = 0.0;
	int			count = 0;

	for (int i = 0; i < in->n; i++)
		if (in->present[(size_t) i * in->p + j])
		{
			sum += in->vectors[(size_t) i * in->p + j] / in->n;
			count++;
		}
	return count > 0 ? sum * ((double) in->n / count) : 0.0;
}

/* Fill search->scaled: sqrt(w)(x - centre), divided by the longest row. */
static void
scale_rows(NearestSearch *search, NearestAllocate allocate)
{
	const NearestInput *in = &search->input;
	double	   *centre = allocate(sizeof(double) * in->p);
	double		longest = 0.0;

	for (int j = 0; j < in->p; j++)
		centre[j] = column_centre(in, j);
	for (int pass = 0; pass < 2; pass++)
	{
		double		shrink = longest > 0.0 ? 1.0 / sqrt(longest) : 1.0;

		for (int i = 0; i < in->n; i++)
		{
			double		length = 0.0;

			for (int j = 0; j < in->p; j++)
			{
				size_t		at = (size_t) i * in->p + j;
				double		element = in->present[at] ?
					sqrt(in->weights[j]) * (in->vectors[at] - centre[j]) : 0.0;

				length += element * element;
				search->scaled[at] = (float) (element * shrink);
			}
			if (pass == 0 && length > longest)
				longest = length;
		}
	}
	search->unit = longest > 0.0 ? 1.0 / longest : 1.0;
}

/*
 * Direction of greatest spread by a few power iterations.  Any direction
 * gives the same neighbours; a good one gives them sooner.
 */
static void
place_rows(NearestSearch *search, NearestAllocate allocate)
{
	const NearestInput *in = &search->input;
	double	   *direction = allocate(sizeof(double) * in->p);
	double	   *next = allocate(sizeof(double) * in->p);

	for (int j = 0; j < in->p; j++)
		direction[j] = 1.0;
	for (int round = 0; round < 8; round++)
	{
		double		length = 0.0;

		memset(next, 0, sizeof(double) * in->p);
		for (int i = 0; i < in->n; i++)
		{
			const float *row = search->scaled + (size_t) i * in->p;
			double		place = 0.0;

			for (int j = 0; j < in->p; j++)
				place += row[j] * direction[j];
			for (int j = 0; j < in->p; j++)
				next[j] += place * row[j];
			search->place[i] = place;
		}
		for (int j = 0; j < in->p; j++)
			length += next[j] * next[j];
		for (int j = 0; j < in->p && length > 0.0; j++)
			direction[j] = next[j] / sqrt(length);
	}
}

/* What qsort needs to order rows by pattern, place and row. */
typedef struct RowKey
{
	const bool *present;
	int			p;
	double		place;
	int			row;
} RowKey;

static int
compare_row_keys(const void *left, const void *right)
{
	const RowKey *a = left;
	const RowKey *b = right;
	int			by_pattern = memcmp(a->present, b->present, sizeof(bool) * a->p);

	if (by_pattern != 0)
		return -by_pattern;		/* rows with more present first */
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Order the rows and find the patterns. */
static void
group_rows(NearestSearch *search, NearestAllocate allocate)
{
	const NearestInput *in = &search->input;
	RowKey	   *key = allocate(sizeof(RowKey) * in->n);

	for (int i = 0; i < in->n; i++)
		key[i] = (RowKey) {in->present + (size_t) i * in->p, in->p, search->place[i], i};
	qsort(key, in->n, sizeof(RowKey), compare_row_keys);

	for (int pass = 0; pass < 2; pass++)
	{
		search->patterns = 0;
		for (int i = 0; i < in->n; i++)
		{
			if (i == 0 || memcmp(key[i].present, key[i - 1].present, sizeof(bool) * in->p) != 0)
			{
				if (pass == 1)
					search->pattern[search->patterns] = (Pattern) {.present = key[i].present, .first_row = i};
				search->patterns++;
			}
			if (pass == 1)
				search->pattern[search->patterns - 1].rows++;
			search->order[i] = key[i].row;
		}
		if (pass == 0)
			search->pattern = allocate(sizeof(Pattern) * search->patterns);
	}
	for (int g = 0; g < search->patterns; g++)
		search->pattern[g].terms.element = allocate(sizeof(int) * in->p);
}

/* Lay the candidates of a pattern into blocks; empty lanes stay out by their norm. */
static void
fill_blocks(NearestSearch *search, Pattern *pattern, int first_block)
{
	const NearestInput *in = &search->input;
	int			lane = first_block * FILTER_LANES;

	for (int i = pattern->first_row; i < pattern->first_row + pattern->rows; i++)
	{
		int			row = search->order[i];

		if (!in->candidate[row])
			continue;
		if (lane % FILTER_LANES == 0)
			search->block_place[lane / FILTER_LANES] = search->place[row];
		for (int j = 0; j < in->p; j++)
			search->block[((size_t) (lane / FILTER_LANES) * in->p + j) * FILTER_LANES + lane % FILTER_LANES] =
				search->scaled[(size_t) row * in->p + j];
		search->lane_row[lane++] = row;
	}
	pattern->first_block = first_block;
	pattern->blocks = (lane + FILTER_LANES - 1) / FILTER_LANES - first_block;
	for (; lane % FILTER_LANES != 0; lane++)
	{
		for (int j = 0; j < in->p; j++)
			search->block[((size_t) (lane / FILTER_LANES) * in->p + j) * FILTER_LANES + lane % FILTER_LANES] = 0.0f;
		search->lane_row[lane] = -1;
	}
}

static int
count_blocks(const NearestSearch *search, const Pattern *pattern)
{
	int			candidates = 0;

	for (int i = pattern->first_row; i < pattern->first_row + pattern->rows; i++)
		candidates += search->input.candidate[search->order[i]];
	return (candidates + FILTER_LANES - 1) / FILTER_LANES;
}

static void
lay_out_candidates(NearestSearch *search, NearestAllocate allocate)
{
	size_t		blocks = 0;
	int			first_block = 0;

	for (int g = 0; g < search->patterns; g++)
		blocks += count_blocks(search, &search->pattern[g]);
	search->block = allocate(sizeof(float) * blocks * FILTER_LANES * search->input.p);
	search->norm = allocate(sizeof(float) * blocks * FILTER_LANES);
	search->lane_row = allocate(sizeof(int) * blocks * FILTER_LANES);
	search->block_place = allocate(sizeof(double) * blocks);
	for (int g = 0; g < search->patterns; g++)
	{
		fill_blocks(search, &search->pattern[g], first_block);
		first_block += search->pattern[g].blocks;
	}
}

NearestSearch *
nearest_start(const NearestInput *input, NearestFilter filter, NearestAllocate allocate)
{
	NearestSearch *search = allocate(sizeof(NearestSearch));
	size_t		n = input->n;
	size_t		p = input->p;

	memset(search, 0, sizeof(NearestSearch));
	search->input = *input;
	search->filter = filter;

	/*
	 * A sum of p products in single precision is off by less than (p + 2) unit
	 * roundoffs (FLT_EPSILON / 2) of the sum of their sizes, which is at most
	 * |a|^2 + |b|^2; scaled elements, norms and limit add a few more.  This
	 * allows twice that.
	 */
	search->lowering = 1.0 - (input->p + 8) * (double) FLT_EPSILON;
	search->scaled = allocate(sizeof(float) * n * p);
	search->place = allocate(sizeof(double) * n);
	search->order = allocate(sizeof(int) * n);
	search->both = allocate(sizeof(bool) * p);
	search->coefficient = allocate(sizeof(float) * FILTER_QUERIES * p);
	memset(search->coefficient, 0, sizeof(float) * FILTER_QUERIES * p);
	for (int q = 0; q < FILTER_QUERIES; q++)
	{
		search->query[q].heap = allocate(sizeof(Neighbour) * input->k);
		search->list[q].neighbour = search->query[q].heap;
	}
	scale_rows(search, allocate);
	place_rows(search, allocate);
	group_rows(search, allocate);
	lay_out_candidates(search, allocate);
	search->current_pattern = -1;
	return search;
}

/* ---------- the nearest so far: a heap with the farthest on top ---------- */

static inline bool
farther(Neighbour a, Neighbour b)
{
	return a.distance > b.distance || (a.distance == b.distance && a.row > b.row);
}

/* Let the item at the top of heap[0 .. count-1] sink to its place. */
static void
heap_sink(Neighbour *heap, int count)
{
	Neighbour	item = heap[0];
	int			at = 0;

	for (;;)
	{
		int			child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count && farther(heap[child + 1], heap[child]))
			child++;
		if (!farther(heap[child], item))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = item;
}

static void
heap_rise(Neighbour *heap, int at)
{
	Neighbour	item = heap[at];

	while (at > 0 && farther(item, heap[(at - 1) / 2]))
	{
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = item;
}

/* Take the neighbour in if it is among the k nearest so far. */
static bool
heap_offer(Query *query, int k, Neighbour item)
{
	if (query->count < k)
	{
		query->heap[query->count] = item;
		heap_rise(query->heap, query->count++);
		return true;
	}
	if (!farther(query->heap[0], item))
		return false;
	query->heap[0] = item;
	heap_sink(query->heap, k);
	return true;
}

/* Turn the heap into a list, nearest first. */
static void
heap_sort(Query *query)
{
	for (int last = query->count - 1; last > 0; last--)
	{
		Neighbour	farthest = query->heap[0];

		query->heap[0] = query->heap[last];
		query->heap[last] = farthest;
		heap_sink(query->heap, last);
	}
}

/* ---------- search ---------- */

/* |row|^2 over the elements present on both sides, never more than the true one. */
static double
lowered_norm(const NearestSearch *search, const float *element, size_t stride, const DistanceTerms *terms)
{
	double		sum = 0.0;

	for (int t = 0; t < terms->count; t++)
	{
		double		x = element[terms->element[t] * stride];

		sum += x * x;
	}
	return sum * search->lowering;
}

/* Terms of every pattern, and norms of its candidates, with the rows of the current pattern. */
static void
enter_pattern(NearestSearch *search)
{
	const NearestInput *in = &search->input;
	const bool *own = search->pattern[search->current_pattern].present;

	for (int g = 0; g < search->patterns; g++)
	{
		Pattern    *other = &search->pattern[g];

		for (int j = 0; j < in->p; j++)
			search->both[j] = own[j] && other->present[j];
		other->terms = distance_terms(in->weights, in->p, search->both, (int *) other->terms.element);
		for (int lane = other->first_block * FILTER_LANES;
			 lane < (other->first_block + other->blocks) * FILTER_LANES; lane++)
			search->norm[lane] = search->lane_row[lane] < 0 ? FLT_MAX : (float)
				lowered_norm(search, search->block + (size_t) (lane / FILTER_LANES) * in->p * FILTER_LANES +
							 lane % FILTER_LANES, FILTER_LANES, &other->terms);
	}
}

/* The filter's limit for a query in a pattern: infinite until k neighbours are held. */
static float
filter_limit(const NearestSearch *search, const Query *query, const DistanceTerms *terms)
{
	double		farthest;

	if (query->count < search->input.k)
		return INFINITY;
	farthest = query->heap[0].distance;
	return (float) ((farthest * farthest / terms->factor * search->unit - query->norm) +
					FLT_EPSILON * (farthest * farthest / terms->factor * search->unit + query->norm) + FLT_MIN);
}

static bool
may_choose(const NearestInput *in, int row, int candidate)
{
	return row != candidate &&
		!(in->has_family[row] && in->has_family[candidate] && in->family[row] == in->family[candidate]);
}

/* Measure the candidates that passed the filter.  True if one was taken in. */
static bool
measure_passed(NearestSearch *search, Query *query, const Pattern *pattern, const int *lane_row, uint32_t passed)
{
	const NearestInput *in = &search->input;
	bool		taken = false;

	for (; passed != 0; passed &= passed - 1)
	{
		int			row = lane_row[__builtin_ctz(passed)];

		if (row < 0 || !may_choose(in, query->row, row))
			continue;
		taken |= heap_offer(query, in->k, (Neighbour) {
			row, sqrt(distance_squared(in->vectors + (size_t) query->row * in->p,
									   in->vectors + (size_t) row * in->p, in->weights, &pattern->terms))
		});
	}
	return taken;
}

static void
search_block(NearestSearch *search, const Pattern *pattern, int block, int queries, float *limit)
{
	int			p = search->input.p;
	uint32_t	passed[FILTER_QUERIES];

	search->filter(search->coefficient, search->block + (size_t) block * p * FILTER_LANES,
				   search->norm + (size_t) block * FILTER_LANES, p, limit, passed);
	for (int q = 0; q < queries; q++)
		if (passed[q] != 0 &&
			measure_passed(search, &search->query[q], pattern, search->lane_row + (size_t) block * FILTER_LANES, passed[q]))
			limit[q] = filter_limit(search, &search->query[q], &pattern->terms);
}

/* The block of the pattern in which the place would stand. */
static int
block_at(const NearestSearch *search, const Pattern *pattern, double place)
{
	int			low = pattern->first_block;
	int			high = pattern->first_block + pattern->blocks - 1;

	while (low < high)
	{
		int			middle = (low + high + 1) / 2;

		if (search->block_place[middle] <= place)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Visit the blocks of a pattern outward from the queries' place. */
static void
search_pattern(NearestSearch *search, const Pattern *pattern, int queries)
{
	int			up = block_at(search, pattern, search->place[search->query[0].row]);
	int			down = up - 1;
	int			end = pattern->first_block + pattern->blocks;
	float		limit[FILTER_QUERIES];

	for (int q = 0; q < FILTER_QUERIES; q++)
	{
		Query	   *query = &search->query[q];

		if (q < queries)
			query->norm = lowered_norm(search, search->scaled + (size_t) query->row * search->input.p, 1,
									   &pattern->terms);
		limit[q] = q < queries ? filter_limit(search, query, &pattern->terms) : -FLT_MAX;
	}
	while (up < end || down >= pattern->first_block)
	{
		if (up < end)
			search_block(search, pattern, up++, queries, limit);
		if (down >= pattern->first_block)
			search_block(search, pattern, down--, queries, limit);
	}
}

/* Set up the next rows of the current pattern, entering the next pattern where it is done. */
static int
next_queries(NearestSearch *search)
{
	const NearestInput *in = &search->input;
	const Pattern *pattern;
	int			queries = 0;

	if (search->current_pattern < 0 || search->next_row == search->pattern[search->current_pattern].rows)
	{
		if (search->current_pattern + 1 >= search->patterns)
			return 0;
		search->current_pattern++;
		search->next_row = 0;
		enter_pattern(search);
	}
	pattern = &search->pattern[search->current_pattern];
	while (queries < FILTER_QUERIES && search->next_row < pattern->rows)
	{
		Query	   *query = &search->query[queries];

		query->row = search->order[pattern->first_row + search->next_row++];
		query->count = 0;
		for (int j = 0; j < in->p; j++)
			search->coefficient[queries * in->p + j] = -2.0f * search->scaled[(size_t) query->row * in->p + j];
		queries++;
	}
	return queries;
}

int
nearest_next(NearestSearch *search, const NeighbourList **lists)
{
	int			queries = next_queries(search);

	if (queries > 0)
	{
		/* own pattern first: it holds the likeliest neighbours */
		for (int step = 0; step < search->patterns; step++)
		{
			const Pattern *pattern = &search->pattern[(search->current_pattern + step) % search->patterns];

			if (pattern->blocks > 0 && pattern->terms.comparable)
				search_pattern(search, pattern, queries);
		}
	}
	for (int q = 0; q < queries; q++)
	{
		heap_sort(&search->query[q]);
		search->list[q].row = search->query[q].row;
		search->list[q].count = search->query[q].count;
	}
	*lists = search->list;
	return queries;
}
