/*
 * states.c
 *	  Every condition of the checks of states and of the parsers, each broken
 *	  by itself: what is accepted is, and what one step beyond it is not; and
 *	  the order of a search's visits.
 *
 * Bases are written out of pupils by hand: the sums of a pupil absent 2 of 10
 * sessions are 1, 2, 10, 4, 20, 100.
 */
#include "fuzz/fuzz.h"

#include <math.h>

#include "core/figure.h"
#include "core/import.h"
#include "core/markup.h"
#include "core/nearest_visit.h"
#include "core/rate_change.h"

/* A copy of a base with a member changed is not accepted. */
#define REFUSED(check, base, member, value) \
	do \
	{ \
		__typeof__(base) broken = (base); \
		broken.member = (value); \
		REQUIRE(!check(&broken)); \
	} while (0)

static const RateSums pupil_before = {1, 2, 10, 4, 20, 100};
static const RateSums pupil_after = {1, 3, 12, 9, 36, 144};

static void
rates(void)
{
	RateSums	base = pupil_before;
	RateSums	sums = {0};

	REQUIRE(rate_error_check(&base) && rate_error_check(&sums));
	REFUSED(rate_error_check, base, absent, -1);
	REFUSED(rate_error_check, base, absent, 5);
	REFUSED(rate_error_check, base, absent, 3);
	REFUSED(rate_error_check, base, absent_squared, 21);
	REFUSED(rate_error_check, base, product, 101);
	REFUSED(rate_error_check, base, product, 21);
	REFUSED(rate_error_check, base, enrolments, -1);
	REFUSED(rate_error_check, base, enrolments, 11);
	REFUSED(rate_error_check, base, possible, 101);
	REFUSED(rate_error_check, base, possible, 11);
	REFUSED(rate_error_check, base, possible_squared, RATE_MOST_SQUARED + 1);
	REFUSED(rate_error_check, ((RateSums) {1, 11, 10, 11, 20, 100}), enrolments, 1);
	REQUIRE(!rate_error_add(&sums, 0, RATE_MOST_SQUARED) && sums.enrolments == 0);
	sums = (RateSums) {1, 0, RATE_MOST_POSSIBLE, 0, 0, RATE_MOST_SQUARED};
	REQUIRE(!rate_error_add(&sums, 0, 1) && sums.enrolments == 1);
}

static void
rate_changes(void)
{
	RateChangeSums base = {pupil_before, pupil_after, 6, 24, 30, 120};
	RateChangeSums sums = {.before = {0}};

	REQUIRE(rate_change_add(&sums, 2, 10, 3, 12) && memcmp(&sums, &base, sizeof(sums)) == 0);
	REQUIRE(rate_change_check(&base));
	REFUSED(rate_change_check, base, before.absent, -1);
	REFUSED(rate_change_check, base, after.absent, -1);
	REFUSED(rate_change_check, base, before.enrolments, 2);
	REFUSED(rate_change_check, base, absent_absent, -1);
	REFUSED(rate_change_check, base, absent_absent, 25);
	REFUSED(rate_change_check, base, absent_absent, 7);
	REFUSED(rate_change_check, base, possible_absent, 5);
	REFUSED(rate_change_check, base, possible_absent, 121);
	REFUSED(rate_change_check, base, possible_absent, 31);
	REFUSED(rate_change_check, base, absent_possible, 121);
	REFUSED(rate_change_check, base, absent_possible, 25);
	REFUSED(rate_change_check, base, possible_possible, 121);
	REFUSED(rate_change_check, ((RateChangeSums) {pupil_before, pupil_after, 0, 0, 0, 0}), possible_possible, 0);
	/* beyond the limits before, after, of the pupil's own, nothing changes */
	sums.before.possible_squared = RATE_MOST_SQUARED;
	REQUIRE(!rate_change_combine(&sums, &base) && sums.possible_possible == 120);
	sums = base;
	sums.after.possible_squared = RATE_MOST_SQUARED;
	REQUIRE(!rate_change_combine(&sums, &base) && !rate_change_add(&sums, 2, 10, 3, 12));
	REQUIRE(!rate_change_add(&sums, 0, RATE_MOST_SQUARED, 0, 1) && !rate_change_add(&sums, 0, 1, 0, RATE_MOST_SQUARED));
	REQUIRE(sums.possible_possible == 120);
}

/* Two enrolments of 100 and 90 possible sessions; the first was ill for 60: persistently and severely absent. */
static AbsenceState
two_enrolments(void)
{
	AbsenceState state = {0};
	size_t		length;
	Tally		one = {0};
	Tally		other = {0};

	one.count[MARK_AM] = 40;
	one.count[mark_at("I", 1, &length)] = 60;
	other.count[MARK_AM] = 90;
	REQUIRE(absence_add_tally(&state, &one) && absence_add_tally(&state, &other));
	REQUIRE(state.enrolments == 2 && state.persistent == 1 && state.severe == 1);
	return state;
}

