-- From similar schools to an expectation.

CREATE FUNCTION abie.local_mean(value float8[], distance float8[], weight float8[], bandwidth float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_local_mean';
COMMENT ON FUNCTION abie.local_mean(float8[], float8[], float8[], float8) IS
'Mean of values weighted by weight x (1 - (distance / bandwidth)^3)^3, the tricube kernel (Cleveland 1979); values at '
'or beyond the bandwidth have no weight, but where that is all of them each counts by its weight alone. Added in the '
'order given. NULL where there are no values or all weights are 0. Errors: arrays of different length, NULL elements, '
'negative distances, weights or bandwidth, NaN, infinity other than as bandwidth, which gives each value its weight '
'alone.';

CREATE FUNCTION abie.local_mean_error(value float8[], distance float8[], weight float8[], bandwidth float8)
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_local_mean_error';
COMMENT ON FUNCTION abie.local_mean_error(float8[], float8[], float8[], float8) IS
'Standard error of abie.local_mean of the same arguments, from the spread of its values (White 1980): sqrt(sum of (k '
'(value - mean))^2) / sum of k, where k is the weight each value has in the mean. NULL and errors as abie.local_mean.';

CREATE FUNCTION abie.improvement_expectation(baseline float8, expected float8, pace float8, ladder_top float8,
	gap_share float8 DEFAULT 0.2, floor float8 DEFAULT 0.1, cap float8 DEFAULT 1.0) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_improvement_expectation';
COMMENT ON FUNCTION abie.improvement_expectation(float8, float8, float8, float8, float8, float8, float8) IS
'Minimum improvement expectation for a year, percentage points: pace + gap_share x max(0, expected - baseline), not '
'under floor, not over cap, and not over the headroom max(0, ladder_top - baseline). baseline, expected and ladder_top '
'are attendance rates in per cent. Unrounded. Errors: NaN or infinity, negative gap_share, floor negative or above '
'cap.';

CREATE FUNCTION abie.round_half_up(value float8, digits integer) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN round(value::numeric, digits);
COMMENT ON FUNCTION abie.round_half_up(float8, integer) IS
'The value, read as a decimal of 15 significant digits, rounded to digits places, half away from zero: 0.25 gives 0.3, '
'-0.25 gives -0.3, and 0.15 gives 0.2 though its binary form lies below.';

CREATE FUNCTION abie.statement(attendance float8, target float8, improvement float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2
-- not STRICT, so that it becomes part of the query
RETURN CASE WHEN abie.round_half_up(improvement, 1) = 0 THEN 'maintain'
	WHEN attendance >= target THEN 'sustain' WHEN attendance < target THEN 'improve' END;
COMMENT ON FUNCTION abie.statement(float8, float8, float8) IS
'What an expectation tells a school to do, from its attendance last year and its target, per cent, and the '
'improvement that is in the target, percentage points: maintain, where the improvement rounds to 0.0 and so nothing '
'is asked for; sustain, where attendance has reached the target already; improve otherwise. NULL where attendance or '
'target is.';

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.school_result(attendance float8, expected float8, baseline float8, pared_mean float8,
	pre_pandemic float8, pace float8, gap_share float8, improvement_floor float8, improvement_cap float8)
RETURNS TABLE (gap float8, ladder_top float8, headroom float8, improvement float8, improvement_rounded numeric,
	target float8, statement text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 ROWS 1
BEGIN ATOMIC
	-- not STRICT: pre_pandemic may not be held
	SELECT greatest(0, expected - baseline), l.ladder_top, greatest(0, l.ladder_top - baseline), i.improvement,
		abie.round_half_up(i.improvement, 1), baseline + i.improvement,
		abie.statement(attendance, baseline + i.improvement, i.improvement)
	FROM (SELECT greatest(pared_mean, pre_pandemic) AS ladder_top) l,
		LATERAL (SELECT abie.improvement_expectation(baseline, expected, pace, l.ladder_top, gap_share,
			improvement_floor, improvement_cap) AS improvement) i;
END;
COMMENT ON FUNCTION abie_internal.school_result(float8, float8, float8, float8, float8, float8, float8, float8,
	float8) IS
'What is expected of a school, from its rates and the parameters of a methodology: gap = max(0, expected - baseline), '
'ladder_top the greater of pared_mean and pre_pandemic (NULL: not held), headroom = max(0, ladder_top - baseline), '
'improvement by abie.improvement_expectation, also rounded, target = baseline + improvement, and abie.statement.';

CREATE FUNCTION abie_internal.pared_mean_step(state float8[], numerator float8, denominator float8, share float8)
RETURNS float8[]
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_pared_mean_step';
COMMENT ON FUNCTION abie_internal.pared_mean_step(float8[], float8, float8, float8) IS
'Transition function of abie.pared_mean. Not STRICT: the state starts as NULL and rows with a NULL are left out.';

CREATE FUNCTION abie_internal.pared_mean_combine(state float8[], other float8[]) RETURNS float8[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_pared_mean_combine';
COMMENT ON FUNCTION abie_internal.pared_mean_combine(float8[], float8[]) IS 'Combine function of abie.pared_mean.';

CREATE FUNCTION abie_internal.pared_mean_final(state float8[]) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_pared_mean_final';
COMMENT ON FUNCTION abie_internal.pared_mean_final(float8[]) IS 'Final function of abie.pared_mean.';

CREATE AGGREGATE abie.pared_mean(numerator float8, denominator float8, share float8) (
	SFUNC = abie_internal.pared_mean_step,
	STYPE = float8[],
	COMBINEFUNC = abie_internal.pared_mean_combine,
	FINALFUNC = abie_internal.pared_mean_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.pared_mean(float8, float8, float8) IS
'Achievable benchmark (pared mean, Kiefe et al. 1998): units sorted by (numerator + 1) / (denominator + 2), best '
'first, are taken until they hold the share (above 0, at most 1) of all denominators; their numerators over their '
'denominators, 0 to 1. For schools: numerator = enrolments x attendance rate / 100, denominator = enrolments. The '
'order of rows changes nothing. NULL for no rows or denominators of 0; rows with a NULL are left out. Errors: '
'numerator not between 0 and denominator, share out of range, NULL or not the same in every row.';

CREATE FUNCTION abie_internal.list_rungs(urns integer[], attendance float8[], enrolments float8[], owners integer[],
	lists integer[], share float8, OUT urn integer, OUT upper_quartile float8, OUT pared_mean float8)
RETURNS SETOF record
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_list_rungs';
COMMENT ON FUNCTION abie_internal.list_rungs(integer[], float8[], float8[], integer[], integer[], float8) IS
'What lists of schools make, of schools with ascending URNs, their attendance (per cent) and enrolments: for each '
'owner, whose list is a row of lists (owners x listed), the upper quartile of the attendance of those listed, as '
'percentile_cont(0.75), and the pared mean (abie.pared_mean, share) of these and the owner, both per cent; NULL where '
'enrolments add up to 0. Errors: 2202E arrays that do not fit, 22004 NULL elements, 22023 URNs that do not ascend, '
'attendance not within 0-100 or a share not within 0-1, P0002 a school that is not among the schools.';
