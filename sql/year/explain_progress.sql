-- How a school's projection was made, line by line, as abie.explain for its expectation.

CREATE FUNCTION abie_owner.explain_weeks(monitor_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 40
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $$
SELECT 2, row_number() OVER (ORDER BY w.week_start)::integer, 'week of ' || w.week_start, w.deviation,
	format('%s of half term %s, %s: %s of %s sessions attended, %s per cent, less %s common to %s; variance %s, '
		'weight %s', w.from_start, w.half_term, w.kind, w.sess_possible - w.sess_overall, w.sess_possible, w.attendance,
		coalesce(w.course::text, 'nothing'), coalesce('the schools of the ' || nullif(w.course_of, 'stratum'), 'all'),
		w.variance, w.weight)
	|| coalesce('; compared with the week of ' || w.counterpart, '')
FROM abie_owner.whole_progress_week(explain_weeks.monitor_id, ARRAY[explain_weeks.urn]) w
WHERE w.this_year
$$;
COMMENT ON FUNCTION abie_owner.explain_weeks(integer, integer) IS
'The lines of abie.explain_progress on the weeks of the year: deviation from the common course, and what it is made '
'of.';

CREATE FUNCTION abie_owner.explain_level(monitor_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
WITH school AS (
	SELECT p.*, coalesce(e.forecast, e.baseline) AS own_forecast, s.forecast AS median_forecast, s.rho, s.v0, s.v1,
		s.from_history, r.effective_enrolments
	FROM abie.school_progress p JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn
		JOIN abie.run_school r ON r.run_id = p.run_id AND r.urn = p.urn
		JOIN abie.monitor_stratum s ON s.monitor_id = p.monitor_id AND s.stratum = p.stratum
	WHERE p.monitor_id = explain_level.monitor_id AND p.urn = explain_level.urn
)
SELECT l.* FROM school s CROSS JOIN LATERAL (VALUES
	(1, 1, 'forecast', s.own_forecast, 'attendance of the year if nothing changes: abie.explain of the run'),
	(1, 2, 'prior', s.prior, format('own level as forecast: forecast - %s, the median of the stratum''s forecasts',
		s.median_forecast)),
	(1, 3, 'prior variance', s.prior_variance, 'of the true level about it'),
	(1, 4, 'variance of a week', s.week_variance, format('%s + %s / %s enrolments%s', s.v0, s.v1,
		s.effective_enrolments, CASE WHEN s.from_history
			THEN '; half and half with the school''s own where it has 20 weeks of last year'
			ELSE ', declared, for no year of weeks is held: provisional' END)),
	(1, 5, 'correlation', s.rho, 'rho, of successive weeks: variances of weeks count (1 + rho) / (1 - rho) times'),
	(3, 1, 'level', s.level, 'prior + prior variance x sum(r p) / (1 + prior variance x sum(p)) over the weeks: '
		'p = weight / (variance x (1 + rho) / (1 - rho)), r = deviation - prior, drawn in to '
		'2.5 x sqrt(variance + prior variance)'),
	(3, 2, 'level variance', s.level_variance, 'prior variance / (1 + prior variance x sum(p))')
) l(part, place, name, value, made)
$$;
COMMENT ON FUNCTION abie_owner.explain_level(integer, integer) IS
'The lines of abie.explain_progress on the school''s own level, before its weeks and after.';

CREATE FUNCTION abie_owner.explain_year(monitor_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
WITH school AS (
	SELECT p.*, e.baseline, e.statement, s.common_movement, s.taken_on, s.shortfall, s.week_movement,
		s.quantile_schools,
		CASE e.statement WHEN 'maintain' THEN -abie_internal.maintain_tolerance() ELSE e.improvement END AS improvement,
		-- a school without weeks has the interval of its forecast
		CASE WHEN p.weeks > 0 THEN s.quantile ELSE coalesce(m.forecast_quantile, 1.959963984540054) END AS quantile,
		(abie_internal.run_methodology(p.run_id)).pace
	FROM abie.school_progress p JOIN abie.expectation e ON e.run_id = p.run_id AND e.urn = p.urn
		JOIN abie.monitor_stratum s ON s.monitor_id = p.monitor_id AND s.stratum = p.stratum
		LEFT JOIN abie.run_model m ON m.run_id = p.run_id AND m.stratum = p.stratum
	WHERE p.monitor_id = explain_year.monitor_id AND p.urn = explain_year.urn
)
SELECT l.* FROM school s CROSS JOIN LATERAL (VALUES
	(4, 1, 'year to date', s.year_to_date, '100 x sessions attended / sessions possible of the weeks above'),
	(4, 2, 'relative', s.relative, 'the weeks'' attendance less the course of their kind, without its centre, pooled '
		'by sessions possible'),
	(4, 3, 'like for like', s.like_for_like, 'attendance of the weeks that have a counterpart less that of the '
		'counterparts, sessions pooled'),
	(4, 4, 'done', s.done, 'share of the year''s sessions in the weeks above; those to come as last year'),
	(4, 5, 'weeks left', s.weeks_left, 'weeks of last year that are still to come'),
	(4, 6, 'course', s.course, format('attendance common to all in last year''s weeks that are still to come, in the '
		'middle of the stratum''s schools, and %s, this year''s change taken on, less %s, which last year''s fell '
		'short by',
		s.taken_on, s.shortfall)),
	(5, 1, 'projected', s.projected, CASE WHEN s.weeks = 0 THEN 'the forecast: no weeks are held'
		WHEN s.done = 1 THEN 'the year to date: no week is to come'
		ELSE 'done x year to date + (1 - done) x (course + level)' END),
	(5, 2, 'standard deviation', s.sd, CASE WHEN s.weeks = 0 THEN 'of the forecast'
		ELSE '(1 - done) x sqrt(level variance + variance of a week x (1 + rho) / (1 - rho) / weeks left)' END),
	(5, 3, 'quantile', s.quantile, CASE WHEN s.weeks = 0 THEN 'of the run''s forecasts'
		WHEN s.quantile_schools = 0 THEN 'declared, for no year of weeks is held: provisional'
		ELSE format('95 per cent of projections at this week of last year were off by less, of %s schools',
			s.quantile_schools) END),
	(5, 4, 'common deviation',
		(1 - s.done) * sqrt(0.25 ^ 2 + coalesce(s.week_movement ^ 2 / nullif(s.weeks_left, 0), 0)),
		format('standard deviation of the common course of the rest of the year: (1 - done) x sqrt(0.25 ^ 2 + %s ^ 2, '
			'of a week''s common change, / weeks left)', s.week_movement)),
	(5, 5, 'low', s.low, 'projected - quantile x sqrt(standard deviation ^ 2 + common deviation ^ 2), not under 0'),
	(5, 6, 'high', s.high, 'projected + quantile x sqrt(standard deviation ^ 2 + common deviation ^ 2), not over 100'),
	(6, 1, 'baseline', s.baseline, 'abie.explain of the run'),
	(6, 2, 'improvement', s.improvement, CASE s.statement WHEN 'maintain'
		THEN 'to maintain is to be no more than half a percentage point below the baseline'
		ELSE 'expected: abie.explain of the run' END),
	(6, 3, 'pace', s.pace, 'change a year that is credited in place of the common one'),
	(6, 4, 'common change', s.common_movement, 'median change of the stratum''s schools from the baseline year to the '
		'year projected'),
	(6, 5, 'probability', s.probability, 'abie.probability_met(projected, standard deviation x quantile / '
		'1.959963984540054, baseline, improvement, pace, common change, common deviation): ' || s.status),
	(7, 1, 'year to date without', s.year_to_date_without, format('without %s weeks accepted as a shock',
		s.weeks_set_aside)),
	(7, 2, 'projected without', s.projected_without, 'the same from the other weeks, no more than 0.5 above'),
	(7, 3, 'probability without', s.probability_without, 'of projected without')
) l(part, place, name, value, made)
WHERE (l.value IS NOT NULL) AND (l.part < 7 OR s.weeks_set_aside > 0)
$$;
COMMENT ON FUNCTION abie_owner.explain_year(integer, integer) IS
'The lines of abie.explain_progress from the year so far to the probability.';

CREATE FUNCTION abie_owner.explain_progress(role oid, monitor_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 300000 ROWS 60
SET search_path = pg_catalog, pg_temp
AS $$
SELECT row_number() OVER (ORDER BY l.part, l.place)::integer, l.name, l.value, l.made
FROM unnest(abie_owner.admit_progress(role, 'explain_progress', explain_progress.monitor_id,
		ARRAY[explain_progress.urn])) u(urn)
	CROSS JOIN LATERAL (
		SELECT * FROM abie_owner.explain_level(explain_progress.monitor_id, u.urn)
		UNION ALL SELECT * FROM abie_owner.explain_weeks(explain_progress.monitor_id, u.urn)
		UNION ALL SELECT * FROM abie_owner.explain_year(explain_progress.monitor_id, u.urn)) l
ORDER BY l.part, l.place
$$;
COMMENT ON FUNCTION abie_owner.explain_progress(oid, integer, integer) IS 'Of a role, as abie.explain_progress.';

CREATE FUNCTION abie.explain_progress(monitor_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 300000 ROWS 60 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.explain_progress(integer, integer) IS
'How the projection of one school was made in a weekly run, in order: forecast and own level before its weeks, each '
'week, own level after them, year to date, projection, interval, probability. value: per cent, percentage points or '
'as said; made: what it was made from, enough to recompute the projection by hand from these lines alone. Weeks are '
'those held now, so that lines of a weekly run older than a correction show another sum. No rows for a school '
'without an expectation in its run, or one that the role in force may not read. Volatile because reads may be logged '
'(abie.report_read).';
