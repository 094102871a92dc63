/*
 * calendar.c
 *	  SQL functions abie.school_week_kind and abie.counterpart_week over
 *	  core/calendar.c.
 */
#include "postgres.h"

#include "arguments.h"
#include "core/calendar.h"
#include "fmgr.h"
#include "results.h"
#include "utils/builtins.h"

typedef struct SchoolYear
{
	const DateADT *monday;
	int			count;
	SchoolWeek *week;
} SchoolYear;

static void
check_order(const DateADT *monday, int count, const char *name)
{
	for (int i = 1; i < count; i++)
		if (monday[i] <= monday[i - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s must be in order, each week once: %s comes after %s", name,
							date_text(monday[i]), date_text(monday[i - 1])),
					 errhint("array_agg(DISTINCT week_start ORDER BY week_start) makes such an array.")));
	if (count > 0 && (int64) monday[count - 1] - monday[0] > CALENDAR_SPAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be of one academic year, not of %s to %s", name,
						date_text(monday[0]), date_text(monday[count - 1]))));
}

static SchoolYear
year_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);
	SchoolYear	year = {.monday = monday_array_argument(array, name), .count = element_count(array)};

	check_order(year.monday, year.count, name);
	year.week = palloc(sizeof(SchoolWeek) * Max(year.count, 1));
	return year;
}

/* The day the next holiday starts, for the last half term held: within the year that the weeks are of. */
static Day
holiday_argument(FunctionCallInfo fcinfo, int number, const SchoolYear *year)
{
	DateADT		date;
	Day			last;

	if (PG_ARGISNULL(number) || year->count == 0)
		return HOLIDAY_UNKNOWN;
	date = PG_GETARG_DATEADT(number);
	last = year->monday[year->count - 1];
	if (date <= last || (int64) date - year->monday[0] > CALENDAR_SPAN + 7)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("holiday_starts must be in the academic year and after the week of %s, not %s",
						date_text(last), date_text(date)),
				 errhint("It is the first day of the holiday after the last of the weeks.")));
	return date;
}

PG_FUNCTION_INFO_V1(abie_school_week_kind);
Datum
abie_school_week_kind(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	SchoolYear	year;

	/* not STRICT: the holiday may be unknown; array_agg over no rows gives NULL */
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	year = year_argument(fcinfo, 0, "week_starts");
	school_weeks(year.monday, year.count, holiday_argument(fcinfo, 1, &year), year.week);
	for (int i = 0; i < year.count; i++)
	{
		const SchoolWeek *week = &year.week[i];
		Datum		column[5] = {
			DateADTGetDatum(week->monday), Int32GetDatum(week->half_term), Int32GetDatum(week->from_start),
			Int32GetDatum(week->to_end), CStringGetTextDatum(week_kind_name(week_kind(week)))
		};
		bool		null[5] = {[3] = week->to_end == END_UNKNOWN};

		put_row(rows, column, null);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_counterpart_week);
Datum
abie_counterpart_week(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	SchoolYear	this_year;
	SchoolYear	last_year = {0};
	int		   *counterpart;

	/* not STRICT: the holiday may be unknown; a school may have no weeks in one of the years */
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	this_year = year_argument(fcinfo, 0, "this_year");
	school_weeks(this_year.monday, this_year.count, holiday_argument(fcinfo, 2, &this_year), this_year.week);
	if (!PG_ARGISNULL(1))
		last_year = year_argument(fcinfo, 1, "last_year");
	/* that year is over: its last week is the last before the summer holiday */
	if (last_year.count > 0)
		school_weeks(last_year.monday, last_year.count, last_year.monday[last_year.count - 1] + 7, last_year.week);
	counterpart = palloc(sizeof(int) * Max(this_year.count, 1));
	counterpart_weeks(this_year.week, this_year.count, last_year.week, last_year.count, counterpart);
	for (int i = 0; i < this_year.count; i++)
	{
		bool		none = counterpart[i] < 0;
		Datum		column[2] = {
			DateADTGetDatum(this_year.monday[i]), DateADTGetDatum(none ? 0 : last_year.monday[counterpart[i]])
		};
		bool		null[2] = {false, none};

		put_row(rows, column, null);
	}
	return (Datum) 0;
}
