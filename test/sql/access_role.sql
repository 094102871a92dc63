-- Plans that outlive a change of role: what is prepared, cached or opened as one role shows another only what that one was granted.
-- A database of its own, and roles of the cluster that begin with abie_access_role_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_access_role;
CREATE DATABASE abie_access_role ENCODING 'UTF8' TEMPLATE template0;
\c abie_access_role
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA access_test;
SELECT abie.load_demo(420);
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT (abie.issue(1, 'for the test')).status;

CREATE ROLE abie_access_role_one;
CREATE ROLE abie_access_role_two;
CREATE ROLE abie_access_role_nation;
CREATE ROLE abie_access_role_none;
-- an application that connects as one role and takes on that of whoever is signed in
CREATE ROLE abie_access_role_pool NOINHERIT;
GRANT abie_access_role_one, abie_access_role_two, abie_access_role_nation, abie_access_role_none TO abie_access_role_pool;
GRANT USAGE, CREATE ON SCHEMA access_test TO PUBLIC;
SELECT abie.grant_access('abie_access_role_one', 'school', '900013');
SELECT abie.grant_access('abie_access_role_two', 'school', '900017');
SELECT abie.grant_access('abie_access_role_nation', 'national');
-- has the right to read all tables, and is granted no row
GRANT SELECT ON ALL TABLES IN SCHEMA abie, abie_report TO abie_access_role_none;

-- the ways to keep a plan: a statement prepared, functions in plpgsql and SQL, with the caller's rights and with another's, a view
SET SESSION AUTHORIZATION abie_access_role_nation;
CREATE FUNCTION access_test.held() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) || ' from ' || min(e.urn) FROM abie_report.school_expectation e); END $$;
CREATE FUNCTION access_test.named() RETURNS SETOF integer LANGUAGE sql STABLE AS 'SELECT n.urn FROM abie_report.similar_school n';
CREATE FUNCTION access_test.lent() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN (SELECT count(*) || ' from ' || min(e.urn) FROM abie_report.school_expectation e); END $$;
CREATE VIEW access_test.shown AS SELECT e.urn FROM abie_report.school_expectation e;
GRANT SELECT ON access_test.shown TO PUBLIC;
RESET SESSION AUTHORIZATION;

SET SESSION AUTHORIZATION abie_access_role_pool;
SET ROLE abie_access_role_nation;
PREPARE expectations AS SELECT count(*), min(e.urn), max(e.urn) FROM abie_report.school_expectation e;
PREPARE matches AS SELECT count(*), min(n.urn), max(n.urn) FROM abie_report.similar_school n;
PREPARE school(integer) AS SELECT count(*) FROM abie_report.school_expectation e WHERE e.urn = $1;
PREPARE lines(integer) AS SELECT count(*) > 0 AS explained FROM abie.explain(1, $1);
PREPARE functions AS SELECT access_test.held(), count(*), min(n) FROM access_test.named() n;
PREPARE others AS SELECT access_test.lent(), (SELECT count(*) FROM access_test.shown);
SELECT abie_internal.readable_schools(1, '{900013,900017,900019}');
SET plan_cache_mode = force_generic_plan;
-- as the nation, whose plans are kept; then as each of the others, and back
EXECUTE expectations \; EXECUTE matches \; EXECUTE school(900013) \; EXECUTE functions \; EXECUTE others;
SET ROLE abie_access_role_one;
EXECUTE expectations \; EXECUTE matches \; EXECUTE school(900013) \; EXECUTE school(900017) \; EXECUTE functions \; EXECUTE others;
EXECUTE lines(900013);
EXECUTE lines(900017);
SET ROLE abie_access_role_two;
EXECUTE expectations \; EXECUTE matches \; EXECUTE school(900013) \; EXECUTE school(900017) \; EXECUTE functions \; EXECUTE others;
EXECUTE lines(900013);
EXECUTE lines(900017);
SET ROLE abie_access_role_none;
EXECUTE expectations \; EXECUTE matches \; EXECUTE school(900013) \; EXECUTE functions \; EXECUTE others;
EXECUTE lines(900013);
-- the pool's own role has no grant, and does not inherit one
RESET ROLE;
EXECUTE expectations;
EXECUTE matches;
SET ROLE abie_access_role_nation;
EXECUTE expectations \; EXECUTE matches \; EXECUTE functions \; EXECUTE others;

