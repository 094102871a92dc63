-- Type abie.tally: counts of sessions by code.

CREATE TYPE abie.tally;

CREATE FUNCTION abie_internal.tally_in(cstring) RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_tally_in';
COMMENT ON FUNCTION abie_internal.tally_in(cstring) IS
'Text input of abie.tally. Errors: 22P02 for what is not CODE:COUNT or occurs twice, 22023 for an unknown code, 22003 '
'for a count above 10^15.';
CREATE FUNCTION abie_internal.tally_out(abie.tally) RETURNS cstring
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_tally_out';
COMMENT ON FUNCTION abie_internal.tally_out(abie.tally) IS 'Text output of abie.tally.';
CREATE FUNCTION abie_internal.tally_recv(internal) RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_tally_recv';
COMMENT ON FUNCTION abie_internal.tally_recv(internal) IS
'Binary input of abie.tally: 64 counts of eight bytes. Error 22P03 for a negative count, one above 10^15, or one of a '
'code that does not exist.';
CREATE FUNCTION abie_internal.tally_send(abie.tally) RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_tally_send';
COMMENT ON FUNCTION abie_internal.tally_send(abie.tally) IS 'Binary output of abie.tally.';

CREATE TYPE abie.tally (
	INPUT = abie_internal.tally_in, OUTPUT = abie_internal.tally_out, RECEIVE = abie_internal.tally_recv,
		SEND = abie_internal.tally_send,
	INTERNALLENGTH = 512, ALIGNMENT = double
);
COMMENT ON TYPE abie.tally IS
E'Counts of sessions by code, exact integers up to 10^15, 512 bytes. Text: code and count with a colon between, a '
	'word each, codes without a session left out, as in /:180 \\:178 I:12. D2006 is D of before September 2011, when '
	'it counted as attending. Compared by OPERATOR(abie.=) and so on, or with abie in the search_path; + is found '
	'everywhere.';

CREATE FUNCTION abie_internal.tally_add(abie.tally, abie.tally) RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_tally_add';
COMMENT ON FUNCTION abie_internal.tally_add(abie.tally, abie.tally) IS
'Sum of two tallies, the operator +. Error 22003 for a count above 10^15.';
CREATE OPERATOR abie.+ (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_add,
	COMMUTATOR = OPERATOR(abie.+));
COMMENT ON OPERATOR abie.+ (abie.tally, abie.tally) IS 'Sum of two tallies.';
-- in pg_catalog too, as || of registers: found whatever the search_path is
CREATE OPERATOR pg_catalog.+ (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_add,
	COMMUTATOR = OPERATOR(pg_catalog.+));
