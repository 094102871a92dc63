-- The life of a run: its lock, its stages, how it ends; what of it is deleted with it.

CREATE FUNCTION abie_internal.run_methodology(run_id integer) RETURNS abie.methodology
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT m FROM abie.methodology m JOIN abie.run r ON r.methodology = m.name
WHERE r.run_id = run_methodology.run_id
$$;
COMMENT ON FUNCTION abie_internal.run_methodology(integer) IS
'The methodology a run used; NULL when there is no such run.';

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE FUNCTION abie.run_weights(run_id integer) RETURNS TABLE (stratum text, weights float8[], characteristics text[])
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 2
BEGIN ATOMIC
	SELECT c.stratum, array_agg(c.weight ORDER BY c.position), array_agg(c.characteristic ORDER BY c.position)
	FROM abie.run_characteristic c
	WHERE c.run_id = run_weights.run_id
	GROUP BY c.stratum HAVING sum(c.weight) > 0;
END;
COMMENT ON FUNCTION abie.run_weights(integer) IS
'For each stratum of a run, the weight and the characteristic of each element of the vectors of abie.run_vector. No '
'row for a stratum that has nothing to compare by.';

CREATE FUNCTION abie_internal.school_vector(school abie.run_school) RETURNS float8[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.scaled_vector(school.numbers, school.categories, d.parameters)
FROM abie.run_scaling d WHERE d.run_id = school.run_id AND d.stratum = school.stratum
$$;
COMMENT ON FUNCTION abie_internal.school_vector(abie.run_school) IS
'The vector of abie.run_vector of a school, which need not be as it is in the run.';

-- They follow from what is stored, and stored themselves would be a fifth of a run. Parsed when made and without SET,
-- so that the planner puts it in place of a call; not STRICT for the same reason.
CREATE FUNCTION abie.run_vector(run_id integer) RETURNS TABLE (urn integer, stratum text, vector float8[])
LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 20000
BEGIN ATOMIC
	SELECT s.urn::integer, s.stratum, abie_internal.scaled_vector(s.numbers, s.categories, d.parameters)
	FROM abie.run_school s LEFT JOIN abie.run_scaling d ON d.run_id = s.run_id AND d.stratum = s.stratum
	WHERE s.run_id = run_vector.run_id;
END;
COMMENT ON FUNCTION abie.run_vector(integer) IS
'The vector of each school of a run that distances and the contextual model are computed of, as far as the caller may '
'read abie.run_school: its numbers and categories scaled, elements as in abie.run_characteristic, NULL where missing. '
'NULL for a stratum that has nothing to compare by.';

-- Foreign keys on the largest tables would make the calculation slower by a tenth or more, so a trigger deletes their
-- rows.
CREATE FUNCTION abie_internal.delete_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	DELETE FROM abie.similar_list s USING old_run o WHERE s.run_id = o.run_id;
	DELETE FROM abie.run_school s USING old_run o WHERE s.run_id = o.run_id;
	DELETE FROM abie.run_scope s USING old_run o WHERE s.run_id = o.run_id;
	DELETE FROM abie.expectation e USING old_run o WHERE e.run_id = o.run_id;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.delete_run_rows() IS
'Trigger: deletes a deleted run''s rows in abie.similar_list, abie.run_school, abie.run_scope and abie.expectation.';

CREATE FUNCTION abie_internal.truncate_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	TRUNCATE abie.similar_list, abie.run_school, abie.run_scope, abie.expectation;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.truncate_run_rows() IS
'Trigger: empties abie.similar_list, abie.run_school, abie.run_scope and abie.expectation with abie.run.';

CREATE TRIGGER truncate_run_rows AFTER TRUNCATE ON abie.run
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.truncate_run_rows();

CREATE TRIGGER delete_run_rows AFTER DELETE ON abie.run
REFERENCING OLD TABLE AS old_run
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.delete_run_rows();

-- One calculation a target year: a lock of the session, which a dead one lets go of and no other statement of SQL can
-- take (src/run.c).
CREATE FUNCTION abie_internal.lock_year(target_year text) RETURNS boolean
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10 AS 'MODULE_PATHNAME', 'abie_lock_year';
COMMENT ON FUNCTION abie_internal.lock_year(text) IS
'Takes the session lock of a target year; true where this session has it already, false where another has it '
'or this one has that of another year. A transaction that aborts lets go of it.';

CREATE FUNCTION abie_internal.unlock_year(target_year text) RETURNS boolean
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10 AS 'MODULE_PATHNAME', 'abie_unlock_year';
COMMENT ON FUNCTION abie_internal.unlock_year(text) IS
'Lets go of the lock abie_internal.lock_year took; false when this session does not hold it.';

-- whoever may lock a year can keep others from calculating it
REVOKE EXECUTE ON FUNCTION abie_internal.lock_year(text), abie_internal.unlock_year(text) FROM PUBLIC;

CREATE FUNCTION abie_internal.refuse_transaction(procedure text) RETURNS void
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_refuse_transaction';
COMMENT ON FUNCTION abie_internal.refuse_transaction(text) IS
'Raises error 2D000, which says what to do, where a procedure that commits was called inside a transaction block or a '
'block with an EXCEPTION clause. Inside a function its first COMMIT is refused, with the same code.';

CREATE FUNCTION abie_internal.status_now(status text, target_year text, pid integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
RETURN CASE WHEN status = 'running' AND NOT EXISTS (
	SELECT FROM pg_locks l
	WHERE l.locktype = 'userlock' AND l.classid = 1633839461 AND l.granted AND l.pid = status_now.pid
		AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
		AND l.objid = left(target_year, 4)::int::oid)
	THEN 'interrupted' ELSE status END;
COMMENT ON FUNCTION abie_internal.status_now(text, text, integer) IS
'Status of a run as it stands now, from its row in abie.run: interrupted for a running one whose session no longer '
'holds the lock of its target year.';

CREATE VIEW abie.run_status WITH (security_invoker = true) AS
SELECT r.run_id, r.target_year, r.methodology, abie_internal.status_now(r.status, r.target_year, r.pid) AS status,
	r.stage, r.percent,
	extract(epoch FROM coalesce(r.finished_at, now()) - r.started_at)::float8 AS seconds,
	r.started_at, r.finished_at, r.schools_in_scope, r.expectations, r.exclusions, r.error
FROM abie.run r;
COMMENT ON VIEW abie.run_status IS 'Runs as they stand now; a run whose session died is interrupted.';
COMMENT ON COLUMN abie.run_status.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_status.target_year IS 'Academic year the expectations are for.';
COMMENT ON COLUMN abie.run_status.methodology IS 'Methodology used.';
COMMENT ON COLUMN abie.run_status.status IS 'As in abie.run; a running one whose session died is interrupted.';
COMMENT ON COLUMN abie.run_status.stage IS 'Stage it is in, or was in when it ended.';
COMMENT ON COLUMN abie.run_status.percent IS 'Share of the work done, per cent.';
COMMENT ON COLUMN abie.run_status.seconds IS 'Seconds from its start to its end, or to now.';
COMMENT ON COLUMN abie.run_status.started_at IS 'When it started.';
COMMENT ON COLUMN abie.run_status.finished_at IS 'When it ended; NULL while running or where its session died.';
COMMENT ON COLUMN abie.run_status.schools_in_scope IS 'Schools with attendance in the baseline year.';
COMMENT ON COLUMN abie.run_status.expectations IS 'Schools with an expectation.';
COMMENT ON COLUMN abie.run_status.exclusions IS 'Schools left out, each with a reason.';
COMMENT ON COLUMN abie.run_status.error IS 'Message of the error that ended it.';

CREATE FUNCTION abie_internal.run_stages(method text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE method WHEN 'contextual'
	THEN '{pool,scaling,context,similar schools,expected attendance,baseline,expectation,digest}'::text[]
	ELSE '{pool,scaling,similar schools,expected attendance,expectation,digest}'::text[] END;
COMMENT ON FUNCTION abie_internal.run_stages(text) IS
'The stages of a calculation by a method of abie.methodology, in order.';

CREATE FUNCTION abie_internal.run_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN ARRAY['run_characteristic', 'run_model', 'run_school', 'similar_list', 'expectation', 'exclusion', 'run_scope',
	'run_national', 'run_improvement'];
COMMENT ON FUNCTION abie_internal.run_tables() IS
'The tables of schema abie that a calculation fills, each with a column run_id.';

-- Keep nothing of a run that did not end well but its row in abie.run.
CREATE FUNCTION abie_internal.stop_run(run_id integer, status text, error text) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
UPDATE abie.run r SET status = stop_run.status, error = stop_run.error, finished_at = clock_timestamp()
	WHERE r.run_id = stop_run.run_id;
$$;
COMMENT ON FUNCTION abie_internal.stop_run(integer, text, text) IS 'Marks a run failed or interrupted.';

-- What runs and weekly runs fill their tables with: counted, so that nothing can be added later, and taken away.
CREATE FUNCTION abie_internal.count_rows(tables text[], key text, number integer) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	filled text;
	held bigint;
	counts jsonb := '{}';
BEGIN
	FOREACH filled IN ARRAY tables LOOP
		EXECUTE format('SELECT count(*) FROM abie.%I t WHERE t.%I = $1', filled, key) INTO held USING number;
		counts := counts || jsonb_build_object(filled, held);
	END LOOP;
	RETURN counts;
END $$;
COMMENT ON FUNCTION abie_internal.count_rows(text[], text, integer) IS
'Of each of the tables of schema abie how many rows have the number in their column key, as an object.';

CREATE FUNCTION abie_internal.delete_rows(tables text[], key text, number integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	filled text;
BEGIN
	FOREACH filled IN ARRAY tables LOOP
		EXECUTE format('DELETE FROM abie.%I t WHERE t.%I = $1', filled, key) USING number;
	END LOOP;
END $$;
COMMENT ON FUNCTION abie_internal.delete_rows(text[], text, integer) IS
'Deletes from each of the tables of schema abie the rows that have the number in their column key.';

CREATE FUNCTION abie_internal.clear_run(run_id integer) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.delete_rows(abie_internal.run_tables(), 'run_id', run_id)
$$;
COMMENT ON FUNCTION abie_internal.clear_run(integer) IS
'Deletes the rows of a run that failed or was interrupted.';

CREATE FUNCTION abie_internal.take_year(target_year text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error
BEGIN
	IF target_year IS NULL THEN
		RAISE EXCEPTION 'no academic year of attendance is whole'
			USING ERRCODE = 'no_data_found',
				DETAIL = format('Of nine in ten schools at least %s sessions possible an enrolment are needed, or a '
					'rate.', abie_internal.least_year_sessions()),
				HINT = 'Import a year''s absence, or name the target year.';
	ELSIF NOT abie_internal.lock_year(target_year) THEN
		RAISE EXCEPTION 'expectations for % are being calculated by another session', target_year
			USING ERRCODE = 'lock_not_available',
				DETAIL = coalesce((SELECT format('Run %s, process %s, has reached %s %%.', r.run_id, r.pid, r.percent)
					FROM abie.run r WHERE r.target_year = take_year.target_year AND r.status = 'running'
						ORDER BY r.run_id DESC LIMIT 1),
					'Its run is only just beginning.'),
				HINT = 'Wait for it to end; abie.run_status shows how far it is.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.take_year(text) IS
'Takes the lock of a target year, which may be this session''s already. Errors: 55P03 another session has '
'it, P0002 where there is no year to take.';

CREATE FUNCTION abie_internal.start_run(target_year text, methodology text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a NULL argument gets an error that names it
#variable_conflict use_variable
DECLARE
	baseline text;
	started integer;
BEGIN
	IF target_year IS NULL OR methodology IS NULL THEN
		RAISE EXCEPTION '% cannot be NULL', CASE WHEN target_year IS NULL THEN 'target_year' ELSE 'methodology' END
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	baseline := abie.previous_year(target_year);
	PERFORM abie_internal.take_year(target_year);
	-- an error from here on lets go of the lock; this session has it, so a run of the year still marked running has
	-- died
	PERFORM abie_internal.stop_run(r.run_id, 'interrupted', 'the session ended while the run went on')
	FROM abie.run r WHERE r.target_year = start_run.target_year AND r.status = 'running';
	PERFORM abie_internal.clear_run(r.run_id) FROM abie.run r WHERE r.status = 'interrupted';
	IF NOT abie_internal.ensure_methodology(methodology) THEN
		RAISE EXCEPTION 'methodology "%" does not exist', methodology
			USING ERRCODE = 'undefined_object',
				HINT = 'Make it with abie.create_methodology, or use default or similar-schools.';
	END IF;
	IF NOT EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = baseline) THEN
		RAISE EXCEPTION 'there is no attendance for %, the year before %', baseline, target_year
			USING ERRCODE = 'no_data_found',
				HINT = 'Import that year''s absence first; years held are in abie.attendance.';
	END IF;
	-- a change of the methodology that has not committed yet is waited for, and none can come between
	PERFORM FROM abie.methodology m WHERE m.name = methodology FOR SHARE;
	INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version)
	VALUES (target_year, baseline, methodology, (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'abie'))
	RETURNING abie.run.run_id INTO started;
	RETURN started;
END $$;
COMMENT ON FUNCTION abie_internal.start_run(text, text) IS
'Locks the target year and makes the row of a new run; its run_id. Errors: 23514 not an academic year, 55P03 '
'year being calculated, 42704 unknown methodology, P0002 no attendance for the year before.';

-- Make the stage visible to other sessions before its work starts.
CREATE FUNCTION abie_internal.show_stage(run_id integer, stage text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	planned text[] := abie_internal.run_stages((abie_internal.run_methodology(run_id)).method);
	done integer := 100 * (array_position(planned, show_stage.stage) - 1) / cardinality(planned);
BEGIN
	UPDATE abie.run r SET stage = show_stage.stage, percent = done
	WHERE r.run_id = show_stage.run_id;
	RAISE NOTICE 'run %: %, % %%', run_id, stage, done;
END $$;
COMMENT ON FUNCTION abie_internal.show_stage(integer, text) IS
'Records the stage a run is in, and tells its caller by a notice.';

-- Run one stage. An error becomes the result, so that the caller can record it, commit and raise it again.
CREATE FUNCTION abie_internal.run_stage(run_id integer, stage text, OUT error_code text, OUT message text,
	OUT detail text,
	OUT hint text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- compiling would take longer than running
SET jit = off
AS $$
DECLARE
	started timestamptz := clock_timestamp();
	handled bigint;
BEGIN
	-- shown at once, and until the function ends
	PERFORM set_config('application_name', format('abie run %s: %s, %s %%', run_id, stage,
		(SELECT r.percent FROM abie.run r WHERE r.run_id = run_stage.run_id)), true);
	-- each stage is a function: 'similar schools' is abie_internal.calculate_similar_schools
	EXECUTE format('SELECT abie_internal.%I($1)', 'calculate_' || replace(stage, ' ', '_')) INTO handled USING run_id;
	UPDATE abie.run r
	SET stages = r.stages || jsonb_build_object('stage', run_stage.stage, 'rows', handled,
		'seconds', round(extract(epoch FROM clock_timestamp() - started), 3))
	WHERE r.run_id = run_stage.run_id;
EXCEPTION WHEN OTHERS OR query_canceled THEN
	GET STACKED DIAGNOSTICS error_code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM abie_internal.end_pool();
	IF error_code = '57014' THEN
		-- who cancels does not wait for the rows to be deleted: the next calculation does that
		PERFORM abie_internal.stop_run(run_id, 'interrupted', message);
	ELSE
		PERFORM abie_internal.stop_run(run_id, 'failed', message), abie_internal.clear_run(run_id);
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.run_stage(integer, text) IS
'Runs one stage and records it. On an error the run is marked and cleared, on a cancel only marked, and the '
'error is the result; all NULL otherwise.';

CREATE FUNCTION abie_internal.raise_failure(error_code text, message text, detail text, hint text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- an empty detail or hint would be shown as an empty line
	IF detail <> '' AND hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message, DETAIL = detail, HINT = hint;
	ELSIF detail <> '' THEN
		RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message, DETAIL = detail;
	ELSIF hint <> '' THEN
		RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message, HINT = hint;
	END IF;
	RAISE EXCEPTION USING ERRCODE = error_code, MESSAGE = message;
END $$;
COMMENT ON FUNCTION abie_internal.raise_failure(text, text, text, text) IS
'Raises again the error that abie_internal.run_stage returned.';
