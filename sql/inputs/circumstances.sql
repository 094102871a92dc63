-- What is known of schools to compare them by, and what is worked out for that: how much of a year a school's figures
-- hold, how many of its pupils came or left in the year, and the ages it teaches.

CREATE FUNCTION abie_internal.stratum_as_spelt(school_type text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
-- EES, GIAS and the daily attendance publication name the same types differently, and people spell them: letters and
-- digits count
RETURN (
	SELECT CASE
		WHEN t.words ~ '(?:^| )special' THEN 'special'
		WHEN t.words ~ '^(?:middle deemed )?primary(?: and nursery| with nursery)?$' THEN 'primary'
		WHEN t.words ~ '^(?:infant|junior|first|infant and junior)$' THEN 'primary'
		WHEN t.words ~ '^(?:middle deemed )?secondary(?: (?:and|with|including) all through)?$' THEN 'secondary'
		WHEN t.words ~ '^all through$' THEN 'secondary'
		WHEN t.words ~ ('(?:^| )'
			'(?:independent|nursery|early years|pupil referral|pru|alternative provision|ap'
			'|post 16|16 plus|16 (?:to )?19|sixth form|further education|higher education'
			'|secure|overseas|offshore|welsh|service children|online provider|miscellaneous)'
			'(?: |$)') THEN 'other'
	END
	FROM pg_catalog.lower(school_type COLLATE "C") l(letters),
		pg_catalog.btrim(pg_catalog.regexp_replace(l.letters, '[^a-z0-9]+', ' ', 'g')) w(spaced),
		pg_catalog.regexp_replace(w.spaced,
			'^(?:(?:state funded|la maintained|maintained) )+|(?: (?:schools?|academy|academies|phase|units?))+$',
			'', 'g') t(words));
COMMENT ON FUNCTION abie_internal.stratum_as_spelt(text) IS 'Abie_internal.stratum of any text.';

CREATE FUNCTION abie_internal.stratum(school_type text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, so that the names that nearly all schools have become part of the query
RETURN CASE
	WHEN school_type IN ('State-funded primary', 'Primary') THEN 'primary'
	WHEN school_type IN ('State-funded secondary', 'Secondary', 'All-through') THEN 'secondary'
	WHEN school_type IN ('Special', 'Other independent special school', 'Community special school',
		'Academy special converter') THEN 'special'
	WHEN school_type IN ('Not applicable', 'Community school', 'Voluntary aided school', 'Voluntary controlled school')
		THEN NULL
	WHEN school_type IN ('Other independent school', 'Nursery', 'British schools overseas', '16 plus',
		'Pupil referral unit') THEN 'other'
	ELSE abie_internal.stratum_as_spelt(school_type) END;
COMMENT ON FUNCTION abie_internal.stratum(text) IS
'Stratum of a published school type or phase, upper and lower case, blanks and hyphens alike: primary, secondary (with '
'all-through), special or other (nurseries, alternative provision, independent schools, ages 16 and over); NULL for '
'one that is not understood, or NULL.';

CREATE FUNCTION abie_internal.published_phase(published text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN pg_catalog.lower(published COLLATE "C") IN ('total', 'all schools') THEN 'Total'
	ELSE '{"primary": "Primary", "secondary": "Secondary", "special": "Special"}'::jsonb
		->> abie_internal.stratum(published) END;
COMMENT ON FUNCTION abie_internal.published_phase(text) IS
'The phase of published attendance that a school type means: Primary, Secondary, Special, or Total (All schools in the '
'API); NULL for anything else.';

CREATE FUNCTION abie_internal.first_known_step(state anyelement, value anyelement) RETURNS anyelement
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'abie_first_known_step';
COMMENT ON FUNCTION abie_internal.first_known_step(anyelement, anyelement) IS
'Transition function of abie_internal.first_known.';

-- no combine function: which of two workers had the first row is not known
CREATE AGGREGATE abie_internal.first_known(value anyelement) (
	SFUNC = abie_internal.first_known_step,
	STYPE = anyelement,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE abie_internal.first_known(anyelement) IS
'The first value that is not NULL, in the order of the rows; NULL where none is.';

CREATE FUNCTION abie.mobility(academic_year text) RETURNS TABLE (laestab integer, year_share float8, mobility float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 300000 ROWS 21000
SET search_path = pg_catalog, pg_temp
SET jit = off
-- as if each stratum of each year were thousands it would sort all schools to join them
SET enable_mergejoin = off
AS $$
WITH school AS MATERIALIZED (
	SELECT a.laestab,
		-- worked out once, not for each row
		CASE a.academic_year WHEN mobility.academic_year THEN 0
			WHEN (SELECT abie.previous_year(mobility.academic_year)) THEN 1 ELSE 2 END AS years_before,
		coalesce(abie_internal.stratum(a.school_type), '') AS stratum,
		a.sess_possible::float8 / a.enrolments AS sessions
	FROM abie.attendance a
	-- three years as the planner sees them, so that it takes the index
	WHERE a.academic_year IN (mobility.academic_year, abie.previous_year(mobility.academic_year),
			abie.previous_year(abie.previous_year(mobility.academic_year)))
		AND a.enrolments > 0 AND a.sess_possible > 0
), full_year AS (
	SELECT s.years_before, s.stratum, percentile_cont(0.95) WITHIN GROUP (ORDER BY s.sessions) AS sessions
	FROM school s GROUP BY s.years_before, s.stratum
), share AS (
	SELECT s.laestab, s.years_before, y.year_share, least(40, 100 * (1 - y.year_share)) AS mobility
	FROM school s JOIN full_year f ON f.years_before = s.years_before AND f.stratum = s.stratum,
		LATERAL (SELECT least(1, s.sessions / f.sessions)) y(year_share)
)
SELECT s.laestab, min(s.year_share) FILTER (WHERE s.years_before = 0),
	-- a sum of one year each, added year by year, has the same bits each time
	(min(s.mobility) FILTER (WHERE s.years_before = 0) + coalesce(min(s.mobility) FILTER (WHERE s.years_before = 1), 0)
		+ coalesce(min(s.mobility) FILTER (WHERE s.years_before = 2), 0)) / count(*)
FROM share s GROUP BY s.laestab HAVING bool_or(s.years_before = 0)
$$;
COMMENT ON FUNCTION abie.mobility(text) IS
'Of each school whose counts of an academic year are held, by LAESTAB: year_share, 0-1: how much of a full year its '
'attendance holds: its sessions possible an enrolment, as a share of the 95th percentile of its stratum in that year, '
'at most 1. It is less where pupils came or left in the year, and where figures are of a part of the year. mobility, '
'per cent: 100 x (1 - year_share), at most 40, mean of those held of the year and the two before it: a pupil on roll '
'for half the year adds half of what one who was never there would.';

CREATE FUNCTION abie_internal.key_stages_of_ages(low integer, high integer) RETURNS float8[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
SELECT array_agg(greatest(0, least(high, k.beyond) - greatest(low, k.first)) / (high - greatest(low, 4))::float8
	ORDER BY k.first)
FROM (VALUES (5, 7), (7, 11), (11, 14), (14, 16)) k(first, beyond) WHERE high > greatest(low, 4)
$$;
COMMENT ON FUNCTION abie_internal.key_stages_of_ages(integer, integer) IS
'Shares of a school''s pupils in Key Stages 1 to 4, if each year of its statutory ages from low (at least 4) to under '
'high has as many; NULL where no pupil is 4 or over.';

CREATE FUNCTION abie_internal.age_class(stratum text, key_stages float8[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query
RETURN CASE WHEN stratum = 'primary' AND key_stages[2] = 0 AND key_stages[1] > 0 THEN 'infant'
	WHEN stratum = 'primary' AND key_stages[1] = 0 AND key_stages[2] > 0 THEN 'junior'
	WHEN stratum = 'secondary' AND key_stages[4] = 0 THEN 'no key stage 4'
	WHEN stratum = 'secondary' AND key_stages[3] = 0 THEN 'no key stage 3'
	ELSE 'other' END;
COMMENT ON FUNCTION abie_internal.age_class(text, float8[]) IS
'Which ages a school of a stratum lacks, from the shares of its pupils in Key Stages 1 to 4: primary schools are '
'infant, junior or other, secondary schools have no key stage 4, no key stage 3, or are other. Other where the shares '
'are not known.';

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_internal.related_schools(academic_year text)
RETURNS TABLE (laestab integer, urn integer, own boolean)
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 60000
BEGIN ATOMIC
	WITH scope AS MATERIALIZED (
		SELECT a.laestab, a.urn FROM abie.attendance a
		WHERE a.academic_year = related_schools.academic_year AND a.urn IS NOT NULL
	), succession AS MATERIALIZED (
		SELECT x.urn, x.successor_urn FROM abie.school_succession x
	)
	SELECT s.laestab, s.urn, true FROM scope s
	UNION ALL
	SELECT s.laestab, x.successor_urn, false FROM scope s JOIN succession x ON x.urn = s.urn
	UNION ALL
	SELECT s.laestab, x.urn, false FROM scope s JOIN succession x ON x.successor_urn = s.urn
	UNION ALL
	SELECT s.laestab, x.urn, false FROM scope s JOIN abie.school x ON x.laestab = s.laestab AND x.urn <> s.urn;
END;
COMMENT ON FUNCTION abie_internal.related_schools(text) IS
'Under which URNs something may be known of each school with attendance in an academic year: its own, and those of the '
'same LAESTAB or of a sole predecessor or successor; a URN may come twice.';

CREATE FUNCTION abie_internal.known_context(academic_year text)
RETURNS TABLE (
	laestab integer, school_type text, headcount integer, key_stages float8[], fsm_pct float8, fsm6_pct float8,
		sen_support_pct float8, ehc_plan_pct float8, semh_pct float8, eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
		religious_character text,
	admissions_policy text, other jsonb, easting integer, northing integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 21000
-- the context is sorted once and each characteristic takes its first value in that order; parallel plans would lose it
SET search_path = pg_catalog, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
AS $$
WITH related AS MATERIALIZED (
	SELECT r.* FROM abie_internal.related_schools(known_context.academic_year) r
), place AS (
	-- its own, else that of a predecessor, a successor or one of the same LAESTAB
	SELECT DISTINCT ON (n.laestab) n.laestab, o.easting, o.northing
	FROM related n JOIN abie.school o ON o.urn = n.urn
	WHERE num_nulls(o.easting, o.northing) = 0
	ORDER BY n.laestab, n.own DESC, o.urn
), context AS (
	-- the year itself, then the nearest earlier, then the nearest later year; its own URN before that of a predecessor
	-- or successor
	SELECT n.laestab, c.academic_year = known_context.academic_year AS this_year, c.school_type, c.headcount,
		CASE WHEN num_nulls(c.key_stage_1, c.key_stage_2, c.key_stage_3, c.key_stage_4) = 0 AND c.headcount > 0
			THEN ARRAY[c.key_stage_1 / c.headcount::float8, c.key_stage_2 / c.headcount::float8,
				c.key_stage_3 / c.headcount::float8, c.key_stage_4 / c.headcount::float8] END AS key_stages,
		c.fsm_pct, c.fsm6_pct, c.sen_support_pct, c.ehc_plan_pct, c.semh_pct, c.eal_pct, c.mobility_pct, c.idaci_score,
			c.idaci_rank,
		c.region, c.urban_rural, c.religious_character, c.admissions_policy, c.other
	FROM related n JOIN abie.school_context c ON c.urn = n.urn
	ORDER BY n.laestab, CASE WHEN c.academic_year > known_context.academic_year THEN c.academic_year END NULLS FIRST,
		c.academic_year DESC, n.own DESC, n.urn
), known AS (
	SELECT c.laestab,
		abie_internal.first_known(c.school_type) AS school_type,
		abie_internal.first_known(c.headcount) FILTER (WHERE c.this_year) AS headcount,
		abie_internal.first_known(c.key_stages) AS key_stages,
		abie_internal.first_known(c.fsm_pct) FILTER (WHERE c.this_year) AS fsm_pct,
		abie_internal.first_known(c.fsm6_pct) FILTER (WHERE c.this_year) AS fsm6_pct,
		abie_internal.first_known(c.sen_support_pct) FILTER (WHERE c.this_year) AS sen_support_pct,
		abie_internal.first_known(c.ehc_plan_pct) FILTER (WHERE c.this_year) AS ehc_plan_pct,
		abie_internal.first_known(c.semh_pct) FILTER (WHERE c.this_year) AS semh_pct,
		abie_internal.first_known(c.eal_pct) FILTER (WHERE c.this_year) AS eal_pct,
		abie_internal.first_known(c.mobility_pct) FILTER (WHERE c.this_year) AS mobility_pct,
		abie_internal.first_known(c.idaci_score) AS idaci_score,
		abie_internal.first_known(c.idaci_rank) AS idaci_rank,
		abie_internal.first_known(c.region) AS region,
		abie_internal.first_known(c.urban_rural) AS urban_rural,
		abie_internal.first_known(c.religious_character) AS religious_character,
		abie_internal.first_known(c.admissions_policy) AS admissions_policy,
		abie_internal.first_known(c.other) FILTER (WHERE c.this_year AND c.other <> '{}') AS other
	FROM context c GROUP BY c.laestab
)
SELECT coalesce(k.laestab, p.laestab), k.school_type, k.headcount, k.key_stages, k.fsm_pct, k.fsm6_pct,
	k.sen_support_pct, k.ehc_plan_pct, k.semh_pct, k.eal_pct, k.mobility_pct, k.idaci_score, k.idaci_rank, k.region,
	k.urban_rural, k.religious_character, k.admissions_policy, k.other, p.easting, p.northing
FROM known k FULL JOIN place p ON p.laestab = k.laestab
$$;
COMMENT ON FUNCTION abie_internal.known_context(text) IS
'What is known of every school with attendance in an academic year, by its LAESTAB: numbers of pupils (headcount to '
'mobility_pct, other) of that year from abie.school_context, under its URN or one of the same LAESTAB or of a sole '
'predecessor or successor; place and character (IDACI, region, urban/rural, religion, admissions, shares of pupils in '
'Key Stages 1 to 4; and school_type) of that year, else of the nearest earlier, else of the nearest later year; '
'easting and northing from abie.school, its own before those of others. Each figure alone, easting and northing '
'together: NULL where none is held.';
