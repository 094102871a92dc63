/*
 * year_progress.c
 *	  SQL function abie_internal.project_stratum over core/year_progress.c.
 */
#include "postgres.h"

#include <math.h>

#include "arguments.h"
#include "callbacks.h"
#include "core/year_progress.h"
#include "fmgr.h"
#include "funcapi.h"
#include "projection.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "year_weeks.h"

/* The arguments of the function, by their number. */
enum
{
	URNS, ENROLMENTS, FORECASTS, LAST_FORECASTS, YEAR_VARIANCES, ATTENDANCE, BASELINES, IMPROVEMENTS,
	THIS_WEEKS, LAST_WEEKS, ACCEPTED_URNS, ACCEPTED_WEEKS, ACCEPTED_SCOPES,
	PACE, AS_OF, OVER, DECLARED_V0, DECLARED_V1, DECLARED_RHO, FORECAST_QUANTILE,
	REGIONS, AUTHORITIES
};

/* ---------- schools, and what was accepted ---------- */

static int
compare_urns(const void *left, const void *right, void *urn)
{
	int32		a = ((const int32 *) urn)[*(const int *) left];
	int32		b = ((const int32 *) urn)[*(const int *) right];

	return a < b ? -1 : a > b;
}

/* Places of the schools in the order of their URNs. */
static int *
order_schools(const int32 *urn, int schools)
{
	int		   *order = allocate(sizeof(int) * (schools + 1));

	for (int i = 0; i < schools; i++)
		order[i] = i;
	qsort_arg(order, schools, sizeof(int), compare_urns, unconstify(int32 *, urn));
	for (int i = 1; i < schools; i++)
		if (urn[order[i]] == urn[order[i - 1]])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("school %d is given twice", urn[order[i]])));
	return order;
}

/* A number of each school, in the order of URNs; NaN for NULL where it may be missing. */
static const double *
figures_argument(FunctionCallInfo fcinfo, int number, const char *name, const int *order, int schools, bool may_miss)
{
	FloatMatrix given = float_vector_argument(PG_GETARG_ARRAYTYPE_P(number), name, may_miss);
	double	   *figure = allocate(sizeof(double) * (schools + 1));

	if (given.columns != schools || !(given.complete || may_miss))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have an element for each of %d schools", name, schools)));
	for (int i = 0; i < schools; i++)
		figure[i] = given.present[order[i]] ? given.value[order[i]] : NAN;
	return figure;
}

static int
compare_numbers(const void *left, const void *right)
{
	int32		a = *(const int32 *) left;
	int32		b = *(const int32 *) right;

	return a < b ? -1 : a > b;
}

/* The areas that schools are in, by number, 0 for none; number: of each area, ascending. */
static Areas
areas_argument(FunctionCallInfo fcinfo, int argument, const int *order, int schools, int32 **number)
{
	const int32 *given = fitting_argument(fcinfo, argument, schools);
	int32	   *of_school = allocate(sizeof(int32) * (schools + 1));
	int32	   *area = allocate(sizeof(int32) * (schools + 1));
	int			count = 0;

	memcpy(area, given, sizeof(int32) * schools);
	qsort(area, schools, sizeof(int32), compare_numbers);
	for (int i = 0; i < schools; i++)
		if (area[i] != 0 && (count == 0 || area[i] != area[count - 1]))
			area[count++] = area[i];
	for (int i = 0; i < schools; i++)
		of_school[i] = school_of(area, count, given[order[i]]);
	*number = area;
	return (Areas) {.count = count, .of_school = of_school};
}

static void
mark_accepted(FunctionCallInfo fcinfo, const YearWeeks *year, const int32 *urn)
{
	int			count;
	const int32 *accepted = elements_argument(fcinfo, ACCEPTED_URNS, &count);
	const int32 *scope;
	const DateADT *monday;

	(void) fitting_argument(fcinfo, ACCEPTED_WEEKS, count);
	scope = fitting_argument(fcinfo, ACCEPTED_SCOPES, count);
	monday = monday_array_argument(PG_GETARG_ARRAYTYPE_P(ACCEPTED_WEEKS), "weeks");
	for (int a = 0; a < count; a++)
	{
		int			school = school_of(urn, year->schools, accepted[a]);

		if (scope[a] <= BEFELL_NOTHING || scope[a] > BEFELL_COUNTRY)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("there is no scope %d of an event", scope[a])));
		for (size_t r = school < 0 ? 0 : year->first[school]; school >= 0 && r < year->first[school + 1]; r++)
			if (year->place[r].monday == monday[a])
				year->set_aside[r] = scope[a];
	}
}

