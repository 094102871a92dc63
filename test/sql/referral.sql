-- Lists of schools referred for support: who is on them, their life, who sees them. Expected values: recomputed in plain
-- SQL, properties, and by hand.
-- A database of its own, because runs are made here and they are of the whole database.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_referral;
CREATE DATABASE abie_referral;
\c abie_referral
SET client_min_messages = warning;
CREATE EXTENSION abie;
SET client_min_messages = warning;
SELECT abie.load_demo(800);
CALL abie.calculate('2024/25') \gset this_
CALL abie.calculate('2024/25', 'first-edition', NULL) \gset other_
-- an unfinished year, bad arguments
CALL abie.refer(0);
CALL abie.refer(NULL);
CALL abie.refer(:this_run_id, 0);
CALL abie.refer(:this_run_id, 10, :this_run_id);
CALL abie.calculate('2025/26', run_id => NULL) \gset next_
CALL abie.refer(:next_run_id);
CALL abie.refer(:this_run_id, 10, :next_run_id);
SELECT count(*) AS lists FROM abie.referral;

SET client_min_messages = notice;
\set VERBOSITY terse
CALL abie.refer(:this_run_id, 8, :other_run_id);
\set VERBOSITY default
SET client_min_messages = warning;
SELECT status, capacity, judged = (SELECT count(*) FROM abie.run_progress(:this_run_id)) AS judged, considered = (SELECT count(*) FROM abie.referral_school) AS considered, referred,
	abs(expected_wrong - (SELECT avg(1 - shortfall_probability) FROM abie.referral_school WHERE place IS NOT NULL)) < 1e-12 AS expected_wrong FROM abie.referral;
-- who is considered, who is referred and why not, in plain SQL
CREATE TABLE outcome AS SELECT * FROM abie.school_outcomes(:this_run_id);
SELECT array_agg(urn ORDER BY urn) = (SELECT array_agg(urn ORDER BY urn) FROM abie.referral_school) AS considered
FROM outcome WHERE outcome LIKE 'missed%' OR shortfall_probability >= 0.5;
CREATE TABLE eligible AS
SELECT urn, row_number() OVER (ORDER BY shortfall_probability DESC, (improvement - true_change) * enrolments DESC, urn) AS place
FROM outcome WHERE shortfall_probability >= 0.5 AND baseline < expected;
SELECT count(*) > 30 AS eligible, bool_and(s.place IS NOT DISTINCT FROM CASE WHEN e.place <= 8 THEN e.place END) AS places, bool_and(e.place <= 8 OR s.not_referred = 'beyond capacity') AS beyond
FROM eligible e JOIN abie.referral_school s USING (urn);
SELECT not_referred, count(*) > 0 AS some, bool_and(baseline >= expected) AS above FROM abie.referral_school WHERE not_referred <> 'beyond capacity' GROUP BY 1 ORDER BY 1;
SELECT count(*) FILTER (WHERE place IS NOT NULL AND baseline >= expected) AS "above context", count(*) FILTER (WHERE place_beside IS NOT NULL) > 1 AS beside,
	max(place_beside) <= 8 AS "at most as many" FROM abie.referral_school;
