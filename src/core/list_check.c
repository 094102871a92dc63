/*
 * list_check.c
 *	  What has to hold of a school and those that a list calls similar to it.
 */
#include "core/list_check.h"

#include <math.h>
#include <string.h>

bool
same_word(Word a, Word b)
{
	return a.text != NULL && b.text != NULL && a.length == b.length &&
		(a.text == b.text || memcmp(a.text, b.text, a.length) == 0);
}

int
urn_table_bits(size_t count)
{
	int			bits = 1;

	/* half empty at least */
	while (((size_t) 1 << bits) < 2 * count + 2)
		bits++;
	return bits;
}

/* The slot of a URN, or the empty one where it would be.  The multiplier is 2^32 over the golden ratio. */
static int *
slot_of(const UrnTable *table, int urn)
{
	size_t		last = ((size_t) 1 << table->bits) - 1;
	size_t		i = (size_t) ((uint32_t) urn * UINT32_C(2654435769) >> (32 - table->bits));

	while (table->slot[i] >= 0 && table->urn[table->slot[i]] != urn)
		i = (i + 1) & last;
	return &table->slot[i];
}

bool
enter_urn(UrnTable *table, int place)
{
	int		   *slot = slot_of(table, table->urn[place]);

	if (*slot >= 0)
		return false;
	*slot = place;
	return true;
}

int
find_urn(const UrnTable *table, int urn)
{
	return *slot_of(table, urn);
}

bool
is_family_match(const ListedSchool *own, const ListedSchool *other)
{
	return own != NULL && other != NULL && own->has_family && other->has_family && own->family == other->family;
}

bool
is_phase_match(const ListedSchool *own, const ListedSchool *other)
{
	return own == NULL || other == NULL || !same_word(own->stratum, other->stratum);
}

bool
is_selective_match(const ListedSchool *own, const ListedSchool *other)
{
	return own == NULL || other == NULL || own->selective != other->selective;
}

double
school_kilometres(const ListedSchool *own, const ListedSchool *other)
{
	double		east;
	double		north;

	if (own == NULL || other == NULL || !own->has_place || !other->has_place)
		return NAN;
	east = own->easting - other->easting;
	north = own->northing - other->northing;
	return sqrt(east * east + north * north) / 1000.0;
}

static bool
is_comparable(const ListedSchool *own, const ListedSchool *other, const Comparison *by)
{
	/* vectors of two strata have other elements */
	return !is_phase_match(own, other) && own->elements == by->elements && other->elements == by->elements;
}

static double
distance_of(double squared)
{
	return squared < 0.0 ? NAN : sqrt(squared);
}

void
school_distances(const ListedSchool *own, const ListedSchool *const *other, int count, const Comparison *by,
				 double *distance)
{
	const double *complete[4];
	int			place[4];
	double		squared[4];
	int			waiting = 0;

	for (int i = 0; i < count; i++)
	{
		if (!is_comparable(own, other[i], by))
			distance[i] = NAN;
		else if (!own->complete || !other[i]->complete)
			distance[i] = distance_of(
				distance_squared_of_rows(own->value, own->present, other[i]->value, other[i]->present, by->weights,
										 by->elements, by->total));
		else
		{
			complete[waiting] = other[i]->value;
			place[waiting++] = i;
		}
		if (waiting < 4)
			continue;
		distance_squared_of_four(own->value, complete, by->weights, &by->complete, squared);
		while (waiting > 0)
		{
			waiting--;
			distance[place[waiting]] = distance_of(squared[waiting]);
		}
	}
	while (waiting-- > 0)
		distance[place[waiting]] = distance_of(distance_squared(own->value, complete[waiting], by->weights,
																&by->complete));
}
