-- Outcome of a year. Expected values: by hand, from a table of the normal distribution, by simulation with known truth,
-- and recomputed in plain SQL.
-- A database of its own, because runs are made here and they are of the whole database.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_outcome;
CREATE DATABASE abie_outcome;
\c abie_outcome
SET client_min_messages = warning;
CREATE EXTENSION abie;
SET extra_float_digits = 0;

-- words at their bounds: -1.645 and -3.09 standard deviations, half a point
SELECT change, improvement, variance, (abie.outcome(change, improvement, variance)).*
FROM (VALUES (0.3, 0.3, 1.0), (0.29, 0.3, 1.0), (-1.344, 0.3, 1), (-1.346, 0.3, 1), (-2.79, 0.3, 1), (-2.8, 0.3, 1),
	(-0.18, 0.3, 0.01), (-0.2, 0.3, 0.01)) v(change, improvement, variance);
SELECT abie.outcome(0, 1, NULL) IS NULL AS nothing, (abie.outcome('NaN', 1, 1)).outcome AS nan, (abie.outcome(1, 1, 'infinity')).outcome AS infinite, (abie.outcome('infinity', 1, 1)).outcome AS beyond;
SELECT abie.outcome(0, 1, 0);
SELECT abie.outcome(0, 1, -1);

-- no noise: the change is true; no variance of true changes: it is as before; half and half
SELECT k, (abie.shortfall(-1, 0.4, p, n, 0.3)).* FROM (VALUES ('no noise', 1.0, 0.0), ('nothing to learn', 0, 1), ('half', 1, 1), ('nothing at all', 0, 0)) v(k, p, n);
-- by a table: P(Z < 1.959964) = 0.975, P(Z < 1.281552) = 0.9, P(Z < 0) = 0.5
SELECT z, round((abie.shortfall(0, 0, 1, 1, 3, 3 - z * sqrt(0.5))).probability::numeric, 6) AS probability
FROM (VALUES (1.959964), (1.281552), (0), (-1.644854)) v(z);
SELECT abie.shortfall(0, 0, -1, 1, 1);
SELECT abie.shortfall(0, 0, 1, -1, 1);
SELECT abie.shortfall(0, 0, 1, 1, 1, -0.5);
SELECT abie.shortfall('NaN', 0, 1, 1, 1);
SELECT abie.shortfall(0, 0, 1e308, 1e308, 1);

--
-- Known truth: schools of England's sizes, whose true change is about what was to be expected of them
--
SELECT setseed(0.3);
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE
RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
CREATE TABLE simulated AS
SELECT stratum, i, n, improvement, prior, c0, c1 / n AS noise, true_change, true_change + sqrt(c1 / n) * normal() AS change
FROM (
	SELECT v.*, i, exp(v.size + v.spread * normal()) AS n, 0.24 + 0.2 * random() AS improvement, p.prior,
		p.prior + sqrt(c0) * normal() AS true_change
	FROM (VALUES ('primary', 5.4, 0.5, 0.113, 33.7), ('secondary', 6.9, 0.4, 0.177, 202)) v(stratum, size, spread, c0, c1),
		generate_series(1, 20000) i, LATERAL (SELECT 0.15 * normal() + i * 0 AS prior) p
) s;
CREATE TABLE judged AS
SELECT s.*, o.outcome, f.probability,
	rank() OVER (PARTITION BY stratum ORDER BY f.probability DESC) AS place, rank() OVER (PARTITION BY stratum ORDER BY change - improvement) AS raw_place
FROM simulated s, abie.outcome(s.change, s.improvement, s.c0 + s.noise) o, abie.shortfall(s.change, s.prior, s.c0, s.noise, s.improvement) f;
-- of the first 500 under one in a hundred are on track; those of them that fell short by less than half a point are more by
-- raw change; a change below the expectation flags many that are on track
SELECT stratum, 100.0 * count(*) FILTER (WHERE place <= 500 AND true_change >= improvement) / 500 < 1 AS "under 1 per cent on track",
	count(*) FILTER (WHERE raw_place <= 500 AND improvement - true_change < 0.5) > 1.3 * count(*) FILTER (WHERE place <= 500 AND improvement - true_change < 0.5) AS "raw change worse",
	100.0 * count(*) FILTER (WHERE true_change >= improvement AND change < improvement) / count(*) FILTER (WHERE true_change >= improvement) BETWEEN 10 AND 35 AS "raw counting flags many",
	count(*) FILTER (WHERE outcome LIKE 'missed%' AND true_change >= improvement) < count(*) FILTER (WHERE outcome LIKE 'missed%') / 100.0 AS "missed is missed"
FROM judged GROUP BY stratum ORDER BY stratum;
-- probabilities mean what they say: in each tenth of them as many are short as they say, within sampling error
SELECT stratum, bool_and(abs(said - came) < 3.5 * sqrt(said * (1 - said) / schools) + 0.002) AS "calibrated"
FROM (SELECT stratum, width_bucket(probability, 0, 1, 10) AS b, count(*) AS schools, avg(probability) AS said, avg((improvement - true_change > 0.5)::int) AS came
	FROM judged GROUP BY 1, 2) c GROUP BY stratum ORDER BY stratum;

