-- What one pupil's register or tally shows.

CREATE TYPE abie.attendance_summary AS (
	sess_possible integer,
	sess_attending integer,
	sess_overall integer,
	sess_authorised integer,
	sess_unauthorised integer,
	sess_overall_percent float8,
	persistently_absent boolean,
	severely_absent boolean,
	late integer,
	late_after_close integer,
	sess_not_possible integer,
	sess_unrecorded integer,
	first_absence date,
	longest_absence integer,
	longest_from date,
	longest_from_session text,
	longest_to date,
	longest_to_session text
);
COMMENT ON TYPE abie.attendance_summary IS 'Attendance of one pupil over a window of dates; sessions are half days.';
COMMENT ON COLUMN abie.attendance_summary.sess_possible IS 'Possible sessions.';
COMMENT ON COLUMN abie.attendance_summary.sess_attending IS 'Sessions attending.';
COMMENT ON COLUMN abie.attendance_summary.sess_overall IS 'Sessions of absence.';
COMMENT ON COLUMN abie.attendance_summary.sess_authorised IS 'Sessions of authorised absence.';
COMMENT ON COLUMN abie.attendance_summary.sess_unauthorised IS 'Sessions of unauthorised absence.';
COMMENT ON COLUMN abie.attendance_summary.sess_overall_percent IS
'Absence, per cent of possible sessions; NULL without a possible session.';
COMMENT ON COLUMN abie.attendance_summary.persistently_absent IS
'10 x absent >= possible; NULL without a possible session.';
COMMENT ON COLUMN abie.attendance_summary.severely_absent IS '2 x absent >= possible; NULL without a possible session.';
COMMENT ON COLUMN abie.attendance_summary.late IS 'Late while the register was open (L), present.';
COMMENT ON COLUMN abie.attendance_summary.late_after_close IS 'Arrived after the register closed (U), absent.';
COMMENT ON COLUMN abie.attendance_summary.sess_not_possible IS 'Sessions not possible: D, Q, X, Y, Y1 to Y7.';
COMMENT ON COLUMN abie.attendance_summary.sess_unrecorded IS 'No mark recorded (-).';
COMMENT ON COLUMN abie.attendance_summary.first_absence IS 'Date of the first absence; NULL without one.';
COMMENT ON COLUMN abie.attendance_summary.longest_absence IS
'Sessions of the longest run of absence, as abie.longest_absence.';
COMMENT ON COLUMN abie.attendance_summary.longest_from IS 'First day of the longest run of absence.';
COMMENT ON COLUMN abie.attendance_summary.longest_from_session IS
'First session of the longest run of absence, AM or PM.';
COMMENT ON COLUMN abie.attendance_summary.longest_to IS 'Last day of the longest run of absence.';
COMMENT ON COLUMN abie.attendance_summary.longest_to_session IS
'Last session of the longest run of absence, AM or PM.';

CREATE TYPE abie.absence_run AS (
	sessions integer,
	from_date date,
	from_session text,
	to_date date,
	to_session text
);
COMMENT ON TYPE abie.absence_run IS 'A run of absence: sessions that were possible and absent, one after the other.';
COMMENT ON COLUMN abie.absence_run.sessions IS 'Sessions of absence in the run; 0 without absence.';
COMMENT ON COLUMN abie.absence_run.from_date IS 'First day; NULL without absence.';
COMMENT ON COLUMN abie.absence_run.from_session IS 'First session, AM or PM.';
COMMENT ON COLUMN abie.absence_run.to_date IS 'Last day.';
COMMENT ON COLUMN abie.absence_run.to_session IS 'Last session, AM or PM.';

