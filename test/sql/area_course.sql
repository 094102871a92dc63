-- Weeks accepted as the shock of an area, which stands for the stratum in them: against plain SQL, and a shock put there.
-- A database of its own, and roles of the cluster that begin with abie_area_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_area;
CREATE DATABASE abie_area ENCODING 'UTF8' TEMPLATE template0;
\c abie_area
SET client_min_messages = warning;
SET datestyle = ISO;
CREATE EXTENSION abie;
SELECT abie.load_demo(900);
SELECT abie.load_demo_weeks() > 50000 AS loaded;
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(1, 'for the test')).status;

-- an authority of 16 primary schools and 4 secondary ones falls by 4 points in a week, one of its primary schools by 7
UPDATE abie.school SET la_code = 531 WHERE coalesce(la_code, laestab / 10000) = 530;
UPDATE abie.school s SET la_code = 530
FROM (SELECT e.urn, e.stratum, row_number() OVER (PARTITION BY e.stratum ORDER BY e.urn) AS n FROM abie.expectation e JOIN abie.school k ON k.urn = e.urn WHERE e.run_id = 1 AND (k.region = 'London' OR e.stratum = 'secondary')) m
WHERE m.urn = s.urn AND m.n <= CASE m.stratum WHEN 'primary' THEN 16 ELSE 4 END;
CREATE TABLE member AS
SELECT s.urn::integer AS urn, e.stratum, s.region FROM abie.school s JOIN abie.expectation e ON e.urn = s.urn AND e.run_id = 1 WHERE s.la_code = 530;
SELECT stratum, count(*) FROM member GROUP BY stratum ORDER BY stratum;
SELECT m.urn AS lower FROM member m JOIN abie.expectation e ON e.run_id = 1 AND e.urn = m.urn WHERE m.stratum = 'primary' ORDER BY e.enrolments DESC LIMIT 1 \gset
SELECT urn AS secondary FROM member WHERE stratum = 'secondary' LIMIT 1 \gset
SELECT urn AS ill FROM member WHERE stratum = 'primary' AND urn <> :lower ORDER BY urn LIMIT 1 \gset
CALL abie.monitor('2025/26', '2026-02-12', NULL);
CREATE FUNCTION weeks_of(monitor integer) RETURNS TABLE (stratum text, this_year boolean, urn integer, prior float8, attendance float8, kind_course float8, stratum_course float8, course float8,
	deviation float8, variance float8, weight float8, course_of text, week_variance float8)
LANGUAGE sql STABLE AS $$
SELECT p.stratum, w.this_year, w.urn, p.prior, w.attendance, c.course, c.course + c.centre, w.course, w.deviation, w.variance, w.weight, w.course_of, p.week_variance
FROM abie_owner.whole_progress_week(monitor, ARRAY(SELECT urn FROM member)) w JOIN abie.school_progress p ON p.monitor_id = monitor AND p.urn = w.urn
	JOIN abie.monitor_week c ON c.monitor_id = monitor AND c.stratum = p.stratum AND c.week_start = w.week_start AND c.kind = w.kind
WHERE w.week_start = '2026-01-19' $$;
CREATE TABLE before AS SELECT * FROM weeks_of(1);
UPDATE abie.attendance_week w SET sess_overall = w.sess_overall + d.sessions, sess_authorised = w.sess_authorised + d.sessions
FROM (SELECT k.urn, round(k.sess_possible * CASE k.urn WHEN :lower THEN 0.07 ELSE 0.04 END) AS sessions FROM abie.attendance_week k JOIN member m ON m.urn = k.urn WHERE k.week_start = '2026-01-19') d
WHERE d.urn = w.urn AND w.week_start = '2026-01-19';
CALL abie.monitor('2025/26', '2026-02-12', NULL);
CREATE ROLE abie_area_county;
CREATE ROLE abie_area_head;
CREATE ROLE abie_area_other;
CREATE ROLE abie_area_department;
SELECT urn AS other FROM abie.school WHERE la_code <> 530 AND region <> 'London' ORDER BY urn LIMIT 1 \gset
SELECT abie.grant_access('abie_area_county', 'local authority', '530') > 0, abie.grant_access('abie_area_head', 'school', :'lower') > 0, abie.grant_access('abie_area_other', 'school', :'other') > 0,
	abie.grant_access('abie_area_department', 'national', NULL, 'calculation') > 0;
SET ROLE abie_area_county;
SELECT abie.record_event('local authority', '530', '2026-01-20', '2026-01-22', 'severe weather', 'Snow.') AS event \gset
RESET ROLE;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SET ROLE abie_area_department;
SELECT abie.decide_event(:event, true, 'Seen on the road maps.') IS NOT NULL AS decided;
RESET ROLE;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
-- recorded only: nothing
SELECT count(DISTINCT result_digest) FROM abie.monitor WHERE monitor_id IN (2, 3);
SELECT monitor_id, stratum, scope, code, week_start, this_year FROM abie.monitor_area_week;

