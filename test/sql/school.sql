-- Domains, checks and year functions of the input tables.
\set VERBOSITY terse
SELECT '2018/19'::abie.academic_year, '1999/00'::abie.academic_year, '2099/00'::abie.academic_year;
SELECT '2018/20'::abie.academic_year;
SELECT '201819'::abie.academic_year;
SELECT '2018-19'::abie.academic_year;
SELECT '2018/19 '::abie.academic_year;
SELECT 100000::abie.urn, 999999::abie.urn;
SELECT 99999::abie.urn;
SELECT 1000000::abie.urn;
SELECT 1000000::abie.laestab, 9999999::abie.laestab;
SELECT 999999::abie.laestab;

SELECT abie.year_start('2018/19'), abie.year_start('1999/00'), abie.year_start(NULL) IS NULL AS of_null;
SELECT abie.previous_year('2018/19'), abie.previous_year('2000/01'), abie.previous_year('1999/00');
SELECT abie.year_start('2018');
SELECT abie.previous_year('2018/20');

-- 100 x (200 - 10) / 200 = 95; a published rate only where there are no counts; possible of 0 gives no rate of its own
SELECT abie.attendance_percent(10, 200, 4), abie.attendance_percent(NULL, 200, 4), abie.attendance_percent(0, 0, 4),
	abie.attendance_percent(NULL, NULL, NULL) IS NULL AS nothing_held;
-- England's years to date as published by phase: absence of sessions possible, and attendance to four decimals; of all phases absence is 7.4604, 7.1851 and 6.8797 by sum / sum
WITH published (year, phase, absent, possible, attendance) AS (VALUES
	('2022/23', 'Primary', 72240847, 1209357383, 94.0265), ('2022/23', 'Secondary', 80237547, 861554249, 90.6869), ('2022/23', 'Special', 4705048, 35996660, 86.9292),
	('2023/24', 'Primary', 70764577, 1280220006, 94.4725), ('2023/24', 'Secondary', 90464373, 998653339, 90.9414), ('2023/24', 'Special', 5612343, 43178234, 87.0019),
	('2024/25', 'Primary', 70752578, 1348359082, 94.7527), ('2024/25', 'Secondary', 95138316, 1106970367, 91.4055), ('2024/25', 'Special', 6501707, 50470125, 87.1177))
SELECT year, count(*) FILTER (WHERE abie.round_half_up(abie.attendance_percent(absent, possible, NULL), 4) <> attendance) AS different,
	abie.round_half_up(100 - abie.attendance_percent(sum(absent), sum(possible), NULL), 4) AS absence
FROM published GROUP BY year ORDER BY year;

-- what an attendance row must hold to
BEGIN;
INSERT INTO abie.attendance (academic_year, laestab, urn, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, enrolments_pa_10_exact, enrolments_pa_50_exact)
VALUES ('2018/19', 2012001, 100001, 100, 1000, 50, 30, 20, 10, 2);
SAVEPOINT held;
UPDATE abie.attendance SET sess_overall = 1001, sess_authorised = 981;
ROLLBACK TO held;
UPDATE abie.attendance SET sess_unauthorised = 21;
ROLLBACK TO held;
UPDATE abie.attendance SET enrolments_pa_10_exact = 101;
ROLLBACK TO held;
UPDATE abie.attendance SET enrolments_pa_50_exact = 11;
ROLLBACK TO held;
UPDATE abie.attendance SET sess_possible = -1;
ROLLBACK TO held;
UPDATE abie.attendance SET sess_overall_percent = 100.1;
ROLLBACK TO held;
UPDATE abie.attendance SET markers = '[]';
ROLLBACK TO held;
UPDATE abie.attendance SET reasons = '5';
ROLLBACK TO held;
INSERT INTO abie.attendance (academic_year, laestab) VALUES ('2018/19', 2012001);
ROLLBACK TO held;
INSERT INTO abie.attendance (academic_year, laestab) VALUES ('2017/18', 2012001);
SELECT source, sources, markers FROM abie.attendance ORDER BY academic_year;
ROLLBACK;

BEGIN;
INSERT INTO abie.school_context (urn, academic_year, fsm_pct) VALUES (100001, '2018/19', 100);
SAVEPOINT held;
UPDATE abie.school_context SET fsm_pct = -0.1;
ROLLBACK TO held;
UPDATE abie.school_context SET idaci_score = 1.1;
ROLLBACK TO held;
UPDATE abie.school_context SET idaci_rank = 0;
ROLLBACK TO held;
UPDATE abie.school_context SET other = '[1]';
ROLLBACK;

-- nobody reads the inputs who was not granted them
SELECT relname FROM pg_class, LATERAL aclexplode(relacl) AS granted
WHERE relnamespace = 'abie'::regnamespace AND granted.grantee = 0 AND relname IN ('school', 'school_link', 'school_context', 'attendance', 'import', 'import_reject');
