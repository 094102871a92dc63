/*
 * worker_node.c
 *	  Says so where abie is asked on a worker node of Citus.
 *
 * Citus makes the extension on every node, for the types of distributed tables,
 * and leaves its tables on the coordinator; those of the workers are empty.
 */
#include "postgres.h"

#include "commands/extension.h"
#include "executor/spi.h"

#include "worker_node.h"

/* The coordinator's group is 0 (pg_dist_local_group, which everybody may read). */
static bool
is_worker_node(void)
{
	bool		result;

	if (!OidIsValid(get_extension_oid("citus", true)))
		return false;
	SPI_connect();
	result = SPI_execute("SELECT FROM pg_catalog.pg_dist_local_group WHERE groupid > 0", true, 1) == SPI_OK_SELECT
		&& SPI_processed > 0;
	SPI_finish();
	return result;
}

void
tell_of_worker_node(void)
{
	static bool asked = false;

	if (asked)
		return;
	asked = true;
	if (is_worker_node())
		ereport(WARNING,
				(errmsg("this is a worker node of Citus: the tables of abie are on its coordinator, and empty here"),
				 errhint("Ask on the coordinator.")));
}
