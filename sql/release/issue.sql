-- Issue, withdraw, purge: what people do with runs once they are calculated.

CREATE FUNCTION abie_internal.lock_run(run_id integer) RETURNS text
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held text;
BEGIN
	-- all runs of the year, in one order, so that two people who issue or withdraw wait for each other
	PERFORM FROM abie.run r
		WHERE r.target_year = (SELECT o.target_year FROM abie.run o WHERE o.run_id = lock_run.run_id)
		ORDER BY r.run_id FOR UPDATE;
	SELECT r.status INTO held FROM abie.run r WHERE r.run_id = lock_run.run_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no run %', run_id USING ERRCODE = 'no_data_found', HINT = 'Runs are in abie.run.';
	END IF;
	RETURN held;
END $$;
COMMENT ON FUNCTION abie_internal.lock_run(integer) IS
'Locks the runs of a run''s target year to the end of the transaction; the status of the run. Error P0002 '
'where there is no such run.';

CREATE FUNCTION abie.issue(run_id integer, override_reason text DEFAULT NULL) RETURNS abie.run
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: most issues need no reason
DECLARE
	held text;
	issued abie.run;
BEGIN
	IF run_id IS NULL THEN
		RAISE EXCEPTION 'run_id cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	held := abie_internal.lock_run(run_id);
	IF held NOT IN ('calculated', 'checked') THEN
		RAISE EXCEPTION 'run % is % and cannot be issued', run_id, held
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A calculated or checked run is issued, once.';
	END IF;
	-- checked anew: inputs may have changed since, and so may the rows of a run that is not issued
	PERFORM abie.check_run(run_id);
	IF override_reason !~ '[^[:space:]]' IS NOT FALSE THEN
		PERFORM abie_internal.refuse_failing_run(run_id);
	END IF;
	UPDATE abie.run r SET status = 'superseded', reason = format('run %s was issued', issue.run_id)
	FROM abie.run o WHERE o.run_id = issue.run_id AND r.target_year = o.target_year AND r.status = 'issued';
	UPDATE abie.run r SET status = 'issued', reason = CASE WHEN override_reason ~ '[^[:space:]]'
		THEN override_reason END WHERE r.run_id = issue.run_id RETURNING r.* INTO issued;
	RETURN issued;
END $$;
COMMENT ON FUNCTION abie.issue(integer, text) IS
'Checks a calculated run and issues it: its results are then fixed, and the run of the target year that was issued '
'till then becomes superseded. Refused while a blocking check fails, unless override_reason says why it is issued all '
'the same; abie.run_event keeps the reason. The run as issued. Errors: P0002 no such run, 55000 a run that is not '
'calculated or checked, or fails a blocking check.';

CREATE FUNCTION abie.withdraw(run_id integer, reason text) RETURNS abie.run
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a withdrawal without a reason is an error, not nothing
DECLARE
	held text := abie_internal.lock_run(run_id);
	withdrawn abie.run;
BEGIN
	IF held IS NULL THEN
		RAISE EXCEPTION 'run_id cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
	ELSIF held NOT IN ('issued', 'superseded') THEN
		RAISE EXCEPTION 'run % is % and cannot be withdrawn', run_id, held
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Only a run that was issued is withdrawn; another is deleted by its row in abie.run.';
	END IF;
	UPDATE abie.run r SET status = 'withdrawn', reason = withdraw.reason
		WHERE r.run_id = withdraw.run_id RETURNING r.* INTO withdrawn;
	RETURN withdrawn;
END $$;
COMMENT ON FUNCTION abie.withdraw(integer, text) IS
'Withdraws an issued or superseded run. Its results stay as they are, for the record, but are nobody''s expectation '
'any more. The run as withdrawn. Errors: P0002 no such run, 55000 a run that was not issued or is withdrawn, 22004 no '
'reason.';

CREATE FUNCTION abie_owner.purge(role oid, before_year text, reason text) RETURNS SETOF integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: without a reason it is an error, not nothing
BEGIN
	IF NOT abie_owner.has_national_access(role, '{calculation}') THEN
		RAISE EXCEPTION 'runs are purged by roles granted calculation, not by %', role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants are made by abie.grant_access.';
	ELSIF before_year IS NULL OR reason !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'runs are purged before a year and for a reason'
			USING ERRCODE = 'null_value_not_allowed',
				HINT = 'For example abie.purge(''2020/21'', ''kept for six years'').';
	END IF;
	PERFORM before_year::abie.academic_year;
	INSERT INTO abie.run_event (run_id, target_year, event, reason, result_digest, role)
	SELECT r.run_id, r.target_year, 'purged', purge.reason, r.result_digest, role::regrole::text
	FROM abie.run r WHERE r.target_year < before_year AND r.status <> 'running' ORDER BY r.run_id;
	RETURN QUERY DELETE FROM abie.run r
		WHERE r.target_year < before_year AND r.status <> 'running'
			AND EXISTS (SELECT FROM abie.run_event e
				WHERE e.run_id = r.run_id AND e.event = 'purged' AND e.transaction = pg_current_xact_id())
		RETURNING r.run_id;
END $$;
COMMENT ON FUNCTION abie_owner.purge(oid, text, text) IS 'Of a role, as abie.purge.';

CREATE FUNCTION abie.purge(before_year text, reason text) RETURNS SETOF integer
LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10
-- not STRICT: without a reason it is an error, not nothing
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.purge(text, text) IS
'Deletes all runs, issued ones too, of target years before the one given, with all their rows; their numbers. '
'abie.run_event keeps what became of each, its digest and the reason. Runs that are going on stay. Inputs are not '
'touched. Errors: 42501 a role not granted calculation, 22004 no year or no reason, 23514 not an academic year.';
