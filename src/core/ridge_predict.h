/*
 * ridge_predict.h
 *	  Predictions of a ridge regression of its own rows.
 */
#ifndef ABIE_CORE_RIDGE_PREDICT_H
#define ABIE_CORE_RIDGE_PREDICT_H

#include "core/ridge_rows.h"

/* Predictions of all rows, their errors, and how good they are. */
extern void ridge_predict(const RidgeFit *fit);

#endif
