-- Charts: well-formed, complete, placed as computed by hand, the same every time; hostile names.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE SCHEMA chart_test;
SET search_path = chart_test, public;
CREATE FUNCTION x(svg text, path text) RETURNS text[] LANGUAGE sql IMMUTABLE
AS $$ SELECT array_agg(v::text) FROM unnest(xpath(path, xmlparse(DOCUMENT svg), '{{s,http://www.w3.org/2000/svg}}')) v $$;

-- the ladder: 92.8 to 95.0 needs lines 92 to 96 between 182 and 352, so 42.5 a point: 94 is at 182 + 2 x 42.5 = 267
SELECT abie.chart_ladder('Ladder', '{top,middle,now,goal,none}', '{95,94,92.8,93.1,NULL}', '{NULL,NULL,start,target,NULL}') AS svg \gset
SELECT x(:'svg', '//s:circle/@cx') AS places, x(:'svg', '/s:svg/s:desc/text()') AS said;
SELECT x(:'svg', '/s:svg/@role') AS role, x(:'svg', '/s:svg/s:title/text()') AS title, x(:'svg', '//s:text/text()') AS text;
-- without a target no line is drawn
SELECT x(abie.chart_ladder('L', '{a,b}', '{95,94}'), '//s:path[@stroke-dasharray]') IS NULL AS no_climb;
SELECT abie.chart_ladder('L', '{a}', '{NULL}') IS NULL AS nothing, abie.chart_ladder('L', NULL, '{1}') IS NULL AS "null";
SELECT x(abie.chart_ladder('L', '{a,NULL,b}', '{95,94,93}'), '/s:svg/s:desc/text()') AS "without a name";
SELECT abie.chart_ladder('L', '{a,b}', '{1}');
SELECT abie.chart_ladder('L', '{}', '{}');
SELECT abie.chart_ladder('L', '{a}', '{Infinity}');

-- history: years are placed by year, lines break where one is missing; 91 to 96 between 210 and 40 is 34 a point
SELECT abie.chart_history('History', '{2016/17,2017/18,2018/19,2022/23}', '{95,94.5,94.8,92}', '{94.5,94,94.3,91}', '{95.5,95,95.3,93}', '{95.2,95.1,NULL,93}', '{NULL,NULL,NULL,92.4}', '2023/24', 92.5, 91, 94) AS svg \gset
SELECT x(:'svg', '//s:path[@stroke-width="2.5"]/@d') AS line, x(:'svg', '//s:path[@stroke-width="6"]/@d') AS forecast;
SELECT x(:'svg', '//s:path[@fill="#d55e00"]/@d') AS target, x(:'svg', '/s:svg/s:desc/text()') AS said;
-- the interval of what was expected: 91.9 and 92.9 are at 210 - 34 x 0.9 = 179.4 and 210 - 34 x 1.9 = 145.4, below the school's own mark
SELECT x(abie.chart_history('H', '{2022/23}', '{92}', '{91}', '{96}', NULL, '{92.4}', NULL, NULL, NULL, NULL, '{91.9}', '{92.9}'), '//s:path[not(ancestor::s:g)][not(@stroke="#ddd")]/@d') AS drawn;
-- what is NULL is not drawn; the picture is as high as its key needs
SELECT x(abie.chart_history('H', '{2018/19}', '{95}'), '//s:path[not(@stroke="#ddd")]/@d') AS drawn, x(abie.chart_history('H', '{2018/19}', '{95}'), '/s:svg/@viewBox') AS one_row, x(:'svg', '/s:svg/@viewBox') AS three_rows;
SELECT abie.chart_history('H', '{2018/19}', '{NULL}') IS NULL AS nothing;
-- years that are not in order are drawn where they are
SELECT x(abie.chart_history('H', '{2025/26,2016/17}', '{95,94}'), '//s:text[@y="225"]/text()') AS years;
SELECT abie.chart_history('H', '{2018/20}', '{95}');
SELECT abie.chart_history('H', '{2018/19}', '{95}', '{94,95}');