static void
absence_states(void)
{
	AbsenceState base = two_enrolments();
	AbsenceState full = base;
	AbsenceState nobody = {0};
	Tally		tally = base.tally;

	REQUIRE(absence_check(&base) && absence_check(&nobody));
	REFUSED(absence_check, base, tally.count[MARK_AM], -1);
	REFUSED(absence_check, base, tally.count[MARK_LIMIT - 1], 1);
	REFUSED(absence_check, base, enrolments, TALLY_MAX + 1);
	REFUSED(absence_check, base, enrolments, -1);
	REFUSED(absence_check, base, enrolments, 0);
	REFUSED(absence_check, base, enrolments, 191);
	/* only one enrolment, and what is not persistent has sessions */
	REFUSED(absence_check, base, enrolments, 1);
	REFUSED(absence_check, base, persistent, 3);
	REFUSED(absence_check, base, persistent, -1);
	REFUSED(absence_check, base, persistent, 0);
	REFUSED(absence_check, base, severe, -1);
	REFUSED(absence_check, base, severe, 2);
	REFUSED(absence_check, base, of_persistent.possible, 191);
	REFUSED(absence_check, base, of_persistent.possible, 59);
	REFUSED(absence_check, base, of_persistent.authorised, -1);
	REFUSED(absence_check, base, of_persistent.authorised, 101);
	REFUSED(absence_check, base, of_persistent.authorised, 61);
	REFUSED(absence_check, base, of_persistent.authorised, 9);
	REFUSED(absence_check, base, of_persistent.unauthorised, -1);
	REFUSED(absence_check, base, of_persistent.unauthorised, 41);
	REFUSED(absence_check, base, of_persistent.unauthorised, 1);
	/* possible sessions of nobody */
	REFUSED(absence_check, nobody, tally.count[MARK_AM], 1);
	/* those who are persistently absent are */
	base.tally.count[MARK_AM] += 600;
	REFUSED(absence_check, base, of_persistent.possible, 601);
	full.enrolments = TALLY_MAX;
	REQUIRE(!absence_combine(&full, &base) && full.enrolments == TALLY_MAX);
	full.enrolments = 2;
	full.tally.count[MARK_AM] = TALLY_MAX;
	REQUIRE(!absence_combine(&full, &base) && !absence_add_tally(&full, &tally) && full.enrolments == 2);
}

/* Counts by week of one enrolment of two possible sessions, present in the first, absent in the second. */
#define WEEKS 2
static AbsenceWhole whole;
static uint32_t count[WEEK_KINDS * WEEKS];

static AbsenceWeeks
two_weeks(void)
{
	Mark		mark[WEEKS * REGISTER_WEEK] = {[0] = MARK_AM, [REGISTER_WEEK] = MARK_O};
	Register	pupil = {DAY_OF_DATE(2025, 9, 1), WEEKS * REGISTER_WEEK, mark};
	SessionRange all = {0, WEEKS * REGISTER_WEEK};
	AbsenceWeeks weeks = {pupil.start, WEEKS, &whole, count};

	memset(mark + 1, MARK_CLOSED, REGISTER_WEEK - 1);
	memset(mark + REGISTER_WEEK + 1, MARK_CLOSED, REGISTER_WEEK - 1);
	memset(&whole, 0, sizeof(whole));
	memset(count, 0, sizeof(count));
	REQUIRE(weeks_add_register(&weeks, &pupil, all) && weeks_check(&weeks));
	REQUIRE(whole.rate.absent == 1 && whole.rate.possible == 2 && count[0] == 1 && count[1] == 1);
	return weeks;
}

/* A count or a member of the whole changed, refused, and as it was again. */
#define WEEKS_REFUSED(weeks, place, value) \
	do \
	{ \
		__typeof__(place) was = (place); \
		(place) = (value); \
		REQUIRE(!weeks_check(&(weeks))); \
		(place) = was; \
	} while (0)

