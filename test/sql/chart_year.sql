-- The charts of the school year: well-formed, complete, placed as computed by hand, the same every time; hostile names.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE SCHEMA chart_year_test;
SET search_path = chart_year_test, public;
CREATE FUNCTION x(svg text, path text) RETURNS text[] LANGUAGE sql IMMUTABLE
AS $$ SELECT array_agg(v::text) FROM unnest(xpath(path, xmlparse(DOCUMENT svg), '{{s,http://www.w3.org/2000/svg}}')) v $$;

-- a year: from 1 September 2025, last year's first week 52 weeks later, to 10 August 2026 are 343 days over 344 units; 90 to 98 between 210 and 40 is 21.25 a point
SELECT abie.chart_year('Year', '{2025-09-01,2025-09-08,2025-09-15}', '{95,93,97.5}', '{95,94,95}', '{96,95.5,95}', '{NULL,"set aside",provisional}', '{2024-09-02,2024-09-09}', '{94,94.5}', 96, '2026-08-10', 94, 91, 97) AS svg \gset
SELECT x(:'svg', '//s:path[@stroke-width="2.5"][@fill]/@d') AS to_date, x(:'svg', '//s:path[@stroke="#009e73"][@fill]/@d') AS last_year, x(:'svg', '//s:path[@stroke="#555"][@fill]/@d') AS common;
SELECT x(:'svg', '/s:svg/s:path[@fill="#cc79a7"]/@d') AS fan, x(:'svg', '//s:path[@stroke-dasharray="2 4"]/@d') AS projected, x(:'svg', '/s:svg/s:path[@stroke="#d55e00"]/@d') AS target;
SELECT x(:'svg', '//s:g/s:title/text()') AS weeks, x(:'svg', '//s:g[s:title]/s:circle/@r') AS dots, x(:'svg', '//s:g[s:title]/s:path/@d') AS crosses;
SELECT x(:'svg', '/s:svg/@role') AS role, x(:'svg', '/s:svg/s:desc/text()') AS said;
SELECT x(:'svg', '//s:text/text()') AS text, x(:'svg', '/s:svg/@viewBox') AS size;
-- what is NULL is not drawn, nor in the key
SELECT x(abie.chart_year('Year', '{2025-09-01}', '{95}', '{95}'), '//s:text/text()') AS text, x(abie.chart_year('Year', '{2025-09-01}', '{95}', '{95}'), '//s:path[@stroke-width="2.5"][@fill]/@d') AS "a dot";
SELECT abie.chart_year('Year', '{2025-09-01}', '{NULL}', '{NULL}') IS NULL AS nothing, abie.chart_year(NULL, '{2025-09-01}', '{95}', '{95}') IS NULL AS "null";
-- a week far off is a pointer at the edge, and said
SELECT abie.chart_year('Year', '{2025-09-01,2025-09-08}', '{95,40}', '{95,94}') AS svg \gset
SELECT x(:'svg', '//s:g/s:title/text()') AS weeks, x(:'svg', '//s:g[s:title]/s:path/@d') AS pointer, x(:'svg', '//s:text[@text-anchor="end"]/text()') AS scale;
SELECT abie.chart_year('<b>&"', '{2025-09-01}', '{95}', '{95}', NULL, '{"<script>"}') LIKE '%<script>%' AS injected, xml_is_well_formed_document(abie.chart_year('<b>&"', '{2025-09-01}', '{95}', '{95}', NULL, '{"<script>"}')) AS well_formed;
SELECT abie.chart_year('Year', '{2025-09-01}', '{95,94}', '{95}');
SELECT abie.chart_year('Year', '{}', '{}', '{}');
SELECT abie.chart_year('Year', '{2025-09-01}', '{Infinity}', '{95}');
SELECT abie.chart_year('Year', '{2025-09-01}', '{95}', '{NaN}');

-- weeks of schools: 14 days over 152 units from 156; half a standard deviation is 1.1 high, beyond four no higher
SELECT abie.chart_weeks('Weeks', ARRAY['a', '<script>alert(1)</script>', repeat('long ', 9)], '{on course,open,NULL}', '{2025-09-01,2025-09-08,2025-09-15}', '{{0.5,-2,2},{-9,NULL,1},{NULL,NULL,NULL}}') AS svg \gset
SELECT xml_is_well_formed_document(:'svg') AS well_formed, :'svg' LIKE '%<script%' AS injected, x(:'svg', '//s:g/s:title/text()') AS schools;
SELECT x(:'svg', '//s:g[s:title]/s:path[@stroke-width]/@d') AS bars, x(:'svg', '//s:g[s:title]/s:path[@stroke-width]/@stroke') AS colours;
SELECT x(:'svg', '//s:g[s:title]/s:text/text()') AS written, x(:'svg', '/s:svg/s:desc/text()') AS said;
SELECT abie.chart_weeks('Weeks', '{a}', '{open}', '{2025-09-01}', NULL) IS NULL AS strict;
SELECT abie.chart_weeks('Weeks', '{a,b}', '{open}', '{2025-09-01}', '{1,2}');
SELECT abie.chart_weeks('Weeks', '{a,b}', '{open,open}', '{2025-09-01}', '{1}');
SELECT abie.chart_weeks('Weeks', '{a}', '{open}', '{}', '{}');
SELECT abie.chart_weeks('Weeks', '{a}', '{open}', '{2025-09-01}', '{-Infinity}');

-- the same on any settings
SET datestyle = 'German, DMY';
SET extra_float_digits = -3;
SET lc_time = 'C';
SELECT abie.chart_weeks('Weeks', ARRAY['a', '<script>alert(1)</script>', repeat('long ', 9)], '{on course,open,NULL}', '{2025-09-01,2025-09-08,2025-09-15}', '{{0.5,-2,2},{-9,NULL,1},{NULL,NULL,NULL}}') = :'svg' AS same;
RESET datestyle;
SET client_min_messages = warning;
-- the control chart of weeks: limits of abie.xmr, a diamond beyond them, an error for what cannot be drawn
SELECT abie.chart_xmr('Weeks', array_agg(date '2025-09-01' + 7 * (n::integer - 1) ORDER BY n), array_agg(v ORDER BY n)) AS svg
FROM unnest('{0.4,-0.3,0.2,-0.5,0.1,-6.5,0.3,0,-0.2,0.4}'::float8[]) WITH ORDINALITY u(v, n) \gset
SELECT x(:'svg', 'count(//s:circle[@r="2.5" and ancestor::s:g/s:title])') AS dots, x(:'svg', '//s:g[s:title and s:path]/s:title/text()') AS beyond, x(:'svg', '//s:desc/text()') AS said;
SELECT array_agg(x.position) AS beyond FROM abie.xmr('{0.4,-0.3,0.2,-0.5,0.1,-6.5,0.3,0,-0.2,0.4}') x WHERE x.outside;
SELECT abie.chart_xmr('Weeks', '{2025-09-01}', '{1}') IS NULL AS one, abie.chart_xmr('Weeks', NULL, '{1}') IS NULL AS none, abie.chart_xmr('<b>', '{2025-09-01,2025-09-08}', '{1,2}') LIKE '%<b>%' AS injected;
SELECT abie.chart_xmr('Weeks', '{2025-09-01,2025-09-08}', '{1}');
SELECT abie.chart_xmr('Weeks', '{2025-09-01,2025-09-08}', '{1,NULL}');
SELECT abie.chart_xmr('Weeks', '{2025-09-01,2025-09-08}', '{1,NaN}');
DROP SCHEMA chart_year_test CASCADE;
