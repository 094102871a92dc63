/*
 * chart_label.c
 *	  Where names may stand in a picture: none on another, or on a mark.
 */
#include "core/chart_label.h"

/* What is closer than this touches, as of PostgreSQL's boxes. */
#define TOUCHES 1e-6

static bool
is_within(const LabelBox *outer, const LabelBox *inner)
{
	return inner->left >= outer->left - TOUCHES && inner->right <= outer->right + TOUCHES &&
		inner->top >= outer->top - TOUCHES && inner->bottom <= outer->bottom + TOUCHES;
}

static bool
overlaps(const LabelBox *one, const LabelBox *other)
{
	return one->left <= other->right + TOUCHES && other->left <= one->right + TOUCHES &&
		one->top <= other->bottom + TOUCHES && other->top <= one->bottom + TOUCHES;
}

static bool
is_free(const LabelRoom *room, const LabelBox *place)
{
	if (!is_within(&room->within, place))
		return false;
	for (int i = 0; i < room->count; i++)
		if (overlaps(&room->taken[i], place))
			return false;
	return true;
}

bool
label_place(LabelRoom *room, const LabelBox *place, int count, int *chosen)
{
	room->pause();
	for (int i = 0; i < count; i++)
		if (is_free(room, &place[i]))
		{
			room->taken[room->count++] = place[i];
			*chosen = i;
			return true;
		}
	return false;
}