--
-- Outcomes of a run
--
SELECT abie.load_demo(800);
-- some schools were there for a part of the baseline year only, so that their figures are of fewer enrolments
UPDATE abie.attendance SET sess_possible = sess_possible / 2, sess_overall = sess_overall / 2, sess_authorised = NULL, sess_unauthorised = NULL
WHERE academic_year = '2023/24' AND urn % 20 = 0;
CALL abie.calculate('2024/25') \gset this_
CREATE TABLE outcome AS SELECT * FROM abie.school_outcomes(:this_run_id);
SELECT count(*) > 20 AS "parts of years" FROM abie.run_school WHERE run_id = :this_run_id AND effective_enrolments < 0.7 * enrolments;
SELECT count(*) = (SELECT count(*) FROM abie.run_progress(:this_run_id)) AND count(*) > 600 AS whole, bool_and(outcome_before IS NULL) AS "nothing before",
	count(DISTINCT outcome) >= 3 AS words, bool_and(shock_effect = 0) AS "no shocks" FROM outcome;
-- all of it again, from tables
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN abs(a - b) < 1e-9;
CREATE TABLE anew AS
WITH base AS (
	SELECT e.urn::int, e.stratum, e.baseline, CASE WHEN e.statement = 'maintain' THEN -0.5 ELSE e.improvement END AS asked,
		100 - 100.0 * a.sess_overall / a.sess_possible AS outcome, e.attendance, coalesce(e.forecast, e.baseline) - e.baseline AS forecast_change,
		coalesce(m.forecast_c0, m.change_c0) AS c0, coalesce(m.forecast_c1, m.change_c1) / s.effective_enrolments AS noise,
		a.attendance_error, e.baseline_error, (SELECT pace FROM abie.methodology WHERE name = 'default') AS pace
	FROM abie.expectation e JOIN abie.attendance a ON a.laestab = e.laestab AND a.academic_year = '2024/25'
		JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum
	WHERE e.run_id = :this_run_id
), best AS (
	SELECT b.*, greatest(b.outcome - b.baseline, b.outcome - b.baseline - c.common + b.pace) AS best
	FROM base b JOIN (SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - attendance) AS common FROM base GROUP BY 1) c USING (stratum)
)
SELECT b.*, b.forecast_change + c.surprise AS prior, greatest(0.02, b.c0) AS prior_variance
FROM best b JOIN (SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY best - forecast_change) AS surprise FROM best GROUP BY 1) c USING (stratum);
SELECT bool_and(near(o.improvement, a.asked)) AS improvement, bool_and(near(o.best_change, a.best)) AS best_change, bool_and(near(o.z, (a.best - a.asked) / sqrt(a.c0 + a.noise))) AS z,
	bool_and(near(o.prior_change, a.prior)) AS prior, bool_and(near(o.noise, a.noise)) FILTER (WHERE a.attendance_error IS NULL) AS noise,
	bool_and(near(o.true_change, a.prior + (a.best - a.prior) * o.prior_variance / (o.prior_variance + o.noise))) AS true_change,
	bool_and(near(o.true_change_error ^ 2, o.prior_variance * o.noise / (o.prior_variance + o.noise))) AS error
FROM outcome o JOIN anew a USING (urn);
-- registers tell the noise of the year, and leave more to the true change
UPDATE abie.attendance SET attendance_error = 0.01 WHERE academic_year = '2024/25' AND urn = (SELECT min(urn) FROM outcome) RETURNING urn \gset
SELECT near(n.noise, 0.0001 + e.baseline_error ^ 2) AS noise, near(n.noise + n.prior_variance, o.noise + o.prior_variance) AS "same sum", n.z = o.z AS z
FROM abie.school_outcomes(:this_run_id) n JOIN outcome o USING (urn) JOIN abie.expectation e ON e.run_id = :this_run_id AND e.urn = n.urn WHERE o.urn = :urn;
-- the year before: of an issued run alone
CALL abie.calculate('2023/24', run_id => NULL) \gset before_
SELECT count(outcome_before) AS known FROM abie.school_outcomes(:this_run_id);
SELECT status FROM abie.issue(:before_run_id, 'for this test');
SELECT count(o.outcome_before) > 600 AS known, bool_and(o.outcome_before = b.outcome) AS same
FROM abie.school_outcomes(:this_run_id) o LEFT JOIN abie.school_outcomes(:before_run_id) b USING (urn);
SELECT bool_and(missed_consistently = (outcome LIKE 'missed%' AND outcome_before LIKE 'missed%')) FILTER (WHERE outcome_before IS NOT NULL) AS consistently, count(*) > 600 AS schools
FROM abie_report.school_outcome WHERE run_id = :this_run_id;
SELECT count(*) FROM abie.school_outcomes(0);
SELECT abie.school_outcomes(NULL) IS NULL;
-- the view, which works out the schools asked for alone, says the same as the function, of all and to who may read one
SELECT status FROM abie.issue(:this_run_id, 'for this test');
CREATE FUNCTION compare(run integer, OUT schools bigint, OUT before bigint, OUT other bigint) LANGUAGE sql AS $$
	WITH by_function AS (SELECT to_jsonb(o) - '{attendance,expected,prior_change,prior_variance,noise}'::text[] AS row FROM abie.school_outcomes(run) o),
		by_view AS (SELECT to_jsonb(v) - '{run_id,target_year,baseline_year,methodology,run_status,is_current,is_latest,school_name,la_code,la_name,region,trust_code,trust,missed_consistently}'::text[] AS row
			FROM abie_report.school_outcome v WHERE run_id = run)
	SELECT (SELECT count(*) FROM by_view), (SELECT count(*) FROM by_view WHERE row ->> 'outcome_before' IS NOT NULL),
		(SELECT count(*) FROM ((TABLE by_function EXCEPT TABLE by_view) UNION ALL (TABLE by_view EXCEPT TABLE by_function)) o) $$;
