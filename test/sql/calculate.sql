-- abie.calculate on a hand-made county: every reason for being left out, and every figure worked out again in plain SQL.
-- A database of its own, because runs are made here and they are of the whole database.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_calculate;
CREATE DATABASE abie_calculate;
\c abie_calculate
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA calculate_test;
SET search_path = calculate_test, public;

--
-- Errors before there is anything to calculate
--
CALL abie.calculate(NULL, run_id => NULL);
CALL abie.calculate('2023/24', NULL, NULL);
CALL abie.calculate('2023', run_id => NULL);
CALL abie.calculate('2023/25', run_id => NULL);
CALL abie.calculate('2023/24', 'unheard of', NULL);
CALL abie.calculate('2023/24', run_id => NULL);
BEGIN;
CALL abie.calculate('2023/24', run_id => NULL);
ROLLBACK;
DO $$ DECLARE r int; BEGIN CALL abie.calculate('2023/24', run_id => r); EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION '% %', SQLSTATE, SQLERRM; END $$;
-- none of them leaves a run, a methodology or a lock
SELECT (SELECT count(*) FROM abie.run) AS runs, (SELECT count(*) FROM abie.methodology) AS methodologies,
	(SELECT count(*) FROM pg_locks WHERE locktype = 'userlock' AND pid = pg_backend_pid()) AS locks;

--
-- The county: 34 primary schools, 26 secondary schools, 8 grammar schools, three local authorities; then the odd ones
--
CREATE FUNCTION u(urn int, draw int) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (('x' || substr(md5(urn || '/' || draw), 1, 8))::bit(32)::bigint / 4294967296.0)::float8;
CREATE TABLE plan (urn int PRIMARY KEY, laestab int, stratum text, selective boolean, label text);
INSERT INTO plan
SELECT 100000 + n, (201 + n % 3) * 10000 + 2000 + n, 'primary', false, 'ordinary' FROM generate_series(1, 34) n
UNION ALL SELECT 110000 + n, (201 + n % 3) * 10000 + 4000 + n, 'secondary', false, 'ordinary' FROM generate_series(1, 26) n
UNION ALL SELECT 120000 + n, (201 + n % 3) * 10000 + 4100 + n, 'secondary', true, 'grammar' FROM generate_series(1, 8) n
UNION ALL VALUES
	(130001, 2012501, 'primary', false, 'closed by date'),
	(130002, 2012502, 'primary', false, 'closed by date, succeeded'),
	(130003, 2012503, 'primary', false, 'closed by status'),
	(130004, 2012504, 'primary', false, 'closes on the first day of the target year'),
	(130005, 2012505, 'primary', false, 'closed by status in a register of the target year'),
	(130006, 2012506, 'primary', false, 'missing from the later register'),
	(130007, 2012507, 'primary', false, 'in no register'),
	(130008, 2012508, 'primary', false, 'enrolments unknown'),
	(130009, 2012509, 'primary', false, '29 enrolments'),
	(130010, 2012510, 'primary', false, '30 enrolments'),
	(130011, 2012511, 'primary', false, 'attendance only'),
	(130012, 2012512, 'primary', false, 'neither counts nor rate'),
	(130013, 2012513, 'primary', false, 'no sessions possible'),
	(130014, 2012514, 'primary', true, 'selective primary'),
	(130015, 2012515, 'primary', true, 'selective primary'),
	(130016, 2017001, 'special', false, 'special'),
	(130017, 2011001, 'other', false, 'pupil referral unit'),
	(130018, 2012518, NULL, false, 'of unknown phase'),
	(130019, 2012519, 'primary', false, 'phase from the register'),
	(130020, 2014020, 'secondary', false, 'all-through, from the register'),
	(130021, 2017021, 'special', false, 'special, from the register'),
	(130022, 2012522, 'primary', false, 'twin by link'),
	(130023, 2012523, 'primary', false, 'twin by link'),
	(130024, 2012524, 'primary', false, 'twin by LAESTAB'),
	(130025, 2012525, 'primary', false, 'twin by LAESTAB'),
	(130026, 2022526, 'primary', false, 'context of earlier years'),
	(130027, 2022527, 'primary', false, 'context of a later year'),
	(130028, 2022528, 'primary', false, 'context of its predecessor'),
	(130029, 2034029, 'secondary', false, 'rate only'),
	(130030, 2034030, 'secondary', false, 'rate only'),
	(130031, 2032531, 'primary', false, 'sessions possible, but absence as a rate'),
	(130032, 2022532, 'primary', false, 'moved to another LAESTAB'),
	(130033, 2022533, 'primary', false, 'merger of two'),
	(130034, 2022534, 'primary', false, 'moved on by a link both ways'),
	(130035, 2022535, 'primary', false, 'moved in 2018/19'),
	(130036, 2022536, 'primary', false, 'successor of two');

INSERT INTO abie.school (urn, laestab, name, la_code, region, phase, status, close_date, register_date, easting, northing)
SELECT p.urn, CASE p.urn WHEN 130025 THEN 2012524 ELSE p.laestab END, p.label || ' ' || p.urn, p.laestab / 10000,
	(ARRAY['London', 'North West', 'South West'])[p.laestab / 10000 - 200],
	CASE WHEN p.urn = 130020 THEN 'All-through' WHEN p.urn = 130019 THEN 'Middle deemed primary' END,
	CASE WHEN p.label LIKE 'closed%' THEN 'Closed' ELSE 'Open' END,
	CASE p.urn WHEN 130001 THEN date '2023-08-31' WHEN 130002 THEN date '2023-04-01' WHEN 130004 THEN date '2023-09-01' END,
	CASE p.urn WHEN 130003 THEN date '2023-08-30' WHEN 130005 THEN date '2023-09-01' WHEN 130006 THEN date '2021-03-01' ELSE date '2023-09-15' END,
	CASE WHEN p.urn % 10 <> 7 THEN 400000 + (90000 * u(p.urn, 1))::int END, 200000 + (90000 * u(p.urn, 2))::int
FROM plan p WHERE p.urn NOT IN (130007, 130018);
UPDATE abie.school SET type = 'Community special school' WHERE urn = 130021;
INSERT INTO abie.school (urn, laestab, name) VALUES (140001, 2012001, 'a successor'), (140028, 2022528, 'a predecessor');
INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES
	(130002, 140001, 'Successor'), (130022, 130023, 'Predecessor - amalgamated'), (130028, 140028, 'Predecessor'),
	(140032, 130032, 'Successor'), (130034, 140034, 'Predecessor'), (140034, 130034, 'Successor'),
	(130033, 140033, 'Predecessor - merged'), (130033, 140133, 'Predecessor - merged'),
	(130035, 140035, 'Predecessor'), (130036, 140036, 'Predecessor'), (130036, 140136, 'Predecessor');

INSERT INTO abie.school_context (urn, academic_year, headcount, fsm_pct, sen_support_pct, eal_pct, idaci_rank, region, urban_rural, religious_character,
	admissions_policy, other)
