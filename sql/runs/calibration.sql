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

CREATE FUNCTION abie_internal.tenths(numbers float8[], residuals float8[], weights float8[])
RETURNS TABLE (element integer, tenth integer, low float8, high float8, schools integer, residual float8, error float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 100 AS 'MODULE_PATHNAME', 'abie_tenths';
COMMENT ON FUNCTION abie_internal.tenths(float8[], float8[], float8[]) IS
'Rows divided into tenths by each column of numbers (a row a school; NULL: in none), 1 the lowest, as ntile does with '
'equal values in the order of the rows: low and high, schools, the mean of their residuals weighted by weights '
'(greater than 0), and its standard error, NULL of one school. Added up in the order of the rows. Errors: 2202E where '
'lengths differ, 22004 NULL among residuals or weights, 22023 a weight that is not greater than 0.';

CREATE FUNCTION abie_internal.category_means(categories text[], residuals float8[], weights float8[])
RETURNS TABLE (element integer, value text, schools integer, residual float8, error float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 50 AS 'MODULE_PATHNAME', 'abie_category_means';
COMMENT ON FUNCTION abie_internal.category_means(text[], float8[], float8[]) IS
'Rows divided by the values of each column of categories (a row a school; NULL: in none): schools, the mean of their '
'residuals weighted by weights (greater than 0), and its standard error, NULL of one school. Added up in the order of '
'the rows. Errors as abie_internal.tenths.';

CREATE FUNCTION abie_internal.unused_characteristics(run_id integer) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ARRAY(SELECT c.name FROM abie.characteristic c WHERE c.name <> ALL (m.characteristics) ORDER BY c.name)
	|| ARRAY(SELECT DISTINCT 'other.' || k FROM abie.school_context c, jsonb_object_keys(c.other) k
		WHERE c.academic_year = r.baseline_year AND 'other.' || k <> ALL (m.characteristics) ORDER BY 1)
FROM abie.run r, abie_internal.run_methodology(r.run_id) m WHERE r.run_id = unused_characteristics.run_id
$$;
COMMENT ON FUNCTION abie_internal.unused_characteristics(integer) IS
'Names of abie.characteristic that a run did not compare its schools by, and of what abie.school_context.other holds '
'for its baseline year (other.NAME).';

CREATE FUNCTION abie_internal.unused_values(run_id integer)
RETURNS TABLE (urn integer, numbers float8[], categories text[])
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	unused text[] := abie_internal.unused_characteristics(run_id);
BEGIN
	RETURN QUERY EXECUTE format('SELECT c.urn, %s, %s FROM abie.school_scope($1, 1) c WHERE c.urn IS NOT NULL',
		abie_internal.characteristic_array(unused, 'number'), abie_internal.characteristic_array(unused, 'category'))
	USING (SELECT r.target_year FROM abie.run r WHERE r.run_id = unused_values.run_id);
END $$;
COMMENT ON FUNCTION abie_internal.unused_values(integer) IS
'What is held now of the schools of a run''s baseline year and the run did not compare them by: numbers and '
'categories, elements in the order of those of abie_internal.unused_characteristics that are of the kind.';

CREATE FUNCTION abie_internal.calibration_cells(run_id integer, unused boolean)
RETURNS TABLE (stratum text, characteristic text, used boolean, part text, low float8, high float8, schools integer,
	residual float8, error float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
-- schools come in the order of URNs, so that sums have the same bits; hashing keeps it within a group, a sort not
SET enable_hashagg = on
SET enable_sort = off
AS $$
WITH listed AS MATERIALIZED (
	SELECT l.used, abie_internal.characteristics_of_kind(l.names, 'number') AS numbers,
		abie_internal.characteristics_of_kind(l.names, 'category') AS categories
	FROM (SELECT true AS used, m.characteristics AS names
			FROM abie_internal.run_methodology(calibration_cells.run_id) m
		UNION ALL
		SELECT false, abie_internal.unused_characteristics(calibration_cells.run_id)
		WHERE calibration_cells.unused) l
), held AS (
	SELECT true AS used, s.urn, s.numbers, s.categories FROM abie.run_school s
	WHERE s.run_id = calibration_cells.run_id
	UNION ALL
	SELECT false, v.* FROM abie_internal.unused_values(calibration_cells.run_id) v WHERE calibration_cells.unused
), school AS MATERIALIZED (
	SELECT h.used, e.stratum, e.urn, e.enrolments::float8 AS enrolments, e.attendance - e.expected AS residual,
		h.numbers, h.categories
	FROM held h JOIN abie.expectation e ON e.run_id = calibration_cells.run_id AND e.urn = h.urn
	ORDER BY e.urn
), part AS MATERIALIZED (
	SELECT s.used, s.stratum, array_agg(s.numbers) FILTER (WHERE s.numbers <> '{}') AS numbers,
		array_agg(s.categories) FILTER (WHERE s.categories <> '{}') AS categories,
		array_agg(s.residual) AS residuals, array_agg(s.enrolments) AS enrolments
	FROM school s GROUP BY s.used, s.stratum
), authority AS (
	SELECT s.stratum, array_agg(ARRAY[p.la_code::text] ORDER BY s.urn) AS authorities,
		array_agg(s.residual ORDER BY s.urn) AS residuals, array_agg(s.enrolments ORDER BY s.urn) AS enrolments
	FROM school s JOIN abie.run_school p ON p.run_id = calibration_cells.run_id AND p.urn = s.urn
	WHERE s.used AND calibration_cells.unused
	GROUP BY s.stratum
)
SELECT g.stratum, l.numbers[t.element], g.used, lpad(t.tenth::text, 2, '0'), t.low, t.high, t.schools, t.residual,
	t.error
FROM part g JOIN listed l ON l.used = g.used,
	LATERAL abie_internal.tenths(g.numbers, g.residuals, g.enrolments) t
UNION ALL
SELECT g.stratum, l.categories[t.element], g.used, t.value, NULL, NULL, t.schools, t.residual, t.error
FROM part g JOIN listed l ON l.used = g.used,
	LATERAL abie_internal.category_means(g.categories, g.residuals, g.enrolments) t
UNION ALL
SELECT a.stratum, 'local authority', false, t.value, NULL, NULL, t.schools, t.residual, t.error
FROM authority a, LATERAL abie_internal.category_means(a.authorities, a.residuals, a.enrolments) t
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
