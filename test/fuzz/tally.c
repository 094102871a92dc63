/*
 * tally.c
 *	  Fuzz target: text and binary input of tallies, and adding them.
 *
 * The first byte says which: even for text, odd for the counts of two tallies.
 */
#include "fuzz.h"

static void
fuzz_text(const Input *input)
{
	char	   *text = copy_exactly(input->byte, input->left);
	size_t		offset;
	size_t		length;
	Tally		tally;

	if (tally_parse(text, input->left, &tally, &offset, &length) == TALLY_GOOD)
		require_tally(&tally);
	else
		REQUIRE(length > 0 && offset + length <= input->left);
	free(text);
}

static Tally
take_tally(Input *input)
{
	Tally		tally;

	for (int mark = 0; mark < MARK_LIMIT; mark++)
		tally.count[mark] = (int64_t) take(input, 8);
	return tally;
}

static void
fuzz_binary(Input *input)
{
	Tally		one = take_tally(input);
	Tally		other = take_tally(input);
	Tally		sum = one;

	if (!tally_check(&one))
		return;
	require_tally(&one);
	if (!tally_check(&other))
		return;
	if (!tally_add(&sum, &other))
		REQUIRE(memcmp(&sum, &one, sizeof(Tally)) == 0);
	else
		for (int mark = 0; mark < MARK_LIMIT; mark++)
			REQUIRE(sum.count[mark] == one.count[mark] + other.count[mark]);
	require_tally(&sum);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		input = {data, size};

	if (take(&input, 1) % 2 == 0)
		fuzz_text(&input);
	else
		fuzz_binary(&input);
	return 0;
}
