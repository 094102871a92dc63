-- Figures of test/bench/accuracy: what was measured beside what it is measured against, its goal, and whether it is met.
-- Psql variables: judged (the run for 2018/19), before (for 2017/18), newest and newest_first (for 2019/20, the latter by the
-- first edition).
SET search_path = measured, public;
\pset footer off

-- 1. Expected attendance out of sample, share of variance explained, weighted by enrolments. The mean of the draws of
-- the folds (ABIE_DRAWS): one moves it by as much as small changes of the method do.
CREATE VIEW mean_r2 AS
SELECT methodology, stratum, min(schools) AS schools, avg(mean_of_20) AS mean_of_20, avg(trees) AS trees,
	avg(context) AS context, avg(expected) AS expected
FROM r2 GROUP BY methodology, stratum;

\echo
\echo 'Attendance of 2018/19 from circumstances: weighted R2 by ten-fold cross-validation, each draw of the folds and their mean'
SELECT methodology, stratum, draw, schools, round(mean_of_20::numeric, 4) AS "mean of 20 nearest",
	round(trees::numeric, 4) AS "boosted trees", round(context::numeric, 4) AS "ridge, all terms",
	round(expected::numeric, 4) AS "expected attendance"
FROM (SELECT methodology, stratum, draw, schools, mean_of_20, trees, context, expected FROM r2
	UNION ALL
	SELECT methodology, stratum, 'mean', schools, mean_of_20, trees, context, expected FROM mean_r2) r
ORDER BY 1 DESC, 2, 3;

INSERT INTO figure (figure, stratum, first_edition, peer, measured, low)
SELECT 'R2 of expected attendance (peer: trees on the same columns)', s.stratum, f.expected, s.trees, s.expected, s.trees
FROM mean_r2 s JOIN mean_r2 f ON f.methodology = 'first-edition' AND f.stratum = s.stratum
WHERE s.methodology = 'default' ORDER BY s.stratum;

-- 2. The next year, everything learned from years before it; a change common to all schools is removed.
-- Of schools that both editions judge. What 2015/16 brought is for trees to learn from.
CREATE VIEW next_year_judged AS
SELECT n.* FROM next_year n JOIN next_year o USING (kind, year, urn) WHERE n.methodology <> o.methodology;

CREATE VIEW next_year_error AS
SELECT n.kind, n.year, n.stratum, n.methodology, w.which, count(*) AS schools,
	stddev_pop(n.outcome - n.attendance) AS last, stddev_pop(n.outcome - n.baseline) AS baseline,
	stddev_pop(n.outcome - n.forecast) AS forecast, stddev_pop(n.outcome - t.prediction) AS trees,
	regr_slope(n.outcome - n.expected, n.baseline - n.expected) AS slope,
	sqrt((1 - regr_r2(n.outcome - n.expected, n.baseline - n.expected)) / (count(*) - 2)
		* var_samp(n.outcome - n.expected) / var_samp(n.baseline - n.expected)) AS slope_error
FROM next_year_judged n CROSS JOIN (VALUES ('one URN'), ('all')) w(which)
	LEFT JOIN next_year_tree t ON n.kind = 'all years' AND t.year = n.year AND t.urn = n.urn
WHERE n.year > '2015/16' AND (w.which = 'all' OR n.one_urn)
GROUP BY n.kind, n.year, n.stratum, n.methodology, w.which;

\echo
\echo 'Attendance of a year from those before it, everything learned before it: RMSE, percentage points, common change removed'
SELECT kind AS held, year, stratum, which, methodology, schools, round(last::numeric, 4) AS "last year",
	round(trees::numeric, 4) AS trees, round(baseline::numeric, 4) AS baseline,
	round(forecast::numeric, 4) AS forecast, round(slope::numeric, 3) AS slope
FROM next_year_error ORDER BY kind, stratum, which DESC, year, methodology DESC;

\echo 'What was learned of the year before 2018/19'
SELECT r.methodology, m.stratum, m.schools, round(m.last_weight::numeric, 3) AS last_weight,
	round(m.n0::numeric, 1) AS n0, round(m.constant::numeric, 3) AS constant, round(m.change_c0::numeric, 3) AS change_c0,
	round(m.change_c1::numeric, 1) AS change_c1, round(m.forecast_quantile::numeric, 3) AS forecast_quantile
FROM abie.run_model m JOIN abie.run r USING (run_id) WHERE m.run_id = :judged ORDER BY 1, 2;

