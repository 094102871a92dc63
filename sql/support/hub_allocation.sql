-- Life of an allocation: checked, confirmed, withdrawn; and how a school came to its hub.

-- Every price and cost as recorded, against every pair as it is now: no other assignment can then cost less.
CREATE FUNCTION abie_internal.allocation_violations(a abie.hub_allocation) RETURNS bigint
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH site AS MATERIALIZED (
	SELECT t, (SELECT count(*) FROM abie.hub_allocation_school s WHERE s.allocation_id = t.allocation_id
		AND s.hub_urn = t.hub_urn AND s.phase = t.phase AND NOT s.stays) AS placed
	FROM abie.hub_allocation_site t WHERE t.allocation_id = (a).allocation_id
), school AS MATERIALIZED (
	SELECT s.urn, s.unplaced_cost, s.hub_urn, s.phase, coalesce(s.cost + (t.t).price, s.unplaced_cost) AS sum
	FROM abie.hub_allocation_school s
		LEFT JOIN site t ON (t.t).hub_urn = s.hub_urn AND (t.t).phase = s.phase
	WHERE s.allocation_id = (a).allocation_id AND NOT s.stays
), pair AS (
	SELECT p.* FROM abie_internal.hub_pairs(a, ARRAY(SELECT t.t FROM site t), ARRAY(SELECT s.urn FROM school s)) p
)
SELECT (SELECT count(*) FROM school s LEFT JOIN pair p ON p.urn = s.urn
		-- somewhere else would cost less, or the own place is not allowed, or no place would cost less
		WHERE p.obstacle IS NULL AND p.cost + p.price < s.sum OR s.sum > s.unplaced_cost
			OR p.obstacle IS NOT NULL AND (p.hub_urn, p.phase) = (s.hub_urn, s.phase))
	+ (SELECT count(*) FROM site t WHERE t.placed > greatest(0, (t.t).places - (t.t).taken)
		OR (t.t).price > 0 AND t.placed < (t.t).places - (t.t).taken OR (t.t).price < 0)
$$;
COMMENT ON FUNCTION abie_internal.allocation_violations(abie.hub_allocation) IS
'How often what an allocation holds is not where cost + price is least, not allowed, beyond the places, or priced '
'where places are free; 0 proves that its sum of costs is the least there is.';

CREATE FUNCTION abie_internal.allocation_made_anew(a abie.hub_allocation) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.allocation_digest(
	ARRAY(SELECT s FROM abie_internal.place_schools(a, k.sites, h.schools, p.problem) s), k.sites)
FROM (SELECT ARRAY(SELECT t FROM abie_internal.hub_sites(a) t) AS sites,
		ARRAY(SELECT s FROM abie_internal.hub_schools(a) s) AS schools) h
	CROSS JOIN LATERAL (SELECT abie_internal.hub_problem(a, h.sites, h.schools) AS problem OFFSET 0) p
	CROSS JOIN LATERAL (SELECT ARRAY(SELECT t FROM abie_internal.price_sites(h.sites, p.problem) t) AS sites
		OFFSET 0) k
$$;
COMMENT ON FUNCTION abie_internal.allocation_made_anew(abie.hub_allocation) IS
'The digest that the allocation would have were it made now.';

