-- How well the projection of abie.monitor predicts the attendance of local authorities at the end of 2024/25 and 2025/26,
-- beside the year to date relative to the others' and like for like, from DfE's year to date files as each was published.
--
-- Needs the table version (the columns of derived_attendance_ytd_versions.csv as text). The difference of two successive
-- versions is a fortnight, which stands for a week of a school. Last year's figure is the forecast; what it is worth is
-- learned from the change before, for 2024/25 declared. One row a year, phase and third of the year: root mean square
-- errors over authorities and fortnights, percentage points, what is common to all apart; and by how much the mean square
-- of the projection is above that of the year to date, with its standard error, authorities taken as drawn from many.

CREATE TEMP TABLE year_to_date AS
SELECT v.time_period AS year, v.education_phase AS phase, v.new_la_code AS la,
	dense_rank() OVER (ORDER BY v.new_la_code)::integer AS urn,
	(v.published::date - min(v.published::date) OVER (PARTITION BY v.time_period)) / 14 AS number,
	v.enrolments::float8 AS enrolments, v.possible_sessions::float8::bigint AS possible, v.overall_absence::float8::bigint AS overall
FROM version v
WHERE v.geographic_level = 'Local authority' AND v.education_phase IN ('Primary', 'Secondary')
	AND v.possible_sessions ~ '^[0-9]' AND v.overall_absence ~ '^[0-9]';

-- a fortnight that does not look like one is of an authority whose schools changed; 2025/26 ends with July
CREATE TEMP TABLE fortnight AS
SELECT f.*, CASE f.year WHEN '202324' THEN date '2023-09-04' WHEN '202425' THEN '2024-09-02' ELSE '2025-09-01' END + 7 * f.number AS week
FROM (
	SELECT y.year, y.phase, y.urn, y.number, y.possible - coalesce(lag(y.possible) OVER this, 0) AS possible,
		y.overall - coalesce(lag(y.overall) OVER this, 0) AS overall
	FROM year_to_date y WHERE y.number < 22 WINDOW this AS (PARTITION BY y.year, y.phase, y.urn ORDER BY y.number)
) f
WHERE f.possible > 0 AND f.overall BETWEEN 0.005 * f.possible AND 0.25 * f.possible;

CREATE TEMP TABLE authority AS
SELECT DISTINCT ON (y.year, y.phase, y.urn) y.year, y.phase, y.urn, y.enrolments, 100 * (1 - y.overall::float8 / y.possible) AS attendance
FROM year_to_date y WHERE y.number < 22 ORDER BY y.year, y.phase, y.urn, y.number DESC;

CREATE TEMP TABLE said AS
WITH given AS (
	SELECT n.year, n.phase, array_agg(n.urn ORDER BY n.urn) AS urns, array_agg(n.enrolments ORDER BY n.urn) AS enrolments,
		array_agg(l.attendance ORDER BY n.urn) AS last, array_agg(b.attendance ORDER BY n.urn) AS before,
		coalesce(var_samp(l.attendance - b.attendance), (abie_internal.declared_change(lower(n.phase), '2023/24')).c0) AS variance
	FROM authority n JOIN authority l ON l.phase = n.phase AND l.urn = n.urn AND l.year::integer = n.year::integer - 101
		LEFT JOIN authority b ON b.phase = n.phase AND b.urn = n.urn AND b.year::integer = n.year::integer - 202
	GROUP BY n.year, n.phase
), weeks AS (
	SELECT f.year, f.phase, d.number, string_agg(abie_internal.week_row(f.urn, f.week, f.possible, f.overall), NULL) AS weeks,
		max(f.week) AS newest
	FROM fortnight f JOIN (SELECT DISTINCT year, phase, number FROM fortnight) d
		ON d.year = f.year AND d.phase = f.phase AND f.number <= d.number
	GROUP BY f.year, f.phase, d.number
)
SELECT g.year, g.phase, w.number, s.*
FROM given g JOIN weeks w ON w.year = g.year AND w.phase = g.phase
	JOIN weeks l ON l.year::integer = g.year::integer - 101 AND l.phase = g.phase AND l.number = 21
	CROSS JOIN LATERAL abie_internal.project_stratum(g.urns, g.enrolments, g.last, g.before,
		array_fill(g.variance, ARRAY[cardinality(g.urns)]), g.last, g.last, array_fill(0.3::float8, ARRAY[cardinality(g.urns)]),
		w.weeks, l.weeks, '{}', '{}', '{}', 0.2, w.newest, false, 0.05, 100, 0.2, 1.96, array_fill(1, ARRAY[cardinality(g.urns)]), g.urns) p
	CROSS JOIN LATERAL unnest(p.schools) s;

WITH judged AS (
	SELECT s.year, s.phase, s.number, s.urn, avg(s.done) OVER this AS done, s.projected - n.attendance AS projected,
		s.relative - n.attendance AS relative, l.attendance + s.like_for_like - n.attendance AS like_for_like,
		l.attendance - n.attendance AS last_year, (s.high - s.low) / 2 AS half_width
	FROM said s JOIN authority n ON n.year = s.year AND n.phase = s.phase AND n.urn = s.urn
		JOIN authority l ON l.phase = n.phase AND l.urn = n.urn AND l.year::integer = n.year::integer - 101
	WINDOW this AS (PARTITION BY s.year, s.phase, s.number)
), centred AS (
	SELECT j.year, j.phase, j.number, j.urn, j.done, abs(j.projected - avg(j.projected) OVER this) <= j.half_width AS inside,
		(j.projected - avg(j.projected) OVER this) ^ 2 AS projected,
		(j.relative - avg(j.relative) OVER this) ^ 2 AS relative, (j.like_for_like - avg(j.like_for_like) OVER this) ^ 2 AS like_for_like,
		(j.last_year - avg(j.last_year) OVER this) ^ 2 AS last_year
	FROM judged j WINDOW this AS (PARTITION BY j.year, j.phase, j.number)
), placed AS (
	SELECT c.*, t.part
	FROM centred c CROSS JOIN LATERAL (VALUES
		(CASE WHEN c.done < 0.3333 THEN 'first third' WHEN c.done < 0.6667 THEN 'second third' ELSE 'last third' END),
		(CASE WHEN c.done BETWEEN 0.48 AND 0.56 THEN 'half-way' END)) t(part)
	WHERE t.part IS NOT NULL AND c.done < 0.97
), difference AS (
	-- fortnights of an authority go together
	SELECT d.year, d.phase, d.part, avg(d.above) AS above, stddev_samp(d.above) / sqrt(count(*)) AS error
	FROM (SELECT p.year, p.phase, p.part, avg(p.projected - p.relative) AS above FROM placed p GROUP BY p.year, p.phase, p.part, p.urn) d
	GROUP BY d.year, d.phase, d.part
)
SELECT p.year, p.phase, p.part, round(avg(p.done)::numeric, 2) AS done, count(DISTINCT p.number) AS fortnights,
	round(sqrt(avg(p.projected))::numeric, 3) AS projected, round(sqrt(avg(p.relative))::numeric, 3) AS relative,
	round(sqrt(avg(p.like_for_like))::numeric, 3) AS like_for_like, round(sqrt(avg(p.last_year))::numeric, 3) AS last_year,
	round(avg(p.inside::integer)::numeric, 2) AS coverage, round(min(d.above)::numeric, 5) AS above, round(min(d.error)::numeric, 5) AS error
FROM placed p JOIN difference d ON d.year = p.year AND d.phase = p.phase AND d.part = p.part
GROUP BY p.year, p.phase, p.part
ORDER BY p.year, p.phase, min(p.number);
