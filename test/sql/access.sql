-- Who sees what: every table, view and function as each kind of role, and what an attacker would try beside.
-- A database of its own, and roles of the cluster that begin with abie_access_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_access;
CREATE DATABASE abie_access ENCODING 'UTF8' TEMPLATE template0;
\c abie_access
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA access_test;
SET search_path = access_test, public;

-- run 1 is issued; run 2 of the same year is not, and was withdrawn run 3 before
SELECT abie.load_demo(420);
UPDATE abie.school SET trust = 'Northern Trust' WHERE urn IN (900013, 900019);
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(1)).status;
SELECT (abie.withdraw(1, 'to be seen by nobody')).status;
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(2)).status;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
INSERT INTO abie.school_figure (urn, academic_year, attendance_percent) SELECT urn, '2024/25', attendance FROM abie.expectation WHERE run_id = 2;
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT academic_year, urn, '2024-09-02', enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, '{}' FROM abie.attendance WHERE academic_year = '2024/25' AND urn IN (900013, 900019);
-- weeks of all, and two weekly runs
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT y.year, a.urn, w + y.days, a.enrolments, 10 * a.enrolments, k.overall, k.overall, 0, '{}'
FROM abie.attendance a, (VALUES ('2024/25', 0), ('2025/26', 364)) y(year, days), unnest('{2024-09-09,2024-09-16,2024-09-23}'::date[]) w,
	LATERAL (SELECT (10 * a.enrolments * a.sess_overall / a.sess_possible + a.urn % 5)::integer) k(overall)
WHERE a.academic_year = '2024/25' AND a.urn IN (SELECT urn FROM abie.expectation WHERE run_id = 2) AND w + y.days < '2025-09-22';
CALL abie.monitor('2025/26', '2025-09-13', NULL);
CALL abie.monitor('2025/26', '2025-09-20', NULL);
-- evidence is as confidential as figures
SELECT count(abie.record_event('school', urn::text, '2024-09-02', '2024-09-04', 'outbreak', 'evidence of ' || urn)) AS recorded FROM abie.school WHERE urn IN (900013, 900019);
ANALYZE;

CREATE ROLE abie_access_nobody;
-- with the right to read all tables, which alone shows nothing
CREATE ROLE abie_access_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA abie, abie_report TO abie_access_reader;
CREATE ROLE abie_access_school;
CREATE ROLE abie_access_head;
GRANT abie_access_school TO abie_access_head;
CREATE ROLE abie_access_trust;
CREATE ROLE abie_access_authority;
CREATE ROLE abie_access_region;
CREATE ROLE abie_access_nation;
CREATE ROLE abie_access_support;
CREATE ROLE abie_access_lists;
CREATE ROLE abie_access_analyst;
GRANT USAGE, CREATE ON SCHEMA access_test TO PUBLIC;

SELECT abie.grant_access('abie_access_school', 'school', '900013');
SELECT abie.grant_access('abie_access_trust', 'trust', 'Northern Trust');
SELECT abie.grant_access('abie_access_authority', 'local authority', '514');
SELECT abie.grant_access('abie_access_region', 'region', 'London');
SELECT abie.grant_access('abie_access_nation', 'national');
SELECT abie.grant_access('abie_access_support', 'local authority', '514', 'support');
SELECT abie.grant_access('abie_access_lists', 'school', '900013', 'similar schools');
SELECT abie.grant_access('abie_access_analyst', 'national', NULL, 'calculation');
-- a second time is no second grant
SELECT abie.grant_access('abie_access_school', 'school', '900013');
SELECT grant_id, role, scope, code, purpose, granted_by = session_user AS me, revoked_at FROM abie.access_grant ORDER BY grant_id;

