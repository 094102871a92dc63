/*
 * list_check.c
 *	  SQL function abie_internal.list_faults over core/list_check.c.
 */
#include "postgres.h"

#include <math.h>

#include "core/list_check.h"
#include "list_argument.h"
#include "miscadmin.h"
#include "results.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* In the order of their names below. */
typedef enum ListCheck
{
	SELF_MATCH, FAMILY_MATCH, PHASE_MATCH, SELECTIVE_MATCH, INCOMPLETE_LIST, DISTANCE, FAR_APART, OTHER_TYPE,
	LIST_CHECKS
} ListCheck;

static const char *const check_name[LIST_CHECKS] = {
	"self match", "family match", "phase match", "selective match", "incomplete list", "distance", "far apart",
	"other type"
};

/* The places of the first faults of a check, in their order. */
typedef struct FirstFaults
{
	int			count;
	double		place[5][3];	/* so many examples does abie.run_checks give */
} FirstFaults;

typedef struct Checking
{
	ReturnSetInfo *rows;
	bool		first_only;		/* a row for those faults that may be among the first; the others counted together */
	Datum		name[LIST_CHECKS];
	int32		items[LIST_CHECKS]; /* without faults */
	int32		others[LIST_CHECKS];	/* faults without a row of their own */
	FirstFaults first[LIST_CHECKS];
	Schools		schools;
	Weights		weights;
	Expected	expected;
	int			wanted;			/* schools on a list */
	double		far;			/* kilometres; NaN: none are too many */
	MemoryContext list;			/* what one list needs */
} Checking;

static bool
is_before(const double *place, const double *other)
{
	for (int i = 0; i < 3; i++)
		if (place[i] != other[i])
			return place[i] < other[i];
	return false;
}

/* Whether none or few of the faults so far were before this one, which then is among the first. */
static bool
enter_fault(FirstFaults *first, const double *place)
{
	int			i = first->count;

	if (i == (int) lengthof(first->place) && !is_before(place, first->place[--i]))
		return false;
	first->count = Max(first->count, i + 1);
	for (; i > 0 && is_before(place, first->place[i - 1]); i--)
		memcpy(first->place[i], first->place[i - 1], sizeof(first->place[i]));
	memcpy(first->place[i], place, sizeof(first->place[i]));
	return true;
}

/* Whether a fault gets a row; it is counted where it does not. */
static bool
has_row(Checking *checking, ListCheck check, const double *place)
{
	if (!checking->first_only || enter_fault(&checking->first[check], place))
		return true;
	checking->others[check]++;
	return false;
}

static void
put_fault(Checking *checking, ListCheck check, char *example, double *place, int places)
{
	Datum		number[3];
	Datum		value[5] = {checking->name[check], BoolGetDatum(true), CStringGetTextDatum(example)};

	for (int i = 0; i < places; i++)
		number[i] = Float8GetDatum(place[i]);
	value[3] = PointerGetDatum(construct_array(number, places, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
											   TYPALIGN_DOUBLE));
	value[4] = Int32GetDatum(1);
	put_row(checking->rows, value, NULL);
}

/* A list as a whole, or one of the schools on it, which is an item of a check. */
static void
count_list(Checking *checking, ListCheck check, bool faulty, const SchoolList *list, Word kind)
{
	double		place[3] = {list->urn};

	if (!faulty)
		checking->items[check]++;
	else if (has_row(checking, check, place))
		put_fault(checking, check, kind.text == NULL ? psprintf("%d", list->urn) :
				  psprintf("%d: %.*s", list->urn, (int) kind.length, kind.text), place, 1);
}

static void
count_pair(Checking *checking, ListCheck check, bool faulty, const SchoolList *list, int i)
{
	double		place[3] = {list->urn, i + 1};

	if (!faulty)
		checking->items[check]++;
	else if (has_row(checking, check, place))
		put_fault(checking, check, list->unknown[i] ? psprintf("%d with ", list->urn) :
				  psprintf("%d with %d", list->urn, list->listed[i]), place, 2);
}

static void
check_kilometres(Checking *checking, const ListedSchool *own, const SchoolList *list, int i)
{
	double		kilometres = school_kilometres(own, list->school[i]);
	double		place[3] = {-kilometres, list->urn, i + 1};

	if (isnan(kilometres))
		return;
	if (!(kilometres > checking->far))
		checking->items[FAR_APART]++;
	else if (has_row(checking, FAR_APART, place))
		put_fault(checking, FAR_APART, psprintf("%d with %d: %.0f km", list->urn, list->listed[i], rint(kilometres)),
				  place, 3);
}

