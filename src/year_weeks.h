/*
 * year_weeks.h
 *	  A year of schools' weeks, out of rows in any order.
 */
#ifndef ABIE_YEAR_WEEKS_H
#define ABIE_YEAR_WEEKS_H

#include "core/year_progress.h"
#include "fmgr.h"
#include "utils/date.h"

/* Rows as they come: a school's week each. */
typedef struct WeekRows
{
	int			count;
	const int32 *urn;
	const DateADT *monday;
	const int64 *possible;
	const int64 *absent;
} WeekRows;

/* An argument that is an array of so many Mondays, none NULL. */
extern const DateADT *week_dates_argument(FunctionCallInfo fcinfo, int number, int count);

/* Four arrays of one length, from this argument on; sessions absent are among those possible. */
extern WeekRows week_rows_arguments(FunctionCallInfo fcinfo, int first);

/* The place of a number among so many that ascend; -1: it is none of them. */
extern int	school_of(const int32 *urn, int schools, int32 wanted);

/*
 * The weeks of the schools given, URNs ascending, each school's in the order of
 * Mondays.  An error where a school has a week twice, or weeks are of more than one
 * academic year.
 */
extern YearWeeks year_weeks(const WeekRows *rows, const int32 *urn, int schools);

#endif
