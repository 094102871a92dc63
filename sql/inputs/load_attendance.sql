-- From pupils' registers to the attendance of their schools: the year in abie.attendance, its weeks in
-- abie.attendance_week.

CREATE TABLE abie.attendance_week (
	academic_year abie.academic_year,
	urn abie.urn,
	week_start date CHECK (extract(isodow FROM week_start) = 1),
	enrolments integer NOT NULL CHECK (enrolments > 0),
	sess_possible bigint NOT NULL CHECK (sess_possible > 0),
	sess_overall bigint NOT NULL CHECK (sess_overall >= 0),
	sess_authorised bigint NOT NULL CHECK (sess_authorised >= 0),
	sess_unauthorised bigint NOT NULL CHECK (sess_unauthorised >= 0),
	reasons jsonb NOT NULL CHECK (jsonb_typeof(reasons) = 'object'),
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (academic_year, urn, week_start),
	CONSTRAINT absence_within_possible CHECK (sess_overall <= sess_possible),
	CONSTRAINT absence_is_authorised_and_unauthorised CHECK (sess_authorised + sess_unauthorised = sess_overall)
);
COMMENT ON TABLE abie.attendance_week IS
'Attendance of a school in a school week: counts of sessions, of the same enrolments as the year in abie.attendance. '
'Weeks without a possible session have no row.';
COMMENT ON COLUMN abie.attendance_week.academic_year IS 'Academic year.';
COMMENT ON COLUMN abie.attendance_week.urn IS 'The school.';
COMMENT ON COLUMN abie.attendance_week.week_start IS 'Monday of the week.';
COMMENT ON COLUMN abie.attendance_week.enrolments IS 'Enrolments with a possible session in the week.';
COMMENT ON COLUMN abie.attendance_week.sess_possible IS 'Sessions possible (half days).';
COMMENT ON COLUMN abie.attendance_week.sess_overall IS 'Sessions of absence, authorised and unauthorised.';
COMMENT ON COLUMN abie.attendance_week.sess_authorised IS 'Sessions of authorised absence.';
COMMENT ON COLUMN abie.attendance_week.sess_unauthorised IS 'Sessions of unauthorised absence.';
COMMENT ON COLUMN abie.attendance_week.reasons IS 'Sessions by reason, as in abie.attendance.';
COMMENT ON COLUMN abie.attendance_week.source IS
'Where the row came from: registers: RELATION for abie.load_attendance.';
COMMENT ON COLUMN abie.attendance_week.recorded_at IS 'When the row was last changed.';

SELECT pg_catalog.pg_extension_config_dump('abie.attendance_week', '');

