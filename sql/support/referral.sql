-- Who is referred for support: those most likely to have fallen short, and never a school above its context.

-- Whether an event could still change what a school's year is judged by: it is not decided, or it was accepted after
-- the weekly run that counts what accepted events cost.
CREATE FUNCTION abie_internal.has_open_event(urn integer, r abie.run) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT EXISTS (SELECT FROM abie.school_event e
	JOIN abie.school s ON s.urn = has_open_event.urn
		AND abie_internal.is_within(s.urn, coalesce(s.la_code, s.laestab / 10000), s.region, e.scope, e.code)
	LEFT JOIN abie_internal.decision_on(e.event_id) d ON true
WHERE e.to_date >= abie.year_start((r).target_year)
	AND e.from_date < abie.year_start((r).target_year) + interval '1 year'
	AND (d.accepted IS NULL OR d.accepted AND NOT EXISTS (SELECT FROM abie.monitor m
		WHERE m.run_id = (r).run_id AND m.status = 'finished' AND m.started_at > d.decided_at)))
$$;
COMMENT ON FUNCTION abie_internal.has_open_event(integer, abie.run) IS
'Whether an event in the target year of a run that befell the school or its area is not decided, or was accepted and '
'no weekly run of the run was made since.';

CREATE FUNCTION abie_internal.referral_obstacle(o abie.school_outcome, r abie.run, year_share float8,
	traveller_change float8) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a year_share and traveller_change may not be known
SELECT CASE
	WHEN (o).baseline >= (o).expected THEN 'above its context'
	WHEN year_share < 0.8 THEN 'part of the year only'
	WHEN EXISTS (SELECT FROM abie.correction c
		WHERE c.urn = (o).urn AND c.accepted IS NOT false AND CASE c.academic_year
			-- of the baseline year a run made before the fix has the figures still
			WHEN (r).baseline_year THEN (c.fixed_by_run <= (r).run_id) IS NOT TRUE
			WHEN (r).target_year THEN c.fixed_by_run IS NULL END) THEN 'correction asked for'
	WHEN (o).best_change + greatest(0, traveller_change) >= (o).improvement THEN 'decided by code T'
	-- an event that is accepted helps by half a point at most
	WHEN (o).best_change + 0.5 >= (o).improvement AND abie_internal.has_open_event((o).urn, r)
		THEN 'event not decided or counted'
	WHEN EXISTS (SELECT FROM abie.referral_answer w JOIN abie.referral l ON l.referral_id = w.referral_id
		WHERE l.run_id = (r).run_id AND w.urn = (o).urn AND w.upheld) THEN 'answer upheld'
	WHEN (o).shortfall_probability < 0.5 THEN 'missed, but not likely by half a point' END
$$;
COMMENT ON FUNCTION abie_internal.referral_obstacle(abie.school_outcome, abie.run, float8, float8) IS
'Why a school that is considered may not be referred (abie.referral_school.not_referred), or NULL. year_share: '
'abie.mobility of the target year; traveller_change: sessions coded T, per cent of all possible, above those of the '
'baseline year.';

CREATE TYPE abie_internal.referral_place AS (outcome abie.school_outcome, place integer, not_referred text);
COMMENT ON TYPE abie_internal.referral_place IS
'A school considered for a list: what came of its expectation, its place, or why it has none.';
COMMENT ON COLUMN abie_internal.referral_place.outcome IS 'What came of its expectation.';
COMMENT ON COLUMN abie_internal.referral_place.place IS 'As in abie.referral_school.';
COMMENT ON COLUMN abie_internal.referral_place.not_referred IS 'As in abie.referral_school.';

CREATE FUNCTION abie_internal.traveller_percent(a abie.attendance) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN 100.0 * ((a).reasons ->> 'sess_auth_traveller')::bigint / nullif((a).sess_possible, 0)::float8;
COMMENT ON FUNCTION abie_internal.traveller_percent(abie.attendance) IS
'Sessions coded T, per cent of those possible; NULL where not known.';

