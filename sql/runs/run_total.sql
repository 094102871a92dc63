-- Figures of many schools together, as they were when a run was calculated: what a report of one school sets beside its
-- own, and what summaries of areas are made of. Kept, because who asks would go through all schools, years or runs for
-- them.

CREATE TABLE abie.run_national (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	academic_year abie.academic_year,
	stratum text,
	attendance float8,
	PRIMARY KEY (run_id, academic_year, stratum)
);
COMMENT ON TABLE abie.run_national IS
'National attendance in each year up to the baseline year of a run, as held when it was calculated: what reports set a '
'school''s own years beside.';
COMMENT ON COLUMN abie.run_national.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_national.academic_year IS 'Academic year, such as 2024/25.';
COMMENT ON COLUMN abie.run_national.stratum IS 'primary or secondary, as in abie_report.national_attendance.';
COMMENT ON COLUMN abie.run_national.attendance IS
'Attendance, per cent: abie_report.national_attendance.attendance_percent.';

CREATE TABLE abie.run_improvement (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	stratum text,
	improvement_rounded numeric,
	schools bigint NOT NULL,
	PRIMARY KEY (run_id, stratum, improvement_rounded)
);
COMMENT ON TABLE abie.run_improvement IS
'How many schools of a run have which improvement; for readers, and with small numbers suppressed, '
'abie_report.improvement_distribution.';
COMMENT ON COLUMN abie.run_improvement.run_id IS 'The run.';
COMMENT ON COLUMN abie.run_improvement.stratum IS 'Stratum of the schools.';
COMMENT ON COLUMN abie.run_improvement.improvement_rounded IS 'Improvement, percentage points, as published.';
COMMENT ON COLUMN abie.run_improvement.schools IS 'Schools that have it.';

-- Not by trust: a school is in the trust that it is in today, and in the local authority that it was in. Written behind
-- gates alone: it says what the schools' rows say, whoever may write those.
CREATE TABLE abie_owner.run_area (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	la_code integer,
	stratum text,
	schools integer NOT NULL,
	maintain integer NOT NULL,
	poor_matches integer NOT NULL,
	enrolments bigint,
	attendance bigint,
	expected bigint,
	baseline bigint,
	target bigint,
	improvement bigint,
	least_improvement numeric,
	greatest_improvement numeric,
	PRIMARY KEY (run_id, la_code, stratum)
);
COMMENT ON TABLE abie_owner.run_area IS
'The schools of a run added up by local authority and stratum: abie_owner.area_sums as it was at the end of the '
'calculation, for summaries for those who may see all of them. Where rows of abie.expectation or abie.exclusion are '
'changed by hand those of the run go, and a run that has none is added up whenever somebody asks.';
COMMENT ON COLUMN abie_owner.run_area.run_id IS 'The run.';
COMMENT ON COLUMN abie_owner.run_area.la_code IS
'Number of the local authority, the first three digits of the LAESTAB in the run.';
COMMENT ON COLUMN abie_owner.run_area.stratum IS 'Stratum of the schools: primary or secondary, or left out.';
COMMENT ON COLUMN abie_owner.run_area.schools IS 'Schools.';
COMMENT ON COLUMN abie_owner.run_area.maintain IS 'Of these, those that are to maintain their attendance.';
COMMENT ON COLUMN abie_owner.run_area.poor_matches IS 'Of these, those whose similar schools are far from them.';
COMMENT ON COLUMN abie_owner.run_area.enrolments IS 'Enrolments; NULL of schools left out, as what follows.';
COMMENT ON COLUMN abie_owner.run_area.attendance IS
'Sum of attendance x enrolments, as the other figures in thousand-millionths: abie_internal.weighted.';
COMMENT ON COLUMN abie_owner.run_area.expected IS 'The same of expected attendance.';
COMMENT ON COLUMN abie_owner.run_area.baseline IS 'The same of the baseline.';
COMMENT ON COLUMN abie_owner.run_area.target IS 'The same of the target.';
COMMENT ON COLUMN abie_owner.run_area.improvement IS 'The same of the improvement expected.';
COMMENT ON COLUMN abie_owner.run_area.least_improvement IS 'Least improvement of a school, as published.';
COMMENT ON COLUMN abie_owner.run_area.greatest_improvement IS 'Greatest improvement of a school, as published.';

