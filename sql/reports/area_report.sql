-- Reports of a local authority or a trust: its schools, what is expected of them, and how good the data is.

CREATE FUNCTION abie_internal.area_funnels(run_id integer, urns integer[], format text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce(string_agg(abie_internal.report_part(format, 'picture',
	abie.chart_funnel(initcap(f.stratum) || ' schools', f.names, f.enrolments, f.differences, f.between_variance,
		f.sampling_c1)), '' ORDER BY f.stratum), '')
FROM (SELECT e.stratum, m.between_variance, m.sampling_c1,
		array_agg(abie_internal.shown_name(e.school_name, e.urn) ORDER BY e.urn) AS names,
		array_agg(e.enrolments::float8 ORDER BY e.urn) AS enrolments,
		array_agg(e.attendance - e.expected ORDER BY e.urn) AS differences
	FROM abie_report.school_expectation e
		JOIN abie_report.methodology_summary m ON m.run_id = e.run_id AND m.stratum = e.stratum
	WHERE e.run_id = area_funnels.run_id AND e.urn = ANY (urns) AND num_nulls(m.between_variance, m.sampling_c1) = 0
	GROUP BY e.stratum, m.between_variance, m.sampling_c1) f
$$;
COMMENT ON FUNCTION abie_internal.area_funnels(integer, integer[], text) IS
'A funnel of schools for each stratum; empty where noise is not known.';

CREATE FUNCTION abie_owner.area_schools(run_id integer, scope text, code text) RETURNS integer[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY(SELECT k.urn
	FROM (SELECT x.urn::integer AS urn, x.laestab::integer AS laestab FROM abie.exclusion x
		WHERE x.run_id = area_schools.run_id
		UNION ALL SELECT e.urn, e.laestab FROM abie.expectation e WHERE e.run_id = area_schools.run_id) k
		LEFT JOIN abie.school s ON s.urn = k.urn
	WHERE CASE scope WHEN 'la' THEN (k.laestab / 10000)::text ELSE s.trust END = code)
$$;
COMMENT ON FUNCTION abie_owner.area_schools(integer, text, text) IS
'URNs of the schools in scope of a run in an area: scope la with the number of a local authority, or trust with its '
'name.';

CREATE FUNCTION abie_internal.area_facts(run_id integer, scope text, code text) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
SET TimeZone = UTC
AS $$
SELECT jsonb_build_object('report', 'abie area report', 'version', 1,
	'run', (SELECT to_jsonb(r) FROM abie_report.run r WHERE r.run_id = area_facts.run_id),
	'scope', scope, 'code', code,
	'name', CASE scope WHEN 'la' THEN coalesce(min(e.la_name), 'Local authority ' || code) ELSE code END,
	'schools', jsonb_agg(to_jsonb(e) ORDER BY e.stratum, e.improvement DESC, e.urn),
	'summary', CASE scope WHEN 'la'
		THEN (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.stratum) FROM abie_report.local_authority_summary l
			WHERE l.run_id = area_facts.run_id AND l.la_code::text = code)
		ELSE (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.stratum) FROM abie_report.trust_summary t
			WHERE t.run_id = area_facts.run_id AND t.trust = code) END)
FROM abie_report.school_expectation e
WHERE e.run_id = area_facts.run_id AND CASE scope WHEN 'la' THEN e.la_code::text = code ELSE e.trust = code END
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.area_facts(integer, text, text) IS
'All that the report of an area says, as one JSON document: run, scope, code, name, schools (rows of '
'abie_report.school_expectation), summary (rows of local_authority_summary or trust_summary).';

