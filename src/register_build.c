/*
 * register_build.c
 *	  Making registers: from runs of marks, from rows, by merging, by recoding.
 */
#include "postgres.h"

#include "arguments.h"
#include "register.h"
#include "mb/pg_wchar.h"
#include "utils/jsonb.h"

/* ---------- from a run of marks ---------- */

/* The pairs of a mapping {"what a system writes": "CODE"}. */
static void
read_aliases(Jsonb *mapping, MarkLayout *layout)
{
	JsonbIterator *iterator = JsonbIteratorInit(&mapping->root);
	CodeAlias  *alias;
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(mapping))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("aliases must be a JSON object"),
				 errhint("Map what is written to a code, such as {\"+\": \"X01\"}.")));
	alias = palloc(sizeof(CodeAlias) * Max(JB_ROOT_COUNT(mapping), 1));
	JsonbIteratorNext(&iterator, &key, true);	/* the object begins */
	while (JsonbIteratorNext(&iterator, &key, true) == WJB_KEY)
	{
		int			mark;

		JsonbIteratorNext(&iterator, &value, true);
		if (key.val.string.len == 0 || is_space(key.val.string.val[0]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("an alias must not be empty or begin with white space"),
					 errhint("White space between marks is skipped; write - for no mark recorded.")));
		if (value.type != jbvString)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("alias \"%s\" must map to the text of a code",
							pnstrdup(key.val.string.val, key.val.string.len))));
		mark = mark_of_code(value.val.string.val, value.val.string.len);
		if (mark < 0)
			raise_unknown_code(value.val.string.val, value.val.string.len);
		alias[layout->aliases++] = (CodeAlias) {
			.text = key.val.string.val, .length = key.val.string.len, .mark = (Mark) mark
		};
	}
	layout->alias = alias;
}

static void
check_start(DateADT start)
{
	if (start < REGISTER_FIRST_DAY || start > REGISTER_LAST_DAY)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("start date of a register is out of range")));
}

static Datum
register_of_run(FunctionCallInfo fcinfo, MarkLayout *layout, int aliases_argument)
{
	text	   *run = PG_GETARG_TEXT_PP(1);
	Mark		mark[REGISTER_MAX_SESSIONS];
	Register	result;
	RegisterError error;

	if (!PG_ARGISNULL(aliases_argument))
		read_aliases(PG_GETARG_JSONB_P(aliases_argument), layout);
	if (register_parse_marks(VARDATA_ANY(run), VARSIZE_ANY_EXHDR(run), layout, mark, &result, &error) != REGISTER_GOOD)
		register_raise(&error, VARDATA_ANY(run), VARSIZE_ANY_EXHDR(run));
	return register_to_datum(&result);
}

