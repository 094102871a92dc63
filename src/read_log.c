/*
 * read_log.c
 *	  The parameter abie.log_reads, and lines in the server's log of reads that
 *	  no table can keep.
 *
 * A read is a row of abie.report_read, which goes if its transaction does: who
 * rolls back has read all the same.  So a line is held for each row, to be
 * written to the server's log when the transaction, or the subtransaction the
 * row was added in, is undone.  What becomes of a transaction that is prepared
 * for two-phase commit this session does not learn, so it is written then.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "lib/ilist.h"
#include "read_log.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

static bool log_reads = false;

/*
 * Until the module is loaded anybody can set any parameter of its name, in the
 * connection's options too, where that hides what the database has.  What they
 * had no right to set is refused here, with a warning; the default remains, and
 * so it has to be on for them.
 */
void
read_log_define_parameters(void)
{
	bool		was_set = GetConfigOption("abie.log_reads", true, false) != NULL;

	DefineCustomBoolVariable("abie.log_reads",
							 "Logs reads of school reports by others than the school.",
							 "To abie.report_read, or where that cannot be written to the server's log.",
							 &log_reads, was_set, PGC_SUSET, 0, NULL, NULL, NULL);
}

/* A line to write if its subtransaction is undone; in memory of the transaction. */
typedef struct HeldLine
{
	slist_node	node;
	SubTransactionId added_in;
	char		line[FLEXIBLE_ARRAY_MEMBER];
} HeldLine;

static slist_head held = SLIST_STATIC_INIT(held);

static void
write_line(const char *line)
{
	ereport(LOG_SERVER_ONLY, (errmsg("%s", line), errhidestmt(true), errhidecontext(true)));
}

/* Subtransactions begun later have greater numbers, and those in progress are within the first of them. */
static void
write_held_lines(SubTransactionId undone)
{
	slist_mutable_iter i;

	slist_foreach_modify(i, &held)
	{
		HeldLine   *h = slist_container(HeldLine, node, i.cur);

		if (h->added_in < undone)
			continue;
		slist_delete_current(&i);
		write_line(h->line);
	}
}

static void
at_transaction_end(XactEvent event, void *arg pg_attribute_unused())
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		write_held_lines(TopSubTransactionId);
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE)
		slist_init(&held);
}

static void
at_subtransaction_end(SubXactEvent event, SubTransactionId own, SubTransactionId parent pg_attribute_unused(),
					  void *arg pg_attribute_unused())
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		write_held_lines(own);
}

static void
hold_line(const char *line)
{
	static bool registered = false;
	HeldLine   *h = MemoryContextAlloc(TopTransactionContext, offsetof(HeldLine, line) + strlen(line) + 1);

	if (!registered)
	{
		RegisterXactCallback(at_transaction_end, NULL);
		RegisterSubXactCallback(at_subtransaction_end, NULL);
		registered = true;
	}
	h->added_in = GetCurrentSubTransactionId();
	strcpy(h->line, line);
	slist_push_head(&held, &h->node);
}

/* Not current_setting, which before this module was loaded tells what anybody has set. */
PG_FUNCTION_INFO_V1(abie_logs_reads);
Datum
abie_logs_reads(PG_FUNCTION_ARGS)
{
	(void) fcinfo;
	PG_RETURN_BOOL(log_reads);
}

PG_FUNCTION_INFO_V1(abie_write_log);
Datum
abie_write_log(PG_FUNCTION_ARGS)
{
	char	   *line = text_to_cstring(PG_GETARG_TEXT_PP(0));

	if (PG_GETARG_BOOL(1))
		hold_line(line);
	else
		write_line(line);
	PG_RETURN_VOID();
}
