-- What the page of a week says of a school, as figures: rows of the views, for a role that has been admitted.

CREATE FUNCTION abie_owner.week_monitor(role oid, monitor_id integer) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL asks for the weekly run to be read
DECLARE
	found_monitor jsonb;
BEGIN
	SELECT jsonb_build_object('monitor_id', m.monitor_id, 'academic_year', m.academic_year, 'as_of', m.as_of,
			'run_id', m.run_id, 'run_status', r.status, 'is_current', m.is_current, 'newest_week', m.newest_week,
			'is_provisional', m.is_provisional, 'result_digest', m.result_digest,
			'extension_version', m.extension_version, 'finished_at', m.finished_at,
			'previous_id', p.monitor_id, 'previous_as_of', p.as_of)
	INTO found_monitor
	FROM abie_owner.report_monitors(role) m JOIN abie.run r ON r.run_id = m.run_id
		-- against the same expectations, of an earlier day: of that day the later one
		LEFT JOIN LATERAL (SELECT o.monitor_id, o.as_of FROM abie.monitor o
			WHERE o.run_id = m.run_id AND o.status = 'finished' AND o.as_of < m.as_of
			ORDER BY o.as_of DESC, o.monitor_id DESC LIMIT 1) p ON true
	WHERE m.monitor_id = week_monitor.monitor_id OR week_monitor.monitor_id IS NULL AND m.is_latest;
	IF found_monitor IS NULL THEN
		RAISE EXCEPTION '%', CASE WHEN monitor_id IS NULL THEN 'there is no finished weekly run'
			ELSE format('weekly run %s does not exist or has not finished', monitor_id) END
			USING ERRCODE = 'no_data_found',
				HINT = 'Weekly runs are in abie_report.monitor; CALL abie.monitor makes one.';
	END IF;
	RETURN found_monitor;
END $$;
COMMENT ON FUNCTION abie_owner.week_monitor(oid, integer) IS
'The weekly run that a page is of, columns of abie_report.monitor: the given one, or for NULL the latest '
'that the role may see; with the status of its run, and number and day of the weekly run before it against '
'the same run, NULL where there is none. Error P0002 where there is none. Not STRICT because NULL asks for it.';

CREATE FUNCTION abie_owner.week_history(monitor_id integer)
RETURNS TABLE (monitor_id integer, as_of date)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
SELECT DISTINCT ON (o.as_of) o.monitor_id, o.as_of
FROM abie.monitor m JOIN abie.monitor o ON o.run_id = m.run_id AND o.status = 'finished'
	AND (o.as_of < m.as_of OR o.monitor_id = m.monitor_id)
WHERE m.monitor_id = week_history.monitor_id
ORDER BY o.as_of, o.monitor_id DESC
$$;
COMMENT ON FUNCTION abie_owner.week_history(integer) IS
'The weekly runs against the run of one, up to it: of each earlier day the last.';

-- Under other URNs of the same school, in weeks that it has none of under its own.
CREATE FUNCTION abie_owner.predecessor_weeks(school_urn integer, from_year text, to_year text, as_of date)
RETURNS TABLE (urn integer, academic_year text, week_start date, sess_possible bigint, sess_overall bigint)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 40
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH lineage AS MATERIALIZED (
	SELECT * FROM abie_internal.lineage_of(ARRAY[predecessor_weeks.school_urn])
), own AS (
	SELECT DISTINCT same.laestab
	FROM abie.attendance a JOIN lineage l ON l.laestab = a.laestab JOIN lineage same ON same.school_urn = l.school_urn
	WHERE a.urn = predecessor_weeks.school_urn
), other AS (
	SELECT DISTINCT a.urn::integer AS urn FROM own o JOIN abie.attendance a ON a.laestab = o.laestab
	WHERE a.urn <> predecessor_weeks.school_urn
)
SELECT DISTINCT ON (w.week_start) w.urn::integer, w.academic_year::text, w.week_start, w.sess_possible, w.sess_overall
FROM other o JOIN abie.attendance_week w ON w.urn = o.urn AND w.academic_year IN (from_year, to_year)
WHERE w.week_start <= abie_internal.newest_monday(as_of)
	AND NOT EXISTS (SELECT FROM abie.attendance_week k WHERE k.academic_year = w.academic_year
		AND k.urn = predecessor_weeks.school_urn AND k.week_start = w.week_start)
ORDER BY w.week_start, w.urn DESC;
END $$;
COMMENT ON FUNCTION abie_owner.predecessor_weeks(integer, text, text, date) IS
'Weeks of two academic years, up to a day, that are held of a school under another URN (abie.school_lineage) and not '
'under its own.';