CREATE FUNCTION abie_internal.referral_places(run_id integer, capacity integer)
RETURNS SETOF abie_internal.referral_place
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 1000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH year AS MATERIALIZED (
	SELECT r.target_year, r.baseline_year FROM abie.run r WHERE r.run_id = referral_places.run_id
), considered AS MATERIALIZED (
	SELECT o AS outcome, r AS run, e.laestab FROM abie.school_outcomes(run_id) o
		JOIN abie.run r ON r.run_id = referral_places.run_id
		JOIN abie.expectation e ON e.run_id = r.run_id AND e.urn = o.urn
	WHERE o.outcome LIKE 'missed%' OR o.shortfall_probability >= 0.5
), judged AS MATERIALIZED (
	SELECT c.outcome, abie_internal.referral_obstacle(c.outcome, c.run, m.year_share,
		abie_internal.traveller_percent(a) - coalesce(abie_internal.traveller_percent(b), 0)) AS obstacle
	FROM considered c
		-- years as the planner sees them, so that it takes the index
		JOIN abie.attendance a ON a.academic_year = (SELECT y.target_year FROM year y) AND a.laestab = c.laestab
		LEFT JOIN abie.attendance b ON b.academic_year = (SELECT y.baseline_year FROM year y)
			AND b.laestab = c.laestab
		LEFT JOIN abie.mobility((SELECT y.target_year FROM year y)) m ON m.laestab = c.laestab
), ordered AS (
	SELECT j.*, row_number() OVER (PARTITION BY j.obstacle IS NULL ORDER BY (j.outcome).shortfall_probability DESC,
		((j.outcome).improvement - (j.outcome).true_change) * (j.outcome).enrolments DESC, (j.outcome).urn) AS number
	FROM judged j
)
SELECT o.outcome, CASE WHEN o.obstacle IS NULL AND o.number <= capacity THEN o.number::integer END,
	CASE WHEN o.obstacle IS NOT NULL THEN o.obstacle WHEN o.number > capacity THEN 'beyond capacity' END
FROM ordered o
$$;
COMMENT ON FUNCTION abie_internal.referral_places(integer, integer) IS
'Schools considered for a list: those that missed their expectation, or whose true change more likely than not is '
'short of it by more than half a percentage point. Those that nothing stands against get places, by '
'shortfall_probability, then by the shortfall estimated times pupils, then by URN, as long as there is capacity.';

CREATE FUNCTION abie_internal.referral_digest(places abie_internal.referral_place[]) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', (p.outcome).urn, p.place, p.not_referred,
	(p.outcome).shortfall_probability), E'\n' ORDER BY (p.outcome).urn), ''), 'UTF8')), 'hex')
FROM unnest(places) p
$$;
COMMENT ON FUNCTION abie_internal.referral_digest(abie_internal.referral_place[]) IS
'abie.referral.digest of a list of these places.';

CREATE FUNCTION abie_internal.check_referral_arguments(run_id integer, capacity integer, beside_run_id integer)
	RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error that says what is missing, or no run beside
DECLARE
	r abie.run;
	beside abie.run;
BEGIN
	SELECT x.* INTO r FROM abie.run x WHERE x.run_id = check_referral_arguments.run_id;
	SELECT x.* INTO beside FROM abie.run x WHERE x.run_id = beside_run_id;
	IF r.result_digest IS NULL THEN
		RAISE EXCEPTION 'run % was not calculated to its end', coalesce(run_id::text, 'NULL')
			USING ERRCODE = 'no_data_found', HINT = 'Runs and their status are in abie.run_status.';
	ELSIF capacity > 0 IS NOT TRUE THEN
		RAISE EXCEPTION 'capacity must be above 0, not %', coalesce(capacity::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is the most schools that are referred.';
	ELSIF beside_run_id IS NOT NULL AND (beside.result_digest IS NOT NULL AND beside.target_year = r.target_year
		AND beside.run_id <> r.run_id) IS NOT TRUE THEN
		RAISE EXCEPTION 'run % is not another run for %', beside_run_id, r.target_year
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Beside a list stands the one that another run for the same year gives.';
	ELSIF NOT EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = r.target_year) THEN
		RAISE EXCEPTION 'attendance of % is not held, so that run % has no outcomes', r.target_year, run_id
			USING ERRCODE = 'no_data_found', HINT = 'A list is made when the year is over and its attendance imported.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_referral_arguments(integer, integer, integer) IS
'Refuses what no list can be made of, as abie.refer says.';

CREATE PROCEDURE abie.refer(run_id integer, capacity integer DEFAULT 500, beside_run_id integer DEFAULT NULL,
	INOUT referral_id integer DEFAULT NULL)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	places abie_internal.referral_place[];
	beside abie_internal.referral_place[];
	list abie.referral;
