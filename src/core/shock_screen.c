/*
 * shock_screen.c
 *	  Which weeks were far below what a school usually is.
 */
#include "core/shock_screen.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_sort.h>

#include "core/false_discovery.h"
#include "core/quantile.h"
#include "core/year_work.h"

#define SETTLED_AFTER 14		/* days after its Monday a week's registers are taken to be complete */
#define LEAST_WEEKS 5			/* for a median of the school's own */
#define LEAST_SCHOOLS 5			/* of an area */
#define AREA_LIMIT 4.0
#define AREA_TAIL 1.5			/* beyond which at least a third of the area's schools are */
#define GREATEST_VALUE 5.0		/* of one school in a mean: it alone makes no shock of its area */
#define SCHOOL_LIMIT 3.0
#define SCHOOL_RATE 0.1			/* of false discovery */
#define LEAST_DROP 2.0			/* percentage points */

typedef struct Screen
{
	const Work *work;
	const YearWeeks *weeks;
	size_t		rows;
	double	   *departure;		/* of a row, from the school's usual; NaN: not screened */
	double	   *taken_off;		/* as its areas' */
	double	   *sd;
	size_t	   *row;			/* room for a row each */
	double	   *scratch;		/* and for a number */
	Shocks	   *found;
} Screen;

/* ---------- a school's weeks against its own median ---------- */

static void
leave_out(Screen *screen, size_t school)
{
	for (size_t r = screen->weeks->first[school]; r < screen->weeks->first[school + 1]; r++)
		screen->departure[r] = NAN;
}

/* Departures of the settled weeks of a school that has enough of them. */
static void
depart_school(Screen *screen, size_t school, Day newest)
{
	const Work *work = screen->work;
	const YearWeeks *weeks = screen->weeks;
	size_t		end = row_after(weeks, school, newest);
	size_t		known = 0;
	double		usual;
	double		sessions;

	leave_out(screen, school);
	for (size_t r = weeks->first[school]; r < end; r++)
		if (!isnan(work->this_year.deviation[r]))
			screen->scratch[known++] = work->this_year.deviation[r] - work->this_year.common[weeks->week[r]].centre;
	if (known < LEAST_WEEKS)
		return;
	usual = quantile(screen->scratch, known, 0.5);
	sessions = usual_sessions(weeks, school, end);
	for (size_t r = weeks->first[school]; r < end; r++)
	{
		const CommonWeek *common = &work->this_year.common[weeks->week[r]];
		double		share = fmin(weeks->possible[r] / sessions, 1.0);

		screen->departure[r] = work->this_year.deviation[r] - common->centre - usual;
		screen->sd[r] = sqrt(work->week_variance[school] * common->spread / share);
	}
}

/* ---------- areas ---------- */

/* Rows screened by area and Monday: row[start[c]] to row[start[c + 1] - 1] are of cell c. */
typedef struct AreaCells
{
	size_t		cells;
	size_t	   *start;
	size_t	   *row;
} AreaCells;

static AreaCells
area_cells(const Screen *screen, const Areas *areas)
{
	const YearWeeks *weeks = screen->weeks;
	AreaCells	sorted = {.cells = areas->count * weeks->mondays, .row = screen->row};
	int32_t    *cell = screen->work->room.cell;

	sorted.start = screen->work->allocate(sizeof(size_t) * (sorted.cells + 2));
	memset(sorted.start, 0, sizeof(size_t) * (sorted.cells + 2));
	for (size_t i = 0; i < weeks->schools; i++)
		for (size_t r = weeks->first[i]; r < weeks->first[i + 1]; r++)
		{
			cell[r] = isnan(screen->departure[r]) || areas->of_school[i] == NO_AREA ? -1 :
				areas->of_school[i] * (int32_t) weeks->mondays + weeks->week[r];
			if (cell[r] >= 0)
				sorted.start[cell[r] + 2]++;
		}
	for (size_t c = 2; c < sorted.cells + 2; c++)
		sorted.start[c] += sorted.start[c - 1];
	for (size_t r = 0; r < screen->rows; r++)
		if (cell[r] >= 0)
			sorted.row[sorted.start[cell[r] + 1]++] = r;
	return sorted;
}

/* The standardised value of a row in a mean of its area. */
static double
bounded_value(const Screen *screen, size_t row)
{
	double		z = screen->departure[row] / screen->sd[row];

	return fmax(fmin(z, GREATEST_VALUE), -GREATEST_VALUE);
}

