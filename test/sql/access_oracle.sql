-- What EXPLAIN tells: of every relation that a reader may read and every column of it, the plan and what it did are the same whatever
-- the values that the reader may not see. A database of its own, and roles of the cluster that begin with abie_oracle_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_oracle;
CREATE DATABASE abie_oracle ENCODING 'UTF8' TEMPLATE template0;
\c abie_oracle
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(420);
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(1, 'for the test')).status;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
INSERT INTO abie.school_figure (urn, academic_year, attendance_percent) SELECT urn, '2024/25', attendance FROM abie.expectation WHERE run_id = 1;
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT academic_year, urn, '2024-09-02', enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, '{}' FROM abie.attendance WHERE academic_year = '2024/25';
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT '2025/26', urn, week_start + 371, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, '{}' FROM abie.attendance_week;
CALL abie.monitor('2025/26', '2025-09-15', NULL);
SELECT count(abie.correction_request(urn, '2024/25', 'as we know it', attendance)) > 300 AS asked FROM abie.expectation WHERE run_id = 1;
SELECT count(abie.record_event('school', urn::text, '2024-09-02', '2024-09-04', 'outbreak', 'of school ' || urn)) > 300 AS recorded FROM abie.expectation WHERE run_id = 1;
ANALYZE;
CREATE ROLE abie_oracle_head;
CREATE ROLE abie_oracle_support;
CREATE ROLE abie_oracle_lists;
SELECT abie.grant_access('abie_oracle_head', 'school', '900013'), abie.grant_access('abie_oracle_support', 'school', '900013', 'support'),
	abie.grant_access('abie_oracle_lists', 'school', '900013', 'similar schools');

