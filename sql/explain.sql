-- How a school's expectation was made, line by line.

CREATE FUNCTION abie.explain(run_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 60
SET search_path = pg_catalog, pg_temp
SET jit = off
SET extra_float_digits = 1
AS $$
WITH run AS (
	SELECT r.target_year, r.baseline_year, m.*
	FROM abie.run r, abie.run_methodology(r.run_id) m WHERE r.run_id = explain.run_id
), school AS (
	SELECT s.* FROM abie.run_school s WHERE s.run_id = explain.run_id AND s.urn = explain.urn
), expectation AS (
	SELECT e.* FROM abie.expectation e WHERE e.run_id = explain.run_id AND e.urn = explain.urn
), similar_school AS (
	SELECT n.rank, n.similar_urn, n.distance, n.km, p.attendance, p.enrolments, x.name
	FROM abie.similar_school n JOIN abie.run_school p ON p.run_id = n.run_id AND p.urn = n.similar_urn
		LEFT JOIN abie.school x ON x.urn = n.similar_urn
	WHERE n.run_id = explain.run_id AND n.urn = explain.urn
), line(part, position, name, value, made) AS (
	SELECT 0, 1, 'left out', NULL::float8, x.reason || coalesce(': ' || x.detail, '')
	FROM abie.exclusion x WHERE x.run_id = explain.run_id AND x.urn = explain.urn
	UNION ALL
	SELECT 1, 1, 'baseline', s.attendance, CASE WHEN s.sess_possible > 0 AND s.sess_overall IS NOT NULL
		THEN format('100 x (%s sessions possible - %s absent) / %s in %s', s.sess_possible, s.sess_overall, s.sess_possible, r.baseline_year)
		ELSE '100 less the absence rate published for ' || r.baseline_year END
	FROM school s, run r
	UNION ALL
	SELECT 1, 2, 'enrolments', s.enrolments, 'in ' || r.baseline_year FROM school s, run r
	UNION ALL
	SELECT 2, c.position, c.characteristic || coalesce(' is ' || c.category, ''), CASE WHEN c.category IS NULL THEN s.numbers[c.element] ELSE 1 END,
		CASE WHEN s.vector[c.position] IS NULL THEN 'missing'
			WHEN c.category IS NOT NULL THEN format('1 if so, divided by %s; weight %s', c.scale, c.weight)
			ELSE format('scaled to %s: less %s, divided by %s, limited to +-%s; weight %s', s.vector[c.position], c.location, c.scale, r.clip, c.weight) END
	FROM school s JOIN abie.run_characteristic c ON c.run_id = s.run_id AND c.stratum = s.stratum, run r
	WHERE c.category IS NULL OR s.vector[c.position] > 0
	UNION ALL
	SELECT 2, min(c.position), c.characteristic, NULL, 'missing'
	FROM school s JOIN abie.run_characteristic c ON c.run_id = s.run_id AND c.stratum = s.stratum
	WHERE c.category IS NOT NULL AND s.vector[c.position] IS NULL
	GROUP BY c.characteristic
	UNION ALL
	SELECT 3, n.rank, format('similar school %s: %s', n.rank, n.similar_urn || coalesce(' ' || n.name, '')), n.attendance,
		format('attendance; distance %s, %s enrolments%s', n.distance, n.enrolments, coalesce(format(', %s km away', round(n.km::numeric, 1)), ''))
	FROM similar_school n
	UNION ALL
	SELECT 4, 1, 'bandwidth', s.bandwidth, format('distance of the nearest school beyond the %s, or of the last where there is none', r.similar_schools) FROM school s, run r
	UNION ALL
	SELECT 4, 2, 'expected', e.expected, 'mean of the similar schools'' attendance, each weighted by enrolments x (1 - (distance / bandwidth)^3)^3' FROM expectation e
	UNION ALL
	SELECT 5, 1, 'gap', e.gap, 'expected - baseline, but not under 0' FROM expectation e
	UNION ALL
	SELECT 5, 2, 'pared mean', e.pared_mean, format('best of the school and its similar schools by (present + 1) / (enrolments + 2), down to %s %% of their enrolments', 100 * r.benchmark_share)
	FROM expectation e, run r
	UNION ALL
	SELECT 5, 3, 'pre-pandemic', e.pre_pandemic, CASE WHEN e.pre_pandemic IS NULL THEN 'own attendance in 2018/19 is not held' ELSE 'own attendance in 2018/19' END
	FROM expectation e
	UNION ALL
	SELECT 5, 4, 'ladder top', e.ladder_top, 'the greater of pared mean and pre-pandemic' FROM expectation e
	UNION ALL
	SELECT 5, 5, 'headroom', greatest(0, e.ladder_top - e.baseline), 'ladder top - baseline, but not under 0' FROM expectation e
	UNION ALL
	SELECT 6, 1, 'improvement', e.improvement, format('%s + %s x gap, not under %s, not over %s, not over the headroom',
		r.pace, r.gap_share, r.improvement_floor, r.improvement_cap) FROM expectation e, run r
	UNION ALL
	SELECT 6, 2, 'improvement published', e.improvement_rounded, format('improvement rounded half up to 0.1: %s', e.statement) FROM expectation e
	UNION ALL
	SELECT 6, 3, 'target', e.target, 'baseline + improvement, for ' || r.target_year FROM expectation e, run r
	UNION ALL
	SELECT 7, 1, 'local authority average', e.la_average, 'schools of the stratum in the local authority, ' || r.baseline_year FROM expectation e, run r
	UNION ALL
	SELECT 7, 2, 'national average', e.national_average, 'all schools of the stratum, ' || r.baseline_year FROM expectation e, run r
	UNION ALL
	SELECT 7, 3, 'upper quartile', e.similar_upper_quartile, 'of the similar schools' FROM expectation e
)
SELECT row_number() OVER (ORDER BY l.part, l.position)::integer, l.name, l.value, l.made FROM line l ORDER BY l.part, l.position
$$;
COMMENT ON FUNCTION abie.explain(integer, integer) IS
'How the expectation of one school was made in a run, in order: baseline, characteristics, similar schools, expected attendance, improvement, rungs of the ladder. value: per cent, percentage points or the characteristic''s unit; made: what it was made from, enough to recompute it. A school left out has its reason; no rows for a school out of scope.';
