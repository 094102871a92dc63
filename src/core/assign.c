/*
 * assign.c
 *	  Exact assignment of many schools to few sites with a limited number of places.
 */
#include "core/assign.h"

#define NOBODY (-1)
#define DIRECT (-1)

/* More than any chain of moves costs, and less than a move that is not allowed does. */
#define DEAR (INT64_MAX / 8)
#define FORBIDDEN (INT64_MAX / 4)

/* The school of a site that moves to another most cheaply, and what that costs. */
typedef struct Move
{
	int			school;
	int64_t		cost;
} Move;

typedef struct Node
{
	int64_t		distance;		/* of the school that comes, prices included */
	int			parent;			/* the site that sends somebody on, or DIRECT */
	bool		settled;
	bool		left;			/* somebody has: its moves are to be found again */
	int			placed;
	int			first;			/* of the list of its schools */
} Node;

/* The sites are nodes 0 to sites - 1; the node after them, where there is always room, is for the unplaced. */
typedef struct Assignment
{
	const AssignProblem *problem;
	int		   *site;
	int64_t    *price;
	int		   *next;			/* the next school of the same site */
	Node	   *node;
	Move	   *move;			/* sites x (sites + 1) */
} Assignment;

static int64_t
cost_at(const AssignProblem *problem, int school, int node)
{
	size_t		pair = (size_t) school * problem->sites + node;

	if (node == problem->sites)
		return problem->unplaced[school];
	return problem->allowed[pair] ? problem->cost[pair] : FORBIDDEN;
}

static int64_t
price_of(const Assignment *a, int node)
{
	return node == a->problem->sites ? 0 : a->price[node];
}

static bool
has_room(const Assignment *a, int node)
{
	return node == a->problem->sites || a->node[node].placed < a->problem->capacity[node];
}

/*
 * Let a school of a site be the one that moves where it is cheapest; of equals the
 * last, so that the earlier keeps its place.
 */
static void
offer_moves(Assignment *a, int school, int from)
{
	int			nodes = a->problem->sites + 1;
	int64_t		here = cost_at(a->problem, school, from);
	Move	   *move = a->move + (size_t) from * nodes;

	for (int to = 0; to < nodes; to++)
	{
		int64_t		cost = cost_at(a->problem, school, to) - here;

		if (cost < move[to].cost || (cost == move[to].cost && school > move[to].school && move[to].school != NOBODY))
			move[to] = (Move) {school, cost};
	}
}

static void
find_moves(Assignment *a, int from)
{
	int			nodes = a->problem->sites + 1;

	for (int to = 0; to < nodes; to++)
		a->move[(size_t) from * nodes + to] = (Move) {NOBODY, DEAR};
	for (int school = a->node[from].first; school != NOBODY; school = a->next[school])
		offer_moves(a, school, from);
	a->node[from].left = false;
}

static void
start_search(Assignment *a, int school)
{
	for (int n = 0; n <= a->problem->sites; n++)
	{
		int64_t		cost = cost_at(a->problem, school, n);

		a->node[n].distance = cost < FORBIDDEN ? cost + price_of(a, n) : FORBIDDEN;
		a->node[n].parent = DIRECT;
		a->node[n].settled = false;
	}
}

/* The nearest node not settled, the first of equals; there is one, because the unplaced have room. */
static int
nearest_node(const Assignment *a)
{
	int			nearest = a->problem->sites;

	for (int n = a->problem->sites - 1; n >= 0; n--)
		if (!a->node[n].settled && a->node[n].distance <= a->node[nearest].distance)
			nearest = n;
	return nearest;
}

/* Dijkstra's search for the nearest node with room, over costs that prices make not negative. */
static int
search(Assignment *a)
{
	int			nodes = a->problem->sites + 1;

	for (;;)
	{
		int			from = nearest_node(a);
		const Move *move = a->move + (size_t) from * nodes;

		if (has_room(a, from))
			return from;
		a->node[from].settled = true;
		for (int to = 0; to < nodes; to++)
		{
			int64_t		distance = a->node[from].distance + move[to].cost + price_of(a, to) - a->price[from];

			if (!a->node[to].settled && move[to].school != NOBODY && distance < a->node[to].distance)
			{
				a->node[to].distance = distance;
				a->node[to].parent = from;
			}
		}
	}
}

static void
add_school(Assignment *a, int school, int node)
{
	a->site[school] = node;
	a->next[school] = a->node[node].first;
	a->node[node].first = school;
	a->node[node].placed++;
	if (node < a->problem->sites)
		offer_moves(a, school, node);
}

static void
take_school(Assignment *a, int school)
{
	Node	   *node = &a->node[a->site[school]];
	int		   *link = &node->first;

	while (*link != school)
		link = &a->next[*link];
	*link = a->next[school];
	node->placed--;
	node->left = true;
}

/* Everybody on the chain that ends at the target moves one on; the school that comes takes the place left. */
static void
shift(Assignment *a, int school, int target)
{
	int			to = target;

	while (a->node[to].parent != DIRECT)
	{
		int			from = a->node[to].parent;
		int			mover = a->move[(size_t) from * (a->problem->sites + 1) + to].school;

		take_school(a, mover);
		add_school(a, mover, to);
		to = from;
	}
	add_school(a, school, to);
}

static void
place(Assignment *a, int school)
{
	int			target;

	start_search(a, school);
	target = search(a);
	for (int n = 0; n < a->problem->sites; n++)
		if (a->node[n].settled)
			a->price[n] += a->node[target].distance - a->node[n].distance;
	shift(a, school, target);
	for (int n = 0; n < a->problem->sites; n++)
		if (a->node[n].left)
			find_moves(a, n);
}

void
assign(const AssignProblem *problem, int *site, int64_t *price, void *(*allocate) (size_t), void (*pause) (void))
{
	int			nodes = problem->sites + 1;
	Assignment	a = {
		.problem = problem, .site = site, .price = price,
		.next = allocate(sizeof(int) * (problem->schools + 1)),
		.node = allocate(sizeof(Node) * nodes),
		.move = allocate(sizeof(Move) * nodes * nodes)
	};

	for (int n = 0; n < nodes; n++)
		a.node[n] = (Node) {.first = NOBODY};
	for (int n = 0; n < problem->sites; n++)
	{
		price[n] = 0;
		find_moves(&a, n);
	}
	for (int school = 0; school < problem->schools; school++)
	{
		pause();
		place(&a, school);
	}
	for (int school = 0; school < problem->schools; school++)
		if (site[school] == problem->sites)
			site[school] = ASSIGN_UNPLACED;
}
