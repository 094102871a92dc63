-- Type abie.register: text and binary forms, comparison, making, merging, reading. What is expected is written out by hand or made by plain SQL.

-- The tests share a database: everything made here is in a schema of its own.
CREATE SCHEMA register_test;
SET search_path = register_test, pg_catalog, abie, abie_internal;
SET datestyle = ISO;
SET max_parallel_workers_per_gather = 0;

\i test/lib/error_of.sql

--
-- Text
--
CREATE TABLE text_form (given text, canonical text);
INSERT INTO text_form VALUES
	-- the examples of the type's own comment, and of a week that is not complete
	('2025-09-01:##/\/\/\/\ /\/\/\IIC1V', '2025-09-01:##/\/\/\/\ /\/\/\IIC1V'),
	('2025-09-01:I', '2025-09-01:I---------'),
	('2025-09-01:/\/\/\/\/\I', '2025-09-01:/\/\/\/\/\ I---------'),
	('2025-09-01:/\/\/\/\/', '2025-09-01:/\/\/\/\/-'),
	-- no sessions; sessions without a mark are kept
	('2025-09-01:', '2025-09-01:'),
	('2025-09-01: ', '2025-09-01:'),
	('2025-09-01:----------', '2025-09-01:----------'),
	('2025-09-01:-----------', '2025-09-01:---------- ----------'),
	-- white space anywhere but in the date and in a code
	(E' \t\n2025-09-01:\r\n/ \\\x0b/\f\\ \n', '2025-09-01:/\/\------'),
	('2025-09-01:/\/\/ \/\/\/', '2025-09-01:/\/\/\/\/\ /---------'),
	-- longest match: two- and three-letter codes beside their first letters
	('2025-09-01:C1CC2C', '2025-09-01:C1CC2C------'),
	('2025-09-01:J1JY1YY7', '2025-09-01:J1JY1YY7-----'),
	('2025-09-01:X01XX09X', '2025-09-01:X01XX09X------'),
	('2025-09-01:I01II02I', '2025-09-01:I01II02I------'),
	('2025-09-01:C C1', '2025-09-01:CC1--------'),
	-- the sign of the session for present
	('2025-09-01:////', '2025-09-01:/\/\------'),
	('2025-09-01:\\\\', '2025-09-01:/\/\------'),
	('2025-09-01:\/\/', '2025-09-01:/\/\------'),
	('2025-09-01:I\/I', '2025-09-01:I\/I------'),
	-- a code from its first day on: Friday 1 September 2006, Tuesday 1 September 2020, Monday 8 March 2021, Monday 19 August 2024
	('2006-08-28:--------/\', '2006-08-28:--------/\'),
	('2020-08-31:--X02X03', '2020-08-31:--X02X03------'),
	('2021-03-01:----------I01X01', '2021-03-01:---------- I01X01--------'),
	('2024-08-12:----------C1KQY1', '2024-08-12:---------- C1KQY1------'),
	-- withdrawn codes still arrive; D on both sides of September 2011 is D
	('2025-09-01:HFJYI02X02', '2025-09-01:HFJYI02X02----'),
	('2011-08-29:DDDDDDDDDD', '2011-08-29:DDDDDDDDDD'),
	-- leap days, the first and last Monday there is
	('2024-02-26:------I', '2024-02-26:------I---'),
	('0001-01-01:-', '0001-01-01:----------'),
	('9999-12-27:I', '9999-12-27:I---------');
SELECT given, given::register FROM text_form WHERE given::register::text <> canonical OR canonical::register::text <> canonical;
SELECT count(*), count(*) FILTER (WHERE given::register = canonical::register) AS equal FROM text_form;
-- the date of every Monday of the calendar reads and writes as PostgreSQL's own does
SELECT count(*), count(*) FILTER (WHERE register(day, '')::text <> to_char(day, 'YYYY-MM-DD') || ':') AS "written otherwise",
	count(*) FILTER (WHERE start_date((to_char(day, 'YYYY-MM-DD') || ':')::register) <> day) AS "read otherwise"
FROM (SELECT date '0001-01-01' + 7 * week AS day FROM generate_series(0, 521721) AS week) AS monday;

-- Marks that COPY's text format has lost: where that can be told, it is refused; FORMAT csv loses none.
CREATE TABLE copied (held text);
INSERT INTO copied VALUES
	('2025-09-01:/\/\/\II/\ /\II/\/\/\ /\I-------'), ('2025-09-01:########## /\/\/\/\/\ /\/\------'),
	('2025-09-01:B\/\/\L\/\ C1C1/\/\/\/\ IIIIIIIIII'), ('2025-09-01:/\/\/\/\II /\/\/\IIII');
\copy (SELECT held FROM copied) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_copied' WITH (FORMAT csv)
CREATE FUNCTION input_error(given text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM given::register;
	RETURN NULL;
EXCEPTION WHEN invalid_text_representation THEN
	RETURN sqlerrm;
END $$;
CREATE TABLE lost (held text);
\copy lost FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_copied'
CREATE TABLE kept (held register);
\copy kept FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_copied && rm "$PG_ABS_BUILDDIR"/results/register_copied' WITH (FORMAT csv)
SELECT count(*) FILTER (WHERE c.held::register = k.held) AS "by csv" FROM copied c JOIN kept k ON k.held = c.held::register;
SELECT held FROM lost ORDER BY held COLLATE "C" LIMIT 1 \gset
SELECT :'held'::register;
SELECT held, input_error(held) FROM lost ORDER BY held COLLATE "C";
-- the same signs where nothing can have been lost: weeks of ten, a last week, less than five of ten, an afternoon's sign
SELECT count(given::register) FROM (VALUES ('2025-09-01:////////II //////////'), ('2025-09-01://////'), ('2025-09-01:I/ -// I/ ///'), ('2025-09-01://///L /\')) AS v (given);

-- ten years can touch 523 weeks
SELECT session_count(r), start_date(r), end_date(r), end_date(r) < start_date(r) + interval '10 years 1 week' AS "about ten years"
FROM (SELECT ('2015-09-07:' || repeat('I', 5230))::register AS r) AS longest;

--
-- Random registers, made by plain SQL: marks of any code in use on the day, and the text they must have
--
SELECT setseed(0.3);
CREATE TABLE sample AS
SELECT id, date '2006-09-04' + 7 * floor(random() * 1100)::integer AS start, 10 * floor(random() * 12)::integer AS sessions FROM generate_series(1, 500) AS id;
-- some across September 2011 and August 2024
UPDATE sample SET start = '2011-08-22' WHERE id % 10 = 0;
UPDATE sample SET start = '2024-07-29' WHERE id % 10 = 1;
CREATE TABLE code_in_use AS
SELECT array_agg(code ORDER BY code COLLATE "C") AS codes, day FROM (SELECT DISTINCT code, lower(applies) AS day FROM abie.attendance_code WHERE applies IS NOT NULL) AS c
GROUP BY day;
CREATE TABLE sample_mark AS
SELECT id, session, start + 7 * (session / 10) + session % 10 / 2 AS session_date, CASE session % 2 WHEN 0 THEN 'AM' ELSE 'PM' END AS session_name,
	CASE WHEN luck < 0.1 THEN '-' ELSE codes[1 + floor((luck - 0.1) / 0.9 * cardinality(codes))] END AS given
FROM (SELECT id, start, session, random() AS luck FROM sample, generate_series(0, sessions - 1) AS session OFFSET 0) AS s,
	LATERAL (SELECT array_agg(c ORDER BY c COLLATE "C") AS codes FROM code_in_use, unnest(codes) AS c WHERE day <= start + 7 * (session / 10) + session % 10 / 2) AS u;
ALTER TABLE sample_mark ADD code text;
UPDATE sample_mark SET code = CASE WHEN given IN ('/', '\') THEN CASE session_name WHEN 'AM' THEN '/' ELSE '\' END ELSE given END;
ALTER TABLE sample ADD given text, ADD canonical text, ADD held register;
UPDATE sample SET given = start || ':' || coalesce((SELECT string_agg(given || repeat(' ', (random() * 2 - 0.7)::integer), '' ORDER BY session) FROM sample_mark m WHERE m.id = sample.id), ''),
	canonical = start || ':' || coalesce((SELECT string_agg(CASE WHEN session % 10 = 0 AND session > 0 THEN ' ' ELSE '' END || code, '' ORDER BY session)
		FROM sample_mark m WHERE m.id = sample.id), '');
UPDATE sample SET held = given::register;
SELECT count(*) AS registers, count(*) FILTER (WHERE sessions = 0) > 10 AS "some empty", count(*) FILTER (WHERE given <> canonical) > 300 AS "written in other ways",
	count(*) FILTER (WHERE held::text <> canonical) AS "written otherwise", count(*) FILTER (WHERE canonical::register <> held) AS "read otherwise"
FROM sample;
SELECT count(*) > 20000 AS marks, count(DISTINCT code) FROM sample_mark;

--
-- Binary: a format byte, the start, a byte a mark. The numbers of the marks are a part of the format and never change.
--
SELECT string_agg(number || ' ' || codes, ', ' ORDER BY number)
FROM (SELECT get_byte(register_send(register(monday, filler || code)), 5 + length(filler)) AS number, string_agg(DISTINCT code, ' ') AS codes
	FROM (SELECT code, CASE WHEN category = 'approved_activity' AND code = 'D' THEN date '2011-08-29' ELSE '2025-09-01' END AS monday, CASE code WHEN '\' THEN '-' ELSE '' END AS filler
		FROM (SELECT code, category FROM abie.attendance_code WHERE applies IS NOT NULL UNION VALUES ('-', '')) AS c) AS c GROUP BY 1) AS numbered;
SELECT register_send('2025-09-01:/\I-#'), register_send('1999-12-27:'), '\x00'::bytea || int4send(date '2025-09-01' - date '2000-01-01') AS "header of the first";
-- through a binary file and back
CREATE TABLE again (id integer, held register);
\copy (SELECT id, held FROM sample) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy again FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
SELECT count(*), count(*) FILTER (WHERE a.held = s.held AND a.held::text = s.canonical) AS equal FROM again a JOIN sample s USING (id);

-- wrong bytes: what COPY writes of a bytea it reads as a register. 2025-09-01 is day 0000249f from 2000-01-01.
CREATE TABLE received (held register);
CREATE TABLE sent (n integer, what text, bytes bytea);
INSERT INTO sent VALUES
	(1, 'right', '\x00 0000249f 01 02 0f 10 03 0c 1d 28 32 00'),
	(2, 'another format', '\x01 0000249f'),
	(3, 'no whole week', '\x00 0000249f 01 02 0f 0f 01 02 01 02 01'),
	(4, 'a number that is no mark', '\x00 0000249f 01 02 33 00 00 00 00 00 00 00'),
	(5, 'an afternoon''s sign in a morning', '\x00 0000249f 01 02 02 00 00 00 00 00 00 00'),
	(6, 'D of before September 2011', '\x00 0000249f 01 02 01 0a 00 00 00 00 00 00'),
	(7, 'a code not in use', '\x00' || int4send(date '2023-09-04' - date '2000-01-01') || '\x01020102040000000000'),
	(8, 'a Tuesday', '\x00 000024a0 01 02 01 02 00 00 00 00 00 00'),
	(9, 'no such date', '\x00 7fffffff'),
	(10, 'beyond the year 9999', '\x00' || int4send(date '9999-12-27' - date '2000-01-01') || decode(repeat('00', 20), 'hex')),
	(11, 'too long', '\x00 0000249f'::bytea || decode(repeat('00', 5240), 'hex')),
	(12, 'too short', '\x00 0000');
SELECT n, what FROM sent ORDER BY n;
\copy (SELECT bytes FROM sent WHERE n = 1) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 2) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 3) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 4) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 5) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 6) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 7) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 8) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 9) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 10) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 11) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy (SELECT bytes FROM sent WHERE n = 12) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\set VERBOSITY sqlstate
\copy (SELECT bytes FROM sent WHERE n = 4) TO PROGRAM 'cat > "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\copy received FROM PROGRAM 'cat "$PG_ABS_BUILDDIR"/results/register_binary && rm "$PG_ABS_BUILDDIR"/results/register_binary' WITH (FORMAT binary)
\set VERBOSITY default
SELECT * FROM received;
-- and what is in a table by mistake
CREATE CAST (bytea AS abie.register) WITHOUT FUNCTION;
SELECT '\x01000000'::bytea::register;
SELECT '\x010000249f'::bytea::register;
DROP CAST (bytea AS abie.register);

