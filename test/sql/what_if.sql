-- One school's expectation with other inputs.
-- A database of its own, because runs are made here and they are of the whole database.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_what_if;
CREATE DATABASE abie_what_if;
\c abie_what_if
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA what_if_test;
SET search_path = what_if_test, public;
SELECT abie.load_demo(800);
UPDATE abie.school_context SET eal_pct = NULL WHERE urn % 23 = 0;
-- a predecessor and its successor
INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES (900001, 900008, 'Predecessor');
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
CREATE TABLE run_vector AS SELECT * FROM abie.run_vector(:run_id);
ALTER TABLE run_vector ADD PRIMARY KEY (urn);
CREATE TABLE chosen AS SELECT s.*, v.vector FROM abie.run_school s JOIN run_vector v USING (urn) WHERE s.run_id = :run_id AND s.expected IS NOT NULL AND s.urn % 7 = 4;
SELECT count(*) > 60 AS many, count(DISTINCT stratum) AS strata FROM chosen;
SELECT input_digest || result_digest AS digest FROM abie.run WHERE run_id = :run_id \gset

--
-- No change: every figure as in the run, to the last bit
--
CREATE VIEW figure AS
SELECT e.run_id, e.urn, v.* FROM abie.expectation e JOIN abie.run_school s USING (run_id, urn), LATERAL (VALUES ('attendance', e.attendance), ('enrolments', e.enrolments), ('context', s.context),
	('local residual', s.local_residual), ('expected', e.expected), ('expected error', e.expected_error), ('own level', e.own_level), ('own share', e.own_share), ('baseline', e.baseline),
	('baseline error', e.baseline_error), ('gap', e.gap), ('upper quartile', e.similar_upper_quartile), ('pared mean', e.pared_mean), ('pre-pandemic', e.pre_pandemic), ('ladder top', e.ladder_top),
	('improvement', e.improvement), ('improvement published', e.improvement_rounded), ('target', e.target), ('forecast', e.forecast), ('forecast low', e.forecast_low), ('forecast high', e.forecast_high)) v(name, value);
BEGIN READ ONLY;
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE f.value IS DISTINCT FROM w.value OR f.value IS DISTINCT FROM w.changed OR f.name IS NULL) AS different
FROM chosen c CROSS JOIN LATERAL abie.what_if(c.run_id, c.urn, '{}') w LEFT JOIN figure f ON f.run_id = c.run_id AND f.urn = c.urn AND f.name = w.name;
-- nor by giving the figures there are
SELECT count(*) FILTER (WHERE w.value IS DISTINCT FROM w.changed) AS different
FROM chosen c CROSS JOIN LATERAL abie.what_if(c.run_id, c.urn, jsonb_build_object('attendance', c.attendance, 'enrolments', c.enrolments, 'previous_attendance', c.previous_attendance,
	'pre_pandemic', c.pre_pandemic, 'fsm_pct', c.numbers[1], 'region', c.categories[1], 'ln_headcount', c.numbers[8])) w;
COMMIT;
SELECT DISTINCT characteristic, element FROM abie.run_characteristic WHERE run_id = :run_id AND characteristic IN ('fsm_pct', 'region', 'ln_headcount') ORDER BY 1;

--
-- Other circumstances: the model refitted without the school predicts it, the similar schools are those nearest to the new vector
--
CREATE TABLE other AS SELECT c.*, jsonb_build_object('fsm_pct', 12.5, 'idaci_rank', 20000, 'eal_pct', NULL, 'urban_rural', 'rural') AS changes FROM chosen c WHERE c.urn % 2 = 0;
CREATE TABLE vector AS
SELECT o.urn, o.stratum, (SELECT array_agg(CASE c.characteristic WHEN 'fsm_pct' THEN greatest(-4, least(4, (12.5 - c.location) / c.scale)) WHEN 'idaci_rank' THEN greatest(-4, least(4, (20000 - c.location) / c.scale))
	WHEN 'eal_pct' THEN NULL WHEN 'urban_rural' THEN (c.category = 'rural')::int / c.scale ELSE o.vector[c.position] END ORDER BY c.position) FROM abie.run_characteristic c WHERE c.run_id = o.run_id AND c.stratum = o.stratum) AS vector
