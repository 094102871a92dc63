/*
 * figures.c
 *	  Figures of the core on invented schools, to the last bit: what a run's
 *	  digests are made of.  test/cpu/run compares them between CPUs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/context.h"
#include "core/decimal_log.h"
#include "core/distance.h"
#include "core/expectation.h"
#include "core/forecast.h"
#include "core/quantile.h"
#include "core/ridge.h"
#include "core/scaling.h"
#include "core/shrinkage.h"
#include "lib/invented.h"

#define SCHOOLS 3000
#define COLUMNS 60

static double column[8][SCHOOLS];
static double x[SCHOOLS * COLUMNS];
static double work[64 * SCHOOLS];
static double copy[SCHOOLS];

static double
about(double middle, double spread)
{
	return middle + spread * (chance() + chance() + chance() - 1.5);
}

static void
show(const char *name, const double *value, size_t count)
{
	uint64_t	sum = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < count; i++)
	{
		uint64_t	bits;

		memcpy(&bits, &value[i], sizeof(bits));
		if (value[i] != value[i])
			bits = 0;			/* a NaN has a sign that means nothing */
		for (int byte = 0; byte < 8; byte++)
			sum = (sum ^ (bits >> (8 * byte) & 0xFF)) * UINT64_C(1099511628211);
	}
	printf("%-24s %016" PRIx64 " %zu from %a\n", name, sum, count, value[0]);
}

static void
show_ridge(const char *name, size_t p, const double *penalties)
{
	RidgeInput	in = {
		.n = SCHOOLS, .p = p, .y = column[2], .x = x, .weight = column[3], .penalties = penalties, .pause = go_on
	};
	RidgeModel	model;

	if (ridge_fit(&in, allocate, &model) != 0)
		abort();
	puts(name);
	show("penalties", model.penalties, p);
	show("coefficients", model.coefficients, p);
	show("inverse", model.inverse, p * p);
	show("leave one out", model.leave_one_out, SCHOOLS);
	show("leave one out error", model.leave_one_out_error, SCHOOLS);
	show("leverage", model.leverage, SCHOOLS);
	show("r2", (double[]) {model.intercept, model.r2, model.r2_leave_one_out, model.residual_variance}, 4);
	show("cross variance", (double[]) {
		ridge_cross_variance(x, x + p, model.location, model.inverse, model.penalties, p, 1e6)
	}, 1);
}

static void
show_learning(void)
{
	SchoolYears years = {SCHOOLS, column[0], column[1], column[2], column[3], column[4]};
	BaselineRule rule;
	ForecastModel model;
	NoiseModel	noise = change_variance(column[5], column[3], SCHOOLS, work);

	show("change variance", (double[]) {noise.c0, noise.c1}, 2);
	show("between variance", (double[]) {between_variance(column[5], column[6], SCHOOLS, 0.1, work)}, 1);
	if (!learn_baseline(&years, true, 1.0, work, go_on, &rule) || !learn_forecast(&years, work, &model))
		abort();
	show("baseline", (double[]) {rule.last_weight, rule.n0}, 2);
	show("forecast", model.coefficient, FORECAST_TERMS);
	show("forecast errors", (double[]) {model.noise.c0, model.noise.c1, model.quantile}, 3);
}

static void
show_descriptions(void)
{
	static const ScalingMethod method[] = {SCALING_ROBUST, SCALING_SD, SCALING_RANGE};

	for (size_t i = 0; i < sizeof(method) / sizeof(method[0]); i++)
	{
		Scaling		scaling;

		memcpy(copy, column[2], sizeof(copy));
		scaling = scaling_of(copy, SCHOOLS, method[i], work);
		show("scaling", (double[]) {scaling.location, scaling.scale, scaling_apply(93.1, scaling, 4.0)}, 3);
	}
	memcpy(copy, column[5], sizeof(copy));
	show("quantile", (double[]) {quantile(copy, SCHOOLS, 0.95)}, 1);
	show("local mean", (double[]) {
		local_mean(column[2], column[6], column[3], 20, 0.9), local_mean_error(column[2], column[6], column[3], 20, 0.9)
	}, 2);
}

static void
show_logarithms(void)
{
	for (int i = 0; i < SCHOOLS; i++)
		copy[i] = decimal_log(column[3][i]);
	show("logarithms", copy, SCHOOLS);
}

int
main(void)
{
	double		penalties[COLUMNS];

	for (int i = 0; i < SCHOOLS; i++)
	{
		column[2][i] = about(94.0, 2.0);
		column[3][i] = 30.0 + 2000.0 * chance() * chance();
		column[0][i] = column[2][i] + about(0.0, 1.5);
		column[1][i] = 0.5 * column[0][i] + 0.5 * column[2][i] + about(0.1, 1.0);
		column[4][i] = 0.7 * column[1][i] + 0.3 * column[2][i] + about(-0.2, 1.0);
		column[5][i] = column[4][i] - column[1][i];
		column[6][i] = 0.01 + chance();
		for (int j = 0; j < COLUMNS; j++)
			x[i * COLUMNS + j] = j % 7 == 6 ? (double) (chance() < 0.1) : about(0.3 * column[2][i], 1.0 + j);
	}
	for (int j = 0; j < COLUMNS; j++)
		penalties[j] = 1.0 + j;
	show_ridge("ridge by cross-validation", COLUMNS, NULL);
	show_ridge("ridge of one column", 1, NULL);
	show_ridge("ridge of given penalties", COLUMNS, penalties);
	show_learning();
	show_descriptions();
	show_logarithms();
	return 0;
}
