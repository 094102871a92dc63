-- Calibration: whether what is expected fits every kind of school alike.

CREATE FUNCTION abie_internal.characteristics_of_kind(characteristics text[], kind text) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY(SELECT n.name FROM unnest(characteristics) WITH ORDINALITY n(name, position)
	LEFT JOIN abie.characteristic c ON c.name = n.name
	WHERE coalesce(c.kind, 'number') = characteristics_of_kind.kind ORDER BY n.position)
$$;
COMMENT ON FUNCTION abie_internal.characteristics_of_kind(text[], text) IS
'Those of the characteristics that are of one kind (number, category), in their order: names of the elements of '
'abie.run_school.numbers, or categories, of a methodology with these characteristics.';

CREATE FUNCTION abie_internal.used_values(run_id integer)
RETURNS TABLE (urn integer, characteristic text, number float8, category text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 300000
SET search_path = pg_catalog, pg_temp
AS $$
WITH listed AS MATERIALIZED (
	SELECT abie_internal.characteristics_of_kind(m.characteristics, 'number') AS numbers,
		abie_internal.characteristics_of_kind(m.characteristics, 'category') AS categories
	FROM abie_internal.run_methodology(used_values.run_id) m
)
SELECT s.urn, u.name, u.value, NULL::text
FROM listed l, abie.run_school s, unnest(l.numbers, s.numbers) u(name, value) WHERE s.run_id = used_values.run_id
UNION ALL
SELECT s.urn, u.name, NULL, u.value
FROM listed l, abie.run_school s, unnest(l.categories, s.categories) u(name, value)
WHERE s.run_id = used_values.run_id
$$;
COMMENT ON FUNCTION abie_internal.used_values(integer) IS
'What a run compared its schools by, as it read it: a row for each school and characteristic, number or category '
'filled.';

CREATE FUNCTION abie_internal.unused_values(run_id integer)
RETURNS TABLE (urn integer, characteristic text, number float8, category text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	used text[] := (abie_internal.run_methodology(run_id)).characteristics;
	judged abie.run := (SELECT r FROM abie.run r WHERE r.run_id = unused_values.run_id);
	unused text[] := ARRAY(SELECT c.name FROM abie.characteristic c WHERE c.name <> ALL (used) ORDER BY c.name)
		|| ARRAY(SELECT DISTINCT 'other.' || k FROM abie.school_context c, jsonb_object_keys(c.other) k
			WHERE c.academic_year = judged.baseline_year AND 'other.' || k <> ALL (used) ORDER BY 1);
BEGIN
	RETURN QUERY EXECUTE format('WITH scope AS MATERIALIZED (SELECT c.urn, %s AS numbers, %s AS categories '
		'FROM abie.school_scope($1, 1) c WHERE c.urn IS NOT NULL) '
		'SELECT s.urn, u.name, u.value, NULL FROM scope s, unnest($2, s.numbers) u(name, value) UNION ALL '
		'SELECT s.urn, u.name, NULL, u.value FROM scope s, unnest($3, s.categories) u(name, value)',
		abie_internal.characteristic_array(unused, 'number'), abie_internal.characteristic_array(unused, 'category'))
	USING judged.target_year, abie_internal.characteristics_of_kind(unused, 'number'),
		abie_internal.characteristics_of_kind(unused, 'category');
END $$;
COMMENT ON FUNCTION abie_internal.unused_values(integer) IS
'What is held now of the schools of a run''s baseline year and the run did not compare them by: a row for each school '
'and characteristic (names of abie.characteristic, other.NAME), number or category filled.';

CREATE FUNCTION abie_internal.calibration_cells(run_id integer, unused boolean)
RETURNS TABLE (stratum text, characteristic text, used boolean, part text, low float8, high float8, schools integer,
	residual float8, error float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
AS $$
WITH value AS (
	SELECT v.*, true AS used FROM abie_internal.used_values(calibration_cells.run_id) v
	UNION ALL
	SELECT v.*, false FROM abie_internal.unused_values(calibration_cells.run_id) v WHERE calibration_cells.unused
	UNION ALL
	SELECT s.urn, 'local authority', NULL, s.la_code::text, false FROM abie.run_school s
	WHERE s.run_id = calibration_cells.run_id AND calibration_cells.unused
), placed AS (
	SELECT e.stratum, v.characteristic, v.used, v.number, e.enrolments, e.attendance - e.expected AS residual, v.urn,
		coalesce(v.category, lpad(ntile(10) OVER (PARTITION BY e.stratum, v.characteristic ORDER BY v.number,
			v.urn)::text, 2, '0')) AS part
	FROM value v JOIN abie.expectation e ON e.run_id = calibration_cells.run_id AND e.urn = v.urn
	WHERE num_nonnulls(v.number, v.category) = 1
), cell AS (
	-- in the order of URNs, so that sums have the same bits in every plan
	SELECT p.stratum, p.characteristic, p.used, p.part, min(p.number) AS low, max(p.number) AS high,
		count(*) AS schools,
		sum(p.enrolments) AS enrolments, sum(p.enrolments * p.residual ORDER BY p.urn) / sum(p.enrolments) AS residual,
		array_agg(p.residual ORDER BY p.urn) AS residuals, array_agg(p.enrolments::float8 ORDER BY p.urn) AS weights
	FROM placed p GROUP BY p.stratum, p.characteristic, p.used, p.part
)
SELECT c.stratum, c.characteristic, c.used, c.part, c.low, c.high, c.schools::integer, c.residual,
	CASE WHEN c.schools > 1 THEN sqrt(u.squares * c.schools / (c.schools - 1)) / c.enrolments END
FROM cell c, LATERAL (SELECT sum((w * (r - c.residual)) ^ 2) AS squares FROM unnest(c.residuals, c.weights) u(r, w)) u
$$;
COMMENT ON FUNCTION abie_internal.calibration_cells(integer, boolean) IS
'The rows of abie.calibration but z: of what the run used, or with unused also of what it did not and of local '
'authorities.';

CREATE FUNCTION abie_owner.calibration(role oid, run_id integer)
RETURNS TABLE (stratum text, characteristic text, used boolean, part text, low float8, high float8, schools integer,
	residual float8, error float8, z float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- its figures are of all schools, so that they are for those who may read all
	IF NOT abie_owner.has_national_access(role, '{results,calculation}') THEN
		RAISE EXCEPTION 'a calibration is of all schools, which are not granted to %', role::regrole
			USING ERRCODE = 'insufficient_privilege', HINT = 'Grants of scope national are made by abie.grant_access.';
	END IF;
	RETURN QUERY SELECT c.*, c.residual / nullif(c.error, 0)
	FROM abie_internal.calibration_cells(abie_owner.report_run(role, calibration.run_id), true) c
	ORDER BY c.stratum, c.characteristic = 'local authority', c.used DESC, c.characteristic, c.part;
END $$;
COMMENT ON FUNCTION abie_owner.calibration(oid, integer) IS 'Of a role, as abie.calibration.';

CREATE FUNCTION abie.calibration(run_id integer)
RETURNS TABLE (stratum text, characteristic text, used boolean, part text, low float8, high float8, schools integer,
	residual float8, error float8, z float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.calibration(integer) IS
'Whether what a run expects fits every kind of school alike: for each stratum and characteristic, those the run used '
'and those it did not but that are held (other.NAME: what abie.school_context.other holds, such as ethnicity), the '
'mean of attendance - expected attendance, percentage points weighted by enrolments (residual), with its standard '
'error and z = residual / error. part: 01 to 10, the tenth of the stratum''s schools with the lowest to the highest '
'value (from low to high), or a category. characteristic local authority: a row each, part its number; authorities are '
'no circumstance, so that these are what expectations leave to them. A residual well above 0 says that such schools '
'are asked for too little, below 0 for too much. Unused characteristics are as held now. Errors: 42501 for roles '
'without a national grant, P0002 for no such run.';
