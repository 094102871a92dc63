-- The weekly pupil file that the department gives local authorities: each pupil's sessions so far. Successive files are
-- subtracted to weeks of their schools. Names are never stored, and of a pupil's number (UPN) only a salted hash.

CREATE TABLE abie.pupil_salt (
	is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
	salt bytea NOT NULL CHECK (pg_catalog.length(salt) = 32)
);
COMMENT ON TABLE abie.pupil_salt IS
'The salt of this database''s hashes of UPNs, made by chance at the first import of a pupil file; one row. Who has it '
'can try UPNs out: it is as confidential as they are.';
COMMENT ON COLUMN abie.pupil_salt.is_only IS 'True: there is one row.';
COMMENT ON COLUMN abie.pupil_salt.salt IS '32 bytes.';
SELECT pg_catalog.pg_extension_config_dump('abie.pupil_salt', '');

CREATE TABLE abie.pupil_sessions (
	academic_year abie.academic_year,
	week_start date CHECK (extract(isodow FROM week_start) = 1),
	urn abie.urn,
	academic_term text,
	pupil bytea CHECK (pg_catalog.length(pupil) = 32),
	sess_possible bigint NOT NULL CHECK (sess_possible >= 0),
	sess_overall bigint NOT NULL CHECK (sess_overall BETWEEN 0 AND sess_possible),
	sess_authorised bigint NOT NULL CHECK (sess_authorised >= 0),
	sess_unauthorised bigint NOT NULL CHECK (sess_unauthorised >= 0),
	source text NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (academic_year, week_start, urn, academic_term, pupil)
);
COMMENT ON TABLE abie.pupil_sessions IS
'Sessions of each pupil so far in the term, as the newest weekly pupil file and the one before gave them: what the '
'next file is subtracted from. Older ones are deleted.';
COMMENT ON COLUMN abie.pupil_sessions.academic_year IS 'Academic year, of the week.';
COMMENT ON COLUMN abie.pupil_sessions.week_start IS 'Monday of the newest week that counts in.';
COMMENT ON COLUMN abie.pupil_sessions.urn IS 'The school.';
COMMENT ON COLUMN abie.pupil_sessions.academic_term IS 'Term, as the file writes it.';
COMMENT ON COLUMN abie.pupil_sessions.pupil IS 'SHA-256 of abie.pupil_salt and the UPN.';
COMMENT ON COLUMN abie.pupil_sessions.sess_possible IS 'Sessions possible (half days) so far.';
COMMENT ON COLUMN abie.pupil_sessions.sess_overall IS 'Sessions of absence so far.';
COMMENT ON COLUMN abie.pupil_sessions.sess_authorised IS 'Sessions of authorised absence so far.';
COMMENT ON COLUMN abie.pupil_sessions.sess_unauthorised IS 'Sessions of unauthorised absence so far.';
COMMENT ON COLUMN abie.pupil_sessions.source IS 'Format and file.';
COMMENT ON COLUMN abie.pupil_sessions.recorded_at IS 'When the row was last changed.';
SELECT pg_catalog.pg_extension_config_dump('abie.pupil_sessions', '');

CREATE FUNCTION abie_internal.make_pupil_salt() RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
INSERT INTO abie.pupil_salt (salt)
SELECT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
ON CONFLICT ON CONSTRAINT pupil_salt_pkey DO NOTHING
$$;
COMMENT ON FUNCTION abie_internal.make_pupil_salt() IS 'Makes the salt of this database where there is none.';

