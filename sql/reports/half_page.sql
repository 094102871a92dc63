-- The half page that a school's report begins with, for a governor: three sentences and a chart, which stand alone.

CREATE FUNCTION abie_internal.furthest_above(absence jsonb, OUT reason text, OUT points text)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	SELECT r.meaning, abie_internal.signed(r.own_percent - r.similar_percent, 2) INTO reason, points
	FROM ROWS FROM (jsonb_to_recordset(absence) AS (reason text, meaning text, own_percent float8,
			similar_percent float8))
		WITH ORDINALITY r(reason, meaning, own_percent, similar_percent, place)
	WHERE r.own_percent - r.similar_percent >= 0.005 AND r.reason ~ '^sess_(un)?auth_'
	ORDER BY r.own_percent - r.similar_percent DESC, r.place LIMIT 1;
END $$;
COMMENT ON FUNCTION abie_internal.furthest_above(jsonb) IS
'The reason of absence that is furthest above the similar schools, of facts of a report, and by how many points; NULL '
'where none is above.';

CREATE FUNCTION abie_internal.half_page_stands(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	latest jsonb := facts -> 'history' -> -1;
	apart float8 := (e ->> 'attendance')::float8 - (e ->> 'expected')::float8;
	chance float8 := 1.959963984540054
		* sqrt((e ->> 'attendance_error')::float8 ^ 2 + (e ->> 'expected_error')::float8 ^ 2);
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		-- what is NULL is left out
		RETURN coalesce('In ' || (latest ->> 'academic_year') || ' attendance was '
			|| abie_internal.fact(latest, 'attendance', 2) || '%'
			|| coalesce(', and that of all schools of the phase ' || abie_internal.fact(latest, 'national', 2) || '%',
				'') || '.', 'No attendance rate of the school is held.');
	END IF;
	RETURN format('In %s attendance was %s%%, ', facts #>> '{run,baseline_year}',
			abie_internal.fact(e, 'attendance', 2))
		|| CASE WHEN abs(apart) < 0.005 THEN 'what the school''s circumstances lead one to expect.'
			ELSE format('%s points %s the %s%% that the school''s circumstances lead one to expect%s.',
				abie_internal.decimal(abs(apart), 2), CASE WHEN apart < 0 THEN 'below' ELSE 'above' END,
				abie_internal.fact(e, 'expected', 2), CASE WHEN abs(apart) > chance
					THEN ', which is more than chance would often bring'
					WHEN abs(apart) <= chance THEN ', which may be chance' ELSE '' END) END;
END $$;
COMMENT ON FUNCTION abie_internal.half_page_stands(jsonb) IS
'Where a school stands against what its circumstances lead one to expect, in a sentence. More than chance: beyond 1.96 '
'standard errors of both together.';

CREATE FUNCTION abie_internal.half_page_next(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	week jsonb := facts -> 'week';
	year text := facts #>> '{run,target_year}';
	target float8 := e ->> 'target';
	goal text := CASE WHEN facts ->> 'outcome' = 'maintain' THEN 'no improvement is asked for'
		ELSE format('the target is %s%%', abie_internal.fact(e, 'target', 2)) END;
BEGIN
	RETURN CASE
		WHEN facts ->> 'outcome' = 'left out' THEN format('No attendance expectation has been set for %s: %s.', year,
			e ->> 'exclusion_reason')
		WHEN week <> 'null' THEN format('%s will most likely end between %s%% and %s%%; %s, and the chance of meeting '
			'what is expected is %s.', year, abie_internal.fact(week, 'low', 1), abie_internal.fact(week, 'high', 1),
			goal, abie_internal.chance_text((week ->> 'probability')::float8))
		WHEN e -> 'forecast_low' = 'null' THEN format('For %s %s; how sure that is cannot be said, because too few '
			'years are held.', year, goal)
		ELSE format('If nothing changes, attendance in %s will most likely be between %s%% and %s%% (95 of 100 schools '
			'were in such a range); %s%s.', year, abie_internal.fact(e, 'forecast_low', 1),
			abie_internal.fact(e, 'forecast_high', 1), goal, CASE WHEN facts ->> 'outcome' = 'maintain' THEN ''
				WHEN target > (e ->> 'forecast_high')::float8 THEN ', which is above that range'
				WHEN target < (e ->> 'forecast_low')::float8 THEN ', which is below that range'
				ELSE ', which is within that range, so that one year''s rate alone will not prove a change' END) END;
END $$;
COMMENT ON FUNCTION abie_internal.half_page_next(jsonb) IS
'What is expected next and how sure it is, in a sentence: of the newest weekly run where there is one, else the '
'forecast beside the target.';

CREATE FUNCTION abie_internal.half_page_ring(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT format(', and ring %s (%s%%)', concat_ws(', ', abie_internal.short_text(
		abie_internal.shown_name(s.similar_name, s.similar_urn), 60), abie_internal.km_text(s.km)),
		abie_internal.decimal(s.similar_attendance, 2))
	FROM jsonb_to_recordset(nullif(facts -> 'similar_schools', 'null')) s(rank integer, similar_urn integer,
		similar_name text, km float8, similar_attendance float8, is_better boolean, is_clear boolean)
	WHERE s.is_better ORDER BY s.is_clear DESC NULLS LAST, s.km NULLS LAST, s.rank LIMIT 1);
END $$;
COMMENT ON FUNCTION abie_internal.half_page_ring(jsonb) IS
'Whom a governor may ask: the nearest of the similar schools with clearly higher attendance, or where none is clearly '
'so of those with higher attendance; NULL where none has.';

CREATE FUNCTION abie_internal.half_page_ask(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 300
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	most record;
	before jsonb := facts -> 'history' -> -2;
	latest jsonb := facts -> 'history' -> -1;
	apart float8 := (latest ->> 'attendance')::float8 - (before ->> 'attendance')::float8;
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		RETURN CASE WHEN abie_internal.exclusion_symbol(e ->> 'exclusion_reason') = 'x'
			THEN 'Ask for the figure that is missing or wrong to be put right, as the end of this report says how.'
			WHEN before IS NULL THEN 'Ask the school for its own weeks and years.'
			ELSE format('Look at the school''s own years rather than at other schools, and ask why attendance %s.', CASE
				WHEN abs(apart) < 0.005 THEN format('has not changed from %s to %s', before ->> 'academic_year',
					latest ->> 'academic_year')
				ELSE format('changed by %s points from %s to %s', abie_internal.signed(apart, 2),
					before ->> 'academic_year', latest ->> 'academic_year') END) END;
	END IF;
	SELECT f.* INTO most FROM abie_internal.furthest_above(nullif(facts -> 'absence', 'null')) f;
	RETURN CASE facts ->> 'outcome'
			WHEN 'improve' THEN format('Raise attendance by at least %s %s; ask what is done about ',
				abie_internal.fact(e, 'improvement', 1),
				CASE WHEN abie_internal.fact(e, 'improvement', 1) = '1.0' THEN 'point' ELSE 'points' END)
			WHEN 'sustain' THEN 'Keep attendance where it is, which is at the target; ask what is done about '
			ELSE 'Keep attendance where it is; ask what is done about ' END
		|| coalesce(lower(left(most.reason, 1)) || substr(most.reason, 2) || ', the reason furthest above similar '
			'schools (' || most.points || ')', 'absence')
		|| coalesce(abie_internal.half_page_ring(facts), '') || '.';
END $$;
COMMENT ON FUNCTION abie_internal.half_page_ask(jsonb) IS
'What to do and what to ask, in a sentence: the improvement, the reason of absence that stands out, and whom to ring.';

CREATE FUNCTION abie_internal.with_half_page(facts jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN facts || jsonb_build_object('half_page', jsonb_build_object(
		'stands', abie_internal.half_page_stands(facts),
		'next', abie_internal.half_page_next(facts),
		'ask', abie_internal.half_page_ask(facts)));
END $$;
COMMENT ON FUNCTION abie_internal.with_half_page(jsonb) IS
'The facts of a report and, as half_page, the three sentences for a governor that follow from them: stands, next and '
'ask.';

CREATE FUNCTION abie_internal.half_page_picture(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	year text := facts #>> '{run,target_year}';
	has_goal boolean := facts ->> 'outcome' <> 'maintain';
	latest jsonb := facts -> 'history' -> -1;
BEGIN
	IF facts ->> 'outcome' = 'left out' THEN
		RETURN CASE WHEN latest -> 'national' <> 'null' THEN abie.chart_similar('Attendance in '
			|| (latest ->> 'academic_year'), ARRAY['This school', 'All schools of the phase'],
			ARRAY[(latest ->> 'attendance')::float8, (latest ->> 'national')::float8],
			ARRAY[(latest ->> 'attendance_low')::float8, NULL], ARRAY[(latest ->> 'attendance_high')::float8, NULL],
			1) END;
	END IF;
	RETURN abie.chart_similar('Where the school stands, and what comes next',
		ARRAY['This school in ' || (facts #>> '{run,baseline_year}'), 'Expected of such schools',
			'Target for ' || year, 'If nothing changes, ' || year],
		ARRAY[(e ->> 'attendance')::float8, (e ->> 'expected')::float8,
			CASE WHEN has_goal THEN (e ->> 'target')::float8 END, (e ->> 'forecast')::float8],
		ARRAY[(e ->> 'attendance_low')::float8,
			abie.interval_low((e ->> 'expected')::float8, (e ->> 'expected_error')::float8), NULL,
			(e ->> 'forecast_low')::float8],
		ARRAY[(e ->> 'attendance_high')::float8,
			abie.interval_high((e ->> 'expected')::float8, (e ->> 'expected_error')::float8), NULL,
			(e ->> 'forecast_high')::float8], 1);
END $$;
COMMENT ON FUNCTION abie_internal.half_page_picture(jsonb) IS
'The chart of the half page: attendance, what is expected in the circumstances, the target and the forecast; of a '
'school left out, beside its phase, NULL where that is not known.';

CREATE FUNCTION abie_internal.school_report_half_page(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	said jsonb := facts -> 'half_page';
	pupils bigint := e ->> 'enrolments';
BEGIN
	RETURN CASE format WHEN 'html' THEN E'<section class="half">\n' ELSE '' END
		-- names longer than any would not leave it half a page
		|| abie_internal.report_part(format, 'title', abie_internal.short_text(
			abie_internal.shown_name(e ->> 'school_name', (e ->> 'urn')::integer), 100))
		|| abie_internal.report_part(format, 'meta', concat_ws(' ' || chr(183) || ' ',
			'Attendance expectation for ' || (facts #>> '{run,target_year}'), 'URN ' || (e ->> 'urn'),
			abie_internal.short_text(e ->> 'la_name', 60),
			initcap(e ->> 'stratum'), abie_internal.counted(pupils, 'pupil', 'pupils')))
		|| abie_internal.report_part(format, 'notice', abie_internal.report_status_text(facts -> 'run'))
		|| abie_internal.report_part(format, 'list', '', ARRAY[E'Where the school stands.\t' || (said ->> 'stands'),
			E'What is expected next.\t' || (said ->> 'next'), E'What to do and ask.\t' || (said ->> 'ask')])
		|| CASE format WHEN 'html' THEN abie_internal.report_part(format, 'picture',
			abie_internal.half_page_picture(facts)) || E'</section>\n' ELSE '' END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_half_page(jsonb, text) IS
'Title, status, three sentences and a chart: what a governor reads first, and prints alone.';
