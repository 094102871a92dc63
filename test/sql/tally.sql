-- Type abie.tally: counts of sessions by code, against plain SQL over rows of marks.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA tally_test;
SET search_path = tally_test, pg_catalog, abie, abie_internal;
SET datestyle = ISO;
SET max_parallel_workers_per_gather = 0;

\i test/lib/error_of.sql

--
-- Text and binary
--
CREATE TABLE text_form (given text, canonical text);
INSERT INTO text_form VALUES
	('/:180 \:178 I:12', '/:180 \:178 I:12'),
	('I:12 \:178 /:180', '/:180 \:178 I:12'),
	(E' \t I:1 \n -:2 ', '-:2 I:1'),
	('', ''),
	(' ', ''),
	('I:0 M:0', ''),
	('I:0012', 'I:12'),
	('#:4 D:3 D2006:2 X02:1', 'D2006:2 D:3 X02:1 #:4'),
	('C2:1 C1:2 C:3 Y7:4 Y:5 X01:6 X:7', 'C:3 C1:2 C2:1 X:7 X01:6 Y:5 Y7:4'),
	('I:1000000000000000', 'I:1000000000000000');
SELECT given, given::tally FROM text_form WHERE given::tally::text <> canonical OR canonical::tally::text <> canonical OR given::tally <> canonical::tally;
SELECT count(*) FROM text_form;
SELECT tally 'I:1' = 'I:1' AS eq, tally 'I:1' = 'I:2' AS "less", tally 'I:1' = 'M:1' AS "other code", tally 'D:1' = 'D2006:1' AS "other D", tally 'I:1' <> 'I:2' AS ne, tally '' = '' AS empty;
-- order: a total one in which equal tallies are equal, by the first count that differs; sorting, DISTINCT, grouping and joins without hashing
CREATE TABLE ordered AS SELECT t, n FROM unnest('{"I:1 M:2","/:900000000000001","I:1","","/:900000000000000","I:1 M:2","I:0"}'::tally[]) WITH ORDINALITY AS v (t, n);
SET enable_hashagg = off; SET enable_hashjoin = off; SET enable_nestloop = off;
SELECT t, count(*) FROM ordered GROUP BY t ORDER BY t;
SELECT DISTINCT t FROM ordered ORDER BY t DESC;
SELECT count(*) AS "merge join" FROM ordered a JOIN ordered b ON a.t = b.t;
RESET enable_hashagg; RESET enable_hashjoin; RESET enable_nestloop;
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a.t < b.t)::int + (a.t = b.t)::int + (a.t > b.t)::int <> 1) AS "not one of three",
	count(*) FILTER (WHERE a.t <= b.t IS DISTINCT FROM (a.t < b.t OR a.t = b.t) OR a.t >= b.t IS DISTINCT FROM NOT a.t < b.t) AS "with equality",
	count(*) FILTER (WHERE tally_cmp(a.t, b.t) IS DISTINCT FROM CASE WHEN a.t < b.t THEN -1 WHEN a.t = b.t THEN 0 ELSE 1 END
		OR tally_cmp(a.t, b.t) <> - tally_cmp(b.t, a.t)) AS cmp
FROM ordered a, ordered b;
SELECT count(*) AS "not transitive" FROM ordered a, ordered b, ordered c WHERE a.t <= b.t AND b.t <= c.t AND NOT a.t <= c.t;
-- + is found whatever the search_path is
SET search_path = pg_catalog;
SELECT abie.tally '/:3' + '/:4' AS sum;
SET search_path = tally_test, pg_catalog, abie, abie_internal;
-- grouping, DISTINCT and hash joins; the hash with seed 0 is the hash
SELECT count(*) AS rows, count(DISTINCT t::text) AS texts, (SELECT count(*) FROM (SELECT t FROM unnest(ARRAY['I:1', 'M:1', '', 'M:1', 'I:1 M:1', '']::tally[]) AS t GROUP BY t) AS g) AS groups
FROM unnest(ARRAY['I:1', 'M:1', '', 'M:1', 'I:1 M:1', '']::tally[]) AS t;
SELECT tally_hash('I:1') = tally_hash('I:1 M:0') AS same, tally_hash('I:1') <> tally_hash('M:1') AS differs,
	tally_hash_extended('I:1', 0)::bit(32) = tally_hash('I:1')::bit(32) AS "low bits", tally_hash_extended('I:1', 0) <> tally_hash_extended('I:1', 1) AS seed;
