/*
 * site.c
 *	  SQL functions over the places of pages in a site of reports.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "core/report_word.h"
#include "facts.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#define DIGEST_BYTES 8			/* of a name's SHA-256 that stand for it */

/* Names may hold anything, and are of any length. They are UTF-8, as every database with abie in it is. */
static void
put_digest(TextBuffer *out, text *name)
{
	static const char digit[] = "0123456789abcdef";
	bytea	   *digest = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea, PointerGetDatum(name)));

	for (int i = 0; i < DIGEST_BYTES; i++)
	{
		unsigned char byte = (unsigned char) VARDATA_ANY(digest)[i];

		text_put(out, (char[]) {digit[byte >> 4], digit[byte & 15]}, 2);
	}
}

PG_FUNCTION_INFO_V1(abie_site_place);
Datum
abie_site_place(PG_FUNCTION_ARGS)
{
	TextSlice	scope = text_argument(fcinfo, 0);
	TextBuffer	out = text_begin();

	text_slice(&out, scope);
	text_word(&out, "/");
	if (text_is(scope, "school") || text_is(scope, "la"))
		text_slice(&out, text_argument(fcinfo, 1));
	else if (text_is(scope, "national"))
		text_slice(&out, slice_of(DatumGetTextPP(DirectFunctionCall1Coll(lower, DEFAULT_COLLATION_OID,
																		 PG_GETARG_DATUM(1)))));
	else
		put_digest(&out, PG_GETARG_TEXT_PP(1));
	return text_result(&out);
}

PG_FUNCTION_INFO_V1(abie_site_linked);
Datum
abie_site_linked(PG_FUNCTION_ARGS)
{
	JsonbContainer *pages = facts_argument(fcinfo, 1);
	int			count;
	JsonbContainer **row = fact_rows(facts_argument(fcinfo, 0), "similar_schools", &count);
	Datum	   *urn = palloc(sizeof(Datum) * Max(count, 1));
	int			linked = 0;

	for (int i = 0; i < count; i++)
	{
		int64		number;
		char	   *page;

		if (!fact_count(row[i], "similar_urn", &number) || number != (int32) number)
			continue;
		page = psprintf("school/%d", (int32) number);
		if (facts_in(pages, page) != NULL)
			urn[linked++] = Int32GetDatum((int32) number);
	}
	PG_RETURN_ARRAYTYPE_P(construct_array(urn, linked, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}
