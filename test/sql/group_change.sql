-- Absence of pupil groups against last year, like for like: every figure worked out again from the marks, what may not be shown, and the page
-- of a week, which has them with registers that the reader may read and is as it was without.
-- A database of its own, and roles of the cluster that begin with abie_group_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_group_change;
CREATE DATABASE abie_group_change ENCODING 'UTF8' TEMPLATE template0;
\c abie_group_change
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(200);
CREATE TABLE registers AS SELECT y AS academic_year, p.* FROM unnest('{2024/25,2025/26}'::text[]) y, abie.demo_pupils(y, 330) p;

--
-- Worked out again, mark by mark: the demo's weeks of both years are 52 weeks apart
--
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1);
CREATE TABLE counted AS SELECT r.urn, r.pupil, r.academic_year = '2025/26' AS now, r.fsm, r.sen, r.year_group, count(*) FILTER (WHERE m.code ~ '^[/\\LVIMCOU]') AS possible, count(*) FILTER (WHERE m.code ~ '^[IMCOU]') AS absent
FROM registers r, abie.marks(r.register) m WHERE m.session_date + CASE WHEN r.academic_year = '2025/26' THEN 0 ELSE 364 END <= '2026-02-08' AND m.session_date NOT BETWEEN '2025-02-09' AND '2025-08-31'
	GROUP BY r.urn, r.pupil, r.academic_year, r.fsm, r.sen, r.year_group;
CREATE TABLE again AS
WITH grouped AS (SELECT c.*, g.name FROM counted c, LATERAL (VALUES ('all'), (CASE WHEN fsm THEN 'FSM' ELSE 'not FSM' END), (CASE sen WHEN 'none' THEN 'no SEN' ELSE sen END), ('Year ' || year_group)) g(name)),
	total AS (SELECT urn, name, sum(absent) FILTER (WHERE now) AS a1, sum(possible) FILTER (WHERE now) AS b1, sum(absent) FILTER (WHERE NOT now) AS a0, sum(possible) FILTER (WHERE NOT now) AS b0,
		count(*) FILTER (WHERE now) AS n1, count(*) FILTER (WHERE NOT now) AS n0, count(DISTINCT pupil) AS n FROM grouped GROUP BY urn, name),
	pupil AS (SELECT g.urn, g.name, g.pupil, sum(CASE WHEN g.now THEN (g.absent - t.a1 / t.b1 * g.possible) / t.b1 ELSE -(g.absent - t.a0 / t.b0 * g.possible) / t.b0 END) AS e FROM grouped g JOIN total t USING (urn, name) GROUP BY 1, 2, 3)
SELECT t.*, 100 * t.a0 / t.b0 AS percent_before, 100 * t.a1 / t.b1 AS percent, 100 * sqrt(t.n / (t.n - 1.0) * (SELECT sum(e * e) FROM pupil p WHERE p.urn = t.urn AND p.name = t.name)) AS error FROM total t;
CREATE TABLE given AS SELECT * FROM abie.group_change('registers', '2025/26', '2026-02-06');
SELECT count(*) > 15 AS many, count(*) FILTER (WHERE NOT shown) AS hidden, min(weeks) AS weeks, max(weeks) AS weeks, count(*) FILTER (WHERE shown AND (g.pupils <> a.n1 OR g.pupils_before <> a.n0 OR NOT near(g.percent, a.percent) OR NOT near(g.percent_before, a.percent_before)
	OR NOT near(g.change, a.percent - a.percent_before) OR NOT near(g.change_error, a.error) OR NOT near(g.upper_change - g.change, 1.959963984540054 * a.error) OR NOT near(g.change - g.lower_change, 1.959963984540054 * a.error)) IS NOT FALSE) AS wrong,
	count(*) FILTER (WHERE NOT shown AND num_nonnulls(g.weeks, g.pupils_before, g.pupils, g.percent_before, g.percent, g.change, g.change_error, g.lower_change, g.upper_change) > 0) AS told
