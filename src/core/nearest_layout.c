/*
 * nearest_layout.c
 *	  How the rows of a search are laid out in memory.
 *
 * Nothing here decides who is nearest: another centre, direction or order
 * would give the same neighbours, later.
 */
#include "core/nearest_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rounds of the power iteration; a rough direction is enough. */
#define SPREAD_ROUNDS 8

static double
column_mean(const NearestInput *in, int j)
{
	double		sum = 0.0;
	int			count = 0;

	for (int i = 0; i < in->n; i++)
	{
		size_t		at = (size_t) i * in->p + j;

		if (in->present[at])
		{
			sum += in->vectors[at];
			count++;
		}
	}
	return count > 0 && isfinite(sum) ? sum / count : 0.0;
}

/* One element, centred and weighted. */
static inline double
weighted_element(const NearestInput *in, const double *centre, int i, int j)
{
	size_t		at = (size_t) i * in->p + j;

	return in->present[at] ? sqrt(in->weights[j]) * (in->vectors[at] - centre[j]) : 0.0;
}

static void
scale_rows(NearestLayout *layout, const NearestInput *in, NearestAllocate allocate)
{
	double	   *centre = allocate(sizeof(double) * in->p);
	double		longest = 0.0;
	double		shrink;

	for (int j = 0; j < in->p; j++)
		centre[j] = column_mean(in, j);
	for (int i = 0; i < in->n; i++)
	{
		double		length = 0.0;

		for (int j = 0; j < in->p; j++)
		{
			double		element = weighted_element(in, centre, i, j);

			length += element * element;
		}
		longest = fmax(longest, length);
	}
	layout->unit = longest > 0.0 ? 1.0 / longest : 1.0;
	shrink = sqrt(layout->unit);
	for (int i = 0; i < in->n; i++)
		for (int j = 0; j < in->p; j++)
			layout->scaled[(size_t) i * in->p + j] = (float) (weighted_element(in, centre, i, j) * shrink);
}

/* Places of the rows along a direction, and the direction's image under the rows' scatter. */
static void
project_rows(NearestLayout *layout, int n, const double *direction, double *image)
{
	memset(image, 0, sizeof(double) * layout->p);
	for (int i = 0; i < n; i++)
	{
		const float *row = layout_row(layout, i);
		double		place = 0.0;

		for (int j = 0; j < layout->p; j++)
			place += row[j] * direction[j];
		for (int j = 0; j < layout->p; j++)
			image[j] += place * row[j];
		layout->place[i] = place;
	}
}

/* Direction of greatest spread by power iteration. */
static void
place_rows(NearestLayout *layout, int n, NearestAllocate allocate)
{
	double	   *direction = allocate(sizeof(double) * layout->p);
	double	   *image = allocate(sizeof(double) * layout->p);

	for (int j = 0; j < layout->p; j++)
		direction[j] = 1.0;
	for (int round = 0; round < SPREAD_ROUNDS; round++)
	{
		double		length = 0.0;

		project_rows(layout, n, direction, image);
		for (int j = 0; j < layout->p; j++)
			length += image[j] * image[j];
		for (int j = 0; j < layout->p && length > 0.0; j++)
			direction[j] = image[j] / sqrt(length);
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
compare_presence(const RowKey *a, const RowKey *b)
{
	/* rows with more present first */
	return memcmp(b->present, a->present, sizeof(bool) * a->p);
}

static int
compare_row_keys(const void *left, const void *right)
{
	const RowKey *a = left;
	const RowKey *b = right;
	int			by_pattern = compare_presence(a, b);

	if (by_pattern != 0)
		return by_pattern;
	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* Order the rows and find the patterns. */
static void
group_rows(NearestLayout *layout, const NearestInput *in, NearestAllocate allocate)
{
	RowKey	   *key = allocate(sizeof(RowKey) * in->n);

	for (int i = 0; i < in->n; i++)
		key[i] = (RowKey) {in->present + (size_t) i * in->p, in->p, layout->place[i], i};
	qsort(key, in->n, sizeof(RowKey), compare_row_keys);

	layout->patterns = 1;
	for (int i = 1; i < in->n; i++)
		layout->patterns += compare_presence(&key[i], &key[i - 1]) != 0;
	layout->pattern = allocate(sizeof(Pattern) * layout->patterns);
	layout->patterns = 0;
	for (int i = 0; i < in->n; i++)
	{
		layout->order[i] = key[i].row;
		if (i == 0 || compare_presence(&key[i], &key[i - 1]) != 0)
			layout->pattern[layout->patterns++] = (Pattern) {.present = key[i].present, .first_row = i};
		layout->pattern[layout->patterns - 1].rows++;
	}
}

static int
count_candidates(const NearestLayout *layout, const NearestInput *in, const Pattern *pattern)
{
	int			candidates = 0;

	for (int i = pattern->first_row; i < pattern->first_row + pattern->rows; i++)
		candidates += in->candidate[layout->order[i]];
	return candidates;
}

/* Put a row, or with row -1 nothing, into a lane of the blocks. */
static void
fill_lane(NearestLayout *layout, int lane, int row)
{
	float	   *element = layout_block(layout, lane / FILTER_LANES) + lane % FILTER_LANES;

	layout->lane_row[lane] = row;
	for (int j = 0; j < layout->p; j++)
		element[(size_t) j * FILTER_LANES] = row < 0 ? 0.0f : layout_row(layout, row)[j];
}

static void
fill_blocks(NearestLayout *layout, const NearestInput *in, const Pattern *pattern)
{
	int			lane = pattern->first_block * FILTER_LANES;

	for (int i = pattern->first_row; i < pattern->first_row + pattern->rows; i++)
	{
		int			row = layout->order[i];

		if (!in->candidate[row])
			continue;
		if (lane % FILTER_LANES == 0)
			layout->block_place[lane / FILTER_LANES] = layout->place[row];
		fill_lane(layout, lane++, row);
	}
	while (lane % FILTER_LANES != 0)
		fill_lane(layout, lane++, -1);
}

NearestLayout
nearest_layout(const NearestInput *in, NearestAllocate allocate)
{
	NearestLayout layout = {.p = in->p};
	size_t		lanes;

	layout.scaled = allocate(sizeof(float) * in->n * in->p);
	layout.place = allocate(sizeof(double) * in->n);
	layout.order = allocate(sizeof(int) * in->n);
	scale_rows(&layout, in, allocate);
	place_rows(&layout, in->n, allocate);
	group_rows(&layout, in, allocate);
	for (int g = 0; g < layout.patterns; g++)
	{
		Pattern    *pattern = &layout.pattern[g];

		pattern->first_block = layout.blocks;
		pattern->blocks = (count_candidates(&layout, in, pattern) + FILTER_LANES - 1) / FILTER_LANES;
		layout.blocks += pattern->blocks;
	}
	lanes = (size_t) layout.blocks * FILTER_LANES;
	layout.block = allocate(sizeof(float) * lanes * in->p);
	layout.block_place = allocate(sizeof(double) * layout.blocks);
	layout.lane_row = allocate(sizeof(int) * lanes);
	for (int g = 0; g < layout.patterns; g++)
		fill_blocks(&layout, in, &layout.pattern[g]);
	return layout;
}
