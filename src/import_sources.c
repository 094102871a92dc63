/*
 * import_sources.c
 *	  Which publication each column of a row came from, as jsonb.
 *
 * The rows of a file say few different sets of columns, over and over: what was
 * made last is kept.
 */
#include "postgres.h"

#include "arguments.h"
#include "compat.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#define ARGUMENTS 3
#define KEPT 4

typedef struct Made
{
	struct varlena *argument[ARGUMENTS];
	Jsonb	   *sources;		/* NULL: nothing was made yet */
} Made;

typedef struct Kept
{
	Made		made[KEPT];
	int			oldest;
} Kept;

static bool
made_of(const Made *made, FunctionCallInfo fcinfo)
{
	if (made->sources == NULL)
		return false;
	for (int i = ARGUMENTS - 1; i >= 0; i--)	/* it is the last that differs */
		if (!datum_image_eq(PointerGetDatum(made->argument[i]), PG_GETARG_DATUM(i), false, -1))
			return false;
	return true;
}

static JsonbValue
json_text(text *value)
{
	return (JsonbValue) {.type = jbvString, .val.string = {(int) VARSIZE_ANY_EXHDR(value), VARDATA_ANY(value)}};
}

static Jsonb *
make_sources(FunctionCallInfo fcinfo)
{
	JsonbParseState *state = NULL;
	JsonbValue	source = json_text(PG_GETARG_TEXT_PP(1));
	int			count;
	const bool *said;
	Datum	   *column;

	elements_argument(fcinfo, 0, &count);
	said = fitting_argument(fcinfo, 2, count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &column, NULL, &count);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < count; i++)
	{
		JsonbValue	name = json_text(DatumGetTextPP(column[i]));

		if (!said[i])
			continue;
		pushJsonbValue(&state, WJB_KEY, &name);
		pushJsonbValue(&state, WJB_VALUE, &source);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* In the place of the oldest; the memory is the caller's. */
static void
keep(Made *made, FunctionCallInfo fcinfo, const Jsonb *sources)
{
	MemoryContext callers = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

	if (made->sources != NULL)
	{
		for (int i = 0; i < ARGUMENTS; i++)
			pfree(made->argument[i]);
		pfree(made->sources);
	}
	*made = (Made) {.sources = NULL};
	for (int i = 0; i < ARGUMENTS; i++)
		made->argument[i] = PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(i));
	made->sources = memcpy(palloc(VARSIZE(sources)), sources, VARSIZE(sources));
	MemoryContextSwitchTo(callers);
}

PG_FUNCTION_INFO_V1(abie_import_sources);
Datum
abie_import_sources(PG_FUNCTION_ARGS)
{
	Kept	   *kept = fcinfo->flinfo->fn_extra;
	Made	   *made;

	if (kept == NULL)
		kept = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Kept));
	for (int i = 0; i < KEPT; i++)
		if (made_of(&kept->made[i], fcinfo))
			PG_RETURN_JSONB_P(kept->made[i].sources);
	made = &kept->made[kept->oldest];
	keep(made, fcinfo, make_sources(fcinfo));
	kept->oldest = (kept->oldest + 1) % KEPT;
	PG_RETURN_JSONB_P(made->sources);
}
