-- Type abie.register: one pupil's marks, two a school day.

CREATE TYPE abie.register;

CREATE FUNCTION abie_internal.register_in(cstring) RETURNS abie.register
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_in';
COMMENT ON FUNCTION abie_internal.register_in(cstring) IS
'Text input of abie.register. Errors: 22P02 for what is not a register or not a code, 22023 for a start that is no '
'Monday or a code not yet in use, 22008 for a date that does not exist or sessions beyond 9999-12-31, 54000 beyond ten '
'years.';
CREATE FUNCTION abie_internal.register_out(abie.register) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_out';
COMMENT ON FUNCTION abie_internal.register_out(abie.register) IS
'Text output of abie.register: canonical, one week a word.';
CREATE FUNCTION abie_internal.register_recv(internal) RETURNS abie.register
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_recv';
COMMENT ON FUNCTION abie_internal.register_recv(internal) IS
'Binary input of abie.register: a format byte (0), the start date as a binary date, one byte a mark. As strict as text '
'input; errors as there, but 22P03 for what is not a mark or not canonical.';
CREATE FUNCTION abie_internal.register_send(abie.register) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_send';
COMMENT ON FUNCTION abie_internal.register_send(abie.register) IS 'Binary output of abie.register.';

CREATE TYPE abie.register (
	INPUT = abie_internal.register_in, OUTPUT = abie_internal.register_out, RECEIVE = abie_internal.register_recv,
		SEND = abie_internal.register_send,
	INTERNALLENGTH = VARIABLE, ALIGNMENT = int4, STORAGE = extended
);
COMMENT ON TYPE abie.register IS
E'One pupil''s attendance register: a mark for each session from a Monday on, ten sessions a week, Monday AM to '
	'Friday PM. Text: the Monday, a colon, then ten marks a week, one week a word, as in 2025-09-01:##/\\/\\/\\/\\ '
	'/\\/\\/\\IIC1V/\\. # is closed, - no mark recorded; codes of two and three characters are read by longest match; '
	'white space does not matter on input; a last week that is not complete is filled with -. / in an afternoon and '
	'\\ in a morning are present and written back as the sign of their session. At most ten years. One byte a session '
	'and 6 more, 9 beyond 120 sessions. COPY with FORMAT csv: the text format of COPY takes \\ for an escape. '
	'Compared by OPERATOR(abie.=) and so on, or with abie in the search_path; || is found everywhere.';

-- ---------- making ----------

CREATE FUNCTION abie.register(start date, marks text, aliases jsonb DEFAULT NULL) RETURNS abie.register
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_make';
COMMENT ON FUNCTION abie.register(date, text, jsonb) IS
'A register from the Monday it starts on and its marks, ten a week, white space free. aliases maps what a system '
'writes to codes, such as {"+": "X01"}; the longest match wins, an alias before a code of the same length. Not STRICT: '
'aliases may be NULL; NULL start or marks give NULL. Errors: 22P02 for an unknown code, with its place; 22023 for a '
'start that is no Monday, a code not yet in use on its day, or aliases that are not text to codes; 54000 beyond ten '
'years.';

CREATE FUNCTION abie.register_from_ctf(attendance_start_date date, attendance_marks text, days_a_week integer DEFAULT 7,
	aliases jsonb DEFAULT NULL)
RETURNS abie.register
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'abie_register_from_run';
COMMENT ON FUNCTION abie.register_from_ctf(date, text, integer, jsonb) IS
'A register from an unbroken run of marks, AM then PM for each day from any start date on, as AttendanceStartDate and '
'AttendanceMarks of a Common Transfer File hold it. days_a_week 7: the run has every calendar day, ## (or --) on '
'Saturdays and Sundays; 5: it has Monday to Friday only, and a start at a weekend means the Monday after. aliases as '
'in abie.register. Not STRICT: aliases may be NULL. Errors as abie.register, and 22023 for another mark on a weekend.';

CREATE FUNCTION abie_internal.register_merge(abie.register, abie.register) RETURNS abie.register
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_merge';
COMMENT ON FUNCTION abie_internal.register_merge(abie.register, abie.register) IS
'Two registers of a pupil in one, the operator ||. Weeks of neither are filled with -; where one has no mark the '
'other''s counts. Errors: 21000 where both have a mark for a session and differ, naming date and codes; 54000 beyond '
'ten years.';
CREATE OPERATOR abie.|| (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_merge,
	COMMUTATOR = OPERATOR(abie.||));
