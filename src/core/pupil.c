/*
 * pupil.c
 *	  What one pupil's register shows.
 */
#include "core/pupil.h"

#include <string.h>

static bool
is_absence(Mark mark)
{
	return mark_class[mark].category == CATEGORY_AUTHORISED || mark_class[mark].category == CATEGORY_UNAUTHORISED;
}

/* Covid X is administrative and possible; # and Z are neither. */
static bool
is_on_roll(Mark mark)
{
	return mark_class[mark].possible || mark_class[mark].category == CATEGORY_NOT_POSSIBLE;
}

/* The first session of a range whose mark is of a kind, or -1. */
static int
first_session(const Mark *mark, SessionRange range, bool (*kind) (Mark))
{
	for (int session = range.first; session < range.end; session++)
		if (kind(mark[session]))
			return session;
	return -1;
}

int
absence_band(const SessionCount *sessions)
{
	if (sessions->possible == 0)
		return -1;
	return (int) (5 * (20 * (sessions->authorised + sessions->unauthorised) / sessions->possible));
}

int
first_absence(const Mark *mark, SessionRange range)
{
	return first_session(mark, range, is_absence);
}

int
first_on_roll(const Mark *mark, SessionRange range)
{
	return first_session(mark, range, is_on_roll);
}

AbsenceRun
longest_absence(const Mark *mark, SessionRange range)
{
	AbsenceRun	longest = {0};
	AbsenceRun	run = {0};

	for (int session = range.first; session < range.end; session++)
	{
		if (!mark_class[mark[session]].possible)
			continue;
		if (!is_absence(mark[session]))
		{
			run.sessions = 0;
			continue;
		}
		if (run.sessions++ == 0)
			run.first = session;
		run.last = session;
		if (run.sessions > longest.sessions)
			longest = run;
	}
	return longest;
}

AbsenceSpells
absence_spells(const Mark *mark, SessionRange range)
{
	AbsenceSpells found = {0};
	int			length = 0;

	for (int session = range.first; session < range.end; session++)
	{
		if (!mark_class[mark[session]].possible)
			continue;
		if (!is_absence(mark[session]))
		{
			length = 0;
			continue;
		}
		found.spells += length == 0;
		found.sessions++;
		/* (length + 1)^2 - length^2 */
		found.squared += 2 * length++ + 1;
	}
	return found;
}

void
sessions_by_weekday(const Mark *mark, SessionRange range, SessionCount count[REGISTER_WEEK])
{
	memset(count, 0, sizeof(SessionCount) * REGISTER_WEEK);
	for (int session = range.first; session < range.end; session++)
	{
		const MarkClass *class = &mark_class[mark[session]];
		SessionCount *place = &count[session % REGISTER_WEEK];

		place->possible += class->possible;
		place->authorised += class->category == CATEGORY_AUTHORISED;
		place->unauthorised += class->category == CATEGORY_UNAUTHORISED;
	}
}

static bool
counts_for_penalty_notice(Mark mark)
{
	return mark == MARK_G || mark == MARK_N || mark == MARK_O || mark == MARK_U;
}

PenaltyNotice
penalty_notice(const Mark *mark, SessionRange range)
{
	PenaltyNotice notice = {.reached = -1};
	int			of_week[PENALTY_NOTICE_WEEKS] = {0};	/* of the last school weeks, in a ring */
	int			weeks = 0;

	for (int week = range.first - range.first % REGISTER_WEEK; week < range.end; week += REGISTER_WEEK)
	{
		int		   *in_week = &of_week[weeks % PENALTY_NOTICE_WEEKS];
		bool		school_week = false;

		for (int session = week; session < week + REGISTER_WEEK; session++)
		{
			if (session < range.first || session >= range.end ||
				mark[session] == MARK_CLOSED || mark[session] == MARK_NONE)
				continue;
			if (!school_week)
			{
				/* the week that is now more than ten school weeks back drops out */
				notice.sessions -= *in_week;
				*in_week = 0;
				school_week = true;
			}
			if (!counts_for_penalty_notice(mark[session]))
				continue;
			++*in_week;
			if (++notice.sessions == PENALTY_NOTICE_SESSIONS && notice.reached < 0)
				notice.reached = session;
		}
		weeks += school_week;
	}
	return notice;
}
