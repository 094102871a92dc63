/*
 * decimal_log.h
 *	  Natural logarithms that are the same on every CPU.
 */
#ifndef ABIE_CORE_DECIMAL_LOG_H
#define ABIE_CORE_DECIMAL_LOG_H

/*
 * The double nearest to the logarithm, rounded to 16 decimals or as many as x
 * has, of x rounded to 15 significant digits: what PostgreSQL makes of
 * ln(x::numeric)::float8, where the logarithm is between 0.15 and 9.5 or -9.5 and
 * -0.15.  NaN elsewhere, and where the decimal beyond is too near to a half to
 * tell.
 */
extern double decimal_log(double x);

#endif
