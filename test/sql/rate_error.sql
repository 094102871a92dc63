-- The standard error of a rate from its pupils: against its definition, the plain standard error of a mean, and pupils drawn again.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA rate_error_test;
SET search_path = rate_error_test, public;

--
-- By hand
--
-- as many sessions each: the standard error of the mean of 0, 20, 40 per cent, 20 / sqrt(3)
SELECT abs(abie.rate_error(a, 10) - 20 / sqrt(3::float8)) < 1e-14 AS "as a mean" FROM (VALUES (0), (2), (4)) v(a);
-- rate 3 / 12 = 1/4: differences 1 - 2/4 = 1/2, 2 - 10/4 = -1/2; 100 sqrt(2 / 1 x 1/2) / 12
SELECT abs(abie.rate_error(a, b) - 100.0::float8 / 12) < 1e-14 AS "of a ratio" FROM (VALUES (1, 2), (2, 10)) v(a, b);
-- all alike: nothing is left to chance, exactly
SELECT abie.rate_error(a, 7 * a) FROM generate_series(1, 50) a;
-- pupils without a possible session and NULL are left out; a single pupil tells nothing
SELECT abs(abie.rate_error(a, b) - 20 / sqrt(3::float8)) < 1e-14 AS "left out" FROM (VALUES (0, 10), (0, 0), (2, 10), (NULL, 10), (4, 10), (1, NULL)) v(a, b);
SELECT abie.rate_error(a, b) AS one FROM (VALUES (1, 2), (0, 0)) v(a, b);
SELECT abie.rate_error(a, a) AS none FROM generate_series(1, 0) a;

--
-- At random: by the definition; in any order and any parts, to the bit
--
SELECT setseed(0.125);
CREATE TABLE pupil AS
SELECT school, i AS pupil, floor(possible * least(1, -0.06 * ln(1 - random())))::bigint AS absent, possible
FROM generate_series(1, 40) school, generate_series(1, 20 + school * school) i, LATERAL (SELECT 380 - floor(300 * power(random(), 8) + i * 0)::bigint AS possible) p;
CREATE TABLE school AS SELECT school, sum(absent)::float8 / sum(possible)::float8 AS rate, abie.rate_error(absent, possible) AS error FROM pupil GROUP BY school;
SELECT count(*) > 20 AS many, count(*) FILTER (WHERE NOT coalesce(abs(s.error - d.error) < 1e-12 * d.error, false)) AS different
FROM school s JOIN (SELECT p.school, 100 * sqrt(count(*) / (count(*) - 1)::float8 * sum((p.absent - s.rate * p.possible) ^ 2)) / sum(p.possible)::float8 AS error
	FROM pupil p JOIN school s USING (school) GROUP BY p.school) d USING (school);
SELECT count(*) FILTER (WHERE o.error IS DISTINCT FROM s.error) AS "in another order"
FROM school s JOIN (SELECT school, abie.rate_error(absent, possible ORDER BY md5(pupil::text)) AS error FROM pupil GROUP BY school) o USING (school);
CREATE FUNCTION state(school integer, part integer) RETURNS bigint[] LANGUAGE sql
RETURN (SELECT ARRAY[count(*), sum(absent), sum(possible), sum(absent ^ 2), sum(absent * possible), sum(possible ^ 2)]::bigint[] FROM pupil p WHERE p.school = $1 AND (p.pupil % 3 = 0) = ($2 = 1));
SELECT count(*) FILTER (WHERE abie_internal.rate_error_final(abie_internal.rate_error_combine(state(school, 1), state(school, 2))) IS DISTINCT FROM error) AS "in parts" FROM school;
-- so by parallel workers
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*) FILTER (WHERE o.error IS DISTINCT FROM s.error) AS "by workers" FROM school s JOIN (SELECT school, abie.rate_error(absent, possible) AS error FROM pupil GROUP BY school) o USING (school);
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
-- the unit of sessions changes nothing
SELECT count(*) FILTER (WHERE NOT abs(o.error - s.error) < 1e-12) AS "in quarter days" FROM school s JOIN (SELECT school, abie.rate_error(2 * absent, 2 * possible) AS error FROM pupil GROUP BY school) o USING (school);

--
-- Does it say how far rates are off? Pupils of the larger schools drawn again, 400 times each
--
CREATE TABLE drawn AS
WITH numbered AS (SELECT school, array_agg(absent) AS absent, array_agg(possible) AS possible, count(*) AS n FROM pupil WHERE school IN (20, 30, 40) GROUP BY school)
SELECT n.school, draw, 100 * sum(n.absent[pick])::float8 / sum(n.possible[pick]) AS rate
FROM numbered n, generate_series(1, 400) draw, LATERAL (SELECT 1 + floor(random() * n.n)::integer AS pick FROM generate_series(1, n.n) i WHERE draw > 0) d GROUP BY n.school, draw;
SELECT d.school, stddev_samp(d.rate) / s.error BETWEEN 0.85 AND 1.15 AS "about as far" FROM drawn d JOIN school s USING (school) GROUP BY d.school, s.error ORDER BY 1;

--
-- Errors
--
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT abie.rate_error(11, 10);
SELECT abie.rate_error(-1, 10);
SELECT abie.rate_error(1, 31622777);
SELECT abie.rate_error(1, 30000000) FROM generate_series(1, 2);
-- states from outside
SELECT abie_internal.rate_error_final('{2,2,4,2,4,8}') AS good;
SELECT abie_internal.rate_error_step('{0,0,0,0,0,0}', 1, 3);
DO $$
DECLARE
	state bigint[];
	refused integer := 0;
BEGIN
	FOREACH state SLICE 1 IN ARRAY ARRAY[[-1,0,0,0,0,0], [2,5,4,5,5,8], [2,2,4,1,4,8], [2,2,4,5,4,8], [2,2,4,2,9,8], [9,2,4,2,4,8], [2,2,9,2,4,8], [1,2,4,2,4,8], [2,2,4,2,4,3],
		[2,3,8,5,13,32], [3,2,100000000001,2,4,800000000000], [1,0,100000000,0,0,10000000000000000], [9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807,9223372036854775807]] LOOP
		BEGIN
			PERFORM abie_internal.rate_error_final(state);
			RAISE NOTICE 'taken: %', state;
		EXCEPTION WHEN invalid_parameter_value THEN
			refused := refused + 1;
		END;
	END LOOP;
	RAISE NOTICE '% refused', refused;
END $$;
SELECT abie_internal.rate_error_final('{0,0,0,0,0}');
SELECT abie_internal.rate_error_final('{0,0,0,0,0,NULL}');
SELECT abie_internal.rate_error_final('{{0,0,0,0,0,0}}');
SELECT abie_internal.rate_error_combine('{0,0,0,0,0,0}', '{}');
SELECT abie_internal.rate_error_combine('{100000,0,100000000,0,0,1000000000000000}', '{1,0,1,0,0,1}');

SET client_min_messages = warning;
DROP SCHEMA rate_error_test CASCADE;
