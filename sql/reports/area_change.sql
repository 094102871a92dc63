-- What moved in an area since the run issued before.

CREATE FUNCTION abie_internal.issued_before(run_id integer) RETURNS integer
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT o.run_id FROM abie_report.run r
			JOIN abie_report.run o ON o.run_status = 'issued' AND o.run_id < r.run_id
				AND o.target_year COLLATE "C" <= r.target_year COLLATE "C"
		WHERE r.run_id = issued_before.run_id
		ORDER BY o.target_year COLLATE "C" DESC, o.run_id DESC LIMIT 1);
END $$;
COMMENT ON FUNCTION abie_internal.issued_before(integer) IS
'The run issued last before a run, of its target year or an earlier one, which is still issued and so the same for '
'every reader; NULL where there is none.';

CREATE FUNCTION abie_internal.school_changes(run_id integer, scope text, codes text[])
RETURNS TABLE (code text, urn integer, name text, stratum text, enrolments integer, is_new boolean, is_gone boolean,
	attendance float8, expected float8, earlier_target float8, target float8, improvement numeric)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.code, e.urn, abie_internal.shown_name(e.school_name, e.urn), coalesce(e.stratum, c.stratum), e.enrolments,
		c.baseline IS NULL, c.other_baseline IS NULL, c.other_attendance - c.attendance, c.other_expected - c.expected,
		c.target, c.other_target, c.other_improvement_rounded - c.improvement_rounded
	FROM abie.compare_runs(abie_internal.issued_before(run_id), run_id) c
		JOIN abie_report.school_expectation e ON e.run_id = school_changes.run_id AND e.urn = c.urn
		CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, e.la_code, e.trust, e.region)) k(code)
	WHERE k.code = ANY (codes);
END $$;
COMMENT ON FUNCTION abie_internal.school_changes(integer, text, text[]) IS
'What a run says of each school of areas of a scope less what the run issued before it said '
'(abie_internal.issued_before), from abie.compare_runs: changes of attendance, expected attendance and the improvement '
'as published, both targets, and whether the school has an expectation in one of them only.';

CREATE FUNCTION abie_internal.area_changes(run_id integer, scope text, codes text[])
RETURNS TABLE (code text, changes jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	earlier jsonb := (SELECT jsonb_build_object('run_id', r.run_id, 'target_year', r.target_year,
			'methodology', r.methodology)
		FROM abie_report.run r WHERE r.run_id = abie_internal.issued_before(area_changes.run_id));
BEGIN
	IF earlier IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH school AS MATERIALIZED (
		SELECT s.*, NOT s.is_new AND NOT s.is_gone AS is_in_both, s.target - s.earlier_target AS change,
			row_number() OVER (PARTITION BY s.code ORDER BY abs(s.target - s.earlier_target) DESC NULLS LAST, s.urn)
				AS rank
		FROM abie_internal.school_changes(area_changes.run_id, scope, codes) s
	), phase AS (
		SELECT s.code, s.stratum, count(*) FILTER (WHERE s.is_in_both) AS schools,
			count(*) FILTER (WHERE s.is_new) AS new, count(*) FILTER (WHERE s.is_gone) AS gone,
			count(*) FILTER (WHERE s.improvement > 0) AS asked_more,
			count(*) FILTER (WHERE s.improvement < 0) AS asked_less,
			ARRAY[sum(abie_internal.weighted(s.attendance, s.enrolments)),
				sum(abie_internal.weighted(s.expected, s.enrolments)),
				sum(abie_internal.weighted(s.change, s.enrolments))]::float8[] AS sums,
			sum(s.enrolments) FILTER (WHERE s.is_in_both)::float8 * 1e9::float8 AS weight
		FROM school s GROUP BY s.code, s.stratum
	)
	SELECT p.code, earlier || jsonb_build_object('phases', jsonb_agg(jsonb_build_object('stratum', p.stratum,
			'schools', p.schools, 'new', p.new, 'gone', p.gone, 'asked_more', p.asked_more,
			'asked_less', p.asked_less,
			'attendance_change', p.sums[1] / p.weight, 'expected_change', p.sums[2] / p.weight,
			'target_change', p.sums[3] / p.weight) ORDER BY p.stratum COLLATE "C"),
		'schools', (SELECT coalesce(jsonb_agg(jsonb_build_object('urn', s.urn, 'school_name', s.name,
				'stratum', s.stratum, 'earlier_target', s.earlier_target, 'target', s.target,
				'target_change', s.change) ORDER BY s.rank), '[]')
			-- what reports write as 0.00 did not move
			FROM school s WHERE s.code = p.code AND s.rank <= 10 AND abs(s.change) >= 0.005))
	FROM phase p GROUP BY p.code;
END $$;
COMMENT ON FUNCTION abie_internal.area_changes(integer, text, text[]) IS
'What moved in areas of a scope since the run issued before: that run, by phase the mean changes of schools with '
'an expectation in both, weighted by enrolments, and how many are new, gone, asked for more and for less; the ten '
'schools whose target moved most, by half a hundredth of a point or more. No rows where no run was issued before.';

CREATE FUNCTION abie_internal.area_change_cells(phases jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Phase', 'Attendance', 'Expected', 'Target']] || array_agg(ARRAY[
	initcap(p.stratum) || E'\n' || format('%s, asked for more: %s, for less: %s',
		abie_internal.counted(p.schools, 'school', 'schools'), abie_internal.thousands(p.asked_more),
		abie_internal.thousands(p.asked_less)),
	coalesce(abie_internal.signed(p.attendance_change, 2), ''),
	coalesce(abie_internal.signed(p.expected_change, 2), ''), coalesce(abie_internal.signed(p.target_change, 2), '')]
	ORDER BY p.stratum COLLATE "C")