FROM given g FULL JOIN again a ON a.urn = g.urn AND a.name = g.pupil_group;
-- of the same pupils in both years it is abie.rate_change
CREATE VIEW stayed AS SELECT urn, pupil, 7 AS year_group, register FROM registers WHERE pupil IN (SELECT pupil FROM registers GROUP BY pupil HAVING count(DISTINCT urn) = 1);
SELECT bool_and(near(g.change, c.change) AND near(g.change_error, c.change_error) AND g.pupils = c.pupils) AS same FROM abie.group_change('stayed', '2025/26', '2026-02-06') g
JOIN (SELECT urn, (abie.rate_change(absent0, possible0, absent1, possible1)).* FROM (SELECT urn, pupil, sum(absent) FILTER (WHERE NOT now)::bigint AS absent0, sum(possible) FILTER (WHERE NOT now)::bigint AS possible0, sum(absent) FILTER (WHERE now)::bigint AS absent1, sum(possible) FILTER (WHERE now)::bigint AS possible1
	FROM counted WHERE pupil IN (SELECT pupil FROM stayed) GROUP BY urn, pupil) p GROUP BY urn) c USING (urn) WHERE g.pupil_group = 'all';
-- neither the order of rows nor the plan changes a bit; a row for each part of a pupil's register is one pupil
CREATE TABLE shuffled AS SELECT * FROM registers ORDER BY md5(pupil || academic_year);
SET enable_hashagg = off;
SET enable_hashjoin = off;
SELECT count(*) FROM (SELECT to_jsonb(g)::text FROM abie.group_change('shuffled', '2025/26', '2026-02-06') g EXCEPT SELECT to_jsonb(g)::text FROM given g) d;
RESET enable_hashagg;
RESET enable_hashjoin;
CREATE VIEW parts AS SELECT urn, pupil, year_group, fsm, sen, abie.slice(register, d.first, d.last) AS register FROM registers, (VALUES (date '2024-01-01', date '2024-11-20'), ('2024-11-21', '2025-11-19'), ('2025-11-20', '2026-12-31')) d(first, last) WHERE abie.start_date(register) <= d.last AND abie.end_date(register) >= d.first;
SELECT count(*) FROM (SELECT to_jsonb(g)::text FROM abie.group_change('parts', '2025/26', '2026-02-06') g EXCEPT SELECT to_jsonb(g)::text FROM given g) d;
-- weeks with a counterpart, up to a day or of the whole year
SELECT DISTINCT weeks FROM abie.group_change('registers', '2025/26', '2025-10-01') WHERE shown;
SELECT DISTINCT weeks FROM abie.group_change('registers', '2025/26') WHERE shown;
SELECT count(*) AS "no year before" FROM abie.group_change('registers', '2024/25');

--
-- Fewer than ten pupils of either year are not shown, nor to be had by subtraction
--
CREATE TABLE small AS
SELECT 800000 + s AS urn, n AS pupil, y.year, y.before, g.sen, abie_internal.demo_draw(s * 100 + n, 3) < 0.3 AS fsm, 7 + n % (1 + s % 3) AS year_group, abie.register(y.monday, repeat(CASE WHEN n % 7 = 0 THEN 'II' ELSE E'/\\' END, 30)) AS register
FROM generate_series(1, 300) s, generate_series(1, 8 + s % 50) n, (VALUES ('2024/25', date '2024-09-09', true), ('2025/26', '2025-09-08', false)) y(year, monday, before),
	LATERAL (SELECT (ARRAY['none', 'SEN support', 'EHC plan', 'rare', NULL])[1 + least(4, floor((1 + s % 4) * abie_internal.demo_draw(s * 1000 + n, 4) ^ 2 + abie_internal.demo_draw(s, 5))::integer)]) g(sen)
