/*
 * suppress.c
 *	  Suppression of a table of counts by the cuts of the graph of its hidden cells.
 *
 * Every row and column that is summed is one equation.  Hidden cells make a
 * bipartite graph between rows and columns, the totals a row and a column of
 * it like the others.  A hidden cell follows from the published ones if and
 * only if it is a bridge; what is told of inner cells together is told by cuts,
 * and those of two units at most are a bridge of 1 or 2, or a pair of 1 each
 * without which the graph falls apart.  No suppressed cell is a bridge, so each
 * is on a ring of hidden cells of at least 1: one more and one less in turn make
 * another table that could be the one, whether or not counts may be negative.
 *
 * Bridges and such pairs are found by labels: a random number for each edge
 * outside a spanning tree, and for an edge in it the exclusive or of those that
 * go around it.  A bridge has label 0, edges of a pair have the same.  The
 * numbers are of a fixed sequence; should two meet by chance, walking the graph
 * shows that there is no cut.
 */
#include "core/suppress.h"

#include <stdlib.h>

typedef struct Graph
{
	SuppressCell *cell;
	size_t		cells;
	int			rows;
	int			nodes;
	int		   *first;			/* hidden cells by node: list_cells */
	size_t	   *edge;
	int		   *all_first;		/* and all cells */
	size_t	   *all_edge;
	int		   *order;			/* nodes as the walk reached them */
	ptrdiff_t  *reached_by;		/* of each node: the cell it was reached by; NOT_REACHED, or ROOT */
	double	   *loss;			/* of each node: counts to suppress on the way to it */
	bool	   *done;			/* of each node: its cells were followed */
	uint64_t   *around;			/* of each node: what goes out of its branch */
	uint64_t   *label;			/* of each cell */
	struct LabelledCell *single;	/* hidden inner cells of 1 */
} Graph;

typedef struct LabelledCell
{
	uint64_t	label;
	size_t		cell;
} LabelledCell;

/* One cell or two without which the graph falls apart. */
typedef struct Cut
{
	size_t		cell;
	size_t		other;			/* NO_CELL in a bridge */
} Cut;

#define NOT_REACHED (-1)
#define ROOT (-2)
#define NO_CELL SIZE_MAX

static bool
is_hidden(const SuppressCell *cell)
{
	return cell->count > 0 && (cell->suppressed || !cell->published);
}

static bool
is_inner(const SuppressCell *cell)
{
	return cell->row > 0 && cell->column > 0;
}

static int
column_node(const Graph *graph, const SuppressCell *cell)
{
	return graph->rows + cell->column;
}

static int
other_node(const Graph *graph, size_t cell, int node)
{
	return node < graph->rows ? column_node(graph, &graph->cell[cell]) : graph->cell[cell].row;
}

/* The cells of each node, hidden ones or all but 0: those of node n are edge[first[n]] to edge[first[n + 1] - 1]. */
static void
list_cells(const Graph *graph, bool hidden_only, int *first, size_t *edge)
{
	for (int n = 0; n <= graph->nodes; n++)
		first[n] = 0;
	for (size_t i = 0; i < graph->cells; i++)
		if (graph->cell[i].count > 0 && (!hidden_only || is_hidden(&graph->cell[i])))
		{
			first[graph->cell[i].row]++;
			first[column_node(graph, &graph->cell[i])]++;
		}
	for (int n = 1; n <= graph->nodes; n++)
		first[n] += first[n - 1];
	for (size_t i = graph->cells; i-- > 0;)
		if (graph->cell[i].count > 0 && (!hidden_only || is_hidden(&graph->cell[i])))
		{
			edge[--first[graph->cell[i].row]] = i;
			edge[--first[column_node(graph, &graph->cell[i])]] = i;
		}
}

