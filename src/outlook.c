/*
 * outlook.c
 *	  SQL functions over core/outlook.c: a pupil's year to come, and what is
 *	  learned for it.
 */
#include "postgres.h"

#include <math.h>

#include <gsl/gsl_errno.h>

#include "arguments.h"
#include "core/outlook.h"
#include "core/register.h"
#include "fmgr.h"
#include "results.h"

/* Fewer pupils say too little of a spread. */
#define LEAST_PUPILS 30

static int64
sessions_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	int64		sessions = PG_GETARG_INT64(number);

	if (sessions < 0 || sessions > REGISTER_MAX_SESSIONS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and %d, not " INT64_FORMAT, name, REGISTER_MAX_SESSIONS, sessions)));
	return sessions;
}

static void
check_absent(int64 absent, int64 possible, const char *limit)
{
	if (absent > possible)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sess_overall must be from 0 to %s, not " INT64_FORMAT " of " INT64_FORMAT, limit,
						absent, possible)));
}

PG_FUNCTION_INFO_V1(abie_sess_may_miss);
Datum
abie_sess_may_miss(PG_FUNCTION_ARGS)
{
	int64		absent = sessions_argument(fcinfo, 0, "sess_overall");
	int64		year_possible = sessions_argument(fcinfo, 1, "year_possible");

	check_absent(absent, year_possible, "year_possible");
	PG_RETURN_INT64(sessions_below_persistence(absent, year_possible));
}

static OutlookPrior
prior_arguments(FunctionCallInfo fcinfo, int number)
{
	OutlookPrior prior = {
		.mean = finite_argument(fcinfo, number, "mean"),
		.strength = finite_argument(fcinfo, number + 1, "strength"),
		.spell = finite_argument(fcinfo, number + 2, "spell")
	};

	if (prior.mean < OUTLOOK_LEAST_MEAN || prior.mean > 1.0 - OUTLOOK_LEAST_MEAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mean must be between %g and %g, not %g", OUTLOOK_LEAST_MEAN, 1.0 - OUTLOOK_LEAST_MEAN,
						prior.mean),
				 errhint("It is a share: divide a rate in per cent by 100.")));
	/* beyond, logarithms of the beta function lose the digits that count */
	if (prior.strength < 1e-5 || prior.strength > 1e5)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("strength must be between 1e-05 and 1e+05, not %g", prior.strength)));
	if (prior.spell < 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("spell must be at least 1 session, not %g", prior.spell)));
	return prior;
}

PG_FUNCTION_INFO_V1(abie_persistence_probability);
Datum
abie_persistence_probability(PG_FUNCTION_ARGS)
{
	YearSoFar	year = {
		.absent = sessions_argument(fcinfo, 0, "sess_overall"),
		.possible = sessions_argument(fcinfo, 1, "sess_possible"),
		.to_come = sessions_argument(fcinfo, 2, "sess_to_come")
	};
	OutlookPrior prior = prior_arguments(fcinfo, 3);
	gsl_error_handler_t *handler;
	double		probability;

	check_absent(year.absent, year.possible, "sess_possible");
	handler = gsl_set_error_handler_off();
	probability = persistence_probability(year, prior);
	gsl_set_error_handler(handler);
	if (isnan(probability))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the beta distribution of mean %g and strength %g is out of range", prior.mean,
						prior.strength)));
	PG_RETURN_FLOAT8(probability);
}

PG_FUNCTION_INFO_V1(abie_outlook_mean);
Datum
abie_outlook_mean(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(outlook_mean(finite_argument(fcinfo, 0, "intercept"),
								  finite_argument(fcinfo, 1, "slope"),
								  finite_argument(fcinfo, 2, "before")));
}

/* ---------- learning ---------- */

static void
check_pupils(const FloatColumns *pupils)
{
	double	  *const *column = pupils->column;

	check_positive(column[1], pupils->rows, "sess_possible");
	for (int i = 0; i < pupils->rows; i++)
	{
		if (column[0][i] < 0.0 || column[0][i] > column[1][i] || column[3][i] < 0.0 || column[3][i] > column[4][i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("absent sessions must be from 0 to those possible, not %g of %g and %g of %g before",
							column[0][i], column[1][i], column[3][i], column[4][i])));
		if (column[2][i] < column[0][i] || column[2][i] > column[0][i] * column[0][i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("sessions_squared cannot be %g of %g sessions of absence", column[2][i], column[0][i]),
					 errhint("abie.absence_spells gives both.")));
	}
}

PG_FUNCTION_INFO_V1(abie_learn_outlook);
Datum
abie_learn_outlook(PG_FUNCTION_ARGS)
{
	FloatColumns pupils = float_columns_arguments(fcinfo, 5, (const char *const[]) {
		"sess_overall", "sess_possible", "sessions_squared", "overall_before", "possible_before"
	});
	OutlookModel model;
	Datum		value[8];
	bool		null[8] = {false};

	check_pupils(&pupils);
	if (pupils.rows < LEAST_PUPILS)
		PG_RETURN_NULL();
	model = learn_outlook(&(PupilYears) {
		.count = pupils.rows, .absent = pupils.column[0], .possible = pupils.column[1], .squared = pupils.column[2],
		.absent_before = pupils.column[3], .possible_before = pupils.column[4]
	});
	value[0] = Int32GetDatum(pupils.rows);
	value[1] = Float8GetDatum(model.spell);
	value[2] = Float8GetDatum(model.mean);
	value[3] = Float8GetDatum(model.strength);
	value[4] = Int32GetDatum((int32) model.pupils_before);
	value[5] = Float8GetDatum(model.intercept);
	value[6] = Float8GetDatum(model.slope);
	value[7] = Float8GetDatum(model.strength_before);
	null[5] = null[6] = null[7] = model.pupils_before < LEAST_PUPILS;
	return row_result(fcinfo, 8, value, null);
}
