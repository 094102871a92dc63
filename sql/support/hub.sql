-- Which school of a list goes to which hub: what a pair costs, who may not be paired, and the least sum of costs.
--
-- A site is a hub and the phase of its places. Only what the run, the list and the tables of hubs hold is used, so that
-- the same allocation is made again of the same.

CREATE FUNCTION abie_internal.school_phases(phase text, stratum text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT: a school may have no phase in the register, a hub no stratum in the run
RETURN CASE WHEN phase = 'All-through' THEN '{primary,secondary}'::text[] ELSE ARRAY[stratum] END;
COMMENT ON FUNCTION abie_internal.school_phases(text, text) IS
'The phases whose places a school can give or take, of abie.school.phase and its stratum in a run: an all-through '
'school both.';

CREATE FUNCTION abie_internal.judge_sites(a abie.hub_allocation, sites abie.hub_allocation_site[])
RETURNS SETOF abie.hub_allocation_site
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 90
SET search_path = pg_catalog, pg_temp
AS $$
SELECT NULL::integer, t.hub_urn, t.phase, t.places,
	(SELECT count(*)::integer FROM abie.hub_placement m
		WHERE m.hub_urn = t.hub_urn AND m.kind = (a).kind AND m.phase = t.phase AND m.to_date IS NULL),
	g.advantage, g.error,
	CASE WHEN t.not_admitted IS NOT NULL THEN t.not_admitted
		WHEN g.advantage IS NULL THEN 'no expectation'
		WHEN EXISTS (SELECT FROM abie.referral_school o
			WHERE o.referral_id = l.referral_id AND o.urn = t.hub_urn AND o.place IS NOT NULL) THEN 'referred itself'
		WHEN g.advantage <= 1.6448536269514722 * g.error THEN 'not better than expected'
		WHEN t.phase <> ALL (abie_internal.school_phases(k.phase, e.stratum)) THEN 'another phase' END,
	NULL::bigint
FROM unnest(sites) t
	JOIN abie.referral l ON l.referral_id = (a).referral_id
	JOIN abie.run r ON r.run_id = l.run_id
	LEFT JOIN abie.school k ON k.urn = t.hub_urn
	LEFT JOIN abie.expectation e ON e.run_id = l.run_id AND e.urn = t.hub_urn
	LEFT JOIN abie.run_school s ON s.run_id = l.run_id AND s.urn = t.hub_urn
	LEFT JOIN abie.run_model m ON m.run_id = l.run_id AND m.stratum = e.stratum
	LEFT JOIN LATERAL abie_internal.declared_change(e.stratum, r.baseline_year) d ON true
	CROSS JOIN LATERAL (SELECT e.attendance - e.expected AS advantage, sqrt(coalesce(e.expected_error ^ 2, 0)
		-- chance in a year's rate, as in the run: half the part of a change that goes with size
		+ coalesce(s.attendance_error ^ 2, coalesce(m.sampling_c1, d.c1 / 2) / s.effective_enrolments)) AS error) g
ORDER BY t.hub_urn, t.phase
$$;
COMMENT ON FUNCTION abie_internal.judge_sites(abie.hub_allocation, abie.hub_allocation_site[]) IS
'Sites, of which hub, phase and places are known, with the places taken and whether they are admitted; without prices.';

CREATE FUNCTION abie_internal.hub_sites(a abie.hub_allocation) RETURNS SETOF abie.hub_allocation_site
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 90
SET search_path = pg_catalog, pg_temp
AS $$
SELECT t.* FROM abie_internal.judge_sites(a, ARRAY(SELECT ROW(NULL, p.urn, p.phase, p.places, NULL, NULL, NULL,
		CASE WHEN h.to_date IS NOT NULL THEN 'ended' END, NULL)::abie.hub_allocation_site
	FROM abie.hub h JOIN abie.hub_place p ON p.academic_year = h.academic_year AND p.urn = h.urn
	WHERE h.academic_year = (a).academic_year AND p.kind = (a).kind)) t
$$;
COMMENT ON FUNCTION abie_internal.hub_sites(abie.hub_allocation) IS
'The sites of an allocation that is to be made, as in abie.hub_allocation_site, without prices.';

CREATE FUNCTION abie_internal.hub_schools(a abie.hub_allocation) RETURNS SETOF abie.hub_allocation_school
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT NULL::integer, s.urn, s.shortfall_probability,
	floor(10000 * ((a).unplaced_cost + (a).need_weight * s.shortfall_probability) + 0.5)::integer, m.hub_urn, m.phase,
	m.hub_urn IS NOT NULL, NULL::float8, NULL::float8, NULL::boolean, NULL::integer, NULL::text, NULL::text,
	NULL::integer, NULL::text, NULL::bigint
FROM abie.referral_school s
	-- who has been placed stays, as long as the hub is one
	LEFT JOIN (abie.hub_placement m JOIN abie.hub h ON h.urn = m.hub_urn) ON m.urn = s.urn AND m.kind = (a).kind
		AND m.to_date IS NULL AND h.academic_year = (a).academic_year AND h.to_date IS NULL
WHERE s.referral_id = (a).referral_id
	AND CASE (a).kind WHEN 'enhanced' THEN s.place IS NOT NULL ELSE s.not_referred = 'beyond capacity' END
$$;
COMMENT ON FUNCTION abie_internal.hub_schools(abie.hub_allocation) IS
'The schools of an allocation that is to be made, as in abie.hub_allocation_school, with the place where one stays.';

CREATE FUNCTION abie_internal.hub_pairs(a abie.hub_allocation, sites abie.hub_allocation_site[], urns integer[])
RETURNS TABLE (urn integer, hub_urn integer, phase text, km float8, distance float8, other_region boolean,
	obstacle text, cost integer, price bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 45000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH run AS MATERIALIZED (
	SELECT l.run_id FROM abie.referral l WHERE l.referral_id = (a).referral_id
), school AS MATERIALIZED (
	SELECT u.urn, s.stratum, abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector, w.weights,
		s.family, s.easting, s.northing, k.region,
		abie_internal.school_phases(k.phase, s.stratum) AS phases
	FROM run r CROSS JOIN unnest(urns) u(urn)
		JOIN abie.run_school s ON s.run_id = r.run_id AND s.urn = u.urn
		LEFT JOIN abie.run_weights((SELECT r.run_id FROM run r)) w ON w.stratum = s.stratum
		LEFT JOIN abie.run_scaling d ON d.run_id = s.run_id AND d.stratum = s.stratum
		LEFT JOIN abie.school k ON k.urn = u.urn
), site AS MATERIALIZED (
	SELECT t.hub_urn, t.phase, t.not_admitted, t.price, s.stratum,
		abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector, s.family, k.region,
		coalesce(s.easting, k.easting) AS easting, coalesce(s.northing, k.northing) AS northing
	FROM run r CROSS JOIN unnest(sites) t
		LEFT JOIN abie.run_school s ON s.run_id = r.run_id AND s.urn = t.hub_urn
		LEFT JOIN abie.run_scaling d ON d.run_id = s.run_id AND d.stratum = s.stratum
		LEFT JOIN abie.school k ON k.urn = t.hub_urn
), measured AS (
	SELECT s.urn, h.hub_urn, h.phase, h.price, k.km, s.region IS DISTINCT FROM h.region AS other_region,
		-- other strata are compared by other characteristics
		CASE WHEN s.stratum = h.stratum THEN abie.distance(s.vector, h.vector, s.weights) END AS distance,
		CASE WHEN h.not_admitted IS NOT NULL THEN h.not_admitted
			WHEN s.urn = h.hub_urn THEN 'itself'
			WHEN s.family = h.family THEN 'predecessor or successor'
			WHEN h.phase <> ALL (s.phases) THEN 'another phase'
			WHEN x.urn IS NOT NULL THEN 'excluded'
			WHEN k.km IS NULL THEN 'place not known'
			WHEN k.km > (a).maximum_km THEN 'too far' END AS obstacle
	FROM school s CROSS JOIN site h
		LEFT JOIN abie.hub_exclusion x ON x.hub_urn = h.hub_urn AND x.urn = s.urn
		CROSS JOIN LATERAL abie.kilometres(s.easting, s.northing, h.easting, h.northing) k(km)
	OFFSET 0
)
SELECT m.urn, m.hub_urn, m.phase, m.km, m.distance, m.other_region, m.obstacle,
	CASE WHEN m.obstacle IS NULL THEN floor(10000 * (m.km / (a).km_unit
		+ (a).distance_weight * coalesce(m.distance, 2) + (a).region_weight * m.other_region::integer) + 0.5)::integer
		END, m.price
FROM measured m
$$;
COMMENT ON FUNCTION abie_internal.hub_pairs(abie.hub_allocation, abie.hub_allocation_site[], integer[]) IS
'Every pair of schools and sites of an allocation: what stands against it (obstacle), or what it costs, as in '
'abie.hub_allocation_school.';

CREATE TYPE abie_internal.hub_problem AS (schools bigint[], sites bigint[], costs integer[], capacity integer[],
	unplaced integer[]);
COMMENT ON TYPE abie_internal.hub_problem IS 'Arguments of abie.assign for an allocation.';
COMMENT ON COLUMN abie_internal.hub_problem.schools IS 'Schools that do not stay.';
COMMENT ON COLUMN abie_internal.hub_problem.sites IS
'Sites that are admitted: twice the URN of the hub, and 1 more for secondary places.';
COMMENT ON COLUMN abie_internal.hub_problem.costs IS 'Costs of their pairs.';
COMMENT ON COLUMN abie_internal.hub_problem.capacity IS 'Free places of the sites.';
COMMENT ON COLUMN abie_internal.hub_problem.unplaced IS 'Costs of leaving the schools without a place.';

CREATE FUNCTION abie_internal.hub_problem(a abie.hub_allocation, sites abie.hub_allocation_site[],
	schools abie.hub_allocation_school[]) RETURNS abie_internal.hub_problem
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
WITH school AS MATERIALIZED (
	SELECT s.urn, s.unplaced_cost FROM unnest(schools) s WHERE NOT s.stays
), site AS MATERIALIZED (
	SELECT t, 2 * t.hub_urn::bigint + (t.phase = 'secondary')::integer AS number FROM unnest(sites) t
	WHERE t.not_admitted IS NULL
), line AS (
	SELECT p.urn, array_agg(p.cost ORDER BY p.hub_urn, p.phase) AS costs
	FROM abie_internal.hub_pairs(a, ARRAY(SELECT s.t FROM site s), ARRAY(SELECT s.urn FROM school s)) p GROUP BY p.urn
)
SELECT ARRAY(SELECT s.urn::bigint FROM school s ORDER BY s.urn), ARRAY(SELECT s.number FROM site s ORDER BY s.number),
	coalesce((SELECT array_agg(l.costs ORDER BY l.urn) FROM line l), '{}'),
	ARRAY(SELECT greatest(0, (s.t).places - (s.t).taken) FROM site s ORDER BY s.number),
	ARRAY(SELECT s.unplaced_cost FROM school s ORDER BY s.urn)
$$;
COMMENT ON FUNCTION abie_internal.hub_problem(abie.hub_allocation, abie.hub_allocation_site[],
	abie.hub_allocation_school[]) IS
'The problem that an allocation solves. Schools that stay are not in it, and their places are not free.';

CREATE FUNCTION abie_internal.price_sites(sites abie.hub_allocation_site[], problem abie_internal.hub_problem)
RETURNS SETOF abie.hub_allocation_site
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 90
SET search_path = pg_catalog, pg_temp
AS $$
SELECT t.allocation_id, t.hub_urn, t.phase, t.places, t.taken, t.advantage, t.advantage_error, t.not_admitted, p.price
FROM unnest(sites) t LEFT JOIN abie.assign_prices((problem).schools, (problem).sites, (problem).costs,
	(problem).capacity, (problem).unplaced) p ON p.site = 2 * t.hub_urn::bigint + (t.phase = 'secondary')::integer
ORDER BY t.hub_urn, t.phase
$$;
COMMENT ON FUNCTION abie_internal.price_sites(abie.hub_allocation_site[], abie_internal.hub_problem) IS
'The sites with the prices of their places.';

CREATE FUNCTION abie_internal.why_not_placed(pairs bigint, cheapest integer, unplaced_cost integer, obstacles text,
	OUT not_placed text, OUT detail text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: there may be no pair, or nothing against any
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN pairs = 0 THEN 'no hub allowed' WHEN cheapest >= unplaced_cost THEN 'dearer than no place'
		ELSE 'places went to others' END,
	CASE WHEN pairs = 0 THEN obstacles ELSE format('costs %s at least, no place %s', cheapest, unplaced_cost) END
$$;
COMMENT ON FUNCTION abie_internal.why_not_placed(bigint, integer, integer, text) IS
'Reason and detail, as in abie.hub_allocation_school, of a school that has no place: how many sites it may go to, the '
'least cost there, and what stands against the others.';

-- As places went by the problem. What its lines are made of is worked out again, for the problem holds costs alone.
CREATE FUNCTION abie_internal.place_schools(a abie.hub_allocation, sites abie.hub_allocation_site[],
	schools abie.hub_allocation_school[], problem abie_internal.hub_problem) RETURNS SETOF abie.hub_allocation_school
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH placed AS MATERIALIZED (
	SELECT s.urn, s.need, s.unplaced_cost, s.stays, CASE WHEN s.stays THEN s.hub_urn ELSE (x.site / 2)::integer END
		AS hub_urn, CASE WHEN s.stays THEN s.phase WHEN x.site % 2 = 0 THEN 'primary' WHEN x.site % 2 = 1
			THEN 'secondary' END AS phase
	FROM unnest(schools) s LEFT JOIN abie.assign((problem).schools, (problem).sites, (problem).costs,
		(problem).capacity, (problem).unplaced) x ON x.school = s.urn
), pair AS MATERIALIZED (
	SELECT p.*, p.cost + p.price AS sum
	FROM abie_internal.hub_pairs(a, sites, ARRAY(SELECT s.urn FROM placed s)) p
), other AS (
	SELECT DISTINCT ON (p.urn) p.urn, p.hub_urn, p.phase, p.sum
	FROM pair p JOIN placed s ON s.urn = p.urn
	WHERE p.obstacle IS NULL AND NOT s.stays AND (p.hub_urn, p.phase) IS DISTINCT FROM (s.hub_urn, s.phase)
	ORDER BY p.urn, p.sum, p.hub_urn, p.phase
), obstacle AS (
	SELECT o.urn, string_agg(o.obstacle || ': ' || o.sites, ', ' ORDER BY o.sites DESC, o.obstacle COLLATE "C")
		FILTER (WHERE o.obstacle IS NOT NULL) AS obstacles,
		coalesce(sum(o.sites) FILTER (WHERE o.obstacle IS NULL), 0)::bigint AS pairs, min(o.cheapest) AS cheapest
	FROM (SELECT p.urn, p.obstacle, count(*) AS sites, min(p.cost) AS cheapest
		FROM pair p JOIN placed s ON s.urn = p.urn WHERE s.hub_urn IS NULL GROUP BY p.urn, p.obstacle) o
	GROUP BY o.urn
)
SELECT NULL::integer, s.urn, s.need, s.unplaced_cost, s.hub_urn, s.phase, s.stays, p.km, p.distance, p.other_region,
	p.cost, w.not_placed, w.detail, o.hub_urn, o.phase, o.sum - coalesce(p.sum, s.unplaced_cost)
FROM placed s
	LEFT JOIN pair p ON p.urn = s.urn AND p.hub_urn = s.hub_urn AND p.phase = s.phase
	LEFT JOIN other o ON o.urn = s.urn
	LEFT JOIN obstacle b ON b.urn = s.urn
	LEFT JOIN LATERAL abie_internal.why_not_placed(coalesce(b.pairs, 0), b.cheapest, s.unplaced_cost, b.obstacles) w
		ON s.hub_urn IS NULL
ORDER BY s.urn
$$;
COMMENT ON FUNCTION abie_internal.place_schools(abie.hub_allocation, abie.hub_allocation_site[],
	abie.hub_allocation_school[], abie_internal.hub_problem) IS
'The schools of an allocation, as in abie.hub_allocation_school, where the solved problem puts them; sites with '
'prices.';

CREATE FUNCTION abie_internal.allocation_digest(schools abie.hub_allocation_school[],
	sites abie.hub_allocation_site[]) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT encode(sha256(convert_to(coalesce((SELECT string_agg(format('%s %s %s %s %s %s', s.urn, s.hub_urn, s.phase,
		s.stays, s.cost, s.not_placed), E'\n' ORDER BY s.urn) FROM unnest(schools) s), '') || E'\n\n'
	|| coalesce((SELECT string_agg(format('%s %s %s %s %s', t.hub_urn, t.phase, t.places - t.taken, t.price,
		t.not_admitted), E'\n' ORDER BY t.hub_urn, t.phase) FROM unnest(sites) t), ''), 'UTF8')), 'hex')
$$;
COMMENT ON FUNCTION abie_internal.allocation_digest(abie.hub_allocation_school[], abie.hub_allocation_site[]) IS
'abie.hub_allocation.digest of an allocation with these rows.';

CREATE FUNCTION abie_internal.check_allocation_arguments(referral_id integer, academic_year text, kind text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error that says what is missing
DECLARE
	list abie.referral;
BEGIN
	SELECT l.* INTO list FROM abie.referral l WHERE l.referral_id = check_allocation_arguments.referral_id;
	IF list.referral_id IS NULL THEN
		RAISE EXCEPTION 'there is no referral %', coalesce(referral_id::text, 'NULL')
			USING ERRCODE = 'no_data_found', HINT = 'They are in abie.referral.';
	ELSIF list.status = 'withdrawn' THEN
		RAISE EXCEPTION 'referral % is withdrawn', referral_id USING ERRCODE = 'object_not_in_prerequisite_state',
			HINT = 'Allocate the schools of another list.';
	ELSIF kind = ANY ('{enhanced,regional}') IS NOT TRUE THEN
		RAISE EXCEPTION 'there is no kind of places %', coalesce('"' || kind || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Kinds are enhanced and regional.';
	ELSIF NOT EXISTS (SELECT FROM abie.hub_place p WHERE p.academic_year = check_allocation_arguments.academic_year
			AND p.kind = check_allocation_arguments.kind) THEN
		RAISE EXCEPTION 'no hub has % places in %', kind, academic_year USING ERRCODE = 'no_data_found',
			HINT = 'Hubs and their places are in abie.hub and abie.hub_place.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_allocation_arguments(integer, text, text) IS
'Refuses what no allocation can be made of, as abie.allocate_hubs says.';

CREATE FUNCTION abie_internal.check_allocation_settings(a abie.hub_allocation) RETURNS void
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wrong record;
BEGIN
	SELECT v.* INTO wrong FROM (VALUES (1, 'km_unit', a.km_unit, 0.1, 10000),
		(2, 'distance_weight', a.distance_weight, 0, 1000), (3, 'region_weight', a.region_weight, 0, 1000),
		(4, 'maximum_km', a.maximum_km, 0, 2000), (5, 'unplaced_cost', a.unplaced_cost, 0, 10000),
		(6, 'need_weight', a.need_weight, 0, 10000)) v(place, name, value, lowest, highest)
	WHERE v.value BETWEEN v.lowest AND v.highest IS NOT TRUE ORDER BY v.place LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION '% must be from % to %, not %', wrong.name, wrong.lowest, wrong.highest,
			coalesce(wrong.value::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'What it is: abie.hub_allocation.' || wrong.name || '.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_allocation_settings(abie.hub_allocation) IS
'Raises error 22023 where a setting of an allocation is missing or out of its range.';

CREATE PROCEDURE abie.allocate_hubs(referral_id integer, academic_year text DEFAULT NULL, kind text DEFAULT 'enhanced',
	km_unit float8 DEFAULT 50, distance_weight float8 DEFAULT 0.5, region_weight float8 DEFAULT 1,
	maximum_km float8 DEFAULT 150, unplaced_cost float8 DEFAULT 20, need_weight float8 DEFAULT 10,
	INOUT allocation_id integer DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	year text := coalesce(academic_year, (SELECT abie.academic_year_of((abie.year_start(r.target_year)
		+ interval '1 year')::date) FROM abie.referral l JOIN abie.run r ON r.run_id = l.run_id
		WHERE l.referral_id = allocate_hubs.referral_id));
	a abie.hub_allocation;
	sites abie.hub_allocation_site[];
	problem abie_internal.hub_problem;
	schools abie.hub_allocation_school[];
BEGIN
	PERFORM abie_internal.check_allocation_arguments(allocate_hubs.referral_id, year, allocate_hubs.kind);
	a := jsonb_populate_record(NULL::abie.hub_allocation, jsonb_build_object('referral_id', allocate_hubs.referral_id,
		'academic_year', year, 'kind', allocate_hubs.kind, 'km_unit', allocate_hubs.km_unit, 'distance_weight',
		allocate_hubs.distance_weight, 'region_weight', allocate_hubs.region_weight, 'maximum_km',
		allocate_hubs.maximum_km, 'unplaced_cost', allocate_hubs.unplaced_cost, 'need_weight',
		allocate_hubs.need_weight));
	PERFORM abie_internal.check_allocation_settings(a);
	sites := ARRAY(SELECT t FROM abie_internal.hub_sites(a) t);
	schools := ARRAY(SELECT s FROM abie_internal.hub_schools(a) s);
	problem := abie_internal.hub_problem(a, sites, schools);
	sites := ARRAY(SELECT t FROM abie_internal.price_sites(sites, problem) t);
	schools := ARRAY(SELECT s FROM abie_internal.place_schools(a, sites, schools, problem) s);
	INSERT INTO abie.hub_allocation (referral_id, academic_year, kind, km_unit, distance_weight, region_weight,
		maximum_km, unplaced_cost, need_weight, sites, schools, staying, placed, cost, digest)
	SELECT a.referral_id, a.academic_year, a.kind, a.km_unit, a.distance_weight, a.region_weight, a.maximum_km,
		a.unplaced_cost, a.need_weight, cardinality(sites), count(*), count(*) FILTER (WHERE s.stays),
		count(s.hub_urn) FILTER (WHERE NOT s.stays),
		coalesce(sum(coalesce(s.cost, s.unplaced_cost)::bigint) FILTER (WHERE NOT s.stays), 0),
		abie_internal.allocation_digest(schools, sites)
	FROM unnest(schools) s RETURNING * INTO a;
	INSERT INTO abie.hub_allocation_site
	SELECT a.allocation_id, t.hub_urn, t.phase, t.places, t.taken, t.advantage, t.advantage_error, t.not_admitted,
		t.price FROM unnest(sites) t;
	INSERT INTO abie.hub_allocation_school
	SELECT a.allocation_id, s.urn, s.need, s.unplaced_cost, s.hub_urn, s.phase, s.stays, s.km, s.distance,
		s.other_region, s.cost, s.not_placed, s.detail, s.next_hub_urn, s.next_phase, s.next_difference
	FROM unnest(schools) s;
	allocate_hubs.allocation_id := a.allocation_id;
	RAISE NOTICE 'allocation %: of % schools % stay, % are placed, % have no place', a.allocation_id, a.schools,
		a.staying, a.placed, a.schools - a.staying - a.placed;
END $$;
COMMENT ON PROCEDURE abie.allocate_hubs(integer, text, text, float8, float8, float8, float8, float8, float8, integer) IS
'Proposes which hub supports which school of a list (abie.hub_allocation): kind enhanced for those that it refers, '
'regional for those that it leaves out beyond its capacity. academic_year: whose hubs, the year after the run''s '
'target year where NULL. The sum of costs is the least there is (abie.assign). A pair costs km / km_unit + '
'distance_weight x distance of circumstances + region_weight where the region is another; leaving a school without a '
'place unplaced_cost + need_weight x its need; each rounded to a ten-thousandth. The defaults are judgement, not '
'learned from anything: 50 km weigh as another half of a region, so that few leave theirs. Never paired: a school with '
'itself, its predecessor or successor, a hub of another phase, one that is referred itself, ended, or not better than '
'expected beyond doubt, or farther than maximum_km, or as abie.hub_exclusion says. Who has a placement of the kind at '
'a hub of the year stays there. allocation_id: the number of the allocation, which is proposed; abie.check_allocation '
'and abie.confirm_allocation make it hold. Errors: P0002 no such list, or no hub with such places in the year, 55000 a '
'list that is withdrawn, 22023 a kind or setting out of range.';