--
-- What cannot be read
--
\pset format unaligned
\pset tuples_only
SELECT error_of(format('SELECT $$%s$$::abie.register', given)) FROM (VALUES
	(1, ''), (2, 'Marks of Ann'), (3, '2025-09-01'), (4, '2025-9-01:/\'), (5, '2025-09-1 :/\'), (6, '20250901:/\'), (7, '10000-01-03:/\'), (8, '2025-09-01 :/\'),
	(9, repeat('é', 60)), (10, '2025-02-30:/\'), (11, '2025-13-01:/\'), (12, '2025-00-01:/\'), (13, '2025-09-00:'), (14, '0000-01-03:'), (15, '2023-02-29:'), (16, '1900-02-29:'),
	(17, '2025-09-02:/\'), (18, '2025-09-07:/\'), (19, '2025-09-01:/\i\'), (20, '2025-09-01:/c1'), (21, '2025-09-01:/\/?'), (22, '2025-09-01:/\/\/\/\/\ /\/é'),
	(23, '2025-09-01:C9'), (24, '2025-09-01:Y8'), (25, '2025-09-01:X010'), (26, '2025-09-01:C 1'), (27, '2025-09-01:/\AB'), (28, '2025-09-01:/\:'), (29, '2025-09-01:D2006'),
	(30, '2024-08-12:/\C1'), (31, '2024-08-12:/\/\/\/\K'), (32, '2006-08-28:/\'), (33, '2006-08-28:--#'), (34, '2006-08-28:D'), (35, '2020-08-31:X09'), (36, '2021-03-01:/\/\/\/\I02'),
	(37, '1950-01-02:-I')) AS bad (n, given) ORDER BY n;
SELECT error_of($$SELECT '9999-12-27:/\/\/\/\/\ -'::abie.register$$);
SELECT replace(error_of(format('SELECT $$%s$$::abie.register', '2015-09-07:' || repeat('I', 5231))), repeat('I', 5231), 'I x 5231');
\pset tuples_only
\pset format aligned

--
-- Making: from a start and marks, with what a system writes for codes
--
SELECT register('2025-09-01', '/\/\ I'), register('2025-09-01', ''), register('2025-09-01', '/\', NULL), register('2025-09-01', '/\', '{}');
SELECT register(NULL, '/\') IS NULL AS "no start", register('2025-09-01', NULL) IS NULL AS "no marks", register(NULL, NULL, '{}') IS NULL AS "nothing";
-- one sign for a sub-code; two signs for one; a word; a character of more bytes
SELECT register('2025-09-01', '+ + !Q@ absent é', '{"+": "X01", "!Q": "-", "@": "#", "absent": "O", "é": "E"}');
-- the longest wins, an alias before a code of the same length, a longer code before an alias
SELECT register('2025-09-01', 'PPPI', '{"P": "I", "PP": "U"}'), register('2025-09-01', 'C1C', '{"C": "M"}'), register('2025-09-01', 'C1C', '{"C1": "M"}'), register('2025-09-01', 'L1L', '{"L1": "U"}');
-- an alias is a code like any other: its sign is the session's, its class the day's
SELECT register('2025-09-01', 'pp', '{"p": "\\"}'), register('2011-08-29', 'd------d', '{"d": "D"}') = '2011-08-29:D------D' AS "D of its day";

--
-- From a run of marks of a transfer file
--
-- every day from Wednesday 3 September on: the weekend is ##
SELECT register_from_ctf('2025-09-03', '/\/\/\####/\II') AS seven, register_from_ctf('2025-09-03', '/\/\/\/\II', 5) AS five,
	register_from_ctf('2025-09-03', '/\/\/\----/\II') AS "-- for ##";
-- from a Saturday, a Sunday, a Monday; a run of five days a week begins on the Monday after a weekend
SELECT register_from_ctf('2025-08-30', '####I') AS saturday, register_from_ctf('2025-08-31', '##I') AS sunday, register_from_ctf('2025-09-01', 'I') AS monday;
SELECT register_from_ctf('2025-08-30', '##I', 5) AS saturday, register_from_ctf('2025-08-31', '##I', 5) AS sunday, register_from_ctf('2025-09-01', '##I', 5) AS monday;
-- one school year as a file has it: 365 days from 1 September, closed days ##, codes of two letters, an alias
SELECT register_from_ctf('2025-09-01', '##C1+/\/\', 7, '{"+": "Y3"}'), register_from_ctf('2025-09-05', '', 7), register_from_ctf('2025-09-05', '', 5), register_from_ctf('2025-09-06', '##');
SELECT register_from_ctf(NULL, '/\') IS NULL AS "no date", register_from_ctf('2025-09-01', NULL) IS NULL AS "no run", register_from_ctf('2025-09-01', '/\', NULL) IS NULL AS "no days",
	register_from_ctf('2025-09-01', '/\', 7, NULL) IS NULL AS "no aliases";
-- random registers from their runs: from their start and from a day within, to any day; 5 and 7 days a week; a run from Saturday has a week before it
WITH run AS (
	SELECT id, d.start,
		(SELECT string_agg(coalesce(code, '#'), '' ORDER BY day, n) FROM generate_series(0, end_date(held) - d.start) AS day CROSS JOIN (VALUES (0), (1)) AS half (n)
			LEFT JOIN sample_mark m ON m.id = s.id AND m.session_date = d.start + day AND m.session % 2 = n) AS seven,
		(SELECT string_agg(code, '' ORDER BY session) FROM sample_mark m WHERE m.id = s.id AND session_date >= d.start) AS five
	FROM sample s, LATERAL (SELECT s.start + id % 7 AS start) AS d WHERE id <= 120 AND sessions > 10)
SELECT count(*), count(DISTINCT extract(isodow FROM run.start)) AS weekdays,
	count(*) FILTER (WHERE (SELECT array_agg(m ORDER BY session_date, session) FROM marks(register_from_ctf(run.start, seven, 7)) AS m WHERE session_date >= run.start)
		IS DISTINCT FROM (SELECT array_agg(m ORDER BY session_date, session) FROM marks(held) AS m WHERE session_date >= run.start)) AS "seven differ",
	count(*) FILTER (WHERE register_from_ctf(run.start, five, 5) <> slice(held, run.start, NULL)) AS "five differ"
FROM run JOIN sample USING (id);

--
-- Comparing
--
SELECT register '2025-09-01:/\' = '2025-09-01:\/' AS eq, register '2025-09-01:/\' = '2025-09-01:/\--------' AS padded, register '2025-09-01:/\' <> '2025-09-08:/\' AS start,
	register '2025-09-01:' = '2025-09-08:' AS empty, register '2025-09-01:I' = '2025-09-01:I ----------' AS longer, register '2025-09-01:I' = '2025-09-01:M' AS mark;
-- one mark, anywhere, makes the difference
SELECT count(*), count(*) FILTER (WHERE a = b OR NOT a <> b OR NOT a < b OR b <= a OR register_cmp(a, b) <> -1 OR register_hash(a) = register_hash(b)) AS wrong,
	-- the seed goes into all of the extended hash, whose low half without one is the hash
	count(*) FILTER (WHERE (register_hash_extended(a, 1) # register_hash_extended(b, 1)) = (register_hash_extended(a, 2) # register_hash_extended(b, 2)) OR (register_hash_extended(a, 0) # register_hash(a)) & 4294967295 <> 0) AS "wrong hash"
FROM generate_series(0, 99) AS place, LATERAL (SELECT register('2025-09-01', rpad(repeat('-', place) || 'I', 100, '-')) AS a, register('2025-09-01', rpad(repeat('-', place) || 'M', 100, '-')) AS b) AS r;
-- the order is of start, length, marks, the same by every operator
SELECT count(*) AS pairs,
	count(*) FILTER (WHERE register_cmp(a.held, b.held) <> sign(CASE WHEN a.k = b.k THEN 0 WHEN a.k < b.k THEN -1 ELSE 1 END)) AS "otherwise",
	count(*) FILTER (WHERE ((a.held < b.held), (a.held <= b.held), (a.held = b.held), (a.held <> b.held), (a.held >= b.held), (a.held > b.held))
		<> ((a.k < b.k), (a.k <= b.k), (a.k = b.k), (a.k <> b.k), (a.k >= b.k), (a.k > b.k))) AS "operators otherwise",
	count(*) FILTER (WHERE a.k = b.k AND (register_hash(a.held) <> register_hash(b.held) OR register_hash_extended(a.held, 7) <> register_hash_extended(b.held, 7))) AS "hash otherwise"
FROM (SELECT id, held, (start, sessions, substr(register_send(held), 6)) AS k FROM sample WHERE id <= 150) AS a,
	(SELECT id, canonical::register AS held, (start, sessions, substr(register_send(held), 6)) AS k FROM sample WHERE id <= 150) AS b;
SELECT count(DISTINCT register_hash(held)) > 480 AS "hashes differ", count(DISTINCT register_hash_extended(held, 1)) > 480 AS "extended too",
	count(*) FILTER (WHERE register_hash_extended(held, 1) <> register_hash_extended(held, 2)) > 480 AS "with the seed"
FROM (SELECT DISTINCT ON (canonical) held FROM sample) AS s;
SELECT count(*), count(DISTINCT held) = (SELECT count(DISTINCT canonical) FROM sample) AS "distinct", (SELECT count(*) FROM (SELECT 1 FROM sample GROUP BY held) AS g) = count(DISTINCT canonical) AS "groups" FROM sample;
SELECT array_agg(id ORDER BY held, id) = array_agg(id ORDER BY start, sessions, substr(register_send(held), 6), id) AS "sorted alike" FROM sample;
-- joins by hash and by merging, indexes of both kinds, partitions by hash
CREATE TABLE other AS SELECT id, canonical::register AS held FROM sample WHERE id % 3 = 0;
ANALYZE sample, other;
SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM sample JOIN other USING (held);
CREATE TABLE joined AS SELECT 'hash' AS by, sample.id, other.id AS other FROM sample JOIN other USING (held);
SET enable_hashjoin = off; RESET enable_mergejoin;
EXPLAIN (COSTS OFF) SELECT count(*) FROM sample JOIN other USING (held);
INSERT INTO joined SELECT 'merge', sample.id, other.id FROM sample JOIN other USING (held);
RESET enable_hashjoin; RESET enable_nestloop;
INSERT INTO joined SELECT 'text', s.id, o.id FROM sample s JOIN sample o USING (canonical) WHERE o.id % 3 = 0;
SELECT count(*) = 3 * count(DISTINCT (id, other)) AS same, count(*) >= 3 * 166 AS all, count(DISTINCT by) FROM joined;
CREATE INDEX by_order ON sample (held);
PREPARE found(register) AS SELECT id FROM sample WHERE held = $1;
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;
EXPLAIN (COSTS OFF) EXECUTE found('2025-09-01:');
EXPLAIN (COSTS OFF) SELECT id FROM sample ORDER BY held;
SELECT count(*) FILTER (WHERE previous > held) AS "out of order", count(*) FROM (SELECT held, lag(held) OVER (ORDER BY held) AS previous FROM sample) AS s;
SELECT count(*) AS found FROM other WHERE EXISTS (SELECT FROM sample WHERE sample.held = other.held);
DROP INDEX by_order;
CREATE INDEX by_hash ON sample USING hash (held);
EXPLAIN (COSTS OFF) EXECUTE found('2025-09-01:');
SELECT count(*) = 166 AS "all found" FROM other WHERE other.id = ANY (ARRAY(SELECT id FROM sample WHERE sample.held = other.held));
RESET enable_seqscan; RESET enable_bitmapscan; RESET enable_sort; RESET plan_cache_mode;
CREATE TABLE parted (id integer, held register) PARTITION BY HASH (held);
CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT id, held FROM sample;
SELECT count(*) > 180 AS "about half" FROM parted_0;
SELECT count(*) = (SELECT count(*) FROM sample WHERE canonical = (SELECT canonical FROM sample WHERE id = 10)) AS "found where it went" FROM parted WHERE held = (SELECT held FROM sample WHERE id = 10);

-- size: 9 bytes and one a session, 6 where it is stored with at most 120 sessions; the same value when moved out of the row or compressed
SELECT pg_column_size(register('2025-09-01', repeat('I', 380))) AS "in memory";
CREATE TABLE toasted (n integer, plain register, compressed register, outside register);
ALTER TABLE toasted ALTER plain SET STORAGE PLAIN, ALTER compressed SET STORAGE MAIN, ALTER outside SET STORAGE EXTERNAL;
INSERT INTO toasted SELECT n, r, r, r FROM (SELECT n, register('2015-09-07', repeat('/\I-M', n)) AS r FROM unnest('{0,8,24,26,76,700,1046}'::integer[]) AS n) AS r;
SELECT n * 5 AS sessions, pg_column_size(outside) - session_count(outside) AS outside, pg_column_size(compressed) < 1000 AS compressed,
	plain = compressed AND plain = outside AND compressed = outside AND plain::text = compressed::text AND plain::text = outside::text AS same,
	register_hash(compressed) = register_hash(plain) AND register_hash(outside) = register_hash(plain) AS "same hash"
FROM toasted ORDER BY n;

--
-- Merging
--
SELECT register '2025-09-01:/\I' || '2025-09-01:--IM' AS "agree", register '2025-09-01:I' || '2025-09-08:M' AS "follow", register '2025-09-08:M' || '2025-09-01:I' AS "the other way",
	register '2025-09-01:I' || '2025-09-22:M' AS gap;
SELECT register '2025-09-01:/\/\/\/\/\ /\' || '2025-09-08:--/\/\/\/\ I' AS overlap, register '2025-09-08:I' || '2025-09-01:I ---------- M' AS within,
	register '2025-09-01:' || '2025-09-01:I' AS "none and one", register '2025-09-01:' || '2025-09-15:' AS "only weeks";
SELECT (register '2025-09-01:I' || NULL) IS NULL AS "with NULL";
-- || is found whatever the search_path is, and a literal is a register there; a text is never joined on in silence
SET search_path = pg_catalog;
SELECT pg_typeof(r), r FROM (SELECT abie.register '2025-09-01:/\/\' || '2025-09-08:/\' AS r UNION ALL SELECT '2025-09-01:/\/\' || abie.register '2025-09-08:/\') AS joined;
SELECT register_test.error_of(format('SELECT %s', joined)) FROM unnest(ARRAY[
	$$abie.register '2025-09-01:I' || '; absent'$$,
	$$abie.register '2025-09-01:I' || '; absent'::text$$,
	$$abie.register '2025-09-01:I' || '2025-09-08:I'::varchar$$,
	$$'register: '::text || abie.register '2025-09-01:I'$$]) AS joined;
SELECT abie.register '2025-09-01:I'::text || '; absent' AS "a text when it is asked for", abie.register '2025-09-01:I' || NULL IS NULL AS "with NULL",
	pg_typeof(abie.register '2025-09-01:I' || ARRAY[abie.register '2025-09-08:I']) AS "to an array";
SET search_path = register_test, pg_catalog, abie, abie_internal;
-- as long as may be
SELECT session_count(register '2015-09-07:I' || '2025-09-08:I'), (SELECT session_count(register_agg(day, 'AM', 'I')) FROM (VALUES (date '2015-09-11'), ('2025-09-08')) AS mark (day));
-- D of one day is one mark, before September 2011 and since
SELECT register '2011-08-29:D-----D' || '2011-08-29:--D---D';
-- || does not depend on order or grouping
SELECT count(*), count(*) FILTER (WHERE a || b <> b || a) AS "order matters", count(*) FILTER (WHERE (a || b) || c <> a || (b || c)) AS "grouping matters",
	count(*) FILTER (WHERE (a || b) || c <> held) AS "is not the whole", count(*) FILTER (WHERE held || held <> held) AS "twice"
FROM (SELECT held, slice(held, NULL, start + id % 40) AS a, slice(held, start + id % 40 - id % 5, start + 60) AS b, slice(held, start + 50, NULL) AS c FROM sample WHERE sessions > 0) AS part;

--
-- From rows
--
SELECT register_agg(day::date, session, code) FROM (VALUES ('2025-09-03', 'PM', 'I'), ('2025-09-01', 'AM', '\'), ('2025-09-18', 'AM', 'C1'), ('2025-09-01', 'PM', '/'), ('2025-09-03', 'PM', 'I')) AS mark (day, session, code);
-- a NULL leaves the row out; closed and nothing at a weekend too; no rows, no register
SELECT register_agg(day::date, session, code) FROM (VALUES ('2025-09-01', 'AM', 'I'), (NULL, 'AM', 'O'), ('2025-09-02', NULL, 'O'), ('2025-09-02', 'AM', NULL), ('2025-09-06', 'AM', '#'), ('2025-09-14', 'PM', '-')) AS mark (day, session, code);
SELECT register_agg(NULL::date, 'AM', 'I') IS NULL AS "NULL alone", register_agg('2025-09-06'::date, 'AM', '#') IS NULL AS "weekend alone",
	(SELECT register_agg(session_date, session_name, code) FROM sample_mark WHERE id < 0) IS NULL AS "no rows", register_agg('2025-09-02'::date, 'PM', '-') AS "no mark is a row";
-- - yields to a mark, whichever comes first
SELECT register_agg('2025-09-01'::date, 'AM', code ORDER BY n) = '2025-09-01:I' AS first, register_agg('2025-09-01'::date, 'AM', code ORDER BY n DESC) = '2025-09-01:I' AS last
FROM (VALUES (1, '-'), (2, 'I')) AS mark (n, code);
-- random registers from their rows, in any order
SELECT count(*) AS registers, count(*) FILTER (WHERE made <> held) AS differ, count(*) FILTER (WHERE shuffled <> held) AS "shuffled differ", count(*) FILTER (WHERE shuffled_again <> held) AS "again differ",
	count(*) FILTER (WHERE held <> codes_only AND translate(canonical, ' -', '') <> translate(codes_only::text, ' -', '')
		AND NOT canonical LIKE '%:----------%' AND NOT canonical LIKE '%----------') AS "without - differ"
FROM sample JOIN (SELECT id, register_agg(session_date, session_name, given ORDER BY session) AS made, register_agg(session_date, session_name, given ORDER BY random()) AS shuffled,
		register_agg(session_date, session_name, code ORDER BY md5(session::text || id)) AS shuffled_again, register_agg(session_date, session_name, code) FILTER (WHERE code <> '-') AS codes_only
	FROM sample_mark GROUP BY id) AS m USING (id);
-- as a running aggregate: each row of a window has its own
SELECT n, register_agg(date '2025-09-01' + n, 'AM', 'I') OVER (ORDER BY n) FROM unnest('{0,1,9}'::integer[]) AS n;
-- from parts, a row a week or a term
SELECT register_agg(part ORDER BY random()) FROM (VALUES (register '2025-09-01:/\'), (NULL), ('2025-09-15:I'), ('2025-09-01:/\M')) AS p (part);
SELECT register_agg(NULL::register) IS NULL AS "NULL alone", (SELECT register_agg(held) FROM sample WHERE id < 0) IS NULL AS "no rows";
SELECT count(*), count(*) FILTER (WHERE whole <> held) AS differ
FROM (SELECT id, held, register_agg(slice(held, start + 7 * week, start + 7 * week + 6) ORDER BY random()) AS whole
	FROM sample, generate_series(0, sessions / 10 - 1) AS week GROUP BY id, held) AS weeks;

--
-- Reading
--
SELECT * FROM marks('2025-09-01:/\I-#C1');
SELECT * FROM marks('2025-09-01:/\I-#C1 //', '2025-09-02', '2025-09-02');
SELECT count(*) FILTER (WHERE n = 1) AS "of NULL", count(*) FILTER (WHERE n = 2) AS "of an empty one", count(*) FILTER (WHERE n = 3) AS "outside", count(*) FILTER (WHERE n = 4) AS weekend,
	count(*) FILTER (WHERE n = 5) AS backwards, count(*) FILTER (WHERE n = 6) AS "a Friday to a Monday", count(*) FILTER (WHERE n = 7) AS "for ever"
FROM (SELECT 1 AS n FROM marks(NULL) UNION ALL SELECT 2 FROM marks('2025-09-01:') UNION ALL SELECT 3 FROM marks('2025-09-01:I', '2025-09-08', NULL)
	UNION ALL SELECT 3 FROM marks('2025-09-01:I', NULL, '2025-08-31') UNION ALL SELECT 4 FROM marks('2025-09-01:I M', '2025-09-06', '2025-09-07')
	UNION ALL SELECT 5 FROM marks('2025-09-01:I', '2025-09-03', '2025-09-02') UNION ALL SELECT 6 FROM marks('2025-09-01:I M', '2025-09-05', '2025-09-08')
	UNION ALL SELECT 7 FROM marks('2025-09-01:I', '-infinity', 'infinity')) AS m;
-- all marks of random registers are those they were made of, in order of time
SELECT count(*) FILTER (WHERE s.code IS DISTINCT FROM m.code OR s.session_date IS DISTINCT FROM m.session_date OR s.session_name IS DISTINCT FROM m.session) AS differ, count(*) > 20000 AS marks
FROM (SELECT id, m.* FROM sample, marks(held) WITH ORDINALITY AS m (session_date, session, code, category, number)) AS m
	FULL JOIN sample_mark s ON s.id = m.id AND s.session = m.number - 1;
SELECT count(*) FILTER (WHERE mark(held, session_date, session_name) <> code) AS differ FROM sample JOIN sample_mark USING (id);
-- mark: nothing outside the grid
SELECT mark(r, '2025-09-02', 'AM') AS tuesday, mark(r, '2025-09-05', 'PM') AS "no mark", mark(r, '2025-09-06', 'AM') AS weekend, mark(r, '2025-08-29', 'AM') AS before, mark(r, '2025-09-08', 'AM') AS after,
	mark(r, 'infinity', 'AM') AS never, mark(r, NULL, 'AM') AS "no date", mark(NULL, '2025-09-02', 'AM') AS "no register"
FROM (SELECT register '2025-09-01:/\I' AS r) AS r;
-- a slice has the weeks its dates touch, and no mark outside them
SELECT slice(r, '2025-09-03', '2025-09-09'), slice(r, '2025-09-06', '2025-09-08') AS "from a Saturday", slice(r, NULL, '2025-09-01') AS "to Monday", slice(r, '2025-09-15', NULL) AS "from Monday", slice(r, NULL, NULL) = r AS whole
FROM (SELECT register '2025-09-01:IIIIIIIIII MMMMMMMMMM /\/\/\/\/\' AS r) AS r;
SELECT slice(r, '2025-10-01', NULL) AS after, slice(r, NULL, '2025-08-01') AS before, slice(r, '2025-09-06', '2025-09-07') AS weekend, slice(r, '2025-09-09', '2025-09-08') AS backwards, slice(NULL, NULL, NULL) AS "of NULL"
FROM (SELECT register '2025-09-01:IIIIIIIIII MMMMMMMMMM' AS r) AS r;
SELECT count(*) AS windows, count(*) FILTER (WHERE in_slice IS DISTINCT FROM in_window) AS differ,
	count(*) FILTER (WHERE session_count(part) > 0 AND (start_date(part) > first + 2 OR end_date(part) < least(last, end_date(held)) - 2)) AS "too few weeks",
	count(*) FILTER (WHERE session_count(part) > 0 AND (start_date(part) < first - 6 OR end_date(part) > last + 6)) AS "too many weeks"
FROM (SELECT held, part, first, last, (SELECT array_agg(m) FROM marks(part) AS m WHERE m.code <> '-') AS in_slice,
		(SELECT array_agg(m) FROM marks(held) AS m WHERE m.code <> '-' AND m.session_date BETWEEN first AND last) AS in_window
	FROM (SELECT held, start + id % 50 AS first, start + id % 50 + id % 31 AS last, slice(held, start + id % 50, start + id % 50 + id % 31) AS part FROM sample WHERE sessions > 50) AS s) AS w;
SELECT start_date(r), end_date(r), session_count(r), date_range(r) FROM (VALUES (register '2025-09-01:I M'), ('2025-09-01:'), (NULL)) AS v (r);

--
-- Writing one code for another
--
SELECT recode(r, 'N', 'O') AS "all", recode(r, 'N', 'O', '2025-09-02', '2025-09-02') AS "in a window", recode(r, '-', '/') AS "what was not marked", recode(r, 'Q', 'I') = r AS "no such mark", recode(r, '/', '\') = r AS "the other sign"
FROM (SELECT register '2025-09-01:N\N-- N' AS r) AS r;
-- X as used for covid
SELECT recode('2020-08-31:XXXX', 'X', 'X07', '2020-09-01', '2022-03-31');
-- D of both its classes, and to D
SELECT recode('2011-08-29:D-----D', 'D', 'I'), recode('2011-08-29:I-----I', 'I', 'D') = '2011-08-29:D-----D' AS "D of its day";
SELECT recode(NULL, 'N', 'O') IS NULL AND recode('2025-09-01:N', NULL, 'O') IS NULL AND recode('2025-09-01:N', 'N', NULL) IS NULL AS "of NULL";
SELECT count(*), count(*) FILTER (WHERE recoded <> made) AS differ
FROM (SELECT recode(held, 'I', 'U', start + 3, start + 30) AS recoded,
		(SELECT register_agg(session_date, session, CASE WHEN m.code = 'I' AND session_date BETWEEN start + 3 AND start + 30 THEN 'U' ELSE m.code END) FROM marks(held) AS m) AS made
	FROM sample WHERE sessions > 0) AS r;

--
-- Errors of all of these
--
\pset format unaligned
\pset tuples_only
SELECT error_of(statement) FROM unnest(ARRAY[
	$$SELECT abie.register('2025-09-02', '/\')$$,
	$$SELECT abie.register('2025-09-01', '/\/\?')$$,
	$$SELECT abie.register('2025-09-01', 'm')$$,
	$$SELECT abie.register('2023-09-04', 'J1')$$,
	$$SELECT abie.register('infinity', '/\')$$,
	$$SELECT abie.register('-infinity', '/\')$$,
	$$SELECT abie.register('0001-01-01 BC', '-')$$,
	$$SELECT abie.register('10000-01-03', '/\')$$,
	$$SELECT abie.register('9999-12-27', repeat('/', 11))$$,
	$$SELECT abie.register('2015-09-07', repeat('I', 5231))$$,
	$$SELECT abie.register('2025-09-01', '/\', '[]')$$,
	$$SELECT abie.register('2025-09-01', '/\', '"+"')$$,
	$$SELECT abie.register('2025-09-01', '/\', 'null')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"+": 1}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"+": {"X": "I"}}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"+": null}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"": "-"}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{" ": "-"}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"+": "X10"}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"+": "y1"}')$$,
	$$SELECT abie.register('2025-09-01', '/\', '{"+": ""}')$$,
	$$SELECT abie.register('2023-09-04', '!', '{"!": "K"}')$$,
	$$SELECT abie.register_from_ctf('2025-09-05', '/\/\')$$,
	$$SELECT abie.register_from_ctf('2025-08-31', 'I')$$,
	$$SELECT abie.register_from_ctf('2025-09-03', '/\/\/\###/')$$,
	$$SELECT abie.register_from_ctf('2025-09-01', '/\', 6)$$,
	$$SELECT abie.register_from_ctf('2025-09-03', '/\/\/\####/\?')$$,
	$$SELECT abie.register_from_ctf('2025-09-04', '/\/\/\?', 5)$$,
	$$SELECT abie.register_from_ctf('infinity', '/\')$$,
	$$SELECT abie.register_from_ctf('9999-12-31', '/\#')$$,
	$$SELECT abie.register_from_ctf('2015-09-11', repeat('I', 5223), 5)$$,
	$$SELECT abie.register_from_ctf('2015-09-07', repeat('#', 2 * 7 * 523 + 1))$$,
	$$SELECT '2025-09-01:/\I'::abie.register OPERATOR(abie.||) '2025-09-01:/\M'$$,
	$$SELECT '2025-09-01:/\/\/\/\/\ /\'::abie.register OPERATOR(abie.||) '2025-09-08:/L'$$,
	$$SELECT '2015-09-07:I'::abie.register OPERATOR(abie.||) '2025-09-15:I'$$,
	$$SELECT '2015-09-07:'::abie.register OPERATOR(abie.||) '2025-09-22:'$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'PM', code ORDER BY n) FROM (VALUES (1, 'I'), (2, 'M')) AS mark (n, code)$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'PM', code ORDER BY n DESC) FROM (VALUES (1, 'I'), (2, 'M')) AS mark (n, code)$$,
	$$SELECT abie.register_agg(day, 'AM', 'I') FROM (VALUES (date '2015-09-11'), ('2025-09-15')) AS mark (day)$$,
	$$SELECT abie.register_agg('2025-09-06'::date, 'AM', '/')$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'am', '/')$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'AM1', '/')$$,
	$$SELECT abie.register_agg('2025-09-02'::date, '', '/')$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'AM', 'y')$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'AM', 'I ')$$,
	$$SELECT abie.register_agg('2025-09-02'::date, 'AM', '')$$,
	$$SELECT abie.register_agg('2024-08-16'::date, 'AM', 'Y1')$$,
	$$SELECT abie.register_agg('infinity'::date, 'AM', 'I')$$,
	$$SELECT abie.register_agg('2006-08-31'::date, 'AM', 'I')$$,
	$$SELECT abie.register_agg(part) FROM (VALUES (abie.register '2025-09-01:I'), ('2025-09-01:M')) AS p (part)$$,
	$$SELECT abie_internal.register_agg_step(NULL, '2025-09-02', 'AM', 'I')$$,
	$$SELECT abie.mark('2025-09-01:I', '2025-09-01', 'XM')$$,
	$$SELECT abie.recode('2025-09-01:N', 'n', 'O')$$,
	$$SELECT abie.recode('2025-09-01:N', 'N', 'OO')$$,
	$$SELECT abie.recode('2023-09-04:N', 'N', 'J1')$$,
	$$SELECT abie.recode('2024-08-12:N ----------', 'N', 'J1', '2024-08-19')$$]) WITH ORDINALITY AS s (statement, n) ORDER BY n;
\pset tuples_only
\pset format aligned

-- comparisons give back what they unpack: a sort and an index of compressed registers in little memory
CREATE TABLE compressed AS
SELECT i, register('2006-09-04', (SELECT string_agg(CASE WHEN (g * i) % 97 < 9 THEN 'I' ELSE '-' END, '' ORDER BY g) FROM generate_series(1, 5000) g)) AS held
FROM generate_series(1, 60) i;
SELECT max(pg_column_size(held)) < 2000 AS compressed FROM compressed;
-- the most memory that this process has had, MB
CREATE FUNCTION memory() RETURNS integer LANGUAGE sql VOLATILE
RETURN (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+) kB'))[1]::integer / 1024;
SELECT memory() AS before \gset
SELECT count(*) FROM (SELECT held FROM compressed, generate_series(1, 300) ORDER BY held OFFSET 0) s;
SELECT count(DISTINCT held) FROM compressed, generate_series(1, 300);
SELECT memory() - :before < 200 AS "little memory";
