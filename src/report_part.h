/*
 * report_part.h
 *	  Arguments of the SQL functions that write parts of reports.
 */
#ifndef ABIE_REPORT_PART_H
#define ABIE_REPORT_PART_H

#include "core/report_part.h"
#include "fmgr.h"

/* Whether the format of a report is html; it is Markdown else. */
extern bool is_html_argument(FunctionCallInfo fcinfo, int number);

#endif
