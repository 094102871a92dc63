-- Hubs: who sees what. Every view and function as a hub's lead, a school, an authority, an adviser of support and others,
-- against what each may see, worked out beside; and what an attacker would try.
-- A database of its own, and roles of the cluster that begin with abie_hub_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_hub_access;
CREATE DATABASE abie_hub_access ENCODING 'UTF8' TEMPLATE template0;
\c abie_hub_access
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA hub_test;
SET search_path = hub_test, public;
SELECT abie.load_demo(800);
CALL abie.calculate('2024/25') \gset
SELECT status FROM abie.issue(:run_id, 'for this test');
CALL abie.refer(:run_id, 12) \gset
SELECT status FROM abie.issue_referral(:referral_id, 'for this test');
CREATE TABLE best AS SELECT urn::integer, stratum, row_number() OVER (PARTITION BY stratum ORDER BY attendance - expected DESC, urn) AS place FROM abie.expectation WHERE run_id = :run_id;
INSERT INTO abie.hub (academic_year, urn) SELECT '2025/26', urn FROM best WHERE place <= CASE stratum WHEN 'primary' THEN 3 ELSE 1 END;
INSERT INTO abie.hub_place SELECT '2025/26', h.urn, k.kind, b.stratum, k.places FROM abie.hub h JOIN best b USING (urn), (VALUES ('enhanced', 3), ('regional', 9)) k(kind, places);
CALL abie.allocate_hubs(:referral_id, maximum_km => 600) \gset
SELECT status FROM abie.confirm_allocation(:allocation_id, override_reason => 'for this test');
-- weeks of all, and a weekly run
INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall, sess_authorised, sess_unauthorised, reasons)
SELECT y.year, a.urn, w + y.days, a.enrolments, 10 * a.enrolments, k.overall, k.overall, 0, '{}'
FROM abie.attendance a, (VALUES ('2023/24', -364), ('2024/25', 0), ('2025/26', 364)) y(year, days), unnest('{2024-09-09,2024-09-16,2024-09-23}'::date[]) w,
	LATERAL (SELECT (10 * a.enrolments * a.sess_overall / a.sess_possible + a.urn % 5)::integer) k(overall)
WHERE a.academic_year = '2024/25' AND a.urn IN (SELECT urn FROM abie.expectation WHERE run_id = :run_id);
CALL abie.calculate('2025/26', run_id => NULL) \gset next_
SELECT status FROM abie.issue(:next_run_id, 'for this test');
CALL abie.monitor('2025/26', '2025-09-27', NULL);
-- two hubs with partners, a partner of the first, and one placement of it that has ended
SELECT hub_urn AS hub, count(*) AS partners FROM abie.hub_placement GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1 \gset
SELECT min(hub_urn) AS other_hub FROM abie.hub_placement WHERE hub_urn <> :hub \gset
SELECT min(urn) AS school, max(urn) AS ended, max(placement_id) FILTER (WHERE urn = (SELECT max(urn) FROM abie.hub_placement WHERE hub_urn = :hub)) AS ended_placement FROM abie.hub_placement WHERE hub_urn = :hub \gset
SELECT to_date FROM abie.end_placement(:ended_placement, '2025-08-31', 'moved away');
SELECT coalesce(la_code, laestab / 10000) AS la, region FROM abie.school WHERE urn = :school \gset
SELECT min(urn) AS bystander FROM abie.expectation WHERE run_id = :run_id AND urn NOT IN (SELECT urn FROM abie.hub_placement UNION SELECT urn FROM abie.hub) AND urn NOT IN (SELECT urn FROM abie.school WHERE la_code = :la OR region = :'region') \gset
ANALYZE;

