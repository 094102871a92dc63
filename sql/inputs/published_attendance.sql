-- Attendance that the department publishes through the year, for England, its regions and local authorities: each week,
-- and the year to date. Public figures, of no single school.

CREATE TABLE abie.published_attendance (
	academic_year abie.academic_year,
	time_frame text CHECK (time_frame IN ('Week', 'Year to date')),
	reference_date date,
	geographic_level text CHECK (geographic_level IN ('National', 'Regional', 'Local authority')),
	area_code text,
	education_phase text CHECK (education_phase IN ('Primary', 'Secondary', 'Special', 'Total')),
	area_name text,
	region text,
	la_code integer CHECK (la_code BETWEEN 100 AND 999),
	num_schools float8 CHECK (num_schools >= 0),
	enrolments float8 CHECK (enrolments >= 0),
	total_num_schools bigint CHECK (total_num_schools >= 0),
	total_enrolments bigint CHECK (total_enrolments >= 0),
	sess_possible bigint CHECK (sess_possible >= 0),
	sess_attending bigint CHECK (sess_attending >= 0),
	sess_approved_activity bigint CHECK (sess_approved_activity >= 0),
	sess_overall bigint CHECK (sess_overall >= 0),
	sess_authorised bigint CHECK (sess_authorised >= 0),
	sess_unauthorised bigint CHECK (sess_unauthorised >= 0),
	sess_overall_percent float8 CHECK (sess_overall_percent BETWEEN 0 AND 100),
	sess_authorised_percent float8 CHECK (sess_authorised_percent BETWEEN 0 AND 100),
	sess_unauthorised_percent float8 CHECK (sess_unauthorised_percent BETWEEN 0 AND 100),
	enrolments_pa_10_exact_percent float8 CHECK (enrolments_pa_10_exact_percent BETWEEN 0 AND 100),
	reasons jsonb,
	reason_percents jsonb,
	markers jsonb NOT NULL DEFAULT '{}',
	edition date NOT NULL DEFAULT '-infinity',
	source text NOT NULL DEFAULT 'own entry',
	recorded_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (academic_year, time_frame, reference_date, geographic_level, area_code, education_phase),
	CONSTRAINT weeks_start_on_monday CHECK (time_frame <> 'Week' OR extract(isodow FROM reference_date) = 1)
);
COMMENT ON TABLE abie.published_attendance IS
'Attendance of a week, or of the year to date, as published (EES, Pupil attendance in schools): one row an area, phase '
'and week, or an area, phase and publication. Counts are of the schools that share their registers, in a week in which '
'others are on holiday of those that are not. The percentages of a phase are its sessions pooled; those of Total were '
'weighted by the pupils of each phase until 2024/25, so that they are not the ratio of its counts. Local authorities '
'have a Total from 2025/26 on.';
COMMENT ON COLUMN abie.published_attendance.academic_year IS 'Academic year; of a week, that of its Monday.';
COMMENT ON COLUMN abie.published_attendance.time_frame IS
'Week, or Year to date: sessions from the second week of September on, when all schools are open.';
COMMENT ON COLUMN abie.published_attendance.reference_date IS
'Monday of the week, of which the file says the calendar year and the ISO week (2026 has 53); of the year to date, the '
'day of publication that the user gave.';
COMMENT ON COLUMN abie.published_attendance.geographic_level IS 'National, Regional or Local authority.';
COMMENT ON COLUMN abie.published_attendance.area_code IS
'ONS code: E92000001 for England, E12... of the region, else of the local authority (E06 to E10).';
COMMENT ON COLUMN abie.published_attendance.education_phase IS
'Primary, Secondary (with all-through), Special or Total.';
COMMENT ON COLUMN abie.published_attendance.area_name IS 'England, or name of the region or local authority.';
COMMENT ON COLUMN abie.published_attendance.region IS 'Region, as in abie.school; NULL for England.';
COMMENT ON COLUMN abie.published_attendance.la_code IS
'Local authority number, as in LAESTAB; NULL for other areas.';
COMMENT ON COLUMN abie.published_attendance.num_schools IS 'Schools whose registers count, mean of the days.';
COMMENT ON COLUMN abie.published_attendance.enrolments IS 'Enrolments of these schools, mean of the days.';
COMMENT ON COLUMN abie.published_attendance.total_num_schools IS 'Schools in the area, by the census.';
COMMENT ON COLUMN abie.published_attendance.total_enrolments IS 'Pupils in the area, by the census.';
COMMENT ON COLUMN abie.published_attendance.sess_possible IS 'Sessions possible (half days).';
COMMENT ON COLUMN abie.published_attendance.sess_attending IS
'Sessions of attendance, approved educational activity included.';
COMMENT ON COLUMN abie.published_attendance.sess_approved_activity IS
'Sessions of approved educational activity.';
COMMENT ON COLUMN abie.published_attendance.sess_overall IS 'Sessions of absence, authorised and unauthorised.';
COMMENT ON COLUMN abie.published_attendance.sess_authorised IS 'Sessions of authorised absence.';
COMMENT ON COLUMN abie.published_attendance.sess_unauthorised IS 'Sessions of unauthorised absence.';
COMMENT ON COLUMN abie.published_attendance.sess_overall_percent IS
'Absence, per cent of sessions possible, as published.';
COMMENT ON COLUMN abie.published_attendance.sess_authorised_percent IS
'Authorised absence, per cent of sessions possible, as published.';
COMMENT ON COLUMN abie.published_attendance.sess_unauthorised_percent IS
'Unauthorised absence, per cent of sessions possible, as published.';
COMMENT ON COLUMN abie.published_attendance.enrolments_pa_10_exact_percent IS
'Persistent absentees so far, per cent of enrolments; of the year to date only.';
COMMENT ON COLUMN abie.published_attendance.reasons IS
'Sessions by reason: absence by the names of abie.attendance (sess_auth_illness), the others by those of the '
'publication (reason_l_present_late_before_registers_closed), as abie.attendance_code.reason_group has them.';
COMMENT ON COLUMN abie.published_attendance.reason_percents IS
'Absence by reason, per cent of sessions possible, as published, by the same names.';
COMMENT ON COLUMN abie.published_attendance.markers IS
'Markers published in place of figures: {"sess_possible": "c"}, where a local authority has one school.';
COMMENT ON COLUMN abie.published_attendance.edition IS
'Newest week of the file, or day of publication: each file has all weeks so far anew, and an older one changes nothing '
'that a newer one said.';
COMMENT ON COLUMN abie.published_attendance.source IS 'Format and file.';
COMMENT ON COLUMN abie.published_attendance.recorded_at IS 'When the row was last written.';
SELECT pg_catalog.pg_extension_config_dump('abie.published_attendance', '');
