/*
 * id_order.h
 *	  Rows of an SQL function in the order of their ids, so that the caller's order changes nothing.
 */
#ifndef ABIE_ID_ORDER_H
#define ABIE_ID_ORDER_H

#include "c.h"

typedef struct IdRow
{
	int64		id;
	int			row;			/* place among the arguments */
} IdRow;

/* Rows in ascending order of id; an error, by the name of the argument, on NULL, and on double ids. */
extern IdRow *sort_ids(const int64 *id, const bool *present, int n, const char *name);

#endif
