/*
 * outcome.h
 *	  What a year's change says of the change that is true.
 */
#ifndef ABIE_CORE_OUTCOME_H
#define ABIE_CORE_OUTCOME_H

#include "core/projection.h"

/*
 * The true change of a school, from what such schools were to change by (prior)
 * and what it did change by, of which a part is noise of that variance: the normal
 * posterior, prior + g (change - prior) with g = prior variance / (prior variance
 * + noise) and variance prior variance x (1 - g).  Noise and prior variance are 0
 * or greater; where both are 0 the change is what it is.
 */
extern Belief true_change(Belief prior, double change, double noise);

/* Probability that a change is short of the improvement by more than so much. */
extern double shortfall_probability(Belief change, double improvement, double by);

#endif
