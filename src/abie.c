/*
 * abie.c
 *	  Module start: magic block and configuration parameters.
 *
 * The other files of this folder are the fmgr wrappers, one a topic; the
 * arithmetic they call is in core/, which knows nothing of the server.
 */
#include "postgres.h"

#include "fmgr.h"
#include "core/absence_week.h"
#include "nearest.h"
#include "read_log.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	absence_week_start();
	nearest_define_parameters();
	read_log_define_parameters();
	MarkGUCPrefixReserved("abie");
}