-- some leave, some come
WHERE abie_internal.demo_draw(s * 1000 + n, CASE WHEN y.before THEN 6 ELSE 7 END) < 0.9;
CREATE TABLE cell AS SELECT s.urn, g.part, g.name, count(*) FILTER (WHERE before) AS n0, count(*) FILTER (WHERE NOT before) AS n1 FROM small s,
	LATERAL (VALUES (0, 'all'), (1, CASE WHEN fsm THEN 'FSM' ELSE 'not FSM' END), (2, CASE WHEN sen IS NULL THEN 'SEN not known' WHEN sen = 'none' THEN 'no SEN' ELSE sen END), (3, 'Year ' || year_group)) g(part, name) GROUP BY 1, 2, 3;
CREATE TABLE judged AS SELECT c.*, g.shown, g.pupils, g.pupils_before FROM cell c LEFT JOIN abie.group_change('small', '2025/26', '2025-11-30') g ON g.urn = c.urn AND g.pupil_group = c.name;
SELECT count(*) FILTER (WHERE shown) > 500 AS shown, count(*) FILTER (WHERE NOT shown) > 300 AS hidden, count(*) FILTER (WHERE NOT shown AND least(n0, n1) >= 10) > 30 AS "one more", count(*) FILTER (WHERE shown IS NULL) AS missing,
	count(*) FILTER (WHERE shown AND (least(n0, n1) < 10 OR pupils <> n1 OR pupils_before <> n0)) AS few, count(*) FILTER (WHERE NOT shown AND num_nonnulls(pupils, pupils_before) > 0) AS told FROM judged;
-- what is left when the groups that are shown are taken from all is of nobody, or of ten or more; and no more is hidden than has to be
SELECT count(*) FILTER (WHERE n0 BETWEEN 1 AND 9 OR n1 BETWEEN 1 AND 9) AS "had by subtraction", count(*) FILTER (WHERE more > 1) AS "more than one" FROM (
	SELECT urn, part, sum(n0) FILTER (WHERE NOT shown) AS n0, sum(n1) FILTER (WHERE NOT shown) AS n1, count(*) FILTER (WHERE NOT shown AND least(n0, n1) >= 10) AS more FROM judged j
	WHERE part > 0 AND EXISTS (SELECT FROM judged a WHERE a.urn = j.urn AND a.part = 0 AND a.shown) GROUP BY urn, part) h;
SELECT count(*) AS "of a school not shown" FROM judged j JOIN judged a ON a.urn = j.urn AND a.part = 0 AND NOT a.shown WHERE j.shown;

--
-- The page of a week
--
CALL abie.calculate('2025/26');
SELECT status FROM abie.issue(1, 'for this test');
SELECT abie.load_demo_weeks('2026-02-06') > 0 AS loaded;
-- the weeks of two schools are those of their registers
DELETE FROM abie.attendance_week WHERE urn IN (900001, 900005);
DELETE FROM abie.attendance WHERE urn IN (900001, 900005) AND academic_year >= '2024/25';
SELECT y, l.* FROM unnest('{2024/25,2025/26}'::text[]) y, abie.load_attendance('registers', y) l ORDER BY y;
CALL abie.monitor('2025/26', '2026-02-06');
CREATE TABLE page AS SELECT u AS urn, f AS format, abie.week_report('school', u::text, f, registers => 'registers') AS report, abie.week_report('school', u::text, f) AS bare FROM unnest('{html,markdown,json}'::text[]) f, unnest('{900001,900005}'::integer[]) u;
-- the section is put in, and nothing else is changed
SELECT format, bool_and(position('Groups of pupils' IN bare) = 0 AND length(report) > length(bare)) AS "put in", bool_and(CASE format WHEN 'json' THEN report::jsonb - 'groups' = bare::jsonb
	ELSE replace(report, substring(report, CASE format WHEN 'html' THEN '<h2>Groups of pupils.*?(?=<h2>)' ELSE '## Groups of pupils.*?(?=\n## )\n' END), '') = bare END) AS else_same FROM page GROUP BY format ORDER BY format;
