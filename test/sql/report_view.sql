-- Views for reporting tools, and the reports of schools made from them.
\set VERBOSITY default
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_report_view;
CREATE DATABASE abie_report_view;
\c abie_report_view
SET client_min_messages = warning;
CREATE EXTENSION abie;
SET search_path = public;

-- nothing to report
SELECT abie.report_run();
SELECT abie.school_report(900001);
SELECT abie.load_demo(1500);
UPDATE abie.school SET trust = 'Trust ' || urn % 7 WHERE urn % 3 = 0;
-- hostile names
UPDATE abie.school SET name = '<script>alert("x")</script> & ''Sons''' WHERE urn = 900017;
UPDATE abie.school SET name = U&'\202Eloohcs | *bold* `code` [link](javascript:x)' WHERE urn = 900012;
UPDATE abie.school SET name = repeat('Very long name ', 40) WHERE urn = 900013;
UPDATE abie.school SET name = NULL WHERE urn = 900014;
UPDATE abie.school SET trust = '<script>x</script>|*b*' || U&'\202E', la_name = '"><script>' WHERE urn BETWEEN 900012 AND 900017;
-- one that has nothing to improve
UPDATE abie.attendance SET sess_overall = 300, sess_authorised = 300, sess_unauthorised = 0 WHERE urn = 900031 AND academic_year <> '2018/19';
-- reasons and persistent absentees, of most
UPDATE abie.attendance SET reasons = jsonb_build_object('sess_auth_illness', sess_authorised / 2, 'sess_auth_other', sess_authorised - sess_authorised / 2, 'sess_unauth_holiday', sess_unauthorised),
	enrolments_pa_10_exact = enrolments / 7, enrolments_pa_10_exact_percent = 100 * (enrolments / 7) / enrolments::float8 WHERE urn % 4 <> 0;
CALL abie.calculate('2025/26', 'default', NULL) \gset
ANALYZE;

-- plain typed columns, in lower case, nothing that ODBC cannot carry
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'abie_report'::regnamespace AND (a.attname <> lower(a.attname) OR format_type(a.atttypid, NULL) NOT IN ('integer', 'bigint', 'double precision', 'text', 'boolean', 'numeric', 'date', 'timestamp with time zone', 'abie.academic_year', 'abie.urn', 'abie.laestab'));

-- one row an entity and year, and the figures of the tables
SELECT count(*) = (SELECT schools_in_scope FROM abie.run WHERE run_id = :run_id) AS all_in_scope, count(DISTINCT urn) = count(*) AS one_each,
	count(*) FILTER (WHERE (expectation_symbol IS NULL) <> (improvement IS NOT NULL)) AS "without either" FROM abie_report.school_expectation WHERE run_id = :run_id;
SELECT exclusion_reason, expectation_symbol, count(*) > 0 AS some FROM abie_report.school_expectation WHERE exclusion_reason IS NOT NULL GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) AS different FROM abie.expectation e JOIN abie_report.school_expectation v USING (run_id, urn)
WHERE (e.baseline, e.expected, e.improvement, e.target, e.gap, e.forecast_low, e.pared_mean) IS DISTINCT FROM (v.baseline, v.expected, v.improvement, v.target, v.gap, v.forecast_low, v.pared_mean);
SELECT count(*) = 20 * (SELECT count(*) FROM abie.expectation) AS twenty_each FROM abie_report.similar_school;
SELECT count(*) = 8 * (SELECT count(*) FROM abie.expectation) AS eight_each, count(*) FILTER (WHERE (attendance IS NULL) <> (attendance_symbol = 'x')) AS "wrong symbol" FROM abie_report.school_ladder;
SELECT (SELECT sum(schools) FROM abie_report.national_summary) = (SELECT schools_in_scope FROM abie.run) AS national,
	(SELECT sum(schools) FROM abie_report.local_authority_summary) = (SELECT schools_in_scope FROM abie.run) AS authorities,
	(SELECT sum(schools) FROM abie_report.trust_summary) = (SELECT count(*) FROM abie_report.school_expectation WHERE trust IS NOT NULL) AS trusts;
