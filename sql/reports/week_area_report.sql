-- The page of a week of an authority or a trust, from its facts (abie_owner.week_facts_area), in plain English.

CREATE FUNCTION abie_internal.week_area_lead(facts jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format('%s schools have an expectation: %s on course, %s open, %s not on course, %s maintaining as asked. ',
		coalesce(sum(t.schools), 0), coalesce(sum(t.on_course), 0), coalesce(sum(t.open), 0),
		coalesce(sum(t.not_on_course), 0), coalesce(sum(t.maintain), 0))
	|| CASE WHEN facts #> '{monitor,newest_week}' = 'null' THEN 'No week is held yet.'
		ELSE format('The newest week is held of %s of them.', coalesce(sum(t.schools_with_week), 0)) END
FROM jsonb_to_recordset(facts -> 'summary') t(schools bigint, on_course bigint, open bigint, not_on_course bigint,
	maintain bigint, schools_with_week bigint)
$$;
COMMENT ON FUNCTION abie_internal.week_area_lead(jsonb) IS
'How many schools of an area stand how, and of how many the newest week is held.';

CREATE FUNCTION abie_internal.week_summary_cells(summary jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Phase', 'So far', 'Beside all schools', 'Beside last year', 'Projected']] || array_agg(ARRAY[
	abie_internal.capital(t.stratum) || E'\n' || t.schools || ' schools',
	abie_internal.shown_percent(t.year_to_date, 1),
	coalesce(abie_internal.signed(t.relative, 1), chr(8211)),
	coalesce(abie_internal.signed(t.like_for_like, 1), chr(8211)),
	abie_internal.decimal(t.projected, 1) || '%'] ORDER BY t.stratum)
FROM jsonb_to_recordset(summary) t(stratum text, schools bigint, year_to_date float8, relative float8,
	like_for_like float8, projected float8)
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.week_summary_cells(jsonb) IS 'The table of the phases of an area; NULL for none.';

CREATE FUNCTION abie_internal.week_count_cells(history jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['As of', 'On course', 'Open', 'Not on course', 'Maintain']]
	|| array_agg(c.cells ORDER BY c.as_of DESC)
FROM (SELECT h.as_of, ARRAY[abie_internal.day_text(h.as_of)] || ARRAY(SELECT coalesce(sum(k.schools), 0)::text
		FROM unnest('{on course,open,not on course,maintain}'::text[]) WITH ORDINALITY u(status, place)
			LEFT JOIN jsonb_to_recordset(history) k(as_of date, status text, schools bigint)
				ON k.as_of = h.as_of AND k.status = u.status
		GROUP BY u.place ORDER BY u.place) AS cells
	FROM jsonb_to_recordset(history) h(as_of date) GROUP BY h.as_of) c
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.week_count_cells(jsonb) IS
'How many schools had which status in each weekly run, the newest first; NULL for none.';

CREATE TYPE abie_internal.week_school AS (urn integer, school_name text, stratum text, enrolments bigint,
	statement text, status text, previous_status text, probability float8, projected float8, low float8, high float8,
	target float8, baseline float8, projected_without float8, probability_without float8, weeks_set_aside integer,
	newest_attendance float8, departures float8[]);
COMMENT ON TYPE abie_internal.week_school IS 'A school in the facts of abie_owner.week_facts_area.';
COMMENT ON COLUMN abie_internal.week_school.previous_status IS 'Status in the weekly run before; NULL where not known.';
COMMENT ON COLUMN abie_internal.week_school.newest_attendance IS 'Attendance in the newest week, per cent.';
COMMENT ON COLUMN abie_internal.week_school.departures IS
'By week how far it was from what is usual for the school, standard deviations; NULL where it had no week.';
SELECT abie_owner.describe_as('abie_internal.week_school', 'abie_report.school_progress');

