-- Stages of method contextual: the contextual model with the weights that follow from it, and what baselines are made
-- with.

-- What the model of a stratum is made of follows from its characteristics once; later it is read in abie.run_model.
CREATE FUNCTION abie_internal.context_shape(run_id integer)
RETURNS TABLE (stratum text, numbers integer, first_elements integer[], substitutes float8[], indicators integer[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100 ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.stratum, count(*) FILTER (WHERE c.category IS NULL)::integer, array_agg(c.first ORDER BY c.position),
	array_agg(c.substitute ORDER BY c.position),
	coalesce(array_agg(c.position ORDER BY c.position) FILTER (WHERE c.missing > 0 AND c.position = c.first), '{}')
FROM (SELECT c.*, min(c.position) OVER (PARTITION BY c.stratum, c.characteristic) AS first
	FROM abie.run_characteristic c WHERE c.run_id = context_shape.run_id) c
GROUP BY c.stratum
$$;
COMMENT ON FUNCTION abie_internal.context_shape(integer) IS
'What the contextual model of each stratum of a run is to be made of, columns as in abie.run_model.';

CREATE FUNCTION abie_internal.context_term_names(run_id integer)
RETURNS TABLE (stratum text, terms text[], elements integer[], other_elements integer[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
WITH element AS (
	SELECT c.stratum, c.position, c.characteristic, c.characteristic || coalesce(' is ' || c.category, '') AS name,
		c.category IS NULL AS is_number
	FROM abie.run_characteristic c WHERE c.run_id = context_term_names.run_id
), term AS (
	SELECT e.stratum, 1 AS part, e.position AS element, NULL::integer AS other_element, e.name FROM element e
	UNION ALL
	SELECT s.stratum, 2, e.position, NULL, e.characteristic || ' missing'
	FROM abie_internal.context_shape(context_term_names.run_id) s JOIN element e ON e.stratum = s.stratum
		AND e.position = ANY (s.indicators)
	UNION ALL
	SELECT e.stratum, 3, e.position, NULL, e.name || ' squared' FROM element e WHERE e.is_number
	UNION ALL
	SELECT e.stratum, 4, e.position, o.position, e.name || ' x ' || o.name
	FROM element e JOIN element o ON o.stratum = e.stratum AND o.position > e.position WHERE e.is_number AND o.is_number
)
SELECT t.stratum, array_agg(t.name), array_agg(t.element), array_agg(t.other_element)
FROM (SELECT * FROM term ORDER BY stratum, part, element, other_element) t GROUP BY t.stratum
$$;
COMMENT ON FUNCTION abie_internal.context_term_names(integer) IS
'The terms of the contextual model of each stratum of a run, in the order of abie_internal.context_terms; columns as '
'in abie.run_model.';

-- The models of a stratum: of attendance on all terms, of the attendance of the year before, and of attendance on the
-- elements alone, for weights.
CREATE FUNCTION abie_internal.fit_context(run_id integer)
RETURNS TABLE (stratum text, urns integer[], weights float8[], model abie.ridge_model, previous abie.ridge_model,
	linear abie.ridge_model)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 2
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
AS $$
WITH pool AS MATERIALIZED (
	SELECT s.stratum, array_agg(s.urn) AS urns, array_agg(s.attendance) AS attendance, array_agg(s.weight) AS weights,
		array_agg(s.terms) AS terms,
		array_agg(s.elements) AS elements, array_agg(coalesce(s.previous_attendance, 0)) AS previous_attendance,
		array_agg(CASE WHEN s.previous_attendance IS NULL THEN 0 ELSE s.weight END) AS previous_weights,
		count(s.previous_attendance) FILTER (WHERE s.weight > 0) AS previous
	FROM (
		-- sorted once here, not in each aggregate, and by stratum first: a sort by stratum alone, which the planner
		-- may put in between, would leave the schools of one in any order; a school that is no reference is
		-- predicted and predicts nothing
		SELECT s.stratum, s.urn::integer AS urn, s.attendance, CASE WHEN s.is_reference THEN s.effective_enrolments
			ELSE 0 END AS weight,
			s.previous_attendance,
			abie_internal.context_terms(s.vector, s.substitutes, s.numbers, s.indicators) AS terms,
			abie_internal.context_terms(s.vector, s.substitutes, 0, s.indicators) AS elements
		FROM (
			SELECT s.stratum, s.urn, s.attendance, s.is_reference, s.effective_enrolments, s.previous_attendance,
				abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector,
				h.substitutes, h.numbers, h.indicators
			FROM pg_temp.abie_run_pool s JOIN abie_internal.context_shape(fit_context.run_id) h ON h.stratum = s.stratum
				JOIN abie.run_scaling d ON d.run_id = fit_context.run_id AND d.stratum = s.stratum
			ORDER BY s.stratum, s.urn) s
	) s GROUP BY s.stratum
	-- where no school can have enough similar ones there is nothing to fit for, and one or two schools have no fit
	HAVING count(*) FILTER (WHERE s.weight > 0) > (abie_internal.run_methodology(fit_context.run_id)).similar_schools
)
SELECT p.stratum, p.urns, p.weights, abie.ridge(p.attendance, p.terms, p.weights),
	CASE WHEN p.previous > 0 THEN abie.ridge(p.previous_attendance, p.terms, p.previous_weights) END,
	abie.ridge(p.attendance, p.elements, p.weights)
FROM pool p
$$;
COMMENT ON FUNCTION abie_internal.fit_context(integer) IS
'The ridge regressions of each stratum of a run, rows in the order of urns, their weights the enrolments of '
'references and 0 of others: attendance on all terms (model), the attendance of the year before on them, weighted 0 '
'where it is not held (previous; NULL where no school has it), and attendance on the elements and what is missing '
'alone (linear). No row for a stratum that has no more references than each is to have similar ones: all of them will '
'be left out.';

-- Weight of each element: the size of its standardised coefficient, scaled to sum 1; equal weights where all
-- coefficients are 0.
CREATE FUNCTION abie_internal.standardised_coefficients(model abie.ridge_model, total_weight float8) RETURNS float8[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT array_agg(u.coefficient * sqrt(u.penalty / ((model).penalty * total_weight)) ORDER BY u.element)
FROM unnest((model).coefficients, (model).penalties) WITH ORDINALITY u(coefficient, penalty, element)
$$;
COMMENT ON FUNCTION abie_internal.standardised_coefficients(abie.ridge_model, float8) IS
'Coefficients of a model made by abie.ridge with a penalty of its choice, by one weighted standard deviation of each '
'column, which its penalties tell; total_weight is the sum of weights.';

CREATE FUNCTION abie_internal.calculate_context(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	learned boolean := m.weights IS NULL;
	done bigint;
BEGIN
	WITH fit AS MATERIALIZED (
		SELECT f.*, t.total, t.schools
			FROM abie_internal.fit_context(calculate_context.run_id) f,
			LATERAL (SELECT sum(w) AS total, count(*) FILTER (WHERE w > 0) AS schools FROM unnest(f.weights) w) t
	), prediction AS MATERIALIZED (
		-- apart from the join below, whose rows would each carry all the arrays
		SELECT u.* FROM fit f,
			unnest(f.urns, (f.model).fitted, (f.model).leverage, (f.model).leave_one_out, (f.model).leave_one_out_error,
				(f.previous).leave_one_out)
				u(urn, fitted, leverage, context, context_error, previous_context)
	), models AS (
		INSERT INTO abie.run_model (run_id, stratum, schools, edition, enrolments, penalty, mean, r2, r2_leave_one_out,
			residual_variance, numbers, first_elements, substitutes, indicators, scaling, terms, elements,
			other_elements, location, coefficients, penalties, inverse, references_published)
		SELECT calculate_context.run_id, f.stratum, f.schools, m.edition, f.total, (f.model).penalty, (f.model).mean,
			(f.model).r2,
			(f.model).r2_leave_one_out, (f.model).residual_variance, h.numbers, h.first_elements, h.substitutes,
			h.indicators, d.parameters, n.terms, n.elements, n.other_elements, (f.model).location,
			(f.model).coefficients, (f.model).penalties, (f.model).inverse,
			NOT EXISTS (SELECT FROM pg_temp.abie_run_pool s
				WHERE s.stratum = f.stratum AND NOT s.references_published)
		FROM fit f JOIN abie_internal.context_shape(calculate_context.run_id) h ON h.stratum = f.stratum
			JOIN abie_internal.context_term_names(calculate_context.run_id) n ON n.stratum = f.stratum
			JOIN abie.run_scaling d ON d.run_id = calculate_context.run_id AND d.stratum = f.stratum
	), standardised AS MATERIALIZED (
		SELECT f.stratum, abie_internal.standardised_coefficients(f.linear, f.total) AS coefficients FROM fit f
	), sized AS (
		SELECT c.stratum, c.position, s.coefficients[c.position] AS coefficient, count(*) OVER this AS elements,
			-- in the order of elements, so that the sum has the same bits each time
			sum(abs(s.coefficients[c.position])) OVER this AS total
		FROM abie.run_characteristic c JOIN standardised s ON s.stratum = c.stratum
			WHERE c.run_id = calculate_context.run_id
		WINDOW this AS (PARTITION BY c.stratum
			ORDER BY c.position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
	), weighted AS (
		UPDATE abie.run_characteristic c SET coefficient = z.coefficient,
			weight = CASE WHEN NOT learned THEN c.weight WHEN z.total > 0
				THEN c.multiplier * abs(z.coefficient) / z.total ELSE c.multiplier / z.elements END
		FROM sized z WHERE c.run_id = calculate_context.run_id AND c.stratum = z.stratum AND c.position = z.position
	)
	UPDATE pg_temp.abie_run_pool s
		SET fitted = p.fitted, leverage = p.leverage, context = p.context, context_error = p.context_error,
		previous_context = p.previous_context
	FROM prediction p
	WHERE s.urn = p.urn;
	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_context(integer) IS
'Stage of a run of method contextual. Fills abie.run_model and what the pool says of the contextual model, and '
'learns the weights of abie.run_characteristic; the number of schools.';

CREATE FUNCTION abie.local_slope(local_residual float8[], residual float8[], enrolments float8[]) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT coalesce(greatest(0, least(1, sum(u.w * u.y * u.x) / nullif(sum(u.w * u.x * u.x), 0))), 0)
FROM unnest(local_residual, residual, enrolments) u(x, y, w) WHERE u.y IS NOT NULL
$$;
COMMENT ON FUNCTION abie.local_slope(float8[], float8[], float8[]) IS
'Share g of a local residual that is left in a school''s own: least-squares slope through 0 of residual on '
'local_residual, weighted by enrolments, limited to 0-1. One element a school; rows without a residual are left out, '
'added in the order given. 0 where there is nothing to learn from.';

CREATE FUNCTION abie_internal.greatest_sampling_c1(stratum text) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE stratum WHEN 'primary' THEN 17 ELSE 101 END;
COMMENT ON FUNCTION abie_internal.greatest_sampling_c1(text) IS
'The most that abie.run_model.sampling_c1 may be where it is judged by residuals: what the changes of England''s '
'schools from 2017/18 to 2018/19 gave, 17 in primary and 101 in secondary schools, squared percentage points x '
'pupils.';
