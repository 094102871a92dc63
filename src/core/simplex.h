/*
 * simplex.h
 *	  Minimum of a function of a few numbers: Nelder and Mead 1965 (Computer
 *	  Journal 7:308-313).
 */
#ifndef ABIE_CORE_SIMPLEX_H
#define ABIE_CORE_SIMPLEX_H

#define SIMPLEX_AXES 3			/* the most numbers it can have */

typedef double (*SimplexFunction) (const double *at, void *argument);

/*
 * Moves at to where the function has a minimum, in so many steps at most, until
 * the corners are nearer to the best than size on every axis.  The first corners are at
 * and at plus side on each of the axes.  The least value.
 */
extern double simplex_minimum(SimplexFunction function, void *argument, double *at, int axes, double side, double size,
							  int steps);

#endif
