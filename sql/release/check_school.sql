-- Release checks of similar schools, and of the figures of schools. Each is parsed when made and without SET, so that
-- the planner puts it in place of a call and makes up only the examples that are asked for; not STRICT, because most
-- are given no threshold.

--
-- Similar schools
--

-- Lists are unnested in the list of columns, here and below, because a function joined to its table is a nested loop,
-- which abie.run_checks switches off.
CREATE FUNCTION abie_internal.run_match(run_id integer)
RETURNS TABLE (urn integer, rank integer, similar_urn integer, stratum text, other_stratum text, selective boolean,
	other_selective boolean, family bigint, other_family bigint, km float8)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 400000
BEGIN ATOMIC
	SELECT n.urn, n.rank, n.similar_urn, n.stratum, o.stratum, n.selective, o.selective, n.family, o.family,
		abie.kilometres(n.easting, n.northing, o.easting, o.northing)
	FROM (SELECT l.urn, s.stratum, s.selective, s.family, s.easting, s.northing,
			unnest(l.similar_urns) AS similar_urn, generate_subscripts(l.similar_urns, 1) AS rank
		FROM abie.similar_list l
			LEFT JOIN abie.run_school s ON s.run_id = l.run_id AND s.urn = l.urn
		WHERE l.run_id = run_match.run_id) n
		LEFT JOIN abie.run_school o ON o.run_id = run_match.run_id AND o.urn = n.similar_urn;
END;
COMMENT ON FUNCTION abie_internal.run_match(integer) IS
'Each school of a run with each of its similar schools, what must agree between the two (NULL where one is '
'not in the run) and how far apart they are; not STRICT so that the planner can put it in place of a call.';

