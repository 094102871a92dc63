-- Release checks of the figures of schools. Each is parsed when made and without SET, so that the planner puts it in
-- place of a call and makes up only the examples that are asked for; not STRICT, because most are given no threshold.

--
-- Schools and figures
--

CREATE FUNCTION abie_internal.baseline_attendance(run_id integer) RETURNS SETOF abie.attendance
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 21000
BEGIN ATOMIC
	-- the year as a value, so that the planner reads that year of the index: a join to the run reads all years
	SELECT a.*
	FROM abie.attendance a
	WHERE a.academic_year = (SELECT r.baseline_year FROM abie.run r WHERE r.run_id = baseline_attendance.run_id);
END;
COMMENT ON FUNCTION abie_internal.baseline_attendance(integer) IS
'Attendance of the baseline year of a run as held now; not STRICT so that the planner can put it in place of a call.';

CREATE FUNCTION abie_internal.check_unaccounted_school(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'unaccounted school', (e.laestab IS NULL) = (x.laestab IS NULL) OR a.laestab IS NULL,
		coalesce(a.laestab, e.laestab, x.laestab)::text,
		ARRAY[coalesce(a.laestab, e.laestab, x.laestab)], 1
	FROM abie_internal.baseline_attendance(check_unaccounted_school.run_id) a
		FULL JOIN (SELECT e.laestab FROM abie.expectation e
			WHERE e.run_id = check_unaccounted_school.run_id) e ON e.laestab = a.laestab
		FULL JOIN (SELECT x.laestab FROM abie.exclusion x
			WHERE x.run_id = check_unaccounted_school.run_id) x ON x.laestab = coalesce(a.laestab, e.laestab);
END;
COMMENT ON FUNCTION abie_internal.check_unaccounted_school(integer, float8) IS
'Release check unaccounted school. Examples are LAESTABs.';

CREATE FUNCTION abie_internal.check_base_figure(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'base figure', a.laestab IS NULL OR s.urn IS NULL
			OR (a.urn, a.sess_possible, a.sess_overall) IS DISTINCT FROM (e.urn, s.sess_possible, s.sess_overall)
			OR e.attendance IS DISTINCT FROM h.attendance OR s.attendance IS DISTINCT FROM e.attendance
			OR a.enrolments <> e.enrolments OR s.enrolments IS DISTINCT FROM e.enrolments,
		format('%s: %s, held %s', e.urn, round(e.attendance::numeric, 3),
			coalesce(round(h.attendance::numeric, 3)::text, 'none')),
		ARRAY[e.urn], 1
	FROM abie.expectation e
		LEFT JOIN abie.run_school s ON s.run_id = check_base_figure.run_id AND s.urn = e.urn
		LEFT JOIN abie_internal.baseline_attendance(check_base_figure.run_id) a ON a.laestab = e.laestab
		CROSS JOIN LATERAL (SELECT abie.attendance_percent(a.sess_overall, a.sess_possible,
			a.sess_overall_percent)) h(attendance)
	WHERE e.run_id = check_base_figure.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_base_figure(integer, float8) IS
'Release check base figure. Examples: attendance in the run and as held now.';

CREATE FUNCTION abie_internal.check_school_figure(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'school figure', coalesce(abs(e.attendance - f.attendance_percent) > check_school_figure.threshold, true),
		concat_ws(', ', format('%s: %s', f.urn, coalesce(round(e.attendance::numeric, 3)::text, 'no expectation')),
			'by the school ' || round(f.attendance_percent::numeric, 3), 'correction ' || f.correction_id),
		ARRAY[f.urn, f.correction_id], 1
	FROM abie.run r
		CROSS JOIN (
			SELECT s.urn, s.academic_year, s.attendance_percent, NULL::integer AS correction_id
			FROM abie.school_figure s
			UNION ALL
			-- what a school asks for counts once it was found right, until a run up to this one has put it right
			SELECT c.urn, c.academic_year, c.attendance_percent, c.correction_id
			FROM abie.correction c
			WHERE c.accepted AND (c.fixed_by_run <= check_school_figure.run_id) IS NOT TRUE) f
		LEFT JOIN abie.expectation e ON e.run_id = r.run_id AND e.urn = f.urn
	WHERE r.run_id = check_school_figure.run_id AND f.academic_year = r.baseline_year
		AND (e.urn IS NOT NULL OR f.correction_id IS NOT NULL);
END;
COMMENT ON FUNCTION abie_internal.check_school_figure(integer, float8) IS
'Release check school figure. Examples: attendance in the run and by the school, and the accepted correction '
'that says so.';

CREATE FUNCTION abie_internal.check_open_correction(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT 'open correction', c.accepted IS NULL,
		format('%s: correction %s, of %s', c.urn, c.correction_id, c.academic_year),
		ARRAY[c.correction_id], 1
	FROM abie.run r JOIN abie.correction c ON c.academic_year <= r.baseline_year
	WHERE r.run_id = check_open_correction.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_open_correction(integer, float8) IS
'Release check open correction. Examples: the oldest.';

CREATE FUNCTION abie_internal.check_baseline(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'baseline', coalesce(
			NOT e.baseline BETWEEN least(e.own_level, e.expected) - 1e-9 AND greatest(e.own_level, e.expected) + 1e-9
			OR abs(e.baseline - greatest(e.attendance - r.reach, least(e.attendance + r.reach,
				e.expected + e.own_share * (e.own_level - e.expected)))) > 1e-6,
			true),
		e.urn::text,
		ARRAY[e.urn], 1
	FROM abie_internal.run_methodology(check_baseline.run_id) m
		CROSS JOIN abie.expectation e
		JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn
		LEFT JOIN abie.run_model l ON l.run_id = e.run_id AND l.stratum = e.stratum
		-- in the second edition no farther from last year's rate than a point, or three quarters of one year alone
		CROSS JOIN LATERAL (SELECT CASE
			WHEN m.edition < 2 OR m.method <> 'contextual' THEN 'Infinity'::float8
			WHEN l.last_weight IS NULL OR s.previous_attendance IS NULL THEN 0.75
			ELSE 1 END AS reach) r
	WHERE e.run_id = check_baseline.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_baseline(integer, float8) IS
'Release check baseline. To 1e-9 percentage points.';

CREATE FUNCTION abie_internal.check_improvement(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'improvement', abs(e.improvement - p.improvement) > 1e-9
			OR abs(e.gap - greatest(0, e.expected - e.baseline)) > 1e-9
			OR abs(e.target - e.baseline - e.improvement) > 1e-9
			OR e.ladder_top IS DISTINCT FROM greatest(e.pared_mean, e.pre_pandemic)
			OR e.improvement_rounded <> abie.round_half_up(e.improvement, 1)
			OR e.statement <> CASE
				WHEN e.improvement_rounded = 0 THEN 'maintain'
				WHEN e.attendance >= e.target THEN 'sustain'
				ELSE 'improve' END,
		format('%s: %s, should be %s', e.urn, round(e.improvement::numeric, 3), round(p.improvement::numeric, 3)),
		ARRAY[e.urn], 1
	FROM abie_internal.run_methodology(check_improvement.run_id) m
		CROSS JOIN abie.expectation e
		-- the rule again in its own words, not by the function that made it
		CROSS JOIN LATERAL (SELECT least(
			greatest(m.improvement_floor,
				least(m.improvement_cap, m.pace + m.gap_share * greatest(0, e.expected - e.baseline))),
			greatest(0, e.ladder_top - e.baseline))) p(improvement)
	WHERE e.run_id = check_improvement.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_improvement(integer, float8) IS
'Release check improvement. To 1e-9 percentage points. Examples: improvement in the run and as it follows.';

CREATE FUNCTION abie_internal.check_attained_target(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'attained target', e.statement = 'improve' AND (e.improvement_rounded <= 0 OR e.attendance >= e.target),
		format('%s: by %s to %s, had %s', e.urn, e.improvement_rounded, round(e.target::numeric, 3),
			round(e.attendance::numeric, 3)),
		ARRAY[e.urn], 1
	FROM abie.expectation e
	WHERE e.run_id = check_attained_target.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_attained_target(integer, float8) IS
'Release check attained target. Examples: improvement, target and attendance.';

CREATE FUNCTION abie_internal.check_improvement_order(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'improvement order', e.improvement < max(e.improvement)
			OVER (ORDER BY e.gap, e.urn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - 1e-9,
		e.urn::text,
		ARRAY[e.urn], 1
	FROM abie.expectation e
	WHERE e.run_id = check_improvement_order.run_id AND e.improvement < e.ladder_top - e.baseline;
END;
COMMENT ON FUNCTION abie_internal.check_improvement_order(integer, float8) IS
'Release check improvement order. Expected attendance that rises by itself makes the gap greater, a baseline '
'that rises makes it smaller, so one order covers both.';

CREATE FUNCTION abie_internal.check_impossible_figure(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	-- NULL is left out by both, and NaN is greater than all numbers
	SELECT 'impossible figure', least(e.attendance, e.expected, e.own_level, e.baseline, e.target, e.ladder_top,
				e.la_average, e.national_average, e.similar_upper_quartile, e.pared_mean, e.pre_pandemic,
				e.forecast, e.forecast_low, e.forecast_high) < 0
			OR greatest(e.attendance, e.expected, e.own_level, e.baseline, e.target, e.ladder_top,
				e.la_average, e.national_average, e.similar_upper_quartile, e.pared_mean, e.pre_pandemic,
				e.forecast, e.forecast_low, e.forecast_high) > 100,
		e.urn::text, ARRAY[e.urn], 1
	FROM abie.expectation e
	WHERE e.run_id = check_impossible_figure.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_impossible_figure(integer, float8) IS
'Release check impossible figure. NaN and infinities are none either.';

CREATE FUNCTION abie_internal.check_extreme_gap(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'extreme gap', abs(e.attendance - e.expected) > check_extreme_gap.threshold,
		format('%s: %s', e.urn, round((e.attendance - e.expected)::numeric, 1)),
		ARRAY[-abs(e.attendance - e.expected), e.urn], 1
	FROM abie.expectation e
	WHERE e.run_id = check_extreme_gap.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_extreme_gap(integer, float8) IS
'Release check extreme gap. Examples: the greatest, attendance less expected.';

CREATE FUNCTION abie_internal.check_calibration(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
BEGIN ATOMIC
	SELECT 'calibration',
		coalesce(abs(c.residual) > check_calibration.threshold AND abs(c.residual) > 4 * c.error, false),
		format('%s, %s %s: %s', c.stratum, c.characteristic, c.part, round(c.residual::numeric, 2)),
		ARRAY[-abs(c.residual)], 1
	FROM abie_internal.calibration_cells(check_calibration.run_id, false) c
	WHERE c.schools >= 30;
END;
COMMENT ON FUNCTION abie_internal.check_calibration(integer, float8) IS
'Release check calibration. Examples: the greatest, attendance less expected.';

CREATE FUNCTION abie_internal.check_interval_coverage(run_id integer, threshold float8)
	RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
BEGIN ATOMIC
	SELECT 'interval coverage', abs(o.inside - 95) > check_interval_coverage.threshold,
		format('%s, %s: %s %%', o.stratum, o.size, round(o.inside::numeric, 1)),
		ARRAY[]::float8[], 1
	FROM (SELECT x.stratum, x.size, 100 * avg(x.inside::integer)::float8 AS inside
		FROM abie.run r,
			LATERAL (SELECT max(p.run_id) AS run_id
				FROM abie.run p
				WHERE p.methodology = r.methodology AND p.target_year = r.baseline_year
					AND p.status IN ('calculated', 'checked', 'issued', 'superseded')) p,
			LATERAL abie.run_outcome(p.run_id) x
		WHERE r.run_id = check_interval_coverage.run_id
		GROUP BY x.stratum, x.size) o
	WHERE o.inside IS NOT NULL;
END;
COMMENT ON FUNCTION abie_internal.check_interval_coverage(integer, float8) IS
'Release check interval coverage. Items are thirds of schools by size; examples: schools inside, per cent.';

CREATE FUNCTION abie_internal.check_no_expectation(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	-- the reason once, not with each school
	SELECT 'no expectation', true,
		CASE row_number() OVER reason WHEN 1 THEN format('%s: %s', x.reason, count(*) OVER reason) END,
		ARRAY[-count(*) OVER reason], 1
	FROM abie.exclusion x
	WHERE x.run_id = check_no_expectation.run_id AND x.reason NOT IN ('special school', 'not mainstream')
	WINDOW reason AS (PARTITION BY x.reason)
	UNION ALL
	SELECT 'no expectation', false, NULL, NULL, 1
	FROM abie.expectation e
	WHERE e.run_id = check_no_expectation.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_no_expectation(integer, float8) IS
'Release check no expectation. Examples: reason: schools.';

CREATE FUNCTION abie_internal.check_unpublished_reference(run_id integer, threshold float8)
	RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	-- the stratum once, not with each school
	SELECT 'unpublished reference', true,
		CASE row_number() OVER stratum WHEN 1 THEN format('%s: %s', s.stratum, count(*) OVER stratum) END,
		ARRAY[-count(*) OVER stratum], 1
	FROM abie.run_school s
	WHERE s.run_id = check_unpublished_reference.run_id AND s.is_reference AND NOT s.attendance_published
	WINDOW stratum AS (PARTITION BY s.stratum)
	UNION ALL
	SELECT 'unpublished reference', false, NULL, NULL, 1
	FROM abie.run_school s
	WHERE s.run_id = check_unpublished_reference.run_id AND s.is_reference AND s.attendance_published;
END;
COMMENT ON FUNCTION abie_internal.check_unpublished_reference(integer, float8) IS
'Release check unpublished reference. Examples: stratum: schools.';
