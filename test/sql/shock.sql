-- Shocks that a weekly run finds in the synthetic England: against plain SQL, and against what is true.
-- A database of its own, and roles of the cluster that begin with abie_shock_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_shock;
CREATE DATABASE abie_shock ENCODING 'UTF8' TEMPLATE template0;
\c abie_shock
SET client_min_messages = warning;
SET datestyle = ISO;
CREATE EXTENSION abie;
SELECT abie.load_demo(1200);
SELECT abie.load_demo_weeks() > 90000 AS loaded;
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(1, 'for the test')).status;
CALL abie.monitor('2025/26', '2026-08-05', NULL);

--
-- Plain SQL finds the same
--
CREATE TABLE school AS SELECT s.urn::integer AS urn, p.stratum, s.region, s.la_code, p.week_variance FROM abie.school_progress p JOIN abie.school s ON s.urn = p.urn;
CREATE TABLE held AS SELECT * FROM abie_owner.whole_progress_week(1, ARRAY(SELECT urn FROM school)) WHERE this_year;
CREATE TABLE week AS
SELECT w.urn, s.stratum, s.region, s.la_code, w.week_start, w.attendance, w.deviation, w.deviation - u.deviation AS departure, 0::float8 AS taken_off,
	sqrt(w.variance / least(1, w.sess_possible / u.sessions)) AS sd
FROM held w JOIN school s ON s.urn = w.urn
	JOIN (SELECT urn, percentile_cont(0.5) WITHIN GROUP (ORDER BY deviation) AS deviation, percentile_cont(0.5) WITHIN GROUP (ORDER BY sess_possible) AS sessions
		FROM held GROUP BY urn) u ON u.urn = w.urn
WHERE w.deviation IS NOT NULL;
CREATE FUNCTION areas(place text) RETURNS TABLE (stratum text, code text, week_start date, schools bigint, low bigint, high bigint, z float8, departure float8)
LANGUAGE sql STABLE AS $$
WITH value AS (
	SELECT w.stratum, CASE place WHEN 'region' THEN w.region ELSE w.la_code::text END AS code, w.week_start, w.departure, greatest(least(w.departure / w.sd, 5), -5) AS z FROM week w
), area AS (
	SELECT v.stratum, v.code, v.week_start, count(*) AS n, avg(v.z) AS mean, coalesce(var_samp(v.z) * (count(*) - 1), 0) AS square,
		count(*) FILTER (WHERE v.z < -1.5) AS low, count(*) FILTER (WHERE v.z > 1.5) AS high, percentile_cont(0.5) WITHIN GROUP (ORDER BY v.departure) AS departure
	FROM value v GROUP BY 1, 2, 3
), variance AS (
	SELECT a.stratum, (sum(a.n * a.mean ^ 2) - sum(a.n * a.mean) ^ 2 / sum(a.n)) / (count(*) - 1) AS between, sum(a.square) / (sum(a.n) - count(*)) AS within,
		(sum(a.n) - sum(a.n ^ 2) / sum(a.n)) / (count(*) - 1) AS size
	FROM area a GROUP BY a.stratum
)
SELECT a.stratum, a.code, a.week_start, a.n, a.low, a.high,
	a.mean / sqrt((1 + (a.n - 1) * greatest(0, (v.between - v.within) / (v.between + (v.size - 1) * v.within))) / a.n), a.departure
