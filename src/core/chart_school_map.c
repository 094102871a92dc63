/*
 * chart_school_map.c
 *	  A map of schools with labels.
 */
#include "core/chart_map.h"

#include <math.h>

#include "core/chart_label.h"

#define MOST_KEYS 40

/* What is known of a school by, in words: its label and its name. */
static void
put_school(TextBuffer *out, TextSlice label, TextSlice name, MarkupLanguage language)
{
	markup_put(out, label, language);
	if (label.byte != NULL && name.byte != NULL)
		text_word(out, " ");
	markup_put(out, name, language);
}

static void
put_mark(TextBuffer *out, const MapFrame *frame, const MapSchool *school, const char *begin, const char *middle,
		 const char *end, const char *element)
{
	text_printf(out, "%s%.1f%s%.1f%s", begin, map_x(frame, school->easting), middle, map_y(frame, school->northing),
				end);
	put_school(out, school->label, school->name, MARKUP_XML);
	text_printf(out, "</title></%s>", element);
}

/* The school itself lies on top. */
static void
put_marks(TextBuffer *out, const MapFrame *frame, const SchoolMap *map)
{
	for (int i = 0; i < map->count; i++)
		if (map->school[i].is_known && i != map->own)
			put_mark(out, frame, &map->school[i], "<circle cx=\"", "\" cy=\"",
					 "\" r=\"4\" fill=\"#0072b2\" stroke=\"#fff\"><title>", "circle");
	if (map->own >= 0 && map->school[map->own].is_known)
		put_mark(out, frame, &map->school[map->own], "<path d=\"M", " ",
				 "m0 -8l8 8l-8 8l-8 -8z\" fill=\"#d55e00\" stroke=\"#fff\"><title>", "path");
}

/* Nearest first, where nothing stands yet; a line leads to one that is farther off. */
static void
put_label(TextBuffer *out, LabelRoom *room, double x, double y, TextSlice label)
{
	static const double distances[] = {10, 17, 25, 35, 48};
	static const struct
	{
		double		east;
		double		south;
	}			direction[] = {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {0.8, -0.8}, {-0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}};
	double		half = 3.5 * (double) text_letters(label);

	for (int d = 0; d < 5; d++)
	{
		double		distance = distances[d];
		LabelBox	place[8];
		int			chosen;

		for (int i = 0; i < 8; i++)
		{
			double		middle = x + direction[i].east * (distance - 4 + half);
			double		height = y + direction[i].south * (distance + 1);

			place[i] = (LabelBox) {middle - half, height - 6, middle + half, height + 6};
		}
		if (!label_place(room, place, 8, &chosen))
			continue;
		if (distance > 10)
			text_printf(out, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#777\" stroke-width=\"0.7\"/>", x, y,
						x + (distance - 7) * direction[chosen].east, y + (distance - 7) * direction[chosen].south);
		text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" text-anchor=\"middle\">",
					x + direction[chosen].east * (distance - 4 + half),
					y + direction[chosen].south * (distance + 1) + 4);
		xml_put(out, label);
		text_word(out, "</text>");
		return;
	}
}

static void
put_labels(TextBuffer *out, const MapFrame *frame, const SchoolMap *map, void *(*allocate) (size_t),
		   void (*pause) (void))
{
	LabelRoom	room = {
		.within = {frame->left_edge, frame->top, frame->left_edge + frame->width, frame->top + frame->height},
		.taken = allocate(sizeof(LabelBox) * 2 * (size_t) map->count), .pause = pause
	};

	for (int i = 0; i < map->count; i++)
		if (map->school[i].is_known)
		{
			double		x = rounded_tenth(map_x(frame, map->school[i].easting));
			double		y = rounded_tenth(map_y(frame, map->school[i].northing));

			room.taken[room.count++] = (LabelBox) {x - 4, y - 4, x + 4, y + 4};
		}
	for (int i = 0; i < map->count; i++)
		if (map->school[i].is_known && map->school[i].label.byte != NULL)
			put_label(out, &room, rounded_tenth(map_x(frame, map->school[i].easting)),
					  rounded_tenth(map_y(frame, map->school[i].northing)), map->school[i].label);
}

