/*
 * expected_waterfall.c
 *	  SQL function expected_waterfall: the steps from the national mean to what is expected of a school.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/report_word.h"
#include "miscadmin.h"
#include "row_json.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/float.h"

/* Characteristics and what they add, in their order; what is NULL adds nothing. */
typedef struct Contributions
{
	TextSlice  *name;
	int			names;
	Datum	   *points;
	bool	   *null;
	int			count;
	bool	   *written;		/* it is in a step */
} Contributions;

static JsonbValue
json_slice(TextSlice text)
{
	if (text.byte == NULL)
		return (JsonbValue) {.type = jbvNull};
	return (JsonbValue) {.type = jbvString, .val.string = {(int) text.length, (char *) text.byte}};
}

static void
push_member(JsonbParseState **state, char *name, JsonbValue value)
{
	JsonbValue	key = json_word(name);

	pushJsonbValue(state, WJB_KEY, &key);
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Before its characteristics, which begin_step leaves to be written; points of NaN are not told. */
static void
begin_step(JsonbParseState **state, char *name, double points, double attendance)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_member(state, "step", json_word(name));
	push_member(state, "points", isnan(points) ? (JsonbValue) {.type = jbvNull} : json_double(points));
	push_member(state, "attendance", json_double(attendance));
}

static JsonbValue *
push_plain_step(JsonbParseState **state, char *name, double points, double attendance)
{
	begin_step(state, name, points, attendance);
	push_member(state, "characteristics", (JsonbValue) {.type = jbvNull});
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

static TextSlice
name_at(const Contributions *given, int i)
{
	return i < given->names ? given->name[i] : NO_TEXT;
}

static bool
is_disadvantage(TextSlice name)
{
	return name.byte != NULL && (text_begins(name, "fsm") || text_begins(name, "idaci"));
}

/* Is it of the step that begins with the first? Those of disadvantage are one step. */
static bool
is_of_step(const Contributions *given, int i, int first)
{
	if (given->null[i] || given->written[i])
		return false;
	return i == first || (is_disadvantage(name_at(given, first)) && is_disadvantage(name_at(given, i)));
}

/* The step that begins with a characteristic; the attendance reached. */
static double
push_circumstances(JsonbParseState **state, Contributions *given, int first, double reached)
{
	double		points = DatumGetFloat8(given->points[first]);
	JsonbValue	key = json_word("characteristics");

	for (int i = first + 1; i < given->count; i++)
		if (is_of_step(given, i, first))
			points = float8_pl(points, DatumGetFloat8(given->points[i]));
	reached = float8_pl(reached, points);
	begin_step(state, "circumstances", points, reached);
	pushJsonbValue(state, WJB_KEY, &key);
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = first; i < given->count; i++)
		if (is_of_step(given, i, first))
		{
			JsonbValue	name = json_slice(name_at(given, i));

			pushJsonbValue(state, WJB_ELEM, &name);
			/* the first is looked at for all of them */
			given->written[i] = i != first;
		}
	given->written[first] = true;
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
	return reached;
}

/* Arguments: characteristics, contributions, mean, context, similar schools, expected. */
PG_FUNCTION_INFO_V1(abie_expected_waterfall);
Datum
abie_expected_waterfall(PG_FUNCTION_ARGS)
{
	double		mean = PG_GETARG_FLOAT8(2);
	double		context = PG_GETARG_FLOAT8(3);
	double		similar = PG_GETARG_FLOAT8(4);
	double		expected = PG_GETARG_FLOAT8(5);
	double		reached = mean;
	Contributions given;
	JsonbParseState *state = NULL;

	given.name = texts_argument(fcinfo, 0, &given.names);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
					  &given.points, &given.null, &given.count);
	given.written = palloc0(sizeof(bool) * Max(given.count, 1));
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	push_plain_step(&state, "national mean", NAN, mean);
	for (int i = 0; i < given.count; i++)
	{
		/* each looks at all that follow */
		CHECK_FOR_INTERRUPTS();
		if (is_of_step(&given, i, i))
			reached = push_circumstances(&state, &given, i, reached);
	}
	/* what the model has of the school's own attendance is taken out again: context - fitted */
	push_plain_step(&state, "own attendance left out", float8_mi(context, reached), context);
	push_plain_step(&state, "similar schools", similar, float8_pl(context, similar));
	push_plain_step(&state, "expected", float8_mi(expected, mean), expected);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL)));
}
