-- How the absence of pupil groups moved from last year to this one, like for like. Everything here reads the caller's
-- own table of registers with the caller's rights, and stores nothing.

CREATE FUNCTION abie_internal.group_columns(registers regclass) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
RETURN ', ' || CASE abie_internal.optional_column(registers, 'fsm', '') WHEN '' THEN 'NULL'
		ELSE $$CASE fsm WHEN true THEN 'FSM' WHEN false THEN 'not FSM' ELSE 'FSM not known' END$$ END || ' AS fsm, '
	|| CASE abie_internal.optional_column(registers, 'sen', '') WHEN '' THEN 'NULL'
		ELSE $$CASE WHEN sen IS NULL THEN 'SEN not known' WHEN sen = 'none' THEN 'no SEN' ELSE sen END$$ END
	|| ' AS sen, ' || $$coalesce('Year ' || year_group, 'year group not known') AS year$$;
COMMENT ON FUNCTION abie_internal.group_columns(regclass) IS
'Expressions of the groups that a pupil of a register is in, for abie_internal.registers_query; NULL for what the '
'registers do not tell of anybody.';

CREATE FUNCTION abie_internal.group_sessions(registers regclass, academic_year text, as_of date, urns integer[])
RETURNS TABLE (urn integer, partition integer, pupil_group text, weeks bigint, pupils_before bigint, pupils bigint,
	percent_before float8, percent float8, change_error float8)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
-- Not STRICT: as_of and urns may be NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
SET jit = off
AS $function$
DECLARE
	last_year text := abie.previous_year(academic_year);
	before date := abie_internal.year_first_day(last_year);
	after date := abie_internal.year_first_day(academic_year);
	next_year date := (after + interval '1 year')::date;
	query text := $query$
