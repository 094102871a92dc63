-- A map of schools with labels, of the parts of sql/reports/chart_map.sql: nothing but what is given.

CREATE FUNCTION abie_internal.map_ground(f abie_internal.map_frame) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20
RETURN format('<rect x="%s" y="%s" width="%s" height="%s" fill="#f4f6f4" stroke="#bbb"/>', (f).left_edge, (f).top,
	(f).width, (f).height);
COMMENT ON FUNCTION abie_internal.map_ground(abie_internal.map_frame) IS 'What a map is drawn on.';

CREATE FUNCTION abie_internal.compass(east float8, north float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
-- tan(pi / 8): each of eight directions has an eighth of the circle
RETURN nullif(concat_ws('-', CASE WHEN abs(north) > 0.4142135623730951 * abs(east)
		THEN CASE WHEN north > 0 THEN 'north' ELSE 'south' END END,
	CASE WHEN abs(east) > 0.4142135623730951 * abs(north) THEN CASE WHEN east > 0 THEN 'east' ELSE 'west' END END), '');
COMMENT ON FUNCTION abie_internal.compass(float8, float8) IS
'In which of eight directions something lies that is so far east and north; NULL for the same place.';

-- Nearest first, where nothing stands yet; a line leads to one that is farther off.
CREATE FUNCTION abie_internal.map_label(mark point, label text, room box, taken box[], OUT drawn text, OUT area box)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	half float8 := 3.5 * length(label);
	distance float8;
	found_place record;
BEGIN
	-- nearly every label finds its place at the first distance: the others are not worked out
	FOREACH distance IN ARRAY ARRAY[10, 17, 25, 35, 48] LOOP
		SELECT c.* INTO found_place
		FROM (SELECT d.*, p.x, p.y, box(point(p.x - half, p.y - 6), point(p.x + half, p.y + 6)) AS area
			FROM (VALUES (1, 1.0, 0.0), (2, -1, 0), (3, 0, -1), (4, 0, 1), (5, 0.8, -0.8), (6, -0.8, -0.8),
					(7, 0.8, 0.8), (8, -0.8, 0.8)) d(place, east, south)
				CROSS JOIN LATERAL (SELECT mark[0] + d.east * (distance - 4 + half) AS x,
					mark[1] + d.south * (distance + 1) AS y) p
			-- worked out once a place, not for each of what is taken
			OFFSET 0) c
		WHERE c.area <@ room AND NOT EXISTS (SELECT FROM unnest(taken) t(area) WHERE t.area && c.area)
		ORDER BY c.place LIMIT 1;
		EXIT WHEN FOUND;
	END LOOP;
	IF found_place.place IS NULL THEN
		RETURN;
	END IF;
	area := found_place.area;
	drawn := CASE WHEN distance > 10 THEN format('<path d="M%s %sL%s %s" stroke="#777" stroke-width="0.7"/>',
			round(mark[0]::numeric, 1), round(mark[1]::numeric, 1),
			round((mark[0] + (distance - 7) * found_place.east)::numeric, 1),
			round((mark[1] + (distance - 7) * found_place.south)::numeric, 1)) ELSE '' END
		|| format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s</text>',
			round(found_place.x::numeric, 1), round((found_place.y + 4)::numeric, 1), abie_internal.xml_text(label));
END $$;
COMMENT ON FUNCTION abie_internal.map_label(point, text, box, box[]) IS
'The label of a mark of a map, where nothing else stands (taken) and inside room; NULL where there is no '
'such place.';