-- in parallel workers, which are told the role apart from the other settings
SELECT count(set_config(name, 'on', false)) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET ROLE abie_access_role_one;
SELECT abie_internal.asking_role(), abie_internal.has_national_access('{results}'), ARRAY(SELECT a.urn FROM abie.accessible_schools('{results}') a) AS schools;
EXECUTE expectations;
SELECT count(*), min(e.urn) FROM abie_report.school_expectation e;
SELECT count(set_config(name, 'off', false)) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

-- a cursor opened as one role and read as another
SET ROLE abie_access_role_nation;
BEGIN;
DECLARE c CURSOR FOR SELECT e.urn FROM abie_report.school_expectation e;
SET LOCAL ROLE abie_access_role_one;
FETCH ALL FROM c;
COMMIT;

-- a role of a transaction, and of a savepoint, ends with it
SET ROLE abie_access_role_two;
BEGIN;
SET LOCAL ROLE abie_access_role_one;
SAVEPOINT before;
SET LOCAL ROLE abie_access_role_nation;
ROLLBACK TO before;
EXECUTE expectations;
COMMIT;
EXECUTE expectations;
RESET SESSION AUTHORIZATION;
RESET plan_cache_mode;

-- a grant through a role that the role is a member of; and no more when it is not
GRANT abie_access_role_two TO abie_access_role_one;
SET ROLE abie_access_role_one;
EXECUTE expectations;
RESET ROLE;
REVOKE abie_access_role_two FROM abie_access_role_one;
SET ROLE abie_access_role_one;
EXECUTE expectations;
RESET ROLE;
-- revoked while the plan is kept: rows first, then the right to read
SELECT abie.grant_access('abie_access_role_one', 'school', '900019');
SET ROLE abie_access_role_one;
EXECUTE expectations;
RESET ROLE;
SELECT abie.revoke_access('abie_access_role_one', 'school', '900013');
SET ROLE abie_access_role_one;
EXECUTE expectations;
RESET ROLE;
SELECT abie.revoke_access('abie_access_role_one', 'school', '900019');
SET ROLE abie_access_role_one;
EXECUTE expectations;
RESET ROLE;

-- a login and its grant in one call: it reads its rows, has no password, and is not made where anything is refused
SELECT abie.create_reader('abie_access_role_new', 'school', '900013') > 0 AS granted;
SELECT r.rolcanlogin, a.rolpassword IS NULL AS without_password, r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolbypassrls AS more FROM pg_roles r JOIN pg_authid a ON a.oid = r.oid WHERE r.rolname = 'abie_access_role_new';
SET SESSION AUTHORIZATION abie_access_role_new;
SELECT urn FROM abie_report.school_expectation;
SELECT abie.create_reader('abie_access_role_other', 'national');
RESET SESSION AUTHORIZATION;
SELECT abie.create_reader('abie_access_role_new', 'national');
SELECT abie.create_reader('abie_access_role_other', 'school', '999999');
SELECT abie.create_reader('abie_access_role_other', 'national', NULL, 'calculation');
SELECT abie.create_reader(NULL, 'national');
-- who may call it needs the right to make roles besides
GRANT EXECUTE ON FUNCTION abie.create_reader(name, text, text, text, timestamptz) TO abie_access_role_new;
SET SESSION AUTHORIZATION abie_access_role_new;
SELECT abie.create_reader('abie_access_role_other', 'national');
RESET SESSION AUTHORIZATION;
SELECT count(*) FROM pg_roles WHERE rolname = 'abie_access_role_other';

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_access_role;
DROP ROLE abie_access_role_new, abie_access_role_pool, abie_access_role_one, abie_access_role_two, abie_access_role_nation, abie_access_role_none;
