-- The status-quo forecast and how it is learned.
-- Expected values: hand arithmetic, what makes a solution the least-squares one, plain SQL, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA forecast_test;
SET search_path = forecast_test, public;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION near(a float8, b float8, tolerance float8 DEFAULT 1e-9) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= tolerance * greatest(abs(a), abs(b), 1);

-- 2 + 0.9 x 94 + 0.5 x (92 - 94) + 0.25 x (90 - 94) + 3 x (92 - 94) / 10 + 5 x (90 - 94) / 10 = 82
SELECT near(abie.forecast(90, 92, 94, 100, '{2,0.9,0.5,0.25,3,5}'), 82) AS "82";
SELECT count(*) AS "5 of 5 strict" FROM generate_series(1, 5) i
WHERE abie.forecast(CASE WHEN i <> 1 THEN 90 END, CASE WHEN i <> 2 THEN 91 END, CASE WHEN i <> 3 THEN 92 END, CASE WHEN i <> 4 THEN 100 END,
	CASE WHEN i <> 5 THEN '{1,1,1,1,1,1}'::float8[] END) IS NULL;

SELECT setseed(0.1);
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
CREATE TABLE school AS
SELECT i, n, e AS expected, e + 1.2 * normal() AS before, e + 1.1 * normal() AS last, 5 + 0.95 * e + sqrt(0.1 + 25 / n) * normal() AS noise
FROM (SELECT i, 30 + floor(random() ^ 2 * 900) AS n, 95 + normal() AS e FROM generate_series(1, 4000) i) s;
ALTER TABLE school ADD outcome float8;
UPDATE school SET outcome = noise + 0.6 * (last - expected) + 0.2 * (before - expected) - 2 * (last - expected) / sqrt(n);

-- the residuals are orthogonal to every term, which only those of the least-squares solution are; outcomes whose change is farthest from the median are drawn in
CREATE TABLE model AS
SELECT (abie.learn_forecast(array_agg(before ORDER BY i), array_agg(last ORDER BY i), array_agg(expected ORDER BY i), array_agg(n ORDER BY i), array_agg(outcome ORDER BY i))).* FROM school;
CREATE TABLE winsorised AS
SELECT s.*, last + least(greatest(outcome - last, median - far), median + far) AS drawn_in
FROM school s, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY outcome - last) AS median FROM school) m,
	LATERAL (SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY abs(outcome - last - median)) AS far FROM school) f;
CREATE FUNCTION orthogonal(k float8[], fixed float8 DEFAULT NULL) RETURNS TABLE ("1" boolean, expected boolean, last boolean, before boolean, "last / root n" boolean, "before / root n" boolean) LANGUAGE sql STABLE AS $$
SELECT near(sum(r), 0), near(sum(r * w.expected), 0, 1e-7), near(sum(r * (w.last - w.expected)), 0), near(sum(r * (w.before - w.expected)), 0),
	near(sum(r * (w.last - w.expected) / sqrt(w.n)), 0), near(sum(r * (w.before - w.expected) / sqrt(w.n)), 0)
FROM (SELECT w.before, w.last, w.expected, coalesce(fixed, w.n) AS n, w.drawn_in - abie.forecast(w.before, w.last, w.expected, coalesce(fixed, w.n), k) AS r FROM winsorised w) w $$;
SELECT count(*) FILTER (WHERE drawn_in <> outcome) AS "1 per cent of 4000" FROM winsorised;
SELECT o.* FROM model, orthogonal(coefficients) o;
CREATE VIEW residual AS
SELECT s.*, outcome - abie.forecast(before, last, expected, n, coefficients) AS residual, m.c0, m.c1, m.quantile FROM school s, model m;
-- the variance of the errors is that of abie.change_variance, and 95 per cent of the schools are inside
SELECT near(max(r.c0), (abie.change_variance(array_agg(residual), array_agg(n))).c0, 1e-7) AS c0, near(max(r.c1), (abie.change_variance(array_agg(residual), array_agg(n))).c1, 1e-7) AS c1,
	near(max(quantile), percentile_cont(0.95) WITHIN GROUP (ORDER BY abs(residual - median) / sqrt(c0 + c1 / n)), 1e-7) AS quantile,
	max(c0) BETWEEN 0.07 AND 0.13 AND max(c1) BETWEEN 20 AND 28 AND max(quantile) BETWEEN 1.9 AND 2.1 AS "about 0.1 + 25 / n, 1.96"
