-- The k nearest rows of every row: against plain SQL and contrib cube, row for row and bit for bit.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA nearest_test;
SET search_path = nearest_test, public;
SET client_min_messages = warning;	-- may be there already
CREATE EXTENSION IF NOT EXISTS cube SCHEMA public;
RESET client_min_messages;
SET max_parallel_workers_per_gather = 0;

--
-- By hand: places 0 1 3 7 on a line
--
SELECT * FROM abie.nearest('{10,20,30,40}', '{{0},{1},{3},{7}}', 2) ORDER BY id, rank;
-- weight 4 on one element: distances doubled
SELECT * FROM abie.nearest('{10,20,30,40}', '{{0},{1},{3},{7}}', 1, '{4}') ORDER BY id, rank;
-- ties go to the lower id, not the first row: 20 and 5 are both 1 away from 10
SELECT * FROM abie.nearest('{20,10,5}', '{{1},{0},{-1}}', 1) ORDER BY id, rank;
-- ids negative and beyond 32 bits, lower means the smaller number
SELECT * FROM abie.nearest('{9223372036854775807,-9223372036854775808,4294967297,1,-1}', '{{0},{0},{0},{0},{0}}', 2) ORDER BY id, rank;
-- rows that may not be chosen still get lists
SELECT * FROM abie.nearest('{1,2,3,4}', '{{0},{1},{3},{7}}', 2, NULL, '{t,f,f,t}') ORDER BY id, rank;
SELECT count(*) AS "no candidates" FROM abie.nearest('{1,2,3,4}', '{{0},{1},{3},{7}}', 2, NULL, '{f,f,f,f}');
-- the same as lists: one row an id, empty where nothing is near
SELECT * FROM abie.nearest_lists('{1,2,3,4}', '{{0},{1},{3},{7}}', 2, NULL, '{t,f,f,t}') ORDER BY id;
SELECT * FROM abie.nearest_lists('{1,2}', '{{0},{1}}', 2, NULL, '{f,f}') ORDER BY id;
SELECT count(*) FROM abie.nearest_lists(NULL, '{}', 1);
-- families: 1 and 2 are one, NULL is none, not even with another NULL
SELECT * FROM abie.nearest('{1,2,3,4}', '{{0},{1},{3},{7}}', 2, NULL, NULL, '{5,5,NULL,NULL}') ORDER BY id, rank;
SELECT count(*) AS "all one family" FROM abie.nearest('{1,2,3,4}', '{{0},{1},{3},{7}}', 2, NULL, NULL, '{0,0,0,0}');
SELECT count(*) AS "all without" FROM abie.nearest('{1,2,3,4}', '{{0},{1},{3},{7}}', 2, NULL, NULL, '{NULL,NULL,NULL,NULL}');
-- missing: 1 and 3 have 4 of 5, together still 4; 2 has 3 and nobody to be compared with
SELECT * FROM abie.nearest('{1,2,3,4}', '{{0,0,0,0,NULL},{0,0,0,NULL,NULL},{1,1,1,1,NULL},{2,2,2,2,2}}', 3) ORDER BY id, rank;

--
-- Few rows, many neighbours
--
SELECT count(*) AS "n = 0" FROM abie.nearest('{}', '{}', 1);
SELECT count(*) AS "n = 0, weights and all" FROM abie.nearest('{}', '{}', 1, '{1,2}', '{}', '{}');
SELECT count(*) AS "NULL" FROM abie.nearest(NULL, NULL, 1);
SELECT count(*) AS "NULL" FROM abie.nearest('{1}', NULL, 1);
SELECT count(*) AS "NULL" FROM abie.nearest(NULL, '{{1}}', 1);
SELECT count(*) AS "from no rows" FROM (SELECT array_agg(i::bigint) AS ids, array_agg(ARRAY[i]::float8[]) AS vectors FROM generate_series(1, 0) i) s,
	abie.nearest(ids, vectors, 20);
