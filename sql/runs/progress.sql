-- Whether an expectation was met, by either of two routes: the change itself, or the change relative to that of all
-- schools.

CREATE FUNCTION abie.progress(baseline float8, improvement float8, outcome float8, common_change float8, pace float8,
	OUT change float8, OUT relative_change float8, OUT met boolean)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
SET search_path = pg_catalog, pg_temp
AS $$
SELECT outcome - baseline, outcome - baseline - common_change + pace,
	greatest(outcome - baseline, outcome - baseline - common_change + pace) >= improvement
$$;
COMMENT ON FUNCTION abie.progress(float8, float8, float8, float8, float8) IS
'Progress of a school from its baseline to its attendance in the target year (outcome), both per cent: change = '
'outcome - baseline; relative_change = change - common_change + pace, which takes off the change that all schools had '
'(percentage points, a median) and credits the national pace instead, so that a common shock is nobody''s failure; met '
'where either is at least the improvement expected (two routes to success, as in Tennessee''s school accountability).';

CREATE FUNCTION abie_owner.whole_progress(run_id integer)
RETURNS TABLE (urn integer, stratum text, baseline float8, improvement float8, outcome float8, common_change float8,
	change float8, relative_change float8, met boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH outcome AS (
	SELECT e.urn, e.stratum, e.baseline, e.improvement, e.attendance, m.pace,
		abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS outcome
	FROM abie.run r JOIN abie.expectation e ON e.run_id = r.run_id
		JOIN abie.attendance a ON a.academic_year = r.target_year AND a.laestab = e.laestab,
		abie_internal.run_methodology(whole_progress.run_id) m
	WHERE r.run_id = whole_progress.run_id
), common AS (
	SELECT o.stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY o.outcome - o.attendance) AS change
	FROM outcome o WHERE o.outcome IS NOT NULL GROUP BY o.stratum
)
SELECT o.urn, o.stratum, o.baseline, o.improvement, o.outcome, c.change, p.change, p.relative_change, p.met
FROM outcome o JOIN common c ON c.stratum = o.stratum
	CROSS JOIN LATERAL abie.progress(o.baseline, o.improvement, o.outcome, c.change, o.pace) p
WHERE o.outcome IS NOT NULL
$$;
COMMENT ON FUNCTION abie_owner.whole_progress(integer) IS 'Of all schools of a run, as abie.run_progress.';

CREATE FUNCTION abie_owner.run_progress(role oid, run_id integer)
RETURNS TABLE (urn integer, stratum text, baseline float8, improvement float8, outcome float8, common_change float8,
	change float8, relative_change float8, met boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
AS $$
-- what all schools have in common is of all, whoever asks
SELECT p.* FROM abie_owner.whole_progress(run_progress.run_id) p
	JOIN unnest(abie_owner.readable_expectations(role, run_progress.run_id)) u(urn) ON u.urn = p.urn
$$;
COMMENT ON FUNCTION abie_owner.run_progress(oid, integer) IS 'Of a role, as abie.run_progress.';

CREATE FUNCTION abie.run_progress(run_id integer)
RETURNS TABLE (urn integer, stratum text, baseline float8, improvement float8, outcome float8, common_change float8,
	change float8, relative_change float8, met boolean)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.run_progress(integer) IS
'Progress of the schools of a run whose attendance in the target year is held, under the LAESTAB they had in the '
'baseline year: abie.progress, with common_change the median change of attendance from the baseline year to the target '
'year of the stratum''s schools.';
