/*
 * forecast.h
 *	  What next year brings if nothing changes, and how far it may be out.
 */
#ifndef ABIE_CORE_FORECAST_H
#define ABIE_CORE_FORECAST_H

#include <stdbool.h>

#include "core/shrinkage.h"

/*
 * The terms of the forecast: 1, E, last - E, before - E, and the latter two over
 * sqrt(n), by which a small school's departures count for less or more.
 */
#define FORECAST_TERMS 6

/* The sum of the terms times their coefficients, in per cent. */
extern double forecast(double before, double last, double expected, double enrolments,
					   const double coefficient[FORECAST_TERMS]);

/* A forecast learned: its coefficients, and what is known of its errors. */
typedef struct ForecastModel
{
	double		coefficient[FORECAST_TERMS];
	NoiseModel	noise;			/* variance of the errors, of change_variance */
	double		quantile;		/* 95 per cent quantile of |error - median error| / its standard deviation */
} ForecastModel;

/* Room that learn_forecast needs for count schools, in doubles. */
#define FORECAST_WORK(count) (((size_t) FORECAST_TERMS + 6) * (count))

/*
 * Least squares of the outcome, winsorised at 99 per cent, on the terms (the
 * shortest of all solutions where they depend on each other), and the model of
 * what it leaves of the outcome itself.  years->count is
 * at least FORECAST_TERMS.  False if the sums are out of range.
 */
extern bool learn_forecast(const SchoolYears *years, double *work, ForecastModel *model);

#endif