SELECT count(*) AS "n = 1" FROM abie.nearest('{1}', '{{1,2}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{4,6}}', 1) ORDER BY id, rank;
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{4,6}}', 2147483647) ORDER BY id, rank;
SELECT count(*) AS "5 x 4" FROM abie.nearest('{1,2,3,4,5}', '{{1},{2},{3},{4},{5}}', 5);
SELECT count(*) AS "all missing" FROM abie.nearest('{1,2}', '{{NULL,NULL},{NULL,NULL}}', 1);
-- lower bounds do not matter
SELECT * FROM abie.nearest('[0:1]={1,2}', '[5:6][0:1]={{1,2},{4,6}}', 1, '[7:8]={1,1}', '[0:1]={t,t}', '[-1:0]={1,2}') ORDER BY id, rank;
-- can be called with names, in a select list and more than once
SELECT abie.nearest(ids => '{1,2}', vectors => '{{1},{2}}', k => 1, family => '{1,2}');
SELECT count(*) AS "3 x 2" FROM generate_series(1, 3) g, abie.nearest(ARRAY[1, 1 + g], '{{1},{2}}', 1);

--
-- Errors
--
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 0);
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', -1);
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', NULL);
SELECT * FROM abie.nearest('{1,2}', '{1,2}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{{1}},{{2}}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1},{2},{3}}', 1);
SELECT * FROM abie.nearest('{}', '{{1},{2}}', 1);
SELECT * FROM abie.nearest('{1}', '{}', 1);
SELECT * FROM abie.nearest('{{1,2}}', '{{1},{2}}', 1);
SELECT * FROM abie.nearest('{1,NULL}', '{{1},{2}}', 1);
SELECT * FROM abie.nearest('{3,1,3}', '{{1},{2},{3}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1},{NaN}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1,infinity},{1,2}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1,-infinity},{1,2}}', 1, '{1,0}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{1}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{1,1,1}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{{1,1}}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{1,-1}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{1,NULL}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{0,0}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{1,NaN}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{infinity,1}');
SELECT * FROM abie.nearest('{1,2}', '{{1,2},{3,4}}', 1, '{1e308,1e308}');
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 1, NULL, '{t}');
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 1, NULL, '{t,NULL}');
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 1, NULL, '{{t,f}}');
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 1, NULL, NULL, '{1,2,3}');
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 1, NULL, NULL, '{{1},{2}}');
SELECT * FROM abie.nearest('{1,2}', '{{1e200},{-1e200}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1.7e308},{-1.7e308}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1},{3}}', 1, '{1e308}');
SELECT * FROM abie.nearest('{1,2}', array_fill(0::float8, '{2,1001}'), 1);
\set VERBOSITY sqlstate
SELECT * FROM abie.nearest('{1,2}', '{{1},{2}}', 0);
SELECT * FROM abie.nearest('{1,2}', '{{1},{2},{3}}', 1);
SELECT * FROM abie.nearest('{1,NULL}', '{{1},{2}}', 1);
SELECT * FROM abie.nearest('{1,1}', '{{1},{2}}', 1);
SELECT * FROM abie.nearest('{1,2}', '{{1e200},{-1e200}}', 1);
SELECT * FROM abie.nearest('{1,2}', array_fill(0::float8, '{2,1001}'), 1);
\set VERBOSITY default
SELECT * FROM abie.nearest('{1,2}', array_fill(0::float8, '{2,1000}'), 1) ORDER BY id;
-- large numbers that are near each other, and any number under weight 0, are no error
SELECT * FROM abie.nearest('{1,2,3}', '{{1.7e308,NULL},{1.7e308,1.7e308},{1.7e308,-1.7e308}}', 1, '{1,0}') ORDER BY id;

--
-- Against plain SQL: every pair by abie.distance, sorted
--
CREATE TABLE school (name text, id bigint, vector float8[], candidate boolean, family bigint, PRIMARY KEY (name, id));
CREATE TABLE pool (name text PRIMARY KEY, k int, weights float8[], use_candidate boolean DEFAULT false, use_family boolean DEFAULT false);

CREATE VIEW found AS
SELECT p.name, n.*
FROM pool p,
	LATERAL (SELECT array_agg(id) AS ids, array_agg(vector) AS vectors, array_agg(candidate) AS candidate, array_agg(family) AS family
		FROM school s WHERE s.name = p.name) s,
	LATERAL abie.nearest(ids, vectors, k, weights, CASE WHEN use_candidate THEN s.candidate END, CASE WHEN use_family THEN s.family END) n;
