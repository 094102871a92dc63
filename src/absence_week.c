/*
 * absence_week.c
 *	  The SQL type abie.absence_weeks and its aggregates over
 *	  core/absence_week.c.
 *
 * A value is a varlena of the first Monday, the number of weeks and the counts,
 * flat, so that it is the state of its aggregate and can be stored, sent and
 * added up.  An aggregate changes its state in place, and makes a new one where a
 * register has weeks that the state has not.
 */
#include "postgres.h"

#include "absence.h"
#include "arguments.h"
#include "core/absence_week.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "reasons.h"
#include "register.h"
#include "results.h"

typedef struct WeeksValue
{
	int32		vl_len_;		/* varlena header, not to be touched directly */
	Day			start;
	int64		weeks;			/* as wide as the whole is aligned */
	AbsenceWhole whole;
	uint32_t	count[FLEXIBLE_ARRAY_MEMBER];
} WeeksValue;

#define WEEKS_HEADER offsetof(WeeksValue, count)
#define WEEKS_SIZE(weeks) (WEEKS_HEADER + sizeof(uint32_t) * WEEK_KINDS * (weeks))

/* ---------- packing ---------- */

/* A value with the weeks of a span, all counts 0, which are the span's from then on. */
static WeeksValue *
allocate_weeks(AbsenceWeeks *span)
{
	Size		size = WEEKS_SIZE(span->weeks);
	WeeksValue *value = palloc0(size);

	SET_VARSIZE(value, size);
	value->start = span->start;
	value->weeks = span->weeks;
	span->whole = &value->whole;
	span->count = value->count;
	return value;
}

static AbsenceWeeks
weeks_of_value(WeeksValue *value)
{
	if (unlikely(VARSIZE(value) < WEEKS_HEADER || value->weeks < 0 || value->weeks > REGISTER_MAX_WEEKS ||
				 VARSIZE(value) != WEEKS_SIZE(value->weeks)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value is not one of abie.absence_weeks")));
	return (AbsenceWeeks) {value->start, (int) value->weeks, &value->whole, value->count};
}

#define PG_GETARG_WEEKS(n) weeks_of_value((WeeksValue *) PG_DETOAST_DATUM(PG_GETARG_DATUM(n)))

/* ---------- input and output ---------- */

static Datum
checked_weeks(WeeksValue *value, int sqlerrcode)
{
	AbsenceWeeks weeks = weeks_of_value(value);

	if (!weeks_check(&weeks))
		ereport(ERROR,
				(errcode(sqlerrcode),
				 errmsg("invalid value of abie.absence_weeks"),
				 errdetail("Its counts contradict one another or are out of range, or its weeks do not begin on a "
						   "Monday.")));
	return PointerGetDatum(value);
}

static void
raise_syntax(const char *text)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type abie.absence_weeks: \"%s\"",
					pnstrdup(text, pg_mbcliplen(text, strlen(text), 40)))));
}

/* The numbers from a place of a text on, at most so many; how many there are, -1 for something else. */
static int
read_numbers(const char *text, int64 *number, int most)
{
	int			numbers = 0;

	for (const char *at = text + strspn(text, " "); *at != '\0'; at += strspn(at, " "))
	{
		char	   *end;
		int64		value = strtoll(at, &end, 10);

		/* no more digits than a sum of squares may have */
		if (*at < '0' || *at > '9' || end - at > 16 || (*end != ' ' && *end != '\0') || numbers == most)
			return -1;
		number[numbers++] = value;
		at = end;
	}
	return numbers;
}

/* The sums of squares of a text; the others are those of the absence. */
static bool
read_rate(const char *text, AbsenceWhole *whole)
{
	SessionCount sessions = tally_sessions(&whole->absence.tally);
	int64		square[3];

	if (read_numbers(text, square, 3) != 3)
		return false;
	whole->rate = (RateSums) {
		whole->absence.enrolments, sessions.authorised + sessions.unauthorised, sessions.possible,
		square[0], square[1], square[2]
	};
	return true;
}

/* A value from the text of its weeks: nothing, or the first Monday, a colon and the counts of each week. */
static WeeksValue *
read_weeks(const char *text, AbsenceWeeks *weeks)
{
	const char *first = text + strspn(text, " ");
	size_t		start_length = Min(strlen(first), REGISTER_DATE_LENGTH + 1);
	int64	   *number = palloc(sizeof(int64) * REGISTER_MAX_WEEKS * WEEK_KINDS);
	int			counts = read_numbers(first + start_length, number, REGISTER_MAX_WEEKS * WEEK_KINDS);
	Register	start = {0};
	Mark		no_mark;
	RegisterError error;
	WeeksValue *value;

	if (counts < 0 || counts % WEEK_KINDS != 0
		|| (start_length > 0 && register_parse(first, start_length, &no_mark, &start, &error) != REGISTER_GOOD))
		return NULL;
	*weeks = (AbsenceWeeks) {.start = start.start, .weeks = counts / WEEK_KINDS};
	value = allocate_weeks(weeks);
	for (int i = 0; i < counts; i++)
	{
		if (number[i] > UINT32_MAX)
			return NULL;
		weeks->count[i % WEEK_KINDS * weeks->weeks + i / WEEK_KINDS] = (uint32_t) number[i];
	}
	return value;
}

