-- Aggregate abie.rate_change: how far a rate of absence changed, of the same pupils, and how sure that is.

CREATE TYPE abie.rate_change AS (
	pupils bigint,
	sess_overall_before bigint,
	sess_possible_before bigint,
	sess_overall bigint,
	sess_possible bigint,
	percent_before float8,
	percent float8,
	change float8,
	change_error float8
);
COMMENT ON TYPE abie.rate_change IS
'Change of the rate of absence of the same pupils from one time to another.';
COMMENT ON COLUMN abie.rate_change.pupils IS 'Pupils with a possible session at both times; the rest is of them.';
COMMENT ON COLUMN abie.rate_change.sess_overall_before IS 'Sessions of absence before.';
COMMENT ON COLUMN abie.rate_change.sess_possible_before IS 'Possible sessions before.';
COMMENT ON COLUMN abie.rate_change.sess_overall IS 'Sessions of absence after.';
COMMENT ON COLUMN abie.rate_change.sess_possible IS 'Possible sessions after.';
COMMENT ON COLUMN abie.rate_change.percent_before IS
'Absence before, per cent of possible sessions; NULL for no pupils.';
COMMENT ON COLUMN abie.rate_change.percent IS 'Absence after, per cent of possible sessions.';
COMMENT ON COLUMN abie.rate_change.change IS 'percent - percent_before, percentage points.';
COMMENT ON COLUMN abie.rate_change.change_error IS
'Standard error of the change, percentage points; NULL for fewer than two pupils.';

CREATE FUNCTION abie_internal.rate_change_step(state bigint[], overall_before bigint, possible_before bigint,
	sess_overall bigint, sess_possible bigint) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_rate_change_step';
COMMENT ON FUNCTION abie_internal.rate_change_step(bigint[], bigint, bigint, bigint, bigint) IS
'Adds a pupil to the state of abie.rate_change: the state of abie.rate_error before and after, then the sums of '
'absent x absent, absent before x possible after, possible before x absent after, possible x possible.';
CREATE FUNCTION abie_internal.rate_change_combine(bigint[], bigint[]) RETURNS bigint[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_rate_change_combine';
COMMENT ON FUNCTION abie_internal.rate_change_combine(bigint[], bigint[]) IS
'The state of abie.rate_change for both sets of pupils.';
CREATE FUNCTION abie_internal.rate_change_final(bigint[]) RETURNS abie.rate_change
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_rate_change_final';
COMMENT ON FUNCTION abie_internal.rate_change_final(bigint[]) IS
'The change that a state of abie.rate_change gives.';

CREATE AGGREGATE abie.rate_change(overall_before bigint, possible_before bigint, sess_overall bigint,
	sess_possible bigint) (
	SFUNC = abie_internal.rate_change_step, STYPE = bigint[], COMBINEFUNC = abie_internal.rate_change_combine,
		FINALFUNC = abie_internal.rate_change_final,
	INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.rate_change(bigint, bigint, bigint, bigint) IS
'How far the rate of absence of the same pupils changed, one row a pupil: sessions absent and possible before and '
'after. change_error: percentage points, pupils taken as drawn from many alike: 100 x sqrt(n / (n - 1) x sum e^2) '
'with e = (overall - R possible) / sum(possible) after less the same before, R the rate as a fraction of each time '
'(the linearised variance of a difference of ratios, Cochran 1977, section 6.4); so what a pupil''s absence before '
'says of that after is in it. From exact sums: the order of rows changes no bit. Rows with a NULL or without a '
'possible session at one of the times are left out. Errors: 22023 where absent sessions are not from 0 to those '
'possible, 22003 for more than 10^11 possible sessions or 10^15 in the sum of their squares.';

CREATE AGGREGATE abie_internal.rate_change_sums(overall_before bigint, possible_before bigint, sess_overall bigint,
	sess_possible bigint) (
	SFUNC = abie_internal.rate_change_step, STYPE = bigint[], COMBINEFUNC = abie_internal.rate_change_combine,
	INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie_internal.rate_change_sums(bigint, bigint, bigint, bigint) IS
'The state of abie.rate_change, so that parts of a set can be counted apart and combined.';

CREATE AGGREGATE abie_internal.rate_change_merge(sums bigint[]) (
	SFUNC = abie_internal.rate_change_combine, STYPE = bigint[], COMBINEFUNC = abie_internal.rate_change_combine,
	INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie_internal.rate_change_merge(bigint[]) IS
'The state of abie.rate_change of several sets of pupils.';
