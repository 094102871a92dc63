-- Release checks: what has to hold of a run before it may be issued. Each is made by a function check_X(run_id,
-- threshold) that lists what it looked at: abie_internal.check_function.

CREATE VIEW abie.release_check AS
SELECT * FROM (VALUES
	('self match', 'blocking', NULL::float8, 0::float8, 'Similar schools that are the school itself'),
	('family match', 'blocking', NULL, 0, 'Similar schools that are a predecessor or successor of the school'),
	('phase match', 'blocking', NULL, 0, 'Similar schools of the other stratum'),
	('selective match', 'blocking', NULL, 0,
		'Similar schools that select by ability where the school does not, or the other way round'),
	('incomplete list', 'blocking', NULL, 0,
		'Schools with an expectation that do not have the methodology''s number of similar schools, all different'),
	('distance', 'blocking', NULL, 0,
		'Similar schools whose distance is not that of the two vectors, or that are ranked in another order'),
	('far apart', 'warning', 150, 25, 'Similar schools farther away than the threshold, kilometres'),
	('other type', 'warning', NULL, 10,
		'Schools none of whose similar schools is of their own group of types (academy, maintained, ...)'),
	('unaccounted school', 'blocking', NULL, 0,
		'Schools with attendance in the baseline year that have neither an expectation nor a reason why not, or both'),
	('base figure', 'blocking', NULL, 0,
		'Schools whose counts, enrolments or attendance are not those held in abie.attendance'),
	('school figure', 'blocking', 0.05, 0,
		'Schools whose attendance is more than the threshold, percentage points, from their own figure '
		'(abie.school_figure, or an accepted correction), and accepted corrections without a figure that no run has '
		'put right'),
	('open correction', 'warning', NULL, 100,
		'Corrections that schools asked for (abie.correction) and that are not answered; they are listed and stop '
		'nothing'),
	('stale input', 'blocking', NULL, 0,
		'Schools in scope of the run, or that would be now, and averages they are set beside, that have changed since'),
	('partial input', 'blocking', NULL, 5,
		'Schools with attendance in the year before the baseline year that have none in it'),
	('partial year', 'blocking', abie_internal.least_year_sessions(), 10,
		'Schools with fewer sessions possible an enrolment in the baseline year than the threshold'),
	('baseline', 'blocking', NULL, 0,
		'Schools whose baseline is not between their own level and their expected attendance'),
	('improvement', 'blocking', NULL, 0,
		'Schools whose gap, improvement, target or statement does not follow from baseline, expected attendance, '
		'ladder top and methodology'),
	('attained target', 'blocking', NULL, 0,
		'Schools that are told to improve by 0.0, or to a target that they reached last year'),
	('improvement order', 'blocking', NULL, 0,
		'Schools of which less is expected than of one with a smaller gap, headroom apart'),
	('impossible figure', 'blocking', NULL, 0, 'Schools with a rate that is not between 0 and 100 per cent'),
	('no expectation', 'blocking', NULL, 10,
		'Mainstream schools in scope without an expectation; examples are the reasons'),
	('input digest', 'blocking', NULL, 0, 'The digest of the inputs kept with the run is not the one it recorded'),
	('result digest', 'blocking', NULL, 0, 'The digest of the results is not the one the run recorded'),
	('national total', 'blocking', 0, 0,
		'Published national totals (abie.published_total) that the sum of the schools held misses by more than the '
		'threshold, per cent'),
	('local authority total', 'warning', 0, 0,
		'Published totals of local authorities that the sum of the schools held misses by more than the threshold, '
		'per cent'),
	('rate only', 'warning', NULL, 5, 'Schools of which only rates are held, not counts'),
	('assumed noise', 'warning', NULL, 0,
		'Strata whose sampling variance could not be learned from this run''s schools '
		'(abie.run_model.sampling_source)'),
	('suppressed input', 'warning', NULL, 5, 'Schools with a figure that was published as suppressed or missing'),
	('missing characteristic', 'warning', NULL, 5, 'Characteristics of schools that are missing'),
	('unpublished reference', 'warning', NULL, 100,
		'Schools that others are measured against although their attendance is not published '
		'(abie.run_school.is_reference); they are listed and stop nothing'),
	('extreme gap', 'warning', 10, 0.5,
		'Schools whose attendance is more than the threshold, percentage points, from expected attendance'),
	('calibration', 'warning', 0.2, 0,
		'Tenths and categories of characteristics used, of 30 schools or more, whose mean of attendance - expected is '
		'more than the threshold, percentage points, and more than four standard errors from 0 (abie.calibration)'),
	('interval coverage', 'warning', 2, 0,
		'Thirds of schools by size of which more or fewer than 95 per cent, by more than the threshold, were inside '
		'the intervals that the newest run by the methodology for the baseline year gave (abie.run_outcome)'),
	('moved expectation', 'warning', 0.3, 20,
		'Schools whose improvement expectation is more than the threshold, percentage points, from that of the run '
		'issued last'),
	('moved list', 'warning', 50, 20,
		'Schools of whose similar schools less than the threshold, per cent, were so in the run issued last')
) v(name, severity, threshold, tolerated, meaning);
COMMENT ON VIEW abie.release_check IS
'The checks of abie.check_run, in order. A methodology may set severity, threshold and tolerated otherwise '
'(abie.methodology.checks).';
COMMENT ON COLUMN abie.release_check.name IS 'Name of the check.';
COMMENT ON COLUMN abie.release_check.severity IS
'blocking: a run that fails it is not issued, unless for a reason; warning: for a person to look at; off: not made.';
COMMENT ON COLUMN abie.release_check.threshold IS
'Limit of one item, in the unit that meaning states; NULL where the check needs none.';
COMMENT ON COLUMN abie.release_check.tolerated IS 'Share of the items that may be faulty, per cent.';
COMMENT ON COLUMN abie.release_check.meaning IS 'What is counted as a fault.';

