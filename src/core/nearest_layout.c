/*
 * nearest_layout.c
 *	  How the rows of a search are laid out in memory.
 *
 * Nothing here decides who is nearest: another centre or order would give the
 * same neighbours, later.
 */
#include "core/nearest_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* What qsort needs to order rows by pattern. */
typedef struct RowKey
{
	const bool *present;
	int			p;
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

	return by_pattern != 0 ? by_pattern : (a->row > b->row) - (a->row < b->row);
}

/* One pattern of all rows, in which every element counts as present. */
static void
mix_rows(NearestLayout *layout, const NearestInput *in, NearestAllocate allocate)
{
	bool	   *present = allocate(sizeof(bool) * in->p);

	for (int j = 0; j < in->p; j++)
		present[j] = true;
	for (int i = 0; i < in->n; i++)
		layout->order[i] = i;
	layout->mixed = true;
	layout->patterns = 1;
	layout->pattern = allocate(sizeof(Pattern));
	layout->pattern[0] = (Pattern) {.present = present, .rows = in->n};
}

/* Order the rows by pattern and find the patterns. */
static void
group_rows(NearestLayout *layout, const NearestInput *in, NearestAllocate allocate)
{
	RowKey	   *key = allocate(sizeof(RowKey) * in->n);

	for (int i = 0; i < in->n; i++)
		key[i] = (RowKey) {in->present + (size_t) i * in->p, in->p, i};
	qsort(key, in->n, sizeof(RowKey), compare_row_keys);

	layout->patterns = 1;
	for (int i = 1; i < in->n; i++)
		layout->patterns += compare_presence(&key[i], &key[i - 1]) != 0;
	if (layout->patterns > 1 && (int64_t) layout->patterns * FILTER_LANES / 2 > in->n)
	{
		mix_rows(layout, in, allocate);
		return;
	}
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

/* What qsort needs to order rows by one element. */
typedef struct ElementKey
{
	float		value;
	int			row;
} ElementKey;

static int
compare_element_keys(const void *left, const void *right)
{
	const ElementKey *a = left;
	const ElementKey *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

void
layout_box(const NearestLayout *layout, const int *row, int count, float *low, float *high)
{
	memcpy(low, layout_row(layout, row[0]), sizeof(float) * layout->p);
	memcpy(high, layout_row(layout, row[0]), sizeof(float) * layout->p);
	for (int i = 1; i < count; i++)
		for (int j = 0; j < layout->p; j++)
		{
			float		value = layout_row(layout, row[i])[j];

			low[j] = value < low[j] ? value : low[j];
			high[j] = value > high[j] ? value : high[j];
		}
}

/* The element in which the rows differ most: by variance, for a single row far off should not decide. */
static int
widest_element(const NearestLayout *layout, const int *row, int count)
{
	int			widest = 0;
	float		most = -1.0f;

	for (int j = 0; j < layout->p; j++)
	{
		float		sum = 0.0f;
		float		squares = 0.0f;
		float		variance;

		for (int i = 0; i < count; i++)
		{
			float		value = layout_row(layout, row[i])[j];

			sum += value;
			squares += value * value;
		}
		variance = squares - sum * sum / count;
		if (variance > most)
		{
			most = variance;
			widest = j;
		}
	}
	return widest;
}

/* Order rows by halving them along their widest element until a block is left. */
static void
order_rows(const NearestLayout *layout, const NearestInput *in, int *row, int count, ElementKey *key)
{
	int			blocks = (count + FILTER_LANES - 1) / FILTER_LANES;
	int			half = blocks / 2 * FILTER_LANES;
	int			element;

	if (blocks <= 1)
		return;
	in->pause();
	element = widest_element(layout, row, count);
	for (int i = 0; i < count; i++)
		key[i] = (ElementKey) {layout_row(layout, row[i])[element], row[i]};
	qsort(key, count, sizeof(ElementKey), compare_element_keys);
	for (int i = 0; i < count; i++)
		row[i] = key[i].row;
	order_rows(layout, in, row, half, key);
	order_rows(layout, in, row + half, count - half, key);
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
		fill_lane(layout, lane++, row);
	}
	while (lane % FILTER_LANES != 0)
		fill_lane(layout, lane++, -1);
}

/* Mean of the candidates of each block, and the box they lie in. */
static void
find_boxes(NearestLayout *layout)
{
	memset(layout->centre, 0, sizeof(float) * layout->blocks * layout->p);
	for (int block = 0; block < layout->blocks; block++)
	{
		const int  *lane_row = layout->lane_row + (size_t) block * FILTER_LANES;
		float	   *centre = layout->centre + (size_t) block * layout->p;
		int			count = 0;

		while (count < FILTER_LANES && lane_row[count] >= 0)
			count++;
		for (int lane = 0; lane < count; lane++)
			for (int j = 0; j < layout->p; j++)
				centre[j] += layout_row(layout, lane_row[lane])[j] / count;
		layout_box(layout, lane_row, count,
				   layout->low + (size_t) block * layout->p, layout->high + (size_t) block * layout->p);
	}
}

NearestLayout
nearest_layout(const NearestInput *in, NearestAllocate allocate)
{
	NearestLayout layout = {.p = in->p, .present = in->present};
	ElementKey *key = allocate(sizeof(ElementKey) * in->n);
	size_t		lanes;

	layout.scaled = allocate(sizeof(float) * in->n * in->p);
	layout.order = allocate(sizeof(int) * in->n);
	scale_rows(&layout, in, allocate);
	group_rows(&layout, in, allocate);
	for (int g = 0; g < layout.patterns; g++)
	{
		Pattern    *pattern = &layout.pattern[g];

		order_rows(&layout, in, layout.order + pattern->first_row, pattern->rows, key);
		pattern->first_block = layout.blocks;
		pattern->blocks = (count_candidates(&layout, in, pattern) + FILTER_LANES - 1) / FILTER_LANES;
		layout.blocks += pattern->blocks;
	}
	lanes = (size_t) layout.blocks * FILTER_LANES;
	layout.block = allocate(sizeof(float) * lanes * in->p);
	layout.centre = allocate(sizeof(float) * layout.blocks * in->p);
	layout.low = allocate(sizeof(float) * layout.blocks * in->p);
	layout.high = allocate(sizeof(float) * layout.blocks * in->p);
	layout.lane_row = allocate(sizeof(int) * lanes);
	for (int g = 0; g < layout.patterns; g++)
		fill_blocks(&layout, in, &layout.pattern[g]);
	find_boxes(&layout);
	return layout;
}
