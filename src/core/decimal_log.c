/*
 * decimal_log.c
 *	  Natural logarithms that are the same on every CPU: in sums of two doubles, which hold 30 digits, by
 *	  nothing but exact operations of IEEE 754.
 */
#include "core/decimal_log.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* high + low, low being less than half of the last digit of high */
typedef struct Pair
{
	double		high;
	double		low;
} Pair;

static const Pair ln_2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};

static Pair
sum(double a, double b)
{
	double		high = a + b;
	double		part = high - a;

	return (Pair) {high, (a - (high - part)) + (b - part)};
}

/* The two halves of a double's digits, by Dekker: without a fused operation, which not every CPU has. */
static Pair
halves(double a)
{
	double		high = a * 134217729.0;

	high -= high - a;
	return (Pair) {high, a - high};
}

static Pair
product(double a, double b)
{
	double		high = a * b;
	Pair		x = halves(a);
	Pair		y = halves(b);

	return (Pair) {high, ((x.high * y.high - high) + x.high * y.low + x.low * y.high) + x.low * y.low};
}

static Pair
add(Pair a, Pair b)
{
	Pair		high = sum(a.high, b.high);

	return sum(high.high, high.low + (a.low + b.low));
}

static Pair
multiply(Pair a, Pair b)
{
	Pair		high = product(a.high, b.high);

	return sum(high.high, high.low + (a.high * b.low + a.low * b.high));
}

static Pair
divide(Pair a, Pair b)
{
	double		first = a.high / b.high;
	Pair		back = multiply((Pair) {first, 0.0}, b);
	Pair		rest = add(a, (Pair) {-back.high, -back.low});
	double		second = rest.high / b.high;

	back = multiply((Pair) {second, 0.0}, b);
	rest = add(rest, (Pair) {-back.high, -back.low});
	return add(sum(first, second), (Pair) {rest.high / b.high, 0.0});
}

static Pair
reciprocal(double whole)
{
	double		high = 1.0 / whole;
	Pair		back = product(high, whole);

	return (Pair) {high, ((1.0 - back.high) - back.low) / whole};
}

/* 2 atanh(s) with s = (m - 1) / (m + 1), for m between the roots of 1/2 and 2: s^2 is under 0.03, so 20 terms do. */
static Pair
log_near_one(Pair m)
{
	Pair		s = divide(add(m, (Pair) {-1.0, 0.0}), add(m, (Pair) {1.0, 0.0}));
	Pair		square = multiply(s, s);
	double		last = 0.0;
	Pair		series;

	/* the terms that begin where the digits of the first double end need no second one */
	for (int term = 20; term > 10; term--)
		last = last * square.high + 1.0 / (2.0 * term + 1.0);
	series = (Pair) {last, 0.0};
	for (int term = 10; term >= 0; term--)
		series = add(multiply(series, square), reciprocal(2.0 * term + 1.0));
	series = multiply(series, s);
	return (Pair) {2.0 * series.high, 2.0 * series.low};
}

static Pair
log_of(Pair x)
{
	int			exponent;
	double		m = frexp(x.high, &exponent);

	if (m < 0.70710678118654752)
		exponent--;
	return add(multiply(ln_2, (Pair) {exponent, 0.0}),
			   log_near_one((Pair) {ldexp(x.high, -exponent), ldexp(x.low, -exponent)}));
}

/* 10^0 to 10^22, which doubles hold exactly. */
static double
power_of_ten(int exponent)
{
	double		power = 1.0;

	while (exponent-- > 0)
		power *= 10.0;
	return power;
}

/* The decimals that 15 significant digits of x have, none of them 0 at the end, and x as a whole number of these. */
static int
decimals_of(double x, double *whole)
{
	char		text[32];
	int			decimals = 14;

	snprintf(text, sizeof(text), "%.14e", x);
	decimals -= atoi(text + 17);
	text[1] = text[0];
	text[16] = '\0';
	*whole = strtod(text + 1, NULL);
	for (; decimals > 0 && fmod(*whole, 10.0) == 0.0; decimals--)
		*whole /= 10.0;
	return decimals;
}

double
decimal_log(double x)
{
	double		whole;
	int			decimals;
	int			scale;
	Pair		scaled;
	double		below;
	double		rest;
	char		text[48];

	/* between e^-9.5 and e^9.5, and not between e^-0.15 and e^0.15 */
	if (!(x > 0.000075 && x < 13300.0) || (x > 0.86 && x < 1.162))
		return NAN;
	decimals = decimals_of(x, &whole);
	scale = decimals > 16 ? decimals : 16;
	if (scale > 17)
		return NAN;
	scaled = multiply(log_of(divide((Pair) {whole, 0.0}, (Pair) {power_of_ten(decimals), 0.0})),
					  (Pair) {power_of_ten(scale), 0.0});
	if (scaled.high < 0.0)
		scaled = (Pair) {-scaled.high, -scaled.low};
	below = floor(scaled.high);
	rest = (scaled.high - below) + scaled.low;
	/* to the nearest whole number, by so much that what was lost so far does not matter */
	if (fabs(rest - floor(rest) - 0.5) < 1e-6)
		return NAN;
	snprintf(text, sizeof(text), "%s%llde-%d", x < 1.0 ? "-" : "",
			 (long long) below + (long long) floor(rest + 0.5), scale);
	return strtod(text, NULL);
}