--
-- The grant
--
CREATE ROLE abie_hub_lead;
CREATE ROLE abie_hub_other_lead;
CREATE ROLE abie_hub_school;
CREATE ROLE abie_hub_authority;
CREATE ROLE abie_hub_adviser;
CREATE ROLE abie_hub_own;
CREATE ROLE abie_hub_bystander;
CREATE ROLE abie_hub_nation;
CREATE ROLE abie_hub_nobody;
-- with the right to read all tables and views, which alone shows nothing
CREATE ROLE abie_hub_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA abie, abie_report TO abie_hub_reader;
GRANT USAGE, CREATE ON SCHEMA hub_test TO PUBLIC;
SELECT abie.grant_access('abie_hub_lead', 'hub', :'hub');
SELECT abie.grant_access('abie_hub_lead', 'hub', :'hub', 'support');
SELECT abie.grant_access('abie_hub_lead', 'school', :'school', 'partners');
SELECT abie.grant_access('abie_hub_lead', 'national', NULL, 'partners');
SELECT abie.grant_access('abie_hub_lead', 'hub', :'school', 'partners');
SELECT abie.grant_access('abie_hub_lead', 'hub', NULL, 'partners');
INSERT INTO abie.access_grant (role, scope, code, purpose) VALUES ('abie_hub_lead', 'hub', :'hub', 'results');
SELECT abie.grant_access('abie_hub_lead', 'hub', :'hub', 'partners'), abie.grant_access('abie_hub_other_lead', 'hub', :'other_hub', 'partners'), abie.grant_access('abie_hub_school', 'school', :'school'),
	abie.grant_access('abie_hub_authority', 'local authority', :'la'), abie.grant_access('abie_hub_adviser', 'region', :'region', 'support'), abie.grant_access('abie_hub_own', 'school', :'hub'),
	abie.grant_access('abie_hub_bystander', 'school', :'bystander'), abie.grant_access('abie_hub_nation', 'national');
SELECT abie.grant_access('abie_hub_lead', 'hub', :'hub', 'partners');

--
-- Placements: of each role exactly those
--
\i test/lib/as_role.sql
CREATE TABLE allowed AS
SELECT r.role, p.placement_id, p.urn::integer AS urn, p.to_date IS NULL AS holds
FROM abie.hub_placement p JOIN abie.school s USING (urn), (VALUES ('lead'), ('other_lead'), ('school'), ('authority'), ('adviser'), ('own'), ('bystander'), ('nation')) r(role)
WHERE CASE r.role WHEN 'lead' THEN p.hub_urn = :hub AND p.to_date IS NULL WHEN 'other_lead' THEN p.hub_urn = :other_hub WHEN 'school' THEN p.urn = :school
	WHEN 'authority' THEN s.la_code = :la WHEN 'adviser' THEN s.region = :'region' ELSE r.role = 'nation' END;
SELECT r.role, (SELECT count(*) FROM allowed a WHERE a.role = r.role) AS may_see,
	as_role('abie_hub_' || r.role, 'SELECT array_agg(placement_id ORDER BY placement_id) FROM abie_report.hub_placement') = coalesce((SELECT array_agg(a.placement_id ORDER BY a.placement_id)::text FROM allowed a WHERE a.role = r.role), 'nothing') AS placements,
	as_role('abie_hub_' || r.role, 'SELECT array_agg(DISTINCT placement_id ORDER BY placement_id) FROM abie_report.hub_partner_difference') = coalesce((SELECT array_agg(a.placement_id ORDER BY a.placement_id)::text
		FROM allowed a WHERE a.role = r.role AND a.holds AND r.role IN ('lead', 'other_lead', 'nation')), CASE r.role WHEN 'adviser' THEN '42501: permission denied for view hub_partner_difference  ' ELSE 'nothing' END) AS differences,
	as_role('abie_hub_' || r.role, 'SELECT array_agg(DISTINCT placement_id ORDER BY placement_id) FROM abie_report.hub_partner_week') = coalesce((SELECT array_agg(a.placement_id ORDER BY a.placement_id)::text
		FROM allowed a WHERE a.role = r.role AND a.holds AND r.role IN ('lead', 'other_lead', 'nation')), CASE r.role WHEN 'adviser' THEN '42501: permission denied for view hub_partner_week  ' ELSE 'nothing' END) AS weeks