SELECT count(*) AS different FROM abie_report.national_summary n JOIN (SELECT stratum, sum(target * enrolments) / sum(enrolments) AS target, count(*) FROM abie.expectation GROUP BY 1) e USING (stratum)
WHERE abs(n.target - e.target) > 1e-9 OR n.expectations <> e.count;
SELECT stratum, abs(sum(weight_share) - 1) < 1e-9 AS shares FROM abie_report.characteristic_weights GROUP BY stratum ORDER BY 1;
SELECT count(*) AS strata, min(method) AS method FROM abie_report.methodology_summary;
SELECT count(*) = (SELECT count(*) FROM abie.attendance) AS absence, count(*) FILTER (WHERE abs(100 - attendance_percent - sess_overall_percent) > 1e-9) AS different FROM abie_report.school_absence;
SELECT academic_year, urn_then FROM abie_report.school_history WHERE urn = 900047 ORDER BY 1;
SELECT n.academic_year, n.stratum, abs(n.attendance_percent - 100 * (1 - a.rate)) < 1e-9 AS pooled FROM abie_report.national_attendance n
JOIN (SELECT academic_year::text, split_part(school_type, ' ', 2) AS stratum, sum(sess_overall) / sum(sess_possible) AS rate FROM abie.attendance GROUP BY 1, 2) a USING (academic_year, stratum) WHERE n.academic_year = '2024/25' ORDER BY 2;
-- the interval and the difference, by hand
SELECT count(*) AS different FROM abie_report.similar_school v JOIN abie.run_school a ON a.run_id = v.run_id AND a.urn = v.urn JOIN abie.run_school b ON b.run_id = v.run_id AND b.urn = v.similar_urn
	JOIN abie.run_model m ON m.run_id = a.run_id AND m.stratum = a.stratum
WHERE abs(v.difference - (b.attendance - a.attendance)) > 1e-9 OR abs(v.difference_error ^ 2 - m.sampling_c1 * (1.0 / a.enrolments + 1.0 / b.enrolments)) > 1e-9
	OR v.is_clear <> (abs(v.difference) > 1.959963984540054 * v.difference_error);

-- what reports are made of is what the views and functions of one school say
SELECT count(*) AS schools, count(*) FILTER (WHERE f.facts -> 'expectation' <> to_jsonb(v)) AS different
FROM abie_report.school_expectation v JOIN abie_internal.report_facts(:run_id, (SELECT array_agg(urn) FROM abie_report.school_expectation)) f ON f.urn = v.urn WHERE v.run_id = :run_id;
SELECT count(*) > 20 AS some, count(*) FILTER (WHERE abs(c.contribution - k.contribution) > 1e-9) AS different
FROM abie_report.school_circumstances c JOIN LATERAL abie.school_contributions(c.run_id, c.urn) k ON k.characteristic = c.characteristic
WHERE c.run_id = :run_id AND c.urn IN (900001, 900002, 900003, 900004, 900017);
-- circumstances and absence beside the similar schools, from rows of pairs
WITH element AS (
	SELECT DISTINCT ON (c.stratum, c.characteristic) c.stratum, c.characteristic, c.element, c.category IS NULL AS is_number, c.location, c.position
	FROM abie.run_characteristic c WHERE c.run_id = :run_id ORDER BY c.stratum, c.characteristic, c.position
), compared AS (
	SELECT s.urn, e.characteristic, e.position, CASE WHEN e.is_number THEN s.numbers[e.element] END AS number, CASE WHEN NOT e.is_number THEN s.categories[e.element] END AS category,
		CASE WHEN e.is_number THEN e.location END AS typical, CASE WHEN e.is_number THEN round(avg(o.numbers[e.element]::numeric), 6)::float8 END AS average,
		CASE WHEN NOT e.is_number THEN count(*) FILTER (WHERE o.categories[e.element] = s.categories[e.element]) END AS same
	FROM abie.run_school s JOIN element e USING (stratum) JOIN abie.similar_school n USING (run_id, urn) JOIN abie.run_school o ON o.run_id = n.run_id AND o.urn = n.similar_urn
	WHERE s.run_id = :run_id GROUP BY s.run_id, s.urn, e.characteristic, e.position, e.is_number, e.element, e.location
)
SELECT count(*) > 10000 AS some, count(*) FILTER (WHERE (v.position, v.number, v.category, v.typical, v.similar_average, v.similar_same) IS DISTINCT FROM (c.position, c.number, c.category, c.typical, c.average, c.same)) AS different
FROM compared c FULL JOIN (SELECT * FROM abie_report.school_circumstances WHERE run_id = :run_id) v ON v.urn = c.urn AND v.characteristic = c.characteristic;
WITH member AS (
	SELECT s.urn, true AS is_own, s.laestab FROM abie.run_school s JOIN abie.expectation e USING (run_id, urn) WHERE s.run_id = :run_id AND s.urn % 7 = 3
	UNION ALL SELECT n.urn, false, o.laestab FROM abie.similar_school n JOIN abie.run_school o ON o.run_id = n.run_id AND o.urn = n.similar_urn WHERE n.run_id = :run_id AND n.urn % 7 = 3
), figure AS (
	SELECT m.urn, m.is_own, to_jsonb(a) AS f FROM member m JOIN abie_report.school_absence a ON a.laestab = m.laestab AND a.academic_year = (SELECT r.baseline_year FROM abie.run r WHERE r.run_id = :run_id)
), pooled AS (
	SELECT f.urn, f.is_own, r.reason, 100 * sum((f.f ->> r.reason)::numeric) / sum((f.f ->> CASE WHEN r.reason LIKE 'enrolments%' THEN 'enrolments' ELSE 'sess_possible' END)::numeric) AS percent
	FROM figure f, (SELECT DISTINCT v.reason FROM abie_report.school_absence_compared v WHERE v.run_id = :run_id AND v.urn = 900017) r GROUP BY f.urn, f.is_own, r.reason
)
SELECT count(*) > 1000 AS some, count(*) FILTER (WHERE abs(v.own_percent - o.percent) > 1e-9 OR abs(v.similar_percent - s.percent) > 1e-9 OR (v.own_percent IS NULL) <> (o.percent IS NULL)
	OR (v.similar_percent IS NULL) <> (s.percent IS NULL) OR num_nulls(v.urn, o.urn, s.urn) > 0) AS different, count(*) FILTER (WHERE v.own_percent > 0 AND v.reason LIKE 'sess_auth_%') > 500 AS reasons
