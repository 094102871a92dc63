/*
 * xmr.c
 *	  Limits and rules of the XmR chart.
 */
#include "core/xmr.h"

#include <math.h>

#define LIMIT_FACTOR 2.66
#define SCREEN_FACTOR 3.267
#define RUN_LENGTH 7

/* The mean of the moving ranges below a bound; NaN where none is. */
static double
mean_moving_range(const double *value, size_t count, double bound)
{
	double		sum = 0.0;
	size_t		ranges = 0;

	for (size_t i = 1; i < count; i++)
	{
		double		range = fabs(value[i] - value[i - 1]);

		if (range < bound)
		{
			sum += range;
			ranges++;
		}
	}
	return sum / (double) ranges;
}

XmrLimits
xmr_limits(const double *value, size_t count)
{
	double		sum = 0.0;
	double		range = mean_moving_range(value, count, INFINITY);
	double		screened = mean_moving_range(value, count, SCREEN_FACTOR * range);
	double		centre;

	for (size_t i = 0; i < count; i++)
		sum += value[i];
	centre = sum / (double) count;
	if (isnan(screened))		/* none below it: all are 0 */
		screened = range;
	return (XmrLimits) {centre, centre - LIMIT_FACTOR * screened, centre + LIMIT_FACTOR * screened};
}

static int
sign(double x)
{
	return (x > 0.0) - (x < 0.0);
}

/* The side of a value beyond two thirds of the way to a limit, 0 within. */
static int
far_side(double value, XmrLimits limits)
{
	if (value > limits.centre + (limits.upper - limits.centre) * 2.0 / 3.0)
		return 1;
	return value < limits.centre - (limits.centre - limits.lower) * 2.0 / 3.0 ? -1 : 0;
}

/* Of the three values up to i, those beyond two thirds on a side where at least two are. */
static void
mark_two_of_three(const double *value, size_t i, XmrLimits limits, XmrSignal *signal)
{
	for (int side = -1; side <= 1; side += 2)
	{
		int			far = 0;

		for (size_t j = i - 2; j <= i; j++)
			far += far_side(value[j], limits) == side;
		for (size_t j = i - 2; j <= i; j++)
			if (far >= 2 && far_side(value[j], limits) == side)
				signal[j].two_of_three = true;
	}
}

void
xmr_signals(const double *value, size_t count, XmrLimits limits, XmrSignal *signal)
{
	int			last_side = 0;
	int			last_step = 0;
	size_t		on_one_side = 0;	/* values in a row up to this one */
	size_t		one_way = 0;

	for (size_t i = 0; i < count; i++)
	{
		int			side = sign(value[i] - limits.centre);
		int			step = i == 0 ? 0 : sign(value[i] - value[i - 1]);

		on_one_side = side != 0 && side == last_side ? on_one_side + 1 : side != 0;
		one_way = step != 0 && step == last_step ? one_way + 1 : step != 0 ? 2 : 1;
		last_side = side;
		last_step = step;
		signal[i] = (XmrSignal) {.outside = value[i] < limits.lower || value[i] > limits.upper};
		for (size_t j = 0; j < RUN_LENGTH && on_one_side >= RUN_LENGTH; j++)
			signal[i - j].shift = true;
		for (size_t j = 0; j < RUN_LENGTH && one_way >= RUN_LENGTH; j++)
			signal[i - j].trend = true;
		if (i >= 2)
			mark_two_of_three(value, i, limits, signal);
	}
}
