-- Local mean, pared mean, improvement expectation, rounding.
-- Expected values: hand arithmetic, published worked examples, plain SQL, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA expectation_test;
SET search_path = expectation_test, public;
SET max_parallel_workers_per_gather = 0;

--
-- round_half_up: decimal, half away from zero
--
SELECT value, digits, abie.round_half_up(value, digits) AS rounded, abie.round_half_up(value, digits) = expected AS correct
FROM (VALUES
	(0.05, 1, 0.1), (0.15, 1, 0.2), (0.25, 1, 0.3), (0.35, 1, 0.4), (0.45, 1, 0.5),
	(0.449999, 1, 0.4), (0.04999999, 1, 0.0), (94.55, 1, 94.6), (94.65, 1, 94.7), (99.95, 1, 100.0),
	(-0.25, 1, -0.3), (-0.05, 1, -0.1), (-0.04, 1, 0.0), (1.005, 2, 1.01), (2.675, 2, 2.68),
	(0.5, 0, 1), (1.5, 0, 2), (2.5, 0, 3), (-2.5, 0, -3),
	(10.5, 0, 11),			-- California's 5 per cent of 210 is published as 11
	(12345, -2, 12300), (12350, -2, 12400), (0, 1, 0),
	(0.498852, 1, 0.5), (0.369785, 1, 0.4)) t(value, digits, expected);
-- results of arithmetic a bit off in binary: 0.1 + 0.2 = 0.30000000000000004, 1.1 - 0.95 = 0.15000000000000013, 3 x 0.05 = 0.15000000000000002
SELECT abie.round_half_up(0.1::float8 + 0.2::float8, 1) AS "0.3", abie.round_half_up(1.1::float8 - 0.95::float8, 1) AS "0.2",
	abie.round_half_up(3 * 0.05::float8, 1) AS "0.2", abie.round_half_up(1.15::float8 - 1, 1) AS "0.2", abie.round_half_up(0.7::float8 * 0.5, 1) AS "0.4";
-- every multiple of 0.05 between -100 and 100 goes away from zero
SELECT count(*) AS differences FROM generate_series(-2000, 2000) i
WHERE abie.round_half_up(i / 20::float8, 1) <> sign(i) * ((abs(i) + 1) / 2) / 10::numeric;
SELECT abie.round_half_up('NaN', 1), abie.round_half_up('infinity', 1), abie.round_half_up(NULL, 1) IS NULL AS "null", abie.round_half_up(1, NULL) IS NULL AS "null";

--
-- local_mean: tricube kernel
--
-- distance 0 counts 1, half the bandwidth (1 - 1/8)^3 = 343/512: (512 x 90 + 343 x 94) / 855 = 78322 / 855
SELECT abs(abie.local_mean('{90,94}', '{0,1}', '{1,1}', 2) - 78322 / 855::float8) < 1e-12 AS hand;
-- weights 3 and 1: (3 x 512 x 90 + 343 x 94) / (3 x 512 + 343)
SELECT abs(abie.local_mean('{90,94}', '{0,1}', '{3,1}', 2) - (3 * 512 * 90 + 343 * 94) / (3 * 512 + 343)::float8) < 1e-12 AS hand;
-- at the bandwidth and beyond: nothing
SELECT abie.local_mean('{90,94,1000}', '{0,2,3}', '{1,1,1}', 2) AS "90";
-- all at or beyond it, or a bandwidth of 0: each by its weight alone, (90 + 3 x 94) / 4
SELECT abie.local_mean('{90,94}', '{2,2}', '{1,3}', 2) AS "93", abie.local_mean('{90,94}', '{0,0}', '{1,3}', 0) AS "93",
	abie.local_mean('{90,94}', '{5,7}', '{1,3}', 2) AS "93";
