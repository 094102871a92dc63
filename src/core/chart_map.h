/*
 * chart_map.h
 *	  Maps: places by easting and northing, metres of the British National Grid, and nothing from elsewhere.
 */
#ifndef ABIE_CORE_CHART_MAP_H
#define ABIE_CORE_CHART_MAP_H

#include "core/chart_part.h"

/* Which part of the grid a map shows, and where. */
typedef struct MapFrame
{
	double		west;			/* easting of its left edge */
	double		north;			/* northing of its top */
	double		unit;			/* units of the picture by metre */
	double		left_edge;
	double		top;
	double		width;
	double		height;
} MapFrame;

/* The smallest part of the grid that holds some places. */
typedef struct MapBounds
{
	int			west;
	int			east;
	int			south;
	int			north;
} MapBounds;

/* The frame of a map that holds these. */
extern MapFrame map_frame(MapBounds bounds);

static inline double
map_x(const MapFrame *frame, int easting)
{
	return frame->left_edge + frame->unit * (easting - frame->west);
}

static inline double
map_y(const MapFrame *frame, int northing)
{
	return frame->top + frame->unit * (frame->north - northing);
}

/* What a map is drawn on, and a bar below it: 1, 2 or 5 times a power of ten kilometres, at most half of its width. */
extern void map_ground(TextBuffer *out, const MapFrame *frame);
extern void map_scale_bar(TextBuffer *out, const MapFrame *frame);

typedef struct MapSchool
{
	TextSlice	name;
	TextSlice	label;			/* none: it is not labelled */
	bool		is_known;		/* its place */
	int			easting;
	int			northing;
} MapSchool;

/* Schools of a map, own the one that is marked (from 0), or -1; at least one is known. */
typedef struct SchoolMap
{
	TextSlice	title;
	const MapSchool *school;
	int			count;
	int			own;
	MapBounds	bounds;			/* of the known ones */
} SchoolMap;

/* The picture of abie.chart_school_map. */
extern void chart_school_map(TextBuffer *out, const SchoolMap *map, TextBuffer *scratch, void *(*allocate) (size_t),
							 void (*pause) (void));

#endif