-- centre and spread, from the weeks; the secondary schools are too few
CREATE TABLE during AS SELECT * FROM weeks_of(4);
CREATE VIEW plain AS
SELECT m.monitor_id, m.stratum, m.code, m.schools = count(*) AS schools, abs(m.centre - c.centre) < 0.00005000001 AS centre,
	abs(m.spread - greatest(0.25, ((1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(d.attendance - d.kind_course - d.prior - c.centre))) ^ 2 - l.level_variance) / l.week_variance)) < 0.001 AS spread,
	max(abs(d.course - d.kind_course - m.centre)) FILTER (WHERE d.weight > 0) < 1e-9 AS course, max(abs(d.variance - d.week_variance * m.spread)) FILTER (WHERE d.weight > 0) < 1e-9 AS variance
FROM abie.monitor_area_week m JOIN abie.monitor_stratum l USING (monitor_id, stratum) CROSS JOIN LATERAL weeks_of(m.monitor_id) d
	CROSS JOIN LATERAL (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY e.attendance - e.kind_course - e.prior) AS centre FROM weeks_of(m.monitor_id) e WHERE e.stratum = m.stratum AND e.weight > 0) c
WHERE d.stratum = m.stratum AND d.weight > 0 AND m.scope = 'local authority'
GROUP BY m.monitor_id, m.stratum, m.code, m.schools, m.centre, m.spread, c.centre, l.level_variance, l.week_variance;
SELECT * FROM plain;
SELECT stratum, weight, course_of, count(*) > 0 AS some FROM during GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- the shock is gone from what its schools differ by, and what one fell by more stays
SELECT d.centre BETWEEN -5.5 AND -2.5 AS shock, abs(avg(u.deviation - u.prior)) < 0.6 AS "mean near 0", avg(u.attendance - u.stratum_course - u.prior) < -3 AS "by the stratum's course far from it"
FROM during u, abie.monitor_area_week d WHERE u.stratum = 'primary' AND u.urn <> :lower AND d.monitor_id = 4 GROUP BY d.centre;
WITH moved AS (
	SELECT u.urn, (u.deviation - b.deviation) - avg(u.deviation - b.deviation) FILTER (WHERE u.urn <> :lower) OVER () AS by
	FROM during u JOIN before b USING (urn) WHERE u.stratum = 'primary'
)
SELECT round(max(by) FILTER (WHERE urn = :lower)::numeric, 1) AS lower, max(abs(by)) FILTER (WHERE urn <> :lower) < 0.25 AS others FROM moved;

-- levels, from the weeks as shown
CREATE FUNCTION levels(monitor integer) RETURNS TABLE (urn integer, level float8, variance float8) LANGUAGE sql STABLE AS $$
SELECT p.urn, l.level, l.variance
FROM abie.school_progress p JOIN abie.monitor_stratum s USING (monitor_id, stratum)
	JOIN LATERAL (SELECT array_agg(coalesce(w.deviation, 0)) AS deviations, array_agg(w.variance) AS variances, array_agg(w.weight) AS weights
		FROM abie_owner.whole_progress_week(monitor, ARRAY[p.urn]) w WHERE w.this_year) w ON true,
	abie.project(p.prior, p.prior_variance, w.deviations, w.variances, w.weights, s.rho, 0.5, 90, 90, 1, 1) l
WHERE p.monitor_id = monitor AND p.urn IN (SELECT m.urn FROM member m) $$;
SELECT count(*) = (SELECT count(*) FROM member) AS all, max(abs(l.level - p.level)) < 1e-9 AS level, max(abs(l.variance - p.level_variance)) < 1e-9 AS variance
FROM levels(4) l JOIN abie.school_progress p ON p.monitor_id = 4 AND p.urn = l.urn;
SELECT m.stratum, bool_and(p.weeks_set_aside = 1) AS "set aside", max(abs(p.year_to_date - o.year_to_date)) = 0 AS "with: as before", max(abs(p.relative - o.relative)) < 0.05 AS relative,
	bool_and(p.year_to_date_without > p.year_to_date) AS "better without", bool_and(p.projected_without <= p.projected + 0.5) AS capped
FROM member m JOIN abie.school_progress p ON p.monitor_id = 4 AND p.urn = m.urn JOIN abie.school_progress o ON o.monitor_id = 2 AND o.urn = m.urn GROUP BY m.stratum ORDER BY m.stratum;

