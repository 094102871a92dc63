-- How a school came to its hub, what the others would have cost, and what another hub would bring.

CREATE FUNCTION abie.hub_alternatives(allocation_id integer, urn integer)
RETURNS TABLE (hub_urn integer, phase text, km float8, distance float8, other_region boolean, obstacle text,
	cost integer, price bigint, difference bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 90
SET search_path = pg_catalog, pg_temp
AS $$
SELECT p.hub_urn, p.phase, p.km, p.distance, p.other_region, p.obstacle, p.cost, p.price,
	p.cost + p.price - coalesce(s.cost + t.price, s.unplaced_cost)
FROM abie.hub_allocation a
	JOIN abie.hub_allocation_school s ON s.allocation_id = a.allocation_id AND s.urn = hub_alternatives.urn
	LEFT JOIN abie.hub_allocation_site t ON t.allocation_id = a.allocation_id AND t.hub_urn = s.hub_urn
		AND t.phase = s.phase
	CROSS JOIN LATERAL abie_internal.hub_pairs(a, ARRAY(SELECT o FROM abie.hub_allocation_site o
		WHERE o.allocation_id = a.allocation_id), ARRAY[s.urn]) p
WHERE a.allocation_id = hub_alternatives.allocation_id
ORDER BY p.cost + p.price, p.km, p.hub_urn, p.phase
$$;
COMMENT ON FUNCTION abie.hub_alternatives(integer, integer) IS
'Every hub of an allocation for one of its schools, by cost + price: what a pair costs and is made of, the price of a '
'place there, or what stands against it (obstacle: as abie.hub_allocation_site.not_admitted; itself; predecessor or '
'successor; another phase; excluded; place not known; too far). difference: what cost + price are more than where the '
'school is (of one without a place, than leaving it so), never negative but of one that stays: the sum over all '
'schools would rise by at least as much. In ten-thousandths. No rows for a school that is not in the allocation.';

CREATE FUNCTION abie.another_hub(allocation_id integer, urn integer, places integer DEFAULT 6)
RETURNS TABLE (phase text, not_admitted text, placed integer, newly_placed integer, saved bigint)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
WITH made AS MATERIALIZED (
	SELECT a, ARRAY(SELECT t FROM abie.hub_allocation_site t WHERE t.allocation_id = a.allocation_id) AS sites,
		ARRAY(SELECT s FROM abie.hub_allocation_school s WHERE s.allocation_id = a.allocation_id) AS schools
	FROM abie.hub_allocation a WHERE a.allocation_id = another_hub.allocation_id
), added AS MATERIALIZED (
	SELECT m.a, m.sites, m.schools, t FROM made m
		JOIN abie.run_school r ON r.run_id = (SELECT l.run_id FROM abie.referral l
			WHERE l.referral_id = (m.a).referral_id) AND r.urn = another_hub.urn
		LEFT JOIN abie.school k ON k.urn = another_hub.urn
		CROSS JOIN LATERAL unnest(abie_internal.school_phases(k.phase, r.stratum)) p(phase)
		CROSS JOIN LATERAL abie_internal.judge_sites(m.a, ARRAY[ROW(NULL, another_hub.urn, p.phase,
			another_hub.places, NULL, NULL, NULL, NULL, NULL)::abie.hub_allocation_site]) t
	WHERE NOT EXISTS (SELECT FROM unnest(m.sites) o WHERE o.hub_urn = another_hub.urn)
)
SELECT (d.t).phase, (d.t).not_admitted, x.placed, x.newly, (d.a).cost - x.cost
FROM added d
	LEFT JOIN LATERAL (SELECT abie_internal.hub_problem(d.a, d.sites || d.t, d.schools) AS problem OFFSET 0) p
		ON (d.t).not_admitted IS NULL
	LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE x.site / 2 = another_hub.urn)::integer AS placed,
			(count(x.site) - (d.a).placed)::integer AS newly, sum(x.cost::bigint)::bigint AS cost
		FROM abie.assign((p.problem).schools, (p.problem).sites, (p.problem).costs, (p.problem).capacity,
			(p.problem).unplaced) x) x ON p.problem IS NOT NULL
ORDER BY (d.t).phase
$$;
COMMENT ON FUNCTION abie.another_hub(integer, integer, integer) IS
'What an allocation would save had a school been one more hub with so many places, the allocation made again with it: '
'placed, the schools that would go there; newly_placed, how many more would have a place at all; saved, what the sum '
'of costs would fall by, in ten-thousandths. One row a phase that the school has. not_admitted: why no school would be '
'placed there, as in abie.hub_allocation_site. No rows for a school that is a hub of the allocation or not in the run.';

