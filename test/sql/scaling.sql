-- Location and scale of characteristics, and their use.
-- Expected values: hand arithmetic, percentile_cont, the two passes of a standard deviation, min, max.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA scaling_test;
SET search_path = scaling_test, public;

--
-- Hand arithmetic
--
-- column 1: 1 1 2 2 4 6 9, the usual example of the MAD: median 2, deviations 0 0 1 1 2 4 7, MAD 1
-- column 2: 1 2 3 4 5 6 NULL: median 3.5, deviations 0.5 0.5 1.5 1.5 2.5 2.5, MAD 1.5, 1.4826 x 1.5 = 2.2239
CREATE TABLE hand (vectors float8[]);
INSERT INTO hand VALUES ('{{1,1},{1,2},{2,3},{2,4},{4,5},{6,6},{9,NULL}}');
SELECT (abie.scaling(vectors)).location, (abie.scaling(vectors)).present FROM hand;
SELECT round(s.scale[1]::numeric, 12) AS "1.4826", round(s.scale[2]::numeric, 12) AS "2.2239" FROM hand, abie.scaling(vectors) s;
-- column 2: mean 3.5, sum of squares 17.5, variance 17.5 / 5 = 3.5
SELECT s.location[2], round(s.scale[2]::numeric ^ 2, 12) AS "3.5" FROM hand, abie.scaling(vectors, 'sd') s;
SELECT s.location, s.scale, s.present FROM hand, abie.scaling(vectors, 'range') s;
-- robust is the default
SELECT abie.scaling(vectors) = abie.scaling(vectors, 'robust') AS same FROM hand;

--
-- Columns without spread, without values, with one value
--
SELECT m AS method, s.* FROM unnest('{robust,sd,range}'::text[]) m, abie.scaling('{{5,NULL,NULL,0.1},{5,NULL,7,0.1},{5,NULL,NULL,0.1}}', m) s;
-- over half equal: the MAD is 0 and the standard deviation serves: 0 0 0 0 5: mean 1, (4 x 1 + 16) / 4 = 5
SELECT s.location, s.scale[1] = sqrt(5::float8) AS "root of 5" FROM abie.scaling('{{0},{0},{0},{0},{5}}') s;
-- exactly half equal: deviations 0 0 0 0 1 1 2 2, their median 0.5, so no fallback
SELECT s.location, s.scale[1] = 1.4826 * 0.5 AS mad FROM abie.scaling('{{0},{0},{0},{0},{1},{2},{-1},{-2}}') s;
SELECT s.* FROM abie.scaling('{{3}}', 'sd') s;
SELECT s.* FROM abie.scaling('{}') s;
SELECT abie.scaling(NULL) IS NULL AS "no vectors", abie.scaling('{{1}}', NULL) IS NULL AS "no method";
-- lower bounds do not matter
SELECT s.* FROM abie.scaling('[0:1][5:6]={{1,2},{3,4}}', 'range') s;
-- more columns than a distance takes
SELECT cardinality((abie.scaling(array_fill(1::float8, '{2,1500}'))).scale) AS "1500";

--
-- Random values, missing ones among them, against PostgreSQL's aggregates
--
SELECT setseed(0.2);
CREATE TABLE characteristic AS
SELECT i, ARRAY[
	random(),													-- even
	CASE WHEN random() < 0.1 THEN NULL ELSE sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) END,	-- normal
	floor(random() * 5),										-- masses of ties
	CASE WHEN random() < 0.8 THEN 0 ELSE random() * 100 END,	-- MAD of 0
	1e9 + random(),												-- large offset
	CASE WHEN random() < 0.5 THEN NULL ELSE exp(5 * random()) END,	-- skew
	42,															-- constant
	NULL]::float8[] AS vector
FROM generate_series(1, 2001) i;
CREATE VIEW element AS SELECT i, n AS j, x FROM characteristic, unnest(vector) WITH ORDINALITY u(x, n);
CREATE VIEW plain AS
SELECT j, median, mad, sd, mean, low, high, present
FROM (SELECT j, percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS median, avg(x) AS mean,
	min(x) AS low, max(x) AS high, count(x) AS present FROM element GROUP BY j) a
LEFT JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(x - median)) AS mad,
	sqrt(sum((x - mean) * (x - mean)) / nullif(present - 1, 0)) AS sd FROM element e WHERE e.j = a.j) m ON true;

CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-13 * greatest(abs(a), abs(b));
CREATE VIEW scaled AS
SELECT m AS method, n AS j, u.location, u.scale, u.present
FROM (SELECT array_agg(vector) AS vectors FROM characteristic) c, unnest('{robust,sd,range}'::text[]) m,
	abie.scaling(vectors, m) s, unnest(s.location, s.scale, s.present) WITH ORDINALITY u(location, scale, present, n);
