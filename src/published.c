/*
 * published.c
 *	  Whether a figure is published: abie_internal.is_published, asked for every year of every school.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/jsonb.h"

/* Whether the sources of a row, an object, say that a column of it was made from registers. */
static bool
is_of_registers(Jsonb *sources, const char *column)
{
	JsonbValue	source;

	return getKeyJsonValueFromContainer(&sources->root, column, (int) strlen(column), &source) != NULL &&
		source.type == jbvString && source.val.string.len == (int) strlen("registers") &&
		memcmp(source.val.string.val, "registers", strlen("registers")) == 0;
}

PG_FUNCTION_INFO_V1(abie_is_published);
Datum
abie_is_published(PG_FUNCTION_ARGS)
{
	bool		counted = !PG_ARGISNULL(0) && !PG_ARGISNULL(1) && PG_GETARG_INT64(1) > 0;
	Jsonb	   *sources;

	/* not STRICT: figures entered by hand have no sources */
	if (PG_ARGISNULL(2))
		PG_RETURN_BOOL(true);
	sources = PG_GETARG_JSONB_P(2);
	if (!JB_ROOT_IS_OBJECT(sources))
		PG_RETURN_BOOL(true);
	if (counted)
		PG_RETURN_BOOL(!is_of_registers(sources, "sess_possible") && !is_of_registers(sources, "sess_overall"));
	PG_RETURN_BOOL(!is_of_registers(sources, "sess_overall_percent"));
}
