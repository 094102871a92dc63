-- Names of schools and published files need a database that can hold them.
DO $$
BEGIN
	IF pg_catalog.current_setting('server_encoding') <> 'UTF8' THEN
		RAISE EXCEPTION 'abie needs a database in encoding UTF8, not %', pg_catalog.current_setting('server_encoding')
			USING ERRCODE = 'feature_not_supported', HINT = 'Make one with CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.';
	END IF;
END $$;

-- Schemas. Tables carry no grants: what they hold is confidential until somebody is granted it.
CREATE SCHEMA abie;
COMMENT ON SCHEMA abie IS 'abie: contextual attendance expectations for schools. Types, functions and tables; rates are percentages 0-100, differences percentage points.';
GRANT USAGE ON SCHEMA abie TO PUBLIC;

CREATE SCHEMA abie_report;
COMMENT ON SCHEMA abie_report IS 'Views for reporting tools: each reader sees what abie.grant_access gave. Rates are percentages 0-100, differences percentage points. Where a figure is missing, the column is NULL and a column named ..._symbol says why: z not applicable, x not available, u of low reliability, c confidential.';
GRANT USAGE ON SCHEMA abie_report TO PUBLIC;
