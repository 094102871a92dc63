-- Pages of a week: their figures are those of the views, whoever reads them; empty states, hostile names, who sees what.
-- A database of its own, and roles of the cluster that begin with abie_week_.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_week_report;
CREATE DATABASE abie_week_report ENCODING 'UTF8' TEMPLATE template0;
\c abie_week_report
SET client_min_messages = warning;
SET datestyle = ISO;
CREATE EXTENSION abie;
CREATE SCHEMA week_test;
SET search_path = week_test, public;
SELECT abie.load_demo(900) > 0 AS loaded;
-- names as hostile as they come, and a trust of several authorities
UPDATE abie.school SET name = '<script>alert("x")</script> | *b* ' || U&'\202E' || '& ''Sons''' WHERE urn = 900016;
UPDATE abie.school SET name = NULL WHERE urn = 900166;
UPDATE abie.school SET trust = '<img src=x>|*T*' WHERE urn IN (900016, 900017, 900018, 900019, 900020, 900021);
UPDATE abie.school SET la_name = '"><b>A</b>' WHERE la_code = 517;
CALL abie.calculate('2025/26', 'default', NULL);

--
-- Nothing to say yet
--
SELECT abie.week_report('school', '900016');
SELECT (abie.issue(1, 'for the test')).status;
-- reports of schools as they are without a weekly run
CREATE TABLE bare AS SELECT e.urn, f.format, abie.school_report(e.urn, f.format) AS report FROM (SELECT urn FROM abie_report.school_expectation WHERE urn % 20 = 16 OR exclusion_reason IS NOT NULL AND urn % 5 = 0) e, unnest('{html,markdown,json}'::text[]) f(format);
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE CASE format WHEN 'json' THEN report::jsonb -> 'week' <> 'null' ELSE report LIKE '%%The school year so far%%' END) AS "with a week" FROM bare;
CALL abie.monitor('2025/26', '2025-09-01', NULL);
SELECT abie.week_report('school', '900016', 'markdown') LIKE E'%%No week is held of any school.%%no week of 2025/26 is held yet; as forecast before the year, attendance will be %%No week of 2025/26 is held of this school.%%first weekly run%%' AS "no weeks";
SELECT abie.week_report('la', '517', 'markdown') LIKE '%%No week is held yet.%%' AS "no weeks of an authority", abie.week_report('la', '517') LIKE '%%Weeks of the schools%%' AS picture;
SELECT abie.load_demo_weeks('2026-02-06') > 0 AS loaded;
CALL abie.monitor('2025/26', '2025-09-05', NULL);
SELECT abie.week_report('school', '900016', 'markdown') LIKE '%%1 weeks are held%%week of 1 Sep 2025 attendance was%%' AS "first week";
CALL abie.monitor('2025/26', '2026-02-05', NULL);

-- a shock, recorded by the authority and accepted by the department, before the next weekly run
SELECT s.code AS urn, s.week_start FROM abie.shock s WHERE s.monitor_id = 3 AND s.scope = 'school' AND s.departure < -6 ORDER BY s.week_start DESC, s.code LIMIT 1 \gset shock_
SELECT coalesce(la_code, laestab / 10000) AS la FROM abie.school WHERE urn = :shock_urn \gset shock_
CREATE ROLE abie_week_head;
CREATE ROLE abie_week_county;
CREATE ROLE abie_week_trust;
CREATE ROLE abie_week_department;
CREATE ROLE abie_week_nobody;
SELECT abie.grant_access('abie_week_head', 'school', :'shock_urn') > 0, abie.grant_access('abie_week_county', 'local authority', :'shock_la') > 0,
	abie.grant_access('abie_week_trust', 'trust', '<img src=x>|*T*') > 0, abie.grant_access('abie_week_department', 'national', NULL, 'calculation') > 0;
SET ROLE abie_week_head;
SELECT abie.week_report('school', :'shock_urn', 'markdown') LIKE '%%nothing: to be explained%%0 of % are set aside%%' AS proposed;
SELECT abie.record_event('school', :'shock_urn', :'shock_week_start', :'shock_week_start', 'outbreak', 'secret evidence') AS event_id;
SELECT abie.week_report('school', :'shock_urn', 'markdown') LIKE '%%outbreak, not decided%%**Outbreak.** School ' || :'shock_urn' || '%%not decided yet%%' AS recorded;
SET ROLE abie_week_department;
SELECT abie.decide_event(1, true, 'Known to us.') > 0 AS decided;
RESET ROLE;
CALL abie.monitor('2025/26', '2026-02-12', NULL);
SELECT newest_week, is_provisional FROM abie_report.monitor WHERE monitor_id = 4;
-- published beside: England, the region and the authority of the first school
INSERT INTO abie.published_attendance (academic_year, time_frame, reference_date, geographic_level, area_code, area_name, region, la_code, education_phase, num_schools, sess_possible, sess_overall, sess_overall_percent)
SELECT '2025/26', 'Week', w, l.level, l.code, l.code, l.region, l.la_code, p, 100, 1000000, 60000, l.percent
FROM unnest('{2026-01-19,2026-01-26}'::date[]) w, unnest('{Primary,Secondary}'::text[]) p, (SELECT 'National', 'E92000001', NULL, NULL::integer, 5.5
	UNION ALL SELECT 'Regional', region, region, NULL, 5.8 FROM abie.school WHERE urn = 900016 UNION ALL SELECT 'Local authority', '517', NULL, 517, 6.2) l(level, code, region, la_code, percent);
