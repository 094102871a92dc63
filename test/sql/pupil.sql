-- What one pupil's register shows: cases by hand, and plain SQL over rows of marks for random registers.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA pupil_test;
SET search_path = pupil_test, pg_catalog, abie, abie_internal;
SET datestyle = ISO;
SET max_parallel_workers_per_gather = 0;

--
-- Penalty notices: 10 sessions of G, N, O or U within 10 school weeks
--
-- a register of weeks: p is a week of presence, h one of holidays, - one without a mark, others are marks, up to ten filled with presence
CREATE FUNCTION weeks(start date, VARIADIC week text[]) RETURNS register LANGUAGE sql RETURN (
	SELECT register(start, string_agg(CASE w WHEN 'p' THEN repeat('/', 10) WHEN 'h' THEN repeat('#', 10) WHEN '-' THEN repeat('-', 10) ELSE w || repeat('/', 10 - length(w)) END, '' ORDER BY n))
	FROM unnest(week) WITH ORDINALITY AS u (w, n));
CREATE FUNCTION of_weeks(weeks integer, week text) RETURNS text[] LANGUAGE sql RETURN array_fill(week, ARRAY[weeks]);
CREATE TABLE penalty (n integer, what text, register register, reached date, sessions integer);
-- from Monday 1 September 2025, weeks begin on 1 8 15 22 29 September, 6 13 20 27 October, 3 10 17 24 November, 1 December
INSERT INTO penalty VALUES
	-- the vectors of the guidance
	(1, '10 G in one week: on its Friday', weeks('2025-09-01', 'p', 'GGGGGGGGGG', 'p'), '2025-09-12', 10),
	(2, '4 G and 6 U inside 10 weeks', weeks('2025-09-01', 'GGGG', 'p', 'p', 'UUU', 'p', 'p', 'p', 'U', 'p', '/UU', 'p'), '2025-11-04', 6),
	(3, '6 in one week, then 1 in each of the next 4', weeks('2025-09-01', 'OOOOOO', 'O', '////O', 'O', '///O', 'p'), '2025-09-30', 10),
	(4, '2 at the end of summer, 8 in autumn', weeks('2025-07-14', 'OO', 'h', 'h', 'h', 'h', 'h', 'h', 'UUUU', 'p', 'p', 'p', 'p', 'p', 'p', 'p', 'GGGG'), '2025-10-28', 10),
	-- and of the rule: 9 do not, 1 a week for 10 weeks, not 11; a holiday fortnight does not count towards the 10
	(5, '9 in one week', weeks('2025-09-01', 'p', 'GGGGGGGGG/', 'p'), NULL, 9),
	(6, '1 a week for 10 weeks', weeks('2025-09-01', VARIADIC of_weeks(10, 'N')), '2025-11-03', 10),
	(7, '10, the first and the last 11 school weeks apart', weeks('2025-09-01', VARIADIC of_weeks(9, 'O') || '{p,O}'::text[]), NULL, 9),
	(8, '1 a week for 10 weeks, a holiday fortnight among them', weeks('2025-09-01', VARIADIC of_weeks(5, 'U') || of_weeks(2, 'h') || of_weeks(5, 'U')), '2025-11-17', 10),
	(9, 'a fortnight without a mark', weeks('2025-09-01', VARIADIC of_weeks(5, 'U') || of_weeks(2, '-') || of_weeks(5, 'U')), '2025-11-17', 10),
	-- a week with a school session is a school week, even if the pupil could not come to it
	(10, 'a fortnight with one day of school', weeks('2025-09-01', VARIADIC of_weeks(5, 'U') || '{########X#,h,#Y1########}'::text[] || of_weeks(5, 'U')), NULL, 8),
	(11, 'two weeks closed, one with a mark, on its last day', weeks('2025-09-01', VARIADIC of_weeks(5, 'U') || '{h,h,-########Z}'::text[] || of_weeks(4, 'U') || '{UU}'::text[]), '2025-11-24', 10),
	-- which codes count
	(12, 'authorised absence, late, not possible do not', weeks('2025-09-01', 'IHCEFMRSTL', 'C1C2J1I01I02DQXY1Z', 'NNNNNNNNN'), NULL, 9),
	(13, 'G N O and U in turn', weeks('2025-09-01', 'GNOU', 'GNOU', 'IU/G'), '2025-09-16', 10),
	-- what is longer ago than ten school weeks drops out, a week at a time
	(14, '5, then 5 in the tenth week', weeks('2025-09-01', VARIADIC '{OOOOO}'::text[] || of_weeks(8, 'p') || '{OOOOO}'::text[]), '2025-11-05', 10),
	(15, '5, then 5 in the eleventh week', weeks('2025-09-01', VARIADIC '{OOOOO}'::text[] || of_weeks(9, 'p') || '{OOOOO}'::text[]), NULL, 5),
	(16, '9, ten weeks of school, 9 and 1', weeks('2025-09-01', VARIADIC '{OOOOOOOOO}'::text[] || of_weeks(10, 'p') || '{OOOOOOOOO,/O}'::text[]), '2025-11-24', 10),
	(17, 'reached, and over: the date stays', weeks('2025-09-01', VARIADIC '{OOOOOOOOOO}'::text[] || of_weeks(10, 'p')), '2025-09-05', 0),
	(18, 'reached twice: the first date', weeks('2025-09-01', VARIADIC '{UUUUUUUUUU}'::text[] || of_weeks(10, 'p') || '{UUUUUUUUUU}'::text[]), '2025-09-05', 10),
	(19, 'all absent', weeks('2025-09-01', VARIADIC of_weeks(12, 'UUUUUUUUUU')), '2025-09-05', 100),
	(20, 'no unauthorised absence', weeks('2025-09-01', 'p', 'IIIIIIIIII'), NULL, 0),
	(21, 'no session', '2025-09-01:', NULL, 0);