SELECT p.urn, '2022/23', CASE WHEN p.stratum = 'secondary' THEN 500 + 800 * u(p.urn, 3) ELSE 60 + 400 * u(p.urn, 3) END,
	60 * u(p.urn, 4) ^ 2, 8 + 12 * u(p.urn, 5),
	-- more than half have none, so that the median absolute deviation is 0
	CASE WHEN p.urn % 5 > 2 THEN 40 * u(p.urn, 6) ELSE 0 END,
	1 + (32000 * u(p.urn, 7))::int, (ARRAY['London', 'North West', 'South West'])[p.laestab / 10000 - 200],
	(ARRAY['Urban major conurbation', 'Urban city and town', 'Rural village', '(England/Wales) Rural hamlet'])[1 + p.urn % 4],
	(ARRAY['None', 'Church of England', 'Roman Catholic', 'Muslim', 'Does not apply', 'None'])[1 + p.urn % 6],
	CASE WHEN p.selective THEN 'Selective' ELSE 'Non-selective' END, jsonb_build_object('young_carers_pct', round((3 * u(p.urn, 8))::numeric, 2))
FROM plan p WHERE p.urn NOT IN (130008, 130011, 130018, 130026, 130027, 130028);
-- some figures are missing
UPDATE abie.school_context SET fsm_pct = NULL WHERE urn IN (100005, 110005);
UPDATE abie.school_context SET religious_character = NULL, other = '{}' WHERE urn IN (100006, 110006);
-- twins are alike
UPDATE abie.school_context c SET (headcount, fsm_pct, sen_support_pct, eal_pct, idaci_rank, urban_rural, religious_character, other) =
	(SELECT t.headcount, t.fsm_pct, t.sen_support_pct, t.eal_pct, t.idaci_rank, t.urban_rural, t.religious_character, t.other
		FROM abie.school_context t WHERE t.urn = c.urn - 1)
WHERE c.urn IN (130023, 130025);
-- so are 100010 and 100011, who are not related
UPDATE abie.school_context c SET (headcount, fsm_pct, sen_support_pct, eal_pct, idaci_rank, region, urban_rural, religious_character, other) =
	(SELECT t.headcount, t.fsm_pct, t.sen_support_pct, t.eal_pct, t.idaci_rank, t.region, t.urban_rural, t.religious_character, t.other
		FROM abie.school_context t WHERE t.urn = 100010)
WHERE c.urn = 100011;
INSERT INTO abie.school_context (urn, academic_year, headcount, fsm_pct, sen_support_pct, eal_pct, idaci_rank, region, urban_rural, religious_character, other) VALUES
	(130026, '2020/21', 200, 11, 11, 11, 11, 'North East', 'Rural village', 'Roman Catholic', '{"young_carers_pct": 1.1}'),
	(130026, '2021/22', 210, 12, 12, 12, NULL, 'East Midlands', NULL, NULL, '{"young_carers_pct": 1.2}'),
	(130026, '2023/24', 220, 13, 13, 13, 13, 'South East', 'Urban city and town', 'None', '{"young_carers_pct": 1.3}'),
	(130027, '2024/25', 230, 14, 14, 14, 14, 'South East', 'Urban city and town', 'None', '{"young_carers_pct": 1.4}'),
	(130027, '2023/24', 240, 15, 15, 15, 15, 'South West', 'Urban city and town', 'None', '{"young_carers_pct": 1.5}'),
	(140028, '2022/23', 250, 16, 16, 16, 16, 'South West', 'Rural village', 'None', '{"young_carers_pct": 1.6}'),
	(130028, '2021/22', 260, 17, 17, 17, 17, 'London', NULL, 'None', '{"young_carers_pct": 1.7}');

INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2022/23', p.laestab, p.urn,
	CASE p.stratum WHEN 'special' THEN 'Special' WHEN 'other' THEN 'Pupil referral unit' ELSE 'State-funded ' || p.stratum END,
	n.enrolments, 380 * n.enrolments,
	(380 * n.enrolments * (CASE p.stratum WHEN 'secondary' THEN 0.05 ELSE 0.03 END + 0.05 * u(p.urn, 9)))::bigint
FROM plan p, LATERAL (SELECT CASE WHEN p.stratum = 'secondary' THEN 500 + (800 * u(p.urn, 3))::int ELSE 60 + (400 * u(p.urn, 3))::int END) n(enrolments);
UPDATE abie.attendance SET school_type = NULL WHERE urn IN (130018, 130019, 130020, 130021);
UPDATE abie.attendance SET enrolments = NULL WHERE urn = 130008;
UPDATE abie.attendance SET enrolments = urn - 129980 WHERE urn IN (130009, 130010);
UPDATE abie.attendance SET sess_possible = NULL, sess_overall = NULL WHERE urn = 130012;
UPDATE abie.attendance SET sess_possible = 0, sess_overall = 0 WHERE urn = 130013;
UPDATE abie.attendance SET sess_possible = NULL, sess_overall = NULL, enrolments = NULL, sess_overall_percent = 7.1 + urn % 2 WHERE urn IN (130029, 130030);
UPDATE abie.attendance SET sess_overall = NULL, sess_overall_percent = 5.6 WHERE urn = 130031;
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall) VALUES
	('2022/23', 2019001, NULL, 'State-funded primary', 100, 38000, 2000),
	('2022/23', 2019002, 130101, 'State-funded primary', 100, 38000, 2000),
	('2022/23', 2029003, 130101, 'State-funded primary', 100, 38000, 2000);
-- before the pandemic: every other primary school, some under an earlier URN or LAESTAB
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2018/19', p.laestab, p.urn + CASE WHEN p.urn % 4 = 0 THEN 50000 ELSE 0 END, 'State-funded primary', 100, 38000, 900 + (2000 * u(p.urn, 10))::int
FROM plan p WHERE p.stratum = 'primary' AND p.urn < 110000 AND p.urn % 2 = 0
UNION ALL VALUES
	('2018/19', 2092532, 140032, 'State-funded primary', 100, 38000, 380), ('2018/19', 2092534, 140034, 'State-funded primary', 100, 38000, 760),
	('2018/19', 2002535, 140035, 'State-funded primary', 100, 38000, 3800), ('2018/19', 2022535, 130035, 'State-funded primary', 100, 38000, 1140),
	('2018/19', 2092536, 140036, 'State-funded primary', 100, 38000, 380), ('2018/19', 2092636, 140136, 'State-funded primary', 100, 38000, 380),
	('2018/19', 2092533, 140033, 'State-funded primary', 100, 38000, 380), ('2018/19', 2092633, 140133, 'State-funded primary', 100, 38000, 380);

SELECT name FROM abie.create_methodology('five', '{"method": "similar-schools", "similar_schools": 5, "pace": 0.05, "improvement_cap": 0.5, "poor_match_percentile": 90, "clip": 2,
	"characteristics": ["region", "fsm_pct", "sen_support_pct", "eal_pct", "other.young_carers_pct", "ln_headcount", "urban_rural", "idaci_rank", "religious_character"],
	"weights": [0.5, 3, 1, 1, 1.5, 2, 0.3, 2, 0.2]}');

SET application_name = 'the county''s analyst';
CREATE TABLE checked (run_id int, label text);
CALL abie.calculate('2023/24', 'five', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'five');
CALL abie.calculate('2023/24', 'similar-schools', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'default');
SHOW application_name;
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'userlock' AND pid = pg_backend_pid();
SELECT c.label, r.target_year, r.baseline_year, r.methodology, r.status, r.stage, r.percent, r.schools_in_scope, r.expectations, r.exclusions, r.error,
	r.run_by = session_user AS mine, r.pid = pg_backend_pid() AS here, r.finished_at >= r.started_at AS ended
