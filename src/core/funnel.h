/*
 * funnel.h
 *	  Where observed proportions are to be expected around a target.
 */
#ifndef ABIE_CORE_FUNNEL_H
#define ABIE_CORE_FUNNEL_H

typedef struct FunnelLimits
{
	double		lower;
	double		upper;
} FunnelLimits;

/*
 * Control limits of a proportion observed among denominator units (greater than
 * 0) around a target (0 to 1), holding the share coverage (above 0, under 1):
 * the exact interval of Clopper and Pearson 1934 (Biometrika 26:404-413) about
 * target x denominator successes, from quantiles of the beta distribution, so that it may
 * lie unevenly and never leaves 0 to 1.  Over-dispersion: the limits are those of
 * as many units as have the variance target (1 - target) / denominator +
 * between_variance (Spiegelhalter 2005, Stat Med 24:1185-1202, additive model).
 */
extern FunnelLimits funnel_limits(double target, double denominator, double coverage,
								  double between_variance);

#endif
