/*
 * calibration.h
 *	  Residuals by tenth or category of a characteristic.
 */
#ifndef ABIE_CORE_CALIBRATION_H
#define ABIE_CORE_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#define TENTHS 10

/* Rows of one tenth or category. */
typedef struct Part
{
	double		low;			/* least and greatest value of a tenth */
	double		high;
	size_t		rows;
	double		weight;			/* sum of the rows' */
	double		mean;			/* of the residuals, weighted */
	double		squares;		/* sum of (weight x (residual - mean))^2 */
	double		error;			/* of the mean; NaN of one row */
} Part;

/* A row's value, for sorting. */
typedef struct RankedValue
{
	double		value;
	size_t		row;
} RankedValue;

/*
 * Divide the rows that have a value into tenths from the lowest to the highest,
 * equal values by row, the first tenths one row larger where they cannot be
 * equal (SQL's ntile); fewer than ten rows make as many.  value and present:
 * the first of rows that are stride apart.  ranked: room for twice the rows; of:
 * for rows.  How many tenths there are.
 */
extern int divide_into_tenths(const double *value, const bool *present, size_t stride, size_t rows,
							  const double *residual, const double *weight,
							  RankedValue *ranked, int *of, Part tenth[TENTHS]);

/*
 * Fill mean and error of parts, of which rows are known and the rest is 0.
 * of: the part of each row, from 0; -1 for none.
 */
extern void judge_parts(const double *residual, const double *weight, size_t rows, const int *of, size_t parts,
						Part *part);

#endif