/* What schools of an area have in common in a week. */
typedef struct AreaWeek
{
	size_t		schools;
	double		mean;
	double		square;			/* sum of squares about it */
	size_t		low;
	size_t		high;
} AreaWeek;

static AreaWeek
area_week(const Screen *screen, const AreaCells *cells, size_t cell)
{
	AreaWeek	area = {.schools = cells->start[cell + 1] - cells->start[cell]};

	for (size_t k = cells->start[cell]; k < cells->start[cell + 1]; k++)
	{
		double		z = bounded_value(screen, cells->row[k]);

		area.mean += z / (double) area.schools;
		area.low += z < -AREA_TAIL;
		area.high += z > AREA_TAIL;
	}
	for (size_t k = cells->start[cell]; k < cells->start[cell + 1]; k++)
	{
		double		difference = bounded_value(screen, cells->row[k]) - area.mean;

		area.square += difference * difference;
	}
	return area;
}

/*
 * The intraclass correlation of schools in an area's week, from the analysis of
 * variance (Snedecor and Cochran 1989, 13.5): within 0 and 1.
 */
static double
area_correlation(const Screen *screen, const AreaCells *cells)
{
	double		groups = 0.0;
	double		number = 0.0;
	double		number_square = 0.0;
	double		sum = 0.0;
	double		between = 0.0;
	double		within = 0.0;
	double		size;

	for (size_t c = 0; c < cells->cells; c++)
	{
		AreaWeek	area = area_week(screen, cells, c);
		double		n = (double) area.schools;

		groups += area.schools > 0;
		number += n;
		number_square += n * n;
		sum += n * area.mean;
		between += n * area.mean * area.mean;
		within += area.square;
	}
	if (groups < 2.0 || number <= groups)
		return 0.0;
	between = (between - sum * sum / number) / (groups - 1.0);
	within /= number - groups;
	size = (number - number_square / number) / (groups - 1.0);
	return between > within ? (between - within) / (between + (size - 1.0) * within) : 0.0;
}

/* The median departure of a cell's schools is theirs no more, but the area's. */
static double
take_off(Screen *screen, const AreaCells *cells, size_t cell)
{
	size_t		count = 0;
	double		median;

	for (size_t k = cells->start[cell]; k < cells->start[cell + 1]; k++)
		screen->scratch[count++] = screen->departure[cells->row[k]];
	median = quantile(screen->scratch, count, 0.5);
	for (size_t k = cells->start[cell]; k < cells->start[cell + 1]; k++)
	{
		screen->departure[cells->row[k]] -= median;
		screen->taken_off[cells->row[k]] += median;
	}
	return median;
}

/* Areas that were high together are taken off too, so that what is left is as even as chance is. */
static void
judge_areas(Screen *screen, AreaLevel level)
{
	AreaCells	cells = area_cells(screen, &screen->work->in->areas[level]);
	double		alike = area_correlation(screen, &cells);

	for (size_t c = 0; c < cells.cells; c++)
	{
		AreaWeek	area = area_week(screen, &cells, c);
		double		n = (double) area.schools;
		double		z = area.mean / sqrt((1.0 + (n - 1.0) * alike) / n);
		size_t		beyond = z < 0.0 ? area.low : area.high;
		double		median;

		if (area.schools < LEAST_SCHOOLS || fabs(z) < AREA_LIMIT || 3 * beyond < area.schools)
			continue;
		median = take_off(screen, &cells, c);
		if (z < 0.0)
			screen->found->area[screen->found->areas++] = (AreaShock) {
				.level = level, .area = (int32_t) (c / screen->weeks->mondays),
				.monday = screen->weeks->place[cells.row[cells.start[c]]].monday,
				.schools = area.schools, .low = area.low, .z = z, .departure = median
			};
	}
}

/* ---------- schools ---------- */

/* How far above a row could be: a week is no better than one without absence. */
static double
reach_above(const Screen *screen, size_t row)
{
	return (100.0 - screen->weeks->rate[row] + screen->departure[row]) / screen->sd[row];
}

/*
 * For each of the values, ascending, how many rows one stands for that is as far
 * above, as only some could be: all that are judged over those that reach as far.
 * Where chance reaches further down than a week can be better, as in the smallest
 * schools, it cannot be told from a shock by what is above.
 */
