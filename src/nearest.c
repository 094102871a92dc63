/*
 * nearest.c
 *	  SQL functions abie.nearest and abie.nearest_lists over core/nearest.c, and the configuration
 *	  parameter that chooses the filter.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "arguments.h"
#include "callbacks.h"
#include "core/distance.h"
#include "core/expectation.h"
#include "core/nearest.h"
#include "fmgr.h"
#include "id_order.h"
#include "miscadmin.h"
#include "nearest.h"
#include "results.h"
#include "utils/float.h"
#include "utils/guc.h"

#define INSTRUCTIONS_AUTO (-1)

static const struct config_enum_entry instruction_options[] = {
	{"auto", INSTRUCTIONS_AUTO, false},
	{"portable", FILTER_PORTABLE, false},
	{"avx2", FILTER_AVX2, false},
	{"avx512", FILTER_AVX512, false},
	{NULL, 0, false}
};

static int	instructions = INSTRUCTIONS_AUTO;

static bool
check_instructions(int *newval, void **extra pg_attribute_unused(), GucSource source pg_attribute_unused())
{
	if (*newval == INSTRUCTIONS_AUTO || nearest_filter_supported((FilterVariant) *newval))
		return true;
	GUC_check_errmsg("this machine does not have the instructions asked for");
	GUC_check_errhint("Use auto to take the fastest that this machine has.");
	return false;
}

void
nearest_define_parameters(void)
{
	DefineCustomEnumVariable("abie.instructions",
							 "CPU instructions used by abie.nearest.",
							 "Results are the same bit for bit with each; this is for tests and measurements.",
							 &instructions, INSTRUCTIONS_AUTO, instruction_options,
							 PGC_USERSET, 0, check_instructions, NULL, NULL);
}

/* The arguments of abie.nearest, rows as the caller gave them. */
typedef struct NearestArguments
{
	int64	   *id;
	bool	   *has_id;
	FloatMatrix vectors;
	int			k;
	const double *weights;
	bool	   *candidate;
	int64	   *family;
	bool	   *has_family;
} NearestArguments;

/* Error if two rows may be so far apart that their squared distance overflows. */
static void
check_range(const FloatMatrix *vectors, const double *weights)
{
	double		most = 0.0;

	for (int j = 0; j < vectors->columns; j++)
	{
		double		low = DBL_MAX;
		double		high = -DBL_MAX;

		for (int i = 0; i < vectors->rows; i++)
		{
			Size		at = (Size) i * vectors->columns + j;

			if (!vectors->present[at])
				continue;
			low = Min(low, vectors->value[at]);
			high = Max(high, vectors->value[at]);
		}
		if (weights[j] > 0.0 && low < high)
			most += weights[j] * ((high - low) * (high - low));
	}
	if (isinf(most / DISTANCE_COMPARABLE_SHARE))
		float_overflow_error();
}

static NearestArguments
nearest_arguments(FunctionCallInfo fcinfo, int beyond)
{
	NearestArguments args;
	int			n;

	args.vectors = float_matrix_argument(PG_GETARG_ARRAYTYPE_P(1), "vectors");
	n = args.vectors.rows;
	check_vector_length(args.vectors.columns);
	args.id = bigint_array_argument(PG_GETARG_ARRAYTYPE_P(0), n, "ids", &args.has_id);
	args.k = PG_ARGISNULL(2) ? 0 : PG_GETARG_INT32(2);
	if (args.k < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 PG_ARGISNULL(2) ? errmsg("k cannot be NULL") : errmsg("k must be at least 1, not %d", args.k)));
	args.k = Min((int64) args.k + beyond, Max(n - 1, 1));
	args.weights = weights_argument(PG_ARGISNULL(3) || n == 0 ? NULL : PG_GETARG_ARRAYTYPE_P(3), args.vectors.columns);
	check_range(&args.vectors, args.weights);
	args.candidate = PG_ARGISNULL(4) ? NULL :
		boolean_array_argument(PG_GETARG_ARRAYTYPE_P(4), n, "candidate");
	args.family = PG_ARGISNULL(5) ? NULL :
		bigint_array_argument(PG_GETARG_ARRAYTYPE_P(5), n, "family", &args.has_family);
	return args;
}

