-- Marks as they come: those that came later put over the register held. Expected values: by hand, and marks in plain SQL.
CREATE SCHEMA overlay_test;
SET search_path = overlay_test, pg_catalog, abie;
-- a correction of Tuesday, new marks on Wednesday; what is not known says nothing; closed days too are marks
SELECT overlay('2025-09-01:/\N\/\', '2025-09-01:--I\--/L') AS "Tuesday I \, Thursday", overlay('2025-09-01:/\', '2025-09-15:##') AS later_week,
	overlay('2025-09-15:/\', '2025-09-01:I') AS earlier_week, overlay('2025-09-01:/\', '2025-09-01:##') AS closed, overlay('2025-09-01:/\', '2025-09-01:--') AS nothing_said;
SELECT overlay(NULL, '2025-09-01:/') IS NULL AS "null", overlay('2025-09-01:/', NULL) IS NULL AS "null";
SELECT overlay('2025-09-01:/', '2036-09-01:/');
-- where they agree, as ||
SELECT overlay('2025-09-01:/\/\', '2025-09-01:--/\I') OPERATOR(abie.=) ('2025-09-01:/\/\'::register || '2025-09-01:--/\I') AS same;
-- the last row counts; without rows, and of one
SELECT overlay_agg(r ORDER BY o) AS "B\/\", overlay_agg(r ORDER BY o DESC) AS "/\/\" FROM (VALUES (1, register '2025-09-01:/\/\'), (2, '2025-09-01:I'), (3, '2025-09-01:B')) v(o, r);
SELECT overlay_agg(r) IS NULL AS none FROM (VALUES (register '2025-09-01:/')) v(r) WHERE false;
-- marks of random registers: the later one's unless -, else the earlier one's
SELECT setseed(0.2);
CREATE TABLE part AS
SELECT p, o, register(date '2025-09-01' + 7 * floor(random() * 4)::int, string_agg((ARRAY['/', 'I', 'B', '#', '-', 'L', '-'])[1 + floor(random() * 7)::int], '' ORDER BY s)) AS r
FROM generate_series(1, 300) p, generate_series(1, 4) o, generate_series(1, 30) s GROUP BY p, o;
SELECT count(*) AS sessions, count(*) FILTER (WHERE m.code IS DISTINCT FROM coalesce(x.code, '-')) AS wrong
FROM (SELECT p, overlay_agg(r ORDER BY o) AS r FROM part GROUP BY p) a, marks(a.r) m
	LEFT JOIN LATERAL (SELECT n.code FROM part q, marks(q.r) n WHERE q.p = a.p AND (n.session_date, n.session) = (m.session_date, m.session) AND n.code <> '-' ORDER BY q.o DESC LIMIT 1) x ON true;

SET client_min_messages = warning;
DROP SCHEMA overlay_test CASCADE;
