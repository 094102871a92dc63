/*
 * report_word.h
 *	  The words of a school's report: names, distances, rates and characteristics in plain English.
 */
#ifndef ABIE_CORE_REPORT_WORD_H
#define ABIE_CORE_REPORT_WORD_H

#include "core/markup.h"

/* Whether two texts are one; no text is none. */
extern bool text_is(TextSlice text, const char *word);

static inline bool
text_begins(TextSlice text, const char *word)
{
	size_t		length = strlen(word);

	return text.length >= length && memcmp(text.byte, word, length) == 0;
}

/* A name as reports write it, or the URN of a school that has none. */
extern void put_shown_name(TextBuffer *out, TextSlice name, TextSlice urn);

/* A distance in whole kilometres. */
extern void put_km(TextBuffer *out, double km);

/* A rate in a cell of a table, its 95 per cent interval below it; nothing where it is not known. */
extern void put_percent(TextBuffer *out, double percent, double low, double high);

/* A characteristic in a governor's words; of the user's own by its meaning, which may be none. */
extern void put_characteristic(TextBuffer *out, TextSlice characteristic, TextSlice meaning);

/* A number of a characteristic; logarithms as what they are of.  False, and nothing, for what no report can write. */
extern bool put_characteristic_number(TextBuffer *out, TextSlice characteristic, double number);

/* A step from the mean to what is expected, by its first characteristic; most have none. */
extern void put_expected_step(TextBuffer *out, TextSlice step, TextSlice characteristic, TextSlice stratum);

#endif
