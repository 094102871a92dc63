/*
 * id_order.c
 *	  Rows of an SQL function in the order of their ids.
 */
#include "postgres.h"

#include "id_order.h"

static int
compare_ids(const void *left, const void *right)
{
	int64		a = ((const IdRow *) left)->id;
	int64		b = ((const IdRow *) right)->id;

	return a < b ? -1 : a > b;
}

IdRow *
sort_ids(const int64 *id, const bool *present, int n, const char *name)
{
	IdRow	   *sorted = palloc(sizeof(IdRow) * Max(n, 1));

	for (int i = 0; i < n; i++)
	{
		if (!present[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s cannot hold NULL", name),
					 errdetail("Element %d is NULL.", i + 1)));
		sorted[i] = (IdRow) {id[i], i};
	}
	qsort(sorted, n, sizeof(IdRow), compare_ids);
	for (int i = 1; i < n; i++)
		if (sorted[i].id == sorted[i - 1].id)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("id " INT64_FORMAT " occurs more than once", sorted[i].id),
					 errhint("Give each row one id of its own.")));
	return sorted;
}
