/*
 * year_progress.c
 *	  Where this year's weeks lead.
 */
#include "core/year_progress.h"

#include <math.h>
#include <string.h>

#include "core/year_work.h"

#define WAIT 14					/* days that a week's registers are waited for */
#define MOVEMENT_SD 0.25		/* of the common course of a whole year to come, and of a week of it while none tells */
#define DECLARED_WEEKS 4		/* that the declared one of a week counts for */
#define NORMAL_QUANTILE 1.959963984540054
#define GREATEST_RELIEF 0.5		/* that weeks set aside bring, percentage points */

/* ---------- like for like ---------- */

/* The weeks of a school that have a counterpart last year, and their counterparts: sums over both. */
typedef struct Matched
{
	double		sessions;
	double		attended;		/* sessions x rate */
	double		last_sessions;
	double		last_attended;
} Matched;

/* What a Monday's course changed by from its counterparts', over the schools: both numbers times sessions. */
typedef struct WeekChange
{
	double		sessions;		/* where both years have a course */
	double		change;
} WeekChange;

static Matched
match_weeks(const Work *work, size_t school, WeekChange *common)
{
	const YearWeeks *now = &work->in->this_year;
	const YearWeeks *then = &work->in->last_year;
	size_t		first = now->first[school];
	int			counterpart[GREATEST_WEEKS];
	Matched		sums = {.sessions = 0.0};

	counterpart_weeks(now->place + first, (int) weeks_of(now, school),
					  then->place + then->first[school], (int) weeks_of(then, school), counterpart);
	for (size_t r = first; r < now->first[school + 1]; r++)
	{
		size_t		q = then->first[school] + (size_t) counterpart[r - first];
		double		change;

		if (counterpart[r - first] < 0)
			continue;
		change = course_of(&work->this_year, r) - course_of(&work->last_year, q);
		if (!isnan(change))
		{
			common[now->week[r]].sessions += now->possible[r];
			common[now->week[r]].change += now->possible[r] * change;
		}
		sums.sessions += now->possible[r];
		sums.attended += now->possible[r] * now->rate[r];
		sums.last_sessions += then->possible[q];
		sums.last_attended += then->possible[q] * then->rate[q];
	}
	return sums;
}

/* Whether the schools of the stratum are, most of them, still in the first half term. */
static bool
in_first_half_term(const Work *work)
{
	const YearWeeks *now = &work->in->this_year;
	size_t		first = 0;
	size_t		begun = 0;

	for (size_t i = 0; i < now->schools; i++)
		if (weeks_of(now, i) > 0)
		{
			begun++;
			first += now->place[now->first[i + 1] - 1].half_term == 1;
		}
	return 2 * first > begun;
}

/*
 * How far a week's common change is from their mean: the variance of the weeks,
 * by their sessions, beside some weeks of the declared one.
 */
static double
week_movement(const WeekChange *common, size_t mondays, double sessions, double mean)
{
	double		declared = DECLARED_WEEKS * MOVEMENT_SD * MOVEMENT_SD;
	double		squares = 0.0;
	double		weeks = 0.0;	/* as many as of equal sessions would say as much */

	if (sessions == 0.0)
		return MOVEMENT_SD;
	for (size_t w = 0; w < mondays; w++)
	{
		double		share = common[w].sessions / sessions;
		double		departure = common[w].change / common[w].sessions - mean;

		if (share == 0.0)
			continue;
		weeks += share * share;
		squares += share * departure * departure;
	}
	weeks = 1.0 / weeks;
	return sqrt((declared + weeks * squares) / (DECLARED_WEEKS + weeks - 1.0));
}

/* The common course so far against last year's; shrunk by half in the first half term. */
static void
learn_common_change(const Work *work, const WeekChange *common)
{
	Learned    *learned = work->learned;
	size_t		mondays = work->in->this_year.mondays;
	double		sessions = 0.0;
	double		sum = 0.0;

	for (size_t w = 0; w < mondays; w++)
	{
		sessions += common[w].sessions;
		sum += common[w].change;
	}
	learned->common_change = sum / sessions;
	learned->taken_on = isnan(learned->common_change) ? 0.0 :
		learned->common_change * (in_first_half_term(work) ? 0.5 : 1.0);
	learned->week_movement = week_movement(common, mondays, sessions, learned->common_change);
}

