/*
 * simplex.c
 *	  Minimum of a function of a few numbers.
 *
 * Own code: GSL's simplex takes its steps through a BLAS that is compiled with
 * fused multiply-add on some CPUs, so that last bits differ.
 */
#include "core/simplex.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct Corner
{
	double		at[SIMPLEX_AXES];
	double		value;
} Corner;

typedef struct Simplex
{
	SimplexFunction function;
	void	   *argument;
	int			axes;
	Corner		corner[SIMPLEX_AXES + 1];	/* axes + 1 of them, best first */
} Simplex;

/* The corner that lies share of the way from one to another, beyond it for more than 1. */
static Corner
corner_towards(const Simplex *simplex, const double *from, const double *to, double share)
{
	Corner		corner;

	for (int axis = 0; axis < simplex->axes; axis++)
		corner.at[axis] = from[axis] + share * (to[axis] - from[axis]);
	corner.value = simplex->function(corner.at, simplex->argument);
	return corner;
}

/* Best first; equal ones stay in their order. */
static void
order_corners(Simplex *simplex)
{
	Corner	   *corner = simplex->corner;

	for (int i = 1; i <= simplex->axes; i++)
		for (int j = i; j > 0 && corner[j].value < corner[j - 1].value; j--)
		{
			Corner		better = corner[j];

			corner[j] = corner[j - 1];
			corner[j - 1] = better;
		}
}

/* The middle of all corners but the worst, on one axis. */
static double
middle_of_better(const Simplex *simplex, int axis)
{
	double		sum = simplex->corner[0].at[axis];

	for (int i = 1; i < simplex->axes; i++)
		sum += simplex->corner[i].at[axis];
	return sum / simplex->axes;
}

/* Take the worst corner to the other side of the others, or nearer to them; or all nearer to the best. */
static void
move_corners(Simplex *simplex)
{
	Corner	   *corner = simplex->corner;
	Corner	   *worst = &corner[simplex->axes];
	double		middle[SIMPLEX_AXES];
	Corner		other;
	Corner		next;

	for (int axis = 0; axis < simplex->axes; axis++)
		middle[axis] = middle_of_better(simplex, axis);
	other = next = corner_towards(simplex, worst->at, middle, 2.0);
	if (other.value < corner[0].value)
		next = corner_towards(simplex, worst->at, middle, 3.0);
	else if (!(other.value < corner[simplex->axes - 1].value))
		next = corner_towards(simplex, other.value < worst->value ? other.at : worst->at, middle, 0.5);
	if (other.value < next.value)
		next = other;
	if (next.value < worst->value)
		*worst = next;
	else
		for (int i = 1; i <= simplex->axes; i++)
			corner[i] = corner_towards(simplex, corner[i].at, corner[0].at, 0.5);
}

static bool
is_small(const Simplex *simplex, double size)
{
	bool		small = true;

	for (int i = 1; i <= simplex->axes; i++)
		for (int axis = 0; axis < simplex->axes; axis++)
			small &= fabs(simplex->corner[i].at[axis] - simplex->corner[0].at[axis]) < size;
	return small;
}

double
simplex_minimum(SimplexFunction function, void *argument, double *at, int axes, double side, double size, int steps)
{
	Simplex		simplex = {.function = function, .argument = argument, .axes = axes};

	for (int i = 0; i <= axes; i++)
	{
		Corner	   *corner = &simplex.corner[i];

		memcpy(corner->at, at, sizeof(double) * axes);
		if (i > 0)
			corner->at[i - 1] += side;
		corner->value = function(corner->at, argument);
	}
	order_corners(&simplex);
	for (int i = 0; i < steps && !is_small(&simplex, size); i++)
	{
		move_corners(&simplex);
		order_corners(&simplex);
	}
	memcpy(at, simplex.corner[0].at, sizeof(double) * axes);
	return simplex.corner[0].value;
}
