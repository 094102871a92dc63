/*
 * report_part.h
 *	  What reports are put together from: the same words, as HTML or as Markdown.
 */
#ifndef ABIE_CORE_REPORT_PART_H
#define ABIE_CORE_REPORT_PART_H

#include "core/markup.h"

typedef enum PartKind
{
	PART_TITLE,
	PART_HEADING,
	PART_SUBHEADING,
	PART_PARAGRAPH,
	PART_META,
	PART_NOTICE,
	PART_LEAD,
	PART_LIST,
	PART_STEPS,
	PART_TABLE,
	PART_SORTABLE,
	PART_FIGURES,
	PART_PICTURE,
	PART_KINDS
} PartKind;

/* The kind of a name; PART_KINDS for what is none. */
extern PartKind part_kind(TextSlice name);

/* Texts in their order; count is -1 where there is no such list.  An element may be no text. */
typedef struct TextList
{
	int			count;
	const TextSlice *text;
} TextList;

typedef struct ReportPart
{
	PartKind	kind;
	TextSlice	given;
	TextList	items;			/* of a list, or the cells of a table, row by row */
	int			width;			/* cells of a row */
	TextList	links;			/* of HTML: where items, or rows but the first, lead to */
} ReportPart;

/* The text as XML, a link where there is an address. */
extern void html_link(TextBuffer *out, TextSlice address, TextSlice given);

/* Writes parts one after the other; what follows said is of the one that is being written. */
typedef struct PartWriter
{
	TextBuffer *out;
	bool		is_html;		/* else Markdown */
	TextBuffer *said;			/* what is put together of a text, for said_begin; NULL where nothing is */
	PartKind	kind;
	int			width;
	int			items;
	size_t		start;
	bool		found;
} PartWriter;

/* Writes a whole part; false, with nothing written, where there is nothing to write. */
extern bool report_part(PartWriter *part, const ReportPart *given);

/* One without items. */
extern bool part_text(PartWriter *part, PartKind kind, TextSlice given);

/*
 * A list or a table item by item: a tab ends the keyword of an item, a line
 * feed of a cell starts a second, smaller line.  address: where the item, or
 * the row that a cell begins, leads to in HTML.  part_end: false, with nothing
 * written, where there were no items.
 */
extern void part_begin(PartWriter *part, PartKind kind, TextSlice given, int width);
extern void part_item(PartWriter *part, TextSlice item, TextSlice address);
extern bool part_end(PartWriter *part);

/* Puts a text together from its pieces: the buffer they are written to, empty; and what has been written. */
static inline TextBuffer *
said_begin(PartWriter *part)
{
	part->said->length = 0;
	text_room(part->said, 1);
	return part->said;
}

static inline TextSlice
said(const PartWriter *part)
{
	return (TextSlice) {part->said->byte, part->said->length};
}

#endif
