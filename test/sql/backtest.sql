-- The back-test: what a year brought, beside what was expected of it.
-- Expected values: the same figures in plain SQL, the contextual model by hand, properties.
-- A database of its own, because runs are made here and they are of the whole database.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_backtest;
CREATE DATABASE abie_backtest;
\c abie_backtest
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA backtest_test;
SET search_path = backtest_test, public;
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1);

SELECT abie.load_demo(4000);
-- one year more of attendance, so that baseline and forecast of 2023/24 are learned, and circumstances of 2023/24
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2021/22', laestab, urn, school_type, enrolments, sess_possible, round(sess_overall * (0.8 + 0.4 * abie_internal.demo_uniform(laestab, 77)))
FROM abie.attendance WHERE academic_year = '2022/23';
INSERT INTO abie.school_context SELECT c.* FROM abie.school_context o, jsonb_populate_record(o, '{"academic_year": "2023/24"}') c;
-- schools that maintain: at the top of their ladder
UPDATE abie.attendance SET sess_overall = sess_possible / 200, sess_authorised = NULL, sess_unauthorised = NULL WHERE urn BETWEEN 900030 AND 900060 AND academic_year IN ('2022/23', '2023/24');
-- a school without a rate in the year that judges
UPDATE abie.attendance SET sess_possible = NULL WHERE academic_year = '2024/25' AND urn = 900001;

--
-- Nothing to judge
--
SELECT * FROM abie.backtest();
CALL abie.calculate('2025/26');
SELECT * FROM abie.backtest();
SELECT * FROM abie.backtest('default', '2025/26');
SELECT * FROM abie.backtest('similar-schools', '2024/25');
SELECT * FROM abie.backtest(NULL);
\set VERBOSITY sqlstate
SELECT * FROM abie.backtest();
\set VERBOSITY default

--
-- A year judged by the next
--
CALL abie.calculate('2024/25');
SELECT stratum, last_weight IS NOT NULL AS learned FROM abie.run_model WHERE run_id = 2 ORDER BY 1;
CREATE TABLE plain AS
SELECT e.urn, e.stratum, e.enrolments, e.attendance, e.expected, e.baseline, e.forecast, e.forecast_low, e.forecast_high, e.improvement, e.statement,
	100 * (1 - a.sess_overall::float8 / a.sess_possible) AS outcome, m.forecast_c0 + m.forecast_c1 / e.enrolments AS variance
FROM abie.expectation e JOIN abie.run_model m USING (run_id, stratum) JOIN abie.attendance a ON a.academic_year = '2024/25' AND a.urn = e.urn
WHERE e.run_id = 2 AND a.sess_possible IS NOT NULL;
CREATE TABLE common AS
SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - attendance) AS change, percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - forecast) AS surprise,
	percentile_cont(1 / 3.0::float8) WITHIN GROUP (ORDER BY enrolments) AS third, percentile_cont(2 / 3.0::float8) WITHIN GROUP (ORDER BY enrolments) AS two_thirds
FROM plain GROUP BY 1;
-- pace 0.26: the better of the two routes, and how far that is from the improvement
CREATE TABLE judged AS
SELECT p.*, CASE WHEN enrolments < third THEN 'small' WHEN enrolments < two_thirds THEN 'medium' ELSE 'large' END AS size,
	greatest(outcome - baseline, outcome - baseline - change + 0.26) - improvement AS beyond, outcome - surprise BETWEEN forecast_low AND forecast_high AS inside
FROM plain p JOIN common USING (stratum);
CREATE TABLE found AS SELECT * FROM abie.run_outcome(2);
SELECT (SELECT count(*) FROM found) = (SELECT count(*) FROM judged) AS schools, (SELECT count(*) FROM found WHERE urn = 900001) AS "without a rate",
	count(*) FILTER (WHERE f.size <> j.size) AS size, count(*) FILTER (WHERE NOT near(f.outcome, j.outcome)) AS outcome, count(*) FILTER (WHERE f.inside <> j.inside) AS inside,
	count(*) FILTER (WHERE (f.attendance, f.expected, f.baseline, f.forecast, f.enrolments, f.stratum) <> (j.attendance, j.expected, j.baseline, j.forecast, j.enrolments, j.stratum)) AS same,
	count(*) FILTER (WHERE f.missed IS DISTINCT FROM CASE WHEN statement <> 'maintain' THEN beyond < 0 END) AS missed,
	count(*) FILTER (WHERE f.by_chance IS DISTINCT FROM CASE WHEN statement <> 'maintain' AND beyond < 0 THEN beyond > -1.6448536269514722 * sqrt(variance) END) AS by_chance
FROM found f JOIN judged j USING (urn);
-- each of the answers occurs
SELECT missed, by_chance, count(*) > 0 AS some FROM found GROUP BY 1, 2 ORDER BY 1, 2;

