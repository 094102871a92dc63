-- The second edition of the rules: mobility and ages, a local residual of more schools, levels with the common change, one year alone, parts
-- of years. Expected values: the formulas in plain SQL, identities, and the first edition's own results beside it.
-- A database of its own, because runs are made here and they are of the whole database.
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_second_edition;
CREATE DATABASE abie_second_edition;
\c abie_second_edition
SET client_min_messages = warning;
CREATE EXTENSION abie;
CREATE FUNCTION near(a float8, b float8, tolerance float8 DEFAULT 1e-9) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN a IS NOT DISTINCT FROM b OR abs(a - b) <= tolerance * greatest(abs(a), abs(b), 1);
SELECT abie.load_demo(900);
-- one year more, pupils who come and go, ages
INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, enrolments, sess_possible, sess_overall)
SELECT '2021/22', laestab, urn, school_type, enrolments, sess_possible, round(sess_overall * (0.8 + 0.4 * abie_internal.demo_uniform(laestab, 77)))
FROM abie.attendance WHERE academic_year = '2022/23';
UPDATE abie.attendance SET sess_possible = round(sess_possible * k), sess_overall = round(sess_overall * k), sess_authorised = NULL, sess_unauthorised = NULL
FROM (SELECT laestab AS id, 1 - 0.3 * abie_internal.demo_uniform(laestab, 78) ^ 3 AS k FROM abie.attendance WHERE academic_year = '2024/25') s WHERE laestab = id;
UPDATE abie.school_context SET key_stage_1 = CASE WHEN urn % 11 = 0 THEN 0 ELSE headcount / 4 END, key_stage_2 = CASE WHEN urn % 7 = 0 THEN 0 ELSE headcount / 2 END,
	key_stage_3 = CASE WHEN urn % 13 = 0 THEN 0 ELSE headcount / 2 END, key_stage_4 = headcount / 3 - urn % 5;
ANALYZE;
CALL abie.calculate('2025/26', run_id => NULL) \gset
SELECT m.edition, abie_internal.local_schools(m) AS local, m.similar_schools, r.status, r.expectations > 800 AS many FROM abie.run r, abie_internal.run_methodology(r.run_id) m WHERE r.run_id = :run_id;
SELECT name, severity, faults FROM abie.run_checks(:run_id) WHERE NOT passed AND severity = 'blocking';
SELECT digest, equal FROM abie.verify(:run_id);

-- what schools count by
SELECT count(*) AS schools, count(*) FILTER (WHERE s.effective_enrolments < s.enrolments) > 700 AS parts,
	count(*) FILTER (WHERE NOT near(s.effective_enrolments, s.enrolments * m.year_share)) AS wrong
FROM abie.run_school s JOIN abie.mobility('2024/25') m USING (laestab) WHERE s.run_id = :run_id;
-- the local residual: of the 100 most similar, found by trying all; 20 of them are named
CREATE TABLE vector AS SELECT * FROM abie.run_vector(:run_id);
ALTER TABLE vector ADD PRIMARY KEY (urn);
CREATE TABLE near_school AS
SELECT s.urn, o.urn AS other, d.distance, row_number() OVER (PARTITION BY s.urn ORDER BY d.distance, o.urn) AS rank, o.attendance - o.context AS residual, o.effective_enrolments AS n
FROM (SELECT x.*, v.vector FROM abie.run_school x JOIN vector v USING (urn) WHERE x.run_id = :run_id AND x.urn % 37 = 0) s JOIN abie.run_school o USING (run_id, stratum, selective) JOIN abie.run_weights(:run_id) w USING (stratum),
	LATERAL (SELECT abie.distance(s.vector, v.vector, w.weights) AS distance FROM vector v WHERE v.urn = o.urn) d
WHERE o.urn <> s.urn AND o.family IS DISTINCT FROM s.family;
SELECT count(DISTINCT k.urn) > 10 AS schools, bool_and(near(k.mean, s.local_residual)) AS mean, bool_and(near(k.error, s.local_error)) AS error, bool_and(near(k.bandwidth, l.bandwidth)) AS bandwidth,
	bool_and(k.named = l.similar_urns) AS named
