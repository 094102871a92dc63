-- abie.calculate and its stages.
--
-- The stages switch off nested loops where tables are joined that were filled a moment ago, because the planner's
-- statistics are then of another time.

CREATE FUNCTION abie_internal.scaled_numbers(run_id integer)
RETURNS TABLE (stratum text, element bigint, location float8, scale float8, present bigint, substitute float8)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
WITH scaled AS MATERIALIZED (
	SELECT v.stratum, m.clip, p AS parameters,
		CASE m.scaling WHEN 'robust' THEN p.location ELSE (abie.scaling(v.vectors, 'robust')).location END AS median
	FROM (SELECT s.stratum, array_agg(s.numbers ORDER BY s.urn) AS vectors
			FROM pg_temp.abie_run_pool s
			WHERE s.numbers <> '{}'
			GROUP BY s.stratum) v,
		abie_internal.run_methodology(scaled_numbers.run_id) m,
		LATERAL abie.scaling(v.vectors, m.scaling) p
)
SELECT s.stratum, u.element, u.location, u.scale, u.present,
	(abie.scale(ARRAY[u.median], ARRAY[u.location], ARRAY[u.scale], s.clip))[1]
FROM scaled s, unnest((s.parameters).location, (s.parameters).scale, (s.parameters).present, s.median)
	WITH ORDINALITY u(location, scale, present, median, element)
WHERE u.present > 0
$$;
COMMENT ON FUNCTION abie_internal.scaled_numbers(integer) IS
'How the numbers of each stratum of a run are scaled, columns as in abie.run_characteristic; of those that any school '
'has.';

CREATE FUNCTION abie_internal.category_values()
RETURNS TABLE (stratum text, element bigint, value text, present bigint, held numeric, "values" bigint)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.stratum, c.element, c.value, c.present, sum(c.present) OVER this, count(*) OVER this
FROM (SELECT s.stratum, u.element, u.value, count(*) AS present
	FROM pg_temp.abie_run_pool s, unnest(s.categories) WITH ORDINALITY u(value, element)
	WHERE u.value IS NOT NULL
	GROUP BY s.stratum, u.element, u.value) c
WINDOW this AS (PARTITION BY c.stratum, c.element)
$$;
COMMENT ON FUNCTION abie_internal.category_values() IS
'The values of each category in each stratum of the pool: schools with this value (present) and with any (held), and '
'how many values there are.';