CREATE TABLE abie.run_check (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	name text,
	severity text NOT NULL CHECK (severity IN ('blocking', 'warning')),
	threshold float8,
	tolerated float8 NOT NULL,
	items bigint NOT NULL,
	faults bigint NOT NULL,
	passed boolean,
	examples text[],
	checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (run_id, name)
);
COMMENT ON TABLE abie.run_check IS 'Release checks made of a run by abie.check_run.';
COMMENT ON COLUMN abie.run_check.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_check.name IS 'The check: abie.release_check.name.';
COMMENT ON COLUMN abie.run_check.severity IS 'blocking or warning.';
COMMENT ON COLUMN abie.run_check.threshold IS 'Limit of one item, as the methodology has it.';
COMMENT ON COLUMN abie.run_check.tolerated IS 'Share of the items that may be faulty, per cent.';
COMMENT ON COLUMN abie.run_check.items IS 'How many were looked at.';
COMMENT ON COLUMN abie.run_check.faults IS 'How many of them are faulty.';
COMMENT ON COLUMN abie.run_check.passed IS
'No more are faulty than tolerated; NULL where there was nothing to look at.';
COMMENT ON COLUMN abie.run_check.examples IS 'The first five faulty ones.';
COMMENT ON COLUMN abie.run_check.checked_at IS 'When the run was checked.';
SELECT abie_internal.guard_rows_of('abie.run_check');
SELECT pg_catalog.pg_extension_config_dump('abie.run_check', '');

CREATE TYPE abie.checked_item AS (name text, faulty boolean, example text, place float8[], items integer);
COMMENT ON TYPE abie.checked_item IS 'What a release check looked at.';
COMMENT ON COLUMN abie.checked_item.name IS 'The check: abie.release_check.name.';
COMMENT ON COLUMN abie.checked_item.faulty IS 'Whether the item is a fault; NULL as false.';
COMMENT ON COLUMN abie.checked_item.example IS
'What the item is, in words; NULL where another row says so too.';
COMMENT ON COLUMN abie.checked_item.place IS
'The item''s place among the examples: by the first number, then the next; then by the words. At most three.';
COMMENT ON COLUMN abie.checked_item.items IS
'How many items the row stands for: 1 of each fault, more where others are counted together.';

