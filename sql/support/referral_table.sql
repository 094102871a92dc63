-- Lists of schools referred for support: the list, its schools, what became of it, what schools said of it.

CREATE TABLE abie.referral (
	referral_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	run_id integer NOT NULL REFERENCES abie.run ON DELETE CASCADE,
	beside_run_id integer,
	capacity integer NOT NULL CHECK (capacity > 0),
	status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'checked', 'issued', 'withdrawn')),
	reason text,
	judged integer NOT NULL,
	considered integer NOT NULL,
	referred integer NOT NULL,
	expected_wrong float8 CHECK (expected_wrong BETWEEN 0 AND 1),
	digest text NOT NULL,
	referred_by text NOT NULL DEFAULT current_user,
	referred_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX one_issued_referral ON abie.referral (run_id) WHERE status = 'issued';
CREATE INDEX ON abie.referral (run_id);
COMMENT ON TABLE abie.referral IS
'Lists of schools referred for support (abie.refer), one row a list. What it says cannot be changed; what is wrong is '
'put right by another list.';
COMMENT ON COLUMN abie.referral.referral_id IS 'Number of the list.';
COMMENT ON COLUMN abie.referral.run_id IS 'The run whose expectations, and whose target year, it is of.';
COMMENT ON COLUMN abie.referral.beside_run_id IS
'A run of the same year by another methodology, whose list is kept beside this one; NULL without.';
COMMENT ON COLUMN abie.referral.capacity IS 'Places: the most schools that it may have.';
COMMENT ON COLUMN abie.referral.status IS
'proposed, checked (abie.check_referral), issued (abie.issue_referral) or withdrawn (abie.withdraw_referral).';
COMMENT ON COLUMN abie.referral.reason IS 'Why it was issued although a check failed, or withdrawn; else NULL.';
COMMENT ON COLUMN abie.referral.judged IS 'Schools whose outcome is known (abie.school_outcome).';
COMMENT ON COLUMN abie.referral.considered IS
'Of these, those that missed their expectation or more likely than not fell short of it by over half a point: rows of '
'abie.referral_school.';
COMMENT ON COLUMN abie.referral.referred IS 'Of these, those referred.';
COMMENT ON COLUMN abie.referral.expected_wrong IS
'Expected share of wrong referrals (0 to 1): mean of 1 - shortfall_probability of those referred; NULL for none.';
COMMENT ON COLUMN abie.referral.digest IS
'SHA-256 of who is referred in which place and who not and why, with their probabilities.';
COMMENT ON COLUMN abie.referral.referred_by IS 'Role that made it.';
COMMENT ON COLUMN abie.referral.referred_at IS 'When it was made.';

CREATE TABLE abie.referral_school (
	referral_id integer REFERENCES abie.referral ON DELETE CASCADE,
	urn integer,
	place integer CHECK (place > 0),
	not_referred text,
	place_beside integer,
	stratum text NOT NULL,
	enrolments integer NOT NULL,
	expected float8 NOT NULL,
	baseline float8 NOT NULL,
	improvement float8 NOT NULL,
	outcome_attendance float8 NOT NULL,
	change float8 NOT NULL,
	relative_change float8 NOT NULL,
	shock_effect float8 NOT NULL,
	best_change float8 NOT NULL,
	z float8 NOT NULL,
	outcome text NOT NULL,
	outcome_before text,
	prior_change float8 NOT NULL,
	prior_variance float8 NOT NULL,
	noise float8 NOT NULL,
	true_change float8 NOT NULL,
	true_change_error float8 NOT NULL,
	shortfall_probability float8 NOT NULL,
	PRIMARY KEY (referral_id, urn),
	CONSTRAINT referred_or_why_not CHECK ((place IS NULL) = (not_referred IS NOT NULL))
);
COMMENT ON TABLE abie.referral_school IS
'Schools considered for a list, each with its place or the reason why it is not referred. The other columns are those '
'of abie.school_outcome when the list was made.';
COMMENT ON COLUMN abie.referral_school.referral_id IS 'The list.';
COMMENT ON COLUMN abie.referral_school.urn IS 'The school.';
COMMENT ON COLUMN abie.referral_school.place IS
'1 for the school most likely to have fallen short, and so on; NULL where it is not referred.';
COMMENT ON COLUMN abie.referral_school.not_referred IS
'Why it is not referred: above its context; part of the year only; correction asked for; decided by code T; event not '
'decided or counted; answer upheld; missed, but not likely by half a point; beyond capacity.';
COMMENT ON COLUMN abie.referral_school.place_beside IS
'Its place in the list that abie.referral.beside_run_id would give; NULL for none.';
SELECT abie_owner.describe_as('abie.referral_school', 'abie.school_outcome');