static Stratum
stratum_arguments(FunctionCallInfo fcinfo, const WeekRows *now, const int32 *urn, const int *order, int schools,
				  int32 **area)
{
	WeekRows	then = week_rows_argument(fcinfo, LAST_WEEKS);
	Stratum		stratum = {
		.this_year = year_weeks(now, urn, schools),
		.last_year = year_weeks(&then, urn, schools),
		.enrolments = figures_argument(fcinfo, ENROLMENTS, "enrolments", order, schools, false),
		.forecast = figures_argument(fcinfo, FORECASTS, "forecasts", order, schools, false),
		.last_forecast = figures_argument(fcinfo, LAST_FORECASTS, "last_forecasts", order, schools, true),
		.year_variance = figures_argument(fcinfo, YEAR_VARIANCES, "year_variances", order, schools, false),
		.attendance = figures_argument(fcinfo, ATTENDANCE, "attendance", order, schools, false),
		.baseline = figures_argument(fcinfo, BASELINES, "baselines", order, schools, false),
		.improvement = figures_argument(fcinfo, IMPROVEMENTS, "improvements", order, schools, false),
		.pace = finite_argument(fcinfo, PACE, "pace"),
		.areas = {
			[AREA_REGION] = areas_argument(fcinfo, REGIONS, order, schools, &area[AREA_REGION]),
			[AREA_AUTHORITY] = areas_argument(fcinfo, AUTHORITIES, order, schools, &area[AREA_AUTHORITY])
		},
		.as_of = PG_GETARG_DATEADT(AS_OF),
		.over = PG_GETARG_BOOL(OVER),
		.declared = {
			.v0 = finite_argument(fcinfo, DECLARED_V0, "declared_v0"),
			.v1 = not_negative_argument(fcinfo, DECLARED_V1, "declared_v1"),
			.rho = finite_argument(fcinfo, DECLARED_RHO, "declared_rho")
		},
		.forecast_quantile = not_negative_argument(fcinfo, FORECAST_QUANTILE, "forecast_quantile")
	};

	check_positive(stratum.enrolments, schools, "enrolments");
	check_positive(stratum.year_variance, schools, "year_variances");
	check_positive(&stratum.declared.v0, 1, "declared_v0");
	mark_accepted(fcinfo, &stratum.this_year, urn);
	mark_accepted(fcinfo, &stratum.last_year, urn);
	return stratum;
}

/* ---------- results ---------- */

static Datum
learned_result(Oid type, const Learned *learned)
{
	RowMaker   *row = row_maker(type);

	put_number(row, learned->noise.v0);
	put_number(row, learned->noise.v1);
	put_number(row, learned->noise.rho);
	put(row, BoolGetDatum(learned->from_history));
	put_number(row, learned->quantile);
	put(row, Int32GetDatum(learned->quantile_schools));
	put_number(row, learned->forecast);
	put_number(row, learned->last_forecast);
	put_number(row, learned->level_variance);
	put_number(row, learned->week_variance);
	put_number(row, learned->common_change);
	put_number(row, learned->taken_on);
	put_number(row, learned->shortfall);
	put_number(row, learned->week_movement);
	put_number(row, learned->common_movement);
	put_number(row, learned->movement_sd);
	return finish_row(row);
}

