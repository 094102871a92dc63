-- What happened to schools: events with cause and evidence, recorded by one and decided by another, in rows that only
-- grow.
--
-- An event that is accepted sets its weeks aside in what is projected and judged; nothing sets a week aside by itself.

CREATE FUNCTION abie_internal.event_scopes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{school,local authority,region,national}'::text[];
COMMENT ON FUNCTION abie_internal.event_scopes() IS 'Whom an event can befall, from the narrowest to the widest.';

CREATE FUNCTION abie_internal.event_causes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{closure,outbreak,severe weather,transport,bereavement or serious incident,religious observance,strike,'
	'exam or polling use,other}'::text[];
COMMENT ON FUNCTION abie_internal.event_causes() IS
'Causes of an event that can be accepted. A holiday in term is none: it is unauthorised absence.';

CREATE TABLE abie.school_event (
	event_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	scope text NOT NULL CHECK (scope = ANY (abie_internal.event_scopes())),
	code text CHECK ((code IS NULL) = (scope = 'national')),
	from_date date NOT NULL CHECK (isfinite(from_date)),
	to_date date NOT NULL,
	cause text NOT NULL CHECK (cause = ANY (abie_internal.event_causes())),
	evidence text NOT NULL CHECK (evidence ~ '[^[:space:]]'),
	recorded_by text NOT NULL,
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	CONSTRAINT days_of_an_event CHECK (to_date BETWEEN from_date AND from_date + 30)
);
CREATE INDEX ON abie.school_event (scope, code);
COMMENT ON TABLE abie.school_event IS
'Events that made attendance other than it would have been, by abie.record_event. Rows are added by it alone, and can '
'be neither changed nor deleted; what came of one is in abie.event_decision.';
COMMENT ON COLUMN abie.school_event.event_id IS 'Number of the event.';
COMMENT ON COLUMN abie.school_event.scope IS 'Whom it befell: school, local authority, region or national.';
COMMENT ON COLUMN abie.school_event.code IS
'URN, number of the local authority or name of the region, as in abie.school; NULL for national.';
COMMENT ON COLUMN abie.school_event.from_date IS 'First day.';
COMMENT ON COLUMN abie.school_event.to_date IS 'Last day, at most 30 days later.';
COMMENT ON COLUMN abie.school_event.cause IS
'closure (of a part: pupils sent home have no possible session and cost nothing), outbreak, severe weather, transport, '
'bereavement or serious incident, religious observance, strike, exam or polling use, other.';
COMMENT ON COLUMN abie.school_event.evidence IS 'What is known of it and from where.';
COMMENT ON COLUMN abie.school_event.recorded_by IS 'Role that recorded it.';
COMMENT ON COLUMN abie.school_event.recorded_at IS 'When it was recorded.';
SELECT pg_catalog.pg_extension_config_dump('abie.school_event', '');
SELECT pg_catalog.pg_extension_config_dump('abie.school_event_event_id_seq', '');
SELECT abie_internal.protect_table('abie.school_event');

CREATE TABLE abie.event_decision (
	decision_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	event_id integer NOT NULL REFERENCES abie.school_event,
	accepted boolean NOT NULL,
	reason text NOT NULL CHECK (reason ~ '[^[:space:]]'),
	decided_by text NOT NULL,
	decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON abie.event_decision (event_id);
COMMENT ON TABLE abie.event_decision IS
'Decisions on events, by abie.decide_event; the latest of an event holds. Rows are added by it alone, and can be '
'neither changed nor deleted.';
COMMENT ON COLUMN abie.event_decision.decision_id IS 'Number of the decision.';
COMMENT ON COLUMN abie.event_decision.event_id IS 'The event.';
COMMENT ON COLUMN abie.event_decision.accepted IS 'Whether its weeks are set aside.';
COMMENT ON COLUMN abie.event_decision.reason IS 'Why.';
COMMENT ON COLUMN abie.event_decision.decided_by IS 'Role that decided, never the one that recorded the event.';
COMMENT ON COLUMN abie.event_decision.decided_at IS 'When it was decided.';
SELECT pg_catalog.pg_extension_config_dump('abie.event_decision', '');
SELECT pg_catalog.pg_extension_config_dump('abie.event_decision_decision_id_seq', '');
SELECT abie_internal.protect_table('abie.event_decision');

CREATE TRIGGER guard_school_event BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.school_event
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('events of schools are kept as they are',
	'What was wrong is put right by another event, and a decision on this one.');

CREATE TRIGGER guard_event_decision BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.event_decision
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('decisions on events are kept as they are',
	'Another decision takes the place of this one: abie.decide_event.');

CREATE FUNCTION abie_internal.guard_decision() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM abie.school_event e WHERE e.event_id = NEW.event_id AND e.recorded_by = NEW.decided_by) THEN
		RAISE EXCEPTION 'event % was recorded by %, who does not decide it too', NEW.event_id, NEW.decided_by
			USING ERRCODE = 'insufficient_privilege', HINT = 'Another body decides.';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_decision() IS
'Trigger: refuses a decision by the role that recorded the event.';

CREATE TRIGGER guard_decision BEFORE INSERT ON abie.event_decision
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_decision();

CREATE FUNCTION abie_internal.is_within(urn integer, la_code integer, region text, scope text, code text)
	RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: national has no code, and a school may have no region
RETURN coalesce(CASE scope
	WHEN 'school' THEN code = urn::text
	WHEN 'local authority' THEN code = la_code::text
	WHEN 'region' THEN code = region
	ELSE scope = 'national' END, false);
COMMENT ON FUNCTION abie_internal.is_within(integer, integer, text, text, text) IS
'Whether a school is within a scope and code as of abie.school_event.';

--
-- Recording and deciding: gates, because a school may record its own events and write nothing else
--

CREATE FUNCTION abie_owner.is_granted(role oid, scopes text[], codes text[]) RETURNS boolean[]
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL, as nothing, is granted nothing
DECLARE
	national boolean := abie_owner.has_national_access(role, '{results,calculation}');
	urns text[] := ARRAY(SELECT a.urn::text FROM abie_owner.accessible_schools(role, '{results}') a);
	areas text[] := ARRAY(SELECT concat_ws(' ', g.scope, g.code) FROM abie_owner.active_grants(role, '{results}') g
		WHERE g.scope IN ('local authority', 'region'));
BEGIN
	RETURN ARRAY(SELECT national OR CASE u.scope WHEN 'school' THEN u.code = ANY (urns)
			ELSE concat_ws(' ', u.scope, u.code) = ANY (areas) END IS TRUE
		FROM unnest(scopes, codes) WITH ORDINALITY u(scope, code, place) ORDER BY u.place);
END $$;
COMMENT ON FUNCTION abie_owner.is_granted(oid, text[], text[]) IS
'Of each scope and code, as of abie.school_event, whether it is granted to a role for results.';

CREATE FUNCTION abie_owner.record_event(role oid, scope text, code text, from_date date, to_date date, cause text,
	evidence text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $$
-- not STRICT: national has no code
DECLARE
	made integer;
BEGIN
	-- the same for what is another's and for what does not exist
	IF NOT (abie_owner.is_granted(role, ARRAY[scope], ARRAY[code]))[1] THEN
		RAISE EXCEPTION '%', concat_ws(' ', coalesce(scope, 'what has no scope'), code,
			'is not among what is granted to', role::regrole)
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants are made by abie.grant_access.';
	END IF;
	IF scope = 'trust' THEN
		RAISE EXCEPTION 'an event befalls a school or an area, not a trust' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Record it of the schools, or of their local authority or region.';
	END IF;
	PERFORM abie_internal.check_scope(scope, code);
	IF cause = ANY (abie_internal.event_causes()) IS NOT TRUE THEN
		RAISE EXCEPTION 'there is no cause %', coalesce('"' || cause || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('Causes are %s.', array_to_string(abie_internal.event_causes(), ', '));
	ELSIF evidence !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'an event is recorded with its evidence' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words what is known of it and from where.';
	ELSIF (isfinite(from_date) AND to_date BETWEEN from_date AND from_date + 30) IS NOT TRUE THEN
		RAISE EXCEPTION 'an event cannot last from % to %', coalesce(from_date::text, 'NULL'),
			coalesce(to_date::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It has a first day and a last, at most 30 days later.';
	END IF;
	INSERT INTO abie.school_event (scope, code, from_date, to_date, cause, evidence, recorded_by)
	VALUES (record_event.scope, record_event.code, record_event.from_date, record_event.to_date, record_event.cause,
		record_event.evidence, role::regrole::text)
	RETURNING event_id INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie_owner.record_event(oid, text, text, date, date, text, text) IS
'Of a role, as abie.record_event.';

CREATE FUNCTION abie.record_event(scope text, code text, from_date date, to_date date, cause text, evidence text)
	RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
-- not STRICT: national has no code
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.record_event(text, text, date, date, text, text) IS
'Records an event that befell a school, a local authority, a region or the country (scope and code as in '
'abie.school_event) whose results are granted to the role in force. It changes no figure until it is accepted by '
'another role (abie.decide_event). The number of the event. Errors: 42501 what is not granted, P0002 what does not '
'exist, 22023 another scope, another cause, dates that do not follow each other within 30 days, 22004 no evidence.';

CREATE FUNCTION abie_owner.decide_event(role oid, event_id integer, accepted boolean, reason text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error that says what is missing
DECLARE
	made integer;
BEGIN
	IF NOT abie_owner.has_national_access(role, '{calculation}') THEN
		RAISE EXCEPTION 'events are decided by roles granted calculation' USING ERRCODE = 'insufficient_privilege',
			HINT = 'Grants are made by abie.grant_access.';
	ELSIF accepted IS NULL OR reason !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'an event is accepted or not, for a reason' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words why.';
	ELSIF NOT EXISTS (SELECT FROM abie.school_event e WHERE e.event_id = decide_event.event_id) THEN
		RAISE EXCEPTION 'there is no event %', coalesce(event_id::text, 'NULL') USING ERRCODE = 'no_data_found',
			HINT = 'They are in abie.school_event.';
	END IF;
	INSERT INTO abie.event_decision (event_id, accepted, reason, decided_by)
	VALUES (decide_event.event_id, decide_event.accepted, decide_event.reason, role::regrole::text)
	RETURNING decision_id INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie_owner.decide_event(oid, integer, boolean, text) IS 'Of a role, as abie.decide_event.';

CREATE FUNCTION abie.decide_event(event_id integer, accepted boolean, reason text) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
-- not STRICT: NULL is an error that says what is missing
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.decide_event(integer, boolean, text) IS
'Accepts an event, so that its weeks are set aside (abie_internal.accepted_weeks), or not; again, to decide '
'otherwise. By roles granted calculation, but not the one that recorded it. The number of the decision in '
'abie.event_decision. Errors: 42501 another role, 22004 neither accepted nor not, or no reason, P0002 no such event.';

--
-- What is accepted
--

CREATE FUNCTION abie_internal.decision_on(event_id integer) RETURNS SETOF abie.event_decision
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 1
-- not STRICT, so that it becomes part of the query
BEGIN ATOMIC
	SELECT d.* FROM abie.event_decision d WHERE d.event_id = decision_on.event_id ORDER BY d.decision_id DESC LIMIT 1;
END;
COMMENT ON FUNCTION abie_internal.decision_on(integer) IS
'The decision that holds on an event, the last; no row while there is none.';

-- Marks are held by week, so whole weeks are set aside, each as five days of the fifteen. Parsed
-- when made and not STRICT, so that the planner puts it in place of a call: of some schools it looks at those alone.
CREATE FUNCTION abie_internal.accepted_weeks(academic_year text)
RETURNS TABLE (urn integer, week_start date, scope text)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 1000
BEGIN ATOMIC
	SELECT w.urn, w.week_start, (abie_internal.event_scopes())[w.narrowest]
	FROM (
		SELECT h.urn, h.week_start, h.narrowest, row_number() OVER (PARTITION BY h.urn ORDER BY h.week_start) AS number
		FROM (
			SELECT s.urn::integer AS urn, w.week_start,
				min(array_position(abie_internal.event_scopes(), e.scope)) AS narrowest
			FROM abie.school_event e
				JOIN abie_internal.decision_on(e.event_id) d ON d.accepted
				JOIN abie.school s
					ON abie_internal.is_within(s.urn, coalesce(s.la_code, s.laestab / 10000), s.region, e.scope, e.code)
				JOIN abie.attendance_week w ON w.academic_year = accepted_weeks.academic_year AND w.urn = s.urn
					AND w.week_start BETWEEN e.from_date - 4 AND e.to_date
			GROUP BY s.urn, w.week_start
		) h
	) w
	WHERE w.number <= 3;
END;
COMMENT ON FUNCTION abie_internal.accepted_weeks(text) IS
'The school weeks of an academic year that are set aside: those with a school day of an accepted event of the school '
'or its area, the first three of a school, which are 15 school days. scope: the narrowest of these events''.';

--
-- What readers see
--

CREATE FUNCTION abie_owner.school_events(role oid)
RETURNS TABLE (event_id integer, scope text, code text, from_date date, to_date date, cause text, evidence text,
	recorded_by text, recorded_at timestamptz, accepted boolean, reason text, decided_by text, decided_at timestamptz)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
WITH held AS (
	SELECT array_agg(e.event_id) AS events, array_agg(e.scope) AS scopes, array_agg(e.code) AS codes
	FROM abie.school_event e
)
SELECT e.event_id, e.scope, e.code, e.from_date, e.to_date, e.cause,
	CASE WHEN g.granted THEN e.evidence END, CASE WHEN g.granted THEN e.recorded_by END, e.recorded_at,
	d.accepted, CASE WHEN g.granted THEN d.reason END, CASE WHEN g.granted THEN d.decided_by END, d.decided_at
FROM held h
	CROSS JOIN unnest(h.events, abie_owner.is_granted(role, h.scopes, h.codes)) g(event_id, granted)
	JOIN abie.school_event e USING (event_id)
	LEFT JOIN abie_internal.decision_on(e.event_id) d ON true
WHERE g.granted
	OR d.accepted AND EXISTS (SELECT FROM abie_owner.accessible_schools(role, '{results}') a
		JOIN abie.school s ON s.urn = a.urn
		WHERE abie_internal.is_within(s.urn, coalesce(s.la_code, s.laestab / 10000), s.region, e.scope, e.code))
$$;
COMMENT ON FUNCTION abie_owner.school_events(oid) IS 'Of a role, as abie_internal.school_events.';

CREATE FUNCTION abie_internal.school_events()
RETURNS TABLE (event_id integer, scope text, code text, from_date date, to_date date, cause text, evidence text,
	recorded_by text, recorded_at timestamptz, accepted boolean, reason text, decided_by text, decided_at timestamptz)
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.school_events() IS
'The events that the role in force may see, columns as in abie_report.school_event.';

CREATE VIEW abie_report.school_event WITH (security_barrier = true) AS
SELECT e.event_id, e.scope, e.code, e.from_date, e.to_date, e.cause, e.evidence, e.recorded_by, e.recorded_at,
	e.accepted, e.reason, e.decided_by, e.decided_at
FROM abie_internal.school_events() e;
COMMENT ON VIEW abie_report.school_event IS
'Events of the schools and areas granted, each with the decision that holds: one row an event. Of an area that is not '
'granted but has a school that is, events that are accepted, without evidence, reason and who recorded and decided.';
COMMENT ON COLUMN abie_report.school_event.accepted IS 'Whether its weeks are set aside; NULL while not decided.';
SELECT abie_owner.describe_as('abie_report.school_event', 'abie.school_event'),
	abie_owner.describe_as('abie_report.school_event', 'abie.event_decision');
