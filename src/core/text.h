/*
 * text.h
 *	  Text that is written piece by piece, and numbers as documents write them.
 */
#ifndef ABIE_CORE_TEXT_H
#define ABIE_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Some bytes of UTF-8; there is no text where byte is NULL. */
typedef struct TextSlice
{
	const char *byte;
	size_t		length;
} TextSlice;

#define NO_TEXT ((TextSlice) {NULL, 0})
#define TEXT_OF(literal) ((TextSlice) {literal, sizeof(literal) - 1})

typedef struct TextBuffer
{
	char	   *byte;
	size_t		length;			/* written */
	size_t		room;
	size_t		most;			/* room that it can have */
	void	   *(*grow) (void *memory, size_t size);	/* memory of that size with what it held; NULL holds nothing */
} TextBuffer;

/* Where length more bytes can be written. */
extern char *text_room(TextBuffer *out, size_t length);

static inline void
text_put(TextBuffer *out, const char *byte, size_t length)
{
	if (length > 0)
		memcpy(text_room(out, length), byte, length);
	out->length += length;
}

static inline void
text_word(TextBuffer *out, const char *word)
{
	text_put(out, word, strlen(word));
}

static inline void
text_slice(TextBuffer *out, TextSlice slice)
{
	text_put(out, slice.byte, slice.length);
}

/*
 * As numeric writes a number of so many digits (0 to 15) after the point: the
 * value is read as a decimal of 15 significant digits, as a cast to numeric
 * does, and rounded half away from zero.
 */
extern void text_decimal(TextBuffer *out, double value, int digits);

/* The same with its sign, but for 0: + or the minus sign of typography. */
extern void text_signed(TextBuffer *out, double value, int digits);

extern void text_integer(TextBuffer *out, int64_t number);

/* A count with commas; of 16 digits or more only how long it is, as to_char does. */
extern void text_thousands(TextBuffer *out, int64_t count);

/* The number that text_decimal writes to one digit, or to so many. */
extern double rounded_tenth(double value);
extern double rounded_decimal(double value, int digits);

/*
 * Like printf, with these conversions alone: %s and %d; %.1f and other numbers
 * of digits, which is text_decimal; %g, the shortest decimal that reads back as
 * the same number, of numbers from 10^-4 to 10^15.
 */
extern void text_printf(TextBuffer *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Letters of a text in UTF-8. */
extern size_t text_letters(TextSlice text);

/* What is left of a text of more letters than so many where an ellipsis is to follow: one letter less, no blanks. */
extern TextSlice text_cut(TextSlice text, size_t letters);

#endif
