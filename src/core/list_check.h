/*
 * list_check.h
 *	  What has to hold of a school and those that a list calls similar to it.
 *
 * Plain C11: no server headers, no allocation, the same bits on every CPU.
 */
#ifndef ABIE_CORE_LIST_CHECK_H
#define ABIE_CORE_LIST_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/distance.h"

/* Bytes of a text; NULL where it is not known. */
typedef struct Word
{
	const char *text;
	size_t		length;
} Word;

extern bool same_word(Word a, Word b);

/* A school of a run, as far as lists are checked by it. */
typedef struct ListedSchool
{
	Word		stratum;
	bool		selective;
	bool		has_family;
	int64_t		family;
	bool		has_place;
	double		easting;		/* metres, whole */
	double		northing;
	Word		type_group;
	int			elements;		/* of the vector */
	const double *value;
	const bool *present;
	bool		complete;		/* every element is present */
} ListedSchool;

/* Which of the schools has a URN. */
typedef struct UrnTable
{
	const int  *urn;			/* of each school */
	int		   *slot;			/* places of schools, -1 in empty slots */
	int			bits;			/* 2^bits slots: more than schools */
} UrnTable;

/* The bits of a table for so many schools. */
extern int	urn_table_bits(size_t count);

/* Enter the school at this place; false where another has its URN. */
extern bool enter_urn(UrnTable *table, int place);

/* The place of a URN; -1 where no school has it. */
extern int	find_urn(const UrnTable *table, int urn);

/* Whether the two are of one family, of two strata, or differ in selection; the last two also where one is NULL. */
extern bool is_family_match(const ListedSchool *own, const ListedSchool *other);
extern bool is_phase_match(const ListedSchool *own, const ListedSchool *other);
extern bool is_selective_match(const ListedSchool *own, const ListedSchool *other);

/* As the crow flies; NaN where a place is not known. */
extern double school_kilometres(const ListedSchool *own, const ListedSchool *other);

/* What vectors are compared by. */
typedef struct Comparison
{
	int			elements;
	const double *weights;
	double		total;			/* added up in ascending order */
	DistanceTerms complete;		/* of two vectors that lack nothing */
} Comparison;

/*
 * Distances of the vectors of a school and of others; NaN where two cannot be
 * compared: too few elements, other numbers of elements than weights, other
 * strata, or one of the two is NULL.
 */
extern void school_distances(const ListedSchool *own, const ListedSchool *const *other, int count,
							 const Comparison *by, double *distance);

#endif