ANALYZE;

--
-- A school: the figures are those of the views
--
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1);
CREATE TABLE page AS SELECT p.urn, p.status, abie.week_report('school', p.urn::text, 'json')::jsonb AS facts, abie.week_report('school', p.urn::text, 'markdown') AS written
FROM abie_report.school_progress p WHERE p.monitor_id = 4 AND (p.urn % 20 = 16 OR p.urn = :shock_urn);
CREATE TABLE week AS SELECT p.urn, w.* FROM page p, jsonb_to_recordset(p.facts -> 'weeks') w(week_start date, half_term integer, kind text, sess_possible bigint, sess_overall bigint, attendance float8, is_provisional boolean, is_set_aside boolean,
	common float8, departure float8, departure_error float8, year_to_date float8, common_to_date float8, counterpart date, counterpart_attendance float8, local_authority_attendance float8, region_attendance float8, national_attendance float8);
SELECT count(*) > 30 AS many, count(DISTINCT p.status) > 2 AS statuses, count(*) FILTER (WHERE p.facts -> 'standing' IS DISTINCT FROM to_jsonb(v)) AS "standing differs"
FROM page p LEFT JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = p.urn;
-- each week is that of abie.progress_week; what is usual is the school's own level
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE num_nulls(w.urn, k.urn) > 0 OR (w.half_term, w.kind, w.sess_possible, w.sess_overall, w.counterpart) IS DISTINCT FROM (k.half_term, k.kind, k.sess_possible, k.sess_overall, k.counterpart)
	OR NOT near(w.attendance, k.attendance) OR NOT near(w.departure, k.deviation - v.level) OR NOT near(w.departure_error ^ 2, k.variance / CASE k.weight WHEN 0 THEN 1 ELSE k.weight END)) AS "weeks differ"
FROM week w FULL JOIN (SELECT k.* FROM page p, abie.progress_week(4, p.urn) k WHERE k.this_year) k USING (urn, week_start) LEFT JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = w.urn;
-- running to the year to date, to what is relative to the common course, and like for like
SELECT count(*) FILTER (WHERE NOT near(l.year_to_date, v.year_to_date)) AS "year to date", count(*) FILTER (WHERE NOT near(l.year_to_date - l.common_to_date, v.relative)) AS relative,
	count(*) FILTER (WHERE NOT near(100.0 * l.attended / l.possible - l.before, v.like_for_like)) AS "like for like", count(*) > 30 AS many
FROM (SELECT w.urn, (array_agg(w.year_to_date ORDER BY w.week_start DESC))[1] AS year_to_date, (array_agg(w.common_to_date ORDER BY w.week_start DESC))[1] AS common_to_date,
		sum(w.sess_possible - w.sess_overall) FILTER (WHERE w.counterpart IS NOT NULL) AS attended, sum(w.sess_possible) FILTER (WHERE w.counterpart IS NOT NULL) AS possible,
		(SELECT 100.0 * (1 - sum(o.sess_overall)::float8 / sum(o.sess_possible)) FROM week k JOIN abie.attendance_week o ON o.academic_year = '2024/25' AND o.urn = k.urn AND o.week_start = k.counterpart WHERE k.urn = w.urn) AS before
	FROM week w GROUP BY w.urn) l JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = l.urn WHERE v.weeks_set_aside = 0;
