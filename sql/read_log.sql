-- The log of who read which school's report, where abie.log_reads is on.

CREATE TABLE abie.report_read (
	read_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	role text NOT NULL DEFAULT abie.asking_role(),
	session_role text NOT NULL DEFAULT session_user,
	function text NOT NULL,
	run_id integer NOT NULL,
	urn integer NOT NULL
);
COMMENT ON TABLE abie.report_read IS 'Reads of a school''s report by others than the school, while abie.log_reads was on. Rows stay as they are.';
COMMENT ON COLUMN abie.report_read.read_id IS 'Number of the read.';
COMMENT ON COLUMN abie.report_read.read_at IS 'When.';
COMMENT ON COLUMN abie.report_read.role IS 'The role whose grants counted: abie.asking_role.';
COMMENT ON COLUMN abie.report_read.session_role IS 'The role that had logged in: session_user.';
COMMENT ON COLUMN abie.report_read.function IS 'explain, or report_facts, from which abie.school_report and abie.report_files make reports.';
COMMENT ON COLUMN abie.report_read.run_id IS 'The run.';
COMMENT ON COLUMN abie.report_read.urn IS 'The school.';
SELECT pg_catalog.pg_extension_config_dump('abie.report_read', '');
SELECT pg_catalog.pg_extension_config_dump('abie.report_read_read_id_seq', '');

CREATE TRIGGER guard_report_read BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.report_read
FOR EACH STATEMENT EXECUTE FUNCTION abie.refuse_change('the log of reads is kept as it is',
	'The owner of the table deletes old rows after ALTER TABLE abie.report_read DISABLE TRIGGER guard_report_read.');

CREATE FUNCTION abie.logs_reads() RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_logs_reads';
COMMENT ON FUNCTION abie.logs_reads() IS 'Whether the configuration parameter abie.log_reads is on.';

CREATE FUNCTION abie.write_log(line text, if_undone boolean) RETURNS void
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_write_log';
COMMENT ON FUNCTION abie.write_log(text, boolean) IS 'Internal: writes a line to the server''s log, at once or only when the transaction or subtransaction is rolled back.';

CREATE FUNCTION abie.record_read(function text, run_id integer, urns integer[]) RETURNS integer[]
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	others integer[] := urns;
	line text;
BEGIN
	IF NOT abie.logs_reads() THEN
		RETURN urns;
	END IF;
	-- the owner has the rights of every role, but is no school
	IF NOT abie.asks_as_owner() THEN
		others := ARRAY(SELECT u.urn FROM unnest(urns) u(urn) WHERE NOT EXISTS (SELECT FROM abie.access_grant g JOIN pg_roles r ON r.rolname = g.role
			WHERE g.revoked_at IS NULL AND g.scope = 'school' AND g.purpose = 'results' AND g.code = u.urn::text AND pg_has_role(abie.asking_role(), r.oid, 'USAGE')));
	END IF;
	IF others <> '{}' THEN
		line := format('abie: role %I, logged in as %I, read abie.%I of run %s for schools %s', abie.asking_role(), session_user, function, run_id, array_to_string(others, ', '));
		IF current_setting('transaction_read_only')::boolean THEN
			PERFORM abie.write_log(line, false);
		ELSE
			PERFORM abie.write_log(line, true);
			INSERT INTO abie.report_read (function, run_id, urn) SELECT record_read.function, record_read.run_id, u.urn FROM unnest(others) u(urn);
		END IF;
	END IF;
	RETURN urns;
END $$;
COMMENT ON FUNCTION abie.record_read(text, integer, integer[]) IS
'Internal: where abie.log_reads is on, records in abie.report_read that the asking role reads reports of these schools, those apart that it was granted one by one (scope school): they are its own. In a read-only transaction, as on a standby, a line in the server''s log instead; and where the transaction is rolled back a line too. Returns urns.';
REVOKE EXECUTE ON FUNCTION abie.write_log(text, boolean), abie.record_read(text, integer, integer[]) FROM PUBLIC;
