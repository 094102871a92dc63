-- Attendance over the years, of one school and of all together, for reporting tools: rows as in
-- sql/reports/report_view.sql.

-- a gate by school (abie_gate_by_key): years under another URN are rows of another school
CREATE FUNCTION abie_owner.readable_history(role oid) RETURNS SETOF abie.school_history
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 500000 ROWS 30000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
SELECT h.* FROM abie.school_history h
WHERE (SELECT abie_owner.has_national_access(role, '{results,calculation}'))
	OR h.school_urn IN (SELECT a.urn FROM abie_owner.accessible_schools(role, '{results}') a)
$$;
COMMENT ON FUNCTION abie_owner.readable_history(oid) IS
'Of a role, as abie_internal.readable_history, of all schools.';

CREATE FUNCTION abie_owner.readable_history(role oid, school integer) RETURNS SETOF abie.school_history
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 13
-- not STRICT: school is NULL where no year has a URN
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	IF abie_owner.has_national_access(role, '{results,calculation}')
		OR abie_owner.is_accessible(role, '{results}', school) THEN
		IF school IS NULL THEN
			RETURN QUERY SELECT h.* FROM abie.school_history h WHERE h.school_urn IS NULL;
		ELSE
			RETURN QUERY SELECT l.school_urn, y.*
				FROM abie_internal.lineage_of(ARRAY[school]) l
					CROSS JOIN LATERAL abie_internal.attendance_years(l.laestab) y
				WHERE l.school_urn = school;
		END IF;
	END IF;
END $$;
COMMENT ON FUNCTION abie_owner.readable_history(oid, integer) IS 'Of a role, as abie_internal.readable_history.';

CREATE FUNCTION abie_internal.readable_history(school integer) RETURNS SETOF abie.school_history
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 13 AS 'MODULE_PATHNAME', 'abie_gate_by_key';
COMMENT ON FUNCTION abie_internal.readable_history(integer) IS
'Rows of abie.school_history of a school (school_urn; not STRICT: NULL for those without), if the role in force '
'(current_user) may read its results. A query that asks for many schools has them from one look at all.';

CREATE FUNCTION abie_owner.school_history(role oid, urn integer) RETURNS SETOF abie.school_history
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 13
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH history AS MATERIALIZED (
	SELECT l.school_urn, y.*
	FROM abie_internal.lineage_of(ARRAY[school_history.urn]) l
		CROSS JOIN LATERAL abie_internal.attendance_years(l.laestab) y
)
SELECT h.* FROM history h
WHERE h.school_urn IN (SELECT x.school_urn FROM history x WHERE x.urn = school_history.urn)
	AND ((SELECT abie_owner.has_national_access(role, '{results,calculation}'))
		OR h.school_urn IN (SELECT a.urn FROM abie_owner.accessible_schools(role, '{results}') a))
ORDER BY h.academic_year, h.laestab
$$;
COMMENT ON FUNCTION abie_owner.school_history(oid, integer) IS 'Of a role, as abie.school_history.';

CREATE FUNCTION abie.school_history(urn integer) RETURNS SETOF abie.school_history
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 13 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.school_history(integer) IS
'The rows of abie.school_history of the school that had this URN in any year, oldest first; for roles that may read '
'the school''s results.';

CREATE VIEW abie_report.school_history WITH (security_barrier = true) AS
SELECT school.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	coalesce(abie_internal.stratum(h.school_type), k.stratum) AS stratum, h.academic_year::text AS academic_year,
	h.urn::integer AS urn_then, h.laestab::integer AS laestab_then, h.school_type, h.year_breakdown,
	h.enrolments, h.sess_possible, h.sess_overall, h.attendance_percent,
	CASE WHEN h.attendance_percent IS NULL THEN 'x' END AS attendance_percent_symbol
-- by school, so that a condition on the URN asks for that school alone
FROM (
	SELECT DISTINCT a.urn::integer AS urn FROM abie.attendance a
	WHERE (SELECT abie_internal.has_national_access('{results,calculation}'))
		OR a.urn IN (SELECT x.urn FROM abie.accessible_schools('{results}') x)
) school
	CROSS JOIN LATERAL abie_internal.readable_history(school.urn) h
	LEFT JOIN abie_owner.school_key k ON k.urn = school.urn;
COMMENT ON VIEW abie_report.school_history IS
'Attendance of each school over the years, whatever its URN was (abie.school_lineage): one row a school and year, two '
'in the year of a change.';
COMMENT ON COLUMN abie_report.school_history.urn IS 'The school, by its newest URN.';
COMMENT ON COLUMN abie_report.school_history.urn_then IS 'URN of the school in that year.';
COMMENT ON COLUMN abie_report.school_history.laestab_then IS 'LAESTAB of the school in that year.';
COMMENT ON COLUMN abie_report.school_history.attendance_percent_symbol IS 'x where no rate is held, NULL otherwise.';

-- a gate: what is published of all schools together is for whoever may read anything
CREATE FUNCTION abie_owner.readable_national(role oid)
RETURNS TABLE (academic_year text, stratum text, schools bigint, enrolments bigint, attendance_percent float8,
	attendance_percent_symbol text, weighted_by text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 300000 ROWS 30
SET search_path = pg_catalog, pg_temp
AS $$
SELECT n.* FROM abie_internal.national_attendance('9999/00') n
WHERE (SELECT abie_owner.has_access(role, '{results,similar schools,support,calculation}'))
$$;
COMMENT ON FUNCTION abie_owner.readable_national(oid) IS 'Of a role, as abie_internal.readable_national.';

CREATE FUNCTION abie_internal.readable_national()
RETURNS TABLE (academic_year text, stratum text, schools bigint, enrolments bigint, attendance_percent float8,
	attendance_percent_symbol text, weighted_by text)
LANGUAGE C STABLE PARALLEL SAFE COST 300000 ROWS 30 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.readable_national() IS
'Rows of abie_report.national_attendance, where the role in force (current_user) may read anything.';

CREATE VIEW abie_report.national_attendance WITH (security_barrier = true) AS
SELECT n.*
FROM abie_internal.readable_national() n;
COMMENT ON VIEW abie_report.national_attendance IS
'Attendance of all schools held whose attendance is published, by year: one row an academic year and stratum.';
COMMENT ON COLUMN abie_report.national_attendance.academic_year IS 'Academic year, one of those held.';
COMMENT ON COLUMN abie_report.national_attendance.schools IS 'Schools counted in.';
COMMENT ON COLUMN abie_report.national_attendance.enrolments IS 'Enrolments of the schools, where published.';
COMMENT ON COLUMN abie_report.national_attendance.attendance_percent IS
'Attendance of the schools, per cent: sessions pooled, or where one of them has only a rate the mean of their rates.';
COMMENT ON COLUMN abie_report.national_attendance.attendance_percent_symbol IS
'c where the figures are withheld, because the attendance of most schools is from registers and not published; NULL '
'otherwise.';
COMMENT ON COLUMN abie_report.national_attendance.weighted_by IS
'pupils where sessions are pooled, schools where it is a mean of rates.';
COMMENT ON COLUMN abie_report.national_attendance.stratum IS
'primary, or secondary without all-through, by the type as published.';
