/*
 * report_sentence.c
 *	  The sentences of a school's report from its facts, and SQL functions that write the first of them: what is
 *	  expected.
 */
#include "postgres.h"

#include <math.h>

#include "core/report_word.h"
#include "report_part.h"
#include "report_school.h"
#include "text_result.h"
#include "utils/builtins.h"

#define MOST_NAME 40			/* letters of a member that templates name */

static void
put_fact(TextBuffer *out, const Section *section, const char *name, char kind)
{
	JsonbContainer *const places[] = {section->expectation, section->run, section->methodology};

	for (size_t i = 0; i < lengthof(places); i++)
	{
		TextSlice	text = fact_text(places[i], name);

		if (text.byte == NULL)
			continue;
		if (kind == '}')
			text_slice(out, text);
		else if (kind == '%')
			text_decimal(out, 100 * fact_number(places[i], name), 0);
		else
			text_decimal(out, fact_number(places[i], name), kind - '0');
		return;
	}
}

void
say(TextBuffer *out, const Section *section, const char *template)
{
	const char *at;

	while ((at = strchr(template, '{')) != NULL)
	{
		char		name[MOST_NAME];
		size_t		length = strcspn(at + 1, ".%}");
		const char *end = at + 1 + length;

		text_put(out, template, (size_t) (at - template));
		strlcpy(name, at + 1, Min(length + 1, sizeof(name)));
		put_fact(out, section, name, *end == '.' ? end[1] : *end);
		template = strchr(end, '}') + 1;
	}
	text_word(out, template);
}

double
figure(const Section *section, const char *name)
{
	return fact_number(section->expectation, name);
}

bool
outcome_is(const Section *section, const char *outcome)
{
	return text_is(fact_text(section->facts, "outcome"), outcome);
}

void
say_part(Section *section, PartKind kind, const char *template)
{
	say(said_begin(&section->part), section, template);
	part_text(&section->part, kind, said(&section->part));
}

void
say_item(Section *section, const char *template)
{
	say(said_begin(&section->part), section, template);
	part_item(&section->part, said(&section->part), NO_TEXT);
}

/* ---------- the expectation in a sentence ---------- */

/* Not the highest rung: averages and expected attendance may lie above it. */
const char *
ladder_top(const Section *section)
{
	return figure(section, "pre_pandemic") > figure(section, "pared_mean") ? "the school's own rate in 2018/19" :
		"the mean of the best similar schools";
}

/* Why a school is to maintain its attendance: how its level stands to the top of its ladder. */
static void
put_maintain(TextBuffer *out, const Section *section)
{
	double		headroom = figure(section, "headroom");

	if (isnan(headroom))
		text_word(out, "is about that of the best similar schools, or of the school itself in 2018/19");
	else
	{
		text_word(out, headroom == 0 ? "is not below " :
				  headroom <= figure(section, "improvement") ? "is less than 0.05 points below " :
				  "is asked to rise by less than 0.05 points towards ");
		text_word(out, ladder_top(section));
	}
	if (!isnan(figure(section, "ladder_top")))
		say(out, section, " ({ladder_top.2}%)");
}

/* The step from last year's rate, as it is said. */
static void
put_apart(TextBuffer *out, double step)
{
	if (fabs(step) < 0.005)
		text_word(out, "under 0.01");
	else
		text_decimal(out, fabs(step), 2);
}

static void
put_lead(TextBuffer *out, const Section *section)
{
	TextSlice	statement = fact_text(section->expectation, "statement");
	bool		has_target = text_is(statement, "improve") || text_is(statement, "sustain");
	double		step = figure(section, text_is(statement, "maintain") ? "baseline" : "target") -
		figure(section, "attendance");

	if (text_is(statement, "improve"))
	{
		say(out, section, "Raise attendance by at least {improvement.1} percentage points in {target_year}: from an "
			"underlying level of {baseline.2}% to {target.2}%. From the rate of {baseline_year}, {attendance.2}%, that "
			"is a step of ");
		put_apart(out, step);
		text_word(out, " points.");
		return;
	}
	if (has_target)
		say(out, section, "Keep attendance up in {target_year}: from an underlying level of {baseline.2}% the target "
			"is {target.2}%, and it was reached in {baseline_year} with {attendance.2}%");
	else
	{
		say(out, section, "Maintain attendance in {target_year}. No improvement is asked for: the underlying level of "
			"{baseline.2}% ");
		put_maintain(out, section);
		say(out, section, ", and nothing beyond that is asked of a school. The rate of {baseline_year} was "
			"{attendance.2}%");
	}
	if (step < 0 || (step > 0 && !has_target))
	{
		text_word(out, ", ");
		put_apart(out, step);
		text_word(out, has_target ? " points above it" : step < 0 ? " points above that level" :
				  " points below that level");
	}
	text_word(out, ".");
}

