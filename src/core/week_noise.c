/*
 * week_noise.c
 *	  How noisy a school's week is.
 */
#include "core/week_noise.h"

#include <math.h>
#include <string.h>

#include "core/quantile.h"

#define WINSORISED 0.98
#define LEAST_V0 0.01
#define GREATEST_RHO 0.9
#define LEAST_SPREAD 0.25
#define MAD_TO_SD 1.4826

/* A week's deviation from the mean of its school, as large as that of a week that had no part in the mean. */
static void
departures_from_mean(const WeekDeviations *weeks, size_t school, double *departure)
{
	double		mean = 0.0;
	size_t		count = 0;

	for (size_t r = weeks->first[school]; r < weeks->first[school + 1]; r++)
		if (!weeks->left_out[r])
			mean += (weeks->deviation[r] - mean) / (double) ++count;
	for (size_t r = weeks->first[school]; r < weeks->first[school + 1]; r++)
		departure[r] = weeks->left_out[r] || count < 2 ? NAN :
			(weeks->deviation[r] - mean) * sqrt((double) count / (double) (count - 1));
}

/* The bound at which departures are winsorised; NaN where there is none.  scratch: room for all. */
static double
departure_bound(const double *departure, size_t rows, double *scratch)
{
	size_t		count = 0;

	for (size_t r = 0; r < rows; r++)
		if (!isnan(departure[r]))
			scratch[count++] = fabs(departure[r]);
	return count == 0 ? NAN : quantile(scratch, count, WINSORISED);
}

/* Mean square of a school's departures, of which there are count; NaN of none. */
static double
mean_square(const WeekDeviations *weeks, size_t school, const double *departure, size_t *count)
{
	double		sum = 0.0;

	*count = 0;
	for (size_t r = weeks->first[school]; r < weeks->first[school + 1]; r++)
		if (!isnan(departure[r]))
		{
			sum += departure[r] * departure[r];
			(*count)++;
		}
	return sum / (double) *count;
}

/* Sums of a weighted least squares of y on 1 and x. */
typedef struct LineSums
{
	double		weight;
	double		x;
	double		y;
	double		xx;
	double		xy;
} LineSums;

static void
add_point(LineSums *sums, double x, double y, double weight)
{
	sums->weight += weight;
	sums->x += weight * x;
	sums->y += weight * y;
	sums->xx += weight * x * x;
	sums->xy += weight * x * y;
}

/* The line, both coefficients bounded below: where a bound holds, the other is fitted to it. */
static void
fit_line(LineSums s, WeekNoise *noise)
{
	double		slope = (s.weight * s.xy - s.x * s.y) / (s.weight * s.xx - s.x * s.x);
	double		constant = (s.y - slope * s.x) / s.weight;

	/* not a number where x does not vary */
	if (!(slope >= 0.0))
	{
		slope = 0.0;
		constant = fmax(s.y / s.weight, LEAST_V0);
	}
	else if (constant < LEAST_V0)
	{
		constant = LEAST_V0;
		slope = fmax((s.xy - LEAST_V0 * s.x) / s.xx, 0.0);
	}
	noise->v0 = constant;
	noise->v1 = slope;
}

/* Correlation of successive weeks, of departures drawn in to the bound. */
static double
serial_correlation(const WeekDeviations *weeks, const double *departure)
{
	double		products = 0.0;
	double		squares = 0.0;
	size_t		pairs = 0;
	size_t		count = 0;

	for (size_t i = 0; i < weeks->schools; i++)
		for (size_t r = weeks->first[i]; r < weeks->first[i + 1]; r++)
		{
			if (isnan(departure[r]))
				continue;
			squares += departure[r] * departure[r];
			count++;
			if (r > weeks->first[i] && !isnan(departure[r - 1]))
			{
				products += departure[r - 1] * departure[r];
				pairs++;
			}
		}
	if (pairs == 0 || squares == 0.0)
		return 0.0;
	return fmin(fmax(products / (double) pairs / (squares / (double) count), 0.0), GREATEST_RHO);
}

bool
learn_week_noise(const WeekDeviations *weeks, double *work, void (*pause) (void), WeekNoise *noise, double *own)
{
	size_t		rows = weeks->first[weeks->schools];
	double	   *departure = work;
	double		bound;
	LineSums	sums = {.weight = 0.0};

	for (size_t i = 0; i < weeks->schools; i++)
		departures_from_mean(weeks, i, departure);
	pause();
	bound = departure_bound(departure, rows, work + rows);
	if (isnan(bound))
		return false;
	for (size_t r = 0; r < rows; r++)
		if (!isnan(departure[r]))
			departure[r] = fmin(fmax(departure[r], -bound), bound);
	for (size_t i = 0; i < weeks->schools; i++)
	{
		size_t		count;
		double		square = mean_square(weeks, i, departure, &count);
		double		spread = 0.5 + 100.0 / weeks->enrolments[i];

		own[i] = count < OWN_VARIANCE_WEEKS ? NAN : square;
		if (count > 0)
			add_point(&sums, 1.0 / weeks->enrolments[i], square, (double) count / (spread * spread));
	}
	pause();
	fit_line(sums, noise);
	noise->rho = serial_correlation(weeks, departure);
	return true;
}

double
week_variance(WeekNoise noise, double enrolments, double own)
{
	double		of_size = noise.v0 + noise.v1 / enrolments;

	return isnan(own) ? of_size : (of_size + own) / 2.0;
}

double
serial_factor(double rho)
{
	return (1.0 + rho) / (1.0 - rho);
}

double
week_spread(double *departure, size_t count, double level_variance, double week_variance)
{
	double		median = quantile(departure, count, 0.5);
	double		deviation;

	for (size_t i = 0; i < count; i++)
		departure[i] = fabs(departure[i] - median);
	deviation = MAD_TO_SD * quantile(departure, count, 0.5);
	return fmax((deviation * deviation - level_variance) / week_variance, LEAST_SPREAD);
}
