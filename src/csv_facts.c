/*
 * csv_facts.c
 *	  SQL function csv_facts: the facts of a report as CSV, a line a value.
 */
#include "postgres.h"

#include "core/csv.h"
#include "facts.h"
#include "miscadmin.h"
#include "text_result.h"

/* The next member of an object; false at its end. */
static bool
next_member(JsonbIterator **iterator, JsonbValue *name, JsonbValue *value)
{
	JsonbIteratorToken token;

	while ((token = JsonbIteratorNext(iterator, name, true)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(iterator, value, true);
		return true;
	}
	return false;
}

static void
put_value(TextBuffer *out, const JsonbValue *table, int row, const JsonbValue *column, const JsonbValue *value)
{
	TextSlice	text = fact_value_text(value);

	text_put(out, table->val.string.val, table->val.string.len);
	text_word(out, ",");
	text_integer(out, row);
	text_word(out, ",");
	text_put(out, column->val.string.val, column->val.string.len);
	text_word(out, ",");
	if (text.byte != NULL)
		out->length += csv_write_field(text.byte, text.length,
									   text_room(out, text.length * CSV_GROWTH + CSV_MORE));
	text_word(out, "\n");
}

static void
put_row(TextBuffer *out, const JsonbValue *table, int row, JsonbContainer *object)
{
	JsonbIterator *iterator;
	JsonbValue	column;
	JsonbValue	value;

	if (!JsonContainerIsObject(object))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts have rows that are objects, not arrays")));
	iterator = JsonbIteratorInit(object);
	while (next_member(&iterator, &column, &value))
		put_value(out, table, row, &column, &value);
}

static void
put_table(TextBuffer *out, const JsonbValue *table, const JsonbValue *content)
{
	JsonbContainer *container;

	if (content->type != jbvBinary)
	{
		/* what is one figure is a table of one row and column */
		if (content->type != jbvNull)
			put_value(out, table, 1, table, content);
		return;
	}
	container = content->val.binary.data;
	if (JsonContainerIsObject(container))
		put_row(out, table, 1, container);
	else
	{
		int			rows;
		JsonbContainer **row = fact_elements(container, &rows);

		for (int i = 0; i < rows; i++)
		{
			if (row[i] == NULL)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("facts have rows that are objects, not single values")));
			put_row(out, table, i + 1, row[i]);
		}
	}
}

PG_FUNCTION_INFO_V1(abie_csv_facts);
Datum
abie_csv_facts(PG_FUNCTION_ARGS)
{
	JsonbContainer *facts = facts_argument(fcinfo, 0);
	TextBuffer	out = text_begin();
	JsonbIterator *iterator;
	JsonbValue	table;
	JsonbValue	content;

	if (!JsonContainerIsObject(facts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts of a report are a JSON object")));
	text_word(&out, "table,row,column,value\n");
	iterator = JsonbIteratorInit(facts);
	while (next_member(&iterator, &table, &content))
		put_table(&out, &table, &content);
	return text_result(&out);
}
