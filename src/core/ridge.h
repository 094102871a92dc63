/*
 * ridge.h
 *	  Weighted ridge regression with every leave-one-out prediction.
 *
 * Hoerl and Kennard 1970 (Technometrics 12:55-67); penalty by generalised
 * cross-validation, Golub, Heath and Wahba 1979 (Technometrics 21:215-223);
 * leave-one-out from the hat matrix, Allen 1974 (Technometrics 16:125-127).
 *
 * Minimises over the intercept b0 and the coefficients b
 *
 *		sum over rows i of w_i (y_i - b0 - sum over j of x_ij b_j)^2
 *			+ sum over columns j of penalty_j b_j^2
 *
 * Plain C11 and GSL: memory comes from the caller, the same bits on every CPU
 * and for every order of the rows.  A row of weight 0 is predicted and changes
 * nothing else.
 */
#ifndef ABIE_CORE_RIDGE_H
#define ABIE_CORE_RIDGE_H

#include <stddef.h>

typedef struct RidgeInput
{
	size_t		n;				/* rows, at least 1 */
	size_t		p;				/* columns */
	const double *y;			/* n */
	const double *x;			/* n x p */
	const double *weight;		/* n, none negative, their sum positive */
	const double *penalties;	/* p, none negative; NULL: by generalised cross-validation */
	void		(*pause) (void);	/* called between rows: a place to be cancelled at */
} RidgeInput;

typedef struct RidgeModel
{
	/* lambda, of columns of standard deviation 1 and weights of sum 1; NaN where the penalties were given */
	double		penalty;
	double	   *penalties;		/* p: lambda x sum of weights x variance of the column, or as given */
	double		mean;			/* weighted mean of y */
	double		intercept;		/* b0 */
	double	   *location;		/* p: weighted mean of each column */
	double	   *coefficients;	/* p: b; 0 for a column that does not vary */
	double	   *inverse;		/* p x p: inverse of the centred X'WX + penalties, on its range */
	double	   *fitted;			/* n */
	double	   *leverage;		/* n: diagonal of the hat matrix */
	double	   *leave_one_out;	/* n: prediction by the other rows, with the same penalties; NaN where leverage is 1 */
	/* n: its standard error, residuals having variance residual_variance / weight; NaN where penalties were given */
	double	   *leave_one_out_error;
	double		residual_variance;	/* mean of weight x squared leave-one-out residual; NaN where there is none */
	/* 1 - weighted squared residuals / weighted squared deviations; NaN where y does not vary */
	double		r2;
	/* as r2, of the leave-one-out predictions that are not NaN */
	double		r2_leave_one_out;
} RidgeModel;

/* Gives memory that stays until the caller is done with the model; never returns NULL. */
typedef void *(*RidgeAllocate) (size_t size);

/*
 * Fit a model.  Without given penalties every column, brought to standard
 * deviation 1, has the lambda of 10^-8, 10^-7.75, ... 10^2 with the smallest
 *
 *		weighted squared residuals / (1 - effective parameters / rows of positive weight)^2
 *
 * the greater of equal ones; so the units of columns and weights change nothing.
 * Columns that do not vary have no part.  Columns that depend on each other
 * share: of all minima the one of least sum of squared standardised coefficients.
 * Returns a GSL status: 0, GSL_EOVRFLW where a variance is out of range, or what
 * the eigenvalue problem failed with.
 */
extern int	ridge_fit(const RidgeInput *input, RidgeAllocate allocate, RidgeModel *model);

/*
 * 1 / total_weight + (a - location)' inverse (b - location): what the
 * prediction at a owes to a row with columns b, by unit of its weight.  The
 * leverage of a row is its weight times that of the row with itself.
 */
extern double ridge_cross_leverage(const double *a, const double *b, const double *location,
								   const double *inverse, size_t p, double total_weight);

/*
 * Covariance of the predictions at a and b by unit of residual variance, where
 * residuals have variance 1 / weight: ridge_cross_leverage less
 * (a - location)' inverse penalties inverse (b - location).
 */
extern double ridge_cross_variance(const double *a, const double *b, const double *location,
								   const double *inverse, const double *penalties, size_t p, double total_weight);

#endif