FROM checked c JOIN abie.run r USING (run_id) ORDER BY c.label DESC;
SELECT c.label, s.stage ->> 'stage' AS stage, s.stage ->> 'rows' AS rows, (s.stage ->> 'seconds')::float8 >= 0 AS timed
FROM checked c JOIN abie.run r USING (run_id), jsonb_array_elements(r.stages) WITH ORDINALITY s(stage, n) ORDER BY c.label DESC, s.n;
SELECT c.label, s.status, s.seconds > 0 AS timed FROM checked c JOIN abie.run_status s USING (run_id) ORDER BY c.label DESC;

--
-- Who is left out, and why
--
SELECT coalesce(p.label, 'odd') AS label, x.urn, x.laestab, x.reason, x.detail
FROM abie.exclusion x LEFT JOIN plan p ON p.urn = x.urn
WHERE x.run_id = (SELECT run_id FROM checked WHERE label = 'five') ORDER BY x.laestab;
-- a minimum, a number of similar schools and characteristics of its own: only the differences
SELECT x.urn, x.reason, x.detail FROM abie.exclusion x
WHERE x.run_id = (SELECT run_id FROM checked WHERE label = 'default')
	AND (x.laestab, x.reason, x.detail) NOT IN (SELECT y.laestab, y.reason, coalesce(y.detail, '')
		FROM abie.exclusion y WHERE y.run_id = (SELECT run_id FROM checked WHERE label = 'five'))
	AND x.detail IS NOT NULL
ORDER BY x.laestab;
-- each school in scope has an expectation or a reason, and not both
SELECT c.label, a.laestab, count(e.urn) AS expectations, count(x.laestab) AS exclusions
FROM checked c CROSS JOIN abie.attendance a
	LEFT JOIN abie.expectation e ON e.run_id = c.run_id AND e.laestab = a.laestab
	LEFT JOIN abie.exclusion x ON x.run_id = c.run_id AND x.laestab = a.laestab
WHERE a.academic_year = '2022/23'
GROUP BY c.label, a.laestab HAVING count(e.urn) + count(x.laestab) <> 1;
SELECT c.label, (SELECT count(*) FROM abie.attendance a WHERE a.academic_year = '2022/23') AS in_scope,
	(SELECT count(*) FROM abie.expectation e WHERE e.run_id = c.run_id) + (SELECT count(*) FROM abie.exclusion x WHERE x.run_id = c.run_id) AS accounted
FROM checked c ORDER BY c.label DESC;
-- of those who were not left out, the odd ones
SELECT p.urn, p.label, e.stratum, e.enrolments FROM abie.expectation e JOIN plan p USING (urn)
WHERE e.run_id = (SELECT run_id FROM checked WHERE label = 'five') AND p.urn > 130000 ORDER BY p.urn;

-- the planner knows the rows of each run, without waiting for autovacuum
SELECT s.tablename, bool_and(c.run_id::text = ANY (s.most_common_vals::text::text[])) AS known FROM pg_stats s, checked c
WHERE s.schemaname = 'abie' AND s.attname = 'run_id' AND s.tablename IN ('run_school', 'similar_list', 'expectation', 'exclusion', 'run_scope') GROUP BY 1 ORDER BY 1;

--
-- What is known of a school
--
SELECT abie_internal.first_known(word ORDER BY place) AS word, abie_internal.first_known(word ORDER BY place DESC) AS last, abie_internal.first_known(number ORDER BY place) AS number,
	abie_internal.first_known(number) FILTER (WHERE place > 3) AS none, abie_internal.first_known(document ORDER BY place) AS document
FROM (VALUES (1, NULL, NULL::float8, NULL::jsonb), (2, 'second', NULL, '{}'), (3, 'third', 0.5, '{"a": 1}'), (4, NULL, NULL, NULL)) v(place, word, number, document);
-- place and character of the nearest earlier year, else of a later one; pupils' numbers of the year itself only
SELECT s.urn, s.headcount, s.fsm_pct, s.eal_pct, s.idaci_rank, s.region, s.urban_rural, s.religious_character, s.other
FROM abie.school_scope('2023/24', 30) s WHERE s.urn IN (130026, 130027, 130028) ORDER BY s.urn;
-- the headcount stands in for enrolments where only rates are published
SELECT s.urn, s.enrolments = s.headcount AS headcount, s.sess_possible, s.attendance FROM abie.school_scope('2023/24', 30) s WHERE s.urn IN (130029, 130030) ORDER BY s.urn;
-- what is not wanted of a scope is left out, and all else is the same
SELECT wanted, count(*) FILTER (WHERE to_jsonb(w) - every IS DISTINCT FROM to_jsonb(s) - every) AS different,
	count(w.year_share) > 0 AS year_share, count(w.mobility) > 0 AS mobility, count(w.tenth_school_km) > 0 AS tenth_school_km,
	count(*) FILTER (WHERE coalesce(w.mobility, s.mobility) <> s.mobility OR coalesce(w.tenth_school_km, s.tenth_school_km) <> s.tenth_school_km) AS other
FROM (VALUES ('{year_share,mobility,tenth_school_km}'::text[])) e(every),
	(VALUES ('{}'::text[]), ('{mobility}'), ('{year_share}'), ('{tenth_school_km}')) v(wanted),
	LATERAL abie_internal.read_scope('2023/24', 30, v.wanted) w JOIN abie.school_scope('2023/24', 30) s USING (laestab)
GROUP BY wanted ORDER BY wanted;
-- base figures are those of the input
SELECT s.urn FROM checked c JOIN abie.run_school s USING (run_id) JOIN abie.attendance a ON a.academic_year = '2022/23' AND a.urn = s.urn
WHERE s.attendance IS DISTINCT FROM coalesce(100.0::float8 * (a.sess_possible - a.sess_overall) / a.sess_possible, 100 - a.sess_overall_percent)
	OR (s.sess_possible, s.sess_overall, s.laestab) IS DISTINCT FROM (a.sess_possible, a.sess_overall, a.laestab)
	OR s.enrolments <> coalesce(a.enrolments, s.enrolments) OR s.la_code <> a.laestab / 10000
	OR s.selective <> (SELECT p.selective FROM plan p WHERE p.urn = s.urn);
-- numbers and categories as they were put in
SELECT count(*) AS compared, count(*) FILTER (WHERE s.numbers[1:4] IS DISTINCT FROM ARRAY[x.fsm_pct, x.sen_support_pct, x.eal_pct, (x.other ->> 'young_carers_pct')::float8]
	OR s.numbers[6] IS DISTINCT FROM x.idaci_rank OR abs(s.numbers[5] - ln(x.headcount)) > 1e-14
	OR s.categories IS DISTINCT FROM ARRAY[x.region, CASE WHEN x.urban_rural LIKE '%Rural%' THEN 'rural' ELSE 'urban' END,
		CASE x.religious_character WHEN 'None' THEN 'none' WHEN 'Does not apply' THEN 'none' WHEN 'Muslim' THEN 'other' ELSE x.religious_character END]) AS different
FROM checked c JOIN abie.run_school s USING (run_id) JOIN abie.school_context x ON x.urn = s.urn AND x.academic_year = '2022/23'
WHERE c.label = 'five';

