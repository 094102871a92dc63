-- The weekly run. Oracles: medians by percentile_cont, a Kalman filter in SQL, the run's forecast, the year's figure,
-- what the years of the synthetic England came to.
-- In a database of its own.
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_monitor;
CREATE DATABASE abie_monitor ENCODING 'UTF8' TEMPLATE template0;
\c abie_monitor
SET client_min_messages = warning;
CREATE EXTENSION abie;
SET datestyle = 'ISO, YMD';
SELECT abie.load_demo(600);
SELECT abie.load_demo_weeks() > 0;

-- what it needs
CALL abie.monitor('2025-26');
CALL abie.monitor('2025/26');
BEGIN;
CALL abie.monitor('2025/26');
ROLLBACK;
CALL abie.calculate('2025/26', 'default', NULL);
SELECT count(*) FROM abie.monitor;

CALL abie.monitor('2025/26', '2025-08-30', NULL);
CALL abie.monitor('2025/26', '2025-09-29', NULL);
CALL abie.monitor('2025/26', '2026-02-12', NULL);
CALL abie.monitor('2025/26', '2026-08-01', NULL);
SELECT monitor_id, academic_year, as_of, run_id, status, stage, percent, newest_week, schools, schools_with_week,
	jsonb_array_length(stages) AS stages, row_counts ->> 'school_progress' AS rows, length(result_digest) AS digest, error
FROM abie.monitor ORDER BY monitor_id;
SELECT monitor_id, stratum, schools, from_history, quantile_schools > 0 AS quantile_learned, rho BETWEEN 0 AND 0.3 AS rho,
	v0 BETWEEN 0.3 AND 1.5 AS v0, common_change IS NOT NULL AS change, taken_on = common_change AS all_of_it, movement_sd <= 0.25 AS movement
FROM abie.monitor_stratum ORDER BY monitor_id, stratum;

-- without weeks: the run's forecast, and its standard deviation
SELECT count(*) AS schools, count(*) FILTER (WHERE p.projected <> e.forecast) AS differ,
	count(*) FILTER (WHERE p.year_to_date IS NOT NULL OR p.relative IS NOT NULL OR p.done <> 0) AS with_weeks,
	count(*) FILTER (WHERE abs(p.sd * m.forecast_quantile - (e.forecast_high - e.forecast_low) / 2) > 1e-9
		AND e.forecast_high < 100) AS other_error
FROM abie.school_progress p JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn
	JOIN abie.run_model m ON m.run_id = p.run_id AND m.stratum = p.stratum
WHERE p.monitor_id = 1;
-- all weeks: the year's figure, sure, met or not
SELECT count(*) AS schools, count(*) FILTER (WHERE abs(p.projected - y.attendance) > 1e-9) AS differ,
	count(*) FILTER (WHERE (p.low, p.high, p.sd, p.done, p.weeks_left) <> (p.projected, p.projected, 0, 1, 0)) AS unsure,
	count(*) FILTER (WHERE p.probability NOT IN (0, 1)) AS undecided
FROM abie.school_progress p
	JOIN (SELECT w.urn, 100.0 * (1 - sum(w.sess_overall) / sum(w.sess_possible)) AS attendance
		FROM abie.attendance_week w WHERE w.academic_year = '2025/26' GROUP BY w.urn) y ON y.urn = p.urn
WHERE p.monitor_id = 4;
-- ... as abie.progress decides on the year's figures
SELECT count(*) AS schools, count(*) FILTER (WHERE d.met <> (p.probability = 1)) AS differ
FROM abie.school_progress p JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn
	JOIN abie.monitor_stratum m ON m.monitor_id = p.monitor_id AND m.stratum = p.stratum,
	abie.progress(e.baseline, CASE e.statement WHEN 'maintain' THEN -0.5 ELSE e.improvement END, p.projected, m.common_movement,
		(abie_internal.run_methodology(1)).pace) d
WHERE p.monitor_id = 4 AND abs(greatest(d.change, d.relative_change) - e.improvement) > 1e-9;

