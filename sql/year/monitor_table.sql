-- Weekly runs and what they result in: how every school stands against its expectation, as of a day.

CREATE TABLE abie.monitor (
	monitor_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	academic_year abie.academic_year NOT NULL,
	as_of date NOT NULL,
	run_id integer NOT NULL REFERENCES abie.run ON DELETE CASCADE,
	status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished', 'failed', 'interrupted')),
	stage text,
	percent integer NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
	stages jsonb NOT NULL DEFAULT '[]',
	newest_week date,
	schools integer,
	schools_with_week integer,
	row_counts jsonb NOT NULL DEFAULT '{}',
	result_digest text,
	error text,
	extension_version text NOT NULL,
	run_by text NOT NULL DEFAULT current_user,
	pid integer NOT NULL DEFAULT pg_backend_pid(),
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz
);
CREATE INDEX ON abie.monitor (run_id);
COMMENT ON TABLE abie.monitor IS
'Weekly runs: one row for each call of abie.monitor, written as it goes along. Those that finished stay as they are, '
'so that how a school stood in any week can be told.';
COMMENT ON COLUMN abie.monitor.monitor_id IS 'Number of the weekly run.';
COMMENT ON COLUMN abie.monitor.academic_year IS 'Academic year that goes on.';
COMMENT ON COLUMN abie.monitor.as_of IS 'Day as of which it is: weeks whose Friday is later are left out.';
COMMENT ON COLUMN abie.monitor.run_id IS
'Run whose expectations schools are measured against: the one issued for the year, else the newest calculated.';
COMMENT ON COLUMN abie.monitor.status IS
'running, finished, failed (an error stopped it) or interrupted (cancelled, or its session died); rows of the latter '
'two are deleted.';
COMMENT ON COLUMN abie.monitor.stage IS 'Stage it is in, or was in when it ended: progress or digest.';
COMMENT ON COLUMN abie.monitor.percent IS 'Share of the stages done, per cent.';
COMMENT ON COLUMN abie.monitor.stages IS 'Stages done: [{"stage": "progress", "rows": 19623, "seconds": 0.8}, ...].';
COMMENT ON COLUMN abie.monitor.newest_week IS 'Monday of the newest week held; NULL where none is.';
COMMENT ON COLUMN abie.monitor.schools IS 'Schools with an expectation, each with a row in abie.school_progress.';
COMMENT ON COLUMN abie.monitor.schools_with_week IS 'Those of them that have the newest week.';
COMMENT ON COLUMN abie.monitor.row_counts IS
'Rows by table: {"school_progress": 19623, ...}. No row can be added to those of one that has finished.';
COMMENT ON COLUMN abie.monitor.result_digest IS
'SHA-256, hexadecimal, of all rows of abie.school_progress, their numbers apart: the same weeks, run and day give '
'the same digest.';
COMMENT ON COLUMN abie.monitor.error IS 'Message of the error that ended it.';
COMMENT ON COLUMN abie.monitor.extension_version IS 'Version of abie that ran it.';
COMMENT ON COLUMN abie.monitor.run_by IS 'Role that started it.';
COMMENT ON COLUMN abie.monitor.pid IS 'Process of the session that ran it.';
COMMENT ON COLUMN abie.monitor.started_at IS 'When it started.';
COMMENT ON COLUMN abie.monitor.finished_at IS 'When it ended; NULL while running.';

