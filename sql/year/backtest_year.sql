-- Back-test of a year: what the weekly run would have said in each week of a year that has passed, judged by its end.

CREATE FUNCTION abie_internal.school_days(academic_year text) RETURNS date[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT array_agg(DISTINCT w.week_start + 4) FROM abie.attendance_week w
WHERE w.academic_year = school_days.academic_year
$$;
COMMENT ON FUNCTION abie_internal.school_days(text) IS 'The Fridays of the weeks held of an academic year.';

CREATE FUNCTION abie_internal.judged_progress(run_id integer, days date[])
RETURNS TABLE (as_of date, urn integer, stratum text, size text, done float8, projected float8, low float8, high float8,
	probability float8, relative float8, like_for_like float8, attendance float8, forecast float8, outcome float8,
	met boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH run AS (
	SELECT r.target_year, make_date(left(r.target_year, 4)::integer + 1, 8, 1) AS year_end
	FROM abie.run r WHERE r.run_id = judged_progress.run_id
), outcome AS MATERIALIZED (
	SELECT u.urn, u.projected AS outcome, u.probability = 1 AS met
	FROM run r, abie_internal.year_progress(judged_progress.run_id, r.target_year, r.year_end) p, unnest(p.schools) u
	WHERE u.weeks > 0
), third AS (
	SELECT e.stratum, percentile_cont('{0.3333333333333333,0.6666666666666666}'::float8[])
		WITHIN GROUP (ORDER BY e.enrolments) AS bounds
	FROM abie.expectation e WHERE e.run_id = judged_progress.run_id GROUP BY e.stratum
)
SELECT d.day, u.urn, p.stratum,
	CASE WHEN e.enrolments < t.bounds[1] THEN 'small' WHEN e.enrolments < t.bounds[2] THEN 'medium' ELSE 'large' END,
	u.done, u.projected, u.low, u.high, u.probability, u.relative, u.like_for_like, e.attendance,
	coalesce(e.forecast, e.baseline), o.outcome, o.met
FROM unnest(days) d(day) CROSS JOIN run r
	CROSS JOIN LATERAL abie_internal.year_progress(judged_progress.run_id, r.target_year, d.day) p
	CROSS JOIN LATERAL unnest(p.schools) u
	JOIN outcome o ON o.urn = u.urn
	JOIN abie.expectation e ON e.run_id = judged_progress.run_id AND e.urn = u.urn
	JOIN third t ON t.stratum = p.stratum
-- in one order, so that sums have the same bits each time
ORDER BY d.day, u.urn
$$;
COMMENT ON FUNCTION abie_internal.judged_progress(integer, date[]) IS
'What the weekly run would have said of each school on these days of the target year of a run, by the weeks held '
'now, and what came of it: outcome, attendance of the whole year, and whether the expectation was met. size: third '
'of the stratum''s schools by enrolments.';

CREATE FUNCTION abie.backtest_year(run_id integer, days date[] DEFAULT NULL)
RETURNS TABLE (as_of date, stratum text, size text, schools integer, done float8, rmse_projected float8,
	rmse_relative float8, rmse_like_for_like float8, rmse_forecast float8, coverage float8, on_course float8,
	on_course_met float8, not_on_course float8, not_on_course_met float8)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000000 ROWS 300
SET search_path = pg_catalog, pg_temp
SET jit = off
-- not STRICT: no days are all
AS $$
WITH judged AS (
	SELECT j.*, j.projected - j.outcome AS d_projected, j.relative - j.outcome AS d_relative,
		j.attendance + j.like_for_like - j.outcome AS d_like_for_like, j.forecast - j.outcome AS d_forecast
	FROM abie_internal.judged_progress(backtest_year.run_id, coalesce(days, abie_internal.school_days(
		(SELECT r.target_year FROM abie.run r WHERE r.run_id = backtest_year.run_id)))) j
), centred AS (
	SELECT j.as_of, j.stratum, j.size, j.done, j.outcome BETWEEN j.low AND j.high AS inside, j.probability, j.met,
		j.d_projected - avg(j.d_projected) OVER this AS from_projected,
		j.d_relative - avg(j.d_relative) OVER this AS from_relative,
		j.d_like_for_like - avg(j.d_like_for_like) OVER this AS from_like_for_like,
		j.d_forecast - avg(j.d_forecast) OVER this AS from_forecast
	FROM judged j WINDOW this AS (PARTITION BY j.as_of, j.stratum)
)
SELECT c.as_of, c.stratum, coalesce(c.size, 'all'), count(*)::integer, avg(c.done),
	sqrt(avg(c.from_projected * c.from_projected)), sqrt(avg(c.from_relative * c.from_relative)),
	sqrt(avg(c.from_like_for_like * c.from_like_for_like)), sqrt(avg(c.from_forecast * c.from_forecast)),
	avg(c.inside::integer)::float8,
	avg((c.probability >= 0.8)::integer)::float8, avg(c.met::integer) FILTER (WHERE c.probability >= 0.8)::float8,
	avg((c.probability <= 0.2)::integer)::float8, avg(c.met::integer) FILTER (WHERE c.probability <= 0.2)::float8
FROM centred c
GROUP BY GROUPING SETS ((c.as_of, c.stratum, c.size), (c.as_of, c.stratum))
ORDER BY c.as_of, c.stratum, array_position('{small,medium,large}'::text[], c.size)
$$;
COMMENT ON FUNCTION abie.backtest_year(integer, date[]) IS
'How good the weekly run would have been in the target year of a run, all of whose weeks are held: one row a day '
'(NULL: the Friday of each week), stratum and third of its schools by enrolments (small, medium, large; all). done: '
'mean share of the year''s sessions behind. Root mean square errors, percentage points, the change common to all '
'apart, of the attendance of the year as projected; of the year to date relative to the peers'' '
'(abie.school_progress.relative); of last year''s attendance and the change like for like; of the run''s forecast. '
'coverage: share of outcomes within the interval. on_course: share of schools with a probability of 0.8 or more, and '
'of these met; not_on_course: 0.2 or less. A day takes as long as a weekly run. Reads the tables with the caller''s '
'rights: for roles granted calculation.';
