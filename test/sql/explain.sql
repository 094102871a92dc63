-- abie.explain: what a head teacher can work out again from its lines alone; and the synthetic England.
-- A database of its own, because runs are made here and they are of the whole database.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_explain;
CREATE DATABASE abie_explain;
\c abie_explain
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA explain_test;
SET search_path = explain_test, public;

--
-- The synthetic England
--
SELECT abie.load_demo(0);
SELECT abie.load_demo(-1);
SELECT abie.load_demo(30001);
SELECT abie.load_demo(NULL) IS NULL AS "null", (SELECT count(*) FROM abie.school) AS schools;
CREATE FUNCTION digest() RETURNS text LANGUAGE sql STABLE
RETURN (SELECT md5(coalesce((SELECT string_agg((to_jsonb(s) - 'recorded_at')::text, E'\n' ORDER BY urn) FROM abie.school s), '')
	|| coalesce((SELECT string_agg((to_jsonb(l) - 'recorded_at')::text, E'\n' ORDER BY urn, link_urn) FROM abie.school_link l), '')
	|| coalesce((SELECT string_agg((to_jsonb(c) - 'recorded_at')::text, E'\n' ORDER BY urn, academic_year) FROM abie.school_context c), '')
	|| coalesce((SELECT string_agg((to_jsonb(a) - 'recorded_at')::text, E'\n' ORDER BY academic_year, laestab) FROM abie.attendance a), '')));
SELECT digest() AS empty \gset
SELECT abie.load_demo(600);
SELECT digest() AS first \gset
-- not into a database that holds anything
SELECT abie.load_demo(600);
SELECT digest() = :'first' AS unchanged;
BEGIN;
DELETE FROM abie.school; DELETE FROM abie.school_context;
SELECT abie.load_demo(600);
ROLLBACK;
-- the same every time
DELETE FROM abie.school; DELETE FROM abie.school_link; DELETE FROM abie.school_context; DELETE FROM abie.attendance;
SELECT digest() = :'empty' AS empty;
SELECT abie.load_demo(600);
SELECT digest() = :'first' AS same;
SELECT count(*) AS schools, count(DISTINCT laestab) AS laestabs, count(*) FILTER (WHERE la_code NOT BETWEEN 501 AND 650) AS "in England",
	count(*) FILTER (WHERE source <> 'synthetic') AS "not marked" FROM abie.school;
SELECT (SELECT array_agg(DISTINCT academic_year::text ORDER BY academic_year::text) FROM abie.attendance) AS attendance, (SELECT array_agg(DISTINCT academic_year::text) FROM abie.school_context) AS context;
SELECT school_type, count(*) AS schools, round(avg(abie.attendance_percent(sess_overall, sess_possible, NULL))) BETWEEN 85 AND 97 AS plausible
FROM abie.attendance WHERE academic_year = '2024/25' GROUP BY school_type ORDER BY school_type;

CALL abie.calculate('2025/26', 'similar-schools', NULL) \gset
SELECT status, schools_in_scope, expectations + exclusions AS accounted FROM abie.run WHERE run_id = :run_id;
-- of the schools that are not special, over 85 per cent have an expectation
SELECT (SELECT count(*) FROM abie.expectation e WHERE e.run_id = :run_id) > 0.85 * count(*) AS enough FROM abie.attendance WHERE academic_year = '2024/25' AND school_type <> 'Special';
SELECT reason, count(*) > 0 AS some FROM abie.exclusion WHERE run_id = :run_id GROUP BY reason ORDER BY reason COLLATE "C";
-- it has what a demonstration should show
SELECT count(*) FILTER (WHERE poor_match) > 5 AS poor_match, count(*) FILTER (WHERE improvement_rounded > 0.3) > 5 AS behind,
	count(*) FILTER (WHERE pre_pandemic IS NULL) AS "without past" FROM abie.expectation WHERE run_id = :run_id;

--
-- One school, line by line
--
CREATE TABLE line AS
SELECT e.urn, l.* FROM abie.expectation e, LATERAL abie.explain(e.run_id, e.urn) l
WHERE e.run_id = :run_id AND (e.urn % 5 = 0 OR e.statement = 'maintain' OR e.improvement IN (0.1, 1.0) OR e.pre_pandemic < e.pared_mean);
SELECT count(DISTINCT urn) > 100 AS many FROM line;
-- the lines of one
SELECT step, name, value IS NOT NULL AS value, regexp_replace(made, '-?\d+\.\d+(e-\d+)?', '#', 'g') AS made FROM line WHERE urn = (SELECT min(urn) FROM line) ORDER BY step;
-- steps are numbered in order, none twice, none without words
SELECT urn FROM line GROUP BY urn HAVING count(DISTINCT step) <> count(*) OR min(step) <> 1 OR max(step) <> count(*) OR bool_or(coalesce(made, '') = '') OR bool_or(coalesce(name, '') = '');

