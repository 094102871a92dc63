/*
 * common_course.c
 *	  What a week was like for all schools of a stratum.
 */
#include "core/common_course.h"

#include <math.h>
#include <string.h>

#include "core/quantile.h"
#include "core/week_noise.h"

#define ENOUGH_OF_KIND 200
#define SHARE_OF_STRATUM 5

#define NO_CELL (-1)

#define MEDIAN_UNIT 10000.0

size_t
least_of_kind(size_t schools)
{
	size_t		share = (schools + SHARE_OF_STRATUM - 1) / SHARE_OF_STRATUM;

	if (share < LEAST_PEERS)
		return LEAST_PEERS;
	return share < ENOUGH_OF_KIND ? share : ENOUGH_OF_KIND;
}

double
common_median(double *value, size_t count)
{
	return round(quantile(value, count, 0.5) * MEDIAN_UNIT) / MEDIAN_UNIT;
}

/* Numbers by cell, those of a cell in the order of rows: number[start[c]] to number[start[c + 1] - 1]. */
typedef struct Cells
{
	size_t	   *start;
	double	   *number;
} Cells;

/* A counting sort of rows by room.cell into room.number; a row of cell NO_CELL is in none. */
static Cells
sort_into_cells(RowRoom room, const double *number, size_t rows, size_t cells, void *(*allocate) (size_t))
{
	const int32_t *cell = room.cell;
	size_t	   *start = allocate(sizeof(size_t) * (cells + 2));
	Cells		sorted = {.start = start, .number = room.number};

	memset(start, 0, sizeof(size_t) * (cells + 2));
	for (size_t r = 0; r < rows; r++)
		if (cell[r] != NO_CELL)
			start[cell[r] + 2]++;
	for (size_t c = 2; c < cells + 2; c++)
		start[c] += start[c - 1];
	/* until all are in, start[c + 1] is where the next of cell c goes */
	for (size_t r = 0; r < rows; r++)
		if (cell[r] != NO_CELL)
			sorted.number[start[cell[r] + 1]++] = number[r];
	return sorted;
}

/* ---------- medians by Monday and kind ---------- */

/* The kind that most schools have in a week; of equally many the first. */
static int
most_frequent_kind(const CommonWeek *week)
{
	int			most = 0;

	for (int kind = 1; kind < WEEK_KINDS; kind++)
		if (week->schools[kind] > week->schools[most])
			most = kind;
	return most;
}

/* Mean over the Mondays where a kind has enough schools of its median, less the ordinary one where it is paired. */
static double
mean_course(const CommonWeek *common, size_t mondays, int kind, size_t least, bool paired)
{
	double		sum = 0.0;
	size_t		count = 0;

	for (size_t w = 0; w < mondays; w++)
	{
		if (common[w].schools[kind] < least || (paired && common[w].schools[WEEK_ORDINARY] < least))
			continue;
		sum += common[w].course[kind] - (paired ? common[w].course[WEEK_ORDINARY] : 0.0);
		count++;
	}
	return sum / (double) count;
}

/* What a kind of week differs by from an ordinary one; 0 where the year does not tell. */
static double
kind_effect(const CommonWeek *common, size_t mondays, int kind, size_t least)
{
	double		effect = mean_course(common, mondays, kind, least, true);

	if (isnan(effect))
		effect = mean_course(common, mondays, kind, least, false)
			- mean_course(common, mondays, WEEK_ORDINARY, least, false);
	return isnan(effect) ? 0.0 : effect;
}

/* Kinds with few schools in a week take the course of the most frequent one; a week of too few schools has none. */
static void
borrow_courses(CommonWeek *common, size_t mondays, size_t least)
{
	double		effect[WEEK_KINDS];

	for (int kind = 0; kind < WEEK_KINDS; kind++)
		effect[kind] = kind_effect(common, mondays, kind, least);
	for (size_t w = 0; w < mondays; w++)
	{
		int			most = most_frequent_kind(&common[w]);

		if (common[w].schools[most] < LEAST_PEERS)
			common[w].course[most] = NAN;
		for (int kind = 0; kind < WEEK_KINDS; kind++)
			if (kind != most && common[w].schools[kind] > 0 && common[w].schools[kind] < least)
				common[w].course[kind] = common[w].course[most] + effect[kind] - effect[most];
	}
}

CommonWeek *
common_course(const YearWeeks *year, RowRoom room, void *(*allocate) (size_t), void (*pause) (void))
{
	size_t		rows = year->first[year->schools];
	CommonWeek *common = allocate(sizeof(CommonWeek) * (year->mondays + 1));
	Cells		rates;

	for (size_t r = 0; r < rows; r++)
		room.cell[r] = year->week[r] * WEEK_KINDS + (int32_t) week_kind(&year->place[r]);
	rates = sort_into_cells(room, year->rate, rows, year->mondays * WEEK_KINDS, allocate);
	for (size_t c = 0; c < year->mondays * WEEK_KINDS; c++)
	{
		size_t		count = rates.start[c + 1] - rates.start[c];

		common[c / WEEK_KINDS].schools[c % WEEK_KINDS] = count;
		common[c / WEEK_KINDS].course[c % WEEK_KINDS] =
			count == 0 ? NAN : common_median(rates.number + rates.start[c], count);
		pause();
	}
	borrow_courses(common, year->mondays, least_of_kind(year->schools));
	return common;
}

void
course_deviations(const YearWeeks *year, const CommonWeek *common, double *deviation)
{
	for (size_t r = 0; r < year->first[year->schools]; r++)
		deviation[r] = year->rate[r] - common[year->week[r]].course[week_kind(&year->place[r])];
}

/* ---------- where the forecasts stood, and how far apart schools were ---------- */

void
course_spread(const YearWeeks *year, const double *deviation, const double *forecast, double level_variance,
			  double week_variance, CommonWeek *common, RowRoom room, void *(*allocate) (size_t),
			  void (*pause) (void))
{
	size_t		rows = year->first[year->schools];
	double	   *departure = room.other;
	Cells		departures;

	for (size_t i = 0; i < year->schools; i++)
		for (size_t r = year->first[i]; r < year->first[i + 1]; r++)
		{
			departure[r] = deviation[r] - forecast[i];
			room.cell[r] = isnan(departure[r]) || year->set_aside[r] != BEFELL_NOTHING ? NO_CELL : year->week[r];
		}
	departures = sort_into_cells(room, departure, rows, year->mondays, allocate);
	for (size_t w = 0; w < year->mondays; w++)
	{
		size_t		count = departures.start[w + 1] - departures.start[w];
		double	   *number = departures.number + departures.start[w];

		pause();
		common[w].centre = count == 0 ? 0.0 : common_median(number, count);
		common[w].spread = count < least_of_kind(year->schools) ? 1.0 :
			week_spread(number, count, level_variance, week_variance);
	}
}
