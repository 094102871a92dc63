/*
 * choose_sites_bound.c
 *	  How far from the best a choice of sites can be at most: Lagrangian relaxation.
 *
 * That every school is served once is given up, and paid for by a price a
 * school: L(price) = sum of prices + the least that number sites can then cost,
 * which is below every choice whatever the prices are.  Subgradient steps raise it
 * (Beasley 1993).  Prices are integers of 1/1024, so that L is exact.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/choose_sites.h"

#define PRICE_UNIT INT64_C(1024)
#define BOUND_STEPS 1500
#define STEPS_WITHOUT_GAIN 15

/* A site in the order in which sites are taken. */
typedef struct SiteValue
{
	int64_t		value;
	int			site;
	bool		fixed;
} SiteValue;

typedef struct Relaxation
{
	const SiteChoice *choice;
	int64_t    *price;			/* of each school, in 1 / PRICE_UNIT */
	int64_t    *least;			/* what the cheapest site costs: no price is below */
	int64_t    *most;			/* what being unserved costs: no price is above */
	int		   *times;			/* how many of the sites taken serve each school */
	int64_t    *value;			/* what a site brings at the present prices: 0 or less */
	SiteValue  *sorted;
	bool	   *taken;
	int		   *room;
} Relaxation;

/* A cost of a school in the unit of prices. */
static int64_t
priced(const SiteChoice *choice, int school, int32_t cost)
{
	return PRICE_UNIT * choice->weight[school] * cost;
}

static int
compare_values(const void *left, const void *right)
{
	const SiteValue *a = left;
	const SiteValue *b = right;

	if (a->fixed != b->fixed)
		return a->fixed ? -1 : 1;
	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->site < b->site ? -1 : 1;
}

static void
value_sites(Relaxation *r, void (*pause) (void))
{
	const SiteChoice *choice = r->choice;

	memset(r->value, 0, sizeof(int64_t) * choice->sites);
	for (int i = 0; i < choice->schools; i++)
	{
		const NearSite *near = choice->near.list + choice->near.start[i];
		const NearSite *end = choice->near.list + choice->near.start[i + 1];
		int64_t		unit = priced(choice, i, 1);
		int64_t		price = r->price[i];

		pause();
		for (; near < end && unit * near->cost < price; near++)
			r->value[near->site] += unit * near->cost - price;
	}
}

/* Take the fixed sites and the best of the others that there is room for: what they bring. */
static int64_t
take_sites(Relaxation *r)
{
	const SiteChoice *choice = r->choice;
	int64_t		sum = 0;
	int			count = 0;

	memcpy(r->room, choice->most, sizeof(int) * choice->groups);
	for (int j = 0; j < choice->sites; j++)
		r->sorted[j] = (SiteValue) {r->value[j], j, choice->fixed[j]};
	memset(r->taken, 0, sizeof(bool) * choice->sites);
	qsort(r->sorted, choice->sites, sizeof(SiteValue), compare_values);
	for (int k = 0; k < choice->sites && count < choice->number; k++)
	{
		SiteValue	next = r->sorted[k];

		if (!next.fixed && r->room[choice->group[next.site]] <= 0)
			continue;
		r->room[choice->group[next.site]]--;
		r->taken[next.site] = true;
		sum += next.value;
		count++;
	}
	return sum;
}

/* A bound at the present prices, and which sites are taken for it. */
static int64_t
lower_bound(Relaxation *r, void (*pause) (void))
{
	int64_t		bound;

	value_sites(r, pause);
	bound = take_sites(r);
	for (int i = 0; i < r->choice->schools; i++)
		bound += r->price[i];
	return bound;
}

/* How often the sites taken serve each school; the sum of squares of what that is off once. */
static int64_t
count_services(Relaxation *r)
{
	const SiteChoice *choice = r->choice;
	int64_t		squares = 0;

	for (int i = 0; i < choice->schools; i++)
	{
		const NearSite *near = choice->near.list + choice->near.start[i];
		const NearSite *end = choice->near.list + choice->near.start[i + 1];
		int64_t		unit = priced(choice, i, 1);
		int			times = 0;

		for (; near < end && unit * near->cost < r->price[i]; near++)
			times += r->taken[near->site];
		/* at the price of being unserved it may be that */
		r->times[i] = times == 0 && r->price[i] == r->most[i] ? 1 : times;
		squares += (int64_t) (1 - r->times[i]) * (1 - r->times[i]);
	}
	return squares;
}

static void
change_prices(Relaxation *r, double step)
{
	for (int i = 0; i < r->choice->schools; i++)
	{
		int64_t		price = r->price[i] + llround(step * (1 - r->times[i]));

		price = price < r->most[i] ? price : r->most[i];
		r->price[i] = price > r->least[i] ? price : r->least[i];
	}
}

/* The highest bound that subgradient steps come to, towards the sum of a choice that was found. */
static int64_t
raise_bound(Relaxation *r, int64_t sum, int steps, RelaxationStep *told, void (*pause) (void))
{
	int64_t		highest = INT64_MIN;
	double		pace = 2;
	int			without_gain = 0;

	for (int step = 0; step < steps; step++)
	{
		int64_t		bound = lower_bound(r, pause);
		int64_t		squares = count_services(r);

		without_gain = bound > highest ? 0 : without_gain + 1;
		highest = bound > highest ? bound : highest;
		if (squares == 0 || highest > sum - PRICE_UNIT)
			return highest;
		if (without_gain == STEPS_WITHOUT_GAIN)
		{
			pace /= 2;
			without_gain = 0;
		}
		if (told != NULL && step % RELAXATION_INTERVAL == RELAXATION_INTERVAL - 1)
			told->taken(told, r->taken);
		change_prices(r, pace * (double) (sum - bound) / (double) squares);
	}
	return highest;
}

int64_t
choose_sites_relax(const SiteChoice *choice, const Service *service, int steps, RelaxationStep *step,
				   void *(*allocate) (size_t), void (*pause) (void))
{
	Relaxation	r = {
		.choice = choice,
		.price = allocate(sizeof(int64_t) * choice->schools),
		.least = allocate(sizeof(int64_t) * choice->schools),
		.most = allocate(sizeof(int64_t) * choice->schools),
		.times = allocate(sizeof(int) * choice->schools),
		.value = allocate(sizeof(int64_t) * choice->sites),
		.sorted = allocate(sizeof(SiteValue) * choice->sites),
		.taken = allocate(sizeof(bool) * choice->sites),
		.room = allocate(sizeof(int) * choice->groups)
	};
	int64_t		sum = 0;
	int64_t		bound;

	for (int i = 0; i < choice->schools; i++)
	{
		const NearSite *list = choice->near.list + choice->near.start[i];
		bool		any = choice->near.start[i] < choice->near.start[i + 1];

		r.most[i] = priced(choice, i, choice->unserved[i]);
		r.least[i] = any ? priced(choice, i, list->cost) : r.most[i];
		r.price[i] = PRICE_UNIT * service[i].cost;
		sum += r.price[i];
	}
	bound = raise_bound(&r, sum, steps, step, pause);
	/* the sum of the best choice is an integer: rounded up */
	return bound / PRICE_UNIT + (bound % PRICE_UNIT > 0);
}

int64_t
choose_sites_bound(const SiteChoice *choice, const Service *service, void *(*allocate) (size_t), void (*pause) (void))
{
	return choose_sites_relax(choice, service, BOUND_STEPS, NULL, allocate, pause);
}