-- half-way, from the tables alone: course, centre and spread of each week
CREATE TABLE week AS
SELECT p.stratum, p.prior, w.* FROM abie.school_progress p, abie_owner.whole_progress_week(3, ARRAY[p.urn]) w
WHERE p.monitor_id = 3;
WITH kind AS (
	SELECT stratum, this_year, week_start, kind, count(*) AS schools,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY attendance) AS median
	FROM week GROUP BY stratum, this_year, week_start, kind
), held AS (
	SELECT m.stratum, m.this_year, m.week_start, m.kind, m.schools, m.course,
		greatest(10, least(200, ceil(s.schools / 5.0))) AS enough
	FROM abie.monitor_week m JOIN abie.monitor_stratum s USING (monitor_id, stratum) WHERE monitor_id = 3
)
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE k.schools IS DISTINCT FROM h.schools) AS other_count,
	count(*) FILTER (WHERE h.schools >= h.enough AND abs(k.median - h.course) > 0.00005000001) AS other_median,
	count(*) FILTER (WHERE h.schools < h.enough) > 10 AS some_borrow
FROM held h FULL JOIN kind k USING (stratum, this_year, week_start, kind);
SELECT count(*) > 30 AS weeks, max(abs(d.centre)) < 0.00005000001 AS centre,
	max(abs(s.spread - greatest(0.25, ((1.4826 * d.mad) ^ 2 - l.level_variance) / l.week_variance))) < 0.001 AS spread
FROM (SELECT w.stratum, w.week_start, m.centre, percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(w.deviation - w.prior)) AS mad
	FROM week w JOIN (SELECT stratum, week_start, percentile_cont(0.5) WITHIN GROUP (ORDER BY deviation - prior) AS centre
		FROM week WHERE this_year GROUP BY stratum, week_start) m USING (stratum, week_start)
	WHERE this_year GROUP BY w.stratum, w.week_start, m.centre HAVING count(*) >= 82) d
	JOIN (SELECT DISTINCT stratum, week_start, spread FROM abie.monitor_week WHERE monitor_id = 3) s USING (stratum, week_start)
	JOIN abie.monitor_stratum l ON l.monitor_id = 3 AND l.stratum = d.stratum;
-- schools of authorities with holidays of their own are measured by others of the same kind of week
SELECT kind, count(*) > 0 AS some, round(avg(deviation)::numeric, 1) AS mean_deviation FROM week WHERE this_year GROUP BY kind ORDER BY kind;

-- own level, the year, its interval: by a Kalman filter, week by week, of every school
CREATE TABLE filtered AS
WITH RECURSIVE numbered AS (
	SELECT w.*, row_number() OVER (PARTITION BY w.urn ORDER BY w.week_start) AS n FROM week w WHERE this_year
), filter(urn, n, mean, variance) AS (
	SELECT p.urn, 0::bigint, p.prior, p.prior_variance FROM abie.school_progress p WHERE p.monitor_id = 3
	UNION ALL
	SELECT f.urn, w.n, f.mean + k.gain * (least(greatest(w.deviation, p.prior - k.bound), p.prior + k.bound) - f.mean),
		(1 - k.gain) * f.variance
	FROM filter f JOIN numbered w ON w.urn = f.urn AND w.n = f.n + 1
		JOIN abie.school_progress p ON p.monitor_id = 3 AND p.urn = f.urn
		JOIN abie.monitor_stratum s ON s.monitor_id = 3 AND s.stratum = p.stratum,
		LATERAL (SELECT f.variance / (f.variance + w.variance * (1 + s.rho) / (1 - s.rho) / w.weight) AS gain,
			2.5 * sqrt(w.variance + p.prior_variance) AS bound WHERE w.weight > 0
			UNION ALL SELECT 0, 1 WHERE w.weight = 0) k
)
SELECT DISTINCT ON (f.urn) f.* FROM filter f ORDER BY f.urn, f.n DESC;
SELECT count(*) > 500 AS schools, max(abs(f.mean - p.level)) < 1e-9 AS level, max(abs(f.variance - p.level_variance)) < 1e-9 AS variance,
	count(*) FILTER (WHERE p.weeks <> f.n) AS other_weeks, stddev(f.mean - p.prior) > 0.2 AS learned
FROM filtered f JOIN abie.school_progress p ON p.monitor_id = 3 AND p.urn = f.urn;

