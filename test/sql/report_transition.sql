-- The move to a school on its page: what the page says of it is what abie.transition gives, who may not read the registers or the school gets
-- nothing, and a page without is as it was.
-- A database of its own, and roles of the cluster that begin with abie_move_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_report_transition;
CREATE DATABASE abie_report_transition ENCODING 'UTF8' TEMPLATE template0;
\c abie_report_transition
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(200);
CALL abie.calculate('2025/26');
SELECT status FROM abie.issue(1, 'for this test');
CREATE TABLE registers AS SELECT y AS academic_year, p.* FROM unnest('{2023/24,2024/25,2025/26}'::text[]) y, abie.demo_moves(y, 10) p
WHERE p.year_group IN (6, 7) AND y < '2025/26' OR p.year_group IN (7, 8) AND y = '2025/26';
CREATE TABLE page AS SELECT 900035 AS urn, f AS format, abie.school_report(900035, f, registers => 'registers') AS report, abie.school_report(900035, f) AS bare FROM unnest('{html,markdown,json}'::text[]) f;
-- the section is put in, and nothing else is changed
SELECT format, position('From Year 6 to Year 7' IN bare) = 0 AS "not without", length(report) > length(bare) AS more,
	CASE format WHEN 'json' THEN report::jsonb - 'transition' = bare::jsonb ELSE replace(report, substring(report, CASE format WHEN 'html' THEN '<h2>From Year 6 to Year 7.*?(?=<h2>)' ELSE '## From Year 6 to Year 7.*?(?=\n## )\n' END), '') = bare END AS else_same
FROM page ORDER BY format;
SELECT p.report LIKE '%' || replace(replace(abie.transition_panel('registers', '2024/25', '2025/26', p.urn), E'<section>\n', ''), E'</section>\n', '') || '%' AS panel FROM page p WHERE format = 'html';
-- its figures are those of abie.transition, its moments those of abie.transition_moments, its weeks those of abie.transition_weeks
CREATE TABLE moved AS SELECT * FROM abie.transition('registers', '2024/25', '2025/26') WHERE urn = 900035 AND shown;
CREATE TABLE said AS SELECT report::jsonb -> 'transition' AS facts FROM page WHERE format = 'json';
SELECT g.kind, count(*) AS rows, bool_and(g.x = to_jsonb(m) - '{urn,feeder,pupil_group,half_term,shown,percent_before,percent,dip_error,excess_probability,listed,earlier_pupils,earlier_dip,beyond_earlier_error}'::text[]) AS same
FROM (SELECT 'groups' AS kind, x ->> 'pupil_group' AS pupil_group, NULL::integer AS half_term, NULL::integer AS feeder, x - 'pupil_group' AS x FROM said, jsonb_array_elements(facts -> 'groups') x
	UNION ALL SELECT 'half terms', 'all', (x ->> 'half_term')::integer, NULL, x - 'half_term' FROM said, jsonb_array_elements(facts -> 'half_terms') x
	UNION ALL SELECT 'feeders', 'all', NULL, (x ->> 'urn')::integer, x - 'urn' FROM said, jsonb_array_elements(facts -> 'feeders') x) g
	LEFT JOIN moved m ON m.pupil_group = g.pupil_group AND m.half_term IS NOT DISTINCT FROM g.half_term AND m.feeder IS NOT DISTINCT FROM g.feeder GROUP BY 1 ORDER BY 1;
SELECT (SELECT count(*) FROM moved WHERE feeder IS NULL AND half_term IS NULL) = jsonb_array_length(facts -> 'groups') AS groups, (SELECT count(*) FROM moved WHERE listed AND half_term IS NULL) = jsonb_array_length(facts -> 'feeders') AS feeders,
	(SELECT jsonb_agg(jsonb_build_object('moment', m.moment, 'evidence', m.evidence, 'strategies', t.strategies) ORDER BY m.moment) FROM abie.transition_moments('registers', '2024/25', '2025/26') m JOIN abie.toolkit_moments() t USING (moment) WHERE m.urn = 900035) = facts -> 'moments' AS moments,
	(SELECT jsonb_agg(to_jsonb(w)) FROM abie.transition_weeks('registers', '2025/26', 900035) w) = facts -> 'weeks' AS weeks FROM said;
SELECT report ~ 'Absence of the [0-9]+ pupils who came from Year 6 to Year 7 in 2025/26 changed by .* points; .* is usual for such pupils' AS words, report NOT LIKE '%<td%' AS "no tags" FROM page WHERE format = 'markdown';

-- while nobody has come in the target year, of the year before; where fewer than ten came, or to a primary school, or nobody at all: as without
CREATE VIEW before AS SELECT urn, pupil, year_group, fsm, sen, register FROM registers WHERE academic_year < '2025/26';
SELECT abie.school_report(900035, 'json', registers => 'before')::jsonb -> 'transition' ->> 'to_year' AS to_year;
CREATE VIEW few AS SELECT r.urn, r.pupil, r.year_group, r.fsm, r.sen, r.register FROM registers r WHERE r.urn <> 900035 OR r.pupil IN (SELECT DISTINCT pupil FROM registers WHERE urn = 900035 ORDER BY 1 LIMIT 9);
CREATE VIEW none AS SELECT urn, pupil, year_group, fsm, sen, register FROM registers WHERE false;
SELECT v AS registers, u AS urn, abie.school_report(u, 'html', registers => v) = abie.school_report(u) AS bare FROM (VALUES ('few'::regclass, 900035), ('registers', 900025), ('none', 900035)) k(v, u);
-- cells of fewer than ten are in no format, by whatever way it is asked
CREATE TABLE small AS SELECT urn, pupil, year_group, fsm, CASE WHEN urn = 900035 AND pupil % 100 = 1 THEN '<b>rare' ELSE sen END AS sen, register FROM registers;
SELECT f.format, abie.school_report(900035, f.format, registers => 'small') ~ 'rare' AS rare FROM unnest('{html,markdown,json}'::text[]) f(format);
-- what the registers call a group is text
CREATE TABLE hostile AS SELECT urn, pupil, year_group, fsm, CASE sen WHEN 'none' THEN sen ELSE '<script>alert(1)</script>|' END AS sen, register FROM registers;
SELECT report ~ '<script' AS script, report LIKE '%&lt;script&gt;alert(1)%' AS text FROM abie.school_report(900035, registers => 'hostile') report;

-- registers are read with the rights of who asks, and a school that is not the reader's has no page
CREATE ROLE abie_move_head;
CREATE ROLE abie_move_other;
SELECT abie.grant_access('abie_move_head', 'school', '900035'), abie.grant_access('abie_move_other', 'school', '900029');
GRANT SELECT ON registers TO abie_move_other;
\i test/lib/as_role.sql
SELECT r AS role, as_role('abie_move_' || r, 'SELECT length(abie.school_report(900035)) > 1000') AS bare, as_role('abie_move_' || r, 'SELECT abie.school_report(900035, ''json'', registers => ''registers'')::jsonb ? ''transition''') AS "with registers" FROM unnest('{head,other}'::text[]) r;
GRANT SELECT ON registers TO abie_move_head;
SELECT as_role('abie_move_head', 'SELECT abie.school_report(900035, registers => ''registers'')') = report AS "the same page" FROM page WHERE format = 'html';
SELECT abie.school_report(900035, registers => 'pg_class');
SELECT abie.school_report(900035, registers => 'page');
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_report_transition;
DROP ROLE abie_move_head, abie_move_other;
