-- What each purpose of abie.access_grant gives: rights on tables, policies, views of abie_report; and to grant and revoke it.

CREATE FUNCTION abie.purpose_tables(purpose text) RETURNS regclass[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE purpose
	WHEN 'results' THEN '{abie.run,abie.run_status,abie.methodology,abie.characteristic,abie.attendance_code,abie.run_characteristic,abie.run_model,abie.run_term,abie.run_school,abie.similar_list,abie.similar_school,
		abie.expectation,abie.exclusion,abie.school,abie.local_authority,abie.school_context,abie.attendance,abie.attendance_week,abie.school_figure,abie.correction,
		abie_report.run,abie_report.school_expectation,abie_report.similar_school,abie_report.school_ladder,abie_report.school_absence,abie_report.school_history,abie_report.local_authority_summary,
		abie_report.trust_summary,abie_report.national_summary,abie_report.national_attendance,abie_report.methodology_summary,abie_report.characteristic_weights,
		abie_report.school_circumstances,abie_report.school_absence_compared,abie_report.improvement_distribution,abie_report.school_source}'::regclass[]
	WHEN 'support' THEN '{abie.run,abie.run_status,abie.methodology,abie.expectation,abie.exclusion,abie.school,abie_report.run,abie_report.school_ladder,
		abie_report.local_authority_summary,abie_report.trust_summary,abie_report.national_summary,abie_report.national_attendance}'
	WHEN 'similar schools' THEN '{abie_report.run,abie_report.similar_school,abie_report.local_authority_summary,abie_report.trust_summary,abie_report.national_summary,abie_report.national_attendance}'
	WHEN 'monitoring' THEN '{abie_report.health}'
	ELSE ARRAY(SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
		JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'abie' WHERE c.relkind IN ('r', 'v') AND c.oid <> 'abie.access_grant'::regclass ORDER BY c.oid) END
$$;
COMMENT ON FUNCTION abie.purpose_tables(text) IS 'Internal: the tables and views that a purpose of abie.access_grant gives a role the right to read.';

--
-- Policies
--

-- Whether a table has rows of schools in runs, of schools, of runs, or none of these, says how its rows are granted.
CREATE FUNCTION abie.protect_table(t regclass) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	purposes text[] := ARRAY(SELECT p FROM unnest('{results,support}'::text[]) p WHERE t = ANY (abie.purpose_tables(p)));
	has_run boolean := EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t AND a.attname = 'run_id');
	has_urn boolean := EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t AND a.attname = 'urn');
	rule text := concat_ws(' AND ',
		CASE WHEN has_urn THEN format('((SELECT abie.has_national_access(%1$L)) OR urn IN (SELECT a.urn FROM abie.accessible_schools(%1$L) a))', purposes)
			ELSE format('(SELECT abie.has_access(%L))', purposes) END,
		CASE WHEN has_run THEN 'run_id IN (SELECT i.run_id FROM abie.issued_runs() i)' END);
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
	EXECUTE format('CREATE POLICY calculation ON %s USING ((SELECT abie.has_national_access(''{calculation}'')))', t);
	IF purposes <> '{}' THEN
		EXECUTE format('CREATE POLICY reading ON %s FOR SELECT USING (%s)', t, rule);
	END IF;
END $$;
COMMENT ON FUNCTION abie.protect_table(regclass) IS 'Internal: row-level security of a table. Rows are for roles granted calculation; in tables that another purpose reads, also those of granted schools (column urn) in issued runs (column run_id).';

SELECT abie.protect_table(c.oid) FROM pg_class c WHERE c.relnamespace = 'abie'::regnamespace AND c.relkind = 'r' ORDER BY c.oid;

--
-- Grants
--