FROM other o;
CREATE TABLE refit AS
WITH row AS (
	SELECT s.urn, s.stratum, s.attendance, s.enrolments, abie_internal.context_terms(y.vector, h.substitutes, h.numbers, h.indicators) AS x
	FROM abie.run_school s JOIN run_vector y USING (urn) JOIN abie.run_model h ON h.run_id = s.run_id AND h.stratum = s.stratum WHERE s.run_id = :run_id
)
SELECT v.urn, (m.model).intercept + (SELECT sum(a * b) FROM unnest((m.model).coefficients, abie_internal.context_terms(v.vector, h.substitutes, h.numbers, h.indicators)) u(a, b)) AS context
FROM vector v JOIN abie.run_model h ON h.run_id = :run_id AND h.stratum = v.stratum
	CROSS JOIN LATERAL (SELECT abie.ridge(array_agg(r.attendance), array_agg(r.x), array_agg(r.enrolments::float8), h.penalties) AS model FROM row r WHERE r.stratum = v.stratum AND r.urn <> v.urn) m;
CREATE TABLE near AS
SELECT v.urn, p.attendance, p.enrolments, p.attendance - p.context AS residual, d.distance, row_number() OVER (PARTITION BY v.urn ORDER BY d.distance, p.urn) AS rank
FROM vector v JOIN other o USING (urn) JOIN abie.run_school p ON p.run_id = :run_id AND p.stratum = v.stratum AND p.selective = o.selective AND p.urn <> v.urn AND (p.family <> o.family OR p.family IS NULL OR o.family IS NULL)
	JOIN abie.run_weights(:run_id) w ON w.stratum = v.stratum JOIN run_vector y ON y.urn = p.urn CROSS JOIN LATERAL (SELECT abie.distance(v.vector, y.vector, w.weights) AS distance) d WHERE d.distance IS NOT NULL;
CREATE TABLE changed AS SELECT o.urn, w.* FROM other o CROSS JOIN LATERAL abie.what_if(o.run_id, o.urn, o.changes) w;
SELECT count(*) > 25 AS many, count(*) FILTER (WHERE NOT coalesce(abs(w.changed - r.context) < 1e-9, false)) AS different, max(abs(w.changed - w.value)) > 0.1 AS "it matters"
FROM refit r JOIN changed w ON w.urn = r.urn AND w.name = 'context';
WITH local AS (
	SELECT n.urn, sum(k * residual) / sum(k) AS residual, percentile_cont(0.75) WITHIN GROUP (ORDER BY attendance) AS quartile
	FROM (SELECT n.*, n.enrolments * (1 - (n.distance / max(n.distance) FILTER (WHERE rank <= 21) OVER (PARTITION BY n.urn)) ^ 3) ^ 3 AS k FROM near n) n WHERE n.rank <= 20 GROUP BY n.urn
)
SELECT count(*) FILTER (WHERE NOT coalesce(abs(r.changed - l.residual) < 1e-9 AND abs(q.changed - l.quartile) < 1e-9 AND abs(e.changed - (c.changed + m.local_slope * l.residual)) < 1e-9, false)) AS different
FROM local l JOIN other o USING (urn) JOIN abie.run_model m ON m.run_id = :run_id AND m.stratum = o.stratum JOIN changed r ON r.urn = l.urn AND r.name = 'local residual' JOIN changed q ON q.urn = l.urn AND q.name = 'upper quartile'
	JOIN changed e ON e.urn = l.urn AND e.name = 'expected' JOIN changed c ON c.urn = l.urn AND c.name = 'context';
-- what is its own stays
SELECT DISTINCT name FROM changed WHERE value IS DISTINCT FROM changed EXCEPT SELECT unnest('{context,local residual,expected,expected error,baseline,baseline error,gap,upper quartile,pared mean,ladder top,improvement,improvement published,target,forecast,forecast low,forecast high}'::text[]);

