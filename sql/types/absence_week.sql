-- Aggregate abie.absence_weeks_agg: what a school, area or group adds up to, as a whole and by school week.

CREATE FUNCTION abie_internal.sess_reasons(measures abie.absence_measures) RETURNS jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_sess_reasons';
COMMENT ON FUNCTION abie_internal.sess_reasons(abie.absence_measures) IS
'The sessions by reason of absence measures, as abie.attendance holds them: {"sess_auth_illness": 1234, ...}.';

-- ---------- the counts of weeks ----------

CREATE TYPE abie.absence_weeks;

CREATE FUNCTION abie_internal.absence_weeks_in(cstring) RETURNS abie.absence_weeks
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_absence_weeks_in';
COMMENT ON FUNCTION abie_internal.absence_weeks_in(cstring) IS
'Text input of abie.absence_weeks. Errors: 22P02 for another syntax and what cannot be counts of enrolments; 22023 and '
'22003 as for abie.tally.';
CREATE FUNCTION abie_internal.absence_weeks_out(abie.absence_weeks) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 AS 'MODULE_PATHNAME', 'abie_absence_weeks_out';
COMMENT ON FUNCTION abie_internal.absence_weeks_out(abie.absence_weeks) IS
'Text output of abie.absence_weeks.';
CREATE FUNCTION abie_internal.absence_weeks_recv(internal) RETURNS abie.absence_weeks
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_weeks_recv';
COMMENT ON FUNCTION abie_internal.absence_weeks_recv(internal) IS
'Binary input of abie.absence_weeks: as abie.absence_state and the sums of abie.rate_error, the first Monday as a '
'binary date, then four bytes a count, kind by kind. Errors: 22P03 for what cannot be counts of enrolments, 54000 '
'beyond ten years.';
CREATE FUNCTION abie_internal.absence_weeks_send(abie.absence_weeks) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_weeks_send';
COMMENT ON FUNCTION abie_internal.absence_weeks_send(abie.absence_weeks) IS
'Binary output of abie.absence_weeks.';

CREATE TYPE abie.absence_weeks (
	INPUT = abie_internal.absence_weeks_in,
	OUTPUT = abie_internal.absence_weeks_out,
	RECEIVE = abie_internal.absence_weeks_recv,
	SEND = abie_internal.absence_weeks_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = external
);
COMMENT ON TYPE abie.absence_weeks IS
'What the registers of a set of enrolments add up to, as a whole and by school week: counts, so that parts of a set '
'(schools, servers, days of arrival) can be counted apart, kept, and added up. Made by abie.absence_weeks_agg, read by '
'abie.measures, abie.rate_error and abie.weeks. At most ten years, 104 bytes a week and 640 more. Text: that of '
'abie.absence_state; the sums over enrolments of absent x absent, absent x possible and possible x possible sessions; '
'then the first Monday, a colon, and for each week enrolments with a possible session, and of these the sessions '
'present, late (L), of approved activity, not possible, administrative, unrecorded, and those of each reason in the '
'order of abie.absence_measures.';

-- ---------- the aggregates ----------

CREATE FUNCTION abie_internal.absence_weeks_step(state abie.absence_weeks, register abie.register)
RETURNS abie.absence_weeks
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 15 AS 'MODULE_PATHNAME', 'abie_absence_weeks_register_step';
COMMENT ON FUNCTION abie_internal.absence_weeks_step(abie.absence_weeks, abie.register) IS
'Adds an enrolment to the state of abie.absence_weeks_agg.';
CREATE FUNCTION abie_internal.absence_weeks_step(state abie.absence_weeks, register abie.register, from_date date,
	to_date date)
RETURNS abie.absence_weeks
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 15 AS 'MODULE_PATHNAME', 'abie_absence_weeks_window_step';
COMMENT ON FUNCTION abie_internal.absence_weeks_step(abie.absence_weeks, abie.register, date, date) IS
'Adds the part of an enrolment in a window of dates to the state of abie.absence_weeks_agg. Not STRICT: the dates may '
'be NULL.';
CREATE FUNCTION abie_internal.absence_weeks_step(state abie.absence_weeks, weeks abie.absence_weeks)
RETURNS abie.absence_weeks
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_weeks_weeks_step';
COMMENT ON FUNCTION abie_internal.absence_weeks_step(abie.absence_weeks, abie.absence_weeks) IS
'Adds the counts of other enrolments to the state of abie.absence_weeks_agg.';
CREATE FUNCTION abie_internal.absence_weeks_combine(abie.absence_weeks, abie.absence_weeks) RETURNS abie.absence_weeks
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_weeks_combine';
COMMENT ON FUNCTION abie_internal.absence_weeks_combine(abie.absence_weeks, abie.absence_weeks) IS
'The counts of both sets of enrolments. Errors: 22003 for more than 400,000,000 enrolments in a week or 10^11 possible '
'sessions, 54000 beyond ten years.';

