-- Noise of a week, own level, the year projected, the probability of meeting
-- Expected values: the definition in SQL, a Kalman filter in SQL, closed cases, published quantiles, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA projection_test;
SET search_path = projection_test, public;
SET datestyle = 'ISO, YMD';
SET extra_float_digits = 0;

-- 60 schools of 39 weeks, some weeks missing; made by arithmetic alone
CREATE TABLE school AS
SELECT s AS school, 40 + 37 * s % 900 AS enrolments FROM generate_series(1, 60) s;
CREATE TABLE week AS
SELECT s.school, w AS week,
	CASE WHEN (s.school * 7 + w * 11) % 23 > 0
		THEN (sin(s.school) + (0.6 + 12 / sqrt(s.enrolments::float8)) * sin(w * 12.9898 + s.school * 78.233) * 1.4
			+ CASE WHEN (s.school + w) % 71 = 0 THEN -9 ELSE 0 END)::float8 END AS deviation
FROM school s, generate_series(1, 39) w;
CREATE VIEW matrix AS
SELECT array_agg(w.deviations ORDER BY s.school) AS deviations, array_agg(s.enrolments::float8 ORDER BY s.school) AS enrolments
FROM school s JOIN (SELECT school, array_agg(deviation ORDER BY week) AS deviations FROM week GROUP BY school) w
	ON w.school = s.school;

-- the same by the definition, in SQL
WITH departure AS (
	SELECT w.school, w.week, s.enrolments,
		(w.deviation - avg(w.deviation) OVER school) * sqrt(count(*) OVER school::float8 / (count(*) OVER school - 1)) AS d
	FROM week w JOIN school s ON s.school = w.school WHERE w.deviation IS NOT NULL
	WINDOW school AS (PARTITION BY w.school)
), bound AS (
	SELECT percentile_cont(0.98) WITHIN GROUP (ORDER BY abs(d)) AS bound FROM departure
), drawn_in AS (
	SELECT school, week, enrolments, greatest(least(d, bound), -bound) AS d,
		1 / (0.5 + 100.0 / enrolments) ^ 2 AS w, 1.0 / enrolments AS x
	FROM departure, bound
), line AS (
	SELECT sum(w) AS s, sum(w * x) AS sx, sum(w * d * d) AS sy, sum(w * x * x) AS sxx, sum(w * x * d * d) AS sxy
	FROM drawn_in
), by_hand AS (
	SELECT (s * sxy - sx * sy) / (s * sxx - sx * sx) AS v1,
		(sy - (s * sxy - sx * sy) / (s * sxx - sx * sx) * sx) / s AS v0,
		(SELECT greatest(0, sum(a.d * b.d) / count(*) / (SELECT avg(d * d) FROM drawn_in))
			FROM (SELECT school, d, row_number() OVER (PARTITION BY school ORDER BY week) AS place FROM drawn_in) a
			JOIN (SELECT school, d, row_number() OVER (PARTITION BY school ORDER BY week) AS place FROM drawn_in) b
				ON b.school = a.school AND b.place = a.place + 1) AS rho
	FROM line
)
SELECT abs(n.v0 - h.v0) < 1e-9 AS v0, abs(n.v1 / h.v1 - 1) < 1e-9 AS v1, abs(n.rho - h.rho) < 1e-9 AS rho,
	n.v0 > 0.01 AND n.v1 > 0 AS within
FROM by_hand h, matrix m, abie.week_noise(m.deviations, m.enrolments) n;

-- bounds hold: weeks that are all alike, a noise that rises with size, an alternating and a steady series
SELECT n.* FROM abie.week_noise(ARRAY[[1, 1, 1], [2, 2, 2]]::float8[], ARRAY[100, 200]) n;
SELECT round(n.v0::numeric, 4) AS v0, n.v1
FROM abie.week_noise(ARRAY[[1, -1, 1, -1], [5, -5, 5, -5]]::float8[], ARRAY[100, 1000]) n;
SELECT n.rho FROM abie.week_noise(ARRAY[[1, -1, 1, -1]]::float8[], ARRAY[100]) n;
SELECT n.rho
FROM abie.week_noise(ARRAY[(SELECT array_agg(CASE WHEN w < 50 THEN 1 ELSE -1 END::float8 ORDER BY w)
	FROM generate_series(1, 98) w)], ARRAY[100]) n;
