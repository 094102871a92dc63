-- Life of a run: release checks, each with a fault planted that it has to catch; issue, withdraw, verify, purge.
-- A database of its own, because runs are made here.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_release;
CREATE DATABASE abie_release ENCODING 'UTF8' TEMPLATE template0;
\c abie_release
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA release_test;
SET search_path = release_test, public;

SELECT abie.load_demo(420);
UPDATE abie.school SET type_group = CASE WHEN urn % 2 = 0 THEN 'Academies' ELSE 'Local authority maintained schools' END;
-- the synthetic England has schools of one kind all over the country
SELECT checks FROM abie.create_methodology('tested', '{"checks": {"far apart": {"tolerated": 75}}}');
CALL abie.calculate('2025/26', 'tested', NULL);

-- every kind of check is made, and with figures to compare with every one passes but those against a run issued before
INSERT INTO abie.school_figure (urn, academic_year, attendance_percent)
SELECT e.urn, '2024/25', e.attendance + 0.049 FROM abie.expectation e WHERE e.urn % 10 = 1;
INSERT INTO abie.published_total (academic_year, la_code, school_type, enrolments, sess_possible, sess_overall)
SELECT academic_year, coalesce(laestab / 10000, 0), school_type, sum(enrolments), sum(sess_possible), sum(sess_overall) FROM abie.attendance
WHERE academic_year = '2024/25' GROUP BY GROUPING SETS ((academic_year, school_type), (academic_year, laestab / 10000, school_type));
SELECT name, severity, threshold, tolerated, items > 0 AS items, passed FROM abie.run_checks(1) ORDER BY name COLLATE "C";
SELECT name FROM abie.release_check EXCEPT SELECT name FROM abie.run_checks(1);
-- a run that does not exist has none
SELECT * FROM abie.run_checks(99);
-- examples are the first five faults; the check itself lists them all
SELECT c.faults = (SELECT count(*) FROM abie_internal.check_lists(1, c.threshold) f WHERE f.name = c.name AND f.faulty) AS all_faults,
	c.examples = ARRAY(SELECT format('%s with %s: %s km', n.urn, n.similar_urn, round(n.km)) FROM abie_report.similar_school n WHERE n.run_id = 1 ORDER BY n.km DESC NULLS LAST, n.urn, n.rank LIMIT 5) AS examples
FROM abie.run_checks(1) c WHERE c.name = 'far apart';

