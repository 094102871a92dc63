/*
 * fuzz.h
 *	  What the fuzz targets share: the bytes of an input taken one after the
 *	  other, and what must hold whatever they are.
 */
#ifndef ABIE_FUZZ_H
#define ABIE_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/absence_week.h"

/* What must hold; libFuzzer takes the abort as a finding. */
#define REQUIRE(condition) \
	do \
	{ \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

typedef struct Input
{
	const uint8_t *byte;
	size_t		left;
} Input;

/* The next bytes as a number, the first of them the highest; 0 for those beyond the end. */
extern uint64_t take(Input *input, int bytes);

/* A copy that ends where the memory ends, so that reading beyond is seen. */
extern void *copy_exactly(const void *source, size_t length);

/* Numbers that follow from a seed other than 0 (xorshift), where an input has only one to give. */
extern uint64_t next_number(uint64_t *seed);

/* What must hold for every register (register_properties.c): as text, cut, merged, counted. */
extern void require_register(const Register *source, uint64_t seed);

/* What must hold for every tally (tally_properties.c). */
extern void require_tally(const Tally *tally);

/* What must hold for the counts of a stretch of a register by week (absence_week_properties.c). */
extern void require_weeks(const Register *source, SessionRange range);

#endif
