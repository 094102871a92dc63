-- Nights: a calculation that nobody watches, and a row that says how it went.

/*
 * A year is one to start from when nine in ten of the schools held have attended
 * for all of it, and they are nine in ten of those that had in the year before:
 * not when its first weeks are loaded, nor its first schools.  Rates without
 * counts are published for whole years.
 */
CREATE FUNCTION abie.next_target_year() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
WITH year AS MATERIALIZED (
	SELECT a.academic_year, count(*) AS held, count(*) FILTER (WHERE CASE WHEN a.sess_possible IS NULL
		THEN a.sess_overall_percent IS NOT NULL
		ELSE a.sess_possible >= abie_internal.least_year_sessions() * a.enrolments END) AS whole
	FROM abie.attendance a GROUP BY a.academic_year
)
SELECT (left(y.newest, 4)::integer + 1) || '/' || lpad(((left(y.newest, 4)::integer + 2) % 100)::text, 2, '0')
FROM (SELECT max(n.academic_year) AS newest FROM year n
	LEFT JOIN year b ON b.academic_year = abie.previous_year(n.academic_year)
	WHERE n.whole > 0 AND n.whole >= 0.9 * greatest(n.held, b.whole)) y
$$;
COMMENT ON FUNCTION abie.next_target_year() IS
'The academic year after the newest whose attendance is whole: nine in ten of the schools held for it have a rate only '
'or at least abie_internal.least_year_sessions sessions possible an enrolment, and they are at least nine in ten as '
'many as of the year before. NULL where there is no such year.';

CREATE FUNCTION abie.newest_run(target_year text, methodology text) RETURNS abie.run
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT r FROM abie.run r
WHERE r.target_year = newest_run.target_year AND r.methodology = newest_run.methodology AND r.result_digest IS NOT NULL
	ORDER BY r.run_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION abie.newest_run(text, text) IS
'The newest run of a target year by a methodology that was calculated to its end; NULL where there is none.';

CREATE FUNCTION abie.is_up_to_date(target_year text, methodology text) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	newest abie.run := abie.newest_run(target_year, methodology);
BEGIN
	-- by what the run read, not by when: what was being written while it read has another time than that of its commit
	RETURN newest.run_id IS NOT NULL
		AND newest.extension_version = (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'abie')
		AND NOT EXISTS (SELECT
			FROM abie_internal.stale_inputs(newest.run_id, abie_internal.input_digest(newest.run_id)) i
			WHERE i.faulty);
END $$;
COMMENT ON FUNCTION abie.is_up_to_date(text, text) IS
'Whether another calculation for a target year by a methodology would be the newest one again: by this version of '
'abie, and what the run read of every school and average is what it would read now.';

