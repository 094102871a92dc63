-- Published attendance of weeks and of the year to date: the wide layouts, the long one, editions. Invented figures.
-- Expected values: the figures written here, and that both layouts say the same. Real files: test/t/150_published_weeks.pl
\set SHOW_CONTEXT never

-- A client's work on one file: begin, copy, finish. Lines are separated by |.
CREATE FUNCTION pg_temp.import(format text, file text, header text, lines text, published text = NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	logged abie.import;
	names text[] := abie_internal.import_header(header);
BEGIN
	PERFORM abie.import_begin(format, file, header, encode(sha256(convert_to(header || lines, 'UTF8')), 'hex'),
		cardinality(string_to_array(lines, '|')), NULL, published);
	EXECUTE (SELECT 'INSERT INTO pg_temp.abie_import_stage VALUES ' || string_agg('(' || (
			SELECT string_agg(quote_nullable(nullif(split_part(line, ',', n), '')), ', ' ORDER BY n) FROM generate_series(1, cardinality(names)) n) || ')', ', ' ORDER BY place)
		FROM regexp_split_to_table(lines, '\|') WITH ORDINALITY split (line, place));
	logged := abie.import_finish();
	RETURN format('%s: %s read, %s stored, %s updated, %s unchanged, %s set aside %s, %s rejected', logged.format, logged.rows_read, logged.stored,
		logged.updated, logged.unchanged, logged.set_aside, logged.set_aside_reasons, logged.rejected);
END
$$;
CREATE FUNCTION pg_temp.held() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(to_jsonb(a)::text, '' ORDER BY academic_year, time_frame, reference_date, area_code, education_phase)) FROM abie.published_attendance a
$$;
-- the columns of 2022/23 and of 2025/26, less some
\set area 'time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,new_la_code,la_name,old_la_code,'
\set sums 'num_schools,enrolments,overall_attendance,approved_educational_activity,overall_absence,authorised_absence,unauthorised_absence,possible_sessions,'
\set first :area 'school_type,' :sums 'reason_present_am,reason_i_authorised_illness,reason_t_authorised_grt_absence,reason_j_aea_interview,reason_d_aea_dual_registration,reason_x_not_attending_covid_non_compulsory,reason_o_other_unauthorised,total_num_schools,total_enrolments,overall_absence_perc,auth_grt_perc'
\set week :area 'education_phase,' :sums 'reason_present_am,reason_i_authorised_illness,reason_t_authorised_mobile_child,reason_j1_authorised_interview,reason_k_aea_education_arranged_by_la,reason_o_other_unauthorised,total_num_schools,total_enrolments,overall_absence_perc,illness_perc,auth_mob_perc'
\set england 'E92000001,England,,,,,NA,'
\set region 'E92000001,England,E12000004,East Midlands,,,z,'
\set rutland 'E92000001,England,E12000004,East Midlands,E06000017,Rutland,857,'

-- the layout of 2022/23: school_type, other names of reasons
SELECT pg_temp.import('auto', 'autumn 2022', :'first',
	'2022,Week 37,National,' || :'england' || 'Primary,16000.4,4000000.6,950,10,50,30,20,1000,470,25,5,3,0,7,20,16700,4500000,5,0.5|'
	|| '2022,Week 37,National,' || :'england' || 'Total,21000,7000000,1800,20,200,120,80,2000,900,100,20,3,0,9,80,22000,8000000,9.5,5e-01|'
	|| '2022,Week 37,Local authority,' || :'rutland' || 'State-funded secondary,1,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c|'
	|| '2022,Week 44,Local authority,' || :'rutland' || 'Primary,3,652,0,0,0,0,0,0,0,0,0,0,0,0,0,17,2813,NaN,z');
SELECT academic_year, reference_date, area_name, education_phase, num_schools, enrolments, total_enrolments, sess_possible, sess_overall, sess_overall_percent, reasons, reason_percents, markers, edition
FROM abie.published_attendance ORDER BY reference_date, geographic_level, education_phase;

