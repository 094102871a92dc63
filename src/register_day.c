/*
 * register_day.c
 *	  The marks of one day as a register, and what is wrong with them: for feeds,
 *	  in which the mark of one pupil among a million is to be found.
 */
#include "postgres.h"

#include "arguments.h"
#include "register.h"
#include "utils/builtins.h"

typedef struct DayMarks
{
	Mark		mark[REGISTER_WEEK];	/* of the week of the day */
	Register	week;
} DayMarks;

/* A code argument, without white space around it; NULL or nothing left: not recorded. */
static const char *
code_text(FunctionCallInfo fcinfo, int argument)
{
	char	   *code;
	size_t		length;

	if (PG_ARGISNULL(argument))
		return "-";
	code = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	while (is_space(*code))
		code++;
	for (length = strlen(code); length > 0 && is_space(code[length - 1]);)
		code[--length] = '\0';
	return length == 0 ? "-" : code;
}

/* What is wrong with a code, NULL if nothing: it has its place in the week then. */
static char *
place_code(const char *code, Day day, bool afternoon, DayMarks *marks)
{
	int			given = mark_of_code(code, strlen(code));
	RegisterFault fault = REGISTER_UNKNOWN_CODE;
	Mark		placed;

	if (given >= 0)
		fault = register_place((Mark) given, day, afternoon, &placed);
	switch (fault)
	{
		case REGISTER_GOOD:
			if (weekday(day) < 5)
				marks->mark[2 * weekday(day) + afternoon] = placed;
			return NULL;
		case REGISTER_CODE_TOO_EARLY:
			return psprintf("attendance code \"%s\" was not in use on %s %s", code, day_text(day),
							session_name(afternoon));
		case REGISTER_WEEKEND:
			return psprintf("a register has no session on %s %s for the code \"%s\"", day_text(day),
							session_name(afternoon), code);
		default:
			return psprintf("unknown attendance code \"%s\" on %s %s", shortened(code), day_text(day),
							session_name(afternoon));
	}
}

/* The marks of the first three arguments: a day, its morning, its afternoon.  Gives what is wrong, or NULL. */
static char *
read_day(FunctionCallInfo fcinfo, DayMarks *marks)
{
	DateADT		day = PG_GETARG_DATEADT(0);
	char	   *fault;

	if (day < REGISTER_FIRST_DAY || day > REGISTER_LAST_DAY)
		return psprintf("there can be no register of %s", date_text(day));
	memset(marks->mark, MARK_NONE, REGISTER_WEEK);
	marks->week = (Register) {day - weekday(day), weekday(day) < 5 ? REGISTER_WEEK : 0, marks->mark};
	fault = place_code(code_text(fcinfo, 1), day, false, marks);
	return fault != NULL ? fault : place_code(code_text(fcinfo, 2), day, true, marks);
}

PG_FUNCTION_INFO_V1(abie_register_day);
Datum
abie_register_day(PG_FUNCTION_ARGS)
{
	DayMarks	marks;
	char	   *fault;

	/* not STRICT: marks and pupil may be NULL */
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	fault = read_day(fcinfo, &marks);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg_internal("%s", fault),
				 PG_ARGISNULL(3) ? 0 :
				 errdetail("It is a mark of pupil %s.", shortened(text_to_cstring(PG_GETARG_TEXT_PP(3)))),
				 errhint("abie.day_fault tells such rows before they are merged; abie.attendance_code lists the "
						 "codes.")));
	return register_to_datum(&marks.week);
}

PG_FUNCTION_INFO_V1(abie_register_day_fault);
Datum
abie_register_day_fault(PG_FUNCTION_ARGS)
{
	DayMarks	marks;
	char	   *fault;

	/* not STRICT: marks may be NULL, and a day must not be */
	fault = PG_ARGISNULL(0) ? "no date" : read_day(fcinfo, &marks);
	if (fault == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(fault));
}
