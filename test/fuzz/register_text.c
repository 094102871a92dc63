/*
 * register_text.c
 *	  Fuzz target: text input of registers, and runs of marks in any layout.
 *
 * The first byte says which: even for the text form, odd for a run.  A run
 * follows its start date, days a week and aliases.
 */
#include "fuzz.h"

#define MAX_ALIASES 4

/* What an error report is made of must be there. */
static void
require_error(const RegisterError *error, RegisterFault fault, size_t length)
{
	REQUIRE(error->fault == fault);
	switch (fault)
	{
		case REGISTER_NO_START:
			REQUIRE(error->offset <= length);
			break;
		case REGISTER_BAD_DATE:
			REQUIRE(error->offset + REGISTER_DATE_LENGTH < length);
			break;
		case REGISTER_NOT_MONDAY:
			REQUIRE(weekday(error->day) != 0);
			break;
		case REGISTER_UNKNOWN_CODE:
		case REGISTER_LOST_MARKS:
			REQUIRE(error->offset < length);
			break;
		case REGISTER_TOO_LONG:
		case REGISTER_TOO_LATE:
			REQUIRE(error->offset < length && error->session >= 0);
			break;
		case REGISTER_CODE_TOO_EARLY:
			REQUIRE(mark_known(error->mark) && error->day < mark_class[error->mark].first_day);
			break;
		case REGISTER_WEEKEND:
			REQUIRE(mark_known(error->mark) && weekday(error->day) >= 5);
			break;
		default:
			REQUIRE(!"a fault of text");
	}
}

/* A layout from the beginning of an input; its aliases are to be freed. */
static MarkLayout
take_layout(Input *input, CodeAlias alias[MAX_ALIASES])
{
	MarkLayout	layout = {.alias = alias};

	layout.start = REGISTER_FIRST_DAY +
		(Day) (take(input, 3) % (uint64_t) (REGISTER_LAST_DAY - REGISTER_FIRST_DAY + 1));
	layout.days_a_week = take(input, 1) % 2 == 0 ? 5 : 7;
	layout.aliases = (int) (take(input, 1) % (MAX_ALIASES + 1));
	for (int i = 0; i < layout.aliases; i++)
	{
		char		text[4];
		size_t		length = 1 + take(input, 1) % sizeof(text);

		for (size_t j = 0; j < length; j++)
			text[j] = (char) take(input, 1);
		alias[i] = (CodeAlias) {copy_exactly(text, length), length, (Mark) (take(input, 1) % MARK_COUNT)};
	}
	return layout;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input		input = {data, size};
	CodeAlias	alias[MAX_ALIASES];
	MarkLayout	layout = {0};
	bool		run = take(&input, 1) % 2 == 1;
	char	   *text;
	Mark		mark[REGISTER_MAX_SESSIONS];
	Register	result;
	RegisterError error;
	RegisterFault fault;

	if (run)
		layout = take_layout(&input, alias);
	text = copy_exactly(input.byte, input.left);
	fault = run ? register_parse_marks(text, input.left, &layout, mark, &result, &error)
		: register_parse(text, input.left, mark, &result, &error);
	if (fault != REGISTER_GOOD)
		require_error(&error, fault, input.left);
	else
		require_register(&result, size * 2654435761u);
	for (int i = 0; i < layout.aliases; i++)
		free((void *) alias[i].text);
	free(text);
	return 0;
}
