/*
 * calendar.h
 *	  The weeks of a school in its half terms, and last year's counterpart of
 *	  each.
 *
 * A school week is a Monday with possible sessions.  A Monday without between
 * two of them ends a half term: nothing else is known of a school's holidays,
 * and nothing else is asked for.
 */
#ifndef ABIE_CORE_CALENDAR_H
#define ABIE_CORE_CALENDAR_H

#include "core/code.h"

/* the Mondays from the first to the last week of a year are at most so many days apart */
#define CALENDAR_SPAN 364

#define HOLIDAY_UNKNOWN INT32_MAX
#define END_UNKNOWN (-1)

/* A school week in its half term. */
typedef struct SchoolWeek
{
	Day			monday;
	int			half_term;		/* 1, 2, ...; six in a usual year */
	int			from_start;		/* 1 for the first week of the half term */
	int			to_end;			/* 0 for the last week before a holiday; END_UNKNOWN */
} SchoolWeek;

typedef enum WeekKind
{
	WEEK_FIRST,					/* after a holiday */
	WEEK_ORDINARY,
	WEEK_LAST					/* before a holiday; of a half term of one week too */
} WeekKind;

/*
 * The weeks of one school and academic year, given their Mondays in order, each
 * once.  The half term of the last of them ends before holiday_starts, a day
 * after that Monday: weeks until then are taken to be held.  Where it is
 * HOLIDAY_UNKNOWN, how far that half term's weeks are from its end is too.
 */
extern void school_weeks(const Day *monday, int count, Day holiday_starts, SchoolWeek *week);

/* A week whose end is unknown is not a last one. */
extern WeekKind week_kind(const SchoolWeek *week);

extern const char *week_kind_name(WeekKind kind);

/*
 * For each week of this year the place of its counterpart in last year's, or -1.
 *
 * Of the half term that began nearest to 52 weeks before, it is the week as far
 * from the end for the last two weeks, else the one as far from the start that
 * is not of the last two.  Where a half term is longer than last year's, the
 * weeks left over before its last two have none; nor have weeks whose would be
 * more than three weeks off (holidays move by less), or one that an earlier
 * week has, or before it: a school closed in mid-term, or without registers,
 * has cut its year in other places.
 */
extern void counterpart_weeks(const SchoolWeek *this_year, int this_count,
							  const SchoolWeek *last_year, int last_count, int *counterpart);

#endif