CREATE FUNCTION abie_internal.area_counts(schools jsonb, OUT urns integer[], OUT schools_in_scope bigint,
	OUT expectations bigint, OUT maintain bigint, OUT sustain bigint, OUT poor bigint, OUT rates_only bigint,
	OUT no_past bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT array_agg(x.urn) FILTER (WHERE x.baseline IS NOT NULL), count(*), count(x.baseline),
	count(*) FILTER (WHERE x.statement = 'maintain'), count(*) FILTER (WHERE x.statement = 'sustain'),
	count(*) FILTER (WHERE x.poor_match), count(*) FILTER (WHERE x.baseline IS NOT NULL AND x.sess_possible IS NULL),
	count(*) FILTER (WHERE x.baseline IS NOT NULL AND x.previous_attendance IS NULL)
FROM jsonb_to_recordset(schools) x(urn integer, baseline float8, statement text, poor_match boolean,
	sess_possible bigint, previous_attendance float8)
$$;
COMMENT ON FUNCTION abie_internal.area_counts(jsonb) IS
'Of the schools of an area''s facts: the URNs of those with an expectation, and how many are in each state.';

CREATE FUNCTION abie_internal.area_expectation_cells(schools jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School', 'Level now', 'Expected', 'Target', 'Improve by']] || array_agg(ARRAY[
	abie_internal.shown_name(x.school_name, x.urn) || E'\n'
		|| concat_ws(', ', 'URN ' || x.urn, x.stratum, x.enrolments || ' pupils'),
	abie_internal.decimal(x.baseline, 2), abie_internal.decimal(x.expected, 2), abie_internal.decimal(x.target, 2),
	CASE x.statement WHEN 'improve' THEN abie_internal.decimal(x.improvement_rounded, 1) ELSE x.statement END]
	ORDER BY x.stratum, x.improvement DESC, x.urn)
FROM jsonb_to_recordset(schools) x(urn integer, school_name text, stratum text, enrolments bigint, baseline float8,
	expected float8, target float8, improvement float8, improvement_rounded float8, statement text)
WHERE x.baseline IS NOT NULL
$$;
COMMENT ON FUNCTION abie_internal.area_expectation_cells(jsonb) IS
'The table of the schools of an area that have an expectation.';

CREATE FUNCTION abie_internal.area_exclusion_cells(schools jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School left out', 'Reason']] || array_agg(ARRAY[
	abie_internal.shown_name(x.school_name, x.urn) || E'\nURN ' || x.urn,
	x.exclusion_reason || coalesce(E'\n' || x.exclusion_detail, '')] ORDER BY x.exclusion_reason, x.urn)
FROM jsonb_to_recordset(schools) x(urn integer, school_name text, baseline float8, exclusion_reason text,
	exclusion_detail text)
WHERE x.baseline IS NULL
$$;
COMMENT ON FUNCTION abie_internal.area_exclusion_cells(jsonb) IS 'The table of the schools of an area left out.';

CREATE FUNCTION abie_internal.area_summary_cells(summary jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Phase', 'Attendance', 'Expected', 'Target']] || array_agg(ARRAY[
	initcap(x.stratum) || E'\n' || x.schools || ' schools', abie_internal.decimal(x.attendance, 2),
	abie_internal.decimal(x.expected, 2), abie_internal.decimal(x.target, 2)] ORDER BY x.stratum)
FROM jsonb_to_recordset(summary) x(stratum text, schools bigint, attendance float8, expected float8, target float8)
WHERE x.stratum <> 'left out'
$$;
COMMENT ON FUNCTION abie_internal.area_summary_cells(jsonb) IS 'The table of the phases of an area.';

