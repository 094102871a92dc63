-- The weekly pupil file of local authorities: weeks of schools by subtraction, and what is never kept. Invented pupils.
-- Expected values: weeks are made by chance for pupils, added up to files, and have to come out of them again.
\set SHOW_CONTEXT never
\set VERBOSITY default

CREATE FUNCTION pg_temp.import(file text, header text, lines text, day text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	logged abie.import;
	names text[] := abie_internal.import_header(header);
BEGIN
	PERFORM abie.import_begin('auto', file, header, encode(sha256(convert_to(header || lines, 'UTF8')), 'hex'), cardinality(string_to_array(lines, '|')), NULL, day);
	EXECUTE (SELECT 'INSERT INTO pg_temp.abie_import_stage VALUES ' || string_agg('(' || (
			SELECT string_agg(quote_nullable(nullif(split_part(line, ',', n), '')), ', ' ORDER BY n) FROM generate_series(1, cardinality(names)) n) || ')', ', ' ORDER BY place)
		FROM regexp_split_to_table(lines, '\|') WITH ORDINALITY split (line, place));
	logged := abie.import_finish();
	RETURN format('%s: %s read, %s stored, %s updated, %s unchanged, %s set aside, %s rejected', logged.format, logged.rows_read, logged.stored, logged.updated, logged.unchanged, logged.set_aside, logged.rejected);
END
$$;
-- some of the columns that the file has
\set header 'academic_term,UPN,DOB,sex,persistently_absent,unique_reference_number,school_name,pupil_surname,pupil_forename,possible_sessions,absent_sessions,present_sessions,authorised_absent_sessions,unauthorised_absent_sessions'
INSERT INTO abie.school (urn, name, laestab) VALUES (123001, 'Oak', 8579001), (123002, 'Ash', 8579002);

-- twelve weeks of 60 pupils in two schools; in week 7 a holiday, two terms, pupils come and leave
SELECT setseed(0.5);
CREATE TEMP TABLE done AS
SELECT date '2025-09-01' + 7 * week AS week_start, week, pupil, 123001 + pupil % 2 AS urn, CASE WHEN week < 9 THEN '2025/26 Autumn term 1' ELSE '2025/26 Autumn term 2' END AS term,
	CASE WHEN week = 7 THEN 0 ELSE 10 - 2 * (random() < 0.1)::int END AS possible, (3 * random() * random() * (week <> 7)::int)::int AS authorised, (2 * random() * random() * (week <> 7)::int)::int AS unauthorised
FROM generate_series(1, 12) week, generate_series(1, 60) pupil
WHERE NOT (pupil = 11 AND week < 5) AND NOT (pupil = 12 AND week > 8);
CREATE TEMP TABLE file AS
SELECT f.week, f.week_start, string_agg(concat_ws(',', f.term, 'A82340800' || 1000 + f.pupil, '2012-04-05', 'F', 'N', f.urn, 'School', 'Surname' || f.pupil, 'Forename' || f.pupil, f.possible, f.authorised + f.unauthorised,
	f.possible - f.authorised - f.unauthorised, f.authorised, f.unauthorised), '|' ORDER BY f.pupil, f.term) AS lines
FROM (SELECT w.week, w.week_start, d.pupil, d.urn, d.term, sum(d.possible) AS possible, sum(d.authorised) AS authorised, sum(d.unauthorised) AS unauthorised
	FROM (SELECT DISTINCT week, week_start FROM done) w JOIN done d ON d.week <= w.week GROUP BY 1, 2, 3, 4, 5) f
GROUP BY 1, 2;
SELECT week, pg_temp.import('week ' || week, :'header', lines, to_char(week_start + 4, 'YYYY-MM-DD')) FROM file ORDER BY week;
SELECT count(*) AS weeks, count(*) FILTER (WHERE (w.enrolments, w.sess_possible, w.sess_overall, w.sess_authorised, w.sess_unauthorised)
	IS NOT DISTINCT FROM (d.enrolments, d.possible, d.authorised + d.unauthorised, d.authorised, d.unauthorised)) AS same
FROM (SELECT urn, week_start, count(*)::int AS enrolments, sum(possible) AS possible, sum(authorised) AS authorised, sum(unauthorised) AS unauthorised FROM done WHERE possible > 0 GROUP BY 1, 2) d
	FULL JOIN abie.attendance_week w USING (urn, week_start);
-- kept of pupils: two weeks, hashes
SELECT week_start, count(*), bool_and(length(pupil) = 32) AS hashed, count(DISTINCT pupil) AS pupils FROM abie.pupil_sessions GROUP BY 1 ORDER BY 1;
SELECT count(*) AS "same pupils by the salt" FROM generate_series(1, 60) n, abie.pupil_salt s WHERE EXISTS (SELECT FROM abie.pupil_sessions p WHERE p.pupil = sha256(s.salt || convert_to('A82340800' || 1000 + n, 'UTF8')));

-- the same file again changes nothing
CREATE FUNCTION pg_temp.held() RETURNS text LANGUAGE sql AS $$
	SELECT md5((SELECT string_agg(p::text, '' ORDER BY p) FROM abie.pupil_sessions p) || (SELECT string_agg(w::text, '' ORDER BY w) FROM abie.attendance_week w))
$$;
SELECT pg_temp.held() AS once \gset
SELECT pg_temp.import('week 12', :'header', lines, '2025-11-28'), pg_temp.held() = :'once' AS "twice changes nothing" FROM file WHERE week = 12;
-- an earlier week, or another year, is refused or rejected, and changes nothing
SELECT pg_temp.import('week 11', :'header', lines, '2025-11-21') FROM file WHERE week = 11;
SELECT pg_temp.import('next year', :'header', split_part(lines, '|', 1), '2026-11-27'), pg_temp.held() = :'once' AS "changes nothing" FROM file WHERE week = 12;
-- errors by row, of which nothing personal is kept
SELECT pg_temp.import('faults', :'header', '2025/26 Autumn term 2,A823408001002,2012-04-05,F,N,123001,School,Surname2,Forename2,4,0,4,0,0|'
	|| '2025/26 Autumn term 2,A823408001003,2012-04-05,F,N,123456,School,Surname3,Forename3,10,0,10,0,0|'
	|| '2025/26 Autumn term 2,A823408001004,2012-04-05,F,N,123001,School,Surname4,Forename4,10,3,7,1,1|'
	|| '2025/26 Autumn term 2,,2012-04-05,F,N,123001,School,Surname4,Forename4,10,3,7,1,2|'
	|| '2025/26 Autumn term 2,A823408001006,2012-04-05,F,N,123001,School,Surname6,Forename6,z,11,7,1,1|'
	|| '2025/26 Autumn term 2,A823408001008,2012-04-05,F,N,123001,School,Surname8,Forename8,44,2,42,1,1|'
	|| '2025/26 Autumn term 2,a823408001008,2012-04-05,F,N,123001,School,Surname8,Forename8,44,2,42,1,1', '2025-12-05');
SELECT file, line, reason FROM abie.import_reject ORDER BY file, line;
SELECT "row" FROM abie.import_reject WHERE file = 'faults' ORDER BY line LIMIT 1;
SELECT count(*) AS "names or UPNs held" FROM (SELECT r::text FROM abie.import_reject r UNION ALL SELECT p::text FROM abie.pupil_sessions p UNION ALL SELECT i::text FROM abie.import i UNION ALL SELECT w::text FROM abie.attendance_week w) held (text)
WHERE text ~* 'name[0-9]|A8234080|2012-04-05';
-- a date is needed
SELECT pg_temp.import('no date', :'header', split_part(lines, '|', 1), NULL) FROM file WHERE week = 12;

-- a file missed: two weeks lie between, and no week is made; nor where a week is held from registers
TRUNCATE abie.pupil_sessions, abie.attendance_week;
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons, source)
VALUES ('2025/26', 123001, '2025-09-15', 1, 10, 1, 1, 0, '{}', 'registers: pupil_register');
SELECT week, pg_temp.import('week ' || week, :'header', lines, to_char(week_start + 4, 'YYYY-MM-DD')) FROM file WHERE week IN (1, 2, 4, 5) ORDER BY week;
SELECT urn, week_start, enrolments, source FROM abie.attendance_week ORDER BY 2, 1;