CREATE FUNCTION abie_internal.allocation_checks(allocation_id integer)
RETURNS TABLE (name text, passed boolean, blocking boolean, detail text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 4
SET search_path = pg_catalog, pg_temp
AS $$
WITH made AS (
	SELECT a, l.status AS list_status, abie_internal.allocation_digest(
		ARRAY(SELECT s FROM abie.hub_allocation_school s WHERE s.allocation_id = a.allocation_id),
		ARRAY(SELECT t FROM abie.hub_allocation_site t WHERE t.allocation_id = a.allocation_id)) AS held
	FROM abie.hub_allocation a JOIN abie.referral l ON l.referral_id = a.referral_id
	WHERE a.allocation_id = allocation_checks.allocation_id
)
SELECT 'list issued', m.list_status = 'issued', true, format('referral %s is %s', (m.a).referral_id, m.list_status)
FROM made m
UNION ALL SELECT 'made anew', k.same, true,
	CASE WHEN k.same THEN 'the same allocation would be made now' ELSE 'another allocation would be made now' END
	FROM made m CROSS JOIN LATERAL (SELECT (m.held, abie_internal.allocation_made_anew(m.a))
		= ((m.a).digest, (m.a).digest) AS same OFFSET 0) k
UNION ALL SELECT 'least cost', v.count = 0, true, format('%s violations of what prices prove', v.count)
	FROM made m CROSS JOIN LATERAL abie_internal.allocation_violations(m.a) v(count)
UNION ALL SELECT 'placed', 50 * k.unplaced <= (m.a).schools, false,
	format('%s of %s schools have no place, at most 2 per cent are tolerated', k.unplaced, (m.a).schools)
	FROM made m CROSS JOIN LATERAL (SELECT (m.a).schools - (m.a).staying - (m.a).placed AS unplaced) k
$$;
COMMENT ON FUNCTION abie_internal.allocation_checks(integer) IS
'Checks of an allocation before it is confirmed. blocking: no reason lets it be confirmed while the check fails.';

CREATE FUNCTION abie_internal.refuse_failing_allocation(allocation_id integer, reason text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: most allocations need no reason
DECLARE
	failing text := (SELECT string_agg(c.name || ': ' || c.detail, '; ')
		FROM abie_internal.allocation_checks(allocation_id) c
		WHERE NOT c.passed AND (c.blocking OR reason !~ '[^[:space:]]' IS NOT FALSE));
BEGIN
	IF failing IS NOT NULL THEN
		RAISE EXCEPTION 'allocation % fails its checks', allocation_id
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = failing,
				HINT = 'CALL abie.allocate_hubs makes another; schools without a place can be overridden by a reason.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_failing_allocation(integer, text) IS
'Raises error 55000 where an allocation fails a check that is blocking, or another without a reason.';

CREATE FUNCTION abie_internal.held_allocation(allocation_id integer) RETURNS abie.hub_allocation
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is no allocation either
DECLARE
	held abie.hub_allocation;
BEGIN
	SELECT a.* INTO held FROM abie.hub_allocation a WHERE a.allocation_id = held_allocation.allocation_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no allocation %', coalesce(allocation_id::text, 'NULL')
			USING ERRCODE = 'no_data_found', HINT = 'They are in abie.hub_allocation.';
	END IF;
	RETURN held;
END $$;
COMMENT ON FUNCTION abie_internal.held_allocation(integer) IS
'An allocation, locked to the end of the transaction. Error P0002 where there is none of the number.';

CREATE FUNCTION abie.check_allocation(allocation_id integer)
RETURNS TABLE (name text, passed boolean, blocking boolean, detail text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 4
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error, not nothing
#variable_conflict use_column
BEGIN
	IF (abie_internal.held_allocation(allocation_id)).status IN ('proposed', 'checked') THEN
		UPDATE abie.hub_allocation a SET status = 'checked' WHERE a.allocation_id = check_allocation.allocation_id;
	END IF;
	RETURN QUERY SELECT c.* FROM abie_internal.allocation_checks(check_allocation.allocation_id) c;
END $$;
COMMENT ON FUNCTION abie.check_allocation(integer) IS
'Checks an allocation: that its list is issued, that it would be made the same now, that its prices prove its sum of '
'costs to be the least, that at most 2 per cent of its schools have no place. One row a check; blocking ones cannot be '
'overridden. A proposed allocation becomes checked. Error P0002: no such allocation.';

CREATE FUNCTION abie_internal.place_allocated(a abie.hub_allocation, from_date date) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: from_date may be left to the hub
BEGIN
	-- of a hub that is one no longer
	UPDATE abie.hub_placement p
	SET to_date = greatest(p.from_date - 1, coalesce(place_allocated.from_date, abie.year_start(a.academic_year)) - 1),
		end_reason = 'placed elsewhere by allocation ' || a.allocation_id, ended_by = current_user,
		ended_at = clock_timestamp()
	FROM abie.hub_allocation_school s
	WHERE s.allocation_id = a.allocation_id AND NOT s.stays AND s.hub_urn IS NOT NULL AND p.urn = s.urn
		AND p.kind = a.kind AND p.to_date IS NULL;
	INSERT INTO abie.hub_placement (hub_urn, urn, kind, phase, from_date, allocation_id)
	SELECT s.hub_urn, s.urn, a.kind, s.phase, coalesce(place_allocated.from_date, h.from_date,
		abie.year_start(a.academic_year)), a.allocation_id
	FROM abie.hub_allocation_school s
		JOIN abie.hub h ON h.academic_year = a.academic_year AND h.urn = s.hub_urn
	WHERE s.allocation_id = a.allocation_id AND NOT s.stays ORDER BY s.urn;
END $$;
COMMENT ON FUNCTION abie_internal.place_allocated(abie.hub_allocation, date) IS
'Makes the placements of an allocation.';

CREATE FUNCTION abie.confirm_allocation(allocation_id integer, from_date date DEFAULT NULL,
	override_reason text DEFAULT NULL) RETURNS abie.hub_allocation
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: most allocations need neither a day nor a reason
DECLARE
	held abie.hub_allocation := abie_internal.held_allocation(allocation_id);
BEGIN
	IF held.status NOT IN ('proposed', 'checked') THEN
		RAISE EXCEPTION 'allocation % is % and cannot be confirmed', held.allocation_id, held.status
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'An allocation is confirmed once.';
	END IF;
	-- nobody else takes its places meanwhile
	LOCK TABLE abie.hub_placement IN SHARE ROW EXCLUSIVE MODE;
	UPDATE abie.hub_allocation a
	SET status = 'confirmed', reason = CASE WHEN override_reason ~ '[^[:space:]]' THEN override_reason END
	WHERE a.allocation_id = held.allocation_id RETURNING a.* INTO held;
	PERFORM abie_internal.place_allocated(held, from_date);
	RETURN held;
END $$;
COMMENT ON FUNCTION abie.confirm_allocation(integer, date, text) IS
'Checks an allocation and confirms it: its placements are made (abie.hub_placement), from from_date on, or from when '
'the hub is one in the year. A placement that a school had at a school that is a hub no longer is ended. Refused while '
'a check of abie.check_allocation fails, but override_reason lets one be confirmed with more schools without a place. '
'The allocation as confirmed. Errors: P0002 no such allocation, 55000 one that fails a check or was confirmed or '
'withdrawn before.';

CREATE FUNCTION abie.withdraw_allocation(allocation_id integer, reason text, to_date date DEFAULT NULL)
RETURNS abie.hub_allocation
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a withdrawal without a reason is an error, not nothing
#variable_conflict use_column
DECLARE
	held abie.hub_allocation := abie_internal.held_allocation(withdraw_allocation.allocation_id);
BEGIN
	IF held.status <> 'confirmed' THEN
		RAISE EXCEPTION 'allocation % is % and cannot be withdrawn', held.allocation_id, held.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Only one that is confirmed is withdrawn; another is deleted by its row in abie.hub_allocation.';
	END IF;
	UPDATE abie.hub_allocation a SET status = 'withdrawn', reason = withdraw_allocation.reason
	WHERE a.allocation_id = held.allocation_id RETURNING a.* INTO held;
	UPDATE abie.hub_placement p
	SET to_date = greatest(p.from_date - 1, coalesce(withdraw_allocation.to_date, current_date)),
		end_reason = held.reason, ended_by = current_user, ended_at = clock_timestamp()
	WHERE p.allocation_id = held.allocation_id AND p.to_date IS NULL;
	RETURN held;
END $$;
COMMENT ON FUNCTION abie.withdraw_allocation(integer, text, date) IS
'Withdraws a confirmed allocation: it stays as it is, for the record, and its placements that hold are ended on '
'to_date, today where NULL. The allocation as withdrawn. Errors: P0002 no such allocation, 55000 one that is not '
'confirmed, 22004 no reason.';
