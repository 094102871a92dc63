/*
 * import.h
 *	  Cells of published files that are no figures: numbers that name things,
 *	  academic years and dates.
 */
#ifndef ABIE_CORE_IMPORT_H
#define ABIE_CORE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2018/19 and a NUL */
#define IMPORT_YEAR_SIZE 8

typedef struct ImportDate
{
	int			year;
	int			month;
	int			day;
} ImportDate;

extern bool import_whole(const char *text, size_t length, int32_t lowest, int32_t highest, int32_t *value);
extern bool import_year(const char *text, size_t length, char year[IMPORT_YEAR_SIZE]);
extern bool import_date(const char *text, size_t length, ImportDate *date);

#endif							/* ABIE_CORE_IMPORT_H */