CREATE VIEW plain AS
SELECT p.name, a.id, b.rank, b.id AS neighbour, b.distance
FROM pool p JOIN school a USING (name),
	LATERAL (SELECT b.id, d.distance, row_number() OVER (ORDER BY d.distance, b.id)::int AS rank
		FROM school b, LATERAL (SELECT abie.distance(a.vector, b.vector, p.weights) AS distance) d
		WHERE b.name = p.name AND b.id <> a.id AND d.distance IS NOT NULL
			AND (NOT p.use_candidate OR b.candidate)
			AND (NOT p.use_family OR (a.family = b.family) IS NOT TRUE)
		ORDER BY d.distance, b.id LIMIT p.k) b;

SELECT setseed(0.3);
CREATE FUNCTION normal() RETURNS float8 LANGUAGE sql VOLATILE
RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
-- complete, 14 characteristics
INSERT INTO school SELECT 'complete', i, (SELECT array_agg(normal()) FROM generate_series(1, 14 + 0 * i)), random() < 0.7, floor(random() * 800)
FROM generate_series(1, 500) i;
INSERT INTO pool VALUES ('complete', 20, NULL);
-- weights, among them 0; some not candidates; families, half of them NULL; ids in no order, negative, large
INSERT INTO school SELECT 'all arguments', (i * 7919) % 401 * 10000000000 - 2000000000000, (SELECT array_agg(normal()) FROM generate_series(1, 9 + 0 * i)),
	random() < 0.5, CASE WHEN random() < 0.5 THEN floor(random() * 50) END
FROM generate_series(1, 400) i;
INSERT INTO pool VALUES ('all arguments', 15, '{1,0,0.25,3,0,1e-3,7,1,0.1}', true, true);
-- missing, one element in 20: many patterns, some rows with too little
INSERT INTO school SELECT 'missing', i, (SELECT array_agg(CASE WHEN random() < 0.05 THEN NULL ELSE normal() END) FROM generate_series(1, 8 + 0 * i)), true, NULL
FROM generate_series(1, 500) i;
INSERT INTO pool VALUES ('missing', 10, NULL);
-- missing in two columns only, candidates few, weights deciding who is comparable: 0.79 of the weight is too little
INSERT INTO school SELECT 'weighted missing', i, ARRAY[normal(), normal(), CASE WHEN random() < 0.5 THEN normal() END, CASE WHEN random() < 0.5 THEN normal() END],
	random() < 0.1, floor(i / 3)
