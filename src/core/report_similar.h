/*
 * report_similar.h
 *	  The similar schools in a school's report: where the school stands among them, and whom to learn from.
 */
#ifndef ABIE_CORE_REPORT_SIMILAR_H
#define ABIE_CORE_REPORT_SIMILAR_H

#include <math.h>

#include "core/report_part.h"

/* What is not known is NaN, or no text. */
typedef struct SimilarSchool
{
	TextSlice	urn;
	TextSlice	name;			/* as reports write it */
	TextSlice	la_name;
	TextSlice	rank;
	TextSlice	address;		/* of its page, where there is one */
	double		km;
	double		attendance;
	double		low;
	double		high;
	double		fsm;			/* eligible for free school meals, per cent */
	bool		has_enrolments;
	int64_t		enrolments;
	bool		is_better;		/* higher attendance, which may be clear of chance */
	bool		is_clear;
	int			near;			/* its place by nearness among the nearest of those looked at, from 1; 0: none */
} SimilarSchool;

/* All of them, the most similar first, and what is said of the school among them. */
typedef struct SimilarReport
{
	SimilarSchool *school;
	int			count;
	int			shown;			/* whose attendance is */
	double		own_attendance;
	double		own_fsm;
	bool		is_poor_match;
	TextSlice	best;			/* places among them; no text where they are not known */
	TextSlice	worst;
	TextSlice	ranked;
	PartKind	list;			/* the kind of part that the list of all is */
	int			better;
	int			clearly_better;
} SimilarReport;

/* Counts shown, better and clearly_better. */
extern void similar_count(SimilarReport *report);

/* Gives so many of the schools, all or those to learn from, their places by nearness: the nearest first. */
extern void similar_nearest(SimilarReport *report, bool only_better, int most);

/* Before the pictures, and after them: which of both uses the places by nearness of those to learn from. */
extern void similar_standing(PartWriter *part, const SimilarReport *report);
extern void similar_lists(PartWriter *part, SimilarReport *report);

#endif