-- errors
SELECT abie.grant_access('abie_access_unheard_of', 'national');
SELECT abie.grant_access('abie_access_school', 'county', 'Kent');
SELECT abie.grant_access('abie_access_school', NULL, '900013');
SELECT abie.grant_access('abie_access_school', 'school');
SELECT abie.grant_access('abie_access_school', 'national', '900013');
SELECT abie.grant_access('abie_access_school', 'school', '999999');
SELECT abie.grant_access('abie_access_school', 'trust', 'No Trust');
SELECT abie.grant_access('abie_access_school', 'local authority', '999');
SELECT abie.grant_access('abie_access_school', 'region', 'Kent');
SELECT abie.grant_access('abie_access_school', 'school', '900013', 'curiosity');
SELECT abie.grant_access('abie_access_school', 'school', '900013', NULL);
SELECT abie.grant_access('abie_access_school', 'school', '900013', 'calculation');
-- one school at a time it is the same schools; a school that is not known is nobody's
SELECT count(*) > 10 AS some, count(*) FILTER (WHERE is_accessible <> (urn IS NOT NULL AND urn = ANY (schools))) AS different,
	count(DISTINCT rolname) FILTER (WHERE is_accessible) AS roles
FROM (SELECT oid, rolname, ARRAY(SELECT a.urn FROM abie_owner.accessible_schools(oid, '{results}') a) AS schools FROM pg_roles WHERE rolname ~ '^abie_access') r,
	(SELECT urn::integer AS urn FROM abie.school UNION ALL SELECT unnest(ARRAY[999999, NULL])) s, abie_owner.is_accessible(r.oid, '{results}', s.urn);

--
-- What each sees, against what it may see
--

-- the schools of each role
CREATE TABLE allowed AS
SELECT 'abie_access_' || r.role AS role, s.urn::integer AS urn
FROM abie.school s, (VALUES ('school'), ('head'), ('trust'), ('authority'), ('region'), ('nation'), ('support'), ('lists')) r(role)
WHERE CASE r.role WHEN 'trust' THEN s.urn IN (900013, 900019) WHEN 'authority' THEN s.la_code = 514 WHEN 'support' THEN s.la_code = 514 WHEN 'region' THEN s.region = 'London'
	WHEN 'nation' THEN true ELSE s.urn = 900013 END;
SELECT role, count(*) > 0 AS some FROM allowed GROUP BY role ORDER BY role;

\i test/lib/as_role.sql

-- rows of tables with a column urn: how many, and how many of schools and runs that are not the role's
SELECT r.role, t.name, as_role(r.role, format($q$SELECT format('%%s rows, %%s of others, runs %%s', count(*),
	count(*) FILTER (WHERE t.urn <> ALL (%L::integer[])), %s) FROM %s t$q$, r.urns,
	CASE WHEN t.has_run THEN 'array_agg(DISTINCT t.run_id)' ELSE '''-''' END, t.name)) AS sees
FROM (SELECT role, array_agg(urn) AS urns FROM allowed GROUP BY role) r,
	(SELECT c.oid::regclass AS name, EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = c.oid AND b.attname = 'run_id') AS has_run
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'urn'
		WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace) AND c.relkind IN ('r', 'v')) t
WHERE r.role IN ('abie_access_school', 'abie_access_head', 'abie_access_support', 'abie_access_lists') ORDER BY r.role, t.name::text COLLATE "C";
-- the others: all their rows of the issued run, none of others
SELECT r.role, as_role(r.role, 'SELECT array_agg(urn ORDER BY urn)::text FROM abie_report.school_expectation WHERE exclusion_reason IS NULL') = (SELECT array_agg(e.urn::integer ORDER BY e.urn)::text
	FROM abie.expectation e JOIN allowed a ON a.urn = e.urn AND a.role = r.role WHERE e.run_id = 2) AS own_all_and_only
FROM (SELECT DISTINCT role FROM allowed WHERE role <> 'abie_access_lists') r ORDER BY 1;
SELECT as_role('abie_access_nation', 'SELECT string_agg(DISTINCT run_id::text, '','') FROM abie_report.similar_school') AS runs,
	as_role('abie_access_nation', 'SELECT string_agg(run_id || '' '' || run_status, '', '') FROM abie_report.run') AS run_status;

