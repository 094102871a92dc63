-- All that a school's report says, as figures. Functions in PL/pgSQL, which keep their plans in a session: planning
-- takes several times as long as all that is done for one school.

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
		SELECT l.laestab, l.school_urn FROM abie_internal.lineage_of(urns) l
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
RETURNS TABLE (urn integer, circumstances jsonb, characteristics text[], contributions float8[])
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 1000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.urn, abie_internal.json_rows(array_agg(k.j)), array_agg(k.characteristic), array_agg(k.contribution)
	-- sorted once, not for each array
	FROM (SELECT c.urn, c.characteristic, c.contribution, j
		FROM abie_report.school_circumstances c
			CROSS JOIN LATERAL (SELECT c.characteristic, c.meaning, c.number, c.category, c.similar_average,
				c.similar_same, c.typical, c.contribution) j
		WHERE c.run_id = report_circumstances.run_id AND c.urn = ANY (urns)
		ORDER BY c.urn, c.position) k
	GROUP BY k.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_circumstances(integer, integer[]) IS
'The characteristics of each school in a run, in order, columns of abie_report.school_circumstances; their names and '
'contributions as arrays, too.';

CREATE FUNCTION abie_internal.expected_waterfall(characteristics text[], contributions float8[], mean float8,
	context float8, similar_schools float8, expected float8) RETURNS jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_expected_waterfall';
COMMENT ON FUNCTION abie_internal.expected_waterfall(text[], float8[], float8, float8, float8, float8) IS
'How expected attendance follows from the national mean, in steps: national mean (attendance), circumstances (what a '
'characteristic adds, those of disadvantage together; points and the attendance reached), own attendance left out '
'(context less what the circumstances make), similar schools (local slope x local residual), expected (points: the '
'total, expected - mean). From characteristics and their contributions (abie_internal.report_circumstances). NULL '
'where there is none, or it is not shown.';