FROM (VALUES ('lead'), ('other_lead'), ('school'), ('authority'), ('adviser'), ('own'), ('bystander'), ('nation')) r(role);
SELECT as_role(r, 'SELECT count(*) FROM ' || v) AS sees, count(*) AS views, r AS role
FROM unnest('{abie_hub_nobody,abie_hub_reader}'::text[]) r, unnest('{abie_report.hub,abie_report.hub_place,abie_report.hub_placement,abie_report.hub_partner_difference,abie_report.hub_partner_week}'::text[]) v GROUP BY r, split_part(v, 'x', 2), 1 ORDER BY 3, 1;
-- hubs are known to all readers; how many are placed there to those who may see each
SELECT r AS role, as_role('abie_hub_' || r, 'SELECT count(*) FROM abie_report.hub') AS hubs, as_role('abie_hub_' || r, 'SELECT format(''%s places, placed at hubs %s'', sum(places), count(DISTINCT hub_urn) FILTER (WHERE placed IS NOT NULL)) FROM abie_report.hub_place') AS places
FROM unnest('{lead,other_lead,school,authority,adviser,own,bystander,nation}'::text[]) r;
SELECT as_role('abie_hub_lead', format('SELECT placed FROM abie_report.hub_place WHERE hub_urn = %s AND kind = ''enhanced''', :hub)) = (:partners - 1)::text AS placed;

--
-- What a hub sees is right, and nothing that is expected of anybody
--
SET ROLE abie_hub_lead;
SELECT bool_and(hub_urn = :hub AND kind = 'enhanced' AND holds AND km > 0 AND distance > 0) AS own FROM abie_report.hub_placement;
SELECT count(DISTINCT urn) AS partners, bool_and(hub_urn = :hub) AS own, min(rank) AS first, abs(sum(share) / count(DISTINCT urn) - 1) < 1e-9 AS shares, bool_or(characteristic IN ('expected', 'attendance')) AS attendance FROM abie_report.hub_partner_difference;
SELECT min(week_start) AS first, count(DISTINCT week_start) AS weeks, count(*) FILTER (WHERE course IS NOT NULL) > 0 AS course, bool_and(attendance BETWEEN 70 AND 100) AS attendance FROM abie_report.hub_partner_week;
RESET ROLE;
-- against the tables: the values, the weeks
SELECT bool_and(d.school_value::float8 = c.fsm_pct AND d.hub_value::float8 = h.fsm_pct) AS values, count(*) > 0 AS some
FROM abie_report.hub_partner_difference d JOIN abie.school_context c ON c.urn = d.urn AND c.academic_year = '2024/25' JOIN abie.school_context h ON h.urn = d.hub_urn AND h.academic_year = '2024/25'
WHERE d.characteristic = 'fsm_pct';
SELECT bool_and(d.share <= d.before) AS ranks, count(d.before) > 20 AS some FROM (SELECT share, lag(share) OVER (PARTITION BY placement_id ORDER BY rank) AS before FROM abie_report.hub_partner_difference) d;
SELECT count(*) = (SELECT count(*) FROM abie.attendance_week a JOIN abie.hub_placement p ON p.urn = a.urn AND p.to_date IS NULL WHERE a.academic_year >= '2024/25') AS weeks,
	bool_and(w.attendance = 100 - 100.0 * a.sess_overall / a.sess_possible OR abs(w.attendance - (100 - 100.0 * a.sess_overall / a.sess_possible)) < 1e-12) AS attendance
