-- Pages that queries of one school, of one authority and of the country read, beside stored figures: a plan that begins
-- to read a whole table, or a fifth more than it did, is seen without timing.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_pages;
CREATE DATABASE abie_pages ENCODING 'UTF8' TEMPLATE template0;
\c abie_pages
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
CREATE EXTENSION abie;
SELECT abie.load_demo(4000);
SELECT abie.load_demo_weeks('2025-12-19') > 0 AS loaded;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
CALL abie.calculate('2025/26', 'default', NULL);
SELECT status FROM abie.issue(2, 'for this test');
CREATE ROLE regress_abie_pages;
SELECT count(abie.grant_access('regress_abie_pages', 'region', region)) FROM (SELECT DISTINCT region FROM abie.school) r;
VACUUM ANALYZE;

CREATE SCHEMA pages_test;
GRANT USAGE ON SCHEMA pages_test TO regress_abie_pages;
-- what a query reads from shared buffers, found there or not; the second time, when the catalog is known
CREATE FUNCTION pages_test.pages_of(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	FOR i IN 1 .. 2 LOOP
		EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ' || query INTO plan;
	END LOOP;
	RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;
-- the same, asked by a role
CREATE FUNCTION pages_test.pages_of(query text, role name) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	pages bigint;
BEGIN
	EXECUTE format('SET ROLE %I', role);
	pages := pages_test.pages_of(query);
	RESET ROLE;
	RETURN pages;
END $$;
CREATE TABLE pages_test.stored (query text PRIMARY KEY, pages bigint, role name DEFAULT current_user);
INSERT INTO pages_test.stored VALUES
	('SELECT * FROM abie_report.school_expectation WHERE run_id = 2 AND urn = 900016', 71),
	('SELECT * FROM abie_report.school_ladder WHERE run_id = 2 AND urn = 900016', 39),
	('SELECT * FROM abie_report.similar_school WHERE run_id = 2 AND urn = 900016', 278),
	('SELECT * FROM abie_report.school_circumstances WHERE run_id = 2 AND urn = 900016', 116),
	('SELECT * FROM abie_report.school_absence_compared WHERE run_id = 2 AND urn = 900016', 170),
	('SELECT * FROM abie_report.school_history WHERE urn = 900016', 32),
	('SELECT * FROM abie_report.run_change WHERE run_id = 2 AND urn = 900016', 1133),
	('SELECT * FROM abie.explain(2, 900016)', 1724),
	('SELECT abie.school_report(900016, run_id => 2)', 993),
	('SELECT * FROM abie_report.school_expectation WHERE run_id = 2 AND la_code = 518', 417),
	('SELECT * FROM abie_report.similar_school WHERE run_id = 2 AND la_code = 518', 2437),
	('SELECT * FROM abie_report.school_circumstances WHERE run_id = 2 AND la_code = 518', 2255),
	('SELECT * FROM abie_report.local_authority_summary WHERE run_id = 2', 814),
	('SELECT * FROM abie_report.national_summary', 1614),
	('SELECT * FROM abie_report.national_attendance', 314),
	('SELECT * FROM abie_report.school_week WHERE urn = 900016', 29),
	('SELECT * FROM abie_report.school_week_compared WHERE urn = 900016', 34),
	('SELECT * FROM abie_report.school_week WHERE la_code = 518', 422),
	('SELECT * FROM abie_report.school_week_compared WHERE la_code = 518', 505),
	('SELECT * FROM abie_report.school_context WHERE la_code = 518', 203),
	('SELECT * FROM abie_report.school_history WHERE la_code = 518', 991);
-- granted all regions: a school is looked up among them
INSERT INTO pages_test.stored VALUES ('SELECT * FROM abie_report.school_history WHERE la_code = 519', 1600, 'regress_abie_pages');
-- a fifth more than stored
SELECT s.query, s.pages AS stored, n.pages AS now FROM pages_test.stored s, LATERAL (SELECT pages_test.pages_of(s.query, s.role) AS pages) n
WHERE n.pages > 1.2 * s.pages ORDER BY s.query COLLATE "C";
-- that a table is read instead of an index would be seen
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SELECT count(*) > 5 AS seen FROM pages_test.stored s WHERE pages_test.pages_of(s.query, s.role) > 1.2 * s.pages;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_pages;
DROP ROLE regress_abie_pages;