WITH register AS MATERIALIZED (
	SELECT r.*, r.first_day = %1$L AS this_year
	FROM (SELECT b.*, %2$L::date AS first_day FROM (%3$s) b UNION ALL SELECT a.*, %1$L FROM (%4$s) a) r
	WHERE NOT (r.young OR r.old OR r.late) AND r.urn IS NOT NULL AND r.pupil IS NOT NULL
		AND (r.urn = ANY ($1) OR $1 IS NULL)
), year AS MATERIALIZED (
	SELECT s.urn, s.this_year, array_agg(w.week_start ORDER BY w.week_start) AS mondays
	FROM (
		SELECT r.urn, r.this_year, abie.absence_weeks_agg(r.register, r.first_day, r.last_day) AS weeks
		FROM register r GROUP BY r.urn, r.this_year
	) s CROSS JOIN LATERAL abie.weeks(s.weeks) w
	WHERE w.week_start <= abie_internal.newest_monday($2) OR NOT s.this_year OR $2 IS NULL
	GROUP BY s.urn, s.this_year
), stretch AS MATERIALIZED (
	-- weeks that follow each other in both years
	SELECT m.urn, count(*) AS weeks, min(m.counterpart) AS before_from, max(m.counterpart) + 6 AS before_to,
		min(m.week_start) AS after_from, max(m.week_start) + 6 AS after_to
	FROM (
		SELECT t.urn, c.week_start, c.counterpart,
			7 * row_number() OVER (PARTITION BY t.urn ORDER BY c.week_start)::integer AS days
		FROM year t JOIN year l ON l.urn = t.urn AND NOT l.this_year
			CROSS JOIN LATERAL abie.counterpart_week(t.mondays, l.mondays,
				abie_internal.holiday_starts(t.mondays, l.mondays, $2 IS NULL OR $2 >= %5$L)) c
		WHERE t.this_year AND c.counterpart IS NOT NULL
	) m GROUP BY m.urn, m.week_start - m.days, m.counterpart - m.days
), session AS MATERIALIZED (
	SELECT r.urn, r.pupil, r.fsm, r.sen, r.year, r.this_year, s.possible, s.overall
	FROM register r CROSS JOIN LATERAL (
		SELECT sum(abie.sess_possible(r.register, d.from_date, d.to_date)) AS possible,
			sum(abie.sess_overall(r.register, d.from_date, d.to_date)) AS overall
		FROM stretch k CROSS JOIN LATERAL (
			SELECT CASE WHEN r.this_year THEN k.after_from ELSE k.before_from END AS from_date,
				least(CASE WHEN r.this_year THEN k.after_to ELSE k.before_to END, r.last_day) AS to_date) d
		WHERE k.urn = r.urn) s
	WHERE s.possible > 0
), cell AS (
	SELECT s.urn, g.partition, g.pupil_group, sum(s.possible) FILTER (WHERE s.this_year)::float8 AS possible,
		sum(s.overall) FILTER (WHERE s.this_year)::float8 AS overall,
		sum(s.possible) FILTER (WHERE NOT s.this_year)::float8 AS possible_before,
		sum(s.overall) FILTER (WHERE NOT s.this_year)::float8 AS overall_before
	FROM session s CROSS JOIN LATERAL (VALUES (0, 'all'), (1, s.fsm), (2, s.sen), (3, s.year))
		g (partition, pupil_group)
	WHERE g.pupil_group IS NOT NULL
	GROUP BY s.urn, g.partition, g.pupil_group, s.pupil
), pupil AS (
	-- how far the pupil's absence brought the change of the rate up or down
	SELECT c.*, coalesce((c.overall - t.percent * c.possible) / t.possible, 0)
		- coalesce((c.overall_before - t.percent_before * c.possible_before) / t.possible_before, 0) AS part
	FROM cell c JOIN (
		SELECT urn, partition, pupil_group, sum(possible) AS possible, sum(possible_before) AS possible_before,
			sum(overall) / sum(possible) AS percent, sum(overall_before) / sum(possible_before) AS percent_before
		FROM cell GROUP BY urn, partition, pupil_group
	) t USING (urn, partition, pupil_group)
)
SELECT p.urn, p.partition, p.pupil_group, w.weeks, count(p.possible_before), count(p.possible),
	100 * sum(p.overall_before) / sum(p.possible_before), 100 * sum(p.overall) / sum(p.possible),
	-- in an order, so that the sum has the same bits in every plan
	100 * sqrt(count(*) / nullif(count(*) - 1, 0)::float8 * sum(p.part * p.part ORDER BY p.part * p.part))
FROM pupil p JOIN (SELECT urn, sum(weeks)::bigint AS weeks FROM stretch GROUP BY urn) w USING (urn)
GROUP BY p.urn, p.partition, p.pupil_group, w.weeks$query$;
BEGIN
	RETURN QUERY EXECUTE format(query, after, before,
		abie_internal.registers_query(registers, last_year, before, after - 1, abie_internal.group_columns(registers)),
		abie_internal.registers_query(registers, academic_year, after, next_year - 1,
			abie_internal.group_columns(registers)),
		next_year)
	USING urns, as_of;
END $function$;
COMMENT ON FUNCTION abie_internal.group_sessions(regclass, text, date, integer[]) IS
'Rates of absence of pupil groups of schools (NULL: of all of the registers) in the weeks of an academic year so far '
'that have a counterpart last year, and in these: partition 0: all, 1: free school meals, 2: special educational '
'needs, 3: year group; columns as of abie.group_change. Nothing is suppressed.';

CREATE FUNCTION abie_internal.group_changes(registers regclass, academic_year text, as_of date, urns integer[])
RETURNS TABLE (urn integer, pupil_group text, shown boolean, weeks bigint, pupils_before bigint, pupils bigint,
	percent_before float8, percent float8, change float8, change_error float8, lower_change float8,
	upper_change float8)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