CREATE TABLE abie.referral_event (
	event_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	referral_id integer NOT NULL,
	run_id integer NOT NULL,
	event text NOT NULL,
	reason text,
	digest text NOT NULL,
	role text NOT NULL,
	happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON abie.referral_event (referral_id);
COMMENT ON TABLE abie.referral_event IS
'What became of each list, in rows that only grow; it stays when the list is deleted with its run.';
COMMENT ON COLUMN abie.referral_event.event_id IS 'Number of the event.';
COMMENT ON COLUMN abie.referral_event.referral_id IS 'The list.';
COMMENT ON COLUMN abie.referral_event.run_id IS 'Its run.';
COMMENT ON COLUMN abie.referral_event.event IS 'The status it got.';
COMMENT ON COLUMN abie.referral_event.reason IS 'The reason given, or NULL.';
COMMENT ON COLUMN abie.referral_event.digest IS 'abie.referral.digest.';
COMMENT ON COLUMN abie.referral_event.role IS 'Role that did it.';
COMMENT ON COLUMN abie.referral_event.happened_at IS 'When.';

CREATE TABLE abie.referral_answer (
	answer_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	referral_id integer NOT NULL REFERENCES abie.referral ON DELETE CASCADE,
	urn integer NOT NULL,
	answer text NOT NULL CHECK (answer ~ '[^[:space:]]'),
	answered_by text NOT NULL,
	answered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	upheld boolean,
	decision text CHECK (decision ~ '[^[:space:]]'),
	decided_by text,
	decided_at timestamptz,
	CONSTRAINT decided_whole CHECK ((upheld IS NULL) = (decision IS NULL) AND (upheld IS NULL) = (decided_at IS NULL))
);
CREATE INDEX ON abie.referral_answer (referral_id, urn);
COMMENT ON TABLE abie.referral_answer IS
'What schools said to a list they stand on, before it is issued (abie.answer_referral), and what was decided '
'(abie.decide_answer).';
COMMENT ON COLUMN abie.referral_answer.answer_id IS 'Number of the answer.';
COMMENT ON COLUMN abie.referral_answer.referral_id IS 'The list.';
COMMENT ON COLUMN abie.referral_answer.urn IS 'The school.';
COMMENT ON COLUMN abie.referral_answer.answer IS 'What it said.';
COMMENT ON COLUMN abie.referral_answer.answered_by IS 'Role that said it.';
COMMENT ON COLUMN abie.referral_answer.answered_at IS 'When.';
COMMENT ON COLUMN abie.referral_answer.upheld IS
'Whether the school is right: then no further list of the run has it. NULL while not decided.';
COMMENT ON COLUMN abie.referral_answer.decision IS 'What the school was told.';
COMMENT ON COLUMN abie.referral_answer.decided_by IS 'Role that decided.';
COMMENT ON COLUMN abie.referral_answer.decided_at IS 'When.';

SELECT abie_internal.protect_table(t) FROM unnest('{abie.referral,abie.referral_school,abie.referral_event,'
	'abie.referral_answer}'::regclass[]) t;
SELECT pg_catalog.pg_extension_config_dump('abie.referral', '');
SELECT pg_catalog.pg_extension_config_dump('abie.referral_referral_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.referral_school', '');
SELECT pg_catalog.pg_extension_config_dump('abie.referral_event', '');
SELECT pg_catalog.pg_extension_config_dump('abie.referral_event_event_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.referral_answer', '');
SELECT pg_catalog.pg_extension_config_dump('abie.referral_answer_answer_id_seq', '');

--
-- What was listed stays as it is
--

CREATE FUNCTION abie_internal.guard_referral() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		-- with its run it goes; a run that was issued cannot, but by abie.purge
		IF OLD.status IN ('issued', 'withdrawn') AND EXISTS (SELECT FROM abie.run r WHERE r.run_id = OLD.run_id) THEN
			RAISE EXCEPTION 'referral % is %: it cannot be deleted', OLD.referral_id, OLD.status
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'abie.withdraw_referral takes one back.';
		ELSIF EXISTS (SELECT FROM abie.referral_answer w WHERE w.referral_id = OLD.referral_id)
			AND EXISTS (SELECT FROM abie.run r WHERE r.run_id = OLD.run_id) THEN
			RAISE EXCEPTION 'schools have answered to referral %: it cannot be deleted', OLD.referral_id
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'What they said holds for later lists too.';
		END IF;
		RETURN OLD;
	ELSIF to_jsonb(NEW) - '{status,reason}'::text[] <> to_jsonb(OLD) - '{status,reason}'::text[]
		OR NEW.status = OLD.status AND NEW.reason IS DISTINCT FROM OLD.reason THEN
		RAISE EXCEPTION 'referral %: what it recorded cannot be changed', OLD.referral_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CALL abie.refer makes another.';
	ELSIF (OLD.status, NEW.status) NOT IN (('proposed', 'checked'), ('checked', 'checked'), ('proposed', 'issued'),
		('checked', 'issued'), ('issued', 'withdrawn')) THEN
		RAISE EXCEPTION 'referral % is % and cannot become %', OLD.referral_id, OLD.status, NEW.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'A list is proposed, checked, issued, then withdrawn.';
	ELSIF NEW.status = 'withdrawn' AND NEW.reason !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'a list is withdrawn for a reason' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words what is wrong with it.';
	ELSIF NEW.status = 'issued' THEN
		PERFORM abie_internal.refuse_old_snapshot('issuing a list'),
			abie_internal.refuse_failing_referral(NEW.referral_id, NEW.reason);
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_referral() IS
'Trigger: what may be changed in abie.referral: its status in its order and the reason for it; to issued only with its '
'checks passed, to withdrawn only for a reason. Lists that were issued, or that schools answered to, are deleted with '
'their run alone.';

CREATE TRIGGER guard_referral BEFORE UPDATE OR DELETE ON abie.referral
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_referral();

CREATE FUNCTION abie_internal.guard_beginning() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NEW.status <> 'proposed' AND NOT abie_internal.has_owner_rights(TG_RELID) THEN
		RAISE EXCEPTION '% begins as proposed, not as %', TG_ARGV[0], NEW.status
			USING ERRCODE = 'insufficient_privilege', HINT = TG_ARGV[1];
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_beginning() IS
'Trigger: refuses what is not in its beginning (status proposed) but from the owner, who restores dumps; its arguments '
'are what it is and the hint.';

CREATE TRIGGER guard_referral_insert BEFORE INSERT ON abie.referral
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_beginning('a list', 'CALL abie.refer makes one.');

-- Gate, because nobody but the owner writes the record: the role in force is its first argument.
CREATE FUNCTION abie_owner.record_referral_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.referral_event (referral_id, run_id, event, reason, digest, role)
	VALUES (NEW.referral_id, NEW.run_id, NEW.status, NEW.reason, NEW.digest, TG_ARGV[0]::regrole::text);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.record_referral_event() IS
'Trigger: records in abie.referral_event that a list got another status.';

CREATE FUNCTION abie_internal.record_referral_event() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.record_referral_event() IS
'Trigger: the gate to abie_owner.record_referral_event.';

CREATE TRIGGER record_referral_event AFTER UPDATE OF status ON abie.referral
FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION abie_internal.record_referral_event();

CREATE TRIGGER guard_referral_event BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.referral_event
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('events of lists are kept as they are',
	'What was wrong is put right by another event, such as abie.withdraw_referral.');

-- Schools of a list come with it, all at once, and go with it: a restored dump brings the list first.
CREATE FUNCTION abie_internal.guard_referral_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed_list integer;
BEGIN
	FOR changed_list IN SELECT DISTINCT c.referral_id FROM changed c ORDER BY c.referral_id LOOP
		IF TG_OP = 'INSERT' AND (SELECT count(*) FROM abie.referral_school s WHERE s.referral_id = changed_list)
			<= (SELECT r.considered FROM abie.referral r WHERE r.referral_id = changed_list
				AND (r.status = 'proposed' OR abie_internal.has_owner_rights(TG_RELID)) FOR SHARE)
			OR TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM abie.referral r WHERE r.referral_id = changed_list) THEN
			CONTINUE;
		END IF;
		RAISE EXCEPTION 'the schools of referral % cannot be changed', changed_list
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CALL abie.refer makes another list.';
	END LOOP;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_referral_rows() IS
