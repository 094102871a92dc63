-- All that a school's report says, as figures. Functions in PL/pgSQL, so that one school and all schools have each
-- their own plan.

CREATE FUNCTION abie_internal.report_history(urns integer[], last_year text)
RETURNS TABLE (urn integer, academic_year text, enrolments bigint, attendance float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	-- as arrays, so that the plan of what follows knows how many they are
	part_urns integer[];
	part_laestabs integer[];
BEGIN
	WITH lineage AS MATERIALIZED (
		-- that of all schools takes as long as those of some hundred
		SELECT l.laestab, l.school_urn FROM abie_internal.lineage_of(urns) l WHERE cardinality(urns) <= 200
		UNION ALL
		SELECT l.laestab, l.school_urn FROM abie.school_lineage() l WHERE cardinality(urns) > 200
	)
	SELECT array_agg(part.urn), array_agg(part.laestab) INTO part_urns, part_laestabs
	FROM (SELECT DISTINCT a.urn::integer AS urn, same.laestab
		FROM abie.attendance a JOIN lineage l ON l.laestab = a.laestab
			JOIN lineage same ON same.school_urn = l.school_urn
		WHERE a.urn = ANY (urns)) part;
	RETURN QUERY
	SELECT p.urn, a.academic_year::text, sum(a.enrolments),
		abie.attendance_percent(sum(a.sess_overall)::bigint, sum(a.sess_possible)::bigint, min(a.sess_overall_percent))
	FROM unnest(part_urns, part_laestabs) p(urn, laestab) JOIN abie.attendance a ON a.laestab = p.laestab
	WHERE a.academic_year <= last_year COLLATE "C" AND a.year_breakdown IS DISTINCT FROM 'five half terms'
	GROUP BY p.urn, a.academic_year;
END $$;
COMMENT ON FUNCTION abie_internal.report_history(integer[], text) IS
'Attendance, per cent, of schools in each year up to last_year, under whatever URN (abie.school_lineage); the parts of '
'a year in which the URN changed together. Years of five half terms are left out: they are not comparable.';

CREATE FUNCTION abie_internal.report_circumstances(run_id integer, urns integer[])
RETURNS TABLE (urn integer, circumstances jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT c.urn, jsonb_agg(jsonb_build_object(
			'characteristic', c.characteristic,
			'meaning', c.meaning,
			'number', c.number,
			'category', c.category,
			'similar_average', c.similar_average,
			'similar_same', c.similar_same,
			'typical', c.typical,
			'contribution', c.contribution) ORDER BY c.position)
	FROM abie_report.school_circumstances c
	WHERE c.run_id = report_circumstances.run_id AND c.urn = ANY (urns)
	GROUP BY c.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_circumstances(integer, integer[]) IS
'The characteristics of each school in a run, in order, columns of abie_report.school_circumstances.';

CREATE FUNCTION abie_internal.expected_waterfall(circumstances jsonb, mean float8, context float8,
	similar_schools float8, expected float8) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	steps jsonb := '[]';
	reached float8 := mean;
	s record;
BEGIN
	FOR s IN
		SELECT sum(c.contribution ORDER BY c.place) AS points,
			array_agg(c.characteristic ORDER BY c.place) AS characteristics
		FROM ROWS FROM (jsonb_to_recordset(circumstances) AS (characteristic text, contribution float8))
			WITH ORDINALITY c(characteristic, contribution, place)
		WHERE c.contribution IS NOT NULL
		GROUP BY CASE WHEN abie_internal.is_disadvantage(c.characteristic) THEN 0 ELSE c.place END
		ORDER BY min(c.place)
	LOOP
		reached := reached + s.points;
		steps := steps || jsonb_build_object('step', 'circumstances', 'characteristics', s.characteristics,
			'points', s.points, 'attendance', reached);
	END LOOP;
	RETURN jsonb_build_object('step', 'national mean', 'characteristics', NULL, 'points', NULL, 'attendance', mean)
		|| steps
		-- what the model has of the school's own attendance is taken out again: context - fitted
		|| jsonb_build_object('step', 'own attendance left out', 'characteristics', NULL,
			'points', context - reached, 'attendance', context)
		|| jsonb_build_object('step', 'similar schools', 'characteristics', NULL, 'points', similar_schools,
			'attendance', context + similar_schools)
		|| jsonb_build_object('step', 'expected', 'characteristics', NULL, 'points', expected - mean,
			'attendance', expected);
END $$;
COMMENT ON FUNCTION abie_internal.expected_waterfall(jsonb, float8, float8, float8, float8) IS
'How expected attendance follows from the national mean, in steps: national mean (attendance), circumstances (what a '
'characteristic adds, those of disadvantage together; points and the attendance reached), own attendance left out '
'(context less what the circumstances make), similar schools (local slope x local residual), expected (points: the '
'total, expected - mean). From the contributions in circumstances of abie_internal.report_facts. NULL where there is '
'none, or it is not shown.';

CREATE FUNCTION abie_internal.report_similar(run_id integer, urns integer[])
RETURNS TABLE (urn integer, similar_schools jsonb, rank_best bigint, rank_worst bigint, ranked bigint)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT n.urn, jsonb_agg(jsonb_build_object(
			'rank', n.rank,
			'similar_urn', n.similar_urn,
			'similar_name', n.similar_name,
			'similar_la_name', n.similar_la_name,
			'distance', n.distance,
			'km', n.km,
			'similar_enrolments', n.similar_enrolments,
			'similar_attendance', n.similar_attendance,
			'similar_attendance_symbol', n.similar_attendance_symbol,
			'similar_attendance_low', n.similar_attendance_low,
			'similar_attendance_high', n.similar_attendance_high,
			'similar_fsm_pct', n.similar_fsm_pct,
			'similar_easting', o.easting,
			'similar_northing', o.northing,
			'is_better', n.is_better,
			'is_clear', n.is_clear) ORDER BY n.rank),
		1 + count(*) FILTER (WHERE n.is_clear AND n.is_better),
		CASE WHEN bool_and(n.is_clear IS NOT NULL) FILTER (WHERE n.similar_attendance IS NOT NULL)
			THEN 1 + count(n.similar_attendance) FILTER (WHERE NOT (n.is_clear AND NOT n.is_better)) END,
		1 + count(n.similar_attendance)
	FROM abie_report.similar_school n
		-- the place that km were measured from
		LEFT JOIN abie.run_school o ON o.run_id = n.run_id AND o.urn = n.similar_urn
	WHERE n.run_id = report_similar.run_id AND n.urn = ANY (urns)
	GROUP BY n.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_similar(integer, integer[]) IS
'The similar schools of each school in a run, columns of abie_report.similar_school and their places, and where the '
'school stands among those whose attendance is shown, counting itself (ranked): rank_best with all better ones ahead '
'that are so clearly, rank_worst with all ahead but those that are clearly worse; rank_worst NULL where noise is '
'not known.';

CREATE FUNCTION abie_internal.report_absence(run_id integer, urns integer[]) RETURNS TABLE (urn integer, absence jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT a.urn, jsonb_agg(jsonb_build_object(
			'reason', a.reason,
			'meaning', a.meaning,
			'own_percent', a.own_percent,
			'similar_percent', a.similar_percent) ORDER BY a.position)
	FROM abie_report.school_absence_compared a
	WHERE a.run_id = report_absence.run_id AND a.urn = ANY (urns)
		AND num_nulls(a.own_percent, a.similar_percent) = 0
	GROUP BY a.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_absence(integer, integer[]) IS
'Absence of each school of a run in the baseline year by reason, beside that of its similar schools '
'together, columns of abie_report.school_absence_compared; reasons that either lacks are left out.';

-- What a school left out is compared with is that of its phase all the same.
CREATE FUNCTION abie_internal.report_phase(run_id integer, urns integer[]) RETURNS TABLE (urn integer, stratum text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT e.urn, coalesce(e.stratum, CASE a.school_type
		WHEN 'State-funded primary' THEN 'primary'
		WHEN 'State-funded secondary' THEN 'secondary' END)
	FROM abie_report.school_expectation e
		LEFT JOIN abie.attendance a ON e.stratum IS NULL AND a.academic_year = e.baseline_year
			AND a.laestab = e.laestab
	WHERE e.run_id = report_phase.run_id AND e.urn = ANY (urns);
END $$;
COMMENT ON FUNCTION abie_internal.report_phase(integer, integer[]) IS
'The stratum of schools in scope of a run; of those left out, by their attendance in the baseline year; NULL '
'where that does not say.';

CREATE FUNCTION abie_internal.report_years(run_id integer, urns integer[]) RETURNS TABLE (urn integer, history jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	last_year text := (SELECT r.baseline_year FROM abie.run r WHERE r.run_id = report_years.run_id);
BEGIN
	RETURN QUERY
	WITH expectation AS MATERIALIZED (
		SELECT e.urn, e.enrolments, e.baseline_year, e.national_average, e.expected, e.expected_error
		FROM abie_report.school_expectation e
		WHERE e.run_id = report_years.run_id AND e.urn = ANY (urns)
	), earlier AS MATERIALIZED (
		SELECT e.urn, e.baseline_year, e.expected, e.expected_error
		FROM abie_report.school_expectation e
		WHERE e.urn = ANY (urns) AND e.run_status = 'issued' AND e.is_current
			AND e.baseline_year < last_year COLLATE "C" AND e.expected IS NOT NULL
	), phase AS MATERIALIZED (
		SELECT p.urn, p.stratum FROM abie_internal.report_phase(report_years.run_id, urns) p
	), year AS (
		SELECT e.urn, e.baseline_year, e.national_average, p.stratum, h.academic_year, h.attendance,
			sqrt(m.sampling_c1 / coalesce(h.enrolments, e.enrolments)) AS error,
			CASE h.academic_year WHEN e.baseline_year THEN e.expected ELSE x.expected END AS expected,
			CASE h.academic_year WHEN e.baseline_year THEN e.expected_error ELSE x.expected_error END AS expected_error
		FROM expectation e
			JOIN phase p ON p.urn = e.urn
			JOIN abie_internal.report_history(urns, last_year) h ON h.urn = e.urn
			LEFT JOIN abie.run_model m ON m.run_id = report_years.run_id AND m.stratum = p.stratum
			LEFT JOIN earlier x ON x.urn = e.urn AND x.baseline_year = h.academic_year
		WHERE h.attendance IS NOT NULL
	)
	SELECT y.urn, jsonb_agg(jsonb_build_object(
			'academic_year', y.academic_year,
			'attendance', y.attendance,
			'attendance_low', abie.interval_low(y.attendance, y.error),
			'attendance_high', abie.interval_high(y.attendance, y.error),
			'national', CASE WHEN y.academic_year = y.baseline_year AND y.national_average IS NOT NULL
				THEN y.national_average
				ELSE n.attendance END,
			'expected', y.expected,
			'expected_low', abie.interval_low(y.expected, y.expected_error),
			'expected_high', abie.interval_high(y.expected, y.expected_error)) ORDER BY y.academic_year COLLATE "C")
	FROM year y
		LEFT JOIN abie.run_national n ON n.run_id = report_years.run_id AND n.academic_year = y.academic_year
			AND n.stratum = y.stratum
	GROUP BY y.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_years(integer, integer[]) IS
'Attendance of each school in each year up to the baseline year of a run, beside the national rate of its '
'stratum, and what was expected of it: in the baseline year by this run, before by the run issued for the year after. '
'With 95 per cent intervals.';

CREATE FUNCTION abie_internal.report_distribution(run_id integer)
RETURNS TABLE (stratum text, distribution jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 2
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.stratum, jsonb_agg(jsonb_build_object(
			'improvement_rounded', d.improvement_rounded,
			'schools', d.schools,
			'schools_symbol', d.schools_symbol) ORDER BY d.improvement_rounded)
	FROM abie_report.improvement_distribution d
	WHERE d.run_id = report_distribution.run_id
	GROUP BY d.stratum;
END $$;
COMMENT ON FUNCTION abie_internal.report_distribution(integer) IS
'How many schools of each stratum of a run are to improve by how much: columns of '
'abie_report.improvement_distribution.';

CREATE FUNCTION abie_internal.report_week(run_id integer, urns integer[]) RETURNS TABLE (urn integer, week jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	chosen integer := (SELECT m.monitor_id FROM abie.monitor m
		WHERE m.run_id = report_week.run_id AND m.status = 'finished'
		ORDER BY m.as_of DESC, m.monitor_id DESC LIMIT 1);
BEGIN
	-- most runs have none: the view would be planned for nothing
	IF chosen IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT p.urn::integer, jsonb_build_object('monitor_id', p.monitor_id, 'as_of', p.as_of,
		'newest_week', p.newest_week, 'is_provisional', p.is_provisional, 'status', p.status,
		'too_early', p.too_early, 'probability', p.probability, 'projected', p.projected, 'low', p.low,
		'high', p.high, 'weeks', p.weeks, 'has_newest_week', p.has_newest_week, 'year_to_date', p.year_to_date,
		'relative', p.relative, 'like_for_like', p.like_for_like, 'done', p.done, 'weeks_left', p.weeks_left,
		'weeks_set_aside', p.weeks_set_aside, 'year_to_date_without', p.year_to_date_without,
		'projected_without', p.projected_without, 'probability_without', p.probability_without)
	FROM abie_report.school_progress p
	WHERE p.monitor_id = chosen AND p.urn = ANY (urns);
END $$;
COMMENT ON FUNCTION abie_internal.report_week(integer, integer[]) IS
'How schools stand against the expectations of a run in the newest weekly run made against it, the later of two of one '
'day: columns of abie_report.school_progress.';

CREATE FUNCTION abie_owner.report_facts(role oid, run_id integer, urns integer[])
RETURNS TABLE (urn integer, facts jsonb)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 500
SET search_path = pg_catalog, pg_temp
-- the same text wherever the reader is
SET timezone = 'UTC'
SET jit = off
SET plan_cache_mode = auto
AS $$
#variable_conflict use_column
DECLARE
	readable integer[] := abie_owner.admit(role, 'report_facts', report_facts.run_id, report_facts.urns);
BEGIN
	-- also for the functions called: planning takes several times as long as all that is done for one school
	PERFORM set_config('plan_cache_mode',
		CASE WHEN cardinality(readable) <= 20 THEN 'force_generic_plan' ELSE 'force_custom_plan' END, true);
	RETURN QUERY
	WITH run AS (
		SELECT r.* FROM abie_report.run r WHERE r.run_id = report_facts.run_id
	), expectation AS MATERIALIZED (
		SELECT e.*
		FROM abie_report.school_expectation e
		WHERE e.run_id = report_facts.run_id AND e.urn = ANY (readable)
	), model AS MATERIALIZED (
		SELECT m.* FROM abie_report.methodology_summary m WHERE m.run_id = report_facts.run_id
	), methodology AS (
		SELECT DISTINCT jsonb_build_object(
			'method', m.method,
			'similar_schools', m.similar_schools,
			'local_schools', m.local_schools,
			'pace', m.pace,
			'gap_share', m.gap_share,
			'improvement_floor', m.improvement_floor,
			'improvement_cap', m.improvement_cap,
			'benchmark_share', m.benchmark_share,
			'minimum_enrolments', m.minimum_enrolments) AS settings
		FROM model m
	), source AS (
		SELECT d.urn, jsonb_agg(jsonb_build_object(
			'figure', d.figure,
			'source', d.source,
			'recorded', d.recorded) ORDER BY d.position) AS data
		FROM abie_report.school_source d
		WHERE d.run_id = report_facts.run_id AND d.urn = ANY (readable)
		GROUP BY d.urn
	)
	SELECT e.urn, abie_internal.with_half_page(jsonb_build_object(
		'report', 'abie school report',
		'version', 1,
		'run', to_jsonb(run),
		'methodology', k.settings || jsonb_build_object(
			'mean', m.mean,
			'local_slope', m.local_slope,
			'last_weight', m.last_weight,
			'n0', m.n0,
			'schools', m.schools,
			'sampling_c1', m.sampling_c1,
			'sampling_source', m.sampling_source,
			'sampling_run', m.sampling_run),
		'outcome', coalesce(e.statement, 'left out'),
		'expectation', to_jsonb(e),
		'circumstances', c.circumstances,
		'expected_steps', abie_internal.expected_waterfall(c.circumstances, m.mean, e.context,
			m.local_slope * e.local_residual, e.expected),
		'place', CASE WHEN num_nulls(o.easting, o.northing) = 0
			THEN jsonb_build_object('easting', o.easting, 'northing', o.northing) END,
		'similar_schools', n.similar_schools,
		'standing', CASE WHEN n.rank_worst IS NOT NULL
			THEN jsonb_build_object('best', n.rank_best, 'worst', n.rank_worst, 'schools', n.ranked) END,
		'history', h.history,
		'absence', a.absence,
		'distribution', CASE WHEN e.statement IS NOT NULL THEN d.distribution END,
		'data', s.data,
		'since', f.since,
		'week', w.week))
	FROM expectation e
		CROSS JOIN run
		CROSS JOIN methodology k
		JOIN abie_internal.report_phase(report_facts.run_id, readable) p ON p.urn = e.urn
		LEFT JOIN model m ON m.stratum = p.stratum
		LEFT JOIN abie.run_school o ON o.run_id = report_facts.run_id AND o.urn = e.urn
		LEFT JOIN abie_internal.report_circumstances(report_facts.run_id, readable) c ON c.urn = e.urn
		LEFT JOIN abie_internal.report_similar(report_facts.run_id, readable) n ON n.urn = e.urn
		LEFT JOIN abie_internal.report_absence(report_facts.run_id, readable) a ON a.urn = e.urn
		LEFT JOIN abie_internal.report_years(report_facts.run_id, readable) h ON h.urn = e.urn
		LEFT JOIN abie_internal.report_distribution(report_facts.run_id) d ON d.stratum = e.stratum
		LEFT JOIN abie_internal.report_since(report_facts.run_id, readable) f ON f.urn = e.urn
		LEFT JOIN source s ON s.urn = e.urn
		LEFT JOIN abie_internal.report_week(report_facts.run_id, readable) w ON w.urn = e.urn;
END $$;
COMMENT ON FUNCTION abie_owner.report_facts(oid, integer, integer[]) IS 'Of a role, as abie_internal.report_facts.';

CREATE FUNCTION abie_internal.report_facts(run_id integer, urns integer[]) RETURNS TABLE (urn integer, facts jsonb)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_facts(integer, integer[]) IS
'All that the reports of the given schools of a run say, one JSON document each, unrounded: run, methodology, outcome '
'(improve, sustain, maintain or left out), expectation (the row of abie_report.school_expectation), circumstances, '
'expected_steps (abie_internal.expected_waterfall), place, similar_schools, standing, history, absence, distribution, '
'data, since (abie_internal.report_since), week (abie_internal.report_week), half_page (abie_internal.with_half_page). '
'Parts that do not apply are null. Schools out of scope, and those the role in force may not read '
'(abie_internal.readable_schools), have no row. With its owner''s rights, because a report tells a school of similar '
'schools whose own rows it may not read. Volatile because reads may be logged (abie.report_read).';