CREATE TABLE by_hand AS
WITH now AS (
	SELECT urn, sum(sess_possible) AS possible, 100 * (1 - sum(sess_overall) / sum(sess_possible)) AS rate,
		max(week_start) AS newest
	FROM week WHERE this_year GROUP BY urn
), matched AS (
	SELECT n.urn, sum(n.sess_possible) AS possible, sum(l.sess_possible) AS last_possible,
		100 * (sum(l.sess_overall) / sum(l.sess_possible) - sum(n.sess_overall) / sum(n.sess_possible)) AS change
	FROM week n JOIN week l ON l.urn = n.urn AND NOT l.this_year AND l.week_start = n.counterpart
	WHERE n.this_year GROUP BY n.urn
), rest AS (
	SELECT l.urn, count(*) AS weeks, sum(l.sess_possible) * m.possible / m.last_possible AS possible,
		sum(l.sess_possible * l.course) / sum(l.sess_possible) FILTER (WHERE l.course IS NOT NULL) AS course
	FROM week l JOIN now n USING (urn) JOIN matched m USING (urn)
	WHERE NOT l.this_year AND l.week_start > n.newest - 364 AND l.week_start + 364 + 14 >= '2026-02-12'
	GROUP BY l.urn, m.possible, m.last_possible
), course AS (
	SELECT p.stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.course) AS course FROM rest r JOIN abie.school_progress p ON p.monitor_id = 3 AND p.urn = r.urn GROUP BY p.stratum
)
SELECT p.urn, n.rate, m.change, n.possible / (n.possible + r.possible) AS done, r.weeks, c.course + s.taken_on - s.shortfall AS course,
	CASE WHEN e.statement = 'maintain' THEN -0.5 ELSE e.improvement END AS improvement, e.baseline, s.common_movement,
	(1 - n.possible / (n.possible + r.possible)) * sqrt(0.25 ^ 2 + s.week_movement ^ 2 / r.weeks) AS movement, s.quantile, p.week_variance * (1 + s.rho) / (1 - s.rho) AS week_variance, f.mean, f.variance
FROM abie.school_progress p JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn
	JOIN abie.monitor_stratum s ON s.monitor_id = p.monitor_id AND s.stratum = p.stratum
	JOIN filtered f ON f.urn = p.urn JOIN now n ON n.urn = p.urn JOIN matched m ON m.urn = p.urn JOIN rest r ON r.urn = p.urn JOIN course c ON c.stratum = p.stratum
WHERE p.monitor_id = 3;
SELECT count(*) > 500 AS schools, max(abs(p.year_to_date - h.rate::float8)) < 1e-9 AS year_to_date, max(abs(p.like_for_like - h.change::float8)) < 1e-9 AS like_for_like,
	max(abs(p.done - h.done::float8)) < 1e-9 AS done, count(*) FILTER (WHERE p.weeks_left <> h.weeks) AS other_weeks, max(abs(p.course - h.course)) < 0.00005000001 AS course,
	max(abs(p.projected - (h.done * h.rate::float8 + (1 - h.done) * (p.course + h.mean)))) < 1e-9 AS projected,
	max(abs(p.sd - (1 - h.done) * sqrt(h.variance + h.week_variance / h.weeks))) < 1e-9 AS sd,
	max(abs((p.high - p.low) / 2 - h.quantile * sqrt(p.sd ^ 2 + h.movement ^ 2))) < 1e-9 AS margin,
	max(abs(p.probability - abie.probability_met(p.projected, p.sd * h.quantile / 1.959963984540054, h.baseline,
		h.improvement, (abie_internal.run_methodology(1)).pace, h.common_movement, h.movement))) < 1e-9 AS probability
FROM abie.school_progress p JOIN by_hand h USING (urn) WHERE p.monitor_id = 3;

-- how far weeks moved together: of each Monday's change, about that of all
WITH change AS (
	SELECT n.stratum, n.week_start, sum(n.sess_possible)::float8 AS sessions, (sum(n.sess_possible * (n.course - l.course)) / sum(n.sess_possible))::float8 AS change
	FROM week n JOIN week l ON l.urn = n.urn AND NOT l.this_year AND l.week_start = n.counterpart
	WHERE n.this_year AND n.course IS NOT NULL AND l.course IS NOT NULL GROUP BY n.stratum, n.week_start
), mean AS (
	SELECT stratum, sum(sessions) AS sessions, sum(sessions * change) / sum(sessions) AS change, sum(sessions) ^ 2 / sum(sessions ^ 2) AS weeks FROM change GROUP BY stratum
)
SELECT m.stratum, abs(s.common_change - m.change) < 1e-9 AS common_change, abs(s.week_movement - sqrt((4 * 0.25 ^ 2 + m.weeks * v.variance) / (m.weeks + 3))) < 1e-9 AS movement
FROM mean m JOIN abie.monitor_stratum s ON s.monitor_id = 3 AND s.stratum = m.stratum,
	LATERAL (SELECT sum(c.sessions * (c.change - m.change) ^ 2) / m.sessions AS variance FROM change c WHERE c.stratum = m.stratum) v ORDER BY m.stratum;
