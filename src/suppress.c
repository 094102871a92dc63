/*
 * suppress.c
 *	  SQL function suppress over core/suppress.c.
 */
#include "postgres.h"

#include "arguments.h"
#include "callbacks.h"
#include "catalog/pg_type.h"
#include "common/int.h"
#include "compat.h"
#include "core/suppress.h"
#include "fmgr.h"
#include "results.h"
#include "utils/builtins.h"

/* The groups of one side: of each cell the number of its group, in the order of bytes from 1; 0 is NULL, the total. */
typedef struct Groups
{
	int			cells;
	Datum	   *name;
	bool	   *null;
	int		   *number;
	int			groups;			/* the total among them */
} Groups;

static int
compare_names(const void *a, const void *b, void *groups)
{
	const Groups *g = groups;
	int			x = *(const int *) a;
	int			y = *(const int *) b;
	text	   *s;
	text	   *t;
	int			difference;

	if (g->null[x] || g->null[y])
		return (int) g->null[y] - (int) g->null[x];
	s = DatumGetTextPP(g->name[x]);
	t = DatumGetTextPP(g->name[y]);
	difference = memcmp(VARDATA_ANY(s), VARDATA_ANY(t), Min(VARSIZE_ANY_EXHDR(s), VARSIZE_ANY_EXHDR(t)));
	if (difference != 0)
		return difference;
	return (int) VARSIZE_ANY_EXHDR(s) - (int) VARSIZE_ANY_EXHDR(t);
}

static Groups
groups_argument(FunctionCallInfo fcinfo, int argument)
{
	Groups		g;
	int		   *sorted;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TEXTOID, -1, false, TYPALIGN_INT, &g.name, &g.null, &g.cells);
	g.number = palloc(sizeof(int) * (g.cells + 1));
	g.groups = 1;
	sorted = palloc(sizeof(int) * (g.cells + 1));
	for (int i = 0; i < g.cells; i++)
		sorted[i] = i;
	qsort_arg(sorted, g.cells, sizeof(int), compare_names, &g);
	for (int k = 0; k < g.cells; k++)
	{
		bool		is_new = k == 0 || compare_names(&sorted[k - 1], &sorted[k], &g) != 0;

		g.number[sorted[k]] = g.null[sorted[k]] ? 0 : (is_new ? g.groups++ : g.groups - 1);
	}
	return g;
}

/* A cell with its place among the arguments; a total that was not given has none. */
typedef struct PlacedCell
{
	SuppressCell cell;
	int			place;
} PlacedCell;

#define NOT_GIVEN (-1)

typedef struct Table
{
	Groups		row;
	Groups		column;
	PlacedCell *cell;
	int			cells;
} Table;

static char *
group_name(const Groups *g, int place)
{
	return place == NOT_GIVEN || g->null[place] ? "NULL" : quote_literal_cstr(TextDatumGetCString(g->name[place]));
}

/* By row, then column: the order of ties, whatever that of the arguments is. */
static int
compare_cells(const void *a, const void *b)
{
	const SuppressCell *x = &((const PlacedCell *) a)->cell;
	const SuppressCell *y = &((const PlacedCell *) b)->cell;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->column > y->column) - (x->column < y->column);
}

static void
read_cells(FunctionCallInfo fcinfo, Table *table)
{
	int			cells = table->row.cells;
	bool	   *present;
	int64	   *count = bigint_array_argument(PG_GETARG_ARRAYTYPE_P(2), cells, "counts", &present);
	bool	   *published = PG_ARGISNULL(3) ? NULL :
		boolean_array_argument(PG_GETARG_ARRAYTYPE_P(3), cells, "published");

	for (int i = 0; i < cells; i++)
	{
		if (!present[i] || count[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("count of row %s, column %s cannot be %s",
							group_name(&table->row, i), group_name(&table->column, i),
							present[i] ? psprintf(INT64_FORMAT, count[i]) : "NULL"),
					 errhint("Counts are 0 or more; leave out cells that do not exist.")));
		table->cell[i] = (PlacedCell) {
			{table->row.number[i], table->column.number[i], count[i], published == NULL || published[i], false}, i
		};
	}
	table->cells = cells;
	qsort(table->cell, cells, sizeof(PlacedCell), compare_cells);
	for (int k = 1; k < cells; k++)
		if (compare_cells(&table->cell[k - 1], &table->cell[k]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("two cells of row %s, column %s", group_name(&table->row, table->cell[k].place),
							group_name(&table->column, table->cell[k].place)),
					 errhint("Give each cell once. NULL stands for a total: give groups that are NULL a name, "
							 "with coalesce.")));
}