-- no foreign keys here and below: checking each of 20,000 rows takes as long as making them, so triggers do it
CREATE TABLE abie.monitor_stratum (
	monitor_id integer,
	stratum text,
	run_id integer NOT NULL,
	schools integer NOT NULL,
	v0 float8 NOT NULL,
	v1 float8 NOT NULL,
	rho float8 NOT NULL,
	from_history boolean NOT NULL,
	quantile float8 NOT NULL,
	quantile_schools integer NOT NULL,
	forecast float8 NOT NULL,
	last_forecast float8,
	level_variance float8 NOT NULL,
	week_variance float8 NOT NULL,
	common_change float8,
	taken_on float8 NOT NULL,
	shortfall float8 NOT NULL,
	week_movement float8 NOT NULL,
	common_movement float8 NOT NULL,
	movement_sd float8 NOT NULL,
	PRIMARY KEY (monitor_id, stratum)
);
COMMENT ON TABLE abie.monitor_stratum IS 'What a weekly run learned of the weeks of a stratum.';
COMMENT ON COLUMN abie.monitor_stratum.monitor_id IS 'The weekly run.';
COMMENT ON COLUMN abie.monitor_stratum.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.monitor_stratum.run_id IS 'The run whose expectations it is of.';
COMMENT ON COLUMN abie.monitor_stratum.schools IS 'Schools with an expectation.';
COMMENT ON COLUMN abie.monitor_stratum.v0 IS
'Variance of a school''s week is v0 + v1 / enrolments, squared percentage points: abie.week_noise of last year''s '
'weeks.';
COMMENT ON COLUMN abie.monitor_stratum.v1 IS 'See v0.';
COMMENT ON COLUMN abie.monitor_stratum.rho IS 'Correlation of successive weeks.';
COMMENT ON COLUMN abie.monitor_stratum.from_history IS
'Whether v0, v1 and rho were learned; false where fewer than 30 schools have weeks of last year: then they are '
'declared (abie_internal.declared_noise), and all that follows is provisional.';
COMMENT ON COLUMN abie.monitor_stratum.quantile IS
'Half-width of the interval in standard deviations: the 95 per cent quantile of the errors, about their median, that '
'projections at the same week of last year had in theirs, by the variance v0 + v1 / enrolments of a week; 2.5 where '
'quantile_schools is 0.';
COMMENT ON COLUMN abie.monitor_stratum.quantile_schools IS
'Schools it was learned from, at least 30; 0 where it is declared.';
COMMENT ON COLUMN abie.monitor_stratum.forecast IS 'Median of the schools'' forecasts of this year, per cent.';
COMMENT ON COLUMN abie.monitor_stratum.last_forecast IS
'Median of what last year was forecast to be, per cent; NULL where there is no forecast of it.';
COMMENT ON COLUMN abie.monitor_stratum.level_variance IS
'Variance of the true level about the forecast, of a school in the middle.';
COMMENT ON COLUMN abie.monitor_stratum.week_variance IS 'Variance of an ordinary week of a school in the middle.';
COMMENT ON COLUMN abie.monitor_stratum.common_change IS
'The common course so far, less that of the same weeks of last year (abie.counterpart_week), percentage points, '
'pooled over the schools; NULL where no week has a counterpart.';
COMMENT ON COLUMN abie.monitor_stratum.taken_on IS
'What of common_change the weeks to come are taken to have too: half of it while most schools are in their first '
'half term, all of it later.';
COMMENT ON COLUMN abie.monitor_stratum.shortfall IS
'Percentage points that schools'' weeks to come are taken to fall short of the common course and their levels: as, in '
'the middle, last year''s did after the same week, for shocks, of which medians show nothing, only lower; 0 where '
'quantile_schools is 0.';
COMMENT ON COLUMN abie.monitor_stratum.week_movement IS
'Standard deviation of a week''s common change about common_change, of the weeks so far beside four weeks of 0.25.';
COMMENT ON COLUMN abie.monitor_stratum.common_movement IS
'Median change from the baseline year''s attendance to the year projected, percentage points: the common change of '
'abie.progress as it is expected to be.';
COMMENT ON COLUMN abie.monitor_stratum.movement_sd IS
'Its standard deviation, of a school in the middle: share of the year to come x sqrt(0.25 ^ 2 + week_movement ^ 2 / '
'weeks to come).';

CREATE TABLE abie.monitor_week (
	monitor_id integer,
	stratum text,
	week_start date,
	kind text,
	run_id integer NOT NULL,
	this_year boolean NOT NULL,
	schools integer NOT NULL,
	course float8,
	centre float8 NOT NULL,
	spread float8 NOT NULL,
	PRIMARY KEY (monitor_id, stratum, week_start, kind)
);
COMMENT ON TABLE abie.monitor_week IS
'What a weekly run found common to the schools of a stratum in a week, of this year and the last: one row a kind of '
'week that any of them had. Medians here and in abie.monitor_stratum are rounded to 4 decimals.';
COMMENT ON COLUMN abie.monitor_week.monitor_id IS 'The weekly run.';
COMMENT ON COLUMN abie.monitor_week.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.monitor_week.week_start IS 'Monday of the week.';
COMMENT ON COLUMN abie.monitor_week.kind IS
'first (after a holiday), ordinary, last (before a holiday), by each school''s own weeks: abie.school_week_kind.';
COMMENT ON COLUMN abie.monitor_week.run_id IS 'The run whose expectations it is of.';
COMMENT ON COLUMN abie.monitor_week.this_year IS 'Whether the week is of the year that goes on, not of the one before.';
COMMENT ON COLUMN abie.monitor_week.schools IS 'Schools with a week of the kind.';
COMMENT ON COLUMN abie.monitor_week.course IS
'Attendance common to them, per cent: their median; where they are fewer than 200, than a fifth of the stratum or '
'than 10, the median of the week''s most frequent kind and what the two kinds differ by over the year. NULL where '
'that has fewer than 10 schools: such a week says nothing of a school.';
COMMENT ON COLUMN abie.monitor_week.centre IS
'Median of what the stratum''s schools were off their forecasts in the week, percentage points; added to course.';
COMMENT ON COLUMN abie.monitor_week.spread IS
'How far apart schools were, as a factor on the variance of an ordinary week: abie.week_spread.';

