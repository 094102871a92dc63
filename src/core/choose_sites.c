/*
 * choose_sites.c
 *	  Which of many places become sites: opened one by one, or taken from a relaxation, then exchanged.
 */
#include <string.h>

#include "core/choose_sites.h"

#define NOBODY (-1)

/* After these the sites that a relaxation takes change little. */
#define CHOICE_STEPS 320

/* A choice as it stands. */
typedef struct Search
{
	const SiteChoice *choice;
	bool	   *open;
	Service    *first;			/* the best for each school: an open site, or to be unserved */
	Service    *second;			/* the second best; none where the best is to be unserved */
	bool		exchanging;		/* extra is kept, too */
	int		   *opened;			/* open sites, each at a place of its own */
	int		   *place;			/* of an open site */
	int			count;			/* of open sites */
	int		   *room;			/* of each group */
	int64_t    *gain;			/* of opening each site */
	int64_t    *loss;			/* of closing the site at each place */
	int64_t    *extra;			/* sites x number: of doing both, beyond gain less loss */
} Search;

static int64_t
size_of(int32_t cost)
{
	return cost < 0 ? -(int64_t) cost : cost;
}

int64_t
choose_sites_largest_sum(const SiteChoice *choice)
{
	int64_t		sum = 0;

	for (int i = 0; i < choice->schools; i++)
	{
		int64_t		largest = size_of(choice->unserved[i]);

		/* lists are in order of cost and stay below unserved: only the first can be larger in size */
		if (choice->near.start[i] < choice->near.start[i + 1])
		{
			int64_t		first = size_of(choice->near.list[choice->near.start[i]].cost);

			largest = first > largest ? first : largest;
		}
		/* a product is below 2^62 and the sum before it at most 2^50 */
		sum += largest * choice->weight[i];
		if (sum > CHOOSE_SITES_MAX_SUM)
			return CHOOSE_SITES_MAX_SUM + 1;
	}
	return sum;
}

/* The two best that the open sites have for a school. */
static void
find_services(Search *s, int school)
{
	const SiteChoice *choice = s->choice;
	int64_t		weight = choice->weight[school];
	Service		unserved = {choice->sites, weight * choice->unserved[school]};

	s->first[school] = unserved;
	s->second[school] = (Service) {NOBODY, 0};
	for (size_t k = choice->near.start[school]; k < choice->near.start[school + 1]; k++)
	{
		NearSite	near = choice->near.list[k];

		if (!s->open[near.site])
			continue;
		if (s->first[school].site != choice->sites)
		{
			s->second[school] = (Service) {near.site, weight * near.cost};
			return;
		}
		s->first[school] = (Service) {near.site, weight * near.cost};
		s->second[school] = unserved;
	}
}

/* Add what a school brings to gain, loss and extra, or with sign -1 take it away. */
static void
weigh_school(Search *s, int school, int sign)
{
	const SiteChoice *choice = s->choice;
	Service		first = s->first[school];
	bool		served = first.site != choice->sites;
	int			place = served ? s->place[first.site] : NOBODY;
	int64_t		next = served && s->exchanging ? s->second[school].cost : first.cost;

	if (served)
		s->loss[place] += sign * (next - first.cost);
	for (size_t k = choice->near.start[school]; k < choice->near.start[school + 1]; k++)
	{
		NearSite	near = choice->near.list[k];
		int64_t		cost = (int64_t) choice->weight[school] * near.cost;

		if (cost >= next)
			return;
		if (cost < first.cost)
			s->gain[near.site] += sign * (first.cost - cost);
		if (served && s->exchanging)
			s->extra[(size_t) near.site * choice->number + place] +=
				sign * (next - (cost > first.cost ? cost : first.cost));
	}
}

static void
weigh_all(Search *s, void (*pause) (void))
{
	const SiteChoice *choice = s->choice;

	memset(s->gain, 0, sizeof(int64_t) * choice->sites);
	memset(s->loss, 0, sizeof(int64_t) * choice->number);
	if (s->exchanging)
		memset(s->extra, 0, sizeof(int64_t) * choice->sites * choice->number);
	for (int i = 0; i < choice->schools; i++)
	{
		pause();
		find_services(s, i);
		weigh_school(s, i, 1);
	}
}

static void
open_site(Search *s, int site, int place)
{
	s->open[site] = true;
	s->opened[place] = site;
	s->place[site] = place;
	s->room[s->choice->group[site]]--;
}

static bool
has_room(const Search *s, int site)
{
	return s->room[s->choice->group[site]] > 0;
}

/* Whether a school's best, or what is weighed of its second best, changes by opening a site and closing another. */
static bool
is_affected(const Search *s, int school, int opening, int closing)
{
	const SiteChoice *choice = s->choice;
	size_t		pair = (size_t) school * choice->sites + opening;
	Service		first = s->first[school];
	Service		second = s->second[school];
	int64_t		below = s->exchanging && second.site != NOBODY ? second.cost : first.cost;

	return (closing != NOBODY && (first.site == closing || second.site == closing)) ||
		(choice->allowed[pair] && (int64_t) choice->weight[school] * choice->cost[pair] <= below);
}

