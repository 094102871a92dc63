/*
 * year_progress.c
 *	  SQL function abie_internal.project_stratum over core/year_progress.c.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "arguments.h"
#include "callbacks.h"
#include "catalog/pg_type.h"
#include "core/year_progress.h"
#include "fmgr.h"
#include "funcapi.h"
#include "projection.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* The arguments of the function, by their number. */
enum
{
	URNS, ENROLMENTS, FORECASTS, LAST_FORECASTS, YEAR_VARIANCES, ATTENDANCE, BASELINES, IMPROVEMENTS,
	THIS_WEEKS,					/* four arrays: see WeekRows */
	LAST_WEEKS = THIS_WEEKS + 4,
	ACCEPTED_URNS = LAST_WEEKS + 4, ACCEPTED_WEEKS,
	PACE, AS_OF, OVER, DECLARED_V0, DECLARED_V1, DECLARED_RHO, FORECAST_QUANTILE,
	REGIONS, AUTHORITIES
};

/* ---------- weeks as they come, in any order ---------- */

typedef struct WeekRows
{
	int			count;
	const int32 *urn;
	const DateADT *monday;
	const int64 *possible;
	const int64 *absent;
} WeekRows;

/* The elements of a one-dimensional array without NULL; their number. */
static const void *
elements_argument(FunctionCallInfo fcinfo, int number, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);

	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument %d must be a one-dimensional array without NULL", number + 1)));
	*count = element_count(array);
	return ARR_DATA_PTR(array);
}

/* ... of a length known. */
static const void *
fitting_argument(FunctionCallInfo fcinfo, int number, int length)
{
	int			count;
	const void *element = elements_argument(fcinfo, number, &count);

	if (count != length)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("argument %d has %d elements, not %d", number + 1, count, length)));
	return element;
}

static WeekRows
week_rows_arguments(FunctionCallInfo fcinfo, int first)
{
	WeekRows	rows;

	rows.urn = elements_argument(fcinfo, first, &rows.count);
	rows.monday = fitting_argument(fcinfo, first + 1, rows.count);
	rows.possible = fitting_argument(fcinfo, first + 2, rows.count);
	rows.absent = fitting_argument(fcinfo, first + 3, rows.count);
	for (int r = 0; r < rows.count; r++)
		if (rows.possible[r] <= 0 || rows.absent[r] < 0 || rows.absent[r] > rows.possible[r])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("week %d has " INT64_FORMAT " sessions of absence of " INT64_FORMAT " possible",
							r + 1, rows.absent[r], rows.possible[r])));
	return rows;
}

/* The place of a URN among those of the stratum, ascending; -1: of another stratum. */
static int
school_of(const int32 *urn, int schools, int32 wanted)
{
	int			low = 0;
	int			high = schools;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (urn[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low < schools && urn[low] == wanted ? low : -1;
}

/* The rows of each school in the order of Mondays: first[i] to first[i + 1] - 1 of order. */
static int *
order_rows(const WeekRows *rows, const int32 *urn, int schools, size_t *first)
{
	int		   *school = allocate(sizeof(int) * (rows->count + 1));
	int		   *order;
	size_t	   *next = allocate(sizeof(size_t) * (schools + 1));

	memset(first, 0, sizeof(size_t) * (schools + 1));
	for (int r = 0; r < rows->count; r++)
	{
		school[r] = r > 0 && rows->urn[r] == rows->urn[r - 1] ? school[r - 1] : school_of(urn, schools, rows->urn[r]);
		if (school[r] >= 0)
			first[school[r] + 1]++;
	}
	for (int i = 0; i < schools; i++)
		next[i] = first[i + 1] += first[i];
	order = allocate(sizeof(int) * (first[schools] + 1));
	/* from the last row on, and each before the later Mondays that are in already */
	for (int r = rows->count - 1; r >= 0; r--)
	{
		size_t		at;

		if (school[r] < 0)
			continue;
		at = --next[school[r]];
		for (; at + 1 < first[school[r] + 1] && rows->monday[order[at + 1]] < rows->monday[r]; at++)
			order[at] = order[at + 1];
		order[at] = r;
	}
	pfree(school);
	pfree(next);
	return order;
}

/* ---------- a year of weeks ---------- */

static void
check_weeks(const SchoolWeek *week, size_t count, int32 urn)
{
	for (size_t i = 1; i < count; i++)
		if (week[i].monday == week[i - 1].monday)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("school %d has a week twice", urn)));
	if (count > 0 && week[count - 1].monday - week[0].monday > CALENDAR_SPAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("school %d has weeks of more than one academic year", urn)));
}