FROM (SELECT urn, max(distance) FILTER (WHERE rank <= 101) AS bandwidth, array_agg(other::integer ORDER BY rank) FILTER (WHERE rank <= 20) AS named,
		abie.local_mean(array_agg(residual ORDER BY rank) FILTER (WHERE rank <= 100), array_agg(distance ORDER BY rank) FILTER (WHERE rank <= 100), array_agg(n ORDER BY rank) FILTER (WHERE rank <= 100), max(distance) FILTER (WHERE rank <= 101)) AS mean,
		abie.local_mean_error(array_agg(residual ORDER BY rank) FILTER (WHERE rank <= 100), array_agg(distance ORDER BY rank) FILTER (WHERE rank <= 100), array_agg(n ORDER BY rank) FILTER (WHERE rank <= 100), max(distance) FILTER (WHERE rank <= 101)) AS error
	FROM near_school GROUP BY urn) k JOIN abie.run_school s ON s.run_id = :run_id AND s.urn = k.urn JOIN abie.similar_list l ON l.run_id = :run_id AND l.urn = k.urn;
-- expected attendance, own level and baseline
SELECT count(*) AS schools, count(*) FILTER (WHERE NOT near(e.expected, s.context + m.local_slope * s.local_residual)) AS expected,
	count(*) FILTER (WHERE NOT near(e.own_level, greatest(e.attendance - 1, least(e.attendance + 1, e.attendance + (1 - m.last_weight) * (s.previous_attendance + m.common_change - e.attendance))))) AS own_level,
	count(*) FILTER (WHERE NOT near(e.own_share, 1 / (1 + m.constant + m.n0 / s.effective_enrolments))) AS own_share,
	count(*) FILTER (WHERE NOT near(e.baseline, greatest(e.attendance - 1, least(e.attendance + 1, e.expected + e.own_share * (e.own_level - e.expected))))) AS baseline,
	count(*) FILTER (WHERE e.baseline NOT BETWEEN least(e.own_level, e.expected) - 1e-9 AND greatest(e.own_level, e.expected) + 1e-9) AS beyond,
	count(*) FILTER (WHERE e.outside_model <> (e.attendance NOT BETWEEN e.forecast_low AND e.forecast_high AND s.previous_attendance NOT BETWEEN e.forecast_low AND e.forecast_high)) AS outside_model,
	count(*) FILTER (WHERE e.statement = 'improve' AND (e.improvement_rounded = 0 OR e.target <= e.attendance)) AS asked_for_nothing
FROM abie.expectation e JOIN abie.run_school s USING (run_id, urn) JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum WHERE e.run_id = :run_id AND s.previous_attendance IS NOT NULL;
SELECT stratum, near(m.common_change, (SELECT sum(s.effective_enrolments * (s.attendance - s.previous_attendance)) / sum(s.effective_enrolments)
		FROM abie.run_school s WHERE s.run_id = m.run_id AND s.stratum = m.stratum AND s.expected IS NOT NULL AND s.previous_attendance IS NOT NULL), 1e-4) AS common_change, reach, sampling_source
FROM abie.run_model m WHERE run_id = :run_id ORDER BY 1;
-- what is explained can be worked out again by hand: the figures of one school from the lines of its explanation
SELECT count(*) AS lines, bool_and(made IS NOT NULL) AS all_made FROM abie.explain(:run_id, (SELECT min(urn)::integer FROM abie.expectation WHERE run_id = :run_id));
SELECT name, regexp_replace(made, '-?[0-9]+(?:[.][0-9]+)?', '#', 'g') AS made FROM abie.explain(:run_id, (SELECT min(urn)::integer FROM abie.expectation WHERE run_id = :run_id))
WHERE name IN ('enrolments counted', 'bandwidth', 'local residual', 'own level', 'own share', 'baseline');
-- without a change abie.what_if says what the run says
SELECT count(*) AS figures, count(*) FILTER (WHERE w.value IS DISTINCT FROM w.changed) AS differ
FROM (SELECT urn::integer AS urn FROM abie.expectation WHERE run_id = :run_id AND urn % 97 = 0) s, abie.what_if(:run_id, s.urn, '{}') w;
-- more mobility, less expected; another age class, other expectations
SELECT count(*) AS schools, count(*) FILTER (WHERE (SELECT changed < value FROM abie.what_if(:run_id, s.urn, '{"ln_mobility": 3.5}') WHERE name = 'context')) > 0 AS fall
FROM (SELECT urn::integer AS urn FROM abie.expectation WHERE run_id = :run_id AND urn % 97 = 0) s;

