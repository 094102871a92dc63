-- The log of who read which school's report, where abie.log_reads is on.

CREATE TABLE abie.report_read (
	read_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	role text NOT NULL,
	session_role text NOT NULL DEFAULT session_user,
	function text NOT NULL,
	run_id integer NOT NULL,
	urn integer NOT NULL
);
COMMENT ON TABLE abie.report_read IS
'Reads of a school''s report by others than the school, while abie.log_reads was on. Rows stay as they are.';
COMMENT ON COLUMN abie.report_read.read_id IS 'Number of the read.';
COMMENT ON COLUMN abie.report_read.read_at IS 'When it was read.';
COMMENT ON COLUMN abie.report_read.role IS
'The role whose rights were in force: current_user where the function was called.';
COMMENT ON COLUMN abie.report_read.session_role IS 'The role that had logged in: session_user.';
COMMENT ON COLUMN abie.report_read.function
	IS 'The function of schema abie that told of the school: explain, similarity, nearby_similar_schools, what_if, '
	'area_report, progress_week, explain_progress, week_report, hub_report, or report_facts, from which '
	'abie.school_report and abie.report_files make reports.';
COMMENT ON COLUMN abie.report_read.run_id IS 'The run.';
COMMENT ON COLUMN abie.report_read.urn IS 'The school.';
SELECT pg_catalog.pg_extension_config_dump('abie.report_read', '');
SELECT pg_catalog.pg_extension_config_dump('abie.report_read_read_id_seq', '');

CREATE TRIGGER guard_report_read BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.report_read
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('the log of reads is kept as it is',
	'The owner of the table deletes old rows after ALTER TABLE abie.report_read DISABLE TRIGGER guard_report_read.');

CREATE FUNCTION abie_owner.logs_reads() RETURNS boolean
LANGUAGE C STABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_logs_reads';
COMMENT ON FUNCTION abie_owner.logs_reads() IS 'Whether the configuration parameter abie.log_reads is on.';

CREATE FUNCTION abie_owner.write_log(line text, if_undone boolean) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_write_log';
COMMENT ON FUNCTION abie_owner.write_log(text, boolean) IS
'Writes a line to the server''s log, at once or only when the transaction or subtransaction is rolled back, '
'or the transaction prepared for two-phase commit.';

CREATE FUNCTION abie_owner.own_schools(role oid) RETURNS integer[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
-- the owner has the rights of every role, but is no school
SELECT ARRAY(SELECT g.code::integer FROM abie_owner.active_grants(own_schools.role, '{results}') g
	WHERE g.scope = 'school' AND NOT abie_owner.is_owner(own_schools.role))
$$;
COMMENT ON FUNCTION abie_owner.own_schools(oid) IS
'URNs of the schools that a role was granted one by one (scope school).';

CREATE FUNCTION abie_owner.record_read(role oid, function text, run_id integer, urns integer[]) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	others integer[] := ARRAY(SELECT u.urn FROM unnest(urns) u(urn)
		WHERE u.urn <> ALL (abie_owner.own_schools(role)));
	line text := format('abie: role %s, logged in as %I, read abie.%I of run %s for schools %s',
		role::regrole, session_user, function, run_id, array_to_string(others, ', '));
BEGIN
	IF others = '{}' THEN
		RETURN;
	ELSIF current_setting('transaction_read_only')::boolean THEN
		PERFORM abie_owner.write_log(line, false);
	ELSE
		PERFORM abie_owner.write_log(line, true);
		INSERT INTO abie.report_read (role, function, run_id, urn)
		SELECT role::regrole::text, record_read.function, record_read.run_id, u.urn FROM unnest(others) u(urn);
	END IF;
END $$;
COMMENT ON FUNCTION abie_owner.record_read(oid, text, integer, integer[]) IS
'Records in abie.report_read that a role reads reports of these schools, those apart that are its own. In a read-only '
'transaction, as '
'on a standby, a line in the server''s log instead; and where the transaction is rolled back or prepared, a line too.';

-- The one way in for what tells of a school in a run.
CREATE FUNCTION abie_owner.admit(role oid, function text, run_id integer, urns integer[]) RETURNS integer[]
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	readable integer[] := abie_owner.readable_schools(role, run_id, urns);
BEGIN
	IF abie_owner.logs_reads() THEN
		PERFORM abie_owner.record_read(role, function, run_id, readable);
	END IF;
	RETURN readable;
END $$;
COMMENT ON FUNCTION abie_owner.admit(oid, text, integer, integer[]) IS
'Those of the schools whose results in the run a role may read; where abie.log_reads is on, it is recorded that the '
'function named reads them.';
