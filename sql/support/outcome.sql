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

-- What was asked and what came, school by school.
CREATE VIEW abie_owner.year_outcome AS
SELECT e.run_id, a.academic_year::text AS academic_year, e.urn::integer AS urn, e.stratum, e.statement, e.enrolments,
	e.attendance, e.expected, e.baseline, CASE e.statement WHEN 'maintain' THEN -abie_internal.maintain_tolerance()
		ELSE e.improvement END AS improvement,
	k.outcome AS outcome_attendance, coalesce(e.forecast, e.baseline) - e.baseline AS forecast_change,
	-- by the registers of the year and the error of the baseline, where they are held
	a.attendance_error * a.attendance_error + e.baseline_error * e.baseline_error AS register_noise
FROM abie.expectation e
	JOIN abie.attendance a ON a.laestab = e.laestab
	CROSS JOIN LATERAL (SELECT abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent)
		AS outcome) k
WHERE k.outcome IS NOT NULL;
COMMENT ON VIEW abie_owner.year_outcome IS
'Expectations beside the attendance of each academic year held of the school; the target year of the run is for who '
'asks to name. Not masked: a view looks at it behind a mask alone.';
COMMENT ON COLUMN abie_owner.year_outcome.run_id IS 'The run whose expectation it is.';
COMMENT ON COLUMN abie_owner.year_outcome.academic_year IS 'The year of the attendance.';
COMMENT ON COLUMN abie_owner.year_outcome.outcome_attendance IS 'Attendance of that year, per cent.';
COMMENT ON COLUMN abie_owner.year_outcome.forecast_change IS 'What the forecast was above the baseline.';
COMMENT ON COLUMN abie_owner.year_outcome.register_noise IS
'abie.school_outcome.noise by registers; NULL where they are not held.';
SELECT abie_owner.describe_as('abie_owner.year_outcome', 'abie.school_outcome');

