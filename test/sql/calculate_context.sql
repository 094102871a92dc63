-- The default methodology, each stage worked out again in plain SQL on the synthetic England; what changes nothing; with less history.
-- A database of its own, because runs are made here and they are of the whole database.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_calculate_context;
CREATE DATABASE abie_calculate_context;
\c abie_calculate_context
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA context_test;
SET search_path = context_test, public;
SET enable_nestloop = off;

SELECT abie.load_demo(1500);
-- some figures are missing: of many schools, of one, of a category
UPDATE abie.school_context SET eal_pct = NULL WHERE urn % 23 = 0;
UPDATE abie.school_context SET sen_support_pct = NULL WHERE urn = 900014;
UPDATE abie.school SET religious_character = NULL WHERE urn % 31 = 0;
-- and some years: of some schools the year before, of others the year before that
DELETE FROM abie.attendance WHERE academic_year = '2023/24' AND urn % 37 = 0;
DELETE FROM abie.attendance WHERE academic_year = '2022/23' AND urn % 41 = 0;
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT methodology, status, percent, schools_in_scope = expectations + exclusions AS accounted, (SELECT array_agg(s ->> 'stage') FROM jsonb_array_elements(stages) s) AS stages FROM abie.run WHERE run_id = :run_id;
CREATE TABLE school AS SELECT s.*, v.vector FROM abie.run_school s JOIN abie.run_vector(:run_id) v ON v.urn = s.urn WHERE s.run_id = :run_id;
CREATE TABLE characteristic AS SELECT * FROM abie.run_characteristic WHERE run_id = :run_id;
CREATE TABLE model AS SELECT * FROM abie.run_model WHERE run_id = :run_id;
CREATE TABLE expectation AS SELECT * FROM abie.expectation WHERE run_id = :run_id;

--
-- Earlier years: as they were put in
--
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE p.urn IS NULL) > 20 AS "without the year before", count(*) FILTER (WHERE e.urn IS NULL) > 20 AS "without the one before that",
	count(*) FILTER (WHERE s.previous_attendance IS DISTINCT FROM 100.0::float8 * (p.sess_possible - p.sess_overall) / p.sess_possible
		OR s.earlier_attendance IS DISTINCT FROM 100.0::float8 * (e.sess_possible - e.sess_overall) / e.sess_possible) AS different
FROM school s LEFT JOIN abie.attendance p ON p.academic_year = '2023/24' AND p.urn = s.urn LEFT JOIN abie.attendance e ON e.academic_year = '2022/23' AND e.urn = s.urn;

--
-- Elements: scaled numbers; 1s and 0s over their standard deviation
--
CREATE TABLE element AS
SELECT s.urn, c.stratum, c.position, c.characteristic, c.category, s.vector[c.position] AS value, CASE WHEN c.category IS NULL THEN s.numbers[c.element] END AS number,
	CASE WHEN c.category IS NOT NULL AND s.categories[c.element] IS NOT NULL THEN (s.categories[c.element] = c.category)::int END AS has
FROM school s JOIN characteristic c USING (stratum);
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE abs(c.scale - e.sd) > 1e-12 OR c.present <> e.present OR c.missing <> e.missing OR e.apart > 1e-12) AS different
FROM characteristic c JOIN (SELECT e.stratum, e.position, CASE WHEN count(DISTINCT has) = 1 THEN 1 ELSE stddev_pop(has) END AS sd, sum(has) AS present, count(*) - count(has) AS missing,
		max(abs(e.value - has / c.scale)) AS apart
	FROM element e JOIN characteristic c USING (stratum, position) WHERE e.category IS NOT NULL GROUP BY e.stratum, e.position) e USING (stratum, position);
SELECT count(*) > 10 AS many, count(*) FILTER (WHERE c.present <> e.present OR c.missing <> e.missing OR abs(c.location - e.median) > 1e-12 OR c.substitute <> 0 OR e.apart > 1e-12) AS different
FROM characteristic c JOIN (SELECT e.stratum, e.position, count(number) AS present, count(*) - count(number) AS missing, percentile_cont(0.5) WITHIN GROUP (ORDER BY number) AS median,
		max(abs(e.value - greatest(-4, least(4, (number - c.location) / c.scale)))) AS apart
	FROM element e JOIN characteristic c USING (stratum, position) WHERE e.category IS NULL GROUP BY e.stratum, e.position) e USING (stratum, position);
SELECT count(*) FILTER (WHERE missing > 0 AND category IS NULL) > 2 AS numbers, count(*) FILTER (WHERE missing > 0 AND category IS NOT NULL) > 2 AS categories FROM characteristic;

