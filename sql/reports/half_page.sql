-- The half page that a school's report begins with, for a governor: three sentences and a chart, which stand alone.

CREATE FUNCTION abie_internal.reason_stands_out(reason text, own float8, similar_schools float8) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, so that it becomes part of the query: NULL gives NULL or false all the same
RETURN own - similar_schools >= 0.005 AND reason ~ '^sess_(un)?auth_';
COMMENT ON FUNCTION abie_internal.reason_stands_out(text, float8, float8) IS
'Whether absence for a reason, and not of a total, is above that of the similar schools as reports write it. Not '
'STRICT, so that it becomes part of the query.';

CREATE FUNCTION abie_internal.half_page_stands(outcome text, run jsonb, e jsonb, latest jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: latest is NULL where no year is held
DECLARE
	apart float8 := (e ->> 'attendance')::float8 - (e ->> 'expected')::float8;
	chance float8 := 1.959963984540054
		* sqrt((e ->> 'attendance_error')::float8 ^ 2 + (e ->> 'expected_error')::float8 ^ 2);
BEGIN
	IF outcome = 'left out' THEN
		-- what is NULL is left out
		RETURN coalesce('In ' || (latest ->> 'academic_year') || ' attendance was '
			|| abie_internal.fact(latest, 'attendance', 2) || '%'
			|| coalesce(', and that of all schools of the phase ' || abie_internal.fact(latest, 'national', 2) || '%',
				'') || '.', 'No attendance rate of the school is held.');
	END IF;
	RETURN format('In %s attendance was %s%%, ', run ->> 'baseline_year', abie_internal.fact(e, 'attendance', 2))
		|| CASE WHEN abs(apart) < 0.005 THEN 'what the school''s circumstances lead one to expect.'
			ELSE format('%s points %s the %s%% that the school''s circumstances lead one to expect%s.',
				abie_internal.decimal(abs(apart), 2), CASE WHEN apart < 0 THEN 'below' ELSE 'above' END,
				abie_internal.fact(e, 'expected', 2), CASE WHEN abs(apart) > chance
					THEN ', which is more than chance would often bring'
					WHEN abs(apart) <= chance THEN ', which may be chance' ELSE '' END) END;
END $$;
COMMENT ON FUNCTION abie_internal.half_page_stands(text, jsonb, jsonb, jsonb) IS
'Where a school stands against what its circumstances lead one to expect, in a sentence. More than chance: beyond 1.96 '
'standard errors of both together. latest: its last year; not STRICT because that may be NULL.';

CREATE FUNCTION abie_internal.half_page_next(outcome text, run jsonb, e jsonb, week jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: week is NULL where there is no weekly run
DECLARE
	year text := run ->> 'target_year';
	target float8 := e ->> 'target';
	goal text := CASE WHEN outcome = 'maintain' THEN 'no improvement is asked for'
		ELSE format('the target is %s%%', abie_internal.fact(e, 'target', 2)) END;
BEGIN
	RETURN CASE
		WHEN outcome = 'left out' THEN format('No attendance expectation has been set for %s: %s.', year,
			e ->> 'exclusion_reason')
		WHEN week IS NOT NULL THEN format('%s will most likely end between %s%% and %s%%; %s, and the chance of '
			'meeting what is expected is %s.', year, abie_internal.fact(week, 'low', 1),
			abie_internal.fact(week, 'high', 1), goal, abie_internal.chance_text((week ->> 'probability')::float8))
		WHEN e -> 'forecast_low' = 'null' THEN format('For %s %s; how sure that is cannot be said, because too few '
			'years are held.', year, goal)
		ELSE format('If nothing changes, attendance in %s will most likely be between %s%% and %s%% (95 of 100 schools '
			'were in such a range); %s%s.', year, abie_internal.fact(e, 'forecast_low', 1),
			abie_internal.fact(e, 'forecast_high', 1), goal, CASE WHEN outcome = 'maintain' THEN ''
				WHEN target > (e ->> 'forecast_high')::float8 THEN ', which is above that range'
				WHEN target < (e ->> 'forecast_low')::float8 THEN ', which is below that range'
				ELSE ', which is within that range, so that one year''s rate alone will not prove a change' END) END;
END $$;
COMMENT ON FUNCTION abie_internal.half_page_next(text, jsonb, jsonb, jsonb) IS
'What is expected next and how sure it is, in a sentence: of the newest weekly run where there is one, else the '
'forecast beside the target. Not STRICT because week may be NULL.';

CREATE FUNCTION abie_internal.half_page_ring(school jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(', and ring %s (%s%%)', concat_ws(', ', abie_internal.short_text(abie_internal.shown_name(
			school ->> 'similar_name', (school ->> 'similar_urn')::integer), 60),
			abie_internal.km_text((school ->> 'km')::float8)),
		abie_internal.fact(school, 'similar_attendance', 2));
END $$;
COMMENT ON FUNCTION abie_internal.half_page_ring(jsonb) IS
'Whom a governor may ask, of the similar schools in facts of a report; NULL for none.';

CREATE FUNCTION abie_internal.half_page_ask(outcome text, e jsonb, history jsonb, school jsonb, reason text,
	points float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: where there is no such year, school or reason, it is NULL
DECLARE
	before jsonb := history -> -2;
	latest jsonb := history -> -1;
	apart float8 := (latest ->> 'attendance')::float8 - (before ->> 'attendance')::float8;
BEGIN
	IF outcome = 'left out' THEN
		RETURN CASE WHEN abie_internal.exclusion_symbol(e ->> 'exclusion_reason') = 'x'
			THEN 'Ask for the figure that is missing or wrong to be put right, as the end of this report says how.'
			WHEN before IS NULL THEN 'Ask the school for its own weeks and years.'
			ELSE format('Look at the school''s own years rather than at other schools, and ask why attendance %s.', CASE
				WHEN abs(apart) < 0.005 THEN format('has not changed from %s to %s', before ->> 'academic_year',
					latest ->> 'academic_year')
				ELSE format('changed by %s points from %s to %s', abie_internal.signed(apart, 2),
					before ->> 'academic_year', latest ->> 'academic_year') END) END;
	END IF;
	RETURN CASE outcome
			WHEN 'improve' THEN format('Raise attendance by at least %s %s; ask what is done about ',
				abie_internal.fact(e, 'improvement', 1),
				CASE WHEN abie_internal.fact(e, 'improvement', 1) = '1.0' THEN 'point' ELSE 'points' END)
			WHEN 'sustain' THEN 'Keep attendance where it is, which is at the target; ask what is done about '
			ELSE 'Keep attendance where it is; ask what is done about ' END
		|| coalesce(lower(left(reason, 1)) || substr(reason, 2) || ', the reason furthest above similar '
			'schools (' || abie_internal.signed(points, 2) || ')', 'absence')
		|| coalesce(abie_internal.half_page_ring(school), '') || '.';
END $$;
COMMENT ON FUNCTION abie_internal.half_page_ask(text, jsonb, jsonb, jsonb, text, float8) IS
'What to do and what to ask, in a sentence: the improvement, the reason of absence that stands out, and whom to ring. '
'Not STRICT because there may be no years, school or reason.';

CREATE FUNCTION abie_internal.half_page(outcome text, run jsonb, e jsonb, history jsonb, week jsonb, school jsonb,
	reason text, points float8) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT, as above
BEGIN
	RETURN jsonb_build_object(
		'stands', abie_internal.half_page_stands(outcome, run, e, history -> -1),
		'next', abie_internal.half_page_next(outcome, run, e, week),
		'ask', abie_internal.half_page_ask(outcome, e, history, school, reason, points));
END $$;
COMMENT ON FUNCTION abie_internal.half_page(text, jsonb, jsonb, jsonb, jsonb, jsonb, text, float8) IS
'The three sentences for a governor that follow from facts of a report: stands, next and ask. e: expectation; school: '
'the one to ring of the similar schools (abie_internal.report_similar); reason and points: the reason of absence that '
'is furthest above them (abie_internal.report_absence). Not STRICT because all but the first three may be NULL.';
