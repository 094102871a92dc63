-- Who may see which rows.
--
-- Readers have no rights on tables. What they may call is a gate (abie_gate, src/access.c): it notes the role whose
-- rights are in force, as PostgreSQL does for its own tables, and calls the function of the same name in schema
-- abie_owner with that role as first argument and the owner's rights. The views of abie_report ask the gates
-- below; sql/reports/report_view.sql says how.

CREATE TABLE abie.access_grant (
	grant_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	role regrole NOT NULL,
	scope text NOT NULL CHECK (scope IN ('school', 'trust', 'local authority', 'region', 'national', 'hub')),
	code text CHECK ((code IS NULL) = (scope = 'national')),
	purpose text NOT NULL CHECK (purpose IN ('results', 'similar schools', 'support', 'partners', 'monitoring',
		'calculation')),
	granted_by text NOT NULL DEFAULT current_user,
	granted_at timestamptz NOT NULL DEFAULT now(),
	valid_until timestamptz,
	revoked_by text,
	revoked_at timestamptz,
	CONSTRAINT purpose_of_scope CHECK ((purpose NOT IN ('monitoring', 'calculation') OR scope = 'national')
		AND (purpose = 'partners') = (scope = 'hub'))
);
CREATE UNIQUE INDEX access_granted_once ON abie.access_grant (role, scope, code, purpose) NULLS NOT DISTINCT
	WHERE revoked_at IS NULL;
COMMENT ON TABLE abie.access_grant IS
'What roles may see, by abie.grant_access and abie.revoke_access; revoked grants stay, for the record.';
COMMENT ON COLUMN abie.access_grant.grant_id IS 'Number of the grant.';
COMMENT ON COLUMN abie.access_grant.role IS
'The role itself, whatever its name: a grant follows a role that is renamed, and shows the number of one that was '
'dropped. Those who have its rights have the grant too.';
COMMENT ON COLUMN abie.access_grant.scope IS 'school, trust, local authority, region, national or hub.';
COMMENT ON COLUMN abie.access_grant.code IS
'URN, code of the trust (its name where GIAS gives no code), number of the local authority or name of the region, as '
'in abie.school; NULL for national.';
COMMENT ON COLUMN abie.access_grant.purpose IS
'results: issued results and inputs of the schools; similar schools: their lists, with names and published absence; '
'support: issued expectations and reasons for none, without inputs; each of these three: summaries under disclosure '
'control; partners, of scope hub alone: the schools placed at the hub, their circumstances beside its own and their '
'weeks, nothing that is expected of them; monitoring: abie_report.health; calculation: all rows of all tables, '
'and to write inputs and runs.';
COMMENT ON COLUMN abie.access_grant.granted_by IS 'Role that granted it.';
COMMENT ON COLUMN abie.access_grant.granted_at IS 'When access was granted.';
COMMENT ON COLUMN abie.access_grant.valid_until IS 'When it ends by itself; NULL for no end.';
COMMENT ON COLUMN abie.access_grant.revoked_by IS 'Role that revoked it; NULL while it holds.';
COMMENT ON COLUMN abie.access_grant.revoked_at IS 'When access was revoked.';
-- A dropped role is a number, which in another cluster may be somebody else's: such a grant is dumped once it is
-- revoked only.
SELECT pg_catalog.pg_extension_config_dump('abie.access_grant',
	'WHERE revoked_at IS NOT NULL OR EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = role)');
SELECT pg_catalog.pg_extension_config_dump('abie.access_grant_grant_id_seq', '');

CREATE FUNCTION abie_owner.asking_role(role oid) RETURNS name
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
RETURN (SELECT r.rolname FROM pg_roles r WHERE r.oid = role);
COMMENT ON FUNCTION abie_owner.asking_role(oid) IS 'Of a role, as abie_internal.asking_role.';

