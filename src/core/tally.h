/*
 * tally.h
 *	  Counts of sessions by mark, and what follows from them.
 */
#ifndef ABIE_CORE_TALLY_H
#define ABIE_CORE_TALLY_H

#include "core/register.h"

/*
 * No count is greater than this, so that no sum over marks and no product of
 * such a sum by 100 overflows.  England has 2.5e9 possible sessions a year.
 */
#define TALLY_MAX INT64_C(1000000000000000)

typedef struct Tally
{
	int64_t		count[MARK_LIMIT];	/* by mark; 0 where no mark has the number */
} Tally;

/* Sessions by what counts for a pupil's rates. */
typedef struct SessionCount
{
	int64_t		possible;
	int64_t		authorised;
	int64_t		unauthorised;
} SessionCount;

/*
 * A stretch of sessions, beginning with a morning and ending with an afternoon,
 * read once: nearly all marks are / and \, which are counted; the places of the
 * others are collected.
 */
typedef struct MarkStretch
{
	SessionCount sessions;
	int			am;				/* marks / */
	int			pm;				/* marks \ */
	const Mark *mark;			/* of the first session */
	int			others;
	uint16_t	other[REGISTER_MAX_SESSIONS + 64];	/* counted from the first session; room for what is written ahead */
} MarkStretch;

/* One of the others; marks from a stored value that is damaged name no slot beyond those of a tally. */
static inline Mark
stretch_other(const MarkStretch *stretch, int i)
{
	return stretch->mark[stretch->other[i]] % MARK_LIMIT;
}

/* Prepare the tables of this file and of code.c.  To be called once before anything else. */
extern void tally_start(void);

/* Read sessions first to end - 1 of marks. */
extern void stretch_read(const Mark *mark, SessionRange range, MarkStretch *stretch);

/* Add the marks of a stretch to a tally. */
extern void tally_add_stretch(Tally *tally, const MarkStretch *stretch);

/* Add another tally. False, and nothing changed, if a count became greater than TALLY_MAX. */
extern bool tally_add(Tally *tally, const Tally *other);

/* Whether a value from outside is a tally: counts of known marks between 0 and TALLY_MAX. */
extern bool tally_check(const Tally *tally);

extern SessionCount tally_sessions(const Tally *tally);
extern int64_t tally_category(const Tally *tally, Category category);

/* Sessions of a code; MARK_D gives both kinds of D. */
extern int64_t tally_code(const Tally *tally, Mark mark);

/*
 * Text form: mark and count, as in "/:180 \:178 I:12", in the order of marks,
 * nothing for counts of 0; D of before September 2011 is D2006.
 */
#define TALLY_TEXT_LENGTH (MARK_COUNT * (6 + 1 + 16 + 1))
extern size_t tally_print(const Tally *tally, char *text);

typedef enum TallyFault
{
	TALLY_GOOD,
	TALLY_SYNTAX,				/* not CODE:COUNT */
	TALLY_UNKNOWN_CODE,
	TALLY_TWICE,				/* a code occurs twice */
	TALLY_OUT_OF_RANGE			/* a count above TALLY_MAX */
} TallyFault;

/* Read the text form. On a fault, the word it is in. */
extern TallyFault tally_parse(const char *text, size_t length, Tally *tally, size_t *offset, size_t *word_length);

#endif
