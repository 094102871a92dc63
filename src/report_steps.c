/*
 * report_steps.c
 *	  SQL functions that write how the number of a school's report was made, the ladder, and what the number does not
 *	  say.
 */
#include "postgres.h"

#include <math.h>

#include "core/report_word.h"
#include "mb/pg_wchar.h"
#include "report_school.h"
#include "text_result.h"

static void
attendance_step(Section *section)
{
	TextBuffer *out = said_begin(&section->part);
	int64		possible;
	int64		missed;
	bool		is_counted = fact_count(section->expectation, "sess_possible", &possible);

	is_counted &= fact_count(section->expectation, "sess_overall", &missed);
	say(out, section, "Attendance.\tIn {baseline_year} the school's attendance was {attendance.2}%");
	if (is_counted)
	{
		text_word(out, ": of ");
		text_thousands(out, possible);
		text_word(out, " sessions (half days) possible, ");
		text_thousands(out, missed);
		text_word(out, " were missed.");
	}
	else
		text_word(out, ", from the published absence rate.");
	part_item(&section->part, said(&section->part), NO_TEXT);
}

/* How much of a rate is chance, where no earlier year tells it. */
static void
put_sampling(TextBuffer *out, const Section *section)
{
	TextSlice	source = fact_text(section->methodology, "sampling_source");
	const char *words = text_is(source, "earlier run") ?
		"taken from an earlier calculation, run {sampling_run}." :
		text_is(source, "residuals") ? "judged by how far schools of different sizes are from what is expected of "
		"them." :
		text_is(source, "declared") ? "taken to be as in England's schools." : NULL;

	if (words == NULL)
		return;
	text_word(out, " How much is chance could not be learned, because no earlier year is held; it is ");
	say(out, section, words);
}

/* By the contextual method. */
static void
level_step(Section *section)
{
	TextBuffer *out = said_begin(&section->part);
	double		own = figure(section, "own_level");

	text_word(out, "Underlying level.\tOne year's rate is partly chance. ");
	say(out, section, !isnan(own) && own != figure(section, "attendance") ?
		"The school's own level over two years, {own_level.2}%," : "The school's own rate");
	say(out, section, " counts for {own_share%}% and the expected attendance for the rest: {baseline.2}%.");
	put_sampling(out, section);
	part_item(&section->part, said(&section->part), NO_TEXT);
}

static void
similar_step(Section *section)
{
	TextBuffer *out = said_begin(&section->part);
	double		residual = figure(section, "local_residual");

	say(out, section, "Similar schools.\tThe {local_schools} most similar schools attend ");
	if (!isnan(residual))
		text_decimal(out, fabs(residual), 2);
	say(out, section, residual < 0 ? " points less" : " points more");
	say(out, section, " than their own circumstances would suggest. Experience shows that {local_slope%}% of such a "
		"difference is shared, which makes the expected attendance {expected.2}%.");
	part_item(&section->part, said(&section->part), NO_TEXT);
}

/* To expected attendance and the underlying level. Without the ladder's top nothing of other schools is shown. */
static void
expected_steps(Section *section)
{
	if (isnan(figure(section, "ladder_top")))
	{
		say_item(section, "Expected attendance.\tWhat the school's circumstances and the attendance of other schools "
				 "lead one to expect: {expected.2}%. The attendance of most of them is known from their registers only "
				 "and not published, so that it is not shown here how this follows from it.");
		say_item(section, "Underlying level.\t{baseline.2}%. One year's rate is partly chance, so that it is the "
				 "school's own rate with some of the expected attendance.");
	}
	else if (text_is(fact_text(section->methodology, "method"), "contextual"))
	{
		say_item(section, "Circumstances.\tWhat the attendance of all other {stratum} schools says about a school with "
				 "pupils and a place like this: {context.2}%. The school's own attendance has no part in this.");
		similar_step(section);
		level_step(section);
	}
	else
	{
		say_item(section, "Expected attendance.\tThe {similar_schools} most similar schools attend {expected.2}% on "
				 "average; more alike and larger ones count for more.");
		say_item(section, "Underlying level.\tIt is last year's rate, {baseline.2}%.");
	}
}

static void
improvement_step(Section *section)
{
	TextBuffer *out = said_begin(&section->part);

	say(out, section, "Improvement.\tThe national pace of {pace} points a year and {gap_share%}% of the gap; at least "
		"{improvement_floor}, at most {improvement_cap}, and never above the room left up to ");
	if (isnan(figure(section, "ladder_top")))
		text_word(out, "the mean of the best similar schools, or to the school's own rate in 2018/19");
	else
	{
		text_word(out, ladder_top(section));
		say(out, section, ", which is {headroom.2}");
	}
	say(out, section, ": {improvement.2} percentage points, published as {improvement_rounded.1}.");
	part_item(&section->part, said(&section->part), NO_TEXT);
}

