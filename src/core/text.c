/*
 * text.c
 *	  Text that is written piece by piece, and numbers as documents write them.
 */
#include "core/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define SIGNIFICANT 15			/* digits of a double that numeric takes */
#define LARGEST_EXPONENT 308

char *
text_room(TextBuffer *out, size_t length)
{
	if (length > out->room - out->length)
	{
		size_t		room = out->room < 512 ? 1024 : out->room * 2;

		if (room > out->most)
			room = out->most;
		/* beyond what it can have, the caller says so */
		if (room < out->length + length)
			room = out->length + length;
		out->byte = out->grow(out->byte, room);
		out->room = room;
	}
	return out->byte + out->length;
}

/* A whole number of so many decimal places. */
static void
put_places(TextBuffer *out, bool negative, uint64_t number, int places)
{
	char		digit[24];
	int			at = sizeof(digit);

	for (int i = 0; number > 0 || i <= places; i++)
	{
		if (i == places && places > 0)
			digit[--at] = '.';
		digit[--at] = (char) ('0' + number % 10);
		number /= 10;
	}
	if (negative)
		digit[--at] = '-';
	text_put(out, digit + at, sizeof(digit) - at);
}

/*
 * The value in units of the last of so many places, where its decimal of 15
 * significant digits is rounded as its binary form is: that differs by less than
 * 10^-14 of the value, so by less than 10^-4 of a unit of what is below 10^9.
 */
static bool
round_quickly(double value, int places, uint64_t *units)
{
	static const double power[] = {1.0, 10.0, 100.0, 1000.0};
	double		scaled;
	double		whole;

	if (places > 3 || !(fabs(value) < 1e6))
		return false;
	scaled = fabs(value) * power[places];
	whole = floor(scaled);
	if (fabs(scaled - whole - 0.5) < 1e-4)
		return false;
	*units = (uint64_t) whole + (scaled - whole > 0.5);
	return true;
}

/* The decimal of 15 digits and an exponent, rounded by hand: digit holds them behind a place for what is carried. */
static void
put_rounded(TextBuffer *out, bool negative, char *digit, int exponent, int places)
{
	int			kept = exponent + 1 + places;	/* digits that stay */
	int			first;
	bool		is_zero = true;

	if (kept < 0)
		kept = -1;
	if (kept < SIGNIFICANT)
	{
		int			i = kept;

		/* kept is -1 where not even the digit that decides is there */
		if (kept >= 0 && digit[kept + 1] >= '5')
			for (; ++digit[i] > '9'; i--)
				digit[i] = '0';
		memset(digit + 1 + (kept < 0 ? 0 : kept), '0', SIGNIFICANT - (kept < 0 ? 0 : kept));
	}
	for (int i = 0; i <= SIGNIFICANT; i++)
		is_zero &= digit[i] == '0';
	if (negative && !is_zero)
		text_word(out, "-");
	/* the place of each written digit in those held, the first of which is of 10^(exponent + 1) */
	first = digit[0] == '0' ? 1 : 0;
	if (exponent + 1 - first < 0)
		first = exponent + 1;
	for (int i = first; i <= exponent + 1 + places; i++)
	{
		text_put(out, i >= 0 && i <= SIGNIFICANT ? digit + i : "0", 1);
		if (i == exponent + 1 && places > 0)
			text_word(out, ".");
	}
}

void
text_decimal(TextBuffer *out, double value, int digits)
{
	char		written[32];
	uint64_t	units;

	if (!isfinite(value))
		text_word(out, isnan(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
	else if (round_quickly(value, digits, &units))
		put_places(out, value < 0 && units > 0, units, digits);
	else
	{
		/* d.dddddddddddddde+x, of which the point is taken out */
		snprintf(written, sizeof(written), "%.*e", SIGNIFICANT - 1, fabs(value));
		written[1] = written[0];
		written[0] = '0';
		put_rounded(out, value < 0, written, atoi(written + SIGNIFICANT + 2), digits);
	}
}

void
text_signed(TextBuffer *out, double value, int digits)
{
	size_t		start = out->length;
	bool		has_sign = isinf(value);

	text_decimal(out, fabs(value), digits);
	for (size_t i = start; i < out->length && !has_sign; i++)
		has_sign = out->byte[i] >= '1' && out->byte[i] <= '9';
	if (has_sign)
	{
		const char *sign = value < 0 ? "\xe2\x88\x92" : "+";
		size_t		length = strlen(sign);

		text_room(out, length);
		memmove(out->byte + start + length, out->byte + start, out->length - start);
		memcpy(out->byte + start, sign, length);
		out->length += length;
	}
}

void
text_thousands(TextBuffer *out, int64_t count)
{
	uint64_t	left = count < 0 ? -(uint64_t) count : (uint64_t) count;
	bool		is_long = left >= UINT64_C(1000000000000000);
	char		digit[24];
	int			at = sizeof(digit);

	for (int i = 0; (left > 0 && i < 15) || i == 0; i++)
	{
		if (i > 0 && i % 3 == 0)
			digit[--at] = ',';
		digit[--at] = is_long ? '#' : (char) ('0' + left % 10);
		left /= 10;
	}
	if (count < 0)
		digit[--at] = '-';
	text_put(out, digit + at, sizeof(digit) - at);
}

double
rounded_tenth(double value)
{
	uint64_t	units;

	if (round_quickly(value, 1, &units))
		return value < 0 && units > 0 ? -(double) units / 10 : (double) units / 10;
	return rounded_decimal(value, 1);
}

double
rounded_decimal(double value, int digits)
{
	char		byte[LARGEST_EXPONENT + SIGNIFICANT + 8];
	TextBuffer	out = {.byte = byte, .room = sizeof(byte)};

	text_decimal(&out, value, digits);
	byte[out.length] = '\0';
	return strtod(byte, NULL);
}

static void
put_shortest(TextBuffer *out, double value)
{
	char		written[32];

	for (int digits = SIGNIFICANT; digits <= SIGNIFICANT + 2; digits++)
	{
		snprintf(written, sizeof(written), "%.*g", digits, value);
		if (strtod(written, NULL) == value)
			break;
	}
	text_word(out, written);
}

void
text_integer(TextBuffer *out, int64_t number)
{
	put_places(out, number < 0, number < 0 ? -(uint64_t) number : (uint64_t) number, 0);
}

void
text_printf(TextBuffer *out, const char *format, ...)
{
	const char *at;
	va_list		arguments;

	va_start(arguments, format);
	while ((at = strchr(format, '%')) != NULL)
	{
		text_put(out, format, at - format);
		format = at + 2;
		switch (at[1])
		{
			case 's':
				text_word(out, va_arg(arguments, const char *));
				break;
			case 'd':
				text_integer(out, va_arg(arguments, int));
				break;
			case 'g':
				put_shortest(out, va_arg(arguments, double));
				break;
			default:			/* .1f */
				text_decimal(out, va_arg(arguments, double), at[2] - '0');
				format = at + 4;
		}
	}
	va_end(arguments);
	text_word(out, format);
}

static bool
begins_letter(char byte)
{
	return ((unsigned char) byte & 0xc0) != 0x80;
}

size_t
text_letters(TextSlice text)
{
	size_t		letters = 0;

	for (size_t i = 0; i < text.length; i++)
		letters += begins_letter(text.byte[i]);
	return letters;
}

TextSlice
text_cut(TextSlice text, size_t letters)
{
	size_t		length = 0;

	while (length < text.length && (!begins_letter(text.byte[length]) || --letters > 0))
		length++;
	while (length > 0 && text.byte[length - 1] == ' ')
		length--;
	return (TextSlice) {text.byte, length};
}