-- From here on nothing but the text and values of line is used.
-- baseline = 100 x (possible - absent) / possible
CREATE TABLE base AS
SELECT urn, value AS baseline, (m)[1]::numeric AS possible, (m)[2]::numeric AS absent, (m)[4] AS year
FROM (SELECT urn, value, regexp_match(made, '^100 x \((\d+) sessions possible - (\d+) absent\) / (\d+) in (\d{4}/\d\d)$') AS m FROM line WHERE name = 'baseline') l;
SELECT count(*) = (SELECT count(DISTINCT urn) FROM line) AS one_each, count(*) FILTER (WHERE NOT coalesce(abs(baseline - 100 * (possible - absent) / possible) < 1e-9, false) OR year <> '2024/25') AS different FROM base;
-- scaled numbers: (value - location) / scale, limited
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE m IS NULL OR abs(m[1]::float8 - greatest(-m[4]::float8, least(m[4]::float8, (value - m[2]::float8) / m[3]::float8))) > 1e-9) AS different
FROM (SELECT value, regexp_match(made, '^scaled to (\S+): less (\S+), divided by (\S+), limited to \+-(\S+); weight \S+$') AS m FROM line WHERE made LIKE 'scaled to %') l;
-- expected = mean of the similar schools by enrolments x (1 - (distance / bandwidth)^3)^3
CREATE TABLE peer AS
SELECT urn, value AS attendance, (n)[1]::int AS rank, (n)[2]::int AS similar_urn, (m)[1]::float8 AS distance, (m)[2]::float8 AS enrolments
FROM (SELECT urn, value, regexp_match(name, '^similar school (\d+): (\d+) \S.*$') AS n,
	regexp_match(made, '^attendance; distance (\S+), (\d+) enrolments(, [0-9.]+ km away)?(; differs most in .*)?$') AS m FROM line WHERE name LIKE 'similar school %') l;
SELECT urn FROM peer GROUP BY urn HAVING count(DISTINCT similar_urn) <> 20 OR array_agg(rank ORDER BY rank) <> (SELECT array_agg(n) FROM generate_series(1, 20) n) OR bool_or(similar_urn = urn)
	OR array_agg(rank ORDER BY distance, similar_urn) <> array_agg(rank ORDER BY rank) OR bool_or(num_nulls(attendance, distance, enrolments) > 0);
CREATE TABLE expected AS
SELECT p.urn, sum(p.attendance * p.enrolments * (1 - (p.distance / b.value) ^ 3) ^ 3) / sum(p.enrolments * (1 - (p.distance / b.value) ^ 3) ^ 3) AS expected
FROM peer p JOIN line b ON b.urn = p.urn AND b.name = 'bandwidth' GROUP BY p.urn;
SELECT count(*) = (SELECT count(DISTINCT urn) FROM line) AS one_each, count(*) FILTER (WHERE NOT coalesce(abs(l.value - e.expected) < 1e-9, false)) AS different
FROM expected e JOIN line l ON l.urn = e.urn AND l.name = 'expected';
-- pared mean: the best by (present + 1) / (enrolments + 2) down to so much of the enrolments
CREATE TABLE pared AS
WITH member AS (
	SELECT urn, attendance, enrolments FROM peer
	UNION ALL SELECT b.urn, b.baseline, n.value FROM base b JOIN line n ON n.urn = b.urn AND n.name = 'enrolments'
), share AS (
	SELECT urn, (regexp_match(made, 'down to (\S+) % of their enrolments$'))[1]::float8 / 100 AS share FROM line WHERE name = 'pared mean'
), ordered AS (
	SELECT urn, attendance, enrolments, share * sum(enrolments) OVER (PARTITION BY urn) AS wanted, sum(enrolments) OVER
		(PARTITION BY urn ORDER BY (attendance / 100 * enrolments + 1) / (enrolments + 2) DESC, enrolments DESC ROWS UNBOUNDED PRECEDING) - enrolments AS before
	FROM member JOIN share USING (urn)
)
SELECT urn, sum(attendance * enrolments) / sum(enrolments) AS pared_mean FROM ordered WHERE before < wanted GROUP BY urn;
SELECT count(*) = (SELECT count(DISTINCT urn) FROM line) AS one_each, count(*) FILTER (WHERE NOT coalesce(abs(l.value - p.pared_mean) < 1e-9, false)) AS different
FROM pared p JOIN line l ON l.urn = p.urn AND l.name = 'pared mean';
-- improvement, from the recomputed figures and the rule in words
CREATE TABLE improved AS
SELECT b.urn, l.value AS shown, r.value AS rounded, regexp_replace(r.made, '^.*: ', '') AS statement, t.value AS target, b.baseline,
	greatest(p.pared_mean, y.value) AS top, greatest(0, e.expected - b.baseline) AS gap,
	m[1]::float8 + m[2]::float8 * greatest(0, e.expected - b.baseline) AS wanted, m[3]::float8 AS floor, m[4]::float8 AS cap