PG_FUNCTION_INFO_V1(abie_school_report_steps);
Datum
abie_school_report_steps(PG_FUNCTION_ARGS)
{
	Section		section;

	section_begin(&section, fcinfo);
	if (outcome_is(&section, "left out"))
		return text_result(&section.out);
	say_part(&section, PART_HEADING, "How the number was made");
	part_begin(&section.part, PART_STEPS, NO_TEXT, 1);
	attendance_step(&section);
	expected_steps(&section);
	say_item(&section, figure(&section, "gap") == 0 ?
			 "Gap.\tExpected attendance less the underlying level: {gap.2} percentage points, because the school is at "
			 "or above it." : "Gap.\tExpected attendance less the underlying level: {gap.2} percentage points.");
	improvement_step(&section);
	say_item(&section, "Target.\tUnderlying level and improvement: {target.2}% in {target_year}.");
	part_end(&section.part);
	if (!outcome_is(&section, "maintain"))
		say_part(&section, PART_PARAGRAPH, "There is a second way to succeed. If attendance rises or falls everywhere, "
				 "the median change of {stratum} schools is taken off this school's rate first; with {pace} points "
				 "added, it then has to reach the target.");
	say_part(&section, PART_META, "Figures are rounded here; sums are made with all their digits.");
	return text_result(&section.out);
}

/* ---------- what it does not say ---------- */

static void
limits_list(Section *section)
{
	TextBuffer *out;
	int64		pupils;

	say_part(section, PART_HEADING, "What the number does not say");
	part_begin(&section->part, PART_LIST, NO_TEXT, 1);
	say_item(section, "It is not a judgement.\tIt says what attendance goes with circumstances like these, not how "
			 "good the school is, and not why pupils are absent.");
	out = said_begin(&section->part);
	text_word(out, "It is uncertain.\t");
	if (isnan(figure(section, "attendance_low")))
		text_word(out, "One year's rate is partly chance; smaller schools vary more.");
	else
	{
		text_word(out, "With ");
		if (fact_count(section->expectation, "enrolments", &pupils))
			text_thousands(out, pupils);
		say(out, section, " pupils, one year's rate of {attendance.2}% fits an underlying level anywhere from "
			"{attendance_low.1}% to {attendance_high.1}%; smaller schools vary more.");
	}
	part_item(&section->part, said(&section->part), NO_TEXT);
	say_item(section, "It knows nothing of what happened.\tAn outbreak of illness, a flood, a change of intake or "
			 "building is not in the figures. Tell the story beside the number.");
	say_item(section, "It is not a limit.\tThe improvement is the least that is expected. The ladder shows what "
			 "comparable schools reach.");
	part_end(&section->part);
}

static void
put_digest(TextBuffer *out, const Section *section, const char *name)
{
	TextSlice	digest = fact_text(section->run, name);

	text_slice(out, digest.byte == NULL ? TEXT_OF("not held") : digest);
}

/* Which run it is of, to be quoted. */
static void
run_line(Section *section)
{
	TextBuffer *out = said_begin(&section->part);
	TextSlice	finished = fact_text(section->run, "finished_at");

	say(out, section, "Run {run_id} of ");
	/* its day */
	text_put(out, finished.byte, (size_t) pg_mbcharcliplen(finished.byte, (int) finished.length, 10));
	say(out, section, " for {target_year} with methodology ");
	text_slice(out, fact_text(section->run, "methodology"));
	say(out, section, ", abie {extension_version}. Digest of the inputs ");
	put_digest(out, section, "input_digest");
	text_word(out, ". Digest of the results ");
	put_digest(out, section, "result_digest");
	text_word(out, ".");
	part_text(&section->part, PART_META, said(&section->part));
}

PG_FUNCTION_INFO_V1(abie_school_report_limits);
Datum
abie_school_report_limits(PG_FUNCTION_ARGS)
{
	Section		section;
	bool		has_expectation;

	section_begin(&section, fcinfo);
	has_expectation = !outcome_is(&section, "left out");
	if (has_expectation)
		limits_list(&section);
	say_part(&section, PART_HEADING, "Where the figures come from");
	data_part(&section);
	if (has_expectation)
		say_part(&section, PART_META, "The expectation was calculated from these figures and those of the other "
				 "schools, and from nothing else.");
	say_part(&section, PART_HEADING, "If a figure is wrong");
	say_part(&section, PART_PARAGRAPH, "Ask for a correction: tell whoever sent you this report which figure is wrong, "
			 "what it should be and how you know, and quote URN {urn} and run {run_id}. The request is recorded and "
			 "answered; where it is right, the expectation is calculated again, and so are those of schools compared "
			 "with this one.");
	say_part(&section, PART_PARAGRAPH, "With access to the database you can record it yourself: "
			 "abie.correction_request({urn}, '{baseline_year}', 'what is wrong').");
	run_line(&section);
	return text_result(&section.out);
}

/* ---------- the ladder ---------- */

PG_FUNCTION_INFO_V1(abie_school_report_ladder);
Datum
abie_school_report_ladder(PG_FUNCTION_ARGS)
{
	Section		section;

	section_begin(&section, fcinfo);
	if (outcome_is(&section, "left out"))
		return text_result(&section.out);
	say_part(&section, PART_HEADING, "The ladder");
	say_part(&section, PART_PARAGRAPH, "Where the school stands, and rungs to climb to. Averages and the rates of "
			 "similar schools are of {baseline_year}. \"Best similar schools, mean\" is the average of the best of the "
			 "school and its similar schools that teach {benchmark_share%}% of their pupils together.");
	rungs_part(&section);
	return text_result(&section.out);
}
