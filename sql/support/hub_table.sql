-- Hubs: schools that support others. Their places, who is placed there, and who may not be.

CREATE TABLE abie.hub (
	academic_year abie.academic_year,
	urn abie.urn,
	from_date date,
	to_date date,
	source text NOT NULL DEFAULT 'own entry',
	recorded_by text NOT NULL DEFAULT current_user,
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (academic_year, urn),
	CONSTRAINT days_of_the_year CHECK (abie.academic_year_of(from_date) = academic_year
		AND abie.academic_year_of(to_date) = academic_year AND from_date <= to_date)
);
COMMENT ON TABLE abie.hub IS
'Attendance and behaviour hubs, schools that support others: one row a year and hub.';
COMMENT ON COLUMN abie.hub.academic_year IS 'Academic year in which it is a hub.';
COMMENT ON COLUMN abie.hub.urn IS 'The school that is the hub.';
COMMENT ON COLUMN abie.hub.from_date IS 'First day in the year; NULL from its beginning.';
COMMENT ON COLUMN abie.hub.to_date IS
'Last day, of a hub that ended within the year: no school is placed there any more, and none stays. NULL otherwise.';
COMMENT ON COLUMN abie.hub.source IS 'Where it is named as a hub.';
COMMENT ON COLUMN abie.hub.recorded_by IS 'Role that recorded it.';
COMMENT ON COLUMN abie.hub.recorded_at IS 'When it was recorded.';

CREATE TABLE abie.hub_place (
	academic_year abie.academic_year,
	urn abie.urn,
	kind text CHECK (kind IN ('enhanced', 'regional')),
	phase text CHECK (phase IN ('primary', 'secondary')),
	places integer NOT NULL CHECK (places >= 0),
	PRIMARY KEY (academic_year, urn, kind, phase),
	FOREIGN KEY (academic_year, urn) REFERENCES abie.hub ON DELETE CASCADE
);
COMMENT ON TABLE abie.hub_place IS 'How many schools a hub can support in a year: one row a hub, kind and phase.';
COMMENT ON COLUMN abie.hub_place.academic_year IS 'Academic year.';
COMMENT ON COLUMN abie.hub_place.urn IS 'The hub.';
COMMENT ON COLUMN abie.hub_place.kind IS
'Pathway: enhanced, ten days of leadership support over three terms; regional, an open day a term and exchange.';
COMMENT ON COLUMN abie.hub_place.phase IS 'Phase of the schools: primary or secondary.';
COMMENT ON COLUMN abie.hub_place.places IS 'Places.';

CREATE TABLE abie.hub_exclusion (
	hub_urn abie.urn,
	urn abie.urn,
	reason text NOT NULL CHECK (reason ~ '[^[:space:]]'),
	recorded_by text NOT NULL DEFAULT current_user,
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (hub_urn, urn)
);
COMMENT ON TABLE abie.hub_exclusion IS 'Pairs of hub and school that no allocation may bring together.';
COMMENT ON COLUMN abie.hub_exclusion.hub_urn IS 'The hub.';
COMMENT ON COLUMN abie.hub_exclusion.urn IS 'The school.';
COMMENT ON COLUMN abie.hub_exclusion.reason IS 'Why.';
COMMENT ON COLUMN abie.hub_exclusion.recorded_by IS 'Role that recorded it.';
COMMENT ON COLUMN abie.hub_exclusion.recorded_at IS 'When it was recorded.';