CREATE FUNCTION abie_internal.week_call_cells(facts jsonb, most integer) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School', 'Chance', 'Projected', 'Why']] || array_agg(ARRAY[
	abie_internal.shown_name(s.school_name, s.urn) || E'\n' || concat_ws(', ', 'URN ' || s.urn, s.stratum,
		abie_internal.thousands(s.enrolments) || ' pupils'),
	abie_internal.chance_text(s.probability),
	abie_internal.decimal(s.projected, 1) || E'%\n' || CASE s.statement WHEN 'maintain' THEN 'to maintain '
		|| abie_internal.decimal(s.baseline, 1) ELSE 'at least ' || abie_internal.decimal(s.target, 1) END,
	array_to_string(ARRAY(SELECT CASE r.reason WHEN 'week to explain' THEN 'week of '
			|| abie_internal.day_text(c.week_to_explain) || ' to explain' ELSE r.reason END
		FROM unnest(c.reasons) WITH ORDINALITY r(reason, place) ORDER BY r.place), ', ')] ORDER BY c.place)
FROM ROWS FROM (jsonb_to_recordset(facts -> 'calls') AS (urn integer, reasons text[], week_to_explain date))
		WITH ORDINALITY c(urn, reasons, week_to_explain, place)
	JOIN jsonb_populate_recordset(NULL::abie_internal.week_school, facts -> 'schools') s ON s.urn = c.urn
WHERE c.place <= most
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.week_call_cells(jsonb, integer) IS
'The table of the schools to call, in order, at most so many; NULL for none.';

CREATE FUNCTION abie_internal.week_school_cells(schools jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['School', 'Status', 'Projected', 'Chance', 'Without weeks set aside']] || array_agg(ARRAY[
	abie_internal.shown_name(s.school_name, s.urn) || E'\n' || concat_ws(', ', 'URN ' || s.urn, s.stratum,
		'newest week ' || coalesce(abie_internal.decimal(s.newest_attendance, 1) || '%', 'not held')),
	s.status || CASE WHEN s.previous_status <> s.status THEN E'\nwas ' || s.previous_status ELSE '' END,
	abie_internal.decimal(s.projected, 1) || E'%\n' || abie_internal.decimal(s.low, 1) || ' to '
		|| abie_internal.decimal(s.high, 1),
	abie_internal.chance_text(s.probability),
	abie_internal.decimal(s.projected_without, 1) || E'%\n' || abie_internal.chance_text(s.probability_without)]
	ORDER BY s.probability, s.urn)
FROM jsonb_populate_recordset(NULL::abie_internal.week_school, schools) s
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.week_school_cells(jsonb) IS
'The table of the schools of an area, the least likely to meet its expectation first; NULL for none.';

