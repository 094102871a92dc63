-- Back-test: expectations made for a year that has passed, judged by what that year brought.

CREATE FUNCTION abie_owner.whole_outcome(run_id integer)
RETURNS TABLE (urn integer, stratum text, size text, enrolments integer, attendance float8, expected float8,
	baseline float8, forecast float8, outcome float8, inside boolean, missed boolean, by_chance boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH judged AS MATERIALIZED (
	SELECT e.urn, e.stratum, e.enrolments, e.attendance, e.expected, e.baseline, e.forecast, e.forecast_low,
		e.forecast_high, p.outcome,
		CASE WHEN e.statement <> 'maintain' THEN NOT p.met END AS missed,
		greatest(p.change, p.relative_change) - p.improvement AS beyond,
		-- standard deviation of what a year brings where nothing has changed
		sqrt(coalesce(m.forecast_c0 + m.forecast_c1 / e.enrolments, m.change_c0 + m.change_c1 / e.enrolments))
			AS deviation
	FROM abie_owner.whole_progress(whole_outcome.run_id) p
		JOIN abie.expectation e ON e.run_id = whole_outcome.run_id AND e.urn = p.urn
		LEFT JOIN abie.run_model m ON m.run_id = whole_outcome.run_id AND m.stratum = e.stratum
), common AS (
	SELECT j.stratum, percentile_cont(0.5) WITHIN GROUP (ORDER BY j.outcome - j.forecast) AS surprise,
		percentile_cont('{0.3333333333333333,0.6666666666666666}'::float8[])
			WITHIN GROUP (ORDER BY j.enrolments) AS thirds
	FROM judged j
	GROUP BY j.stratum
)
SELECT j.urn::integer, j.stratum,
	CASE WHEN j.enrolments < c.thirds[1] THEN 'small' WHEN j.enrolments < c.thirds[2] THEN 'medium' ELSE 'large' END,
	j.enrolments, j.attendance, j.expected, j.baseline, j.forecast, j.outcome,
	j.outcome - c.surprise BETWEEN j.forecast_low AND j.forecast_high,
	j.missed,
	CASE WHEN j.missed THEN j.beyond > -1.6448536269514722 * j.deviation END
FROM judged j
	JOIN common c ON c.stratum = j.stratum
$$;
COMMENT ON FUNCTION abie_owner.whole_outcome(integer) IS 'Of all schools of a run, as abie.run_outcome.';

CREATE FUNCTION abie_owner.run_outcome(role oid, run_id integer)
RETURNS TABLE (urn integer, stratum text, size text, enrolments integer, attendance float8, expected float8,
	baseline float8, forecast float8, outcome float8, inside boolean, missed boolean, by_chance boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
AS $$
-- what all schools have in common is of all, whoever asks
SELECT o.*
FROM abie_owner.whole_outcome(run_outcome.run_id) o
	JOIN unnest(abie_owner.readable_expectations(role, run_outcome.run_id)) u(urn) ON u.urn = o.urn
$$;
COMMENT ON FUNCTION abie_owner.run_outcome(oid, integer) IS 'Of a role, as abie.run_outcome.';

CREATE FUNCTION abie.run_outcome(run_id integer)
RETURNS TABLE (urn integer, stratum text, size text, enrolments integer, attendance float8, expected float8,
	baseline float8, forecast float8, outcome float8, inside boolean, missed boolean, by_chance boolean)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.run_outcome(integer) IS
'What the target year of a run brought to each school of abie.run_progress, per cent. size: third of these schools of '
'the stratum by enrolments (small, medium, large); outcome: attendance of the target year; inside: outcome, less the '
'median surprise (outcome - forecast) of the stratum, is in the prediction interval; missed: told to improve, or to '
'sustain what was reached, and not met by either route, NULL where told to maintain; by_chance: missed by less than '
'1.645 standard deviations of the errors of forecasts (of changes from year to year where no forecast was learned), as '
'one school in twenty would where nothing has changed; NULL where not missed. NULL where a run has no forecast.';

CREATE FUNCTION abie.context_change(run_id integer, characteristics text[], amount float8)
RETURNS TABLE (urn integer, stratum text, change float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH raised AS (
	SELECT c.stratum, array_agg(c.element) AS elements
	FROM abie.run_characteristic c
	WHERE c.run_id = context_change.run_id AND c.category IS NULL
		AND c.characteristic = ANY (context_change.characteristics)
	GROUP BY c.stratum
), school AS (
	SELECT s.urn, s.stratum, abie_internal.scaled_vector(s.numbers, s.categories, p.parameters) AS vector,
		abie_internal.scaled_vector(
			ARRAY(SELECT CASE WHEN u.element = ANY (r.elements) THEN u.number + context_change.amount ELSE u.number END
				FROM unnest(s.numbers) WITH ORDINALITY u(number, element)
				ORDER BY u.element),
			s.categories, p.parameters) AS raised_vector
	FROM abie.run_school s
		JOIN abie.run_scaling p ON p.run_id = context_change.run_id AND p.stratum = s.stratum
		LEFT JOIN raised r ON r.stratum = s.stratum
	WHERE s.run_id = context_change.run_id AND s.expected IS NOT NULL
)
SELECT s.urn::integer, s.stratum,
	(SELECT sum(c)
		FROM unnest(abie.contributions(
			abie_internal.context_terms(s.raised_vector, m.substitutes, m.numbers, m.indicators),
			abie_internal.context_terms(s.vector, m.substitutes, m.numbers, m.indicators),
			m.coefficients)) c)
FROM school s
	JOIN abie.run_model m ON m.run_id = context_change.run_id AND m.stratum = s.stratum
$$;
COMMENT ON FUNCTION abie.context_change(integer, text[], float8) IS
'By how many percentage points the contextual model of a run expects each school''s attendance to differ were these '
'characteristics (names of numbers in abie.run_characteristic) higher by amount, in their own unit, and all else '
'equal, the similar schools too. 0 where a figure is missing or at the limit of the scale. No rows for a run without a '
'contextual model.';

CREATE FUNCTION abie_owner.whole_backtest(run_id integer)
RETURNS TABLE (stratum text, size text, schools integer, least_enrolments integer, most_enrolments integer,
	r2_expected float8, r2_forecast float8, rmse_attendance float8, rmse_expected float8, rmse_baseline float8,
	rmse_forecast float8, coverage float8, missed float8, missed_by_chance float8, rises_with_fsm integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000000 ROWS 8
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET max_parallel_workers_per_gather = 0
AS $$
WITH school AS (
	SELECT o.*, o.outcome - o.attendance AS d_attendance, o.outcome - o.expected AS d_expected,
		o.outcome - o.baseline AS d_baseline, o.outcome - o.forecast AS d_forecast,
		f.change > 0 AS rises
	FROM abie_owner.whole_outcome(whole_backtest.run_id) o
		LEFT JOIN abie.context_change(whole_backtest.run_id, '{fsm_pct,fsm6_pct}', 1) f ON f.urn = o.urn
	-- in one order, so that sums have the same bits each time
	ORDER BY o.urn
), centred AS (
	SELECT s.stratum, s.size, s.enrolments, s.rises, s.inside, s.missed, s.by_chance,
		s.outcome - sum(s.outcome * s.enrolments) OVER this / sum(s.enrolments) OVER this AS from_mean,
		s.d_attendance - avg(s.d_attendance) OVER this AS from_attendance,
		s.d_expected - avg(s.d_expected) OVER this AS from_expected,
		s.d_baseline - avg(s.d_baseline) OVER this AS from_baseline,
		s.d_forecast - avg(s.d_forecast) OVER this AS from_forecast
	FROM school s
	WINDOW this AS (PARTITION BY s.stratum)
)
SELECT c.stratum, coalesce(c.size, 'all'), count(*)::integer, min(c.enrolments), max(c.enrolments),
	1 - sum(c.enrolments * c.from_expected ^ 2) / nullif(sum(c.enrolments * c.from_mean ^ 2), 0),
	1 - sum(c.enrolments * c.from_forecast ^ 2) / nullif(sum(c.enrolments * c.from_mean ^ 2), 0),
	sqrt(avg(c.from_attendance ^ 2)), sqrt(avg(c.from_expected ^ 2)), sqrt(avg(c.from_baseline ^ 2)),
	sqrt(avg(c.from_forecast ^ 2)),
	100 * avg(c.inside::integer)::float8,
	100 * avg(c.missed::integer)::float8,
	100 * avg(c.by_chance::integer)::float8,
	CASE WHEN count(c.rises) > 0 THEN count(*) FILTER (WHERE c.rises)::integer END
FROM centred c
GROUP BY GROUPING SETS ((c.stratum), (c.stratum, c.size))
ORDER BY c.stratum, array_position('{all,small,medium,large}'::text[], coalesce(c.size, 'all'))
$$;
COMMENT ON FUNCTION abie_owner.whole_backtest(integer) IS 'Of all schools of a run, as abie.backtest.';

CREATE FUNCTION abie_owner.backtest(role oid, methodology text, target_year text)
RETURNS TABLE (stratum text, size text, schools integer, least_enrolments integer, most_enrolments integer,
	r2_expected float8, r2_forecast float8, rmse_attendance float8, rmse_expected float8, rmse_baseline float8,
	rmse_forecast float8, coverage float8, missed float8, missed_by_chance float8, rises_with_fsm integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000000 ROWS 8
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a NULL year is the newest
#variable_conflict use_column
DECLARE
	judged_run integer := (SELECT r.run_id FROM abie.run r
		WHERE r.run_id = ANY ((SELECT abie_owner.readable_runs(role))::integer[])
			AND r.methodology = backtest.methodology AND r.finished_at IS NOT NULL AND r.expectations > 0
			AND r.target_year = coalesce(backtest.target_year, r.target_year)
				AND EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = r.target_year)
		ORDER BY r.target_year DESC, r.run_id DESC LIMIT 1);
BEGIN
	-- its figures are of all schools, so that they are for those who may read all
	IF NOT abie_owner.has_national_access(role, '{results,calculation}') THEN
		RAISE EXCEPTION 'a back-test is of all schools, which are not granted to %', role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants of scope national are made by abie.grant_access.';
	ELSIF judged_run IS NULL THEN
		RAISE EXCEPTION 'there is no calculation by methodology "%" %whose target year''s attendance is held',
			methodology, coalesce('for ' || target_year || ' ', '')
			USING ERRCODE = 'no_data_found',
				HINT = 'Call abie.calculate for a year that has passed, with this methodology; years held are in '
				'abie.attendance.';
	END IF;
	RETURN QUERY SELECT b.* FROM abie_owner.whole_backtest(judged_run) b;
END $$;
COMMENT ON FUNCTION abie_owner.backtest(oid, text, text) IS 'Of a role, as abie.backtest.';

CREATE FUNCTION abie.backtest(methodology text DEFAULT 'default', target_year text DEFAULT NULL)
RETURNS TABLE (stratum text, size text, schools integer, least_enrolments integer, most_enrolments integer,
	r2_expected float8, r2_forecast float8, rmse_attendance float8, rmse_expected float8, rmse_baseline float8,
	rmse_forecast float8, coverage float8, missed float8, missed_by_chance float8, rises_with_fsm integer)
LANGUAGE C STABLE PARALLEL SAFE COST 10000000 ROWS 8
-- not STRICT: a NULL year is the newest
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.backtest(text, text) IS
'How the newest calculation by a methodology for a target year that has passed (NULL: the newest of them) is judged by '
'what that year brought: one row for each stratum and one for each third of its schools by enrolments (size: all, '
'small, medium, large). The calculation knew nothing of the target year. Everywhere a change common to all schools of '
'the stratum (the mean of outcome - prediction) is taken out. r2_expected, r2_forecast: share of the variance of the '
'outcome, weighted by enrolments, that expected attendance and the forecast explain. rmse_...: root mean square of '
'outcome - last attendance, expected, baseline, forecast, percentage points, each school alike. coverage: schools '
'inside their 95 per cent prediction interval, per cent. missed: schools told to improve or to sustain that did not, '
'by either route, per cent of them; missed_by_chance: those of the missed that missed by no more than chance gives '
'(abie.run_outcome), per cent. rises_with_fsm: schools that more would be expected of if fsm_pct, and fsm6_pct which '
'includes it, were 1 point higher and all else equal (abie.context_change), which should be few: a fairness figure. '
'NULL where a methodology has no forecast. Errors: P0002 where there is no such calculation, 42501 for roles without a '
'national grant.';
