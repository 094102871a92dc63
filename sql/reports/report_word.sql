-- The words of a school's report: characteristics, reasons and states in plain English. Every figure in it is one of
-- abie_internal.report_facts, rounded.

CREATE FUNCTION abie_internal.fact(facts jsonb, name text, digits integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN abie_internal.decimal((facts ->> name)::float8, digits);
COMMENT ON FUNCTION abie_internal.fact(jsonb, text, integer) IS
'A number of facts as reports write it: rounded half up to so many decimal places.';

CREATE FUNCTION abie_internal.characteristic_text(characteristic text, meaning text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: a characteristic of the user's own has no meaning here
RETURN CASE characteristic
	WHEN 'fsm_pct' THEN 'Free school meals, % of pupils'
	WHEN 'fsm6_pct' THEN 'Free school meals in the past six years, % of pupils'
	WHEN 'sen_support_pct' THEN 'SEN support, % of pupils'
	WHEN 'ehc_plan_pct' THEN 'Education, health and care plan, % of pupils'
	WHEN 'semh_pct' THEN 'Social, emotional and mental health need, % of pupils'
	WHEN 'eal_pct' THEN 'English as an additional language, % of pupils'
	WHEN 'mobility_pct' THEN 'Joined or left in the year, % of pupils'
	WHEN 'ln_mobility' THEN 'Joined or left in the year, % of sessions'
	WHEN 'key_stage_share' THEN 'In the last key stage of the phase, % of pupils'
	WHEN 'ln_headcount' THEN 'Pupils on roll'
	WHEN 'ln_tenth_school_km' THEN 'Kilometres to the tenth nearest school of its phase'
	WHEN 'idaci_score' THEN 'Children in low-income families in the area, 0 to 1'
	WHEN 'idaci_rank' THEN 'Deprivation of the area, rank (1 is most deprived)'
	WHEN 'region' THEN 'Region'
	WHEN 'region_inner_outer' THEN 'Region'
	WHEN 'age_class' THEN 'Ages taught'
	WHEN 'urban_rural' THEN 'Urban or rural'
	WHEN 'religious_character' THEN 'Religious character'
	WHEN 'religious_class' THEN 'Religious character'
	WHEN 'selective' THEN 'Selects by ability'
	ELSE coalesce(meaning, replace(characteristic, 'other.', '')) END;
COMMENT ON FUNCTION abie_internal.characteristic_text(text, text) IS
'A characteristic in a governor''s words. Not STRICT because meaning may be NULL.';

CREATE FUNCTION abie_internal.expected_step_text(step text, characteristics text[], stratum text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT: most steps have no characteristics
RETURN CASE step
	WHEN 'national mean' THEN 'Mean of ' || stratum || ' schools'
	WHEN 'own attendance left out' THEN 'Own attendance left out'
	WHEN 'similar schools' THEN 'Similar schools'
	WHEN 'expected' THEN 'Expected attendance'
	ELSE CASE
		WHEN abie_internal.is_disadvantage(characteristics[1]) THEN 'Disadvantage'
		WHEN characteristics[1] = 'ehc_plan_pct' THEN 'EHC plans'
		WHEN characteristics[1] = 'semh_pct' THEN 'Mental health needs'
		WHEN characteristics[1] = 'eal_pct' THEN 'Additional language'
		WHEN characteristics[1] = 'key_stage_share' THEN 'Last key stage'
		WHEN characteristics[1] = 'ln_tenth_school_km' THEN 'Nearness of other schools'
		-- without its unit
		ELSE split_part(abie_internal.characteristic_text(characteristics[1], characteristics[1]), ', ', 1) END END;
COMMENT ON FUNCTION abie_internal.expected_step_text(text, text[], text) IS
'A step of abie_internal.expected_waterfall in a few words. Not STRICT because most have no characteristics.';

CREATE FUNCTION abie_internal.characteristic_number(characteristic text, number float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query
RETURN CASE characteristic
	WHEN 'ln_headcount' THEN abie_internal.thousands(abie.round_half_up(exp(number), 0)::bigint)
	WHEN 'ln_mobility' THEN abie_internal.decimal(exp(number) - 1, 1)
	WHEN 'ln_tenth_school_km' THEN abie_internal.decimal(exp(number), 1)
	WHEN 'idaci_rank' THEN abie_internal.thousands(abie.round_half_up(number, 0)::bigint)
	WHEN 'idaci_score' THEN abie_internal.decimal(number, 3)
	ELSE abie_internal.decimal(number, 1) END;
COMMENT ON FUNCTION abie_internal.characteristic_number(text, float8) IS
'A number of a characteristic as reports write it; logarithms as what they are of.';

CREATE FUNCTION abie_internal.km_text(km float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN km < 1 THEN 'under 1 km away' ELSE abie_internal.decimal(km, 0) || ' km away' END;
COMMENT ON FUNCTION abie_internal.km_text(float8) IS 'A distance as reports write it, in whole kilometres.';

CREATE FUNCTION abie_internal.percent_text(percent float8, low float8, high float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: the interval may not be known
RETURN abie_internal.decimal(percent, 2) || '%'
	|| coalesce(E'\n' || abie_internal.decimal(low, 1) || ' to ' || abie_internal.decimal(high, 1), '');
COMMENT ON FUNCTION abie_internal.percent_text(float8, float8, float8) IS
'A rate in a cell of a table, its 95 per cent interval below it. Not STRICT because the interval may be NULL; NULL for '
'no rate.';

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
	THEN 'the school''s own rate in 2018/19' ELSE 'the mean of the best similar schools' END;
COMMENT ON FUNCTION abie_internal.ladder_top_text(jsonb) IS
'What abie.expectation.ladder_top is, in words; of equal ones the mean.';

CREATE FUNCTION abie_internal.maintain_text(e jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE
		WHEN e -> 'headroom' = 'null'
			THEN 'is about that of the best similar schools, or of the school itself in 2018/19'
		WHEN (e ->> 'headroom')::float8 = 0 THEN 'is not below ' || abie_internal.ladder_top_text(e)
		WHEN (e ->> 'headroom')::float8 <= (e ->> 'improvement')::float8
			THEN 'is less than 0.05 points below ' || abie_internal.ladder_top_text(e)
		ELSE 'is asked to rise by less than 0.05 points towards ' || abie_internal.ladder_top_text(e) END
		|| coalesce(' (' || abie_internal.fact(e, 'ladder_top', 2) || '%)', '');
END $$;
COMMENT ON FUNCTION abie_internal.maintain_text(jsonb) IS
'Why a school is to maintain its attendance: how its underlying level stands to the top of its ladder.';

CREATE FUNCTION abie_internal.report_lead(e jsonb, target_year text, baseline_year text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attendance text := abie_internal.fact(e, 'attendance', 2);
	baseline text := abie_internal.fact(e, 'baseline', 2);
	target text := abie_internal.fact(e, 'target', 2);
	step float8 := (e ->> CASE e ->> 'statement' WHEN 'maintain' THEN 'baseline' ELSE 'target' END)::float8
		- (e ->> 'attendance')::float8;
	apart text := CASE WHEN abs(step) < 0.005 THEN 'under 0.01' ELSE abie_internal.decimal(abs(step), 2) END;
BEGIN
	RETURN CASE e ->> 'statement'
		WHEN 'improve' THEN format('Raise attendance by at least %s percentage points in %s: from an underlying level '
			'of %s%% to %s%%. From the rate of %s, %s%%, that is a step of %s points.',
			abie_internal.fact(e, 'improvement', 1), target_year, baseline, target, baseline_year, attendance, apart)
		WHEN 'sustain' THEN format('Keep attendance up in %s: from an underlying level of %s%% the target is %s%%, '
			'and it was reached in %s with %s%%%s.', target_year, baseline, target, baseline_year, attendance,
			CASE WHEN step < 0 THEN format(', %s points above it', apart) ELSE '' END)
		ELSE format('Maintain attendance in %s. No improvement is asked for: the underlying level of %s%% %s, and '
			'nothing beyond that is asked of a school. The rate of %s was %s%%%s.', target_year, baseline,
			abie_internal.maintain_text(e), baseline_year, attendance,
			CASE WHEN step < 0 THEN format(', %s points above that level', apart)
				WHEN step > 0 THEN format(', %s points below that level', apart) ELSE '' END) END;
END $$;
COMMENT ON FUNCTION abie_internal.report_lead(jsonb, text, text) IS
'The expectation of a row of abie_report.school_expectation in a sentence, by its statement, with the step '
'from last year''s rate.';
