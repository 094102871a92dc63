-- So many registers of 380 marks as the variable registers says, in so many schools as schools says, for benchmarks:
-- 93 % present, in no order; 10,000 registers differ. Of a year and of schools that nothing else is held of.
CREATE SCHEMA IF NOT EXISTS bench;
SELECT setseed(0.5);
CREATE TABLE IF NOT EXISTS bench.pool AS
SELECT p, string_agg(CASE WHEN r < 0.93 THEN CASE WHEN s % 2 = 0 THEN '/' ELSE '\' END
	ELSE (string_to_array('I I I M C C2 O O G U L L B V X Y4 N #', ' '))[1 + floor(random() * 18)::int]
	END, '' ORDER BY s) AS marks
FROM generate_series(1, 10000) p, generate_series(0, 379) s, LATERAL (SELECT random() + 0 * (p + s) AS r) x
GROUP BY p;
ANALYZE bench.pool;
INSERT INTO abie.school (urn, laestab, name)
SELECT u, 9090000 + u - 800000, 'bench' FROM generate_series(800000, 800000 + :schools - 1) u ON CONFLICT DO NOTHING;
DROP TABLE IF EXISTS bench.register;
CREATE TABLE bench.register AS
SELECT 800000 + (i * 2654435761 % :schools)::int AS urn, i::int AS pupil,
	abie.register('2030-09-02', p.marks) AS register
FROM generate_series(1::bigint, :registers) i JOIN bench.pool p ON p.p = 1 + i * 7919 % 10000;