-- sums of PostgreSQL's are in another order; the offset of 1e9 costs nine of sixteen digits of a spread of 0.3
SELECT count(*) AS columns,
	count(*) FILTER (WHERE NOT near(s.location, p.median)) AS median,
	count(*) FILTER (WHERE p.mad > 0 AND NOT near(s.scale, 1.4826 * p.mad)) AS mad,
	count(*) FILTER (WHERE p.mad = 0 AND abs(s.scale - p.sd) > 1e-12 * p.sd) AS "sd for mad",
	count(*) FILTER (WHERE s.present <> p.present) AS present
FROM scaled s JOIN plain p USING (j) WHERE method = 'robust';
SELECT j, p.mad = 0 AS "MAD 0", s.scale > 0 AS spread FROM scaled s JOIN plain p USING (j) WHERE method = 'robust' ORDER BY j;
SELECT count(*) AS columns,
	count(*) FILTER (WHERE NOT near(s.location, p.mean)) AS mean,
	count(*) FILTER (WHERE abs(s.scale - p.sd) > CASE WHEN p.mean > 1e8 THEN 1e-8 ELSE 1e-12 END * p.sd) AS sd
FROM scaled s JOIN plain p USING (j) WHERE method = 'sd';
SELECT count(*) AS columns,
	count(*) FILTER (WHERE s.location IS DISTINCT FROM p.low) AS low,
	count(*) FILTER (WHERE s.scale IS DISTINCT FROM p.high - p.low) AS range
FROM scaled s JOIN plain p USING (j) WHERE method = 'range';
-- the order of rows changes nothing, not a bit
SELECT m AS method, count(DISTINCT float8send(u.location)::text || float8send(u.scale)::text || n) = 7 AS same	-- column 8 has no values
FROM unnest('{robust,sd,range}'::text[]) m,
	(SELECT array_agg(vector ORDER BY i) FROM characteristic
	UNION ALL SELECT array_agg(vector ORDER BY i DESC) FROM characteristic
	UNION ALL SELECT array_agg(vector ORDER BY hashint4(i)) FROM characteristic) c(vectors),
	abie.scaling(vectors, m) s, unnest(s.location, s.scale) WITH ORDINALITY u(location, scale, n)
GROUP BY m ORDER BY m;
-- nearly equal values far from 0: 1e9, 1e9 + 1e-6, 1e9 + 2e-6 as doubles, spacing 1.19e-7
SELECT s.location[1] = 1e9 + 1e-6 AS mean, abs(s.scale[1] - 1e-6) < 1e-7 AS sd
FROM abie.scaling(ARRAY[[1e9], [1e9 + 1e-6], [1e9 + 2e-6]]::float8[], 'sd') s;
-- huge and tiny
SELECT s.location, s.scale[1] / 1e150 BETWEEN 0.9999999 AND 1.0000001 AS huge, s.scale[2] / 1e-150 BETWEEN 0.9999999 AND 1.0000001 AS tiny
FROM abie.scaling('{{1e150,1e-150},{2e150,2e-150},{3e150,3e-150}}', 'sd') s;

--
-- abie.scale
--
-- (7 - 1) / 2 = 3; (1 - 1) / 2 = 0; (-9 - 1) / 2 = -5
SELECT abie.scale('{7,1,-9}', '{1,1,1}', '{2,2,2}');
SELECT abie.scale('{7,1,-9}', '{1,1,1}', '{2,2,2}', 4) AS "3 0 -4";
SELECT abie.scale('{7,1,-9}', '{1,1,1}', '{2,2,2}', 3) AS "3 0 -3", abie.scale('{7}', '{1}', '{2}', 'infinity') AS "3", abie.scale('{7}', '{1}', '{2}', NULL) AS "3";
-- no spread: 0, also for a value that was not among the ones measured; missing value or parameter: NULL
SELECT abie.scale('{7,NULL,NULL,7,7}', '{5,5,0,NULL,0}', '{0,2,0,NULL,NULL}', 4) AS "0, NULL";
SELECT abie.scale('{}', '{}', '{}') AS empty;
SELECT abie.scale(NULL, '{1}', '{1}') IS NULL AS vector, abie.scale('{1}', NULL, '{1}') IS NULL AS location, abie.scale('{1}', '{1}', NULL) IS NULL AS scale;
SELECT abie.scale('[0:1]={7,1}', '[3:4]={1,1}', '[-1:0]={2,2}') AS "3 0 from 1";
-- what overflows can still be clipped, without a clip it is an error below
SELECT abie.scale('{1.7e308}', '{-1.7e308}', '{1}', 4) AS "4", abie.scale('{1}', '{0}', '{1e-320}', 4) AS "4";
-- scaled by its own parameters a column has location 0 and scale 1
SELECT m AS method, count(*) AS columns,
	count(*) FILTER (WHERE abs(t.location) > 1e-9) AS location, count(*) FILTER (WHERE abs(t.scale - 1) > 1e-9) AS scale