-- explained: the level from the lines alone
CREATE TABLE line AS SELECT m.urn, x.* FROM member m, abie.explain_progress(4, m.urn) x;
SELECT regexp_replace(made, '-?[0-9]+(\.[0-9]+)?(e-[0-9]+)?', 'n', 'g') AS made FROM line WHERE name = 'week of 2026-01-19' AND urn IN (:lower, :secondary) ORDER BY urn = :secondary;
WITH week AS (
	SELECT urn, value AS deviation, substring(made, 'variance ([^,]+),')::float8 AS variance, substring(made, 'weight ([0-9.e-]+)')::float8 AS weight FROM line WHERE name LIKE 'week of %'
), said AS (
	SELECT urn, max(value) FILTER (WHERE name = 'prior') AS prior, max(value) FILTER (WHERE name = 'prior variance') AS tau2, max(value) FILTER (WHERE name = 'correlation') AS rho, max(value) FILTER (WHERE name = 'level') AS level FROM line GROUP BY urn
), made AS (
	SELECT s.urn, s.level, s.prior + s.tau2 * sum(p * greatest(least(w.deviation - s.prior, 2.5 * sqrt(w.variance + s.tau2)), -2.5 * sqrt(w.variance + s.tau2))) / (1 + s.tau2 * sum(p)) AS made
	FROM said s JOIN week w USING (urn), LATERAL (SELECT w.weight / (w.variance * (1 + s.rho) / (1 - s.rho)) AS p) k GROUP BY s.urn, s.level, s.prior, s.tau2
)
SELECT count(*) > 10 AS schools, max(abs(level - made)) < 1e-9 AS level FROM made;

-- who sees what: the authority and its schools, and who sees all
SET ROLE abie_area_county;
SELECT count(*), min(code) FROM abie_report.area_week WHERE monitor_id = 4;
SET ROLE abie_area_head;
SELECT count(*), min(code) FROM abie_report.area_week WHERE monitor_id = 4;
SELECT count(*) FROM abie.monitor_area_week;
SELECT course_of, weight FROM abie.progress_week(4, :lower) WHERE week_start = '2026-01-19';
SELECT count(*) FROM abie.progress_week(4, :ill);
SET ROLE abie_area_other;
SELECT count(*) FROM abie_report.area_week;
SET ROLE abie_area_department;
SELECT count(*) FROM abie_report.area_week;
RESET ROLE;

-- a week that a school has lost since the weekly run makes that week the last before a holiday: no school of the stratum had such a one, and
-- its area does not stand for them
BEGIN;
DELETE FROM abie.attendance_week WHERE urn = :ill AND week_start = '2026-01-26';
SELECT kind, course_of IS NULL AS none FROM abie_owner.common_weeks(4, ARRAY[:ill]) WHERE week_start = '2026-01-19';
SELECT count(*) FROM abie_owner.whole_progress_week(4, ARRAY[:ill]) WHERE week_start = '2026-01-19';
ROLLBACK;

-- of a school's own shock its area tells nothing, nor it of the area; of a region's and an authority's the authority's counts
SET ROLE abie_area_department;
SELECT abie.record_event('school', :'ill', '2026-01-20', '2026-01-20', 'outbreak', 'Norovirus.') AS own, abie.record_event('region', 'London', '2026-01-20', '2026-01-20', 'severe weather', 'Snow.') AS region \gset
RESET ROLE;
INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by) SELECT e, true, 'Notified.', 'another' FROM unnest(ARRAY[:own, :region]) e;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SELECT scope, count(*) FROM abie_internal.accepted_weeks('2025/26') WHERE urn IN (SELECT urn FROM member) GROUP BY scope ORDER BY scope;
SELECT stratum, scope, schools < (SELECT count(*) FROM member m WHERE m.stratum = a.stratum) AS fewer FROM abie.monitor_area_week a WHERE monitor_id = 5 AND scope = 'local authority';
SELECT * FROM plain WHERE monitor_id = 5;
SELECT weight, course_of FROM weeks_of(5) WHERE urn = :ill;
-- the region's are all its schools
SELECT a.stratum, a.schools = count(p.urn) AS all FROM abie.monitor_area_week a JOIN abie.school s ON s.region = a.code JOIN abie.school_progress p ON p.monitor_id = 5 AND p.urn = s.urn AND p.stratum = a.stratum
	JOIN abie.attendance_week w ON w.urn = s.urn AND w.week_start = a.week_start WHERE a.monitor_id = 5 AND a.scope = 'region' AND p.urn <> :ill GROUP BY a.stratum, a.schools ORDER BY 1;
SELECT max(abs(l.level - p.level)) < 1e-9 AS level FROM levels(5) l JOIN abie.school_progress p ON p.monitor_id = 5 AND p.urn = l.urn;
-- decided otherwise: as before
INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by) SELECT e, false, 'It was another week.', 'another' FROM unnest(ARRAY[:event, :own, :region]) e;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SELECT count(DISTINCT result_digest) FROM abie.monitor WHERE monitor_id IN (2, 6);
-- what was found stays
DELETE FROM abie.monitor_area_week;
UPDATE abie.monitor_area_week SET centre = 0;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_area;
DROP ROLE abie_area_county, abie_area_head, abie_area_other, abie_area_department;
