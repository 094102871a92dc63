/*
 * repeat.c
 *	  The aggregate abie_internal.has_repeat: whether some key occurs twice.
 *
 * To group a million pupils takes longer than to count all of their marks.  Here
 * the keys of a school are only collected, and looked through at the end.
 */
#include "postgres.h"

#include "arguments.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "port/pg_bitutils.h"
#include "results.h"
#include "utils/array.h"

/* A state is an array of bigint: how many keys there are, these, and room for more. */
typedef struct Keys
{
	int64	   *count;
	int64	   *key;
	int64		room;
} Keys;

#define FIRST_ROOM 255
#define MOST_KEYS INT64CONST(100000000)

static Keys
keys_of_state(ArrayType *state)
{
	int64	   *number = (int64 *) ARR_DATA_PTR(state);
	int64		room = ARR_NDIM(state) == 1 ? ARR_DIMS(state)[0] - 1 : -1;

	if (room < 0 || ARR_HASNULL(state) || ARR_ELEMTYPE(state) != INT8OID || number[0] < 0 || number[0] > room)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of abie_internal.has_repeat"),
				 errdetail("It is the number of keys, then these.")));
	return (Keys) {number, number + 1, room};
}

/* A state with room for so many keys, and the keys of others. */
static ArrayType *
state_with_room(int64 room, const Keys *one, const Keys *other)
{
	int64	   *number;

	if (room > MOST_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("abie_internal.has_repeat cannot hold more than " INT64_FORMAT " keys", MOST_KEYS)));
	number = palloc0_array(int64, room + 1);
	number[0] = *one->count + *other->count;
	memcpy(number + 1, one->key, sizeof(int64) * *one->count);
	memcpy(number + 1 + *one->count, other->key, sizeof(int64) * *other->count);
	return bigint_array_result(number, (int) room + 1);
}

PG_FUNCTION_INFO_V1(abie_has_repeat_step);
Datum
abie_has_repeat_step(PG_FUNCTION_ARGS)
{
	ArrayType  *state = DatumGetArrayTypeP(PointerGetDatum(aggregate_state(fcinfo)));
	Keys		keys = keys_of_state(state);

	if (*keys.count == keys.room)
	{
		int64		none = 0;

		state = state_with_room(2 * keys.room + FIRST_ROOM, &keys, &(Keys) {&none, &none, 0});
		keys = keys_of_state(state);
	}
	keys.key[(*keys.count)++] = PG_GETARG_INT64(1);
	PG_RETURN_ARRAYTYPE_P(state);
}

PG_FUNCTION_INFO_V1(abie_has_repeat_combine);
Datum
abie_has_repeat_combine(PG_FUNCTION_ARGS)
{
	Keys		one = keys_of_state(PG_GETARG_ARRAYTYPE_P(0));
	Keys		other = keys_of_state(PG_GETARG_ARRAYTYPE_P(1));

	PG_RETURN_ARRAYTYPE_P(state_with_room(*one.count + *other.count, &one, &other));
}

/* Open addressing: each key at the place that its hash says, or the next that is free. */
static bool
occurs_twice(const Keys *keys)
{
	int			bits = Max(1, pg_leftmost_one_pos64(2 * *keys->count + 1) + 1);
	uint64		last = (UINT64CONST(1) << bits) - 1;
	uint32	   *taken_by = palloc0_array(uint32, last + 1);	/* number of a key, from 1 */

	for (int64 i = 0; i < *keys->count; i++)
	{
		uint64		place = (uint64) keys->key[i] * UINT64CONST(0x9E3779B97F4A7C15) >> (64 - bits);

		for (; taken_by[place] > 0; place = (place + 1) & last)
			if (keys->key[taken_by[place] - 1] == keys->key[i])
				return true;
		taken_by[place] = (uint32) i + 1;
	}
	return false;
}

PG_FUNCTION_INFO_V1(abie_has_repeat_final);
Datum
abie_has_repeat_final(PG_FUNCTION_ARGS)
{
	Keys		keys = keys_of_state(PG_GETARG_ARRAYTYPE_P(0));

	PG_RETURN_BOOL(occurs_twice(&keys));
}
