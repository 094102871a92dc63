-- The map of a school's report: the school and its similar schools, and nearer those it could visit.

CREATE FUNCTION abie_internal.report_map(facts jsonb, title text, urns integer[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT abie.chart_school_map(title,
			abie_internal.shown_name(facts #>> '{expectation,school_name}', (facts #>> '{expectation,urn}')::integer)
				|| array_agg(abie_internal.shown_name(s.similar_name, s.similar_urn)),
			(facts #>> '{place,easting}')::integer || array_agg(s.similar_easting),
			(facts #>> '{place,northing}')::integer || array_agg(s.similar_northing),
			NULL::text || array_agg(s.rank::text), 1)
		-- sorted once, not for each array
		FROM (SELECT x.* FROM jsonb_to_recordset(facts -> 'similar_schools') x(rank integer, similar_urn integer,
				similar_name text, similar_easting integer, similar_northing integer)
			WHERE x.similar_urn = ANY (urns) ORDER BY x.rank) s);
END $$;
COMMENT ON FUNCTION abie_internal.report_map(jsonb, text, integer[]) IS
'A map of the school of a report and of these of its similar schools, by their rank; NULL where no place is known.';

CREATE FUNCTION abie_internal.school_report_map(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n record;
BEGIN
	SELECT array_agg(s.similar_urn) AS urns, count(*) FILTER (WHERE s.km IS NULL) AS unknown,
		count(s.km) AS known, array_agg(s.similar_urn ORDER BY s.km, s.rank) FILTER (WHERE s.place <= 5) AS near,
		max(s.km) FILTER (WHERE s.place <= 5) AS near_km, max(s.km) AS km
	INTO n
	FROM (SELECT x.*, CASE WHEN x.km IS NOT NULL THEN row_number() OVER (ORDER BY x.km, x.rank) END AS place
		FROM jsonb_to_recordset(facts -> 'similar_schools') x(rank integer, similar_urn integer, km float8)) s;
	-- what has no place beside the school's is not drawn
	IF n.known = 0 THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part('html', 'picture', abie_internal.report_map(facts,
			'Where the similar schools are', n.urns))
		-- on paper one is enough
		|| CASE WHEN n.known > 5 AND n.near_km < n.km / 3
			THEN '<details open="open"><summary>A map of the nearest</summary>'
			|| abie_internal.report_part('html', 'picture', abie_internal.report_map(facts, 'The nearest five of them',
			n.near)) || E'</details>\n' ELSE '' END
		|| CASE WHEN n.unknown > 0 THEN abie_internal.report_part('html', 'meta', format('Not on the map, because the '
			'place is not known: %s.', abie_internal.counted(n.unknown, 'similar school', 'similar schools')))
			ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_map(jsonb) IS
'The map of the similar schools, and where these are far apart one of the nearest five; empty where no place is known.';