CREATE VIEW next_year_mean AS
SELECT kind, stratum, which, methodology, avg(last) AS last, avg(baseline) AS baseline, avg(forecast) AS forecast,
	avg(trees) AS trees
FROM next_year_error GROUP BY kind, stratum, which, methodology;

INSERT INTO figure (figure, stratum, first_edition, peer, measured, high)
SELECT 'RMSE of the baseline, 2018/19 (peer: last year''s rate)', s.stratum, f.baseline, s.last, s.baseline,
	least(s.last, CASE s.stratum WHEN 'primary' THEN 0.545 ELSE 0.700 END)
FROM next_year_error s JOIN next_year_error f USING (kind, year, stratum, which)
WHERE kind = 'all years' AND year = '2018/19' AND which = 'one URN' AND s.methodology = 'default'
	AND f.methodology = 'first-edition'
ORDER BY s.stratum;

INSERT INTO figure (figure, stratum, first_edition, peer, measured, high)
SELECT 'RMSE of the ' || g.figure || CASE g.peer WHEN 'trees' THEN ' (peer: trees on all columns)'
		ELSE ' (peer: last year''s rate)' END, s.stratum,
	CASE g.what WHEN 'forecast' THEN f.forecast ELSE f.baseline END, p.peer,
	CASE g.what WHEN 'forecast' THEN s.forecast ELSE s.baseline END,
	least(p.peer, CASE s.stratum WHEN 'primary' THEN g.primary_goal ELSE g.secondary_goal END)
FROM (VALUES
	(1, 'baseline, mean of three years', 'all years', 'baseline', 'trees', NULL, NULL),
	(2, 'forecast, mean of three years', 'all years', 'forecast', 'last', NULL, NULL),
	(3, 'baseline, one year held, noise declared', 'one year, declared', 'baseline', 'last', 0.545, 0.678),
	(4, 'baseline, one year held, noise of an earlier run', 'one year, earlier run', 'baseline', 'last', 0.545, 0.678),
	(5, 'baseline, 2023/24 of the subset, one year held', 'pandemic, one year', 'baseline', 'last', NULL, NULL),
	(6, 'baseline, 2023/24 of the subset, two years held', 'pandemic, two years', 'baseline', 'last', NULL, NULL)
	) g(position, figure, kind, what, peer, primary_goal, secondary_goal)
	JOIN next_year_mean s ON s.kind = g.kind AND s.methodology = 'default'
		AND s.which = CASE WHEN g.kind LIKE 'pandemic%' THEN 'all' ELSE 'one URN' END
	JOIN next_year_mean f ON f.kind = s.kind AND f.stratum = s.stratum AND f.which = s.which
		AND f.methodology = 'first-edition'
	CROSS JOIN LATERAL (SELECT CASE g.peer WHEN 'trees' THEN s.trees ELSE s.last END AS peer) p
ORDER BY g.position, s.stratum;

INSERT INTO figure (figure, stratum, first_edition, measured, error, low, high)
SELECT 'slope of next year''s deviation on baseline - expected, mean of three years', s.stratum,
	avg(f.slope), avg(s.slope), sqrt(sum(s.slope_error ^ 2)) / count(*), 0.97, 1.03
FROM next_year_error s JOIN next_year_error f USING (kind, year, stratum, which)
WHERE kind = 'all years' AND which = 'one URN' AND s.methodology = 'default' AND f.methodology = 'first-edition'
GROUP BY s.stratum ORDER BY s.stratum;

-- 3. The back-test of all schools, and intervals after the pandemic
\echo
\echo 'abie.backtest(''default'', ''2018/19'')'
CREATE TABLE backtest AS SELECT * FROM abie.backtest('default', '2018/19');
SELECT stratum, size, schools, round(r2_expected::numeric, 3) AS "R2 E", round(r2_forecast::numeric, 3) AS "R2 F",
	round(rmse_attendance::numeric, 3) AS "RMSE raw", round(rmse_expected::numeric, 3) AS "RMSE E",
	round(rmse_baseline::numeric, 3) AS "RMSE theta", round(rmse_forecast::numeric, 3) AS "RMSE F",
	round(coverage::numeric, 1) AS coverage, round(missed::numeric, 1) AS missed,
	round(missed_by_chance::numeric, 1) AS "by chance", rises_with_fsm AS "E rises"
