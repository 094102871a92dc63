-- Who asks: the role whose rights are in force where abie is called, and nobody inside a security-restricted operation.
-- A database of its own, and roles of the cluster that begin with abie_force_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_force;
CREATE DATABASE abie_force ENCODING 'UTF8' TEMPLATE template0;
\c abie_force
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(420);
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(1, 'for the test')).status;
CALL abie.calculate('2025/26', 'default', NULL);

CREATE ROLE abie_force_head;
CREATE ROLE abie_force_nobody;
CREATE ROLE abie_force_nation;
SELECT abie.grant_access('abie_force_head', 'school', '900013'), abie.grant_access('abie_force_nation', 'national');
CREATE SCHEMA trap;
GRANT USAGE, CREATE ON SCHEMA trap TO PUBLIC;
CREATE TABLE trap.loot (who text, what text);
GRANT ALL ON trap.loot TO PUBLIC;

-- everything that tells or writes, tried one by one
CREATE FUNCTION trap.try(what text, query text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	got text;
BEGIN
	EXECUTE query INTO got;
	INSERT INTO trap.loot VALUES (current_user, what || ' got ' || coalesce(got, 'nothing'));
EXCEPTION WHEN insufficient_privilege THEN
	INSERT INTO trap.loot VALUES (current_user, what || ' refused');
WHEN OTHERS THEN
	INSERT INTO trap.loot VALUES (current_user, what || ' ' || SQLSTATE);
END $$;
CREATE FUNCTION trap.rob() RETURNS void LANGUAGE sql AS $$
SELECT trap.try('asking role', 'SELECT abie_internal.asking_role()'),
	trap.try('table', 'SELECT count(*) FROM abie.expectation'),
	trap.try('view', 'SELECT count(*) FROM abie_report.school_expectation'),
	trap.try('list', 'SELECT count(DISTINCT urn) FROM abie_report.similar_school'),
	trap.try('explain', 'SELECT count(*) > 0 FROM abie.explain(1, 900019)'),
	trap.try('explain unissued', 'SELECT count(*) > 0 FROM abie.explain(2, 900013)'),
	trap.try('report', 'SELECT count(*) FROM abie_internal.report_facts(1, ARRAY[900013, 900019])'),
	trap.try('summary', 'SELECT sum(schools) > 0 FROM abie_internal.area_summary(2, ''national'')'),
	trap.try('history', 'SELECT count(DISTINCT school_urn) FROM generate_series(900001, 900600) u, abie_internal.readable_history(u)'),
	trap.try('correction', 'SELECT abie.correction_request(900019, ''2024/25'', ''forged'', 12.5) IS NOT NULL'),
	trap.try('school event', 'SELECT abie.record_event(''school'', ''900019'', ''2025-09-08'', ''2025-09-08'', ''other'', ''forged'') IS NOT NULL'),
	trap.try('decision', 'SELECT abie.decide_event(1, true, ''forged'') IS NOT NULL'),
	trap.try('events', 'SELECT count(*) FROM abie_internal.school_events()'),
	trap.try('grant', 'SELECT abie.grant_access(''abie_force_head'', ''national'')'),
	trap.try('purge', 'SELECT count(*) FROM abie.purge(''2030/31'', ''forged'')'),
	trap.try('event', 'INSERT INTO abie.run_event (run_id, target_year, event, role) VALUES (1, ''2025/26'', ''issued'', ''forged'') RETURNING 1')
$$;

-- called plainly, by each
SET ROLE abie_force_head;
SELECT trap.rob();
SET ROLE abie_force_nobody;
SELECT trap.rob();
RESET ROLE;
SELECT who, what FROM trap.loot ORDER BY who COLLATE "C", what COLLATE "C";
TRUNCATE trap.loot;

-- code of a table's owner that a superuser's maintenance runs: index expressions in CREATE INDEX, REINDEX, ANALYZE, VACUUM, CLUSTER; a
-- materialized view; who asks is nobody, for the owner of the table, and so for autovacuum, which does the same
CREATE FUNCTION trap.arm(who text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($f$
		CREATE FUNCTION trap.%1$s(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $b$
		BEGIN IF session_user <> 'abie_force_%1$s' AND i = 1 THEN PERFORM trap.rob(); END IF; RETURN i; END $b$;
		CREATE TABLE trap.bait_%1$s AS SELECT g AS i FROM generate_series(1, 100) g;
		CREATE INDEX bait_index_%1$s ON trap.bait_%1$s (trap.%1$s(i));
		CREATE MATERIALIZED VIEW trap.stored_%1$s AS SELECT trap.%1$s(i) FROM trap.bait_%1$s$f$, who);
END $$;
SET ROLE abie_force_head;
SELECT trap.arm('head');
SET ROLE abie_force_nobody;
SELECT trap.arm('nobody');
RESET ROLE;
TRUNCATE trap.loot;
ANALYZE trap.bait_head, trap.bait_nobody;
REINDEX TABLE trap.bait_head;
REINDEX TABLE trap.bait_nobody;
VACUUM (FULL, ANALYZE) trap.bait_head, trap.bait_nobody;
CLUSTER trap.bait_head USING bait_index_head;
REFRESH MATERIALIZED VIEW trap.stored_head;
REFRESH MATERIALIZED VIEW trap.stored_nobody;
SELECT who, what, count(*) > 1 AS often FROM trap.loot GROUP BY who, what ORDER BY who COLLATE "C", what COLLATE "C";
SELECT (SELECT count(*) FROM abie.correction) AS corrections, (SELECT count(*) FROM abie.run_event WHERE role = 'forged') AS events,
	(SELECT count(*) FROM abie.access_grant) AS grants, (SELECT count(*) FROM abie.run) AS runs;
-- so it is for the owner too, with an error rather than an empty view
CREATE MATERIALIZED VIEW trap.stored AS SELECT 1 AS one WITH NO DATA;
CREATE MATERIALIZED VIEW trap.stored_expectation AS SELECT * FROM abie_report.school_expectation WITH NO DATA;
\set VERBOSITY default
REFRESH MATERIALIZED VIEW trap.stored_expectation;
\set VERBOSITY terse
TRUNCATE trap.loot;

-- SECURITY DEFINER: the rights lent are those of its owner, no more and no less, at any depth
SET ROLE abie_force_head;
CREATE FUNCTION trap.lent_by_head() RETURNS text LANGUAGE sql SECURITY DEFINER
AS $$ SELECT abie_internal.asking_role() || ' ' || count(*) FROM abie_report.school_expectation $$;
CREATE VIEW trap.view_of_head AS SELECT abie_internal.asking_role() AS asks, count(*) FROM abie_report.school_expectation;
GRANT SELECT ON trap.view_of_head TO PUBLIC;
CREATE TABLE trap.watched (i int);
GRANT INSERT ON trap.watched TO PUBLIC;
CREATE FUNCTION trap.watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM trap.rob(); RETURN NEW; END $$;
CREATE TRIGGER watch BEFORE INSERT ON trap.watched FOR EACH ROW EXECUTE FUNCTION trap.watch();
SET ROLE abie_force_nation;
CREATE FUNCTION trap.lent_by_nation() RETURNS text LANGUAGE sql SECURITY DEFINER
AS $$ SELECT abie_internal.asking_role() || ' ' || (count(*) > 400) FROM abie_report.school_expectation $$;
SET ROLE abie_force_head;
CREATE FUNCTION trap.lent_by_head_once_more() RETURNS text LANGUAGE sql SECURITY DEFINER AS $$ SELECT trap.lent_by_nation() || ', ' || trap.lent_by_head() $$;
SET ROLE abie_force_nation;
SELECT trap.lent_by_head(), trap.lent_by_nation(), trap.lent_by_head_once_more();
SET ROLE abie_force_nobody;
SELECT trap.lent_by_head(), trap.lent_by_nation(), trap.lent_by_head_once_more();
RESET ROLE;
-- the superuser's session reads as whoever lent
SELECT trap.lent_by_head(), trap.lent_by_nation();
-- in a view of another's, tables are read with that one's rights and functions with the reader's: what the reader may see by abie
SET ROLE abie_force_nation;
SELECT asks, count > 400 AS all_schools FROM trap.view_of_head;
SET ROLE abie_force_nobody;
SELECT * FROM trap.view_of_head;
-- a trigger runs with the rights of who writes
INSERT INTO trap.watched VALUES (1);
RESET ROLE;
SELECT who, what FROM trap.loot ORDER BY who COLLATE "C", what COLLATE "C";
TRUNCATE trap.loot;

-- triggers that write with the owner's rights are for abie's own tables: another's would forge the record, and casts of its columns'
-- types would run with those rights
SET ROLE abie_force_nobody;
CREATE TYPE trap.run_number AS ENUM ('1');
CREATE FUNCTION trap.to_integer(trap.run_number) RETURNS integer LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO trap.loot VALUES (current_user, 'cast'); RETURN 1; END $$;
CREATE CAST (trap.run_number AS integer) WITH FUNCTION trap.to_integer AS IMPLICIT;
CREATE TABLE trap.run (run_id trap.run_number, target_year text, status text, reason text, error text, result_digest text);
INSERT INTO trap.run VALUES ('1', '2025/26', 'withdrawn', 'forged');
CREATE FUNCTION trap.fire(gate regproc) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	change text;
	hint text;
BEGIN
	FOREACH change IN ARRAY '{INSERT,UPDATE,DELETE,TRUNCATE}'::text[] LOOP
		BEGIN
			EXECUTE format('CREATE TRIGGER forge AFTER %s ON trap.run FOR EACH %s EXECUTE FUNCTION %s(''purged'')', change,
				CASE change WHEN 'TRUNCATE' THEN 'STATEMENT' ELSE 'ROW' END, gate);
			EXECUTE CASE change WHEN 'INSERT' THEN 'INSERT INTO trap.run SELECT * FROM trap.run' WHEN 'UPDATE' THEN 'UPDATE trap.run SET reason = 1'
				WHEN 'DELETE' THEN 'DELETE FROM trap.run' ELSE 'TRUNCATE trap.run' END;
			RETURN NEXT change || ' fired';
			DROP TRIGGER forge ON trap.run;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
			RETURN NEXT SQLSTATE || ' ' || SQLERRM || ' ' || hint;
		END;
	END LOOP;
END $$;
SELECT f.outcome, count(*) FROM pg_proc p, trap.fire(p.oid) f (outcome)
WHERE p.prosrc = 'abie_gate' AND p.prorettype = 'trigger'::regtype GROUP BY f.outcome ORDER BY f.outcome COLLATE "C";
RESET ROLE;
SELECT (SELECT count(*) FROM abie.run_event WHERE reason = 'forged') AS forged, (SELECT count(*) FROM trap.loot) AS lent;

-- parallel workers
SELECT count(set_config(name, CASE vartype WHEN 'enum' THEN 'on' ELSE '0' END, false)) > 0 AS forced FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query', 'parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size');
SET ROLE abie_force_head;
SELECT max(abie_internal.asking_role()::text), bool_or(abie_internal.has_national_access('{results}')) FROM generate_series(1, 100);
SELECT count(*), min(urn) FROM abie_report.school_expectation;
RESET ROLE;
SELECT trap.lent_by_head();
RESET ALL;
SET client_min_messages = warning;

-- an error inside puts the caller's rights back
SET ROLE abie_force_head;
SELECT abie.correction_request(900013, '2024/25', '');
SELECT current_user, (SELECT count(*) FROM abie_report.school_expectation) AS own;
DO $$ BEGIN PERFORM abie.correction_request(900013, '2024/25', ''); EXCEPTION WHEN OTHERS THEN RAISE WARNING '% as %', SQLSTATE, current_user; END $$;
SELECT count(*) FROM abie.access_grant;
-- and a row set that is not read to its end
SELECT name FROM abie.explain(1, 900013) LIMIT 1;
BEGIN;
DECLARE c CURSOR FOR SELECT name FROM abie.explain(1, 900013);
FETCH 1 FROM c;
SELECT current_user;
SELECT count(*) FROM abie.access_grant;
ROLLBACK;
RESET ROLE;

-- a role that is renamed keeps its grants; one of the old name, or of a dropped role's, has none; revocation works for both
ALTER ROLE abie_force_head RENAME TO abie_force_headteacher;
CREATE ROLE abie_force_head;
SET ROLE abie_force_headteacher;
SELECT count(*) FROM abie_report.school_expectation;
SET ROLE abie_force_head;
SELECT count(*) FROM abie.explain(1, 900013);
SELECT count(*) FROM abie_report.school_expectation;
RESET ROLE;
SELECT grant_id, role, scope, code FROM abie.access_grant ORDER BY grant_id;
SELECT abie.revoke_access('abie_force_head', 'school', '900013') AS newcomer;
SELECT abie.grant_access('abie_force_head', 'school', '900019', 'results', now() + interval '1 hour');
DROP OWNED BY abie_force_head;
DROP ROLE abie_force_head;
CREATE ROLE abie_force_head;
SET ROLE abie_force_head;
SELECT count(*) FROM abie.explain(1, 900019);
RESET ROLE;
SELECT scope, code, role::text ~ '^[0-9]+$' AS number_left FROM abie_owner.lost_grants();
SELECT grants_without_effect FROM abie_report.health;
SELECT role::text AS gone FROM abie.access_grant WHERE grant_id = 3 \gset
SELECT abie.revoke_access(:'gone', 'school', '900019') AS by_number, abie.revoke_access(3) AS again;
SELECT abie.revoke_access('abie_force_headteacher', 'school', '900013') AS renamed;
SELECT count(*) FROM abie_owner.lost_grants();

-- a grant that ends by itself; another end replaces it; none in the past
SELECT abie.grant_access('abie_force_head', 'school', '900013', 'results', now() + interval '1 hour') AS made;
SELECT abie.grant_access('abie_force_head', 'school', '900013', 'results', now() + interval '2 hours') > 0 AS replaced;
SELECT abie.grant_access('abie_force_head', 'school', '900013', 'results', '2020-01-01');
SELECT count(*) FILTER (WHERE revoked_at IS NULL) AS in_force, count(*) FROM abie.access_grant WHERE role = 'abie_force_head'::regrole;
SET ROLE abie_force_head;
SELECT count(*) FROM abie_report.school_expectation;
RESET ROLE;
UPDATE abie.access_grant SET valid_until = now() - interval '1 second' WHERE role = 'abie_force_head'::regrole AND revoked_at IS NULL;
SET ROLE abie_force_head;
SELECT count(*) FROM abie_report.school_expectation;
RESET ROLE;

-- a trust that is renamed: by its code nothing changes; a name that another trust takes gives nothing to it
UPDATE abie.school SET trust = 'Harbour Trust', trust_code = NULL WHERE urn IN (900013, 900017);
SELECT abie.grant_access('abie_force_head', 'trust', 'Harbour Trust') > 0 AS made;
UPDATE abie.school SET trust_code = '5001' WHERE urn IN (900013, 900017);
SELECT scope, code FROM abie.access_grant WHERE scope = 'trust';
UPDATE abie.school SET trust = CASE WHEN urn IN (900013, 900017) THEN 'Lighthouse Trust' ELSE 'Harbour Trust' END,
	trust_code = CASE WHEN urn IN (900013, 900017) THEN '5001' ELSE '5002' END WHERE urn IN (900013, 900017, 900019);
SET ROLE abie_force_head;
SELECT array_agg(urn ORDER BY urn) FROM abie_report.school_expectation;
RESET ROLE;
UPDATE abie.school SET trust = 'Lighthouse Trust' WHERE urn = 900019;
SELECT abie.grant_access('abie_force_head', 'trust', 'Lighthouse Trust');
SELECT abie.revoke_access('abie_force_head', 'trust', '5001');
-- known by its name alone, and renamed: it is told
UPDATE abie.school SET trust = 'Pier Trust', trust_code = NULL WHERE urn = 900019;
SELECT abie.grant_access('abie_force_head', 'trust', 'Pier Trust') > 0 AS made, grants_without_effect FROM abie_report.health;
UPDATE abie.school SET trust = 'Quay Trust' WHERE urn = 900019;
SELECT grants_without_effect FROM abie_report.health;
-- digits are a code, whatever a trust calls itself
UPDATE abie.school SET trust = '5001' WHERE urn = 900019;
SELECT abie.grant_access('abie_force_head', 'trust', '5001') > 0 AS made;
SET ROLE abie_force_head;
SELECT array_agg(urn ORDER BY urn) FROM abie_report.school_expectation;
RESET ROLE;

-- one person with two roles: a trust of four of which each role knows one school would be told to either; less both, it is of two
UPDATE abie.school SET trust = NULL, trust_code = NULL;
UPDATE abie.school SET trust = 'Quartet Trust', trust_code = '6001' WHERE urn IN
	(SELECT e.urn FROM abie.expectation e WHERE e.run_id = 1 AND e.stratum = 'primary' ORDER BY e.urn LIMIT 4);
SELECT min(urn)::integer AS first, max(urn)::integer AS last FROM abie.school WHERE trust_code = '6001' \gset
CREATE ROLE abie_force_first;
CREATE ROLE abie_force_last;
CREATE ROLE abie_force_both NOINHERIT;
CREATE ROLE abie_force_one NOINHERIT;
GRANT abie_force_first, abie_force_last TO abie_force_both;
GRANT abie_force_first TO abie_force_one;
SELECT abie.grant_access('abie_force_first', 'school', :'first') > 0 AS first, abie.grant_access('abie_force_last', 'school', :'last') > 0 AS last;
CREATE VIEW trap.quartet AS SELECT s.stratum, s.schools, s.target IS NOT NULL AS target, s.figures_symbol FROM abie_report.trust_summary s
WHERE s.run_id = 1 AND s.trust = 'Quartet Trust' AND s.stratum = 'primary';
GRANT SELECT ON trap.quartet TO PUBLIC;
SET SESSION AUTHORIZATION abie_force_one;
SET ROLE abie_force_first;
SELECT * FROM trap.quartet;
SET SESSION AUTHORIZATION abie_force_both;
SET ROLE abie_force_first;
SELECT * FROM trap.quartet;
SET ROLE abie_force_last;
SELECT * FROM trap.quartet;
RESET SESSION AUTHORIZATION;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_force;
DROP ROLE abie_force_both, abie_force_one, abie_force_first, abie_force_last, abie_force_head, abie_force_headteacher, abie_force_nobody,
	abie_force_nation;