/* To the bit; nearer ones first. */
static void
check_distances(Checking *checking, const ListedSchool *own, const SchoolList *list)
{
	const Comparison *by = NULL;
	double	   *distance = palloc(sizeof(double) * Max(list->count, 1));

	for (int i = 0; own != NULL && i < checking->weights.count; i++)
		if (same_word(checking->weights.stratum[i].stratum, own->stratum))
			by = &checking->weights.stratum[i].by;
	if (by != NULL)
		school_distances(own, list->school, list->count, by, distance);
	for (int i = 0; i < list->count; i++)
	{
		bool		ordered = i == 0 || !list->has_distance[i - 1] || !(list->distance[i] < list->distance[i - 1]);

		count_pair(checking, DISTANCE,
				   !(by != NULL && list->has_distance[i] && list->distance[i] == distance[i] && ordered), list, i);
	}
}

/* Of the schools whose group is known, at least one is of the same. */
static void
check_type_groups(Checking *checking, const ListedSchool *own, const SchoolList *list)
{
	bool		known = false;
	bool		same = false;

	if (own == NULL || own->type_group.text == NULL)
		return;
	for (int i = 0; i < list->count; i++)
		if (list->school[i] != NULL && list->school[i]->type_group.text != NULL)
		{
			known = true;
			same |= same_word(own->type_group, list->school[i]->type_group);
		}
	if (known)
		count_list(checking, OTHER_TYPE, !same, list, own->type_group);
}

/* Of a school that has to have a list. */
static void
count_length(Checking *checking, bool faulty, int urn, int length)
{
	double		place[3] = {urn};

	if (!faulty)
		checking->items[INCOMPLETE_LIST]++;
	else if (has_row(checking, INCOMPLETE_LIST, place))
		put_fault(checking, INCOMPLETE_LIST, psprintf("%d: %d", urn, length), place, 1);
}

static void
check_list(Checking *checking, const SchoolList *list)
{
	int			place = find_urn(&checking->schools.table, list->urn);
	const ListedSchool *own = place < 0 ? NULL : &checking->schools.school[place];
	bool		listed = false;

	for (int i = 0; i < list->count; i++)
	{
		listed |= list->listed[i] == list->urn;
		count_pair(checking, FAMILY_MATCH, is_family_match(own, list->school[i]), list, i);
		count_pair(checking, PHASE_MATCH, is_phase_match(own, list->school[i]), list, i);
		count_pair(checking, SELECTIVE_MATCH, is_selective_match(own, list->school[i]), list, i);
		check_kilometres(checking, own, list, i);
	}
	count_list(checking, SELF_MATCH, listed, list, (Word) {NULL, 0});
	check_distances(checking, own, list);
	check_type_groups(checking, own, list);
	place = find_urn(&checking->expected.table, list->urn);
	if (place < 0)
		return;
	checking->expected.met[place] = true;
	count_length(checking, list->doubled || list->count != checking->wanted, list->urn, list->count);
}

static void
put_items(Checking *checking, ListCheck check, bool faulty, int32 items)
{
	Datum		value[5] = {checking->name[check], BoolGetDatum(faulty), (Datum) 0, (Datum) 0, Int32GetDatum(items)};
	bool		null[5] = {[2] = true,[3] = true};

	put_row(checking->rows, value, null);
}

/* list_faults(schools, lists, weights, far, first_only, expected, wanted) */
PG_FUNCTION_INFO_V1(abie_list_faults);
Datum
abie_list_faults(PG_FUNCTION_ARGS)
{
	Checking	checking = {
		.rows = begin_rows(fcinfo), .far = PG_ARGISNULL(3) ? NAN : PG_GETARG_FLOAT8(3),
		.first_only = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4), .wanted = PG_ARGISNULL(6) ? 0 : PG_GETARG_INT32(6)
	};
	Rows		lists;
	Words		words = {0};

	/* not STRICT: there may be no limit to kilometres, or nothing to look at */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	checking.schools = schools_argument(fcinfo, 0, &words);
	checking.weights = weights_of_strata(fcinfo, 2, &words);
	checking.expected = expected_argument(fcinfo, 5);
	lists = rows_argument(fcinfo, 1, 3);
	for (int check = 0; check < LIST_CHECKS; check++)
		checking.name[check] = CStringGetTextDatum(check_name[check]);
	checking.list = AllocSetContextCreate(CurrentMemoryContext, "list of similar schools", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < lists.count; i++)
	{
		MemoryContext before = MemoryContextSwitchTo(checking.list);
		SchoolList		list;

		CHECK_FOR_INTERRUPTS();
		take_row(&lists, i);
		list = school_list(&lists, &checking.schools, i + 1);
		check_list(&checking, &list);
		MemoryContextSwitchTo(before);
		MemoryContextReset(checking.list);
	}
	for (int i = 0; i < checking.expected.count; i++)
		if (!checking.expected.met[i])
			count_length(&checking, checking.wanted != 0, checking.expected.urn[i], 0);
	for (int check = 0; check < LIST_CHECKS; check++)
	{
		put_items(&checking, check, false, checking.items[check]);
		if (checking.others[check] > 0)
			put_items(&checking, check, true, checking.others[check]);
	}
	return (Datum) 0;
}
