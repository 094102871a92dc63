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
-- pupils come and go as in England in 2018/19: mean 4.3 and 4.9 per cent; of ln(1 + it) with free school meals 0.43 and 0.47, with attendance -0.45 and -0.49; but for chance
SELECT abie_internal.stratum(a.school_type) AS stratum, avg(m.mobility) BETWEEN 3 AND 5 AS mean, abs(corr(ln(1 + m.mobility), c.fsm_pct) - 0.45) < 3 / sqrt(count(*)) AS "free meals",
	abs(corr(ln(1 + m.mobility), a.sess_overall::float8 / a.sess_possible) - 0.47) < 3 / sqrt(count(*)) AS attendance
FROM abie.attendance a JOIN abie.mobility('2024/25') m USING (laestab) JOIN abie.school_context c USING (urn) WHERE a.academic_year = '2024/25' AND a.school_type <> 'Special' GROUP BY 1 ORDER BY 1;
-- every age class is there, in name, ages and pupils of the key stages; all pupils of a key stage are pupils of the school
SELECT k.age_class, count(*) AS schools, bool_and(s.name ~ k.kind) AS named, bool_and(abie_internal.age_class(k.stratum, abie_internal.key_stages_of_ages(s.statutory_low_age, s.statutory_high_age)) = k.age_class) AS ages,
	max(c.key_stage_1 + c.key_stage_2 + c.key_stage_3 + c.key_stage_4 - c.headcount) <= 0 AS within
FROM abie.school_context c JOIN abie.school s USING (urn), LATERAL (SELECT abie_internal.stratum(c.school_type) AS stratum) t,
	LATERAL (SELECT t.stratum, abie_internal.age_class(t.stratum, ARRAY[c.key_stage_1, c.key_stage_2, c.key_stage_3, c.key_stage_4]) AS age_class) a,
	LATERAL (SELECT t.stratum, a.age_class, CASE a.age_class WHEN 'infant' THEN ' Infant School ' WHEN 'junior' THEN ' Junior School ' WHEN 'no key stage 3' THEN ' Upper School ' WHEN 'no key stage 4' THEN ' Middle School '
		ELSE ' (Primary|Secondary|Special) School ' END AS kind) k GROUP BY 1 ORDER BY 1;

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
SELECT b.urn, l.value AS shown, r.value AS rounded, regexp_replace(r.made, '^.*: ', '') AS statement, t.value AS target, s.value AS step, b.baseline,
	greatest(p.pared_mean, y.value) AS top, greatest(0, e.expected - b.baseline) AS gap,
	m[1]::float8 + m[2]::float8 * greatest(0, e.expected - b.baseline) AS wanted, m[3]::float8 AS floor, m[4]::float8 AS cap
FROM base b JOIN expected e USING (urn) JOIN pared p USING (urn)
	JOIN line l ON l.urn = b.urn AND l.name = 'improvement' JOIN line r ON r.urn = b.urn AND r.name = 'improvement published'
	JOIN line t ON t.urn = b.urn AND t.name = 'target' JOIN line y ON y.urn = b.urn AND y.name = 'pre-pandemic'
	JOIN line s ON s.urn = b.urn AND s.name = 'step from last year',
	LATERAL regexp_match(l.made, '^(\S+) \+ (\S+) x gap, not under (\S+), not over (\S+), not over the headroom$') m;
SELECT count(*) = (SELECT count(DISTINCT urn) FROM line) AS one_each, count(*) FILTER (WHERE NOT coalesce(abs(shown - least(greatest(0, top - baseline), cap, greatest(floor, wanted))) < 1e-9, false)) AS different,
	count(*) FILTER (WHERE abs(target - baseline - shown) > 1e-9 OR rounded <> round(shown::numeric, 1)::float8 OR statement <> CASE WHEN shown < 0.0499999999 THEN 'maintain' WHEN step > 0 THEN 'improve' ELSE 'sustain' END) AS "rounded, target, statement"
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
-- The default methodology: the published number of 200 schools, from the lines alone
--
UPDATE abie.school_context SET eal_pct = NULL WHERE urn % 17 = 0;
DELETE FROM abie.attendance WHERE academic_year = '2023/24' AND urn % 11 = 0;
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
CREATE TABLE step AS
SELECT e.urn::integer AS urn, l.* FROM (SELECT * FROM abie.expectation e WHERE e.run_id = :run_id ORDER BY md5(e.urn::text) LIMIT 200) e, LATERAL abie.explain(e.run_id, e.urn) l;
SELECT count(DISTINCT urn) AS schools, count(DISTINCT urn) FILTER (WHERE name = 'eal_pct' AND value IS NULL) > 5 AS "without a figure",
	count(DISTINCT urn) FILTER (WHERE name = 'attendance the year before' AND value IS NULL) > 5 AS "without the year before" FROM step;