--
-- Scaling: median and 1.4826 median absolute deviation of the stratum, the standard deviation where that is 0, limited
--
CREATE TABLE vector AS SELECT r.run_id, v.urn, v.vector FROM checked r, abie.run_vector(r.run_id) v;
ALTER TABLE vector ADD PRIMARY KEY (run_id, urn);
CREATE VIEW raw AS
SELECT s.run_id, s.urn, s.stratum, c.position, c.characteristic, c.weight, c.category, CASE r.label WHEN 'five' THEN 2 ELSE 4 END AS clip, v.vector[c.position] AS element,
	CASE WHEN c.category IS NULL THEN s.numbers[c.element] ELSE (s.categories[c.element] = c.category)::int END AS value
FROM checked r JOIN abie.run_school s USING (run_id) JOIN vector v USING (run_id, urn) JOIN abie.run_characteristic c ON c.run_id = s.run_id AND c.stratum = s.stratum;
CREATE TABLE scaled AS
WITH middle AS (
	SELECT run_id, stratum, position, percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median, stddev_samp(value) AS sd
	FROM raw WHERE category IS NULL GROUP BY run_id, stratum, position
), spread AS (
	SELECT run_id, stratum, position, m.median, m.sd, 1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(r.value - m.median)) AS mad
	FROM raw r JOIN middle m USING (run_id, stratum, position) GROUP BY run_id, stratum, position, m.median, m.sd
)
SELECT r.*, p.mad, CASE WHEN r.value IS NULL THEN NULL
	WHEN r.category IS NOT NULL THEN r.value * sqrt((SELECT count(*) FROM abie.run_characteristic v
		WHERE v.run_id = r.run_id AND v.stratum = r.stratum AND v.characteristic = r.characteristic) / 2.0)
	WHEN p.mad = 0 AND p.sd = 0 THEN 0 * r.value
	ELSE greatest(-r.clip, least(r.clip, (r.value - p.median) / CASE WHEN p.mad = 0 THEN p.sd ELSE p.mad END)) END AS expected
FROM raw r LEFT JOIN spread p USING (run_id, stratum, position);
SELECT count(*) > 2500 AS many, count(*) FILTER (WHERE element IS NULL <> (expected IS NULL) OR abs(element - expected) > 1e-12) AS different,
	count(*) FILTER (WHERE mad = 0) > 50 AS "by deviation", count(*) FILTER (WHERE abs(expected) = clip AND category IS NULL) > 0 AS clipped, count(*) FILTER (WHERE expected IS NULL) > 0 AS missing
FROM scaled;
-- one element for each number that a school of the stratum has, one for each value of a category; a category's elements have
-- its weight between them, and a school that differs in it has that weight for the part of the distance
SELECT count(*) > 10 AS categories, count(*) FILTER (WHERE abs(total - w) > 1e-12 OR abs(part - w) > 1e-12) AS different
FROM (SELECT c.run_id, c.stratum, c.characteristic, sum(c.weight) AS total, 2 * min(c.weight) / min(c.scale) ^ 2 AS part,
		coalesce(min(m.weights[array_position(m.characteristics, c.characteristic)]), 1) AS w
	FROM checked r JOIN abie.run_characteristic c USING (run_id) JOIN abie.run x USING (run_id) JOIN abie.methodology m ON m.name = x.methodology
	WHERE c.category IS NOT NULL GROUP BY 1, 2, 3) t;
SELECT c.stratum, c.characteristic, c.category, c.weight, c.present FROM abie.run_characteristic c
WHERE c.run_id = (SELECT run_id FROM checked WHERE label = 'five') ORDER BY c.stratum, c.position;
SELECT s.urn FROM checked c JOIN abie.run_school s USING (run_id) LEFT JOIN vector v USING (run_id, urn)
WHERE coalesce(cardinality(v.vector), 0) <> (SELECT count(*) FROM abie.run_characteristic x WHERE x.run_id = s.run_id AND x.stratum = s.stratum);

--
-- Similar schools: all pairs by abie.distance
--
CREATE TABLE related AS
WITH RECURSIVE tie(a, b) AS (
	SELECT urn::int, link_urn::int FROM abie.school_link
	UNION SELECT x.urn, y.urn FROM (SELECT urn, laestab FROM abie.school UNION SELECT urn, laestab FROM abie.attendance) x
		JOIN (SELECT urn, laestab FROM abie.school UNION SELECT urn, laestab FROM abie.attendance) y USING (laestab)
), step(a, b) AS (
	SELECT a, b FROM tie UNION SELECT b, a FROM tie
), reach(a, b) AS (
	SELECT a, b FROM step UNION SELECT r.a, s.b FROM reach r JOIN step s ON s.a = r.b
)
SELECT a, b FROM reach WHERE a <> b;
SELECT a, b FROM related WHERE a BETWEEN 100000 AND 139999 AND b BETWEEN 100000 AND 139999 ORDER BY 1, 2;
CREATE TABLE pair AS
SELECT a.run_id, a.urn, b.urn AS other, d.distance, related.a IS NOT NULL AS related,
	row_number() OVER (PARTITION BY a.run_id, a.urn, related.a IS NOT NULL ORDER BY d.distance, b.urn) AS rank,
	count(*) OVER (PARTITION BY a.run_id, a.urn, related.a IS NOT NULL) AS comparable
FROM checked c JOIN abie.run_school a USING (run_id)
	JOIN abie.run_school b ON b.run_id = a.run_id AND b.stratum = a.stratum AND b.selective = a.selective AND b.urn <> a.urn
	JOIN LATERAL (SELECT array_agg(weight ORDER BY position) AS weights FROM abie.run_characteristic x WHERE x.run_id = a.run_id AND x.stratum = a.stratum) w ON true
	JOIN vector own ON own.run_id = a.run_id AND own.urn = a.urn JOIN vector other ON other.run_id = b.run_id AND other.urn = b.urn
	JOIN LATERAL (SELECT abie.distance(own.vector, other.vector, w.weights) AS distance) d ON d.distance IS NOT NULL
	LEFT JOIN related ON related.a = a.urn AND related.b = b.urn;
CREATE TABLE similar_school AS
SELECT p.run_id, p.urn::int, p.rank::int, p.other::int AS similar_urn, p.distance
FROM pair p JOIN abie.run r USING (run_id) JOIN abie.methodology m ON m.name = r.methodology
WHERE NOT p.related AND p.comparable >= m.similar_schools AND p.rank <= m.similar_schools;
SELECT count(*) > 1500 AS many FROM similar_school;
(SELECT * FROM similar_school EXCEPT SELECT * FROM abie.similar_school) UNION ALL (SELECT * FROM abie.similar_school EXCEPT SELECT * FROM similar_school);
-- a distance for each
UPDATE abie.similar_list SET distances = distances[2:] WHERE run_id = 1 AND urn = 100004;
-- the same distance both ways, none to itself; a category that differs counts its whole weight
SELECT count(*) FILTER (WHERE x.distance <> y.distance) AS asymmetric, count(*) > 2000 AS many FROM pair x JOIN pair y ON (y.run_id, y.urn, y.other) = (x.run_id, x.other, x.urn);
-- twins have no distance, but are not matched; strangers as like are
SELECT p.urn, p.other, p.distance < 1 AS near, p.related, n.rank FROM pair p LEFT JOIN abie.similar_school n ON (n.run_id, n.urn, n.similar_urn) = (p.run_id, p.urn, p.other)
WHERE p.run_id = (SELECT run_id FROM checked WHERE label = 'five') AND (p.urn, p.other) IN ((130022, 130023), (130023, 130022), (130024, 130025), (130025, 130024), (100010, 100011), (100011, 100010))
ORDER BY 1;
-- never itself, never family, grammar schools with grammar schools only, and as many as wanted
SELECT c.label, count(*) FILTER (WHERE n.urn = n.similar_urn) AS self, count(*) FILTER (WHERE (n.urn, n.similar_urn) IN (SELECT a, b FROM related)) AS family,
	count(*) FILTER (WHERE a.selective <> b.selective) AS mixed, count(*) FILTER (WHERE a.stratum <> b.stratum) AS strata, count(*) FILTER (WHERE a.selective) AS grammar
