-- What is expected in which circumstances: schools by fifths of all schools, from the least to the most disadvantaged.

CREATE FUNCTION abie_owner.school_fifths(role oid, run_id integer)
RETURNS TABLE (urn integer, characteristic text, fifth integer, low float8, high float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH used AS (
		-- of each kind the first in this order: free meals now before those of six years, a score before a rank
		SELECT DISTINCT ON (c.stratum, left(c.characteristic, 3)) c.stratum, c.characteristic, c.element,
			CASE c.characteristic WHEN 'idaci_rank' THEN -1 ELSE 1 END AS sign
		FROM abie.run_characteristic c
		WHERE c.run_id = school_fifths.run_id
			AND c.characteristic IN ('fsm_pct', 'fsm6_pct', 'idaci_score', 'idaci_rank')
		ORDER BY c.stratum, left(c.characteristic, 3), c.characteristic COLLATE "C" DESC
	), school AS MATERIALIZED (
		SELECT s.urn::integer AS urn, u.stratum, u.characteristic, u.sign, u.sign * s.numbers[u.element] AS number
		FROM abie.run_school s JOIN used u ON u.stratum = s.stratum
		WHERE s.run_id = school_fifths.run_id AND s.numbers[u.element] IS NOT NULL
	), bound AS (
		SELECT s.stratum, s.characteristic,
			percentile_cont('{0.2,0.4,0.6,0.8}'::float8[]) WITHIN GROUP (ORDER BY s.number) AS b
		FROM school s GROUP BY s.stratum, s.characteristic
	)
	-- the ends are open: the least and the greatest figure would be those of one school
	SELECT s.urn, s.characteristic, f.fifth, CASE s.sign WHEN 1 THEN b.b[f.fifth - 1] ELSE -b.b[f.fifth] END,
		CASE s.sign WHEN 1 THEN b.b[f.fifth] ELSE -b.b[f.fifth - 1] END
	FROM school s
		JOIN bound b ON b.stratum = s.stratum AND b.characteristic = s.characteristic
		JOIN unnest(abie_owner.readable_expectations(role, school_fifths.run_id)) r(urn) ON r.urn = s.urn
		CROSS JOIN LATERAL (SELECT 1 + (s.number > b.b[1])::integer + (s.number > b.b[2])::integer
			+ (s.number > b.b[3])::integer + (s.number > b.b[4])::integer) f(fifth);
END $$;
COMMENT ON FUNCTION abie_owner.school_fifths(oid, integer) IS 'Of a role, as abie_internal.school_fifths.';

CREATE FUNCTION abie_internal.school_fifths(run_id integer)
RETURNS TABLE (urn integer, characteristic text, fifth integer, low float8, high float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.school_fifths(integer) IS
'Of each school whose results in a run the role in force may read, in which fifth of all schools of its stratum it is '
'by free school meals and by the deprivation of the area, of those that the run compares by: 1 the least '
'disadvantaged, 5 the most; low and high: from which figure to which, NULL at the ends.';

CREATE FUNCTION abie_internal.area_circumstances(run_id integer, scope text, codes text[])
RETURNS TABLE (code text, circumstances jsonb)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 400000 ROWS 200
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT g.code, jsonb_agg(to_jsonb(g) - 'code' - 'sums' || jsonb_build_object(
		'attendance', g.sums[1] / g.enrolments / 1e9, 'expected', g.sums[2] / g.enrolments / 1e9,
		'target', g.sums[3] / g.enrolments / 1e9)
		ORDER BY g.characteristic COLLATE "C", g.stratum COLLATE "C", g.fifth)
	FROM (SELECT k.code, e.stratum, f.characteristic, f.fifth, f.low, f.high, count(*) AS schools,
			sum(e.enrolments) AS enrolments, ARRAY[sum(abie_internal.weighted(e.attendance, e.enrolments)),
				sum(abie_internal.weighted(e.expected, e.enrolments)),
				sum(abie_internal.weighted(e.target, e.enrolments))]::float8[] AS sums
		FROM abie_report.school_expectation e
			JOIN abie_internal.school_fifths(area_circumstances.run_id) f ON f.urn = e.urn
			CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, e.la_code, e.trust, e.region)) k(code)
		WHERE e.run_id = area_circumstances.run_id AND e.baseline IS NOT NULL AND k.code = ANY (codes)
		GROUP BY k.code, e.stratum, f.characteristic, f.fifth, f.low, f.high) g
	GROUP BY g.code;
END $$;
COMMENT ON FUNCTION abie_internal.area_circumstances(integer, text, text[]) IS
'The schools of areas of a scope by stratum and fifth of all schools (abie_internal.school_fifths): how many, and '
'mean attendance, expected attendance and target, weighted by enrolments.';

CREATE FUNCTION abie_internal.fifth_text(fifth integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE fifth WHEN 1 THEN 'least disadvantaged fifth' WHEN 2 THEN 'second fifth' WHEN 3 THEN 'middle fifth'
	WHEN 4 THEN 'fourth fifth' ELSE 'most disadvantaged fifth' END;
COMMENT ON FUNCTION abie_internal.fifth_text(integer) IS 'A fifth of schools in words, 1 to 5.';

CREATE FUNCTION abie_internal.area_report_circumstances(circumstances jsonb, format text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: of some methodologies there are none
SELECT coalesce(abie_internal.report_part(format, 'heading', 'By circumstances')
	|| abie_internal.report_part(format, 'paragraph', 'Fifths of all schools of a phase in England. What is expected '
		'falls with disadvantage; where attendance falls more, schools that need most are furthest from others like '
		'them. Per cent, weighted by pupils.')
	|| string_agg(abie_internal.report_part(format, 'sortable', t.caption, t.cells), '' ORDER BY t.caption COLLATE "C"),
	'')
FROM (SELECT abie_internal.characteristic_text(c.characteristic, NULL) AS caption,
		ARRAY[ARRAY['Schools', 'Attendance', 'Expected', 'Less expected']] || array_agg(ARRAY[
			initcap(c.stratum) || ': ' || abie_internal.fifth_text(c.fifth) || E'\n'
				|| abie_internal.counted(c.schools, 'school', 'schools') || ', '
				|| CASE WHEN c.low IS NULL THEN 'up to ' WHEN c.high IS NULL THEN 'over ' ELSE '' END
				|| concat_ws(' to ', abie_internal.characteristic_number(c.characteristic, c.low),
					abie_internal.characteristic_number(c.characteristic, c.high)),
			abie_internal.decimal(c.attendance, 2), abie_internal.decimal(c.expected, 2),
			abie_internal.signed(c.attendance - c.expected, 2)] ORDER BY c.place) AS cells
	FROM ROWS FROM (jsonb_to_recordset(circumstances) AS (characteristic text, stratum text, fifth integer,
			schools bigint, low float8, high float8, attendance float8, expected float8))
		WITH ORDINALITY c(characteristic, stratum, fifth, schools, low, high, attendance, expected, place)
	GROUP BY c.characteristic) t
$$;
COMMENT ON FUNCTION abie_internal.area_report_circumstances(jsonb, text) IS
'The tables of an area''s schools by fifths, a characteristic each; empty where a run compares by none of them, so not '
'STRICT.';
