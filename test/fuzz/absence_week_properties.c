/*
 * absence_week_properties.c
 *	  What must hold for the counts by week of every register: each week is that
 *	  of core/absence.h, and they add up.
 */
#include "fuzz.h"

/* Counts with room for the weeks of a span, all 0; to be freed. */
static AbsenceWeeks
make_weeks(const AbsenceWeeks *span)
{
	return (AbsenceWeeks) {
		span->start, span->weeks, calloc(1, sizeof(AbsenceWhole)),
		calloc((size_t) span->weeks * WEEK_KINDS + 1, sizeof(uint32_t))
	};
}

static void
free_weeks(AbsenceWeeks *weeks)
{
	free(weeks->whole);
	free(weeks->count);
}

/* The counts of a stretch as the aggregate over stretches has them. */
static AbsenceState
count_stretch(const Mark *mark, SessionRange range)
{
	AbsenceState state = {0};
	MarkStretch stretch;

	stretch_read(mark, range, &stretch);
	absence_add_stretch(&state, &stretch);
	return state;
}

/* Each week on its own, but for persistent absence, which weeks do not have. */
static void
require_each_week(const Register *source, SessionRange range, const AbsenceWeeks *weeks)
{
	for (int week = 0; week < weeks->weeks; week++)
	{
		SessionRange within = session_range(source, weeks->start + 7 * week, weeks->start + 7 * week + 6);
		int64_t		count[ABSENCE_COUNTS];
		int64_t		expected[ABSENCE_COUNTS];
		AbsenceState state;

		within.first = within.first > range.first ? within.first : range.first;
		within.end = within.end < range.end ? within.end : range.end;
		state = count_stretch(source->mark, within);
		state.persistent = state.severe = 0;
		state.of_persistent = (SessionCount) {0};
		absence_counts(&state, expected);
		weeks_counts(weeks, week, count);
		REQUIRE(memcmp(count, expected, sizeof(count)) == 0);
	}
}

void
require_weeks(const Register *source, SessionRange range)
{
	AbsenceWeeks span = weeks_of_range(source, range);
	AbsenceWeeks weeks = make_weeks(&span);
	AbsenceWeeks sum = make_weeks(&span);
	AbsenceState whole = count_stretch(source->mark, range);

	REQUIRE(span.weeks == 0 || weeks_add_register(&weeks, source, range));
	REQUIRE(weeks_check(&(AbsenceWeeks) {span.weeks == 0 ? 0 : weeks.start, weeks.weeks, weeks.whole, weeks.count}));
	REQUIRE(memcmp(&weeks.whole->absence, &whole, sizeof(AbsenceState)) == 0);
	require_each_week(source, range, &weeks);
	/* twice by adding is the register twice */
	REQUIRE(weeks_add(&sum, &weeks) && weeks_add(&sum, &weeks));
	REQUIRE(span.weeks == 0 || weeks_add_register(&weeks, source, range));
	REQUIRE(memcmp(sum.whole, weeks.whole, sizeof(AbsenceWhole)) == 0);
	REQUIRE(memcmp(sum.count, weeks.count, sizeof(uint32_t) * WEEK_KINDS * (size_t) span.weeks) == 0);
	free_weeks(&weeks);
	free_weeks(&sum);
}