static void
add_count(int64 *sum, int64 count)
{
	if (pg_add_s64_overflow(*sum, count, sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the sum of counts is out of range")));
}

/* Totals are their cells' sums; those not given are there too, not published. */
static void
complete_totals(Table *table)
{
	int64	   *row_sum = palloc0(sizeof(int64) * table->row.groups);
	int64	   *column_sum = palloc0(sizeof(int64) * table->column.groups);
	bool	   *row_given = palloc0(sizeof(bool) * table->row.groups);
	bool	   *column_given = palloc0(sizeof(bool) * table->column.groups);
	int			given = table->cells;

	for (int k = 0; k < given; k++)
	{
		SuppressCell *c = &table->cell[k].cell;

		if (c->row > 0 && c->column > 0)
		{
			add_count(&row_sum[c->row], c->count);
			add_count(&column_sum[c->column], c->count);
			add_count(&row_sum[0], c->count);
		}
	}
	for (int k = 0; k < given; k++)
	{
		SuppressCell *c = &table->cell[k].cell;
		int64		sum = c->column == 0 ? row_sum[c->row] : column_sum[c->column];

		if (c->row > 0 && c->column > 0)
			continue;
		if (c->count != sum)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("the total of row %s, column %s is " INT64_FORMAT ", but its cells add up to " INT64_FORMAT,
							group_name(&table->row, table->cell[k].place),
							group_name(&table->column, table->cell[k].place), c->count, sum),
					 errhint("Give all cells and their totals, as GROUP BY CUBE makes them.")));
		if (c->column == 0)
			row_given[c->row] = true;
		else
			column_given[c->column] = true;
	}
	for (int r = 0; r < table->row.groups; r++)
		if (!row_given[r])
			table->cell[table->cells++] = (PlacedCell) {{r, 0, row_sum[r], false, false}, NOT_GIVEN};
	for (int c = 1; c < table->column.groups; c++)
		if (!column_given[c])
			table->cell[table->cells++] = (PlacedCell) {{0, c, column_sum[c], false, false}, NOT_GIVEN};
	qsort(table->cell, table->cells, sizeof(PlacedCell), compare_cells);
}

static void
check_cells(FunctionCallInfo fcinfo, int argument, const char *name, int cells)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argument);
	int			length = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (length != cells)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("row_groups has %d elements, %s %d", cells, name, length),
				 errhint("Give one element a cell in each array.")));
}

static Table
table_arguments(FunctionCallInfo fcinfo)
{
	Table		table = {.row = groups_argument(fcinfo, 0), .column = groups_argument(fcinfo, 1)};

	check_cells(fcinfo, 1, "column_groups", table.row.cells);
	check_cells(fcinfo, 2, "counts", table.row.cells);
	if (!PG_ARGISNULL(3))
		check_cells(fcinfo, 3, "published", table.row.cells);
	table.cell = palloc(sizeof(PlacedCell) * (table.row.cells + table.row.groups + table.column.groups));
	read_cells(fcinfo, &table);
	complete_totals(&table);
	return table;
}

static void
put_cell(ReturnSetInfo *rows, const Table *table, int place, const SuppressCell *cell)
{
	Datum		column[4] = {
		table->row.name[place], table->column.name[place], Int64GetDatum(cell->count), CStringGetTextDatum("c")
	};
	bool		null[4] = {table->row.null[place], table->column.null[place], cell->suppressed, !cell->suppressed};

	put_row(rows, column, null);
}

PG_FUNCTION_INFO_V1(abie_suppress);
Datum
abie_suppress(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	Table		table;
	SuppressCell *cell;

	/* not STRICT: published may be NULL; array_agg over no rows gives NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	table = table_arguments(fcinfo);
	cell = palloc(sizeof(SuppressCell) * table.cells);
	for (int k = 0; k < table.cells; k++)
		cell[k] = table.cell[k].cell;
	if (!suppress(cell, table.cells, table.row.groups, table.column.groups, allocate, check_for_interrupts))
		elog(ERROR, "no cell is left to suppress");
	for (int k = 0; k < table.cells; k++)
		if (cell[k].published)
			put_cell(rows, &table, table.cell[k].place, &cell[k]);
	return (Datum) 0;
}
