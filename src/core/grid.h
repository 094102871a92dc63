/*
 * grid.h
 *	  From the British National Grid to longitude and latitude.
 */
#ifndef ABIE_CORE_GRID_H
#define ABIE_CORE_GRID_H

/* Degrees, east and north. */
typedef struct GridPlace
{
	double		longitude;
	double		latitude;
} GridPlace;

/*
 * The place in WGS84 of an easting and northing in metres, by the formulae and
 * constants of Ordnance Survey, "A guide to coordinate systems in Great
 * Britain" (annexes B and C, section 6.6): out of the transverse Mercator
 * projection on the Airy 1830 ellipsoid, then by one Helmert transformation for
 * the whole of Great Britain, which the triangulation of 1936 departs from by
 * some metres.  Heights are taken as 0.
 */
extern GridPlace grid_place(double easting, double northing);

#endif
