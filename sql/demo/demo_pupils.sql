-- Pupils of the synthetic England, with registers.

CREATE FUNCTION abie_internal.demo_is_closed(day integer) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN day = 0 OR day / 5 IN (8, 16, 17, 24, 30, 31, 38);
COMMENT ON FUNCTION abie_internal.demo_is_closed(integer) IS
'Whether the schools of pupils of the synthetic England are closed, on a weekday of the 46 weeks from the first Monday '
'in September on, 0 the first: that day is for training, and 39 weeks are of term.';

CREATE FUNCTION abie_internal.demo_marks(pupil integer, academic_year text, year_group integer, fsm boolean)
	RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
-- 46 weeks of which 39 are of term; the first day is for training. Illness comes in blocks of three days,
-- more for pupils with free school meals, and for them again more from Year 7 on
SELECT string_agg(CASE
	WHEN abie_internal.demo_is_closed(day) THEN '##'
	WHEN ill < risk THEN 'II'
	WHEN other < 0.006 THEN E'M\\'
	WHEN other < 0.010 THEN '/C'
	WHEN other < 0.020 + CASE WHEN fsm THEN 0.02 ELSE 0 END THEN CASE WHEN day % 2 = 0 THEN 'OO' ELSE E'U\\' END
	WHEN other > 0.980 THEN E'L\\'
	WHEN other > 0.975 THEN 'VV'
	ELSE E'/\\' END, '' ORDER BY day)
FROM (
	SELECT b.day, r.risk, i.ill,
		abie_internal.demo_uniform(pupil, 200000 + 1000 * substr(academic_year, 3, 2)::integer + b.day) AS other
	-- OFFSET 0: each number is drawn once, however often it is asked for
	FROM (SELECT 0.02 + 0.06 * abie_internal.demo_uniform(pupil, 1) * (CASE WHEN fsm THEN 1.8 ELSE 1 END)
			* (CASE WHEN fsm AND year_group >= 7 THEN 1.6 ELSE 1 END) AS risk OFFSET 0) r
		CROSS JOIN (SELECT block,
			abie_internal.demo_uniform(pupil, 100000 + 1000 * substr(academic_year, 3, 2)::integer + block) AS ill
			FROM generate_series(0, (46 * 5 - 1) / 3) block OFFSET 0) i
		CROSS JOIN LATERAL generate_series(3 * i.block, least(3 * i.block + 2, 46 * 5 - 1)) b(day)
	OFFSET 0
) days
$$;
COMMENT ON FUNCTION abie_internal.demo_marks(integer, text, integer, boolean) IS
'The marks of a pupil of the synthetic England in an academic year, from its first Monday in September on.';

CREATE FUNCTION abie.demo_pupils(academic_year text, pupils integer DEFAULT 220)
RETURNS TABLE (urn integer, pupil integer, year_group integer, fsm boolean, sen text, date_of_birth date,
	register abie.register)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000000 ROWS 220
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN p.year_group <= 6 THEN 900001 ELSE 900005 END, p.pupil, p.year_group, p.fsm,
	CASE WHEN abie_internal.demo_uniform(p.pupil, 3) < 0.04 THEN 'EHC plan'
		WHEN abie_internal.demo_uniform(p.pupil, 3) < 0.18
		THEN 'SEN support' ELSE 'none' END,
	make_date(p.start_year - p.year_group - 5, 9, 1) + (364 * abie_internal.demo_uniform(p.pupil, 4))::integer,
	abie.register(p.first_monday, abie_internal.demo_marks(p.pupil, academic_year, p.year_group, p.fsm))
FROM (
	SELECT n AS pupil, y.start_year, y.first_monday, 1 + (n + y.start_year) % 11 AS year_group,
		abie_internal.demo_uniform(n, 2) < 0.25 AS fsm
	FROM generate_series(1, pupils) n,
		(SELECT extract(year FROM s.september)::integer,
			s.september + (8 - extract(isodow FROM s.september)::integer) % 7
			FROM (SELECT abie.year_start(academic_year)) s (september)) y (start_year, first_monday)
) p
$$;
COMMENT ON FUNCTION abie.demo_pupils(text, integer) IS
'Pupils of the synthetic England in an academic year, with their registers: Years 1 to 6 at the school 900001, Years 7 '
'to 11 at 900005; a pupil is in the next year group in the next year. pupil is a number, sen is none, SEN support or '
'EHC plan. The same every time. Error 23514 for what is no academic year.';
