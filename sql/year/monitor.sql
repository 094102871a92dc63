-- The weekly run: abie.monitor and its stages.

CREATE FUNCTION abie_internal.declared_noise(stratum text, OUT v0 float8, OUT v1 float8, OUT rho float8)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
SET search_path = pg_catalog, pg_temp
AS $$
SELECT v.v0, v.v1, 0.15::float8
FROM (VALUES ('primary', 0.35::float8, 270::float8), ('secondary', 0.6, 450)) v(stratum, v0, v1)
WHERE v.stratum = declared_noise.stratum
$$;
COMMENT ON FUNCTION abie_internal.declared_noise(text) IS
'What abie.week_noise is taken to be while no year of weeks is held: daily attendance of 1,196 schools of New York '
'City, scaled to England''s absence, so that it is provisional.';

CREATE FUNCTION abie_internal.year_in_progress() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT max(w.academic_year) FROM abie.attendance_week w
$$;
COMMENT ON FUNCTION abie_internal.year_in_progress() IS 'The newest academic year of which weeks are held.';

CREATE FUNCTION abie_internal.run_to_monitor(academic_year text) RETURNS integer
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT r.run_id FROM abie.run r
WHERE r.target_year = run_to_monitor.academic_year AND r.status IN ('calculated', 'checked', 'issued') AND r.run_id > 0
ORDER BY r.status = 'issued' DESC, r.run_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION abie_internal.run_to_monitor(text) IS
'The run whose expectations of an academic year schools are measured against: the one issued, else the newest '
'calculated; NULL where there is none.';

-- A week counts once its Friday has come.
CREATE FUNCTION abie_internal.newest_monday(as_of date) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN as_of - 4;
COMMENT ON FUNCTION abie_internal.newest_monday(date) IS 'The latest day on which a week that counts may begin.';

--
-- What a stratum's schools are known by
--

CREATE FUNCTION abie_internal.regions() RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT array_agg(DISTINCT s.region COLLATE "C") FROM abie.school s WHERE s.region IS NOT NULL
$$;
COMMENT ON FUNCTION abie_internal.regions() IS
'The regions of abie.school; a region''s number is its place among them.';