CREATE FUNCTION abie_internal.week_area_picture(facts jsonb, most integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF facts -> 'weeks' = '[]' THEN
		RETURN NULL;
	END IF;
	-- those to call, in their order; then the others
	RETURN (SELECT abie.chart_weeks('Weeks of the schools', array_agg(k.name ORDER BY k.place),
			array_agg(k.status ORDER BY k.place),
			ARRAY(SELECT w::date FROM jsonb_array_elements_text(facts -> 'weeks') w),
			array_agg(k.departures ORDER BY k.place))
		FROM (SELECT abie_internal.shown_name(s.school_name, s.urn) AS name, s.status, s.departures,
				row_number() OVER (ORDER BY c.place, s.probability, s.urn) AS place
			FROM jsonb_populate_recordset(NULL::abie_internal.week_school, facts -> 'schools') s
				LEFT JOIN ROWS FROM (jsonb_to_recordset(facts -> 'calls') AS (urn integer))
					WITH ORDINALITY c(urn, place) ON c.urn = s.urn) k
		WHERE k.place <= most);
END $$;
COMMENT ON FUNCTION abie_internal.week_area_picture(jsonb, integer) IS
'abie.chart_weeks of at most so many schools of an area, those to call first; NULL where no week is held.';

CREATE FUNCTION abie_internal.area_published_cells(published jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY[ARRAY['Phase and week', 'These schools', 'Authority', 'Region', 'England']] || array_agg(ARRAY[
	p.education_phase || E'\n' || abie_internal.day_text(p.week_start) || ', ' || p.schools || ' schools',
	abie_internal.shown_percent(p.attendance, 1),
	abie_internal.shown_percent(p.local_authority_attendance, 1),
	abie_internal.shown_percent(p.region_attendance, 1),
	abie_internal.shown_percent(p.national_attendance, 1)] ORDER BY p.place)
FROM ROWS FROM (jsonb_to_recordset(published) AS (education_phase text, week_start date, schools bigint,
	attendance float8, local_authority_attendance float8, region_attendance float8, national_attendance float8))
	WITH ORDINALITY p(education_phase, week_start, schools, attendance, local_authority_attendance,
		region_attendance, national_attendance, place)
HAVING count(*) > 0
$$;
COMMENT ON FUNCTION abie_internal.area_published_cells(jsonb) IS
'The last published week of each phase beside the schools of an area; NULL for none.';

CREATE FUNCTION abie_internal.week_area_calls(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 30000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	most CONSTANT integer := 20;
	calls integer := jsonb_array_length(facts -> 'calls');
	cells text[] := abie_internal.week_call_cells(facts, most);
BEGIN
	RETURN abie_internal.report_part(format, 'heading', 'Schools to call')
		|| CASE WHEN cells IS NULL THEN abie_internal.report_part(format, 'paragraph', 'None this week.')
			ELSE abie_internal.report_part(format, 'paragraph', 'Newly not on course first, then by the '
					'pupils whose school may not meet its expectation.' || CASE WHEN calls > most
						THEN format(' The first %s of %s; all are below.', most, calls) ELSE '' END)
				|| abie_internal.report_part(format, 'table', 'Whom to call, in order', cells) END
		|| abie_internal.report_part(format, 'picture', CASE format WHEN 'html'
			THEN abie_internal.week_area_picture(facts, most) END);
END $$;
COMMENT ON FUNCTION abie_internal.week_area_calls(jsonb, text) IS
'Whom to call in an area, and the weeks of those schools and others as a picture.';

CREATE FUNCTION abie_internal.week_area_text(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	summary text[] := abie_internal.week_summary_cells(facts -> 'summary');
	history text[] := abie_internal.week_count_cells(facts -> 'history');
	published text[] := abie_internal.area_published_cells(facts -> 'published');
	schools text[] := abie_internal.week_school_cells(facts -> 'schools');
	left_out integer := jsonb_array_length(facts -> 'left_out');
BEGIN
	RETURN abie_internal.report_page(format, (facts ->> 'name') || ': the school year '
			|| (facts #>> '{monitor,academic_year}'),
		abie_internal.week_head(facts, '', format)
		|| abie_internal.report_part(format, 'lead', abie_internal.week_area_lead(facts))
		|| CASE WHEN left_out > 0 THEN abie_internal.report_part(format, 'paragraph', format('%s schools have no '
			'expectation and are not counted here.', left_out)) ELSE '' END
		|| CASE WHEN summary IS NULL THEN '' ELSE abie_internal.report_part(format, 'table', 'Attendance, weighted by '
			'pupils: per cent, differences in percentage points', summary) END
		|| abie_internal.week_area_calls(facts, format)
		|| abie_internal.week_happened(facts, format)
		|| CASE WHEN history IS NULL THEN '' ELSE abie_internal.report_part(format, 'heading', 'Week by week')
			|| abie_internal.report_part(format, 'table', 'How many schools had which status', history) END
		|| CASE WHEN published IS NULL THEN '' ELSE abie_internal.report_part(format, 'heading', 'Published beside')
			|| abie_internal.report_part(format, 'table', 'The last published week', published) END
		|| CASE WHEN schools IS NULL THEN '' ELSE abie_internal.report_part(format, 'heading', 'All schools')
			|| abie_internal.report_part(format, 'table', 'Schools with an expectation, the least likely to meet it '
				'first', schools) END
		|| abie_internal.week_limits(facts, format));
END $$;
COMMENT ON FUNCTION abie_internal.week_area_text(jsonb, text) IS
'The page of a week of an authority or a trust from its facts, as html or markdown.';
