-- The weeks behind a school's progress: what each was, what was common to all in it, what it counts for.

CREATE FUNCTION abie_internal.holiday_starts(this_year date[], last_year date[], over boolean) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 200
-- not STRICT: there may be no week of last year
SET search_path = pg_catalog, pg_temp
RETURN (SELECT CASE WHEN over THEN n.newest + 5 ELSE n.newest + 7 * (
			SELECT k.to_end FROM abie.school_week_kind(last_year, last_year[cardinality(last_year)] + 5) k
			WHERE k.week_start = n.newest - 364) + 5 END
	FROM (SELECT this_year[cardinality(this_year)]) n(newest));
COMMENT ON FUNCTION abie_internal.holiday_starts(date[], date[], boolean) IS
'The first day of the holiday after the last of a school''s weeks of this year, given as Mondays, for '
'abie.school_week_kind: the half term is taken to end as last year''s did, 52 weeks before; over: the year ends with '
'that week. NULL where last year had no such week. Not STRICT, as there may be no last year.';

-- Of the weeks themselves only their days are read, which the index has.
CREATE FUNCTION abie_owner.common_weeks(monitor_id integer, urns integer[])
RETURNS TABLE (urn integer, academic_year text, this_year boolean, week_start date, half_term integer,
	from_start integer, to_end integer, kind text, counterpart date, shock_scope text, course float8, spread float8,
	course_of text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 50000 ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH monitor AS MATERIALIZED (
	SELECT m.academic_year::text AS this_year, abie.previous_year(m.academic_year) AS last_year,
		abie_internal.newest_monday(m.as_of) AS newest_monday,
		m.as_of >= make_date(left(m.academic_year, 4)::integer + 1, 8, 1) AS over
	FROM abie.monitor m WHERE m.monitor_id = common_weeks.monitor_id
), accepted AS MATERIALIZED (
	SELECT a.* FROM monitor m, unnest(ARRAY[m.this_year, m.last_year]) y, abie_internal.accepted_weeks(y) a
	WHERE a.urn = ANY (urns)
), held AS MATERIALIZED (
	-- in the order of the index; NULL for a school without weeks
	SELECT u.urn, nullif(ARRAY(SELECT w.week_start FROM abie.attendance_week w
			WHERE w.academic_year = m.this_year AND w.urn = u.urn AND w.week_start <= m.newest_monday
			ORDER BY w.week_start), '{}') AS mondays,
		nullif(ARRAY(SELECT w.week_start FROM abie.attendance_week w
			WHERE w.academic_year = m.last_year AND w.urn = u.urn ORDER BY w.week_start), '{}') AS last_mondays
	FROM monitor m, (SELECT DISTINCT u FROM unnest(urns) u) u(urn)
), this_year AS MATERIALIZED (
	SELECT h.*, abie_internal.holiday_starts(h.mondays, h.last_mondays, m.over) AS holiday_starts
	FROM monitor m, held h WHERE h.mondays IS NOT NULL
), placed AS (
	SELECT t.urn, true AS this_year, k.*, c.counterpart
	FROM this_year t, abie.school_week_kind(t.mondays, t.holiday_starts) k,
		abie.counterpart_week(t.mondays, t.last_mondays, t.holiday_starts) c
	WHERE c.week_start = k.week_start
	UNION ALL
	SELECT h.urn, false, k.*, NULL
	FROM held h, abie.school_week_kind(h.last_mondays, h.last_mondays[cardinality(h.last_mondays)] + 5) k
), school AS MATERIALIZED (
	SELECT h.urn, p.stratum, coalesce(s.la_code, s.laestab / 10000) AS la_code, s.region
	FROM held h JOIN abie.school_progress p ON p.monitor_id = common_weeks.monitor_id AND p.urn = h.urn
		LEFT JOIN abie.school s ON s.urn = h.urn
)
SELECT p.urn, CASE WHEN p.this_year THEN m.this_year ELSE m.last_year END, p.this_year, p.week_start, p.half_term,
	p.from_start, p.to_end, p.kind, p.counterpart, a.scope, c.course + coalesce(area.centre, c.centre),
	coalesce(area.spread, c.spread), CASE WHEN c.course IS NOT NULL THEN coalesce(area.scope, 'stratum') END
FROM monitor m CROSS JOIN placed p
	LEFT JOIN accepted a ON a.urn = p.urn AND a.week_start = p.week_start
	LEFT JOIN school s ON s.urn = p.urn
	LEFT JOIN abie.monitor_week c ON c.monitor_id = common_weeks.monitor_id AND c.stratum = s.stratum
		AND c.week_start = p.week_start AND c.kind = p.kind
	-- an area stands for its stratum, in weeks that some school of the stratum had
	LEFT JOIN abie.monitor_area_week area ON area.monitor_id = c.monitor_id AND area.stratum = c.stratum
		AND area.scope = a.scope AND area.week_start = c.week_start
		AND abie_internal.is_within(s.urn, s.la_code, s.region, area.scope, area.code);
END $$;
COMMENT ON FUNCTION abie_owner.common_weeks(integer, integer[]) IS
'The weeks of schools, of the year of a weekly run up to its day and of the year before, in their half terms '
'(abie.school_week_kind) and with their counterparts (abie.counterpart_week), and what was common to all in each: '
'course and course_of as in abie.progress_week, spread NULL where no school of the stratum had such a week; '
'shock_scope: whose shock a week is accepted as, NULL for none. By the weeks held now.';

CREATE FUNCTION abie_owner.monitored_weeks(monitor_id integer, urns integer[])
RETURNS TABLE (urn integer, this_year boolean, week_start date, half_term integer, from_start integer, to_end integer,
	kind text, sess_possible bigint, sess_overall bigint, is_set_aside boolean, shock_scope text, counterpart date)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT c.urn, c.this_year, c.week_start, c.half_term, c.from_start, c.to_end, c.kind, w.sess_possible, w.sess_overall,
	c.shock_scope IS NOT NULL, c.shock_scope, c.counterpart
FROM abie_owner.common_weeks(monitored_weeks.monitor_id, urns) c
	JOIN abie.attendance_week w ON w.academic_year = c.academic_year AND w.urn = c.urn AND w.week_start = c.week_start;
END $$;
COMMENT ON FUNCTION abie_owner.monitored_weeks(integer, integer[]) IS
'The weeks of abie_owner.common_weeks with their sessions.';

CREATE FUNCTION abie_owner.whole_progress_week(monitor_id integer, urns integer[])
RETURNS TABLE (urn integer, this_year boolean, week_start date, half_term integer, from_start integer, to_end integer,
	kind text, sess_possible bigint, sess_overall bigint, attendance float8, course float8, deviation float8,
	variance float8, weight float8, counterpart date, course_of text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH held AS MATERIALIZED (
	SELECT c.*, w.sess_possible, w.sess_overall
	FROM abie_owner.common_weeks(whole_progress_week.monitor_id, urns) c
		JOIN abie.attendance_week w ON w.academic_year = c.academic_year AND w.urn = c.urn
			AND w.week_start = c.week_start
), usual AS (
	SELECT h.urn, h.this_year, percentile_cont(0.5) WITHIN GROUP (ORDER BY h.sess_possible) AS sessions
	FROM held h GROUP BY h.urn, h.this_year
)
SELECT h.urn, h.this_year, h.week_start, h.half_term, h.from_start, h.to_end, h.kind, h.sess_possible, h.sess_overall,
	a.attendance, h.course, a.attendance - h.course, p.week_variance * h.spread,
	CASE WHEN h.course IS NULL OR h.shock_scope IS NOT NULL AND h.course_of = 'stratum' THEN 0
		WHEN h.sess_possible < 0.5 * u.sessions THEN h.sess_possible / u.sessions
		ELSE 1 END, h.counterpart, h.course_of
FROM held h JOIN usual u ON u.urn = h.urn AND u.this_year = h.this_year
	JOIN abie.school_progress p ON p.monitor_id = whole_progress_week.monitor_id AND p.urn = h.urn
	CROSS JOIN LATERAL (SELECT abie.attendance_percent(h.sess_overall, h.sess_possible, NULL)) a(attendance)
WHERE h.spread IS NOT NULL
ORDER BY h.urn, h.week_start;
END $$;
COMMENT ON FUNCTION abie_owner.whole_progress_week(integer, integer[]) IS 'Of schools, as abie.progress_week.';

CREATE FUNCTION abie_owner.admit_progress(role oid, function text, monitor_id integer, urns integer[])
	RETURNS integer[]
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_owner.admit(role, function, m.run_id, urns) FROM abie.monitor m
WHERE m.monitor_id = admit_progress.monitor_id AND m.status = 'finished'
$$;
COMMENT ON FUNCTION abie_owner.admit_progress(oid, text, integer, integer[]) IS
'Those of the schools whose progress in a weekly run that has finished a role may read, recorded as by '
'abie_owner.admit; NULL where there is no such weekly run.';

CREATE FUNCTION abie_owner.progress_week(role oid, monitor_id integer, urn integer)
RETURNS TABLE (urn integer, this_year boolean, week_start date, half_term integer, from_start integer, to_end integer,
	kind text, sess_possible bigint, sess_overall bigint, attendance float8, course float8, deviation float8,
	variance float8, weight float8, counterpart date, course_of text)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 200000 ROWS 80
SET search_path = pg_catalog, pg_temp
AS $$
SELECT w.* FROM abie_owner.whole_progress_week(progress_week.monitor_id,
	abie_owner.admit_progress(role, 'progress_week', progress_week.monitor_id, ARRAY[progress_week.urn])) w
$$;
COMMENT ON FUNCTION abie_owner.progress_week(oid, integer, integer) IS 'Of a role, as abie.progress_week.';

CREATE FUNCTION abie.progress_week(monitor_id integer, urn integer)
RETURNS TABLE (urn integer, this_year boolean, week_start date, half_term integer, from_start integer, to_end integer,
	kind text, sess_possible bigint, sess_overall bigint, attendance float8, course float8, deviation float8,
	variance float8, weight float8, counterpart date, course_of text)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 200000 ROWS 80 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.progress_week(integer, integer) IS
'The weeks of a school behind its row in abie.school_progress, of the year up to the day of the weekly run and of '
'the year before, by the weeks held now: half term and place in it (abie.school_week_kind); attendance, per cent; '
'course, attendance common to the stratum in such a week (abie.monitor_week, course + centre), per cent, or to the '
'school''s area in a week accepted as a shock of it (centre of abie.monitor_area_week); deviation = attendance - '
'course, percentage points; its variance, abie.school_progress.week_variance times the week''s spread; weight, 0 '
'for a week without a course or accepted as a shock that has none of its area, the share of the usual sessions '
'where it has less than half of them, else 1; the week of last year that it is compared with, NULL for none; '
'course_of: stratum, local authority or region, NULL without a course. No rows of a school that the role in force '
'may not read. Volatile because reads may be logged (abie.report_read).';