CREATE FUNCTION abie_internal.check_checks(checks jsonb) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is refused too
DECLARE
	wrong record;
BEGIN
	IF jsonb_typeof(checks) IS DISTINCT FROM 'object' THEN
		PERFORM abie_internal.refuse_setting('checks', checks::text,
			'Give an object, such as {"far apart": {"tolerated": 70}}.');
	END IF;
	SELECT c.key, c.value INTO wrong FROM jsonb_each(checks) c
		WHERE NOT EXISTS (SELECT FROM abie.release_check k WHERE k.name = c.key) LIMIT 1;
	IF FOUND THEN
		PERFORM abie_internal.refuse_setting('checks', wrong.key, 'Names are those of the view abie.release_check.');
	END IF;
	SELECT c.key, c.value INTO wrong
	FROM jsonb_each(checks) c
	WHERE jsonb_typeof(c.value) <> 'object' OR c.value - '{severity,threshold,tolerated}'::text[] <> '{}'
		OR NOT coalesce(c.value ->> 'severity', 'off') = ANY ('{blocking,warning,off}')
		OR jsonb_path_exists(c.value, '$.threshold ? (@.type() != "number")')
		OR jsonb_path_exists(c.value, '$.tolerated ? (@.type() != "number" || @ < 0 || @ > 100)')
	LIMIT 1;
	IF FOUND THEN
		PERFORM abie_internal.refuse_setting('check "' || wrong.key || '"', wrong.value::text,
			'It may have severity (blocking, warning, off), threshold (a number) and tolerated (0 to 100 per cent).');
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_checks(jsonb) IS
'Raises error 22023 where abie.methodology.checks names an unknown check or sets it wrongly.';

