/*
 * choose_sites.c
 *	  SQL functions abie.choose_sites and abie.choose_sites_bound over core/choose_sites.c.
 */
#include "postgres.h"

#include "arguments.h"
#include "callbacks.h"
#include "core/choose_sites.h"
#include "cost_matrix.h"
#include "results.h"

/* Exchanges are weighed in a table of sites by sites to open; this many cells take half a gigabyte. */
#define MAX_EXCHANGES (INT64CONST(1) << 26)

/* A problem in the order of ids, and the choice made. */
typedef struct Chosen
{
	SiteChoice	choice;
	IdRow	   *site;
	bool	   *open;
	Service    *service;
} Chosen;

static void
not_null(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s cannot be NULL", name)));
}

/* The same integer for each of so many. */
static int32 *
repeated(int32 value, int count)
{
	int32	   *array = allocate(sizeof(int32) * count);

	for (int i = 0; i < count; i++)
		array[i] = value;
	return array;
}

/* Which of the sites the argument names; NULL names none. */
static bool *
fixed_argument(FunctionCallInfo fcinfo, int number, const CostMatrix *matrix)
{
	ArrayType  *array = PG_ARGISNULL(number) ? NULL : PG_GETARG_ARRAYTYPE_P(number);
	int			count = array == NULL ? 0 : ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	int64	   *id;
	bool	   *present;
	IdRow	   *named;
	bool	   *fixed = allocate(sizeof(bool) * matrix->sites);
	int			found = 0;

	memset(fixed, 0, sizeof(bool) * matrix->sites);
	if (count == 0)
		return fixed;
	/* before present is read: arguments are evaluated in no order */
	id = bigint_array_argument(array, count, "fixed", &present);
	named = sort_ids(id, present, count, "fixed");
	for (int j = 0; j < matrix->sites && found < count; j++)
	{
		fixed[j] = named[found].id == matrix->site[j].id;
		found += fixed[j];
	}
	if (found < count)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fixed site " INT64_FORMAT " is not one of the sites", named[found].id)));
	return fixed;
}

/* Rows as they came. */
static IdRow *
given_order(int count)
{
	IdRow	   *order = allocate(sizeof(IdRow) * count);

	for (int i = 0; i < count; i++)
		order[i] = (IdRow) {i + 1, i};
	return order;
}

/* How many sites of each group may be open, and the group of each; without quotas one group of all. */
static void
read_groups(FunctionCallInfo fcinfo, SiteChoice *choice, const CostMatrix *matrix)
{
	ArrayType  *quota;
	int32	   *group;

	if (PG_ARGISNULL(7) != PG_ARGISNULL(8))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("site_group and quota go together: one of them is NULL")));
	choice->groups = 1;
	choice->group = repeated(0, choice->sites);
	choice->most = repeated(choice->number, 1);
	if (PG_ARGISNULL(7))
		return;
	quota = PG_GETARG_ARRAYTYPE_P(8);
	choice->groups = element_count(quota);
	choice->most = integers_argument(fcinfo, 8, "quota", given_order(choice->groups), choice->groups, true);
	choice->group = group = integers_argument(fcinfo, 7, "site_group", matrix->site, choice->sites, false);
	for (int j = 0; j < choice->sites; j++)
	{
		if (group[j] < 1 || group[j] > choice->groups)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("site " INT64_FORMAT " is of group %d, but quota has %d elements",
							matrix->site[j].id, group[j], choice->groups)));
		group[j]--;
	}
}

static void
check_choice(const SiteChoice *choice)
{
	/* what the sites taken in a relaxation bring is added up, each at most all prices */
	int64		max_sum = CHOOSE_SITES_MAX_SUM / Max(choice->number, 1);
	int			fixed = 0;

	for (int j = 0; j < choice->sites; j++)
		fixed += choice->fixed[j];
	if (choice->number < fixed || choice->number > choice->sites)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number must be between %d, the fixed sites, and %d, all of them, not %d",
						fixed, choice->sites, choice->number)));
	if ((int64) choice->number * choice->sites > MAX_EXCHANGES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("cannot choose %d of %d sites: their product is limited to " INT64_FORMAT,
						choice->number, choice->sites, MAX_EXCHANGES)));
	if (choose_sites_largest_sum(choice) > max_sum)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("costs times weights are too large: their sum is limited to " INT64_FORMAT,
						max_sum),
				 errhint("Give costs in a coarser unit.")));
}

static Chosen
chosen(FunctionCallInfo fcinfo)
{
	static const char *const name[] = {"schools", "sites", "costs", "unserved", "number"};
	CostMatrix	matrix;
	Chosen		c;

	for (int i = 0; i < (int) lengthof(name); i++)
		not_null(fcinfo, i, name[i]);
	matrix = cost_matrix_arguments(fcinfo);
	c.site = matrix.site;
	c.choice = (SiteChoice)
	{
		.schools = matrix.schools,
		.sites = matrix.sites,
		.cost = matrix.cost,
		.allowed = matrix.allowed,
		.unserved = integers_argument(fcinfo, 3, "unserved", matrix.school, matrix.schools, false),
		.number = PG_GETARG_INT32(4),
		.weight = PG_ARGISNULL(5) ? repeated(1, matrix.schools)
		: integers_argument(fcinfo, 5, "weights", matrix.school, matrix.schools, true),
		.fixed = fixed_argument(fcinfo, 6, &matrix)
	};
	c.choice.near = near_sites(matrix.schools, matrix.sites, matrix.cost, matrix.allowed, c.choice.unserved,
							   allocate, check_for_interrupts);
	read_groups(fcinfo, &c.choice, &matrix);
	check_choice(&c.choice);
	c.open = allocate(sizeof(bool) * matrix.sites);
	c.service = allocate(sizeof(Service) * matrix.schools);
	choose_sites(&c.choice, c.open, c.service, allocate, check_for_interrupts);
	return c;
}

PG_FUNCTION_INFO_V1(abie_choose_sites);
Datum
abie_choose_sites(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Chosen		c = chosen(fcinfo);
	int			sites = c.choice.sites;
	int64	   *served = allocate(sizeof(int64) * (sites + 1));
	int64	   *cost = allocate(sizeof(int64) * (sites + 1));

	memset(served, 0, sizeof(int64) * (sites + 1));
	memset(cost, 0, sizeof(int64) * (sites + 1));
	for (int i = 0; i < c.choice.schools; i++)
	{
		served[c.service[i].site]++;
		cost[c.service[i].site] += c.service[i].cost;
	}
	for (int j = 0; j <= sites; j++)
	{
		bool		unserved = j == sites;
		Datum		value[3] = {Int64GetDatum(unserved ? 0 : c.site[j].id), Int64GetDatum(served[j]),
			Int64GetDatum(cost[j])};
		bool		null[3] = {unserved, false, false};

		if (unserved ? served[j] > 0 : c.open[j])
			put_row(rows, value, null);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_choose_sites_bound);
Datum
abie_choose_sites_bound(PG_FUNCTION_ARGS)
{
	Chosen		c = chosen(fcinfo);

	PG_RETURN_INT64(choose_sites_bound(&c.choice, c.service, allocate, check_for_interrupts));
}