FROM base b JOIN expected e USING (urn) JOIN pared p USING (urn)
	JOIN line l ON l.urn = b.urn AND l.name = 'improvement' JOIN line r ON r.urn = b.urn AND r.name = 'improvement published'
	JOIN line t ON t.urn = b.urn AND t.name = 'target' JOIN line y ON y.urn = b.urn AND y.name = 'pre-pandemic',
	LATERAL regexp_match(l.made, '^(\S+) \+ (\S+) x gap, not under (\S+), not over (\S+), not over the headroom$') m;
SELECT count(*) = (SELECT count(DISTINCT urn) FROM line) AS one_each, count(*) FILTER (WHERE NOT coalesce(abs(shown - least(greatest(0, top - baseline), cap, greatest(floor, wanted))) < 1e-9, false)) AS different,
	count(*) FILTER (WHERE abs(target - baseline - shown) > 1e-9 OR rounded <> round(shown::numeric, 1)::float8 OR statement <> CASE WHEN baseline >= top - 1e-11 THEN 'maintain' ELSE 'improve' END) AS "rounded, target, statement"
FROM improved;
-- the other lines say what the table says
SELECT count(*) AS different FROM abie.expectation e JOIN line l USING (urn)
WHERE e.run_id = :run_id AND l.value IS DISTINCT FROM CASE l.name WHEN 'gap' THEN e.gap WHEN 'expected' THEN e.expected WHEN 'pre-pandemic' THEN e.pre_pandemic WHEN 'ladder top' THEN e.ladder_top
	WHEN 'local authority average' THEN e.la_average WHEN 'national average' THEN e.national_average WHEN 'upper quartile' THEN e.similar_upper_quartile
	WHEN 'headroom' THEN greatest(0, e.ladder_top - e.baseline) WHEN 'enrolments' THEN e.enrolments WHEN 'pared mean' THEN e.pared_mean ELSE l.value END;
-- missing characteristics are said to be missing; own attendance of 2018/19 that is not held, too
UPDATE abie.school_context SET eal_pct = NULL, religious_character = NULL WHERE urn = 900001;
UPDATE abie.school SET religious_character = NULL WHERE urn = 900001;
DELETE FROM abie.attendance WHERE academic_year = '2018/19' AND urn = 900001;
CALL abie.calculate('2025/26', 'similar-schools', NULL) \gset
SELECT name, value, made FROM abie.explain(:run_id, 900001) WHERE made = 'missing' OR name = 'pre-pandemic' ORDER BY step;
-- a rate that was published alone
UPDATE abie.attendance SET sess_possible = NULL, sess_overall = NULL, sess_authorised = NULL, sess_unauthorised = NULL, sess_overall_percent = 6.4 WHERE academic_year = '2024/25' AND urn = 900002;
CALL abie.calculate('2025/26', 'similar-schools', NULL) \gset
SELECT name, value, made FROM abie.explain(:run_id, 900002) WHERE name = 'baseline';

--
-- Schools left out, and others
--
SELECT DISTINCT ON (x.reason COLLATE "C") x.urn, l.* FROM abie.exclusion x, LATERAL abie.explain(x.run_id, x.urn) l
WHERE x.run_id = :run_id AND l.name = 'left out' ORDER BY x.reason COLLATE "C", x.urn;
-- all of them have their reason, as the first line
SELECT count(*) FROM abie.exclusion x LEFT JOIN LATERAL abie.explain(x.run_id, x.urn) l ON l.step = 1
WHERE x.run_id = :run_id AND x.urn IS NOT NULL AND (l.name, l.made) IS DISTINCT FROM ('left out', x.reason || coalesce(': ' || x.detail, ''));
SELECT count(*) AS unknown_school FROM abie.explain(:run_id, 123456);
SELECT count(*) AS unknown_run FROM abie.explain(-1, 900001);
SELECT count(*) AS "null" FROM abie.explain(NULL, 900001);

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_explain;