-- a school: its own expectation, the names and published absence of its similar schools
SET ROLE abie_access_school;
SELECT urn, improvement_rounded FROM abie_report.school_expectation;
SELECT rank, similar_name, similar_la_name, similar_attendance IS NOT NULL AS shown, similar_attendance_symbol FROM abie_report.similar_school ORDER BY urn, rank LIMIT 3;
SELECT count(*), count(DISTINCT urn) AS schools FROM abie_report.similar_school;
SELECT count(*) > 20 AS explained FROM abie.explain(2, 900013);
SELECT count(*) FROM abie.explain(2, 900019);
SELECT count(*) FROM abie.explain(1, 900013);
-- all of it is in its report, and the names and attendance of its similar schools; another's is not to be had
SELECT count(*) > 100 AS lines, count(*) FILTER (WHERE name LIKE 'similar school %' AND value IS NULL) AS unsaid FROM abie.explain(2, 900013);
SELECT length(abie.school_report(900013)) > 10000 AS report, abie.school_report(900013, 'json')::jsonb #>> '{expectation,urn}' AS urn;
SELECT abie.school_report(900019);
SELECT abie.school_report(900013, 'html', 1);
SELECT file_name FROM abie.report_files(2);
SELECT abie.area_report('la', (SELECT la_code::text FROM abie_report.school_expectation), 'json');
SELECT count(*) FROM abie.similarity(2, 900013);
SELECT count(*) FROM abie.similarity(2, 900019);
-- averages of the country are of the country
SELECT count(*) > 0 AS held, count(*) FILTER (WHERE schools < 10) AS "of too few" FROM abie_report.national_attendance WHERE academic_year = '2024/25';
SELECT count(*) > 0 AS years, array_agg(DISTINCT urn) AS urns FROM abie_report.school_history;
-- summaries are of all schools, and of no area of one or two that are not its own
SELECT sum(schools) > 300 AS all_schools, min(schools) FILTER (WHERE range_symbol = 'c') AS fewest, count(least_improvement) AS extremes FROM abie_report.national_summary;
SELECT count(*) > 20 AS areas, min(schools) FILTER (WHERE range_symbol = 'c') > 2 AS fewest, count(*) FILTER (WHERE figures_symbol = 'c') > 10 AS suppressed, count(*) FILTER (WHERE figures_symbol = 'c' AND num_nonnulls(target, attendance, enrolments) > 0) AS told FROM abie_report.local_authority_summary;
-- schools near it, published figures only
SELECT count(*) AS near FROM abie.nearby_similar_schools(2, 900013);
SELECT count(*) FROM abie.nearby_similar_schools(2, 900019);
SELECT count(*) FROM abie.nearby_similar_schools(1, 900013);
SELECT count(*) FROM abie.report_read;
SELECT abie.what_if(2, 900019, '{}');
COPY (SELECT urn FROM abie_report.school_expectation) TO STDOUT;
COPY abie.exclusion TO STDOUT;
RESET ROLE;

-- how a school stands is its own; an authority's are its schools
SELECT r.role, as_role(r.role, 'SELECT array_agg(urn ORDER BY urn)::text FROM abie_report.school_progress WHERE is_current') = (SELECT array_agg(e.urn::integer ORDER BY e.urn)::text
	FROM abie.expectation e JOIN allowed a ON a.urn = e.urn AND a.role = r.role WHERE e.run_id = 2) AS own_all_and_only,
	as_role(r.role, 'SELECT sum(schools)::text FROM abie_report.local_authority_week WHERE is_current') = (SELECT count(*)::text FROM abie.expectation e JOIN allowed a ON a.urn = e.urn AND a.role = r.role WHERE e.run_id = 2) AS counted,
	as_role(r.role, 'SELECT count(*) FROM abie.progress_week(2, 900013)') AS own, as_role(r.role, 'SELECT count(*) FROM abie.progress_week(2, 900019)') AS anothers
FROM (SELECT DISTINCT role FROM allowed) r ORDER BY 1;
-- the page of a week, of a school and of its authority, for whoever may read all of it
SELECT r.role, left(as_role(r.role, $$SELECT abie.week_report('school', '900013', 'markdown')$$), 60) AS own, left(as_role(r.role, $$SELECT abie.week_report('school', '900019', 'markdown')$$), 60) AS anothers,
	left(as_role(r.role, $$SELECT abie.week_report('la', '514', 'markdown')$$), 60) AS authority, left(as_role(r.role, $$SELECT abie.week_report('trust', 'Northern Trust', 'markdown')$$), 60) AS trust
