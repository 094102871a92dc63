-- Aggregate abie.absence: from registers or tallies of pupils to the absence measures of their school, area or group.

CREATE TYPE abie.absence_measures AS (
	enrolments bigint,
	sess_possible bigint,
	sess_overall bigint,
	sess_authorised bigint,
	sess_unauthorised bigint,
	sess_overall_percent float8,
	sess_authorised_percent float8,
	sess_unauthorised_percent float8,
	enrolments_pa_10_exact bigint,
	enrolments_pa_10_exact_percent float8,
	enrolments_pa_50_exact bigint,
	enrolments_pa_50_exact_percent float8,
	sess_auth_illness bigint,
	sess_auth_appointments bigint,
	sess_auth_religious bigint,
	sess_auth_study bigint,
	sess_auth_traveller bigint,
	sess_auth_holiday bigint,
	sess_auth_ext_holiday bigint,
	sess_auth_excluded bigint,
	sess_auth_interview bigint,
	sess_auth_reg_performance bigint,
	sess_auth_temp_reduced_timetable bigint,
	sess_auth_other bigint,
	sess_unauth_holiday bigint,
	sess_unauth_late bigint,
	sess_unauth_other bigint,
	sess_unauth_noyet bigint,
	sess_x_covid bigint,
	sess_y_exceptional bigint,
	sess_q_la_arrangements bigint,
	sess_attending bigint,
	sess_approved_activity bigint,
	sess_late bigint,
	sess_not_possible bigint,
	sess_administrative bigint,
	sess_unrecorded bigint,
	sess_possible_pa_10_exact bigint,
	sess_overall_pa_10_exact bigint,
	sess_authorised_pa_10_exact bigint,
	sess_unauthorised_pa_10_exact bigint,
	sess_overall_percent_pa_10_exact float8,
	sess_authorised_percent_pa_10_exact float8,
	sess_unauthorised_percent_pa_10_exact float8
);
COMMENT ON TYPE abie.absence_measures IS
'Absence measures of a set of enrolments, with the columns of the EES absence files; sessions are half days. Rates '
'pool sessions, 100 x sum / sum, and are NULL where there is nothing to divide by. Possible = attending + absent + '
'sess_x_covid; all marks = possible + not possible + administrative + unrecorded. Source: guide to absence statistics '
'(DfE), sections 3 and 4.';
COMMENT ON COLUMN abie.absence_measures.enrolments IS 'Enrolments with at least one possible session.';
COMMENT ON COLUMN abie.absence_measures.sess_possible IS 'Possible sessions.';
COMMENT ON COLUMN abie.absence_measures.sess_overall IS 'Sessions of absence, authorised and unauthorised.';
COMMENT ON COLUMN abie.absence_measures.sess_authorised IS 'Sessions of authorised absence.';
COMMENT ON COLUMN abie.absence_measures.sess_unauthorised IS 'Sessions of unauthorised absence.';
COMMENT ON COLUMN abie.absence_measures.sess_overall_percent IS 'Overall absence rate, per cent of possible sessions.';
COMMENT ON COLUMN abie.absence_measures.sess_authorised_percent IS
'Authorised absence rate, per cent of possible sessions.';
COMMENT ON COLUMN abie.absence_measures.sess_unauthorised_percent IS
'Unauthorised absence rate, per cent of possible sessions.';
COMMENT ON COLUMN abie.absence_measures.enrolments_pa_10_exact IS
'Enrolments persistently absent: 10 x absent >= possible.';
COMMENT ON COLUMN abie.absence_measures.enrolments_pa_10_exact_percent IS
'Persistently absent, per cent of enrolments.';
COMMENT ON COLUMN abie.absence_measures.enrolments_pa_50_exact IS 'Enrolments severely absent: 2 x absent >= possible.';
COMMENT ON COLUMN abie.absence_measures.enrolments_pa_50_exact_percent IS 'Severely absent, per cent of enrolments.';
COMMENT ON COLUMN abie.absence_measures.sess_auth_illness IS 'Illness (I, I01, I02).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_appointments IS 'Medical or dental appointments (M).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_religious IS 'Religious observance (R).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_study IS 'Study leave (S).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_traveller IS 'Parent travelling for work; Traveller families (T).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_holiday IS 'Agreed holiday (H, withdrawn).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_ext_holiday IS 'Extended agreed holiday (F, withdrawn).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_excluded IS 'Suspended or excluded with no provision (E).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_interview IS 'Interview (J1).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_reg_performance IS 'Regulated performance or work abroad (C1).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_temp_reduced_timetable IS 'Temporary part-time timetable (C2).';
COMMENT ON COLUMN abie.absence_measures.sess_auth_other IS 'Other authorised circumstances (C).';
COMMENT ON COLUMN abie.absence_measures.sess_unauth_holiday IS 'Holiday without leave (G).';
COMMENT ON COLUMN abie.absence_measures.sess_unauth_late IS 'Arrived after the register closed (U).';
COMMENT ON COLUMN abie.absence_measures.sess_unauth_other IS 'Other or unknown circumstances (O).';
COMMENT ON COLUMN abie.absence_measures.sess_unauth_noyet IS 'Reason not yet established (N).';
COMMENT ON COLUMN abie.absence_measures.sess_x_covid IS
'X as used for covid (X02 to X09): possible, neither attending nor absent.';
COMMENT ON COLUMN abie.absence_measures.sess_y_exceptional IS 'Unable to attend (Y, Y1 to Y7): not possible.';
COMMENT ON COLUMN abie.absence_measures.sess_q_la_arrangements IS 'No access arrangements (Q): not possible.';
COMMENT ON COLUMN abie.absence_measures.sess_attending IS 'Sessions attending: present and approved activities.';
COMMENT ON COLUMN abie.absence_measures.sess_approved_activity IS
'Approved activities (K, V, P, W, B, and J of 2006), a part of sess_attending.';
COMMENT ON COLUMN abie.absence_measures.sess_late IS
'Late while the register was open (L), a part of sess_attending. late_sessions of the daily attendance data is '
'sess_late + sess_unauth_late.';
COMMENT ON COLUMN abie.absence_measures.sess_not_possible IS 'Sessions not possible: D, Q, X, Y, Y1 to Y7.';
COMMENT ON COLUMN abie.absence_measures.sess_administrative IS 'Closed (#) and not yet on roll (Z).';
COMMENT ON COLUMN abie.absence_measures.sess_unrecorded IS 'No mark recorded (-).';
COMMENT ON COLUMN abie.absence_measures.sess_possible_pa_10_exact IS
'Possible sessions of enrolments persistently absent.';
COMMENT ON COLUMN abie.absence_measures.sess_overall_pa_10_exact IS
'Sessions of absence of enrolments persistently absent.';
COMMENT ON COLUMN abie.absence_measures.sess_authorised_pa_10_exact IS
'Sessions of authorised absence of enrolments persistently absent.';
COMMENT ON COLUMN abie.absence_measures.sess_unauthorised_pa_10_exact IS
'Sessions of unauthorised absence of enrolments persistently absent.';
COMMENT ON COLUMN abie.absence_measures.sess_overall_percent_pa_10_exact IS
'Overall absence rate of enrolments persistently absent, per cent.';
COMMENT ON COLUMN abie.absence_measures.sess_authorised_percent_pa_10_exact IS
'Authorised absence rate of enrolments persistently absent, per cent.';
COMMENT ON COLUMN abie.absence_measures.sess_unauthorised_percent_pa_10_exact IS
'Unauthorised absence rate of enrolments persistently absent, per cent.';

