-- Corrections that schools ask for: asked, answered, and which run put them right.

CREATE TABLE abie.correction (
	correction_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	urn abie.urn NOT NULL,
	academic_year abie.academic_year NOT NULL,
	comment text NOT NULL CHECK (comment ~ '[^[:space:]]'),
	attendance_percent float8 CHECK (attendance_percent BETWEEN 0 AND 100),
	requested_by text NOT NULL,
	requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	accepted boolean,
	answer text,
	answered_by text,
	answered_at timestamptz,
	fixed_by_run integer,
	CONSTRAINT answered_whole CHECK ((answer IS NULL) = (accepted IS NULL)
		AND (answer IS NULL) = (answered_at IS NULL)),
	CONSTRAINT fixed_what_was_accepted CHECK (fixed_by_run IS NULL OR accepted)
);
CREATE INDEX ON abie.correction (urn);
COMMENT ON TABLE abie.correction IS
'Corrections that schools asked for, by abie.correction_request, and what became of them.';
COMMENT ON COLUMN abie.correction.correction_id IS 'Number of the request.';
COMMENT ON COLUMN abie.correction.urn IS 'The school.';
COMMENT ON COLUMN abie.correction.academic_year IS 'The year whose figures are said to be wrong.';
COMMENT ON COLUMN abie.correction.comment IS 'What the school says is wrong.';
COMMENT ON COLUMN abie.correction.attendance_percent IS
'Attendance by the school''s own records, per cent, where it says so; once accepted, the release check school figure '
'looks for it in runs.';
COMMENT ON COLUMN abie.correction.requested_by IS 'Role that asked.';
COMMENT ON COLUMN abie.correction.requested_at IS 'When the correction was asked for.';
COMMENT ON COLUMN abie.correction.accepted IS
'Whether the school is right; NULL while not answered. Accepted ones that no run has put right fail the release '
'check school figure; open and refused ones stop nothing.';
COMMENT ON COLUMN abie.correction.answer IS 'What the school was told.';
COMMENT ON COLUMN abie.correction.answered_by IS 'Role that answered.';
COMMENT ON COLUMN abie.correction.answered_at IS 'When the correction was answered.';
COMMENT ON COLUMN abie.correction.fixed_by_run IS
'The run that put it right (abie.run.run_id); the number stays when the run is purged.';
SELECT pg_catalog.pg_extension_config_dump('abie.correction', '');
SELECT pg_catalog.pg_extension_config_dump('abie.correction_correction_id_seq', '');

-- A gate, because a school may ask for its own and write nothing else.
CREATE FUNCTION abie_owner.correction_request(role oid, urn integer, academic_year text, comment text,
	attendance_percent float8) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: attendance_percent is NULL where another figure is wrong
DECLARE
	made integer;
BEGIN
	-- the same for a school that is another's and for one that does not exist
	IF NOT (abie_owner.has_national_access(role, '{results,calculation}')
		OR EXISTS (SELECT FROM abie_owner.accessible_schools(role, '{results}') a
		WHERE a.urn = correction_request.urn)) THEN
		RAISE EXCEPTION 'school % is not among those granted to %', urn, role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants are made by abie.grant_access.';
	ELSIF comment !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'a correction is asked for with a comment' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words what is wrong.';
	ELSIF attendance_percent NOT BETWEEN 0 AND 100 THEN
		RAISE EXCEPTION 'attendance cannot be % per cent', attendance_percent USING ERRCODE = 'invalid_parameter_value',
			HINT = 'It is between 0 and 100.';
	END IF;
	INSERT INTO abie.correction (urn, academic_year, comment, attendance_percent, requested_by)
	VALUES (correction_request.urn, correction_request.academic_year, correction_request.comment,
		correction_request.attendance_percent, role::regrole::text)
	RETURNING correction_id INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie_owner.correction_request(oid, integer, text, text, float8) IS
'Of a role, as abie.correction_request.';

CREATE FUNCTION abie.correction_request(urn integer, academic_year text, comment text,
	attendance_percent float8 DEFAULT NULL)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
-- not STRICT: attendance_percent is NULL where another figure is wrong
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.correction_request(integer, text, text, float8) IS
'Records that a school asks for a correction of a year''s figures, for a school granted to the role in force, with its '
'attendance by the school''s own records, per cent, where it has it. It stops no run: only what is accepted '
'(abie.answer_correction) is checked. The number of the request in abie.correction. Errors: 42501 a school that is '
'not granted, 22004 no comment, 23514 not an academic year, 22023 not a rate.';

CREATE FUNCTION abie.answer_correction(correction_id integer, accepted boolean, answer text,
	fixed_by_run integer DEFAULT NULL) RETURNS abie.correction
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: fixed_by_run is NULL until there is one
#variable_conflict use_column
DECLARE
	answered abie.correction;
BEGIN
	IF answer_correction.accepted IS NULL OR answer_correction.answer !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'a correction is accepted or not, with an answer' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words what the school is to be told.';
	ELSIF answer_correction.fixed_by_run IS NOT NULL AND NOT answer_correction.accepted THEN
		RAISE EXCEPTION 'no run fixes what was not accepted' USING ERRCODE = 'invalid_parameter_value',
			HINT = 'Accept the correction, or name no run.';
	ELSIF answer_correction.fixed_by_run IS NOT NULL
		AND NOT EXISTS (SELECT FROM abie.run r
		JOIN abie.correction c ON c.correction_id = answer_correction.correction_id
		WHERE r.run_id = answer_correction.fixed_by_run AND r.started_at > c.requested_at) THEN
		RAISE EXCEPTION 'run % is not one made after the request', answer_correction.fixed_by_run
			USING ERRCODE = 'no_data_found', HINT = 'Name the run that was calculated with the corrected figures.';
	END IF;
	UPDATE abie.correction c
	SET accepted = answer_correction.accepted, answer = answer_correction.answer,
		fixed_by_run = answer_correction.fixed_by_run, answered_by = current_user, answered_at = clock_timestamp()
	WHERE c.correction_id = answer_correction.correction_id RETURNING c.* INTO answered;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no correction %', answer_correction.correction_id USING ERRCODE = 'no_data_found',
			HINT = 'They are in abie.correction.';
	END IF;
	RETURN answered;
END $$;
COMMENT ON FUNCTION abie.answer_correction(integer, boolean, text, integer) IS
'Answers a request in abie.correction; again, when the run that put it right is known. An accepted one fails the '
'release check school figure of runs until one has the school''s figure or is named as the run that put it right. '
'Errors: 22004 no answer, P0002 no such request, or a run that was not made after it, 22023 a run for what is not '
'accepted.';
