/*
 * scaled_distance.c
 *	  The distance between a vector and a row of numbers and categories.
 */
#include "core/scaled_distance.h"

#include <string.h>

#include "core/distance.h"

double
scaled_factor(const ScaledTarget *target, const ScaledRow *row)
{
	double		held = 0.0;

	for (int t = 0; t < target->numbers; t++)
		if (row->has_number[target->number[t].number])
			held += target->number[t].weight;
	for (int t = 0; t < target->categories; t++)
		if (row->has_category[target->category[t].category])
			held += target->category[t].weight;
	return distance_is_comparable(held, target->total) ? target->total / held : 0.0;
}

double
sum_of_numbers(const ScaledTarget *target, const ScaledRow *row, double limit)
{
	double		sum = 0.0;

	for (int t = 0; t < target->numbers && !(sum > limit); t++)
	{
		const NumberTerm *term = &target->number[t];

		if (row->has_number[term->number])
			sum += weighted_square(term->own, scaling_apply(row->number[term->number], term->scaling, target->clip),
								   term->weight);
	}
	return sum;
}

double
sum_of_categories(const ScaledTarget *target, const ScaledRow *row, double sum)
{
	for (int t = 0; t < target->categories; t++)
	{
		const CategoryTerm *term = &target->category[t];
		const CategoryValue *held = &row->category[term->category];

		if (row->has_category[term->category])
			sum += weighted_square(term->own, held->length == term->length &&
								   memcmp(held->value, term->value, term->length) == 0 ? term->held : 0.0,
								   term->weight);
	}
	return sum;
}