-- how far last year's projections at the same week were off: abie.project of its weeks up to then against those after
CREATE TABLE last_error AS
WITH prior AS (
	SELECT k.stratum, k.urn, k.last_forecast - s.last_forecast AS mean, s.v0 + s.v1 / k.enrolments AS variance, s.rho, s.quantile, s.shortfall
	FROM abie_internal.monitored_schools(1) k JOIN abie.monitor_stratum s ON s.monitor_id = 3 AND s.stratum = k.stratum WHERE k.last_forecast IS NOT NULL
), last_week AS (
	SELECT w.*, w.week_start <= (SELECT newest_week - 364 FROM abie.monitor WHERE monitor_id = 3) AS passed, w.variance / p.week_variance AS spread
	FROM week w JOIN abie.school_progress p ON p.monitor_id = 3 AND p.urn = w.urn WHERE NOT w.this_year
), school AS (
	SELECT urn, array_agg(coalesce(deviation, 0) ORDER BY week_start) FILTER (WHERE passed) AS deviations, array_agg(spread ORDER BY week_start) FILTER (WHERE passed) AS spreads,
		array_agg(weight ORDER BY week_start) FILTER (WHERE passed) AS weights, count(*) FILTER (WHERE NOT passed) AS rest,
		(sum(sess_possible * deviation) FILTER (WHERE NOT passed) / sum(sess_possible) FILTER (WHERE NOT passed))::float8 AS came
	FROM last_week GROUP BY urn
)
SELECT p.*, l.level - s.came AS above, sqrt(l.variance + p.variance * (1 + p.rho) / (1 - p.rho) / s.rest) AS sd
FROM prior p JOIN school s ON s.urn = p.urn,
	abie.project(p.mean, (SELECT g.prior_variance FROM abie.school_progress g WHERE g.monitor_id = 3 AND g.urn = p.urn), s.deviations,
		ARRAY(SELECT p.variance * u FROM unnest(s.spreads) u), s.weights, p.rho, 0.5, 90, 90, 1, 1) l(level, variance);
SELECT stratum, count(*) = (SELECT s.quantile_schools FROM abie.monitor_stratum s WHERE s.monitor_id = 3 AND s.stratum = e.stratum) AS schools,
	abs(percentile_cont(0.5) WITHIN GROUP (ORDER BY above) - shortfall) < 0.00005000001 AS shortfall,
	abs(percentile_cont(0.95) WITHIN GROUP (ORDER BY abs(above - shortfall) / sd) - quantile) < 1e-9 AS quantile
FROM last_error e GROUP BY stratum, shortfall, quantile ORDER BY stratum;

-- what came of it: coverage, and how often each status came true; nearer than the year to date relative to
-- the peers' and than like for like
CREATE TABLE judged AS
SELECT m.as_of, p.*, f.projected AS outcome, f.probability = 1 AS met, e.attendance
FROM abie.school_progress p JOIN abie.monitor m USING (monitor_id) JOIN abie.school_progress f ON f.monitor_id = 4 AND f.urn = p.urn
	JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn
WHERE p.monitor_id < 4;
SELECT as_of, count(*) > 500 AS schools, avg((outcome BETWEEN low AND high)::integer) BETWEEN 0.92 AND 0.99 AS covers,
	count(*) FILTER (WHERE probability >= 0.8) < 20 OR avg(met::integer) FILTER (WHERE probability >= 0.8) >= 0.8 AS on_course_met,
	count(*) FILTER (WHERE probability <= 0.2) < 20 OR avg(met::integer) FILTER (WHERE probability <= 0.2) <= 0.2 AS not_on_course_met,
	count(*) FILTER (WHERE probability >= 0.8 OR probability <= 0.2) > 100 AS decided,
	round(sqrt(avg((projected - outcome) ^ 2))::numeric, 1) AS error
