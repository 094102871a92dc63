-- Release checks of inputs, and against the run issued last.

--
-- Inputs
--

-- OFFSET 0: what is compared is worked out once, though it is named twice

CREATE FUNCTION abie.check_input_digest(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(1, CASE WHEN i.now = i.recorded THEN 0 ELSE 1 END, CASE WHEN i.now <> i.recorded THEN ARRAY[i.now] END)::abie.check_finding
FROM (SELECT r.input_digest AS recorded, abie.input_digest(r.run_id) AS now FROM abie.run r WHERE r.run_id = check_input_digest.run_id OFFSET 0) i
$$;
COMMENT ON FUNCTION abie.check_input_digest(integer, float8) IS 'Internal: release check input digest. Example: the digest as it is now.';

CREATE FUNCTION abie.check_result_digest(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(1, CASE WHEN i.now = i.recorded THEN 0 ELSE 1 END, CASE WHEN i.now <> i.recorded THEN ARRAY[i.now] END)::abie.check_finding
FROM (SELECT r.result_digest AS recorded, abie.result_digest(r.run_id) AS now FROM abie.run r WHERE r.run_id = check_result_digest.run_id OFFSET 0) i
$$;
COMMENT ON FUNCTION abie.check_result_digest(integer, float8) IS 'Internal: release check result digest. Example: the digest as it is now.';

CREATE FUNCTION abie.check_stale_input(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m abie.methodology := abie.run_methodology(run_id);
	target_year text := (SELECT r.target_year FROM abie.run r WHERE r.run_id = check_stale_input.run_id);
	finding abie.check_finding;
BEGIN
	-- the pool as abie.calculate_pool would make it now
	EXECUTE format($sql$
		SELECT count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5]
		FROM (
			SELECT coalesce(s.urn, c.urn) AS urn, s.urn IS NULL OR c.urn IS NULL
				OR (s.laestab, s.stratum, s.selective, s.enrolments, s.sess_possible, s.sess_overall, s.attendance, s.attendance_error, s.easting, s.northing, s.family)
					IS DISTINCT FROM (c.laestab, c.stratum, coalesce(c.admissions_policy = 'Selective', false), c.enrolments, c.sess_possible, c.sess_overall,
						c.attendance, c.attendance_error, c.easting, c.northing, f.family)
				OR (s.previous_attendance, s.earlier_attendance, s.pre_pandemic) IS DISTINCT FROM (p.previous_attendance, p.earlier_attendance, p.pre_pandemic)
				OR s.numbers IS DISTINCT FROM %s OR s.categories IS DISTINCT FROM %s AS faulty
			FROM (SELECT * FROM abie.school_scope($2, $3) x WHERE x.reason IS NULL) c
				LEFT JOIN abie.school_family() f ON f.urn = c.urn
				LEFT JOIN abie.past_attendance(abie.previous_year($2)) p ON p.laestab = c.laestab
				FULL JOIN (SELECT * FROM abie.run_school x WHERE x.run_id = $1) s ON s.urn = c.urn
			OFFSET 0
		) i
		$sql$, abie.characteristic_array(m.characteristics, 'number'), abie.characteristic_array(m.characteristics, 'category'))
	INTO finding USING run_id, target_year, m.minimum_enrolments;
	RETURN finding;
END $$;
COMMENT ON FUNCTION abie.check_stale_input(integer, float8) IS 'Internal: release check stale input: the pool is made again and compared with the one kept.';

CREATE FUNCTION abie.check_partial_input(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.laestab::text ORDER BY i.laestab) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT b.laestab, a.laestab IS NULL AS faulty
	FROM abie.run r JOIN abie.attendance b ON b.academic_year = abie.previous_year(r.baseline_year)
		LEFT JOIN abie.attendance a ON a.academic_year = r.baseline_year AND a.laestab = b.laestab
	WHERE r.run_id = check_partial_input.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_partial_input(integer, float8) IS 'Internal: release check partial input. Examples are LAESTABs.';

CREATE FUNCTION abie.check_rate_only(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(i.urn::text ORDER BY i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT s.urn, s.sess_possible IS NULL OR s.sess_overall IS NULL AS faulty FROM abie.run_school s WHERE s.run_id = check_rate_only.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_rate_only(integer, float8) IS 'Internal: release check rate only.';

CREATE FUNCTION abie.check_suppressed_input(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.laestab, i.markers) ORDER BY i.laestab) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT a.laestab, a.markers <> '{}' AS faulty, a.markers FROM abie.run r JOIN abie.run_school s ON s.run_id = r.run_id
		JOIN abie.attendance a ON a.academic_year = r.baseline_year AND a.laestab = s.laestab
	WHERE r.run_id = check_suppressed_input.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_suppressed_input(integer, float8) IS 'Internal: release check suppressed input. Examples: LAESTAB: markers.';

CREATE FUNCTION abie.check_missing_characteristic(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, i.characteristic) ORDER BY i.urn, i.characteristic) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT s.urn, c.characteristic, s.vector[c.position] IS NULL AS faulty
	FROM abie.run_school s JOIN (SELECT c.stratum, c.characteristic, min(c.position) AS position FROM abie.run_characteristic c
		WHERE c.run_id = check_missing_characteristic.run_id GROUP BY c.stratum, c.characteristic) c ON c.stratum = s.stratum
	WHERE s.run_id = check_missing_characteristic.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_missing_characteristic(integer, float8) IS 'Internal: release check missing characteristic. Items are schools x characteristics.';

CREATE FUNCTION abie.check_national_total(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s sessions possible, schools %s', i.school_type, i.sess_possible, i.possible) ORDER BY i.la_code, i.school_type) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT t.la_code, t.school_type, t.sess_possible, t.possible,
		coalesce(greatest(abs(t.possible - t.sess_possible) / nullif(t.sess_possible, 0), abs(t.absent - t.sess_overall) / nullif(t.sess_overall, 0),
			abs(t.pupils - t.enrolments)::numeric / nullif(t.enrolments, 0)) * 100 > check_national_total.threshold, true) AS faulty
	FROM (SELECT t.*, sum(a.sess_possible) AS possible, sum(a.sess_overall) AS absent, sum(a.enrolments) AS pupils
		FROM abie.run r JOIN abie.published_total t ON t.academic_year = r.baseline_year AND t.la_code = 0
			LEFT JOIN abie.attendance a ON a.academic_year = t.academic_year AND a.school_type = t.school_type
		WHERE r.run_id = check_national_total.run_id GROUP BY t.academic_year, t.la_code, t.school_type) t
) i
$$;
COMMENT ON FUNCTION abie.check_national_total(integer, float8) IS 'Internal: release check national total. Examples: published and added up.';

CREATE FUNCTION abie.check_local_authority_total(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s sessions possible, schools %s', i.la_code || ' ' || i.school_type, i.sess_possible, i.possible) ORDER BY i.la_code, i.school_type) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT t.la_code, t.school_type, t.sess_possible, t.possible,
		coalesce(greatest(abs(t.possible - t.sess_possible) / nullif(t.sess_possible, 0), abs(t.absent - t.sess_overall) / nullif(t.sess_overall, 0),
			abs(t.pupils - t.enrolments)::numeric / nullif(t.enrolments, 0)) * 100 > check_local_authority_total.threshold, true) AS faulty
	FROM (SELECT t.*, sum(a.sess_possible) AS possible, sum(a.sess_overall) AS absent, sum(a.enrolments) AS pupils
		FROM abie.run r JOIN abie.published_total t ON t.academic_year = r.baseline_year AND t.la_code > 0
			LEFT JOIN abie.attendance a ON a.academic_year = t.academic_year AND a.school_type = t.school_type AND a.laestab / 10000 = t.la_code
		WHERE r.run_id = check_local_authority_total.run_id GROUP BY t.academic_year, t.la_code, t.school_type) t
) i
$$;
COMMENT ON FUNCTION abie.check_local_authority_total(integer, float8) IS 'Internal: release check local authority total. Examples: published and added up.';

--
-- Against the run issued last
--

CREATE FUNCTION abie.run_issued_before(run_id integer) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT o.run_id FROM abie.run r JOIN abie.run o ON o.run_id <> r.run_id AND o.target_year <= r.target_year AND o.status IN ('issued', 'superseded')
WHERE r.run_id = run_issued_before.run_id
ORDER BY o.target_year DESC, o.status, o.run_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION abie.run_issued_before(integer) IS 'The run that a run is compared with: the one issued for its target year, else superseded in it, else of the nearest year before; NULL where there is none.';

CREATE FUNCTION abie.check_moved_expectation(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s', i.urn, round(i.moved::numeric, 2)) ORDER BY abs(i.moved) DESC, i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	SELECT e.urn, e.improvement - o.improvement AS moved, abs(e.improvement - o.improvement) > check_moved_expectation.threshold AS faulty
	FROM abie.expectation e JOIN abie.expectation o ON o.run_id = (SELECT abie.run_issued_before(check_moved_expectation.run_id)) AND o.urn = e.urn
	WHERE e.run_id = check_moved_expectation.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_moved_expectation(integer, float8) IS 'Internal: release check moved expectation. Examples: the greatest moves.';

CREATE FUNCTION abie.check_moved_list(run_id integer, threshold float8) RETURNS abie.check_finding
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(count(*), count(*) FILTER (WHERE i.faulty), (array_agg(format('%s: %s in common', i.urn, i.common) ORDER BY i.common, i.urn) FILTER (WHERE i.faulty))[1:5])::abie.check_finding
FROM (
	-- every school here has a list in the other run too
	SELECT n.urn, 100.0 * c.common / cardinality(n.similar_urns) < check_moved_list.threshold AS faulty, c.common
	FROM abie.similar_list n JOIN abie.similar_list o ON o.run_id = (SELECT abie.run_issued_before(check_moved_list.run_id)) AND o.urn = n.urn,
		LATERAL (SELECT count(*) AS common FROM unnest(n.similar_urns) u(urn) WHERE u.urn = ANY (o.similar_urns)) c
	WHERE n.run_id = check_moved_list.run_id
) i
$$;
COMMENT ON FUNCTION abie.check_moved_list(integer, float8) IS 'Internal: release check moved list. Examples: similar schools in common.';
