/*
 * pair_state.c
 *	  State of an aggregate over pairs of numbers that has one parameter.
 */
#include "postgres.h"

#include "arguments.h"
#include "catalog/pg_type.h"
#include "pair_state.h"
#include "results.h"

static void
check_same_parameter(const PairAggregate *aggregate, double one, double other)
{
	if (one != other)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be the same in every row, not %g and %g", aggregate->parameter, one, other)));
}

static void
raise_invalid_state(const PairAggregate *aggregate)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid %s state", aggregate->name),
			 errdetail("A state is a %s followed by pairs of %s, none of them NULL.",
					   aggregate->parameter, aggregate->pair)));
}

PairState
pair_state_argument(ArrayType *array, const PairAggregate *aggregate)
{
	FloatMatrix state = float_vector_argument(array, psprintf("%s state", aggregate->name), false);

	if (state.columns % 2 != 1 || !state.complete)
		raise_invalid_state(aggregate);
	aggregate->check_parameter(state.value[0]);
	for (int i = 1; i < state.columns; i += 2)
		aggregate->check_pair(state.value[i], state.value[i + 1]);
	return (PairState) {state.value[0], state.columns / 2, state.value + 1};
}

/* Append a number to the state, in place. */
static Datum
append_number(Datum state, double number)
{
	ExpandedArrayHeader *header = DatumGetExpandedArray(state);
	int			subscript = header->ndims == 0 ? 1 : header->lbound[0] + header->dims[0];

	return array_set_element(EOHPGetRWDatum(&header->hdr), 1, &subscript, Float8GetDatum(number), false,
							 -1, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

/* The first number of the state, which somebody may have made by hand. */
static double
state_parameter(Datum state, const PairAggregate *aggregate)
{
	int			first = 1;
	bool		null;
	Datum		parameter = array_get_element(state, 1, &first, -1, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
											  &null);

	if (null)
		raise_invalid_state(aggregate);
	return DatumGetFloat8(parameter);
}

/* The state with a checked row appended; the state of no rows is NULL. */
static Datum
state_with_row(FunctionCallInfo fcinfo, const PairAggregate *aggregate, MemoryContext context)
{
	double		parameter = PG_GETARG_FLOAT8(3);
	Datum		state;

	if (PG_ARGISNULL(0))
	{
		ExpandedArrayHeader *header = construct_empty_expanded_array(FLOAT8OID, context, NULL);

		state = append_number(EOHPGetRWDatum(&header->hdr), parameter);
	}
	else
	{
		state = PG_GETARG_DATUM(0);
		check_same_parameter(aggregate, parameter, state_parameter(state, aggregate));
	}
	state = append_number(state, PG_GETARG_FLOAT8(1));
	return append_number(state, PG_GETARG_FLOAT8(2));
}

Datum
pair_state_step(FunctionCallInfo fcinfo, const PairAggregate *aggregate)
{
	MemoryContext context = aggregate_memory(fcinfo);
	MemoryContext caller;
	Datum		state;

	/* not STRICT: the state starts as NULL, and rows with a NULL are left out */
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot be NULL", aggregate->parameter)));
	aggregate->check_parameter(PG_GETARG_FLOAT8(3));
	aggregate->check_pair(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));

	caller = MemoryContextSwitchTo(context);
	state = state_with_row(fcinfo, aggregate, context);
	MemoryContextSwitchTo(caller);
	PG_RETURN_DATUM(state);
}

Datum
pair_state_combine(FunctionCallInfo fcinfo, const PairAggregate *aggregate)
{
	PairState	one = pair_state_argument(PG_GETARG_ARRAYTYPE_P(0), aggregate);
	PairState	other = pair_state_argument(PG_GETARG_ARRAYTYPE_P(1), aggregate);
	Size		length = 1 + 2 * ((Size) one.count + other.count);
	double	   *both = palloc(sizeof(double) * length);

	check_same_parameter(aggregate, one.parameter, other.parameter);
	both[0] = one.parameter;
	memcpy(both + 1, one.pairs, sizeof(double) * 2 * one.count);
	memcpy(both + 1 + 2 * one.count, other.pairs, sizeof(double) * 2 * other.count);
	PG_RETURN_ARRAYTYPE_P(float_array_result(both, length));
}
