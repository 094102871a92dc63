-- Hubs: which school goes where, by what rule, and the life of an allocation. Expected values: every assignment of a small
-- problem tried one by one, costs made again in plain SQL, prices as certificate, properties, and by hand.
-- A database of its own, because runs are made here and they are of the whole database.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_hub;
CREATE DATABASE abie_hub;
\c abie_hub
SET client_min_messages = warning;
CREATE EXTENSION abie;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT abie.load_demo(800);
CALL abie.calculate('2024/25') \gset
CALL abie.refer(:run_id, 7) \gset
SELECT status FROM abie.issue(:run_id, 'for this test');

-- bad arguments
CALL abie.allocate_hubs(99);
CALL abie.allocate_hubs(NULL);
CALL abie.allocate_hubs(:referral_id);
CALL abie.allocate_hubs(:referral_id, kind => 'weekly');
CALL abie.allocate_hubs(:referral_id, kind => NULL);
CALL abie.allocate_hubs(:referral_id, '2025');
-- hubs: the schools furthest above what is expected, three primary and one secondary, and one of those furthest below
CREATE TABLE best AS
SELECT urn::integer, stratum, attendance - expected AS advantage, row_number() OVER (PARTITION BY stratum ORDER BY attendance - expected DESC, urn) AS place
FROM abie.expectation WHERE run_id = :run_id;
INSERT INTO abie.hub (academic_year, urn) SELECT '2025/26', urn FROM best WHERE place <= CASE stratum WHEN 'primary' THEN 3 ELSE 1 END;
INSERT INTO abie.hub_place SELECT '2025/26', h.urn, k.kind, b.stratum, k.places FROM abie.hub h JOIN best b USING (urn), (VALUES ('enhanced', 1), ('regional', 9)) k(kind, places);
CALL abie.allocate_hubs(:referral_id, maximum_km => -1);
CALL abie.allocate_hubs(:referral_id, km_unit => 0);
CALL abie.allocate_hubs(:referral_id, need_weight => 'NaN');
CALL abie.allocate_hubs(:referral_id, region_weight => NULL);
SELECT count(*) AS allocations FROM abie.hub_allocation;

--
-- The least sum of costs
--
SET client_min_messages = notice;
CALL abie.allocate_hubs(:referral_id, maximum_km => 400);
SET client_min_messages = warning;
-- costs of the pairs of a phase in plain SQL: distances by their formula, rounding half up
CREATE FUNCTION plain_distance(a float8[], b float8[], w float8[]) RETURNS float8 LANGUAGE sql
RETURN (SELECT sqrt(sum(u.w) / sum(u.w) FILTER (WHERE u.a - u.b IS NOT NULL) * sum(u.w * (u.a - u.b) ^ 2)) FROM unnest(a, b, w) u(a, b, w));
CREATE TABLE pair AS
SELECT s.urn::integer AS school, h.urn::integer AS hub, sqrt((s.easting - h.easting) ^ 2.0 + (s.northing - h.northing) ^ 2.0) / 1000 AS km,
	plain_distance(sv.vector, hv.vector, w.weights) AS distance, (a.region <> b.region)::integer AS other_region, r.shortfall_probability AS need
FROM abie.referral_school r JOIN abie.run_school s ON s.run_id = :run_id AND s.urn = r.urn JOIN abie.school a ON a.urn = s.urn
	JOIN abie.run_school h ON h.run_id = :run_id AND h.stratum = s.stratum JOIN abie.hub u ON u.urn = h.urn JOIN abie.school b ON b.urn = h.urn
	JOIN (SELECT stratum, array_agg(weight ORDER BY position) AS weights FROM abie.run_characteristic WHERE run_id = :run_id GROUP BY stratum) w ON w.stratum = s.stratum
	JOIN abie.run_vector(:run_id) sv ON sv.urn = s.urn JOIN abie.run_vector(:run_id) hv ON hv.urn = h.urn
