-- The pages of a week, and what users call.

CREATE FUNCTION abie_internal.week_limits(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m jsonb := facts -> 'monitor';
BEGIN
	RETURN abie_internal.report_part(format, 'heading', 'What this page does not say')
		|| abie_internal.report_part(format, 'list', '', ARRAY[
			E'It decides nothing.\tWhether an expectation was met is known when the year is over.',
			E'It is no cause.\tA week far below usual is a question; what happened is for those who were there.',
			E'One week is mostly chance.\tSmall schools vary more; the range and the chance say how much is known.'])
		|| abie_internal.report_part(format, 'meta', format('Weekly run %s as of %s, of run %s, abie %s. Digest of the '
			'results %s.', m ->> 'monitor_id', abie_internal.day_text((m ->> 'as_of')::date), m ->> 'run_id',
			m ->> 'extension_version', m ->> 'result_digest'));
END $$;
COMMENT ON FUNCTION abie_internal.week_limits(jsonb, text) IS 'What a page of a week does not say, and what it is of.';

CREATE FUNCTION abie_internal.week_predecessor(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cells text[] := (SELECT ARRAY[ARRAY['Week of', 'Attendance', 'URN']] || array_agg(ARRAY[
			abie_internal.day_text(p.week_start), abie_internal.decimal(p.attendance, 1) || '%', p.urn::text]
			ORDER BY p.week_start DESC)
		FROM jsonb_to_recordset(facts -> 'predecessor_weeks') p(urn integer, week_start date, attendance float8)
		HAVING count(*) > 0);
	last_urns text := (SELECT string_agg(DISTINCT k ->> 'urn', ', ') FROM jsonb_array_elements(facts -> 'last_year') k
		WHERE k ->> 'urn' <> facts ->> 'code');
BEGIN
	IF cells IS NULL AND last_urns IS NULL THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'Under another URN')
		|| abie_internal.report_part(format, 'paragraph', 'Last year''s line has weeks held of the school under URN '
			|| last_urns || '.')
		|| CASE WHEN cells IS NULL THEN '' ELSE abie_internal.report_part(format, 'table', 'Weeks of this year held of '
			'the school under another URN. They do not count in what is projected', cells) END;
END $$;
COMMENT ON FUNCTION abie_internal.week_predecessor(jsonb, text) IS
'Weeks held of a school under another URN; empty where there are none.';

CREATE FUNCTION abie_internal.week_school_text(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s jsonb := facts -> 'school';
	published text[] := abie_internal.published_cells(facts -> 'weeks');
BEGIN
	RETURN abie_internal.report_page(format, (facts ->> 'name') || ': the school year '
			|| (facts #>> '{monitor,academic_year}'),
		abie_internal.week_head(facts, concat_ws(' ' || chr(183) || ' ', 'URN ' || (s ->> 'urn'), s ->> 'la_name',
			initcap(s ->> 'stratum'), abie_internal.thousands((s ->> 'enrolments')::bigint) || ' pupils'), format)
		|| abie_internal.report_part(format, 'lead', abie_internal.week_lead(facts))
		|| abie_internal.report_part(format, 'paragraph', abie_internal.week_sure(facts))
		|| abie_internal.week_now(facts, format)
		|| abie_internal.week_since(facts, format)
		|| abie_internal.week_group_text(facts -> 'groups', format)
		|| abie_internal.week_happened(facts, format)
		|| abie_internal.week_controlled(facts, format)
		|| CASE WHEN published IS NULL THEN '' ELSE abie_internal.report_part(format, 'heading', 'Published beside')
			|| abie_internal.report_part(format, 'table', 'Attendance in the last weeks that are published, schools of '
				'the phase', published) END
		|| abie_internal.week_predecessor(facts, format)
		|| abie_internal.week_limits(facts, format));
END $$;
COMMENT ON FUNCTION abie_internal.week_school_text(jsonb, text) IS
'The page of a week of a school from its facts, as html or markdown.';

CREATE FUNCTION abie_owner.admitted_school_facts(role oid, monitor jsonb, code text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 400000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	admitted integer[] := abie_owner.admit_progress(role, 'week_report', (monitor ->> 'monitor_id')::integer,
		ARRAY(SELECT k.urn FROM (
				SELECT e.urn::integer AS urn FROM abie.expectation e WHERE e.run_id = (monitor ->> 'run_id')::integer
				UNION ALL
				SELECT x.urn::integer FROM abie.exclusion x WHERE x.run_id = (monitor ->> 'run_id')::integer) k
			WHERE k.urn::text = code));
BEGIN
	-- the same for what is another's and for what does not exist
	IF admitted = '{}' THEN
		RAISE EXCEPTION 'school % is not in the scope of weekly run %', code, monitor ->> 'monitor_id'
			USING ERRCODE = 'no_data_found',
				HINT = 'Schools in scope are in abie_report.school_progress; you see those you may see.';
	END IF;
	RETURN abie_owner.week_facts_school(role, monitor, admitted[1]);
END $$;
COMMENT ON FUNCTION abie_owner.admitted_school_facts(oid, jsonb, text) IS
'abie_owner.week_facts_school of a school that a role may read, the read recorded; error P0002 of any other.';

CREATE FUNCTION abie_owner.admitted_area_facts(role oid, monitor jsonb, scope text, code text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 2000000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	area text := CASE scope WHEN 'la' THEN 'local authority' ELSE 'trust' END;
	urns integer[] := abie_owner.area_schools((monitor ->> 'run_id')::integer, scope, code);
BEGIN
	IF urns = '{}' THEN
		RAISE EXCEPTION 'no school of % "%" is in the scope of weekly run %', area, code, monitor ->> 'monitor_id'
			USING ERRCODE = 'no_data_found',
				HINT = 'Areas are in abie_report.local_authority_week and abie_report.trust_week.';
	-- a page on some of its schools would be taken for one on all
	ELSIF cardinality(abie_owner.admit_progress(role, 'week_report', (monitor ->> 'monitor_id')::integer, urns))
		< cardinality(urns) THEN
		RAISE EXCEPTION 'not every school of % "%" is granted to %', area, code, role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants are made by abie.grant_access.';
	END IF;
	RETURN abie_owner.week_facts_area(role, monitor, scope, code, urns);
END $$;
COMMENT ON FUNCTION abie_owner.admitted_area_facts(oid, jsonb, text, text) IS
'abie_owner.week_facts_area of an area all schools of which a role may read, the reads recorded. Errors: P0002 no such '
'area, 42501 one of which it may not read every school.';

CREATE FUNCTION abie_owner.week_facts(role oid, scope text, code text, monitor_id integer) RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
SET search_path = pg_catalog, pg_temp
-- the same text wherever the reader is; its parts plan their queries once a session, not once a page
SET timezone = 'UTC'
SET extra_float_digits = 1
SET datestyle = ISO
SET plan_cache_mode = force_generic_plan
AS $$
-- not STRICT: monitor_id may be NULL
DECLARE
	monitor jsonb := abie_owner.week_monitor(role, monitor_id);
BEGIN
	RETURN CASE scope WHEN 'school' THEN abie_owner.admitted_school_facts(role, monitor, code)
		ELSE abie_owner.admitted_area_facts(role, monitor, scope, code) END;
END $$;
COMMENT ON FUNCTION abie_owner.week_facts(oid, text, text, integer) IS 'Of a role, as abie_internal.week_facts.';

CREATE FUNCTION abie_internal.week_facts(scope text, code text, monitor_id integer) RETURNS jsonb
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
-- not STRICT: monitor_id may be NULL
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.week_facts(text, text, integer) IS
'All that abie.week_report says of a school or an area without registers, as one JSON document: '
'doc/week_report.schema.json. Arguments and errors as there. Volatile because reads may be logged '
'(abie.report_read).';

CREATE FUNCTION abie_internal.check_week_scope(scope text, registers regclass) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: it says what is NULL
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF scope IS NULL OR scope NOT IN ('school', 'la', 'trust') THEN
		RAISE EXCEPTION 'scope of a report cannot be %', coalesce('"' || scope || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Scopes are school, with a URN, la, with the number of a local authority, and trust, with its '
					'name.';
	ELSIF scope <> 'school' AND registers IS NOT NULL THEN
		RAISE EXCEPTION 'registers are for the page of a school, not of scope "%"', scope
			USING ERRCODE = 'invalid_parameter_value', HINT = 'abie.group_change has the groups of every school.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_week_scope(text, regclass) IS
'Raises the errors that abie.week_report has for its scope, and for registers with another scope than school.';

CREATE FUNCTION abie.week_report(scope text, code text, format text DEFAULT 'html', monitor_id integer DEFAULT NULL,
	registers regclass DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET extra_float_digits = 1
SET datestyle = ISO
SET plan_cache_mode = force_generic_plan
AS $$
-- not STRICT: monitor_id and registers may be NULL
DECLARE
	facts jsonb;
BEGIN
	PERFORM abie_internal.check_report_format(format);
	PERFORM abie_internal.check_week_scope(scope, registers);
	facts := abie_internal.week_facts(scope, code, monitor_id);
	IF registers IS NOT NULL THEN
		facts := facts || abie_internal.week_groups(facts, registers);
	END IF;
	RETURN CASE WHEN format = 'json' THEN jsonb_pretty(facts)
		WHEN scope = 'school' THEN abie_internal.week_school_text(facts, format)
		ELSE abie_internal.week_area_text(facts, format) END;
END $$;
COMMENT ON FUNCTION abie.week_report(text, text, text, integer, regclass) IS
'The page of a week: scope school with its URN, la with the number of a local authority, or trust with its name; html '
'(one file that loads nothing from elsewhere), markdown or json (all figures unrounded, doc/week_report.schema.json). '
'Of a school where it stands against its expectation, how sure that is, its weeks, what changed since the weekly run '
'before, what happened, published weeks; of an area how many stand how, which to call first, and each school. '
'monitor_id: a weekly run of abie_report.monitor, by default the latest (is_latest). registers: a table or view of '
'pupils'' registers, as for abie.pupil_outlook, read with the caller''s rights: the page of a school then says how the '
'absence of its pupil groups moved (abie.group_change as of the weekly run''s day). Not STRICT because monitor_id and '
'registers may be NULL; NULL for no code. Errors: 22023 unknown scope or format, or registers for an area; P0002 no '
'such weekly run, or no such school or area in its run that the reader may see; 42501 an area not every school of '
'which the reader may read; of registers those of abie.group_change. Volatile because reads may be logged '
'(abie.report_read).';
