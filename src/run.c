/*
 * run.c
 *	  The lock of a calculation.
 *
 * A calculation commits after each stage, so its lock is the session's, which
 * an error does not let go of.  A procedure that commits cannot catch errors
 * either: one between two stages, such as a cancel while a commit waits for
 * the disk, would leave the year locked until the session ends.  Hence the
 * callback: a transaction that aborts lets go of the year locked here.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"

/* Spells 'abie'; abie_internal.status_now looks for it. */
#define LOCK_CLASS 1633839461

/* The first year of the target year this session has locked; 0 for none. */
static int	locked_year = 0;

/*
 * A lock of the kind that PostgreSQL keeps for extensions, LOCKTAG_USERLOCK:
 * every login may take any advisory lock, and hold up calculations with it,
 * but no statement of SQL makes one of these.
 */
static LOCKTAG
year_tag(int year)
{
	LOCKTAG		tag = {0};

	tag.locktag_field1 = MyDatabaseId;
	tag.locktag_field2 = LOCK_CLASS;
	tag.locktag_field3 = (uint32) year;
	tag.locktag_type = LOCKTAG_USERLOCK;
	tag.locktag_lockmethodid = USER_LOCKMETHOD;
	return tag;
}

static void
release_year(void)
{
	LOCKTAG		tag = year_tag(locked_year);

	locked_year = 0;
	LockRelease(&tag, ExclusiveLock, true);
}

static void
release_at_abort(XactEvent event, void *arg pg_attribute_unused())
{
	if (event == XACT_EVENT_ABORT && locked_year != 0)
		release_year();
}

/* 2018 of 2018/19 */
static int
first_year(text *target_year)
{
	return (int) strtol(text_to_cstring(target_year), NULL, 10);
}

PG_FUNCTION_INFO_V1(abie_lock_year);
Datum
abie_lock_year(PG_FUNCTION_ARGS)
{
	static bool registered = false;
	int			year = first_year(PG_GETARG_TEXT_PP(0));
	LOCKTAG		tag = year_tag(year);

	if (!registered)
	{
		RegisterXactCallback(release_at_abort, NULL);
		registered = true;
	}
	if (locked_year != 0 && locked_year != year)
		PG_RETURN_BOOL(false);
	switch (LockAcquire(&tag, ExclusiveLock, true, true))
	{
		case LOCKACQUIRE_NOT_AVAIL:
			PG_RETURN_BOOL(false);
		case LOCKACQUIRE_ALREADY_HELD:
			/* held once, so that it is let go of once */
			LockRelease(&tag, ExclusiveLock, true);
			break;
		default:
			break;
	}
	locked_year = year;
	PG_RETURN_BOOL(true);
}

PG_FUNCTION_INFO_V1(abie_unlock_year);
Datum
abie_unlock_year(PG_FUNCTION_ARGS)
{
	if (locked_year == 0 || locked_year != first_year(PG_GETARG_TEXT_PP(0)))
		PG_RETURN_BOOL(false);
	release_year();
	PG_RETURN_BOOL(true);
}

/*
 * A procedure that commits fails at its first COMMIT where its caller began a
 * transaction, with words that do not say whose it is.  Only inside a function
 * it cannot be told here.
 */
PG_FUNCTION_INFO_V1(abie_refuse_transaction);
Datum
abie_refuse_transaction(PG_FUNCTION_ARGS)
{
	char	   *procedure = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (IsTransactionBlock() || IsSubTransaction())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_TERMINATION),
				 errmsg("invalid transaction termination: %s commits, and was called inside a transaction", procedure),
				 errhint("Call it alone, outside BEGIN and COMMIT. Drivers begin a transaction of their own: switch "
						 "autocommit on, in Python by connection.autocommit = True.")));
	PG_RETURN_VOID();
}
