-- Weeks that were far below what is usual, as a weekly run finds them: candidates, which set nothing aside.

CREATE TABLE abie.shock (
	monitor_id integer,
	stratum text,
	scope text CHECK (scope IN ('school', 'local authority', 'region')),
	code text,
	week_start date,
	run_id integer NOT NULL,
	schools integer NOT NULL,
	low_schools integer NOT NULL,
	z float8 NOT NULL,
	departure float8 NOT NULL,
	area_departure float8,
	false_discovery float8,
	PRIMARY KEY (monitor_id, stratum, scope, code, week_start)
);
COMMENT ON TABLE abie.shock IS
'Weeks that a weekly run found far below what is usual, more than chance, of schools and of areas. First the course of '
'the stratum in such a week is taken off, then what is left of regions is judged, then of local authorities, then of '
'schools, each after what the one before explains. None sets a week aside: that takes an event (abie.record_event).';
COMMENT ON COLUMN abie.shock.monitor_id IS 'The weekly run.';
COMMENT ON COLUMN abie.shock.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.shock.scope IS 'school, local authority or region.';
COMMENT ON COLUMN abie.shock.code IS 'URN, number of the local authority or name of the region, as in abie.school.';
COMMENT ON COLUMN abie.shock.week_start IS
'Monday of the week, at least 14 days before the day of the weekly run.';
COMMENT ON COLUMN abie.shock.run_id IS 'The run whose expectations the weekly run is of.';
COMMENT ON COLUMN abie.shock.schools IS 'Schools of the area in the week, five at the least; 1 for a school.';
COMMENT ON COLUMN abie.shock.low_schools IS
'Those of them with a standardised value under -1.5, a third of them at the least; 1 for a school.';
COMMENT ON COLUMN abie.shock.z IS
'Standardised value. Of a school: departure over the standard deviation of a week of it (abie.school_progress.'
'week_variance times abie.monitor_week.spread), -3 or less. Of an area: mean of those of its schools, within 5, over '
'sqrt((1 + (schools - 1) r) / schools), with r the correlation of schools of an area''s week over the year, -4 or '
'less.';
COMMENT ON COLUMN abie.shock.departure IS
'Percentage points from what is usual: from the course of the stratum in such a week, and from the school''s median '
'departure from it over its weeks, of which it needs five; of an area the median of its schools. Of a school -2 or '
'less.';
COMMENT ON COLUMN abie.shock.area_departure IS
'What beside it was the school''s region''s and authority''s; 0 where they were as usual, NULL of an area.';
COMMENT ON COLUMN abie.shock.false_discovery IS
'Share of chance among all school weeks of the year so far that are as low, 0.1 or less, by the mirror of '
'abie.false_discovery; NULL of an area. A week is no better than without absence: each that is as far above counts for '
'as many as there are weeks over those that could be, and weeks that could not be 3 standard deviations above, of the '
'smallest schools, are not judged.';
SELECT pg_catalog.pg_extension_config_dump('abie.shock', '');
SELECT abie_internal.protect_table('abie.shock');

-- what the part in C returns is called as it is stored
COMMENT ON COLUMN abie_internal.area_shock.area IS
'Number of the local authority, or of the region in abie_internal.regions.';
COMMENT ON COLUMN abie_internal.school_shock.urn IS 'The school.';
SELECT abie_owner.describe_as('abie_internal.area_shock', 'abie.shock'),
	abie_owner.describe_as('abie_internal.school_shock', 'abie.shock');

CREATE FUNCTION abie_internal.area_code(scope text, area integer, regions text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE scope WHEN 'region' THEN regions[area] ELSE area::text END;
COMMENT ON FUNCTION abie_internal.area_code(text, integer, text[]) IS
'The code, as in abie.school, of a local authority or region that abie_internal.project_stratum gives by its number; '
'regions: those of abie_internal.regions.';

CREATE FUNCTION abie_internal.keep_shocks(monitor_id integer, stratum text, run_id integer, regions text[],
	areas abie_internal.area_shock[], schools abie_internal.school_shock[]) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
INSERT INTO abie.shock (monitor_id, stratum, scope, code, week_start, run_id, schools, low_schools, z, departure)
SELECT keep_shocks.monitor_id, keep_shocks.stratum, a.scope,
	abie_internal.area_code(a.scope, a.area, regions), a.week_start, keep_shocks.run_id,
	a.schools, a.low_schools, a.z, a.departure
FROM unnest(areas) a;
INSERT INTO abie.shock
SELECT keep_shocks.monitor_id, keep_shocks.stratum, 'school', s.urn::text, s.week_start, keep_shocks.run_id, 1, 1, s.z,
	s.departure, s.area_departure, s.false_discovery
FROM unnest(schools) s
$$;
COMMENT ON FUNCTION abie_internal.keep_shocks(integer, text, integer, text[], abie_internal.area_shock[],
	abie_internal.school_shock[]) IS
'Writes what abie_internal.project_stratum found to abie.shock; regions by their number.';

--
-- Which reasons of absence rose
--

CREATE FUNCTION abie_internal.rise_of_reasons(urns integer[], academic_year text, week_start date)
RETURNS TABLE (reason text, percent float8, usual float8, rise float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 13
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH week AS (
	SELECT w.week_start, r.key AS reason, 100.0::float8 * sum(r.value::bigint) / sum(w.sess_possible) AS percent
	FROM abie.attendance_week w CROSS JOIN jsonb_each_text(w.reasons) r
	WHERE w.academic_year = rise_of_reasons.academic_year AND w.urn = ANY (urns)
	GROUP BY w.week_start, r.key
)
SELECT w.reason, w.percent, u.usual, w.percent - u.usual
FROM week w
	CROSS JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY o.percent) FROM week o
		WHERE o.reason = w.reason AND o.week_start <> w.week_start) u(usual)