CREATE TABLE abie.monitor_area_week (
	monitor_id integer,
	stratum text,
	scope text CHECK (scope IN ('local authority', 'region')),
	code text,
	week_start date,
	run_id integer NOT NULL,
	this_year boolean NOT NULL,
	schools integer NOT NULL,
	centre float8 NOT NULL,
	spread float8 NOT NULL,
	PRIMARY KEY (monitor_id, stratum, scope, code, week_start)
);
COMMENT ON TABLE abie.monitor_area_week IS
'What a weekly run found common to the schools of an area in a week accepted as a shock of it (abie.decide_event), of '
'this year and the last: for their own levels, centre and spread take the place of those in abie.monitor_week. Only '
'of ten schools or more: where an area has fewer, such a week says nothing of them.';
COMMENT ON COLUMN abie.monitor_area_week.monitor_id IS 'The weekly run.';
COMMENT ON COLUMN abie.monitor_area_week.stratum IS 'primary or secondary.';
COMMENT ON COLUMN abie.monitor_area_week.scope IS 'local authority or region.';
COMMENT ON COLUMN abie.monitor_area_week.code IS
'Number of the local authority or name of the region, as in abie.school.';
COMMENT ON COLUMN abie.monitor_area_week.week_start IS 'Monday of the week.';
COMMENT ON COLUMN abie.monitor_area_week.run_id IS 'The run whose expectations it is of.';
COMMENT ON COLUMN abie.monitor_area_week.this_year IS
'Whether the week is of the year that goes on, not of the one before.';
COMMENT ON COLUMN abie.monitor_area_week.schools IS
'Schools it was learned from: those of the area and stratum with the week, but for those of which it is accepted as a '
'shock of their own.';
COMMENT ON COLUMN abie.monitor_area_week.centre IS
'Median of what they were off their forecasts in the week, percentage points, rounded to 4 decimals; added to '
'abie.monitor_week.course of the kind of week.';
COMMENT ON COLUMN abie.monitor_area_week.spread IS
'How far apart they were, as a factor on the variance of an ordinary week: abie.week_spread.';