FROM area a JOIN variance v ON v.stratum = a.stratum WHERE a.n >= 5 $$;
CREATE TABLE found (scope text, stratum text, code text, week_start date, schools bigint, low bigint, z float8, departure float8);
INSERT INTO found SELECT 'region', stratum, code, week_start, schools, low, z, departure FROM areas('region') WHERE abs(z) >= 4 AND 3 * CASE WHEN z < 0 THEN low ELSE high END >= schools;
UPDATE week w SET departure = w.departure - f.departure, taken_off = f.departure FROM found f WHERE f.scope = 'region' AND f.stratum = w.stratum AND f.code = w.region AND f.week_start = w.week_start;
INSERT INTO found SELECT 'local authority', stratum, code, week_start, schools, low, z, departure FROM areas('local authority') WHERE abs(z) >= 4 AND 3 * CASE WHEN z < 0 THEN low ELSE high END >= schools;
UPDATE week w SET departure = w.departure - f.departure, taken_off = w.taken_off + f.departure FROM found f WHERE f.scope = 'local authority' AND f.stratum = w.stratum AND f.code = w.la_code::text AND f.week_start = w.week_start;
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1);
SELECT s.scope, count(*) FILTER (WHERE s.code IS NOT NULL AND f.code IS NOT NULL AND near(s.z, f.z) AND near(s.departure, f.departure)
	AND (s.schools, s.low_schools) = (f.schools, f.low)) > 0 AS same, count(*) FILTER (WHERE s.code IS NULL OR f.code IS NULL OR NOT near(s.z, f.z)
	OR NOT near(s.departure, f.departure) OR (s.schools, s.low_schools) <> (f.schools, f.low)) AS differ
FROM (SELECT * FROM abie.shock WHERE scope <> 'school') s FULL JOIN (SELECT * FROM found WHERE z < 0) f USING (stratum, scope, code, week_start) GROUP BY s.scope ORDER BY s.scope;
-- of schools: among those as far out as -3 on either side, what is above stands for what is below by chance, where a week could be as far above
CREATE TABLE judged AS
SELECT * FROM (SELECT w.*, w.departure / w.sd AS z, (100 - w.attendance + w.departure) / w.sd AS reach FROM week w) w WHERE reach >= 3;
CREATE TABLE far_out AS SELECT * FROM judged WHERE abs(z) >= 3;
CREATE TABLE school_found AS
WITH estimate AS (
	SELECT f.*, (1.0 + (SELECT count(*) FROM far_out o WHERE o.stratum = f.stratum AND o.z >= -f.z)) / (SELECT count(*) FROM far_out o WHERE o.stratum = f.stratum AND o.z <= f.z)
		* (SELECT count(*)::float8 / nullif(count(*) FILTER (WHERE o.reach >= -f.z), 0) FROM judged o WHERE o.stratum = f.stratum) AS share
	FROM far_out f WHERE f.z < 0
)
SELECT f.stratum, f.urn::text AS code, f.week_start, f.z, f.departure, f.taken_off, (SELECT min(g.share) FROM estimate g WHERE g.stratum = f.stratum AND g.z >= f.z) AS share
FROM estimate f WHERE f.departure <= -2;
DELETE FROM school_found WHERE share > 0.1 OR share IS NULL;
SELECT count(*) FILTER (WHERE near(s.z, f.z) AND near(s.departure, f.departure) AND near(s.area_departure, f.taken_off) AND near(s.false_discovery, f.share)) > 100 AS same,
	count(*) FILTER (WHERE (near(s.z, f.z) AND near(s.departure, f.departure) AND near(s.area_departure, f.taken_off) AND near(s.false_discovery, f.share)) IS NOT TRUE) AS differ
FROM (SELECT * FROM abie.shock WHERE scope = 'school') s FULL JOIN school_found f USING (stratum, code, week_start);

--
-- What is true
--
CREATE TABLE truth AS SELECT t.*, s.stratum, s.la_code, s.region FROM abie_internal.demo_week_truth(1200) t JOIN school s USING (urn) WHERE t.academic_year = '2025/26';
-- areas: what was found is there, and what is 4 points or more in an authority is found
CREATE TABLE area_truth AS
SELECT stratum, la_code, region, week_start, area_scope, count(*) AS schools, avg(area_shock) AS size FROM truth GROUP BY 1, 2, 3, 4, 5;
SELECT s.scope, count(*) > 0 AS some, count(*) FILTER (WHERE NOT EXISTS (SELECT FROM area_truth t WHERE t.stratum = s.stratum AND t.week_start = s.week_start
	AND t.size > 0 AND s.code IN (t.region, t.la_code::text))) <= 0.05 * count(*) AS "at most one in twenty wrong"
FROM abie.shock s WHERE s.scope <> 'school' GROUP BY s.scope ORDER BY s.scope;
SELECT count(*) > 10 AS many, avg((EXISTS (SELECT FROM abie.shock s WHERE s.scope = 'local authority' AND s.stratum = t.stratum AND s.code = t.la_code::text
	AND s.week_start = t.week_start))::integer) >= 0.9 AS found
