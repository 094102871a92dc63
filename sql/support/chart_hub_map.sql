-- A map of hubs and the schools placed there: places by easting and northing, nothing from elsewhere.

-- Numbers of hubs go from north to south, so that they are found.
CREATE FUNCTION abie_internal.map_hubs(f abie_internal.map_frame, hubs text[], eastings integer[], northings integer[],
	schools integer[]) RETURNS TABLE (hub integer, number integer, mark text, key text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT h.hub::integer, h.number, format('<g><title>%s</title><rect x="%s" y="%s" width="15" height="15" rx="2" '
		'fill="#0072B2" stroke="#fff"/><text x="%s" y="%s" font-size="11" fill="#fff" text-anchor="middle">%s</text>'
		'</g>',
		abie_internal.xml_text(h.name), abie_internal.map_x(f, h.easting)::numeric - 7.5,
		abie_internal.map_y(f, h.northing)::numeric - 7.5, abie_internal.map_x(f, h.easting),
		abie_internal.map_y(f, h.northing)::numeric + 4, h.number),
	h.number || ' ' || abie_internal.short_text(abie_internal.plain_text(h.name), 40) || ': ' || h.schools
		|| CASE h.schools WHEN 1 THEN ' school' ELSE ' schools' END
FROM (SELECT u.*, row_number() OVER (ORDER BY u.northing DESC, u.easting, u.hub)::integer AS number,
		(SELECT count(*) FROM unnest(schools) s(at) WHERE s.at = u.hub) AS schools
	FROM unnest(hubs, eastings, northings) WITH ORDINALITY u(name, easting, northing, hub)
	WHERE num_nulls(u.easting, u.northing) = 0) h
$$;
COMMENT ON FUNCTION abie_internal.map_hubs(abie_internal.map_frame, text[], integer[], integer[], integer[]) IS
'The hubs that a map shows: number, mark, and line of the key. schools: the hub of each school.';

CREATE FUNCTION abie_internal.map_schools(f abie_internal.map_frame, hub_eastings integer[], hub_northings integer[],
	schools text[], eastings integer[], northings integer[], hub integer[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- lines lie below the marks
SELECT coalesce(string_agg(format('<path d="M%s %sL%s %s" stroke="#777"/>', p.x, p.y,
		abie_internal.map_x(f, hub_eastings[p.hub]), abie_internal.map_y(f, hub_northings[p.hub])), '' ORDER BY p.place)
		FILTER (WHERE num_nulls(hub_eastings[p.hub], hub_northings[p.hub]) = 0), '')
	|| coalesce(string_agg(format('<circle cx="%s" cy="%s" r="%s" fill="#D55E00" stroke="#fff"><title>%s</title>'
		'</circle>',
		p.x, p.y, CASE WHEN cardinality(schools) > 100 THEN 2.5 ELSE 4 END, abie_internal.xml_text(p.name)), ''
		ORDER BY p.place), '')
FROM (SELECT u.*, abie_internal.map_x(f, u.easting) AS x, abie_internal.map_y(f, u.northing) AS y
	FROM unnest(schools, eastings, northings, hub) WITH ORDINALITY u(name, easting, northing, hub, place)
	WHERE num_nulls(u.easting, u.northing) = 0) p
$$;
COMMENT ON FUNCTION abie_internal.map_schools(abie_internal.map_frame, integer[], integer[], text[], integer[],
	integer[], integer[]) IS 'The schools that a map shows, with a line to the hub of each.';

CREATE FUNCTION abie.chart_hub_map(title text, hubs text[], hub_eastings integer[], hub_northings integer[],
	schools text[], eastings integer[], northings integer[], hub integer[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	f abie_internal.map_frame := abie_internal.map_frame(hub_eastings || eastings, hub_northings || northings);
	missing bigint := (SELECT count(*) FROM unnest(hub_eastings || eastings, hub_northings || northings) g(e, n)
		WHERE num_nulls(g.e, g.n) > 0);
	marks text;
	keys text[];
BEGIN
	PERFORM abie_internal.check_chart('a map of hubs', cardinality(hubs),
			ARRAY[cardinality(hub_eastings), cardinality(hub_northings)]);
	IF cardinality(schools) <> ALL (ARRAY[cardinality(eastings), cardinality(northings), cardinality(hub)])
		OR cardinality(schools) > 100000 THEN
		RAISE EXCEPTION 'a map of hubs needs a place and a hub for each of % schools', cardinality(schools)
			USING ERRCODE = 'array_subscript_error', HINT = 'Give one element for each; NULL where it is not known.';
	ELSIF f IS NULL THEN
		RAISE EXCEPTION 'no place of a hub or school is known' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Eastings and northings are those of the register of schools: abie.school.';
	END IF;
	SELECT string_agg(h.mark, '' ORDER BY h.number), array_agg(h.key ORDER BY h.number) INTO marks, keys
	FROM abie_internal.map_hubs(f, hubs, hub_eastings, hub_northings, hub) h;
	RETURN abie_internal.svg(title, format('Map of hubs (%s) and schools (%s), with a line from each school to its '
		'hub. From north to south: %s.', cardinality(hubs), cardinality(schools), array_to_string(keys, '; '))
		|| CASE WHEN missing > 0 THEN format(' Of %s the place is not known.', missing) ELSE '' END,
		(f.top + f.height + 26 + 16 * least(cardinality(keys), 40))::integer,
		abie_internal.map_ground(f)
		|| abie_internal.map_schools(f, hub_eastings, hub_northings, schools, eastings, northings, hub)
		|| coalesce(marks, '') || abie_internal.map_scale_bar(f)
		|| coalesce((SELECT string_agg(format('<text x="20" y="%s">%s</text>', f.top + f.height + 20 + 16 * k.place,
			abie_internal.xml_text(k.key)), '' ORDER BY k.place)
			FROM unnest(keys) WITH ORDINALITY k(key, place) WHERE k.place <= 40), ''));
END $$;
COMMENT ON FUNCTION abie.chart_hub_map(text, text[], integer[], integer[], text[], integer[], integer[], integer[]) IS
'A map as SVG: hubs (squares with numbers, from north to south, and a key below of the first 40) and schools '
'(circles), by easting and northing, metres of the British National Grid, with a line from each school to its hub and '
'a bar of kilometres. hub: for each school the element of hubs that it is placed at, NULL for none. Who cannot see it '
'has the same in words (desc). Nothing is loaded from elsewhere. Places that are not known are left out. NULL where '
'an argument is. Errors: 2202E arrays that do not fit each other or no hub, 22004 no place known.';

CREATE FUNCTION abie.hub_map(scope text, code text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	drawn text;
BEGIN
	IF scope NOT IN ('region', 'local authority') THEN
		RAISE EXCEPTION 'there is no map of %', scope USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Maps are of a region or a local authority.';
	END IF;
	WITH placed AS MATERIALIZED (
		SELECT p.* FROM abie_report.hub_placement p
		WHERE p.holds AND code = CASE scope WHEN 'region' THEN p.region ELSE p.la_code::text END
	), hub AS MATERIALIZED (
		SELECT h.hub_urn, min(h.name) AS name, min(h.easting) AS easting, min(h.northing) AS northing,
			row_number() OVER (ORDER BY h.hub_urn) AS number
		FROM (SELECT p.hub_urn, p.hub_name, p.hub_easting, p.hub_northing FROM placed p
			UNION SELECT h.hub_urn, h.hub_name, h.easting, h.northing FROM abie_report.hub h
			WHERE h.academic_year = (SELECT max(o.academic_year) FROM abie_report.hub o)
				AND code = CASE scope WHEN 'region' THEN h.region ELSE h.la_code::text END)
			h(hub_urn, name, easting, northing)
		GROUP BY h.hub_urn
	)
	SELECT abie.chart_hub_map('Hubs and their schools: ' || CASE scope WHEN 'region' THEN code
			ELSE coalesce((SELECT min(p.la_name) FROM placed p), 'local authority ' || code) END,
		array_agg(abie_internal.shown_name(h.name, h.hub_urn) ORDER BY h.number),
		array_agg(h.easting ORDER BY h.number), array_agg(h.northing ORDER BY h.number), s.schools, s.eastings,
		s.northings, s.hub) INTO drawn
	FROM hub h CROSS JOIN (SELECT
		coalesce(array_agg(abie_internal.shown_name(p.school_name, p.urn) ORDER BY p.placement_id), '{}') AS schools,
		coalesce(array_agg(p.easting ORDER BY p.placement_id), '{}') AS eastings,
		coalesce(array_agg(p.northing ORDER BY p.placement_id), '{}') AS northings,
		coalesce(array_agg(h.number::integer ORDER BY p.placement_id), '{}') AS hub
		FROM placed p JOIN hub h ON h.hub_urn = p.hub_urn) s
	GROUP BY s.schools, s.eastings, s.northings, s.hub;
	IF drawn IS NULL THEN
		RAISE EXCEPTION 'there is no hub and no school placed in % "%" that % may see', scope, code, current_user
			USING ERRCODE = 'no_data_found', HINT = 'They are in abie_report.hub and abie_report.hub_placement.';
	END IF;
	RETURN drawn;
END $$;
COMMENT ON FUNCTION abie.hub_map(text, text) IS
'Map as SVG (abie.chart_hub_map) of the hubs of a region (its name) or a local authority (its number) and of the '
'schools there that are placed at a hub, as the role in force may see them in abie_report.hub_placement. Errors: 22023 '
'another scope, P0002 nothing to be seen, 42501 a role without a grant.';