WHERE r.referral_id = :referral_id AND r.place IS NOT NULL;
ALTER TABLE pair ADD cost integer, ADD unplaced integer;
UPDATE pair SET cost = round((10000 * (km / 50 + distance / 2 + other_region))::numeric), unplaced = round((200000 + 100000 * need)::numeric);
-- every way to put each school at a hub or nowhere, a place each
CREATE FUNCTION least_by_trial() RETURNS bigint LANGUAGE sql AS $$
WITH RECURSIVE school AS (
	SELECT school, min(unplaced) AS unplaced, row_number() OVER (ORDER BY school) AS number FROM pair GROUP BY school
), way AS (
	SELECT 0::bigint AS number, '{}'::integer[] AS hubs, 0::bigint AS cost
	UNION ALL SELECT s.number, w.hubs || p.hub, w.cost + p.cost
	FROM way w JOIN school s ON s.number = w.number + 1
		CROSS JOIN LATERAL (SELECT hub, cost FROM pair p WHERE p.school = s.school AND km <= 400 UNION ALL SELECT NULL, s.unplaced) p WHERE p.hub <> ALL (w.hubs) IS NOT FALSE
) SELECT min(cost) FROM way WHERE number = (SELECT count(*) FROM school)
$$;
SELECT count(DISTINCT school) AS schools, count(DISTINCT hub) AS hubs, count(DISTINCT other_region) AS regions, max(km) > 150 AS far FROM pair;
SELECT a.cost = least_by_trial() AS "least of all ways", a.schools, a.sites, a.staying, a.placed < a.schools AS "some have none", a.kind, a.academic_year, a.status FROM abie.hub_allocation a;
SELECT bool_and(s.cost = p.cost AND abs(s.km - p.km) < 1e-9 AND abs(s.distance - p.distance) < 1e-9 AND s.other_region::integer = p.other_region) AS pairs,
	(SELECT bool_and(s.unplaced_cost = p.unplaced) FROM abie.hub_allocation_school s JOIN pair p ON p.school = s.urn) AS unplaced
FROM abie.hub_allocation_school s JOIN pair p ON p.school = s.urn AND p.hub = s.hub_urn;
-- the certificate with the costs in plain SQL: nowhere is cost + price less; and a place more saves its price, made again with it
CREATE FUNCTION violations(allocation_id integer, maximum_km float8) RETURNS bigint LANGUAGE sql
RETURN (SELECT count(*) FROM abie.hub_allocation_school s LEFT JOIN abie.hub_allocation_site o USING (allocation_id, hub_urn, phase) JOIN pair p ON p.school = s.urn
	JOIN abie.hub_allocation_site t ON t.allocation_id = s.allocation_id AND t.hub_urn = p.hub
	WHERE s.allocation_id = violations.allocation_id AND p.km <= violations.maximum_km AND least(p.cost + t.price, p.unplaced) < coalesce(s.cost + o.price, s.unplaced_cost));
SELECT violations(1, 400);
SELECT bool_or(price > 0) AS "some prices", bool_and(price >= 0) AS "none negative" FROM abie.hub_allocation_site;
CREATE PROCEDURE try_place(hub integer, INOUT saved bigint) LANGUAGE plpgsql AS $$
DECLARE made integer;
BEGIN
	UPDATE abie.hub_place SET places = places + 1 WHERE urn = hub AND kind = 'enhanced';
	CALL abie.allocate_hubs(1, maximum_km => 400, allocation_id => made);
	UPDATE abie.hub_place SET places = places - 1 WHERE urn = hub AND kind = 'enhanced';
	saved := (SELECT cost FROM abie.hub_allocation WHERE allocation_id = 1) - (SELECT cost FROM abie.hub_allocation WHERE allocation_id = made);
END $$;
DO $$
DECLARE t record; saved bigint;
BEGIN
	FOR t IN SELECT hub_urn, price FROM abie.hub_allocation_site WHERE allocation_id = 1 LOOP
		CALL try_place(t.hub_urn, saved);
		IF saved <> t.price THEN RAISE EXCEPTION 'a place more at % saves %, its price is %', t.hub_urn, saved, t.price; END IF;
	END LOOP;
END $$;
DELETE FROM abie.hub_allocation WHERE allocation_id > 1;
-- the next best: of the other hubs the least cost + price, never below the own
SELECT bool_and(s.next_hub_urn IS NOT DISTINCT FROM n.hub AND s.next_difference IS NOT DISTINCT FROM n.sum - coalesce(s.cost + o.price, s.unplaced_cost)) AS next, count(s.next_hub_urn) > 3 AS many
FROM abie.hub_allocation_school s LEFT JOIN abie.hub_allocation_site o USING (allocation_id, hub_urn, phase)
	LEFT JOIN LATERAL (SELECT p.hub, p.cost + t.price AS sum FROM pair p JOIN abie.hub_allocation_site t ON t.allocation_id = 1 AND t.hub_urn = p.hub
		WHERE p.school = s.urn AND p.hub IS DISTINCT FROM s.hub_urn AND p.km <= 400 ORDER BY 2, 1 LIMIT 1) n ON true