/* Places among the Mondays that have a week, from 0; how many there are. */
static size_t
number_mondays(const SchoolWeek *place, size_t rows, int32_t *week)
{
	Day			first = 0;
	Day			last = 0;
	int32_t    *number;
	size_t		count = 0;

	for (size_t r = 0; r < rows; r++)
	{
		first = r == 0 ? place[r].monday : Min(first, place[r].monday);
		last = r == 0 ? place[r].monday : Max(last, place[r].monday);
	}
	if (last - first > CALENDAR_SPAN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the weeks are of more than one academic year")));
	number = palloc0(sizeof(int32_t) * (last - first + 1));
	for (size_t r = 0; r < rows; r++)
		number[place[r].monday - first] = 1;
	for (Day day = 0; day <= last - first; day++)
		if (number[day] != 0)
			number[day] = count++;
	for (size_t r = 0; r < rows; r++)
		week[r] = number[place[r].monday - first];
	return count;
}

static YearWeeks
year_weeks(const WeekRows *rows, const int32 *urn, int schools)
{
	size_t	   *first = palloc(sizeof(size_t) * (schools + 1));
	int		   *order = order_rows(rows, urn, schools, first);
	size_t		count = first[schools];
	SchoolWeek *place = allocate(sizeof(SchoolWeek) * (count + 1));
	int32_t    *week = allocate(sizeof(int32_t) * (count + 1));
	double	   *possible = allocate(sizeof(double) * (count + 1));
	double	   *rate = allocate(sizeof(double) * (count + 1));

	for (size_t r = 0; r < count; r++)
	{
		int			row = order[r];

		place[r].monday = rows->monday[row];
		possible[r] = (double) rows->possible[row];
		rate[r] = 100.0 * (double) (rows->possible[row] - rows->absent[row]) / possible[r];
	}
	pfree(order);
	for (int i = 0; i < schools; i++)
		check_weeks(place + first[i], first[i + 1] - first[i], urn[i]);
	return (YearWeeks) {
		.schools = schools, .first = first, .place = place, .week = week, .possible = possible, .rate = rate,
		.set_aside = memset(allocate(count + 1), false, count + 1),
		.mondays = number_mondays(place, count, week)
	};
}

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
	const DateADT *monday = fitting_argument(fcinfo, ACCEPTED_WEEKS, count);

	for (int a = 0; a < count; a++)
	{
		int			school = school_of(urn, year->schools, accepted[a]);

		for (size_t r = school < 0 ? 0 : year->first[school]; school >= 0 && r < year->first[school + 1]; r++)
			if (year->place[r].monday == monday[a])
				year->set_aside[r] = true;
	}
}

static Stratum
stratum_arguments(FunctionCallInfo fcinfo, const int32 *urn, const int *order, int schools, int32 **area)
{
	WeekRows	now = week_rows_arguments(fcinfo, THIS_WEEKS);
	WeekRows	then = week_rows_arguments(fcinfo, LAST_WEEKS);
	Stratum		stratum = {
		.this_year = year_weeks(&now, urn, schools),
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

/* A row of a composite type; a number that is NaN is NULL. */
typedef struct RowMaker
{
	TupleDesc	descriptor;
	int			column;
	Datum		value[MaxTupleAttributeNumber];
	bool		null[MaxTupleAttributeNumber];
} RowMaker;

static RowMaker *
row_maker(Oid type)
{
	RowMaker   *row = palloc(sizeof(RowMaker));

	row->descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	row->column = 0;
	return row;
}

static void
put(RowMaker *row, Datum value)
{
	row->null[row->column] = false;
	row->value[row->column++] = value;
}

static void
put_number(RowMaker *row, double number)
{
	if (isinf(number))
		float_overflow_error();
	row->null[row->column] = isnan(number);
	row->value[row->column++] = Float8GetDatum(number);
}

static Datum
finish_row(RowMaker *row)
{
	if (row->column != row->descriptor->natts)
		elog(ERROR, "the result type is not that of this version");
	row->column = 0;
	return HeapTupleGetDatum(heap_form_tuple(row->descriptor, row->value, row->null));
}

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
standing_result(RowMaker *row, int32 urn, const SchoolProgress *p)
{
	put(row, Int32GetDatum(urn));
	put(row, Int32GetDatum(p->weeks));
	put(row, Int32GetDatum(p->weeks_set_aside));
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
row_array(Datum *row, int count, Oid type)
{
	return PointerGetDatum(construct_array(row, count, type, -1, false, TYPALIGN_DOUBLE));
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

static Datum
standing_array(Oid type, const int32 *urn, const SchoolProgress *progress, int schools)
{
	Datum	   *result = allocate(sizeof(Datum) * (schools + 1));
	RowMaker   *row = row_maker(type);

	for (int i = 0; i < schools; i++)
		result[i] = standing_result(row, urn[i], &progress[i]);
	return row_array(result, schools, type);
}

static Datum
area_shock_array(Oid type, const Shocks *shocks, int32 *const *area)
{
	Datum	   *result = allocate(sizeof(Datum) * (shocks->areas + 1));
	RowMaker   *row = row_maker(type);

	for (size_t k = 0; k < shocks->areas; k++)
	{
		const AreaShock *s = &shocks->area[k];

		put(row, CStringGetTextDatum(s->level == AREA_REGION ? "region" : "local authority"));
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
	Datum		result[5];

	if (get_call_result_type(fcinfo, NULL, &descriptor) != TYPEFUNC_COMPOSITE || descriptor->natts != lengthof(result))
		elog(ERROR, "the result type is not that of this version");
	for (int i = 0; i < schools; i++)
		urn[i] = given[order[i]];
	stratum = stratum_arguments(fcinfo, urn, order, schools, area);
	project_stratum(&stratum, &rule, &learned, progress, &shocks, allocate, check_for_interrupts);
	result[0] = learned_result(column_type(descriptor, 0), &learned);
	result[1] = week_array(column_type(descriptor, 1), &stratum, &learned);
	result[2] = standing_array(column_type(descriptor, 2), urn, progress, schools);
	result[3] = area_shock_array(column_type(descriptor, 3), &shocks, area);
	result[4] = school_shock_array(column_type(descriptor, 4), &shocks, urn);
	PG_RETURN_DATUM(row_result(fcinfo, lengthof(result), result, NULL));
}
