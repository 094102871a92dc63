-- What registers add up to, as a whole and by school week, in one pass. Expected values: by hand; the aggregates abie.absence and
-- abie.rate_error over each week on its own, as the weeks were counted before; the sums of parts.
CREATE SCHEMA absence_week_test;
SET search_path = absence_week_test;
SET datestyle = ISO;
\set VERBOSITY terse

--
-- By hand
--
-- two weeks: ten possible of two pupils, of whom one is ill for a day and late once; then one pupil only, the other not possible
CREATE TABLE pair AS SELECT abie.absence_weeks_agg(r) AS weeks FROM (VALUES (abie.register('2025-09-01', '/\II/\L\/\ YYYYYYYYYY')), (abie.register('2025-09-01', '/\/\/\/\/\ UU/\/\/\/B'))) v(r);
SELECT w.week_start, w.enrolments, w.sess_possible, w.sess_overall, w.sess_authorised, w.sess_unauthorised, w.sess_attending, w.sess_approved_activity AS activity, w.sess_late AS late,
	w.sess_not_possible AS not_possible, w.reasons ->> 'sess_auth_illness' AS ill, w.reasons ->> 'sess_unauth_late' AS u FROM pair, abie.weeks(weeks) w;
SELECT (m).enrolments, (m).sess_possible, (m).sess_overall, (m).enrolments_pa_10_exact AS persistent, (m).sess_not_possible AS not_possible FROM (SELECT abie.measures(weeks) AS m FROM pair) p;
SELECT weeks FROM pair;
-- of a window, which may begin and end within a week; dates may be NULL; a register that has nothing in it
SELECT w.week_start, w.enrolments, w.sess_possible, w.sess_overall
FROM (SELECT abie.absence_weeks_agg(r, '2025-09-02', '2025-09-08') AS weeks FROM (VALUES (abie.register('2025-09-01', '/\II/\L\/\ /\/\/\/\/\')), (abie.register('2024-09-02', '/\'))) v(r)) a, abie.weeks(a.weeks) w;
SELECT abie.absence_weeks_agg(r, NULL, NULL)::text = abie.absence_weeks_agg(r)::text AS "no bound" FROM (VALUES (abie.register('2025-09-01', '/\II/\L\/\ /\/\/\/\/\')), (NULL)) v(r);
-- none
SELECT abie.absence_weeks_agg(r) AS none, (abie.measures(abie.absence_weeks_agg(r))).enrolments, abie.rate_error(abie.absence_weeks_agg(r)) IS NULL AS "no error" FROM (VALUES (abie.register('2025-09-01', ''))) v(r);
SELECT count(*) AS "no weeks" FROM abie.weeks((SELECT abie.absence_weeks_agg(r) FROM (VALUES (abie.register('2025-09-01', '##########'))) v(r)));

--
-- At random, all codes of both regimes: as counted week by week
--
SELECT setseed(0.375);
CREATE TABLE pupil AS
SELECT i AS pupil, i % 7 AS school, date '2025-06-01' + i % 90 AS last_day,
	abie.register(date '2024-08-26' + 7 * (i % 40), string_agg(CASE WHEN random() < 0.8 THEN '/' ELSE c.code[1 + floor(random() * cardinality(c.code))::integer] END, '' ORDER BY s)) AS register
FROM generate_series(1, 300) i, generate_series(1, 10 * 45) s, (SELECT array_agg(DISTINCT code) AS code FROM abie.attendance_code WHERE code !~ '^X0') c
WHERE s <= 450 - 10 * (i % 9)
GROUP BY i;
UPDATE pupil SET register = abie.recode(register, 'X', 'X07', to_date => '2025-01-01') WHERE pupil % 3 = 0;
CREATE TABLE school AS SELECT school, abie.absence_weeks_agg(register, '2024-08-29', last_day) AS weeks FROM pupil GROUP BY school;
CREATE TABLE by_week AS
SELECT w.school, w.week_start, (w.m).enrolments, (w.m).sess_possible, (w.m).sess_overall, (w.m).sess_authorised, (w.m).sess_unauthorised, (w.m).sess_attending, (w.m).sess_approved_activity,
	(w.m).sess_late, (w.m).sess_not_possible, (w.m).sess_administrative, (w.m).sess_unrecorded,
	(SELECT jsonb_object_agg(r.key, r.value) FROM jsonb_each(to_jsonb(w.m)) r WHERE r.key = ANY (abie_internal.absence_reasons())) AS reasons
FROM (SELECT p.school, monday::date AS week_start, abie.absence(p.register, greatest(monday::date, '2024-08-29'), least(monday::date + 6, p.last_day)) AS m
	FROM pupil p, generate_series('2024-08-26', '2026-08-31', interval '1 week') monday GROUP BY 1, 2) w
WHERE (w.m).enrolments > 0;
SELECT count(*) AS weeks, count(DISTINCT key) AS reasons, sum(sess_possible) > 50000 AS many FROM by_week, jsonb_object_keys(reasons) key;
SELECT count(*) AS different FROM (
	(SELECT b.*, b.reasons::text FROM by_week b EXCEPT SELECT s.school, w.*, w.reasons::text FROM school s, abie.weeks(s.weeks) w)
	UNION ALL (SELECT s.school, w.*, w.reasons::text FROM school s, abie.weeks(s.weeks) w EXCEPT SELECT b.*, b.reasons::text FROM by_week b)) d;
-- and the whole
SELECT count(*) AS schools, count(*) FILTER (WHERE abie.measures(s.weeks) IS DISTINCT FROM o.measures OR abie.rate_error(s.weeks) IS DISTINCT FROM o.error) AS different
FROM school s JOIN (SELECT school, abie.absence(register, '2024-08-29', last_day) AS measures,
	abie.rate_error(abie.sess_overall(register, '2024-08-29', last_day), abie.sess_possible(register, '2024-08-29', last_day)) AS error FROM pupil GROUP BY school) o USING (school);

--
-- In any order and any parts, to the bit: by size of step, by workers, by states kept
--
CREATE TABLE whole AS SELECT abie.absence_weeks_agg(register) AS weeks FROM pupil;
SELECT bool_and(o.weeks::text = w.weeks::text) AS same FROM whole w, (SELECT abie.absence_weeks_agg(register ORDER BY pupil DESC) AS weeks FROM pupil UNION ALL
	SELECT abie.absence_weeks_agg(part) FROM (SELECT abie.absence_weeks_agg(register) AS part FROM pupil GROUP BY pupil % 11) p UNION ALL
	SELECT abie_internal.absence_weeks_combine(abie.absence_weeks_agg(register) FILTER (WHERE school < 3), abie.absence_weeks_agg(register) FILTER (WHERE school >= 3)) FROM pupil) o;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT abie.absence_weeks_agg(register) FROM pupil;
SELECT abie.absence_weeks_agg(p.register)::text = (SELECT w.weeks::text FROM whole w) AS "by workers" FROM pupil p;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
-- kept, written and read: as text and as bytes
CREATE TABLE kept AS SELECT school, weeks FROM school;
SELECT count(*) FILTER (WHERE weeks::text::abie.absence_weeks::text <> weeks::text) AS "as text", max(pg_column_size(weeks)) < 10000 AS "some kB" FROM kept;
CREATE TABLE received (LIKE kept);
\copy kept TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/weeks_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/weeks_binary && rm "$PG_ABS_BUILDDIR"/results/weeks_binary' WITH (FORMAT binary)
SELECT count(*) FILTER (WHERE r.weeks::text <> k.weeks::text) AS "as bytes", count(*) FROM kept k JOIN received r USING (school);

--
-- What cannot be counts of enrolments is refused: each count of a true value by itself changed
--
CREATE FUNCTION refused(value text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM value::abie.absence_weeks;
	RETURN false;
EXCEPTION WHEN invalid_text_representation THEN
	RETURN true;
END $$;
-- the marks that may be more outside the weeks that count: not possible, administrative, unrecorded
WITH part AS (SELECT regexp_split_to_table(weeks::text, '\s+') AS word, generate_series(1, cardinality(regexp_split_to_array(weeks::text, '\s+'))) AS place FROM pair),
changed AS (SELECT p.place, p.word, string_agg(CASE WHEN o.place = p.place THEN regexp_replace(o.word, '\d+(;?)$', (substring(o.word FROM '(\d+);?$')::integer + 1) || '\1') ELSE o.word END, ' ' ORDER BY o.place) AS value
	FROM part p, part o GROUP BY p.place, p.word)
SELECT count(*) AS tried, string_agg(word, ' ' ORDER BY place) FILTER (WHERE NOT refused(value)) AS accepted FROM changed WHERE word ~ '\d;?$';
SELECT ''::abie.absence_weeks;
SELECT '0 0 0 0 0 0; 0 0 0'::abie.absence_weeks;
SELECT '0 0 0 0 0 0; 0 0; '::abie.absence_weeks;
SELECT '0 0 0 0 0 0; 0 0 x; '::abie.absence_weeks;
SELECT '0 0 0 0 0 0; 0 0 0; 2025-09-01:1'::abie.absence_weeks;
SELECT ('1 0 0 0 0 0 /:2; 0 0 4; 2025-09-02:1 2' || repeat(' 0', 24))::abie.absence_weeks;
SELECT ('1 0 0 0 0 0 /:2; 0 0 4; 2025-09-01:1 4294967296' || repeat(' 0', 24))::abie.absence_weeks;
SELECT ('1 0 0 0 0 0 /:2; 0 0 4; 2025-09-01:1 3' || repeat(' 0', 24))::abie.absence_weeks;
-- limits: ten years, also of two; enrolments of a week
SELECT abie.absence_weeks_agg(r) FROM (VALUES (abie.register('2014-09-08', '/')), (abie.register('2025-09-08', '/'))) v(r);
WITH one AS (SELECT ('300000000 0 0 0 0 0 /:300000000; 0 0 300000000; 2025-09-01:300000000 300000000' || repeat(' 0', 24))::abie.absence_weeks AS weeks) SELECT abie.absence_weeks_agg(weeks) FROM (TABLE one UNION ALL TABLE one) two;
-- another aggregate cannot begin with NULL
CREATE AGGREGATE no_state(abie.register, date, date) (SFUNC = abie_internal.absence_weeks_step, STYPE = abie.absence_weeks);
SELECT no_state(abie.register('2025-09-01', '/'), NULL, NULL);

--
-- Weeks that may still change
--
SELECT day::date, abie.is_provisional('2026-07-06', day::date) AS "of 6 July", abie.is_provisional('2026-07-13', day::date) AS "of 13 July" FROM unnest('{2026-07-19,2026-07-20,2026-07-23,2026-07-26,2026-07-27}'::date[]) day;

--
-- Whether a key occurs twice, by GROUP BY too
--
SELECT setseed(0.5);
SELECT count(*) FILTER (WHERE has) AS with_repeat, count(*) FILTER (WHERE has <> (keys <> distinct_keys)) AS wrong
FROM (SELECT sample, abie_internal.has_repeat(key) AS has, count(key) AS keys, count(DISTINCT key) AS distinct_keys
	FROM (SELECT sample, floor(random() * 20000)::bigint - 10000 + (i - i) AS key FROM generate_series(1, 60) sample, generate_series(1, 20 + 4 * sample) i) k GROUP BY sample) s;
SELECT abie_internal.has_repeat(key) AS none, abie_internal.has_repeat(nullif(key, key)) AS only_null FROM generate_series(1, 1000) key;
SELECT abie_internal.has_repeat_final(abie_internal.has_repeat_combine('{3,5,6,7,0}', '{2,4,7}')) AS of_both, abie_internal.has_repeat_final('{2,4,5,4}') AS "room is no key";
SELECT abie_internal.has_repeat_final('{3,1,2}');

SET client_min_messages = warning;
DROP SCHEMA absence_week_test CASCADE;