FROM generate_series(1, 400) i;
INSERT INTO pool VALUES ('weighted missing', 7, '{0.5,0.1,0.21,0.19}', true, true);
-- k beyond the pool
INSERT INTO school SELECT 'every pair', i, ARRAY[normal(), CASE WHEN i % 4 = 0 THEN NULL ELSE normal() END, normal(), normal(), normal()], i % 5 > 0, i % 7
FROM generate_series(1, 120) i;
INSERT INTO pool VALUES ('every pair', 1000, NULL, true, true);
-- one element, masses of ties
INSERT INTO school SELECT 'line', 1000 - i, ARRAY[i % 40], true, NULL FROM generate_series(1, 400) i;
INSERT INTO pool VALUES ('line', 33, NULL);
-- a grid of whole numbers, each point twice
INSERT INTO school SELECT 'grid', row_number() OVER (ORDER BY hashint4(i)), ARRAY[i % 2, i / 2 % 6, i / 12 % 6, i / 72 % 6], true, NULL FROM generate_series(0, 431) i;
INSERT INTO pool VALUES ('grid', 21, '{0,1,1,1}');
-- all the same
INSERT INTO school SELECT 'duplicates', i, '{3.3,-1e-9,1e9}', true, CASE WHEN i < 5 THEN 1 END FROM generate_series(1, 200) i;
INSERT INTO pool VALUES ('duplicates', 9, NULL, false, true);
-- few different values many times, far from 0
INSERT INTO school SELECT 'few values', i, ARRAY[1e9 + (i % 3) * 1e-6, 1e9 - (i % 5), 7e8], true, NULL FROM generate_series(1, 300) i;
INSERT INTO pool VALUES ('few values', 30, NULL);
-- where single precision sees nothing: differences of 1 upon 1e9; of 1e-12; 1e-9 beside an outlier of 1e6
INSERT INTO school SELECT 'offset', i, ARRAY[1e9 + normal(), -1e9 + normal(), 1e9 + normal()], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'close', i, ARRAY[1 + normal() * 1e-12, normal() * 1e-12], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'outlier', i, ARRAY[CASE WHEN i = 77 THEN 1e6 ELSE normal() * 1e-9 END, normal() * 1e-9], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'clusters', i, ARRAY[i % 3 * 1e8 + normal(), i % 7 * 1e-8 * normal(), i % 2 * 1e8], true, NULL FROM generate_series(1, 300) i;
-- huge, tiny, so tiny that squares are subnormal or 0, and both together
INSERT INTO school SELECT 'huge', i, ARRAY[normal() * 1e150, normal() * 1e150, normal()], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'tiny', i, ARRAY[normal() * 1e-150, normal() * 1e-150], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'subnormal', i, ARRAY[normal() * 1e-160, normal() * 1e-160], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'vanishing', i, ARRAY[normal() * 1e-170, normal() * 1e-170], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'huge and tiny', i, ARRAY[normal() * 1e150, normal() * 1e-150], true, NULL FROM generate_series(1, 300) i;
INSERT INTO school SELECT 'one huge', i, ARRAY[CASE WHEN i = 5 THEN 1e153 ELSE normal() END, normal()], true, NULL FROM generate_series(1, 300) i;
-- two clusters in 60 dimensions, each as wide as the rounding of a sum of 60 products
INSERT INTO school SELECT 'two clusters', i, (SELECT array_agg(i % 2 + normal() * 1e-4 + 0 * j) FROM generate_series(1, 60) j), true, NULL
FROM generate_series(1, 200) i;
-- beside two so far out that the others' products are subnormal in single precision
INSERT INTO school SELECT 'two far out', i, ARRAY[CASE i WHEN 1 THEN 3e21 WHEN 2 THEN -3e21 ELSE normal() END, CASE WHEN i > 2 THEN normal() ELSE 0 END], true, NULL
FROM generate_series(1, 300) i;
INSERT INTO pool SELECT name, 12 FROM unnest('{offset,close,outlier,clusters,huge,tiny,subnormal,vanishing,huge and tiny,one huge,two clusters,two far out}'::text[]) name;
-- weights of very different sizes
INSERT INTO school SELECT 'weights', i, ARRAY[normal(), normal() * 1e-6, CASE WHEN i % 3 > 0 THEN normal() * 1e6 END], true, NULL FROM generate_series(1, 300) i;
INSERT INTO pool VALUES ('weights', 12, '{1e-10,1e200,1e-300}');
-- weight 0 on numbers whose differences overflow
INSERT INTO school SELECT 'weight 0', i, ARRAY[normal(), CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 1.7e308 ELSE -1.7e308 END], true, NULL FROM generate_series(1, 300) i;
INSERT INTO pool VALUES ('weight 0', 12, '{1,0}');
-- more elements than rows, some missing: nearly every row has a pattern of its own
INSERT INTO school SELECT 'wide', i, (SELECT array_agg(CASE WHEN random() < 0.03 THEN NULL ELSE normal() END) FROM generate_series(1, 200 + 0 * i)), true, NULL
FROM generate_series(1, 120) i;
INSERT INTO pool VALUES ('wide', 12, NULL);
-- many patterns of missing elements, with all arguments; beside great and small numbers, where rounding is worst
INSERT INTO school SELECT 'mixed, all arguments', i * 3, (SELECT array_agg(CASE WHEN random() < 0.1 THEN NULL ELSE normal() END) FROM generate_series(1, 12 + 0 * i)),
	random() < 0.5, CASE WHEN random() < 0.5 THEN floor(random() * 50) END
FROM generate_series(1, 600) i;
INSERT INTO pool VALUES ('mixed, all arguments', 15, '{1,0,0.25,3,0,1e-3,7,1,0.1,2,2,1e-9}', true, true);
INSERT INTO school SELECT 'mixed ' || s.kind, i, (SELECT array_agg(CASE WHEN random() < 0.1 THEN NULL
		ELSE s.level + s.size * normal() + CASE WHEN i = 7 AND j = 3 THEN s.outlier ELSE 0 END END)
	FROM generate_series(1, 10 + 0 * i) j), true, NULL
