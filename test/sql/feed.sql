-- A nightly feed: the marks of a day, corrections of earlier days among them, merged into the registers held. The statements are those
-- of doc/registers.md. Expected values: by hand; marks in plain SQL.
CREATE SCHEMA feed_test;
SET search_path = feed_test, abie, pg_catalog;
SET datestyle = ISO;
\set SHOW_CONTEXT never

--
-- The marks of a day
--
SELECT day_register('2025-11-05', '/', 'I01') AS wednesday, day_register('2025-11-05', NULL, ' L ') AS "afternoon only", day_register('2025-11-05', '\', '/') AS "of its session", day_register('2025-11-08', '#', '') AS saturday;
SELECT day_register('2025-11-05', '', NULL, '17') AS "says nothing", day_register(NULL, '/', '\', '17') IS NULL AS "no date", day_register('2011-08-31', 'D', '') || day_register('2011-09-01', 'D', '') AS "D of 2006 and after";
-- errors name the day and the pupil
SELECT day_register('2025-11-05', '/', 'i', '17');
SELECT day_register('2025-11-05', '?', '\');
SELECT day_register('2025-11-08', '/', '', '17');
SELECT day_register('2024-07-05', '/', 'Y4', '17');
SELECT day_register('infinity', '/', '\', '17');
SELECT day_register('2025-11-05', repeat('é', 100), '\', repeat('é', 100));
-- the same without an error
SELECT day_fault(d, am, pm) FROM (VALUES (date '2025-11-05', '/', '\'), ('2025-11-05', NULL, ''), ('2025-11-05', 'é', '\'), ('2025-11-08', '-', '\'), ('2024-07-05', '/', 'Y4'), ('0044-03-15 BC', '/', '\'), (NULL, '/', '\')) v(d, am, pm);
-- every code and day: a fault where abie.register has one, else the same marks
CREATE FUNCTION register_of(day date, am text, pm text) RETURNS register LANGUAGE plpgsql AS $$
BEGIN
	RETURN register_from_ctf(day, am || pm, 7);
EXCEPTION WHEN invalid_parameter_value OR invalid_text_representation THEN
	RETURN NULL;
END $$;
SELECT count(*) AS days, count(*) FILTER (WHERE day_fault(d.day, c.code, '-') IS NULL) > 100 AS good,
	count(*) FILTER (WHERE (day_fault(d.day, c.code, '-') IS NOT NULL) <> (r.of_run IS NULL)) AS other_fault,
	count(*) FILTER (WHERE day_fault(d.day, c.code, '-') IS NULL AND overlay(r.of_run, day_register(d.day, c.code, '-')) OPERATOR(abie.<>) r.of_run) AS other_marks
FROM (SELECT DISTINCT code FROM attendance_code WHERE length(code) < 3 UNION VALUES ('Ä'), ('c'), ('-')) c,
	unnest('{2006-09-04,2010-03-05,2011-08-31,2011-09-01,2020-11-05,2024-08-18,2024-08-19,2025-11-08,2025-11-09}'::date[]) d(day),
	LATERAL (SELECT register_of(d.day, c.code, '-') AS of_run) r;

--
-- The academic year of a day
--
SELECT day, academic_year_of(day), academic_year_of(day)::academic_year FROM unnest('{1999-07-31,1999-08-01,2009-12-31,2024-02-29,2025-07-31,2025-08-01,2100-01-01}'::date[]) day;
SELECT count(*) AS days, count(*) FILTER (WHERE academic_year_of(day) <> y::text || '/' || to_char((y + 1) % 100, 'FM00')) AS wrong
FROM (SELECT d::date AS day, extract(year FROM d)::integer - CASE WHEN extract(month FROM d) < 8 THEN 1 ELSE 0 END AS y FROM generate_series(timestamp '1995-01-01', '2105-12-31', '1 day') d) days;

--
-- The nightly feed, in one statement
--
CREATE TABLE pupil_register (academic_year text, urn integer, pupil bigint, register register, PRIMARY KEY (academic_year, urn, pupil)) PARTITION BY LIST (academic_year);
CREATE TABLE pupil_register_2024_25 PARTITION OF pupil_register FOR VALUES IN ('2024/25');
CREATE TABLE pupil_register_2025_26 PARTITION OF pupil_register FOR VALUES IN ('2025/26');
CREATE TABLE nightly_mark (urn integer, pupil bigint, session_date date, am text, pm text, PRIMARY KEY (urn, pupil, session_date));
CREATE TABLE mark_fault (arrived_on date, urn integer, pupil bigint, session_date date, am text, pm text, fault text);
CREATE FUNCTION merge_strictly() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	merged bigint;
BEGIN
	WITH arrived AS (
		SELECT academic_year_of(session_date) AS academic_year, urn, pupil,
			register_agg(day_register(session_date, am, pm, pupil::text)) AS register
		FROM nightly_mark GROUP BY 1, urn, pupil
	)
	MERGE INTO pupil_register held USING arrived new
		ON held.academic_year = new.academic_year AND held.urn = new.urn AND held.pupil = new.pupil
	WHEN MATCHED AND held.register OPERATOR(abie.<>) overlay(held.register, new.register)
		THEN UPDATE SET register = overlay(held.register, new.register)
	WHEN NOT MATCHED
		THEN INSERT VALUES (new.academic_year, new.urn, new.pupil, new.register);
	GET DIAGNOSTICS merged = ROW_COUNT;
	RETURN merged;
END $$;
CREATE FUNCTION merge_setting_aside() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	merged bigint;
BEGIN
	WITH checked AS (
		SELECT *, day_fault(session_date, am, pm) AS fault FROM nightly_mark
	), set_aside AS (
		INSERT INTO mark_fault
		SELECT '2025-11-05', urn, pupil, session_date, am, pm, fault FROM checked WHERE fault IS NOT NULL
		RETURNING urn, pupil
	), arrived AS (
		SELECT academic_year_of(session_date) AS academic_year, urn, pupil,
			register_agg(day_register(session_date, am, pm, pupil::text)) AS register
		FROM checked c
		WHERE NOT EXISTS (SELECT FROM set_aside s WHERE s.urn = c.urn AND s.pupil = c.pupil)
		GROUP BY 1, urn, pupil
	)
	MERGE INTO pupil_register held USING arrived new
		ON held.academic_year = new.academic_year AND held.urn = new.urn AND held.pupil = new.pupil
	WHEN MATCHED AND held.register OPERATOR(abie.<>) overlay(held.register, new.register)
		THEN UPDATE SET register = overlay(held.register, new.register)
	WHEN NOT MATCHED
		THEN INSERT VALUES (new.academic_year, new.urn, new.pupil, new.register);
	GET DIAGNOSTICS merged = ROW_COUNT;
	RETURN merged;
END $$;

-- two nights: pupil 1 of school 1 has a mark of the day before corrected, pupil 2 is new; one correction is of last year's July
INSERT INTO pupil_register VALUES ('2024/25', 100001, 1, register('2025-07-21', '/\/\NN')), ('2025/26', 100001, 1, register('2025-11-03', '/\N\'));
INSERT INTO nightly_mark VALUES (100001, 1, '2025-11-05', '/', '\'), (100001, 1, '2025-11-04', 'I', ''), (100001, 1, '2025-07-23', 'I', 'I'), (100001, 2, '2025-11-05', 'L', '\');
SELECT merge_strictly() AS merged;
SELECT * FROM pupil_register ORDER BY academic_year, urn, pupil;
-- the same again writes no row
SELECT merge_strictly() AS merged;
-- a pupil sent twice for a day: named with the day, before anything is merged
INSERT INTO nightly_mark VALUES (100001, 2, '2025-11-05', '/', '\');
-- one pupil's fault stops all in the strict statement, and nothing is half done
TRUNCATE nightly_mark;
INSERT INTO nightly_mark VALUES (100001, 1, '2025-11-06', '/', '\'), (100001, 2, '2025-11-06', '/', '?'), (100001, 2, '2025-11-05', '/', '\'), (100001, 3, '2025-11-06', '/', '\'), (100001, 3, '2025-11-08', '/', '\');
SELECT merge_strictly() AS merged;
SELECT count(*) FILTER (WHERE end_date(register) > '2025-11-07') AS merged FROM pupil_register;
-- or is set aside with all that came for that pupil, and reported
SELECT merge_setting_aside() AS merged;
SELECT * FROM mark_fault ORDER BY pupil, session_date;
SELECT * FROM pupil_register WHERE academic_year = '2025/26' ORDER BY urn, pupil;
-- corrected and sent again
UPDATE nightly_mark SET pm = 'O' WHERE pm = '?';
DELETE FROM nightly_mark WHERE session_date = '2025-11-08';
SELECT merge_setting_aside() AS merged, (SELECT count(*) FROM mark_fault) AS faults;
SELECT pupil, register FROM pupil_register WHERE academic_year = '2025/26' ORDER BY pupil;

--
-- A pupil who left and came back: ten weeks of two spells, six weeks away of which nothing is known
--
TRUNCATE pupil_register, nightly_mark;
CREATE FUNCTION nights(urn integer, pupil bigint, from_date date, to_date date, am text, pm text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO nightly_mark SELECT urn, pupil, day::date, am, pm FROM generate_series(from_date, to_date, '1 day') day WHERE extract(isodow FROM day) < 6;
$$;
SELECT nights(100001, 1, '2025-09-01', '2025-10-03', '/', 'I');
SELECT merge_strictly() AS merged;
TRUNCATE nightly_mark;
SELECT nights(100001, 1, '2025-11-17', '2025-12-19', '/', '\');
SELECT merge_strictly() AS merged;
-- one enrolment: 50 sessions and 50, 25 absent; the gap is neither possible nor absence, and a run of absence does not go through it
SELECT (m).enrolments, (m).sess_possible, (m).sess_overall, (m).sess_unrecorded FROM (SELECT absence(register) AS m FROM pupil_register) a;
SELECT count(*) AS weeks, sum(sess_possible) AS possible, min(week_start), max(week_start) FROM weeks((SELECT absence_weeks_agg(register) FROM pupil_register));
-- came back to another school: an enrolment each, which together are the pupil's year
TRUNCATE nightly_mark;
SELECT nights(100002, 1, '2025-10-06', '2025-11-14', '/', '\');
SELECT merge_strictly() AS merged;
SELECT urn, (absence(register)).sess_possible FROM pupil_register GROUP BY urn ORDER BY urn;
SELECT sess_possible(register_agg(register)) AS "of the year", sess_overall(register_agg(register)) AS absent, start_date(register_agg(register)) AS from_date FROM pupil_register;

--
-- Dual registration: at a pupil referral unit on Wednesdays to Fridays, where the main school has D; a correction of D
--
TRUNCATE pupil_register, nightly_mark;
SELECT nights(100001, 7, '2025-11-03', '2025-11-04', '/', '\'), nights(100001, 7, '2025-11-05', '2025-11-07', 'D', 'D'), nights(100003, 7, '2025-11-03', '2025-11-04', 'D', 'D'), nights(100003, 7, '2025-11-05', '2025-11-07', '/', 'O');
SELECT merge_strictly() AS merged;
-- each session is possible once: 4 and 6
SELECT urn, (m).sess_possible, (m).sess_overall, (m).sess_not_possible FROM (SELECT urn, absence(register) AS m FROM pupil_register GROUP BY urn) a ORDER BY urn;
SELECT (m).sess_possible, (m).sess_overall, (m).enrolments FROM (SELECT absence(register) AS m FROM pupil_register) a;
-- the pupil's own week: D says that the other school knows
SELECT register_agg(recode(register, 'D', '-')) AS pupil FROM pupil_register;
-- the main school had the pupil after all on Wednesday: it says so, and the unit D
TRUNCATE nightly_mark;
INSERT INTO nightly_mark VALUES (100001, 7, '2025-11-05', '/', '\'), (100003, 7, '2025-11-05', 'D', 'D');
SELECT merge_strictly() AS merged;
SELECT urn, register, sess_possible(register) FROM pupil_register ORDER BY urn;

--
-- Z before admission: expected on Wednesday, admitted on Thursday; marks made too early are taken back by Z
--
TRUNCATE pupil_register, nightly_mark;
SELECT nights(100001, 9, '2025-11-03', '2025-11-05', 'Z', 'Z'), nights(100001, 9, '2025-11-06', '2025-11-07', '/', '\'), nights(100001, 10, '2025-11-03', '2025-11-07', 'N', 'N');
SELECT merge_strictly() AS merged;
TRUNCATE nightly_mark;
SELECT nights(100001, 10, '2025-11-03', '2025-11-06', 'Z', 'Z');
INSERT INTO nightly_mark VALUES (100001, 10, '2025-11-07', '/', '\');
SELECT merge_strictly() AS merged;
SELECT pupil, register, first_on_roll(register), sess_possible(register), sess_overall(register) FROM pupil_register ORDER BY pupil;

--
-- At random, 20 nights of 200 pupils: each session has the mark that came last
--
TRUNCATE pupil_register, nightly_mark;
SELECT setseed(0.3);
CREATE TABLE night AS
SELECT n, 100001 + p % 3 AS urn, p AS pupil, date '2025-07-14' + n - back AS session_date, (ARRAY['/', 'I', 'L', '', 'O', 'C1', 'D', NULL])[1 + floor(random() * 8)::integer] AS am,
	(ARRAY['\', 'I', 'L', '', 'O', 'Y1', 'D', NULL])[1 + floor(random() * 8)::integer] AS pm
FROM generate_series(1, 40) n, generate_series(1, 200) p, generate_series(0, 30) back
WHERE (back = 0 OR random() < 0.03) AND extract(isodow FROM date '2025-07-14' + n - back) < 6;
DO $$
BEGIN
	FOR i IN 1 .. 40 LOOP
		TRUNCATE nightly_mark;
		INSERT INTO nightly_mark SELECT urn, pupil, session_date, am, pm FROM night WHERE n = i;
		PERFORM merge_strictly();
	END LOOP;
END $$;
WITH session AS (
	SELECT urn, pupil, session_date, 'AM' AS session, am AS code, n FROM night UNION ALL SELECT urn, pupil, session_date, 'PM', pm, n FROM night
), last AS (
	SELECT DISTINCT ON (urn, pupil, session_date, session) * FROM session WHERE coalesce(code, '') <> '' ORDER BY urn, pupil, session_date, session, n DESC
)
SELECT count(l.code) > 8000 AS many, count(*) FILTER (WHERE m.code IS DISTINCT FROM coalesce(l.code, '-')) AS wrong, count(DISTINCT r.academic_year) AS years, bool_and(academic_year_of(coalesce(m.session_date, l.session_date)) = r.academic_year OR m.code = '-') AS of_their_year
FROM (pupil_register r CROSS JOIN LATERAL marks(r.register) m) FULL JOIN last l ON (l.urn, l.pupil, l.session_date, l.session) = (r.urn, r.pupil, m.session_date, m.session) AND academic_year_of(l.session_date) = r.academic_year
WHERE m.code <> '-' OR l.code IS NOT NULL;

SET client_min_messages = warning;
DROP SCHEMA feed_test CASCADE;