/* ---------- the weeks to come ---------- */

/* What is to come of a school's year. */
typedef struct Rest
{
	double		weeks;
	double		sessions;
	double		course;
} Rest;

/* Last year's weeks of a school whose Monday comes again after its last one, but for those that have passed unheld. */
static Rest
rest_of_year(const Work *work, size_t school, const Matched *matched)
{
	const YearWeeks *now = &work->in->this_year;
	const YearWeeks *then = &work->in->last_year;
	Day			newest = now->place[now->first[school + 1] - 1].monday;
	Rest		rest = {.weeks = 0.0};
	double		sessions = 0.0;

	for (size_t q = row_after(then, school, newest - YEAR_OF_WEEKS); q < then->first[school + 1]; q++)
	{
		if (then->place[q].monday + YEAR_OF_WEEKS + WAIT < work->in->as_of)
			continue;
		rest.weeks += 1.0;
		rest.sessions += then->possible[q];
		if (isnan(course_of(&work->last_year, q)))
			continue;
		sessions += then->possible[q];
		rest.course += then->possible[q] * course_of(&work->last_year, q);
	}
	rest.course = rest.course / sessions + work->learned->taken_on - work->learned->shortfall;
	if (matched->last_sessions > 0.0)
		rest.sessions *= matched->sessions / matched->last_sessions;
	return rest;
}

/* Where nothing is known of last year's weeks: a year of 39, with the year's level as forecast. */
static Rest
declared_rest(const Work *work, size_t held)
{
	return (Rest) {
		.weeks = held < USUAL_WEEKS ? (double) (USUAL_WEEKS - held) : 0.0,
		.course = work->learned->forecast
	};
}

/*
 * The rest of every school that has weeks: its own, or in the middle of those of
 * the others.  The course is one for all, in the middle: a school's own weeks of
 * last year say less of it the more of them are missing.
 */
static void
fill_rests(const Work *work, const Matched *matched, Rest *rest)
{
	const YearWeeks *now = &work->in->this_year;
	double	   *weeks = work->allocate(sizeof(double) * (now->schools + 1));
	double	   *course = work->allocate(sizeof(double) * (now->schools + 1));
	Rest		typical;

	for (size_t i = 0; i < now->schools; i++)
	{
		bool		known = weeks_of(now, i) > 0 && weeks_of(&work->in->last_year, i) > 0;

		rest[i] = known ? rest_of_year(work, i, &matched[i]) : (Rest) {.weeks = NAN, .course = NAN};
		weeks[i] = rest[i].weeks;
		course[i] = rest[i].course;
	}
	typical.weeks = median_known(weeks, now->schools, work->scratch);
	typical.course = median_known(course, now->schools, work->scratch);
	for (size_t i = 0; i < now->schools; i++)
	{
		if (isnan(rest[i].weeks) && weeks_of(now, i) > 0)
		{
			rest[i] = isnan(typical.weeks) ? declared_rest(work, weeks_of(now, i)) : typical;
			rest[i].sessions = rest[i].weeks * usual_sessions(now, i, now->first[i + 1]);
		}
		if (work->in->over)
			rest[i] = (Rest) {.course = NAN};
		else
			rest[i].course = isnan(typical.course) ? work->learned->forecast : typical.course;
	}
}

/* ---------- a school's year ---------- */

/* Sessions held, and what they come to; weeks set aside with or without. */
typedef struct Held
{
	double		sessions;
	double		rate;
	double		deviation;		/* from the median of the peers, in weeks that have one; NaN */
} Held;