FROM checked c JOIN abie.similar_school n USING (run_id) JOIN plan a ON a.urn = n.urn JOIN plan b ON b.urn = n.similar_urn GROUP BY c.label ORDER BY c.label DESC;
SELECT c.label, n.number, count(*) > 0 AS schools
FROM checked c JOIN abie.expectation e USING (run_id) LEFT JOIN LATERAL (SELECT count(*) AS number FROM abie.similar_school n WHERE n.run_id = c.run_id AND n.urn = e.urn) n ON true
GROUP BY c.label, n.number ORDER BY c.label DESC;
-- kilometres, where both places are known
SELECT count(*) FILTER (WHERE n.km IS NULL) > 0 AS unknown, count(*) FILTER (WHERE n.km IS NULL <> (a.easting IS NULL OR b.easting IS NULL OR a.northing IS NULL OR b.northing IS NULL)
	OR abs(n.km - sqrt((a.easting - b.easting) ^ 2.0 + (a.northing - b.northing) ^ 2.0) / 1000) > 1e-9) AS different
FROM abie_report.similar_school n LEFT JOIN abie.school a ON a.urn = n.urn LEFT JOIN abie.school b ON b.urn = n.similar_urn;

--
-- Expected attendance: from the pairs above and the inputs
--
CREATE TABLE recomputed AS
WITH bandwidth AS (
	SELECT p.run_id, p.urn, max(p.distance) FILTER (WHERE p.rank <= m.similar_schools + 1) AS bandwidth, max(p.distance) FILTER (WHERE p.rank <= m.similar_schools) AS farthest
	FROM pair p JOIN abie.run r USING (run_id) JOIN abie.methodology m ON m.name = r.methodology WHERE NOT p.related GROUP BY p.run_id, p.urn
), weighted AS (
	SELECT n.run_id, n.urn, s.attendance, s.enrolments, b.bandwidth, b.farthest,
		s.enrolments * CASE WHEN n.distance < b.bandwidth THEN (1 - (n.distance / b.bandwidth) ^ 3) ^ 3 ELSE 0 END AS weight
	FROM similar_school n JOIN bandwidth b USING (run_id, urn) JOIN abie.run_school s ON s.run_id = n.run_id AND s.urn = n.similar_urn
)
SELECT run_id, urn, bandwidth, farthest,
	CASE WHEN sum(weight) > 0 THEN sum(weight * attendance) / sum(weight) ELSE sum(enrolments * attendance) / sum(enrolments) END AS expected,
	-- upper quartile: linear between the two values around place 1 + 0.75 (n - 1)
	array_agg(attendance ORDER BY attendance) AS ordered, 1 + 0.75 * (count(*) - 1) AS place
FROM weighted GROUP BY run_id, urn, bandwidth, farthest;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE NOT coalesce(abs(e.expected - r.expected) / r.expected < 1e-12, false)) AS different,
	count(*) FILTER (WHERE e.expected IS DISTINCT FROM s.expected) AS "not as in run_school", count(*) FILTER (WHERE l.bandwidth IS DISTINCT FROM r.bandwidth) AS bandwidth
FROM abie.expectation e FULL JOIN recomputed r USING (run_id, urn) LEFT JOIN abie.run_school s USING (run_id, urn) LEFT JOIN abie.similar_list l USING (run_id, urn);
SELECT count(*) AS different FROM abie.expectation e JOIN recomputed r USING (run_id, urn)
WHERE abs(e.similar_upper_quartile - (ordered[floor(place)] + (place - floor(place)) * (ordered[ceil(place)] - ordered[floor(place)]))) > 1e-11;
-- poorly matched: the last similar school is farther than 90 (default 95) per cent of the stratum's
WITH ordered AS (
	SELECT r.run_id, e.stratum, array_agg(r.farthest ORDER BY r.farthest) AS f, 1 + (CASE c.label WHEN 'five' THEN 0.90 ELSE 0.95 END) * (count(*) - 1) AS place
	FROM recomputed r JOIN abie.expectation e USING (run_id, urn) JOIN checked c USING (run_id) GROUP BY r.run_id, e.stratum, c.label
)
SELECT c.label, e.stratum, count(*) FILTER (WHERE e.poor_match) AS poor,
	count(*) FILTER (WHERE e.poor_match <> (r.farthest > f[floor(place)] + (place - floor(place)) * (f[ceil(place)] - f[floor(place)]))) AS different
FROM checked c JOIN abie.expectation e USING (run_id) JOIN (SELECT run_id, urn, farthest FROM recomputed) r USING (run_id, urn) JOIN ordered o USING (run_id, stratum)
GROUP BY c.label, e.stratum ORDER BY c.label DESC, e.stratum;

--
-- Averages: sessions pooled; where one school has only a rate, rates by enrolments
--
CREATE TABLE average AS
WITH published AS (
	SELECT coalesce(p.stratum, substr(a.school_type, 14)) AS stratum, a.laestab / 10000 AS la_code, a.*,
		coalesce(a.enrolments, x.headcount) AS pupils, coalesce(100.0::float8 * (a.sess_possible - a.sess_overall) / nullif(a.sess_possible, 0), 100 - a.sess_overall_percent) AS rate
	FROM abie.attendance a LEFT JOIN plan p ON p.urn = a.urn AND p.laestab = a.laestab LEFT JOIN abie.school_context x ON x.urn = a.urn AND x.academic_year = a.academic_year
	WHERE a.academic_year = '2022/23'
)
SELECT stratum, la_code, bool_and(sess_overall IS NOT NULL) AS pooled,
	CASE WHEN bool_and(sess_overall IS NOT NULL) THEN 100 * (1 - sum(sess_overall) / sum(sess_possible))::float8
		ELSE sum(rate * pupils) / sum(pupils) FILTER (WHERE rate IS NOT NULL) END AS attendance
FROM published WHERE stratum IN ('primary', 'secondary') AND rate IS NOT NULL
GROUP BY GROUPING SETS ((stratum, la_code), (stratum));
SELECT stratum, la_code, pooled FROM average ORDER BY 1, 2;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE NOT coalesce(abs(s.la_average - l.attendance) < 1e-11 AND abs(s.national_average - n.attendance) < 1e-11, false)) AS different
FROM checked c JOIN abie.run_school s USING (run_id) LEFT JOIN average l ON l.stratum = s.stratum AND l.la_code = s.laestab / 10000
	LEFT JOIN average n ON n.stratum = s.stratum AND n.la_code IS NULL;
SELECT count(*) AS different FROM abie.expectation e
	JOIN average l ON l.stratum = e.stratum AND l.la_code = e.laestab / 10000 JOIN average n ON n.stratum = e.stratum AND n.la_code IS NULL