FROM abie_report.hub_partner_week w JOIN abie.attendance_week a USING (urn, week_start);
-- all columns of what it may read, with words that would tell of an expectation, a list, a price
SELECT v.name, a.attname FROM unnest(abie_internal.purpose_tables('partners')) v(name) JOIN pg_attribute a ON a.attrelid = v.name AND a.attnum > 0
WHERE a.attname ~ 'expect|baseline|improve|target|gap|need|probab|price|cost|forecast|referr|place$|outcome|ladder|allocation' ORDER BY 1, 2;
-- every other table and view is closed to it
SELECT as_role('abie_hub_lead', format('SELECT count(*) FROM %s', c.oid::regclass)) ~ '^(42501: permission denied|0$)' AS closed, count(*) > 80 AS relations
FROM pg_class c WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_report'::regnamespace) AND c.relkind IN ('r', 'v') AND c.oid <> ALL (abie_internal.purpose_tables('partners')) GROUP BY 1;
-- and every function that tells of a school
SELECT f AS call, as_role('abie_hub_lead', replace(replace(replace(f, '$run', :'run_id'), '$urn', :'school'), '$allocation', :'allocation_id')) AS answer
FROM unnest(ARRAY['SELECT count(*) FROM abie.explain($run, $urn)', 'SELECT count(*) FROM abie.similarity($run, $urn)', 'SELECT count(*) FROM abie.nearby_similar_schools($run, $urn)',
	'SELECT count(*) FROM abie.explain_placement($allocation, $urn)', 'SELECT count(*) FROM abie.hub_alternatives($allocation, $urn)', 'SELECT count(*) FROM abie.another_hub($allocation, $urn)',
	'SELECT count(*) FROM abie.explain_referral(1, $urn)', 'SELECT count(*) FROM abie.school_outcomes($run)', 'SELECT count(*) FROM abie.progress_week(1, $urn)', 'SELECT length(abie.school_report($urn, ''json'', $run))',
	'SELECT abie.answer_referral(1, $urn, ''x'')', 'SELECT abie.record_event(''school'', ''$urn'', ''2025-11-12'', ''2025-11-14'', ''outbreak'', ''x'')', 'SELECT count(*) FROM abie.accessible_schools(''{results,support,partners}'')',
	'SELECT abie.correction_request($urn, ''2024/25'', ''x'')', 'SELECT abie_internal.readable_runs()::text', 'SELECT (abie.end_placement(1, ''2026-01-01'', ''x'')).placement_id', 'SELECT count(*) FROM abie_owner.report_placements(10)',
	'SELECT count(*) FROM abie_owner.partners(''{$urn}'')']) f;