-- the lines of one
SELECT step, name, value IS NOT NULL AS value, regexp_replace(made, '-?\d+\.\d+(e-\d+)?', '#', 'g') AS made FROM step
WHERE urn = (SELECT min(urn) FROM step) AND (name !~ '^(term|similar school)' OR name ~ '^term (fsm_pct|eal_pct.*|urban_rural.*)$' OR name ~ '^similar school [12]:') ORDER BY step;
SELECT urn FROM step GROUP BY urn HAVING count(DISTINCT step) <> count(*) OR min(step) <> 1 OR max(step) <> count(*) OR bool_or(coalesce(made, '') = '') OR bool_or(coalesce(name, '') = '');
-- From here on nothing but the text and values of step is used. Numbers of a school's lines, by name:
CREATE TABLE number AS SELECT urn, jsonb_object_agg(name, value) AS v FROM step WHERE name !~ '^(term|similar school|contribution)' GROUP BY urn;
CREATE FUNCTION v(number, name text) RETURNS float8 LANGUAGE sql IMMUTABLE RETURN ($1.v ->> name)::float8;
CREATE TABLE check_line (name text, urn int, shown float8, recomputed float8);
INSERT INTO check_line SELECT 'attendance', urn, value, 100 * (m[1]::float8 - m[2]::float8) / m[3]::float8
FROM (SELECT urn, value, regexp_match(made, '^100 x \((\d+) sessions possible - (\d+) absent\) / (\d+) in 2024/25$') AS m FROM step WHERE name = 'attendance') l;
-- elements, scaled
CREATE TABLE scaled AS
SELECT urn, name, CASE WHEN n IS NOT NULL THEN greatest(-n[4]::float8, least(n[4]::float8, (value - n[2]::float8) / n[3]::float8)) WHEN c IS NOT NULL THEN 1 / c[1]::float8 ELSE s[1]::float8 END AS x, n[1]::float8 AS shown
FROM (SELECT *, regexp_match(made, '^scaled to (\S+): less (\S+), divided by (\S+), limited to \+-(\S+); weight \S+$') AS n, regexp_match(made, '^1 if so, divided by (\S+); weight \S+$') AS c,
	regexp_match(made, '^missing; scaled, the contextual model takes (\S+)$') AS s FROM step) l
WHERE n IS NOT NULL OR c IS NOT NULL OR s IS NOT NULL;
INSERT INTO check_line SELECT 'scaled', urn, shown, x FROM scaled WHERE shown IS NOT NULL;
-- terms of them; a value of a category that the school does not have is 0
CREATE TABLE term AS
SELECT urn, substr(name, 6) AS name, value, m[1]::float8 AS coefficient, m[2]::float8 AS x, m[3]::float8 AS mean
FROM (SELECT urn, name, value, regexp_match(made, '^(\S+) x \((\S+) - (\S+)\): coefficient, the school''s, the mean$') AS m FROM step WHERE name LIKE 'term %') l;
INSERT INTO check_line SELECT 'term', t.urn, t.x, CASE
	WHEN p[1] IS NOT NULL THEN a.x * b.x WHEN q[1] IS NOT NULL THEN c.x ^ 2 WHEN i[1] IS NOT NULL THEN EXISTS (SELECT FROM step m WHERE m.urn = t.urn AND m.name = i[1] AND m.made LIKE 'missing%')::int ELSE coalesce(o.x, 0) END
FROM term t CROSS JOIN LATERAL (SELECT regexp_match(t.name, '^(\S+) x (\S+)$') AS p, regexp_match(t.name, '^(\S+) squared$') AS q, regexp_match(t.name, '^(\S+) missing$') AS i) k
	LEFT JOIN scaled a ON a.urn = t.urn AND a.name = p[1] LEFT JOIN scaled b ON b.urn = t.urn AND b.name = p[2] LEFT JOIN scaled c ON c.urn = t.urn AND c.name = q[1]
	LEFT JOIN scaled o ON o.urn = t.urn AND o.name = t.name;