FROM (VALUES ('offset', 1e9, 1, 0), ('close', 1, 1e-12, 0), ('outlier', 0, 1e-9, 1e6), ('huge', 0, 1e150, 0), ('tiny', 0, 1e-150, 0),
	('vanishing', 0, 1e-170, 0), ('far out', 0, 1, 3e21)) s(kind, level, size, outlier), generate_series(1, 300) i;
-- each place many times, with elements missing: ties
INSERT INTO school SELECT 'mixed ties', i, (SELECT array_agg(CASE WHEN random() < 0.1 THEN NULL ELSE floor(random() * 2) END) FROM generate_series(1, 7 + 0 * i)), true, NULL
FROM generate_series(1, 400) i;
-- so much missing that few pairs are comparable, and many rows with nobody
INSERT INTO school SELECT 'mixed, little left', i, (SELECT array_agg(CASE WHEN random() < 0.3 THEN NULL ELSE normal() END) FROM generate_series(1, 9 + 0 * i)), true, NULL
FROM generate_series(1, 400) i;
INSERT INTO pool SELECT DISTINCT name, 12 FROM school WHERE name LIKE 'mixed%' AND name <> 'mixed, all arguments';
-- as many rows as fill blocks of candidates exactly, one less, one more
INSERT INTO school SELECT 'rows ' || n, i, ARRAY[normal(), normal()], true, NULL FROM unnest('{2,3,4,5,31,32,33,64,65,127,128,129}'::int[]) n, generate_series(1, n) i;
INSERT INTO pool SELECT DISTINCT name, 6 FROM school WHERE name LIKE 'rows %';

ANALYZE school;
CREATE TABLE result AS SELECT * FROM found;
CREATE TABLE oracle AS SELECT * FROM plain;
ANALYZE result;
ANALYZE oracle;
-- no differences, in nothing
SELECT name, count(o) AS rows, count(*) FILTER (WHERE r IS NULL OR o IS NULL) AS differences
FROM oracle o FULL JOIN result r USING (name, id, rank, neighbour, distance) GROUP BY name ORDER BY name;
SELECT count(*) AS differences FROM oracle o JOIN result r USING (name, id, rank) WHERE float8send(o.distance) <> float8send(r.distance);
-- none to itself, ranks without gaps, distances ascending with ids to break ties
SELECT count(*) FILTER (WHERE id = neighbour) AS self,
	count(*) FILTER (WHERE rank <> expected) AS ranks,
	count(*) FILTER (WHERE (distance, neighbour) <= (before, neighbour_before)) AS disorder
FROM (SELECT *, row_number() OVER w AS expected, lag(distance) OVER w AS before, lag(neighbour) OVER w AS neighbour_before
	FROM result WINDOW w AS (PARTITION BY name, id ORDER BY rank)) s;

--
-- The order of the input rows changes nothing
--
CREATE TABLE permuted AS
SELECT p.name, n.*
FROM pool p,
	LATERAL (SELECT array_agg(id ORDER BY o) AS ids, array_agg(vector ORDER BY o) AS vectors, array_agg(candidate ORDER BY o) AS candidate,
			array_agg(family ORDER BY o) AS family
		FROM (SELECT *, hashint8(id * 31) AS o FROM school s WHERE s.name = p.name) s) s,
	LATERAL abie.nearest(ids, vectors, k, weights, CASE WHEN use_candidate THEN s.candidate END, CASE WHEN use_family THEN s.family END) n;
SELECT count(*) AS differences FROM (TABLE permuted EXCEPT TABLE result) x;
SELECT count(*) AS differences FROM (TABLE result EXCEPT TABLE permuted) x;

--
-- Each set of instructions gives the same bits; a set this machine lacks is refused and left out
--
SHOW abie.instructions;
CREATE TABLE variant (instructions text, name text, id bigint, rank int, neighbour bigint, distance bytea);
DO $$
DECLARE
	asked text;
