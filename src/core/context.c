/*
 * context.c
 *	  Terms of the contextual model.
 */
#include "core/context.h"

#include <string.h>

size_t
context_terms_count(size_t numbers, size_t others)
{
	return numbers + others + numbers * (numbers + 1) / 2;
}

void
context_terms(const double *number, size_t numbers, const double *other, size_t others,
			  double *term)
{
	size_t		at = numbers + others;

	memcpy(term, number, sizeof(double) * numbers);
	memcpy(term + numbers, other, sizeof(double) * others);
	for (size_t a = 0; a < numbers; a++)
		term[at++] = number[a] * number[a];
	for (size_t a = 0; a < numbers; a++)
		for (size_t b = a + 1; b < numbers; b++)
			term[at++] = number[a] * number[b];
}

void
contributions(const double *value, const double *location, const double *coefficient,
			  size_t count, double *contribution)
{
	for (size_t j = 0; j < count; j++)
		contribution[j] = coefficient[j] * (value[j] - location[j]);
}