--
-- Contextual model: terms put together here, fitted by abie.ridge, which has a test of its own
--
CREATE TABLE term AS
WITH filled AS (
	SELECT e.*, coalesce(e.value, 0) AS x, e.position = min(e.position) OVER (PARTITION BY e.urn, e.characteristic) AND c.missing > 0 AS flagged
	FROM element e JOIN characteristic c USING (stratum, position)
), term AS (
	SELECT urn, stratum, 1 AS part, position AS a, 0 AS b, x AS value, characteristic || coalesce(' is ' || category, '') AS name FROM filled
	UNION ALL SELECT urn, stratum, 2, position, 0, (value IS NULL)::int, characteristic || ' missing' FROM filled WHERE flagged
	UNION ALL SELECT urn, stratum, 3, position, 0, x ^ 2, characteristic || ' squared' FROM filled WHERE category IS NULL
	UNION ALL SELECT f.urn, f.stratum, 4, f.position, g.position, f.x * g.x, f.characteristic || ' x ' || g.characteristic
		FROM filled f JOIN filled g ON g.urn = f.urn AND g.position > f.position WHERE f.category IS NULL AND g.category IS NULL
)
SELECT urn, stratum, part, value, name, row_number() OVER (PARTITION BY urn ORDER BY part, a, b) AS term FROM term;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE t.name IS DISTINCT FROM r.name) AS different
FROM (SELECT DISTINCT stratum, term, name FROM term) t FULL JOIN (SELECT * FROM abie.run_term WHERE run_id = :run_id) r USING (stratum, term);
CREATE TABLE fit AS
WITH row AS (
	SELECT s.urn, s.stratum, s.attendance, s.enrolments, s.previous_attendance, array_agg(t.value ORDER BY t.term) AS x, array_agg(t.value ORDER BY t.term) FILTER (WHERE t.part < 3) AS linear
	FROM school s JOIN term t USING (urn, stratum) GROUP BY s.urn, s.stratum, s.attendance, s.enrolments, s.previous_attendance
)
SELECT stratum, array_agg(urn ORDER BY urn DESC) AS urns, abie.ridge(array_agg(attendance ORDER BY urn DESC), array_agg(x ORDER BY urn DESC), array_agg(enrolments::float8 ORDER BY urn DESC)) AS model,
	abie.ridge(array_agg(coalesce(previous_attendance, 50) ORDER BY urn DESC), array_agg(x ORDER BY urn DESC), array_agg(CASE WHEN previous_attendance IS NULL THEN 0 ELSE enrolments END::float8 ORDER BY urn DESC)) AS previous,
	abie.ridge(array_agg(attendance ORDER BY urn DESC), array_agg(linear ORDER BY urn DESC), array_agg(enrolments::float8 ORDER BY urn DESC)) AS linear
FROM row GROUP BY stratum;
SELECT f.stratum, (f.model).penalty = m.penalty AS penalty, abs((f.model).r2_leave_one_out - m.r2_leave_one_out) < 1e-12 AS r2, abs((f.model).mean - m.mean) < 1e-11 AS mean,
	abs((f.model).residual_variance / m.residual_variance - 1) < 1e-9 AS residual_variance, m.schools = cardinality(f.urns) AS schools
FROM fit f JOIN model m USING (stratum) ORDER BY 1;
CREATE TABLE context AS
SELECT u.* FROM fit f, unnest(f.urns, (f.model).fitted, (f.model).leverage, (f.model).leave_one_out, (f.model).leave_one_out_error, (f.previous).leave_one_out)
	u(urn, fitted, leverage, context, context_error, previous_context);
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE NOT coalesce(abs(s.fitted - c.fitted) < 1e-9 AND abs(s.leverage - c.leverage) < 1e-9 AND abs(s.context - c.context) < 1e-9
	AND abs(s.context_error - c.context_error) < 1e-9 AND abs(s.previous_context - c.previous_context) < 1e-9, false)) AS different
FROM school s FULL JOIN context c USING (urn);
-- contributions of terms and of characteristics add up to the fitted value
-- a school at a time
SET enable_nestloop = on;
SELECT count(*) AS schools, max(abs(m.mean + t.sum - s.fitted)) < 1e-9 AS terms, max(abs(m.mean + c.sum - s.fitted)) < 1e-9 AS characteristics
FROM school s JOIN model m USING (stratum), LATERAL (SELECT sum(contribution) FROM abie.school_terms(:run_id, s.urn)) t(sum),
	LATERAL (SELECT sum(contribution) FROM abie.school_contributions(:run_id, s.urn)) c(sum)
WHERE s.urn % 13 = 0 OR s.urn = 900014;
SET enable_nestloop = off;

--
-- Weights: sizes of the standardised coefficients of the linear model, to sum 1
--
CREATE TABLE weight AS
SELECT f.stratum, u.position, u.coefficient * d.deviation AS coefficient
FROM fit f, unnest((f.linear).coefficients) WITH ORDINALITY u(coefficient, position)
	JOIN LATERAL (SELECT sqrt(sum(s.enrolments * (t.value - a.mean) ^ 2) / sum(s.enrolments)) AS deviation
		FROM term t JOIN school s USING (urn), (SELECT sum(t.value * s.enrolments) / sum(s.enrolments) AS mean FROM term t JOIN school s USING (urn) WHERE t.stratum = f.stratum AND t.term = u.position) a
		WHERE t.stratum = f.stratum AND t.term = u.position) d ON true
WHERE u.position <= (SELECT max(position) FROM characteristic c WHERE c.stratum = f.stratum);
SELECT c.stratum, abs(sum(c.weight) - 1) < 1e-12 AS "sum 1", count(*) FILTER (WHERE NOT coalesce(abs(c.coefficient - w.coefficient) < 1e-9 AND abs(c.weight - abs(w.coefficient) / w.total) < 1e-9, false)) AS different
FROM characteristic c FULL JOIN (SELECT *, sum(abs(coefficient)) OVER (PARTITION BY stratum) AS total FROM weight) w USING (stratum, position) GROUP BY c.stratum ORDER BY 1;

