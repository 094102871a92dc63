-- Weeks of the synthetic England: what they add up to, and whether they are made as abie_internal.demo_week_truth says.
-- A database of its own, because the synthetic England is loaded here.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_demo_week;
CREATE DATABASE abie_demo_week;
\c abie_demo_week
SET client_min_messages = warning;
CREATE EXTENSION abie;
RESET client_min_messages;
SELECT abie.load_demo_weeks();
SELECT abie.load_demo(300);
SELECT abie.load_demo_weeks('2025-11-16') > 0;
-- what is held stays, a later date adds the weeks since: from the Monday after
SELECT max(week_start) = '2025-11-10' AS held FROM abie.attendance_week;
SELECT abie.load_demo_weeks() > 0;
SELECT abie.load_demo_weeks();

-- the same every time, on every machine
SELECT md5(string_agg(concat_ws(',', urn, week_start, sess_possible, sess_overall, sess_authorised, reasons), ';'
	ORDER BY urn, week_start)) FROM abie.attendance_week;
SELECT academic_year, count(*), count(DISTINCT urn) AS schools, sum(enrolments), sum(sess_possible), sum(sess_overall)
FROM abie.attendance_week GROUP BY 1 ORDER BY 1;

-- the past year is that of abie.attendance, to the session; every week's reasons are its absence
SELECT count(*) AS schools, count(*) FILTER (WHERE (w.sess_possible, w.sess_authorised, w.sess_unauthorised)
	IS DISTINCT FROM (a.sess_possible, a.sess_authorised, a.sess_unauthorised)) AS differ
FROM (SELECT urn, sum(sess_possible)::bigint AS sess_possible, sum(sess_authorised)::bigint AS sess_authorised,
		sum(sess_unauthorised)::bigint AS sess_unauthorised
	FROM abie.attendance_week WHERE academic_year = '2024/25' GROUP BY urn) w
	FULL JOIN (SELECT * FROM abie.attendance WHERE academic_year = '2024/25') a USING (urn);
SELECT count(*) FROM abie.attendance_week w,
	LATERAL (SELECT sum(value::bigint) FILTER (WHERE key LIKE 'sess\_auth\_%') AS authorised,
		sum(value::bigint) FILTER (WHERE key LIKE 'sess\_unauth\_%') AS unauthorised, min(value::bigint) AS least
		FROM jsonb_each_text(w.reasons)) r
WHERE (r.authorised, r.unauthorised) <> (w.sess_authorised, w.sess_unauthorised) OR r.least < 0;

-- a year has 39 weeks in six half terms whatever the calendar; two have their autumn holiday at another time
SELECT academic_year, calendar, count(*), sum(days), string_agg(week_start::text, ' ' ORDER BY week_start)
	FILTER (WHERE to_end = 0) AS last_weeks
FROM abie_internal.demo_calendar() GROUP BY 1, 2 ORDER BY 1, 2;

-- what is added to the level is what was said: mean 0 over a year, variance a + b/n with correlation 0.15 from week
-- to week, levels that change as those of other years do
CREATE TABLE truth AS SELECT t.*, d.stratum, d.enrolments, d.la_code
FROM abie_internal.demo_week_truth(300) t JOIN abie_internal.demo_school(300) d USING (number);
SELECT stratum, round(avg(course)::numeric, 2) AS course,
	round(avg(noise ^ 2)::numeric, 2) BETWEEN 0.9 * avg(y.expected) AND 1.25 * avg(y.expected) AS variance,
	round((corr(noise, before))::numeric, 1) AS correlation
FROM (SELECT *, lag(noise) OVER (PARTITION BY number, academic_year ORDER BY week_start) AS before FROM truth) t,
	LATERAL (SELECT CASE stratum WHEN 'primary' THEN 0.35 + 270.0 / enrolments ELSE 0.6 + 450.0 / enrolments END) y(expected)
GROUP BY stratum ORDER BY stratum;
SELECT count(*) AS schools, round(avg(change)::numeric, 1) AS mean, round(stddev(change)::numeric, 1) AS spread
FROM (SELECT max(level) FILTER (WHERE academic_year = '2025/26') - max(level) FILTER (WHERE academic_year = '2024/25')
	AS change FROM truth WHERE stratum = 'primary' GROUP BY number) c WHERE change IS NOT NULL;
SELECT count(*) FILTER (WHERE school_shock > 0) AS of_schools,
	count(DISTINCT (la_code, week_start)) FILTER (WHERE area_shock > 0) AS of_areas,
	min(nullif(school_shock, 0)) >= 3 AND max(school_shock) < 12 AS size FROM truth;
-- the reason of a shock rises, the others do not
WITH week AS (
	SELECT urn, week_start, r.reason, 100.0 * r.sessions / sess_possible AS percent,
		avg(100.0 * r.sessions / sess_possible) OVER (PARTITION BY urn, r.reason) AS usual
	FROM abie.attendance_week, LATERAL (VALUES ('illness', (reasons ->> 'sess_auth_illness')::bigint),
		('religious', (reasons ->> 'sess_auth_religious')::bigint),
		('other', (reasons ->> 'sess_auth_other')::bigint + (reasons ->> 'sess_unauth_other')::bigint)) r(reason, sessions)
)
SELECT coalesce(t.school_cause, t.area_cause) AS cause, count(DISTINCT (t.urn, t.week_start)) AS weeks,
	round(avg(w.percent - w.usual) FILTER (WHERE w.reason = 'illness'), 0) AS illness,
	round(avg(w.percent - w.usual) FILTER (WHERE w.reason = 'religious'), 0) AS religious,
	round(avg(w.percent - w.usual) FILTER (WHERE w.reason = 'other'), 0) AS other
FROM truth t JOIN week w USING (urn, week_start)
WHERE greatest(t.school_shock, t.area_shock) > 4 AND least(t.school_shock, t.area_shock) = 0
GROUP BY 1 ORDER BY 1;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_demo_week;