--
-- Corrected figures: baseline and what follows, from the same expected attendance
--
CREATE TABLE corrected AS SELECT c.urn, c.stratum, w.* FROM chosen c CROSS JOIN LATERAL abie.what_if(c.run_id, c.urn, '{"attendance": 90.5, "previous_attendance": 91, "enrolments": 120, "pre_pandemic": 99}') w;
SELECT count(*) > 60 AS many, count(*) FILTER (WHERE NOT coalesce(abs((f.v ->> 'own level')::float8 - (m.last_weight * 90.5 + (1 - m.last_weight) * 91)) < 1e-11 AND abs((f.v ->> 'own share')::float8 - 120 / (120 + m.n0)) < 1e-12
	AND abs((f.v ->> 'baseline')::float8 - abie.shrunk_baseline(91, 90.5, e.expected, 120, m.last_weight, m.n0)) < 1e-12 AND (f.v ->> 'ladder top')::float8 = 99 AND (f.v ->> 'expected')::float8 = e.expected, false)) AS different
FROM (SELECT urn, jsonb_object_agg(name, changed) AS v FROM corrected GROUP BY urn) f JOIN abie.expectation e ON e.run_id = :run_id AND e.urn = f.urn JOIN abie.run_model m ON m.run_id = :run_id AND m.stratum = e.stratum;
-- without the year before: by the variances
SELECT count(*) FILTER (WHERE NOT coalesce(abs(w.changed - m.between_variance / (m.between_variance + m.sampling_c1 / c.enrolments)) < 1e-12, false)) AS different
FROM chosen c JOIN abie.run_model m USING (run_id, stratum) CROSS JOIN LATERAL abie.what_if(c.run_id, c.urn, '{"previous_attendance": null}') w WHERE w.name = 'own share';

--
-- Comparators of one's own: each counts by its enrolments
--
SELECT count(*) FILTER (WHERE NOT coalesce(abs(w.changed - o.residual) < 1e-9, false)) AS different, count(*) AS schools
FROM chosen c CROSS JOIN LATERAL (SELECT jsonb_agg(p.urn) AS urns, sum(p.enrolments * (p.attendance - p.context)) / sum(p.enrolments) AS residual
		FROM (SELECT * FROM abie.run_school p WHERE p.run_id = c.run_id AND p.stratum = c.stratum AND p.urn <> c.urn AND p.family IS DISTINCT FROM c.family AND p.expected IS NOT NULL ORDER BY md5(p.urn::text || c.urn) LIMIT 5) p) o
	CROSS JOIN LATERAL abie.what_if(c.run_id, c.urn, jsonb_build_object('similar_schools', o.urns)) w WHERE w.name = 'local residual';
-- in another method
CALL abie.calculate('2025/26', 'similar-schools', NULL) \gset other_
SELECT name, w.value = w.changed AS same FROM abie.what_if(:other_run_id, 900013, '{}') w WHERE w.value IS NOT NULL ORDER BY name COLLATE "C";
SELECT name, w.value IS NULL AS "null", w.changed = w.value AS same FROM abie.what_if(:other_run_id, 900013, '{"fsm_pct": 1, "attendance": 90}') w WHERE name IN ('attendance', 'expected', 'baseline', 'context', 'forecast') ORDER BY name COLLATE "C";
-- nothing was stored
SELECT abie_internal.input_digest(:run_id) || abie_internal.result_digest(:run_id) = :'digest' AS unchanged, (SELECT count(*) FROM abie.run) AS runs;
SELECT count(*) AS "null" FROM abie.what_if(NULL, 900013, '{}');

--
-- Errors
--
SELECT * FROM abie.what_if(:run_id, 900020, '{}');
SELECT * FROM abie.what_if(-1, 900013, '{}');
SELECT * FROM abie.what_if(:run_id, 900013, '[]');
SELECT * FROM abie.what_if(:run_id, 900013, '{"fsm": 3}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"fsm_pct": "3"}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"urban_rural": "coastal"}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"urban_rural": 3}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"attendance": 101}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"attendance": null}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"enrolments": 0}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"enrolments": 12.5}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"similar_schools": []}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"similar_schools": ["a"]}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"similar_schools": [900019, 900013]}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"similar_schools": [900019, 123456]}');
SELECT * FROM abie.what_if(:run_id, 900001, '{"similar_schools": [900019, 900008]}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"similar_schools": [900019, 900017]}');
SELECT * FROM abie.what_if(:run_id, 900013, '{"fsm_pct": null, "fsm6_pct": null, "idaci_rank": null, "eal_pct": null}');

