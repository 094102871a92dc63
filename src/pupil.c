/*
 * pupil.c
 *	  SQL functions of one pupil's register or tally over core/pupil.c.
 */
#include "postgres.h"

#include "core/absence.h"
#include "core/pupil.h"
#include "register.h"
#include "results.h"
#include "tally.h"
#include "utils/builtins.h"

/* The register of the first argument and the window of the next two; false if there is none. */
static bool
windowed_register(FunctionCallInfo fcinfo, Register *source, SessionRange *range)
{
	/* the functions are not STRICT: the dates may be NULL */
	if (PG_ARGISNULL(0))
		return false;
	*source = PG_GETARG_REGISTER(0);
	*range = register_window(fcinfo, 1, source);
	return true;
}

static bool
windowed_sessions(FunctionCallInfo fcinfo, SessionCount *sessions)
{
	Register	source;
	SessionRange range;
	MarkStretch stretch;

	if (!windowed_register(fcinfo, &source, &range))
		return false;
	stretch_read(source.mark, range, &stretch);
	*sessions = stretch.sessions;
	return true;
}

/* ---------- possible, persistent, severe, band ---------- */

PG_FUNCTION_INFO_V1(abie_register_possible);
Datum
abie_register_possible(PG_FUNCTION_ARGS)
{
	SessionCount sessions;

	if (!windowed_sessions(fcinfo, &sessions))
		PG_RETURN_NULL();
	PG_RETURN_INT64(sessions.possible);
}

PG_FUNCTION_INFO_V1(abie_register_overall);
Datum
abie_register_overall(PG_FUNCTION_ARGS)
{
	SessionCount sessions;

	if (!windowed_sessions(fcinfo, &sessions))
		PG_RETURN_NULL();
	PG_RETURN_INT64(sessions.authorised + sessions.unauthorised);
}

/* No possible session: NULL. */
static Datum
rule_result(FunctionCallInfo fcinfo, const SessionCount *sessions, bool (*rule) (const SessionCount *))
{
	if (sessions->possible == 0)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(rule(sessions));
}

static Datum
rule_of_register(FunctionCallInfo fcinfo, bool (*rule) (const SessionCount *))
{
	SessionCount sessions;

	if (!windowed_sessions(fcinfo, &sessions))
		PG_RETURN_NULL();
	return rule_result(fcinfo, &sessions, rule);
}

static Datum
rule_of_tally(FunctionCallInfo fcinfo, bool (*rule) (const SessionCount *))
{
	SessionCount sessions = tally_sessions(PG_GETARG_TALLY(0));

	return rule_result(fcinfo, &sessions, rule);
}

PG_FUNCTION_INFO_V1(abie_register_persistent);
Datum
abie_register_persistent(PG_FUNCTION_ARGS)
{
	return rule_of_register(fcinfo, persistently_absent);
}

PG_FUNCTION_INFO_V1(abie_register_severe);
Datum
abie_register_severe(PG_FUNCTION_ARGS)
{
	return rule_of_register(fcinfo, severely_absent);
}

PG_FUNCTION_INFO_V1(abie_tally_persistent);
Datum
abie_tally_persistent(PG_FUNCTION_ARGS)
{
	return rule_of_tally(fcinfo, persistently_absent);
}

PG_FUNCTION_INFO_V1(abie_tally_severe);
Datum
abie_tally_severe(PG_FUNCTION_ARGS)
{
	return rule_of_tally(fcinfo, severely_absent);
}

/* Named as the columns of EES: 0_5, 5_10, ... 95_99, 100. */
static Datum
band_result(FunctionCallInfo fcinfo, const SessionCount *sessions)
{
	int			band = absence_band(sessions);

	if (band < 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(band == 100 ? "100" : psprintf("%d_%d", band, band == 95 ? 99 : band + 5)));
}