CREATE FUNCTION abie_internal.pupil_hash(upn text, salt bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN pg_catalog.sha256(salt || pg_catalog.convert_to(pg_catalog.upper(upn COLLATE "C"), 'UTF8'));
COMMENT ON FUNCTION abie_internal.pupil_hash(text, bytea) IS
'The hash by which abie.pupil_sessions knows a pupil; capital and small letters are the same.';

CREATE FUNCTION abie_internal.check_pupil_sessions(week date) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	newest date := (SELECT max(p.week_start) FROM abie.pupil_sessions p);
	salt bytea := (SELECT s.salt FROM abie.pupil_salt s);
BEGIN
	IF newest > week THEN
		RAISE EXCEPTION 'the file of the week of % comes after that of %', to_char(week, 'YYYY-MM-DD'),
			to_char(newest, 'YYYY-MM-DD')
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'Pupil files are subtracted from each other in the order of their weeks.',
				HINT = 'The date is a day of the newest week that counts in the file. Rows of a week that was never '
					'meant can be deleted from abie.pupil_sessions.';
	END IF;
	UPDATE pg_temp.abie_import_row r
	SET problems = CASE WHEN f.known IS NULL THEN format('school %s is not in abie.school', r.urn)
		ELSE format('possible_sessions %s is less than the %s of the week of %s', r.sess_possible, f.sess_possible,
			to_char(f.week_start, 'YYYY-MM-DD')) END
	-- of weeks that had more the newest
	FROM (SELECT DISTINCT ON (n.line) n.line, s.urn AS known, held.sess_possible, held.week_start
		FROM pg_temp.abie_import_row n
			LEFT JOIN abie.school s ON s.urn = n.urn
			LEFT JOIN abie.pupil_sessions held ON held.academic_year = abie_internal.academic_year_of(week)
				AND held.week_start < week AND held.urn = n.urn AND held.academic_term = n.academic_term
				AND held.pupil = abie_internal.pupil_hash(n.upn, salt) AND held.sess_possible > n.sess_possible
		WHERE n.set_aside IS NULL AND n.problems IS NULL AND (s.urn IS NULL OR held.urn IS NOT NULL)
		ORDER BY n.line, held.week_start DESC) f
	WHERE r.line = f.line;
END $$;
COMMENT ON FUNCTION abie_internal.check_pupil_sessions(date) IS
'Rejects rows of the pupil file under way of schools that are not known, and those whose sessions possible fell back. '
'Error 22023 for a file of an earlier week than what is held.';

CREATE FUNCTION abie_internal.merge_pupil_sessions(week date, source text) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	year text := abie_internal.academic_year_of(week);
	salt bytea := (SELECT s.salt FROM abie.pupil_salt s);
	counts bigint[];
BEGIN
	WITH incoming AS MATERIALIZED (
		SELECT r.urn, r.academic_term, abie_internal.pupil_hash(r.upn, salt) AS pupil, r.sess_possible, r.sess_overall,
			r.sess_authorised, r.sess_unauthorised
		FROM pg_temp.abie_import_row r WHERE r.set_aside IS NULL AND r.problems IS NULL
	), decided AS MATERIALIZED (
		SELECT n.*, held.urn IS NULL AS is_new,
			(held.sess_possible, held.sess_overall, held.sess_authorised, held.sess_unauthorised) IS DISTINCT FROM
				(n.sess_possible, n.sess_overall, n.sess_authorised, n.sess_unauthorised) AS differs
		FROM incoming n LEFT JOIN abie.pupil_sessions held ON held.academic_year = year AND held.week_start = week
			AND held.urn = n.urn AND held.academic_term = n.academic_term AND held.pupil = n.pupil
	), gone AS (
		-- the file of this week, given again without them
		DELETE FROM abie.pupil_sessions held
		WHERE held.academic_year = year AND held.week_start = week AND held.urn IN (SELECT n.urn FROM incoming n)
			AND NOT EXISTS (SELECT FROM incoming n WHERE n.urn = held.urn AND n.academic_term = held.academic_term
				AND n.pupil = held.pupil)
	), written AS (
		INSERT INTO abie.pupil_sessions (academic_year, week_start, urn, academic_term, pupil, sess_possible,
			sess_overall, sess_authorised, sess_unauthorised, source)
		SELECT year, week, d.urn, d.academic_term, d.pupil, d.sess_possible, d.sess_overall, d.sess_authorised,
			d.sess_unauthorised, source
		FROM decided d WHERE d.differs
		ON CONFLICT ON CONSTRAINT pupil_sessions_pkey DO UPDATE
		SET sess_possible = EXCLUDED.sess_possible, sess_overall = EXCLUDED.sess_overall,
			sess_authorised = EXCLUDED.sess_authorised, sess_unauthorised = EXCLUDED.sess_unauthorised,
			source = EXCLUDED.source, recorded_at = DEFAULT
	)
	SELECT ARRAY[count(*) FILTER (WHERE d.is_new), count(*) FILTER (WHERE d.differs), count(*)] FROM decided d
	INTO counts;
	RETURN counts;
END $$;
COMMENT ON FUNCTION abie_internal.merge_pupil_sessions(date, text) IS
'Keeps the rows of the pupil file under way in abie.pupil_sessions. Gives rows new, rows written, rows merged.';

CREATE FUNCTION abie_internal.pupil_weeks(academic_year text, week date)
RETURNS TABLE (urn integer, enrolments bigint, sess_possible bigint, sess_overall bigint, sess_authorised bigint,
	sess_unauthorised bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 300
BEGIN ATOMIC
	-- A week has ten sessions. Where one in ten pupils has more since the file before, more than a week lies between,
	-- and whose sessions are whose is not known; single pupils with more had earlier marks entered late, or joined.
	WITH before AS (
		SELECT p.urn AS school, pg_catalog.max(p.week_start) AS week_start FROM abie.pupil_sessions p
		WHERE p.academic_year = pupil_weeks.academic_year AND p.week_start < pupil_weeks.week GROUP BY p.urn
	), done AS (
		SELECT p.urn AS school, p.sess_possible - coalesce(b.sess_possible, 0) AS possible,
			p.sess_overall - coalesce(b.sess_overall, 0) AS overall,
			p.sess_authorised - coalesce(b.sess_authorised, 0) AS authorised,
			p.sess_unauthorised - coalesce(b.sess_unauthorised, 0) AS unauthorised
		FROM abie.pupil_sessions p LEFT JOIN before ON before.school = p.urn
			LEFT JOIN abie.pupil_sessions b ON b.academic_year = p.academic_year AND b.week_start = before.week_start
				AND b.urn = p.urn AND b.academic_term = p.academic_term AND b.pupil = p.pupil
		WHERE p.academic_year = pupil_weeks.academic_year AND p.week_start = pupil_weeks.week
	), summed AS (
		SELECT d.school, pg_catalog.count(*) FILTER (WHERE d.possible BETWEEN 1 AND 10) AS pupils,
			10 * pg_catalog.count(*) FILTER (WHERE d.possible > 10) <= pg_catalog.count(*) FILTER (WHERE d.possible > 0)
				AS is_a_week,
			pg_catalog.sum(d.possible) FILTER (WHERE d.possible <= 10)::bigint AS possible,
			pg_catalog.sum(d.overall) FILTER (WHERE d.possible <= 10)::bigint AS overall,
			pg_catalog.sum(d.authorised) FILTER (WHERE d.possible <= 10)::bigint AS authorised,
			pg_catalog.sum(d.unauthorised) FILTER (WHERE d.possible <= 10)::bigint AS unauthorised
		FROM done d GROUP BY d.school
	)
	SELECT s.school, s.pupils, s.possible, s.overall, s.authorised, s.unauthorised FROM summed s
	-- corrections of earlier weeks may outweigh a week: its figures are not known then
	WHERE s.is_a_week AND s.pupils > 0 AND s.authorised >= 0 AND s.unauthorised >= 0 AND s.overall <= s.possible;
END;
COMMENT ON FUNCTION abie_internal.pupil_weeks(text, date) IS
'The week of each school, out of its pupils'' sessions so far in the file of that week less those in the file before: '
'pupils with a session possible, and sessions. No row for a school where more than a week lies between the files, or '
'where corrections of earlier weeks outweigh the week.';

CREATE FUNCTION abie_internal.import_pupil_sessions(given date, source text) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	week date := given - (extract(isodow FROM given)::integer - 1);
	year text := abie_internal.academic_year_of(week);
	counts bigint[];
BEGIN
	LOCK TABLE abie.pupil_sessions, abie.attendance_week IN SHARE ROW EXCLUSIVE MODE;
	PERFORM abie_internal.check_pupil_sessions(week);
	counts := abie_internal.merge_pupil_sessions(week, source);
	-- registers and own entries know more
	INSERT INTO abie.attendance_week AS held (academic_year, urn, week_start, enrolments, sess_possible, sess_overall,
		sess_authorised, sess_unauthorised, reasons, source)
	SELECT year, w.urn, week, w.enrolments, w.sess_possible, w.sess_overall, w.sess_authorised, w.sess_unauthorised,
		'{}', source
	FROM abie_internal.pupil_weeks(year, week) w
	ON CONFLICT ON CONSTRAINT attendance_week_pkey DO UPDATE
	SET enrolments = EXCLUDED.enrolments, sess_possible = EXCLUDED.sess_possible, sess_overall = EXCLUDED.sess_overall,
		sess_authorised = EXCLUDED.sess_authorised, sess_unauthorised = EXCLUDED.sess_unauthorised,
		source = EXCLUDED.source, recorded_at = DEFAULT
	WHERE held.source LIKE 'dfe-pupil-week: %'
		AND (held.enrolments, held.sess_possible, held.sess_overall, held.sess_authorised, held.sess_unauthorised)
			IS DISTINCT FROM (EXCLUDED.enrolments, EXCLUDED.sess_possible, EXCLUDED.sess_overall,
				EXCLUDED.sess_authorised, EXCLUDED.sess_unauthorised);
	DELETE FROM abie.pupil_sessions old
	WHERE old.urn IN (SELECT n.urn FROM abie.pupil_sessions n WHERE n.week_start = week)
		AND EXISTS (SELECT FROM abie.pupil_sessions later
			WHERE later.urn = old.urn AND later.week_start > old.week_start AND later.week_start < week);
	RETURN counts;
END $$;
COMMENT ON FUNCTION abie_internal.import_pupil_sessions(date, text) IS
'Merges the weekly pupil file under way, of the week of a day: rows that hold are kept in abie.pupil_sessions, the '
'weeks of their schools that follow in abie.attendance_week, where neither registers nor an own entry stand, and what '
'is no longer needed to subtract from is deleted. Gives rows new, rows written, rows merged.';
