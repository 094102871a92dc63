-- What a school's report says first, since when, and where: the half page for a governor, the schools to learn from.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_school_report;
CREATE DATABASE abie_school_report;
\c abie_school_report
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(900);
-- reasons of most
UPDATE abie.attendance SET reasons = jsonb_build_object('sess_auth_illness', sess_authorised / 2 + urn % 9, 'sess_auth_other', sess_authorised - sess_authorised / 2, 'sess_unauth_holiday', sess_unauthorised) WHERE urn % 4 <> 0;
-- one that has nothing to improve
UPDATE abie.attendance SET sess_overall = 300, sess_authorised = 300, sess_unauthorised = 0 WHERE urn = 900031 AND academic_year <> '2018/19';
CALL abie.calculate('2025/26', 'default', NULL) \gset
CREATE TABLE fact AS SELECT f.urn, f.facts, f.facts -> 'half_page' AS half, f.facts -> 'expectation' AS e FROM abie_internal.report_facts(:run_id, ARRAY(SELECT urn FROM abie_report.school_expectation WHERE run_id = :run_id)) f;

--
-- The half page
--
-- three sentences of every school, none of nothing
SELECT facts ->> 'outcome' AS outcome, count(*) > 0 AS some, count(*) FILTER (WHERE (SELECT count(*) FROM jsonb_each_text(half) s WHERE s.key IN ('stands', 'next', 'ask') AND s.value ~ '^[A-Z0-9][^\n]*\.$' AND s.value !~ '\. [A-Z]|\s\s|NaN|\m0\.0+ points|at least 0\.0|\m1 (points|schools|years)\M|(^|[^0-9])%') = 3) = count(*) AS sentences
FROM fact GROUP BY 1 ORDER BY 1;
-- attendance against what is expected, from the figures of the run; chance by the errors of both
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE f.half ->> 'stands' <> format('In 2024/25 attendance was %s%%, ', round(e.attendance::numeric, 2)) || CASE WHEN abs(e.attendance - e.expected) < 0.005 THEN 'what the school''s circumstances lead one to expect.'
		ELSE format('%s points %s the %s%% that the school''s circumstances lead one to expect, which %s.', round(abs(e.attendance - e.expected)::numeric, 2), CASE WHEN e.attendance < e.expected THEN 'below' ELSE 'above' END, round(e.expected::numeric, 2),
			CASE WHEN abs(e.attendance - e.expected) > 1.959963984540054 * sqrt(m.sampling_c1 / e.enrolments + e.expected_error ^ 2) THEN 'is more than chance would often bring' ELSE 'may be chance' END) END) AS different,
	count(*) FILTER (WHERE f.half ->> 'stands' LIKE '%may be chance.') > 50 AS chance
FROM fact f JOIN abie.expectation e ON e.run_id = :run_id AND e.urn = f.urn JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum;
-- the forecast and where the target lies
SELECT count(*) FILTER (WHERE half ->> 'next' !~ format('between %s%% and %s%% ', round(e.forecast_low::numeric, 1), round(e.forecast_high::numeric, 1))) AS other_range,
	count(*) FILTER (WHERE statement <> 'maintain' AND (half ->> 'next' ~ 'will not prove a change') <> (e.target BETWEEN e.forecast_low AND e.forecast_high)) AS other_place,
	count(*) FILTER (WHERE (half ->> 'next' ~ 'the target is') <> (statement <> 'maintain')) AS other_goal
FROM fact f JOIN abie.expectation e ON e.run_id = :run_id AND e.urn = f.urn;
-- whom to ring is the nearest of those clearly better, and what to ask about the reason furthest above similar schools
WITH ring AS (
	SELECT DISTINCT ON (s.urn) s.urn, s.similar_name FROM abie_report.similar_school s WHERE s.run_id = :run_id AND s.is_better ORDER BY s.urn, s.is_clear DESC, s.km, s.rank
), above AS (
	SELECT DISTINCT ON (a.urn) a.urn, a.meaning, a.own_percent - a.similar_percent AS points FROM abie_report.school_absence_compared a WHERE a.run_id = :run_id AND a.reason ~ '^sess_(un)?auth_' AND a.own_percent - a.similar_percent >= 0.005 ORDER BY a.urn, a.own_percent - a.similar_percent DESC, a.position
)
SELECT count(r.urn) > 300 AS ring, count(a.urn) > 300 AS reason, count(*) FILTER (WHERE coalesce(position(', and ring ' || r.similar_name || ', ' IN f.half ->> 'ask') = 0, f.half ->> 'ask' ~ 'ring')) AS other_school,
	count(*) FILTER (WHERE coalesce(position(lower(a.meaning) || ', the reason furthest above similar schools (+' || round(a.points::numeric, 2) IN lower(f.half ->> 'ask')) = 0, f.half ->> 'ask' !~ 'done about absence[,.]')) AS other_reason