FROM judged GROUP BY as_of ORDER BY as_of;
SELECT as_of, stddev(projected - outcome) < 0.8 * stddev(attendance + like_for_like - outcome) AS than_like_for_like,
	stddev(projected - outcome) < stddev(course + relative - outcome) AS than_year_to_date
FROM judged WHERE as_of > '2025-09-01' GROUP BY as_of ORDER BY as_of;
-- statuses are those of abie.progress_status; too early only where open
SELECT count(*) FILTER (WHERE p.status <> abie.progress_status(e.statement, p.probability, p.low, e.baseline)) AS other,
	count(*) FILTER (WHERE p.too_early AND p.status <> 'open') AS odd, count(DISTINCT p.status) AS statuses
FROM abie.school_progress p JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn;

-- explained: recomputed from the lines alone
CREATE TABLE line AS
SELECT u.urn, x.* FROM (SELECT urn FROM abie.school_progress WHERE monitor_id = 3 ORDER BY stratum DESC, urn LIMIT 120) u, abie.explain_progress(3, u.urn) x;
SELECT step, name, left(regexp_replace(made, '[0-9.]{6,}', 'n', 'g'), 90) AS made FROM line WHERE urn = (SELECT min(urn) FROM line) AND (step < 8 OR step > 25) ORDER BY step;
WITH week AS (
	SELECT urn, value AS deviation, substring(made, 'variance ([^,]+),')::float8 AS variance, substring(made, 'weight ([0-9.e-]+)')::float8 AS weight,
		substring(made, ': ([0-9]+) of')::integer AS attended, substring(made, ' of ([0-9]+) sessions')::integer AS possible
	FROM line WHERE name LIKE 'week of %'
), said AS (
	SELECT urn, max(value) FILTER (WHERE name = 'prior') AS prior, max(value) FILTER (WHERE name = 'prior variance') AS tau2, max(value) FILTER (WHERE name = 'correlation') AS rho,
		max(value) FILTER (WHERE name = 'variance of a week') AS sigma2, max(value) FILTER (WHERE name = 'level') AS level, max(value) FILTER (WHERE name = 'level variance') AS variance,
		max(value) FILTER (WHERE name = 'year to date') AS year_to_date, max(value) FILTER (WHERE name = 'done') AS done, max(value) FILTER (WHERE name = 'weeks left') AS weeks_left,
		max(value) FILTER (WHERE name = 'course') AS course, max(value) FILTER (WHERE name = 'projected') AS projected, max(value) FILTER (WHERE name = 'standard deviation') AS sd,
		max(value) FILTER (WHERE name = 'quantile') AS q, max(value) FILTER (WHERE name = 'common deviation') AS common_sd, max(value) FILTER (WHERE name = 'low') AS low,
		max(value) FILTER (WHERE name = 'high') AS high, max(value) FILTER (WHERE name = 'baseline') AS baseline, max(value) FILTER (WHERE name = 'improvement') AS improvement,
		max(value) FILTER (WHERE name = 'pace') AS pace, max(value) FILTER (WHERE name = 'common change') AS movement, max(value) FILTER (WHERE name = 'probability') AS probability
	FROM line GROUP BY urn
), made AS (
	SELECT s.urn, 100.0 * sum(w.attended) / sum(w.possible) AS year_to_date, sum(p) AS p,
		sum(p * greatest(least(w.deviation - s.prior, 2.5 * sqrt(w.variance + s.tau2)), -2.5 * sqrt(w.variance + s.tau2))) AS pr
	FROM said s JOIN week w USING (urn), LATERAL (SELECT w.weight / (w.variance * (1 + s.rho) / (1 - s.rho)) AS p) k GROUP BY s.urn
)
SELECT count(*) AS schools, max(abs(m.year_to_date::float8 - s.year_to_date)) < 1e-9 AS year_to_date, max(abs(s.prior + s.tau2 * m.pr / (1 + s.tau2 * m.p) - s.level)) < 1e-9 AS level,
	max(abs(s.tau2 / (1 + s.tau2 * m.p) - s.variance)) < 1e-9 AS variance, max(abs(s.done * s.year_to_date + (1 - s.done) * (s.course + s.level) - s.projected)) < 1e-9 AS projected,
	max(abs((1 - s.done) * sqrt(s.variance + s.sigma2 * (1 + s.rho) / (1 - s.rho) / s.weeks_left) - s.sd)) < 1e-9 AS sd,
	max(abs(s.projected - s.q * sqrt(s.sd ^ 2 + s.common_sd ^ 2) - s.low) + abs(s.projected + s.q * sqrt(s.sd ^ 2 + s.common_sd ^ 2) - s.high)) < 1e-9 AS interval,
	max(abs(abie.probability_met(s.projected, s.sd * s.q / 1.959963984540054, s.baseline, s.improvement, s.pace, s.movement, s.common_sd) - s.probability)) < 1e-9 AS probability
