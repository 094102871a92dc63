-- What test/bench/all measures on: schools, registers, vectors and marks, so many as its variables say.
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT setseed(0.5);
SELECT abie.load_demo(:schools);
SELECT abie.load_demo_weeks();
ANALYZE;
CALL abie.calculate('2025/26');
SELECT count(*) FROM abie.check_run(1);
-- of a year that is over
CALL abie.calculate('2024/25');
CREATE SCHEMA bench;

-- 93 % present, in no order; 10,000 registers differ
CREATE TABLE bench.pool AS
SELECT p, string_agg(CASE WHEN r < 0.93 THEN CASE WHEN s % 2 = 0 THEN '/' ELSE '\' END
	ELSE (string_to_array('I I I M C C2 O O G U L L B V X Y4 N #', ' '))[1 + floor(random() * 18)::int]
	END, '' ORDER BY s) AS marks
FROM generate_series(1, 10000) p, generate_series(0, 379) s, LATERAL (SELECT random() + 0 * (p + s) AS r) x
GROUP BY p;
-- of a year and of schools that nothing else is held of
CREATE TABLE bench.register AS
SELECT 800000 + (i * 2654435761 % 2500)::int AS urn, i::int AS pupil, abie.register('2030-09-02', p.marks) AS register
FROM generate_series(1::bigint, :registers) i JOIN bench.pool p ON p.p = 1 + i * 7919 % 10000;
INSERT INTO abie.school (urn, laestab, name)
SELECT u, 9090000 + u - 800000, 'bench' FROM generate_series(800000, 802499) u;
CREATE TABLE bench.bytes AS
SELECT urn, pupil, substr(abie_internal.register_send(register), 6) AS bytes FROM bench.register;
CREATE TABLE bench.register_text AS SELECT register::text AS t FROM bench.register WHERE pupil <= 50 * :few;
CREATE TABLE bench.mark AS
SELECT pupil, m.session_date, m.session, m.code
FROM (SELECT * FROM bench.register WHERE pupil <= 50 * :few ORDER BY pupil) r, abie.marks(r.register) m;

CREATE FUNCTION bench.normal() RETURNS float8 LANGUAGE sql VOLATILE
RETURN sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random());
CREATE TABLE bench.vectors (ids bigint[], vectors float8[]);
ALTER TABLE bench.vectors ALTER ids SET STORAGE EXTERNAL, ALTER vectors SET STORAGE EXTERNAL;
INSERT INTO bench.vectors
SELECT array_agg(i ORDER BY i), array_agg(v ORDER BY i)
FROM (SELECT i, array_agg(bench.normal()) AS v FROM generate_series(1::bigint, :vectors) i, generate_series(1, 14) j
	GROUP BY i) x;

-- schools and 90 hubs at random places in a square of 500 km; costs are metres, pairs beyond 100 km are not allowed
CREATE TABLE bench.problem (schools bigint[], sites bigint[], costs int[], capacity int[], unplaced int[]);
INSERT INTO bench.problem
SELECT array_agg(i ORDER BY i), (SELECT array_agg(j) FROM generate_series(1::bigint, 90) j),
	array_agg(costs ORDER BY i), array_fill(6, ARRAY[90]), array_fill(200000, ARRAY[:few])
FROM (SELECT a.i, array_agg(CASE WHEN m <= 100000 THEN m::int END ORDER BY b.i) AS costs
	FROM (SELECT i, 500000 * random() AS x, 500000 * random() AS y FROM generate_series(1::bigint, :few) i) a,
		(SELECT i, 500000 * random() AS x, 500000 * random() AS y FROM generate_series(1::bigint, 90) i) b,
		sqrt((a.x - b.x) ^ 2.0 + (a.y - b.y) ^ 2.0) m
	GROUP BY a.i) c;
VACUUM ANALYZE;
