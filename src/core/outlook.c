/*
 * outlook.c
 *	  How likely a pupil is to be persistently absent at the end of a year.
 */
#include "core/outlook.h"

#include <math.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_math.h>
#include <gsl/gsl_sf_gamma.h>

/* 10 x absent >= possible from so many sessions on; of a year without any there is no such number, as 1 says. */
static int64_t
least_persistent(int64_t year_possible)
{
	return year_possible == 0 ? 1 : (year_possible - 1) / 10 + 1;
}

int64_t
sessions_below_persistence(int64_t absent, int64_t year_possible)
{
	return GSL_MAX(least_persistent(year_possible) - 1 - absent, 0);
}

/* ---------- the beta-binomial distribution ---------- */

typedef struct BetaBinomial
{
	int			trials;
	double		a;
	double		b;
} BetaBinomial;

/* Probability of exactly so many: C(n, x) B(a + x, b + n - x) / B(a, b); C(n, x) = 1 / ((n + 1) B(x + 1, n - x + 1)) */
static double
exactly(const BetaBinomial *drawn, int x)
{
	double		n = drawn->trials;
	gsl_sf_result joint;
	gsl_sf_result alone;
	gsl_sf_result ways;

	if (x > drawn->trials)
		return 0.0;
	if (gsl_sf_lnbeta_e(drawn->a + x, drawn->b + n - x, &joint) != GSL_SUCCESS
		|| gsl_sf_lnbeta_e(drawn->a, drawn->b, &alone) != GSL_SUCCESS
		|| gsl_sf_lnbeta_e(x + 1.0, n - x + 1.0, &ways) != GSL_SUCCESS)
		return NAN;
	return exp(joint.val - alone.val - ways.val) / (n + 1.0);
}

/* P(x + 1) / P(x) */
static double
step(const BetaBinomial *drawn, int x)
{
	return (drawn->trials - x) / (x + 1.0) * ((drawn->a + x) / (drawn->b + drawn->trials - x - 1.0));
}

/*
 * Probability of at least so many, 1 or more, summed on the side of the mean that it lies
 * on: away from the mean terms fall, so that the first, which may be too small
 * to be written, is not what the others are made of.
 */
static double
at_least(const BetaBinomial *drawn, int x)
{
	double		term;
	double		sum = 0.0;

	if (x > drawn->trials * (drawn->a / (drawn->a + drawn->b)))
	{
		term = exactly(drawn, x);
		for (int at = x; at <= drawn->trials; at++)
		{
			sum += term;
			term *= step(drawn, at);
		}
		return GSL_MIN_DBL(sum, 1.0);
	}
	term = exactly(drawn, x - 1);
	for (int at = x - 1; at >= 0; at--)
	{
		sum += term;
		if (at > 0)
			term /= step(drawn, at - 1);
	}
	return GSL_MAX_DBL(1.0 - sum, 0.0);
}

/* ---------- the end of the year ---------- */

/*
 * At least so many sessions absent, of spells drawn: x of them are some x spell
 * sessions, evenly half a spell more or less; none are none.  Sessions are
 * whole, so that one less a half is the bound.
 */
static double
sessions_at_least(const BetaBinomial *drawn, double sessions, double spell)
{
	double		bound = (sessions - 0.5) / spell;
	double		nearest = floor(bound + 0.5);

	if (nearest < 1.0)
		return at_least(drawn, 1);
	return at_least(drawn, (int) nearest + 1) + (0.5 - (bound - nearest)) * exactly(drawn, (int) nearest);
}

double
persistence_probability(YearSoFar year, OutlookPrior prior)
{
	int64_t		needed = least_persistent(year.possible + year.to_come) - year.absent;
	double		trials = (double) year.to_come / prior.spell;
	double		part = trials - floor(trials);
	BetaBinomial drawn = {
		.trials = (int) floor(trials),
		.a = prior.mean * prior.strength + (double) year.absent / prior.spell,
		.b = (1.0 - prior.mean) * prior.strength + (double) (year.possible - year.absent) / prior.spell
	};
	double		fewer;

	if (needed <= 0)
		return 1.0;
	if (needed > year.to_come)
		return 0.0;
	/* between the whole numbers of trials on either side */
	fewer = sessions_at_least(&drawn, (double) needed, prior.spell);
	drawn.trials++;
	return (1.0 - part) * fewer + part * sessions_at_least(&drawn, (double) needed, prior.spell);
}