SELECT count(*) AS vectors FROM penalty;
SELECT n, what, reached AS expected, penalty_notice_reached(register) AS reached, sessions AS expected, penalty_notice_sessions(register) AS sessions
FROM penalty WHERE penalty_notice_reached(register) IS DISTINCT FROM reached OR penalty_notice_sessions(register) IS DISTINCT FROM sessions;
-- as of a day: nothing is known of what comes after
SELECT as_of, penalty_notice_reached(register, as_of) AS reached, penalty_notice_sessions(register, as_of) AS sessions
FROM penalty, unnest('{2025-08-31,2025-09-01,2025-09-02,2025-09-03,2025-09-07,2025-09-08,2025-09-29,2025-09-30,2025-10-01,infinity}'::date[]) AS as_of WHERE n = 3;
-- year ends and changes of regime are no border
SELECT penalty_notice_reached(weeks('2024-07-15', VARIADIC '{GGGGG,UU}'::text[] || of_weeks(5, 'h') || '{NNN}'::text[])) AS "over a summer", penalty_notice_reached(weeks('2025-12-15', 'OOOOO', 'h', 'h', 'OOOOO')) AS "over New Year";
SELECT penalty_notice_reached(NULL) IS NULL AND penalty_notice_sessions(NULL) IS NULL AND penalty_notice_reached(NULL, '2025-09-01') IS NULL AS "of NULL";

--
-- Bands
--
-- absence of exactly 0, 5, ... 95, 100 per cent begins the band named after it; one session in 10,000 less is the band before
SELECT count(*) AS bands, count(*) FILTER (WHERE absence_band(format('I:%s /:%s', 500 * n, 10000 - 500 * n)::tally) IS DISTINCT FROM label) AS "at the bound",
	count(*) FILTER (WHERE n < 20 AND absence_band(format('I:%s U:1 L:%s', 500 * n, 9999 - 500 * n)::tally) IS DISTINCT FROM label) AS "above",
	count(*) FILTER (WHERE n > 0 AND absence_band(format('G:%s /:%s', 500 * n - 1, 10001 - 500 * n)::tally) IS DISTINCT FROM before) AS "below"
FROM (SELECT n, label, lag(label) OVER (ORDER BY n) AS before
	FROM unnest('{0_5,5_10,10_15,15_20,20_25,25_30,30_35,35_40,40_45,45_50,50_55,55_60,60_65,65_70,70_75,75_80,80_85,85_90,90_95,95_99,100}'::text[]) WITH ORDINALITY AS l (label, n_1), LATERAL (SELECT n_1 - 1 AS n) AS n) AS band;