WHERE w.week_start = rise_of_reasons.week_start
ORDER BY w.percent - u.usual DESC NULLS LAST, w.reason COLLATE "C"
$$;
COMMENT ON FUNCTION abie_internal.rise_of_reasons(integer[], text, date) IS
'Of schools, their sessions together, absence by reason in a week, per cent of possible sessions, beside the median of '
'the year''s other weeks, by how much it rose, percentage points.';

CREATE FUNCTION abie_owner.week_reasons(role oid, scope text, code text, academic_year text, week_start date)
RETURNS TABLE (reason text, percent float8, usual float8, rise float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 13
SET search_path = pg_catalog, pg_temp
AS $$
SELECT r.*
FROM abie_internal.rise_of_reasons(ARRAY(SELECT s.urn::integer FROM abie.school s
		WHERE (abie_owner.is_granted(role, ARRAY[week_reasons.scope], ARRAY[week_reasons.code]))[1]
			AND abie_internal.is_within(s.urn, coalesce(s.la_code, s.laestab / 10000), s.region, week_reasons.scope,
				week_reasons.code)),
	week_reasons.academic_year, week_reasons.week_start) r
$$;
COMMENT ON FUNCTION abie_owner.week_reasons(oid, text, text, text, date) IS 'Of a role, as abie.week_reasons.';

CREATE FUNCTION abie.week_reasons(scope text, code text, academic_year text, week_start date)
RETURNS TABLE (reason text, percent float8, usual float8, rise float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100000 ROWS 13 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.week_reasons(text, text, text, date) IS
'The fingerprint of a week of a school, local authority or region (scope and code as in abie.school_event): absence by '
'reason, per cent of possible sessions, beside the median of the year''s other weeks and by how much it rose, '
'percentage points, the greatest rise first. Illness points to an outbreak, religious observance to a festival, other '
'reasons to weather or transport; a rise of sess_unauth_holiday is a holiday in term, which is no shock. No rows of '
'what the role in force has no grant for, or of a week without attendance.';

--
-- What readers see
--

CREATE FUNCTION abie_internal.event_of_week(scope text, code text, week_start date)
RETURNS TABLE (event_id integer, accepted boolean)
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 1
-- not STRICT, so that it becomes part of the query
BEGIN ATOMIC
	SELECT o.event_id, d.accepted
	FROM abie.school_event o LEFT JOIN abie_internal.decision_on(o.event_id) d ON true
	WHERE o.scope = event_of_week.scope AND o.code = event_of_week.code
		AND event_of_week.week_start BETWEEN o.from_date - 4 AND o.to_date
	ORDER BY d.accepted DESC NULLS LAST, o.event_id DESC LIMIT 1;
END;
COMMENT ON FUNCTION abie_internal.event_of_week(text, text, date) IS
'The event recorded of a school or area in a week, an accepted one first, and whether it is accepted (NULL while not '
'decided); no row while there is none.';

CREATE FUNCTION abie_owner.found_shocks(role oid)
RETURNS TABLE (monitor_id integer, stratum text, scope text, code text, week_start date, schools integer,
	low_schools integer, z float8, departure float8, area_departure float8, false_discovery float8, event_id integer,
	accepted boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH readable AS MATERIALIZED (
	SELECT m.monitor_id FROM abie.monitor m
	WHERE m.status = 'finished' AND m.run_id = ANY ((SELECT abie_owner.readable_runs(role))::integer[])
), place AS MATERIALIZED (
	SELECT array_agg(p.scope) AS scopes, array_agg(p.code) AS codes
	FROM (SELECT DISTINCT s.scope, s.code FROM abie.shock s) p
), granted AS MATERIALIZED (
	SELECT u.* FROM place p, unnest(p.scopes, p.codes, abie_owner.is_granted(role, p.scopes, p.codes))
		u(scope, code, granted)
)
SELECT s.monitor_id, s.stratum, s.scope, s.code, s.week_start, s.schools, s.low_schools, s.z, s.departure,
	s.area_departure, s.false_discovery, e.event_id, e.accepted
FROM abie.shock s JOIN readable m ON m.monitor_id = s.monitor_id
	JOIN granted g ON g.scope = s.scope AND g.code = s.code AND g.granted
	LEFT JOIN LATERAL abie_internal.event_of_week(s.scope, s.code, s.week_start) e ON true
$$;
COMMENT ON FUNCTION abie_owner.found_shocks(oid) IS 'Of a role, as abie_internal.found_shocks.';

CREATE FUNCTION abie_internal.found_shocks()
RETURNS TABLE (monitor_id integer, stratum text, scope text, code text, week_start date, schools integer,
	low_schools integer, z float8, departure float8, area_departure float8, false_discovery float8, event_id integer,
	accepted boolean)
LANGUAGE C STABLE PARALLEL SAFE COST 100000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.found_shocks() IS
'The rows of abie.shock that the role in force may see, and what was recorded of their scope and week.';
