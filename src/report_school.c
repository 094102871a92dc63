/*
 * report_school.c
 *	  What the sections of a school's report have in common, SQL functions that write words of reports, and the section
 *	  of its circumstances, over core/report_compared.c.
 */
#include "postgres.h"

#include "chart.h"
#include "core/report_compared.h"
#include "core/report_word.h"
#include "report_part.h"
#include "report_school.h"
#include "text_result.h"
#include "utils/builtins.h"

static TextSlice
written(const TextBuffer *text)
{
	return (TextSlice) {text->byte == NULL ? "" : text->byte, text->length};
}

TextSlice
shown_name(TextSlice name, TextSlice urn)
{
	TextBuffer	out = text_scratch();

	put_shown_name(&out, name, urn);
	return written(&out);
}

TextSlice
title_of(const char *text, TextSlice rest)
{
	TextBuffer	out = text_scratch();

	text_word(&out, text);
	text_slice(&out, rest);
	return written(&out);
}

static void
refuse_number(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("a number of a characteristic is out of the range of reports")));
}

void
section_begin(Section *section, FunctionCallInfo fcinfo)
{
	section->facts = facts_argument(fcinfo, 0);
	section->expectation = facts_in(section->facts, "expectation");
	section->run = facts_in(section->facts, "run");
	section->methodology = facts_in(section->facts, "methodology");
	section->out = text_begin();
	section->scratch = text_scratch();
	section->part = (PartWriter) {.out = &section->out, .is_html = is_html_argument(fcinfo, 1),
		.said = &section->scratch};
}

TextSlice
run_text(const Section *section, const char *name)
{
	return fact_text(section->run, name);
}

/* ---------- circumstances ---------- */

static LevelStep *
read_steps(const Section *section, TextSlice stratum, int *count)
{
	JsonbContainer **row = fact_rows(section->facts, "expected_steps", count);
	LevelStep  *step = palloc(sizeof(LevelStep) * Max(*count, 1));

	for (int i = 0; i < *count; i++)
	{
		TextBuffer	name = text_scratch();
		int			characteristics;
		TextSlice  *characteristic = fact_texts(row[i], "characteristics", &characteristics);

		put_expected_step(&name, fact_text(row[i], "step"), characteristics > 0 ? characteristic[0] : NO_TEXT, stratum);
		step[i] = (LevelStep) {written(&name), fact_number(row[i], "points"), fact_number(row[i], "attendance")};
	}
	return step;
}

/* Between the first step and the last. */
static void
expected_picture(PartWriter *part, const LevelStep *step, int count)
{
	int			between = Max(count - 2, 0);
	TextSlice  *name = palloc(sizeof(TextSlice) * Max(between, 1));
	double	   *points = palloc(sizeof(double) * Max(between, 1));
	ChartRange	range = {0};
	WaterfallChart chart = {.title = TEXT_OF("From the mean to what is expected"), .name = name};

	for (int i = 0; i < between; i++)
	{
		name[i] = step[i + 1].name;
		points[i] = step[i + 1].points;
	}
	check_chart("chart_waterfall", between, &between, 1);
	chart.start_name = step[0].name;
	chart.finish_name = step[count - 1].name;
	chart.amount = values_held(points, between, &range);
	part_begin(part, PART_PICTURE, NO_TEXT, 1);
	part->found = true;
	draw_waterfall(part->out, &chart, step[0].level, &range);
	part_end(part);
}

static void
expected_part(Section *section, TextSlice stratum)
{
	int			count;
	LevelStep  *step = read_steps(section, stratum, &count);

	if (count < 0)
		return;
	part_text(&section->part, PART_PARAGRAPH,
			  TEXT_OF("From the mean to what is expected, step by step: free school meals and the deprivation of the "
					  "area, which tell of the same pupils, are one step, disadvantage. The school's own attendance, "
					  "which is one of those that the mean and the effects were learned from, is left out again: it "
					  "has no part in what is expected of the school."));
	if (section->part.is_html)
		expected_picture(&section->part, step, count);
	expected_table(&section->part, step, count);
}

static Circumstance
read_circumstance(JsonbContainer *facts)
{
	Circumstance c = {
		.characteristic = fact_text(facts, "characteristic"), .meaning = fact_text(facts, "meaning"),
		.category = fact_text(facts, "category"), .number = fact_number(facts, "number"),
		.similar_average = fact_number(facts, "similar_average"), .typical = fact_number(facts, "typical"),
		.contribution = fact_number(facts, "contribution")
	};

	c.has_same = fact_count(facts, "similar_same", &c.same);
	return c;
}

static void
circumstances_lead(PartWriter *part, TextSlice stratum, bool is_contextual)
{
	TextBuffer *out = said_begin(part);

	text_word(out, is_contextual ? "The effect is what each circumstance adds to or takes off the attendance expected "
			  "of the school, compared with the average " : "The typical school is the median ");
	text_slice(out, stratum);
	text_word(out, is_contextual ? " school. Effects show what tends to go together, not what causes what." :
			  " school.");
	part_text(part, PART_PARAGRAPH, said(part));
}

PG_FUNCTION_INFO_V1(abie_school_report_circumstances);
Datum
abie_school_report_circumstances(PG_FUNCTION_ARGS)
{
	Section		section;
	int			count;
	JsonbContainer **row;
	Circumstance *circumstance;
	TextSlice	stratum;
	bool		is_contextual;

	section_begin(&section, fcinfo);
	row = fact_rows(section.facts, "circumstances", &count);
	if (outcome_is(&section, "left out") || count < 0)
		return text_result(&section.out);
	circumstance = palloc(sizeof(Circumstance) * Max(count, 1));
	for (int i = 0; i < count; i++)
		circumstance[i] = read_circumstance(row[i]);
	stratum = fact_text(section.expectation, "stratum");
	is_contextual = text_is(fact_text(section.methodology, "method"), "contextual");
	part_text(&section.part, PART_HEADING, TEXT_OF("What the school is compared by"));
	circumstances_lead(&section.part, stratum, is_contextual);
	expected_part(&section, stratum);
	if (!circumstances_table(&section.part, circumstance, count, is_contextual,
							 title_of("Circumstances in ", run_text(&section, "baseline_year"))))
		refuse_number();
	return text_result(&section.out);
}

/* ---------- words ---------- */

PG_FUNCTION_INFO_V1(abie_characteristic_text);
Datum
abie_characteristic_text(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	/* not STRICT: a characteristic of the user's own has no meaning here */
	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	put_characteristic(&out, text_argument(fcinfo, 0), text_argument(fcinfo, 1));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_characteristic_number);
Datum
abie_characteristic_number(PG_FUNCTION_ARGS)
{
	TextBuffer	out = text_begin();

	if (!put_characteristic_number(&out, text_argument(fcinfo, 0), PG_GETARG_FLOAT8(1)))
		refuse_number();
	return text_result(&out);
}