FROM fact f LEFT JOIN ring r USING (urn) LEFT JOIN above a USING (urn) WHERE f.facts ->> 'outcome' <> 'left out';
-- first in every format
SELECT count(*) FILTER (WHERE strpos(h, '<section class="half">') BETWEEN 1 AND strpos(h, '<p class="lead">')) AS html, count(*) FILTER (WHERE (SELECT bool_and(strpos(m, '** ' || abie_internal.markdown_text(s.value)) BETWEEN 1 AND strpos(m, E'\n\n**')) FROM jsonb_each_text(half) s)) AS markdown, count(*) AS schools
FROM fact, abie.school_report(urn, 'html') h, abie.school_report(urn, 'markdown') m WHERE urn % 30 IN (1, 7, 17);

--
-- Schools to learn from, each once, with a reason
--
-- as the section has them, all similar schools linked
CREATE TABLE learn AS SELECT f.urn, (f.e ->> 'attendance')::float8 AS attendance, k.urns, k.said, nullif(substring(s.section FROM '(\w+) of \d+ had higher'), 'None')::bigint AS better, (SELECT count(*) FROM abie_report.similar_school v WHERE v.run_id = :run_id AND v.urn = f.urn AND v.is_better AND v.is_clear) AS clearly_better
FROM fact f CROSS JOIN LATERAL (SELECT abie_internal.school_report_similar(f.facts, 'html', ARRAY(SELECT (x ->> 'similar_urn')::integer FROM jsonb_array_elements(f.facts -> 'similar_schools') x), 'table') AS section OFFSET 0) s
	CROSS JOIN LATERAL (SELECT array_agg(m.found[1]::integer ORDER BY m.place) AS urns, array_agg(m.found[2] ORDER BY m.place) AS said FROM regexp_matches(s.section, '<li><b><a href="(\d+)\.html">[^<]*</a></b> ([^\n]*)</li>', 'g') WITH ORDINALITY m(found, place)) k
WHERE f.facts ->> 'outcome' <> 'left out';
SELECT count(*) > 500 AS many, max(cardinality(urns)) AS most, count(*) FILTER (WHERE cardinality(urns) <> (SELECT count(DISTINCT u) FROM unnest(urns) u)) AS twice, count(*) FILTER (WHERE cardinality(said) <> cardinality(urns)) AS unsaid,
	count(*) FILTER (WHERE NOT (SELECT bool_and(s.is_better AND (s.is_clear OR l.clearly_better < 4) AND l.said[k.place] LIKE format('%%: %s\%%, %s points higher%%', round(s.similar_attendance::numeric, 2), round((s.similar_attendance - l.attendance)::numeric, 2)))
		FROM unnest(l.urns) WITH ORDINALITY k(urn, place) JOIN abie_report.similar_school s ON s.run_id = :run_id AND s.urn = l.urn AND s.similar_urn = k.urn)) AS other,
	count(*) FILTER (WHERE better IS DISTINCT FROM (SELECT nullif(count(*), 0) FROM abie_report.similar_school s WHERE s.run_id = :run_id AND s.urn = l.urn AND s.is_better)) AS other_count,
	-- the four most similar and the four nearest of the clearly better, or where these are fewer than four of all better
	count(*) FILTER (WHERE l.urns IS DISTINCT FROM (SELECT array_agg(c.similar_urn ORDER BY c.rank) FROM (SELECT v.*, row_number() OVER (ORDER BY v.rank) AS by_rank, row_number() OVER (ORDER BY v.km, v.rank) AS by_km FROM abie_report.similar_school v WHERE v.run_id = :run_id AND v.urn = l.urn AND v.is_better AND (v.is_clear OR l.clearly_better < 4)) c WHERE c.by_rank <= 4 OR c.by_km <= 4 AND c.km IS NOT NULL)) AS other_choice