SELECT absence_band(tally '/:10') AS "none", absence_band(tally 'I:499 /:9501') AS "4.99", absence_band(tally 'I:5 /:95') AS "5", absence_band(tally 'I:95 /:5') AS "95", absence_band(tally 'I:999 /:1') AS "99.9", absence_band(tally 'I:1') AS "100",
	absence_band(tally '#:5 X:3 -:2') IS NULL AS "nothing possible", absence_band(NULL::tally) IS NULL AS "of NULL", absence_band(tally 'I:1000000000000000 /:999999999999999 \:999999999999999') AS "33.3 of many", absence_band(tally 'I:1 X02:2') AS "33.3 with covid X";
SELECT absence_band(register '2025-09-01:I///////// //////////') AS "5", absence_band(register '2025-09-01:I///////// ///////////') AS "4.8", absence_band(register '2025-09-01:IUUUUUUUUU OOOOOOOOO/') AS "95", absence_band(register '2025-09-01:I#####') AS "100", absence_band(register '2025-09-01:##') IS NULL AS "nothing possible",
	absence_band(register '2025-09-01:I/ ------ I/ //////////', '2025-09-01', '2025-09-01') AS "50 in a window", absence_band(register '2025-09-01:I', '2025-09-02') IS NULL AS "outside", absence_band(NULL::register) IS NULL AS "of NULL";

--
-- Persistent and severe in a window (the boundary vectors are in the test of absence)
--
SELECT is_persistently_absent(r) AS persistent, is_persistently_absent(r, '2025-09-08') AS "second week", is_persistently_absent(r, NULL, '2025-09-05') AS "first week", is_severely_absent(r) AS severe, is_severely_absent(r, '2025-09-05', '2025-09-05') AS "on Friday",
	is_severely_absent(r, '2025-09-06', '2025-09-07') IS NULL AS "at the weekend", is_persistently_absent(r, '2025-09-15') IS NULL AS after
FROM (SELECT register '2025-09-01:////////OU //////////' AS r) AS r;
SELECT is_persistently_absent(NULL::register) IS NULL AND is_persistently_absent(NULL::tally) IS NULL AND is_severely_absent(NULL::register) IS NULL AND is_severely_absent(NULL::tally) IS NULL AS "of NULL",
	is_persistently_absent('#:5'::tally) IS NULL AND is_severely_absent(''::tally) IS NULL AS "nothing possible";

--
-- First absence, lateness, runs
--
SELECT first_absence('2025-09-01:/L#X-B////// //I'), first_absence('2025-09-01:I'), first_absence('2025-09-01:///////////////////U') AS last, first_absence('2025-09-01:/LBX#-') IS NULL AS none, first_absence('2025-09-01:X02Y1DQZ') IS NULL AS "not possible",
	first_absence('2025-09-01:I/I', '2025-09-02') AS "in a window", first_absence('2025-09-01:I/I', NULL, '2025-08-31') IS NULL AS before, first_absence(NULL) IS NULL AS "of NULL";
-- on roll with any mark but # Z and -, so with one that is not possible too
SELECT first_on_roll('2025-09-01:##ZZ--X/') AS "X", first_on_roll('2025-09-01:Z/') AS "/", first_on_roll('2021-09-06:ZZX02') AS "covid X", first_on_roll('2025-09-01:--#Y1 I') AS "Y1", first_on_roll('2025-09-01:##ZZ--') IS NULL AS never,
	first_on_roll('2025-09-01:/ ZZZ#I', '2025-09-02') AS "in a window", first_on_roll('2025-09-01:ZZI', NULL, '2025-09-01') IS NULL AS before, first_on_roll(NULL) IS NULL AS "of NULL";
