-- A year group's absence from its first week on, against what is usual.

CREATE FUNCTION abie.transition_weeks(registers regclass, academic_year text, urn integer,
	year_group integer DEFAULT 7)
RETURNS TABLE (pupil_group text, week integer, week_start date, last_before_holiday boolean, pupils bigint,
	percent float8, usual_percent float8)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 100
-- Not STRICT: it says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
SET jit = off
AS $function$
DECLARE
	first_day date;
BEGIN
	IF num_nulls(registers, academic_year, urn, year_group) > 0 THEN
		RAISE EXCEPTION 'registers, academic_year, urn and year_group cannot be NULL'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM abie_internal.pupils_check(registers, academic_year);
	first_day := abie_internal.year_first_day(academic_year);
	RETURN QUERY EXECUTE format($query$
WITH part AS MATERIALIZED (
	SELECT urn::integer AS urn, %2$s AS fsm, abie.absence_weeks_agg(register, %3$L, %4$L) AS weeks
	FROM %1$s
	WHERE year_group = $2 AND urn IS NOT NULL AND abie.start_date(register) <= %4$L AND abie.end_date(register) >= %3$L
	GROUP BY 1, 2
), school_week AS (
	-- weeks of the school from 1 on, with the next week to see where a holiday begins
	SELECT s.urn, k.week_start, row_number() OVER (PARTITION BY s.urn ORDER BY k.week_start)::integer AS week,
		lead(k.week_start) OVER (PARTITION BY s.urn ORDER BY k.week_start) > k.week_start + 7 AS last_before_holiday
	FROM (SELECT urn, abie.absence_weeks_agg(weeks) AS weeks FROM part GROUP BY urn) s
		CROSS JOIN LATERAL abie_internal.half_terms(s.weeks) h
		CROSS JOIN LATERAL unnest(h.weeks) k (week_start)
), counted AS (
	SELECT g.pupil_group, s.urn, s.week, s.week_start, coalesce(s.last_before_holiday, false) AS last_before_holiday,
		max(w.enrolments) OVER every_week AS pupils, w.enrolments,
		sum(w.sess_overall) OVER so_far AS absent, sum(w.sess_possible) OVER so_far AS possible
	FROM (
		SELECT p.urn, g.pupil_group, abie.absence_weeks_agg(p.weeks) AS weeks
		FROM part p CROSS JOIN LATERAL (VALUES ('all'), (CASE p.fsm WHEN true THEN 'FSM' WHEN false THEN 'not FSM' END))
			g (pupil_group)
		WHERE g.pupil_group IS NOT NULL GROUP BY p.urn, g.pupil_group
	) g CROSS JOIN LATERAL abie.weeks(g.weeks) w JOIN school_week s ON s.urn = g.urn AND s.week_start = w.week_start
	WINDOW every_week AS (PARTITION BY g.urn, g.pupil_group),
		so_far AS (PARTITION BY g.urn, g.pupil_group ORDER BY s.week)
), usual AS (
	SELECT pupil_group, week, 100::float8 * sum(absent) / sum(possible) AS percent
	FROM counted GROUP BY pupil_group, week
), own AS (
	SELECT c.*, min(c.enrolments) OVER (PARTITION BY c.pupil_group) AS fewest FROM counted c WHERE c.urn = $1
)
SELECT o.pupil_group, o.week, o.week_start, o.last_before_holiday, o.pupils,
	100::float8 * o.absent / o.possible, u.percent
FROM own o JOIN usual u USING (pupil_group, week)
-- fewer than ten pupils are not shown, nor who could be had by subtraction
WHERE o.fewest >= 10 AND (o.pupil_group = 'all' OR NOT EXISTS (SELECT FROM own f WHERE f.pupils < 10 OR f.fewest < 10)
	AND (SELECT sum(f.pupils) FILTER (WHERE f.pupil_group = 'all') - sum(f.pupils) FILTER (WHERE f.pupil_group <> 'all')
		FROM (SELECT DISTINCT f.pupil_group, f.pupils FROM own f) f) NOT BETWEEN 1 AND 9)
ORDER BY o.pupil_group = 'all' DESC, o.pupil_group, o.week$query$,
		registers, abie_internal.optional_column(registers, 'fsm', 'NULL::boolean'), first_day,
		(first_day + interval '1 year')::date - 1)
	USING urn, year_group;
END $function$;
COMMENT ON FUNCTION abie.transition_weeks(regclass, text, integer, integer) IS
'Absence of a year group of a school from its first week of the year to the end of each (percent: cumulative), by '
'free school meals, and that of all pupils of the registers of the year group and group after as many school weeks '
'(usual_percent). week: 1, 2, ... school weeks, not dates; last_before_holiday: marks are fewest then. pupils: the '
'most of any week. Groups of fewer than 10 pupils in a week are not shown, nor the other one. registers: as for '
'abie.pupil_outlook, read with the caller''s rights; nothing is stored. Errors: 22004 for NULL, 42703 for a column '
'missing, 42804 for one of another type, 23514 for what is no academic year.';
