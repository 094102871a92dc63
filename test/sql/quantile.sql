-- Weighted quantiles.
-- Expected values: hand arithmetic, plain quantiles of repeated values, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA quantile_test;
SET search_path = quantile_test, public;
SET max_parallel_workers_per_gather = 0;

CREATE TABLE hand (value float8, weight float8);
INSERT INTO hand VALUES (10, 1), (20, 1), (30, 2), (40, 4), (99, 0), (-99, 0);
-- weights reach 1, 2, 4, 8 of 8 at 10, 20, 30, 40; midway where they reach the fraction exactly; values of weight 0 are not there
SELECT f AS fraction, abie.weighted_quantile(value, weight, f) FROM hand, unnest('{0,0.1,0.125,0.2,0.25,0.3,0.5,0.51,0.99,1}'::float8[]) f GROUP BY f ORDER BY f;
-- the median as usual
SELECT abie.weighted_quantile(v, 1, 0.5) AS "2", abie.weighted_quantile(v, 3, 0.5) FILTER (WHERE v <> 2) AS "2", abie.weighted_quantile(v, 1, 0.5) FILTER (WHERE v = 3) AS "3" FROM generate_series(1, 3) v;
SELECT abie.weighted_quantile(v, 0, 0.5) IS NULL AS "no weight", abie.weighted_quantile(v, 1, 0.5) FILTER (WHERE v > 9) IS NULL AS "no rows",
	abie.weighted_quantile(v, CASE WHEN v > 1 THEN 1 END, 0.5) AS "2.5", abie.weighted_quantile(CASE WHEN v > 1 THEN v END, 1, 0.5) AS "2.5" FROM generate_series(1, 3) v;

-- random values: a weight is so many times the value
SELECT setseed(0.6);
CREATE TABLE sample AS SELECT i, round((20 * random())::numeric, 1)::float8 AS value, floor(5 * random()) AS weight FROM generate_series(1, 997) i;
SELECT count(*) AS fractions, count(*) FILTER (WHERE weighted <> repeated) AS "not repeated values", count(*) FILTER (WHERE weighted <> scaled) AS "unit matters",
	count(*) FILTER (WHERE weighted <> -mirrored) AS "not mirrored", count(*) FILTER (WHERE weighted <> shuffled) AS "order matters",
	-- the weights below it are at most the fraction, and those up to it at least
	count(*) FILTER (WHERE below > f * total + 1e-6 OR up_to < f * total - 1e-6) AS "not the quantile"
FROM (SELECT f,
		abie.weighted_quantile(value, weight, f) AS weighted, abie.weighted_quantile(value, weight * 0.37, f) AS scaled, abie.weighted_quantile(-value, weight, 1 - f) AS mirrored,
		abie.weighted_quantile(value, weight, f ORDER BY md5(i::text)) AS shuffled,
		(SELECT abie.weighted_quantile(value, 1, f) FROM sample, generate_series(1, weight::int)) AS repeated
	FROM sample, (SELECT k / 200.0::float8 AS f FROM generate_series(0, 200) k) k GROUP BY f) q,
	LATERAL (SELECT sum(weight) AS total, coalesce(sum(weight) FILTER (WHERE value < weighted), 0) AS below, sum(weight) FILTER (WHERE value <= weighted) AS up_to FROM sample) s;
-- parts combined in any order are the whole, through the text of the state
CREATE FUNCTION state(part int, f float8) RETURNS float8[] LANGUAGE sql
RETURN (SELECT ARRAY[f] || array_agg(x ORDER BY i, o) FROM sample, unnest(ARRAY[value, weight]) WITH ORDINALITY u(x, o) WHERE i % 3 = part);
SELECT count(*) AS differences FROM unnest('{0,0.1,0.5,0.75,1}'::float8[]) f
WHERE (SELECT abie.weighted_quantile(value, weight, f) FROM sample)
	<> abie_internal.weighted_quantile_final(abie_internal.weighted_quantile_combine(state(2, f)::text::float8[], abie_internal.weighted_quantile_combine(state(0, f), state(1, f))));
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (costs off) SELECT abie.weighted_quantile(value, weight, 0.5) FROM sample;
SELECT abie.weighted_quantile(value, weight, 0.5) = (SELECT abie.weighted_quantile(value, weight, 0.5) FROM (SELECT * FROM sample ORDER BY value DESC) s) AS same FROM sample;
RESET max_parallel_workers_per_gather;

--
-- Errors
--
SELECT abie.weighted_quantile(1, -1, 0.5);
SELECT abie.weighted_quantile(1, 'NaN', 0.5);
SELECT abie.weighted_quantile(1, 'infinity', 0.5);
SELECT abie.weighted_quantile('infinity', 1, 0.5);
SELECT abie.weighted_quantile(1, 1, 1.5);
SELECT abie.weighted_quantile(1, 1, 'NaN');
SELECT abie.weighted_quantile(1, 1, NULL);
SELECT abie.weighted_quantile(1, 1, i / 4.0::float8) FROM generate_series(1, 2) i;
SELECT abie.weighted_quantile(1, 1e308, 0.5) FROM generate_series(1, 2) i;
SELECT abie_internal.weighted_quantile_step(NULL, 1, 1, 0.5);
SELECT abie_internal.weighted_quantile_final('{0.5,1}');
SELECT abie_internal.weighted_quantile_final('{0.5,NULL,1}');
SELECT abie_internal.weighted_quantile_final('{0.5,1,-1}');
SELECT abie_internal.weighted_quantile_combine('{0.5,1,1}', '{0.4,1,1}');
\set VERBOSITY sqlstate
SELECT abie.weighted_quantile(1, -1, 0.5);
SELECT abie.weighted_quantile(1, 1, NULL);
SET client_min_messages = warning;
DROP SCHEMA quantile_test CASCADE;