SELECT count(*) > 8 AS some, count(*) = (SELECT count(*) FROM text_form a JOIN text_form b ON a.given::tally::text = b.canonical) AS same
FROM text_form a JOIN text_form b ON a.given::tally = b.canonical::tally;

-- rows of marks of any code in use on the day, in both regimes
SELECT setseed(0.7);
CREATE TABLE mark AS
SELECT n, school, session_date, CASE WHEN n % 2 = 0 THEN 'AM' ELSE 'PM' END AS session, CASE WHEN luck < 0.05 THEN '-' ELSE codes[1 + floor((luck - 0.05) / 0.95 * cardinality(codes))] END AS code
FROM (SELECT n, n % 13 AS school, date '2006-09-01' + floor(random() * 7000)::integer AS session_date, random() AS luck FROM generate_series(1, 20000) AS n OFFSET 0) AS s,
	LATERAL (SELECT array_agg(code ORDER BY code COLLATE "C") AS codes FROM abie.attendance_code WHERE session_date <@ applies) AS c;
INSERT INTO mark SELECT 30000 + n, n % 13, CASE WHEN n % 5 = 0 THEN NULL ELSE date '2025-09-01' END, 'AM', CASE WHEN n % 5 = 0 THEN 'I' END FROM generate_series(1, 50) AS n;
-- by code in the mark's own class, by plain SQL
CREATE VIEW counted AS
SELECT m.school, m.code, coalesce(v.category, 'unrecorded') AS category, coalesce(v.counts_possible, false) AS possible, count(*) AS sessions
FROM mark m LEFT JOIN abie.attendance_code v ON v.code = m.code AND m.session_date <@ v.applies
WHERE m.code IS NOT NULL AND m.session_date IS NOT NULL GROUP BY 1, 2, 3, 4;
SELECT count(DISTINCT (code, category)) AS kinds, count(DISTINCT school) AS schools, sum(sessions) AS sessions FROM counted;

--
-- Aggregates over rows
--
-- with the session date
CREATE TABLE held AS SELECT school, tally_agg(code, session_date) AS tally FROM mark GROUP BY school;
(SELECT school, code, category, sessions FROM counted EXCEPT SELECT school, c.code, c.category, c.sessions FROM held, counts(tally) AS c)
UNION ALL (SELECT school, c.code, c.category, c.sessions FROM held, counts(tally) AS c EXCEPT SELECT school, code, category, sessions FROM counted);
SELECT count(*) = (SELECT count(*) FROM counted) AS "a row for each" FROM held, counts(tally);
-- without: codes mean what they mean today, so D is not possible whenever it was
SELECT count(*) FILTER (WHERE c.sessions IS DISTINCT FROM m.sessions) AS differ, count(*), max(c.category) FILTER (WHERE c.code = 'D') AS "D"
FROM (SELECT school, tally_agg(code) AS tally FROM mark GROUP BY school) AS t CROSS JOIN LATERAL counts(tally) AS c
	FULL JOIN (SELECT school, code, count(*) AS sessions FROM mark WHERE code IS NOT NULL GROUP BY school, code) AS m ON m.school = t.school AND m.code = c.code;
-- over one character
SELECT count(*) FILTER (WHERE of_char <> of_text) AS differ, count(*) AS schools FROM (SELECT tally_agg(code::"char") AS of_char, tally_agg(code) AS of_text FROM mark WHERE length(code) = 1 GROUP BY school) AS s;
SELECT tally_agg(code) FROM unnest('{/,"\\",-,#,I,NULL,I,D}'::"char"[]) AS code;
-- / and \ are counted as they are written
SELECT tally_agg(code, '2025-09-01') FROM unnest('{/,/,"\\"}'::text[]) AS code;
-- NULL is left out; no rows give an empty tally
SELECT tally_agg(NULL::text), tally_agg(NULL::"char"), tally_agg('I', NULL), tally_agg(NULL, '2025-09-01'), tally_agg(NULL::tally);
SELECT tally_agg(code), tally_agg(code::"char"), tally_agg(code, session_date), tally_agg(tally(NULL::register)) FROM mark WHERE false;
-- with FILTER, DISTINCT, grouping sets, and as a running aggregate: each row of a window has its own
SELECT tally_agg(code) FILTER (WHERE n > 2), tally_agg(DISTINCT code) FROM (VALUES (1, 'I'), (2, 'M'), (3, 'I'), (4, '/')) AS v (n, code);
SELECT n, tally_agg(code) OVER (ORDER BY n), tally_agg(code, '2010-01-01') OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two
FROM (VALUES (1, 'I'), (2, 'D'), (3, 'I'), (4, '/')) AS v (n, code);
SELECT count(*) FILTER (WHERE school IS NULL AND tally = (SELECT tally_agg(h.tally) FROM held h)) AS whole, count(*) FILTER (WHERE tally = (SELECT h.tally FROM held h WHERE h.school = s.school)) AS schools
FROM (SELECT school, tally_agg(code, session_date) AS tally FROM mark GROUP BY ROLLUP (school)) AS s;