CREATE FUNCTION abie_internal.asking_role() RETURNS name
LANGUAGE C STABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.asking_role() IS
'The role whose grants count: the one whose rights are in force where abie is called (current_user), as for '
'PostgreSQL''s own tables. Error 42501 inside a security-restricted operation (REINDEX, ANALYZE, REFRESH MATERIALIZED '
'VIEW ...), where nobody asks.';

-- Small functions are parsed when made and not STRICT, so that the planner puts them in place of a call; what gates
-- call is in PL/pgSQL, which keeps its plans: a view asks several times a query. Their gates cost 1, and
-- abie.accessible_schools gives few rows: they are asked once a query, and the planner would count them once a row, and
-- compile a small query for longer than it runs.
CREATE FUNCTION abie_owner.is_owner(role oid) RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_is_owner';
COMMENT ON FUNCTION abie_owner.is_owner(oid) IS
'Whether a role has the rights of the owner of the extension, who sees everything.';

CREATE FUNCTION abie_owner.grants_in_force() RETURNS SETOF abie.access_grant
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 100
BEGIN ATOMIC
	SELECT g.* FROM abie.access_grant g
	WHERE g.revoked_at IS NULL AND (g.valid_until IS NULL OR g.valid_until > now());
END;
COMMENT ON FUNCTION abie_owner.grants_in_force() IS
'Grants that are neither revoked nor at their end, to roles that are gone too.';

CREATE FUNCTION abie_owner.active_grants(role oid, purposes text[]) RETURNS SETOF abie.access_grant
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 5
BEGIN ATOMIC
	SELECT g.* FROM abie_owner.grants_in_force() g
	WHERE g.purpose = ANY (purposes)
		-- a superuser has the rights of every number, of a dropped role's too
		AND EXISTS (SELECT FROM pg_roles r WHERE r.oid = g.role)
		AND pg_has_role(active_grants.role, g.role, 'USAGE');
END;
COMMENT ON FUNCTION abie_owner.active_grants(oid, text[]) IS
'The grants in force for one of the purposes to a role, or to one whose rights it has.';

CREATE FUNCTION abie_owner.has_access(role oid, purposes text[]) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- apart, because what is not asked for need not be made ready
	IF abie_owner.is_owner(role) THEN
		RETURN true;
	END IF;
	RETURN EXISTS (SELECT FROM abie_owner.active_grants(role, purposes));
END $$;
COMMENT ON FUNCTION abie_owner.has_access(oid, text[]) IS 'Of a role, as abie_internal.has_access.';

CREATE FUNCTION abie_internal.has_access(purposes text[]) RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.has_access(text[]) IS
'Whether the role in force (current_user) has any grant for one of the purposes, or is the owner.';

CREATE FUNCTION abie_owner.has_national_access(role oid, purposes text[]) RETURNS boolean
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF abie_owner.is_owner(role) THEN
		RETURN true;
	END IF;
	RETURN EXISTS (SELECT FROM abie_owner.active_grants(role, purposes) g WHERE g.scope = 'national');
END $$;
COMMENT ON FUNCTION abie_owner.has_national_access(oid, text[]) IS 'Of a role, as abie_internal.has_national_access.';

CREATE FUNCTION abie_internal.has_national_access(purposes text[]) RETURNS boolean
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.has_national_access(text[]) IS
'Whether the role in force (current_user) has a national grant for one of the purposes, or is the owner.';