PG_FUNCTION_INFO_V1(abie_register_make);
Datum
abie_register_make(PG_FUNCTION_ARGS)
{
	MarkLayout	layout = {.days_a_week = 5};

	/* not STRICT: aliases may be NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	layout.start = PG_GETARG_DATEADT(0);
	check_start(layout.start);
	if (weekday(layout.start) != 0)
		register_raise(&(RegisterError) {.fault = REGISTER_NOT_MONDAY, .day = layout.start}, NULL, 0);
	return register_of_run(fcinfo, &layout, 2);
}

PG_FUNCTION_INFO_V1(abie_register_from_run);
Datum
abie_register_from_run(PG_FUNCTION_ARGS)
{
	MarkLayout	layout = {0};

	/* not STRICT: aliases may be NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	layout.start = PG_GETARG_DATEADT(0);
	layout.days_a_week = PG_GETARG_INT32(2);
	check_start(layout.start);
	if (layout.days_a_week != 5 && layout.days_a_week != 7)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("days_a_week must be 5 or 7, not %d", layout.days_a_week)));
	return register_of_run(fcinfo, &layout, 3);
}

/* ---------- merging ---------- */

/* A value with room for the weeks that both touch. */
static struct varlena *
allocate_span(const Register *one, const Register *other, Register *result, Mark **mark)
{
	if (register_span(one, other, result) != REGISTER_GOOD)
		register_raise(&(RegisterError) {.fault = REGISTER_TOO_LONG}, NULL, 0);
	return register_allocate(result->start, result->count, mark);
}

static Datum
merge_registers(const Register *one, const Register *other)
{
	Register	result;
	RegisterError error;
	Mark	   *mark;
	struct varlena *value = allocate_span(one, other, &result, &mark);

	if (register_merge(one, other, mark, &result, &error) != REGISTER_GOOD)
		register_raise(&error, NULL, 0);
	return PointerGetDatum(value);
}

PG_FUNCTION_INFO_V1(abie_register_merge);
Datum
abie_register_merge(PG_FUNCTION_ARGS)
{
	Register	one = PG_GETARG_REGISTER(0);
	Register	other = PG_GETARG_REGISTER(1);

	return merge_registers(&one, &other);
}

PG_FUNCTION_INFO_V1(abie_register_overlay);
Datum
abie_register_overlay(PG_FUNCTION_ARGS)
{
	Register	one = PG_GETARG_REGISTER(0);
	Register	later = PG_GETARG_REGISTER(1);
	Register	result;
	Mark	   *mark;
	struct varlena *value = allocate_span(&one, &later, &result, &mark);

	register_overlay(&one, &later, mark, &result);
	return PointerGetDatum(value);
}

/* ---------- from rows ---------- */

/* A mark of a row: placed is its canonical form; false for a mark that a weekend does not need. */
static bool
read_mark(FunctionCallInfo fcinfo, Day *day, bool *afternoon, Mark *placed)
{
	text	   *code = PG_GETARG_TEXT_PP(3);
	RegisterError error;

	*day = PG_GETARG_DATEADT(1);
	*afternoon = session_argument(PG_GETARG_TEXT_PP(2));
	if (VARSIZE_ANY_EXHDR(code) == 1 && *day >= REGISTER_FIRST_DAY && *day <= REGISTER_LAST_DAY && weekday(*day) < 5
		&& plain_mark((unsigned char) *VARDATA_ANY(code), *day, *afternoon, placed))
		return true;
	error = (RegisterError) {.day = *day, .session = *afternoon, .mark = code_argument(code)};
	check_start(*day);
	error.fault = register_place(error.mark, *day, *afternoon, placed);
	if (error.fault != REGISTER_GOOD)
		register_raise(&error, NULL, 0);
	return weekday(*day) < 5;
}

/* Set a mark in place; one that is there already must agree. */
static void
set_mark(const Register *state, int place, Day day, Mark placed)
{
	Mark	   *held = unconstify(Mark *, state->mark + place);

	if (*held != MARK_NONE && placed != MARK_NONE && *held != placed)
		register_raise(&(RegisterError) {
			.fault = REGISTER_CONFLICT, .session = place, .day = day, .mark = *held, .other_mark = placed
		}, NULL, 0);
	if (placed != MARK_NONE)
		*held = placed;
}

/*
 * The state is the register of the marks so far.  A mark within its weeks is
 * set in place, which only an aggregate may do with its state; any other makes
 * a longer register.
 */
PG_FUNCTION_INFO_V1(abie_register_agg_step);
Datum
abie_register_agg_step(PG_FUNCTION_ARGS)
{
	Day			day;
	bool		afternoon;
	Mark		placed;
	Mark		week_mark[REGISTER_WEEK] = {MARK_NONE};
	Register	week;
	Register	state;

	(void) aggregate_memory(fcinfo);
	/* not STRICT: the state starts as NULL, and rows with a NULL are left out */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) || !read_mark(fcinfo, &day, &afternoon, &placed))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (!PG_ARGISNULL(0))
	{
		int			place;

		state = PG_GETARG_REGISTER(0);
		place = sessions_before(state.start, day) + afternoon;
		if (day >= state.start && place < state.count && !VARATT_IS_EXTENDED(PG_GETARG_POINTER(0)))
		{
			set_mark(&state, place, day, placed);
			PG_RETURN_DATUM(PG_GETARG_DATUM(0));
		}
	}
	week = (Register) {day - weekday(day), REGISTER_WEEK, week_mark};
	week_mark[2 * weekday(day) + afternoon] = placed;
	return PG_ARGISNULL(0) ? register_to_datum(&week) : merge_registers(&state, &week);
}

/* ---------- recoding ---------- */

PG_FUNCTION_INFO_V1(abie_register_recode);
Datum
abie_register_recode(PG_FUNCTION_ARGS)
{
	Register	source;
	Mark	   *mark;
	Mark		from;
	Mark		to;
	SessionRange range;
	struct varlena *value;

	/* not STRICT: the dates may be NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	source = PG_GETARG_REGISTER(0);
	from = code_argument(PG_GETARG_TEXT_PP(1));
	to = code_argument(PG_GETARG_TEXT_PP(2));
	value = register_allocate(source.start, source.count, &mark);
	memcpy(mark, source.mark, source.count);
	range = register_window(fcinfo, 3, &source);
	for (int session = range.first; session < range.end; session++)
	{
		RegisterError error = {.day = day_of_session(source.start, session), .session = session, .mark = to};

		if (mark[session] != mark_on_day(from, error.day))
			continue;
		error.fault = register_place(to, error.day, session % 2 == 1, &mark[session]);
		if (error.fault != REGISTER_GOOD)
			register_raise(&error, NULL, 0);
	}
	PG_RETURN_POINTER(value);
}
