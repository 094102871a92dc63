/*
 * facts.c
 *	  Facts of a report, which are JSON: objects by the names of their members.
 */
#include "postgres.h"

#include <math.h>

#include "facts.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/numeric.h"

JsonbContainer *
facts_argument(FunctionCallInfo fcinfo, int number)
{
	return &PG_GETARG_JSONB_P(number)->root;
}

/* False where it is not there. */
static bool
find_member(JsonbContainer *facts, const char *name, JsonbValue *member)
{
	return facts != NULL && JsonContainerIsObject(facts) &&
		getKeyJsonValueFromContainer(facts, name, (int) strlen(name), member) != NULL;
}

JsonbContainer *
facts_in(JsonbContainer *facts, const char *name)
{
	JsonbValue	member;

	return find_member(facts, name, &member) && member.type == jbvBinary ? member.val.binary.data : NULL;
}

static TextSlice
word_slice(const char *word)
{
	return (TextSlice) {word, strlen(word)};
}

TextSlice
fact_value_text(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return (TextSlice) {value->val.string.val, (size_t) value->val.string.len};
		case jbvNumeric:
			return word_slice(DatumGetCString(DirectFunctionCall1(numeric_out,
																  NumericGetDatum(value->val.numeric))));
		case jbvBool:
			return value->val.boolean ? TEXT_OF("true") : TEXT_OF("false");
		case jbvBinary:
			return word_slice(JsonbToCString(NULL, value->val.binary.data, value->val.binary.len));
		default:
			return NO_TEXT;
	}
}

TextSlice
fact_text(JsonbContainer *facts, const char *name)
{
	JsonbValue	member;

	return find_member(facts, name, &member) ? fact_value_text(&member) : NO_TEXT;
}

static double
number_of(const JsonbValue *value)
{
	TextSlice	text;

	if (value->type == jbvNumeric)
		return DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(value->val.numeric)));
	text = fact_value_text(value);
	if (text.byte == NULL)
		return NAN;
	return DatumGetFloat8(DirectFunctionCall1(float8in, CStringGetDatum(pnstrdup(text.byte, text.length))));
}

double
fact_number(JsonbContainer *facts, const char *name)
{
	JsonbValue	member;

	return find_member(facts, name, &member) ? number_of(&member) : NAN;
}

bool
fact_is_true(JsonbContainer *facts, const char *name)
{
	JsonbValue	member;

	return find_member(facts, name, &member) && member.type == jbvBool && member.val.boolean;
}

bool
fact_count(JsonbContainer *facts, const char *name, int64 *count)
{
	JsonbValue	member;

	*count = 0;
	if (!find_member(facts, name, &member) || member.type != jbvNumeric)
		return false;
	*count = DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(member.val.numeric)));
	return true;
}

static JsonbValue *
elements_of(JsonbContainer *array, int *count)
{
	JsonbValue *element = palloc(sizeof(JsonbValue) * Max(JsonContainerSize(array), 1));
	JsonbIterator *iterator = JsonbIteratorInit(array);
	JsonbValue	value;
	JsonbIteratorToken token;

	*count = 0;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token == WJB_ELEM)
			element[(*count)++] = value;
	}
	return element;
}

JsonbContainer **
fact_elements(JsonbContainer *array, int *count)
{
	JsonbValue *element = elements_of(array, count);
	JsonbContainer **row = palloc(sizeof(JsonbContainer *) * Max(*count, 1));

	for (int i = 0; i < *count; i++)
		row[i] = element[i].type == jbvBinary ? element[i].val.binary.data : NULL;
	return row;
}

JsonbContainer **
fact_rows(JsonbContainer *facts, const char *name, int *count)
{
	JsonbContainer *array = facts_in(facts, name);

	*count = -1;
	return array == NULL || !JsonContainerIsArray(array) ? NULL : fact_elements(array, count);
}

TextSlice *
fact_texts(JsonbContainer *facts, const char *name, int *count)
{
	JsonbContainer *array = facts_in(facts, name);
	JsonbValue *element;
	TextSlice  *text;

	*count = -1;
	if (array == NULL || !JsonContainerIsArray(array))
		return NULL;
	element = elements_of(array, count);
	text = palloc(sizeof(TextSlice) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		text[i] = fact_value_text(&element[i]);
	return text;
}