--
-- Local part: over the similar schools, which are as abie.distance with these weights says
--
SELECT count(*) AS compared, count(*) FILTER (WHERE n.similar_urn IS DISTINCT FROM o.similar_urn OR n.distance IS DISTINCT FROM o.distance) AS different
FROM (SELECT a.urn, b.urn::integer AS similar_urn, d.distance, row_number() OVER (PARTITION BY a.urn ORDER BY d.distance, b.urn) AS rank
	FROM school a JOIN school b ON b.stratum = a.stratum AND b.selective = a.selective AND b.urn <> a.urn
		JOIN (SELECT stratum, array_agg(weight ORDER BY position) AS weights FROM characteristic GROUP BY stratum) w ON w.stratum = a.stratum,
		LATERAL (SELECT abie.distance(a.vector, b.vector, w.weights) AS distance) d
	WHERE a.urn % 29 = 0 AND a.expected IS NOT NULL AND d.distance IS NOT NULL) o
	LEFT JOIN (SELECT * FROM abie.similar_school WHERE run_id = :run_id) n ON n.urn = o.urn AND n.rank = o.rank
WHERE o.rank <= 20;
CREATE TABLE local AS
WITH peer AS (
	SELECT n.urn, l.bandwidth, n.distance, p.attendance - p.context AS residual, p.previous_attendance - p.previous_context AS previous_residual,
		p.enrolments * (1 - (n.distance / l.bandwidth) ^ 3) ^ 3 AS weight
	FROM (SELECT * FROM abie.similar_school WHERE run_id = :run_id) n JOIN abie.similar_list l ON l.run_id = :run_id AND l.urn = n.urn JOIN school s ON s.urn = n.urn JOIN school p ON p.urn = n.similar_urn
), mean AS (
	SELECT urn, sum(weight * residual) / sum(weight) AS local_residual,
		sum(weight * previous_residual) / sum(weight) FILTER (WHERE previous_residual IS NOT NULL) AS previous_residual FROM peer GROUP BY urn
)
SELECT m.*, (SELECT sqrt(sum((p.weight * (p.residual - m.local_residual)) ^ 2)) / sum(p.weight) FROM peer p WHERE p.urn = m.urn) AS local_error FROM mean m;
CREATE TABLE slope AS
SELECT s.stratum, least(1, greatest(0, sum(s.enrolments * l.local_residual * (s.attendance - s.context)) / sum(s.enrolments * l.local_residual ^ 2))) AS slope,
	least(1, greatest(0, sum(s.enrolments * l.previous_residual * (s.previous_attendance - s.previous_context))
		/ sum(s.enrolments * l.previous_residual ^ 2) FILTER (WHERE s.previous_attendance IS NOT NULL))) AS previous_slope
FROM school s JOIN local l USING (urn) GROUP BY s.stratum;
SELECT p.stratum, abs(p.slope - m.local_slope) < 1e-9 AS slope FROM slope p JOIN model m USING (stratum) ORDER BY 1;
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE NOT coalesce(abs(s.local_residual - l.local_residual) < 1e-9 AND abs(s.local_error - l.local_error) < 1e-9
		AND abs(s.expected - (s.context + p.slope * l.local_residual)) < 1e-9 AND abs(s.previous_expected - (s.previous_context + p.previous_slope * l.previous_residual)) < 1e-9, false)) AS different
FROM school s JOIN local l USING (urn) JOIN slope p USING (stratum);

--
-- Noise, baseline, forecast: what is learned is what abie.learn_baseline and others, tested on their own, make of these schools
--
CREATE TABLE learned AS
WITH years AS (
	SELECT s.stratum, array_agg(s.earlier_attendance) AS earlier, array_agg(s.previous_attendance) AS previous, array_agg(s.previous_expected) AS expected, array_agg(s.enrolments::float8) AS enrolments,
		array_agg(s.attendance) AS attendance, array_agg(s.attendance - s.previous_attendance) AS change, array_agg(s.attendance - s.expected) AS residual, array_agg(m.change_c1 / 2 / s.enrolments) AS noise
	FROM school s JOIN model m USING (stratum) WHERE s.expected IS NOT NULL GROUP BY s.stratum
)
SELECT y.stratum, c.c0, c.c1, b.last_weight, b.n0, f.coefficients, f.c0 AS forecast_c0, f.c1 AS forecast_c1, f.quantile, abie.between_variance(y.residual, y.noise) AS between_variance
FROM years y, abie.change_variance(y.change, y.enrolments) c, abie.learn_baseline(y.earlier, y.previous, y.expected, y.enrolments, y.attendance) b,
	abie.learn_forecast(y.earlier, y.previous, y.expected, y.enrolments, y.attendance) f;