BEGIN
	PERFORM abie_internal.check_referral_arguments(refer.run_id, refer.capacity, refer.beside_run_id);
	places := ARRAY(SELECT p FROM abie_internal.referral_places(refer.run_id, refer.capacity) p);
	beside := ARRAY(SELECT p FROM abie_internal.referral_places(refer.beside_run_id, refer.capacity) p);
	INSERT INTO abie.referral (run_id, beside_run_id, capacity, judged, considered, referred, expected_wrong, digest)
	SELECT refer.run_id, refer.beside_run_id, refer.capacity,
		(SELECT count(*) FROM abie.run_progress(refer.run_id)), count(*), count(p.place),
		avg(1 - (p.outcome).shortfall_probability ORDER BY p.place) FILTER (WHERE p.place IS NOT NULL),
		abie_internal.referral_digest(places)
	FROM unnest(places) p RETURNING * INTO list;
	INSERT INTO abie.referral_school
	SELECT list.referral_id, (p.outcome).urn, p.place, p.not_referred, b.place, (p.outcome).stratum,
		(p.outcome).enrolments, (p.outcome).expected, (p.outcome).baseline, (p.outcome).improvement,
		(p.outcome).outcome_attendance, (p.outcome).change, (p.outcome).relative_change, (p.outcome).shock_effect,
		(p.outcome).best_change, (p.outcome).z, (p.outcome).outcome, (p.outcome).outcome_before,
		(p.outcome).prior_change, (p.outcome).prior_variance, (p.outcome).noise, (p.outcome).true_change,
		(p.outcome).true_change_error, (p.outcome).shortfall_probability
	FROM unnest(places) p LEFT JOIN unnest(beside) b ON (b.outcome).urn = (p.outcome).urn
	ORDER BY (p.outcome).urn;
	refer.referral_id := list.referral_id;
	RAISE NOTICE 'referral %: % of % schools judged are referred, % of them wrongly to be expected', list.referral_id,
		list.referred, list.judged, round((list.referred * coalesce(list.expected_wrong, 0))::numeric, 1);
END $$;
COMMENT ON PROCEDURE abie.refer(integer, integer, integer, integer) IS
'Makes a list of schools to be referred for support (abie.referral, abie.referral_school) of the expectations of a run '
'once its target year is over: at most capacity of those that most likely fell short by more than half a percentage '
'point, never one whose baseline is at or above what is expected in its circumstances. beside_run_id: another run for '
'the year, whose list is kept beside this one. referral_id: the number of the list. It is proposed; '
'abie.check_referral and abie.issue_referral make it hold. Errors: P0002 a run not calculated to its end, or no '
'attendance of its target year, 22023 capacity, or a run beside that is not another of the year.';

--
-- Its life
--

