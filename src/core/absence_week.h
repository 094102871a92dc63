/*
 * absence_week.h
 *	  Absence of a set of enrolments, in a stretch of time as a whole and by its
 *	  school weeks, in one state.
 *
 * In each week only enrolments with a possible session in it are counted, with
 * all of their marks in it, as core/absence.h does for the whole.
 */
#ifndef ABIE_CORE_ABSENCE_WEEK_H
#define ABIE_CORE_ABSENCE_WEEK_H

#include "core/absence.h"
#include "core/rate_error.h"

/* What is counted: enrolments, and their marks by kind, each mark of one kind. */
enum WeekKind
{
	WEEK_ENROLMENTS,
	WEEK_PRESENT,				/* / and \ */
	WEEK_LATE,
	WEEK_APPROVED_ACTIVITY,
	WEEK_NOT_POSSIBLE,			/* not possible, for a reason that EES does not count */
	WEEK_ADMINISTRATIVE,
	WEEK_UNRECORDED,
	WEEK_REASONS,				/* the first of the reasons */
	WEEK_KINDS = WEEK_REASONS + REASON_COUNT
};

/* So that ten marks each fit a count; 50 times the pupils of England. */
#define WEEK_MOST_ENROLMENTS 400000000

/* The stretch as a whole. */
typedef struct AbsenceWhole
{
	AbsenceState absence;
	RateSums	rate;
} AbsenceWhole;

typedef struct AbsenceWeeks
{
	Day			start;			/* Monday of the first week; 0 without one */
	int			weeks;
	AbsenceWhole *whole;
	uint32_t   *count;			/* kind by kind: of a week at kind * weeks + week */
} AbsenceWeeks;

/* Prepare the table of this file and those of tally.c.  To be called once before anything else. */
extern void absence_week_start(void);

/* The weeks that both touch; of two of which one has none, the other's.  REGISTER_TOO_LONG if too many. */
extern RegisterFault weeks_span(const AbsenceWeeks *one, const AbsenceWeeks *other, AbsenceWeeks *span);

/* The weeks that sessions of a register touch, without counts. */
extern AbsenceWeeks weeks_of_range(const Register *source, SessionRange range);

/*
 * Add an enrolment, by the sessions of a range of a register, or other counts, to
 * counts that have all of their weeks.  False: a week had more enrolments than
 * WEEK_MOST_ENROLMENTS, or the whole more sessions than core/rate_error.h takes,
 * and the counts are spoilt.
 */
extern bool weeks_add_register(AbsenceWeeks *weeks, const Register *source, SessionRange range);
extern bool weeks_add(AbsenceWeeks *weeks, const AbsenceWeeks *other);

/* Whether values from outside can be the counts of some enrolments. */
extern bool weeks_check(const AbsenceWeeks *weeks);

/* The counts of a week; those that a week does not have, of persistent absence, are 0. */
extern void weeks_counts(const AbsenceWeeks *weeks, int week, int64_t count[ABSENCE_COUNTS]);

#endif