-- the layout of 2025/26, numbers as R writes them; what is no week of an area, and what is wrong
SELECT pg_temp.import('auto', 'autumn 2026', :'week',
	'2026,Week 53,National,' || :'england' || 'Primary,16000,4.5e+06,9.5e+04,100,5e+03,3000,2000,1e+05,47000,2500,300,200,1,2000,16700,4500000,5,2.5,3.6355e-05|'
	|| '2026,Week 52,National,' || :'england' || 'All schools,21000,7000000,1800,20,200,120,80,2000,900,100,20,0,0,80,22000,8000000,10,5,1|'
	|| '2026,Week 52,Regional,' || :'region' || 'Special,90,9000,180,2,20,12,8,200,90,10,2,0,0,8,95,9900,10,5,1|'
	|| '2027,week 1,Local authority,' || :'rutland' || 'Primary,17,2813,900,0,100,60,40,1000,450,60,0,0,0,40,17,2813,10,6,0|'
	|| '2025,Week 53,National,' || :'england' || 'Primary,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z|'
	|| '2026,Week 54,National,' || :'england' || 'Primary,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z|'
	|| '202627,Academic year,National,' || :'england' || 'Primary,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z|'
	|| '2026,Week 52,School,' || :'rutland' || 'Primary,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z|'
	|| '2026,Week 52,Local authority,' || :'rutland' || 'Kindergarten,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z|'
	|| '2026,Week 52,Local authority,' || :'region' || 'Primary,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z|'
	|| '2026,Week 52,Local authority,' || :'rutland' || 'Primary,1,1,9,0,2,1,1,10,0,0,0,0,0,0,1,1,10,z,z|'
	|| '2026,Week 52,Local authority,' || :'rutland' || 'Secondary,1,1,9,0,1,1,1,10,0,0,0,0,0,0,1,1,10,z,z|'
	|| '2026,Week 52,Local authority,' || :'rutland' || 'Special,1.5x,1,9,0,1,1,0,1e1,0,0,0,0,0,1.5e0,1,1,1e+3,z,z|'
	|| '2026,Week 53,National,' || :'england' || 'Primary,1,1,0,0,0,0,0,0,0,0,0,0,0,0,1,1,z,z,z');
SELECT academic_year, reference_date, area_name, region, la_code, education_phase, sess_possible, sess_overall_percent, reasons, reason_percents, edition
FROM abie.published_attendance WHERE academic_year = '2026/27' ORDER BY reference_date, geographic_level;
SELECT line, reason FROM abie.import_reject ORDER BY line;

-- daily files have the columns of weekly ones, and a date
SELECT pg_temp.import('auto', 'days', :'week' || ',attendance_date',
	'2026,Week 52,National,' || :'england' || 'Primary,1,1,9,0,1,1,0,10,0,0,0,0,0,0,1,1,10,z,z,2026-12-21');

--
-- Editions: each file has all weeks so far, the newest says how they are
--
TRUNCATE abie.published_attendance;
\set figures ',0,0,0,0,0,0,1,1,1,1,1'
\set older '2025,Week 37,National,' :england 'Primary,1,1,90,0,10,6,4,100' :figures '|2025,Week 38,National,' :england 'Primary,1,1,90,0,10,6,4,100' :figures
\set newer '2025,Week 37,National,' :england 'Primary,1,1,91,0,9,6,3,100' :figures '|2025,Week 38,National,' :england 'Primary,1,1,90,0,10,6,4,100' :figures '|2025,Week 39,National,' :england 'Primary,1,1,90,0,10,6,4,100' :figures
SELECT pg_temp.import('auto', 'older', :'week', :'older');
SELECT pg_temp.held() AS once \gset
SELECT pg_temp.import('auto', 'older', :'week', :'older'), pg_temp.held() = :'once' AS "twice changes nothing";
SELECT pg_temp.import('auto', 'newer', :'week', :'newer');
SELECT pg_temp.held() AS newest \gset
SELECT pg_temp.import('auto', 'older', :'week', :'older'), pg_temp.held() = :'newest' AS "older changes nothing";
SELECT reference_date, sess_overall, edition, source FROM abie.published_attendance ORDER BY 1;
-- the other way round
CREATE TEMP TABLE one_way AS SELECT to_jsonb(a) - 'recorded_at' AS held FROM abie.published_attendance a;
TRUNCATE abie.published_attendance;
SELECT pg_temp.import('auto', 'newer', :'week', :'newer'), pg_temp.import('auto', 'older', :'week', :'older');
SELECT count(*) AS "in any order", count(o.held) AS same FROM abie.published_attendance a LEFT JOIN one_way o ON o.held = to_jsonb(a) - 'recorded_at';
-- the newest published again, revised, a figure withdrawn
SELECT pg_temp.import('auto', 'revised', :'week', '2025,Week 39,National,' || :'england' || 'Primary,c,c,c,c,c,c,c,c' || :'figures');
SELECT reference_date, sess_possible, markers, source FROM abie.published_attendance WHERE reference_date = '2025-09-22';

