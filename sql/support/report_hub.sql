-- Hubs and those placed there, for reporting tools: who sees which placements, and what a hub sees of its partners.
--
-- A placement tells that a school is supported, so it is shown for that school, or for its hub while it holds.

-- parsed when made and not STRICT, so that the planner puts it in place of a call
CREATE FUNCTION abie_owner.partners(hubs text[]) RETURNS SETOF abie.hub_placement
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 10
BEGIN ATOMIC
	SELECT p.* FROM abie.hub_placement p
	WHERE p.hub_urn::text = ANY (hubs) AND abie_internal.placement_holds(p.to_date);
END;
COMMENT ON FUNCTION abie_owner.partners(text[]) IS 'Placements at hubs that hold.';

CREATE FUNCTION abie_owner.granted_hubs(role oid) RETURNS text[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN ARRAY(SELECT DISTINCT g.code FROM abie_owner.active_grants(role, '{partners}') g);
END $$;
COMMENT ON FUNCTION abie_owner.granted_hubs(oid) IS 'URNs of the hubs whose partners a role may see.';

CREATE FUNCTION abie_owner.placement_facts(placements integer[])
RETURNS TABLE (placement_id integer, hub_urn integer, urn integer, kind text, phase text, from_date date, to_date date,
	end_reason text, km float8, distance float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 500
SET search_path = pg_catalog, pg_temp
AS $$
SELECT p.placement_id, p.hub_urn::integer, p.urn::integer, p.kind, p.phase, p.from_date, p.to_date, p.end_reason,
	coalesce(a.km, abie.kilometres(s.easting, s.northing, h.easting, h.northing)),
	CASE WHEN n.references_published THEN a.distance END
FROM abie.hub_placement p
	LEFT JOIN abie.hub_allocation_school a ON a.allocation_id = p.allocation_id AND a.urn = p.urn
	LEFT JOIN abie.hub_allocation o ON o.allocation_id = p.allocation_id
	LEFT JOIN abie.referral l ON l.referral_id = o.referral_id
	LEFT JOIN abie.run_school n ON n.run_id = l.run_id AND n.urn = p.urn
	LEFT JOIN abie.school s ON s.urn = p.urn
	LEFT JOIN abie.school h ON h.urn = p.hub_urn
WHERE p.placement_id = ANY (placements)
$$;
COMMENT ON FUNCTION abie_owner.placement_facts(integer[]) IS
'What is shown of placements to who may see them: columns as in abie_report.hub_placement.';

-- What is shown of a placement, whole, so that no condition meets another's.
CREATE FUNCTION abie_owner.report_placements(role oid)
RETURNS TABLE (placement_id integer, hub_urn integer, urn integer, kind text, phase text, from_date date, to_date date,
	end_reason text, km float8, distance float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 500
SET search_path = pg_catalog, pg_temp
AS $$
WITH access AS (
	SELECT abie_owner.has_national_access(role, '{results,support,calculation}') AS whole,
		abie_owner.granted_hubs(role) AS hubs
), own AS (
	SELECT a.urn FROM access k, abie_owner.accessible_schools(role, '{results,support}') a WHERE NOT k.whole
)
SELECT f.* FROM abie_owner.placement_facts(ARRAY(SELECT p.placement_id FROM access k CROSS JOIN abie.hub_placement p
	WHERE k.whole OR p.urn IN (SELECT w.urn FROM own w)
		OR p.placement_id IN (SELECT w.placement_id FROM abie_owner.partners(k.hubs) w))) f
$$;
COMMENT ON FUNCTION abie_owner.report_placements(oid) IS 'Of a role, as abie_internal.report_placements.';

CREATE FUNCTION abie_internal.report_placements()
RETURNS TABLE (placement_id integer, hub_urn integer, urn integer, kind text, phase text, from_date date, to_date date,
	end_reason text, km float8, distance float8)
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_placements() IS
'The placements that the role in force may see: of the schools granted for results or support, and those that hold at '
'hubs granted for partners.';

CREATE FUNCTION abie_owner.report_hub_places(role oid)
RETURNS TABLE (academic_year text, hub_urn integer, kind text, phase text, places integer, placed integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
SELECT p.academic_year::text, p.urn::integer, p.kind, p.phase, p.places,
	-- how many are supported there is no secret of those who see each of them
	CASE WHEN k.whole OR p.urn::text = ANY (k.hubs) THEN (SELECT count(*)::integer FROM abie.hub_placement m
		WHERE m.hub_urn = p.urn AND m.kind = p.kind AND m.phase = p.phase
			AND m.from_date < abie.year_start(p.academic_year) + interval '1 year'
			AND abie_internal.placement_holds(m.to_date)
			AND (m.to_date >= abie.year_start(p.academic_year)) IS NOT FALSE) END
FROM (SELECT abie_owner.has_national_access(role, '{results,support,calculation}') AS whole,
		abie_owner.granted_hubs(role) AS hubs,
		abie_owner.has_access(role, '{results,support,partners,calculation}') AS any) k
	CROSS JOIN abie.hub_place p
WHERE k.any
$$;
COMMENT ON FUNCTION abie_owner.report_hub_places(oid) IS 'Of a role, as abie_internal.report_hub_places.';

CREATE FUNCTION abie_internal.report_hub_places()
RETURNS TABLE (academic_year text, hub_urn integer, kind text, phase text, places integer, placed integer)
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 200 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.report_hub_places() IS
'Places of hubs, for roles with any grant for results, support, partners or calculation; placed for those that may see '
'each school placed there, else NULL.';

CREATE VIEW abie_report.hub WITH (security_barrier = true) AS
SELECT h.academic_year, h.urn::integer AS hub_urn, s.name AS hub_name, s.region,
	coalesce(s.la_code, s.laestab / 10000) AS la_code, la.la_name, s.phase, h.from_date, h.to_date, s.easting,
	s.northing
FROM abie.hub h
	LEFT JOIN abie.school s ON s.urn = h.urn
	LEFT JOIN abie.local_authority la ON la.la_code = coalesce(s.la_code, s.laestab / 10000)
WHERE (SELECT abie_internal.has_access('{results,support,partners,calculation}'));
COMMENT ON VIEW abie_report.hub IS
'Hubs, which are known to everybody: one row a year and hub. For readers with any grant for results, support or '
'partners.';
COMMENT ON COLUMN abie_report.hub.hub_urn IS 'The school that is the hub.';
COMMENT ON COLUMN abie_report.hub.hub_name IS 'Its name.';

CREATE VIEW abie_report.hub_place WITH (security_barrier = true) AS
SELECT p.academic_year, p.hub_urn, s.name AS hub_name, s.region, p.kind, p.phase, p.places, p.placed,
	greatest(0, p.places - p.placed) AS free,
	CASE WHEN p.placed IS NULL THEN 'c' END AS placed_symbol
FROM abie_internal.report_hub_places() p LEFT JOIN abie.school s ON s.urn = p.hub_urn;
COMMENT ON VIEW abie_report.hub_place IS 'Places at hubs: one row a year, hub, kind and phase.';
COMMENT ON COLUMN abie_report.hub_place.hub_urn IS 'The hub.';
COMMENT ON COLUMN abie_report.hub_place.hub_name IS 'Its name.';
COMMENT ON COLUMN abie_report.hub_place.placed IS
'Schools placed there, for readers who may see each; NULL otherwise.';
COMMENT ON COLUMN abie_report.hub_place.free IS 'Places that are free; NULL as placed.';
COMMENT ON COLUMN abie_report.hub_place.placed_symbol IS 'c where placed is not shown.';

CREATE VIEW abie_report.hub_placement WITH (security_barrier = true) AS
SELECT p.placement_id, p.hub_urn, h.name AS hub_name, h.region AS hub_region, p.urn, k.school_name, k.la_code,
	k.la_name, k.region, k.trust_code, k.trust, k.stratum, p.kind, p.phase, p.from_date, p.to_date,
	p.end_reason, p.km, p.distance, abie_internal.placement_holds(p.to_date) AS holds, s.easting, s.northing,
	h.easting AS hub_easting, h.northing AS hub_northing
FROM abie_internal.report_placements() p
	LEFT JOIN abie_owner.school_key k ON k.urn = p.urn
	LEFT JOIN abie.school s ON s.urn = p.urn
	LEFT JOIN abie.school h ON h.urn = p.hub_urn;
COMMENT ON VIEW abie_report.hub_placement IS
'Schools placed at hubs: one row a placement. A school sees its own, an authority those of its schools; readers '
'granted support see those of their schools; a hub, granted partners, those that hold.';
COMMENT ON COLUMN abie_report.hub_placement.hub_name IS 'Name of the hub.';
COMMENT ON COLUMN abie_report.hub_placement.hub_region IS 'Region of the hub.';
COMMENT ON COLUMN abie_report.hub_placement.km IS
'Kilometres from the hub as the crow flies; NULL where a place is not known.';
COMMENT ON COLUMN abie_report.hub_placement.distance IS
'Distance of circumstances, where an allocation made it; NULL otherwise, where they were not comparable, and where it '
'rests on attendance that is not published.';
COMMENT ON COLUMN abie_report.hub_placement.holds IS 'Whether it holds: it has no end, or one not before today.';
COMMENT ON COLUMN abie_report.hub_placement.hub_easting IS 'Easting of the hub, metres, British National Grid.';
COMMENT ON COLUMN abie_report.hub_placement.hub_northing IS 'Northing of the hub, metres, British National Grid.';

--
-- What a hub sees of its partners
--

CREATE FUNCTION abie_owner.visible_hubs(role oid) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN abie_owner.has_national_access(role, '{results,calculation}')
	THEN ARRAY(SELECT DISTINCT p.hub_urn::text FROM abie.hub_placement p) ELSE abie_owner.granted_hubs(role) END
$$;
COMMENT ON FUNCTION abie_owner.visible_hubs(oid) IS
'URNs of the hubs whose partners'' circumstances and weeks a role may see.';

-- Asked for by placement (abie_gate_by_key), so that a condition on the hub, the school or its area asks for those
-- alone.
CREATE FUNCTION abie_owner.shown_placements(role oid, placement integer DEFAULT NULL) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
-- not STRICT: no placement is all
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whole boolean := abie_owner.has_national_access(role, '{results,calculation}');
	hubs text[] := CASE WHEN NOT whole THEN abie_owner.granted_hubs(role) END;
BEGIN
	RETURN ARRAY(SELECT p.placement_id FROM abie.hub_placement p
		WHERE (p.placement_id = placement OR placement IS NULL) AND (whole OR p.hub_urn::text = ANY (hubs))
			AND abie_internal.placement_holds(p.to_date));
END $$;
COMMENT ON FUNCTION abie_owner.shown_placements(oid, integer) IS
'The placements that hold, or one of them, at hubs whose partners'' circumstances and weeks a role may see.';

CREATE FUNCTION abie_owner.shown_partners(role oid) RETURNS TABLE (placement_id integer, hub_urn integer, urn integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 500
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	shown integer[] := abie_owner.shown_placements(role);
BEGIN
	RETURN QUERY SELECT p.placement_id, p.hub_urn::integer, p.urn::integer FROM abie.hub_placement p
		WHERE p.placement_id = ANY (shown);
END $$;
COMMENT ON FUNCTION abie_owner.shown_partners(oid) IS 'Of a role, as abie_internal.shown_partners.';

CREATE FUNCTION abie_internal.shown_partners() RETURNS TABLE (placement_id integer, hub_urn integer, urn integer)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.shown_partners() IS
'Placements that hold at hubs granted to the role in force for partners, or at all for roles that may see all schools.';

CREATE FUNCTION abie_internal.newest_issued_run() RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT r.run_id FROM abie.run r WHERE r.status = 'issued' ORDER BY r.target_year DESC, r.run_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION abie_internal.newest_issued_run() IS 'The run that is issued for the latest year; NULL for none.';

CREATE FUNCTION abie_owner.differences_of_partners(placements integer[])
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 200
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
	newest integer := abie_internal.newest_issued_run();
BEGIN
RETURN QUERY
WITH pair AS MATERIALIZED (
	SELECT v.placement_id, s.stratum, s.references_published, s.numbers, s.categories,
		h.numbers AS hub_numbers, h.categories AS hub_categories,
		abie.distance_parts(abie_internal.scaled_vector(s.numbers, s.categories, d.parameters),
			abie_internal.scaled_vector(h.numbers, h.categories, d.parameters), w.weights) AS parts
	FROM abie.hub_placement v
		JOIN abie.run_school s ON s.run_id = newest AND s.urn = v.urn
		JOIN abie.run_school h ON h.run_id = newest AND h.urn = v.hub_urn AND h.stratum = s.stratum
		JOIN abie.run_weights(newest) w ON w.stratum = s.stratum
		JOIN abie.run_scaling d ON d.run_id = newest AND d.stratum = s.stratum
	WHERE v.placement_id = ANY (placements)
), part AS (
	SELECT p.placement_id, p.references_published, c.characteristic, min(c.position) AS position,
		min(CASE WHEN c.category IS NULL THEN p.hub_numbers[c.element]::text ELSE p.hub_categories[c.element] END)
			AS hub_value,
		min(CASE WHEN c.category IS NULL THEN p.numbers[c.element]::text ELSE p.categories[c.element] END)
			AS school_value, sum(p.parts[c.position] ORDER BY c.position) AS part
	FROM pair p JOIN abie.run_characteristic c ON c.run_id = newest AND c.stratum = p.stratum
	GROUP BY p.placement_id, p.references_published, c.characteristic
)
SELECT p.placement_id, row_number() OVER (PARTITION BY p.placement_id
		ORDER BY CASE WHEN p.references_published THEN p.part END DESC, p.position)::integer,
	p.characteristic, p.hub_value, p.school_value, CASE WHEN p.references_published THEN coalesce(p.part
		/ nullif(sum(p.part) OVER (PARTITION BY p.placement_id ORDER BY p.position
			ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0), 0) END
FROM part p;
END $$;
COMMENT ON FUNCTION abie_owner.differences_of_partners(integer[]) IS
'Of placements, as abie_internal.partner_differences.';

CREATE FUNCTION abie_owner.partner_differences(role oid)
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 5000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT d.* FROM abie_owner.differences_of_partners(abie_owner.shown_placements(role)) d
$$;
COMMENT ON FUNCTION abie_owner.partner_differences(oid) IS
'Of a role, as abie_internal.partner_differences, of all placements.';

CREATE FUNCTION abie_owner.partner_differences(role oid, placement integer)
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000 ROWS 14
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT d.*
		FROM abie_owner.differences_of_partners(abie_owner.shown_placements(role, placement)) d;
END $$;
COMMENT ON FUNCTION abie_owner.partner_differences(oid, integer) IS
'Of a role, as abie_internal.partner_differences.';

CREATE FUNCTION abie_internal.partner_differences(placement integer)
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 2000 ROWS 14 AS 'MODULE_PATHNAME', 'abie_gate_by_key';
COMMENT ON FUNCTION abie_internal.partner_differences(integer) IS
'Circumstances of a partner beside its hub''s, by the newest issued run, if the placement is one of '
'abie_internal.shown_partners. A query that asks for many has them from one look at all.';

CREATE VIEW abie_report.hub_partner_difference WITH (security_barrier = true) AS
SELECT p.placement_id, p.hub_urn, p.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	k.stratum, d.rank, d.characteristic, m.meaning, d.hub_value, d.school_value, d.share,
	CASE WHEN d.share IS NULL THEN 'c' END AS share_symbol
FROM abie_internal.shown_partners() p
	LEFT JOIN abie_owner.school_key k ON k.urn = p.urn
	CROSS JOIN LATERAL abie_internal.partner_differences(p.placement_id) d
	LEFT JOIN abie.characteristic m ON m.name = d.characteristic;
COMMENT ON VIEW abie_report.hub_partner_difference IS
'In what circumstances a hub''s partners differ from it, the largest difference first, by the newest issued run: one '
'row a placement that holds and characteristic. For readers granted partners of the hub, or all schools. None where '
'hub and partner are of different strata.';
COMMENT ON COLUMN abie_report.hub_partner_difference.rank IS
'1 for the characteristic in which they differ most; by position where share is not shown.';
COMMENT ON COLUMN abie_report.hub_partner_difference.characteristic IS 'The characteristic.';
COMMENT ON COLUMN abie_report.hub_partner_difference.meaning IS 'What it measures.';
COMMENT ON COLUMN abie_report.hub_partner_difference.hub_value IS
'Its number or category at the hub; NULL where not known.';
COMMENT ON COLUMN abie_report.hub_partner_difference.school_value IS
'Its number or category at the partner; NULL where not known.';
COMMENT ON COLUMN abie_report.hub_partner_difference.share IS
'Its share of the squared distance of circumstances, 0-1; NULL where it rests on attendance that is not published.';
COMMENT ON COLUMN abie_report.hub_partner_difference.share_symbol IS 'c where share is not shown.';

CREATE FUNCTION abie_owner.weeks_of_partners(placements integer[])
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
	-- of those that readers may see
	newest integer := (SELECT m.monitor_id FROM abie.monitor m JOIN abie.run r ON r.run_id = m.run_id
		WHERE m.status = 'finished' AND r.status = 'issued' ORDER BY m.as_of DESC, m.monitor_id DESC LIMIT 1);
BEGIN
RETURN QUERY
WITH partner AS MATERIALIZED (
	SELECT p.* FROM abie.hub_placement p WHERE p.placement_id = ANY (placements)
), course AS MATERIALIZED (
	SELECT c.urn, c.week_start, c.course
	FROM abie_owner.common_weeks(newest, ARRAY(SELECT p.urn::integer FROM partner p)) c
	WHERE c.course IS NOT NULL
)
SELECT p.placement_id, w.academic_year::text, w.week_start, w.sess_possible,
	abie.attendance_percent(w.sess_overall, w.sess_possible, NULL), c.course
FROM partner p
	-- the years one by one, for which there is an index
	JOIN abie.attendance_week w ON w.urn = p.urn AND w.academic_year = ANY (ARRAY(
		SELECT abie.academic_year_of(y::date) FROM generate_series(
			abie.year_start(abie.previous_year(abie.academic_year_of(p.from_date))),
			(SELECT abie.year_start(max(h.academic_year)) FROM abie.attendance_week h), interval '1 year') y))
	LEFT JOIN course c ON c.urn = p.urn AND c.week_start = w.week_start;
END $$;
COMMENT ON FUNCTION abie_owner.weeks_of_partners(integer[]) IS 'Of placements, as abie_internal.partner_weeks.';

CREATE FUNCTION abie_owner.partner_weeks(role oid)
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT w.* FROM abie_owner.weeks_of_partners(abie_owner.shown_placements(role)) w
$$;
COMMENT ON FUNCTION abie_owner.partner_weeks(oid) IS 'Of a role, as abie_internal.partner_weeks, of all placements.';

CREATE FUNCTION abie_owner.partner_weeks(role oid, placement integer)
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT w.* FROM abie_owner.weeks_of_partners(abie_owner.shown_placements(role, placement)) w;
END $$;
COMMENT ON FUNCTION abie_owner.partner_weeks(oid, integer) IS 'Of a role, as abie_internal.partner_weeks.';

CREATE FUNCTION abie_internal.partner_weeks(placement integer)
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 2000 ROWS 40 AS 'MODULE_PATHNAME', 'abie_gate_by_key';
COMMENT ON FUNCTION abie_internal.partner_weeks(integer) IS
'Weeks of a partner, from the year before the placement on, if it is one of abie_internal.shown_partners. A query that '
'asks for many has them from one look at all.';

CREATE VIEW abie_report.hub_partner_week WITH (security_barrier = true) AS
SELECT p.placement_id, p.hub_urn, p.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	k.stratum, w.academic_year, w.week_start, w.sess_possible, w.attendance, w.course,
	w.attendance - w.course AS deviation,
	CASE WHEN w.course IS NULL THEN 'x' END AS course_symbol
FROM abie_internal.shown_partners() p
	LEFT JOIN abie_owner.school_key k ON k.urn = p.urn
	CROSS JOIN LATERAL abie_internal.partner_weeks(p.placement_id) w;
COMMENT ON VIEW abie_report.hub_partner_week IS
'The weekly course of a hub''s partners, from the year before they were placed on: one row a placement that holds and '
'week. For readers granted partners of the hub, or all schools.';
COMMENT ON COLUMN abie_report.hub_partner_week.academic_year IS 'Academic year of the week.';
COMMENT ON COLUMN abie_report.hub_partner_week.attendance IS 'Attendance in the week, per cent.';
COMMENT ON COLUMN abie_report.hub_partner_week.course IS
'Attendance common to schools of the stratum in such a week, by the newest weekly run against issued expectations, per '
'cent; NULL where it has none.';
COMMENT ON COLUMN abie_report.hub_partner_week.deviation IS 'attendance - course, percentage points.';
COMMENT ON COLUMN abie_report.hub_partner_week.course_symbol IS 'x where course is not known.';

SELECT abie_owner.describe_as('abie_report.hub', 'abie.hub'),
	abie_owner.describe_as('abie_report.hub_place', 'abie.hub_place'),
	abie_owner.describe_as('abie_report.hub_placement', 'abie.hub_placement'),
	abie_owner.describe_as('abie_report.hub_partner_difference', 'abie.hub_placement'),
	abie_owner.describe_as('abie_report.hub_partner_week', 'abie.attendance_week'),
	abie_owner.describe_as('abie_report.hub_partner_week', 'abie.hub_placement');
SELECT abie_owner.describe_as(v, 'abie_report.school')
FROM unnest('{abie_report.hub,abie_report.hub_place,abie_report.hub_placement,abie_report.hub_partner_difference,'
	'abie_report.hub_partner_week}'::regclass[]) v;
