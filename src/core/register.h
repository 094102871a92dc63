/*
 * register.h
 *	  One pupil's register: a mark for each session of a grid of school weeks.
 *
 * The grid has ten sessions a week, Monday AM to Friday PM, from a Monday on;
 * so the day of a session and the session of a day are arithmetic.
 */
#ifndef ABIE_CORE_REGISTER_H
#define ABIE_CORE_REGISTER_H

#include "core/code.h"

#define REGISTER_WEEK 10		/* sessions of a week */
#define REGISTER_MAX_WEEKS 523	/* the weeks that ten years can touch */
#define REGISTER_MAX_SESSIONS (REGISTER_WEEK * REGISTER_MAX_WEEKS)
#define REGISTER_DATE_LENGTH 10 /* 2025-09-01 */
/* what the text form can say: every session, so that any part of a register has a text too */
#define REGISTER_FIRST_DAY DAY_OF_DATE(1, 1, 1)
#define REGISTER_LAST_DAY DAY_OF_DATE(9999, 12, 31)
/* the most text a register of so many sessions can make, without the final NUL */
#define REGISTER_TEXT_LENGTH(sessions) \
	(REGISTER_DATE_LENGTH + 1 + (sessions) * CODE_MAX_LENGTH + (sessions) / REGISTER_WEEK)

typedef struct Register
{
	Day			start;			/* a Monday */
	int			count;			/* sessions, whole weeks */
	const Mark *mark;			/* canonical: / only in mornings, \ only in afternoons, D as of its day */
} Register;

/* What text means beside the codes: what a system writes, and the mark meant by it. */
typedef struct CodeAlias
{
	const char *text;
	size_t		length;
	Mark		mark;
} CodeAlias;

/* How a run of marks lies in time. */
typedef struct MarkLayout
{
	Day			start;			/* day of the first two marks, or a day of the weekend before */
	int			days_a_week;	/* 5: Monday to Friday only; 7: every day */
	const CodeAlias *alias;
	int			aliases;
} MarkLayout;

typedef enum RegisterFault
{
	REGISTER_GOOD,
	REGISTER_NO_START,			/* no date and colon at the beginning */
	REGISTER_BAD_DATE,			/* written as a date, but there is no such day */
	REGISTER_NOT_MONDAY,
	REGISTER_UNKNOWN_CODE,		/* at offset, session of the run */
	REGISTER_CODE_TOO_EARLY,	/* mark did not exist on day */
	REGISTER_WEEKEND,			/* a mark other than # and - on a Saturday or Sunday */
	REGISTER_LOST_MARKS,		/* the week at offset lacks marks, as where each \ was taken for an escape */
	REGISTER_TOO_LONG,
	REGISTER_TOO_LATE,			/* a session after REGISTER_LAST_DAY */
	REGISTER_CONFLICT,			/* mark and other_mark for one session */
	REGISTER_NOT_CANONICAL		/* a stored mark that cannot stand there */
} RegisterFault;

/* What is wrong, and where; members that do not apply are not set. */
typedef struct RegisterError
{
	RegisterFault fault;
	size_t		offset;			/* into the text */
	int			session;		/* number in the run, from 0 */
	Day			day;
	Mark		mark;
	Mark		other_mark;
} RegisterError;

/*
 * Read "2025-09-01:marks" into at most REGISTER_MAX_SESSIONS marks; white space
 * among the marks does not matter, but for REGISTER_LOST_MARKS.
 */
extern RegisterFault register_parse(const char *text, size_t length, Mark *mark, Register *result,
									RegisterError *error);

/* Read a run of marks in a layout. The last week is filled up with MARK_NONE. */
extern RegisterFault register_parse_marks(const char *text, size_t length, const MarkLayout *layout,
										  Mark *mark, Register *result, RegisterError *error);

/* Write the text form to a buffer of REGISTER_TEXT_LENGTH(count) + 1 bytes; gives its length. */
extern size_t register_print(const Register *source, char *text);

/* Whether a value from outside is a register, canonical in every mark. */
extern RegisterFault register_check(const Register *source, RegisterError *error);

/* The range of weeks both registers touch: start and count of result; REGISTER_TOO_LONG if too many. */
extern RegisterFault register_span(const Register *one, const Register *other, Register *result);

/* Both in one, into result->count marks as register_span says. Where both have a mark they must agree. */
extern RegisterFault register_merge(const Register *one, const Register *other, Mark *mark, Register *result,
									RegisterError *error);

/* The same, but where the later one has a mark it counts, whatever the other has. */
extern void register_overlay(const Register *one, const Register *later, Mark *mark, Register *result);

/* Whether a character says the same on a weekday and all after it, as nearly all do: the mark that it is. */
static inline bool
plain_mark(unsigned char character, Day day, bool afternoon, Mark *mark)
{
	Mark		given = (Mark) mark_of_character[character];

	*mark = given == MARK_AM || given == MARK_PM ? MARK_AM + afternoon : given;
	return mark_plain_from[character] <= day;
}

/* The place of a mark that may come in on a day: its canonical form, checked against the day. */
extern RegisterFault register_place(Mark given, Day day, bool afternoon, Mark *placed);

/* Sessions of the grid from a Monday on that lie before a day; 0 for days before it. */
extern int	sessions_before(Day start, Day day);

/* Day of a session. */
extern Day	day_of_session(Day start, int session);

/* Sessions first to end - 1 of a register, those of from .. to, both included. */
typedef struct SessionRange
{
	int			first;
	int			end;
} SessionRange;

extern SessionRange session_range(const Register *source, Day from, Day to);

/* The sessions of the weeks that a range touches; for one without sessions none, at the start. */
extern SessionRange whole_weeks(SessionRange range);

#endif
