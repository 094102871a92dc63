-- Allocations of schools to hubs: what one was made with, what came of it, its life.

CREATE TABLE abie.hub_allocation (
	allocation_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	referral_id integer NOT NULL REFERENCES abie.referral ON DELETE CASCADE,
	academic_year abie.academic_year NOT NULL,
	kind text NOT NULL CHECK (kind IN ('enhanced', 'regional')),
	km_unit float8 NOT NULL CHECK (km_unit BETWEEN 0.1 AND 10000),
	distance_weight float8 NOT NULL CHECK (distance_weight BETWEEN 0 AND 1000),
	region_weight float8 NOT NULL CHECK (region_weight BETWEEN 0 AND 1000),
	maximum_km float8 NOT NULL CHECK (maximum_km BETWEEN 0 AND 2000),
	unplaced_cost float8 NOT NULL CHECK (unplaced_cost BETWEEN 0 AND 10000),
	need_weight float8 NOT NULL CHECK (need_weight BETWEEN 0 AND 10000),
	status text NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'checked', 'confirmed', 'withdrawn')),
	reason text,
	sites integer NOT NULL,
	schools integer NOT NULL,
	staying integer NOT NULL,
	placed integer NOT NULL,
	cost bigint NOT NULL,
	digest text NOT NULL,
	allocated_by text NOT NULL DEFAULT current_user,
	allocated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON abie.hub_allocation (referral_id);
COMMENT ON TABLE abie.hub_allocation IS
'Allocations of the schools of a list to hubs (abie.allocate_hubs), one row an allocation. What it says cannot be '
'changed; what is wrong, or has changed since, is put right by another allocation of the list, in which those placed '
'before stay.';
COMMENT ON COLUMN abie.hub_allocation.allocation_id IS 'Number of the allocation.';
COMMENT ON COLUMN abie.hub_allocation.referral_id IS 'The list.';
COMMENT ON COLUMN abie.hub_allocation.academic_year IS 'The year whose hubs it is to.';
COMMENT ON COLUMN abie.hub_allocation.kind IS
'Pathway: enhanced, for the schools that the list refers; regional, for those that it leaves out beyond its capacity.';
COMMENT ON COLUMN abie.hub_allocation.km_unit IS 'Kilometres that cost as much as 1.';
COMMENT ON COLUMN abie.hub_allocation.distance_weight IS 'What a distance of circumstances of 1 costs.';
COMMENT ON COLUMN abie.hub_allocation.region_weight IS 'What another region costs.';
COMMENT ON COLUMN abie.hub_allocation.maximum_km IS 'Kilometres beyond which no school is placed.';
COMMENT ON COLUMN abie.hub_allocation.unplaced_cost IS 'What a school without need costs that is left without a place.';
COMMENT ON COLUMN abie.hub_allocation.need_weight IS 'What need adds to that, times the need (0 to 1) of the school.';
COMMENT ON COLUMN abie.hub_allocation.status IS
'proposed, checked (abie.check_allocation), confirmed (abie.confirm_allocation) or withdrawn '
'(abie.withdraw_allocation).';
COMMENT ON COLUMN abie.hub_allocation.reason IS
'Why it was confirmed although a check failed, or withdrawn; else NULL.';
COMMENT ON COLUMN abie.hub_allocation.sites IS 'Sites, each a hub and phase: rows of abie.hub_allocation_site.';
COMMENT ON COLUMN abie.hub_allocation.schools IS 'Schools to be placed: rows of abie.hub_allocation_school.';
COMMENT ON COLUMN abie.hub_allocation.staying IS 'Of these, those that stay where they have been placed before.';
COMMENT ON COLUMN abie.hub_allocation.placed IS 'Of these, those that it places; the rest has no place.';
COMMENT ON COLUMN abie.hub_allocation.cost IS
'Sum of the costs of those that it places and of leaving the rest without a place, in ten-thousandths: the least that '
'there is.';
COMMENT ON COLUMN abie.hub_allocation.digest IS 'SHA-256 of who is placed where, who not, and of the prices of places.';
COMMENT ON COLUMN abie.hub_allocation.allocated_by IS 'Role that made it.';
COMMENT ON COLUMN abie.hub_allocation.allocated_at IS 'When it was made.';