CREATE FUNCTION abie_internal.check_function(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN name IN ('self match', 'family match', 'phase match', 'selective match', 'incomplete list', 'distance',
	'far apart', 'other type') THEN 'check_first_faults'
	WHEN name IN ('stale input', 'input digest') THEN 'check_inputs'
	ELSE 'check_' || replace(name, ' ', '_') END
$$;
COMMENT ON FUNCTION abie_internal.check_function(text) IS
'The function of abie_internal that makes a release check, perhaps with others that look at the same.';

CREATE FUNCTION abie_internal.check_settings(run_id integer)
RETURNS TABLE (name text, severity text, threshold float8, tolerated float8, place bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100 ROWS 35
SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.name, coalesce(s.setting ->> 'severity', c.severity),
	coalesce((s.setting ->> 'threshold')::float8, c.threshold),
	coalesce((s.setting ->> 'tolerated')::float8, c.tolerated), c.place
FROM abie_internal.run_methodology(check_settings.run_id) m,
	(SELECT k.*, row_number() OVER () AS place FROM abie.release_check k) c,
	LATERAL (SELECT m.checks -> c.name AS setting) s
WHERE m.checks IS NOT NULL AND s.setting ->> 'severity' IS DISTINCT FROM 'off'
$$;
COMMENT ON FUNCTION abie_internal.check_settings(integer) IS
'The release checks of a run as its methodology has them, without those that are off; place: their order. No rows for '
'a run that does not exist.';

CREATE FUNCTION abie.run_checks(run_id integer)
RETURNS TABLE (name text, severity text, threshold float8, tolerated float8, items bigint, faults bigint,
	passed boolean, examples text[])
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000000 ROWS 32
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET work_mem = '64MB'
-- handing 400,000 rows over from workers takes longer than making them
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	made record;
BEGIN
	FOR made IN
		SELECT abie_internal.check_function(c.name) AS maker, array_agg(c.name ORDER BY c.place) AS names,
			array_agg(c.severity ORDER BY c.place) AS severities,
			array_agg(c.threshold ORDER BY c.place) AS thresholds,
			array_agg(c.tolerated ORDER BY c.place) AS tolerances,
			-- of checks that a function makes together one has a threshold
			max(c.threshold) AS threshold
		FROM abie_internal.check_settings(run_id) c GROUP BY 1 ORDER BY min(c.place)
	LOOP
		RETURN QUERY EXECUTE format($sql$
			SELECT c.name, c.severity, c.threshold, c.tolerated, coalesce(f.items, 0), coalesce(f.faults, 0),
				100.0 * coalesce(f.faults, 0) <= c.tolerated * f.items, f.examples
			FROM unnest($3, $4, $5, $6) WITH ORDINALITY c(name, severity, threshold, tolerated, place)
				LEFT JOIN (SELECT i.name, nullif(sum(i.items), 0) AS items,
						sum(i.items) FILTER (WHERE i.faulty) AS faults,
						(array_agg(i.example ORDER BY i.place[1], i.place[2], i.place[3], i.example)
							FILTER (WHERE i.faulty AND i.example IS NOT NULL))[1:5] AS examples
					FROM abie_internal.%I($1, $2) i GROUP BY i.name) f ON f.name = c.name
			ORDER BY c.place
			$sql$, made.maker)
		USING run_id, made.threshold, made.names, made.severities, made.thresholds, made.tolerances;
	END LOOP;
END $$;
COMMENT ON FUNCTION abie.run_checks(integer) IS
'Makes the release checks of a run, whatever its status, and stores nothing; columns as in abie.run_check. No rows for '
'a run that does not exist.';

CREATE FUNCTION abie.check_run(run_id integer) RETURNS SETOF abie.run_check
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 32
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held text := abie_internal.lock_run(run_id);
BEGIN
	IF held NOT IN ('calculated', 'checked') THEN
		RAISE EXCEPTION 'run % is %', run_id, held
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Check a calculated run; abie.run_checks looks at any.';
	END IF;
	DELETE FROM abie.run_check c WHERE c.run_id = check_run.run_id;
	INSERT INTO abie.run_check (run_id, name, severity, threshold, tolerated, items, faults, passed, examples)
	SELECT check_run.run_id, c.* FROM abie.run_checks(check_run.run_id) c;
	UPDATE abie.run r SET status = 'checked', row_counts = r.row_counts || jsonb_build_object('run_check',
		(SELECT count(*) FROM abie.run_check c WHERE c.run_id = r.run_id))
	WHERE r.run_id = check_run.run_id;
	RETURN QUERY SELECT c.* FROM abie.run_check c JOIN abie.release_check k ON k.name = c.name
		WHERE c.run_id = check_run.run_id ORDER BY c.passed IS FALSE DESC, c.severity, c.name;
END $$;
COMMENT ON FUNCTION abie.check_run(integer) IS
'Makes the release checks of a calculated run, keeps them in abie.run_check in place of earlier ones and marks the run '
'checked; the checks, failed ones first. Errors: P0002 no such run, 55000 a run that is not calculated or checked.';

CREATE FUNCTION abie_internal.refuse_failing_run(run_id integer) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	failing text := (SELECT string_agg(format('%s (%s of %s)', c.name, c.faults, c.items), ', '
		ORDER BY c.name COLLATE "C")
		FROM abie.run_check c WHERE c.run_id = refuse_failing_run.run_id AND c.severity = 'blocking'
			AND c.passed IS FALSE);
BEGIN
	IF failing IS NOT NULL THEN
		RAISE EXCEPTION 'run % fails blocking checks', run_id
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = failing || '.',
				HINT = 'Examples are in abie.run_check. To issue it all the same, give the reason: abie.issue(run_id, '
					'reason).';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_failing_run(integer) IS
'Raises error 55000 naming the blocking checks a run fails, if any.';
