-- How noisy a school's rate is, how much schools truly differ, and the underlying level that follows from both.

CREATE FUNCTION abie.shrink(rate float8, expected float8, sampling_variance float8, between_variance float8)
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_shrink';
COMMENT ON FUNCTION abie.shrink(float8, float8, float8, float8) IS
'Shrunk rate: expected + B (rate - expected) with B = between_variance / (between_variance + sampling_variance), the '
'part of the difference that is more than noise (Efron and Morris 1975). Never beyond rate or expected; the rate '
'itself where sampling_variance is 0. Any unit, the variances in its square. Errors: NaN or infinity, negative '
'variances.';

CREATE FUNCTION abie.overdispersion(z float8[], winsorised float8 DEFAULT 0.1) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_overdispersion';
COMMENT ON FUNCTION abie.overdispersion(float8[], float8) IS
'Over-dispersion phi of standardised departures from a target, z = (observed - target) / standard error: the mean of '
'their squares, after the share winsorised of each end (0: none) is drawn in to the quantile there. About 1 where '
'chance is all; above it the units truly differ, or the standard errors are too small (Spiegelhalter 2005, Stat Med '
'24:1185-1202). NULL elements are left out, the order changes nothing, NULL for none. Errors: NaN or infinity, '
'winsorised negative or 0.5 and more.';

CREATE FUNCTION abie.between_variance(effects float8[], variances float8[], winsorised float8 DEFAULT 0.1)
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_between_variance';
COMMENT ON FUNCTION abie.between_variance(float8[], float8[], float8) IS
'Variance tau^2 of the true effects of K units, from their effects (departures from a target, such as attendance - '
'expected) and the sampling variances of these: max(0, (K phi - (K - 1)) / (sum w - sum w^2 / sum w)) with w = 1 / '
'variance and phi = abie.overdispersion(effect / sqrt(variance), winsorised). The additive random-effects estimator '
'(DerSimonian and Laird 1986, Control Clin Trials 7:177-188; Spiegelhalter 2005); with the target their mean weighted '
'by w and winsorised 0 it is DerSimonian and Laird''s own. Rows with a NULL are left out, the order changes nothing, 0 '
'for one row, NULL for none. Errors: arrays of different length, NaN or infinity, variances not above 0, winsorised '
'negative or 0.5 and more.';

CREATE FUNCTION abie.change_variance(change float8[], enrolments float8[], OUT c0 float8, OUT c1 float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'abie_change_variance';
COMMENT ON FUNCTION abie.change_variance(float8[], float8[]) IS
'The variance c0 + c1 / enrolments of schools'' changes (percentage points) from one year to the next: least squares '
'of the squared departures from the median change, winsorised at 99 per cent, on 1 and 1 / enrolments, with c0 at '
'least 0.01 and c1 at least 0. c1 / (2 enrolments) is then the sampling variance of one year''s rate. One element a '
'school; rows with a NULL are left out, the order changes nothing; NULL for fewer than 30 schools. Errors: arrays of '
'different length, NaN or infinity, enrolments not above 0.';

CREATE FUNCTION abie.own_level(before float8, last float8, last_weight float8, common_change float8 DEFAULT 0,
	reach float8 DEFAULT 'Infinity') RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_own_level';
COMMENT ON FUNCTION abie.own_level(float8, float8, float8, float8, float8) IS
'A school''s own level of attendance, per cent, from the rates of the last year and the one before it: last + '
'(1 - last_weight) x (before + common_change - last), within reach (percentage points) of last. common_change is what '
'all schools changed by from the year before to the last, so that the year before counts as it would be now. '
'last_weight and common_change are those of abie.learn_baseline. Errors: NaN, infinity but for reach, last_weight '
'outside 0 to 1, negative reach.';

CREATE FUNCTION abie.shrunk_baseline(before float8, last float8, expected float8, enrolments float8, last_weight float8,
	n0 float8, constant float8 DEFAULT 0, common_change float8 DEFAULT 0, reach float8 DEFAULT 'Infinity')
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_shrunk_baseline';
COMMENT ON FUNCTION abie.shrunk_baseline(float8, float8, float8, float8, float8, float8, float8, float8, float8) IS
'Underlying level of a school, per cent: expected + B (a - expected) with a = abie.own_level(before, last, '
'last_weight, common_change, reach) and B = 1 / (1 + constant + n0 / enrolments); then within reach (percentage '
'points) of last. Never beyond a or expected. last_weight, n0, constant and common_change are those of '
'abie.learn_baseline; as they are left out, B = enrolments / (enrolments + n0). Errors: NaN, infinity but for reach, '
'enrolments not above 0, last_weight outside 0 to 1, negative n0, constant or reach.';

CREATE FUNCTION abie.learn_baseline(before float8[], last float8[], expected float8[], enrolments float8[],
	outcome float8[], with_constant boolean DEFAULT false, reach float8 DEFAULT 'Infinity',
	OUT last_weight float8, OUT n0 float8, OUT constant float8, OUT common_change float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000000 AS 'MODULE_PATHNAME', 'abie_learn_baseline';
COMMENT ON FUNCTION abie.learn_baseline(float8[], float8[], float8[], float8[], float8[], boolean, float8) IS
'The last_weight (1/2 to 1) and n0 (0 to 1000 times the median enrolments), and with_constant the constant (0 to 1), '
'with which abie.shrunk_baseline best predicted the outcome, the rate of the year after last: least mean square of '
'outcome - baseline less its mean, so that a change common to all does not count, after the change from last to '
'outcome '
'is winsorised at 99.5 per cent of its departures from the median. By Nelder and Mead''s simplex from last_weight 3/4, '
'n0 the median enrolments and a constant of 1/2. common_change: with_constant the mean change from before to last, '
'weighted by enrolments, else 0 like the constant. One element a school, rates in per cent; rows with a NULL are left '
'out, the order changes nothing; NULL for fewer than 30 schools. Errors: arrays of different length, NaN or infinity '
'but for reach, enrolments not above 0, negative reach.';
