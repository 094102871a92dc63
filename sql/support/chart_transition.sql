-- A year group's absence from its first week on, against what is usual: as rows, and as a picture.

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

CREATE FUNCTION abie_internal.chart_transition_line(x abie_internal.chart_scale, y abie_internal.chart_scale,
	weeks integer[], heights float8[], style text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
RETURN (SELECT pg_catalog.format('<path d="M%s" fill="none" %s/>', pg_catalog.string_agg(
		abie_internal.chart_place(x, w.week) || ' ' || abie_internal.chart_place(y, w.height), 'L' ORDER BY w.week),
		style)
	FROM ROWS FROM (pg_catalog.unnest(weeks), pg_catalog.unnest(heights)) w (week, height)
	WHERE w.height IS NOT NULL AND w.week IS NOT NULL);
COMMENT ON FUNCTION abie_internal.chart_transition_line(abie_internal.chart_scale, abie_internal.chart_scale, integer[],
	float8[], text) IS
'A line of abie.chart_transition.';

CREATE FUNCTION abie.chart_transition(title text, groups text[], weeks integer[], percents float8[],
	usual_percents float8[], last_before_holiday boolean[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
	drawn text;
	said text;
	marks text;
BEGIN
	PERFORM abie_internal.check_chart('chart_transition', cardinality(groups), ARRAY[cardinality(weeks),
		cardinality(percents), cardinality(usual_percents), cardinality(last_before_holiday)]);
	x := (SELECT abie_internal.chart_scale(0, greatest(max(w), 5), 6, 40, 388) FROM unnest(weeks) w);
	y := (SELECT abie_internal.chart_scale(0, max(p), 5, 240, 60) FROM unnest(percents || usual_percents) p);
	SELECT string_agg(abie_internal.chart_transition_line(x, y, g.weeks, g.usual, 'stroke="' || g.colour
				|| '" stroke-width="1.5" stroke-dasharray="5 4"')
			|| abie_internal.chart_transition_line(x, y, g.weeks, g.own, 'stroke="' || g.colour
				|| '" stroke-width="' || g.width || '"')
			|| format('<path d="M%s 36h22" stroke="%s" stroke-width="%s"/>'
				'<text x="%s" y="40" font-size="11">%s</text>',
				8 + 95 * (g.place - 1), g.colour, g.width, 34 + 95 * (g.place - 1),
				abie_internal.xml_text(abie_internal.short_text(g.name, 11))), '' ORDER BY g.place),
		string_agg(format('%s %s per cent, usual %s', g.name, abie_internal.decimal(g.last_own, 1),
			abie_internal.decimal(g.last_usual, 1)), '; ' ORDER BY g.place)
	INTO drawn, said
	FROM (SELECT n.*, (ARRAY['#222', '#d55e00', '#0072b2'])[n.place] AS colour,
			(ARRAY[3.5, 2.5, 1.5])[n.place] AS width
		FROM (SELECT r.name, row_number() OVER (ORDER BY min(r.place)) AS place,
				array_agg(r.week ORDER BY r.week) AS weeks, array_agg(r.own ORDER BY r.week) AS own,
				array_agg(r.usual ORDER BY r.week) AS usual, (array_agg(r.own ORDER BY r.week DESC))[1] AS last_own,
				(array_agg(r.usual ORDER BY r.week DESC))[1] AS last_usual
			FROM unnest(groups, weeks, percents, usual_percents) WITH ORDINALITY r (name, week, own, usual, place)
			WHERE r.name IS NOT NULL AND r.week IS NOT NULL GROUP BY r.name) n
		WHERE n.place <= 3) g;
	-- a triangle on the axis, so that no meaning is in colour alone
	SELECT string_agg(format('<path d="M%s 233l-4 7h8z" fill="#555"/>', abie_internal.chart_place(x, m.week)), ''
		ORDER BY m.week) INTO marks
	FROM (SELECT DISTINCT w.week FROM unnest(weeks, last_before_holiday) w (week, is_last) WHERE w.is_last) m;
	RETURN abie_internal.svg(title, 'Absence from the first week on, in per cent, in the last week: ' || said || '.',
		300,
		abie_internal.chart_across(x, 60, 240, 'Absence, per cent, by school weeks; triangle: holiday next')
		|| abie_internal.chart_upward(y, 40, 388) || coalesce(marks, '') || drawn
		|| '<path d="M293 36h22" stroke="#555" stroke-width="1.5" stroke-dasharray="5 4"/>'
			'<text x="319" y="40" font-size="11">usual</text>');
END $$;
COMMENT ON FUNCTION abie.chart_transition(text, text[], integer[], float8[], float8[], boolean[]) IS
'SVG of absence since the start of a year group by school week and group, from the columns of abie.transition_weeks, '
'an element each a row: whole lines for the school, broken ones for what is usual, a triangle below the last week '
'before a holiday. Three groups at most, in the order given; NULL elements are left out. Errors: 2202E arrays of '
'different length or empty, 22003 values not finite.';