--
-- Sums
--
SELECT tally 'I:1 /:2' + 'I:2 M:1', tally '' + '' AS none, tally 'D:1' + 'D2006:1' AS "both D", (tally 'I:1' + NULL) IS NULL AS "with NULL";
SELECT count(*) AS pairs, count(*) FILTER (WHERE a.tally + b.tally <> b.tally + a.tally) AS "order matters",
	count(*) FILTER (WHERE a.tally + b.tally <> (SELECT tally_agg(code, session_date) FROM mark WHERE school IN (a.school, b.school))) AS "not of both"
FROM held a JOIN held b ON a.school < b.school;
SELECT tally_agg(tally) = (SELECT tally_agg(code, session_date) FROM mark) AS "tally of tallies" FROM held;
-- text and binary forms read back
SELECT count(*) FROM held WHERE tally::text::tally <> tally;
CREATE TABLE again (school integer, tally tally);
\copy held TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy again FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
SELECT count(*), count(*) FILTER (WHERE a.tally = h.tally AND a.tally::text = h.tally::text) AS equal FROM again a JOIN held h USING (school);
-- wrong bytes: what COPY writes of a bytea it reads as a tally
CREATE TABLE received (tally tally);
CREATE TABLE sent (n integer, what text, bytes bytea);
INSERT INTO sent VALUES
	(1, 'right', tally_send('I:1000000000000000')),
	(2, 'fewer than none', decode(repeat('ff', 8) || repeat('00', 504), 'hex')),
	(3, 'more than 10^15', decode('00038d7ea4c68001' || repeat('00', 504), 'hex')),
	(4, 'a mark that does not exist', decode(repeat('00', 8 * 51) || '0000000000000001' || repeat('00', 8 * 12), 'hex')),
	(5, 'too short', decode(repeat('00', 511), 'hex')),
	(6, 'too long', decode(repeat('00', 513), 'hex'));