--
-- The long layout of the API says the same as the wide one
--
\set long :area 'education_phase,time_frame,reference_date,attendance_status,attendance_type,attendance_reason,session_count,session_percent'
CREATE TEMP TABLE wide AS SELECT '2025,Week 37,National,' || :'england' || 'Primary,16000,4000000,950,15,50,30,20,1000,930,25,3,2,9,20,16700,4500000,5,2.5,0.3' AS line
	UNION ALL SELECT '2025,Week 37,Local authority,' || :'rutland' || 'Total,1,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c,c'
	UNION ALL SELECT '2025,Week 37,Regional,' || :'region' || 'Special,90,9000,180,2,20,12,8,200,170,10,2,0,0,8,95,9900,10,5,1';
CREATE TEMP TABLE reason AS SELECT * FROM (VALUES ('All possible sessions', 19, NULL), ('Overall attendance', 14, NULL), ('All approved educational activity', 15, NULL), ('Overall absence', 16, 28), ('All authorised', 17, NULL),
	('All unauthorised', 18, NULL), ('Present am', 20, NULL), ('Illness (i)', 21, 29), ('Mobile child (t)', 22, 30), ('Interview (j1)', 23, NULL), ('Education arranged by LA (k)', 24, NULL), ('Other unauthorised (o)', 25, NULL),
	('All late sessions', 23, NULL), ('All present', 23, NULL)) v (label, number, percent);
TRUNCATE abie.published_attendance;
SELECT pg_temp.import('auto', 'wide', :'week', (SELECT string_agg(line, '|') FROM wide));
CREATE TEMP TABLE of_wide AS SELECT * FROM abie.published_attendance;
TRUNCATE abie.published_attendance;
CREATE TEMP TABLE long AS SELECT string_agg(array_to_string((string_to_array(replace(line, 'Total', 'All schools'), ','))[:10], ',') || ',' || split_part(replace(line, 'Total', 'All schools'), ',', 11) || ',' || frame || ',2025-09-08,,,' || label || ','
	|| CASE WHEN frame = 'Week' THEN split_part(line, ',', number) ELSE '7' END || ',' || coalesce(split_part(line, ',', percent), 'x'), '|') AS lines FROM wide, reason, (VALUES ('Monday'), ('Week'), ('Year to date')) f (frame);
SELECT pg_temp.import('auto', 'long', :'long', (SELECT lines FROM long));
SELECT count(*) AS rows, count(*) FILTER (WHERE (l.sess_possible, l.sess_attending, l.sess_approved_activity, l.sess_overall, l.sess_authorised, l.sess_unauthorised, l.sess_overall_percent, l.reasons, l.reason_percents)
	IS NOT DISTINCT FROM (w.sess_possible, w.sess_attending, w.sess_approved_activity, w.sess_overall, w.sess_authorised, w.sess_unauthorised, w.sess_overall_percent, w.reasons, w.reason_percents)) AS same,
	count(*) FILTER (WHERE l.markers ->> 'sess_possible' = 'c') AS suppressed
FROM of_wide w JOIN abie.published_attendance l USING (academic_year, time_frame, reference_date, geographic_level, area_code, education_phase);
SELECT pg_temp.held() AS once \gset
SELECT pg_temp.import('auto', 'long', :'long', (SELECT lines FROM long)), pg_temp.held() = :'once' AS "twice changes nothing";
-- the wide one of the same edition has more, and outranks it
SELECT pg_temp.import('auto', 'wide', :'week', (SELECT string_agg(line, '|') FROM wide));
SELECT pg_temp.held() AS once \gset
SELECT pg_temp.import('auto', 'long', :'long', (SELECT lines FROM long)), pg_temp.held() = :'once' AS "the long one changes nothing";
-- a reason twice
SELECT pg_temp.import('ees-attendance-reasons', 'twice', :'long', '2025,Week 38,National,' || :'england' || 'Primary,Week,,,,Illness (i),5,1|2025,Week 38,National,' || :'england' || 'Primary,Week,,,,Illness (i),6,1');
SELECT line, reason FROM abie.import_reject WHERE file = 'twice';

