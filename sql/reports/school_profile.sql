-- All that is asked for most of a school, in one row: for reporting tools that would have to join else. Rows as in
-- sql/reports/report_view.sql.

CREATE VIEW abie_report.school_profile WITH (security_barrier = true) AS
SELECT e.run_id, e.target_year, abie.year_start(e.target_year) AS year_start, e.baseline_year, e.run_status,
	e.urn, e.laestab, e.school_name, e.la_code, e.la_name, e.region, e.trust_code, e.trust, e.stratum, k.phase,
	e.school_type, k.easting, k.northing, place.longitude, place.latitude,
	c.headcount, c.fsm_pct::float8 AS fsm_pct, c.fsm6_pct::float8 AS fsm6_pct,
	c.sen_support_pct::float8 AS sen_support_pct, c.ehc_plan_pct::float8 AS ehc_plan_pct,
	c.eal_pct::float8 AS eal_pct, c.mobility_pct::float8 AS mobility_pct, c.idaci_score::float8 AS idaci_score,
	c.idaci_rank, coalesce(c.urban_rural, k.urban_rural) AS urban_rural,
	coalesce(c.religious_character, k.religious_character) AS religious_character,
	coalesce(c.admissions_policy, k.admissions_policy) AS admissions_policy,
	a.enrolments, a.sess_possible, a.sess_overall, rate.attendance_percent,
	100 * a.sess_authorised / nullif(a.sess_possible, 0)::float8 AS sess_authorised_percent,
	100 * a.sess_unauthorised / nullif(a.sess_possible, 0)::float8 AS sess_unauthorised_percent,
	coalesce(100 * a.enrolments_pa_10_exact / nullif(a.enrolments, 0)::float8, a.enrolments_pa_10_exact_percent)
		AS enrolments_pa_10_exact_percent,
	100 * a.enrolments_pa_50_exact / nullif(a.enrolments, 0)::float8 AS enrolments_pa_50_exact_percent,
	reason.*,
	e.attendance, e.attendance_low, e.attendance_high, e.expected, e.expected_error, e.baseline, e.baseline_error,
	e.gap, e.improvement_rounded, e.target, e.statement, e.headroom, e.poor_match, e.exclusion_reason,
	e.exclusion_detail,
	w.monitor_id, w.as_of, w.newest_week, w.status, w.probability, w.projected, w.low AS projected_low,
	w.high AS projected_high, w.year_to_date, w.like_for_like, w.weeks
FROM abie_report.school_expectation e
	LEFT JOIN abie.school k ON k.urn = e.urn
	LEFT JOIN abie_owner.readable_attendance a ON a.academic_year = e.baseline_year AND a.laestab = e.laestab
	LEFT JOIN abie_owner.readable_school_context c ON c.urn = e.urn AND c.academic_year = e.baseline_year
	LEFT JOIN (
		SELECT m.academic_year, m.as_of, m.newest_week, p.*
		FROM abie_report.monitor m
			JOIN abie_owner.readable_progress p ON p.monitor_id = m.monitor_id
		WHERE m.is_current
	) w ON w.academic_year = e.target_year AND w.urn = e.urn
	CROSS JOIN LATERAL abie.longitude_latitude(k.easting, k.northing) place
	CROSS JOIN LATERAL abie_internal.absence_reasons(a.reasons) reason
	CROSS JOIN LATERAL abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent)
		rate (attendance_percent)
WHERE e.is_latest;
COMMENT ON VIEW abie_report.school_profile IS
'What is asked for most, a row a school of the run to be read (abie_report.run.is_latest): where it is, circumstances, '
'absence and reasons in the baseline year, expectation or why there is none, and how it stands in the newest weekly '
'run of the target year. Columns as in school_expectation, school_context, school_absence and school_progress.';
COMMENT ON COLUMN abie_report.school_profile.year_start IS 'First day of the target year, 1 September.';
COMMENT ON COLUMN abie_report.school_profile.longitude IS
'Longitude, degrees in WGS84: abie.longitude_latitude; NULL where no place is known.';
COMMENT ON COLUMN abie_report.school_profile.latitude IS
'Latitude, degrees in WGS84: abie.longitude_latitude; NULL where no place is known.';
COMMENT ON COLUMN abie_report.school_profile.projected_low IS
'Lower end of the 95 per cent interval of projected: abie.school_progress.low.';
COMMENT ON COLUMN abie_report.school_profile.projected_high IS
'Upper end of the 95 per cent interval of projected: abie.school_progress.high.';

-- absence means what it means there
SELECT abie_owner.describe_as('abie_report.school_profile', 'abie_report.school_absence',
	'^(sess_(un)?auth|enrolments_pa|attendance_percent)');