FROM backtest;

INSERT INTO figure (figure, stratum, first_edition, measured, low, high)
SELECT 'coverage of the 95 per cent interval, ' || s.size || ' schools', s.stratum, f.coverage, s.coverage, 93, 97
FROM backtest s JOIN abie.backtest('first-edition', '2018/19') f USING (stratum, size)
ORDER BY s.stratum, array_position('{all,small,medium,large}'::text[], s.size);

INSERT INTO figure (figure, stratum, first_edition, measured, error, low, high)
SELECT format('coverage of the 95 per cent interval, 2023/24 of the subset, %s: %s %s schools',
		split_part(c.kind, ', ', 2), c.schools, c.size), c.stratum, c.first_edition, c.measured,
	-- of a share at the end of the goal that it is nearer to
	CASE WHEN c.measured > 95 THEN 100 * sqrt(0.97 * 0.03 / c.schools)
		ELSE 100 * sqrt(0.93 * 0.07 / c.schools) END, 93, 97
FROM (SELECT p.kind, p.stratum, p.third, coalesce((ARRAY['small', 'medium', 'large'])[p.third], 'all') AS size,
		count(*) FILTER (WHERE p.methodology = 'default') AS schools,
		100 * avg(p.inside::int) FILTER (WHERE p.methodology = 'first-edition') AS first_edition,
		100 * avg(p.inside::int) FILTER (WHERE p.methodology = 'default') AS measured
	FROM (SELECT n.*, n.outcome - m.surprise BETWEEN n.low AND n.high AS inside,
			ntile(3) OVER (PARTITION BY n.kind, n.methodology, n.stratum ORDER BY n.enrolments, n.urn) AS third
		FROM next_year_judged n JOIN (SELECT kind, methodology, stratum,
				percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - forecast) AS surprise
			FROM next_year_judged GROUP BY kind, methodology, stratum) m USING (kind, methodology, stratum)
		WHERE n.kind LIKE 'pandemic%') p
	GROUP BY p.kind, p.stratum, ROLLUP (p.third)) c
ORDER BY c.kind, c.stratum, c.third;

-- 4. Fairness
\echo
\echo 'Schools that more would be expected of if these were 1 point higher, all else equal'
SELECT f.stratum, count(*) AS schools, count(*) FILTER (WHERE f.change > 0) AS fsm_pct,
	count(*) FILTER (WHERE s.change > 0) AS fsm6_pct, count(*) FILTER (WHERE b.change > 0) AS both,
	round(avg(b.change)::numeric, 4) AS "mean change, both", round(max(b.change)::numeric, 4) AS "greatest"
FROM abie.context_change(:judged, '{fsm_pct}', 1) f JOIN abie.context_change(:judged, '{fsm6_pct}', 1) s USING (urn)
	JOIN abie.context_change(:judged, '{fsm_pct,fsm6_pct}', 1) b USING (urn)
GROUP BY 1 ORDER BY 1;

\echo
\echo 'Kinds of school in 2018/19: mean of attendance - expected attendance, percentage points, and its standard error'
-- the goals are what the prototype of the edition had
CREATE TABLE kind_goal AS
SELECT * FROM (VALUES ('ln_mobility', '10', 'primary', 0.07), ('ln_mobility', '10', 'secondary', 0.16),
	('type', 'University technical college', 'secondary', 0.08), ('type', 'Studio schools', 'secondary', 0.26),
	('age_class', 'no key stage 4', 'secondary', 0), ('age_class', 'no key stage 3', 'secondary', 0.01),
	('age_class', 'infant', 'primary', 0), ('age_class', 'junior', 'primary', 0),
	('region_inner_outer', 'Inner London', 'secondary', 0.01), ('region_inner_outer', 'Outer London', 'secondary', 0),
	('religious_class', 'Jewish', 'secondary', 0.04), ('religious_class', 'Muslim', 'secondary', 0.01)
	) g(characteristic, part, stratum, goal);
CREATE TABLE kind_of_school AS
SELECT stratum, characteristic, part, s.schools, f.residual AS first_edition, s.residual, s.error
FROM abie.calibration(:newest) s JOIN abie.calibration(:newest_first) f USING (stratum, characteristic, part)
UNION ALL
SELECT m.stratum, 'type', m.type, m.schools, m.first_edition, m.residual,
	sqrt(m.schools / (m.schools - 1.0)
		* (SELECT sum((w * (r - m.residual)) ^ 2) FROM unnest(m.weights, m.residuals) u(w, r))) / m.weight
