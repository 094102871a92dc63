/*
 * register.c
 *	  The SQL type abie.register: input, output, comparison, and what other
 *	  files need to take and give registers.
 */
#include "postgres.h"

#include "arguments.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "register.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#define REGISTER_FORMAT 0
#define REGISTER_HEADER (sizeof(uint8) + sizeof(Day))

/* ---------- packing ---------- */

struct varlena *
register_allocate(Day start, int count, Mark **mark)
{
	Size		size = VARHDRSZ + REGISTER_HEADER + count;
	struct varlena *value = palloc(size);
	char	   *data = VARDATA(value);

	SET_VARSIZE(value, size);
	data[0] = REGISTER_FORMAT;
	memcpy(data + 1, &start, sizeof(start));
	*mark = (Mark *) data + REGISTER_HEADER;
	return value;
}

Datum
register_to_datum(const Register *source)
{
	Mark	   *mark;
	struct varlena *value = register_allocate(source->start, source->count, &mark);

	memcpy(mark, source->mark, source->count);
	return PointerGetDatum(value);
}

Register
register_from_datum(Datum datum)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(datum);
	const char *data = VARDATA_ANY(value);
	Register	result = {
		.count = (int) (VARSIZE_ANY_EXHDR(value) - REGISTER_HEADER), .mark = (const Mark *) data + REGISTER_HEADER
	};

	if (unlikely(VARSIZE_ANY_EXHDR(value) < REGISTER_HEADER || data[0] != REGISTER_FORMAT ||
				 result.count > REGISTER_MAX_SESSIONS))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value is not a register of a known format")));
	memcpy(&result.start, data + 1, sizeof(result.start));
	return result;
}

/* ---------- errors ---------- */

static const char *const weekday_names[] = {
	"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
};

const char *
session_name(int session)
{
	return session % 2 == 0 ? "AM" : "PM";
}

const char *
day_text(Day day)
{
	return psprintf("%s %s", weekday_names[weekday(day)], date_text(day));
}

const char *
shortened(const char *text)
{
	return pnstrdup(text, pg_mbcliplen(text, strlen(text), 40));
}

/* What to do about a code that does not exist: for use in ereport. */
static int
code_hint(const char *code)
{
	char	   *upper = asc_toupper(code, strlen(code));
	size_t		length;

	if (strcmp(upper, code) != 0 && mark_at(upper, strlen(upper), &length) >= 0)
		return errhint("Codes are upper case: \"%s\".", upper);
	return errhint("The view abie.attendance_code lists the codes; - is for no mark recorded.");
}

void
raise_unknown_code(const char *code, size_t length)
{
	char	   *shown = pnstrdup(code, pg_mbcliplen(code, length, 40));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown attendance code \"%s\"", shown),
			 code_hint(shown)));
}

/* The unknown code of a text: its first character, with its place. */
static void
raise_unknown_at(const RegisterError *error, const char *text, size_t length)
{
	const char *at = text + error->offset;
	char	   *code = pnstrdup(at, Min(length - error->offset, (size_t) pg_mblen(at)));

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("unknown attendance code \"%s\"", code),
			 errdetail("It is mark %d, of %s %s.", error->session + 1, day_text(error->day),
					   session_name(error->session)),
			 code_hint(code)));
}

static void
raise_no_start(const char *text, size_t length)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type abie.register: \"%s\"",
					pnstrdup(text, pg_mbcliplen(text, length, 40))),
			 errdetail("A register begins with the date of a Monday and a colon."),
			 errhint("Write it as 2025-09-01:/\\/\\/\\/\\/\\ /\\/\\IIII/\\ with ten marks a week.")));
}

static void
raise_not_monday(Day day)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a register starts on a Monday, not on %s", day_text(day)),
			 errhint("The Monday of that week is %s; fill the sessions before with -.",
					 date_text(day - weekday(day)))));
}