'Trigger: refuses changes of the schools of a list, but for those it was made with, and deletion but with the list.';

CREATE TRIGGER guard_insert AFTER INSERT ON abie.referral_school
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_referral_rows();
CREATE TRIGGER guard_update AFTER UPDATE ON abie.referral_school
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_referral_rows();
CREATE TRIGGER guard_delete AFTER DELETE ON abie.referral_school
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_referral_rows();

CREATE FUNCTION abie_internal.guard_referral_answer() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'DELETE' AND EXISTS (SELECT FROM abie.referral l WHERE l.referral_id = OLD.referral_id)
		OR TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{upheld,decision,decided_by,decided_at}'::text[]
			<> to_jsonb(OLD) - '{upheld,decision,decided_by,decided_at}'::text[] THEN
		RAISE EXCEPTION 'what schools said to referral % is kept as it is', OLD.referral_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'abie.decide_answer decides it.';
	END IF;
	RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END $$;
COMMENT ON FUNCTION abie_internal.guard_referral_answer() IS
'Trigger: refuses changes of answers but for what is decided of them, and deletion but with their list.';

CREATE TRIGGER guard_referral_answer BEFORE UPDATE OR DELETE ON abie.referral_answer
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_referral_answer();

CREATE FUNCTION abie_internal.guard_referral_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.refuse_unseen('abie.referral', 'lists'),
		abie_internal.refuse_old_snapshot('emptying lists');
	LOCK TABLE abie.referral IN SHARE MODE;
	IF EXISTS (SELECT FROM abie.referral r WHERE r.status IN ('issued', 'withdrawn')) THEN
		RAISE EXCEPTION 'lists that were issued are kept as they are'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Delete the others by their numbers.';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_referral_truncate() IS
'Trigger: refuses to empty lists and their schools where one was issued.';

CREATE TRIGGER guard_referral_truncate BEFORE TRUNCATE ON abie.referral
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_referral_truncate();
CREATE TRIGGER guard_referral_truncate BEFORE TRUNCATE ON abie.referral_school
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_referral_truncate();
CREATE TRIGGER guard_referral_truncate BEFORE TRUNCATE ON abie.referral_answer
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_referral_truncate();