FROM said s JOIN made m USING (urn);
-- without weeks, and at the end
SELECT x.name, x.made FROM abie.explain_progress(1, 900001) x WHERE x.name IN ('projected', 'standard deviation', 'quantile', 'low');
SELECT count(*) FILTER (WHERE name LIKE 'week of %') AS weeks, max(made) FILTER (WHERE name = 'projected') AS projected FROM abie.explain_progress(4, 900001);
SELECT count(*) FROM abie.explain_progress(3, 1);
SELECT count(*) FROM abie.explain_progress(99, 900001);

-- the back-test of the year says the same as the weekly runs
SELECT b.as_of, b.stratum, b.schools = j.schools AS schools, abs(b.rmse_projected - j.rmse) < 1e-9 AS rmse, abs(b.rmse_like_for_like - j.like_for_like) < 1e-9 AS like_for_like,
	abs(b.rmse_relative - j.relative) < 1e-9 AS relative, abs(b.coverage - j.coverage) < 1e-9 AS coverage, abs(b.on_course - j.on_course) < 1e-9 AS on_course,
	b.on_course_met IS NOT DISTINCT FROM j.on_course_met AS on_course_met, b.rmse_projected < least(b.rmse_relative, b.rmse_like_for_like, b.rmse_forecast) AS best
FROM abie.backtest_year(1, '{2025-09-29,2026-02-12}') b
	JOIN (SELECT as_of, stratum, count(*) AS schools, stddev_pop(projected - outcome) AS rmse, stddev_pop(attendance + like_for_like - outcome) AS like_for_like,
			stddev_pop(relative - outcome) AS relative, avg((outcome BETWEEN low AND high)::integer) AS coverage, avg((probability >= 0.8)::integer) AS on_course,
			avg(met::integer) FILTER (WHERE probability >= 0.8)::float8 AS on_course_met FROM judged GROUP BY as_of, stratum) j USING (as_of, stratum)
WHERE b.size = 'all' ORDER BY 1, 2;
SELECT count(*) AS rows, count(DISTINCT as_of) AS days, bool_and(all_schools = parts) AS add_up
FROM (SELECT as_of, max(schools) FILTER (WHERE size = 'all') AS all_schools, sum(schools) FILTER (WHERE size <> 'all') AS parts FROM abie.backtest_year(1, '{2026-01-09}') GROUP BY as_of, stratum) b;
SELECT count(*) FROM abie.backtest_year(99);

-- the same again, bit for bit; whatever the settings, and the order that rows are in
SELECT result_digest AS digest FROM abie.monitor WHERE monitor_id = 3 \gset
CREATE TABLE shuffled AS SELECT * FROM abie.attendance_week;
DELETE FROM abie.attendance_week;
INSERT INTO abie.attendance_week SELECT * FROM shuffled ORDER BY hashtext(urn::text || week_start::text);
SET extra_float_digits = 0;
SET datestyle = 'German';
SET enable_hashjoin = off;
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
RESET extra_float_digits;
SET datestyle = 'ISO, YMD';
RESET enable_hashjoin;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
SELECT result_digest = :'digest' AS same FROM abie.monitor WHERE monitor_id = 5;
-- a correction moves it, and the earlier weekly run stays
UPDATE abie.attendance_week SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1
WHERE urn = 900001 AND week_start = '2026-01-12';
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SELECT result_digest = :'digest' AS same FROM abie.monitor WHERE monitor_id = 6;
SELECT monitor_id, is_current FROM abie_report.monitor ORDER BY monitor_id;

