/*
 * register_marks.c
 *	  Reading registers: rows of marks, one mark, slices, dates.
 */
#include "postgres.h"

#include "register.h"
#include "results.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(abie_register_marks);
Datum
abie_register_marks(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Datum		session_text[2];
	Datum		code_text[MARK_COUNT];
	Datum		category_text[CATEGORY_COUNT];
	Register	source;
	SessionRange range;

	/* not STRICT: the dates may be NULL */
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	source = PG_GETARG_REGISTER(0);
	range = register_window(fcinfo, 1, &source);
	for (int i = 0; i < 2; i++)
		session_text[i] = CStringGetTextDatum(session_name(i));
	for (int i = 0; i < MARK_COUNT; i++)
		code_text[i] = code_datum((Mark) i);
	for (int i = 0; i < CATEGORY_COUNT; i++)
		category_text[i] = CStringGetTextDatum(category_name((Category) i));
	for (int session = range.first; session < range.end; session++)
	{
		Mark		mark = source.mark[session];
		Datum		value[4] = {
			DateADTGetDatum(day_of_session(source.start, session)), session_text[session % 2],
			code_text[mark], category_text[mark_class[mark].category]
		};

		put_row(rows, value, NULL);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_register_mark);
Datum
abie_register_mark(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(0);
	DateADT		day = PG_GETARG_DATEADT(1);
	bool		afternoon = session_argument(PG_GETARG_TEXT_PP(2));
	SessionRange range = session_range(&source, day, day);

	if (range.first == range.end)
		PG_RETURN_NULL();		/* outside the register, or a weekend */
	PG_RETURN_DATUM(code_datum(source.mark[range.first + afternoon]));
}

/* The weeks a range of sessions touches; what is outside the range becomes no mark. */
PG_FUNCTION_INFO_V1(abie_register_slice);
Datum
abie_register_slice(PG_FUNCTION_ARGS)
{
	Register	source;
	SessionRange range;
	Mark	   *mark;
	SessionRange weeks;
	struct varlena *value;

	/* not STRICT: the dates may be NULL */
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	source = PG_GETARG_REGISTER(0);
	range = register_window(fcinfo, 1, &source);
	weeks = whole_weeks(range);
	value = register_allocate(day_of_session(source.start, weeks.first), weeks.end - weeks.first, &mark);
	memset(mark, MARK_NONE, weeks.end - weeks.first);
	memcpy(mark + range.first % REGISTER_WEEK, source.mark + range.first, range.end - range.first);
	PG_RETURN_POINTER(value);
}

PG_FUNCTION_INFO_V1(abie_register_start_date);
Datum
abie_register_start_date(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(0);

	PG_RETURN_DATEADT(source.start);
}

PG_FUNCTION_INFO_V1(abie_register_end_date);
Datum
abie_register_end_date(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(0);

	if (source.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_DATEADT(day_of_session(source.start, source.count - 1));
}

PG_FUNCTION_INFO_V1(abie_register_session_count);
Datum
abie_register_session_count(PG_FUNCTION_ARGS)
{
	Register	source = PG_GETARG_REGISTER(0);

	PG_RETURN_INT32(source.count);
}