/* Text form: that of abie.absence_state; the sums of squares of abie.rate_error; the weeks. */
PG_FUNCTION_INFO_V1(abie_absence_weeks_in);
Datum
abie_absence_weeks_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	char	   *absence = pstrdup(text);
	char	   *rate = strchr(absence, ';');
	char	   *by_week = rate == NULL ? NULL : strchr(rate + 1, ';');
	AbsenceWeeks weeks;
	WeeksValue *value;

	if (by_week == NULL)
		raise_syntax(text);
	*rate = *by_week = '\0';
	value = read_weeks(by_week + 1, &weeks);
	if (value == NULL)
		raise_syntax(text);
	absence_state_read(absence, &weeks.whole->absence);
	if (!read_rate(rate + 1, weeks.whole))
		raise_syntax(text);
	PG_RETURN_DATUM(checked_weeks(value, ERRCODE_INVALID_TEXT_REPRESENTATION));
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_out);
Datum
abie_absence_weeks_out(PG_FUNCTION_ARGS)
{
	AbsenceWeeks weeks = PG_GETARG_WEEKS(0);
	const RateSums *rate = &weeks.whole->rate;
	char		start[REGISTER_TEXT_LENGTH(0) + 1] = "";
	StringInfoData text;

	initStringInfo(&text);
	absence_state_write(&weeks.whole->absence, &text);
	if (weeks.weeks > 0)
		register_print(&(Register) {.start = weeks.start}, start);
	appendStringInfo(&text, "; " INT64_FORMAT " " INT64_FORMAT " " INT64_FORMAT "; %s", rate->absent_squared,
					 rate->product, rate->possible_squared, start);
	for (int week = 0; week < weeks.weeks; week++)
		for (int kind = 0; kind < WEEK_KINDS; kind++)
			appendStringInfo(&text, "%s%u", week > 0 || kind > 0 ? " " : "", weeks.count[kind * weeks.weeks + week]);
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_recv);
Datum
abie_absence_weeks_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	AbsenceWhole whole = {0};
	int64	   *sum = &whole.rate.enrolments;
	AbsenceWeeks weeks;
	WeeksValue *value;

	absence_state_receive(message, &whole.absence);
	for (size_t i = 0; i < sizeof(RateSums) / sizeof(int64); i++)
		sum[i] = pq_getmsgint64(message);
	weeks.start = (Day) pq_getmsgint(message, 4);
	weeks.weeks = (message->len - message->cursor) / (int) (sizeof(uint32_t) * WEEK_KINDS);
	if (weeks.weeks > REGISTER_MAX_WEEKS)
		register_raise(&(RegisterError) {.fault = REGISTER_TOO_LONG}, NULL, 0);
	value = allocate_weeks(&weeks);
	*weeks.whole = whole;
	for (int i = 0; i < weeks.weeks * WEEK_KINDS; i++)
		weeks.count[i] = (uint32_t) pq_getmsgint(message, 4);
	PG_RETURN_DATUM(checked_weeks(value, ERRCODE_INVALID_BINARY_REPRESENTATION));
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_send);
Datum
abie_absence_weeks_send(PG_FUNCTION_ARGS)
{
	AbsenceWeeks weeks = PG_GETARG_WEEKS(0);
	const int64 *sum = &weeks.whole->rate.enrolments;
	StringInfoData message;

	pq_begintypsend(&message);
	absence_state_put(&weeks.whole->absence, &message);
	for (size_t i = 0; i < sizeof(RateSums) / sizeof(int64); i++)
		pq_sendint64(&message, sum[i]);
	pq_sendint32(&message, (uint32) weeks.start);
	for (int i = 0; i < weeks.weeks * WEEK_KINDS; i++)
		pq_sendint32(&message, weeks.count[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---------- the aggregates ---------- */

static void
raise_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("enrolments of abie.absence_weeks out of range"),
			 errdetail("A week cannot have more than %d, and all of them " INT64_FORMAT " possible sessions.",
					   WEEK_MOST_ENROLMENTS, RATE_MOST_POSSIBLE)));
}

