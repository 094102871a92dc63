-- What schools say to a list before it is issued, and what is decided.

-- A gate, because a school may answer for itself and write nothing else.
CREATE FUNCTION abie_owner.answer_referral(role oid, referral_id integer, urn integer, answer text) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error that says what is missing
DECLARE
	made integer;
BEGIN
	-- not issued before this has committed
	PERFORM FROM abie.referral l WHERE l.referral_id = answer_referral.referral_id FOR SHARE;
	-- the same for a school that is another's, for one that is not on the list, and for a list that does not exist
	IF NOT EXISTS (SELECT FROM abie.referral l
			JOIN abie.referral_school s ON s.referral_id = l.referral_id AND s.urn = answer_referral.urn
		WHERE l.referral_id = answer_referral.referral_id AND l.status IN ('proposed', 'checked')
			AND s.place IS NOT NULL
			AND l.run_id = ANY ((SELECT abie_owner.readable_runs(role))::integer[])
			AND (abie_owner.has_national_access(role, '{results,calculation}') OR s.urn IN
				(SELECT a.urn FROM abie_owner.accessible_schools(role, '{results}') a))) THEN
		RAISE EXCEPTION 'school % is not on list % that is still to be issued, or not granted to %', urn, referral_id,
			role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Lists and schools are in abie_report.referral.';
	ELSIF answer !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'an answer is given in words' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say why the school should not be referred.';
	END IF;
	INSERT INTO abie.referral_answer (referral_id, urn, answer, answered_by)
	VALUES (answer_referral.referral_id, answer_referral.urn, answer_referral.answer, role::regrole::text)
	RETURNING answer_id INTO made;
	RETURN made;
END $$;
COMMENT ON FUNCTION abie_owner.answer_referral(oid, integer, integer, text) IS 'Of a role, as abie.answer_referral.';

CREATE FUNCTION abie.answer_referral(referral_id integer, urn integer, answer text) RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE
-- not STRICT: NULL is an error that says what is missing
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.answer_referral(integer, integer, text) IS
'What a school that is referred says to a list before it is issued, for a school granted to the role in force. The '
'list is not issued until it is decided, or a reason is given. The number of the answer in abie.referral_answer. '
'Errors: 42501 a school that is not granted, or not on a list that is still to be issued; 22004 no words.';

CREATE FUNCTION abie.decide_answer(answer_id integer, upheld boolean, decision text) RETURNS abie.referral_answer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is an error that says what is missing
#variable_conflict use_column
DECLARE
	list abie.referral;
	decided abie.referral_answer;
BEGIN
	-- not issued before this has committed
	SELECT l.* INTO list FROM abie.referral_answer w JOIN abie.referral l ON l.referral_id = w.referral_id
	WHERE w.answer_id = decide_answer.answer_id FOR SHARE OF l;
	IF list.status IN ('issued', 'withdrawn') THEN
		RAISE EXCEPTION 'answer % is to referral %, which is %', decide_answer.answer_id, list.referral_id, list.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Answers are decided before a list is issued; a list that is wrong is withdrawn.';
	ELSIF decide_answer.upheld IS NULL OR decide_answer.decision !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'an answer is upheld or not, with a decision in words'
			USING ERRCODE = 'null_value_not_allowed', HINT = 'Say what the school is to be told.';
	END IF;
	UPDATE abie.referral_answer w
	SET upheld = decide_answer.upheld, decision = decide_answer.decision, decided_by = current_user,
		decided_at = clock_timestamp()
	WHERE w.answer_id = decide_answer.answer_id RETURNING w.* INTO decided;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no answer %', coalesce(decide_answer.answer_id::text, 'NULL')
			USING ERRCODE = 'no_data_found', HINT = 'They are in abie.referral_answer.';
	END IF;
	RETURN decided;
END $$;
COMMENT ON FUNCTION abie.decide_answer(integer, boolean, text) IS
'Decides what a school said to a list. Once upheld, no list of the run that is made from then on has the school, and '
'the one it stood on is not issued any more: CALL abie.refer again. Errors: 22004 neither upheld nor not, or no words, '
'P0002 no such answer, 55000 an answer to a list that is issued or withdrawn.';