FROM learn l;
SELECT count(*) FILTER (WHERE cardinality(said) > 1) AS some, count(*) FILTER (WHERE cardinality(said) > 1 AND ((SELECT count(*) FROM unnest(said) s WHERE s LIKE '%; the most similar of these%') <> 1 OR (SELECT count(*) FROM unnest(said) s WHERE s LIKE '%the nearest of these%') <> 1)) = 0 AS reasons FROM learn;

--
-- Singular and plural; no captions of what is not there
--
SELECT count(*) FILTER (WHERE report ~ '\m(?<![0-9.,])1 (points|schools|pupils|more days|of them (are|have))\M') AS plural, count(*) FILTER (WHERE report ~ 'at least 0\.0|step of 0\.00') AS nothing
FROM abie.report_files(:run_id, 'markdown') r(name, report);
SELECT abie_internal.counted(0, 'school', 'schools'), abie_internal.counted(1, 'school', 'schools'), abie_internal.counted(1234, 'school', 'schools');
SELECT f.e ->> 'exclusion_reason' AS reason, count(*) > 0 AS some, count(*) FILTER (WHERE r ~ 'Similar schools|What the school is compared by|How the number was made|The ladder|\| Expected \||Schools to learn from|What the number does not say|Target|<th scope="col">Expected') AS captions,
	count(*) FILTER (WHERE (r ~ '<th scope="col">National') <> (f.facts #> '{history,-1,national}' <> 'null')) AS other_national, count(*) FILTER (WHERE (r ~ 'with 95% intervals') <> (f.facts #> '{history,-1,attendance_low}' <> 'null')) AS other_interval
FROM fact f, abie.school_report(f.urn, 'html') r WHERE f.facts ->> 'outcome' = 'left out' GROUP BY 1 ORDER BY 1;
-- facts of a user's own: a text is not cut within a letter, and many steps can be cancelled
SELECT substring(convert_from(convert_to(abie_internal.school_report_limits('{"run": {"finished_at": "2026-11-0\u00e9\u00e9"}}', 'markdown'), 'UTF8'), 'UTF8') FROM 'Run  of \S* for') AS day;
CREATE TABLE many_steps AS SELECT array_agg('step ' || i) AS names, array_agg(0.1::float8) AS points FROM generate_series(1, 100000) i;
CREATE FUNCTION is_soon_cancelled() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	PERFORM abie_internal.expected_waterfall(names, points, 1, 2, 3, 4) FROM many_steps;
	RETURN NULL;
EXCEPTION WHEN query_canceled THEN
	RETURN clock_timestamp() - statement_timestamp() < '5 s';
END $$;
SET statement_timeout = '200ms';
SELECT is_soon_cancelled();
RESET statement_timeout;
-- means of numbers whose sum a float8 does not hold, added up as decimals
SELECT abie_internal.column_means(array_agg(ARRAY[n, -n, CASE WHEN i > 1 THEN n / 7 END])) = (SELECT array_agg(round(avg, 6)::float8) FROM (VALUES (avg(n::numeric)), (avg(-n::numeric)), (avg((n / 7)::numeric) FILTER (WHERE i > 1))) v(avg)) AS exact
FROM (SELECT i, (1e9 / i)::float8 + 0.1 FROM generate_series(1, 20) i) v(i, n);

--
-- The map
--
SELECT regexp_replace(substring(abie.chart_school_map('M', array_agg(''::text), array_agg(400000 + 1000 * e), array_agg(300000 + 1000 * n), array_agg(NULL::text), 1) FROM '<desc>(.*)</desc>'), '[^;]*km ', ' ', 'g') AS round FROM (VALUES (0, 0), (0, 5), (5, 5), (5, 0), (5, -5), (0, -5), (-5, -5), (-5, 0), (-5, 5), (5, 2), (5, 3), (0, 0)) v(e, n);
-- each mark where its place is: the same units by metre in both directions, and north is up
CREATE FUNCTION drawn(map text) RETURNS TABLE (kind text, x float8, y float8, name text) LANGUAGE sql AS $$
	SELECT 'school', m[1]::float8, m[2]::float8, m[3] FROM regexp_matches(map, '<circle cx="([0-9.-]+)" cy="([0-9.-]+)" [^>]*><title>([^<]*)<', 'g') m
	UNION ALL SELECT 'own', m[1]::float8, m[2]::float8, m[3] FROM regexp_matches(map, '<path d="M([0-9.-]+) ([0-9.-]+)m0 -8[^>]*><title>([^<]*)<', 'g') m
	UNION ALL SELECT 'label', m[1]::float8, m[2]::float8 - 4, m[3] FROM regexp_matches(map, '<text x="([0-9.-]+)" y="([0-9.-]+)" font-size="11" text-anchor="middle">([^<]*)<', 'g') m $$;
CREATE TABLE map AS SELECT abie.chart_school_map('Where', '{here,a & b,c,nowhere}', '{500000,510000,500000,NULL}', '{200000,200000,220000,100000}', '{NULL,1,2,3}', 1) AS svg;
SELECT a.name, round((10000 * (a.x - o.x) / (b.x - o.x))::numeric / 100) * 100 AS east, round((10000 * (o.y - a.y) / (b.x - o.x))::numeric / 100) * 100 AS north FROM map, drawn(svg) o, drawn(svg) b, drawn(svg) a WHERE o.kind = 'own' AND b.kind = 'school' AND b.name LIKE '1 a%' AND a.kind = 'school' ORDER BY 1;
SELECT substring(svg FROM '<desc>([^<]*)') AS words, svg ~ 'nowhere' AS "of no place", xml_is_well_formed(svg) AS well_formed FROM map;
-- no label stands on another or on a mark, or outside; crowded ones have lines
CREATE TABLE crowd AS SELECT k.spread, abie.chart_school_map('Crowd', array_agg('School ' || i ORDER BY i), array_agg((500000 + k.spread * (i * 7919 % 101))::integer ORDER BY i), array_agg((200000 + k.spread * (i * 104729 % 97))::integer ORDER BY i), array_agg(i::text ORDER BY i)) AS svg FROM (VALUES (1), (20), (3000)) k(spread), generate_series(1, 30) i GROUP BY 1;
SELECT c.spread, count(*) AS labels, count(*) FILTER (WHERE d.x NOT BETWEEN 20 AND 380) AS outside, bool_or(c.svg ~ 'stroke-width="0.7"') AS lines,
	sum((SELECT count(*) FROM drawn(c.svg) o WHERE (o.kind, o.name) <> (d.kind, d.name) AND abs(o.y - d.y) < 8 AND abs(o.x - d.x) < CASE o.kind WHEN 'label' THEN 3.5 * (length(o.name) + length(d.name)) - 1 ELSE 3.5 * length(d.name) + 2 END)) AS overlaps
FROM crowd c, drawn(c.svg) d WHERE d.kind = 'label' GROUP BY 1 ORDER BY 1;
SELECT abie.chart_school_map('None', '{a}', '{NULL}', '{NULL}', '{1}') IS NULL AS "no place", abie.chart_school_map(NULL, '{a}', '{1}', '{1}', '{1}') IS NULL AS "no title", xml_is_well_formed(abie.chart_school_map('<x>', ARRAY['<script>' || U&'\202E' || '"&'], '{1}', '{1}', '{<}')) AS hostile;
SELECT abie.chart_school_map('x', '{a,b}', '{1}', '{1,2}', '{1,2}');
SELECT abie.chart_school_map('x', '{}', '{}', '{}', '{}');
-- in a report: those schools that it names, each whose place is known, and no other; a school left out has none
UPDATE abie.run_school SET easting = NULL WHERE run_id = :run_id AND urn = (SELECT similar_urns[2] FROM abie.similar_list WHERE run_id = :run_id AND urn = 900017);
CREATE TABLE mapped AS SELECT f.urn, f.facts, nullif(split_part(split_part(abie.school_report(f.urn, 'html'), 'aria-label="Where the similar schools are"', 2), '</svg>', 1), '') AS svg FROM fact f WHERE f.urn % 30 IN (1, 7, 17);
SELECT count(*) FILTER (WHERE svg IS NOT NULL) > 50 AS some, count(*) FILTER (WHERE (svg IS NULL) <> (facts ->> 'outcome' = 'left out')) AS otherwise, count(*) FILTER (WHERE svg IS NOT NULL AND ARRAY(SELECT name FROM drawn(svg) WHERE kind = 'school' ORDER BY 1) <> ARRAY(
	SELECT abie_internal.xml_text(s.rank || ' ' || s.similar_name) FROM abie_report.similar_school s JOIN abie.run_school k ON k.run_id = s.run_id AND k.urn = s.similar_urn WHERE s.run_id = :run_id AND s.urn = m.urn AND k.easting IS NOT NULL ORDER BY 1)) AS other_schools FROM mapped m;
SELECT abie.school_report(900017) ~ 'Not on the map, because the place is not known: 1 similar school\.' AS said, abie.school_report(900017, 'json')::jsonb -> 'place' = jsonb_build_object('easting', k.easting, 'northing', k.northing) AS place FROM abie.run_school k WHERE k.run_id = :run_id AND k.urn = 900017;

--
-- Since the last expectation
--
-- the first
SELECT count(*) FILTER (WHERE facts #> '{since,run_id}' <> 'null' OR facts #> '{since,withdrawn}' <> '[]') AS earlier, count(*) FILTER (WHERE (r ~ 'This is the first expectation that the school is given under its URN\.') <> (facts ->> 'outcome' <> 'left out')) AS said
FROM fact, abie.school_report(urn, 'markdown') r WHERE urn % 20 = 7;
-- one of the year before, of other circumstances; not issued it was given to nobody
INSERT INTO abie.school_context SELECT (jsonb_populate_record(c, jsonb_build_object('academic_year', '2023/24', 'fsm_pct', least(99, c.fsm_pct * (0.9 + urn % 5 / 20.0))))).* FROM abie.school_context c WHERE c.academic_year = '2024/25';
CREATE VIEW since AS SELECT f.urn, f.since, r.run_id FROM abie.run r, abie_internal.report_since(r.run_id, ARRAY(SELECT x.urn FROM abie_report.school_expectation x WHERE x.run_id = r.run_id)) f;
CREATE VIEW reported AS SELECT f.urn, f.facts, r.run_id FROM abie.run r, abie_internal.report_facts(r.run_id, ARRAY(SELECT x.urn FROM abie_report.school_expectation x WHERE x.run_id = r.run_id)) f;
CALL abie.calculate('2024/25', 'default', NULL) \gset before_
SELECT count(*) FILTER (WHERE since -> 'run_id' <> 'null') AS "of a draft" FROM since WHERE run_id = :run_id;
SELECT (abie.issue(:before_run_id, 'for the test')).status;
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE since -> 'run_id' = 'null') AS first, min(since ->> 'target_year') AS year, bool_or((since ->> 'same_year')::boolean) AS same_year FROM since WHERE run_id = :run_id;
-- then and now are the rows of the two runs; the target follows from its parts, step by step, and the steps make the change
CREATE TABLE moved AS SELECT s.urn, s.since, to_jsonb(o) AS o, to_jsonb(n) AS n, x.reason FROM since s LEFT JOIN abie.expectation o ON o.run_id = :before_run_id AND o.urn = s.urn LEFT JOIN abie.expectation n ON n.run_id = :run_id AND n.urn = s.urn LEFT JOIN abie.exclusion x ON x.run_id = :before_run_id AND x.urn = s.urn WHERE s.run_id = :run_id;
SELECT count(*) FILTER (WHERE since -> 'earlier' <> 'null') > 500 AS some, count(*) FILTER (WHERE since -> 'earlier' <> 'null' AND NOT since -> 'earlier' <@ o) AS other_figures, count(*) FILTER (WHERE since ->> 'exclusion_reason' IS DISTINCT FROM reason) AS other_reason,
	count(*) FILTER (WHERE (since -> 'steps' <> 'null') <> (o IS NOT NULL AND n IS NOT NULL)) AS no_steps FROM moved;
CREATE TABLE part AS SELECT r.run_id, p.* FROM abie.run r, abie_internal.expectation_parts(r.run_id, ARRAY(SELECT urn::integer FROM abie.expectation e WHERE e.run_id = r.run_id)) p;
SELECT p.run_id = :run_id AS now, count(*) > 500 AS some, max(abs(t.target - (parts ->> 'target')::float8)) < 1e-9 AS target, max(abs(t.baseline - (parts ->> 'baseline')::float8)) < 1e-9 AS baseline FROM part p, abie_internal.target_of_parts(p.parts) t GROUP BY 1 ORDER BY 1;
CREATE VIEW step AS SELECT m.urn, (m.o ->> 'target')::float8 AS first_target, (m.n ->> 'target')::float8 AS last_target, s.* FROM moved m, ROWS FROM (jsonb_to_recordset(nullif(m.since -> 'steps', 'null')) AS (step text, expected float8, baseline float8, points float8, target float8)) WITH ORDINALITY s(step, expected, baseline, points, target, place);
SELECT step, min(place) AS place, max(place) AS last, count(*) > 500 AS some, count(*) FILTER (WHERE abs(points) > 0.005) > 50 AS moves FROM step GROUP BY 1 ORDER BY 2;
SELECT count(*) FILTER (WHERE abs(total - change) > 1e-9) AS different, count(*) FILTER (WHERE abs(last - now) > 1e-9) AS elsewhere FROM (SELECT urn, sum(points) AS total, max(last_target - first_target) AS change, max(target) FILTER (WHERE step = 'method') AS last, max(last_target) AS now FROM step GROUP BY urn) t;
-- the first step by hand: the own level and rate of now in the sum of then
SELECT count(*) > 500 AS some, max(abs(s.target - (b.baseline + abie.improvement_expectation(b.baseline, o.expected, m.pace, o.ladder_top, m.gap_share, m.improvement_floor, m.improvement_cap)))) < 1e-9 AS by_hand
FROM step s JOIN abie.expectation o ON o.run_id = :before_run_id AND o.urn = s.urn JOIN abie.expectation n ON n.run_id = :run_id AND n.urn = s.urn JOIN abie.run_school k ON k.run_id = o.run_id AND k.urn = o.urn JOIN abie.run_model l ON l.run_id = o.run_id AND l.stratum = o.stratum CROSS JOIN abie.methodology m,
	LATERAL (SELECT greatest(n.attendance - r.reach, least(n.attendance + r.reach, o.own_share * n.own_level + (1 - o.own_share) * o.expected)) AS baseline FROM (SELECT CASE WHEN k.previous_attendance IS NULL OR l.last_weight IS NULL THEN 0.75 ELSE l.reach END AS reach) r) b
WHERE s.step = 'own attendance' AND m.name = 'default';
-- who stayed, came and left
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE (since #>> '{similar_schools,stayed}')::integer <> cardinality(ARRAY(SELECT unnest(o.similar_urns) INTERSECT SELECT unnest(n.similar_urns)))) AS stayed,
	count(*) FILTER (WHERE ARRAY(SELECT (c ->> 'urn')::integer FROM jsonb_array_elements(since #> '{similar_schools,came}') c) <> ARRAY(SELECT u::integer FROM unnest(n.similar_urns) WITH ORDINALITY x(u, i) WHERE u <> ALL (o.similar_urns) ORDER BY i)) AS came,
	count(*) FILTER (WHERE ARRAY(SELECT (c ->> 'urn')::integer FROM jsonb_array_elements(since #> '{similar_schools,left}') c ORDER BY 1) <> ARRAY(SELECT unnest(o.similar_urns)::integer EXCEPT SELECT unnest(n.similar_urns)::integer ORDER BY 1)) AS left
FROM moved m JOIN abie.similar_list o ON o.run_id = :before_run_id AND o.urn = m.urn JOIN abie.similar_list n ON n.run_id = :run_id AND n.urn = m.urn;
SELECT count(*) > 20 AS some, count(*) FILTER (WHERE r !~ format('The last expectation, for 2024/25 \(run %s\), was .*\| Underlying level \| %s \| %s \|', :before_run_id, round((o ->> 'baseline')::numeric, 2), round((n ->> 'baseline')::numeric, 2))
	OR r !~ format('\| Method \| \S+ \| %s%% \|', round((n ->> 'target')::numeric, 2)) OR r !~ 'Of the similar schools \d+ (is|are) the same|The similar schools are the same|None of the similar schools') AS unsaid
FROM moved, abie.school_report(urn, 'markdown', :run_id) r WHERE urn % 20 = 7 AND o IS NOT NULL AND n IS NOT NULL;
-- issued again with another pace and nothing else: the method alone moves the target
SELECT (abie.issue(:run_id, 'for the test')).status;
INSERT INTO abie.methodology SELECT (jsonb_populate_record(m, '{"name": "faster", "pace": 0.4}')).* FROM abie.methodology m WHERE name = 'default';
CALL abie.calculate('2025/26', 'faster', NULL) \gset again_
SELECT (abie.issue(:again_run_id, 'for the test')).status;
SELECT count(*) > 500 AS some, bool_and((since ->> 'run_id')::integer = :run_id AND (since ->> 'same_year')::boolean) AS last, count(*) FILTER (WHERE (SELECT bool_or((s ->> 'points')::float8 <> 0) FROM jsonb_array_elements(since -> 'steps') s WHERE s ->> 'step' <> 'method')) AS others,
	count(*) FILTER (WHERE since #>> '{steps,-1,points}' <> '0') > 500 AS method, count(*) FILTER (WHERE since #> '{similar_schools,came}' <> '[]') AS came FROM since WHERE run_id = :again_run_id AND since -> 'steps' <> 'null';
SELECT substring(abie.school_report(900017, 'markdown') FROM 'The last expectation[^\n]*') ~ '^The last expectation, for 2025/26 \(run 1\), was a target of [0-9.]+%\. This one takes its place\. The target is 0\.\d\d points higher\.$' AS said;
-- left out of the run that replaces it
SELECT substring(abie_internal.since_lead(facts || '{"outcome": "left out"}') FROM '%\. (.*)$') AS "left out" FROM reported WHERE run_id = :again_run_id AND urn = 900017;
-- a superseded run has what it had; a draft changes nothing of what was given
SELECT count(*) FILTER (WHERE s.since <> m.since) AS different FROM since s JOIN moved m USING (urn) WHERE s.run_id = :run_id;
CREATE TABLE given AS SELECT urn, facts FROM reported WHERE run_id = :again_run_id;
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE s.since IS DISTINCT FROM g.facts -> 'since') AS different FROM (SELECT * FROM since WHERE run_id = :again_run_id) s FULL JOIN given g USING (urn);
CALL abie.calculate('2025/26', 'default', NULL) \gset draft_
SELECT count(*) FILTER (WHERE s.facts <> g.facts) AS different FROM reported s JOIN given g USING (urn) WHERE s.run_id = :again_run_id;
SELECT bool_and((since ->> 'run_id')::integer = :again_run_id) AS last FROM since WHERE run_id = :draft_run_id;
-- who reads: a school its own, to the byte what the owner reads, though the earlier run is no longer one it may open; another, and the parts, nothing
CREATE ROLE abie_since_head;
SELECT abie.grant_access('abie_since_head', 'school', '900017') IS NOT NULL AS granted;
CREATE TABLE owner_read AS SELECT f AS format, abie.school_report(900017, f) AS report FROM unnest('{html,markdown,json}'::text[]) f;
GRANT SELECT ON owner_read TO abie_since_head;
SET ROLE abie_since_head;
SELECT format, report = abie.school_report(900017, format) AS same FROM owner_read ORDER BY 1;
SELECT abie.school_report(900017, 'json', :run_id);
SELECT abie.school_report(900013);
SELECT count(*) FROM abie_internal.report_since(:again_run_id, '{900013}');
RESET ROLE;
-- withdrawn: nothing of it but that it was, and what was given before it is the last
SELECT (abie.withdraw(:again_run_id, 'for the test')).status;
SELECT bool_and((since ->> 'run_id')::integer = :run_id) AS last, min(since ->> 'withdrawn') AS withdrawn, count(*) > 500 AS some FROM since WHERE run_id = :draft_run_id;
SELECT substring(abie.school_report(900017, 'markdown', :draft_run_id) FROM 'What schools were given[^\n]*') AS said;
SELECT (abie.withdraw(:before_run_id, 'for the test')).status;
SELECT bool_and(since -> 'run_id' = 'null') AS first, min(since ->> 'withdrawn') AS withdrawn FROM since WHERE run_id = :run_id;
-- what was given and withdrawn was given
SELECT substring(abie.school_report(900017, 'markdown', :run_id) FROM 'Since your last expectation\n\n([^\n]*)') AS withdrawn;
-- of attendance that is not published figures, but not why
UPDATE abie.attendance SET sources = jsonb_build_object('sess_possible', 'registers') WHERE urn % 5 <> 1 AND academic_year = '2024/25';
CALL abie.calculate('2025/26', 'default', NULL) \gset hidden_
SELECT count(*) FILTER (WHERE since -> 'earlier' <> 'null') > 500 AS figures, count(*) FILTER (WHERE since -> 'steps' <> 'null') AS steps FROM since WHERE run_id = :hidden_run_id;
SELECT substring(abie.school_report(900017, 'markdown', :hidden_run_id) FROM 'Why it moved[^\n]*') AS said;
DROP OWNED BY abie_since_head;

\c :home
DROP DATABASE abie_school_report;
DROP ROLE abie_since_head;
