-- Shrinkage, variances between and within schools, the baseline and its learned rule.
-- Expected values: published worked examples, plain SQL, optimality, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA shrinkage_test;
SET search_path = shrinkage_test, public;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION near(a float8, b float8, tolerance float8 DEFAULT 1e-11) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= tolerance * greatest(abs(a), abs(b));

--
-- shrink
--
-- Efron and Morris 1975, batting averages of 18 players after 45 at bats and in the rest of the season
CREATE TABLE player (hits float8, season float8);
INSERT INTO player SELECT * FROM unnest('{18,17,16,15,14,14,13,12,11,11,10,10,10,10,10,9,8,7}'::float8[],
	'{.346,.298,.276,.222,.273,.270,.263,.210,.269,.230,.264,.256,.303,.264,.226,.285,.316,.200}'::float8[]);
CREATE VIEW batting AS
SELECT p.hits, p.season, p.hits / 45 AS average, m.mean, (count(*) OVER () - 3) * m.mean * (1 - m.mean) / 45 / sum((p.hits / 45 - m.mean) ^ 2) OVER () AS noise
FROM player p, (SELECT avg(hits / 45) AS mean FROM player) m;
SELECT DISTINCT round(mean::numeric, 6) AS "0.265432", round((1 - noise)::numeric, 6) AS "0.211653" FROM batting;
SELECT round(max(s)::numeric, 3) AS "0.294", round(min(s)::numeric, 3) AS "0.242",
	round(sum((average - season) ^ 2)::numeric, 5) AS "0.07532", round(sum((s - season) ^ 2)::numeric, 5) AS "0.02131"
FROM (SELECT *, abie.shrink(average, mean, noise, 1 - noise) AS s FROM batting) b;
-- pupils' standard deviation 10, schools' 1.2, expected 92.6, seen 91.2, at 850 and 60 pupils: B 0.924471 and 0.463519
SELECT n, round(abie.shrink(91.2, 92.6, 100.0 / n, 1.44)::numeric, 6) = theta AS correct FROM (VALUES (850, 91.305740), (60, 91.951073)) v(n, theta);
SELECT abie.shrink(91, 93, 0, 0) AS "91", abie.shrink(91, 93, 0, 2) AS "91", abie.shrink(91, 93, 2, 0) AS "93", abie.shrink(91, 93, 3, 1) AS "92.5";
-- never beyond either, also in the last bit; nearer to the rate the more schools differ, nearer to the expected the more noise
SELECT setseed(0.3);
CREATE TABLE pair AS SELECT 80 + 20 * random() AS rate, 80 + 20 * random() AS expected, 10 ^ (8 * random() - 4) AS s, 10 ^ (8 * random() - 4) AS t FROM generate_series(1, 20000);
INSERT INTO pair SELECT rate, expected, s, t FROM (SELECT rate, rate AS expected, s, t FROM pair LIMIT 100) x;
SELECT count(*) FILTER (WHERE NOT abie.shrink(rate, expected, s, t) BETWEEN least(rate, expected) AND greatest(rate, expected)) AS beyond,
	count(*) FILTER (WHERE abs(abie.shrink(rate, expected, s, t * 1.5) - rate) > abs(abie.shrink(rate, expected, s, t) - rate) + 1e-12) AS "differences pull away",
	count(*) FILTER (WHERE abs(abie.shrink(rate, expected, s * 1.5, t) - expected) > abs(abie.shrink(rate, expected, s, t) - expected) + 1e-12) AS "noise pulls away",
	count(*) FILTER (WHERE NOT near(abie.shrink(rate, expected, s, t), (t * rate + s * expected) / (s + t))) AS formula
FROM pair;

--
-- overdispersion and between_variance
--
-- FunnelPlotR's worked example: six ratios with phi 2.948033
CREATE VIEW ratio AS
SELECT ln(n / d) AS effect, 1 / d AS variance FROM unnest('{100,150,180,80,120,225}'::float8[], '{108,112,165,95,100,220}'::float8[]) u(n, d);
SELECT round(abie.overdispersion(array_agg(effect / sqrt(variance)), 0)::numeric, 6) AS "2.948033",
	round(abie.between_variance(array_agg(effect), array_agg(variance), 0)::numeric, 7) AS "0.0194775" FROM ratio;