CREATE TABLE abie.school_progress (
	monitor_id integer,
	urn integer,
	run_id integer NOT NULL,
	stratum text NOT NULL,
	status text NOT NULL CHECK (status IN ('on course', 'open', 'not on course', 'maintain')),
	too_early boolean NOT NULL,
	probability float8 NOT NULL,
	projected float8 NOT NULL,
	low float8 NOT NULL,
	high float8 NOT NULL,
	weeks integer NOT NULL,
	weeks_set_aside integer NOT NULL,
	has_newest_week boolean NOT NULL,
	year_to_date float8,
	relative float8,
	like_for_like float8,
	done float8 NOT NULL,
	week_variance float8 NOT NULL,
	prior float8 NOT NULL,
	prior_variance float8 NOT NULL,
	level float8 NOT NULL,
	level_variance float8 NOT NULL,
	weeks_left float8,
	course float8,
	sd float8 NOT NULL,
	year_to_date_without float8,
	projected_without float8 NOT NULL,
	probability_without float8 NOT NULL,
	PRIMARY KEY (monitor_id, urn)
);
COMMENT ON TABLE abie.school_progress IS
'How each school stands against its expectation, as of a weekly run. Rates are attendance in per cent, differences '
'percentage points; abie.explain_progress shows how each figure is made.';
COMMENT ON COLUMN abie.school_progress.monitor_id IS 'The weekly run.';
COMMENT ON COLUMN abie.school_progress.urn IS 'The school.';
COMMENT ON COLUMN abie.school_progress.run_id IS 'The run whose expectation it is of.';
COMMENT ON COLUMN abie.school_progress.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie.school_progress.status IS
'on course, open, not on course or maintain: abie.progress_status.';
COMMENT ON COLUMN abie.school_progress.too_early IS
'Whether the interval is still wider, on one side, than the improvement expected: then the weeks cannot tell yet.';
COMMENT ON COLUMN abie.school_progress.probability IS
'Probability, 0 to 1, that the expectation is met by either route: abie.probability_met; of a school that is to '
'maintain, that it is no more than half a percentage point below its baseline.';
COMMENT ON COLUMN abie.school_progress.projected IS
'Attendance at the end of the year as projected: abie.project; the run''s forecast for a school without weeks.';
COMMENT ON COLUMN abie.school_progress.low IS
'Lower end of the 95 per cent interval of projected, the common course''s uncertainty included.';
COMMENT ON COLUMN abie.school_progress.high IS 'Upper end of it.';
COMMENT ON COLUMN abie.school_progress.weeks IS 'School weeks held of the year.';
COMMENT ON COLUMN abie.school_progress.weeks_set_aside IS
'Those of them accepted as a shock: they count in year_to_date and projected, and say nothing of the school''s level '
'but, where the shock was of its area, by how far it was from the area''s others (abie.monitor_area_week).';
COMMENT ON COLUMN abie.school_progress.has_newest_week IS 'Whether abie.monitor.newest_week is among them.';
COMMENT ON COLUMN abie.school_progress.year_to_date IS
'Attendance in them, sessions pooled; NULL without weeks, as what follows from them.';
COMMENT ON COLUMN abie.school_progress.relative IS
'year_to_date less what was common to the stratum in the same weeks, pooled by the school''s sessions; NULL where no '
'week has a course.';
COMMENT ON COLUMN abie.school_progress.like_for_like IS
'Change from last year of the weeks that have a counterpart in it (abie.counterpart_week); NULL where none has.';
COMMENT ON COLUMN abie.school_progress.done IS
'Share of the year''s possible sessions in the weeks held, 0 to 1; those to come as last year.';
COMMENT ON COLUMN abie.school_progress.week_variance IS
'Variance of an ordinary week of the school: v0 + v1 / enrolments of its stratum, and half and half the school''s '
'own of last year where 20 weeks of it are held.';
COMMENT ON COLUMN abie.school_progress.prior IS 'The school''s own level as forecast, from the stratum''s median.';
COMMENT ON COLUMN abie.school_progress.prior_variance IS
'Variance of the true level about prior: that of a year about its forecast, less what the weeks bring to it; at '
'least 0.02.';
COMMENT ON COLUMN abie.school_progress.level IS 'The school''s own level after its weeks: abie.project.';
COMMENT ON COLUMN abie.school_progress.level_variance IS 'Its variance.';
COMMENT ON COLUMN abie.school_progress.weeks_left IS 'Weeks to come, as last year.';
COMMENT ON COLUMN abie.school_progress.course IS
'Attendance common to all in the weeks to come: last year''s in the weeks left, in the middle of the stratum''s '
'schools, and monitor_stratum.taken_on, less shortfall.';
COMMENT ON COLUMN abie.school_progress.sd IS
'Standard deviation of projected, of the school''s own part; for a school without weeks that of its forecast.';
COMMENT ON COLUMN abie.school_progress.year_to_date_without IS
'year_to_date without the weeks set aside; the same where there are none.';
COMMENT ON COLUMN abie.school_progress.projected_without IS
'projected without them, no more than half a percentage point above it.';
COMMENT ON COLUMN abie.school_progress.probability_without IS 'probability without them.';

-- what the part in C returns is called as it is stored
COMMENT ON COLUMN abie_internal.area_course.area IS
'Number of the local authority, or of the region in abie_internal.regions.';
SELECT abie_owner.describe_as('abie_internal.stratum_learned', 'abie.monitor_stratum'),
	abie_owner.describe_as('abie_internal.common_week', 'abie.monitor_week'),
	abie_owner.describe_as('abie_internal.area_course', 'abie.monitor_area_week'),
	abie_owner.describe_as('abie_internal.school_standing', 'abie.school_progress');

SELECT pg_catalog.pg_extension_config_dump('abie.monitor', '');
SELECT pg_catalog.pg_extension_config_dump('abie.monitor_monitor_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.monitor_stratum', '');
SELECT pg_catalog.pg_extension_config_dump('abie.monitor_week', '');
SELECT pg_catalog.pg_extension_config_dump('abie.monitor_area_week', '');
SELECT pg_catalog.pg_extension_config_dump('abie.school_progress', '');

SELECT abie_internal.protect_table(t) FROM unnest('{abie.monitor,abie.monitor_stratum,abie.monitor_week,'
	'abie.monitor_area_week,abie.school_progress}'::regclass[]) t;

--
-- What was found stays as it is
--

CREATE FUNCTION abie_internal.monitor_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{monitor_stratum,monitor_week,monitor_area_week,school_progress,shock}'::text[];
COMMENT ON FUNCTION abie_internal.monitor_tables() IS
'The tables of schema abie that a weekly run fills, each with a column monitor_id.';

