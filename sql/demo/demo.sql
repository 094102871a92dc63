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

CREATE FUNCTION abie_internal.demo_kind(stratum text, lean float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
-- as many of each as in England
RETURN CASE stratum
	WHEN 'primary' THEN CASE WHEN lean < -1.55 THEN 'Junior' WHEN lean > 1.5 THEN 'Infant' ELSE 'Primary' END
	WHEN 'secondary' THEN CASE WHEN lean < -1.9 THEN 'Middle' WHEN lean > 2.2 THEN 'Upper' ELSE 'Secondary' END
	ELSE 'Special' END;
COMMENT ON FUNCTION abie_internal.demo_kind(text, float8) IS
'Which ages a school of a stratum of the synthetic England teaches, in a word, as in its name; of lean, of mean 0 and '
'standard deviation 1, the ends teach a part of the phase.';

CREATE FUNCTION abie_internal.demo_school(schools integer)
RETURNS TABLE (number integer, la_code integer, region text, stratum text, urn integer, earlier_urn integer,
	laestab integer, name text, enrolments integer,
	deprivation float8, selective boolean, religious_character text, rural boolean, easting integer, northing integer,
	kind text, low_age integer, high_age integer)
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
		|| ' ' || d.kind || ' School ' || d.number,
	CASE d.stratum WHEN 'primary' THEN 15 + floor(460 * abie_internal.demo_uniform(d.number, 2))::integer
		WHEN 'secondary' THEN 250 + floor(1300 * abie_internal.demo_uniform(d.number, 2))::integer
			ELSE 30 + floor(150 * abie_internal.demo_uniform(d.number, 2))::integer END,
	-- half of the deprivation is the local authority's
	0.7 * abie_internal.demo_normal(d.la_code, 3) + 0.7 * abie_internal.demo_normal(d.number, 3),
	d.selective,
	CASE WHEN abie_internal.demo_uniform(d.number, 5) < 0.2 THEN 'Church of England'
		WHEN abie_internal.demo_uniform(d.number, 5) < 0.3
		THEN 'Roman Catholic' ELSE 'None' END,
	abie_internal.demo_uniform(d.number, 6) < 0.2,
	(200000 + 400000 * abie_internal.demo_uniform(d.la_code, 7) + 15000 * abie_internal.demo_normal(d.number,
		7))::integer,
	(100000 + 450000 * abie_internal.demo_uniform(d.la_code, 8) + 15000 * abie_internal.demo_normal(d.number,
		8))::integer,
	d.kind, CASE WHEN d.more THEN a.low_age_nursery ELSE a.low_age END,
	CASE WHEN d.more THEN a.high_age_sixth_form ELSE a.high_age END
FROM (
	SELECT s.number, s.la_code, s.stratum, s.selective, abie_internal.demo_uniform(s.number, 71) < 0.5 AS more,
		abie_internal.demo_kind(s.stratum, CASE WHEN s.selective THEN 0 ELSE s.lean END) AS kind
	FROM (
		SELECT t.number, t.la_code, t.stratum,
			t.stratum = 'secondary' AND abie_internal.demo_uniform(t.number, 4) < 0.05 AS selective,
			-- the ages that a school lacks go with some of what is lasting in its absence, draw 15
			0.3 * abie_internal.demo_normal(t.number, 15) + 0.95 * abie_internal.demo_normal(t.number, 70) AS lean
		FROM (
			SELECT n AS number, 501 + n % 150 AS la_code,
				CASE WHEN n % 21 = 20 THEN 'special' WHEN n % 6 = 5 THEN 'secondary' ELSE 'primary' END AS stratum
			FROM generate_series(1, schools) n
		) t
		OFFSET 0
	) s
	OFFSET 0
) d JOIN (VALUES ('Infant', 4, 3, 7, 7), ('Junior', 7, 7, 11, 11), ('Primary', 4, 3, 11, 11), ('Middle', 9, 9, 13, 13),
		('Upper', 14, 14, 18, 18), ('Secondary', 11, 11, 16, 18), ('Special', 4, 4, 16, 16))
	a(kind, low_age, low_age_nursery, high_age, high_age_sixth_form) USING (kind)
$$;
COMMENT ON FUNCTION abie_internal.demo_school(integer) IS
'The schools of the synthetic England; local authorities 501 to 650, which England does not have.';

CREATE FUNCTION abie_internal.demo_load_context(schools integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO abie.school_context (urn, academic_year, school_type, headcount, key_stage_1, key_stage_2, key_stage_3,
		key_stage_4, fsm_pct, fsm6_pct, sen_support_pct,
		ehc_plan_pct, eal_pct, mobility_pct, idaci_rank, source)
	SELECT d.urn, '2024/25', CASE d.stratum WHEN 'special' THEN 'State-funded special school'
		ELSE 'State-funded ' || d.stratum END, d.enrolments,
		-- whole pupils rounded down: they are never more than the school has
		floor(p.pupils * (k.share[1] + p.moved * k.share[2])), floor(p.pupils * k.share[2] * (1 - p.moved)),
		floor(p.pupils * (k.share[3] + p.moved * k.share[4])), floor(p.pupils * k.share[4] * (1 - p.moved)),
		f.fsm, least(100, f.fsm * 1.15 + 1), greatest(0,
			13 + 2 * d.deprivation + 4 * abie_internal.demo_normal(d.number, 10)),
		greatest(0, 3 + 1.5 * abie_internal.demo_normal(d.number, 11)),
			greatest(0, 15 + 20 * abie_internal.demo_normal(d.la_code, 12) + 6 * abie_internal.demo_normal(d.number,
				12)) * 0.9,
		greatest(0, 8 + 3 * abie_internal.demo_normal(d.number, 13)),
		greatest(1, least(32844, 16422 - 8000 * d.deprivation + 2500 * abie_internal.demo_normal(d.number,
			14)))::integer,
			'synthetic'
	FROM abie_internal.demo_school(schools) d
		JOIN (SELECT low AS low_age, high AS high_age, abie_internal.key_stages_of_ages(low, high) AS share
			FROM unnest('{3,4,7,9,11,14}'::integer[]) low, unnest('{7,11,13,16,18}'::integer[]) high
			OFFSET 0) k USING (low_age, high_age)
		-- one in ten of those with a nursery is in it; year groups are not of the same size
		CROSS JOIN LATERAL (SELECT d.enrolments * CASE WHEN d.low_age = 3 THEN 0.9::float8 ELSE 1 END AS pupils,
			CASE WHEN d.kind IN ('Primary', 'Secondary') THEN 0.08 * abie_internal.demo_normal(d.number, 72)
				ELSE 0 END AS moved OFFSET 0) p
		CROSS JOIN LATERAL (SELECT greatest(0, least(95,
			24 + 11 * d.deprivation + 4 * abie_internal.demo_normal(d.number, 9)))) f(fsm)
	WHERE d.number % 250 <> 11;
END $$;
COMMENT ON FUNCTION abie_internal.demo_load_context(integer) IS
'Loads the circumstances of the schools of the synthetic England in 2024/25. A part of abie.load_demo.';

CREATE FUNCTION abie_internal.demo_absence(schools integer)
RETURNS TABLE (academic_year text, number integer, absence float8, sessions float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 ROWS 100000
-- not STRICT: put in place of the call, only years that are asked for are made
BEGIN ATOMIC
SELECT y.academic_year, d.number,
	greatest(1, least(40, CASE d.stratum WHEN 'primary' THEN 5.2 WHEN 'secondary' THEN 8.5 ELSE 12.8 END + y.change
		+ 0.9 * d.deprivation + 0.6 * abie_internal.demo_normal(d.number, 15)
		+ y.own * abie_internal.demo_normal(d.number, 16 + y.draw)
		+ y.chance / sqrt(d.enrolments::float8) * abie_internal.demo_normal(d.number, 20 + y.draw))),
	375 * (1 - g.root * g.root / 100)
FROM abie_internal.demo_school(schools) d
	-- of 2025/26 the weeks bring a part of what is a school's own and of what is chance
	CROSS JOIN (VALUES ('2018/19', 0, -2.0, 0.4, 6.0), ('2022/23', 3, 0.5, 0.4, 6.0), ('2023/24', 1, 0.25, 0.4, 6.0),
		('2024/25', 2, 0.0, 0.4, 6.0), ('2025/26', 30, -0.15, 0.385, 5.0)) y(academic_year, draw, change, own, chance)
	-- of the pupils who come and go, per cent, the square root: there are more where deprivation is high, and where
	-- absence is (draw 15); as in England, correlations of 0.45 with either, 0.7 from year to year
	CROSS JOIN LATERAL (SELECT greatest(0, 1.9 + 0.75 * (0.4 * d.deprivation
		+ 0.3 * abie_internal.demo_normal(d.number, 15) + 0.65 * abie_internal.demo_normal(d.number, 60)
		+ 0.55 * abie_internal.demo_normal(d.number, 61 + y.draw)))) g(root);
END;
COMMENT ON FUNCTION abie_internal.demo_absence(integer) IS
'Absence of the schools of the synthetic England by year, per cent of possible sessions: that of the year for past '
'years, the level that the weeks go about for 2025/26; and its possible sessions an enrolment, of 375 for a pupil who '
'is on roll all year.';

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
		'six half terms', d.enrolments, p.possible, a.authorised + a.unauthorised, a.authorised,
		a.unauthorised, 'synthetic'
	FROM abie_internal.demo_school(schools) d
		JOIN abie_internal.demo_absence(schools) r USING (number)
		CROSS JOIN LATERAL (SELECT round(d.enrolments * r.sessions)::bigint AS possible, r.absence
			OFFSET 0) p
		CROSS JOIN LATERAL (SELECT round(p.possible * p.absence / 100 * 0.66)::bigint,
			round(p.possible * p.absence / 100 * 0.34)::bigint) a(authorised, unauthorised)
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
		urban_rural, statutory_low_age, statutory_high_age, easting, northing, register_date, source)
	SELECT d.urn, d.laestab, d.name, d.la_code, 'Demonstration authority ' || d.la_code, d.region,
		CASE WHEN d.stratum = 'special' THEN 'Not applicable' WHEN d.kind = 'Middle' THEN 'Middle deemed secondary'
			ELSE initcap(d.stratum) END,
		CASE d.stratum WHEN 'special' THEN 'Community special school' ELSE 'Community school' END,
		CASE WHEN d.number % 400 = 3 THEN 'Closed' ELSE 'Open' END, CASE WHEN d.number % 400 = 3
			THEN date '2025-08-31' END,
		d.religious_character, CASE WHEN d.selective THEN 'Selective' ELSE 'Non-selective' END,
		CASE WHEN d.rural THEN 'Rural village'
			ELSE 'Urban city and town' END, d.low_age, d.high_age, d.easting, d.northing, date '2025-09-01', 'synthetic'
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
