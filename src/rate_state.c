/*
 * rate_state.c
 *	  State of an aggregate over sessions of absence: an array of sums.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "core/rate_error.h"
#include "rate_state.h"

void *
rate_state_sums(ArrayType *state, const RateAggregate *aggregate)
{
	void	   *sums = ARR_DATA_PTR(state);

	if (ARR_NDIM(state) != 1 || ARR_DIMS(state)[0] != aggregate->sums || ARR_HASNULL(state) ||
		ARR_ELEMTYPE(state) != INT8OID || !aggregate->check(sums))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid state of %s", aggregate->name),
				 errdetail("Its sums contradict one another or are out of range.")));
	return sums;
}

void
raise_rate_out_of_range(const RateAggregate *aggregate)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sessions of %s out of range", aggregate->name),
			 errdetail("There can be " INT64_FORMAT " possible sessions, and " INT64_FORMAT
					   " in the sum of squares over %ss.",
					   RATE_MOST_POSSIBLE, RATE_MOST_SQUARED, aggregate->row),
			 errhint("Give a row for each %s, not for a group of them.", aggregate->row)));
}
