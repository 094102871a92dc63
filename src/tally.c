/*
 * tally.c
 *	  The SQL type abie.tally and its aggregates.
 */
#include "postgres.h"

#include "arguments.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "register.h"
#include "tally.h"
#include "results.h"
#include "utils/builtins.h"

/* ---------- errors ---------- */

void
raise_tally_overflow(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("count of sessions out of range"),
			 errdetail("A count cannot be greater than " INT64_FORMAT ".", TALLY_MAX)));
}

void
raise_tally_fault(TallyFault fault, const char *word, size_t length)
{
	char	   *shown = pnstrdup(word, pg_mbcliplen(word, length, 40));

	switch (fault)
	{
		case TALLY_OUT_OF_RANGE:
			raise_tally_overflow();
		case TALLY_UNKNOWN_CODE:
			raise_unknown_code(word, strcspn(word, ":"));
		case TALLY_TWICE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("a code occurs twice in a tally: \"%s\"", shown)));
			break;
		case TALLY_SYNTAX:
		case TALLY_GOOD:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid count in a tally: \"%s\"", shown),
					 errhint("Write code and count with a colon between, such as I:12.")));
	}
	pg_unreachable();
}

/* ---------- input and output ---------- */

PG_FUNCTION_INFO_V1(abie_tally_in);
Datum
abie_tally_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Tally	   *tally = palloc(sizeof(Tally));
	size_t		offset;
	size_t		length;
	TallyFault	fault = tally_parse(text, strlen(text), tally, &offset, &length);

	if (fault != TALLY_GOOD)
		raise_tally_fault(fault, text + offset, length);
	PG_RETURN_POINTER(tally);
}

PG_FUNCTION_INFO_V1(abie_tally_out);
Datum
abie_tally_out(PG_FUNCTION_ARGS)
{
	char	   *text = palloc(TALLY_TEXT_LENGTH);

	tally_print(PG_GETARG_TALLY(0), text);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(abie_tally_recv);
Datum
abie_tally_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	Tally	   *tally = palloc(sizeof(Tally));

	for (int mark = 0; mark < MARK_LIMIT; mark++)
		tally->count[mark] = pq_getmsgint64(message);
	if (!tally_check(tally))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid tally"),
				 errdetail("A count is negative, out of range, or of a mark that does not exist.")));
	PG_RETURN_POINTER(tally);
}

PG_FUNCTION_INFO_V1(abie_tally_send);
Datum
abie_tally_send(PG_FUNCTION_ARGS)
{
	Tally	   *tally = PG_GETARG_TALLY(0);
	StringInfoData message;

	pq_begintypsend(&message);
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		pq_sendint64(&message, tally->count[mark]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

PG_FUNCTION_INFO_V1(abie_tally_eq);
Datum
abie_tally_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_TALLY(0), PG_GETARG_TALLY(1), sizeof(Tally)) == 0);
}

PG_FUNCTION_INFO_V1(abie_tally_ne);
Datum
abie_tally_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_TALLY(0), PG_GETARG_TALLY(1), sizeof(Tally)) != 0);
}

/* The order of the index class: by the count of the first mark that differs. */
static int
compare_tallies(FunctionCallInfo fcinfo)
{
	const Tally *one = PG_GETARG_TALLY(0);
	const Tally *other = PG_GETARG_TALLY(1);

	for (int mark = 0; mark < MARK_LIMIT; mark++)
		if (one->count[mark] != other->count[mark])
			return one->count[mark] < other->count[mark] ? -1 : 1;
	return 0;
}

#define TALLY_COMPARISON(name, operator) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_tallies(fcinfo) operator 0); \
}

TALLY_COMPARISON(abie_tally_lt, <)
TALLY_COMPARISON(abie_tally_le, <=)
TALLY_COMPARISON(abie_tally_gt, >)
TALLY_COMPARISON(abie_tally_ge, >=)

PG_FUNCTION_INFO_V1(abie_tally_cmp);
Datum
abie_tally_cmp(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(compare_tallies(fcinfo));
}

PG_FUNCTION_INFO_V1(abie_tally_hash);
Datum
abie_tally_hash(PG_FUNCTION_ARGS)
{
	return UInt32GetDatum(hash_bytes((unsigned char *) PG_GETARG_TALLY(0), sizeof(Tally)));
}

PG_FUNCTION_INFO_V1(abie_tally_hash_extended);
Datum
abie_tally_hash_extended(PG_FUNCTION_ARGS)
{
	return UInt64GetDatum(hash_bytes_extended((unsigned char *) PG_GETARG_TALLY(0), sizeof(Tally),
											  (uint64) PG_GETARG_INT64(1)));
}

