-- Aggregate abie_internal.has_repeat: whether some key occurs twice.

CREATE FUNCTION abie_internal.has_repeat_step(state bigint[], key bigint) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_has_repeat_step';
COMMENT ON FUNCTION abie_internal.has_repeat_step(bigint[], bigint) IS
'Adds a key to the state of abie_internal.has_repeat: how many keys there are, these, and room for more.';
CREATE FUNCTION abie_internal.has_repeat_combine(bigint[], bigint[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_has_repeat_combine';
COMMENT ON FUNCTION abie_internal.has_repeat_combine(bigint[], bigint[]) IS
'The state of abie_internal.has_repeat for the keys of both.';
CREATE FUNCTION abie_internal.has_repeat_final(bigint[]) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_has_repeat_final';
COMMENT ON FUNCTION abie_internal.has_repeat_final(bigint[]) IS
'Whether a state of abie_internal.has_repeat has a key twice.';

CREATE AGGREGATE abie_internal.has_repeat(key bigint) (
	SFUNC = abie_internal.has_repeat_step, STYPE = bigint[], SSPACE = 4200,
	COMBINEFUNC = abie_internal.has_repeat_combine, FINALFUNC = abie_internal.has_repeat_final,
	INITCOND = '{0}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie_internal.has_repeat(bigint) IS
'Whether some key occurs twice; NULL is left out. Errors: 54000 for more than 100,000,000 keys.';
