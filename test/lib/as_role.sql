-- what a query gives a role, one value as text; the error where it gives one
CREATE FUNCTION as_role(who text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
	hint text;
BEGIN
	PERFORM set_config('role', who, true);
	EXECUTE query INTO answer;
	PERFORM set_config('role', 'none', true);
	RETURN coalesce(answer, 'nothing');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS answer = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN format('%s: %s %s %s', SQLSTATE, answer, detail, hint);
END $$;
