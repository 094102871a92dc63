/*
 * html_page.h
 *	  A whole HTML page around its content: one file that loads nothing from elsewhere.
 */
#ifndef ABIE_CORE_HTML_PAGE_H
#define ABIE_CORE_HTML_PAGE_H

#include "core/markup.h"

typedef struct HtmlPage
{
	TextSlice	title;
	TextSlice	policy;			/* what its Content-Security-Policy allows beyond its styles */
	TextSlice	style;			/* rules beyond those of reports */
	TextSlice	content;		/* HTML of its body, between these */
	const char *before;
	const char *after;
} HtmlPage;

extern void html_page(TextBuffer *out, const HtmlPage *page);

#endif
