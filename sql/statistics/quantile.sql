-- Quantiles of values that count by a weight.

CREATE FUNCTION abie_internal.weighted_quantile_step(state float8[], value float8, weight float8, fraction float8)
RETURNS float8[]
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_weighted_quantile_step';
COMMENT ON FUNCTION abie_internal.weighted_quantile_step(float8[], float8, float8, float8) IS
'Transition function of abie.weighted_quantile. Not STRICT: the state starts as NULL and rows with a NULL are left '
'out.';

CREATE FUNCTION abie_internal.weighted_quantile_combine(state float8[], other float8[]) RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_weighted_quantile_combine';
COMMENT ON FUNCTION abie_internal.weighted_quantile_combine(float8[], float8[]) IS
'Combine function of abie.weighted_quantile.';

CREATE FUNCTION abie_internal.weighted_quantile_final(state float8[]) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_weighted_quantile_final';
COMMENT ON FUNCTION abie_internal.weighted_quantile_final(float8[]) IS 'Final function of abie.weighted_quantile.';

CREATE AGGREGATE abie.weighted_quantile(value float8, weight float8, fraction float8) (
	SFUNC = abie_internal.weighted_quantile_step,
	STYPE = float8[],
	COMBINEFUNC = abie_internal.weighted_quantile_combine,
	FINALFUNC = abie_internal.weighted_quantile_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.weighted_quantile(float8, float8, float8) IS
'The value up to and including which the weights (0 or more) reach the fraction (0 to 1) of their total, midway to the '
'next value where they reach it exactly: with weights of 1 type 2 of Hyndman and Fan 1996 (Am Stat 50:361-365), at '
'fraction 0.5 the usual median. A weight of 2 is the value twice, a weight of 0 nothing, and the unit of the weights '
'does not matter. The order of rows changes nothing. NULL for no rows or weights of 0; rows with a NULL are left out. '
'Errors: NaN or infinity, negative weights, fraction out of range, NULL or not the same in every row.';