SELECT pg_catalog.pg_extension_config_dump('abie.run_national', '');
SELECT pg_catalog.pg_extension_config_dump('abie.run_improvement', '');
SELECT pg_catalog.pg_extension_config_dump('abie_owner.run_area', '');

CREATE FUNCTION abie_internal.weighted(value float8, weight integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, so that it becomes part of the query
RETURN (1e9::float8 * value * weight)::bigint;
COMMENT ON FUNCTION abie_internal.weighted(float8, integer) IS
'value x weight in thousand-millionths, a whole number, so that sums of it do not depend on their order; NULL for '
'NULL.';

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_owner.area_sums(run_id integer) RETURNS SETOF abie_owner.run_area
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 500
BEGIN ATOMIC
	SELECT area_sums.run_id, e.laestab / 10000, e.stratum, count(*)::integer,
		(count(*) FILTER (WHERE e.statement = 'maintain'))::integer, (count(*) FILTER (WHERE e.poor_match))::integer,
		sum(e.enrolments), sum(abie_internal.weighted(e.attendance, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.expected, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.baseline, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.target, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.improvement, e.enrolments))::bigint,
		min(e.improvement_rounded), max(e.improvement_rounded)
	FROM abie.expectation e
	WHERE e.run_id = area_sums.run_id
	GROUP BY e.laestab / 10000, e.stratum
	UNION ALL
	SELECT area_sums.run_id, x.laestab / 10000, 'left out', count(*)::integer, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL
	FROM abie.exclusion x
	WHERE x.run_id = area_sums.run_id
	GROUP BY x.laestab / 10000;
END;
COMMENT ON FUNCTION abie_owner.area_sums(integer) IS
'The schools of a run added up by local authority and stratum; columns as in abie_owner.run_area. Not STRICT, so that '
'it becomes part of the query.';

CREATE FUNCTION abie_owner.forget_areas(role oid, run_id integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- who is not held to row-level security changes rows as well
	IF abie_owner.has_national_access(role, '{calculation}')
		OR EXISTS (SELECT FROM pg_roles r WHERE r.oid = role AND r.rolbypassrls) THEN
		DELETE FROM abie_owner.run_area a WHERE a.run_id = forget_areas.run_id;
	END IF;
END $$;
COMMENT ON FUNCTION abie_owner.forget_areas(oid, integer) IS 'Of a role, as abie_internal.forget_areas.';

CREATE FUNCTION abie_internal.forget_areas(run_id integer) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.forget_areas(integer) IS
'Deletes the rows of a run in abie_owner.run_area; for roles granted calculation or with BYPASSRLS, for others it does '
'nothing.';

CREATE FUNCTION abie_owner.keep_areas(role oid, run_id integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- the planner does not know how few areas there are, and would sort all schools by them
SET enable_sort = off
AS $$
BEGIN
	IF abie_owner.has_national_access(role, '{calculation}') THEN
		PERFORM abie_owner.forget_areas(role, run_id);
		INSERT INTO abie_owner.run_area SELECT a.* FROM abie_owner.area_sums(keep_areas.run_id) a;
	END IF;
EXCEPTION WHEN numeric_value_out_of_range THEN
	-- of a school with more pupils than there are: a run is made all the same, and who asks for the sums is told
	NULL;
END $$;
COMMENT ON FUNCTION abie_owner.keep_areas(oid, integer) IS 'Of a role, as abie_internal.keep_areas.';

CREATE FUNCTION abie_internal.keep_areas(run_id integer) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.keep_areas(integer) IS
'Fills abie_owner.run_area with what the schools of a run add up to, but where a sum is no bigint; for roles granted '
'calculation, for others it does nothing.';