CREATE FUNCTION abie_internal.guard_monitor() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- with its run it goes; a run that was issued cannot, but by abie.purge
	IF OLD.status = 'finished' AND (TG_OP = 'UPDATE'
		OR EXISTS (SELECT FROM abie.run r WHERE r.run_id = OLD.run_id AND abie_internal.is_final(r.status))) THEN
		RAISE EXCEPTION 'weekly run % has finished: it cannot be %', OLD.monitor_id,
			CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'CALL abie.monitor for the same day makes another, which is read in its place.';
	END IF;
	RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END $$;
COMMENT ON FUNCTION abie_internal.guard_monitor() IS
'Trigger: refuses changes of a weekly run that has finished, and its deletion where its run was issued.';

CREATE TRIGGER guard_monitor BEFORE UPDATE OR DELETE ON abie.monitor
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_monitor();

CREATE FUNCTION abie_internal.delete_monitor_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.delete_rows(abie_internal.monitor_tables(), 'monitor_id', o.monitor_id) FROM old_monitor o;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.delete_monitor_rows() IS 'Trigger: deletes the rows of a deleted weekly run.';

CREATE TRIGGER delete_monitor_rows AFTER DELETE ON abie.monitor
REFERENCING OLD TABLE AS old_monitor
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.delete_monitor_rows();

CREATE FUNCTION abie_internal.guard_monitor_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM abie.monitor m JOIN abie.run r ON r.run_id = m.run_id
		WHERE m.status = 'finished' AND abie_internal.is_final(r.status)) THEN
		RAISE EXCEPTION 'weekly runs of an issued run are kept as they are'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Delete the others by their numbers.';
	END IF;
	DELETE FROM abie.monitor;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_monitor_truncate() IS
'Trigger: refuses to empty abie.monitor where the run of a weekly run that has finished was issued; deletes the rows '
'of the others with them.';

CREATE TRIGGER guard_monitor_truncate BEFORE TRUNCATE ON abie.monitor
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_monitor_truncate();

-- As abie_internal.guard_run_rows: a restored dump brings the weekly run before its rows.
CREATE FUNCTION abie_internal.guard_monitor_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed_monitor integer;
	held_monitor record;
	held bigint;
BEGIN
	FOR changed_monitor IN SELECT DISTINCT c.monitor_id FROM changed c ORDER BY c.monitor_id LOOP
		SELECT m.status, (m.row_counts ->> TG_TABLE_NAME)::bigint AS allowed INTO held_monitor FROM abie.monitor m
			WHERE m.monitor_id = changed_monitor FOR SHARE;
		IF NOT FOUND AND TG_OP = 'INSERT' THEN
			RAISE EXCEPTION 'there is no weekly run %', changed_monitor
				USING ERRCODE = 'foreign_key_violation', HINT = 'Weekly runs are in abie.monitor; CALL abie.monitor '
					'makes one.';
		END IF;
		CONTINUE WHEN NOT FOUND OR held_monitor.status <> 'finished';
		IF TG_OP = 'INSERT' THEN
			EXECUTE format('SELECT count(*) FROM abie.%I t WHERE t.monitor_id = $1',
				TG_TABLE_NAME) INTO held USING changed_monitor;
			CONTINUE WHEN held <= held_monitor.allowed;
		END IF;
		RAISE EXCEPTION 'weekly run % has finished: its rows cannot be changed', changed_monitor
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'CALL abie.monitor for the same day makes another, which is read in its place.';
	END LOOP;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_monitor_rows() IS
'Trigger: refuses changes of the rows of a weekly run that has finished, and new rows of none.';

DO $$
DECLARE
	filled text;
BEGIN
	FOREACH filled IN ARRAY abie_internal.monitor_tables() LOOP
		EXECUTE format('CREATE TRIGGER guard_insert AFTER INSERT ON abie.%I REFERENCING NEW TABLE AS changed '
			'FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_monitor_rows()', filled);
		EXECUTE format('CREATE TRIGGER guard_delete AFTER DELETE ON abie.%I REFERENCING OLD TABLE AS changed '
			'FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_monitor_rows()', filled);
		EXECUTE format('CREATE TRIGGER guard_update BEFORE UPDATE OR TRUNCATE ON abie.%I FOR EACH STATEMENT '
			'EXECUTE FUNCTION abie_internal.refuse_change(''rows of weekly runs are kept as they are'', '
			'''CALL abie.monitor for the same day makes another, which is read in its place.'')', filled);
	END LOOP;
END $$;
