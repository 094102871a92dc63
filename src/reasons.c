/*
 * reasons.c
 *	  Sessions by reason as jsonb.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "reasons.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/typcache.h"

/* The order of keys in an object: by length, then byte by byte. */
static int
compare_reasons(const void *one, const void *other)
{
	const char *one_name = reason_names[*(const Reason *) one];
	const char *other_name = reason_names[*(const Reason *) other];
	size_t		one_length = strlen(one_name);
	size_t		other_length = strlen(other_name);

	if (one_length != other_length)
		return one_length < other_length ? -1 : 1;
	return strcmp(one_name, other_name);
}

/* The reasons in the order of their keys: an object is then written as it is, without a sort of its own. */
static const Reason *
key_order(void)
{
	static Reason order[REASON_COUNT];
	static bool sorted = false;

	if (!sorted)
	{
		for (int i = 0; i < REASON_COUNT; i++)
			order[i] = (Reason) i;
		qsort(order, REASON_COUNT, sizeof(Reason), compare_reasons);
		sorted = true;
	}
	return order;
}

Datum
reasons_result(const int64 count[REASON_COUNT], const bool *present)
{
	const Reason *order = key_order();
	JsonbPair	pair[REASON_COUNT];
	JsonbValue	object = {.type = jbvObject, .val.object = {REASON_COUNT, pair}};
	Numeric		zero = int64_to_numeric(0);	/* of a week most are */

	for (int i = 0; i < REASON_COUNT; i++)
	{
		Reason		reason = order[i];
		const char *name = reason_names[reason];

		pair[i].order = i;
		pair[i].key = (JsonbValue) {.type = jbvString, .val.string = {(int) strlen(name), unconstify(char *, name)}};
		pair[i].value = (JsonbValue) {.type = jbvNull};
		if (present == NULL || present[reason])
			pair[i].value = (JsonbValue) {.type = jbvNumeric,
				.val.numeric = count[reason] == 0 ? zero : int64_to_numeric(count[reason])};
	}
	return JsonbPGetDatum(JsonbValueToJsonb(&object));
}

/* The reasons among the columns of abie.absence_measures. */
PG_FUNCTION_INFO_V1(abie_sess_reasons);
Datum
abie_sess_reasons(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	TupleDesc	descriptor = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Datum		value[ABSENCE_COLUMNS];
	bool		null[ABSENCE_COLUMNS];
	int64		count[REASON_COUNT];
	bool		present[REASON_COUNT];

	if (descriptor->natts != ABSENCE_COLUMNS)
		elog(ERROR, "the type abie.absence_measures is not that of this version");
	heap_deform_tuple(&tuple, descriptor, value, null);
	ReleaseTupleDesc(descriptor);
	for (int i = 0; i < ABSENCE_COLUMNS; i++)
	{
		int			reason = absence_column(i).count - COUNT_REASONS;

		if (reason < 0)
			continue;
		present[reason] = !null[i];
		count[reason] = null[i] ? 0 : DatumGetInt64(value[i]);
	}
	return reasons_result(count, present);
}
