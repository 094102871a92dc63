-- What the expectation of one school would be with other inputs, against a run as it is. Nothing is stored.

CREATE FUNCTION abie_internal.refuse_what_if(name text, value jsonb, rule text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: always raises
BEGIN
	RAISE EXCEPTION 'invalid change: % cannot be %', name, value USING ERRCODE = 'invalid_parameter_value', HINT = rule;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_what_if(text, jsonb, text) IS
'Raises error 22023 naming a change of abie.what_if, its value and the rule it breaks.';

-- What may be changed: the school's own figures, and the characteristics of the methodology where its stratum has them.
CREATE FUNCTION abie_internal.changeable(run_id integer, stratum text)
RETURNS TABLE (name text, kind text, element integer, categories text[])
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.characteristic, CASE WHEN min(c.category) IS NULL THEN 'number' ELSE 'category' END, min(c.element),
	array_agg(c.category ORDER BY c.position) FILTER (WHERE c.category IS NOT NULL)
FROM abie.run_characteristic c
WHERE c.run_id = changeable.run_id AND c.stratum = changeable.stratum
GROUP BY c.characteristic
UNION ALL
SELECT v.name, v.kind, NULL, NULL
FROM (VALUES ('attendance', 'rate'), ('previous_attendance', 'rate'), ('pre_pandemic', 'rate'),
	('enrolments', 'enrolments'), ('similar_schools', 'schools')) v(name, kind)
$$;
COMMENT ON FUNCTION abie_internal.changeable(integer, text) IS
'What abie.what_if can change of a school in a stratum of a run: name, kind (number, category, rate, enrolments, '
'schools), element of abie.run_school.numbers or .categories, values of a category.';

CREATE FUNCTION abie_internal.check_changes(run_id integer, stratum text, changes jsonb) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	change record;
BEGIN
	IF jsonb_typeof(changes) <> 'object' THEN
		RAISE EXCEPTION 'changes must be a JSON object, not %', jsonb_typeof(changes)
			USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"fsm_pct": 35.2, "attendance": 93.1}.';
	END IF;
	FOR change IN SELECT k.key, k.value, c.* FROM jsonb_each(changes) k
		LEFT JOIN abie_internal.changeable(check_changes.run_id, check_changes.stratum) c ON c.name = k.key LOOP
		IF change.kind IS NULL THEN
			RAISE EXCEPTION 'cannot change "%"', change.key USING ERRCODE = 'invalid_parameter_value',
				HINT = 'What can be changed: ' || (SELECT string_agg(c.name, ', ' ORDER BY c.name COLLATE "C")
					FROM abie_internal.changeable(check_changes.run_id, check_changes.stratum) c) || '.';
		ELSIF change.kind = 'number' AND jsonb_typeof(change.value) NOT IN ('number', 'null') THEN
			PERFORM abie_internal.refuse_what_if(change.key, change.value, 'Give a number, or null for a missing one.');
		ELSIF change.kind = 'category' AND change.value <> 'null'
			AND coalesce(NOT change.value #>> '{}' = ANY (change.categories), true) THEN
			PERFORM abie_internal.refuse_what_if(change.key, change.value,
				'Values are ' || array_to_string(change.categories, ', ') || ', or null for a missing one.');
		ELSIF change.kind = 'rate'
			AND NOT (jsonb_typeof(change.value) = 'number' AND (change.value #>> '{}')::numeric BETWEEN 0 AND 100
			OR change.value = 'null' AND change.key <> 'attendance') THEN
			PERFORM abie_internal.refuse_what_if(change.key, change.value, 'Give a rate of 0 to 100 per cent.');
		ELSIF change.kind = 'enrolments'
			AND NOT (jsonb_typeof(change.value) = 'number' AND change.value #>> '{}' ~ '^[1-9][0-9]{0,5}$') THEN
			PERFORM abie_internal.refuse_what_if(change.key, change.value, 'Give a whole number of 1 or more.');
		ELSIF change.kind = 'schools' AND (jsonb_typeof(change.value) <> 'array' OR jsonb_array_length(change.value) = 0
			OR jsonb_path_exists(change.value, '$[*] ? (@.type() != "number")')) THEN
			PERFORM abie_internal.refuse_what_if(change.key, change.value, 'Give an array of URNs.');
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION abie_internal.check_changes(integer, text, jsonb) IS
'Raises error 22023 naming what is wrong with the changes given to abie.what_if; returns nothing otherwise.';

-- The school's row as it would be.
CREATE FUNCTION abie_internal.changed_school(school abie.run_school, changes jsonb) RETURNS abie.run_school
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed abie.run_school := school;
	change record;
BEGIN
	FOR change IN SELECT c.*, k.value #>> '{}' AS value FROM jsonb_each(changes) k
		JOIN abie_internal.changeable(school.run_id, school.stratum) c ON c.name = k.key LOOP
		IF change.kind = 'number' THEN
			changed.numbers[change.element] := change.value::float8;
		ELSIF change.kind = 'category' THEN
			changed.categories[change.element] := change.value;
			changed.selective := CASE change.name WHEN 'selective' THEN coalesce(change.value = 'selective', false)
				ELSE changed.selective END;
		END IF;
	END LOOP;
	IF changes ? 'attendance' THEN
		changed.attendance := (changes ->> 'attendance')::float8;
	END IF;
	IF changes ? 'previous_attendance' THEN
		changed.previous_attendance := (changes ->> 'previous_attendance')::float8;
	END IF;
	IF changes ? 'pre_pandemic' THEN
		changed.pre_pandemic := (changes ->> 'pre_pandemic')::float8;
	END IF;
	changed.enrolments := coalesce((changes ->> 'enrolments')::integer, changed.enrolments);
	-- of a year as whole as it was
	changed.effective_enrolments := school.effective_enrolments / school.enrolments * changed.enrolments;
	-- that of so many pupils alike
	changed.attendance_error := school.attendance_error * sqrt(school.enrolments::float8 / changed.enrolments);
	RETURN changed;
END $$;
COMMENT ON FUNCTION abie_internal.changed_school(abie.run_school, jsonb) IS
'A school of a run with the changes of abie.what_if in its own figures and characteristics; the rest as it was.';

-- What the model of all other schools predicts of changed circumstances: abie.cross_leverage takes the school's own
-- part away.
CREATE FUNCTION abie_internal.changed_context(school abie.run_school, changed abie.run_school, OUT context float8,
	OUT context_error float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
WITH model AS MATERIALIZED (
	SELECT m.mean, m.location, m.coefficients, m.penalties, m.inverse, m.residual_variance,
		m.enrolments::float8 AS total,
		abie_internal.context_terms(abie_internal.scaled_vector((school).numbers, (school).categories, m.scaling),
			m.substitutes, m.numbers, m.indicators) AS own,
		abie_internal.context_terms(abie_internal.scaled_vector((changed).numbers, (changed).categories, m.scaling),
			m.substitutes, m.numbers, m.indicators) AS other
	FROM abie.run_model m
	WHERE m.run_id = (school).run_id AND m.stratum = (school).stratum
), part AS (
	SELECT m.*,
		m.mean + (SELECT sum(c) FROM unnest(abie.contributions(m.other, m.location, m.coefficients)) c) AS fitted,
		-- what the prediction without the school makes of the school's residual
		CASE WHEN (school).is_reference THEN (school).effective_enrolments ELSE 0 END
			* abie.cross_leverage(m.other, m.own, m.location, m.inverse, m.total)
			/ (1 - (school).leverage) AS g
	FROM model m
)
SELECT p.fitted - p.g * ((school).attendance - (school).fitted),
	sqrt(greatest(0, p.residual_variance * (
		abie.cross_variance(p.other, p.other, p.location, p.inverse, p.penalties, p.total)
		+ 2 * p.g * abie.cross_variance(p.other, p.own, p.location, p.inverse, p.penalties, p.total)
		+ p.g ^ 2 * (abie.cross_variance(p.own, p.own, p.location, p.inverse, p.penalties, p.total)
			- 1 / (school).effective_enrolments))))
INTO context, context_error
FROM part p;
END $$;
COMMENT ON FUNCTION abie_internal.changed_context(abie.run_school, abie.run_school) IS
'Abie.run_school.context of a school with changed characteristics, predicted by the contextual model of a '
'run without the school, and its standard error.';

CREATE FUNCTION abie_internal.chosen_similar_schools(changed abie.run_school, chosen jsonb)
RETURNS TABLE (similar_urn integer, distance float8, rank integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	refused integer;
BEGIN
	SELECT c.urn INTO refused
	FROM (SELECT DISTINCT v::integer AS urn FROM jsonb_array_elements_text(chosen) v) c
		LEFT JOIN abie.run_school s ON s.run_id = changed.run_id AND s.urn = c.urn
	WHERE s.urn IS NULL OR NOT abie_internal.may_be_compared(changed, s)
	ORDER BY c.urn
	LIMIT 1;
	IF FOUND THEN
		PERFORM abie_internal.refuse_what_if('similar_schools', to_jsonb(refused),
			'Choose schools of the same stratum in the run with published attendance, not the school itself nor a '
			'predecessor or successor.');
	END IF;
	-- in the order of URNs, for each counts by its enrolments alone
	RETURN QUERY
	SELECT s.urn::integer, 0::float8, row_number() OVER (ORDER BY s.urn)::integer
	FROM abie.run_school s
	WHERE s.run_id = changed.run_id AND s.urn IN (SELECT v::integer FROM jsonb_array_elements_text(chosen) v);
END $$;
COMMENT ON FUNCTION abie_internal.chosen_similar_schools(abie.run_school, jsonb) IS
'Comparators that the user chose, in the form of abie_internal.most_similar. Errors: 22023 for a school that cannot be '
'one.';

CREATE FUNCTION abie_internal.what_if_similar_schools(changed abie.run_school, wanted integer, chosen jsonb)
RETURNS TABLE (rank integer, distance float8, bandwidth float8, attendance float8, context float8, enrolments float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: chosen is NULL where none are
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH found AS (
	SELECT c.*, 'infinity'::float8 AS bandwidth
	FROM abie_internal.chosen_similar_schools(changed, chosen) c
	WHERE chosen IS NOT NULL
	UNION ALL
	SELECT n.*, max(n.distance) OVER ()
	FROM abie_internal.most_similar(changed, wanted + 1, 'infinity') n
	WHERE chosen IS NULL
)
SELECT f.rank, f.distance, f.bandwidth, s.attendance, s.context, s.effective_enrolments
FROM found f
	JOIN abie.run_school s ON s.run_id = (changed).run_id AND s.urn = f.similar_urn
WHERE f.rank <= wanted OR chosen IS NOT NULL
ORDER BY f.rank;
END $$;
COMMENT ON FUNCTION abie_internal.what_if_similar_schools(abie.run_school, integer, jsonb) IS
'The most similar schools of a changed school, nearest first, or those chosen, each counting by its enrolments alone.';

-- What the changed school's similar schools make of it.
CREATE FUNCTION abie_internal.what_if_expected(school abie.run_school, changed abie.run_school, m abie.methodology,
	chosen jsonb)
RETURNS abie.run_school
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: chosen is NULL where none are
DECLARE
	is_contextual boolean := m.method = 'contextual';
	similar_schools bigint;
	slope float8 := (SELECT r.local_slope FROM abie.run_model r
		WHERE r.run_id = school.run_id AND r.stratum = school.stratum);
	mean float8;
BEGIN
	WITH peer AS (
		SELECT n.*, CASE WHEN is_contextual THEN n.attendance - n.context ELSE n.attendance END AS residual
		FROM abie_internal.what_if_similar_schools(changed, abie_internal.local_schools(m), chosen) n
	), member AS (
		SELECT p.attendance, p.enrolments FROM peer p WHERE p.rank <= m.similar_schools OR chosen IS NOT NULL
		UNION ALL
		SELECT changed.attendance, changed.effective_enrolments
	)
	SELECT count(*),
		abie.local_mean(array_agg(p.residual ORDER BY p.rank), array_agg(p.distance ORDER BY p.rank),
			array_agg(p.enrolments ORDER BY p.rank), max(p.bandwidth)),
		abie.local_mean_error(array_agg(p.residual ORDER BY p.rank), array_agg(p.distance ORDER BY p.rank),
			array_agg(p.enrolments ORDER BY p.rank), max(p.bandwidth)),
		percentile_cont(0.75) WITHIN GROUP (ORDER BY p.attendance)
			FILTER (WHERE p.rank <= m.similar_schools OR chosen IS NOT NULL),
		(SELECT 100 * abie.pared_mean(b.attendance / 100 * b.enrolments, b.enrolments, m.benchmark_share) FROM member b)
	INTO similar_schools, mean, changed.local_error, changed.similar_upper_quartile, changed.pared_mean
	FROM peer p;
	IF chosen IS NULL AND similar_schools < m.similar_schools THEN
		RAISE EXCEPTION 'only % schools are comparable with the changed school, % are wanted', similar_schools,
			m.similar_schools
			USING ERRCODE = 'no_data_found', HINT = 'Leave more of its characteristics as they are.';
	END IF;
	changed.local_residual := CASE WHEN is_contextual THEN mean END;
	changed.expected := CASE WHEN is_contextual THEN changed.context + slope * mean ELSE mean END;
	RETURN changed;
END $$;
COMMENT ON FUNCTION abie_internal.what_if_expected(abie.run_school, abie.run_school, abie.methodology, jsonb) IS
'The changed school with expected attendance, local residual and rungs of its similar schools. Error P0002 '
'where too few are comparable.';

CREATE FUNCTION abie_internal.school_figures(school abie.run_school, m abie.methodology)
RETURNS TABLE (place integer, name text, value float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT v.place, v.name, v.value
FROM (SELECT) one
	LEFT JOIN abie.run_model r ON r.run_id = (school).run_id AND r.stratum = (school).stratum
	CROSS JOIN LATERAL abie_internal.school_baseline(r, school) b
	CROSS JOIN LATERAL abie_internal.school_result((school).attendance, (school).expected, b.baseline,
		(school).pared_mean, (school).pre_pandemic, m.pace, m.gap_share, m.improvement_floor, m.improvement_cap) x
	CROSS JOIN LATERAL (VALUES (1, 'attendance', (school).attendance), (2, 'enrolments', (school).enrolments),
		(3, 'context', (school).context), (4, 'local residual', (school).local_residual),
		(5, 'expected', (school).expected), (6, 'expected error', b.expected_error), (7, 'own level', b.own_level),
		(8, 'own share', b.own_share), (9, 'baseline', b.baseline), (10, 'baseline error', b.baseline_error),
		(11, 'gap', x.gap), (12, 'upper quartile', (school).similar_upper_quartile),
		(13, 'pared mean', (school).pared_mean), (14, 'pre-pandemic', (school).pre_pandemic),
		(15, 'ladder top', x.ladder_top), (16, 'improvement', x.improvement),
		(17, 'improvement published', x.improvement_rounded), (18, 'target', x.target), (19, 'forecast', b.forecast),
		(20, 'forecast low', b.forecast_low), (21, 'forecast high', b.forecast_high)) v(place, name, value);
END $$;
COMMENT ON FUNCTION abie_internal.school_figures(abie.run_school, abie.methodology) IS
'The figures of a school''s expectation, named as in abie.explain, from its row in a run.';

CREATE FUNCTION abie_owner.what_if(role oid, run_id integer, urn integer, changes jsonb)
RETURNS TABLE (name text, value float8, changed float8)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 21
SET search_path = pg_catalog, pg_temp
SET jit = off
-- for all that it calls: making plans of these queries takes longer than running them
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	admitted integer[] := abie_owner.admit(role, 'what_if', run_id, ARRAY[urn]);
	m abie.methodology := abie_internal.run_methodology(run_id);
	school abie.run_school;
	other abie.run_school;
BEGIN
	SELECT s.* INTO school FROM abie.run_school s
	WHERE s.run_id = what_if.run_id AND s.urn = ANY (admitted) AND s.expected IS NOT NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'school % has no expectation in run %', urn, run_id
			USING ERRCODE = 'no_data_found', HINT = 'Why not is in abie.exclusion; runs are in abie.run.';
	END IF;
	IF NOT (school.references_published OR abie_owner.has_national_access(role, '{calculation}')) THEN
		-- what it says of any circumstances would tell what it was learned from
		RAISE EXCEPTION 'what school % is compared with is not published', urn
			USING ERRCODE = 'insufficient_privilege',
				HINT = 'With registers of most schools only, abie.what_if is for roles granted calculation.';
	END IF;
	PERFORM abie_internal.check_changes(run_id, school.stratum, changes);
	other := abie_internal.changed_school(school, changes);
	IF m.method = 'contextual'
		AND abie_internal.school_vector(other) IS DISTINCT FROM abie_internal.school_vector(school) THEN
		SELECT c.context, c.context_error INTO other.context, other.context_error
			FROM abie_internal.changed_context(school, other) c;
	END IF;
	other := abie_internal.what_if_expected(school, other, m, changes -> 'similar_schools');
	RETURN QUERY SELECT f.name, f.value, c.value
		FROM abie_internal.school_figures(school, m) f JOIN abie_internal.school_figures(other, m) c
			ON c.place = f.place
			ORDER BY f.place;
END $$;
COMMENT ON FUNCTION abie_owner.what_if(oid, integer, integer, jsonb) IS 'Of a role, as abie.what_if.';

CREATE FUNCTION abie.what_if(run_id integer, urn integer, changes jsonb)
RETURNS TABLE (name text, value float8, changed float8)
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 21 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.what_if(integer, integer, jsonb) IS
'What the expectation of one school would be in a run with other inputs: name, value as in the run, value as changed; '
'names as in abie.explain. Nothing is stored; all other schools, the model and what was learned stay as they are in '
'the run. changes: characteristics of the methodology (a number, a value of a category, null for missing), attendance, '
'previous_attendance, pre_pandemic (per cent), enrolments, similar_schools (an array of URNs to compare with instead, '
'each then counting by its enrolments alone). With other characteristics the similar schools are found again and the '
'contextual model of the other schools predicts anew. Errors: 22023 for a change that cannot be, P0002 for a school '
'without an expectation or too few comparable schools.';