-- Colditz et al. 1994, 13 trials of the BCG vaccine, logarithm of the risk ratio: Q = 152.233 and DerSimonian and Laird's tau^2 = 0.3088 (R, metafor)
CREATE TABLE trial (tp float8, tn float8, cp float8, cn float8);
INSERT INTO trial VALUES (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761), (180, 1361, 372, 1079),
	(8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825);
CREATE VIEW trial_effect AS
SELECT y - sum(y / v) OVER () / sum(1 / v) OVER () AS effect, v AS variance
FROM (SELECT ln(tp / (tp + tn) / (cp / (cp + cn))) AS y, 1 / tp - 1 / (tp + tn) + 1 / cp - 1 / (cp + cn) AS v FROM trial) t;
SELECT round((13 * abie.overdispersion(array_agg(effect / sqrt(variance)), 0))::numeric, 3) AS "152.233",
	round(abie.between_variance(array_agg(effect), array_agg(variance), winsorised => 0)::numeric, 4) AS "0.3088" FROM trial_effect;
-- less spread than chance gives: 0; one unit, none
SELECT abie.between_variance('{0.1,-0.1,0.05}', '{1,1,2}') AS "0", abie.between_variance('{9}', '{1}') AS "0", abie.between_variance('{}', '{}') IS NULL AS "null",
	abie.between_variance('{NULL,1}', '{1,NULL}') IS NULL AS "null", abie.overdispersion('{}') IS NULL AS "null", abie.overdispersion('{NULL,-3}') AS "9";
-- winsorised, against plain SQL
SELECT setseed(0.5);
CREATE TABLE unit AS
SELECT i, sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) * (CASE WHEN i % 20 = 0 THEN 9 ELSE 1.5 END) AS effect, 0.2 + random() AS variance, i AS o
FROM generate_series(1, 501) i;
SELECT share, near(abie.overdispersion(array_agg(effect / sqrt(variance)), share), max(phi)) AS phi,
	near(abie.between_variance(array_agg(effect), array_agg(variance), share), greatest(0, (501 * max(phi) - 500) / (sum(1 / variance) - sum(1 / variance ^ 2) / sum(1 / variance)))) AS tau2,
	abie.overdispersion(array_agg(effect / sqrt(variance) ORDER BY i DESC), share) = abie.overdispersion(array_agg(effect / sqrt(variance) ORDER BY md5(i::text)), share) AS "any order",
	abie.between_variance(array_agg(effect ORDER BY i DESC), array_agg(variance ORDER BY i DESC), share)
		= abie.between_variance(array_agg(effect ORDER BY md5(i::text)) || NULL::float8, array_agg(variance ORDER BY md5(i::text)) || 1::float8, share) AS "any order",
	near(abie.between_variance(array_agg(3 * effect), array_agg(9 * variance), share), 9 * abie.between_variance(array_agg(effect), array_agg(variance), share)) AS units
FROM unit, unnest('{0,0.05,0.1,0.25,0.49}'::float8[]) share,
	LATERAL (SELECT percentile_cont(share) WITHIN GROUP (ORDER BY effect / sqrt(variance)) AS low, percentile_cont(1 - share) WITHIN GROUP (ORDER BY effect / sqrt(variance)) AS high FROM unit) q,
	LATERAL (SELECT avg(least(greatest(effect / sqrt(variance), low), high) ^ 2) AS phi FROM unit) p
GROUP BY share ORDER BY share;
SELECT abie.overdispersion(array_agg(effect)) = abie.overdispersion(array_agg(effect), 0.1) AS "default 0.1",
	abie.between_variance(array_agg(effect), array_agg(variance)) = abie.between_variance(array_agg(effect), array_agg(variance), 0.1) AS "default 0.1" FROM unit;

