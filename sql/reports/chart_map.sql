-- Maps: places by easting and northing, nothing from elsewhere.

CREATE TYPE abie_internal.map_frame AS (west float8, north float8, unit float8, left_edge float8, top float8,
	width float8, height float8);
COMMENT ON TYPE abie_internal.map_frame IS 'Which part of the British National Grid a map shows, and where.';
COMMENT ON COLUMN abie_internal.map_frame.west IS 'Easting of its left edge, metres.';
COMMENT ON COLUMN abie_internal.map_frame.north IS 'Northing of its top, metres.';
COMMENT ON COLUMN abie_internal.map_frame.unit IS 'Units of the picture by metre, the same in both directions.';
COMMENT ON COLUMN abie_internal.map_frame.left_edge IS 'Place of its left edge in the picture.';
COMMENT ON COLUMN abie_internal.map_frame.top IS 'Place of its top in the picture.';
COMMENT ON COLUMN abie_internal.map_frame.width IS 'Its width in the picture.';
COMMENT ON COLUMN abie_internal.map_frame.height IS 'Its height in the picture.';

CREATE FUNCTION abie_internal.map_frame(eastings integer[], northings integer[]) RETURNS abie_internal.map_frame
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_map_frame';
COMMENT ON FUNCTION abie_internal.map_frame(integer[], integer[]) IS
'The frame that holds all of these places; NULL where none is known.';