FROM (SELECT s.stratum, t.type, count(*) AS schools, sum(s.enrolments) AS weight,
		sum(f.enrolments * (f.attendance - f.expected)) / sum(f.enrolments) AS first_edition,
		sum(s.enrolments * (s.attendance - s.expected)) / sum(s.enrolments) AS residual,
		array_agg(s.enrolments::float8 ORDER BY s.urn) AS weights,
		array_agg(s.attendance - s.expected ORDER BY s.urn) AS residuals
	FROM abie.expectation s JOIN abie.expectation f ON f.run_id = :newest_first AND f.urn = s.urn
		JOIN abie.school t ON t.urn = s.urn
	WHERE s.run_id = :newest AND t.type IN ('University technical college', 'Studio schools')
	GROUP BY s.stratum, t.type) m;
SELECT characteristic, part, stratum, schools, round(first_edition::numeric, 3) AS "first edition",
	round(residual::numeric, 3) AS "second", round(error::numeric, 3) AS error,
	format('%s to %s', round((residual - 1.96 * error)::numeric, 2), round((residual + 1.96 * error)::numeric, 2))
		AS "95 %"
FROM kind_of_school JOIN kind_goal USING (characteristic, part, stratum) ORDER BY 1, 2, 3;
-- goals are stated to two decimals
INSERT INTO figure (figure, stratum, first_edition, measured, error, low, high)
SELECT concat('mean residual, ', CASE characteristic WHEN 'ln_mobility' THEN 'tenth with most mobility' ELSE part END,
	', ', schools, ' schools'), stratum, first_edition, residual, error, -goal - 0.005, goal + 0.005
FROM kind_of_school JOIN kind_goal USING (characteristic, part, stratum) ORDER BY characteristic, part, stratum;

\echo 'The same kinds in the runs for other years, learned and judged apart: whether what is left to them lasts'
SELECT t.type, r.target_year, count(*) AS schools,
	round((sum(e.enrolments * (e.attendance - e.expected)) / sum(e.enrolments))::numeric, 2) AS residual
FROM abie.run r JOIN abie.expectation e ON e.run_id = r.run_id JOIN abie.school t ON t.urn = e.urn
WHERE r.run_id IN (SELECT max(n.run_id) FROM abie.run n WHERE n.methodology = 'default' GROUP BY n.target_year)
	AND t.type IN ('University technical college', 'Studio schools')
GROUP BY t.type, r.target_year ORDER BY t.type, r.target_year;

-- 5. What schools are told
INSERT INTO figure (figure, stratum, first_edition, measured, high)
SELECT g.figure, e.stratum,
	count(*) FILTER (WHERE r.methodology = 'first-edition' AND told) * 1.0,
	count(*) FILTER (WHERE r.methodology = 'default' AND told) * 1.0, 0
FROM (VALUES ('told to improve by 0.0'), ('told to improve, to less than is attained')) g(figure)
	JOIN abie.run r ON r.target_year IN ('2019/20', '2023/24') AND r.expectations > 0
	JOIN abie.expectation e ON e.run_id = r.run_id
	CROSS JOIN LATERAL (SELECT e.statement = 'improve' AND CASE g.figure WHEN 'told to improve by 0.0'
		THEN e.improvement_rounded = 0 ELSE e.target <= e.attendance END AS told) t
GROUP BY g.figure, e.stratum ORDER BY g.figure, e.stratum;

-- 6. Regression to the mean: the fifth of schools with the worst change from 2016/17 to 2017/18, and those of them whose
-- forecast for 2018/19, made in 2017/18, is as far below their rate of 2016/17 as that: whose fall is forecast to last.
-- What is asked is how many of them then improve; the mean change of those flagged is that of greater falls, and these
-- come back by more points.
CREATE TABLE fall AS
SELECT stratum, urn, change, rank <= schools / 5 AS worst,
	lasting <= max(change) FILTER (WHERE rank <= schools / 5) OVER (PARTITION BY stratum) AS lasts, afterwards
