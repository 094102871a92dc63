/*
 * access.c
 *	  The gate between who asks and what the extension's owner may see.
 *
 * A SECURITY DEFINER function cannot tell who called it: the role in force is
 * its owner by then, and the session's user or SET ROLE say who logged in, not
 * whose rights are in force where the call stands (in a trigger, in a view or
 * function of somebody else, in an index expression that autovacuum works
 * out).  So what a reader may call is a gate: it notes the role in force, as
 * PostgreSQL's own table privileges would have it, takes on the rights of its
 * owner, and calls the function of its own name in schema abie_owner with
 * that role as an argument before its own.  A trigger function gets the role
 * as its first trigger argument, and is for tables of its own schema only: of
 * a table of anybody else's, the columns and their types, whose casts are
 * functions, would be met with the owner's rights.
 *
 * Nobody else can pass a role: schema abie_owner is for the owner only.
 */
#include "postgres.h"

#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "commands/trigger.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "results.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "worker_node.h"

#define TABLE_SCHEMA "abie"
#define OWNER_SCHEMA "abie_owner"

typedef struct Gate
{
	Oid			owner;
	FmgrInfo	inner;
} Gate;

/* Code run inside REINDEX, ANALYZE, REFRESH is anybody's, with the rights of a table's owner: it sees nothing. */
static Oid
role_in_force(void)
{
	if (InSecurityRestrictedOperation())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("abie shows and records nothing within a security-restricted operation"),
				 errdetail("Expressions of indexes, materialized views and their like may be anybody's code."),
				 errhint("Fill a table by INSERT or CREATE TABLE AS instead.")));
	return GetUserId();
}

/* In C, because every mask and every gate asks it. */
PG_FUNCTION_INFO_V1(abie_is_owner);
Datum
abie_is_owner(PG_FUNCTION_ARGS)
{
	Oid			extension = get_extension_oid("abie", true);

	PG_RETURN_BOOL(OidIsValid(extension) &&
				   object_ownercheck(ExtensionRelationId, extension, PG_GETARG_OID(0)));
}

/* The function of the gate's name with so many arguments; looked up with the rights of the gate's owner. */
static void
find_inner(FmgrInfo *inner, Form_pg_proc outer, int arguments, MemoryContext context)
{
	Oid			types[FUNC_MAX_ARGS + 1] = {OIDOID};
	List	   *name = list_make2(makeString(OWNER_SCHEMA), makeString(pstrdup(NameStr(outer->proname))));

	if (arguments > FUNC_MAX_ARGS)
		elog(ERROR, "too many arguments for %s", NameStr(outer->proname));
	memcpy(types + 1, outer->proargtypes.values, outer->pronargs * sizeof(Oid));
	fmgr_info_cxt(LookupFuncName(name, arguments, types, false), inner, context);
}

/* Expects the rights of whoever calls, and leaves them in force.  arguments: of the function behind the gate. */
static void
find_gate(Gate *gate, FmgrInfo *outer, int arguments)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(outer->fn_oid));
	Oid			role;
	int			sec_context;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", outer->fn_oid);
	gate->owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	GetUserIdAndSecContext(&role, &sec_context);
	SetUserIdAndSecContext(gate->owner, sec_context | SECURITY_LOCAL_USERID_CHANGE);
	find_inner(&gate->inner, (Form_pg_proc) GETSTRUCT(tuple), arguments, outer->fn_mcxt);
	SetUserIdAndSecContext(role, sec_context);
	ReleaseSysCache(tuple);
}

static Datum
pass(const Gate *gate, FunctionCallInfo inner, bool *is_null)
{
	Oid			role;
	int			sec_context;
	Datum		result;

	GetUserIdAndSecContext(&role, &sec_context);
	/* an error puts the caller's rights back with its transaction or subtransaction, as for SECURITY DEFINER */
	SetUserIdAndSecContext(gate->owner, sec_context | SECURITY_LOCAL_USERID_CHANGE);
	tell_of_worker_node();
	result = FunctionCallInvoke(inner);
	SetUserIdAndSecContext(role, sec_context);
	*is_null = inner->isnull;
	return result;
}