-- a week accepted as a shock: counts in the year, says nothing of the level, and is shown with and without
CREATE ROLE abie_monitor_department;
SELECT abie.grant_access('abie_monitor_department', 'national', NULL, 'calculation') IS NOT NULL AS granted;
SELECT abie.record_event('school', '900002', '2026-01-13', '2026-01-14', 'outbreak', 'half the school ill') AS event \gset
SET ROLE abie_monitor_department;
SELECT abie.decide_event(:event, true, 'confirmed') IS NOT NULL AS decided;
RESET ROLE;
UPDATE abie.attendance_week SET sess_overall = sess_possible / 2, sess_authorised = sess_possible / 2, sess_unauthorised = 0 WHERE urn = 900002 AND week_start = '2026-01-12';
CALL abie.monitor('2025/26', '2026-02-12', NULL);
WITH week AS (
	SELECT * FROM abie_owner.whole_progress_week(7, '{900002}') WHERE this_year
)
SELECT p.weeks, p.weeks_set_aside, abs(p.level - l.level) < 1e-12 AS same_level, p.projected < o.projected - 0.5 AS lower,
	p.projected_without BETWEEN p.projected + 0.4999 AND p.projected + 0.5001 AS by_the_cap, p.probability_without > p.probability AS likelier,
	abs(p.year_to_date_without - (SELECT 100 * (1 - sum(sess_overall) / sum(sess_possible)) FROM week WHERE week_start <> '2026-01-12')::float8) < 1e-9 AS year_to_date_without
FROM abie.school_progress p JOIN abie.school_progress o ON o.monitor_id = 6 AND o.urn = p.urn
	JOIN abie.monitor_stratum m ON m.monitor_id = p.monitor_id AND m.stratum = p.stratum,
	(SELECT array_agg(deviation) AS deviations, array_agg(variance) AS variances, array_agg(weight) AS weights FROM week) w,
	abie.project(p.prior, p.prior_variance, w.deviations, w.variances, w.weights, m.rho, 0.5, 90, 90, 1, 1) l
WHERE p.monitor_id = 7 AND p.urn = 900002;

-- few schools with weeks: no course, so that nobody's weeks can be read from another's; noise as declared
DELETE FROM abie.attendance_week WHERE urn NOT IN (SELECT urn FROM abie.school_progress WHERE monitor_id = 3 AND stratum = 'primary' ORDER BY urn LIMIT 9);
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SELECT s.stratum, s.from_history, s.v0, s.v1, s.rho, s.quantile, s.quantile_schools, s.common_change, w.courses
FROM abie.monitor_stratum s, LATERAL (SELECT count(w.course) AS courses FROM abie.monitor_week w WHERE w.monitor_id = 8 AND w.stratum = s.stratum) w
WHERE s.monitor_id = 8 ORDER BY s.stratum;
SELECT count(*) AS schools, count(year_to_date) AS year_to_date, count(relative) AS relative, count(like_for_like) AS like_for_like,
	count(*) FILTER (WHERE level = prior AND level_variance = prior_variance) AS level_as_forecast
FROM abie.school_progress WHERE monitor_id = 8 AND weeks > 0;
-- the run's method may know no forecast: the baseline
CALL abie.calculate('2025/26', 'similar-schools', NULL);
CALL abie.monitor('2025/26', '2025-08-30', NULL);
SELECT m.run_id, count(*) FILTER (WHERE p.projected <> e.baseline) AS differ
FROM abie.monitor m JOIN abie.school_progress p USING (monitor_id) JOIN abie.expectation e ON e.run_id = m.run_id AND e.urn = p.urn
WHERE m.monitor_id = 9 GROUP BY m.run_id;

-- what has finished stays; with a run not issued it goes
UPDATE abie.monitor SET as_of = '2026-03-01' WHERE monitor_id = 3;
UPDATE abie.school_progress SET status = 'open' WHERE monitor_id = 3;
DELETE FROM abie.school_progress WHERE monitor_id = 3;
TRUNCATE abie.monitor_week;
INSERT INTO abie.school_progress SELECT (jsonb_populate_record(p, '{"urn": 1}')).* FROM abie.school_progress p WHERE monitor_id = 3 AND urn = 900001;
INSERT INTO abie.school_progress SELECT (jsonb_populate_record(p, '{"monitor_id": 99}')).* FROM abie.school_progress p WHERE monitor_id = 3 AND urn = 900001;
DELETE FROM abie.run WHERE run_id = 2;
SELECT count(*) FILTER (WHERE monitor_id = 9) AS gone, count(*) > 0 AS others FROM abie.school_progress;
SELECT (abie.issue(1, 'for the test')).status;
DELETE FROM abie.monitor WHERE monitor_id = 3;
TRUNCATE abie.monitor;