FROM (SELECT array_agg(vector) AS vectors FROM characteristic) c, unnest('{robust,sd,range}'::text[]) m, abie.scaling(vectors, m) s,
	LATERAL (SELECT array_agg(abie.scale(vector, s.location, s.scale)) AS vectors FROM characteristic) z,
	abie.scaling(z.vectors, m) t0, unnest(t0.location, t0.scale) WITH ORDINALITY t(location, scale, n)
WHERE n IN (1, 2, 3, 6)
GROUP BY m ORDER BY m;
-- against plain SQL, with a clip
SELECT count(*) AS differences
FROM (SELECT i, vector, abie.scale(vector, location, scale, 2.5) AS z, location, scale
	FROM characteristic, (SELECT abie.scaling(array_agg(vector)) AS s FROM characteristic) c, LATERAL (SELECT (s).location, (s).scale) l) x,
	unnest(vector, location, scale, z) u(v, l, s, z)
WHERE u.z IS DISTINCT FROM CASE WHEN v IS NULL OR s IS NULL THEN NULL WHEN s = 0 THEN 0
	ELSE greatest(-2.5, least(2.5, (v - l) / s)) END;

--
-- Vectors of numbers and categories
--
-- (10 - 5) / 2; limited to 4; missing; 1 / 0.5 where the category has the value; a category that is missing
SELECT abie_internal.scaled_vector('{10,NULL,99}', '{a,NULL}', ROW('{1,3,2}', '{5,5,5}', '{2,2,2}', 4, '{1,1,2}', '{a,b,c}', '{0.5,0.25,1}')::abie.vector_parameters) AS "2.5 4 NULL 2 0 NULL";
-- as abie.scale has it; numbers only, categories only, neither
SELECT abie_internal.scaled_vector('{10,3}', '{}', ROW('{1,2}', '{5,1}', '{2,0}', 4, NULL, NULL, NULL)::abie.vector_parameters) = abie.scale('{10,3}', '{5,1}', '{2,0}', 4) AS same,
	abie_internal.scaled_vector('{}', '{x}', ROW(NULL, NULL, NULL, 4, '{1,1}', '{x,y}', '{1,1}')::abie.vector_parameters), abie_internal.scaled_vector('{}', '{}', ROW(NULL, NULL, NULL, 4, NULL, NULL, NULL)::abie.vector_parameters);

-- Distance without a vector: to the bit that of one, of all pairs of rows with missing elements, stored as tables have them
\set parameters 'ROW(''{1,3,2,6,9}'', ''{0,1,-1,2,0}'', ''{1,2,0.5,0,1}'', 3, ''{1,1,2,5}'', ''{a,bb,a,x}'', ''{0.5,0.25,1,2}'')::abie.vector_parameters'
\set weights '''{1,0,0.5,2,0,1,3,0.25,0}'''
CREATE TEMP TABLE held AS
SELECT i, ARRAY(SELECT CASE WHEN (i * 7 + j * 3) % 13 > 0 THEN (i * j * 37 % 101)::float8 / 10 - 5 END FROM generate_series(1, 5 + i % 2) j) AS numbers,
	CASE i % 5 WHEN 0 THEN '{a,NULL}' WHEN 1 THEN '{bb,a}' WHEN 2 THEN '{bc,b,c,d,x}' WHEN 3 THEN '{"",a}' ELSE '{}' END::text[] AS categories
FROM generate_series(1, 150) i;
CREATE TEMP TABLE measured AS
SELECT a.i, b.i AS other, b.numbers, b.categories, v.vector, abie.distance(v.vector, abie_internal.scaled_vector(b.numbers, b.categories, :parameters), :weights) AS distance
FROM held a CROSS JOIN held b CROSS JOIN LATERAL (SELECT abie_internal.scaled_vector(a.numbers, a.categories, :parameters) AS vector) v;
SELECT count(*) FILTER (WHERE distance IS NULL) > 1000 AS "not comparable", count(*) FILTER (WHERE distance > 0) > 1000 AS apart, count(*) FILTER (WHERE distance = 0) > 10 AS same,
	count(*) FILTER (WHERE distance IS DISTINCT FROM abie_internal.scaled_distance(numbers, categories, :parameters, vector, :weights, 'infinity')) AS different,
	count(*) FILTER (WHERE distance IS DISTINCT FROM abie_internal.scaled_distance(numbers, categories, :parameters, vector, :weights, distance)) AS "at farthest",
	count(*) FILTER (WHERE abie_internal.scaled_distance(numbers, categories, :parameters, vector, :weights, distance * (1 - 1e-15::float8)) IS NOT NULL AND distance > 0) AS beyond
