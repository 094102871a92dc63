-- Names of schools and published files need a database that can hold them.
DO $$
BEGIN
	IF current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'abie needs a database in encoding UTF8, not %', current_setting('server_encoding')
			USING ERRCODE = 'feature_not_supported',
				HINT = 'Make one with CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
END $$;

-- Its schemas are its own from the start: whoever owned them could change what it does.
DO $$
DECLARE
	taken record;
BEGIN
	SELECT n.nspname AS name, pg_get_userbyid(n.nspowner) AS owner INTO taken FROM pg_namespace n
	WHERE n.nspname IN ('abie', 'abie_internal', 'abie_owner', 'abie_report') ORDER BY n.nspname LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'there is a schema % already, of role %', taken.name, taken.owner
			USING ERRCODE = 'duplicate_schema',
			DETAIL = 'abie makes the schemas abie, abie_internal, abie_owner and abie_report itself, so that '
				'nothing in them is anybody else''s.',
			HINT = format('Look at what is in it, then ALTER SCHEMA %I RENAME TO another name, or drop it.',
				taken.name);
	END IF;
END $$;

-- Schemas. Tables carry no grants: what they hold is confidential until somebody is granted it.
CREATE SCHEMA abie;
COMMENT ON SCHEMA abie IS
'abie: contextual attendance expectations for schools. Types, functions and tables; rates are percentages 0-100, '
'differences percentage points.';
GRANT USAGE ON SCHEMA abie TO PUBLIC;

CREATE SCHEMA abie_report;
COMMENT ON SCHEMA abie_report IS
'Views for reporting tools: each reader sees what abie.grant_access gave. Rates are percentages 0-100, differences '
'percentage points. Where a figure is missing, the column is NULL and a column named ..._symbol says why: z not '
'applicable, x not available, u of low reliability, c confidential.';
GRANT USAGE ON SCHEMA abie_report TO PUBLIC;

-- Parts of what is in abie, run with the rights of whoever calls: nothing in it says more than its caller may read.
CREATE SCHEMA abie_internal;
COMMENT ON SCHEMA abie_internal IS
'Parts that the functions and views of abie are made of. They are described, but may change with any version.';
GRANT USAGE ON SCHEMA abie_internal TO PUBLIC;

-- Called in all floors.
CREATE FUNCTION abie_internal.has_owner_rights(held regclass) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = held
$$;
COMMENT ON FUNCTION abie_internal.has_owner_rights(regclass) IS
'Whether the role in force has the rights of a table''s owner, who restores dumps and may analyze it.';

-- No USAGE for anybody: what is in it runs behind a gate (sql/release/access.sql) or in a view, with its owner's
-- rights.
CREATE SCHEMA abie_owner;
COMMENT ON SCHEMA abie_owner IS
'What runs with the rights of the owner of the extension, behind gates and in views; nobody else may use it.';