-- A trust by its code; by its name where no code of it is known. Names made of digits, like codes, name no trust.
CREATE FUNCTION abie_owner.is_of_trust(code text, trust_code text, trust text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: a school has no trust, or one without a code
RETURN code = trust_code OR (code = trust AND code !~ '^[0-9]+$');
COMMENT ON FUNCTION abie_owner.is_of_trust(text, text, text) IS
'Whether the code of a grant of scope trust is that of a school''s trust.';

CREATE FUNCTION abie_owner.schools_of_grants(grants abie.access_grant[]) RETURNS TABLE (urn integer)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 200
BEGIN ATOMIC
	SELECT g.code::integer FROM unnest(grants) g WHERE g.scope = 'school'
	-- apart, so that each is looked up among the grants of its kind, and not compared with every grant
	UNION
	SELECT s.urn::integer FROM abie.school s JOIN unnest(grants) g ON g.scope = 'trust' AND g.code = s.trust_code
	UNION
	SELECT s.urn::integer FROM abie.school s JOIN unnest(grants) g ON g.scope = 'trust' AND g.code = s.trust
	WHERE abie_owner.is_of_trust(g.code, s.trust_code, s.trust)
	UNION
	SELECT s.urn::integer FROM abie.school s JOIN unnest(grants) g ON g.scope = 'region' AND g.code = s.region
	UNION
	SELECT s.urn::integer FROM abie.school s JOIN unnest(grants) g ON g.scope = 'local authority'
		AND g.code = coalesce(s.la_code, s.laestab / 10000)::text;
END;
COMMENT ON FUNCTION abie_owner.schools_of_grants(abie.access_grant[]) IS
'URNs of the schools of grants, national ones and those of a hub (abie_owner.partners) apart: the school itself, or '
'those that abie.school has in the trust, local authority or region.';

CREATE FUNCTION abie_owner.accessible_schools(role oid, purposes text[]) RETURNS TABLE (urn integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grants abie.access_grant[] := ARRAY(SELECT g FROM abie_owner.active_grants(role, purposes) g
		WHERE g.scope <> 'national');
	of_schools abie.access_grant[] := ARRAY(SELECT g FROM unnest(grants) g WHERE g.scope = 'school');
BEGIN
	-- most readers are one school: no need to look at all
	IF cardinality(grants) = cardinality(of_schools) THEN
		RETURN QUERY SELECT DISTINCT g.code::integer FROM unnest(grants) g;
	ELSE
		RETURN QUERY SELECT s.urn FROM abie_owner.schools_of_grants(grants) s;
	END IF;
END $$;
COMMENT ON FUNCTION abie_owner.accessible_schools(oid, text[]) IS 'Of a role, as abie.accessible_schools.';

CREATE FUNCTION abie_owner.is_accessible(role oid, purposes text[], school integer) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
-- not STRICT: school is NULL where no year has a URN, which no grant is for
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	grants abie.access_grant[] := ARRAY(SELECT g FROM abie_owner.active_grants(role, purposes) g
		WHERE g.scope <> 'national');
BEGIN
	-- the school is looked up: not all schools of a region, for each of them
	RETURN EXISTS (SELECT FROM abie_owner.schools_of_grants(grants) s WHERE s.urn = school);
END $$;
COMMENT ON FUNCTION abie_owner.is_accessible(oid, text[], integer) IS
'Whether a school is one of abie_owner.accessible_schools.';

CREATE FUNCTION abie.accessible_schools(purposes text[]) RETURNS TABLE (urn integer)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 ROWS 10 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.accessible_schools(text[]) IS
'URNs of the schools that the role in force (current_user) has a grant for, for one of the purposes, national grants '
'apart: the school itself, or those that abie.school has in the trust, local authority or region.';

/*
 * One person may take several roles, and knows what each is shown.  So what
 * can be taken off a figure shown under disclosure control is all that the
 * session's user may see as any role; it widens nothing that is shown.
 */
CREATE FUNCTION abie_owner.grants_within_reach(role oid, purposes text[]) RETURNS SETOF abie.access_grant
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 5
BEGIN ATOMIC
	SELECT g.* FROM abie_owner.grants_in_force() g
	WHERE g.purpose = ANY (purposes) AND EXISTS (SELECT FROM pg_roles r WHERE r.oid = g.role)
		AND (pg_has_role(grants_within_reach.role, g.role, 'MEMBER') OR pg_has_role(session_user, g.role, 'MEMBER'));
END;
COMMENT ON FUNCTION abie_owner.grants_within_reach(oid, text[]) IS
'The grants in force for one of the purposes to any role that the role, or the session''s user, may take.';

CREATE FUNCTION abie_owner.readable_runs(role oid) RETURNS integer[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	all_finished boolean := abie_owner.has_national_access(role, '{calculation}');
BEGIN
	IF NOT (all_finished OR abie_owner.has_access(role, '{results,similar schools,support}')) THEN
		RETURN '{}';
	END IF;
	RETURN ARRAY(SELECT r.run_id FROM abie.run r
		WHERE r.status = 'issued' OR all_finished AND r.status NOT IN ('running', 'failed', 'interrupted')
			ORDER BY r.run_id);
END $$;
COMMENT ON FUNCTION abie_owner.readable_runs(oid) IS 'Of a role, as abie_internal.readable_runs.';

CREATE FUNCTION abie_internal.readable_runs() RETURNS integer[]
LANGUAGE C STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.readable_runs() IS
'The runs whose results the role in force (current_user) may see, each of its own schools: those that are issued; '
'every one that was finished for roles granted calculation; none for a role without a grant.';

CREATE FUNCTION abie_owner.readable_schools(role oid, run_id integer, urns integer[]) RETURNS integer[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF run_id <> ALL (abie_owner.readable_runs(role)) THEN
		RETURN '{}';
	ELSIF abie_owner.has_national_access(role, '{results,calculation}') THEN
		RETURN urns;
	END IF;
	RETURN ARRAY(SELECT u.urn FROM unnest(urns) u(urn)
		JOIN abie_owner.accessible_schools(role, '{results}') a ON a.urn = u.urn);
END $$;
COMMENT ON FUNCTION abie_owner.readable_schools(oid, integer, integer[]) IS
'Of a role, as abie_internal.readable_schools.';

CREATE FUNCTION abie_internal.readable_schools(run_id integer, urns integer[]) RETURNS integer[]
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.readable_schools(integer, integer[]) IS
'Those of the URNs whose results in the run the role in force (current_user) may read: all for calculation; for '
'results, those granted, and in issued runs only.';

CREATE FUNCTION abie_owner.readable_expectations(role oid, run_id integer) RETURNS integer[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_owner.readable_schools(role, readable_expectations.run_id,
	ARRAY(SELECT e.urn::integer FROM abie.expectation e WHERE e.run_id = readable_expectations.run_id))
$$;
COMMENT ON FUNCTION abie_owner.readable_expectations(oid, integer) IS
'URNs of the schools with an expectation in a run whose results a role may read.';

CREATE FUNCTION abie_owner.lost_grants() RETURNS SETOF abie.access_grant
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
SELECT g.* FROM abie_owner.grants_in_force() g
WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = g.role)
	OR g.scope NOT IN ('national', 'hub') AND NOT EXISTS (SELECT FROM abie_owner.schools_of_grants(ARRAY[g]) s
		JOIN abie.school k ON k.urn = s.urn)
	OR g.scope = 'hub' AND NOT EXISTS (SELECT FROM abie_owner.partners(ARRAY[g.code]))
$$;
COMMENT ON FUNCTION abie_owner.lost_grants() IS
'Grants in force that give nothing: their role was dropped, or no school is in their scope any more.';

CREATE FUNCTION abie_owner.grants_without_effect(role oid) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN abie_owner.has_national_access(role, '{monitoring,calculation}')
		THEN (SELECT count(*) FROM abie_owner.lost_grants()) END;
END $$;
COMMENT ON FUNCTION abie_owner.grants_without_effect(oid) IS 'Of a role, as abie_internal.grants_without_effect.';

CREATE FUNCTION abie_internal.grants_without_effect() RETURNS bigint
LANGUAGE C STABLE PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.grants_without_effect() IS
'How many grants in force give nothing any more, because their role was dropped or no school is in their scope, such '
'as a trust known by its name alone that is now called otherwise; NULL for roles granted neither monitoring nor '
'calculation.';
