/*
 * work.c
 *	  Work of the core on invented values, to count its instructions: nearest
 *	  rows, registers read and counted.  test/instructions/run counts them.
 */
#include <stdlib.h>
#include <string.h>

#include "core/nearest.h"
#include "core/register.h"
#include "core/tally.h"
#include "lib/invented.h"

#define ROWS 2000
#define ELEMENTS 14
#define REGISTERS 2000

static int
nearest(void)
{
	static double vector[ROWS * ELEMENTS];
	static double weight[ELEMENTS];
	static bool present[ROWS * ELEMENTS];
	static bool candidate[ROWS];
	static bool has_family[ROWS];
	static int64_t family[ROWS];
	NearestInput in = {
		.n = ROWS, .p = ELEMENTS, .k = 20, .vectors = vector, .present = present, .weights = weight,
		.candidate = candidate, .family = family, .has_family = has_family, .pause = go_on
	};
	NearestSearch *search;
	const NeighbourList *list;
	int			rows = 0;
	int			count;

	memset(present, true, sizeof(present));
	memset(candidate, true, sizeof(candidate));
	for (int i = 0; i < ROWS * ELEMENTS; i++)
		vector[i] = chance() + chance() + chance();
	for (int j = 0; j < ELEMENTS; j++)
		weight[j] = 1.0 + j % 3;
	/* the same on every CPU, whatever instructions it has */
	search = nearest_start(&in, nearest_filter(FILTER_PORTABLE), allocate);
	while ((count = nearest_next(search, &list)) > 0)
		rows += count;
	return rows == ROWS ? 0 : 1;
}

static int
registers(void)
{
	static const char codes[] = "/\\/\\/\\/\\/\\ /\\II/\\/\\L\\ /\\/\\UU/\\/\\ ";
	static char text[REGISTER_DATE_LENGTH + 1 + 13 * (sizeof(codes) - 1)];
	static Mark mark[REGISTER_MAX_SESSIONS];
	Register	reg;
	RegisterError error;

	memcpy(text, "2025-09-01:", REGISTER_DATE_LENGTH + 1);
	for (int i = 0; i < 13; i++)
		memcpy(text + REGISTER_DATE_LENGTH + 1 + i * (sizeof(codes) - 1), codes, sizeof(codes) - 1);
	for (int i = 0; i < REGISTERS; i++)
		if (register_parse(text, sizeof(text), mark, &reg, &error) != REGISTER_GOOD)
			return 1;
	return 0;
}

int
main(int count, char **name)
{
	if (count == 2 && strcmp(name[1], "nearest") == 0)
		return nearest();
	if (count == 2 && strcmp(name[1], "registers") == 0)
		return registers();
	return 2;
}