-- similar schools: the highest first, one marked
SELECT abie.chart_similar('Similar', ARRAY['a', '<script>alert(1)</script>', 'c "d" ''e'' &', U&'\202Egnol', repeat('long ', 60), NULL], '{94,95,93,92,91,NULL}', '{93,94,92,91,90,NULL}', '{95,96,94,93,92,NULL}', 3) AS svg \gset
SELECT x(:'svg', '//s:g/s:title/text()') AS names;
SELECT x(:'svg', '//s:g/s:text[1]/text()') AS shown, :'svg' LIKE '%<script%' AS injected, x(:'svg', '//s:g[s:rect]/s:title/text()') AS own;
SELECT abie.chart_similar('S', '{a}', '{1,2}');
SELECT abie.chart_similar('S', '{a}', '{NULL}') IS NULL AS nothing, abie.chart_similar(NULL, '{a}', '{1}') IS NULL AS "no title", abie.chart_similar('S', NULL, '{1}') IS NULL AS "no names", abie.chart_similar('S', '{a}', NULL) IS NULL AS "no rates";
-- of one end of an interval nothing is drawn
SELECT abie.chart_similar('S', '{a,b}', '{1,2}', '{0,1}', '{3,NULL}') ~ 'NaN' AS nan, (SELECT count(*) FROM regexp_matches(abie.chart_similar('S', '{a,b}', '{1,2}', '{0,1}', '{3,NULL}'), 'stroke="#0072b2"', 'g')) - (SELECT count(*) FROM regexp_matches(abie.chart_similar('S', '{a,b}', '{1,2}'), 'stroke="#0072b2"', 'g')) AS intervals;
-- a number that no school has stands for none
SELECT own, abie.chart_similar('S', '{a}', '{1}', '{0}', '{2}', own) = abie.chart_similar('S', '{a}', '{1}', '{0}', '{2}') AS similar, abie.chart_school_map('M', '{a}', '{1}', '{1}', '{1}', own) = abie.chart_school_map('M', '{a}', '{1}', '{1}', '{1}') AS map
FROM unnest('{-2147483648,-1,0,2,2147483647}'::integer[]) own;

-- change of a run: of 1 to 21 the 5th percentile is 2, the quartiles 6 and 16, the median 11, the 95th 20; in the order of the names, without NULL
SELECT abie.chart_run_change('What changed', array_agg(n) || '{one,NULL,"<b>"}'::text[], array_agg(c) || '{-1.5,7,NULL}'::float8[]) AS svg FROM (SELECT 'two & <three>' AS n, c::float8 AS c FROM generate_series(1, 21) c ORDER BY c DESC) v \gset
SELECT xml_is_well_formed_document(:'svg') AS well_formed, regexp_replace(:'svg', '><', E'>\n<', 'g') AS svg;
SELECT abie.chart_run_change('C', '{a}', '{NULL}') IS NULL AS nothing, abie.chart_run_change('C', NULL, '{1}') IS NULL AS strict;
SELECT abie.chart_run_change('C', '{a,b}', '{1}');
SELECT abie.chart_run_change('C', '{}', '{}');
SELECT abie.chart_run_change('C', '{a,a}', '{1,Infinity}');
SELECT abie.chart_run_change('C', '{a,a}', '{1,NaN}');
SELECT abie.chart_run_change('C', array_agg(n::text), array_agg(n::float8)) FROM generate_series(1, 41) n;
-- waterfall: 95.2 to 96 needs lines 95.2 to 96.0 between 186 and 340, 192.5 a point; each step starts where the one before ended
SELECT abie.chart_waterfall('From here to there', 'England', 96, '{down,"<up>",none}', '{-0.8,0.3,NULL}', 'School') AS svg \gset
SELECT x(:'svg', '//s:g/s:title/text()') AS rows, x(:'svg', '//s:path[@stroke-width="10"]/@d') AS steps, x(:'svg', '//s:circle/@cx') AS levels;
SELECT x(:'svg', '/s:svg/s:desc/text()') AS said, x(:'svg', '//s:path[@stroke-width="10"]/@stroke') AS colours;
SELECT x(abie.chart_waterfall('W', 'a', 1, '{b,NULL,d}', '{1,2,NULL}', 'c'), '//s:g/s:title/text()') AS "without a name or a value";
SELECT abie.chart_waterfall('W', 'a', 1, '{b}', '{1,2}', 'c');
SELECT abie.chart_waterfall('W', 'a', 1, '{}', '{}', 'c');
SELECT abie.chart_waterfall('W', 'a', 1, '{b}', '{NaN}', 'c');
SELECT abie.chart_waterfall('W', NULL, 1, '{b}', '{1}', 'c') IS NULL AS strict;

