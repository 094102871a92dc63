/*
 * year_weeks.h
 *	  A year of schools' weeks, out of rows in any order.
 */
#ifndef ABIE_YEAR_WEEKS_H
#define ABIE_YEAR_WEEKS_H

#include "core/year_progress.h"
#include "fmgr.h"
#include "week_rows.h"

/* The place of a number among so many that ascend; -1: it is none of them. */
extern int	school_of(const int32 *urn, int schools, int32 wanted);

/*
 * The weeks of the schools given, URNs ascending, each school's in the order of
 * Mondays.  An error where a school has a week twice, or weeks are of more than one
 * academic year.
 */
extern YearWeeks year_weeks(const WeekRows *rows, const int32 *urn, int schools);

#endif