CREATE FUNCTION abie_internal.area_report_text(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	run jsonb := facts -> 'run';
	baseline_year text := run ->> 'baseline_year';
	schools jsonb := facts -> 'schools';
	n record := abie_internal.area_counts(schools);
BEGIN
	RETURN abie_internal.report_page(format,
		(facts ->> 'name') || ': attendance expectations for ' || (run ->> 'target_year'),
		abie_internal.report_part(format, 'title', facts ->> 'name')
		|| abie_internal.report_part(format, 'meta', format('Attendance expectations for %s, from attendance in %s',
			run ->> 'target_year', baseline_year))
		|| abie_internal.report_part(format, 'notice', abie_internal.report_status_text(run))
		|| abie_internal.report_part(format, 'lead', format('%s of %s schools have an expectation; %s of them have '
			'reached their target and are to sustain it, %s are to maintain their attendance.', n.expectations,
			n.schools_in_scope, n.sustain, n.maintain))
		|| abie_internal.report_part(format, 'table', 'All schools with an expectation, per cent, weighted by pupils',
			abie_internal.area_summary_cells(facts -> 'summary'))
		|| CASE WHEN format = 'html' AND n.expectations > 0
			THEN abie_internal.report_part(format, 'heading', 'Schools on a funnel')
				|| abie_internal.report_part(format, 'paragraph', 'How far each school''s attendance is from what its '
					'circumstances lead one to expect, by its size. Small schools vary more by chance, so the lines '
					'open to the left; schools beyond the outer lines are unlike the others for a reason worth '
					'knowing.')
				|| abie_internal.area_funnels((run ->> 'run_id')::integer, n.urns, format) ELSE '' END
		|| CASE WHEN n.expectations > 0
			THEN abie_internal.report_part(format, 'heading', 'Expectations')
				|| abie_internal.report_part(format, 'table', 'Schools by improvement expected: per cent; improvement '
					'in percentage points; sustain: the target was reached last year; maintain: no improvement is '
					'asked for', abie_internal.area_expectation_cells(schools)) ELSE '' END
		|| CASE WHEN n.schools_in_scope > n.expectations
			THEN abie_internal.report_part(format, 'heading', 'Schools without an expectation')
				|| abie_internal.report_part(format, 'table', 'Left out, and why',
					abie_internal.area_exclusion_cells(schools)) ELSE '' END
		|| abie_internal.report_part(format, 'heading', 'How good the data is')
		|| abie_internal.report_part(format, 'list', '', ARRAY[
			format('%s schools have similar schools that are less alike than most.', n.poor),
			format('Of %s schools only a rate is published, not the sessions.', n.rates_only),
			format('Of %s schools no attendance is held of the year before %s.', n.no_past, baseline_year)])
		|| abie_internal.report_part(format, 'meta', format('Run %s with methodology %s, abie %s. Digest of the '
			'results %s.', run ->> 'run_id', run ->> 'methodology', run ->> 'extension_version',
			run ->> 'result_digest')));
END $$;
COMMENT ON FUNCTION abie_internal.area_report_text(jsonb, text) IS
'The report of an area from its facts (abie_internal.area_facts), as html or markdown.';

CREATE FUNCTION abie_owner.area_report(role oid, scope text, code text, format text, run_id integer) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: run_id may be NULL
DECLARE
	area text := CASE scope WHEN 'la' THEN 'local authority' ELSE 'trust' END;
	chosen integer;
	urns integer[];
	facts jsonb;
BEGIN
	PERFORM abie_internal.check_report_format(format);
	IF scope IS NULL OR scope NOT IN ('la', 'trust') THEN
		RAISE EXCEPTION 'scope of a report cannot be %', coalesce('"' || scope || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Scopes are la, with the number of a local authority, and trust, with its name.';
	END IF;
	chosen := abie_owner.report_run(role, run_id);
	urns := abie_owner.area_schools(chosen, scope, code);
	IF code IS NOT NULL AND urns = '{}' THEN
		RAISE EXCEPTION 'no school of % "%" is in the scope of run %', area, code, chosen
			USING ERRCODE = 'no_data_found',
				HINT = 'Areas are in abie_report.local_authority_summary and abie_report.trust_summary.';
	-- a report on some of its schools would be taken for one on all
	ELSIF cardinality(abie_owner.admit(role, 'area_report', chosen, urns)) < cardinality(urns) THEN
		RAISE EXCEPTION 'not every school of % "%" is granted to %', area, code, role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants are made by abie.grant_access.';
	END IF;
	facts := abie_internal.area_facts(chosen, scope, code);
	RETURN CASE format WHEN 'json' THEN jsonb_pretty(facts) ELSE abie_internal.area_report_text(facts, format) END;
END $$;
COMMENT ON FUNCTION abie_owner.area_report(oid, text, text, text, integer) IS 'Of a role, as abie.area_report.';

CREATE FUNCTION abie.area_report(scope text, code text, format text DEFAULT 'html', run_id integer DEFAULT NULL)
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
-- not STRICT: run_id may be NULL
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.area_report(text, text, text, integer) IS
'The report of an area: scope la with the number of a local authority, or trust with its name; html, markdown or json. '
'Its schools on a funnel, expectations, schools left out with reasons, data quality. run_id: abie.report_run. Not '
'STRICT because run_id may be NULL; NULL for no code. Errors: 22023 unknown scope or format, P0002 no such run, or no '
'school of the area in it, 42501 a reader who may not read every school of it.';
