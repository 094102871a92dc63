-- What came of an expectation once its year is over: met, missed by chance, missed, and how sure that is.

CREATE FUNCTION abie.shortfall(change float8, prior float8, prior_variance float8, noise float8, improvement float8,
	by float8 DEFAULT 0.5, OUT true_change float8, OUT true_change_error float8, OUT probability float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_shortfall';
COMMENT ON FUNCTION abie.shortfall(float8, float8, float8, float8, float8, float8) IS
'What a school''s change (percentage points) says of its true change. prior and prior_variance: the change that such '
'a school was to make, and the variance of true changes about it; noise: variance of what chance adds in a year. '
'true_change and true_change_error: mean and standard deviation of the normal posterior, prior + g (change - prior) '
'with g = prior_variance / (prior_variance + noise). probability (0 to 1): that the true change is short of '
'improvement by more than by, percentage points. Errors 22023: a negative variance or by, NaN or infinity.';

CREATE FUNCTION abie.outcome(change float8, improvement float8, variance float8, OUT z float8, OUT outcome text)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_outcome';
COMMENT ON FUNCTION abie.outcome(float8, float8, float8) IS
'Outcome of a year for a school that changed by change and was expected to by improvement, percentage points. '
'variance: of what a year brings where nothing has changed, above 0; z = (change - improvement) / its square root. '
'outcome: met where change is at least improvement; else within tolerance where z is above -1.645, as that of one '
'school in twenty would not be by chance; missed by some distance where z is at most -3.09 (one in a thousand) and '
'half a percentage point or more is short; missed; NULL where z is not finite. Error 22012 for variance 0, 2201F for a '
'negative one.';

-- Figures of what was asked, what came, and the year's noise. Accepted shocks help by what the newest weekly run of the
-- year gives (abie.school_progress: projected without them less projected, half a point at most).
CREATE FUNCTION abie_owner.judged_progress(run_id integer)
RETURNS TABLE (urn integer, stratum text, statement text, enrolments integer, attendance float8, expected float8,
	baseline float8, improvement float8, outcome float8, common_change float8, change float8, relative_change float8,
	shock_effect float8, best_change float8, forecast_change float8, year_variance float8, noise float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH newest AS (
	SELECT m.monitor_id
	FROM abie.run r JOIN abie.monitor m ON m.academic_year = r.target_year AND m.run_id = r.run_id
	WHERE r.run_id = judged_progress.run_id AND m.status = 'finished' ORDER BY m.as_of DESC, m.monitor_id DESC LIMIT 1
), variance AS (
	SELECT t.stratum, coalesce(m.forecast_c0, m.change_c0, d.c0) AS c0, coalesce(m.forecast_c1, m.change_c1, d.c1) AS c1
	FROM unnest('{primary,secondary}'::text[]) t(stratum) JOIN abie.run r ON r.run_id = judged_progress.run_id
		LEFT JOIN abie.run_model m ON m.run_id = r.run_id AND m.stratum = t.stratum
		CROSS JOIN LATERAL abie_internal.declared_change(t.stratum, r.baseline_year) d
)
SELECT p.urn, p.stratum, e.statement, e.enrolments, e.attendance, e.expected, e.baseline, k.improvement,
	p.outcome, p.common_change, p.change, p.relative_change, k.shock_effect,
	greatest(p.change, p.relative_change) + k.shock_effect, coalesce(e.forecast, e.baseline) - e.baseline,
	v.c0 + v.c1 / p.effective_enrolments, least(v.c0 + v.c1 / p.effective_enrolments,
		-- by the registers of the year and the error of the baseline, where they are held
		coalesce(p.attendance_error * p.attendance_error + e.baseline_error * e.baseline_error,
			v.c1 / p.effective_enrolments))
FROM abie_owner.whole_progress(judged_progress.run_id) p
	CROSS JOIN LATERAL (SELECT (p.expectation).*) e
	JOIN variance v ON v.stratum = p.stratum
	LEFT JOIN abie.school_progress s ON s.monitor_id = (SELECT n.monitor_id FROM newest n) AND s.urn = p.urn
	CROSS JOIN LATERAL (SELECT greatest(0, s.projected_without - s.projected) AS shock_effect,
		CASE e.statement WHEN 'maintain' THEN -abie_internal.maintain_tolerance() ELSE p.improvement END
			AS improvement) k
$$;
COMMENT ON FUNCTION abie_owner.judged_progress(integer) IS
'Progress of all schools of a run as abie.school_outcome counts it, with what it is judged by: best_change, the better '
'of the two routes with shock_effect; forecast_change, what the forecast was above the baseline; year_variance, of '
'what a year brings where nothing changes; noise, the part of it that is chance.';

CREATE TYPE abie.school_outcome AS (
	urn integer,
	stratum text,
	statement text,
	enrolments integer,
	attendance float8,
	expected float8,
	baseline float8,
	improvement float8,
	outcome_attendance float8,
	common_change float8,
	change float8,
	relative_change float8,
	shock_effect float8,
	best_change float8,
	z float8,
	outcome text,
	prior_change float8,
	prior_variance float8,
	noise float8,
	true_change float8,
	true_change_error float8,
	shortfall_probability float8,
	outcome_before text
);
COMMENT ON TYPE abie.school_outcome IS
'What came of a school''s expectation: abie.school_outcomes. Attendance in per cent, the rest in percentage points.';
COMMENT ON COLUMN abie.school_outcome.urn IS 'The school.';
COMMENT ON COLUMN abie.school_outcome.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.school_outcome.statement IS 'What it was told: improve, sustain or maintain.';
COMMENT ON COLUMN abie.school_outcome.enrolments IS 'Pupil enrolments of the baseline year.';
COMMENT ON COLUMN abie.school_outcome.attendance IS 'Attendance of the baseline year, per cent.';
COMMENT ON COLUMN abie.school_outcome.expected IS 'Attendance expected in its circumstances, per cent.';
COMMENT ON COLUMN abie.school_outcome.baseline IS 'Its baseline, per cent.';
COMMENT ON COLUMN abie.school_outcome.improvement IS
'Improvement it was asked for, percentage points; -0.5 of a school that was to maintain.';
COMMENT ON COLUMN abie.school_outcome.outcome_attendance IS 'Attendance of the target year, per cent.';
COMMENT ON COLUMN abie.school_outcome.common_change IS
'What all schools of the stratum had in common (abie.run_progress).';
COMMENT ON COLUMN abie.school_outcome.change IS 'outcome_attendance - baseline, percentage points.';
COMMENT ON COLUMN abie.school_outcome.relative_change IS 'The other route of abie.progress.';
COMMENT ON COLUMN abie.school_outcome.shock_effect IS
'What accepted shocks cost it, 0 to 0.5: abie.school_progress.projected_without - projected in the newest weekly '
'run of the target year by this run; 0 where there is none.';
COMMENT ON COLUMN abie.school_outcome.best_change IS 'The greater of change and relative_change, and shock_effect.';
COMMENT ON COLUMN abie.school_outcome.z IS
'abie.outcome of best_change, by the variance of a year about its forecast: forecast_c0 + forecast_c1 / '
'effective_enrolments of abie.run_model; change_c0 and change_c1 where no forecast was learned, what is declared '
'where no change was either.';
COMMENT ON COLUMN abie.school_outcome.outcome IS
'met, within tolerance, missed or missed by some distance: abie.outcome.';
COMMENT ON COLUMN abie.school_outcome.prior_change IS
'Change that such a school was to make: its forecast above its baseline, and the stratum''s median of best_change '
'above that.';
COMMENT ON COLUMN abie.school_outcome.prior_variance IS
'Variance of true changes about it: what noise leaves of the variance of a year, at least 0.02.';
COMMENT ON COLUMN abie.school_outcome.noise IS
'Variance of what chance adds: attendance_error^2 of the year + baseline_error^2 where registers are held, else the '
'part of the variance of a year that falls with enrolments.';
COMMENT ON COLUMN abie.school_outcome.true_change IS 'True change as estimated: abie.shortfall.';
COMMENT ON COLUMN abie.school_outcome.true_change_error IS 'Its standard deviation.';
COMMENT ON COLUMN abie.school_outcome.shortfall_probability IS
'Probability, 0 to 1, that the true change is short of improvement by more than 0.5.';
COMMENT ON COLUMN abie.school_outcome.outcome_before IS
'outcome of the issued run of the year before; NULL where there is none. A school that missed in both has missed '
'consistently.';

CREATE FUNCTION abie_owner.judged_outcomes(run_id integer) RETURNS SETOF abie.school_outcome
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH progress AS MATERIALIZED (
	SELECT j.* FROM abie_owner.judged_progress(run_id) j
), common AS (
	SELECT p.stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY p.best_change - p.forecast_change) AS surprise
	FROM progress p GROUP BY p.stratum
)
SELECT p.urn, p.stratum, p.statement, p.enrolments, p.attendance, p.expected, p.baseline, p.improvement, p.outcome,
	p.common_change, p.change, p.relative_change, p.shock_effect, p.best_change, o.z, o.outcome, k.prior_change,
	k.prior_variance, p.noise, s.true_change, s.true_change_error, s.probability, NULL::text
FROM progress p JOIN common c ON c.stratum = p.stratum
	CROSS JOIN LATERAL (SELECT p.forecast_change + c.surprise AS prior_change,
		greatest(0.02, p.year_variance - p.noise) AS prior_variance) k
	CROSS JOIN LATERAL abie.outcome(p.best_change, p.improvement, p.year_variance) o
	CROSS JOIN LATERAL abie.shortfall(p.best_change, k.prior_change, k.prior_variance, p.noise, p.improvement) s
$$;
COMMENT ON FUNCTION abie_owner.judged_outcomes(integer) IS
'Of all schools of a run, as abie.school_outcomes but for the year before.';

CREATE FUNCTION abie_internal.run_before(run_id integer) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT b.run_id FROM abie.run r JOIN abie.run b ON b.target_year = abie.previous_year(r.target_year)
WHERE r.run_id = run_before.run_id AND b.status = 'issued'
$$;
COMMENT ON FUNCTION abie_internal.run_before(integer) IS
'The run whose outcome makes a miss the second: the issued one of the year before; NULL where there is none.';

CREATE FUNCTION abie_owner.school_outcomes(role oid, run_id integer) RETURNS SETOF abie.school_outcome
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
-- what all schools have in common is of all, whoever asks
SELECT o.urn, o.stratum, o.statement, o.enrolments, o.attendance, o.expected, o.baseline, o.improvement,
	o.outcome_attendance, o.common_change, o.change, o.relative_change, o.shock_effect, o.best_change, o.z, o.outcome,
	o.prior_change, o.prior_variance, o.noise, o.true_change, o.true_change_error, o.shortfall_probability, b.outcome
FROM abie_owner.judged_outcomes(school_outcomes.run_id) o
	JOIN unnest(abie_owner.readable_expectations(role, school_outcomes.run_id)) u(urn) ON u.urn = o.urn
	LEFT JOIN abie_owner.judged_outcomes(abie_internal.run_before(school_outcomes.run_id)) b ON b.urn = o.urn
$$;
COMMENT ON FUNCTION abie_owner.school_outcomes(oid, integer) IS 'Of a role, as abie.school_outcomes.';

CREATE FUNCTION abie.school_outcomes(run_id integer) RETURNS SETOF abie.school_outcome
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.school_outcomes(integer) IS
'What came of the expectations of a run once its target year is over: abie.school_outcome, for the schools of '
'abie.run_progress that the role in force may read.';