SELECT n, what FROM sent ORDER BY n;
\copy (SELECT bytes FROM sent WHERE n = 1) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 2) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 3) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 4) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 5) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 6) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\set VERBOSITY sqlstate
\copy (SELECT bytes FROM sent WHERE n = 2) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/tally_binary && rm "$PG_ABS_BUILDDIR"/results/tally_binary' WITH (FORMAT binary)
\set VERBOSITY default
SELECT * FROM received;
-- 64 counts of eight bytes, each at the number of its mark (as in a register's binary form)
SELECT length(tally_send('I:1')), tally_send('-:258 \:3') = '\x00000000000001020000000000000000 0000000000000003'::bytea || decode(repeat('00', 512 - 24), 'hex') AS places;
SELECT count(*), count(*) FILTER (WHERE tally_send((code || ':7')::tally) <> decode(repeat('00', 8 * place) || '0000000000000007' || repeat('00', 8 * (63 - place)), 'hex')) AS elsewhere
FROM (SELECT DISTINCT code, get_byte(register_send(register('2025-09-01', '-' || CASE code WHEN '/' THEN '' ELSE '-' END || code)), CASE code WHEN '/' THEN 6 ELSE 7 END) AS place
	FROM abie.attendance_code WHERE code NOT IN ('/', '\')) AS c;

--
-- Reading
--
SELECT code_count(t, 'I') AS "I", code_count(t, 'C1') AS "C1", code_count(t, 'M') AS "M", code_count(t, '-') AS "-", code_count(t, 'D') AS "D of both", code_count(t, '\') AS "\",
	code_count(NULL, 'I') AS "of NULL", code_count(t, NULL) AS "no code"
FROM (SELECT tally '-:3 \:5 I:12 C1:2 D:4 D2006:7' AS t) AS t;
SELECT * FROM counts('-:3 L:5 D:4 D2006:7 I02:1 X02:2 Y7:1 #:9');
SELECT count(*) AS "of none" FROM counts('');
-- one code of each class: what is possible is the first five of them
SELECT category, category_count(t, category) AS sessions, sess_possible(t), sess_overall(t) FROM (SELECT tally 'L:1 D2006:10 H:100 U:1000 X05:10000 Q:100000 #:1000000 -:10000000' AS t) AS t,
	unnest('{present,approved_activity,authorised,unauthorised,not_possible,administrative,unrecorded}'::text[]) AS category;
-- by category and code as plain SQL counts
SELECT count(*) FILTER (WHERE category_count(tally, category) <> sessions) AS differ, count(*)
FROM held JOIN (SELECT school, category, sum(sessions) AS sessions FROM counted GROUP BY school, category) AS c USING (school);
SELECT count(*) FILTER (WHERE code_count(tally, code) <> sessions) AS differ, count(*) FROM held JOIN (SELECT school, code, sum(sessions) AS sessions FROM counted GROUP BY school, code) AS c USING (school);
SELECT count(*) FILTER (WHERE sess_possible(tally) <> possible OR sess_overall(tally) <> absent) AS differ, count(*)
FROM held JOIN (SELECT school, sum(sessions) FILTER (WHERE possible) AS possible, sum(sessions) FILTER (WHERE category IN ('authorised', 'unauthorised')) AS absent FROM counted GROUP BY school) AS c USING (school);

--
-- Of a register, or a part of it
--
SELECT tally(r) AS whole, tally(r, '2025-09-02', '2025-09-02') AS "a day", tally(r, '2025-09-03') AS "from", tally(r, NULL, '2025-09-01') AS "to", tally(r, '2025-09-06', '2025-09-07') AS weekend,
	tally(r, to_date => '2025-08-31') AS before, tally(r, '2025-09-03', '2025-09-02') AS backwards, tally(r, '-infinity', 'infinity') = tally(r) AS "for ever", tally(NULL::register) IS NULL AS "of NULL"
FROM (SELECT register '2025-09-01:/\IC1\/' AS r) AS r;
-- registers of random marks, in random windows, across September 2011 and August 2024 too; as long as a register may be
CREATE TABLE registers AS
SELECT school, register_agg(session_date, session, code) AS register, min(session_date) AS first
FROM (SELECT DISTINCT ON (session_date, session, school) *, extract(isodow FROM session_date) < 6 AS school_day FROM mark WHERE session_date IS NOT NULL AND code IS NOT NULL ORDER BY session_date, session, school, n) AS m
	WHERE school_day AND (session_date BETWEEN '2006-09-01' AND '2008-01-01' AND school = 1 OR session_date BETWEEN '2009-09-01' AND '2013-09-01' AND school = 2
		OR session_date BETWEEN '2015-01-01' AND '2024-12-31' AND school = 3 OR session_date BETWEEN '2024-06-01' AND '2025-06-01' AND school = 4) GROUP BY school;
SELECT school, session_count(register), category_count(tally(register), 'unrecorded') < session_count(register) AS recorded FROM registers ORDER BY school;
SELECT count(*) AS windows, count(*) FILTER (WHERE tally(register, first + a, first + b) <> (SELECT tally_agg(code, session_date) FROM marks(register) WHERE session_date BETWEEN first + a AND first + b)) AS differ,
	-- a slice is as long as whole weeks: - for the rest
	count(*) FILTER (WHERE tally(part) <> tally(register, first + a, first + b) + ('-:' || session_count(part) - (SELECT count(*) FROM marks(register, first + a, first + b)))::tally) AS "slices differ"
FROM registers, generate_series(-3, 300, 31) AS a, LATERAL (SELECT a + b AS b FROM unnest('{-1,0,1,2,5,6,7,31,32,33,46,200}'::integer[]) AS b) AS b, LATERAL slice(register, first + a, first + b) AS part;
-- all codes at every place of a block of marks: lengths from 10 to 200 sessions, a code among marks of presence
SELECT count(*), count(*) FILTER (WHERE tally(r) <> (format('/:%s \:%s', weeks * 5 - (place % 2 = 0)::integer, weeks * 5 - (place % 2)::integer)::tally + (code || ':1')::tally)) AS differ
FROM generate_series(1, 20) AS weeks, generate_series(0, weeks * 10 - 1) AS place, unnest('{-,#,I,C1,X09,D}'::text[]) AS code,
	LATERAL (SELECT register('2025-09-01', repeat('/', place) || code || repeat('/', weeks * 10 - 1 - place)) AS r) AS r;
SELECT count(*), count(*) FILTER (WHERE tally(r) <> (code || ':' || 10 * weeks)::tally) AS differ FROM (SELECT weeks, code, register('2025-09-01', repeat(code, weeks * 10)) AS r
	FROM unnest('{1,2,6,7,12,13,38,523}'::integer[]) AS weeks, (SELECT DISTINCT code FROM abie.attendance_code WHERE code NOT IN ('/', '\') UNION VALUES ('-')) AS c) AS r;

--
-- The greatest counts: 10^15 each, exact sums of them
--
SELECT tally 'I:999999999999999' + 'I:1' AS "up to it", tally_agg(t) AS "and by aggregate" FROM (VALUES (tally 'I:999999999999999'), ('I:1')) AS v (t);
SELECT category, category_count(t, category), sess_possible(t), sess_overall(t)
FROM (SELECT string_agg(c || ':1000000000000000', ' ')::tally AS t FROM (SELECT DISTINCT code AS c FROM abie.attendance_code UNION VALUES ('-'), ('D2006')) AS c) AS t,
	unnest('{present,approved_activity,authorised,unauthorised,not_possible,administrative,unrecorded}'::text[]) AS category;

--
-- Errors
--
\pset format unaligned
\pset tuples_only
SELECT error_of(statement) FROM unnest(ARRAY[
	$$SELECT 'I'::abie.tally$$,
	$$SELECT 'I:'::abie.tally$$,
	$$SELECT ':1'::abie.tally$$,
	$$SELECT 'I 1'::abie.tally$$,
	$$SELECT 'I:-1'::abie.tally$$,
	$$SELECT 'I:+1'::abie.tally$$,
	$$SELECT 'I:1.5'::abie.tally$$,
	$$SELECT 'I:1:2'::abie.tally$$,
	$$SELECT '/:3 I:1,M:2'::abie.tally$$,
	$$SELECT '/:3 éééééééééééééééééééééééééééééééééééééééé'::abie.tally$$,
	$$SELECT 'XX:1'::abie.tally$$,
	$$SELECT '/:1 i:1'::abie.tally$$,
	$$SELECT 'c1:1'::abie.tally$$,
	$$SELECT 'I:1 /:2 I:3'::abie.tally$$,
	$$SELECT 'I:0 I:3'::abie.tally$$,
	$$SELECT 'I:1000000000000001'::abie.tally$$,
	$$SELECT 'I:99999999999999999999999999'::abie.tally$$,
	$$SELECT abie.tally 'I:1000000000000000' OPERATOR(abie.+) 'I:1'$$,
	$$SELECT abie.tally_agg(t) FROM (VALUES (abie.tally 'I:1000000000000000'), ('I:1')) AS v (t)$$,
	$$SELECT abie.tally_agg(code) FROM unnest('{I,i}'::text[]) AS code$$,
	$$SELECT abie.tally_agg('y1'::text)$$,
	$$SELECT abie.tally_agg(''::text)$$,
	$$SELECT abie.tally_agg('D2006'::text)$$,
	$$SELECT abie.tally_agg(repeat('é', 60))$$,
	$$SELECT abie.tally_agg('m'::"char")$$,
	$$SELECT abie.tally_agg('Q1'::"char")$$,
	$$SELECT abie.tally_agg('!'::"char")$$,
	$$SELECT abie.tally_agg(''::"char")$$,
	$$SELECT abie.tally_agg('é'::"char")$$,
	$$SELECT abie.tally_agg('K', date '2024-08-18')$$,
	$$SELECT abie.tally_agg('D', date '2006-08-31')$$,
	$$SELECT abie.tally_agg('I', date '-infinity')$$,
	$$SELECT abie.tally_agg('I', date '4000-01-01 BC')$$,
	$$SELECT abie.tally_agg('k', date '2024-08-19')$$,
	$$SELECT abie.code_count('I:1', 'II')$$,
	$$SELECT abie.category_count('I:1', 'absent')$$,
	$$SELECT abie.category_count('I:1', '')$$,
	$$SELECT abie_internal.tally_agg_step('', 'I'::text)$$,
	$$SELECT abie_internal.tally_agg_step('', 'I'::"char")$$,
	$$SELECT abie_internal.tally_agg_step('', 'I', '2025-09-01')$$,
	$$SELECT abie_internal.tally_agg_step('', 'I:1'::abie.tally)$$]) WITH ORDINALITY AS s (statement, n) ORDER BY n;
\pset tuples_only
\pset format aligned