/* The kinds of week that a year's Mondays had, as rows; how many. */
static int
week_results(RowMaker *row, const YearWeeks *year, const CommonWeek *common, bool this_year, Datum *result)
{
	Day		   *monday = palloc(sizeof(Day) * (year->mondays + 1));
	int			count = 0;

	for (size_t r = 0; r < year->first[year->schools]; r++)
		monday[year->week[r]] = year->place[r].monday;
	for (size_t w = 0; w < year->mondays; w++)
		for (int kind = 0; kind < WEEK_KINDS; kind++)
		{
			if (common[w].schools[kind] == 0)
				continue;
			put(row, BoolGetDatum(this_year));
			put(row, DateADTGetDatum(monday[w]));
			put(row, CStringGetTextDatum(week_kind_name(kind)));
			put(row, Int32GetDatum(common[w].schools[kind]));
			put_number(row, common[w].course[kind]);
			put_number(row, common[w].centre);
			put_number(row, common[w].spread);
			result[count++] = finish_row(row);
		}
	return count;
}

static Datum
standing_result(RowMaker *row, int32 urn, const SchoolProgress *p, bool has_newest_week)
{
	put(row, Int32GetDatum(urn));
	put(row, Int32GetDatum(p->weeks));
	put(row, Int32GetDatum(p->weeks_set_aside));
	put(row, BoolGetDatum(has_newest_week));
	put_number(row, p->year_to_date);
	put_number(row, p->relative);
	put_number(row, p->like_for_like);
	put_number(row, p->done);
	put_number(row, p->week_variance);
	put_number(row, p->prior.mean);
	put_number(row, p->prior.variance);
	put_number(row, p->level.mean);
	put_number(row, p->level.variance);
	put_number(row, p->weeks_left);
	put_number(row, p->course);
	put_number(row, p->year.mean);
	put_number(row, sqrt(p->year.variance));
	put_number(row, p->low);
	put_number(row, p->high);
	put_number(row, p->probability);
	put_number(row, p->year_to_date_without);
	put_number(row, p->projected_without);
	put_number(row, p->probability_without);
	return finish_row(row);
}

static Datum
week_array(Oid type, const Stratum *stratum, const Learned *learned)
{
	size_t		mondays = stratum->this_year.mondays + stratum->last_year.mondays;
	Datum	   *result = allocate(sizeof(Datum) * (mondays * WEEK_KINDS + 1));
	RowMaker   *row = row_maker(type);
	int			count = week_results(row, &stratum->this_year, learned->this_week, true, result);

	count += week_results(row, &stratum->last_year, learned->last_week, false, result + count);
	return row_array(result, count, type);
}

/* The newest Monday of rows of any schools; 0 of none. */
static Day
newest_row(const WeekRows *rows)
{
	Day			newest = 0;

	for (int r = 0; r < rows->count; r++)
		if (r == 0 || week_row(rows, r).monday > newest)
			newest = week_row(rows, r).monday;
	return newest;
}

static Datum
standing_array(Oid type, const int32 *urn, const YearWeeks *now, Day newest, const SchoolProgress *progress)
{
	Datum	   *result = allocate(sizeof(Datum) * (now->schools + 1));
	RowMaker   *row = row_maker(type);

	for (size_t i = 0; i < now->schools; i++)
		result[i] = standing_result(row, urn[i], &progress[i],
									progress[i].weeks > 0 && now->place[now->first[i + 1] - 1].monday == newest);
	return row_array(result, now->schools, type);
}

static const char *
area_level_name(AreaLevel level)
{
	return level == AREA_REGION ? "region" : "local authority";
}

/* The areas that stand for the stratum in weeks of a year, as rows; how many. */
static int
area_course_results(RowMaker *row, const AreaCourses *courses, bool this_year, int32 *const *area, Datum *result)
{
	int			count = 0;

	for (size_t k = 0; k < courses->count; k++)
	{
		const AreaCourse *c = &courses->course[k];

		if (!has_area_course(c))
			continue;
		put(row, BoolGetDatum(this_year));
		put(row, CStringGetTextDatum(area_level_name(c->level)));
		put(row, Int32GetDatum(area[c->level][c->area]));
		put(row, DateADTGetDatum(c->monday));
		put(row, Int32GetDatum(c->schools));
		put_number(row, c->centre);
		put_number(row, c->spread);
		result[count++] = finish_row(row);
	}
	return count;
}