CREATE FUNCTION abie.check_scope(scope text, code text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
BEGIN
	IF scope = ANY ('{school,trust,local authority,region,national}') IS NOT TRUE THEN
		RAISE EXCEPTION 'there is no scope %', coalesce('"' || scope || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Scopes are school, trust, local authority, region and national.';
	ELSIF (scope = 'national') <> (code IS NULL) THEN
		RAISE EXCEPTION 'scope % % a code', scope, CASE scope WHEN 'national' THEN 'has not' ELSE 'needs' END
			USING ERRCODE = 'invalid_parameter_value', HINT = 'URN, name of the trust, number of the local authority or name of the region; none for national.';
	ELSIF scope <> 'national' AND NOT EXISTS (SELECT FROM abie.school s WHERE code = CASE scope WHEN 'school' THEN s.urn::text WHEN 'trust' THEN s.trust
		WHEN 'region' THEN s.region ELSE coalesce(s.la_code, s.laestab / 10000)::text END) THEN
		RAISE EXCEPTION 'there is no % "%"', scope, code
			USING ERRCODE = 'no_data_found', HINT = 'Write it as abie.school has it: urn, trust, la_code, region.';
	END IF;
END $$;
COMMENT ON FUNCTION abie.check_scope(text, text) IS 'Internal: raises error 22023 or P0002 where there is no such scope or nothing of that code in abie.school.';

CREATE FUNCTION abie.grant_access(role name, scope text, code text DEFAULT NULL, purpose text DEFAULT 'results') RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
#variable_conflict use_column
DECLARE
	rights text := CASE purpose WHEN 'calculation' THEN 'SELECT, INSERT, UPDATE, DELETE' ELSE 'SELECT' END;
	made integer;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = grant_access.role) THEN
		RAISE EXCEPTION 'role "%" does not exist', grant_access.role USING ERRCODE = 'undefined_object', HINT = 'Make it with CREATE ROLE.';
	ELSIF grant_access.purpose = ANY ('{results,similar schools,support,monitoring,calculation}') IS NOT TRUE
		OR grant_access.purpose IN ('monitoring', 'calculation') AND grant_access.scope <> 'national' THEN
		RAISE EXCEPTION 'there is no purpose % of scope %', coalesce('"' || grant_access.purpose || '"', 'NULL'), grant_access.scope
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Purposes are results, similar schools and support; of scope national also monitoring and calculation.';
	END IF;
	PERFORM abie.check_scope(grant_access.scope, grant_access.code);
	INSERT INTO abie.access_grant (role, scope, code, purpose) VALUES (grant_access.role, grant_access.scope, grant_access.code, grant_access.purpose)
	ON CONFLICT DO NOTHING RETURNING grant_id INTO made;
	EXECUTE format('GRANT %s ON %s TO %I', rights, array_to_string(abie.purpose_tables(grant_access.purpose), ', '), grant_access.role);
	IF grant_access.purpose = 'calculation' THEN
		EXECUTE format('GRANT EXECUTE ON FUNCTION abie.lock_year(text), abie.unlock_year(text) TO %I', grant_access.role);
	END IF;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie.grant_access(name, text, text, text) IS
'Lets a role see rows of a scope (school, trust, local authority, region, national; code as in abie.school) for a purpose: abie.access_grant. Takes effect at once. For the owner of the tables. The number of the grant; NULL where the role has it already. Errors: 42704 no such role, 22023 no such scope or purpose, P0002 no such school, trust, local authority or region.';

CREATE FUNCTION abie.revoke_access(role name, scope text, code text DEFAULT NULL, purpose text DEFAULT 'results') RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
#variable_conflict use_column
DECLARE
	revoked boolean;
	unused text;
BEGIN
	UPDATE abie.access_grant g SET revoked_by = session_user, revoked_at = clock_timestamp()
	WHERE g.role = revoke_access.role AND g.scope = revoke_access.scope AND g.code IS NOT DISTINCT FROM revoke_access.code AND g.purpose = revoke_access.purpose AND g.revoked_at IS NULL;
	revoked := FOUND;
	-- tables that no grant left needs
	SELECT string_agg(t.name::text, ', ') INTO unused
	FROM unnest(abie.purpose_tables(revoke_access.purpose)) t(name)
	WHERE NOT EXISTS (SELECT FROM abie.access_grant g WHERE g.role = revoke_access.role AND g.revoked_at IS NULL AND t.name = ANY (abie.purpose_tables(g.purpose)));
	IF revoked AND unused IS NOT NULL AND EXISTS (SELECT FROM pg_roles r WHERE r.rolname = revoke_access.role) THEN
		EXECUTE format('REVOKE ALL ON %s FROM %I', unused, revoke_access.role);
	END IF;
	IF revoked AND revoke_access.purpose = 'calculation' THEN
		EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM %I', array_to_string(abie.purpose_tables('calculation'), ', '), revoke_access.role);
		EXECUTE format('REVOKE EXECUTE ON FUNCTION abie.lock_year(text), abie.unlock_year(text) FROM %I', revoke_access.role);
	END IF;
	RETURN revoked;
END $$;
COMMENT ON FUNCTION abie.revoke_access(name, text, text, text) IS 'Takes back what abie.grant_access gave with the same arguments, and the rights on tables that no other grant of the role needs; whether there was such a grant. Takes effect at once.';

REVOKE EXECUTE ON FUNCTION abie.grant_access(name, text, text, text), abie.revoke_access(name, text, text, text) FROM PUBLIC;