-- two checks look at it: of a run that is wrong about some schools, and of intervals that the year went beyond
SELECT name, items > 50 AS items, faults FROM abie.run_checks(:run_id) WHERE name = 'calibration';
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE abie.expectation e SET expected = expected + 1.5 FROM abie.school_context c WHERE e.run_id = :run_id AND e.stratum = 'primary' AND c.urn = e.urn AND c.academic_year = '2024/25' AND c.urn % 11 = 0;
SELECT name, faults, examples[1] FROM abie.run_checks(:run_id) WHERE name = 'calibration';
ROLLBACK;
CALL abie.calculate('2024/25', run_id => NULL) \gset before_
SELECT c.items, c.faults = (SELECT count(*) FROM (SELECT 100.0 * count(*) FILTER (WHERE inside) / count(inside) AS share FROM abie.run_outcome(:before_run_id) GROUP BY stratum, size) o WHERE abs(share - 95) > 2) AS as_by_hand
FROM abie.run_checks(:run_id) c WHERE name = 'interval coverage';
SELECT name, items FROM abie.run_checks(:before_run_id) WHERE name = 'interval coverage';

--
-- One year alone
--
UPDATE abie.run SET reason = reason WHERE false;
CREATE TABLE kept AS SELECT * FROM abie.attendance WHERE academic_year <> '2024/25';
DELETE FROM abie.attendance WHERE academic_year <> '2024/25';
CALL abie.calculate('2025/26', run_id => NULL) \gset one_
SELECT stratum, sampling_source, sampling_run = :before_run_id AS from_the_newest, change_c0 IS NOT NULL AS change, spread_c0 > 0 AS spread, last_weight IS NULL AS not_learned FROM abie.run_model WHERE run_id = :one_run_id ORDER BY 1;
SELECT count(*) AS schools, count(*) FILTER (WHERE NOT near(e.own_share, b.share)) AS own_share,
	count(*) FILTER (WHERE NOT near(e.baseline, e.attendance + greatest(-0.75, least(0.75, (1 - b.share) * (e.expected - e.attendance))))) AS baseline,
	count(*) FILTER (WHERE NOT near(e.forecast_high - e.forecast_low, 2 * 1.959963984540054 * sqrt(m.change_c0 + m.change_c1 / s.effective_enrolments)) AND e.forecast_low > 0 AND e.forecast_high < 100) AS interval
FROM abie.expectation e JOIN abie.run_school s USING (run_id, urn) JOIN abie.run_model m ON m.run_id = e.run_id AND m.stratum = e.stratum,
	LATERAL (SELECT greatest(0, 1 - (m.change_c0 + m.change_c1 / s.effective_enrolments) / 2 / (m.spread_c0 + m.spread_c1 / s.effective_enrolments)) AS share) b WHERE e.run_id = :one_run_id;
SELECT digest, equal FROM abie.verify(:one_run_id);
-- and without any run to learn from: declared, and said so
DELETE FROM abie.run;
CALL abie.calculate('2025/26', run_id => NULL) \gset bare_
SELECT stratum, sampling_source, change_c0, change_c1, near(sampling_c1, change_c1 / 2) AS half FROM abie.run_model WHERE run_id = :bare_run_id ORDER BY 1;
SELECT count(*) FILTER (WHERE NOT near(e.own_share, 1 / (1.2 + 15 / s.effective_enrolments))) AS own_share, count(*) FILTER (WHERE abs(e.baseline - e.attendance) > 0.75 + 1e-9) AS beyond
FROM abie.expectation e JOIN abie.run_school s USING (run_id, urn) WHERE e.run_id = :bare_run_id;
SELECT name, faults, examples FROM abie.run_checks(:bare_run_id) WHERE name = 'assumed noise';
SELECT * FROM abie_internal.declared_change('primary', '2018/19') UNION ALL SELECT * FROM abie_internal.declared_change('secondary', '2018/19');

