/*
 * scaled_vector.h
 *	  How vectors are made of a school's numbers and categories.
 */
#ifndef ABIE_SCALED_VECTOR_H
#define ABIE_SCALED_VECTOR_H

#include "access/htup.h"

/* The parameters of abie_internal.scaled_vector, a row of abie.vector_parameters. */
typedef struct VectorParameters
{
	int			numbers;
	const int  *number_element;
	const double *location;
	const double *scale;
	double		clip;
	int			categories;
	const int  *category_element;
	Datum	   *category;
	const double *category_scale;
} VectorParameters;

/* Unpack and check them. */
extern VectorParameters vector_parameters(HeapTupleHeader row);

#endif