-- in another plan it is the same; with fewer places it shrinks to the first
SET enable_hashjoin = off;
SET enable_hashagg = off;
CALL abie.refer(:this_run_id, 8, :other_run_id);
RESET enable_hashjoin;
RESET enable_hashagg;
SELECT count(DISTINCT digest) AS digests FROM abie.referral;
CALL abie.refer(:this_run_id, 3);
SELECT count(*) = 3 AS fewer, bool_and(f.place = s.place) AS "the first" FROM abie.referral_school f JOIN abie.referral_school s ON s.referral_id = 1 AND s.urn = f.urn
WHERE f.referral_id = 3 AND f.place IS NOT NULL;
-- whatever the capacity: who is referred is referred at any greater one, in the same place, and nobody above its context
CREATE TABLE nested AS SELECT c AS capacity, (p.outcome).urn AS urn, p.place, (p.outcome).baseline < (p.outcome).expected AS below FROM generate_series(1, 40) c, abie_internal.referral_places(:this_run_id, c) p WHERE p.place IS NOT NULL;
SELECT count(*) = (SELECT sum(least(c, (SELECT count(*) FROM eligible))) FROM generate_series(1, 40) c) AS sizes, bool_and(n.below) AS below, bool_and(n.capacity = 40 OR m.place IS NOT DISTINCT FROM n.place) AS nested
FROM nested n LEFT JOIN nested m ON m.capacity = n.capacity + 1 AND m.urn = n.urn;
-- rows of the tables in another order: the same list
BEGIN;
UPDATE abie.attendance SET enrolments = enrolments WHERE urn % 3 = 1;
UPDATE abie.attendance SET enrolments = enrolments WHERE urn % 3 = 0;
UPDATE abie.school SET name = name WHERE urn % 2 = 0;
SELECT abie_internal.referral_digest(ARRAY(SELECT p FROM abie_internal.referral_places(:this_run_id, 8) p ORDER BY random())) = (SELECT digest FROM abie.referral WHERE referral_id = 1) AS same;
ROLLBACK;

--
-- What stands against a referral
--
SELECT urn AS school, (SELECT laestab FROM abie.expectation e WHERE run_id = :this_run_id AND e.urn = s.urn) AS laestab FROM abie.referral_school s WHERE referral_id = 1 AND place = 1 \gset
CREATE FUNCTION obstacle(run_id integer, school integer) RETURNS text LANGUAGE sql
RETURN (SELECT coalesce(not_referred, 'place ' || place) FROM abie_internal.referral_places(run_id, 8) p WHERE (p.outcome).urn = school);
SELECT obstacle(:this_run_id, :school);
BEGIN;
UPDATE abie.attendance SET sess_possible = sess_possible * 3 / 4, sess_overall = sess_overall * 3 / 4, sess_authorised = NULL, sess_unauthorised = NULL WHERE academic_year = '2024/25' AND laestab = :laestab;
SELECT obstacle(:this_run_id, :school);
ROLLBACK;
BEGIN;
SELECT abie.correction_request(:school, '2024/25', 'not ours') > 0 AS asked;
SELECT obstacle(:this_run_id, :school);
SELECT accepted FROM abie.answer_correction((SELECT max(correction_id) FROM abie.correction), false, 'it is');
SELECT obstacle(:this_run_id, :school);
ROLLBACK;
BEGIN;
-- as many travellers as make up the shortfall, and one session fewer
UPDATE abie.attendance a SET reasons = coalesce(reasons, '{}') || jsonb_build_object('sess_auth_traveller', ceil((o.improvement - o.best_change) / 100 * a.sess_possible)::bigint) FROM outcome o
WHERE academic_year = '2024/25' AND laestab = :laestab AND o.urn = :school;
SELECT obstacle(:this_run_id, :school);
UPDATE abie.attendance a SET reasons = reasons || jsonb_build_object('sess_auth_traveller', (reasons ->> 'sess_auth_traveller')::bigint - 2) WHERE academic_year = '2024/25' AND laestab = :laestab;
SELECT obstacle(:this_run_id, :school);
-- as many again, but there were as many the year before
UPDATE abie.attendance a SET reasons = coalesce(reasons, '{}') || jsonb_build_object('sess_auth_traveller', (0.1 * sess_possible)::bigint) WHERE academic_year IN ('2023/24', '2024/25') AND laestab = :laestab;
SELECT obstacle(:this_run_id, :school);
ROLLBACK;
-- a correction of the baseline year that a later run fixes: this one has the figures still
BEGIN;
SELECT abie.correction_request(:school, '2023/24', 'not ours') AS correction \gset
UPDATE abie.correction SET accepted = true, answer = 'you are right', answered_at = now(), fixed_by_run = :next_run_id WHERE correction_id = :correction;
SELECT obstacle(:this_run_id, :school);
UPDATE abie.correction SET fixed_by_run = :this_run_id WHERE correction_id = :correction;
SELECT obstacle(:this_run_id, :school);
ROLLBACK;
-- an event that could decide it, while it is not decided
CREATE FUNCTION short_by(amount float8, school integer, run_id integer) RETURNS text LANGUAGE sql
RETURN (SELECT abie_internal.referral_obstacle(jsonb_populate_record(NULL::abie.school_outcome, to_jsonb(o) || jsonb_build_object('best_change', o.improvement - amount)), r, NULL, NULL)
	FROM outcome o, abie.run r WHERE o.urn = school AND r.run_id = short_by.run_id);
