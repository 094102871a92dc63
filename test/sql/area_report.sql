-- What reports of areas say, worked out again from the schools: funnel, circumstances, what moved; and who is told.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SELECT current_database() AS home \gset
SET client_min_messages = warning;
DROP DATABASE IF EXISTS abie_area;
CREATE DATABASE abie_area ENCODING 'UTF8' TEMPLATE template0;
\c abie_area
SET client_min_messages = warning;
CREATE EXTENSION abie;
SELECT abie.load_demo(700);
UPDATE abie.school SET trust = 'Trust ' || urn % 9 WHERE urn % 4 = 0;
CALL abie.calculate('2024/25', 'default', NULL);
SELECT (abie.issue(1)).status;
CALL abie.calculate('2025/26', 'default', NULL);
SELECT (abie.issue(2)).status;
ANALYZE;
CREATE TEMP TABLE report AS
SELECT a.scope, a.code, abie.area_report(a.scope, a.code, 'json', 2)::jsonb AS facts
FROM (SELECT DISTINCT 'la' AS scope, la_code::text AS code FROM abie_report.school_expectation WHERE run_id = 2
	UNION SELECT DISTINCT 'trust', trust FROM abie_report.school_expectation WHERE run_id = 2 AND trust IS NOT NULL
	UNION VALUES ('region', 'London'), ('national', 'England')) a;
CREATE TEMP TABLE school AS
SELECT e.*, s.scope, s.code FROM abie_report.school_expectation e
	CROSS JOIN LATERAL (VALUES ('la', e.la_code::text), ('trust', e.trust), ('region', e.region), ('national', 'England')) s(scope, code)
WHERE e.run_id = 2 AND e.baseline IS NOT NULL AND (s.scope, s.code) IN (SELECT r.scope, r.code FROM report r);

-- funnel: every school with an expectation once, and its band by the limits of its stratum
CREATE TEMP TABLE point AS
SELECT r.scope, r.code AS area, p.*, l.between_variance, l.sampling_c1
FROM report r CROSS JOIN LATERAL jsonb_to_recordset(r.facts -> 'funnel' -> 'points') p(stratum text, code text, name text, enrolments float8, difference float8, band integer, easting integer, northing integer)
	JOIN LATERAL jsonb_to_recordset(r.facts -> 'funnel' -> 'limits') l(stratum text, between_variance float8, sampling_c1 float8) ON l.stratum = p.stratum;
SELECT count(*) > 800 AS many, count(*) FILTER (WHERE p.code IS NULL OR s.urn IS NULL) AS "in one only", count(*) FILTER (WHERE abs(p.difference - (s.attendance - s.expected)) > 1e-9 OR p.enrolments <> s.enrolments) AS other,
	count(*) FILTER (WHERE (p.easting, p.northing) IS DISTINCT FROM (k.easting, k.northing)) AS elsewhere, count(DISTINCT p.band) > 2 AS bands
FROM (SELECT * FROM point WHERE scope <> 'national') p FULL JOIN (SELECT * FROM school WHERE scope <> 'national') s ON s.scope = p.scope AND s.code = p.area AND s.urn::text = p.code
	LEFT JOIN abie.school k ON k.urn::text = p.code;
SELECT count(*) FILTER (WHERE band <> CASE WHEN z > 3.090232306167813 THEN 2 WHEN z > 1.959963984540054 THEN 1 WHEN z < -3.090232306167813 THEN -2 WHEN z < -1.959963984540054 THEN -1 ELSE 0 END) AS "other bands"
FROM (SELECT *, difference / sqrt(between_variance + sampling_c1 / enrolments) AS z FROM point) p;
-- of the country authorities: means weighted by pupils; what chance leaves of them is that of a weighted mean of schools, for all of one stratum together
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE abs(p.difference - s.difference) > 1e-8 OR p.enrolments <> s.enrolments OR p.code IS NULL OR s.la IS NULL) AS other
FROM (SELECT * FROM point WHERE scope = 'national') p FULL JOIN (SELECT la_code::text AS la, stratum, sum(enrolments) AS enrolments, sum((attendance - expected) * enrolments) / sum(enrolments) AS difference
	FROM school WHERE scope = 'national' GROUP BY 1, 2) s ON s.la = p.code AND s.stratum = p.stratum;
