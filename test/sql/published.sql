-- What is shown does not determine attendance that is not published: a differencing test of all that a role can read.
-- A database of its own, and roles of the cluster that begin with abie_published_.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_published;
CREATE DATABASE abie_published ENCODING 'UTF8' TEMPLATE template0;
\c abie_published
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE SCHEMA published_test;
SET search_path = published_test, public;

SELECT published, schools, abie_internal.published_suffice(published, schools) AS suffice FROM (VALUES (20, 20), (10, 20), (9, 20), (0, 10), (0, 9), (0, 0)) v(published, schools);
SELECT abie_internal.is_published(3, 100, '{}') AS entered, abie_internal.is_published(3, 100, '{"sess_possible": "registers"}') AS registers, abie_internal.is_published(3, 100, '{"sess_overall": "registers"}') AS part,
	abie_internal.is_published(NULL, 100, '{"sess_possible": "registers", "sess_overall_percent": "england-abs"}') AS rate, abie_internal.is_published(3, 100, '{"sess_possible": "spc", "sess_overall": "spc", "sess_overall_percent": "registers"}') AS replaced,
	abie_internal.is_published(NULL, NULL, '{"sess_overall_percent": "registers"}') AS "rate of registers", abie_internal.is_published(NULL, NULL, NULL) AS nothing;

-- in plain SQL, of sources of all kinds
SELECT count(*) AS cases, count(*) FILTER (WHERE abie_internal.is_published(o, p, s) IS DISTINCT FROM
	CASE WHEN p > 0 AND o IS NOT NULL THEN s ->> 'sess_possible' IS DISTINCT FROM 'registers' AND s ->> 'sess_overall' IS DISTINCT FROM 'registers'
		ELSE s ->> 'sess_overall_percent' IS DISTINCT FROM 'registers' END) AS different
FROM unnest('{0,3,NULL}'::bigint[]) o, unnest('{0,100,-1,NULL}'::bigint[]) p, (
	SELECT jsonb_object(ARRAY['sess_possible', a, 'sess_overall', b, 'sess_overall_percent', c]) FROM unnest('{registers,register,registers1,NULL}'::text[]) a, unnest('{registers,NULL}'::text[]) b, unnest('{registers,spc}'::text[]) c
	UNION ALL SELECT unnest('{NULL,null,[],"[\"sess_possible\"]","\"registers\"","{\"sess_possible\":[\"registers\"],\"sess_overall_percent\":1}","{\"registers\":\"sess_possible\"}"}'::jsonb[])) v(s);

-- three authorities of one phase; sessions by the million, so that attendance can be changed by ten-thousandths of a point
SELECT abie.load_demo(3000);
DELETE FROM abie.attendance WHERE laestab / 10000 > 503 OR school_type <> 'State-funded primary';
UPDATE abie.attendance SET sess_possible = sess_possible * 1000000, sess_overall = sess_overall * 1000000,
	sess_authorised = sess_authorised * 1000000, sess_unauthorised = sess_unauthorised * 1000000;
CREATE TABLE school AS
SELECT a.urn::integer AS urn, (a.laestab / 10000)::text AS la, row_number() OVER (PARTITION BY a.laestab / 10000 ORDER BY a.urn) AS place
FROM abie.attendance a JOIN abie.school s ON s.urn = a.urn
WHERE a.academic_year = '2024/25' AND s.close_date IS NULL AND a.enrolments >= 30;
UPDATE abie.school s SET trust = 'Trust ' || c.place % 4 FROM school c WHERE c.urn = s.urn;
ANALYZE;
SELECT la, count(*) FROM school GROUP BY la ORDER BY la;
SELECT (abie.create_methodology('small', '{"similar_schools": 8, "characteristics": ["fsm_pct", "eal_pct", "ln_headcount", "idaci_rank", "region"]}')).name;

-- who reads: heads, two roles of one person, an authority, a trust, a reader of lists alone (of a school that is hidden from it), support
SELECT min(urn) FILTER (WHERE la = '501' AND place = 9) AS one, min(urn) FILTER (WHERE la = '501' AND place = 10) AS two,
	min(urn) FILTER (WHERE la = '502' AND place = 1) AS hidden FROM school \gset
