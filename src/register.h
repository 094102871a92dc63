/*
 * register.h
 *	  The SQL type abie.register: packing, unpacking, errors.
 *
 * A value is a varlena of a format byte (0), the start date as four bytes in
 * the machine's order, and one byte a mark; unaligned, so that short values
 * are read without a copy.
 */
#ifndef ABIE_REGISTER_H
#define ABIE_REGISTER_H

#include "compat.h"
#include "core/register.h"
#include "fmgr.h"
#include "utils/date.h"

/* A register in a datum, detoasted if need be. */
extern Register register_from_datum(Datum datum);

#define PG_GETARG_REGISTER(n) register_from_datum(PG_GETARG_DATUM(n))

/* A new value of so many sessions; its marks, to be filled, in *mark. */
extern struct varlena *register_allocate(Day start, int count, Mark **mark);

/* A copy of a register as a value. */
extern Datum register_to_datum(const Register *source);

/* Raise what is wrong; text and length are what was read, or NULL. */
pg_noreturn extern void register_raise(const RegisterError *error, const char *text, size_t length);

/* Raise the use of a code that does not exist. */
pg_noreturn extern void raise_unknown_code(const char *code, size_t length);

/* The sessions of a window given by date arguments from_date and to_date, NULL for no bound. */
extern SessionRange register_window(FunctionCallInfo fcinfo, int from_argument, const Register *source);

/* "AM" or "PM" argument: whether it is the afternoon. */
extern bool session_argument(text *session);

extern const char *session_name(int session);

/* For messages: "Wednesday 2025-11-05", and no more of a text than is read with ease. */
extern const char *day_text(Day day);
extern const char *shortened(const char *text);

/* A mark as text. */
extern Datum code_datum(Mark mark);

/* The mark of a code argument. */
extern Mark code_argument(text *code);

#endif