-- that no input has changed is known of its rows, and the check says the same as where all of it is read again
CREATE FUNCTION known_unchanged(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	known boolean;
BEGIN
	EXECUTE statement;
	known := abie_internal.is_input_unchanged(1, abie_internal.input_digest(1));
	RAISE EXCEPTION USING ERRCODE = 'AB002', MESSAGE = 'undo';
EXCEPTION WHEN SQLSTATE 'AB002' THEN
	RETURN known;
END $$;
SELECT known_unchanged('SELECT');
BEGIN;
CREATE TEMP TABLE known AS SELECT * FROM abie.run_checks(1) WHERE name IN ('stale input', 'input digest');
UPDATE abie.run SET input_mark = NULL;
SELECT known_unchanged('SELECT'), count(*) AS checks, bool_and(k = c) AS equal FROM known k JOIN abie.run_checks(1) c ON c.name = k.name;
ROLLBACK;
SELECT s.statement, known_unchanged(s.statement) FROM (VALUES
	('UPDATE abie.attendance SET urn = urn WHERE academic_year = ''2022/23'' AND laestab = (SELECT min(laestab) FROM abie.attendance)'),
	('DELETE FROM abie.attendance WHERE academic_year = ''2022/23'' AND laestab = (SELECT min(laestab) FROM abie.attendance)'),
	('INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES (900013, 900014, ''Successor'')'),
	('UPDATE abie.school_context SET eal_pct = eal_pct WHERE urn = 900013'),
	('DELETE FROM abie.school WHERE urn = 900013'),
	('ALTER TABLE abie.school_link RENAME link_name TO name'),
	('UPDATE abie.run_school SET enrolments = enrolments + 1 WHERE urn = 900013'),
	('UPDATE abie.run_school SET references_published = NOT references_published WHERE urn = 900013'),
	('UPDATE abie.run SET extension_version = ''0.9'''),
	('UPDATE abie.run SET input_mark = jsonb_set(input_mark, ''{horizon}'', to_jsonb((input_mark ->> ''horizon'')::bigint + 4294967296))')) s(statement);

--
-- Faults
--

-- The checks that fail with a fault in a run's tables and passed without, and how many of how many are faulty; the fault is undone.
CREATE FUNCTION caught(run_id integer, statements text[]) RETURNS TABLE (caught text) LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	before text[] := ARRAY(SELECT c.name FROM abie.run_checks(run_id) c WHERE NOT c.passed);
BEGIN
	FOREACH statement IN ARRAY statements LOOP
		EXECUTE statement;
	END LOOP;
	caught := (SELECT string_agg(format('%s %s of %s', c.name, c.faults, c.items), ', ' ORDER BY c.name COLLATE "C") FROM abie.run_checks(run_id) c WHERE NOT c.passed AND c.name <> ALL (before));
	RAISE EXCEPTION USING ERRCODE = 'AB002', MESSAGE = 'undo';
EXCEPTION WHEN SQLSTATE 'AB002' THEN
	RETURN NEXT;
END $$;

SELECT caught FROM caught(1, '{}');
-- the faults of the official reports: a school similar to itself, one without similar schools, a wrong base figure, a grammar school among
-- comprehensives, an input that changed
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET similar_urns[7] = urn WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['DELETE FROM abie.similar_list WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET attendance = attendance + 0.001 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET sess_overall = sess_overall - 1 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET enrolments = enrolments + 1 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET selective = true WHERE urn = 900017']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = ''2024/25'' AND urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.attendance SET sess_overall = sess_overall + 1, sess_authorised = sess_authorised + 1 WHERE academic_year = ''2023/24'' AND urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.school_context SET fsm_pct = fsm_pct / 2 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.school SET admissions_policy = ''Selective'' WHERE urn = 900017']);
SELECT caught FROM caught(1, ARRAY['INSERT INTO abie.school_link (urn, link_urn, link_type) VALUES (900013, 900019, ''Successor'')']);

-- similar schools
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET similar_urns = similar_urns[:19], distances = distances[:19] WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET similar_urns[2] = similar_urns[1], distances[2] = distances[1] WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET family = 1 WHERE urn IN (SELECT unnest(ARRAY[n.urn, n.similar_urns[1]]) FROM abie.similar_list n WHERE n.urn = 900013)']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET similar_urns[20] = 900017 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET similar_urns[20] = 900020 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET distances[20] = distances[20] + 1e-12 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.similar_list SET similar_urns[19] = similar_urns[20], similar_urns[20] = similar_urns[19], distances[19] = distances[20], distances[20] = distances[19] WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET northing = (urn - 900000) * 200000']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.school SET type_group = urn::text WHERE urn % 8 = 0']);

-- the one look at all pairs finds what a look at each finds, in lists and schools with faults of every kind
CREATE VIEW pair AS
SELECT l.urn, n.rank, n.similar_urn, l.distances[n.rank] AS distance, l.distances[n.rank - 1] AS nearer, s, o, sv.vector AS own_vector, ov.vector AS other_vector, w.weights, g.type_group, h.type_group AS other_type_group,
	abie.kilometres(s.easting, s.northing, o.easting, o.northing) AS km
FROM abie.similar_list l CROSS JOIN LATERAL unnest(l.similar_urns) WITH ORDINALITY n(similar_urn, rank)
	LEFT JOIN abie.run_school s ON s.run_id = 1 AND s.urn = l.urn LEFT JOIN abie.run_school o ON o.run_id = 1 AND o.urn = n.similar_urn
	LEFT JOIN abie.run_vector(1) sv ON sv.urn = s.urn LEFT JOIN abie.run_vector(1) ov ON ov.urn = o.urn
	LEFT JOIN abie.run_weights(1) w ON w.stratum = s.stratum
	LEFT JOIN abie.school g ON g.urn = s.urn LEFT JOIN abie.school h ON h.urn = o.urn
