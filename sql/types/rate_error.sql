-- Aggregate abie.rate_error: how far a rate of absence may be off as that of a sample of pupils.

CREATE FUNCTION abie_internal.rate_error_step(state bigint[], sess_overall bigint, sess_possible bigint)
	RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_rate_error_step';
COMMENT ON FUNCTION abie_internal.rate_error_step(bigint[], bigint, bigint) IS
'Adds an enrolment to the state of abie.rate_error: enrolments, sums of absent and possible sessions, of the '
'squares of absent, of the products, of the squares of possible.';
CREATE FUNCTION abie_internal.rate_error_combine(bigint[], bigint[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_rate_error_combine';
COMMENT ON FUNCTION abie_internal.rate_error_combine(bigint[], bigint[]) IS
'The state of abie.rate_error for both sets of enrolments.';
CREATE FUNCTION abie_internal.rate_error_final(bigint[]) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_rate_error_final';
COMMENT ON FUNCTION abie_internal.rate_error_final(bigint[]) IS
'The standard error that a state of abie.rate_error gives.';

CREATE AGGREGATE abie.rate_error(sess_overall bigint, sess_possible bigint) (
	SFUNC = abie_internal.rate_error_step, STYPE = bigint[], COMBINEFUNC = abie_internal.rate_error_combine,
		FINALFUNC = abie_internal.rate_error_final,
	INITCOND = '{0,0,0,0,0,0}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.rate_error(bigint, bigint) IS
'Standard error, percentage points, of the rate 100 x sum(sess_overall) / sum(sess_possible) of enrolments, one row '
'each, taken as drawn from many alike: 100 x sqrt(n / (n - 1) x sum (overall - R possible)^2) / sum(possible), R the '
'rate as a fraction (linearised variance of a ratio, Cochran 1977, section 6.4). From exact sums, so the order of rows '
'changes no bit. Rows with a NULL or without a possible session are left out; NULL for fewer than two. Errors: 22023 '
'where sess_overall is not from 0 to sess_possible, 22003 for more than 10^11 possible sessions or 10^15 in the sum of '
'their squares.';
