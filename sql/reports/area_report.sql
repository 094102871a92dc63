-- Reports of areas, a local authority, a trust, a region or the country: what is expected of their schools, and how
-- good the data is. The facts they are made of are in area_facts.

CREATE FUNCTION abie_internal.area_counts(schools jsonb, OUT schools_in_scope bigint, OUT expectations bigint,
	OUT maintain bigint, OUT sustain bigint, OUT poor bigint, OUT rates_only bigint, OUT no_past bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT count(*), count(x.baseline),
	count(*) FILTER (WHERE x.statement = 'maintain'), count(*) FILTER (WHERE x.statement = 'sustain'),
	count(*) FILTER (WHERE x.poor_match), count(*) FILTER (WHERE x.baseline IS NOT NULL AND x.sess_possible IS NULL),
	count(*) FILTER (WHERE x.baseline IS NOT NULL AND x.previous_attendance IS NULL)
FROM jsonb_to_recordset(schools) x(baseline float8, statement text, poor_match boolean,
	sess_possible bigint, previous_attendance float8)
$$;
COMMENT ON FUNCTION abie_internal.area_counts(jsonb) IS
'How many of the schools of an area''s facts are in each state.';

CREATE FUNCTION abie_internal.area_expectation_cells(schools jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School', 'Level now', 'Expected', 'Target', 'Improve by']] || array_agg(ARRAY[
	abie_internal.shown_name(x.school_name, x.urn) || E'\n'
		|| concat_ws(', ', 'URN ' || x.urn, x.stratum,
			abie_internal.counted(x.enrolments, 'pupil', 'pupils')),
	abie_internal.decimal(x.baseline, 2), abie_internal.decimal(x.expected, 2), abie_internal.decimal(x.target, 2),
	CASE x.statement WHEN 'improve' THEN abie_internal.decimal(x.improvement_rounded, 1) ELSE x.statement END]
	ORDER BY x.stratum, x.improvement DESC, x.urn)
FROM jsonb_to_recordset(schools) x(urn integer, school_name text, stratum text, enrolments bigint, baseline float8,
	expected float8, target float8, improvement float8, improvement_rounded float8, statement text)
WHERE x.baseline IS NOT NULL
$$;
COMMENT ON FUNCTION abie_internal.area_expectation_cells(jsonb) IS
'The table of the schools of an area that have an expectation.';

CREATE FUNCTION abie_internal.area_exclusion_cells(schools jsonb, without_urn bigint) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School left out', 'Reason']] || array_agg(ARRAY[k.name, k.reason] ORDER BY k.place)
FROM (SELECT row_number() OVER (ORDER BY x.exclusion_reason, x.urn) AS place,
		abie_internal.shown_name(x.school_name, x.urn) || E'\nURN ' || x.urn AS name,
		x.exclusion_reason || coalesce(E'\n' || x.exclusion_detail, '') AS reason
	FROM jsonb_to_recordset(schools) x(urn integer, school_name text, baseline float8, exclusion_reason text,
		exclusion_detail text)
	WHERE x.baseline IS NULL
	-- after those whose links are given
	UNION ALL SELECT 1e9, without_urn || ' published without a URN', 'no URN' WHERE without_urn > 0) k
$$;
COMMENT ON FUNCTION abie_internal.area_exclusion_cells(jsonb, bigint) IS
'The table of the schools of an area left out, and of how many more attendance is published without a URN.';

CREATE FUNCTION abie_internal.area_summary_cells(summary jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Phase', 'Attendance', 'Expected', 'Target']] || array_agg(ARRAY[
	initcap(x.stratum) || E'\n' || abie_internal.counted(x.schools, 'school', 'schools'),
	abie_internal.decimal(x.attendance, 2), abie_internal.decimal(x.expected, 2),
	abie_internal.decimal(x.target, 2)] ORDER BY x.stratum)
FROM jsonb_to_recordset(summary) x(stratum text, schools bigint, attendance float8, expected float8, target float8)
WHERE x.stratum <> 'left out'
$$;
COMMENT ON FUNCTION abie_internal.area_summary_cells(jsonb) IS 'The table of the phases of an area.';

CREATE FUNCTION abie_internal.area_part_cells(areas jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Area', 'Level now', 'Expected', 'Target', 'Improve by']] || array_agg(ARRAY[
	x.name || E'\n' || x.stratum || ', ' || abie_internal.counted(x.schools, 'school', 'schools'),
	abie_internal.decimal(x.baseline, 2), abie_internal.decimal(x.expected, 2), abie_internal.decimal(x.target, 2),
	abie_internal.decimal(x.improvement, 2)] ORDER BY x.place)
