-- The first parts of a school's report: the expectation, the ladder, and how the number was made.

CREATE FUNCTION abie_internal.improvement_text(e jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN (e ->> 'gap')::float8 > 0
			THEN format('The level is %s percentage points below what would be expected in the school''s '
				'circumstances, %s%%. ', abie_internal.fact(e, 'gap', 2), abie_internal.fact(e, 'expected', 2))
			ELSE format('The level is at or above what would be expected in the school''s circumstances, %s%%; the '
				'improvement is its part in the improvement that all schools make. ',
				abie_internal.fact(e, 'expected', 2))
			END
		|| format('The improvement is published to one decimal; before rounding it is %s. ',
			abie_internal.fact(e, 'improvement', 2))
		|| CASE WHEN e -> 'improvement_days' <> 'null'
			THEN format('It comes to about %s in school over the year for all pupils together: %s days a pupil.',
				abie_internal.counted(round((e ->> 'improvement_days')::numeric)::bigint, 'more day', 'more days'),
				abie_internal.fact(e, 'improvement_days_per_pupil', 1)) ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.improvement_text(jsonb) IS
'What stands behind an improvement: the gap, the figure before rounding, and days in school.';

CREATE FUNCTION abie_internal.school_report_lead(facts jsonb, OUT lead text, OUT more text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	target_year text := facts #>> '{run,target_year}';
	baseline_year text := facts #>> '{run,baseline_year}';
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		lead := format('No attendance expectation has been set for %s: %s.', target_year, e ->> 'exclusion_reason');
		more := abie_internal.exclusion_text(e ->> 'exclusion_reason', facts #>> '{methodology,minimum_enrolments}')
			|| coalesce(' What the records say: ' || (e ->> 'exclusion_detail') || '.', '');
		RETURN;
	END IF;
	lead := abie_internal.report_lead(e, target_year, baseline_year);
	more := format('In %s the school''s attendance was %s%%. The underlying level is that rate with some of the chance '
		'of a single year taken out. ', baseline_year, abie_internal.fact(e, 'attendance', 2))
		|| CASE facts ->> 'outcome'
			WHEN 'maintain' THEN format('In the school''s circumstances %s%% would be expected.',
				abie_internal.fact(e, 'expected', 2))
			ELSE abie_internal.improvement_text(e) END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_lead(jsonb) IS
'The expectation in one sentence, or why there is none, and what more there is to say of it.';

CREATE FUNCTION abie_internal.school_report_head(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	said record := abie_internal.school_report_lead(facts);
BEGIN
	RETURN abie_internal.school_report_half_page(facts, format)
		|| abie_internal.report_part(format, 'lead', said.lead)
		|| abie_internal.report_part(format, 'paragraph', said.more);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_head(jsonb, text) IS
'The half page for a governor, and the expectation in one sentence.';

CREATE FUNCTION abie_internal.school_report_ladder(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	level float8 := (e ->> 'baseline')::float8;
	r record;
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		RETURN '';
	END IF;
	-- sorted once, not for each array
	SELECT array_agg(k.name) AS names, array_agg(k.role) AS roles, array_agg(k.height) AS heights,
		ARRAY[ARRAY['Rung', 'Attendance', 'Above the level now']]
			|| array_agg(ARRAY[k.name, abie_internal.decimal(k.height, 2) || '%',
				abie_internal.signed(k.height - level, 2)] ORDER BY k.height DESC, k.place DESC)
				FILTER (WHERE k.height IS NOT NULL) AS cells
	INTO r
	FROM (SELECT v.*, (e ->> v.rung)::float8 AS height FROM (VALUES
		(1, 'baseline', 'start', 'Underlying level now'),
		(2, 'target', 'target', 'Target'),
		(3, 'expected', NULL, 'Expected'),
		(4, 'la_average', NULL, 'Local authority average'),
		(5, 'national_average', NULL, 'National average'),
		(6, 'similar_upper_quartile', NULL, 'Similar schools, top 25%'),
		(7, 'pared_mean', NULL, 'Best similar schools, mean'),
		(8, 'pre_pandemic', NULL, 'Own rate in 2018/19')) v(place, rung, role, name)
		-- where there is nothing to climb, level and target are one
		WHERE facts ->> 'outcome' <> 'maintain' OR v.rung <> 'target'
		ORDER BY v.place) k;
	RETURN abie_internal.report_part(format, 'heading', 'The ladder')
		|| abie_internal.report_part(format, 'paragraph', format('Where the school stands, and rungs to climb to. '
			'Averages and the rates of similar schools are of %s. "Best similar schools, mean" is the average of the '
			'best of the school and its similar schools that teach %s%% of their pupils together.',
			facts #>> '{run,baseline_year}',
			abie_internal.decimal(100 * (facts #>> '{methodology,benchmark_share}')::float8, 0)))
		|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'picture',
			abie.chart_ladder('The ladder for ' || (facts #>> '{run,target_year}'), r.names, r.heights, r.roles))
			ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'The figures of the ladder', r.cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_ladder(jsonb, text) IS
'The ladder as a picture and a table; empty for a school left out.';

CREATE FUNCTION abie_internal.attendance_step(e jsonb, baseline_year text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(E'Attendance.\tIn %s the school''s attendance was %s%%', baseline_year,
			abie_internal.fact(e, 'attendance', 2))
		|| CASE WHEN num_nulls(e ->> 'sess_possible', e ->> 'sess_overall') = 0
			THEN format(': of %s sessions (half days) possible, %s were missed.',
				abie_internal.thousands((e ->> 'sess_possible')::bigint),
				abie_internal.thousands((e ->> 'sess_overall')::bigint))
			ELSE ', from the published absence rate.' END;
END $$;
COMMENT ON FUNCTION abie_internal.attendance_step(jsonb, text) IS 'The step from which all others start.';

CREATE FUNCTION abie_internal.level_step(e jsonb, m jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(E'Underlying level.\tOne year''s rate is partly chance. %s counts for %s%% and the expected '
			'attendance for the rest: %s%%.',
			CASE WHEN (e ->> 'own_level')::float8 <> (e ->> 'attendance')::float8
				THEN format('The school''s own level over two years, %s%%,', abie_internal.fact(e, 'own_level', 2))
				ELSE 'The school''s own rate' END,
			abie_internal.decimal(100 * (e ->> 'own_share')::float8, 0), abie_internal.fact(e, 'baseline', 2))
		|| coalesce(' How much is chance could not be learned, because no earlier year is held; it is '
			|| CASE m ->> 'sampling_source'
				WHEN 'earlier run' THEN format('taken from an earlier calculation, run %s.', m ->> 'sampling_run')
				WHEN 'residuals'
					THEN 'judged by how far schools of different sizes are from what is expected of them.'
				WHEN 'declared' THEN 'taken to be as in England''s schools.' END, '');
END $$;
COMMENT ON FUNCTION abie_internal.level_step(jsonb, jsonb) IS
'The step to the underlying level by the contextual method.';

-- Without ladder_top nothing of other schools' attendance is shown.
CREATE FUNCTION abie_internal.expected_steps(e jsonb, m jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE
		WHEN e -> 'ladder_top' = 'null' THEN ARRAY[
			format(E'Expected attendance.\tWhat the school''s circumstances and the attendance of other schools lead '
				'one to expect: %s%%. The attendance of most of them is known from their registers only and not '
				'published, so that it is not shown here how this follows from it.',
				abie_internal.fact(e, 'expected', 2)),
			format(E'Underlying level.\t%s%%. One year''s rate is partly chance, so that it is the school''s own rate '
				'with some of the expected attendance.', abie_internal.fact(e, 'baseline', 2))]
		WHEN m ->> 'method' = 'contextual' THEN ARRAY[
			format(E'Circumstances.\tWhat the attendance of all other %s schools says about a school with pupils and a '
				'place like this: %s%%. The school''s own attendance has no part in this.', e ->> 'stratum',
				abie_internal.fact(e, 'context', 2)),
			format(E'Similar schools.\tThe %s most similar schools attend %s points %s than their own circumstances '
				'would suggest. Experience shows that %s%% of such a difference is shared, which makes the expected '
				'attendance %s%%.',
				m ->> 'local_schools', abie_internal.decimal(abs((e ->> 'local_residual')::float8), 2),
				CASE WHEN (e ->> 'local_residual')::float8 < 0 THEN 'less' ELSE 'more' END,
				abie_internal.decimal(100 * (m ->> 'local_slope')::float8, 0), abie_internal.fact(e, 'expected', 2)),
			abie_internal.level_step(e, m)]
		ELSE ARRAY[
			format(E'Expected attendance.\tThe %s most similar schools attend %s%% on average; more alike and larger '
				'ones count for more.', m ->> 'similar_schools', abie_internal.fact(e, 'expected', 2)),
			format(E'Underlying level.\tIt is last year''s rate, %s%%.', abie_internal.fact(e, 'baseline', 2))] END;
END $$;
COMMENT ON FUNCTION abie_internal.expected_steps(jsonb, jsonb) IS
'The steps to expected attendance and the underlying level, by the method.';

CREATE FUNCTION abie_internal.target_steps(e jsonb, m jsonb, target_year text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[
		format(E'Gap.\tExpected attendance less the underlying level: %s percentage points%s.',
			abie_internal.fact(e, 'gap', 2),
			CASE WHEN (e ->> 'gap')::float8 = 0 THEN ', because the school is at or above it' ELSE '' END),
		format(E'Improvement.\tThe national pace of %s points a year and %s%% of the gap; at least %s, at most %s, and '
			'never above the room left up to %s: %s percentage points, published as %s.', m ->> 'pace',
			abie_internal.decimal(100 * (m ->> 'gap_share')::float8, 0), m ->> 'improvement_floor',
			m ->> 'improvement_cap',
			CASE WHEN e -> 'ladder_top' <> 'null'
				THEN abie_internal.ladder_top_text(e) || ', which is ' || abie_internal.fact(e, 'headroom', 2)
				ELSE 'the mean of the best similar schools, or to the school''s own rate in 2018/19' END,
			abie_internal.fact(e, 'improvement', 2), abie_internal.fact(e, 'improvement_rounded', 1)),
		format(E'Target.\tUnderlying level and improvement: %s%% in %s.', abie_internal.fact(e, 'target', 2),
			target_year)];
END $$;
COMMENT ON FUNCTION abie_internal.target_steps(jsonb, jsonb, text) IS
'The steps from expected attendance and the underlying level to the target.';

CREATE FUNCTION abie_internal.school_report_steps(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	m jsonb := facts -> 'methodology';
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'How the number was made')
		|| abie_internal.report_part(format, 'steps', '',
			abie_internal.attendance_step(e, facts #>> '{run,baseline_year}')
			|| abie_internal.expected_steps(e, m)
			|| abie_internal.target_steps(e, m, facts #>> '{run,target_year}'))
		|| CASE WHEN facts ->> 'outcome' = 'maintain' THEN ''
			ELSE abie_internal.report_part(format, 'paragraph', format('There is a second way to succeed. If '
				'attendance rises or falls everywhere, the median change of %s schools is taken off this school''s '
				'rate first; with %s points added, it then has to reach the target.',
				e ->> 'stratum', m ->> 'pace')) END
		|| abie_internal.report_part(format, 'meta', 'Figures are rounded here; sums are made with all their digits.');
END $$;
COMMENT ON FUNCTION abie_internal.school_report_steps(jsonb, text) IS
'How the expectation was made, step by step; empty for a school left out.';