FROM (SELECT * FROM pooled WHERE is_own) o JOIN (SELECT * FROM pooled WHERE NOT is_own) s USING (urn, reason)
	FULL JOIN (SELECT * FROM abie_report.school_absence_compared WHERE run_id = :run_id AND urn % 7 = 3) v ON v.urn = o.urn AND v.reason = o.reason;
-- tables made for all schools of reports at once are those of the views
SELECT count(*) > 10000 AS some, count(*) FILTER (WHERE num_nulls(v.urn, c.urn) > 0 OR (v.meaning, v.number, v.category, v.similar_average, v.similar_same, v.typical) IS DISTINCT FROM (c.meaning, c.number, c.category, c.similar_average, c.similar_same, c.typical)
	OR abs(v.contribution - c.contribution) > 1e-9 OR v.contribution IS NULL) AS different
FROM (SELECT f.urn, c.* FROM abie_internal.report_circumstances(:run_id, (SELECT array_agg(urn::integer) FROM abie.expectation)) f,
		jsonb_to_recordset(f.circumstances) c(characteristic text, meaning text, number float8, category text, similar_average float8, similar_same bigint, typical float8, contribution float8)) c
	FULL JOIN abie_report.school_circumstances v ON v.run_id = :run_id AND v.urn = c.urn AND v.characteristic = c.characteristic;
SELECT count(*) > 3000 AS some, count(*) FILTER (WHERE num_nulls(v.urn, a.urn) > 0 OR v.meaning <> a.meaning OR abs(v.own_percent - a.own_percent) > 1e-9 OR abs(v.similar_percent - a.similar_percent) > 1e-9) AS different
FROM (SELECT f.urn, a.* FROM abie_internal.report_absence(:run_id, (SELECT array_agg(urn::integer) FROM abie.expectation)) f, jsonb_to_recordset(f.absence) a(reason text, meaning text, own_percent float8, similar_percent float8)) a
	FULL JOIN (SELECT * FROM abie_report.school_absence_compared WHERE run_id = :run_id AND num_nulls(own_percent, similar_percent) = 0) v ON v.urn = a.urn AND v.reason = a.reason;
-- in the order of all lists of reasons
SELECT array_agg(reason ORDER BY position) = (abie_internal.absence_reasons())[1:16] AS same
FROM (SELECT DISTINCT v.position, v.reason FROM abie_report.school_absence_compared v WHERE v.run_id = :run_id AND v.urn = 900017 AND v.position > 5) r;
-- the area, trust and stratum of a school are those of its expectation, in each view of a run
SELECT count(*) FILTER (WHERE v.la_code = e.la_code) > 0 AS some, count(*) FILTER (WHERE v.trust IS NOT NULL) > 0 AS of_trusts,
	count(*) FILTER (WHERE (v.la_code, v.la_name, v.region, v.trust_code, v.trust, v.stratum) IS DISTINCT FROM (e.la_code, e.la_name, e.region, e.trust_code, e.trust, e.stratum)) AS other
