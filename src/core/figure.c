/*
 * figure.c
 *	  Reading one published figure. No locale, no hexadecimal, no infinity:
 *	  what strtod accepts beyond a decimal number is an error here.
 */
#include "core/figure.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const markers[] = {
	"SUPP", "NE", "NA", "N/A", "NP", "NEW", "LOWCOV", "DNS", "NULL", "NaN",
	"z", "x", "c", "k", "low", "u", "w", "~", ":", "..", "-", "*"
};
#define LONGEST_MARKER 6

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ASCII only, so that no locale decides what a marker is. */
static char
lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char) (c - 'A' + 'a') : c;
}

static bool
equals_ignoring_case(const char *text, size_t length, const char *word)
{
	if (strlen(word) != length)
		return false;
	for (size_t i = 0; i < length; i++)
	{
		if (lower(text[i]) != lower(word[i]))
			return false;
	}
	return true;
}

/* Statistics for spreadsheets put their markers in brackets: [c]. */
static bool
is_marker(const char *text, size_t length)
{
	if (length > 2 && text[0] == '[' && text[length - 1] == ']')
	{
		text++;
		length -= 2;
	}
	if (length > LONGEST_MARKER)
		return false;
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
	{
		if (equals_ignoring_case(text, length, markers[i]))
			return true;
	}
	return false;
}

static size_t
count_digits(const char *text, size_t length)
{
	size_t		n = 0;

	while (n < length && is_digit(text[n]))
		n++;
	return n;
}

/* The power of ten that R and others write with large and small numbers; at is moved behind it.  False when broken. */
static bool
scan_exponent(Figure *figure, size_t *at)
{
	const char *s = figure->start;
	size_t		first = *at + 1;
	size_t		digits;
	bool		negative;

	if (*at == figure->length || lower(s[*at]) != 'e')
		return true;
	negative = first < figure->length && s[first] == '-';
	if (first < figure->length && (s[first] == '-' || s[first] == '+'))
		first++;
	digits = count_digits(s + first, figure->length - first);
	for (size_t i = 0; i < digits && i < FIGURE_MAX_EXPONENT_DIGITS; i++)
		figure->exponent = figure->exponent * 10 + (s[first + i] - '0');
	if (negative)
		figure->exponent = -figure->exponent;
	*at = first + digits;
	return digits > 0 && digits <= FIGURE_MAX_EXPONENT_DIGITS;
}

/* Sign, digits, point and digits, power of ten, %: true when that is the whole text. */
static bool
scan_number(Figure *figure)
{
	const char *s = figure->start;
	size_t		n = figure->length;
	size_t		at = 0;

	if (at < n && (s[at] == '+' || s[at] == '-'))
		figure->negative = (s[at++] == '-');
	figure->first_digit = at;
	figure->whole_digits = count_digits(s + at, n - at);
	at += figure->whole_digits;
	if (at < n && s[at] == '.')
	{
		at++;
		figure->fraction_digits = count_digits(s + at, n - at);
		at += figure->fraction_digits;
		if (figure->fraction_digits == 0)
			return false;
	}
	if (figure->whole_digits + figure->fraction_digits == 0 ||
		figure->whole_digits + figure->fraction_digits > FIGURE_MAX_DIGITS)
		return false;
	if (!scan_exponent(figure, &at))
		return false;
	if (at < n && s[at] == '%')
	{
		figure->percent = true;
		at++;
	}
	return at == n;
}

/* The text without ASCII white space around it, and how long that is. */
size_t
figure_trim(const char **text, size_t length)
{
	while (length > 0 && is_space((*text)[0]))
	{
		(*text)++;
		length--;
	}
	while (length > 0 && is_space((*text)[length - 1]))
		length--;
	return length;
}

/* What the text is: a number, a marker, nothing, or none of these. */
Figure
figure_scan(const char *text, size_t length)
{
	Figure		figure = {.kind = FIGURE_MALFORMED};

	length = figure_trim(&text, length);
	figure.start = text;
	figure.length = length;

	if (length == 0)
		figure.kind = FIGURE_EMPTY;
	else if (scan_number(&figure))	/* most cells are; no number is a marker */
		figure.kind = FIGURE_NUMBER;
	else if (is_marker(text, length))
		figure.kind = FIGURE_MARKER;
	return figure;
}

/* The digits without the point, as long as they fit 64 bits (19 digits do). */
static uint64_t
digits_value(const Figure *figure)
{
	const char *s = figure->start + figure->first_digit;
	size_t		n = figure->whole_digits + figure->fraction_digits;
	uint64_t	value = 0;

	for (size_t i = 0; n > 0; i++)
	{
		if (s[i] == '.')
			continue;
		value = value * 10 + (uint64_t) (s[i] - '0');
		n--;
	}
	return value;
}

/* Longer numbers go to strtod, which rounds correctly but wants its locale's decimal point. */
static double
long_value(const Figure *figure)
{
	char		buffer[FIGURE_MAX_DIGITS + 32];
	const char *point = localeconv()->decimal_point;
	const char *s = figure->start + figure->first_digit;
	char	   *end = buffer;

	if (strlen(point) > 16)
		point = ".";
	memcpy(end, s, figure->whole_digits);
	end += figure->whole_digits;
	if (figure->fraction_digits > 0)
	{
		memcpy(end, point, strlen(point));
		end += strlen(point);
		memcpy(end, s + figure->whole_digits + 1, figure->fraction_digits);
		end += figure->fraction_digits;
	}
	snprintf(end, sizeof(buffer) - (size_t) (end - buffer), "e%d", figure->exponent);
	return strtod(buffer, NULL);
}

/*
 * The number, correctly rounded. Up to 15 digits the digits and the power of
 * ten are both exact in double, so one division rounds once, as strtod would.
 */
double
figure_value(const Figure *figure)
{
	static const double powers[] = {
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
		1e13, 1e14, 1e15
	};
	double		value;

	if (figure->whole_digits + figure->fraction_digits <= 15 && figure->exponent == 0)
		value = (double) digits_value(figure) / powers[figure->fraction_digits];
	else
		value = long_value(figure);
	return figure->negative && value != 0.0 ? -value : value;
}

/* How many of the digits after the point are before it once the power of ten, which is no fraction, is applied. */
static size_t
whole_fraction_digits(const Figure *figure)
{
	size_t		moved = (size_t) figure->exponent;

	return moved < figure->fraction_digits ? moved : figure->fraction_digits;
}

/* A whole number of things: no %, nothing but zeros after a point, and within 64 bits. */
bool
figure_is_count(const Figure *figure)
{
	size_t		fraction = figure->first_digit + figure->whole_digits + 1;

	if (figure->kind != FIGURE_NUMBER || figure->percent || figure->exponent < 0)
		return false;
	for (size_t i = whole_fraction_digits(figure); i < figure->fraction_digits; i++)
	{
		if (figure->start[fraction + i] != '0')
			return false;
	}
	return figure->whole_digits + (size_t) figure->exponent <= 18;
}

/* The count of a figure that figure_is_count says is one. */
int64_t
figure_count_value(const Figure *figure)
{
	Figure		whole = *figure;
	int64_t		value;

	whole.fraction_digits = whole_fraction_digits(figure);
	value = (int64_t) digits_value(&whole);
	for (int moved = (int) whole.fraction_digits; moved < figure->exponent; moved++)
		value *= 10;
	return figure->negative ? -value : value;
}
