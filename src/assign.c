/*
 * assign.c
 *	  SQL functions abie.assign and abie.assign_prices over core/assign.c.
 */
#include "postgres.h"

#include "arguments.h"
#include "callbacks.h"
#include "catalog/pg_type.h"
#include "core/assign.h"
#include "fmgr.h"
#include "id_order.h"
#include "results.h"

/* A problem in the order of ids, and its answer. */
typedef struct Placement
{
	AssignProblem problem;
	IdRow	   *school;
	IdRow	   *site;
	int		   *placed;
	int64	   *price;
} Placement;

static IdRow *
ids_argument(FunctionCallInfo fcinfo, int number, const char *name, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);
	bool	   *present;
	int64	   *id;

	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	id = bigint_array_argument(array, *count, name, &present);
	return sort_ids(id, present, *count, name);
}

/* The integers of an argument, one a row, in the order of ids: 0 or more if so asked. */
static int32 *
integers_argument(FunctionCallInfo fcinfo, int number, const char *name, const IdRow *order, int count,
				  bool not_negative)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);
	int32	   *value = allocate(sizeof(int32) * count);
	const int32 *given;

	if (ARR_NDIM(array) > 1 || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s must have one dimension of %d elements", name, count)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot hold NULL", name)));
	given = (const int32 *) ARR_DATA_PTR(array);
	for (int i = 0; i < count; i++)
	{
		value[i] = given[order[i].row];
		if (not_negative && value[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s cannot be negative: %d at " INT64_FORMAT, name, value[i], order[i].id)));
	}
	return value;
}

static void
read_costs(FunctionCallInfo fcinfo, Placement *p, int32 *cost, bool *allowed)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(2);
	int			sites = p->problem.sites;
	Datum	   *element;
	bool	   *null;
	int			count;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &element, &null, &count);
	if (count != 0 && (ARR_NDIM(array) != 2 || ARR_DIMS(array)[0] != p->problem.schools || ARR_DIMS(array)[1] != sites))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("costs must have %d rows, one a school, and %d columns, one a site",
						p->problem.schools, sites),
				 errhint("array_agg of arrays makes such an array; a pair that is not allowed is NULL.")));
	if (count == 0 && p->problem.schools != 0 && sites != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("costs are empty for %d schools and %d sites", p->problem.schools, sites)));
	for (int i = 0; i < p->problem.schools; i++)
		for (int j = 0; j < sites; j++)
		{
			Size		from = (Size) p->school[i].row * sites + p->site[j].row;
			Size		to = (Size) i * sites + j;

			allowed[to] = !null[from];
			cost[to] = null[from] ? 0 : DatumGetInt32(element[from]);
		}
}

static Placement
placement(FunctionCallInfo fcinfo)
{
	Placement	p;
	Size		pairs;
	int32	   *cost;
	bool	   *allowed;

	p.school = ids_argument(fcinfo, 0, "schools", &p.problem.schools);
	p.site = ids_argument(fcinfo, 1, "sites", &p.problem.sites);
	pairs = (Size) p.problem.schools * p.problem.sites;
	p.problem.cost = cost = allocate(sizeof(int32) * pairs);
	p.problem.allowed = allowed = allocate(sizeof(bool) * pairs);
	read_costs(fcinfo, &p, cost, allowed);
	p.problem.capacity = integers_argument(fcinfo, 3, "capacity", p.site, p.problem.sites, true);
	p.problem.unplaced = integers_argument(fcinfo, 4, "unplaced", p.school, p.problem.schools, false);
	p.placed = allocate(sizeof(int) * p.problem.schools);
	p.price = allocate(sizeof(int64) * p.problem.sites);
	assign(&p.problem, p.placed, p.price, allocate, check_for_interrupts);
	return p;
}

PG_FUNCTION_INFO_V1(abie_assign);
Datum
abie_assign(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Placement	p = placement(fcinfo);

	for (int i = 0; i < p.problem.schools; i++)
	{
		bool		left = p.placed[i] == ASSIGN_UNPLACED;
		int32		cost = left ? p.problem.unplaced[i] : p.problem.cost[(Size) i * p.problem.sites + p.placed[i]];
		Datum		value[3] = {Int64GetDatum(p.school[i].id), Int64GetDatum(left ? 0 : p.site[p.placed[i]].id),
			Int32GetDatum(cost)};
		bool		null[3] = {false, left, false};

		put_row(rows, value, null);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_assign_prices);
Datum
abie_assign_prices(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Placement	p = placement(fcinfo);

	for (int j = 0; j < p.problem.sites; j++)
	{
		Datum		value[2] = {Int64GetDatum(p.site[j].id), Int64GetDatum(p.price[j])};

		put_row(rows, value, NULL);
	}
	return (Datum) 0;
}
