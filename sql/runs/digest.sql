-- SHA-256 of all that a run used, and of all that it found, as the bytes of the values themselves.
--
-- Rows come from the index in the order that a digest has them, which spares sorting what is written of them: hence the
-- subqueries, and no sort where the planner would take one for cheaper. Parallel plans would lose the order.

CREATE FUNCTION abie_internal.row_bytes(VARIADIC "any") RETURNS bytea
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_row_bytes';
COMMENT ON FUNCTION abie_internal.row_bytes("any") IS
'Values as the bytes of the text that a row of them has, the same that a cast makes, but for numbers always so many '
'digits as tell them apart, whatever extra_float_digits is; in less time. Not STRICT: a column may be NULL. Error '
'0A000 for a column whose text depends on the session, such as a date.';

CREATE FUNCTION abie_internal.list_bytes(urn integer, similar_urns integer[], distances float8[], bandwidth float8)
RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_list_bytes';
COMMENT ON FUNCTION abie_internal.list_bytes(integer, integer[], float8[], float8) IS
'A list of similar schools as bytes: what int4send, array_send twice and float8send make, one after the other.';

CREATE FUNCTION abie_internal.sha256_of(bytea, bytea, bytea, bytea) RETURNS bytea
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_sha256_of';
COMMENT ON FUNCTION abie_internal.sha256_of(bytea, bytea, bytea, bytea) IS
'SHA-256 of the values one after the other, without putting them together. Not STRICT: NULL has no bytes.';

CREATE FUNCTION abie_internal.excluded_bytes(run_id integer) RETURNS bytea
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT string_agg(abie_internal.row_bytes(x.laestab, x.urn, x.reason, x.detail), E'\\x0a')
	FROM (SELECT x.* FROM abie.exclusion x WHERE x.run_id = excluded_bytes.run_id ORDER BY x.laestab) x;
END;
COMMENT ON FUNCTION abie_internal.excluded_bytes(integer) IS
'The schools left out of a run, as digests have them: lines of abie_internal.row_bytes.';

CREATE FUNCTION abie_internal.input_digest(run_id integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_sort = off
SET max_parallel_workers_per_gather = 0
AS $$
SELECT encode(abie_internal.sha256_of(
	(SELECT convert_to(r.target_year
		|| (to_jsonb(abie_internal.run_methodology(r.run_id))
		- '{name,description,checks,issue_when_passed,created_by,created_at}'::text[])::text, 'UTF8')
		FROM abie.run r WHERE r.run_id = input_digest.run_id),
	(SELECT string_agg(abie_internal.row_bytes(s.urn, s.laestab, s.stratum, s.selective, s.enrolments,
			s.sess_possible, s.sess_overall, s.attendance, s.attendance_error, s.attendance_published,
			s.is_reference, s.easting, s.northing, s.family, s.la_average, s.national_average,
				s.previous_attendance, s.earlier_attendance, s.pre_pandemic,
			s.numbers, s.categories)
			|| CASE WHEN s.effective_enrolments <> s.enrolments
				THEN convert_to(' ' || s.effective_enrolments, 'UTF8') ELSE '' END, E'\\x0a')
		FROM (SELECT s.* FROM abie.run_school s WHERE s.run_id = input_digest.run_id ORDER BY s.urn) s),
	abie_internal.excluded_bytes(input_digest.run_id),
	coalesce((SELECT string_agg(abie_internal.row_bytes(c.laestab, c.urn, c.stratum, c.enrolments,
			c.attendance_held, c.rows_of_urn,
			to_char(c.close_date, 'YYYY-MM-DD'), to_char(c.status_date, 'YYYY-MM-DD'), c.successors), E'\\x0a')
		FROM (SELECT c.* FROM abie.run_scope c WHERE c.run_id = input_digest.run_id ORDER BY c.laestab) c), '')
	|| coalesce((SELECT string_agg(abie_internal.row_bytes(m.stratum, m.sampling_c1)
			|| CASE WHEN m.edition > 1 THEN abie_internal.row_bytes(m.change_c0, m.change_c1) ELSE '' END, E'\\x0a'
				ORDER BY m.stratum)
		FROM abie.run_model m WHERE m.run_id = input_digest.run_id
			AND m.sampling_source = 'earlier run'), '')), 'hex')
$$;
COMMENT ON FUNCTION abie_internal.input_digest(integer) IS
'SHA-256, hexadecimal, of the settings of a run''s methodology, of the figures of the schools in it, of the averages '
'and earlier attendance they are set beside, of the schools left out, of what decided that, and of what was taken from '
'an earlier run. Runs of equal input digests have equal result digests.';

CREATE FUNCTION abie_internal.result_digest(run_id integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_sort = off
SET max_parallel_workers_per_gather = 0
AS $$
SELECT encode(abie_internal.sha256_of(
	(SELECT string_agg(abie_internal.row_bytes(e.urn, e.laestab, e.stratum, e.enrolments,
			e.attendance, e.expected, e.expected_error, e.own_level, e.own_share,
			e.baseline, e.baseline_error, e.gap, e.improvement, e.improvement_rounded, e.target, e.statement,
				e.ladder_top, e.la_average, e.national_average,
			e.similar_upper_quartile, e.pared_mean, e.pre_pandemic, e.forecast, e.forecast_low, e.forecast_high,
				e.poor_match), E'\\x0a')
		FROM (SELECT e.* FROM abie.expectation e WHERE e.run_id = result_digest.run_id ORDER BY e.urn) e),
	abie_internal.excluded_bytes(result_digest.run_id),
	(SELECT string_agg(abie_internal.list_bytes(n.urn, n.similar_urns, n.distances, n.bandwidth), '')
		FROM (SELECT n.* FROM abie.similar_list n WHERE n.run_id = result_digest.run_id ORDER BY n.urn) n),
	(SELECT string_agg(abie_internal.row_bytes(m.stratum, m.sampling_c1, m.sampling_source), E'\\x0a'
			ORDER BY m.stratum)
		FROM abie.run_model m WHERE m.run_id = result_digest.run_id)), 'hex')
$$;
COMMENT ON FUNCTION abie_internal.result_digest(integer) IS
'SHA-256, hexadecimal, of a run''s expectations, exclusions, similar schools and sampling noise with its source. Equal '
'for runs with equal results, whatever their numbers.';