--
-- change_variance
--
SELECT setseed(0.7);
CREATE TABLE change AS
SELECT i, n, 0.4 + sqrt(0.1 + 30 / n) * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS change
FROM (SELECT i, 30 + floor(random() ^ 2 * 900) AS n FROM generate_series(1, 20000) i) s;
-- against the regression aggregates of PostgreSQL
WITH median AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY change) AS median FROM change),
	square AS (SELECT n, (change - median) ^ 2 AS square FROM change, median),
	winsorised AS (SELECT n, least(square, (SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY square) FROM square)) AS square FROM square)
SELECT near(v.c0, r.c0, 1e-9) AS c0, near(v.c1, r.c1, 1e-9) AS c1, v.c0 BETWEEN 0.07 AND 0.12 AND v.c1 BETWEEN 26 AND 32 AS "about 0.1 + 30 / n"
FROM (SELECT regr_intercept(square, 1 / n) AS c0, regr_slope(square, 1 / n) AS c1 FROM winsorised) r,
	(SELECT (abie.change_variance(array_agg(change), array_agg(n))).* FROM change) v;
-- the change common to all does not count, nor the order, nor schools without a change; enrolments in hundreds
SELECT near((a).c0, (b).c0, 1e-9) AND near((a).c1, (b).c1, 1e-9) AS common, a = c AS "order", near((a).c0, (d).c0, 1e-9) AND near((a).c1, 100 * (d).c1, 1e-9) AS units
FROM (SELECT abie.change_variance(array_agg(change), array_agg(n)) AS a, abie.change_variance(array_agg(change - 5), array_agg(n)) AS b,
	abie.change_variance(array_agg(change ORDER BY md5(i::text)) || NULL::float8, array_agg(n ORDER BY md5(i::text)) || 10::float8) AS c,
	abie.change_variance(array_agg(change), array_agg(n / 100)) AS d FROM change) s;
-- schools of one size: their mean square, 1 in 100 of the winsorised kind; squares that fall with 1/n; no spread at all
SELECT c0, c1 FROM abie.change_variance((SELECT array_agg((-1) ^ i * 3) FROM generate_series(1, 100) i), array_fill(200::float8, '{100}'));
SELECT near(c0, 5) AS "mean of 9 and 1", c1 FROM abie.change_variance((SELECT array_agg((-1) ^ i * CASE WHEN i <= 50 THEN 3 ELSE 1 END) FROM generate_series(1, 100) i),
	array_fill(400::float8, '{50}') || array_fill(100::float8, '{50}'));
SELECT c0, c1 FROM abie.change_variance(array_fill(1.5::float8, '{40}'), (SELECT array_agg(i::float8) FROM generate_series(1, 40) i));
-- squares of 36 / n exactly: the constant is at its bound, the slope is fitted to it
SELECT c0, near(c1, (SELECT sum((36.0 / n - 0.01) / n) / sum(1.0 / n ^ 2) FROM generate_series(40, 78) n), 1e-3) AS "c1"
FROM abie.change_variance((SELECT array_agg(s * 6 / sqrt(n) ORDER BY n, s) FROM generate_series(40, 78) n, unnest('{-1,1}'::float8[]) s),
	(SELECT array_agg(n::float8 ORDER BY n, s) FROM generate_series(40, 78) n, unnest('{-1,1}'::float8[]) s));
-- too few
SELECT abie.change_variance(array_fill(1::float8, '{29}'), array_fill(1::float8, '{29}')) IS NULL AS "29", abie.change_variance(array_fill(1::float8, '{30}'), array_fill(1::float8, '{30}')) IS NULL AS "30";

--
-- shrunk_baseline
--
-- a = 0.8 x 92 + 0.2 x 90 = 91.6, B = 400 / 500, 94 - 0.8 x 2.4
SELECT near(abie.shrunk_baseline(90, 92, 94, 400, 0.8, 100), 92.08) AS "92.08", abie.shrunk_baseline(90, 92, 94, 400, 1, 0) AS "92", abie.shrunk_baseline(90, 92, 94, 400, 0, 0) AS "90",
	abie.shrunk_baseline(90, 92, 94, 400, 0.5, 400) AS "92.5";