-- keys, what the public register of schools says, and published figures of other schools are no secret
CREATE FUNCTION is_public(name text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN name IN ('run_id', 'urn', 'laestab', 'academic_year', 'week_start', 'correction_id', 'stratum', 'position', 'school_name', 'la_name', 'region', 'trust', 'school_type', 'phase', 'easting', 'northing',
	-- what a characteristic means is a constant
	'trust_code', 'similar_name', 'similar_la_name', 'similar_urn', 'rank', 'method', 'characteristics', 'description', 'meaning', 'local_schools', 'la_code',
	-- a weekly run, and the kinds of week
	'monitor_id', 'kind', 'similar_la_code', 'similar_easting', 'similar_northing',
	'similar_attendance', 'similar_enrolments', 'similar_fsm_pct', 'similar_sen_support_pct', 'similar_ehc_plan_pct', 'similar_eal_pct');

CREATE FUNCTION plan_of(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	PERFORM set_config('role', who, true);
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
		-- the condition itself, the memory and the time of caches apart
		plan := plan || regexp_replace(regexp_replace(line, '(>=|>|=) (''[^'']*''(::[a-z ]+(\(\d+,\d+\))?)?|-?\d+(\.\d+)?)', '? x', 'g'), 'Memory( Usage)?: \d+kB|JIT:.*', 'Memory') || E'\n';
	END LOOP;
	PERFORM set_config('role', 'none', true);
	RETURN plan;
END $$;

-- for each column a hidden value: one that the role does not see, of another school or run
CREATE TABLE question AS
SELECT r.role, c.oid::regclass AS relation, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
FROM unnest('{abie_oracle_head,abie_oracle_support,abie_oracle_lists}'::text[]) r(role), pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace) AND c.relkind IN ('r', 'v') AND has_table_privilege(r.role, c.oid, 'SELECT')
	AND c.oid NOT IN ('abie.methodology'::regclass, 'abie.characteristic'::regclass, 'abie.attendance_code'::regclass);
-- no table with figures of schools or runs is readable at all
SELECT role, relation FROM question WHERE relation::text NOT LIKE 'abie_report.%' GROUP BY role, relation ORDER BY role, relation::text;

CREATE FUNCTION hidden_value(q question) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	own text[];
	found text;
BEGIN
	PERFORM set_config('role', q.role, true);
	EXECUTE format('SELECT coalesce(array_agg(DISTINCT v.%1$I::text), ''{}'') FROM %2$s v WHERE v.%1$I IS NOT NULL', q.name, q.relation) INTO own;
	PERFORM set_config('role', 'none', true);
	EXECUTE format('SELECT v.%1$I::text FROM %2$s v WHERE v.%1$I IS NOT NULL AND v.%1$I::text <> ALL ($1) ORDER BY md5(v.%1$I::text) LIMIT 1', q.name, q.relation) USING own INTO found;
	RETURN found;
END $$;
-- asked again where it differs: autovacuum may have renewed statistics between the two, and what tells tells twice
CREATE FUNCTION same_plan(who text, query text, other text) RETURNS boolean LANGUAGE sql
AS $$ SELECT plan_of(who, query) = plan_of(who, other) OR plan_of(who, query) = plan_of(who, other) $$;
CREATE TABLE hidden AS SELECT q.*, hidden_value(q) AS value FROM question q WHERE NOT is_public(q.name);
SELECT role, count(*) > 10 AS columns, count(value) > 5 AS hidden FROM hidden GROUP BY role ORDER BY role;

-- conditions that are true of the hidden value and not
CREATE TABLE answer AS
SELECT h.role, h.relation, h.name, v.what,
	same_plan(h.role, format('SELECT FROM %s v WHERE v.%I %s %L::%s', h.relation, h.name, v.true_of_it, h.value, h.type),
		format('SELECT FROM %s v WHERE v.%I %s %L::%s', h.relation, h.name, v.not_true, h.value || v.changed, h.type)) AS same
FROM hidden h, (VALUES ('order', '>=', '>', ''), ('equality', '=', '=', '~')) v(what, true_of_it, not_true, changed)
WHERE h.value IS NOT NULL AND h.type <> 'boolean' AND (v.what = 'order' OR h.type = 'text');
SELECT count(*) > 200 AS many, count(*) FILTER (WHERE NOT same) AS told FROM answer;
SELECT * FROM answer WHERE NOT same ORDER BY role, relation::text, name, what;
-- what exists and what does not, by its keys: a run not issued, another's school
SELECT role, relation, plan_of(role, format('SELECT * FROM %s v WHERE v.run_id = ''2''::integer', relation)) = plan_of(role, format('SELECT * FROM %s v WHERE v.run_id = ''3''::integer', relation)) AS same
FROM question WHERE name = 'run_id' AND relation IN ('abie_report.run'::regclass, 'abie_report.local_authority_summary'::regclass) ORDER BY role, relation::text;
-- nor whether a school has said that a figure is wrong
SELECT v.relation, plan_of('abie_oracle_head', format('SELECT FROM %s v WHERE v.urn = 900019', v.relation))
	= plan_of('abie_oracle_head', format('SELECT FROM %s v WHERE v.urn = 999999', v.relation)) AS same
FROM unnest('{abie_report.correction,abie_report.school_figure}'::text[]) v (relation);
-- nor whether anything happened to it
SELECT plan_of('abie_oracle_head', 'SELECT FROM abie_report.school_event v WHERE v.code = ''900019''')
	= plan_of('abie_oracle_head', 'SELECT FROM abie_report.school_event v WHERE v.code = ''999999''') AS same;
-- a view that chooses rows itself, as strictly, tells: whether its filter was asked says how the condition went, where the planner takes
-- the filter for the dearer one. The test can fail.
CREATE FUNCTION public.is_mine(urn integer, all_are boolean) RETURNS boolean LANGUAGE sql STABLE COST 1000 SET search_path = pg_catalog
AS $$ SELECT all_are OR EXISTS (SELECT FROM abie.accessible_schools('{results}') s WHERE s.urn = is_mine.urn) $$;
CREATE VIEW public.leaky WITH (security_barrier = true) AS SELECT * FROM abie.expectation e
WHERE public.is_mine(e.urn, (SELECT abie_internal.has_national_access('{results}')));
GRANT SELECT ON public.leaky TO abie_oracle_head;
SELECT plan_of('abie_oracle_head', format('SELECT FROM public.leaky v WHERE v.run_id = 1 AND v.urn = 900019 AND v.target >= %L::float8', target))
	= plan_of('abie_oracle_head', format('SELECT FROM public.leaky v WHERE v.run_id = 1 AND v.urn = 900019 AND v.target > %L::float8', target)) AS same
FROM abie.expectation WHERE run_id = 1 AND urn = 900019;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_oracle;
DROP ROLE abie_oracle_head, abie_oracle_support, abie_oracle_lists;