-- all at distance 0 within a bandwidth: the weighted mean; without a limit, too
SELECT abie.local_mean('{90,94}', '{0,0}', '{1,3}', 9) AS "93", abie.local_mean('{90,94}', '{3,8}', '{1,3}', 'infinity') AS "93";
-- those within the bandwidth weigh nothing
SELECT abie.local_mean('{90,94}', '{1,2}', '{0,5}', 2) AS "94";
-- its standard error: sqrt((1 x 3)^2 + (3 x 1)^2) / 4; with the kernel 1 and 343/512 of 90 and 94, whose mean is 78322 / 855
SELECT abs(abie.local_mean_error('{90,94}', '{3,8}', '{1,3}', 'infinity') - sqrt(18) / 4) < 1e-12 AS hand,
	abs(abie.local_mean_error('{90,94}', '{0,1}', '{1,1}', 2) - sqrt((90 - 78322 / 855::float8) ^ 2 + (343 / 512::float8 * (94 - 78322 / 855::float8)) ^ 2) / (855 / 512::float8)) < 1e-12 AS kernel,
	abs(abie.local_mean_error('{90,94}', '{2,2}', '{1,3}', 2) - sqrt(18) / 4) < 1e-12 AS "at the bandwidth", abie.local_mean_error('{90}', '{0}', '{7}', 1) AS "0", abie.local_mean_error('{}', '{}', '{}', 1) IS NULL AS "null";
SELECT abie.local_mean_error('{1e200,-1e200}', '{0,0}', '{1,1}', 1);
SELECT abie.local_mean('{}', '{}', '{}', 1) IS NULL AS "no values", abie.local_mean('{90,94}', '{0,1}', '{0,0}', 2) IS NULL AS "no weight";
SELECT abie.local_mean(NULL, '{1}', '{1}', 1) IS NULL AND abie.local_mean('{1}', NULL, '{1}', 1) IS NULL
	AND abie.local_mean('{1}', '{1}', NULL, 1) IS NULL AND abie.local_mean('{1}', '{1}', '{1}', NULL) IS NULL AS "null";
SELECT abie.local_mean('[0:1]={90,94}', '[5:6]={0,0}', '[-1:0]={1,3}', 9) AS "93";
-- random values against plain SQL in the same order, bit for bit
SELECT setseed(0.4);
CREATE TABLE neighbours AS
SELECT i, 10 * random() AS bandwidth, (SELECT array_agg(85 + 15 * random()) FROM generate_series(1, n)) AS value,
	(SELECT array_agg(10 * random()) FROM generate_series(1, n)) AS distance,
	(SELECT array_agg(floor(500 * random())) FROM generate_series(1, n)) AS weight
FROM generate_series(1, 2000) i, LATERAL (SELECT 1 + i % 20 AS n) s;
SELECT count(*) FILTER (WHERE mean IS DISTINCT FROM expected) AS differences,
	count(*) FILTER (WHERE mean NOT BETWEEN low - 1e-12 AND high + 1e-12) AS "out of range"
FROM (SELECT abie.local_mean(value, distance, weight, bandwidth) AS mean, p.* FROM neighbours,
	LATERAL (SELECT min(v) AS low, max(v) AS high,
		CASE WHEN sum(kw) > 0 THEN sum(kw * v ORDER BY o) / sum(kw ORDER BY o) ELSE sum(w * v ORDER BY o) / sum(w ORDER BY o) END AS expected
		FROM (SELECT *, CASE WHEN d < bandwidth THEN t * t * t ELSE 0 END * w AS kw
			FROM (SELECT *, 1 - (d / bandwidth) * (d / bandwidth) * (d / bandwidth) AS t
				FROM unnest(value, distance, weight) WITH ORDINALITY u(v, d, w, o)) u) u) p) s;

--
-- pared_mean: the best units that hold a share
--
CREATE TABLE unit (units text, numerator float8, denominator float8);
INSERT INTO unit VALUES
	('three of ten', 7, 10), ('three of ten', 9, 10), ('three of ten', 8, 10),
	('small and perfect', 3, 3), ('small and perfect', 90, 100),
	('as published', 3, 3), ('as published', 90, 100), ('as published', 5, 5), ('as published', 100, 100),
	('equal when adjusted', 2, 2), ('equal when adjusted', 5, 6),
	('empty ones', 0, 0), ('empty ones', 1, 4), ('empty ones', 0, 0),
	('only empty', 0, 0), ('only empty', 0, 0),
	('none succeeds', 0, 5), ('none succeeds', 0, 7),
	('gaps', 9, 10), ('gaps', NULL, 10), ('gaps', 10, NULL), ('gaps', NULL, NULL),
	('only gaps', NULL, 10), ('only gaps', 10, NULL);