PG_FUNCTION_INFO_V1(abie_register_band);
Datum
abie_register_band(PG_FUNCTION_ARGS)
{
	SessionCount sessions;

	if (!windowed_sessions(fcinfo, &sessions))
		PG_RETURN_NULL();
	return band_result(fcinfo, &sessions);
}

PG_FUNCTION_INFO_V1(abie_tally_band);
Datum
abie_tally_band(PG_FUNCTION_ARGS)
{
	SessionCount sessions = tally_sessions(PG_GETARG_TALLY(0));

	return band_result(fcinfo, &sessions);
}

PG_FUNCTION_INFO_V1(abie_sessions_band);
Datum
abie_sessions_band(PG_FUNCTION_ARGS)
{
	SessionCount sessions = {.possible = PG_GETARG_INT32(1), .authorised = PG_GETARG_INT32(0)};

	return band_result(fcinfo, &sessions);
}

/* ---------- absence in time ---------- */

/* The date of the first session of a kind; NULL if there is none. */
static Datum
first_date(FunctionCallInfo fcinfo, int (*first) (const Mark *, SessionRange))
{
	Register	source;
	SessionRange range;
	int			session;

	if (!windowed_register(fcinfo, &source, &range))
		PG_RETURN_NULL();
	session = first(source.mark, range);
	if (session < 0)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day_of_session(source.start, session));
}

PG_FUNCTION_INFO_V1(abie_register_first_absence);
Datum
abie_register_first_absence(PG_FUNCTION_ARGS)
{
	return first_date(fcinfo, first_absence);
}

PG_FUNCTION_INFO_V1(abie_register_first_on_roll);
Datum
abie_register_first_on_roll(PG_FUNCTION_ARGS)
{
	return first_date(fcinfo, first_on_roll);
}

/* The columns of a run of absence: sessions, and from and to with the session of the day; NULL without absence. */
#define RUN_COLUMNS 5

static void
put_run(const Register *source, const AbsenceRun *run, Datum *value, bool *null)
{
	value[0] = Int32GetDatum(run->sessions);
	value[1] = DateADTGetDatum(day_of_session(source->start, run->first));
	value[2] = CStringGetTextDatum(session_name(run->first));
	value[3] = DateADTGetDatum(day_of_session(source->start, run->last));
	value[4] = CStringGetTextDatum(session_name(run->last));
	null[0] = false;
	for (int i = 1; i < RUN_COLUMNS; i++)
		null[i] = run->sessions == 0;
}

PG_FUNCTION_INFO_V1(abie_register_longest_absence);
Datum
abie_register_longest_absence(PG_FUNCTION_ARGS)
{
	Register	source;
	SessionRange range;
	AbsenceRun	run;
	Datum		value[RUN_COLUMNS];
	bool		null[RUN_COLUMNS];

	if (!windowed_register(fcinfo, &source, &range))
		PG_RETURN_NULL();
	run = longest_absence(source.mark, range);
	put_run(&source, &run, value, null);
	return row_result(fcinfo, RUN_COLUMNS, value, null);
}

PG_FUNCTION_INFO_V1(abie_register_spells);
Datum
abie_register_spells(PG_FUNCTION_ARGS)
{
	Register	source;
	SessionRange range;
	AbsenceSpells found;
	Datum		value[3];

	if (!windowed_register(fcinfo, &source, &range))
		PG_RETURN_NULL();
	found = absence_spells(source.mark, range);
	value[0] = Int32GetDatum(found.spells);
	value[1] = Int32GetDatum(found.sessions);
	value[2] = Int64GetDatum(found.squared);
	return row_result(fcinfo, 3, value, NULL);
}

PG_FUNCTION_INFO_V1(abie_register_by_weekday);
Datum
abie_register_by_weekday(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	SessionCount count[REGISTER_WEEK];
	Register	source;
	SessionRange range;

	if (!windowed_register(fcinfo, &source, &range))
		return (Datum) 0;
	sessions_by_weekday(source.mark, range, count);
	for (int place = 0; place < REGISTER_WEEK; place++)
	{
		Datum		value[5] = {
			Int32GetDatum(place / 2 + 1), CStringGetTextDatum(session_name(place)),
			Int32GetDatum((int32) count[place].possible), Int32GetDatum((int32) count[place].authorised),
			Int32GetDatum((int32) count[place].unauthorised)
		};

		put_row(rows, value, NULL);
	}
	return (Datum) 0;
}

