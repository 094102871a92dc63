/*
 * nearest.c
 *	  The k nearest rows of every row, exactly.
 *
 * Every row is compared with every candidate, but nearly all candidates are
 * left out by a single-precision filter (nearest_filter.c) that computes
 *
 *		|a|^2 + |b|^2 - 2 a.b
 *
 * for a block of candidates at once.  To be safe the norms are lowered by more
 * than the rounding error can be, so that the filter's figure never exceeds
 * the true squared distance.  Who passes waits (nearest_found.c) until the
 * figures of enough such candidates tell how far the k nearest can be at most,
 * which leaves out nearly all but those; they are measured by distance_squared
 * and take part by (distance, row).  The result therefore depends neither on
 * the filter nor on the order in which candidates are visited.  Blocks are
 * visited nearest first, so that the limit is soon tight, and left out where
 * the box they lie in is farther than what is held already.
 */
#include "core/nearest.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/distance.h"
#include "core/nearest_found.h"
#include "core/nearest_layout.h"
#include "core/nearest_mixed.h"
#include "core/nearest_visit.h"

/* A row being searched for. */
typedef struct Query
{
	int			row;
	double		norm;			/* |a|^2 over the terms, lowered */
	double		reach;			/* distance in the layout of the k-th nearest at most, infinite until k are found */
	Found		found;
} Query;

struct NearestSearch
{
	NearestInput input;
	NearestFilter filter;
	NearestLayout layout;
	MixedSearch mixed;			/* of a mixed layout */
	double		lowering;		/* what a norm is multiplied by to be safe */
	float		rounding;		/* what a distance in the layout may be off by */
	int			current_pattern;	/* whose rows are searched for */
	int			next_row;		/* position within it */
	DistanceTerms *terms;		/* of each pattern with the current one */
	int		   *element;		/* patterns x p: room for the terms */
	bool	   *both;			/* p: work space */
	float	   *low;			/* p: box of the rows searched for */
	float	   *high;
	float	   *norm;			/* |b|^2 of each lane over the terms, lowered */
	float	   *coefficient;	/* SEARCH_PARTS x p x FILTER_QUERIES */
	float		limit[SEARCH_QUERIES];	/* the filter's */
	float		figure[FILTER_QUERIES * FILTER_LANES];	/* the filter's of a block */
	Visit	   *visit;			/* blocks: those of a pattern in the order of their visit */
	Visit	   *visit_work;		/* blocks */
	Query		query[SEARCH_QUERIES];
	NeighbourList list[SEARCH_QUERIES];
};

NearestSearch *
nearest_start(const NearestInput *input, NearestFilter filter, NearestAllocate allocate)
{
	NearestSearch *search = allocate(sizeof(NearestSearch));
	size_t		p = input->p;
	Neighbour  *work;

	memset(search, 0, sizeof(NearestSearch));
	search->input = *input;
	search->filter = filter;
	search->layout = nearest_layout(input, allocate);

	/*
	 * A sum of p products in single precision is off by less than (p + 2) unit
	 * roundoffs (FLT_EPSILON / 2) of the sum of their sizes, which is at most
	 * |a|^2 + |b|^2; scaled elements, norms and limit add a few more (Higham,
	 * Accuracy and Stability of Numerical Algorithms, section 3.1).  This
	 * allows twice that.
	 */
	search->lowering = 1.0 - (input->p + 8) * (double) FLT_EPSILON;
	if (search->layout.mixed)
	{
		search->mixed = mixed_search(input, &search->layout, allocate);
		search->lowering = 1.0 - search->mixed.margin;
	}
	/* no row is longer than 1, so each element is off by half a FLT_EPSILON at most, a sum of squares by p of it */
	search->rounding = (input->p + 8) * FLT_EPSILON;
	search->current_pattern = -1;
	search->terms = allocate(sizeof(DistanceTerms) * search->layout.patterns);
	search->element = allocate(sizeof(int) * search->layout.patterns * p);
	search->both = allocate(sizeof(bool) * p);
	search->low = allocate(sizeof(float) * p);
	search->high = allocate(sizeof(float) * p);
	search->norm = allocate(sizeof(float) * search->layout.blocks * FILTER_LANES);
	search->coefficient = allocate(sizeof(float) * SEARCH_QUERIES * p);
	memset(search->coefficient, 0, sizeof(float) * SEARCH_QUERIES * p);
	search->visit = allocate(sizeof(Visit) * search->layout.blocks);
	search->visit_work = allocate(sizeof(Visit) * search->layout.blocks);
	work = allocate(sizeof(Neighbour) * ((size_t) input->k + found_room(input->k)));
	for (int q = 0; q < SEARCH_QUERIES; q++)
		search->query[q].found = found_start(input->k, work, allocate);
	return search;
}

