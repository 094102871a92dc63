/*
 * report_compared.h
 *	  Tables of a school's report: what it is compared by, its years, its absence by reason, and what stands behind.
 *
 * What is not known is NaN, or no text.
 */
#ifndef ABIE_CORE_REPORT_COMPARED_H
#define ABIE_CORE_REPORT_COMPARED_H

#include "core/chart_distribution.h"
#include "core/report_part.h"

typedef struct Circumstance
{
	TextSlice	characteristic;
	TextSlice	meaning;
	TextSlice	category;
	double		number;
	double		similar_average;
	double		typical;
	double		contribution;
	bool		has_same;
	int64_t		same;			/* similar schools of the same category */
} Circumstance;

/* False where a number is one that no report can write. */
extern bool circumstances_table(PartWriter *part, const Circumstance *circumstance, int count, bool is_contextual,
								TextSlice title);

/* A step from one level to another. */
typedef struct LevelStep
{
	TextSlice	name;
	double		points;
	double		level;
} LevelStep;

extern void expected_table(PartWriter *part, const LevelStep *step, int count);

typedef struct HistoryYear
{
	TextSlice	year;
	double		attendance;
	double		low;
	double		high;
	double		national;
	double		expected;
	double		expected_low;
	double		expected_high;
} HistoryYear;

/* The newest year first. */
extern void history_table(PartWriter *part, const HistoryYear *year, int count);

typedef struct AbsenceReason
{
	TextSlice	reason;
	TextSlice	meaning;
	double		own;
	double		similar;
} AbsenceReason;

/* The section, of its heading too. */
extern void absence_part(PartWriter *part, PartKind list, const AbsenceReason *reason, int count, TextSlice year);

extern void distribution_table(PartWriter *part, const DistributionBar *bar, int count);

/* Rungs, the highest first: place has those held in that order. */
extern void ladder_table(PartWriter *part, const TextSlice *name, const double *height, const int *place, int rungs,
						 double level);

typedef struct DataSource
{
	TextSlice	figure;
	TextSlice	source;
	TextSlice	recorded;		/* a date of ISO 8601 */
} DataSource;

extern void data_table(PartWriter *part, const DataSource *source, int count);

#endif
