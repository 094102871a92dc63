-- Methodologies: creation, defaults, what each setting may be, immutability.
-- A database of its own, because runs are made here and they are of the whole database.
\set VERBOSITY default
\set SHOW_CONTEXT never
\set HIDE_TABLEAM on
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_methodology;
CREATE DATABASE abie_methodology;
\c abie_methodology
SET client_min_messages = warning;
CREATE EXTENSION abie;

-- none is shipped as a row
SELECT count(*) FROM abie.methodology;

--
-- Creation and defaults
--
SELECT (m.created_by = current_user) AS mine, m.created_at <= now() AS dated, to_jsonb(m) - 'created_by' - 'created_at' AS settings
FROM abie.create_methodology('plain') m;
-- every setting given comes back; the others are the defaults
SELECT to_jsonb(m) - 'created_by' - 'created_at' AS settings
FROM abie.create_methodology('Own method 2.0_b-c', '{"characteristics": ["ln_headcount", "other.young_carers_pct", "region"], "weights": [2, 0.5, 0], "multipliers": [1, 0, 3],
	"scaling": "sd", "clip": 2.5, "similar_schools": 60, "minimum_enrolments": 11, "poor_match_percentile": 90, "pace": -0.1, "gap_share": 1,
	"improvement_floor": 0, "improvement_cap": 0, "benchmark_share": 1, "method": "similar-schools", "description": "as stated"}') m;
-- the documented characteristics are all known, one by one, and the default ones are among them
SELECT c.name FROM abie.characteristic c, abie.create_methodology('only ' || c.name, jsonb_build_object('characteristics', jsonb_build_array(c.name))) m
WHERE m.characteristics <> ARRAY[c.name];
SELECT d.name FROM abie.methodology m, unnest(m.characteristics) d(name)
WHERE m.name = 'plain' AND d.name NOT IN (SELECT c.name FROM abie.characteristic c);
SELECT kind, array_agg(name ORDER BY name COLLATE "C") FROM abie.characteristic GROUP BY kind ORDER BY kind;
-- place and character stand in from other years, numbers of pupils do not
-- limits are included
SELECT name FROM abie.create_methodology('low', '{"similar_schools": 2, "minimum_enrolments": 1, "poor_match_percentile": 0, "pace": -10, "gap_share": 0,
	"improvement_floor": 0, "improvement_cap": 0, "benchmark_share": 1e-9, "clip": 1e-9}');
SELECT name FROM abie.create_methodology('high', '{"similar_schools": 200, "poor_match_percentile": 100, "pace": 10, "gap_share": 1,
	"improvement_floor": 100, "improvement_cap": 100, "benchmark_share": 1, "clip": 1000}');
SELECT count(*) FROM abie.create_methodology(repeat('n', 63));
-- STRICT
SELECT abie.create_methodology(NULL) IS NULL AS "null", abie.create_methodology('nothing', NULL) IS NULL AS "null", count(*) AS made
FROM abie.methodology WHERE name = 'nothing';