FROM (SELECT run_id, urn, la_code, la_name, region, trust_code, trust, stratum FROM abie_report.similar_school
	UNION SELECT run_id, urn, la_code, la_name, region, trust_code, trust, stratum FROM abie_report.school_circumstances
	UNION SELECT run_id, urn, la_code, la_name, region, trust_code, trust, stratum FROM abie_report.school_absence_compared
	UNION SELECT run_id, urn, la_code, la_name, region, trust_code, trust, stratum FROM abie_report.school_ladder
	UNION SELECT run_id, urn, la_code, la_name, region, trust_code, trust, stratum FROM abie_report.school_source) v
	JOIN abie_report.school_expectation e USING (run_id, urn)
WHERE run_id = :run_id;
-- and by them a view finds its rows without making all of them
CREATE FUNCTION cost_of(query text) RETURNS float8 LANGUAGE plpgsql AS $$ DECLARE plan json; BEGIN EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan; RETURN plan -> 0 -> 'Plan' ->> 'Total Cost'; END $$;
SELECT v AS view, cost_of(format('SELECT * FROM abie_report.%I WHERE run_id = %s', v, :run_id)) > 5 * cost_of(format('SELECT * FROM abie_report.%I WHERE run_id = %s AND la_code = 518', v, :run_id)) AS by_authority,
	cost_of(format('SELECT * FROM abie_report.%I WHERE run_id = %s', v, :run_id)) > 5 * cost_of(format('SELECT * FROM abie_report.%I WHERE run_id = %s AND trust = ''Trust 3''', v, :run_id)) AS by_trust
FROM unnest('{school_absence_compared,school_circumstances,similar_school}'::text[]) v;
SELECT n.stratum, count(*) FILTER (WHERE d.schools IS DISTINCT FROM CASE WHEN d.schools_symbol IS NULL THEN n.schools END) AS others,
	count(*) FILTER (WHERE d.schools IN (1, 2)) AS small FROM abie_report.improvement_distribution d
	FULL JOIN (SELECT run_id, stratum, improvement_rounded, count(*) AS schools FROM abie.expectation GROUP BY 1, 2, 3) n USING (run_id, stratum, improvement_rounded) GROUP BY 1 ORDER BY 1;
SELECT figure, count(*) > 1000 AS schools, min(source) AS source FROM abie_report.school_source WHERE run_id = :run_id GROUP BY position, figure ORDER BY position;
SELECT count(*) > 50 AS some, count(*) FILTER (WHERE abs(r.attendance - h.attendance_percent) > 1e-9 OR h.urn IS NULL) AS different
FROM abie_internal.report_history(ARRAY(SELECT urn::integer FROM abie.expectation ORDER BY urn LIMIT 30) || '{900047,900007}', '2024/25') r LEFT JOIN abie.school_history h ON h.school_urn = r.urn AND h.academic_year = r.academic_year;
SELECT academic_year, round(attendance::numeric, 3) AS attendance FROM abie_internal.report_history('{900047}', '2023/24') ORDER BY 1;
-- lineage from some schools is that from all
SELECT count(*) AS different FROM abie.school_lineage() w FULL JOIN abie_internal.lineage_of(ARRAY(SELECT DISTINCT urn::integer FROM abie.attendance WHERE urn IS NOT NULL)) o USING (laestab) WHERE w.school_urn IS DISTINCT FROM o.school_urn;
-- and so are the years of one school, asked for alone or among all of them, of those without a URN too
BEGIN;
INSERT INTO abie.attendance (academic_year, laestab, sess_possible, sess_overall) VALUES ('2023/24', 5019998, 1000, 60), ('2024/25', 5019998, 1000, 50);
CREATE TEMP TABLE whole AS SELECT school_urn, academic_year::text, laestab::integer, urn::integer AS urn, enrolments, attendance_percent FROM abie.school_history;
CREATE TEMP TABLE shown AS SELECT 'all' AS asked, urn, academic_year, laestab_then, urn_then, enrolments, attendance_percent FROM abie_report.school_history;
DO $$ DECLARE school record; BEGIN
	FOR school IN SELECT DISTINCT school_urn FROM whole LOOP
		INSERT INTO shown SELECT 'one', urn, academic_year, laestab_then, urn_then, enrolments, attendance_percent FROM abie_report.school_history WHERE urn = school.school_urn;
	END LOOP;
	INSERT INTO shown SELECT 'one', urn, academic_year, laestab_then, urn_then, enrolments, attendance_percent FROM abie_report.school_history WHERE urn IS NULL;