static Held
held_so_far(const Course *year, size_t school, bool with_set_aside)
{
	const YearWeeks *weeks = year->weeks;
	Held		held = {.sessions = 0.0};
	double		with_course = 0.0;

	for (size_t r = weeks->first[school]; r < weeks->first[school + 1]; r++)
		if (with_set_aside || weeks->set_aside[r] == BEFELL_NOTHING)
		{
			held.sessions += weeks->possible[r];
			held.rate += weeks->possible[r] * weeks->rate[r];
			if (isnan(year->deviation[r]))
				continue;
			with_course += weeks->possible[r];
			held.deviation += weeks->possible[r] * year->deviation[r];
		}
	held.rate /= held.sessions;
	held.deviation /= with_course;
	return held;
}

static YearSoFar
year_so_far(const Work *work, size_t school, Held held, const Rest *rest)
{
	return (YearSoFar) {
		.done = held.sessions / (held.sessions + rest->sessions),
		.rate = held.sessions > 0.0 ? held.rate : 0.0,
		.course = rest->course,
		.week_variance = work->week_variance[school] * work->serial,
		.weeks_left = rest->weeks
	};
}

static size_t
count_set_aside(const YearWeeks *weeks, size_t school)
{
	size_t		count = 0;

	for (size_t r = weeks->first[school]; r < weeks->first[school + 1]; r++)
		count += weeks->set_aside[r] != BEFELL_NOTHING;
	return count;
}

/* A school without weeks: the run's forecast. */
static void
forecast_year(const Work *work, size_t school, SchoolProgress *p)
{
	p->year_to_date = p->relative = p->like_for_like = p->course = p->weeks_left = NAN;
	p->year_to_date_without = NAN;
	p->level = p->prior;
	p->year = (Belief) {work->in->forecast[school], work->in->year_variance[school]};
	p->projected_without = p->year.mean;
}

/* A school with weeks, all but the probabilities. */
static void
progress_year(const Work *work, size_t school, const Matched *matched, const Rest *rest, SchoolProgress *p)
{
	Held		held = held_so_far(&work->this_year, school, true);
	Held		without = held_so_far(&work->this_year, school, false);
	YearSoFar	year = year_so_far(work, school, held, rest);

	p->year_to_date = held.rate;
	p->relative = held.deviation;
	p->like_for_like = matched->attended / matched->sessions - matched->last_attended / matched->last_sessions;
	p->done = year.done;
	p->weeks_left = rest->weeks;
	p->course = rest->course;
	p->level = level_after(work, &work->this_year, school, work->in->this_year.first[school + 1],
						   work->week_variance[school]);
	p->year = project_year(year, p->level);
	p->year_to_date_without = without.rate;
	p->projected_without = p->year.mean;
	if (p->weeks_set_aside > 0 && without.sessions + rest->sessions > 0.0)
		p->projected_without = fmin(project_year(year_so_far(work, school, without, rest), p->level).mean,
									p->year.mean + GREATEST_RELIEF);
}

/* ---------- the interval and the probability ---------- */

/* How far the common course of the rest of the year may be from the one expected: as years are, and as weeks. */
static double
movement_sd(const Learned *learned, double done, double weeks_left)
{
	double		week = weeks_left > 0.0 ? learned->week_movement * learned->week_movement / weeks_left : 0.0;

	return (1.0 - done) * sqrt(MOVEMENT_SD * MOVEMENT_SD + week);
}

/* The change common to all from the baseline year to the year projected, and how sure it is. */
static void
learn_movement(const Work *work, const SchoolProgress *progress)
{
	size_t		schools = work->in->this_year.schools;
	double	   *number = work->allocate(sizeof(double) * (schools + 1));

	for (size_t i = 0; i < schools; i++)
		number[i] = progress[i].year.mean - work->in->attendance[i];
	work->learned->common_movement = median_known(number, schools, work->scratch);
	for (size_t i = 0; i < schools; i++)
		number[i] = movement_sd(work->learned, progress[i].done, progress[i].weeks_left);
	work->learned->movement_sd = median_known(number, schools, work->scratch);
}