SELECT abie_internal.chart_funnel_names('{}', '{1}', '{}', 1);
SELECT abie_internal.chart_funnel_names('{}', '{}', '{1}', 1);
SELECT abie_internal.chart_funnel_names('{}', '{}', '{}', 1) = '' AS nothing;
-- funnel: limits by hand: +-1.96 and 3.09 x sqrt(0.2 + 17 / 400) at 400 pupils, the middle of a scale to 800
SELECT abie.chart_funnel('Funnel', '{in,up,out}', '{400,700,800}', '{0.5,3,-3}', 0.2, 17) AS svg \gset
SELECT x(:'svg', '//s:g/s:title/text()') AS schools, x(:'svg', '/s:svg/s:desc/text()') AS said;
SELECT abs((regexp_match(d, 'L215.0 ([0-9.]+)'))[1]::float8 - (40 + 176 * (3 - z * sqrt(0.2 + 17 / 400.0)) / 6)) < 0.06 AS as_by_hand
FROM unnest(x(:'svg', '//s:path[@fill="none"]/@d')) WITH ORDINALITY l(d, n) JOIN (VALUES (2, 1.959963984540054), (4, 3.090232306167813)) z(n, z) USING (n);
-- limits leave the picture where they reach its edge, and are not drawn along it: every point is where the
-- formula has it, and all four are there at the largest school, however close together the schools are
CREATE TABLE limits AS
SELECT f.label, f.b, f.c1, l.n AS path, CASE WHEN l.n IN (1, 2) THEN 1.959963984540054 ELSE 3.090232306167813 END AS z,
	CASE WHEN l.n IN (1, 3) THEN -1 ELSE 1 END AS side,
	p.m[1]::float8 AS x, p.m[2]::float8 AS y, p.place, count(*) OVER (PARTITION BY f.label, l.n) AS points,
	-- the picture's own lines tell its scale: the lowest and the highest
	abie_internal.chart_scale(0, f.largest, 5, 44, 386) AS across, f.svg
FROM (SELECT v.*, abie.chart_funnel('F', '{a,b}', ARRAY[v.largest / 2, v.largest], ARRAY[-v.difference, v.difference], v.b, v.c1) AS svg
		FROM (VALUES ('close together', 0.2, 17, 800, 0.1), ('small schools', 0.05, 120, 90, 0.4), ('no chance', 0.3, 0, 500, 0.2), ('wide', 0.2, 17, 800, 4))
			v(label, b, c1, largest, difference)) f,
	unnest(x(f.svg, '//s:path[@fill="none"]/@d')) WITH ORDINALITY l(d, n),
	LATERAL regexp_matches(l.d, '([0-9.]+) ([0-9.]+)', 'g') WITH ORDINALITY p(m, place);
SELECT label, count(DISTINCT path) AS paths, count(*) FILTER (WHERE place > 2 AND y IN (40, 216)) AS "along the edge",
	count(*) FILTER (WHERE place = points AND x = 386) AS "to the end"
FROM limits GROUP BY label ORDER BY label COLLATE "C";
WITH scale AS (
	SELECT l.label, min(t.v::float8) AS low, max(t.v::float8) AS high
	FROM (SELECT DISTINCT label, svg FROM limits) l, unnest(x(l.svg, '/s:svg/s:text[@text-anchor="end"]/text()')) t(v) GROUP BY l.label
), placed AS (
	-- places are drawn to a tenth
	SELECT l.*, 216 - 176 * (l.side * l.z * sqrt(l.b + l.c1 / ((l.x + d - 44) / (l.across).unit)) - s.low) / (s.high - s.low) AS formula, d
	FROM limits l JOIN scale s USING (label), unnest('{-0.05,0.05}'::float8[]) d
)
SELECT count(*) > 150 AS many, count(*) FILTER (WHERE y NOT BETWEEN least_place - 0.06 AND greatest_place + 0.06) AS elsewhere
FROM (SELECT label, path, place, y, min(formula) AS least_place, max(formula) AS greatest_place FROM placed GROUP BY 1, 2, 3, 4) p;
-- those outside are named beside their marks; a dozen of many, where there is room; many schools are one path of dots
SELECT x(:'svg', '//s:text[@font-size="10"]/text()') AS named;
SELECT abie.chart_funnel('Many', array_agg('School ' || i), array_agg(100 + i), array_agg(CASE WHEN i % 20 = 0 THEN 3 + i % 7 ELSE i % 3 * 0.1 END), 0.2, 17, 'places') AS svg FROM generate_series(1, 400) i \gset
SELECT cardinality(x(:'svg', '//s:text[@font-size="10"]')) BETWEEN 3 AND 12 AS named, cardinality(x(:'svg', '//s:g/s:title')) AS marks, cardinality(x(:'svg', '//s:circle')) AS circles,
	length(regexp_replace((x(:'svg', '//s:path[@stroke-linecap="round"]/@d'))[1]::text, '[^M]', '', 'g')) AS dots, x(:'svg', '/s:svg/s:desc/text()')::text LIKE '{"380 places lie within the 99.8 per cent limits. Outside: School %' AS said;
