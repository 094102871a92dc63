/*
 * code.c
 *	  The table of attendance codes as rows, and the reasons they are counted for.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compat.h"
#include "core/code.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

/* First to last day, both included; no last day for DAY_OPEN. */
static Datum
day_range(Oid range_type, Day first, Day last)
{
	TypeCacheEntry *type = lookup_type_cache(range_type, TYPECACHE_RANGE_INFO);
	RangeBound	lower = {.val = DateADTGetDatum(first), .inclusive = true, .lower = true};
	RangeBound	upper = {.val = DateADTGetDatum(last == DAY_OPEN ? last : last + 1), .infinite = last == DAY_OPEN};

	return RangeTypePGetDatum(make_range(type, &lower, &upper, false, NULL));
}

PG_FUNCTION_INFO_V1(abie_attendance_codes);
Datum
abie_attendance_codes(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);

	for (int i = 0; i < attendance_code_count; i++)
	{
		const AttendanceCode *row = &attendance_codes[i];
		const char *reason = code_reason_group(row);
		bool		attending = row->category == CATEGORY_PRESENT || row->category == CATEGORY_APPROVED_ACTIVITY;
		bool		held = row->mark != MARK_LIMIT;
		Datum		value[10] = {
			Int32GetDatum(row->regime), CStringGetTextDatum(row->code), CStringGetTextDatum(row->label),
			CStringGetTextDatum(category_name(row->category)), BoolGetDatum(row->possible), BoolGetDatum(attending),
			reason == NULL ? (Datum) 0 : CStringGetTextDatum(reason),
			DateADTGetDatum(row->valid_from), DateADTGetDatum(row->valid_to), (Datum) 0
		};
		bool		null[10] = {[6] = reason == NULL, [8] = row->valid_to == DAY_OPEN, [9] = !held};

		if (held)
			value[9] = day_range(TupleDescAttr(rows->setDesc, 9)->atttypid,
								 code_applies_from(row), code_applies_to(row));
		put_row(rows, value, null);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_absence_reasons);
Datum
abie_absence_reasons(PG_FUNCTION_ARGS pg_attribute_unused())
{
	Datum		name[REASON_COUNT];

	for (int i = 0; i < REASON_COUNT; i++)
		name[i] = CStringGetTextDatum(reason_names[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(name, REASON_COUNT, TEXTOID, -1, false, TYPALIGN_INT));
}
