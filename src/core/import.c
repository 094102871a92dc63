/*
 * import.c
 *	  Reading cells of published files that are no figures. ASCII digits only;
 *	  a whole number may end in .0, as programs write a column of numbers with
 *	  gaps.
 */
#include "core/import.h"

#include <string.h>

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number that exactly so many digits make. */
static bool
read_digits(const char *text, size_t digits, int *value)
{
	*value = 0;
	for (size_t i = 0; i < digits; i++)
	{
		if (!is_digit(text[i]))
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}

/* The length of the text without a point and zeros at its end. */
static size_t
length_of_whole(const char *text, size_t length)
{
	size_t		end = length;

	while (end > 0 && text[end - 1] == '0')
		end--;
	return end < length && end > 0 && text[end - 1] == '.' ? end - 1 : length;
}

/* Digits, not more than the greatest number accepted has, and no sign. */
bool
import_whole(const char *text, size_t length, int32_t lowest, int32_t highest, int32_t *value)
{
	size_t		digits = length_of_whole(text, length);
	size_t		highest_digits = 1;

	for (int32_t rest = highest; rest >= 10; rest /= 10)
		highest_digits++;
	return digits > 0 && digits <= highest_digits && highest_digits < 10
		&& read_digits(text, digits, value) && *value >= lowest && *value <= highest;
}

/* 2018/19, 201819 or 201819.0, written as the first. */
bool
import_year(const char *text, size_t length, char year[IMPORT_YEAR_SIZE])
{
	size_t		slash = length == 7 && text[4] == '/';
	size_t		whole = slash ? length : length_of_whole(text, length);
	int			first;
	int			second;

	if (whole != 6 + slash || !read_digits(text, 4, &first) || !read_digits(text + 4 + slash, 2, &second)
		|| (first + 1) % 100 != second)
		return false;
	memcpy(year, text, 4);
	year[4] = '/';
	memcpy(year + 5, text + 4 + slash, 2);
	year[7] = '\0';
	return true;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* dd-mm-yyyy, dd/mm/yyyy or yyyy-mm-dd, of a day that exists. */
bool
import_date(const char *text, size_t length, ImportDate *date)
{
	bool		year_first = length == 10 && text[4] == '-' && text[7] == '-';
	bool		day_first = length == 10 && (text[2] == '-' || text[2] == '/') && text[5] == text[2];

	if (!year_first && !day_first)
		return false;
	return read_digits(text + (year_first ? 0 : 6), 4, &date->year)
		&& read_digits(text + (year_first ? 5 : 3), 2, &date->month)
		&& read_digits(text + (year_first ? 8 : 0), 2, &date->day)
		&& date->year >= 1 && date->month >= 1 && date->month <= 12
		&& date->day >= 1 && date->day <= days_of_month(date->year, date->month);
}
