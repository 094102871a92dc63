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

/* Writes the part; false, with nothing written, where there is nothing to write. */
extern bool html_part(TextBuffer *out, const ReportPart *part);
extern bool markdown_part(TextBuffer *out, const ReportPart *part);

#endif