CREATE FUNCTION abie_internal.report_similar(run_id integer, urns integer[])
RETURNS TABLE (urn integer, similar_schools jsonb, rank_best bigint, rank_worst bigint, ranked bigint,
	to_ring integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 1000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.urn, abie_internal.json_rows(array_agg(k.j)),
		1 + count(*) FILTER (WHERE k.is_clear AND k.is_better),
		CASE WHEN bool_and(k.is_clear IS NOT NULL) FILTER (WHERE k.is_shown)
			THEN 1 + count(*) FILTER (WHERE k.is_shown AND NOT (k.is_clear AND NOT k.is_better)) END,
		1 + count(*) FILTER (WHERE k.is_shown),
		(min(ARRAY[CASE WHEN k.is_clear THEN 1 WHEN NOT k.is_clear THEN 2 ELSE 3 END, coalesce(k.km, 'Infinity'),
			k.rank]) FILTER (WHERE k.is_better))[3]::integer
	-- sorted once, not for each array
	FROM (SELECT n.urn, n.rank, n.km, n.is_better, n.is_clear, n.similar_attendance IS NOT NULL AS is_shown, j
		FROM abie_report.similar_school n
			CROSS JOIN LATERAL (SELECT n.rank, n.similar_urn, n.similar_name, n.similar_la_name, n.distance, n.km,
				n.similar_enrolments, n.similar_attendance, n.similar_attendance_symbol, n.similar_attendance_low,
				n.similar_attendance_high, n.similar_fsm_pct, n.similar_easting, n.similar_northing, n.is_better,
				n.is_clear) j
		WHERE n.run_id = report_similar.run_id AND n.urn = ANY (urns)
		ORDER BY n.urn, n.rank) k
	GROUP BY k.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_similar(integer, integer[]) IS
'The similar schools of each school in a run, columns of abie_report.similar_school, and where the school stands among '
'those whose attendance is shown, counting itself (ranked): rank_best with all better ones ahead that are so clearly, '
'rank_worst with all ahead but those that are clearly worse; rank_worst NULL where noise is not known. '
'to_ring: whom a governor may ask, the rank of the nearest of those with clearly higher attendance, or '
'where none is clearly so of those with higher attendance; NULL where none has.';

CREATE FUNCTION abie_internal.report_absence(run_id integer, urns integer[])
RETURNS TABLE (urn integer, absence jsonb, furthest text, furthest_points float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 1000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.urn,
		-- both say their order: PostgreSQL 16 and later sort the rows for one, and the other would see them so
		abie_internal.json_rows(array_agg(k.j ORDER BY k.position)),
		(array_agg(k.meaning ORDER BY k.points DESC, k.position) FILTER (WHERE k.stands_out))[1],
		max(k.points) FILTER (WHERE k.stands_out)
	FROM (SELECT a.urn, a.position, a.meaning, j, a.own_percent - a.similar_percent AS points,
			abie_internal.reason_stands_out(a.reason, a.own_percent, a.similar_percent) AS stands_out
		FROM abie_report.school_absence_compared a
			CROSS JOIN LATERAL (SELECT a.reason, a.meaning, a.own_percent, a.similar_percent) j
		WHERE a.run_id = report_absence.run_id AND a.urn = ANY (urns)
			AND num_nulls(a.own_percent, a.similar_percent) = 0) k
	GROUP BY k.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_absence(integer, integer[]) IS
'Absence of each school of a run in the baseline year by reason, beside that of its similar schools '
'together, columns of abie_report.school_absence_compared; reasons that either lacks are left out. furthest: the '
'reason that is furthest above the similar schools, in words, and by how many points; NULL where none is above.';

-- What a school left out is compared with is that of its phase all the same.
CREATE FUNCTION abie_internal.report_phase(run_id integer, urns integer[]) RETURNS TABLE (urn integer, stratum text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT e.urn, coalesce(e.stratum, CASE a.school_type
		WHEN 'State-funded primary' THEN 'primary'
		WHEN 'State-funded secondary' THEN 'secondary' END)
	FROM abie_report.run r
		JOIN abie_owner.readable_scope e ON e.run_id = r.run_id
		LEFT JOIN abie.attendance a ON e.stratum IS NULL AND a.academic_year = r.baseline_year
			AND a.laestab = e.laestab
	WHERE r.run_id = report_phase.run_id AND e.urn = ANY (urns);
END $$;
COMMENT ON FUNCTION abie_internal.report_phase(integer, integer[]) IS
'The stratum of schools in scope of a run; of those left out, by their attendance in the baseline year; NULL '
'where that does not say.';

CREATE FUNCTION abie_internal.report_years(run_id integer, urns integer[], strata text[])
RETURNS TABLE (urn integer, history jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 1000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	last_year text := (SELECT r.baseline_year FROM abie.run r WHERE r.run_id = report_years.run_id);
BEGIN
	RETURN QUERY
	WITH expectation AS MATERIALIZED (
		SELECT e.urn, e.enrolments, CASE WHEN e.references_published THEN e.national_average END AS national_average,
			e.expected, e.expected_error
		FROM abie_owner.readable_scope e
		WHERE e.run_id = report_years.run_id AND e.urn = ANY (urns)
	), earlier AS MATERIALIZED (
		SELECT e.urn, r.baseline_year, e.expected, e.expected_error
		FROM abie_report.run r
			JOIN abie_owner.readable_expectation e ON e.run_id = r.run_id
		WHERE e.urn = ANY (urns) AND r.run_status = 'issued' AND r.is_current
			AND r.baseline_year < last_year COLLATE "C" AND e.expected IS NOT NULL
	), year AS (
		SELECT e.urn, e.national_average, p.stratum, h.academic_year, h.attendance,
			sqrt(m.sampling_c1 / coalesce(h.enrolments, e.enrolments)) AS error,
			CASE h.academic_year WHEN last_year THEN e.expected ELSE x.expected END AS expected,
			CASE h.academic_year WHEN last_year THEN e.expected_error ELSE x.expected_error END AS expected_error
		FROM expectation e
			JOIN unnest(urns, strata) p(urn, stratum) ON p.urn = e.urn
			JOIN abie_internal.report_history(urns, last_year) h ON h.urn = e.urn
			LEFT JOIN abie.run_model m ON m.run_id = report_years.run_id AND m.stratum = p.stratum
			LEFT JOIN earlier x ON x.urn = e.urn AND x.baseline_year = h.academic_year
		WHERE h.attendance IS NOT NULL
	)
	SELECT y.urn, abie_internal.json_rows(array_agg(j ORDER BY y.academic_year COLLATE "C"))
	FROM year y
		LEFT JOIN abie.run_national n ON n.run_id = report_years.run_id AND n.academic_year = y.academic_year
			AND n.stratum = y.stratum
		CROSS JOIN LATERAL (SELECT y.academic_year, y.attendance,
			abie.interval_low(y.attendance, y.error) AS attendance_low,
			abie.interval_high(y.attendance, y.error) AS attendance_high,
			CASE WHEN y.academic_year = last_year AND y.national_average IS NOT NULL
				THEN y.national_average
				ELSE n.attendance END AS "national",
			y.expected, abie.interval_low(y.expected, y.expected_error) AS expected_low,
			abie.interval_high(y.expected, y.expected_error) AS expected_high) j
	GROUP BY y.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_years(integer, integer[], text[]) IS
'Attendance of each school in each year up to the baseline year of a run, beside the national rate of its '
'stratum, and what was expected of it: in the baseline year by this run, before by the run issued for the year after. '
'With 95 per cent intervals. strata: of the schools, as abie_internal.report_phase has them.';

CREATE FUNCTION abie_internal.report_source(run_id integer, urns integer[]) RETURNS TABLE (urn integer, data jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.urn, abie_internal.json_rows(array_agg(j ORDER BY d.position))
	FROM abie_report.school_source d
		CROSS JOIN LATERAL (SELECT d.figure, d.source, to_jsonb(d.recorded) AS recorded) j
	WHERE d.run_id = report_source.run_id AND d.urn = ANY (urns)
	GROUP BY d.urn;
END $$;
COMMENT ON FUNCTION abie_internal.report_source(integer, integer[]) IS
'Where the figures of each school of a run come from: columns of abie_report.school_source.';

CREATE FUNCTION abie_internal.report_distribution(run_id integer, strata text[])
RETURNS TABLE (stratum text, distribution jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 2
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.stratum, abie_internal.json_rows(array_agg(j ORDER BY d.improvement_rounded))
	FROM abie_report.improvement_distribution d
		CROSS JOIN LATERAL (SELECT d.improvement_rounded, d.schools, d.schools_symbol) j
	WHERE d.run_id = report_distribution.run_id AND d.stratum = ANY (strata)
	GROUP BY d.stratum;
END $$;
COMMENT ON FUNCTION abie_internal.report_distribution(integer, text[]) IS
'How many schools of each of the strata of a run are to improve by how much: columns of '
'abie_report.improvement_distribution.';

CREATE FUNCTION abie_internal.report_week(run_id integer, urns integer[]) RETURNS TABLE (urn integer, week jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000
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
	SELECT p.urn::integer, abie_internal.json_row(j)
	FROM abie_report.school_progress p
		CROSS JOIN LATERAL (SELECT p.monitor_id, to_jsonb(p.as_of) AS as_of, to_jsonb(p.newest_week) AS newest_week,
			p.is_provisional, p.status, p.too_early, p.probability, p.projected, p.low, p.high, p.weeks,
			p.has_newest_week, p.year_to_date, p.relative, p.like_for_like, p.done, p.weeks_left, p.weeks_set_aside,
			p.year_to_date_without, p.projected_without, p.probability_without) j
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
-- also of the functions called
SET plan_cache_mode = force_generic_plan
-- what is held of some hundred schools, which would go through a file
SET work_mem = '32MB'
AS $$
#variable_conflict use_column
DECLARE
	readable integer[] := abie_owner.admit(role, 'report_facts', report_facts.run_id, report_facts.urns);
	known integer[];
	strata text[];
BEGIN
	SELECT array_agg(p.urn), array_agg(p.stratum) INTO known, strata
	FROM abie_internal.report_phase(report_facts.run_id, readable) p;
	RETURN QUERY
	WITH run AS MATERIALIZED (
		SELECT to_jsonb(r) AS run FROM abie_report.run r WHERE r.run_id = report_facts.run_id
	), expectation AS MATERIALIZED (
		SELECT e.urn, e.stratum, e.statement, e.context, e.local_residual, e.expected,
			abie_internal.json_row(e) AS expectation
		FROM abie_report.school_expectation e
		WHERE e.run_id = report_facts.run_id AND e.urn = ANY (known)
	), summary AS MATERIALIZED (
		SELECT m.* FROM abie_report.methodology_summary m WHERE m.run_id = report_facts.run_id
	), model AS MATERIALIZED (
		SELECT p.stratum, m.mean, m.local_slope, abie_internal.json_row(j) AS methodology
		FROM (SELECT DISTINCT u.stratum FROM unnest(strata) u(stratum)) p
			CROSS JOIN (SELECT k.* FROM summary k LIMIT 1) k
			LEFT JOIN summary m ON m.stratum = p.stratum
			CROSS JOIN LATERAL (SELECT k.method, k.similar_schools, k.local_schools, k.pace, k.gap_share,
				k.improvement_floor, k.improvement_cap, k.benchmark_share, k.minimum_enrolments, m.mean,
				m.local_slope, m.last_weight, m.n0, m.schools, m.sampling_c1, m.sampling_source, m.sampling_run) j
	)
	SELECT e.urn, abie_internal.json_row(x)
	FROM expectation e
		CROSS JOIN run
		JOIN unnest(known, strata) p(urn, stratum) ON p.urn = e.urn
		-- a school left out may have none
		JOIN model m ON coalesce(m.stratum, '') = coalesce(p.stratum, '')
		LEFT JOIN abie.run_school o ON o.run_id = report_facts.run_id AND o.urn = e.urn
		LEFT JOIN abie_internal.report_circumstances(report_facts.run_id, known) c ON c.urn = e.urn
		LEFT JOIN abie_internal.report_similar(report_facts.run_id, known) n ON n.urn = e.urn
		LEFT JOIN abie_internal.report_absence(report_facts.run_id, known) a ON a.urn = e.urn
		LEFT JOIN abie_internal.report_years(report_facts.run_id, known, strata) h ON h.urn = e.urn
		LEFT JOIN abie_internal.report_distribution(report_facts.run_id, strata) d ON d.stratum = e.stratum
		LEFT JOIN abie_internal.report_since(report_facts.run_id, known) f ON f.urn = e.urn
		LEFT JOIN abie_internal.report_source(report_facts.run_id, known) s ON s.urn = e.urn
		LEFT JOIN abie_internal.report_week(report_facts.run_id, known) w ON w.urn = e.urn
		CROSS JOIN LATERAL (SELECT coalesce(e.statement, 'left out') AS outcome) t
		CROSS JOIN LATERAL (SELECT 'abie school report' AS report, 1 AS version, run.run, m.methodology, t.outcome,
			e.expectation, c.circumstances,
			abie_internal.expected_waterfall(c.characteristics, c.contributions, m.mean, e.context,
				m.local_slope * e.local_residual, e.expected) AS expected_steps,
			CASE WHEN num_nulls(o.easting, o.northing) = 0
				THEN jsonb_build_object('easting', o.easting, 'northing', o.northing) END AS place,
			n.similar_schools,
			CASE WHEN n.rank_worst IS NOT NULL
				THEN jsonb_build_object('best', n.rank_best, 'worst', n.rank_worst, 'schools', n.ranked) END
				AS standing,
			h.history, a.absence, CASE WHEN e.statement IS NOT NULL THEN d.distribution END AS distribution,
			s.data, f.since, w.week,
			abie_internal.half_page(t.outcome, run.run, e.expectation, h.history, w.week,
				n.similar_schools -> n.to_ring - 1, a.furthest, a.furthest_points) AS half_page) x;
END $$;
COMMENT ON FUNCTION abie_owner.report_facts(oid, integer, integer[]) IS 'Of a role, as abie_internal.report_facts.';

CREATE FUNCTION abie_internal.report_facts(run_id integer, urns integer[]) RETURNS TABLE (urn integer, facts jsonb)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_facts(integer, integer[]) IS
'All that the reports of the given schools of a run say, one JSON document each, unrounded: run, methodology, outcome '
'(improve, sustain, maintain or left out), expectation (the row of abie_report.school_expectation), circumstances, '
'expected_steps (abie_internal.expected_waterfall), place, similar_schools, standing, history, absence, distribution, '
'data, since (abie_internal.report_since), week (abie_internal.report_week), half_page (abie_internal.half_page). '
'Parts that do not apply are null. Schools out of scope, and those the role in force may not read '
'(abie_internal.readable_schools), have no row. With its owner''s rights, because a report tells a school of similar '
'schools whose own rows it may not read. Volatile because reads may be logged (abie.report_read).';