CREATE TABLE tested AS SELECT * FROM abie.backtest('default', '2024/25');
SELECT stratum, size, schools, least_enrolments, most_enrolments FROM tested;
-- schools with as many enrolments as a third ends with go to one side together
SELECT count(*) AS overlaps FROM tested a JOIN tested b USING (stratum)
WHERE (a.size, b.size) IN (('small', 'medium'), ('medium', 'large')) AND a.most_enrolments >= b.least_enrolments;
-- by the aggregates of PostgreSQL
CREATE VIEW again AS
SELECT j.stratum, g.size, count(*) AS schools, sqrt(avg((j.outcome - j.attendance - m.attendance) ^ 2)) AS rmse_attendance, sqrt(avg((j.outcome - j.expected - m.expected) ^ 2)) AS rmse_expected,
	sqrt(avg((j.outcome - j.baseline - m.baseline) ^ 2)) AS rmse_baseline, sqrt(avg((j.outcome - j.forecast - m.forecast) ^ 2)) AS rmse_forecast,
	1 - sum(enrolments * (j.outcome - j.expected - m.expected) ^ 2) / sum(enrolments * (j.outcome - m.outcome) ^ 2) AS r2_expected,
	1 - sum(enrolments * (j.outcome - j.forecast - m.forecast) ^ 2) / sum(enrolments * (j.outcome - m.outcome) ^ 2) AS r2_forecast,
	100.0 * count(*) FILTER (WHERE inside) / count(*) AS coverage, 100.0 * count(*) FILTER (WHERE statement <> 'maintain' AND beyond < 0) / count(*) FILTER (WHERE statement <> 'maintain') AS missed,
	100.0 * count(*) FILTER (WHERE statement <> 'maintain' AND beyond < 0 AND beyond > -1.6448536269514722 * sqrt(variance)) / count(*) FILTER (WHERE statement <> 'maintain' AND beyond < 0) AS missed_by_chance
FROM judged j JOIN (SELECT stratum, avg(outcome - attendance) AS attendance, avg(outcome - expected) AS expected, avg(outcome - baseline) AS baseline, avg(outcome - forecast) AS forecast,
		sum(outcome * enrolments) / sum(enrolments) AS outcome FROM judged GROUP BY 1) m USING (stratum), LATERAL (VALUES ('all'), (j.size)) g(size)
GROUP BY 1, 2;
SELECT count(*) AS "8", count(*) FILTER (WHERE t.schools <> a.schools) AS schools,
	count(*) FILTER (WHERE NOT (near(t.rmse_attendance, a.rmse_attendance) AND near(t.rmse_expected, a.rmse_expected) AND near(t.rmse_baseline, a.rmse_baseline) AND near(t.rmse_forecast, a.rmse_forecast))) AS rmse,
	count(*) FILTER (WHERE NOT (near(t.r2_expected, a.r2_expected) AND near(t.r2_forecast, a.r2_forecast))) AS r2, count(*) FILTER (WHERE NOT near(t.coverage, a.coverage)) AS coverage,
	count(*) FILTER (WHERE NOT (near(t.missed, a.missed) AND near(t.missed_by_chance, a.missed_by_chance))) AS missed
FROM tested t JOIN again a USING (stratum, size);
-- a year that is as good for all schools, or as bad, changes no row but for the routes to success, which it may only open
CREATE TABLE unchanged AS SELECT * FROM tested;
UPDATE abie.attendance SET sess_possible = 75 * sess_possible, sess_overall = 75 * sess_overall + sess_possible, sess_authorised = 75 * sess_authorised + sess_possible,
	sess_unauthorised = 75 * sess_unauthorised WHERE academic_year = '2024/25' AND sess_possible IS NOT NULL;
SELECT count(*) FILTER (WHERE NOT (near(t.rmse_baseline, u.rmse_baseline) AND near(t.r2_forecast, u.r2_forecast) AND near(t.coverage, u.coverage))) AS changed
FROM abie.backtest('default', '2024/25') t JOIN unchanged u USING (stratum, size);

--
-- Circumstances a little different
--
-- a school's context with its free school meals 1 point higher, by the model's own terms; at the limit of the scale nothing changes
CREATE TABLE changed AS SELECT * FROM abie.context_change(2, '{fsm_pct}', 1);
CREATE FUNCTION context_of(of_urn int, more float8) RETURNS float8 LANGUAGE sql STABLE AS $$
SELECT max(m.mean) + sum(t.coefficient * ((CASE WHEN t.name ~ ' squared$' THEN x.v[t.element] ^ 2 WHEN t.other_element IS NOT NULL THEN x.v[t.element] * x.v[t.other_element]
	WHEN t.name ~ ' missing$' THEN 0 ELSE x.v[t.element] END) - t.location))