FROM (SELECT DISTINCT role FROM allowed UNION VALUES ('abie_access_nobody'), ('abie_access_support'), ('abie_access_lists')) r(role) ORDER BY 1;
-- a role without a grant learns of no run and of no area
SELECT as_role('abie_access_nobody', 'SELECT abie_internal.readable_runs()') AS runs, as_role('abie_access_nobody', $$SELECT count(*) FROM abie_report.local_authority_summary$$) AS areas,
	as_role('abie_access_school', $$SELECT abie.area_report('la', '514')$$) AS asked;
-- national figures are withheld where, less all that is published, they are those of one or two schools
SELECT as_role('abie_access_school', $$SELECT string_agg(stratum || ' ' || coalesce(attendance_percent_symbol, 'shown'), ', ' ORDER BY stratum) FROM abie_report.national_attendance WHERE academic_year = '2024/25'$$) AS national,
	(SELECT string_agg(school_type || ' ' || schools, ', ' ORDER BY school_type) FROM (SELECT a.school_type, count(*) AS schools FROM abie.attendance a
		WHERE a.academic_year = '2024/25' AND a.sources ->> 'sess_possible' = 'registers' GROUP BY a.school_type) r) AS from_registers;

--
-- Attempts. Secrets are the figures of schools that are not the role's, as text.
--
CREATE TABLE secret AS
SELECT s.urn, s.figure::text AS figure, substring(s.figure::text FROM '[.](\d{10})') AS digits FROM (
	SELECT e.urn, v.figure FROM abie.expectation e, unnest(ARRAY[e.target, e.expected, e.baseline, e.forecast]) v(figure)
	-- attendance is published, and a quartile of similar schools may be one of them
	WHERE NOT EXISTS (SELECT FROM abie.expectation o WHERE o.attendance = v.figure)
	UNION ALL SELECT s.urn, s.fitted FROM abie.run_school s
	UNION ALL SELECT p.urn, v.figure FROM abie.school_progress p,
		-- a probability of nearly 1 may begin as another does
		unnest(ARRAY[p.projected, p.level, CASE WHEN p.probability BETWEEN 0.000001 AND 0.999999 THEN p.probability END]) v(figure) WHERE p.monitor_id = 2) s
WHERE length(s.figure::text) > 12;
CREATE TABLE attempt (role text, what text, outcome text);
CREATE FUNCTION attempt(who text, what text, query text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	answer text := as_role(who, query);
	own integer[] := ARRAY(SELECT a.urn FROM allowed a WHERE a.role = who);
BEGIN
	-- a role without schools may see no URN either, but in the error of a call that names one
	INSERT INTO attempt VALUES (who, what, CASE
		-- those of which ten digits stand in the answer are looked for: a search for each of all takes a second
		WHEN EXISTS (SELECT FROM secret s WHERE s.urn <> ALL (own) AND strpos(answer, s.figure) > 0
				AND (s.digits IS NULL OR s.digits IN (SELECT m.found[1] FROM regexp_matches(answer, '[.](\d{10})', 'g') m(found))))
			OR 900019 <> ALL (own) AND strpos(answer, 'evidence of 900019') > 0
			OR own = '{}' AND answer ~ '9[04]\d{4}\M' AND answer !~ '^[0-9A-Z]{5}: ' AND strpos(query, '900019') = 0 THEN 'LEAK: ' || answer
		WHEN answer ~ '^42501' THEN 'permission denied'
		WHEN answer ~ '^[0-9A-Z]{5}: ' THEN 'another error'
		WHEN answer IN ('nothing', '') THEN 'nothing' ELSE 'an answer' END);
END $$;


-- every table, view and sequence, whole
SELECT count(attempt(r.rolname, c.oid::regclass::text, format(CASE c.relkind WHEN 'S' THEN 'SELECT last_value FROM %s' ELSE 'SELECT string_agg(t::text, E''\n'') FROM %s t' END, c.oid::regclass))) > 0 AS done
FROM pg_class c, pg_roles r
WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace) AND c.relkind IN ('r', 'v', 'S')
	AND r.rolname LIKE 'abie\_access\_%' AND r.rolname <> 'abie_access_analyst';
