-- A map of schools with labels, of the parts of sql/reports/chart_map.sql: nothing but what is given.

CREATE FUNCTION abie.chart_school_map(title text, names text[], eastings integer[], northings integer[],
	labels text[], own integer DEFAULT NULL) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
-- not STRICT: own may be NULL
AS 'MODULE_PATHNAME', 'abie_chart_school_map';
COMMENT ON FUNCTION abie.chart_school_map(text, text[], integer[], integer[], text[], integer) IS
'A map as SVG of schools by easting and northing, metres of the British National Grid: circles with labels and a key '
'of the first 40 below, the element own as a diamond, and a bar of kilometres. Its description has how far and in '
'which direction each school lies. Nothing is loaded from elsewhere. Schools whose place is not known are left out and '
'counted in the description; NULL where no place is. A label that would stand on another is led to by a line; NULL '
'for none. Not STRICT because own may be NULL. Error 2202E: arrays of different length or empty.';
