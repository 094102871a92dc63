-- Weeks of the synthetic England: two years of them, of every school, by arithmetic alone. What is true of them, the
-- school's level, the common course, the shocks, is given by abie_internal.demo_week_truth and by no table.

CREATE FUNCTION abie_internal.demo_draw(key bigint, draw integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN (hashint8extended(key, draw) >> 12)::float8 / 4503599627370496.0::float8 + 0.5::float8;
COMMENT ON FUNCTION abie_internal.demo_draw(bigint, integer) IS
'A number in [0, 1) that looks random but depends on key and draw only, as abie_internal.demo_uniform, faster.';

CREATE FUNCTION abie_internal.demo_noise(key bigint, draw integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2
RETURN 2 * (abie_internal.demo_draw(key, draw) + abie_internal.demo_draw(key, draw + 1000)
	+ abie_internal.demo_draw(key, draw + 2000) - 1.5);
COMMENT ON FUNCTION abie_internal.demo_noise(bigint, integer) IS
'A number of mean 0 and standard deviation 1 that depends on key and draw only: abie_internal.demo_normal, faster.';

CREATE FUNCTION abie_internal.demo_calendar()
RETURNS TABLE (academic_year text, calendar text, week_start date, week integer, half_term integer,
	from_start integer, to_end integer, days integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 ROWS 234
SET search_path = pg_catalog, pg_temp
AS $$
SELECT w.academic_year, w.calendar, w.week_start, (w.week_start - date '2024-09-02') / 7, w.half_term, w.from_start,
	w.weeks - w.from_start,
	-- the first week is short, for training and for year groups that begin later; a bank holiday takes a day
	5 - CASE WHEN w.half_term = 1 AND w.from_start = 1 THEN 2 ELSE 0 END
		- CASE WHEN w.week_start IN ('2025-04-21', '2025-05-05', '2026-05-04') THEN 1 ELSE 0 END
FROM (
	SELECT h.academic_year, c.calendar, h.half_term, h.weeks + c.longer[h.half_term] AS weeks, from_start,
		h.first_monday + 7 * (from_start - 1 - c.earlier[h.half_term]) AS week_start
	FROM (VALUES
		('2024/25', 1, date '2024-09-02', 8), ('2024/25', 2, '2024-11-04', 7), ('2024/25', 3, '2025-01-06', 6),
		('2024/25', 4, '2025-02-24', 6), ('2024/25', 5, '2025-04-21', 5), ('2024/25', 6, '2025-06-02', 7),
		('2025/26', 1, '2025-09-01', 8), ('2025/26', 2, '2025-11-03', 7), ('2025/26', 3, '2026-01-05', 6),
		('2025/26', 4, '2026-02-23', 5), ('2025/26', 5, '2026-04-13', 6), ('2025/26', 6, '2026-06-01', 7)
	) h(academic_year, half_term, first_monday, weeks)
		CROSS JOIN (VALUES
			('usual', '{0,0,0,0,0,0}'::integer[], '{0,0,0,0,0,0}'::integer[]),
			('half term a week earlier', '{0,1,0,0,0,0}', '{-1,1,0,0,0,0}'),
			('half term of two weeks', '{0,0,0,0,0,0}', '{-1,0,0,0,0,1}')
		) c(calendar, earlier, longer)
		CROSS JOIN generate_series(1, h.weeks + c.longer[h.half_term]) from_start
) w
$$;
COMMENT ON FUNCTION abie_internal.demo_calendar() IS
'School weeks of the synthetic England in 2024/25 and 2025/26 by calendar of an authority: Monday, number of the week '
'over both years, half term, place in it from its start (from 1) and to its end (to 0), school days. England''s '
'dates; as in Leicestershire the autumn half term of some is a week earlier, of others two weeks long.';

CREATE FUNCTION abie_internal.demo_course()
RETURNS TABLE (academic_year text, calendar text, week_start date, week integer, days integer, course float8,
	holiday float8, spread float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 ROWS 234
SET search_path = pg_catalog, pg_temp
AS $$
WITH weeks AS (
	SELECT k.*,
		(ARRAY[-0.9, -0.3, 0.3, 0.1, -0.3, 0.1])[k.half_term]::float8 + 0.1 * k.from_start
			- CASE WHEN k.half_term = 1 AND k.from_start = 1 THEN 0.4 ELSE 0 END
			+ CASE WHEN k.to_end = 0 THEN 0.7 ELSE 0 END
			+ 0.25 * abie_internal.demo_noise(k.week, 1) AS course,
		CASE WHEN k.to_end = 0 THEN 0.4 ELSE 0 END AS holiday,
		(0.85 + 0.3 * abie_internal.demo_draw(k.week, 2)) * CASE WHEN k.to_end = 0 THEN 1.25 ELSE 1 END AS spread
	FROM abie_internal.demo_calendar() k
)
SELECT w.academic_year, w.calendar, w.week_start, w.week, w.days,
	w.course - (SELECT sum(u.days * u.course) / sum(u.days) FROM weeks u
		WHERE u.academic_year = w.academic_year AND u.calendar = 'usual'),
	w.holiday, w.spread
FROM weeks w
$$;
COMMENT ON FUNCTION abie_internal.demo_course() IS
'The common course of absence over the weeks of the synthetic England, percentage points from the year''s mean, of '
'primary schools: rising through each half term, most in its last week, holidays without leave a part of that, with '
'what every week brings to all. spread: how far schools differ in the week, as a factor.';

-- An authority's shocks are found by several of its schools at once. Religious observance: Eid al-Fitr, in authorities
-- where many keep it; regions: snow in January 2025, heat in July 2026.
CREATE FUNCTION abie_internal.demo_area_shock()
RETURNS TABLE (la_code integer, week_start date, scope text, cause text, size float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 ROWS 300
SET search_path = pg_catalog, pg_temp
AS $$
SELECT DISTINCT ON (a.la_code, a.week_start) a.*
FROM (
	SELECT 501 + n % 150, r.week_start, 'region', 'severe weather', r.size
	FROM (VALUES ('North East', date '2025-01-06', 3.0::float8), ('South East', '2026-06-29', 3.5))
			r(region, week_start, size)
		JOIN (SELECT DISTINCT d.la_code - 501, d.region FROM abie_internal.demo_school(150) d) d(n, region)
			USING (region)
	UNION ALL
	SELECT n, e.week_start, 'local authority', 'religious observance', 3 + 2 * abie_internal.demo_draw(n, 3)
	FROM generate_series(501, 650, 10) n, (VALUES (date '2025-03-31'), ('2026-03-16')) e(week_start)
	UNION ALL
	SELECT n, k.week_start, 'local authority',
		CASE WHEN extract(month FROM k.week_start) IN (12, 1, 2) THEN 'severe weather' ELSE 'outbreak' END,
		2 + 4 * abie_internal.demo_draw(n * 1000 + k.week, 4)
	FROM generate_series(501, 650) n, abie_internal.demo_calendar() k
	WHERE k.calendar = 'usual' AND abie_internal.demo_draw(n * 1000 + k.week, 5) < 0.006
) a(la_code, week_start, scope, cause, size)
ORDER BY a.la_code, a.week_start, a.size DESC
$$;
COMMENT ON FUNCTION abie_internal.demo_area_shock() IS
'Weeks in which absence is higher in all schools of an authority of the synthetic England: scope (the authority alone '
'or its region), cause and size, percentage points, of a school in the middle.';

CREATE FUNCTION abie_internal.demo_week_truth(schools integer)
RETURNS TABLE (academic_year text, number integer, urn integer, week_start date, days integer, level float8,
	course float8, holiday float8, noise float8, area_scope text, area_cause text, area_shock float8,
	school_cause text, school_shock float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1500000
-- not STRICT: put in place of the call, 1,500,000 rows are not held; OFFSET 0, or what is asked for twice is worked out
-- twice
BEGIN ATOMIC
SELECT r.academic_year, d.number, d.urn, k.week_start,
	-- where it snows, every third school is closed for two days: no possible sessions
	k.days - CASE WHEN a.cause = 'severe weather' AND d.number % 3 = 0 THEN 2 ELSE 0 END,
	r.absence, n.factor * k.course, n.factor * k.holiday,
	0.25 * abie_internal.demo_noise(d.la_code * 1000 + k.week, 6)
		-- correlated from week to week: 0.15; one week in twenty is rougher
		+ sqrt(n.constant + n.size / d.enrolments) * (0.7 + 0.6 * abie_internal.demo_draw(d.number, 7)) * k.spread
			* (0.989 * abie_internal.demo_noise(d.number * 1000 + k.week, 8)
				+ 0.152 * abie_internal.demo_noise(d.number * 1000 + k.week - 1, 8))
			* CASE WHEN abie_internal.demo_draw(d.number * 1000 + k.week, 9) < 0.05 THEN 1.7 ELSE 0.94 END,
	a.scope, a.cause, coalesce(a.size * (0.5 + abie_internal.demo_draw(d.number * 1000 + k.week, 10)), 0),
	s.cause,
	CASE WHEN s.cause IS NULL THEN 0 ELSE 3 + 9 * abie_internal.demo_draw(d.number * 1000 + k.week, 12) END
FROM abie_internal.demo_school(schools) d
	JOIN (SELECT * FROM abie_internal.demo_absence(schools) y
		WHERE y.academic_year IN ('2024/25', '2025/26') OFFSET 0) r USING (number)
	JOIN (VALUES ('primary', 0.35::float8, 270::float8, 1.0::float8), ('secondary', 0.6, 450, 1.4),
			('special', 0.6, 450, 1.2)) n(stratum, constant, size, factor)
		USING (stratum)
	JOIN abie_internal.demo_course() k ON k.academic_year = r.academic_year
		AND k.calendar = CASE d.la_code % 25 WHEN 7 THEN 'half term a week earlier'
			WHEN 16 THEN 'half term of two weeks' ELSE 'usual' END
	LEFT JOIN abie_internal.demo_area_shock() a ON a.la_code = d.la_code AND a.week_start = k.week_start
	CROSS JOIN LATERAL (SELECT CASE WHEN happens < 0.0049 THEN 'outbreak'
		WHEN happens < 0.0056 THEN 'bereavement or serious incident'
		WHEN happens < 0.0063 THEN 'transport'
		WHEN happens < 0.007 THEN 'other' END
		FROM (SELECT abie_internal.demo_draw(d.number * 1000 + k.week, 11)) u(happens)) s(cause)
-- those that close on 31 August 2025 have one year
WHERE r.academic_year = '2024/25' OR d.number % 400 <> 3
OFFSET 0;
END;
COMMENT ON FUNCTION abie_internal.demo_week_truth(integer) IS
'What the weeks of the synthetic England are made of, for tests of what is found in them; by school and week of '
'2024/25 and 2025/26: school days, the school''s level of absence in the year, per cent, and what is added to it, '
'percentage points: the common course (holiday: its part that is holidays without leave), noise, the shock of the area '
'(scope region or local authority) and the school''s own, each with its cause, NULL for none. Not in any table.';

CREATE FUNCTION abie_internal.demo_shock_share(cause text, reason text) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: no cause is no share
RETURN CASE
	WHEN cause IS NULL THEN 0::float8
	WHEN cause = 'severe weather' THEN CASE WHEN reason IN ('auth_other', 'unauth_other') THEN 0.5::float8
		ELSE 0::float8 END
	WHEN reason = CASE cause WHEN 'outbreak' THEN 'auth_illness' WHEN 'religious observance' THEN 'auth_religious'
		WHEN 'other' THEN 'unauth_other' ELSE 'auth_other' END THEN 1::float8
	ELSE 0::float8 END;
COMMENT ON FUNCTION abie_internal.demo_shock_share(text, text) IS
'The share of a shock''s absence that is of a reason, in the synthetic England.';

-- Weights are whole numbers, so that the weeks of a year come to its total exactly: the sum over its weeks of
-- total * (weights to the week) / (all) - total * (weights before it) / (all) is total.
CREATE FUNCTION abie_internal.demo_week_weight(schools integer)
RETURNS TABLE (academic_year text, number integer, urn integer, week_start date, days integer, ordinary integer,
	illness integer, religious integer, auth_other integer, holiday integer, unauth_other integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1500000
-- not STRICT: as abie_internal.demo_week_truth
BEGIN ATOMIC
SELECT t.academic_year, t.number, t.urn, t.week_start, t.days,
	(1000 * t.days * greatest(0.3, t.level + t.course - t.holiday + t.noise))::integer,
	(1000 * t.days * (t.area_shock * abie_internal.demo_shock_share(t.area_cause, 'auth_illness')
		+ t.school_shock * abie_internal.demo_shock_share(t.school_cause, 'auth_illness')))::integer,
	(1000 * t.days * t.area_shock * abie_internal.demo_shock_share(t.area_cause, 'auth_religious'))::integer,
	(1000 * t.days * (t.area_shock * abie_internal.demo_shock_share(t.area_cause, 'auth_other')
		+ t.school_shock * abie_internal.demo_shock_share(t.school_cause, 'auth_other')))::integer,
	(1000 * t.days * t.holiday)::integer,
	(1000 * t.days * (t.area_shock * abie_internal.demo_shock_share(t.area_cause, 'unauth_other')
		+ t.school_shock * abie_internal.demo_shock_share(t.school_cause, 'unauth_other')))::integer
FROM abie_internal.demo_week_truth(schools) t
OFFSET 0;
END;
COMMENT ON FUNCTION abie_internal.demo_week_weight(integer) IS
'Absence by school and week of the synthetic England, in thousandths of a per cent times days: the ordinary one, which '
'is of many reasons, and beside it what shocks bring and holidays without leave. A part of abie.load_demo_weeks.';

CREATE FUNCTION abie_internal.demo_week_share(schools integer)
RETURNS TABLE (academic_year text, number integer, urn integer, week_start date, days integer,
	ordinary_authorised integer, illness integer, religious integer, auth_other integer, authorised integer,
	ordinary_unauthorised integer, holiday integer, unauth_other integer, unauthorised integer,
	days_to bigint, days_all bigint, authorised_to bigint, authorised_all bigint, unauthorised_to bigint,
	unauthorised_all bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 1500000
-- not STRICT: as abie_internal.demo_week_truth
BEGIN ATOMIC
SELECT w.academic_year, w.number, w.urn, w.week_start, w.days,
	w.ordinary_authorised, w.illness, w.religious, w.auth_other, w.authorised,
	w.ordinary_unauthorised, w.holiday, w.unauth_other, w.unauthorised,
	sum(w.days) OVER to_week, sum(w.days) OVER year,
	sum(w.authorised) OVER to_week, sum(w.authorised) OVER year,
	sum(w.unauthorised) OVER to_week, sum(w.unauthorised) OVER year
FROM (
	SELECT o.*, o.ordinary * 66 / 100 AS ordinary_authorised,
		o.ordinary - o.ordinary * 66 / 100 AS ordinary_unauthorised,
		o.ordinary * 66 / 100 + o.illness + o.religious + o.auth_other AS authorised,
		o.ordinary - o.ordinary * 66 / 100 + o.holiday + o.unauth_other AS unauthorised
	FROM abie_internal.demo_week_weight(schools) o
) w
WINDOW year AS (PARTITION BY w.number, w.academic_year),
	to_week AS (PARTITION BY w.number, w.academic_year ORDER BY w.week_start);
END;
COMMENT ON FUNCTION abie_internal.demo_week_share(integer) IS
'The weights of abie_internal.demo_week_weight, authorised and unauthorised, with their sums to the week and over the '
'year. A part of abie.load_demo_weeks.';

CREATE FUNCTION abie.load_demo_weeks(to_date date DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
-- not STRICT: NULL is all weeks
SET search_path = pg_catalog, pg_temp
SET jit = off
SET work_mem = '256MB'
AS $$
DECLARE
	schools integer := (SELECT max(s.urn) - 900000 FROM abie.school s WHERE s.source = 'synthetic');
	loaded bigint;
BEGIN
	IF schools IS NULL THEN
		RAISE EXCEPTION 'there is no synthetic England here'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Load it with abie.load_demo.';
	END IF;
	INSERT INTO abie.attendance_week (academic_year, urn, week_start, enrolments, sess_possible, sess_overall,
		sess_authorised, sess_unauthorised, reasons, source)
	SELECT w.academic_year, w.urn, w.week_start, y.enrolments, n.possible, n.authorised + n.unauthorised,
		n.authorised, n.unauthorised,
		abie_internal.json_row(j),
		'synthetic'
	FROM abie_internal.demo_week_share(schools) w
		-- the year comes to what abie.attendance holds; one without a row, to its weights
		JOIN (
			SELECT d.number, r.academic_year, d.enrolments,
				coalesce(a.sess_possible, round(d.enrolments * r.sessions)::bigint) AS possible,
				a.sess_authorised, a.sess_unauthorised
			FROM abie_internal.demo_school(schools) d
				JOIN abie_internal.demo_absence(schools) r USING (number)
				LEFT JOIN abie.attendance a ON a.academic_year = r.academic_year AND a.laestab = d.laestab
			WHERE r.academic_year IN ('2024/25', '2025/26')
			OFFSET 0
		) y USING (number, academic_year)
		CROSS JOIN LATERAL (SELECT
			coalesce(y.sess_authorised, y.possible * w.authorised_all / (100000 * w.days_all)) AS authorised,
			coalesce(y.sess_unauthorised, y.possible * w.unauthorised_all / (100000 * w.days_all)) AS unauthorised
			OFFSET 0) total
		CROSS JOIN LATERAL (SELECT
			y.possible * w.days_to / w.days_all - y.possible * (w.days_to - w.days) / w.days_all AS possible,
			total.authorised * w.authorised_to / w.authorised_all
				- total.authorised * (w.authorised_to - w.authorised) / w.authorised_all AS authorised,
			total.unauthorised * w.unauthorised_to / w.unauthorised_all
				- total.unauthorised * (w.unauthorised_to - w.unauthorised) / w.unauthorised_all AS unauthorised
			OFFSET 0) n
		CROSS JOIN LATERAL (SELECT
			n.authorised * w.ordinary_authorised * 14 / (100 * w.authorised) AS appointments,
			n.authorised * (w.religious * 100 + w.ordinary_authorised) / (100 * w.authorised) AS religious,
			n.authorised * w.ordinary_authorised * 4 / (100 * w.authorised) AS excluded,
			n.authorised * (w.auth_other * 100 + w.ordinary_authorised * 9) / (100 * w.authorised) AS auth_other,
			n.unauthorised * (w.holiday * 100 + w.ordinary_unauthorised * 22) / (100 * w.unauthorised) AS holiday,
			n.unauthorised * w.ordinary_unauthorised * 6 / (100 * w.unauthorised) AS late
			OFFSET 0) r
		CROSS JOIN LATERAL (SELECT
			n.authorised - r.appointments - r.religious - r.excluded - r.auth_other AS sess_auth_illness,
			r.appointments AS sess_auth_appointments,
			r.religious AS sess_auth_religious,
			r.excluded AS sess_auth_excluded,
			r.auth_other AS sess_auth_other,
			r.holiday AS sess_unauth_holiday,
			r.late AS sess_unauth_late,
			n.unauthorised - r.holiday - r.late AS sess_unauth_other) j
	WHERE w.week_start <= to_date OR to_date IS NULL
	ON CONFLICT DO NOTHING;
	GET DIAGNOSTICS loaded = ROW_COUNT;
	RETURN loaded;
END $$;
COMMENT ON FUNCTION abie.load_demo_weeks(date) IS
'Loads weeks of the synthetic England into abie.attendance_week, of all schools that abie.load_demo made, in 2024/25 '
'(they add up to the year in abie.attendance) and 2025/26: all weeks that have begun by to_date, all of both years '
'when NULL. Weeks held already stay, so a later date adds the weeks since. How many rows were added. The same every '
'time. Error 55000 where abie.load_demo has not been called.';
