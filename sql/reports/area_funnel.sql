-- How far the schools of an area, or the local authorities of the country, are from what circumstances lead one to
-- expect: a funnel, a map, and those that are unlike the rest by name.

CREATE FUNCTION abie_internal.school_points(run_id integer, scope text, codes text[])
RETURNS TABLE (code text, points jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.code, jsonb_agg(jsonb_build_object('stratum', e.stratum, 'code', e.urn::text,
		'name', abie_internal.shown_name(e.school_name, e.urn), 'enrolments', e.enrolments,
		'difference', e.attendance - e.expected,
		'band', abie_internal.funnel_band(e.attendance - e.expected, e.enrolments, m.between_variance, m.sampling_c1),
		'easting', s.easting, 'northing', s.northing) ORDER BY e.stratum COLLATE "C", e.urn)
	FROM abie_report.school_expectation e
		CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, e.la_code, e.trust, e.region)) k(code)
		LEFT JOIN abie_report.methodology_summary m ON m.run_id = e.run_id AND m.stratum = e.stratum
		LEFT JOIN abie_report.school s ON s.urn = e.urn
	WHERE e.run_id = school_points.run_id AND e.baseline IS NOT NULL AND k.code = ANY (codes)
	GROUP BY k.code;
END $$;
COMMENT ON FUNCTION abie_internal.school_points(integer, text, text[]) IS
'The schools of areas of a scope on a funnel: attendance less expected, the band they lie in '
'(abie_internal.funnel_band, null where noise is not known), and where they are.';

/*
 * Were authorities alike but for the chance of their schools, one of N pupils
 * would lie within z sqrt(v / N), with v the mean over pupils of b n + c1 of
 * their schools of n.  They differ by more: that is the variance between them,
 * and who lies beyond the limits is unlike the authorities, not unlike chance.
 */
CREATE FUNCTION abie_internal.authority_points(run_id integer) RETURNS TABLE (points jsonb, limits jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH authority AS (
		SELECT e.stratum, e.la_code::text AS code, coalesce(min(e.la_name), 'Local authority ' || e.la_code) AS name,
			sum(e.enrolments)::float8 AS enrolments, sum(e.enrolments::bigint * e.enrolments)::float8 AS squares,
			(sum(abie_internal.weighted(e.attendance - e.expected, e.enrolments)) / sum(e.enrolments))::float8
				/ 1e9::float8 AS difference,
			round(avg(s.easting))::integer AS easting, round(avg(s.northing))::integer AS northing
		FROM abie_report.school_expectation e LEFT JOIN abie_report.school s ON s.urn = e.urn
		WHERE e.run_id = authority_points.run_id AND e.baseline IS NOT NULL
		GROUP BY e.stratum, e.la_code
	), noise AS (
		SELECT a.stratum, m.between_variance * sum(a.squares) / sum(a.enrolments) + m.sampling_c1 AS sampling_c1
		FROM authority a
			JOIN abie_report.methodology_summary m ON m.run_id = authority_points.run_id AND m.stratum = a.stratum
		GROUP BY a.stratum, m.between_variance, m.sampling_c1
	), limit_of AS MATERIALIZED (
		SELECT a.stratum, n.sampling_c1,
			abie.between_variance(array_agg(a.difference), array_agg(n.sampling_c1 / a.enrolments)) AS between_variance
		FROM authority a JOIN noise n ON n.stratum = a.stratum
		WHERE n.sampling_c1 > 0
		GROUP BY a.stratum, n.sampling_c1
	)
	SELECT jsonb_agg(jsonb_build_object('stratum', a.stratum, 'code', a.code, 'name', a.name,
			'enrolments', a.enrolments::bigint, 'difference', a.difference,
			'band', abie_internal.funnel_band(a.difference, a.enrolments, l.between_variance, l.sampling_c1),
			'easting', a.easting, 'northing', a.northing) ORDER BY a.stratum COLLATE "C", a.name COLLATE "C", a.code),
		(SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.stratum COLLATE "C"), '[]') FROM limit_of o)
	FROM authority a LEFT JOIN limit_of l ON l.stratum = a.stratum;
END $$;
COMMENT ON FUNCTION abie_internal.authority_points(integer) IS
'The local authorities of the country on a funnel, as abie_internal.school_points has schools, each by stratum at the '
'middle of its schools; and the limits: between_variance of authorities (abie.between_variance) and sampling_c1, the '
'variance that schools leave by chance times pupils.';