/* The state, which a step changes in place; another one if it has not all of the weeks to be added. */
static WeeksValue *
state_with_weeks(FunctionCallInfo fcinfo, const AbsenceWeeks *added, AbsenceWeeks *weeks)
{
	WeeksValue *value = (WeeksValue *) PG_DETOAST_DATUM(PointerGetDatum(aggregate_state(fcinfo)));
	AbsenceWeeks held = weeks_of_value(value);

	if (weeks_span(&held, added, weeks) != REGISTER_GOOD)
		register_raise(&(RegisterError) {.fault = REGISTER_TOO_LONG}, NULL, 0);
	if (weeks->weeks == held.weeks)
	{
		*weeks = held;
		return value;
	}
	value = allocate_weeks(weeks);
	(void) weeks_add(weeks, &held);
	return value;
}

static Datum
add_register(FunctionCallInfo fcinfo, const Register *source, SessionRange range)
{
	AbsenceWeeks touched = weeks_of_range(source, range);
	AbsenceWeeks weeks;
	WeeksValue *value = state_with_weeks(fcinfo, &touched, &weeks);

	if (touched.weeks > 0 && !weeks_add_register(&weeks, source, range))
		raise_overflow();
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_register_step);
Datum
abie_absence_weeks_register_step(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(1);

	return add_register(fcinfo, &source, (SessionRange) {0, source.count});
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_window_step);
Datum
abie_absence_weeks_window_step(PG_FUNCTION_ARGS)
{
	Register	source;

	/* not STRICT: the dates may be NULL */
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(aggregate_state(fcinfo));
	source = PG_GETARG_REGISTER(1);
	return add_register(fcinfo, &source, register_window(fcinfo, 2, &source));
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_weeks_step);
Datum
abie_absence_weeks_weeks_step(PG_FUNCTION_ARGS)
{
	AbsenceWeeks added = PG_GETARG_WEEKS(1);
	AbsenceWeeks weeks;
	WeeksValue *value = state_with_weeks(fcinfo, &added, &weeks);

	if (!weeks_add(&weeks, &added))
		raise_overflow();
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_combine);
Datum
abie_absence_weeks_combine(PG_FUNCTION_ARGS)
{
	AbsenceWeeks one = PG_GETARG_WEEKS(0);
	AbsenceWeeks other = PG_GETARG_WEEKS(1);
	AbsenceWeeks both;
	WeeksValue *value;

	if (weeks_span(&one, &other, &both) != REGISTER_GOOD)
		register_raise(&(RegisterError) {.fault = REGISTER_TOO_LONG}, NULL, 0);
	value = allocate_weeks(&both);
	if (!weeks_add(&both, &one) || !weeks_add(&both, &other))
		raise_overflow();
	PG_RETURN_POINTER(value);
}

/* ---------- reading ---------- */

PG_FUNCTION_INFO_V1(abie_absence_weeks_measures);
Datum
abie_absence_weeks_measures(PG_FUNCTION_ARGS)
{
	return absence_measures_result(fcinfo, &PG_GETARG_WEEKS(0).whole->absence);
}

PG_FUNCTION_INFO_V1(abie_absence_weeks_error);
Datum
abie_absence_weeks_error(PG_FUNCTION_ARGS)
{
	const RateSums *rate = &PG_GETARG_WEEKS(0).whole->rate;

	if (rate->enrolments < 2)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(100.0 * rate_error(rate));
}

/* The columns of abie.weeks between the week and the reasons. */
static const int week_columns[] = {
	COUNT_ENROLMENTS, COUNT_POSSIBLE, COUNT_OVERALL, COUNT_AUTHORISED, COUNT_UNAUTHORISED, COUNT_ATTENDING,
	COUNT_APPROVED_ACTIVITY, COUNT_LATE, COUNT_NOT_POSSIBLE, COUNT_ADMINISTRATIVE, COUNT_UNRECORDED
};

/* A row for each week in which an enrolment has a possible session. */
PG_FUNCTION_INFO_V1(abie_absence_weeks_rows);
Datum
abie_absence_weeks_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	AbsenceWeeks weeks = PG_GETARG_WEEKS(0);

	for (int week = 0; week < weeks.weeks; week++)
	{
		int64		count[ABSENCE_COUNTS];
		Datum		value[lengthof(week_columns) + 2];

		if (weeks.count[week] == 0)
			continue;
		weeks_counts(&weeks, week, count);
		value[0] = DateADTGetDatum(weeks.start + 7 * week);
		for (size_t i = 0; i < lengthof(week_columns); i++)
			value[i + 1] = Int64GetDatum(count[week_columns[i]]);
		value[lengthof(week_columns) + 1] = reasons_result(count + COUNT_REASONS, NULL);
		put_row(rows, value, NULL);
	}
	return (Datum) 0;
}
