-- Rows as CSV (RFC 4180), as COPY reads it: NULL is nothing, an empty text "". A text that a spreadsheet would take for
-- a formula has an apostrophe before it, for who opens the file there has no say in what a register calls a school.

CREATE FUNCTION abie_internal.csv_field(given text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_csv_field';
COMMENT ON FUNCTION abie_internal.csv_field(text) IS
'A text as a field of CSV. One that begins with = + - @, a tab or an end of line and is no number has an apostrophe '
'before it, and one that begins so after apostrophes has one more. Error 54000 where the result would exceed 1 GB.';

CREATE FUNCTION abie_internal.csv_line(record_text text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_csv_line';
COMMENT ON FUNCTION abie_internal.csv_line(text) IS
'A line of CSV from a row cast to text, its fields as of abie_internal.csv_field. Error 54000 where the result would '
'exceed 1 GB.';

CREATE FUNCTION abie_internal.csv_head(relation regclass) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
RETURN (SELECT string_agg(abie_internal.csv_field(a.attname), ',' ORDER BY a.attnum) || chr(10)
	FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);
COMMENT ON FUNCTION abie_internal.csv_head(regclass) IS
'The first line of CSV of a table or view: names of its columns.';

CREATE FUNCTION abie_internal.csv_facts(facts jsonb) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500 AS 'MODULE_PATHNAME', 'abie_csv_facts';
COMMENT ON FUNCTION abie_internal.csv_facts(jsonb) IS
'Facts of a report as CSV, a line a value: table (their name), row from 1, column, value unrounded. What is one figure '
'is a table of one row and column. Error 22023: no object, or rows that are none.';