SELECT m.stratum, m.change_c0 = l.c0 AND m.change_c1 = l.c1 AND m.sampling_c1 = m.change_c1 / 2 AS noise, abs(m.last_weight - l.last_weight) <= 0.5001e-4 AND abs(m.n0 - l.n0) <= 0.5001e-2 AND m.last_weight = round(m.last_weight::numeric, 4) AND m.n0 = round(m.n0::numeric, 2) AS baseline,
	m.forecast_coefficients = l.coefficients AND m.forecast_c0 = l.forecast_c0 AND m.forecast_c1 = l.forecast_c1 AND m.forecast_quantile = l.quantile AS forecast,
	abs(m.between_variance - l.between_variance) < 1e-12 AS between_variance, m.last_weight BETWEEN 0.5 AND 1 AND m.n0 > 1 AS plausible
FROM model m JOIN learned l USING (stratum) ORDER BY 1;
CREATE TABLE baseline AS
SELECT s.urn, s.previous_attendance IS NOT NULL AS two_years, m.last_weight * s.attendance + (1 - m.last_weight) * s.previous_attendance AS of_both, s.enrolments / (s.enrolments + m.n0) AS share,
	m.between_variance / (m.between_variance + m.sampling_c1 / s.enrolments) AS share_of_one, m.sampling_c1 / s.enrolments AS noise, m.last_weight AS w,
	sqrt(s.context_error ^ 2 + (m.local_slope * s.local_error) ^ 2) AS expected_error, s.attendance, s.expected, s.context_error,
	m.forecast_coefficients[1] + m.forecast_coefficients[2] * s.expected + (s.attendance - s.expected) * (m.forecast_coefficients[3] + m.forecast_coefficients[5] / sqrt(s.enrolments))
		+ (s.previous_attendance - s.expected) * (m.forecast_coefficients[4] + m.forecast_coefficients[6] / sqrt(s.enrolments)) AS forecast,
	m.forecast_quantile * sqrt(m.forecast_c0 + m.forecast_c1 / s.enrolments) AS margin, 1.959963984540054 * sqrt(m.change_c0 + m.change_c1 / s.enrolments) AS margin_of_one
FROM school s JOIN model m USING (stratum) WHERE s.expected IS NOT NULL;
SELECT b.two_years, count(*) > 20 AS some, count(*) FILTER (WHERE NOT coalesce(abs(e.own_level - CASE WHEN two_years THEN of_both ELSE b.attendance END) < 1e-11
	AND abs(e.own_share - CASE WHEN two_years THEN share ELSE share_of_one END) < 1e-12
	AND abs(e.baseline - (b.expected + e.own_share * (e.own_level - b.expected))) < 1e-11 AND abs(e.expected_error - b.expected_error) < 1e-12 AND e.expected = b.expected AND e.attendance = b.attendance
	AND abs(e.baseline_error ^ 2 - (e.own_share * noise * CASE WHEN two_years THEN w ^ 2 + (1 - w) ^ 2 ELSE 1 END + ((1 - e.own_share) * e.expected_error) ^ 2)) < 1e-12
	AND abs(e.forecast - CASE WHEN two_years THEN b.forecast ELSE e.baseline END) < 1e-11
	AND abs(e.forecast_high - least(100, e.forecast + CASE WHEN two_years THEN margin ELSE margin_of_one END)) < 1e-11 AND abs(e.forecast_low - (e.forecast - CASE WHEN two_years THEN margin ELSE margin_of_one END)) < 1e-11, false)) AS different
FROM expectation e JOIN baseline b USING (urn) GROUP BY b.two_years ORDER BY 1;

--
-- Improvement, from the baseline; invariants
--
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE e.improvement IS DISTINCT FROM abie.improvement_expectation(e.baseline, e.expected, 0.26, e.ladder_top)
	OR e.improvement_rounded <> floor(e.improvement::numeric * 10 + 0.5) / 10 OR e.target <> e.baseline + e.improvement OR e.gap <> greatest(0, e.expected - e.baseline)
	OR e.statement <> CASE WHEN round(e.improvement::numeric, 1) = 0 THEN 'maintain' WHEN e.attendance < e.target THEN 'improve' ELSE 'sustain' END OR e.ladder_top <> greatest(e.pared_mean, coalesce(e.pre_pandemic, 0))) AS different
FROM expectation e;
SELECT count(*) FILTER (WHERE NOT e.baseline BETWEEN least(e.own_level, e.expected) AND greatest(e.own_level, e.expected)) AS "baseline beyond",
	count(*) FILTER (WHERE NOT e.own_share BETWEEN 0 AND 1 OR e.expected_error <= 0 OR e.baseline_error <= 0) AS share,
	count(*) FILTER (WHERE NOT (e.forecast_low < e.forecast AND e.forecast < e.forecast_high)) AS forecast,
	count(*) FILTER (WHERE NOT (e.improvement BETWEEN 0.1 AND 1 OR e.improvement = greatest(0, e.ladder_top - e.baseline))) AS improvement FROM expectation e;
-- a small school is drawn nearer to what is expected of it
SELECT corr(own_share, enrolments) > 0.3 AS "by size", corr(baseline_error, enrolments) < -0.3 AS "error by size" FROM expectation;