/* |x|^2 over the terms, not more than the true one; elements stand stride apart. */
static double
lowered_norm(const NearestSearch *search, const float *x, size_t stride, const DistanceTerms *terms)
{
	double		sum = 0.0;

	for (int t = 0; t < terms->count; t++)
	{
		double		element = x[terms->element[t] * stride];

		sum += element * element;
	}
	return sum * search->lowering;
}

/* Terms of every pattern, and norms of its candidates, with the rows of the current pattern. */
static void
enter_pattern(NearestSearch *search)
{
	const NearestLayout *layout = &search->layout;
	const bool *own = layout->pattern[search->current_pattern].present;

	for (int g = 0; g < layout->patterns; g++)
	{
		const Pattern *other = &layout->pattern[g];
		int			end = (other->first_block + other->blocks) * FILTER_LANES;

		for (int j = 0; j < layout->p; j++)
			search->both[j] = own[j] && other->present[j];
		search->terms[g] = distance_terms(search->input.weights, layout->p, search->both,
										  search->element + (size_t) g * layout->p);
		for (int lane = other->first_block * FILTER_LANES; lane < end; lane++)
			search->norm[lane] = (float)
				lowered_norm(search, layout_block(layout, lane / FILTER_LANES) + lane % FILTER_LANES,
							 FILTER_LANES, &search->terms[g]);
	}
}

/* Let query q reach as far as a squared distance of most in the layout. */
static void
set_reach(NearestSearch *search, int q, double most)
{
	Query	   *query = &search->query[q];

	query->reach = sqrt(most);
	search->limit[q] = search->layout.mixed ? mixed_limit(&search->mixed, q, most, query->norm) :
		(float) (most - query->norm + FLT_EPSILON * (most + query->norm) + FLT_MIN);
}

/* How far query q reaches by what it holds, among rows of the terms. */
static void
reach_of_held(NearestSearch *search, int q, const DistanceTerms *terms)
{
	const Found *found = &search->query[q].found;
	double		farthest;

	if (found->held == found->k)
	{
		farthest = found->nearest[found->k - 1].distance;
		set_reach(search, q, farthest * farthest / terms->factor * search->layout.unit);
		return;
	}
	search->query[q].reach = INFINITY;
	search->limit[q] = search->layout.mixed && !mixed_is_comparable(&search->mixed, q) ? -FLT_MAX : INFINITY;
}

/*
 * How far query q reaches by the figures of those that wait.
 *
 * Let A = |a|^2 and B = |b|^2, e = 1 - lowering = (p + 8) FLT_EPSILON.  A
 * figure F is off from d^2 - A by less than 2 e (A + B): e B for the lowering
 * and, as in nearest_start, less than half of 2 e (A + B) for rounding, of
 * which half would do.  As |b| <= |a| + d, A + B <= 3 A + 2 d^2.  So k
 * candidates of figures F or less are at d^2 <= F + A + 2 e (3 A + 2 d^2) or
 * less; a little more here makes up for e^2.
 */
static void
reach_of_waiting(NearestSearch *search, int q)
{
	Query	   *query = &search->query[q];
	double		norm = query->norm / search->lowering;
	double		margin = 6.0 * (1.0 - search->lowering);
	double		most = (found_bound(&query->found) + norm * (1.0 + margin)) / (1.0 - margin) + FLT_MIN;

	if (most < query->reach * query->reach)
		set_reach(search, q, fmax(most, 0.0));
}

static bool
may_choose(const NearestInput *in, int row, int candidate)
{
	return row != candidate &&
		!(in->has_family[row] && in->has_family[candidate] && in->family[row] == in->family[candidate]);
}

/* Squared distances of a row from four candidates; negative where they are not comparable. */
static void
measure_four(const NearestSearch *search, const DistanceTerms *terms, int row, const int candidate[4],
			 double squared[4])
{
	const NearestInput *in = &search->input;
	const double *own = in->vectors + (size_t) row * in->p;
	const double *other[4];
	const bool *has_other[4];

	for (int i = 0; i < 4; i++)
	{
		other[i] = in->vectors + (size_t) candidate[i] * in->p;
		has_other[i] = in->present + (size_t) candidate[i] * in->p;
	}
	if (search->layout.mixed)
		distance_squared_of_four_rows(own, in->present + (size_t) row * in->p, other, has_other, in->weights, in->p,
									  search->mixed.total, squared);
	else
		distance_squared_of_four(own, other, in->weights, terms, squared);
}

