-- What is held of each school, for reporting tools: rows as in sql/reports/report_view.sql.

CREATE VIEW abie_report.school WITH (security_barrier = true) AS
SELECT s.urn::integer AS urn, s.laestab::integer AS laestab, s.name AS school_name,
	coalesce(s.la_code, s.laestab / 10000) AS la_code, la.la_name, s.region, s.trust_code, s.trust,
	coalesce(abie_internal.stratum(s.phase), abie_internal.stratum(s.type)) AS stratum, s.phase,
	s.type AS school_type, s.type_group, s.status, s.open_date, s.close_date, s.religious_character,
	s.admissions_policy, s.urban_rural, s.statutory_low_age, s.statutory_high_age, s.capacity, s.postcode, s.lsoa_code,
	s.easting, s.northing, s.register_date, s.source
FROM abie_owner.readable_school s
	LEFT JOIN abie.local_authority la ON la.la_code = coalesce(s.la_code, s.laestab / 10000);
COMMENT ON VIEW abie_report.school IS 'What is known of each school: one row a URN.';
COMMENT ON COLUMN abie_report.school.school_name IS 'Name of the school (GIAS EstablishmentName).';
COMMENT ON COLUMN abie_report.school.school_type IS 'Type of establishment (GIAS TypeOfEstablishment).';
COMMENT ON COLUMN abie_report.school.la_code IS
'Number of the local authority as registered, else the first three digits of the LAESTAB.';
COMMENT ON COLUMN abie_report.school.stratum IS
'primary, secondary (with all-through), special or other, by phase, else by school_type; NULL where neither is '
'understood.';

CREATE VIEW abie_report.school_context WITH (security_barrier = true) AS
SELECT c.academic_year::text AS academic_year, c.urn::integer AS urn, k.school_name, k.la_code, k.la_name,
	k.trust_code, k.trust, coalesce(abie_internal.stratum(c.school_type), k.stratum) AS stratum, c.school_type,
	c.headcount, c.fsm_pct::float8 AS fsm_pct, c.fsm6_pct::float8 AS fsm6_pct,
	c.sen_support_pct::float8 AS sen_support_pct,
	c.ehc_plan_pct::float8 AS ehc_plan_pct, c.semh_pct::float8 AS semh_pct, c.eal_pct::float8 AS eal_pct,
	c.mobility_pct::float8 AS mobility_pct, c.idaci_score::float8 AS idaci_score, c.idaci_rank, c.region, c.urban_rural,
	c.religious_character, c.admissions_policy, c.source
FROM abie_owner.readable_school_context c LEFT JOIN abie_owner.school_key k ON k.urn = c.urn;
COMMENT ON VIEW abie_report.school_context IS
'The characteristics of each school''s pupils and of the school by year, as held: one row an academic year and school.';

-- The key of weeks begins with the year: named one by one, a school's weeks are looked up.
CREATE VIEW abie_owner.week_year AS
SELECT t.academic_year
FROM (
	WITH RECURSIVE held (academic_year) AS (
		SELECT min(w.academic_year) FROM abie.attendance_week w
		UNION ALL
		SELECT (SELECT min(w.academic_year) FROM abie.attendance_week w WHERE w.academic_year > h.academic_year)
		FROM held h
		WHERE h.academic_year IS NOT NULL
	)
	SELECT h.academic_year FROM held h WHERE h.academic_year IS NOT NULL
) t;
COMMENT ON VIEW abie_owner.week_year IS 'Academic years of which weeks are held.';
COMMENT ON COLUMN abie_owner.week_year.academic_year IS 'Academic year.';

CREATE VIEW abie_report.school_week WITH (security_barrier = true) AS
SELECT w.academic_year::text AS academic_year, w.urn::integer AS urn, k.school_name, k.la_code, k.la_name, k.region,
	k.trust_code, k.trust, k.stratum, w.week_start, w.enrolments,
	w.sess_possible, w.sess_overall, w.sess_authorised, w.sess_unauthorised,
	abie.attendance_percent(w.sess_overall, w.sess_possible, NULL) AS attendance_percent,
	abie.is_provisional(w.week_start, current_date) AS provisional, w.source
FROM abie_owner.readable_attendance_week w LEFT JOIN abie_owner.school_key k ON k.urn = w.urn
WHERE w.academic_year = ANY (ARRAY(SELECT y.academic_year FROM abie_owner.week_year y));
COMMENT ON VIEW abie_report.school_week IS
'Attendance of each school by school week, from its registers: one row a school and week.';
COMMENT ON COLUMN abie_report.school_week.attendance_percent IS 'Attendance in the week, per cent.';
COMMENT ON COLUMN abie_report.school_week.provisional IS
'Whether marks of the week may still be corrected: as of the current date its Monday is less than 14 days ago '
'(abie.is_provisional).';

CREATE VIEW abie_report.school_figure WITH (security_barrier = true) AS
SELECT f.academic_year::text AS academic_year, f.urn::integer AS urn, k.school_name, k.la_code, k.la_name, k.region,
	k.trust_code, k.trust, k.stratum, f.attendance_percent, f.comment, f.recorded_by, f.recorded_at
FROM abie_owner.readable_school_figure f LEFT JOIN abie_owner.school_key k ON k.urn = f.urn;
COMMENT ON VIEW abie_report.school_figure IS
'Each school''s own figures of its attendance: one row a school and academic year.';

CREATE VIEW abie_report.correction WITH (security_barrier = true) AS
SELECT c.correction_id, c.urn::integer AS urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	k.stratum, c.academic_year::text AS academic_year, c.comment, c.attendance_percent, c.requested_by, c.requested_at,
	c.accepted, c.answer, c.answered_by, c.answered_at, c.fixed_by_run
FROM abie_owner.readable_correction c LEFT JOIN abie_owner.school_key k ON k.urn = c.urn;
COMMENT ON VIEW abie_report.correction IS
'Corrections that each school asked for, and what became of them: one row a request.';
