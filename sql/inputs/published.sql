-- Whose attendance is published, and what follows for others.
--
-- What was made from a school's registers is known to those who may read its results, and to nobody else. What is
-- shown of other schools must not determine it, and what is not in a number cannot be had from it: a school whose
-- attendance is not published when a run is made is no reference in that run (abie.run_school.is_reference). It has
-- its own expectation, from the schools that are.

CREATE FUNCTION abie_internal.is_published(sess_overall bigint, sess_possible bigint, sources jsonb) RETURNS boolean
-- not STRICT: figures entered by hand have no sources
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_is_published';
COMMENT ON FUNCTION abie_internal.is_published(bigint, bigint, jsonb) IS
'Whether attendance, by the sources (abie.attendance.sources) of the counts that make it, or of the rate where there '
'are none, is published: not made from registers. Not STRICT, because figures entered by hand may have no sources.';

/*
 * The published schools of a stratum do without the others where they are at
 * least half: then those others lose nothing, being predicted by schools like
 * them.  Where they are fewer, as in the database of a trust or authority that
 * holds only registers or before a year is published, they do not stand for the
 * stratum, and all schools are references; what rests on the others is then so
 * many that no one's figure follows from a sum.  Under 10 it could, so that
 * these are no references either, and all may be left out for want of
 * comparable schools.
 */
CREATE FUNCTION abie_internal.published_suffice(published bigint, schools bigint) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN 2 * published >= schools OR schools - published < 10;
COMMENT ON FUNCTION abie_internal.published_suffice(bigint, bigint) IS
'Whether only the published schools of a stratum are references in a run: they are at least half of its schools, or '
'the others fewer than 10.';

CREATE FUNCTION abie_internal.national_attendance(last_year text)
RETURNS TABLE (academic_year text, stratum text, schools bigint, enrolments bigint, attendance_percent float8,
	attendance_percent_symbol text, weighted_by text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 300000 ROWS 30
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH counted AS (
	SELECT g.*, k.stratum
	FROM (
		-- by what is published as by a key, so that it is worked out once a row
		SELECT a.academic_year, a.school_type,
			abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources) AS is_published,
			count(*) AS schools,
			sum(a.enrolments) AS enrolments,
			sum(a.sess_overall)::bigint AS sess_overall,
			sum(a.sess_possible)::bigint AS sess_possible,
			bool_and(a.sess_possible > 0 AND a.sess_overall IS NOT NULL) AS is_pooled
		FROM abie.attendance a
		WHERE a.school_type IN ('State-funded primary', 'State-funded secondary')
		-- OFFSET 0: nearly all years are wanted, and by the index of years they would take longer
		GROUP BY 1, 2, 3 OFFSET 0) g
		-- a row each of few, not each school
		JOIN (VALUES ('State-funded primary', 'primary'), ('State-funded secondary', 'secondary'))
			k(school_type, stratum) ON k.school_type = g.school_type
	WHERE g.academic_year <= last_year
), attended AS (
	SELECT c.academic_year, c.stratum, c.is_published, c.schools, c.enrolments, c.is_pooled,
		CASE WHEN c.is_published AND c.is_pooled
			THEN abie.attendance_percent(c.sess_overall, c.sess_possible, NULL)
			-- exact, so that the order of schools changes nothing; only where there is no other way: it takes longer
			WHEN c.is_published THEN (
				SELECT avg(abie.attendance_percent(a.sess_overall, a.sess_possible,
					a.sess_overall_percent)::numeric)::float8
				FROM abie.attendance a
				WHERE a.academic_year = c.academic_year AND a.school_type = c.school_type
					AND abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources)) END AS attendance
	FROM counted c
), year AS (
	SELECT d.academic_year, d.stratum,
		coalesce(sum(d.schools) FILTER (WHERE d.is_published), 0)::bigint AS schools,
		min(d.enrolments) FILTER (WHERE d.is_published) AS enrolments,
		min(d.attendance) AS attendance,
		CASE WHEN bool_and(d.is_pooled) FILTER (WHERE d.is_published) THEN 'pupils' ELSE 'schools' END AS weighted_by,
		2 * coalesce(sum(d.schools) FILTER (WHERE d.is_published), 0) >= sum(d.schools) AS is_shown
	FROM attended d
	GROUP BY d.academic_year, d.stratum
)
SELECT y.academic_year, y.stratum,
	CASE WHEN y.is_shown THEN y.schools END,
	CASE WHEN y.is_shown THEN y.enrolments END,
	CASE WHEN y.is_shown THEN y.attendance END,
	CASE WHEN NOT y.is_shown THEN 'c' END,
	y.weighted_by
FROM year y
$$;
COMMENT ON FUNCTION abie_internal.national_attendance(text) IS
'Attendance of all schools held whose attendance is published, by year up to last_year and stratum; columns as in '
'abie_report.national_attendance.';
