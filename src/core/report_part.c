/*
 * report_part.c
 *	  What reports are put together from: the same words, as HTML or as Markdown.
 */
#include "core/report_part.h"

/* What stands around the text of a part. */
typedef struct PartMarks
{
	const char *name;
	const char *html_begin;
	const char *html_end;
	const char *markdown_begin;
	const char *markdown_end;
} PartMarks;

static const PartMarks marks[PART_KINDS] = {
	[PART_TITLE] = {"title", "<h1>", "</h1>\n", "# ", "\n\n"},
	[PART_HEADING] = {"heading", "<h2>", "</h2>\n", "## ", "\n\n"},
	[PART_SUBHEADING] = {"subheading", "<h3>", "</h3>\n", "### ", "\n\n"},
	[PART_PARAGRAPH] = {"paragraph", "<p>", "</p>\n", "", "\n\n"},
	[PART_META] = {"meta", "<p class=\"meta\">", "</p>\n", "", "\n\n"},
	[PART_NOTICE] = {"notice", "<p class=\"notice\">", "</p>\n", "> ", "\n\n"},
	[PART_LEAD] = {"lead", "<p class=\"lead\">", "</p>\n", "**", "**\n\n"},
	[PART_LIST] = {"list", "<ul>\n", "</ul>\n", "", "\n"},
	[PART_STEPS] = {"steps", "<ol>\n", "</ol>\n", "", "\n"},
	[PART_TABLE] = {"table", "<table>", "", "", ""},
	[PART_SORTABLE] = {"sortable", "<table class=\"sortable\">", "", "", ""},
	[PART_FIGURES] = {"figures", "<table>", "</details>\n", "", ""},
	[PART_PICTURE] = {"picture", "<figure>", "</figure>\n", "", ""},
};

PartKind
part_kind(TextSlice name)
{
	for (int kind = 0; kind < PART_KINDS; kind++)
		if (strlen(marks[kind].name) == name.length && memcmp(marks[kind].name, name.byte, name.length) == 0)
			return (PartKind) kind;
	return PART_KINDS;
}

/* The text before the first such sign, and that between it and the next one; has it the sign at all? */
static bool
split_text(TextSlice text, char sign, TextSlice *first, TextSlice *second)
{
	const char *at = text.length == 0 ? NULL : memchr(text.byte, sign, text.length);
	const char *end;

	*first = text;
	*second = NO_TEXT;
	if (at == NULL)
		return false;
	first->length = (size_t) (at - text.byte);
	*second = (TextSlice) {at + 1, text.length - first->length - 1};
	end = memchr(second->byte, sign, second->length);
	if (end != NULL)
		second->length = (size_t) (end - second->byte);
	return true;
}

/* ---------- HTML ---------- */

void
html_link(TextBuffer *out, TextSlice address, TextSlice given)
{
	if (address.byte != NULL)
	{
		text_word(out, "<a href=\"");
		xml_put(out, address);
		text_word(out, "\">");
	}
	xml_put(out, given);
	if (address.byte != NULL)
		text_word(out, "</a>");
}

/* A tab ends the keyword of an item. */
static void
html_item(TextBuffer *out, TextSlice item, TextSlice address)
{
	TextSlice	first;
	TextSlice	second;
	bool		has_keyword = split_text(item, '\t', &first, &second);

	text_word(out, has_keyword ? "<li><b>" : "<li>");
	html_link(out, address, first);
	if (has_keyword)
	{
		text_word(out, "</b> ");
		xml_put(out, second);
	}
	text_word(out, "</li>\n");
}

/* A line feed starts a second, smaller line. */
static void
html_cell(TextBuffer *out, TextSlice cell, TextSlice address)
{
	TextSlice	first;
	TextSlice	second;
	bool		is_double = split_text(cell, '\n', &first, &second);

	html_link(out, address, first);
	if (is_double)
	{
		text_word(out, "<small>");
		xml_put(out, second);
		text_word(out, "</small>");
	}
}

static void
html_table_cell(PartWriter *part, TextSlice cell, TextSlice address)
{
	TextBuffer *out = part->out;
	bool		is_head = part->items < part->width;
	bool		is_first = part->items % part->width == 0;

	text_word(out, is_first ? "<tr><th" : is_head ? "<th" : "<td>");
	if (is_first || is_head)
		text_word(out, is_head ? " scope=\"col\">" : " scope=\"row\">");
	html_cell(out, cell, is_first && !is_head && part->width > 1 ? address : NO_TEXT);
	text_word(out, is_first || is_head ? "</th>" : "</td>");
	if ((part->items + 1) % part->width == 0)
		text_word(out, is_head ? "</tr></thead><tbody>" : "</tr>\n");
}

static void
html_table_begin(TextBuffer *out, PartKind kind, TextSlice caption)
{
	if (kind == PART_FIGURES)
	{
		text_word(out, "<details><summary>");
		xml_put(out, caption);
		text_word(out, "</summary>");
	}
	text_word(out, marks[kind].html_begin);
	text_word(out, "<caption>");
	xml_put(out, caption);
	text_word(out, "</caption><thead>");
}

