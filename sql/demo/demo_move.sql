-- Pupils of the synthetic England who move from feeders to secondary schools, with known dips. What is true of them,
-- the dips planted and what each pupil's absence is about, is given by abie_internal.demo_move_truth and by no table.

CREATE FUNCTION abie_internal.demo_move_plan(schools integer)
RETURNS TABLE (rank integer, urn integer, feeder_rank integer, feeder integer, moment text, year_group integer,
	dip float8, from_day integer, only_for text, mark text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100000 ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
WITH school AS (
	SELECT d.urn, d.kind, row_number() OVER (PARTITION BY d.kind ORDER BY d.urn) AS place
	-- of seven schools one is an ordinary secondary school
	FROM abie_internal.demo_school(60 + 8 * schools) d WHERE d.kind IN ('Primary', 'Secondary')
), way AS (
	SELECT s.place::integer AS rank, s.urn, (f.place - 1) % 4 + 1 AS feeder_rank, f.urn AS feeder
	FROM school s JOIN school f ON f.kind = 'Primary' AND (f.place + 3) / 4 = s.place
	WHERE s.kind = 'Secondary' AND s.place <= schools
)
SELECT w.rank, w.urn, w.feeder_rank::integer, w.feeder, p.moment, coalesce(p.year_group, 7),
	-- nothing is known of most schools: their dips and those of their feeders are of chance
	coalesce(CASE WHEN p.only_feeder <> w.feeder_rank THEN 0 ELSE p.dip END,
		0.8 * abie_internal.demo_noise(w.urn, 1) + 0.8 * abie_internal.demo_noise(w.feeder, 2)),
	coalesce(p.from_day, 0), p.only_for, coalesce(p.mark, 'CC')
FROM way w LEFT JOIN (VALUES
	(1, 'strong start', 7, 6.0, 0, NULL, NULL::integer, 'CC'),
	(2, 'belonging', 7, 7.0, 45, NULL, NULL, 'CC'),
	(3, 'Key Stage 3', 8, 6.0, 0, NULL, NULL, 'CC'),
	(4, 'costs', 7, 16.0, 0, 'FSM', NULL, 'CC'),
	(5, 'adjustments', 7, 16.0, 0, 'SEN support', NULL, 'CC'),
	(6, 'handover', 7, 16.0, 0, NULL, 3, 'CC'),
	(7, 'family engagement', 7, 6.0, 0, NULL, NULL, 'OO'),
	(8, 'health', 7, 6.0, 0, NULL, NULL, 'II'))
	p(rank, moment, year_group, dip, from_day, only_for, only_feeder, mark) ON p.rank = w.rank
$$;
COMMENT ON FUNCTION abie_internal.demo_move_plan(integer) IS
'Which dips are planted in the year groups of abie.demo_moves in 2025/26, by school and feeder: the first eight '
'schools each have the pattern of a moment of abie.toolkit_moments, the others dips of their own and of their feeders '
'(mean 0, standard deviation 0.8 each). dip: percentage points of absence; from_day: school day from which on (45: '
'second half term); only_for: the pupils it is for, NULL all; mark: the marks of a day that is more.';

CREATE FUNCTION abie_internal.demo_move_truth(academic_year text, schools integer)
RETURNS TABLE (pupil integer, urn integer, feeder integer, year_group integer, fsm boolean, sen text, moment text,
	absence float8, dip float8, from_day integer, mark text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000 ROWS 5000
-- not STRICT: put in place of the call, only year groups that are asked for are made
BEGIN ATOMIC
SELECT p.pupil, p.urn, p.feeder, p.year_group, p.fsm, p.sen, p.moment, a.absence,
	-- a dip that is negative leaves some absence
	CASE WHEN p.year = 2025 AND p.year_group = p.dip_group AND (p.only_for IS NULL
			OR p.only_for = 'FSM' AND p.fsm OR p.only_for = p.sen)
		THEN greatest(p.dip, 0.5 - a.absence) ELSE 0 END,
	p.from_day, p.mark
FROM (
	SELECT k.pupil, CASE WHEN y.year_group = 6 THEN m.feeder ELSE m.urn END AS urn, m.feeder, y.year, y.year_group,
		abie_internal.demo_draw(k.pupil, 1) < 0.3 AS fsm,
		-- no EHC plans: fewer than ten would hide those with SEN support, too
		CASE WHEN abie_internal.demo_draw(k.pupil, 2) < 0.25 THEN 'SEN support' ELSE 'none' END AS sen,
		m.moment, m.year_group AS dip_group, m.dip, m.from_day, m.only_for, m.mark
	FROM abie_internal.demo_move_plan(schools) m
		CROSS JOIN (SELECT extract(year FROM abie.year_start(academic_year))::integer AS year, g AS year_group
			FROM generate_series(6, 8) g WHERE academic_year IS NOT NULL) y
		CROSS JOIN LATERAL generate_series(1, 15 + m.feeder % 11) n
		-- the year in which they come to the secondary school makes them others
		CROSS JOIN LATERAL (SELECT (y.year - y.year_group + 7) % 100 * 10000000 + m.rank * 1000
			+ m.feeder_rank * 100 + n AS pupil) k
	OFFSET 0
) p CROSS JOIN LATERAL (SELECT
	-- each has a level of his own, and better years and worse
	(3 + 6 * abie_internal.demo_draw(p.pupil, 3) * CASE WHEN p.fsm THEN 1.5 ELSE 1 END)
			* (0.5 + abie_internal.demo_draw(p.pupil, p.year))
		+ (p.year_group - 6) * CASE WHEN p.fsm THEN 2 ELSE 0.5 END AS absence OFFSET 0) a;
END;
COMMENT ON FUNCTION abie_internal.demo_move_truth(text, integer) IS
'What the registers of abie.demo_moves are made of, for tests of what is found in them: by pupil of an academic year '
'the feeder, also of those in it still, absence, per cent, that the pupil''s is about without a dip, and the dip '
'planted, percentage points from from_day on, with the moment that it points to (NULL: none) and its marks. Not in any '
'table.';

CREATE FUNCTION abie.demo_moves(academic_year text, schools integer DEFAULT 20)
RETURNS TABLE (urn integer, pupil integer, year_group integer, fsm boolean, sen text, register abie.register)
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 5000
-- not STRICT: put in place of the call, only year groups that are asked for are made
BEGIN ATOMIC
SELECT t.urn, t.pupil, t.year_group, t.fsm, t.sen, abie.register(y.monday, m.marks)
FROM abie_internal.demo_move_truth(academic_year, schools) t
	CROSS JOIN (SELECT s.september + (8 - extract(isodow FROM s.september)::integer) % 7 AS monday,
			extract(year FROM s.september)::integer AS year
		FROM (SELECT abie.year_start(academic_year)) s (september) OFFSET 0) y
	CROSS JOIN LATERAL (
		-- blocks of three days; of absence without a dip one in four is unauthorised
		SELECT string_agg(CASE
			WHEN abie_internal.demo_is_closed(d.day) THEN '##'
			WHEN d.chance < 0.75 * least(t.absence, t.absence + d.dip) THEN 'II'
			WHEN d.chance < least(t.absence, t.absence + d.dip) THEN 'OO'
			WHEN d.chance < t.absence + d.dip THEN t.mark
			ELSE E'/\\' END, '' ORDER BY d.day) AS marks
		FROM (
			SELECT day, 100 * abie_internal.demo_draw(t.pupil * 1000::bigint + day / 3, y.year) AS chance,
				CASE WHEN day >= t.from_day THEN t.dip ELSE 0 END AS dip
			FROM generate_series(0, 46 * 5 - 1) day
			OFFSET 0
		) d
	) m;
END;
COMMENT ON FUNCTION abie.demo_moves(text, integer) IS
'Pupils of the synthetic England who move between schools, with their registers: Years 7 and 8 of so many of its '
'secondary schools, and Year 6 of four primary schools each that feed them; a pupil of Year 6 is in Year 7 in the next '
'year. In 2025/26 more are absent where dips are planted, in the first eight schools so that each points to another '
'moment of abie.toolkit_moments. pupil is a number, none that abie.demo_pupils has; sen is none or SEN support. The '
'same every time. Error 23514 for what is no academic year.';
