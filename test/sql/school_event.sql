-- Events of schools: recorded by one, decided by another, kept as they are; which weeks they set aside, and who sees them.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_school_event;
CREATE DATABASE abie_school_event ENCODING 'UTF8' TEMPLATE template0;
\c abie_school_event
SET client_min_messages = warning;
SET datestyle = ISO;
CREATE EXTENSION abie;
SELECT abie.load_demo(300);
SELECT abie.load_demo_weeks() > 0 AS loaded;
CREATE ROLE abie_event_school;
CREATE ROLE abie_event_other;
CREATE ROLE abie_event_county;
CREATE ROLE abie_event_support;
CREATE ROLE abie_event_department;
CREATE ROLE abie_event_nobody;
SELECT abie.grant_access('abie_event_school', 'school', '900013'), abie.grant_access('abie_event_other', 'school', '900019'),
	abie.grant_access('abie_event_county', 'local authority', '514'), abie.grant_access('abie_event_support', 'local authority', '514', 'support'),
	abie.grant_access('abie_event_department', 'national', NULL, 'calculation');
SELECT la_code, region, array_agg(urn) AS urns FROM abie.school WHERE urn IN (900013, 900019, 900163) GROUP BY 1, 2 ORDER BY 1;

-- recorded: by a school its own, by an authority its own and its schools'
SET ROLE abie_event_school;
SELECT abie.record_event('school', '900013', '2025-11-12', '2025-11-14', 'outbreak', 'Norovirus, notified to UKHSA on 11 November.');
SELECT abie.record_event('school', '900019', '2025-11-12', '2025-11-14', 'outbreak', 'Theirs.');
SELECT abie.record_event('school', '999999', '2025-11-12', '2025-11-14', 'outbreak', 'Of none.');
SELECT abie.record_event('local authority', '514', '2025-11-12', '2025-11-14', 'outbreak', 'Everywhere.');
SELECT abie.record_event('national', NULL, '2025-11-12', '2025-11-14', 'outbreak', 'Everywhere.');
SELECT abie.record_event(NULL, NULL, '2025-11-12', '2025-11-14', 'outbreak', 'Nowhere.');
SELECT abie.record_event('school', '900013', '2025-11-12', '2025-11-14', 'holiday', 'All of Year 5 in Florida.');
SELECT abie.record_event('school', '900013', '2025-11-12', '2025-11-14', NULL, 'Something.');
SELECT abie.record_event('school', '900013', '2025-11-12', '2025-11-14', 'outbreak', ' ');
SELECT abie.record_event('school', '900013', '2025-11-12', '2025-11-11', 'outbreak', 'Backwards.');
SELECT abie.record_event('school', '900013', '2025-11-12', '2025-12-13', 'outbreak', 'All term.');
SELECT abie.record_event('school', '900013', '-infinity', '2025-12-13', 'outbreak', 'Always.');
SELECT abie.record_event('school', '900013', NULL, '2025-12-13', 'outbreak', 'At some time.');
SELECT abie.decide_event(1, true, 'By myself.');
SET ROLE abie_event_county;
SELECT abie.record_event('local authority', '514', '2026-01-12', '2026-01-30', 'severe weather', 'Roads closed by the county.');
SELECT abie.record_event('school', '900163', '2026-02-02', '2026-02-03', 'transport', 'The bus company stopped.');
SELECT abie.record_event('trust', 'x', '2026-02-02', '2026-02-03', 'transport', 'x');
SELECT abie.decide_event(1, true, 'By the authority.');
SET ROLE abie_event_support;
SELECT abie.record_event('local authority', '514', '2026-01-12', '2026-01-30', 'severe weather', 'Snow.');
SET ROLE abie_event_department;
SELECT abie.record_event('school', '900013', '2026-03-02', '2026-03-02', 'exam or polling use', 'By-election.');
SELECT abie.record_event('trust', 'x', '2026-02-02', '2026-02-03', 'transport', 'x');
SELECT abie.record_event('school', '999999', '2026-02-02', '2026-02-03', 'transport', 'x');

