-- Figures of test/bench/accuracy: what was measured, its goal, and whether it is met. Psql variables: judged (the run for 2018/19), before (for 2017/18).
SET search_path = accuracy, public;
\pset footer off

CREATE TABLE figure (position serial, figure text, stratum text, measured float8, low float8, high float8);

-- 1. Expected attendance out of sample, share of variance explained, weighted by enrolments. The mean of the draws of the folds (ABIE_DRAWS): one moves it by as much as small changes of the method do.
CREATE VIEW mean_r2 AS
SELECT stratum, min(schools) AS schools, avg(mean_of_20) AS mean_of_20, avg(trees) AS trees, avg(context) AS context, avg(expected) AS expected
FROM public.r2 GROUP BY stratum;
\echo
\echo 'Attendance of 2018/19 from circumstances: weighted R2 by ten-fold cross-validation, each draw of the folds and their mean'
SELECT stratum, draw, schools, round(mean_of_20::numeric, 4) AS "mean of 20 nearest", round(trees::numeric, 4) AS "boosted trees",
	round(context::numeric, 4) AS "ridge, all terms", round(expected::numeric, 4) AS "expected attendance"
FROM (SELECT * FROM public.r2 UNION ALL SELECT 'mean', stratum, expected, context, mean_of_20, trees, schools FROM mean_r2) r ORDER BY 1, 2;
INSERT INTO figure (figure, stratum, measured, low)
SELECT 'R2 of expected attendance, ten-fold, mean of draws, 2018/19 (goal: the trees'')', stratum, expected, trees FROM mean_r2 ORDER BY 2;

-- 2. The next year. The schools of the design's figures: one URN from 2016/17 to 2018/19, at least 30 enrolments in the last.
CREATE TABLE outcome AS
SELECT o.*, EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = '2018/19' AND a.urn = o.urn AND a.enrolments >= 30)
	AND EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = '2016/17' AND a.urn = o.urn) AS same_school
FROM abie.run_outcome(:judged) o;
CREATE VIEW next_year AS
SELECT stratum, w.which, count(*) AS schools, stddev_pop(outcome - attendance) AS raw, stddev_pop(outcome - baseline) AS baseline, stddev_pop(outcome - forecast) AS forecast
FROM outcome, LATERAL (VALUES ('one URN'), ('all')) w(which) WHERE w.which = 'all' OR same_school GROUP BY 1, 2;
\echo
\echo 'Attendance of 2018/19 from earlier years, everything learned on data up to 2017/18: RMSE, percentage points, common change removed'
SELECT stratum, which, schools, round(raw::numeric, 4) AS "last year", round(baseline::numeric, 4) AS baseline, round(forecast::numeric, 4) AS forecast FROM next_year ORDER BY 1, 2 DESC;
SELECT stratum, schools, round(last_weight::numeric, 3) AS last_weight, round(n0::numeric, 1) AS n0, round(change_c0::numeric, 3) AS change_c0, round(change_c1::numeric, 1) AS change_c1,
	round(forecast_quantile::numeric, 3) AS forecast_quantile FROM abie.run_model WHERE run_id = :judged ORDER BY 1;
INSERT INTO figure (figure, stratum, measured, high)
SELECT f.figure, n.stratum, CASE WHEN f.figure LIKE 'RMSE of the baseline%' THEN n.baseline ELSE n.forecast END, coalesce(f.goal, n.raw)
FROM (VALUES ('RMSE of the baseline, 2018/19', 'primary', 0.545), ('RMSE of the baseline, 2018/19', 'secondary', 0.700),
	('RMSE of the baseline, 2018/19 (goal: last year''s rate)', 'primary', NULL), ('RMSE of the baseline, 2018/19 (goal: last year''s rate)', 'secondary', NULL),
	('RMSE of the forecast, 2018/19', 'primary', 0.552), ('RMSE of the forecast, 2018/19', 'secondary', 0.700)) f(figure, stratum, goal)
	JOIN next_year n ON n.stratum = f.stratum AND n.which = 'one URN' ORDER BY f.figure, f.stratum;

-- 3. The back-test of all schools
\echo
\echo 'abie.backtest(''default'', ''2018/19'')'
CREATE TABLE backtest AS SELECT * FROM abie.backtest('default', '2018/19');
SELECT stratum, size, schools, round(r2_expected::numeric, 3) AS "R2 E", round(r2_forecast::numeric, 3) AS "R2 F", round(rmse_attendance::numeric, 3) AS "RMSE raw", round(rmse_expected::numeric, 3) AS "RMSE E",
	round(rmse_baseline::numeric, 3) AS "RMSE theta", round(rmse_forecast::numeric, 3) AS "RMSE F", round(coverage::numeric, 1) AS coverage, round(missed::numeric, 1) AS missed,
	round(missed_by_chance::numeric, 1) AS "by chance", rises_with_fsm AS "E rises" FROM backtest;
