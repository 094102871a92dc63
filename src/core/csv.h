/*
 * csv.h
 *	  Rows as CSV (RFC 4180) that a spreadsheet takes for text and numbers.
 */
#ifndef ABIE_CORE_CSV_H
#define ABIE_CORE_CSV_H

#include <stddef.h>

/* Bytes that become at most GROWTH times as many and MORE. */
#define CSV_GROWTH 2
#define CSV_MORE 3

/*
 * Both write to a buffer of CSV_GROWTH x length + CSV_MORE bytes and return how
 * many they have written.  A text that begins with = + - @, a tab or an end of
 * line and is no number gets an apostrophe before it, so that a spreadsheet does
 * not take it for a formula (OWASP, CSV Injection); and so does one that begins
 * like that after apostrophes, so that taking one off gives the text back.
 */

/* A text as a field, in quotes where it is empty or has a comma, a quote or an end of line. */
extern size_t csv_write_field(const char *text, size_t length, char *to);

/* The text of a row, (1,"a b",), as a line with its end.  What is in quotes there is so here. */
extern size_t csv_write_line(const char *record, size_t length, char *to);

#endif