CREATE FUNCTION abie_internal.monitored_schools(run_id integer)
RETURNS TABLE (stratum text, urn integer, enrolments float8, forecast float8, last_forecast float8,
	year_variance float8, attendance float8, baseline float8, improvement float8, region integer, la_code integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
AS $$
SELECT e.stratum, e.urn, s.effective_enrolments, coalesce(e.forecast, e.baseline),
	-- the coefficients were learned on last year
	coalesce(abie.forecast(s.earlier_attendance, s.previous_attendance, s.previous_expected, s.effective_enrolments,
		m.forecast_coefficients), s.previous_attendance),
	CASE WHEN s.previous_attendance IS NOT NULL AND m.forecast_c0 IS NOT NULL
		THEN m.forecast_c0 + m.forecast_c1 / s.effective_enrolments
		ELSE coalesce(m.change_c0 + m.change_c1 / s.effective_enrolments, d.c0 + d.c1 / s.effective_enrolments) END,
	e.attendance, e.baseline,
	CASE e.statement WHEN 'maintain' THEN -abie_internal.maintain_tolerance() ELSE e.improvement END,
	coalesce(array_position((SELECT abie_internal.regions()), c.region), 0), coalesce(c.la_code, c.laestab / 10000, 0)
FROM (SELECT k.stratum, c.* FROM abie.run r, unnest('{primary,secondary}'::text[]) k(stratum),
		abie_internal.declared_change(k.stratum, r.baseline_year) c WHERE r.run_id = monitored_schools.run_id) d
	JOIN abie.expectation e ON e.run_id = monitored_schools.run_id AND e.stratum = d.stratum
	JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn
	LEFT JOIN abie.school c ON c.urn = e.urn
	LEFT JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum
$$;
COMMENT ON FUNCTION abie_internal.monitored_schools(integer) IS
'The schools with an expectation in a run, and what abie_internal.project_stratum takes of them: last_forecast is '
'what the forecast makes of the two years before the baseline year, the year before it where the forecast was not '
'learned; year_variance the variance of a year about its forecast, of changes where there is none; improvement that '
'expected, -0.5 of a school that is to maintain.';

-- The weeks are read once, for both strata and years: project_stratum passes over the other stratum's.
CREATE FUNCTION abie_internal.year_progress(run_id integer, academic_year text, as_of date)
RETURNS TABLE (stratum text, learned abie_internal.stratum_learned, weeks abie_internal.common_week[],
	area_courses abie_internal.area_course[], schools abie_internal.school_standing[],
	area_shocks abie_internal.area_shock[], school_shocks abie_internal.school_shock[], newest_week date)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000000 ROWS 2
SET search_path = pg_catalog, pg_temp
SET jit = off
-- a plan for these very values would hold copies of them
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	last_year text := abie.previous_year(academic_year);
	years text[] := ARRAY[academic_year, last_year];
	these bytea;
	those bytea;
BEGIN
	-- into variables: a plan would keep two or three copies
	SELECT coalesce(string_agg(abie_internal.week_row(w.urn, w.week_start, w.sess_possible, w.sess_overall), NULL)
			FILTER (WHERE w.academic_year = year_progress.academic_year), ''),
		coalesce(string_agg(abie_internal.week_row(w.urn, w.week_start, w.sess_possible, w.sess_overall), NULL)
			FILTER (WHERE w.academic_year = last_year), '')
	INTO these, those
	FROM abie.attendance_week w
	WHERE w.academic_year = ANY (years)
		AND (w.week_start <= abie_internal.newest_monday(as_of) OR w.academic_year = last_year);
	RETURN QUERY
	WITH given AS (
		SELECT s.stratum, array_agg(s.urn) AS urns, array_agg(s.enrolments) AS enrolments,
			array_agg(s.forecast) AS forecasts, array_agg(s.last_forecast) AS last_forecasts,
			array_agg(s.year_variance) AS year_variances, array_agg(s.attendance) AS attendance,
			array_agg(s.baseline) AS baselines, array_agg(s.improvement) AS improvements,
			array_agg(s.region) AS regions, array_agg(s.la_code) AS authorities
		FROM abie_internal.monitored_schools(year_progress.run_id) s GROUP BY s.stratum
	), accepted AS (
		SELECT coalesce(array_agg(a.urn), '{}') AS urns, coalesce(array_agg(a.week_start), '{}') AS weeks,
			coalesce(array_agg(array_position(abie_internal.event_scopes(), a.scope)), '{}') AS scopes
		FROM unnest(years) y(year), abie_internal.accepted_weeks(y.year) a
	)
	SELECT g.stratum, p.*
	FROM given g
		LEFT JOIN abie.run_model m ON m.run_id = year_progress.run_id AND m.stratum = g.stratum
		CROSS JOIN accepted a
		CROSS JOIN LATERAL abie_internal.declared_noise(g.stratum) d
		CROSS JOIN LATERAL abie_internal.project_stratum(g.urns, g.enrolments, g.forecasts, g.last_forecasts,
			g.year_variances, g.attendance, g.baselines, g.improvements, these, those, a.urns, a.weeks,
			a.scopes,
			(abie_internal.run_methodology(year_progress.run_id)).pace, as_of,
			as_of >= make_date(left(year_progress.academic_year, 4)::integer + 1, 8, 1), d.v0, d.v1, d.rho,
			coalesce(m.forecast_quantile, 1.959963984540054), g.regions, g.authorities) p;
END $$;
COMMENT ON FUNCTION abie_internal.year_progress(integer, text, date) IS
'What the weeks held as of a day make of the schools with an expectation in a run: abie_internal.project_stratum of '
'each stratum. The year is over from 1 August on.';

--
-- Stages
--

CREATE FUNCTION abie_internal.monitor_stages() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{progress,digest}'::text[];
COMMENT ON FUNCTION abie_internal.monitor_stages() IS 'The stages of a weekly run, in order.';

CREATE FUNCTION abie_internal.monitor_progress(monitor_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
	m abie.monitor := (SELECT k FROM abie.monitor k WHERE k.monitor_id = monitor_progress.monitor_id);
	regions text[] := abie_internal.regions();
	p record;
	done bigint;
	stored bigint := 0;
BEGIN
	FOR p IN SELECT s.* FROM abie_internal.year_progress(m.run_id, m.academic_year, m.as_of) s LOOP
		INSERT INTO abie.monitor_stratum
		SELECT m.monitor_id, p.stratum, m.run_id, cardinality(p.schools), l.*
		FROM (SELECT (p.learned).*) l;
		INSERT INTO abie.monitor_week (monitor_id, stratum, week_start, kind, run_id, this_year, schools, course,
			centre, spread)
		SELECT m.monitor_id, p.stratum, w.week_start, w.kind, m.run_id, w.this_year, w.schools, w.course, w.centre,
			w.spread
		FROM unnest(p.weeks) w;
		INSERT INTO abie.monitor_area_week
		SELECT m.monitor_id, p.stratum, a.scope, abie_internal.area_code(a.scope, a.area, regions), a.week_start,
			m.run_id, a.this_year, a.schools, a.centre, a.spread
		FROM unnest(p.area_courses) a;
		PERFORM abie_internal.keep_shocks(m.monitor_id, p.stratum, m.run_id, regions, p.area_shocks, p.school_shocks);
		INSERT INTO abie.school_progress
		SELECT m.monitor_id, s.urn, m.run_id, p.stratum, t.status,
			t.status = 'open' AND (s.high - s.low) / 2 > e.improvement, s.probability, s.projected, s.low, s.high,
			s.weeks, s.weeks_set_aside, s.has_newest_week, s.year_to_date, s.relative, s.like_for_like, s.done,
			s.week_variance, s.prior, s.prior_variance, s.level, s.level_variance, s.weeks_left, s.course, s.sd,
			s.year_to_date_without, s.projected_without, s.probability_without
		FROM unnest(p.schools) s JOIN abie.expectation e ON e.run_id = m.run_id AND e.urn = s.urn
			CROSS JOIN LATERAL (SELECT abie.progress_status(e.statement, s.probability, s.low, e.baseline)) t(status);
		GET DIAGNOSTICS done = ROW_COUNT;
		stored := stored + done;
		UPDATE abie.monitor k SET newest_week = p.newest_week WHERE k.monitor_id = m.monitor_id;
	END LOOP;
	RETURN stored;
END $$;
COMMENT ON FUNCTION abie_internal.monitor_progress(integer) IS
'Stage of a weekly run: what is learned of each stratum, and how its schools stand. The number of schools.';

CREATE FUNCTION abie_internal.monitor_digest(monitor_id integer) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
-- numbers as they are held, which no setting changes
SELECT encode(sha256(coalesce(string_agg(record_send(ROW(p.urn, p.stratum, p.status, p.too_early, p.probability,
	p.projected, p.low, p.high, p.weeks, p.weeks_set_aside, p.has_newest_week, p.year_to_date, p.relative,
	p.like_for_like, p.done, p.week_variance, p.prior, p.prior_variance, p.level, p.level_variance, p.weeks_left,
	p.course, p.sd, p.year_to_date_without, p.projected_without, p.probability_without)), '' ORDER BY p.urn), '')),
	'hex')
FROM abie.school_progress p WHERE p.monitor_id = monitor_digest.monitor_id
$$;
COMMENT ON FUNCTION abie_internal.monitor_digest(integer) IS
'SHA-256, hexadecimal, of the rows of abie.school_progress of a weekly run, by URN.';

CREATE FUNCTION abie_internal.finish_monitor(monitor_id integer) RETURNS bigint
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
UPDATE abie.monitor m
SET result_digest = abie_internal.monitor_digest(m.monitor_id),
	row_counts = abie_internal.count_rows(abie_internal.monitor_tables(), 'monitor_id', m.monitor_id),
	schools = s.schools, schools_with_week = s.with_week
FROM (SELECT count(*) AS schools, count(*) FILTER (WHERE p.has_newest_week) AS with_week
	FROM abie.school_progress p WHERE p.monitor_id = finish_monitor.monitor_id) s
WHERE m.monitor_id = finish_monitor.monitor_id
RETURNING s.schools
$$;
COMMENT ON FUNCTION abie_internal.finish_monitor(integer) IS
'Last stage of a weekly run: counts and digest. The number of schools.';

--
-- The life of a weekly run
--

CREATE FUNCTION abie_internal.stop_monitor(monitor_id integer, status text, error text) RETURNS void
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
UPDATE abie.monitor m SET status = stop_monitor.status, error = stop_monitor.error, finished_at = clock_timestamp()
	WHERE m.monitor_id = stop_monitor.monitor_id;
SELECT abie_internal.delete_rows(abie_internal.monitor_tables(), 'monitor_id', monitor_id);
$$;
COMMENT ON FUNCTION abie_internal.stop_monitor(integer, text, text) IS
'Marks a weekly run failed or interrupted, and deletes its rows.';

CREATE FUNCTION abie_internal.take_monitored_year(academic_year text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error
DECLARE
	run_id integer := abie_internal.run_to_monitor(academic_year);
BEGIN
	PERFORM abie.previous_year(academic_year);
	IF academic_year IS NULL THEN
		RAISE EXCEPTION 'no weeks are held'
			USING ERRCODE = 'no_data_found', HINT = 'abie.load_attendance fills abie.attendance_week from registers.';
	ELSIF run_id IS NULL THEN
		RAISE EXCEPTION 'there are no expectations for %', academic_year
			USING ERRCODE = 'no_data_found', HINT = format('CALL abie.calculate(%L).', academic_year);
	ELSIF NOT abie_internal.lock_year(academic_year) THEN
		RAISE EXCEPTION 'another session is calculating or monitoring %', academic_year
			USING ERRCODE = 'lock_not_available',
				HINT = 'Wait for it to end; abie.run and abie.monitor show how far it is.';
	END IF;
	RETURN run_id;
END $$;
COMMENT ON FUNCTION abie_internal.take_monitored_year(text) IS
'Takes the lock of an academic year for a weekly run; the run to measure against. Errors: 23514 not an academic '
'year, P0002 no weeks or no expectations, 55P03 another session has the year.';

CREATE FUNCTION abie_internal.start_monitor(academic_year text, as_of date) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error that is named
DECLARE
	run_id integer := abie_internal.take_monitored_year(academic_year);
	started integer;
BEGIN
	-- this session has the lock, so one of the year still marked running has died
	PERFORM abie_internal.stop_monitor(m.monitor_id, 'interrupted', 'the session ended while the weekly run went on')
	FROM abie.monitor m WHERE m.academic_year = start_monitor.academic_year AND m.status = 'running';
	INSERT INTO abie.monitor (academic_year, as_of, run_id, extension_version)
	VALUES (academic_year, as_of, run_id, (SELECT e.extversion FROM pg_extension e WHERE e.extname = 'abie'))
	RETURNING abie.monitor.monitor_id INTO started;
	RETURN started;
END $$;
COMMENT ON FUNCTION abie_internal.start_monitor(text, date) IS
'Locks the year and makes the row of a new weekly run; its number. Errors as abie_internal.take_monitored_year.';

CREATE FUNCTION abie_internal.show_monitor_stage(monitor_id integer, stage text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	planned text[] := abie_internal.monitor_stages();
	done integer := 100 * (array_position(planned, show_monitor_stage.stage) - 1) / cardinality(planned);
BEGIN
	UPDATE abie.monitor m SET stage = show_monitor_stage.stage, percent = done
	WHERE m.monitor_id = show_monitor_stage.monitor_id;
	RAISE NOTICE 'weekly run %: %, % %%', monitor_id, stage, done;
END $$;
COMMENT ON FUNCTION abie_internal.show_monitor_stage(integer, text) IS
'Records the stage a weekly run is in, and tells its caller by a notice.';

-- As abie_internal.run_stage: an error becomes the result, so that it can be recorded, committed and raised again.
CREATE FUNCTION abie_internal.run_monitor_stage(monitor_id integer, stage text, OUT error_code text, OUT message text,
	OUT detail text, OUT hint text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	started timestamptz := clock_timestamp();
	handled bigint;
BEGIN
	PERFORM set_config('application_name', format('abie weekly run %s: %s', monitor_id, stage), true);
	handled := CASE stage WHEN 'digest' THEN abie_internal.finish_monitor(monitor_id)
		ELSE abie_internal.monitor_progress(monitor_id) END;
	UPDATE abie.monitor m
	SET stages = m.stages || jsonb_build_object('stage', run_monitor_stage.stage, 'rows', handled,
			'seconds', round(extract(epoch FROM clock_timestamp() - started), 3)),
		status = CASE run_monitor_stage.stage WHEN 'digest' THEN 'finished' ELSE m.status END,
		percent = CASE run_monitor_stage.stage WHEN 'digest' THEN 100 ELSE m.percent END,
		finished_at = CASE run_monitor_stage.stage WHEN 'digest' THEN clock_timestamp() END
	WHERE m.monitor_id = run_monitor_stage.monitor_id;
EXCEPTION WHEN OTHERS OR query_canceled THEN
	GET STACKED DIAGNOSTICS error_code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	PERFORM abie_internal.stop_monitor(monitor_id, CASE error_code WHEN '57014' THEN 'interrupted' ELSE 'failed' END,
		message);
END $$;
COMMENT ON FUNCTION abie_internal.run_monitor_stage(integer, text) IS
'Runs one stage of a weekly run and records it. On an error or cancel the weekly run is marked and its rows deleted, '
'and the error is the result; all NULL otherwise.';

/*
 * As abie.calculate: it commits, so that it can have no SET clause and only
 * calls functions by their schema.
 */
CREATE PROCEDURE abie.monitor(academic_year text DEFAULT NULL, as_of date DEFAULT NULL,
	INOUT monitor_id integer DEFAULT NULL)
LANGUAGE plpgsql
AS $$
DECLARE
	year text := coalesce(academic_year, abie_internal.year_in_progress());
	stage text;
	failure record;
BEGIN
	-- refused inside a transaction, before the year is locked
	PERFORM abie_internal.refuse_transaction('abie.monitor');
	COMMIT;
	monitor_id := abie_internal.start_monitor(year, coalesce(as_of, current_date));
	COMMIT;
	FOREACH stage IN ARRAY abie_internal.monitor_stages() LOOP
		PERFORM abie_internal.show_monitor_stage(monitor_id, stage);
		COMMIT;
		failure := abie_internal.run_monitor_stage(monitor_id, stage);
		COMMIT;
		EXIT WHEN failure.error_code IS NOT NULL;
	END LOOP;
	PERFORM abie_internal.unlock_year(year);
	IF failure.error_code IS NOT NULL THEN
		PERFORM abie_internal.raise_failure(failure.error_code, failure.message, failure.detail, failure.hint);
	END IF;
END $$;
COMMENT ON PROCEDURE abie.monitor(text, date, integer) IS
'The weekly run of an academic year (NULL: the newest of which weeks are held) as of a day (NULL: today): how each '
'school with an expectation stands, into abie.school_progress; what was learned into abie.monitor_stratum, '
'abie.monitor_week and abie.monitor_area_week. Commits after each stage; monitor_id is the number of the weekly run '
'(an output). Weeks of abie.attendance_week whose Friday has come count. The same weeks, run and day give the same '
'figures, bit for bit; earlier weekly runs stay. Call it on its own, not inside a transaction block; one of a year '
'at a time. Errors: 23514 not an academic year, P0002 no weeks or no expectations for the year, 55P03 another '
'session has the year.';

--
-- Every week
--

CREATE FUNCTION abie.schedule_week(cron text DEFAULT '0 6 * * 4', academic_year text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: no academic year is the newest
DECLARE
	job bigint;
BEGIN
	PERFORM abie_internal.refuse_without_cron();
	PERFORM abie_internal.refuse_unfit_for_cron();
	PERFORM abie.previous_year(academic_year);
	EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job
	USING abie_internal.week_job_name(academic_year), cron, format('CALL abie.monitor(%L)', academic_year);
	RETURN job;
END $$;
COMMENT ON FUNCTION abie.schedule_week(text, text) IS
'Makes a pg_cron job that calls abie.monitor, at the times of a cron expression (default: at six on Thursdays, when '
'marks of the week before are in, in the time zone of pg_cron), as the role that makes it; in place of one for the '
'same academic year. No academic year: the newest of which weeks are held, each week anew. The number of the job. '
'Errors: 42704 no pg_cron, 55000 a role that cannot log in, 42501 one that may not calculate, 23514 not an academic '
'year, and pg_cron''s own.';

CREATE FUNCTION abie_internal.week_job_name(academic_year text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN 'abie week ' || coalesce(academic_year, 'in progress');
COMMENT ON FUNCTION abie_internal.week_job_name(text) IS
'Name of the pg_cron job that abie.schedule_week makes. Not STRICT: no academic year is the newest.';

CREATE FUNCTION abie.unschedule_week(academic_year text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: no academic year is the newest
BEGIN
	RETURN abie_internal.drop_job(abie_internal.week_job_name(academic_year));
END $$;
COMMENT ON FUNCTION abie.unschedule_week(text) IS
'Takes away the job that abie.schedule_week made for the same academic year; whether there was one. Error 42704 '
'where there is no pg_cron.';