SELECT sess_possible(r), sess_overall(r), sess_possible(r, '2025-09-02') AS "from Tuesday", sess_overall(r, NULL, '2025-09-01') AS "to Monday", sess_possible(r, '2025-09-08') AS after, sess_possible(NULL::register) IS NULL AND sess_overall(NULL::register) IS NULL AS "of NULL"
FROM (SELECT register '2025-09-01:/IU#X\--BX02' AS r) AS r;
SELECT late_after_close('2025-09-01:ULU/U I'), late_after_close('2025-09-01:ULU/U I', '2025-09-02', '2025-09-02') AS "on Tuesday", late_after_close('2025-09-01:') AS none, late_after_close(NULL) IS NULL AS "of NULL";
SELECT what, (longest_absence(r)).* FROM (VALUES
	(1, 'none', register '2025-09-01:/LB#X'), (2, 'no session', '2025-09-01:'), (3, 'one', '2025-09-01:/\/I'), (4, 'the earliest of equals', '2025-09-01:II/\UU/\GN'), (5, 'the longer, later', '2025-09-01:II/\GNO'),
	(6, 'all kinds of absence, over a weekend', '2025-09-01:////////IU CC1OJ1//'),
	(7, 'closed, not possible, no mark are no end of it', '2025-09-01:/I##XY-DQI Y1Y7ZX01####YM #########G /I'),
	(8, 'present, late, an activity end it', '2025-09-01:III/IIILII BIIIKII/II'), (9, 'X as used for covid ends it: a possible session without absence', '2021-09-06:III X02 II'),
	(10, 'D before September 2011 ends it', '2011-08-29:IIID------'), (11, 'D since does not', '2011-08-29:----I-IDIM'), (12, 'a holiday between', '2025-10-20:////////OO ########## OOO///////'),
	(13, 'to the end', '2025-09-01:/III /\ MMMM')) AS v (n, what, r) ORDER BY n;
SELECT (longest_absence(r, from_date, to_date)).*, from_date AS "from", to_date AS "to" FROM (SELECT register '2025-09-01:IIIIIIIII/ ////MMMMMM /' AS r) AS r,
	(VALUES (NULL::date, NULL::date), ('2025-09-04', NULL), (NULL, '2025-09-02'), ('2025-09-10', '2025-09-10'), ('2025-09-15', NULL), ('2025-09-02', '2025-09-01')) AS w (from_date, to_date);
SELECT longest_absence(NULL) IS NULL AS "of NULL";

--
-- Weekdays: always ten rows
--
SELECT * FROM absence_by_weekday('2025-09-01:/I#UL\X-DO IIC1G/\/\/');
SELECT sum(sess_possible), sum(sess_authorised), sum(sess_unauthorised), count(*) FROM absence_by_weekday('2025-09-01:/I#UL\X-DO IIC1G/\/\/', '2025-09-05', '2025-09-08');
SELECT (SELECT count(*) FROM absence_by_weekday(NULL)) AS "of NULL", (SELECT count(*) FROM absence_by_weekday('2025-09-01:') WHERE sess_possible = 0) AS "no session";

--
-- Summary
--
\pset expanded on
SELECT * FROM summary('2025-09-01:/LIU#X\--C1 GGGDB/\/\/');
SELECT * FROM summary('2025-09-01:/LIU#X\--C1 GGGDB/\/\/', '2025-09-01', '2025-09-01');
SELECT * FROM summary('2025-09-01:#X-');
\pset expanded off
SELECT summary(NULL) IS NULL AS "of NULL", (summary('2025-09-01:I')).persistently_absent AND (summary('2025-09-01:I')).severely_absent AS "one of one",
	(summary('2025-09-01:X02I//////// /')).sess_overall_percent = 100.0::float8 / 11 AS percent, (summary('2025-09-01:X02I//////// /')).sess_attending AS "attending without covid X";

--
-- Random registers against plain SQL over their marks
--
SELECT setseed(0.21);
CREATE TABLE pupil AS
SELECT id, min(start) AS start, register(start, string_agg(CASE WHEN closed THEN '#' WHEN luck > absent THEN '/'
	ELSE (ARRAY['I', 'I', 'I', 'M', 'C', 'H', 'U', 'O', 'O', 'G', 'N', 'L', 'B', 'D', 'X', 'Y', 'Z', '#', '-'])[1 + floor(luck / absent * 19)] END, '' ORDER BY session)) AS register
FROM (SELECT id, start, absent, session, session / 10 % 7 = 6 OR hash % 11 = 0 AS closed, random() AS luck
	FROM (SELECT id, (ARRAY[date '2011-06-06', '2024-06-03', '2025-09-01'])[1 + id % 3] AS start, 20 * floor(2 + random() * 12)::integer AS sessions, random() ^ 2 AS absent FROM generate_series(1, 1500) AS id OFFSET 0) AS p,
		generate_series(0, sessions - 1) AS session, LATERAL (SELECT abs(hashint4(id * 1000 + session / 10)) AS hash) AS h OFFSET 0) AS m