SELECT role, left(outcome, 60) AS outcome, count(*) FROM attempt GROUP BY 1, 2 ORDER BY 1, 2;
-- what a role without a grant gets an answer from, with the right to read: constants
SELECT what FROM attempt WHERE role = 'abie_access_reader' AND outcome = 'an answer' ORDER BY what COLLATE "C";
-- who may read everything is told apart from these: the search for secrets finds them
SELECT count(attempt('abie_access_analyst', 'all', 'SELECT string_agg(e::text, '','') FROM abie.expectation e'));
SELECT left(outcome, 4) AS outcome FROM attempt WHERE role = 'abie_access_analyst';
TRUNCATE attempt;

-- every function, asked about run 2 and school 900019
CREATE TABLE call AS
SELECT p.oid::regprocedure::text AS what, CASE WHEN p.prokind = 'p' THEN format('CALL %s(%s)', p.oid::regproc, a.list)
	WHEN p.proretset THEN format('SELECT string_agg(x::text, E''\n'') FROM %s(%s) x', p.oid::regproc, a.list) ELSE format('SELECT %s(%s)::text', p.oid::regproc, a.list) END AS query
FROM pg_proc p, LATERAL (SELECT coalesce(string_agg(CASE
		WHEN t.type = 'integer'::regtype THEN CASE WHEN p.proargnames[t.i] LIKE '%urn%' OR p.proargnames[t.i] = 'school' THEN '900019' ELSE '2' END
		WHEN t.type = 'text'::regtype THEN CASE WHEN p.proargnames[t.i] LIKE '%year%' THEN quote_literal('2025/26') WHEN p.proargnames[t.i] = 'methodology' THEN quote_literal('default') ELSE quote_literal('900019') END
		WHEN t.type = 'jsonb'::regtype THEN quote_literal('{}') || '::jsonb'
		WHEN t.type = 'date'::regtype THEN 'date ''2025-09-01'''
		WHEN t.type = 'boolean'::regtype THEN 'true'
		WHEN t.type::text LIKE '%[]' THEN quote_literal(CASE p.proargnames[t.i] WHEN 'urns' THEN '{900019}' ELSE '{1,2}' END) || '::' || t.type
		WHEN t.type IN ('double precision'::regtype, 'bigint'::regtype, 'numeric'::regtype) THEN '2::' || t.type
		WHEN t.type = 'name'::regtype THEN quote_literal('abie_access_nobody')
		WHEN t.type = 'regclass'::regtype THEN quote_literal('abie.expectation') || '::regclass'
		ELSE 'NULL::' || t.type END, ', ' ORDER BY t.i), '') AS list
	FROM unnest(p.proargtypes::regtype[]) WITH ORDINALITY t(type, i)) a
WHERE p.pronamespace IN ('abie'::regnamespace, 'abie_internal'::regnamespace) AND p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype
	AND NOT 'internal'::regtype = ANY (p.proargtypes) AND NOT 'cstring'::regtype = ANY (p.proargtypes)
	-- makes invented schools of its arguments, reads nothing
	AND p.proname NOT LIKE 'demo%';
SELECT count(*) > 150 AS many FROM call;
SELECT count(attempt(r.rolname, c.what, c.query)) > 0 AS done FROM call c, pg_roles r
WHERE r.rolname IN ('abie_access_nobody', 'abie_access_reader', 'abie_access_school', 'abie_access_head', 'abie_access_support', 'abie_access_lists');
SELECT role, count(*) FILTER (WHERE outcome LIKE 'LEAK%') AS leaks, count(*) > 150 AS attempts FROM attempt GROUP BY role ORDER BY role;
SELECT role, what, outcome FROM attempt WHERE outcome LIKE 'LEAK%' ORDER BY role, what;
-- the same in parallel workers: rights, grants and the role asking are those of the session there too
SELECT count(set_config(name, CASE vartype WHEN 'enum' THEN 'on' ELSE '0' END, false)) FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query', 'parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size', 'min_parallel_index_scan_size');
SELECT as_role('abie_access_school', 'EXPLAIN (COSTS OFF, FORMAT JSON) SELECT max(abie_internal.asking_role()::text) FROM generate_series(1, 2)') LIKE '%"Gather"%' AS in_workers,
	as_role('abie_access_school', 'SELECT string_agg(urn::text, '','') FROM abie_report.school_expectation') AS urns, as_role('abie_access_school', 'SELECT max(abie_internal.asking_role()::text) FROM generate_series(1, 2)') AS asking_role;
