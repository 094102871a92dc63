/*
 * shrinkage.c
 *	  Sampling noise, between-school variance, shrunk baselines.
 */
#include "core/shrinkage.h"

#include <math.h>
#include <string.h>

#include "core/quantile.h"
#include "core/simplex.h"

#define LEAST_CONSTANT 0.01		/* of a noise model, squared percentage points */
#define CHANGE_WINSORISED 0.99
#define OUTCOME_WINSORISED 0.995

/* The least n / (n + n0) of a school of median size: n0 stays finite. */
#define LEAST_RELIABILITY 0.001

#define SIMPLEX_SIDE 0.2
#define SIMPLEX_SIZE 1e-7
#define SIMPLEX_STEPS 1000

/* ---------- shrinkage ---------- */

/* fmin and fmax of numbers that are none of them NaN: no call, which here is most of the time it takes to learn. */
static inline double
lesser(double a, double b)
{
	return a < b ? a : b;
}

static inline double
greater(double a, double b)
{
	return a > b ? a : b;
}

/* The point a share of the way from the expected rate to the rate, never beyond either. */
static double
towards(double rate, double expected, double reliability)
{
	double		level = expected + reliability * (rate - expected);

	return lesser(greater(level, lesser(rate, expected)), greater(rate, expected));
}

double
shrink(double rate, double expected, double sampling_variance, double between_variance)
{
	if (sampling_variance == 0.0)
		return rate;
	return towards(rate, expected, between_variance / (between_variance + sampling_variance));
}

/* The rate, or where it is farther than reach from the centre, the end that is nearer to it. */
static double
within(double rate, double centre, double reach)
{
	return lesser(greater(rate, centre - reach), centre + reach);
}

double
own_level(double before, double last, BaselineRule rule)
{
	return within(towards(last, before + rule.common_change, rule.last_weight), last, rule.reach);
}

double
shrunk_baseline(double before, double last, double expected, double enrolments, BaselineRule rule)
{
	double		level = own_level(before, last, rule);
	double		theta = towards(level, expected, enrolments / (enrolments * (1.0 + rule.constant) + rule.n0));

	return within(theta, last, rule.reach);
}

/* ---------- variances ---------- */

double
overdispersion(double *z, size_t count, double winsorised)
{
	double		low = quantile(z, count, winsorised);
	double		high = quantile(z, count, 1.0 - winsorised);
	double		squares = 0.0;

	for (size_t i = 0; i < count; i++)
	{
		double		drawn_in = fmin(fmax(z[i], low), high);

		squares += drawn_in * drawn_in;
	}
	return squares / (double) count;
}

double
between_variance(const double *effect, const double *variance, size_t count, double winsorised,
				 double *work)
{
	double		weights = 0.0;
	double		squares = 0.0;
	double		excess;

	if (count < 2)
		return 0.0;
	for (size_t i = 0; i < count; i++)
	{
		double		weight = 1.0 / variance[i];

		work[i] = effect[i] / sqrt(variance[i]);
		weights += weight;
		squares += weight * weight;
	}
	excess = (double) count * overdispersion(work, count, winsorised) - (double) (count - 1);
	return excess > 0.0 ? excess / (weights - squares / weights) : 0.0;
}

double
noise_variance(NoiseModel noise, double enrolments)
{
	return noise.c0 + noise.c1 / enrolments;
}

/* Least squares of y on 1 and x, from running means. */
static NoiseModel
line_through(const double *x, const double *y, size_t count)
{
	double		mean_x = 0.0;
	double		mean_y = 0.0;
	double		squares = 0.0;
	double		products = 0.0;
	double		slope;

	for (size_t i = 0; i < count; i++)
	{
		mean_x += (x[i] - mean_x) / (double) (i + 1);
		mean_y += (y[i] - mean_y) / (double) (i + 1);
	}
	for (size_t i = 0; i < count; i++)
	{
		double		apart = x[i] - mean_x;

		squares += (apart * apart - squares) / (double) (i + 1);
		products += (apart * (y[i] - mean_y) - products) / (double) (i + 1);
	}
	slope = products / squares;
	return (NoiseModel) {mean_y - mean_x * slope, slope};
}

/* Least squares of y on 1 and x, both coefficients bounded below: where a bound holds, the other is fitted to it. */
static NoiseModel
bounded_line(const double *x, const double *y, size_t count)
{
	NoiseModel	line = line_through(x, y, count);
	double		sum_y = 0.0;
	double		sum_xx = 0.0;
	double		sum_xy = 0.0;

	for (size_t i = 0; i < count; i++)
	{
		sum_y += y[i];
		sum_xx += x[i] * x[i];
		sum_xy += x[i] * (y[i] - LEAST_CONSTANT);
	}
	/* not a number where x does not vary */
	if (!(line.c1 >= 0.0))
		return (NoiseModel) {fmax(sum_y / (double) count, LEAST_CONSTANT), 0.0};
	if (line.c0 < LEAST_CONSTANT)
		return (NoiseModel) {LEAST_CONSTANT, fmax(sum_xy / sum_xx, 0.0)};
	return line;
}