CREATE FUNCTION abie_internal.check_self_match(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT l.urn = ANY (l.similar_urns), l.urn::text, ARRAY[l.urn]
	FROM abie.similar_list l
	WHERE l.run_id = check_self_match.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_self_match(integer, float8) IS 'Release check self match.';

CREATE FUNCTION abie_internal.check_family_match(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT m.family = m.other_family, format('%s with %s', m.urn, m.similar_urn), ARRAY[m.urn, m.rank]
	FROM abie_internal.run_match(check_family_match.run_id) m;
END;
COMMENT ON FUNCTION abie_internal.check_family_match(integer, float8) IS
'Release check family match. By abie.run_school.family.';

CREATE FUNCTION abie_internal.check_phase_match(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT m.stratum IS DISTINCT FROM m.other_stratum, format('%s with %s', m.urn, m.similar_urn), ARRAY[m.urn, m.rank]
	FROM abie_internal.run_match(check_phase_match.run_id) m;
END;
COMMENT ON FUNCTION abie_internal.check_phase_match(integer, float8) IS
'Release check phase match. A similar school that is not in the run counts as a fault.';

CREATE FUNCTION abie_internal.check_selective_match(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT m.selective IS DISTINCT FROM m.other_selective, format('%s with %s', m.urn, m.similar_urn),
		ARRAY[m.urn, m.rank]
	FROM abie_internal.run_match(check_selective_match.run_id) m;
END;
COMMENT ON FUNCTION abie_internal.check_selective_match(integer, float8) IS
'Release check selective match. A similar school that is not in the run counts as a fault.';

CREATE FUNCTION abie_internal.check_distance(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT i.faulty, format('%s with %s', i.urn, i.similar_urn), ARRAY[i.urn, i.rank]
	FROM (
		SELECT n.urn, n.rank, n.similar_urn,
			-- vectors of two strata have other elements
			n.stratum IS DISTINCT FROM o.stratum
				OR n.distance IS DISTINCT FROM abie.distance(n.vector, o.vector, n.weights)
				OR n.distance < n.nearer AS faulty
		FROM (SELECT l.urn, s.stratum, s.vector, w.weights,
				unnest(l.similar_urns) AS similar_urn, generate_subscripts(l.similar_urns, 1) AS rank,
				unnest(l.distances) AS distance, l.distances[generate_subscripts(l.distances, 1) - 1] AS nearer
			FROM abie.similar_list l
				LEFT JOIN abie.run_school s ON s.run_id = l.run_id AND s.urn = l.urn
				LEFT JOIN abie.run_weights(check_distance.run_id) w ON w.stratum = s.stratum
			WHERE l.run_id = check_distance.run_id) n
			LEFT JOIN abie.run_school o ON o.run_id = check_distance.run_id AND o.urn = n.similar_urn
		-- worked out once, though it is asked for twice
		OFFSET 0
	) i;
END;
COMMENT ON FUNCTION abie_internal.check_distance(integer, float8) IS
'Release check distance. To the bit; one way round is enough, for abie.distance is the same either way.';

CREATE FUNCTION abie_internal.check_incomplete_list(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT cardinality(l.similar_urns) IS DISTINCT FROM m.similar_schools
		OR (SELECT count(DISTINCT u.urn) FROM unnest(l.similar_urns) u(urn)) <> m.similar_schools,
		format('%s: %s', e.urn, coalesce(cardinality(l.similar_urns), 0)), ARRAY[e.urn]
	FROM abie_internal.run_methodology(check_incomplete_list.run_id) m
		CROSS JOIN abie.expectation e
		LEFT JOIN abie.similar_list l ON l.run_id = e.run_id AND l.urn = e.urn
	WHERE e.run_id = check_incomplete_list.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_incomplete_list(integer, float8) IS
'Release check incomplete list. Examples: school: similar schools held.';

CREATE FUNCTION abie_internal.check_far_apart(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT m.km > check_far_apart.threshold,
		format('%s with %s: %s km', m.urn, m.similar_urn, round(m.km)),
		ARRAY[-m.km, m.urn, m.rank]
	-- worked out once, though it is asked for twice
	FROM (SELECT x.urn, x.rank, x.similar_urn, x.km FROM abie_internal.run_match(check_far_apart.run_id) x OFFSET 0) m
	WHERE m.km IS NOT NULL;
END;
COMMENT ON FUNCTION abie_internal.check_far_apart(integer, float8) IS
'Release check far apart. Examples: the farthest.';

CREATE FUNCTION abie_internal.check_other_type(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT NOT bool_or(n.type_group = o.type_group), format('%s: %s', n.urn, min(n.type_group)), ARRAY[n.urn]
	FROM (SELECT l.urn, s.type_group, unnest(l.similar_urns) AS similar_urn
		FROM abie.similar_list l
			JOIN abie.school s ON s.urn = l.urn
		WHERE l.run_id = check_other_type.run_id AND s.type_group IS NOT NULL) n
		JOIN abie.school o ON o.urn = n.similar_urn
	WHERE o.type_group IS NOT NULL
	GROUP BY n.urn;
END;
COMMENT ON FUNCTION abie_internal.check_other_type(integer, float8) IS
'Release check other type. By abie.school.type_group as it is now.';

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
	SELECT (e.laestab IS NULL) = (x.laestab IS NULL) OR a.laestab IS NULL,
		coalesce(a.laestab, e.laestab, x.laestab)::text,
		ARRAY[coalesce(a.laestab, e.laestab, x.laestab)]
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
	SELECT a.laestab IS NULL OR s.urn IS NULL
			OR (a.urn, a.sess_possible, a.sess_overall) IS DISTINCT FROM (e.urn, s.sess_possible, s.sess_overall)
			OR e.attendance IS DISTINCT FROM h.attendance OR s.attendance IS DISTINCT FROM e.attendance
			OR a.enrolments <> e.enrolments OR s.enrolments IS DISTINCT FROM e.enrolments,
		format('%s: %s, held %s', e.urn, round(e.attendance::numeric, 3),
			coalesce(round(h.attendance::numeric, 3)::text, 'none')),
		ARRAY[e.urn]
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
	SELECT coalesce(abs(e.attendance - f.attendance_percent) > check_school_figure.threshold, true),
		concat_ws(', ', format('%s: %s', f.urn, coalesce(round(e.attendance::numeric, 3)::text, 'no expectation')),
			'by the school ' || round(f.attendance_percent::numeric, 3), 'correction ' || f.correction_id),
		ARRAY[f.urn, f.correction_id]
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
	SELECT c.accepted IS NULL, format('%s: correction %s, of %s', c.urn, c.correction_id, c.academic_year),
		ARRAY[c.correction_id]
	FROM abie.run r JOIN abie.correction c ON c.academic_year <= r.baseline_year
	WHERE r.run_id = check_open_correction.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_open_correction(integer, float8) IS
'Release check open correction. Examples: the oldest.';

CREATE FUNCTION abie_internal.check_baseline(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT coalesce(
			NOT e.baseline BETWEEN least(e.own_level, e.expected) - 1e-9 AND greatest(e.own_level, e.expected) + 1e-9
			OR abs(e.baseline - greatest(e.attendance - r.reach, least(e.attendance + r.reach,
				e.expected + e.own_share * (e.own_level - e.expected)))) > 1e-6,
			true),
		e.urn::text,
		ARRAY[e.urn]
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
	SELECT abs(e.improvement - p.improvement) > 1e-9
			OR abs(e.gap - greatest(0, e.expected - e.baseline)) > 1e-9
			OR abs(e.target - e.baseline - e.improvement) > 1e-9
			OR e.ladder_top IS DISTINCT FROM greatest(e.pared_mean, e.pre_pandemic)
			OR e.improvement_rounded <> abie.round_half_up(e.improvement, 1)
			OR e.statement <> CASE
				WHEN e.improvement_rounded = 0 THEN 'maintain'
				WHEN e.attendance >= e.target THEN 'sustain'
				ELSE 'improve' END,
		format('%s: %s, should be %s', e.urn, round(e.improvement::numeric, 3), round(p.improvement::numeric, 3)),
		ARRAY[e.urn]
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
	SELECT e.statement = 'improve' AND (e.improvement_rounded <= 0 OR e.attendance >= e.target),
		format('%s: by %s to %s, had %s', e.urn, e.improvement_rounded, round(e.target::numeric, 3),
			round(e.attendance::numeric, 3)),
		ARRAY[e.urn]
	FROM abie.expectation e
	WHERE e.run_id = check_attained_target.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_attained_target(integer, float8) IS
'Release check attained target. Examples: improvement, target and attendance.';

CREATE FUNCTION abie_internal.check_improvement_order(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT e.improvement < max(e.improvement)
			OVER (ORDER BY e.gap, e.urn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - 1e-9,
		e.urn::text,
		ARRAY[e.urn]
	FROM abie.expectation e
	WHERE e.run_id = check_improvement_order.run_id AND e.improvement < e.ladder_top - e.baseline;
END;
COMMENT ON FUNCTION abie_internal.check_improvement_order(integer, float8) IS
'Release check improvement order. Expected attendance that rises by itself makes the gap greater, a baseline '
'that rises makes it smaller, so one order covers both.';

CREATE FUNCTION abie_internal.check_impossible_figure(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT NOT bool_and(v.rate BETWEEN 0 AND 100), e.urn::text, ARRAY[e.urn]
	FROM abie.expectation e,
		unnest(ARRAY[e.attendance, e.expected, e.own_level, e.baseline, e.target, e.ladder_top, e.la_average,
			e.national_average, e.similar_upper_quartile, e.pared_mean, e.pre_pandemic,
			e.forecast, e.forecast_low, e.forecast_high]) v(rate)
	WHERE e.run_id = check_impossible_figure.run_id
	GROUP BY e.urn;
END;
COMMENT ON FUNCTION abie_internal.check_impossible_figure(integer, float8) IS
'Release check impossible figure. NaN and infinities are none either.';

CREATE FUNCTION abie_internal.check_extreme_gap(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT abs(e.attendance - e.expected) > check_extreme_gap.threshold,
		format('%s: %s', e.urn, round((e.attendance - e.expected)::numeric, 1)),
		ARRAY[-abs(e.attendance - e.expected), e.urn]
	FROM abie.expectation e
	WHERE e.run_id = check_extreme_gap.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_extreme_gap(integer, float8) IS
'Release check extreme gap. Examples: the greatest, attendance less expected.';

CREATE FUNCTION abie_internal.check_calibration(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
BEGIN ATOMIC
	SELECT coalesce(abs(c.residual) > check_calibration.threshold AND abs(c.residual) > 4 * c.error, false),
		format('%s, %s %s: %s', c.stratum, c.characteristic, c.part, round(c.residual::numeric, 2)),
		ARRAY[-abs(c.residual)]
	FROM abie_internal.calibration_cells(check_calibration.run_id, false) c
	WHERE c.schools >= 30;
END;
COMMENT ON FUNCTION abie_internal.check_calibration(integer, float8) IS
'Release check calibration. Examples: the greatest, attendance less expected.';

CREATE FUNCTION abie_internal.check_interval_coverage(run_id integer, threshold float8)
	RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
BEGIN ATOMIC
	SELECT abs(o.inside - 95) > check_interval_coverage.threshold,
		format('%s, %s: %s %%', o.stratum, o.size, round(o.inside::numeric, 1)),
		ARRAY[]::float8[]
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
	SELECT true,
		CASE row_number() OVER reason WHEN 1 THEN format('%s: %s', x.reason, count(*) OVER reason) END,
		ARRAY[-count(*) OVER reason]
	FROM abie.exclusion x
	WHERE x.run_id = check_no_expectation.run_id AND x.reason NOT IN ('special school', 'not mainstream')
	WINDOW reason AS (PARTITION BY x.reason)
	UNION ALL
	SELECT false, NULL, NULL
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
	SELECT true,
		CASE row_number() OVER stratum WHEN 1 THEN format('%s: %s', s.stratum, count(*) OVER stratum) END,
		ARRAY[-count(*) OVER stratum]
	FROM abie.run_school s
	WHERE s.run_id = check_unpublished_reference.run_id AND s.is_reference AND NOT s.attendance_published
	WINDOW stratum AS (PARTITION BY s.stratum)
	UNION ALL
	SELECT false, NULL, NULL
	FROM abie.run_school s
	WHERE s.run_id = check_unpublished_reference.run_id AND s.is_reference AND s.attendance_published;
END;
COMMENT ON FUNCTION abie_internal.check_unpublished_reference(integer, float8) IS
'Release check unpublished reference. Examples: stratum: schools.';