/* ---------- learning ---------- */

static double
within_means(double mean)
{
	return GSL_MIN_DBL(GSL_MAX_DBL(mean, OUTLOOK_LEAST_MEAN), 1.0 - OUTLOOK_LEAST_MEAN);
}

double
outlook_mean(double intercept, double slope, double before)
{
	return within_means(intercept + slope * before);
}

static double
mean_spell(const PupilYears *pupils)
{
	double		squared = 0.0;
	double		absent = 0.0;

	for (size_t i = 0; i < pupils->count; i++)
	{
		/* a pupil who is away for months says nothing of the spells of others */
		if (2.0 * pupils->absent[i] >= pupils->possible[i])
			continue;
		squared += pupils->squared[i];
		absent += pupils->absent[i];
	}
	return absent > 0.0 ? squared / absent : 1.0;
}

/* Squared departures from means, and what these would be with and without the pupils' own rates. */
typedef struct Departures
{
	double		squared;
	double		by_chance;
	double		by_rates;
} Departures;

static void
add_departure(Departures *sum, double absent, double possible, double spell, double mean)
{
	double		departure = absent / possible - mean;
	double		variance = mean * (1.0 - mean);
	double		sessions = GSL_MAX_DBL(possible / spell, 1.0);

	sum->squared += possible * departure * departure;
	sum->by_chance += possible * variance / sessions;
	sum->by_rates += possible * variance * (1.0 - 1.0 / sessions);
}

/* From the share 1 / (strength + 1) of the variance that is between rates: at least 10^-4, which is as good as none. */
static double
strength_of(const Departures *sum)
{
	double		share = sum->by_rates > 0.0 ? (sum->squared - sum->by_chance) / sum->by_rates : 0.0;

	share = GSL_MIN_DBL(GSL_MAX_DBL(share, 1e-4), 1.0 - 1e-4);
	return 1.0 / share - 1.0;
}

static double
rate_before(const PupilYears *pupils, size_t i)
{
	return pupils->absent_before[i] / pupils->possible_before[i];
}

/* The line of the rate on the rate before, of pupils with a year before; pupils_before is how many. */
static void
learn_line(const PupilYears *pupils, OutlookModel *model)
{
	double		weight = 0.0;
	double		now = 0.0;
	double		before = 0.0;
	double		squares = 0.0;
	double		products = 0.0;

	for (size_t i = 0; i < pupils->count; i++)
	{
		if (pupils->possible_before[i] == 0.0)
			continue;
		model->pupils_before++;
		weight += pupils->possible[i];
		now += pupils->absent[i];
		before += pupils->possible[i] * rate_before(pupils, i);
	}
	if (model->pupils_before == 0)
		return;
	now /= weight;
	before /= weight;
	for (size_t i = 0; i < pupils->count; i++)
	{
		double		departure;

		if (pupils->possible_before[i] == 0.0)
			continue;
		departure = rate_before(pupils, i) - before;
		squares += pupils->possible[i] * departure * departure;
		products += departure * (pupils->absent[i] - pupils->possible[i] * now);
	}
	model->slope = squares > 0.0 ? GSL_MIN_DBL(GSL_MAX_DBL(products / squares, 0.0), 1.0) : 0.0;
	model->intercept = now - model->slope * before;
}

/* The strength of pupils about the line. */
static double
strength_about_line(const PupilYears *pupils, const OutlookModel *model)
{
	Departures	sum = {0};

	for (size_t i = 0; i < pupils->count; i++)
		if (pupils->possible_before[i] > 0.0)
			add_departure(&sum, pupils->absent[i], pupils->possible[i], model->spell,
						  outlook_mean(model->intercept, model->slope, rate_before(pupils, i)));
	return strength_of(&sum);
}

OutlookModel
learn_outlook(const PupilYears *pupils)
{
	OutlookModel model = {.spell = mean_spell(pupils)};
	Departures	sum = {0};
	double		absent = 0.0;
	double		possible = 0.0;

	for (size_t i = 0; i < pupils->count; i++)
	{
		absent += pupils->absent[i];
		possible += pupils->possible[i];
	}
	model.mean = within_means(absent / possible);
	for (size_t i = 0; i < pupils->count; i++)
		add_departure(&sum, pupils->absent[i], pupils->possible[i], model.spell, model.mean);
	model.strength = strength_of(&sum);
	learn_line(pupils, &model);
	model.strength_before = strength_about_line(pupils, &model);
	return model;
}