--
-- What changes nothing, what does
--
SELECT input_digest AS input, result_digest AS result FROM abie.run WHERE run_id = :run_id \gset
CREATE TABLE kept_context AS TABLE abie.school_context;
CREATE TABLE kept_attendance AS TABLE abie.attendance;
DELETE FROM abie.school_context; DELETE FROM abie.attendance;
VACUUM abie.school_context, abie.attendance;
INSERT INTO abie.school_context SELECT * FROM kept_context ORDER BY md5(urn::text);
INSERT INTO abie.attendance SELECT * FROM kept_attendance ORDER BY md5(laestab::text);
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT input_digest = :'input' AS "same input", result_digest = :'result' AS "same result in another order" FROM abie.run WHERE run_id = :run_id;
SELECT count(*) AS different FROM school s JOIN abie.run_school o USING (urn) WHERE o.run_id = :run_id AND to_jsonb(s) - 'run_id' - 'vector' <> to_jsonb(o) - 'run_id';
-- the unit of an input: scaled values are rounded otherwise, and a minimum found by a simplex moves by the square root of that
UPDATE abie.school_context SET other = jsonb_build_object('share', fsm_pct / 100, 'per_thousand', 10 * fsm_pct) WHERE fsm_pct IS NOT NULL;
SELECT count(*) FROM abie.create_methodology('shares', '{"edition": 1, "local_schools": null, "characteristics": ["other.share", "eal_pct", "ln_headcount", "region"]}') s, abie.create_methodology('thousands', '{"edition": 1, "local_schools": null, "characteristics": ["other.per_thousand", "eal_pct", "ln_headcount", "region"]}') t;
CALL abie.calculate('2025/26', 'shares', NULL) \gset
SELECT :run_id AS shares \gset
CALL abie.calculate('2025/26', 'thousands', NULL) \gset
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE NOT coalesce(abs(a.expected - b.expected) < 1e-9 AND abs(a.improvement - b.improvement) < 1e-6, false)) AS different
FROM (SELECT * FROM abie.expectation WHERE run_id = :shares) a FULL JOIN (SELECT * FROM abie.expectation WHERE run_id = :run_id) b USING (urn);
-- a unit that is a power of two apart changes no bit
UPDATE abie.school_context SET other = jsonb_build_object('eighth', fsm_pct / 8, 'much', 1024 * fsm_pct) WHERE fsm_pct IS NOT NULL;
SELECT count(*) FROM abie.create_methodology('eighths', '{"edition": 1, "local_schools": null, "characteristics": ["other.eighth", "eal_pct", "ln_headcount", "region"]}') s, abie.create_methodology('much', '{"edition": 1, "local_schools": null, "characteristics": ["other.much", "eal_pct", "ln_headcount", "region"]}') t;
CALL abie.calculate('2025/26', 'eighths', NULL) \gset
SELECT :run_id AS eighths \gset
CALL abie.calculate('2025/26', 'much', NULL) \gset
SELECT count(*) > 1200 AS many, count(*) FILTER (WHERE to_jsonb(a) - 'run_id' IS DISTINCT FROM to_jsonb(b) - 'run_id') AS different
FROM (SELECT * FROM abie.expectation WHERE run_id = :eighths) a FULL JOIN (SELECT * FROM abie.expectation WHERE run_id = :run_id) b USING (urn);
-- where registers tell how noisy a school's own year was, that is its noise, and all that is learned stays: of all schools, for most are known from registers only
UPDATE abie.attendance SET sources = sources || '{"sess_possible": "registers"}' WHERE academic_year = '2024/25';
UPDATE abie.attendance SET attendance_error = 0.1 + urn % 7 / 10.0, sources = sources || '{"attendance_error": "registers", "sess_possible": "registers"}' WHERE academic_year = '2024/25' AND urn % 3 = 0;
-- counts of some have come from elsewhere since
UPDATE abie.attendance SET sources = sources || '{"sess_possible": "ees-absence"}' WHERE academic_year = '2024/25' AND urn % 12 = 0;
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT input_digest = :'input' AS "same input", result_digest = :'result' AS "same result", (SELECT bool_and(v.equal) FROM abie.verify(run_id) v) AS verified FROM abie.run WHERE run_id = :run_id;
SELECT count(*) AS "learned differently" FROM abie.run_model o JOIN model m USING (stratum) WHERE o.run_id = :run_id AND to_jsonb(o) - '{run_id,references_published}'::text[] <> to_jsonb(m) - '{run_id,references_published}'::text[];
SELECT r.attendance_error IS NOT NULL AS "by registers", b.two_years, count(*) > 5 AS some,
	count(*) FILTER (WHERE to_jsonb(e) - '{run_id,baseline_error,references_published}'::text[] <> to_jsonb(o) - '{run_id,baseline_error,references_published}'::text[]) AS "but for the error",
	count(*) FILTER (WHERE r.attendance_error <> 0.1 + e.urn % 7 / 10.0 OR NOT coalesce(abs(e.own_share - CASE WHEN b.two_years THEN b.share ELSE m.between_variance / (m.between_variance + n.noise) END) < 1e-12
		AND abs(e.baseline - (e.expected + e.own_share * (e.own_level - e.expected))) < 1e-11
		AND abs(e.baseline_error ^ 2 - (e.own_share * n.noise * CASE WHEN b.two_years THEN b.w ^ 2 + (1 - b.w) ^ 2 ELSE 1 END + ((1 - e.own_share) * e.expected_error) ^ 2)) < 1e-12, false)) AS different
