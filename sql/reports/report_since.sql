-- What changed since the expectation that a school was last given, and why. The earlier run was given to the school:
-- it is issued, or was superseded by another of the same year; of a withdrawn one nothing is told but that it was.

CREATE FUNCTION abie_internal.given_runs(run_id integer) RETURNS TABLE (earlier_run integer, target_year text,
	status text, place bigint)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 3
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT r.run_id, r.target_year::text, r.status, row_number() OVER (ORDER BY r.target_year DESC, g.issued DESC)
	FROM (SELECT x.run_id, x.target_year, (SELECT min(e.event_id) FROM abie.run_event e
				WHERE e.run_id = x.run_id AND e.event = 'issued') AS issued
			FROM abie.run x WHERE x.run_id = given_runs.run_id) o
		JOIN abie.run r ON r.run_id <> o.run_id AND r.target_year <= o.target_year
			AND (r.status IN ('issued', 'withdrawn') OR r.status = 'superseded' AND r.target_year = o.target_year)
		CROSS JOIN LATERAL (SELECT min(e.event_id) AS issued FROM abie.run_event e
			WHERE e.run_id = r.run_id AND e.event = 'issued') g
	WHERE g.issued IS NOT NULL AND (r.target_year < o.target_year OR o.issued IS NULL OR g.issued < o.issued);
END $$;
COMMENT ON FUNCTION abie_internal.given_runs(integer) IS
'The runs that schools were given before a run, the last first (place 1): those issued for earlier years, those of its '
'own year that were issued before it, and withdrawn ones.';

CREATE FUNCTION abie_internal.expectation_parts(run_id integer, urns integer[])
RETURNS TABLE (urn integer, parts jsonb, similar_urns integer[])
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	m abie.methodology := abie_internal.run_methodology(expectation_parts.run_id);
BEGIN
	RETURN QUERY
	SELECT e.urn::integer, jsonb_build_object(
			'attendance', e.attendance,
			'expected', e.expected,
			'baseline', e.baseline,
			'improvement', e.improvement,
			'improvement_rounded', e.improvement_rounded,
			'target', e.target,
			'statement', e.statement)
		-- of what is not published nothing more is shown
		|| CASE WHEN e.references_published THEN jsonb_build_object(
			'mean', l.mean,
			'context', s.context,
			'own_level', coalesce(e.own_level, e.attendance),
			'own_share', coalesce(e.own_share, 1),
			'reach', CASE WHEN l.last_weight IS NOT NULL AND s.previous_attendance IS NOT NULL THEN l.reach
				WHEN l.edition = 2 THEN 0.75 ELSE 'Infinity' END,
			'ladder_top', e.ladder_top,
			'pace', m.pace,
			'gap_share', m.gap_share,
			'improvement_floor', m.improvement_floor,
			'improvement_cap', m.improvement_cap) ELSE '{}' END,
		n.similar_urns::integer[]
	FROM abie.expectation e
		JOIN abie.run_school s ON s.run_id = e.run_id AND s.urn = e.urn
		LEFT JOIN abie.similar_list n ON n.run_id = e.run_id AND n.urn = e.urn
		LEFT JOIN abie.run_model l ON l.run_id = e.run_id AND l.stratum = e.stratum
	WHERE e.run_id = expectation_parts.run_id AND e.urn = ANY (urns);
END $$;
COMMENT ON FUNCTION abie_internal.expectation_parts(integer, integer[]) IS
'What the target of each school in a run was made of, and its similar schools; without what is not published.';

-- as abie_internal.school_baseline and school_result have it
CREATE FUNCTION abie_internal.target_of_parts(parts jsonb, OUT baseline float8, OUT target float8)
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	attendance float8 := parts ->> 'attendance';
	expected float8 := parts ->> 'expected';
	reach float8 := parts ->> 'reach';
