-- What the report of an area says, as figures: of a local authority, a trust, a region or the country.

CREATE FUNCTION abie_internal.area_code(scope text, la_code integer, trust text, region text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: a school may be in no trust, or of no known region
RETURN CASE scope WHEN 'la' THEN la_code::text WHEN 'trust' THEN trust WHEN 'region' THEN region
	WHEN 'national' THEN 'England' END;
COMMENT ON FUNCTION abie_internal.area_code(text, integer, text, text) IS
'The code of the area of a scope (abie.area_report) that a school of this local authority, trust and region is in. Not '
'STRICT because these may be NULL; NULL where it is in none.';

CREATE FUNCTION abie_owner.run_areas(run_id integer) RETURNS TABLE (urn integer, scope text, code text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 60000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT k.urn, u.scope, a.code
FROM (SELECT x.urn::integer AS urn, x.laestab::integer AS laestab FROM abie.exclusion x
	WHERE x.run_id = run_areas.run_id
	UNION ALL SELECT e.urn, e.laestab FROM abie.expectation e WHERE e.run_id = run_areas.run_id) k
	LEFT JOIN abie.school s ON s.urn = k.urn
	CROSS JOIN unnest('{la,trust,region,national}'::text[]) u(scope)
	CROSS JOIN LATERAL (SELECT abie_internal.area_code(u.scope, k.laestab / 10000, s.trust, s.region)) a(code)
WHERE a.code IS NOT NULL
$$;
COMMENT ON FUNCTION abie_owner.run_areas(integer) IS
'The areas that each school in scope of a run is in: scope la with the number of its local authority, trust and region '
'with the name, national with England.';

CREATE FUNCTION abie_owner.area_schools(run_id integer, scope text, code text) RETURNS integer[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY(SELECT a.urn FROM abie_owner.run_areas(area_schools.run_id) a
	WHERE a.scope = area_schools.scope AND a.code = area_schools.code AND a.urn IS NOT NULL)
$$;
COMMENT ON FUNCTION abie_owner.area_schools(integer, text, text) IS
'URNs of the schools in scope of a run in an area: scope and code as of abie_owner.run_areas. What is published '
'without a URN is no school that anybody could be granted, and is counted apart.';

CREATE FUNCTION abie_owner.whole_areas(role oid, run_id integer, urns integer[]) RETURNS TABLE (scope text, code text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT a.scope, a.code
	FROM abie_owner.run_areas(whole_areas.run_id) a
		LEFT JOIN unnest(abie_owner.readable_schools(role, whole_areas.run_id, whole_areas.urns)) r(urn)
			ON r.urn = a.urn
	-- what is published without a URN is no school that anybody could be granted
	WHERE a.urn IS NOT NULL
	GROUP BY a.scope, a.code
	HAVING count(*) = count(r.urn);
END $$;
COMMENT ON FUNCTION abie_owner.whole_areas(oid, integer, integer[]) IS 'Of a role, as abie_internal.whole_areas.';

CREATE FUNCTION abie_internal.whole_areas(run_id integer, urns integer[]) RETURNS TABLE (scope text, code text)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.whole_areas(integer, integer[]) IS
'The areas (scope and code as of abie.area_report) of which every school in scope of the run is among the given ones '
'and may be read by the role in force; what is published without a URN apart.';

CREATE TYPE abie_internal.region_figures AS (region text, stratum text, schools bigint, expectations bigint,
	exclusions bigint, maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8,
	baseline float8, target float8, improvement float8, least_improvement numeric, greatest_improvement numeric);
COMMENT ON TYPE abie_internal.region_figures IS
'Expectations of the schools of a region by stratum, as in abie_report.local_authority_summary.';
COMMENT ON COLUMN abie_internal.region_figures.region IS 'Region: abie.school.region.';
SELECT abie_owner.describe_as('abie_internal.region_figures', 'abie_report.local_authority_summary');

CREATE FUNCTION abie_internal.region_summary(run_id integer) RETURNS SETOF abie_internal.region_figures
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 30
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.region, k.stratum, k.schools, k.schools - k.exclusions, k.exclusions, k.maintain, k.poor_matches,
		k.enrolments, abie.weighted_mean(k.attendance, k.enrolments), abie.weighted_mean(k.expected, k.enrolments),
		abie.weighted_mean(k.baseline, k.enrolments), abie.weighted_mean(k.target, k.enrolments),
		abie.weighted_mean(k.improvement, k.enrolments), k.least, k.greatest
	FROM (SELECT e.region, coalesce(e.stratum, 'left out') AS stratum, count(*) AS schools,
			count(e.exclusion_reason) AS exclusions, count(*) FILTER (WHERE e.statement = 'maintain') AS maintain,
			count(*) FILTER (WHERE e.poor_match) AS poor_matches, sum(e.enrolments)::bigint AS enrolments,
			-- exact sums, so that their order changes nothing
			sum((e.attendance * e.enrolments)::numeric)::float8 AS attendance,
			sum((e.expected * e.enrolments)::numeric)::float8 AS expected,
			sum((e.baseline * e.enrolments)::numeric)::float8 AS baseline,
			sum((e.target * e.enrolments)::numeric)::float8 AS target,
			sum((e.improvement * e.enrolments)::numeric)::float8 AS improvement,
			min(e.improvement_rounded) AS least, max(e.improvement_rounded) AS greatest
		FROM abie_report.school_expectation e
		WHERE e.run_id = region_summary.run_id AND e.region IS NOT NULL
		GROUP BY e.region, coalesce(e.stratum, 'left out')) k;
END $$;
COMMENT ON FUNCTION abie_internal.region_summary(integer) IS
'Summaries of the schools of a run by region and stratum: of those that the role in force may read, so for regions of '
'which it may read all.';

CREATE FUNCTION abie_internal.area_summaries(run_id integer, scope text)
RETURNS TABLE (code text, stratum text, summary jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 300
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	CASE scope
		WHEN 'la' THEN RETURN QUERY SELECT s.la_code::text, s.stratum, to_jsonb(s)
			FROM abie_report.local_authority_summary s WHERE s.run_id = area_summaries.run_id;
		WHEN 'trust' THEN RETURN QUERY SELECT s.trust, s.stratum, to_jsonb(s)
			FROM abie_report.trust_summary s WHERE s.run_id = area_summaries.run_id;
		WHEN 'region' THEN RETURN QUERY SELECT s.region, s.stratum, to_jsonb(s)
			FROM abie_internal.region_summary(area_summaries.run_id) s;
		WHEN 'national' THEN RETURN QUERY SELECT 'England', s.stratum, to_jsonb(s)
			FROM abie_report.national_summary s WHERE s.run_id = area_summaries.run_id;
	END CASE;
END $$;
COMMENT ON FUNCTION abie_internal.area_summaries(integer, text) IS
'Summaries of a run''s areas of a scope by stratum, as JSON: rows of abie_report.local_authority_summary, '
'trust_summary or national_summary, or of abie_internal.region_summary.';

CREATE FUNCTION abie_internal.area_parts(run_id integer, scope text) RETURNS TABLE (code text, areas jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT m.code, jsonb_agg(s.summary || jsonb_build_object('code', s.code, 'name', m.name)
		ORDER BY m.name COLLATE "C", s.code COLLATE "C", s.stratum COLLATE "C")
	FROM (SELECT DISTINCT CASE scope WHEN 'region' THEN e.region ELSE 'England' END AS code,
			CASE scope WHEN 'region' THEN e.la_code::text ELSE e.region END AS part,
			CASE scope WHEN 'region' THEN coalesce(e.la_name, 'Local authority ' || e.la_code) ELSE e.region END AS name
		FROM abie_report.school_expectation e
		WHERE e.run_id = area_parts.run_id AND e.region IS NOT NULL) m
		JOIN abie_internal.area_summaries(area_parts.run_id, CASE scope WHEN 'region' THEN 'la' ELSE 'region' END) s
			ON s.code = m.part
	WHERE scope IN ('region', 'national') AND s.stratum <> 'left out'
	GROUP BY m.code;
END $$;
COMMENT ON FUNCTION abie_internal.area_parts(integer, text) IS
'The areas that each area of a scope is made of: the local authorities that have schools in a region, the regions of '
'the country; their summaries by stratum (abie_internal.area_summaries) with code and name. None of other scopes.';

CREATE FUNCTION abie_internal.area_facts(run_id integer, scope text, codes text[])
RETURNS TABLE (code text, facts jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 100
SET search_path = pg_catalog, pg_temp
SET TimeZone = UTC
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH area AS (
		SELECT k.code, min(e.la_name) AS la_name,
			abie_internal.json_rows(array_agg(j ORDER BY e.stratum, e.improvement DESC, e.urn)) AS schools,
			count(*) AS number
		FROM abie_report.school_expectation e
			CROSS JOIN LATERAL (SELECT e.*) j
			CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, e.la_code, e.trust, e.region)) k(code)
			JOIN unnest(codes) c(code) ON c.code = k.code
		WHERE e.run_id = area_facts.run_id AND e.urn IS NOT NULL
		GROUP BY k.code
	), summary AS (
		SELECT s.code, jsonb_agg(s.summary ORDER BY s.stratum) AS summary,
			sum((s.summary ->> 'schools')::bigint) AS number
		FROM abie_internal.area_summaries(area_facts.run_id, scope) s
		GROUP BY s.code
	)
	SELECT a.code, jsonb_build_object('report', 'abie area report', 'version', 1,
		'run', (SELECT to_jsonb(r) FROM abie_report.run r WHERE r.run_id = area_facts.run_id),
		'scope', scope, 'code', a.code,
		'name', CASE scope WHEN 'la' THEN coalesce(a.la_name, 'Local authority ' || a.code) ELSE a.code END,
		'schools', a.schools,
		-- they are in the summaries, and nobody could be granted them: the same for every reader
		'without_urn', s.number - a.number,
		'summary', s.summary, 'areas', p.areas, 'funnel', f.funnel, 'circumstances', c.circumstances,
		'changes', m.changes)
	FROM area a
		LEFT JOIN summary s ON s.code = a.code
		LEFT JOIN abie_internal.area_parts(area_facts.run_id, scope) p ON p.code = a.code
		LEFT JOIN abie_internal.area_funnel(area_facts.run_id, scope, codes) f ON f.code = a.code
		LEFT JOIN abie_internal.area_circumstances(area_facts.run_id, scope, codes) c ON c.code = a.code
		LEFT JOIN abie_internal.area_changes(area_facts.run_id, scope, codes) m ON m.code = a.code;
END $$;
COMMENT ON FUNCTION abie_internal.area_facts(integer, text, text[]) IS
'All that the reports of areas of a scope say, as one JSON document each: run, scope, code, name, schools (rows of '
'abie_report.school_expectation), without_urn (of how many more attendance is published without a URN), summary (rows '
'of local_authority_summary, trust_summary or national_summary, or the like of a region), areas (summaries of the '
'areas it is made of: abie_internal.area_parts; null of local authorities and trusts), funnel '
'(abie_internal.area_funnel), circumstances (abie_internal.area_circumstances) and changes '
'(abie_internal.area_changes), each null where there is nothing to say.';
