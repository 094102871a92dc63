-- The same pupils before and after a move between year groups: how far their absence changed against that of pupils of
-- the same make-up, and against earlier pupils of the same school. Everything here reads the caller's own table of
-- registers with the caller's rights, and stores nothing.

CREATE FUNCTION abie_internal.year_before(academic_year text, years integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20
RETURN abie.academic_year_of((abie.year_start(academic_year) - make_interval(years => years))::date);
COMMENT ON FUNCTION abie_internal.year_before(text, integer) IS 'The academic year so many years before.';

CREATE FUNCTION abie_internal.half_terms(weeks abie.absence_weeks)
RETURNS TABLE (half_term integer, weeks date[])
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200 ROWS 6
SET search_path = pg_catalog, pg_temp
AS $$
-- a week that few pupils had, such as one before the others came back, is no week of the school
SELECT k.half_term, array_agg(k.week_start ORDER BY k.week_start)
FROM (
	SELECT array_agg(w.week_start ORDER BY w.week_start) FILTER (WHERE 2 * w.enrolments >= w.most) AS mondays
	FROM (SELECT u.week_start, u.enrolments, max(u.enrolments) OVER () AS most FROM abie.weeks($1) u) w
) m, LATERAL abie.school_week_kind(m.mondays) k
WHERE k.half_term <= 6
GROUP BY k.half_term
$$;
COMMENT ON FUNCTION abie_internal.half_terms(abie.absence_weeks) IS
'The Mondays of each of the first six half terms of a school (abie.school_week_kind), of weeks that half of its '
'pupils had.';

CREATE FUNCTION abie_internal.sess_of_reason(register abie.register, from_date date, to_date date, reason text)
	RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query
RETURN CASE reason
	WHEN 'all' THEN abie.sess_overall(register, from_date, to_date)
	WHEN 'unauthorised' THEN (abie.summary(register, from_date, to_date)).sess_unauthorised
	WHEN 'illness' THEN abie.code_count(abie.tally(register, from_date, to_date), 'I')
		+ abie.code_count(abie.tally(register, from_date, to_date), 'I01')
		+ abie.code_count(abie.tally(register, from_date, to_date), 'I02') END;
COMMENT ON FUNCTION abie_internal.sess_of_reason(abie.register, date, date, text) IS
'Sessions of absence of a pupil: all, unauthorised, or of illness.';

CREATE FUNCTION abie_internal.transition_cohort(registers regclass, from_year text, to_year text, from_group integer,
	to_group integer, reasons text[])
RETURNS TABLE (reason text, half_term integer, urn integer, feeder integer, fsm boolean, sen text, sums bigint[])
LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 10000
-- Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $function$
DECLARE
	before date := abie_internal.year_first_day(from_year);
	after date := abie_internal.year_first_day(to_year);
BEGIN
	RETURN QUERY EXECUTE format($query$
WITH before AS (
	-- the school where the pupil had most sessions of the year
	SELECT DISTINCT ON (pupil) urn::integer AS urn, pupil, register FROM %1$s
	WHERE year_group = %2$s AND pupil IS NOT NULL AND urn IS NOT NULL
		AND abie.start_date(register) <= %4$L AND abie.end_date(register) >= %3$L
	ORDER BY pupil, abie.sess_possible(register, %3$L, %4$L) DESC, urn
), after AS (
	SELECT DISTINCT ON (pupil) urn::integer AS urn, pupil, register, %8$s AS fsm, %9$s AS sen FROM %1$s
	WHERE year_group = %5$s AND pupil IS NOT NULL AND urn IS NOT NULL
		AND abie.start_date(register) <= %7$L AND abie.end_date(register) >= %6$L
	ORDER BY pupil, abie.sess_possible(register, %6$L, %7$L) DESC, urn
), pair AS MATERIALIZED (
	SELECT row_number() OVER () AS number, before.urn AS feeder, after.urn, after.fsm, after.sen,
		before.register AS before, after.register AS after
	FROM before JOIN after USING (pupil)
), before_week AS MATERIALIZED (
	SELECT s.urn, h.* FROM (
		SELECT feeder AS urn, abie.absence_weeks_agg(before, %3$L, %4$L) AS weeks FROM pair GROUP BY feeder
	) s, LATERAL abie_internal.half_terms(s.weeks) h
), after_week AS MATERIALIZED (
	SELECT s.urn, h.* FROM (
		SELECT urn, abie.absence_weeks_agg(after, %6$L, %7$L) AS weeks FROM pair GROUP BY urn
	) s, LATERAL abie_internal.half_terms(s.weeks) h
), way AS MATERIALIZED (
	-- first these: half terms of all schools with each other would be many
	SELECT p.feeder, p.urn, b.half_term, b.weeks
	FROM (SELECT DISTINCT feeder, urn FROM pair) p JOIN before_week b ON b.urn = p.feeder
), common AS MATERIALIZED (
	-- as many weeks of each half term as both schools have had
	SELECT w.feeder, w.urn, w.half_term, w.weeks[1] AS before_from, w.weeks[n.weeks] + 6 AS before_to,
		a.weeks[1] AS after_from, a.weeks[n.weeks] + 6 AS after_to
	FROM way w JOIN after_week a ON a.urn = w.urn AND a.half_term = w.half_term
		CROSS JOIN LATERAL (SELECT least(cardinality(a.weeks), cardinality(w.weeks)) AS weeks) n
), session AS MATERIALIZED (
	SELECT s.* FROM (
		SELECT r.reason, p.number, c.half_term, p.urn, p.feeder, p.fsm, p.sen,
			abie_internal.sess_of_reason(p.before, c.before_from, c.before_to, r.reason)::integer AS before_overall,
			abie.sess_possible(p.before, c.before_from, c.before_to)::integer AS before_possible,
			abie_internal.sess_of_reason(p.after, c.after_from, c.after_to, r.reason)::integer AS after_overall,
			abie.sess_possible(p.after, c.after_from, c.after_to)::integer AS after_possible
		FROM pair p JOIN common c USING (feeder, urn) CROSS JOIN unnest($1) r (reason)
	) s WHERE s.before_possible > 0 AND s.after_possible > 0
)
SELECT ($1)[1], half_term, urn, feeder, fsm, sen,
	abie_internal.rate_change_sums(before_overall, before_possible, after_overall, after_possible)
FROM session WHERE reason = ($1)[1] GROUP BY half_term, urn, feeder, fsm, sen
UNION ALL
SELECT reason, NULL, urn, feeder, fsm, sen,
	abie_internal.rate_change_sums(before_overall, before_possible, after_overall, after_possible)
FROM (
	SELECT reason, urn, feeder, fsm, sen, sum(before_overall) AS before_overall,
		sum(before_possible) AS before_possible, sum(after_overall) AS after_overall,
		sum(after_possible) AS after_possible
	FROM session GROUP BY reason, number, urn, feeder, fsm, sen
) pupil GROUP BY reason, urn, feeder, fsm, sen$query$,
		registers, from_group, before, (before + interval '1 year')::date - 1,
		to_group, after, (after + interval '1 year')::date - 1,
		abie_internal.optional_column(registers, 'fsm', 'NULL::boolean'),
		abie_internal.optional_column(registers, 'sen', 'NULL::text'))
	USING reasons;
END $function$;
COMMENT ON FUNCTION abie_internal.transition_cohort(regclass, text, text, integer, integer, text[]) IS
'The same pupils in two academic years, by reason of absence, half term (NULL: all of them together), school, the '
'school they came from, free school meals and special educational needs as of the second year: the state of '
'abie.rate_change. Of each half term as many weeks as both schools have had. Of reasons after the first not by half '
'term.';

CREATE FUNCTION abie_internal.transition_units(registers regclass, from_year text, to_year text, from_group integer,
	to_group integer, earlier integer, reasons text[])
RETURNS TABLE (cohort integer, reason text, half_term integer, partition integer, pupil_group text, urn integer,
	feeder integer, sums bigint[], usual_before float8, usual float8, variance float8)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
WITH cell AS MATERIALIZED (
	SELECT n.cohort, t.* FROM generate_series(0, earlier) n (cohort)
		CROSS JOIN LATERAL abie_internal.transition_cohort(registers,
			abie_internal.year_before(from_year, n.cohort), abie_internal.year_before(to_year, n.cohort),
			from_group, to_group, CASE WHEN n.cohort = 0 THEN reasons ELSE reasons[1:1] END) t
), everybody AS (
	SELECT cohort, reason, half_term, (abie_internal.rate_change_final(abie_internal.rate_change_merge(sums))).*
	FROM cell GROUP BY cohort, reason, half_term
), alike AS (
	SELECT cohort, reason, half_term, fsm, sen,
		(abie_internal.rate_change_final(abie_internal.rate_change_merge(sums))).*
	FROM cell GROUP BY cohort, reason, half_term, fsm, sen
), usual AS (
	SELECT a.cohort, a.reason, a.half_term, a.fsm, a.sen, a.percent_before, a.percent,
		-- of one pupil's change; of few pupils alike it is not known well
		CASE WHEN a.pupils >= 30 THEN a.pupils * a.change_error ^ 2 ELSE e.pupils * e.change_error ^ 2 END AS variance
	FROM alike a JOIN everybody e ON e.cohort = a.cohort AND e.reason = a.reason
		AND e.half_term IS NOT DISTINCT FROM a.half_term
)
SELECT c.cohort, c.reason, c.half_term, g.partition, g.pupil_group, c.urn, c.feeder,
	abie_internal.rate_change_merge(c.sums),
	sum(c.sums[3] * u.percent_before ORDER BY c.fsm, c.sen) / sum(c.sums[3])::float8,
	sum(c.sums[9] * u.percent ORDER BY c.fsm, c.sen) / sum(c.sums[9])::float8,
	sum(c.sums[1] * u.variance ORDER BY c.fsm, c.sen) / sum(c.sums[1])::float8 ^ 2
FROM cell c
	JOIN usual u ON u.cohort = c.cohort AND u.reason = c.reason AND coalesce(u.half_term, 0) = coalesce(c.half_term, 0)
		AND u.fsm IS NOT DISTINCT FROM c.fsm AND u.sen IS NOT DISTINCT FROM c.sen
	CROSS JOIN LATERAL (VALUES (0, 'all'),
		(1, CASE c.fsm WHEN true THEN 'FSM' WHEN false THEN 'not FSM' ELSE 'FSM not known' END),
		(2, CASE WHEN c.sen IS NULL THEN 'SEN not known' WHEN c.sen = 'none' THEN 'no SEN' ELSE c.sen END))
		g (partition, pupil_group)
WHERE g.partition = 0 OR c.reason = reasons[1]
GROUP BY c.cohort, c.reason, c.half_term, g.partition, g.pupil_group, c.urn, c.feeder
$$;
COMMENT ON FUNCTION abie_internal.transition_units(regclass, text, text, integer, integer, integer, text[]) IS
'The cohorts of abie.transition (0: that of from_year and to_year, 1: the year before, ...) by reason, half term '
'(NULL: all), group (partition 0: all, 1: free school meals, 2: special educational needs), school and feeder: the '
'state of abie.rate_change, the rates that all pupils of the registers of the same make-up (free school meals x '
'special educational needs, each with the possible sessions here) had before and after, and the sampling variance of '
'the change, from the changes of all pupils of the same make-up (of everybody where they are fewer than 30). Of '
'reasons after the first only cohort 0, all half terms together, partition 0.';

CREATE FUNCTION abie_internal.transition_parts(registers regclass, from_year text, to_year text, from_group integer,
	to_group integer, earlier integer, reasons text[])
RETURNS TABLE (cohort integer, reason text, half_term integer, partition integer, pupil_group text, urn integer,
	feeder integer, number bigint, sums bigint[], usual_change float8, variance float8, likely_dip float8,
	likely_dip_error float8, excess_probability float8)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 10000
SET search_path = pg_catalog, pg_temp
AS $$
WITH unit AS MATERIALIZED (
	SELECT u.*, u.sums[1] AS number, c.dip, row_number() OVER (PARTITION BY u.cohort, u.reason, u.half_term,
		u.partition, u.pupil_group, u.variance > 0 ORDER BY u.urn, u.feeder) AS place
	FROM abie_internal.transition_units(registers, from_year, to_year, from_group, to_group, earlier, reasons) u
		CROSS JOIN LATERAL abie_internal.rate_change_final(u.sums) r
		CROSS JOIN LATERAL (SELECT r.change - (u.usual - u.usual_before) AS dip) c
), belief AS MATERIALIZED (
	SELECT s.reason, s.half_term, s.partition, s.pupil_group, b.*
	FROM (
		SELECT n.reason, n.half_term, n.partition, n.pupil_group, array_agg(n.urn::bigint ORDER BY n.place) AS urns,
			array_agg(n.dip ORDER BY n.place) AS dips, array_agg(n.variance ORDER BY n.place) AS variances
		FROM unit n WHERE n.cohort = 0 AND n.variance > 0
		GROUP BY n.reason, n.half_term, n.partition, n.pupil_group
	) s CROSS JOIN LATERAL abie.shrink_nested(s.urns, s.dips, s.variances, 1) b
), part AS MATERIALIZED (
	-- schools by group, and their feeders
	SELECT n.cohort, n.reason, n.half_term, n.partition, n.pupil_group, n.urn, NULL::integer AS feeder,
		sum(n.number)::bigint AS number, abie_internal.rate_change_merge(n.sums) AS sums,
		sum(n.sums[9] * n.usual ORDER BY n.feeder) / sum(n.sums[9])::float8
			- sum(n.sums[3] * n.usual_before ORDER BY n.feeder) / sum(n.sums[3])::float8 AS usual_change,
		sum(n.number ^ 2 * n.variance ORDER BY n.feeder) / sum(n.number)::float8 ^ 2 AS variance,
		min(n.place) AS place
	FROM unit n GROUP BY n.cohort, n.reason, n.half_term, n.partition, n.pupil_group, n.urn
	UNION ALL
	SELECT n.cohort, n.reason, n.half_term, 3, n.pupil_group, n.urn, n.feeder, n.number, n.sums,
		n.usual - n.usual_before, n.variance, n.place
	FROM unit n WHERE n.cohort = 0 AND n.partition = 0 AND n.reason = reasons[1]
)
SELECT p.cohort, p.reason, p.half_term, p.partition, p.pupil_group, p.urn, p.feeder, p.number, p.sums, p.usual_change,
	p.variance, CASE WHEN p.feeder IS NULL THEN b.parent_effect ELSE b.effect END,
	CASE WHEN p.feeder IS NULL THEN b.parent_error ELSE b.effect_error END,
	CASE WHEN p.feeder IS NOT NULL THEN b.probability END
FROM part p
	LEFT JOIN belief b ON p.cohort = 0 AND p.variance > 0 AND b.reason = p.reason
		AND coalesce(b.half_term, 0) = coalesce(p.half_term, 0) AND b.partition = p.partition % 3
		AND b.pupil_group = p.pupil_group AND b.unit = p.place
$$;
COMMENT ON FUNCTION abie_internal.transition_parts(regclass, text, text, integer, integer, integer, text[]) IS
'The units of abie_internal.transition_units added up to schools by group (partition 0 to 2), and, of the newest '
'cohort and first reason, its feeders (partition 3): pupils, the state of abie.rate_change, the usual change, the '
'sampling variance of the change, and for the newest cohort what abie.shrink_nested makes of the dip, and the '
'probability that a feeder''s is more than 1 point above the school''s.';

CREATE FUNCTION abie_internal.check_transition(registers regclass, from_year text, to_year text, from_group integer,
	to_group integer, earlier integer, reason text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100
-- Not STRICT: it says what is NULL.
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF num_nulls(registers, from_year, to_year, from_group, to_group, earlier, reason) > 0 THEN
		RAISE EXCEPTION 'registers, from_year, to_year, from_group, to_group, earlier and reason cannot be NULL'
			USING ERRCODE = 'null_value_not_allowed';
	ELSIF abie.year_start(to_year) <= abie.year_start(from_year) THEN
		RAISE EXCEPTION 'to_year must be after %, not %', from_year, to_year USING ERRCODE = 'invalid_parameter_value';
	ELSIF earlier NOT BETWEEN 0 AND 10 THEN
		RAISE EXCEPTION 'earlier must be between 0 and 10, not %', earlier
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is the number of earlier cohorts of the school.';
	ELSIF reason NOT IN ('all', 'unauthorised', 'illness') THEN
		RAISE EXCEPTION 'reason must be all, unauthorised or illness, not %', reason
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	PERFORM abie_internal.pupils_check(registers, from_year);
END $$;
COMMENT ON FUNCTION abie_internal.check_transition(regclass, text, text, integer, integer, integer, text) IS
'Raises the errors that abie.transition has for its arguments.';

CREATE TYPE abie_internal.transition_row AS (
	reason text,
	urn integer,
	feeder integer,
	pupil_group text,
	half_term integer,
	shown boolean,
	pupils bigint,
	percent_before float8,
	percent float8,
	change float8,
	usual_change float8,
	dip float8,
	dip_error float8,
	likely_dip float8,
	lower_dip float8,
	upper_dip float8,
	excess_probability float8,
	listed boolean,
	earlier_pupils bigint,
	earlier_dip float8,
	beyond_earlier float8,
	beyond_earlier_error float8
);
COMMENT ON TYPE abie_internal.transition_row IS 'A row of abie.transition, with the reason of absence that it is of.';
COMMENT ON COLUMN abie_internal.transition_row.reason IS 'Reason of absence.';
COMMENT ON COLUMN abie_internal.transition_row.urn IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.feeder IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.pupil_group IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.half_term IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.shown IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.pupils IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.percent_before IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.percent IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.change IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.usual_change IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.dip IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.dip_error IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.likely_dip IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.lower_dip IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.upper_dip IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.excess_probability IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.listed IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.earlier_pupils IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.earlier_dip IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.beyond_earlier IS 'As of abie.transition.';
COMMENT ON COLUMN abie_internal.transition_row.beyond_earlier_error IS 'As of abie.transition.';

CREATE FUNCTION abie_internal.transition_rows(registers regclass, from_year text, to_year text, from_group integer,
	to_group integer, earlier integer, reasons text[]) RETURNS SETOF abie_internal.transition_row
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 1000
-- Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
-- of these the functions that it calls have their plans, too
SET jit = off
SET work_mem = '64MB'
SET enable_nestloop = off
SET enable_mergejoin = off
AS $$
WITH part AS MATERIALIZED (
	SELECT * FROM abie_internal.transition_parts(registers, from_year, to_year, from_group, to_group, earlier,
		reasons)
), fewest AS (
	-- as many whatever the reason of their absence
	SELECT p.cohort, p.partition, p.pupil_group, p.urn, p.feeder, min(p.number) AS number
	FROM part p WHERE p.reason = reasons[1] GROUP BY p.cohort, p.partition, p.pupil_group, p.urn, p.feeder
), hidden AS (
	-- of what a school consists of; where fewer than ten pupils would be left to be had by subtraction, one more
	SELECT f.*, f.number < 10 OR coalesce(sum(f.number) FILTER (WHERE f.number < 10) OVER parts, 0) BETWEEN 1 AND 9
		AND row_number() OVER (PARTITION BY f.cohort, f.partition, f.urn, f.number < 10
			ORDER BY f.number, f.feeder, f.pupil_group) = 1 AS is_hidden
	FROM fewest f WINDOW parts AS (PARTITION BY f.cohort, f.partition, f.urn)
), before AS (
	SELECT p.half_term, p.partition, p.pupil_group, p.urn, sum(p.number)::bigint AS number,
		sum(p.number * (r.change - p.usual_change) ORDER BY p.cohort) / sum(p.number)::float8 AS dip,
		sum(p.number ^ 2 * p.variance ORDER BY p.cohort) / sum(p.number)::float8 ^ 2 AS variance
	FROM part p CROSS JOIN LATERAL abie_internal.rate_change_final(p.sums) r
	WHERE p.cohort > 0
	GROUP BY p.half_term, p.partition, p.pupil_group, p.urn
), too_few AS (
	SELECT h.partition, h.pupil_group, h.urn, bool_or(h.is_hidden) AS is_hidden FROM hidden h WHERE h.cohort > 0
	GROUP BY h.partition, h.pupil_group, h.urn
), figure AS (
	SELECT p.reason, p.urn, p.feeder, p.pupil_group, p.partition, p.half_term,
		NOT (h.is_hidden OR w.is_hidden) AS shown, p.number, r.percent_before, r.percent, r.change, p.usual_change,
		r.change - p.usual_change AS dip, sqrt(p.variance) AS dip_error,
		p.likely_dip, 1.6448536269514722 * p.likely_dip_error AS reach, p.excess_probability AS probability,
		CASE WHEN NOT f.is_hidden THEN e.number END AS earlier_number, e.dip AS earlier_dip,
		e.variance AS earlier_variance, p.variance
	FROM part p
		JOIN hidden h ON h.cohort = p.cohort AND h.partition = p.partition AND h.pupil_group = p.pupil_group
			AND h.urn = p.urn AND h.feeder IS NOT DISTINCT FROM p.feeder
		JOIN hidden w ON w.cohort = p.cohort AND w.partition = 0 AND w.urn = p.urn
		CROSS JOIN LATERAL abie_internal.rate_change_final(p.sums) r
		LEFT JOIN before e ON p.reason = reasons[1] AND coalesce(e.half_term, 0) = coalesce(p.half_term, 0)
			AND e.partition = p.partition AND e.pupil_group = p.pupil_group AND e.urn = p.urn
		LEFT JOIN too_few f ON f.partition = p.partition AND f.pupil_group = p.pupil_group AND f.urn = p.urn
	WHERE p.cohort = 0
)
SELECT f.reason, f.urn, f.feeder, f.pupil_group, f.half_term, f.shown, s.*
FROM figure f LEFT JOIN LATERAL (
	SELECT f.number, f.percent_before, f.percent, f.change, f.usual_change, f.dip, f.dip_error, f.likely_dip,
		f.likely_dip - f.reach, f.likely_dip + f.reach, f.probability, f.probability >= 0.8, f.earlier_number,
		CASE WHEN f.earlier_number IS NOT NULL THEN f.earlier_dip END,
		CASE WHEN f.earlier_number IS NOT NULL THEN f.dip - f.earlier_dip END,
		CASE WHEN f.earlier_number IS NOT NULL THEN sqrt(f.variance + f.earlier_variance) END
) s ON f.shown
ORDER BY f.urn, f.feeder NULLS FIRST, f.partition, f.pupil_group, f.half_term NULLS FIRST
$$;
COMMENT ON FUNCTION abie_internal.transition_rows(regclass, text, text, integer, integer, integer, text[]) IS
'abie.transition for several reasons, with the registers read once; of reasons after the first all half terms together '
'and all pupils of a school, without earlier cohorts.';

CREATE FUNCTION abie.transition(registers regclass, from_year text, to_year text, from_group integer DEFAULT 6,
	to_group integer DEFAULT 7, earlier integer DEFAULT 1, reason text DEFAULT 'all')
RETURNS TABLE (urn integer, feeder integer, pupil_group text, half_term integer, shown boolean, pupils bigint,
	percent_before float8, percent float8, change float8, usual_change float8, dip float8, dip_error float8,
	likely_dip float8, lower_dip float8, upper_dip float8, excess_probability float8, listed boolean,
	earlier_pupils bigint, earlier_dip float8, beyond_earlier float8, beyond_earlier_error float8)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
-- Not STRICT: it says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.check_transition(registers, from_year, to_year, from_group, to_group, earlier, reason);
	RETURN QUERY SELECT r.urn, r.feeder, r.pupil_group, r.half_term, r.shown, r.pupils, r.percent_before, r.percent,
		r.change, r.usual_change, r.dip, r.dip_error, r.likely_dip, r.lower_dip, r.upper_dip, r.excess_probability,
		r.listed, r.earlier_pupils, r.earlier_dip, r.beyond_earlier, r.beyond_earlier_error
	FROM abie_internal.transition_rows(registers, from_year, to_year, from_group, to_group, earlier, ARRAY[reason]) r;
END $$;
COMMENT ON FUNCTION abie.transition(regclass, text, text, integer, integer, integer, text) IS
'How the absence of the same pupils changed with a move from the year group from_group in from_year to to_group in '
'to_year, such as from Year 6 to Year 7: a row for each school they came to, by group (all; FSM, not FSM; special '
'educational needs as the registers name them, no SEN), and for each feeder (the school they came from), by half term '
'and for all of these (half_term NULL: the year to date). Of each half term as many weeks as both schools have had, '
'and of each pupil the half terms with sessions in both years, at the schools where the pupil had most. Rates and '
'changes are in percentage points. usual_change: of all pupils of the registers with the same make-up (free school '
'meals x special educational needs); dip: change - usual_change, a rise of absence beyond the usual; dip_error: its '
'standard error, from the changes of all pupils of the same make-up. likely_dip, lower_dip, upper_dip: what the dip '
'says of the true one, drawn to the school''s and to none by abie.shrink_nested, with the interval of 90 per cent. '
'excess_probability (feeders): that the feeder''s true dip is more than 1 point above the school''s; listed: at least '
'0.8. earlier_dip: that of up to earlier cohorts before, against the pupils of their years; beyond_earlier: dip - '
'earlier_dip (difference in differences). reason: absence of all reasons, unauthorised, or illness. Cells of fewer '
'than 10 pupils in any half term are not shown, nor one more where fewer than 10 could be had by subtraction: their '
'figures are NULL. registers: as for abie.pupil_outlook, of a country, an area or a trust; read with the caller''s '
'rights, nothing is stored. Errors: 22004 for NULL, 22023 for a to_year not after from_year or earlier outside 0 to '
'10 or another reason, 42703 for a column missing, 42804 for one of another type, 23514 for what is no academic year.';