WHERE l.run_id = 1;
CREATE VIEW pair_item AS
SELECT p.urn, p.similar_urn, p.rank, c.* FROM pair p, LATERAL (VALUES ('family match', (p.s).family = (p.o).family, format('%s with %s', p.urn, p.similar_urn)),
	('phase match', (p.o).urn IS NULL OR (p.s).stratum IS DISTINCT FROM (p.o).stratum, format('%s with %s', p.urn, p.similar_urn)),
	('selective match', (p.o).urn IS NULL OR (p.s).selective IS DISTINCT FROM (p.o).selective, format('%s with %s', p.urn, p.similar_urn)),
	('distance', CASE WHEN (p.s).stratum = (p.o).stratum AND cardinality(p.own_vector) = cardinality(p.weights) AND cardinality(p.other_vector) = cardinality(p.weights)
		THEN p.distance IS DISTINCT FROM abie.distance(p.own_vector, p.other_vector, p.weights) OR p.distance < p.nearer ELSE true END, format('%s with %s', p.urn, p.similar_urn)),
	('far apart', CASE WHEN p.km IS NOT NULL THEN p.km > 150 END, format('%s with %s: %s km', p.urn, p.similar_urn, round(p.km)))) c(name, faulty, example)
UNION ALL
SELECT l.urn, NULL, NULL, 'self match', l.urn = ANY (l.similar_urns), l.urn::text FROM abie.similar_list l WHERE l.run_id = 1
UNION ALL
SELECT e.urn, NULL, NULL, 'incomplete list', cardinality(l.similar_urns) IS DISTINCT FROM 20 OR (SELECT count(DISTINCT u) FROM unnest(l.similar_urns) u) <> 20,
	format('%s: %s', e.urn, coalesce(cardinality(l.similar_urns), 0))
FROM abie.expectation e LEFT JOIN abie.similar_list l ON l.run_id = e.run_id AND l.urn = e.urn WHERE e.run_id = 1
UNION ALL
SELECT p.urn, NULL, NULL, 'other type', NOT bool_or(p.type_group = p.other_type_group), format('%s: %s', p.urn, min(p.type_group))
FROM pair p WHERE p.type_group IS NOT NULL AND p.other_type_group IS NOT NULL GROUP BY p.urn;
BEGIN;
UPDATE abie.run_school SET family = urn % 7 WHERE run_id = 1 AND urn % 3 = 0;
UPDATE abie.run_school SET selective = NOT selective WHERE run_id = 1 AND urn % 11 = 0;
UPDATE abie.run_school SET northing = NULL WHERE run_id = 1 AND urn % 13 = 0;
UPDATE abie.run_school SET numbers[2] = NULL WHERE run_id = 1 AND urn % 23 = 0;
UPDATE abie.run_school SET numbers[1] = numbers[1] + 0.1 WHERE run_id = 1 AND urn % 29 = 0;
UPDATE abie.run_school SET stratum = CASE stratum WHEN 'primary' THEN 'other' ELSE 'primary' END WHERE run_id = 1 AND urn % 17 = 0;
DELETE FROM abie.run_school WHERE run_id = 1 AND urn % 19 = 0;
UPDATE abie.similar_list SET similar_urns[3] = urn WHERE run_id = 1 AND urn % 5 = 0;
UPDATE abie.similar_list SET similar_urns[4] = similar_urns[9] WHERE run_id = 1 AND urn % 7 = 0;
UPDATE abie.similar_list SET similar_urns[5] = 999999, similar_urns[6] = 999999 WHERE run_id = 1 AND urn % 31 = 0;
UPDATE abie.similar_list SET similar_urns[7] = NULL WHERE run_id = 1 AND urn % 37 = 0;
UPDATE abie.similar_list SET similar_urns = similar_urns[:12], distances = distances[:12] WHERE run_id = 1 AND urn % 41 = 0;
UPDATE abie.similar_list SET similar_urns = '{}', distances = '{}' WHERE run_id = 1 AND urn % 43 = 0;
UPDATE abie.similar_list SET distances[8] = distances[8] * 1.5 WHERE run_id = 1 AND urn % 10 = 7;
UPDATE abie.similar_list SET distances[2] = NULL WHERE run_id = 1 AND urn % 47 = 0;
DELETE FROM abie.similar_list WHERE run_id = 1 AND urn % 53 = 0;
UPDATE abie.school SET type_group = CASE WHEN urn % 9 > 0 THEN 'group ' || urn % 40 END;
SELECT i.name, count(*) FILTER (WHERE i.faulty IS NOT NULL OR i.name <> 'far apart') = (SELECT sum(f.items) FROM abie_internal.check_lists(1, 150) f WHERE f.name = i.name) AS items,
	count(*) FILTER (WHERE i.faulty) > 3 AS faults,
	array_agg(i.example ORDER BY i.example) FILTER (WHERE i.faulty) = (SELECT array_agg(f.example ORDER BY f.example) FROM abie_internal.check_lists(1, 150) f WHERE f.name = i.name AND f.faulty) AS same