CREATE TABLE abie.hub_allocation_site (
	allocation_id integer REFERENCES abie.hub_allocation ON DELETE CASCADE,
	hub_urn integer,
	phase text,
	places integer NOT NULL,
	taken integer NOT NULL,
	advantage float8,
	advantage_error float8,
	not_admitted text,
	price bigint,
	PRIMARY KEY (allocation_id, hub_urn, phase),
	CONSTRAINT priced_or_why_not CHECK ((price IS NULL) = (not_admitted IS NOT NULL))
);
COMMENT ON TABLE abie.hub_allocation_site IS
'Hubs of an allocation by the phase of their places: whether schools may be placed there, and what a place is worth.';
COMMENT ON COLUMN abie.hub_allocation_site.allocation_id IS 'The allocation.';
COMMENT ON COLUMN abie.hub_allocation_site.hub_urn IS 'The hub.';
COMMENT ON COLUMN abie.hub_allocation_site.phase IS 'Phase of its places: primary or secondary.';
COMMENT ON COLUMN abie.hub_allocation_site.places IS 'Places: abie.hub_place.places.';
COMMENT ON COLUMN abie.hub_allocation_site.taken IS 'Placements that had no end when the allocation was made.';
COMMENT ON COLUMN abie.hub_allocation_site.advantage IS
'The hub''s attendance less what is expected in its circumstances in the run of the list, percentage points; NULL '
'where nothing is expected of it.';
COMMENT ON COLUMN abie.hub_allocation_site.advantage_error IS
'Standard error of advantage: of what is expected, and of a year''s rate by its registers or its enrolments.';
COMMENT ON COLUMN abie.hub_allocation_site.not_admitted IS
'Why no school is placed there: ended; no expectation; referred itself; not better than expected (advantage at most '
'1.645 standard errors, the lower end of a 90 per cent interval); another phase. NULL where schools may be.';
COMMENT ON COLUMN abie.hub_allocation_site.price IS
'What one more place there would save, in ten-thousandths (abie.assign_prices); 0 where one is free.';

CREATE TABLE abie.hub_allocation_school (
	allocation_id integer REFERENCES abie.hub_allocation ON DELETE CASCADE,
	urn integer,
	need float8 NOT NULL CHECK (need BETWEEN 0 AND 1),
	unplaced_cost integer NOT NULL,
	hub_urn integer,
	phase text,
	stays boolean NOT NULL,
	km float8,
	distance float8,
	other_region boolean,
	cost integer,
	not_placed text,
	detail text,
	next_hub_urn integer,
	next_phase text,
	next_difference bigint CHECK (next_difference >= 0),
	PRIMARY KEY (allocation_id, urn),
	CONSTRAINT placed_or_why_not CHECK ((hub_urn IS NULL) = (not_placed IS NOT NULL)
		AND (hub_urn IS NULL) = (phase IS NULL))
);
COMMENT ON TABLE abie.hub_allocation_school IS
'Schools of an allocation, each with its hub or the reason why it has none.';
COMMENT ON COLUMN abie.hub_allocation_school.allocation_id IS 'The allocation.';
COMMENT ON COLUMN abie.hub_allocation_school.urn IS 'The school.';
COMMENT ON COLUMN abie.hub_allocation_school.need IS 'Its need: abie.referral_school.shortfall_probability, 0 to 1.';
COMMENT ON COLUMN abie.hub_allocation_school.unplaced_cost IS
'What it costs to leave it without a place, in ten-thousandths: unplaced_cost + need_weight x need of the allocation.';
COMMENT ON COLUMN abie.hub_allocation_school.hub_urn IS 'Its hub; NULL where it has no place.';
COMMENT ON COLUMN abie.hub_allocation_school.phase IS 'Phase of its place.';
COMMENT ON COLUMN abie.hub_allocation_school.stays IS 'Whether it stays in a placement made before.';
COMMENT ON COLUMN abie.hub_allocation_school.km IS 'Kilometres to its hub as the crow flies; NULL where not known.';
COMMENT ON COLUMN abie.hub_allocation_school.distance IS
'Distance of circumstances to its hub, as of similar schools in the run; NULL where they cannot be compared, which '
'counts as 2.';
COMMENT ON COLUMN abie.hub_allocation_school.other_region IS 'Whether the hub is in another region.';
COMMENT ON COLUMN abie.hub_allocation_school.cost IS
'Cost of the pair in ten-thousandths: km / km_unit + distance_weight x distance + region_weight where the region is '
'another; NULL where it has no place, or stays where it would not be placed now.';
COMMENT ON COLUMN abie.hub_allocation_school.not_placed IS
'Why it has no place: no hub allowed; dearer than no place; places went to others. NULL where it has one.';
COMMENT ON COLUMN abie.hub_allocation_school.detail IS
'Of a school without a place, how many hubs are not allowed and why, or what the one that costs least would.';
COMMENT ON COLUMN abie.hub_allocation_school.next_hub_urn IS
'The hub it would have else: of those allowed the one with least cost + price; NULL where there is none, and of a '
'school that stays.';
COMMENT ON COLUMN abie.hub_allocation_school.next_phase IS 'Phase of that place.';
COMMENT ON COLUMN abie.hub_allocation_school.next_difference IS
'What cost + price are more there, in ten-thousandths: the sum over all schools rises by at least as much where the '
'school goes there instead.';

