/*
 * text_result.c
 *	  Text that the core writes, as the result of an SQL function, and texts that it reads.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "text_result.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

static void *
grow_text(void *memory, size_t size)
{
	CHECK_FOR_INTERRUPTS();
	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("text is too long to be written: it would need %zu bytes", size)));
	return memory == NULL ? palloc(size) : repalloc(memory, size);
}

TextBuffer
text_scratch(void)
{
	return (TextBuffer) {.most = MaxAllocSize, .grow = grow_text};
}

TextBuffer
text_begin(void)
{
	TextBuffer	text = text_scratch();

	text_room(&text, VARHDRSZ);
	text.length = VARHDRSZ;
	return text;
}

Datum
text_result(const TextBuffer *text)
{
	SET_VARSIZE(text->byte, text->length);
	return PointerGetDatum(text->byte);
}

text *
text_within(text *whole, const char *start, size_t length)
{
	return length == VARSIZE_ANY_EXHDR(whole) ? whole : cstring_to_text_with_len(start, length);
}

TextSlice
text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? (TextSlice) {NULL, 0} : slice_of(PG_GETARG_TEXT_PP(number));
}

TextSlice *
texts_argument(FunctionCallInfo fcinfo, int number, int *count)
{
	Datum	   *element;
	bool	   *null;
	TextSlice  *slice;

	*count = 0;
	if (PG_ARGISNULL(number))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT, &element, &null, count);
	slice = palloc(sizeof(TextSlice) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
		slice[i] = null[i] ? (TextSlice) {NULL, 0} : slice_of(DatumGetTextPP(element[i]));
	return slice;
}
