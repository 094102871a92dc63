/*
 * chart_map.c
 *	  SQL functions that draw maps, over core/chart_map.c and core/chart_school_map.c.
 */
#include "postgres.h"

#include "callbacks.h"
#include "catalog/pg_type.h"
#include "chart.h"
#include "executor/executor.h"
#include "results.h"
#include "text_result.h"
#include "utils/array.h"

/* Places across or down, whatever dimensions the array has; what is NULL is not known. */
typedef struct Places
{
	int			count;			/* -1: there is no array */
	Datum	   *value;
	bool	   *null;
} Places;

static Places
places_argument(FunctionCallInfo fcinfo, int number)
{
	Places		places = {.count = -1};

	if (!PG_ARGISNULL(number))
		deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), INT4OID, sizeof(int32), true, TYPALIGN_INT,
						  &places.value, &places.null, &places.count);
	return places;
}

static bool
is_known(const Places *eastings, const Places *northings, int i)
{
	return i < eastings->count && i < northings->count && !eastings->null[i] && !northings->null[i];
}

/* Bounds that hold one place more than those found so far. */
static void
bounds_add(MapBounds *bounds, bool *found, int east, int north)
{
	if (!*found)
		*bounds = (MapBounds) {east, east, north, north};
	*found = true;
	*bounds = (MapBounds) {
		Min(bounds->west, east), Max(bounds->east, east), Min(bounds->south, north), Max(bounds->north, north)
	};
	if ((int64) bounds->east - bounds->west > PG_INT32_MAX || (int64) bounds->north - bounds->south > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("integer out of range")));
}

PG_FUNCTION_INFO_V1(abie_map_frame);
Datum
abie_map_frame(PG_FUNCTION_ARGS)
{
	Places		eastings = places_argument(fcinfo, 0);
	Places		northings = places_argument(fcinfo, 1);
	MapBounds	bounds;
	MapFrame	frame;
	bool		found = false;

	for (int i = 0; i < eastings.count; i++)
		if (is_known(&eastings, &northings, i))
			bounds_add(&bounds, &found, DatumGetInt32(eastings.value[i]), DatumGetInt32(northings.value[i]));
	if (!found)
		PG_RETURN_NULL();
	frame = map_frame(bounds);
	return row_result(fcinfo, 7, (Datum[]) {
		Float8GetDatum(frame.west), Float8GetDatum(frame.north), Float8GetDatum(frame.unit),
		Float8GetDatum(frame.left_edge), Float8GetDatum(frame.top), Float8GetDatum(frame.width),
		Float8GetDatum(frame.height)
	}, NULL);
}

static MapFrame
frame_argument(FunctionCallInfo fcinfo, int number)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(number);
	double		value[7];
	bool		null;

	for (int i = 0; i < 7; i++)
		value[i] = DatumGetFloat8(GetAttributeByNum(row, (AttrNumber) (i + 1), &null));
	return (MapFrame) {value[0], value[1], value[2], value[3], value[4], value[5], value[6]};
}

PG_FUNCTION_INFO_V1(abie_map_ground);
Datum
abie_map_ground(PG_FUNCTION_ARGS)
{
	MapFrame	frame = frame_argument(fcinfo, 0);
	TextBuffer	out = text_begin();

	map_ground(&out, &frame);
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_map_scale_bar);
Datum
abie_map_scale_bar(PG_FUNCTION_ARGS)
{
	MapFrame	frame = frame_argument(fcinfo, 0);
	TextBuffer	out = text_begin();

	map_scale_bar(&out, &frame);
	return text_result(&out);
}

bool
draw_school_map(TextBuffer *out, SchoolMap *map)
{
	TextBuffer	scratch = text_scratch();
	bool		found = false;

	for (int i = 0; i < map->count; i++)
		if (map->school[i].is_known)
			bounds_add(&map->bounds, &found, map->school[i].easting, map->school[i].northing);
	if (found)
		chart_school_map(out, map, &scratch, allocate, check_for_interrupts);
	return found;
}

PG_FUNCTION_INFO_V1(abie_chart_school_map);
Datum
abie_chart_school_map(PG_FUNCTION_ARGS)
{
	SchoolMap	map = {.title = text_argument(fcinfo, 0), .own = place_argument(fcinfo, 5)};
	TextSlice  *name = texts_argument(fcinfo, 1, &map.count);
	Places		eastings = places_argument(fcinfo, 2);
	Places		northings = places_argument(fcinfo, 3);
	int			labels;
	TextSlice  *label = texts_argument(fcinfo, 4, &labels);
	TextBuffer	out = text_begin();
	MapSchool  *school;

	/* not STRICT: own may be NULL */
	if (map.title.byte == NULL || name == NULL || eastings.count < 0 || northings.count < 0 || label == NULL)
		PG_RETURN_NULL();
	check_chart("chart_school_map", map.count, (int[]) {eastings.count, northings.count, labels}, 3);
	school = palloc(sizeof(MapSchool) * map.count);
	for (int i = 0; i < map.count; i++)
	{
		school[i] = (MapSchool) {.name = name[i], .label = label[i], .is_known = is_known(&eastings, &northings, i)};
		if (school[i].is_known)
		{
			school[i].easting = DatumGetInt32(eastings.value[i]);
			school[i].northing = DatumGetInt32(northings.value[i]);
		}
	}
	map.school = school;
	if (map.own >= map.count)
		map.own = -1;
	if (!draw_school_map(&out, &map))
		PG_RETURN_NULL();
	return text_result(&out);
}
