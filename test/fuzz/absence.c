/*
 * absence.c
 *	  Fuzz target: the check behind input of states of abie.absence, and the
 *	  states that adding and combining make.
 *
 * The first byte says which: even for two states as they are, odd for
 * enrolments, each a few counts, shared out among two states.
 */
#include "fuzz.h"

#define MAX_ENROLMENTS 200

static void
require_state(const AbsenceState *state)
{
	int64_t		count[ABSENCE_COUNTS];

	REQUIRE(absence_check(state));
	require_tally(&state->tally);
	absence_counts(state, count);
	for (int i = 0; i < ABSENCE_COUNTS; i++)
		REQUIRE(count[i] >= 0 && count[i] <= INT64_MAX / 100);
	REQUIRE(count[COUNT_SEVERE] <= count[COUNT_PERSISTENT] && count[COUNT_PERSISTENT] <= count[COUNT_ENROLMENTS]);
	REQUIRE(count[COUNT_OVERALL_PERSISTENT] <= count[COUNT_OVERALL]);
}

/* Combining, in either order, is accepted by the check, or nothing changed. */
static void
require_combined(const AbsenceState *one, const AbsenceState *other, AbsenceState *sum)
{
	AbsenceState reverse = *other;

	*sum = *one;
	if (absence_combine(sum, other))
	{
		require_state(sum);
		REQUIRE(absence_combine(&reverse, one) && memcmp(&reverse, sum, sizeof(reverse)) == 0);
	}
	else
	{
		REQUIRE(memcmp(sum, one, sizeof(*sum)) == 0);
		REQUIRE(!absence_combine(&reverse, one) && memcmp(&reverse, other, sizeof(reverse)) == 0);
	}
}

static AbsenceState
take_state(Input *input)
{
	AbsenceState state;
	int64_t    *number[] = {
		&state.enrolments, &state.persistent, &state.severe,
		&state.of_persistent.possible, &state.of_persistent.authorised, &state.of_persistent.unauthorised
	};

	for (size_t i = 0; i < sizeof(number) / sizeof(number[0]); i++)
		*number[i] = (int64_t) take(input, 8);
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		state.tally.count[mark] = (int64_t) take(input, 8);
	return state;
}

static void
fuzz_binary(Input *input)
{
	AbsenceState one = take_state(input);
	AbsenceState other = take_state(input);
	AbsenceState sum;

	if (absence_check(&one))
		require_state(&one);
	if (absence_check(&one) && absence_check(&other))
		require_combined(&one, &other, &sum);
}

/* An enrolment of up to four codes; now and then of as many sessions as can be counted. */
static Tally
take_enrolment(Input *input)
{
	Tally		tally = {0};
	int			codes = (int) (take(input, 1) % 5);

	for (int i = 0; i < codes; i++)
	{
		int			mark = (int) (take(input, 1) % MARK_COUNT);
		int64_t		count = (int64_t) take(input, 1);

		tally.count[mark] = count == 255 ? TALLY_MAX - (int64_t) take(input, 1) : count;
	}
	return tally;
}

static void
fuzz_enrolments(Input *input)
{
	AbsenceState part[2] = {0};
	AbsenceState whole = {0};
	AbsenceState sum;
	bool		complete = true;

	for (int i = 0; i < MAX_ENROLMENTS && input->left > 0; i++)
	{
		AbsenceState *to = &part[take(input, 1) % 2];
		AbsenceState before = *to;
		Tally		tally = take_enrolment(input);

		if (!absence_add_tally(to, &tally))
			REQUIRE(memcmp(to, &before, sizeof(before)) == 0);
		else
			complete &= absence_add_tally(&whole, &tally);
		REQUIRE(absence_check(to));
	}
	require_state(&whole);
	require_state(&part[0]);
	require_state(&part[1]);
	require_combined(&part[0], &part[1], &sum);
	if (complete)
		REQUIRE(memcmp(&sum, &whole, sizeof(sum)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		input = {data, size};

	if (take(&input, 1) % 2 == 0)
		fuzz_binary(&input);
	else
		fuzz_enrolments(&input);
	return 0;
}