COMMENT ON OPERATOR abie.|| (abie.register, abie.register) IS
'Two registers of a pupil in one; overlapping marks must agree.';
-- In pg_catalog too, which every search_path has: elsewhere PostgreSQL's own || would make a text of a register and a
-- literal without a word. Of a register and a text nothing is made in silence.
CREATE OPERATOR pg_catalog.|| (LEFTARG = abie.register, RIGHTARG = abie.register,
	FUNCTION = abie_internal.register_merge,
	COMMUTATOR = OPERATOR(pg_catalog.||));
COMMENT ON OPERATOR pg_catalog.|| (abie.register, abie.register) IS
'Two registers of a pupil in one; overlapping marks must agree. Found whatever the search_path is.';
CREATE FUNCTION abie_internal.refuse_text(abie.register, text) RETURNS abie.register
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION 'a register and a text cannot be put together by ||'
		USING ERRCODE = 'datatype_mismatch',
		HINT = 'Cast the text for a register of both: ...::abie.register. Cast the register to write it into a text: '
			'register::text.';
END $$;
COMMENT ON FUNCTION abie_internal.refuse_text(abie.register, text) IS
'Always error 42804, where a register and a text would become a text.';
CREATE FUNCTION abie_internal.refuse_text(text, abie.register) RETURNS abie.register
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN abie_internal.refuse_text($2, $1);
COMMENT ON FUNCTION abie_internal.refuse_text(text, abie.register) IS
'Always error 42804, where a text and a register would become a text.';
CREATE OPERATOR pg_catalog.|| (LEFTARG = abie.register, RIGHTARG = text, FUNCTION = abie_internal.refuse_text);
CREATE OPERATOR pg_catalog.|| (LEFTARG = text, RIGHTARG = abie.register, FUNCTION = abie_internal.refuse_text);
COMMENT ON OPERATOR pg_catalog.|| (abie.register, text) IS
'Refused: cast the text to abie.register or the register to text.';
COMMENT ON OPERATOR pg_catalog.|| (text, abie.register) IS
'Refused: cast the text to abie.register or the register to text.';

CREATE FUNCTION abie_internal.register_agg_step(state abie.register, session_date date, session text, code text)
RETURNS abie.register
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_agg_step';
COMMENT ON FUNCTION abie_internal.register_agg_step(abie.register, date, text, text) IS
'Adds a mark to the state of abie.register_agg. Not STRICT: the state starts as NULL.';