/* Fetch four candidates while others are measured: they lie anywhere. */
static void
fetch_four(const NearestInput *in, const int candidate[4])
{
	for (int i = 0; i < 4; i++)
	{
		const char *row = (const char *) (in->vectors + (size_t) candidate[i] * in->p);

		for (size_t at = 0; at < sizeof(double) * in->p; at += 64)
			__builtin_prefetch(row + at);
	}
}

/* Measure those that wait, and hold the nearest. */
static void
measure_waiting(NearestSearch *search, int q, const DistanceTerms *terms)
{
	Query	   *query = &search->query[q];
	Found	   *found = &query->found;
	Neighbour  *measured = found->nearest + found->held;
	int			count = 0;

	/* there is room to the end of the four */
	for (int i = found->waiting; i % 4 != 0; i++)
		found->row[i] = query->row;
	for (int i = 0; i < found->waiting; i += 4)
	{
		double		squared[4];

		if (i + 4 < found->waiting)
			fetch_four(&search->input, found->row + i + 4);
		measure_four(search, terms, query->row, found->row + i, squared);
		for (int lane = 0; lane < 4 && i + lane < found->waiting; lane++)
			if (squared[lane] >= 0.0)
				measured[count++] = (Neighbour) {found->row[i + lane], sqrt(squared[lane])};
	}
	found_hold(found, count);
	reach_of_held(search, q, terms);
}

/* Enough candidates wait to see how far the query reaches. */
static void
look_at_waiting(NearestSearch *search, int q, const DistanceTerms *terms)
{
	Found	   *found = &search->query[q].found;

	/* figures of a mixed layout, or beside distances held, say nothing of how far the k-th is */
	if (!search->layout.mixed && found->held == 0)
	{
		reach_of_waiting(search, q);
		found_leave_out(found, search->limit[q]);
	}
	/* so many may be equally far */
	if (found->waiting >= found_enough(found))
		measure_waiting(search, q, terms);
}

/* Let the candidates that passed the filter wait. */
static void
take_passed(NearestSearch *search, int q, const DistanceTerms *terms, const int *lane_row, uint32_t passed)
{
	Query	   *query = &search->query[q];
	const float *figure = search->figure + q % FILTER_QUERIES * FILTER_LANES;

	for (; passed != 0; passed &= passed - 1)
	{
		int			lane = __builtin_ctz(passed);
		int			row = lane_row[lane];

		if (row >= 0 && may_choose(&search->input, query->row, row))
			found_add(&query->found, row, figure[lane]);
	}
	if (query->found.waiting >= found_enough(&query->found))
		look_at_waiting(search, q, terms);
}

/* Search a block for as many queries as the filter tests together. */
static void
search_block(NearestSearch *search, const DistanceTerms *terms, int block, int part, int queries)
{
	int			first = part * FILTER_QUERIES;
	const int  *lane_row = search->layout.lane_row + (size_t) block * FILTER_LANES;
	const float *norm = search->norm + (size_t) block * FILTER_LANES;
	bool		mixed = search->layout.mixed;
	uint32_t	passed[FILTER_QUERIES];

	if (mixed)
		norm = mixed_norms(&search->mixed, &search->layout, part, block, norm);
	search->filter(search->coefficient + first * search->layout.p, layout_block(&search->layout, block), norm,
				   mixed ? FILTER_LANES : 0, search->layout.p, search->limit + first, passed, search->figure);
	for (int q = 0; q < queries; q++)
		if (passed[q] != 0)
			take_passed(search, first + q, terms, lane_row, passed[q]);
}

/* Distance over the terms between the box of the rows searched for and a block's, not more than the true one. */
static float
box_gap(const NearestSearch *search, const DistanceTerms *terms, int block)
{
	const float *low = search->layout.low + (size_t) block * search->layout.p;
	const float *high = search->layout.high + (size_t) block * search->layout.p;
	float		sum = 0.0f;

	for (int t = 0; t < terms->count; t++)
	{
		int			j = terms->element[t];
		float		above = low[j] - search->high[j];
		float		below = search->low[j] - high[j];
		float		apart = above > below ? above : below;

		if (apart > 0.0f)
			sum += apart * apart;
	}
	return sqrtf(sum) - search->rounding;
}

/*
 * Order a pattern's blocks by the distance of their centres from the next
 * rows, which stand together in the k-d tree.
 */
static void
plan_visits(NearestSearch *search, int g, const float *here)
{
	const NearestLayout *layout = &search->layout;
	const Pattern *pattern = &layout->pattern[g];
	int			end = pattern->first_block + pattern->blocks;

	for (int block = pattern->first_block; block < end; block++)
	{
		const float *centre = layout->centre + (size_t) block * layout->p;
		float		distance = 0.0f;

		for (int j = 0; j < layout->p; j++)
			distance += (centre[j] - here[j]) * (centre[j] - here[j]);
		/* rows that lack an element may be nearer than any box of them says */
		search->visit[block] = (Visit) {
			distance, layout->mixed ? 0.0f : box_gap(search, &search->terms[g], block), block
		};
	}
	order_visits(search->visit + pattern->first_block, search->visit_work, pattern->blocks);
}