/* Walks from a node over all edges but two; the number of nodes in order then. */
static int
walk(Graph *graph, int from, int reached, size_t without, size_t nor_without)
{
	int			next = reached;

	graph->reached_by[from] = ROOT;
	graph->order[reached++] = from;
	while (next < reached)
	{
		int			node = graph->order[next++];

		for (int k = graph->first[node]; k < graph->first[node + 1]; k++)
		{
			int			other = other_node(graph, graph->edge[k], node);

			if (graph->reached_by[other] != NOT_REACHED || graph->edge[k] == without || graph->edge[k] == nor_without)
				continue;
			graph->reached_by[other] = (ptrdiff_t) graph->edge[k];
			graph->order[reached++] = other;
		}
	}
	return reached;
}

static void
forget_walk(Graph *graph)
{
	for (int n = 0; n < graph->nodes; n++)
		graph->reached_by[n] = NOT_REACHED;
}

/* The output function of splitmix64 (Steele, Lea & Flood 2014): never 0 but for 0. */
static uint64_t
scattered(uint64_t number)
{
	number *= UINT64_C(0x9E3779B97F4A7C15);
	number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
	return number ^ (number >> 31);
}

static void
label_edges(Graph *graph)
{
	int			reached = 0;

	forget_walk(graph);
	for (int n = 0; n < graph->nodes; n++)
	{
		graph->around[n] = 0;
		if (graph->reached_by[n] == NOT_REACHED)
			reached = walk(graph, n, reached, NO_CELL, NO_CELL);
	}
	for (size_t i = 0; i < graph->cells; i++)
	{
		const SuppressCell *cell = &graph->cell[i];

		if (!is_hidden(cell) || graph->reached_by[cell->row] == (ptrdiff_t) i ||
			graph->reached_by[column_node(graph, cell)] == (ptrdiff_t) i)
			continue;
		graph->label[i] = scattered(i + 1);
		graph->around[cell->row] ^= graph->label[i];
		graph->around[column_node(graph, cell)] ^= graph->label[i];
	}
	/* from the ends of the branches to the roots */
	while (reached-- > 0)
	{
		int			node = graph->order[reached];
		ptrdiff_t	by = graph->reached_by[node];

		if (by == ROOT)
			continue;
		graph->label[by] = graph->around[node];
		graph->around[other_node(graph, (size_t) by, node)] ^= graph->label[by];
	}
}

/* Whether the graph falls apart without the cells of a cut. */
static bool
is_cut(Graph *graph, Cut cut)
{
	forget_walk(graph);
	walk(graph, graph->cell[cut.cell].row, 0, cut.cell, cut.other);
	return graph->reached_by[column_node(graph, &graph->cell[cut.cell])] == NOT_REACHED;
}