COMMENT ON OPERATOR pg_catalog.+ (abie.tally, abie.tally) IS 'Sum of two tallies. Found whatever the search_path is.';
CREATE FUNCTION abie_internal.tally_eq(abie.tally, abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_eq';
COMMENT ON FUNCTION abie_internal.tally_eq(abie.tally, abie.tally) IS 'Whether two tallies have the same counts.';
CREATE FUNCTION abie_internal.tally_ne(abie.tally, abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_ne';
COMMENT ON FUNCTION abie_internal.tally_ne(abie.tally, abie.tally) IS 'Whether two tallies differ in a count.';
CREATE OPERATOR abie.= (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_eq,
	COMMUTATOR = OPERATOR(abie.=), NEGATOR = OPERATOR(abie.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR abie.<> (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_ne,
	COMMUTATOR = OPERATOR(abie.<>), NEGATOR = OPERATOR(abie.=), RESTRICT = neqsel, JOIN = neqjoinsel);
COMMENT ON OPERATOR abie.= (abie.tally, abie.tally) IS 'Same counts.';
COMMENT ON OPERATOR abie.<> (abie.tally, abie.tally) IS 'Counts that differ.';
CREATE FUNCTION abie_internal.tally_lt(abie.tally, abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_lt';
COMMENT ON FUNCTION abie_internal.tally_lt(abie.tally, abie.tally) IS
'Before in the order of the index class of tallies.';
CREATE FUNCTION abie_internal.tally_le(abie.tally, abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_le';
COMMENT ON FUNCTION abie_internal.tally_le(abie.tally, abie.tally) IS
'Before or equal in the order of the index class of tallies.';
CREATE FUNCTION abie_internal.tally_gt(abie.tally, abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_gt';
COMMENT ON FUNCTION abie_internal.tally_gt(abie.tally, abie.tally) IS
'After in the order of the index class of tallies.';
CREATE FUNCTION abie_internal.tally_ge(abie.tally, abie.tally) RETURNS boolean
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_ge';
COMMENT ON FUNCTION abie_internal.tally_ge(abie.tally, abie.tally) IS
'After or equal in the order of the index class of tallies.';
CREATE FUNCTION abie_internal.tally_cmp(abie.tally, abie.tally) RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_cmp';
COMMENT ON FUNCTION abie_internal.tally_cmp(abie.tally, abie.tally) IS
'-1, 0 or 1, the order of the index class of tallies, by the first count that differs.';
CREATE OPERATOR abie.< (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_lt,
	COMMUTATOR = OPERATOR(abie.>), NEGATOR = OPERATOR(abie.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
COMMENT ON OPERATOR abie.< (abie.tally, abie.tally) IS
'Before in the order of the index class: by the first count that differs.';
CREATE OPERATOR abie.<= (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_le,
	COMMUTATOR = OPERATOR(abie.>=), NEGATOR = OPERATOR(abie.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
COMMENT ON OPERATOR abie.<= (abie.tally, abie.tally) IS
'Before or equal in the order of the index class: by the first count that differs.';
CREATE OPERATOR abie.> (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_gt,
	COMMUTATOR = OPERATOR(abie.<), NEGATOR = OPERATOR(abie.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
COMMENT ON OPERATOR abie.> (abie.tally, abie.tally) IS
'After in the order of the index class: by the first count that differs.';
CREATE OPERATOR abie.>= (LEFTARG = abie.tally, RIGHTARG = abie.tally, FUNCTION = abie_internal.tally_ge,
	COMMUTATOR = OPERATOR(abie.<=), NEGATOR = OPERATOR(abie.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
COMMENT ON OPERATOR abie.>= (abie.tally, abie.tally) IS
'After or equal in the order of the index class: by the first count that differs.';
CREATE OPERATOR CLASS abie.tally_ops DEFAULT FOR TYPE abie.tally USING btree AS
	OPERATOR 1 abie.<, OPERATOR 2 abie.<=, OPERATOR 3 abie.=, OPERATOR 4 abie.>=, OPERATOR 5 abie.>,
	FUNCTION 1 abie_internal.tally_cmp(abie.tally, abie.tally);
COMMENT ON OPERATOR CLASS abie.tally_ops USING btree IS 'Sorting, DISTINCT and indexes of tallies.';
COMMENT ON OPERATOR FAMILY abie.tally_ops USING btree IS 'Sorting, DISTINCT and indexes of tallies.';
CREATE FUNCTION abie_internal.tally_hash(abie.tally) RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_hash';
COMMENT ON FUNCTION abie_internal.tally_hash(abie.tally) IS 'Hash of a tally, for joins and grouping.';
CREATE FUNCTION abie_internal.tally_hash_extended(abie.tally, bigint) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_hash_extended';
COMMENT ON FUNCTION abie_internal.tally_hash_extended(abie.tally, bigint) IS 'Hash of a tally with a seed.';
CREATE OPERATOR CLASS abie.tally_ops DEFAULT FOR TYPE abie.tally USING hash AS
	OPERATOR 1 abie.=, FUNCTION 1 abie_internal.tally_hash(abie.tally),
		FUNCTION 2 abie_internal.tally_hash_extended(abie.tally, bigint);
COMMENT ON OPERATOR CLASS abie.tally_ops USING hash IS 'Hash joins, DISTINCT and grouping of tallies.';
COMMENT ON OPERATOR FAMILY abie.tally_ops USING hash IS 'Hash joins, DISTINCT and grouping of tallies.';

-- ---------- counting ----------

CREATE FUNCTION abie.tally(register abie.register, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS abie.tally
LANGUAGE C IMMUTABLE PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_tally_of_register';
COMMENT ON FUNCTION abie.tally(abie.register, date, date) IS
'Counts by code of a register''s sessions, from from_date to to_date, both included and NULL for no bound. Not STRICT: '
'the dates may be NULL.';

CREATE FUNCTION abie_internal.tally_agg_step(state abie.tally, code text) RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_tally_agg_step';
COMMENT ON FUNCTION abie_internal.tally_agg_step(abie.tally, text) IS
'Counts a code in the state of abie.tally_agg.';
CREATE FUNCTION abie_internal.tally_agg_step(state abie.tally, code "char") RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_agg_char_step';
COMMENT ON FUNCTION abie_internal.tally_agg_step(abie.tally, "char") IS
'Counts a code of one character in the state of abie.tally_agg.';
CREATE FUNCTION abie_internal.tally_agg_step(state abie.tally, code text, session_date date) RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_tally_agg_day_step';
COMMENT ON FUNCTION abie_internal.tally_agg_step(abie.tally, text, date) IS
'Counts a code of a day in the state of abie.tally_agg.';
CREATE FUNCTION abie_internal.tally_agg_step(state abie.tally, tally abie.tally) RETURNS abie.tally
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_tally_agg_tally_step';
COMMENT ON FUNCTION abie_internal.tally_agg_step(abie.tally, abie.tally) IS
'Adds a tally to the state of abie.tally_agg.';

CREATE AGGREGATE abie.tally_agg(code text) (
	SFUNC = abie_internal.tally_agg_step, STYPE = abie.tally, COMBINEFUNC = abie_internal.tally_add, INITCOND = '',
		PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.tally_agg(text) IS
'Counts by code of rows of marks; NULL is left out, an empty tally for no rows. Codes mean what they mean today: give '
'the session date where rows are from before September 2011. Error 22023 for an unknown code.';
CREATE AGGREGATE abie.tally_agg(code "char") (
	SFUNC = abie_internal.tally_agg_step, STYPE = abie.tally, COMBINEFUNC = abie_internal.tally_add, INITCOND = '',
		PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.tally_agg("char") IS
'Counts by code of rows of marks of one character. Error 22023 for an unknown code.';
CREATE AGGREGATE abie.tally_agg(code text, session_date date) (
	SFUNC = abie_internal.tally_agg_step, STYPE = abie.tally, COMBINEFUNC = abie_internal.tally_add, INITCOND = '',
		PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.tally_agg(text, date) IS
'Counts by code of rows of marks, by the regime in force on the date of each; rows with a NULL are left out. Error '
'22023 for an unknown code, or one not yet in use on its date.';
CREATE AGGREGATE abie.tally_agg(abie.tally) (
	SFUNC = abie_internal.tally_agg_step, STYPE = abie.tally, COMBINEFUNC = abie_internal.tally_add, INITCOND = '',
		PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie.tally_agg(abie.tally) IS
'Sum of tallies; NULL is left out. Error 22003 for a count above 10^15.';

-- ---------- reading ----------

CREATE FUNCTION abie.code_count(tally abie.tally, code text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_code_count';
COMMENT ON FUNCTION abie.code_count(abie.tally, text) IS 'Sessions of a code. Error 22023 for an unknown code.';
CREATE FUNCTION abie.category_count(tally abie.tally, category text) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_category_count';
COMMENT ON FUNCTION abie.category_count(abie.tally, text) IS
'Sessions of a statistical category: present, approved_activity, authorised, unauthorised, not_possible, '
'administrative or unrecorded. Error 22023 for another.';
CREATE FUNCTION abie.counts(tally abie.tally) RETURNS TABLE (code text, category text, sessions bigint)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 15 AS 'MODULE_PATHNAME', 'abie_tally_counts';
COMMENT ON FUNCTION abie.counts(abie.tally) IS
'The counts of a tally, one row for each code counted; D has a row for each of its classes.';
CREATE FUNCTION abie.sess_possible(tally abie.tally) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_possible';
COMMENT ON FUNCTION abie.sess_possible(abie.tally) IS
'Possible sessions: attending, authorised, unauthorised, and X as used for covid (X02 to X09).';
CREATE FUNCTION abie.sess_overall(tally abie.tally) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_tally_overall';
COMMENT ON FUNCTION abie.sess_overall(abie.tally) IS 'Sessions of absence, authorised and unauthorised.';