FROM abie.expectation e JOIN expectation o USING (urn) JOIN baseline b USING (urn) JOIN abie.run_school r ON r.run_id = e.run_id AND r.urn = e.urn JOIN model m ON m.stratum = e.stratum,
	LATERAL (SELECT coalesce(r.attendance_error ^ 2, b.noise) AS noise) n WHERE e.run_id = :run_id GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) AS "counted elsewhere" FROM abie.run_school WHERE run_id = :run_id AND attendance_error IS NOT NULL AND urn % 12 = 0;
SELECT min(urn) FILTER (WHERE previous_attendance IS NOT NULL) AS two, min(urn) FILTER (WHERE previous_attendance IS NULL) AS one FROM abie.run_school WHERE run_id = :run_id AND attendance_error IS NOT NULL \gset
SELECT s.urn = :two AS two_years, l.name, regexp_replace(l.made, '-?\d+\.\d+(e-\d+)?', '#', 'g') AS made, (regexp_match(l.made, '(?:[+x] )(\d+\.\d+)\^2'))[1]::float8 = s.attendance_error AS "the error"
FROM abie.run_school s, abie.explain(s.run_id, s.urn) l WHERE s.run_id = :run_id AND s.urn IN (:two, :one) AND l.name IN ('attendance error', 'own share', 'baseline error') ORDER BY 1, l.step;
-- four times the pupils, half the error
SELECT abs(w.changed ^ 2 - (c.changed * s.attendance_error ^ 2 / 4 * (m.last_weight ^ 2 + (1 - m.last_weight) ^ 2) + ((1 - c.changed) * x.changed) ^ 2)) < 1e-12 AS halved
FROM abie.run_school s JOIN model m USING (stratum), LATERAL (SELECT jsonb_build_object('enrolments', 4 * s.enrolments) AS four) k, LATERAL abie.what_if(s.run_id, s.urn, k.four) w,
	LATERAL abie.what_if(s.run_id, s.urn, k.four) c, LATERAL abie.what_if(s.run_id, s.urn, k.four) x
WHERE s.run_id = :run_id AND s.urn = :two AND w.name = 'baseline error' AND c.name = 'own share' AND x.name = 'expected error';
UPDATE abie.attendance SET attendance_error = NULL, sources = '{}';
-- weights as stated are kept, multipliers come on top
SELECT count(*) FROM abie.create_methodology('stated', '{"edition": 1, "local_schools": null, "characteristics": ["fsm_pct", "eal_pct", "region"], "weights": [3, 1, 0.5], "multipliers": [1, 2, 1]}') s,
	abie.create_methodology('judged', '{"edition": 1, "local_schools": null, "characteristics": ["fsm_pct", "eal_pct", "region"], "multipliers": [1, 0, 3]}') j, abie.create_methodology('plain', '{"edition": 1, "local_schools": null, "characteristics": ["fsm_pct", "eal_pct", "region"]}') p;
CALL abie.calculate('2025/26', 'stated', NULL) \gset
SELECT characteristic, abs(sum(weight) - (ARRAY[3, 2, 0.5])[array_position('{fsm_pct,eal_pct,region}', characteristic)]) < 1e-12 AS stated, bool_and(coefficient IS NOT NULL) AS coefficient
FROM abie.run_characteristic WHERE run_id = :run_id AND stratum = 'primary' GROUP BY 1 ORDER BY 1;
CALL abie.calculate('2025/26', 'judged', NULL) \gset
SELECT :run_id AS judged \gset
CALL abie.calculate('2025/26', 'plain', NULL) \gset
SELECT a.characteristic, bool_and(abs(a.weight - b.weight * (ARRAY[1, 0, 3])[array_position('{fsm_pct,eal_pct,region}', a.characteristic)]) < 1e-12) AS multiplied, min(a.multiplier) AS multiplier
FROM (SELECT * FROM abie.run_characteristic WHERE run_id = :judged) a JOIN (SELECT * FROM abie.run_characteristic WHERE run_id = :run_id) b USING (stratum, position, characteristic) GROUP BY 1 ORDER BY 1;

--
-- With less history
--
-- two years: the level is the last year's, shrunk by the variances
DELETE FROM abie.attendance WHERE academic_year = '2022/23';
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT m.stratum, m.learning_schools, num_nonnulls(m.last_weight, m.n0, m.forecast_coefficients, m.forecast_c0) AS learned, m.change_schools > 100 AND m.sampling_c1 = m.change_c1 / 2 AS noise,
	count(*) FILTER (WHERE NOT coalesce(e.own_level = e.attendance AND abs(e.own_share - m.between_variance / (m.between_variance + m.sampling_c1 / e.enrolments)) < 1e-12
		AND e.forecast = e.baseline AND abs(e.forecast_high - least(100, e.baseline + 1.959963984540054 * sqrt(m.change_c0 + m.change_c1 / e.enrolments))) < 1e-11, false)) AS different