FROM pair_item i GROUP BY i.name ORDER BY i.name;
-- no weights, so no distance is right
DELETE FROM abie.run_characteristic WHERE run_id = 1;
SELECT sum(f.items) FILTER (WHERE f.faulty) = sum(f.items) AS faulty FROM abie_internal.check_lists(1, 150) f WHERE f.name = 'distance';
-- nothing at all
DELETE FROM abie.run_school WHERE run_id = 1;
SELECT f.name, sum(f.items) FILTER (WHERE f.faulty) = sum(f.items) AS faulty FROM abie_internal.check_lists(1, 150) f GROUP BY f.name ORDER BY f.name;
DELETE FROM abie.similar_list WHERE run_id = 1;
SELECT f.name, sum(f.items) FILTER (WHERE f.faulty) AS faults, sum(f.items) > 0 AS items FROM abie_internal.check_lists(1, 150) f GROUP BY f.name ORDER BY f.name;
ROLLBACK;
-- what cannot be
SELECT * FROM abie_internal.list_faults(ARRAY[(1, 'primary', false, NULL, NULL, NULL, NULL, '{}'), (1, 'primary', false, NULL, NULL, NULL, NULL, '{}')]::abie_internal.listed_school[], '{}', '{}', 1);
SELECT * FROM abie_internal.list_faults(ARRAY[NULL]::abie_internal.listed_school[], '{}', '{}', 1);
SELECT * FROM abie_internal.list_faults(ARRAY[(1, 'primary', NULL, NULL, NULL, NULL, NULL, '{}')]::abie_internal.listed_school[], '{}', '{}', 1);
SELECT * FROM abie_internal.list_faults('{}', ARRAY[(1, '{2,3}', '{1}')]::abie_internal.school_list[], '{}', 1);
SELECT * FROM abie_internal.list_faults('{}', ARRAY[(1, NULL, '{1}')]::abie_internal.school_list[], '{}', 1);
SELECT * FROM abie_internal.list_faults('{}', '{}', ARRAY[('primary', NULL)]::abie_internal.stratum_weights[], 1);
SELECT * FROM abie_internal.list_faults('{}', '{}', '{}', 1, false, '{7,8,7}', 20);
SELECT * FROM abie_internal.list_faults('{}', ARRAY[(7, '{8}', '{1}'), (8, '{7,7}', '{1,1}')]::abie_internal.school_list[], '{}', 1, false, '{7,8,9}', 1) WHERE name = 'incomplete list';
SELECT count(*) FROM abie_internal.list_faults(NULL, '{}', '{}', 1);

