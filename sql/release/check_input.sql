-- Release checks of inputs, and against the run issued last.

--
-- Inputs
--

CREATE FUNCTION abie_internal.check_result_digest(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
BEGIN ATOMIC
	SELECT 'result digest', i.now IS DISTINCT FROM i.recorded, i.now, NULL::float8[], 1
	FROM (SELECT r.result_digest AS recorded, abie_internal.result_digest(r.run_id) AS now
		FROM abie.run r
		WHERE r.run_id = check_result_digest.run_id
		OFFSET 0) i;
END;
COMMENT ON FUNCTION abie_internal.check_result_digest(integer, float8) IS
'Release check result digest. Example: the digest as it is now.';

CREATE FUNCTION abie_internal.stale_inputs(run_id integer, digest text) RETURNS SETOF abie.checked_item
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000 ROWS 21000
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
-- rows of many columns take longer to sort than to hash
SET enable_mergejoin = off
SET work_mem = '64MB'
SET jit = off
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	target_year text := (SELECT r.target_year FROM abie.run r WHERE r.run_id = stale_inputs.run_id);
	-- averages once each, not for every school that is set beside them
	own_columns text[] := array_remove(array_remove(abie_internal.pool_columns(), 'la_average'), 'national_average');
BEGIN
	IF abie_internal.is_input_unchanged(run_id, digest) THEN
		RETURN QUERY SELECT 'stale input', false, NULL, NULL::float8[], (
			(SELECT count(*) FROM abie.run_scope k WHERE k.run_id = stale_inputs.run_id)
			+ (SELECT count(*) FROM (SELECT DISTINCT s.stratum, s.la_code FROM abie.run_school s
				WHERE s.run_id = stale_inputs.run_id) a)
			+ (SELECT count(DISTINCT s.stratum) FROM abie.run_school s WHERE s.run_id = stale_inputs.run_id))::integer;
		RETURN;
	END IF;
	-- all that abie_internal.calculate_pool would read now, beside what it read
	RETURN QUERY EXECUTE format($sql$
		WITH pool AS MATERIALIZED (%1$s
		), school AS MATERIALIZED (
			SELECT x.* FROM abie.run_school x WHERE x.run_id = $1
		)
		SELECT 'stale input', (%2$s) IS DISTINCT FROM (%3$s) OR (n.reason IS NULL) IS DISTINCT FROM (s.urn IS NOT NULL)
				OR s.urn IS NOT NULL AND (%4$s) IS DISTINCT FROM (%5$s),
			coalesce(n.urn, k.urn, n.laestab, k.laestab)::text,
			ARRAY[coalesce(n.urn, k.urn, n.laestab, k.laestab)]::float8[], 1
		FROM pool n
			FULL JOIN (SELECT x.* FROM abie.run_scope x WHERE x.run_id = $1) k ON k.laestab = n.laestab
			LEFT JOIN school s ON s.laestab = k.laestab
		UNION ALL
		SELECT 'stale input', a.average IS DISTINCT FROM o.average,
			format('%%s average of %%s', coalesce(a.stratum, o.stratum),
				coalesce(nullif(coalesce(a.la_code, o.la_code), 0)::text, 'England')),
			ARRAY[coalesce(a.la_code, o.la_code)]::float8[], 1
		FROM (SELECT n.stratum, n.la_code, n.la_average AS average FROM pool n WHERE n.reason IS NULL
			UNION
			SELECT n.stratum, 0, n.national_average FROM pool n WHERE n.reason IS NULL) a
			FULL JOIN (SELECT s.stratum, s.la_code, s.la_average AS average FROM school s
				UNION
				SELECT s.stratum, 0, s.national_average FROM school s) o
				ON o.stratum = a.stratum AND o.la_code = a.la_code
		$sql$,
		abie_internal.pool_query(m),
		abie_internal.column_list('n', abie_internal.scope_columns()),
		abie_internal.column_list('k', abie_internal.scope_columns()),
		abie_internal.column_list('n', own_columns),
		abie_internal.column_list('s', own_columns))
	USING run_id, target_year, m.minimum_enrolments;
END $$;
COMMENT ON FUNCTION abie_internal.stale_inputs(integer, text) IS
'Release check stale input: where the tables that the run read may have changed since '
'(abie_internal.is_input_unchanged; digest: abie_internal.input_digest as it is now), all that it read is read again '
'and compared with what it kept. Examples are URNs, LAESTABs of schools without one, and averages.';

CREATE FUNCTION abie_internal.check_inputs(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 21000
BEGIN ATOMIC
	WITH input AS MATERIALIZED (
		SELECT r.input_digest AS recorded, abie_internal.input_digest(r.run_id) AS now
		FROM abie.run r
		WHERE r.run_id = check_inputs.run_id
	)
	SELECT 'input digest', i.now IS DISTINCT FROM i.recorded, i.now, NULL::float8[], 1 FROM input i
	UNION ALL
	SELECT s.* FROM input i CROSS JOIN LATERAL abie_internal.stale_inputs(check_inputs.run_id, i.now) s;
END;
COMMENT ON FUNCTION abie_internal.check_inputs(integer, float8) IS
'Release checks input digest, of which the example is the digest as it is now, and stale input.';

CREATE FUNCTION abie_internal.column_list(alias text, columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT string_agg(format('%I.%I', alias, c.name), ', ' ORDER BY c.place)
FROM unnest(columns) WITH ORDINALITY c(name, place)
$$;
COMMENT ON FUNCTION abie_internal.column_list(text, text[]) IS
'Columns of a relation, by the name it has in a query, for a list of them in SQL.';

CREATE FUNCTION abie_internal.check_partial_input(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'partial input', a.laestab IS NULL, b.laestab::text, ARRAY[b.laestab], 1
	FROM abie.attendance b
		LEFT JOIN abie_internal.baseline_attendance(check_partial_input.run_id) a ON a.laestab = b.laestab
	WHERE b.academic_year = (SELECT abie.previous_year(r.baseline_year) FROM abie.run r
		WHERE r.run_id = check_partial_input.run_id);
END;
COMMENT ON FUNCTION abie_internal.check_partial_input(integer, float8) IS
'Release check partial input. Examples are LAESTABs.';

CREATE FUNCTION abie_internal.check_partial_year(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'partial year', s.sess_possible < check_partial_year.threshold * s.enrolments,
		format('%s: %s', s.urn, round(s.sess_possible::numeric / s.enrolments)),
		ARRAY[s.sess_possible / s.enrolments::float8, s.urn], 1
	FROM abie.run_school s
	WHERE s.run_id = check_partial_year.run_id AND s.sess_possible IS NOT NULL AND s.enrolments > 0;
END;
COMMENT ON FUNCTION abie_internal.check_partial_year(integer, float8) IS
'Release check partial year. Examples: sessions possible an enrolment.';

CREATE FUNCTION abie_internal.check_rate_only(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'rate only', s.sess_possible IS NULL OR s.sess_overall IS NULL, s.urn::text, ARRAY[s.urn], 1
	FROM abie.run_school s
	WHERE s.run_id = check_rate_only.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_rate_only(integer, float8) IS 'Release check rate only.';

CREATE FUNCTION abie_internal.check_assumed_noise(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT 'assumed noise', coalesce(m.sampling_source IN ('earlier run', 'residuals', 'declared'), true),
		format('%s: %s', m.stratum, CASE m.sampling_source
			WHEN 'earlier run'
				THEN format('%s / enrolments, from run %s', round(m.sampling_c1::numeric, 1), m.sampling_run)
			WHEN 'residuals' THEN round(m.sampling_c1::numeric, 1) || ' / enrolments, from residuals'
			WHEN 'declared' THEN round(m.sampling_c1::numeric, 1) || ' / enrolments, declared'
			ELSE 'not known' END),
		ARRAY[]::float8[], 1
	FROM abie.run_model m
	WHERE m.run_id = check_assumed_noise.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_assumed_noise(integer, float8) IS
'Release check assumed noise. Items are strata. Examples: sampling variance and its source.';

CREATE FUNCTION abie_internal.check_suppressed_input(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'suppressed input', a.markers <> '{}', format('%s: %s', a.laestab, a.markers), ARRAY[a.laestab], 1
	FROM abie.run_school s
		JOIN abie_internal.baseline_attendance(check_suppressed_input.run_id) a ON a.laestab = s.laestab
	WHERE s.run_id = check_suppressed_input.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_suppressed_input(integer, float8) IS
'Release check suppressed input. Examples: LAESTAB: markers.';

CREATE FUNCTION abie_internal.check_missing_characteristic(run_id integer, threshold float8)
	RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	-- few schools lack any; those that lack none are counted together
	WITH characteristic AS MATERIALIZED (
		SELECT c.stratum, c.characteristic, min(c.position) AS position
		FROM abie.run_characteristic c
		WHERE c.run_id = check_missing_characteristic.run_id
		GROUP BY c.stratum, c.characteristic
	), school AS MATERIALIZED (
		SELECT v.urn, v.stratum, CASE WHEN array_position(v.vector, NULL) IS NOT NULL THEN v.vector END AS lacking
		FROM abie.run_vector(check_missing_characteristic.run_id) v
	)
	SELECT 'missing characteristic', s.lacking[c.position] IS NULL, format('%s: %s', s.urn, c.characteristic),
		ARRAY[s.urn], 1
	FROM school s
		JOIN characteristic c ON c.stratum = s.stratum
	WHERE s.lacking IS NOT NULL
	UNION ALL
	SELECT 'missing characteristic', false, NULL, NULL,
		(s.schools * (SELECT count(*) FROM characteristic c WHERE c.stratum = s.stratum))::integer
	FROM (SELECT s.stratum, count(*) AS schools FROM school s WHERE s.lacking IS NULL GROUP BY s.stratum) s;
END;
COMMENT ON FUNCTION abie_internal.check_missing_characteristic(integer, float8) IS
'Release check missing characteristic. Items are schools x characteristics.';

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.compared_total(run_id integer)
RETURNS TABLE (la_code integer, school_type text, sess_possible bigint, possible numeric, missed numeric)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 500
BEGIN ATOMIC
	WITH year AS (SELECT r.baseline_year FROM abie.run r WHERE r.run_id = compared_total.run_id)
	SELECT t.la_code, t.school_type, t.sess_possible, h.possible,
		100 * greatest(
			abs(h.possible - t.sess_possible) / nullif(t.sess_possible, 0),
			abs(h.absent - t.sess_overall) / nullif(t.sess_overall, 0),
			abs(h.pupils - t.enrolments)::numeric / nullif(t.enrolments, 0))
	FROM abie.published_total t
		LEFT JOIN (
			SELECT a.school_type, a.laestab / 10000 AS la_code, sum(a.sess_possible) AS possible,
				sum(a.sess_overall) AS absent, sum(a.enrolments) AS pupils
			FROM abie.attendance a
			WHERE a.academic_year = (SELECT y.baseline_year FROM year y)
			GROUP BY a.school_type, GROUPING SETS ((), (a.laestab / 10000))
		) h ON h.school_type = t.school_type AND coalesce(h.la_code, 0) = t.la_code
	WHERE t.academic_year = (SELECT y.baseline_year FROM year y);
END;
COMMENT ON FUNCTION abie_internal.compared_total(integer) IS
'Each published total of a run''s baseline year beside the sum of the schools held (possible, sessions), and '
'by how much that misses it in sessions or enrolments, whichever is more, per cent; NULL where none is held; not '
'STRICT so that the planner can put it in place of a call.';

CREATE FUNCTION abie_internal.check_national_total(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'national total', coalesce(t.missed > check_national_total.threshold, true),
		format('%s: %s sessions possible, schools %s', t.school_type, t.sess_possible, t.possible),
		ARRAY[t.la_code], 1
	FROM abie_internal.compared_total(check_national_total.run_id) t
	WHERE t.la_code = 0;
END;
COMMENT ON FUNCTION abie_internal.check_national_total(integer, float8) IS
'Release check national total. Examples: published and added up.';

CREATE FUNCTION abie_internal.check_local_authority_total(run_id integer, threshold float8)
	RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'local authority total', coalesce(t.missed > check_local_authority_total.threshold, true),
		format('%s %s: %s sessions possible, schools %s', t.la_code, t.school_type, t.sess_possible, t.possible),
		ARRAY[t.la_code], 1
	FROM abie_internal.compared_total(check_local_authority_total.run_id) t
	WHERE t.la_code > 0;
END;
COMMENT ON FUNCTION abie_internal.check_local_authority_total(integer, float8) IS
'Release check local authority total. Examples: published and added up.';

--
-- Against the run issued last
--

CREATE FUNCTION abie_internal.run_issued_before(run_id integer) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT o.run_id
FROM abie.run r
	JOIN abie.run o ON o.run_id <> r.run_id AND o.target_year <= r.target_year
		AND o.status IN ('issued', 'superseded')
WHERE r.run_id = run_issued_before.run_id
ORDER BY o.target_year DESC, o.status, o.run_id DESC
LIMIT 1
$$;
COMMENT ON FUNCTION abie_internal.run_issued_before(integer) IS
'The run that a run is compared with: the one issued for its target year, else superseded in it, else of the nearest '
'year before; NULL where there is none.';

CREATE FUNCTION abie_internal.check_moved_expectation(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	SELECT 'moved expectation', abs(e.improvement - o.improvement) > check_moved_expectation.threshold,
		format('%s: %s', e.urn, round((e.improvement - o.improvement)::numeric, 2)),
		ARRAY[-abs(e.improvement - o.improvement), e.urn], 1
	FROM abie.expectation e
		JOIN abie.expectation o ON o.urn = e.urn
			AND o.run_id = (SELECT abie_internal.run_issued_before(check_moved_expectation.run_id))
	WHERE e.run_id = check_moved_expectation.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_moved_expectation(integer, float8) IS
'Release check moved expectation. Examples: the greatest moves.';

CREATE FUNCTION abie_internal.check_moved_list(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
BEGIN ATOMIC
	-- every school here has a list in the other run too
	SELECT 'moved list', 100.0 * c.common / cardinality(l.similar_urns) < check_moved_list.threshold,
		format('%s: %s in common', l.urn, c.common), ARRAY[c.common, l.urn], 1
	FROM abie.similar_list l
		JOIN abie.similar_list o ON o.urn = l.urn
			AND o.run_id = (SELECT abie_internal.run_issued_before(check_moved_list.run_id)),
		LATERAL (SELECT count(*) AS common FROM unnest(l.similar_urns) u(urn) WHERE u.urn = ANY (o.similar_urns)) c
	WHERE l.run_id = check_moved_list.run_id;
END;
COMMENT ON FUNCTION abie_internal.check_moved_list(integer, float8) IS
'Release check moved list. Examples: similar schools in common.';