BEGIN
	baseline := greatest(attendance - reach, least(attendance + reach,
		expected + (parts ->> 'own_share')::float8 * ((parts ->> 'own_level')::float8 - expected)));
	target := baseline + abie.improvement_expectation(baseline, expected, (parts ->> 'pace')::float8,
		(parts ->> 'ladder_top')::float8, (parts ->> 'gap_share')::float8, (parts ->> 'improvement_floor')::float8,
		(parts ->> 'improvement_cap')::float8);
END $$;
COMMENT ON FUNCTION abie_internal.target_of_parts(jsonb) IS
'Baseline and target that follow from parts of abie_internal.expectation_parts.';

CREATE FUNCTION abie_internal.since_patches(earlier jsonb, now jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	expected float8 := earlier ->> 'expected';
	mean_change float8 := (now ->> 'mean')::float8 - (earlier ->> 'mean')::float8;
	context_change float8 := (now ->> 'context')::float8 - (earlier ->> 'context')::float8;
	is_one_method boolean := (earlier -> 'context' = 'null') = (now -> 'context' = 'null');
BEGIN
	RETURN jsonb_build_array(jsonb_build_object('step', 'own attendance', 'attendance', now -> 'attendance',
			'own_level', now -> 'own_level'))
		|| CASE WHEN context_change IS NULL THEN '[]' ELSE jsonb_build_array(
			jsonb_build_object('step', 'all schools', 'expected', expected + mean_change),
			jsonb_build_object('step', 'circumstances', 'expected', expected + context_change)) END
		|| CASE WHEN is_one_method THEN jsonb_build_array(jsonb_build_object('step', 'similar schools',
			'expected', now -> 'expected', 'ladder_top', now -> 'ladder_top')) ELSE '[]' END
		|| jsonb_build_array(now || '{"step": "method"}');
END $$;
COMMENT ON FUNCTION abie_internal.since_patches(jsonb, jsonb) IS
'The parts of an earlier expectation that become those of a newer one, step by step: own attendance; the mean of all '
'schools of the phase; circumstances and what goes with them; similar schools and the top of the ladder; all the rest, '
'which is the method and what it has learned. Where the methods of expecting differ all that they expect is of the '
'method.';

CREATE FUNCTION abie_internal.since_steps(earlier jsonb, now jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	parts jsonb := earlier;
	target float8 := earlier ->> 'target';
	reached record;
	patch jsonb;
	steps jsonb := '[]';
BEGIN
	IF NOT (earlier ? 'reach' AND now ? 'reach') THEN
		RETURN NULL;
	END IF;
	FOR patch IN SELECT p.patch FROM jsonb_array_elements(abie_internal.since_patches(earlier, now)) p(patch) LOOP
		parts := parts || patch;
		reached := abie_internal.target_of_parts(parts);
		steps := steps || jsonb_build_object('step', patch ->> 'step', 'expected', parts -> 'expected',
			'baseline', reached.baseline, 'points', reached.target - target, 'target', reached.target);
		target := reached.target;
	END LOOP;
	RETURN steps;
END $$;
COMMENT ON FUNCTION abie_internal.since_steps(jsonb, jsonb) IS
'How the target of an earlier expectation became that of a newer one: for each step of abie_internal.since_patches '
'what is expected, the baseline and the target after it, and by how many points the target moved. They add up to the '
'change. NULL where either rests on attendance that is not published.';

CREATE FUNCTION abie_internal.named_schools(urns integer[]) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_agg(jsonb_build_object('urn', u.urn, 'name', s.name) ORDER BY u.place), '[]')
	FROM unnest(urns) WITH ORDINALITY u(urn, place) LEFT JOIN abie.school s ON s.urn = u.urn);
END $$;
COMMENT ON FUNCTION abie_internal.named_schools(integer[]) IS 'Schools with their names, in the order given.';

