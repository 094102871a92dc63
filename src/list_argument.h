/*
 * list_argument.h
 *	  Arguments of abie_internal.list_faults: schools, their lists of similar
 *	  schools, and the weights they are compared by.
 */
#ifndef ABIE_LIST_ARGUMENT_H
#define ABIE_LIST_ARGUMENT_H

#include "access/tupdesc.h"
#include "core/list_check.h"
#include "fmgr.h"

/* The elements of an array of rows, and the columns of one after the other. */
typedef struct Rows
{
	int			count;
	Datum	   *row;
	TupleDesc	descriptor;
	Datum		value[8];
	bool		null[8];
} Rows;

/* The first words met: equal ones are then at one place, which makes them faster to compare. */
typedef struct Words
{
	int			count;
	Word		word[16];
} Words;

/* The schools of a run, found by their URN. */
typedef struct Schools
{
	int			count;
	ListedSchool *school;
	int		   *on_list;		/* the last list that each was met on, counted from 1 */
	UrnTable	table;
} Schools;

/* Schools that have to have a list. */
typedef struct Expected
{
	int			count;
	const int  *urn;
	bool	   *met;
	UrnTable	table;
} Expected;

/* What vectors of a stratum are compared by. */
typedef struct StratumWeights
{
	Word		stratum;
	Comparison	by;
} StratumWeights;

/* The same of all strata. */
typedef struct Weights
{
	int			count;
	StratumWeights *stratum;
} Weights;

/* A row of abie_internal.school_list. */
typedef struct SchoolList
{
	int			urn;
	int			count;
	int		   *listed;
	bool	   *unknown;		/* whether it is NULL instead */
	const ListedSchool **school;	/* of each that is listed; NULL where it is not in the run */
	bool		doubled;		/* one is there twice, or one is NULL */
	const double *distance;
	const bool *has_distance;
} SchoolList;

/*
 * An argument of rows of a type of so many columns.  Error 22004 for a NULL
 * among them.
 */
extern Rows rows_argument(FunctionCallInfo fcinfo, int number, int columns);

/* Unpacks the columns of the i-th row into value and null. */
extern void take_row(Rows *rows, int i);

/* Rows of abie_internal.listed_school. Error 23505 for two of one URN, 22004 for one without. */
extern Schools schools_argument(FunctionCallInfo fcinfo, int number, Words *words);

/* URNs, none where the argument is NULL. Error 23505 for one that is there twice. */
extern Expected expected_argument(FunctionCallInfo fcinfo, int number);

/* Rows of abie_internal.stratum_weights. Error 22004 for weights that are NULL. */
extern Weights weights_of_strata(FunctionCallInfo fcinfo, int number, Words *words);

/*
 * The row of abie_internal.school_list that was taken last, which is the one
 * of this number, counted from 1.  Errors: 22004 for a column that is NULL,
 * 2202E where there are not as many distances as schools.
 */
extern SchoolList school_list(const Rows *rows, const Schools *schools, int number);

#endif
