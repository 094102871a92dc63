-- Last in the script: settings of a session that no function of abie may depend on. Numbers in texts, JSON and
-- digests have every digit, whatever extra_float_digits is: here for all routines alike, so that none can be
-- forgotten. A function without a search_path of its own becomes part of its caller's query, or, a procedure that
-- commits, only calls others. (Literals are written so that standard_conforming_strings does not matter, and dates by
-- to_char.)
DO $$
DECLARE
	routine regprocedure;
BEGIN
	FOR routine IN
		SELECT p.oid FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
			AND d.deptype = 'e'
			JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
		WHERE e.extname = 'abie' AND p.proconfig && '{"search_path=pg_catalog, pg_temp"}' AND p.prokind IN ('f', 'p')
		ORDER BY p.oid
	LOOP
		EXECUTE format('ALTER ROUTINE %s SET extra_float_digits = 1', routine);
	END LOOP;
END $$;

-- What is behind the gates nobody else calls, a role that may use all schemas (pg_read_all_data) neither.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA abie_owner FROM PUBLIC;
