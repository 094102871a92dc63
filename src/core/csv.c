/*
 * csv.c
 *	  Rows as CSV that a spreadsheet takes for text and numbers.
 */
#include "core/csv.h"

#include <stdbool.h>
#include <string.h>

static size_t
count_digits(const char *text, size_t from, size_t length)
{
	size_t		at = from;

	while (at < length && text[at] >= '0' && text[at] <= '9')
		at++;
	return at - from;
}

/* As a server writes one: sign, digits, a point and digits, an exponent.  There is a first byte. */
static bool
is_number(const char *text, size_t length)
{
	size_t		at = text[0] == '-' || text[0] == '+' ? 1 : 0;
	size_t		digits = count_digits(text, at, length);

	at += digits;
	if (at < length && text[at] == '.')
	{
		size_t		decimals = count_digits(text, at + 1, length);

		digits += decimals;
		at += 1 + decimals;
	}
	if (digits > 0 && at + 1 < length && text[at] == 'e' && (text[at + 1] == '-' || text[at + 1] == '+'))
	{
		digits = count_digits(text, at + 2, length);
		at += 2 + digits;
	}
	return digits > 0 && at == length;
}

/* A formula, or what one would be without its apostrophes: who takes one off has the text as it was. */
static bool
is_formula(const char *text, size_t length)
{
	size_t		at = 0;

	while (at < length && text[at] == '\'')
		at++;
	return at < length && memchr("=+-@\t\r\n", text[at], 7) != NULL && (at > 0 || !is_number(text, length));
}

size_t
csv_write_field(const char *text, size_t length, char *to)
{
	bool		quoted = length == 0;
	size_t		written = 0;

	for (size_t i = 0; i < length && !quoted; i++)
		quoted = text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
	if (quoted)
		to[written++] = '"';
	if (is_formula(text, length))
		to[written++] = '\'';
	for (size_t i = 0; i < length; i++)
	{
		if (text[i] == '"')
			to[written++] = '"';
		to[written++] = text[i];
	}
	if (quoted)
		to[written++] = '"';
	return written;
}

/* Where a field ends that begins here: its comma, or the end of the row. */
static size_t
end_of_field(const char *record, size_t from, size_t end)
{
	bool		quoted = false;
	size_t		at = from;

	for (; at < end && (quoted || record[at] != ','); at++)
		if (record[at] == '"')
			quoted = !quoted;
	return at;
}

/* In the text of a row, quotes and backslashes are doubled in quotes: CSV doubles the quotes alone. */
static size_t
copy_field(const char *record, size_t from, size_t end, char *to)
{
	bool		quoted = from < end && record[from] == '"';
	size_t		start = from + (quoted ? 1 : 0);
	size_t		finish = quoted && start < end ? end - 1 : end;	/* no row has a field of one quote, but a text may */
	size_t		written = 0;

	if (quoted)
		to[written++] = '"';
	if (is_formula(record + start, finish - start))
		to[written++] = '\'';
	for (size_t at = start; at < end; at++)
	{
		if (record[at] == '\\' && at + 1 < end && record[at + 1] == '\\')
			at++;
		to[written++] = record[at];
	}
	return written;
}

size_t
csv_write_line(const char *record, size_t length, char *to)
{
	size_t		end = length > 1 ? length - 1 : length;
	size_t		from = length > 1 ? 1 : length;
	size_t		written = 0;

	while (from < end)
	{
		size_t		field_end = end_of_field(record, from, end);

		written += copy_field(record, from, field_end, to + written);
		if (field_end < end)
			to[written++] = ',';
		from = field_end + 1;
	}
	to[written++] = '\n';
	return written;
}
