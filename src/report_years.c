/*
 * report_years.c
 *	  SQL functions that write sections of a school's report over core/report_compared.c: its years, absence by reason,
 *	  and what is expected of others; the ladder and the table of data.
 */
#include "postgres.h"

#include "chart.h"
#include "core/report_compared.h"
#include "core/report_word.h"
#include "report_part.h"
#include "report_school.h"
#include "text_result.h"

#define MOST_BARS 40			/* of a picture that can be read */

/* What is of one figure in all years, an array each. */
typedef struct HistoryColumns
{
	TextSlice  *said_year;
	int		   *year;
	double	   *value[7];
} HistoryColumns;

/* The first calendar year of an academic year such as 2018/19. */
static int
first_year(TextSlice year)
{
	int			digit[7];
	bool		fits = year.length == 7 && year.byte[4] == '/';

	for (int i = 0; i < 7 && fits; i++)
	{
		digit[i] = i == 4 ? 0 : year.byte[i] - '0';
		fits = digit[i] >= 0 && digit[i] <= 9;
	}
	if (!fits || (digit[2] * 10 + digit[3] + 1) % 100 != digit[5] * 10 + digit[6])
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("\"%.*s\" is not an academic year", (int) year.length, year.length > 0 ? year.byte : "")));
	return digit[0] * 1000 + digit[1] * 100 + digit[2] * 10 + digit[3];
}

static HistoryYear
read_year(JsonbContainer *facts)
{
	return (HistoryYear) {
		fact_text(facts, "academic_year"), fact_number(facts, "attendance"), fact_number(facts, "attendance_low"),
		fact_number(facts, "attendance_high"), fact_number(facts, "national"), fact_number(facts, "expected"),
		fact_number(facts, "expected_low"), fact_number(facts, "expected_high")
	};
}

static HistoryColumns
history_columns(const HistoryYear *year, int count)
{
	HistoryColumns columns = {.said_year = palloc(sizeof(TextSlice) * count), .year = palloc(sizeof(int) * count)};

	for (size_t k = 0; k < lengthof(columns.value); k++)
		columns.value[k] = palloc(sizeof(double) * count);
	for (int i = 0; i < count; i++)
	{
		const double value[] = {
			year[i].attendance, year[i].low, year[i].high, year[i].national, year[i].expected, year[i].expected_low,
			year[i].expected_high
		};

		columns.said_year[i] = year[i].year;
		columns.year[i] = first_year(year[i].year);
		for (size_t k = 0; k < lengthof(value); k++)
			columns.value[k][i] = value[k];
	}
	return columns;
}

/* A value beside the years, which has to be held. */
static double
held(double value, ChartRange *shown)
{
	if (!isnan(value))
		range_add(shown, value);
	return value;
}

static double
target_of(const Section *section)
{
	return outcome_is(section, "improve") || outcome_is(section, "sustain") ? figure(section, "target") : NAN;
}

static void
history_picture(Section *section, const HistoryYear *year, int count)
{
	PartWriter *part = &section->part;
	ChartRange	shown = {0};
	ChartRange	national = {0};
	HistoryColumns columns = history_columns(year, count);
	HistoryChart chart = {.count = count, .said_year = columns.said_year, .year = columns.year};
	ChartValues *const values[] = {
		&chart.attendance, &chart.low, &chart.high, &chart.national, &chart.expected, &chart.expected_low,
		&chart.expected_high
	};

	for (size_t k = 0; k < lengthof(values); k++)
		*values[k] = values_held(columns.value[k], count, &shown);
	(void) values_held(columns.value[3], count, &national);
	chart.title = national.held > 0 ? TEXT_OF("This school and all schools of its phase") : TEXT_OF("This school");
	chart.target = held(target_of(section), &shown);
	chart.forecast_low = held(figure(section, "forecast_low"), &shown);
	chart.forecast_high = held(figure(section, "forecast_high"), &shown);
	if (!isnan(chart.forecast_low) || !isnan(chart.target))
		chart.goal_said = run_text(section, "target_year");
	if (chart.goal_said.byte != NULL)
		chart.goal_year = first_year(chart.goal_said);
	part_begin(part, PART_PICTURE, NO_TEXT, 1);
	part->found = draw_history(part->out, &chart, &shown);
	part_end(part);
}

/* What the next year brings if nothing changes; nothing where there is no forecast. */
static void
forecast_lead(Section *section)
{
	TextBuffer *out = said_begin(&section->part);
	double		low = figure(section, "forecast_low");
	double		high = figure(section, "forecast_high");
	double		target = figure(section, "target");

	if (isnan(low))
		return;
	text_word(out, "If nothing changes at the school, its attendance in ");
	text_slice(out, run_text(section, "target_year"));
	text_printf(out, " will most likely be between %.1f%s and %.1f%s. (That has held for 95 of 100 schools; a change "
				"common to all schools comes on top.)", low, "%", high, "%");
	if (outcome_is(section, "improve") && target >= low && target <= high)
		text_word(out, " The target lies within that range, so one year's rate alone will not prove that the school "
				  "has improved.");
	part_text(&section->part, PART_PARAGRAPH, said(&section->part));
}

PG_FUNCTION_INFO_V1(abie_school_report_history);
Datum
abie_school_report_history(PG_FUNCTION_ARGS)
{
	Section		section;
	int			count;
	JsonbContainer **row;
	HistoryYear *year;

	section_begin(&section, fcinfo);
	row = fact_rows(section.facts, "history", &count);
	if (count <= 0)
		return text_result(&section.out);
	year = palloc(sizeof(HistoryYear) * count);
	for (int i = 0; i < count; i++)
		year[i] = read_year(row[i]);
	part_text(&section.part, PART_HEADING, TEXT_OF("Attendance over the years"));
	forecast_lead(&section);
	if (section.part.is_html)
		history_picture(&section, year, count);
	history_table(&section.part, year, count);
	return text_result(&section.out);
}

