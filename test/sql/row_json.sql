-- Rows as JSON: what PostgreSQL's own functions make of them, to the byte.
\set VERBOSITY terse
CREATE TEMP TABLE r (id integer, "a long name" bigint, f float8, n numeric, yes boolean, word text, inner_json jsonb, urn abie.urn, gone text, b float8);
ALTER TABLE r DROP COLUMN gone;
INSERT INTO r VALUES
	(1, 9007199254740993, 0.1::float8 + 0.2, 1.50, true, 'Ж "quoted" \ and' || chr(10), '{"b": [1, {"c": null}], "a": "x"}', 100001, -0.0),
	(2, -1, 1e300, -0.001, false, '', '[]', 100002, 1e-300),
	(3, 0, 'NaN', 'NaN', NULL, NULL, '7', NULL, '-Infinity'),
	(4, NULL, 'Infinity', '-Infinity', NULL, repeat('long ', 1000), 'null', 100004, 123456789012345678),
	(5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SELECT count(*), count(*) FILTER (WHERE abie_internal.json_row(r)::text = to_jsonb(r)::text) AS same FROM r;
SELECT abie_internal.json_rows(array_agg(r ORDER BY id))::text = jsonb_agg(r ORDER BY id)::text AS same, abie_internal.json_rows(array_agg(r ORDER BY id DESC))::text = jsonb_agg(r ORDER BY id DESC)::text AS other_way FROM r;
SELECT count(*), bool_and(one::text = other::text) AS same FROM (SELECT abie_internal.json_rows(array_agg(x ORDER BY id)) AS one, jsonb_agg(x ORDER BY id) AS other FROM r, LATERAL (SELECT r.b, r.id AS "Id", r.word AS z, r.f AS aa, r.f AS a) x GROUP BY id % 2) g;
SELECT abie_internal.json_rows(array_agg(r)) FROM r WHERE false;
SELECT abie_internal.json_rows('{}'::r[]) AS none;
SELECT abie_internal.json_row(NULL::r);
SELECT abie_internal.json_row(x) AS "row" FROM (SELECT) x;
SELECT abie_internal.json_rows(array_agg(x)) AS "rows" FROM (SELECT) x;
-- of two types
SELECT abie_internal.json_rows(ARRAY[ROW(1, 'a'::text), ROW(true, 2.5::float8)]) AS mixed;
-- of two columns of one name the later one, as for PostgreSQL
SELECT abie_internal.json_row(x) = to_jsonb(x) AS same, abie_internal.json_row(x) FROM (SELECT 1 AS a, 2 AS a) x;
-- the type of a row may have other columns from one call to the next, of one session and expression
CREATE TYPE pg_temp.changed AS (a integer);
DO $$
DECLARE
	given text;
	made jsonb;
BEGIN
	FOR i IN 1..3 LOOP
		EXECUTE CASE i WHEN 2 THEN 'ALTER TYPE pg_temp.changed ADD ATTRIBUTE b text' WHEN 3 THEN 'ALTER TYPE pg_temp.changed ALTER ATTRIBUTE b TYPE bigint' ELSE 'SELECT' END;
		given := (ARRAY['(5)', '(6,six)', '(7,8)'])[i];
		made := abie_internal.json_row(given::pg_temp.changed);
		RAISE NOTICE '%', made;
	END LOOP;
END $$;
-- errors
SELECT abie_internal.json_row(x) FROM (SELECT date '2026-01-01' AS d) x;
SELECT abie_internal.json_rows(ARRAY[ROW(1), NULL]);
