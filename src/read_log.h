/*
 * read_log.h
 *	  What the module's start needs of read_log.c.
 */
#ifndef ABIE_READ_LOG_H
#define ABIE_READ_LOG_H

/* Define the configuration parameter abie.log_reads. */
extern void read_log_define_parameters(void);

#endif
