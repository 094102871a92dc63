-- The log of reads of school reports. What goes to the server's log is in test/t/085_read_log.pl.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_read_log;
CREATE DATABASE abie_read_log ENCODING 'UTF8' TEMPLATE template0;
\c abie_read_log
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(300);
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT (abie.issue(1)).status;
CREATE ROLE abie_read_log_school;
CREATE ROLE abie_read_log_head;
GRANT abie_read_log_school TO abie_read_log_head;
CREATE ROLE abie_read_log_authority;
CREATE ROLE abie_read_log_analyst;
SELECT abie.grant_access('abie_read_log_school', 'school', '900013');
SELECT abie.grant_access('abie_read_log_authority', 'local authority', (SELECT la_code::text FROM abie_report.school_expectation WHERE urn = 900013));
SELECT abie.grant_access('abie_read_log_analyst', 'national', NULL, 'calculation');
CREATE VIEW public.logged AS SELECT role, session_role = session_user AS session, function, run_id, urn, now() - read_at < '1 hour' AS dated FROM abie.report_read ORDER BY read_id;

-- off, and a reader can neither read nor see that
SHOW abie.log_reads;
SELECT length(abie.school_report(900013)) > 1000 AS read;
SELECT count(*) FROM abie.report_read;

-- on, for the whole database: one row a school and call; not for the school itself, nor for whoever has its role
ALTER DATABASE abie_read_log SET abie.log_reads = on;
\c abie_read_log
SET ROLE abie_read_log_head;
SELECT length(abie.school_report(900013)) > 1000 AS report, (SELECT count(*) > 10 FROM abie.explain(1, 900013)) AS explained, (SELECT count(*) FROM abie.report_files(1)) AS files;
SET ROLE abie_read_log_authority;
SELECT length(abie.school_report(900013)) > 1000 AS report;
SELECT count(*) > 10 AS explained FROM abie.explain(1, 900013);
SELECT count(*) = (SELECT count(*) FROM abie_report.school_expectation) AS files FROM abie.report_files(1);
-- what it may not read it did not
SELECT count(*) FROM abie.explain(1, 900019);
SELECT count(*) FROM abie_internal.report_facts(1, '{900013,900019}');
RESET ROLE;
-- the schools of one call in any order
SELECT role, session, function, run_id, urn, dated FROM public.logged ORDER BY function COLLATE "C", urn;
-- the owner is no school, though it has the rights of each; parallel plans or not, once
SELECT count(set_config(name, 'on', false)) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT count(*) > 10 AS explained FROM abie.explain(1, 900019);
SELECT count(*) > 10 AS explained FROM abie.explain(1, 900013);
SELECT length(abie.school_report(900019)) > 1000 AS report;
SELECT count(set_config(name, 'off', false)) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT role = session_user AS me, session, function, urn FROM public.logged OFFSET 5;

-- a reader does not switch it off: neither in a session that has loaded the module, nor before that, nor by a setting of its role
SET ROLE abie_read_log_authority;
SELECT current_setting('abie.log_reads') AS is;
SET abie.log_reads = off;
SELECT set_config('abie.log_reads', 'off', false);
ALTER ROLE abie_read_log_authority SET abie.log_reads = off;
RESET ROLE;
\c abie_read_log
SET SESSION AUTHORIZATION abie_read_log_authority;
ALTER ROLE abie_read_log_authority SET abie.log_reads = off;
SET abie.log_reads = off;
SELECT current_setting('abie.log_reads') AS pretended;
SELECT abie_internal.asking_role() AS loaded;
SELECT current_setting('abie.log_reads') AS is;
SELECT count(*) > 10 AS explained FROM abie.explain(1, 900013);
RESET SESSION AUTHORIZATION;
SELECT role, session_role, function, urn FROM abie.report_read ORDER BY read_id DESC LIMIT 1;

-- every function that tells of one school, or of the schools of an area
\c abie_read_log
SELECT coalesce(max(read_id), 0) AS last FROM abie.report_read \gset
SET client_min_messages = warning;
CALL abie.monitor('2025/26', '2025-09-01', NULL);
SET ROLE abie_read_log_authority;
SELECT count(*) > 10 AS similarity FROM abie.similarity(1, 900013);
SELECT count(*) > 0 AS nearby FROM abie.nearby_similar_schools(1, 900013);
SELECT count(*) > 10 AS what_if FROM abie.what_if(1, 900013, '{}');
SELECT length(abie.area_report('la', (SELECT la_code::text FROM abie_report.school_expectation WHERE urn = 900013), 'json')) > 100 AS area;
SELECT length(abie.week_report('school', '900013', 'json')) > 100 AS week;
RESET ROLE;
SELECT function, role, count(*) FILTER (WHERE urn = 900013) AS of_school, count(*) > 1 AS more FROM abie.report_read WHERE read_id > :last GROUP BY function, role ORDER BY min(read_id);

-- rows are for those who calculate, and stay
SET ROLE abie_read_log_authority;
SELECT count(*) FROM abie.report_read;
INSERT INTO abie.report_read (role, function, run_id, urn) VALUES ('forged', 'explain', 1, 900013);
SELECT abie_owner.record_read('abie_read_log_head'::regrole, 'explain', 1, '{900013}');
SELECT abie_owner.write_log('made up', false);
SET ROLE abie_read_log_analyst;
SELECT count(*) > 5 AS seen FROM abie.report_read;
DELETE FROM abie.report_read;
INSERT INTO abie.report_read (role, function, run_id, urn) VALUES ('forged', 'explain', 1, 900013);
INSERT INTO abie.run_event (run_id, target_year, event, role) VALUES (1, '2025/26', 'withdrawn', 'forged');
INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version, status) VALUES ('2025/26', '2024/25', 'default', '1.0', 'calculated');
RESET ROLE;
UPDATE abie.report_read SET role = 'nobody';
TRUNCATE abie.report_read;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_read_log;
DROP ROLE abie_read_log_head, abie_read_log_school, abie_read_log_authority, abie_read_log_analyst;