static void
weeks_of_states(void)
{
	AbsenceWeeks weeks = two_weeks();
	AbsenceWeeks none = {0, 0, &(AbsenceWhole) {.rate = {0}}, NULL};

	REQUIRE(weeks_check(&none));
	REFUSED(weeks_check, none, start, weeks.start);
	REFUSED(weeks_check, weeks, weeks, -1);
	REFUSED(weeks_check, weeks, weeks, REGISTER_MAX_WEEKS + 1);
	REFUSED(weeks_check, weeks, start, weeks.start + 1);
	REFUSED(weeks_check, weeks, start, REGISTER_FIRST_DAY - 7);
	REFUSED(weeks_check, weeks, start, REGISTER_LAST_DAY + 3);
	REFUSED(weeks_check, weeks, start, REGISTER_LAST_DAY - 4);
	WEEKS_REFUSED(weeks, whole.absence.enrolments, 0);
	WEEKS_REFUSED(weeks, whole.rate.absent, -1);
	WEEKS_REFUSED(weeks, whole.rate, ((RateSums) {2, 1, 2, 1, 1, 2}));
	WEEKS_REFUSED(weeks, whole.rate, ((RateSums) {1, 1, 1, 1, 1, 1}));
	WEEKS_REFUSED(weeks, whole.rate, ((RateSums) {1, 2, 2, 4, 4, 4}));
	WEEKS_REFUSED(weeks, count[0], WEEK_MOST_ENROLMENTS + 1);
	WEEKS_REFUSED(weeks, count[0], 0);
	WEEKS_REFUSED(weeks, count[0], 2);
	WEEKS_REFUSED(weeks, count[WEEK_PRESENT * WEEKS], 0);
	WEEKS_REFUSED(weeks, count[WEEK_PRESENT * WEEKS], 2);
	WEEKS_REFUSED(weeks, count[WEEK_PRESENT * WEEKS], 11);
	WEEKS_REFUSED(weeks, count[WEEK_UNRECORDED * WEEKS], 1);
	/* counts that cannot be added up */
	WEEKS_REFUSED(weeks, whole.absence.tally, ((Tally) {.count = {[MARK_AM] = INT64_MAX, [MARK_PM] = INT64_MAX}}));
	/* enrolments that no week has */
	WEEKS_REFUSED(weeks, whole.absence, two_enrolments());
	REQUIRE(weeks_check(&weeks));
}

static void
weeks_beyond(void)
{
	AbsenceWeeks weeks = two_weeks();
	uint32_t	other_count[WEEK_KINDS * WEEKS];
	AbsenceWhole other_whole = whole;
	AbsenceWeeks other = {weeks.start, WEEKS, &other_whole, other_count};
	Mark		mark[REGISTER_WEEK] = {[0] = MARK_AM};
	Register	pupil = {weeks.start, REGISTER_WEEK, mark};

	memcpy(other_count, count, sizeof(count));
	REQUIRE(weeks_add(&weeks, &other));
	count[0] = WEEK_MOST_ENROLMENTS;
	REQUIRE(!weeks_add(&weeks, &other));
	REQUIRE(!weeks_add_register(&weeks, &pupil, (SessionRange) {0, REGISTER_WEEK}));
	two_weeks();
	other_whole.absence.enrolments = TALLY_MAX;
	REQUIRE(!weeks_add(&weeks, &other));
	two_weeks();
	other_whole.absence.enrolments = 1;
	other_whole.rate.possible_squared = RATE_MOST_SQUARED;
	REQUIRE(!weeks_add(&weeks, &other));
	two_weeks();
	whole.rate.possible_squared = RATE_MOST_SQUARED;
	REQUIRE(!weeks_add_register(&weeks, &pupil, (SessionRange) {0, REGISTER_WEEK}));
	/* a stretch without a possible session is no enrolment, and too much for nothing */
	mark[0] = mark[1] = MARK_CLOSED;
	REQUIRE(weeks_add_register(&weeks, &pupil, (SessionRange) {0, 2}));
}

static RegisterFault
parsed(const char *text)
{
	static Mark mark[REGISTER_MAX_SESSIONS];
	Register	result;
	RegisterError error;

	return register_parse(text, strlen(text), mark, &result, &error);
}

