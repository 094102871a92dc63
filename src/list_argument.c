/*
 * list_argument.c
 *	  Arguments of abie_internal.list_faults: schools, their lists of similar
 *	  schools, and the weights they are compared by.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "arguments.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "core/distance.h"
#include "list_argument.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

Rows
rows_argument(FunctionCallInfo fcinfo, int number, int columns)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(number);
	Rows		rows;

	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("rows cannot be NULL")));
	deconstruct_array(array, ARR_ELEMTYPE(array), -1, false, TYPALIGN_DOUBLE, &rows.row, NULL, &rows.count);
	rows.descriptor = lookup_rowtype_tupdesc_copy(ARR_ELEMTYPE(array), -1);
	if (rows.descriptor->natts != columns || columns > (int) lengthof(rows.value))
		elog(ERROR, "the type of the rows is not that of this version");
	return rows;
}

void
take_row(Rows *rows, int i)
{
	HeapTupleHeader row = DatumGetHeapTupleHeader(rows->row[i]);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};

	heap_deform_tuple(&tuple, rows->descriptor, rows->value, rows->null);
}

static Word
word_column(const Rows *rows, int column, Words *words)
{
	text	   *value;
	Word		word = {NULL, 0};

	if (rows->null[column])
		return word;
	value = DatumGetTextPP(rows->value[column]);
	word = (Word) {VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)};
	for (int i = 0; i < words->count; i++)
		if (same_word(words->word[i], word))
			return words->word[i];
	if (words->count < (int) lengthof(words->word))
		words->word[words->count++] = word;
	return word;
}

/* A row of abie_internal.listed_school. */
static ListedSchool
listed_school(const Rows *rows, Words *words)
{
	const Datum *value = rows->value;
	const bool *null = rows->null;
	ListedSchool school = {
		.stratum = word_column(rows, 1, words), .selective = DatumGetBool(value[2]),
		.has_family = !null[3], .family = null[3] ? 0 : DatumGetInt64(value[3]), .has_place = !null[4] && !null[5],
		.type_group = word_column(rows, 6, words)
	};

	if (null[0] || null[2])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("urn and selective of a school cannot be NULL")));
	if (school.has_place)
	{
		school.easting = DatumGetInt32(value[4]);
		school.northing = DatumGetInt32(value[5]);
	}
	if (!null[7])
	{
		FloatMatrix vector = float_vector_argument(DatumGetArrayTypeP(value[7]), "vector", true);

		check_vector_length(vector.columns);
		school.elements = vector.columns;
		school.value = vector.value;
		school.present = vector.present;
		school.complete = vector.complete;
	}
	return school;
}

static UrnTable
empty_urn_table(const int *urn, int count)
{
	UrnTable	table = {.urn = urn,.bits = urn_table_bits((size_t) count)};
	size_t		size = sizeof(int) << table.bits;

	table.slot = memset(palloc(size), -1, size);
	return table;
}

Schools
schools_argument(FunctionCallInfo fcinfo, int number, Words *words)
{
	Rows		rows = rows_argument(fcinfo, number, 8);
	int			room = Max(rows.count, 1);
	Schools		schools = {
		.count = rows.count,.school = palloc_extended(sizeof(ListedSchool) * room, MCXT_ALLOC_HUGE),
		.on_list = palloc0(sizeof(int) * room)
	};
	int		   *urn = palloc(sizeof(int) * room);

	schools.table = empty_urn_table(urn, rows.count);
	for (int i = 0; i < rows.count; i++)
	{
		take_row(&rows, i);
		schools.school[i] = listed_school(&rows, words);
		urn[i] = DatumGetInt32(rows.value[0]);
		if (!enter_urn(&schools.table, i))
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("school %d is twice among the schools", urn[i])));
	}
	return schools;
}

Expected
expected_argument(FunctionCallInfo fcinfo, int number)
{
	Expected	expected = {0};

	if (!PG_ARGISNULL(number))
		expected.urn = elements_argument(fcinfo, number, &expected.count);
	expected.met = palloc0(sizeof(bool) * Max(expected.count, 1));
	expected.table = empty_urn_table(expected.urn, expected.count);
	for (int i = 0; i < expected.count; i++)
		if (!enter_urn(&expected.table, i))
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("school %d is twice among those with an expectation", expected.urn[i])));
	return expected;
}

static Comparison
comparison(ArrayType *weights)
{
	Comparison	by = {.elements = element_count(weights)};
	bool	   *present;

	check_vector_length(by.elements);
	present = palloc(sizeof(bool) * Max(by.elements, 1));
	by.weights = weights_argument(weights, by.elements);
	for (int j = 0; j < by.elements; j++)
	{
		by.total += by.weights[j];
		present[j] = true;
	}
	by.complete = distance_terms(by.weights, by.elements, present, palloc(sizeof(int) * Max(by.elements, 1)));
	return by;
}

Weights
weights_of_strata(FunctionCallInfo fcinfo, int number, Words *words)
{
	Rows		rows = rows_argument(fcinfo, number, 2);
	Weights		weights = {rows.count, palloc(sizeof(StratumWeights) * Max(rows.count, 1))};

	for (int i = 0; i < rows.count; i++)
	{
		take_row(&rows, i);
		if (rows.null[1])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weights of a stratum cannot be NULL")));
		weights.stratum[i] = (StratumWeights) {
			word_column(&rows, 0, words), comparison(DatumGetArrayTypeP(rows.value[1]))
		};
	}
	return weights;
}

/* Whether the school at i is on the list already. */
static bool
is_met_again(const SchoolList *list, int i, int place, const Schools *schools, int number)
{
	if (place >= 0)
	{
		bool		met = schools->on_list[place] == number;

		schools->on_list[place] = number;
		return met;
	}
	for (int j = 0; j < i; j++)
		if (list->listed[j] == list->listed[i])
			return true;
	return false;
}

SchoolList
school_list(const Rows *rows, const Schools *schools, int number)
{
	SchoolList		list = {.urn = DatumGetInt32(rows->value[0])};
	FloatMatrix distances;
	Datum	   *urn;

	if (rows->null[0] || rows->null[1] || rows->null[2])
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("columns of a list cannot be NULL")));
	deconstruct_array(DatumGetArrayTypeP(rows->value[1]), INT4OID, sizeof(int32), true, TYPALIGN_INT, &urn,
					  &list.unknown, &list.count);
	distances = float_vector_argument(DatumGetArrayTypeP(rows->value[2]), "distances", true);
	if (distances.columns != list.count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%d distances do not fit %d similar schools", distances.columns, list.count)));
	list.distance = distances.value;
	list.has_distance = distances.present;
	list.listed = palloc(sizeof(int) * Max(list.count, 1));
	list.school = palloc(sizeof(ListedSchool *) * Max(list.count, 1));
	for (int i = 0; i < list.count; i++)
	{
		int			place = list.unknown[i] ? -1 : find_urn(&schools->table, DatumGetInt32(urn[i]));

		list.listed[i] = list.unknown[i] ? 0 : DatumGetInt32(urn[i]);
		list.school[i] = place < 0 ? NULL : &schools->school[place];
		list.doubled |= list.unknown[i] || is_met_again(&list, i, place, schools, number);
	}
	return list;
}
