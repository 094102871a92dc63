/*
 * nearest_visit.h
 *	  In which order the blocks of a search are visited.
 */
#ifndef ABIE_CORE_NEAREST_VISIT_H
#define ABIE_CORE_NEAREST_VISIT_H

/* A block and how far it is from the rows searched for. */
typedef struct Visit
{
	float		distance;		/* squared, of its centre from the first of the rows; not negative */
	float		gap;			/* between its box and that of the rows */
	int			block;
} Visit;

/*
 * Order visits by distance, those within a 256th of each other as they stand;
 * work has room for as many.
 */
extern void order_visits(Visit *visit, Visit *work, int count);

#endif