static void
registers(void)
{
	Mark		mark[REGISTER_WEEK] = {0};
	RegisterError error;
	size_t		length;

	REQUIRE(parsed("2025-09-01:/") == REGISTER_GOOD);
	REQUIRE(parsed("2025-02-30:/") == REGISTER_BAD_DATE && parsed("2025-12-32:/") == REGISTER_BAD_DATE);
	REQUIRE(parsed("2025-00-01:/") == REGISTER_BAD_DATE && parsed("0000-01-03:/") == REGISTER_BAD_DATE);
	/* marks lost: five of two mornings side by side, then more; not where a week has fewer, ten, none side by side */
	REQUIRE(parsed("2025-09-01://III /\\") == REGISTER_GOOD);
	REQUIRE(parsed("2025-09-01:///// IIIIIIIIII") == REGISTER_LOST_MARKS);
	REQUIRE(parsed("2025-09-01://///  IIIIIIIIII") == REGISTER_LOST_MARKS);
	REQUIRE(parsed("2025-09-01:// IIIIIIIIII") != REGISTER_LOST_MARKS);
	REQUIRE(parsed("2025-09-01:IIIII IIIIIIIIII") != REGISTER_LOST_MARKS);
	REQUIRE(parsed("2025-09-01:////////// IIIIIIIIII") != REGISTER_LOST_MARKS);
	REQUIRE(register_check(&(Register) {DAY_OF_DATE(2025, 9, 1), -10, mark}, &error) == REGISTER_NOT_CANONICAL);
	REQUIRE(register_check(&(Register) {DAY_OF_DATE(2025, 9, 1), 11, mark}, &error) == REGISTER_NOT_CANONICAL);
	/* codes: nothing, the two meanings of D */
	REQUIRE(mark_at("", 0, &length) == -1);
	REQUIRE(mark_valid_on(MARK_D, DAY_OF_DATE(2025, 9, 1)) && !mark_valid_on(MARK_D, DAY_OF_DATE(2010, 9, 1)));
	REQUIRE(mark_valid_on(MARK_D_ATTENDING, DAY_OF_DATE(2010, 9, 1)));
	REQUIRE(!mark_valid_on(MARK_D_ATTENDING, DAY_OF_DATE(2025, 9, 1)));
	REQUIRE(!mark_valid_on((Mark) mark_at("X01", 3, &length), DAY_OF_DATE(2010, 9, 1)));
}

/* The bytes that a text has in a document of XML. */
static size_t
xml_length(const char *byte, size_t length)
{
	TextBuffer	out = {.most = 64, .grow = realloc};

	markup_put(&out, (TextSlice) {byte, length}, MARKUP_XML);
	free(out.byte);
	return out.length;
}

static void
cells(void)
{
	static const char *const not_dates[] = {
		"2025-09/01", "01-09/2025", "01.09.2025", "x025-09-01", "2025-x9-01", "2025-09-x1", "0000-09-01", "2025-00-01",
		"2025-13-01", "2025-09-00", "2025-09-31", "2025-02-29", "2025-09-1"
	};
	static const char *const kept[] = {"\xef\xbf\xbd", "\xef\xbe\xbe", "\xef\xbb\xbf", "\xe2\x82\xac"};
	ImportDate	date;

	for (size_t i = 0; i < sizeof(not_dates) / sizeof(not_dates[0]); i++)
		REQUIRE(!import_date(not_dates[i], strlen(not_dates[i]), &date));
	REQUIRE(import_date("2024-02-29", 10, &date) && date.year == 2024 && date.month == 2 && date.day == 29);
	REQUIRE(import_date("29/02/2024", 10, &date) && date.year == 2024 && date.month == 2 && date.day == 29);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		REQUIRE(xml_length(kept[i], 3) == 3);
	REQUIRE(xml_length("\xef\xbf\xbe", 3) == 0);
	REQUIRE(figure_scan("+1", 2).kind == FIGURE_NUMBER && figure_scan("+", 1).kind == FIGURE_MALFORMED);
}

/* The order decides how fast a search is, not what it finds, so that no test of results sees it. */
static void
visits(void)
{
	enum
	{
		COUNT = 4096
	};
	static Visit visit[COUNT];
	static Visit work[COUNT];
	static bool seen[COUNT];

	/* from nothing to infinity, each exponent, nearby ones among them, none in its place */
	for (int i = 0; i < COUNT; i++)
	{
		int			place = i * 1237 % COUNT;
		float		distance = place == 0 ? 0.0f : ldexpf(1.0f + (float) (place % 16) / 16, place / 16 - 127);

		visit[i] = (Visit) {distance, 0.0f, i};
	}
	/* as they stand where no digit that counts differs */
	visit[COUNT - 1].distance = visit[0].distance;
	visit[1].distance = nextafterf(visit[2].distance, INFINITY);
	order_visits(visit, work, 0);
	order_visits(visit, work, COUNT);
	for (int i = 0; i < COUNT; i++)
	{
		REQUIRE(!seen[visit[i].block]);
		seen[visit[i].block] = true;
		REQUIRE(i == 0 || visit[i - 1].distance <= visit[i].distance || visit[i - 1].block == 1);
		REQUIRE(visit[i].block != COUNT - 1 || visit[i - 1].block == 0);
		REQUIRE(visit[i].block != 2 || visit[i - 1].block == 1);
	}
}

int
main(void)
{
	absence_week_start();
	rates();
	rate_changes();
	absence_states();
	weeks_of_states();
	weeks_beyond();
	registers();
	cells();
	visits();
	return 0;
}
