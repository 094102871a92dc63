/*
 * report_school.h
 *	  What the sections of a school's report have in common.
 */
#ifndef ABIE_REPORT_SCHOOL_H
#define ABIE_REPORT_SCHOOL_H

#include "core/report_part.h"
#include "facts.h"

/* Facts and format of a section of a report, the first two arguments of its function, and what is written. */
typedef struct Section
{
	JsonbContainer *facts;
	JsonbContainer *expectation;
	JsonbContainer *run;
	JsonbContainer *methodology;
	TextBuffer	out;
	TextBuffer	scratch;
	PartWriter	part;
} Section;

/* The section stays where it is: its writer points into it. */
extern void section_begin(Section *section, FunctionCallInfo fcinfo);

/*
 * Writes a sentence by a template: {baseline_year} stands for a text of the
 * facts, {expected.2} for a number rounded to so many places, {own_share%} for
 * a share as per cent, looked for in the expectation, the run and the
 * methodology.  What is not known is left out.  say_part writes a part of it,
 * say_item an item of the list that is being written.
 */
extern void say(TextBuffer *out, const Section *section, const char *template);
extern void say_part(Section *section, PartKind kind, const char *template);
extern void say_item(Section *section, const char *template);

/* A text of the run. */
extern TextSlice run_text(const Section *section, const char *name);

/* A number of the expectation; whether the school is to improve, sustain or maintain, or is left out. */
extern double figure(const Section *section, const char *name);
extern bool outcome_is(const Section *section, const char *outcome);

/* What the top of the ladder is, in words. */
extern const char *ladder_top(const Section *section);

/* The ladder as a picture and a table; the table of data that the figures come from. */
extern void rungs_part(Section *section);
extern void data_part(Section *section);

/* A name as reports write it, or the URN of a school that has none. */
extern TextSlice shown_name(TextSlice name, TextSlice urn);

/* Text and what follows it. */
extern TextSlice title_of(const char *text, TextSlice rest);

#endif