-- the level lies between a school's own and what is expected; it and the target never fall as more is expected, nor does the improvement but for the room up to the top
SELECT setseed(0.25);
CREATE TEMP TABLE drawn AS SELECT n, 90 + 8 * random() AS before, 90 + 8 * random() AS last, 90 + 8 * random() AS one, 2 * random() * random() AS more, 30 + 1500 * random() AS enrolments, 0.5 + random() / 2 AS w, 200 * random() AS n0,
	random() AS constant, random() - 0.5 AS common, 91 + 8 * random() AS top FROM generate_series(1, 20000) n;
CREATE TEMP TABLE raised AS SELECT d.n, d.top, e.expected, abie.own_level(d.before, d.last, d.w, d.common, 1) AS own, t.theta, r.improvement, r.headroom, r.target
FROM drawn d, LATERAL (VALUES (d.one), (d.one + d.more)) e(expected), LATERAL abie.shrunk_baseline(d.before, d.last, e.expected, d.enrolments, d.w, d.n0, d.constant, d.common, 1) t(theta),
	LATERAL abie_internal.school_result(d.last, e.expected, t.theta, d.top, NULL, 0.26, 0.2, 0.1, 1) r;
SELECT count(*) FILTER (WHERE NOT theta BETWEEN least(own, expected) AND greatest(own, expected)) AS "not between", count(*) FILTER (WHERE improvement = headroom) > 1000 AS "at the top", count(*) FILTER (WHERE improvement < headroom) > 1000 AS "below it" FROM raised;
SELECT count(*) FILTER (WHERE theta < theta_before) AS "level falls", count(*) FILTER (WHERE target < target_before - 1e-12) AS "target falls", count(*) FILTER (WHERE improvement < improvement_before AND improvement < headroom) AS "improvement falls",
	count(*) FILTER (WHERE theta > theta_before + 0.01) > 5000 AS some
FROM (SELECT r.*, lag(theta) OVER w AS theta_before, lag(target) OVER w AS target_before, lag(improvement) OVER w AS improvement_before FROM raised r WINDOW w AS (PARTITION BY n ORDER BY expected)) x;

--
-- Calibration and comparison of runs
--
INSERT INTO abie.attendance SELECT * FROM kept;
CALL abie.calculate('2025/26', run_id => NULL) \gset two_
CALL abie.calculate('2025/26', 'first-edition', NULL) \gset first_
-- weights are fractions, so that their sum depends on the order of the schools, which is that of their URNs in every plan
SET enable_hashagg = off;
SELECT abie_internal.begin_pool();
INSERT INTO abie_run_pool SELECT s.* FROM abie.run_school s WHERE s.run_id = :two_run_id;
SELECT stratum, urns = ARRAY(SELECT u FROM unnest(urns) u ORDER BY u) AS "in order" FROM abie_internal.fit_context(:two_run_id) ORDER BY 1;
CALL abie.calculate('2025/26', run_id => NULL) \gset sorted_
RESET enable_hashagg;
SELECT count(DISTINCT result_digest) FROM abie.run WHERE run_id IN (:two_run_id, :sorted_run_id);
-- tenths: against ntile, 1,003 rows of three columns, many values equal and a fifth missing
SELECT setseed(0.4);
CREATE TABLE ranked AS SELECT i AS id, CASE WHEN random() < 0.8 THEN round(random() * 40) END AS a, random() AS b, CASE i WHEN 7 THEN 3 END::float8 AS c,
	random() - 0.5 AS residual, ceil(random() * 500) AS weight FROM generate_series(1, 1003) i;
CREATE TABLE by_hand AS
SELECT element, tenth, min(value) AS low, max(value) AS high, count(*) AS schools, sum(weight * residual ORDER BY id) / sum(weight) AS residual, array_agg(residual ORDER BY id) AS residuals, array_agg(weight ORDER BY id) AS weights
FROM (SELECT v.element, v.value, r.*, ntile(10) OVER (PARTITION BY v.element ORDER BY v.value, r.id) AS tenth FROM ranked r, LATERAL (VALUES (1, r.a), (2, r.b), (3, r.c)) v(element, value) WHERE v.value IS NOT NULL) x GROUP BY element, tenth;
SELECT count(*) AS tenths, count(*) FILTER (WHERE (t.low, t.high, t.schools, t.residual) IS DISTINCT FROM (h.low, h.high, h.schools, h.residual)) AS different,
	count(*) FILTER (WHERE NOT near(t.error, sqrt((SELECT sum((w * (r - h.residual)) ^ 2) FROM unnest(h.residuals, h.weights) u(r, w)) * h.schools / (h.schools - 1)) / (SELECT sum(w) FROM unnest(h.weights) w))) AS error