CREATE FUNCTION abie_owner.week_facts_year(monitor jsonb, urn integer) RETURNS TABLE (weeks jsonb, last_year jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 300000 ROWS 1
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH held AS MATERIALIZED (
	SELECT * FROM abie_owner.monitored_weeks((monitor ->> 'monitor_id')::integer, ARRAY[week_facts_year.urn])
), projected AS MATERIALIZED (
	SELECT w.*, c.course AS common
	FROM abie_owner.whole_progress_week((monitor ->> 'monitor_id')::integer, ARRAY[week_facts_year.urn]) w
		JOIN abie.school_progress p ON p.monitor_id = (monitor ->> 'monitor_id')::integer AND p.urn = w.urn
		JOIN abie.monitor_week c ON c.monitor_id = p.monitor_id AND c.stratum = p.stratum
			AND c.week_start = w.week_start AND c.kind = w.kind
	WHERE w.this_year
), level AS (
	SELECT p.level FROM abie.school_progress p
	WHERE p.monitor_id = (monitor ->> 'monitor_id')::integer AND p.urn = week_facts_year.urn
), shown AS (
	SELECT h.*, a.attendance, p.common, p.deviation - l.level AS departure,
		-- a week of few sessions is less sure
		sqrt(p.variance / CASE WHEN p.weight > 0 THEN p.weight ELSE 1 END) AS departure_error,
		abie.is_provisional(h.week_start, (monitor ->> 'as_of')::date) AS is_provisional,
		100 * (1 - sum(h.sess_overall) OVER so_far / sum(h.sess_possible) OVER so_far)::float8 AS year_to_date,
		sum(p.common * h.sess_possible) OVER so_far
			/ sum(h.sess_possible) FILTER (WHERE p.common IS NOT NULL) OVER so_far AS common_to_date,
		o.sess_overall AS counterpart_overall, o.sess_possible AS counterpart_possible,
		c.local_authority_attendance_percent, c.region_attendance_percent, c.national_attendance_percent
	FROM held h
		CROSS JOIN LATERAL (SELECT abie.attendance_percent(h.sess_overall, h.sess_possible, NULL)) a(attendance)
		LEFT JOIN projected p ON p.week_start = h.week_start
		LEFT JOIN level l ON true
		LEFT JOIN held o ON o.week_start = h.counterpart
		LEFT JOIN abie_report.school_week_compared c ON c.academic_year = monitor ->> 'academic_year'
			AND c.urn = week_facts_year.urn AND c.week_start = h.week_start
	WHERE h.this_year
	WINDOW so_far AS (ORDER BY h.week_start)
), before AS (
	SELECT u.*, 100 * (1 - sum(u.sess_overall) OVER so_far / sum(u.sess_possible) OVER so_far)::float8 AS year_to_date
	FROM (
		SELECT h.urn, h.week_start, h.sess_possible, h.sess_overall FROM held h WHERE NOT h.this_year
		UNION ALL
		SELECT p.urn, p.week_start, p.sess_possible, p.sess_overall
		FROM abie_owner.predecessor_weeks(week_facts_year.urn, abie.previous_year(monitor ->> 'academic_year'),
			abie.previous_year(monitor ->> 'academic_year'), (monitor ->> 'as_of')::date) p
	) u
	WINDOW so_far AS (ORDER BY u.week_start)
)
SELECT (SELECT jsonb_agg(jsonb_build_object('week_start', s.week_start, 'half_term', s.half_term, 'kind', s.kind,
		'sess_possible', s.sess_possible, 'sess_overall', s.sess_overall, 'attendance', s.attendance,
		'is_provisional', s.is_provisional, 'is_set_aside', s.is_set_aside, 'common', s.common,
		'departure', s.departure, 'departure_error', s.departure_error, 'year_to_date', s.year_to_date,
		'common_to_date', s.common_to_date, 'counterpart', s.counterpart,
		'counterpart_attendance', abie.attendance_percent(s.counterpart_overall, s.counterpart_possible, NULL),
		'local_authority_attendance', s.local_authority_attendance_percent,
		'region_attendance', s.region_attendance_percent, 'national_attendance', s.national_attendance_percent)
		ORDER BY s.week_start) FROM shown s),
	(SELECT jsonb_agg(jsonb_build_object('urn', b.urn, 'week_start', b.week_start,
		'attendance', abie.attendance_percent(b.sess_overall, b.sess_possible, NULL),
		'year_to_date', b.year_to_date) ORDER BY b.week_start) FROM before b);
END $$;
COMMENT ON FUNCTION abie_owner.week_facts_year(jsonb, integer) IS
'The weeks of a school up to the day of a weekly run, and of the year before, under a predecessor''s URN where it had '
'none under its own; NULL for none.';

CREATE FUNCTION abie_owner.week_shocks(role oid, monitor_id integer, scopes text[], codes text[]) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce(jsonb_agg(jsonb_build_object('stratum', s.stratum, 'scope', s.scope, 'code', s.code,
	'week_start', s.week_start, 'schools', s.schools, 'low_schools', s.low_schools, 'z', s.z,
	'departure', s.departure, 'area_departure', s.area_departure, 'false_discovery', s.false_discovery,
	'event_id', e.event_id, 'cause', o.cause, 'accepted', e.accepted)
	ORDER BY s.week_start DESC, s.scope COLLATE "C", s.code COLLATE "C", s.stratum COLLATE "C"), '[]')
FROM unnest(scopes, codes, abie_owner.is_granted(role, scopes, codes)) g(scope, code, is_granted)
	JOIN abie.shock s ON s.monitor_id = week_shocks.monitor_id AND s.scope = g.scope AND s.code = g.code
	LEFT JOIN LATERAL abie_internal.event_of_week(s.scope, s.code, s.week_start) e ON true
	LEFT JOIN abie.school_event o ON o.event_id = e.event_id
WHERE g.is_granted
$$;
COMMENT ON FUNCTION abie_owner.week_shocks(oid, integer, text[], text[]) IS
'Weeks far below usual that a weekly run found of schools and areas, those that a role has no grant for left out, with '
'what was recorded of each: columns of abie_report.shock and the cause of the event, the newest first.';

CREATE FUNCTION abie_owner.week_events(role oid, monitor jsonb, urns integer[]) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce(jsonb_agg(jsonb_build_object('event_id', e.event_id, 'scope', e.scope, 'code', e.code,
	'from_date', e.from_date, 'to_date', e.to_date, 'cause', e.cause, 'accepted', e.accepted)
	ORDER BY e.from_date DESC, e.event_id DESC), '[]')
FROM abie_owner.school_events(role) e
WHERE e.from_date <= (monitor ->> 'as_of')::date AND e.to_date >= abie.year_start(monitor ->> 'academic_year')
	AND EXISTS (SELECT FROM abie.school s WHERE s.urn = ANY (urns)
		AND abie_internal.is_within(s.urn, coalesce(s.la_code, s.laestab / 10000), s.region, e.scope, e.code))
$$;
COMMENT ON FUNCTION abie_owner.week_events(oid, jsonb, integer[]) IS
'What was recorded to have befallen schools, or their areas, in the year of a weekly run up to its day, as far as a '
'role may see it: columns of abie_report.school_event, without evidence and who; the newest first.';

CREATE FUNCTION abie_owner.week_facts_school(role oid, monitor jsonb, urn integer) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 400000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	chosen integer := monitor ->> 'monitor_id';
	school jsonb := (SELECT to_jsonb(e) FROM abie_report.school_expectation e
		WHERE e.run_id = (monitor ->> 'run_id')::integer AND e.urn = week_facts_school.urn);
	year record;
BEGIN
	SELECT * INTO year FROM abie_owner.week_facts_year(monitor, urn);
	RETURN jsonb_build_object('report', 'abie week report', 'version', 1, 'scope', 'school', 'code', urn::text,
		'name', abie_internal.shown_name(school ->> 'school_name', urn), 'monitor', monitor,
		'school', (SELECT jsonb_object_agg(k, school -> k) FROM unnest('{urn,school_name,la_code,la_name,region,trust,'
			'stratum,enrolments,statement,baseline,improvement_rounded,target,exclusion_reason,exclusion_detail}'
			::text[]) k),
		'standing', (SELECT to_jsonb(p) FROM abie_report.school_progress p
			WHERE p.monitor_id = chosen AND p.urn = week_facts_school.urn),
		'history', (SELECT coalesce(jsonb_agg(jsonb_build_object('monitor_id', h.monitor_id, 'as_of', h.as_of,
				'status', p.status, 'probability', p.probability, 'projected', p.projected, 'low', p.low,
				'high', p.high, 'year_to_date', p.year_to_date, 'weeks', p.weeks) ORDER BY h.as_of), '[]')
			FROM abie_owner.week_history(chosen) h
				JOIN abie.school_progress p ON p.monitor_id = h.monitor_id AND p.urn = week_facts_school.urn),
		'weeks', coalesce(year.weeks, '[]'), 'last_year', coalesce(year.last_year, '[]'),
		'control', abie_internal.week_control(year.weeks),
		'predecessor_weeks', (SELECT coalesce(jsonb_agg(jsonb_build_object('urn', p.urn, 'week_start', p.week_start,
				'attendance', abie.attendance_percent(p.sess_overall, p.sess_possible, NULL)) ORDER BY p.week_start),
				'[]')
			FROM abie_owner.predecessor_weeks(week_facts_school.urn, monitor ->> 'academic_year',
				monitor ->> 'academic_year', (monitor ->> 'as_of')::date) p),
		'reasons', (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.rise DESC NULLS LAST, r.reason COLLATE "C"), '[]')
			FROM abie_internal.rise_of_reasons(ARRAY[urn], monitor ->> 'academic_year',
				(year.weeks -> -1 ->> 'week_start')::date) r),
		'shocks', abie_owner.week_shocks(role, chosen, '{school,local authority,region}',
			ARRAY[urn::text, school ->> 'la_code', school ->> 'region']),
		'events', abie_owner.week_events(role, monitor, ARRAY[urn]));
END $$;
COMMENT ON FUNCTION abie_owner.week_facts_school(oid, jsonb, integer) IS
'All that the page of a school says of a weekly run (abie_owner.week_monitor), as one JSON document: '
'doc/week_report.schema.json.';
