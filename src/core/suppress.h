/*
 * suppress.h
 *	  Which cells of a table of counts to suppress, so that nobody is told of one or two units.
 *
 * A table has rows and columns of groups, 0 of each being the total; every
 * cell of a total is there, published or not.  Rows and columns are the nodes
 * of a graph and the cells that are not published its edges: what subtraction
 * along the published totals tells is the cuts of this graph (Gusfield 1988,
 * A graph theoretic approach to statistical data security, SIAM J. Comput. 17).
 */
#ifndef ABIE_CORE_SUPPRESS_H
#define ABIE_CORE_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct SuppressCell
{
	int			row;
	int			column;
	int64_t		count;			/* not negative; totals are the sums of their cells */
	bool		published;		/* asked to be; otherwise nobody sees it anyway */
	bool		suppressed;		/* the answer, of those published */
} SuppressCell;

/*
 * Suppresses published cells of 1 or 2 and then, at the least loss of counts
 * each time, as many others as it takes that no suppressed cell, and no inner
 * cells of 1 or 2 together, follow from what stays published.  Cells are in the
 * order that decides between equal losses.  False where that is impossible, which no table with all its
 * totals is.  allocate gives memory the caller frees; pause is called now and then.
 */
extern bool suppress(SuppressCell *cell, size_t cells, int rows, int columns,
					 void *(*allocate) (size_t), void (*pause) (void));

#endif