FROM jsonb_to_recordset(phases) p(stratum text, schools bigint, attendance_change float8, expected_change float8,
	target_change float8, asked_more bigint, asked_less bigint)
$$;
COMMENT ON FUNCTION abie_internal.area_change_cells(jsonb) IS 'The table of what moved in an area by phase.';

CREATE FUNCTION abie_internal.area_mover_cells(schools jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School', 'Target then', 'Target now', 'Change']] || array_agg(ARRAY[
	s.school_name || E'\n' || s.stratum, abie_internal.decimal(s.earlier_target, 2),
	abie_internal.decimal(s.target, 2), abie_internal.signed(s.target_change, 2)] ORDER BY s.place)
FROM ROWS FROM (jsonb_to_recordset(schools) AS (school_name text, stratum text, earlier_target float8, target float8,
	target_change float8)) WITH ORDINALITY s(school_name, stratum, earlier_target, target, target_change, place)
$$;
COMMENT ON FUNCTION abie_internal.area_mover_cells(jsonb) IS
'The table of the schools of an area whose target moved most.';

CREATE FUNCTION abie_internal.area_report_changes(changes jsonb, format text, pages jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: there may be no earlier run
DECLARE
	n record;
BEGIN
	IF coalesce(changes, 'null') = 'null' THEN
		RETURN abie_internal.report_part(format, 'heading', 'What moved')
			|| abie_internal.report_part(format, 'paragraph', 'No run was issued before this one.');
	END IF;
	SELECT coalesce(sum(p.new), 0) AS new, coalesce(sum(p.gone), 0) AS gone INTO n
	FROM jsonb_to_recordset(changes -> 'phases') p(new bigint, gone bigint);
	RETURN abie_internal.report_part(format, 'heading', 'What moved')
		|| abie_internal.report_part(format, 'paragraph', format('Since the expectations for %s, issued as run %s. '
			'%s an expectation now and had none then; %s had one then and %s left out now.', changes ->> 'target_year',
			changes ->> 'run_id', abie_internal.counted(n.new::bigint, 'school has', 'schools have'),
			abie_internal.thousands(n.gone::bigint), CASE n.gone WHEN 1 THEN 'is' ELSE 'are' END))
		|| abie_internal.report_part(format, 'table', 'Schools with an expectation in both: mean change in percentage '
			'points, weighted by pupils',
			abie_internal.area_change_cells(changes -> 'phases'))
		|| CASE changes -> 'schools' WHEN '[]' THEN '' ELSE
			abie_internal.report_part(format, 'sortable', 'Schools whose target moved most, per cent; change in '
				'percentage points', abie_internal.area_mover_cells(changes -> 'schools'),
				abie_internal.site_links('school', ARRAY(SELECT s.school ->> 'urn'
					FROM jsonb_array_elements(changes -> 'schools') WITH ORDINALITY s(school, place)
					ORDER BY s.place), pages)) END;
END $$;
COMMENT ON FUNCTION abie_internal.area_report_changes(jsonb, text, jsonb) IS
'What moved in an area, from abie_internal.area_changes; says so where no run was issued before, so not STRICT.';