CREATE FUNCTION abie_internal.area_funnel(run_id integer, scope text, codes text[])
RETURNS TABLE (code text, funnel jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 400000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	limits jsonb;
BEGIN
	IF scope = 'national' THEN
		RETURN QUERY SELECT 'England', jsonb_build_object('units', 'local authorities', 'limits', a.limits,
			'points', a.points) FROM abie_internal.authority_points(run_id) a WHERE a.points IS NOT NULL;
	ELSE
		limits := (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.stratum), '[]')
			FROM (SELECT s.stratum COLLATE "C", s.between_variance, s.sampling_c1 FROM abie_report.methodology_summary s
				WHERE s.run_id = area_funnel.run_id AND num_nulls(s.between_variance, s.sampling_c1) = 0) m);
		RETURN QUERY SELECT p.code, jsonb_build_object('units', 'schools', 'limits', limits, 'points', p.points)
			FROM abie_internal.school_points(run_id, scope, codes) p;
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.area_funnel(integer, text, text[]) IS
'What is on the funnels of areas of a scope: units (schools, of the country local authorities), limits by stratum '
'(between_variance and sampling_c1 of abie.chart_funnel), and points; no row without any.';

CREATE FUNCTION abie_internal.funnel_pictures(funnel jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce(string_agg(abie_internal.html_part('picture', abie.chart_funnel(
		initcap(f.stratum) || CASE funnel ->> 'units' WHEN 'schools' THEN ' schools'
			ELSE ' schools, by local authority' END,
		f.names, f.enrolments, f.differences, f.between_variance, f.sampling_c1, funnel ->> 'units')), ''
	ORDER BY f.stratum COLLATE "C"), '')
FROM (SELECT l.stratum, l.between_variance, l.sampling_c1, array_agg(p.name ORDER BY p.place) AS names,
		array_agg(p.enrolments ORDER BY p.place) AS enrolments, array_agg(p.difference ORDER BY p.place) AS differences
	FROM jsonb_to_recordset(funnel -> 'limits') l(stratum text, between_variance float8, sampling_c1 float8)
		JOIN ROWS FROM (jsonb_to_recordset(funnel -> 'points') AS (stratum text, name text, enrolments float8,
			difference float8)) WITH ORDINALITY p(stratum, name, enrolments, difference, place) ON p.stratum = l.stratum
	GROUP BY l.stratum, l.between_variance, l.sampling_c1) f
$$;
COMMENT ON FUNCTION abie_internal.funnel_pictures(jsonb) IS
'A funnel for each stratum as HTML; empty where noise is not known.';

CREATE FUNCTION abie_internal.funnel_maps(funnel jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
-- authorities have a place for each stratum, the same one
SELECT coalesce(string_agg(abie_internal.html_part('picture', abie.chart_band_map(m.title, m.names, m.eastings,
	m.northings, m.bands)), '' ORDER BY m.title COLLATE "C"), '')
FROM (SELECT CASE funnel ->> 'units' WHEN 'schools' THEN 'Schools' ELSE initcap(p.stratum)
			|| ' schools, by local authority' END AS title, array_agg(p.name ORDER BY p.place) AS names,
		array_agg(p.easting ORDER BY p.place) AS eastings, array_agg(p.northing ORDER BY p.place) AS northings,
		array_agg(p.band ORDER BY p.place) AS bands
	FROM ROWS FROM (jsonb_to_recordset(funnel -> 'points') AS (stratum text, name text, easting integer,
		northing integer, band integer)) WITH ORDINALITY p(stratum, name, easting, northing, band, place)
	GROUP BY 1) m
$$;
COMMENT ON FUNCTION abie_internal.funnel_maps(jsonb) IS
'A map of the schools of an area, or of the local authorities of the country by stratum, as HTML; empty where no place '
'is known.';

CREATE FUNCTION abie_internal.funnel_outside(funnel jsonb, OUT cells text[], OUT codes text[])
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY[CASE funnel ->> 'units' WHEN 'schools' THEN 'School' ELSE 'Local authority' END, 'Pupils',
		'Less expected', 'Standing']]
	|| array_agg(ARRAY[p.name || E'\n' || p.stratum, abie_internal.thousands(p.enrolments),
		abie_internal.signed(p.difference, 2), abie_internal.band_text(p.band)] ORDER BY p.difference, p.place),
	array_agg(p.code ORDER BY p.difference, p.place)
FROM ROWS FROM (jsonb_to_recordset(funnel -> 'points') AS (code text, stratum text, name text, enrolments bigint,
		difference float8, band integer))
	WITH ORDINALITY p(code, stratum, name, enrolments, difference, band, place)
WHERE abs(p.band) = 2
$$;
COMMENT ON FUNCTION abie_internal.funnel_outside(jsonb) IS
'The table of those outside the outer limits of a funnel, farthest below first, and their codes in this order; of '
'none, codes is NULL.';