SELECT schools > 600 AS schools, before > 500 AS before, other FROM compare(:this_run_id);
SELECT schools > 600 AS schools, before, other FROM compare(:before_run_id);
CREATE ROLE abie_outcome_reader;
CREATE ROLE abie_outcome_nobody;
SELECT abie.grant_access('abie_outcome_reader', 'school', (SELECT min(urn)::text FROM outcome WHERE stratum = 'secondary')) > 0 AS granted;
GRANT USAGE ON SCHEMA abie, abie_internal, abie_report TO abie_outcome_nobody;
SET ROLE abie_outcome_reader;
SELECT * FROM compare(:this_run_id);
-- what is common to a stratum is told to who has a school of it in a run that may be read
SELECT array_agg(s.stratum) FROM unnest(abie_internal.stratum_outcomes(:this_run_id)) s;
RESET ROLE;
BEGIN;
DELETE FROM abie.attendance WHERE academic_year = (SELECT target_year FROM abie.run WHERE run_id = :this_run_id) AND urn = (SELECT min(urn) FROM outcome WHERE stratum = 'secondary');
SET LOCAL ROLE abie_outcome_reader;
SELECT abie_internal.stratum_outcomes(:this_run_id) IS NULL AS "nothing without an outcome";
ROLLBACK;
SET ROLE abie_outcome_nobody;
SELECT abie_internal.stratum_outcomes(:this_run_id) IS NULL AS nothing;
RESET ROLE;
SELECT array_agg(s.stratum ORDER BY s.stratum) FROM unnest(abie_internal.stratum_outcomes(:this_run_id)) s;
SELECT reason FROM abie.withdraw(:this_run_id, 'for this test');
SET ROLE abie_outcome_reader;
SELECT abie_internal.stratum_outcomes(:this_run_id) IS NULL AS nothing, (SELECT count(*) FROM abie_report.school_outcome WHERE run_id = :this_run_id) AS schools;
RESET ROLE;
DROP OWNED BY abie_outcome_reader, abie_outcome_nobody;
DROP ROLE abie_outcome_reader, abie_outcome_nobody;

--
-- What schools had in common: the medians of percentile_cont, to the bit
--
SELECT count(*) AS times, count(*) FILTER (WHERE c.common_change <> p.common OR c.surprise <> s.surprise) AS other
FROM generate_series(1, 40) n
	CROSS JOIN LATERAL (SELECT array_agg(90 + sin(n * i)) AS o, array_agg(91 + cos(n * i * i)) AS a, array_agg(90.5 + sin(i + n)) AS b, array_agg(greatest(0, sin(3 * i + n))) AS k,
			array_agg(cos(5 * i - n)) AS f FROM generate_series(1, n) i) g
	CROSS JOIN LATERAL abie_internal.common_outcome(o, a, b, k, f, 0.4) c
	CROSS JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x - y) AS common FROM unnest(o, a) u(x, y)) p
	CROSS JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(r.change, r.relative_change) + e - d) AS surprise
		FROM unnest(o, b, k, f) u(x, y, e, d) CROSS JOIN LATERAL abie.progress(y, 0, x, p.common, 0.4) r) s;
SELECT abie_internal.common_outcome('{}', '{}', '{}', '{}', '{}', 0) IS NULL AS "of none";
SELECT abie_internal.common_outcome('{1,2}', '{1}', '{1,2}', '{1,2}', '{1,2}', 0);
SELECT abie_internal.common_outcome('{1}', '{1}', '{1}', '{NULL}', '{1}', 0);
SELECT abie_internal.common_outcome('{1}', '{1}', '{1}', '{1}', '{Infinity}', 0);
SELECT abie_internal.common_outcome('{{1}}', '{1}', '{1}', '{1}', '{1}', 0);
SELECT abie_internal.common_outcome('{1}', '{1}', '{1}', '{1}', '{1}', 'NaN');
SELECT abie_internal.common_outcome('{1e308}', '{-1e308}', '{1}', '{1}', '{1}', 0);
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_outcome;