CREATE FUNCTION abie.spring_bank_holiday(year integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
-- moved for the Queen's jubilees by royal proclamation
RETURN CASE year
	WHEN 2002 THEN date '2002-06-04'
	WHEN 2012 THEN date '2012-06-04'
	WHEN 2022 THEN date '2022-06-02'
	ELSE make_date(year, 5, 31) - (extract(isodow FROM make_date(year, 5, 31))::integer - 1) END;
COMMENT ON FUNCTION abie.spring_bank_holiday(integer) IS
'The spring bank holiday of a calendar year: the last Monday in May, except in the jubilee years 2002, 2012 and 2022. '
'The second half of the summer term begins with it in the absence statistics.';

CREATE FUNCTION abie_internal.registers_check(registers regclass) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted record;
	found regtype;
BEGIN
	FOR wanted IN
		SELECT *
		FROM (VALUES
			('urn', 'integer'::regtype, true),
			('pupil', NULL, true),
			('register', 'abie.register', true),
			('date_of_birth', 'date', false),
			('year_group', 'integer', false)) w (name, type, required)
	LOOP
		SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END INTO found
		FROM pg_attribute a
			JOIN pg_type t ON t.oid = a.atttypid
		WHERE a.attrelid = registers AND a.attname = wanted.name AND NOT a.attisdropped;
		IF found IS NULL AND wanted.required THEN
			RAISE EXCEPTION 'relation "%" has no column "%"', registers, wanted.name
				USING ERRCODE = 'undefined_column',
					HINT = 'It needs urn integer, pupil (any key) and register abie.register; it may have '
						'date_of_birth date and year_group integer. A view can name the columns.';
		ELSIF found <> wanted.type
			AND NOT (wanted.type = 'integer'::regtype AND found IN ('smallint'::regtype, 'bigint'::regtype)) THEN
			RAISE EXCEPTION 'column "%" of "%" must be of type %, not %', wanted.name, registers, wanted.type, found
				USING ERRCODE = 'datatype_mismatch';
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION abie_internal.registers_check(regclass) IS
'Whether a relation has the columns that abie.load_attendance reads. Errors: 42703 for a column it lacks, '
'42804 for one of another type.';

CREATE FUNCTION abie_internal.registers_age(registers regclass, date_of_birth text, year_group text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- of these the columns that are there, the date of birth first
RETURN (
	SELECT CASE WHEN pg_catalog.count(*) = 0 THEN 'false'
		ELSE 'coalesce(' || pg_catalog.string_agg(
			CASE a.attname WHEN 'date_of_birth' THEN date_of_birth ELSE year_group END, ', '
			ORDER BY a.attname) || ')' END
	FROM pg_catalog.pg_attribute a
	WHERE a.attrelid = registers AND NOT a.attisdropped AND a.attname IN ('date_of_birth', 'year_group'));
COMMENT ON FUNCTION abie_internal.registers_age(regclass, text, text) IS
'A condition on the age of the pupils of a relation: by date_of_birth, else by year_group, else false.';

CREATE FUNCTION abie_internal.registers_key(registers regclass) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
	SELECT CASE WHEN a.atttypid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
		THEN 'coalesce(pupil, 0)'
		ELSE 'hash_record_extended(ROW(pupil), 0)' END
	FROM pg_catalog.pg_attribute a
	WHERE a.attrelid = registers AND a.attname = 'pupil' AND NOT a.attisdropped);
COMMENT ON FUNCTION abie_internal.registers_key(regclass) IS
'An expression that gives the same bigint for the same pupil; seldom for another too.';

CREATE FUNCTION abie_internal.registers_query(registers regclass, academic_year text, from_date date, to_date date,
	more text DEFAULT '') RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $function$
DECLARE
	start_year integer := extract(year FROM abie.year_start(academic_year))::integer;
	-- the last day of the first half of the summer term: the Sunday before the bank holiday
	half_term date := abie.spring_bank_holiday(start_year + 1)
		- extract(isodow FROM abie.spring_bank_holiday(start_year + 1))::integer;
	register text := CASE WHEN academic_year IN ('2020/21', '2021/22')
		THEN $$abie.recode(register, 'X', 'X07', '2020-09-01', '2022-03-31')$$
		ELSE 'register' END;
BEGIN
	-- ages on 31 August; Year 1 are 5, Year 11 are 15
	RETURN format($query$
SELECT urn::integer AS urn, pupil, %1$s AS key, %2$s AS register,
	CASE WHEN %3$s THEN least(%6$L::date, %7$L) ELSE %6$L END AS last_day,
	%4$s AS young, %5$s AS old,
	coalesce(abie.first_on_roll(%2$s, %8$L, %6$L) > %7$L, false) AS late%12$s
FROM %9$s
WHERE register IS NULL OR (abie.start_date(register) < %11$L AND abie.end_date(register) >= %10$L)$query$,
		abie_internal.registers_key(registers), register,
		abie_internal.registers_age(registers, format('date_of_birth <= %L', make_date(start_year - 15, 8, 31)),
			'year_group > 10'),
		abie_internal.registers_age(registers, format('date_of_birth > %L', make_date(start_year - 5, 8, 31)),
			'year_group < 1'),
		abie_internal.registers_age(registers, format('date_of_birth <= %L', make_date(start_year - 16, 8, 31)),
			'year_group > 11'),
		to_date, half_term, from_date, registers, make_date(start_year, 8, 1), make_date(start_year + 1, 8, 1),
		more);
END $function$;
COMMENT ON FUNCTION abie_internal.registers_query(regclass, text, date, date, text) IS
'The query that gives the registers of an academic year (urn, pupil, key, register), the last day that counts for '
'each, and whether the pupil is too young (NULL: age not known), too old, or joined after the spring bank holiday: the '
'cohort of the absence statistics; and more columns, as the given text says. X is recoded as covid X in 2020/21 and '
'2021/22, when all of the cohort were of compulsory school age.';

CREATE FUNCTION abie_internal.registers_count(query text, from_date date, academic_year text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $$
DECLARE
	twice record;
BEGIN
	EXECUTE format($count$
CREATE TEMP TABLE abie_load_count ON COMMIT DROP AS
SELECT urn,
	count(*) AS registers,
	count(*) FILTER (WHERE register IS NULL) AS no_register,
	count(*) FILTER (WHERE register IS NOT NULL AND young IS NULL) AS age_not_known,
	count(*) FILTER (WHERE register IS NOT NULL AND young) AS young,
	count(*) FILTER (WHERE register IS NOT NULL AND old AND NOT young) AS old,
	count(*) FILTER (WHERE late AND NOT old AND NOT young
		AND abie.sess_possible(register, %2$L, last_day) > 0) AS late,
	abie.absence_weeks_agg(register, %2$L, last_day) FILTER (WHERE NOT late AND NOT old AND NOT young) AS weeks,
	abie_internal.has_repeat(key) FILTER (WHERE register IS NOT NULL) AS has_repeat
FROM (%1$s) r
GROUP BY urn$count$, query, from_date);
	IF NOT EXISTS (SELECT FROM pg_temp.abie_load_count c WHERE c.has_repeat) THEN
		RETURN;
	END IF;
	-- or two pupils of one key
	EXECUTE format($twice$
SELECT count(*) AS pupils, min(urn) AS urn
FROM (SELECT urn FROM (%s) r WHERE register IS NOT NULL GROUP BY urn, pupil HAVING count(*) > 1) d$twice$, query)
	INTO twice;
	IF twice.pupils > 0 THEN
		RAISE EXCEPTION 'pupils with more than one register at a school in %: %', academic_year, twice.pupils
			USING ERRCODE = 'cardinality_violation', DETAIL = format('The first such school is %s.', twice.urn),
				HINT = 'Merge them: a view with abie.register_agg(register) GROUP BY urn, pupil.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.registers_count(text, date, text) IS
'Makes pg_temp.abie_load_count: a row a school, with what its registers add up to from a day on, and how many are left '
'out, in one pass over the query of abie_internal.registers_query. Error 21000 for pupils with two registers.';

CREATE FUNCTION abie.load_attendance(registers regclass, academic_year text, from_date date DEFAULT NULL,
	to_date date DEFAULT NULL)
RETURNS TABLE (outcome text, enrolments bigint, schools bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10
-- Not STRICT: the dates may be NULL. Groups by school must fit: a whole England's need 250 MB.
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
SET jit = off
SET work_mem = '64MB'
SET hash_mem_multiplier = 5
AS $$
DECLARE
	first_day date := abie_internal.year_first_day(academic_year);
	last_day date := (first_day + interval '1 year')::date - 1;
	starts date := coalesce(from_date, first_day);
	ends date := coalesce(to_date, last_day);
	held record;
BEGIN
	IF registers IS NULL OR academic_year IS NULL THEN
		RAISE EXCEPTION '% cannot be NULL', CASE WHEN registers IS NULL THEN 'registers' ELSE 'academic_year' END
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF starts NOT BETWEEN first_day AND ends OR ends > last_day THEN
		RAISE EXCEPTION 'the dates % to % are not a part of the academic year %', starts, ends, academic_year
			USING ERRCODE = 'invalid_parameter_value', HINT = format('It runs from %s to %s.', first_day, last_day);
	END IF;
	PERFORM abie_internal.registers_check(registers);
	LOCK TABLE abie.attendance, abie.attendance_week IN SHARE ROW EXCLUSIVE MODE;
	PERFORM abie_internal.registers_count(abie_internal.registers_query(registers, academic_year, starts, ends),
		starts, academic_year);
	IF NOT EXISTS (SELECT FROM pg_temp.abie_load_count) THEN
		EXECUTE format('SELECT count(*) AS registers, min(abie.start_date(register)) AS first, '
			'max(abie.end_date(register)) AS last FROM %s', registers) INTO held;
		RAISE WARNING 'no register of % is of % to %: nothing was loaded for %', registers, starts, ends, academic_year
			USING HINT = CASE WHEN held.registers = 0 THEN 'It holds no register.'
				ELSE format('Its registers are of %s to %s.', held.first, held.last) END;
	END IF;
	PERFORM abie_internal.load_attendance_schools(academic_year);
	PERFORM abie_internal.load_attendance_year(registers, academic_year,
		CASE WHEN from_date IS NULL AND to_date IS NULL THEN 'Six half terms'
			ELSE format('%s to %s', starts, ends) END);
	PERFORM abie_internal.load_attendance_week(registers, academic_year);
	RETURN QUERY SELECT * FROM abie_internal.load_attendance_outcomes();
	DROP TABLE pg_temp.abie_load_count, pg_temp.abie_load_school;
END $$;
COMMENT ON FUNCTION abie.load_attendance(regclass, text, date, date) IS
'Fills abie.attendance and abie.attendance_week of an academic year from pupils'' registers, for the schools they '
'hold. registers: a table or view with the columns urn integer, pupil (any key), register abie.register, and '
'optionally date_of_birth date and year_group integer; a pupil has one register a school. Cohort as in the absence '
'statistics (guide to absence statistics, DfE, sections 2 and 4): aged 5 to 15 on 31 August by date of birth, else '
'Years 1 to 11, all where neither is a column; at least one possible session; pupils aged 15 up to the spring bank '
'holiday only; without those who joined after it. from_date and to_date narrow the year, for a year to date; '
'year_breakdown says so. Gives a row for every outcome: counted, or why enrolments were left out. Replaces figures of '
'registers and of publications, never own entries; writes only rows that differ, so that the same registers again '
'change nothing. Errors: 42703 and 42804 for columns, 21000 for pupils with two registers, 22023 for dates outside the '
'year, 23514 for what is no academic year. A warning where no register is of these dates. Needs about 300 MB for all '
'of England.';

CREATE FUNCTION abie_internal.load_attendance_schools(academic_year text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- of two URNs of a LAESTAB the one with more sessions; a row held for the URN in the year keeps its LAESTAB
	CREATE TEMP TABLE abie_load_school ON COMMIT DROP AS
	SELECT l.urn, l.laestab, l.measures, l.attendance_error,
		CASE
			WHEN l.laestab IS NULL THEN 'school not in abie.school, or without a LAESTAB'
			WHEN row_number() OVER (PARTITION BY l.laestab ORDER BY (l.measures).sess_possible DESC, l.urn) > 1
				THEN 'another URN has the LAESTAB'
			WHEN l.own_entry THEN 'own entry kept'
		END AS left_out
	FROM (
		SELECT c.urn, abie.measures(c.weeks) AS measures, abie.rate_error(c.weeks) AS attendance_error,
			coalesce(held.laestab, s.laestab) AS laestab,
			EXISTS (
				SELECT FROM abie.attendance a
				WHERE a.academic_year = load_attendance_schools.academic_year
					AND a.laestab = coalesce(held.laestab, s.laestab)
					AND (a.sess_possible IS NOT NULL AND a.sources ->> 'sess_possible' IS NULL
						OR a.sess_overall_percent IS NOT NULL AND a.sources ->> 'sess_overall_percent' IS NULL)
			) AS own_entry
		FROM pg_temp.abie_load_count c
			LEFT JOIN (
				SELECT a.urn, min(a.laestab) AS laestab
				FROM abie.attendance a
				WHERE a.academic_year = load_attendance_schools.academic_year
				GROUP BY a.urn
				HAVING count(*) = 1
			) held ON held.urn = c.urn
			LEFT JOIN abie.school s ON s.urn = c.urn
		WHERE c.urn IS NOT NULL
	) l
	WHERE (l.measures).enrolments > 0;
	ANALYZE pg_temp.abie_load_school (urn, laestab, left_out);
END $$;
COMMENT ON FUNCTION abie_internal.load_attendance_schools(text) IS
'Makes pg_temp.abie_load_school: the schools of pg_temp.abie_load_count with enrolments that count, under their '
'LAESTAB, and why they are left out, NULL when they are loaded.';

CREATE FUNCTION abie_internal.load_attendance_year(registers regclass, academic_year text, year_breakdown text)
	RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	-- a school of which an earlier load counted enrolments, and this one none, no longer has figures
	DELETE FROM abie.attendance a
	WHERE a.academic_year = load_attendance_year.academic_year
		AND a.sources ->> 'sess_possible' = 'registers'
		AND a.urn IN (
			SELECT c.urn FROM pg_temp.abie_load_count c
			EXCEPT SELECT l.urn FROM pg_temp.abie_load_school l);
	-- only what differs is written: recorded_at is when a figure changed, not when it was looked at last
	INSERT INTO abie.attendance (academic_year, laestab, urn, year_breakdown,
		enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised,
		enrolments_pa_10_exact, enrolments_pa_50_exact, reasons, attendance_error, sources, source)
	SELECT load_attendance_year.academic_year, n.laestab, n.urn, load_attendance_year.year_breakdown,
		n.enrolments, n.sess_possible, n.sess_overall, n.sess_authorised, n.sess_unauthorised,
		n.enrolments_pa_10_exact, n.enrolments_pa_50_exact, n.reasons, n.attendance_error,
		coalesce(held.sources, '{}') || n.sources, 'registers: ' || registers
	FROM (
		SELECT l.laestab, l.urn, (l.measures).*, abie_internal.sess_reasons(l.measures) AS reasons, l.attendance_error,
			(
				SELECT jsonb_object_agg(c, 'registers')
				FROM unnest(ARRAY['urn', 'year_breakdown', 'enrolments', 'sess_possible', 'sess_overall',
					'sess_authorised', 'sess_unauthorised', 'enrolments_pa_10_exact', 'enrolments_pa_50_exact',
					'reasons', 'attendance_error', 'sess_overall_percent', 'enrolments_pa_10_exact_percent']) c
			) AS sources
		FROM pg_temp.abie_load_school l
		WHERE l.left_out IS NULL
	) n
		LEFT JOIN abie.attendance held ON held.academic_year = load_attendance_year.academic_year
			AND held.laestab = n.laestab
	WHERE held.laestab IS NULL
		OR num_nonnulls(held.sess_overall_percent, held.enrolments_pa_10_exact_percent) > 0
		OR held.markers <> '{}'
		OR (held.urn, held.year_breakdown, held.enrolments,
				held.sess_possible, held.sess_overall, held.sess_authorised, held.sess_unauthorised,
				held.enrolments_pa_10_exact, held.enrolments_pa_50_exact, held.reasons, held.attendance_error,
				held.sources)
			IS DISTINCT FROM (n.urn, load_attendance_year.year_breakdown, n.enrolments,
				n.sess_possible, n.sess_overall, n.sess_authorised, n.sess_unauthorised,
				n.enrolments_pa_10_exact, n.enrolments_pa_50_exact, n.reasons, n.attendance_error,
				held.sources || n.sources)
	-- published rates of the same year would contradict the counts
	ON CONFLICT ON CONSTRAINT attendance_pkey DO UPDATE
		SET urn = EXCLUDED.urn, year_breakdown = EXCLUDED.year_breakdown, enrolments = EXCLUDED.enrolments,
			sess_possible = EXCLUDED.sess_possible, sess_overall = EXCLUDED.sess_overall,
			sess_authorised = EXCLUDED.sess_authorised, sess_unauthorised = EXCLUDED.sess_unauthorised,
			enrolments_pa_10_exact = EXCLUDED.enrolments_pa_10_exact,
			enrolments_pa_50_exact = EXCLUDED.enrolments_pa_50_exact,
			reasons = EXCLUDED.reasons, attendance_error = EXCLUDED.attendance_error,
			sess_overall_percent = NULL, enrolments_pa_10_exact_percent = NULL, markers = '{}',
			sources = EXCLUDED.sources, source = EXCLUDED.source, recorded_at = DEFAULT;
END $$;
COMMENT ON FUNCTION abie_internal.load_attendance_year(regclass, text, text) IS
'Writes the measures of pg_temp.abie_load_school to abie.attendance, where they differ from what is held.';

CREATE FUNCTION abie_internal.load_attendance_outcomes()
RETURNS TABLE (outcome text, enrolments bigint, schools bigint)
LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT o.outcome, sum(o.enrolments)::bigint, count(DISTINCT o.urn)
	FROM (
		SELECT coalesce(l.left_out, 'counted') AS outcome, (l.measures).enrolments, l.urn
		FROM pg_temp.abie_load_school l
		UNION ALL
		SELECT left_out.outcome, left_out.enrolments, c.urn
		FROM pg_temp.abie_load_count c
			LEFT JOIN pg_temp.abie_load_school l ON l.urn = c.urn,
			LATERAL (VALUES
				('no register', c.no_register),
				('no URN', CASE WHEN c.urn IS NULL THEN c.registers - c.no_register END),
				('age not known', CASE WHEN c.urn IS NOT NULL THEN c.age_not_known END),
				('aged under 5 on 31 August', CASE WHEN c.urn IS NOT NULL THEN c.young END),
				('aged over 15 on 31 August', CASE WHEN c.urn IS NOT NULL THEN c.old END),
				('joined after the spring bank holiday', CASE WHEN c.urn IS NOT NULL THEN c.late END),
				('no possible session', CASE WHEN c.urn IS NOT NULL
					THEN c.registers - c.no_register - c.age_not_known - c.young - c.old - c.late
						- coalesce((l.measures).enrolments, 0) END)) left_out(outcome, enrolments)
		WHERE left_out.enrolments > 0
	) o
	GROUP BY o.outcome
	ORDER BY o.outcome <> 'counted', sum(o.enrolments) DESC, o.outcome COLLATE "C";
END $$;
COMMENT ON FUNCTION abie_internal.load_attendance_outcomes() IS
'The outcomes of abie.load_attendance, from pg_temp.abie_load_count and pg_temp.abie_load_school.';

CREATE FUNCTION abie_internal.load_attendance_week_query(is_held boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
	counted text := $counted$
SELECT c.urn, w.week_start, w.enrolments::integer AS enrolments, w.sess_possible, w.sess_overall, w.sess_authorised,
	w.sess_unauthorised, w.reasons
FROM (
	SELECT n.urn, n.weeks
	FROM pg_temp.abie_load_count n
		JOIN pg_temp.abie_load_school l ON l.urn = n.urn
	WHERE l.left_out IS NULL
	ORDER BY n.urn
) c, LATERAL abie.weeks(c.weeks) w$counted$;
	-- new weeks come in the order of the primary key and by a plain INSERT: its index takes half the time then
	added text := $added$
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall,
	sess_authorised, sess_unauthorised, reasons, source)
SELECT $1, c.urn, c.week_start, c.enrolments, c.sess_possible, c.sess_overall, c.sess_authorised, c.sess_unauthorised,
	c.reasons, $2
FROM %s$added$;
BEGIN
	IF NOT is_held THEN
		RETURN format(added, '(' || counted || ') c');
	END IF;
	-- as for the year, only what differs is written: images are compared, byte by byte
	RETURN format($query$
WITH counted AS (%s),
held AS (
	SELECT h.urn, h.week_start, h.enrolments, h.sess_possible, h.sess_overall, h.sess_authorised,
		h.sess_unauthorised, h.reasons, h.source LIKE 'registers: %%' AS of_registers,
		h.source LIKE 'dfe-pupil-week: %%' AS of_pupil_file
	FROM abie.attendance_week h
	WHERE h.academic_year = $1
		AND h.urn IN (
			SELECT c.urn FROM pg_temp.abie_load_count c
			EXCEPT SELECT l.urn FROM pg_temp.abie_load_school l WHERE l.left_out IS NOT NULL)
), compared AS MATERIALIZED (
	SELECT n.*, h.urn AS held_urn, h.week_start AS held_week
	FROM counted n
		FULL JOIN held h ON h.urn = n.urn AND h.week_start = n.week_start
	WHERE h.urn IS NULL
		OR h.of_registers AND (n.urn IS NULL OR record_image_ne(
			ROW(h.enrolments, h.sess_possible, h.sess_overall, h.sess_authorised, h.sess_unauthorised, h.reasons),
			ROW(n.enrolments, n.sess_possible, n.sess_overall, n.sess_authorised, n.sess_unauthorised, n.reasons)))
		-- the pupil file of authorities knows less than registers, but of other weeks perhaps
		OR h.of_pupil_file AND n.urn IS NOT NULL
), gone AS (
	DELETE FROM abie.attendance_week h
	USING compared c
	WHERE c.urn IS NULL
		AND h.academic_year = $1 AND h.urn = c.held_urn AND h.week_start = c.held_week
), changed AS (
	UPDATE abie.attendance_week h
	SET enrolments = c.enrolments, sess_possible = c.sess_possible, sess_overall = c.sess_overall,
		sess_authorised = c.sess_authorised, sess_unauthorised = c.sess_unauthorised, reasons = c.reasons,
		source = $2, recorded_at = DEFAULT
	FROM compared c
	WHERE c.held_urn IS NOT NULL
		AND h.academic_year = $1 AND h.urn = c.urn AND h.week_start = c.week_start
)%s$query$, counted, format(added, 'compared c WHERE c.held_urn IS NULL'));
END $function$;
COMMENT ON FUNCTION abie_internal.load_attendance_week_query(boolean) IS
'The statement of abie_internal.load_attendance_week: where some week of the academic year is held, one that compares, '
'else one that adds. Parameters: the year and the source.';

CREATE FUNCTION abie_internal.load_attendance_week(registers regclass, academic_year text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- weeks that were written a moment ago are more than the planner knows of
SET enable_nestloop = off
AS $$
DECLARE
	-- made once, not in every row
	year abie.academic_year := academic_year;
BEGIN
	EXECUTE abie_internal.load_attendance_week_query(
		EXISTS (SELECT FROM abie.attendance_week h WHERE h.academic_year = year))
	USING year, 'registers: ' || registers;
END $$;
COMMENT ON FUNCTION abie_internal.load_attendance_week(regclass, text) IS
'Replaces the weeks of the schools of pg_temp.abie_load_count by those of the registers, where they differ, and weeks '
'of the pupil file that registers hold too; own entries stay, and so do those of schools whose year is another''s.';