-- a stage that fails: recorded, nothing of it kept, raised again
\set VERBOSITY terse
ALTER TABLE abie.school_progress ADD CONSTRAINT broken CHECK (stratum <> 'secondary') NOT VALID;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
\set VERBOSITY default
ALTER TABLE abie.school_progress DROP CONSTRAINT broken;
SELECT monitor_id, status, stage, percent, error, (SELECT count(*) FROM abie.school_progress p WHERE p.monitor_id = m.monitor_id) AS rows
FROM abie.monitor m ORDER BY monitor_id DESC LIMIT 1;
-- one whose session died is interrupted by the next, and its rows go
INSERT INTO abie.monitor (academic_year, as_of, run_id, extension_version) VALUES ('2025/26', '2026-02-12', 1, '1.0') RETURNING monitor_id AS dead \gset
INSERT INTO abie.school_progress SELECT (jsonb_populate_record(p, jsonb_build_object('monitor_id', :dead))).* FROM abie.school_progress p WHERE monitor_id = 3;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SELECT status, error, (SELECT count(*) FROM abie.school_progress p WHERE p.monitor_id = m.monitor_id) AS rows FROM abie.monitor m WHERE monitor_id = :dead;

-- bad arguments of the part in C
CREATE FUNCTION project(urns integer[] DEFAULT '{1,2}', enrolments float8[] DEFAULT '{100,200}', weeks date[] DEFAULT '{2025-09-08,2025-09-08}',
	possible bigint[] DEFAULT '{100,100}', overall bigint[] DEFAULT '{5,6}', week_urns integer[] DEFAULT '{1,2}', v0 float8 DEFAULT 0.3,
	last_weeks bytea DEFAULT '', accepted date[] DEFAULT '{}', scope integer DEFAULT 1)
RETURNS text LANGUAGE sql AS $$
SELECT p.schools[1].projected::numeric(6, 3) || ', newest week ' || coalesce(p.newest_week::text, 'none') FROM abie_internal.project_stratum(urns, enrolments, '{94,95}',
	'{NULL,NULL}', '{0.5,0.5}', '{94,95}', '{94,95}', '{0.3,0.3}',
	(SELECT coalesce(string_agg(abie_internal.week_row(w.urn, w.week, w.possible, w.overall), NULL), '') FROM unnest(week_urns, weeks, possible, overall) w (urn, week, possible, overall)),
	last_weeks, array_fill(1, ARRAY[cardinality(accepted)]), accepted, array_fill(scope, ARRAY[cardinality(accepted)]), 0.2, '2025-09-30', false, v0, 200, 0.1, 2, '{1,1}', '{0,7}') p
$$;
SELECT project();
SELECT project(urns => '{1,1}');
SELECT project(urns => '{1,NULL}');
SELECT project(enrolments => '{1}');
SELECT project(enrolments => '{0,1}');
-- of no weeks the forecast; a week of another school is no school's, and the newest all the same
SELECT project(week_urns => '{}', weeks => '{}', possible => '{}', overall => '{}');
SELECT project(week_urns => '{3}', weeks => '{2025-09-15}', possible => '{100}', overall => '{5}');
SELECT project(last_weeks => 'x');
SELECT project(accepted => '{2025-09-09}');
SELECT project(accepted => '{NULL}');
SELECT project(accepted => '{2025-09-08}', scope => 5);
SELECT project(week_urns => '{1,1}');
SELECT project(weeks => '{2025-09-08,2027-09-06}', week_urns => '{1,1}');
SELECT project(weeks => '{2025-09-08,2027-09-06}');
SELECT project(weeks => '{-infinity,infinity}');
SELECT project(overall => '{5,-1}');
-- a week with a NULL is none
SELECT project(weeks => '{NULL,2025-09-08}');
SELECT project(weeks => '{2025-09-08,2025-09-09}');
SELECT project(overall => '{5,101}');
SELECT project(possible => '{0,100}', overall => '{0,0}');
SELECT project(v0 => 0);
SELECT project(v0 => 'NaN');

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_monitor;
DROP ROLE abie_monitor_department;