SELECT n.* FROM abie.week_noise(ARRAY[[1], [2]]::float8[], ARRAY[100, 200]) n;
SELECT n.* FROM abie.week_noise('{}', '{}') n;

-- a week's spread: departures of 2, 4, ... about their median 0: MAD 4
SELECT abie.week_spread(ARRAY[-8, -6, -4, -2, 0, 2, 4, 6, 8], 1, 2) = ((1.4826 * 4) ^ 2 - 1) / 2 AS spread,
	abie.week_spread(ARRAY[0.1, 0.2, NULL], 1, 2) AS least, abie.week_spread('{}', 1, 2) AS none;

-- the level: a Kalman filter, week by week, gives the same
CREATE TABLE step AS
SELECT w AS week, (sin(w * 1.7) * 1.5 + 0.4)::float8 AS deviation, (0.4 + w % 5 * 0.3)::float8 AS variance,
	CASE WHEN w % 7 = 3 THEN 0 WHEN w % 7 = 5 THEN 0.3 ELSE 1 END::float8 AS weight
FROM generate_series(1, 25) w;
WITH RECURSIVE filter(week, mean, variance) AS (
	SELECT 0, -0.2::float8, 0.3::float8
	UNION ALL
	SELECT s.week, f.mean + gain * (least(greatest(s.deviation, -0.2 - bound), -0.2 + bound) - f.mean),
		(1 - gain) * f.variance
	FROM filter f JOIN step s ON s.week = f.week + 1,
		-- gain = P / (P + R)
		LATERAL (SELECT CASE WHEN s.weight = 0 THEN 0
			ELSE f.variance / (f.variance + s.variance * 1.15 / 0.85 / s.weight) END AS gain,
			2.5 * sqrt(s.variance + 0.3) AS bound) g
)
SELECT abs(p.level - f.mean) < 1e-12 AS level, abs(p.variance - f.variance) < 1e-12 AS variance,
	abs(p.projected - (0.6 * 94.1 + 0.4 * (93.8 + f.mean))) < 1e-12 AS projected,
	abs(p.sd - 0.4 * sqrt(f.variance + 0.7 * 1.15 / 0.85 / 14)) < 1e-12 AS sd
FROM filter f,
	(SELECT array_agg(deviation ORDER BY week) AS d, array_agg(variance ORDER BY week) AS v,
		array_agg(weight ORDER BY week) AS w FROM step) s,
	abie.project(-0.2, 0.3, s.d, s.v, s.w, 0.15, 0.6, 94.1, 93.8, 0.7, 14) p
WHERE f.week = 25;

-- closed cases: no week, the forecast; a sure forecast, too; weeks without noise, their mean; all done, the rate
SELECT * FROM abie.project(0.5, 0.3, '{}', '{}', '{}', 0.15, 0, 0, 94, 0, 39);
SELECT * FROM abie.project(0.5, 0, '{2,3}', '{1,1}', '{1,1}', 0.15, 0.5, 94, 94, 0, 19);
SELECT round(level::numeric, 6) AS level, variance < 1e-11 AS sure, round(projected::numeric, 6) AS projected
FROM abie.project(0.5, 4, '{2,3}', '{1e-12,1e-12}', '{1,1}', 0, 0.5, 94, 94, 1, 19);
SELECT projected, sd FROM abie.project(0.5, 4, '{2,3}', '{1,1}', '{1,1}', 0, 1, 94.25, 0, 1, 0);
-- clipped at 2.5 standard deviations: a flooded week pulls no further than one of -2.5 sqrt(1 + 1)
SELECT a.level = b.level AS clipped
FROM abie.project(0, 1, '{-60}', '{1}', '{1}', 0, 0.1, 94, 94, 1, 35) a,
	abie.project(0, 1, ARRAY[-2.5 * sqrt(2::float8)], '{1}', '{1}', 0, 0.1, 94, 94, 1, 35) b;