-- the page: for its hub and who sees all, nobody else; in no format a word of what is expected; its reads are logged
SELECT r AS role, as_role('abie_hub_' || r, format('SELECT length(abie.hub_report(%s)) > 5000', :hub)) AS page, as_role('abie_hub_' || r, format('SELECT abie.hub_report(%s)::text IS NULL', :bystander)) AS "of no hub"
FROM unnest('{lead,other_lead,school,authority,adviser,own,bystander,nation,nobody,reader}'::text[]) r;
SET ROLE abie_hub_lead;
SELECT f.format, r.report ~* 'baseline|improve|target|probab|price|shortfall|forecast|need|allocation|reason' AS expectation, count(*) FILTER (WHERE r.report LIKE '%' || p.urn || '%') AS partners
FROM unnest('{html,markdown,json}'::text[]) f(format), abie.hub_report(:hub, f.format) r(report), abie_report.hub_placement p GROUP BY 1, 2 ORDER BY 1;
SELECT jsonb_object_keys(abie.hub_report(:hub, 'json')::jsonb -> 'partners' -> 0) AS key ORDER BY 1;
SELECT abie.hub_map('region', :'region') LIKE '<svg%' AS map, (SELECT count(*) FROM regexp_matches(abie.hub_map('region', :'region'), '<circle', 'g')) = (SELECT count(*) FROM abie_report.hub_placement WHERE region = :'region') AS schools;
RESET ROLE;
SELECT as_role('abie_hub_nobody', format('SELECT abie.hub_map(''region'', %L)', :'region'));
SELECT as_role('abie_hub_bystander', format('SELECT (SELECT count(*) FROM regexp_matches(abie.hub_map(''region'', %L), ''<circle'', ''g''))', (SELECT region FROM abie.school WHERE urn = :hub))) AS schools;
BEGIN;
SET LOCAL abie.log_reads = on;
SET LOCAL ROLE abie_hub_lead;
SELECT length(abie.hub_report(:hub, 'json')) > 0 AS read;
RESET ROLE;
SELECT role, function, array_agg(urn ORDER BY urn) = (SELECT array_agg(urn::integer ORDER BY urn) FROM abie.hub_placement WHERE hub_urn = :hub AND to_date IS NULL) AS partners FROM abie.report_read GROUP BY 1, 2;
ROLLBACK;
-- in a condition, an operator that is leakproof or one of the attacker's own, a view of his, EXPLAIN: no row of others is met
SET ROLE abie_hub_lead;
CREATE FUNCTION spy(urn integer) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE WARNING 'met %', urn; RETURN true; END $$;
SELECT count(*) FROM abie_report.hub_placement WHERE spy(urn);
SELECT count(DISTINCT urn) FROM abie_report.hub_partner_week WHERE spy(urn) AND week_start = '2025-09-08';
SELECT count(*) FROM abie_report.hub_placement WHERE urn = :ended OR urn IN (SELECT u FROM generate_series(900000, 901000) u WHERE u = :bystander);
RESET ROLE;
CREATE FUNCTION met(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	line text;
	loops bigint;
	removed bigint := 0;
BEGIN
	SET LOCAL ROLE abie_hub_lead;
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
		loops := coalesce(substring(line FROM 'loops=([0-9]+)')::bigint, loops);
		removed := removed + loops * coalesce(substring(line FROM 'Rows Removed by Filter: ([0-9]+)')::bigint, 0);
	END LOOP;
	RESET ROLE;
	RETURN removed;
END $$;
SELECT met('SELECT * FROM abie_report.hub_placement WHERE km = 0') = :partners - 1 AS "own alone", met('SELECT * FROM abie_report.hub_partner_week WHERE attendance = 0')
	= (SELECT count(*) FROM abie_report.hub_partner_week WHERE hub_urn = :hub) AS "weeks of own alone";
-- asked for one by one, or all at once where that costs no more: the same rows
CREATE FUNCTION rows_of(OUT weeks text, OUT differences text) LANGUAGE sql AS $$
	SELECT (SELECT md5(string_agg(w::text, ' ' ORDER BY w::text)) FROM abie_report.hub_partner_week w), (SELECT md5(string_agg(d::text, ' ' ORDER BY d::text)) FROM abie_report.hub_partner_difference d) $$;
SELECT * FROM rows_of() \gset one_
BEGIN;
ALTER FUNCTION abie_owner.partner_weeks(oid) COST 1;
ALTER FUNCTION abie_owner.partner_differences(oid) COST 1;
SELECT weeks = :'one_weeks' AS weeks, differences = :'one_differences' AS differences FROM rows_of();
ROLLBACK;
-- lists that were issued and allocations that were confirmed are not emptied by who may empty the tables and does not see them
BEGIN;
GRANT USAGE ON SCHEMA abie, abie_internal TO abie_hub_reader;
GRANT TRUNCATE ON abie.referral_school, abie.hub_allocation_school TO abie_hub_reader;
SET LOCAL ROLE abie_hub_reader;
SAVEPOINT whole;
TRUNCATE abie.referral_school;
ROLLBACK TO whole;
TRUNCATE abie.hub_allocation_school;
ROLLBACK;
-- by another's definer function, in a security-restricted operation
SET ROLE abie_hub_lead;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM abie_report.hub_placement;
RESET ROLE;

--
-- A school: its own hub, and how it came there; prices and what tells of hubs to nobody but who sees all
--
SELECT as_role('abie_hub_school', 'SELECT format(''%s %s %s'', hub_urn, kind, holds) FROM abie_report.hub_placement') = format('%s enhanced t', :hub) AS hub;
SELECT as_role('abie_hub_school', format('SELECT string_agg(step || CASE WHEN value IS NULL THEN '''' ELSE ''+'' END, '' '' ORDER BY step) FROM abie.explain_placement(%s, %s)', :allocation_id, :school)) AS own,
	as_role('abie_hub_nation', format('SELECT string_agg(step || CASE WHEN value IS NULL THEN '''' ELSE ''+'' END, '' '' ORDER BY step) FROM abie.explain_placement(%s, %s)', :allocation_id, :school)) AS nation,
	as_role('abie_hub_bystander', format('SELECT count(*) FROM abie.explain_placement(%s, %s)', :allocation_id, :school)) AS bystander,
	as_role('abie_hub_own', format('SELECT count(*) FROM abie.explain_placement(%s, %s)', :allocation_id, :school)) AS hub,
	as_role('abie_hub_adviser', format('SELECT count(*) FROM abie.explain_placement(%s, %s)', :allocation_id, :school)) AS adviser;
SELECT as_role('abie_hub_school', format('SELECT made FROM abie.explain_placement(%s, %s) WHERE step = 8', :allocation_id, :school)) AS price;
-- of an allocation that is not confirmed nothing is known but to who calculates
CALL abie.allocate_hubs(:referral_id, maximum_km => 100) \gset draft_
SELECT as_role('abie_hub_school', format('SELECT count(*) FROM abie.explain_placement(%s, %s)', :draft_allocation_id, :school)) AS school,
	as_role('abie_hub_nation', format('SELECT count(*) FROM abie.explain_placement(%s, %s)', :draft_allocation_id, :school)) AS nation, (SELECT count(*) > 0 FROM abie.explain_placement(:draft_allocation_id, :school)) AS calculation;

-- what a hub sees together with other grants: of an authority's schools all but one are placed at the hub, so that their weeks could be taken off its mean
-- attendance. What such a person would work out were the mean shown; then, that it is not, whichever of its roles it takes, while the placements hold
SELECT la AS small_la, stratum AS small_stratum FROM (SELECT e.laestab / 10000 AS la, e.stratum, count(*) AS schools FROM abie.expectation e WHERE e.run_id = :next_run_id GROUP BY 1, 2
	HAVING count(*) FILTER (WHERE e.urn = :bystander OR e.urn IN (SELECT urn FROM abie.hub UNION SELECT urn FROM abie.hub_placement)) = 0) a
WHERE schools BETWEEN 4 AND 6 ORDER BY schools DESC, 1, 2 LIMIT 1 \gset
CREATE TABLE there AS SELECT urn::integer, stratum, attendance, enrolments, row_number() OVER (ORDER BY urn) AS place FROM abie.expectation WHERE run_id = :next_run_id AND laestab / 10000 = :small_la AND stratum = :'small_stratum';
CREATE ROLE abie_hub_both;
CREATE ROLE abie_hub_desk;
CREATE ROLE abie_hub_person NOINHERIT;
GRANT abie_hub_lead, abie_hub_desk TO abie_hub_person;
SELECT abie.grant_access('abie_hub_both', 'hub', :'hub', 'partners') > 0 AND abie.grant_access('abie_hub_both', 'school', :'bystander') > 0 AND abie.grant_access('abie_hub_desk', 'school', :'bystander') > 0 AS granted;
CREATE VIEW mean AS SELECT run_id, la_code, stratum, schools, round(attendance::numeric, 2) AS attendance, figures_symbol FROM abie_report.local_authority_summary;
ALTER VIEW mean SET (security_invoker = true);
GRANT SELECT ON mean TO PUBLIC;
PREPARE shown AS SELECT m.schools > 3 AS schools, m.attendance IS NOT NULL AS mean, m.figures_symbol FROM mean m WHERE m.run_id = :next_run_id AND m.la_code = :small_la AND m.stratum = :'small_stratum';
SET SESSION AUTHORIZATION abie_hub_both;
EXECUTE shown;
RESET SESSION AUTHORIZATION;
INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date, reason) SELECT :hub, urn, 'regional', stratum, '2025-09-01', 'for this test' FROM there WHERE place > 1;
-- the one that is left, of the mean and the weeks of the others, which were made of their years
SELECT abs((sum(t.attendance * t.enrolments) - sum(w.attendance * t.enrolments)) / min(t.enrolments) FILTER (WHERE w.urn IS NULL) - min(t.attendance) FILTER (WHERE w.urn IS NULL)) < 0.5 AS "could be worked out"
FROM there t LEFT JOIN (SELECT p.urn, avg(p.attendance + 100.0 * (p.urn % 5) / p.sess_possible) AS attendance FROM abie_report.hub_partner_week p WHERE p.hub_urn = :hub AND p.academic_year = '2024/25' GROUP BY p.urn) w USING (urn);
SET SESSION AUTHORIZATION abie_hub_both;
EXECUTE shown;
-- of no area are one or two schools neither its own nor partners, where a figure is shown
CREATE TABLE averaged AS SELECT la_code, stratum FROM mean WHERE run_id = :next_run_id AND attendance IS NOT NULL;
SET SESSION AUTHORIZATION abie_hub_desk;
EXECUTE shown;
SET SESSION AUTHORIZATION abie_hub_person;
SET ROLE abie_hub_desk;
EXECUTE shown;
RESET SESSION AUTHORIZATION;
SELECT count(*) > 50 AS areas, bool_or(k.unseen IN (1, 2)) AS one_or_two FROM averaged a JOIN (SELECT e.laestab / 10000 AS la_code, e.stratum, count(*) FILTER (WHERE e.urn <> :bystander AND e.urn NOT IN (SELECT urn FROM abie.hub_placement WHERE hub_urn = :hub AND to_date IS NULL)) AS unseen
	FROM abie.expectation e WHERE e.run_id = :next_run_id GROUP BY 1, 2) k USING (la_code, stratum);
