-- Similar schools that are near enough to visit: the nearest of those most similar.

CREATE FUNCTION abie_owner.nearby_similar_schools(role oid, run_id integer, urn integer, count integer)
RETURNS TABLE (similar_urn integer, name text, km float8, distance float8, similarity_rank integer, attendance float8)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 5
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	own abie.run_school;
BEGIN
IF nearby_similar_schools.count < 1 THEN
	RAISE EXCEPTION 'count must be at least 1, not %', nearby_similar_schools.count
		USING ERRCODE = 'invalid_parameter_value', HINT = 'It is how many schools to name.';
ELSIF abie_owner.admit(role, 'nearby_similar_schools', nearby_similar_schools.run_id,
	ARRAY[nearby_similar_schools.urn]) = '{}' THEN
	RETURN;
END IF;
SELECT s.* INTO own FROM abie.run_school s JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
WHERE s.run_id = nearby_similar_schools.run_id AND s.urn = nearby_similar_schools.urn;
RETURN QUERY
SELECT n.similar_urn, s.name, k.km, CASE WHEN own.references_published THEN n.distance END, n.rank,
	CASE WHEN p.attendance_published THEN p.attendance END
FROM abie_internal.most_similar(own, 100, 'infinity') n
	JOIN abie.run_school p ON p.run_id = own.run_id AND p.urn = n.similar_urn
	CROSS JOIN LATERAL abie.kilometres(own.easting, own.northing, p.easting, p.northing) k(km)
	LEFT JOIN abie.school s ON s.urn = n.similar_urn
WHERE k.km IS NOT NULL
ORDER BY k.km, n.similar_urn LIMIT nearby_similar_schools.count;
END $$;
COMMENT ON FUNCTION abie_owner.nearby_similar_schools(oid, integer, integer, integer) IS
'Of a role, as abie.nearby_similar_schools.';

CREATE FUNCTION abie.nearby_similar_schools(run_id integer, urn integer, count integer DEFAULT 5)
RETURNS TABLE (similar_urn integer, name text, km float8, distance float8, similarity_rank integer, attendance float8)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 5 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.nearby_similar_schools(integer, integer, integer) IS
'The nearest, at most count, of the 100 schools most similar to a school in a run, by the same rules as its similar '
'schools and beyond their number: name, km as the crow flies, distance, similarity_rank (1 most similar) and '
'attendance in the baseline year, NULL where it was not published when the run was made '
'(abie.run_school.attendance_published), as distance where not all references were. Nearest first; of equally near or '
'similar ones the lower URN. Fewer where fewer have a place. No rows for a school without an expectation, or one that '
'the role in force may not read (abie_internal.readable_schools). Volatile because reads may be logged '
'(abie.report_read). Error 22023: count under 1.';