GROUP BY id, start;
-- windows: the whole, and from a day to a day, one of them of the second half alone
CREATE TABLE part AS
SELECT id, part, register, CASE part WHEN 0 THEN NULL WHEN 1 THEN start + id % 40 ELSE start + session_count(register) / 20 * 7 + id % 5 END AS from_date, CASE part WHEN 0 THEN NULL WHEN 1 THEN start + id % 40 + id % 83 END AS to_date
FROM pupil, generate_series(0, 2) AS part;
CREATE TABLE mark AS
SELECT p.id, p.part, m.session_date, m.session, m.code, m.category, 2 * (m.session_date - date '2000-01-01') + (m.session = 'PM')::integer AS place,
	m.category IN ('authorised', 'unauthorised') AS absent, m.category IN ('present', 'approved_activity', 'authorised', 'unauthorised') AS possible
FROM part p, marks(p.register) AS m WHERE (from_date IS NULL OR m.session_date >= from_date) AND (to_date IS NULL OR m.session_date <= to_date);
CREATE INDEX ON mark (id, part);
ANALYZE pupil, part, mark;
SELECT count(*) AS parts, count(DISTINCT id) AS pupils, (SELECT count(*) > 200000 FROM mark) AS marks FROM part;
-- summary, first absence, lateness, bands, persistent and severe
CREATE TABLE counted AS
SELECT id, part, count(*) FILTER (WHERE possible)::integer AS possible, count(*) FILTER (WHERE category IN ('present', 'approved_activity'))::integer AS attending, count(*) FILTER (WHERE absent)::integer AS overall,
	count(*) FILTER (WHERE category = 'authorised')::integer AS authorised, count(*) FILTER (WHERE category = 'unauthorised')::integer AS unauthorised, count(*) FILTER (WHERE code = 'L')::integer AS late,
	count(*) FILTER (WHERE code = 'U')::integer AS after_close, count(*) FILTER (WHERE category = 'not_possible')::integer AS not_possible, count(*) FILTER (WHERE code = '-')::integer AS unrecorded,
	min(session_date) FILTER (WHERE absent) AS first, min(session_date) FILTER (WHERE code NOT IN ('#', 'Z', '-')) AS on_roll
FROM part LEFT JOIN mark USING (id, part) GROUP BY id, part;
-- a run ends with a session that was possible and not absent
CREATE TABLE run AS
SELECT DISTINCT ON (id, part) id, part, count(*)::integer AS sessions, (array_agg(session_date ORDER BY place))[1] AS from_date, (array_agg(session ORDER BY place))[1] AS from_session,
	(array_agg(session_date ORDER BY place DESC))[1] AS to_date, (array_agg(session ORDER BY place DESC))[1] AS to_session
FROM (SELECT *, count(*) FILTER (WHERE NOT absent) OVER (PARTITION BY id, part ORDER BY place) AS run FROM mark WHERE possible) AS m WHERE absent GROUP BY id, part, run ORDER BY id, part, count(*) DESC, min(place);
SELECT count(*) AS parts, count(*) FILTER (WHERE summary(register, p.from_date, p.to_date) IS DISTINCT FROM ROW(possible, attending, overall, authorised, unauthorised, 100.0::float8 * overall / nullif(possible, 0),
		CASE WHEN possible > 0 THEN overall * 10 >= possible END, CASE WHEN possible > 0 THEN overall * 2 >= possible END, late, after_close, not_possible, unrecorded, first,
		coalesce(r.sessions, 0), r.from_date, r.from_session, r.to_date, r.to_session)::attendance_summary) AS "summary differs",
	count(*) FILTER (WHERE longest_absence(register, p.from_date, p.to_date) IS DISTINCT FROM ROW(coalesce(r.sessions, 0), r.from_date, r.from_session, r.to_date, r.to_session)::absence_run) AS "run differs",
	count(*) FILTER (WHERE first_absence(register, p.from_date, p.to_date) IS DISTINCT FROM first OR first_on_roll(register, p.from_date, p.to_date) IS DISTINCT FROM on_roll) AS "first differs",
	count(*) FILTER (WHERE (sess_possible(register, p.from_date, p.to_date), sess_overall(register, p.from_date, p.to_date)) IS DISTINCT FROM (possible::bigint, overall::bigint)) AS "sessions differ",
	count(*) FILTER (WHERE late_after_close(register, p.from_date, p.to_date) IS DISTINCT FROM after_close) AS "late differs",
	count(*) FILTER (WHERE is_persistently_absent(register, p.from_date, p.to_date) IS DISTINCT FROM (10 * overall >= nullif(possible, 0)) OR is_severely_absent(register, p.from_date, p.to_date) IS DISTINCT FROM (2 * overall >= nullif(possible, 0))) AS "persistent differs",
	count(*) FILTER (WHERE absence_band(register, p.from_date, p.to_date) IS DISTINCT FROM CASE WHEN possible > 0 THEN CASE floor(20.0 * overall / possible) WHEN 20 THEN '100' WHEN 19 THEN '95_99'
		ELSE format('%s_%s', 5 * floor(20.0 * overall / possible), 5 * floor(20.0 * overall / possible) + 5) END END) AS "band differs",
	max(r.sessions) > 20 AS "long runs", count(*) FILTER (WHERE possible = 0) > 10 AS "some not possible", count(DISTINCT absence_band(register, p.from_date, p.to_date)) AS bands