END $$;
SELECT a.asked, count(DISTINCT s.urn) > 50 AS many, count(*) FILTER (WHERE s.urn IS NULL AND laestab_then = 5019998) AS nameless,
	(SELECT count(*) FROM (TABLE whole EXCEPT ALL SELECT urn, academic_year, laestab_then, urn_then, enrolments, attendance_percent FROM shown x WHERE x.asked = a.asked) d) AS missing,
	count(*) = (SELECT count(*) FROM whole) AS no_more
FROM (VALUES ('all'), ('one')) a(asked) JOIN shown s USING (asked) GROUP BY a.asked ORDER BY a.asked;
ROLLBACK;

-- each kind of report
CREATE TEMP TABLE chosen AS SELECT k.kind, k.urn, f.format, abie.school_report(k.urn, f.format) AS report
FROM (VALUES ('script', 900017), ('direction', 900012), ('long', 900013), ('nameless', 900014), ('maintain', (SELECT min(urn::integer) FROM abie.expectation WHERE statement = 'maintain')),
	('sustain', (SELECT min(urn::integer) FROM abie.expectation WHERE statement = 'sustain')),
	('left out', (SELECT min(urn::integer) FROM abie.exclusion))) k(kind, urn), (VALUES ('html'), ('markdown'), ('json')) f(format);
SELECT kind, format, length(report) > 1000 AS written, report ~ '(^|[^\\])<script' AND format <> 'json' AS injected, report ~ U&'[\202A-\202E]' AND format <> 'json' AS turned FROM chosen ORDER BY 1, 2;
-- HTML is well-formed but for its void elements, loads nothing and says what it is of
SELECT kind, xml_is_well_formed_document(regexp_replace(replace(report, '<!DOCTYPE html>', ''), '<(meta|link)([^>]*)>', '<\1\2/>', 'g')) AS well_formed,
	report ~* '(src|href)="(?!data:)' AS loads, report LIKE '%<h1>%' AS heading, report LIKE '%Draft: %' AS draft FROM chosen WHERE format = 'html' ORDER BY 1;
SELECT kind, (regexp_match(report, '<p class="lead">([^<]*)'))[1] AS lead FROM chosen WHERE format = 'html' AND kind IN ('left out', 'maintain', 'sustain') ORDER BY 1;
SELECT (regexp_match(report, '<h1>(.*)</h1>'))[1] AS name FROM chosen WHERE format = 'html' AND kind IN ('script', 'direction', 'nameless') ORDER BY kind;
SELECT split_part(report, E'\n', 1) AS name FROM chosen WHERE format = 'markdown' AND kind IN ('script', 'direction', 'nameless') ORDER BY kind;
-- every number of the sentence, the steps and the ladder is that of the table and of abie.explain, rounded
CREATE TEMP TABLE said AS SELECT e.*, abie.school_report(e.urn, 'markdown') AS report FROM abie.expectation e WHERE e.statement <> 'maintain' AND e.urn % 40 = 5;
SELECT statement, count(*) > 3 AS some, count(*) FILTER (WHERE report NOT LIKE CASE statement
		WHEN 'improve' THEN format('%%**Raise attendance by at least %s percentage points in 2025/26: from an underlying level of %s%% to %s\%%. From the rate of 2024/25, %s\%%, that is a step of %s points.**%%',
			abie.round_half_up(improvement, 1), abie.round_half_up(baseline, 2), abie.round_half_up(target, 2), abie.round_half_up(attendance, 2), abie.round_half_up(target - attendance, 2))
		ELSE format('%%**Keep attendance up in 2025/26: from an underlying level of %s%% the target is %s\%%, and it was reached in 2024/25 with %s\%%, %s points above it.**%%',
			abie.round_half_up(baseline, 2), abie.round_half_up(target, 2), abie.round_half_up(attendance, 2), abie.round_half_up(attendance - target, 2)) END) AS other_sentence,
	count(*) FILTER (WHERE report NOT LIKE format('%%expected attendance %s%%%%', abie.round_half_up(expected, 2))) AS other_expected,
	count(*) FILTER (WHERE report NOT LIKE format('%%| Best similar schools, mean | %s%% | +%s |%%', abie.round_half_up(pared_mean, 2), abie.round_half_up(pared_mean - baseline, 2)) AND pared_mean > baseline + 0.005) AS other_rung