CREATE FUNCTION abie_internal.map_x(f abie_internal.map_frame, easting integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN abie_internal.decimal((f).left_edge + (f).unit * (easting - (f).west), 1);
COMMENT ON FUNCTION abie_internal.map_x(abie_internal.map_frame, integer) IS 'Where an easting is drawn.';

CREATE FUNCTION abie_internal.map_y(f abie_internal.map_frame, northing integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN abie_internal.decimal((f).top + (f).unit * ((f).north - northing), 1);
COMMENT ON FUNCTION abie_internal.map_y(abie_internal.map_frame, integer) IS 'Where a northing is drawn.';

CREATE FUNCTION abie_internal.map_ground(f abie_internal.map_frame) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'abie_map_ground';
COMMENT ON FUNCTION abie_internal.map_ground(abie_internal.map_frame) IS 'What a map is drawn on.';

CREATE FUNCTION abie_internal.map_scale_bar(f abie_internal.map_frame) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_map_scale_bar';
COMMENT ON FUNCTION abie_internal.map_scale_bar(abie_internal.map_frame) IS
'A bar below a map, so many kilometres long: 1, 2 or 5 times a power of ten, at most a half of its width.';

CREATE FUNCTION abie_internal.band_text(band integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: a school left out is in no band
RETURN CASE band WHEN -2 THEN 'far below' WHEN -1 THEN 'below' WHEN 0 THEN 'as expected' WHEN 1 THEN 'above'
	WHEN 2 THEN 'far above' END;
COMMENT ON FUNCTION abie_internal.band_text(integer) IS
'A band of abie_internal.funnel_band in words; NULL for NULL.';

-- Form as well as colour tells bands apart; what is unlike the rest lies on top.
CREATE FUNCTION abie_internal.map_bands() RETURNS TABLE (band integer, place integer, mark text, paint text, said text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 6
BEGIN ATOMIC
	SELECT b.band, b.place, b.mark, b.paint, coalesce(abie_internal.band_text(b.band)
		|| CASE b.band WHEN 0 THEN '' ELSE ' what is expected' END, 'not placed')
	FROM (VALUES (NULL::integer, 1, 'm-2.5 -2.5l5 5m0 -5l-5 5', 'fill="none" stroke="#777"'),
		(0, 2, 'm-2 0a2 2 0 1 0 4 0a2 2 0 1 0 -4 0', 'fill="#777"'),
		(1, 3, 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0', 'fill="#fff" stroke="#0072b2" stroke-width="1.5"'),
		(-1, 4, 'm0 -3.5l3.5 3.5l-3.5 3.5l-3.5 -3.5z', 'fill="#fff" stroke="#d55e00" stroke-width="1.5"'),
		(2, 5, 'm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0', 'fill="#0072b2" stroke="#fff"'),
		(-2, 6, 'm0 -5l5 5l-5 5l-5 -5z', 'fill="#d55e00" stroke="#fff"')) b(band, place, mark, paint);
END;
COMMENT ON FUNCTION abie_internal.map_bands() IS
'How a map shows the bands of abie_internal.funnel_band, in the order they are drawn: form, colour and words.';

CREATE FUNCTION abie_internal.map_marks(f abie_internal.map_frame, names text[], eastings integer[],
	northings integer[], bands integer[])
RETURNS TABLE (place integer, drawn text, key text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5000 ROWS 6
SET search_path = pg_catalog, pg_temp
AS $$
SELECT b.place,
	CASE WHEN cardinality(names) > 300 THEN format('<path d="%s" %s/>', string_agg(u.at || b.mark, '' ORDER BY u.place),
		b.paint)
	ELSE string_agg(format('<path d="%s" %s><title>%s</title></path>', u.at || b.mark, b.paint,
		abie_internal.xml_text(u.name || ': ' || b.said)), '' ORDER BY u.place) END,
	b.said || ': ' || count(*)
FROM (SELECT n.*, 'M' || abie_internal.map_x(f, n.easting) || ' ' || abie_internal.map_y(f, n.northing) AS at
	FROM unnest(names, eastings, northings, bands) WITH ORDINALITY n(name, easting, northing, band, place)
	WHERE num_nulls(n.easting, n.northing) = 0) u
	JOIN abie_internal.map_bands() b ON coalesce(b.band, 9) = coalesce(u.band, 9)
GROUP BY b.place, b.paint, b.said
$$;
COMMENT ON FUNCTION abie_internal.map_marks(abie_internal.map_frame, text[], integer[], integer[], integer[]) IS
'The places of a map by band: what is drawn, and the line of its key. More than 300 are drawn together, without a '
'title each.';

CREATE FUNCTION abie.chart_band_map(title text, names text[], eastings integer[], northings integer[], bands integer[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	f abie_internal.map_frame := abie_internal.map_frame(eastings, northings);
	missing bigint := (SELECT count(*) FROM unnest(eastings, northings) g(e, n) WHERE num_nulls(g.e, g.n) > 0);
	m record;
BEGIN
	PERFORM abie_internal.check_chart('chart_band_map', cardinality(names),
		ARRAY[cardinality(eastings), cardinality(northings), cardinality(bands)]);
	IF EXISTS (SELECT FROM unnest(bands) b WHERE b NOT BETWEEN -2 AND 2) THEN
		RAISE EXCEPTION 'bands of a map are -2 to 2, not %',
			(SELECT b FROM unnest(bands) b WHERE b NOT BETWEEN -2 AND 2 LIMIT 1)
			USING ERRCODE = 'invalid_parameter_value', HINT = 'NULL is for a school that no band is known of.';
	ELSIF f IS NULL THEN
		RETURN NULL;
	END IF;
	SELECT string_agg(k.drawn, '' ORDER BY k.place) AS drawn, string_agg(k.key, '; ' ORDER BY k.row) AS said,
		string_agg(format('<g transform="translate(28 %s)"><path d="M0 0%s" %s/><text x="12" y="4" font-size="11">%s'
			'</text></g>', f.top + f.height + 28 + 16 * k.row, k.mark, k.paint, abie_internal.xml_text(k.key)), ''
			ORDER BY k.row) AS key,
		count(*) AS rows
	INTO m
	FROM (SELECT a.*, o.mark, o.paint, row_number() OVER (ORDER BY o.band) AS row
		FROM abie_internal.map_marks(f, names, eastings, northings, bands) a
			JOIN abie_internal.map_bands() o ON o.place = a.place) k;
	RETURN abie_internal.svg(title, m.said || '.'
		|| CASE WHEN missing > 0 THEN format(' Of %s the place is not known.', missing) ELSE '' END,
		(f.top + f.height + 40 + 16 * m.rows)::integer,
		abie_internal.map_ground(f) || m.drawn || abie_internal.map_scale_bar(f) || m.key);
END $$;
COMMENT ON FUNCTION abie.chart_band_map(text, text[], integer[], integer[], integer[]) IS
'A map as SVG of schools or areas by easting and northing, metres of the British National Grid, with a bar of '
'kilometres. bands: -2 far below what is expected, -1 below, 0 as expected, 1 above, 2 far above, NULL not known; a '
'key below, and in words for who cannot see it, has how many are in each. Nothing is loaded from elsewhere. Places '
'that are not known are left out; NULL where none is known. Errors: 2202E arrays of different length or empty, 22023 '
'other bands.';