static void
rows_for_each(const Screen *screen, const double *value, size_t count, double *each)
{
	double		judged = 0.0;
	double		reaching = 0.0;

	for (size_t k = 0; k < count; k++)
		each[k] = 0.0;
	/* until all are counted, each[k] is how many reach as far as the value and not as the one before */
	for (size_t r = 0; r < screen->rows; r++)
	{
		double		reach = reach_above(screen, r);
		size_t		low = 0;
		size_t		high = count;

		if (!(reach >= SCHOOL_LIMIT))
			continue;
		judged += 1.0;
		while (low < high)
		{
			size_t		middle = (low + high) / 2;

			if (value[middle] < -reach)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < count)
			each[low] += 1.0;
	}
	for (size_t k = 0; k < count; k++)
	{
		reaching += each[k];
		each[k] = reaching == 0.0 ? INFINITY : judged / reaching;
	}
}

static void
add_school(Screen *screen, size_t row, double false_discovery)
{
	size_t		school = 0;
	size_t		after = screen->weeks->schools;

	while (after - school > 1)
	{
		size_t		middle = (school + after) / 2;

		if (screen->weeks->first[middle] <= row)
			school = middle;
		else
			after = middle;
	}
	screen->found->school[screen->found->schools++] = (SchoolShock) {
		.school = school, .monday = screen->weeks->place[row].monday,
		.z = screen->departure[row] / screen->sd[row], .departure = screen->departure[row],
		.area_departure = screen->taken_off[row], .false_discovery = false_discovery
	};
}

/* Rows as far out as a shock is, on either side, and their standardised values; how many. */
static size_t
rows_far_out(const Screen *screen, size_t *row, double *z)
{
	size_t		count = 0;

	for (size_t r = 0; r < screen->rows; r++)
	{
		double		value = screen->departure[r] / screen->sd[r];

		if (fabs(value) >= SCHOOL_LIMIT && reach_above(screen, r) >= SCHOOL_LIMIT)
		{
			row[count] = r;
			z[count++] = value;
		}
	}
	return count;
}

/* All settled weeks of the year at once: of those far out, as many as are above are below by chance. */
static void
judge_schools(Screen *screen)
{
	void	   *(*allocate) (size_t) = screen->work->allocate;
	size_t	   *row = screen->row;
	double	   *z = screen->scratch;
	size_t		count = rows_far_out(screen, row, z);
	size_t	   *order = allocate(sizeof(size_t) * (count + 1));
	double	   *ascending = allocate(sizeof(double) * (count + 1));
	double	   *each = allocate(sizeof(double) * (count + 1));

	gsl_sort_index(order, z, 1, count);
	for (size_t k = 0; k < count; k++)
		ascending[k] = z[order[k]];
	rows_for_each(screen, ascending, count, each);
	mirror_values(ascending, each, count, z);
	screen->found->school = allocate(sizeof(SchoolShock) * (count + 1));
	for (size_t k = 0; k < count && z[k] <= SCHOOL_RATE; k++)
		if (screen->departure[row[order[k]]] <= -LEAST_DROP)
			add_school(screen, row[order[k]], z[k]);
}

void
screen_shocks(const Work *work, Shocks *found)
{
	const YearWeeks *weeks = &work->in->this_year;
	size_t		rows = weeks->first[weeks->schools];
	size_t		numbers = sizeof(double) * (rows + 1);
	Screen		screen = {
		.work = work, .weeks = weeks, .rows = rows, .found = found,
		.departure = work->allocate(numbers), .taken_off = work->allocate(numbers), .sd = work->allocate(numbers),
		.row = work->allocate(sizeof(size_t) * (rows + 1)), .scratch = work->room.number
	};

	*found = (Shocks) {.areas = 0};
	found->area = work->allocate(sizeof(AreaShock) * (weeks->mondays
		* (work->in->areas[AREA_REGION].count + work->in->areas[AREA_AUTHORITY].count) + 1));
	memset(screen.taken_off, 0, numbers);
	for (size_t i = 0; i < weeks->schools; i++)
		depart_school(&screen, i, work->in->as_of - SETTLED_AFTER);
	for (AreaLevel level = AREA_REGION; level <= AREA_AUTHORITY; level++)
	{
		judge_areas(&screen, level);
		work->pause();
	}
	judge_schools(&screen);
}
