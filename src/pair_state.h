/*
 * pair_state.h
 *	  State of an aggregate over pairs of numbers that has one parameter, the
 *	  same in every row: a flat float8 array {parameter, pair, pair, ...}, which
 *	  can be sent between processes and nodes and merged in any order.
 */
#ifndef ABIE_PAIR_STATE_H
#define ABIE_PAIR_STATE_H

#include "fmgr.h"
#include "utils/array.h"

typedef struct PairAggregate
{
	const char *name;			/* of the aggregate */
	const char *parameter;		/* what messages call the parameter and the pair */
	const char *pair;
	void		(*check_parameter) (double parameter);
	void		(*check_pair) (double first, double second);
} PairAggregate;

/* The state as its numbers. */
typedef struct PairState
{
	double		parameter;
	int			count;
	const double *pairs;		/* 2 count */
} PairState;

/* A state somebody may have made by hand, or an error. */
extern PairState pair_state_argument(ArrayType *array, const PairAggregate *aggregate);

/* Transition over (state, first, second, parameter) and combine over (state, state). */
extern Datum pair_state_step(FunctionCallInfo fcinfo, const PairAggregate *aggregate);
extern Datum pair_state_combine(FunctionCallInfo fcinfo, const PairAggregate *aggregate);

#endif
