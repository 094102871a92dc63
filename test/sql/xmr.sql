-- XmR charts: limits and rules.
-- Expected values: published charts, hand arithmetic.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA xmr_test;
SET search_path = xmr_test, public;

-- NHSRplotthedots' example of 20 values: mean 0.1416238, limits -3.01138 and 3.294627
SELECT DISTINCT round(centre::numeric, 7) AS "0.1416238", round(lower_limit::numeric, 5) AS "-3.01138", round(upper_limit::numeric, 6) AS "3.294627", count(*) OVER () AS "20"
FROM abie.xmr('{-0.56047565,-0.23017749,1.55870831,0.07050839,0.12928774,1.71506499,0.46091621,-1.26506123,-0.68685285,-0.44566197,
	1.22408180,0.35981383,0.40077145,0.11068272,-0.55584113,1.78691314,0.49785048,-1.96661716,0.70135590,-0.47279141}');
-- absence of England's primary schools by fortnight, 2025/26: from the first 19 values 3.3900 to 6.7871, from all 21 3.0367 to 7.4414, and one fortnight outside with either
CREATE TABLE fortnight AS
SELECT '{3.803,4.459,4.348,5.310,4.737,4.966,6.258,6.765,5.597,4.814,5.242,5.540,4.314,5.701,5.535,4.568,4.492,5.077,5.157,7.853,5.484}'::float8[] AS absence;
SELECT f AS limits_from, round(max(centre)::numeric, 4) AS centre, round(max(lower_limit)::numeric, 4) AS lower, round(max(upper_limit)::numeric, 4) AS upper,
	array_agg(value) FILTER (WHERE outside) AS outside, array_agg(value) FILTER (WHERE two_of_three) AS two_of_three
FROM fortnight, unnest('{19,NULL}'::int[]) f, abie.xmr(absence, f) GROUP BY f ORDER BY f;
-- more than there are: all
SELECT count(*) AS "21" FROM fortnight, abie.xmr(absence, 500) a JOIN abie.xmr((SELECT absence FROM fortnight)) b USING (position) WHERE a = b;

-- a moving range of 3.267 times the mean or more is left out once: ranges 1 1 1 1 1 1 1 1 1 20 20, mean 29 / 11 times 3.267 is 8.61; then all are 1
SELECT DISTINCT centre - lower_limit AS "2.66", upper_limit - centre AS "2.66"
FROM abie.xmr('{0,1,0,1,0,1,0,1,0,1,21,1}') WHERE abs(centre - lower_limit - 2.66) < 1e-12;
-- no spread: the limits are the centre, and nothing is outside; then anything else is
SELECT * FROM abie.xmr('{5,5,5}');
SELECT position, outside FROM abie.xmr('{5,5,5,5.1}', 3);

-- shift: seven in a row on one side, not six; a value at the centre ends it
CREATE FUNCTION places(series float8[], rule text, first int) RETURNS int[] LANGUAGE sql
RETURN (SELECT array_agg(position ORDER BY position) FILTER (WHERE CASE rule WHEN 'shift' THEN shift WHEN 'trend' THEN trend WHEN 'outside' THEN outside ELSE two_of_three END)
	FROM abie.xmr(series, first));
-- centre 0, limits -5.32 and 5.32 from the first two: two thirds is 3.5467
SELECT round(lower_limit::numeric, 2) AS "-5.32", round(upper_limit::numeric, 2) AS "5.32" FROM abie.xmr('{-1,1}') LIMIT 1;
SELECT places('{-1,1,1,2,1,2,1}', 'shift', 2) AS six, places('{-1,1,1,2,1,2,1,2}', 'shift', 2) AS seven, places('{-1,1,1,2,1,2,1,2,1,-1}', 'shift', 2) AS eight,
	places('{-1,1,1,2,1,0,1,2,1,2,1}', 'shift', 2) AS "broken by 0", places('{1,-1,-1,-2,-1,-2,-1,-2}', 'shift', 2) AS below;
-- trend: seven values, each above the one before
SELECT places('{-1,1,-3,-2,-1,0,1,2}', 'trend', 2) AS six, places('{-1,1,-3,-2,-1,0,1,2,3}', 'trend', 2) AS seven, places('{-1,1,-3,-2,-1,0,1,2,3,4,0}', 'trend', 2) AS eight,
	places('{-1,1,-3,-2,-1,-1,1,2,3}', 'trend', 2) AS "broken by a tie", places('{1,-1,3,2,1,0,-1,-2,-3}', 'trend', 2) AS falling;
-- two of three beyond two thirds of the way to the same limit; one beyond the limit counts
SELECT places('{-1,1,4,0,4,0}', 'two_of_three', 2) AS "apart", places('{-1,1,4,4,0,0}', 'two_of_three', 2) AS together, places('{-1,1,4,0,0,4}', 'two_of_three', 2) AS "too far apart",
	places('{-1,1,4,0,-4,0}', 'two_of_three', 2) AS "both sides", places('{-1,1,-9,0,-4}', 'two_of_three', 2) AS "one outside", places('{-1,1,3.5,3.5,3.5}', 'two_of_three', 2) AS "within";
SELECT places('{-1,1,5.33,5.31,-5.33}', 'outside', 2) AS outside;
-- another unit, or another zero, changes no signal
SELECT count(*) AS differences FROM fortnight, abie.xmr(absence, 12) a JOIN abie.xmr((SELECT array_agg(100 - 2 * x ORDER BY o) FROM fortnight, unnest(absence) WITH ORDINALITY u(x, o)), 12) b USING (position)
WHERE (a.outside, a.shift, a.trend, a.two_of_three) <> (b.outside, b.shift, b.trend, b.two_of_three);

SELECT (SELECT count(*) FROM abie.xmr(NULL)) AS "0", (SELECT count(*) FROM abie.xmr('{}')) AS "0", (SELECT count(*) FROM abie.xmr('{5}')) AS "0";

--
-- Errors
--
SELECT * FROM abie.xmr('{1,NULL,2}');
SELECT * FROM abie.xmr('{1,NaN}');
SELECT * FROM abie.xmr('{{1,2}}');
SELECT * FROM abie.xmr('{1,2}', 1);
SELECT * FROM abie.xmr('{1e308,-1e308}');
\set VERBOSITY sqlstate
SELECT * FROM abie.xmr('{1,NULL,2}');
SELECT * FROM abie.xmr('{1,2}', 1);
SELECT * FROM abie.xmr('{1e308,-1e308}');
SET client_min_messages = warning;
DROP SCHEMA xmr_test CASCADE;
