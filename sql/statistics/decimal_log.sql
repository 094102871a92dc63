-- Logarithms that are the same on every CPU, which those of a C library need not be.

CREATE FUNCTION abie_internal.decimal_log(x float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_decimal_log';
COMMENT ON FUNCTION abie_internal.decimal_log(float8) IS
'Natural logarithm, the same bits on every CPU: those of ln(x::numeric)::float8, in a fraction of the time. Errors: '
'2201E for 0 and negative numbers, NaN and infinity as ln(numeric).';
