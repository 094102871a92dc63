/*
 * cost_matrix.h
 *	  What it costs a school to go to a site: the arguments of abie.assign and abie.choose_sites.
 */
#ifndef ABIE_COST_MATRIX_H
#define ABIE_COST_MATRIX_H

#include "fmgr.h"
#include "id_order.h"

/* Schools and sites in the order of their ids, with a row of costs for each school. */
typedef struct CostMatrix
{
	int			schools;
	int			sites;
	IdRow	   *school;
	IdRow	   *site;
	int32	   *cost;			/* schools x sites */
	bool	   *allowed;		/* schools x sites */
} CostMatrix;

/* The first three arguments of a function: schools, sites, and costs, in which NULL is a pair that is not allowed. */
extern CostMatrix cost_matrix_arguments(FunctionCallInfo fcinfo);

/* The integers of an argument, one a row, in the order of ids: 0 or more if so asked. */
extern int32 *integers_argument(FunctionCallInfo fcinfo, int number, const char *name, const IdRow *order, int count,
								bool not_negative);

#endif