SELECT count(abie.end_placement(placement_id, '2025-08-31', 'for this test')) > 2 AS ended FROM abie.hub_placement WHERE reason = 'for this test' AND to_date IS NULL;
SET SESSION AUTHORIZATION abie_hub_both;
EXECUTE shown;
RESET SESSION AUTHORIZATION;

-- what a weekly run learned is shown as long as its run is issued
SELECT as_role('abie_hub_lead', 'SELECT count(course) > 0 FROM abie_report.hub_partner_week') AS issued;
BEGIN;
SELECT status FROM abie.withdraw(:next_run_id, 'for this test');
SELECT as_role('abie_hub_lead', 'SELECT count(course) FROM abie_report.hub_partner_week') AS withdrawn, as_role('abie_hub_lead', 'SELECT count(attendance) > 0 FROM abie_report.hub_partner_week') AS weeks;
ROLLBACK;

--
-- Ends
--
-- one that ends next month holds until then: for its hub, on its page, on the map, among places taken; one that ended yesterday nowhere
SELECT min(placement_id) FILTER (WHERE urn <> :school) AS soon FROM abie.hub_placement WHERE hub_urn = :hub AND to_date IS NULL \gset
CREATE FUNCTION seen(placement integer, OUT holds boolean, OUT page bigint, OUT circles bigint, OUT placed bigint) LANGUAGE sql AS $$
SELECT p.holds, (SELECT count(*) FROM jsonb_array_elements(abie.hub_report(p.hub_urn, 'json')::jsonb -> 'partners') x WHERE x ->> 'placement_id' = p.placement_id::text),
	(SELECT count(*) FROM regexp_matches(abie.hub_map('region', p.region), '<circle', 'g')), (SELECT sum(placed) FROM abie_report.hub_place WHERE hub_urn = p.hub_urn) FROM abie_report.hub_placement p WHERE p.placement_id = $1
