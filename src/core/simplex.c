/*
 * simplex.c
 *	  Minimum of a function of two numbers.
 *
 * Own code: GSL's simplex takes its steps through a BLAS that is compiled with
 * fused multiply-add on some CPUs, so that last bits differ.
 */
#include "core/simplex.h"

#include <math.h>
#include <stdbool.h>

typedef struct Corner
{
	double		at[2];
	double		value;
} Corner;

typedef struct Simplex
{
	SimplexFunction function;
	void	   *argument;
	Corner		corner[3];		/* best first */
} Simplex;

/* The corner that lies share of the way from one to another, beyond it for more than 1. */
static Corner
corner_towards(const Simplex *simplex, const double from[2], const double to[2], double share)
{
	Corner		corner;

	for (int axis = 0; axis < 2; axis++)
		corner.at[axis] = from[axis] + share * (to[axis] - from[axis]);
	corner.value = simplex->function(corner.at, simplex->argument);
	return corner;
}

/* Best first; equal ones stay in their order. */
static void
order_corners(Corner corner[3])
{
	for (int i = 1; i < 3; i++)
		for (int j = i; j > 0 && corner[j].value < corner[j - 1].value; j--)
		{
			Corner		better = corner[j];

			corner[j] = corner[j - 1];
			corner[j - 1] = better;
		}
}

/* Take the worst corner to the other side of the others, or nearer to them; or all nearer to the best. */
static void
move_corners(Simplex *simplex)
{
	Corner	   *corner = simplex->corner;
	double		middle[2];
	Corner		other;
	Corner		next;

	for (int axis = 0; axis < 2; axis++)
		middle[axis] = (corner[0].at[axis] + corner[1].at[axis]) / 2.0;
	other = next = corner_towards(simplex, corner[2].at, middle, 2.0);
	if (other.value < corner[0].value)
		next = corner_towards(simplex, corner[2].at, middle, 3.0);
	else if (!(other.value < corner[1].value))
		next = corner_towards(simplex, other.value < corner[2].value ? other.at : corner[2].at, middle, 0.5);
	if (other.value < next.value)
		next = other;
	if (next.value < corner[2].value)
		corner[2] = next;
	else
		for (int i = 1; i < 3; i++)
			corner[i] = corner_towards(simplex, corner[i].at, corner[0].at, 0.5);
}

static bool
is_small(const Corner corner[3], double size)
{
	bool		small = true;

	for (int i = 1; i < 3; i++)
		for (int axis = 0; axis < 2; axis++)
			small &= fabs(corner[i].at[axis] - corner[0].at[axis]) < size;
	return small;
}

double
simplex_minimum(SimplexFunction function, void *argument, double at[2], double side, double size, int steps)
{
	Simplex		simplex = {.function = function, .argument = argument};

	for (int i = 0; i < 3; i++)
	{
		double		first[2] = {at[0] + (i == 1 ? side : 0.0), at[1] + (i == 2 ? side : 0.0)};

		simplex.corner[i] = (Corner) {{first[0], first[1]}, function(first, argument)};
	}
	order_corners(simplex.corner);
	for (int i = 0; i < steps && !is_small(simplex.corner, size); i++)
	{
		move_corners(&simplex);
		order_corners(simplex.corner);
	}
	at[0] = simplex.corner[0].at[0];
	at[1] = simplex.corner[0].at[1];
	return simplex.corner[0].value;
}
