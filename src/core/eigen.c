/*
 * eigen.c
 *	  Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * Reduced to three diagonals by reflections, then to one by the QL iteration
 * with implicit shifts: the procedures tred2 and tql2 of Bowdler, Martin,
 * Reinsch and Wilkinson 1968 (Numerische Mathematik 11:293-306), of Handbook for
 * Automatic Computation, vol. II, 1971.  Own code, although GSL has it: GSL and
 * its BLAS are compiled with fused multiply-add on some CPUs and without on
 * others, so that last bits differ.  It pauses, too.
 */
#include "core/eigen.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define ITERATIONS 60			/* for an eigenvalue; two or three are usual */
#define LANES 4					/* sums that are taken side by side, always these */

static double
dot(const double *a, const double *b, size_t count)
{
	double		sum[LANES] = {0.0};
	double		rest = 0.0;
	size_t		i = 0;

	for (; i + LANES <= count; i += LANES)
		for (size_t lane = 0; lane < LANES; lane++)
			sum[lane] += a[i + lane] * b[i + lane];
	for (; i < count; i++)
		rest += a[i] * b[i];
	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + rest;
}

/* sqrt(a^2 + b^2); the C library's hypot depends on the CPU. */
static double
length(double a, double b)
{
	double		greater = fmax(fabs(a), fabs(b));
	double		ratio = fmin(fabs(a), fabs(b)) / greater;

	return greater > 0.0 ? greater * sqrt(1.0 + ratio * ratio) : greater;
}

/*
 * Row i reflected onto its last element, which goes to *beside; the row becomes
 * the reflection.  Half its squared length, 0 where there is nothing to reflect.
 */
static double
reflect_row(double *row, size_t i, double *beside)
{
	double		scale = 0.0;
	double		squares;
	double		left;

	for (size_t k = 0; k < i; k++)
		scale += fabs(row[k]);
	if (i == 1 || scale == 0.0)
	{
		*beside = row[i - 1];
		return 0.0;
	}
	for (size_t k = 0; k < i; k++)
		row[k] /= scale;
	squares = dot(row, row, i);
	left = row[i - 1] > 0.0 ? -sqrt(squares) : sqrt(squares);
	*beside = scale * left;
	squares -= row[i - 1] * left;
	row[i - 1] -= left;
	return squares;
}

/* The lower triangle above the reflected row, reflected from both sides.  image: room for i numbers. */
static void
reflect_rest(double *matrix, size_t p, size_t i, double half, double *image)
{
	const double *row = matrix + i * p;
	double		share;

	for (size_t j = 0; j < i; j++)
		image[j] = 0.0;
	for (size_t j = 0; j < i; j++)
	{
		const double *above = matrix + j * p;

		image[j] += dot(above, row, j + 1);
		for (size_t k = 0; k < j; k++)
			image[k] += above[k] * row[j];
	}
	for (size_t j = 0; j < i; j++)
		image[j] /= half;
	share = dot(image, row, i) / (half + half);
	for (size_t j = 0; j < i; j++)
		image[j] -= share * row[j];
	for (size_t j = 0; j < i; j++)
		for (size_t k = 0; k <= j; k++)
			matrix[j * p + k] -= row[j] * image[k] + image[j] * row[k];
}

/*
 * To three diagonals: diagonal and beside, beside[i] between i - 1 and i.  The
 * matrix becomes the product of the reflections, transposed: row k times the
 * matrix times row l is what stands at k, l of the three diagonals.
 */
static void
tridiagonalise(double *matrix, size_t p, double *diagonal, double *beside, void (*pause) (void))
{
	beside[0] = 0.0;
	for (size_t i = p - 1; i > 0; i--)
	{
		pause();
		diagonal[i] = reflect_row(matrix + i * p, i, &beside[i]);
		if (diagonal[i] > 0.0)
			reflect_rest(matrix, p, i, diagonal[i], beside);
	}
	diagonal[0] = 0.0;
	/* the product, from the smallest reflection on: rows and columns below i are done */
	for (size_t i = 0; i < p; i++)
	{
		double	   *row = matrix + i * p;
		double		half = diagonal[i];

		pause();
		diagonal[i] = row[i];
		if (half > 0.0)
			for (size_t j = 0; j < i; j++)
			{
				double	   *done = matrix + j * p;
				double		part = dot(done, row, i) / half;

				for (size_t k = 0; k < i; k++)
					done[k] -= part * row[k];
			}
		memset(row, 0, sizeof(double) * i);
		row[i] = 1.0;
		for (size_t j = 0; j < i; j++)
			matrix[j * p + i] = 0.0;
	}
}

/* Rotate rows a and b. */
static void
rotate(double *a, double *b, size_t count, double cosine, double sine)
{
	for (size_t k = 0; k < count; k++)
	{
		double		other = b[k];

		b[k] = sine * a[k] + cosine * other;
		a[k] = cosine * a[k] - sine * other;
	}
}

/* A step of the iteration on rows from to last, with the shift of the first two; what the shift was. */
static double
step(double *vector, size_t p, double *value, double *beside, size_t from, size_t last)
{
	double		first = value[from];
	double		ratio = (value[from + 1] - first) / (2.0 * beside[from]);
	double		root = ratio < 0.0 ? -length(ratio, 1.0) : length(ratio, 1.0);
	double		second = beside[from] * (ratio + root);
	double		shift;
	double		next = beside[from + 1];
	double		at;
	double		cosine = 1.0, before = 1.0, before_that = 1.0;
	double		sine = 0.0, sine_before = 0.0;

	value[from] = beside[from] / (ratio + root);
	value[from + 1] = second;
	shift = first - value[from];
	for (size_t i = from + 2; i < p; i++)
		value[i] -= shift;
	at = value[last];
	for (size_t i = last; i-- > from;)
	{
		double		across = cosine * beside[i];
		double		along = cosine * at;
		double		radius = length(at, beside[i]);

		before_that = before;
		before = cosine;
		sine_before = sine;
		beside[i + 1] = sine * radius;
		sine = beside[i] / radius;
		cosine = at / radius;
		at = cosine * value[i] - sine * across;
		value[i + 1] = along + sine * (cosine * across + sine * value[i]);
		rotate(vector + i * p, vector + (i + 1) * p, p, cosine, sine);
	}
	at = -sine * sine_before * before_that * next * beside[from] / second;
	beside[from] = sine * at;
	value[from] = cosine * at;
	return shift;
}

bool
symmetric_eigen(double *matrix, size_t p, double *value, double *work, void (*pause) (void))
{
	double	   *beside = work;
	double		shifted = 0.0;
	double		greatest = 0.0;

	if (p == 0)
		return true;
	tridiagonalise(matrix, p, value, beside, pause);
	memmove(beside, beside + 1, sizeof(double) * (p - 1));
	beside[p - 1] = 0.0;
	for (size_t from = 0; from < p; from++)
	{
		size_t		last = from;
		int			iterations = 0;

		greatest = fmax(greatest, fabs(value[from]) + fabs(beside[from]));
		while (last < p - 1 && fabs(beside[last]) > DBL_EPSILON * greatest)
			last++;
		while (last > from && fabs(beside[from]) > DBL_EPSILON * greatest)
		{
			pause();
			if (++iterations > ITERATIONS)
				return false;
			shifted += step(matrix, p, value, beside, from, last);
		}
		value[from] += shifted;
		beside[from] = 0.0;
	}
	return true;
}