static Datum
area_course_array(Oid type, const Learned *learned, int32 *const *area)
{
	Datum	   *result = allocate(sizeof(Datum) * (learned->this_areas.count + learned->last_areas.count + 1));
	RowMaker   *row = row_maker(type);
	int			count = area_course_results(row, &learned->this_areas, true, area, result);

	count += area_course_results(row, &learned->last_areas, false, area, result + count);
	return row_array(result, count, type);
}

static Datum
area_shock_array(Oid type, const Shocks *shocks, int32 *const *area)
{
	Datum	   *result = allocate(sizeof(Datum) * (shocks->areas + 1));
	RowMaker   *row = row_maker(type);

	for (size_t k = 0; k < shocks->areas; k++)
	{
		const AreaShock *s = &shocks->area[k];

		put(row, CStringGetTextDatum(area_level_name(s->level)));
		put(row, Int32GetDatum(area[s->level][s->area]));
		put(row, DateADTGetDatum(s->monday));
		put(row, Int32GetDatum(s->schools));
		put(row, Int32GetDatum(s->low));
		put_number(row, s->z);
		put_number(row, s->departure);
		result[k] = finish_row(row);
	}
	return row_array(result, shocks->areas, type);
}

static Datum
school_shock_array(Oid type, const Shocks *shocks, const int32 *urn)
{
	Datum	   *result = allocate(sizeof(Datum) * (shocks->schools + 1));
	RowMaker   *row = row_maker(type);

	for (size_t k = 0; k < shocks->schools; k++)
	{
		const SchoolShock *s = &shocks->school[k];

		put(row, Int32GetDatum(urn[s->school]));
		put(row, DateADTGetDatum(s->monday));
		put_number(row, s->z);
		put_number(row, s->departure);
		put_number(row, s->area_departure);
		put_number(row, s->false_discovery);
		result[k] = finish_row(row);
	}
	return row_array(result, shocks->schools, type);
}

/* The type of the elements of the function's result column, or the column's own. */
static Oid
column_type(TupleDesc descriptor, int column)
{
	Oid			type = TupleDescAttr(descriptor, column)->atttypid;
	Oid			element = get_element_type(type);

	return OidIsValid(element) ? element : type;
}

PG_FUNCTION_INFO_V1(abie_project_stratum);
Datum
abie_project_stratum(PG_FUNCTION_ARGS)
{
	int			schools;
	const int32 *given = elements_argument(fcinfo, URNS, &schools);
	int		   *order = order_schools(given, schools);
	int32	   *urn = allocate(sizeof(int32) * (schools + 1));
	SchoolProgress *progress = allocate(sizeof(SchoolProgress) * (schools + 1));
	NormalRule	rule = movement_rule();
	TupleDesc	descriptor;
	Stratum		stratum;
	Learned		learned;
	Shocks		shocks;
	int32	   *area[AREA_LEVELS];
	WeekRows	now;
	Day			newest;
	Datum		result[7];
	bool		null[7] = {false};

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE || descriptor->natts != lengthof(result))
		elog(ERROR, "the result type is not that of this version");
	for (int i = 0; i < schools; i++)
		urn[i] = given[order[i]];
	now = week_rows_argument(fcinfo, THIS_WEEKS);
	newest = newest_row(&now);
	stratum = stratum_arguments(fcinfo, &now, urn, order, schools, area);
	project_stratum(&stratum, &rule, &learned, progress, &shocks, allocate, check_for_interrupts);
	result[0] = learned_result(column_type(descriptor, 0), &learned);
	result[1] = week_array(column_type(descriptor, 1), &stratum, &learned);
	result[2] = area_course_array(column_type(descriptor, 2), &learned, area);
	result[3] = standing_array(column_type(descriptor, 3), urn, &stratum.this_year, newest, progress);
	result[4] = area_shock_array(column_type(descriptor, 4), &shocks, area);
	result[5] = school_shock_array(column_type(descriptor, 5), &shocks, urn);
	result[6] = DateADTGetDatum(newest);
	null[6] = now.count == 0;
	PG_RETURN_DATUM(row_result(fcinfo, lengthof(result), result, null));
}
