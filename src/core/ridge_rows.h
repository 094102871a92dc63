/*
 * ridge_rows.h
 *	  Rows of a ridge regression, and what the steps of a fit share: rows first,
 *	  then ridge_penalty.c and ridge_predict.c, each of which knows the rows
 *	  alone; ridge.c calls all three.
 */
#ifndef ABIE_CORE_RIDGE_ROWS_H
#define ABIE_CORE_RIDGE_ROWS_H

#include "core/ridge.h"

/* Rows taken at a time: lanes of the processor run over rows, not over terms. */
#define RIDGE_LANES 8

/* Two figures at a time, which the compiler makes vectors of. */
typedef double TwoDoubles __attribute__((vector_size(16), aligned(8), may_alias));

/* What the steps of a fit share.  Rows are in an order that depends on their values alone. */
typedef struct RidgeFit
{
	const RidgeInput *in;
	RidgeModel *model;
	size_t	   *order;			/* n */
	double		total_weight;
	size_t		rows;			/* of positive weight */
	double	   *scale;			/* p: standard deviation of each column, 0 where it does not vary */
	double	   *z;				/* RIDGE_LANES x p: standardised rows, a lane each */
	double	   *gram;			/* p x p: correlation matrix */
	double	   *moment;			/* p: correlation with y, in units of y */
	double		deviation;		/* weighted mean square of y about its mean */
	double	   *eigenvalue;		/* p; once there is a root, rank of them, in its order */
	double	   *eigenvector;	/* p x p, one a row */
	double	   *work;			/* RIDGE_LANES x p */
	double	   *penalty;		/* p: penalties of the standardised columns */
	double	   *root;			/* p x p: rows r with sum of r r' the inverse */
	size_t		rank;			/* rows of root */
	double	   *slope;			/* p: coefficients of the standardised columns */
} RidgeFit;

/*
 * Read the rows of the input: their order, mean, deviation and correlations.
 * Returns a GSL status, GSL_EOVRFLW where a variance is out of range.
 */
extern int	ridge_read_rows(RidgeFit *fit, RidgeAllocate allocate);

/* The next rows from the position, standardised, a lane each; lanes beyond the last row are 0.  How many. */
extern size_t ridge_standardise(const RidgeFit *fit, size_t position);

#endif