CREATE FUNCTION abie_internal.common_outcome(outcomes float8[], attendance float8[], baselines float8[],
	shock_effects float8[], forecast_changes float8[], pace float8, OUT common_change float8, OUT surprise float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'abie_common_outcome';
COMMENT ON FUNCTION abie_internal.common_outcome(float8[], float8[], float8[], float8[], float8[], float8) IS
'What the schools of a stratum had in common, an element a school: common_change, median of outcome - attendance; '
'surprise, median of how much the better of the two routes of abie.progress, and the effect of shocks, was above the '
'change forecast. NULL for no school. Errors: NULL, NaN or infinite elements, arrays of different length.';

-- Accepted shocks help by what the newest weekly run of the year gives: projected without them less projected, half a
-- point at most.
CREATE FUNCTION abie_internal.shock_effect(projected float8, projected_without float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: without a weekly run there is none
RETURN greatest(0, projected_without - projected);
COMMENT ON FUNCTION abie_internal.shock_effect(float8, float8) IS
'abie.school_outcome.shock_effect of a row of abie.school_progress; 0 for NULL.';

CREATE TYPE abie_internal.stratum_outcome AS (
	stratum text,
	monitor_id integer,
	pace float8,
	c0 float8,
	c1 float8,
	common_change float8,
	surprise float8
);
COMMENT ON TYPE abie_internal.stratum_outcome IS
'What the outcomes of a run''s schools of a stratum are judged by.';
COMMENT ON COLUMN abie_internal.stratum_outcome.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie_internal.stratum_outcome.monitor_id IS
'The newest weekly run of the target year by this run; NULL where there is none.';
COMMENT ON COLUMN abie_internal.stratum_outcome.pace IS 'The national pace: abie.methodology.pace.';
COMMENT ON COLUMN abie_internal.stratum_outcome.c0 IS
'Variance of what a year brings where nothing changes is c0 + c1 / effective_enrolments: abie.school_outcome.z.';
COMMENT ON COLUMN abie_internal.stratum_outcome.c1 IS 'See c0.';
COMMENT ON COLUMN abie_internal.stratum_outcome.common_change IS 'Of abie_internal.common_outcome.';
COMMENT ON COLUMN abie_internal.stratum_outcome.surprise IS 'Of abie_internal.common_outcome.';

CREATE FUNCTION abie_owner.whole_stratum_outcomes(run_id integer) RETURNS abie_internal.stratum_outcome[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 500000
SET search_path = pg_catalog, pg_temp
SET jit = off
-- a run just made has no statistics, and one row of it would be expected
SET enable_nestloop = off
AS $$
WITH run AS MATERIALIZED (
	SELECT r.target_year::text AS target_year, r.baseline_year,
		(abie_internal.run_methodology(whole_stratum_outcomes.run_id)).pace AS pace,
		(SELECT m.monitor_id FROM abie.monitor m
			WHERE m.academic_year = r.target_year AND m.run_id = r.run_id AND m.status = 'finished'
			ORDER BY m.as_of DESC, m.monitor_id DESC LIMIT 1) AS monitor_id
	FROM abie.run r WHERE r.run_id = whole_stratum_outcomes.run_id
), held AS (
	SELECT i.stratum, array_agg(i.outcome_attendance) AS outcomes, array_agg(i.attendance) AS attendance,
		array_agg(i.baseline) AS baselines,
		array_agg(abie_internal.shock_effect(p.projected, p.projected_without)) AS shock_effects,
		array_agg(i.forecast_change) AS forecast_changes
	FROM abie_owner.year_outcome i
		LEFT JOIN abie.school_progress p ON p.monitor_id = (SELECT r.monitor_id FROM run r) AND p.urn = i.urn
			AND p.projected_without > p.projected
	-- the year as the planner sees it, so that it takes the index
	WHERE i.run_id = whole_stratum_outcomes.run_id AND i.academic_year = (SELECT r.target_year FROM run r)
	GROUP BY i.stratum
)
SELECT array_agg(ROW(h.stratum, r.monitor_id, r.pace, coalesce(m.forecast_c0, m.change_c0, d.c0),
	coalesce(m.forecast_c1, m.change_c1, d.c1), c.common_change, c.surprise)::abie_internal.stratum_outcome)
FROM run r CROSS JOIN held h
	LEFT JOIN abie.run_model m ON m.run_id = whole_stratum_outcomes.run_id AND m.stratum = h.stratum
	CROSS JOIN LATERAL abie_internal.declared_change(h.stratum, r.baseline_year) d
	CROSS JOIN LATERAL abie_internal.common_outcome(h.outcomes, h.attendance, h.baselines, h.shock_effects,
		h.forecast_changes, r.pace) c
$$;
COMMENT ON FUNCTION abie_owner.whole_stratum_outcomes(integer) IS
'What each stratum of a run is judged by, by the attendance of the target year held now; NULL where none is.';

CREATE FUNCTION abie_owner.stratum_outcomes(role oid, run_id integer) RETURNS abie_internal.stratum_outcome[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 500000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	strata text[] := CASE WHEN abie_owner.has_national_access(role, '{results,calculation}')
		THEN '{primary,secondary}'
		-- with an outcome, as for its school: who has none is not told those of others
		ELSE ARRAY(SELECT DISTINCT i.stratum FROM abie_owner.accessible_schools(role, '{results}') a
			JOIN abie_owner.year_outcome i ON i.run_id = stratum_outcomes.run_id AND i.urn = a.urn
				AND i.academic_year = (SELECT r.target_year FROM abie.run r
					WHERE r.run_id = stratum_outcomes.run_id)) END;
BEGIN
	IF run_id = ANY (abie_owner.readable_runs(role)) AND strata <> '{}' THEN
		RETURN (SELECT array_agg(s) FROM unnest(abie_owner.whole_stratum_outcomes(run_id)) s
			WHERE s.stratum = ANY (strata));
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.stratum_outcomes(oid, integer) IS 'Of a role, as abie_internal.stratum_outcomes.';

CREATE FUNCTION abie_internal.stratum_outcomes(run_id integer) RETURNS abie_internal.stratum_outcome[]
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 500000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.stratum_outcomes(integer) IS
'What the outcomes of a run are judged by, which is of all schools, in strata of schools whose outcomes the role in '
'force may read; NULL where there are none.';

-- without SET and not STRICT, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.judged_outcome(held abie_owner.year_outcome, effective_enrolments float8,
	shock_effect float8, common abie_internal.stratum_outcome) RETURNS SETOF abie.school_outcome
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20 ROWS 1
BEGIN ATOMIC
	-- OFFSET 0: each function is called once, as an expression, which takes a third of the time that it takes in FROM
	SELECT held.urn, held.stratum, held.statement, held.enrolments, held.attendance, held.expected, held.baseline,
		held.improvement, held.outcome_attendance, common.common_change, (k.progress).change,
		(k.progress).relative_change, shock_effect, k.best_change, (j.judged).z, (j.judged).outcome, k.prior_change,
		k.prior_variance, k.noise, (j.estimated).true_change, (j.estimated).true_change_error,
		(j.estimated).probability, NULL::text
	FROM (SELECT abie.progress(held.baseline, held.improvement, held.outcome_attendance, common.common_change,
				common.pace) AS progress,
			common.c0 + common.c1 / effective_enrolments AS year_variance,
			held.forecast_change + common.surprise AS prior_change OFFSET 0) p
		CROSS JOIN LATERAL (SELECT p.*, greatest((p.progress).change, (p.progress).relative_change) + shock_effect
				AS best_change,
			least(p.year_variance, coalesce(held.register_noise, common.c1 / effective_enrolments))
				AS noise) n
		CROSS JOIN LATERAL (SELECT n.*, greatest(0.02, n.year_variance - n.noise) AS prior_variance OFFSET 0) k
		CROSS JOIN LATERAL (SELECT abie.outcome(k.best_change, held.improvement, k.year_variance) AS judged,
			abie.shortfall(k.best_change, k.prior_change, k.prior_variance, k.noise, held.improvement) AS estimated
			OFFSET 0) j;
END;
COMMENT ON FUNCTION abie_internal.judged_outcome(abie_owner.year_outcome, float8, float8,
	abie_internal.stratum_outcome) IS
'The outcome of a school by what its stratum is judged by, but for that of the year before.';

CREATE FUNCTION abie_owner.judged_outcomes(run_id integer) RETURNS SETOF abie.school_outcome
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
SELECT j.*
FROM unnest(abie_owner.whole_stratum_outcomes(judged_outcomes.run_id)) c
	JOIN abie_owner.year_outcome i ON i.run_id = judged_outcomes.run_id AND i.stratum = c.stratum
		AND i.academic_year = (SELECT r.target_year::text FROM abie.run r WHERE r.run_id = judged_outcomes.run_id)
	JOIN abie.run_school s ON s.run_id = i.run_id AND s.urn = i.urn
	LEFT JOIN abie.school_progress p ON p.monitor_id = c.monitor_id AND p.urn = i.urn
	CROSS JOIN LATERAL abie_internal.judged_outcome(i, s.effective_enrolments,
		abie_internal.shock_effect(p.projected, p.projected_without), c) j
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
