/*
 * row_json.h
 *	  Values as PostgreSQL's to_jsonb has them.
 */
#ifndef ABIE_ROW_JSON_H
#define ABIE_ROW_JSON_H

#include "utils/jsonb.h"

/* A text as it is. */
extern JsonbValue json_word(char *word);

/* With every digit; what JSON has no number for is a string. */
extern JsonbValue json_double(double number);

#endif