--
-- Year to date: of a day of publication, which the file does not say
--
\set to_date :week ',pa_perc'
SELECT pg_temp.import('auto', 'to date', :'to_date', '202526,Academic year,National,' || :'england' || 'Primary,16000,4000000,950,15,50,30,20,1e3,930,25,3,2,9,20,z,4500000,5,2.5,0.3,13.1');
SELECT pg_temp.import('auto', 'to date', :'to_date', '202526,Academic year,National,' || :'england' || 'Primary,16000,4000000,950,15,50,30,20,1000,930,25,3,2,9,20,z,4500000,5,2.5,0.3,13.1|'
	|| '202526,Autumn term,National,' || :'england' || 'Primary,16000,4000000,950,15,50,30,20,1000,930,25,3,2,9,20,z,4500000,5,2.5,0.3,13.1', '2025-11-20');
SELECT pg_temp.import('auto', 'to date', :'to_date', '202526,Academic year,National,' || :'england' || 'Primary,16000,4000000,1950,15,50,30,20,2000,930,25,3,2,9,20,z,4500000,2.5,2.5,0.3,12.9', '2025-12-04');
SELECT academic_year, reference_date, sess_possible, sess_overall_percent, enrolments_pa_10_exact_percent, markers FROM abie.published_attendance WHERE time_frame = 'Year to date' ORDER BY reference_date;

--
-- Beside own weeks: what is published for every reader, own weeks for those who may see the school's results
--
INSERT INTO abie.school (urn, name, phase, la_code, region) VALUES (900001, 'Oak', 'Primary', 857, 'East Midlands'), (900002, 'Ash', 'All-through', 857, 'East Midlands');
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT '2025/26', urn, '2025-09-08', 100, 1000, 60, 40, 20, '{}' FROM unnest('{900001,900002}'::int[]) urn;
SELECT pg_temp.import('auto', 'rutland', :'week', '2025,Week 37,Local authority,' || :'rutland' || 'Primary,17,2813,900,0,100,60,40,1000,450,60,0,0,0,40,17,2813,10,6,0');
CREATE ROLE abie_week_reader;
CREATE ROLE abie_week_support;
SELECT abie.grant_access('abie_week_reader', 'school', '900001') IS NOT NULL, abie.grant_access('abie_week_support', 'school', '900002', 'support') IS NOT NULL;
SET ROLE abie_week_reader;
SELECT urn, week_start, round(attendance_percent::numeric, 2) AS own, local_authority_attendance_percent AS authority, region_attendance_percent AS region, national_attendance_percent AS england FROM abie_report.school_week_compared;
SELECT time_frame, count(*), bool_or(sess_overall_percent_symbol = 'c') AS suppressed FROM abie_report.published_attendance GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM abie.published_attendance;
SET ROLE abie_week_support;
SELECT count(*) > 0 AS published FROM abie_report.published_attendance;
SELECT count(*) FROM abie_report.school_week_compared;
RESET ROLE;
-- provisional: younger than 14 days today, one day in the transaction; the oldest and the newest whenever the test runs
BEGIN;
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT '2024/25', 900001, w, 100, 1000, 60, 40, 20, '{}' FROM unnest('{2001-01-01,2401-01-01}'::date[] || ARRAY(SELECT date_trunc('week', current_date)::date - 7 * n FROM generate_series(0, 3) n)) w;
SET ROLE abie_week_reader;
SELECT CASE WHEN w.week_start < '2002-01-01' OR w.week_start > '2400-01-01' THEN w.week_start::text ELSE (date_trunc('week', current_date)::date - w.week_start) / 7 || ' weeks ago' END AS week, w.provisional, c.provisional AS compared
FROM abie_report.school_week w JOIN abie_report.school_week_compared c USING (academic_year, urn, week_start) WHERE academic_year = '2024/25' ORDER BY w.week_start;
ROLLBACK;

-- left as it was found
SET client_min_messages = error;
SELECT abie.revoke_access('abie_week_reader', 'school', '900001'), abie.revoke_access('abie_week_support', 'school', '900002', 'support');
DROP ROLE abie_week_reader, abie_week_support;
DELETE FROM abie.school WHERE urn IN (900001, 900002);
DELETE FROM abie.attendance_week WHERE urn IN (900001, 900002);
TRUNCATE abie.published_attendance, abie.import_reject, abie.import;
