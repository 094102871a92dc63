-- A pupil's year ahead: how likely persistent absence is at its end, from the sessions so far, last year's rate and the
-- group. Everything here reads the caller's own table of registers with the caller's rights, and stores nothing.

CREATE FUNCTION abie.sess_may_miss(sess_overall bigint, year_possible bigint) RETURNS bigint
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_sess_may_miss';
COMMENT ON FUNCTION abie.sess_may_miss(bigint, bigint) IS
'Sessions that a pupil absent from sess_overall so far may still miss in a year of year_possible possible sessions '
'and not be persistently absent at its end: floor((year_possible - 1) / 10) - sess_overall, the most with 10 x absent '
'< possible; 0 where none is left, and where 10 per cent is reached already. Errors 22023: sess_overall not from 0 to '
'year_possible, more sessions than of ten years.';

CREATE FUNCTION abie.persistence_probability(sess_overall bigint, sess_possible bigint, sess_to_come bigint,
	mean float8, strength float8, spell float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'abie_persistence_probability';
COMMENT ON FUNCTION abie.persistence_probability(bigint, bigint, bigint, float8, float8, float8) IS
'Probability (0 to 1) that a pupil absent from sess_overall of sess_possible sessions so far, with sess_to_come '
'possible sessions to come, has 10 x absent >= possible in the end. The pupil''s rate of absence is taken as drawn '
'from the beta distribution of that mean (0 to 1) and strength (sum of its two parameters), which sessions / spell '
'independent ones update: spell is the length, in sessions, of the spell that a session of absence lies in. What is '
'to come is then beta-binomial of sess_to_come / spell trials, between the whole numbers on either side; x of them '
'are x spell sessions, half a spell more or less. 1 where 10 per cent of the whole year is reached already, 0 where '
'it cannot be any more. Errors 22023: sess_overall not from 0 to sess_possible, more sessions than of ten years, mean '
'outside 0.001 to 0.999, strength outside 1e-5 to 1e5, spell under 1.';

CREATE FUNCTION abie_internal.outlook_mean(intercept float8, slope float8, before float8) RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_outlook_mean';
COMMENT ON FUNCTION abie_internal.outlook_mean(float8, float8, float8) IS
'Mean of the prior of abie.pupil_outlook for a pupil with that rate (0 to 1) the year before: intercept + slope x '
'before, within 0.001 and 0.999.';

CREATE FUNCTION abie.learn_outlook(sess_overall float8[], sess_possible float8[], sessions_squared float8[],
	overall_before float8[], possible_before float8[], OUT pupils integer, OUT spell float8, OUT mean float8,
	OUT strength float8, OUT pupils_before integer, OUT intercept float8, OUT slope float8, OUT strength_before float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000000 AS 'MODULE_PATHNAME', 'abie_learn_outlook';
COMMENT ON FUNCTION abie.learn_outlook(float8[], float8[], float8[], float8[], float8[]) IS
'Parameters of abie.pupil_outlook from pupils alike in a year that is over: one element a pupil, with the sessions '
'absent and possible and the sessions_squared of abie.absence_spells, and sessions absent and possible of the year '
'before (possible 0: not known). spell: sum of sessions_squared / sum of sess_overall of pupils absent from less than '
'half, the factor by which spells widen the spread of counts; mean: pooled rate (0 to 1); strength: by moments, '
'weighted by sess_possible, so that squared departures from the mean are what the beta-binomial distribution has '
'them, m (1 - m) (1 / k + (1 - 1 / k) / (strength + 1)) with k = sess_possible / spell. Of pupils_before with a year '
'before: intercept and slope (within 0 and 1) of the rate on the rate then, strength_before about that line. Rows '
'with a NULL are left out, the order changes nothing; NULL for fewer than 30. Errors: arrays of different length, NaN '
'or infinity, sess_possible not above 0, absent more than possible, sessions_squared that cannot be.';

CREATE TYPE abie.outlook_model AS (
	stratum text,
	year_group integer,
	fsm boolean,
	sen boolean,
	grouped boolean,
	pupils integer,
	spell float8,
	mean float8,
	strength float8,
	pupils_before integer,
	intercept float8,
	slope float8,
	strength_before float8
);
COMMENT ON TYPE abie.outlook_model IS
'What abie.learn_outlook learned of pupils alike: a group of a year group, a year group, or a stratum.';
COMMENT ON COLUMN abie.outlook_model.stratum IS 'primary: to Year 6; secondary: from Year 7 on.';
COMMENT ON COLUMN abie.outlook_model.year_group IS 'Year group; NULL: the whole stratum.';
COMMENT ON COLUMN abie.outlook_model.fsm IS 'Free school meals, of a group; NULL also where the registers do not say.';
COMMENT ON COLUMN abie.outlook_model.sen IS
'Special educational needs, of a group; NULL also where the registers do not say.';
COMMENT ON COLUMN abie.outlook_model.grouped IS
'Whether it is of a group, and not of all of the year group or stratum.';
COMMENT ON COLUMN abie.outlook_model.pupils IS 'Pupils it was learned from.';
COMMENT ON COLUMN abie.outlook_model.spell IS 'Length of the spell that a session of absence lies in, sessions.';
COMMENT ON COLUMN abie.outlook_model.mean IS 'Rate of absence, 0 to 1.';
COMMENT ON COLUMN abie.outlook_model.strength IS 'Strength of the prior of pupils without a year before.';
COMMENT ON COLUMN abie.outlook_model.pupils_before IS 'Pupils with a register of the year before.';
COMMENT ON COLUMN abie.outlook_model.intercept IS
'Rate expected of a pupil with a rate of 0 the year before; NULL for fewer than 30 with one.';
COMMENT ON COLUMN abie.outlook_model.slope IS 'What that rises by for each 1 of the rate the year before.';
COMMENT ON COLUMN abie.outlook_model.strength_before IS 'Strength of the prior of pupils with a year before.';

CREATE FUNCTION abie_internal.optional_column(relation regclass, name text, otherwise text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
RETURN CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a
		WHERE a.attrelid = relation AND a.attname = name AND NOT a.attisdropped)
	THEN name ELSE otherwise END;
COMMENT ON FUNCTION abie_internal.optional_column(regclass, text, text) IS
'The column of a relation, for a query; otherwise, where it has none of that name.';

CREATE FUNCTION abie_internal.pupils_check(registers regclass, academic_year text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
-- Not STRICT: it says what is NULL.
AS $$
DECLARE
	wanted record;
	found regtype;
BEGIN
	IF registers IS NULL OR academic_year IS NULL THEN
		RAISE EXCEPTION '% cannot be NULL', CASE WHEN registers IS NULL THEN 'registers' ELSE 'academic_year' END
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM abie_internal.registers_check(registers);
	IF abie_internal.optional_column(registers, 'year_group', '') = '' THEN
		RAISE EXCEPTION 'relation "%" has no column "year_group"', registers
			USING ERRCODE = 'undefined_column', HINT = 'It needs urn integer, pupil (any key), year_group integer and '
				'register abie.register, a row for each pupil, school and academic year; it may have fsm boolean and '
				'sen text. A view can name the columns.';
	END IF;
	FOR wanted IN SELECT * FROM (VALUES ('fsm', 'boolean'::regtype), ('sen', 'text'::regtype)) w (name, type)
	LOOP
		SELECT a.atttypid INTO found FROM pg_attribute a
		WHERE a.attrelid = registers AND a.attname = wanted.name AND NOT a.attisdropped;
		IF found <> wanted.type THEN
			RAISE EXCEPTION 'column "%" of "%" must be of type %, not %', wanted.name, registers, wanted.type, found
				USING ERRCODE = 'datatype_mismatch';
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION abie_internal.pupils_check(regclass, text) IS
'Whether a relation has the columns that abie.pupil_outlook and abie.transition read. Errors: 22004 for NULL, 42703 '
'for a column it lacks, 42804 for one of another type.';

CREATE FUNCTION abie_internal.pupils_query(registers regclass, academic_year text, to_date date, with_spells boolean)
	RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
-- Not STRICT: to_date may be NULL.
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $function$
DECLARE
	first_day date := abie_internal.year_first_day(academic_year);
	next_year date := (first_day + interval '1 year')::date;
	last_day date := coalesce(to_date, next_year - 1);
	seen text := 'true';
BEGIN
	IF last_day NOT BETWEEN first_day AND next_year - 1 THEN
		RAISE EXCEPTION '% is not a day of the academic year %', last_day, academic_year
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('It runs from %s to %s.', first_day, next_year - 1);
	END IF;
	IF to_date IS NOT NULL THEN
		seen := format('abie.first_on_roll(register, %L, %L) IS NOT NULL', last_day - 27, last_day);
	END IF;
	RETURN format($query$
SELECT n.urn, n.pupil, n.year_group, CASE WHEN n.year_group <= 6 THEN 'primary' ELSE 'secondary' END AS stratum,
	n.fsm, n.sen, n.sess_possible, n.sess_overall, n.sessions_squared, n.seen,
	b.sess_possible AS possible_before, b.sess_overall AS overall_before
FROM (
	SELECT urn::integer AS urn, pupil, max(year_group)::integer AS year_group, bool_or(%2$s) AS fsm,
		bool_or(%3$s <> 'none') AS sen, sum(abie.sess_possible(register, %4$L, %5$L))::bigint AS sess_possible,
		sum(abie.sess_overall(register, %4$L, %5$L))::bigint AS sess_overall, sum(%6$s) AS sessions_squared,
		bool_or(%7$s) AS seen
	FROM %1$s
	WHERE abie.start_date(register) <= %5$L AND abie.end_date(register) >= %4$L AND year_group IS NOT NULL
	GROUP BY urn, pupil
) n LEFT JOIN (
	SELECT pupil, sum(abie.sess_possible(register, %8$L, %9$L))::bigint AS sess_possible,
		sum(abie.sess_overall(register, %8$L, %9$L))::bigint AS sess_overall
	FROM %1$s
	WHERE abie.start_date(register) <= %9$L AND abie.end_date(register) >= %8$L
	GROUP BY pupil
) b ON b.pupil = n.pupil AND b.sess_possible > 0
WHERE n.sess_possible > 0$query$,
		registers, abie_internal.optional_column(registers, 'fsm', 'NULL::boolean'),
		abie_internal.optional_column(registers, 'sen', 'NULL::text'), first_day, last_day,
		CASE WHEN with_spells
			THEN format('(abie.absence_spells(register, %L, %L)).sessions_squared', first_day, last_day)
			ELSE 'NULL::bigint' END,
		seen, (first_day - interval '1 year')::date, first_day - 1);
END $function$;
COMMENT ON FUNCTION abie_internal.pupils_query(regclass, text, date, boolean) IS
'The query that gives the enrolments of an academic year up to a day, with the sessions of the pupil in the year '
'before, at whatever schools. seen: on roll in the four weeks up to that day. Error 22023 for a day of another year.';

CREATE FUNCTION abie.learn_outlook(registers regclass, academic_year text) RETURNS SETOF abie.outlook_model
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 60
-- Not STRICT: it says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $function$
BEGIN
	PERFORM abie_internal.pupils_check(registers, academic_year);
	RETURN QUERY EXECUTE format($query$
SELECT g.stratum, g.year_group, g.fsm, g.sen, g.grouped, m.pupils, m.spell, m.mean, m.strength, m.pupils_before,
	m.intercept, m.slope, m.strength_before
FROM (
	SELECT stratum, year_group, fsm, sen, grouping(fsm) = 0 AS grouped,
		array_agg(sess_overall::float8) AS sess_overall, array_agg(sess_possible::float8) AS sess_possible,
		array_agg(sessions_squared::float8) AS sessions_squared,
		array_agg(coalesce(overall_before, 0)::float8) AS overall_before,
		array_agg(coalesce(possible_before, 0)::float8) AS possible_before
	FROM (%s) p
	GROUP BY GROUPING SETS ((stratum, year_group, fsm, sen), (stratum, year_group), (stratum))
	HAVING count(*) >= CASE grouping(year_group) WHEN 0 THEN 100 ELSE 30 END
) g CROSS JOIN LATERAL abie.learn_outlook(g.sess_overall, g.sess_possible, g.sessions_squared, g.overall_before,
	g.possible_before) m
ORDER BY g.stratum, g.year_group NULLS FIRST, g.grouped, g.fsm, g.sen$query$,
		abie_internal.pupils_query(registers, academic_year, NULL, true));
END $function$;
COMMENT ON FUNCTION abie.learn_outlook(regclass, text) IS
'What abie.pupil_outlook needs to know, learned from the registers of an academic year that is over and of the year '
'before it: a row for each group (free school meals and special educational needs, where the registers say) of a year '
'group, and for each year group, of at least 100 enrolments; and for each stratum of at least 30. registers: as for '
'abie.pupil_outlook, read with the caller''s rights; nothing is stored. Errors: 22004 for NULL, 42703 for a column '
'missing, 42804 for one of another type, 23514 for what is no academic year.';

CREATE FUNCTION abie_internal.absence_band(sess_overall integer, sess_possible integer) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_sessions_band';
COMMENT ON FUNCTION abie_internal.absence_band(integer, integer) IS
'The 5-point band of so many sessions of absence, as abie.absence_band; NULL without a possible session.';

CREATE FUNCTION abie.pupil_outlook(registers regclass, academic_year text, as_of date, models abie.outlook_model[],
	year_sessions integer DEFAULT 380)
RETURNS TABLE (urn integer, pupil text, year_group integer, sess_overall bigint, sess_possible bigint,
	sess_to_come bigint, percent_before float8, probability float8, absence_band text, sess_may_miss bigint)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
-- Not STRICT: as_of may be NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $function$
BEGIN
	PERFORM abie_internal.pupils_check(registers, academic_year);
	IF year_sessions IS NULL OR year_sessions NOT BETWEEN 1 AND 520 THEN
		RAISE EXCEPTION 'year_sessions must be between 1 and 520, not %', coalesce(year_sessions::text, 'NULL')
			USING ERRCODE = 'invalid_parameter_value', HINT = 'A school is open for 380 sessions in most years.';
	END IF;
	RETURN QUERY EXECUTE format($query$
WITH model AS MATERIALIZED (
	SELECT DISTINCT ON (m.stratum, m.year_group, m.grouped, fsm_key, sen_key)
		m.*, coalesce(m.fsm::text, '') AS fsm_key, coalesce(m.sen::text, '') AS sen_key
	FROM unnest($1) m ORDER BY m.stratum, m.year_group, m.grouped, fsm_key, sen_key
), pupil AS (
	SELECT p.*, CASE WHEN $2 THEN 0
		-- what the school has left, by the pupil there with most sessions
		ELSE greatest(0, $3 - max(p.sess_possible) OVER (PARTITION BY p.urn)) END::bigint AS sess_to_come
	FROM (%s) p
)
SELECT p.urn, p.pupil::text, p.year_group, p.sess_overall, p.sess_possible, p.sess_to_come,
	100.0::float8 * p.overall_before / p.possible_before, o.probability,
	CASE WHEN o.probability IS NOT NULL
		THEN abie_internal.absence_band(p.sess_overall::integer, p.sess_possible::integer) END,
	CASE WHEN o.probability IS NOT NULL THEN abie.sess_may_miss(p.sess_overall, p.sess_possible + p.sess_to_come) END
FROM pupil p
	LEFT JOIN model s ON s.stratum = p.stratum AND s.year_group IS NULL
	LEFT JOIN model y ON y.stratum = p.stratum AND y.year_group = p.year_group AND NOT y.grouped
	LEFT JOIN model g ON g.stratum = p.stratum AND g.year_group = p.year_group AND g.grouped
		AND g.fsm_key = coalesce(p.fsm::text, '') AND g.sen_key = coalesce(p.sen::text, '')
	-- of the finest group that was learned from
	LEFT JOIN LATERAL (SELECT *
		FROM (VALUES (1, g.mean, g.strength, g.spell, g.intercept, g.slope, g.strength_before),
			(2, y.mean, y.strength, y.spell, y.intercept, y.slope, y.strength_before),
			(3, s.mean, s.strength, s.spell, s.intercept, s.slope, s.strength_before))
			v (place, mean, strength, spell, intercept, slope, strength_before)
		WHERE v.mean IS NOT NULL ORDER BY v.place LIMIT 1) m ON true
	CROSS JOIN LATERAL (SELECT CASE
		-- the year is over: nothing is left to chance
		WHEN p.sess_to_come = 0
			THEN abie.persistence_probability(p.sess_overall, p.sess_possible, 0, 0.5, 1, 1)
		WHEN p.possible_before IS NOT NULL AND m.slope IS NOT NULL
			THEN abie.persistence_probability(p.sess_overall, p.sess_possible, p.sess_to_come,
				abie_internal.outlook_mean(m.intercept, m.slope, p.overall_before::float8 / p.possible_before),
				m.strength_before, m.spell)
		WHEN p.sess_possible >= 20
			THEN abie.persistence_probability(p.sess_overall, p.sess_possible, p.sess_to_come, m.mean, m.strength,
				m.spell)
		END AS probability) o
WHERE p.seen
ORDER BY o.probability DESC NULLS LAST, p.urn, p.pupil$query$,
		abie_internal.pupils_query(registers, academic_year, as_of, false))
	USING models, as_of IS NULL, year_sessions;
END $function$;
COMMENT ON FUNCTION abie.pupil_outlook(regclass, text, date, abie.outlook_model[], integer) IS
'Pupils of an academic year on roll in the four weeks up to as_of, most likely first: sessions of absence and '
'possible so far, those to come, last year''s rate of absence (percent_before, at whatever school; NULL: no '
'register), probability (0 to 1) of being persistently absent at the end of the year, the band of absence so far in '
'5-point steps (as of abie.absence_band), and the sessions that may still be missed (abie.sess_may_miss). The last '
'three are NULL, and nothing is said, where neither 20 possible sessions nor a rate of last year are known. '
'registers: a table or view of the caller''s with the columns urn integer, pupil (any key that stays a pupil''s over '
'years and schools), year_group integer and register abie.register, a row for each pupil, school and academic year, '
'and optionally fsm boolean and sen text (none: no special educational needs); it is read with the caller''s rights, '
'and nothing is stored. models: what abie.learn_outlook learned, as an array; each pupil has the finest group there '
'is. A school is open for year_sessions sessions in the year; what it has left is that less the most possible '
'sessions that one of its pupils had. as_of NULL: the year is over, the outlook is what became of it. Method: '
'abie.persistence_probability, with the mean of last year''s rate drawn to the group''s. Errors: 22004 for NULL, '
'22023 for a day outside the year or year_sessions outside 1 to 520, 42703 for a column missing, 42804 for one of '
'another type, 23514 for what is no academic year.';

CREATE FUNCTION abie.outlook_reliability(registers regclass, academic_year text, as_of date,
	models abie.outlook_model[], year_sessions integer DEFAULT 380)
RETURNS TABLE (bin integer, pupils bigint, expected_percent float8, persistent_percent float8)
LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 10
-- Not STRICT: abie.pupil_outlook says what is NULL. Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
SELECT least(floor(10 * o.probability)::integer, 9) + 1, count(*),
	-- in an order, so that the sum has the same bits in every plan
	100 * sum(o.probability ORDER BY o.probability) / count(*),
	100.0::float8 * count(*) FILTER (WHERE e.probability = 1) / count(*)
FROM abie.pupil_outlook(registers, academic_year, as_of, models, year_sessions) o
	JOIN abie.pupil_outlook(registers, academic_year, NULL, models, year_sessions) e USING (urn, pupil)
WHERE o.probability IS NOT NULL
GROUP BY 1 ORDER BY 1
$$;
COMMENT ON FUNCTION abie.outlook_reliability(regclass, text, date, abie.outlook_model[], integer) IS
'How far abie.pupil_outlook is to be believed: its probabilities on a day of an academic year that is over, in ten '
'bins (1: under 0.1, ..., 10: 0.9 and more), the pupils in each, the mean probability of these and how many of them '
'were persistently absent in the end, per cent. Where the two differ by more than chance has it, the models do not '
'fit. Arguments and errors as of abie.pupil_outlook.';