--
-- Errors name the setting and its value, and the hint says what it may be
--
SELECT abie.create_methodology('plain');
SELECT abie.create_methodology('x', '{"pase": 0.3}');
SELECT abie.create_methodology('x', '{"name": "y"}');
SELECT abie.create_methodology('x', '{"created_by": "somebody"}');
SELECT abie.create_methodology('x', '{"ctid": "(0,1)"}');
SELECT abie.create_methodology('x', '[1]');
SELECT abie.create_methodology('x', '"pace"');
SELECT abie.create_methodology('', '{}');
SELECT abie.create_methodology(' x', '{}');
SELECT abie.create_methodology(repeat('n', 64));
SELECT abie.create_methodology('x', '{"method": "magic"}');
SELECT abie.create_methodology('x', '{"method": null}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "ethnicity"]}');
SELECT abie.create_methodology('x', '{"characteristics": ["other."]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", null]}');
SELECT abie.create_methodology('x', '{"characteristics": []}');
SELECT abie.create_methodology('x', '{"characteristics": null}');
SELECT abie.create_methodology('x', '{"characteristics": [["fsm_pct"], ["eal_pct"]]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct", "fsm_pct"]}');
SELECT abie.create_methodology('x', '{"weights": [1]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "weights": [1, -1]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "weights": [0, 0]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "weights": [1, null]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "weights": [1, "NaN"]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "weights": [1, "Infinity"]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "weights": [[1], [1]]}');
INSERT INTO abie.methodology (name, characteristics, weights) VALUES ('x', '{fsm_pct,eal_pct}', '[0:1]={1,2}');
SELECT abie.create_methodology('x', '{"multipliers": [1]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "multipliers": [1, -1]}');
SELECT abie.create_methodology('x', '{"characteristics": ["fsm_pct", "eal_pct"], "multipliers": [0, 0]}');
SELECT abie.create_methodology('x', '{"scaling": "Robust"}');
SELECT abie.create_methodology('x', '{"scaling": null}');
SELECT abie.create_methodology('x', '{"clip": 0}');
SELECT abie.create_methodology('x', '{"clip": 1000.5}');
SELECT abie.create_methodology('x', '{"clip": "NaN"}');
SELECT abie.create_methodology('x', '{"similar_schools": 1}');
SELECT abie.create_methodology('x', '{"similar_schools": 201}');
SELECT abie.create_methodology('x', '{"similar_schools": 20.5}');
SELECT abie.create_methodology('x', '{"minimum_enrolments": 0}');
SELECT abie.create_methodology('x', '{"minimum_enrolments": null}');
SELECT abie.create_methodology('x', '{"poor_match_percentile": -0.001}');
SELECT abie.create_methodology('x', '{"poor_match_percentile": 100.001}');
SELECT abie.create_methodology('x', '{"pace": 10.001}');
SELECT abie.create_methodology('x', '{"pace": -10.001}');
SELECT abie.create_methodology('x', '{"pace": "NaN"}');
SELECT abie.create_methodology('x', '{"pace": "fast"}');
SELECT abie.create_methodology('x', '{"gap_share": -0.001}');
SELECT abie.create_methodology('x', '{"gap_share": 1.001}');
SELECT abie.create_methodology('x', '{"improvement_floor": -0.001}');
SELECT abie.create_methodology('x', '{"improvement_floor": 1.001}');
SELECT abie.create_methodology('x', '{"improvement_cap": 0.05}');
SELECT abie.create_methodology('x', '{"improvement_cap": 100.001, "improvement_floor": 0}');
SELECT abie.create_methodology('x', '{"improvement_cap": "Infinity"}');
SELECT abie.create_methodology('x', '{"benchmark_share": 0}');
SELECT abie.create_methodology('x', '{"benchmark_share": 1.001}');
SELECT abie.create_methodology('x', '{"benchmark_share": null}');
-- a table is no way round the checks
INSERT INTO abie.methodology (name, pace) VALUES ('x', 11);
UPDATE abie.methodology SET pace = 11 WHERE name = 'plain';
SELECT count(*) AS made FROM abie.methodology WHERE name = 'x';

--
-- Fixed once a run has used it
--
SELECT abie.load_demo(200);
UPDATE abie.methodology SET pace = 0.5, description = 'not used yet' WHERE name = 'plain' RETURNING pace, description;
DELETE FROM abie.methodology WHERE name LIKE 'only %' OR name LIKE 'nnn%';
SELECT name FROM abie.methodology ORDER BY name COLLATE "C";
CALL abie.calculate('2025/26', 'plain', NULL) \gset
UPDATE abie.methodology SET pace = 0.6 WHERE name = 'plain';
UPDATE abie.methodology SET description = 'in other words' WHERE name = 'plain';
UPDATE abie.methodology SET name = 'fancy' WHERE name = 'plain';
DELETE FROM abie.methodology WHERE name = 'plain';
DELETE FROM abie.methodology;
TRUNCATE abie.methodology;
SELECT name, pace, description FROM abie.methodology WHERE name IN ('plain', 'fancy');
-- those not used still may be changed or deleted
UPDATE abie.methodology SET pace = 0.6 WHERE name = 'low' RETURNING name, pace;
DELETE FROM abie.methodology WHERE name = 'low' RETURNING name;
-- a run that failed used it too
CREATE TRIGGER fail BEFORE INSERT ON abie.expectation EXECUTE FUNCTION suppress_redundant_updates_trigger();
CALL abie.calculate('2025/26', 'high', NULL) \gset
DELETE FROM abie.methodology WHERE name = 'high';
-- with its runs gone it is free again
DELETE FROM abie.run;
WITH gone AS (DELETE FROM abie.methodology WHERE name IN ('plain', 'high') RETURNING name) SELECT name FROM gone ORDER BY name;

-- default and similar-schools are made when first used, with the defaults; their names are taken before
DROP TRIGGER fail ON abie.expectation;
SELECT abie.create_methodology('default', '{"pace": 0.5}');
SELECT abie.create_methodology('similar-schools');
SELECT count(*) AS made FROM abie.methodology WHERE name IN ('default', 'similar-schools');
CALL abie.calculate('2025/26', run_id => NULL) \gset
CALL abie.calculate('2025/26', 'similar-schools', NULL) \gset
SELECT r.methodology, to_jsonb(m) - 'created_by' - 'created_at' AS settings FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology ORDER BY r.run_id;
SELECT abie_internal.ensure_methodology('default') AS builtin, abie_internal.ensure_methodology('similar-schools') AS builtin, abie_internal.ensure_methodology('nobody''s') AS unknown, count(*) AS made
FROM abie.methodology m WHERE m.name IN ('default', 'similar-schools', 'nobody''s');

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_methodology;
