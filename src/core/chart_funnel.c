/*
 * chart_funnel.c
 *	  Names beside the marks of a funnel.
 */
#include "core/chart_funnel.h"

/* In the order they are tried: right, left, above, below, and these to one side. */
static void
put_name(TextBuffer *out, TextSlice name, double x, double y, LabelRoom *room)
{
	/* of an ellipsis one letter counts */
	size_t		letters = text_letters(name);
	double		wide = 58 * (double) (letters > 26 ? text_letters(text_cut(name, 26)) + 1 : letters) / 10;
	const struct
	{
		double		left;
		double		middle;
	}			at[] = {
		{x + 9, y}, {x - 9 - wide, y}, {x - wide / 2, y - 13}, {x - wide / 2, y + 13},
		{x - 6, y - 13}, {x - 6, y + 13}, {x + 6 - wide, y - 13}, {x + 6 - wide, y + 13}
	};
	LabelBox	place[8];
	int			chosen;

	for (int i = 0; i < 8; i++)
		place[i] = (LabelBox) {at[i].left, at[i].middle - 6, at[i].left + wide, at[i].middle + 6};
	if (!label_place(room, place, 8, &chosen))
		return;
	text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\" stroke=\"#fff\" stroke-width=\"3\" "
				"paint-order=\"stroke\">", at[chosen].left, at[chosen].middle + 3.5);
	xml_short(out, name, 26);
	text_word(out, "</text>");
}

void
chart_funnel_names(TextBuffer *out, const TextSlice *name, const double *x, const double *y, int marks, int most,
				   LabelRoom *room, TextBuffer *scratch)
{
	for (int i = 0; i < marks; i++)
		room->taken[room->count++] = (LabelBox) {x[i] - 6, y[i] - 6, x[i] + 6, y[i] + 6};
	for (int i = 0; i < marks && i < most; i++)
	{
		if (name[i].byte == NULL)
			continue;
		scratch->length = 0;
		markup_put(scratch, name[i], MARKUP_NONE);
		put_name(out, (TextSlice) {scratch->byte, scratch->length}, x[i], y[i], room);
	}
}