-- schools and figures
SELECT caught FROM caught(1, ARRAY['DELETE FROM abie.expectation WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['DELETE FROM abie.exclusion WHERE urn = 900020']);
SELECT caught FROM caught(1, ARRAY['INSERT INTO abie.exclusion (run_id, laestab, urn, reason) SELECT run_id, laestab, urn, ''special school'' FROM abie.expectation WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['DELETE FROM abie.attendance WHERE academic_year = ''2024/25'' AND urn = 900013']);
SELECT caught FROM caught(1, ARRAY['DELETE FROM abie.attendance WHERE academic_year = ''2024/25'' AND urn % 18 = 1']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.school_figure SET attendance_percent = attendance_percent + 0.002 WHERE urn = 900031']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET baseline = greatest(own_level, expected) + 0.01 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET own_share = own_share / 2 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET improvement = improvement + 0.001, target = target + 0.001 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET improvement_rounded = improvement_rounded + 0.1 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET target = target + 0.001 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET gap = gap + 0.001 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET ladder_top = ladder_top + 0.001 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET statement = CASE statement WHEN ''improve'' THEN ''maintain'' ELSE ''improve'' END WHERE urn = 900013']);
-- told to improve by nothing, or to what it had already
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET ladder_top = baseline + 0.04, pared_mean = baseline + 0.04, pre_pandemic = NULL, improvement = 0.04, improvement_rounded = 0.0, target = baseline + 0.04, attendance = baseline, statement = ''improve'' WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET statement = ''improve'' WHERE urn = (SELECT min(urn) FROM abie.expectation WHERE statement = ''sustain'')']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET statement = ''sustain'' WHERE urn = (SELECT min(urn) FROM abie.expectation WHERE statement = ''improve'')']);
-- the school with the greatest gap is asked for least: a wrong improvement, and an unfair one
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation e SET improvement = 0.1, improvement_rounded = 0.1, target = baseline + 0.1 WHERE urn = (SELECT urn FROM abie.expectation WHERE improvement < ladder_top - baseline ORDER BY gap DESC LIMIT 1)']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET forecast_high = 100.1 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET la_average = ''NaN'' WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET forecast = -0.1 WHERE urn = 900013']);
SELECT caught FROM caught(1, ARRAY['INSERT INTO abie.exclusion (run_id, laestab, urn, reason) SELECT run_id, laestab, urn, ''no characteristics'' FROM abie.expectation WHERE urn % 12 = 1', 'DELETE FROM abie.expectation WHERE urn % 12 = 1']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.expectation SET expected = attendance - 10.1, own_share = (baseline - attendance + 10.1) / (own_level - attendance + 10.1) WHERE urn < 900008']);

-- inputs
SELECT caught FROM caught(1, ARRAY['UPDATE abie.published_total SET sess_overall = sess_overall + 1 WHERE la_code = 0 AND school_type = ''Special''']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.published_total SET enrolments = enrolments - 1 WHERE la_code = 0 AND school_type = ''State-funded primary''']);
SELECT caught FROM caught(1, ARRAY['INSERT INTO abie.published_total (academic_year, la_code, school_type, enrolments, sess_possible, sess_overall) VALUES (''2024/25'', 0, ''State-funded nursery'', 1, 1, 1)']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.published_total SET sess_possible = sess_possible + 1 WHERE la_code = 514']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET sess_possible = NULL WHERE urn % 18 = 1']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.attendance SET markers = ''{"enrolments_pa_10_exact": "SUPP"}'' WHERE urn % 18 = 1']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET numbers[1] = NULL, numbers[2] = NULL, numbers[3] = NULL WHERE urn % 3 = 1']);
SELECT caught FROM caught(1, ARRAY['UPDATE abie.run_school SET la_average = la_average + 1 WHERE urn = 900013']);

--
-- Checked, issued, superseded, withdrawn
--
SELECT name, passed, faults, examples FROM abie.check_run(1) WHERE name IN ('far apart', 'no expectation', 'self match');
SELECT status, row_counts FROM abie.run;
-- a second calculation has the same results, so nothing has moved
SELECT (i).status, (i).reason FROM abie.issue(1) i;
CALL abie.calculate('2025/26', 'tested', NULL);
SELECT abie_internal.run_issued_before(2), abie_internal.run_issued_before(1);
SELECT name, items > 0 AS items, faults, passed FROM abie.run_checks(2) WHERE name LIKE 'moved%';
SELECT caught FROM caught(2, ARRAY['UPDATE abie.expectation SET improvement = improvement + 0.31 WHERE run_id = 2 AND urn % 3 = 1']);
SELECT caught FROM caught(2, ARRAY['UPDATE abie.similar_list SET similar_urns = array_fill(urn + 1, ARRAY[11]) || similar_urns[12:] WHERE run_id = 2 AND urn % 3 = 1']);
SELECT caught FROM caught(2, ARRAY['UPDATE abie.similar_list SET similar_urns = array_fill(urn + 1, ARRAY[10]) || similar_urns[11:] WHERE run_id = 2 AND urn % 3 = 1']);

-- run 2 with a fault: refused, by whatever way, until a reason is given
UPDATE abie.similar_list SET similar_urns[1] = urn WHERE run_id = 2 AND urn = 900013;
SELECT abie.issue(2);
SELECT abie.issue(2, '  ');
SELECT status FROM abie.run WHERE run_id = 2;
SELECT count(*) FROM abie.check_run(2);
UPDATE abie.run SET status = 'issued' WHERE run_id = 2;
UPDATE abie.run SET status = 'issued', reason = 'by hand, beside run 1' WHERE run_id = 2;
SELECT (i).status, (i).reason FROM abie.issue(2, 'one school, told by telephone') i;
SELECT run_id, status, reason FROM abie.run ORDER BY run_id;
-- the check that failed is kept with it
SELECT name, faults, passed, CASE WHEN name <> 'result digest' THEN examples END AS examples FROM abie.run_check WHERE run_id = 2 AND NOT passed ORDER BY name;

-- what cannot be
SELECT abie.issue(1);
SELECT abie.issue(2);
SELECT abie.issue(NULL);
SELECT abie.issue(99);
SELECT abie.check_run(2);
SELECT abie.check_run(99);
SELECT abie.withdraw(99, 'reason');
SELECT abie.withdraw(2, NULL);
SELECT abie.withdraw(2, ' ');
SELECT abie.withdraw(NULL, 'reason');
UPDATE abie.run SET status = 'calculated' WHERE run_id = 2;
UPDATE abie.run SET result_digest = 'another' WHERE run_id = 2;
UPDATE abie.run SET reason = 'another' WHERE run_id = 2;
UPDATE abie.run SET target_year = '2026/27' WHERE run_id = 2;
UPDATE abie.run SET status = 'withdrawn', reason = NULL WHERE run_id = 2;
UPDATE abie.run_event SET reason = 'another';
DELETE FROM abie.run_event;
TRUNCATE abie.run_event;
TRUNCATE abie.run CASCADE;

-- no row of an issued or superseded run can be added, changed, deleted or moved; a table of a run cannot be emptied
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION 'not refused: %', statement;
EXCEPTION WHEN object_not_in_prerequisite_state THEN
	RETURN SQLERRM;
END $$;
CREATE TABLE held AS SELECT t, regexp_replace(t, '^', 'abie.')::regclass AS run_table
FROM unnest('{run_characteristic,run_model,run_school,similar_list,expectation,exclusion,run_scope,run_national,run_improvement,run_check}'::text[]) t;
SELECT t, refused(format('UPDATE %s SET run_id = run_id WHERE run_id = 1', run_table)) FROM held;
SELECT DISTINCT refused(format('UPDATE %s SET %I = %I WHERE run_id = %s', h.run_table, a.attname, a.attname, r)) FROM held h, pg_attribute a, generate_series(1, 2) r
WHERE a.attrelid = h.run_table AND a.attnum > 1 AND NOT a.attisdropped ORDER BY 1;
SELECT DISTINCT refused(format('DELETE FROM %s WHERE run_id = %s', run_table, r)) FROM held, generate_series(1, 2) r ORDER BY 1;
SELECT DISTINCT refused(format('TRUNCATE %s CASCADE', run_table)) FROM held;
-- a row more, made of one that is there by changing its key
SELECT t, refused(format('INSERT INTO %1$s SELECT (jsonb_populate_record(NULL::%1$s, to_jsonb(x) || %2$L)).* FROM (SELECT * FROM %1$s WHERE run_id = 2 LIMIT 1) x', run_table,
	'{"urn": 999999, "laestab": 9999999, "stratum": "other", "name": "another", "rank": 21}')) FROM held;
-- an update that touches no issued run is free
UPDATE abie.expectation SET target = target WHERE run_id = 3;

-- withdrawn: still there, nobody's expectation, and the year can be issued again
SELECT (w).status, (w).reason FROM abie.withdraw(2, 'wrong base figures of one school') w;
SELECT abie.withdraw(2, 'again');
SELECT refused('DELETE FROM abie.run WHERE run_id = 2');
CALL abie.calculate('2025/26', 'tested', NULL);
SELECT (i).run_id, (i).status, (i).reason FROM abie.issue(3) i;
SELECT run_id, target_year, event, reason, result_digest IS NOT NULL AS digest, role = session_user AS me, happened_at <= clock_timestamp() AS dated FROM abie.run_event ORDER BY event_id;
-- a run that was never issued is deleted; that it was is recorded
CALL abie.calculate('2025/26', 'tested', NULL);
SELECT abie.withdraw(4, 'never issued');
DELETE FROM abie.run WHERE run_id = 4;
SELECT event FROM abie.run_event WHERE run_id = 4 ORDER BY event_id;

--
-- Verify
--
SELECT digest, recorded = r.result_digest OR digest = 'inputs kept' AS recorded, equal FROM abie.verify(3), abie.run r WHERE r.run_id = 3;
-- nothing of the recomputation stays
SELECT (SELECT count(*) FROM abie.run WHERE run_id < 0) AS runs, (SELECT count(*) FROM abie.run_school WHERE run_id < 0) AS schools,
	(SELECT count(*) FROM abie.run_event WHERE run_id < 0) AS events;
-- with another method too
CALL abie.calculate('2025/26', 'similar-schools', NULL);
SELECT digest, equal FROM abie.verify(5);
-- a result changed behind the triggers' back, then an input
SET session_replication_role = replica;
UPDATE abie.expectation SET target = target + 1 WHERE run_id = 3 AND urn = 900013;
SELECT digest, equal FROM abie.verify(3);
UPDATE abie.expectation SET target = target - 1 WHERE run_id = 3 AND urn = 900013;
UPDATE abie.run_school SET numbers[1] = numbers[1] + 1 WHERE run_id = 3 AND urn = 900013;
RESET session_replication_role;
SELECT digest, equal FROM abie.verify(3);
-- who is left out and why is decided again: found out even where the recorded digests were changed along
CREATE FUNCTION tampered(statements text[]) RETURNS TABLE (tampered text, equal boolean) LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	kept text[] := '{}';
BEGIN
	PERFORM set_config('session_replication_role', 'replica', true);
	FOREACH statement IN ARRAY statements LOOP
		EXECUTE statement;
	END LOOP;
	UPDATE abie.run SET input_digest = abie_internal.input_digest(run_id), result_digest = abie_internal.result_digest(run_id) WHERE run_id = 3;
	PERFORM set_config('session_replication_role', 'origin', true);
	kept := ARRAY(SELECT format('%s: %s', v.digest, v.equal) FROM abie.verify(3) v);
	RAISE EXCEPTION USING ERRCODE = 'AB002', MESSAGE = 'undo';
EXCEPTION WHEN SQLSTATE 'AB002' THEN
	RETURN QUERY SELECT split_part(k, ': ', 1), split_part(k, ': ', 2)::boolean FROM unnest(kept) k;
END $$;
SET session_replication_role = replica;
UPDATE abie.run_school SET numbers[1] = numbers[1] - 1 WHERE run_id = 3 AND urn = 900013;
RESET session_replication_role;
SELECT * FROM tampered('{}');
-- another reason, another detail, a school left out that was not, one put back, one that nobody knows
SELECT * FROM tampered(ARRAY['UPDATE abie.exclusion SET reason = ''not mainstream'' WHERE run_id = 3 AND urn = 900020']);
SELECT * FROM tampered(ARRAY['UPDATE abie.exclusion SET detail = ''for a reason of our own'' WHERE run_id = 3 AND urn = 900020']);
SELECT * FROM tampered(ARRAY['UPDATE abie.expectation SET run_id = 4 WHERE run_id = 3 AND urn = 900013', 'DELETE FROM abie.run_school WHERE run_id = 3 AND urn = 900013',
	'INSERT INTO abie.exclusion SELECT 3, laestab, urn, ''special school'' FROM abie.school WHERE urn = 900013']);
SELECT * FROM tampered(ARRAY['DELETE FROM abie.exclusion WHERE run_id = 3 AND urn = 900020']);
SELECT * FROM tampered(ARRAY['INSERT INTO abie.exclusion VALUES (3, 9999999, 999999, ''not mainstream'')']);
-- what decided it: in the digest of the inputs
SELECT digest, equal FROM abie.verify(3) WHERE digest = 'inputs kept';
SET session_replication_role = replica;
UPDATE abie.run_scope SET stratum = 'primary', enrolments = 29 WHERE run_id = 3 AND urn = 900020;
RESET session_replication_role;
SELECT digest, equal FROM abie.verify(3);
SELECT abie.verify(99);

--
-- Thresholds belong to the methodology
--
SELECT abie.create_methodology('wrong', '{"checks": []}');
SELECT abie.create_methodology('wrong', '{"checks": {"unheard of": {}}}');
SELECT abie.create_methodology('wrong', '{"checks": {"far apart": 3}}');
SELECT abie.create_methodology('wrong', '{"checks": {"far apart": {"limit": 3}}}');
SELECT abie.create_methodology('wrong', '{"checks": {"far apart": {"severity": "high"}}}');
SELECT abie.create_methodology('wrong', '{"checks": {"far apart": {"threshold": "3"}}}');
SELECT abie.create_methodology('wrong', '{"checks": {"far apart": {"tolerated": 101}}}');
SELECT checks FROM abie.create_methodology('strict', '{"method": "similar-schools", "characteristics": ["fsm_pct", "fsm6_pct", "sen_support_pct", "ehc_plan_pct", "semh_pct", "eal_pct", "mobility_pct", "ln_headcount", "idaci_rank", "region", "urban_rural", "religious_character"], "checks": {"far apart": {"severity": "blocking", "threshold": 1, "tolerated": 0.5}, "moved list": {"severity": "off"}}}');
CALL abie.calculate('2025/26', 'strict', NULL);
SELECT name, severity, threshold, tolerated, passed FROM abie.check_run(6) WHERE name IN ('far apart', 'moved list', 'moved expectation') ORDER BY name;
-- checks enter neither digest
SELECT a.result_digest = b.result_digest AS results, a.input_digest = b.input_digest AS inputs FROM abie.run a, abie.run b WHERE a.run_id = 5 AND b.run_id = 6;

--
-- Purge
--
SELECT abie.purge(NULL, 'reason');
SELECT abie.purge('2026/27', '');
SELECT abie.purge('2026', 'reason');
SELECT * FROM abie.purge('2025/26', 'kept for six years');
SELECT * FROM abie.purge('2026/27', 'kept for six years') ORDER BY 1;
SELECT (SELECT count(*) FROM abie.run) AS runs, (SELECT count(*) FROM abie.expectation) AS expectations, (SELECT count(*) FROM abie.similar_school) AS similar_schools,
	(SELECT count(*) FROM abie.run_school) AS schools, (SELECT count(*) FROM abie.run_check) AS checks, (SELECT count(*) FROM abie.attendance) > 0 AS inputs;
SELECT run_id, event, reason FROM abie.run_event WHERE event = 'purged' ORDER BY run_id;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_release;