$$;
SELECT circles, placed FROM seen(:soon) \gset before_
BEGIN;
SELECT (abie.end_placement(:soon, current_date + 30, 'done then')).placement_id = :soon AS ended;
SELECT holds, page, circles - :before_circles AS circles, placed - :before_placed AS placed FROM seen(:soon);
ROLLBACK;
BEGIN;
SELECT (abie.end_placement(:soon, greatest(current_date - 1, '2025-09-01'), 'done')).placement_id = :soon AS ended;
SELECT holds, page, circles - :before_circles AS circles, placed - :before_placed AS placed FROM seen(:soon);
ROLLBACK;
SELECT to_date FROM abie.end_placement((SELECT placement_id FROM abie.hub_placement WHERE urn = :school), '2025-08-31', 'done');
SELECT as_role('abie_hub_lead', format('SELECT count(*) FROM abie_report.hub_placement WHERE urn = %s', :school)) AS lead, as_role('abie_hub_lead', format('SELECT count(*) FROM abie_report.hub_partner_week WHERE urn = %s', :school)) AS weeks,
	as_role('abie_hub_school', 'SELECT format(''%s %s'', holds, end_reason) FROM abie_report.hub_placement') AS school;
SELECT abie.revoke_access('abie_hub_lead', 'hub', :'hub', 'partners');
SELECT as_role('abie_hub_lead', 'SELECT count(*) FROM abie_report.hub_placement');
-- a grant that gives nothing any more is counted
SELECT grants_without_effect AS before FROM abie_report.health \gset
SELECT count(abie.end_placement(placement_id, '2025-08-31', 'done')) > 0 AS ended FROM abie.hub_placement WHERE hub_urn = :other_hub AND to_date IS NULL;
SELECT grants_without_effect - :before AS more FROM abie_report.health;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_hub_access;
DROP ROLE abie_hub_lead, abie_hub_other_lead, abie_hub_school, abie_hub_authority, abie_hub_adviser, abie_hub_own, abie_hub_bystander, abie_hub_nation, abie_hub_nobody, abie_hub_reader, abie_hub_both, abie_hub_desk, abie_hub_person;