FROM area_truth t WHERE t.area_scope = 'local authority' AND t.size >= 4 AND t.schools >= 5;
SELECT s.code, s.week_start FROM abie.shock s WHERE s.scope = 'region';
-- a half term in another week is no shock: none of the authorities, and no more of the schools than elsewhere
SELECT CASE WHEN (s.code::integer % 25) IN (7, 16) THEN 'another half term' ELSE 'usual' END AS calendar, count(*) AS areas
FROM abie.shock s WHERE s.scope = 'local authority' AND s.week_start BETWEEN '2025-10-06' AND '2025-11-03' GROUP BY 1 ORDER BY 1;
SELECT count(*) > 300 AS weeks, count(s.code) <= 3 AS "flagged, at most three"
FROM truth t LEFT JOIN abie.shock s ON s.scope = 'school' AND s.code = t.urn::text AND s.week_start = t.week_start
WHERE t.la_code % 25 IN (7, 16) AND t.week_start BETWEEN '2025-10-06' AND '2025-11-03' AND t.school_shock = 0;

-- by its fingerprint: what rose most
CREATE TABLE fingerprint AS
SELECT t.urn, t.week_start, t.school_cause AS cause, (SELECT r.reason FROM abie.week_reasons('school', t.urn::text, '2025/26', t.week_start) r LIMIT 1) AS reason
FROM truth t JOIN abie.shock s ON s.scope = 'school' AND s.code = t.urn::text AND s.week_start = t.week_start WHERE t.school_cause IS NOT NULL;
SELECT cause, reason FROM (SELECT cause, mode() WITHIN GROUP (ORDER BY reason) AS reason, avg((reason = CASE cause WHEN 'outbreak' THEN 'sess_auth_illness'
	WHEN 'other' THEN 'sess_unauth_other' ELSE 'sess_auth_other' END)::integer) AS right FROM fingerprint GROUP BY cause) f WHERE f.right > 0.9 ORDER BY cause;
SELECT scope, code, (SELECT r.reason FROM abie.week_reasons(s.scope, s.code, '2025/26', s.week_start) r LIMIT 1) FROM abie.shock s
WHERE s.scope = 'local authority' AND s.week_start = '2026-03-16' ORDER BY s.code;
SELECT count(*) FROM abie.week_reasons('school', '900013', '2025/26', '2026-02-16');
SELECT count(*) FROM abie.week_reasons('school', '999999', '2025/26', '2026-02-09');

--
-- Nothing is set aside by itself; what is accepted is, and shown with and without
--
SELECT sum(weeks_set_aside) FROM abie.school_progress;
SELECT code, week_start FROM abie.shock WHERE scope = 'school' AND departure < -8 ORDER BY code, week_start LIMIT 1 \gset shock_
CREATE ROLE abie_shock_head;
CREATE ROLE abie_shock_other;
CREATE ROLE abie_shock_county;
CREATE ROLE abie_shock_department;
SELECT s.urn AS other FROM abie.shock k JOIN abie.school s ON s.urn::text = k.code WHERE k.scope = 'school' AND k.code <> :'shock_code' ORDER BY 1 LIMIT 1 \gset
SELECT code AS county FROM abie.shock WHERE scope = 'local authority' ORDER BY code LIMIT 1 \gset
SELECT abie.grant_access('abie_shock_head', 'school', :'shock_code') > 0, abie.grant_access('abie_shock_other', 'school', :'other') > 0,
	abie.grant_access('abie_shock_county', 'local authority', :'county') > 0, abie.grant_access('abie_shock_department', 'national', NULL, 'calculation') > 0;