static int
compare_labels(const void *a, const void *b)
{
	const LabelledCell *x = a;
	const LabelledCell *y = b;

	if (x->label != y->label)
		return x->label < y->label ? -1 : 1;
	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* A bridge that tells a suppressed cell, or an inner cell of 1 or 2. */
static bool
find_bridge(Graph *graph, Cut *cut)
{
	for (size_t i = 0; i < graph->cells; i++)
	{
		const SuppressCell *cell = &graph->cell[i];

		*cut = (Cut) {i, NO_CELL};
		if (is_hidden(cell) && graph->label[i] == 0 && (cell->published || (is_inner(cell) && cell->count <= 2)) &&
			is_cut(graph, *cut))
			return true;
	}
	return false;
}

/* Two inner cells of 1 that are a cut. */
static bool
find_pair(Graph *graph, Cut *cut)
{
	LabelledCell *single = graph->single;
	size_t		singles = 0;

	for (size_t i = 0; i < graph->cells; i++)
		if (is_hidden(&graph->cell[i]) && is_inner(&graph->cell[i]) && graph->cell[i].count == 1)
			single[singles++] = (LabelledCell) {graph->label[i], i};
	qsort(single, singles, sizeof(LabelledCell), compare_labels);
	for (size_t i = 1; i < singles; i++)
	{
		*cut = (Cut) {single[i - 1].cell, single[i].cell};
		if (single[i].label == single[i - 1].label && is_cut(graph, *cut))
			return true;
	}
	return false;
}

/* The node nearest to where the path begins that is not done; or -1. */
static int
nearest_node(const Graph *graph)
{
	int			nearest = -1;

	for (int n = 0; n < graph->nodes; n++)
		if (!graph->done[n] && graph->reached_by[n] != NOT_REACHED &&
			(nearest < 0 || graph->loss[n] < graph->loss[nearest]))
			nearest = n;
	return nearest;
}

/* Follows all cells of a node, published ones at the loss of their count. */
static void
leave_node(Graph *graph, int node, size_t without, size_t nor_without)
{
	graph->done[node] = true;
	for (int k = graph->all_first[node]; k < graph->all_first[node + 1]; k++)
	{
		size_t		i = graph->all_edge[k];
		int			other = other_node(graph, i, node);
		double		loss = graph->loss[node] + (is_hidden(&graph->cell[i]) ? 0 : (double) graph->cell[i].count);

		if (i == without || i == nor_without || graph->done[other] ||
			(graph->reached_by[other] != NOT_REACHED && graph->loss[other] <= loss))
			continue;
		graph->loss[other] = loss;
		graph->reached_by[other] = (ptrdiff_t) i;
	}
}

/* Joins the two ends of a cell by other cells, at the least loss (Dijkstra 1959), and suppresses those. */
static bool
close_cut(Graph *graph, Cut cut)
{
	int			from = graph->cell[cut.cell].row;
	int			to = column_node(graph, &graph->cell[cut.cell]);

	forget_walk(graph);
	for (int n = 0; n < graph->nodes; n++)
		graph->done[n] = false;
	graph->reached_by[from] = ROOT;
	graph->loss[from] = 0;
	for (int node = from; node >= 0 && node != to; node = nearest_node(graph))
		leave_node(graph, node, cut.cell, cut.other);
	if (graph->reached_by[to] == NOT_REACHED)
		return false;
	for (int node = to; node != from; node = other_node(graph, (size_t) graph->reached_by[node], node))
		if (!is_hidden(&graph->cell[graph->reached_by[node]]))
			graph->cell[graph->reached_by[node]].suppressed = true;
	return true;
}

/* Memory of a graph; its cells are the caller's. */
static Graph
make_graph(SuppressCell *cell, size_t cells, int rows, int columns, void *(*allocate) (size_t))
{
	int			nodes = rows + columns;

	return (Graph) {
		.cell = cell, .cells = cells, .rows = rows, .nodes = nodes,
		.first = allocate(sizeof(int) * (nodes + 1)), .all_first = allocate(sizeof(int) * (nodes + 1)),
		.edge = allocate(sizeof(size_t) * (2 * cells + 1)), .all_edge = allocate(sizeof(size_t) * (2 * cells + 1)),
		.order = allocate(sizeof(int) * nodes), .reached_by = allocate(sizeof(ptrdiff_t) * nodes),
		.loss = allocate(sizeof(double) * nodes), .done = allocate(sizeof(bool) * nodes),
		.around = allocate(sizeof(uint64_t) * nodes), .label = allocate(sizeof(uint64_t) * (cells + 1)),
		.single = allocate(sizeof(LabelledCell) * (cells + 1))
	};
}

bool
suppress(SuppressCell *cell, size_t cells, int rows, int columns, void *(*allocate) (size_t), void (*pause) (void))
{
	Graph		graph = make_graph(cell, cells, rows, columns, allocate);
	Cut			cut;

	for (size_t i = 0; i < cells; i++)
		cell[i].suppressed = cell[i].published && cell[i].count > 0 && cell[i].count <= 2;
	list_cells(&graph, false, graph.all_first, graph.all_edge);
	for (;;)
	{
		pause();
		list_cells(&graph, true, graph.first, graph.edge);
		label_edges(&graph);
		if (!find_bridge(&graph, &cut) && !find_pair(&graph, &cut))
			return true;
		if (!close_cut(&graph, cut))
			return false;
	}
}
