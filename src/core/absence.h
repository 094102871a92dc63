/*
 * absence.h
 *	  Absence measures of a set of enrolments, with the columns of EES.
 *
 * Formulae: guide to absence statistics (DfE), sections 3 and 4; "Pupil absence
 * in schools in England", methodology.  Rates pool sessions: 100 x sum / sum.
 */
#ifndef ABIE_CORE_ABSENCE_H
#define ABIE_CORE_ABSENCE_H

#include "core/tally.h"

/* 10 x absent >= possible, with anything possible: persistently absent. */
extern bool persistently_absent(const SessionCount *sessions);

/* 2 x absent >= possible, with anything possible: severely absent. */
extern bool severely_absent(const SessionCount *sessions);

/* What is known of the enrolments so far; only those with a possible session are counted, in any member. */
typedef struct AbsenceState
{
	Tally		tally;
	int64_t		enrolments;
	int64_t		persistent;		/* enrolments persistently absent */
	int64_t		severe;			/* enrolments severely absent */
	SessionCount of_persistent; /* sessions of those persistently absent */
} AbsenceState;

/* Add an enrolment: a stretch of a register, or a tally (false: a count became greater than TALLY_MAX). */
extern void absence_add_stretch(AbsenceState *state, const MarkStretch *stretch);
extern bool absence_add_tally(AbsenceState *state, const Tally *tally);

/* Add the enrolments of another state; false, and nothing changed, if a count became greater than TALLY_MAX. */
extern bool absence_combine(AbsenceState *state, const AbsenceState *other);

/* Whether a value from outside can be the state of some enrolments. */
extern bool absence_check(const AbsenceState *state);

/* Counts that the measures are made of. */
enum AbsenceCount
{
	COUNT_ENROLMENTS,
	COUNT_POSSIBLE,
	COUNT_OVERALL,
	COUNT_AUTHORISED,
	COUNT_UNAUTHORISED,
	COUNT_PERSISTENT,
	COUNT_SEVERE,
	COUNT_ATTENDING,
	COUNT_APPROVED_ACTIVITY,
	COUNT_LATE,
	COUNT_NOT_POSSIBLE,
	COUNT_ADMINISTRATIVE,
	COUNT_UNRECORDED,
	COUNT_POSSIBLE_PERSISTENT,
	COUNT_OVERALL_PERSISTENT,
	COUNT_AUTHORISED_PERSISTENT,
	COUNT_UNAUTHORISED_PERSISTENT,
	COUNT_REASONS,				/* the first of the reasons, in the order of the columns */
	ABSENCE_COUNTS = COUNT_REASONS + REASON_COUNT,
	COUNT_NOTHING = -1
};

extern void absence_counts(const AbsenceState *state, int64_t count[ABSENCE_COUNTS]);

/* A column of abie.absence_measures: a count, or 100 x that count / another. */
typedef struct AbsenceColumn
{
	int			count;
	int			of;				/* COUNT_NOTHING for a column that is the count itself */
} AbsenceColumn;

#define ABSENCE_COLUMNS 44

extern AbsenceColumn absence_column(int number);

#endif