FROM said GROUP BY statement ORDER BY 1;
SELECT count(*) AS different FROM said s, LATERAL abie.explain(s.run_id, s.urn) l WHERE l.name IN ('gap', 'improvement', 'context', 'baseline', 'target') AND position(abie_internal.decimal(l.value, 2) IN s.report) = 0;
-- from the national mean to what is expected: each step is what abie.explain says, disadvantage is one, and the last has the total
CREATE TEMP TABLE expected_step AS SELECT f.urn, s.* FROM abie_internal.report_facts(:run_id, ARRAY(SELECT urn::integer FROM said)) f,
	ROWS FROM (jsonb_to_recordset(f.facts -> 'expected_steps') AS (step text, characteristics text[], points float8, attendance float8)) WITH ORDINALITY s(step, characteristics, points, attendance, place);
SELECT step, min(place) AS first_place, count(DISTINCT urn) = (SELECT count(*) FROM said) AS each_school, string_agg(DISTINCT characteristics::text, ' ') FILTER (WHERE cardinality(characteristics) > 1) AS together FROM expected_step GROUP BY step ORDER BY 2, 1;
SELECT count(*) AS different FROM expected_step w JOIN LATERAL (SELECT sum(c.contribution) AS points, count(*) AS characteristics FROM abie.school_contributions(:run_id, w.urn) c WHERE c.characteristic = ANY (w.characteristics)) c ON true
WHERE w.step = 'circumstances' AND (abs(w.points - c.points) > 1e-9 OR c.characteristics <> cardinality(w.characteristics));
SELECT count(*) AS different FROM expected_step w JOIN abie.run_school s ON s.run_id = :run_id AND s.urn = w.urn JOIN abie.run_model m ON m.run_id = s.run_id AND m.stratum = s.stratum
WHERE w.step <> 'circumstances' AND (w.points, w.attendance) IS DISTINCT FROM (CASE w.step WHEN 'own attendance left out' THEN w.points WHEN 'similar schools' THEN m.local_slope * s.local_residual WHEN 'expected' THEN s.expected - m.mean END,
		CASE w.step WHEN 'national mean' THEN m.mean WHEN 'own attendance left out' THEN s.context WHEN 'similar schools' THEN s.context + m.local_slope * s.local_residual ELSE s.expected END)
	OR w.step = 'own attendance left out' AND abs(w.points - (s.context - s.fitted)) > 1e-9;
SELECT count(*) AS different FROM (SELECT sum(points) FILTER (WHERE step <> 'expected') - min(points) FILTER (WHERE step = 'expected') AS difference FROM expected_step GROUP BY urn) t WHERE abs(difference) > 1e-9;
SELECT count(*) AS different FROM said s JOIN expected_step w ON w.urn = s.urn AND w.step IN ('expected', 'similar schools') WHERE position(format('| %s | %s | %s%% |', CASE w.step WHEN 'expected' THEN 'Expected attendance' ELSE 'Similar schools' END,
	abie_internal.signed(w.points, 2), abie_internal.decimal(w.attendance, 2)) IN s.report) = 0;
-- and of all schools, whatever they are told, the sentence has the step from last year's rate, and no improvement of nothing
SELECT e.statement, count(*) > 10 AS some, count(*) FILTER (WHERE l !~ '(step of|reached in 2024/25 with|The rate of 2024/25 was) ' OR l ~ 'by at least 0\.0|step of (0\.00|-)|[^.0-9]0\.00 points') AS wrong
FROM abie.expectation e JOIN abie_report.school_expectation v USING (run_id, urn), LATERAL split_part(abie_internal.school_report_lead(jsonb_build_object('outcome', e.statement, 'expectation', to_jsonb(v)), 'html'), '</p>', 1) l GROUP BY 1 ORDER BY 1;
-- the same text every time; all together as one by one
SELECT count(*) = (SELECT schools_in_scope FROM abie.run) AS all_schools, count(*) FILTER (WHERE f.file_name <> c.urn || '.html' OR f.content <> c.report) AS different
FROM abie.report_files(:run_id) f LEFT JOIN chosen c ON c.format = 'html' AND f.file_name LIKE c.urn || '.%';
SELECT file_name, content::jsonb ->> 'outcome' AS outcome FROM abie.report_files(:run_id, 'json') ORDER BY 1 LIMIT 2;
-- areas; the script of their tables, which is no XML and the only one that may run, apart
\set own_script 'abie_internal.script_element(abie_internal.sort_script())'
SELECT f.format, length(r.report) > 1000 AS written FROM (VALUES ('html'), ('markdown'), ('json')) f(format), abie.area_report('la', '518', f.format) r(report);
SELECT xml_is_well_formed_document(regexp_replace(replace(report, '<!DOCTYPE html>', ''), '<(meta|link)([^>]*)>', '<\1\2/>', 'g')) AS well_formed, report LIKE '%<svg%' AS funnel FROM replace(abie.area_report('trust', 'Trust 3'), :own_script, '') report;
SELECT jsonb_array_length(r -> 'schools') = (SELECT count(*) FROM abie_report.school_expectation WHERE la_code = 518) AS all_schools FROM CAST(abie.area_report('la', '518', 'json') AS jsonb) r;
SELECT abie.area_report('county', '518');
SELECT abie.area_report('la', '999');
-- hostile names in areas too; a row of a Markdown table has the cells of its head, whatever is in them
CREATE TEMP TABLE area AS SELECT f.format, replace(abie.area_report('trust', '<script>x</script>|*b*' || U&'\202E', f.format), :own_script, '') AS report FROM (VALUES ('html'), ('markdown'), ('json')) f(format);
SELECT format, report ~ '(^|[^\\])<script' AND format <> 'json' AS injected, report ~ U&'[\202A-\202E]' AND format <> 'json' AS turned FROM area ORDER BY 1;
SELECT report::jsonb ->> 'name' = '<script>x</script>|*b*' || U&'\202E' AS whole FROM area WHERE format = 'json';
SELECT count(*) > 100 AS some, count(*) FILTER (WHERE l.cells <> l.head) AS "other cells"
FROM (SELECT l.line, regexp_count(l.line, '(?<!\\)\|') AS cells, max(regexp_count(l.line, '(?<!\\)\|')) FILTER (WHERE l.line LIKE '| --- |%') OVER (PARTITION BY r.kind, l.block) AS head
	FROM (SELECT kind, report FROM chosen WHERE format = 'markdown' UNION ALL SELECT 'area', report FROM area WHERE format = 'markdown') r,
		LATERAL (SELECT b.block, unnest(string_to_array(b.said, E'\n')) AS line FROM unnest(string_to_array(r.report, E'\n\n')) WITH ORDINALITY b(said, block)) l WHERE l.line LIKE '|%') l;
