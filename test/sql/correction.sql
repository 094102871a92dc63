-- Corrections: asked for by a school, answered, put right by another run.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_correction;
CREATE DATABASE abie_correction ENCODING 'UTF8' TEMPLATE template0;
\c abie_correction
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(420);
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT (abie.issue(1)).status;
CREATE ROLE abie_correction_school;
CREATE ROLE abie_correction_other;
SELECT abie.grant_access('abie_correction_school', 'school', '900013');

SET ROLE abie_correction_school;
-- what is wrong, and by its own records
SELECT abie.correction_request(900013, '2024/25', 'Two weeks of a closed boiler room are counted as absence.', 94);
SELECT abie.correction_request(900013, '2024/25', 'The name is wrong.');
-- not of another school, which is told apart from none by nothing
SELECT abie.correction_request(900019, '2024/25', 'Theirs is wrong too.', 90);
SELECT abie.correction_request(999999, '2024/25', 'Theirs is wrong too.', 90);
SELECT abie.correction_request(900013, '2024/25', ' ');
SELECT abie.correction_request(900013, '2024', 'comment');
SELECT abie.correction_request(900013, '2024/25', 'comment', 101);
-- it sees its own, and cannot answer them or write otherwise
SELECT correction_id, urn, academic_year, comment, attendance_percent, requested_by, accepted, answer FROM abie.correction ORDER BY 1;
SELECT abie.answer_correction(1, true, 'Granted to myself.');
INSERT INTO abie.correction (urn, academic_year, comment, requested_by) VALUES (900013, '2024/25', 'x', 'x');
UPDATE abie.school_figure SET attendance_percent = 100;
RESET ROLE;
SET ROLE abie_correction_other;
SELECT abie.correction_request(900013, '2024/25', 'Not mine.');
SELECT * FROM abie.correction;
RESET ROLE;

-- the figure is in the way of the next run
SELECT urn, academic_year, attendance_percent, recorded_by FROM abie.school_figure;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT name, faults, passed FROM abie.check_run(2) WHERE name = 'school figure';
SELECT abie.issue(2);
-- put right: counts as the school has them
UPDATE abie.attendance SET sess_overall = 0.06 * sess_possible, sess_authorised = 0.06 * sess_possible, sess_unauthorised = 0 WHERE academic_year = '2024/25' AND urn = 900013;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT (abie.issue(3)).status;
SELECT c.correction_id, c.accepted, c.answer, c.answered_by = session_user AS me, c.fixed_by_run FROM abie.answer_correction(1, true, 'You are right; see the run of today.') c;
SELECT c.accepted, c.fixed_by_run FROM abie.answer_correction(1, true, 'You are right; see run 3.', 3) c;
SELECT c.accepted, c.fixed_by_run FROM abie.answer_correction(2, false, 'The name is that of the register.') c;
SELECT abie.answer_correction(1, NULL, 'undecided');
SELECT abie.answer_correction(1, true, '');
SELECT abie.answer_correction(1, true, 'by a run before', 1);
SELECT abie.answer_correction(2, false, 'refused, yet fixed', 3);
SELECT abie.answer_correction(99, true, 'of nothing');
SET ROLE abie_correction_school;
SELECT correction_id, accepted, answer, fixed_by_run FROM abie.correction ORDER BY 1;
SELECT run_id, round(attendance::numeric, 2) AS attendance FROM abie.expectation;
RESET ROLE;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_correction;
DROP ROLE abie_correction_school, abie_correction_other;