SELECT abie.chart_funnel('F', '{a}', '{0}', '{1}', 0.2, 17);
SELECT abie.chart_funnel('F', '{a}', '{10}', '{1}', -1, 17);

-- a map: each place once, by band, the same distance across and down; words for who cannot see it
SELECT abie.chart_band_map('Map', '{far,low,mid,<b>,left out,nowhere}', '{400000,410000,400000,410000,405000,NULL}', '{300000,300000,310000,310000,305000,1}', '{-2,-1,0,2,NULL,1}') AS svg \gset
SELECT x(:'svg', '/s:svg/s:desc/text()') AS said, x(:'svg', '//s:path/s:title/text()') AS titles, x(:'svg', '//s:g/s:text/text()') AS key;
WITH place AS (SELECT regexp_match(d::text, '^M([0-9.]+) ([0-9.]+)')::float8[] AS at, t::text AS title FROM unnest(x(:'svg', '//s:path[s:title]/@d'), x(:'svg', '//s:path/s:title/text()')) p(d, t))
SELECT a.at[2] = b.at[2] AS level, c.at[2] < a.at[2] AS "north is up", abs(b.at[1] - a.at[1] - (a.at[2] - c.at[2])) < 0.2 AS square FROM place a, place b, place c WHERE a.title LIKE 'far:%' AND b.title LIKE 'low:%' AND c.title LIKE 'mid:%';
SELECT abie.chart_band_map('Map', '{a}', '{NULL}', '{NULL}', '{0}') IS NULL AS nowhere;
SELECT abie.chart_band_map('Map', '{a}', '{400000}', '{300000}', '{3}');
SELECT abie.chart_band_map('Map', '{a,b}', '{400000}', '{300000}', '{0}');

-- distribution: heights in proportion (110 for the most), one marked
SELECT abie.chart_distribution('Distribution', 'points', '{0,0.1,0.2}', '{10,200,100}', 0.1) AS svg \gset
SELECT x(:'svg', '//s:rect[@y]/@height') AS heights, x(:'svg', '//s:rect[@fill="#d55e00"]/@height') AS marked, x(:'svg', '/s:svg/s:desc/text()') AS said;
SELECT abie.chart_distribution('D', 'u', '{1}', '{0}');
SELECT abie.chart_distribution('D', 'u', '{1}', '{NULL}');
SELECT abie.chart_distribution('D', 'u', array_agg(n), array_agg(n)) FROM generate_series(1, 41) n;
-- what is NULL: a value is marked where that is marked, and a count is suppressed
SELECT x(abie.chart_distribution('D', 'u', '{NULL,2}', '{3,NULL}'), '/s:svg/s:desc/text()') AS said, x(abie.chart_distribution('D', 'u', '{NULL,2}', '{3,4}', 2), '/s:svg/s:desc/text()') AS marked;

-- the same every time; text for all that is drawn
SELECT count(DISTINCT abie.chart_history('H', ARRAY['2017/18', '2018/19'], ARRAY[95.123456789, 94], ARRAY[94.0, 93], ARRAY[96.0, 95])) AS one FROM generate_series(1, 20) i;
SET client_min_messages = warning;
DROP SCHEMA chart_test CASCADE;