/* ---------- Markdown ---------- */

static void
markdown_put(TextBuffer *out, TextSlice text)
{
	markup_put(out, text, MARKUP_MARKDOWN);
}

static void
markdown_item(PartWriter *part, TextSlice item)
{
	TextBuffer *out = part->out;
	TextSlice	first;
	TextSlice	second;
	bool		has_keyword = split_text(item, '\t', &first, &second);

	if (part->kind == PART_LIST)
		text_word(out, "- ");
	else
		text_printf(out, "%d. ", part->items + 1);
	text_word(out, has_keyword ? "**" : "");
	markdown_put(out, first);
	if (has_keyword)
	{
		text_word(out, "** ");
		markdown_put(out, second);
	}
	text_word(out, "\n");
}

/* A line feed of a cell becomes a comma. */
static void
markdown_cell(TextBuffer *out, TextSlice cell)
{
	const char *at;

	while (cell.length > 0 && (at = memchr(cell.byte, '\n', cell.length)) != NULL)
	{
		size_t		length = (size_t) (at - cell.byte);

		markdown_put(out, (TextSlice) {cell.byte, length});
		text_word(out, ", ");
		cell = (TextSlice) {at + 1, cell.length - length - 1};
	}
	markdown_put(out, cell);
}

static void
markdown_table_cell(PartWriter *part, TextSlice cell)
{
	TextBuffer *out = part->out;

	text_word(out, "| ");
	markdown_cell(out, cell);
	text_word(out, (part->items + 1) % part->width == 0 ? " |\n" : " ");
	if (part->items + 1 == part->width)
	{
		text_word(out, "|");
		for (int i = 0; i < part->width; i++)
			text_word(out, " --- |");
		text_word(out, "\n");
	}
}

/* ---------- parts ---------- */

static bool
is_list(PartKind kind)
{
	return kind == PART_LIST || kind == PART_STEPS;
}

static bool
is_table(PartKind kind)
{
	return kind == PART_TABLE || kind == PART_SORTABLE || kind == PART_FIGURES;
}

void
part_begin(PartWriter *part, PartKind kind, TextSlice given, int width)
{
	TextBuffer *out = part->out;

	part->kind = kind;
	part->width = width;
	part->items = 0;
	part->start = out->length;
	part->found = part->is_html && is_table(kind);
	if (part->found)
		html_table_begin(out, kind, given);
	else if (is_table(kind))
	{
		markdown_put(out, given);
		text_word(out, ":\n\n");
	}
	else
		text_word(out, part->is_html ? marks[kind].html_begin : marks[kind].markdown_begin);
}

void
part_item(PartWriter *part, TextSlice item, TextSlice address)
{
	if (item.byte != NULL)
	{
		part->found = true;
		if (is_table(part->kind) && part->is_html)
			html_table_cell(part, item, address);
		else if (is_table(part->kind))
			markdown_table_cell(part, item);
		else if (part->is_html)
			html_item(part->out, item, address);
		else
			markdown_item(part, item);
	}
	part->items++;
}

bool
part_end(PartWriter *part)
{
	TextBuffer *out = part->out;

	if (is_table(part->kind))
		text_word(out, part->is_html ? "</tbody></table>\n" : "\n");
	text_word(out, part->is_html ? marks[part->kind].html_end : marks[part->kind].markdown_end);
	if (!part->found)
		out->length = part->start;
	return part->found;
}

bool
part_text(PartWriter *part, PartKind kind, TextSlice given)
{
	TextBuffer *out = part->out;

	/* what a picture shows is in the table after it */
	if (given.byte == NULL || (kind == PART_PICTURE && !part->is_html))
		return false;
	text_word(out, part->is_html ? marks[kind].html_begin : marks[kind].markdown_begin);
	if (kind == PART_PICTURE)
		text_slice(out, given);
	else
		markup_put(out, given, part->is_html ? MARKUP_XML : MARKUP_MARKDOWN);
	text_word(out, part->is_html ? marks[kind].html_end : marks[kind].markdown_end);
	return true;
}

bool
report_part(PartWriter *part, const ReportPart *given)
{
	int			width = given->width;

	if (!is_list(given->kind) && !is_table(given->kind))
		return part_text(part, given->kind, given->given);
	/* of Markdown a list has no title */
	if (given->given.byte == NULL && (part->is_html || is_table(given->kind)))
		return false;
	if (is_table(given->kind) && (given->items.count < 0 || given->links.count < 0))
		return false;
	part_begin(part, given->kind, given->given, width);
	for (int i = 0; i < given->items.count; i++)
	{
		int			link = is_list(given->kind) ? i : i / width - 1;

		part_item(part, given->items.text[i],
				  link >= 0 && link < given->links.count ? given->links.text[link] : NO_TEXT);
	}
	return part_end(part);
}