SELECT l.stratum, abs(l.sampling_c1 / (sum(e.enrolments * e.enrolments * (m.between_variance + m.sampling_c1 / e.enrolments)) / sum(e.enrolments)) - 1) < 1e-9 AS "chance of schools",
	l.between_variance >= 0 AS between
FROM (SELECT DISTINCT stratum, between_variance, sampling_c1 FROM point WHERE scope = 'national') l
	JOIN (SELECT * FROM school WHERE scope = 'national') e USING (stratum) JOIN abie_report.methodology_summary m ON m.run_id = 2 AND m.stratum = l.stratum
GROUP BY l.stratum, l.sampling_c1, l.between_variance ORDER BY l.stratum;

-- circumstances: of the country about a fifth of schools in each; means of the schools whose own figure is within; nobody twice
CREATE TEMP TABLE fifth AS
SELECT r.scope, r.code, f.* FROM report r CROSS JOIN LATERAL jsonb_to_recordset(r.facts -> 'circumstances') f(stratum text, characteristic text, fifth integer, low float8, high float8, schools bigint, enrolments bigint,
	attendance float8, expected float8, target float8);
SELECT characteristic, stratum, count(*) AS fifths, max(schools) - min(schools) <= 1 + count(*) FILTER (WHERE schools > 0) AS equal,
	bool_and(low < high) AND count(low) = 4 AND count(high) = 4 AS sound FROM fifth WHERE scope = 'national' GROUP BY 1, 2 ORDER BY 1, 2;
CREATE TEMP TABLE figure AS SELECT c.urn, c.stratum, c.characteristic, c.number FROM abie_report.school_circumstances c WHERE c.run_id = 2 AND c.characteristic IN (SELECT characteristic FROM fifth);
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE f.schools > s.within OR f.schools < s.inside) AS other
FROM fifth f CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE g.number BETWEEN coalesce(f.low, '-inf') AND coalesce(f.high, 'inf')) AS within,
	count(*) FILTER (WHERE g.number > coalesce(f.low, '-inf') AND g.number < coalesce(f.high, 'inf')) AS inside
	FROM school e JOIN figure g USING (urn, stratum) WHERE e.scope = f.scope AND e.code = f.code AND e.stratum = f.stratum AND g.characteristic = f.characteristic) s;
SELECT count(*) AS "areas whose fifths are not all their schools" FROM (SELECT scope, code, characteristic, stratum, sum(schools) AS schools, sum(enrolments) AS enrolments, sum(expected * enrolments) AS expected FROM fifth GROUP BY 1, 2, 3, 4) f
	FULL JOIN (SELECT e.scope, e.code, g.characteristic, e.stratum, count(*) AS schools, sum(e.enrolments) AS enrolments, sum(e.expected * e.enrolments) AS expected FROM school e JOIN figure g USING (urn, stratum)
		WHERE g.number IS NOT NULL GROUP BY 1, 2, 3, 4) s USING (scope, code, characteristic, stratum)
WHERE (f.schools = s.schools AND f.enrolments = s.enrolments AND abs(f.expected / s.expected - 1) < 1e-9) IS NOT TRUE;
-- the more disadvantaged, the less is expected
SELECT characteristic, stratum, corr(fifth, expected) < -0.8 AS falls FROM fifth WHERE scope = 'national' GROUP BY 1, 2 ORDER BY 1, 2;

-- what moved: the two runs side by side
CREATE TEMP TABLE phase AS
SELECT r.scope, r.code, (r.facts -> 'changes' ->> 'run_id')::integer AS earlier, p.* FROM report r CROSS JOIN LATERAL jsonb_to_recordset(r.facts -> 'changes' -> 'phases') p(stratum text, schools bigint, new bigint, gone bigint,
	asked_more bigint, asked_less bigint, attendance_change float8, expected_change float8, target_change float8);
SELECT count(*) > 100 AS many, array_agg(DISTINCT p.earlier) AS earlier, count(*) FILTER (WHERE p.schools <> s.schools OR p.new <> s.new OR p.asked_more <> s.more OR p.asked_less <> s.less
	OR abs(p.attendance_change - s.attendance) > 1e-8 OR abs(p.expected_change - s.expected) > 1e-8 OR abs(p.target_change - s.target) > 1e-8) AS other