BEGIN
	FOREACH asked IN ARRAY '{auto,portable,avx2,avx512}'::text[] LOOP
		BEGIN
			PERFORM set_config('abie.instructions', asked, false);
		EXCEPTION WHEN invalid_parameter_value THEN
			IF asked IN ('auto', 'portable') OR sqlerrm <> 'this machine does not have the instructions asked for' THEN
				RAISE;
			END IF;
			CONTINUE;
		END;
		INSERT INTO variant SELECT asked, name, id, rank, neighbour, float8send(distance) FROM found;
	END LOOP;
END $$;
RESET abie.instructions;
SELECT count(DISTINCT instructions) FILTER (WHERE instructions IN ('auto', 'portable')) AS "2, at least", count(*) % (SELECT count(*) FROM oracle) AS "all rows"
FROM variant;
SELECT count(*) AS differences
FROM variant v FULL JOIN oracle o ON (v.name, v.id, v.rank, v.neighbour, v.distance) = (o.name, o.id, o.rank, o.neighbour, float8send(o.distance))
WHERE v IS NULL OR o IS NULL;
SET abie.instructions = 'sse9';
SET abie.instructions = '';

--
-- Against contrib cube on whole numbers: same distances rank by rank, and every neighbour at its distance
--
CREATE TABLE whole AS
SELECT i AS id, ARRAY[floor(random() * 12), floor(random() * 12), floor(random() * 12)]::float8[] AS vector FROM generate_series(1, 2000) i;
CREATE TABLE by_cube AS SELECT id, cube(vector) AS c FROM whole;
CREATE INDEX ON by_cube USING gist (c);
ANALYZE by_cube;
SET enable_seqscan = off;
CREATE TABLE cube_nearest AS
SELECT a.id, b.rank, b.id AS neighbour, b.distance
FROM (SELECT * FROM by_cube WHERE id % 10 = 0) a,
	LATERAL (SELECT id, distance, row_number() OVER () AS rank
		FROM (SELECT b.id, a.c <-> b.c AS distance FROM by_cube b WHERE b.id <> a.id ORDER BY a.c <-> b.c LIMIT 30) b) b;
RESET enable_seqscan;
CREATE TABLE whole_nearest AS
SELECT n.* FROM (SELECT array_agg(id::bigint) AS ids, array_agg(vector) AS vectors FROM whole) s, abie.nearest(ids, vectors, 30) n;
SELECT count(*) AS rows, count(*) FILTER (WHERE c.distance IS DISTINCT FROM n.distance) AS differences
FROM cube_nearest c LEFT JOIN whole_nearest n USING (id, rank);
SELECT count(*) AS differences
FROM whole_nearest n JOIN by_cube a ON a.id = n.id JOIN by_cube b ON b.id = n.neighbour WHERE a.c <-> b.c <> n.distance;
-- and by cube's distance with the rule for ties
SELECT count(*) AS rows, count(*) FILTER (WHERE n.neighbour IS DISTINCT FROM b.id) AS differences
FROM by_cube a
	CROSS JOIN LATERAL (SELECT b.id, row_number() OVER (ORDER BY a.c <-> b.c, b.id) AS rank FROM by_cube b WHERE b.id <> a.id
		ORDER BY a.c <-> b.c, b.id LIMIT 30) b
	LEFT JOIN whole_nearest n ON n.id = a.id AND n.rank = b.rank
WHERE a.id % 10 = 0;

--
-- In a parallel plan: the function is parallel safe and runs in workers
--
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE part AS SELECT name, array_agg(id) AS ids, array_agg(vector) AS vectors FROM school WHERE name LIKE 'rows%' GROUP BY name;
ANALYZE part;
DO $$
DECLARE
	line text;
	parallel boolean := false;
BEGIN
	FOR line IN EXPLAIN SELECT name, n.* FROM part, abie.nearest(ids, vectors, 6) n LOOP
		parallel := parallel OR line ~ 'Gather';
	END LOOP;
	RAISE NOTICE 'parallel: %', parallel;
END $$;
SELECT count(*) AS differences
FROM (SELECT name, n.* FROM part, abie.nearest(ids, vectors, 6) n) p
	FULL JOIN (SELECT * FROM oracle WHERE name LIKE 'rows%') o USING (name, id, rank, neighbour, distance)
WHERE p IS NULL OR o IS NULL;
