-- A school's report in plain English. Every figure in it is one of abie_internal.report_facts, rounded.

CREATE FUNCTION abie_internal.characteristic_text(characteristic text, meaning text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: a characteristic of the user's own has no meaning here
RETURN CASE characteristic WHEN 'fsm_pct' THEN 'Free school meals, % of pupils' WHEN 'fsm6_pct'
	THEN 'Free school meals in the past six years, % of pupils'
	WHEN 'sen_support_pct' THEN 'SEN support, % of pupils' WHEN 'ehc_plan_pct'
		THEN 'Education, health and care plan, % of pupils'
	WHEN 'semh_pct' THEN 'Social, emotional and mental health need, % of pupils' WHEN 'eal_pct'
		THEN 'English as an additional language, % of pupils'
	WHEN 'mobility_pct' THEN 'Joined or left in the year, % of pupils' WHEN 'ln_headcount' THEN 'Pupils on roll'
	WHEN 'idaci_score' THEN 'Children in low-income families in the area, 0 to 1' WHEN 'idaci_rank'
		THEN 'Deprivation of the area, rank (1 is most deprived)' WHEN 'region' THEN 'Region'
	WHEN 'urban_rural' THEN 'Urban or rural' WHEN 'religious_character' THEN 'Religious character' WHEN 'selective'
		THEN 'Selects by ability'
	ELSE coalesce(meaning, replace(characteristic, 'other.', '')) END;
COMMENT ON FUNCTION abie_internal.characteristic_text(text, text) IS
'A characteristic in a governor''s words. Not STRICT because meaning may be NULL.';

CREATE FUNCTION abie_internal.characteristic_number(characteristic text, number float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query
RETURN CASE characteristic WHEN 'ln_headcount' THEN abie_internal.thousands(round(exp(number))::bigint)
	WHEN 'idaci_rank'
	THEN abie_internal.thousands(round(number)::bigint)
	WHEN 'idaci_score' THEN abie_internal.decimal(number, 3) ELSE abie_internal.decimal(number, 1) END;
COMMENT ON FUNCTION abie_internal.characteristic_number(text, float8) IS
'A number of a characteristic as reports write it; the logarithm of the headcount as the headcount.';

CREATE FUNCTION abie_internal.km_text(km float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN km < 1 THEN 'under 1 km away' ELSE abie_internal.decimal(km, 0) || ' km away' END;
COMMENT ON FUNCTION abie_internal.km_text(float8) IS 'A distance as reports write it, in whole kilometres.';

CREATE FUNCTION abie_internal.exclusion_text(reason text, minimum_enrolments text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: the minimum matters for one reason only
RETURN CASE reason
	WHEN 'special school'
		THEN 'Special schools are described but not given expectations: their pupils'' needs differ too much from '
		'school to school for a fair comparison.'
	WHEN 'not mainstream' THEN 'Expectations are for mainstream, state-funded schools only.'
	WHEN 'closed before the target year'
		THEN 'The school is recorded as closed before the year that expectations are for.'
	WHEN 'fewer than the minimum enrolments'
		THEN format('With fewer than %s pupils, attendance goes up and down by chance so much that an expectation '
		'would say little about the school.', minimum_enrolments)
	WHEN 'no attendance figure' THEN 'No attendance rate of the year before is held for the school.'
	WHEN 'no characteristics'
		THEN 'The figures that describe the school''s circumstances are not held, so it cannot be compared with others.'
	WHEN 'too few comparable schools' THEN 'There are not enough schools in comparable circumstances.'
	WHEN 'phase not known' THEN 'It is not known whether the school is primary or secondary.'
	WHEN 'school type not understood'
		THEN 'The school''s type is written in a way that is not understood, so it is not known whether the school is '
		'primary or secondary.'
	WHEN 'URN not unique'
		THEN 'Attendance is held more than once under the school''s reference number, and it is not clear which is '
		'right.'
	ELSE 'See the reason above.' END;
COMMENT ON FUNCTION abie_internal.exclusion_text(text, text) IS
'A reason of abie.exclusion in a governor''s words. Not STRICT because minimum_enrolments may be NULL.';

CREATE FUNCTION abie_internal.report_status_text(run jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN CASE run ->> 'run_status' WHEN 'issued' THEN NULL
	WHEN 'withdrawn' THEN 'Withdrawn: do not use the figures in this report.'
	WHEN 'superseded' THEN 'A newer calculation has taken the place of this one.'
	ELSE 'Draft: these figures have been calculated but not issued. They may still change.' END;
COMMENT ON FUNCTION abie_internal.report_status_text(jsonb) IS
'What a reader has to know of a run''s status; NULL where it is issued.';

-- Not the highest rung: averages and expected attendance may lie above it.
CREATE FUNCTION abie_internal.ladder_top_text(expectation jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN CASE WHEN (expectation ->> 'pre_pandemic')::float8 > (expectation ->> 'pared_mean')::float8
	THEN 'the school''s own rate in 2018/19'
	ELSE 'the mean of the best similar schools' END;
COMMENT ON FUNCTION abie_internal.ladder_top_text(jsonb) IS
'What abie.expectation.ladder_top is, in words; of equal ones the mean.';

CREATE FUNCTION abie_internal.report_lead(e jsonb, target_year text, baseline_year text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attendance text := abie_internal.decimal((e ->> 'attendance')::float8, 2);
	baseline text := abie_internal.decimal((e ->> 'baseline')::float8, 2);
	target text := abie_internal.decimal((e ->> 'target')::float8, 2);
	step float8 := (e ->> CASE e ->> 'statement' WHEN 'maintain' THEN 'baseline'
		ELSE 'target' END)::float8 - (e ->> 'attendance')::float8;
	apart text := CASE WHEN abs(step) < 0.005 THEN 'under 0.01' ELSE abie_internal.decimal(abs(step), 2) END;
BEGIN
	CASE e ->> 'statement'
		WHEN 'improve' THEN
			RETURN format('Raise attendance by at least %s percentage points in %s: from an underlying level of %s%% '
				'to %s%%. '
				'From the rate of %s, %s%%, that is a step of %s points.',
				abie_internal.decimal((e ->> 'improvement')::float8, 1), target_year, baseline, target, baseline_year,
					attendance, apart);
		WHEN 'sustain' THEN
			RETURN format('Keep attendance up in %s: from an underlying level of %s%% the target is %s%%, and it was '
				'reached in %s '
				'with %s%%%s.', target_year, baseline, target, baseline_year, attendance,
				CASE WHEN step < 0 THEN format(', %s points above it', apart) ELSE '' END);
		ELSE
			RETURN format('Maintain attendance in %s. No improvement is asked for: the underlying level of %s%% %s%s, '
				'and '
				'nothing beyond that is asked of a school. The rate of %s was %s%%%s.', target_year, baseline,
				CASE WHEN e -> 'headroom' = 'null'
					THEN 'is about that of the best similar schools, or of the school itself in 2018/19'
					WHEN (e ->> 'headroom')::float8 = 0 THEN 'is not below ' || abie_internal.ladder_top_text(e)
					WHEN (e ->> 'headroom')::float8 <= (e ->> 'improvement')::float8
						THEN 'is less than 0.05 points below ' || abie_internal.ladder_top_text(e)
					ELSE 'is asked to rise by less than 0.05 points towards ' || abie_internal.ladder_top_text(e) END,
				coalesce(' (' || abie_internal.decimal((e ->> 'ladder_top')::float8, 2) || '%)', ''), baseline_year,
					attendance,
				CASE WHEN step = 0 THEN ''
					ELSE format(', %s points %s that level', apart, CASE WHEN step > 0 THEN 'below'
						ELSE 'above' END) END);
	END CASE;
END $$;
COMMENT ON FUNCTION abie_internal.report_lead(jsonb, text, text) IS
'The expectation of a row of abie_report.school_expectation in a sentence, by its statement, with the step '
'from last year''s rate.';

CREATE FUNCTION abie_internal.school_report_head(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	target_year text := facts #>> '{run,target_year}';
	size text;
	lead text;
	more text;
BEGIN
	size := CASE WHEN e -> 'enrolments' <> 'null' THEN abie_internal.thousands((e ->> 'enrolments')::bigint)
		|| ' pupils' END;
	CASE facts ->> 'outcome'
		WHEN 'improve', 'sustain' THEN
			more := CASE WHEN (e ->> 'gap')::float8 > 0
				THEN format('The level is %s percentage points below what would be expected in the school''s '
				'circumstances, %s%%. ', abie_internal.decimal((e ->> 'gap')::float8, 2),
				abie_internal.decimal((e ->> 'expected')::float8, 2))
					ELSE format('The level is at or above what would be expected in the school''s circumstances, '
						'%s%%; the improvement is its part in the improvement that all schools make. ',
						abie_internal.decimal((e ->> 'expected')::float8, 2)) END
				|| format('The improvement is published to one decimal; before rounding it is %s. ',
					abie_internal.decimal((e ->> 'improvement')::float8, 2))
				|| CASE WHEN e -> 'improvement_days' <> 'null'
					THEN format('It comes to about %s more days in school over the year for all pupils together: %s '
					'days a pupil.',
					abie_internal.thousands(round((e ->> 'improvement_days')::numeric)::bigint),
						abie_internal.decimal((e ->> 'improvement_days_per_pupil')::float8, 1)) ELSE '' END;
		WHEN 'maintain' THEN
			more := format('In the school''s circumstances %s%% would be expected.',
				abie_internal.decimal((e ->> 'expected')::float8, 2));
		ELSE
			lead := format('No attendance expectation has been set for %s: %s.', target_year,
				e ->> 'exclusion_reason') ;
			more := abie_internal.exclusion_text(e ->> 'exclusion_reason', facts #>> '{methodology,minimum_enrolments}')
				|| coalesce(' What the records say: ' || (e ->> 'exclusion_detail') || '.', '');
	END CASE;
	IF facts ->> 'outcome' <> 'left out' THEN
		lead := abie_internal.report_lead(e, target_year, facts #>> '{run,baseline_year}');
		more := format('In %s the school''s attendance was %s%%. The underlying level is that rate with some of the '
			'chance of a single year taken out. ', facts #>> '{run,baseline_year}',
			abie_internal.decimal((e ->> 'attendance')::float8, 2)) || more;
	END IF;
	RETURN abie_internal.report_part(format, 'title', abie_internal.shown_name(e ->> 'school_name',
		(e ->> 'urn')::integer))
		|| abie_internal.report_part(format, 'meta',
			concat_ws(' ' || chr(183) || ' ', 'Attendance expectation for ' || target_year, 'URN ' || (e ->> 'urn'),
			e ->> 'la_name', initcap(e ->> 'stratum'), size))
		|| abie_internal.report_part(format, 'notice', abie_internal.report_status_text(facts -> 'run'))
		|| abie_internal.report_part(format, 'lead', lead) || abie_internal.report_part(format, 'paragraph', more);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_head(jsonb, text) IS
'Title, status and the expectation in one sentence.';

CREATE FUNCTION abie_internal.school_report_ladder(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	names text[] :=
		'{Underlying level now,Target,Expected,Local authority average,National average,"Similar schools, top 25%",'
		'"Best similar schools, mean",Own rate in 2018/19}';
	roles text[] := '{start,target,NULL,NULL,NULL,NULL,NULL,NULL}';
	heights float8[];
	cells text[];
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		RETURN '';
	END IF;
	SELECT array_agg((e ->> r.rung)::float8 ORDER BY r.place) INTO heights
	FROM unnest('{baseline,target,expected,la_average,national_average,similar_upper_quartile,pared_mean,'
		'pre_pandemic}'::text[]) WITH ORDINALITY r(rung, place);
	IF facts ->> 'outcome' = 'maintain' THEN
		-- nothing to climb: level and target are one
		names := names[1:1] || names[3:];
		roles := roles[1:1] || roles[3:];
		heights := heights[1:1] || heights[3:];
	END IF;
	SELECT ARRAY[ARRAY['Rung', 'Attendance', 'Above the level now']]
		|| array_agg(ARRAY[r.name, abie_internal.decimal(r.height, 2) || '%',
			abie_internal.signed(r.height - heights[1], 2)]
		ORDER BY r.height DESC, r.place DESC) INTO cells
	FROM unnest(names, heights) WITH ORDINALITY r(name, height, place) WHERE r.height IS NOT NULL;
	RETURN abie_internal.report_part(format, 'heading', 'The ladder')
		|| abie_internal.report_part(format, 'paragraph',
			format('Where the school stands, and rungs to climb to. Averages and the rates of similar schools are of '
			'%s. "Best similar schools, mean" is the average of the best of the school and its similar schools that '
			'teach %s%% of their pupils together.',
			facts #>> '{run,baseline_year}',
				abie_internal.decimal(100 * (facts #>> '{methodology,benchmark_share}')::float8, 0)))
		|| CASE format WHEN 'html'
			THEN abie_internal.report_part(format, 'picture',
			abie.chart_ladder('The ladder for ' || (facts #>> '{run,target_year}'), names, heights, roles)) ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'The figures of the ladder', cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_ladder(jsonb, text) IS
'The ladder as a picture and a table; empty for a school left out.';

CREATE FUNCTION abie_internal.school_report_steps(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	m jsonb := facts -> 'methodology';
	baseline_year text := facts #>> '{run,baseline_year}';
	phase text := e ->> 'stratum';
	-- else nothing of other schools' attendance is shown
	references_published boolean := e -> 'ladder_top' <> 'null';
	steps text[];
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		RETURN '';
	END IF;
	steps := ARRAY[format(E'Attendance.\tIn %s the school''s attendance was %s%%', baseline_year,
		abie_internal.decimal((e ->> 'attendance')::float8, 2))
		|| CASE WHEN num_nulls(e ->> 'sess_possible', e ->> 'sess_overall') = 0
			THEN format(': of %s sessions (half days) possible, %s were missed.',
			abie_internal.thousands((e ->> 'sess_possible')::bigint),
				abie_internal.thousands((e ->> 'sess_overall')::bigint))
			ELSE ', from the published absence rate.' END];
	IF NOT references_published THEN
		steps := steps
			|| format(E'Expected attendance.\tWhat the school''s circumstances and the attendance of other schools '
				'lead one to expect: %s%%. The attendance of most of them is known from their registers only and not '
				'published, so that it is not shown here how this follows from it.',
				abie_internal.decimal((e ->> 'expected')::float8, 2))
			|| format(E'Underlying level.\t%s%%. One year''s rate is partly chance, so that it is the school''s own '
				'rate with some of the expected attendance.', abie_internal.decimal((e ->> 'baseline')::float8, 2));
	ELSIF m ->> 'method' = 'contextual' THEN
		steps := steps
			|| format(E'Circumstances.\tWhat the attendance of all other %s schools says about a school with pupils '
				'and a place like this: %s%%. The school''s own attendance has no part in this.', phase,
				abie_internal.decimal((e ->> 'context')::float8, 2))
			|| format(E'Similar schools.\tThe %s most similar schools attend %s points %s than their own '
				'circumstances would suggest. Experience shows that %s%% of such a difference is shared, which makes '
				'the expected attendance %s%%.', m ->> 'similar_schools',
				abie_internal.decimal(abs((e ->> 'local_residual')::float8), 2), CASE
					WHEN (e ->> 'local_residual')::float8 < 0
					THEN 'less' ELSE 'more' END,
				abie_internal.decimal(100 * (m ->> 'local_slope')::float8, 0),
					abie_internal.decimal((e ->> 'expected')::float8, 2))
			|| (format(E'Underlying level.\tOne year''s rate is partly chance. %s counts for %s%% and the expected '
				'attendance for the rest: %s%%.',
				CASE WHEN (e ->> 'own_level')::float8 <> (e ->> 'attendance')::float8
					THEN format('The school''s own level over two years, %s%%,',
					abie_internal.decimal((e ->> 'own_level')::float8, 2)) ELSE 'The school''s own rate' END,
				abie_internal.decimal(100 * (e ->> 'own_share')::float8, 0),
					abie_internal.decimal((e ->> 'baseline')::float8, 2))
				|| CASE m ->> 'sampling_source' WHEN 'earlier run'
					THEN format(' How much is chance could not be learned, because no earlier year is held; it is '
					'taken from an earlier calculation, run %s.', m ->> 'sampling_run')
					WHEN 'residuals'
						THEN ' How much is chance could not be learned, because no earlier year is held; it is judged '
						'by how far schools of different sizes are from what is expected of them.' ELSE '' END);
	ELSE
		steps := steps
			|| format(E'Expected attendance.\tThe %s most similar schools attend %s%% on average; more alike and '
				'larger ones count for more.', m ->> 'similar_schools',
					abie_internal.decimal((e ->> 'expected')::float8, 2))
			|| format(E'Underlying level.\tIt is last year''s rate, %s%%.',
				abie_internal.decimal((e ->> 'baseline')::float8, 2));
	END IF;
	steps := steps
		|| format(E'Gap.\tExpected attendance less the underlying level: %s percentage points%s.',
			abie_internal.decimal((e ->> 'gap')::float8, 2), CASE WHEN (e ->> 'gap')::float8 = 0
			THEN ', because the school is at or above it' ELSE '' END)
		|| format(E'Improvement.\tThe national pace of %s points a year and %s%% of the gap; at least %s, at most %s, '
			'and never above the room left up to %s: %s percentage points, published as %s.',
			m ->> 'pace', abie_internal.decimal(100 * (m ->> 'gap_share')::float8, 0), m ->> 'improvement_floor',
				m ->> 'improvement_cap',
			CASE WHEN references_published
				THEN abie_internal.ladder_top_text(e) || ', which is '
					|| abie_internal.decimal((e ->> 'headroom')::float8, 2)
				ELSE 'the mean of the best similar schools, or to the school''s own rate in 2018/19' END,
					abie_internal.decimal((e ->> 'improvement')::float8, 2),
					abie_internal.decimal((e ->> 'improvement_rounded')::float8, 1))
		|| format(E'Target.\tUnderlying level and improvement: %s%% in %s.',
			abie_internal.decimal((e ->> 'target')::float8, 2),
			facts #>> '{run,target_year}');
	RETURN abie_internal.report_part(format, 'heading', 'How the number was made')
		|| abie_internal.report_part(format, 'steps', '',
		steps)
		|| CASE WHEN facts ->> 'outcome' = 'maintain' THEN ''
			ELSE abie_internal.report_part(format, 'paragraph',
			format('There is a second way to succeed. If attendance rises or falls everywhere, the median change of '
			'%s schools is taken off this school''s rate first; with %s points added, it then has to reach the target.',
			phase, m ->> 'pace')) END
		|| abie_internal.report_part(format, 'meta', 'Figures are rounded here; sums are made with all their digits.');
END $$;
COMMENT ON FUNCTION abie_internal.school_report_steps(jsonb, text) IS
'How the expectation was made, step by step; empty for a school left out.';

CREATE FUNCTION abie_internal.school_report_circumstances(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	cells text[];
	is_contextual boolean := facts #>> '{methodology,method}' = 'contextual';
BEGIN
	IF facts ->> 'outcome' = 'left out' OR facts -> 'circumstances' = 'null' THEN
		RETURN '';
	END IF;
	SELECT ARRAY[ARRAY['Circumstance', 'This school', 'Similar schools'] || CASE WHEN is_contextual
		THEN ARRAY['Effect, points'] ELSE ARRAY['Typical school'] END]
		|| array_agg(ARRAY[abie_internal.characteristic_text(c.characteristic, c.meaning),
			coalesce(abie_internal.characteristic_number(c.characteristic, c.number), CASE
				WHEN c.characteristic = 'selective'
				THEN CASE c.category WHEN 'selective' THEN 'yes' ELSE 'no' END ELSE c.category END, 'not known'),
			coalesce(abie_internal.characteristic_number(c.characteristic, c.similar_average), CASE
				WHEN c.category IS NOT NULL
				THEN c.similar_same || ' the same' END, ''),
			coalesce(CASE WHEN is_contextual THEN abie_internal.signed(c.contribution, 2)
				ELSE abie_internal.characteristic_number(c.characteristic, c.typical) END, '')] ORDER BY c.place)
	INTO cells
	FROM ROWS
		FROM (jsonb_to_recordset(facts -> 'circumstances') AS (characteristic text, meaning text, number float8,
		category text, similar_average float8, similar_same bigint, typical float8, contribution float8))
		WITH ORDINALITY c(characteristic, meaning, number, category, similar_average, similar_same, typical,
			contribution, place);
	RETURN abie_internal.report_part(format, 'heading', 'What the school is compared by')
		|| abie_internal.report_part(format, 'paragraph', CASE WHEN is_contextual
			THEN format('The effect is what each circumstance adds to or takes off the attendance expected of the '
			'school, compared with the average %s school. Effects show what tends to go together, not what causes '
			'what.', facts #>> '{expectation,stratum}')
			ELSE format('The typical school is the median %s school.', facts #>> '{expectation,stratum}') END)
		|| abie_internal.report_part(format, 'table', 'Circumstances in ' || (facts #>> '{run,baseline_year}'), cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_circumstances(jsonb, text) IS
'What the school is compared by, beside its similar schools; empty for a school left out.';

CREATE FUNCTION abie_internal.school_report_history(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	improves boolean := facts ->> 'outcome' = 'improve';
	has_target boolean := facts ->> 'outcome' IN ('improve', 'sustain');
	h record;
	cells text[];
BEGIN
	IF facts -> 'history' = 'null' THEN
		RETURN '';
	END IF;
	SELECT array_agg(r.academic_year ORDER BY r.place) AS years, array_agg(r.attendance ORDER BY r.place) AS attendance,
		array_agg(r.attendance_low ORDER BY r.place) AS low,
		array_agg(r.attendance_high ORDER BY r.place) AS high, array_agg(r."national" ORDER BY r.place) AS averages,
			array_agg(r.expected ORDER BY r.place) AS expected,
		array_agg(r.expected_low ORDER BY r.place) AS expected_low, array_agg(r.expected_high
			ORDER BY r.place) AS expected_high,
		ARRAY[ARRAY['Year', 'This school', 'Expected', 'National']]
			|| array_agg(ARRAY[r.academic_year,
			abie_internal.decimal(r.attendance,
			2) || '%' || coalesce(E'\n' || abie_internal.decimal(r.attendance_low,
			1) || ' to ' || abie_internal.decimal(r.attendance_high, 1), ''),
			coalesce(abie_internal.decimal(r.expected,
				2) || '%' || coalesce(E'\n' || abie_internal.decimal(r.expected_low,
				1) || ' to ' || abie_internal.decimal(r.expected_high, 1), ''), ''),
					coalesce(abie_internal.decimal(r."national",
				2) || '%', '')] ORDER BY r.place DESC) AS cells
	INTO h
	FROM ROWS
		FROM (jsonb_to_recordset(facts -> 'history') AS (academic_year text, attendance float8, attendance_low float8,
		attendance_high float8, "national" float8, expected float8, expected_low float8, expected_high float8))
		WITH ORDINALITY r(academic_year, attendance, attendance_low, attendance_high, "national", expected,
			expected_low, expected_high, place);
	RETURN abie_internal.report_part(format, 'heading', 'Attendance over the years')
		|| CASE WHEN e -> 'forecast_low' <> 'null'
			THEN abie_internal.report_part(format, 'paragraph',
			format('If nothing changes at the school, its attendance in %s will most likely be between %s%% and %s%%. '
			'(That has held for 95 of 100 schools; a change common to all schools comes on top.)%s',
			facts #>> '{run,target_year}', abie_internal.decimal((e ->> 'forecast_low')::float8, 1),
				abie_internal.decimal((e ->> 'forecast_high')::float8, 1),
			CASE WHEN improves AND (e ->> 'target')::float8 BETWEEN (e ->> 'forecast_low')::float8
				AND (e ->> 'forecast_high')::float8
				THEN ' The target lies within that range, so one year''s rate alone will not prove that the school '
				'has improved.' ELSE '' END)) ELSE '' END
		|| CASE format WHEN 'html'
			THEN abie_internal.report_part(format, 'picture',
			abie.chart_history('This school and all schools of its phase', h.years, h.attendance, h.low, h.high,
			h.averages, h.expected,
			CASE WHEN e -> 'forecast_low' <> 'null' OR has_target THEN facts #>> '{run,target_year}' END, CASE
				WHEN has_target
				THEN (e ->> 'target')::float8 END, (e ->> 'forecast_low')::float8, (e ->> 'forecast_high')::float8,
				h.expected_low, h.expected_high)) ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'The figures over the years, with 95% intervals', h.cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_history(jsonb, text) IS
'Attendance over the years as a picture and a table.';

-- The clearly better ones where there are four, else all better ones. Only what is chosen is put in words.
CREATE FUNCTION abie_internal.report_learn(similar_schools jsonb, OUT most_similar text[], OUT nearest text[],
	OUT better bigint,
	OUT clearly_better bigint)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT array_agg(said ORDER BY k.rank) FILTER (WHERE k.similar_place <= 4),
	array_agg(said ORDER BY k.km, k.rank) FILTER (WHERE k.near_place <= 4 AND k.km IS NOT NULL), min(k.better),
	min(k.clearly_better)
FROM (SELECT c.*, row_number() OVER (ORDER BY c.rank) AS similar_place,
	row_number() OVER (ORDER BY c.km, c.rank) AS near_place
	FROM (SELECT x.*, count(*) OVER () AS better, count(*) FILTER (WHERE x.is_clear) OVER () AS clearly_better
		FROM jsonb_to_recordset(similar_schools) x(rank integer, similar_urn integer, similar_name text,
			similar_la_name text, km float8, similar_enrolments bigint, similar_attendance float8, is_better boolean,
			is_clear boolean)
		WHERE x.is_better) c
	WHERE c.is_clear OR c.clearly_better < 4) k
	CROSS JOIN LATERAL (SELECT CASE WHEN least(k.similar_place, k.near_place) <= 4
		THEN format(E'%s\t%s: %s%%', abie_internal.shown_name(k.similar_name, k.similar_urn),
		concat_ws(', ', k.similar_la_name, abie_internal.km_text(k.km), abie_internal.thousands(k.similar_enrolments)
			|| ' pupils'),
			abie_internal.decimal(k.similar_attendance, 2)) END) w(said)
$$;
COMMENT ON FUNCTION abie_internal.report_learn(jsonb) IS
'Of the similar schools of a report those to learn from, the four most similar and the four nearest: of '
'those with clearly higher attendance, or where these are fewer than four, of all with higher attendance; how many '
'have. NULL where none has.';

CREATE FUNCTION abie_internal.school_report_standing(facts jsonb, better bigint, clearly_better bigint) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: the counts are NULL where none is better
DECLARE
	standing jsonb := facts -> 'standing';
	others integer := jsonb_array_length(facts -> 'similar_schools');
	hidden bigint;
BEGIN
	SELECT count(*) INTO hidden FROM jsonb_array_elements(facts -> 'similar_schools') s
		WHERE s -> 'similar_attendance' = 'null';
	RETURN format('These are the %s schools whose circumstances, taken together, are closest to this school''s. ',
		others)
		|| CASE WHEN (facts #>> '{expectation,poor_match}')::boolean
			THEN 'They are less alike than the similar schools of most: this school''s circumstances are unusual, so '
			'read the comparison with care. ' ELSE '' END
		|| CASE WHEN hidden > 0
			THEN format('The attendance of %s of them is known from their registers only and not published; they are '
			'left out of what follows. ', hidden) ELSE '' END
		|| CASE WHEN hidden = others THEN ''
			ELSE format('%s of %s had higher attendance than this school%s', coalesce(better::text, 'None'),
			others - hidden,
			CASE WHEN standing = 'null' OR coalesce(better, 0) = 0 THEN '. ' WHEN clearly_better = 0
				THEN ', none of them by more than chance would often bring. '
				ELSE format(', %s of them by more than chance would often bring. ', clearly_better) END) END
		|| CASE WHEN standing = 'null' THEN ''
			WHEN standing -> 'best' = standing -> 'worst'
				THEN format('Counting itself, it stands at place %s of %s.', standing ->> 'best',
				standing ->> 'schools')
			ELSE format('Counting itself, it stands somewhere between place %s and place %s of %s; one year''s rate '
				'is partly chance, so an exact place cannot be given.', standing ->> 'best', standing ->> 'worst',
				standing ->> 'schools') END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_standing(jsonb, bigint, bigint) IS
'Where the school stands among its similar schools, as an interval of places; better and clearly_better of '
'abie_internal.report_learn. Not STRICT because these are NULL where none is better.';

CREATE FUNCTION abie_internal.school_report_similar(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 6000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	learn record;
	n record;
BEGIN
	IF facts ->> 'outcome' = 'left out' OR facts -> 'similar_schools' = 'null' THEN
		RETURN '';
	END IF;
	learn := abie_internal.report_learn(facts -> 'similar_schools');
	SELECT array_agg(r.name ORDER BY r.rank) AS names, array_agg(r.attendance ORDER BY r.rank) AS attendance,
		array_agg(r.low ORDER BY r.rank) AS low, array_agg(r.high ORDER BY r.rank) AS high, count(*) AS schools,
		ARRAY[ARRAY['Similar school, most similar first', 'Pupils', 'Free meals', 'Attendance']] || array_agg(ARRAY[
			r.name || CASE WHEN r.better THEN ' ' || chr(9733)
				ELSE '' END || coalesce(E'\n' || nullif(concat_ws(', ', r.la, abie_internal.km_text(r.km)), ''), ''),
				coalesce(abie_internal.thousands(r.enrolments), ''),
			coalesce(abie_internal.decimal(r.fsm, 1) || '%', ''),
				coalesce(abie_internal.decimal(r.attendance,
				2) || '%' || coalesce(E'\n' || abie_internal.decimal(r.low, 1) || ' to '
					|| abie_internal.decimal(r.high, 1), ''),
				'not published')] ORDER BY r.rank) AS cells
	INTO n
	FROM (SELECT x.rank, abie_internal.shown_name(x.similar_name, x.similar_urn) AS name, x.similar_la_name AS la, x.km,
		x.similar_enrolments AS enrolments,
			x.similar_attendance AS attendance, x.similar_attendance_low AS low, x.similar_attendance_high AS high,
				x.similar_fsm_pct AS fsm, x.is_better AS better
		FROM jsonb_to_recordset(facts -> 'similar_schools') x(rank integer, similar_urn integer, similar_name text,
			similar_la_name text, km float8, similar_enrolments bigint, similar_attendance float8,
			similar_attendance_low float8, similar_attendance_high float8, similar_fsm_pct float8,
				is_better boolean)) r;
	RETURN abie_internal.report_part(format, 'heading', 'Similar schools')
		|| abie_internal.report_part(format, 'paragraph', abie_internal.school_report_standing(facts, learn.better,
			learn.clearly_better))
		|| CASE format WHEN 'html'
			THEN abie_internal.report_part(format, 'picture',
			abie.chart_similar('Attendance in ' || (facts #>> '{run,baseline_year}'),
			n.names || abie_internal.shown_name(e ->> 'school_name', (e ->> 'urn')::integer),
				n.attendance || (e ->> 'attendance')::float8, n.low || (e ->> 'attendance_low')::float8,
				n.high || (e ->> 'attendance_high')::float8, n.schools::integer + 1)) ELSE '' END
		|| abie_internal.report_part(format, 'heading', 'Schools to learn from')
		|| CASE WHEN learn.better IS NULL
			THEN abie_internal.report_part(format, 'paragraph',
			'None of the similar schools had higher attendance: others may learn from this school.')
			ELSE abie_internal.report_part(format, 'paragraph', CASE WHEN learn.better <= 4
				THEN 'The similar schools that had higher attendance:'
					ELSE format('Of the similar schools with %s attendance, the most similar and the nearest:', CASE
						WHEN learn.clearly_better >= 4 THEN 'clearly higher' ELSE 'higher' END) END)
				|| CASE WHEN learn.better > 4 THEN abie_internal.report_part(format, 'subheading', 'Most similar')
					ELSE '' END || abie_internal.report_part(format, 'list', '', learn.most_similar)
				|| CASE WHEN learn.better > 4 AND learn.nearest IS NOT NULL
					THEN abie_internal.report_part(format, 'subheading', 'Nearest')
						|| abie_internal.report_part(format, 'list', '',
					learn.nearest) ELSE '' END END
		|| abie_internal.report_part(format, 'table',
			format('All %s similar schools; %s had higher attendance than this school', n.schools, chr(9733)), n.cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_similar(jsonb, text) IS
'The similar schools, where the school stands among them and whom to learn from; empty for a school left '
'out.';

CREATE FUNCTION abie_internal.school_report_absence(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	most text;
	cells text[];
BEGIN
	IF facts -> 'absence' = 'null' THEN
		RETURN '';
	END IF;
	SELECT ARRAY[ARRAY['Absence', 'This school', 'Similar schools', 'Difference']] || array_agg(ARRAY[r.meaning || CASE
		WHEN r.reason LIKE 'enrolments%' THEN E'\n% of pupils' ELSE '' END,
		abie_internal.decimal(r.own_percent, 2) || '%', abie_internal.decimal(r.similar_percent, 2) || '%',
			abie_internal.signed(r.own_percent - r.similar_percent, 2)] ORDER BY r.place),
		(array_agg(format('%s, %s points', r.meaning, abie_internal.signed(r.own_percent - r.similar_percent, 2))
			ORDER BY r.own_percent - r.similar_percent DESC,
			r.place) FILTER (WHERE r.own_percent - r.similar_percent >= 0.005 AND r.reason ~ '^sess_(un)?auth_'))[1]
	INTO cells, most
	FROM ROWS
		FROM (jsonb_to_recordset(facts -> 'absence') AS (reason text, meaning text, own_percent float8,
		similar_percent float8)) WITH ORDINALITY r(reason, meaning, own_percent, similar_percent, place)
	WHERE r.own_percent >= 0.005 OR r.similar_percent >= 0.005;
	RETURN abie_internal.report_part(format, 'heading', 'Absence by reason')
		|| abie_internal.report_part(format, 'paragraph',
			'Sessions missed in ' || (facts #>> '{run,baseline_year}')
			|| ', per cent of those possible, beside the similar schools taken together. The largest differences show '
			'where to look first.' || coalesce(' Furthest above the similar schools: ' || most || '.', ''))
		|| abie_internal.report_part(format, 'table', 'Absence in ' || (facts #>> '{run,baseline_year}'), cells);
END $$;
COMMENT ON FUNCTION abie_internal.school_report_absence(jsonb, text) IS
'Absence by reason beside the similar schools; empty where no reasons are held.';

CREATE FUNCTION abie_internal.school_report_distribution(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	d record;
BEGIN
	IF facts -> 'distribution' = 'null' THEN
		RETURN '';
	END IF;
	SELECT array_agg(r.improvement_rounded ORDER BY r.improvement_rounded) AS heights, array_agg(r.schools
		ORDER BY r.improvement_rounded) AS counts,
		ARRAY[ARRAY['Improvement, percentage points', 'Schools']]
			|| array_agg(ARRAY[abie_internal.decimal(r.improvement_rounded, 1),
				coalesce(abie_internal.thousands(r.schools), 'c')]
			ORDER BY r.improvement_rounded) AS cells
	INTO d FROM jsonb_to_recordset(facts -> 'distribution') r(improvement_rounded float8, schools bigint);
	RETURN abie_internal.report_part(format, 'heading', 'What is expected of other schools')
		|| CASE WHEN format = 'html' AND cardinality(d.heights) <= 40 AND cardinality(array_remove(d.counts, NULL)) > 0
			THEN abie_internal.report_part(format, 'picture',
			abie.chart_distribution('Expectations of all ' || (facts #>> '{expectation,stratum}') || ' schools',
			'Percentage points expected; number of schools above each bar', d.heights, d.counts,
				(facts #>> '{expectation,improvement_rounded}')::float8)) ELSE '' END
		|| abie_internal.report_part(format, 'figures', 'Schools by improvement expected', d.cells)
		|| CASE WHEN cardinality(array_remove(d.counts, NULL)) < cardinality(d.counts)
			THEN abie_internal.report_part(format, 'meta', 'c: 1 or 2 schools, or a number that would give these away.')
				ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_distribution(jsonb, text) IS
'How many schools have which expectation; empty for a school left out.';

CREATE FUNCTION abie_internal.school_report_limits(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	limits text[] := '{}';
	cells text[];
BEGIN
	IF facts ->> 'outcome' <> 'left out' THEN
		limits := ARRAY[
			E'It is not a judgement.\tIt says what attendance goes with circumstances like these, not how good the '
				'school is, and not why pupils are absent.',
			E'It is uncertain.\t' || CASE WHEN e -> 'attendance_low' <> 'null'
				THEN format('With %s pupils, one year''s rate of %s%% fits an underlying level anywhere from %s%% to '
				'%s%%; smaller schools vary more.', abie_internal.thousands((e ->> 'enrolments')::bigint),
				abie_internal.decimal((e ->> 'attendance')::float8, 2),
					abie_internal.decimal((e ->> 'attendance_low')::float8, 1),
					abie_internal.decimal((e ->> 'attendance_high')::float8, 1))
					ELSE 'One year''s rate is partly chance; smaller schools vary more.' END,
			E'It knows nothing of what happened.\tAn outbreak of illness, a flood, a change of intake or building is '
				'not in the figures. Tell the story beside the number.',
			E'It is not a limit.\tThe improvement is the least that is expected. The ladder shows what comparable '
				'schools reach.'];
	END IF;
	SELECT ARRAY[ARRAY['Figures', 'Recorded']]
		|| array_agg(ARRAY[r.figure || coalesce(E'\n' || r.source, ''),
		coalesce(to_char(r.recorded, 'FMDD Mon YYYY'), '')] ORDER BY r.place) INTO cells
	FROM ROWS
		FROM (jsonb_to_recordset(CASE WHEN facts -> 'data' <> 'null' THEN facts -> 'data'
		ELSE '[]' END) AS (figure text, source text, recorded date)) WITH ORDINALITY r(figure, source, recorded, place);
	RETURN CASE WHEN limits <> '{}'
		THEN abie_internal.report_part(format, 'heading', 'What the number does not say')
			|| abie_internal.report_part(format, 'list', '',
		limits) ELSE '' END
		|| abie_internal.report_part(format, 'heading', 'Where the figures come from')
		|| CASE WHEN facts -> 'data' <> 'null' THEN abie_internal.report_part(format, 'table', 'Data used', cells)
			ELSE '' END
		|| CASE WHEN limits <> '{}'
			THEN abie_internal.report_part(format, 'meta',
			'The expectation was calculated from these figures and those of the other schools, and from nothing else.')
			ELSE '' END
		|| abie_internal.report_part(format, 'heading', 'If a figure is wrong')
		|| abie_internal.report_part(format, 'paragraph',
			format('Ask for a correction: tell whoever sent you this report which figure is wrong, what it should be '
			'and how you know, and quote URN %s and run %s. The request is recorded and answered; where it is right, '
			'the expectation is calculated again, and so are those of schools compared with this one.', e ->> 'urn',
				facts #>> '{run,run_id}'))
		|| abie_internal.report_part(format, 'paragraph',
			format('With access to the database you can record it yourself: abie.correction_request(%s, ''%s'', '
			'''what is wrong'').', e ->> 'urn', facts #>> '{run,baseline_year}'))
		|| abie_internal.report_part(format, 'meta',
			format('Run %s of %s for %s with methodology %s, abie %s. Digest of the inputs %s. Digest of the results '
			'%s.', facts #>> '{run,run_id}', left(facts #>> '{run,finished_at}', 10), facts #>> '{run,target_year}',
			facts #>> '{run,methodology}',
			facts #>> '{run,extension_version}', coalesce(facts #>> '{run,input_digest}', 'not held'),
				coalesce(facts #>> '{run,result_digest}', 'not held')));
END $$;
COMMENT ON FUNCTION abie_internal.school_report_limits(jsonb, text) IS
'What the number does not say, where the figures come from, and how to have one corrected.';

CREATE FUNCTION abie_internal.school_report_text(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF format = 'json' THEN
		RETURN jsonb_pretty(facts);
	END IF;
	RETURN abie_internal.report_page(format,
		abie_internal.shown_name(facts #>> '{expectation,school_name}', (facts #>> '{expectation,urn}')::integer)
		|| ': attendance expectation for ' || (facts #>> '{run,target_year}'),
		abie_internal.school_report_head(facts, format) || abie_internal.school_report_ladder(facts,
			format) || abie_internal.school_report_steps(facts, format)
		|| abie_internal.school_report_circumstances(facts, format) || abie_internal.school_report_history(facts,
			format) || abie_internal.school_report_similar(facts, format)
		|| abie_internal.school_report_absence(facts, format) || abie_internal.school_report_distribution(facts,
			format) || abie_internal.school_report_limits(facts, format));
END $$;
COMMENT ON FUNCTION abie_internal.school_report_text(jsonb, text) IS
'The report of a school from its facts (abie_internal.report_facts), as html, markdown or json.';

CREATE FUNCTION abie.school_report(urn integer, format text DEFAULT 'html', run_id integer DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 2000000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: run_id may be NULL
DECLARE
	chosen integer;
	report text;
BEGIN
	PERFORM abie_internal.check_report_format(format);
	chosen := abie.report_run(run_id);
	SELECT abie_internal.school_report_text(f.facts, format) INTO report
		FROM abie_internal.report_facts(chosen, ARRAY[urn]) f;
	IF report IS NULL AND urn IS NOT NULL THEN
		RAISE EXCEPTION 'school % is not in the scope of run %', urn, chosen
			USING ERRCODE = 'no_data_found',
				HINT = 'Schools in scope are in abie_report.school_expectation; you see those you may see.';
	END IF;
	RETURN report;
END $$;
COMMENT ON FUNCTION abie.school_report(integer, text, integer) IS
'The report of one school, in plain English: html (one file that loads nothing from elsewhere), markdown or json (all '
'figures unrounded, abie_internal.report_facts). run_id: abie.report_run, by default the run issued last, or where '
'none is '
'issued the newest calculated, which the report says. Not STRICT because run_id may be NULL; NULL for no urn. Errors: '
'22023 unknown format, P0002 no such run, or a school out of its scope or that the reader may not see.';

-- One SELECT that is put into the caller's query, so that rows come out as they are made. No SET clause for that
-- reason, and STABLE: abie_internal.report_facts, which may log the read, stays volatile in the query.
CREATE FUNCTION abie.report_files(run_id integer, format text DEFAULT 'html', part integer DEFAULT 1,
	parts integer DEFAULT 1) RETURNS TABLE (file_name text, content text)
LANGUAGE sql STABLE PARALLEL UNSAFE COST 1000000 ROWS 20000
BEGIN ATOMIC
	SELECT f.urn::text || CASE format WHEN 'html' THEN '.html' WHEN 'markdown' THEN '.md'
		ELSE '.json' END, abie_internal.school_report_text(f.facts, format)
	FROM (
		-- some thousands at a time: so many facts are held at once
		SELECT pg_catalog.array_agg(e.urn) AS urns
		FROM (SELECT x.urn, pg_catalog.row_number() OVER (ORDER BY x.urn) AS place
			FROM abie_report.school_expectation x WHERE x.run_id = report_files.run_id
				AND x.urn % parts = part - 1) e
		GROUP BY e.place / 7000
	) batch
		CROSS JOIN LATERAL abie_internal.report_facts(report_files.run_id, batch.urns) f;
END;
COMMENT ON FUNCTION abie.report_files(integer, text, integer, integer) IS
'The reports of all schools in scope of a run that the reader may see: file_name (the URN and .html, .md or .json) and '
'content, abie.school_report of each. Rows stream, a few thousand schools at a time; abie-reports writes them to '
'files. part of parts (1 of 1: all): a share of the schools, so that several sessions can do them together. Not '
'STRICT, so that it becomes part of the query that calls it.';
