-- What reporting tools read of weeks: published attendance, and a school's weeks beside it.

CREATE VIEW abie_report.published_attendance WITH (security_barrier = true) AS
SELECT a.academic_year::text AS academic_year, a.time_frame, a.reference_date, a.geographic_level, a.area_code,
	a.area_name, a.region, a.la_code, la.la_name, a.education_phase, a.num_schools, a.enrolments, a.total_num_schools,
	a.total_enrolments, a.sess_possible, a.sess_overall, a.sess_authorised, a.sess_unauthorised,
	100 - a.sess_overall_percent AS attendance_percent, a.sess_overall_percent,
	CASE WHEN a.sess_overall_percent IS NULL THEN coalesce(a.markers ->> 'sess_overall_percent', 'x') END
		AS sess_overall_percent_symbol,
	a.sess_authorised_percent, a.sess_unauthorised_percent, a.enrolments_pa_10_exact_percent,
	-- the weekly files have no extended holiday, whose code was withdrawn
	reason.sess_auth_illness, reason.sess_auth_appointments, reason.sess_auth_religious, reason.sess_auth_study,
	reason.sess_auth_traveller, reason.sess_auth_holiday, reason.sess_auth_excluded, reason.sess_auth_interview,
	reason.sess_auth_reg_performance, reason.sess_auth_temp_reduced_timetable, reason.sess_auth_other,
	reason.sess_unauth_holiday, reason.sess_unauth_late, reason.sess_unauth_other, reason.sess_unauth_noyet,
	a.source
FROM abie.published_attendance a
	LEFT JOIN abie.local_authority la ON la.la_code = a.la_code
	CROSS JOIN LATERAL abie_internal.absence_reasons(a.reasons) reason;
COMMENT ON VIEW abie_report.published_attendance IS
'Attendance of England, its regions and local authorities as published, by week and for the year to date: one row a '
'time frame, date, area and phase. Public figures, the same for every reader.';
COMMENT ON COLUMN abie_report.published_attendance.attendance_percent IS
'Attendance, per cent of sessions possible: 100 less sess_overall_percent.';
COMMENT ON COLUMN abie_report.published_attendance.sess_overall_percent_symbol IS
'Marker published in its place, or x; NULL where there is a figure.';

-- reasons mean what they mean of a school
SELECT abie_owner.describe_as('abie_report.published_attendance', 'abie_report.school_absence', '^sess_(?:un)?auth_');

CREATE VIEW abie_report.school_week_compared WITH (security_barrier = true) AS
SELECT w.academic_year::text AS academic_year, w.urn::integer AS urn, k.school_name, k.la_code, k.la_name, k.region,
	k.trust_code, k.trust, k.stratum, w.week_start, k.education_phase, w.sess_possible,
	abie.attendance_percent(w.sess_overall, w.sess_possible, NULL) AS attendance_percent,
	abie.is_provisional(w.week_start, current_date) AS provisional,
	100 - authority.sess_overall_percent AS local_authority_attendance_percent,
	100 - region.sess_overall_percent AS region_attendance_percent,
	100 - national.sess_overall_percent AS national_attendance_percent
FROM abie_owner.readable_attendance_week w
	-- once a school, not once a week
	LEFT JOIN (
		SELECT k.*, s.la_code AS authority, s.region AS region_of, phase.education_phase
		FROM abie_owner.school_key k
			-- masked: what is worked out of a school's columns may be worked out of the reader's schools only
			LEFT JOIN (abie_owner.readable_school s
				CROSS JOIN LATERAL (SELECT CASE WHEN abie_internal.stratum(s.type) = 'special' THEN 'Special'
					ELSE abie_internal.published_phase(s.phase) END AS education_phase OFFSET 0) phase)
				ON s.urn = k.urn
	) k ON k.urn = w.urn
	LEFT JOIN abie.published_attendance authority ON authority.academic_year = w.academic_year
		AND authority.time_frame = 'Week' AND authority.reference_date = w.week_start
		AND authority.geographic_level = 'Local authority' AND authority.la_code = k.authority
		AND authority.education_phase = k.education_phase
	LEFT JOIN abie.published_attendance region ON region.academic_year = w.academic_year
		AND region.time_frame = 'Week' AND region.reference_date = w.week_start
		AND region.geographic_level = 'Regional' AND region.region = k.region_of
		AND region.education_phase = k.education_phase
	LEFT JOIN abie.published_attendance national ON national.academic_year = w.academic_year
		AND national.time_frame = 'Week' AND national.reference_date = w.week_start
		AND national.geographic_level = 'National' AND national.education_phase = k.education_phase
-- as in abie_report.school_week
WHERE w.academic_year = ANY (ARRAY(SELECT y.academic_year FROM abie_owner.week_year y));
COMMENT ON VIEW abie_report.school_week_compared IS
'Attendance of each school by school week beside what is published for its phase in its local authority, its region '
'and England: one row a school and week. In the week before a holiday attendance is lower: a school whose holiday is '
'in another week than that of others differs from them by that alone (abie.school_week_kind).';
COMMENT ON COLUMN abie_report.school_week_compared.school_name IS 'Name of the school.';
COMMENT ON COLUMN abie_report.school_week_compared.education_phase IS
'The phase as published: Primary, Secondary (with all-through) or Special; NULL for other schools, which are compared '
'with none.';
COMMENT ON COLUMN abie_report.school_week_compared.attendance_percent IS
'Attendance of the school in the week, per cent.';
COMMENT ON COLUMN abie_report.school_week_compared.provisional IS
'Whether marks of the school''s week may still be corrected: as of the current date its Monday is less than 14 days '
'ago (abie.is_provisional).';
COMMENT ON COLUMN abie_report.school_week_compared.local_authority_attendance_percent IS
'Published attendance of its phase in its local authority in that week, per cent; NULL where not published or not '
'held.';
COMMENT ON COLUMN abie_report.school_week_compared.region_attendance_percent IS
'Published attendance of its phase in its region, per cent; NULL where not published or not held.';
COMMENT ON COLUMN abie_report.school_week_compared.national_attendance_percent IS
'Published attendance of its phase in England, per cent; NULL where not published or not held.';
