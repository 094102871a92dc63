/*
 * shrinkage.h
 *	  What functions that learn from schools' years have in common.
 */
#ifndef ABIE_SHRINKAGE_H
#define ABIE_SHRINKAGE_H

#include "core/shrinkage.h"
#include "fmgr.h"

/* Nothing is learned from fewer schools: quantiles of 95 and 99 per cent would be a single school's. */
#define LEAST_SCHOOLS 30

/* An argument of enrolments: finite and greater than 0. */
extern double enrolments_argument(FunctionCallInfo fcinfo, int number);

/* The arguments before, last, expected, enrolments, outcome, without incomplete rows, in an order of their own. */
extern SchoolYears school_years_arguments(FunctionCallInfo fcinfo);

#endif
