/*
 * facts.h
 *	  Facts of a report, which are JSON: objects by the names of their members.
 *
 * What is null, or not there, is no text, NaN, false or no container; so is a
 * member of what is no object.
 */
#ifndef ABIE_FACTS_H
#define ABIE_FACTS_H

#include "core/text.h"
#include "fmgr.h"
#include "utils/jsonb.h"

extern JsonbContainer *facts_argument(FunctionCallInfo fcinfo, int number);

/* An object or array in an object. */
extern JsonbContainer *facts_in(JsonbContainer *facts, const char *name);

/* The text of a member, as ->> has it; a number, of which a text may tell as in a cast; whether it is true. */
extern TextSlice fact_text(JsonbContainer *facts, const char *name);
extern double fact_number(JsonbContainer *facts, const char *name);
extern bool fact_is_true(JsonbContainer *facts, const char *name);

/* A whole number; false where there is none. */
extern bool fact_count(JsonbContainer *facts, const char *name, int64 *count);

/* The text of any value, as ->> has it. */
extern TextSlice fact_value_text(const JsonbValue *value);

/* The elements of an array that are objects or arrays, all else NULL; of one in an object, count is -1 for none. */
extern JsonbContainer **fact_elements(JsonbContainer *array, int *count);
extern JsonbContainer **fact_rows(JsonbContainer *facts, const char *name, int *count);

/* The texts of such an array. */
extern TextSlice *fact_texts(JsonbContainer *facts, const char *name, int *count);

#endif
