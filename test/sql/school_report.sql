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
CREATE TABLE learn AS SELECT f.urn, l.*, (f.e ->> 'attendance')::float8 AS attendance FROM fact f, abie_internal.report_learn(f.facts -> 'similar_schools', (f.e ->> 'attendance')::float8, (SELECT (c ->> 'number')::float8 FROM jsonb_array_elements(f.facts -> 'circumstances') c WHERE c ->> 'characteristic' = 'fsm_pct')) l WHERE f.facts ->> 'outcome' <> 'left out';
SELECT count(*) > 500 AS many, max(cardinality(urns)) AS most, count(*) FILTER (WHERE cardinality(urns) <> (SELECT count(DISTINCT u) FROM unnest(urns) u)) AS twice, count(*) FILTER (WHERE cardinality(said) <> cardinality(urns)) AS unsaid,
	count(*) FILTER (WHERE NOT (SELECT bool_and(s.is_better AND (s.is_clear OR l.clearly_better < 4) AND l.said[k.place] LIKE format('%%: %s\%%, %s points higher%%', round(s.similar_attendance::numeric, 2), round((s.similar_attendance - l.attendance)::numeric, 2)))
		FROM unnest(l.urns) WITH ORDINALITY k(urn, place) JOIN abie_report.similar_school s ON s.run_id = :run_id AND s.urn = l.urn AND s.similar_urn = k.urn)) AS other,
	count(*) FILTER (WHERE better IS DISTINCT FROM (SELECT nullif(count(*), 0) FROM abie_report.similar_school s WHERE s.run_id = :run_id AND s.urn = l.urn AND s.is_better)) AS other_count
FROM learn l;
SELECT count(*) FILTER (WHERE cardinality(said) > 1) AS some, count(*) FILTER (WHERE cardinality(said) > 1 AND ((SELECT count(*) FROM unnest(said) s WHERE s LIKE '%; the most similar of these%') <> 1 OR (SELECT count(*) FROM unnest(said) s WHERE s LIKE '%the nearest of these%') <> 1)) = 0 AS reasons FROM learn;

--
-- Singular and plural; no captions of what is not there
--
SELECT count(*) FILTER (WHERE report ~ '\m(?<![0-9.,])1 (points|schools|pupils|more days|of them (are|have))\M') AS plural, count(*) FILTER (WHERE report ~ 'at least 0\.0|step of 0\.00') AS nothing
FROM (SELECT abie.school_report(urn, 'markdown') AS report FROM fact) r;
SELECT abie_internal.counted(0, 'school', 'schools'), abie_internal.counted(1, 'school', 'schools'), abie_internal.counted(1234, 'school', 'schools');
SELECT f.e ->> 'exclusion_reason' AS reason, count(*) > 0 AS some, count(*) FILTER (WHERE r ~ 'Similar schools|What the school is compared by|How the number was made|The ladder|\| Expected \||Schools to learn from|What the number does not say|Target|<th scope="col">Expected') AS captions,
	count(*) FILTER (WHERE (r ~ '<th scope="col">National') <> (f.facts #> '{history,-1,national}' <> 'null')) AS other_national, count(*) FILTER (WHERE (r ~ 'with 95% intervals') <> (f.facts #> '{history,-1,attendance_low}' <> 'null')) AS other_interval
FROM fact f, abie.school_report(f.urn, 'html') r WHERE f.facts ->> 'outcome' = 'left out' GROUP BY 1 ORDER BY 1;

\c :home
DROP DATABASE abie_school_report;