-- registers replace what a pupil file said of the weeks they hold, and leave the others
CREATE TEMP TABLE pupil_register AS SELECT 123002 AS urn, 1 AS pupil, date '2013-01-01' AS date_of_birth, '2025-09-15:/\/\/\/\II'::abie.register AS register;
SELECT outcome, enrolments FROM abie.load_attendance('pupil_register', '2025/26');
SELECT urn, week_start, enrolments, sess_overall, split_part(source, ':', 1) AS source FROM abie.attendance_week ORDER BY 2, 1;
DELETE FROM abie.attendance WHERE urn = 123002;

-- corrections: an absence of an earlier week excused counts in both kinds; one that outweighs the school's week leaves it without
TRUNCATE abie.pupil_sessions, abie.attendance_week;
\set pupil ',2012-04-05,F,N,123001,School,Surname,Forename,'
SELECT pg_temp.import('first', :'header', '2025/26,A1' || :'pupil' || '10,2,8,0,2|2025/26,A2' || :'pupil' || '10,3,7,0,3', '2025-09-05'),
	pg_temp.import('second', :'header', '2025/26,A1' || :'pupil' || '20,3,17,2,1|2025/26,A2' || :'pupil' || '20,5,15,0,5', '2025-09-12'),
	pg_temp.import('third', :'header', '2025/26,A1' || :'pupil' || '30,3,27,3,0|2025/26,A2' || :'pupil' || '30,5,25,5,0', '2025-09-19');
SELECT week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised FROM abie.attendance_week ORDER BY 1;

-- left as it was found
TRUNCATE abie.pupil_sessions, abie.pupil_salt, abie.attendance_week, abie.import_reject, abie.import;
DELETE FROM abie.school WHERE urn IN (123001, 123002);