-- ---------- the state ----------

CREATE TYPE abie.absence_state;

CREATE FUNCTION abie_internal.absence_state_in(cstring) RETURNS abie.absence_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_state_in';
COMMENT ON FUNCTION abie_internal.absence_state_in(cstring) IS
'Text input of abie.absence_state. Errors: 22P02 for what cannot be a state, 22023 and 22003 as for '
'abie.tally.';
CREATE FUNCTION abie_internal.absence_state_out(abie.absence_state) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_state_out';
COMMENT ON FUNCTION abie_internal.absence_state_out(abie.absence_state) IS
'Text output of abie.absence_state.';
CREATE FUNCTION abie_internal.absence_state_recv(internal) RETURNS abie.absence_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_state_recv';
COMMENT ON FUNCTION abie_internal.absence_state_recv(internal) IS
'Binary input of abie.absence_state. Error 22P03 for what cannot be a state.';
CREATE FUNCTION abie_internal.absence_state_send(abie.absence_state) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_state_send';
COMMENT ON FUNCTION abie_internal.absence_state_send(abie.absence_state) IS
'Binary output of abie.absence_state.';

CREATE TYPE abie.absence_state (
	INPUT = abie_internal.absence_state_in, OUTPUT = abie_internal.absence_state_out,
		RECEIVE = abie_internal.absence_state_recv,
		SEND = abie_internal.absence_state_send,
	INTERNALLENGTH = 560, ALIGNMENT = double
);
COMMENT ON TYPE abie.absence_state IS
'Internal: state of abie.absence, so that parts of a set can be counted apart and combined. Text: enrolments, those '
'persistently and severely absent, possible, authorised and unauthorised sessions of those persistently absent, then a '
'tally.';

