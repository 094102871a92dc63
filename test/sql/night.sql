-- A calculation that nobody watches, and the row for monitoring. pg_cron itself is in test/t/080_night.pl.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_night;
CREATE DATABASE abie_night ENCODING 'UTF8' TEMPLATE template0;
\c abie_night
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE ROLE abie_night_monitor;
SELECT abie.grant_access('abie_night_monitor', 'national', NULL, 'monitoring');
SELECT abie.grant_access('abie_night_monitor', 'region', 'London', 'monitoring');

-- nothing to calculate: an error, and a row that says there is no run
SELECT abie.next_target_year();
CALL abie.nightly();
SET ROLE abie_night_monitor;
SELECT run_id, status, failing_blocking, issued_run_id, last_night FROM abie_report.health;
SELECT count(*) FROM abie.run;
RESET ROLE;

SELECT abie.load_demo(420);
SELECT abie.next_target_year();
CALL abie.nightly('2025/26', 'unheard of');
BEGIN;
CALL abie.nightly();
ROLLBACK;
-- the first night calculates and checks, and leaves it to a person to issue
CALL abie.nightly(methodology => 'similar-schools');
SET ROLE abie_night_monitor;
SELECT run_id, target_year, methodology, status, stage, age_hours >= 0 AS aged, error, failing_blocking, failing_warnings, issued_run_id, last_success <= now() AS success, open_corrections FROM abie_report.health;
RESET ROLE;
SELECT found FROM abie.night;
-- the next one has nothing to do, and says that it was there; nor has it when a figure is recorded as it was
SELECT max(ended_at) AS first_night FROM abie.night \gset
CALL abie.nightly(methodology => 'similar-schools');
SELECT count(*) FROM abie.run;
SELECT target_year, methodology, found FROM abie.night;
SET ROLE abie_night_monitor;
SELECT last_night > :'first_night' AS "a sign of life", last_success < :'first_night' AS "nothing calculated" FROM abie_report.health;
SELECT found FROM abie.night;
RESET ROLE;
-- a night that fails leaves no sign
SELECT max(ended_at) AS second_night FROM abie.night \gset
CALL abie.nightly('2025/26', 'similar-schools', 0);
SELECT max(ended_at) = :'second_night' AS unchanged, count(*) FROM abie.night;
-- what is recorded again as it was, or that no run reads, changes nothing, whatever its time
UPDATE abie.attendance SET recorded_at = clock_timestamp();
UPDATE abie.school_context SET recorded_at = clock_timestamp();
UPDATE abie.school SET recorded_at = clock_timestamp(), postcode = 'AB1 2CD' WHERE urn = 900013;
INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES (900013, 900001, 'Other');
INSERT INTO abie.attendance (academic_year, laestab, urn, enrolments, sess_possible, sess_overall) SELECT '2025/26', a.laestab, a.urn, a.enrolments, 20 * a.enrolments, 10
FROM abie.attendance a WHERE a.academic_year = '2024/25';
SELECT abie.is_up_to_date('2025/26', 'similar-schools');
-- the current year's first fortnight is not a year to start from; nor is a year of some of the schools
SELECT abie.next_target_year();
BEGIN;
UPDATE abie.attendance SET sess_possible = 259 * enrolments, sess_overall = 0 WHERE academic_year = '2025/26';
SELECT abie.next_target_year() AS "two terms";
UPDATE abie.attendance SET sess_possible = 300 * enrolments, sess_overall = 0 WHERE academic_year = '2025/26';
SELECT abie.next_target_year() AS "five half terms";
DELETE FROM abie.attendance WHERE academic_year = '2025/26' AND laestab % 5 = 0;
SELECT abie.next_target_year() AS "four in five schools";
UPDATE abie.attendance SET sess_possible = NULL, sess_overall = NULL, sess_authorised = NULL, sess_unauthorised = NULL, sess_overall_percent = 5 WHERE academic_year = '2024/25';
DELETE FROM abie.attendance WHERE academic_year = '2025/26';
SELECT abie.next_target_year() AS "rates";
UPDATE abie.attendance SET sess_possible = 20 * enrolments, sess_overall = 0, sess_authorised = NULL, sess_unauthorised = NULL;
SELECT abie.next_target_year() AS "no year is whole";
ROLLBACK;
DELETE FROM abie.attendance WHERE academic_year = '2025/26';
-- a run made by name from what is not a year is not issued
CREATE TEMP TABLE whole AS SELECT * FROM abie.attendance WHERE academic_year = '2024/25';
UPDATE abie.attendance SET sess_possible = 30 * enrolments, sess_overall = enrolments, sess_authorised = enrolments, sess_unauthorised = 0 WHERE academic_year = '2024/25';
-- a notice a stage to who calls
SET client_min_messages = notice;
DO $$ DECLARE r int; BEGIN CALL abie.calculate('2025/26', 'similar-schools', r); END $$;
SET client_min_messages = warning;
SELECT c.severity, c.threshold, c.faults = c.items AS all, c.passed FROM abie.run r, abie.run_checks(r.run_id) c WHERE c.name = 'partial year' AND r.run_id = (SELECT max(run_id) FROM abie.run);
DELETE FROM abie.run WHERE run_id = (SELECT max(run_id) FROM abie.run);
DELETE FROM abie.attendance WHERE academic_year = '2024/25';
INSERT INTO abie.attendance SELECT * FROM whole;
SELECT abie.is_up_to_date('2025/26', 'similar-schools') AS "as it was";
-- every kind of change calls for another run, whatever its time: nothing here says when it was recorded
CREATE FUNCTION up_to_date_after(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	result boolean;
BEGIN
	EXECUTE statement;
	result := abie.is_up_to_date('2025/26', 'similar-schools');
	RAISE EXCEPTION USING ERRCODE = 'AB002';
EXCEPTION WHEN SQLSTATE 'AB002' THEN
	RETURN result;
END $$;
SELECT change, up_to_date_after(statement) FROM (VALUES
	('none', 'SELECT 1'),
	('a figure', $$UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = '2024/25' AND urn = 900013$$),
	('a figure of a school left out', $$UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1
		WHERE academic_year = '2024/25' AND laestab = (SELECT min(x.laestab) FROM abie.exclusion x JOIN abie.run_scope c USING (run_id, laestab)
			WHERE c.stratum IN ('primary', 'secondary') AND c.attendance_held)$$),
	('two figures that change places', $$UPDATE abie.attendance a SET sess_overall = b.sess_overall, sess_authorised = b.sess_authorised,
		sess_unauthorised = b.sess_unauthorised, sess_possible = b.sess_possible, enrolments = b.enrolments FROM abie.attendance b
		WHERE a.academic_year = '2024/25' AND b.academic_year = '2024/25' AND (a.urn, b.urn) IN ((900013, 900014), (900014, 900013))$$),
	('the year before', $$UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = '2023/24' AND urn = 900013$$),
	('circumstances', $$UPDATE abie.school_context SET fsm_pct = fsm_pct / 2 WHERE academic_year = '2024/25' AND urn = 900013$$),
	('a school that closed', $$UPDATE abie.school SET close_date = '2025-08-31', status = 'Closed' WHERE urn = 900013$$),
	('a family', $$INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES (900013, 900014, 'Predecessor')$$),
	('a school that is gone', $$DELETE FROM abie.attendance WHERE academic_year = '2024/25' AND urn = 900013$$),
	('a school left out that is gone', $$DELETE FROM abie.attendance WHERE academic_year = '2024/25'
		AND laestab = (SELECT min(x.laestab) FROM abie.exclusion x JOIN abie.run_scope c USING (run_id, laestab) WHERE c.stratum = 'special')$$),
	('another version', $$UPDATE abie.run SET extension_version = '0.9'$$),
	('schools no run reads of', $$DELETE FROM abie.school s WHERE NOT EXISTS (SELECT FROM abie.attendance a WHERE a.urn = s.urn) AND NOT EXISTS (SELECT FROM abie.school_link l WHERE s.urn IN (l.urn, l.link_urn))$$)) c(change, statement);
-- so another run is made each time
UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = '2024/25' AND urn = 900013;
CALL abie.nightly(methodology => 'similar-schools');
UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = '2023/24' AND urn = 900013;
CALL abie.nightly(methodology => 'similar-schools');
UPDATE abie.school_context SET fsm_pct = fsm_pct / 2 WHERE academic_year = '2024/25' AND urn = 900013;
CALL abie.nightly(methodology => 'similar-schools');
UPDATE abie.school_context SET fsm_pct = fsm_pct / 2 WHERE academic_year = '2024/25' AND urn = 900014;
CALL abie.nightly(methodology => 'similar-schools');
-- of a run that was calculated and not checked the night makes the checks
UPDATE abie.school SET close_date = '2025-08-31', status = 'Closed' WHERE urn = 900014;
DO $$ DECLARE r int; BEGIN CALL abie.calculate('2025/26', 'similar-schools', r); END $$;
CALL abie.nightly(methodology => 'similar-schools');
SELECT found FROM abie.night;
SELECT abie.is_up_to_date('2025/26', 'similar-schools'), count(*), count(*) FILTER (WHERE status = 'checked') AS checked FROM abie.run;
SELECT abie.is_up_to_date('2025/26', 'default'), abie.is_up_to_date('2026/27', 'similar-schools');

-- issued by itself where the methodology says so and no check fails, a warning either
SELECT name, issue_when_passed FROM abie.create_methodology('by itself', '{"method": "similar-schools", "issue_when_passed": true}');
CALL abie.nightly(methodology => 'by itself');
SELECT status, abie_internal.has_passed(run_id) FROM abie.run WHERE methodology = 'by itself';
SELECT name, severity FROM abie.run_check c JOIN abie.run r USING (run_id) WHERE r.methodology = 'by itself' AND NOT c.passed;
SELECT name FROM abie.create_methodology('by itself anywhere', '{"method": "similar-schools", "issue_when_passed": true, "checks": {"far apart": {"severity": "off"}}}');
CALL abie.nightly(methodology => 'by itself anywhere');
SELECT status, abie_internal.has_passed(run_id) FROM abie.run WHERE methodology = 'by itself anywhere';
SELECT abie_internal.has_passed(99);

-- nights do not pile up: of the runs that were never issued the newest are kept, and nothing that ever was issued goes
CALL abie.nightly('2025/26', 'similar-schools', 0);
CALL abie.nightly('2025/26', 'similar-schools', NULL);
SELECT (abie.issue(min(run_id), 'the oldest')).status FROM abie.run WHERE methodology = 'similar-schools';
SELECT methodology, array_agg(status ORDER BY run_id) AS runs FROM abie.run GROUP BY methodology ORDER BY methodology COLLATE "C";
INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version, status, error) VALUES ('2025/26', '2024/25', 'similar-schools', '1.0', 'failed', 'long ago');
UPDATE abie.school_context SET fsm_pct = fsm_pct / 2 WHERE academic_year = '2024/25' AND urn = 900013;
CALL abie.nightly('2025/26', 'similar-schools', 3);
SELECT methodology, array_agg(status ORDER BY run_id) AS runs FROM abie.run GROUP BY methodology ORDER BY methodology COLLATE "C";
-- the newest three, and the run just made among them
SELECT bool_and(r.run_id > ALL (SELECT e.run_id FROM abie.run_event e WHERE e.event = 'deleted')) AS newest FROM abie.run r WHERE r.methodology = 'similar-schools' AND r.status = 'checked';
-- what became of the others is kept
SELECT count(*), count(*) FILTER (WHERE result_digest IS NOT NULL) AS digests FROM abie.run_event WHERE event = 'deleted';
SELECT count(*) FROM abie.expectation e WHERE NOT EXISTS (SELECT FROM abie.run r WHERE r.run_id = e.run_id);
-- a night with nothing to do deletes nothing
CALL abie.nightly('2025/26', 'similar-schools', 1);
SELECT count(*) FROM abie.run WHERE methodology = 'similar-schools' AND status = 'checked';
SELECT (abie.issue(max(run_id))).status FROM abie.run WHERE methodology = 'similar-schools' AND status = 'checked';
SELECT count(*) FROM abie.drop_unissued('2025/26', 'similar-schools', -1);
SELECT methodology, array_agg(status ORDER BY run_id) AS runs FROM abie.run GROUP BY methodology ORDER BY methodology COLLATE "C";
SELECT * FROM abie.drop_unissued('2026/27', 'similar-schools', 0);

-- a methodology without runs can go, and its nights with it
SELECT count(*) FROM abie.create_methodology('of one night', '{"method": "similar-schools", "similar_schools": 5}');
CALL abie.nightly('2025/26', 'of one night');
SELECT count(*) FROM abie.drop_unissued('2025/26', 'of one night', 0);
SELECT count(*) FROM abie.night WHERE methodology = 'of one night';
DELETE FROM abie.methodology WHERE name = 'of one night';
SELECT count(*) FROM abie.night WHERE methodology = 'of one night';

-- whose session dies is shown as interrupted
INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version, pid) VALUES ('2025/26', '2024/25', 'similar-schools', '1.0', 0) RETURNING status;
SET ROLE abie_night_monitor;
SELECT status, error, issued_run_id IS NOT NULL AS issued, failing_blocking IS NULL AND failing_warnings IS NULL AS "not checked" FROM abie_report.health;
RESET ROLE;

-- without pg_cron
SELECT abie.schedule();
SELECT abie.unschedule();

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_night;
DROP ROLE abie_night_monitor;