INSERT INTO check_line SELECT 'contribution of a term', urn, value, coefficient * (x - mean) FROM term;
INSERT INTO check_line SELECT 'fitted', n.urn, v(n, 'fitted'), v(n, 'mean') + t.sum FROM number n JOIN (SELECT urn, sum(coefficient * (x - mean)) FROM term GROUP BY urn) t USING (urn);
INSERT INTO check_line SELECT 'contributions', n.urn, v(n, 'fitted'), v(n, 'mean') + c.sum FROM number n JOIN (SELECT urn, sum(value) FROM step WHERE name LIKE 'contribution of %' GROUP BY urn) c USING (urn);
INSERT INTO check_line SELECT 'context', n.urn, v(n, 'context'), (v(n, 'fitted') - v(n, 'leverage') * v(n, 'attendance')) / (1 - v(n, 'leverage')) FROM number n;
-- the local part
CREATE TABLE neighbour AS
SELECT urn, value AS attendance, m[1]::float8 AS context, m[2]::float8 AS distance, m[3]::float8 AS enrolments
FROM (SELECT urn, value, regexp_match(made, '^attendance, context (\S+); distance (\S+), (\d+) enrolments') AS m FROM step WHERE name LIKE 'similar school %') l;
INSERT INTO check_line SELECT 'local residual', n.urn, v(n, 'local residual'), r.mean FROM number n JOIN LATERAL (
	SELECT sum(k * (attendance - context)) / sum(k) AS mean FROM (SELECT s.*, s.enrolments * (1 - (s.distance / v(n, 'bandwidth')) ^ 3) ^ 3 AS k FROM neighbour s WHERE s.urn = n.urn) s) r ON true;
INSERT INTO check_line SELECT 'expected', n.urn, v(n, 'expected'), v(n, 'context') + v(n, 'local slope') * v(n, 'local residual') FROM number n;
INSERT INTO check_line SELECT 'expected error', n.urn, v(n, 'expected error'), sqrt(m[1]::float8 ^ 2 + (v(n, 'local slope') * m[2]::float8) ^ 2)
FROM number n JOIN step s ON s.urn = n.urn AND s.name = 'expected error', LATERAL regexp_match(s.made, 'square root of (\S+)\^2 \+ \(local slope x (\S+)\)\^2') m;
-- the baseline
INSERT INTO check_line SELECT 'own level', n.urn, v(n, 'own level'), CASE WHEN m IS NULL AND s.made = 'attendance' THEN v(n, 'attendance')
	ELSE m[1]::float8 * v(n, 'attendance') + (1 - m[2]::float8) * v(n, 'attendance the year before') END
FROM number n JOIN step s ON s.urn = n.urn AND s.name = 'own level', LATERAL (SELECT regexp_match(s.made, '^(\S+) x attendance \+ \(1 - (\S+)\) x attendance the year before') AS m) k;
INSERT INTO check_line SELECT 'own share', n.urn, v(n, 'own share'), coalesce(v(n, 'enrolments') / (v(n, 'enrolments') + l[1]::float8), f[1]::float8 / (f[2]::float8 + f[3]::float8 / v(n, 'enrolments')))
FROM number n JOIN step s ON s.urn = n.urn AND s.name = 'own share', LATERAL (SELECT regexp_match(s.made, '^enrolments / \(enrolments \+ ([0-9.]+)\)') AS l, regexp_match(s.made, '^(\S+) / \((\S+) \+ (\S+) / enrolments\)') AS f) k;
INSERT INTO check_line SELECT 'baseline', n.urn, v(n, 'baseline'), v(n, 'expected') + v(n, 'own share') * (v(n, 'own level') - v(n, 'expected')) FROM number n;
INSERT INTO check_line SELECT 'baseline error', n.urn, v(n, 'baseline error'), sqrt(v(n, 'own share') * coalesce(w[1]::float8 ^ 2 + (1 - w[1]::float8) ^ 2, 1) * m[1]::float8 / v(n, 'enrolments') + ((1 - v(n, 'own share')) * v(n, 'expected error')) ^ 2)
FROM number n JOIN step s ON s.urn = n.urn AND s.name = 'baseline error', LATERAL (SELECT regexp_match(s.made, 'own share x \((\S+)\^2 \+ \(1 - \S+\)\^2\) x ') AS w, regexp_match(s.made, '(\S+) / enrolments \+ \(\(1 - own share\)') AS m) k;
-- the ladder and the improvement
INSERT INTO check_line SELECT 'gap', n.urn, v(n, 'gap'), greatest(0, v(n, 'expected') - v(n, 'baseline')) FROM number n;
INSERT INTO check_line SELECT 'pared mean', n.urn, v(n, 'pared mean'), p.mean FROM number n JOIN LATERAL (
	SELECT sum(o.attendance * o.enrolments) / sum(o.enrolments) AS mean
	FROM (SELECT m.*, 0.3 * sum(m.enrolments) OVER () AS wanted, sum(m.enrolments) OVER (ORDER BY (m.attendance / 100 * m.enrolments + 1) / (m.enrolments + 2) DESC, m.enrolments DESC ROWS UNBOUNDED PRECEDING) - m.enrolments AS before
		FROM (SELECT s.attendance, s.enrolments FROM neighbour s WHERE s.urn = n.urn UNION ALL SELECT v(n, 'attendance'), v(n, 'enrolments')) m) o WHERE o.before < o.wanted) p ON true;
