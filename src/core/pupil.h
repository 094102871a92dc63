/*
 * pupil.h
 *	  What one pupil's register shows: bands, first absence, runs, weekdays,
 *	  and the threshold of the penalty notice framework.
 */
#ifndef ABIE_CORE_PUPIL_H
#define ABIE_CORE_PUPIL_H

#include "core/tally.h"

/* Lower end of the 5-point band of 100 x absent / possible, 0 to 100; -1 without a possible session. */
extern int	absence_band(const SessionCount *sessions);

/* First session of a range that is an absence, or -1. */
extern int	first_absence(const Mark *mark, SessionRange range);

/* First session of a range at which the pupil was on roll: with a mark other than #, Z and none; or -1. */
extern int	first_on_roll(const Mark *mark, SessionRange range);

/* A run of absence: sessions that were possible and absent, one after the other. */
typedef struct AbsenceRun
{
	int			first;			/* sessions of the register */
	int			last;
	int			sessions;		/* absent, so without those between that were not possible */
} AbsenceRun;

/*
 * The longest run of absence in a range, the earliest of equals; sessions 0 if
 * there is no absence.  Sessions that were not possible (closed, X, Y, none
 * recorded) neither end a run nor count for it.
 */
extern AbsenceRun longest_absence(const Mark *mark, SessionRange range);

/* Spells of absence: runs as above, however long. */
typedef struct AbsenceSpells
{
	int			spells;
	int			sessions;		/* absent, in all of them */
	int64_t		squared;		/* sum of the squares of their lengths */
} AbsenceSpells;

extern AbsenceSpells absence_spells(const Mark *mark, SessionRange range);

/* Sessions by their place in the week, Monday AM to Friday PM. */
extern void sessions_by_weekday(const Mark *mark, SessionRange range, SessionCount count[REGISTER_WEEK]);

#define PENALTY_NOTICE_SESSIONS 10
#define PENALTY_NOTICE_WEEKS 10

/* Unauthorised sessions (G, N, O, U) in the rolling school weeks. */
typedef struct PenaltyNotice
{
	int			reached;		/* session at which the threshold was first reached, or -1 */
	int			sessions;		/* in the ten school weeks up to the end of the range */
} PenaltyNotice;

/*
 * National framework for penalty notices (from 19 August 2024): 10 sessions
 * of unauthorised absence in a rolling period of 10 school weeks.  A school
 * week is one with at least one school session, here one with any mark other
 * than # and none; weeks run from Monday.
 */
extern PenaltyNotice penalty_notice(const Mark *mark, SessionRange range);

#endif
