-- The aggregate abie.absence: published figures, boundaries, identities, plain SQL over rows of marks, and every way of splitting the work.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA absence_test;
SET search_path = absence_test, pg_catalog, abie, abie_internal;
SET datestyle = ISO;
SET max_parallel_workers_per_gather = 0;

\i test/lib/error_of.sql

--
-- The columns, by hand: a code each, in powers of two so that no two sums are alike
--
\pset expanded on
SELECT (absence(t)).* FROM (SELECT tally '/:1 \:2 L:4 K:8 V:16 P:32 W:64 B:128 J:256 D2006:512 C:1024 C1:2048 C2:4096 E:8192 I:16384 I01:32768 I02:65536 J1:131072 M:262144 R:524288
	S:1048576 T:2097152 H:4194304 F:8388608 G:16777216 N:33554432 O:67108864 U:134217728 D:268435456 Q:536870912 X:1073741824 X01:2147483648 Y:4294967296 Y1:8589934592 Y2:17179869184
	Y3:34359738368 Y4:68719476736 Y5:137438953472 Y6:274877906944 Y7:549755813888 X02:1099511627776 X03:2199023255552 X04:4398046511104 X05:8796093022208 X06:17592186044416
	X07:35184372088832 X08:70368744177664 X09:140737488355328 Z:281474976710656 #:562949953421312 -:3' AS t) AS t;
-- no rows, NULL, nothing possible: nothing counted, not even what is not possible
SELECT (absence(r)).* FROM (VALUES (register '2025-09-01:##XXZZ--QD'), (NULL), ('2025-09-01:')) AS v (r);
\pset expanded off
SELECT absence(r) = absence(NULL::register) AND absence(r) = absence(tally(r)) AND absence(r) = absence(NULL::tally) AND absence(r) = absence(NULL::register, NULL, NULL) AS "nothing is nothing",
	absence(r) = (SELECT absence(r) FROM (SELECT register '2025-09-01:' AS r) AS none WHERE false) AS "no rows"
FROM (VALUES (register '2025-09-01:##XXZZ--QD'), (NULL), ('2025-09-01:')) AS v (r);

--
-- Persistent and severe: the boundary vectors of 10 % and 50 %, absent and possible sessions; NULL: not an enrolment
--
CREATE TABLE vector (absent integer, possible integer, persistent boolean, severe boolean);
INSERT INTO vector VALUES
	(7, 70, true, false), (6, 70, false, false), (31, 310, true, false), (31, 311, false, false), (38, 380, true, false), (37, 380, false, false),
	(1, 10, true, false), (1, 11, false, false), (5, 10, true, true), (4, 9, true, false), (190, 380, true, true), (189, 380, true, false),
	(0, 380, false, false), (0, 1, false, false), (0, 0, NULL, NULL), (380, 380, true, true), (1, 1, true, true),
	-- the cumulative thresholds that schools publish by half term
	(14, 140, true, false), (13, 140, false, false), (20, 200, true, false), (19, 200, false, false), (25, 250, true, false), (24, 250, false, false), (30, 310, false, false);
-- as registers: absence of three codes of both kinds, sessions that are not possible before, among and after; and as tallies
CREATE TABLE vector_case AS
SELECT v.*, register('2025-09-01', '##XX' || repeat('I', a) || repeat('O#', b) || repeat('/', possible - absent) || 'Y1DQZ-' || repeat('C2', absent - a - b) || '#') AS register,
	format('I:%s G:%s L:%s #:9 X:8', a + b, absent - a - b, possible - absent)::tally AS tally
FROM (SELECT *, absent / 3 AS a, absent / 2 AS b FROM vector) AS v;
CREATE TABLE vector_measures AS SELECT absent, possible, persistent, severe, absence(register) AS of_register, absence(tally) AS of_tally FROM vector_case GROUP BY absent, possible, persistent, severe;
SELECT absent, possible, r.enrolments, r.enrolments_pa_10_exact AS persistent, r.enrolments_pa_50_exact AS severe, r.sess_overall = absent AND r.sess_possible = possible AS counted,
	(r.enrolments, r.enrolments_pa_10_exact, r.enrolments_pa_50_exact) = ((v.persistent IS NOT NULL)::integer, coalesce(v.persistent, false)::integer, coalesce(v.severe, false)::integer) AS right,
	(r.enrolments, r.enrolments_pa_10_exact, r.enrolments_pa_50_exact, r.sess_possible, r.sess_overall) = (t.enrolments, t.enrolments_pa_10_exact, t.enrolments_pa_50_exact, t.sess_possible, t.sess_overall) AS "tally alike"
FROM vector_measures v, LATERAL (SELECT (of_register).*) AS r, LATERAL (SELECT (of_tally).*) AS t ORDER BY possible, absent;
SELECT count(*), count(*) FILTER (WHERE (is_persistently_absent(register), is_severely_absent(register), is_persistently_absent(tally), is_severely_absent(tally)) IS DISTINCT FROM (persistent, severe, persistent, severe)) AS differ,
	(absence(register)).enrolments = count(persistent) AND (absence(register)).enrolments_pa_10_exact = count(*) FILTER (WHERE persistent) AND (absence(register)).enrolments_pa_50_exact = count(*) FILTER (WHERE severe) AS "all in one",
	(absence(tally)).enrolments_pa_10_exact = count(*) FILTER (WHERE persistent) AND (absence(tally)).enrolments_pa_50_exact = count(*) FILTER (WHERE severe) AS "as tallies"
FROM vector_case;
-- in a window: the same vectors with four weeks of absence before and of presence after
SELECT count(*), count(*) FILTER (WHERE in_window IS DISTINCT FROM alone) AS differ, count(*) FILTER (WHERE whole = alone) AS "whole alike"
FROM (SELECT absence(r, '2025-09-01', end_date(register)) AS in_window, absence(register) AS alone, absence(r) AS whole
	FROM (SELECT *, register '2025-08-04:' || register('2025-08-04', repeat('G', 40)) || register || register(end_date(register) + 3, repeat('/', 40)) AS r FROM vector_case) AS v GROUP BY absent, possible) AS w;

--
-- Published figures
--
-- Monday 8 September 2025, England, all schools (pooled): attendance 95.37, absence 4.63, authorised 2.56 per cent; in one sum and in seven parts
CREATE FUNCTION percent(part bigint, whole bigint, digits integer) RETURNS numeric LANGUAGE sql RETURN abie.round_half_up(100.0::float8 * part / whole, digits);
WITH england AS (SELECT tally '/:13106228 B:44014 I:352588 O:285159' AS tally)
SELECT of, a.sess_possible, a.sess_attending, a.sess_overall, percent(a.sess_attending, a.sess_possible, 2) AS attendance, round_half_up(a.sess_overall_percent, 2) AS absence, round_half_up(a.sess_authorised_percent, 2) AS authorised
FROM (SELECT 'one' AS of, (absence(tally)).* FROM england
	UNION ALL SELECT 'parts', (absence(format('%s:%s', code, sessions / 7 + CASE part WHEN 7 THEN sessions % 7 ELSE 0 END)::tally)).* FROM england, counts(tally), generate_series(1, 7) AS part) AS a;
-- Monday 9 September 2024: pooling gives 95.34 and 4.66, not the 95.36 and 4.64 then published, which were weighted by headcount
SELECT percent(a.sess_attending, a.sess_possible, 2) AS attendance, round_half_up(a.sess_overall_percent, 2) AS absence FROM (SELECT (absence(tally '/:13257429 V:50945 I:650791')).*) AS a;
-- Year to date 2025/26 to 10 July 2026, England. present (/ \ L), approved activity, authorised, unauthorised, and by code; what is not given by code is C and N here.
CREATE TABLE published (phase text, possible bigint, present bigint, approved bigint, attending bigint, authorised bigint, unauthorised bigint, attendance_percent numeric, absence_percent numeric,
	i bigint, m bigint, c2 bigint, g bigint, o bigint, l bigint, u bigint);
INSERT INTO published VALUES
	('Primary', 1299079364, 1217200019, 13331077, 1230531096, 48445756, 20102512, 94.72332, 5.27668, 36191780, 3533055, 2165735, 6948330, 10312019, 14574915, 2200160),
	('Secondary', 1093892081, 983976789, 17046240, 1001023029, 57111352, 35757700, 91.51022, 8.48978, 39674988, 4116441, 3511650, 3439600, 28533487, 30519828, 3243297),
	('Special', 52448242, 44721088, 820169, 45541257, 5018975, 1888010, 86.83086, 13.16914, 2632592, 532330, 833003, 213652, 1468483, 402137, 169596),
	('Total', 2445419687, 2245897896, 31197486, 2277095382, 110576083, 57748222, 93.11675, 6.88325, 78499360, 8181826, 6510388, 10601582, 40313989, 45496880, 5613053);
CREATE TABLE by_code AS SELECT phase, format('/:%s \:%s L:%s B:%s I:%s M:%s C2:%s C:%s G:%s O:%s U:%s N:%s #:5000 Y1:7000 D:9000', present - l - (present - l) / 2, (present - l) / 2, l, approved,
	i, m, c2, authorised - i - m - c2, g, o, u, unauthorised - g - o - u)::tally AS tally FROM published WHERE phase <> 'Total';
SELECT p.phase, round_half_up(a.sess_overall_percent, 5) AS absence, percent(a.sess_attending, a.sess_possible, 5) AS attendance,
	(round_half_up(a.sess_overall_percent, 5), percent(a.sess_attending, a.sess_possible, 5)) = (p.absence_percent, p.attendance_percent) AS "as published",
	(a.sess_possible, a.sess_attending, a.sess_approved_activity, a.sess_authorised, a.sess_unauthorised, a.sess_overall, a.sess_auth_illness, a.sess_auth_appointments, a.sess_auth_temp_reduced_timetable,
		a.sess_unauth_holiday, a.sess_unauth_other, a.sess_late, a.sess_unauth_late)
	= (p.possible, p.attending, p.approved, p.authorised, p.unauthorised, p.authorised + p.unauthorised, p.i, p.m, p.c2, p.g, p.o, p.l, p.u) AS counts
FROM (SELECT coalesce(phase, 'Total') AS phase, (absence(tally)).* FROM by_code GROUP BY ROLLUP (phase)) AS a JOIN published p USING (phase) ORDER BY p.possible;

--
-- 10,000 random registers in 50 schools, 60 to 200 marks each: from 2007, across September 2011, in covid, across 19 August 2024, since
--
SELECT setseed(0.42);
CREATE TABLE pupil (id integer, school integer, start date, register register);
INSERT INTO pupil
SELECT id, id % 50, start, register(start, string_agg(CASE
		WHEN id % 97 = 0 THEN (ARRAY['#', '-', 'X', 'Z'])[1 + floor(luck * 4)]
		WHEN luck > absent THEN '/'
		WHEN start + 7 * (session / 10) + session % 10 / 2 >= '2024-08-19' THEN (ARRAY['I', 'I', 'I', 'I', 'M', 'O', 'O', 'O', 'N', 'U', 'G', 'L', 'B', 'K', 'V', 'P', 'W', 'C', 'C1', 'C2', 'J1', 'E', 'R', 'S', 'T', 'D', 'Q',
			'X', 'Y1', 'Y2', 'Y3', 'Y4', 'Y5', 'Y6', 'Y7', 'Z', '#', '-', 'H', 'F', 'J', 'Y', 'I01', 'I02', 'X01', 'X02', 'X09'])[1 + floor(luck / absent * 47)]
		WHEN start >= '2021-03-08' THEN (ARRAY['I', 'I', 'M', 'O', 'N', 'U', 'G', 'L', 'D', 'C', 'H', 'F', 'J', 'Y', 'X', 'I01', 'I02', 'X01', 'X02', 'X03', 'X04', 'X05', 'X06', 'X07', 'X08', 'X09', '#', '-'])[1 + floor(luck / absent * 28)]
		ELSE (ARRAY['I', 'I', 'M', 'O', 'N', 'U', 'G', 'L', 'B', 'V', 'P', 'W', 'D', 'D', 'C', 'E', 'H', 'F', 'J', 'Y', 'R', 'S', 'T', 'X', 'Z', '#', '-'])[1 + floor(luck / absent * 27)] END, '' ORDER BY session))
FROM (SELECT id, start, absent, session, random() AS luck FROM (SELECT id, (ARRAY[date '2007-01-08', '2011-07-04', '2021-03-08', '2024-06-03', '2025-09-01'])[1 + id % 5] + 7 * floor(random() * 4)::integer AS start,
		10 * floor(6 + random() * 15)::integer AS sessions, 0.02 + random() ^ 3 * 0.95 AS absent FROM generate_series(1, 10000) AS id OFFSET 0) AS p, generate_series(0, sessions - 1) AS session OFFSET 0) AS mark
GROUP BY id, start;
ANALYZE pupil;
SELECT count(*), min(session_count(register)), max(session_count(register)), count(DISTINCT school) AS schools,
	count(*) FILTER (WHERE date_range(register) @> daterange('2024-08-18', '2024-08-20')) > 1000 AS "in both regimes", count(*) FILTER (WHERE date_range(register) @> daterange('2011-08-31', '2011-09-02')) > 1000 AS "across D"
FROM pupil;

-- all measures of abie.absence by plain SQL: the rows of marks, joined to the view of codes on code and date
CREATE FUNCTION by_plain_sql(from_date date, to_date date, pupils integer DEFAULT 10000) RETURNS TABLE (school integer, measures abie.absence_measures) LANGUAGE sql AS $$
	WITH mark AS (
		SELECT p.school, p.id, CASE WHEN m.code = '-' THEN 'unrecorded' ELSE v.category END AS category, coalesce(v.counts_possible, false) AS possible, v.counts_present AS attending,
			CASE WHEN v.reason_group ~ '^reason_y\d' THEN 'sess_y_exceptional' ELSE v.reason_group END AS reason, m.code
		FROM pupil p CROSS JOIN abie.marks(p.register) AS m LEFT JOIN abie.attendance_code v ON v.code = m.code AND m.session_date <@ v.applies
		WHERE p.id <= pupils AND (from_date IS NULL OR m.session_date >= from_date) AND (to_date IS NULL OR m.session_date <= to_date)),
	pupil_reason AS (
		SELECT school, id, reason, category, code, possible, attending, count(*) AS n, category = 'administrative' AND NOT possible AS administrative FROM mark GROUP BY school, id, reason, category, code, possible, attending),
	enrolment AS (
		SELECT id, sum(n) FILTER (WHERE possible) AS p, coalesce(sum(n) FILTER (WHERE category = 'authorised'), 0) AS a, coalesce(sum(n) FILTER (WHERE category = 'unauthorised'), 0) AS u
		FROM pupil_reason GROUP BY id HAVING sum(n) FILTER (WHERE possible) > 0),
	head AS (
		SELECT school, count(*) AS e, sum(p)::bigint AS p, sum(a + u)::bigint AS o, sum(a)::bigint AS a, sum(u)::bigint AS u, count(*) FILTER (WHERE 10 * (a + u) >= p) AS pa, count(*) FILTER (WHERE 2 * (a + u) >= p) AS severe,
			coalesce(sum(p) FILTER (WHERE 10 * (a + u) >= p), 0)::bigint AS pa_p, coalesce(sum(a) FILTER (WHERE 10 * (a + u) >= p), 0)::bigint AS pa_a, coalesce(sum(u) FILTER (WHERE 10 * (a + u) >= p), 0)::bigint AS pa_u
		FROM enrolment JOIN pupil USING (id) GROUP BY school),
	reason AS (
		SELECT school, coalesce(jsonb_object_agg(reason, n) FILTER (WHERE reason IS NOT NULL), '{}') AS n FROM (SELECT school, reason, sum(n) AS n FROM pupil_reason JOIN enrolment USING (id) GROUP BY school, reason) AS r GROUP BY school),
	other AS (
		SELECT school, coalesce(sum(n) FILTER (WHERE attending), 0)::bigint AS attending, coalesce(sum(n) FILTER (WHERE category = 'approved_activity'), 0)::bigint AS approved, coalesce(sum(n) FILTER (WHERE code = 'L'), 0)::bigint AS late,
			coalesce(sum(n) FILTER (WHERE category = 'not_possible'), 0)::bigint AS not_possible, coalesce(sum(n) FILTER (WHERE administrative), 0)::bigint AS administrative, coalesce(sum(n) FILTER (WHERE category = 'unrecorded'), 0)::bigint AS unrecorded
		FROM pupil_reason JOIN enrolment USING (id) GROUP BY school)
	SELECT school, ROW(h.e, h.p, h.o, h.a, h.u, 100.0::float8 * h.o / h.p, 100.0::float8 * h.a / h.p, 100.0::float8 * h.u / h.p, h.pa, 100.0::float8 * h.pa / h.e, h.severe, 100.0::float8 * h.severe / h.e,
		of_reason[1], of_reason[2], of_reason[3], of_reason[4], of_reason[5], of_reason[6], of_reason[7], of_reason[8], of_reason[9], of_reason[10], of_reason[11], of_reason[12], of_reason[13], of_reason[14], of_reason[15],
		of_reason[16], of_reason[17], of_reason[18], of_reason[19],
		o.attending, o.approved, o.late, o.not_possible, o.administrative, o.unrecorded,
		h.pa_p, h.pa_a + h.pa_u, h.pa_a, h.pa_u, 100.0::float8 * (h.pa_a + h.pa_u) / nullif(h.pa_p, 0), 100.0::float8 * h.pa_a / nullif(h.pa_p, 0), 100.0::float8 * h.pa_u / nullif(h.pa_p, 0))::abie.absence_measures
	FROM head h JOIN reason r USING (school) JOIN other o USING (school),
		LATERAL (SELECT array_agg(coalesce((r.n ->> name)::bigint, 0) ORDER BY place) AS of_reason FROM unnest('{sess_auth_illness,sess_auth_appointments,sess_auth_religious,sess_auth_study,sess_auth_traveller,sess_auth_holiday,
			sess_auth_ext_holiday,sess_auth_excluded,sess_auth_interview,sess_auth_reg_performance,sess_auth_temp_reduced_timetable,sess_auth_other,sess_unauth_holiday,sess_unauth_late,sess_unauth_other,sess_unauth_noyet,
			sess_x_covid,sess_y_exceptional,sess_q_la_arrangements}'::text[]) WITH ORDINALITY AS column_of (name, place)) AS reasons
$$;
CREATE TABLE plain AS SELECT * FROM by_plain_sql(NULL, NULL);
CREATE TABLE measured AS SELECT school, absence(register) AS measures FROM pupil GROUP BY school;
SELECT count(*) AS schools, count(*) FILTER (WHERE m.measures IS DISTINCT FROM p.measures) AS differ FROM measured m FULL JOIN plain p USING (school);
SELECT count(*) AS schools, count(*) FILTER (WHERE m.measures IS DISTINCT FROM p.measures) AS differ FROM (SELECT school, absence(tally(register)) AS measures FROM pupil GROUP BY school) AS m FULL JOIN plain p USING (school);
-- the comparison sees all columns at work: some school has each count
SELECT c.key AS "never more than 0" FROM measured, jsonb_each_text(to_jsonb(measures)) AS c GROUP BY c.key HAVING coalesce(max(c.value::numeric), 0) = 0;
SELECT sum((measures).enrolments) < 10000 AS "some not enrolled", sum((measures).enrolments_pa_10_exact) BETWEEN 2000 AND 8000 AS "many persistent", sum((measures).enrolments_pa_50_exact) > 200 AS "many severe" FROM measured;

-- windows: a day, a week, from a weekend, across a change of regime, years to date; for each the aggregate, plain SQL and slices agree
CREATE TABLE date_window (from_date date, to_date date);
INSERT INTO date_window VALUES ('2025-09-10', '2025-09-10'), ('2024-08-12', '2024-08-23'), ('2011-08-31', '2011-09-01'), ('2021-03-14', '2021-04-03'), (NULL, '2024-08-18'), ('2024-08-19', NULL), ('2011-08-20', '2025-09-20'), ('-infinity', 'infinity');
SELECT w.*, count(*) AS schools, count(*) FILTER (WHERE m.measures IS DISTINCT FROM p.measures) AS differ,
	-- a slice has - for what is outside its dates in its weeks
	count(*) FILTER (WHERE to_jsonb(m.measures) - 'sess_unrecorded' IS DISTINCT FROM to_jsonb(sliced) - 'sess_unrecorded') AS "slices differ"
FROM date_window w CROSS JOIN generate_series(0, 49) AS school
	LEFT JOIN LATERAL (SELECT absence(register, from_date, to_date) AS measures, absence(slice(register, from_date, to_date)) AS sliced FROM pupil WHERE pupil.school = school.school AND id <= 1000) AS m ON (m.measures).enrolments > 0
	LEFT JOIN (SELECT w.from_date AS f, w.to_date AS t, p.* FROM date_window w, by_plain_sql(from_date, to_date, 1000) AS p) AS p ON p.school = school.school AND (f, t) IS NOT DISTINCT FROM (from_date, to_date)
WHERE m.measures IS NOT NULL OR p.measures IS NOT NULL
GROUP BY w.from_date, w.to_date ORDER BY 1, 2;
SELECT count(*) FILTER (WHERE absence IS DISTINCT FROM measures) AS "no bounds differ" FROM (SELECT school, absence(register, NULL, NULL) FROM pupil GROUP BY school) AS a JOIN measured USING (school);
-- a window of each row its own: each pupil's first four weeks
SELECT absence(register, start, start + 27) = absence(slice(register, start, start + 27)) AS same, (absence(register, start, start + 27)).sess_unrecorded > 0 AS "all columns" FROM pupil;
SELECT (absence(register, '2030-01-01', NULL)).enrolments AS after, (absence(register, NULL, '2000-01-01')).enrolments AS before, (absence(register, '2025-09-06', '2025-09-07')).enrolments AS weekend, (absence(register, '2025-09-10', '2025-09-09')).enrolments AS backwards FROM pupil;

--
-- Identities of the published files, in every school
--
CREATE VIEW school AS SELECT m.school, (m.measures).*, tally FROM measured m JOIN (SELECT school, tally_agg(tally(register)) AS tally FROM pupil WHERE sess_possible(tally(register)) > 0 GROUP BY school) AS t USING (school);
SELECT count(*) AS schools,
	count(*) FILTER (WHERE sess_attending + sess_overall + sess_x_covid <> sess_possible) AS possible,
	count(*) FILTER (WHERE sess_authorised + sess_unauthorised <> sess_overall) AS absence,
	count(*) FILTER (WHERE sess_auth_illness + sess_auth_appointments + sess_auth_religious + sess_auth_study + sess_auth_traveller + sess_auth_holiday + sess_auth_ext_holiday + sess_auth_excluded + sess_auth_interview
		+ sess_auth_reg_performance + sess_auth_temp_reduced_timetable + sess_auth_other <> sess_authorised) AS authorised,
	count(*) FILTER (WHERE sess_unauth_holiday + sess_unauth_late + sess_unauth_other + sess_unauth_noyet <> sess_unauthorised) AS unauthorised,
	-- B J P V W K, and D before September 2011
	count(*) FILTER (WHERE code_count(tally, 'B') + code_count(tally, 'J') + code_count(tally, 'P') + code_count(tally, 'V') + code_count(tally, 'W') + code_count(tally, 'K')
		+ coalesce(substring(tally::text FROM 'D2006:(\d+)')::bigint, 0) <> sess_approved_activity) AS approved,
	count(*) FILTER (WHERE code_count(tally, '/') + code_count(tally, '\') + sess_late + sess_approved_activity <> sess_attending) AS attending,
	count(*) FILTER (WHERE code_count(tally, 'L') <> sess_late OR code_count(tally, 'U') <> sess_unauth_late) AS late,
	count(*) FILTER (WHERE sess_possible + sess_not_possible + sess_administrative + sess_unrecorded <> (SELECT sum(sessions) FROM counts(tally))) AS "all marks",
	count(*) FILTER (WHERE (sess_possible, sess_overall, sess_authorised, sess_unauthorised) <> (sess_possible(tally), sess_overall(tally), category_count(tally, 'authorised'), category_count(tally, 'unauthorised'))) AS tally,
	count(*) FILTER (WHERE enrolments_pa_50_exact > enrolments_pa_10_exact OR enrolments_pa_10_exact > enrolments) AS nested,
	count(*) FILTER (WHERE 10 * sess_overall_pa_10_exact < sess_possible_pa_10_exact OR sess_overall_pa_10_exact > sess_overall OR sess_authorised_pa_10_exact + sess_unauthorised_pa_10_exact <> sess_overall_pa_10_exact) AS "of persistent"
FROM school;
-- 2007 has D attending; in schools since 2025 D, Q, Y and planned closure are outside possible, whatever their number
SELECT bool_and(sess_approved_activity > code_count(tally, 'B') + code_count(tally, 'J') + code_count(tally, 'P') + code_count(tally, 'V') + code_count(tally, 'W')) AS "D attends" FROM school WHERE school % 5 = 0;
SELECT (absence(r)).sess_possible = (absence(recode(recode(recode(r, 'D', '#'), 'Q', '-'), 'Y4', 'Z'))).sess_possible AS "outside possible"
FROM (SELECT register AS r FROM pupil WHERE school % 5 = 4) AS r;
-- all schools are the sum of their schools; rates are of the sums
SELECT count(*) AS counts, count(*) FILTER (WHERE whole.value::numeric IS DISTINCT FROM summed) AS "not the sum"
FROM (SELECT to_jsonb(absence(register)) AS measures FROM pupil) AS p, jsonb_each_text(measures) AS whole
	JOIN (SELECT key, sum(value::numeric) AS summed FROM measured, jsonb_each_text(to_jsonb(measures)) GROUP BY key) AS s USING (key) WHERE key NOT LIKE '%percent%';
SELECT (100.0::float8 * sess_overall / sess_possible, 100.0::float8 * sess_authorised / sess_possible, 100.0::float8 * sess_unauthorised / sess_possible, 100.0::float8 * enrolments_pa_10_exact / enrolments,
		100.0::float8 * enrolments_pa_50_exact / enrolments, 100.0::float8 * sess_overall_pa_10_exact / sess_possible_pa_10_exact, 100.0::float8 * sess_authorised_pa_10_exact / sess_possible_pa_10_exact,
		100.0::float8 * sess_unauthorised_pa_10_exact / sess_possible_pa_10_exact)
	= (sess_overall_percent, sess_authorised_percent, sess_unauthorised_percent, enrolments_pa_10_exact_percent, enrolments_pa_50_exact_percent, sess_overall_percent_pa_10_exact, sess_authorised_percent_pa_10_exact,
		sess_unauthorised_percent_pa_10_exact) AS "rates of sums"
FROM (SELECT (absence(register)).* FROM pupil) AS a;
-- 5-point bands: those from 10 per cent on sum to the persistently absent, from 50 per cent on to the severely absent
SELECT count(*) FILTER (WHERE enrolments <> n OR enrolments_pa_10_exact <> from_10 OR enrolments_pa_50_exact <> from_50) AS differ, count(*)
FROM school JOIN (SELECT school, count(*) AS n, count(*) FILTER (WHERE lower >= 10) AS from_10, count(*) FILTER (WHERE lower >= 50) AS from_50
	FROM (SELECT school, split_part(absence_band(register), '_', 1)::integer AS lower FROM pupil WHERE absence_band(register) IS NOT NULL) AS b GROUP BY school) AS b USING (school);

--
-- Any split of the work gives the same
--
-- every aggregate over registers and tallies can be split: a combine function, a state that can be sent, parallel safe
SELECT a.aggfnoid::regprocedure AS aggregate, a.aggcombinefn, a.aggtranstype::regtype AS state, p.proparallel AS parallel, t.typsend, t.typreceive
FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_type t ON t.oid = a.aggtranstype
WHERE p.pronamespace = 'abie'::regnamespace AND p.proname IN ('absence', 'tally_agg', 'register_agg') ORDER BY a.aggfnoid::regprocedure::text COLLATE "C";

-- as rows of marks, a pupil in eleven, and as a register a week, another in eleven
CREATE TABLE mark AS SELECT id, school, m.session_date, m.session, m.code, CASE WHEN length(m.code) = 1 THEN m.code::"char" END AS sign FROM pupil, marks(register) AS m WHERE id % 11 = 0;
ANALYZE mark;
CREATE TABLE weekly AS SELECT id, school, slice(register, start + 7 * week, start + 7 * week + 6) AS part FROM pupil, generate_series(0, session_count(register) / 10 - 1) AS week WHERE id % 11 = 1;
ANALYZE weekly;
ALTER TABLE pupil SET (parallel_workers = 4);
ALTER TABLE mark SET (parallel_workers = 4);
ALTER TABLE weekly SET (parallel_workers = 4);
CREATE TABLE aggregate_query (name text, query text);
INSERT INTO aggregate_query VALUES
	('absence(register)', 'SELECT school AS key, absence(register)::text AS value FROM pupil GROUP BY school'),
	('absence(register, date, date)', 'SELECT school AS key, absence(register, ''2011-08-22'', ''2024-08-30'')::text AS value FROM pupil GROUP BY school'),
	('absence(tally)', 'SELECT school AS key, absence(tally(register))::text AS value FROM pupil GROUP BY school'),
	('register_agg(date, text, text)', 'SELECT id AS key, register_agg(session_date, session, code)::text AS value FROM mark GROUP BY id'),
	('register_agg(register)', 'SELECT id AS key, register_agg(part)::text AS value FROM weekly GROUP BY id'),
	('tally_agg("char")', 'SELECT school AS key, tally_agg(sign)::text AS value FROM mark GROUP BY school'),
	('tally_agg(tally)', 'SELECT school AS key, tally_agg(tally(register))::text AS value FROM pupil GROUP BY school'),
	('tally_agg(text)', 'SELECT school AS key, tally_agg(code)::text AS value FROM mark GROUP BY school'),
	('tally_agg(text, date)', 'SELECT school AS key, tally_agg(code, session_date)::text AS value FROM mark GROUP BY school');
CREATE TABLE result (how text, name text, key integer, value text);
CREATE PROCEDURE keep_results(how text) LANGUAGE plpgsql AS $$
DECLARE
	q aggregate_query;
BEGIN
	FOR q IN SELECT * FROM aggregate_query LOOP
		-- a table made of the query, since an INSERT would not be planned in parallel
		EXECUTE format('CREATE TEMP TABLE made AS %s', q.query);
		EXECUTE format('INSERT INTO result SELECT %L, %L, key, value FROM made', how, q.name);
		DROP TABLE made;
	END LOOP;
END
$$;
-- which parts of an aggregate the plan of each query has
CREATE FUNCTION parts_of_plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	seen text = '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		seen = seen || coalesce(' ' || substring(line FROM '(Partial|Finalize|Gather|Parallel Seq Scan|Append) ?'), '');
	END LOOP;
	RETURN seen;
END
$$;
SET max_parallel_workers_per_gather = 0;
CALL keep_results('serial');
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 4;
EXPLAIN (COSTS OFF) SELECT absence(register) FROM pupil;
EXPLAIN (COSTS OFF) SELECT register_agg(session_date, session, code), tally_agg(code), tally_agg(sign), tally_agg(code, session_date) FROM mark WHERE id = 11;
SELECT name, parts_of_plan(query) ~ 'Partial' AS partial, parts_of_plan(query) ~ 'Finalize' AS finalize, parts_of_plan(query) ~ 'Parallel Seq Scan' AS parallel FROM aggregate_query ORDER BY name;
CALL keep_results('parallel');
-- sorted instead of hashed
SET enable_hashagg = off;
CALL keep_results('parallel, sorted');
RESET enable_hashagg;
SET max_parallel_workers_per_gather = 0;
-- partition by partition, whether the key is that of the partitions (each whole) or not (each in part)
CREATE TABLE parted (LIKE pupil) PARTITION BY HASH (school);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT * FROM pupil;
ANALYZE parted;
SET enable_partitionwise_aggregate = on; SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT school, absence(register) FROM parted GROUP BY school;
EXPLAIN (COSTS OFF) SELECT start, absence(register), tally_agg(tally(register)) FROM parted GROUP BY start;
SELECT count(*) FILTER (WHERE p.measures IS DISTINCT FROM m.measures) AS differ, count(*) FROM (SELECT school, absence(register) AS measures FROM parted GROUP BY school) AS p FULL JOIN measured m USING (school);
SELECT count(*) FILTER (WHERE (p.a, p.t) IS DISTINCT FROM (w.a, w.t)) AS differ, count(*)
FROM (SELECT start, absence(register) AS a, tally_agg(tally(register))::text AS t FROM parted GROUP BY start) AS p FULL JOIN (SELECT start, absence(register) AS a, tally_agg(tally(register))::text AS t FROM pupil GROUP BY start) AS w USING (start);
RESET enable_partitionwise_aggregate; RESET enable_sort;
SELECT how, count(DISTINCT name) AS aggregates, count(*) AS results, count(*) FILTER (WHERE r.value IS DISTINCT FROM s.value) AS differ
FROM result r JOIN (SELECT name, key, value FROM result WHERE how = 'serial') AS s USING (name, key) GROUP BY how ORDER BY how;

-- The contract of a state: split rows at random, send the states of the parts through text and binary, combine in random order, and the result is the same.
-- The same steps without the final function give the state; where there is none, the aggregate itself does.
CREATE AGGREGATE absence_part(abie.register) (SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, INITCOND = '0 0 0 0 0 0');
CREATE AGGREGATE absence_part(abie.register, date, date) (SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, INITCOND = '0 0 0 0 0 0');
CREATE AGGREGATE absence_part(abie.tally) (SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, INITCOND = '0 0 0 0 0 0');
CREATE AGGREGATE combined(abie.absence_state) (SFUNC = abie_internal.absence_combine, STYPE = abie.absence_state);
CREATE AGGREGATE combined(abie.tally) (SFUNC = abie_internal.tally_add, STYPE = abie.tally);
CREATE AGGREGATE combined(abie.register) (SFUNC = abie_internal.register_merge, STYPE = abie.register);
SELECT setseed(0.11);
-- seven parts of each, and the state of no rows
CREATE TABLE absence_states AS
SELECT 'absence(register)' AS name, school AS key, absence_part(register) AS state FROM pupil GROUP BY school, floor(random() * 7)
UNION ALL SELECT 'absence(register, date, date)', school, absence_part(register, '2011-08-22', '2024-08-30') FROM pupil GROUP BY school, floor(random() * 7)
UNION ALL SELECT 'absence(tally)', school, absence_part(tally(register)) FROM pupil GROUP BY school, floor(random() * 7)
UNION ALL SELECT name, key, (SELECT absence_part(register) FROM pupil WHERE false) FROM (VALUES ('absence(register)'), ('absence(tally)')) AS n (name), generate_series(0, 49) AS key;
CREATE TABLE tally_states AS
SELECT 'tally_agg("char")' AS name, school AS key, tally_agg(sign) AS state FROM mark GROUP BY school, floor(random() * 7)
UNION ALL SELECT 'tally_agg(tally)', school, tally_agg(tally(register)) FROM pupil GROUP BY school, floor(random() * 7)
UNION ALL SELECT 'tally_agg(text)', school, tally_agg(code) FROM mark GROUP BY school, floor(random() * 7)
UNION ALL SELECT 'tally_agg(text, date)', school, tally_agg(code, session_date) FROM mark GROUP BY school, floor(random() * 7)
UNION ALL SELECT 'tally_agg(text)', school, (SELECT tally_agg(code) FROM mark WHERE false) FROM mark GROUP BY school;
CREATE TABLE register_states AS
SELECT 'register_agg(date, text, text)' AS name, id AS key, register_agg(session_date, session, code ORDER BY random()) AS state FROM mark GROUP BY id, floor(random() * 7)
UNION ALL SELECT 'register_agg(register)', id, register_agg(part ORDER BY random()) FROM weekly GROUP BY id, floor(random() * 7);
SELECT count(*) > 1000 AS "absence states", (SELECT count(*) > 1000 FROM tally_states) AS "tallies", (SELECT count(*) > 5000 FROM register_states) AS registers FROM absence_states;
CREATE TABLE absence_again (LIKE absence_states);
CREATE TABLE tally_again (LIKE tally_states);
CREATE TABLE register_again (LIKE register_states);
-- through text
INSERT INTO absence_again SELECT name, key, state::text::absence_state FROM absence_states;
INSERT INTO tally_again SELECT name, key, state::text::tally FROM tally_states;
INSERT INTO register_again SELECT name, key, state::text::register FROM register_states;
INSERT INTO result SELECT 'states in text', name, key, absence_final(combined(state ORDER BY random()))::text FROM absence_again GROUP BY name, key
UNION ALL SELECT 'states in text', name, key, combined(state ORDER BY random())::text FROM tally_again GROUP BY name, key
UNION ALL SELECT 'states in text', name, key, combined(state ORDER BY random())::text FROM register_again GROUP BY name, key;
-- through binary
TRUNCATE absence_again, tally_again, register_again;
\copy absence_states TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy absence_again FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy tally_states TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy tally_again FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy register_states TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy register_again FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
INSERT INTO result SELECT 'states in binary', name, key, absence_final(combined(state ORDER BY random()))::text FROM absence_again GROUP BY name, key
UNION ALL SELECT 'states in binary', name, key, combined(state ORDER BY random())::text FROM tally_again GROUP BY name, key
UNION ALL SELECT 'states in binary', name, key, combined(state ORDER BY random())::text FROM register_again GROUP BY name, key;
SELECT how, name, count(*) AS results, count(*) FILTER (WHERE r.value IS DISTINCT FROM s.value) AS differ
FROM (SELECT * FROM result WHERE how LIKE 'states%') AS r JOIN (SELECT name, key, value FROM result WHERE how = 'serial') AS s USING (name, key) GROUP BY how, name ORDER BY how, name COLLATE "C";
-- forms of a state
SELECT absence_state '0 0 0 0 0 0' AS none, absence_state '  1 1 0 10 1 0   I:1 /:9 #:4' AS one, absence_part(register '2025-09-01:I\/\/\/\/G') AS "of two in ten", length(absence_state_send('0 0 0 0 0 0')) AS bytes;
-- wrong bytes: what COPY writes of a bytea it reads as a state
CREATE TABLE received (state absence_state);
CREATE TABLE sent (n integer, what text, bytes bytea);
INSERT INTO sent VALUES
	(1, 'right', absence_state_send('1 1 1 2 1 0 I:1 /:1')),
	(2, 'an enrolment without a possible session', decode('0000000000000001' || repeat('00', 552), 'hex')),
	(3, 'a count of a mark that does not exist', decode(repeat('00', 559) || '01', 'hex')),
	(4, 'too short', decode(repeat('00', 559), 'hex'));
\copy (SELECT bytes FROM sent WHERE n = 1) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 2) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 3) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 4) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\set VERBOSITY sqlstate
\copy (SELECT bytes FROM sent WHERE n = 2) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/absence_binary && rm "$PG_ABS_BUILDDIR"/results/absence_binary' WITH (FORMAT binary)
\set VERBOSITY default
SELECT * FROM received;

--
-- Errors
--
\pset format unaligned
\pset tuples_only
SELECT error_of(statement) FROM unnest(ARRAY[
	$$SELECT ''::abie.absence_state$$,
	$$SELECT '1 0 0 0 0'::abie.absence_state$$,
	$$SELECT '1 0 0 0 0 x'::abie.absence_state$$,
	$$SELECT '1,0 0 0 0 0'::abie.absence_state$$,
	$$SELECT '0 0 0 0 0 0x'::abie.absence_state$$,
	$$SELECT '10000000000000000 0 0 0 0 0 /:1'::abie.absence_state$$,
	$$SELECT '1 0 0 0 0 0 k:1'::abie.absence_state$$,
	$$SELECT '1 0 0 0 0 0 /:1 /:1'::abie.absence_state$$,
	$$SELECT '1 0 0 0 0 0 /:1000000000000001'::abie.absence_state$$,
	-- an enrolment without a possible session; possible sessions without an enrolment; more enrolments than sessions; fewer than none
	$$SELECT '1 0 0 0 0 0 #:1'::abie.absence_state$$,
	$$SELECT '0 0 0 0 0 0 /:1'::abie.absence_state$$,
	$$SELECT '3 0 0 0 0 0 /:2'::abie.absence_state$$,
	$$SELECT '-1 0 0 0 0 0 /:2'::abie.absence_state$$,
	-- more persistent than enrolled, more severe than persistent, fewer than none
	$$SELECT '1 2 0 10 1 0 I:1 /:9'::abie.absence_state$$,
	$$SELECT '1 0 1 0 0 0 I:1 /:9'::abie.absence_state$$,
	$$SELECT '1 1 -1 10 1 0 I:1 /:9'::abie.absence_state$$,
	-- the second enrolment has no session left; the one that is left would be persistently absent; sessions without enrolments
	$$SELECT '2 1 0 10 1 0 I:1 /:9'::abie.absence_state$$,
	$$SELECT '2 1 0 10 1 0 I:2 /:18'::abie.absence_state$$,
	$$SELECT '1 0 0 0 0 0 I:1 /:9'::abie.absence_state$$,
	$$SELECT '1 1 0 10 1 0 I:1 /:10'::abie.absence_state$$,
	-- more sessions of the persistent than of all; not persistent; none though sessions
	$$SELECT '1 1 0 11 2 0 I:1 /:9'::abie.absence_state$$,
	$$SELECT '1 1 0 10 0 1 I:1 /:9'::abie.absence_state$$,
	$$SELECT '1 1 0 11 1 0 I:1 /:10'::abie.absence_state$$,
	$$SELECT '1 0 0 10 1 0 I:1 /:9'::abie.absence_state$$,
	$$SELECT '2 1 0 1 2 0 I:2 /:9'::abie.absence_state$$,
	-- more persistent than their sessions
	$$SELECT '2 2 0 1 1 0 I:2'::abie.absence_state$$,
	-- counts beyond 10^15, of a tally and of two; of enrolments
	$$SELECT abie.absence(t) FROM (VALUES (abie.tally 'I:1000000000000000'), ('I:1')) AS v (t)$$,
	$$SELECT abie_internal.absence_combine('1 1 1 1000000000000000 1000000000000000 0 I:1000000000000000', '1 1 1 1 1 0 I:1')$$,
	$$SELECT abie_internal.absence_combine('1000000000000000 0 0 0 0 0 /:1000000000000000', '1 0 0 0 0 0 \:1')$$,
	$$SELECT abie_internal.absence_step('0 0 0 0 0 0', abie.register '2025-09-01:I')$$,
	$$SELECT abie_internal.absence_step('0 0 0 0 0 0', abie.register '2025-09-01:I', NULL, NULL)$$,
	$$SELECT abie_internal.absence_step('0 0 0 0 0 0', abie.tally 'I:1')$$]) WITH ORDINALITY AS s (statement, n) ORDER BY n;
\pset tuples_only
\pset format aligned