-- A price tells of other schools, so only who may see them all has it.
CREATE FUNCTION abie_owner.explain_placement(role oid, allocation_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000 ROWS 13
SET search_path = pg_catalog, pg_temp
AS $$
WITH access AS (
	SELECT abie_owner.has_national_access(role, '{calculation}') AS calculates,
		abie_owner.has_national_access(role, '{results,calculation}') AS whole
)
SELECT l.step, l.name, CASE WHEN d.shown THEN l.value END,
	CASE WHEN d.shown THEN l.made ELSE 'not shown to readers of some schools only' END
FROM access k CROSS JOIN abie.hub_allocation a
	JOIN abie.hub_allocation_school s ON s.allocation_id = a.allocation_id
	LEFT JOIN abie.hub_allocation_site t ON t.allocation_id = a.allocation_id AND t.hub_urn = s.hub_urn
		AND t.phase = s.phase
	CROSS JOIN LATERAL (VALUES
	(1, 'need', s.need, 'of the list: probability of a shortfall above 0.5'),
	(2, 'cost of no place', s.unplaced_cost, format('10000 x (%s + %s x need), rounded', a.unplaced_cost,
		a.need_weight)),
	(3, 'hub', s.hub_urn, CASE WHEN s.hub_urn IS NULL THEN 'none' WHEN s.stays THEN 'where it has been placed before'
		ELSE s.phase || ' places' END),
	(4, 'kilometres', s.km, 'as the crow flies'),
	(5, 'distance of circumstances', s.distance, CASE WHEN s.hub_urn IS NOT NULL AND s.distance IS NULL
		THEN 'cannot be compared: counts as 2' ELSE 'as of similar schools in the run' END),
	(6, 'other region', s.other_region::integer, CASE WHEN s.other_region THEN 'yes' WHEN NOT s.other_region
		THEN 'no' END),
	(7, 'cost', s.cost, format('10000 x (kilometres / %s + %s x distance of circumstances + %s x other region), '
		'rounded', a.km_unit, a.distance_weight, a.region_weight)),
	(8, 'price of its place', t.price, 'what one more place there would save'),
	(9, 'cost + price', s.cost + t.price, 'no more than that of another hub, nor than the cost of no place'),
	(10, 'next hub', s.next_hub_urn, coalesce(s.next_phase || ' places', 'no other is allowed')),
	(11, 'difference', s.next_difference, 'cost + price of the next hub, less '
		|| CASE WHEN s.hub_urn IS NULL THEN 'cost of no place' ELSE 'cost + price' END),
	-- the detail tells of hubs
	(12, 'placed', NULL, coalesce('no: ' || s.not_placed || CASE WHEN k.whole THEN '; ' || s.detail ELSE '' END,
		'yes' || CASE WHEN s.stays THEN ', it stays' ELSE '' END))
	) l(step, name, value, made)
	-- and a distance, where it rests on attendance that is not published, of others
	CROSS JOIN LATERAL (SELECT k.whole OR l.step NOT BETWEEN 8 AND 11 AND (l.step NOT IN (5, 7) OR EXISTS (
		SELECT FROM abie.referral f JOIN abie.run_school n ON n.run_id = f.run_id AND n.urn = s.urn
		WHERE f.referral_id = a.referral_id AND n.references_published)) AS shown) d
WHERE a.allocation_id = explain_placement.allocation_id AND s.urn = explain_placement.urn
	AND (k.calculates OR a.status IN ('confirmed', 'withdrawn') AND (k.whole OR s.urn IN
		(SELECT w.urn FROM abie_owner.accessible_schools(role, '{results}') w)))
	AND (NOT s.stays OR l.step NOT IN (2, 8, 9, 10, 11)) AND (s.hub_urn IS NOT NULL OR l.step NOT BETWEEN 4 AND 9)
ORDER BY l.step
$$;
COMMENT ON FUNCTION abie_owner.explain_placement(oid, integer, integer) IS 'Of a role, as abie.explain_placement.';

CREATE FUNCTION abie.explain_placement(allocation_id integer, urn integer)
RETURNS TABLE (step integer, name text, value float8, made text)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 20000 ROWS 13 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.explain_placement(integer, integer) IS
'How a school came to its hub in an allocation, or why it has none, line by line, enough to make its cost again by '
'hand and to see that no other hub had it cheaper at the prices of places; as abie.explain. Costs and prices are in '
'ten-thousandths. For readers granted results of the school, once the allocation is confirmed; prices and what is made '
'of them for those granted all schools. No rows for a school that is not in the allocation, or that the role in '
'force may not read.';
