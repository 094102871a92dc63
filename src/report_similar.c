/*
 * report_similar.c
 *	  SQL function school_report_similar: the similar schools in a school's report, over core/report_similar.c.
 */
#include "postgres.h"

#include "chart.h"
#include "core/report_similar.h"
#include "core/report_word.h"
#include "facts.h"
#include "report_part.h"
#include "report_school.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define NEAREST 5				/* schools of the second map */

/* What there is to read beside the schools' figures: where they are. */
typedef struct SimilarFacts
{
	Section		section;
	SimilarReport report;
	MapSchool  *place;			/* that of the school itself, then those of the others */
} SimilarFacts;

/* Where a page stands beside this one: only schools that are linked have one. */
static TextSlice
school_address(TextSlice urn, ArrayType *linked)
{
	const int32 *element = (int32 *) ARR_DATA_PTR(linked);
	int			count = ArrayGetNItems(ARR_NDIM(linked), ARR_DIMS(linked));
	int			number;

	if (count == 0 || ARR_HASNULL(linked) || urn.byte == NULL)
		return NO_TEXT;
	number = pg_strtoint32(pnstrdup(urn.byte, urn.length));
	for (int i = 0; i < count; i++)
		if (element[i] == number)
		{
			char	   *address = psprintf("%d.html", number);

			return (TextSlice) {address, strlen(address)};
		}
	return NO_TEXT;
}

static SimilarSchool
read_school(JsonbContainer *facts, ArrayType *linked)
{
	SimilarSchool school = {
		.urn = fact_text(facts, "similar_urn"), .la_name = fact_text(facts, "similar_la_name"),
		.rank = fact_text(facts, "rank"), .km = fact_number(facts, "km"),
		.attendance = fact_number(facts, "similar_attendance"), .low = fact_number(facts, "similar_attendance_low"),
		.high = fact_number(facts, "similar_attendance_high"), .fsm = fact_number(facts, "similar_fsm_pct"),
		.is_better = fact_is_true(facts, "is_better"), .is_clear = fact_is_true(facts, "is_clear")
	};

	school.has_enrolments = fact_count(facts, "similar_enrolments", &school.enrolments);
	school.name = shown_name(fact_text(facts, "similar_name"), school.urn);
	school.address = school_address(school.urn, linked);
	return school;
}

static MapSchool
read_place(JsonbContainer *facts, const char *easting, const char *northing, TextSlice name, TextSlice label)
{
	int64		east;
	int64		north;
	bool		is_known = fact_count(facts, easting, &east);

	is_known &= fact_count(facts, northing, &north);
	if (is_known && (east != (int32) east || north != (int32) north))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("integer out of range")));
	return (MapSchool) {name, label, is_known, (int) east, (int) north};
}

/* The school's share of pupils eligible for free school meals, one of its circumstances. */
static double
own_fsm(JsonbContainer *facts)
{
	int			count;
	JsonbContainer **row = fact_rows(facts, "circumstances", &count);

	for (int i = 0; i < count; i++)
		if (text_is(fact_text(row[i], "characteristic"), "fsm_pct"))
			return fact_number(row[i], "number");
	return NAN;
}

/* False where there are none. */
static bool
read_similar(SimilarFacts *similar, ArrayType *linked, TextSlice list)
{
	SimilarReport *report = &similar->report;
	JsonbContainer *facts = similar->section.facts;
	JsonbContainer *standing = facts_in(facts, "standing");
	JsonbContainer *own = similar->section.expectation;
	JsonbContainer **row = fact_rows(facts, "similar_schools", &report->count);

	if (report->count <= 0)
		return false;
	report->school = palloc(sizeof(SimilarSchool) * report->count);
	similar->place = palloc(sizeof(MapSchool) * (report->count + 1));
	similar->place[0] = read_place(facts_in(facts, "place"), "easting", "northing",
								   shown_name(fact_text(own, "school_name"), fact_text(own, "urn")), NO_TEXT);
	for (int i = 0; i < report->count; i++)
	{
		report->school[i] = read_school(row[i], linked);
		similar->place[i + 1] = read_place(row[i], "similar_easting", "similar_northing", report->school[i].name,
										   report->school[i].rank);
	}
	report->own_attendance = fact_number(own, "attendance");
	report->own_fsm = own_fsm(facts);
	report->is_poor_match = fact_is_true(own, "poor_match");
	report->best = fact_text(standing, "best");
	report->worst = fact_text(standing, "worst");
	report->ranked = fact_text(standing, "schools");
	report->list = text_is(list, "sortable") ? PART_SORTABLE : PART_TABLE;
	similar_count(report);
	return true;
}