CREATE FUNCTION pared(of text, share float8) RETURNS numeric LANGUAGE sql
RETURN (SELECT round(abie.pared_mean(numerator, denominator, share)::numeric, 6) FROM unit WHERE units = of);
-- a third of 30 is one unit; a little more, or half, is two; all is 24 / 30
SELECT pared('three of ten', 0.3) AS "9/10", pared('three of ten', 0.34) AS "17/20", pared('three of ten', 0.5) AS "17/20",
	pared('three of ten', 2 / 3::float8) AS "17/20", pared('three of ten', 0.67) AS "24/30", pared('three of ten', 1) AS "24/30";
-- however small the share, one unit
SELECT pared('three of ten', 1e-300) AS "9/10";
-- the adjusted fraction (3+1)/(3+2) = 0.8 ranks below (90+1)/(100+2) = 0.892
SELECT pared('small and perfect', 0.1) AS "90/100", pared('small and perfect', 0.98) AS "93/103";
-- published adjusted fractions: 100/100 0.990196, 90/100 0.892157, 5/5 0.857143, 3/3 0.8000
SELECT pared('as published', 0.4) AS "100/100", pared('as published', 0.9) AS "190/200", pared('as published', 0.97) AS "195/205", pared('as published', 1) AS "198/208";
-- (2+1)/(2+2) = (5+1)/(6+2): the larger first
SELECT pared('equal when adjusted', 0.1) AS "5/6", pared('equal when adjusted', 0.8) AS "7/8";
-- units without anybody: (0+1)/(0+2) = 0.5 ranks above (1+1)/(4+2), adds nothing
SELECT pared('empty ones', 0.5) AS "1/4", pared('only empty', 0.5) IS NULL AS "null", pared('none succeeds', 0.5) AS "0";
-- rows with a NULL are left out, no rows give NULL
SELECT pared('gaps', 0.5) AS "9/10", pared('only gaps', 0.5) IS NULL AS "null", pared('nobody', 0.5) IS NULL AS "null";
SELECT abie.pared_mean(3, 4, 1) AS "3/4";
-- share x total in binary is a little over the 55 that 11 units of 5 hold: 44 / 55
SELECT round(abie.pared_mean(CASE WHEN i <= 11 THEN 4 ELSE 2 END, 5, 0.55)::numeric, 6) AS "44/55" FROM generate_series(1, 20) i;
-- by group, filtered, and as a running window
SELECT units, round(abie.pared_mean(numerator, denominator, 0.3)::numeric, 4) AS mean,
	round(abie.pared_mean(numerator, denominator, 0.3) FILTER (WHERE denominator > 5)::numeric, 4) AS large
FROM unit GROUP BY units ORDER BY units;
SELECT numerator, round(abie.pared_mean(numerator, denominator, 0.5) OVER (ORDER BY numerator)::numeric, 4) AS "7/10, 8/10, 17/20",
	round(abie.pared_mean(numerator, denominator, 0.5) OVER (ORDER BY numerator ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)::numeric, 4) AS "17/20, 9/10, 9/10"
FROM unit WHERE units = 'three of ten';