/* ---------- counting ---------- */

PG_FUNCTION_INFO_V1(abie_tally_agg_step);
Datum
abie_tally_agg_step(PG_FUNCTION_ARGS)
{
	Tally	   *state = aggregate_state(fcinfo);

	state->count[code_argument(PG_GETARG_TEXT_PP(1))]++;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_tally_agg_char_step);
Datum
abie_tally_agg_char_step(PG_FUNCTION_ARGS)
{
	Tally	   *state = aggregate_state(fcinfo);
	char		code = PG_GETARG_CHAR(1);
	int			mark = mark_of_code(&code, 1);

	if (mark < 0)
	{
		/* a byte beyond ASCII is no character by itself */
		const char *shown = IS_HIGHBIT_SET(code) ? psprintf("\\%03o", (unsigned char) code) : pnstrdup(&code, 1);

		raise_unknown_code(shown, strlen(shown));
	}
	state->count[mark]++;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_tally_agg_day_step);
Datum
abie_tally_agg_day_step(PG_FUNCTION_ARGS)
{
	Tally	   *state = aggregate_state(fcinfo);
	Mark		given = code_argument(PG_GETARG_TEXT_PP(1));
	DateADT		day = PG_GETARG_DATEADT(2);
	Mark		mark = mark_on_day(given, day);

	if (!mark_valid_on(mark, day))
		register_raise(&(RegisterError) {.fault = REGISTER_CODE_TOO_EARLY, .mark = given, .day = day}, NULL, 0);
	state->count[mark]++;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_tally_agg_tally_step);
Datum
abie_tally_agg_tally_step(PG_FUNCTION_ARGS)
{
	Tally	   *state = aggregate_state(fcinfo);

	if (!tally_add(state, PG_GETARG_TALLY(1)))
		raise_tally_overflow();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_tally_add);
Datum
abie_tally_add(PG_FUNCTION_ARGS)
{
	Tally	   *sum = palloc(sizeof(Tally));

	*sum = *PG_GETARG_TALLY(0);
	if (!tally_add(sum, PG_GETARG_TALLY(1)))
		raise_tally_overflow();
	PG_RETURN_POINTER(sum);
}

PG_FUNCTION_INFO_V1(abie_tally_of_register);
Datum
abie_tally_of_register(PG_FUNCTION_ARGS)
{
	Tally	   *tally;
	Register	source;
	MarkStretch stretch;

	/* not STRICT: the dates may be NULL */
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	source = PG_GETARG_REGISTER(0);
	stretch_read(source.mark, register_window(fcinfo, 1, &source), &stretch);
	tally = palloc0(sizeof(Tally));
	tally_add_stretch(tally, &stretch);
	PG_RETURN_POINTER(tally);
}

/* ---------- accessors ---------- */

PG_FUNCTION_INFO_V1(abie_tally_code_count);
Datum
abie_tally_code_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(tally_code(PG_GETARG_TALLY(0), code_argument(PG_GETARG_TEXT_PP(1))));
}

PG_FUNCTION_INFO_V1(abie_tally_category_count);
Datum
abie_tally_category_count(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(1);
	int			category = category_of_name(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));

	if (category < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown category \"%s\"",
						pnstrdup(VARDATA_ANY(name), pg_mbcliplen(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), 40))),
				 errhint("Categories are present, approved_activity, authorised, unauthorised, not_possible, "
						 "administrative and unrecorded.")));
	PG_RETURN_INT64(tally_category(PG_GETARG_TALLY(0), (Category) category));
}

PG_FUNCTION_INFO_V1(abie_tally_possible);
Datum
abie_tally_possible(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(tally_sessions(PG_GETARG_TALLY(0)).possible);
}

PG_FUNCTION_INFO_V1(abie_tally_overall);
Datum
abie_tally_overall(PG_FUNCTION_ARGS)
{
	SessionCount sessions = tally_sessions(PG_GETARG_TALLY(0));

	PG_RETURN_INT64(sessions.authorised + sessions.unauthorised);
}

/* One row for each mark counted. */
PG_FUNCTION_INFO_V1(abie_tally_counts);
Datum
abie_tally_counts(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Tally	   *tally = PG_GETARG_TALLY(0);

	for (int mark = 0; mark < MARK_COUNT; mark++)
	{
		Datum		value[3] = {
			code_datum((Mark) mark), CStringGetTextDatum(category_name(mark_class[mark].category)),
			Int64GetDatum(tally->count[mark])
		};

		if (tally->count[mark] > 0)
			put_row(rows, value, NULL);
	}
	return (Datum) 0;
}