WHERE abs(e.la_average - l.attendance) > 1e-11 OR abs(e.national_average - n.attendance) > 1e-11;

--
-- Ladder and improvement
--
CREATE TABLE ladder AS
WITH member AS (
	SELECT run_id, urn, similar_urn AS member FROM similar_school UNION ALL SELECT run_id, urn, urn FROM abie.expectation
), ordered AS (
	SELECT m.run_id, m.urn, s.attendance, s.enrolments, g.benchmark_share * sum(s.enrolments) OVER (PARTITION BY m.run_id, m.urn) AS wanted,
		sum(s.enrolments) OVER (PARTITION BY m.run_id, m.urn ORDER BY (s.attendance / 100 * s.enrolments + 1) / (s.enrolments + 2) DESC, s.enrolments DESC
			ROWS UNBOUNDED PRECEDING) - s.enrolments AS before
	FROM member m JOIN abie.run_school s ON s.run_id = m.run_id AND s.urn = m.member JOIN abie.run r ON r.run_id = m.run_id JOIN abie.methodology g ON g.name = r.methodology
)
SELECT run_id, urn, sum(attendance * enrolments) / sum(enrolments) AS pared_mean FROM ordered WHERE before < wanted GROUP BY run_id, urn;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE NOT coalesce(abs(e.pared_mean - l.pared_mean) < 1e-11, false)) AS different
FROM abie.expectation e FULL JOIN ladder l USING (run_id, urn);
-- before the pandemic: under the same LAESTAB whatever the URN, over one-to-one links, not over a merger; of two rows of the year the present LAESTAB's
SELECT e.urn, p.label, e.pre_pandemic FROM abie.expectation e JOIN plan p USING (urn)
WHERE e.run_id = (SELECT run_id FROM checked WHERE label = 'five') AND e.urn BETWEEN 130032 AND 130036 ORDER BY e.urn;
SELECT count(*) FILTER (WHERE e.pre_pandemic IS NOT NULL) AS held, count(*) FILTER (WHERE a.urn <> e.urn) AS "under another URN",
	count(*) FILTER (WHERE e.pre_pandemic IS DISTINCT FROM 100.0::float8 * (38000 - a.sess_overall) / 38000) AS different
FROM abie.expectation e LEFT JOIN abie.attendance a ON a.academic_year = '2018/19' AND a.laestab = e.laestab
WHERE e.run_id = (SELECT run_id FROM checked WHERE label = 'five') AND e.urn NOT IN (130032, 130034);
SELECT count(*) FILTER (WHERE e.ladder_top > e.pared_mean) > 5 AS "own past on top", count(*) FILTER (WHERE e.ladder_top = e.pared_mean) > 5 AS "pared mean on top",
	count(*) FILTER (WHERE e.ladder_top <> greatest(e.pared_mean, coalesce(e.pre_pandemic, 0))) AS different FROM abie.expectation e;
CREATE TABLE improved AS
SELECT e.*, e.expected - e.baseline AS difference, e.ladder_top - e.baseline AS above, m.pace + 0.2 * greatest(e.expected - e.baseline, 0) AS wanted,
	m.improvement_floor AS floor, m.improvement_cap AS cap
FROM abie.expectation e JOIN abie.run r USING (run_id) JOIN abie.methodology m ON m.name = r.methodology;
SELECT count(*) FILTER (WHERE improvement = floor AND above > floor) AS "at the floor",
	count(*) FILTER (WHERE wanted > cap AND above > cap) AS "at the cap", count(*) FILTER (WHERE above BETWEEN 1e-9 AND least(greatest(wanted, floor), cap)) AS "at the headroom",
	count(*) FILTER (WHERE above <= 0) AS "at the top",
	count(*) FILTER (WHERE above > greatest(wanted, floor) AND wanted BETWEEN floor AND cap) AS between FROM improved;
SELECT urn FROM improved WHERE abs(gap - CASE WHEN difference > 0 THEN difference ELSE 0 END) > 1e-12
	OR abs(improvement - CASE WHEN above <= 0 THEN 0 WHEN above < floor THEN above WHEN wanted < floor THEN floor
		WHEN wanted > cap THEN CASE WHEN above < cap THEN above ELSE cap END WHEN wanted > above THEN above ELSE wanted END) > 1e-12
	OR abs(target - baseline - improvement) > 1e-12
	OR statement <> CASE WHEN improvement < 0.0499999999 THEN 'maintain' WHEN attendance < target THEN 'improve' ELSE 'sustain' END
	OR improvement NOT BETWEEN 0 AND cap OR (improvement < floor AND improvement <> greatest(above, 0));
-- rounded half up in decimal: within 0.05, and upwards from the middle
SELECT urn, improvement, improvement_rounded FROM improved
WHERE improvement_rounded <> floor(improvement::numeric * 10 + 0.5) / 10 OR abs(improvement_rounded - improvement) > 0.05 + 1e-12;
-- the figures of an expectation are the school's
SELECT e.urn FROM abie.expectation e JOIN abie.run_school s USING (run_id, urn)
WHERE (e.baseline, e.attendance, e.own_level, e.own_share, e.enrolments, e.stratum, e.laestab) IS DISTINCT FROM (s.attendance, s.attendance, s.attendance, 1::float8, s.enrolments, s.stratum, s.laestab)
	OR num_nonnulls(e.expected_error, e.baseline_error, e.forecast, e.forecast_low, e.forecast_high) > 0;

--
-- The same inputs give the same bits, in whatever order they came; other inputs do not
--
CALL abie.calculate('2023/24', 'five', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'five again');
CREATE TABLE kept_school AS TABLE abie.school;
CREATE TABLE kept_link AS TABLE abie.school_link;
CREATE TABLE kept_context AS TABLE abie.school_context;
CREATE TABLE kept_attendance AS TABLE abie.attendance;
DELETE FROM abie.school; DELETE FROM abie.school_link; DELETE FROM abie.school_context; DELETE FROM abie.attendance;
VACUUM abie.school, abie.school_link, abie.school_context, abie.attendance;
INSERT INTO abie.school SELECT * FROM kept_school ORDER BY md5(urn::text);
INSERT INTO abie.school_link SELECT * FROM kept_link ORDER BY md5(urn::text || link_urn);
INSERT INTO abie.school_context SELECT * FROM kept_context ORDER BY md5(urn::text || academic_year);
INSERT INTO abie.attendance SELECT * FROM kept_attendance ORDER BY md5(laestab::text || academic_year);
CALL abie.calculate('2023/24', 'five', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'five in another order');
-- plans and settings of the session change nothing either
SET enable_hashjoin = off; SET enable_hashagg = off; SET enable_seqscan = off; SET extra_float_digits = -3; SET DateStyle = 'SQL, DMY'; SET work_mem = '64kB';
CALL abie.calculate('2023/24', 'five', NULL) \gset
RESET enable_hashjoin; RESET enable_hashagg; RESET enable_seqscan; RESET extra_float_digits; RESET DateStyle; RESET work_mem;
INSERT INTO checked VALUES (:run_id, 'five with other plans');
SELECT c.label, r.input_digest = o.input_digest AS "same input", r.result_digest = o.result_digest AS "same result", r.input_digest ~ '^[0-9a-f]{64}$' AND r.result_digest ~ '^[0-9a-f]{64}$' AS sha256
FROM checked c JOIN abie.run r USING (run_id), abie.run o WHERE o.run_id = (SELECT run_id FROM checked WHERE label = 'five') ORDER BY c.run_id;
-- the digest is of the rows: these are equal too
SELECT c.label, count(*) AS different FROM checked c JOIN LATERAL (
	SELECT to_jsonb(e) - 'run_id' FROM abie.expectation e WHERE e.run_id = c.run_id
	EXCEPT SELECT to_jsonb(e) - 'run_id' FROM abie.expectation e WHERE e.run_id = (SELECT run_id FROM checked WHERE label = 'five')) d ON c.label LIKE 'five %' GROUP BY c.label;
