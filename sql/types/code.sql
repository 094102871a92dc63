-- The table of attendance codes: C constants, as rows.

CREATE FUNCTION abie_internal.attendance_codes()
RETURNS TABLE (regime integer, code text, label text, category text, counts_possible boolean, counts_present boolean,
	reason_group text,
	valid_from date, valid_to date, applies daterange)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 ROWS 73 AS 'MODULE_PATHNAME', 'abie_attendance_codes';
COMMENT ON FUNCTION abie_internal.attendance_codes() IS 'The rows of the view abie.attendance_code.';

CREATE FUNCTION abie_internal.absence_reasons() RETURNS text[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_absence_reasons';
COMMENT ON FUNCTION abie_internal.absence_reasons() IS
'The columns of abie.absence_measures that count sessions by reason, in their order.';

CREATE VIEW abie.attendance_code AS SELECT * FROM abie_internal.attendance_codes();
COMMENT ON VIEW abie.attendance_code IS
'Attendance codes of school registers in England, one row for each regime, code and span of validity. Regime 2006: '
'guide to absence statistics (DfE), section 4. Regime 2024: School Attendance (Pupil Registration) (England) '
'Regulations 2024, regulation 10, and the guidance Working together to improve school attendance. To classify marks, '
'join ON code = code AND session_date <@ applies: one row a mark.';
COMMENT ON COLUMN abie.attendance_code.regime IS
'2006 (1 September 2006 to 18 August 2024) or 2024 (from 19 August 2024).';
COMMENT ON COLUMN abie.attendance_code.code IS 'The code as written in registers.';
COMMENT ON COLUMN abie.attendance_code.label IS 'Short meaning.';
COMMENT ON COLUMN abie.attendance_code.category IS
'Statistical category: present, approved_activity, authorised, unauthorised, not_possible or administrative.';
COMMENT ON COLUMN abie.attendance_code.counts_possible IS 'Whether the session enters the denominator.';
COMMENT ON COLUMN abie.attendance_code.counts_present IS
'Whether the session counts as attending: present or at an approved activity.';
COMMENT ON COLUMN abie.attendance_code.reason_group IS
'Column it is published in: sess_... of the EES absence files where there is one, else reason_... of the daily '
'attendance data; NULL where there is neither.';
COMMENT ON COLUMN abie.attendance_code.valid_from IS 'First day of use.';
COMMENT ON COLUMN abie.attendance_code.valid_to IS
'Last day of use; NULL while in force, or where no end was published.';
COMMENT ON COLUMN abie.attendance_code.applies IS
'Session dates to which the class applies. Unlike valid_from to valid_to it does not end when a code is withdrawn, '
'since withdrawn codes that still arrive keep their last class. NULL for X as used for covid, which no mark stands '
'for: write the sub-codes X02 to X09, or recode X with abie.recode.';