/* In which of eight directions something lies: tan(pi / 8), each has an eighth of the circle. */
static void
put_compass(TextBuffer *out, double east, double north)
{
	bool		is_north = fabs(north) > 0.4142135623730951 * fabs(east);
	bool		is_east = fabs(east) > 0.4142135623730951 * fabs(north);

	if (is_north)
		text_word(out, north > 0 ? "north" : "south");
	if (is_north && is_east)
		text_word(out, "-");
	if (is_east)
		text_word(out, east > 0 ? "east" : "west");
}

/* Each school with how far and in which direction it lies. */
static void
put_words(TextBuffer *out, const SchoolMap *map)
{
	const MapSchool *own = map->own >= 0 && map->school[map->own].is_known ? &map->school[map->own] : NULL;
	const char *between = "";

	for (int i = 0; i < map->count; i++)
	{
		const MapSchool *school = &map->school[i];

		if (!school->is_known || i == map->own)
			continue;
		text_word(out, between);
		put_school(out, school->label, school->name, MARKUP_XML);
		if (own != NULL && (school->easting != own->easting || school->northing != own->northing))
		{
			int64_t		east = (int64_t) school->easting - own->easting;
			int64_t		north = (int64_t) school->northing - own->northing;

			text_word(out, ", ");
			text_decimal(out, sqrt((double) (east * east + north * north)) / 1000, 0);
			text_word(out, " km ");
			put_compass(out, (double) east, (double) north);
		}
		between = "; ";
	}
	if (between[0] != '\0')
		text_word(out, ".");
}

/* In two columns; of a name that turns its neighbours around, what is left counts. */
static void
put_keys(TextBuffer *out, const SchoolMap *map, const int *key, int keys, double top, TextBuffer *scratch)
{
	int			rows = (keys + 1) / 2;

	for (int k = 0; k < keys; k++)
	{
		const MapSchool *school = &map->school[key[k]];

		scratch->length = 0;
		put_school(scratch, key[k] == map->own ? TEXT_OF("\xe2\x97\x86") : school->label, school->name, MARKUP_NONE);
		text_printf(out, "<text x=\"%d\" y=\"%g\" font-size=\"11\">", k < rows ? 20 : 204, top + 15 * (k % rows));
		xml_short(out, (TextSlice) {scratch->byte, scratch->length}, 27);
		text_word(out, "</text>");
	}
}

void
chart_school_map(TextBuffer *out, const SchoolMap *map, TextBuffer *scratch, void *(*allocate) (size_t),
				 void (*pause) (void))
{
	MapFrame	frame = map_frame(map->bounds);
	double		below = frame.top + frame.height + 34;
	int			key[MOST_KEYS];
	int			keys = 0;
	int			missing = 0;
	int			height;

	for (int i = 0; i < map->count; i++)
	{
		missing += !map->school[i].is_known;
		if (map->school[i].is_known && (map->school[i].label.byte != NULL || i == map->own) && keys < MOST_KEYS)
			key[keys++] = i;
	}
	height = (int) (below + 15 * ((keys + 1) / 2));
	svg_begin(out, map->title, height);
	text_word(out, "Map, north is up. ");
	if (map->own >= 0 && map->school[map->own].name.byte != NULL)
	{
		text_word(out, "The diamond is ");
		xml_put(out, map->school[map->own].name);
		text_word(out, ". ");
	}
	put_words(out, map);
	if (missing > 0)
		text_printf(out, " Not on the map, because the place is not known: %d.", missing);
	svg_drawn(out, map->title, height);
	map_ground(out, &frame);
	put_marks(out, &frame, map);
	put_labels(out, &frame, map, allocate, pause);
	map_scale_bar(out, &frame);
	put_keys(out, map, key, keys, below, scratch);
	svg_end(out);
}