SET ROLE abie_shock_head;
SELECT abie.record_event('school', :'shock_code', :'shock_week_start', :'shock_week_start', 'outbreak', 'Influenza.') AS event_id;
RESET ROLE;
CALL abie.monitor('2025/26', '2026-08-05', NULL);
SELECT count(DISTINCT result_digest) AS "recorded only: as before" FROM abie.monitor;
SET ROLE abie_shock_department;
SELECT abie.decide_event(1, true, 'Known to us.') IS NOT NULL AS decided;
RESET ROLE;
CALL abie.monitor('2025/26', '2026-08-05', NULL);
SELECT count(DISTINCT result_digest) FROM abie.monitor;
SELECT p.weeks_set_aside, p.year_to_date_without > p.year_to_date + 0.1 AS "better without", p.projected_without <= p.projected + 0.5 AS capped,
	p.probability_without >= p.probability AS likelier, near(p.year_to_date, b.year_to_date) AS "with: as before"
FROM abie.school_progress p JOIN abie.school_progress b ON b.monitor_id = 1 AND b.urn = p.urn WHERE p.monitor_id = 3 AND p.urn::text = :'shock_code';
SELECT sum(weeks_set_aside) FROM abie.school_progress WHERE monitor_id = 3;
-- the screen goes on showing it
SELECT count(*) FROM abie.shock WHERE monitor_id = 3 AND code = :'shock_code' AND week_start = :'shock_week_start';
-- weeks that may still be corrected are not judged; what a weekly run found stays
CALL abie.monitor('2025/26', '2025-12-12', NULL);
SELECT max(week_start) AS newest, count(*) > 0 AS some FROM abie.shock WHERE monitor_id = 4;
CALL abie.monitor('2025/26', '2025-09-30', NULL);
SELECT count(*) AS "too early" FROM abie.shock WHERE monitor_id = 5;
DELETE FROM abie.shock;
UPDATE abie.shock SET z = 0;

--
-- Who sees what
--
SET ROLE abie_shock_head;
SELECT count(*) > 0 AS own, count(*) FILTER (WHERE scope <> 'school' OR code <> :'shock_code') AS others FROM abie_report.shock;
SELECT event_id, accepted FROM abie_report.shock WHERE monitor_id = 3 AND week_start = :'shock_week_start';
SELECT count(*) > 5 AS own FROM abie.week_reasons('school', :'shock_code', '2025/26', :'shock_week_start');
SELECT count(*) AS others FROM abie.week_reasons('school', :'other', '2025/26', :'shock_week_start');
SELECT count(*) AS areas FROM abie.week_reasons('local authority', :'county', '2025/26', :'shock_week_start');
SELECT count(*) FROM abie.shock;
SET ROLE abie_shock_county;
SELECT count(*) FILTER (WHERE scope = 'local authority') > 0 AS own, count(*) FILTER (WHERE scope = 'local authority' AND code <> :'county' OR scope = 'region'
	OR scope = 'school' AND code::integer NOT IN (SELECT urn FROM abie.accessible_schools('{results}'))) AS others FROM abie_report.shock;
SELECT count(*) > 5 AS own FROM abie.week_reasons('local authority', :'county', '2025/26', '2026-03-16');
SET ROLE abie_shock_department;
SELECT count(*) = (SELECT count(*) FROM abie.shock) AS all FROM abie_report.shock;
RESET ROLE;
-- a plan tells nothing of what is hidden: conditions that are true of another's shock, and not
CREATE FUNCTION plan_of(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	PERFORM set_config('role', who, true);
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
		plan := plan || regexp_replace(line, '(>=|>) ''[^'']*''(::[a-z ]+)?|Memory( Usage)?: \d+kB', 'x', 'g') || E'\n';
	END LOOP;
	PERFORM set_config('role', 'none', true);
	RETURN plan;
END $$;
SELECT c.name, bool_and(plan_of('abie_shock_head', format('SELECT FROM abie_report.shock v WHERE v.%I >= %L', c.name, c.value))
	= plan_of('abie_shock_head', format('SELECT FROM abie_report.shock v WHERE v.%I > %L', c.name, c.value))) AS same
FROM abie.shock s, LATERAL (VALUES ('code', s.code), ('week_start', s.week_start::text), ('z', s.z::text), ('departure', s.departure::text)) c(name, value)
WHERE s.monitor_id = 3 AND s.code = :'other' GROUP BY c.name ORDER BY c.name;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_shock;
DROP ROLE abie_shock_head, abie_shock_other, abie_shock_county, abie_shock_department;