static void
judge(const Work *work, size_t school, const NormalRule *rule, SchoolProgress *p)
{
	const Stratum *in = work->in;
	double		quantile = p->weeks > 0 ? work->learned->quantile : in->forecast_quantile;
	double		stretch = quantile / NORMAL_QUANTILE;
	double		movement = movement_sd(work->learned, p->done, p->weeks_left);
	double		margin = quantile * sqrt(p->year.variance + movement * movement);
	Belief		year = {p->year.mean, p->year.variance * stretch * stretch};
	Bar			bar = {
		.baseline = in->baseline[school], .improvement = in->improvement[school], .pace = in->pace,
		.common_change = work->learned->common_movement, .common_sd = movement
	};

	p->low = fmax(p->year.mean - margin, 0.0);
	p->high = fmin(p->year.mean + margin, 100.0);
	p->probability = p->probability_without = probability_met(year, bar, rule);
	if (p->projected_without != p->year.mean)
	{
		year.mean = p->projected_without;
		p->probability_without = probability_met(year, bar, rule);
	}
}

/* ---------- all of it ---------- */

static void
project_schools(const Work *work, const Matched *matched, const Rest *rest, const NormalRule *rule,
				SchoolProgress *progress)
{
	const YearWeeks *now = &work->in->this_year;

	for (size_t i = 0; i < now->schools; i++)
	{
		SchoolProgress *p = &progress[i];

		*p = (SchoolProgress) {
			.weeks = weeks_of(now, i), .weeks_set_aside = count_set_aside(now, i),
			.week_variance = work->week_variance[i],
			.prior = {work->this_year.prior[i], work->level_variance[i]}
		};
		if (p->weeks == 0)
			forecast_year(work, i, p);
		else
			progress_year(work, i, &matched[i], &rest[i], p);
	}
	work->pause();
	learn_movement(work, progress);
	for (size_t i = 0; i < now->schools; i++)
		judge(work, i, rule, &progress[i]);
}

static RowRoom
room_for_rows(const Stratum *stratum, void *(*allocate) (size_t))
{
	size_t		now = stratum->this_year.first[stratum->this_year.schools];
	size_t		then = stratum->last_year.first[stratum->last_year.schools];
	size_t		rows = (now > then ? now : then) + 1;
	RowRoom		room = {.cell = allocate(sizeof(int32_t) * rows), .number = allocate(sizeof(double) * 2 * rows)};

	room.other = room.number + rows;
	return room;
}

void
project_stratum(const Stratum *stratum, const NormalRule *rule, Learned *learned, SchoolProgress *progress,
				Shocks *shocks, void *(*allocate) (size_t), void (*pause) (void))
{
	size_t		schools = stratum->this_year.schools;
	Work		work = {
		.in = stratum, .learned = learned, .allocate = allocate, .pause = pause,
		.scratch = allocate(sizeof(double) * (schools + 1)), .room = room_for_rows(stratum, allocate),
		.week_variance = allocate(sizeof(double) * (schools + 1)),
		.level_variance = allocate(sizeof(double) * (schools + 1))
	};
	Matched    *matched = allocate(sizeof(Matched) * (schools + 1));
	Rest	   *rest = allocate(sizeof(Rest) * (schools + 1));
	WeekChange *common = allocate(sizeof(WeekChange) * (stratum->this_year.mondays + 1));

	memset(common, 0, sizeof(WeekChange) * (stratum->this_year.mondays + 1));
	place_weeks(stratum);
	learn_stratum(&work);
	for (size_t i = 0; i < schools; i++)
		matched[i] = match_weeks(&work, i, common);
	learn_common_change(&work, common);
	fill_rests(&work, matched, rest);
	pause();
	project_schools(&work, matched, rest, rule, progress);
	screen_shocks(&work, shocks);
	learned->this_week = work.this_year.common;
	learned->last_week = work.last_year.common;
	learned->this_areas = work.this_year.areas;
	learned->last_areas = work.last_year.areas;
}