-- random units against plain SQL: sorted, cut where the share is reached, added in that order
CREATE TABLE random_unit AS
SELECT i, i % 100 AS g, n * (0.85 + 0.15 * random()) AS numerator, n AS denominator
FROM generate_series(1, 20000) i, LATERAL (SELECT floor(1000 * random() * random() + 0 * i)::float8 AS n) s;
SELECT share, count(*) AS groups, count(*) FILTER (WHERE mean IS DISTINCT FROM expected) AS differences
FROM (SELECT share, g, abie.pared_mean(numerator, denominator, share) AS mean FROM random_unit, unnest('{0.1,0.3,0.75,1}'::float8[]) share GROUP BY share, g) a
JOIN (SELECT share, g, sum(numerator ORDER BY o) / sum(denominator ORDER BY o) AS expected
	FROM (SELECT share, u.*, coalesce(sum(denominator) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
			sum(denominator) OVER (PARTITION BY share, g) AS total, row_number() OVER w AS o
		FROM random_unit u, unnest('{0.1,0.3,0.75,1}'::float8[]) share
		WINDOW w AS (PARTITION BY share, g ORDER BY (numerator + 1) / (denominator + 2) DESC, denominator DESC, numerator DESC)) s
	WHERE before < share * total - 1e-6 GROUP BY share, g) b USING (share, g)
GROUP BY share ORDER BY share;
-- a larger share never raises the mean, and all of it is the plain mean
SELECT count(*) FILTER (WHERE mean > before) AS rises FROM (
	SELECT mean, lag(mean) OVER (PARTITION BY g ORDER BY share) AS before
	FROM (SELECT g, share / 10::float8 AS share, abie.pared_mean(numerator, denominator, share / 10::float8) AS mean
		FROM random_unit, generate_series(1, 10) share GROUP BY g, share) s) s;
SELECT count(*) AS differences FROM (
	SELECT abie.pared_mean(numerator, denominator, 1) AS mean, sum(numerator) / sum(denominator) AS plain FROM random_unit GROUP BY g) s
WHERE abs(mean - plain) > 1e-14;

-- the order of rows changes nothing, not a bit
SELECT count(DISTINCT float8send(mean)) AS "1 result" FROM (
	SELECT abie.pared_mean(numerator, denominator, 0.3 ORDER BY i) AS mean FROM random_unit
	UNION ALL SELECT abie.pared_mean(numerator, denominator, 0.3 ORDER BY i DESC) FROM random_unit
	UNION ALL SELECT abie.pared_mean(numerator, denominator, 0.3 ORDER BY hashint4(i)) FROM random_unit
	UNION ALL SELECT abie.pared_mean(numerator, denominator, 0.3 ORDER BY numerator) FROM random_unit) s;

-- serial and parallel plans, bit for bit
CREATE FUNCTION partial(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
		IF line ~ 'Partial .*Aggregate' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;
ALTER TABLE random_unit SET (parallel_workers = 2);
CREATE TABLE serial AS
SELECT g, abie.pared_mean(numerator, denominator, 0.3) AS mean FROM random_unit GROUP BY g
UNION ALL SELECT -1, abie.pared_mean(numerator, denominator, 0.3) FROM random_unit
UNION ALL SELECT -2, abie.pared_mean(numerator, denominator, 0.3) FROM random_unit WHERE i < 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT partial('SELECT abie.pared_mean(numerator, denominator, 0.3) FROM random_unit') AS one,
	partial('SELECT g, abie.pared_mean(numerator, denominator, 0.3) FROM random_unit GROUP BY g') AS groups;
CREATE TABLE parallel (g int, mean float8);
CREATE PROCEDURE fill_parallel() LANGUAGE plpgsql AS $$
DECLARE
	result float8;
	group_result record;
BEGIN
	-- read into variables: a query that writes has no parallel plan
	SELECT abie.pared_mean(numerator, denominator, 0.3) INTO result FROM random_unit;
	INSERT INTO parallel VALUES (-1, result);
	SELECT abie.pared_mean(numerator, denominator, 0.3) INTO result FROM random_unit WHERE i < 0;
	INSERT INTO parallel VALUES (-2, result);
	SELECT array_agg(g) AS g, array_agg(mean) AS mean INTO group_result
	FROM (SELECT g, abie.pared_mean(numerator, denominator, 0.3) AS mean FROM random_unit GROUP BY g) s;
	INSERT INTO parallel SELECT * FROM unnest(group_result.g, group_result.mean);
END $$;
CALL fill_parallel();
SET parallel_leader_participation = off;
CALL fill_parallel();
RESET parallel_leader_participation;
SELECT count(*) AS "2 x 102", count(*) FILTER (WHERE float8send(s.mean) IS DISTINCT FROM float8send(p.mean)) AS differences
FROM serial s FULL JOIN parallel p USING (g);
SET max_parallel_workers_per_gather = 0;

-- states: through text and back, merged in any order
CREATE AGGREGATE pared_state(float8, float8, float8) (SFUNC = abie_internal.pared_mean_step, STYPE = float8[]);
CREATE AGGREGATE pared_merge(float8[]) (SFUNC = abie_internal.pared_mean_combine, STYPE = float8[], FINALFUNC = abie_internal.pared_mean_final);
SELECT pared_state(i, 10 * i, 0.25 ORDER BY i) FROM generate_series(1, 3) i;
CREATE TABLE state AS SELECT g, pared_state(numerator, denominator, 0.3)::text AS state FROM random_unit GROUP BY g;
SELECT count(DISTINCT float8send(mean)) AS "1 result" FROM (
	SELECT pared_merge(state::float8[] ORDER BY g) AS mean FROM state
	UNION ALL SELECT pared_merge(state::float8[] ORDER BY g DESC) FROM state
	UNION ALL SELECT pared_merge(state::float8[] ORDER BY hashint4(g)) FROM state
	UNION ALL SELECT pared_merge(state ORDER BY g / 10) FROM (SELECT g / 10 AS g, abie_internal.pared_mean_combine(min(a), min(b)) AS state
		FROM (SELECT g, state::float8[] AS a, '{0.3}'::float8[] AS b FROM state) s GROUP BY g) s
	UNION ALL SELECT mean FROM serial WHERE g = -1) s;
SELECT abie_internal.pared_mean_combine('{0.5,1,2}', NULL) IS NULL AS strict, abie_internal.pared_mean_final(NULL) IS NULL AS strict,
	abie_internal.pared_mean_final('{0.5}') IS NULL AS "no units", abie_internal.pared_mean_combine('[0:2]={0.5,1,2}', '{0.5,3,4}') AS combined;

--
-- rungs of lists of schools: against percentile_cont and pared_mean over the schools of each list as rows, to the bit
--
SELECT setseed(0.8);
CREATE TABLE school AS SELECT i AS urn, CASE WHEN i % 7 = 0 THEN 93 ELSE 100 - 20 * random() END AS attendance,
	floor(20 + 800 * random()) + CASE i % 3 WHEN 0 THEN 0.25 ELSE 0 END AS enrolments FROM generate_series(1, 300) i;
CREATE TABLE list AS SELECT s.urn, (SELECT array_agg(o.urn ORDER BY hashint4(o.urn * 1000 + s.urn)) FROM school o WHERE o.urn <> s.urn) AS others
FROM school s WHERE s.urn % 4 > 0;
CREATE FUNCTION rungs(listed int, share float8) RETURNS TABLE (urn int, upper_quartile float8, pared_mean float8) LANGUAGE sql AS $$
SELECT r.* FROM (SELECT array_agg(s.urn ORDER BY s.urn), array_agg(s.attendance ORDER BY s.urn), array_agg(s.enrolments ORDER BY s.urn) FROM school s) s(urns, attendance, enrolments),
	(SELECT array_agg(l.urn), array_agg(l.others[:listed]) FROM list l) l(owners, lists),
	LATERAL abie_internal.list_rungs(s.urns, s.attendance, s.enrolments, l.owners, l.lists, share) r
$$;
SELECT listed, share, count(*) AS lists, count(*) FILTER (WHERE float8send(r.upper_quartile) IS DISTINCT FROM float8send(x.upper_quartile)
	OR float8send(r.pared_mean) IS DISTINCT FROM float8send(100 * x.pared_mean)) AS differences
FROM (VALUES (1, 0.1), (2, 0.1), (20, 0.1), (21, 0.5), (299, 1)) v(listed, share),
	LATERAL rungs(listed, share) r JOIN list l ON l.urn = r.urn,
	LATERAL (SELECT percentile_cont(0.75) WITHIN GROUP (ORDER BY s.attendance) FILTER (WHERE s.urn <> l.urn) AS upper_quartile,
		abie.pared_mean(s.attendance / 100 * s.enrolments, s.enrolments, share) AS pared_mean
		FROM school s WHERE s.urn = l.urn OR s.urn = ANY (l.others[:listed])) x
GROUP BY listed, share ORDER BY listed;
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{0,0}', '{1}', '{{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{2,1}', '{90,95}', '{20,20}', '{1}', '{{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90}', '{20,20}', '{1}', '{{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{20,20}', '{1}', '{{3}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{20,20}', '{0}', '{{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{20,20}', '{1}', '{2}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{20,20}', '{1}', '{{2},{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{20,20}', '{1}', '{{NULL}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,101}', '{20,20}', '{1}', '{{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,NaN}', '{20,20}', '{1}', '{{2}}', 0.1);
SELECT * FROM abie_internal.list_rungs('{1,2}', '{90,95}', '{20,20}', '{1}', '{{2}}', 0);

--
-- improvement_expectation
--
-- the worked example: pace 0.24, E 92.6; n = 850: baseline 91.305740, 0.24 + 0.2 x 1.294260 = 0.498852;
-- n = 60: baseline 91.951073, 0.24 + 0.2 x 0.648927 = 0.369785
SELECT round(e::numeric, 6) AS exact, abie.round_half_up(e, 1) AS published
FROM unnest('{91.305740,91.951073}'::float8[]) baseline, abie.improvement_expectation(baseline, 92.6, 0.24, 100) e;
-- its steps from the figures of a school: sampling variance 10^2 / n, B = 1.44 / (1.44 + that), baseline = E + B (91.2 - E)
SELECT n, round(theta::numeric, 6) AS baseline, round(abie.improvement_expectation(theta, 92.6, 0.24, 100)::numeric, 6) AS exact
FROM unnest('{850,60}'::float8[]) n, LATERAL (SELECT 92.6 + 1.44 / (1.44 + 100 / n) * (91.2 - 92.6) AS theta) s;
SELECT what, round(e::numeric, 6) AS e, round(e::numeric, 6) = expected AS correct
FROM (VALUES
	('no gap: the pace', abie.improvement_expectation(95, 93, 0.3, 100), 0.3),
	('a gap of 1: pace + 0.2', abie.improvement_expectation(93, 94, 0.3, 100), 0.5),
	('not under the floor', abie.improvement_expectation(95, 93, 0.05, 100), 0.1),
	('not over the cap', abie.improvement_expectation(85, 95, 0.3, 100), 1.0),
	('not over the headroom', abie.improvement_expectation(93, 94, 0.3, 93.2), 0.2),
	('headroom below the floor', abie.improvement_expectation(93, 94, 0.3, 93.05), 0.05),
	('at the top: maintain', abie.improvement_expectation(93, 94, 0.3, 93), 0),
	('above the top: maintain', abie.improvement_expectation(93, 94, 0.3, 90), 0),
	('a falling nation', abie.improvement_expectation(95, 93, -0.3, 100), 0.1),
	('a falling nation, a gap of 5', abie.improvement_expectation(90, 95, -0.3, 100), 0.7),
	('share of the gap 0', abie.improvement_expectation(90, 95, 0.3, 100, 0), 0.3),
	('share 1', abie.improvement_expectation(94.5, 95, 0.3, 100, 1), 0.8),
	('floor 0', abie.improvement_expectation(95, 93, -0.3, 100, 0.2, 0), 0),
	('floor = cap', abie.improvement_expectation(95, 93, 9, 100, 0.2, 0.4, 0.4), 0.4),
	('cap 2', abie.improvement_expectation(85, 95, 0.3, 100, cap => 2), 2),
	('defaults as stated', abie.improvement_expectation(85, 88, 0.25, 100, gap_share => 0.2, floor => 0.1, cap => 1.0), 0.85)) t(what, e, expected);
SELECT count(*) AS "7 of 7 strict" FROM generate_series(1, 7) i
WHERE abie.improvement_expectation(CASE WHEN i <> 1 THEN 90 END, CASE WHEN i <> 2 THEN 91 END, CASE WHEN i <> 3 THEN 0.3 END, CASE WHEN i <> 4 THEN 95 END,
	CASE WHEN i <> 5 THEN 0.2 END, CASE WHEN i <> 6 THEN 0.1 END, CASE WHEN i <> 7 THEN 1 END) IS NULL;

-- California's growth targets, as published for 15 schools: 5 per cent of the distance to 800, at least 5 points, half up; 800 reached: none
SELECT count(*) AS published, count(*) FILTER (WHERE abie.round_half_up(abie.improvement_expectation(base, 800, 0, 800, gap_share => 0.05, floor => 5, cap => 1000), 0) <> target) AS different
FROM (VALUES (537, 13), (504, 15), (613, 9), (581, 11), (591, 10), (598, 10), (586, 11), (433, 18), (656, 7), (584, 11), (737, 5), (590, 11), (522, 14), (484, 16), (872, 0)) t(base, target);

-- properties over a grid of baselines, expected rates, ladder tops, paces and shares
CREATE TABLE grid AS
SELECT baseline, expected, ladder_top, pace, gap_share, abie.improvement_expectation(baseline, expected, pace, ladder_top, gap_share) AS e
FROM (SELECT 84 + i * 0.37 AS baseline FROM generate_series(0, 40) i) a, (SELECT 84 + i * 0.37 AS expected FROM generate_series(0, 40) i) b,
	(SELECT 86 + i * 1.7 AS ladder_top FROM generate_series(0, 8) i) c, unnest('{-0.2,0,0.24,0.9}'::float8[]) pace, unnest('{0,0.05,0.2}'::float8[]) gap_share;
SELECT count(*) AS points,
	count(*) FILTER (WHERE e > headroom) AS "over headroom",
	count(*) FILTER (WHERE e > 1.0) AS "over cap",
	count(*) FILTER (WHERE e < 0.1 AND e <> headroom) AS "under floor",
	count(*) FILTER (WHERE e < 0) AS negative,
	count(*) FILTER (WHERE baseline >= ladder_top AND e <> 0) AS "not maintained",
	count(*) FILTER (WHERE expected <= baseline AND e <> least(greatest(pace, 0.1), headroom)) AS "no gap"
FROM (SELECT *, greatest(0, ladder_top - baseline::float8) AS headroom FROM grid) s;
-- never falls as the expected rate, the top, the pace or the share rises, never rises as the baseline rises
SELECT count(*) FILTER (WHERE e < lag_expected) AS expected, count(*) FILTER (WHERE e < lag_top) AS ladder_top,
	count(*) FILTER (WHERE e < lag_pace) AS pace, count(*) FILTER (WHERE e < lag_share) AS gap_share, count(*) FILTER (WHERE e > lag_baseline) AS baseline
FROM (SELECT e, lag(e) OVER (PARTITION BY baseline, ladder_top, pace, gap_share ORDER BY expected) AS lag_expected,
		lag(e) OVER (PARTITION BY baseline, expected, pace, gap_share ORDER BY ladder_top) AS lag_top,
		lag(e) OVER (PARTITION BY baseline, expected, ladder_top, gap_share ORDER BY pace) AS lag_pace,
		lag(e) OVER (PARTITION BY baseline, expected, ladder_top, pace ORDER BY gap_share) AS lag_share,
		lag(e) OVER (PARTITION BY expected, ladder_top, pace, gap_share ORDER BY baseline) AS lag_baseline
	FROM grid) s;
-- and it is the formula
SELECT count(*) AS differences FROM grid
WHERE e IS DISTINCT FROM least(least(greatest(pace + gap_share * greatest(0, expected::float8 - baseline::float8), 0.1), 1.0),
	greatest(0, ladder_top::float8 - baseline::float8));

-- what the school is told: nothing where the improvement rounds to 0.0, to sustain what it has reached, else to improve
SELECT attendance, target, improvement, abie.statement(attendance, target, improvement)
FROM (VALUES (93, 93.3, 0.3), (93.3, 93.3, 0.3), (99, 93.3, 0.3), (93.29999999, 93.3, 0.3), (90, 93.05, 0.05), (90, 93.0499, 0.0499), (99, 93.0499, 0.0499), (93, 93, 0), (95, 93, 0), (90, 93, 0), (93, NULL, 0.3))
	v(attendance, target, improvement);

--
-- Errors
--
SELECT abie.local_mean('{1,2}', '{1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{1,1}', '{1,1,1}', 1);
SELECT abie.local_mean('{}', '{1}', '{}', 1);
SELECT abie.local_mean('{1,NULL}', '{1,1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{NULL,1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{1,1}', '{1,NULL}', 1);
SELECT abie.local_mean('{1,2}', '{1,-1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{1,1}', '{-0.5,1}', 1);
SELECT abie.local_mean('{1,NaN}', '{1,1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{infinity,1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{1,1}', '{1,-infinity}', 1);
SELECT abie.local_mean('{{1,2}}', '{1,1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{{1,1}}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{1,1}', '{1,1}', -1);
SELECT abie.local_mean('{1,2}', '{1,1}', '{1,1}', 'NaN');
SELECT abie.local_mean('{1,1}', '{0,0}', '{1e308,1e308}', 1);
SELECT abie.local_mean('{1e308,-1e308}', '{0,0}', '{10,10}', 1);

SELECT abie.pared_mean(3, 2, 0.5);
SELECT abie.pared_mean(-1, 2, 0.5);
SELECT abie.pared_mean(0, -1, 0.5);
SELECT abie.pared_mean('NaN', 2, 0.5);
SELECT abie.pared_mean(1, 'infinity', 0.5);
SELECT abie.pared_mean(1, 2, 0);
SELECT abie.pared_mean(1, 2, 1.01);
SELECT abie.pared_mean(1, 2, -0.3);
SELECT abie.pared_mean(1, 2, 'NaN');
SELECT abie.pared_mean(1, 2, NULL);
SELECT abie.pared_mean(1, 2, i * 0.25) FROM generate_series(1, 2) i;
SELECT abie.pared_mean(5e307, 1e308, 0.5) FROM generate_series(1, 2);
SELECT abie_internal.pared_mean_step(NULL, 1, 2, 0.5);
SELECT abie_internal.pared_mean_final(state::float8[]) FROM unnest('{"{}"}'::text[]) state;
SELECT abie_internal.pared_mean_final('{0.5,1}');
SELECT abie_internal.pared_mean_final('{0.5,NULL,2}');
SELECT abie_internal.pared_mean_final('{NULL}');
SELECT abie_internal.pared_mean_final('{NaN}');
SELECT abie_internal.pared_mean_final('{0}');
SELECT abie_internal.pared_mean_final('{2,1,1}');
SELECT abie_internal.pared_mean_final('{0.5,3,2}');
SELECT abie_internal.pared_mean_final('{0.5,-1,2}');
SELECT abie_internal.pared_mean_final('{0.5,1,infinity}');
SELECT abie_internal.pared_mean_final('{{0.5,1,2}}');
SELECT abie_internal.pared_mean_combine('{0.5,1,2}', '{0.25,1,2}');
SELECT abie_internal.pared_mean_combine('{0.5,1,2}', '{0.5,1}');
SELECT abie_internal.pared_mean_combine('{0.5,1,2}', '{0.5,2,1}');

SELECT abie.improvement_expectation('NaN', 93, 0.3, 100);
SELECT abie.improvement_expectation(93, 'infinity', 0.3, 100);
SELECT abie.improvement_expectation(93, 94, '-infinity', 100);
SELECT abie.improvement_expectation(93, 94, 0.3, 'infinity');
SELECT abie.improvement_expectation(93, 94, 0.3, 100, 'NaN');
SELECT abie.improvement_expectation(93, 94, 0.3, 100, 0.2, 'NaN');
SELECT abie.improvement_expectation(93, 94, 0.3, 100, 0.2, 0.1, 'infinity');
SELECT abie.improvement_expectation(93, 94, 0.3, 100, -0.2);
SELECT abie.improvement_expectation(93, 94, 0.3, 100, 0.2, -0.1);
SELECT abie.improvement_expectation(93, 94, 0.3, 100, 0.2, 0.5, 0.4);
\set VERBOSITY sqlstate
SELECT abie.local_mean('{1,2}', '{1}', '{1,1}', 1);
SELECT abie.local_mean('{1,NULL}', '{1,1}', '{1,1}', 1);
SELECT abie.local_mean('{1,2}', '{1,-1}', '{1,1}', 1);
SELECT abie.local_mean('{1,1}', '{0,0}', '{1e308,1e308}', 1);
SELECT abie.pared_mean(3, 2, 0.5);
SELECT abie.pared_mean(1, 2, NULL);
SELECT abie_internal.pared_mean_final('{0.5,1}');
SELECT abie.improvement_expectation('NaN', 93, 0.3, 100);
SELECT abie.improvement_expectation(93, 94, 0.3, 100, 0.2, 0.5, 0.4);
