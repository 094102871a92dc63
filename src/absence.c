/*
 * absence.c
 *	  The aggregate abie.absence over core/absence.c.
 *
 * The state is the SQL type abie.absence_state, of fixed length and passed by
 * reference; each aggregate begins with a state of zeros of its own, which its
 * steps change in place.
 */
#include "postgres.h"

#include <inttypes.h>

#include "absence.h"
#include "arguments.h"
#include "libpq/pqformat.h"
#include "register.h"
#include "results.h"
#include "tally.h"

#define PG_GETARG_ABSENCE_STATE(n) ((AbsenceState *) PG_GETARG_POINTER(n))

/* ---------- the state as a value ---------- */

#define STATE_NUMBERS 6			/* beside the tally */

static void
state_numbers(AbsenceState *state, int64 *number[STATE_NUMBERS])
{
	number[0] = &state->enrolments;
	number[1] = &state->persistent;
	number[2] = &state->severe;
	number[3] = &state->of_persistent.possible;
	number[4] = &state->of_persistent.authorised;
	number[5] = &state->of_persistent.unauthorised;
}

static Datum
checked_state(AbsenceState *state, int sqlerrcode)
{
	if (!absence_check(state))
		ereport(ERROR,
				(errcode(sqlerrcode),
				 errmsg("invalid state of abie.absence"),
				 errdetail("Its counts contradict one another or are out of range.")));
	return PointerGetDatum(state);
}

/* Text form: the six numbers, then the tally's text in one: "1 0 0 0 0 0 /:190 \:190". */
void
absence_state_read(const char *text, AbsenceState *state)
{
	int64	   *number[STATE_NUMBERS];
	int			end = 0;
	size_t		offset;
	size_t		length;
	TallyFault	fault;

	state_numbers(state, number);
	for (int i = 0; i < STATE_NUMBERS; i++)
	{
		int			next = 0;

		/* no more digits than a count may have, so that nothing overflows */
		if (sscanf(text + end, "%16" SCNd64 "%n", number[i], &next) != 1
			|| (text[end + next] != ' ' && text[end + next] != '\0'))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type abie.absence_state: \"%s\"", text)));
		end += next;
	}
	fault = tally_parse(text + end, strlen(text + end), &state->tally, &offset, &length);
	if (fault != TALLY_GOOD)
		raise_tally_fault(fault, text + end + offset, length);
}

void
absence_state_write(const AbsenceState *state, StringInfo text)
{
	AbsenceState copy = *state;
	char		tally[TALLY_TEXT_LENGTH];
	int64	   *number[STATE_NUMBERS];

	state_numbers(&copy, number);
	tally_print(&state->tally, tally);
	for (int i = 0; i < STATE_NUMBERS; i++)
		appendStringInfo(text, INT64_FORMAT " ", *number[i]);
	appendStringInfoString(text, tally);
}

void
absence_state_receive(StringInfo message, AbsenceState *state)
{
	int64	   *number[STATE_NUMBERS];

	state_numbers(state, number);
	for (int i = 0; i < STATE_NUMBERS; i++)
		*number[i] = pq_getmsgint64(message);
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		state->tally.count[mark] = pq_getmsgint64(message);
}

void
absence_state_put(const AbsenceState *state, StringInfo message)
{
	AbsenceState copy = *state;
	int64	   *number[STATE_NUMBERS];

	state_numbers(&copy, number);
	for (int i = 0; i < STATE_NUMBERS; i++)
		pq_sendint64(message, *number[i]);
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		pq_sendint64(message, state->tally.count[mark]);
}

PG_FUNCTION_INFO_V1(abie_absence_state_in);
Datum
abie_absence_state_in(PG_FUNCTION_ARGS)
{
	AbsenceState *state = palloc0(sizeof(AbsenceState));

	absence_state_read(PG_GETARG_CSTRING(0), state);
	PG_RETURN_DATUM(checked_state(state, ERRCODE_INVALID_TEXT_REPRESENTATION));
}

PG_FUNCTION_INFO_V1(abie_absence_state_out);
Datum
abie_absence_state_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;

	initStringInfo(&text);
	absence_state_write(PG_GETARG_ABSENCE_STATE(0), &text);
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(abie_absence_state_recv);
Datum
abie_absence_state_recv(PG_FUNCTION_ARGS)
{
	AbsenceState *state = palloc(sizeof(AbsenceState));

	absence_state_receive((StringInfo) PG_GETARG_POINTER(0), state);
	PG_RETURN_DATUM(checked_state(state, ERRCODE_INVALID_BINARY_REPRESENTATION));
}

PG_FUNCTION_INFO_V1(abie_absence_state_send);
Datum
abie_absence_state_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	absence_state_put(PG_GETARG_ABSENCE_STATE(0), &message);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* ---------- the aggregate ---------- */

static void
add_register(AbsenceState *state, const Register *source, SessionRange range)
{
	MarkStretch stretch;

	stretch_read(source->mark, range, &stretch);
	absence_add_stretch(state, &stretch);
}

PG_FUNCTION_INFO_V1(abie_absence_register_step);
Datum
abie_absence_register_step(PG_FUNCTION_ARGS)
{
	AbsenceState *state = aggregate_state(fcinfo);
	Register	source = PG_GETARG_REGISTER(1);

	add_register(state, &source, (SessionRange) {0, source.count});
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_absence_window_step);
Datum
abie_absence_window_step(PG_FUNCTION_ARGS)
{
	AbsenceState *state = aggregate_state(fcinfo);

	/* not STRICT: the dates may be NULL */
	if (!PG_ARGISNULL(1))
	{
		Register	source = PG_GETARG_REGISTER(1);

		add_register(state, &source, register_window(fcinfo, 2, &source));
	}
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_absence_tally_step);
Datum
abie_absence_tally_step(PG_FUNCTION_ARGS)
{
	AbsenceState *state = aggregate_state(fcinfo);

	if (!absence_add_tally(state, PG_GETARG_TALLY(1)))
		raise_tally_overflow();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(abie_absence_combine);
Datum
abie_absence_combine(PG_FUNCTION_ARGS)
{
	AbsenceState *sum = palloc(sizeof(AbsenceState));

	*sum = *PG_GETARG_ABSENCE_STATE(0);
	if (!absence_combine(sum, PG_GETARG_ABSENCE_STATE(1)))
		raise_tally_overflow();
	PG_RETURN_POINTER(sum);
}

Datum
absence_measures_result(FunctionCallInfo fcinfo, const AbsenceState *state)
{
	int64		count[ABSENCE_COUNTS];
	Datum		value[ABSENCE_COLUMNS];
	bool		null[ABSENCE_COLUMNS] = {false};

	absence_counts(state, count);
	for (int i = 0; i < ABSENCE_COLUMNS; i++)
	{
		AbsenceColumn column = absence_column(i);

		if (column.of == COUNT_NOTHING)
			value[i] = Int64GetDatum(count[column.count]);
		else if (count[column.of] == 0)
			null[i] = true;
		else
			value[i] = Float8GetDatum(100.0 * (double) count[column.count] / (double) count[column.of]);
	}
	return row_result(fcinfo, ABSENCE_COLUMNS, value, null);
}

PG_FUNCTION_INFO_V1(abie_absence_final);
Datum
abie_absence_final(PG_FUNCTION_ARGS)
{
	return absence_measures_result(fcinfo, PG_GETARG_ABSENCE_STATE(0));
}