FROM (SELECT abie_internal.tenths(array_agg(ARRAY[a, b, c] ORDER BY id), array_agg(residual ORDER BY id), array_agg(weight ORDER BY id)) AS t FROM ranked) x CROSS JOIN LATERAL (SELECT (x.t).*) t
	FULL JOIN by_hand h USING (element, tenth) WHERE h.schools IS DISTINCT FROM 1;
SELECT * FROM abie_internal.tenths('{{1},{NULL},{3},{1}}', '{1,5,2,3}', '{1,1,1,1}');
SELECT count(*) AS none FROM abie_internal.tenths('{}', '{}', '{}');
SELECT count(*) AS none FROM abie_internal.tenths('{{NULL}}', '{1}', '{1}');
SELECT * FROM abie_internal.tenths('{{1},{2}}', '{1}', '{1,1}');
SELECT * FROM abie_internal.tenths('{{1},{2}}', '{1,NULL}', '{1,1}');
SELECT * FROM abie_internal.tenths('{{1},{2}}', '{1,2}', '{1,0}');
SELECT * FROM abie_internal.tenths('{1,2}', '{1,2}', '{1,1}');
-- categories: against GROUP BY, 1,003 rows of three columns, a fifth missing, one of one row
CREATE TABLE sorted_by_hand AS
SELECT element, value, count(*) AS schools, sum(weight * residual ORDER BY id) / sum(weight) AS residual, array_agg(residual ORDER BY id) AS residuals, array_agg(weight ORDER BY id) AS weights
FROM (SELECT v.*, r.id, r.residual, r.weight FROM ranked r, LATERAL (VALUES (1, 'é' || r.a), (2, left(md5(r.b::text), 1)), (3, r.c::text)) v(element, value)) x WHERE value IS NOT NULL GROUP BY element, value;
SELECT count(*) AS categories, count(*) FILTER (WHERE (t.schools, t.residual) IS DISTINCT FROM (h.schools, h.residual)) AS different,
	count(*) FILTER (WHERE NOT near(t.error, sqrt((SELECT sum((w * (r - h.residual)) ^ 2) FROM unnest(h.residuals, h.weights) u(r, w)) * h.schools / nullif(h.schools - 1, 0)) / (SELECT sum(w) FROM unnest(h.weights) w))) AS error,
	count(*) FILTER (WHERE t.error IS NULL) = count(*) FILTER (WHERE h.schools = 1) AS alone
FROM (SELECT abie_internal.category_means(array_agg(ARRAY['é' || a, left(md5(b::text), 1), c::text] ORDER BY id), array_agg(residual ORDER BY id), array_agg(weight ORDER BY id)) AS t FROM ranked) x CROSS JOIN LATERAL (SELECT (x.t).*) t
	FULL JOIN sorted_by_hand h USING (element, value);
