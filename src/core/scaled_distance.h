/*
 * scaled_distance.h
 *	  The distance of distance.h between a vector and a row whose vector is not
 *	  made, only measured: of numbers to be scaled and categories.
 *
 * Plain C11: no server headers, no allocation, the same bits on every CPU.
 */
#ifndef ABIE_CORE_SCALED_DISTANCE_H
#define ABIE_CORE_SCALED_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/scaling.h"

/* An element of the vector that is present and has a weight above 0, and how that of a row is made of a number. */
typedef struct NumberTerm
{
	int			number;			/* of the row */
	Scaling		scaling;
	double		own;
	double		weight;
} NumberTerm;

/* The same of a category: 1 / scale where a row has the value, else 0. */
typedef struct CategoryTerm
{
	int			category;		/* of the row */
	const char *value;
	size_t		length;
	double		held;			/* 1 / scale */
	double		own;
	double		weight;
} CategoryTerm;

typedef struct ScaledTarget
{
	int			numbers;
	const NumberTerm *number;
	double		clip;
	int			categories;
	const CategoryTerm *category;
	double		total;			/* weight of all elements, present or not, added up in their order */
} ScaledTarget;

/* A row, in room for as many numbers and categories as the target's terms ask for. */
typedef struct CategoryValue
{
	const char *value;
	size_t		length;
} CategoryValue;

typedef struct ScaledRow
{
	double	   *number;
	bool	   *has_number;
	CategoryValue *category;
	bool	   *has_category;
} ScaledRow;

/* Total weight / weight of the elements that both have, as of distance_terms; 0 where the two are not comparable. */
extern double scaled_factor(const ScaledTarget *target, const ScaledRow *row);

/*
 * The two sums which distance_squared makes one of, with the result of the first handed to the second; the first may
 * end where it is above the limit.  Categories are read by the second alone.
 */
extern double sum_of_numbers(const ScaledTarget *target, const ScaledRow *row, double limit);
extern double sum_of_categories(const ScaledTarget *target, const ScaledRow *row, double sum);

#endif