CREATE FUNCTION abie.summary(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS abie.attendance_summary
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_register_summary';
COMMENT ON FUNCTION abie.summary(abie.register, date, date) IS
'Attendance of a pupil, from from_date to to_date, both included and NULL for no bound. Not STRICT: the dates may be '
'NULL.';

CREATE FUNCTION abie.sess_possible(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_possible';
COMMENT ON FUNCTION abie.sess_possible(abie.register, date, date) IS
'Possible sessions of a pupil, from from_date to to_date, both included and NULL for no bound. Not STRICT: the dates '
'may be NULL.';
CREATE FUNCTION abie.sess_overall(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS bigint
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_overall';
COMMENT ON FUNCTION abie.sess_overall(abie.register, date, date) IS
'Sessions of absence of a pupil, authorised and unauthorised, from from_date to to_date, both included and NULL for '
'no bound. Not STRICT: the dates may be NULL.';
CREATE FUNCTION abie.is_persistently_absent(register abie.register, from_date date DEFAULT NULL,
	to_date date DEFAULT NULL) RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_persistent';
COMMENT ON FUNCTION abie.is_persistently_absent(abie.register, date, date) IS
'Whether 10 x absent >= possible, in integers; NULL without a possible session; from from_date to to_date, both '
'included and NULL for no bound. Not STRICT: the dates may be NULL.';
CREATE FUNCTION abie.is_persistently_absent(tally abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_persistent';
COMMENT ON FUNCTION abie.is_persistently_absent(abie.tally) IS
'Whether 10 x absent >= possible, in integers; NULL without a possible session. Source: guide to absence statistics '
'(DfE), section 3.';
CREATE FUNCTION abie.is_severely_absent(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS boolean
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_severe';
COMMENT ON FUNCTION abie.is_severely_absent(abie.register, date, date) IS
'Whether 2 x absent >= possible, in integers; NULL without a possible session; from from_date to to_date, both '
'included and NULL for no bound. Not STRICT: the dates may be NULL.';
CREATE FUNCTION abie.is_severely_absent(tally abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_severe';
COMMENT ON FUNCTION abie.is_severely_absent(abie.tally) IS
'Whether 2 x absent >= possible, in integers; NULL without a possible session.';
CREATE FUNCTION abie.absence_band(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_band';
COMMENT ON FUNCTION abie.absence_band(abie.register, date, date) IS
'The 5-point band of absence per possible session, named as in EES: 0_5 (0 to under 5 per cent), 5_10, ... 95_99 (95 '
'to under 100), 100; NULL without a possible session; from from_date to to_date, both included and NULL for no '
'bound. Not STRICT: the dates may be NULL.';
CREATE FUNCTION abie.absence_band(tally abie.tally) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_band';
COMMENT ON FUNCTION abie.absence_band(abie.tally) IS
'The 5-point band of absence per possible session, named as in EES: 0_5 (0 to under 5 per cent), 5_10, ... 95_99 (95 '
'to under 100), 100; NULL without a possible session.';

CREATE FUNCTION abie.late_after_close(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 6
RETURN abie.code_count(abie.tally(register, from_date, to_date), 'U')::integer;
COMMENT ON FUNCTION abie.late_after_close(abie.register, date, date) IS
'Sessions at which the pupil arrived after the register closed (U), from from_date to to_date, both included and NULL '
'for no bound. Not STRICT: the dates may be NULL.';
CREATE FUNCTION abie.first_absence(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS date
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'abie_register_first_absence';
COMMENT ON FUNCTION abie.first_absence(abie.register, date, date) IS
'Date of the first absence; NULL without one; from from_date to to_date, both included and NULL for no bound. Not '
'STRICT: the dates may be NULL.';
CREATE FUNCTION abie.first_on_roll(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS date
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'abie_register_first_on_roll';
COMMENT ON FUNCTION abie.first_on_roll(abie.register, date, date) IS
'Date of the first session at which the pupil was on roll: with a mark other than # (closed), Z (not yet on roll) and '
'- (no mark); NULL if there is none; from from_date to to_date, both included and NULL for no bound. Not STRICT: the '
'dates may be NULL.';
CREATE FUNCTION abie.longest_absence(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS abie.absence_run
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_longest_absence';
COMMENT ON FUNCTION abie.longest_absence(abie.register, date, date) IS
'The longest run of absence, the earliest of equals. Sessions that were not possible (closed, D, Q, X, Y, no mark) '
'neither end a run nor count for it; from from_date to to_date, both included and NULL for no bound. Not STRICT: the '
'dates may be NULL.';
CREATE FUNCTION abie.absence_spells(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL,
	OUT spells integer, OUT sess_overall integer, OUT sessions_squared bigint)
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_spells';
COMMENT ON FUNCTION abie.absence_spells(abie.register, date, date) IS
'Spells of absence, from from_date to to_date, both included and NULL for no bound: how many, their sessions, and the '
'sum of the squares of their lengths in sessions. A spell is a run as of abie.longest_absence, of any length. Sums '
'over pupils give the mean length of a spell, sess_overall / spells, and the length of the spell that a session of '
'absence lies in, sessions_squared / sess_overall. Not STRICT: the dates may be NULL.';
CREATE FUNCTION abie.absence_by_weekday(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS TABLE (weekday integer, session text, sess_possible integer, sess_authorised integer, sess_unauthorised integer)
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 20 ROWS 10 AS 'MODULE_PATHNAME', 'abie_register_by_weekday';
COMMENT ON FUNCTION abie.absence_by_weekday(abie.register, date, date) IS
'Sessions of a pupil by weekday (1 Monday to 5 Friday, as ISODOW) and session (AM, PM), always ten rows, from '
'from_date to to_date, both included and NULL for no bound. Not STRICT: the dates may be NULL.';

CREATE FUNCTION abie.penalty_notice_reached(register abie.register, as_of date DEFAULT NULL) RETURNS date
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_penalty_notice_reached';
COMMENT ON FUNCTION abie.penalty_notice_reached(abie.register, date) IS
'The date on which a pupil first reached the threshold for considering a penalty notice, up to as_of; NULL if never. '
'National framework for penalty notices (from 19 August 2024): 10 sessions of G, N, O or U within 10 school weeks. A '
'school week runs from Monday and has a mark other than # and - in the register. as_of NULL: the whole register. Not '
'STRICT: as_of may be NULL.';
CREATE FUNCTION abie.penalty_notice_sessions(register abie.register, as_of date DEFAULT NULL) RETURNS integer
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_penalty_notice_sessions';
COMMENT ON FUNCTION abie.penalty_notice_sessions(abie.register, date) IS
'Sessions that count towards the threshold for considering a penalty notice, in the ten school weeks up to as_of. '
'National framework for penalty notices (from 19 August 2024): 10 sessions of G, N, O or U within 10 school weeks. A '
'school week runs from Monday and has a mark other than # and - in the register. as_of NULL: the whole register. Not '
'STRICT: as_of may be NULL.';
