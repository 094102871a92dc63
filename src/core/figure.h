/*
 * figure.h
 *	  One figure as statistics publish it: a plain decimal number, or a marker
 *	  that says why there is none.
 */
#ifndef ABIE_CORE_FIGURE_H
#define ABIE_CORE_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More digits than any published figure has, and a greater power of ten: with both, every number is finite. */
#define FIGURE_MAX_DIGITS 40
#define FIGURE_MAX_EXPONENT_DIGITS 2

/* The markers, for hints: the text that figure_scan accepts in any case. */
#define FIGURE_MARKERS \
	"SUPP, NE, NA, N/A, NP, NEW, LOWCOV, DNS, NULL, NaN, .., :, ~, -, *, z, x, c, k, low, u, w (also in brackets: [c])"

typedef enum FigureKind
{
	FIGURE_EMPTY,				/* nothing but white space */
	FIGURE_NUMBER,
	FIGURE_MARKER,
	FIGURE_MALFORMED
} FigureKind;

/* A figure found in a text. The pointer is into the text that was scanned. */
typedef struct Figure
{
	FigureKind	kind;
	const char *start;			/* the text without white space around it */
	size_t		length;
	bool		negative;
	bool		percent;		/* followed by % */
	size_t		first_digit;	/* offset in start of the digits */
	size_t		whole_digits;	/* number of digits before the point */
	size_t		fraction_digits;	/* and after it */
	int			exponent;		/* of ten, as in 3.6355e-05; 0 without */
} Figure;

extern size_t figure_trim(const char **text, size_t length);
extern Figure figure_scan(const char *text, size_t length);
extern double figure_value(const Figure *figure);
extern bool figure_is_count(const Figure *figure);
extern int64_t figure_count_value(const Figure *figure);

#endif							/* ABIE_CORE_FIGURE_H */
