/*
 * eigen.h
 *	  Eigenvalues and eigenvectors of a symmetric matrix, the same bits on every CPU.
 */
#ifndef ABIE_CORE_EIGEN_H
#define ABIE_CORE_EIGEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Eigenvalues, in no order, of the symmetric p x p matrix, and eigenvectors in
 * its place, one a row.  work: p numbers.  pause is called after every p x p
 * steps or so.  False if the iteration does not end, as with NaN in the matrix.
 */
extern bool symmetric_eigen(double *matrix, size_t p, double *value, double *work, void (*pause) (void));

#endif