SELECT * FROM abie_internal.category_means('{{a},{NULL},{b},{a}}', '{1,5,2,3}', '{1,1,1,1}') ORDER BY value;
SELECT count(*) AS none FROM abie_internal.category_means('{}', '{}', '{}');
SELECT count(*) AS none FROM abie_internal.category_means('{{NULL}}', '{1}', '{1}');
SELECT * FROM abie_internal.category_means('{{a},{b}}', '{1}', '{1,1}');
SELECT * FROM abie_internal.category_means('{{a},{b}}', '{1,2}', '{1,0}');
SELECT * FROM abie_internal.category_means('{a,b}', '{1,2}', '{1,1}');
-- tenths of used and unused characteristics, categories, authorities; the mean residual by hand
SELECT count(*) > 150 AS cells, count(DISTINCT characteristic) > 15 AS characteristics, bool_or(characteristic = 'local authority') AS authorities, bool_or(used) AND NOT bool_and(used) AS both FROM abie.calibration(:first_run_id);
SELECT c.part, c.schools = h.schools AS schools, near(c.residual, h.residual) AS residual, near(c.error, h.error) AS error, near(c.z, c.residual / c.error) AS z
FROM abie.calibration(:two_run_id) c JOIN (
	SELECT category, count(*) AS schools, sum(n * r) / sum(n) AS residual, sqrt(count(*) / (count(*) - 1.0) * sum((n * (r - m)) ^ 2)) / sum(n) AS error
	FROM (SELECT *, sum(n * r) OVER (PARTITION BY category) / sum(n) OVER (PARTITION BY category) AS m
		FROM (SELECT abie_internal.age_class('primary', ARRAY[key_stage_1, key_stage_2, 0, 0]::float8[]) AS category, e.enrolments::float8 AS n, e.attendance - e.expected AS r
			FROM abie.expectation e JOIN abie.school_context c ON c.urn = e.urn AND c.academic_year = '2024/25' WHERE e.run_id = :two_run_id AND e.stratum = 'primary') x) y GROUP BY category) h ON h.category = c.part
WHERE c.stratum = 'primary' AND c.characteristic = 'age_class' ORDER BY 1;
SELECT count(*) AS schools, count(*) FILTER (WHERE c.expected IS DISTINCT FROM a.expected OR c.other_expected IS DISTINCT FROM b.expected OR c.statement IS DISTINCT FROM a.statement OR c.other_statement IS DISTINCT FROM b.statement) AS wrong,
	count(*) FILTER (WHERE c.similar_schools_in_both NOT BETWEEN 0 AND 20 OR c.similar_schools_in_both IS NULL) AS lists
FROM abie.compare_runs(:two_run_id, :first_run_id) c JOIN abie.expectation a ON a.run_id = :two_run_id AND a.urn = c.urn JOIN abie.expectation b ON b.run_id = :first_run_id AND b.urn = c.urn;
SELECT count(*) AS schools, count(*) FILTER (WHERE expected <> other_expected OR target <> other_target OR similar_schools_in_both <> 20) AS differ FROM abie.compare_runs(:two_run_id, :two_run_id);
-- as a view: a run beside the one before it of the same year, with the figures of both
SELECT count(*) AS schools, count(*) FILTER (WHERE (v.earlier_expected, v.expected, v.earlier_target, v.target, v.earlier_statement, v.statement, v.similar_schools_in_both) IS DISTINCT FROM
	(c.expected, c.other_expected, c.target, c.other_target, c.statement, c.other_statement, c.similar_schools_in_both)) AS different,
	count(*) FILTER (WHERE v.expected_change <> b.expected - a.expected OR v.baseline_change <> b.baseline - a.baseline OR v.target_change <> b.target - a.target) AS "other change"
FROM abie.compare_runs(:two_run_id, :first_run_id) c LEFT JOIN abie_report.run_change v ON v.run_id = :first_run_id AND v.urn = c.urn
	JOIN abie.expectation a ON a.run_id = :two_run_id AND a.urn = c.urn JOIN abie.expectation b ON b.run_id = :first_run_id AND b.urn = c.urn;
SELECT DISTINCT run_id - earlier_run_id AS after, earlier_methodology, methodology, is_current FROM abie_report.run_change WHERE run_id = :first_run_id;
SELECT count(*) AS of_a_first_run FROM abie_report.run_change WHERE run_id = (SELECT min(run_id) FROM abie.run);
CREATE ROLE abie_second_edition_school;
SELECT abie.grant_access('abie_second_edition_school', 'school', (SELECT min(urn)::text FROM abie.expectation WHERE run_id = :two_run_id));
SET ROLE abie_second_edition_school;
SELECT count(*) FROM abie.compare_runs(:two_run_id, :first_run_id);
-- neither run is issued
SELECT count(*) FROM abie_report.run_change;
SELECT count(*) FROM abie.calibration(:two_run_id);
RESET ROLE;
\c :home
SET client_min_messages = warning;
DROP DATABASE abie_second_edition;
DROP ROLE abie_second_edition_school;