-- the digest of a run recomputed later is the one stored
SELECT c.label FROM checked c JOIN abie.run r USING (run_id) WHERE r.result_digest <> abie_internal.result_digest(c.run_id) OR r.input_digest <> abie_internal.input_digest(c.run_id);
-- one session of absence more
UPDATE abie.attendance SET sess_overall = sess_overall + 1 WHERE urn = 100001 AND academic_year = '2022/23';
CALL abie.calculate('2023/24', 'five', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'one session more');
UPDATE abie.attendance SET sess_overall = sess_overall - 1 WHERE urn = 100001 AND academic_year = '2022/23';
-- a figure of 2018/19
UPDATE abie.attendance SET sess_overall = 0 WHERE laestab = 2092532 AND academic_year = '2018/19';
CALL abie.calculate('2023/24', 'five', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'before the pandemic');
UPDATE abie.attendance SET sess_overall = 380 WHERE laestab = 2092532 AND academic_year = '2018/19';
-- a figure of a school that is left out, but is part of the averages
UPDATE abie.attendance SET sess_overall = sess_overall + 1 WHERE urn = 130009 AND academic_year = '2022/23';
CALL abie.calculate('2023/24', 'five', NULL) \gset
INSERT INTO checked VALUES (:run_id, 'of a school left out');
UPDATE abie.attendance SET sess_overall = sess_overall - 1 WHERE urn = 130009 AND academic_year = '2022/23';
SELECT c.label, r.input_digest = o.input_digest AS "same input", r.result_digest = o.result_digest AS "same result"
FROM checked c JOIN abie.run r USING (run_id), abie.run o WHERE c.label NOT LIKE 'five%' AND o.run_id = (SELECT run_id FROM checked WHERE label = 'five') ORDER BY c.run_id;

--
-- Other strata and years
--
-- the year before is before 2018/19: a later year is nobody's past
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2017/18', laestab, urn, school_type, enrolments, sess_possible, sess_overall FROM abie.attendance WHERE academic_year = '2022/23' AND urn < 130000;
INSERT INTO abie.school_context (urn, academic_year, headcount, fsm_pct, sen_support_pct, eal_pct, other)
SELECT urn, '2017/18', headcount, fsm_pct, sen_support_pct, eal_pct, other FROM abie.school_context WHERE academic_year = '2022/23' AND urn < 130000;
CALL abie.calculate('2018/19', 'five', NULL) \gset
SELECT count(*) AS expectations, count(e.pre_pandemic) AS pre_pandemic, count(*) FILTER (WHERE e.ladder_top <> e.pared_mean) AS other_top FROM abie.expectation e WHERE e.run_id = :run_id;
-- nothing to compare by: each school still has its reason; only categories; a weight of 0; no pupils at all
SELECT count(*) FROM abie.create_methodology('nobody has it', '{"method": "similar-schools", "characteristics": ["other.unknown"]}');
CALL abie.calculate('2023/24', 'nobody has it', NULL) \gset
SELECT e.stratum, x.reason, x.detail, count(*) > 0 AS schools FROM abie.exclusion x JOIN plan e USING (urn) WHERE x.run_id = :run_id AND x.reason = 'no characteristics' GROUP BY 1, 2, 3 ORDER BY 1;
SELECT count(*) FROM abie.create_methodology('nothing of weight', '{"method": "similar-schools", "characteristics": ["semh_pct", "fsm_pct"], "weights": [1, 0]}');
CALL abie.calculate('2023/24', 'nothing of weight', NULL) \gset
SELECT r.status, r.expectations, r.schools_in_scope = r.exclusions AS all_out FROM abie.run r WHERE r.run_id = :run_id;
SELECT count(*) FROM abie.create_methodology('categories only', '{"method": "similar-schools", "characteristics": ["region", "urban_rural"], "similar_schools": 5}');
CALL abie.calculate('2023/24', 'categories only', NULL) \gset
SELECT r.status, r.expectations > 50 AS many FROM abie.run r WHERE r.run_id = :run_id;
SELECT count(*) AS "not as counted" FROM abie.similar_school n JOIN abie.run_school a ON (a.run_id, a.urn) = (n.run_id, n.urn) JOIN abie.run_school b ON (b.run_id, b.urn) = (n.run_id, n.similar_urn)
WHERE n.run_id = :run_id AND abs(n.distance ^ 2 - (a.categories[1] <> b.categories[1])::int - (a.categories[2] <> b.categories[2])::int) > 1e-12;
-- an error stops the run, and says why; the application's name comes back, the year is free
\set VERBOSITY terse
ALTER TABLE abie.run_school ADD CONSTRAINT broken CHECK (urn <> 100001) NOT VALID;
CALL abie.calculate('2023/24', 'five', NULL) \gset
ALTER TABLE abie.run_school DROP CONSTRAINT broken;
\set VERBOSITY default
SHOW application_name;
SELECT r.status, r.stage, r.error, r.finished_at IS NOT NULL AS ended, r.expectations, (SELECT count(*) FROM abie.run_school s WHERE s.run_id = r.run_id) AS rows
FROM abie.run r ORDER BY r.run_id DESC LIMIT 1;
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'userlock' AND pid = pg_backend_pid();
-- so does what has the name of the temporary table of a run and is none; one that is in use is replaced
CREATE TEMP VIEW abie_run_pool AS SELECT 'held' AS text;
\set VERBOSITY terse
CALL abie.calculate('2023/24', 'five', NULL) \gset
\set VERBOSITY default
SELECT r.status, r.stage, r.error FROM abie.run r ORDER BY r.run_id DESC LIMIT 1;
SELECT text FROM pg_temp.abie_run_pool;
DROP VIEW pg_temp.abie_run_pool;
CREATE TEMP VIEW abie_run_local AS SELECT 'held' AS text;
\set VERBOSITY terse
CALL abie.calculate('2023/24', 'five', NULL) \gset
\set VERBOSITY default
SELECT r.status, r.stage, r.error FROM abie.run r ORDER BY r.run_id DESC LIMIT 1;
SELECT text FROM pg_temp.abie_run_local;
DROP VIEW pg_temp.abie_run_local;
CREATE TEMP TABLE abie_run_pool (text text);
CREATE TEMP VIEW of_pool AS SELECT text FROM pg_temp.abie_run_pool;
CREATE TEMP TABLE abie_run_local () INHERITS (abie_run_pool);
CALL abie.calculate('2023/24', 'five', NULL) \gset
SELECT r.status, to_regclass('pg_temp.abie_run_pool') AS pool, to_regclass('pg_temp.abie_run_local') AS local FROM abie.run r WHERE r.run_id = :run_id;
DELETE FROM abie.run r WHERE r.run_id = :run_id;
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'userlock' AND pid = pg_backend_pid();
-- earlier runs are as they were
SELECT c.label FROM checked c JOIN abie.run r USING (run_id) WHERE r.result_digest <> abie_internal.result_digest(c.run_id);