/* ---------- penalty notices ---------- */

static bool
penalty_notice_argument(FunctionCallInfo fcinfo, Register *source, PenaltyNotice *notice)
{
	Day			as_of;

	if (PG_ARGISNULL(0))
		return false;
	*source = PG_GETARG_REGISTER(0);
	/* not STRICT: as_of may be NULL, for the whole register */
	as_of = PG_ARGISNULL(1) ? DAY_OPEN : PG_GETARG_DATEADT(1);
	*notice = penalty_notice(source->mark, session_range(source, INT32_MIN, as_of));
	return true;
}

PG_FUNCTION_INFO_V1(abie_register_penalty_notice_reached);
Datum
abie_register_penalty_notice_reached(PG_FUNCTION_ARGS)
{
	Register	source;
	PenaltyNotice notice;

	if (!penalty_notice_argument(fcinfo, &source, &notice) || notice.reached < 0)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day_of_session(source.start, notice.reached));
}

PG_FUNCTION_INFO_V1(abie_register_penalty_notice_sessions);
Datum
abie_register_penalty_notice_sessions(PG_FUNCTION_ARGS)
{
	Register	source;
	PenaltyNotice notice;

	if (!penalty_notice_argument(fcinfo, &source, &notice))
		PG_RETURN_NULL();
	PG_RETURN_INT32(notice.sessions);
}

/* ---------- summary ---------- */

PG_FUNCTION_INFO_V1(abie_register_summary);
Datum
abie_register_summary(PG_FUNCTION_ARGS)
{
	Register	source;
	SessionRange range;
	MarkStretch stretch;
	Tally		tally = {{0}};
	AbsenceRun	run;
	SessionCount *sessions = &stretch.sessions;
	int64		absent;
	int			first;
	Datum		value[20];
	bool		null[20] = {false};
	int			n = 0;

	if (!windowed_register(fcinfo, &source, &range))
		PG_RETURN_NULL();
	stretch_read(source.mark, range, &stretch);
	tally_add_stretch(&tally, &stretch);
	run = longest_absence(source.mark, range);
	first = first_absence(source.mark, range);
	absent = sessions->authorised + sessions->unauthorised;

	value[n++] = Int32GetDatum((int32) sessions->possible);
	value[n++] = Int32GetDatum((int32) (tally_category(&tally, CATEGORY_PRESENT) +
										tally_category(&tally, CATEGORY_APPROVED_ACTIVITY)));
	value[n++] = Int32GetDatum((int32) absent);
	value[n++] = Int32GetDatum((int32) sessions->authorised);
	value[n++] = Int32GetDatum((int32) sessions->unauthorised);
	null[n] = sessions->possible == 0;
	value[n++] = Float8GetDatum(100.0 * (double) absent / (double) Max(sessions->possible, 1));
	null[n] = sessions->possible == 0;
	value[n++] = BoolGetDatum(persistently_absent(sessions));
	null[n] = sessions->possible == 0;
	value[n++] = BoolGetDatum(severely_absent(sessions));
	value[n++] = Int32GetDatum((int32) tally.count[MARK_L]);
	value[n++] = Int32GetDatum((int32) tally.count[MARK_U]);
	value[n++] = Int32GetDatum((int32) tally_category(&tally, CATEGORY_NOT_POSSIBLE));
	value[n++] = Int32GetDatum((int32) tally.count[MARK_NONE]);
	null[n] = first < 0;
	value[n++] = DateADTGetDatum(day_of_session(source.start, Max(first, 0)));
	put_run(&source, &run, value + n, null + n);
	return row_result(fcinfo, n + RUN_COLUMNS, value, null);
}
