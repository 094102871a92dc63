/*
 * tally.c
 *	  Counting marks.
 */
#include "core/tally.h"

#include <stdio.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* What a mark adds to the counts of a pupil, in one word of three 21-bit numbers: a register has fewer sessions. */
#define AUTHORISED_SHIFT 21
#define UNAUTHORISED_SHIFT 42
#define UNIT_MASK 0x1FFFFF

static uint64_t mark_units[MARK_LIMIT];

void
tally_start(void)
{
	code_start();
	for (int mark = 0; mark < MARK_COUNT; mark++)
		mark_units[mark] = (uint64_t) mark_class[mark].possible
			| (uint64_t) (mark_class[mark].category == CATEGORY_AUTHORISED) << AUTHORISED_SHIFT
			| (uint64_t) (mark_class[mark].category == CATEGORY_UNAUTHORISED) << UNAUTHORISED_SHIFT;
}

/* ---------- reading registers ---------- */

#define BLOCK 64				/* marks looked at together */
#define MORNINGS UINT64_C(0x5555555555555555)

/* Bit i is set unless mark i is / in a morning (even i) or \ in an afternoon. */
#ifdef __SSE2__
static uint64_t
others_of_block(const Mark *mark)
{
	const __m128i signs = _mm_set1_epi16(MARK_AM | MARK_PM << 8);
	uint64_t	present = 0;

	for (int i = 0; i < BLOCK / 16; i++)
	{
		__m128i		marks = _mm_loadu_si128((const __m128i *) (mark + 16 * i));

		present |= (uint64_t) (uint16_t) _mm_movemask_epi8(_mm_cmpeq_epi8(marks, signs)) << (16 * i);
	}
	return ~present;
}
#else
static uint64_t
others_of_block(const Mark *mark)
{
	uint64_t	others = 0;

	for (int i = 0; i < BLOCK; i++)
		others |= (uint64_t) (mark[i] != (i % 2 == 0 ? MARK_AM : MARK_PM)) << i;
	return others;
}
#endif

/*
 * Append the places of the set bits.  Eight are written at a time whether there
 * are so many or not: the branch a loop would take for each is the dearest
 * part.  What is too much is written over by the next.
 */
static void
collect_others(int block, uint64_t others, MarkStretch *stretch)
{
	int			count = stretch->others;

	stretch->others += __builtin_popcountll(others);
	while (count < stretch->others)
		for (int i = 0; i < 8; i++)
		{
			stretch->other[count++] = (uint16_t) (block + __builtin_ctzll(others | UINT64_C(1) << (BLOCK - 1)));
			others &= others - 1;
		}
}

void
stretch_read(const Mark *mark, SessionRange range, MarkStretch *stretch)
{
	int			sessions = range.end - range.first;
	int			mornings = 0;	/* of the others */
	uint64_t	units = 0;

	mark += range.first;
	stretch->mark = mark;
	stretch->others = 0;
	for (int at = 0; at < sessions; at += BLOCK)
	{
		Mark		last[BLOCK];
		const Mark *block = mark + at;
		uint64_t	others;

		if (sessions - at < BLOCK)
		{
			/* beyond the end as if all were present: nothing to collect */
			for (int i = 0; i < BLOCK; i++)
				last[i] = i % 2 == 0 ? MARK_AM : MARK_PM;
			block = memcpy(last, block, sessions - at);
		}
		others = others_of_block(block);
		mornings += __builtin_popcountll(others & MORNINGS);
		collect_others(at, others, stretch);
	}
	for (int i = 0; i < stretch->others; i++)
		units += mark_units[stretch_other(stretch, i)];
	stretch->am = sessions / 2 - mornings;
	stretch->pm = sessions / 2 - (stretch->others - mornings);
	stretch->sessions = (SessionCount) {
		.possible = stretch->am + stretch->pm + (int64_t) (units & UNIT_MASK),
		.authorised = (int64_t) (units >> AUTHORISED_SHIFT & UNIT_MASK),
		.unauthorised = (int64_t) (units >> UNAUTHORISED_SHIFT & UNIT_MASK)
	};
}

/* ---------- adding ---------- */

