/*
 * context.c
 *	  Terms of the contextual model.
 */
#include "core/context.h"

size_t
context_terms_count(const ContextShape *shape)
{
	return shape->elements + shape->indicators + shape->numbers * (shape->numbers + 1) / 2;
}

void
context_terms(const ContextShape *shape, const double *vector, const bool *present,
			  double *term)
{
	size_t		at = shape->elements;

	for (size_t j = 0; j < shape->elements; j++)
		term[j] = present[j] ? vector[j] : shape->substitute[j];
	for (size_t j = 0; j < shape->indicators; j++)
		term[at++] = present[shape->indicator[j] - 1] ? 0.0 : 1.0;
	for (size_t a = 0; a < shape->numbers; a++)
		term[at++] = term[a] * term[a];
	for (size_t a = 0; a < shape->numbers; a++)
		for (size_t b = a + 1; b < shape->numbers; b++)
			term[at++] = term[a] * term[b];
}

void
contributions(const double *value, const double *location, const double *coefficient,
			  size_t count, double *contribution)
{
	for (size_t j = 0; j < count; j++)
		contribution[j] = coefficient[j] * (value[j] - location[j]);
}

void
group_contributions(const double *contribution, size_t count, const int *element, const int *other,
					const int *group, size_t groups, double *sum)
{
	for (size_t g = 0; g < groups; g++)
		sum[g] = 0.0;
	for (size_t j = 0; j < count; j++)
	{
		double		share = other[j] == 0 ? contribution[j] : contribution[j] / 2.0;

		sum[group[element[j] - 1] - 1] += share;
		if (other[j] != 0)
			sum[group[other[j] - 1] - 1] += share;
	}
}