-- decided: by another, for a reason
SELECT abie.decide_event(4, true, 'By myself.');
SELECT abie.decide_event(99, true, 'Of none.');
SELECT abie.decide_event(NULL, true, 'Of none.');
SELECT abie.decide_event(1, NULL, 'Not decided.');
SELECT abie.decide_event(1, true, '');
SELECT count(*) FROM abie_internal.accepted_weeks('2025/26');
SELECT abie.decide_event(1, true, 'The notification is on file.');
SELECT * FROM abie_internal.accepted_weeks('2025/26') ORDER BY 1, 2;
-- written and changed by nobody otherwise, the owner neither
INSERT INTO abie.school_event (scope, code, from_date, to_date, cause, evidence, recorded_by) VALUES ('school', '900013', '2026-03-02', '2026-03-02', 'other', 'x', 'x');
INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by) VALUES (4, true, 'x', 'x');
RESET ROLE;
UPDATE abie.school_event SET cause = 'other';
DELETE FROM abie.school_event;
TRUNCATE abie.school_event, abie.event_decision;
UPDATE abie.event_decision SET accepted = false;
DELETE FROM abie.event_decision;
INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by) VALUES (4, true, 'x', 'abie_event_department');
INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by) VALUES (77, true, 'x', 'x');

-- an area's weeks are those of its schools; of a school the first three, 15 school days, each once
SET ROLE abie_event_department;
SELECT abie.decide_event(2, true, 'Seen on the road maps.') IS NOT NULL AS decided;
SELECT urn, array_agg(week_start ORDER BY week_start) FROM abie_internal.accepted_weeks('2025/26') GROUP BY urn ORDER BY urn;
SELECT count(*) FROM abie_internal.accepted_weeks('2024/25');
-- the decision that holds is the last
SELECT abie.decide_event(1, false, 'Notified of another school.') IS NOT NULL AS decided;
SELECT urn, array_agg(week_start ORDER BY week_start) FROM abie_internal.accepted_weeks('2025/26') GROUP BY urn ORDER BY urn;
-- no week of a holiday, a Saturday and Sunday are in none
SET ROLE abie_event_county;
SELECT abie.record_event('school', '900013', '2025-02-15', '2025-02-23', 'other', 'In the half-term holiday.'), abie.record_event('school', '900013', '2025-03-08', '2025-03-09', 'other', 'At the weekend.'),
	abie.record_event('school', '900013', '2025-03-07', '2025-03-10', 'other', 'A Friday and a Monday.');
SET ROLE abie_event_department;
SELECT count(abie.decide_event(event_id, true, 'As it says.')) FROM generate_series(5, 7) event_id;
SELECT * FROM abie_internal.accepted_weeks('2024/25') ORDER BY 2;

-- who sees what
SELECT abie.decide_event(3, false, 'There was another bus.') IS NOT NULL AS decided;
SET ROLE abie_event_school;
SELECT event_id, scope, code, from_date, cause, evidence, recorded_by, accepted, reason, decided_by FROM abie_report.school_event ORDER BY 1;
SET ROLE abie_event_other;
SELECT count(*) FROM abie_report.school_event;
SET ROLE abie_event_county;
SELECT array_agg(event_id ORDER BY event_id), count(evidence) AS evidence FROM abie_report.school_event;
SET ROLE abie_event_department;
SELECT array_agg(event_id ORDER BY event_id), count(evidence) AS evidence FROM abie_report.school_event;
SET ROLE abie_event_support;
SELECT count(*) FROM abie_report.school_event;
SET ROLE abie_event_nobody;
SELECT count(*) FROM abie_internal.school_events();
SELECT count(*) FROM abie.school_event;
SELECT count(*) FROM abie_internal.decision_on(1);
RESET ROLE;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_school_event;
DROP ROLE abie_event_school, abie_event_other, abie_event_county, abie_event_support, abie_event_department, abie_event_nobody;
