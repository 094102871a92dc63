-- What each purpose of abie.access_grant gives: rights on views of abie_report, or for calculation on tables; to grant
-- and revoke it.

CREATE FUNCTION abie_owner.relations() RETURNS regclass[]
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY(SELECT c.oid::regclass FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass
	AND d.objid = c.oid AND d.deptype = 'e'
	JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid AND e.extname = 'abie'
	WHERE c.relkind IN ('r', 'v') AND c.relnamespace <> 'abie_owner'::regnamespace ORDER BY c.oid)
$$;
COMMENT ON FUNCTION abie_owner.relations() IS 'The tables and views of the extension, internal ones apart.';

CREATE FUNCTION abie_internal.purpose_tables(purpose text) RETURNS regclass[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE purpose
	WHEN 'results' THEN '{abie.methodology,abie.characteristic,abie.attendance_code,
		abie_report.run,abie_report.school_expectation,abie_report.similar_school,abie_report.school_ladder,
		abie_report.school_absence,abie_report.school_profile,abie_report.area_attendance,
		abie_report.school_history,abie_report.local_authority_summary,abie_report.trust_summary,
		abie_report.national_summary,
		abie_report.national_attendance,abie_report.methodology_summary,abie_report.characteristic_weights,
		abie_report.school_circumstances,abie_report.school_absence_compared,abie_report.improvement_distribution,
		abie_report.school_source,abie_report.run_change,abie_report.school,abie_report.school_context,
		abie_report.school_week,abie_report.school_week_compared,abie_report.published_attendance,
		abie_report.school_figure,abie_report.correction,abie_report.school_event,
		abie_report.monitor,abie_report.school_progress,abie_report.stratum_progress,abie_report.common_week,
		abie_report.area_week,abie_report.local_authority_week,abie_report.trust_week,abie_report.shock,
		abie_report.school_outcome,abie_report.referral,abie_report.referral_answer,abie_report.hub,
		abie_report.hub_place,abie_report.hub_placement,abie_report.hub_partner_difference,
		abie_report.hub_partner_week}'::regclass[]
	WHEN 'support'
		THEN '{abie.methodology,abie_report.run,abie_report.school_expectation,abie_report.school_ladder,'
		'abie_report.school,
		abie_report.local_authority_summary,abie_report.trust_summary,abie_report.national_summary,
		abie_report.national_attendance,abie_report.published_attendance,abie_report.referral,
		abie_report.hub,abie_report.hub_place,abie_report.hub_placement}'
	WHEN 'partners' THEN '{abie_report.hub,abie_report.hub_place,abie_report.hub_placement,
		abie_report.hub_partner_difference,abie_report.hub_partner_week}'
	WHEN 'similar schools' THEN '{abie_report.run,abie_report.similar_school,abie_report.local_authority_summary,
		abie_report.trust_summary,abie_report.national_summary,abie_report.national_attendance,
		abie_report.published_attendance}'
	WHEN 'monitoring' THEN '{abie_report.health}'
	ELSE ARRAY(SELECT t FROM unnest(abie_owner.relations()) t WHERE t <> 'abie.access_grant'::regclass) END
$$;
COMMENT ON FUNCTION abie_internal.purpose_tables(text) IS
'The tables and views that a purpose of abie.access_grant gives a role the right to read. No table with '
'figures of a school but for calculation.';