CREATE TABLE grid AS
SELECT before, last, expected, n, w, n0, w * last + (1 - w) * before AS a, abie.shrunk_baseline(before, last, expected, n, w, n0) AS theta
FROM (SELECT 85 + 13 * random() AS before, 85 + 13 * random() AS last, 85 + 13 * random() AS expected, 30 + floor(1500 * random()) AS n, random() AS w, 300 * random() AS n0
	FROM generate_series(1, 20000)) s;
SELECT count(*) FILTER (WHERE NOT near(theta, expected + n / (n + n0) * (a - expected))) AS formula,
	count(*) FILTER (WHERE theta NOT BETWEEN least(a, expected) - 1e-13 AND greatest(a, expected) + 1e-13) AS beyond,
	count(*) FILTER (WHERE abie.shrunk_baseline(before, last, expected + 0.1, n, w, n0) < theta) AS "falls with expected",
	count(*) FILTER (WHERE abie.shrunk_baseline(before, last + 0.1, expected, n, w, n0) < theta) AS "falls with last",
	-- so the gap to the expected never falls as the expected rises
	count(*) FILTER (WHERE abie.shrunk_baseline(before, last, expected + 0.1, n, w, n0) - theta > 0.1 + 1e-12) AS "gap falls"
FROM grid;
SELECT count(*) AS "6 of 6 strict" FROM generate_series(1, 6) i
WHERE abie.shrunk_baseline(CASE WHEN i <> 1 THEN 90 END, CASE WHEN i <> 2 THEN 91 END, CASE WHEN i <> 3 THEN 92 END, CASE WHEN i <> 4 THEN 100 END,
	CASE WHEN i <> 5 THEN 0.8 END, CASE WHEN i <> 6 THEN 50 END) IS NULL;

-- with a constant, a common change and a reach: own level within reach of last, then drawn to the expected, within reach again
-- a = 92 + 0.2 x (90 + 0.5 - 92) = 91.7, B = 1 / (1 + 0.25 + 100 / 400) = 2/3, 94 - 2/3 x 2.3
SELECT near(abie.own_level(90, 92, 0.8, 0.5), 91.7) AS "91.7", near(abie.shrunk_baseline(90, 92, 94, 400, 0.8, 100, 0.25, 0.5), 94 - 2.3 * 2 / 3) AS "92.466667",
	abie.own_level(80, 92, 0.5, 0, 1) AS "91", abie.own_level(99, 92, 0.5, 0, 1) AS "93", abie.own_level(80, 92, 0.5, 0, 0) AS "92", abie.own_level(80, 92, 0.5) AS "86",
	abie.shrunk_baseline(92, 92, 99, 100, 0.8, 900, 0, 0, 1) AS "93", abie.shrunk_baseline(80, 92, 70, 100, 0.8, 900, 0, 0, 1) AS "91";
CREATE TABLE reached AS
SELECT g.*, c.k, c.change, c.reach, last + (1 - w) * (before + c.change - last) AS level, abie.own_level(before, last, w, c.change, c.reach) AS own,
	abie.shrunk_baseline(before, last, expected, n, w, n0, c.k, c.change, c.reach) AS drawn
FROM grid g, LATERAL (SELECT n / 1530 AS k, 2 * w - 1 AS change, 3 * (n0 / 300) ^ 2 AS reach) c;
SELECT count(*) FILTER (WHERE NOT near(own, least(greatest(level, last - reach), last + reach))) AS own_level,
	count(*) FILTER (WHERE NOT near(drawn, least(greatest(expected + (own - expected) / (1 + k + n0 / n), last - reach), last + reach))) AS formula,
	count(*) FILTER (WHERE drawn NOT BETWEEN least(own, expected) - 1e-13 AND greatest(own, expected) + 1e-13) AS "beyond own level or expected",
	count(*) FILTER (WHERE abs(drawn - last) > reach + 1e-13) AS "beyond reach",
	count(*) FILTER (WHERE abie.shrunk_baseline(before, last, expected + 0.1, n, w, n0, k, change, reach) < drawn) AS "falls with expected",
	count(*) FILTER (WHERE abie.shrunk_baseline(before, last + 0.1, expected, n, w, n0, k, change, reach) < drawn) AS "falls with last",
	count(*) FILTER (WHERE abie.shrunk_baseline(before, last, expected + 0.1, n, w, n0, k, change, reach) - drawn > 0.1 + 1e-12) AS "gap falls",
	count(*) FILTER (WHERE drawn <> theta AND abie.shrunk_baseline(before, last, expected, n, w, n0, 0, 0, 'infinity') <> theta) AS "defaults differ"