-- a school left out is told what it lacks, beside its phase; nothing leads from the mean to what is not expected
SELECT count(*) FILTER (WHERE report LIKE '%From the mean to what is expected%') AS steps, count(*) FROM chosen WHERE kind = 'left out';
SELECT report LIKE '%With fewer than 30 pupils, %' AS minimum, report LIKE '%All schools of the phase%' AS "national line" FROM abie.school_report((SELECT min(urn::integer) FROM abie.exclusion WHERE reason LIKE 'fewer%')) report;
-- what was expected in earlier years is of the runs issued for them
INSERT INTO abie.school_context SELECT (jsonb_populate_record(c, '{"academic_year": "2023/24"}')).* FROM abie.school_context c WHERE c.academic_year = '2024/25';
CALL abie.calculate('2024/25', 'default', NULL) \gset earlier_
CREATE TEMP VIEW expected_then AS SELECT f.urn, h.academic_year, h.expected, h.expected_low, h.expected_high FROM abie_internal.report_facts(:run_id, ARRAY(SELECT urn::integer FROM abie.expectation WHERE run_id = :run_id AND urn % 50 = 1)) f,
	jsonb_to_recordset(f.facts -> 'history') h(academic_year text, expected float8, expected_low float8, expected_high float8) WHERE h.expected IS NOT NULL;
SELECT academic_year, count(*) > 20 AS some FROM expected_then GROUP BY 1;
SELECT (abie.issue(:earlier_run_id)).status;
SELECT h.academic_year, count(*) > 20 AS some, count(*) FILTER (WHERE h.expected <> e.expected OR abs(h.expected_high - h.expected - 1.959963984540054 * e.expected_error) > 1e-9 AND h.expected_high < 100) AS different
FROM expected_then h JOIN abie.run r ON r.baseline_year = h.academic_year JOIN abie.expectation e ON e.run_id = r.run_id AND e.urn = h.urn GROUP BY 1 ORDER BY 1;
-- of two years the newer run is the one to be read
SELECT target_year, is_current, is_latest, run_id = :run_id AS the_newer FROM abie_report.run ORDER BY target_year;
SELECT count(*) FILTER (WHERE is_latest) = (SELECT schools_in_scope FROM abie.run WHERE run_id = :run_id) AS one_run FROM abie_report.school_expectation;
-- a row a school: the columns of the other views, and no other rows
SELECT count(*) FILTER (WHERE num_nulls(p.urn, e.urn) > 0) AS unmatched, count(*) > 1000 AS some, count(*) FILTER (WHERE (p.expected, p.target, p.statement, p.exclusion_reason, p.la_code, p.trust, p.stratum)
		IS DISTINCT FROM (e.expected, e.target, e.statement, e.exclusion_reason, e.la_code, e.trust, e.stratum)) AS expectation,
	count(*) FILTER (WHERE (p.attendance_percent, p.sess_auth_illness, p.sess_unauthorised_percent, p.enrolments_pa_10_exact_percent)
		IS DISTINCT FROM (a.attendance_percent, a.sess_auth_illness, a.sess_unauthorised_percent, a.enrolments_pa_10_exact_percent)) AS absence,
	count(*) FILTER (WHERE (p.fsm6_pct, p.idaci_rank, p.headcount) IS DISTINCT FROM (c.fsm6_pct, c.idaci_rank, c.headcount)) AS circumstances,
	count(*) FILTER (WHERE (p.easting, p.northing) IS DISTINCT FROM (s.easting, s.northing) OR p.longitude IS NULL AND s.easting IS NOT NULL OR p.longitude NOT BETWEEN -7 AND 3) AS place,
	min(p.year_start) AS year_start
