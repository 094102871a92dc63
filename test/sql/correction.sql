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
SELECT correction_id, urn, academic_year, comment, attendance_percent, requested_by, accepted, answer FROM abie_report.correction ORDER BY 1;
SELECT abie.answer_correction(1, true, 'Granted to myself.');
INSERT INTO abie.correction (urn, academic_year, comment, requested_by) VALUES (900013, '2024/25', 'x', 'x');
UPDATE abie.school_figure SET attendance_percent = 100;
RESET ROLE;
SET ROLE abie_correction_other;
SELECT abie.correction_request(900013, '2024/25', 'Not mine.');
SELECT * FROM abie.correction;
RESET ROLE;

-- a request is in nobody's way: not open, and not refused; what is open is listed
SELECT count(*) FROM abie.school_figure;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
CREATE VIEW public.correction_check AS
SELECT r.run_id, c.name, c.items, c.faults, c.passed, c.examples FROM abie.run r, abie.run_checks(r.run_id) c
WHERE c.name IN ('school figure', 'open correction') ORDER BY r.run_id, c.name;
SELECT * FROM public.correction_check WHERE run_id = 2;
SELECT open_corrections FROM abie_report.health;
SELECT (abie.issue(2)).status;
SELECT c.correction_id, c.accepted, c.answer, c.answered_by = session_user AS me, c.fixed_by_run FROM abie.answer_correction(1, false, 'The room was open.') c;
SELECT c.accepted, c.fixed_by_run FROM abie.answer_correction(2, false, 'The name is that of the register.') c;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT * FROM public.correction_check WHERE run_id = 3;
SELECT (abie.issue(3)).status;
-- one that is accepted is, until a run has the school's figure
SELECT c.accepted, c.fixed_by_run FROM abie.answer_correction(1, true, 'You are right after all.') c;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT * FROM public.correction_check WHERE run_id = 4;
SELECT abie.issue(4);
UPDATE abie.attendance SET sess_overall = 0.06 * sess_possible, sess_authorised = 0.06 * sess_possible, sess_unauthorised = 0 WHERE academic_year = '2024/25' AND urn = 900013;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT * FROM public.correction_check WHERE run_id = 5;
SELECT (abie.issue(5)).status;
-- one without a figure, until a run is named, and then in runs before that one still
SELECT c.accepted FROM abie.answer_correction(2, true, 'The name was wrong.') c;
SELECT * FROM public.correction_check WHERE run_id >= 4;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT abie.issue(6);
SELECT c.accepted, c.fixed_by_run FROM abie.answer_correction(2, true, 'The name is put right.', 6) c;
SELECT c.accepted, c.fixed_by_run FROM abie.answer_correction(1, true, 'You are right; see run 5.', 5) c;
SELECT * FROM public.correction_check WHERE run_id >= 4;
SELECT (abie.issue(6)).status;
-- of a school that is not in the run, and of a year that it does not start from
INSERT INTO abie.correction (urn, academic_year, comment, attendance_percent, requested_by, accepted, answer, answered_at)
VALUES (999999, '2024/25', 'We are not there.', 90, 'x', true, 'Indeed.', now()), (900013, '2023/24', 'An older figure.', 90, 'x', true, 'Yes.', now());
SELECT * FROM public.correction_check WHERE run_id = 6;

SELECT abie.answer_correction(1, NULL, 'undecided');
SELECT abie.answer_correction(1, true, '');
SELECT abie.answer_correction(1, true, 'by a run before', 1);
SELECT abie.answer_correction(2, false, 'refused, yet fixed', 6);
SELECT abie.answer_correction(99, true, 'of nothing');
SET ROLE abie_correction_school;
SELECT correction_id, accepted, answer, fixed_by_run FROM abie_report.correction ORDER BY 1;
SELECT run_id, round(attendance::numeric, 2) AS attendance FROM abie_report.school_expectation;
RESET ROLE;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_correction;
DROP ROLE abie_correction_school, abie_correction_other;
