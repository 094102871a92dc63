-- Rows of a query as JSON, which is most of the work of all that reports say.

CREATE FUNCTION abie_internal.json_row("row" record) RETURNS jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_json_row';
COMMENT ON FUNCTION abie_internal.json_row(record) IS
'A row as a JSON object, what to_jsonb makes of it, in less time. Columns and error 0A000 as for '
'abie_internal.json_rows.';

CREATE FUNCTION abie_internal.json_rows("rows" record[]) RETURNS jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200 AS 'MODULE_PATHNAME', 'abie_json_rows';
COMMENT ON FUNCTION abie_internal.json_rows(record[]) IS
'Rows as a JSON array of objects, what to_jsonb makes of them, in a quarter of its time. Columns are integer, bigint, '
'numeric, double precision, boolean, text or jsonb. Errors: 0A000 a column of another type, 22004 a row that is NULL.';