INSERT INTO check_line SELECT 'headroom', n.urn, v(n, 'headroom'), greatest(0, greatest(v(n, 'pared mean'), v(n, 'pre-pandemic')) - v(n, 'baseline')) FROM number n;
INSERT INTO check_line SELECT 'improvement', n.urn, v(n, 'improvement'), least(v(n, 'headroom'), m[4]::float8, greatest(m[3]::float8, m[1]::float8 + m[2]::float8 * v(n, 'gap')))
FROM number n JOIN step s ON s.urn = n.urn AND s.name = 'improvement', LATERAL regexp_match(s.made, '^(\S+) \+ (\S+) x gap, not under (\S+), not over (\S+), not over the headroom$') m;
INSERT INTO check_line SELECT 'improvement published', n.urn, v(n, 'improvement published'), round(v(n, 'improvement')::numeric, 1) FROM number n;
INSERT INTO check_line SELECT 'target', n.urn, v(n, 'target'), v(n, 'baseline') + v(n, 'improvement') FROM number n;
-- the forecast
INSERT INTO check_line SELECT 'forecast', n.urn, v(n, 'forecast'), CASE WHEN m IS NULL THEN v(n, 'baseline') ELSE m[1]::float8 + m[2]::float8 * v(n, 'expected')
	+ (m[3]::float8 + m[4]::float8 / sqrt(v(n, 'enrolments'))) * (v(n, 'attendance') - v(n, 'expected')) + (m[5]::float8 + m[6]::float8 / sqrt(v(n, 'enrolments'))) * (v(n, 'attendance the year before') - v(n, 'expected')) END
FROM number n JOIN step s ON s.urn = n.urn AND s.name = 'forecast', LATERAL (SELECT regexp_match(s.made,
	'^(\S+) \+ (\S+) x expected \+ \((\S+) \+ (\S+) / square root of enrolments\) x \(attendance - expected\) \+ \((\S+) \+ (\S+) / square root of enrolments\) x \(attendance the year before - expected\)') AS m) k;
INSERT INTO check_line SELECT s.name, n.urn, s.value, greatest(0, least(100, v(n, 'forecast') + CASE m[1] WHEN '+' THEN 1 ELSE -1 END * m[2]::float8 * sqrt(m[3]::float8 + m[4]::float8 / v(n, 'enrolments'))))
FROM number n JOIN step s ON s.urn = n.urn AND s.name IN ('forecast low', 'forecast high'), LATERAL regexp_match(s.made, '^forecast ([+-]) (\S+) x square root of \((\S+) \+ (\S+) / enrolments\)') m;
-- all schools, no line different; 1.96 is rounded
SELECT name, count(DISTINCT urn) AS schools, count(*) FILTER (WHERE NOT coalesce(abs(shown - recomputed) < CASE WHEN name LIKE 'forecast _%' THEN 1e-4 ELSE 1e-9 END, false)) AS different FROM check_line GROUP BY name ORDER BY name COLLATE "C";
-- and what was published
SELECT count(*) AS published, count(*) FILTER (WHERE e.improvement_rounded <> c.recomputed) AS different
FROM check_line c JOIN abie.expectation e ON e.run_id = :run_id AND e.urn = c.urn WHERE c.name = 'improvement published';
-- why schools are similar: the parts of the squared distance
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE NOT coalesce(abs(x.part - n.distance ^ 2) < 1e-9 AND abs(x.share - 1) < 1e-9, false)) AS different
FROM (SELECT DISTINCT urn FROM step) s CROSS JOIN LATERAL (SELECT y.similar_urn, sum(y.part) AS part, sum(y.share) AS share FROM abie.similarity(:run_id, s.urn) y GROUP BY y.similar_urn) x
	LEFT JOIN abie.similar_school n ON n.run_id = :run_id AND n.urn = s.urn AND n.similar_urn = x.similar_urn;
SELECT rank, characteristic, own = other AS same, part = 0 AS none FROM abie.similarity(:run_id, (SELECT min(urn) FROM step)) WHERE rank = 1 AND characteristic IN ('region', 'urban_rural', 'selective', 'religious_character') ORDER BY characteristic;

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
