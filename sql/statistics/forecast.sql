-- Status-quo forecast: what next year brings if nothing changes, and how far it may be out.

CREATE FUNCTION abie.forecast(before float8, last float8, expected float8, enrolments float8, coefficients float8[])
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'abie_forecast';
COMMENT ON FUNCTION abie.forecast(float8, float8, float8, float8, float8[]) IS
'Forecast of a school''s rate, per cent: the six coefficients of abie.learn_forecast times 1, expected, last - '
'expected, before - expected, (last - expected) / sqrt(enrolments), (before - expected) / sqrt(enrolments), where last '
'and before are the rates of the last year and the one before it. It includes the change common to all of the year '
'that was learned from. Errors: NaN or infinity, enrolments not above 0, other than six coefficients.';

CREATE FUNCTION abie.learn_forecast(before float8[], last float8[], expected float8[], enrolments float8[],
	outcome float8[],
	OUT coefficients float8[], OUT c0 float8, OUT c1 float8, OUT quantile float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME', 'abie_learn_forecast';
COMMENT ON FUNCTION abie.learn_forecast(float8[], float8[], float8[], float8[], float8[]) IS
'The coefficients with which abie.forecast best predicted the outcome, the rate of the year after last, by least '
'squares (the shortest solution where terms depend on each other) after the change from last to outcome is winsorised '
'at 99 per cent of its departures from the median; the variance c0 + c1 / enrolments of its errors, as in '
'abie.change_variance; and the 95 per cent quantile of |error - median error| / sqrt(c0 + c1 / enrolments). forecast '
'+- quantile x sqrt(c0 + c1 / enrolments) then holds 95 per cent of outcomes, a change common to all apart. One '
'element a school, rates in per cent; rows with a NULL are left out, the order changes nothing; NULL for fewer than 30 '
'schools. Errors: arrays of different length, NaN or infinity, enrolments not above 0.';
