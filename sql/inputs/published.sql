-- Whose attendance is published, and what follows for others.
--
-- What was made from a school's registers is known to those who may read its results, and to nobody else. What is
-- shown of other schools must not determine it, and what is not in a number cannot be had from it: a school whose
-- attendance is not published when a run is made is no reference in that run (abie.run_school.is_reference). It has
-- its own expectation, from the schools that are.

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.is_published(sess_overall bigint, sess_possible bigint, sources jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: figures without sources were entered by hand
RETURN CASE WHEN sess_possible > 0 AND sess_overall IS NOT NULL
	THEN sources ->> 'sess_possible' IS DISTINCT FROM 'registers'
		AND sources ->> 'sess_overall' IS DISTINCT FROM 'registers'
	ELSE sources ->> 'sess_overall_percent' IS DISTINCT FROM 'registers' END;
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
