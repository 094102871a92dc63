-- What the page of a week says of an authority or a trust, as figures, for a role that may read all its schools.

CREATE FUNCTION abie_owner.week_area_schools(monitor jsonb, urns integer[])
RETURNS TABLE (urn integer, row_of_view jsonb, previous_status text, newest_attendance float8, newest_set_aside boolean,
	week_starts date[], departures float8[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 100
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH school AS MATERIALIZED (
	SELECT p.urn, p.level, to_jsonb(p) AS row_of_view
	FROM abie_report.school_progress p
	WHERE p.monitor_id = (monitor ->> 'monitor_id')::integer AND p.urn = ANY (urns)
), held AS MATERIALIZED (
	SELECT w.urn, w.week_start, w.attendance, w.deviation, w.variance / CASE WHEN w.weight > 0 THEN w.weight ELSE 1 END
		AS variance
	FROM abie_owner.whole_progress_week((monitor ->> 'monitor_id')::integer, urns) w WHERE w.this_year
), week AS (
	SELECT DISTINCT h.week_start FROM held h
), departed AS (
	SELECT s.urn, array_agg(w.week_start ORDER BY w.week_start) AS week_starts,
		array_agg((h.deviation - s.level) / sqrt(h.variance) ORDER BY w.week_start) AS departures,
		min(h.attendance) FILTER (WHERE w.week_start = (monitor ->> 'newest_week')::date) AS newest_attendance
	FROM school s CROSS JOIN week w LEFT JOIN held h ON h.urn = s.urn AND h.week_start = w.week_start
	GROUP BY s.urn
)
SELECT s.urn, s.row_of_view, b.status, d.newest_attendance,
	(s.urn, (monitor ->> 'newest_week')::date) IN (SELECT a.urn, a.week_start
		FROM abie_internal.accepted_weeks(monitor ->> 'academic_year') a),
	coalesce(d.week_starts, '{}'), coalesce(d.departures, '{}')
FROM school s LEFT JOIN departed d ON d.urn = s.urn
	LEFT JOIN abie.school_progress b ON b.monitor_id = (monitor ->> 'previous_id')::integer AND b.urn = s.urn
$$;
COMMENT ON FUNCTION abie_owner.week_area_schools(jsonb, integer[]) IS
'Schools in a weekly run (abie_owner.week_monitor): the row of abie_report.school_progress, status in the weekly run '
'before, attendance in the newest week and whether that is set aside, and by week of any of them how far it was from '
'what is usual for the school, standard deviations.';

-- Newly not on course before all others; then by how many pupils it is about.
CREATE FUNCTION abie_internal.week_calls(schools jsonb, shocks jsonb, as_of date) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
WITH school AS (
	SELECT s.*, (1 - s.probability) * s.enrolments AS pupils,
		s.status = 'not on course' AND s.previous_status <> 'not on course' IS TRUE AS is_new,
		(SELECT max(k.week_start) FROM jsonb_to_recordset(shocks) k(scope text, code text, week_start date,
				event_id integer)
			WHERE k.scope = 'school' AND k.code = s.urn::text AND k.event_id IS NULL AND k.week_start >= as_of - 35)
			AS week_to_explain
	FROM jsonb_to_recordset(schools) s(urn integer, status text, previous_status text, probability float8,
		enrolments bigint, has_newest_week boolean)
), reasoned AS (
	SELECT s.*, array_remove(ARRAY[CASE WHEN s.is_new THEN 'newly not on course'
			WHEN s.status = 'not on course' THEN 'not on course' END,
		CASE WHEN s.week_to_explain IS NOT NULL THEN 'week to explain' END,
		CASE WHEN NOT s.has_newest_week THEN 'newest week missing' END], NULL) AS reasons
	FROM school s
)
SELECT coalesce(jsonb_agg(jsonb_build_object('urn', r.urn, 'reasons', r.reasons, 'pupils', r.pupils,
	'week_to_explain', r.week_to_explain) ORDER BY r.is_new DESC, r.pupils DESC, r.urn), '[]')
FROM reasoned r WHERE cardinality(r.reasons) > 0
$$;
COMMENT ON FUNCTION abie_internal.week_calls(jsonb, jsonb, date) IS
'Which schools need a call, in order: newly not on course first, then by pupils, enrolments times the probability that '
'the expectation is not met. Reasons: newly not on course, not on course, week to explain (far below usual in the past '
'five weeks, with no event recorded), newest week missing.';

CREATE FUNCTION abie_owner.week_published(monitor jsonb, urns integer[]) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH week AS (
	SELECT c.education_phase, c.week_start, count(*) AS schools,
		(sum(c.attendance_percent::numeric * c.sess_possible) / sum(c.sess_possible))::float8 AS attendance,
		-- of a trust in several areas there is no one of them
		CASE WHEN count(DISTINCT c.local_authority_attendance_percent) = 1 AND count(DISTINCT s.la_code) = 1
			THEN min(c.local_authority_attendance_percent) END AS local_authority_attendance,
		CASE WHEN count(DISTINCT s.region) = 1 THEN min(c.region_attendance_percent) END AS region_attendance,
		min(c.national_attendance_percent) AS national_attendance
	FROM abie_report.school_week_compared c JOIN abie.school s ON s.urn = c.urn
	WHERE c.urn = ANY (urns) AND c.academic_year = monitor ->> 'academic_year' AND c.education_phase IS NOT NULL
		AND c.week_start <= abie_internal.newest_monday((monitor ->> 'as_of')::date)
		-- other weeks have nothing beside them
		AND c.week_start = ANY (ARRAY(SELECT p.reference_date FROM abie.published_attendance p
			WHERE p.academic_year = monitor ->> 'academic_year' AND p.time_frame = 'Week'))
	GROUP BY c.education_phase, c.week_start
)
SELECT coalesce(jsonb_agg(to_jsonb(n) ORDER BY n.education_phase COLLATE "C"), '[]')
FROM (SELECT DISTINCT ON (w.education_phase) w.* FROM week w
	WHERE num_nonnulls(w.local_authority_attendance, w.region_attendance, w.national_attendance) > 0
	ORDER BY w.education_phase, w.week_start DESC) n
$$;
COMMENT ON FUNCTION abie_owner.week_published(jsonb, integer[]) IS
'The last published week that schools have too, by phase: attendance of their sessions together, per cent, beside what '
'is published for their authority and region, where they are in one, and for England.';

CREATE FUNCTION abie_owner.week_summary(monitor_id integer, scope text, code text) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
SELECT coalesce(CASE scope
	WHEN 'la' THEN (SELECT jsonb_agg(to_jsonb(l) ORDER BY l.stratum) FROM abie_report.local_authority_week l
		WHERE l.monitor_id = week_summary.monitor_id
			-- as the view has it, so that only the schools of the authority are added up
			AND l.la_code = CASE scope WHEN 'la' THEN code::integer END)
	ELSE (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.stratum) FROM abie_report.trust_week t
		WHERE t.monitor_id = week_summary.monitor_id AND t.trust = code) END, '[]')
$$;
COMMENT ON FUNCTION abie_owner.week_summary(integer, text, text) IS
'The rows of abie_report.local_authority_week (scope la) or trust_week (trust) of an area in a weekly run.';

CREATE FUNCTION abie_owner.week_facts_area(role oid, monitor jsonb, scope text, code text, urns integer[]) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	chosen integer := monitor ->> 'monitor_id';
	la_name text := (SELECT a.la_name FROM abie.local_authority a WHERE scope = 'la' AND a.la_code::text = code);
	shocks jsonb := abie_owner.week_shocks(role, chosen,
		array_fill('school'::text, ARRAY[cardinality(urns)]) || 'local authority'::text,
		urns::text[] || CASE scope WHEN 'la' THEN code END);
	schools jsonb;
	weeks jsonb;
BEGIN
	SELECT jsonb_agg(s.row_of_view || jsonb_build_object('previous_status', s.previous_status,
			'newest_attendance', s.newest_attendance, 'newest_set_aside', s.newest_set_aside,
			'departures', s.departures) ORDER BY s.urn), jsonb_agg(s.week_starts) -> 0
	INTO schools, weeks FROM abie_owner.week_area_schools(monitor, urns) s;
	RETURN jsonb_build_object('report', 'abie week report', 'version', 1, 'scope', scope, 'code', code,
		'name', CASE scope WHEN 'la' THEN coalesce(la_name, 'Local authority ' || code) ELSE code END,
		'monitor', monitor, 'summary', abie_owner.week_summary(chosen, scope, code),
		'schools', coalesce(schools, '[]'), 'weeks', coalesce(weeks, '[]'),
		'calls', abie_internal.week_calls(coalesce(schools, '[]'), shocks, (monitor ->> 'as_of')::date),
		'left_out', (SELECT coalesce(jsonb_agg(jsonb_build_object('urn', e.urn, 'school_name', e.school_name,
				'exclusion_reason', e.exclusion_reason) ORDER BY e.urn), '[]')
			FROM abie_report.school_expectation e
			WHERE e.run_id = (monitor ->> 'run_id')::integer AND e.urn = ANY (urns) AND e.exclusion_reason IS NOT NULL),
		'history', (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.as_of, c.stratum, c.status), '[]')
			FROM (SELECT h.as_of, p.stratum, p.status, count(*) AS schools
				FROM abie_owner.week_history(chosen) h
					JOIN abie.school_progress p ON p.monitor_id = h.monitor_id AND p.urn = ANY (urns)
				GROUP BY h.as_of, p.stratum, p.status) c),
		'published', abie_owner.week_published(monitor, urns), 'shocks', shocks,
		'events', abie_owner.week_events(role, monitor, urns));
END $$;
COMMENT ON FUNCTION abie_owner.week_facts_area(oid, jsonb, text, text, integer[]) IS
'All that the page of an authority (scope la, with its number) or trust (with its name) says of a weekly run '
'(abie_owner.week_monitor), as one JSON document: doc/week_report.schema.json.';
