-- Life of a run after its calculation: checked, issued, superseded or withdrawn; who did it, when and why.
--
-- The rules are triggers, so that they hold for the owner of the tables and for statements written by hand too.

CREATE UNIQUE INDEX run_issued ON abie.run (target_year) WHERE status = 'issued';

CREATE TABLE abie.run_event (
	event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run_id integer NOT NULL,
	target_year abie.academic_year NOT NULL,
	event text NOT NULL,
	reason text,
	result_digest text,
	role text NOT NULL,
	happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	transaction xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX ON abie.run_event (run_id);
COMMENT ON TABLE abie.run_event IS
'What became of runs, when, by whom and why. Rows are added by triggers on abie.run and by abie.purge alone, and can '
'be neither changed nor deleted; they stay when the run is deleted.';
COMMENT ON COLUMN abie.run_event.event_id IS 'Number of the event.';
COMMENT ON COLUMN abie.run_event.run_id IS 'The run; no number is given twice.';
COMMENT ON COLUMN abie.run_event.target_year IS 'Target year of the run.';
COMMENT ON COLUMN abie.run_event.event IS
'The status the run got (abie.run.status), or deleted, or purged.';
COMMENT ON COLUMN abie.run_event.reason IS
'Why: of an issue in spite of failing checks, a supersession, a withdrawal, a purge.';
COMMENT ON COLUMN abie.run_event.result_digest IS
'Digest of the run''s results at that time; NULL where it had none.';
COMMENT ON COLUMN abie.run_event.role IS 'Role whose rights were in force: current_user of who did it.';
COMMENT ON COLUMN abie.run_event.happened_at IS 'When the event happened.';
COMMENT ON COLUMN abie.run_event.transaction IS 'The transaction that did it.';
SELECT pg_catalog.pg_extension_config_dump('abie.run_event', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_event_event_id_seq', '');

CREATE FUNCTION abie_internal.is_final(status text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN status IN ('issued', 'superseded', 'withdrawn');
COMMENT ON FUNCTION abie_internal.is_final(text) IS
'Whether the results of a run of this status cannot be changed any more.';

CREATE FUNCTION abie_internal.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'object_not_in_prerequisite_state', HINT = TG_ARGV[1];
END $$;
COMMENT ON FUNCTION abie_internal.refuse_change() IS
'Trigger: refuses any change of a table that only grows; its arguments are message and hint.';

CREATE TRIGGER guard_run_event BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.run_event
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('events of runs are kept as they are',
	'What was wrong is put right by another event, such as abie.withdraw.');

CREATE FUNCTION abie_internal.run_row_counts(run_id integer) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.count_rows(abie_internal.run_tables(), 'run_id', run_id)
$$;
COMMENT ON FUNCTION abie_internal.run_row_counts(integer) IS 'Rows of a run by table, as in abie.run.row_counts.';

/*
 * Rows of a final run stay as they are.  New ones are taken up to the number
 * the run had, so that a restored dump, which brings the run before its rows,
 * gets them back; as no row can go, none can be added otherwise.
 *
 * The run is locked until the transaction ends, so that it cannot become final
 * while a change of its rows has not committed; who comes after that sees it as
 * it has become.
 */
CREATE FUNCTION abie_internal.guard_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
	changed_run integer;
	held_run record;
	held bigint;
BEGIN
	-- in one order, so that two who change rows of several runs do not wait for each other
	FOR changed_run IN SELECT DISTINCT c.run_id FROM changed c ORDER BY c.run_id LOOP
		SELECT r.status, (r.row_counts ->> TG_TABLE_NAME)::bigint AS allowed INTO held_run FROM abie.run r
			WHERE r.run_id = changed_run FOR SHARE;
		IF NOT FOUND AND TG_OP = 'INSERT' THEN
			RAISE EXCEPTION 'there is no run %', changed_run
				USING ERRCODE = 'foreign_key_violation', HINT = 'Runs are in abie.run; abie.calculate makes one.';
		END IF;
		CONTINUE WHEN NOT FOUND;
		IF NOT abie_internal.is_final(held_run.status) THEN
			-- what was added up of these rows holds no more
			PERFORM abie_internal.forget_areas(changed_run) WHERE TG_TABLE_NAME IN ('expectation', 'exclusion');
			CONTINUE;
		END IF;
		IF TG_OP = 'INSERT' THEN
			EXECUTE format('SELECT count(*) FROM abie.%I t WHERE t.run_id = $1',
				TG_TABLE_NAME) INTO held USING changed_run;
			CONTINUE WHEN held <= held_run.allowed;
		END IF;
		RAISE EXCEPTION 'run % is %: its results cannot be changed', changed_run, held_run.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Calculate the year again and issue the new run, or take this one back with abie.withdraw.';
	END LOOP;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_run_rows() IS
'Trigger: refuses changes of the rows of an issued, superseded or withdrawn run, and new rows of none; locks '
'the run against becoming one before the change has committed. What was added up of the rows (abie_owner.run_area) '
'goes with them.';

-- A transaction that sees everything as of its beginning does not see what a run has become since.
CREATE FUNCTION abie_internal.refuse_old_snapshot(done text) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
		RAISE EXCEPTION '% in isolation level %', done || ' is not done', current_setting('transaction_isolation')
			USING ERRCODE = 'invalid_transaction_state',
				DETAIL = 'What others have changed since the transaction began would not be seen.',
				HINT = 'Begin it with BEGIN ISOLATION LEVEL READ COMMITTED.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_old_snapshot(text) IS
'Raises error 25000 naming what is done in a transaction of isolation level repeatable read or serializable.';

-- Row-level security is not asked for TRUNCATE, and hides from a role what is kept from being emptied.
CREATE FUNCTION abie_internal.refuse_unseen(held regclass, emptied text) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF row_security_active(held) AND NOT abie_internal.has_national_access('{calculation}') THEN
		RAISE EXCEPTION '% is not granted calculation, and cannot empty %', current_user, emptied
			USING ERRCODE = 'insufficient_privilege', HINT = 'abie.grant_access grants it.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_unseen(regclass, text) IS
'Refuses to empty tables to a role that does not see what a trigger looks for in the held one before.';

CREATE FUNCTION abie_internal.refuse_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		RAISE EXCEPTION 'rows of a run cannot be moved to another run'
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	PERFORM abie_internal.refuse_unseen('abie.run', 'a table of runs'),
		abie_internal.refuse_old_snapshot('emptying a table of runs');
	-- no run becomes final before this has committed
	LOCK TABLE abie.run IN SHARE MODE;
	IF EXISTS (SELECT FROM abie.run r WHERE abie_internal.is_final(r.status)) THEN
		RAISE EXCEPTION 'results of issued runs cannot be deleted'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Delete other runs by their rows in abie.run; abie.purge deletes the runs of past years.';
	END IF;
	PERFORM abie_internal.forget_areas(r.run_id) FROM abie.run r WHERE TG_TABLE_NAME IN ('expectation', 'exclusion');
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_run_rows() IS
'Trigger: refuses to move rows from run to run, and to truncate a table while a run is issued, superseded or '
'withdrawn; what was added up of the rows (abie_owner.run_area) goes with them.';

CREATE FUNCTION abie_internal.guard_rows_of(run_table regclass) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER guard_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS changed FOR EACH '
		'STATEMENT EXECUTE FUNCTION abie_internal.guard_run_rows()', run_table);
	EXECUTE format('CREATE TRIGGER guard_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS changed FOR EACH '
		'STATEMENT EXECUTE FUNCTION abie_internal.guard_run_rows()', run_table);
	EXECUTE format('CREATE TRIGGER guard_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS changed FOR EACH '
		'STATEMENT EXECUTE FUNCTION abie_internal.guard_run_rows()', run_table);
	EXECUTE format('CREATE TRIGGER guard_move BEFORE UPDATE OF run_id ON %s FOR EACH STATEMENT EXECUTE FUNCTION '
		'abie_internal.refuse_run_rows()', run_table);
	EXECUTE format('CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION '
		'abie_internal.refuse_run_rows()', run_table);
END $$;
COMMENT ON FUNCTION abie_internal.guard_rows_of(regclass) IS
'Makes the triggers that keep the rows of issued runs in a table with a column run_id.';

SELECT abie_internal.guard_rows_of(pg_catalog.format('abie.%I', t)::pg_catalog.regclass)
	FROM pg_catalog.unnest(abie_internal.run_tables()) t;

--
-- The run itself
--

-- What status may follow which.
CREATE FUNCTION abie_internal.may_become(status text, next text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN (status, next) IN (('running', 'calculated'), ('running', 'failed'), ('running', 'interrupted'),
	('calculated', 'checked'), ('checked', 'checked'),
	('checked', 'issued'), ('issued', 'superseded'), ('issued', 'withdrawn'), ('superseded', 'withdrawn'));
COMMENT ON FUNCTION abie_internal.may_become(text, text) IS 'Whether a run of one status may get the next.';

CREATE FUNCTION abie_internal.guard_run_update() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF abie_internal.is_final(OLD.status)
		AND to_jsonb(NEW) - '{status,reason}'::text[] <> to_jsonb(OLD) - '{status,reason}'::text[]
		OR abie_internal.is_final(OLD.status) AND NEW.status = OLD.status AND NEW.reason IS DISTINCT FROM OLD.reason
			THEN
		RAISE EXCEPTION 'run % is %: what it recorded cannot be changed', OLD.run_id,
			OLD.status USING ERRCODE = 'object_not_in_prerequisite_state';
	ELSIF NEW.status <> OLD.status AND NOT abie_internal.may_become(OLD.status, NEW.status) THEN
		RAISE EXCEPTION 'run % is % and cannot become %', OLD.run_id, OLD.status, NEW.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'A run is calculated, checked, issued, then superseded or withdrawn.';
	ELSIF NEW.status = OLD.status THEN
		RETURN NEW;
	ELSIF NEW.status = 'withdrawn' AND NEW.reason !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'a run is withdrawn for a reason' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words what is wrong with it.';
	ELSIF NEW.status = 'issued' THEN
		PERFORM abie_internal.refuse_old_snapshot('issuing a run');
		IF NEW.reason !~ '[^[:space:]]' IS NOT FALSE THEN
			PERFORM abie_internal.refuse_failing_run(OLD.run_id);
		END IF;
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_run_update() IS
'Trigger: what may be changed in abie.run: a final run only in its status and reason, the status only in its '
'order, to issued only with all blocking checks passed or for a reason, to withdrawn only for a reason.';

CREATE TRIGGER guard_run_update BEFORE UPDATE ON abie.run
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_run_update();

CREATE FUNCTION abie_internal.guard_run_insert() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.status <> 'running' AND NOT abie_internal.has_owner_rights(TG_RELID) THEN
		RAISE EXCEPTION 'a run begins as running, not as %', NEW.status
			USING ERRCODE = 'insufficient_privilege', HINT = 'CALL abie.calculate makes one.';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_run_insert() IS
'Trigger: refuses a run that is not in its beginning but from the owner, who restores dumps.';

CREATE TRIGGER guard_run_insert BEFORE INSERT ON abie.run
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_run_insert();

-- Gates, because nobody but the owner writes the record: the role in force is their first trigger argument.
CREATE FUNCTION abie_owner.record_run_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.run_event (run_id, target_year, event, reason, result_digest, role)
	VALUES (NEW.run_id, NEW.target_year, NEW.status, coalesce(NEW.reason, NEW.error), NEW.result_digest,
		TG_ARGV[0]::regrole::text);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.record_run_event() IS
'Trigger: records in abie.run_event that a run got another status.';

CREATE FUNCTION abie_internal.record_run_event() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.record_run_event() IS 'Trigger: the gate to abie_owner.record_run_event.';

-- a recomputation (abie.verify) has a negative number, and nothing of it stays
CREATE TRIGGER record_run_event AFTER UPDATE OF status ON abie.run
FOR EACH ROW WHEN (NEW.status <> OLD.status AND OLD.run_id > 0) EXECUTE FUNCTION abie_internal.record_run_event();

CREATE FUNCTION abie_owner.guard_run_delete() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM abie.run_event e WHERE e.run_id = OLD.run_id AND e.event = 'purged'
		AND e.transaction = pg_current_xact_id()) THEN
		RETURN OLD;
	ELSIF abie_internal.is_final(OLD.status) THEN
		RAISE EXCEPTION 'run % is % and cannot be deleted', OLD.run_id, OLD.status
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'abie.purge deletes the runs of past years.';
	END IF;
	INSERT INTO abie.run_event (run_id, target_year, event, result_digest, role)
	VALUES (OLD.run_id, OLD.target_year, 'deleted', OLD.result_digest, TG_ARGV[0]::regrole::text);
	RETURN OLD;
END $$;
COMMENT ON FUNCTION abie_owner.guard_run_delete() IS
'Trigger: refuses to delete an issued, superseded or withdrawn run unless this transaction has recorded that it is '
'purged; records that another is deleted.';

CREATE FUNCTION abie_internal.guard_run_delete() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.guard_run_delete() IS 'Trigger: the gate to abie_owner.guard_run_delete.';

CREATE TRIGGER guard_run_delete BEFORE DELETE ON abie.run
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_run_delete();

CREATE FUNCTION abie_owner.guard_run_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM abie.run r WHERE abie_internal.is_final(r.status)) THEN
		RAISE EXCEPTION 'issued runs cannot be deleted'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Delete other runs by their rows in abie.run; abie.purge deletes the runs of past years.';
	END IF;
	INSERT INTO abie.run_event (run_id, target_year, event, result_digest, role)
	SELECT r.run_id, r.target_year, 'deleted', r.result_digest, TG_ARGV[0]::regrole::text FROM abie.run r
		ORDER BY r.run_id;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.guard_run_truncate() IS
'Trigger: refuses to truncate abie.run while a run is issued, superseded or withdrawn, and records that the others are '
'deleted.';

CREATE FUNCTION abie_internal.guard_run_truncate() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.guard_run_truncate() IS
'Trigger: the gate to abie_owner.guard_run_truncate.';

CREATE TRIGGER guard_run_truncate BEFORE TRUNCATE ON abie.run
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_run_truncate();
