/*
 * grid.c
 *	  See grid.h.
 */
#include "grid.h"

#include <math.h>

typedef struct Ellipsoid
{
	double		a;				/* semi-axes, metres */
	double		b;
} Ellipsoid;

static const Ellipsoid airy_1830 = {6377563.396, 6356256.909};
static const Ellipsoid wgs84 = {6378137.000, 6356752.314245};

static const double degree = 0.017453292519943295;

/* of the National Grid: scale on the central meridian, true origin in degrees and in metres */
static const double scale = 0.9996012717;
static const double origin_latitude = 49.0;
static const double origin_longitude = -2.0;
static const double origin_easting = 400000.0;
static const double origin_northing = -100000.0;

/* radians, east and north */
typedef struct Geodetic
{
	double		longitude;
	double		latitude;
} Geodetic;

typedef struct Cartesian
{
	double		x;
	double		y;
	double		z;
} Cartesian;

static double
eccentricity_squared(Ellipsoid ellipsoid)
{
	return 1.0 - (ellipsoid.b * ellipsoid.b) / (ellipsoid.a * ellipsoid.a);
}

/* Length of the meridian from the true origin to a latitude, on the projection. */
static double
meridian_arc(double latitude)
{
	double		n = (airy_1830.a - airy_1830.b) / (airy_1830.a + airy_1830.b);
	double		n2 = n * n;
	double		n3 = n2 * n;
	double		difference = latitude - origin_latitude * degree;
	double		sum = latitude + origin_latitude * degree;

	return airy_1830.b * scale
		* ((1.0 + n + 5.0 / 4.0 * n2 + 5.0 / 4.0 * n3) * difference
		   - (3.0 * n + 3.0 * n2 + 21.0 / 8.0 * n3) * sin(difference) * cos(sum)
		   + 15.0 / 8.0 * (n2 + n3) * sin(2.0 * difference) * cos(2.0 * sum)
		   - 35.0 / 24.0 * n3 * sin(3.0 * difference) * cos(3.0 * sum));
}

/* The latitude on the central meridian with that northing, to a hundredth of a millimetre. */
static double
footpoint_latitude(double northing)
{
	double		along = northing - origin_northing;
	double		latitude = origin_latitude * degree + along / (airy_1830.a * scale);

	/* each step leaves less than a hundredth of the distance */
	for (int step = 0; step < 10; step++)
	{
		double		left = along - meridian_arc(latitude);

		if (fabs(left) < 1e-5)
			break;
		latitude += left / (airy_1830.a * scale);
	}
	return latitude;
}

/* Out of the projection: powers of the distance from the central meridian. */
static Geodetic
projected_place(double easting, double northing)
{
	double		latitude = footpoint_latitude(northing);
	double		e2 = eccentricity_squared(airy_1830);
	double		narrowing = 1.0 - e2 * sin(latitude) * sin(latitude);
	double		nu = airy_1830.a * scale / sqrt(narrowing);
	double		rho = nu * (1.0 - e2) / narrowing;
	double		eta2 = nu / rho - 1.0;
	double		t = tan(latitude);
	double		t2 = t * t;
	double		t4 = t2 * t2;
	double		d = (easting - origin_easting) / nu;
	double		d2 = d * d;
	Geodetic	place;

	place.latitude = latitude
		- t * nu / rho * d2 * (1.0 / 2.0
							   - d2 * ((5.0 + 3.0 * t2 + eta2 - 9.0 * t2 * eta2) / 24.0
									   - d2 * (61.0 + 90.0 * t2 + 45.0 * t4) / 720.0));
	place.longitude = origin_longitude * degree
		+ d / cos(latitude) * (1.0
							   - d2 * ((nu / rho + 2.0 * t2) / 6.0
									   - d2 * ((5.0 + 28.0 * t2 + 24.0 * t4) / 120.0
											   - d2 * (61.0 + 662.0 * t2 + 1320.0 * t4 + 720.0 * t4 * t2) / 5040.0)));
	return place;
}

static Cartesian
to_cartesian(Geodetic place, Ellipsoid ellipsoid)
{
	double		e2 = eccentricity_squared(ellipsoid);
	double		nu = ellipsoid.a / sqrt(1.0 - e2 * sin(place.latitude) * sin(place.latitude));

	return (Cartesian) {
		nu * cos(place.latitude) * cos(place.longitude),
		nu * cos(place.latitude) * sin(place.longitude),
		nu * (1.0 - e2) * sin(place.latitude)
	};
}

/* From OSGB36 to WGS84: seven parameters, metres, seconds of arc and parts per million. */
static Cartesian
shift_datum(Cartesian from)
{
	double		second = degree / 3600.0;
	double		rx = 0.1502 * second;
	double		ry = 0.2470 * second;
	double		rz = 0.8421 * second;
	double		size = 1.0 - 20.4894e-6;

	return (Cartesian) {
		446.448 + size * from.x - rz * from.y + ry * from.z,
		-125.157 + rz * from.x + size * from.y - rx * from.z,
		542.060 - ry * from.x + rx * from.y + size * from.z
	};
}

static Geodetic
to_geodetic(Cartesian from, Ellipsoid ellipsoid)
{
	double		e2 = eccentricity_squared(ellipsoid);
	double		p = hypot(from.x, from.y);
	double		latitude = atan2(from.z, p * (1.0 - e2));

	/* near the surface each step leaves less than a hundredth of the angle */
	for (int step = 0; step < 6; step++)
	{
		double		nu = ellipsoid.a / sqrt(1.0 - e2 * sin(latitude) * sin(latitude));

		latitude = atan2(from.z + e2 * nu * sin(latitude), p);
	}
	return (Geodetic) {
		atan2(from.y, from.x), latitude
	};
}

GridPlace
grid_place(double easting, double northing)
{
	Cartesian	surveyed = to_cartesian(projected_place(easting, northing), airy_1830);
	Geodetic	place = to_geodetic(shift_datum(surveyed), wgs84);

	return (GridPlace) {
		place.longitude / degree, place.latitude / degree
	};
}