CREATE FUNCTION abie_internal.referral_checks(referral_id integer)
RETURNS TABLE (name text, passed boolean, blocking boolean, detail text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
WITH list AS (
	SELECT l.*, r.status AS run_status FROM abie.referral l JOIN abie.run r ON r.run_id = l.run_id
	WHERE l.referral_id = referral_checks.referral_id
), held AS (
	-- of the rows, too, and not only of the list
	SELECT abie_internal.referral_digest(coalesce(array_agg(ROW(
		jsonb_populate_record(NULL::abie.school_outcome, to_jsonb(s)), s.place, s.not_referred)
			::abie_internal.referral_place), '{}')) AS digest, count(*) AS considered, count(s.place) AS referred
	FROM abie.referral_school s WHERE s.referral_id = referral_checks.referral_id
), above AS (
	SELECT count(*) AS schools FROM abie.referral_school s
	WHERE s.referral_id = referral_checks.referral_id AND s.place IS NOT NULL AND s.baseline >= s.expected
), answer AS (
	SELECT count(*) FILTER (WHERE w.upheld IS NULL) AS open FROM abie.referral_answer w
	WHERE w.referral_id = referral_checks.referral_id
)
SELECT 'run issued', l.run_status = 'issued', true, format('run %s is %s', l.run_id, l.run_status) FROM list l
UNION ALL SELECT 'made anew', m.same, true,
	CASE WHEN m.same THEN 'the same list would be made now' ELSE 'another list would be made now' END
	FROM list l CROSS JOIN held h CROSS JOIN LATERAL (SELECT abie_internal.referral_digest(ARRAY(
		SELECT p FROM abie_internal.referral_places(l.run_id, l.capacity) p)) AS digest OFFSET 0) n
	CROSS JOIN LATERAL (SELECT (n.digest, n.digest, l.considered, l.referred)
		= (l.digest, h.digest, h.considered, h.referred) AS same OFFSET 0) m
UNION ALL SELECT 'above context', a.schools = 0, true, format('%s schools referred are above their context', a.schools)
	FROM above a
UNION ALL SELECT 'wrong referrals', coalesce(l.expected_wrong, 0) <= 0.1, false,
	format('%s per cent of those referred are to be expected to be so wrongly, at most 10 are tolerated',
		round((100 * coalesce(l.expected_wrong, 0))::numeric, 1)) FROM list l
UNION ALL SELECT 'answers decided', w.open = 0, false, format('%s answers of schools are not decided', w.open)
	FROM answer w
$$;
COMMENT ON FUNCTION abie_internal.referral_checks(integer) IS
'Checks of a list before it is issued. blocking: no reason lets it be issued while the check fails.';

CREATE FUNCTION abie_internal.refuse_failing_referral(referral_id integer, reason text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: most lists need no reason
DECLARE
	failing text := (SELECT string_agg(c.name || ': ' || c.detail, '; ')
		FROM abie_internal.referral_checks(referral_id) c
		WHERE NOT c.passed AND (c.blocking OR reason !~ '[^[:space:]]' IS NOT FALSE));
BEGIN
	IF failing IS NOT NULL THEN
		RAISE EXCEPTION 'referral % fails its checks', referral_id
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = failing,
				HINT = 'CALL abie.refer makes another list; wrong referrals and open answers can be overridden by a '
					'reason.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_failing_referral(integer, text) IS
'Raises error 55000 where a list fails a check that is blocking, or another without a reason.';

CREATE FUNCTION abie_internal.held_referral(referral_id integer) RETURNS abie.referral
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is no list either
DECLARE
	held abie.referral;
BEGIN
	SELECT l.* INTO held FROM abie.referral l WHERE l.referral_id = held_referral.referral_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no referral %', coalesce(referral_id::text, 'NULL')
			USING ERRCODE = 'no_data_found', HINT = 'They are in abie.referral.';
	END IF;
	RETURN held;
END $$;
COMMENT ON FUNCTION abie_internal.held_referral(integer) IS
'A list, locked to the end of the transaction. Error P0002 where there is none of the number.';

CREATE FUNCTION abie.check_referral(referral_id integer)
RETURNS TABLE (name text, passed boolean, blocking boolean, detail text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error, not nothing
#variable_conflict use_column
BEGIN
	IF (abie_internal.held_referral(referral_id)).status IN ('proposed', 'checked') THEN
		UPDATE abie.referral l SET status = 'checked' WHERE l.referral_id = check_referral.referral_id;
	END IF;
	RETURN QUERY SELECT c.* FROM abie_internal.referral_checks(check_referral.referral_id) c;
END $$;
COMMENT ON FUNCTION abie.check_referral(integer) IS
'Checks a list: that its run is issued, that it would be made the same now, that no school above its context is on '
'it, that at most a tenth of those referred are to be expected to be so wrongly, that what schools said is decided. '
'One row a check; blocking ones cannot be overridden. A proposed list becomes checked. Error P0002: no such list.';

CREATE FUNCTION abie.issue_referral(referral_id integer, override_reason text DEFAULT NULL) RETURNS abie.referral
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: most lists need no reason
DECLARE
	held abie.referral := abie_internal.held_referral(referral_id);
BEGIN
	IF held.status NOT IN ('proposed', 'checked') THEN
		RAISE EXCEPTION 'referral % is % and cannot be issued', held.referral_id, held.status
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'A list is issued once.';
	END IF;
	UPDATE abie.referral l
	SET status = 'issued', reason = CASE WHEN override_reason ~ '[^[:space:]]' THEN override_reason END
	WHERE l.referral_id = held.referral_id RETURNING l.* INTO held;
	RETURN held;
EXCEPTION WHEN unique_violation THEN
	RAISE EXCEPTION 'a list of run % is issued already', held.run_id
		USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Withdraw it first: abie.withdraw_referral.';
END $$;
COMMENT ON FUNCTION abie.issue_referral(integer, text) IS
'Checks a list and issues it: it then holds, until it is withdrawn. Refused while a check of abie.check_referral '
'fails, but override_reason lets one be issued with more wrong referrals or with answers not decided. The list as '
'issued. Errors: P0002 no such list, 55000 a list that fails a check or was issued or withdrawn before, or another of '
'its run that is issued.';

CREATE FUNCTION abie.withdraw_referral(referral_id integer, reason text) RETURNS abie.referral
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: a withdrawal without a reason is an error, not nothing
DECLARE
	held abie.referral := abie_internal.held_referral(referral_id);
BEGIN
	IF held.status <> 'issued' THEN
		RAISE EXCEPTION 'referral % is % and cannot be withdrawn', held.referral_id, held.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Only a list that is issued is withdrawn; another is deleted by its row in abie.referral.';
	END IF;
	UPDATE abie.referral l SET status = 'withdrawn', reason = withdraw_referral.reason
	WHERE l.referral_id = held.referral_id RETURNING l.* INTO held;
	RETURN held;
END $$;
COMMENT ON FUNCTION abie.withdraw_referral(integer, text) IS
'Withdraws an issued list; it stays as it is, for the record. The list as withdrawn. Errors: P0002 no such list, 55000 '
'a list that is not issued, 22004 no reason.';
