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

#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

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

/* The function of the gate's name in the internal schema; looked up with the rights of the gate's owner. */
static void
find_inner(Gate *gate, Form_pg_proc outer, MemoryContext context)
{
	bool		of_trigger = outer->prorettype == TRIGGEROID;
	int			arguments = of_trigger ? 0 : outer->pronargs + 1;
	Oid			types[FUNC_MAX_ARGS + 1] = {OIDOID};
	List	   *name = list_make2(makeString(OWNER_SCHEMA), makeString(pstrdup(NameStr(outer->proname))));

	if (arguments > FUNC_MAX_ARGS)
		elog(ERROR, "too many arguments for %s", NameStr(outer->proname));
	memcpy(types + 1, outer->proargtypes.values, outer->pronargs * sizeof(Oid));
	fmgr_info_cxt(LookupFuncName(name, arguments, types, false), &gate->inner, context);
}

/* Expects the rights of whoever calls, and leaves them in force. */
static Gate *
open_gate(FmgrInfo *outer, Oid role, int sec_context)
{
	Gate	   *gate = outer->fn_extra;
	HeapTuple	tuple;

	if (gate == NULL)
	{
		tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(outer->fn_oid));
		if (!HeapTupleIsValid(tuple))
			elog(ERROR, "cache lookup failed for function %u", outer->fn_oid);
		gate = MemoryContextAllocZero(outer->fn_mcxt, sizeof(Gate));
		gate->owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
		SetUserIdAndSecContext(gate->owner, sec_context | SECURITY_LOCAL_USERID_CHANGE);
		find_inner(gate, (Form_pg_proc) GETSTRUCT(tuple), outer->fn_mcxt);
		SetUserIdAndSecContext(role, sec_context);
		ReleaseSysCache(tuple);
		outer->fn_extra = gate;
	}
	return gate;
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

PG_FUNCTION_INFO_V1(abie_gate);
Datum
abie_gate(PG_FUNCTION_ARGS)
{
	Oid			role = role_in_force();
	Oid			caller;
	int			sec_context;
	Gate	   *gate;
	Datum		result;
	TriggerData data;
	Trigger		trigger;

	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);

	if (CALLED_AS_TRIGGER(fcinfo))
		refuse_foreign_table((TriggerData *) fcinfo->context, fcinfo->flinfo->fn_oid);
	GetUserIdAndSecContext(&caller, &sec_context);
	gate = open_gate(fcinfo->flinfo, role, sec_context);
	if (CALLED_AS_TRIGGER(fcinfo))
	{
		data = with_role((TriggerData *) fcinfo->context, &trigger, role);
		InitFunctionCallInfoData(*inner, &gate->inner, 0, fcinfo->fncollation, (Node *) &data, fcinfo->resultinfo);
	}
	else
	{
		InitFunctionCallInfoData(*inner, &gate->inner, fcinfo->nargs + 1, fcinfo->fncollation, fcinfo->context,
								 fcinfo->resultinfo);
		inner->args[0] = (NullableDatum) {ObjectIdGetDatum(role), false};
		memcpy(inner->args + 1, fcinfo->args, fcinfo->nargs * sizeof(NullableDatum));
	}
	/* an error puts the caller's rights back with its transaction or subtransaction, as for SECURITY DEFINER */
	SetUserIdAndSecContext(gate->owner, sec_context | SECURITY_LOCAL_USERID_CHANGE);
	tell_of_worker_node();
	result = FunctionCallInvoke(inner);
	SetUserIdAndSecContext(caller, sec_context);
	fcinfo->isnull = inner->isnull;
	return result;
}
