-- What a school's circumstances add to the attendance expected of it, term by term and in the lines of abie.explain.

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_internal.context_contributions(numbers float8[], categories text[], model abie.run_model)
	RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
RETURN abie_internal.group_contributions(
	abie.contributions(
		abie_internal.context_terms(abie_internal.scaled_vector(numbers, categories, (model).scaling),
			(model).substitutes, (model).numbers, (model).indicators),
		(model).location, (model).coefficients),
	(model).elements, (model).other_elements, (model).first_elements);
COMMENT ON FUNCTION abie_internal.context_contributions(float8[], text[], abie.run_model) IS
'What each characteristic adds to the attendance that the contextual model of a stratum fits to a school of these '
'numbers and categories (abie.run_school), as in abie.school_contributions, each in the place of its first element. '
'NULL without a model.';

CREATE FUNCTION abie.school_terms(run_id integer, urn integer)
RETURNS TABLE (term integer, name text, element integer, other_element integer, value float8, location float8,
	coefficient float8, contribution float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 80
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT t.term::integer, t.name, t.element, t.other_element, t.value, t.location, t.coefficient, t.contribution
FROM abie.run_school s
	JOIN abie.run_model m ON m.run_id = s.run_id AND m.stratum = s.stratum
	CROSS JOIN LATERAL abie_internal.context_terms(abie_internal.scaled_vector(s.numbers, s.categories, m.scaling),
		m.substitutes, m.numbers, m.indicators) value
	CROSS JOIN LATERAL unnest(m.terms, m.elements, m.other_elements, value, m.location, m.coefficients,
		abie.contributions(value, m.location, m.coefficients))
		WITH ORDINALITY t(name, element, other_element, value, location, coefficient, contribution, term)
WHERE s.run_id = school_terms.run_id AND s.urn = school_terms.urn;
END $$;
COMMENT ON FUNCTION abie.school_terms(integer, integer) IS
'The terms of the contextual model for a school of a run, columns as in abie.run_term: value, and contribution = '
'coefficient x (value - location), percentage points. abie.run_model.mean and the contributions add up to '
'abie.run_school.fitted.';

CREATE FUNCTION abie.school_contributions(run_id integer, urn integer)
RETURNS TABLE (characteristic text, contribution float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000 ROWS 12
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT c.characteristic, p.contributions[c.position]
FROM abie.run_school s
	JOIN abie.run_model m ON m.run_id = s.run_id AND m.stratum = s.stratum
	-- OFFSET 0: worked out once, however often it is asked for
	CROSS JOIN LATERAL (SELECT abie_internal.context_contributions(s.numbers, s.categories, m) AS contributions
		OFFSET 0) p
	JOIN abie.run_characteristic c ON c.run_id = s.run_id AND c.stratum = s.stratum
		AND c.position = ANY (m.first_elements)
WHERE s.run_id = school_contributions.run_id AND s.urn = school_contributions.urn
ORDER BY c.position;
END $$;
COMMENT ON FUNCTION abie.school_contributions(integer, integer) IS
'What each characteristic of a school adds to its attendance as the contextual model of a run fits it, percentage '
'points beside the mean of the stratum: the sum of its terms (itself, being missing, its square, half of each product '
'with another). They add up to abie.run_school.fitted - abie.run_model.mean. No rows in method similar-schools.';

-- What takes part in a sum of its own: shares of poor children and families, however they are counted.
CREATE FUNCTION abie_internal.is_disadvantage(characteristic text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN characteristic ~ '^(fsm|idaci)';
COMMENT ON FUNCTION abie_internal.is_disadvantage(text) IS
'Whether a characteristic is one of disadvantage: free school meals now or in six years, or IDACI of the area.';

CREATE FUNCTION abie_internal.explain_context(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 90
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS (
	SELECT s.fitted, s.leverage, s.context, s.is_reference, m.mean, m.schools
	FROM abie.run_school s
		JOIN abie.run_model m ON m.run_id = s.run_id AND m.stratum = s.stratum
	WHERE s.run_id = explain_context.run_id AND s.urn = explain_context.urn AND s.context IS NOT NULL
		AND s.references_published
), contribution AS MATERIALIZED (
	SELECT c.*, row_number() OVER ()::integer AS place
	FROM abie.school_contributions(explain_context.run_id, explain_context.urn) c
	WHERE EXISTS (SELECT FROM school)
)
SELECT 3, 0, 'mean', s.mean,
	format('attendance of the %s schools the contextual model was fitted to, weighted by enrolments', s.schools)
FROM school s
UNION ALL
SELECT 3, t.term, 'term ' || t.name, t.contribution,
	format('%s x (%s - %s): coefficient, the school''s, the mean', t.coefficient, t.value, t.location)
FROM abie.school_terms(explain_context.run_id, explain_context.urn) t
WHERE EXISTS (SELECT FROM school)
UNION ALL
SELECT 4, c.place, 'contribution of ' || c.characteristic, c.contribution,
	'its terms, and half of those it shares with another; all contributions add up to fitted - mean'
FROM contribution c
UNION ALL
SELECT 4, 1000, 'contribution of disadvantage', sum(c.contribution), 'those of ' || string_agg(c.characteristic, ', ')
FROM contribution c
WHERE abie_internal.is_disadvantage(c.characteristic)
HAVING count(*) > 1
UNION ALL
SELECT 5, 1, 'fitted', s.fitted, 'mean + the sum of the terms'
FROM school s
UNION ALL
SELECT 5, 2, 'leverage', s.leverage,
	'share of its own attendance in fitted'
		|| CASE WHEN s.is_reference THEN '' ELSE ': none, for it is not published' END
FROM school s
UNION ALL
SELECT 5, 3, 'context', s.context,
	'(fitted - leverage x attendance) / (1 - leverage): predicted from the other schools alone'
FROM school s
UNION ALL
SELECT 3, 0, 'not shown', NULL,
	format('how expected attendance follows from that of the other schools: that of %s of %s is not published',
		count(*) FILTER (WHERE NOT o.attendance_published), count(*))
FROM abie.run_school s
	JOIN abie.run_school o ON o.run_id = s.run_id AND o.stratum = s.stratum AND o.urn <> s.urn
WHERE s.run_id = explain_context.run_id AND s.urn = explain_context.urn AND NOT s.references_published
HAVING count(*) > 0;
END $$;
COMMENT ON FUNCTION abie_internal.explain_context(integer, integer) IS
'The lines of abie.explain on the contextual model, by part and place; none in method similar-schools. Where '
'not all references are published, how many are not.';
