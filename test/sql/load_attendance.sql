-- From pupils' registers to the attendance of their schools.
-- Expected values: counted by hand beside each pupil; identities; the same by plain SQL over the marks.

CREATE SCHEMA load_test;
SET search_path = load_test;
SET datestyle = ISO;
\set SHOW_CONTEXT never

INSERT INTO abie.school (urn, laestab, name) VALUES (700001, 7012001, 'First'), (700002, 7012002, 'Second'), (700003, 7012003, 'Third'),
	(700004, NULL, 'No LAESTAB'), (700006, 7012002, 'Second before it became an academy');

-- the last Monday in May, moved for jubilees
SELECT y, abie.spring_bank_holiday(y), to_char(abie.spring_bank_holiday(y), 'Dy') AS weekday FROM unnest('{2002,2012,2019,2022,2024,2025}'::int[]) y;

--
-- Cohort: 2024/25, born 1 September 2008 to 31 August 2019
--
CREATE TABLE pupils (urn bigint, pupil text, register abie.register, date_of_birth date, year_group smallint);
CREATE FUNCTION weeks(week text, n int) RETURNS text LANGUAGE sql RETURN repeat(week, n);
INSERT INTO pupils VALUES
	-- 38 weeks from 2 September 2024, present: 380 possible
	(700001, 'present', abie.register('2024-09-02', weeks('/\/\/\/\/\', 38)), '2015-01-01', NULL),
	-- the youngest: 42 weeks to 20 June 2025, ill in the first: 420 possible, 10 absent
	(700001, 'youngest', abie.register('2024-09-02', weeks('IIIIIIIIII', 1) || weeks('/\/\/\/\/\', 41)), '2019-08-31', NULL),
	(700001, 'too young', abie.register('2024-09-02', weeks('/\/\/\/\/\', 41)), '2019-09-01', NULL),
	-- the oldest: the same 42 weeks, but of those only the 38 to 25 May 2025 count: 380 possible, 10 absent
	(700001, 'oldest', abie.register('2024-09-02', weeks('IIIIIIIIII', 1) || weeks('/\/\/\/\/\', 41)), '2008-09-01', NULL),
	(700001, 'too old', abie.register('2024-09-02', weeks('/\/\/\/\/\', 41)), '2008-08-31', NULL),
	-- by year group where there is no date of birth; Year 1 is 5, reception 4; 50 possible, 40 absent: persistent and severe
	(700001, 'year 1', abie.register('2024-09-02', weeks('OOOOOOOO/\', 5)), NULL, 1),
	(700001, 'reception', abie.register('2024-09-02', weeks('OOOOOOOO/\', 5)), NULL, 0),
	(700001, 'no age', abie.register('2024-09-02', weeks('/\/\/\/\/\', 5)), NULL, NULL),
	-- the date of birth counts before the year group
	(700001, 'year 11 again', abie.register('2024-09-02', weeks('/\/\/\/\/\', 5)), '2008-08-31', 11),
	(700001, 'joined late', abie.register('2024-09-02', weeks('##########', 38) || weeks('/\/\/\/\/\', 3)), '2015-01-01', NULL),
	-- on roll before, elsewhere: not a late joiner; 10 possible
	(700001, 'came back', abie.register('2024-09-02', weeks('DDDDDDDDDD', 38) || weeks('/\/\/\/\/\', 1)), '2015-01-01', NULL),
	(700001, 'always elsewhere', abie.register('2024-09-02', weeks('DDDDDDDDDD', 38)), '2015-01-01', NULL),
	(700001, 'no register', NULL, '2015-01-01', NULL),
	-- of another year: not looked at
	(700001, 'left', abie.register('2023-09-04', weeks('/\/\/\/\/\', 38)), '2015-01-01', NULL),
	-- a pupil may be an enrolment of two schools; 10 possible, 1 absent: persistent
	(700002, 'present', abie.register('2025-06-02', '/\/\/\/\/U'), '2015-01-01', NULL),
	(700002, 'second', abie.register('2025-05-19', 'L\/\/\/\/U'), '2015-01-01', NULL),
	(700003, 'joined late', abie.register('2025-06-02', '/\/\/\/\/U'), '2015-01-01', NULL),
	(700004, 'a', abie.register('2024-09-02', '/\/\/\/\/\'), '2015-01-01', NULL),
	(700005, 'b', abie.register('2024-09-02', '/\/\/\/\/\'), '2015-01-01', NULL),
	(NULL, 'c', abie.register('2024-09-02', '/\/\/\/\/\'), '2015-01-01', NULL);
SELECT * FROM abie.load_attendance('pupils', '2024/25');
-- 380 + 420 + 380 + 50 + 10 possible, 10 + 10 + 40 absent; the second school's pupil of June alone joined late
SELECT urn, laestab, year_breakdown, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, enrolments_pa_10_exact AS pa,
	enrolments_pa_50_exact AS severe, source
FROM abie.attendance WHERE academic_year = '2024/25' AND urn BETWEEN 700001 AND 700009 ORDER BY urn;
SELECT urn, r.key, r.value FROM abie.attendance, jsonb_each(reasons) r WHERE urn BETWEEN 700001 AND 700009 AND r.value <> '0' ORDER BY 1, 2;
SELECT count(*) AS "every reason of EES" FROM abie.attendance, jsonb_each(reasons) WHERE urn = 700001;
SELECT DISTINCT s.value FROM abie.attendance, jsonb_each_text(sources) s WHERE urn = 700001;

-- weeks: the first two, one at the bank holiday; then the identity that weeks add up to the year
SELECT week_start, enrolments, sess_possible, sess_overall, sess_unauthorised FROM abie.attendance_week
WHERE urn = 700001 AND week_start IN ('2024-09-02', '2024-09-09', '2025-05-19', '2025-05-26') ORDER BY 1;
SELECT urn, count(*) AS weeks, sum(w.sess_possible) = a.sess_possible AS possible, sum(w.sess_overall) = a.sess_overall AS overall,
	sum(w.sess_authorised) = a.sess_authorised AS authorised
FROM abie.attendance_week w JOIN abie.attendance a USING (academic_year, urn) WHERE urn BETWEEN 700001 AND 700009
GROUP BY urn, a.sess_possible, a.sess_overall, a.sess_authorised ORDER BY urn;

--
-- Again, and in part
--
CREATE TABLE before AS SELECT a.*, (SELECT count(*) FROM abie.attendance_week) AS weeks FROM abie.attendance a WHERE urn = 700001;
SELECT count(*) AS outcomes FROM abie.load_attendance('pupils', '2024/25');
SELECT a.reasons = b.reasons AND a.sess_possible = b.sess_possible AND (SELECT count(*) FROM abie.attendance_week) = b.weeks AS "nothing changes"
FROM abie.attendance a JOIN before b USING (academic_year, laestab);
-- nor is any row written, so that recorded_at tells when figures changed
CREATE FUNCTION written() RETURNS TABLE (years bigint, weeks bigint) LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM abie.attendance a WHERE a.xmin = pg_current_xact_id()::xid), (SELECT count(*) FROM abie.attendance_week w WHERE w.xmin = pg_current_xact_id()::xid)
$$;
BEGIN;
SELECT count(*) AS outcomes FROM abie.load_attendance('pupils', '2024/25');
SELECT * FROM written();
COMMIT;
-- one mark of one pupil: the year of the school and one week of it
UPDATE pupils SET register = abie.register('2024-09-02', 'I\/\/\/\/\' || weeks('/\/\/\/\/\', 37)) WHERE urn = 700001 AND pupil = 'present';
BEGIN;
SELECT count(*) AS outcomes FROM abie.load_attendance('pupils', '2024/25');
SELECT * FROM written();
-- what a person has entered for a week stays
UPDATE abie.attendance_week SET source = 'own entry', sess_possible = 500 WHERE urn = 700001 AND week_start = '2024-09-02';
SELECT count(*) AS outcomes FROM abie.load_attendance('pupils', '2024/25');
SELECT source, sess_possible FROM abie.attendance_week WHERE urn = 700001 AND week_start = '2024-09-02';
ROLLBACK;
UPDATE pupils SET register = abie.register('2024-09-02', weeks('/\/\/\/\/\', 38)) WHERE urn = 700001 AND pupil = 'present';
-- a year to date: five weeks; nobody is late yet, and the second school has nothing left
SELECT * FROM abie.load_attendance('pupils', '2024/25', to_date => '2024-10-04');
SELECT urn, year_breakdown, enrolments, sess_possible, sess_overall FROM abie.attendance WHERE urn BETWEEN 700001 AND 700009 ORDER BY urn;
SELECT urn, min(week_start), max(week_start), count(*) FROM abie.attendance_week WHERE urn BETWEEN 700001 AND 700009 GROUP BY urn ORDER BY urn;

--
-- Neither date of birth nor year group: all are in the cohort. A view names the columns; a domain is its base type
--
CREATE VIEW parts AS SELECT 700003::abie.urn AS urn, 1 AS pupil, abie.register('2024-09-02', '/\/\/\/\IM') AS register
	UNION ALL SELECT 700003, 1, abie.register('2024-09-09', '/\/\/\/\/\');
SELECT * FROM abie.load_attendance('parts', '2024/25');
CREATE VIEW merged AS SELECT urn, pupil, abie.register_agg(register) AS register FROM parts GROUP BY urn, pupil;
SELECT * FROM abie.load_attendance('merged', '2024/25');
SELECT sess_possible, sess_overall, enrolments_pa_10_exact AS "2 of 20 is persistent" FROM abie.attendance WHERE urn = 700003 AND academic_year = '2024/25';

--
-- 2020/21: X of the cohort is covid, possible and neither attending nor absent; D was not possible, and attending before September 2011
--
CREATE TABLE old (urn int, pupil int, register abie.register, year_group int);
INSERT INTO old VALUES (700003, 1, abie.register('2020-09-07', 'XX/\II/\DD'), 6), (700003, 2, abie.register('2010-09-06', 'XX/\II/\DD'), 6);
SELECT * FROM abie.load_attendance('old', '2020/21');
SELECT * FROM abie.load_attendance('old', '2010/11');
SELECT academic_year, sess_possible, sess_overall, reasons -> 'sess_x_covid' AS x_covid FROM abie.attendance WHERE urn = 700003 AND academic_year < '2022' ORDER BY 1;

--
-- What is held: publications are replaced, own entries are not, and a later import of a publication does not replace registers
--
SELECT sum(enrolments) AS enrolments FROM abie.load_attendance('pupils', '2024/25');
UPDATE abie.attendance SET source = 'ees-absence: x.csv', sources = '{"sess_possible": "ees-absence", "sess_overall": "ees-absence", "sess_overall_percent": "ees-absence", "academy_type": "ees-absence"}',
	academy_type = 'Converter Academy', sess_overall_percent = 1, markers = '{"sess_overall_percent": "x"}' WHERE urn = 700001;
UPDATE abie.attendance SET sources = '{}', sess_possible = 1000 WHERE urn = 700002;
SELECT * FROM abie.load_attendance('pupils', '2024/25');
SELECT urn, sess_possible, sess_overall, sess_overall_percent, academy_type, markers, sources ->> 'sess_possible' AS of, sources ->> 'academy_type' AS academy_of
FROM abie.attendance WHERE academic_year = '2024/25' AND urn IN (700001, 700002) ORDER BY urn;
SELECT formats[array_length(formats, 1)] AS strongest FROM abie.import_precedence WHERE target_table = 'attendance';
-- a URN of another LAESTAB in the year keeps that one
SELECT outcome, schools FROM abie.load_attendance('merged', '2024/25');
UPDATE abie.attendance SET laestab = 7019999 WHERE urn = 700003 AND academic_year = '2024/25';
SELECT outcome, schools FROM abie.load_attendance('merged', '2024/25');
SELECT laestab, sess_possible FROM abie.attendance WHERE urn = 700003 AND academic_year = '2024/25';
-- two URNs of one LAESTAB: the one with more sessions
CREATE TABLE two (urn int, pupil int, register abie.register);
INSERT INTO two VALUES (700002, 1, abie.register('2023-09-04', '/\/\/\/\/\')), (700006, 1, abie.register('2023-09-04', '/\/\/\/\/\/\'));
SELECT * FROM abie.load_attendance('two', '2023/24');
SELECT urn, sess_possible FROM abie.attendance WHERE laestab = 7012002 AND academic_year = '2023/24';
SELECT urn, count(*) FROM abie.attendance_week WHERE academic_year = '2023/24' AND urn IN (700002, 700006) GROUP BY urn;

--
-- Errors
--
CREATE TABLE no_pupil (urn int, register abie.register);
CREATE TABLE text_register (urn int, pupil int, register text);
CREATE TABLE text_birth (urn int, pupil int, register abie.register, date_of_birth text);
SELECT * FROM abie.load_attendance('no_pupil', '2024/25');
SELECT * FROM abie.load_attendance('text_register', '2024/25');
SELECT * FROM abie.load_attendance('text_birth', '2024/25');
SELECT * FROM abie.load_attendance('no_such_table', '2024/25');
SELECT * FROM abie.load_attendance('pupils', '2024/26');
SELECT * FROM abie.load_attendance('pupils', NULL);
SELECT * FROM abie.load_attendance(NULL, '2024/25');
SELECT * FROM abie.load_attendance('pupils', '2024/25', '2024-07-31');
SELECT * FROM abie.load_attendance('pupils', '2024/25', to_date => '2025-08-01');
SELECT * FROM abie.load_attendance('pupils', '2024/25', '2024-12-01', '2024-11-01');

-- registers of another year: it is said, and nothing changes
CREATE TABLE untouched AS SELECT a.* FROM abie.attendance a;
SELECT * FROM abie.load_attendance('parts', '2031/32');
CREATE TABLE nobody (urn int, pupil int, register abie.register);
SELECT * FROM abie.load_attendance('nobody', '2024/25', '2024-09-01', '2024-12-20');
SELECT count(*) AS differ FROM ((SELECT a::text FROM abie.attendance a EXCEPT SELECT u::text FROM untouched u)
	UNION ALL (SELECT u::text FROM untouched u EXCEPT SELECT a::text FROM abie.attendance a)) d;

--
-- At random: the same by plain SQL over the marks
--
SELECT setseed(0.25);
CREATE TABLE random_pupils AS
SELECT 700001 + i % 2 AS urn, i AS pupil, abie.register('2024-09-02', string_agg((ARRAY['/','\','I','O','X','D','#','-','C2','Y1','L','B'])[1 + floor(power(random(), 3) * 12)::int], '')) AS register,
	date '2008-06-01' + (i * 37 % 4200) AS date_of_birth
FROM generate_series(1, 200) i, generate_series(1, 420) s GROUP BY i;
DELETE FROM abie.attendance WHERE urn IN (700001, 700002);
SELECT sum(enrolments) AS pupils FROM abie.load_attendance('random_pupils', '2024/25');
WITH pupil AS (
	SELECT p.urn, p.pupil, count(*) FILTER (WHERE c.counts_possible) AS possible, count(*) FILTER (WHERE m.category = 'authorised') AS authorised,
		count(*) FILTER (WHERE m.category = 'unauthorised') AS unauthorised
	FROM random_pupils p, abie.marks(p.register) m LEFT JOIN abie.attendance_code c ON c.code = m.code AND m.session_date <@ c.applies
	WHERE p.date_of_birth BETWEEN '2008-09-01' AND '2019-08-31' AND (p.date_of_birth > '2009-08-31' OR m.session_date < '2025-05-26')
	GROUP BY p.urn, p.pupil
)
SELECT a.urn, count(*) = a.enrolments AS enrolments, sum(possible) = a.sess_possible AS possible, sum(authorised) = a.sess_authorised AS authorised,
	sum(unauthorised) = a.sess_unauthorised AS unauthorised, count(*) FILTER (WHERE 10 * (authorised + unauthorised) >= possible) = a.enrolments_pa_10_exact AS persistent,
	abs(a.attendance_error - 100 * sqrt(count(*) / (count(*) - 1)::float8 * sum((authorised + unauthorised - a.sess_overall::float8 / a.sess_possible * possible) ^ 2)) / sum(possible)::float8) < 1e-12 AS error
FROM pupil p JOIN abie.attendance a ON a.urn = p.urn AND a.academic_year = '2024/25' WHERE possible > 0 GROUP BY a.urn, a.enrolments, a.sess_possible, a.sess_overall, a.sess_authorised,
	a.sess_unauthorised, a.enrolments_pa_10_exact, a.attendance_error ORDER BY a.urn;

-- weeks as they were counted before, a row a register and week; reasons of the week and the year too
WITH cohort AS (
	SELECT urn, register, CASE WHEN date_of_birth <= '2009-08-31' THEN date '2025-05-25' ELSE '2025-07-31' END AS last_day FROM random_pupils
	WHERE date_of_birth BETWEEN '2008-09-01' AND '2019-08-31'
), measured AS (
	SELECT urn, monday::date AS week_start, abie.absence(register, greatest(monday::date, '2024-08-01'), least(monday::date + 6, last_day)) AS m
	FROM cohort, generate_series('2024-07-29', '2025-07-28', interval '1 week') monday GROUP BY urn, monday
	UNION ALL SELECT urn, NULL, abie.absence(register, '2024-08-01', last_day) FROM cohort GROUP BY urn
), expected AS (
	SELECT urn, week_start, (m).enrolments, (m).sess_possible, (m).sess_overall, (m).sess_authorised, (m).sess_unauthorised,
		(SELECT jsonb_object_agg(r.key, r.value) FROM jsonb_each(to_jsonb(m)) r WHERE r.key = ANY (abie_internal.absence_reasons()))::text AS reasons
	FROM measured WHERE (m).sess_possible > 0
), loaded AS (
	SELECT urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons::text FROM abie.attendance_week
	WHERE academic_year = '2024/25' AND urn IN (700001, 700002)
	UNION ALL SELECT urn, NULL, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons::text FROM abie.attendance
	WHERE academic_year = '2024/25' AND urn IN (700001, 700002)
)
SELECT (SELECT count(*) FROM expected) AS weeks, (SELECT count(*) FROM ((TABLE expected EXCEPT TABLE loaded) UNION ALL (TABLE loaded EXCEPT TABLE expected)) d) AS different;
-- keys of another type; two pupils at one school are refused whatever the key, also where only one of them would count, and a NULL is one
CREATE TABLE text_key AS SELECT urn, 'pupil ' || pupil AS pupil, register FROM random_pupils WHERE pupil <= 20;
SELECT outcome, enrolments FROM abie.load_attendance('text_key', '2024/25');
INSERT INTO text_key SELECT urn, pupil, abie.register('2025-06-02', '/\') FROM text_key WHERE pupil = 'pupil 7';
SELECT * FROM abie.load_attendance('text_key', '2024/25');
DELETE FROM text_key WHERE pupil = 'pupil 7';
UPDATE text_key SET pupil = NULL WHERE pupil IN ('pupil 2', 'pupil 4');
SELECT * FROM abie.load_attendance('text_key', '2024/25');
-- in parallel, the same
SELECT sum(enrolments) AS pupils FROM abie.load_attendance('random_pupils', '2024/25');
CREATE TABLE serial_week AS SELECT * FROM abie.attendance_week WHERE urn IN (700001, 700002) AND academic_year = '2024/25';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ANALYZE random_pupils;
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) ' || query;
END $$;
SELECT count(*) FILTER (WHERE line ~ 'Gather') AS gather, count(*) FILTER (WHERE line ~ 'Partial') AS partial
FROM plan('SELECT urn, abie.absence_weeks_agg(register, ''2024-08-01'', last_day) FILTER (WHERE NOT late AND NOT old AND NOT young), abie_internal.has_repeat(key) FROM ('
	|| abie_internal.registers_query('random_pupils', '2024/25', '2024-08-01', '2025-07-31') || ') r GROUP BY urn') line;
DELETE FROM abie.attendance_week WHERE urn IN (700001, 700002);
SELECT sum(enrolments) AS pupils FROM abie.load_attendance('random_pupils', '2024/25');
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
SELECT count(*) AS weeks, count(*) FILTER (WHERE abs(w.sess_overall - s.sess_overall) + abs(w.sess_possible - s.sess_possible) > 0 OR w.reasons::text <> s.reasons::text) AS different
FROM abie.attendance_week w JOIN serial_week s USING (academic_year, urn, week_start);

DELETE FROM abie.attendance_week WHERE urn BETWEEN 700001 AND 700009;
DELETE FROM abie.attendance WHERE urn BETWEEN 700001 AND 700009;
DELETE FROM abie.school WHERE urn BETWEEN 700001 AND 700009;
SET client_min_messages = warning;
DROP SCHEMA load_test CASCADE;
