/*
 * absence.h
 *	  The state of abie.absence as text and bytes, and its measures, for the
 *	  types that hold one.
 */
#ifndef ABIE_ABSENCE_H
#define ABIE_ABSENCE_H

#include "core/absence.h"
#include "fmgr.h"
#include "lib/stringinfo.h"

/* What is read is not checked, but for its syntax: an error. */
extern void absence_state_read(const char *text, AbsenceState *state);
extern void absence_state_write(const AbsenceState *state, StringInfo text);
extern void absence_state_receive(StringInfo message, AbsenceState *state);
extern void absence_state_put(const AbsenceState *state, StringInfo message);

/* The row of type abie.absence_measures. */
extern Datum absence_measures_result(FunctionCallInfo fcinfo, const AbsenceState *state);

#endif