FROM abie_report.school_profile p FULL JOIN (SELECT * FROM abie_report.school_expectation WHERE run_id = :run_id) e USING (urn)
	LEFT JOIN abie_report.school_absence a ON a.academic_year = '2024/25' AND a.laestab = e.laestab
	LEFT JOIN abie_report.school_context c ON c.academic_year = '2024/25' AND c.urn = e.urn LEFT JOIN abie_report.school s ON s.urn = e.urn;
-- areas over the years: sums of what is published, by plain SQL; registers are in none, and of a school with a rate alone means of rates
UPDATE abie.attendance SET sources = '{"sess_overall": "registers"}' WHERE academic_year = '2024/25' AND urn % 7 = 1;
UPDATE abie.attendance SET sess_possible = NULL, sess_overall = NULL, sess_authorised = NULL, sess_unauthorised = NULL, sess_overall_percent = 6.25 WHERE academic_year = '2023/24' AND urn = 900017;
WITH plain AS (
	SELECT a.academic_year, a.laestab / 10000 AS la_code, k.region, CASE a.school_type WHEN 'State-funded primary' THEN 'primary' ELSE 'secondary' END AS stratum,
		a.sess_possible, a.sess_overall, coalesce(100 - 100 * a.sess_overall::numeric / a.sess_possible, 100 - a.sess_overall_percent::numeric) AS rate
	FROM abie.attendance a JOIN (SELECT DISTINCT la_code, region FROM abie.school WHERE region IS NOT NULL) k ON k.la_code = a.laestab / 10000
	WHERE a.school_type LIKE 'State-funded%' AND a.sources ->> 'sess_overall' IS DISTINCT FROM 'registers'
), level AS (
	SELECT academic_year, stratum, la_code, region, count(*) AS schools, CASE WHEN count(sess_possible) = count(*) THEN 100 - 100 * sum(sess_overall) / sum(sess_possible) ELSE avg(rate) END AS rate
	FROM plain GROUP BY academic_year, stratum, GROUPING SETS ((la_code), (region), ())
)
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE abs(v.attendance_percent - o.rate) > 1e-8 OR v.schools <> o.schools OR o.rate IS NULL) AS own,
	count(*) FILTER (WHERE abs(v.region_attendance_percent - r.rate) > 1e-8 OR r.rate IS NULL) AS region, count(*) FILTER (WHERE abs(v.national_attendance_percent - n.rate) > 1e-8 OR n.rate IS NULL) AS national,
	count(*) FILTER (WHERE v.year_start <> make_date(left(v.academic_year, 4)::integer, 9, 1)) AS start
FROM abie_report.area_attendance v LEFT JOIN level o ON (o.academic_year, o.stratum, o.la_code) = (v.academic_year, v.stratum, v.la_code)
	LEFT JOIN level r ON (r.academic_year, r.stratum, r.region) = (v.academic_year, v.stratum, v.region)
	LEFT JOIN level n ON (n.academic_year, n.stratum) = (v.academic_year, v.stratum) AND num_nonnulls(n.la_code, n.region) = 0;
-- errors
SELECT abie.school_report(900001, 'pdf');
SELECT abie.school_report(900001, NULL);
SELECT abie.school_report(100000);
SELECT abie.school_report(900001, 'html', 99);
SELECT abie.school_report(NULL) IS NULL AS "null";
-- a role that may read nothing reads nothing
CREATE ROLE abie_report_nobody;
SET ROLE abie_report_nobody;
SELECT count(*) FROM abie_report.school_expectation;
SELECT abie.school_report(900001);
RESET ROLE;
DROP ROLE abie_report_nobody;
\c :home
DROP DATABASE abie_report_view;