-- What schools are compared by: scaled numbers, then an element for each value of each category.
CREATE FUNCTION abie_internal.calculate_scaling(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	-- these weights are placeholders until abie_internal.calculate_context has learned them
	learned boolean := m.method = 'contextual' AND m.weights IS NULL;
	done bigint;
BEGIN
	WITH listed AS (
		SELECT n.name,
			coalesce(m.weights[n.position], 1) AS weight,
			coalesce(m.multipliers[n.position], 1) AS multiplier,
			coalesce(c.kind, 'number') AS kind,
			row_number() OVER (PARTITION BY coalesce(c.kind, 'number') ORDER BY n.position) AS element
		FROM unnest(m.characteristics) WITH ORDINALITY n(name, position)
			LEFT JOIN abie.characteristic c ON c.name = n.name
	), element AS (
		SELECT n.stratum, l.kind, l.name, l.element, NULL AS value, l.weight, l.multiplier, n.location, n.scale,
			n.present, n.present AS held, n.substitute
		FROM abie_internal.scaled_numbers(calculate_scaling.run_id) n
			JOIN listed l ON l.kind = 'number' AND l.element = n.element
		UNION ALL
		-- two of the V elements of a category differ where it differs: (w / V) (V / 2 + V / 2) = w, and the V weights
		-- add up to w
		SELECT c.stratum, l.kind, l.name, l.element, c.value, l.weight / c.values, l.multiplier, 0,
			CASE
				WHEN NOT learned THEN sqrt(2 / c.values::float8)
				WHEN c.values = 1 THEN 1
				ELSE sqrt((c.present * (c.held - c.present))::float8) / c.held
			END,
			c.present, c.held, 0
		FROM abie_internal.category_values() c
			JOIN listed l ON l.kind = 'category' AND l.element = c.element
	)
	INSERT INTO abie.run_characteristic (run_id, stratum, position, characteristic, element, category, multiplier,
		weight, location, scale, present, missing, substitute)
	SELECT calculate_scaling.run_id, e.stratum,
		row_number() OVER (PARTITION BY e.stratum ORDER BY e.kind DESC, e.element, e.value COLLATE "C"),
		e.name, e.element, e.value, e.multiplier, e.weight * e.multiplier, e.location, e.scale, e.present,
		t.schools - e.held,
		CASE m.method WHEN 'contextual' THEN e.substitute END
	FROM element e
		JOIN (SELECT s.stratum, count(*) AS schools
			FROM pg_temp.abie_run_pool s
			GROUP BY s.stratum) t ON t.stratum = e.stratum;

	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_scaling(integer) IS
'Stage of a run. Fills abie.run_characteristic; the number of elements.';

CREATE FUNCTION abie_internal.similar_school_figures(run_id integer, method text, benchmark_share float8)
RETURNS TABLE (urn integer, stratum text, is_reference boolean, enrolments float8, residual float8,
	previous_residual float8, upper_quartile float8, pared_mean float8, mean float8, error float8, previous_mean float8)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
AS $$
SELECT s.urn, s.stratum, s.is_reference, s.effective_enrolments, s.attendance - s.context AS residual,
	s.previous_attendance - s.previous_context AS previous_residual,
	r.upper_quartile, r.pared_mean,
	n.mean, CASE method WHEN 'contextual' THEN n.error END,
	CASE method WHEN 'contextual' THEN coalesce(n.previous_mean, 0) END
FROM (SELECT array_agg(p.urn::integer ORDER BY p.urn) AS urns, array_agg(p.attendance ORDER BY p.urn) AS attendance,
		array_agg(p.effective_enrolments ORDER BY p.urn) AS enrolments
		FROM pg_temp.abie_run_pool p) pool,
	(SELECT array_agg(l.urn) AS owners, array_agg(l.similar_urns) AS lists
		FROM abie.similar_list l
		WHERE l.run_id = similar_school_figures.run_id) list,
	LATERAL abie_internal.list_rungs(pool.urns, pool.attendance, pool.enrolments, list.owners, list.lists,
		benchmark_share) r
	JOIN pg_temp.abie_run_pool s ON s.urn = r.urn
	JOIN pg_temp.abie_run_local n ON n.urn = r.urn
$$;
COMMENT ON FUNCTION abie_internal.similar_school_figures(integer, text, float8) IS
'What the similar schools of each school in a run make: mean and error (abie.local_mean, abie.local_mean_error) of '
'their attendance, or in method contextual of their residuals, attendance - context, beside its own (residual); the '
'same of the year before; upper quartile and pared mean of their attendance.';

-- Expected attendance. In method similar-schools it is the local mean of the similar schools' attendance; in method
-- contextual context + g x the local mean of their residuals, attendance - context.
CREATE FUNCTION abie_internal.calculate_expected_attendance(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	done bigint;
BEGIN
	WITH local AS MATERIALIZED (
		SELECT * FROM abie_internal.similar_school_figures(calculate_expected_attendance.run_id, m.method,
			m.benchmark_share)
	), slope AS (
		-- in the order of URNs, so that sums have the same bits in every plan: sorted once, by what is grouped by first
		SELECT l.stratum, abie.local_slope(array_agg(l.mean), array_agg(l.residual), array_agg(l.enrolments)) AS slope,
			abie.local_slope(array_agg(l.previous_mean), array_agg(l.previous_residual), array_agg(l.enrolments))
				AS previous_slope
		FROM (SELECT l.* FROM local l WHERE m.method = 'contextual' AND l.is_reference ORDER BY l.stratum, l.urn) l
		GROUP BY l.stratum
	), learned AS (
		UPDATE abie.run_model r SET local_slope = p.slope
		FROM slope p
		WHERE r.run_id = calculate_expected_attendance.run_id AND r.stratum = p.stratum
	)
	UPDATE pg_temp.abie_run_pool s
	SET expected = CASE m.method WHEN 'contextual' THEN s.context + p.slope * l.mean ELSE l.mean END,
		previous_expected = s.previous_context + p.previous_slope * l.previous_mean,
		local_residual = CASE m.method WHEN 'contextual' THEN l.mean END,
		local_error = l.error,
		similar_upper_quartile = l.upper_quartile,
		pared_mean = l.pared_mean
	FROM local l
		LEFT JOIN slope p ON p.stratum = l.stratum
	WHERE s.urn = l.urn;
	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_expected_attendance(integer) IS
'Stage of a run. Fills what the pool says of expected attendance and of the similar schools'' attendance, and '
'abie.run_model.local_slope; the number of schools.';

-- Ladder and expectation.
CREATE FUNCTION abie_internal.calculate_expectation(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	stored bigint;
BEGIN
	WITH school AS MATERIALIZED (
		SELECT s.run_id, s.urn, s.laestab, s.stratum, s.enrolments, s.attendance, s.expected, s.la_average,
			s.national_average, s.similar_upper_quartile, s.pared_mean, s.pre_pandemic, s.previous_attendance,
			s.references_published, n.distances[m.similar_schools] AS last_distance, b.*
		FROM pg_temp.abie_run_pool s
			JOIN abie.similar_list n ON n.run_id = s.run_id AND n.urn = s.urn
			LEFT JOIN abie.run_model r ON r.run_id = s.run_id AND r.stratum = s.stratum
			CROSS JOIN LATERAL abie_internal.school_baseline(r, ROW(s.*)::abie.run_school) b
		WHERE n.run_id = calculate_expectation.run_id
	), far AS (
		SELECT s.stratum, percentile_cont(m.poor_match_percentile / 100)
			WITHIN GROUP (ORDER BY s.last_distance) AS limit_distance
		FROM school s
		GROUP BY s.stratum
	), result AS (
		INSERT INTO abie.expectation (run_id, urn, laestab, stratum, enrolments, attendance, expected, expected_error,
			own_level, own_share, baseline, baseline_error,
			gap, improvement, improvement_rounded, target, statement, ladder_top, la_average, national_average,
				similar_upper_quartile, pared_mean, pre_pandemic,
			forecast, forecast_low, forecast_high, poor_match, outside_model, references_published)
		SELECT s.run_id, s.urn, s.laestab, s.stratum, s.enrolments, s.attendance, s.expected, s.expected_error,
			s.own_level, s.own_share, s.baseline, s.baseline_error,
			x.gap, x.improvement, x.improvement_rounded, x.target, x.statement, x.ladder_top, s.la_average,
				s.national_average, s.similar_upper_quartile, s.pared_mean, s.pre_pandemic,
			s.forecast, s.forecast_low, s.forecast_high, s.last_distance > f.limit_distance,
			coalesce(s.attendance NOT BETWEEN s.forecast_low AND s.forecast_high
				AND s.previous_attendance NOT BETWEEN s.forecast_low AND s.forecast_high, false), s.references_published
		FROM school s
			JOIN far f ON f.stratum = s.stratum
			CROSS JOIN LATERAL abie_internal.school_result(s.attendance, s.expected, s.baseline, s.pared_mean,
				s.pre_pandemic, m.pace, m.gap_share, m.improvement_floor, m.improvement_cap) x
		WHERE s.expected IS NOT NULL
		ORDER BY s.urn
		RETURNING expectation.run_id, expectation.stratum, expectation.improvement_rounded
	), counted AS (
		INSERT INTO abie.run_improvement (run_id, stratum, improvement_rounded, schools)
		SELECT r.run_id, r.stratum, r.improvement_rounded, count(*)
		FROM result r
		GROUP BY r.run_id, r.stratum, r.improvement_rounded
	)
	SELECT count(*) INTO stored FROM result;
	RETURN stored;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_expectation(integer) IS
'Last stage but one of a run. Fills abie.expectation, baseline, ladder and all, and abie.run_improvement; the number '
'of expectations.';

CREATE FUNCTION abie_internal.calculate_digest(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- rows for ANALYZE to sample: a tenth of the usual finds the same plans
SET default_statistics_target = 10
AS $$
DECLARE
	in_scope bigint;
	accounted bigint;
BEGIN
	-- a change by hand that has not committed is waited for (abie_internal.guard_run_rows): sums and digests have it
	PERFORM FROM abie.run r WHERE r.run_id = calculate_digest.run_id FOR UPDATE;
	INSERT INTO abie.run_school SELECT s.* FROM pg_temp.abie_run_pool s ORDER BY s.urn;
	PERFORM abie_internal.end_pool();
	PERFORM abie_internal.keep_areas(run_id);
	UPDATE abie.run r
	SET status = 'calculated', percent = 100, finished_at = clock_timestamp(),
		input_digest = abie_internal.input_digest(r.run_id), result_digest = abie_internal.result_digest(r.run_id),
			row_counts = abie_internal.run_row_counts(r.run_id),
		expectations = (SELECT count(*) FROM abie.expectation e WHERE e.run_id = r.run_id),
		exclusions = (SELECT count(*) FROM abie.exclusion x WHERE x.run_id = r.run_id)
	WHERE r.run_id = calculate_digest.run_id
	RETURNING r.schools_in_scope, r.expectations + r.exclusions INTO in_scope, accounted;
	IF in_scope <> accounted THEN
		RAISE EXCEPTION '% schools are in scope, but % have an expectation or a reason why not', in_scope, accounted
			USING ERRCODE = 'internal_error';
	END IF;
	-- who looks at the run now comes before autovacuum, and without statistics of it a report takes minutes; only an
	-- owner may analyze
	IF abie_internal.has_owner_rights('abie.run_school') THEN
		ANALYZE abie.run_school (run_id, urn), abie.similar_list (run_id, urn), abie.expectation (run_id, urn),
			abie.exclusion (run_id, urn), abie.run_scope (run_id, laestab);
	END IF;
	RETURN accounted;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_digest(integer) IS
'Last stage of a run. Keeps the pool as abie.run_school and what the schools add up to (abie_owner.run_area), checks '
'that every school in scope is accounted for, stores the digests, marks the run calculated and renews the planner''s '
'statistics of its tables; the number of schools in scope.';

/*
 * A procedure that commits can have no SET clause, so what it says must not
 * depend on the caller's search_path: it only calls functions by their schema.
 */
CREATE PROCEDURE abie.calculate(target_year text, methodology text DEFAULT 'default', INOUT run_id integer DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
	stage text;
	failure record;
BEGIN
	-- refused inside a transaction, before the year is locked
	PERFORM abie_internal.refuse_transaction('abie.calculate');
	COMMIT;
	run_id := abie_internal.start_run(target_year, methodology);
	COMMIT;
	FOREACH stage IN ARRAY abie_internal.run_stages((abie_internal.run_methodology(run_id)).method) LOOP
		PERFORM abie_internal.show_stage(run_id, stage);
		COMMIT;
		failure := abie_internal.run_stage(run_id, stage);
		COMMIT;
		EXIT WHEN failure.error_code IS NOT NULL;
	END LOOP;
	PERFORM abie_internal.unlock_year(target_year);
	IF failure.error_code IS NOT NULL THEN
		PERFORM abie_internal.raise_failure(failure.error_code, failure.message, failure.detail, failure.hint);
	END IF;
END $$;
COMMENT ON PROCEDURE abie.calculate(text, text, integer) IS
'Calculates expectations for every school with attendance in the year before target_year and commits after each '
'stage; run_id is the number of the new run (an output: what is given is ignored). Progress: a notice a stage, '
'abie.run, abie.run_status, application_name. Call it on its own, not inside a transaction block. One calculation of '
'a target year at a time: another is refused (55P03). An error or cancel leaves earlier runs as they are and marks '
'the run failed or interrupted. Errors: 23514 not an academic year, 42704 unknown methodology, P0002 no attendance '
'for the year before.';
