-- A synthetic England, to try everything without any file. Made by arithmetic alone: always the same, nobody's data.

CREATE FUNCTION abie_internal.demo_uniform(school integer, draw integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2
RETURN ('x' || substr(md5(school::text || ':' || draw::text), 1, 8))::bit(32)::bigint / 4294967296.0::float8;
COMMENT ON FUNCTION abie_internal.demo_uniform(integer, integer) IS
'A number in [0, 1) that looks random but depends on school and draw only.';

CREATE FUNCTION abie_internal.demo_normal(school integer, draw integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 8
-- the sum of three uniform numbers, centred, has a standard deviation of 1/2
RETURN 2 * (abie_internal.demo_uniform(school, draw) + abie_internal.demo_uniform(school, draw + 1000)
	+ abie_internal.demo_uniform(school,
	draw + 2000) - 1.5);
COMMENT ON FUNCTION abie_internal.demo_normal(integer, integer) IS
'A number of mean 0 and standard deviation 1 that depends on school and draw only.';

CREATE FUNCTION abie_internal.demo_school(schools integer)
RETURNS TABLE (number integer, la_code integer, region text, stratum text, urn integer, earlier_urn integer,
	laestab integer, name text, enrolments integer,
	deprivation float8, selective boolean, religious_character text, rural boolean, easting integer, northing integer)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT d.number, d.la_code,
	(ARRAY['North East', 'North West', 'Yorkshire and The Humber', 'East Midlands', 'West Midlands', 'East of England',
		'London', 'South East', 'South West'])
		[1 + d.la_code % 9],
	d.stratum, 900000 + d.number,
	-- one in forty became an academy after 2018/19 and had another URN before
	CASE WHEN d.number % 40 = 7 THEN 940000 + d.number END,
	d.la_code * 10000 + CASE d.stratum WHEN 'primary' THEN 2000 WHEN 'secondary' THEN 4000
		ELSE 7000 END + d.number / 150,
	(ARRAY['Oakfield', 'Riverside', 'Hillview', 'Meadow', 'Woodside', 'Park', 'Bridge', 'Northgate', 'Southfield',
		'Castle', 'Abbey', 'Orchard', 'Beacon', 'Green Lane'])
		[1 + floor(14 * abie_internal.demo_uniform(d.number, 1))::integer]
		|| CASE d.stratum WHEN 'primary' THEN ' Primary School ' WHEN 'secondary' THEN ' Secondary School '
			ELSE ' Special School ' END || d.number,
	CASE d.stratum WHEN 'primary' THEN 15 + floor(460 * abie_internal.demo_uniform(d.number, 2))::integer
		WHEN 'secondary' THEN 250 + floor(1300 * abie_internal.demo_uniform(d.number, 2))::integer
			ELSE 30 + floor(150 * abie_internal.demo_uniform(d.number, 2))::integer END,
	-- half of the deprivation is the local authority's
	0.7 * abie_internal.demo_normal(d.la_code, 3) + 0.7 * abie_internal.demo_normal(d.number, 3),
	d.stratum = 'secondary' AND abie_internal.demo_uniform(d.number, 4) < 0.05,
	CASE WHEN abie_internal.demo_uniform(d.number, 5) < 0.2 THEN 'Church of England'
		WHEN abie_internal.demo_uniform(d.number, 5) < 0.3
		THEN 'Roman Catholic' ELSE 'None' END,
	abie_internal.demo_uniform(d.number, 6) < 0.2,
	(200000 + 400000 * abie_internal.demo_uniform(d.la_code, 7) + 15000 * abie_internal.demo_normal(d.number,
		7))::integer,
	(100000 + 450000 * abie_internal.demo_uniform(d.la_code, 8) + 15000 * abie_internal.demo_normal(d.number,
		8))::integer
FROM (
	SELECT n AS number, 501 + n % 150 AS la_code,
		CASE WHEN n % 21 = 20 THEN 'special' WHEN n % 6 = 5 THEN 'secondary' ELSE 'primary' END AS stratum
	FROM generate_series(1, schools) n
) d
$$;
COMMENT ON FUNCTION abie_internal.demo_school(integer) IS
'The schools of the synthetic England; local authorities 501 to 650, which England does not have.';

CREATE FUNCTION abie_internal.demo_load_context(schools integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.school_context (urn, academic_year, school_type, headcount, fsm_pct, fsm6_pct, sen_support_pct,
		ehc_plan_pct, eal_pct, mobility_pct, idaci_rank, source)
	SELECT d.urn, '2024/25', CASE d.stratum WHEN 'special' THEN 'State-funded special school'
		ELSE 'State-funded ' || d.stratum END, d.enrolments,
		f.fsm, least(100, f.fsm * 1.15 + 1), greatest(0,
			13 + 2 * d.deprivation + 4 * abie_internal.demo_normal(d.number, 10)),
		greatest(0, 3 + 1.5 * abie_internal.demo_normal(d.number, 11)),
			greatest(0, 15 + 20 * abie_internal.demo_normal(d.la_code, 12) + 6 * abie_internal.demo_normal(d.number,
				12)) * 0.9,
		greatest(0, 8 + 3 * abie_internal.demo_normal(d.number, 13)),
		greatest(1, least(32844, 16422 - 8000 * d.deprivation + 2500 * abie_internal.demo_normal(d.number,
			14)))::integer,
			'synthetic'
	FROM abie_internal.demo_school(schools) d,
		LATERAL (SELECT greatest(0, least(95, 24 + 11 * d.deprivation + 4 * abie_internal.demo_normal(d.number,
			9)))) f(fsm)
	WHERE d.number % 250 <> 11;
END $$;
COMMENT ON FUNCTION abie_internal.demo_load_context(integer) IS
'Loads the circumstances of the schools of the synthetic England in 2024/25. A part of abie.load_demo.';

CREATE FUNCTION abie_internal.demo_absence(schools integer)
RETURNS TABLE (academic_year text, number integer, absence float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 ROWS 100000
-- not STRICT: put in place of the call, only years that are asked for are made
BEGIN ATOMIC
SELECT y.academic_year, d.number,
	greatest(1, least(40, CASE d.stratum WHEN 'primary' THEN 5.2 WHEN 'secondary' THEN 8.5 ELSE 12.8 END + y.change
		+ 0.9 * d.deprivation + 0.6 * abie_internal.demo_normal(d.number, 15)
		+ y.own * abie_internal.demo_normal(d.number, 16 + y.draw)
		+ y.chance / sqrt(d.enrolments::float8) * abie_internal.demo_normal(d.number, 20 + y.draw)))
FROM abie_internal.demo_school(schools) d
	-- of 2025/26 the weeks bring a part of what is a school's own and of what is chance
	CROSS JOIN (VALUES ('2018/19', 0, -2.0, 0.4, 6.0), ('2022/23', 3, 0.5, 0.4, 6.0), ('2023/24', 1, 0.25, 0.4, 6.0),
		('2024/25', 2, 0.0, 0.4, 6.0), ('2025/26', 30, -0.15, 0.385, 5.0)) y(academic_year, draw, change, own, chance);
END;
COMMENT ON FUNCTION abie_internal.demo_absence(integer) IS
'Absence of the schools of the synthetic England by year, per cent of possible sessions: that of the year for past '
'years, the level that the weeks go about for 2025/26.';

CREATE FUNCTION abie_internal.demo_load_attendance(schools integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.attendance (academic_year, laestab, urn, school_type, year_breakdown, enrolments, sess_possible,
		sess_overall, sess_authorised, sess_unauthorised, source)
	SELECT r.academic_year, d.laestab,
		CASE WHEN r.academic_year = '2018/19' THEN coalesce(d.earlier_urn, d.urn) ELSE d.urn END,
		CASE d.stratum WHEN 'special' THEN 'Special' ELSE 'State-funded ' || d.stratum END,
		'six half terms', d.enrolments, 375 * d.enrolments, a.authorised + a.unauthorised, a.authorised,
		a.unauthorised, 'synthetic'
	FROM abie_internal.demo_school(schools) d
		JOIN abie_internal.demo_absence(schools) r USING (number)
		CROSS JOIN LATERAL (SELECT round(375 * d.enrolments * r.absence / 100 * 0.66)::bigint,
			round(375 * d.enrolments * r.absence / 100 * 0.34)::bigint) a(authorised, unauthorised)
	WHERE r.academic_year < '2025/26';
END $$;
COMMENT ON FUNCTION abie_internal.demo_load_attendance(integer) IS
'Loads the attendance of the schools of the synthetic England, of four years. A part of abie.load_demo.';

CREATE FUNCTION abie.load_demo(schools integer DEFAULT 20000) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	loaded bigint;
BEGIN
	IF schools NOT BETWEEN 1 AND 30000 THEN
		RAISE EXCEPTION 'number of schools must be between 1 and 30000, not %',
			schools USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF EXISTS (SELECT FROM abie.school) OR EXISTS (SELECT FROM abie.attendance)
		OR EXISTS (SELECT FROM abie.school_context) THEN
		RAISE EXCEPTION 'there is data here already'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Load the synthetic England into a database of its own.';
	END IF;
	INSERT INTO abie.school (urn, laestab, name, la_code, la_name, region, phase, type, status, close_date,
		religious_character, admissions_policy,
		urban_rural, easting, northing, register_date, source)
	SELECT d.urn, d.laestab, d.name, d.la_code, 'Demonstration authority ' || d.la_code, d.region,
		CASE d.stratum WHEN 'special' THEN 'Not applicable' ELSE initcap(d.stratum) END,
		CASE d.stratum WHEN 'special' THEN 'Community special school' ELSE 'Community school' END,
		CASE WHEN d.number % 400 = 3 THEN 'Closed' ELSE 'Open' END, CASE WHEN d.number % 400 = 3
			THEN date '2025-08-31' END,
		d.religious_character, CASE WHEN d.selective THEN 'Selective' ELSE 'Non-selective' END,
		CASE WHEN d.rural THEN 'Rural village'
			ELSE 'Urban city and town' END, d.easting, d.northing, date '2025-09-01', 'synthetic'
	FROM abie_internal.demo_school(schools) d;
	GET DIAGNOSTICS loaded = ROW_COUNT;
	INSERT INTO abie.school_link (urn, link_urn, link_type, established_date, source)
	SELECT d.earlier_urn, d.urn, 'Successor', date '2021-09-01', 'synthetic' FROM abie_internal.demo_school(schools) d
		WHERE d.earlier_urn IS NOT NULL;
	PERFORM abie_internal.demo_load_context(schools);
	PERFORM abie_internal.demo_load_attendance(schools);
	RETURN loaded;
END $$;
COMMENT ON FUNCTION abie.load_demo(integer) IS
'Loads a synthetic England of the given number of schools (at most 30000) into the input tables: attendance of 2018/19 '
'and 2022/23 to 2024/25, circumstances of 2024/25, so that the target year 2025/26 can be calculated. The number of '
'schools. The same every time. Errors: 55000 when the tables hold data, 22023 when the number is out of range.';
