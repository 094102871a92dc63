/*
 * simplex.h
 *	  Minimum of a function of two numbers: Nelder and Mead 1965 (Computer
 *	  Journal 7:308-313).
 */
#ifndef ABIE_CORE_SIMPLEX_H
#define ABIE_CORE_SIMPLEX_H

typedef double (*SimplexFunction) (const double at[2], void *argument);

/*
 * Moves at to where the function has a minimum, in so many steps at most, until
 * the corners are nearer to the best than size on both axes.  The first corners are at
 * and at plus side on each axis.  The least value.
 */
extern double simplex_minimum(SimplexFunction function, void *argument, double at[2], double side, double size,
							  int steps);

#endif