-- weeks of the past fortnight are provisional, no others; that of the accepted shock is set aside, no other
SELECT is_provisional, min(week_start), max(week_start) FROM week GROUP BY 1 ORDER BY 1;
SELECT urn = :shock_urn AS school, week_start = :'shock_week_start' AS week FROM week WHERE is_set_aside;
SELECT count(*) > 20 AS some, count(*) FILTER (WHERE (w.local_authority_attendance, w.region_attendance, w.national_attendance) IS DISTINCT FROM (c.local_authority_attendance_percent, c.region_attendance_percent, c.national_attendance_percent)) AS differ
FROM week w JOIN abie_report.school_week_compared c USING (urn, week_start) WHERE c.national_attendance_percent IS NOT NULL;
-- the status of every weekly run, and what the newest week's absence was for
SELECT count(*) FILTER (WHERE (h.status, h.probability, h.projected, h.weeks) IS DISTINCT FROM (v.status, v.probability, v.projected, v.weeks)) AS differ, count(*) = 4 * (SELECT count(*) FROM page) AS "four each"
FROM page p CROSS JOIN LATERAL jsonb_to_recordset(p.facts -> 'history') h(monitor_id integer, status text, probability float8, projected float8, weeks integer) LEFT JOIN abie_report.school_progress v ON v.monitor_id = h.monitor_id AND v.urn = p.urn;
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE (r.percent, r.usual, r.rise) IS DISTINCT FROM (k.percent, k.usual, k.rise)) AS differ
FROM page p, jsonb_to_recordset(p.facts -> 'reasons') r(reason text, percent float8, usual float8, rise float8) JOIN LATERAL abie.week_reasons('school', p.urn::text, '2025/26', '2026-02-02') k ON k.reason = r.reason;
SELECT count(*) FILTER (WHERE l.urn <> p.urn OR NOT near(l.attendance, 100 * (1 - o.sess_overall::float8 / o.sess_possible))) AS "last year differs"
FROM page p CROSS JOIN LATERAL jsonb_to_recordset(p.facts -> 'last_year') l(urn integer, week_start date, attendance float8) LEFT JOIN abie.attendance_week o ON o.academic_year = '2024/25' AND o.urn = p.urn AND o.week_start = l.week_start;
-- the control chart by hand: mean, 2.66 mean moving ranges, those of 3.267 times their mean left out once; which weeks are beyond is said
CREATE TABLE control AS SELECT p.urn, (p.facts #>> '{control,centre}')::float8 AS centre, (p.facts #>> '{control,lower_limit}')::float8 AS low, (p.facts #>> '{control,upper_limit}')::float8 AS high, w.*
FROM page p, jsonb_to_recordset(p.facts #> '{control,weeks}') w(week_start date, departure float8, outside boolean);
WITH ranges AS (
	SELECT urn, attendance - common AS v, abs(attendance - common - lag(attendance - common) OVER (PARTITION BY urn ORDER BY week_start)) AS r FROM week WHERE common IS NOT NULL
), hand AS (
	SELECT r.urn, count(*) AS weeks, avg(r.v) AS centre, 2.66 * avg(r.r) FILTER (WHERE r.r < 3.267 * m.r) AS reach FROM ranges r JOIN (SELECT urn, avg(r) AS r FROM ranges GROUP BY urn) m USING (urn) GROUP BY r.urn
)
SELECT count(*) > 30 AS many, bool_and(c.weeks = h.weeks AND near(c.centre, h.centre) AND near(c.low, h.centre - h.reach) AND near(c.high, h.centre + h.reach)) AS same, bool_and(c.beyond = c.outside) AS beyond, sum(c.outside) > 0 AS some,
	bool_and(p.written LIKE '%## Week by week%Beyond that: ' || CASE WHEN c.outside = 0 THEN 'none.%' ELSE '% %' END) AS said
FROM (SELECT urn, min(centre) AS centre, min(low) AS low, min(high) AS high, count(*) AS weeks, sum(outside::integer) AS outside, sum((departure < low OR departure > high)::integer) AS beyond FROM control GROUP BY urn) c
	JOIN hand h USING (urn) JOIN page p USING (urn);
SELECT count(*) FILTER (WHERE NOT near(c.departure, w.attendance - w.common)) AS differ, count(*) > 500 AS many FROM control c JOIN week w USING (urn, week_start);

-- in words: the sentence, and the figures with and without, as PostgreSQL rounds them
CREATE FUNCTION chance(p float8) RETURNS text LANGUAGE sql IMMUTABLE RETURN CASE WHEN p < 0.005 THEN 'less than 1 in 100' WHEN p >= 0.995 THEN 'more than 99 in 100' ELSE round(100 * p::numeric) || ' in 100' END;
SELECT count(*) FILTER (WHERE p.written NOT LIKE format('%%**%s: attendance of %s%% is projected for 2025/26 (%s%% to %s%%). %s; the chance of %s is %s.**%%', upper(left(v.status, 1)) || substr(v.status, 2),
	round(v.projected::numeric, 1), round(v.low::numeric, 1), round(v.high::numeric, 1), CASE v.statement WHEN 'maintain' THEN format('To maintain is to be no more than 0.5 points below %s%%', round(v.baseline::numeric, 1))
	ELSE format('At least %s%% is expected', round(v.target::numeric, 1)) END, CASE v.statement WHEN 'maintain' THEN 'that' ELSE 'meeting it' END, chance(v.probability))) AS "lead differs",
	count(*) FILTER (WHERE p.written NOT LIKE format('%%| Year to date | %s%% | %s%% |%%| Projected | %s%% | %s%% |%%| Chance | %s | %s |%%', round(v.year_to_date::numeric, 2), round(v.year_to_date_without::numeric, 2),
	round(v.projected::numeric, 2), round(v.projected_without::numeric, 2), chance(v.probability), chance(v.probability_without))) AS "with and without differ", count(DISTINCT v.statement) AS statements
FROM page p JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = p.urn;
SELECT written LIKE '%%outbreak, accepted%%1 of 20 are set aside%%' AS accepted, (facts #>> '{standing,year_to_date_without}')::float8 > (facts #>> '{standing,year_to_date}')::float8 + 0.1 AS better, written ~ 'secret' AS evidence FROM page WHERE urn = :shock_urn;
-- what is no more than chance: about 19 weeks in 20
SELECT count(*) FILTER (WHERE p.written LIKE '%%: no more than chance.%%') = count(*) FILTER (WHERE abs(w.departure) <= 1.959963984540054 * w.departure_error) AS as_computed, avg((p.written LIKE '%%: no more than chance.%%')::integer) BETWEEN 0.85 AND 1 AS usual
FROM page p JOIN week w ON w.urn = p.urn AND w.week_start = '2026-02-02';
SELECT count(*) FILTER (WHERE p.written LIKE '%%What changed since 5 Feb 2026%%' || CASE WHEN b.status = p.status THEN ', as before.' ELSE '; it was ' || b.status || '.' END || '%%20; they were 19.%%') = count(*) AS changes
FROM page p JOIN abie.school_progress b ON b.monitor_id = 3 AND b.urn = p.urn WHERE (p.facts #>> '{standing,weeks}')::integer = 20 AND b.weeks = 19;

--
-- A school left out, one without the newest week, one with a predecessor
--
SELECT min(urn) AS out FROM abie_report.school_expectation WHERE exclusion_reason LIKE 'fewer%' AND urn IN (SELECT urn FROM abie.attendance_week WHERE academic_year = '2025/26') \gset left_
SELECT report LIKE '%%**No attendance expectation has been set for 2025/26: fewer than the minimum enrolments. The weeks are shown without one.**%%The last weeks, attendance%%' AS said, report LIKE '%%What changed%%' AS changed, report LIKE '%%Chance%%' AS chance
FROM abie.week_report('school', :'left_out', 'markdown') report;
SELECT facts -> 'standing' = 'null' AS standing, jsonb_array_length(facts -> 'weeks') > 10 AS weeks, facts -> 'weeks' -> 0 -> 'common' = 'null' AS common FROM (SELECT abie.week_report('school', :'left_out', 'json')::jsonb AS facts) f;
BEGIN;
DELETE FROM abie.attendance_week WHERE urn = 900016 AND week_start = '2026-02-02';
SELECT abie.week_report('school', '900016', 'markdown') LIKE '%%The week of 2 Feb 2026, which others have, is not held of this school. In the week of 26 Jan 2026%%' AS missing;
ROLLBACK;
-- a school that changed its URN: weeks held under the one before
SELECT DISTINCT urn_then AS was FROM abie_report.school_history WHERE urn = 900047 AND urn_then <> 900047 \gset
BEGIN;
DELETE FROM abie.attendance_week WHERE urn = :was;
UPDATE abie.attendance_week SET urn = :was WHERE urn = 900047 AND week_start < '2025-09-15';
SELECT (l ->> 'urn')::integer = :was AS "last year's", count(*) > 30 AS weeks FROM jsonb_array_elements(abie.week_report('school', '900047', 'json')::jsonb -> 'last_year') l GROUP BY 1;
SELECT (l ->> 'urn')::integer = :was AS "this year's", l ->> 'week_start' AS week FROM jsonb_array_elements(abie.week_report('school', '900047', 'json')::jsonb -> 'predecessor_weeks') l ORDER BY 2;
SELECT abie.week_report('school', '900047', 'markdown') LIKE '%%Under another URN%%under URN ' || :was || '.%%| 8 Sep 2025 | %% | ' || :was || ' |%%' AS said;
ROLLBACK;
SELECT abie.week_report('school', '900047', 'markdown') LIKE '%%Under another URN%%' AS "otherwise";

--
-- An authority and a trust
--
CREATE TABLE area AS SELECT k.scope, k.code, abie.week_report(k.scope, k.code, 'json')::jsonb AS facts, abie.week_report(k.scope, k.code, 'markdown') AS written FROM (VALUES ('la', '517'), ('la', :'shock_la'), ('trust', '<img src=x>|*T*')) k(scope, code);
SELECT scope, facts -> 'summary' = CASE scope WHEN 'la' THEN (SELECT jsonb_agg(to_jsonb(v) ORDER BY v.stratum) FROM abie_report.local_authority_week v WHERE v.monitor_id = 4 AND v.la_code::text = code)
	ELSE (SELECT jsonb_agg(to_jsonb(v) ORDER BY v.stratum) FROM abie_report.trust_week v WHERE v.monitor_id = 4 AND v.trust = code) END AS summary FROM area ORDER BY scope, code;
-- the summaries by hand, of all areas
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE num_nulls(v.la_code, k.la_code) > 0 OR (v.schools, v.schools_with_week, v.on_course, v.open, v.not_on_course, v.maintain, v.enrolments) <> (k.schools, k.with_week, k.on_course, k.open, k.not_on_course, k.maintain, k.enrolments)
	OR NOT near(v.projected, k.projected) OR NOT near(v.year_to_date, k.year_to_date)) AS differ
FROM (SELECT * FROM abie_report.local_authority_week WHERE monitor_id = 4) v FULL JOIN (SELECT e.laestab / 10000 AS la_code, p.stratum, count(*) AS schools, sum(p.has_newest_week::integer) AS with_week, sum((p.status = 'on course')::integer) AS on_course, sum((p.status = 'open')::integer) AS open,
		sum((p.status = 'not on course')::integer) AS not_on_course, sum((p.status = 'maintain')::integer) AS maintain, sum(e.enrolments) AS enrolments, sum(p.projected * e.enrolments) / sum(e.enrolments) AS projected,
		sum(p.year_to_date * e.enrolments) / sum(e.enrolments) FILTER (WHERE p.year_to_date IS NOT NULL) AS year_to_date
	FROM abie.school_progress p JOIN abie.expectation e USING (run_id, urn) WHERE p.monitor_id = 4 GROUP BY 1, 2) k USING (la_code, stratum);
CREATE TABLE of_area AS SELECT a.scope, a.code, s.* FROM area a, jsonb_to_recordset(a.facts -> 'schools') s(urn integer, status text, previous_status text, newest_attendance float8, newest_set_aside boolean, departures float8[]);
SELECT a.scope, a.code, count(*) = (SELECT count(*) FROM abie_report.school_progress v LEFT JOIN abie.school k ON k.urn = v.urn WHERE v.monitor_id = 4 AND CASE a.scope WHEN 'la' THEN v.la_code::text = a.code ELSE k.trust = a.code END) AS all_schools,
	count(*) FILTER (WHERE (s.status, s.previous_status) IS DISTINCT FROM (p.status, b.status)) AS "status differs"
FROM of_area s JOIN area a USING (scope, code) LEFT JOIN abie.school_progress p ON p.monitor_id = 4 AND p.urn = s.urn LEFT JOIN abie.school_progress b ON b.monitor_id = 3 AND b.urn = s.urn GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) > 50 AS some, count(*) FILTER (WHERE NOT near(d.departure, (k.deviation - p.level) / sqrt(k.variance / CASE k.weight WHEN 0 THEN 1 ELSE k.weight END))) AS "departures differ"
FROM area a, LATERAL (SELECT s.urn, w.week_start, d.departure FROM of_area s, unnest(s.departures) WITH ORDINALITY d(departure, place) JOIN jsonb_array_elements_text(a.facts -> 'weeks') WITH ORDINALITY x(week, place) USING (place), LATERAL (SELECT x.week::date) w(week_start) WHERE s.scope = a.scope AND s.code = a.code) d
	JOIN abie.school_progress p ON p.monitor_id = 4 AND p.urn = d.urn LEFT JOIN LATERAL (SELECT * FROM abie.progress_week(4, d.urn) k WHERE k.week_start = d.week_start) k ON true;
-- whom to call, by hand, of half of the authorities; newly not on course before all others
CREATE TABLE call AS SELECT l.la_code, c.place, (c.call ->> 'urn')::integer AS urn, ARRAY(SELECT jsonb_array_elements_text(c.call -> 'reasons')) AS reasons
FROM (SELECT DISTINCT la_code FROM abie_report.local_authority_week WHERE la_code % 2 = 0) l, jsonb_array_elements(abie.week_report('la', l.la_code::text, 'json')::jsonb -> 'calls') WITH ORDINALITY c(call, place);
CREATE TABLE reason AS
SELECT p.la_code, p.urn, p.status = 'not on course' AND b.status <> 'not on course' AS new, (1 - p.probability) * p.enrolments AS pupils, array_remove(ARRAY[CASE WHEN p.status = 'not on course' THEN CASE b.status WHEN 'not on course' THEN 'not on course' ELSE 'newly not on course' END END,
	CASE WHEN EXISTS (SELECT FROM abie.shock s LEFT JOIN abie.school_event e ON e.scope = s.scope AND e.code = s.code AND s.week_start BETWEEN e.from_date - 4 AND e.to_date WHERE s.monitor_id = 4 AND s.scope = 'school' AND s.code = p.urn::text AND s.week_start >= '2026-01-08' AND e.event_id IS NULL) THEN 'week to explain' END,
	CASE WHEN NOT p.has_newest_week THEN 'newest week missing' END], NULL) AS reasons
FROM abie_report.school_progress p LEFT JOIN abie.school_progress b ON b.monitor_id = 3 AND b.urn = p.urn WHERE p.monitor_id = 4 AND p.la_code % 2 = 0;
SELECT count(*) > 50 AS many, count(*) FILTER (WHERE c.place IS DISTINCT FROM r.place OR c.reasons IS DISTINCT FROM r.reasons) AS differ, count(*) FILTER (WHERE 'newly not on course' = ANY (c.reasons)) > 0 AS new, count(*) FILTER (WHERE 'week to explain' = ANY (c.reasons)) > 0 AS to_explain
FROM call c FULL JOIN (SELECT r.*, row_number() OVER (PARTITION BY la_code ORDER BY new DESC, pupils DESC, urn) AS place FROM reason r WHERE reasons <> '{}') r USING (la_code, urn);
-- history and published weeks
SELECT count(*) FILTER (WHERE h.schools IS DISTINCT FROM k.schools) AS differ, count(*) > 10 AS some
FROM area a, LATERAL (SELECT * FROM jsonb_to_recordset(a.facts -> 'history') h(as_of date, stratum text, status text, schools bigint)) h
	LEFT JOIN LATERAL (SELECT count(*) AS schools FROM abie_report.school_progress v WHERE v.as_of = h.as_of AND v.stratum = h.stratum AND v.status = h.status AND v.la_code::text = a.code) k ON true WHERE a.scope = 'la';
SELECT p ->> 'education_phase' AS phase, p ->> 'week_start' AS week, p ->> 'local_authority_attendance' AS authority, p ->> 'national_attendance' AS england,
	near((p ->> 'attendance')::float8, (SELECT 100 * (1 - sum(w.sess_overall)::float8 / sum(w.sess_possible)) FROM abie.attendance_week w JOIN abie_report.school_expectation e ON e.run_id = 1 AND e.urn = w.urn AND e.la_code = 517
		JOIN abie.school s ON s.urn = w.urn AND s.phase LIKE p ->> 'education_phase' || '%' AND abie_internal.stratum(s.type) IS DISTINCT FROM 'special' WHERE w.week_start = '2026-01-26')) AS own
FROM area, jsonb_array_elements(facts -> 'published') p WHERE code = '517' ORDER BY 1;

--
-- A school's report says where it stands: figures of the view and the sentence of the page, the rest as without a weekly run
--
CREATE TABLE panel AS SELECT b.*, abie.school_report(b.urn, b.format) AS now FROM bare b;
SELECT count(*) > 40 AS many, count(*) FILTER (WHERE v.urn IS NULL) > 3 AS "without an expectation", count(*) FILTER (WHERE w.week = 'null') = count(*) FILTER (WHERE v.urn IS NULL) AS "without a week", count(*) FILTER (WHERE NOT w.week <@ to_jsonb(v)) AS differ,
	count(*) FILTER (WHERE v.urn IS NOT NULL AND NOT w.week ?& '{monitor_id,as_of,status,probability,projected,low,high,weeks,year_to_date,like_for_like,done,probability_without}') AS short, count(*) FILTER (WHERE (p.now::jsonb - 'week') #- '{half_page,next}' <> (p.report::jsonb - 'week') #- '{half_page,next}') AS "else differs"
FROM panel p CROSS JOIN LATERAL (SELECT p.now::jsonb -> 'week') w(week) LEFT JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = p.urn WHERE p.format = 'json';
SELECT p.format, count(*) > 40 AS many, count(*) FILTER (WHERE p.now <> p.report) = count(v.urn) AS "with an expectation", count(*) FILTER (WHERE regexp_replace(p.now, CASE p.format WHEN 'html' THEN '<h2>The school year so far.*?(?=<h2>)' ELSE '## The school year so far.*?(?=## )' END, '') <> replace(p.report, b.next, n.next)) AS "else differs"
FROM panel p LEFT JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = p.urn CROSS JOIN LATERAL substring(p.report FROM 'What is expected next[^\n]*') b(next) CROSS JOIN LATERAL substring(p.now FROM 'What is expected next[^\n]*') n(next) WHERE p.format <> 'json' GROUP BY 1 ORDER BY 1;
-- what is expected next is of the weeks then
SELECT count(*) > 30 AS many, count(*) FILTER (WHERE p.now::jsonb #>> '{half_page,next}' LIKE format('2025/26 will most likely end between %s\%% and %s\%%; %%, and the chance of meeting what is expected is %s.', round(v.low::numeric, 1), round(v.high::numeric, 1), abie_internal.chance_text(v.probability))) = count(*) AS said
FROM panel p JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = p.urn WHERE p.format = 'json';
CREATE FUNCTION with_sign(points numeric) RETURNS text LANGUAGE sql IMMUTABLE RETURN CASE sign(points) WHEN 1 THEN '+' WHEN -1 THEN U&'\2212' ELSE '' END || abs(points);
SELECT count(*) > 30 AS many, count(*) FILTER (WHERE position(E'\n\n' || (regexp_match(k.written, '\*\*([^*]+ in 100\.)\*\*'))[1] || E'\n\n' IN p.now) > 0) = count(*) AS sentence,
	count(*) FILTER (WHERE position(format(E'| Year to date, %s weeks, %s%% of the year''s sessions | %s%% |\n| Like for like, points against the same weeks of last year | %s |\n| Projected, %s%% to %s%% in 19 cases of 20 | %s%% |\n', v.weeks, round(100 * v.done::numeric), round(v.year_to_date::numeric, 2),
		coalesce(with_sign(round(v.like_for_like::numeric, 2)), U&'\2013'), round(v.low::numeric, 1), round(v.high::numeric, 1), round(v.projected::numeric, 1)) IN p.now) > 0) = count(*) AS figures,
	count(*) FILTER (WHERE position('abie.week_report(''school'', ''' || p.urn || ''', monitor_id => 4)' IN replace(p.now, '\', '')) > 0) = count(*) AS page
FROM panel p JOIN page k USING (urn) JOIN abie_report.school_progress v ON v.monitor_id = 4 AND v.urn = p.urn WHERE p.format = 'markdown' AND v.weeks > 0;
SELECT count(*) AS ill_formed FROM panel WHERE format = 'html' AND NOT xml_is_well_formed_document(regexp_replace(replace(now, '<!DOCTYPE html>', ''), '<(meta|link)([^>]*)>', '<\1\2/>', 'g'));
-- weeks set aside are said, with what is projected without them
SELECT weeks_set_aside > 0 AS "set aside", position(format('| Projected without weeks set aside, %s of them; the chance is ', weeks_set_aside) IN report) > 0 AS said, position(format(' | %s%% |', round(projected_without::numeric, 1)) IN report) > 0 AS without
FROM abie_report.school_progress, abie.school_report(urn, 'markdown') report WHERE monitor_id = 4 AND urn = :shock_urn;
-- a run has what was calculated against it, and nothing of another
CALL abie.calculate('2025/26', 'default', NULL);
SELECT abie.school_report(900016, 'json', 2)::jsonb -> 'week' AS "of another run";

--
-- What is written
--
CREATE TABLE html AS SELECT k.name, abie.week_report(k.scope, k.code) AS report FROM (VALUES ('left out', 'school', :'left_out'), ('nameless', 'school', '900166'), ('script', 'school', '900016'), ('shock', 'school', :'shock_urn'), ('trust', 'trust', '<img src=x>|*T*'), ('authority', 'la', '517')) k(name, scope, code);
SELECT name, xml_is_well_formed_document(regexp_replace(replace(report, '<!DOCTYPE html>', ''), '<(meta|link)([^>]*)>', '<\1\2/>', 'g')) AS well_formed, report ~* '(src|href)="(?!data:)' AS loads, report ~ '<(script|img|b>A<)' AS injected, report ~ U&'[\202A-\202E]' AS turned, length(report) > 5000 AS written FROM html ORDER BY name;
SELECT name, (regexp_match(report, '<h1>(.*)</h1>'))[1] AS title FROM html WHERE name IN ('script', 'nameless', 'trust', 'authority') ORDER BY name;
SELECT split_part(abie.week_report('school', '900016', 'markdown'), E'\n', 1) AS title, abie.week_report('trust', '<img src=x>|*T*', 'markdown') ~ '(^|[^\\])<' AS injected;
-- the same text wherever the reader is, and on any plan
CREATE TABLE said AS SELECT k.scope, k.code, f.format, abie.week_report(k.scope, k.code, f.format) AS said FROM (VALUES ('school', :'shock_urn'), ('la', '517')) k(scope, code), unnest('{html,markdown,json}'::text[]) f(format);
SET datestyle = 'SQL, DMY';
SET timezone = 'Pacific/Kiritimati';
SET extra_float_digits = -10;
SET intervalstyle = iso_8601;
SET enable_hashjoin = off;
SET enable_hashagg = off;
SET enable_nestloop = off;
SET enable_indexscan = off;
SET work_mem = '64kB';
SELECT scope, format, said = abie.week_report(scope, code, format) AS same FROM said ORDER BY 1, 2;
RESET ALL;
SET client_min_messages = warning;
SET search_path = week_test, public;
-- an earlier weekly run says what it said, and that it is not the current one
SELECT abie.week_report('school', '900016', 'markdown', 3) LIKE '%%as of 5 Feb 2026%%Another weekly run has taken the place of this one.%%' AS earlier;
SELECT abie.week_report('school', '900016', 'json', 3)::jsonb -> 'standing' = to_jsonb(v) AS standing FROM abie_report.school_progress v WHERE v.monitor_id = 3 AND v.urn = 900016;

--
-- What cannot be
--
\set VERBOSITY default
SELECT abie.week_report('school', '900016', 'pdf');
SELECT abie.week_report('region', 'London');
SELECT abie.week_report(NULL, '517');
SELECT abie.week_report('school', '900016', 'html', 99);
SELECT abie.week_report('school', '1; DROP TABLE abie.school');
SELECT abie.week_report('school', '100000');
SELECT abie.week_report('la', '999');
SELECT abie.week_report('trust', '');
SELECT abie.week_report('school', NULL) IS NULL AS school, abie.week_report('la', NULL) IS NULL AS authority;

--
-- Who sees what
--
CREATE FUNCTION got(who text, scope text, code text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM set_config('role', who, true);
	answer := abie.week_report(scope, code, 'json');
	PERFORM set_config('role', 'none', true);
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ' ' || sqlerrm;
END $$;
GRANT USAGE ON SCHEMA week_test TO PUBLIC;
SELECT min(urn) AS other FROM abie_report.school_progress WHERE monitor_id = 4 AND la_code <> :shock_la AND urn > 900100 \gset
SELECT r.role, k.scope, CASE WHEN g.got LIKE '{%' THEN CASE WHEN g.got = got('abie_week_department', k.scope, k.code) THEN 'as the department' ELSE 'a part' END ELSE replace(replace(g.got, :'other', 'OTHER'), :'shock_la', 'COUNTY') END AS got
FROM unnest('{abie_week_head,abie_week_county,abie_week_trust,abie_week_department,abie_week_nobody}'::text[]) WITH ORDINALITY r(role, n), (VALUES (1, 'school', :'other'), (2, 'la', :'shock_la'), (3, 'la', '517'), (4, 'trust', '<img src=x>|*T*')) k(n, scope, code), LATERAL (SELECT got(r.role, k.scope, k.code)) g(got) ORDER BY r.n, k.n;
-- a school sees its own, and as it sees the views; what does not exist is not told from what is another's
SELECT role, left(got(role, 'school', :'shock_urn'), 1) = '{' AS own, replace(got(role, 'school', :'other'), :'other', 'X') = replace(got(role, 'school', '999999'), '999999', 'X') AS "same error" FROM unnest('{abie_week_head,abie_week_county}'::text[]) role;
-- shocks and events of an area are told to who has it; of an area with one of its schools, accepted events alone
SET ROLE abie_week_department;
SELECT abie.record_event('local authority', :'shock_la', '2026-01-12', '2026-01-16', 'severe weather', 'secret evidence') AS event_id;
RESET ROLE;
SELECT role, got(role, 'school', :'shock_urn')::jsonb @? '$.events[*] ? (@.event_id == 2)' AS told FROM unnest('{abie_week_head,abie_week_department}'::text[]) role;
SELECT abie.decide_event(2, true, 'It snowed.') > 0 AS decided;
SELECT role, got(role, 'school', :'shock_urn')::jsonb @? '$.events[*] ? (@.event_id == 2)' AS told, got(role, 'school', :'shock_urn') LIKE '%%secret%%' AS evidence FROM unnest('{abie_week_head,abie_week_department}'::text[]) role;
SELECT count(*) AS areas FROM jsonb_to_recordset(got('abie_week_head', 'school', :'shock_urn')::jsonb -> 'shocks') s(scope text) WHERE s.scope <> 'school';
-- no other school is named
SELECT count(*) > 500 AS others, count(*) FILTER (WHERE position(' ' || s.urn || ',' IN got.own) > 0 OR position('"' || s.urn || '"' IN got.own) > 0 OR position('"' || s.name || '"' IN got.own) > 0) AS named
FROM abie.school s, (SELECT replace(got('abie_week_head', 'school', :'shock_urn'), E'\n', ',') AS own OFFSET 0) got WHERE s.urn <> :shock_urn AND s.name <> (SELECT name FROM abie.school WHERE urn = :shock_urn);
-- of what a school's report says of the week, each has that of its schools
SET ROLE abie_week_head;
SELECT count(*) AS reports, bool_and(content::jsonb -> 'week' ->> 'monitor_id' = '4' AND file_name = :'shock_urn' || '.json') AS own FROM abie.report_files(1, 'json');
SET ROLE abie_week_county;
SELECT count(*) > 1 AS reports, bool_and(content::jsonb -> 'expectation' ->> 'la_code' = :'shock_la') AS own FROM abie.report_files(1, 'json');
SET ROLE abie_week_nobody;
SELECT abie.school_report(900016, 'json', 1);
RESET ROLE;
-- the newest day is said, not the weekly run made last
CALL abie.monitor('2025/26', '2026-02-05', NULL);
SELECT week ->> 'monitor_id' AS monitor_id, week ->> 'as_of' AS as_of FROM (SELECT abie.school_report(900016, 'json')::jsonb -> 'week') r(week);
-- withdrawn, they are nobody's but the department's
SELECT (abie.withdraw(1, 'for the test')).status;
SELECT role, left(got(role, 'school', :'shock_urn'), 40) AS got FROM unnest('{abie_week_head,abie_week_county}'::text[]) role;
SELECT abie.week_report('school', '900016', 'markdown') LIKE '%%> Withdrawn: do not use the figures in this report.%%' AS said;
-- no way round
SET ROLE abie_week_head;
SELECT abie_owner.week_report('abie_week_department'::regrole::oid, 'la', '517', 'json', NULL);
RESET ROLE;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_week_report;
DROP ROLE abie_week_head, abie_week_county, abie_week_trust, abie_week_department, abie_week_nobody;