-- its figures are those of abie.group_change, and all pupils together moved as the school did like for like
SELECT p.urn, count(*) AS groups, bool_and(x = to_jsonb(g) - '{urn,shown}'::text[]) AS same, bool_or(near(-(x ->> 'change')::float8, (p.report::jsonb #>> '{standing,like_for_like}')::float8)) FILTER (WHERE g.pupil_group = 'all') AS "like for like"
FROM page p CROSS JOIN jsonb_array_elements(p.report::jsonb -> 'groups') x LEFT JOIN given g ON g.urn = p.urn AND g.shown AND g.pupil_group = x ->> 'pupil_group' WHERE p.format = 'json' GROUP BY p.urn ORDER BY p.urn;
SELECT replace(line, chr(8722), '-') AS line FROM page, regexp_split_to_table(report, '\n') line WHERE urn = 900005 AND format = 'markdown' AND line ~ '^(## Groups|Absence in|\| (Group|All|FSM|Not FSM|Year 7),? )';
SELECT g.pupil_group, p.report LIKE format('%%| %s, %s pupils, %s last year | %s%% | %s%% |%%| %s |%%', upper(left(g.pupil_group, 1)) || substr(g.pupil_group, 2), g.pupils, g.pupils_before, abie.round_half_up(g.percent_before, 1), abie.round_half_up(g.percent, 1),
	CASE WHEN g.lower_change > 0 THEN 'more absence' WHEN g.upper_change < 0 THEN 'less absence' ELSE 'no' END) AS said FROM given g JOIN page p USING (urn) WHERE g.shown AND p.format = 'markdown' AND g.urn = 900001 ORDER BY 1;
-- a school that the registers do not hold; hostile names are text; groups too small are in no format
SELECT abie.week_report('school', '900002', 'markdown', registers => 'registers') LIKE '%The registers hold no ten pupils of this school%' AS said, abie.week_report('school', '900002', 'json', registers => 'registers')::jsonb -> 'groups' AS groups;
CREATE VIEW hostile AS SELECT urn, pupil, year_group, fsm, CASE sen WHEN 'none' THEN sen ELSE '<script>alert(1)</script>|' END AS sen, register FROM registers;
SELECT report ~ '<script' AS script, report LIKE '%&lt;script&gt;alert(1)%' AS text FROM abie.week_report('school', '900005', registers => 'hostile') report;
CREATE VIEW few AS SELECT urn, pupil, year_group, fsm, CASE WHEN pupil % 40 = 7 THEN 'rare' ELSE sen END AS sen, register FROM registers;
SELECT f, abie.week_report('school', '900005', f, registers => 'few') ~* 'rare' AS rare FROM unnest('{html,markdown,json}'::text[]) f;

-- registers are read with the rights of who asks, and a school that is not the reader's has no page
CREATE ROLE abie_group_head;
CREATE ROLE abie_group_other;
SELECT abie.grant_access('abie_group_head', 'school', '900005'), abie.grant_access('abie_group_other', 'school', '900011');
GRANT SELECT ON registers TO abie_group_other;
\i test/lib/as_role.sql
SELECT r AS role, as_role('abie_group_' || r, 'SELECT length(abie.week_report(''school'', ''900005'')) > 1000') AS bare, as_role('abie_group_' || r, 'SELECT abie.week_report(''school'', ''900005'', ''json'', registers => ''registers'')::jsonb ? ''groups''') AS "with registers",
	as_role('abie_group_' || r, 'SELECT count(*) > 0 FROM abie.group_change(''registers'', ''2025/26'')') AS alone FROM unnest('{head,other}'::text[]) r;
GRANT SELECT ON registers TO abie_group_head;
SELECT as_role('abie_group_head', 'SELECT abie.week_report(''school'', ''900005'', registers => ''registers'')') = report AS "the same page" FROM page WHERE format = 'html' AND urn = 900005;
SELECT abie.week_report('la', '501', registers => 'registers');
SELECT abie.week_report('school', '900005', registers => 'pg_class');
SELECT abie.week_report('school', '900005', registers => 'page');
SELECT abie.group_change(NULL, '2025/26');
SELECT abie.group_change('registers', '2025');
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_group_change;
DROP ROLE abie_group_head, abie_group_other;