WHERE s.allocation_id = 1;
-- the same in another plan and order of rows, to the bit
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_hashagg = off;
SET work_mem = '64kB';
SET extra_float_digits = 0;
SET datestyle = 'SQL, DMY';
CREATE TABLE place AS SELECT * FROM abie.hub_place;
DELETE FROM abie.hub_place;
INSERT INTO abie.hub_place SELECT * FROM place ORDER BY urn DESC, kind DESC;
CALL abie.allocate_hubs(:referral_id, maximum_km => 400);
RESET ALL;
SET client_min_messages = warning;
SELECT count(DISTINCT digest) AS digests, count(*) AS allocations FROM abie.hub_allocation;
-- line by line: the cost and the sum made again of the lines alone
SELECT count(*) > 2 AS schools, bool_and(l.v[7] = floor(10000 * (l.v[4] / 50 + 0.5 * l.v[5] + l.v[6]) + 0.5)) AS cost, bool_and(l.v[2] = floor(10000 * (20 + 10 * l.v[1]) + 0.5)) AS unplaced,
	bool_and(l.v[9] = l.v[7] + l.v[8] AND l.v[9] <= l.v[2]) AS sum
FROM abie.hub_allocation_school s, LATERAL (SELECT array_agg(value ORDER BY step) AS v FROM abie.explain_placement(1, s.urn)) l WHERE s.allocation_id = 1 AND s.hub_urn IS NOT NULL;
SELECT step, name, made FROM abie.explain_placement(1, (SELECT min(urn) FROM abie.hub_allocation_school WHERE allocation_id = 1 AND hub_urn IS NOT NULL AND next_hub_urn IS NOT NULL));
SELECT step, name FROM abie.explain_placement(1, (SELECT min(urn) FROM abie.hub_allocation_school WHERE allocation_id = 1 AND hub_urn IS NULL AND next_hub_urn IS NOT NULL));
SELECT count(*) FROM abie.explain_placement(1, 1);
SELECT count(*) FROM abie.explain_placement(99, 900001);
-- all hubs for a school: 0 where it is, none below
SELECT count(*) = (SELECT sum(schools * sites) FROM abie.hub_allocation WHERE allocation_id = 1) AS pairs, min(h.difference) AS least, bool_and((h.difference = 0) >= (h.hub_urn = s.hub_urn)) AS own,
	bool_and((h.obstacle IS NULL) = (p.km <= 400) AND h.cost IS NOT DISTINCT FROM CASE WHEN p.km <= 400 THEN p.cost END) FILTER (WHERE p.hub IS NOT NULL) AS costs,
	bool_and(h.obstacle = 'another phase') FILTER (WHERE p.hub IS NULL) AS phases
FROM abie.hub_allocation_school s CROSS JOIN LATERAL abie.hub_alternatives(1, s.urn) h LEFT JOIN pair p ON p.school = s.urn AND p.hub = h.hub_urn WHERE s.allocation_id = 1;
-- one more hub saves what an allocation with it does
SELECT urn AS another FROM best WHERE stratum = 'primary' AND place = 4 \gset
SELECT phase, not_admitted, placed, newly_placed, saved FROM abie.another_hub(1, :another, 2) \gset added_
INSERT INTO abie.hub (academic_year, urn) VALUES ('2025/26', :another);
INSERT INTO abie.hub_place VALUES ('2025/26', :another, 'enhanced', 'primary', 2);
CALL abie.allocate_hubs(:referral_id, maximum_km => 400) \gset with_
SELECT :added_saved > 0 AS saved, a.cost - b.cost = :added_saved AS same, b.placed - a.placed = :added_newly_placed AS newly,
	(SELECT count(*) FROM abie.hub_allocation_school s WHERE s.allocation_id = b.allocation_id AND s.hub_urn = :another) = :added_placed AS there
