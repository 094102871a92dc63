/*
 * markup.h
 *	  Text in UTF-8 as it can stand in a document: in one line, and escaped.
 */
#ifndef ABIE_CORE_MARKUP_H
#define ABIE_CORE_MARKUP_H

#include "core/text.h"

/* What the text is written for. */
typedef enum MarkupLanguage
{
	MARKUP_NONE,				/* as it is */
	MARKUP_XML,					/* XML and HTML, in text and in attributes */
	MARKUP_MARKDOWN				/* CommonMark with tables */
} MarkupLanguage;

/*
 * Writes the text.  Control characters (U+0001 to U+001F, U+007F to U+009F)
 * become spaces.  Marks of writing direction (U+200E, U+200F, U+202A to U+202E,
 * U+2066 to U+2069), which would turn around what stands after them, and the
 * noncharacters U+FFFE and U+FFFF, which XML 1.0 (section 2.2) excludes, are
 * left out.  In XML & < > and both quotes become entities; in Markdown the
 * signs that mean something (CommonMark 0.31, section 2.4) get a backslash.
 */
extern void markup_put(TextBuffer *out, TextSlice text, MarkupLanguage language);

static inline void
xml_put(TextBuffer *out, TextSlice text)
{
	markup_put(out, text, MARKUP_XML);
}

/* The text as XML, cut with an ellipsis where it is longer than so many letters. */
extern void xml_short(TextBuffer *out, TextSlice text, size_t letters);

#endif