static void
raise_lost_marks(const char *week)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("marks are missing in a week of a register: \"%s\"", pnstrdup(week, strcspn(week, " \t\n\v\f\r"))),
			 errdetail("It has fewer than ten marks, and in the whole register there is no \\."),
			 errhint("COPY's text format takes \\ for the beginning of an escape: use COPY ... (FORMAT csv).")));
}

static void
raise_too_early(const RegisterError *error)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("attendance code \"%s\" was not in use on %s", mark_class[error->mark].code, date_text(error->day)),
			 errdetail("It is in use from %s.", date_text(mark_class[mark_on_day(error->mark, error->day)].first_day)),
			 errhint("The view abie.attendance_code says from when to when each code is valid.")));
}

static void
raise_weekend(const RegisterError *error)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a register has no session on %s for the code \"%s\"", day_text(error->day),
					mark_class[error->mark].code),
			 errhint("Sessions are from Monday to Friday; on other days only # and - are accepted. "
					 "For a run of marks without weekends give register_from_ctf days_a_week => 5.")));
}

static void
raise_conflict(const RegisterError *error)
{
	ereport(ERROR,
			(errcode(ERRCODE_CARDINALITY_VIOLATION),
			 errmsg("two marks for one session: \"%s\" and \"%s\" on %s %s", mark_class[error->mark].code,
					mark_class[error->other_mark].code, date_text(error->day), session_name(error->session)),
			 errhint("Choose one mark a pupil and session before aggregating.")));
}

void
register_raise(const RegisterError *error, const char *text, size_t length)
{
	switch (error->fault)
	{
		case REGISTER_NO_START:
			raise_no_start(text, length);
			break;
		case REGISTER_BAD_DATE:
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
					 text == NULL ? errmsg("start date of a register is out of range") :
					 errmsg("there is no such date: \"%s\"", pnstrdup(text + error->offset, REGISTER_DATE_LENGTH))));
			break;
		case REGISTER_NOT_MONDAY:
			raise_not_monday(error->day);
			break;
		case REGISTER_UNKNOWN_CODE:
			if (text != NULL)
				raise_unknown_at(error, text, length);
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("unknown mark %d", error->mark),
					 errdetail("It is mark %d.", error->session + 1)));
			break;
		case REGISTER_CODE_TOO_EARLY:
			raise_too_early(error);
			break;
		case REGISTER_WEEKEND:
			raise_weekend(error);
			break;
		case REGISTER_LOST_MARKS:
			raise_lost_marks(text + error->offset);
			break;
		case REGISTER_TOO_LONG:
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("a register cannot span more than ten years (%d weeks)", REGISTER_MAX_WEEKS)));
			break;
		case REGISTER_TOO_LATE:
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("a register cannot go beyond %s", date_text(REGISTER_LAST_DAY))));
			break;
		case REGISTER_CONFLICT:
			raise_conflict(error);
			break;
		case REGISTER_NOT_CANONICAL:
		case REGISTER_GOOD:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("register is not canonical"),
					 errdetail("Mark %d cannot stand where it is, or the last week is not complete.",
							   error->session + 1)));
	}
	pg_unreachable();
}

/* ---------- arguments ---------- */

SessionRange
register_window(FunctionCallInfo fcinfo, int from_argument, const Register *source)
{
	/* infinite dates are the ends of the range of day numbers */
	Day			from = PG_ARGISNULL(from_argument) ? INT32_MIN : PG_GETARG_DATEADT(from_argument);
	Day			to = PG_ARGISNULL(from_argument + 1) ? DAY_OPEN : PG_GETARG_DATEADT(from_argument + 1);

	return session_range(source, from, to);
}

bool
session_argument(text *session)
{
	const char *name = VARDATA_ANY(session);

	if (VARSIZE_ANY_EXHDR(session) == 2 && name[1] == 'M' && (name[0] == 'A' || name[0] == 'P'))
		return name[0] == 'P';
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("session must be AM or PM, not \"%s\"",
					pnstrdup(name, pg_mbcliplen(name, VARSIZE_ANY_EXHDR(session), 40)))));
}

Datum
code_datum(Mark mark)
{
	return CStringGetTextDatum(mark_class[mark].code);
}