CREATE TABLE abie.hub_allocation_event (
	event_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	allocation_id integer NOT NULL,
	referral_id integer NOT NULL,
	event text NOT NULL,
	reason text,
	digest text NOT NULL,
	role text NOT NULL,
	happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON abie.hub_allocation_event (allocation_id);
COMMENT ON TABLE abie.hub_allocation_event IS
'What became of each allocation, in rows that only grow; it stays when the allocation is deleted with its list.';
COMMENT ON COLUMN abie.hub_allocation_event.event_id IS 'Number of the event.';
COMMENT ON COLUMN abie.hub_allocation_event.allocation_id IS 'The allocation.';
COMMENT ON COLUMN abie.hub_allocation_event.referral_id IS 'Its list.';
COMMENT ON COLUMN abie.hub_allocation_event.event IS 'The status it got.';
COMMENT ON COLUMN abie.hub_allocation_event.reason IS 'The reason given, or NULL.';
COMMENT ON COLUMN abie.hub_allocation_event.digest IS 'abie.hub_allocation.digest.';
COMMENT ON COLUMN abie.hub_allocation_event.role IS 'Role that did it.';
COMMENT ON COLUMN abie.hub_allocation_event.happened_at IS 'When.';

SELECT abie_internal.protect_table(t) FROM unnest('{abie.hub_allocation,abie.hub_allocation_site,'
	'abie.hub_allocation_school,abie.hub_allocation_event}'::regclass[]) t;
SELECT pg_catalog.pg_extension_config_dump('abie.hub_allocation', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_allocation_allocation_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_allocation_site', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_allocation_school', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_allocation_event', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_allocation_event_event_id_seq', '');

--
-- What was allocated stays as it is
--

CREATE FUNCTION abie_internal.guard_hub_allocation() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		-- with its list it goes
		IF OLD.status IN ('confirmed', 'withdrawn')
			AND EXISTS (SELECT FROM abie.referral l WHERE l.referral_id = OLD.referral_id) THEN
			RAISE EXCEPTION 'allocation % is %: it cannot be deleted', OLD.allocation_id, OLD.status
				USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'abie.withdraw_allocation takes one back.';
		END IF;
		RETURN OLD;
	ELSIF to_jsonb(NEW) - '{status,reason}'::text[] <> to_jsonb(OLD) - '{status,reason}'::text[]
		OR NEW.status = OLD.status AND NEW.reason IS DISTINCT FROM OLD.reason THEN
		RAISE EXCEPTION 'allocation %: what it recorded cannot be changed', OLD.allocation_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CALL abie.allocate_hubs makes another.';
	ELSIF (OLD.status, NEW.status) NOT IN (('proposed', 'checked'), ('checked', 'checked'), ('proposed', 'confirmed'),
		('checked', 'confirmed'), ('confirmed', 'withdrawn')) THEN
		RAISE EXCEPTION 'allocation % is % and cannot become %', OLD.allocation_id, OLD.status, NEW.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'An allocation is proposed, checked, confirmed, then withdrawn.';
	ELSIF NEW.status = 'withdrawn' AND NEW.reason !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'an allocation is withdrawn for a reason' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say in words what is wrong with it.';
	ELSIF NEW.status = 'confirmed' THEN
		PERFORM abie_internal.refuse_old_snapshot('confirming an allocation'),
			abie_internal.refuse_failing_allocation(NEW.allocation_id, NEW.reason);
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_hub_allocation() IS
'Trigger: what may be changed in abie.hub_allocation: its status in its order and the reason for it; to confirmed only '
'with its checks passed, to withdrawn only for a reason. Those that were confirmed are deleted with their list alone.';

CREATE TRIGGER guard_hub_allocation BEFORE UPDATE OR DELETE ON abie.hub_allocation
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_hub_allocation();
CREATE TRIGGER guard_hub_allocation_insert BEFORE INSERT ON abie.hub_allocation
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_beginning('an allocation', 'CALL abie.allocate_hubs makes one.');

-- Gate, because nobody but the owner writes the record: the role in force is its first argument.
CREATE FUNCTION abie_owner.record_allocation_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.hub_allocation_event (allocation_id, referral_id, event, reason, digest, role)
	VALUES (NEW.allocation_id, NEW.referral_id, NEW.status, NEW.reason, NEW.digest, TG_ARGV[0]::regrole::text);
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.record_allocation_event() IS
'Trigger: records in abie.hub_allocation_event that an allocation got another status.';

CREATE FUNCTION abie_internal.record_allocation_event() RETURNS trigger
LANGUAGE C AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.record_allocation_event() IS
'Trigger: the gate to abie_owner.record_allocation_event.';

CREATE TRIGGER record_allocation_event AFTER UPDATE OF status ON abie.hub_allocation
FOR EACH ROW WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION abie_internal.record_allocation_event();

CREATE TRIGGER guard_hub_allocation_event BEFORE UPDATE OR DELETE OR TRUNCATE ON abie.hub_allocation_event
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('events of allocations are kept as they are',
	'What was wrong is put right by another event, such as abie.withdraw_allocation.');

-- Rows of an allocation come with it, all at once, and go with it: a restored dump brings the allocation first.
CREATE FUNCTION abie_internal.guard_allocation_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	changed_allocation integer;
	held bigint;
BEGIN
	FOR changed_allocation IN SELECT DISTINCT c.allocation_id FROM changed c ORDER BY c.allocation_id LOOP
		EXECUTE format('SELECT count(*) FROM %s WHERE allocation_id = $1', TG_RELID::regclass)
		INTO held USING changed_allocation;
		-- the first argument is the column of abie.hub_allocation that counts them
		IF TG_OP = 'INSERT' AND held <= (SELECT (to_jsonb(a) ->> TG_ARGV[0])::bigint FROM abie.hub_allocation a
				WHERE a.allocation_id = changed_allocation
					AND (a.status = 'proposed' OR abie_internal.has_owner_rights(TG_RELID)) FOR SHARE)
			OR TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM abie.hub_allocation a
				WHERE a.allocation_id = changed_allocation) THEN
			CONTINUE;
		END IF;
		RAISE EXCEPTION 'the % of allocation % cannot be changed', TG_ARGV[0], changed_allocation
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CALL abie.allocate_hubs makes another.';
	END LOOP;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_allocation_rows() IS