CREATE FUNCTION abie_owner.writable_tables() RETURNS regclass[]
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY(SELECT t FROM unnest(abie_owner.relations()) t JOIN pg_class c ON c.oid = t
	WHERE c.relkind = 'r' AND t <> ALL ('{abie.access_grant,abie.run_event,abie.report_read,abie.school_event,
		abie.event_decision,abie.referral_event,abie.hub_allocation_event}'::regclass[]))
$$;
COMMENT ON FUNCTION abie_owner.writable_tables() IS
'The tables that roles granted calculation may write: not the records of what became of runs, of who read what and of '
'what happened to schools, whose rows come from triggers and functions alone.';

--
-- Policies: who has the right to read a table, by whatever way, reads rows of it only with a grant of calculation.
--

CREATE FUNCTION abie_internal.protect_table(t regclass) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
	EXECUTE format('CREATE POLICY calculation ON %s '
		'USING ((SELECT abie_internal.has_national_access(''{calculation}'')))', t);
	-- which methodology a run used, and what its characteristics are, is no secret
	IF t = ANY ('{abie.methodology,abie.characteristic}'::regclass[]) THEN
		EXECUTE format('CREATE POLICY reading ON %s FOR SELECT '
			'USING ((SELECT abie_internal.has_access(''{results,support}'')))', t);
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.protect_table(regclass) IS
'Row-level security of a table: its rows are for roles granted calculation.';

-- with roles that may read all tables (pg_read_all_data) in mind those behind the gates, too
SELECT abie_internal.protect_table(c.oid) FROM pg_class c
	WHERE c.relnamespace IN ('abie'::regnamespace, 'abie_owner'::regnamespace) AND c.relkind = 'r'
	ORDER BY c.oid;

--
-- Grants
--

CREATE FUNCTION abie_internal.check_scope(scope text, code text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
BEGIN
	IF scope = ANY ('{school,trust,local authority,region,national,hub}') IS NOT TRUE THEN
		RAISE EXCEPTION 'there is no scope %', coalesce('"' || scope || '"', 'NULL')
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Scopes are school, trust, local authority, region, national and hub.';
	ELSIF (scope = 'national') <> (code IS NULL) THEN
		RAISE EXCEPTION 'scope % % a code', scope, CASE scope WHEN 'national' THEN 'has not' ELSE 'needs' END
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'URN, code or name of the trust, number of the local authority or name of the region; none for '
					'national.';
	ELSIF scope = 'hub' THEN
		IF NOT EXISTS (SELECT FROM abie.hub h WHERE h.urn::text = code) THEN
			RAISE EXCEPTION 'there is no hub "%"', code
				USING ERRCODE = 'no_data_found', HINT = 'Write its URN, as abie.hub has it.';
		END IF;
	ELSIF scope <> 'national'
		AND NOT EXISTS (SELECT FROM abie.school s WHERE CASE scope WHEN 'school' THEN code = s.urn::text
		WHEN 'trust' THEN abie_owner.is_of_trust(code, s.trust_code, s.trust) WHEN 'region' THEN code = s.region
		ELSE code = coalesce(s.la_code, s.laestab / 10000)::text END) THEN
		RAISE EXCEPTION 'there is no % "%"', scope, code
			USING ERRCODE = 'no_data_found',
				HINT = 'Write it as abie.school has it: urn, trust_code or trust, la_code, region.';
	ELSIF scope = 'trust' AND (SELECT count(DISTINCT s.trust_code) > 1 FROM abie.school s WHERE s.trust = code) THEN
		RAISE EXCEPTION 'there is more than one trust "%"', code
			USING ERRCODE = 'ambiguous_alias', HINT = 'Name it by its code: abie.school.trust_code.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_scope(text, text) IS
'Raises error 22023 or P0002 where there is no such scope or nothing of that code in abie.school or abie.hub, 42P09 '
'where a trust''s name is that of several.';

-- The code that a grant is kept by: a trust's own where GIAS gives one, because a name may become another's.
CREATE FUNCTION abie_owner.stable_code(scope text, code text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
SELECT CASE WHEN scope = 'trust' AND code !~ '^[0-9]+$' THEN coalesce((SELECT min(s.trust_code) FROM abie.school s
	WHERE s.trust = stable_code.code AND s.trust_code IS NOT NULL HAVING count(DISTINCT s.trust_code) = 1), code)
		ELSE code END
$$;
COMMENT ON FUNCTION abie_owner.stable_code(text, text) IS
'The code to keep a grant by: the code of the trust of that name, where all schools that name it with a code agree; as '
'given otherwise.';

CREATE FUNCTION abie.grant_access(role name, scope text, code text DEFAULT NULL, purpose text DEFAULT 'results',
	valid_until timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
#variable_conflict use_column
DECLARE
	grantee regrole := to_regrole(quote_ident(grant_access.role));
	kept_code text := abie_owner.stable_code(grant_access.scope, grant_access.code);
	made integer;
BEGIN
	IF grantee IS NULL THEN
		RAISE EXCEPTION 'role "%" does not exist', grant_access.role
			USING ERRCODE = 'undefined_object', HINT = 'Make it with CREATE ROLE.';
	ELSIF grant_access.purpose = ANY ('{results,similar schools,support,partners,monitoring,calculation}') IS NOT TRUE
		OR grant_access.purpose IN ('monitoring', 'calculation') AND grant_access.scope <> 'national'
		OR (grant_access.purpose = 'partners') <> (grant_access.scope = 'hub') THEN
		RAISE EXCEPTION 'there is no purpose % of scope %', coalesce('"' || grant_access.purpose || '"', 'NULL'),
			grant_access.scope
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Purposes are results, similar schools and support; of scope national also monitoring and '
					'calculation; of scope hub partners alone.';
	ELSIF grant_access.valid_until <= now() THEN
		RAISE EXCEPTION 'a grant cannot end in the past: %', grant_access.valid_until
			USING ERRCODE = 'invalid_parameter_value', HINT = 'valid_until is a time to come, or NULL for no end.';
	END IF;
	PERFORM abie_internal.check_scope(grant_access.scope, grant_access.code);
	-- with another end it is another grant, in place of this one
	UPDATE abie.access_grant g SET revoked_by = current_user, revoked_at = clock_timestamp()
	WHERE g.role = grantee AND g.scope = grant_access.scope AND g.code IS NOT DISTINCT FROM kept_code
		AND g.purpose = grant_access.purpose AND g.revoked_at IS NULL
			AND g.valid_until IS DISTINCT FROM grant_access.valid_until;
	INSERT INTO abie.access_grant (role, scope, code, purpose, valid_until)
	VALUES (grantee, grant_access.scope, kept_code, grant_access.purpose, grant_access.valid_until)
	ON CONFLICT DO NOTHING RETURNING grant_id INTO made;
	EXECUTE format('GRANT SELECT ON %s TO %s', array_to_string(abie_internal.purpose_tables(grant_access.purpose),
		', '),
		grantee);
	IF grant_access.purpose = 'calculation' THEN
		EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO %s',
			array_to_string(abie_owner.writable_tables(), ', '), grantee);
		EXECUTE format('GRANT EXECUTE ON FUNCTION abie_internal.lock_year(text), abie_internal.unlock_year(text), '
			'abie_internal.begin_pool() TO %s', grantee);
	END IF;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie.grant_access(name, text, text, text, timestamptz) IS
'Lets a role see rows of a scope (school, trust, local authority, region, national; code as in abie.school; hub: its '
'URN) for a purpose: abie.access_grant. valid_until: when it ends by itself; a grant held already with another end is '
'replaced. Takes effect at once. For the owner of the tables. The number of the grant; NULL where the role has it '
'already. Errors: 42704 no such role, 22023 no such scope or purpose, or an end in the past, P0002 no such school, '
'trust, local authority, region or hub.';

-- Without a password, so that no log, statistics or history of statements ever has it.
CREATE FUNCTION abie.create_reader(role name, scope text, code text DEFAULT NULL, purpose text DEFAULT 'results',
	valid_until timestamptz DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
BEGIN
	IF create_reader.role IS NULL THEN
		RAISE EXCEPTION 'role cannot be NULL' USING ERRCODE = 'null_value_not_allowed';
	ELSIF create_reader.purpose = 'calculation' THEN
		RAISE EXCEPTION 'a reader has no purpose "calculation"'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'Who calculates is made with CREATE ROLE and abie.grant_access.';
	END IF;
	EXECUTE format('CREATE ROLE %I LOGIN', create_reader.role);
	RETURN abie.grant_access(create_reader.role, create_reader.scope, create_reader.code, create_reader.purpose,
		create_reader.valid_until);
END $$;
COMMENT ON FUNCTION abie.create_reader(name, text, text, text, timestamptz) IS
'Makes a role that can log in and read what abie.grant_access gives for the same arguments; the number of the grant. '
'For the owner of the tables, who needs the right to make roles. The role has no password: it logs in as pg_hba.conf '
'says (peer, certificates, LDAP, ...), or with the one that psql''s command password gives it, which sends a hash '
'(SCRAM), so that the password stands in no log. Where anything is refused, no role is made. Errors: 42710 the role '
'is there, 42501 no right to make roles, 22004 no role, 22023 purpose calculation, and those of abie.grant_access.';

-- What of its rights on tables a role's grants do not need any more.
CREATE FUNCTION abie_owner.take_back(role regrole, purpose text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unused text := (SELECT string_agg(t.name::text, ', ')
		FROM unnest(abie_internal.purpose_tables(take_back.purpose)) t(name)
		WHERE NOT EXISTS (SELECT FROM abie.access_grant g
			WHERE g.role = take_back.role AND g.revoked_at IS NULL
				AND t.name = ANY (abie_internal.purpose_tables(g.purpose))));
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = role) THEN
		RETURN;
	ELSIF unused IS NOT NULL THEN
		EXECUTE format('REVOKE ALL ON %s FROM %s', unused, role);
	END IF;
	IF purpose = 'calculation' THEN
		EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON %s FROM %s',
			array_to_string(abie_owner.writable_tables(), ', '), role);
		EXECUTE format('REVOKE EXECUTE ON FUNCTION abie_internal.lock_year(text), abie_internal.unlock_year(text), '
			'abie_internal.begin_pool() FROM %s', role);
	END IF;
END $$;
COMMENT ON FUNCTION abie_owner.take_back(regrole, text) IS
'Takes back the rights on tables that a revoked grant of a purpose gave a role, if no other grant of it needs them.';

CREATE FUNCTION abie.revoke_access(grant_id integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	revoked abie.access_grant;
BEGIN
	UPDATE abie.access_grant g SET revoked_by = current_user, revoked_at = clock_timestamp()
	WHERE g.grant_id = revoke_access.grant_id AND g.revoked_at IS NULL RETURNING g.* INTO revoked;
	IF NOT FOUND THEN
		RETURN false;
	END IF;
	PERFORM abie_owner.take_back(revoked.role, revoked.purpose);
	RETURN true;
END $$;
COMMENT ON FUNCTION abie.revoke_access(integer) IS
'Takes back a grant by its number in abie.access_grant, whether or not its role is still there, and the rights on '
'tables that no other grant of the role needs; whether it was in force. Takes effect at once.';

CREATE FUNCTION abie.revoke_access(role name, scope text, code text DEFAULT NULL, purpose text DEFAULT 'results')
RETURNS boolean
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: code is NULL for national
#variable_conflict use_column
DECLARE
	held integer := (SELECT g.grant_id FROM abie.access_grant g
		-- of a role that is gone the number is left
		WHERE g.role::text IN (quote_ident(revoke_access.role), revoke_access.role) AND g.scope = revoke_access.scope
			AND g.code IS NOT DISTINCT FROM abie_owner.stable_code(revoke_access.scope, revoke_access.code)
			AND g.purpose = revoke_access.purpose AND g.revoked_at IS NULL);
BEGIN
	RETURN coalesce(abie.revoke_access(held), false);
END $$;
COMMENT ON FUNCTION abie.revoke_access(name, text, text, text) IS
'Takes back what abie.grant_access gave with the same arguments, and the rights on tables that no other grant of the '
'role needs; whether there was such a grant. Takes effect at once. A role that was dropped is named by its number, as '
'abie.access_grant shows it; or give the number of the grant alone.';

REVOKE EXECUTE ON FUNCTION abie.grant_access(name, text, text, text, timestamptz),
	abie.create_reader(name, text, text, text, timestamptz), abie.revoke_access(integer),
	abie.revoke_access(name, text, text, text) FROM PUBLIC;

--
-- Grants to trusts by name: by code as soon as it is known
--

CREATE FUNCTION abie_owner.keep_trust_grants() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	UPDATE abie.access_grant g SET code = abie_owner.stable_code(g.scope, g.code)
	WHERE g.scope = 'trust' AND g.revoked_at IS NULL AND g.code <> abie_owner.stable_code(g.scope, g.code)
		-- a role that has the trust by its code already keeps that one
		AND NOT EXISTS (SELECT FROM abie.access_grant o WHERE o.role = g.role AND o.scope = 'trust'
			AND o.purpose = g.purpose
			AND o.revoked_at IS NULL AND o.code = abie_owner.stable_code(g.scope, g.code));
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.keep_trust_grants() IS
'Trigger: grants to a trust by its name are kept by its code from when the code is known, so that a new name changes '
'nothing in them.';

CREATE FUNCTION abie_internal.keep_trust_grants() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.keep_trust_grants() IS 'Trigger: the gate to abie_owner.keep_trust_grants.';

CREATE TRIGGER keep_trust_grants AFTER INSERT OR UPDATE OF trust, trust_code ON abie.school
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.keep_trust_grants();
