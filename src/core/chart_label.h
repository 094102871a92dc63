/*
 * chart_label.h
 *	  Where names may stand in a picture: none on another, or on a mark.
 */
#ifndef ABIE_CORE_CHART_LABEL_H
#define ABIE_CORE_CHART_LABEL_H

#include <stdbool.h>

typedef struct LabelBox
{
	double		left;
	double		top;
	double		right;
	double		bottom;
} LabelBox;

/* What names have to be within, and what is there already. */
typedef struct LabelRoom
{
	LabelBox	within;
	LabelBox   *taken;			/* with room for what is placed */
	int			count;
	void		(*pause) (void);	/* called between names: a place to be cancelled at */
} LabelRoom;

/* Takes the first of so many places where nothing stands yet; false where there is none. */
extern bool label_place(LabelRoom *room, const LabelBox *place, int count, int *chosen);

#endif