FROM ROWS FROM (jsonb_to_recordset(areas) AS (name text, stratum text, schools bigint, baseline float8,
		expected float8, target float8, improvement float8))
	WITH ORDINALITY x(name, stratum, schools, baseline, expected, target, improvement, place)
$$;
COMMENT ON FUNCTION abie_internal.area_part_cells(jsonb) IS
'The table of the areas that an area is made of, by phase, from abie_internal.area_parts.';

CREATE FUNCTION abie_internal.area_left_out_cells(schools jsonb, without_urn bigint) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Reason', 'Schools']] || array_agg(ARRAY[k.reason, abie_internal.thousands(k.schools)]
	ORDER BY k.schools DESC, k.reason)
FROM (SELECT x.exclusion_reason AS reason, count(*) AS schools
	FROM jsonb_to_recordset(schools) x(exclusion_reason text)
	WHERE x.exclusion_reason IS NOT NULL
	GROUP BY x.exclusion_reason
	UNION ALL SELECT 'no URN', without_urn WHERE without_urn > 0) k
$$;
COMMENT ON FUNCTION abie_internal.area_left_out_cells(jsonb, bigint) IS
'How many schools of an area are left out for which reason; without_urn: of how many attendance is published without a '
'URN.';

CREATE FUNCTION abie_internal.area_report_head(facts jsonb, format text, schools_in_scope bigint, expectations bigint,
	sustain bigint, maintain bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
RETURN abie_internal.report_part(format, 'title', facts ->> 'name')
	|| abie_internal.report_part(format, 'meta', format('Attendance expectations for %s, from attendance in %s',
		facts #>> '{run,target_year}', facts #>> '{run,baseline_year}'))
	|| abie_internal.report_part(format, 'notice', abie_internal.report_status_text(facts -> 'run'))
	|| abie_internal.report_part(format, 'lead', format('%s of %s an expectation; %s reached the target '
		'already and %s to sustain it, %s to maintain attendance.', abie_internal.thousands(expectations),
		abie_internal.counted(schools_in_scope, 'school has', 'schools have'),
		abie_internal.counted(sustain, 'has', 'have'), CASE sustain WHEN 1 THEN 'is' ELSE 'are' END,
		abie_internal.counted(maintain, 'is', 'are')))
	|| abie_internal.report_part(format, 'table', 'All schools with an expectation, per cent, weighted by pupils',
		abie_internal.area_summary_cells(facts -> 'summary'));
COMMENT ON FUNCTION abie_internal.area_report_head(jsonb, text, bigint, bigint, bigint, bigint) IS
'Title, status and totals of the report of an area.';

CREATE FUNCTION abie_internal.area_report_parts(facts jsonb, format text, pages jsonb) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 2000
RETURN CASE facts -> 'areas' WHEN 'null' THEN '' ELSE
	abie_internal.report_part(format, 'heading', CASE facts ->> 'scope' WHEN 'national' THEN 'Regions'
		ELSE 'Local authorities' END)
	|| abie_internal.report_part(format, 'sortable', 'By phase, per cent, weighted by pupils; improvement in '
		'percentage points', abie_internal.area_part_cells(facts -> 'areas'), abie_internal.site_links(
			CASE facts ->> 'scope' WHEN 'national' THEN 'region' ELSE 'la' END,
			ARRAY(SELECT x.area ->> 'code' FROM jsonb_array_elements(facts -> 'areas') WITH ORDINALITY x(area, place)
				ORDER BY x.place), pages)) END;
COMMENT ON FUNCTION abie_internal.area_report_parts(jsonb, text, jsonb) IS
'The regions of the country, or the local authorities of a region; empty for other areas.';

CREATE FUNCTION abie_internal.area_report_funnel(funnel jsonb, format text, pages jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: an area may have no school with an expectation
DECLARE
	of_schools boolean := funnel ->> 'units' = 'schools';
	outside record;
BEGIN
	IF coalesce(funnel, 'null') = 'null' OR funnel -> 'limits' = '[]' THEN
		RETURN '';
	END IF;
	outside := abie_internal.funnel_outside(funnel);
	RETURN abie_internal.report_part(format, 'heading', CASE WHEN of_schools THEN 'Schools on a funnel'
			ELSE 'Local authorities on a funnel' END)
		|| abie_internal.report_part(format, 'paragraph', CASE WHEN of_schools
			THEN 'How far each school''s attendance is from what its circumstances lead one to expect, by its size. '
				'Small schools vary more by chance, so the lines open to the left; schools beyond the outer lines are '
				'unlike the others for a reason worth knowing.'
			ELSE 'How far the attendance of each authority''s schools, weighted by pupils, is from what their '
				'circumstances lead one to expect, by pupils. The lines count the chance of the schools and that '
				'authorities differ as they do; those beyond the outer lines are unlike other authorities.' END)
		|| CASE format WHEN 'html' THEN abie_internal.funnel_pictures(funnel) ELSE '' END
		|| CASE WHEN outside.codes IS NULL
			THEN abie_internal.report_part(format, 'paragraph', 'None lies beyond the outer lines.')
			ELSE abie_internal.report_part(format, 'sortable', 'Beyond the outer lines; attendance less expected in '
				'percentage points', outside.cells, abie_internal.site_links(CASE WHEN of_schools THEN 'school'
					ELSE 'la' END, outside.codes, pages)) END
		|| CASE format WHEN 'html' THEN coalesce(abie_internal.html_part('heading', 'On a map')
			|| nullif(abie_internal.funnel_maps(funnel), ''), '') ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.area_report_funnel(jsonb, text, jsonb) IS
'The schools of an area, or the local authorities of the country, on a funnel, those beyond its limits by name, and a '
'map of all; empty where noise is not known or no school has an expectation, so not STRICT.';

CREATE FUNCTION abie_internal.area_school_links(schools jsonb, left_out boolean, pages jsonb) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.site_links('school', ARRAY(SELECT x.urn::text
	FROM jsonb_to_recordset(schools) x(urn integer, stratum text, baseline float8, improvement float8,
		exclusion_reason text)
	WHERE (x.baseline IS NULL) = left_out
	ORDER BY x.exclusion_reason, x.stratum, x.improvement DESC, x.urn), pages)
$$;
COMMENT ON FUNCTION abie_internal.area_school_links(jsonb, boolean, jsonb) IS
'The addresses of the pages of an area''s schools in the order of abie_internal.area_expectation_cells, or of those '
'left out of abie_internal.area_exclusion_cells.';

CREATE FUNCTION abie_internal.area_report_schools(facts jsonb, format text, expectations bigint, exclusions bigint,
	pages jsonb) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	schools jsonb := facts -> 'schools';
	-- those of a region or the country are in the reports of its local authorities
	is_listed boolean := facts ->> 'scope' IN ('la', 'trust');
	without_urn bigint := facts ->> 'without_urn';
BEGIN
	RETURN CASE WHEN is_listed AND expectations > 0
			THEN abie_internal.report_part(format, 'heading', 'Expectations')
				|| abie_internal.report_part(format, 'sortable', 'Schools by improvement expected: per cent; '
					'improvement in percentage points; sustain: the target was reached last year; maintain: no '
					'improvement is asked for', abie_internal.area_expectation_cells(schools),
					abie_internal.area_school_links(schools, false, pages))
			ELSE '' END
		|| CASE WHEN exclusions > 0
			THEN abie_internal.report_part(format, 'heading', 'Schools without an expectation')
				|| CASE WHEN is_listed THEN abie_internal.report_part(format, 'sortable', 'Left out, and why',
						abie_internal.area_exclusion_cells(schools, without_urn),
						abie_internal.area_school_links(schools, true, pages))
					ELSE abie_internal.report_part(format, 'sortable', 'Left out, and why',
						abie_internal.area_left_out_cells(schools, without_urn)) END ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.area_report_schools(jsonb, text, bigint, bigint, jsonb) IS
'The tables of the schools of a local authority or trust; of a region or the country, of how many are left out and '
'why.';

CREATE FUNCTION abie_internal.area_report_quality(run jsonb, format text, poor bigint, rates_only bigint,
	no_past bigint) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
RETURN abie_internal.report_part(format, 'heading', 'How good the data is')
	|| abie_internal.report_part(format, 'list', '', ARRAY[
		abie_internal.counted(poor, 'school has', 'schools have') || ' similar schools that are less alike than most.',
		format('Of %s only a rate is published, not the sessions.',
			abie_internal.counted(rates_only, 'school', 'schools')),
		format('Of %s no attendance is held of the year before %s.',
			abie_internal.counted(no_past, 'school', 'schools'), run ->> 'baseline_year')])
	|| abie_internal.report_part(format, 'meta', format('Run %s with methodology %s, abie %s. Digest of the '
		'results %s.', run ->> 'run_id', run ->> 'methodology', run ->> 'extension_version', run ->> 'result_digest'));
COMMENT ON FUNCTION abie_internal.area_report_quality(jsonb, text, bigint, bigint, bigint) IS
'How good the data of an area is, and the run it is of.';

CREATE FUNCTION abie_internal.area_report_body(facts jsonb, format text, pages jsonb) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n record := abie_internal.area_counts(facts -> 'schools');
	schools_in_scope bigint := n.schools_in_scope + (facts ->> 'without_urn')::bigint;
BEGIN
	RETURN abie_internal.area_report_head(facts, format, schools_in_scope, n.expectations, n.sustain, n.maintain)
		|| abie_internal.area_report_parts(facts, format, pages)
		|| abie_internal.area_report_funnel(facts -> 'funnel', format, pages)
		|| abie_internal.area_report_circumstances(nullif(facts -> 'circumstances', 'null'), format)
		|| abie_internal.area_report_changes(facts -> 'changes', format, pages)
		|| abie_internal.area_report_schools(facts, format, n.expectations, schools_in_scope - n.expectations, pages)
		|| abie_internal.area_report_quality(facts -> 'run', format, n.poor, n.rates_only, n.no_past);
END $$;
COMMENT ON FUNCTION abie_internal.area_report_body(jsonb, text, jsonb) IS
'All of the report of an area but the page around it, from its facts (abie_internal.area_facts), as html or markdown. '
'pages: those of the site it is a page of (abie_internal.site_pages), which it leads to; empty for a report alone.';

CREATE FUNCTION abie_internal.area_report_title(facts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN (facts ->> 'name') || ': attendance expectations for ' || (facts #>> '{run,target_year}');
COMMENT ON FUNCTION abie_internal.area_report_title(jsonb) IS 'The title of the page of an area''s report.';

CREATE FUNCTION abie_internal.area_report_text(facts jsonb, format text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
RETURN CASE format WHEN 'json' THEN jsonb_pretty(facts)
	WHEN 'html' THEN abie_internal.html_page(abie_internal.area_report_title(facts),
		abie_internal.script_policy(abie_internal.sort_script()), abie_internal.sort_style(),
		E'<main>\n' || abie_internal.area_report_body(facts, format, '{}') || E'</main>\n'
		|| abie_internal.script_element(abie_internal.sort_script()))
	ELSE abie_internal.area_report_body(facts, format, '{}') END;
COMMENT ON FUNCTION abie_internal.area_report_text(jsonb, text) IS
'The report of an area from its facts (abie_internal.area_facts), as html, markdown or json.';

CREATE FUNCTION abie_owner.area_report(role oid, scope text, code text, format text, run_id integer) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: run_id may be NULL
DECLARE
	area text := CASE scope WHEN 'la' THEN 'local authority' WHEN 'national' THEN 'country' ELSE scope END;
	chosen integer;
	urns integer[];
BEGIN
	PERFORM abie_internal.check_report_format(format);
	IF scope IS NULL OR scope NOT IN ('la', 'trust', 'region', 'national') THEN
		RAISE EXCEPTION 'scope of a report cannot be %', coalesce('"' || scope || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Scopes are la, with the number of a local authority, trust and region, with its name, and '
					'national, with England.';
	END IF;
	chosen := abie_owner.report_run(role, run_id);
	urns := abie_owner.area_schools(chosen, scope, code);
	IF code IS NOT NULL AND urns = '{}' THEN
		RAISE EXCEPTION 'no school of % "%" is in the scope of run %', area, code, chosen
			USING ERRCODE = 'no_data_found',
				HINT = 'Areas are in abie_report.school_expectation: la_code, trust and region.';
	-- a report on some of its schools would be taken for one on all
	ELSIF cardinality(abie_owner.admit(role, 'area_report', chosen, urns)) < cardinality(urns) THEN
		RAISE EXCEPTION 'not every school of % "%" is granted to %', area, code, role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants are made by abie.grant_access.';
	END IF;
	RETURN (SELECT abie_internal.area_report_text(f.facts, format)
		FROM abie_internal.area_facts(chosen, scope, ARRAY[code]) f);
END $$;
COMMENT ON FUNCTION abie_owner.area_report(oid, text, text, text, integer) IS 'Of a role, as abie.area_report.';

CREATE FUNCTION abie.area_report(scope text, code text, format text DEFAULT 'html', run_id integer DEFAULT NULL)
RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
-- not STRICT: run_id may be NULL
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.area_report(text, text, text, integer) IS
'The report of an area: scope la with the number of a local authority, trust or region with its name, or national with '
'England; html, markdown or json. Its schools on a funnel and a map, by circumstances, what moved since the run issued '
'before, expectations, schools left out with reasons, data quality; of a region its local authorities, of the country '
'its regions in place of single schools (json has these too), and authorities on the funnel. Tables of HTML sort by a '
'script in the page. '
'run_id: abie.report_run. Not STRICT because run_id may be NULL; NULL for no code. Errors: 22023 unknown scope or '
'format, P0002 no such run, or no school of the area in it, 42501 a reader who may not read every school of it.';