/* The same for all patterns. */
static void
plan_next_rows(NearestSearch *search)
{
	const NearestLayout *layout = &search->layout;
	const Pattern *own = &layout->pattern[search->current_pattern];
	const int  *row = layout->order + own->first_row + search->next_row;
	int			left = own->rows - search->next_row;

	layout_box(layout, row, left < SEARCH_QUERIES ? left : SEARCH_QUERIES, search->low, search->high);
	for (int g = 0; g < layout->patterns; g++)
		plan_visits(search, g, layout_row(layout, row[0]));
}

/* Whether a block may hold a neighbour of one of the queries. */
static bool
within_reach(const Query *query, int queries, float gap)
{
	for (int q = 0; q < queries; q++)
		if (!(gap > query[q].reach))
			return true;
	return false;
}

/* Visit a block for those queries that it may hold a neighbour of. */
static void
visit_block(NearestSearch *search, const DistanceTerms *terms, const Visit *visit, int queries)
{
	for (int part = 0; part * FILTER_QUERIES < queries; part++)
	{
		int			first = part * FILTER_QUERIES;
		int			count = queries - first < FILTER_QUERIES ? queries - first : FILTER_QUERIES;

		if (within_reach(search->query + first, count, visit->gap))
			search_block(search, terms, visit->block, part, count);
	}
}

/* Visit the blocks of a pattern. */
static void
search_pattern(NearestSearch *search, int g, int queries)
{
	const NearestLayout *layout = &search->layout;
	const Pattern *pattern = &layout->pattern[g];
	const DistanceTerms *terms = &search->terms[g];
	const Visit *visit = search->visit + pattern->first_block;

	for (int q = 0; q < SEARCH_QUERIES; q++)
		search->limit[q] = -FLT_MAX;
	for (int q = 0; q < queries; q++)
	{
		Query	   *query = &search->query[q];

		query->norm = lowered_norm(search, layout_row(layout, query->row), 1, terms);
		reach_of_held(search, q, terms);
	}
	for (int v = 0; v < pattern->blocks; v++)
	{
		search->input.pause();
		visit_block(search, terms, &visit[v], queries);
	}
	for (int q = 0; q < queries; q++)
	{
		Found	   *found = &search->query[q].found;

		if (found->waiting > found->k)
			look_at_waiting(search, q, terms);
		if (found->waiting > 0)
			measure_waiting(search, q, terms);
	}
}

/* Set up the next rows, all of one pattern; how many. */
static int
next_queries(NearestSearch *search)
{
	const NearestLayout *layout = &search->layout;
	const Pattern *pattern;
	int			queries = 0;

	if (search->current_pattern < 0 || search->next_row == layout->pattern[search->current_pattern].rows)
	{
		if (search->current_pattern + 1 == layout->patterns)
			return 0;
		search->current_pattern++;
		search->next_row = 0;
		enter_pattern(search);
	}
	pattern = &layout->pattern[search->current_pattern];
	plan_next_rows(search);
	for (; queries < SEARCH_QUERIES && search->next_row < pattern->rows; queries++)
	{
		Query	   *query = &search->query[queries];
		float	   *coefficient = search->coefficient + queries / FILTER_QUERIES * FILTER_QUERIES * layout->p +
			queries % FILTER_QUERIES;

		query->row = layout->order[pattern->first_row + search->next_row++];
		found_clear(&query->found);
		if (layout->mixed)
			mixed_query(&search->mixed, layout, queries, query->row);
		for (int j = 0; j < layout->p; j++)
			coefficient[j * FILTER_QUERIES] = -2.0f * layout_row(layout, query->row)[j];
	}
	return queries;
}

int
nearest_next(NearestSearch *search, const NeighbourList **lists)
{
	int			patterns = search->layout.patterns;
	int			queries = next_queries(search);

	for (int step = 0; step < patterns && queries > 0; step++)
	{
		/* own pattern first: it holds the likeliest neighbours */
		int			g = (search->current_pattern + step) % patterns;

		if (search->layout.pattern[g].blocks > 0 && search->terms[g].comparable)
			search_pattern(search, g, queries);
	}
	for (int q = 0; q < queries; q++)
	{
		const Found *found = &search->query[q].found;

		search->list[q] = (NeighbourList) {search->query[q].row, found->held, found->nearest};
	}
	*lists = search->list;
	return queries;
}