FROM residual r, (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY residual) AS median FROM residual) m;

-- the order changes nothing, nor a school that lacks a figure; enrolments in another unit, or a change common to all, change no forecast but by that change
CREATE FUNCTION learn(shuffled text, unit float8, common float8) RETURNS TABLE (coefficients float8[], c0 float8, c1 float8, quantile float8) LANGUAGE sql STABLE AS $$
SELECT (abie.learn_forecast(array_agg(before ORDER BY md5(i || shuffled)) || NULL::float8, array_agg(last ORDER BY md5(i || shuffled)) || 1::float8,
	array_agg(expected ORDER BY md5(i || shuffled)) || 1::float8, array_agg(n * unit ORDER BY md5(i || shuffled)) || 1::float8,
	array_agg(outcome + common ORDER BY md5(i || shuffled)) || 1::float8)).* FROM school $$;
SELECT count(*) FILTER (WHERE a <> b) AS "order",
	count(*) FILTER (WHERE NOT near(abie.forecast(before, last, expected, n, a.coefficients), abie.forecast(before, last, expected, 9 * n, c.coefficients))) AS units,
	count(*) FILTER (WHERE NOT near(abie.forecast(before, last, expected, n, a.coefficients) - 2, abie.forecast(before, last, expected, n, d.coefficients))) AS common
FROM school, learn('a', 1, 0) a, learn('b', 1, 0) b, learn('c', 9, 0) c, learn('d', 1, -2) d;

-- schools of one size: the terms over sqrt(n) depend on the others; of all solutions the shortest, which is orthogonal to (0, 0, 1, 0, -10, 0) and (0, 0, 0, 1, 0, -10)
CREATE TABLE one_size AS
SELECT (abie.learn_forecast(array_agg(before ORDER BY i), array_agg(last ORDER BY i), array_agg(expected ORDER BY i), array_agg(100::float8), array_agg(outcome ORDER BY i))).* FROM school;
SELECT o.*, near(coefficients[3], 10 * coefficients[5]) AS shortest, near(coefficients[4], 10 * coefficients[6]) AS shortest FROM one_size, orthogonal(coefficients, 100) o;
SELECT abie.learn_forecast(a, a, a, a, a[2:]||NULL::float8) IS NULL AS "29", abie.learn_forecast(a, a, a, a, a) IS NULL AS "30", abie.learn_forecast(a, a, NULL, a, a) IS NULL AS "null"
FROM (SELECT array_agg(i::float8) AS a FROM generate_series(1, 30) i) s;

--
-- Errors
--
SELECT abie.forecast('NaN', 91, 92, 100, '{1,1,1,1,1,1}');
SELECT abie.forecast(90, 91, 92, 0, '{1,1,1,1,1,1}');
SELECT abie.forecast(90, 91, 92, 100, '{1,1,1,1,1}');
SELECT abie.forecast(90, 91, 92, 100, '{1,1,1,1,1,NULL}');
SELECT abie.forecast(90, 91, 92, 100, '{1,1,1,1,1,NaN}');
SELECT abie.forecast(90, 91, 1e308, 100, '{1,1e308,1,1,1,1}');
SELECT abie.learn_forecast('{1}', '{1}', '{1}', '{-1}', '{1}');
SELECT abie.learn_forecast('{1}', '{1}', '{1}', '{1}', '{1,2}');
SELECT abie.learn_forecast(a, a, a, a, b) FROM (SELECT array_agg(i::float8) AS a, array_agg((-1) ^ i * 1e200) AS b FROM generate_series(1, 30) i) s;
\set VERBOSITY sqlstate
SELECT abie.forecast(90, 91, 92, 100, '{1,1,1,1,1}');
SELECT abie.learn_forecast(a, a, a, a, b) FROM (SELECT array_agg(i::float8) AS a, array_agg((-1) ^ i * 1e200) AS b FROM generate_series(1, 30) i) s;
SET client_min_messages = warning;
DROP SCHEMA forecast_test CASCADE;
