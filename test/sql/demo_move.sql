-- Pupils of the synthetic England who move between schools, with dips that are known: are they found where they were planted, do intervals hold
-- them as often as they say, do patterns point to the moment they were made for, is the outlook to be believed?
-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA demo_move_test;
SET search_path = demo_move_test, public;
SET max_parallel_workers_per_gather = 0;
CREATE TABLE made AS SELECT y AS academic_year, p.* FROM unnest('{2023/24,2024/25,2025/26}'::text[]) y, abie.demo_moves(y) p
WHERE p.year_group IN (6, 7) AND y < '2025/26' OR p.year_group IN (7, 8) AND y = '2025/26';
CREATE VIEW registers AS SELECT urn, pupil, year_group, fsm, sen, register FROM made;
CREATE TABLE truth AS SELECT y AS academic_year, t.* FROM unnest('{2023/24,2024/25,2025/26}'::text[]) y, abie_internal.demo_move_truth(y, 20) t;
-- of a year group of any year all are there in the next, the same groups; feeders are schools that load_demo has, none feeds two
SELECT b.academic_year, b.year_group, count(*) > 1400 AS many, bool_and(a.year_group = b.year_group + 1 AND a.fsm = b.fsm AND a.sen = b.sen) AS same,
	count(a.pupil) = count(*) AS stayed FROM made b LEFT JOIN made a ON a.pupil = b.pupil AND a.academic_year = abie_internal.year_before(b.academic_year, -1)
WHERE b.academic_year < '2025/26' AND (b.academic_year, b.year_group) <> ('2023/24', 7) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(DISTINCT urn) AS schools, count(DISTINCT feeder) AS feeders, count(DISTINCT (urn, feeder)) AS ways, bool_and(urn % 6 = 5) AS secondary, bool_or(feeder % 6 = 5) AS "secondary feeder"
FROM truth WHERE year_group > 6;
-- absence is about what it is said to be about: blocks of three days, so that a pupil's 63 of a year differ by chance; half term 1 has 39 days before the dip that begins later
SELECT t.year_group, t.dip > 0 AS dip, count(*) > 50 AS many, abs(avg(r.rate - t.absence - t.dip * CASE t.from_day WHEN 45 THEN 155.0 / 194 ELSE 1 END))
	< 4 * stddev(r.rate - t.absence - t.dip) / sqrt(count(*)) AS as_said
FROM truth t JOIN made m USING (academic_year, pupil), LATERAL (SELECT 100.0 * abie.sess_overall(m.register) / abie.sess_possible(m.register) AS rate) r GROUP BY 1, 2 ORDER BY 1, 2;

-- intervals of 90 per cent, of schools by group and of feeders: of what is planted, less what is of all pupils of the same make-up, in nine of ten, but for chance
CREATE TABLE planted AS
WITH pupil AS (
	SELECT t.*, t.dip * CASE t.from_day WHEN 45 THEN 155.0 / 194 ELSE 1 END AS more FROM truth t WHERE t.academic_year = '2025/26'
), usual AS (
	SELECT year_group, fsm, sen, avg(more) AS usual FROM pupil GROUP BY 1, 2, 3
)
SELECT p.year_group, p.urn, w.feeder, g.pupil_group, avg(p.more - u.usual) AS dip
FROM pupil p JOIN usual u USING (year_group, fsm, sen), LATERAL (VALUES ('all'), (CASE WHEN p.fsm THEN 'FSM' ELSE 'not FSM' END), (CASE p.sen WHEN 'none' THEN 'no SEN' ELSE p.sen END)) g(pupil_group),
	LATERAL (VALUES (NULL::integer), (p.feeder)) w(feeder) WHERE p.year_group > 6 AND (w.feeder IS NULL OR g.pupil_group = 'all') GROUP BY 1, 2, 3, 4;
CREATE TABLE found AS
SELECT 7 AS year_group, * FROM abie.transition('registers', '2024/25', '2025/26', 6, 7) UNION ALL SELECT 8, * FROM abie.transition('registers', '2024/25', '2025/26', 7, 8);
SELECT f.year_group, f.feeder IS NOT NULL AS feeder, count(*) >= 60 AS many, avg((p.dip BETWEEN f.lower_dip AND f.upper_dip)::integer) > 0.9 - 3 * sqrt(0.09 / count(*)) AS covered,
	-- and they are no wider than what they are for
	avg(f.upper_dip - f.lower_dip) < 5 AS narrow, abs(avg(f.dip - p.dip)) < 0.5 AS unbiased