void
tally_add_stretch(Tally *tally, const MarkStretch *stretch)
{
	tally->count[MARK_AM] += stretch->am;
	tally->count[MARK_PM] += stretch->pm;
	for (int i = 0; i < stretch->others; i++)
		tally->count[stretch_other(stretch, i)]++;
}

bool
tally_add(Tally *tally, const Tally *other)
{
	for (int mark = 0; mark < MARK_COUNT; mark++)
		if (tally->count[mark] > TALLY_MAX - other->count[mark])
			return false;
	for (int mark = 0; mark < MARK_COUNT; mark++)
		tally->count[mark] += other->count[mark];
	return true;
}

bool
tally_check(const Tally *tally)
{
	for (int mark = 0; mark < MARK_LIMIT; mark++)
		if (tally->count[mark] < 0 || tally->count[mark] > (mark < MARK_COUNT ? TALLY_MAX : 0))
			return false;
	return true;
}

/* ---------- sums ---------- */

SessionCount
tally_sessions(const Tally *tally)
{
	SessionCount sum = {0};

	for (int mark = 0; mark < MARK_COUNT; mark++)
		if (mark_class[mark].possible)
			sum.possible += tally->count[mark];
	sum.authorised = tally_category(tally, CATEGORY_AUTHORISED);
	sum.unauthorised = tally_category(tally, CATEGORY_UNAUTHORISED);
	return sum;
}

int64_t
tally_category(const Tally *tally, Category category)
{
	int64_t		sum = 0;

	for (int mark = 0; mark < MARK_COUNT; mark++)
		if (mark_class[mark].category == category)
			sum += tally->count[mark];
	return sum;
}

int64_t
tally_code(const Tally *tally, Mark mark)
{
	return mark == MARK_D ? tally->count[MARK_D] + tally->count[MARK_D_ATTENDING] : tally->count[mark];
}

/* ---------- text form ---------- */

#define D_ATTENDING_NAME "D2006"

static const char *
mark_name(int mark)
{
	return mark == MARK_D_ATTENDING ? D_ATTENDING_NAME : mark_class[mark].code;
}

size_t
tally_print(const Tally *tally, char *text)
{
	size_t		length = 0;

	text[0] = '\0';
	for (int mark = 0; mark < MARK_COUNT; mark++)
		if (tally->count[mark] > 0)
			length += sprintf(text + length, "%s%s:%lld", length > 0 ? " " : "", mark_name(mark),
							  (long long) tally->count[mark]);
	return length;
}

/* A word, CODE:COUNT; the bit of its mark is set in seen. */
static TallyFault
parse_count(const char *word, size_t length, Tally *tally, uint64_t *seen)
{
	const char *colon = memchr(word, ':', length);
	const char *digit = colon == NULL ? NULL : colon + 1;
	int64_t		count = 0;
	int			mark = -1;

	if (colon == NULL || colon == word || digit == word + length)
		return TALLY_SYNTAX;
	for (; digit < word + length; digit++)
	{
		if (*digit < '0' || *digit > '9')
			return TALLY_SYNTAX;
		count = 10 * count + (*digit - '0');
		if (count > TALLY_MAX)
			return TALLY_OUT_OF_RANGE;
	}
	for (int i = 0; i < MARK_COUNT; i++)
		if (strlen(mark_name(i)) == (size_t) (colon - word) && memcmp(mark_name(i), word, colon - word) == 0)
			mark = i;
	if (mark < 0)
		return TALLY_UNKNOWN_CODE;
	if (*seen >> mark & 1)
		return TALLY_TWICE;
	*seen |= UINT64_C(1) << mark;
	tally->count[mark] = count;
	return TALLY_GOOD;
}

TallyFault
tally_parse(const char *text, size_t length, Tally *tally, size_t *offset, size_t *word_length)
{
	uint64_t	seen = 0;

	memset(tally, 0, sizeof(Tally));
	for (*offset = 0; *offset < length; *offset += *word_length)
	{
		TallyFault	fault;

		*word_length = 1;
		if (is_space(text[*offset]))
			continue;
		while (*offset + *word_length < length && !is_space(text[*offset + *word_length]))
			++*word_length;
		fault = parse_count(text + *offset, *word_length, tally, &seen);
		if (fault != TALLY_GOOD)
			return fault;
	}
	return TALLY_GOOD;
}
