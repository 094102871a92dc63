/*
 * shock_screen.h
 *	  Weeks in which a school, or several of an area at once, were far below
 *	  what they usually are.
 *
 * Each week of each school is set against the course of its stratum, which takes
 * off what the whole country and the kind of week explain, and against the
 * school's own median; in units of how far schools of its size differ in that
 * week.  Then regions are judged, then local authorities by what is left, then
 * schools by what is left of that.
 */
#ifndef ABIE_CORE_SHOCK_SCREEN_H
#define ABIE_CORE_SHOCK_SCREEN_H

#include <stddef.h>
#include <stdint.h>

#include "core/calendar.h"

typedef enum AreaLevel
{
	AREA_REGION,
	AREA_AUTHORITY
} AreaLevel;

#define AREA_LEVELS 2
#define NO_AREA (-1)

/* The areas of a level, from 0, and which of them each school is in. */
typedef struct Areas
{
	size_t		count;
	const int32_t *of_school;
} Areas;

/* A week in which the schools of an area were low together; departures are medians, percentage points. */
typedef struct AreaShock
{
	AreaLevel	level;
	int32_t		area;			/* its place among the areas of the level */
	Day			monday;
	size_t		schools;
	size_t		low;			/* of them with a standardised value below -1.5 */
	double		z;				/* of the mean, as schools of an area are alike */
	double		departure;
} AreaShock;

/* A week in which a school was low by itself. */
typedef struct SchoolShock
{
	size_t		school;
	Day			monday;
	double		z;
	double		departure;		/* of its own, percentage points */
	double		area_departure; /* what was taken off as its areas' */
	double		false_discovery;	/* share of chance among all that are as low */
} SchoolShock;

typedef struct Shocks
{
	SchoolShock *school;
	size_t		schools;
	AreaShock  *area;
	size_t		areas;
} Shocks;

#endif