/* The same rows in ascending order of id, as the core wants them. */
static NearestInput
in_order_of_id(const NearestArguments *args, const IdRow *sorted)
{
	int			n = args->vectors.rows;
	Size		p = args->vectors.columns;
	double	   *vectors = allocate(sizeof(double) * n * p);
	bool	   *present = allocate(sizeof(bool) * n * p);
	bool	   *candidate = allocate(sizeof(bool) * n);
	int64	   *family = allocate(sizeof(int64) * n);
	bool	   *has_family = allocate(sizeof(bool) * n);

	for (int i = 0; i < n; i++)
	{
		int			row = sorted[i].row;

		memcpy(vectors + i * p, args->vectors.value + row * p, sizeof(double) * p);
		memcpy(present + i * p, args->vectors.present + row * p, sizeof(bool) * p);
		candidate[i] = args->candidate == NULL || args->candidate[row];
		has_family[i] = args->family != NULL && args->has_family[row];
		family[i] = has_family[i] ? args->family[row] : 0;
	}
	return (NearestInput) {
		.n = n, .p = (int) p, .k = args->k, .vectors = vectors, .present = present,
		.weights = args->weights, .candidate = candidate, .family = family, .has_family = has_family,
		.pause = check_for_interrupts
	};
}

/* What local means are of, rows in ascending order of id. */
typedef struct LocalValues
{
	int			measures;
	const double *value;		/* n x measures */
	const double *weight;		/* n x measures */
	int			k;				/* neighbours that count; one more gives the bandwidth */
	int			listed;			/* neighbours that are named */
} LocalValues;

/* A row of the result for each neighbour. */
static void
put_neighbours(ReturnSetInfo *rows, const NeighbourList *list, const IdRow *sorted,
			   const LocalValues *local pg_attribute_unused())
{
	Datum		value[4] = {
		Int64GetDatum(sorted[list->row].id), Int32GetDatum(0), Int64GetDatum(0), Float8GetDatum(0.0)
	};
	ChangedRow *row = begin_changed_row(rows, value);

	for (int i = 0; i < list->count; i++)
	{
		*(int32 *) row->column[1] = i + 1;
		*(int64 *) row->column[2] = sorted[list->neighbour[i].row].id;
		*(double *) row->column[3] = list->neighbour[i].distance;
		put_changed_row(rows, row);
	}
	end_changed_row(row);
}

static void
list_neighbours(const NeighbourList *list, const IdRow *sorted, int count, Datum *ids, Datum *distances)
{
	int64	   *neighbour = palloc(sizeof(int64) * Max(count, 1));
	double	   *distance = palloc(sizeof(double) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		neighbour[i] = sorted[list->neighbour[i].row].id;
		distance[i] = list->neighbour[i].distance;
	}
	*ids = PointerGetDatum(bigint_array_result(neighbour, count));
	*distances = PointerGetDatum(float_array_result(distance, count));
	pfree(neighbour);
	pfree(distance);
}

/* A row of the result for each list. */
static void
put_list(ReturnSetInfo *rows, const NeighbourList *list, const IdRow *sorted,
		 const LocalValues *local pg_attribute_unused())
{
	Datum		value[3] = {Int64GetDatum(sorted[list->row].id)};

	list_neighbours(list, sorted, list->count, &value[1], &value[2]);
	put_row(rows, value, NULL);
	pfree(DatumGetPointer(value[1]));
	pfree(DatumGetPointer(value[2]));
}

/* A statistic of each measure of the neighbours that count, as an array; NULL elements where there is no weight. */
static Datum
local_statistics(const NeighbourList *list, const LocalValues *local, double bandwidth,
				 double (*statistic) (const double *, const double *, const double *, size_t, double))
{
	int			count = Min(list->count, local->k);
	double	   *value = palloc(sizeof(double) * 3 * Max(count, 1));
	double	   *weight = value + count;
	double	   *distance = value + 2 * count;
	double	   *result = palloc(sizeof(double) * local->measures);
	Datum		array;

	for (int m = 0; m < local->measures; m++)
	{
		for (int i = 0; i < count; i++)
		{
			Size		at = (Size) list->neighbour[i].row * local->measures + m;

			value[i] = local->value[at];
			weight[i] = local->weight[at];
			distance[i] = list->neighbour[i].distance;
		}
		result[m] = count == 0 ? get_float8_nan() : statistic(value, distance, weight, count, bandwidth);
	}
	array = PointerGetDatum(float_array_result(result, local->measures));
	pfree(value);
	pfree(result);
	return array;
}