Mark
code_argument(text *code)
{
	int			mark = mark_of_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));

	if (mark < 0)
		raise_unknown_code(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	return (Mark) mark;
}

/* ---------- input and output ---------- */

PG_FUNCTION_INFO_V1(abie_register_in);
Datum
abie_register_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	Mark		mark[REGISTER_MAX_SESSIONS];
	Register	result;
	RegisterError error;

	if (register_parse(text, strlen(text), mark, &result, &error) != REGISTER_GOOD)
		register_raise(&error, text, strlen(text));
	PG_RETURN_DATUM(register_to_datum(&result));
}

PG_FUNCTION_INFO_V1(abie_register_out);
Datum
abie_register_out(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(0);
	char	   *text = palloc(REGISTER_TEXT_LENGTH(source.count) + 1);

	register_print(&source, text);
	PG_RETURN_CSTRING(text);
}

PG_FUNCTION_INFO_V1(abie_register_recv);
Datum
abie_register_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			format = pq_getmsgbyte(message);
	Register	source = {.start = (Day) pq_getmsgint(message, 4)};
	RegisterError error;

	if (format != REGISTER_FORMAT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unknown format %d of a register", format)));
	source.count = message->len - message->cursor;
	source.mark = (const Mark *) pq_getmsgbytes(message, source.count);
	if (register_check(&source, &error) != REGISTER_GOOD)
		register_raise(&error, NULL, 0);
	PG_RETURN_DATUM(register_to_datum(&source));
}

PG_FUNCTION_INFO_V1(abie_register_send);
Datum
abie_register_send(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendbyte(&message, REGISTER_FORMAT);
	pq_sendint32(&message, (uint32) source.start);
	pq_sendbytes(&message, (const char *) source.mark, source.count);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---------- comparison ---------- */

/* By start, then by length, then mark by mark: any total order in which equal values are equal byte by byte. */
static int
compare_registers(FunctionCallInfo fcinfo)
{
	struct varlena *one_value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *other_value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	Register	one = register_from_datum(PointerGetDatum(one_value));
	Register	other = register_from_datum(PointerGetDatum(other_value));
	int			order = (one.start > other.start) - (one.start < other.start);

	if (order == 0)
		order = (one.count > other.count) - (one.count < other.count);
	if (order == 0)
		order = memcmp(one.mark, other.mark, one.count);
	/* an index or a sort compares millions of values in one context */
	PG_FREE_IF_COPY(one_value, 0);
	PG_FREE_IF_COPY(other_value, 1);
	return order;
}

#define COMPARISON(name, operator) \
PG_FUNCTION_INFO_V1(abie_register_##name); \
Datum \
abie_register_##name(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(compare_registers(fcinfo) operator 0); \
}

COMPARISON(eq, ==)
COMPARISON(ne, !=)
COMPARISON(lt, <)
COMPARISON(le, <=)
COMPARISON(gt, >)
COMPARISON(ge, >=)

PG_FUNCTION_INFO_V1(abie_register_cmp);
Datum
abie_register_cmp(PG_FUNCTION_ARGS)
{
	int			order = compare_registers(fcinfo);

	PG_RETURN_INT32(order < 0 ? -1 : order > 0);
}

PG_FUNCTION_INFO_V1(abie_register_hash);
Datum
abie_register_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Register	source = register_from_datum(PointerGetDatum(value));
	uint32		hash = hash_bytes(source.mark, source.count) ^ hash_bytes_uint32((uint32) source.start);

	PG_FREE_IF_COPY(value, 0);
	return UInt32GetDatum(hash);
}

PG_FUNCTION_INFO_V1(abie_register_hash_extended);
Datum
abie_register_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Register	source = register_from_datum(PointerGetDatum(value));
	uint64		seed = (uint64) PG_GETARG_INT64(1);
	uint64		hash = hash_bytes_extended(source.mark, source.count, seed) ^
		hash_bytes_uint32_extended((uint32) source.start, seed);

	PG_FREE_IF_COPY(value, 0);
	return UInt64GetDatum(hash);
}
