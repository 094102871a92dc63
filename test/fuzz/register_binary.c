/*
 * register_binary.c
 *	  Fuzz target: the check behind binary input of registers, of a start as
 *	  four bytes and one byte a mark.
 */
#include "fuzz.h"

/* The register of any bytes: those of whole weeks as marks that are in place, none where one cannot be. */
static void
require_placed(const Register *source)
{
	Register	placed = {source->start - weekday(source->start), source->count - source->count % REGISTER_WEEK, NULL};
	RegisterError error;
	Mark	   *mark = calloc(placed.count + 1, 1);

	placed.mark = mark;
	if (register_check(&placed, &error) == REGISTER_GOOD)
	{
		for (int session = 0; session < placed.count; session++)
			if (register_place(source->mark[session] % MARK_COUNT, day_of_session(placed.start, session),
							   session % 2 == 1, &mark[session]) != REGISTER_GOOD)
				mark[session] = MARK_NONE;
		require_register(&placed, source->count + 1);
	}
	free(mark);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		input = {data, size};
	Register	source = {.start = (Day) take(&input, 4)};
	RegisterError error;
	RegisterFault fault;

	source.count = (int) input.left;
	source.mark = copy_exactly(input.byte, input.left);
	fault = register_check(&source, &error);
	REQUIRE(fault == REGISTER_GOOD || error.fault == fault);
	if (fault == REGISTER_GOOD)
		require_register(&source, size * 2654435761u);
	else if (source.start >= REGISTER_FIRST_DAY && source.start <= REGISTER_LAST_DAY)
		require_placed(&source);
	free((void *) source.mark);
	return 0;
}
