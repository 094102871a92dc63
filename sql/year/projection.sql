-- Where a year is heading: noise of a week, own level, the year projected, the probability that an expectation is met.

CREATE FUNCTION abie.week_noise(deviations float8[], enrolments float8[], OUT v0 float8, OUT v1 float8, OUT rho float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 AS 'MODULE_PATHNAME', 'abie_week_noise';
COMMENT ON FUNCTION abie.week_noise(float8[], float8[]) IS
'How noisy a school''s week is, from a year''s weeks: deviations from the peers'' week, percentage points, one row a '
'school, one column a week, NULL where it had none. v0 + v1 / enrolments is the variance of a week: least squares of '
'the squared deviations from the school''s own mean, times W / (W - 1) for its W weeks and winsorised at 98 per cent '
'of all, on 1 and 1 / enrolments with weights 1 / (0.5 + 100 / enrolments)^2, v0 at least 0.01 and v1 at least 0. '
'rho is the correlation of successive weeks, pooled over schools, within 0 and 0.9. NULL where no school has two '
'weeks. Sums go in the order of the rows given. Errors: another number of enrolments than rows, NULL enrolments, NaN '
'or infinity, enrolments not above 0.';

CREATE FUNCTION abie.week_spread(departures float8[], level_variance float8, week_variance float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'abie_week_spread';
COMMENT ON FUNCTION abie.week_spread(float8[], float8, float8) IS
'How much more or less schools differ in one week than in an ordinary one: ((1.4826 MAD)^2 - level_variance) / '
'week_variance, at least 0.25, of their departures in that week from what each was forecast to be, percentage '
'points. level_variance: variance of their true departures; week_variance: that of an ordinary week (medians over '
'schools). NULL elements are left out, the order changes nothing, NULL for none. Errors: NaN or infinity, a negative '
'level_variance, a week_variance not above 0.';

CREATE FUNCTION abie.project(prior float8, prior_variance float8, deviations float8[], variances float8[],
	weights float8[], rho float8, done float8, rate float8, course float8, week_variance float8, weeks_left float8,
	OUT level float8, OUT variance float8, OUT projected float8, OUT sd float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_project';
COMMENT ON FUNCTION abie.project(float8, float8, float8[], float8[], float8[], float8, float8, float8, float8, float8,
	float8) IS
'A school''s year from its forecast and the weeks so far. prior and prior_variance: its own level as forecast, '
'percentage points from the common course. A week each: deviations from the common course, variances of them in an '
'uncorrelated series, weights (1; 0 for a week that is to say nothing). rho: correlation of successive weeks. level '
'and variance: the normal posterior, prior + prior_variance x sum(r p) / (1 + prior_variance x sum(p)) and '
'prior_variance / (1 + prior_variance x sum(p)), where p = weight / (variance (1 + rho) / (1 - rho)) and r = '
'deviation - prior, drawn in to 2.5 sqrt(variance + prior_variance): a Kalman filter of a level that stays. '
'projected, per cent: done x rate + (1 - done) x (course + level), with done the share of the year''s sessions '
'behind (0 to 1), rate the attendance in them and course the attendance common to all in the weeks to come. sd: (1 - '
'done) x sqrt(variance + week_variance (1 + rho) / (1 - rho) / weeks_left), of the school''s own part, the common '
'course apart. All done: rate, and 0. Errors: arrays of different length, NULL elements, NaN or infinity, variances '
'not above 0, negative weights, done outside 0 to 1, rho not within -1 and 1, weeks_left 0 while done is under 1.';

CREATE FUNCTION abie.probability_met(projected float8, sd float8, baseline float8, improvement float8, pace float8,
	common_change float8, common_sd float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_probability_met';
COMMENT ON FUNCTION abie.probability_met(float8, float8, float8, float8, float8, float8, float8) IS
'Probability (0 to 1) that an expectation is met by either route of abie.progress: outcome - baseline + max(0, pace '
'- common change) >= improvement. projected and sd: the year projected, per cent, and the standard deviation of the '
'school''s own part; the common change, of all schools from the baseline year on, is normal about common_change '
'(percentage points) with standard deviation common_sd and moves the outcome with it. By a Gauss-Hermite rule of 16 '
'points; one normal tail where common_sd is 0, 0 or 1 where sd is 0 too. Errors: NaN or infinity, a negative '
'standard deviation.';

CREATE FUNCTION abie_internal.maintain_tolerance() RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN 0.5;
COMMENT ON FUNCTION abie_internal.maintain_tolerance() IS
'Percentage points that the year of a school that is asked to maintain may be below its baseline.';

CREATE FUNCTION abie.progress_status(statement text, probability float8, low float8, baseline float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE
	WHEN statement IS NULL OR probability IS NULL OR low IS NULL OR baseline IS NULL THEN NULL
	WHEN statement = 'maintain' AND low >= baseline - abie_internal.maintain_tolerance() THEN 'maintain'
	WHEN probability >= 0.8 THEN 'on course'
	WHEN probability <= 0.2 THEN 'not on course'
	ELSE 'open' END;
COMMENT ON FUNCTION abie.progress_status(text, float8, float8, float8) IS
'Where a school stands in the course of the year: on course where the probability of meeting its expectation is 0.8 '
'or more, not on course where it is 0.2 or less, open between; maintain where the statement (abie.expectation) asks '
'to maintain and the lower end of the year''s interval (low) is at most half a percentage point below the baseline, '
'per cent; for such a school the probability is that of staying so.';