FROM reached;

--
-- learn_baseline
--
-- Schools with a level of their own (sd 1) that wanders (sd 0.7 a year, so the last year counts for more), noise of 60 / n, a drop of 0.3 for all.
SELECT setseed(0.9);
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
CREATE TABLE school AS
SELECT i, n, e AS expected, l0 + sqrt(60 / n) * normal() AS before, l1 + sqrt(60 / n) * normal() AS last, l2 + sqrt(60 / n) * normal() - 0.3 AS outcome
FROM (SELECT *, l1 + 0.7 * normal() AS l2 FROM (SELECT *, l0 + 0.7 * normal() AS l1 FROM (SELECT i, 30 + floor(random() ^ 2 * 900) AS n, 95 + normal() AS e,
	94.9 + normal() AS l0 FROM generate_series(1, 3000) i) a) b) c;
CREATE VIEW learned AS
SELECT (abie.learn_baseline(array_agg(before ORDER BY i), array_agg(last ORDER BY i), array_agg(expected ORDER BY i), array_agg(n ORDER BY i), array_agg(outcome ORDER BY i))).* FROM school;
SELECT last_weight BETWEEN 0.7 AND 0.95 AS plausible, n0 BETWEEN 5 AND 60 AS plausible FROM learned;
-- no other rule is better, near or far, by the loss written in SQL
CREATE TABLE winsorised AS
SELECT s.*, last + least(greatest(outcome - last, median - far), median + far) AS drawn_in
FROM school s, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - last) AS median FROM school) m,
	LATERAL (SELECT percentile_cont(0.995) WITHIN GROUP (ORDER BY abs(outcome - last - median)) AS far FROM school) f;
CREATE FUNCTION loss(w float8, n0 float8) RETURNS float8 LANGUAGE sql STABLE
RETURN (SELECT var_pop(drawn_in - (expected + n / (n + n0) * (w * last + (1 - w) * before - expected))) FROM winsorised);
SELECT count(*) AS tried, count(*) FILTER (WHERE loss(w, k) <= loss(last_weight, n0)) AS "as good" FROM learned,
	LATERAL (SELECT last_weight + d AS w, n0 * f AS k FROM unnest('{-0.02,-0.001,-0.00001,0,0.00001,0.001,0.02}'::float8[]) d, unnest('{0.9,0.99,0.9999,1,1.0001,1.01,1.1}'::float8[]) f
		WHERE d <> 0 OR f <> 1
		UNION ALL SELECT w, k FROM unnest('{0.5,0.7,0.8,0.9,1}'::float8[]) w, unnest('{0,3,10,30,100,300,1000,10000}'::float8[]) k) o;
-- the order changes nothing, nor a school that lacks a figure; enrolments in another unit change n0 alone; absence for attendance and a change common to all change nothing
CREATE FUNCTION learn(shuffled text, sign float8, unit float8, common float8) RETURNS TABLE (last_weight float8, n0 float8, constant float8, common_change float8) LANGUAGE sql STABLE AS $$
SELECT (abie.learn_baseline(array_agg(50 + sign * before ORDER BY md5(i || shuffled)) || 1::float8, array_agg(50 + sign * last ORDER BY md5(i || shuffled)) || NULL::float8,
	array_agg(50 + sign * expected ORDER BY md5(i || shuffled)) || 1::float8, array_agg(n * unit ORDER BY md5(i || shuffled)) || 1::float8,
	array_agg(50 + sign * outcome + common ORDER BY md5(i || shuffled)) || 1::float8)).* FROM school $$;
