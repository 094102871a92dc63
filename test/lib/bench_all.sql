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
\set schools 2500
\ir bench_registers.sql
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