-- the planner has to know how much a group needs: a year of 40 weeks
CREATE AGGREGATE abie.absence_weeks_agg(register abie.register) (
	SFUNC = abie_internal.absence_weeks_step, STYPE = abie.absence_weeks, SSPACE = 4800,
	COMBINEFUNC = abie_internal.absence_weeks_combine, INITCOND = '0 0 0 0 0 0; 0 0 0;', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.absence_weeks_agg(abie.register) IS
'What enrolments, one register each, add up to: as a whole, as by abie.absence, and in every school week, in which '
'enrolments with a possible session in it are counted, as by abie.absence(register, Monday, Sunday). Every register is '
'read once; read the result with abie.measures, abie.rate_error and abie.weeks. NULL is left out; counts of 0 for no '
'rows. Errors: 22003 for more than 400,000,000 enrolments in a week or 10^11 possible sessions, 54000 beyond ten '
'years.';
CREATE AGGREGATE abie.absence_weeks_agg(register abie.register, from_date date, to_date date) (
	SFUNC = abie_internal.absence_weeks_step, STYPE = abie.absence_weeks, SSPACE = 4800,
	COMBINEFUNC = abie_internal.absence_weeks_combine, INITCOND = '0 0 0 0 0 0; 0 0 0;', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.absence_weeks_agg(abie.register, date, date) IS
'The same of enrolments from from_date to to_date, both included and NULL for no bound. They may differ from row to '
'row, such as the last day that counts for a pupil; persistent and severe absence are judged on that window.';
CREATE AGGREGATE abie.absence_weeks_agg(weeks abie.absence_weeks) (
	SFUNC = abie_internal.absence_weeks_step, STYPE = abie.absence_weeks, SSPACE = 4800,
	COMBINEFUNC = abie_internal.absence_weeks_combine, INITCOND = '0 0 0 0 0 0; 0 0 0;', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.absence_weeks_agg(abie.absence_weeks) IS
'What several sets of enrolments add up to, such as an area from its schools, or the parts of several servers. NULL is '
'left out.';

-- ---------- reading ----------

CREATE FUNCTION abie.measures(weeks abie.absence_weeks) RETURNS abie.absence_measures
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_weeks_measures';
COMMENT ON FUNCTION abie.measures(abie.absence_weeks) IS
'The absence measures of all that was counted, as abie.absence gives them.';

CREATE FUNCTION abie.rate_error(weeks abie.absence_weeks) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_weeks_error';
COMMENT ON FUNCTION abie.rate_error(abie.absence_weeks) IS
'Standard error of the overall absence rate of all that was counted, percentage points, as the aggregate '
'abie.rate_error gives it. NULL for fewer than two enrolments.';

CREATE FUNCTION abie.weeks(weeks abie.absence_weeks)
RETURNS TABLE (week_start date, enrolments bigint, sess_possible bigint, sess_overall bigint, sess_authorised bigint,
	sess_unauthorised bigint, sess_attending bigint, sess_approved_activity bigint, sess_late bigint,
	sess_not_possible bigint, sess_administrative bigint, sess_unrecorded bigint, reasons jsonb)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 40 AS 'MODULE_PATHNAME', 'abie_absence_weeks_rows';
COMMENT ON FUNCTION abie.weeks(abie.absence_weeks) IS
'The counts by school week, one row a week with a possible session: its Monday, the columns of abie.absence_measures '
'of the same names, and reasons as in abie.attendance.';

CREATE FUNCTION abie.is_provisional(week_start date, as_of date) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN as_of - week_start < 14;
COMMENT ON FUNCTION abie.is_provisional(date, date) IS
'Whether the figures of the week from a Monday may still change, as seen on a day: its Monday is less than 14 days '
'before it. Reasons are filled in and marks corrected in that time; DfE holds such weeks back.';