SELECT a = b AS "order", a.last_weight = c.last_weight AND a.n0 * 4 = c.n0 AS units, near(a.last_weight, d.last_weight, 1e-5) AND near(a.n0, d.n0, 1e-5) AS absence,
	near(a.last_weight, e.last_weight, 1e-5) AND near(a.n0, e.n0, 1e-5) AS common
FROM learn('a', 1, 1, 0) a, learn('b', 1, 1, 0) b, learn('c', 1, 4, 0) c, learn('d', -1, 1, 0) d, learn('e', 1, 1, 2) e;
-- the ends of the ranges: last year all that counts, without noise; the expected all that counts; both years alike. Not quite, where the outcomes farthest off are drawn in.
SELECT w.last_weight > 0.999999 AND w.n0 < 1e-3 AS "last year itself", z.n0 > 20 * 100 AS "the expected itself", m.last_weight < 0.51 AND m.n0 < 1 AS "both years alike"
FROM (SELECT (abie.learn_baseline(array_agg(before), array_agg(last), array_agg(expected), array_agg(n), array_agg(last))).* FROM school) w,
	(SELECT (abie.learn_baseline(array_agg(before), array_agg(last), array_agg(expected), array_agg(100::float8), array_agg(expected))).* FROM school) z,
	(SELECT (abie.learn_baseline(array_agg(before), array_agg(last), array_agg(expected), array_agg(n), array_agg((before + last) / 2))).* FROM school) m;
-- a few outcomes a hundred points off move the rule no farther than the same a few points off
SELECT abs(a.last_weight - b.last_weight) < 1e-6 AND abs(a.n0 / b.n0 - 1) < 1e-5 AS robust
FROM (SELECT (abie.learn_baseline(array_agg(before), array_agg(last), array_agg(expected), array_agg(n), array_agg(CASE WHEN i % 500 = 0 THEN last + 6 ELSE outcome END))).* FROM school) a,
	(SELECT (abie.learn_baseline(array_agg(before), array_agg(last), array_agg(expected), array_agg(n), array_agg(CASE WHEN i % 500 = 0 THEN last + 100 ELSE outcome END))).* FROM school) b;
-- with a constant: schools differ from what is expected less the larger they are not, so that B has no n in it; the year before is 0.6 lower for all
CREATE VIEW steady AS
SELECT i, n, expected, expected + d + 0.5 * normal() - 0.6 AS before, expected + d + 0.5 * normal() AS last, expected + d + 0.5 * normal() + 0.2 AS outcome
FROM (SELECT s.i, s.n, s.expected, normal() AS d FROM school s) d;
CREATE TABLE steady_school AS SELECT * FROM steady;
CREATE VIEW steady_learned AS
SELECT (abie.learn_baseline(array_agg(before), array_agg(last), array_agg(expected), array_agg(n), array_agg(outcome), true, 3)).* FROM steady_school;
-- levels of variance 1 seen with variance 1/4 in either year: both years count alike and B = 1 / (1 + 1/8)
SELECT last_weight < 0.55 AS "1/2", abs(1 / (1 + constant + n0 / 200) - 8 / 9.0) < 0.05 AS "about 8/9", near(common_change, (SELECT sum(n * (last - before)) / sum(n) FROM steady_school)) AS "common change"
FROM steady_learned;
CREATE FUNCTION second_loss(w float8, n0 float8, k float8, change float8) RETURNS float8 LANGUAGE sql STABLE
RETURN (SELECT var_pop(last + least(greatest(outcome - last, median - far), median + far) - abie.shrunk_baseline(before, last, expected, n, w, n0, k, change, 3))
	FROM steady_school, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - last) AS median FROM steady_school) m,
		LATERAL (SELECT percentile_cont(0.995) WITHIN GROUP (ORDER BY abs(outcome - last - median)) AS far FROM steady_school) f);
SELECT count(*) AS tried, count(*) FILTER (WHERE second_loss(w, n, k, common_change) < second_loss(last_weight, n0, constant, common_change) - 1e-9) AS better
FROM steady_learned, unnest('{0.5,0.6,0.8,1}'::float8[]) w, unnest('{0,2,10,50}'::float8[]) n, unnest('{0,0.05,0.1,0.2,0.5,1}'::float8[]) k;
SELECT a.constant AS "0", a.common_change AS "0" FROM learned a;
SELECT abie.learn_baseline(a, a, a, a, a[2:]||NULL::float8) IS NULL AS "29", abie.learn_baseline(a, a, a, a, a) IS NULL AS "30", abie.learn_baseline('{}', '{}', '{}', '{}', '{}') IS NULL AS "none",
	abie.learn_baseline(NULL, a, a, a, a) IS NULL AS "null"
