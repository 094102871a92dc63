-- Ridge regression and the terms of the contextual model.
--
-- Expected values: NIST's certified figures; numbers of numpy 1.24 (the stacked design [sqrt(w) x; sqrt(penalties)] by pinv and lstsq, the
-- criterion from the trace of the whole hat matrix for each penalty of the grid, leave-one-out by refitting without each row); identities.
\set VERBOSITY default
\set SHOW_CONTEXT never

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA context_test;
SET search_path = context_test, public;

-- How far two arrays are apart at most, in units of the second.
CREATE FUNCTION apart(a float8[], b float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE
RETURN (SELECT CASE WHEN count(*) FILTER (WHERE (u.a IS NULL) <> (u.b IS NULL)) > 0 THEN 'infinity' ELSE max(abs(u.a - u.b) / greatest(abs(u.b), 1e-3)) END FROM unnest(a, b) u(a, b));

--
-- Least squares (penalties of 0): Longley's data (1967) with NIST's certified coefficients; regr_*
--
CREATE TABLE longley (y float8, gnp_deflator float8, gnp float8, unemployed float8, armed_forces float8, population float8, year float8);
INSERT INTO longley VALUES
	(60323, 83.0, 234289, 2356, 1590, 107608, 1947), (61122, 88.5, 259426, 2325, 1456, 108632, 1948), (60171, 88.2, 258054, 3682, 1616, 109773, 1949),
	(61187, 89.5, 284599, 3351, 1650, 110929, 1950), (63221, 96.2, 328975, 2099, 3099, 112075, 1951), (63639, 98.1, 346999, 1932, 3594, 113270, 1952),
	(64989, 99.0, 365385, 1870, 3547, 115094, 1953), (63761, 100.0, 363112, 3578, 3350, 116219, 1954), (66019, 101.2, 397469, 2904, 3048, 117388, 1955),
	(67857, 104.6, 419180, 2822, 2857, 118734, 1956), (68169, 108.4, 442769, 2936, 2798, 120445, 1957), (66513, 110.8, 444546, 4681, 2637, 121950, 1958),
	(68655, 112.6, 482704, 3813, 2552, 123366, 1959), (69564, 114.2, 502601, 3931, 2514, 125368, 1960), (69331, 115.7, 518173, 4806, 2572, 127852, 1961),
	(70551, 116.9, 554894, 4007, 2827, 130081, 1962);
CREATE TABLE fit AS
SELECT (abie.ridge(array_agg(y), array_agg(ARRAY[gnp_deflator, gnp, unemployed, armed_forces, population, year]), NULL, '{0,0,0,0,0,0}')).* FROM longley;
SELECT apart(coefficients, '{15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359, -0.0511041056535807, 1829.15146461355}') < 1e-9 AS coefficients,
	apart(ARRAY[intercept, r2], '{-3482258.63459582, 0.995479004577296}') < 1e-9 AS "intercept, r2", penalty IS NULL AS "no penalty",
	-- leverages of least squares add up to the parameters
	abs((SELECT sum(l) FROM unnest(leverage) l) - 7) < 1e-9 AS parameters
FROM fit;
SELECT apart((m).coefficients || (m).intercept || (m).r2, ARRAY[slope, intercept, r2]) < 1e-12 AS "as regr_slope, regr_intercept, regr_r2"
FROM (SELECT abie.ridge(array_agg(y), array_agg(ARRAY[gnp]), NULL, '{0}') AS m, regr_slope(y, gnp) AS slope, regr_intercept(y, gnp) AS intercept, regr_r2(y, gnp) AS r2 FROM longley) s;
-- more columns than rows: of all exact fits the one of least squared standardised coefficients, here the same for both columns
SELECT apart((m).coefficients, '{0.5, 0.05}') < 1e-12 AS least, apart((m).fitted, '{1, 2}') < 1e-12 AS exact, (m).leave_one_out AS "no leave-one-out"
FROM abie.ridge('{1,2}', '{{1,10},{2,20}}', NULL, '{0,0}') m;

--
-- A data set of deficient rank: a category with a column for each of its values, a column twice in other units, a constant, rows of weight 0
--
CREATE TABLE deficient AS
SELECT i, 95 + 0.3 * a - 0.1 * c + CASE WHEN i % 3 = 1 THEN 0.5 ELSE -0.25 END + ((i * 29) % 7 - 3) / 10.0::float8 AS y,
	ARRAY[a, c, (i % 3 = 0)::int, (i % 3 = 1)::int, (i % 3 = 2)::int, 1000 * a - 3, 4.2]::float8[] AS x,
	CASE WHEN i IN (5, 14) THEN 0 ELSE 30 + (i * 53) % 97 END::float8 AS weight
FROM generate_series(1, 18) i, LATERAL (SELECT ((i * 37) % 11) / 2.0::float8, ((i * i * 13) % 17) - 8.0::float8) r(a, c);
DROP TABLE fit;
CREATE TABLE fit AS SELECT 'deficient' AS name, (abie.ridge(array_agg(y ORDER BY i), array_agg(x ORDER BY i), array_agg(weight ORDER BY i))).* FROM deficient;
SELECT penalty, apart(ARRAY[r2, r2_leave_one_out, intercept], '{0.9709021481698117, 0.9494542860580589, 95.0370323684119}') < 1e-9 AS numbers,
	apart(coefficients, '{0.145961203483815,-0.10967166080794813,-0.19997949650481014,0.4055701925738712,-0.34213176313718396,0.00014596120348381607,0.0}') < 1e-9 AS coefficients,
	apart(fitted, '{95.47765118727084,96.62985397519043,94.21487456612482,96.61065733802619,96.66614351786629,95.01886573445631,96.3179318982782,95.27670147003883,94.3971253122845,96.46389310176203,94.58479106085632,96.07848976707957,97.04854094847764,94.07272229949244,96.33412263137134,96.20745720468992,95.86375841509548,95.16402390515978}') < 1e-9 AS fitted,
	apart(leverage, '{0.31865235700861994,0.29267846388569513,0.3500101921950695,0.15749244710357518,0.0,0.1353324913172187,0.24843354721659555,0.6634834065836451,0.35150295876851145,0.1703663382663476,0.3271061575699116,0.37134111311628126,0.1416847919835078,0.0,0.26940798876270655,0.3511199834016089,0.48494168582961134,0.33272603754922364}') < 1e-9 AS leverage,
	apart(leave_one_out, '{95.51396705935596,96.66289628706784,94.22288430671713,96.58460959905372,96.66614351786629,94.98269000717306,96.38997023146935,95.32934666688425,94.44976986186406,96.44621093958743,94.50447993617082,96.03624954738984,96.99052449701485,94.07272229949244,96.45733135078427,96.18443657652904,95.8767123444413,95.1211532298901}') < 1e-9 AS leave_one_out
FROM fit WHERE name = 'deficient';

--
-- 200 rows of 9 columns in units from 0.1 to 100, made by arithmetic
--
CREATE TABLE wide AS
SELECT i, 90 + ((i * 7919 + i * i * 31) % 101) / 40.0::float8 - ((i * 5 * 7919 + i * i * 31 * 2) % 101) / 80.0::float8 + ((i * 104729) % 97) / 50.0::float8 AS y,
	(SELECT array_agg(((i * (j + 3) * 7919 + i * i * 31 * j) % 101) / 10.0::float8 * (ARRAY[0.1, 1, 10, 100])[1 + j % 4]::float8 ORDER BY j) FROM generate_series(1, 9) j) AS x,
	(30 + (i * i * 17) % 1500)::float8 AS weight
FROM generate_series(1, 200) i;
INSERT INTO fit SELECT 'wide', (abie.ridge(array_agg(y ORDER BY i), array_agg(x ORDER BY i), array_agg(weight ORDER BY i))).* FROM wide;
SELECT penalty, apart(ARRAY[r2, r2_leave_one_out, intercept], '{0.18667122028737482, 0.10487316775292932, 91.50421896369295}') < 1e-9 AS numbers,
	apart(coefficients, '{0.03229013812496414,-0.006865500555899705,-0.00045389234821361854,-0.18231909162056534,0.011536618724950888,0.000508283129107798,4.121537512980588e-05,0.45702642797971693,0.04425624209946834}') < 1e-9 AS coefficients,
	apart(ARRAY[fitted[1], fitted[50], fitted[100], fitted[150], fitted[200], (SELECT sum(f) FROM unnest(fitted) f)],
		'{92.01880834478128,91.83226925558203,91.93060025199244,91.73150891313053,91.78148542852544,18308.32213865081}') < 1e-9 AS fitted,
	apart(ARRAY[leverage[1], leverage[50], leverage[100], leverage[150], leverage[200], (SELECT sum(l) FROM unnest(leverage) l)],
		'{0.002655985877252934,0.024397945879140726,0.026996549948601727,0.0010432833428390327,0.031596703680956635,7.70190938530156}') < 1e-9 AS leverage,
	apart(ARRAY[leave_one_out[1], leave_one_out[50], leave_one_out[100], leave_one_out[150], leave_one_out[200], (SELECT sum(l) FROM unnest(leave_one_out) l)],
		'{92.01803954189252,91.84207916119603,91.93928740165403,91.73144260475875,91.81644545779452,18308.44542467158}') < 1e-9 AS leave_one_out
FROM fit WHERE name = 'wide';

--
-- Identities
--
-- contributions add up to the prediction; the inverse gives the leverages
SELECT f.name, max(abs(f.mean + c.sum - u.fitted)) < 1e-9 AS contributions, max(abs(f.intercept + d.sum - u.fitted)) < 1e-9 AS intercept,
	max(abs(d.weight * abie.cross_leverage(d.x, d.x, f.location, f.inverse, total) - u.leverage)) < 1e-9 AS leverage,
	max(abs(u.leave_one_out - (u.fitted - u.leverage * d.y) / (1 - u.leverage))) < 1e-9 AS leave_one_out
FROM fit f, LATERAL unnest(f.fitted, f.leverage, f.leave_one_out) WITH ORDINALITY u(fitted, leverage, leave_one_out, i)
	JOIN (SELECT 'deficient' AS name, i, y, x, weight, sum(weight) OVER () AS total, NULL::float8 AS sum FROM deficient
		UNION ALL SELECT 'wide', i, y, x, weight, sum(weight) OVER (), NULL FROM wide) r USING (i),
	LATERAL (SELECT sum(v * k) FROM unnest(r.x, f.coefficients) q(v, k)) s(sum),
	LATERAL (SELECT r.y, r.x, r.weight, s.sum) d(y, x, weight, sum),
	LATERAL (SELECT sum(v) FROM unnest(abie.contributions(r.x, f.location, f.coefficients)) v) c(sum)
WHERE r.name = f.name GROUP BY f.name ORDER BY f.name;
-- refitting without a row, under the same penalties, predicts it as leave-one-out says; by giving it weight 0, and by leaving it out
SELECT count(*) AS refits, max(abs((m).fitted[w.i] - f.leave_one_out[w.i])) < 1e-9 AS "same prediction"
FROM fit f, wide w, LATERAL (SELECT abie.ridge(array_agg(y ORDER BY i), array_agg(x ORDER BY i), array_agg(CASE WHEN i = w.i THEN 0 ELSE weight END ORDER BY i), f.penalties) AS m FROM wide) r
WHERE f.name = 'wide';
SELECT count(*) AS refits, max(abs((m).intercept + p.sum - f.leave_one_out[w.i])) < 1e-9 AS "same prediction"
FROM fit f, wide w, LATERAL (SELECT abie.ridge(array_agg(o.y), array_agg(o.x), array_agg(o.weight), f.penalties) AS m FROM wide o WHERE o.i <> w.i) r,
	LATERAL (SELECT sum(v * k) FROM unnest(w.x, (m).coefficients) q(v, k)) p(sum)
WHERE f.name = 'wide' AND w.i % 10 = 1;
-- and at other columns, as abie.cross_leverage says: row i with the columns of row 201 - i
SELECT max(abs((m).intercept + p.sum - (f.intercept + q.sum - w.weight * abie.cross_leverage(o.x, w.x, f.location, f.inverse, total) / (1 - f.leverage[w.i]) * (w.y - f.fitted[w.i])))) < 1e-9 AS "same prediction elsewhere"
FROM fit f, (SELECT *, sum(weight) OVER () AS total FROM wide) w JOIN wide o ON o.i = 201 - w.i,
	LATERAL (SELECT abie.ridge(array_agg(y), array_agg(x), array_agg(weight), f.penalties) AS m FROM wide r WHERE r.i <> w.i) r,
	LATERAL (SELECT sum(v * k) FROM unnest(o.x, (m).coefficients) q(v, k)) p(sum), LATERAL (SELECT sum(v * k) FROM unnest(o.x, f.coefficients) q(v, k)) q(sum)
WHERE f.name = 'wide' AND w.i % 10 = 3;
-- the standard error of a leave-one-out prediction: it is a sum of multiples of the others' y, found by giving each a y of 1 and the rest 0
WITH refit AS (
	SELECT k.i AS k, k.weight, abie.ridge(array_agg((d.i = k.i)::int::float8 ORDER BY d.i), array_agg(d.x ORDER BY d.i), array_agg(d.weight ORDER BY d.i), f.penalties) AS m
	FROM fit f, deficient k, deficient d WHERE f.name = 'deficient' AND k.weight > 0 GROUP BY k.i, k.weight, f.penalties
), variance AS (
	SELECT u.i, sum(u.multiple ^ 2 / r.weight) AS variance FROM refit r, unnest((r.m).leave_one_out) WITH ORDINALITY u(multiple, i) WHERE u.i <> r.k GROUP BY u.i
), residual AS (
	SELECT sum(d.weight * (d.y - f.leave_one_out[d.i]) ^ 2) / count(*) AS variance FROM fit f, deficient d WHERE f.name = 'deficient' AND d.weight > 0
)
SELECT count(*) AS rows, max(abs(f.leave_one_out_error[v.i] ^ 2 / (r.variance * v.variance) - 1)) < 1e-9 AS error, max(abs(f.residual_variance / r.variance - 1)) < 1e-9 AS residual_variance
FROM fit f, variance v, residual r WHERE f.name = 'deficient';
-- and as abie.cross_variance says
SELECT max(abs(f.leave_one_out_error[w.i] ^ 2 / (f.residual_variance * (abie.cross_variance(w.x, w.x, f.location, f.inverse, f.penalties, total) - f.leverage[w.i] ^ 2 / w.weight) / (1 - f.leverage[w.i]) ^ 2) - 1)) < 1e-9 AS "as cross_variance",
	max(abs(abie.cross_variance(w.x, o.x, f.location, f.inverse, f.penalties, total) - abie.cross_variance(o.x, w.x, f.location, f.inverse, f.penalties, total))) < 1e-15 AS symmetric
FROM fit f, (SELECT *, sum(weight) OVER () AS total FROM wide) w JOIN wide o ON o.i = 201 - w.i WHERE f.name = 'wide';
-- given penalties are given back
SELECT (abie.ridge('{1,2,4}', '{{1,0},{2,1},{3,5}}', NULL, '{0.5,7}')).penalties;
-- the criterion is least at the penalty chosen, the neighbours in the grid being no better
SELECT count(*) FILTER (WHERE e.error < b.error) AS better, count(*) AS tried
FROM fit f, (SELECT sum(weight) AS total FROM wide) t, generate_series(0, 40) step,
	LATERAL (SELECT array_agg(p * 10 ^ (-8 + step / 4.0::float8) / f.penalty) AS penalties FROM unnest(f.penalties) p) p,
	LATERAL (SELECT abie.ridge(array_agg(y), array_agg(x), array_agg(weight), p.penalties) AS m FROM wide) r,
	LATERAL (SELECT (1 - (m).r2) / (1 - (SELECT sum(l) FROM unnest((m).leverage) l) / 200) ^ 2 + 1e-12 AS error) e,
	LATERAL (SELECT (1 - f.r2) / (1 - (SELECT sum(l) FROM unnest(f.leverage) l) / 200) ^ 2 AS error) b
WHERE f.name = 'wide';

--
-- What changes nothing
--
-- the order of rows: not a bit
SELECT o.name, (m).penalty = f.penalty AND (m).coefficients = f.coefficients AND (m).inverse = f.inverse AND (m).r2 = f.r2 AND (m).r2_leave_one_out = f.r2_leave_one_out
	AND (SELECT array_agg(v ORDER BY i) FROM unnest((m).leave_one_out, o.place) u(v, i)) = f.leave_one_out AS same
FROM fit f, LATERAL (
	SELECT 'backwards' AS name, abie.ridge(array_agg(y ORDER BY i DESC), array_agg(x ORDER BY i DESC), array_agg(weight ORDER BY i DESC)) AS m, array_agg(i ORDER BY i DESC) AS place FROM wide
	UNION ALL
	SELECT 'shuffled', abie.ridge(array_agg(y ORDER BY md5(i::text)), array_agg(x ORDER BY md5(i::text)), array_agg(weight ORDER BY md5(i::text))), array_agg(i ORDER BY md5(i::text)) FROM wide) o
WHERE f.name = 'wide' ORDER BY 1;
-- rows of weight 0, be they duplicates or far away: not a bit
SELECT (m).penalty = f.penalty AND (m).coefficients = f.coefficients AND (m).leave_one_out[1:200] = f.leave_one_out AND (m).r2 = f.r2 AND (m).r2_leave_one_out = f.r2_leave_one_out AS same,
	(m).leverage[201:] = array_fill(0::float8, '{203}') AS "no leverage", (m).leave_one_out[201:400] = f.fitted AS "predicted all the same"
FROM fit f, LATERAL (SELECT abie.ridge(array_agg(y ORDER BY n, i), array_agg(x ORDER BY n, i), array_agg(weight ORDER BY n, i)) AS m
	FROM (SELECT 1 AS n, i, y, x, weight FROM wide UNION ALL SELECT 2, i, y, x, 0 FROM wide
		UNION ALL SELECT 3, i, 1e6 * i, array_fill(-1e7 * i, '{9}'), 0 FROM generate_series(1, 3) i) r) r
WHERE f.name = 'wide';
-- two rows of half the weight each instead of one: only the number of rows in the criterion, so under given penalties nothing at all
SELECT apart((m).coefficients, f.coefficients) < 1e-9 AS same
FROM fit f, LATERAL (SELECT abie.ridge(array_agg(y), array_agg(x), array_agg(weight / 2), f.penalties) AS m FROM (SELECT * FROM wide UNION ALL SELECT * FROM wide) r) r WHERE f.name = 'wide';
-- the units of columns, of weights, of y
SELECT (m).penalty = f.penalty AS penalty, apart((m).leave_one_out, (SELECT array_agg(1 - v / 100 ORDER BY i) FROM unnest(f.leave_one_out) WITH ORDINALITY u(v, i))) < 1e-9 AS leave_one_out,
	apart((m).coefficients, (SELECT array_agg(-k / 100 / (3 * 10 ^ j::float8) ORDER BY j) FROM unnest(f.coefficients) WITH ORDINALITY u(k, j))) < 1e-9 AS coefficients
FROM fit f, LATERAL (SELECT abie.ridge(array_agg(1 - y / 100 ORDER BY i), array_agg((SELECT array_agg(3 * 10 ^ j::float8 * v - 5 ORDER BY j) FROM unnest(x) WITH ORDINALITY u(v, j)) ORDER BY i),
	array_agg(weight * 0.007 ORDER BY i)) AS m FROM wide) r WHERE f.name = 'wide';
-- more of y in a column's direction, more of the column; a larger penalty, smaller coefficients
SELECT bool_and(length < before) AS shrinking FROM (SELECT step, length, lag(length) OVER (ORDER BY step) AS before
	FROM generate_series(-3, 6) step, LATERAL (SELECT sqrt(sum(k * k)) AS length
		FROM (SELECT (abie.ridge(array_agg(y), array_agg(x[1:2]), NULL, array_fill(10.0::float8 ^ step, '{2}'))).coefficients FROM wide) c, unnest(c.coefficients) k) l) s;

--
-- Little to go by
--
SELECT * FROM abie.ridge('{5}', '{{1,2}}');
SELECT r2, r2_leave_one_out, mean, coefficients, fitted, leave_one_out FROM abie.ridge('{7,7,7}', '{{1},{2},{4}}');
SELECT r2, mean, coefficients, fitted, leave_one_out FROM abie.ridge('{1,2,6}', '{{3},{3},{3}}');
-- a column that varies only in a row of weight 0 does not vary
SELECT coefficients FROM abie.ridge('{1,2,6,9}', '{{3},{3},{3},{4}}', '{1,1,1,0}');
SELECT abie.ridge(NULL, '{{1}}') IS NULL AS y, abie.ridge('{1}', NULL) IS NULL AS x, abie.ridge('{}', '{}') IS NULL AS rows;

--
-- Terms
--
-- numbers and others; squares; products
SELECT abie_internal.context_terms('{2,3,5,1,0}', '{0,0,0,0,0}', 3, '{}');
-- missing ones, with and without an indicator
SELECT abie_internal.context_terms('{NULL,3,NULL}', '{0.5,9,9}', 2, '{1,2}') AS "0.5 3 9, 1 0, 0.25 9, 1.5";
SELECT abie_internal.context_terms('{2}', '{0}', 1, '{}'), abie_internal.context_terms('{1,7}', '{0,0}', 0, '{}'), abie_internal.context_terms('{}', '{}', 0, '{}');
SELECT cardinality(abie_internal.context_terms(array_fill(1::float8, '{54}'), array_fill(1::float8, '{54}'), 43, '{}'));
SELECT abie.contributions('{3,10}', '{1,10}', '{0.5,99}'), abie.contributions('{}', '{}', '{}'), abie.contributions(NULL, '{}', '{}') IS NULL AS "null";
-- by group: a term of two elements half to the group of each
SELECT abie_internal.group_contributions('{1,2,4,8,16}', '{1,2,3,2,1}', '{NULL,NULL,NULL,NULL,2}', '{1,2,2}') AS "9 22 0";
SELECT abie_internal.group_contributions('{}', '{}', '{}', '{1}'), abie_internal.group_contributions('{}', '{}', '{}', '{}'), abie_internal.group_contributions(NULL, '{}', '{}', '{}') IS NULL AS "null";

--
-- Errors
--
SELECT abie.ridge('{1,2}', '{{1},{2},{3}}');
SELECT abie.ridge('{1,2}', '{1,2}');
SELECT abie.ridge('{1,NULL}', '{{1},{2}}');
SELECT abie.ridge('{1,NaN}', '{{1},{2}}');
SELECT abie.ridge('{1,2}', '{{1},{NULL}}');
SELECT abie.ridge('{1,2}', '{{1},{Infinity}}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', '{1}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', '{1,-1}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', '{1,NULL}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', '{0,0}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', '{1e308,1e308}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', NULL, '{1,1}');
SELECT abie.ridge('{1,2}', '{{1},{2}}', NULL, '{-1}');
SELECT abie.ridge('{1e308,-1e308}', '{{1},{2}}');
SELECT abie.ridge('{1,2}', array_fill(1::float8, '{2,1001}'));
SELECT abie_internal.context_terms(array_fill(1::float8, '{44}'), array_fill(1::float8, '{44}'), 44, '{}');
SELECT abie_internal.context_terms('{1,2}', '{0}', 1, '{}');
SELECT abie_internal.context_terms('{1,2}', '{0,NULL}', 1, '{}');
SELECT abie_internal.context_terms('{1,NaN}', '{0,0}', 1, '{}');
SELECT abie_internal.context_terms('{1,2}', '{0,0}', 3, '{}');
SELECT abie_internal.context_terms('{1,2}', '{0,0}', -1, '{}');
SELECT abie_internal.context_terms('{1,2}', '{0,0}', 1, '{3}');
SELECT abie_internal.context_terms('{1,2}', '{0,0}', 1, '{0}');
SELECT abie_internal.context_terms('{1,2}', '{0,0}', 1, '{NULL}');
SELECT abie_internal.context_terms('{1,2}', '{0,0}', 1, '{{1}}');
SELECT abie_internal.context_terms('{1e200}', '{0}', 1, '{}');
SELECT abie.contributions('{1}', '{1,2}', '{1}');
SELECT abie.contributions('{1e308}', '{-1e308}', '{2}');
SELECT abie_internal.group_contributions('{1,2}', '{1}', '{NULL}', '{1}');
SELECT abie_internal.group_contributions('{1}', '{1}', '{NULL,NULL}', '{1}');
SELECT abie_internal.group_contributions('{1}', '{NULL}', '{NULL}', '{1}');
SELECT abie_internal.group_contributions('{1}', '{2}', '{NULL}', '{1}');
SELECT abie_internal.group_contributions('{1}', '{1}', '{0}', '{1}');
SELECT abie_internal.group_contributions('{1}', '{1}', '{NULL}', '{2}');
SELECT abie_internal.group_contributions('{1e308,1e308}', '{1,1}', '{NULL,NULL}', '{1}');
SELECT abie.cross_leverage('{1}', '{1,2}', '{0}', '{{1}}', 1);
SELECT abie.cross_leverage('{1}', '{1}', '{0}', '{{1,0},{0,1}}', 1);
SELECT abie.cross_leverage('{1}', '{1}', '{0}', '{{1}}', 0);
SELECT abie.cross_leverage('{1e200}', '{1e200}', '{0}', '{{1}}', 1);
SELECT abie.cross_variance('{1}', '{1}', '{0}', '{{1}}', '{-1}', 1);
SELECT abie.cross_variance('{1}', '{1}', '{0}', '{{1}}', '{1,2}', 1);

SET client_min_messages = warning;
DROP SCHEMA context_test CASCADE;
