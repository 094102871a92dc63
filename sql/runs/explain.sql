-- How a school's expectation was made, line by line. Each part is a function that gives its lines in order; the
-- contextual model's is in explain_context.sql.

CREATE FUNCTION abie_internal.explain_inputs(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 30
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH run AS (
	SELECT r.baseline_year, m.method, m.clip
	FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology
	WHERE r.run_id = explain_inputs.run_id
), school AS (
	SELECT s.*, abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector
	FROM abie.run_school s
		LEFT JOIN LATERAL (
			SELECT d.parameters FROM abie.run_scaling d WHERE d.run_id = s.run_id AND d.stratum = s.stratum) d ON true
	WHERE s.run_id = explain_inputs.run_id AND s.urn = explain_inputs.urn
), element AS (
	SELECT c.*, s.vector[c.position] AS scaled, s.numbers[c.element] AS number,
		-- learned weights are the sizes of coefficients
		CASE WHEN s.references_published THEN '; weight ' || c.weight ELSE '' END AS weighed
	FROM school s
		JOIN abie.run_characteristic c ON c.run_id = s.run_id AND c.stratum = s.stratum
)
SELECT 0, 1, 'left out', NULL::float8, x.reason || coalesce(': ' || x.detail, '')
FROM abie.exclusion x
WHERE x.run_id = explain_inputs.run_id AND x.urn = explain_inputs.urn
UNION ALL
SELECT 1, 1, CASE r.method WHEN 'contextual' THEN 'attendance' ELSE 'baseline' END, s.attendance,
	CASE WHEN s.sess_possible > 0 AND s.sess_overall IS NOT NULL
		THEN format('100 x (%s sessions possible - %s absent) / %s in %s', s.sess_possible, s.sess_overall,
			s.sess_possible, r.baseline_year)
		ELSE '100 less the absence rate published for ' || r.baseline_year END
FROM school s, run r
UNION ALL
SELECT 1, 2, 'enrolments', s.enrolments, 'in ' || r.baseline_year FROM school s, run r
UNION ALL
SELECT 1, 3, 'enrolments counted', s.effective_enrolments,
	format('enrolments x %s, the share of a full year that its sessions possible an enrolment are: the enrolments of '
		'all that follows', s.effective_enrolments / s.enrolments)
FROM school s WHERE s.effective_enrolments <> s.enrolments
UNION ALL
SELECT 1, 4, 'attendance error', s.attendance_error,
	'standard error of attendance as that of a sample of pupils, from their registers'
FROM school s
WHERE s.attendance_error IS NOT NULL
UNION ALL
SELECT 2, e.position, e.characteristic || coalesce(' is ' || e.category, ''),
	CASE WHEN e.category IS NULL THEN e.number ELSE 1 END,
	CASE
		WHEN e.scaled IS NULL THEN 'missing' || CASE WHEN e.substitute IS NULL THEN ''
			ELSE format('; scaled, the contextual model takes %s', e.substitute) END
		WHEN e.category IS NOT NULL THEN format('1 if so, divided by %s%s', e.scale, e.weighed)
		ELSE format('scaled to %s: less %s, divided by %s, limited to +-%s%s', e.scaled, e.location, e.scale, r.clip,
			e.weighed)
	END
FROM element e, run r
WHERE e.category IS NULL OR e.scaled > 0
UNION ALL
SELECT 2, min(e.position), e.characteristic, NULL, 'missing'
FROM element e
WHERE e.category IS NOT NULL AND e.scaled IS NULL
GROUP BY e.characteristic;
END $$;
COMMENT ON FUNCTION abie_internal.explain_inputs(integer, integer) IS
'The lines of abie.explain on why a school was left out, its attendance and its characteristics, by part and '
'place.';

CREATE FUNCTION abie_internal.explain_similar_schools(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS MATERIALIZED (
	SELECT s.*, m.method = 'contextual' AS is_contextual, w.weights, w.characteristics, d.parameters,
		abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector, g.elements, g.others, g.groups
	FROM abie.run_school s
		JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
		JOIN abie.run r ON r.run_id = s.run_id
		JOIN abie.methodology m ON m.name = r.methodology
		CROSS JOIN LATERAL (SELECT w.* FROM abie.run_weights(s.run_id) w WHERE w.stratum = s.stratum) w
		CROSS JOIN LATERAL (
			SELECT d.parameters FROM abie.run_scaling d WHERE d.run_id = s.run_id AND d.stratum = s.stratum) d
		-- the parts of a characteristic are put together at its first element
		CROSS JOIN LATERAL (
			SELECT array_agg(c.position ORDER BY c.position) AS elements,
				array_agg(NULL::integer) AS others, array_agg(c.first ORDER BY c.position) AS groups
			FROM (SELECT c.position, min(c.position) OVER (PARTITION BY c.characteristic) AS first
				FROM abie.run_characteristic c WHERE c.run_id = s.run_id AND c.stratum = s.stratum) c) g
	WHERE s.run_id = explain_similar_schools.run_id AND s.urn = explain_similar_schools.urn
), peer AS (
	SELECT n.rank, n.similar_urn, n.distance, abie.kilometres(s.easting, s.northing, p.easting, p.northing) AS km,
		CASE WHEN p.attendance_published THEN p.attendance END AS attendance,
		p.context, p.effective_enrolments AS enrolments, x.name,
		abie_internal.group_contributions(abie.distance_parts(s.vector,
			abie_internal.scaled_vector(p.numbers, p.categories, s.parameters), s.weights),
			s.elements, s.others, s.groups) AS parts
	FROM school s
		JOIN abie.similar_school n ON n.run_id = s.run_id AND n.urn = s.urn
		JOIN abie.run_school p ON p.run_id = n.run_id AND p.urn = n.similar_urn
		LEFT JOIN abie.school x ON x.urn = n.similar_urn
)
SELECT 6, n.rank, format('similar school %s: %s', n.rank, n.similar_urn || coalesce(' ' || n.name, '')), n.attendance,
	'attendance' || CASE WHEN n.attendance IS NULL THEN ' known from registers only, not shown' ELSE '' END
		|| CASE WHEN s.is_contextual AND s.references_published THEN format(', context %s', n.context) ELSE '' END
		|| CASE WHEN s.references_published
			THEN format('; distance %s, %s enrolments', n.distance, n.enrolments) ELSE '' END
		|| concat(', ' || round(n.km::numeric, 1) || ' km away', '; differs most in ' || d.most)
FROM peer n
	CROSS JOIN school s
	CROSS JOIN LATERAL (
		SELECT string_agg(format('%s %s %%', t.characteristic, round(100 * (t.part / n.distance ^ 2)::numeric)), ', '
			ORDER BY t.part DESC, t.characteristic COLLATE "C") AS most
		FROM (SELECT x.* FROM unnest(n.parts, s.characteristics) x(part, characteristic)
			WHERE x.part > 0 AND s.references_published
			ORDER BY x.part DESC, x.characteristic COLLATE "C" LIMIT 3) t) d;
END $$;
COMMENT ON FUNCTION abie_internal.explain_similar_schools(integer, integer) IS
'The lines of abie.explain on the similar schools, by part and place.';

-- Found again: a run keeps the similar schools that it names, not the others that count.
CREATE FUNCTION abie_internal.explain_local_schools(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 80
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
-- materialized, so that the search is made once
WITH school AS MATERIALIZED (
	SELECT s, m.similar_schools, abie_internal.local_schools(m) AS local_schools, l.bandwidth
	FROM abie.run_school s
		JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
		-- the bandwidth is the distance of the first school beyond them
		JOIN abie.similar_list l ON l.run_id = s.run_id AND l.urn = s.urn
		JOIN abie.run r ON r.run_id = s.run_id
		JOIN abie.methodology m ON m.name = r.methodology
	WHERE s.run_id = explain_local_schools.run_id AND s.urn = explain_local_schools.urn AND s.references_published
		AND m.method = 'contextual'
)
SELECT 6, n.rank, format('counted too, school %s: %s', n.rank, n.similar_urn || coalesce(' ' || x.name, '')),
	CASE WHEN p.attendance_published THEN p.attendance END,
	format('attendance, context %s; distance %s, %s enrolments', p.context, n.distance, p.effective_enrolments)
FROM school o
	CROSS JOIN LATERAL abie_internal.most_similar(o.s, o.local_schools, o.bandwidth) n
	JOIN abie.run_school p ON p.run_id = explain_local_schools.run_id AND p.urn = n.similar_urn
	LEFT JOIN abie.school x ON x.urn = n.similar_urn
WHERE n.rank > o.similar_schools;
END $$;
COMMENT ON FUNCTION abie_internal.explain_local_schools(integer, integer) IS
'The lines of abie.explain on the schools after the similar schools that the local residual is a mean of, by part and '
'place; none where it is of the similar schools alone, or not all references are published.';

CREATE FUNCTION abie_internal.explain_expected(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 5
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS (
	SELECT s.*, n.bandwidth, m.method = 'contextual' AS is_contextual,
		abie_internal.local_schools(m) AS local_schools, m.similar_schools, r.local_slope,
		e.expected_error
	FROM abie.run_school s
		JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
		JOIN abie.similar_list n ON n.run_id = s.run_id AND n.urn = s.urn
		JOIN abie.run u ON u.run_id = s.run_id
		JOIN abie.methodology m ON m.name = u.methodology
		LEFT JOIN abie.run_model r ON r.run_id = s.run_id AND r.stratum = s.stratum
	WHERE s.run_id = explain_expected.run_id AND s.urn = explain_expected.urn
)
SELECT 7, 1, 'bandwidth', s.bandwidth,
	format('distance of the nearest school beyond the %s, or of the last where there is none', s.local_schools)
FROM school s WHERE s.references_published
UNION ALL
SELECT 7, 2, 'local residual', s.local_residual,
	format('mean of the %s'' attendance - context, each weighted by enrolments x (1 - (distance / bandwidth)^3)^3',
		CASE WHEN s.local_schools = s.similar_schools THEN 'similar schools'
			ELSE s.local_schools || ' most similar schools' END)
FROM school s WHERE s.is_contextual AND s.references_published
UNION ALL
SELECT 7, 3, 'local slope', s.local_slope,
	'part of the local residual that schools of the stratum have in common with their similar schools'
FROM school s WHERE s.is_contextual AND s.references_published
UNION ALL
SELECT 7, 4, 'expected', s.expected, CASE WHEN NOT s.references_published
	THEN 'from circumstances and the attendance of other schools'
	WHEN s.is_contextual THEN 'context + local slope x local residual'
	ELSE 'mean of the similar schools'' attendance, each weighted by enrolments x (1 - (distance / bandwidth)^3)^3' END
		FROM school s
UNION ALL
SELECT 7, 5, 'expected error', s.expected_error, CASE WHEN s.references_published
	THEN format('standard error: square root of %s^2 + (local slope x %s)^2, the errors of context and local residual',
		s.context_error, s.local_error)
	ELSE 'standard error' END
FROM school s WHERE s.is_contextual;
END $$;
COMMENT ON FUNCTION abie_internal.explain_expected(integer, integer) IS
'The lines of abie.explain on expected attendance, by part and place.';

CREATE FUNCTION abie_internal.own_share_made(m abie.run_model, is_learned boolean, is_published boolean, noise text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
-- not STRICT: noise is NULL where it is not known
RETURN CASE
	WHEN (m).edition = 2 AND NOT is_published THEN 'best predicted the schools of the stratum'
	WHEN (m).edition = 2 AND is_learned
		THEN format('1 / (1 + %s + %s / enrolments), which best predicted the schools of the stratum', (m).constant,
			(m).n0)
	WHEN is_learned
		THEN format('enrolments / (enrolments + %s), which best predicted the schools of the stratum', (m).n0)
	WHEN (m).edition = 2 AND ((m).sampling_source = 'declared' OR (m).spread_c0 IS NULL)
		THEN '1 / (1.2 + 15 / enrolments), for one year alone'
	WHEN (m).edition = 2 THEN format('1 - (%s + %s / enrolments) / 2 / (%s + %s / enrolments), not under 0: what a '
		'year brings, against how attendance spreads about what is expected', (m).change_c0, (m).change_c1,
		(m).spread_c0, (m).spread_c1)
	WHEN (m).between_variance IS NULL THEN '1: how noisy attendance is, is not known'
	ELSE format('%s / (%s + %s): variance between schools over itself and the noise of one year', (m).between_variance,
		(m).between_variance, noise) END;
COMMENT ON FUNCTION abie_internal.own_share_made(abie.run_model, boolean, boolean, text) IS
'How the own share of a school was made, from what was learned of its stratum; noise: its sampling variance, in words. '
'Without figures where what they were learned from is not published. Not STRICT: noise may be NULL.';

CREATE FUNCTION abie_internal.explain_baseline(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS (
	SELECT e.*, m AS model, m.edition, m.last_weight, m.common_change, m.reach, m.sampling_c1, m.sampling_source,
		m.sampling_run, s.effective_enrolments, s.previous_attendance, s.attendance_error,
		abie.previous_year(r.baseline_year) AS previous_year,
		coalesce(s.attendance_error || '^2', m.sampling_c1 || ' / enrolments') AS noise,
		m.last_weight IS NOT NULL AND s.previous_attendance IS NOT NULL AS is_learned
	FROM abie.expectation e JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum
		JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn JOIN abie.run r ON r.run_id = e.run_id
	WHERE e.run_id = explain_baseline.run_id AND e.urn = explain_baseline.urn
)
SELECT 8, 1, 'attendance the year before', s.previous_attendance,
	CASE WHEN s.previous_attendance IS NULL THEN 'not held for ' ELSE 'own attendance in ' END || s.previous_year
		FROM school s
UNION ALL
SELECT 8, 2, 'own level', s.own_level, CASE WHEN s.is_learned AND s.edition = 2 AND NOT s.references_published
	THEN 'attendance, and the year before with the change of all schools, within 1 of attendance'
	WHEN s.is_learned AND s.edition = 2
	THEN format('attendance + (1 - %s) x (attendance the year before + %s - attendance), within %s of attendance; %s '
	'is the change of all schools of the stratum, the weight best predicted them', s.last_weight, s.common_change,
	s.reach, s.common_change)
	WHEN s.is_learned
	THEN format('%s x attendance + (1 - %s) x attendance the year before; the weight best predicted the schools of '
	'the stratum', s.last_weight, s.last_weight)
	ELSE 'attendance' END FROM school s
UNION ALL
SELECT 8, 3, 'sampling variance', coalesce(s.attendance_error * s.attendance_error,
	s.sampling_c1 / s.effective_enrolments),
	CASE WHEN s.attendance_error IS NOT NULL THEN 'of one year: the square of attendance error'
	ELSE format('of one year: %s / enrolments, %s', s.sampling_c1, CASE s.sampling_source
		WHEN 'changes'
			THEN 'half of how much the changes of the stratum''s schools from year to year vary with 1 / enrolments'
		WHEN 'registers' THEN 'the median of attendance error^2 x enrolments of the stratum''s schools'
		WHEN 'earlier run'
			THEN format('as learned in run %s, because no earlier year is held to learn it from', s.sampling_run)
		WHEN 'declared' THEN 'as England''s schools had, because no earlier year or run is held to learn it from'
		ELSE format('how much attendance - expected varies with 1 / enrolments, but not above %s, because no earlier '
			'year is held '
			'to learn it from', abie_internal.greatest_sampling_c1(s.stratum)) END) END
FROM school s WHERE num_nonnulls(s.attendance_error, s.sampling_c1) > 0
UNION ALL
SELECT 8, 4, 'own share', s.own_share, abie_internal.own_share_made(s.model, s.is_learned, s.references_published,
	s.noise)
FROM school s
UNION ALL
SELECT 8, 5, 'baseline', s.baseline, 'expected + own share x (own level - expected)' || CASE WHEN s.edition = 2
	THEN format(', within %s of attendance', CASE WHEN s.is_learned THEN s.reach ELSE 0.75 END) ELSE '' END
		FROM school s
UNION ALL
SELECT 8, 6, 'baseline error', s.baseline_error,
	format('standard error: square root of own share x %s%s + ((1 - own share) x expected error)^2',
	CASE WHEN s.is_learned THEN format('(%s^2 + (1 - %s)^2) x ', s.last_weight, s.last_weight) END, s.noise)
		FROM school s WHERE s.baseline_error IS NOT NULL;
END $$;
COMMENT ON FUNCTION abie_internal.explain_baseline(integer, integer) IS
'The lines of abie.explain on the baseline, by part and place; none in method similar-schools.';

CREATE FUNCTION abie_internal.explain_forecast(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 3
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS (
	SELECT e.*, m.change_c0, m.change_c1, m.forecast_coefficients AS c, m.forecast_c0, m.forecast_c1,
		m.forecast_quantile, m.last_weight IS NOT NULL AND s.previous_attendance IS NOT NULL AS is_learned,
		r.target_year
	FROM abie.expectation e JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum
		JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn JOIN abie.run r ON r.run_id = e.run_id
	WHERE e.run_id = explain_forecast.run_id AND e.urn = explain_forecast.urn
)
SELECT 12, 1, 'forecast', s.forecast, CASE WHEN s.is_learned AND NOT s.references_published
	THEN format('%s if nothing changes', s.target_year)
	WHEN s.is_learned
		THEN format('%s + %s x expected + (%s + %s / square root of enrolments) x (attendance - expected) + (%s + %s '
		'/ square root of enrolments) x (attendance the year before - expected): %s if nothing changes',
		s.c[1], s.c[2], s.c[3], s.c[5], s.c[4], s.c[6], s.target_year)
	ELSE format('baseline: %s if nothing changes', s.target_year) END FROM school s
UNION ALL
SELECT 12, i.place, i.name, i.value, CASE WHEN s.is_learned AND NOT s.references_published THEN 'end of the interval'
	WHEN s.is_learned
	THEN format('forecast %s %s x square root of (%s + %s / enrolments), within 0-100', i.sign, s.forecast_quantile,
	s.forecast_c0, s.forecast_c1)
	ELSE format('forecast %s 1.959963984540054 x square root of (%s + %s / enrolments), within 0-100', i.sign,
		s.change_c0, s.change_c1) END
	|| ': 95 of 100 schools lie between, a change common to all apart'
FROM school s,
	LATERAL (VALUES (2, 'forecast low', s.forecast_low, '-'), (3, 'forecast high', s.forecast_high, '+')) i(place, name,
	value, sign)
WHERE i.value IS NOT NULL;
END $$;
COMMENT ON FUNCTION abie_internal.explain_forecast(integer, integer) IS
'The lines of abie.explain on the forecast, by part and place; none in method similar-schools.';

CREATE FUNCTION abie_internal.explain_ladder(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 7
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH run AS (
	SELECT r.baseline_year, m.*
	FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology
	WHERE r.run_id = explain_ladder.run_id
), expectation AS (
	SELECT e.*, x.headroom
	FROM run r, abie.expectation e CROSS JOIN LATERAL abie_internal.school_result(e.attendance, e.expected, e.baseline,
		e.pared_mean, e.pre_pandemic, r.pace, r.gap_share, r.improvement_floor, r.improvement_cap) x
	WHERE e.run_id = explain_ladder.run_id AND e.urn = explain_ladder.urn
)
SELECT 9, 2, 'pared mean', e.pared_mean,
	format('best of the school and its similar schools by (present + 1) / (enrolments + 2), down to %s %% of their '
	'enrolments', 100 * r.benchmark_share)
FROM expectation e, run r WHERE e.references_published
UNION ALL
SELECT 9, 3, 'pre-pandemic', e.pre_pandemic, CASE WHEN e.pre_pandemic IS NULL
	THEN 'own attendance in 2018/19 is not held' ELSE 'own attendance in 2018/19' END
FROM expectation e
UNION ALL
SELECT 9, 4, 'ladder top', e.ladder_top, 'the greater of pared mean and pre-pandemic' FROM expectation e
	WHERE e.references_published
UNION ALL
SELECT 9, 5, 'headroom', e.headroom, 'ladder top - baseline, but not under 0'
	FROM expectation e WHERE e.references_published
UNION ALL
SELECT 11, 1, 'local authority average', e.la_average,
	'schools of the stratum in the local authority, ' || r.baseline_year FROM expectation e, run r
WHERE e.references_published
UNION ALL
SELECT 11, 2, 'national average', e.national_average, 'all schools of the stratum, ' || r.baseline_year
	FROM expectation e, run r
WHERE e.references_published
UNION ALL
SELECT 11, 3, 'upper quartile', e.similar_upper_quartile, 'of the similar schools' FROM expectation e
	WHERE e.references_published;
END $$;
COMMENT ON FUNCTION abie_internal.explain_ladder(integer, integer) IS
'The lines of abie.explain on the rungs of the ladder, its top and the headroom, by part and place.';

CREATE FUNCTION abie_internal.explain_expectation(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 6
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH run AS (
	SELECT r.target_year, r.baseline_year, m.*
	FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology
	WHERE r.run_id = explain_expectation.run_id
), expectation AS (
	SELECT e.* FROM abie.expectation e WHERE e.run_id = explain_expectation.run_id AND e.urn = explain_expectation.urn
)
SELECT 9, 1, 'gap', e.gap, 'expected - baseline, but not under 0' FROM expectation e
UNION ALL
SELECT 10, 1, 'improvement', e.improvement, format('%s + %s x gap, not under %s, not over %s, not over the headroom',
	r.pace, r.gap_share, r.improvement_floor, r.improvement_cap) FROM expectation e, run r
UNION ALL
SELECT 10, 2, 'improvement published', e.improvement_rounded,
	format('improvement rounded half up to 0.1: %s', e.statement) FROM expectation e
UNION ALL
SELECT 10, 3, 'target', e.target, 'baseline + improvement, for ' || r.target_year FROM expectation e, run r
UNION ALL
SELECT 10, 4, 'step from last year', e.target - e.attendance, format('target - attendance in %s%s', r.baseline_year,
	CASE e.statement WHEN 'sustain' THEN ': the target is reached, to be kept'
		WHEN 'maintain' THEN ': nothing is asked for, because improvement published is 0.0'
		ELSE '' END) FROM expectation e, run r
UNION ALL
SELECT 10, 5, 'second route', NULL,
	format('met too where attendance in %s, less the median change of the stratum''s schools since %s, plus %s, '
	'reaches the target', r.target_year, r.baseline_year, r.pace)
FROM expectation e, run r;
END $$;
COMMENT ON FUNCTION abie_internal.explain_expectation(integer, integer) IS
'The lines of abie.explain on gap, improvement and target, by part and place.';

CREATE FUNCTION abie_owner.explain(role oid, run_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 250
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT row_number() OVER (ORDER BY l.part, l.place)::integer, l.name, l.value, l.made
FROM (
	SELECT * FROM abie_internal.explain_inputs(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_context(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_similar_schools(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_local_schools(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_expected(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_baseline(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_ladder(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_expectation(explain.run_id, explain.urn)
	UNION ALL SELECT * FROM abie_internal.explain_forecast(explain.run_id, explain.urn)) l
WHERE explain.urn = ANY ((SELECT abie_owner.admit(role, 'explain', explain.run_id, ARRAY[explain.urn]))::integer[])
ORDER BY l.part, l.place;
END $$;
COMMENT ON FUNCTION abie_owner.explain(oid, integer, integer) IS 'Of a role, as abie.explain.';

CREATE FUNCTION abie.explain(run_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 250 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.explain(integer, integer) IS
'How the expectation of one school was made in a run, in order: attendance, characteristics, contextual model, similar '
'schools and the others that count in the local residual, expected attendance, baseline, improvement, rungs of the '
'ladder, forecast. value: per cent, percentage points or the characteristic''s unit; made: what it was made from, '
'enough to recompute it from these lines alone, unless it rests on attendance that is not published, which one line '
'then says. A school left out has its reason; no rows for a school out of scope, or one that the role in force may not '
'read (abie_internal.readable_schools). Volatile because reads may be logged (abie.report_read).';