CREATE FUNCTION abie_internal.check_keep(keep integer) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is refused too
BEGIN
	IF keep < 1 IS NOT FALSE THEN
		RAISE EXCEPTION 'keep cannot be %', coalesce(keep::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'At least the run just made is kept: 1 or more.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_keep(integer) IS
'Raises error 22023 where abie.nightly could not keep so many runs.';

CREATE FUNCTION abie.drop_unissued(target_year text, methodology text, keep integer) RETURNS SETOF integer
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DELETE FROM abie.run r
WHERE r.run_id IN (SELECT o.run_id FROM abie.run o
		WHERE o.target_year = drop_unissued.target_year AND o.methodology = drop_unissued.methodology
			AND o.status IN ('calculated', 'checked')
		ORDER BY o.run_id DESC OFFSET greatest(keep, 0))
RETURNING r.run_id
$$;
COMMENT ON FUNCTION abie.drop_unissued(text, text, integer) IS
'Deletes the runs of a target year by a methodology that were calculated and never issued, but for the newest so many; '
'their numbers. Issued, superseded and withdrawn runs stay, and so do those that go on, failed or were interrupted; '
'abie.run_event keeps what was deleted.';

-- One row for each of the nights that are told apart, not one a night, so that it stays as small as it is.
CREATE TABLE abie.night (
	target_year abie.academic_year,
	methodology text REFERENCES abie.methodology (name) ON DELETE CASCADE,
	ended_at timestamptz NOT NULL,
	found text NOT NULL CHECK (found IN ('nothing to do', 'a run to check', 'a run to calculate')),
	PRIMARY KEY (target_year, methodology)
);
COMMENT ON TABLE abie.night IS
'When abie.nightly last ended well, also where it found nothing to do: one row a target year and methodology.';
COMMENT ON COLUMN abie.night.target_year IS 'Target year it was called for, or found.';
COMMENT ON COLUMN abie.night.methodology IS 'Methodology it was called for.';
COMMENT ON COLUMN abie.night.ended_at IS 'When it last ended well.';
COMMENT ON COLUMN abie.night.found IS
'What it found then: nothing to do, a run to check (one that was calculated and not checked), a run to calculate.';
SELECT pg_catalog.pg_extension_config_dump('abie.night', '');

CREATE FUNCTION abie_internal.end_night(target_year text, methodology text, found text) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
INSERT INTO abie.night AS n (target_year, methodology, ended_at, found)
VALUES (end_night.target_year, end_night.methodology, clock_timestamp(), end_night.found)
ON CONFLICT ON CONSTRAINT night_pkey DO UPDATE SET ended_at = excluded.ended_at, found = excluded.found
$$;
COMMENT ON FUNCTION abie_internal.end_night(text, text, text) IS
'Keeps that abie.nightly ended well, and what it found: columns of abie.night.';

/*
 * As abie.calculate: it commits, so that it can have no SET clause and names
 * the schema of what it calls.
 */
CREATE PROCEDURE abie.nightly(target_year text DEFAULT NULL, methodology text DEFAULT 'default', keep integer DEFAULT 7)
LANGUAGE plpgsql
AS $$
DECLARE
	year text := coalesce(target_year, abie.next_target_year());
	made integer;
	found text := 'nothing to do';
BEGIN
	PERFORM abie_internal.refuse_transaction('abie.nightly');
	COMMIT;
	PERFORM abie_internal.check_keep(keep);
	-- held from here on, so that of two nights the second sees what the first has made
	PERFORM abie_internal.take_year(year);
	IF abie.is_up_to_date(year, methodology) THEN
		PERFORM abie_internal.unlock_year(year);
		-- a night that broke off after the calculation left it unchecked
		IF (abie.newest_run(year, methodology)).status OPERATOR(pg_catalog.<>) 'calculated' THEN
			PERFORM abie_internal.end_night(year, methodology, found);
			RETURN;
		END IF;
		found := 'a run to check';
		made := (abie.newest_run(year, methodology)).run_id;
	ELSE
		found := 'a run to calculate';
		CALL abie.calculate(year, methodology, made);
	END IF;
	PERFORM abie.check_run(made);
	COMMIT;
	IF (abie_internal.run_methodology(made)).issue_when_passed AND abie_internal.has_passed(made) THEN
		PERFORM abie.issue(made);
	END IF;
	PERFORM abie.drop_unissued(year, methodology, keep);
	PERFORM abie_internal.end_night(year, methodology, found);
END $$;
COMMENT ON PROCEDURE abie.nightly(text, text, integer) IS
'Calculates a target year (NULL: abie.next_target_year) where the newest calculation by the methodology is not up to '
'date (abie.is_up_to_date), and checks the run. It is issued where the methodology says issue_when_passed and no check '
'fails, a warning either; otherwise it waits for a person. Of the runs of the year by the methodology that were never '
'issued the newest are kept, so many as keep says (abie.drop_unissued). abie.night keeps when it ended. Imports '
'nothing. One bare CALL for pg_cron (abie.schedule). Errors: those of abie.calculate, after which earlier runs stay '
'as they are; P0002 where no target year is given and no year of attendance is whole; 22023 keep below 1.';

CREATE FUNCTION abie_internal.has_passed(run_id integer) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT count(*) > 0 AND count(*) FILTER (WHERE c.passed IS FALSE) = 0 FROM abie.run_check c
	WHERE c.run_id = has_passed.run_id
$$;
COMMENT ON FUNCTION abie_internal.has_passed(integer) IS
'Whether a run was checked and none of its checks, blocking or warning, failed.';

CREATE FUNCTION abie_internal.refuse_without_cron() RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
		RAISE EXCEPTION 'pg_cron is not installed in database "%"', current_database()
			USING ERRCODE = 'undefined_object',
				HINT = 'Debian: postgresql-15-cron; shared_preload_libraries = ''pg_cron'' and cron.database_name = '
				'the database, a restart, then CREATE EXTENSION pg_cron.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_without_cron() IS 'Raises error 42704 where there is no pg_cron.';

CREATE FUNCTION abie_internal.refuse_unfit_for_cron() RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- a job that could not start would fail every night with nobody there to see it
	IF NOT (SELECT r.rolcanlogin FROM pg_roles r WHERE r.rolname = current_user) THEN
		RAISE EXCEPTION 'role % cannot log in, and pg_cron runs a job as the role that makes it', current_user
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = format('ALTER ROLE %I LOGIN, or make the job as a role that can.', current_user);
	ELSIF NOT abie_internal.has_national_access('{calculation}') THEN
		RAISE EXCEPTION 'role % may not calculate, and pg_cron runs a job as the role that makes it', current_user
			USING ERRCODE = 'insufficient_privilege',
				HINT = format('SELECT abie.grant_access(%L, ''national'', purpose => ''calculation'').', current_user);
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_unfit_for_cron() IS
'Raises error 55000 where the role in force cannot log in, 42501 where it may not calculate: its jobs would fail.';

CREATE FUNCTION abie_internal.job_name(target_year text, methodology text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN 'abie ' || coalesce(target_year, 'next year') || ' ' || methodology;
COMMENT ON FUNCTION abie_internal.job_name(text, text) IS
'Name of the pg_cron job that abie.schedule makes. Not STRICT: no target year is the next.';

CREATE FUNCTION abie.schedule(cron text DEFAULT '0 2 * * *', target_year text DEFAULT NULL,
	methodology text DEFAULT 'default', keep integer DEFAULT 7) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: no target year is the next
DECLARE
	job bigint;
BEGIN
	PERFORM abie_internal.refuse_without_cron();
	PERFORM abie_internal.refuse_unfit_for_cron();
	PERFORM abie.previous_year(target_year);
	PERFORM abie_internal.check_keep(keep);
	IF NOT abie_internal.ensure_methodology(methodology) THEN
		RAISE EXCEPTION 'methodology "%" does not exist', methodology
			USING ERRCODE = 'undefined_object',
				HINT = 'Make it with abie.create_methodology, or use default or similar-schools.';
	END IF;
	EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job
	USING abie_internal.job_name(target_year, methodology), cron,
		format('CALL abie.nightly(%L, %L, %s)', target_year, methodology, keep);
	RETURN job;
END $$;
COMMENT ON FUNCTION abie.schedule(text, text, text, integer) IS
'Makes a pg_cron job that calls abie.nightly, at the times of a cron expression (default: at two every night, in the '
'time zone of pg_cron), as the role that makes it; in place of one for the same target year and methodology. No target '
'year: the year after the newest attendance, each night anew. The number of the job. keep is that of abie.nightly. '
'Errors: 42704 no pg_cron or no such methodology, 55000 a role that cannot log in, 42501 one that may not calculate, '
'23514 not an academic year, 22023 keep below 1, and pg_cron''s own.';

CREATE FUNCTION abie_internal.drop_job(name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	done boolean;
BEGIN
	PERFORM abie_internal.refuse_without_cron();
	EXECUTE 'SELECT cron.unschedule(j.jobid) FROM cron.job j WHERE j.jobname = $1' INTO done USING name;
	RETURN coalesce(done, false);
END $$;
COMMENT ON FUNCTION abie_internal.drop_job(text) IS
'Takes away a pg_cron job by its name; whether there was one. Error 42704 where there is no pg_cron.';

CREATE FUNCTION abie.unschedule(target_year text DEFAULT NULL, methodology text DEFAULT 'default') RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: no target year is the next
BEGIN
	RETURN abie_internal.drop_job(abie_internal.job_name(target_year, methodology));
END $$;
COMMENT ON FUNCTION abie.unschedule(text, text) IS
'Takes away the job that abie.schedule made for the same target year and methodology; whether there was one. To be '
	'called before DROP EXTENSION, which leaves jobs as they are. Error 42704 where there is no pg_cron.';

-- with its owner's rights: a role sees its own jobs only; which jobs, and why, is for those who may read cron's tables
CREATE FUNCTION abie_owner.failed_jobs(role oid) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	failed bigint;
BEGIN
	-- tables of pg_cron's own: anybody may make a schema of that name, and a view in it would run with the owner's
	-- rights
	IF abie_owner.has_national_access(role, '{monitoring,calculation}') AND EXISTS (SELECT FROM pg_depend d
		JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'pg_cron'
		WHERE d.classid = 'pg_class'::regclass AND d.objid = to_regclass('cron.job_run_details') AND d.deptype = 'e')
			THEN
		EXECUTE $query$
SELECT count(*) FROM cron.job j
WHERE j.database = current_database() AND j.command LIKE ANY ('{CALL abie.nightly(%,CALL abie.monitor(%}')
	AND (SELECT d.status FROM cron.job_run_details d WHERE d.jobid = j.jobid AND d.status IN ('succeeded', 'failed')
		ORDER BY d.runid DESC LIMIT 1) = 'failed'$query$ INTO failed;
	END IF;
	RETURN failed;
END $$;
COMMENT ON FUNCTION abie_owner.failed_jobs(oid) IS 'Of a role, as abie_internal.failed_jobs.';

CREATE FUNCTION abie_internal.failed_jobs() RETURNS bigint
LANGUAGE C STABLE PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.failed_jobs() IS
'Jobs of abie.schedule and abie.schedule_week whose last run failed, of all roles; NULL where there is no pg_cron. Why '
'is in cron.job_run_details.';

CREATE VIEW abie_report.health WITH (security_barrier = true) AS
SELECT s.run_id, s.target_year, s.methodology, abie_internal.status_now(s.status, s.target_year, s.pid) AS status,
	s.stage,
	s.started_at, extract(epoch FROM now() - coalesce(s.finished_at, s.started_at))::float8 / 3600 AS age_hours,
	s.error,
	-- NULL for a run that was not checked, which fails none and passes none
	(SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE c.severity = 'blocking' AND c.passed IS FALSE) END
		FROM abie.run_check c WHERE c.run_id = s.run_id) AS failing_blocking,
	(SELECT CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE c.severity = 'warning' AND c.passed IS FALSE) END
		FROM abie.run_check c WHERE c.run_id = s.run_id) AS failing_warnings,
	(SELECT i.run_id FROM abie.run i WHERE i.target_year = s.target_year AND i.status = 'issued') AS issued_run_id,
	(SELECT max(r.finished_at) FROM abie.run r WHERE r.result_digest IS NOT NULL) AS last_success,
	(SELECT max(n.ended_at) FROM abie.night n) AS last_night,
	(SELECT count(*) FROM abie.correction c WHERE c.answer IS NULL) AS open_corrections,
	abie_internal.failed_jobs() AS failed_jobs,
	abie_internal.grants_without_effect() AS grants_without_effect
FROM (SELECT) one LEFT JOIN (SELECT * FROM abie.run ORDER BY run_id DESC LIMIT 1) s ON true
WHERE (SELECT abie_internal.has_national_access('{monitoring,calculation}'));
COMMENT ON VIEW abie_report.health IS
'One row for monitoring: the last run and how it stands. No figure of a school. For roles granted monitoring or '
'calculation.';
COMMENT ON COLUMN abie_report.health.run_id IS 'The newest run; NULL where there is none.';
COMMENT ON COLUMN abie_report.health.target_year IS 'Target year of the newest run.';
COMMENT ON COLUMN abie_report.health.methodology IS 'Methodology of the newest run.';
COMMENT ON COLUMN abie_report.health.status IS
'Status of the newest run, as in abie.run_status: interrupted where its session died.';
COMMENT ON COLUMN abie_report.health.stage IS 'Stage the newest run is in, or was in when it ended.';
COMMENT ON COLUMN abie_report.health.started_at IS 'When the newest run started.';
COMMENT ON COLUMN abie_report.health.age_hours IS
'Hours since the newest run ended, or started where it has not.';
COMMENT ON COLUMN abie_report.health.error IS 'Message of the error that ended the newest run.';
COMMENT ON COLUMN abie_report.health.failing_blocking IS
'Blocking checks that the newest run fails; NULL where it was not checked.';
COMMENT ON COLUMN abie_report.health.failing_warnings IS
'Warnings among the checks of the newest run; NULL where it was not checked.';
COMMENT ON COLUMN abie_report.health.issued_run_id IS 'The run issued for its target year; NULL where none is.';
COMMENT ON COLUMN abie_report.health.last_success IS 'When a calculation last ended well.';
COMMENT ON COLUMN abie_report.health.last_night IS
'When abie.nightly last ended well, also where it found nothing to do; NULL where it never did.';
COMMENT ON COLUMN abie_report.health.open_corrections IS 'Corrections asked for and not answered.';
COMMENT ON COLUMN abie_report.health.failed_jobs IS
'Jobs of abie.schedule and abie.schedule_week whose last run failed; NULL where there is no pg_cron.';
COMMENT ON COLUMN abie_report.health.grants_without_effect IS
'Grants of access in force that give nothing: abie_internal.grants_without_effect.';
