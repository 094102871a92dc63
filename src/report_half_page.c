/*
 * report_half_page.c
 *	  SQL functions that write the half page that a school's report begins with, for a governor, and a run's status.
 */
#include "postgres.h"

#include <math.h>

#include "chart.h"
#include "core/report_word.h"
#include "report_school.h"
#include "text_result.h"
#include "utils/builtins.h"

/* What a reader has to know of a run's status; nothing where it is issued. */
static TextSlice
status_words(JsonbContainer *run)
{
	TextSlice	status = fact_text(run, "run_status");

	if (text_is(status, "issued"))
		return NO_TEXT;
	if (text_is(status, "withdrawn"))
		return TEXT_OF("Withdrawn: do not use the figures in this report.");
	if (text_is(status, "superseded"))
		return TEXT_OF("A newer calculation has taken the place of this one.");
	return TEXT_OF("Draft: these figures have been calculated but not issued. They may still change.");
}

PG_FUNCTION_INFO_V1(abie_report_status_text);
Datum
abie_report_status_text(PG_FUNCTION_ARGS)
{
	TextSlice	words = status_words(facts_argument(fcinfo, 0));

	if (words.byte == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(words.byte, (int) words.length));
}

/* Cut with an ellipsis where it is longer than so many letters. */
static void
put_short(TextBuffer *out, TextSlice text, size_t letters)
{
	bool		is_cut = text.length > letters && text_letters(text) > letters;

	text_slice(out, is_cut ? text_cut(text, letters) : text);
	text_word(out, is_cut ? "\xe2\x80\xa6" : "");
}

/* A word with a capital. */
static void
put_capital(TextBuffer *out, TextSlice word)
{
	size_t		start = out->length;

	text_slice(out, word);
	if (word.length > 0)
		out->byte[start] = pg_ascii_toupper((unsigned char) out->byte[start]);
}

static void
about_line(Section *section)
{
	static const char *const between = " \xc2\xb7 ";
	TextBuffer *out = said_begin(&section->part);
	TextSlice	la_name = fact_text(section->expectation, "la_name");
	TextSlice	stratum = fact_text(section->expectation, "stratum");
	int64		pupils;

	say(out, section, "Attendance expectation for {target_year} \xc2\xb7 URN {urn}");
	if (la_name.byte != NULL)
	{
		text_word(out, between);
		put_short(out, la_name, 60);
	}
	if (stratum.byte != NULL)
	{
		text_word(out, between);
		put_capital(out, stratum);
	}
	if (fact_count(section->expectation, "enrolments", &pupils))
	{
		text_word(out, between);
		text_thousands(out, pupils);
		text_word(out, pupils == 1 ? " pupil" : " pupils");
	}
	part_text(&section->part, PART_META, said(&section->part));
}

/* A row of the picture; the ends of its interval are NaN where there is none. */
typedef struct PictureRow
{
	TextSlice	name;
	double		value;
	double		low;
	double		high;
} PictureRow;

static void
rows_picture(PartWriter *part, TextSlice title, const PictureRow *row, int count)
{
	TextSlice	name[4];
	double		value[3][4];
	ChartRange	range[3] = {{0}};
	SimilarChart chart = {.title = title, .name = name};

	for (int i = 0; i < count; i++)
	{
		name[i] = row[i].name;
		value[0][i] = row[i].value;
		value[1][i] = row[i].low;
		value[2][i] = row[i].high;
	}
	chart.attendance = values_held(value[0], count, &range[0]);
	chart.low = values_held(value[1], count, &range[1]);
	chart.high = values_held(value[2], count, &range[2]);
	part_begin(part, PART_PICTURE, NO_TEXT, 1);
	part->found = draw_similar(part->out, &chart, &range[0], &range[1], &range[2]);
	part_end(part);
}

/* Of a school left out, its last year beside its phase; nothing where that is not known. */
static void
phase_picture(Section *section)
{
	int			count;
	JsonbContainer **year = fact_rows(section->facts, "history", &count);
	JsonbContainer *latest = count > 0 ? year[count - 1] : NULL;
	double		national = fact_number(latest, "national");

	if (!isnan(national))
		rows_picture(&section->part, title_of("Attendance in ", fact_text(latest, "academic_year")), (PictureRow[]) {
			{TEXT_OF("This school"), fact_number(latest, "attendance"), fact_number(latest, "attendance_low"),
			fact_number(latest, "attendance_high")},
			{TEXT_OF("All schools of the phase"), national, NAN, NAN}
		}, 2);
}

static void
standing_picture(Section *section)
{
	double		expected = figure(section, "expected");
	double		half = 1.959963984540054 * figure(section, "expected_error");
	TextSlice	year = fact_text(section->run, "target_year");

	rows_picture(&section->part, TEXT_OF("Where the school stands, and what comes next"), (PictureRow[]) {
		{title_of("This school in ", fact_text(section->run, "baseline_year")), figure(section, "attendance"),
		figure(section, "attendance_low"), figure(section, "attendance_high")},
		/* as abie.interval_low and interval_high have it */
		{TEXT_OF("Expected of such schools"), expected, expected < half ? 0 : expected - half,
		expected + half > 100 ? 100 : expected + half},
		{title_of("Target for ", year), outcome_is(section, "maintain") ? NAN : figure(section, "target"), NAN, NAN},
		{title_of("If nothing changes, ", year), figure(section, "forecast"), figure(section, "forecast_low"),
		figure(section, "forecast_high")}
	}, 4);
}

static void
half_page_item(Section *section, const char *keyword, const char *sentence)
{
	TextSlice	text = fact_text(facts_in(section->facts, "half_page"), sentence);

	text_word(said_begin(&section->part), keyword);
	text_slice(section->part.said, text);
	if (text.byte != NULL)
		part_item(&section->part, said(&section->part), NO_TEXT);
}

PG_FUNCTION_INFO_V1(abie_school_report_half_page);
Datum
abie_school_report_half_page(PG_FUNCTION_ARGS)
{
	Section		section;
	PartWriter *part = &section.part;

	section_begin(&section, fcinfo);
	if (part->is_html)
		text_word(part->out, "<section class=\"half\">\n");
	/* names longer than any would not leave it half a page */
	put_short(said_begin(part), shown_name(fact_text(section.expectation, "school_name"),
										   fact_text(section.expectation, "urn")), 100);
	part_text(part, PART_TITLE, said(part));
	about_line(&section);
	part_text(part, PART_NOTICE, status_words(section.run));
	part_begin(part, PART_LIST, NO_TEXT, 1);
	half_page_item(&section, "Where the school stands.\t", "stands");
	half_page_item(&section, "What is expected next.\t", "next");
	half_page_item(&section, "What to do and ask.\t", "ask");
	part_end(part);
	if (part->is_html)
	{
		if (outcome_is(&section, "left out"))
			phase_picture(&section);
		else
			standing_picture(&section);
		text_word(part->out, "</section>\n");
	}
	return text_result(&section.out);
}