SELECT abie.record_event('school', :'school', '2024-11-18', '2024-11-20', 'severe weather', 'closed by snow') > 0 AS recorded;
SELECT short_by(0.49, :school, :this_run_id), short_by(0.51, :school, :this_run_id), obstacle(:this_run_id, :school);
CREATE ROLE abie_referral_decider;
SELECT abie.grant_access('abie_referral_decider', 'national', purpose => 'calculation') > 0 AS granted;
SET ROLE abie_referral_decider;
SELECT abie.decide_event((SELECT max(event_id) FROM abie.school_event), false, 'open all week') > 0 AS decided;
RESET ROLE;
SELECT short_by(0.49, :school, :this_run_id);
-- accepted, but no weekly run has counted it
SET ROLE abie_referral_decider;
SELECT abie.decide_event((SELECT max(event_id) FROM abie.school_event), true, 'it was closed') > 0 AS decided;
RESET ROLE;
SELECT short_by(0.49, :school, :this_run_id);
SET ROLE abie_referral_decider;
SELECT abie.decide_event((SELECT max(event_id) FROM abie.school_event), false, 'open all week, it turns out') > 0 AS decided;
RESET ROLE;
SELECT short_by(0.49, :school, :this_run_id);

--
-- Life of a list
--
CREATE FUNCTION checks(referral_id integer) RETURNS TABLE (name text, passed boolean, blocking boolean) LANGUAGE sql
AS 'SELECT c.name, c.passed, c.blocking FROM abie.check_referral(checks.referral_id) c';
SELECT * FROM checks(1);
SELECT abie.issue_referral(1);
SELECT abie.issue_referral(1, 'all the same');
SELECT abie.check_referral(99);
SELECT abie.issue_referral(NULL);
SELECT status FROM abie.issue(:this_run_id, 'for this test');
-- a school answers before the list is issued
CREATE ROLE abie_referral_school;
CREATE ROLE abie_referral_other;
CREATE ROLE abie_referral_authority;
CREATE ROLE abie_referral_adviser;
CREATE ROLE abie_referral_nobody;
SELECT count(abie.grant_access(r, s, c, p)) AS grants FROM (VALUES ('abie_referral_school', 'school', :'school', 'results'),
	('abie_referral_other', 'school', (SELECT min(urn)::text FROM outcome WHERE urn <> :school), 'results'),
	('abie_referral_authority', 'local authority', (:laestab / 10000)::text, 'results'), ('abie_referral_adviser', 'national', NULL, 'support')) g(r, s, c, p);