FROM found f JOIN planted p ON p.year_group = f.year_group AND p.urn = f.urn AND p.pupil_group = f.pupil_group AND p.feeder IS NOT DISTINCT FROM CASE f.year_group WHEN 7 THEN f.feeder END
WHERE f.half_term IS NULL AND f.shown AND (f.year_group = 7 OR f.feeder IS NULL) GROUP BY 1, 2 ORDER BY 1, 2;
-- the year before has no dips: what a school has beyond it is its own
SELECT abs(avg(f.earlier_dip)) < 0.3 AS "none before", corr(f.beyond_earlier, p.dip) > 0.7 AS beyond FROM found f JOIN planted p USING (year_group, urn, pupil_group)
WHERE p.feeder IS NULL AND f.feeder IS NULL AND f.half_term IS NULL AND f.year_group = 7 AND f.shown AND f.earlier_dip IS NOT NULL;
-- each pattern is seen where it was made; of the twelve schools without one none points to any, nor does a later year show what was not there
CREATE TABLE moment AS SELECT * FROM abie.transition_moments('registers', '2024/25', '2025/26');
SELECT p.moment, m.urn IS NOT NULL AS found FROM (SELECT DISTINCT urn, moment FROM abie_internal.demo_move_plan(20)) p LEFT JOIN moment m USING (urn, moment) WHERE p.moment IS NOT NULL ORDER BY p.moment;
SELECT count(*) AS "none planted" FROM moment m WHERE m.urn IN (SELECT urn FROM abie_internal.demo_move_plan(20) WHERE moment IS NULL);
SELECT DISTINCT f.feeder = p.feeder AS "feeder listed" FROM found f JOIN abie_internal.demo_move_plan(20) p ON p.urn = f.urn AND p.moment = 'handover' AND p.dip > 0 WHERE f.listed AND f.half_term IS NULL AND f.year_group = 7;
-- a page's section says the school's figures
SELECT abie.transition_panel('registers', '2024/25', '2025/26', 900029) LIKE '%with SEN support%' AS panel;

-- the outlook, learned of half of the pupils and believed of the others: ten bins, each within four standard errors, four points off on the whole
CREATE VIEW learner AS SELECT * FROM registers WHERE pupil % 2 = 0;
CREATE VIEW other AS SELECT * FROM registers WHERE pupil % 2 = 1;
CREATE TABLE reliable AS SELECT r.* FROM (SELECT array_agg(m) AS models FROM abie.learn_outlook('learner', '2024/25') m) l, abie.outlook_reliability('other', '2024/25', '2024-11-22', l.models) r;
SELECT count(*) AS bins, sum(pupils) > 1400 AS many, bool_and(abs(expected_percent - persistent_percent) < 4 * sqrt(expected_percent * (100 - expected_percent) / pupils)) AS each,
	sum(pupils * abs(expected_percent - persistent_percent)) / sum(pupils) < 4 AS whole FROM reliable;

-- the same every time, whatever the settings; other numbers of schools
SET enable_hashjoin = off;
SET datestyle = 'German';
SELECT count(*) AS different FROM (SELECT * FROM abie.demo_moves('2025/26') WHERE year_group = 8 EXCEPT SELECT urn, pupil, year_group, fsm, sen, register FROM made WHERE academic_year = '2025/26') d;
SELECT schools, (SELECT count(DISTINCT t.urn) FROM abie_internal.demo_move_truth('2025/26', schools) t WHERE t.year_group = 7) AS made FROM unnest('{-1,0,1,7}'::integer[]) schools;
SELECT count(*) AS "none" FROM abie.demo_moves(NULL);
SELECT count(*) AS "none" FROM abie.demo_moves('2025/26', NULL);
\set VERBOSITY terse
SELECT count(*) FROM abie.demo_moves('2025');
SET client_min_messages = warning;
DROP SCHEMA demo_move_test CASCADE;
