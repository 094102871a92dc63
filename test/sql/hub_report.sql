-- A hub's page and maps of hubs: places where the National Grid has them, words that can do no harm, errors.
\set VERBOSITY terse
\set SHOW_CONTEXT never
-- a hub and three schools: marks are as far apart as they are, by the bar of kilometres, whatever the frame
CREATE FUNCTION hub_map(factor integer, east integer, north integer) RETURNS text LANGUAGE sql
RETURN abie.chart_hub_map('Four <places>', '{"Hub & co"}', ARRAY[east], ARRAY[north], '{north,east,far<b>}', ARRAY[east, east + 5000 * factor, east - 30000 * factor],
	ARRAY[north + 4000 * factor, north, north - 40000 * factor], '{1,1,1}');
CREATE FUNCTION bar_km(map text) RETURNS float8 LANGUAGE sql RETURN (regexp_match(map, '>([0-9.]+) km</text>'))[1]::float8 / (regexp_match(map, 'v5h([0-9.]+)v-5'))[1]::float8;
SELECT factor, (regexp_match(m, '>([0-9.]+) km</text>'))[1] AS bar, count(*) AS schools,
	bool_and(abs(bar_km(m) * sqrt((c[1]::float8 - h[1]::float8) ^ 2 + (c[2]::float8 - h[2]::float8) ^ 2) - (ARRAY[4, 5, 50])[place] * factor) < 0.2 * bar_km(m) + 0.005 * factor) AS distances,
	bool_and(CASE place WHEN 1 THEN c[2]::float8 < h[2]::float8 WHEN 2 THEN c[1]::float8 > h[1]::float8 ELSE c[1]::float8 < h[1]::float8 AND c[2]::float8 > h[2]::float8 END) AS directions,
	bool_and(c[1]::float8 BETWEEN 24 AND 376 AND c[2]::float8 BETWEEN 34 AND 480) AS inside, bool_and(m LIKE format('%%<path d="M%s %sL%s %s"%%', c[1], c[2], h[1], h[2])) AS lines
FROM (SELECT factor, hub_map(factor, 400000, 500000) AS m FROM unnest('{1,3,10}'::integer[]) factor) k, regexp_matches(m, '<text x="([0-9.]+)" y="[0-9.]+" font-size="11" fill="#fff" text-anchor="middle">1<') x,
	LATERAL (SELECT ARRAY[x[1], ((regexp_match(m, '<rect x="[0-9.]+" y="([0-9.]+)" width="15"'))[1]::numeric + 7.5)::text] AS h) hub,
	LATERAL regexp_matches(m, '<circle cx="([0-9.]+)" cy="([0-9.]+)"', 'g') WITH ORDINALITY p(c, place)
GROUP BY factor, m ORDER BY factor;
-- where it lies changes nothing but the place
SELECT hub_map(3, 200000, 200000) = hub_map(3, 400000, 500000) AS same;
-- well-formed, with its words escaped, and the same in words
SELECT hub_map(1, 400000, 500000)::xml IS DOCUMENT AS document, (xpath('//*[local-name()="desc"]/text()', hub_map(1, 400000, 500000)::xml))[1] AS description,
	(xpath('//*[local-name()="circle"]/*[local-name()="title"]/text()', hub_map(1, 400000, 500000)::xml))[3] AS name, hub_map(1, 400000, 500000) ~ 'https?://(?!www.w3.org/2000/svg)|<image|<script|href' AS "from elsewhere";
-- one place alone; a school without a hub; places not known; many hubs: numbers from north to south
SELECT abie.chart_hub_map('One', '{A}', '{400000}', '{300000}', '{}', '{}', '{}', '{}')::xml IS DOCUMENT AS one;
SELECT (xpath('//*[local-name()="desc"]/text()', m::xml))[1] AS description, (SELECT count(*) FROM regexp_matches(m, '<circle', 'g')) AS schools, (SELECT count(*) FROM regexp_matches(m, 'stroke="#777"', 'g')) AS lines
FROM abie.chart_hub_map('Two', '{South,North,Nowhere}', '{400000,410000,NULL}', '{300000,330000,300000}', '{a,b,c,d}', '{400000,400000,NULL,405000}', '{301000,302000,300000,310000}', '{1,NULL,2,3}') m;
SELECT count(*) AS hubs, (SELECT count(*) FROM regexp_matches(m, '>[0-9]+ H[0-9]+: 0 schools<', 'g')) AS keys
FROM abie.chart_hub_map('Many', ARRAY(SELECT 'H' || i FROM generate_series(1, 60) i), ARRAY(SELECT 400000 + i * 100 FROM generate_series(1, 60) i), ARRAY(SELECT 300000 + i * 1000 FROM generate_series(1, 60) i), '{}', '{}', '{}', '{}') m,
	regexp_matches(m, 'width="15"', 'g') GROUP BY m;
SELECT abie.chart_hub_map('None', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
SELECT abie.chart_hub_map('Short', '{A,B}', '{400000}', '{300000,300000}', '{}', '{}', '{}', '{}');
SELECT abie.chart_hub_map('Short', '{A}', '{400000}', '{300000}', '{a,b}', '{400000}', '{300000}', '{1}');
SELECT abie.chart_hub_map('Nowhere', '{A}', '{NULL}', '{300000}', '{}', '{}', '{}', '{}');
SELECT abie.chart_hub_map(NULL, '{A}', '{400000}', '{300000}', '{}', '{}', '{}', '{}') IS NULL AS "null";
SELECT abie.hub_map('trust', 'A');
SELECT abie.hub_report(1, 'pdf');
-- messages that name the role: P0002, 42501
\set VERBOSITY sqlstate
SELECT abie.hub_map('region', 'Nowhere');
SELECT abie.hub_report(1);
SELECT abie.hub_report(NULL, 'json');
\set VERBOSITY terse
DROP FUNCTION hub_map, bar_km;