NoiseModel
change_variance(const double *change, const double *enrolments, size_t count, double *work)
{
	double	   *square = work;
	double	   *inverse = work + count;
	double	   *scratch = work + 2 * count;
	double		median;
	double		limit;

	memcpy(scratch, change, sizeof(double) * count);
	median = quantile(scratch, count, 0.5);
	for (size_t i = 0; i < count; i++)
	{
		square[i] = (change[i] - median) * (change[i] - median);
		inverse[i] = 1.0 / enrolments[i];
	}
	memcpy(scratch, square, sizeof(double) * count);
	limit = quantile(scratch, count, CHANGE_WINSORISED);
	for (size_t i = 0; i < count; i++)
		square[i] = fmin(square[i], limit);
	return bounded_line(inverse, square, count);
}

/* ---------- the rule of the baseline, learned ---------- */

void
winsorise_outcomes(const SchoolYears *years, double share, double *scratch, double *outcome)
{
	double		median;
	double		limit;

	for (size_t i = 0; i < years->count; i++)
		scratch[i] = outcome[i] = years->outcome[i] - years->last[i];
	median = quantile(scratch, years->count, 0.5);
	for (size_t i = 0; i < years->count; i++)
		scratch[i] = fabs(outcome[i] - median);
	limit = quantile(scratch, years->count, share);
	for (size_t i = 0; i < years->count; i++)
		outcome[i] = years->last[i] + fmin(fmax(outcome[i], median - limit), median + limit);
}

typedef struct BaselineLoss
{
	const SchoolYears *years;
	BaselineRule form;			/* what is not learned of it */
	int			axes;
	double		median_enrolments;
	double	   *outcome;		/* winsorised */
	double	   *residual;		/* scratch */
	void		(*pause) (void);
} BaselineLoss;

/* Any number to an interval, smoothly, its ends at -1 and 1; without the C library, whose exp depends on the CPU. */
static double
bounded(double p, double low, double high)
{
	return low + (high - low) * (0.5 + p / (1.0 + p * p));
}

static BaselineRule
rule_at(const double *at, const BaselineLoss *loss)
{
	double		reliability = bounded(at[1], LEAST_RELIABILITY, 1.0);
	BaselineRule rule = loss->form;

	rule.last_weight = bounded(at[0], 0.5, 1.0);
	rule.n0 = loss->median_enrolments * (1.0 - reliability) / reliability;
	if (loss->axes > 2)
		rule.constant = bounded(at[2], 0.0, 1.0);
	return rule;
}

/* The mean square of what a rule leaves, a common change apart: smooth, so that the simplex finds its one minimum. */
static double
baseline_loss(const double *at, void *argument)
{
	const BaselineLoss *loss = argument;
	const SchoolYears *years = loss->years;
	BaselineRule rule = rule_at(at, loss);
	double		mean = 0.0;
	double		sum = 0.0;

	loss->pause();
	for (size_t i = 0; i < years->count; i++)
	{
		loss->residual[i] = loss->outcome[i] -
			shrunk_baseline(years->before[i], years->last[i], years->expected[i], years->enrolments[i], rule);
		mean += loss->residual[i];
	}
	mean /= (double) years->count;
	for (size_t i = 0; i < years->count; i++)
		sum += (loss->residual[i] - mean) * (loss->residual[i] - mean);
	return sum / (double) years->count;
}

double
common_change(const SchoolYears *years)
{
	double		sum = 0.0;
	double		enrolments = 0.0;

	for (size_t i = 0; i < years->count; i++)
	{
		sum += years->enrolments[i] * (years->last[i] - years->before[i]);
		enrolments += years->enrolments[i];
	}
	return sum / enrolments;
}

bool
learn_baseline(const SchoolYears *years, bool with_constant, double reach, double *work, void (*pause) (void),
			   BaselineRule *rule)
{
	/* last_weight 3/4, n0 the median enrolments, constant 1/2 */
	double		at[SIMPLEX_AXES] = {0.0};
	BaselineLoss loss = {
		.years = years, .form.reach = reach, .axes = with_constant ? 3 : 2,
		.outcome = work, .residual = work + years->count, .pause = pause
	};
	double		least;

	if (with_constant)
		loss.form.common_change = common_change(years);

	memcpy(work, years->enrolments, sizeof(double) * years->count);
	loss.median_enrolments = quantile(work, years->count, 0.5);
	winsorise_outcomes(years, OUTCOME_WINSORISED, loss.residual, loss.outcome);
	least = simplex_minimum(baseline_loss, &loss, at, loss.axes, SIMPLEX_SIDE, SIMPLEX_SIZE, SIMPLEX_STEPS);
	*rule = rule_at(at, &loss);
	return isfinite(least);
}