CREATE TABLE reader (role text, scope text, code text, purpose text);
INSERT INTO reader VALUES ('head', 'school', :'one', 'results'), ('two heads', 'school', :'one', 'results'), ('two heads', 'school', :'two', 'results'),
	('authority', 'local authority', '503', 'results'), ('trust', 'trust', 'Trust 2', 'results'), ('hidden head', 'school', :'hidden', 'results'),
	('lists', 'school', :'hidden', 'similar schools'), ('support', 'local authority', '501', 'support');
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT DISTINCT role FROM reader LOOP
		EXECUTE format('CREATE ROLE %I', 'abie_published_' || r.role);
	END LOOP;
	FOR r IN SELECT * FROM reader LOOP
		PERFORM abie.grant_access('abie_published_' || r.role, r.scope, r.code, r.purpose);
	END LOOP;
END $$;
-- the schools that a role knows all of
CREATE VIEW known AS
SELECT r.role, c.urn FROM reader r JOIN school c ON c.urn::text = r.code OR c.la = r.code OR 'Trust ' || c.place % 4 = r.code WHERE r.purpose <> 'similar schools';

--
-- All numbers that a role can read, each with a name
--

CREATE FUNCTION leaves(answer jsonb, about text) RETURNS TABLE (name text, number float8) LANGUAGE sql STABLE AS $$
WITH RECURSIVE node AS (
	SELECT about AS name, '' AS key, answer AS value
	UNION ALL
	SELECT n.name || '.' || c.key, c.key, c.value
	FROM node n, LATERAL (SELECT e.key, e.value FROM jsonb_each(CASE jsonb_typeof(n.value) WHEN 'object' THEN n.value ELSE '{}' END) e WHERE e.key !~ '^(run_id|.*digest|run|.*_at|recorded)$'
		UNION ALL SELECT coalesce(a.value ->> 'key', a.place::text), a.value
		FROM jsonb_array_elements(CASE jsonb_typeof(n.value) WHEN 'array' THEN n.value ELSE '[]' END) WITH ORDINALITY a(value, place)) c
)
SELECT n.name, n.value::float8 FROM node n WHERE jsonb_typeof(n.value) = 'number'
UNION ALL
-- lines of abie.explain have numbers in words too
SELECT n.name || '#' || m.place, m.found[1]::float8
FROM node n, regexp_matches(n.value #>> '{}', '-?[0-9]+(?:[.][0-9]+(?:e-?[0-9]+)?)?', 'g') WITH ORDINALITY m(found, place)
WHERE n.key = 'made' AND jsonb_typeof(n.value) = 'string'
$$;

CREATE FUNCTION as_role(who text, query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
BEGIN
	PERFORM set_config('role', who, true);
	EXECUTE query INTO answer;
	PERFORM set_config('role', 'none', true);
	RETURN answer;
EXCEPTION WHEN insufficient_privilege OR invalid_parameter_value OR no_data_found THEN
	RETURN NULL;
END $$;

-- each view that the role has, its rows under their keys; each function, of each school that is its own
CREATE FUNCTION questions(who text) RETURNS TABLE (about text, query text) LANGUAGE sql STABLE AS $$
SELECT c.relname, format('SELECT jsonb_agg(to_jsonb(v) || jsonb_build_object(%L, concat_ws(%L, %s))) FROM %s v', 'key', ',',
	(SELECT coalesce(string_agg(format('v.%I', a.attname), ', ' ORDER BY a.attnum), 'NULL') FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY
		('{urn,laestab,academic_year,stratum,rank,similar_urn,rung_order,position,la_code,trust,reason,improvement_rounded,characteristic,category}')), c.oid::regclass)
FROM pg_class c WHERE c.relnamespace = 'abie_report'::regnamespace AND c.relkind = 'v'
	-- those of the inputs of its own schools apart
	AND c.relname NOT IN ('school_absence', 'school_history', 'school_source', 'school', 'school_context', 'school_week', 'school_figure', 'correction') AND has_table_privilege('abie_published_' || who, c.oid, 'SELECT')
UNION ALL
SELECT f.name || ' ' || k.urn, format(f.query, (SELECT max(run_id) FROM abie.run), k.urn)
-- of the first school of a role, for all are asked alike
FROM (SELECT k.role, min(k.urn) AS urn FROM known k GROUP BY k.role) k, (VALUES ('explain', 'SELECT jsonb_agg(to_jsonb(f) || jsonb_build_object(''key'', f.name)) FROM abie.explain(%1$s, %2$s) f'),
	('similarity', 'SELECT jsonb_agg(to_jsonb(f)) FROM (SELECT * FROM abie.similarity(%1$s, %2$s) ORDER BY rank, characteristic) f'),
	('nearby', 'SELECT jsonb_agg(to_jsonb(f)) FROM abie.nearby_similar_schools(%1$s, %2$s, 100) f'), ('report', 'SELECT abie.school_report(%2$s, ''json'', %1$s)::jsonb'),
	('what if 1', 'SELECT jsonb_agg(to_jsonb(f)) FROM abie.what_if(%1$s, %2$s, ''{"fsm_pct": 31}'') f'), ('what if 2', 'SELECT jsonb_agg(to_jsonb(f)) FROM abie.what_if(%1$s, %2$s, ''{"fsm_pct": 5, "eal_pct": 60}'') f')) f(name, query)
WHERE k.role = who
$$;

-- run: 0 as it is, else with the place of the hidden figure that is changed
CREATE TABLE number (run integer, role text, name text, number float8);
CREATE FUNCTION collect(run integer) RETURNS void LANGUAGE sql AS $$
INSERT INTO number
SELECT collect.run, r.role, l.name, l.number
FROM (SELECT DISTINCT role FROM reader) r, questions(r.role) q, as_role('abie_published_' || r.role, q.query) a, leaves(a, q.about) l
$$;

CREATE TABLE hidden (place serial, urn integer, academic_year text);
CREATE PROCEDURE measure() LANGUAGE plpgsql AS $$
DECLARE
	h record;
	run_id integer;
BEGIN
	UPDATE abie.attendance a SET sources = jsonb_build_object('sess_possible', CASE WHEN EXISTS (SELECT FROM hidden x WHERE x.urn = a.urn AND x.academic_year = a.academic_year)
		THEN 'registers' ELSE 'spc' END);
	DELETE FROM number;
	FOR h IN SELECT 0 AS place, NULL::integer AS urn, NULL::text AS academic_year UNION ALL SELECT * FROM hidden ORDER BY place LOOP
		-- a ten-thousandth of a point more
		UPDATE abie.attendance a SET sess_overall = a.sess_overall - a.sess_possible / 1000000,
			sess_authorised = a.sess_authorised - a.sess_possible / 1000000 WHERE a.urn = h.urn AND a.academic_year = h.academic_year;
		run_id := NULL;
		CALL abie.calculate('2025/26', 'small', run_id);
		PERFORM abie.issue(run_id, 'test');
		PERFORM collect(h.place);
		UPDATE abie.attendance a SET sess_overall = a.sess_overall + a.sess_possible / 1000000,
			sess_authorised = a.sess_authorised + a.sess_possible / 1000000 WHERE a.urn = h.urn AND a.academic_year = h.academic_year;
		COMMIT;
	END LOOP;
END $$;

-- What each number moves by, for one point of each hidden figure that the role does not know, as a vector of length 1.
CREATE FUNCTION equations(who text) RETURNS TABLE (name text, coefficients float8[]) LANGUAGE sql STABLE AS $$
WITH unknown AS (
	SELECT h.place, row_number() OVER (ORDER BY h.place) AS element FROM hidden h WHERE h.urn NOT IN (SELECT k.urn FROM known k WHERE k.role = who)
), moved AS (
	SELECT o.name, array_agg((n.number - o.number) * 10000 ORDER BY u.element) AS by
	FROM number o JOIN number n ON n.role = o.role AND n.name = o.name JOIN unknown u ON u.place = n.run
	-- what a report repeats of the run before moves with that run's figures (below)
	WHERE o.run = 0 AND o.role = who AND o.name !~ '[.]since[.]' GROUP BY o.name HAVING max(abs(n.number - o.number)) > 1e-9
)
SELECT m.name, ARRAY(SELECT x / sqrt(s.squares) FROM unnest(m.by) WITH ORDINALITY u(x, i) ORDER BY i)
FROM moved m, LATERAL (SELECT sum(x * x) AS squares FROM unnest(m.by) x) s
$$;

-- The hidden figures that follow from the equations: those whose unit vector is a combination of them (Gram and Schmidt).
CREATE FUNCTION determined(who text) RETURNS TABLE (equations bigint, rank integer, unknown integer, determined text) LANGUAGE plpgsql STABLE AS $$
DECLARE
	basis float8[][] := '{}';
	e record;
	left_over float8[];
	size float8;
BEGIN
	equations := 0;
	rank := 0;
	unknown := (SELECT count(*) FROM hidden h WHERE h.urn NOT IN (SELECT k.urn FROM known k WHERE k.role = who));
	FOR e IN SELECT DISTINCT ON (ARRAY(SELECT round(c::numeric, 3) FROM unnest(q.coefficients) WITH ORDINALITY u(c, i) ORDER BY i)) q.* FROM equations(who) q LOOP
		equations := equations + 1;
		left_over := e.coefficients;
		-- twice, for its digits
		FOR i IN 1..2 * rank LOOP
			SELECT array_agg(u.x - u.b * p.product ORDER BY u.i) INTO left_over
			FROM unnest(left_over, ARRAY(SELECT b FROM unnest(basis[(i - 1) % rank + 1:(i - 1) % rank + 1]) b)) WITH ORDINALITY u(x, b, i),
				(SELECT sum(v.x * v.b) AS product FROM unnest(left_over, ARRAY(SELECT b FROM unnest(basis[(i - 1) % rank + 1:(i - 1) % rank + 1]) b)) v(x, b)) p;
		END LOOP;
		size := sqrt((SELECT sum(x * x) FROM unnest(left_over) x));
		IF size > 0.001 THEN
			basis := basis || ARRAY[ARRAY(SELECT x / size FROM unnest(left_over) WITH ORDINALITY u(x, i) ORDER BY i)];
			rank := rank + 1;
		END IF;
	END LOOP;
	SELECT string_agg(u.urn::text, ', ' ORDER BY u.element) INTO determined
	FROM (SELECT h.urn, row_number() OVER (ORDER BY h.place)::integer AS element FROM hidden h WHERE h.urn NOT IN (SELECT k.urn FROM known k WHERE k.role = who)) u
	WHERE (SELECT sum(basis[r][u.element] ^ 2) FROM generate_series(1, rank) r) > 0.999;
	RETURN NEXT;
END $$;

--
-- Most schools published: one, two and three hidden of the three authorities, one of them by the year before
--
INSERT INTO hidden (urn, academic_year) SELECT c.urn, '2024/25' FROM school c WHERE c.place <= c.la::integer - 500 AND c.place < 3 ORDER BY c.la, c.place;
INSERT INTO hidden (urn, academic_year) SELECT c.urn, '2023/24' FROM school c WHERE c.la = '503' AND c.place = 3;
CALL measure();
SELECT r.role, d.* FROM (SELECT DISTINCT role FROM reader) r, determined(r.role) d ORDER BY r.role;
-- those who know them see them move, so that the test sees what there is
SELECT r.role, count(*) > 0 AS moved FROM (VALUES ('authority'), ('hidden head'), ('support')) r(role) JOIN number o ON o.role = r.role AND o.run = 0
	JOIN number n ON n.role = o.role AND n.name = o.name AND n.run > 0 AND abs(n.number - o.number) > 1e-9 GROUP BY r.role ORDER BY r.role;
-- what a report says of the run before is what the reader was told by that run, and nothing else
SELECT count(*) > 0 AS repeated, count(*) FILTER (WHERE b.number IS DISTINCT FROM n.number) AS different
FROM number n LEFT JOIN number b ON b.role = n.role AND b.run = n.run - 1 AND b.name = replace(n.name, '.since.earlier.', '.expectation.')
WHERE n.run > 0 AND n.name ~ '[.]since[.]earlier[.]';
-- nor is one of them, as it is or less another number that is read
SELECT count(*) AS told FROM hidden h JOIN abie.run_school s ON s.run_id = (SELECT max(run_id) FROM abie.run) AND s.urn = h.urn AND h.academic_year = '2024/25',
	number o WHERE o.run = 0 AND abs(o.number - s.attendance) < 1e-7 AND NOT EXISTS (SELECT FROM known k WHERE k.role = o.role AND k.urn = h.urn);
SELECT count(*) > 0 AS lists, count(difference) AS differences, count(is_better) AS places FROM (SELECT (jsonb_populate_recordset(NULL::abie_report.similar_school,
	as_role('abie_published_lists', 'SELECT jsonb_agg(v) FROM abie_report.similar_school v'))).*) v;
-- each hidden school has an expectation, from the others; what says so
SELECT count(*) AS hidden, count(e.urn) AS expectations, count(*) FILTER (WHERE s.is_reference OR s.leverage <> 0 OR s.context <> s.fitted) AS references
FROM hidden h JOIN abie.run_school s ON s.urn = h.urn LEFT JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn WHERE s.run_id = (SELECT max(run_id) FROM abie.run);
SELECT l.name, l.made FROM abie.explain((SELECT max(run_id) FROM abie.run), :hidden) l WHERE l.name IN ('leverage', 'not shown');
-- a row that goes afterwards, and one that was published when the run was made, change nothing of it
SELECT collect(100);
CREATE TABLE gone AS SELECT a.* FROM abie.attendance a JOIN hidden h USING (urn, academic_year);
DELETE FROM abie.attendance a USING hidden h WHERE h.urn = a.urn AND h.academic_year = a.academic_year;
SELECT collect(101);
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE n.number IS DISTINCT FROM o.number) AS different
FROM (SELECT * FROM number WHERE run = 100 AND role NOT IN ('authority', 'hidden head', 'trust')) o
	FULL JOIN (SELECT * FROM number WHERE run = 101 AND role NOT IN ('authority', 'hidden head', 'trust')) n USING (role, name);
INSERT INTO abie.attendance SELECT * FROM gone;

--
-- Few schools published: all are references, and what follows from them is not shown
--
DELETE FROM abie.attendance a USING school c WHERE c.urn = a.urn AND c.place > CASE c.la WHEN '503' THEN 2 ELSE 12 END;
DELETE FROM abie.attendance a WHERE NOT EXISTS (SELECT FROM school c WHERE c.urn = a.urn);
DELETE FROM hidden;
ALTER SEQUENCE hidden_place_seq RESTART;
INSERT INTO hidden (urn, academic_year) SELECT c.urn, '2024/25' FROM school c WHERE c.place <= CASE c.la WHEN '503' THEN 2 ELSE 7 END ORDER BY c.la, c.place;
CALL measure();
SELECT count(*) AS schools, count(*) FILTER (WHERE attendance_published) AS published, count(*) FILTER (WHERE is_reference) AS references, count(*) FILTER (WHERE references_published) AS shown
FROM abie.run_school WHERE run_id = (SELECT max(run_id) FROM abie.run);
-- a reader of much of the stratum has more figures than there are hidden ones beside, but nothing of what each is made with
SELECT r.role, d.unknown, d.rank BETWEEN 1 AND d.unknown - 1 AS some_follows, d.determined FROM (SELECT DISTINCT role FROM reader WHERE role NOT IN ('trust', 'support')) r, determined(r.role) d ORDER BY r.role;
SELECT count(*) > 50 AS many, count(distance) AS distances, count(similar_enrolments) FILTER (WHERE similar_attendance IS NULL) AS enrolments FROM (SELECT (jsonb_populate_recordset(NULL::abie_report.similar_school,
	as_role('abie_published_trust', 'SELECT jsonb_agg(v) FROM abie_report.similar_school v'))).*) v;
SELECT count(*) AS schools, num_nonnulls(max(context), max(local_residual), max(headroom), max(ladder_top), max(la_average), max(national_average), max(similar_upper_quartile), max(pared_mean)) AS shown
FROM (SELECT (jsonb_populate_recordset(NULL::abie_report.school_expectation, as_role('abie_published_trust', 'SELECT jsonb_agg(v) FROM abie_report.school_expectation v'))).*) v;
SELECT as_role('abie_published_trust', 'SELECT to_jsonb(count(coefficient) + count(weight)) FROM abie_report.characteristic_weights') AS weights,
	as_role('abie_published_trust', 'SELECT to_jsonb(count(contribution)) FROM abie_report.school_circumstances') AS contributions,
	as_role('abie_published_trust', 'SELECT jsonb_agg(v) FROM abie_report.methodology_summary v') -> 0 -> 'local_slope' AS slope;
SELECT rung, attendance IS NOT NULL AS shown, attendance_symbol FROM (SELECT (jsonb_populate_recordset(NULL::abie_report.school_ladder,
	as_role('abie_published_head', 'SELECT jsonb_agg(v ORDER BY v.rung_order) FROM abie_report.school_ladder v'))).*) v;
-- what is said of it: to the school, and to who checks the run
SELECT l.name, l.value IS NOT NULL AS value, regexp_replace(l.made, '[0-9]+[.][0-9]+', '#', 'g') AS made FROM abie.explain((SELECT max(run_id) FROM abie.run), :one) l
WHERE l.name ~ '^(not shown|similar school [18]:|context|local|bandwidth|expected|baseline|ladder|headroom|target|forecast)';
SELECT count(*) AS terms FROM abie.explain((SELECT max(run_id) FROM abie.run), :one) l WHERE l.name ~ '^(term|contribution|fitted|leverage|mean)';
SELECT name, severity, passed, items, faults, examples FROM abie.run_checks((SELECT max(run_id) FROM abie.run)) WHERE name = 'unpublished reference';
SELECT as_role('abie_published_head', format('SELECT jsonb_agg(f) FROM abie.what_if(%s, %s, %L) f', (SELECT max(run_id) FROM abie.run), :one, '{"fsm_pct": 31}')) AS what_if;
SELECT regexp_replace(m.line, '[0-9]+[.][0-9]+', '#', 'g') AS line FROM regexp_split_to_table(abie.school_report(:one, 'markdown', (SELECT max(run_id) FROM abie.run)), E'\n') m(line) WHERE m.line ~ 'not published|best similar schools';

-- Under 10 that are not published do not stand for others, and then there may be too few
UPDATE abie.attendance a SET sources = '{"sess_possible": "registers"}';
UPDATE abie.attendance a SET sources = '{"sess_possible": "spc"}' FROM school c WHERE c.urn = a.urn AND c.place > 4;
DELETE FROM abie.attendance a USING school c WHERE c.urn = a.urn AND (c.place > 7 OR c.la = '503');
CALL abie.calculate('2025/26', 'small', NULL) \gset
SELECT r.expectations, (SELECT count(*) FROM abie.run_model m WHERE m.run_id = r.run_id) AS models, x.reason, x.detail, count(*) FROM abie.run r JOIN abie.exclusion x USING (run_id) WHERE r.run_id = :run_id GROUP BY 1, 2, 3, 4;

--
-- How many schools have which expectation
--
-- a small number, and what would give it away; how many maintain is known
SELECT * FROM abie_internal.shown_distribution('{0,0.3,0.4,0.5}', '{7,40,1,9}');
SELECT * FROM abie_internal.shown_distribution('{0,0.3,0.4,0.5}', '{2,40,5,9}');
SELECT * FROM abie_internal.shown_distribution('{0.3,0.4,0.5}', '{40,2,1}');
SELECT * FROM abie_internal.shown_distribution('{0.3,0.4,0.5}', '{40,5,3}');
SELECT * FROM abie_internal.shown_distribution('{0}', '{25}');
SELECT count(*) FROM abie_internal.shown_distribution('{}', '{}');
-- any: none is 1 or 2, and at least three schools are in those that are suppressed, more than one number
SELECT setseed(0.4);
CREATE TABLE distribution AS
SELECT t.trial, array_agg(i / 10.0 ORDER BY i) AS improvements, array_agg(floor(random() ^ 3 * 12)::bigint + 1 ORDER BY i) AS counts FROM generate_series(1, 500) t(trial), generate_series(0, 6) i GROUP BY t.trial;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE d.told) AS told, count(*) FILTER (WHERE d.suppressed = 1 AND d.of <> 0 OR d.suppressed > 0 AND d.schools < 3) AS given_away
FROM (SELECT t.trial, bool_or(s.schools IN (1, 2)) AS told, count(*) FILTER (WHERE s.symbol = 'c') AS suppressed, min(s.improvement_rounded) FILTER (WHERE s.symbol = 'c') AS of,
		sum(u.n) FILTER (WHERE s.symbol = 'c') AS schools
	FROM distribution t, unnest(t.improvements, t.counts) u(i, n), abie_internal.shown_distribution(t.improvements, t.counts) s WHERE s.improvement_rounded = u.i GROUP BY t.trial) d
WHERE d.suppressed > 0;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_published;
DROP ROLE abie_published_head, "abie_published_two heads", abie_published_authority, abie_published_trust, "abie_published_hidden head", abie_published_lists, abie_published_support;