-- the probability: a normal tail, published quantiles
SELECT round(abie.probability_met(92 + z * 0.5, 0.5, 92, 0, 0, 0, 0)::numeric, 9) AS p
FROM unnest(ARRAY[0, 0.674489750196082, 0.841621233572914, 1.2815515655446, 1.95996398454005, -1.95996398454005]) z;
-- the second route: the common change was a fall of 0.3, the pace 0.1, so 0.4 is credited
SELECT abie.probability_met(92, 0.5, 92.4, 0, 0.1, -0.3, 0) AS credited, abie.probability_met(92, 0.5, 92, 0, 0.1, 0.5, 0) AS not_debited;
-- certain
SELECT abie.probability_met(92.25, 0, 92, 0.25, 0, 0, 0) AS met, abie.probability_met(92.25, 0, 92, 0.3, 0, 0, 0) AS missed;
-- against the integral over a fine grid of what the common change turns out to be, within 0.01
WITH example AS (
	SELECT * FROM (VALUES (92.1, 0.3, 0.1, 0.0), (92.4, 0.2, 0.1, -0.2), (91.8, 0.4, 0.05, 0.3), (92.3, 0.15, 0.1, 0.1))
		e(projected, sd, pace, common)
), point AS (
	SELECT -6 + n * 0.005 AS z FROM generate_series(0, 2400) n
)
SELECT e.projected, round(max(abie.probability_met(e.projected, e.sd, 92, 0.3, e.pace, e.common, 0.15))::numeric, 2) AS p,
	abs(sum(exp(-p.z * p.z / 2) * abie.probability_met(e.projected + 0.15 * p.z, e.sd, 92, 0.3, e.pace, e.common + 0.15 * p.z, 0))
		/ sum(exp(-p.z * p.z / 2))
		- max(abie.probability_met(e.projected, e.sd, 92, 0.3, e.pace, e.common, 0.15))) < 0.01 AS close
FROM example e, point p GROUP BY e.projected ORDER BY e.projected;
-- rises with the projection, falls with what is asked
SELECT bool_and(p >= before) AS rises, bool_and(q <= earlier) AS falls
FROM (SELECT p, lag(p) OVER (ORDER BY x) AS before, q, lag(q) OVER (ORDER BY x) AS earlier
	FROM (SELECT x, abie.probability_met(92 + x, 0.3, 92, 0.3, 0.1, 0, 0.2) AS p,
		abie.probability_met(92, 0.3, 92, x, 0.1, 0, 0.2) AS q FROM generate_series(-2, 2, 0.05) x) e) f;

-- statuses
SELECT s.*, abie.progress_status(s.statement, s.probability, s.low, 92) AS status
FROM (VALUES ('improve', 0.8, 91.0), ('improve', 0.79, 92), ('improve', 0.2, 93), ('sustain', 0.21, 90),
	('maintain', 0.1, 91.5), ('maintain', 0.85, 91.4), ('maintain', 0.5, 91.4), ('maintain', 0.1, 91.4), ('improve', NULL, 92))
	s(statement, probability, low);

-- bad input
SELECT abie.week_noise(ARRAY[[1, 2]]::float8[], ARRAY[100, 200]);
SELECT abie.week_noise(ARRAY[[1, 2]]::float8[], ARRAY[0]);
SELECT abie.week_noise(ARRAY[[1, 2]]::float8[], ARRAY[NULL]::float8[]);
SELECT abie.week_noise(ARRAY[[1, 'NaN']]::float8[], ARRAY[10]);
SELECT abie.week_noise(ARRAY[1, 2], ARRAY[10]);
SELECT abie.week_noise(ARRAY[[1e200, -1e200]], ARRAY[10]);
SELECT abie.week_spread('{1}', -1, 1);
SELECT abie.week_spread('{1}', 1, 0);
SELECT abie.week_spread('{Infinity}', 1, 1);
SELECT abie.project(0, -1, '{}', '{}', '{}', 0, 0, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{1}', '{}', '{}', 0, 0, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{1}', '{0}', '{1}', 0, 0, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{1}', '{1}', '{-1}', 0, 0, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{NULL}', '{1}', '{1}', 0, 0, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{1}', '{1}', '{1}', 1, 0, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{1}', '{1}', '{1}', 0, 1.5, 0, 0, 0, 1);
SELECT abie.project(0, 1, '{1}', '{1}', '{1}', 0, 0.5, 0, 0, 0, 0);
SELECT abie.project('NaN', 1, '{1}', '{1}', '{1}', 0, 0.5, 0, 0, 0, 1);
SELECT abie.probability_met(92, -1, 92, 0, 0, 0, 0);
SELECT abie.probability_met('Infinity', 1, 92, 0, 0, 0, 0);
SELECT abie.project(0, 1, NULL, '{}', '{}', 0, 0, 0, 0, 0, 1) IS NULL AS null_in;
