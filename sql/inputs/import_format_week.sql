-- The department's attendance of weeks and of the year to date, as data: the same columns in two layouts, the wide one,
-- a row an area, phase and week, and the long one of the API, a row a reason. A part of abie.import_format and
-- abie.import_target.

CREATE FUNCTION abie_internal.week_of_year(calendar_year integer, week integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
-- 4 January is in week 1 by ISO 8601
RETURN (SELECT CASE WHEN extract(isoyear FROM monday) = calendar_year THEN monday END
	FROM (SELECT make_date(calendar_year, 1, 4) - extract(isodow FROM make_date(calendar_year, 1, 4))::integer + 1
		+ 7 * (week - 1)) first (monday));
COMMENT ON FUNCTION abie_internal.week_of_year(integer, integer) IS
'Monday of a week of a calendar year by ISO 8601; NULL for a week that the year does not have, as week 53 of most.';

CREATE FUNCTION abie_internal.academic_year_of(day date) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
-- schools open in the last week of August already; none is open early in it
RETURN (SELECT year::text || '/' || to_char((year + 1) % 100, 'FM00')
	FROM (SELECT extract(year FROM day - interval '7 months')::integer) start (year));
COMMENT ON FUNCTION abie_internal.academic_year_of(date) IS
'The academic year of a day, from August to July: 2025/26.';

CREATE FUNCTION abie_internal.published_reason_names() RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	-- of two regimes' names the newer
	SELECT pg_catalog.jsonb_object_agg(pg_catalog.lower(code.code COLLATE "C"), code.reason_group ORDER BY code.regime)
	FROM abie.attendance_code code
	WHERE code.reason_group IS NOT NULL AND code.category <> 'administrative';
END;
COMMENT ON FUNCTION abie_internal.published_reason_names() IS
'The names of abie.attendance_code.reason_group by register code in small letters: {"i": "sess_auth_illness", ...}.';

CREATE FUNCTION abie_internal.published_measure(reason text, names jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN coalesce('{
	"all possible sessions": "sess_possible",
	"overall attendance": "sess_attending",
	"all approved educational activity": "sess_approved_activity",
	"overall absence": "sess_overall",
	"all authorised": "sess_authorised", "all authorised absence": "sess_authorised",
	"all unauthorised": "sess_unauthorised", "all unauthorised absence": "sess_unauthorised",
	"present am": "reason_present_am", "present pm": "reason_present_pm", "present": "reason_present"}'::jsonb
		->> pg_catalog.lower(reason COLLATE "C"),
	names ->> pg_catalog.substring(pg_catalog.lower(reason COLLATE "C"), '[(]([a-z][0-9]?)[)]$'));
COMMENT ON FUNCTION abie_internal.published_measure(text, jsonb) IS
'What a row of the long layout counts, by its attendance_reason: a column of abie.published_attendance, or a name of '
'its reasons, by the register code at the end ("Illness (i)"); NULL for other sums. names: '
'abie_internal.published_reason_names().';

CREATE FUNCTION abie_internal.published_reasons(parts jsonb, names jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
-- absence has the names of abie.attendance, in wide files by the code in the column's name (reason_i_...), the rest its
-- own
RETURN (SELECT pg_catalog.jsonb_object_agg(CASE WHEN known.name LIKE 'sess~_%auth~_%' ESCAPE '~' THEN known.name
		ELSE part.key END, part.value)
	FROM pg_catalog.jsonb_each(parts) part,
		LATERAL (SELECT names ->> pg_catalog.split_part(part.key, '_', 2)) known (name));
COMMENT ON FUNCTION abie_internal.published_reasons(jsonb, jsonb) IS
'Sessions by reason, as the columns of a wide file name them, by the names of abie.published_attendance.reasons.';

CREATE FUNCTION abie_internal.published_percents(parts jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN (SELECT pg_catalog.jsonb_object_agg(coalesce('{
	"illness_perc": "sess_auth_illness", "appointments_perc": "sess_auth_appointments",
	"auth_religious_perc": "sess_auth_religious", "auth_study_perc": "sess_auth_study",
	"auth_grt_perc": "sess_auth_traveller", "auth_mob_perc": "sess_auth_traveller",
	"auth_holiday_perc": "sess_auth_holiday", "auth_excluded_perc": "sess_auth_excluded",
	"auth_interview_perc": "sess_auth_interview", "auth_performance_perc": "sess_auth_reg_performance",
	"auth_part_time_perc": "sess_auth_temp_reduced_timetable", "auth_other_perc": "sess_auth_other",
	"unauth_hol_perc": "sess_unauth_holiday", "unauth_late_registers_closed_perc": "sess_unauth_late",
	"unauth_oth_perc": "sess_unauth_other", "unauth_not_yet_perc": "sess_unauth_noyet"}'::jsonb ->> part.key, part.key),
		part.value)
	FROM pg_catalog.jsonb_each(parts) part);
COMMENT ON FUNCTION abie_internal.published_percents(jsonb) IS
'Percentages by reason, as the columns of a wide file name them, by the names of abie.published_attendance.reasons.';

-- w: ees-attendance-week, y: ees-attendance-year-to-date, r: ees-attendance-reasons
CREATE VIEW abie_internal.import_format_week (format, field, header_names, required, filled, kind, meaning) AS
SELECT format.name, field.name, field.header_names, field.required, field.filled, field.kind, field.meaning
FROM (VALUES
	('wr', 'calendar_year', ARRAY['time_period'], true, true, 'calendar year', 'Calendar year'),
	('wr', 'week', ARRAY['time_identifier'], true, true, 'week', 'ISO week, written Week 37'),
	('y', 'academic_year', ARRAY['time_period'], true, true, 'year', 'Academic year, written 202526'),
	('y', 'time_identifier', ARRAY['time_identifier'], true, false, 'text', 'Academic year'),
	('w', 'attendance_date', ARRAY['attendance_date'], false, false, 'text',
		'Of daily files; single days are set aside'),
	('r', 'time_frame', ARRAY['time_frame'], true, false, 'text', 'Week; days and the year to date are set aside'),
	('wyr', 'geographic_level', ARRAY['geographic_level'], true, true, 'geographic level',
		'National, Regional or Local authority; other levels are set aside'),
	('wyr', 'country_code', ARRAY['country_code'], true, false, 'text', 'ONS code of England'),
	('wyr', 'region_code', ARRAY['region_code'], true, false, 'text', 'ONS code of the region'),
	('wyr', 'region', ARRAY['region_name'], true, false, 'region', 'Region'),
	('wyr', 'new_la_code', ARRAY['new_la_code'], true, false, 'text', 'ONS code of the local authority'),
	('wyr', 'authority_name', ARRAY['la_name'], true, false, 'text', 'Local authority name'),
	('wyr', 'la_code', ARRAY['old_la_code'], true, false, 'la_code', 'Local authority number'),
	('wyr', 'education_phase', ARRAY['education_phase', 'school_type'], true, true, 'phase',
		'Primary, Secondary, Special, Total or All schools'),
	('wy', 'num_schools', ARRAY['num_schools'], true, false, 'mean', 'Schools whose registers count, mean of the days'),
	('wy', 'enrolments', ARRAY['enrolments'], true, false, 'mean', 'Enrolments, mean of the days'),
	('wy', 'total_num_schools', ARRAY['total_num_schools'], false, false, 'count', 'Schools in the area'),
	('wy', 'total_enrolments', ARRAY['total_enrolments'], false, false, 'count', 'Pupils in the area'),
	('wy', 'sess_possible', ARRAY['possible_sessions'], true, false, 'sessions', 'Sessions possible'),
	('wy', 'sess_attending', ARRAY['overall_attendance'], true, false, 'sessions', 'Sessions of attendance'),
	('wy', 'sess_approved_activity', ARRAY['approved_educational_activity'], false, false, 'sessions',
		'Sessions of approved educational activity'),
	('wy', 'sess_overall', ARRAY['overall_absence'], true, false, 'sessions', 'Sessions of absence'),
	('wy', 'sess_authorised', ARRAY['authorised_absence'], true, false, 'sessions', 'Sessions of authorised absence'),
	('wy', 'sess_unauthorised', ARRAY['unauthorised_absence'], true, false, 'sessions',
		'Sessions of unauthorised absence'),
	('wy', 'sess_overall_percent', ARRAY['overall_absence_perc'], true, false, 'percent', 'Absence, per cent'),
	('wy', 'sess_authorised_percent', ARRAY['authorised_absence_perc'], false, false, 'percent',
		'Authorised absence, per cent'),
	('wy', 'sess_unauthorised_percent', ARRAY['unauthorised_absence_perc'], false, false, 'percent',
		'Unauthorised absence, per cent'),
	('y', 'enrolments_pa_10_exact_percent', ARRAY['pa_perc'], true, false, 'percent', 'Persistent absentees, per cent'),
	('wy', 'reasons', ARRAY['reason_*'], false, false, 'sessions', 'Sessions by reason'),
	('wy', 'reason_percents', ARRAY['illness_p*', 'appointments_p*', 'auth_*', 'unauth_*'], false, false, 'percent',
		'Absence by reason, per cent'),
	('r', 'attendance_reason', ARRAY['attendance_reason'], true, true, 'text',
		'What is counted: a reason with its code, as Illness (i), or a sum, as Overall absence'),
	('r', 'session_count', ARRAY['session_count'], true, false, 'sessions', 'Sessions'),
	('r', 'session_percent', ARRAY['session_percent'], true, false, 'percent', 'Per cent of sessions possible')
	) field (formats, name, header_names, required, filled, kind, meaning)
	JOIN (VALUES ('w', 'ees-attendance-week'), ('y', 'ees-attendance-year-to-date'), ('r', 'ees-attendance-reasons')
	) format (letter, name) ON pg_catalog.strpos(field.formats, format.letter) > 0;
COMMENT ON VIEW abie_internal.import_format_week IS
'The rows of abie.import_format for published attendance of weeks and of the year to date.';

CREATE VIEW abie_internal.import_target_week (format, target_table, target_column, fields, expression) AS
SELECT format.name, 'published_attendance', target.target_column, target.fields,
	CASE target.target_column WHEN 'academic_year' THEN format.academic_year WHEN 'time_frame' THEN format.time_frame
		WHEN 'reference_date' THEN format.reference_date WHEN 'edition' THEN format.edition ELSE target.expression END
FROM (SELECT 'wyr', name, ARRAY[name], name
		FROM pg_catalog.unnest(ARRAY['geographic_level', 'education_phase', 'region', 'la_code', 'sess_possible',
			'sess_attending', 'sess_approved_activity', 'sess_overall', 'sess_authorised', 'sess_unauthorised',
			'sess_overall_percent', 'sess_authorised_percent', 'sess_unauthorised_percent']) plain (name)
	UNION ALL SELECT 'wy', name, ARRAY[name], name
		FROM pg_catalog.unnest(ARRAY['num_schools', 'enrolments', 'total_num_schools', 'total_enrolments']) plain (name)
	UNION ALL VALUES
	('wyr', 'academic_year', ARRAY['calendar_year', 'week', 'academic_year'], NULL),
	('wyr', 'time_frame', ARRAY[]::text[], NULL),
	('wyr', 'reference_date', ARRAY['calendar_year', 'week'], NULL),
	('wyr', 'edition', ARRAY['calendar_year', 'week'], NULL),
	('wyr', 'area_code', ARRAY['geographic_level', 'country_code', 'region_code', 'new_la_code'],
		'CASE geographic_level WHEN ''National'' THEN country_code WHEN ''Regional'' THEN region_code '
		'ELSE new_la_code END'),
	('wyr', 'area_name', ARRAY['geographic_level', 'region', 'authority_name'],
		'CASE geographic_level WHEN ''National'' THEN ''England'' WHEN ''Regional'' THEN region '
		'ELSE authority_name END'),
	('y', 'enrolments_pa_10_exact_percent', ARRAY['enrolments_pa_10_exact_percent'], 'enrolments_pa_10_exact_percent'),
	('wyr', 'reasons', ARRAY['reasons'],
		'abie_internal.published_reasons(reasons, (SELECT abie_internal.published_reason_names()))'),
	('wyr', 'reason_percents', ARRAY['reason_percents'], 'abie_internal.published_percents(reason_percents)')
	) target (formats, target_column, fields, expression)
	JOIN (VALUES
	('w', 'ees-attendance-week', 'abie_internal.academic_year_of(abie_internal.week_of_year(calendar_year, week))',
		'''Week''::text', 'abie_internal.week_of_year(calendar_year, week)',
		'max(abie_internal.week_of_year(calendar_year, week)) OVER ()'),
	('y', 'ees-attendance-year-to-date', 'academic_year', '''Year to date''::text', 'given_date', 'given_date'),
	('r', 'ees-attendance-reasons', 'abie_internal.academic_year_of(abie_internal.week_of_year(calendar_year, week))',
		'''Week''::text', 'abie_internal.week_of_year(calendar_year, week)',
		'max(abie_internal.week_of_year(calendar_year, week)) OVER ()')
	) format (letter, name, academic_year, time_frame, reference_date, edition)
		ON pg_catalog.strpos(target.formats, format.letter) > 0;
COMMENT ON VIEW abie_internal.import_target_week IS
'The rows of abie.import_target for published attendance of weeks and of the year to date. The fields of the long '
'layout are those that abie_internal.import_pivot_query makes.';

CREATE VIEW abie_internal.import_check_week (format, fails, reason, of_table) AS
SELECT format.name, must.fails, must.reason, false
FROM (VALUES
	('wr', 'abie_internal.week_of_year(calendar_year, week) IS NULL',
		'''week '' || week || '' is not a week of '' || calendar_year'),
	('wyr', 'CASE geographic_level WHEN ''National'' THEN country_code WHEN ''Regional'' THEN region_code '
		'WHEN ''Local authority'' THEN new_la_code ELSE ''none'' END IS NULL', '''the code of the area is empty'''),
	('wy', 'sess_attending + sess_overall <> sess_possible',
		'''overall_attendance '' || sess_attending || '' and overall_absence '' || sess_overall || '' do not add up to '
		'possible_sessions '' || sess_possible'),
	('wy', 'sess_authorised + sess_unauthorised <> sess_overall',
		'''authorised_absence '' || sess_authorised || '' and unauthorised_absence '' || sess_unauthorised || '' do '
		'not add up to overall_absence '' || sess_overall')
	) must (formats, fails, reason)
	JOIN (VALUES ('w', 'ees-attendance-week'), ('y', 'ees-attendance-year-to-date'), ('r', 'ees-attendance-reasons')
	) format (letter, name) ON pg_catalog.strpos(must.formats, format.letter) > 0;
COMMENT ON VIEW abie_internal.import_check_week IS
'The rows of abie.import_check for published attendance of weeks and of the year to date.';
