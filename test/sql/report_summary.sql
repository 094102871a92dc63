-- Summaries of areas: of all schools, for those who may read only some, and none of the others told by any difference.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_summary;
CREATE DATABASE abie_summary ENCODING 'UTF8' TEMPLATE template0;
\c abie_summary
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA summary_test;
SET search_path = summary_test, public;

SELECT abie.load_demo(700);
-- trusts of one authority, which have all its schools but one, and of several, and none
UPDATE abie.school s SET trust = CASE WHEN s.urn = (SELECT min(o.urn) FROM abie.school o WHERE o.la_code = s.la_code) THEN NULL WHEN s.la_code = 514 THEN 'All but one'
	WHEN s.la_code % 2 = 1 THEN 'Most of ' || s.la_code WHEN s.urn % 4 < 3 THEN 'Trust ' || s.urn::bigint * 7919 % 41 END;
CALL abie.calculate('2025/26', 'default', NULL);
-- what is kept by area goes with what it was added up of
BEGIN;
SELECT count(*) > 100 AS some FROM abie_owner.run_area;
TRUNCATE abie.expectation;
SELECT count(*) FROM abie_owner.run_area;
ROLLBACK;
BEGIN;
TRUNCATE abie.run CASCADE;
SELECT count(*) FROM abie_owner.run_area;
ROLLBACK;
SELECT (abie.issue(1)).status;
CALL abie.calculate('2025/26', 'similar-schools', NULL);
ANALYZE;

CREATE ROLE abie_summary_school;
CREATE ROLE abie_summary_trust;
CREATE ROLE abie_summary_authority;
CREATE ROLE abie_summary_support;
CREATE ROLE abie_summary_lists;
CREATE ROLE abie_summary_nation;
CREATE ROLE abie_summary_nobody;
CREATE ROLE abie_summary_analyst;
SELECT abie.grant_access('abie_summary_school', 'school', '900013');
SELECT abie.grant_access('abie_summary_trust', 'trust', 'All but one');
SELECT abie.grant_access('abie_summary_authority', 'local authority', '518');
SELECT abie.grant_access('abie_summary_support', 'region', 'London', 'support');
SELECT abie.grant_access('abie_summary_lists', 'school', '900013', 'similar schools');
SELECT abie.grant_access('abie_summary_nation', 'national');
SELECT abie.grant_access('abie_summary_analyst', 'national', NULL, 'calculation');
GRANT USAGE ON SCHEMA summary_test TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA abie, abie_report TO abie_summary_nobody;

-- what each sees
CREATE TABLE seen (role text, run_id integer, la text, trust text, stratum text, schools bigint, maintain bigint, enrolments bigint, target float8, least numeric, greatest numeric,
	schools_symbol text, maintain_symbol text, figures_symbol text, range_symbol text);
