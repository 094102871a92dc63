/*
 * tally_properties.c
 *	  What must hold for every tally that was accepted, by text or binary.
 */
#include "fuzz.h"

/* Every mark is in one category, and what is possible is attending, absent or X as used for covid. */
static void
require_sums(const Tally *tally)
{
	SessionCount sessions = tally_sessions(tally);
	AbsenceState state = {.tally = *tally};
	int64_t		count[ABSENCE_COUNTS];
	int64_t		all = 0;
	int64_t		by_category = 0;
	int64_t		covid = 0;

	for (int mark = 0; mark < MARK_COUNT; mark++)
	{
		all += tally->count[mark];
		if (mark_class[mark].possible && mark_class[mark].category == CATEGORY_ADMINISTRATIVE)
			covid += tally->count[mark];
	}
	for (int category = 0; category < CATEGORY_COUNT; category++)
		by_category += tally_category(tally, (Category) category);
	REQUIRE(all == by_category);
	absence_counts(&state, count);
	REQUIRE(count[COUNT_POSSIBLE] == sessions.possible);
	REQUIRE(count[COUNT_OVERALL] == sessions.authorised + sessions.unauthorised);
	REQUIRE(count[COUNT_POSSIBLE] == count[COUNT_ATTENDING] + count[COUNT_OVERALL] + covid);
	REQUIRE(all == count[COUNT_POSSIBLE] + count[COUNT_NOT_POSSIBLE] + count[COUNT_ADMINISTRATIVE] +
			count[COUNT_UNRECORDED]);
	REQUIRE(sessions.possible <= INT64_MAX / 100);
}

void
require_tally(const Tally *tally)
{
	char	   *text = malloc(TALLY_TEXT_LENGTH);
	char	   *again = malloc(TALLY_TEXT_LENGTH);
	size_t		length = tally_print(tally, text);
	size_t		offset;
	size_t		word_length;
	Tally		back;

	REQUIRE(tally_check(tally));
	REQUIRE(length == strlen(text) && length < TALLY_TEXT_LENGTH);
	REQUIRE(tally_parse(text, length, &back, &offset, &word_length) == TALLY_GOOD);
	REQUIRE(memcmp(tally, &back, sizeof(Tally)) == 0);
	REQUIRE(tally_print(&back, again) == length && strcmp(text, again) == 0);
	require_sums(tally);
	free(text);
	free(again);
}
