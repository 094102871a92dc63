/*
 * worker_node.h
 *	  Whether this server is a worker of Citus.
 */
#ifndef ABIE_WORKER_NODE_H
#define ABIE_WORKER_NODE_H

/*
 * Warns, once a session, where the database is on a worker node of Citus: the
 * tables of abie are on the coordinator, and what is read of them here would be
 * empty without a word.
 */
extern void tell_of_worker_node(void);

#endif