--
-- Deleting a run deletes all of it and nothing else
--
CREATE FUNCTION rows_of(run int) RETURNS bigint[] LANGUAGE sql STABLE
RETURN ARRAY[(SELECT count(*) FROM abie.run r WHERE r.run_id = run), (SELECT count(*) FROM abie.run_characteristic r WHERE r.run_id = run),
	(SELECT count(*) FROM abie.run_school r WHERE r.run_id = run), (SELECT count(*) FROM abie.similar_school r WHERE r.run_id = run),
	(SELECT count(*) FROM abie.expectation r WHERE r.run_id = run), (SELECT count(*) FROM abie.exclusion r WHERE r.run_id = run)];
SELECT label, rows_of(run_id) FROM checked WHERE label IN ('five', 'default') ORDER BY run_id;
DELETE FROM abie.run WHERE run_id = (SELECT run_id FROM checked WHERE label = 'five');
SELECT label, rows_of(run_id) FROM checked WHERE label IN ('five', 'default') ORDER BY run_id;
SELECT c.label FROM checked c JOIN abie.run r USING (run_id) WHERE r.result_digest <> abie_internal.result_digest(c.run_id);

--
-- What a run uses is of one moment: figures that change while it goes on do not enter it
--
SELECT abie_internal.ensure_methodology('similar-schools');
INSERT INTO abie.run (target_year, baseline_year, methodology, extension_version) VALUES ('2023/24', '2022/23', 'similar-schools', '1.0') RETURNING run_id \gset
SELECT abie_internal.calculate_pool(:run_id) > 0 AS pool;
BEGIN;
UPDATE abie.attendance SET sess_overall = 0, sess_authorised = 0, sess_unauthorised = 0 WHERE academic_year = '2022/23' AND sess_overall > 0;
SELECT abie_internal.calculate_scaling(:run_id) > 0 AS scaling, abie_internal.calculate_similar_schools(:run_id) > 0 AS similar_schools,
	abie_internal.calculate_expected_attendance(:run_id) > 0 AS expected_attendance, abie_internal.calculate_expectation(:run_id) > 0 AS expectation,
	abie_internal.calculate_digest(:run_id) > 0 AS digest;
SELECT result_digest AS changed_inputs FROM abie.run WHERE run_id = :run_id \gset
ROLLBACK;
SELECT abie_internal.calculate_scaling(:run_id) > 0 AS scaling, abie_internal.calculate_similar_schools(:run_id) > 0 AS similar_schools,
	abie_internal.calculate_expected_attendance(:run_id) > 0 AS expected_attendance, abie_internal.calculate_expectation(:run_id) > 0 AS expectation,
	abie_internal.calculate_digest(:run_id) > 0 AS digest;
SELECT result_digest = :'changed_inputs' AS same FROM abie.run WHERE run_id = :run_id;

-- a number in other is a number
\set VERBOSITY terse
INSERT INTO abie.school_context (urn, academic_year, other) VALUES (999999, '2022/23', '{"x": "n/a"}');
\set VERBOSITY default

-- rows and lists as bytes: what PostgreSQL makes of them
SELECT count(*) AS rows, count(*) FILTER (WHERE abie_internal.row_bytes(t, i, b, f, a) IS DISTINCT FROM convert_to(ROW(t, i, b, f, a)::text, 'UTF8')) AS different
FROM unnest(ARRAY['', ' ', 'a', 'a b', 'a,b', '(', ')', '"', 'a"b', '\', 'a\b', E'\n', E'\t', 'é', '''', '{}', 'NULL', NULL]) t,
	unnest(ARRAY[0, -1, 2147483647, -2147483648, NULL]) i, unnest(ARRAY[0, -9223372036854775808, 9223372036854775807, NULL]::bigint[]) b,
	unnest(ARRAY[0, '-0', 0.1, 1e300, 5e-324, 1e15, 1e16, -123456.789, 'NaN', 'Infinity', '-Infinity', NULL]::float8[]) f,
	(VALUES ('{}'::float8[]), ('{1}'), ('{NULL}'), ('{1.5,NULL,-2}'), ('{NaN,Infinity}'), ('{{1,2},{3,4}}'), ('[0:1]={1,2}'), (NULL)) v(a);
SELECT convert_from(b, 'UTF8') AS text FROM unnest(ARRAY[
	abie_internal.row_bytes(true, false, NULL::boolean, 1.50::numeric, '{a,"b c",NULL}'::text[], 900013::abie.urn, 'a literal', '{1,NULL}'::float8[]),
	abie_internal.row_bytes(NULL), abie_internal.row_bytes(1), abie_internal.row_bytes(VARIADIC '{a,b}'::text[])]) b;
SELECT format('SELECT count(*) AS schools, count(*) FILTER (WHERE abie_internal.row_bytes(%s) IS DISTINCT FROM convert_to(s::text, ''UTF8'')) AS different FROM abie.run_school s',
	string_agg('s.' || a.attname, ', ' ORDER BY a.attnum))
FROM pg_attribute a WHERE a.attrelid = 'abie.run_school'::regclass AND a.attnum > 0 AND NOT a.attisdropped
\gexec
SELECT count(*) AS lists, count(*) FILTER (WHERE abie_internal.list_bytes(1, u, d, b) IS DISTINCT FROM int4send(1) || array_send(u) || array_send(d) || float8send(b)) AS different
FROM (SELECT similar_urns, distances, bandwidth FROM abie.similar_list
	UNION ALL VALUES ('{}'::integer[], '{}'::float8[], 0::float8), ('{1}', '{NULL}', 'NaN'), ('{1,NULL}', '{-0,Infinity}', 1), ('{{1,2},{3,4}}', '[0:1]={1,2}', 2)) x(u, d, b);
-- in place of a cast, which follows the session
SET extra_float_digits = 0;
SELECT convert_from(abie_internal.row_bytes(0.1::float8 + 0.2, ARRAY[0.1::float8 + 0.2]), 'UTF8') AS digits, ROW(0.1::float8 + 0.2, ARRAY[0.1::float8 + 0.2])::text AS "cast";
RESET extra_float_digits;
SELECT abie_internal.row_bytes(1, date '2025-09-01');
SELECT abie_internal.row_bytes(ROW(1));
-- one after the other
SELECT abie_internal.sha256_of('a', '', NULL, 'bc') = sha256('abc') AS "in parts", abie_internal.sha256_of(NULL, NULL, NULL, NULL) = sha256('') AS "of nothing",
	abie_internal.sha256_of(a, a, a, a) = sha256(a || a || a || a) AS long
FROM convert_to(repeat('abie', 100000), 'UTF8') a;

-- emptying abie.run empties all
SELECT count(*) > 0 AS held FROM abie.run_school;
TRUNCATE abie.run CASCADE;
SELECT sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %s', c.oid::regclass), true, true, '')))[1]::text::bigint) AS rows
FROM pg_class c WHERE c.relnamespace = 'abie'::regnamespace AND c.relkind = 'r' AND c.relname IN ('run', 'run_characteristic', 'run_school', 'similar_school', 'expectation', 'exclusion');

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_calculate;