GRANT INSERT ON seen TO PUBLIC;
CREATE FUNCTION see(who text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', who, true);
	INSERT INTO seen
	SELECT who, run_id, la_code::text, NULL, stratum, schools, maintain, enrolments, target, least_improvement, greatest_improvement, schools_symbol, maintain_symbol, figures_symbol, range_symbol FROM abie_report.local_authority_summary
	UNION ALL SELECT who, run_id, NULL, trust, stratum, schools, maintain, enrolments, target, least_improvement, greatest_improvement, schools_symbol, maintain_symbol, figures_symbol, range_symbol FROM abie_report.trust_summary
	UNION ALL SELECT who, run_id, NULL, NULL, stratum, schools, maintain, enrolments, target, least_improvement, greatest_improvement, schools_symbol, maintain_symbol, figures_symbol, range_symbol FROM abie_report.national_summary;
	PERFORM set_config('role', 'none', true);
END $$;
SELECT count(see(rolname)) FROM pg_roles WHERE rolname LIKE 'abie\_summary\_%';
-- runs that are not issued for the analyst only; nothing for who has no grant
SELECT role, array_agg(DISTINCT run_id) AS runs FROM seen GROUP BY role ORDER BY role;
DELETE FROM seen WHERE run_id = 2;

-- by hand, from the schools
CREATE TABLE fact AS
SELECT e.urn, e.la_code::text AS la, s.trust, s.region, coalesce(e.stratum, 'left out') AS stratum, e.enrolments, e.target, e.statement, e.improvement_rounded
FROM abie_report.school_expectation e JOIN abie.school s ON s.urn = e.urn WHERE e.run_id = 1;
CREATE TABLE known AS
SELECT r.role, f.urn FROM (SELECT DISTINCT role FROM seen) r, fact f
WHERE CASE r.role WHEN 'abie_summary_school' THEN f.urn = 900013 WHEN 'abie_summary_trust' THEN f.trust = 'All but one' WHEN 'abie_summary_authority' THEN f.la = '518'
	WHEN 'abie_summary_support' THEN f.region = 'London' ELSE r.role <> 'abie_summary_lists' END;
CREATE TABLE area AS
SELECT r.role, f.la, f.trust, f.stratum, count(*) AS schools, count(*) FILTER (WHERE f.statement = 'maintain') AS maintain, sum(f.enrolments) AS enrolments, sum(f.target * f.enrolments) / sum(f.enrolments) AS target,
	min(f.improvement_rounded) AS least, max(f.improvement_rounded) AS greatest, count(*) FILTER (WHERE k.urn IS NULL) AS unknown, grouping(f.la, f.trust) AS level
FROM (SELECT DISTINCT role FROM seen) r CROSS JOIN fact f LEFT JOIN known k ON k.role = r.role AND k.urn = f.urn
GROUP BY GROUPING SETS ((r.role, f.stratum), (r.role, f.stratum, f.la), (r.role, f.stratum, f.trust)) HAVING grouping(f.la, f.trust) <> 2 OR f.trust IS NOT NULL;
CREATE VIEW compared AS
SELECT s.*, a.unknown, a.level, a.schools AS all_schools, a.maintain AS all_maintain, a.enrolments AS all_enrolments, a.target AS true_target, a.least AS true_least, a.greatest AS true_greatest
FROM area a FULL JOIN seen s ON s.role = a.role AND s.stratum = a.stratum AND s.la IS NOT DISTINCT FROM a.la AND s.trust IS NOT DISTINCT FROM a.trust;
-- each area has its row, and figures that are shown are those of all its schools
SELECT role, count(*) = (SELECT count(*) / count(DISTINCT role) FROM area) AS all_areas, count(*) FILTER (WHERE schools <> all_schools OR maintain <> all_maintain OR enrolments <> all_enrolments OR abs(target - true_target) > 1e-9
	OR least <> true_least OR greatest <> true_greatest) AS others FROM compared GROUP BY role ORDER BY role;
-- symbols stand where figures do not
SELECT count(*) FILTER (WHERE (schools IS NULL) <> (schools_symbol IS NOT NULL) OR (maintain IS NULL) <> (maintain_symbol IS NOT NULL) OR (enrolments IS NULL) <> (figures_symbol IS NOT NULL)
	OR (target IS NULL) <> (figures_symbol IS NOT NULL) OR (least IS NULL) <> (range_symbol IS NOT NULL) OR (greatest IS NULL) <> (range_symbol IS NOT NULL)) AS wrong,
	array_agg(DISTINCT figures_symbol) AS figures, array_agg(DISTINCT range_symbol) AS range, array_agg(DISTINCT schools_symbol) AS schools FROM seen;
-- who may read all of an area sees all; of one or two unknown schools nobody sees anything; extremes and parts of areas are for the former only
SELECT role, count(*) FILTER (WHERE unknown = 0 AND (schools IS NULL OR maintain IS NULL OR stratum <> 'left out' AND (target IS NULL OR least IS NULL))) AS withheld,
	count(*) FILTER (WHERE unknown IN (1, 2) AND num_nonnulls(schools, maintain, enrolments, target) > 0) AS small_shown, count(*) FILTER (WHERE unknown > 0 AND num_nonnulls(least, greatest) > 0) AS extremes_shown,
	count(*) FILTER (WHERE unknown > 0 AND level <> 3 AND stratum <> 'left out' AND maintain IS NOT NULL) AS parts_shown, count(*) FILTER (WHERE schools_symbol = 'c' AND unknown > 2) > 0 AS complementary,
	count(*) FILTER (WHERE unknown > 2 AND schools IS NOT NULL) > 20 AS useful
FROM compared GROUP BY role ORDER BY role;
-- of the country too, no one or two that maintain
SELECT count(*) AS told FROM seen s JOIN (SELECT k.role, f.stratum, count(*) FILTER (WHERE f.statement = 'maintain') AS maintain, count(*) FILTER (WHERE f.statement <> 'maintain') AS improve
	FROM fact f CROSS JOIN (SELECT DISTINCT role FROM seen WHERE role <> ALL ('{abie_summary_nation,abie_summary_analyst}')) k WHERE NOT EXISTS (SELECT FROM known o WHERE o.role = k.role AND o.urn = f.urn) GROUP BY 1, 2) u USING (role, stratum)
WHERE s.la IS NULL AND s.trust IS NULL AND s.maintain IS NOT NULL AND (u.maintain IN (1, 2) OR u.improve IN (1, 2));

/*
 * Differences.  Each total is a set of unknown schools, as bits: those of one authority, trust and stratum together are one bit.  Authorities
 * are disjoint and so are trusts, so ranks over two elements are ranks over numbers (test suppress).
 */
CREATE TABLE part AS
SELECT *, row_number() OVER (PARTITION BY role, stratum ORDER BY la, trust) AS place, count(*) OVER (PARTITION BY role, stratum) AS parts
FROM (SELECT r.role, f.stratum, f.la, f.trust, count(*) AS unknown FROM unnest('{abie_summary_school,abie_summary_trust}'::text[]) r(role) CROSS JOIN fact f
	WHERE NOT EXISTS (SELECT FROM known k WHERE k.role = r.role AND k.urn = f.urn) GROUP BY 1, 2, 3, 4) p;
CREATE FUNCTION bits(places bigint[], parts bigint) RETURNS varbit LANGUAGE sql IMMUTABLE RETURN
	(SELECT string_agg(CASE WHEN i = ANY (places) THEN '1' ELSE '0' END, '' ORDER BY i) FROM generate_series(1, parts) i)::varbit;
CREATE FUNCTION basis(sets varbit[]) RETURNS varbit[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	basis varbit[] := '{}';
	x varbit;
	b varbit;
BEGIN
	FOREACH x IN ARRAY sets LOOP
		FOREACH b IN ARRAY basis LOOP
			x := least(x, x # b);
		END LOOP;
		IF position(B'1' IN x) > 0 THEN
			basis := basis || x;
		END IF;
	END LOOP;
	RETURN basis;
END $$;
CREATE TABLE total AS
SELECT c.role, c.stratum, c.la, c.trust, c.schools IS NOT NULL AS shown, bits(array_agg(p.place), p.parts) AS units
FROM compared c JOIN part p ON p.role = c.role AND p.stratum = c.stratum AND (c.level = 3 OR c.level = 1 AND p.la = c.la OR c.level = 2 AND p.trust = c.trust)
GROUP BY c.role, c.stratum, c.la, c.trust, c.schools, p.parts;
CREATE TABLE told AS
SELECT role, stratum, basis(array_agg(units ORDER BY units) FILTER (WHERE shown)) AS shown FROM total GROUP BY role, stratum;
-- no suppressed total is a combination of those shown
SELECT count(*) > 50 AS many, count(*) FILTER (WHERE cardinality(basis(s.shown || t.units)) = cardinality(s.shown)) AS recovered FROM total t JOIN told s USING (role, stratum) WHERE NOT t.shown;
-- no combination rests on one part of 1 or 2 schools, or on two of 1
CREATE TABLE small AS
SELECT p.role, p.stratum, bits(ARRAY[p.place], p.parts) | coalesce(bits(ARRAY[o.place], o.parts), bits('{}', p.parts)) AS units
FROM part p LEFT JOIN LATERAL (SELECT o.place, o.parts FROM part o WHERE p.unknown = 1 AND o.role = p.role AND o.stratum = p.stratum AND o.unknown = 1 AND o.place > p.place AND o.place % 9 = p.place % 9 UNION ALL SELECT NULL, NULL) o ON true
WHERE p.unknown IN (1, 2) AND p.role = 'abie_summary_trust';
SELECT count(*) > 50 AS many, count(*) FILTER (WHERE cardinality(s.shown) > cardinality(basis(ARRAY(SELECT u & ~m.units FROM unnest(s.shown) u)))) AS recovered FROM small m JOIN told s USING (role, stratum);

-- an area report, of an area that may be read, has all its figures
SET ROLE abie_summary_authority;
SELECT count(*) > 0 AS some, bool_and(r -> 'least_improvement' <> 'null' AND r -> 'target' <> 'null') AS figures FROM jsonb_array_elements(abie.area_report('la', '518', 'json')::jsonb -> 'summary') r WHERE r ->> 'stratum' <> 'left out';
RESET ROLE;
-- no other way in
SET ROLE abie_summary_school;
SELECT count(*) FROM abie_internal.area_summary(2, 'national');
SELECT count(*) FROM abie_internal.area_summary(1, 'county');
SET ROLE abie_summary_nobody;
SELECT count(*) FROM abie_internal.area_summary(1, 'national');
RESET ROLE;

/*
 * What a run keeps of its areas: what its schools add up to, and nothing that is shown depends on whether it is kept.
 */
SELECT count(*) > 300 AS many, count(*) FILTER (WHERE (k.schools, k.maintain, k.poor_matches, k.enrolments, k.least_improvement, k.greatest_improvement)
		IS DISTINCT FROM (a.schools, a.maintain, a.poor_matches, a.enrolments, a.least, a.greatest)
	OR abs(k.attendance - a.attendance) > a.schools OR abs(k.expected - a.expected) > a.schools OR abs(k.baseline - a.baseline) > a.schools
	OR abs(k.target - a.target) > a.schools OR abs(k.improvement - a.improvement) > a.schools) AS other
FROM abie_owner.run_area k FULL JOIN (
	SELECT r.run_id, left(r.laestab::text, 3)::integer AS la_code, coalesce(e.stratum, 'left out') AS stratum, count(*) AS schools, count(*) FILTER (WHERE e.statement = 'maintain') AS maintain,
		count(*) FILTER (WHERE e.poor_match) AS poor_matches, sum(e.enrolments) AS enrolments, min(e.improvement_rounded) AS least, max(e.improvement_rounded) AS greatest,
		sum(e.attendance::numeric * e.enrolments * 1e9) AS attendance, sum(e.expected::numeric * e.enrolments * 1e9) AS expected, sum(e.baseline::numeric * e.enrolments * 1e9) AS baseline,
		sum(e.target::numeric * e.enrolments * 1e9) AS target, sum(e.improvement::numeric * e.enrolments * 1e9) AS improvement
	FROM abie.run_scope r LEFT JOIN abie.expectation e ON e.run_id = r.run_id AND e.laestab = r.laestab GROUP BY 1, 2, 3) a USING (run_id, la_code, stratum);

CREATE TABLE shown (role text, kept boolean, summary text);
GRANT INSERT ON shown TO PUBLIC;
CREATE FUNCTION show(who text, kept boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('role', who, true);
	INSERT INTO shown SELECT who, kept, v::text FROM abie_report.local_authority_summary v UNION ALL SELECT who, kept, v::text FROM abie_report.national_summary v
		UNION ALL SELECT who, kept, v::text FROM abie_report.trust_summary v;
	PERFORM set_config('role', 'none', true);
END $$;
-- rows that a role sees with what is kept and with none of it, and of each how many only so; undone
CREATE FUNCTION compare() RETURNS TABLE (role text, rows bigint, differing bigint) LANGUAGE plpgsql AS $$
DECLARE
	found record;
BEGIN
	PERFORM show(rolname, true) FROM pg_roles WHERE rolname LIKE 'abie\_summary\_%' OR rolname = current_user;
	SET LOCAL session_replication_role = replica;
	DELETE FROM abie_owner.run_area;
	SET LOCAL session_replication_role = origin;
	PERFORM show(rolname, false) FROM pg_roles WHERE rolname LIKE 'abie\_summary\_%' OR rolname = current_user;
	FOR found IN SELECT CASE WHEN s.role = current_user THEN 'owner' ELSE s.role END AS role, sum(s.kept) AS rows, count(*) FILTER (WHERE s.kept <> s.added) AS differing
		FROM (SELECT o.role, o.summary, count(*) FILTER (WHERE o.kept) AS kept, count(*) FILTER (WHERE NOT o.kept) AS added FROM shown o GROUP BY 1, 2) s GROUP BY 1 ORDER BY 1 LOOP
		role := found.role;
		rows := found.rows;
		differing := found.differing;
		RETURN NEXT;
	END LOOP;
END $$;
BEGIN;
SELECT role, rows > 100 AS some, differing FROM compare() ORDER BY role;
ROLLBACK;
-- of runs that are superseded, issued and withdrawn, and after grants have changed
BEGIN;
SELECT (abie.issue(2, 'to compare')).status;
SAVEPOINT kept;
SELECT sum(rows) > 2000 AS some, sum(differing) AS differing FROM compare();
ROLLBACK TO kept;
SELECT abie.revoke_access('abie_summary_nation', 'national'), abie.grant_access('abie_summary_nation', 'region', 'London') > 0 AS granted, abie.grant_access('abie_summary_school', 'national', purpose => 'support') > 0 AS support;
SAVEPOINT kept;
SELECT sum(rows) > 2000 AS some, sum(differing) AS differing FROM compare();
ROLLBACK TO kept;
SELECT (abie.withdraw(2, 'to compare')).status;
SELECT sum(rows) > 500 AS some, sum(differing) AS differing FROM compare();
ROLLBACK;
-- it is what is read
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie_owner.run_area SET schools = 1000;
SELECT DISTINCT schools FROM abie_report.local_authority_summary;
ROLLBACK;
-- it goes with what it was added up of, and summaries follow the change
BEGIN;
UPDATE abie.expectation SET statement = 'maintain' WHERE run_id = 2;
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
SELECT stratum, maintain = schools AS all_maintain FROM abie_report.national_summary WHERE run_id = 2 ORDER BY stratum;
ROLLBACK;
BEGIN;
DELETE FROM abie.expectation WHERE run_id = 2 AND stratum = 'primary';
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
SELECT stratum FROM abie_report.national_summary WHERE run_id = 2 ORDER BY stratum;
ROLLBACK;
BEGIN;
INSERT INTO abie.exclusion (run_id, laestab, reason) VALUES (2, 9999999, 'no URN');
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
SELECT stratum, schools FROM abie_report.local_authority_summary WHERE run_id = 2 AND la_code = 999;
ROLLBACK;
-- nobody writes it but behind the gates, and there nobody who is not granted calculation
GRANT pg_read_all_data, pg_write_all_data TO abie_summary_nobody;
SET ROLE abie_summary_nobody;
SELECT count(*) FROM abie_owner.run_area;
UPDATE abie_owner.run_area SET schools = 0;
SELECT abie_internal.forget_areas(1), abie_internal.keep_areas(2);
SET ROLE abie_summary_nation;
SELECT abie_internal.forget_areas(1);
SELECT count(*) FROM abie_owner.run_area;
SET ROLE abie_summary_analyst;
UPDATE abie_owner.run_area SET schools = 0;
SELECT abie_internal.forget_areas(1);
RESET ROLE;
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
SET ROLE abie_summary_analyst;
SELECT abie_internal.keep_areas(1), abie_internal.keep_areas(2), abie_internal.keep_areas(3);
RESET ROLE;
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
-- but it goes with rows that are changed by who is not held to row-level security; and nobody empties what he does not see
BEGIN;
ALTER ROLE abie_summary_nobody BYPASSRLS;
SET LOCAL ROLE abie_summary_nobody;
UPDATE abie.expectation SET statement = 'maintain' WHERE run_id = 2;
RESET ROLE;
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
ROLLBACK;
BEGIN;
GRANT TRUNCATE ON abie.expectation TO abie_summary_nobody;
SET LOCAL ROLE abie_summary_nobody;
TRUNCATE abie.expectation;
ROLLBACK;
-- where a sum is no bigint it is kept of no run, and who asks is told
BEGIN;
UPDATE abie.expectation SET enrolments = 2147483647 WHERE run_id = 2;
SELECT abie_internal.keep_areas(2);
SELECT count(*) FROM abie_owner.run_area WHERE run_id = 2;
SELECT count(*) FROM abie_report.national_summary WHERE run_id = 2;
ROLLBACK;
BEGIN;
DELETE FROM abie.run WHERE run_id = 2;
SELECT array_agg(DISTINCT run_id) AS kept FROM abie_owner.run_area;
ROLLBACK;

-- the same bits whatever the plan
CREATE TABLE plan AS SELECT v::text AS summary FROM abie_report.local_authority_summary v
	UNION ALL SELECT v::text FROM abie_report.national_summary v UNION ALL SELECT v::text FROM abie_report.characteristic_weights v;
SET enable_hashagg = off;
SET enable_hashjoin = off;
SELECT count(*) > 200 AS some, count(*) FILTER (WHERE p.summary IS NULL) AS different
FROM (SELECT v::text AS summary FROM abie_report.local_authority_summary v UNION ALL SELECT v::text FROM abie_report.national_summary v UNION ALL SELECT v::text FROM abie_report.characteristic_weights v) o
	LEFT JOIN plan p USING (summary);

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_summary;
DROP ROLE abie_summary_school, abie_summary_trust, abie_summary_authority, abie_summary_support, abie_summary_lists, abie_summary_nation, abie_summary_nobody, abie_summary_analyst;
