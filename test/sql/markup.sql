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