FROM measured;
-- of constants, too
SELECT vector::text AS vector FROM measured WHERE i = 1 AND other = 1 \gset
SELECT count(*) > 100 AS pairs, count(*) FILTER (WHERE CASE WHEN distance <= 4 THEN distance END IS DISTINCT FROM abie_internal.scaled_distance(numbers, categories, :parameters, :'vector', :weights, 4)) AS different
FROM measured WHERE i = 1;

--
-- Errors
--
SELECT abie.scaling('{{1},{2}}', 'median');
SELECT abie.scaling('{{1},{2}}', 'Robust');
SELECT abie.scaling('{1,2}');
SELECT abie.scaling('{{{1}}}');
SELECT abie.scaling('{{1,2},{3,NaN}}');
SELECT abie.scaling('{{1,2},{-infinity,3}}');
SELECT abie.scaling('{{-1.7e308},{1.7e308}}', 'range');
SELECT abie.scaling('{{-1.7e308},{1.7e308},{1.7e308}}', 'sd');
SELECT abie.scaling('{{-1.7e308},{1.7e308},{1.7e308}}', 'robust');
SELECT abie.scaling('{{-1.7e308},{1.7e308}}', 'robust');
SELECT abie.scale('{1,2}', '{1}', '{1,1}');
SELECT abie.scale('{1,2}', '{1,1}', '{1}');
SELECT abie.scale('{1,2}', '{}', '{}');
SELECT abie.scale('{{1}}', '{1}', '{1}');
SELECT abie.scale('{1}', '{{1}}', '{1}');
SELECT abie.scale('{1}', '{1}', '{{1}}');
SELECT abie.scale('{1}', '{1}', '{-2}');
SELECT abie.scale('{1}', '{1}', '{1}', 0);
SELECT abie.scale('{1}', '{1}', '{1}', -4);
SELECT abie.scale('{1}', '{1}', '{1}', 'NaN');
SELECT abie.scale('{NaN}', '{1}', '{1}');
SELECT abie.scale('{1}', '{infinity}', '{1}');
SELECT abie.scale('{1}', '{1}', '{infinity}');
SELECT abie.scale('{1.7e308}', '{-1.7e308}', '{1}');
SELECT abie.scale('{1}', '{0}', '{1e-320}');
SELECT abie_internal.scaled_vector('{NaN}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters);
SELECT abie_internal.scaled_vector('{1}', '{}', ROW('{1}', '{5}', '{2}', NULL, NULL, NULL, NULL)::abie.vector_parameters);
SELECT abie_internal.scaled_vector('{1}', '{}', ROW('{1}', NULL, '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters);
SELECT abie_internal.scaled_vector('{1}', '{}', ROW('{1}', '{5,6}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters);
SELECT abie_internal.scaled_vector('{1}', '{}', ROW('{NULL}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters);
SELECT abie_internal.scaled_vector('{}', '{a}', ROW(NULL, NULL, NULL, 4, '{1,1}', '{a}', '{1,1}')::abie.vector_parameters);
SELECT abie_internal.scaled_vector('{}', '{a}', ROW(NULL, NULL, NULL, 4, '{1}', '{NULL}', '{1}')::abie.vector_parameters);
SELECT abie_internal.scaled_distance('{NaN}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1}', '{1}', 1);
SELECT abie_internal.scaled_distance('{{1}}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1}', '{1}', 1);
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1,2}', '{1}', 1);
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{infinity}', '{1}', 1);
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1}', '{1,2}', 1);
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1}', '{0}', 1);
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{1}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1e300}', '{1}', 'infinity');
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{1}', NULL, '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1}', '{1}', 1);
SELECT abie_internal.scaled_distance('{1}', '{}', ROW('{2147483647}', '{5}', '{2}', 4, NULL, NULL, NULL)::abie.vector_parameters, '{1}', '{1}', 1);
-- elements that no row has
SELECT abie_internal.scaled_distance('{1}', '{a}', ROW('{0,-1}', '{5,5}', '{2,2}', 4, '{0}', '{a}', '{1}')::abie.vector_parameters, '{1,1,1}', '{1,1,1}', 1) IS NULL AS nothing;
\set VERBOSITY sqlstate
SELECT abie.scaling('{{1},{2}}', 'median');
SELECT abie.scaling('{1,2}');
SELECT abie.scale('{1,2}', '{1}', '{1,1}');
SELECT abie.scale('{1}', '{1}', '{-2}');
SELECT abie.scale('{1}', '{0}', '{1e-320}');