/* What stands behind an improvement: the gap, the figure before rounding, and days in school. */
static void
put_improvement(TextBuffer *out, const Section *section)
{
	double		days = figure(section, "improvement_days");

	say(out, section, figure(section, "gap") > 0 ?
		"The level is {gap.2} percentage points below what would be expected in the school's circumstances, "
		"{expected.2}%. " :
		"The level is at or above what would be expected in the school's circumstances, {expected.2}%; the improvement "
		"is its part in the improvement that all schools make. ");
	say(out, section, "The improvement is published to one decimal; before rounding it is {improvement.2}. ");
	if (!isnan(days))
	{
		int64		count = (int64) Max(Min(rounded_decimal(days, 0), 1e15), -1e15);

		text_word(out, "It comes to about ");
		text_thousands(out, count);
		say(out, section, count == 1 ? " more day" : " more days");
		say(out, section, " in school over the year for all pupils together: {improvement_days_per_pupil.1} days a "
			"pupil.");
	}
}

/* A reason of abie.exclusion in a governor's words. */
static const char *
exclusion_words(TextSlice reason)
{
	static const struct
	{
		const char *reason;
		const char *words;
	}			known[] = {
		{"special school", "Special schools are described but not given expectations: their pupils' needs differ too "
		"much from school to school for a fair comparison."},
		{"not mainstream", "Expectations are for mainstream, state-funded schools only."},
		{"closed before the target year", "The school is recorded as closed before the year that expectations are "
		"for."},
		{"fewer than the minimum enrolments", "With fewer than {minimum_enrolments} pupils, attendance goes up and "
		"down by chance so much that an expectation would say little about the school."},
		{"no attendance figure", "No attendance rate of the year before is held for the school."},
		{"no characteristics", "The figures that describe the school's circumstances are not held, so it cannot be "
		"compared with others."},
		{"too few comparable schools", "There are not enough schools in comparable circumstances."},
		{"phase not known", "It is not known whether the school is primary or secondary."},
		{"school type not understood", "The school's type is written in a way that is not understood, so it is not "
		"known whether the school is primary or secondary."},
		{"URN not unique", "Attendance is held more than once under the school's reference number, and it is not clear "
		"which is right."},
	};

	for (size_t i = 0; i < lengthof(known); i++)
		if (text_is(reason, known[i].reason))
			return known[i].words;
	return "See the reason above.";
}

PG_FUNCTION_INFO_V1(abie_school_report_lead);
Datum
abie_school_report_lead(PG_FUNCTION_ARGS)
{
	Section		section;
	TextBuffer *said_text;

	section_begin(&section, fcinfo);
	if (outcome_is(&section, "left out"))
	{
		say_part(&section, PART_LEAD, "No attendance expectation has been set for {target_year}: {exclusion_reason}.");
		said_text = said_begin(&section.part);
		say(said_text, &section, exclusion_words(fact_text(section.expectation, "exclusion_reason")));
		if (fact_text(section.expectation, "exclusion_detail").byte != NULL)
			say(said_text, &section, " What the records say: {exclusion_detail}.");
	}
	else
	{
		put_lead(said_begin(&section.part), &section);
		part_text(&section.part, PART_LEAD, said(&section.part));
		said_text = said_begin(&section.part);
		say(said_text, &section, "In {baseline_year} the school's attendance was {attendance.2}%. The underlying level "
			"is that rate with some of the chance of a single year taken out. ");
		if (outcome_is(&section, "maintain"))
			say(said_text, &section, "In the school's circumstances {expected.2}% would be expected.");
		else
			put_improvement(said_text, &section);
	}
	part_text(&section.part, PART_PARAGRAPH, said(&section.part));
	return text_result(&section.out);
}
