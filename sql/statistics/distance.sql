-- Distance of two schools and its parts.

CREATE FUNCTION abie.distance(a float8[], b float8[], weights float8[] DEFAULT NULL) RETURNS float8
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_distance';
COMMENT ON FUNCTION abie.distance(float8[], float8[], float8[]) IS
'Weighted Euclidean distance of two vectors of up to 1000 characteristics; a NULL element is missing. Squared distance '
'= (total weight / weight present on both sides) x sum of weight x (a-b)^2 over the elements present on both sides. '
'Weights default to 1 each; an element of weight 0 is left out. NULL when under 80 per cent of the weight is present '
'on both sides, or when a or b is NULL (not STRICT: weights may be NULL). Errors: NaN or infinity, vectors of '
'different length, weights negative, NULL or all 0, result out of range.';

CREATE FUNCTION abie.distance_parts(a float8[], b float8[], weights float8[] DEFAULT NULL) RETURNS float8[]
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_distance_parts';
COMMENT ON FUNCTION abie.distance_parts(float8[], float8[], float8[]) IS
'The parts of the squared distance that abie.distance gives, one for each characteristic; 0 for a characteristic '
'missing on either side or of weight 0. Their sum is the squared distance. NULL and errors as abie.distance.';

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie.kilometres(easting integer, northing integer, other_easting integer, other_northing integer)
RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that the planner can do so; NULL where an argument is
RETURN sqrt(((easting - other_easting)::bigint * (easting - other_easting) + (northing - other_northing)::bigint
	* (northing - other_northing))::float8) / 1000;
COMMENT ON FUNCTION abie.kilometres(integer, integer, integer, integer) IS
'Kilometres as the crow flies between two places of the British National Grid, eastings and northings in metres; NULL '
'where a place is not known.';

CREATE FUNCTION abie.longitude_latitude(easting float8, northing float8, OUT longitude float8, OUT latitude float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_longitude_latitude';
COMMENT ON FUNCTION abie.longitude_latitude(float8, float8) IS
'Longitude and latitude, degrees in WGS84 as maps on the web and GPS have them, of a place of the British National '
'Grid, metres: by the formulae of Ordnance Survey''s guide to coordinate systems in Great Britain, with one Helmert '
'transformation for the whole country. Within 5 metres in England. NULL where either is; error 22023 for a place '
'outside the grid (0 to 700000, 0 to 1300000).';
