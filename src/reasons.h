/*
 * reasons.h
 *	  Sessions by reason as jsonb, as abie.attendance holds them.
 */
#ifndef ABIE_REASONS_H
#define ABIE_REASONS_H

#include "core/absence.h"
#include "fmgr.h"

/* {"sess_auth_illness": 1234, ...} of the counts of every reason, in the order of Reason; present NULL: all are. */
extern Datum reasons_result(const int64 count[REASON_COUNT], const bool *present);

#endif