FROM phase p JOIN (SELECT e.scope, e.code, e.stratum, count(o.urn) AS schools, count(*) - count(o.urn) AS new, count(*) FILTER (WHERE e.improvement_rounded > o.improvement_rounded) AS more,
		count(*) FILTER (WHERE e.improvement_rounded < o.improvement_rounded) AS less, sum((e.attendance - o.attendance) * e.enrolments) / sum(e.enrolments) FILTER (WHERE o.urn IS NOT NULL) AS attendance,
		sum((e.expected - o.expected) * e.enrolments) / sum(e.enrolments) FILTER (WHERE o.urn IS NOT NULL) AS expected, sum((e.target - o.target) * e.enrolments) / sum(e.enrolments) FILTER (WHERE o.urn IS NOT NULL) AS target
	FROM school e LEFT JOIN abie.expectation o ON o.run_id = 1 AND o.urn = e.urn GROUP BY 1, 2, 3) s USING (scope, code, stratum);
SELECT max(jsonb_array_length(facts -> 'changes' -> 'schools')) AS most, bool_and(facts -> 'changes' -> 'schools' -> 0 ->> 'target_change' IS NULL OR abs((facts -> 'changes' -> 'schools' -> 0 ->> 'target_change')::float8)
	>= (SELECT max(abs(e.target - o.target)) - 1e-9 FROM school e JOIN abie.expectation o ON o.run_id = 1 AND o.urn = e.urn WHERE e.scope = r.scope AND e.code = r.code)) AS "greatest first" FROM report r;
-- singular and plural
SELECT count(*) > 50 AS many, count(*) FILTER (WHERE m ~ '\m(?<![0-9.,])1 (schools|pupils|of them|have|are)\M|(?<![0-9.,])([02-9]|[0-9]+[0-9]) (school|pupil|has|is)\M') AS wrong, bool_or(m ~ '\m1 school has') AS one
FROM report r, abie.area_report(r.scope, r.code, 'markdown', 2) m WHERE r.scope IN ('la', 'trust');
-- where nothing moved no school is among those that moved most
CALL abie.calculate('2025/26', 'default', NULL);
SELECT abie.area_report('national', 'England', 'json', 3)::jsonb #>> '{changes,schools}' AS moved, substring(m FROM 'Since the exp[^\n]*') AS said, m ~ 'moved most' AS listed FROM abie.area_report('national', 'England', 'markdown', 3) m;
-- a first run has none
SELECT abie.area_report('national', 'England', 'json', 1)::jsonb -> 'changes' AS changes, abie.area_report('national', 'England', 'markdown', 1) ~ E'## What moved\n\nNo run was issued before this one' AS said;
-- of an area that there is not, nothing
SELECT count(*) FROM abie_internal.area_circumstances(2, 'national', '{Wales}');

-- nobody is told of others' schools
CREATE ROLE abie_area_authority;
CREATE ROLE abie_area_lists;
CREATE ROLE abie_area_nobody;
SELECT abie.grant_access('abie_area_authority', 'local authority', '518') > 0, abie.grant_access('abie_area_lists', 'national', NULL, 'similar schools') > 0;
SELECT count(DISTINCT urn) AS own FROM school WHERE scope = 'la' AND code = '518' \gset
SET ROLE abie_area_authority;
SELECT count(DISTINCT urn) = :own AS own_only FROM abie_internal.school_fifths(2);
SELECT count(*) AS points FROM abie_internal.area_funnel(2, 'la', '{518,519,202}') f WHERE f.code <> '518';
SELECT count(*) AS moved FROM abie_internal.school_changes(2, 'national', '{England}') c WHERE c.urn NOT IN (SELECT urn FROM abie_report.school_expectation);
RESET ROLE;
SET ROLE abie_area_lists;
SELECT count(*) FROM abie_internal.school_fifths(2);
SET ROLE abie_area_nobody;
SELECT count(*) FROM abie_internal.school_fifths(2);
RESET ROLE;

\c :home
SET client_min_messages = warning;
DROP DATABASE abie_area;
DROP ROLE abie_area_authority, abie_area_lists, abie_area_nobody;
