/*
 * run.c
 *	  The lock of a calculation.
 *
 * A calculation commits after each stage, so its lock is the session's, which
 * an error does not let go of.  A procedure that commits cannot catch errors
 * either: one between two stages, such as a cancel while a commit waits for
 * the disk, would leave the year locked until the session ends.  Hence the
 * callback: a transaction that aborts lets go of the years locked here.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "storage/lock.h"
#include "utils/memutils.h"

/* Spells 'abie'; the view run_status looks for it. */
#define LOCK_CLASS 1633839461

/* Class and number as the advisory lock functions of two integers have them. */
#define SET_LOCKTAG_YEAR(tag, year) \
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, LOCK_CLASS, (uint32) (year), 2)

/* One element a lock taken, as locking twice takes unlocking twice. */
static List *locked_years = NIL;

PG_FUNCTION_INFO_V1(abie_lock_year);
PG_FUNCTION_INFO_V1(abie_unlock_year);

static bool
release_year(int year)
{
	LOCKTAG		tag;

	SET_LOCKTAG_YEAR(tag, year);
	return LockRelease(&tag, ExclusiveLock, true);
}

static void
release_at_abort(XactEvent event, void *arg)
{
	ListCell   *cell;

	(void) arg;
	if (event != XACT_EVENT_ABORT)
		return;
	foreach(cell, locked_years)
		release_year(lfirst_int(cell));
	list_free(locked_years);
	locked_years = NIL;
}

Datum
abie_lock_year(PG_FUNCTION_ARGS)
{
	static bool registered = false;
	int			year = PG_GETARG_INT32(0);
	MemoryContext previous;
	LOCKTAG		tag;

	if (!registered)
	{
		RegisterXactCallback(release_at_abort, NULL);
		registered = true;
	}

	/* first the element, for which there may be no memory */
	previous = MemoryContextSwitchTo(TopMemoryContext);
	locked_years = lappend_int(locked_years, year);
	MemoryContextSwitchTo(previous);

	SET_LOCKTAG_YEAR(tag, year);
	if (LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_NOT_AVAIL)
	{
		locked_years = list_delete_last(locked_years);
		PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}

Datum
abie_unlock_year(PG_FUNCTION_ARGS)
{
	int			year = PG_GETARG_INT32(0);

	if (!list_member_int(locked_years, year))
		PG_RETURN_BOOL(false);
	locked_years = list_delete_int(locked_years, year);
	PG_RETURN_BOOL(release_year(year));
}
