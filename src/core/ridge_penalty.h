/*
 * ridge_penalty.h
 *	  The penalty of a ridge regression.
 */
#ifndef ABIE_CORE_RIDGE_PENALTY_H
#define ABIE_CORE_RIDGE_PENALTY_H

#include "core/ridge_rows.h"

/*
 * Eigenvalues and eigenvectors of the correlation matrix with penalties on its
 * diagonal; eigenvalues that are rounding errors are 0.  Returns a GSL status.
 */
extern int	ridge_decompose(RidgeFit *fit, const double *penalty);

/* Penalties of the standardised columns and of the columns as they are.  Returns a GSL status. */
extern int	ridge_set_penalties(RidgeFit *fit);

#endif
