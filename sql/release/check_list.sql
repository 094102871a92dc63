-- Release checks of similar schools: one look at each of the 400,000 pairs for all of them.

CREATE TYPE abie_internal.listed_school AS (urn integer, stratum text, selective boolean, family bigint,
	easting integer, northing integer, type_group text, vector float8[]);
COMMENT ON TYPE abie_internal.listed_school IS
'A school of a run, as far as lists of similar schools are checked by it: columns of abie.run_school, and type_group '
'of abie.school as it is now.';
COMMENT ON COLUMN abie_internal.listed_school.urn IS 'The school.';
COMMENT ON COLUMN abie_internal.listed_school.stratum IS 'Its stratum.';
COMMENT ON COLUMN abie_internal.listed_school.selective IS 'Whether it selects by ability.';
COMMENT ON COLUMN abie_internal.listed_school.family IS 'Its family.';
COMMENT ON COLUMN abie_internal.listed_school.easting IS 'Easting, metres.';
COMMENT ON COLUMN abie_internal.listed_school.northing IS 'Northing, metres.';
COMMENT ON COLUMN abie_internal.listed_school.type_group IS 'Its group of types; NULL where not known.';
COMMENT ON COLUMN abie_internal.listed_school.vector IS 'What distances are computed of.';

CREATE TYPE abie_internal.school_list AS (urn integer, similar_urns integer[], distances float8[]);
COMMENT ON TYPE abie_internal.school_list IS 'A school''s list of similar schools: columns of abie.similar_list.';
COMMENT ON COLUMN abie_internal.school_list.urn IS 'The school whose list it is.';
COMMENT ON COLUMN abie_internal.school_list.similar_urns IS 'Its similar schools, the most similar first.';
COMMENT ON COLUMN abie_internal.school_list.distances IS 'The distance of each.';

CREATE TYPE abie_internal.stratum_weights AS (stratum text, weights float8[]);
COMMENT ON TYPE abie_internal.stratum_weights IS 'What the vectors of a stratum are compared by: abie.run_weights.';
COMMENT ON COLUMN abie_internal.stratum_weights.stratum IS 'The stratum.';
COMMENT ON COLUMN abie_internal.stratum_weights.weights IS 'The weight of each element of a vector.';

CREATE FUNCTION abie_internal.list_faults(schools abie_internal.listed_school[], lists abie_internal.school_list[],
	weights abie_internal.stratum_weights[], far float8, first_only boolean DEFAULT false,
	expected integer[] DEFAULT NULL, wanted integer DEFAULT NULL)
RETURNS TABLE (name text, faulty boolean, example text, place float8[], items integer)
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 20000
-- not STRICT: there may be no limit to kilometres
AS 'MODULE_PATHNAME', 'abie_list_faults';
COMMENT ON FUNCTION abie_internal.list_faults(abie_internal.listed_school[], abie_internal.school_list[],
	abie_internal.stratum_weights[], float8, boolean, integer[], integer) IS
'What is wrong with lists of similar schools: columns of abie.checked_item. A '
'row for each fault of self match, family match, phase match, selective match, incomplete list (of the schools '
'expected to have one: none, not as many schools on it as wanted, or one twice), distance, far apart (more than far, '
'kilometres) and other type, and a row for the other items of each. '
'first_only: rows of their own only for faults among which the first five are, by place, and '
'one for the others together. A similar school that is not among the schools is a fault of phase match, selective '
'match and distance. Errors: 23505 a school twice, 22004 rows or columns that cannot be NULL, 2202E distances that do '
'not fit the list.';

CREATE FUNCTION abie_internal.check_lists(run_id integer, threshold float8, first_only boolean DEFAULT false)
	RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 20000
BEGIN ATOMIC
	SELECT f.*
	FROM (SELECT coalesce(array_agg(s.school), '{}') AS schools
			FROM (SELECT ROW(s.urn, s.stratum, s.selective, s.family, s.easting, s.northing, g.type_group,
					abie_internal.scaled_vector(s.numbers, s.categories, d.parameters))::abie_internal.listed_school
					AS school
				FROM abie.run_school s LEFT JOIN abie.school g ON g.urn = s.urn
					LEFT JOIN abie.run_scaling d ON d.run_id = check_lists.run_id AND d.stratum = s.stratum
				WHERE s.run_id = check_lists.run_id) s) s,
		(SELECT coalesce(array_agg(ROW(l.urn, l.similar_urns, l.distances)::abie_internal.school_list), '{}')
				AS lists
			FROM abie.similar_list l
			WHERE l.run_id = check_lists.run_id) l,
		(SELECT coalesce(array_agg(ROW(w.stratum, w.weights)::abie_internal.stratum_weights), '{}') AS weights
			FROM abie.run_weights(check_lists.run_id) w) w,
		(SELECT array_agg(e.urn::integer) AS urns FROM abie.expectation e WHERE e.run_id = check_lists.run_id) e,
		abie_internal.run_methodology(check_lists.run_id) m,
		LATERAL abie_internal.list_faults(s.schools, l.lists, w.weights, check_lists.threshold,
			check_lists.first_only, e.urns, m.similar_schools) f;
END;
COMMENT ON FUNCTION abie_internal.check_lists(integer, float8, boolean) IS
'Release checks of similar schools. self match; family match: by abie.run_school.family; phase match and selective '
'match: a similar school that is not in the run counts as a fault; distance: to the bit, and one way round is enough, '
'for abie.distance is the same either way; far apart (threshold), examples are the farthest; other type: by '
'abie.school.type_group as it is now; incomplete list: examples are school: similar schools held. first_only: as '
'abie_internal.list_faults, where a row for each fault is not needed.';

CREATE FUNCTION abie_internal.check_first_faults(run_id integer, threshold float8) RETURNS SETOF abie.checked_item
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 20000
BEGIN ATOMIC
	SELECT i.* FROM abie_internal.check_lists(check_first_faults.run_id, check_first_faults.threshold, true) i;
END;
COMMENT ON FUNCTION abie_internal.check_first_faults(integer, float8) IS
'abie_internal.check_lists with rows for the first faults of each check, which are its examples.';