/* ---------- absence, and what is expected of others ---------- */

PG_FUNCTION_INFO_V1(abie_school_report_absence);
Datum
abie_school_report_absence(PG_FUNCTION_ARGS)
{
	Section		section;
	int			count;
	JsonbContainer **row;
	AbsenceReason *reason;

	section_begin(&section, fcinfo);
	row = fact_rows(section.facts, "absence", &count);
	if (count < 0)
		return text_result(&section.out);
	reason = palloc(sizeof(AbsenceReason) * Max(count, 1));
	for (int i = 0; i < count; i++)
		reason[i] = (AbsenceReason) {
			fact_text(row[i], "reason"), fact_text(row[i], "meaning"), fact_number(row[i], "own_percent"),
			fact_number(row[i], "similar_percent")
		};
	absence_part(&section.part, text_is(text_argument(fcinfo, 2), "sortable") ? PART_SORTABLE : PART_TABLE, reason,
				 count, run_text(&section, "baseline_year"));
	return text_result(&section.out);
}

static DistributionBar *
read_bars(const Section *section, int *count, int *shown)
{
	JsonbContainer **row = fact_rows(section->facts, "distribution", count);
	double		own = figure(section, "improvement_rounded");
	DistributionBar *bar = palloc(sizeof(DistributionBar) * Max(*count, 1));

	*shown = 0;
	for (int i = 0; i < *count; i++)
	{
		double		height = fact_number(row[i], "improvement_rounded");
		int64		schools;

		bar[i].has_count = fact_count(row[i], "schools", &schools);
		bar[i].count = schools;
		bar[i].has_height = !isnan(height);
		bar[i].height = height;
		bar[i].is_marked = height == own;
		*shown += bar[i].has_count;
	}
	return bar;
}

PG_FUNCTION_INFO_V1(abie_school_report_distribution);
Datum
abie_school_report_distribution(PG_FUNCTION_ARGS)
{
	Section		section;
	DistributionChart chart = {.unit = TEXT_OF("Percentage points expected; number of schools above each bar")};
	int			shown;
	PartWriter *part = &section.part;

	section_begin(&section, fcinfo);
	chart.bar = read_bars(&section, &chart.bars, &shown);
	if (chart.bars < 0)
		return text_result(&section.out);
	part_text(part, PART_HEADING, TEXT_OF("What is expected of other schools"));
	if (part->is_html && chart.bars <= MOST_BARS && shown > 0)
	{
		text_slice(said_begin(part), fact_text(section.expectation, "stratum"));
		text_word(part->said, " schools");
		chart.title = title_of("Expectations of all ", said(part));
		part_begin(part, PART_PICTURE, NO_TEXT, 1);
		part->found = true;
		draw_distribution(part->out, &chart);
		part_end(part);
	}
	distribution_table(part, chart.bar, chart.bars);
	return text_result(&section.out);
}

/* ---------- the ladder, and data ---------- */

static const struct
{
	const char *figure;
	TextSlice	name;
	RungRole	role;
}			rungs[] = {
	{"baseline", TEXT_OF("Underlying level now"), RUNG_START},
	{"target", TEXT_OF("Target"), RUNG_TARGET},
	{"expected", TEXT_OF("Expected"), RUNG_PLAIN},
	{"la_average", TEXT_OF("Local authority average"), RUNG_PLAIN},
	{"national_average", TEXT_OF("National average"), RUNG_PLAIN},
	{"similar_upper_quartile", TEXT_OF("Similar schools, top 25%"), RUNG_PLAIN},
	{"pared_mean", TEXT_OF("Best similar schools, mean"), RUNG_PLAIN},
	{"pre_pandemic", TEXT_OF("Own rate in 2018/19"), RUNG_PLAIN},
};

void
rungs_part(Section *section)
{
	PartWriter *part = &section->part;
	TextSlice	name[lengthof(rungs)];
	double		height[lengthof(rungs)];
	RungRole	role[lengthof(rungs)];
	ChartRange	shown = {0};
	LadderChart chart = {.name = name, .role = role};
	/* where there is nothing to climb, level and target are one */
	bool		has_target = !outcome_is(section, "maintain");
	int			count = 0;

	for (size_t i = 0; i < lengthof(rungs); i++)
		if (has_target || rungs[i].role != RUNG_TARGET)
		{
			name[count] = rungs[i].name;
			role[count] = rungs[i].role;
			height[count++] = figure(section, rungs[i].figure);
		}
	chart.height = values_held(height, count, &shown);
	if (part->is_html)
	{
		chart.title = title_of("The ladder for ", run_text(section, "target_year"));
		part_begin(part, PART_PICTURE, NO_TEXT, 1);
		part->found = draw_ladder(part->out, &chart, &shown);
		part_end(part);
	}
	chart.place = highest_first(&chart.height, false, &chart.rungs);
	ladder_table(part, name, height, chart.place, chart.rungs, height[0]);
}

void
data_part(Section *section)
{
	int			count;
	JsonbContainer **row = fact_rows(section->facts, "data", &count);
	DataSource *source = palloc(sizeof(DataSource) * Max(count, 1));

	for (int i = 0; i < count; i++)
		source[i] = (DataSource) {
			fact_text(row[i], "figure"), fact_text(row[i], "source"), fact_text(row[i], "recorded")
		};
	if (count >= 0)
		data_table(&section->part, source, count);
}
