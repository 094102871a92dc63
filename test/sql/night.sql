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
SELECT run_id, status, failing_blocking, issued_run_id FROM abie_report.health;
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
-- the next one has nothing to do; nor has it when a figure is recorded as it was
CALL abie.nightly(methodology => 'similar-schools');
SELECT count(*) FROM abie.run;
-- each kind of change calls for another run, whether it says when it was recorded or not
UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = '2024/25' AND urn = 900013;
SELECT abie.is_up_to_date('2025/26', 'similar-schools');
CALL abie.nightly(methodology => 'similar-schools');
SELECT abie.is_up_to_date('2025/26', 'similar-schools'), count(*) FROM abie.run;
UPDATE abie.attendance SET recorded_at = clock_timestamp() WHERE academic_year = '2018/19' AND laestab = (SELECT min(laestab) FROM abie.attendance);
SELECT abie.is_up_to_date('2025/26', 'similar-schools');
CALL abie.nightly(methodology => 'similar-schools');
UPDATE abie.school_context SET recorded_at = clock_timestamp() WHERE urn = 900013;
SELECT abie.is_up_to_date('2025/26', 'similar-schools');
CALL abie.nightly(methodology => 'similar-schools');
UPDATE abie.school SET recorded_at = clock_timestamp() WHERE urn = 900013;
SELECT abie.is_up_to_date('2025/26', 'similar-schools');
CALL abie.nightly(methodology => 'similar-schools');
INSERT INTO abie.school_link (urn, link_urn, link_type, recorded_at) VALUES (900013, 900001, 'Other', clock_timestamp());
SELECT abie.is_up_to_date('2025/26', 'similar-schools');
CALL abie.nightly(methodology => 'similar-schools');
SELECT abie.is_up_to_date('2025/26', 'similar-schools'), count(*) FROM abie.run;
SELECT abie.is_up_to_date('2025/26', 'default'), abie.is_up_to_date('2026/27', 'similar-schools');

-- issued by itself where the methodology says so and no check fails, a warning either
SELECT name, issue_when_passed FROM abie.create_methodology('by itself', '{"method": "similar-schools", "issue_when_passed": true}');
CALL abie.nightly(methodology => 'by itself');
SELECT status, abie.has_passed(run_id) FROM abie.run WHERE methodology = 'by itself';
SELECT name, severity FROM abie.run_check c JOIN abie.run r USING (run_id) WHERE r.methodology = 'by itself' AND NOT c.passed;
SELECT name FROM abie.create_methodology('by itself anywhere', '{"method": "similar-schools", "issue_when_passed": true, "checks": {"far apart": {"severity": "off"}}}');
CALL abie.nightly(methodology => 'by itself anywhere');
SELECT status, abie.has_passed(run_id) FROM abie.run WHERE methodology = 'by itself anywhere';
SELECT abie.has_passed(99);

-- nights do not pile up: of the runs that were never issued the newest are kept, and nothing that ever was issued goes
CALL abie.nightly('2025/26', 'similar-schools', 0);
CALL abie.nightly('2025/26', 'similar-schools', NULL);
SELECT (abie.issue(min(run_id), 'the oldest')).status FROM abie.run WHERE methodology = 'similar-schools';
SELECT methodology, array_agg(status ORDER BY run_id) AS runs FROM abie.run GROUP BY methodology ORDER BY methodology COLLATE "C";
INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version, status, error) VALUES ('2025/26', '2024/25', 'similar-schools', '1.0', 'failed', 'long ago');
UPDATE abie.school SET recorded_at = clock_timestamp() WHERE urn = 900013;
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