FROM part p JOIN counted USING (id, part) LEFT JOIN run r USING (id, part);
-- weekdays
SELECT count(*) AS rows, count(*) FILTER (WHERE (w.sess_possible, w.sess_authorised, w.sess_unauthorised) IS DISTINCT FROM (coalesce(m.possible, 0), coalesce(m.authorised, 0), coalesce(m.unauthorised, 0))) AS differ,
	count(*) FILTER (WHERE m.id IS NULL) > 100 AS "some without a mark"
FROM part p CROSS JOIN LATERAL absence_by_weekday(register, from_date, to_date) AS w
	FULL JOIN (SELECT id, part, extract(isodow FROM session_date)::integer AS weekday, session, count(*) FILTER (WHERE possible) AS possible, count(*) FILTER (WHERE category = 'authorised') AS authorised,
		count(*) FILTER (WHERE category = 'unauthorised') AS unauthorised FROM mark GROUP BY 1, 2, 3, 4) AS m ON (m.id, m.part, m.weekday, m.session) = (p.id, p.part, w.weekday, w.session);
-- penalty notices: weeks with a mark other than # and - are numbered; of each counting mark, those up to it in ten numbers; whole registers and as of a day
CREATE TABLE as_of AS SELECT id, n, register, CASE n WHEN 1 THEN start + session_count(register) / 20 * 7 + id % 11 WHEN 2 THEN start + id % 150 END AS as_of FROM pupil, generate_series(0, 2) AS n;
CREATE TABLE school_mark AS
SELECT a.id, a.n, m.code IN ('G', 'N', 'O', 'U') AS counts, m.place, m.session_date, dense_rank() OVER (PARTITION BY a.id, a.n ORDER BY date_trunc('week', m.session_date)) AS week
FROM as_of a JOIN mark m ON m.id = a.id AND m.part = 0 AND (a.as_of IS NULL OR m.session_date <= a.as_of) WHERE m.code NOT IN ('#', '-');
CREATE INDEX ON school_mark (id, n);
ANALYZE school_mark;
SELECT count(*) AS cases, count(*) FILTER (WHERE penalty_notice_reached(register, as_of) IS DISTINCT FROM reached) AS "date differs", count(*) FILTER (WHERE penalty_notice_sessions(register, as_of) IS DISTINCT FROM coalesce(sessions, 0)) AS "sessions differ",
	count(*) FILTER (WHERE reached IS NULL) > 500 AS "not reached", count(reached) > 500 AS reached
FROM as_of a
	LEFT JOIN (SELECT id, n, min(session_date) FILTER (WHERE up_to >= 10) AS reached FROM (SELECT id, n, session_date, (SELECT count(*) FROM school_mark b WHERE b.id = s.id AND b.n = s.n AND b.counts AND b.place <= s.place AND b.week > s.week - 10) AS up_to
		FROM school_mark s WHERE counts) AS s GROUP BY id, n) AS r USING (id, n)
	LEFT JOIN (SELECT id, n, count(*) FILTER (WHERE counts AND week > last - 10)::integer AS sessions FROM (SELECT *, max(week) OVER (PARTITION BY id, n) AS last FROM school_mark) AS s GROUP BY id, n) AS s USING (id, n);