FROM (SELECT array_agg(i::float8) AS a FROM generate_series(1, 30) i) s;

--
-- Errors
--
SELECT abie.shrink('NaN', 93, 1, 1);
SELECT abie.shrink(91, 'infinity', 1, 1);
SELECT abie.shrink(91, 93, -1, 1);
SELECT abie.shrink(91, 93, 1, -0.5);
SELECT abie.shrink(91, 93, 1, 'infinity');
SELECT abie.overdispersion('{1,NaN}');
SELECT abie.overdispersion('{1}', 0.5);
SELECT abie.overdispersion('{1}', -0.1);
SELECT abie.overdispersion('{1}', 'NaN');
SELECT abie.overdispersion('{{1}}');
SELECT abie.overdispersion('{1e200}');
SELECT abie.between_variance('{1,2}', '{1}');
SELECT abie.between_variance('{1,2}', '{1,0}');
SELECT abie.between_variance('{1,2}', '{1,-2}');
SELECT abie.between_variance('{1,infinity}', '{1,1}');
SELECT abie.between_variance('{1,2}', '{1,1}', 0.7);
SELECT abie.between_variance('{1e200,1}', '{1e-200,1}', 0);
SELECT abie.change_variance('{1,2}', '{100,0}');
SELECT abie.change_variance('{1,2}', '{100}');
SELECT abie.change_variance(array_fill(1e200::float8, '{20}') || array_fill(-1e200::float8, '{20}'), array_fill(1::float8, '{40}'));
SELECT abie.shrunk_baseline(90, 91, 92, 0, 0.8, 50);
SELECT abie.shrunk_baseline(90, 91, 92, 100, 1.1, 50);
SELECT abie.shrunk_baseline(90, 91, 92, 100, -0.1, 50);
SELECT abie.shrunk_baseline(90, 91, 92, 100, 0.8, -1);
SELECT abie.shrunk_baseline(90, 'NaN', 92, 100, 0.8, 1);
SELECT abie.shrunk_baseline(90, 91, 92, 100, 0.8, 1, -0.1);
SELECT abie.shrunk_baseline(90, 91, 92, 100, 0.8, 1, 0, 'NaN');
SELECT abie.shrunk_baseline(90, 91, 92, 100, 0.8, 1, 0, 0, -1);
SELECT abie.own_level(90, 91, 2);
SELECT abie.own_level(90, 91, 0.8, 0, 'NaN');
SELECT abie.learn_baseline('{1}', '{1}', '{1}', '{0}', '{1}');
SELECT abie.learn_baseline('{1}', '{1}', '{1,2}', '{1}', '{1}');
SELECT abie.learn_baseline('{1}', '{1}', '{1}', '{1}', '{-infinity}');
SELECT abie.learn_baseline(a, a, a, a, b) FROM (SELECT array_agg(i::float8) AS a, array_agg((-1) ^ i * 1e200) AS b FROM generate_series(1, 30) i) s;
\set VERBOSITY sqlstate
SELECT abie.shrink(91, 93, -1, 1);
SELECT abie.overdispersion('{1}', 0.5);
SELECT abie.between_variance('{1,2}', '{1}');
SELECT abie.between_variance('{1,2}', '{1,0}');
SELECT abie.learn_baseline(a, a, a, a, b) FROM (SELECT array_agg(i::float8) AS a, array_agg((-1) ^ i * 1e200) AS b FROM generate_series(1, 30) i) s;
\set VERBOSITY default
-- after an error GSL's own handler is back, and the next call works
SELECT last_weight BETWEEN 0.5 AND 1 AS works FROM learned;
SET client_min_messages = warning;
DROP SCHEMA shrinkage_test CASCADE;