--
-- Two routes to success, when the target year has come
--
-- by hand: 1 point more, all others 0.4; and a fall that all have
SELECT * FROM abie.progress(90, 0.5, 91, 0.4, 0.26);
SELECT * FROM abie.progress(90, 0.5, 89, -1.5, 0.26);
SELECT * FROM abie.progress(90, 0.5, 89, -1.2, 0.26);
SELECT met FROM abie.progress(90, 0.5, 90.5, 3, 0.26);
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2025/26', laestab, urn, school_type, enrolments, sess_possible, (sess_overall * (0.8 + urn % 7 * 0.06))::bigint FROM abie.attendance WHERE academic_year = '2024/25' AND urn % 10 <> 3;
CREATE TABLE progress AS SELECT * FROM abie.run_progress(:run_id);
CREATE TABLE outcome AS
SELECT e.*, 100.0::float8 * (a.sess_possible - a.sess_overall) / a.sess_possible AS outcome FROM abie.expectation e JOIN abie.attendance a ON a.academic_year = '2025/26' AND a.urn = e.urn WHERE e.run_id = :run_id;
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE NOT coalesce(p.outcome = o.outcome AND abs(p.change - (o.outcome - o.baseline)) < 1e-11 AND abs(p.common_change - c.common) < 1e-11
	AND abs(p.relative_change - (o.outcome - o.baseline - c.common + 0.26)) < 1e-11 AND p.met = (p.change >= o.improvement OR p.relative_change >= o.improvement), false)) AS different,
	count(*) FILTER (WHERE p.met AND p.change < o.improvement) > 0 AS "by the second route", count(*) FILTER (WHERE NOT p.met) > 0 AS "not met"
FROM progress p FULL JOIN outcome o USING (urn) LEFT JOIN (SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - attendance) AS common FROM outcome GROUP BY stratum) c ON c.stratum = o.stratum;

-- nobody's roll or sessions changed, so that nobody is looked at
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE roll_change <> 0 OR abs(sessions_change) > 1e-11) AS changed, count(look_at) AS "looked at" FROM progress;
-- ten pupils fewer in some schools, a twentieth of the sessions in others; a year with two in a hundred fewer sessions for all, and larger rolls
UPDATE abie.attendance SET enrolments = enrolments - CASE WHEN urn % 13 = 0 THEN 10 ELSE -3 END, sess_possible = round(sess_possible * (0.98 - 0.05 * (urn % 17 = 0)::integer)) WHERE academic_year = '2025/26';
CREATE TABLE looked_at AS SELECT p.*, a.enrolments::float8 / b.enrolments - 1 AS roll, (a.sess_possible::float8 / a.enrolments) / (b.sess_possible::float8 / b.enrolments) - 1 AS sessions
FROM abie.run_progress(:run_id) p JOIN abie.attendance a ON a.academic_year = '2025/26' AND a.urn = p.urn JOIN abie.attendance b ON b.academic_year = '2024/25' AND b.urn = p.urn;
SELECT count(*) AS different FROM looked_at l JOIN (SELECT stratum, percentile_cont(0.1) WITHIN GROUP (ORDER BY roll) AS roll, percentile_cont(0.1) WITHIN GROUP (ORDER BY sessions) AS sessions FROM looked_at GROUP BY stratum) t USING (stratum)
WHERE abs(l.roll_change - 100 * l.roll) > 1e-11 OR abs(l.sessions_change - 100 * l.sessions) > 1e-11
	OR l.look_at IS DISTINCT FROM CASE WHEN l.met AND l.roll < t.roll - 1e-12 AND l.roll < 0 AND l.sessions < t.sessions - 1e-12 THEN 'roll, sessions' WHEN l.met AND l.roll < t.roll - 1e-12 AND l.roll < 0 THEN 'roll' WHEN l.met AND l.sessions < t.sessions - 1e-12 THEN 'sessions' END;
SELECT look_at, count(*) > 5 AS some, bool_and(met) AS met, max(roll_change) FILTER (WHERE look_at ~ 'roll') < 0 AS fallen FROM looked_at GROUP BY look_at ORDER BY look_at;
-- where only rates are held nothing is said of sessions
UPDATE abie.attendance SET sess_possible = NULL, sess_overall = NULL, sess_overall_percent = 5 WHERE academic_year = '2025/26';
SELECT count(*) > 500 AS many, count(sessions_change) AS sessions, count(*) FILTER (WHERE look_at ~ 'sessions') AS "looked at" FROM abie.run_progress(:run_id);

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_what_if;