FROM abie.run_school s JOIN abie.run_vector(2) o ON o.urn = s.urn JOIN abie.run_model m ON m.run_id = s.run_id AND m.stratum = s.stratum JOIN abie.run_term t ON t.run_id = s.run_id AND t.stratum = s.stratum,
	LATERAL (SELECT array_agg(CASE c.characteristic WHEN 'fsm_pct' THEN least(greatest((s.numbers[c.element] + more - c.location) / c.scale, -4), 4) ELSE o.vector[c.position] END ORDER BY c.position) AS v
		FROM abie.run_characteristic c WHERE c.run_id = 2 AND c.stratum = s.stratum) x
WHERE s.run_id = 2 AND s.urn = of_urn $$;
SELECT count(*) AS schools, count(*) FILTER (WHERE abs(change - (context_of(urn, 1) - context_of(urn, 0))) > 1e-9) AS differences, count(*) FILTER (WHERE change <> 0) > 50 AS some
FROM (SELECT * FROM changed ORDER BY md5(urn::text) LIMIT 80) c;
SELECT (SELECT count(*) FROM changed) = (SELECT count(*) FROM abie.run_school WHERE run_id = 2 AND expected IS NOT NULL) AS "every school",
	count(*) FILTER (WHERE change <> 0) AS "changed by nothing" FROM abie.context_change(2, '{fsm_pct}', 0);
SELECT count(*) FILTER (WHERE change <> 0) AS "a name that is not there" FROM abie.context_change(2, '{no such}', 1);
-- the back-test counts the schools that more would be expected of
SELECT (SELECT sum(rises_with_fsm) FROM unchanged WHERE size = 'all') = count(*) AS counted FROM abie.context_change(2, '{fsm_pct,fsm6_pct}', 1) c JOIN found USING (urn) WHERE c.change > 0;

--
-- The newest of several runs; a method without forecast
--
CALL abie.calculate('2024/25');
SELECT count(*) AS differences FROM (SELECT * FROM abie.backtest() EXCEPT SELECT * FROM abie.backtest('default', '2024/25')) d;
CALL abie.calculate('2024/25', methodology => 'similar-schools');
SELECT stratum, size, r2_expected > 0 AS r2_expected, r2_forecast, rmse_baseline = rmse_attendance AS "baseline is attendance", rmse_forecast, coverage, missed > 0 AS missed, missed_by_chance, rises_with_fsm
FROM abie.backtest('similar-schools') WHERE size = 'all';
SELECT count(*) AS "no model" FROM abie.context_change(4, '{fsm_pct}', 1);

--
-- No verdict depends on who asks
--
CREATE ROLE abie_backtest_head;
CREATE ROLE abie_backtest_region;
GRANT USAGE ON SCHEMA backtest_test TO abie_backtest_head, abie_backtest_region;
SELECT (abie.issue(4, 'for the test')).status, abie.grant_access('abie_backtest_head', 'school', '900017') > 0 AS head,
	abie.grant_access('abie_backtest_region', 'region', 'East of England') > 0 AS region;
CREATE TABLE whole_progress AS SELECT * FROM abie.run_progress(4);
CREATE TABLE whole_outcome AS SELECT * FROM abie.run_outcome(4);
CREATE TABLE whole_what_if AS SELECT w.* FROM abie.what_if(4, 900017, '{"fsm6_pct": 30}') w;
GRANT SELECT ON whole_progress, whole_outcome, whole_what_if TO PUBLIC;
SET ROLE abie_backtest_head;
SELECT (SELECT array_agg(p.urn) FROM abie.run_progress(4) p) AS schools, (SELECT count(*) FROM (SELECT * FROM abie.run_progress(4) EXCEPT SELECT * FROM whole_progress) d) AS progress,
	(SELECT count(*) FROM (SELECT * FROM abie.run_outcome(4) EXCEPT SELECT * FROM whole_outcome) d) AS outcome,
	(SELECT count(*) FROM (SELECT * FROM abie.what_if(4, 900017, '{"fsm6_pct": 30}') EXCEPT SELECT * FROM whole_what_if) d) AS what_if;
SELECT * FROM abie.backtest('similar-schools');
SELECT * FROM abie.what_if(4, 900018, '{}');
SET ROLE abie_backtest_region;
SELECT count(*) > 100 AS many, (SELECT count(*) FROM (SELECT * FROM abie.run_progress(4) EXCEPT SELECT * FROM whole_progress) d) AS progress,
	(SELECT count(*) FROM (SELECT * FROM abie.run_outcome(4) EXCEPT SELECT * FROM whole_outcome) d) AS outcome FROM abie.run_progress(4);
RESET ROLE;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_backtest;
DROP ROLE abie_backtest_head, abie_backtest_region;
