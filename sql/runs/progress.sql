-- Whether an expectation was met, by either of two routes: the change itself, or the change relative to that of all
-- schools.

CREATE FUNCTION abie.progress(baseline float8, improvement float8, outcome float8, common_change float8, pace float8,
	OUT change float8, OUT relative_change float8, OUT met boolean)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_progress';
COMMENT ON FUNCTION abie.progress(float8, float8, float8, float8, float8) IS
'Progress of a school from its baseline to its attendance in the target year (outcome), both per cent: change = '
'outcome - baseline; relative_change = change - common_change + pace, which takes off the change that all schools had '
'(percentage points, a median) and credits the national pace instead, so that a common shock is nobody''s failure; met '
'where either is at least the improvement expected (two routes to success, as in Tennessee''s school accountability).';

-- A met expectation deserves a look where the school's figures may have been changed on paper: fewer pupils on the
-- roll, or fewer sessions counted as possible. What all schools had, such as falling rolls or another calendar, is no
-- sign of it: so it is where the school is in the tenth of its stratum with the greatest falls.
CREATE FUNCTION abie_owner.whole_progress(run_id integer)
RETURNS TABLE (urn integer, stratum text, baseline float8, improvement float8, outcome float8, common_change float8,
	change float8, relative_change float8, met boolean, roll_change float8, sessions_change float8, look_at text,
	expectation abie.expectation, effective_enrolments float8, attendance_error float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
-- a run just made has no statistics, and one row of it would be expected
SET enable_nestloop = off
AS $$
WITH outcome AS (
	SELECT e, m.pace, s.effective_enrolments, a.attendance_error,
		abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS outcome,
		100 * (a.enrolments::float8 / s.enrolments - 1) AS roll_change,
		-- products of whole numbers are exact: no change is 0
		100 * (a.sess_possible * s.enrolments::float8 / nullif(a.enrolments * s.sess_possible::float8, 0) - 1)
			AS sessions_change
	FROM abie.expectation e
		JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn
		-- a year as the planner sees it, so that it takes the index
		JOIN abie.attendance a ON a.laestab = e.laestab AND a.academic_year
			= (SELECT r.target_year FROM abie.run r WHERE r.run_id = whole_progress.run_id),
		abie_internal.run_methodology(whole_progress.run_id) m
	WHERE e.run_id = whole_progress.run_id
), common AS (
	SELECT (o.e).stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY o.outcome - (o.e).attendance) AS change,
		percentile_cont(0.1) WITHIN GROUP (ORDER BY o.roll_change) AS roll_fall,
		percentile_cont(0.1) WITHIN GROUP (ORDER BY o.sessions_change) AS sessions_fall
	FROM outcome o WHERE o.outcome IS NOT NULL GROUP BY (o.e).stratum
)
SELECT (o.e).urn, (o.e).stratum, (o.e).baseline, (o.e).improvement, o.outcome, c.change, p.change, p.relative_change,
	p.met, o.roll_change, o.sessions_change,
	CASE WHEN p.met THEN nullif(concat_ws(', ',
		CASE WHEN o.roll_change < least(0, c.roll_fall) THEN 'roll' END,
		CASE WHEN o.sessions_change < c.sessions_fall THEN 'sessions' END), '') END,
	o.e, o.effective_enrolments, o.attendance_error
FROM outcome o JOIN common c ON c.stratum = (o.e).stratum
	CROSS JOIN LATERAL abie.progress((o.e).baseline, (o.e).improvement, o.outcome, c.change, o.pace) p
WHERE o.outcome IS NOT NULL
$$;
COMMENT ON FUNCTION abie_owner.whole_progress(integer) IS
'Of all schools of a run, as abie.run_progress, with what else was read of each: its expectation, effective_enrolments '
'of abie.run_school, and the error of its attendance in the target year.';

CREATE FUNCTION abie_owner.run_progress(role oid, run_id integer)
RETURNS TABLE (urn integer, stratum text, baseline float8, improvement float8, outcome float8, common_change float8,
	change float8, relative_change float8, met boolean, roll_change float8, sessions_change float8, look_at text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
AS $$
-- what all schools have in common is of all, whoever asks
SELECT p.urn, p.stratum, p.baseline, p.improvement, p.outcome, p.common_change, p.change, p.relative_change, p.met,
	p.roll_change, p.sessions_change, p.look_at
FROM abie_owner.whole_progress(run_progress.run_id) p
	JOIN unnest(abie_owner.readable_expectations(role, run_progress.run_id)) u(urn) ON u.urn = p.urn
$$;
COMMENT ON FUNCTION abie_owner.run_progress(oid, integer) IS 'Of a role, as abie.run_progress.';

CREATE FUNCTION abie.run_progress(run_id integer)
RETURNS TABLE (urn integer, stratum text, baseline float8, improvement float8, outcome float8, common_change float8,
	change float8, relative_change float8, met boolean, roll_change float8, sessions_change float8, look_at text)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.run_progress(integer) IS
'Progress of the schools of a run whose attendance in the target year is held, under the LAESTAB they had in the '
'baseline year: abie.progress, with common_change the median change of attendance from the baseline year to the target '
'year of the stratum''s schools. roll_change and sessions_change: change of enrolments, and of sessions possible an '
'enrolment, from the baseline year, per cent; NULL where not held. look_at: of an expectation that was met, what may '
'have been changed on paper and deserves a look: roll, sessions, or both (roll, sessions), where the roll fell by more '
'than in nine in ten schools of the stratum, or sessions possible an enrolment changed for the worse by more; NULL '
'otherwise. It is no finding: pupils leave for many reasons.';
