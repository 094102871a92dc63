-- Whether a run can still be made, from what it kept.

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.judged_scope(run_id integer)
RETURNS TABLE (laestab integer, urn integer, stratum text, enrolments integer, rows_of_urn integer, close_date date,
	status_date date, successors text,
	minimum_enrolments integer, reason text)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 21000
BEGIN ATOMIC
	SELECT c.laestab, c.urn, c.stratum, c.enrolments, c.rows_of_urn, c.close_date, c.status_date, c.successors,
		m.minimum_enrolments,
		abie_internal.exclusion_reason(c.urn, c.rows_of_urn, c.stratum, c.attendance_held, c.close_date, c.status_date,
			c.enrolments,
			abie.year_start(r.target_year), m.minimum_enrolments)
	FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology JOIN abie.run_scope c ON c.run_id = r.run_id
	WHERE r.run_id = judged_scope.run_id;
END;
COMMENT ON FUNCTION abie_internal.judged_scope(integer) IS
'Every school in scope of a run, by abie.run_scope, with the reason why it is left out, decided by the code '
'as it is now; not STRICT so that the planner can put it in place of a call.';

-- The results again, from the figures of the schools that the run kept. Made under the number -run_id, and undone.
CREATE FUNCTION abie_internal.recompute_run(run_id integer) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	stage text;
	digest text;
BEGIN
	INSERT INTO abie.run (run_id, target_year, baseline_year, methodology, extension_version) OVERRIDING SYSTEM VALUE
	SELECT -r.run_id, r.target_year, r.baseline_year, r.methodology, r.extension_version FROM abie.run r
		WHERE r.run_id = recompute_run.run_id;
	-- who enters is decided anew; the other stages leave schools out themselves
	INSERT INTO abie.exclusion (run_id, laestab, urn, reason, detail)
	SELECT -recompute_run.run_id, c.laestab, c.urn, c.reason,
		abie_internal.exclusion_detail(c.reason, c.rows_of_urn, c.close_date, c.status_date, c.successors, c.enrolments,
		c.minimum_enrolments)
	FROM abie_internal.judged_scope(run_id) c WHERE c.reason IS NOT NULL;
	PERFORM abie_internal.begin_pool();
	INSERT INTO pg_temp.abie_run_pool (run_id, urn, laestab, stratum, selective, la_code, enrolments,
		effective_enrolments, sess_possible, sess_overall, attendance, attendance_error,
		attendance_published, is_reference, references_published, easting, northing, family,
		la_average, national_average, previous_attendance, earlier_attendance, pre_pandemic, numbers, categories)
	SELECT -s.run_id, c.urn, c.laestab, c.stratum, s.selective, s.la_code, c.enrolments,
		s.effective_enrolments, s.sess_possible, s.sess_overall, s.attendance, s.attendance_error,
		s.attendance_published, s.is_reference, s.references_published, s.easting, s.northing, s.family,
		s.la_average, s.national_average, s.previous_attendance, s.earlier_attendance, s.pre_pandemic, s.numbers,
			s.categories
	FROM abie_internal.judged_scope(run_id) c JOIN abie.run_school s ON s.run_id = recompute_run.run_id
		AND s.urn = c.urn
		WHERE c.reason IS NULL;
	PERFORM abie_internal.analyze_pool();
	FOREACH stage IN ARRAY abie_internal.run_stages((abie_internal.run_methodology(run_id)).method) LOOP
		CONTINUE WHEN stage IN ('pool', 'digest');
		EXECUTE format('SELECT abie_internal.%I($1)', 'calculate_' || replace(stage, ' ', '_')) USING -run_id;
	END LOOP;
	digest := abie_internal.result_digest(-run_id);
	RAISE EXCEPTION USING ERRCODE = 'AB001', MESSAGE = 'undo';
EXCEPTION WHEN SQLSTATE 'AB001' THEN
	RETURN digest;
END $$;
COMMENT ON FUNCTION abie_internal.recompute_run(integer) IS
'The digest of the results that the code as it is now makes from the inputs kept with a run: who is left out '
'and why, then the stages after the pool. Nothing of it stays.';

CREATE FUNCTION abie.verify(run_id integer) RETURNS TABLE (digest text, recorded text, now text, equal boolean)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	r abie.run;
	read_only boolean := current_setting('transaction_read_only')::boolean;
BEGIN
	SELECT x.* INTO r FROM abie.run x WHERE x.run_id = verify.run_id;
	IF r.result_digest IS NULL THEN
		RAISE EXCEPTION 'run % was not calculated to its end', run_id
			USING ERRCODE = 'no_data_found', HINT = 'Runs and their status are in abie.run_status.';
	END IF;
	IF read_only THEN
		RAISE WARNING 'the results of run % are not recomputed in a read-only transaction', r.run_id
			USING HINT = 'Verify it on the primary server, in a transaction that may write: nothing of it stays.';
	END IF;
	RETURN QUERY SELECT v.digest, v.recorded, v.now, v.recorded = v.now
		FROM (VALUES ('inputs kept', r.input_digest, abie_internal.input_digest(r.run_id)),
			('results kept', r.result_digest, abie_internal.result_digest(r.run_id)),
			('results recomputed', r.result_digest, CASE WHEN NOT read_only
				THEN abie_internal.recompute_run(r.run_id) END)) v(digest, recorded, now);
END $$;
COMMENT ON FUNCTION abie.verify(integer) IS
'Whether a run can still be made: digests of the inputs and results kept with it, and of the results made now from '
'those inputs, from who is left out and why to the last stage, each beside the digest recorded when it was calculated. '
'Takes as long as the calculation and stores nothing. In a read-only transaction, as on a standby, the latter is NULL, '
'with a warning. Whether the inputs are the imported figures is a matter of the release checks base figure and stale '
'input. Error P0002 for a run that does not exist or was not calculated to its end.';
