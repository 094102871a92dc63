-- A waterfall: from one level to another, step by step.

CREATE FUNCTION abie.chart_waterfall(title text, start_name text, start_level float8, names text[], amounts float8[],
	finish_name text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_chart_waterfall';
COMMENT ON FUNCTION abie.chart_waterfall(text, text, float8, text[], float8[], text) IS
'SVG waterfall from one level of attendance (per cent) to another: a row for start_name, one for each of names with '
'what it adds or takes away (amounts, percentage points), in their order, and one for finish_name, the level they lead '
'to. NULL amounts are left out. The values of the rows are in its description too. Errors: 2202E arrays of different '
'length or empty, 22003 values not finite.';
