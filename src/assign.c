/*
 * assign.c
 *	  SQL functions abie.assign and abie.assign_prices over core/assign.c.
 */
#include "postgres.h"

#include "callbacks.h"
#include "core/assign.h"
#include "cost_matrix.h"
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

static Placement
placement(FunctionCallInfo fcinfo)
{
	CostMatrix	costs = cost_matrix_arguments(fcinfo);
	Placement	p = {.school = costs.school, .site = costs.site};

	p.problem = (AssignProblem)
	{
		.schools = costs.schools,
		.sites = costs.sites,
		.cost = costs.cost,
		.allowed = costs.allowed,
		.capacity = integers_argument(fcinfo, 3, "capacity", costs.site, costs.sites, true),
		.unplaced = integers_argument(fcinfo, 4, "unplaced", costs.school, costs.schools, false)
	};
	p.placed = allocate(sizeof(int) * costs.schools);
	p.price = allocate(sizeof(int64) * costs.sites);
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
