-- Text of documents: escaping.
\set VERBOSITY default
\set SHOW_CONTEXT never
-- by hand from XML 1.0 section 2.4 and CommonMark 0.31 section 2.4
SELECT abie_internal.xml_text('<script>alert("1 & 2''s")</script>') AS xml;
SELECT abie_internal.markdown_text('a|b *c* _d_ [e](f) <g> `h` #1 \ ~ & !') AS markdown;
-- one line, and nothing that turns text around: U+202E, U+2066, U+200F; C0, DEL, C1
SELECT abie_internal.plain_text(E'a\tb\nc\rd\x7Fe\x01f') AS control, abie_internal.plain_text(U&'a\0085b') AS c1,
	abie_internal.plain_text(U&'a\202Eb\2066c\200Fd\FFFEe') AS direction, abie_internal.plain_text(U&'\202E') = '' AS nothing;
-- other scripts and signs of four bytes stay; neighbours of what is left out too
SELECT abie_internal.xml_text(s) = s AS same FROM (VALUES ('Ysgol Gynradd Pen-y-bont'), ('مدرسة'), ('בית ספר'), (U&'\+01F600'), (U&'\200D\2010\2029\202F\2065\206A\FFFD'), (U&'\00A0'), ('')) v(s);
SELECT abie_internal.xml_text(NULL) IS NULL AS "null";
-- every character: what abie_internal.xml_text gives reads back by the XML parser as what abie_internal.plain_text gives
SELECT count(*) AS characters, count(*) FILTER (WHERE back IS DISTINCT FROM plain) AS different
FROM (SELECT abie_internal.plain_text('x' || chr(c) || 'y') AS plain, (xpath('/a/text()', xmlparse(DOCUMENT '<a>' || abie_internal.xml_text('x' || chr(c) || 'y') || '</a>')))[1]::text AS raw
	FROM generate_series(1, 20000) c WHERE c NOT BETWEEN 55296 AND 57343) t,
	LATERAL (SELECT replace(replace(replace(replace(replace(t.raw, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#39;', ''''), '&amp;', '&')) b(back);
SELECT length(abie_internal.xml_text(repeat('"', 1000000))) AS longest;

--
-- CSV: what COPY reads back is what was written, but for an apostrophe before what a spreadsheet would take for a formula
--
CREATE TEMP TABLE cell (value text, disarmed boolean);
INSERT INTO cell VALUES ('=1+2', true), ('+1+1', true), ('-2+3', true), ('@SUM(1,2)', true), (E'\t=1', true), (E'\r=1', true), (E'\n=1', true), ('-', true), ('+', true), ('=', true), ('-.', true), ('-1e5', true), ('-1e+', true), ('--1', true), ('-1.5.2', true),
	('''=1', true), ('''''-5', true), ('=a"b\c,d', true), ('-Infinity', true), ('-5', false), ('+5', false), ('-0.25', false), ('-.5', false), ('-5.', false), ('-1e-05', false), ('-1.5e+300', false), ('', false), (NULL, false), ('''', false), ('''a', false), ('a=1', false),
	('a"b', false), ('a,b', false), ('\\', false), ('(a)', false), (' a ', false), (E'a\nb', false), (U&'\00E9', false);
CREATE TEMP TABLE line AS SELECT value, disarmed, abie_internal.csv_line(ROW(1, value, -1.5::float8)::text) AS line, abie_internal.csv_field(value) AS field FROM cell;
SELECT count(*) FILTER (WHERE line IS DISTINCT FROM '1,' || CASE WHEN q.quoted THEN '"' ELSE '' END || CASE WHEN disarmed THEN '''' ELSE '' END || replace(coalesce(value, ''), '"', '""') || CASE WHEN q.quoted THEN '"' ELSE '' END || E',-1.5\n') AS line,
	count(*) FILTER (WHERE field IS DISTINCT FROM CASE WHEN f.quoted THEN '"' ELSE '' END || CASE WHEN disarmed THEN '''' ELSE '' END || replace(value, '"', '""') || CASE WHEN f.quoted THEN '"' ELSE '' END) AS field
FROM line, LATERAL (SELECT value = '' OR value ~ E'[",()\\\\\\s]') q(quoted), LATERAL (SELECT value = '' OR value ~ E'[",\n\r]') f(quoted);
-- whatever text it is given
SELECT given, abie_internal.csv_line(given) FROM unnest('{"",(,(),"(,)","(\"","(\\","(a","\")","(\"=","(\"''","(a\\)","(\\b,c)","(\\\\)"}'::text[]) given;
-- numbers: as numeric writes what abie.round_half_up gives; values between and at what is rounded half away from zero, next to it, large, small and none
SELECT d AS digits, count(*) AS values, count(*) FILTER (WHERE abie_internal.decimal(v, d) <> abie.round_half_up(v, d)::text) AS different,
	count(*) FILTER (WHERE abie_internal.signed(v, d) <> CASE sign(abie.round_half_up(v, d)) WHEN 1 THEN '+' WHEN -1 THEN chr(8722) ELSE '' END || abs(abie.round_half_up(v, d))) AS "different with sign"
FROM generate_series(0, 6) d, (SELECT v * s AS v FROM (
	SELECT i / 2000.0::float8 FROM generate_series(0, 4000) i
	UNION ALL SELECT (i / 200.0::float8) * (1 + e * 2.3e-16::float8) FROM generate_series(0, 600) i, generate_series(-2, 2) e
	UNION ALL SELECT (i + 0.5) * 10::float8 ^ p FROM generate_series(0, 20) i, generate_series(-20, 20) p
	UNION ALL SELECT unnest('{NaN,Infinity,1e308,1e-308,0,999999.95,999999.949999,1e15,0.04999999999999999}'::float8[])) n (v), (VALUES (1), (-1)) g (s)) x
GROUP BY d ORDER BY d;
SELECT abie_internal.decimal(1, 16);
SELECT abie_internal.signed(1, -1);
SELECT count(*) FILTER (WHERE abie_internal.thousands(c * s) <> to_char(c * s, 'FM999,999,999,999,990')) AS different
FROM (SELECT (10::numeric ^ p + i)::bigint AS c FROM generate_series(0, 18) p, generate_series(-1, 1) i UNION ALL SELECT 9223372036854775807) n, (VALUES (1), (-1)) g (s);
SELECT abie_internal.thousands(-9223372036854775808) AS least, abie_internal.counted(1, 'school', 'schools') AS one, abie_internal.counted(-1234567, 'school', 'schools') AS many;
