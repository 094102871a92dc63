-- Who may see which rows. Every table has row-level security (grant.sql), so that nobody but the owner reads a row that was not granted.
--
-- Policies and views ask the functions below, which look at abie.access_grant with their owner's rights and tell about the asking role only.
-- FORCE is not set: the owner calculates, dumps and restores.

CREATE TABLE abie.access_grant (
	grant_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	role text NOT NULL,
	scope text NOT NULL CHECK (scope IN ('school', 'trust', 'local authority', 'region', 'national')),
	code text CHECK ((code IS NULL) = (scope = 'national')),
	purpose text NOT NULL CHECK (purpose IN ('results', 'similar schools', 'support', 'monitoring', 'calculation')),
	granted_by text NOT NULL DEFAULT session_user,
	granted_at timestamptz NOT NULL DEFAULT now(),
	revoked_by text,
	revoked_at timestamptz,
	CONSTRAINT purpose_of_scope CHECK (purpose NOT IN ('monitoring', 'calculation') OR scope = 'national')
);
CREATE UNIQUE INDEX access_granted_once ON abie.access_grant (role, scope, code, purpose) NULLS NOT DISTINCT WHERE revoked_at IS NULL;
COMMENT ON TABLE abie.access_grant IS 'What roles may see, by abie.grant_access and abie.revoke_access; revoked grants stay, for the record.';
COMMENT ON COLUMN abie.access_grant.grant_id IS 'Number of the grant.';
COMMENT ON COLUMN abie.access_grant.role IS 'The role; those who have its rights have the grant too.';
COMMENT ON COLUMN abie.access_grant.scope IS 'school, trust, local authority, region or national.';
COMMENT ON COLUMN abie.access_grant.code IS 'URN, name of the trust, number of the local authority or name of the region, as in abie.school; NULL for national.';
COMMENT ON COLUMN abie.access_grant.purpose IS 'results: issued results and inputs of the schools; similar schools: their lists, with names and published absence; support: issued expectations and reasons for none, without inputs; each of these three: summaries under disclosure control; monitoring: abie_report.health; calculation: all rows of all tables, to write too.';
COMMENT ON COLUMN abie.access_grant.granted_by IS 'Role that granted it.';
COMMENT ON COLUMN abie.access_grant.granted_at IS 'When.';
COMMENT ON COLUMN abie.access_grant.revoked_by IS 'Role that revoked it; NULL while it holds.';
COMMENT ON COLUMN abie.access_grant.revoked_at IS 'When.';
SELECT pg_catalog.pg_extension_config_dump('abie.access_grant', '');
SELECT pg_catalog.pg_extension_config_dump('abie.access_grant_grant_id_seq', '');

-- Not current_user, which is the owner inside the functions below.
CREATE FUNCTION abie.asking_role() RETURNS name
LANGUAGE sql STABLE PARALLEL SAFE COST 1
RETURN CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
COMMENT ON FUNCTION abie.asking_role() IS 'The role whose grants count: that of SET ROLE, else that of the session. Functions that run with their owner''s rights change nothing in it.';

CREATE FUNCTION abie.asks_as_owner() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$ SELECT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'abie' AND pg_has_role(abie.asking_role(), e.extowner, 'USAGE')) $$;
COMMENT ON FUNCTION abie.asks_as_owner() IS 'Whether the asking role has the rights of the owner of the extension, who sees everything.';

CREATE FUNCTION abie.has_access(purposes text[]) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie.asks_as_owner() OR EXISTS (SELECT FROM abie.access_grant g JOIN pg_roles r ON r.rolname = g.role
	WHERE g.revoked_at IS NULL AND g.purpose = ANY (purposes) AND pg_has_role(abie.asking_role(), r.oid, 'USAGE'))
$$;
COMMENT ON FUNCTION abie.has_access(text[]) IS 'Whether the asking role has any grant for one of the purposes, or is the owner.';

CREATE FUNCTION abie.has_national_access(purposes text[]) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie.asks_as_owner() OR EXISTS (SELECT FROM abie.access_grant g JOIN pg_roles r ON r.rolname = g.role
	WHERE g.revoked_at IS NULL AND g.scope = 'national' AND g.purpose = ANY (purposes) AND pg_has_role(abie.asking_role(), r.oid, 'USAGE'))
$$;
COMMENT ON FUNCTION abie.has_national_access(text[]) IS 'Whether the asking role has a national grant for one of the purposes, or is the owner.';

CREATE FUNCTION abie.accessible_schools(purposes text[]) RETURNS TABLE (urn integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 200
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
WITH granted AS MATERIALIZED (
	SELECT g.scope, g.code FROM abie.access_grant g JOIN pg_roles r ON r.rolname = g.role
	WHERE g.revoked_at IS NULL AND g.purpose = ANY (purposes) AND g.scope <> 'national' AND pg_has_role(abie.asking_role(), r.oid, 'USAGE')
)
SELECT g.code::integer FROM granted g WHERE g.scope = 'school'
UNION
SELECT s.urn FROM abie.school s JOIN granted g
	ON g.scope = 'trust' AND g.code = s.trust OR g.scope = 'region' AND g.code = s.region OR g.scope = 'local authority' AND g.code = coalesce(s.la_code, s.laestab / 10000)::text
$$;
COMMENT ON FUNCTION abie.accessible_schools(text[]) IS 'URNs of the schools that the asking role has a grant for, for one of the purposes, national grants apart: the school itself, or those that abie.school has in the trust, local authority or region.';

CREATE FUNCTION abie.issued_runs() RETURNS TABLE (run_id integer)
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 10
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT r.run_id FROM abie.run r WHERE r.status = 'issued' AND abie.has_access('{results,similar schools,support,calculation}') $$;
COMMENT ON FUNCTION abie.issued_runs() IS 'The runs whose results may be seen by those who are granted results: those that are issued. None for a role without a grant.';

CREATE FUNCTION abie.readable_schools(run_id integer, urns integer[]) RETURNS integer[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN abie.has_national_access('{calculation}') OR (issued AND abie.has_national_access('{results}')) THEN urns
	WHEN issued THEN ARRAY(SELECT u.urn FROM unnest(urns) u(urn) JOIN abie.accessible_schools('{results}') a ON a.urn = u.urn)
	ELSE '{}' END
FROM (SELECT readable_schools.run_id IN (SELECT i.run_id FROM abie.issued_runs() i)) r(issued)
$$;
COMMENT ON FUNCTION abie.readable_schools(integer, integer[]) IS 'Those of the URNs whose results in the run the asking role may read: all for calculation; for results, those granted, and in issued runs only.';
