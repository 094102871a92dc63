-- Who may be similar to whom, and who is.

-- parsed when made and without SET, so that the planner puts them in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_internal.may_be_compared(school abie.run_school, other abie.run_school) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
RETURN (other).stratum = (school).stratum AND (other).urn <> (school).urn AND (other).is_reference
	AND ((other).family = (school).family) IS NOT TRUE;
COMMENT ON FUNCTION abie_internal.may_be_compared(abie.run_school, abie.run_school) IS
'Whether a school of a run may be measured against another of it: one of its stratum that is a reference, not itself '
'nor of its family.';

CREATE FUNCTION abie_internal.may_be_similar(school abie.run_school, other abie.run_school) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
RETURN abie_internal.may_be_compared(school, other) AND (other).selective = (school).selective;
COMMENT ON FUNCTION abie_internal.may_be_similar(abie.run_school, abie.run_school) IS
'Whether another school of a run may be one of a school''s similar schools: one that it may be compared with, '
'selective with selective only.';

CREATE FUNCTION abie_internal.most_similar(school abie.run_school, wanted integer, farthest float8)
RETURNS TABLE (similar_urn integer, distance float8, rank integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 21
SET search_path = pg_catalog, pg_temp
SET jit = off
-- to start a process takes longer than the search
SET max_parallel_workers_per_gather = 0
-- so that what is the school's own is a constant of the plan, not looked up for each other school
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
	weights float8[] := (SELECT w.weights FROM abie.run_weights(school.run_id) w WHERE w.stratum = school.stratum);
	scaling abie.vector_parameters := (SELECT d.parameters FROM abie.run_scaling d
		WHERE d.run_id = school.run_id AND d.stratum = school.stratum);
	vector float8[] := abie_internal.scaled_vector(school.numbers, school.categories, scaling);
BEGIN
	IF weights IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT d.urn, d.distance, row_number() OVER (ORDER BY d.distance, d.urn)::integer
	FROM (SELECT s.urn::integer AS urn,
			abie_internal.scaled_distance(s.numbers, s.categories, scaling, vector, weights, farthest) AS distance
		FROM abie.run_school s WHERE s.run_id = school.run_id AND abie_internal.may_be_similar(school, s)
			-- measures those within reach twice, which is dear where all are
			AND (farthest = 'infinity' OR abie_internal.scaled_distance(s.numbers, s.categories, scaling, vector,
				weights, farthest) IS NOT NULL)
		-- those without a distance are last
		ORDER BY 2, 1 LIMIT wanted) d
	WHERE d.distance IS NOT NULL
	ORDER BY d.distance, d.urn;
END $$;
COMMENT ON FUNCTION abie_internal.most_similar(abie.run_school, integer, float8) IS
'The schools of a run most similar to one school, which need not be as it is in the run, as far as farthest (infinity: '
'any); nearest first.';

-- The same rule for all schools at once, as abie.nearest_lists takes it: a list of its own for each group, candidates,
-- families.
CREATE FUNCTION abie_internal.calculate_similar_schools(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	wanted integer := m.similar_schools;
	stored bigint;
BEGIN
	WITH weight AS MATERIALIZED (
		SELECT w.*, d.parameters
		FROM abie.run_weights(calculate_similar_schools.run_id) w
			JOIN abie.run_scaling d ON d.run_id = calculate_similar_schools.run_id AND d.stratum = w.stratum
	), pool AS (
		SELECT s.stratum, array_agg(s.urn::bigint) AS ids, array_agg(s.vector) AS vectors,
			array_agg(s.family) AS family, array_agg(s.is_reference) AS candidate,
			array_agg(ARRAY[coalesce(r.residual, 0), coalesce(r.previous, 0)]) AS residuals,
			array_agg(ARRAY[CASE WHEN r.residual IS NULL THEN 0 ELSE s.effective_enrolments END,
				CASE WHEN r.previous IS NULL THEN 0 ELSE s.effective_enrolments END]) AS enrolments
		-- sorted once here, not in each aggregate, by what is grouped by first (abie_internal.fit_context)
		FROM (SELECT s.*, abie_internal.scaled_vector(s.numbers, s.categories, w.parameters) AS vector
				FROM pg_temp.abie_run_pool s JOIN weight w ON w.stratum = s.stratum
				ORDER BY s.stratum, s.selective, s.urn) s
			CROSS JOIN LATERAL (SELECT
				CASE m.method WHEN 'contextual' THEN s.attendance - s.context ELSE s.attendance END AS residual,
				s.previous_attendance - s.previous_context AS previous) r
		GROUP BY s.stratum, s.selective
	), found AS MATERIALIZED (
		-- a school that is no reference has one candidate more than the others, which does not count: where they have
		-- too few, there is no model
		SELECT s.urn::integer AS urn, n.comparable - (NOT s.is_reference)::integer AS comparable, n.neighbours,
			n.distances, n.bandwidth, n.means, n.errors
		FROM pool p
			JOIN weight w ON w.stratum = p.stratum,
			LATERAL abie_internal.nearest_means(p.ids, p.vectors, abie_internal.local_schools(m), w.weights,
				p.candidate, p.family, p.residuals, p.enrolments, wanted) n
			JOIN pg_temp.abie_run_pool s ON s.urn = n.id
	), left_out AS (
		INSERT INTO abie.exclusion (run_id, laestab, urn, reason, detail)
		SELECT s.run_id, s.laestab, s.urn,
			CASE WHEN k.incomparable THEN 'no characteristics' ELSE 'too few comparable schools' END,
			-- a stratum may have nothing to compare by: no school has any of the characteristics, or only those of
			-- weight 0
			CASE
				WHEN w.stratum IS NULL THEN 'no ' || s.stratum || ' school has any that counts'
				WHEN k.incomparable THEN 'missing: ' || (
					SELECT string_agg(DISTINCT n.name COLLATE "C", ', ' ORDER BY n.name COLLATE "C")
					FROM unnest(v.vector, w.characteristics) n(value, name)
					WHERE n.value IS NULL)
				ELSE coalesce(f.comparable, 0) || ' comparable schools, ' || wanted || ' wanted'
			END
		FROM pg_temp.abie_run_pool s
			LEFT JOIN found f ON f.urn = s.urn
			LEFT JOIN weight w ON w.stratum = s.stratum
			-- one that lacks too much is not even comparable with its own like, so its distance to itself is NULL
			CROSS JOIN LATERAL (
				SELECT abie_internal.scaled_vector(s.numbers, s.categories, w.parameters) AS vector) v
			CROSS JOIN LATERAL (SELECT
				w.stratum IS NULL OR abie.distance(v.vector, v.vector, w.weights) IS NULL AS incomparable) k
		WHERE coalesce(f.comparable, 0) < wanted
	), measured AS (
		INSERT INTO pg_temp.abie_run_local (urn, mean, error, previous_mean)
		SELECT f.urn, f.means[1], f.errors[1], f.means[2]
		FROM found f WHERE f.comparable >= wanted
	)
	INSERT INTO abie.similar_list (run_id, urn, similar_urns, distances, bandwidth)
	SELECT calculate_similar_schools.run_id, f.urn, f.neighbours::integer[], f.distances, f.bandwidth
	FROM found f WHERE f.comparable >= wanted
	-- in the order of the index, here as in other stages: it takes less room so
	ORDER BY f.urn;
	GET DIAGNOSTICS stored = ROW_COUNT;
	RETURN stored;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_similar_schools(integer) IS
'Stage of a run. Fills abie.similar_list, abie_run_local (abie_internal.begin_pool), and abie.exclusion with the '
'schools that have too few; the number of schools with a list.';

CREATE FUNCTION abie_owner.school_similarity(run_id integer, urn integer)
RETURNS TABLE (rank integer, similar_urn integer, characteristic text, own text, other text, part float8, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 5000 ROWS 240
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH own AS MATERIALIZED (
	SELECT s.stratum, s.references_published, s.numbers, s.categories, w.weights, d.parameters
	FROM abie.run_school s JOIN abie.run_weights(school_similarity.run_id) w ON w.stratum = s.stratum
		JOIN abie.run_scaling d ON d.run_id = school_similarity.run_id AND d.stratum = s.stratum
	WHERE s.run_id = school_similarity.run_id AND s.urn = school_similarity.urn
), element AS MATERIALIZED (
	SELECT c.characteristic, min(c.element) AS element, bool_and(c.category IS NULL) AS is_number,
		array_agg(c.position ORDER BY c.position) AS positions
	FROM own a
		JOIN abie.run_characteristic c ON c.run_id = school_similarity.run_id AND c.stratum = a.stratum
	GROUP BY c.characteristic
), pair AS MATERIALIZED (
	SELECT n.rank, n.similar_urn, n.distance, b.numbers, b.categories,
		abie.distance_parts(abie_internal.scaled_vector(a.numbers, a.categories, a.parameters),
			abie_internal.scaled_vector(b.numbers, b.categories, a.parameters), a.weights) AS parts
	FROM own a
		CROSS JOIN abie.similar_school n
		JOIN abie.run_school b ON b.run_id = n.run_id AND b.urn = n.similar_urn
	WHERE n.run_id = school_similarity.run_id AND n.urn = school_similarity.urn
)
SELECT p.rank, p.similar_urn, e.characteristic,
	CASE WHEN e.is_number THEN a.numbers[e.element]::text ELSE a.categories[e.element] END,
	CASE WHEN e.is_number THEN p.numbers[e.element]::text ELSE p.categories[e.element] END,
	CASE WHEN a.references_published THEN d.part END,
	CASE WHEN a.references_published THEN coalesce(d.part / nullif(p.distance ^ 2, 0), 0) END
FROM own a
	CROSS JOIN pair p
	CROSS JOIN element e
	CROSS JOIN LATERAL (SELECT sum(p.parts[u.position] ORDER BY u.place) AS part
		FROM unnest(e.positions) WITH ORDINALITY u(position, place)) d
ORDER BY p.rank, 6 DESC, e.positions[1];
END $$;
COMMENT ON FUNCTION abie_owner.school_similarity(integer, integer) IS 'Of any school, as abie.similarity.';

CREATE FUNCTION abie_owner.similarity(role oid, run_id integer, urn integer)
RETURNS TABLE (rank integer, similar_urn integer, characteristic text, own text, other text, part float8, share float8)
LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 5000 ROWS 240
SET search_path = pg_catalog, pg_temp
AS $$
SELECT s.* FROM unnest(abie_owner.admit(role, 'similarity', similarity.run_id, ARRAY[similarity.urn])) u(urn)
	CROSS JOIN LATERAL abie_owner.school_similarity(similarity.run_id, u.urn) s
$$;
COMMENT ON FUNCTION abie_owner.similarity(oid, integer, integer) IS 'Of a role, as abie.similarity.';

CREATE FUNCTION abie.similarity(run_id integer, urn integer)
RETURNS TABLE (rank integer, similar_urn integer, characteristic text, own text, other text, part float8, share float8)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 5000 ROWS 240 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.similarity(integer, integer) IS
'Why each similar school of a school in a run is similar: for each characteristic the school''s own value and the '
'other''s (own, other; NULL where missing), its part of the squared distance (abie.distance_parts) and that part''s '
'share of it, 0-1; the largest difference first. part and share are NULL where the list rests on attendance that is '
'not published. No rows for a school without an expectation, or one that the role in force may not read '
'(abie_internal.readable_schools). Volatile because reads may be logged (abie.report_read).';
