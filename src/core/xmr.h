/*
 * xmr.h
 *	  XmR chart: is a value of a series unlike the others before it?
 *
 * Individual values and moving ranges (Shewhart; Wheeler 1993, Understanding
 * Variation), the rules of the NHS's Making Data Count.
 */
#ifndef ABIE_CORE_XMR_H
#define ABIE_CORE_XMR_H

#include <stdbool.h>
#include <stddef.h>

typedef struct XmrLimits
{
	double		centre;
	double		lower;
	double		upper;
} XmrLimits;

/*
 * Mean +- 2.66 x the mean moving range of count values (at least 2) in the order
 * of time; moving ranges of 3.267 times their mean or more are left out once,
 * unless all are.
 */
extern XmrLimits xmr_limits(const double *value, size_t count);

/* What is unusual about a value, given the limits. */
typedef struct XmrSignal
{
	bool		outside;		/* beyond a limit */
	bool		shift;			/* of seven or more in a row on one side of the centre */
	bool		trend;			/* of seven or more in a row, each above (or each below) the one before */
	bool		two_of_three;	/* of two, of three in a row, beyond two thirds of the way to one limit */
} XmrSignal;

/* The signals of count values. */
extern void xmr_signals(const double *value, size_t count, XmrLimits limits, XmrSignal *signal);

#endif
