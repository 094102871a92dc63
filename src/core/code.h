/*
 * code.h
 *	  Attendance codes of school registers in England: both regimes, one table.
 *
 * Regime 2006: codes from 1 September 2006 to 18 August 2024.  Regime 2024: the
 * School Attendance (Pupil Registration) (England) Regulations 2024, regulation
 * 10, and the guidance "Working together to improve school attendance", from 19
 * August 2024.  Classes: guide to absence statistics (DfE) and that guidance.
 *
 * A mark is the number of a code, what a register holds for a session.  Numbers
 * are a part of the storage and binary formats: never changed, new codes come
 * at the end.  The class of a mark does not depend on the date.  That works
 * because the one code that changed class, D in September 2011, has two marks
 * and every mark is checked against its session's date when it comes in.
 */
#ifndef ABIE_CORE_CODE_H
#define ABIE_CORE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t Mark;

/* Marks that code refers to; the others are known by the table alone. */
enum
{
	MARK_NONE = 0,				/* -, no mark recorded */
	MARK_AM = 1,				/* / */
	MARK_PM = 2,				/* \ */
	MARK_L = 3,
	MARK_D_ATTENDING = 10,		/* D to August 2011: counted as attending */
	MARK_G = 25,
	MARK_N = 26,
	MARK_O = 27,
	MARK_U = 28,
	MARK_D = 29,
	MARK_CLOSED = 50,			/* # */
	MARK_COUNT = 51,			/* marks there are */
	MARK_LIMIT = 64				/* marks there can be: the slots of a tally */
};

#define CODE_MAX_LENGTH 3

/* Statistical categories. */
typedef enum Category
{
	CATEGORY_UNRECORDED,		/* no mark */
	CATEGORY_PRESENT,
	CATEGORY_APPROVED_ACTIVITY,
	CATEGORY_AUTHORISED,
	CATEGORY_UNAUTHORISED,
	CATEGORY_NOT_POSSIBLE,
	CATEGORY_ADMINISTRATIVE,
	CATEGORY_COUNT
} Category;

/*
 * Columns of EES that count sessions by reason, in the order of
 * abie.absence_measures: their only list in C, and what SQL's are tested by.
 */
typedef enum Reason
{
	REASON_NONE = -1,
	REASON_AUTH_ILLNESS,
	REASON_AUTH_APPOINTMENTS,
	REASON_AUTH_RELIGIOUS,
	REASON_AUTH_STUDY,
	REASON_AUTH_TRAVELLER,
	REASON_AUTH_HOLIDAY,
	REASON_AUTH_EXT_HOLIDAY,
	REASON_AUTH_EXCLUDED,
	REASON_AUTH_INTERVIEW,
	REASON_AUTH_REG_PERFORMANCE,
	REASON_AUTH_TEMP_REDUCED_TIMETABLE,
	REASON_AUTH_OTHER,
	REASON_UNAUTH_HOLIDAY,
	REASON_UNAUTH_LATE,
	REASON_UNAUTH_OTHER,
	REASON_UNAUTH_NOYET,
	REASON_X_COVID,
	REASON_Y_EXCEPTIONAL,
	REASON_Q_LA_ARRANGEMENTS,
	REASON_COUNT
} Reason;

extern const char *const reason_names[REASON_COUNT];

/* Days are numbered from 1 January 2000, as in PostgreSQL. */
typedef int32_t Day;

#define DAY_OPEN INT32_MAX		/* no last day */

/* Days from 1 January 2000 of a date, as a constant: a year begins in March, so that the leap day is its last. */
#define MARCH_YEAR(y, m) ((y) - ((m) <= 2))
#define MARCH_MONTH(m) (((m) + 9) % 12)
#define DAY_OF_DATE(y, m, d) \
	(365 * MARCH_YEAR(y, m) + MARCH_YEAR(y, m) / 4 - MARCH_YEAR(y, m) / 100 + MARCH_YEAR(y, m) / 400 \
	 + (153 * MARCH_MONTH(m) + 2) / 5 + (d) - 1 - 730425)

/* A row of the published tables: a code, in a regime, for a span of dates. */
typedef struct AttendanceCode
{
	int			regime;			/* 2006 or 2024 */
	int			mark;			/* MARK_LIMIT for the row no mark stands for: X as used for covid */
	const char *code;
	Category	category;
	bool		possible;		/* counts as a possible session */
	Reason		reason;			/* that EES counts it for */
	const char *daily_reason;	/* its column in the daily data (reason_...), where EES has none for it alone */
	Day			valid_from;
	Day			valid_to;		/* last day, or DAY_OPEN */
	const char *label;
} AttendanceCode;

extern const AttendanceCode attendance_codes[];
extern const int attendance_code_count;

/* What every mark means; filled by code_start. */
typedef struct MarkClass
{
	const char *code;
	Category	category;
	bool		possible;
	Reason		reason;
	Day			first_day;		/* before it the code did not exist */
} MarkClass;

extern MarkClass mark_class[MARK_LIMIT];

/* Fill mark_class.  To be called once before anything else. */
extern void code_start(void);

/* Whether the number is that of a mark. */
extern bool mark_known(unsigned number);

/* Mark of each code of one character, else -1. */
extern int8_t mark_of_character[256];

/* From what day on a character alone is a mark, the same on every day from then on; DAY_OPEN for what is no mark. */
extern Day	mark_plain_from[256];

/* The mark of a code, exactly as written, or -1.  D is MARK_D: see mark_on_day. */
extern int	mark_of_code(const char *code, size_t length);

/* The longest code that text begins with: its mark and length, or -1. */
extern int	mark_at(const char *text, size_t length, size_t *code_length);

/* The mark by which the code of a mark is held on a day: tells the two of D apart. */
extern Mark mark_on_day(Mark mark, Day day);

/* Whether the code of a mark was in use on a day, or earlier and withdrawn since. */
extern bool mark_valid_on(Mark mark, Day day);

/* The column a row is published in: of EES where there is one for it alone, else of the daily data, or NULL. */
extern const char *code_reason_group(const AttendanceCode *row);

/*
 * First and last day (or DAY_OPEN) to which the class of a row applies:
 * withdrawn codes that still arrive keep their last class.
 */
extern Day	code_applies_from(const AttendanceCode *row);
extern Day	code_applies_to(const AttendanceCode *row);

/* Name of a category, such as approved_activity; and its number, or -1. */
extern const char *category_name(Category category);
extern int	category_of_name(const char *name, size_t length);

/* White space in text forms, whatever the locale. */
static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Calendar: day number of a date of the Gregorian calendar, and back. */
extern Day	day_of_date(int year, int month, int day);
extern void date_of_day(Day number, int *year, int *month, int *day);

/* Day of the week, Monday = 0. */
static inline int
weekday(Day day)
{
	return ((day + 5) % 7 + 7) % 7;	/* 1 January 2000 was a Saturday */
}

#endif