FROM abie.run_model m JOIN abie.expectation e USING (run_id, stratum) WHERE m.run_id = :run_id GROUP BY m.stratum, m.run_id ORDER BY 1;
SELECT DISTINCT name, regexp_replace(made, '-?\d+\.\d+(e-\d+)?', '#', 'g') AS made FROM abie.explain(:run_id, 900017) WHERE name IN ('own level', 'own share', 'forecast', 'forecast low') ORDER BY 1;
-- one year: no interval, and the noise as the newest run before learned it, kept with the run whatever becomes of that one
SELECT :run_id AS lender \gset
DELETE FROM abie.attendance WHERE academic_year = '2023/24';
CREATE VIEW noise AS
SELECT m.run_id, m.stratum, m.change_schools, m.change_c0, m.sampling_source, m.sampling_run, m.sampling_c1, v.c1 AS residual_c1, k.register_c1, e.*
FROM abie.run_model m, LATERAL (SELECT array_agg(s.attendance - s.expected) AS residual, array_agg(s.enrolments::float8) AS enrolments,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY s.attendance_error ^ 2 * s.enrolments) AS register_c1
	FROM abie.run_school s WHERE s.run_id = m.run_id AND s.stratum = m.stratum AND s.expected IS NOT NULL) k, abie.change_variance(k.residual, k.enrolments) v,
	LATERAL (SELECT count(*) > 100 AND count(x.forecast) = count(*) AS forecasts, count(x.forecast_low) AS intervals, min(x.own_share) < 1 AS shrunk,
		count(*) FILTER (WHERE x.own_level <> x.attendance OR x.own_share <> m.between_variance / (m.between_variance + coalesce(s.attendance_error * s.attendance_error, m.sampling_c1 / x.enrolments))) AS different
		FROM abie.expectation x JOIN abie.run_school s USING (run_id, urn) WHERE x.run_id = m.run_id AND x.stratum = m.stratum) e;
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT n.stratum, n.change_schools, n.change_c0, n.sampling_source, n.sampling_run = :lender AS lender, n.sampling_c1 = l.sampling_c1 AS lent, n.forecasts, n.intervals, n.shrunk, n.different
FROM noise n JOIN abie.run_model l ON l.run_id = :lender AND l.stratum = n.stratum WHERE n.run_id = :run_id ORDER BY 1;
SELECT name, items, faults, passed, replace(regexp_replace(examples::text, '\d+\.\d', '#', 'g'), :'lender', '#') AS examples FROM abie.run_checks(:run_id) WHERE name = 'assumed noise';
SELECT name, replace(regexp_replace(made, '\d+\.\d+', '#', 'g'), 'run ' || :lender, 'run #') AS made FROM abie.explain(:run_id, 900017) WHERE name IN ('sampling variance', 'own share') ORDER BY 1;
SELECT replace((regexp_match(abie.school_report(900017, 'markdown', :run_id), 'How much is chance[^\n]*'))[1], 'run ' || :lender, 'run #') AS said,
	abie.school_report(900017, 'json', :run_id)::jsonb #>> '{methodology,sampling_run}' = :'lender' AS fact;
SELECT input_digest AS borrowed_input FROM abie.run WHERE run_id = :run_id \gset
BEGIN;
DELETE FROM abie.run WHERE run_id = :lender;
SELECT count(*) FILTER (WHERE equal) AS "verified without the lender" FROM abie.verify(:run_id);
ROLLBACK;
-- what was taken is an input: changed, it is noticed
BEGIN;
UPDATE abie.run_model SET sampling_c1 = sampling_c1 + 1e-9 WHERE run_id = :run_id AND stratum = 'primary';
SELECT digest, equal FROM abie.verify(:run_id);
ROLLBACK;
-- nobody to learn from: how residuals vary by size, but never more than England's schools had; a run that is withdrawn lends nothing
DELETE FROM abie.run WHERE run_id < :lender;
SELECT (abie.issue(:lender, 'to be withdrawn')).status, (abie.withdraw(:lender, 'a test')).status;
SELECT count(*) FILTER (WHERE equal) AS "verified when the lender is withdrawn" FROM abie.verify(:run_id);
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT stratum, sampling_source, sampling_run, sampling_c1 = least(residual_c1, CASE stratum WHEN 'primary' THEN 17 ELSE 101 END) AS bounded, different FROM noise WHERE run_id = :run_id ORDER BY 1;
SELECT input_digest = :'borrowed_input' AS "same input" FROM abie.run WHERE run_id = :run_id;
SELECT count(*) FILTER (WHERE equal) AS verified FROM abie.verify(:run_id);
SELECT regexp_replace(made, '\d+\.\d+', '#', 'g') AS made FROM abie.explain(:run_id, (SELECT min(urn) FROM abie.expectation WHERE run_id = :run_id AND stratum = 'primary')) WHERE name = 'sampling variance';
SELECT faults, regexp_replace(examples::text, '\d+\.\d', '#', 'g') AS examples FROM abie.run_checks(:run_id) WHERE name = 'assumed noise';
-- where registers tell the noise of enough schools, theirs
UPDATE abie.attendance SET attendance_error = 0.1 + urn % 7 / 10.0, sources = sources || '{"attendance_error": "registers", "sess_possible": "registers"}' WHERE academic_year = '2024/25' AND urn % 3 > 0;
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT stratum, sampling_source, sampling_run, abs(sampling_c1 / register_c1 - 1) < 1e-12 AS median, different FROM noise WHERE run_id = :run_id ORDER BY 1;
SELECT name, regexp_replace(made, '\d+\.\d+', '#', 'g') AS made FROM abie.explain(:run_id, 900017) WHERE name = 'sampling variance';
SELECT items, faults, passed FROM abie.run_checks(:run_id) WHERE name = 'assumed noise';
UPDATE abie.attendance SET attendance_error = NULL;
DELETE FROM abie.run WHERE run_id = :run_id;
-- where small schools differ more than noise makes them differ, the slope says too much, and the limit holds
UPDATE abie.attendance SET sess_overall = sess_possible * (0.03 + urn % 11 * 30.0 / enrolments * 0.02), sess_authorised = NULL, sess_unauthorised = NULL WHERE academic_year = '2024/25' AND school_type IN ('State-funded primary', 'State-funded secondary');
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT stratum, sampling_source, residual_c1 > 200 AS steep, sampling_c1 FROM noise WHERE run_id = :run_id ORDER BY 1;
-- few schools: too few to learn from in one stratum, then too few to compare
DELETE FROM abie.attendance WHERE urn % 50 <> 17 AND school_type = 'State-funded secondary';
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset
SELECT r.status, (SELECT count(*) FROM abie.expectation e WHERE e.run_id = r.run_id AND e.stratum = 'secondary') AS expectations,
	(SELECT array_agg(DISTINCT x.reason) FROM abie.exclusion x JOIN abie.attendance a ON a.urn = x.urn AND a.academic_year = '2024/25' WHERE x.run_id = r.run_id AND a.school_type = 'State-funded secondary') AS reasons