CREATE AGGREGATE abie.register_agg(session_date date, session text, code text) (
	SFUNC = abie_internal.register_agg_step, STYPE = abie.register, COMBINEFUNC = abie_internal.register_merge,
		PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.register_agg(date, text, text) IS
'A pupil''s register from one row a session, in any order; session is AM or PM. Rows with a NULL are left out; # and - '
'on Saturdays and Sundays too. Sessions without a row are -. Errors: 21000 for two marks of one session that differ, '
'naming date and codes; 22023 for an unknown code, one not yet in use, a session other than AM and PM, or a mark on a '
'weekend; 54000 beyond ten years.';

CREATE AGGREGATE abie.register_agg(abie.register) (
	SFUNC = abie_internal.register_merge, STYPE = abie.register, COMBINEFUNC = abie_internal.register_merge,
		PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.register_agg(abie.register) IS
'A pupil''s register from parts of it, such as one row a week or a term, in any order; as ||.';

CREATE FUNCTION abie.overlay(register abie.register, later abie.register) RETURNS abie.register
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_overlay';
COMMENT ON FUNCTION abie.overlay(abie.register, abie.register) IS
'A register with marks that came later: where later has a mark it counts, whatever was there before, and its - says '
'nothing. So a day''s or a week''s marks, corrections of earlier days among them, are put over the register held. '
'Weeks of neither are filled with -. Error 54000 beyond ten years.';

-- no combine function: which of two workers had the later rows is not known
CREATE AGGREGATE abie.overlay_agg(register abie.register) (
	SFUNC = abie.overlay, STYPE = abie.register, PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.overlay_agg(abie.register) IS
'A pupil''s register from parts of it, each put over those before (abie.overlay), in the order of the rows: give one, '
'overlay_agg(register ORDER BY received_at).';

CREATE FUNCTION abie.day_register(session_date date, am text, pm text, pupil text DEFAULT NULL) RETURNS abie.register
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_day';
COMMENT ON FUNCTION abie.day_register(date, text, text, text) IS
'A register of the marks of one day, as a nightly feed brings them, to be put over the register held (abie.overlay). '
'NULL and white space say nothing, as -; on Saturdays and Sundays there can be # and - only. pupil is whose they are, '
'for the error. Not STRICT: all but the date may be NULL. Error 22023, which names the day, the session and the pupil, '
'for an unknown code, one not yet in use, a mark on a weekend, a date outside the years 1 to 9999.';

CREATE FUNCTION abie.day_fault(session_date date, am text, pm text) RETURNS text
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_day_fault';
COMMENT ON FUNCTION abie.day_fault(date, text, text) IS
'What abie.day_register would say is wrong with the marks of a day, NULL for nothing: so that the rows of one pupil '
'are set aside and the others merged. Not STRICT: a mark may be NULL; a date that is NULL is a fault.';

CREATE FUNCTION abie.recode(register abie.register, from_code text, to_code text, from_date date DEFAULT NULL,
	to_date date DEFAULT NULL)
RETURNS abie.register
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_register_recode';
COMMENT ON FUNCTION abie.recode(abie.register, text, text, date, date) IS
E'The register with a code written for another, from from_date to to_date, both included and NULL for no bound: N '
	'to O once a reason can no longer be given; X to X07 for pupils of compulsory school age from 2020-09-01 to '
	'2022-03-31. / is the sign of mornings only, \\ that of afternoons. Not STRICT: the dates may be NULL. Error '
	'22023 for an unknown code or one not in use on a day.';

-- ---------- reading ----------

CREATE FUNCTION abie.marks(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS TABLE (session_date date, session text, code text, category text)
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 50 ROWS 390 AS 'MODULE_PATHNAME', 'abie_register_marks';
COMMENT ON FUNCTION abie.marks(abie.register, date, date) IS
'The marks of a register, one row a session in order of time: date, AM or PM, code, statistical category (unrecorded '
'for -). From from_date to to_date, both included, NULL for no bound. Not STRICT: the dates may be NULL.';

CREATE FUNCTION abie.mark(register abie.register, session_date date, session text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_mark';
COMMENT ON FUNCTION abie.mark(abie.register, date, text) IS
'The code of one session, AM or PM; - where no mark is recorded, NULL outside the register and on weekends. Error '
'22023 for another session.';

CREATE FUNCTION abie.slice(register abie.register, from_date date, to_date date) RETURNS abie.register
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_register_slice';
COMMENT ON FUNCTION abie.slice(abie.register, date, date) IS
'The weeks of a register that from_date to to_date touch, with - for the sessions outside; both included, NULL for no '
'bound. Without any session of it an empty register of the same start. Not STRICT: the dates may be NULL.';

CREATE FUNCTION abie.start_date(abie.register) RETURNS date
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_start_date';
COMMENT ON FUNCTION abie.start_date(abie.register) IS 'The Monday a register starts on.';
CREATE FUNCTION abie.end_date(abie.register) RETURNS date
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_end_date';
COMMENT ON FUNCTION abie.end_date(abie.register) IS 'The Friday a register ends on; NULL for one without sessions.';
CREATE FUNCTION abie.session_count(abie.register) RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_session_count';
COMMENT ON FUNCTION abie.session_count(abie.register) IS 'Sessions of the grid, recorded or not: ten a week.';
CREATE FUNCTION abie.date_range(register abie.register) RETURNS daterange
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN CASE WHEN abie.session_count(register) = 0 THEN daterange 'empty'
	ELSE daterange(abie.start_date(register), abie.end_date(register), '[]') END;
COMMENT ON FUNCTION abie.date_range(abie.register) IS
'The dates from the Monday a register starts on to the Friday it ends on; empty for one without sessions.';

-- ---------- comparing ----------

CREATE FUNCTION abie_internal.register_eq(abie.register, abie.register) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_eq';
CREATE FUNCTION abie_internal.register_ne(abie.register, abie.register) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_ne';
CREATE FUNCTION abie_internal.register_lt(abie.register, abie.register) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_lt';
CREATE FUNCTION abie_internal.register_le(abie.register, abie.register) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_le';
CREATE FUNCTION abie_internal.register_gt(abie.register, abie.register) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_gt';
CREATE FUNCTION abie_internal.register_ge(abie.register, abie.register) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_ge';
CREATE FUNCTION abie_internal.register_cmp(abie.register, abie.register) RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_cmp';
CREATE FUNCTION abie_internal.register_hash(abie.register) RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_hash';
CREATE FUNCTION abie_internal.register_hash_extended(abie.register, bigint) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_register_hash_extended';
COMMENT ON FUNCTION abie_internal.register_eq(abie.register, abie.register) IS 'Same start and same marks.';
COMMENT ON FUNCTION abie_internal.register_ne(abie.register, abie.register) IS 'Another start or other marks.';
COMMENT ON FUNCTION abie_internal.register_lt(abie.register, abie.register) IS
'Before in the order of the index classes, by start, length and marks.';
COMMENT ON FUNCTION abie_internal.register_le(abie.register, abie.register) IS
'Before or equal in the order of the index classes.';
COMMENT ON FUNCTION abie_internal.register_gt(abie.register, abie.register) IS
'After in the order of the index classes.';
COMMENT ON FUNCTION abie_internal.register_ge(abie.register, abie.register) IS
'After or equal in the order of the index classes.';
COMMENT ON FUNCTION abie_internal.register_cmp(abie.register, abie.register) IS
'-1, 0 or 1, the order of the index classes.';
COMMENT ON FUNCTION abie_internal.register_hash(abie.register) IS 'Hash for joins, grouping and indexes.';
COMMENT ON FUNCTION abie_internal.register_hash_extended(abie.register, bigint) IS
'Hash with a seed, for hash partitioning.';

CREATE OPERATOR abie.= (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_eq,
	COMMUTATOR = OPERATOR(abie.=), NEGATOR = OPERATOR(abie.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR abie.<> (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_ne,
	COMMUTATOR = OPERATOR(abie.<>), NEGATOR = OPERATOR(abie.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR abie.< (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_lt,
	COMMUTATOR = OPERATOR(abie.>), NEGATOR = OPERATOR(abie.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR abie.<= (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_le,
	COMMUTATOR = OPERATOR(abie.>=), NEGATOR = OPERATOR(abie.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR abie.> (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_gt,
	COMMUTATOR = OPERATOR(abie.<), NEGATOR = OPERATOR(abie.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR abie.>= (LEFTARG = abie.register, RIGHTARG = abie.register, FUNCTION = abie_internal.register_ge,
	COMMUTATOR = OPERATOR(abie.<=), NEGATOR = OPERATOR(abie.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR abie.= (abie.register, abie.register) IS 'Same start and same marks.';
COMMENT ON OPERATOR abie.<> (abie.register, abie.register) IS 'Another start or other marks.';
COMMENT ON OPERATOR abie.< (abie.register, abie.register) IS 'Before in the order of the index classes.';
COMMENT ON OPERATOR abie.<= (abie.register, abie.register) IS 'Before or equal in the order of the index classes.';
COMMENT ON OPERATOR abie.> (abie.register, abie.register) IS 'After in the order of the index classes.';
COMMENT ON OPERATOR abie.>= (abie.register, abie.register) IS 'After or equal in the order of the index classes.';

CREATE OPERATOR CLASS abie.register_ops DEFAULT FOR TYPE abie.register USING btree AS
	OPERATOR 1 abie.<, OPERATOR 2 abie.<=, OPERATOR 3 abie.=, OPERATOR 4 abie.>=, OPERATOR 5 abie.>,
	FUNCTION 1 abie_internal.register_cmp(abie.register, abie.register);
CREATE OPERATOR CLASS abie.register_ops DEFAULT FOR TYPE abie.register USING hash AS
	OPERATOR 1 abie.=, FUNCTION 1 abie_internal.register_hash(abie.register),
		FUNCTION 2 abie_internal.register_hash_extended(abie.register, bigint);
COMMENT ON OPERATOR CLASS abie.register_ops USING btree IS 'Sorting, DISTINCT and indexes of registers.';
COMMENT ON OPERATOR CLASS abie.register_ops USING hash IS 'Hash joins, grouping and partitions of registers.';
COMMENT ON OPERATOR FAMILY abie.register_ops USING btree IS 'Sorting, DISTINCT and indexes of registers.';
COMMENT ON OPERATOR FAMILY abie.register_ops USING hash IS 'Hash joins, grouping and partitions of registers.';