/* A row of the result for each list, with the local means that it makes. */
static void
put_means(ReturnSetInfo *rows, const NeighbourList *list, const IdRow *sorted, const LocalValues *local)
{
	double		bandwidth = list->count > 0 ? list->neighbour[list->count - 1].distance : 0.0;
	Datum		value[7] = {Int64GetDatum(sorted[list->row].id)};

	list_neighbours(list, sorted, Min(list->count, local->listed), &value[1], &value[2]);
	value[3] = Int32GetDatum(list->count);
	value[4] = Float8GetDatum(bandwidth);
	value[5] = local_statistics(list, local, bandwidth, local_mean);
	value[6] = local_statistics(list, local, bandwidth, local_mean_error);
	put_row(rows, value, NULL);
	pfree(DatumGetPointer(value[1]));
	pfree(DatumGetPointer(value[2]));
	pfree(DatumGetPointer(value[5]));
	pfree(DatumGetPointer(value[6]));
}

/* A matrix of a row an id, in ascending order of id; no element NULL, or negative if so asked. */
static const double *
measures_argument(FunctionCallInfo fcinfo, int number, const char *name, const IdRow *sorted, int n, bool not_negative,
				  int *measures)
{
	FloatMatrix given = float_matrix_argument(PG_GETARG_ARRAYTYPE_P(number), name);
	double	   *value = allocate(sizeof(double) * n * given.columns);

	if (given.rows != n || !given.complete)
		ereport(ERROR,
				(errcode(given.rows != n ? ERRCODE_ARRAY_SUBSCRIPT_ERROR : ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must have %d rows without NULL, one an id", name, n)));
	for (int i = 0; i < n; i++)
		for (int m = 0; m < given.columns; m++)
		{
			double		element = given.value[(Size) sorted[i].row * given.columns + m];

			if (not_negative && element < 0.0)
				ereport(ERROR,
						(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						 errmsg("%s cannot be negative: %g of id " INT64_FORMAT, name, element, sorted[i].id)));
			value[(Size) i * given.columns + m] = element;
		}
	*measures = given.columns;
	return value;
}

static LocalValues
local_values_arguments(FunctionCallInfo fcinfo, const IdRow *sorted, int n)
{
	LocalValues local = {.k = PG_GETARG_INT32(2), .listed = PG_GETARG_INT32(8)};
	int			weights;

	local.value = measures_argument(fcinfo, 6, "values", sorted, n, false, &local.measures);
	local.weight = measures_argument(fcinfo, 7, "value_weights", sorted, n, true, &weights);
	if (weights != local.measures)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("values have %d columns, value_weights %d", local.measures, weights)));
	if (local.listed < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("listed cannot be negative: %d", local.listed)));
	return local;
}

typedef void (*PutList) (ReturnSetInfo *, const NeighbourList *, const IdRow *, const LocalValues *);

/* Search for all rows and put each list into the result. */
static void
put_nearest(FunctionCallInfo fcinfo, PutList put)
{
	ReturnSetInfo *rows = begin_rows(fcinfo);
	NearestArguments args;
	NearestInput input;
	NearestSearch *search;
	const NeighbourList *lists;
	LocalValues local = {0};
	IdRow	   *sorted;
	int			found;

	/* not STRICT: weights, candidate and family may be NULL; array_agg over no rows gives NULL for the first two */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return;
	args = nearest_arguments(fcinfo, put == put_means ? 1 : 0);
	if (args.vectors.rows == 0)
		return;
	sorted = sort_ids(args.id, args.has_id, args.vectors.rows, "ids");
	input = in_order_of_id(&args, sorted);
	if (put == put_means)
		local = local_values_arguments(fcinfo, sorted, input.n);
	search = nearest_start(&input, nearest_filter(instructions == INSTRUCTIONS_AUTO ?
												  nearest_filter_best() : (FilterVariant) instructions), allocate);
	while ((found = nearest_next(search, &lists)) > 0)
	{
		CHECK_FOR_INTERRUPTS();
		for (int q = 0; q < found; q++)
			put(rows, &lists[q], sorted, &local);
	}
}

PG_FUNCTION_INFO_V1(abie_nearest);
Datum
abie_nearest(PG_FUNCTION_ARGS)
{
	put_nearest(fcinfo, put_neighbours);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_nearest_lists);
Datum
abie_nearest_lists(PG_FUNCTION_ARGS)
{
	put_nearest(fcinfo, put_list);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(abie_nearest_means);
Datum
abie_nearest_means(PG_FUNCTION_ARGS)
{
	/* not STRICT, as the others */
	for (int i = 6; i <= 8; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("values, value_weights and listed cannot be NULL")));
	put_nearest(fcinfo, put_means);
	return (Datum) 0;
}