INSERT INTO figure (figure, stratum, measured, low, high) SELECT 'coverage of the 95 per cent interval, ' || size || ' schools', stratum, coverage, 93, 97 FROM backtest;

-- 4. Fairness
\echo
\echo 'Schools that more would be expected of if these were 1 point higher, all else equal'
SELECT f.stratum, count(*) AS schools, count(*) FILTER (WHERE f.change > 0) AS fsm_pct, count(*) FILTER (WHERE s.change > 0) AS fsm6_pct, count(*) FILTER (WHERE b.change > 0) AS both,
	round(avg(b.change)::numeric, 4) AS "mean change, both", round(max(b.change)::numeric, 4) AS "greatest"
FROM abie.context_change(:judged, '{fsm_pct}', 1) f JOIN abie.context_change(:judged, '{fsm6_pct}', 1) s USING (urn) JOIN abie.context_change(:judged, '{fsm_pct,fsm6_pct}', 1) b USING (urn)
GROUP BY 1 ORDER BY 1;

-- 5. Regression to the mean: the fifth of schools with the worst change from 2016/17 to 2017/18, and those of them whose forecast for 2018/19,
-- made in 2017/18, is as far below their rate of 2016/17 as that: whose fall is forecast to last. What is asked is how many of them then improve;
-- the mean change of those flagged is that of greater falls, and these come back by more points.
CREATE TABLE fall AS
SELECT stratum, urn, change, rank <= schools / 5 AS worst, lasting <= max(change) FILTER (WHERE rank <= schools / 5) OVER (PARTITION BY stratum) AS lasts, afterwards
FROM (SELECT b.stratum, b.urn, b.outcome - b.attendance AS change, row_number() OVER this AS rank, count(*) OVER (PARTITION BY b.stratum) AS schools,
		o.forecast - m.surprise - b.attendance AS lasting, o.outcome - o.attendance - m.change AS afterwards
	FROM abie.run_outcome(:before) b JOIN outcome o USING (urn)
		JOIN (SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY forecast - attendance) AS surprise, percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - attendance) AS change
			FROM outcome GROUP BY 1) m ON m.stratum = b.stratum
	WINDOW this AS (PARTITION BY b.stratum ORDER BY b.outcome - b.attendance, b.urn)) s;
CREATE VIEW regression AS
SELECT stratum, CASE WHEN NOT worst THEN 'not the worst fifth' WHEN lasts THEN 'worst fifth, flagged: the fall is forecast to last' ELSE 'worst fifth, dropped: it is not' END AS schools_are,
	worst, worst AND lasts AS flagged, count(*) AS schools, avg(change) AS change, avg(afterwards) AS afterwards, avg((afterwards > 0)::int) AS improved
FROM fall GROUP BY 1, 2, 3, 4;
\echo
\echo 'Regression to the mean: schools by their change from 2016/17 to 2017/18, and what followed (percentage points, the year''s median change removed)'
SELECT stratum, schools_are AS "schools", schools AS number, round(change::numeric, 3) AS "change 2017/18", round(afterwards::numeric, 3) AS "change 2018/19", round(100 * improved, 1) AS "improved, %"
FROM regression ORDER BY stratum, worst, flagged;
INSERT INTO figure (figure, stratum, measured, high)
SELECT g.figure, f.stratum, CASE g.figure WHEN 'flagged of the worst fifth, schools' THEN f.schools ELSE 100 * f.improved END,
	CASE g.figure WHEN 'flagged of the worst fifth, schools' THEN f.schools + d.schools - 1 ELSE 100 * d.improved END
FROM regression f JOIN regression d ON d.stratum = f.stratum AND d.worst AND NOT d.flagged,
	(VALUES ('flagged of the worst fifth, schools'), ('improved afterwards, of those flagged, % (goal: of those dropped)')) g(figure)
WHERE f.flagged ORDER BY g.figure, f.stratum;

\echo
\echo 'Goals'
SELECT figure, stratum, round(measured::numeric, 4) AS measured, concat_ws(' and ', 'at least ' || round(low::numeric, 4), 'at most ' || round(high::numeric, 4)) AS goal,
	CASE WHEN measured >= coalesce(low, measured) AND measured <= coalesce(high, measured) THEN 'met' ELSE 'MISSED' END AS verdict
FROM figure ORDER BY position;
