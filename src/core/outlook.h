/*
 * outlook.h
 *	  How likely a pupil is to be persistently absent at the end of a year, and
 *	  what is learned for that from a year that is over.
 *
 * Absence comes in spells: the sessions of a year say as much as sessions /
 * spell independent ones would.  Of these, absence is beta-binomial: a pupil's
 * rate is drawn from a beta distribution of some mean and strength (the sum of
 * its two parameters, in independent sessions), which sessions so far update.
 */
#ifndef ABIE_CORE_OUTLOOK_H
#define ABIE_CORE_OUTLOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sessions that may still be missed of a year of so many possible, with 10 x absent < possible in the end. */
extern int64_t sessions_below_persistence(int64_t absent, int64_t year_possible);

/* What a pupil's year is like so far; absent <= possible, all 0 or more. */
typedef struct YearSoFar
{
	int64_t		absent;
	int64_t		possible;
	int64_t		to_come;		/* possible sessions of the rest of the year */
} YearSoFar;

/* Mean above 0 and under 1, strength above 0, spell at least 1 session. */
typedef struct OutlookPrior
{
	double		mean;
	double		strength;
	double		spell;
} OutlookPrior;

/*
 * Probability of 10 x absent >= possible in the end.  NaN where GSL's beta
 * function fails.
 */
extern double persistence_probability(YearSoFar year, OutlookPrior prior);

/* Pupils of a year that is over, and of the one before it: one array a column, as float8 arrays bring them. */
typedef struct PupilYears
{
	size_t		count;			/* at least 1 */
	const double *absent;
	const double *possible;		/* above 0 */
	const double *squared;		/* of the lengths of spells */
	const double *absent_before;
	const double *possible_before;	/* 0: no year before */
} PupilYears;

/* What a mean may be at most, and 1 less it at least: the beta distribution has no other. */
#define OUTLOOK_LEAST_MEAN 0.001

/* What they say of a year to come. */
typedef struct OutlookModel
{
	double		spell;			/* sessions */
	double		mean;			/* rate, 0 to 1 */
	double		strength;		/* of pupils of whom nothing else is known */
	size_t		pupils_before;	/* those with a year before; the rest is of them */
	double		intercept;		/* least squares of the rate on the rate before */
	double		slope;			/* 0 to 1 */
	double		strength_before;	/* of pupils about that line */
} OutlookModel;

/*
 * Moments, weighted by possible sessions.  spell: sum of squared lengths over
 * sum of lengths, of pupils absent from less than half; strength: that
 * at which squared departures from the mean are what the beta-binomial
 * distribution has them, v / k (1 + (k - 1) / (strength + 1)) with v = mean
 * (1 - mean) and k = possible / spell.
 */
extern OutlookModel learn_outlook(const PupilYears *pupils);

/* The mean for a pupil with that rate before: the line, within what a mean may be. */
extern double outlook_mean(double intercept, double slope, double before);

#endif