'Trigger: refuses changes of the schools or sites of an allocation, but for those it was made with, and deletion but '
'with the allocation.';

DO $$
DECLARE
	of record;
BEGIN
	FOR of IN SELECT t.held, e.event, e.rows FROM unnest('{site,school}'::text[]) t(held),
		(VALUES ('INSERT', 'NEW'), ('UPDATE', 'OLD'), ('DELETE', 'OLD')) e(event, rows) LOOP
		EXECUTE format('CREATE TRIGGER %I AFTER %s ON abie.hub_allocation_%s REFERENCING %s TABLE AS changed '
			'FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_allocation_rows(%L)',
			'guard_' || lower(of.event), of.event, of.held, of.rows, of.held || 's');
	END LOOP;
END $$;

CREATE FUNCTION abie_internal.guard_allocation_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.refuse_unseen('abie.hub_allocation', 'allocations'),
		abie_internal.refuse_old_snapshot('emptying allocations');
	LOCK TABLE abie.hub_allocation IN SHARE MODE;
	IF EXISTS (SELECT FROM abie.hub_allocation a WHERE a.status IN ('confirmed', 'withdrawn')) THEN
		RAISE EXCEPTION 'allocations that were confirmed are kept as they are'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Delete the others by their numbers.';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_allocation_truncate() IS
'Trigger: refuses to empty allocations, their sites and schools where one was confirmed.';

DO $$
DECLARE
	held text;
BEGIN
	FOREACH held IN ARRAY '{hub_allocation,hub_allocation_site,hub_allocation_school}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON abie.%I '
			'FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.guard_allocation_truncate()', held);
	END LOOP;
END $$;