FROM (SELECT b.stratum, b.urn, b.outcome - b.attendance AS change, row_number() OVER this AS rank,
		count(*) OVER (PARTITION BY b.stratum) AS schools,
		o.forecast - m.surprise - b.attendance AS lasting, o.outcome - o.attendance - m.change AS afterwards
	FROM abie.run_outcome(:before) b JOIN abie.run_outcome(:judged) o USING (urn)
		JOIN (SELECT stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY forecast - attendance) AS surprise,
				percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - attendance) AS change
			FROM abie.run_outcome(:judged) GROUP BY 1) m ON m.stratum = b.stratum
	WINDOW this AS (PARTITION BY b.stratum ORDER BY b.outcome - b.attendance, b.urn)) s;

CREATE VIEW regression AS
SELECT stratum, CASE WHEN NOT worst THEN 'not the worst fifth'
		WHEN lasts THEN 'worst fifth, flagged: the fall is forecast to last'
		ELSE 'worst fifth, dropped: it is not' END AS schools_are,
	worst, worst AND lasts AS flagged, count(*) AS schools, avg(change) AS change, avg(afterwards) AS afterwards,
	avg((afterwards > 0)::int) AS improved
FROM fall GROUP BY 1, 2, 3, 4;

\echo
\echo 'Regression to the mean: schools by their change from 2016/17 to 2017/18, and what followed (percentage points, the year''s median change removed)'
SELECT stratum, schools_are AS "schools", schools AS number, round(change::numeric, 3) AS "change 2017/18",
	round(afterwards::numeric, 3) AS "change 2018/19", round(100 * improved, 1) AS "improved, %"
FROM regression ORDER BY stratum, worst, flagged;

INSERT INTO figure (figure, stratum, measured, high)
SELECT g.figure, f.stratum,
	CASE g.figure WHEN 'flagged of the worst fifth, schools' THEN f.schools ELSE 100 * f.improved END,
	CASE g.figure WHEN 'flagged of the worst fifth, schools' THEN f.schools + d.schools - 1 ELSE 100 * d.improved END
FROM regression f JOIN regression d ON d.stratum = f.stratum AND d.worst AND NOT d.flagged,
	(VALUES ('flagged of the worst fifth, schools'),
		('improved afterwards, of those flagged, % (goal: of those dropped)')) g(figure)
WHERE f.flagged ORDER BY g.figure, f.stratum;

-- 7. Same bits, and figures made again apart from abie
INSERT INTO figure (figure, stratum, measured, low, high)
SELECT 'results that differ, of ' || count(*) || ' runs for 2019/20 by other plans', 'both',
	count(DISTINCT result_digest) - 1, 0, 0
FROM abie.run WHERE target_year = '2019/20' AND methodology = 'default';

INSERT INTO figure (figure, stratum, measured, high)
SELECT format(g.figure, e.schools), 'both', CASE g.position WHEN 1 THEN e.different ELSE e.largest END, g.high
FROM explained e, LATERAL (VALUES (1, 'other statement by abie.explain alone, of %s schools', 0),
	(2, 'largest difference by abie.explain alone, of %s schools', 1e-9)) g(position, figure, high) ORDER BY g.position;

\echo
\echo 'Figures of the run for 2019/20 worked out again with numpy from the files: largest difference'
SELECT figure, compared, to_char(largest, '9.9EEEE') AS largest FROM recomputed ORDER BY position;
INSERT INTO figure (figure, stratum, measured, high)
SELECT 'largest difference of ' || count(*) || ' figures from those worked out again with numpy', 'both', max(largest),
	5e-10
FROM recomputed;

CREATE FUNCTION shown(figure float8) RETURNS text LANGUAGE sql
RETURN CASE WHEN abs(figure) BETWEEN 1e-99 AND 1e-6 THEN btrim(to_char(figure, '9.9EEEE'))
	ELSE round(figure::numeric, 4)::text END;

\echo
\echo 'Goals'
SELECT figure, stratum, shown(first_edition) AS "first edition", shown(peer) AS peer, shown(measured) AS measured,
	shown(error) AS error, concat_ws(' and ', 'at least ' || shown(low), 'at most ' || shown(high)) AS goal,
	CASE WHEN num_nulls(low, high) = 2 THEN 'no peer'
		WHEN measured BETWEEN coalesce(low, measured) AND coalesce(high, measured) THEN 'met'
		-- the goal is inside the figure's 95 per cent interval
		WHEN measured + 1.96 * error >= coalesce(low, measured) AND measured - 1.96 * error <= coalesce(high, measured)
			THEN 'within noise'
		ELSE 'MISSED' END AS verdict
FROM figure ORDER BY position;