SET ROLE abie_referral_other;
SELECT abie.answer_referral(1, :school, 'spy');
SELECT count(*) FROM abie_report.referral WHERE urn = :school;
RESET ROLE;
SET ROLE abie_referral_adviser;
SELECT abie.answer_referral(1, :school, 'spy');
SELECT count(*) FROM abie_report.referral;
RESET ROLE;
SET ROLE abie_referral_school;
SELECT referral_id, referral_status, referred, place, place_beside, not_referred FROM abie_report.referral ORDER BY 1;
SELECT count(*) AS lines FROM abie.explain_referral(1, :school);
SELECT abie.answer_referral(1, :school, ' ');
SELECT abie.answer_referral(99, :school, 'no such list');
SELECT abie.answer_referral(1, :school, 'half our pupils moved away') AS answer \gset
SELECT count(*) FROM abie.referral_answer;
SELECT urn = :school AS own, answer, upheld FROM abie_report.referral_answer;
RESET ROLE;
SET ROLE abie_referral_other;
SELECT count(*) FROM abie_report.referral_answer;
RESET ROLE;
SELECT * FROM checks(1) WHERE NOT passed;
SELECT abie.issue_referral(1);
SELECT abie.decide_answer(:answer, NULL, 'x');
SELECT abie.decide_answer(:answer, true, '');
SELECT abie.decide_answer(0, true, 'x');
BEGIN;
SELECT upheld, decision, decided_by = current_user AS by, decided_at IS NOT NULL AS at FROM abie.decide_answer(:answer, true, 'you are right');
SELECT obstacle(:this_run_id, :school);
SELECT * FROM checks(1) WHERE NOT passed;
SELECT abie.issue_referral(1, 'all the same');
ROLLBACK;
-- what was said stays
UPDATE abie.referral_answer SET answer = 'nothing' WHERE answer_id = :answer;
DELETE FROM abie.referral_answer WHERE answer_id = :answer;
DELETE FROM abie.referral WHERE referral_id = 1;
SELECT upheld FROM abie.decide_answer(:answer, false, 'they are counted where they are');
-- a list whose schools are not those of its digest
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie.referral_school SET place = NULL, not_referred = 'a friend' WHERE urn = :school AND referral_id = 1;
SELECT * FROM checks(1) WHERE NOT passed;
ROLLBACK;
SELECT status, reason FROM abie.issue_referral(1);
SELECT abie.issue_referral(2);
SELECT abie.decide_answer(:answer, true, 'after all');
SELECT status FROM abie.check_referral(2) c, abie.referral WHERE referral_id = 2 LIMIT 1;
-- frozen
UPDATE abie.referral SET capacity = 30 WHERE referral_id = 1;
UPDATE abie.referral SET reason = 'because' WHERE referral_id = 1;
UPDATE abie.referral SET status = 'proposed' WHERE referral_id = 1;
DELETE FROM abie.referral WHERE referral_id = 1;
UPDATE abie.referral_school SET place = NULL, not_referred = 'a friend' WHERE urn = :school AND referral_id = 1;
DELETE FROM abie.referral_school WHERE urn = :school AND referral_id = 2;
INSERT INTO abie.referral_school SELECT (jsonb_populate_record(s, '{"urn": 1}')).* FROM abie.referral_school s WHERE urn = :school AND referral_id = 2;
TRUNCATE abie.referral CASCADE;
TRUNCATE abie.referral_school;
DELETE FROM abie.referral_event;
INSERT INTO abie.referral_school SELECT (jsonb_populate_record(s, '{"referral_id": 77}')).* FROM abie.referral_school s WHERE urn = :school AND referral_id = 2;
DELETE FROM abie.referral WHERE referral_id = 3;
SELECT count(*) AS left FROM abie.referral_school WHERE referral_id = 3;
SET ROLE abie_referral_decider;
INSERT INTO abie.referral (run_id, capacity, status, judged, considered, referred, digest) VALUES (:this_run_id, 1, 'issued', 1, 1, 1, '');
INSERT INTO abie.referral_school SELECT (jsonb_populate_record(s, '{"urn": 2}')).* FROM abie.referral_school s WHERE urn = :school AND referral_id = 1;
INSERT INTO abie.referral_event (referral_id, run_id, event, digest, role) VALUES (1, :this_run_id, 'issued', '', 'x');
RESET ROLE;

