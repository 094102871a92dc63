/*
 * text_result.h
 *	  Text that the core writes, as the result of an SQL function, and texts that it reads.
 */
#ifndef ABIE_TEXT_RESULT_H
#define ABIE_TEXT_RESULT_H

#include "compat.h"
#include "core/text.h"
#include "fmgr.h"

/* A text in the current context: what a function writes into it is its result. */
extern TextBuffer text_begin(void);
extern Datum text_result(const TextBuffer *text);

/* A buffer for parts. */
extern TextBuffer text_scratch(void);

/* The text of a datum, detoasted if need be. */
static inline TextSlice
slice_of(text *given)
{
	return (TextSlice) {VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)};
}

/* A part of a text as a text of its own; the text itself where the part is all of it. */
extern text *text_within(text *whole, const char *start, size_t length);

/* An argument; nothing where it is NULL. */
extern TextSlice text_argument(FunctionCallInfo fcinfo, int number);

/* The elements of an array of text in their order, whatever dimensions it has; NULL for a NULL argument. */
extern TextSlice *texts_argument(FunctionCallInfo fcinfo, int number, int *count);

#endif
