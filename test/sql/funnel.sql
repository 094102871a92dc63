-- Funnel limits of a proportion.
-- Expected values: published intervals, exact binomial sums, the normal distribution for many, properties.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA funnel_test;
SET search_path = funnel_test, public;
CREATE FUNCTION near(a float8, b float8, tolerance float8) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN abs(a - b) <= tolerance * greatest(abs(a), abs(b));

-- Clopper and Pearson's interval of 10 of 100 (R: binom.test(10, 100)): 0.04900469, 0.17622260; of 0 of 20: 0, 1 - 0.025^(1/20); of 20 of 20: 0.025^(1/20), 1
SELECT round(lower_limit::numeric, 8) AS "0.04900469", round(upper_limit::numeric, 8) AS "0.17622260" FROM abie.funnel_limits(0.1, 100, 0.95);
SELECT l.lower_limit AS "0", near(l.upper_limit, 1 - 0.025 ^ (1 / 20.0), 1e-12) AS upper FROM abie.funnel_limits(0, 20, 0.95) l;
SELECT near(l.lower_limit, 0.025 ^ (1 / 20.0), 1e-12) AS lower, l.upper_limit AS "1" FROM abie.funnel_limits(1, 20, 0.95) l;

-- What makes them exact: with the lower limit as the true proportion, target x denominator or more are seen as rarely as stated, with the upper one so few.
-- Binomial sums in numeric.
CREATE FUNCTION at_most(k int, n int, p numeric) RETURNS numeric LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	term numeric := 1;
	total numeric := 0;
BEGIN
	FOR i IN 1 .. n LOOP
		term := round(term * (1 - p), 700);
	END LOOP;
	FOR i IN 0 .. k LOOP
		total := total + term;
		term := round(term * (n - i) * p / ((i + 1) * (1 - p)), 700);
	END LOOP;
	RETURN total;
END $$;
SELECT count(*) AS limits,
	count(*) FILTER (WHERE NOT near(1 - at_most(k - 1, n, lower_limit::numeric), (1 - coverage) / 2, 1e-9)) AS "not exact below",
	count(*) FILTER (WHERE NOT near(at_most(k, n, upper_limit::numeric), (1 - coverage) / 2, 1e-9)) AS "not exact above"
FROM (VALUES (1, 5), (3, 7), (30, 31), (90, 100), (7, 400), (380, 400)) v(k, n), unnest('{0.5,0.95,0.998}'::float8[]) coverage,
	LATERAL abie.funnel_limits(k / n::float8, n, coverage);

-- properties over a grid, sizes from one pupil to a country's
CREATE TABLE grid AS
SELECT t / 1000.0::float8 AS target, 10 ^ (d / 4.0::float8) AS denominator, coverage, l.*
FROM unnest('{0,1,20,300,500,930,999,1000}'::int[]) t, generate_series(0, 36) d, unnest('{0.8,0.95,0.998}'::float8[]) coverage,
	LATERAL abie.funnel_limits(t / 1000.0::float8, 10 ^ (d / 4.0::float8), coverage) l;
SELECT count(*) AS points, count(*) FILTER (WHERE NOT (0 <= lower_limit AND lower_limit <= target AND target <= upper_limit AND upper_limit <= 1)) AS "not about the target",
	-- narrower with size, wider with coverage
	count(*) FILTER (WHERE lower_limit < lag_lower OR upper_limit > lag_upper) AS "wider with size",
	count(*) FILTER (WHERE lower_limit > less_lower OR upper_limit < less_upper) AS "narrower with coverage"
FROM (SELECT *, lag(lower_limit) OVER size AS lag_lower, lag(upper_limit) OVER size AS lag_upper, lag(lower_limit) OVER share AS less_lower, lag(upper_limit) OVER share AS less_upper
	FROM grid WINDOW size AS (PARTITION BY target, coverage ORDER BY denominator), share AS (PARTITION BY target, denominator ORDER BY coverage)) g;
-- successes and failures change places
SELECT count(*) FILTER (WHERE abs(a.lower_limit + b.upper_limit - 1) > 1e-12) AS asymmetric FROM grid a JOIN grid b ON b.target = 1 - a.target AND b.denominator = a.denominator AND b.coverage = a.coverage;
-- for many units the normal distribution's limits
SELECT count(*) AS points, count(*) FILTER (WHERE NOT near(target - lower_limit, 1.959964 * sqrt(target * (1 - target) / denominator), 2e-3)
	OR NOT near(upper_limit - target, 1.959964 * sqrt(target * (1 - target) / denominator), 2e-3)) AS "not normal"
FROM grid WHERE coverage = 0.95 AND denominator > 3e7 AND target BETWEEN 0.01 AND 0.99;
-- over-dispersion: as many units as have that variance
SELECT abie.funnel_limits(0.75, 400, 0.95, 0.0004) = abie.funnel_limits(0.75, 0.1875 / (0.1875 / 400 + 0.0004), 0.95) AS same,
	abie.funnel_limits(0.93, 400, 0.95, 0) = abie.funnel_limits(0.93, 400, 0.95) AS none, abie.funnel_limits(0.93, 400) = abie.funnel_limits(0.93, 400, 0.998) AS "default 0.998",
	abie.funnel_limits(1, 20, 0.95, 0.1) = abie.funnel_limits(1, 20, 0.95) AS "nothing to vary";
SELECT count(*) AS "4 of 4 strict" FROM generate_series(1, 4) i
WHERE abie.funnel_limits(CASE WHEN i <> 1 THEN 0.9 END, CASE WHEN i <> 2 THEN 100 END, CASE WHEN i <> 3 THEN 0.9 END, CASE WHEN i <> 4 THEN 0 END) IS NULL;

--
-- Errors
--
SELECT abie.funnel_limits(93, 400);
SELECT abie.funnel_limits(-0.1, 400);
SELECT abie.funnel_limits('NaN', 400);
SELECT abie.funnel_limits(0.93, 0);
SELECT abie.funnel_limits(0.93, 'infinity');
SELECT abie.funnel_limits(0.93, 400, 1);
SELECT abie.funnel_limits(0.93, 400, 0);
SELECT abie.funnel_limits(0.93, 400, 0.95, -1);
\set VERBOSITY sqlstate
SELECT abie.funnel_limits(93, 400);
SET client_min_messages = warning;
DROP SCHEMA funnel_test CASCADE;