CREATE FUNCTION abie_internal.map_school_marks(f abie_internal.map_frame, names text[], eastings integer[],
	northings integer[], labels text[], own integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: there may be no school of its own
DECLARE
	room box := box(point(f.left_edge, f.top), point(f.left_edge + f.width, f.top + f.height));
	taken box[];
	written text := '';
	marks text;
	k record;
	l record;
BEGIN
	SELECT array_agg(box(point(m.x::float8 - 4, m.y::float8 - 4), point(m.x::float8 + 4, m.y::float8 + 4))),
		string_agg(format(CASE WHEN m.place = own THEN '<path d="M%s %sm0 -8l8 8l-8 8l-8 -8z" fill="#d55e00" '
			'stroke="#fff"><title>%s</title></path>' ELSE '<circle cx="%s" cy="%s" r="4" fill="#0072b2" '
			'stroke="#fff"><title>%s</title></circle>' END, m.x, m.y,
			abie_internal.xml_text(concat_ws(' ', m.label, m.name))), ''
			ORDER BY m.place IS NOT DISTINCT FROM own, m.place)
	INTO taken, marks
	FROM (SELECT u.*, abie_internal.map_x(f, u.easting) AS x, abie_internal.map_y(f, u.northing) AS y
		FROM unnest(names, eastings, northings, labels) WITH ORDINALITY u(name, easting, northing, label, place)
		WHERE num_nulls(u.easting, u.northing) = 0) m;
	FOR k IN SELECT u.* FROM unnest(eastings, northings, labels) WITH ORDINALITY u(easting, northing, label, place)
		WHERE num_nulls(u.easting, u.northing, u.label) = 0 ORDER BY u.place LOOP
		SELECT d.* INTO l FROM abie_internal.map_label(point(abie_internal.map_x(f, k.easting)::float8,
			abie_internal.map_y(f, k.northing)::float8), k.label, room, taken) d;
		CONTINUE WHEN l.drawn IS NULL;
		written := written || l.drawn;
		taken := taken || l.area;
	END LOOP;
	RETURN marks || written;
END $$;
COMMENT ON FUNCTION abie_internal.map_school_marks(abie_internal.map_frame, text[], integer[], integer[], text[],
	integer) IS
'The schools of abie.chart_school_map with their labels, none of which stands on another or on a mark. Not STRICT '
'because own may be NULL.';

CREATE FUNCTION abie_internal.map_words(names text[], eastings integer[], northings integer[], labels text[],
	own integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: there may be no school of its own
SELECT string_agg(concat_ws(' ', u.label, u.name) || coalesce(', ' || abie_internal.decimal(k.km, 0) || ' km '
		|| abie_internal.compass(u.easting - eastings[own], u.northing - northings[own]), ''), '; ' ORDER BY u.place)
FROM unnest(names, eastings, northings, labels) WITH ORDINALITY u(name, easting, northing, label, place)
	CROSS JOIN LATERAL abie.kilometres(eastings[own], northings[own], u.easting, u.northing) k(km)
WHERE num_nulls(u.easting, u.northing) = 0 AND u.place IS DISTINCT FROM own
$$;
COMMENT ON FUNCTION abie_internal.map_words(text[], integer[], integer[], text[], integer) IS
'What abie.chart_school_map shows, for those who cannot see it: each school with how far and in which direction it '
'lies. Not STRICT because own may be NULL.';

CREATE FUNCTION abie.chart_school_map(title text, names text[], eastings integer[], northings integer[],
	labels text[], own integer DEFAULT NULL) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: own may be NULL
DECLARE
	f abie_internal.map_frame := abie_internal.map_frame(eastings, northings);
	missing bigint := (SELECT count(*) FROM unnest(eastings, northings) g(e, n) WHERE num_nulls(g.e, g.n) > 0);
	keys text[];
	rows integer;
BEGIN
	IF num_nulls(title, names, eastings, northings, labels) > 0 THEN
		RETURN NULL;
	END IF;
	PERFORM abie_internal.check_chart('chart_school_map', cardinality(names), ARRAY[cardinality(eastings),
		cardinality(northings), cardinality(labels)]);
	IF f IS NULL THEN
		RETURN NULL;
	END IF;
	keys := ARRAY(SELECT concat_ws(' ', CASE u.place WHEN own THEN chr(9670) ELSE u.label END, u.name)
		FROM unnest(names, eastings, northings, labels) WITH ORDINALITY u(name, easting, northing, label, place)
		WHERE num_nulls(u.easting, u.northing) = 0 AND (u.label IS NOT NULL OR u.place = own)
		ORDER BY u.place LIMIT 40);
	rows := (cardinality(keys) + 1) / 2;
	RETURN abie_internal.svg(title, concat('Map, north is up. ', 'The diamond is ' || names[own] || '. ',
			abie_internal.map_words(names, eastings, northings, labels, own) || '.',
			CASE WHEN missing > 0 THEN format(' Not on the map, because the place is not known: %s.', missing) END),
		(f.top + f.height + 34 + 15 * rows)::integer,
		abie_internal.map_ground(f) || abie_internal.map_school_marks(f, names, eastings, northings, labels, own)
		|| abie_internal.map_scale_bar(f)
		|| coalesce((SELECT string_agg(format('<text x="%s" y="%s" font-size="11">%s</text>',
				CASE WHEN k.place <= rows THEN 20 ELSE 204 END,
				f.top + f.height + 34 + 15 * ((k.place - 1) % rows),
				abie_internal.xml_text(abie_internal.short_text(abie_internal.plain_text(k.key), 27))), ''
				ORDER BY k.place) FROM unnest(keys) WITH ORDINALITY k(key, place)), ''));
END $$;
COMMENT ON FUNCTION abie.chart_school_map(text, text[], integer[], integer[], text[], integer) IS
'A map as SVG of schools by easting and northing, metres of the British National Grid: circles with labels and a key '
'of the first 40 below, the element own as a diamond, and a bar of kilometres. Its description has how far and in '
'which direction each school lies. Nothing is loaded from elsewhere. Schools whose place is not known are left out and '
'counted in the description; NULL where no place is. A label that would stand on another is led to by a line; NULL '
'for none. Not STRICT because own may be NULL. Error 2202E: arrays of different length or empty.';