FROM abie.run r WHERE r.run_id = :run_id;
SELECT count(*) FROM abie.create_methodology('few', '{"edition": 1, "local_schools": null, "similar_schools": 3, "characteristics": ["fsm_pct", "region"]}');
CALL abie.calculate('2025/26', 'few', NULL) \gset
SELECT count(*) > 3 AS some, count(*) FILTER (WHERE baseline <> attendance OR own_share <> 1 OR forecast <> baseline OR num_nonnulls(forecast_low, forecast_high, baseline_error) > 0) AS shrunk FROM abie.expectation WHERE run_id = :run_id AND stratum = 'secondary';
SELECT name, made FROM abie.expectation e, LATERAL abie.explain(e.run_id, e.urn) l WHERE e.run_id = :run_id AND e.stratum = 'secondary' AND l.name = 'own share' LIMIT 1;
-- a stratum of one school, or of fewer than each is to be compared with, is left out, and the other has the same results, bit for bit
DELETE FROM abie.attendance WHERE urn % 10 <> 3 AND school_type = 'State-funded primary';
CREATE TABLE lonely (schools integer, run_id integer);
DO $$
DECLARE
	left_over integer;
	made integer;
BEGIN
	FOREACH left_over IN ARRAY '{5,4,3,2,1,0}'::integer[] LOOP
		DELETE FROM abie.attendance a WHERE a.school_type = 'State-funded secondary' AND a.laestab NOT IN (SELECT o.laestab FROM abie.attendance o
			WHERE o.academic_year = '2024/25' AND o.school_type = 'State-funded secondary' ORDER BY o.laestab LIMIT left_over);
		CALL abie.calculate('2025/26', 'few', made);
		INSERT INTO lonely VALUES (left_over, made);
	END LOOP;
END $$;
SELECT l.schools, r.status, count(*) FILTER (WHERE e.stratum = 'secondary') AS expectations,
	(SELECT string_agg(DISTINCT x.reason || ': ' || x.detail, ', ') FROM abie.exclusion x JOIN abie.run_scope c USING (run_id, laestab) WHERE x.run_id = l.run_id AND c.stratum = 'secondary') AS reasons,
	count(*) FILTER (WHERE e.stratum = 'primary') > 50 AS others, md5(string_agg((to_jsonb(e) - 'run_id')::text, '|' ORDER BY e.urn) FILTER (WHERE e.stratum = 'primary'))
		= first_value(md5(string_agg((to_jsonb(e) - 'run_id')::text, '|' ORDER BY e.urn) FILTER (WHERE e.stratum = 'primary'))) OVER (ORDER BY l.schools DESC) AS same,
	(SELECT count(*) FILTER (WHERE v.equal) FROM abie.verify(l.run_id) v) AS verified
FROM lonely l JOIN abie.run r USING (run_id) LEFT JOIN abie.expectation e USING (run_id) GROUP BY l.schools, l.run_id, r.status ORDER BY l.schools DESC;
-- nothing to go by
SELECT count(*) FROM abie.create_methodology('nobody has it', '{"edition": 1, "local_schools": null, "characteristics": ["other.unknown"]}');
CALL abie.calculate('2025/26', 'nobody has it', NULL) \gset
SELECT status, expectations, schools_in_scope = exclusions AS "all out", (SELECT count(*) FROM abie.run_model m WHERE m.run_id = r.run_id) AS models FROM abie.run r WHERE r.run_id = :run_id;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_calculate_context;