/* The role, and after it so many of the caller's arguments. */
static Datum
pass_arguments(Gate *gate, Oid role, FunctionCallInfo outer, int arguments, Node *result_info, bool *is_null)
{
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);

	InitFunctionCallInfoData(*inner, &gate->inner, arguments + 1, outer->fncollation, outer->context, result_info);
	inner->args[0] = (NullableDatum) {ObjectIdGetDatum(role), false};
	memcpy(inner->args + 1, outer->args, arguments * sizeof(NullableDatum));
	return pass(gate, inner, is_null);
}

static void
refuse_foreign_table(const TriggerData *data, Oid function)
{
	if (strcmp(get_namespace_name(RelationGetNamespace(data->tg_relation)), TABLE_SCHEMA) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("trigger function %s is not for table \"%s\"",
						get_func_name(function), RelationGetRelationName(data->tg_relation)),
				 errhint("It is for tables of schema " TABLE_SCHEMA " only.")));
}

/* A trigger's data with the role before its arguments. */
static TriggerData
with_role(const TriggerData *data, Trigger *trigger, Oid role)
{
	TriggerData changed = *data;

	*trigger = *data->tg_trigger;
	trigger->tgargs = palloc((trigger->tgnargs + 1) * sizeof(char *));
	trigger->tgargs[0] = psprintf("%u", role);
	if (trigger->tgnargs > 0)
		memcpy(trigger->tgargs + 1, data->tg_trigger->tgargs, trigger->tgnargs * sizeof(char *));
	trigger->tgnargs++;
	changed.tg_trigger = trigger;
	return changed;
}

static Datum
pass_trigger(Gate *gate, Oid role, FunctionCallInfo outer)
{
	Trigger		trigger;
	TriggerData data = with_role((TriggerData *) outer->context, &trigger, role);

	LOCAL_FCINFO(inner, 0);

	InitFunctionCallInfoData(*inner, &gate->inner, 0, outer->fncollation, (Node *) &data, outer->resultinfo);
	return pass(gate, inner, &outer->isnull);
}

PG_FUNCTION_INFO_V1(abie_gate);
Datum
abie_gate(PG_FUNCTION_ARGS)
{
	Oid			role = role_in_force();
	bool		is_trigger = CALLED_AS_TRIGGER(fcinfo);
	Gate	   *gate = fcinfo->flinfo->fn_extra;

	if (is_trigger)
		refuse_foreign_table((TriggerData *) fcinfo->context, fcinfo->flinfo->fn_oid);
	if (gate == NULL)
	{
		gate = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Gate));
		find_gate(gate, fcinfo->flinfo, is_trigger ? 0 : fcinfo->nargs + 1);
		fcinfo->flinfo->fn_extra = gate;
	}
	if (is_trigger)
		return pass_trigger(gate, role, fcinfo);
	return pass_arguments(gate, role, fcinfo, fcinfo->nargs, fcinfo->resultinfo, &fcinfo->isnull);
}

/* ---------- a gate to the rows of a key ---------- */

/*
 * Which keys a query wants, only its conditions say, and no function sees
 * those.  So a view asks once a key: the first keys are asked for one by one,
 * from the function with the key as argument; who goes on gets the rows from
 * the set of all keys, from the function without, which is made once then.
 * That is as soon as the keys asked for have cost what all cost at once, by
 * what the two functions declare, so that nobody waits more than twice as
 * long as who knew beforehand.
 */
typedef struct KeyRow
{
	int64		key;			/* NULL_KEY for NULL */
	MinimalTuple row;
} KeyRow;

#define NULL_KEY PG_INT64_MAX

typedef struct KeyGate
{
	Gate		one;
	Gate		all;
	double		left;			/* how many more keys are asked for one by one */
	Oid			role;			/* whose rows are held */
	TupleTableSlot *slot;		/* NULL as long as none are */
	KeyRow	   *rows;
	int64		count;
} KeyGate;

