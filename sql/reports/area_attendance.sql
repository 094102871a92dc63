-- Attendance of local authorities over the years beside their regions and England, of published attendance alone: the
-- same for every reader. Rows as in sql/reports/report_view.sql.

CREATE VIEW abie_owner.authority_region AS
SELECT DISTINCT ON (n.la_code) n.la_code, n.region
FROM (
	SELECT coalesce(s.la_code, s.laestab / 10000) AS la_code, s.region, count(*) AS schools
	FROM abie.school s
	WHERE s.region IS NOT NULL
	GROUP BY 1, 2
) n
WHERE n.la_code IS NOT NULL
ORDER BY n.la_code, n.schools DESC, n.region COLLATE "C";
COMMENT ON VIEW abie_owner.authority_region IS
'The region of each local authority: the one that most of its schools are in.';
COMMENT ON COLUMN abie_owner.authority_region.la_code IS 'Local authority number, three digits (EES old_la_code).';
COMMENT ON COLUMN abie_owner.authority_region.region IS
'Region (GIAS GOR), one of the nine regions of England; Inner and Outer London are London.';

CREATE FUNCTION abie_internal.pooled_percent(is_pooled boolean, sess_overall numeric, sess_possible numeric,
	rates numeric, schools numeric) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: of schools with rates alone there are no sessions
RETURN CASE WHEN is_pooled THEN abie.attendance_percent(sess_overall::bigint, sess_possible::bigint, NULL)
	ELSE (rates / schools)::float8 / 1e9::float8 END;
COMMENT ON FUNCTION abie_internal.pooled_percent(boolean, numeric, numeric, numeric, numeric) IS
'Attendance of schools together, per cent: sessions pooled, or where one of them has only a rate the mean of their '
'rates (rates: their sum in billionths of a per cent, whole so that the order of schools changes nothing).';

CREATE VIEW abie_report.area_attendance WITH (security_barrier = true) AS
SELECT y.academic_year, abie.year_start(y.academic_year) AS year_start, y.la_code, la.la_name, r.region, y.stratum,
	y.schools, y.enrolments,
	abie_internal.pooled_percent(y.is_pooled, y.sess_overall, y.sess_possible, y.rates, y.schools)
		AS attendance_percent,
	abie_internal.pooled_percent(bool_and(y.is_pooled) OVER region, sum(y.sess_overall) OVER region,
		sum(y.sess_possible) OVER region, sum(y.rates) OVER region, sum(y.schools) OVER region)
		AS region_attendance_percent,
	abie_internal.pooled_percent(bool_and(y.is_pooled) OVER country, sum(y.sess_overall) OVER country,
		sum(y.sess_possible) OVER country, sum(y.rates) OVER country, sum(y.schools) OVER country)
		AS national_attendance_percent
FROM (
	SELECT a.academic_year::text AS academic_year, a.laestab / 10000 AS la_code, t.stratum,
		count(*) AS schools, sum(a.enrolments) AS enrolments, sum(a.sess_overall) AS sess_overall,
		sum(a.sess_possible) AS sess_possible,
		bool_and(a.sess_possible > 0 AND a.sess_overall IS NOT NULL) AS is_pooled,
		sum(round(1e9 * abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent))::bigint)
			AS rates
	FROM abie.attendance a
		JOIN (VALUES ('State-funded primary', 'primary'), ('State-funded secondary', 'secondary'))
			t (school_type, stratum) ON t.school_type = a.school_type
	WHERE abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources)
		AND (a.sess_possible > 0 AND a.sess_overall IS NOT NULL OR a.sess_overall_percent IS NOT NULL)
	GROUP BY a.academic_year::text, a.laestab / 10000, t.stratum
) y
	LEFT JOIN abie_owner.authority_region r ON r.la_code = y.la_code
	LEFT JOIN abie.local_authority la ON la.la_code = y.la_code
WHERE (SELECT abie_internal.has_access('{results,similar schools,support,calculation}'))
WINDOW region AS (PARTITION BY y.academic_year, y.stratum, r.region),
	country AS (PARTITION BY y.academic_year, y.stratum);
COMMENT ON VIEW abie_report.area_attendance IS
'Attendance of the schools of each local authority by year, beside that of its region and of England, of all schools '
'held whose attendance is published: one row an academic year, local authority and stratum.';
COMMENT ON COLUMN abie_report.area_attendance.academic_year IS 'Academic year, one of those held.';
COMMENT ON COLUMN abie_report.area_attendance.year_start IS 'Its first day, 1 September.';
COMMENT ON COLUMN abie_report.area_attendance.la_code IS
'Number of the local authority, the first three digits of the LAESTAB in that year.';
COMMENT ON COLUMN abie_report.area_attendance.region IS
'Region that most of its schools are in, by the register; NULL where it names no school of it.';
COMMENT ON COLUMN abie_report.area_attendance.stratum IS
'primary, or secondary without all-through, by the type as published.';
COMMENT ON COLUMN abie_report.area_attendance.schools IS 'Schools of the local authority counted in.';
COMMENT ON COLUMN abie_report.area_attendance.enrolments IS 'Enrolments of these schools, where published.';
COMMENT ON COLUMN abie_report.area_attendance.attendance_percent IS
'Attendance of these schools, per cent: sessions pooled, or where one of them has only a rate the mean of their rates.';
COMMENT ON COLUMN abie_report.area_attendance.region_attendance_percent IS
'The same of all schools of the region, that local authority''s among them.';
COMMENT ON COLUMN abie_report.area_attendance.national_attendance_percent IS 'The same of all schools of England.';