TRUNCATE attempt;
SELECT count(attempt(r.role, c.oid::regclass::text, format('SELECT string_agg(t::text, E''\n'') FROM %s t', c.oid::regclass))) > 0 AS done
FROM pg_class c, unnest('{abie_access_school,abie_access_lists,abie_access_reader}'::text[]) r(role)
WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace) AND c.relkind IN ('r', 'v');
SELECT count(attempt('abie_access_school', c.what, c.query)) > 0 AS done FROM call c;
SELECT role, left(outcome, 60) AS outcome, count(*) > 20 AS many FROM attempt WHERE outcome IN ('an answer', 'permission denied') OR outcome LIKE 'LEAK%' GROUP BY 1, 2 ORDER BY 1, 2;
RESET ALL;
SET client_min_messages = warning;
SET search_path = access_test, public;
-- nobody could write anything
SELECT (SELECT count(*) FROM abie.school_event) AS recorded, (SELECT count(*) FROM abie.event_decision) AS decided,
	(SELECT count(*) FROM abie.access_grant) AS grants, (SELECT string_agg(status, ' ' ORDER BY run_id) FROM abie.run) AS runs, (SELECT count(*) FROM abie.run_event) AS events;
TRUNCATE attempt;

--
-- Tricks, as the school's role
--
SET ROLE abie_access_school;
-- a cheap function in WHERE sees the school's own row only
CREATE TABLE access_test.seen (urn integer, target float8);
CREATE FUNCTION access_test.look(urn integer, target float8) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN INSERT INTO access_test.seen VALUES (urn, target); RETURN true; END $$;
SELECT count(*) FROM abie_report.school_expectation e WHERE access_test.look(e.urn, e.target);
SELECT count(*) FROM abie_report.similar_school n WHERE access_test.look(n.urn, n.distance);
SELECT DISTINCT urn FROM access_test.seen;
-- nor does an operator, an error, a cast
CREATE OPERATOR access_test.<<< (FUNCTION = access_test.look, LEFTARG = integer, RIGHTARG = float8);
SELECT count(*) FROM abie_report.school_expectation e WHERE e.urn OPERATOR(access_test.<<<) e.target;
SELECT DISTINCT urn FROM access_test.seen;
SELECT count(*) FROM abie_report.school_expectation e WHERE 1 / (CASE WHEN e.urn = 900019 THEN 0 ELSE 1 END) > 0;
SELECT count(*) FROM abie_report.school_expectation e WHERE (e.urn || ' ' || CASE WHEN e.urn = 900013 THEN '1' ELSE 'x' END)::text ~ '1' AND e.target::integer < 1000;
SELECT max(target) IS NOT NULL AS own, count(*) FROM abie.expectation TABLESAMPLE SYSTEM (100);
-- statistics and sequences
SELECT count(*) FROM pg_stats WHERE schemaname IN ('abie', 'abie_report');
SELECT last_value FROM abie.run_run_id_seq;
-- row security cannot be switched off
SET row_security = off;
SELECT count(*) FROM abie_report.school_expectation;
RESET row_security;
-- cursors, and statements prepared as one role and executed as another
BEGIN;
DECLARE c CURSOR FOR SELECT urn FROM abie_report.school_expectation;
FETCH ALL FROM c;
COMMIT;
PREPARE others AS SELECT count(*), min(urn) FROM abie_report.school_expectation;
EXECUTE others;
RESET ROLE;
EXECUTE others;
SET ROLE abie_access_lists;
EXECUTE others;
SET ROLE abie_access_school;
EXECUTE others;
-- functions with the owner's rights call nothing of the caller's
CREATE FUNCTION access_test.pg_has_role(name, oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION access_test.current_setting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'abie_access_nation' $$;
CREATE FUNCTION access_test.eq(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR access_test.= (FUNCTION = access_test.eq, LEFTARG = text, RIGHTARG = text);
CREATE TEMP TABLE access_grant AS SELECT 'abie_access_school'::text AS role, 'national'::text AS scope, NULL::text AS code, 'results'::text AS purpose, NULL::timestamptz AS revoked_at;
SET search_path = access_test, pg_temp, pg_catalog;
SELECT count(*), count(*) FILTER (WHERE urn OPERATOR(pg_catalog.<>) 900013) AS others FROM abie_report.school_expectation;
SELECT pg_catalog.count(*) FROM abie.accessible_schools('{results}');
SET search_path = access_test, public;
-- nor can the role pass for another
RESET ROLE;
SET SESSION AUTHORIZATION abie_access_school;
SET ROLE abie_access_nation;
SELECT set_config('role', 'abie_access_nation', false);
SELECT abie_internal.asking_role(), count(*) FROM abie_report.school_expectation;
-- no writing, and nothing told by what is refused
INSERT INTO abie.expectation SELECT * FROM abie.expectation;
UPDATE abie.expectation SET target = 100;
DELETE FROM abie.expectation;
INSERT INTO abie.access_grant (role, scope, purpose) VALUES ('abie_access_school', 'national', 'results');
SELECT abie.grant_access('abie_access_school', 'national');
SELECT * FROM abie.access_grant;
CREATE POLICY all_of_it ON abie.expectation USING (true);
ALTER TABLE abie.expectation DISABLE ROW LEVEL SECURITY;
CREATE VIEW abie_report.mine AS SELECT 1;
RESET SESSION AUTHORIZATION;
-- EXPLAIN names no value and guesses rows from none
SELECT count(attempt('abie_access_school', 'explain', 'EXPLAIN (FORMAT JSON, ANALYZE, VERBOSE, COSTS OFF) ' || q)) FROM (VALUES
	('SELECT * FROM abie_report.school_expectation WHERE target > 90'), ('SELECT * FROM abie_report.similar_school'), ('SELECT * FROM abie_report.school_ladder WHERE attendance < 90')) v(q);
SELECT what, outcome FROM attempt;

--
-- The analyst: everything, to calculate too
--
SET ROLE abie_access_analyst;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT digest, equal FROM abie.verify(4);
SELECT count(*) FROM abie.check_run(4);
SELECT (i).status FROM abie.issue(4, 'for the test') i;
SELECT count(DISTINCT run_id) FROM abie.expectation;
SELECT abie.grant_access('abie_access_analyst', 'national');
SELECT * FROM abie.access_grant;
RESET ROLE;
SELECT r.result_digest = o.result_digest AS equal FROM abie.run r, abie.run o WHERE r.run_id = 4 AND o.run_id = 3;
-- the school sees the run issued now, and not the one it superseded
SET ROLE abie_access_school;
SELECT run_id, urn FROM abie_report.school_expectation;
RESET ROLE;

--
-- Revoked: at once, to the last table
--
SELECT abie.revoke_access('abie_access_school', 'school', '900019');
SELECT abie.grant_access('abie_access_school', 'school', '900013', 'support');
SELECT abie.revoke_access('abie_access_school', 'school', '900013');
SELECT as_role('abie_access_school', 'SELECT count(*) FROM abie_report.school_expectation') AS expectation,
	as_role('abie_access_school', 'SELECT count(*) FROM abie_report.school_circumstances') AS circumstances;
SELECT abie.revoke_access('abie_access_school', 'school', '900013', 'support');
SELECT abie.revoke_access('abie_access_analyst', 'national', NULL, 'calculation');
SELECT role, has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege(role, c.oid, 'DELETE') AS rights, count(*) > 0 AS tables
FROM pg_class c, unnest('{abie_access_school,abie_access_analyst}'::text[]) role
WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace) AND c.relkind IN ('r', 'v') GROUP BY 1, 2 ORDER BY 1;
SELECT has_function_privilege('abie_access_analyst', 'abie_internal.lock_year(text)', 'EXECUTE') AS locks;
SELECT role, scope, code, purpose, revoked_by = session_user AS me, revoked_at IS NOT NULL AS dated FROM abie.access_grant WHERE revoked_at IS NOT NULL ORDER BY grant_id;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_access;
DROP ROLE abie_access_nobody, abie_access_reader, abie_access_head, abie_access_school, abie_access_trust, abie_access_authority, abie_access_region, abie_access_nation,
	abie_access_support, abie_access_lists, abie_access_analyst;
