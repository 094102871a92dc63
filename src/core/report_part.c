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
	*second = (TextSlice) {NULL, 0};
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

static void
put_link(TextBuffer *out, const TextList *links, int place, TextSlice given)
{
	TextSlice	address = place < links->count ? links->text[place] : (TextSlice) {NULL, 0};

	html_link(out, address, given);
}

static bool
html_list(TextBuffer *out, const ReportPart *part)
{
	bool		found = false;

	for (int i = 0; i < part->items.count; i++)
	{
		TextSlice	first;
		TextSlice	second;

		if (part->items.text[i].byte == NULL)
			continue;
		found = true;
		if (split_text(part->items.text[i], '\t', &first, &second))
		{
			text_word(out, "<li><b>");
			put_link(out, &part->links, i, first);
			text_word(out, "</b> ");
			xml_put(out, second);
		}
		else
		{
			text_word(out, "<li>");
			put_link(out, &part->links, i, first);
		}
		text_word(out, "</li>\n");
	}
	return found;
}

/* A line feed starts a second, smaller line.  link: the row that it names, from 0, or -1. */
static void
html_cell(TextBuffer *out, const ReportPart *part, TextSlice cell, int link)
{
	TextSlice	first;
	TextSlice	second;
	bool		is_double = split_text(cell, '\n', &first, &second);

	if (link >= 0)
		put_link(out, &part->links, link, first);
	else
		xml_put(out, first);
	if (is_double)
	{
		text_word(out, "<small>");
		xml_put(out, second);
		text_word(out, "</small>");
	}
}

static void
html_table(TextBuffer *out, const ReportPart *part)
{
	int			width = part->width;

	text_word(out, marks[part->kind].html_begin);
	text_word(out, "<caption>");
	xml_put(out, part->given);
	text_word(out, "</caption><thead>");
	for (int i = 0; i < part->items.count; i++)
	{
		bool		is_head = i < width;
		bool		is_first = i % width == 0;
		bool		is_last = (i + 1) % width == 0;

		if (part->items.text[i].byte == NULL)
			continue;
		text_word(out, is_first ? "<tr><th" : is_head ? "<th" : "<td>");
		if (is_first || is_head)
			text_word(out, is_head ? " scope=\"col\">" : " scope=\"row\">");
		html_cell(out, part, part->items.text[i], is_first && !is_head && width > 1 ? i / width - 1 : -1);
		text_word(out, is_first || is_head ? "</th>" : "</td>");
		if (is_last)
			text_word(out, is_head ? "</tr></thead><tbody>" : "</tr>\n");
	}
	text_word(out, "</tbody></table>\n");
}

bool
html_part(TextBuffer *out, const ReportPart *part)
{
	const PartMarks *mark = &marks[part->kind];
	size_t		start = out->length;
	bool		found = true;

	if (part->given.byte == NULL)
		return false;
	switch (part->kind)
	{
		case PART_LIST:
		case PART_STEPS:
			text_word(out, mark->html_begin);
			found = html_list(out, part);
			break;
		case PART_TABLE:
		case PART_SORTABLE:
		case PART_FIGURES:
			found = part->items.count >= 0 && part->links.count >= 0;
			if (found && part->kind == PART_FIGURES)
			{
				text_word(out, "<details><summary>");
				xml_put(out, part->given);
				text_word(out, "</summary>");
			}
			if (found)
				html_table(out, part);
			break;
		case PART_PICTURE:
			text_word(out, mark->html_begin);
			text_slice(out, part->given);
			break;
		default:
			text_word(out, mark->html_begin);
			xml_put(out, part->given);
	}
	text_word(out, mark->html_end);
	if (!found)
		out->length = start;
	return found;
}

/* ---------- Markdown ---------- */

static void
markdown_put(TextBuffer *out, TextSlice text)
{
	markup_put(out, text, MARKUP_MARKDOWN);
}

static bool
markdown_list(TextBuffer *out, const ReportPart *part)
{
	bool		found = false;

	for (int i = 0; i < part->items.count; i++)
	{
		TextSlice	first;
		TextSlice	second;

		if (part->items.text[i].byte == NULL)
			continue;
		found = true;
		if (part->kind == PART_LIST)
			text_word(out, "- ");
		else
			text_printf(out, "%d. ", i + 1);
		if (split_text(part->items.text[i], '\t', &first, &second))
		{
			text_word(out, "**");
			markdown_put(out, first);
			text_word(out, "** ");
			markdown_put(out, second);
		}
		else
			markdown_put(out, first);
		text_word(out, "\n");
	}
	return found;
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

static bool
markdown_table(TextBuffer *out, const ReportPart *part)
{
	bool		found = false;

	markdown_put(out, part->given);
	text_word(out, ":\n\n");
	for (int i = 0; i < part->items.count; i++)
	{
		if (part->items.text[i].byte == NULL)
			continue;
		found = true;
		text_word(out, "| ");
		markdown_cell(out, part->items.text[i]);
		text_word(out, (i + 1) % part->width == 0 ? " |\n" : " ");
		if (i + 1 == part->width)
		{
			text_word(out, "|");
			for (int j = 0; j < part->width; j++)
				text_word(out, " --- |");
			text_word(out, "\n");
		}
	}
	text_word(out, "\n");
	return found;
}

bool
markdown_part(TextBuffer *out, const ReportPart *part)
{
	const PartMarks *mark = &marks[part->kind];
	size_t		start = out->length;
	bool		found;

	text_word(out, mark->markdown_begin);
	switch (part->kind)
	{
		case PART_PICTURE:		/* what it shows is in the table after it */
			return true;
		case PART_LIST:
		case PART_STEPS:
			found = markdown_list(out, part);
			break;
		case PART_TABLE:
		case PART_SORTABLE:
		case PART_FIGURES:
			found = part->given.byte != NULL && part->items.count >= 0 && markdown_table(out, part);
			break;
		default:
			found = part->given.byte != NULL;
			markdown_put(out, part->given);
	}
	text_word(out, mark->markdown_end);
	if (!found)
		out->length = start;
	return found;
}
