/*
 * week_rows.h
 *	  Schools' weeks as one value, for what reads whole years at once.
 */
#ifndef ABIE_WEEK_ROWS_H
#define ABIE_WEEK_ROWS_H

#include "fmgr.h"
#include "utils/date.h"

/* A school's week. */
typedef struct WeekRow
{
	int32		urn;
	DateADT		monday;
	int64		possible;
	int64		absent;
} WeekRow;

typedef struct WeekRows
{
	int			count;
	const char *packed;			/* values of abie_internal.week_row, one after the other */
} WeekRows;

/* One of the rows: they need not be aligned. */
static inline WeekRow
week_row(const WeekRows *rows, int number)
{
	WeekRow		row;

	memcpy(&row, rows->packed + sizeof(WeekRow) * (Size) number, sizeof(WeekRow));
	return row;
}

/* An argument that holds such rows: of Mondays, sessions absent among those possible. */
extern WeekRows week_rows_argument(FunctionCallInfo fcinfo, int number);

#endif