static double
declared_cost(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	double		cost;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for function %u", function);
	cost = ((Form_pg_proc) GETSTRUCT(tuple))->procost;
	ReleaseSysCache(tuple);
	return cost;
}

static KeyGate *
open_key_gate(FmgrInfo *outer)
{
	KeyGate    *gate = outer->fn_extra;

	if (gate == NULL)
	{
		gate = MemoryContextAllocZero(outer->fn_mcxt, sizeof(KeyGate));
		find_gate(&gate->one, outer, 2);
		find_gate(&gate->all, outer, 1);
		gate->left = declared_cost(gate->all.inner.fn_oid) / declared_cost(gate->one.inner.fn_oid);
		outer->fn_extra = gate;
	}
	return gate;
}

static int
compare_keys(const void *a, const void *b)
{
	int64		first = ((const KeyRow *) a)->key;
	int64		second = ((const KeyRow *) b)->key;

	return (first > second) - (first < second);
}

/* The rows of the set, in the order of their first column, the key. */
static void
hold_rows(KeyGate *gate, Tuplestorestate *set, TupleDesc descriptor)
{
	int64		room = tuplestore_tuple_count(set);
	bool		null;

	gate->slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(descriptor), &TTSOpsMinimalTuple);
	gate->rows = MemoryContextAllocHuge(CurrentMemoryContext, Max(room, 1) * sizeof(KeyRow));
	gate->count = 0;
	while (gate->count < room && tuplestore_gettupleslot(set, true, false, gate->slot))
	{
		KeyRow	   *held = &gate->rows[gate->count++];

		CHECK_FOR_INTERRUPTS();
		held->key = DatumGetInt32(slot_getattr(gate->slot, 1, &null));
		if (null)
			held->key = NULL_KEY;
		held->row = ExecCopySlotMinimalTuple(gate->slot);
	}
	ExecClearTuple(gate->slot);
	qsort(gate->rows, gate->count, sizeof(KeyRow), compare_keys);
}

/* Asks for the set of all keys, as the caller would be asked for its rows. */
static void
ask_for_all(KeyGate *gate, Oid role, FunctionCallInfo fcinfo)
{
	ReturnSetInfo set = *(ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext caller;
	bool		is_null;

	set.allowedModes = SFRM_ValuePerCall | SFRM_Materialize | SFRM_Materialize_Preferred;
	set.returnMode = SFRM_ValuePerCall;
	set.setResult = NULL;
	set.setDesc = NULL;
	(void) pass_arguments(&gate->all, role, fcinfo, 0, (Node *) &set, &is_null);
	if (set.setResult == NULL || set.setDesc == NULL)
		elog(ERROR, "%s gave no set", get_func_name(fcinfo->flinfo->fn_oid));
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	hold_rows(gate, set.setResult, set.setDesc);
	gate->role = role;
	MemoryContextSwitchTo(caller);
	tuplestore_end(set.setResult);
}

/* Place of the first row with the key, or where it would be. */
static int64
find_key(const KeyGate *gate, int64 key)
{
	int64		low = 0;
	int64		high = gate->count;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (gate->rows[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

PG_FUNCTION_INFO_V1(abie_gate_by_key);
Datum
abie_gate_by_key(PG_FUNCTION_ARGS)
{
	Oid			role = role_in_force();
	KeyGate    *gate = open_key_gate(fcinfo->flinfo);
	int64		key = PG_ARGISNULL(0) ? NULL_KEY : PG_GETARG_INT32(0);
	ReturnSetInfo *result;

	if (gate->left-- >= 1)
		return pass_arguments(&gate->one, role, fcinfo, 1, fcinfo->resultinfo, &fcinfo->isnull);
	result = begin_rows(fcinfo);
	if (gate->slot == NULL || gate->role != role)
		ask_for_all(gate, role, fcinfo);
	for (int64 i = find_key(gate, key); i < gate->count && gate->rows[i].key == key; i++)
	{
		ExecStoreMinimalTuple(gate->rows[i].row, gate->slot, false);
		tuplestore_puttupleslot(result->setResult, gate->slot);
	}
	return (Datum) 0;
}