CREATE FUNCTION abie_internal.since_schools(earlier integer[], now integer[]) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 300
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	RETURN jsonb_build_object(
		'stayed', (SELECT count(*) FROM unnest(now) u(urn) WHERE u.urn = ANY (earlier)),
		'came', abie_internal.named_schools(ARRAY(SELECT u.urn FROM unnest(now) WITH ORDINALITY u(urn, place)
			WHERE u.urn <> ALL (earlier) ORDER BY u.place)),
		'left', abie_internal.named_schools(ARRAY(SELECT u.urn FROM unnest(earlier) WITH ORDINALITY u(urn, place)
			WHERE u.urn <> ALL (now) ORDER BY u.place)));
END $$;
COMMENT ON FUNCTION abie_internal.since_schools(integer[], integer[]) IS
'Of two lists of similar schools how many stayed, and who came and left, the most similar first.';

CREATE FUNCTION abie_internal.report_since(run_id integer, urns integer[]) RETURNS TABLE (urn integer, since jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 10000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	own_year text := (SELECT r.target_year FROM abie.run r WHERE r.run_id = report_since.run_id);
	remaining integer[] := urns;
	withdrawn text[] := '{}';
	nothing CONSTANT jsonb := '{"run_id": null, "target_year": null, "same_year": null, "exclusion_reason": null,
		"earlier": null, "steps": null, "similar_schools": null}';
	g record;
BEGIN
	FOR g IN SELECT * FROM abie_internal.given_runs(report_since.run_id) ORDER BY place LOOP
		EXIT WHEN remaining = '{}';
		IF g.status = 'withdrawn' THEN
			withdrawn := withdrawn || g.target_year;
			CONTINUE;
		END IF;
		RETURN QUERY
		SELECT u.urn, jsonb_build_object(
			'run_id', g.earlier_run,
			'target_year', g.target_year,
			'same_year', g.target_year = own_year,
			'exclusion_reason', NULL,
			'earlier', o.parts - '{mean,context,own_level,own_share,reach,ladder_top,pace,gap_share,improvement_floor,'
				'improvement_cap}'::text[],
			'steps', abie_internal.since_steps(o.parts, n.parts),
			'similar_schools', abie_internal.since_schools(o.similar_urns, n.similar_urns),
			'withdrawn', to_jsonb(withdrawn))
		FROM unnest(remaining) u(urn)
			JOIN abie_internal.expectation_parts(g.earlier_run, remaining) o ON o.urn = u.urn
			LEFT JOIN abie_internal.expectation_parts(report_since.run_id, remaining) n ON n.urn = u.urn;
		remaining := ARRAY(SELECT unnest(remaining) EXCEPT SELECT e.urn::integer FROM abie.expectation e
			WHERE e.run_id = g.earlier_run AND e.urn = ANY (remaining));
		CONTINUE WHEN remaining = '{}';
		RETURN QUERY SELECT x.urn::integer, nothing || jsonb_build_object('run_id', g.earlier_run,
				'target_year', g.target_year, 'same_year', g.target_year = own_year, 'exclusion_reason', x.reason,
				'withdrawn', to_jsonb(withdrawn))
			FROM abie.exclusion x WHERE x.run_id = g.earlier_run AND x.urn = ANY (remaining);
		remaining := ARRAY(SELECT unnest(remaining) EXCEPT SELECT x.urn::integer FROM abie.exclusion x
			WHERE x.run_id = g.earlier_run AND x.urn = ANY (remaining));
	END LOOP;
	RETURN QUERY SELECT u.urn, nothing || jsonb_build_object('withdrawn', to_jsonb(withdrawn))
		FROM unnest(remaining) u(urn);
END $$;
COMMENT ON FUNCTION abie_internal.report_since(integer, integer[]) IS
'What changed since the expectation that each school was last given, under the same URN: the run (run_id NULL: none), '
'its year and whether that is the run''s own, why the school was left out of it, its figures, steps '
'(abie_internal.since_steps), similar schools (since_schools) and the years of runs that were given later and '
'withdrawn.';
