/*
 * grid.c
 *	  SQL function longitude_latitude over core/grid.c.
 */
#include "postgres.h"

#include "arguments.h"
#include "core/grid.h"
#include "fmgr.h"
#include "results.h"

static double
grid_argument(FunctionCallInfo fcinfo, int number, const char *name, double greatest)
{
	double		metres = finite_argument(fcinfo, number, name);

	if (metres < 0.0 || metres > greatest)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be between 0 and %.0f metres, not %g", name, greatest, metres),
				 errhint("Places are those of the British National Grid.")));
	return metres;
}

PG_FUNCTION_INFO_V1(abie_longitude_latitude);
Datum
abie_longitude_latitude(PG_FUNCTION_ARGS)
{
	double		easting = grid_argument(fcinfo, 0, "easting", 700000.0);
	double		northing = grid_argument(fcinfo, 1, "northing", 1300000.0);
	GridPlace	place = grid_place(easting, northing);
	Datum		result[] = {Float8GetDatum(place.longitude), Float8GetDatum(place.latitude)};

	return row_result(fcinfo, lengthof(result), result, NULL);
}