FROM abie.hub_allocation a, abie.hub_allocation b WHERE a.allocation_id = 1 AND b.allocation_id = :with_allocation_id;
SELECT count(*) FROM abie.another_hub(:with_allocation_id, :another);
SELECT not_admitted, placed, saved FROM abie.another_hub(1, (SELECT urn FROM best ORDER BY advantage LIMIT 1));
SELECT count(*) FROM abie.another_hub(1, 1);
DELETE FROM abie.hub WHERE urn = :another;
SELECT count(*) AS places FROM abie.hub_place WHERE urn = :another;

--
-- Who may not be paired
--
CREATE FUNCTION allocate(referral_id integer, kind text DEFAULT 'enhanced') RETURNS integer LANGUAGE plpgsql AS $$
DECLARE made integer;
BEGIN
	CALL abie.allocate_hubs(allocate.referral_id, kind => allocate.kind, maximum_km => 400, allocation_id => made);
	RETURN made;
END $$;
CREATE FUNCTION site(hub integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE made integer := allocate(1);
BEGIN
	RETURN (SELECT string_agg(phase || ' ' || coalesce(not_admitted, 'admitted'), ', ' ORDER BY phase) FROM abie.hub_allocation_site WHERE allocation_id = made AND hub_urn = hub);
END $$;
CREATE FUNCTION pair(school integer, hub integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE made integer := allocate(1);
BEGIN
	RETURN (SELECT string_agg(coalesce(obstacle, 'allowed'), ', ' ORDER BY phase) FROM abie.hub_alternatives(made, school) WHERE hub_urn = hub);
END $$;
SELECT urn AS school, hub_urn AS hub FROM abie.hub_allocation_school WHERE allocation_id = 1 AND hub_urn IS NOT NULL AND phase = 'primary' ORDER BY urn LIMIT 1 \gset
SELECT urn AS secondary_hub FROM best WHERE stratum = 'secondary' AND place = 1 \gset
SELECT site(:hub), site(:secondary_hub), pair(:school, :hub), pair(:school, :secondary_hub);
-- a hub that ended, that nothing is expected of, that is referred, that is no better than expected
BEGIN;
UPDATE abie.hub SET to_date = '2025-12-19' WHERE urn = :hub;
SELECT site(:hub), pair(:school, :hub);
ROLLBACK;
BEGIN;
INSERT INTO abie.hub (academic_year, urn) VALUES ('2025/26', 100001), ('2025/26', :school), ('2025/26', (SELECT urn FROM best WHERE stratum = 'primary' AND advantage > 0 ORDER BY advantage LIMIT 1));
INSERT INTO abie.hub_place SELECT '2025/26', h.urn, 'enhanced', 'primary', 1 FROM abie.hub h WHERE h.urn NOT IN (SELECT urn FROM abie.hub_place);
SELECT site(100001), site(:school), site((SELECT urn FROM best WHERE stratum = 'primary' AND advantage > 0 ORDER BY advantage LIMIT 1)), pair(:school, 100001), pair(:school, :school);
ROLLBACK;
-- better than expected beyond doubt: the lower end of a 90 per cent interval, of the errors of what is expected and of the year
SELECT count(*) FILTER (WHERE j.not_admitted IS NULL) > 20 AS better, count(*) FILTER (WHERE e.attendance > e.expected AND j.not_admitted IS NOT NULL) > 20 AS "not beyond doubt",
	bool_and((j.not_admitted IS NULL) = (e.attendance - e.expected > 1.6449 * sqrt(e.expected_error ^ 2 + m.sampling_c1 / s.effective_enrolments))) AS same,
	bool_and(abs(j.advantage_error - sqrt(e.expected_error ^ 2 + m.sampling_c1 / s.effective_enrolments)) < 1e-12) AS error
FROM abie.hub_allocation a CROSS JOIN LATERAL abie_internal.judge_sites(a, ARRAY(SELECT ROW(NULL, urn, stratum, 1, NULL, NULL, NULL, NULL, NULL)::abie.hub_allocation_site FROM best)) j
	JOIN abie.expectation e ON e.run_id = :run_id AND e.urn = j.hub_urn JOIN abie.run_school s ON s.run_id = :run_id AND s.urn = j.hub_urn JOIN abie.run_model m ON m.run_id = :run_id AND m.stratum = e.stratum
WHERE a.allocation_id = 1 AND j.not_admitted IS DISTINCT FROM 'referred itself';
-- places of a phase that the hub has not; all-through has both, and takes both
BEGIN;
UPDATE abie.hub_place SET phase = 'secondary' WHERE urn = :hub AND kind = 'enhanced';
SELECT site(:hub);
UPDATE abie.school SET phase = 'All-through' WHERE urn = :hub;
INSERT INTO abie.hub_place VALUES ('2025/26', :hub, 'enhanced', 'primary', 1);
SELECT site(:hub);
UPDATE abie.school SET phase = 'All-through' WHERE urn = :school;
SELECT pair(:school, :secondary_hub);
SELECT allocate(1) AS through \gset
-- circumstances of other strata are not compared, which counts as 2
SELECT distance IS NULL AS "not compared", cost = floor(10000 * (km / 50 + 0.5 * 2 + other_region::integer) + 0.5) AS cost FROM abie.hub_alternatives(:through, :school) WHERE hub_urn = :secondary_hub;
ROLLBACK;
-- a pair that is excluded, too far, of a family, itself, of a place not known
BEGIN;
INSERT INTO abie.hub_exclusion (hub_urn, urn, reason) VALUES (:hub, :school, 'the same governors');
SELECT pair(:school, :hub);
SELECT hub_urn IS DISTINCT FROM :hub AS elsewhere FROM abie.hub_allocation_school WHERE allocation_id = (SELECT max(allocation_id) FROM abie.hub_allocation) AND urn = :school;
ROLLBACK;
\set VERBOSITY terse
INSERT INTO abie.hub_exclusion (hub_urn, urn, reason) VALUES (:hub, :school, ' ');
\set VERBOSITY default
CALL abie.allocate_hubs(:referral_id, maximum_km => 0.001) \gset near_
SELECT DISTINCT not_placed, next_hub_urn IS NULL AS "no next" FROM abie.hub_allocation_school WHERE allocation_id = :near_allocation_id;
SELECT DISTINCT detail FROM abie.hub_allocation_school JOIN best USING (urn) WHERE allocation_id = :near_allocation_id AND stratum = 'primary';
SELECT DISTINCT coalesce(obstacle, 'allowed') AS obstacle FROM abie.hub_alternatives(:near_allocation_id, :school) ORDER BY 1;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie.run_school SET family = 7 WHERE run_id = :run_id AND urn IN (:school, :hub);
SELECT pair(:school, :hub);
UPDATE abie.run_school SET easting = NULL, family = NULL WHERE run_id = :run_id AND urn = :school;
SELECT pair(:school, :hub);
ROLLBACK;
SELECT p.obstacle FROM abie.hub_allocation a, abie_internal.hub_pairs(a, ARRAY[ROW(1, :school, 'primary', 1, 0, 1, 0.1, NULL, 0)::abie.hub_allocation_site], ARRAY[:school]) p WHERE a.allocation_id = 1;
-- dearer than no place
CALL abie.allocate_hubs(:referral_id, unplaced_cost => 0, need_weight => 0) \gset cheap_
SELECT placed, cost, (SELECT string_agg(DISTINCT not_placed, ', ' ORDER BY not_placed) FROM abie.hub_allocation_school s WHERE s.allocation_id = a.allocation_id) AS reasons FROM abie.hub_allocation a WHERE allocation_id = :cheap_allocation_id;
-- no hub is admitted
BEGIN;
UPDATE abie.hub SET to_date = '2025-12-19';
SELECT allocate(1) AS none \gset
SELECT a.placed, a.sites, a.cost = (SELECT sum(unplaced_cost) FROM abie.hub_allocation_school s WHERE s.allocation_id = a.allocation_id) AS cost FROM abie.hub_allocation a WHERE allocation_id = :none;
ROLLBACK;
-- the regional pathway: those beyond the list's capacity
SELECT allocate(1, 'regional') AS regional \gset
SELECT (SELECT array_agg(urn ORDER BY urn) FROM abie.hub_allocation_school s WHERE s.allocation_id = a.allocation_id)
	= (SELECT array_agg(urn ORDER BY urn) FROM abie.referral_school WHERE referral_id = :referral_id AND not_referred = 'beyond capacity') AS schools, placed > 5 AS placed, kind
FROM abie.hub_allocation a WHERE a.allocation_id = :regional;
DELETE FROM abie.hub_allocation WHERE allocation_id <> 1;

--
-- Life of an allocation
--
SELECT * FROM abie.check_allocation(1);
SELECT * FROM abie.check_allocation(99);
SELECT * FROM abie.check_allocation(NULL);
\set VERBOSITY terse
SELECT status FROM abie.confirm_allocation(1);
SELECT status FROM abie.confirm_allocation(1, override_reason => 'all the same');
SELECT status FROM abie.issue_referral(:referral_id);
SELECT status FROM abie.confirm_allocation(1);
-- made anew: an exclusion since
BEGIN;
INSERT INTO abie.hub_exclusion (hub_urn, urn, reason) VALUES (:hub, :school, 'the same governors');
SELECT name, passed FROM abie.check_allocation(1) WHERE NOT passed;
ROLLBACK;
-- rows that are not what was made
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie.hub_allocation_school SET hub_urn = NULL, phase = NULL, cost = NULL, not_placed = 'a foe' WHERE allocation_id = 1 AND urn = :school;
SELECT name, passed FROM abie.check_allocation(1) WHERE NOT passed;
ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie.hub_allocation_site SET price = price + 100000 WHERE allocation_id = 1 AND hub_urn = :hub;
SELECT name, passed FROM abie.check_allocation(1) WHERE NOT passed;
ROLLBACK;
SELECT status, reason FROM abie.confirm_allocation(1, override_reason => 'the rest follows in spring');
SELECT status FROM abie.confirm_allocation(1, override_reason => 'again');
SELECT bool_and(p.hub_urn = s.hub_urn AND p.phase = s.phase AND p.kind = 'enhanced' AND p.from_date = '2025-09-01' AND p.placed_by = current_user) AS placements, count(*) = (SELECT placed FROM abie.hub_allocation WHERE allocation_id = 1) AS all
FROM abie.hub_placement p JOIN abie.hub_allocation_school s ON s.allocation_id = p.allocation_id AND s.urn = p.urn;
SELECT event, reason, role = current_user AS me FROM abie.hub_allocation_event WHERE allocation_id = 1 ORDER BY event_id;
-- frozen
UPDATE abie.hub_allocation SET cost = 0 WHERE allocation_id = 1;
UPDATE abie.hub_allocation SET reason = 'because' WHERE allocation_id = 1;
UPDATE abie.hub_allocation SET status = 'proposed' WHERE allocation_id = 1;
DELETE FROM abie.hub_allocation WHERE allocation_id = 1;
DELETE FROM abie.referral WHERE referral_id = :referral_id;
UPDATE abie.hub_allocation_school SET need = 0 WHERE allocation_id = 1;
DELETE FROM abie.hub_allocation_site WHERE allocation_id = 1;
INSERT INTO abie.hub_allocation_site VALUES (1, 1, 'primary', 1, 0, NULL, NULL, 'a friend', NULL);
TRUNCATE abie.hub_allocation CASCADE;
TRUNCATE abie.hub_allocation_school;
TRUNCATE abie.hub_placement;
DELETE FROM abie.hub_allocation_event;
UPDATE abie.hub_placement SET hub_urn = 100001;
DELETE FROM abie.hub_placement;
CREATE ROLE abie_hub_analyst;
SELECT abie.grant_access('abie_hub_analyst', 'national', purpose => 'calculation') > 0 AS granted;
SET ROLE abie_hub_analyst;
INSERT INTO abie.hub_allocation (referral_id, academic_year, kind, km_unit, distance_weight, region_weight, maximum_km, unplaced_cost, need_weight, status, sites, schools, staying, placed, cost, digest)
VALUES (1, '2025/26', 'enhanced', 1, 1, 1, 1, 1, 1, 'confirmed', 0, 0, 0, 0, 0, '');
INSERT INTO abie.hub_allocation_event (allocation_id, referral_id, event, digest, role) VALUES (1, 1, 'confirmed', '', 'x');
-- it may allocate and confirm
CALL abie.allocate_hubs(1, maximum_km => 400);
RESET ROLE;
-- those placed stay: they take their places, and nothing of them is asked again
SELECT count(*) FILTER (WHERE s.stays) AS staying, bool_and(s.hub_urn = o.hub_urn AND s.cost = o.cost AND s.next_hub_urn IS NULL) FILTER (WHERE s.stays) AS there, a.placed, bool_and(o.hub_urn IS NULL) FILTER (WHERE NOT s.stays) AS rest, allocated_by
FROM abie.hub_allocation a JOIN abie.hub_allocation_school s USING (allocation_id) JOIN abie.hub_allocation_school o ON o.allocation_id = 1 AND o.urn = s.urn WHERE a.allocation_id > 1 GROUP BY a.allocation_id;
SELECT bool_and(taken = 1) AS taken FROM abie.hub_allocation_site s WHERE allocation_id > 1 AND phase = 'primary';
SELECT name, made FROM abie.explain_placement((SELECT max(allocation_id) FROM abie.hub_allocation), :school);
SELECT max(allocation_id) AS second FROM abie.hub_allocation \gset
-- a stay at a hub that is no better any more, even
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie.expectation SET expected = attendance WHERE run_id = :run_id AND urn = :hub;
SET LOCAL session_replication_role = origin;
SELECT site(:hub);
SELECT stays, hub_urn = :hub AS there, cost, km > 0 AS km FROM abie.hub_allocation_school WHERE allocation_id = (SELECT max(allocation_id) FROM abie.hub_allocation) AND urn = :school;
ROLLBACK;
-- a hub that ended within the year: its school goes elsewhere, with the day before as its last
BEGIN;
UPDATE abie.hub SET to_date = '2025-12-19' WHERE urn = :hub;
UPDATE abie.hub_place SET places = 2 WHERE kind = 'enhanced';
SELECT allocate(1) AS moved \gset
SELECT stays, hub_urn <> :hub AS elsewhere FROM abie.hub_allocation_school WHERE allocation_id = :moved AND urn = :school;
SELECT status FROM abie.confirm_allocation(:moved, '2026-01-05', 'for want of hubs');
SAVEPOINT stale;
SELECT status FROM abie.confirm_allocation(:second, override_reason => 'out of date');
ROLLBACK TO stale;
SELECT to_date, end_reason, ended_by = current_user AS me FROM abie.hub_placement WHERE urn = :school AND hub_urn = :hub;
SELECT from_date, to_date FROM abie.hub_placement WHERE urn = :school AND hub_urn <> :hub;
ROLLBACK;
-- ended by hand, once, and placed by hand with a reason
SELECT placement_id AS placement FROM abie.hub_placement WHERE urn = :school \gset
SELECT abie.end_placement(:placement, NULL, 'moved');
SELECT abie.end_placement(:placement, '2025-12-19', ' ');
SELECT abie.end_placement(0, '2025-12-19', 'moved');
SELECT abie.end_placement(:placement, '2025-08-30', 'moved');
SELECT to_date, end_reason, ended_by = current_user AS me FROM abie.end_placement(:placement, '2025-12-19', 'moved');
SELECT abie.end_placement(:placement, '2025-12-20', 'again');
UPDATE abie.hub_placement SET to_date = NULL WHERE placement_id = :placement;
INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date) VALUES (:secondary_hub, :school, 'enhanced', 'primary', '2026-01-05');
INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date, reason) VALUES (:school, :school, 'enhanced', 'primary', '2026-01-05', 'alone');
INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date, reason) VALUES (:secondary_hub, :school, 'enhanced', 'primary', '2026-01-05', 'they asked for it');
INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date, reason) VALUES (:hub, :school, 'enhanced', 'primary', '2026-01-05', 'twice');
INSERT INTO abie.hub (academic_year, urn, to_date) VALUES ('2025/26', 100002, '2026-09-01');
-- withdrawn: its placements end
SELECT abie.withdraw_allocation(1, ' ');
SELECT abie.withdraw_allocation(:second, 'never was');
SELECT status, reason FROM abie.withdraw_allocation(1, 'a wrong file', '2026-02-13');
SELECT abie.withdraw_allocation(1, 'again');
SELECT allocation_id, to_date, end_reason, count(*) > 0 AS some FROM abie.hub_placement GROUP BY 1, 2, 3 ORDER BY 1, 2;
-- of a withdrawn list none is made; it goes with its run, its record stays, as do placements
SELECT status FROM abie.withdraw_referral(:referral_id, 'a wrong file');
CALL abie.allocate_hubs(:referral_id);
SELECT abie.purge('2030/31', 'kept long enough') IS NOT NULL AS purged;
SELECT count(*) AS allocations, (SELECT count(*) FROM abie.hub_allocation_school) AS schools, (SELECT count(*) FROM abie.hub_allocation_site) AS sites,
	(SELECT count(*) FROM abie.hub_allocation_event) > 2 AS record, (SELECT count(*) FROM abie.hub_placement) > 2 AS placements FROM abie.hub_allocation;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_hub;
DROP ROLE abie_hub_analyst;