CREATE TABLE abie.hub_placement (
	placement_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	hub_urn abie.urn NOT NULL,
	urn abie.urn NOT NULL,
	kind text NOT NULL CHECK (kind IN ('enhanced', 'regional')),
	phase text NOT NULL CHECK (phase IN ('primary', 'secondary')),
	from_date date NOT NULL,
	allocation_id integer,
	reason text,
	placed_by text NOT NULL DEFAULT current_user,
	placed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	to_date date,
	end_reason text,
	ended_by text,
	ended_at timestamptz,
	CONSTRAINT never_itself CHECK (hub_urn <> urn),
	CONSTRAINT of_an_allocation_or_reason CHECK (allocation_id IS NOT NULL OR reason ~ '[^[:space:]]' IS TRUE),
	CONSTRAINT ended_whole CHECK (num_nulls(to_date, ended_by, ended_at) IN (0, 3)
		AND (to_date IS NULL AND end_reason IS NULL OR end_reason ~ '[^[:space:]]' IS TRUE)),
	CONSTRAINT ended_after_it_began CHECK (to_date >= from_date - 1)
);
CREATE UNIQUE INDEX placed_once ON abie.hub_placement (urn, kind) WHERE to_date IS NULL;
CREATE INDEX ON abie.hub_placement (hub_urn);
COMMENT ON TABLE abie.hub_placement IS
'Schools placed at hubs: by allocations that were confirmed (abie.confirm_allocation), or by hand with a reason. A row '
'stays as it is, but that the placement is ended once (abie.end_placement).';
COMMENT ON COLUMN abie.hub_placement.placement_id IS 'Number of the placement.';
COMMENT ON COLUMN abie.hub_placement.hub_urn IS 'The hub.';
COMMENT ON COLUMN abie.hub_placement.urn IS 'The school; it has one placement of a kind at a time.';
COMMENT ON COLUMN abie.hub_placement.kind IS 'Pathway: abie.hub_place.kind.';
COMMENT ON COLUMN abie.hub_placement.phase IS 'Phase of the place: abie.hub_place.phase.';
COMMENT ON COLUMN abie.hub_placement.from_date IS 'First day.';
COMMENT ON COLUMN abie.hub_placement.allocation_id IS 'The allocation that made it; NULL for one made by hand.';
COMMENT ON COLUMN abie.hub_placement.reason IS 'Why it was made by hand; NULL otherwise.';
COMMENT ON COLUMN abie.hub_placement.placed_by IS 'Role that made it.';
COMMENT ON COLUMN abie.hub_placement.placed_at IS 'When it was made.';
COMMENT ON COLUMN abie.hub_placement.to_date IS
'Last day, which may be to come; the day before from_date of one that never began; NULL while it has no end.';
COMMENT ON COLUMN abie.hub_placement.end_reason IS 'Why it ended.';
COMMENT ON COLUMN abie.hub_placement.ended_by IS 'Role that ended it.';
COMMENT ON COLUMN abie.hub_placement.ended_at IS 'When that was recorded.';

SELECT abie_internal.protect_table(t) FROM unnest('{abie.hub,abie.hub_place,abie.hub_exclusion,'
	'abie.hub_placement}'::regclass[]) t;
SELECT pg_catalog.pg_extension_config_dump('abie.hub', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_place', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_exclusion', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_placement', '');
SELECT pg_catalog.pg_extension_config_dump('abie.hub_placement_placement_id_seq', '');

CREATE FUNCTION abie_internal.placement_holds(to_date date) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE COST 1
-- not STRICT: most have no end
RETURN to_date IS NULL OR to_date >= CURRENT_DATE;
COMMENT ON FUNCTION abie_internal.placement_holds(date) IS
'Whether a placement with this last day holds, and is shown to its hub: it has no end, or one not before today.';

CREATE FUNCTION abie_internal.guard_hub_placement() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	ending text[] := '{to_date,end_reason,ended_by,ended_at}';
BEGIN
	IF TG_OP = 'DELETE' OR OLD.to_date IS NOT NULL OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
		RAISE EXCEPTION 'placement % is kept as it is', OLD.placement_id
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'abie.end_placement ends one that has no end.';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION abie_internal.guard_hub_placement() IS
'Trigger: refuses changes of placements but for their end, once, and deletion.';

CREATE TRIGGER guard_hub_placement BEFORE UPDATE OR DELETE ON abie.hub_placement
FOR EACH ROW EXECUTE FUNCTION abie_internal.guard_hub_placement();
CREATE TRIGGER guard_hub_placement_truncate BEFORE TRUNCATE ON abie.hub_placement
FOR EACH STATEMENT EXECUTE FUNCTION abie_internal.refuse_change('placements are kept as they are',
	'abie.end_placement ends one that has no end.');

CREATE FUNCTION abie.end_placement(placement_id integer, to_date date, reason text) RETURNS abie.hub_placement
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: an end without a day or a reason is an error, not nothing
#variable_conflict use_column
DECLARE
	ended abie.hub_placement;
BEGIN
	IF end_placement.to_date IS NULL OR end_placement.reason !~ '[^[:space:]]' IS NOT FALSE THEN
		RAISE EXCEPTION 'a placement is ended on a day, for a reason' USING ERRCODE = 'null_value_not_allowed',
			HINT = 'Say the last day, and why in words.';
	END IF;
	UPDATE abie.hub_placement p
	SET to_date = end_placement.to_date, end_reason = end_placement.reason, ended_by = current_user,
		ended_at = clock_timestamp()
	WHERE p.placement_id = end_placement.placement_id AND p.to_date IS NULL RETURNING p.* INTO ended;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no placement % without an end', coalesce(placement_id::text, 'NULL')
			USING ERRCODE = 'no_data_found', HINT = 'They are in abie.hub_placement.';
	END IF;
	RETURN ended;
END $$;
COMMENT ON FUNCTION abie.end_placement(integer, date, text) IS
'Ends a placement at a hub on a last day, for a reason; its place is then free for the next allocation. The placement '
'as ended. Errors: P0002 no such placement without an end, 22004 no day or no reason, 23514 a last day more than a day '
'before the first.';