-- Not STRICT: as_of and urns may be NULL.
SET search_path = pg_catalog, pg_temp
AS $$
WITH cell AS MATERIALIZED (
	SELECT s.*, least(s.pupils_before, s.pupils) < 10 AS few
	FROM abie_internal.group_sessions(registers, academic_year, as_of, urns) s
), parts AS (
	SELECT c.*, coalesce(sum(c.pupils_before) FILTER (WHERE c.few) OVER part, 0) BETWEEN 1 AND 9
			OR coalesce(sum(c.pupils) FILTER (WHERE c.few) OVER part, 0) BETWEEN 1 AND 9 AS to_be_had,
		row_number() OVER (PARTITION BY c.urn, c.partition, c.few
			ORDER BY least(c.pupils_before, c.pupils), c.pupil_group COLLATE "C") AS place,
		bool_or(c.few AND c.partition = 0) OVER (PARTITION BY c.urn) AS all_few
	FROM cell c WINDOW part AS (PARTITION BY c.urn, c.partition)
), judged AS (
	-- where fewer than ten pupils could be had by subtraction, one more group is not shown
	SELECT p.*, NOT (p.few OR p.all_few OR p.to_be_had AND p.place = 1) AS shown FROM parts p
)
SELECT j.urn, j.pupil_group, j.shown, f.*
FROM judged j LEFT JOIN LATERAL (
	SELECT j.weeks, j.pupils_before, j.pupils, j.percent_before, j.percent, j.percent - j.percent_before,
		j.change_error, j.percent - j.percent_before - 1.959963984540054 * j.change_error,
		j.percent - j.percent_before + 1.959963984540054 * j.change_error
) f ON j.shown
ORDER BY j.urn, j.partition, CASE j.partition WHEN 3 THEN length(j.pupil_group) END, j.pupil_group COLLATE "C"
$$;
COMMENT ON FUNCTION abie_internal.group_changes(regclass, text, date, integer[]) IS
'abie.group_change of schools, or for NULL of all of the registers.';

CREATE FUNCTION abie.group_change(registers regclass, academic_year text, as_of date DEFAULT NULL)
RETURNS TABLE (urn integer, pupil_group text, shown boolean, weeks bigint, pupils_before bigint, pupils bigint,
	percent_before float8, percent float8, change float8, change_error float8, lower_change float8,
	upper_change float8)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
-- Not STRICT: as_of may be NULL, and the check says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.pupils_check(registers, academic_year);
	RETURN QUERY SELECT * FROM abie_internal.group_changes(registers, academic_year, as_of, NULL);
END $$;
COMMENT ON FUNCTION abie.group_change(regclass, text, date) IS
'How the absence of pupil groups moved, this year to date against last year like for like: a row for each school and '
'group (all; FSM, not FSM; special educational needs as the registers name them, no SEN; year groups). Rates are of '
'possible sessions, in per cent, pooled over the weeks that are over by as_of and have a counterpart last year '
'(abie.counterpart_week, of the weeks that the registers have), and over the counterparts; weeks: how many these are. '
'Who counts are the pupils of abie.load_attendance, each year in the group the pupil was in then; pupils_before, '
'pupils: with a possible session in these weeks. change: percent - percent_before, percentage points; change_error: '
'its standard error, pupils taken as drawn from many alike, those of both years counted as one each: 100 x '
'sqrt(n / (n - 1) x sum e^2) with e = (overall - R possible) / sum(possible) of this year less the same of last year '
'(as abie.rate_change, for pupils of one year too); lower_change, upper_change: the interval of 95 per cent. A group '
'of fewer than 10 pupils in either year is not shown, nor one more where fewer than 10 could be had by subtraction, '
'nor any of a school of fewer than 10: their figures are NULL. as_of NULL: the year is over. registers: as for '
'abie.pupil_outlook, read with the caller''s rights; nothing is stored. Errors: 22004 for NULL, 42703 for a column '
'missing, 42804 for one of another type, 23514 for what is no academic year.';