--
-- Who sees what
--
CREATE FUNCTION seen() RETURNS TABLE (list integer, schools bigint, referred bigint, places bigint, reasons bigint, own boolean) LANGUAGE sql
AS 'SELECT referral_id, count(*), count(*) FILTER (WHERE referred), count(place), count(not_referred), bool_or(shortfall_probability IS NOT NULL) FROM abie_report.referral GROUP BY 1 ORDER BY 1';
SELECT list, schools > 60 AS schools, referred, places, reasons > 40 AS reasons FROM seen();
SET ROLE abie_referral_school;
SELECT * FROM seen();
SELECT outcome, z < -1 AS z FROM abie_report.school_outcome WHERE run_id = :this_run_id;
SELECT count(*) FROM abie.school_outcomes(:this_run_id);
RESET ROLE;
SET ROLE abie_referral_other;
SELECT count(*) FROM abie_report.referral WHERE urn = :school;
SELECT count(*) FROM abie_report.school_outcome WHERE run_id = :this_run_id AND urn = :school;
SELECT count(*) FROM abie.explain_referral(1, :school);
RESET ROLE;
SET ROLE abie_referral_authority;
SELECT list, schools > 0 AS schools, places FROM seen();
SELECT count(*) FILTER (WHERE la_code <> :laestab / 10000) AS others FROM abie_report.referral;
RESET ROLE;
SET ROLE abie_referral_adviser;
SELECT list, schools, referred, places, reasons, own FROM seen();
SELECT count(*) FROM abie_report.school_outcome WHERE run_id = :this_run_id;
RESET ROLE;
SET ROLE abie_referral_nobody;
SELECT count(*) FROM abie_report.referral;
SELECT abie.answer_referral(1, :school, 'spy');
RESET ROLE;
SELECT abie.withdraw_referral(1, ' ');
SELECT status, reason FROM abie.withdraw_referral(1, 'a wrong file');
SELECT abie.withdraw_referral(1, 'again');
SELECT abie.issue_referral(1);
SET ROLE abie_referral_adviser;
SELECT count(*) FROM abie_report.referral;
RESET ROLE;
-- more places than there are schools that most likely fell short: one in ten would be there wrongly
CALL abie.refer(:this_run_id, 200) \gset long_
SELECT abie.issue_referral(:long_referral_id);
SELECT status, reason FROM abie.issue_referral(:long_referral_id, 'agreed with the regions');
SELECT event, reason, count(*) FROM abie.referral_event WHERE referral_id = 1 GROUP BY event, reason, event_id ORDER BY event_id;
-- the probability of every school made again from its lines alone; the normal distribution by its series
CREATE FUNCTION normal_below(z float8) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	term float8 := z;
	sum float8 := z;
BEGIN
	IF abs(z) > 6 THEN RETURN (z > 0)::int; END IF;
	FOR k IN 1 .. 200 LOOP term := term * z * z / (2 * k + 1); sum := sum + term; EXIT WHEN abs(term) < 1e-18; END LOOP;
	RETURN 0.5 + sum * exp(-z * z / 2) / sqrt(2 * pi());
END $$;
SELECT count(*) > 60 AS schools, max(abs(normal_below((l.v[2] - 0.5 - (l.v[8] + l.v[9] / (l.v[9] + l.v[10]) * (greatest(l.v[4], l.v[5]) + l.v[6] - l.v[8]))) / sqrt(l.v[9] * l.v[10] / (l.v[9] + l.v[10]))) - l.v[15])) < 1e-8 AS same
FROM abie.referral_school s, LATERAL (SELECT array_agg(value ORDER BY step) AS v FROM abie.explain_referral(1, s.urn)) l WHERE s.referral_id = 1;
SELECT name, made FROM abie.explain_referral(1, :school) WHERE value IS NULL ORDER BY step;
SELECT count(*) FROM abie.explain_referral(1, 1);
-- it goes with its run, its record stays
SELECT abie.purge('2030/31', 'kept long enough') IS NOT NULL AS purged;
SELECT count(*) AS lists, (SELECT count(*) FROM abie.referral_school) AS schools FROM abie.referral;
SELECT count(*) > 3 AS record FROM abie.referral_event;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_referral;
DROP ROLE abie_referral_decider, abie_referral_school, abie_referral_other, abie_referral_authority, abie_referral_adviser, abie_referral_nobody;
