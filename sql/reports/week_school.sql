-- The page of a week of one school, from its facts (abie_owner.week_facts_school), in plain English.

CREATE FUNCTION abie_internal.chance_text(probability float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN CASE WHEN probability < 0.005 THEN 'less than 1 in 100' WHEN probability >= 0.995 THEN 'more than 99 in 100'
	ELSE abie_internal.decimal(100 * probability, 0) || ' in 100' END;
COMMENT ON FUNCTION abie_internal.chance_text(float8) IS 'A probability as reports write it, never as certain.';

CREATE FUNCTION abie_internal.shown_percent(percent float8, digits integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 3
-- not STRICT: NULL is a dash
RETURN coalesce(abie_internal.decimal(percent, digits) || '%', chr(8211));
COMMENT ON FUNCTION abie_internal.shown_percent(float8, integer) IS
'A rate in a table, rounded half up to so many decimal places; a dash for NULL, so not STRICT.';

CREATE FUNCTION abie_internal.day_text(day date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN to_char(day::timestamp, 'FMDD Mon YYYY');
COMMENT ON FUNCTION abie_internal.day_text(date) IS 'A day as reports write it.';

CREATE FUNCTION abie_internal.capital(word text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2
RETURN upper(left(word, 1)) || substr(word, 2);
COMMENT ON FUNCTION abie_internal.capital(text) IS 'The text with its first letter a capital.';

CREATE FUNCTION abie_internal.range_text(facts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN format('%s%% to %s%%', abie_internal.fact(facts, 'low', 1), abie_internal.fact(facts, 'high', 1));
COMMENT ON FUNCTION abie_internal.range_text(jsonb) IS 'The interval low to high of a standing as reports write it.';

CREATE FUNCTION abie_internal.week_lead(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s jsonb := facts -> 'standing';
	year text := facts #>> '{monitor,academic_year}';
BEGIN
	IF s = 'null' THEN
		RETURN format('No attendance expectation has been set for %s: %s. The weeks are shown without one.', year,
			coalesce(facts #>> '{school,exclusion_reason}', 'reason not held'));
	END IF;
	RETURN abie_internal.capital(s ->> 'status') || ': '
		|| CASE WHEN s ->> 'weeks' = '0'
			THEN format('no week of %s is held yet; as forecast before the year, attendance will be %s%% (%s). ', year,
				abie_internal.fact(s, 'projected', 1), abie_internal.range_text(s))
			ELSE format('attendance of %s%% is projected for %s (%s). ', abie_internal.fact(s, 'projected', 1), year,
				abie_internal.range_text(s)) END
		|| CASE s ->> 'statement'
			WHEN 'maintain' THEN format('To maintain is to be no more than %s points below %s%%; the chance '
				'of that is ',
				abie_internal.decimal(abie_internal.maintain_tolerance(), 1), abie_internal.fact(s, 'baseline', 1))
			ELSE format('At least %s%% is expected; the chance of meeting it is ',
				abie_internal.fact(s, 'target', 1)) END
		|| abie_internal.chance_text((s ->> 'probability')::float8) || '.';
END $$;
COMMENT ON FUNCTION abie_internal.week_lead(jsonb) IS
'Where a school stands, in a sentence or two: status, year projected with its interval, what is expected, chance.';

CREATE FUNCTION abie_internal.week_sure(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s jsonb := facts -> 'standing';
BEGIN
	IF s = 'null' THEN
		RETURN NULL;
	END IF;
	RETURN concat_ws(' ',
		CASE WHEN s ->> 'weeks' <> '0' THEN format('%s weeks are held, %s%% of the year''s sessions; attendance in '
			'them is %s%%.', s ->> 'weeks', abie_internal.decimal(100 * (s ->> 'done')::float8, 0),
			abie_internal.fact(s, 'year_to_date', 2)) END,
		CASE WHEN (s ->> 'like_for_like') IS NOT NULL THEN format('That is %s points against the same weeks of last '
			'year.', abie_internal.signed((s ->> 'like_for_like')::float8, 2)) END,
		'The range is where the year ends in 19 cases of 20.',
		CASE WHEN (s ->> 'too_early')::boolean THEN 'It is still wider, on one side, than the improvement expected: '
			'the weeks cannot tell yet.' END,
		'The chance counts both ways of meeting the expectation, that of a year in which attendance falls everywhere '
		'too.');
END $$;
COMMENT ON FUNCTION abie_internal.week_sure(jsonb) IS
'How much of the year the standing of a school rests on, and how sure it is; NULL without an expectation.';

CREATE FUNCTION abie_internal.monitor_week_text(monitor jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
RETURN CASE WHEN monitor -> 'newest_week' = 'null' THEN 'No week is held of any school.'
	ELSE format('Newest week of any school: that of %s%s', abie_internal.day_text((monitor ->> 'newest_week')::date),
		CASE WHEN (monitor ->> 'is_provisional')::boolean THEN ', which is provisional: marks are corrected for a '
			'fortnight.' ELSE '.' END) END;
COMMENT ON FUNCTION abie_internal.monitor_week_text(jsonb) IS
'The newest week that a weekly run has of any school, and whether it is provisional.';

CREATE FUNCTION abie_internal.week_head(facts jsonb, about text, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m jsonb := facts -> 'monitor';
BEGIN
	RETURN abie_internal.report_part(format, 'title', facts ->> 'name')
		|| abie_internal.report_part(format, 'meta', concat_ws(' ' || chr(183) || ' ',
			'The school year ' || (m ->> 'academic_year'), 'as of ' || abie_internal.day_text((m ->> 'as_of')::date),
			nullif(about, '')))
		|| abie_internal.report_part(format, 'notice', abie_internal.report_status_text(m))
		|| CASE WHEN (m ->> 'is_current')::boolean THEN '' ELSE abie_internal.report_part(format, 'notice',
			'Another weekly run has taken the place of this one.') END
		|| abie_internal.report_part(format, 'meta', abie_internal.monitor_week_text(m));
END $$;
COMMENT ON FUNCTION abie_internal.week_head(jsonb, text, text) IS
'Title of a page of a week, what more there is to say of whom it is (may be empty), its day and status.';

CREATE FUNCTION abie_internal.week_picture(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s jsonb := facts -> 'standing';
	w record;
	l record;
BEGIN
	SELECT array_agg(k.week_start ORDER BY k.week_start) AS week_starts,
		array_agg(k.attendance ORDER BY k.week_start) AS attendance,
		array_agg(k.year_to_date ORDER BY k.week_start) AS year_to_date,
		array_agg(k.common_to_date ORDER BY k.week_start) AS common_to_date,
		array_agg(CASE WHEN k.is_set_aside THEN 'set aside' WHEN k.is_provisional THEN 'provisional' END
			ORDER BY k.week_start) AS marks
	INTO w FROM jsonb_to_recordset(facts -> 'weeks') k(week_start date, attendance float8, year_to_date float8,
		common_to_date float8, is_set_aside boolean, is_provisional boolean);
	SELECT array_agg(k.week_start ORDER BY k.week_start) AS week_starts,
		array_agg(k.year_to_date ORDER BY k.week_start) AS year_to_date
	INTO l FROM jsonb_to_recordset(facts -> 'last_year') k(week_start date, year_to_date float8);
	RETURN abie.chart_year('The year ' || (facts #>> '{monitor,academic_year}'), w.week_starts, w.attendance,
		w.year_to_date, w.common_to_date, w.marks, l.week_starts, l.year_to_date, (s ->> 'target')::float8,
		-- as last year, else about when schools close
		coalesce(l.week_starts[cardinality(l.week_starts)] + 368,
			abie.year_start(facts #>> '{monitor,academic_year}') + 320),
		(s ->> 'projected')::float8, (s ->> 'low')::float8, (s ->> 'high')::float8);
END $$;
COMMENT ON FUNCTION abie_internal.week_picture(jsonb) IS 'abie.chart_year of a school''s facts; NULL without weeks.';

CREATE FUNCTION abie_internal.standing_cells(standing jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY[ARRAY['The year', 'Attendance'],
		ARRAY[E'Year to date\n' || format('%s, %s%% of the year''s sessions',
				abie_internal.counted((standing ->> 'weeks')::bigint, 'week', 'weeks'),
				abie_internal.decimal(100 * (standing ->> 'done')::float8, 0)),
			abie_internal.shown_percent((standing ->> 'year_to_date')::float8, 2)],
		ARRAY[E'Like for like\npoints against the same weeks of last year',
			coalesce(abie_internal.signed((standing ->> 'like_for_like')::float8, 2), chr(8211))],
		ARRAY[E'Projected\n' || abie_internal.range_text(standing) || ' in 19 cases of 20',
			abie_internal.shown_percent((standing ->> 'projected')::float8, 1)]]
		|| CASE WHEN standing ->> 'weeks_set_aside' <> '0' THEN ARRAY[ARRAY[
				format(E'Projected without weeks set aside\n%s of them; the chance is %s',
					standing ->> 'weeks_set_aside',
					abie_internal.chance_text((standing ->> 'probability_without')::float8)),
				abie_internal.shown_percent((standing ->> 'projected_without')::float8, 1)]] ELSE '{}' END;
END $$;
COMMENT ON FUNCTION abie_internal.standing_cells(jsonb) IS
'The table of where a school stands in its year: year to date, like for like, projection with its interval, and '
'without weeks set aside where there are any.';

CREATE FUNCTION abie_internal.school_report_week(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	w jsonb := facts -> 'week';
	year text := facts #>> '{run,target_year}';
BEGIN
	IF w = 'null' THEN
		RETURN '';
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'The school year so far')
		|| abie_internal.report_part(format, 'meta', format('As of %s. %s',
			abie_internal.day_text((w ->> 'as_of')::date), abie_internal.monitor_week_text(w)))
		|| abie_internal.report_part(format, 'paragraph', abie_internal.week_lead(jsonb_build_object(
			'monitor', jsonb_build_object('academic_year', year), 'standing', (facts -> 'expectation') || w)))
		|| abie_internal.report_part(format, 'table', year || ' so far', abie_internal.standing_cells(w))
		|| abie_internal.report_part(format, 'meta', format('Week by week, what changed and what happened: '
			'abie.week_report(''school'', ''%s'', monitor_id => %s).', facts #>> '{expectation,urn}',
			w ->> 'monitor_id'));
END $$;
COMMENT ON FUNCTION abie_internal.school_report_week(jsonb, text) IS
'Where a school stands in the year that its report is for, and where the page of the week is; empty where there is no '
'weekly run.';