static void
weigh_changed(Search *s, int opening, int closing, void (*pause) (void))
{
	for (int i = 0; i < s->choice->schools; i++)
	{
		if (!is_affected(s, i, opening, closing))
			continue;
		pause();
		weigh_school(s, i, -1);
		find_services(s, i);
		weigh_school(s, i, 1);
	}
}

/* The site that saves most, the first of equals; NOBODY where there is none that may be opened. */
static int
best_opening(const Search *s)
{
	int			best = NOBODY;

	for (int j = 0; j < s->choice->sites; j++)
		if (!s->open[j] && has_room(s, j) && (best == NOBODY || s->gain[j] > s->gain[best]))
			best = j;
	return best;
}

static void
open_greedily(Search *s, void (*pause) (void))
{
	weigh_all(s, pause);
	while (s->count < s->choice->number)
	{
		int			site = best_opening(s);

		if (site == NOBODY)
			return;
		open_site(s, site, s->count++);
		weigh_changed(s, site, NOBODY, pause);
	}
}

/* Whether a site may open in place of one that is open. */
static bool
may_replace(const Search *s, int opening, int closing)
{
	const SiteChoice *choice = s->choice;

	return !choice->fixed[closing] && (has_room(s, opening) || choice->group[opening] == choice->group[closing]);
}

/* The exchange that saves most, if any saves something: of equals that of the first site to open, then to close. */
static bool
best_exchange(const Search *s, int *opening, int *closing)
{
	int64_t		most = 0;

	for (int j = 0; j < s->choice->sites; j++)
	{
		const int64_t *extra = s->extra + (size_t) j * s->choice->number;

		for (int place = 0; !s->open[j] && place < s->count; place++)
		{
			int64_t		saved = s->gain[j] - s->loss[place] + extra[place];
			int			site = s->opened[place];

			/* hardly any saves as much as the best so far: the others are not looked at */
			if (saved < most || saved <= 0 || !may_replace(s, j, site))
				continue;
			if (saved > most || (*opening == j && site < *closing))
			{
				most = saved;
				*opening = j;
				*closing = site;
			}
		}
	}
	return most > 0;
}

static void
exchange(Search *s, void (*pause) (void))
{
	int			opening = NOBODY;
	int			closing = NOBODY;

	s->exchanging = true;
	weigh_all(s, pause);
	while (best_exchange(s, &opening, &closing))
	{
		s->open[closing] = false;
		s->room[s->choice->group[closing]]++;
		open_site(s, opening, s->place[closing]);
		weigh_changed(s, opening, closing, pause);
	}
}

/* Open these sites and nothing else. */
static void
start_with(Search *s, const bool *taken)
{
	const SiteChoice *choice = s->choice;

	memcpy(s->room, choice->most, sizeof(int) * choice->groups);
	memset(s->open, 0, sizeof(bool) * choice->sites);
	s->count = 0;
	s->exchanging = false;
	for (int j = 0; j < choice->sites; j++)
		if (taken[j])
			open_site(s, j, s->count++);
}

static int64_t
sum_of(const Search *s)
{
	int64_t		sum = 0;

	for (int i = 0; i < s->choice->schools; i++)
		sum += s->first[i].cost;
	return sum;
}

/* The best choice so far, and a search that starts elsewhere. */
typedef struct Improvement
{
	RelaxationStep step;		/* first, so that one is the other */
	Search	   *search;
	bool	   *open;
	Service    *service;
	int64_t		sum;
	void		(*pause) (void);
} Improvement;

static void
keep_if_better(Improvement *best)
{
	const Search *s = best->search;
	int64_t		sum = sum_of(s);

	if (sum >= best->sum)
		return;
	best->sum = sum;
	memcpy(best->open, s->open, sizeof(bool) * s->choice->sites);
	memcpy(best->service, s->first, sizeof(Service) * s->choice->schools);
}

static void
exchange_from(RelaxationStep *step, const bool *taken)
{
	Improvement *best = (Improvement *) step;

	start_with(best->search, taken);
	exchange(best->search, best->pause);
	keep_if_better(best);
}

void
choose_sites(const SiteChoice *choice, bool *open, Service *service, void *(*allocate) (size_t), void (*pause) (void))
{
	Search		s = {
		.choice = choice,
		.open = allocate(sizeof(bool) * choice->sites),
		.first = allocate(sizeof(Service) * choice->schools),
		.second = allocate(sizeof(Service) * choice->schools),
		.opened = allocate(sizeof(int) * choice->number),
		.place = allocate(sizeof(int) * choice->sites),
		.room = allocate(sizeof(int) * choice->groups),
		.gain = allocate(sizeof(int64_t) * choice->sites),
		.loss = allocate(sizeof(int64_t) * choice->number),
		.extra = allocate(sizeof(int64_t) * choice->sites * choice->number)
	};
	Improvement best = {{exchange_from}, &s, open, service, INT64_MAX, pause};

	start_with(&s, choice->fixed);
	open_greedily(&s, pause);
	exchange(&s, pause);
	keep_if_better(&best);
	choose_sites_relax(choice, service, CHOICE_STEPS, &best.step, allocate, pause);
}
