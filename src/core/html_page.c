/*
 * html_page.c
 *	  A whole HTML page around its content: one file that loads nothing from elsewhere.
 */
#include "core/html_page.h"

static const char head[] =
	"<!DOCTYPE html>\n"
	"<html lang=\"en-GB\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"robots\" content=\"noindex\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
	" img-src data:";

static const char title_begin[] =
	"\">\n"
	"<link rel=\"icon\" href=\"data:,\">\n"
	"<title>";

static const char style_begin[] =
	"</title>\n"
	"<style>\n"
	":root{color-scheme:light}\n"
	"body{margin:0 auto;max-width:44rem;padding:1rem;\n"
	"font:1rem/1.5 system-ui,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif;\n"
	"color:#222;background:#fff;overflow-wrap:anywhere}\n"
	"h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .25rem}\n"
	"h2{font-size:1.25rem;line-height:1.3;margin:2rem 0 .5rem;padding-top:.6rem;border-top:2px solid #0072b2}\n"
	"h3{font-size:1rem;margin:1rem 0 .25rem}\n"
	"p,ul,ol{margin:.5rem 0}ul,ol{padding-left:1.4rem}li{margin:.35rem 0}\n"
	".meta{color:#505050;font-size:.9rem}\n"
	".notice{border-left:.4rem solid #b35900;background:#fff4e5;padding:.5rem .75rem}\n"
	".lead{border-left:.4rem solid #0072b2;background:#eaf3f9;padding:.75rem;font-size:1.2rem;font-weight:600;\n"
	"line-height:1.35}\n"
	"figure{margin:.75rem 0;break-inside:avoid}\n"
	"svg{display:block;width:100%;max-width:36rem;height:auto}\n"
	"table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.75rem 0}\n"
	"caption{text-align:left;font-weight:600;padding:.3rem 0}\n"
	"th,td{padding:.3rem .25rem;border-bottom:1px solid #ccc;text-align:right;vertical-align:top;\n"
	"font-variant-numeric:tabular-nums;overflow-wrap:normal}\n"
	"th{font-weight:600;line-height:1.3}tbody th{font-weight:400;line-height:inherit}\n"
	"th:first-child{text-align:left;padding-left:0;min-width:8rem;overflow-wrap:anywhere}\n"
	"td:last-child,th:last-child{padding-right:0}\n"
	"small{display:block;color:#505050;font-size:.85em}\n"
	".half ul{list-style:none;padding:0}\n"
	"summary{cursor:pointer;padding:.4rem 0;color:#00527f}\n"
	"@media (max-width:30rem){body{padding:.75rem}table{font-size:.85rem}\n"
	"thead th{font-size:.75rem}th:first-child{min-width:6rem}}\n"
	"@media print{@page{size:A4;margin:14mm 15mm}html{font-size:9.5pt}body{max-width:none;padding:0;"
	"line-height:1.35}\n"
	"h1{margin-top:0}h2{margin-top:1.1rem}svg{max-width:112mm}th,td{padding:.12rem .4rem}\n"
	"html:has(.half){font-size:9pt}.half{break-after:page}\n"
	".half h1{font-size:1.4rem}.half li{margin:.2rem 0}.half svg{max-width:124mm}\n"
	".half~figure{float:left;width:76mm;margin:0 4mm 1mm 0}.half~h2{clear:both;margin-top:.6rem;"
	"padding-top:.3rem}\n"
	".half~ul{display:flow-root}\n"
	".half~table{width:auto;min-width:84mm;font-size:.8rem}.half~table small{display:inline;margin-left:.4em}\n"
	".half~table :is(th,td){padding:.05rem .4rem}.half~table td:last-child{white-space:nowrap}\n"
	"h2,h3,caption{break-after:avoid}tr,li,.lead,.notice{break-inside:avoid}details{display:none}}\n";

static const char body_begin[] =
	"</style>\n"
	"</head>\n"
	"<body>\n";

static const char body_end[] =
	"</body>\n"
	"</html>\n";

void
html_page(TextBuffer *out, const HtmlPage *page)
{
	const size_t frame = sizeof(head) + sizeof(title_begin) + sizeof(style_begin) + sizeof(body_begin) +
		sizeof(body_end);

	/* at once: most of a page is its content */
	text_room(out, frame + page->content.length + page->style.length);
	text_put(out, head, sizeof(head) - 1);
	text_slice(out, page->policy);
	text_put(out, title_begin, sizeof(title_begin) - 1);
	xml_put(out, page->title);
	text_put(out, style_begin, sizeof(style_begin) - 1);
	text_slice(out, page->style);
	text_put(out, body_begin, sizeof(body_begin) - 1);
	text_word(out, page->before);
	text_slice(out, page->content);
	text_word(out, page->after);
	text_put(out, body_end, sizeof(body_end) - 1);
}