/* ---------- pictures ---------- */

/* The similar schools and, as the last, the school itself. */
static void
similar_picture(PartWriter *part, const SimilarFacts *similar)
{
	int			count = similar->report.count;
	TextSlice  *name = palloc(sizeof(TextSlice) * (count + 1));
	double	   *value = palloc(sizeof(double) * (count + 1) * 3);
	ChartRange	range[3] = {{0}};
	SimilarChart chart = {.name = name, .own = count};
	JsonbContainer *own = similar->section.expectation;

	for (int i = 0; i < count; i++)
	{
		const SimilarSchool *school = &similar->report.school[i];

		name[i] = school->name;
		value[i] = school->attendance;
		value[count + 1 + i] = school->low;
		value[2 * (count + 1) + i] = school->high;
	}
	name[count] = similar->place[0].name;
	value[count] = similar->report.own_attendance;
	value[2 * count + 1] = fact_number(own, "attendance_low");
	value[3 * count + 2] = fact_number(own, "attendance_high");
	chart.attendance = values_held(value, count + 1, &range[0]);
	chart.low = values_held(value + count + 1, count + 1, &range[1]);
	chart.high = values_held(value + 2 * (count + 1), count + 1, &range[2]);
	chart.title = title_of("Attendance in ", run_text(&similar->section, "baseline_year"));
	part_begin(part, PART_PICTURE, NO_TEXT, 1);
	part->found = draw_similar(part->out, &chart, &range[0], &range[1], &range[2]);
	part_end(part);
}

/* The school and its similar schools, all or the nearest of them. */
static void
map_picture(PartWriter *part, const SimilarFacts *similar, TextSlice title, bool only_near)
{
	MapSchool  *school = palloc(sizeof(MapSchool) * (similar->report.count + 1));
	SchoolMap	map = {.title = title, .school = school, .count = 1};

	school[0] = similar->place[0];
	for (int i = 0; i < similar->report.count; i++)
		if (!only_near || similar->report.school[i].near > 0)
			school[map.count++] = similar->place[i + 1];
	part_begin(part, PART_PICTURE, NO_TEXT, 1);
	part->found = draw_school_map(part->out, &map);
	part_end(part);
}

/* On paper one map is enough. */
static void
near_picture(PartWriter *part, const SimilarFacts *similar)
{
	text_word(part->out, "<details open=\"open\"><summary>A map of the nearest</summary>");
	map_picture(part, similar, TEXT_OF("The nearest five of them"), true);
	text_word(part->out, "</details>\n");
}

static void
map_pictures(PartWriter *part, SimilarFacts *similar)
{
	SimilarReport *report = &similar->report;
	double		far_km = 0;
	double		near_km = 0;
	int			known = 0;

	similar_nearest(report, false, NEAREST);
	for (int i = 0; i < report->count; i++)
	{
		const SimilarSchool *school = &report->school[i];

		if (isnan(school->km))
			continue;
		known++;
		far_km = Max(far_km, school->km);
		if (school->near > 0)
			near_km = Max(near_km, school->km);
	}
	/* what has no place beside the school's is not drawn */
	if (known == 0)
		return;
	map_picture(part, similar, TEXT_OF("Where the similar schools are"), false);
	if (known > NEAREST && near_km < far_km / 3)
		near_picture(part, similar);
	if (known < report->count)
	{
		text_printf(said_begin(part), "Not on the map, because the place is not known: %d similar %s.",
					report->count - known, report->count - known == 1 ? "school" : "schools");
		part_text(part, PART_META, said(part));
	}
}

PG_FUNCTION_INFO_V1(abie_school_report_similar);
Datum
abie_school_report_similar(PG_FUNCTION_ARGS)
{
	SimilarFacts similar = {.place = NULL};
	PartWriter *part = &similar.section.part;

	section_begin(&similar.section, fcinfo);
	if (!outcome_is(&similar.section, "left out") &&
		read_similar(&similar, PG_GETARG_ARRAYTYPE_P(2), text_argument(fcinfo, 3)))
	{
		similar_standing(part, &similar.report);
		if (part->is_html)
		{
			similar_picture(part, &similar);
			map_pictures(part, &similar);
		}
		similar_lists(part, &similar.report);
	}
	return text_result(&similar.section.out);
}