-- ---------- the aggregate ----------

CREATE FUNCTION abie_internal.absence_step(state abie.absence_state, register abie.register) RETURNS abie.absence_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_register_step';
COMMENT ON FUNCTION abie_internal.absence_step(abie.absence_state, abie.register) IS
'Adds an enrolment to the state of abie.absence.';
CREATE FUNCTION abie_internal.absence_step(state abie.absence_state, register abie.register, from_date date,
	to_date date)
RETURNS abie.absence_state
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_window_step';
COMMENT ON FUNCTION abie_internal.absence_step(abie.absence_state, abie.register, date, date) IS
'Adds the part of an enrolment in a window of dates to the state of abie.absence. Not STRICT: the dates may '
'be NULL.';
CREATE FUNCTION abie_internal.absence_step(state abie.absence_state, tally abie.tally) RETURNS abie.absence_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_tally_step';
COMMENT ON FUNCTION abie_internal.absence_step(abie.absence_state, abie.tally) IS
'Adds an enrolment of which the tally is known to the state of abie.absence.';
CREATE FUNCTION abie_internal.absence_combine(abie.absence_state, abie.absence_state) RETURNS abie.absence_state
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_combine';
COMMENT ON FUNCTION abie_internal.absence_combine(abie.absence_state, abie.absence_state) IS
'The state of both sets of enrolments. Error 22003 for a count above 10^15.';
CREATE FUNCTION abie_internal.absence_final(abie.absence_state) RETURNS abie.absence_measures
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_absence_final';
COMMENT ON FUNCTION abie_internal.absence_final(abie.absence_state) IS 'The measures of a state.';

CREATE AGGREGATE abie.absence(register abie.register) (
	SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, COMBINEFUNC = abie_internal.absence_combine,
		FINALFUNC = abie_internal.absence_final,
	INITCOND = '0 0 0 0 0 0', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.absence(abie.register) IS
'Absence measures of enrolments, one register each. Enrolments without a possible session are not counted, NULL is '
'left out; counts of 0 for no rows.';
CREATE AGGREGATE abie.absence(register abie.register, from_date date, to_date date) (
	SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, COMBINEFUNC = abie_internal.absence_combine,
		FINALFUNC = abie_internal.absence_final,
	INITCOND = '0 0 0 0 0 0', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.absence(abie.register, date, date) IS
'Absence measures of enrolments from from_date to to_date, both included and NULL for no bound: the year to date, a '
'term, a week. Persistent and severe absence, and who is an enrolment, are judged on that window.';
CREATE AGGREGATE abie.absence(tally abie.tally) (
	SFUNC = abie_internal.absence_step, STYPE = abie.absence_state, COMBINEFUNC = abie_internal.absence_combine,
		FINALFUNC = abie_internal.absence_final,
	INITCOND = '0 0 0 0 0 0', PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.absence(abie.tally) IS
'Absence measures of enrolments, one tally each. Enrolments without a possible session are not counted, NULL is left '
'out. Error 22003 for a count above 10^15.';
