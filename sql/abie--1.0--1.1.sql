\echo Use "ALTER EXTENSION abie UPDATE TO '1.1'" to load this file. \quit

-- Schools are read for a run

DROP FUNCTION abie_internal.scope_figures(text);

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE OR REPLACE FUNCTION abie_internal.related_schools(academic_year text)
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

CREATE OR REPLACE FUNCTION abie_internal.known_context(academic_year text)
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

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE OR REPLACE FUNCTION abie_internal.scope_figures(baseline_year text, with_mobility boolean)
RETURNS TABLE (
	laestab integer, urn integer, rows_of_urn integer, stratum text, enrolments integer, sess_possible bigint,
	sess_overall bigint, attendance float8, attendance_error float8, attendance_published boolean, close_date date,
	status_date date, easting integer, northing integer, year_share float8, mobility float8, headcount integer,
	key_stages float8[], fsm_pct float8, fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8,
	eal_pct float8, mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
	religious_character text, admissions_policy text, other jsonb)
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 21000
BEGIN ATOMIC
	WITH scope AS (
		SELECT a.laestab, a.urn, (count(*) OVER (PARTITION BY a.urn))::integer AS rows_of_urn, a.school_type,
			a.enrolments, a.sess_possible, a.sess_overall,
			abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS attendance,
			-- not of counts that came from elsewhere since
			CASE WHEN a.attendance_error IS NOT NULL
					AND a.sources ->> 'sess_possible' = a.sources ->> 'attendance_error'
				THEN a.attendance_error END AS attendance_error,
			abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources) AS attendance_published
		FROM abie.attendance a
		WHERE a.academic_year = scope_figures.baseline_year
	)
	SELECT s.laestab, s.urn, s.rows_of_urn,
		-- the first that is understood
		coalesce(abie_internal.stratum(s.school_type), abie_internal.stratum(k.school_type),
			abie_internal.stratum(g.phase), abie_internal.stratum(g.type),
			CASE WHEN coalesce(s.school_type, k.school_type, nullif(g.phase, 'Not applicable'), g.type) IS NOT NULL
				THEN 'not understood' END) AS stratum,
		coalesce(s.enrolments, k.headcount) AS enrolments, s.sess_possible, s.sess_overall, s.attendance,
		s.attendance_error, s.attendance_published, g.close_date,
		-- closed on a day not known; a later extract may say nothing of the status, so the date is that of the extract
		-- the status came from
		CASE WHEN g.status = 'Closed' AND g.close_date IS NULL
			THEN coalesce(substring(g.sources ->> 'status' FROM '[0-9]{4}-[0-9]{2}-[0-9]{2}')::date,
				g.register_date) END AS status_date,
		k.easting, k.northing, m.year_share, m.mobility, coalesce(k.headcount, s.enrolments) AS headcount,
		coalesce(k.key_stages, abie_internal.key_stages_of_ages(g.statutory_low_age, g.statutory_high_age))
			AS key_stages,
		k.fsm_pct, k.fsm6_pct, k.sen_support_pct, k.ehc_plan_pct, k.semh_pct, k.eal_pct, k.mobility_pct,
		k.idaci_score, k.idaci_rank,
		coalesce(k.region, g.region) AS region, coalesce(k.urban_rural, g.urban_rural) AS urban_rural,
		coalesce(k.religious_character, g.religious_character) AS religious_character,
		coalesce(k.admissions_policy, g.admissions_policy) AS admissions_policy, k.other
	FROM scope s
		LEFT JOIN abie_internal.known_context(scope_figures.baseline_year) k ON k.laestab = s.laestab
		LEFT JOIN abie.school g ON g.urn = s.urn
		LEFT JOIN (SELECT x.* FROM abie.mobility(scope_figures.baseline_year) x WHERE scope_figures.with_mobility) m
			ON m.laestab = s.laestab;
END;
COMMENT ON FUNCTION abie_internal.scope_figures(text, boolean) IS
'Every school with attendance in a baseline year with all that is known of it, columns as in abie.school_scope; '
'status_date as in abie.run_scope; year_share and mobility NULL without with_mobility. Not STRICT, so that the planner '
'can put it in place of a call.';

CREATE OR REPLACE FUNCTION abie_internal.read_scope(target_year text, minimum_enrolments integer, wanted text[])
RETURNS TABLE (
	laestab integer, urn integer, stratum text, enrolments integer, sess_possible bigint, sess_overall bigint,
	attendance float8, attendance_error float8, attendance_published boolean, easting integer, northing integer,
	tenth_school_km float8, year_share float8, mobility float8, headcount integer, key_stages float8[], fsm_pct float8,
	fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8, eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
	religious_character text, admissions_policy text, other jsonb, rows_of_urn integer, close_date date,
	status_date date, successors text, reason text, detail text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 21000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH year AS MATERIALIZED (
	SELECT abie.year_start(target_year) AS target_start
), judged AS MATERIALIZED (
	SELECT w.*,
		abie_internal.exclusion_reason(w.urn, w.rows_of_urn, w.stratum, w.attendance IS NOT NULL, w.close_date,
			w.status_date, w.enrolments, y.target_start, minimum_enrolments) AS reason
	-- OFFSET 0: each figure is worked out once, however often the reason asks for it
	FROM year y, (SELECT f.*
		FROM abie_internal.scope_figures(abie.previous_year(target_year),
			read_scope.wanted && '{mobility,year_share}') f OFFSET 0) w
), followed AS (
	SELECT j.*,
		CASE j.reason WHEN 'closed before the target year' THEN (
			SELECT string_agg(l.link_urn::text, ', ' ORDER BY l.link_urn)
			FROM abie.school_link l
			WHERE l.urn = j.urn AND l.link_type LIKE 'Successor%') END AS successors
	FROM judged j
), tenth AS (
	SELECT n.id AS laestab, n.distances[10] / 1000 AS kilometres
	FROM (SELECT array_agg(j.laestab::bigint ORDER BY j.laestab) AS laestabs,
			array_agg(ARRAY[j.easting, j.northing]::float8[] ORDER BY j.laestab) AS places
		FROM judged j
		WHERE j.reason IS NULL AND num_nulls(j.easting, j.northing) = 0
			AND 'tenth_school_km' = ANY (read_scope.wanted)
		GROUP BY j.stratum) p,
		LATERAL abie.nearest_lists(p.laestabs, p.places, 10) n
)
SELECT j.laestab, j.urn, j.stratum, j.enrolments, j.sess_possible, j.sess_overall, j.attendance, j.attendance_error,
	j.attendance_published, j.easting, j.northing, t.kilometres, j.year_share, j.mobility, j.headcount, j.key_stages,
	j.fsm_pct, j.fsm6_pct, j.sen_support_pct, j.ehc_plan_pct, j.semh_pct, j.eal_pct, j.mobility_pct,
	j.idaci_score, j.idaci_rank, j.region, j.urban_rural, j.religious_character, j.admissions_policy, j.other,
	j.rows_of_urn, j.close_date, j.status_date, j.successors, j.reason,
	abie_internal.exclusion_detail(j.reason, j.rows_of_urn, j.close_date, j.status_date, j.successors, j.enrolments,
		minimum_enrolments)
FROM followed j
	LEFT JOIN tenth t ON t.laestab = j.laestab
$$;
COMMENT ON FUNCTION abie_internal.read_scope(text, integer, text[]) IS
'What abie.school_scope gives, but of year_share, mobility and tenth_school_km, which take longest, only those that '
'are wanted; the others may be NULL.';

-- without SET, so that the planner puts it in place of a call; no rows for NULL all the same
CREATE OR REPLACE FUNCTION abie.school_scope(target_year text, minimum_enrolments integer)
RETURNS TABLE (
	laestab integer, urn integer, stratum text, enrolments integer, sess_possible bigint, sess_overall bigint,
	attendance float8, attendance_error float8, attendance_published boolean, easting integer, northing integer,
	tenth_school_km float8, year_share float8, mobility float8, headcount integer, key_stages float8[], fsm_pct float8,
	fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8, eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
	religious_character text, admissions_policy text, other jsonb, rows_of_urn integer, close_date date,
	status_date date, successors text, reason text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE COST 1000000 ROWS 21000
BEGIN ATOMIC
	SELECT s.*
	FROM abie_internal.read_scope(school_scope.target_year, school_scope.minimum_enrolments,
		'{mobility,year_share,tenth_school_km}'::text[]) s;
END;
COMMENT ON FUNCTION abie.school_scope(text, integer) IS
'Every school in scope of a target year: those with attendance in the year before, with all that is known of them, and '
'why a school is left out (reason, detail; NULL: it enters, characteristics permitting). Characteristics are those of '
'abie_internal.known_context; place and character, where it has none, are from abie.school. enrolments is the '
'headcount where only rates are published. attendance_published: abie_internal.is_published. Rates in per cent, '
'easting and northing in metres, of a predecessor or successor where it has none of its own; tenth_school_km: as the '
'crow flies to the tenth nearest school of its stratum that enters; year_share and mobility as '
'abie.mobility; key_stages: shares of its pupils in Key Stages 1 to 4, else of the years of its statutory ages. Error '
'23514 when the text is not an academic year.';

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE OR REPLACE FUNCTION abie_internal.attendance_of(academic_year text)
RETURNS TABLE (laestab integer, attendance float8, is_published boolean)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 21000
BEGIN ATOMIC
	-- OFFSET 0: joined as these few columns, not as the row with all its sources
	SELECT a.laestab, abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent),
		abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources)
	FROM abie.attendance a WHERE a.academic_year = attendance_of.academic_year OFFSET 0;
END;
COMMENT ON FUNCTION abie_internal.attendance_of(text) IS
'Attendance, per cent, of every LAESTAB of which a row of an academic year is held, and whether it is published '
'(abie_internal.is_published).';

CREATE OR REPLACE FUNCTION abie_internal.past_attendance(baseline_year text)
RETURNS TABLE (laestab integer, previous_attendance float8, earlier_attendance float8, pre_pandemic float8,
	is_published boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH own AS MATERIALIZED (
	SELECT b.laestab, p.attendance AS previous_attendance, e.attendance AS earlier_attendance,
		c.attendance AS pre_pandemic,
		coalesce(p.is_published, true) AND coalesce(e.is_published, true) AS is_published
	FROM abie.attendance b
		LEFT JOIN abie_internal.attendance_of(abie.previous_year(past_attendance.baseline_year)) p
			ON p.laestab = b.laestab
		LEFT JOIN abie_internal.attendance_of(abie.previous_year(abie.previous_year(past_attendance.baseline_year))) e
			ON e.laestab = b.laestab
		-- not where it would be a later year's
		LEFT JOIN abie_internal.attendance_of('2018/19') c
			ON past_attendance.baseline_year >= '2018/19' AND c.laestab = b.laestab
	WHERE b.academic_year = past_attendance.baseline_year
), held AS MATERIALIZED (
	SELECT w.place, w.academic_year
	FROM (VALUES (1, abie.previous_year(past_attendance.baseline_year)),
		(2, abie.previous_year(abie.previous_year(past_attendance.baseline_year))),
		(3, '2018/19')) w(place, academic_year)
	WHERE w.academic_year <= past_attendance.baseline_year
		-- the first of the index, not a hash of all years
		AND (SELECT a.laestab FROM abie.attendance a WHERE a.academic_year = w.academic_year
			ORDER BY a.laestab LIMIT 1) IS NOT NULL
), lacking AS MATERIALIZED (
	SELECT o.laestab, h.place, h.academic_year
	FROM own o JOIN held h ON (ARRAY[o.previous_attendance, o.earlier_attendance, o.pre_pandemic])[h.place] IS NULL
), lineage AS MATERIALIZED (
	-- asked only where a school had another LAESTAB then: of few from their URNs, any of which leads to it; of many
	-- together
	SELECT n.* FROM abie_internal.lineage_of(ARRAY(
		SELECT (SELECT max(a.urn) FROM abie.attendance a WHERE a.laestab = k.laestab)::integer FROM lacking k
		WHERE (SELECT count(*) FROM lacking) <= 2000)) n
	UNION ALL
	SELECT n.* FROM abie.school_lineage() n WHERE (SELECT count(*) FROM lacking) > 2000
), found AS (
	SELECT DISTINCT ON (p.laestab, p.place) p.laestab, p.place, p.attendance, p.is_published
	FROM (
		SELECT o.laestab, o.place, o.other_laestab, abie.attendance_percent((o.a).sess_overall, (o.a).sess_possible,
				(o.a).sess_overall_percent) AS attendance,
			abie_internal.is_published((o.a).sess_overall, (o.a).sess_possible, (o.a).sources) AS is_published
		FROM (SELECT k.laestab, k.place, other.laestab AS other_laestab,
				-- looked up in the index, not in a hash of all years
				(SELECT a FROM abie.attendance a
					WHERE a.academic_year = k.academic_year AND a.laestab = other.laestab) AS a
			FROM lacking k JOIN lineage mine ON mine.laestab = k.laestab
				JOIN lineage other ON other.school_urn = mine.school_urn OFFSET 0) o) p
	WHERE p.attendance IS NOT NULL
	ORDER BY p.laestab, p.place, p.other_laestab
)
SELECT o.laestab, coalesce(o.previous_attendance, p.attendance), coalesce(o.earlier_attendance, e.attendance),
	coalesce(o.pre_pandemic, c.attendance),
	o.is_published AND coalesce(p.is_published, true) AND coalesce(e.is_published, true)
FROM own o LEFT JOIN found p ON p.place = 1 AND p.laestab = o.laestab LEFT JOIN found e ON e.place = 2
	AND e.laestab = o.laestab
	LEFT JOIN found c ON c.place = 3 AND c.laestab = o.laestab
$$;
COMMENT ON FUNCTION abie_internal.past_attendance(text) IS
'Attendance, per cent, one and two years before a baseline year and in 2018/19, of the schools with attendance in the '
'baseline year, by their LAESTAB in that year: of the row of the earlier year with the same LAESTAB, else of the '
'school''s lineage (abie.school_lineage). NULL where none is held; pre_pandemic NULL where the baseline year is before '
'2018/19. is_published: whether what is held of the two years before is (abie_internal.is_published). Error 23514 when '
'the text is not an academic year.';

CREATE OR REPLACE FUNCTION abie_internal.pool_query(m abie.methodology) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
WITH made AS (
	SELECT CASE WHEN m.method = 'contextual' AND m.edition = 2 THEN 'c.enrolments * coalesce(c.year_share, 1)'
			ELSE 'c.enrolments::float8' END AS effective_enrolments,
		abie_internal.characteristic_array(m.characteristics, 'number') AS numbers,
		abie_internal.characteristic_array(m.characteristics, 'category') AS categories
)
SELECT format($sql$
		WITH known AS MATERIALIZED (
			SELECT s.*, p.previous_attendance, p.earlier_attendance, p.pre_pandemic,
				CASE WHEN s.reason IS NULL THEN s.stratum END AS entering,
				CASE WHEN s.reason IS NULL
					THEN s.attendance_published AND coalesce(p.is_published, true) END AS learned_published
			-- one row each, here and below, which the planner cannot know of a function
			FROM abie_internal.read_scope($2, $3, %s) s
				LEFT JOIN (SELECT DISTINCT ON (o.laestab) o.*
					FROM abie_internal.past_attendance(abie.previous_year($2)) o) p ON p.laestab = s.laestab
		), stratum AS MATERIALIZED (
			SELECT n.entering,
				abie_internal.published_suffice(count(*) FILTER (WHERE n.learned_published),
					count(*)) AS published_only,
				bool_and(n.learned_published) AS published
			FROM known n WHERE n.reason IS NULL GROUP BY n.entering
		), average AS MATERIALIZED (
			SELECT s.stratum, s.laestab / 10000 AS la_code,
				CASE WHEN bool_and(s.sess_possible > 0 AND s.sess_overall IS NOT NULL)
					THEN abie.attendance_percent(sum(s.sess_overall)::bigint, sum(s.sess_possible)::bigint, NULL)
					-- exact sums, so that their order changes nothing
					ELSE (sum(s.attendance::numeric * s.enrolments) / nullif(sum(s.enrolments),
						0))::float8 END AS attendance
			FROM known s JOIN stratum t ON t.entering = s.stratum
			WHERE s.attendance IS NOT NULL AND (s.attendance_published OR NOT t.published_only)
			GROUP BY GROUPING SETS ((s.stratum, s.laestab / 10000), (s.stratum))
		)
		SELECT c.laestab, c.urn, c.stratum, coalesce(c.admissions_policy = 'Selective', false) AS selective,
			c.laestab / 10000 AS la_code,
			c.enrolments, %s AS effective_enrolments, c.sess_possible, c.sess_overall, c.attendance, c.attendance_error,
			c.learned_published AS attendance_published,
			c.learned_published OR NOT t.published_only AS is_reference,
			t.published_only OR t.published AS references_published, c.easting, c.northing, f.family,
			l.attendance AS la_average, e.attendance AS national_average, c.previous_attendance, c.earlier_attendance,
				c.pre_pandemic,
			%s AS numbers, %s AS categories,
			c.attendance IS NOT NULL AS attendance_held, c.rows_of_urn, c.close_date, c.status_date, c.successors,
				c.reason, c.detail
		FROM known c
			LEFT JOIN stratum t ON t.entering = c.entering
			LEFT JOIN average l ON l.stratum = c.entering AND l.la_code = c.laestab / 10000
			LEFT JOIN average e ON e.stratum = c.entering AND e.la_code IS NULL
			LEFT JOIN (SELECT DISTINCT ON (o.urn) o.urn, o.family FROM abie.school_family() o) f ON f.urn = c.urn$sql$,
	(SELECT quote_literal(coalesce(array_agg(w.name), '{}')) || '::text[]'
		FROM unnest('{mobility,year_share,tenth_school_km}'::text[]) w(name)
		WHERE concat(made.effective_enrolments, made.numbers, made.categories) ~ (E'\\m' || w.name || E'\\M')),
	made.effective_enrolments, made.numbers, made.categories)
FROM made
$$;
COMMENT ON FUNCTION abie_internal.pool_query(abie.methodology) IS
'The query of all that a run by a methodology reads: a row for every school in scope of the target year $2, '
'of at least $3 '
'enrolments to enter, with the columns of abie.run_school and abie.run_scope, and reason and detail of those left out.';

-- The models of a stratum: of attendance on all terms, of the attendance of the year before, and of attendance on the
-- elements alone, for weights.
CREATE OR REPLACE FUNCTION abie_internal.fit_context(run_id integer)
RETURNS TABLE (stratum text, urns integer[], weights float8[], model abie.ridge_model, previous abie.ridge_model,
	linear abie.ridge_model)
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 2
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
AS $$
WITH pool AS MATERIALIZED (
	SELECT s.stratum, array_agg(s.urn) AS urns, array_agg(s.attendance) AS attendance, array_agg(s.weight) AS weights,
		array_agg(s.terms) AS terms,
		array_agg(s.elements) AS elements, array_agg(coalesce(s.previous_attendance, 0)) AS previous_attendance,
		array_agg(CASE WHEN s.previous_attendance IS NULL THEN 0 ELSE s.weight END) AS previous_weights,
		count(s.previous_attendance) FILTER (WHERE s.weight > 0) AS previous
	FROM (
		-- sorted once here, not in each aggregate, and by stratum first: a sort by stratum alone, which the planner
		-- may put in between, would leave the schools of one in any order; a school that is no reference is
		-- predicted and predicts nothing
		SELECT s.stratum, s.urn::integer AS urn, s.attendance, CASE WHEN s.is_reference THEN s.effective_enrolments
			ELSE 0 END AS weight,
			s.previous_attendance,
			abie_internal.context_terms(s.vector, s.substitutes, s.numbers, s.indicators) AS terms,
			abie_internal.context_terms(s.vector, s.substitutes, 0, s.indicators) AS elements
		FROM (
			SELECT s.stratum, s.urn, s.attendance, s.is_reference, s.effective_enrolments, s.previous_attendance,
				abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector,
				h.substitutes, h.numbers, h.indicators
			FROM pg_temp.abie_run_pool s JOIN abie_internal.context_shape(fit_context.run_id) h ON h.stratum = s.stratum
				JOIN abie.run_scaling d ON d.run_id = fit_context.run_id AND d.stratum = s.stratum
			ORDER BY s.stratum, s.urn) s
	) s GROUP BY s.stratum
	-- where no school can have enough similar ones there is nothing to fit for, and one or two schools have no fit
	HAVING count(*) FILTER (WHERE s.weight > 0) > (abie_internal.run_methodology(fit_context.run_id)).similar_schools
)
SELECT p.stratum, p.urns, p.weights, abie.ridge(p.attendance, p.terms, p.weights),
	CASE WHEN p.previous > 0 THEN abie.ridge(p.previous_attendance, p.terms, p.previous_weights) END,
	abie.ridge(p.attendance, p.elements, p.weights)
FROM pool p
$$;
COMMENT ON FUNCTION abie_internal.fit_context(integer) IS
'The ridge regressions of each stratum of a run, rows in the order of urns, their weights the enrolments of '
'references and 0 of others: attendance on all terms (model), the attendance of the year before on them, weighted 0 '
'where it is not held (previous; NULL where no school has it), and attendance on the elements and what is missing '
'alone (linear). No row for a stratum that has no more references than each is to have similar ones: all of them will '
'be left out.';

-- The same rule for all schools at once, as abie.nearest_lists takes it: a list of its own for each group, candidates,
-- families.
CREATE OR REPLACE FUNCTION abie_internal.calculate_similar_schools(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	wanted integer := m.similar_schools;
	stored bigint;
BEGIN
	WITH weight AS MATERIALIZED (
		SELECT w.*, d.parameters
		FROM abie.run_weights(calculate_similar_schools.run_id) w
			JOIN abie.run_scaling d ON d.run_id = calculate_similar_schools.run_id AND d.stratum = w.stratum
	), pool AS (
		SELECT s.stratum, array_agg(s.urn::bigint) AS ids, array_agg(s.vector) AS vectors,
			array_agg(s.family) AS family, array_agg(s.is_reference) AS candidate,
			array_agg(ARRAY[coalesce(r.residual, 0), coalesce(r.previous, 0)]) AS residuals,
			array_agg(ARRAY[CASE WHEN r.residual IS NULL THEN 0 ELSE s.effective_enrolments END,
				CASE WHEN r.previous IS NULL THEN 0 ELSE s.effective_enrolments END]) AS enrolments
		-- sorted once here, not in each aggregate, by what is grouped by first (abie_internal.fit_context)
		FROM (SELECT s.*, abie_internal.scaled_vector(s.numbers, s.categories, w.parameters) AS vector
				FROM pg_temp.abie_run_pool s JOIN weight w ON w.stratum = s.stratum
				ORDER BY s.stratum, s.selective, s.urn) s
			CROSS JOIN LATERAL (SELECT
				CASE m.method WHEN 'contextual' THEN s.attendance - s.context ELSE s.attendance END AS residual,
				s.previous_attendance - s.previous_context AS previous) r
		GROUP BY s.stratum, s.selective
	), found AS MATERIALIZED (
		-- a school that is no reference has one candidate more than the others, which does not count: where they have
		-- too few, there is no model
		SELECT s.urn::integer AS urn, n.comparable - (NOT s.is_reference)::integer AS comparable, n.neighbours,
			n.distances, n.bandwidth, n.means, n.errors
		FROM pool p
			JOIN weight w ON w.stratum = p.stratum,
			LATERAL abie_internal.nearest_means(p.ids, p.vectors, abie_internal.local_schools(m), w.weights,
				p.candidate, p.family, p.residuals, p.enrolments, wanted) n
			JOIN pg_temp.abie_run_pool s ON s.urn = n.id
	), left_out AS (
		INSERT INTO abie.exclusion (run_id, laestab, urn, reason, detail)
		SELECT s.run_id, s.laestab, s.urn,
			CASE WHEN k.incomparable THEN 'no characteristics' ELSE 'too few comparable schools' END,
			-- a stratum may have nothing to compare by: no school has any of the characteristics, or only those of
			-- weight 0
			CASE
				WHEN w.stratum IS NULL THEN 'no ' || s.stratum || ' school has any that counts'
				WHEN k.incomparable THEN 'missing: ' || (
					SELECT string_agg(DISTINCT n.name COLLATE "C", ', ' ORDER BY n.name COLLATE "C")
					FROM unnest(v.vector, w.characteristics) n(value, name)
					WHERE n.value IS NULL)
				ELSE coalesce(f.comparable, 0) || ' comparable schools, ' || wanted || ' wanted'
			END
		FROM pg_temp.abie_run_pool s
			LEFT JOIN found f ON f.urn = s.urn
			LEFT JOIN weight w ON w.stratum = s.stratum
			-- one that lacks too much is not even comparable with its own like, so its distance to itself is NULL
			CROSS JOIN LATERAL (
				SELECT abie_internal.scaled_vector(s.numbers, s.categories, w.parameters) AS vector) v
			CROSS JOIN LATERAL (SELECT
				w.stratum IS NULL OR abie.distance(v.vector, v.vector, w.weights) IS NULL AS incomparable) k
		WHERE coalesce(f.comparable, 0) < wanted
	), measured AS (
		INSERT INTO pg_temp.abie_run_local (urn, mean, error, previous_mean)
		SELECT f.urn, f.means[1], f.errors[1], f.means[2]
		FROM found f WHERE f.comparable >= wanted
	)
	INSERT INTO abie.similar_list (run_id, urn, similar_urns, distances, bandwidth)
	SELECT calculate_similar_schools.run_id, f.urn, f.neighbours::integer[], f.distances, f.bandwidth
	FROM found f WHERE f.comparable >= wanted
	-- in the order of the index, here as in other stages: it takes less room so
	ORDER BY f.urn;
	GET DIAGNOSTICS stored = ROW_COUNT;
	RETURN stored;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_similar_schools(integer) IS
'Stage of a run. Fills abie.similar_list, abie_run_local (abie_internal.begin_pool), and abie.exclusion with the '
'schools that have too few; the number of schools with a list.';


CREATE OR REPLACE FUNCTION abie_internal.calculate_context(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	learned boolean := m.weights IS NULL;
	done bigint;
BEGIN
	WITH fit AS MATERIALIZED (
		SELECT f.*, t.total, t.schools
			FROM abie_internal.fit_context(calculate_context.run_id) f,
			LATERAL (SELECT sum(w) AS total, count(*) FILTER (WHERE w > 0) AS schools FROM unnest(f.weights) w) t
	), prediction AS MATERIALIZED (
		-- apart from the join below, whose rows would each carry all the arrays
		SELECT u.* FROM fit f,
			unnest(f.urns, (f.model).fitted, (f.model).leverage, (f.model).leave_one_out, (f.model).leave_one_out_error,
				(f.previous).leave_one_out)
				u(urn, fitted, leverage, context, context_error, previous_context)
	), models AS (
		INSERT INTO abie.run_model (run_id, stratum, schools, edition, enrolments, penalty, mean, r2, r2_leave_one_out,
			residual_variance, numbers, first_elements, substitutes, indicators, scaling, terms, elements,
			other_elements, location, coefficients, penalties, inverse, references_published)
		SELECT calculate_context.run_id, f.stratum, f.schools, m.edition, f.total, (f.model).penalty, (f.model).mean,
			(f.model).r2,
			(f.model).r2_leave_one_out, (f.model).residual_variance, h.numbers, h.first_elements, h.substitutes,
			h.indicators, d.parameters, n.terms, n.elements, n.other_elements, (f.model).location,
			(f.model).coefficients, (f.model).penalties, (f.model).inverse,
			NOT EXISTS (SELECT FROM pg_temp.abie_run_pool s
				WHERE s.stratum = f.stratum AND NOT s.references_published)
		FROM fit f JOIN abie_internal.context_shape(calculate_context.run_id) h ON h.stratum = f.stratum
			JOIN abie_internal.context_term_names(calculate_context.run_id) n ON n.stratum = f.stratum
			JOIN abie.run_scaling d ON d.run_id = calculate_context.run_id AND d.stratum = f.stratum
	), standardised AS MATERIALIZED (
		SELECT f.stratum, abie_internal.standardised_coefficients(f.linear, f.total) AS coefficients FROM fit f
	), sized AS (
		SELECT c.stratum, c.position, s.coefficients[c.position] AS coefficient, count(*) OVER this AS elements,
			-- in the order of elements, so that the sum has the same bits each time
			sum(abs(s.coefficients[c.position])) OVER this AS total
		FROM abie.run_characteristic c JOIN standardised s ON s.stratum = c.stratum
			WHERE c.run_id = calculate_context.run_id
		WINDOW this AS (PARTITION BY c.stratum
			ORDER BY c.position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
	), weighted AS (
		UPDATE abie.run_characteristic c SET coefficient = z.coefficient,
			weight = CASE WHEN NOT learned THEN c.weight WHEN z.total > 0
				THEN c.multiplier * abs(z.coefficient) / z.total ELSE c.multiplier / z.elements END
		FROM sized z WHERE c.run_id = calculate_context.run_id AND c.stratum = z.stratum AND c.position = z.position
	)
	UPDATE pg_temp.abie_run_pool s
		SET fitted = p.fitted, leverage = p.leverage, context = p.context, context_error = p.context_error,
		previous_context = p.previous_context
	FROM prediction p
	WHERE s.urn = p.urn;
	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_context(integer) IS
'Stage of a run of method contextual. Fills abie.run_model and what the pool says of the contextual model, and '
'learns the weights of abie.run_characteristic; the number of schools.';

-- Expected attendance. In method similar-schools it is the local mean of the similar schools' attendance; in method
-- contextual context + g x the local mean of their residuals, attendance - context.
CREATE OR REPLACE FUNCTION abie_internal.calculate_expected_attendance(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
SET max_parallel_workers_per_gather = 0
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	done bigint;
BEGIN
	WITH local AS MATERIALIZED (
		SELECT * FROM abie_internal.similar_school_figures(calculate_expected_attendance.run_id, m.method,
			m.benchmark_share)
	), slope AS (
		-- in the order of URNs, so that sums have the same bits in every plan: sorted once, by what is grouped by first
		SELECT l.stratum, abie.local_slope(array_agg(l.mean), array_agg(l.residual), array_agg(l.enrolments)) AS slope,
			abie.local_slope(array_agg(l.previous_mean), array_agg(l.previous_residual), array_agg(l.enrolments))
				AS previous_slope
		FROM (SELECT l.* FROM local l WHERE m.method = 'contextual' AND l.is_reference ORDER BY l.stratum, l.urn) l
		GROUP BY l.stratum
	), learned AS (
		UPDATE abie.run_model r SET local_slope = p.slope
		FROM slope p
		WHERE r.run_id = calculate_expected_attendance.run_id AND r.stratum = p.stratum
	)
	UPDATE pg_temp.abie_run_pool s
	SET expected = CASE m.method WHEN 'contextual' THEN s.context + p.slope * l.mean ELSE l.mean END,
		previous_expected = s.previous_context + p.previous_slope * l.previous_mean,
		local_residual = CASE m.method WHEN 'contextual' THEN l.mean END,
		local_error = l.error,
		similar_upper_quartile = l.upper_quartile,
		pared_mean = l.pared_mean
	FROM local l
		LEFT JOIN slope p ON p.stratum = l.stratum
	WHERE s.urn = l.urn;
	GET DIAGNOSTICS done = ROW_COUNT;
	RETURN done;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_expected_attendance(integer) IS
'Stage of a run. Fills what the pool says of expected attendance and of the similar schools'' attendance, and '
'abie.run_model.local_slope; the number of schools.';

-- Ladder and expectation.
CREATE OR REPLACE FUNCTION abie_internal.calculate_expectation(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	stored bigint;
BEGIN
	WITH school AS MATERIALIZED (
		SELECT s.run_id, s.urn, s.laestab, s.stratum, s.enrolments, s.attendance, s.expected, s.la_average,
			s.national_average, s.similar_upper_quartile, s.pared_mean, s.pre_pandemic, s.previous_attendance,
			s.references_published, n.distances[m.similar_schools] AS last_distance, b.*
		FROM pg_temp.abie_run_pool s
			JOIN abie.similar_list n ON n.run_id = s.run_id AND n.urn = s.urn
			LEFT JOIN abie.run_model r ON r.run_id = s.run_id AND r.stratum = s.stratum
			CROSS JOIN LATERAL abie_internal.school_baseline(r, ROW(s.*)::abie.run_school) b
		WHERE n.run_id = calculate_expectation.run_id
	), far AS (
		SELECT s.stratum, percentile_cont(m.poor_match_percentile / 100)
			WITHIN GROUP (ORDER BY s.last_distance) AS limit_distance
		FROM school s
		GROUP BY s.stratum
	), result AS (
		INSERT INTO abie.expectation (run_id, urn, laestab, stratum, enrolments, attendance, expected, expected_error,
			own_level, own_share, baseline, baseline_error,
			gap, improvement, improvement_rounded, target, statement, ladder_top, la_average, national_average,
				similar_upper_quartile, pared_mean, pre_pandemic,
			forecast, forecast_low, forecast_high, poor_match, outside_model, references_published)
		SELECT s.run_id, s.urn, s.laestab, s.stratum, s.enrolments, s.attendance, s.expected, s.expected_error,
			s.own_level, s.own_share, s.baseline, s.baseline_error,
			x.gap, x.improvement, x.improvement_rounded, x.target, x.statement, x.ladder_top, s.la_average,
				s.national_average, s.similar_upper_quartile, s.pared_mean, s.pre_pandemic,
			s.forecast, s.forecast_low, s.forecast_high, s.last_distance > f.limit_distance,
			coalesce(s.attendance NOT BETWEEN s.forecast_low AND s.forecast_high
				AND s.previous_attendance NOT BETWEEN s.forecast_low AND s.forecast_high, false), s.references_published
		FROM school s
			JOIN far f ON f.stratum = s.stratum
			CROSS JOIN LATERAL abie_internal.school_result(s.attendance, s.expected, s.baseline, s.pared_mean,
				s.pre_pandemic, m.pace, m.gap_share, m.improvement_floor, m.improvement_cap) x
		WHERE s.expected IS NOT NULL
		ORDER BY s.urn
		RETURNING expectation.run_id, expectation.stratum, expectation.improvement_rounded
	), counted AS (
		INSERT INTO abie.run_improvement (run_id, stratum, improvement_rounded, schools)
		SELECT r.run_id, r.stratum, r.improvement_rounded, count(*)
		FROM result r
		GROUP BY r.run_id, r.stratum, r.improvement_rounded
	)
	SELECT count(*) INTO stored FROM result;
	RETURN stored;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_expectation(integer) IS
'Last stage but one of a run. Fills abie.expectation, baseline, ladder and all, and abie.run_improvement; the number '
'of expectations.';

-- The weeks of schools are read by the index

CREATE OR REPLACE FUNCTION abie_internal.accepted_weeks(academic_year text)
RETURNS TABLE (urn integer, week_start date, scope text)
LANGUAGE sql STABLE PARALLEL SAFE COST 10000 ROWS 1000
BEGIN ATOMIC
	SELECT w.urn, w.week_start, (abie_internal.event_scopes())[w.narrowest]
	FROM (
		SELECT h.urn, h.week_start, h.narrowest, row_number() OVER (PARTITION BY h.urn ORDER BY h.week_start) AS number
		FROM (
			SELECT s.urn::integer AS urn, w.week_start,
				min(array_position(abie_internal.event_scopes(), e.scope)) AS narrowest
			FROM abie.school_event e
				JOIN abie_internal.decision_on(e.event_id) d ON d.accepted
				JOIN abie.school s
					ON abie_internal.is_within(s.urn, coalesce(s.la_code, s.laestab / 10000), s.region, e.scope, e.code)
				JOIN abie.attendance_week w ON w.academic_year = accepted_weeks.academic_year AND w.urn = s.urn
					AND w.week_start BETWEEN e.from_date - 4 AND e.to_date
			GROUP BY s.urn, w.week_start
		) h
	) w
	WHERE w.number <= 3;
END;

CREATE FUNCTION abie_owner.common_weeks(monitor_id integer, urns integer[])
RETURNS TABLE (urn integer, academic_year text, this_year boolean, week_start date, half_term integer,
	from_start integer, to_end integer, kind text, counterpart date, shock_scope text, course float8, spread float8,
	course_of text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 50000 ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH monitor AS MATERIALIZED (
	SELECT m.academic_year::text AS this_year, abie.previous_year(m.academic_year) AS last_year,
		abie_internal.newest_monday(m.as_of) AS newest_monday,
		m.as_of >= make_date(left(m.academic_year, 4)::integer + 1, 8, 1) AS over
	FROM abie.monitor m WHERE m.monitor_id = common_weeks.monitor_id
), accepted AS MATERIALIZED (
	SELECT a.* FROM monitor m, unnest(ARRAY[m.this_year, m.last_year]) y, abie_internal.accepted_weeks(y) a
	WHERE a.urn = ANY (urns)
), held AS MATERIALIZED (
	-- in the order of the index; NULL for a school without weeks
	SELECT u.urn, nullif(ARRAY(SELECT w.week_start FROM abie.attendance_week w
			WHERE w.academic_year = m.this_year AND w.urn = u.urn AND w.week_start <= m.newest_monday
			ORDER BY w.week_start), '{}') AS mondays,
		nullif(ARRAY(SELECT w.week_start FROM abie.attendance_week w
			WHERE w.academic_year = m.last_year AND w.urn = u.urn ORDER BY w.week_start), '{}') AS last_mondays
	FROM monitor m, (SELECT DISTINCT u FROM unnest(urns) u) u(urn)
), this_year AS MATERIALIZED (
	SELECT h.*, abie_internal.holiday_starts(h.mondays, h.last_mondays, m.over) AS holiday_starts
	FROM monitor m, held h WHERE h.mondays IS NOT NULL
), placed AS (
	SELECT t.urn, true AS this_year, k.*, c.counterpart
	FROM this_year t, abie.school_week_kind(t.mondays, t.holiday_starts) k,
		abie.counterpart_week(t.mondays, t.last_mondays, t.holiday_starts) c
	WHERE c.week_start = k.week_start
	UNION ALL
	SELECT h.urn, false, k.*, NULL
	FROM held h, abie.school_week_kind(h.last_mondays, h.last_mondays[cardinality(h.last_mondays)] + 5) k
), school AS MATERIALIZED (
	SELECT h.urn, p.stratum, coalesce(s.la_code, s.laestab / 10000) AS la_code, s.region
	FROM held h JOIN abie.school_progress p ON p.monitor_id = common_weeks.monitor_id AND p.urn = h.urn
		LEFT JOIN abie.school s ON s.urn = h.urn
)
SELECT p.urn, CASE WHEN p.this_year THEN m.this_year ELSE m.last_year END, p.this_year, p.week_start, p.half_term,
	p.from_start, p.to_end, p.kind, p.counterpart, a.scope, c.course + coalesce(area.centre, c.centre),
	coalesce(area.spread, c.spread), CASE WHEN c.course IS NOT NULL THEN coalesce(area.scope, 'stratum') END
FROM monitor m CROSS JOIN placed p
	LEFT JOIN accepted a ON a.urn = p.urn AND a.week_start = p.week_start
	LEFT JOIN school s ON s.urn = p.urn
	LEFT JOIN abie.monitor_week c ON c.monitor_id = common_weeks.monitor_id AND c.stratum = s.stratum
		AND c.week_start = p.week_start AND c.kind = p.kind
	-- an area stands for its stratum, in weeks that some school of the stratum had
	LEFT JOIN abie.monitor_area_week area ON area.monitor_id = c.monitor_id AND area.stratum = c.stratum
		AND area.scope = a.scope AND area.week_start = c.week_start
		AND abie_internal.is_within(s.urn, s.la_code, s.region, area.scope, area.code);
END $$;
COMMENT ON FUNCTION abie_owner.common_weeks(integer, integer[]) IS
'The weeks of schools, of the year of a weekly run up to its day and of the year before, in their half terms '
'(abie.school_week_kind) and with their counterparts (abie.counterpart_week), and what was common to all in each: '
'course and course_of as in abie.progress_week, spread NULL where no school of the stratum had such a week; '
'shock_scope: whose shock a week is accepted as, NULL for none. By the weeks held now.';

CREATE OR REPLACE FUNCTION abie_owner.monitored_weeks(monitor_id integer, urns integer[])
RETURNS TABLE (urn integer, this_year boolean, week_start date, half_term integer, from_start integer, to_end integer,
	kind text, sess_possible bigint, sess_overall bigint, is_set_aside boolean, shock_scope text, counterpart date)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT c.urn, c.this_year, c.week_start, c.half_term, c.from_start, c.to_end, c.kind, w.sess_possible, w.sess_overall,
	c.shock_scope IS NOT NULL, c.shock_scope, c.counterpart
FROM abie_owner.common_weeks(monitored_weeks.monitor_id, urns) c
	JOIN abie.attendance_week w ON w.academic_year = c.academic_year AND w.urn = c.urn AND w.week_start = c.week_start;
END $$;
COMMENT ON FUNCTION abie_owner.monitored_weeks(integer, integer[]) IS
'The weeks of abie_owner.common_weeks with their sessions.';

CREATE OR REPLACE FUNCTION abie_owner.whole_progress_week(monitor_id integer, urns integer[])
RETURNS TABLE (urn integer, this_year boolean, week_start date, half_term integer, from_start integer, to_end integer,
	kind text, sess_possible bigint, sess_overall bigint, attendance float8, course float8, deviation float8,
	variance float8, weight float8, counterpart date, course_of text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 2000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH held AS MATERIALIZED (
	SELECT c.*, w.sess_possible, w.sess_overall
	FROM abie_owner.common_weeks(whole_progress_week.monitor_id, urns) c
		JOIN abie.attendance_week w ON w.academic_year = c.academic_year AND w.urn = c.urn
			AND w.week_start = c.week_start
), usual AS (
	SELECT h.urn, h.this_year, percentile_cont(0.5) WITHIN GROUP (ORDER BY h.sess_possible) AS sessions
	FROM held h GROUP BY h.urn, h.this_year
)
SELECT h.urn, h.this_year, h.week_start, h.half_term, h.from_start, h.to_end, h.kind, h.sess_possible, h.sess_overall,
	a.attendance, h.course, a.attendance - h.course, p.week_variance * h.spread,
	CASE WHEN h.course IS NULL OR h.shock_scope IS NOT NULL AND h.course_of = 'stratum' THEN 0
		WHEN h.sess_possible < 0.5 * u.sessions THEN h.sess_possible / u.sessions
		ELSE 1 END, h.counterpart, h.course_of
FROM held h JOIN usual u ON u.urn = h.urn AND u.this_year = h.this_year
	JOIN abie.school_progress p ON p.monitor_id = whole_progress_week.monitor_id AND p.urn = h.urn
	CROSS JOIN LATERAL (SELECT abie.attendance_percent(h.sess_overall, h.sess_possible, NULL)) a(attendance)
WHERE h.spread IS NOT NULL
ORDER BY h.urn, h.week_start;
END $$;

-- Outcomes of the schools that are asked for

-- What was asked and what came, school by school.
CREATE VIEW abie_owner.year_outcome AS
SELECT e.run_id, a.academic_year::text AS academic_year, e.urn::integer AS urn, e.stratum, e.statement, e.enrolments,
	e.attendance, e.expected, e.baseline, CASE e.statement WHEN 'maintain' THEN -abie_internal.maintain_tolerance()
		ELSE e.improvement END AS improvement,
	k.outcome AS outcome_attendance, coalesce(e.forecast, e.baseline) - e.baseline AS forecast_change,
	-- by the registers of the year and the error of the baseline, where they are held
	a.attendance_error * a.attendance_error + e.baseline_error * e.baseline_error AS register_noise
FROM abie.expectation e
	JOIN abie.attendance a ON a.laestab = e.laestab
	CROSS JOIN LATERAL (SELECT abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent)
		AS outcome) k
WHERE k.outcome IS NOT NULL;
COMMENT ON VIEW abie_owner.year_outcome IS
'Expectations beside the attendance of each academic year held of the school; the target year of the run is for who '
'asks to name. Not masked: a view looks at it behind a mask alone.';
COMMENT ON COLUMN abie_owner.year_outcome.run_id IS 'The run whose expectation it is.';
COMMENT ON COLUMN abie_owner.year_outcome.academic_year IS 'The year of the attendance.';
COMMENT ON COLUMN abie_owner.year_outcome.outcome_attendance IS 'Attendance of that year, per cent.';
COMMENT ON COLUMN abie_owner.year_outcome.forecast_change IS 'What the forecast was above the baseline.';
COMMENT ON COLUMN abie_owner.year_outcome.register_noise IS
'abie.school_outcome.noise by registers; NULL where they are not held.';
SELECT abie_owner.describe_as('abie_owner.year_outcome', 'abie.school_outcome');

CREATE FUNCTION abie_internal.common_outcome(outcomes float8[], attendance float8[], baselines float8[],
	shock_effects float8[], forecast_changes float8[], pace float8, OUT common_change float8, OUT surprise float8)
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'abie_common_outcome';
COMMENT ON FUNCTION abie_internal.common_outcome(float8[], float8[], float8[], float8[], float8[], float8) IS
'What the schools of a stratum had in common, an element a school: common_change, median of outcome - attendance; '
'surprise, median of how much the better of the two routes of abie.progress, and the effect of shocks, was above the '
'change forecast. NULL for no school. Errors: NULL, NaN or infinite elements, arrays of different length.';

-- Accepted shocks help by what the newest weekly run of the year gives: projected without them less projected, half a
-- point at most.
CREATE FUNCTION abie_internal.shock_effect(projected float8, projected_without float8) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT: without a weekly run there is none
RETURN greatest(0, projected_without - projected);
COMMENT ON FUNCTION abie_internal.shock_effect(float8, float8) IS
'abie.school_outcome.shock_effect of a row of abie.school_progress; 0 for NULL.';

CREATE TYPE abie_internal.stratum_outcome AS (
	stratum text,
	monitor_id integer,
	pace float8,
	c0 float8,
	c1 float8,
	common_change float8,
	surprise float8
);
COMMENT ON TYPE abie_internal.stratum_outcome IS
'What the outcomes of a run''s schools of a stratum are judged by.';
COMMENT ON COLUMN abie_internal.stratum_outcome.stratum IS 'primary, or secondary including all-through.';
COMMENT ON COLUMN abie_internal.stratum_outcome.monitor_id IS
'The newest weekly run of the target year by this run; NULL where there is none.';
COMMENT ON COLUMN abie_internal.stratum_outcome.pace IS 'The national pace: abie.methodology.pace.';
COMMENT ON COLUMN abie_internal.stratum_outcome.c0 IS
'Variance of what a year brings where nothing changes is c0 + c1 / effective_enrolments: abie.school_outcome.z.';
COMMENT ON COLUMN abie_internal.stratum_outcome.c1 IS 'See c0.';
COMMENT ON COLUMN abie_internal.stratum_outcome.common_change IS 'Of abie_internal.common_outcome.';
COMMENT ON COLUMN abie_internal.stratum_outcome.surprise IS 'Of abie_internal.common_outcome.';

CREATE FUNCTION abie_owner.whole_stratum_outcomes(run_id integer) RETURNS abie_internal.stratum_outcome[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 500000
SET search_path = pg_catalog, pg_temp
SET jit = off
-- a run just made has no statistics, and one row of it would be expected
SET enable_nestloop = off
AS $$
WITH run AS MATERIALIZED (
	SELECT r.target_year::text AS target_year, r.baseline_year,
		(abie_internal.run_methodology(whole_stratum_outcomes.run_id)).pace AS pace,
		(SELECT m.monitor_id FROM abie.monitor m
			WHERE m.academic_year = r.target_year AND m.run_id = r.run_id AND m.status = 'finished'
			ORDER BY m.as_of DESC, m.monitor_id DESC LIMIT 1) AS monitor_id
	FROM abie.run r WHERE r.run_id = whole_stratum_outcomes.run_id
), held AS (
	SELECT i.stratum, array_agg(i.outcome_attendance) AS outcomes, array_agg(i.attendance) AS attendance,
		array_agg(i.baseline) AS baselines,
		array_agg(abie_internal.shock_effect(p.projected, p.projected_without)) AS shock_effects,
		array_agg(i.forecast_change) AS forecast_changes
	FROM abie_owner.year_outcome i
		LEFT JOIN abie.school_progress p ON p.monitor_id = (SELECT r.monitor_id FROM run r) AND p.urn = i.urn
			AND p.projected_without > p.projected
	-- the year as the planner sees it, so that it takes the index
	WHERE i.run_id = whole_stratum_outcomes.run_id AND i.academic_year = (SELECT r.target_year FROM run r)
	GROUP BY i.stratum
)
SELECT array_agg(ROW(h.stratum, r.monitor_id, r.pace, coalesce(m.forecast_c0, m.change_c0, d.c0),
	coalesce(m.forecast_c1, m.change_c1, d.c1), c.common_change, c.surprise)::abie_internal.stratum_outcome)
FROM run r CROSS JOIN held h
	LEFT JOIN abie.run_model m ON m.run_id = whole_stratum_outcomes.run_id AND m.stratum = h.stratum
	CROSS JOIN LATERAL abie_internal.declared_change(h.stratum, r.baseline_year) d
	CROSS JOIN LATERAL abie_internal.common_outcome(h.outcomes, h.attendance, h.baselines, h.shock_effects,
		h.forecast_changes, r.pace) c
$$;
COMMENT ON FUNCTION abie_owner.whole_stratum_outcomes(integer) IS
'What each stratum of a run is judged by, by the attendance of the target year held now; NULL where none is.';

CREATE FUNCTION abie_owner.stratum_outcomes(role oid, run_id integer) RETURNS abie_internal.stratum_outcome[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 500000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	strata text[] := CASE WHEN abie_owner.has_national_access(role, '{results,calculation}')
		THEN '{primary,secondary}'
		-- with an outcome, as for its school: who has none is not told those of others
		ELSE ARRAY(SELECT DISTINCT i.stratum FROM abie_owner.accessible_schools(role, '{results}') a
			JOIN abie_owner.year_outcome i ON i.run_id = stratum_outcomes.run_id AND i.urn = a.urn
				AND i.academic_year = (SELECT r.target_year FROM abie.run r
					WHERE r.run_id = stratum_outcomes.run_id)) END;
BEGIN
	IF run_id = ANY (abie_owner.readable_runs(role)) AND strata <> '{}' THEN
		RETURN (SELECT array_agg(s) FROM unnest(abie_owner.whole_stratum_outcomes(run_id)) s
			WHERE s.stratum = ANY (strata));
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_owner.stratum_outcomes(oid, integer) IS 'Of a role, as abie_internal.stratum_outcomes.';

CREATE FUNCTION abie_internal.stratum_outcomes(run_id integer) RETURNS abie_internal.stratum_outcome[]
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 500000 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.stratum_outcomes(integer) IS
'What the outcomes of a run are judged by, which is of all schools, in strata of schools whose outcomes the role in '
'force may read; NULL where there are none.';

-- without SET and not STRICT, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.judged_outcome(held abie_owner.year_outcome, effective_enrolments float8,
	shock_effect float8, common abie_internal.stratum_outcome) RETURNS SETOF abie.school_outcome
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20 ROWS 1
BEGIN ATOMIC
	-- OFFSET 0: each function is called once, as an expression, which takes a third of the time that it takes in FROM
	SELECT held.urn, held.stratum, held.statement, held.enrolments, held.attendance, held.expected, held.baseline,
		held.improvement, held.outcome_attendance, common.common_change, (k.progress).change,
		(k.progress).relative_change, shock_effect, k.best_change, (j.judged).z, (j.judged).outcome, k.prior_change,
		k.prior_variance, k.noise, (j.estimated).true_change, (j.estimated).true_change_error,
		(j.estimated).probability, NULL::text
	FROM (SELECT abie.progress(held.baseline, held.improvement, held.outcome_attendance, common.common_change,
				common.pace) AS progress,
			common.c0 + common.c1 / effective_enrolments AS year_variance,
			held.forecast_change + common.surprise AS prior_change OFFSET 0) p
		CROSS JOIN LATERAL (SELECT p.*, greatest((p.progress).change, (p.progress).relative_change) + shock_effect
				AS best_change,
			least(p.year_variance, coalesce(held.register_noise, common.c1 / effective_enrolments))
				AS noise) n
		CROSS JOIN LATERAL (SELECT n.*, greatest(0.02, n.year_variance - n.noise) AS prior_variance OFFSET 0) k
		CROSS JOIN LATERAL (SELECT abie.outcome(k.best_change, held.improvement, k.year_variance) AS judged,
			abie.shortfall(k.best_change, k.prior_change, k.prior_variance, k.noise, held.improvement) AS estimated
			OFFSET 0) j;
END;
COMMENT ON FUNCTION abie_internal.judged_outcome(abie_owner.year_outcome, float8, float8,
	abie_internal.stratum_outcome) IS
'The outcome of a school by what its stratum is judged by, but for that of the year before.';

CREATE OR REPLACE FUNCTION abie_owner.judged_outcomes(run_id integer) RETURNS SETOF abie.school_outcome
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
SELECT j.*
FROM unnest(abie_owner.whole_stratum_outcomes(judged_outcomes.run_id)) c
	JOIN abie_owner.year_outcome i ON i.run_id = judged_outcomes.run_id AND i.stratum = c.stratum
		AND i.academic_year = (SELECT r.target_year::text FROM abie.run r WHERE r.run_id = judged_outcomes.run_id)
	JOIN abie.run_school s ON s.run_id = i.run_id AND s.urn = i.urn
	LEFT JOIN abie.school_progress p ON p.monitor_id = c.monitor_id AND p.urn = i.urn
	CROSS JOIN LATERAL abie_internal.judged_outcome(i, s.effective_enrolments,
		abie_internal.shock_effect(p.projected, p.projected_without), c) j
$$;
COMMENT ON FUNCTION abie_owner.judged_outcomes(integer) IS
'Of all schools of a run, as abie.school_outcomes but for the year before.';

DROP FUNCTION abie_owner.judged_progress(integer);

-- a barrier, through which conditions on the run pass: what all schools have in common is worked out once a run
CREATE VIEW abie_owner.judged_run WITH (security_barrier = true) AS
SELECT r.*, c.strata, b.run_id AS run_before, b.target_year::text AS year_before, d.strata AS strata_before
FROM abie_report.run r
	JOIN LATERAL abie_internal.stratum_outcomes(r.run_id) c(strata) ON c.strata IS NOT NULL
	LEFT JOIN abie.run b ON b.target_year = abie.previous_year(r.target_year) AND b.status = 'issued'
	LEFT JOIN LATERAL abie_internal.stratum_outcomes(b.run_id) d(strata) ON true;
COMMENT ON VIEW abie_owner.judged_run IS
'Runs of abie_report.run with outcomes, and by what these are judged (abie_internal.stratum_outcomes), as well as the '
'run whose outcomes are those of the year before (abie_internal.run_before), and by what those are.';
COMMENT ON COLUMN abie_owner.judged_run.strata IS 'What its outcomes are judged by.';
COMMENT ON COLUMN abie_owner.judged_run.run_before IS 'The issued run of the year before; NULL where there is none.';
COMMENT ON COLUMN abie_owner.judged_run.year_before IS 'Its target year.';
COMMENT ON COLUMN abie_owner.judged_run.strata_before IS 'What its outcomes are judged by; NULL where it has none.';
SELECT abie_owner.describe_as('abie_owner.judged_run', 'abie_report.run');

CREATE OR REPLACE VIEW abie_report.school_outcome WITH (security_barrier = true) AS
SELECT r.run_id, r.target_year, r.baseline_year, r.methodology, r.run_status, r.is_current, r.is_latest,
	e.urn::integer AS urn, s.name AS school_name, e.laestab / 10000 AS la_code, la.la_name, s.region, s.trust_code,
	s.trust, o.stratum, o.enrolments, o.statement, o.baseline, o.improvement, o.outcome_attendance, o.change,
	o.relative_change, o.common_change, o.shock_effect, o.best_change, o.z, o.outcome, o.true_change,
	o.true_change_error, o.shortfall_probability,
	b.outcome AS outcome_before, o.outcome LIKE 'missed%' AND b.outcome LIKE 'missed%' AS missed_consistently
FROM abie_owner.judged_run r
	JOIN abie_owner.readable_run_school e ON e.run_id = r.run_id
	-- e.stratum, which is masked: nothing else is looked at of a school that is not the reader's
	CROSS JOIN LATERAL (SELECT j.*
		FROM unnest(r.strata) c
			JOIN abie_owner.year_outcome i ON i.run_id = r.run_id AND i.academic_year = r.target_year AND i.urn = e.urn
				AND i.stratum = c.stratum
			LEFT JOIN abie.school_progress p ON p.monitor_id = c.monitor_id AND p.urn = i.urn
			CROSS JOIN LATERAL abie_internal.judged_outcome(i, e.effective_enrolments,
				abie_internal.shock_effect(p.projected, p.projected_without), c) j
		WHERE c.stratum = e.stratum OFFSET 0) o
	LEFT JOIN LATERAL (SELECT j.outcome
		FROM unnest(r.strata_before) c
			JOIN abie_owner.year_outcome i ON i.run_id = r.run_before AND i.academic_year = r.year_before
				AND i.urn = e.urn AND i.stratum = c.stratum
			JOIN abie.run_school s ON s.run_id = i.run_id AND s.urn = i.urn
			LEFT JOIN abie.school_progress p ON p.monitor_id = c.monitor_id AND p.urn = i.urn
			CROSS JOIN LATERAL abie_internal.judged_outcome(i, s.effective_enrolments,
				abie_internal.shock_effect(p.projected, p.projected_without), c) j
		WHERE e.stratum IS NOT NULL OFFSET 0) b ON true
	LEFT JOIN abie.school s ON s.urn = e.urn
	LEFT JOIN abie.local_authority la ON la.la_code = e.laestab / 10000;

-- Partners of hubs that are asked for

-- so that a query asks for 500 schools one by one, as in 1.0
ALTER FUNCTION abie_owner.readable_history(oid) COST 500000;

CREATE OR REPLACE FUNCTION abie_owner.partners(hubs text[]) RETURNS SETOF abie.hub_placement
LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 10
BEGIN ATOMIC
	SELECT p.* FROM abie.hub_placement p
	WHERE p.hub_urn::text = ANY (hubs) AND abie_internal.placement_holds(p.to_date);
END;

CREATE FUNCTION abie_owner.shown_placements(role oid, placement integer DEFAULT NULL) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
-- not STRICT: no placement is all
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	whole boolean := abie_owner.has_national_access(role, '{results,calculation}');
	hubs text[] := CASE WHEN NOT whole THEN abie_owner.granted_hubs(role) END;
BEGIN
	RETURN ARRAY(SELECT p.placement_id FROM abie.hub_placement p
		WHERE (p.placement_id = placement OR placement IS NULL) AND (whole OR p.hub_urn::text = ANY (hubs))
			AND abie_internal.placement_holds(p.to_date));
END $$;
COMMENT ON FUNCTION abie_owner.shown_placements(oid, integer) IS
'The placements that hold, or one of them, at hubs whose partners'' circumstances and weeks a role may see.';

CREATE FUNCTION abie_owner.shown_partners(role oid) RETURNS TABLE (placement_id integer, hub_urn integer, urn integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 500
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	shown integer[] := abie_owner.shown_placements(role);
BEGIN
	RETURN QUERY SELECT p.placement_id, p.hub_urn::integer, p.urn::integer FROM abie.hub_placement p
		WHERE p.placement_id = ANY (shown);
END $$;
COMMENT ON FUNCTION abie_owner.shown_partners(oid) IS 'Of a role, as abie_internal.shown_partners.';

CREATE FUNCTION abie_internal.shown_partners() RETURNS TABLE (placement_id integer, hub_urn integer, urn integer)
LANGUAGE C STABLE PARALLEL SAFE COST 1000 ROWS 500 AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.shown_partners() IS
'Placements that hold at hubs granted to the role in force for partners, or at all for roles that may see all schools.';

DROP FUNCTION abie_owner.partner_differences(oid);
CREATE FUNCTION abie_owner.differences_of_partners(placements integer[])
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 200
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
	newest integer := abie_internal.newest_issued_run();
BEGIN
RETURN QUERY
WITH pair AS MATERIALIZED (
	SELECT v.placement_id, s.stratum, s.references_published, s.numbers, s.categories,
		h.numbers AS hub_numbers, h.categories AS hub_categories,
		abie.distance_parts(abie_internal.scaled_vector(s.numbers, s.categories, d.parameters),
			abie_internal.scaled_vector(h.numbers, h.categories, d.parameters), w.weights) AS parts
	FROM abie.hub_placement v
		JOIN abie.run_school s ON s.run_id = newest AND s.urn = v.urn
		JOIN abie.run_school h ON h.run_id = newest AND h.urn = v.hub_urn AND h.stratum = s.stratum
		JOIN abie.run_weights(newest) w ON w.stratum = s.stratum
		JOIN abie.run_scaling d ON d.run_id = newest AND d.stratum = s.stratum
	WHERE v.placement_id = ANY (placements)
), part AS (
	SELECT p.placement_id, p.references_published, c.characteristic, min(c.position) AS position,
		min(CASE WHEN c.category IS NULL THEN p.hub_numbers[c.element]::text ELSE p.hub_categories[c.element] END)
			AS hub_value,
		min(CASE WHEN c.category IS NULL THEN p.numbers[c.element]::text ELSE p.categories[c.element] END)
			AS school_value, sum(p.parts[c.position] ORDER BY c.position) AS part
	FROM pair p JOIN abie.run_characteristic c ON c.run_id = newest AND c.stratum = p.stratum
	GROUP BY p.placement_id, p.references_published, c.characteristic
)
SELECT p.placement_id, row_number() OVER (PARTITION BY p.placement_id
		ORDER BY CASE WHEN p.references_published THEN p.part END DESC, p.position)::integer,
	p.characteristic, p.hub_value, p.school_value, CASE WHEN p.references_published THEN coalesce(p.part
		/ nullif(sum(p.part) OVER (PARTITION BY p.placement_id ORDER BY p.position
			ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 0), 0) END
FROM part p;
END $$;
COMMENT ON FUNCTION abie_owner.differences_of_partners(integer[]) IS
'Of placements, as abie_internal.partner_differences.';

CREATE FUNCTION abie_owner.partner_differences(role oid)
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 5000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT d.* FROM abie_owner.differences_of_partners(abie_owner.shown_placements(role)) d
$$;
COMMENT ON FUNCTION abie_owner.partner_differences(oid) IS
'Of a role, as abie_internal.partner_differences, of all placements.';

CREATE FUNCTION abie_owner.partner_differences(role oid, placement integer)
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000 ROWS 14
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT d.*
		FROM abie_owner.differences_of_partners(abie_owner.shown_placements(role, placement)) d;
END $$;
COMMENT ON FUNCTION abie_owner.partner_differences(oid, integer) IS
'Of a role, as abie_internal.partner_differences.';

CREATE FUNCTION abie_internal.partner_differences(placement integer)
RETURNS TABLE (placement_id integer, rank integer, characteristic text, hub_value text, school_value text, share float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 2000 ROWS 14 AS 'MODULE_PATHNAME', 'abie_gate_by_key';
COMMENT ON FUNCTION abie_internal.partner_differences(integer) IS
'Circumstances of a partner beside its hub''s, by the newest issued run, if the placement is one of '
'abie_internal.shown_partners. A query that asks for many has them from one look at all.';

CREATE OR REPLACE VIEW abie_report.hub_partner_difference WITH (security_barrier = true) AS
SELECT p.placement_id, p.hub_urn, p.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	k.stratum, d.rank, d.characteristic, m.meaning, d.hub_value, d.school_value, d.share,
	CASE WHEN d.share IS NULL THEN 'c' END AS share_symbol
FROM abie_internal.shown_partners() p
	LEFT JOIN abie_owner.school_key k ON k.urn = p.urn
	CROSS JOIN LATERAL abie_internal.partner_differences(p.placement_id) d
	LEFT JOIN abie.characteristic m ON m.name = d.characteristic;
DROP FUNCTION abie_internal.partner_differences();
DROP FUNCTION abie_owner.differences_of_partners(text[]);

DROP FUNCTION abie_owner.partner_weeks(oid);
CREATE FUNCTION abie_owner.weeks_of_partners(placements integer[])
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
	-- of those that readers may see
	newest integer := (SELECT m.monitor_id FROM abie.monitor m JOIN abie.run r ON r.run_id = m.run_id
		WHERE m.status = 'finished' AND r.status = 'issued' ORDER BY m.as_of DESC, m.monitor_id DESC LIMIT 1);
BEGIN
RETURN QUERY
WITH partner AS MATERIALIZED (
	SELECT p.* FROM abie.hub_placement p WHERE p.placement_id = ANY (placements)
), course AS MATERIALIZED (
	SELECT c.urn, c.week_start, c.course
	FROM abie_owner.common_weeks(newest, ARRAY(SELECT p.urn::integer FROM partner p)) c
	WHERE c.course IS NOT NULL
)
SELECT p.placement_id, w.academic_year::text, w.week_start, w.sess_possible,
	abie.attendance_percent(w.sess_overall, w.sess_possible, NULL), c.course
FROM partner p
	-- the years one by one, for which there is an index
	JOIN abie.attendance_week w ON w.urn = p.urn AND w.academic_year = ANY (ARRAY(
		SELECT abie.academic_year_of(y::date) FROM generate_series(
			abie.year_start(abie.previous_year(abie.academic_year_of(p.from_date))),
			(SELECT abie.year_start(max(h.academic_year)) FROM abie.attendance_week h), interval '1 year') y))
	LEFT JOIN course c ON c.urn = p.urn AND c.week_start = w.week_start;
END $$;
COMMENT ON FUNCTION abie_owner.weeks_of_partners(integer[]) IS 'Of placements, as abie_internal.partner_weeks.';

CREATE FUNCTION abie_owner.partner_weeks(role oid)
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 200000 ROWS 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT w.* FROM abie_owner.weeks_of_partners(abie_owner.shown_placements(role)) w
$$;
COMMENT ON FUNCTION abie_owner.partner_weeks(oid) IS 'Of a role, as abie_internal.partner_weeks, of all placements.';

CREATE FUNCTION abie_owner.partner_weeks(role oid, placement integer)
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000 ROWS 40
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT w.* FROM abie_owner.weeks_of_partners(abie_owner.shown_placements(role, placement)) w;
END $$;
COMMENT ON FUNCTION abie_owner.partner_weeks(oid, integer) IS 'Of a role, as abie_internal.partner_weeks.';

CREATE FUNCTION abie_internal.partner_weeks(placement integer)
RETURNS TABLE (placement_id integer, academic_year text, week_start date, sess_possible bigint, attendance float8,
	course float8)
LANGUAGE C STABLE STRICT PARALLEL SAFE COST 2000 ROWS 40 AS 'MODULE_PATHNAME', 'abie_gate_by_key';
COMMENT ON FUNCTION abie_internal.partner_weeks(integer) IS
'Weeks of a partner, from the year before the placement on, if it is one of abie_internal.shown_partners. A query that '
'asks for many has them from one look at all.';

CREATE OR REPLACE VIEW abie_report.hub_partner_week WITH (security_barrier = true) AS
SELECT p.placement_id, p.hub_urn, p.urn, k.school_name, k.la_code, k.la_name, k.region, k.trust_code, k.trust,
	k.stratum, w.academic_year, w.week_start, w.sess_possible, w.attendance, w.course,
	w.attendance - w.course AS deviation,
	CASE WHEN w.course IS NULL THEN 'x' END AS course_symbol
FROM abie_internal.shown_partners() p
	LEFT JOIN abie_owner.school_key k ON k.urn = p.urn
	CROSS JOIN LATERAL abie_internal.partner_weeks(p.placement_id) w;
DROP FUNCTION abie_internal.partner_weeks();
DROP FUNCTION abie_owner.weeks_of_partners(text[]);

CREATE OR REPLACE FUNCTION abie_owner.hub_partner_facts(hub_urn integer) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
WITH placement AS MATERIALIZED (
	SELECT array_agg(v.placement_id) AS ids FROM abie_owner.partners(ARRAY[hub_partner_facts.hub_urn::text]) v
), difference AS MATERIALIZED (
	SELECT d.placement_id, jsonb_agg(jsonb_build_object('characteristic', d.characteristic, 'meaning', m.meaning,
		'hub_value', d.hub_value, 'school_value', d.school_value, 'share', d.share) ORDER BY d.rank) AS differences
	FROM abie_owner.differences_of_partners((SELECT v.ids FROM placement v)) d
		LEFT JOIN abie.characteristic m ON m.name = d.characteristic
	WHERE d.rank <= 5 GROUP BY d.placement_id
), week AS MATERIALIZED (
	SELECT w.placement_id, jsonb_agg(jsonb_build_object('week_start', w.week_start, 'attendance', w.attendance,
		'course', w.course) ORDER BY w.week_start) AS weeks
	FROM abie_owner.weeks_of_partners((SELECT v.ids FROM placement v)) w GROUP BY w.placement_id
)
SELECT coalesce(jsonb_agg(jsonb_build_object('placement_id', p.placement_id, 'urn', p.urn,
		'name', abie_internal.shown_name(s.school_name, p.urn), 'la_name', s.la_name, 'kind', p.kind, 'phase', p.phase,
		'from_date', p.from_date, 'to_date', p.to_date, 'km', p.km, 'distance', p.distance, 'easting', s.easting,
		'northing', s.northing, 'differences', coalesce(d.differences, '[]'), 'weeks', coalesce(w.weeks, '[]'))
	ORDER BY p.kind, p.km, p.placement_id), '[]')
FROM abie_owner.placement_facts((SELECT v.ids FROM placement v)) p
	-- one by one: of a country's schools they are a few
	LEFT JOIN LATERAL (SELECT k.school_name, k.la_name, r.easting, r.northing
		FROM abie_owner.school_key k JOIN abie.school r ON r.urn = k.urn WHERE k.urn = p.urn OFFSET 0) s ON true
	LEFT JOIN difference d ON d.placement_id = p.placement_id
	LEFT JOIN week w ON w.placement_id = p.placement_id
$$;

-- Runs keep what their schools add up to

CREATE TABLE abie_owner.run_area (
	run_id integer REFERENCES abie.run ON DELETE CASCADE,
	la_code integer,
	stratum text,
	schools integer NOT NULL,
	maintain integer NOT NULL,
	poor_matches integer NOT NULL,
	enrolments bigint,
	attendance bigint,
	expected bigint,
	baseline bigint,
	target bigint,
	improvement bigint,
	least_improvement numeric,
	greatest_improvement numeric,
	PRIMARY KEY (run_id, la_code, stratum)
);
COMMENT ON TABLE abie_owner.run_area IS
'The schools of a run added up by local authority and stratum: abie_owner.area_sums as it was at the end of the '
'calculation, for summaries for those who may see all of them. Where rows of abie.expectation or abie.exclusion are '
'changed by hand those of the run go, and a run that has none is added up whenever somebody asks.';
COMMENT ON COLUMN abie_owner.run_area.run_id IS 'The run.';
COMMENT ON COLUMN abie_owner.run_area.la_code IS
'Number of the local authority, the first three digits of the LAESTAB in the run.';
COMMENT ON COLUMN abie_owner.run_area.stratum IS 'Stratum of the schools: primary or secondary, or left out.';
COMMENT ON COLUMN abie_owner.run_area.schools IS 'Schools.';
COMMENT ON COLUMN abie_owner.run_area.maintain IS 'Of these, those that are to maintain their attendance.';
COMMENT ON COLUMN abie_owner.run_area.poor_matches IS 'Of these, those whose similar schools are far from them.';
COMMENT ON COLUMN abie_owner.run_area.enrolments IS 'Enrolments; NULL of schools left out, as what follows.';
COMMENT ON COLUMN abie_owner.run_area.attendance IS
'Sum of attendance x enrolments, as the other figures in thousand-millionths: abie_internal.weighted.';
COMMENT ON COLUMN abie_owner.run_area.expected IS 'The same of expected attendance.';
COMMENT ON COLUMN abie_owner.run_area.baseline IS 'The same of the baseline.';
COMMENT ON COLUMN abie_owner.run_area.target IS 'The same of the target.';
COMMENT ON COLUMN abie_owner.run_area.improvement IS 'The same of the improvement expected.';
COMMENT ON COLUMN abie_owner.run_area.least_improvement IS 'Least improvement of a school, as published.';
COMMENT ON COLUMN abie_owner.run_area.greatest_improvement IS 'Greatest improvement of a school, as published.';
SELECT pg_catalog.pg_extension_config_dump('abie_owner.run_area', '');
SELECT abie_internal.protect_table('abie_owner.run_area');

CREATE FUNCTION abie_owner.area_sums(run_id integer) RETURNS SETOF abie_owner.run_area
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 500
BEGIN ATOMIC
	SELECT area_sums.run_id, e.laestab / 10000, e.stratum, count(*)::integer,
		(count(*) FILTER (WHERE e.statement = 'maintain'))::integer, (count(*) FILTER (WHERE e.poor_match))::integer,
		sum(e.enrolments), sum(abie_internal.weighted(e.attendance, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.expected, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.baseline, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.target, e.enrolments))::bigint,
		sum(abie_internal.weighted(e.improvement, e.enrolments))::bigint,
		min(e.improvement_rounded), max(e.improvement_rounded)
	FROM abie.expectation e
	WHERE e.run_id = area_sums.run_id
	GROUP BY e.laestab / 10000, e.stratum
	UNION ALL
	SELECT area_sums.run_id, x.laestab / 10000, 'left out', count(*)::integer, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL, NULL
	FROM abie.exclusion x
	WHERE x.run_id = area_sums.run_id
	GROUP BY x.laestab / 10000;
END;
COMMENT ON FUNCTION abie_owner.area_sums(integer) IS
'The schools of a run added up by local authority and stratum; columns as in abie_owner.run_area. Not STRICT, so that '
'it becomes part of the query.';

CREATE FUNCTION abie_owner.forget_areas(role oid, run_id integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- who is not held to row-level security changes rows as well
	IF abie_owner.has_national_access(role, '{calculation}')
		OR EXISTS (SELECT FROM pg_roles r WHERE r.oid = role AND r.rolbypassrls) THEN
		DELETE FROM abie_owner.run_area a WHERE a.run_id = forget_areas.run_id;
	END IF;
END $$;
COMMENT ON FUNCTION abie_owner.forget_areas(oid, integer) IS 'Of a role, as abie_internal.forget_areas.';

CREATE FUNCTION abie_internal.forget_areas(run_id integer) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.forget_areas(integer) IS
'Deletes the rows of a run in abie_owner.run_area; for roles granted calculation or with BYPASSRLS, for others it does '
'nothing.';

CREATE FUNCTION abie_owner.keep_areas(role oid, run_id integer) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- the planner does not know how few areas there are, and would sort all schools by them
SET enable_sort = off
AS $$
BEGIN
	IF abie_owner.has_national_access(role, '{calculation}') THEN
		PERFORM abie_owner.forget_areas(role, run_id);
		INSERT INTO abie_owner.run_area SELECT a.* FROM abie_owner.area_sums(keep_areas.run_id) a;
	END IF;
EXCEPTION WHEN numeric_value_out_of_range THEN
	-- of a school with more pupils than there are: a run is made all the same, and who asks for the sums is told
	NULL;
END $$;
COMMENT ON FUNCTION abie_owner.keep_areas(oid, integer) IS 'Of a role, as abie_internal.keep_areas.';

CREATE FUNCTION abie_internal.keep_areas(run_id integer) RETURNS void
LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie_internal.keep_areas(integer) IS
'Fills abie_owner.run_area with what the schools of a run add up to, but where a sum is no bigint; for roles granted '
'calculation, for others it does nothing.';

CREATE OR REPLACE FUNCTION abie_internal.calculate_digest(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
-- rows for ANALYZE to sample: a tenth of the usual finds the same plans
SET default_statistics_target = 10
AS $$
DECLARE
	in_scope bigint;
	accounted bigint;
BEGIN
	-- a change by hand that has not committed is waited for (abie_internal.guard_run_rows): sums and digests have it
	PERFORM FROM abie.run r WHERE r.run_id = calculate_digest.run_id FOR UPDATE;
	INSERT INTO abie.run_school SELECT s.* FROM pg_temp.abie_run_pool s ORDER BY s.urn;
	PERFORM abie_internal.end_pool();
	PERFORM abie_internal.keep_areas(run_id);
	UPDATE abie.run r
	SET status = 'calculated', percent = 100, finished_at = clock_timestamp(),
		input_digest = abie_internal.input_digest(r.run_id), result_digest = abie_internal.result_digest(r.run_id),
			row_counts = abie_internal.run_row_counts(r.run_id),
		expectations = (SELECT count(*) FROM abie.expectation e WHERE e.run_id = r.run_id),
		exclusions = (SELECT count(*) FROM abie.exclusion x WHERE x.run_id = r.run_id)
	WHERE r.run_id = calculate_digest.run_id
	RETURNING r.schools_in_scope, r.expectations + r.exclusions INTO in_scope, accounted;
	IF in_scope <> accounted THEN
		RAISE EXCEPTION '% schools are in scope, but % have an expectation or a reason why not', in_scope, accounted
			USING ERRCODE = 'internal_error';
	END IF;
	-- who looks at the run now comes before autovacuum, and without statistics of it a report takes minutes; only an
	-- owner may analyze
	IF abie_internal.has_owner_rights('abie.run_school') THEN
		ANALYZE abie.run_school (run_id, urn), abie.similar_list (run_id, urn), abie.expectation (run_id, urn),
			abie.exclusion (run_id, urn), abie.run_scope (run_id, laestab);
	END IF;
	RETURN accounted;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_digest(integer) IS
'Last stage of a run. Keeps the pool as abie.run_school and what the schools add up to (abie_owner.run_area), checks '
'that every school in scope is accounted for, stores the digests, marks the run calculated and renews the planner''s '
'statistics of its tables; the number of schools in scope.';

CREATE OR REPLACE FUNCTION abie_internal.guard_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET jit = off
AS $$
DECLARE
	changed_run integer;
	held_run record;
	held bigint;
BEGIN
	-- in one order, so that two who change rows of several runs do not wait for each other
	FOR changed_run IN SELECT DISTINCT c.run_id FROM changed c ORDER BY c.run_id LOOP
		SELECT r.status, (r.row_counts ->> TG_TABLE_NAME)::bigint AS allowed INTO held_run FROM abie.run r
			WHERE r.run_id = changed_run FOR SHARE;
		IF NOT FOUND AND TG_OP = 'INSERT' THEN
			RAISE EXCEPTION 'there is no run %', changed_run
				USING ERRCODE = 'foreign_key_violation', HINT = 'Runs are in abie.run; abie.calculate makes one.';
		END IF;
		CONTINUE WHEN NOT FOUND;
		IF NOT abie_internal.is_final(held_run.status) THEN
			-- what was added up of these rows holds no more
			PERFORM abie_internal.forget_areas(changed_run) WHERE TG_TABLE_NAME IN ('expectation', 'exclusion');
			CONTINUE;
		END IF;
		IF TG_OP = 'INSERT' THEN
			EXECUTE format('SELECT count(*) FROM abie.%I t WHERE t.run_id = $1',
				TG_TABLE_NAME) INTO held USING changed_run;
			CONTINUE WHEN held <= held_run.allowed;
		END IF;
		RAISE EXCEPTION 'run % is %: its results cannot be changed', changed_run, held_run.status
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Calculate the year again and issue the new run, or take this one back with abie.withdraw.';
	END LOOP;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.guard_run_rows() IS
'Trigger: refuses changes of the rows of an issued, superseded or withdrawn run, and new rows of none; locks '
'the run against becoming one before the change has committed. What was added up of the rows (abie_owner.run_area) '
'goes with them.';

-- Row-level security is not asked for TRUNCATE, and hides from a role what is kept from being emptied.
CREATE FUNCTION abie_internal.refuse_unseen(held regclass, emptied text) RETURNS void
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF row_security_active(held) AND NOT abie_internal.has_national_access('{calculation}') THEN
		RAISE EXCEPTION '% is not granted calculation, and cannot empty %', current_user, emptied
			USING ERRCODE = 'insufficient_privilege', HINT = 'abie.grant_access grants it.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_unseen(regclass, text) IS
'Refuses to empty tables to a role that does not see what a trigger looks for in the held one before.';

CREATE OR REPLACE FUNCTION abie_internal.guard_referral_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.refuse_unseen('abie.referral', 'lists'),
		abie_internal.refuse_old_snapshot('emptying lists');
	LOCK TABLE abie.referral IN SHARE MODE;
	IF EXISTS (SELECT FROM abie.referral r WHERE r.status IN ('issued', 'withdrawn')) THEN
		RAISE EXCEPTION 'lists that were issued are kept as they are'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Delete the others by their numbers.';
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION abie_internal.guard_allocation_truncate() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.refuse_unseen('abie.hub_allocation', 'allocations'),
		abie_internal.refuse_old_snapshot('emptying allocations');
	LOCK TABLE abie.hub_allocation IN SHARE MODE;
	IF EXISTS (SELECT FROM abie.hub_allocation a WHERE a.status IN ('confirmed', 'withdrawn')) THEN
		RAISE EXCEPTION 'allocations that were confirmed are kept as they are'
			USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Delete the others by their numbers.';
	END IF;
	RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION abie_internal.refuse_run_rows() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		RAISE EXCEPTION 'rows of a run cannot be moved to another run'
			USING ERRCODE = 'object_not_in_prerequisite_state';
	END IF;
	PERFORM abie_internal.refuse_unseen('abie.run', 'a table of runs'),
		abie_internal.refuse_old_snapshot('emptying a table of runs');
	-- no run becomes final before this has committed
	LOCK TABLE abie.run IN SHARE MODE;
	IF EXISTS (SELECT FROM abie.run r WHERE abie_internal.is_final(r.status)) THEN
		RAISE EXCEPTION 'results of issued runs cannot be deleted'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Delete other runs by their rows in abie.run; abie.purge deletes the runs of past years.';
	END IF;
	PERFORM abie_internal.forget_areas(r.run_id) FROM abie.run r WHERE TG_TABLE_NAME IN ('expectation', 'exclusion');
	RETURN NULL;
END $$;
COMMENT ON FUNCTION abie_internal.refuse_run_rows() IS
'Trigger: refuses to move rows from run to run, and to truncate a table while a run is issued, superseded or '
'withdrawn; what was added up of the rows (abie_owner.run_area) goes with them.';

CREATE OR REPLACE FUNCTION abie.weighted_mean(total float8, weight bigint) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
-- not STRICT, so that it becomes part of the query
RETURN total / nullif(weight, 0);
COMMENT ON FUNCTION abie.weighted_mean(float8, bigint) IS 'total / weight; NULL where the weight is 0. Not STRICT, so '
'that it becomes part of the query; NULL for NULL.';

CREATE OR REPLACE FUNCTION abie_owner.area_cells(run_id integer, scope text, known integer[], reached integer[],
	partners integer[]) RETURNS SETOF abie_owner.area_cell
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 8000
BEGIN ATOMIC
	SELECT m.la, m.trust, m.stratum, m.published, count(*), count(*) FILTER (WHERE m.maintain),
		count(*) FILTER (WHERE m.poor_match), sum(m.enrolments),
		sum(abie_internal.weighted(m.attendance, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.expected, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.baseline, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.target, m.enrolments))::bigint,
		sum(abie_internal.weighted(m.improvement, m.enrolments))::bigint,
		min(m.improvement_rounded), max(m.improvement_rounded),
		count(*) FILTER (WHERE m.unknown), count(*) FILTER (WHERE m.unknown AND m.maintain),
		count(*) FILTER (WHERE m.unknown AND m.poor_match), count(*) FILTER (WHERE m.beyond),
		count(*) FILTER (WHERE m.beyond AND m.maintain), count(*) FILTER (WHERE m.beyond AND m.poor_match),
		count(*) FILTER (WHERE m.beyond AND m.urn <> ALL (partners))
	FROM (
		SELECT k.*, CASE WHEN scope IS NULL THEN k.laestab / 10000 END AS la,
			coalesce(s.trust, '') COLLATE "C" AS trust,
			-- nobody could be granted what is published without a URN: it has no figure, and is known to all
			known IS NOT NULL AND k.urn IS NOT NULL AND k.urn <> ALL (known) AS unknown,
			reached IS NOT NULL AND k.urn IS NOT NULL AND k.urn <> ALL (reached) AS beyond
		FROM (
			SELECT e.urn::integer AS urn, e.laestab::integer AS laestab, e.stratum COLLATE "C" AS stratum,
				p.urn IS NULL AS published, e.enrolments, e.statement = 'maintain' AS maintain,
				e.poor_match, e.attendance, e.expected, e.baseline, e.target, e.improvement, e.improvement_rounded
			FROM abie.expectation e LEFT JOIN abie.run_school p ON p.run_id = e.run_id AND p.urn = e.urn
				AND NOT p.attendance_published
			WHERE e.run_id = area_cells.run_id
			UNION ALL
			SELECT x.urn::integer, x.laestab::integer, 'left out' COLLATE "C", true, NULL, NULL, NULL, NULL, NULL, NULL,
				NULL, NULL, NULL
			FROM abie.exclusion x WHERE x.run_id = area_cells.run_id) k
			LEFT JOIN abie.school s ON s.urn = k.urn AND s.trust IS NOT NULL) m
	GROUP BY m.la, m.trust, m.stratum, m.published;
END;
COMMENT ON FUNCTION abie_owner.area_cells(integer, text, integer[], integer[], integer[]) IS
'The schools in scope of a run, added up by stratum, local authority and trust; for scope trust, of a summary from '
'which nothing is hidden, not by local authority. known, reached and partners: URNs of '
'the schools that are known to a role, that it reaches, and that are placed at hubs it reaches. Not STRICT because '
'NULL for known or reached stands for all schools, too.';

CREATE FUNCTION abie_owner.kept_areas(run_id integer) RETURNS SETOF abie_owner.run_area
LANGUAGE sql STABLE PARALLEL SAFE COST 1000 ROWS 500
BEGIN ATOMIC
	SELECT a.* FROM abie_owner.run_area a WHERE a.run_id = kept_areas.run_id
	UNION ALL
	SELECT a.* FROM abie_owner.area_sums(kept_areas.run_id) a
	WHERE NOT EXISTS (SELECT FROM abie_owner.run_area k WHERE k.run_id = kept_areas.run_id);
END;
COMMENT ON FUNCTION abie_owner.kept_areas(integer) IS
'The rows of a run in abie_owner.run_area, or what they would be where it has none. Not STRICT, so that it becomes '
'part of the query.';


CREATE TYPE abie_owner.area_figures AS (code text, name text, stratum text, schools bigint, expectations bigint,
	exclusions bigint, maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8,
	baseline float8, target float8, improvement float8, least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text);
COMMENT ON TYPE abie_owner.area_figures IS 'A row of abie_internal.area_summary.';
COMMENT ON COLUMN abie_owner.area_figures.code IS 'Number of the local authority or name of the trust.';
COMMENT ON COLUMN abie_owner.area_figures.name IS 'Name of the local authority.';
SELECT abie_owner.describe_as('abie_owner.area_figures', 'abie_report.national_summary');

CREATE FUNCTION abie_owner.whole_summary(run_id integer, scope text) RETURNS SETOF abie_owner.area_figures
LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 500
BEGIN ATOMIC
	SELECT t.la_code::text, la.la_name::text, t.stratum, t.schools, CASE WHEN t.left_out THEN 0 ELSE t.schools END,
		CASE WHEN t.left_out THEN t.schools ELSE 0 END, t.maintain, t.poor_matches, t.enrolments,
		abie.weighted_mean(t.attendance, t.enrolments), abie.weighted_mean(t.expected, t.enrolments),
		abie.weighted_mean(t.baseline, t.enrolments), abie.weighted_mean(t.target, t.enrolments),
		abie.weighted_mean(t.improvement, t.enrolments), t.least_improvement, t.greatest_improvement,
		NULL, NULL, NULL, CASE WHEN t.left_out THEN 'z' END, CASE WHEN t.left_out THEN 'z' END
	FROM (
		SELECT CASE scope WHEN 'local authority' THEN k.la_code END AS la_code, k.stratum,
			k.stratum = 'left out' AS left_out, sum(k.schools) AS schools,
			sum(k.maintain) AS maintain, sum(k.poor_matches) AS poor_matches, sum(k.enrolments)::bigint AS enrolments,
			sum(k.attendance)::float8 / 1e9::float8 AS attendance, sum(k.expected)::float8 / 1e9::float8 AS expected,
			sum(k.baseline)::float8 / 1e9::float8 AS baseline, sum(k.target)::float8 / 1e9::float8 AS target,
			sum(k.improvement)::float8 / 1e9::float8 AS improvement,
			min(k.least_improvement) AS least_improvement, max(k.greatest_improvement) AS greatest_improvement
		FROM abie_owner.kept_areas(whole_summary.run_id) k
		GROUP BY 1, 2) t
		LEFT JOIN abie.local_authority la ON la.la_code = t.la_code
	ORDER BY t.la_code, t.stratum COLLATE "C";
END;
COMMENT ON FUNCTION abie_owner.whole_summary(integer, text) IS
'As abie_internal.area_summary, for a role that may see all of a run; scope local authority or national. Not STRICT, '
'so that it becomes part of the query.';

CREATE FUNCTION abie_owner.limited_summary(role oid, run_id integer, scope text) RETURNS SETOF abie_owner.area_figures
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
SET jit = off
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
	known integer[] := CASE WHEN NOT abie_owner.has_national_access(role, '{results,support,calculation}')
		THEN ARRAY(SELECT a.urn FROM abie_owner.accessible_schools(role, '{results,support}') a) END;
	-- what can be taken off what is shown
	reach abie.access_grant[] := ARRAY(SELECT g
		FROM abie_owner.grants_within_reach(role, '{results,support,calculation}') g);
	reached integer[] := CASE WHEN NOT EXISTS (SELECT FROM unnest(reach) g WHERE g.scope = 'national')
		THEN ARRAY(SELECT s.urn FROM abie_owner.schools_of_grants(reach) s) END;
	-- a hub sees the weeks of its partners, if not what is expected of them
	partners integer[] := ARRAY(SELECT p.urn::integer FROM abie_owner.partners(ARRAY(
		SELECT g.code FROM abie_owner.grants_within_reach(role, '{partners}') g)) p);
	cells abie_owner.area_cell[] := ARRAY(SELECT c FROM abie_owner.area_cells(limited_summary.run_id,
		CASE WHEN known IS NULL THEN scope END, known, reached, partners) c);
BEGIN
RETURN QUERY
WITH hidden AS MATERIALIZED (
	-- of areas of this scope; nothing is hidden from a role that knows all
	SELECT h.stratum, coalesce(h.la, h.trust, '') AS code FROM abie_owner.hidden_areas(cells) h
	WHERE known IS NOT NULL AND (h.la IS NOT NULL) = (scope = 'local authority')
		AND (h.trust IS NOT NULL) = (scope = 'trust')
), area AS (
	SELECT a.*, a.unknown = 0 AS whole, h.stratum IS NULL AS counted,
		h.stratum IS NULL AND a.enrolments IS NOT NULL AS averaged,
		-- parts of the schools of a local authority or trust are not shown: they are other totals than those looked at
		a.left_out OR scope = 'national' AND abie_internal.share_is_shown(a.maintain_unknown, a.unknown)
			AND abie_internal.share_is_shown(a.maintain_beyond, a.beyond) AS maintain_safe,
		a.left_out OR scope = 'national' AND abie_internal.share_is_shown(a.poor_unknown, a.unknown)
			AND abie_internal.share_is_shown(a.poor_beyond, a.beyond) AS poor_safe
	FROM abie_owner.area_totals(scope, cells) a
		LEFT JOIN hidden h ON h.stratum = a.stratum AND h.code = coalesce(a.code, '')
), mean AS (
	SELECT a.*, CASE WHEN a.averaged THEN a.enrolments END AS weight,
		a.whole OR a.counted AND a.maintain_safe AS maintain_shown, a.whole OR a.counted AND a.poor_safe AS poor_shown
	FROM area a
)
SELECT s.code, la.la_name::text, s.stratum, CASE WHEN s.counted THEN s.schools END,
	CASE WHEN s.counted THEN CASE WHEN s.left_out THEN 0 ELSE s.schools END END,
	CASE WHEN s.counted THEN CASE WHEN s.left_out THEN s.schools ELSE 0 END END,
	CASE WHEN s.maintain_shown THEN s.maintain END, CASE WHEN s.poor_shown THEN s.poor_matches END,
	s.weight, abie.weighted_mean(s.attendance, s.weight), abie.weighted_mean(s.expected, s.weight),
	abie.weighted_mean(s.baseline, s.weight), abie.weighted_mean(s.target, s.weight),
	abie.weighted_mean(s.improvement, s.weight),
	CASE WHEN s.whole THEN s.least_improvement END, CASE WHEN s.whole THEN s.greatest_improvement END,
	CASE WHEN NOT s.counted THEN 'c' END, CASE WHEN NOT s.maintain_shown THEN 'c' END,
	CASE WHEN NOT s.poor_shown THEN 'c' END, CASE WHEN s.left_out THEN 'z' WHEN NOT s.averaged THEN 'c' END,
	CASE WHEN s.left_out THEN 'z' WHEN NOT s.whole THEN 'c' END
FROM mean s LEFT JOIN abie.local_authority la ON scope = 'local authority' AND la.la_code = s.code::integer;
END $$;
COMMENT ON FUNCTION abie_owner.limited_summary(oid, integer, text) IS
'As abie_internal.area_summary, of a run that a role may read: from its schools, for what is shown depends on which of '
'them the role may see, and trusts are those of today.';

CREATE OR REPLACE FUNCTION abie_owner.area_summary(role oid, run_id integer, scope text)
RETURNS TABLE (code text, name text, stratum text, schools bigint, expectations bigint, exclusions bigint,
	maintain bigint, poor_matches bigint, enrolments bigint, attendance float8, expected float8, baseline float8,
	target float8, improvement float8, least_improvement numeric, greatest_improvement numeric,
	schools_symbol text, maintain_symbol text, poor_matches_symbol text, figures_symbol text, range_symbol text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 300
SET search_path = pg_catalog, pg_temp
SET jit = off
-- a view asks for each of many runs, and planning would take longer than adding up
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
IF scope NOT IN ('local authority', 'trust', 'national') THEN
	RAISE EXCEPTION 'scope of a summary cannot be "%"', scope
		USING ERRCODE = 'invalid_parameter_value', HINT = 'Scopes are local authority, trust and national.';
ELSIF NOT area_summary.run_id = ANY (abie_owner.readable_runs(role)) THEN
	RETURN;
ELSIF scope <> 'trust' AND abie_owner.has_national_access(role, '{results,support,calculation}') THEN
	RETURN QUERY SELECT w.* FROM abie_owner.whole_summary(area_summary.run_id, scope) w;
ELSE
	RETURN QUERY SELECT l.* FROM abie_owner.limited_summary(role, area_summary.run_id, scope) l;
END IF;
END $$;
COMMENT ON FUNCTION abie_owner.area_summary(oid, integer, text) IS 'Of a role, as abie_internal.area_summary.';

-- runs that are held
SELECT abie_internal.keep_areas(r.run_id) FROM abie.run r WHERE r.result_digest IS NOT NULL ORDER BY r.run_id;

-- Rates without counts are found by an index, and what all a row holds is looked at where it is wanted elsewhere

CREATE INDEX ON abie.attendance (urn) WHERE sess_possible IS NULL;

CREATE OR REPLACE FUNCTION abie_internal.import_align_held_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Only rows that hold nothing but rates of england-abs move. One whose new place is held by a row that stays is
-- blocked, and so is one that waits for the place of a blocked one; the others change places, in rings too.
-- OFFSET 0: what all a row holds is looked at once it is known to be wanted elsewhere, not of all rows.
RETURN $query$
WITH RECURSIVE rates AS MATERIALIZED (
	SELECT a.academic_year, a.laestab, a.urn
	FROM abie.attendance a
	WHERE a.sess_possible IS NULL AND a.sources ->> 'urn' = 'england-abs'
), single AS (
	SELECT r.academic_year, r.urn, min(r.laestab) AS laestab
	FROM pg_temp.abie_import_row r
	WHERE r.set_aside IS NULL AND r.problems IS NULL
		AND (r.academic_year, r.urn) IN (SELECT rates.academic_year, rates.urn FROM rates)
	GROUP BY r.academic_year, r.urn
	HAVING count(*) = 1
), wanted AS MATERIALIZED (
	SELECT (elsewhere.held).academic_year, (elsewhere.held).laestab, elsewhere.place
	FROM (SELECT a AS held, single.laestab AS place
		FROM rates
			JOIN single ON single.academic_year = rates.academic_year
				AND single.urn = rates.urn
				AND single.laestab <> rates.laestab
			JOIN abie.attendance a ON a.academic_year = rates.academic_year AND a.laestab = rates.laestab
		OFFSET 0) elsewhere
	WHERE NOT EXISTS (SELECT FROM jsonb_each_text((elsewhere.held).sources) s WHERE s.value <> 'england-abs')
		AND jsonb_strip_nulls(to_jsonb(elsewhere.held)
				- '{academic_year,laestab,markers,sources,source,recorded_at}'::text[])
			- ARRAY(SELECT jsonb_object_keys((elsewhere.held).sources)) = '{}'
		AND NOT EXISTS (SELECT FROM abie.attendance other
			WHERE other.academic_year = (elsewhere.held).academic_year AND other.urn = (elsewhere.held).urn
				AND other.laestab <> (elsewhere.held).laestab)
), blocked AS (
	SELECT w.academic_year, w.laestab
	FROM wanted w
		JOIN abie.attendance a ON a.academic_year = w.academic_year AND a.laestab = w.place
		LEFT JOIN wanted mover ON mover.academic_year = a.academic_year AND mover.laestab = a.laestab
	WHERE mover.laestab IS NULL
	UNION
	SELECT w.academic_year, w.laestab
	FROM blocked b
		JOIN wanted w ON w.academic_year = b.academic_year AND w.place = b.laestab
), gone AS (
	DELETE FROM abie.attendance held
	USING wanted w
		LEFT JOIN blocked b USING (academic_year, laestab)
	WHERE b.laestab IS NULL AND held.academic_year = w.academic_year AND held.laestab = w.laestab
	RETURNING jsonb_populate_record(held, jsonb_build_object('laestab', w.place)) AS moved
)
SELECT array_agg(gone.moved) FROM gone$query$;

-- Rows of a file are counted once, and what is held is not read again where all of them are new

CREATE OR REPLACE FUNCTION abie_internal.import_cells(format text, header text[], academic_year text)
RETURNS TABLE (field text, kind text, part_of text, column_number integer, raw text, value text, marker text,
	problem text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 30
-- Not STRICT: the year may be missing.
BEGIN ATOMIC
	-- every field of the format, mapped or not, and the parts of fields found by *
	WITH fields AS (
		SELECT c.field, c.kind, c.filled, m.column_number, m.header_name, NULL::text AS part_of
		FROM abie.import_format c
			LEFT JOIN abie_internal.import_mapping(import_cells.format, import_cells.header) m ON m.field = c.field
			AND m.part_of IS NULL
		WHERE c.format = import_cells.format
			AND NOT EXISTS (SELECT FROM pg_catalog.unnest(c.header_names) w WHERE w LIKE '%*')
		UNION ALL
		SELECT m.field, c.kind, false, m.column_number, m.header_name, m.part_of
		FROM abie_internal.import_mapping(import_cells.format, import_cells.header) m
			JOIN abie.import_format c ON c.format = import_cells.format AND c.field = m.part_of
	), named AS (
		SELECT f.*, k.value, k.none, k.expected, k.none = 'marker' AS is_figure,
			pg_catalog.quote_ident('r_' || f.field) AS cell,
			CASE WHEN f.column_number IS NULL THEN 'NULL::text'
				-- what reads a figure sees to the white space
				WHEN k.none = 'marker' THEN 'c' || f.column_number
				-- a marker stands for a missing date or text as it does for a figure, but names no row
				WHEN f.filled THEN pg_catalog.format('abie_internal.import_text(c%s)', f.column_number)
				ELSE pg_catalog.format('abie_internal.figure_text(c%s)', f.column_number) END AS raw
		FROM fields f JOIN abie.import_kind k USING (kind)
	)
	SELECT n.field, n.kind, n.part_of, n.column_number, n.raw,
		CASE WHEN n.column_number IS NULL AND n.kind = 'year'
			THEN pg_catalog.format('abie_internal.import_year(%L)', import_cells.academic_year)
			ELSE pg_catalog.format(n.value, n.raw) END,
		CASE WHEN n.is_figure AND n.column_number IS NULL THEN 'NULL::text'
			WHEN n.is_figure THEN pg_catalog.format('CASE WHEN %I IS NULL '
				'THEN abie_internal.figure_found_marker(%s) END', n.field, n.raw) END,
		CASE WHEN n.column_number IS NOT NULL AND (n.kind <> 'text' OR n.filled)
			-- the expression for none may be NULL for a text it cannot read
			THEN pg_catalog.format('CASE WHEN %1$I IS NULL THEN CASE WHEN %2$s IS NULL THEN %3$L '
				'WHEN (%4$s) IS NOT TRUE THEN %5$L || abie_internal.import_shown(%2$s) || %6$L END END', n.field,
				CASE WHEN n.is_figure THEN pg_catalog.format('abie_internal.import_text(%s)', n.cell) ELSE n.cell END,
				CASE WHEN n.filled THEN n.header_name || ' is empty' END,
				CASE WHEN n.is_figure THEN pg_catalog.format('%I IS NOT NULL', 'm_' || n.field)
					ELSE pg_catalog.format(n.none, n.cell) END,
				n.header_name || ' "', '" is not ' || n.expected) END
	FROM named n;
END;
COMMENT ON FUNCTION abie_internal.import_cells(text, text[], text) IS
'How a file with this header gives the fields of its format, as expressions that build on each other: raw, the text of '
'the cell; value; marker, of figures; problem, what is wrong with the cell.';

CREATE OR REPLACE FUNCTION abie_internal.import_parse_query(format text, header text[], academic_year text,
	register_date date)
	RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
-- Not STRICT: year and date may be missing. In PL/pgSQL, which plans its query once a session.
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	-- OFFSET 0 keeps the planner from putting a value's expression in every place that uses it; the text of a cell is
	-- wanted where it has none only. A CTE that numbers lines would be kept. A temporary table is read in the order it
	-- was filled, by one process.
	SELECT format($query$
CREATE TEMP TABLE abie_import_row ON COMMIT DROP AS
SELECT line, given_year, given_date, %s AS set_aside, nullif(concat_ws('; ', %s%s), '') AS problems, %s%s%s
FROM (
	SELECT *, abie_internal.import_year(%L) AS given_year, %L::date AS given_date, %s%s
	FROM (
		SELECT abie_internal.import_line() AS line, %s, %s
		FROM pg_temp.abie_import_stage OFFSET 0
	) typed
) marked$query$,
		coalesce(min(publication.set_aside), 'NULL::text'),
		string_agg(cell.problem, E',\n\t' ORDER BY cell.column_number),
		(SELECT string_agg(format(E',\n\tCASE WHEN %s THEN %s END', c.fails, c.reason), '')
			FROM abie.import_check c WHERE c.format = import_parse_query.format),
		string_agg(quote_ident(cell.field), ', '),
		string_agg(', ' || quote_ident('m_' || cell.field), '') FILTER (WHERE cell.marker IS NOT NULL),
		abie_internal.import_gathered(import_parse_query.format, header),
		academic_year, register_date,
		string_agg(format('%s AS %I', cell.raw, 'r_' || cell.field), E',\n\t\t'),
		string_agg(format(E',\n\t\t%s AS %I', cell.marker, 'm_' || cell.field), '')
			FILTER (WHERE cell.marker IS NOT NULL),
		string_agg(DISTINCT 'c' || cell.column_number, ', '),
		string_agg(format('%s AS %I', cell.value, cell.field), E',\n\t\t\t'))
	INTO statement
	FROM abie_internal.import_cells(import_parse_query.format, header, import_parse_query.academic_year) cell,
		abie.import_publication publication
	WHERE publication.format = import_parse_query.format;
	RETURN statement;
END $$;
COMMENT ON FUNCTION abie_internal.import_parse_query(text, text[], text, date) IS
'The statement that reads the staged cells into pg_temp.abie_import_row: line, why a row is set aside or what is wrong '
'with it, and every field as its kind, with its marker.';

CREATE FUNCTION abie_internal.import_refuse_repeated(format text) RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text;
	accepted bigint;
	has_repeat boolean;
	refused bigint := 0;
BEGIN
	SELECT string_agg(k.expression, ', ') INTO key
	FROM (SELECT target.expression
		FROM abie.import_target target JOIN abie.import_publication p ON p.format = target.format
			AND p.main_table = target.target_table
		WHERE target.format = import_refuse_repeated.format
			AND target.target_column = ANY (abie_internal.import_key(target.target_table))
		-- of the long layout several rows make one
		UNION ALL SELECT 'attendance_reason' WHERE import_refuse_repeated.format = 'ees-attendance-reasons') k;
	-- hashes that are not the same are told faster than groups are made
	EXECUTE format('SELECT count(*), abie_internal.has_repeat(hash_record_extended(ROW(%s), 0)) '
			'FROM pg_temp.abie_import_row WHERE set_aside IS NULL AND problems IS NULL', key)
	INTO accepted, has_repeat;
	IF has_repeat THEN
		EXECUTE format($query$
			UPDATE pg_temp.abie_import_row r
			SET problems = 'second row of the same key: the first is line ' || repeated.first_line
			FROM (SELECT line, min(line) OVER (PARTITION BY %1$s) AS first_line FROM pg_temp.abie_import_row
				WHERE set_aside IS NULL AND problems IS NULL AND ROW(%1$s) IS NOT NULL) repeated
			WHERE r.line = repeated.line AND repeated.line > repeated.first_line$query$, key);
		GET DIAGNOSTICS refused = ROW_COUNT;
	END IF;
	RETURN accepted - refused;
END $$;
COMMENT ON FUNCTION abie_internal.import_refuse_repeated(text) IS
'Rejects rows of the file under way whose key an earlier row has; the number of rows that are neither set aside nor '
'rejected. A part of import_finish.';

DROP FUNCTION abie_internal.import_repeated_query(text);

CREATE FUNCTION abie_internal.import_says_nothing_new(target_table text, columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- Where what is held of the row has no source but the incoming one, no column has to be looked up among the sources.
-- The object they are compared with is a constant: all rows have the same source, but those on schools, whose source
-- names the edition. Of these a blank date of closing is a statement.
RETURN (
	SELECT CASE WHEN target_table = 'school'
		THEN 't.sources IS NOT NULL' || pg_catalog.string_agg(pg_catalog.format(CASE WHEN c = 'close_date'
				THEN ' AND n.%1$I IS NOT DISTINCT FROM t.%1$I AND t.sources ->> %1$L = n.new_source'
				ELSE ' AND (n.%1$I IS NULL OR n.%1$I = t.%1$I AND t.sources ->> %1$L = n.new_source)' END, c), '')
		ELSE pg_catalog.format('t.sources <@ jsonb_object(%L::text[], array_fill(n.new_source, ARRAY[%s]))%s',
			columns, pg_catalog.cardinality(columns),
			pg_catalog.string_agg(pg_catalog.format(' AND (n.%1$I IS NULL OR n.%1$I = t.%1$I) AND n.%2$I IS NULL',
				c, 'm_' || c), '')) END
	FROM pg_catalog.unnest(columns) c);
COMMENT ON FUNCTION abie_internal.import_says_nothing_new(text, text[]) IS
'Condition: true where the incoming row n has no marker and says nothing but what the held row t has from the same '
'source; any other row is decided column by column.';

CREATE OR REPLACE FUNCTION abie_internal.import_compared_query(target_table text, columns text[], others text[])
	RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
	SELECT pg_catalog.format(E'SELECT n.*, t.%I IS NOT NULL AS is_held, t.sources AS held_sources%s%s%s\n'
			'FROM incoming n LEFT JOIN abie.%I t ON %s%s',
		(abie_internal.import_key(import_compared_query.target_table))[1],
		CASE WHEN import_compared_query.target_table <> 'school' THEN ', t.markers AS held_markers' END,
		pg_catalog.string_agg(pg_catalog.format(', t.%I AS %I', c, 'held_' || c), ''),
		(SELECT pg_catalog.string_agg(pg_catalog.format(', t.%1$I AS %1$I', o), '') FROM pg_catalog.unnest(others) o),
		import_compared_query.target_table, abie_internal.import_same_row(import_compared_query.target_table),
		pg_catalog.format(' WHERE (%s) IS NOT TRUE',
			abie_internal.import_says_nothing_new(import_compared_query.target_table, columns)))
	FROM pg_catalog.unnest(columns) c);
COMMENT ON FUNCTION abie_internal.import_compared_query(text, text[], text[]) IS
'The query that puts incoming rows beside the held ones, if one is; rows that say nothing new are left out. '
'abie.school keeps no markers.';

DROP FUNCTION abie_internal.import_says_nothing_new(text[]);

CREATE OR REPLACE FUNCTION abie_internal.import_decided_query(format text, target_table text, columns text[])
	RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	decisions text;
BEGIN
	SELECT string_agg(format(E',\n\t%s AS %I',
			-- a blank date of closing is a statement (open), any other blank is not
			format(CASE WHEN target_table = 'school' AND c = 'close_date'
					THEN 'CASE WHEN n.held_sources -> %1$L IS NULL THEN n.%2$I IS NULL ELSE %3$s END'
					ELSE 'n.%1$I IS NOT NULL AND CASE WHEN n.%2$I IS NULL THEN true ELSE %3$s END' END,
				c, 'held_' || c, abie_internal.import_outranks(target_table, c)),
			'takes_' || c), '')
		|| CASE WHEN target_table = 'school' THEN ''
			ELSE string_agg(format(
				-- a later edition that withdraws a figure withdraws its own, nobody else's
				E',\n\tn.%1$I IS NULL AND n.%2$I IS NOT NULL AND CASE WHEN n.%3$I IS NOT NULL '
					'THEN coalesce(n.held_sources ->> %1$L = n.new_source, false)
					WHEN n.held_markers -> %1$L IS NULL THEN true ELSE %4$s END AS %5$I',
				c, 'm_' || c, 'held_' || c, abie_internal.import_outranks(target_table, c), 'takes_m_' || c), '') END
	INTO decisions
	FROM unnest(columns) c;
	-- where all are new, what is held is not read again
	RETURN format(E'SELECT n.*, %s AS other_school%s\nFROM compared n\n'
			'WHERE n.is_held AND (SELECT count(*) FROM added) < %s',
		CASE WHEN target_table = 'attendance'
			-- a publication may correct the URN it gave itself
			THEN format($sql$CASE WHEN n.held_sources ->> 'urn' IS DISTINCT FROM %L AND n.held_urn <> n.urn
		THEN concat('laestab ', n.laestab, ' is held for URN ', n.held_urn, ', not ', n.urn) END$sql$, format)
			ELSE 'NULL::text' END,
		decisions, CASE WHEN target_table = 'school' THEN '(SELECT count(*) FROM incoming)' ELSE '$2' END);
END $$;

CREATE OR REPLACE FUNCTION abie_internal.import_merge_query(format text, target_table text, columns text[],
	incoming text)
	RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	others text[] := abie_internal.import_other_columns(format, target_table, columns);
	keeps_markers boolean := target_table <> 'school';
	statement text;
BEGIN
	-- Reading the decided rows twice is faster than keeping the merged ones.
	-- Taken columns and markers are gathered as arrays of names: one jsonb_object is much faster than
	-- jsonb_build_object. Incoming rows on schools are sorted, and so kept.
	SELECT format($query$
WITH incoming AS %1$s (%2$s),
compared AS %17$s (
	%16$s
), added AS (
	%3$s
), decided AS MATERIALIZED (
	%4$s
), changed AS (
	SELECT d.*, array_remove(ARRAY[%5$s], NULL) AS taken, array_remove(ARRAY[%6$s]::text[], NULL) AS taken_markers
	FROM decided d
	WHERE %7$s
), merged AS (
	SELECT line, other_school, %8$s, %9$s%10$s,
		held_sources || jsonb_object(taken || taken_markers,
			array_fill(new_source, ARRAY[cardinality(taken || taken_markers)])) AS sources%11$s
	FROM changed
), checked AS NOT MATERIALIZED (
	SELECT m.*, coalesce(other_school, %12$s) AS broken FROM merged m
), written AS (
	UPDATE abie.%13$I t
	SET %14$s, sources = n.sources, source = $1, recorded_at = DEFAULT
	FROM checked n
	WHERE %15$s AND n.broken IS NULL
	RETURNING 1
), refused AS (
	UPDATE pg_temp.abie_import_row r
	SET problems = c.broken
	FROM checked c
	WHERE c.broken IS NOT NULL AND r.line = c.line
	RETURNING 1
)
SELECT ARRAY[a.rows, a.rows + (SELECT count(*) FROM written), $2 - (SELECT count(*) FROM refused)]
FROM (SELECT count(*) AS rows FROM added) a$query$,
		CASE WHEN keeps_markers THEN 'NOT MATERIALIZED' ELSE 'MATERIALIZED' END,
		incoming,
		abie_internal.import_added_query(target_table, columns),
		abie_internal.import_decided_query(format, target_table, columns),
		string_agg(format('CASE WHEN d.%I THEN %L END', 'takes_' || c, c), ', '),
		string_agg(format('CASE WHEN d.%I THEN %L END', 'takes_m_' || c, c), ', ') FILTER (WHERE keeps_markers),
		abie_internal.import_differs(columns, keeps_markers),
		array_to_string(abie_internal.import_key(target_table), ', '),
		string_agg(format('CASE WHEN %I THEN %I %sELSE %I END AS %2$I', 'takes_' || c, c,
			CASE WHEN keeps_markers THEN format('WHEN %I THEN NULL ', 'takes_m_' || c) END, 'held_' || c), ', '),
		(SELECT string_agg(format(', %I', o), '') FROM unnest(others) o),
		CASE WHEN keeps_markers
			THEN format(E',\n\t\t(held_markers - taken) || CASE WHEN taken_markers = ''{}'' THEN ''{}'' '
				'ELSE jsonb_object(taken_markers, array_remove(ARRAY[%s], NULL)) END AS markers',
				string_agg(format('CASE WHEN %I THEN %I END', 'takes_m_' || c, 'm_' || c), ', ')) END,
		abie_internal.import_broken(format, target_table),
		target_table,
		string_agg(format('%1$I = n.%1$I', c), ', ')
			|| CASE WHEN keeps_markers THEN ', markers = n.markers' ELSE '' END,
		abie_internal.import_same_row(target_table),
		abie_internal.import_compared_query(target_table, columns, others),
		-- where little is held, most of the rows are added: joining twice is faster than keeping them
		CASE WHEN pg_relation_size(format('abie.%I', target_table)::regclass)
				> pg_relation_size('pg_temp.abie_import_row')
			THEN 'MATERIALIZED' ELSE 'NOT MATERIALIZED' END)
	INTO statement
	FROM unnest(columns) c;
	RETURN statement;
END $$;
COMMENT ON FUNCTION abie_internal.import_merge_query(text, text, text[], text) IS
'The statement that merges incoming rows into a table: it compares them with what is held '
'(abie_internal.import_compared_query), adds those of which none is (abie_internal.import_added_query), and decides on '
'the others (abie_internal.import_decided_query). A held row is written only when a value, a marker or its source '
'differs; a row that would break a check together with what is held is rejected. Gives new rows, rows written, rows '
'merged, of as many as $2 says.';

CREATE FUNCTION abie_internal.import_merge(format text, target_table text, file text, header text[], accepted bigint)
	RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns text[] := abie_internal.import_columns(format, target_table, header);
	counts bigint[];
BEGIN
	IF target_table = 'attendance' THEN
		PERFORM abie_internal.import_align(format);
	END IF;
	IF target_table = 'school_link' THEN
		counts := abie_internal.import_merge_links(file);
	ELSIF target_table = 'published_attendance' THEN
		EXECUTE abie_internal.import_week_query(format) INTO counts USING format || ': ' || file;
	ELSIF target_table = 'pupil_sessions' THEN
		counts := abie_internal.import_pupil_sessions((SELECT s.register_date FROM pg_temp.abie_import_state s),
			format || ': ' || file);
	ELSIF cardinality(columns) = 0 THEN
		-- the file says nothing of schools but their URNs
		counts := '{0,0,0}';
	ELSE
		EXECUTE abie_internal.import_merge_query(format, target_table, columns,
			abie_internal.import_incoming_query(format, target_table, columns))
		INTO counts USING format || ': ' || file, accepted;
	END IF;
	RETURN ARRAY[counts[1], counts[2] - counts[1], counts[3] - counts[2]];
END $$;
COMMENT ON FUNCTION abie_internal.import_merge(text, text, text, text[], bigint) IS
'Merges the rows read, so many are accepted, into one table, column by column; gives rows stored, updated and, of the '
'file''s main table, unchanged. A value whose entry '
'in sources names no publication is kept. A value that a publication gave is replaced by the same publication or one '
'that outranks it (abie.import_precedence), and withdrawn by a marker of the same publication. A row of attendance is '
'never filled with the figures of another URN.';

DROP FUNCTION abie_internal.import_merge(text, text, text, text[]);

CREATE FUNCTION abie_internal.import_counts(format text)
RETURNS TABLE (set_aside text, rejected boolean, type text, times bigint)
LANGUAGE plpgsql STABLE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN QUERY EXECUTE format($query$
		SELECT r.set_aside, r.set_aside IS NULL AND r.problems IS NOT NULL, %s, count(*)
		FROM pg_temp.abie_import_row r
		GROUP BY 1, 2, 3$query$,
		(SELECT coalesce(min(quote_ident(f.field)), 'NULL::text') FROM abie.import_format f
		WHERE f.format = import_counts.format AND f.field IN ('school_type', 'phase')));
END $$;
COMMENT ON FUNCTION abie_internal.import_counts(text) IS
'How many rows of the import under way are set aside, with the reason, rejected or merged, by school type (of GIAS, '
'phase). A part of import_finish.';

CREATE OR REPLACE FUNCTION abie_internal.import_log(state record, counts bigint[],
	schools bigint[]) RETURNS abie.import
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	logged abie.import;
BEGIN
	WITH counted AS MATERIALIZED (
		SELECT * FROM abie_internal.import_counts(state.format)
	), types AS (
		SELECT abie_internal.import_shown(c.type) AS type, sum(c.times) AS times
		FROM counted c
		WHERE c.set_aside IS NULL AND NOT c.rejected AND c.type <> 'Not applicable'
			AND abie_internal.stratum(c.type) IS NULL
		GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
	), reasons AS (
		SELECT c.set_aside AS reason, sum(c.times) AS times FROM counted c WHERE c.set_aside IS NOT NULL GROUP BY 1
	)
	INSERT INTO abie.import (format, file, digest, academic_year, register_date, records, rows_read, stored, updated,
		unchanged,
		set_aside, rejected, set_aside_reasons, types_not_understood, schools_stored, schools_updated)
	SELECT state.format, state.file, state.digest, state.academic_year, state.register_date, state.records,
		sum(c.times), counts[1], counts[2], counts[3],
		coalesce(sum(c.times) FILTER (WHERE c.set_aside IS NOT NULL), 0),
		coalesce(sum(c.times) FILTER (WHERE c.rejected), 0),
		coalesce((SELECT jsonb_object_agg(r.reason, r.times) FROM reasons r), '{}'),
		coalesce((SELECT jsonb_object_agg(t.type, t.times) FROM types t), '{}'), schools[1], schools[2]
	FROM counted c
	RETURNING * INTO logged;
	RETURN logged;
END $$;
COMMENT ON FUNCTION abie_internal.import_log(record, bigint[], bigint[]) IS
'Writes the log row of the import under way and returns it; of the types that abie_internal.stratum does not know the '
'20 most frequent. A part of import_finish.';

DROP FUNCTION abie_internal.import_types_not_understood(text);

CREATE OR REPLACE FUNCTION abie.import_finish() RETURNS abie.import
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
-- compiling its long expressions takes longer than running them; a nested loop over tables that were filled a moment
-- ago, of which the planner knows little, takes for ever
SET jit = off
SET enable_nestloop = off
-- nothing here is read by several processes, but what the line before makes dear would be
SET max_parallel_workers_per_gather = 0
-- a large file's rows, sorted and joined in memory
SET work_mem = '64MB'
-- rows for ANALYZE to sample: a tenth of the usual finds the same plans
SET default_statistics_target = 10
AS $$
DECLARE
	state record;
	main text;
	arrived bigint;
	accepted bigint;
	counts bigint[];
	named bigint;
	schools bigint[] := ARRAY[0, 0, 0];
	logged abie.import;
BEGIN
	IF to_regclass('pg_temp.abie_import_state') IS NULL THEN
		RAISE EXCEPTION 'no import has begun in this transaction'
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Call abie.import_begin and copy the file into pg_temp.abie_import_stage in the same '
					'transaction, or use the program abie-load.';
	END IF;
	SELECT * INTO state FROM pg_temp.abie_import_state;
	SELECT p.main_table INTO main FROM abie.import_publication p WHERE p.format = state.format;
	-- one import at a time: what is held is read, compared and written
	LOCK TABLE abie.school, abie.school_link, abie.school_context, abie.attendance,
		abie.published_attendance, abie.local_authority IN SHARE ROW EXCLUSIVE MODE;
	EXECUTE abie_internal.import_parse_query(state.format, state.header, state.academic_year, state.register_date);
	GET DIAGNOSTICS arrived = ROW_COUNT;
	PERFORM abie_internal.import_check_arrived(state.file, state.records, arrived);
	ANALYZE pg_temp.abie_import_row;
	PERFORM abie_internal.import_name_authorities(state.format, state.header);
	IF main = 'pupil_sessions' THEN
		PERFORM abie_internal.make_pupil_salt();
	END IF;
	accepted := abie_internal.import_refuse_repeated(state.format);
	counts := abie_internal.import_merge(state.format, main, state.file, state.header, accepted);
	IF main <> 'school'
		AND EXISTS (SELECT FROM abie.import_target t WHERE t.format = state.format AND t.target_table = 'school')
		THEN
		schools := abie_internal.import_merge(state.format, 'school', state.file, state.header, accepted);
	END IF;
	named := abie_internal.import_name_schools();
	logged := abie_internal.import_log(state, counts, CASE WHEN main = 'school' THEN schools
		ELSE ARRAY[schools[1], schools[2] + named] END);
	PERFORM abie_internal.import_keep_rejects(logged.import_id, state.file, state.digest, state.header);
	DROP TABLE pg_temp.abie_import_stage, pg_temp.abie_import_state, pg_temp.abie_import_row;
	-- the next import and the first calculation come before autovacuum; only an owner may analyze
	IF logged.stored + logged.updated > 1000
		AND abie_internal.has_owner_rights(('abie.' || main)::regclass) THEN
		EXECUTE format('ANALYZE abie.%I, abie.school', main);
	END IF;
	RETURN logged;
END $$;

-- The search of abie.explain, abie.what_if and abie.nearby_similar_schools makes no vectors

DROP FUNCTION abie_internal.most_similar(abie.run_school, integer);

CREATE FUNCTION abie_internal.scaled_distance(numbers float8[], categories text[], parameters abie.vector_parameters,
	vector float8[], weights float8[], farthest float8)
RETURNS float8
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_scaled_distance';
COMMENT ON FUNCTION abie_internal.scaled_distance(float8[], text[], abie.vector_parameters, float8[], float8[],
	float8) IS
'Distance of abie.distance between a vector and the one of abie_internal.scaled_vector, to the bit, which is not made '
'for it: NULL where they are not comparable or it is above farthest. Errors as of both.';

CREATE FUNCTION abie_internal.most_similar(school abie.run_school, wanted integer, farthest float8)
RETURNS TABLE (similar_urn integer, distance float8, rank integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 21
SET search_path = pg_catalog, pg_temp
SET jit = off
-- to start a process takes longer than the search
SET max_parallel_workers_per_gather = 0
-- so that what is the school's own is a constant of the plan, not looked up for each other school
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
	weights float8[] := (SELECT w.weights FROM abie.run_weights(school.run_id) w WHERE w.stratum = school.stratum);
	scaling abie.vector_parameters := (SELECT d.parameters FROM abie.run_scaling d
		WHERE d.run_id = school.run_id AND d.stratum = school.stratum);
	vector float8[] := abie_internal.scaled_vector(school.numbers, school.categories, scaling);
BEGIN
	IF weights IS NULL THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT d.urn, d.distance, row_number() OVER (ORDER BY d.distance, d.urn)::integer
	FROM (SELECT s.urn::integer AS urn,
			abie_internal.scaled_distance(s.numbers, s.categories, scaling, vector, weights, farthest) AS distance
		FROM abie.run_school s WHERE s.run_id = school.run_id AND abie_internal.may_be_similar(school, s)
			-- measures those within reach twice, which is dear where all are
			AND (farthest = 'infinity' OR abie_internal.scaled_distance(s.numbers, s.categories, scaling, vector,
				weights, farthest) IS NOT NULL)
		-- those without a distance are last
		ORDER BY 2, 1 LIMIT wanted) d
	WHERE d.distance IS NOT NULL
	ORDER BY d.distance, d.urn;
END $$;
COMMENT ON FUNCTION abie_internal.most_similar(abie.run_school, integer, float8) IS
'The schools of a run most similar to one school, which need not be as it is in the run, as far as farthest (infinity: '
'any); nearest first.';

CREATE OR REPLACE FUNCTION abie_internal.explain_similar_schools(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 20
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS MATERIALIZED (
	SELECT s.*, m.method = 'contextual' AS is_contextual, w.weights, w.characteristics, d.parameters,
		abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector, g.elements, g.others, g.groups
	FROM abie.run_school s
		JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
		JOIN abie.run r ON r.run_id = s.run_id
		JOIN abie.methodology m ON m.name = r.methodology
		CROSS JOIN LATERAL (SELECT w.* FROM abie.run_weights(s.run_id) w WHERE w.stratum = s.stratum) w
		CROSS JOIN LATERAL (
			SELECT d.parameters FROM abie.run_scaling d WHERE d.run_id = s.run_id AND d.stratum = s.stratum) d
		-- the parts of a characteristic are put together at its first element
		CROSS JOIN LATERAL (
			SELECT array_agg(c.position ORDER BY c.position) AS elements,
				array_agg(NULL::integer) AS others, array_agg(c.first ORDER BY c.position) AS groups
			FROM (SELECT c.position, min(c.position) OVER (PARTITION BY c.characteristic) AS first
				FROM abie.run_characteristic c WHERE c.run_id = s.run_id AND c.stratum = s.stratum) c) g
	WHERE s.run_id = explain_similar_schools.run_id AND s.urn = explain_similar_schools.urn
), peer AS (
	SELECT n.rank, n.similar_urn, n.distance, abie.kilometres(s.easting, s.northing, p.easting, p.northing) AS km,
		CASE WHEN p.attendance_published THEN p.attendance END AS attendance,
		p.context, p.effective_enrolments AS enrolments, x.name,
		abie_internal.group_contributions(abie.distance_parts(s.vector,
			abie_internal.scaled_vector(p.numbers, p.categories, s.parameters), s.weights),
			s.elements, s.others, s.groups) AS parts
	FROM school s
		JOIN abie.similar_school n ON n.run_id = s.run_id AND n.urn = s.urn
		JOIN abie.run_school p ON p.run_id = n.run_id AND p.urn = n.similar_urn
		LEFT JOIN abie.school x ON x.urn = n.similar_urn
)
SELECT 6, n.rank, format('similar school %s: %s', n.rank, n.similar_urn || coalesce(' ' || n.name, '')), n.attendance,
	'attendance' || CASE WHEN n.attendance IS NULL THEN ' known from registers only, not shown' ELSE '' END
		|| CASE WHEN s.is_contextual AND s.references_published THEN format(', context %s', n.context) ELSE '' END
		|| CASE WHEN s.references_published
			THEN format('; distance %s, %s enrolments', n.distance, n.enrolments) ELSE '' END
		|| concat(', ' || round(n.km::numeric, 1) || ' km away', '; differs most in ' || d.most)
FROM peer n
	CROSS JOIN school s
	CROSS JOIN LATERAL (
		SELECT string_agg(format('%s %s %%', t.characteristic, round(100 * (t.part / n.distance ^ 2)::numeric)), ', '
			ORDER BY t.part DESC, t.characteristic COLLATE "C") AS most
		FROM (SELECT x.* FROM unnest(n.parts, s.characteristics) x(part, characteristic)
			WHERE x.part > 0 AND s.references_published
			ORDER BY x.part DESC, x.characteristic COLLATE "C" LIMIT 3) t) d;
END $$;

CREATE OR REPLACE FUNCTION abie_internal.explain_local_schools(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 80
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
-- materialized, so that the search is made once
WITH school AS MATERIALIZED (
	SELECT s, m.similar_schools, abie_internal.local_schools(m) AS local_schools, l.bandwidth
	FROM abie.run_school s
		JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
		-- the bandwidth is the distance of the first school beyond them
		JOIN abie.similar_list l ON l.run_id = s.run_id AND l.urn = s.urn
		JOIN abie.run r ON r.run_id = s.run_id
		JOIN abie.methodology m ON m.name = r.methodology
	WHERE s.run_id = explain_local_schools.run_id AND s.urn = explain_local_schools.urn AND s.references_published
		AND m.method = 'contextual'
)
SELECT 6, n.rank, format('counted too, school %s: %s', n.rank, n.similar_urn || coalesce(' ' || x.name, '')),
	CASE WHEN p.attendance_published THEN p.attendance END,
	format('attendance, context %s; distance %s, %s enrolments', p.context, n.distance, p.effective_enrolments)
FROM school o
	CROSS JOIN LATERAL abie_internal.most_similar(o.s, o.local_schools, o.bandwidth) n
	JOIN abie.run_school p ON p.run_id = explain_local_schools.run_id AND p.urn = n.similar_urn
	LEFT JOIN abie.school x ON x.urn = n.similar_urn
WHERE n.rank > o.similar_schools;
END $$;

CREATE OR REPLACE FUNCTION abie_internal.explain_inputs(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 30
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH run AS (
	SELECT r.baseline_year, m.method, m.clip
	FROM abie.run r JOIN abie.methodology m ON m.name = r.methodology
	WHERE r.run_id = explain_inputs.run_id
), school AS (
	SELECT s.*, abie_internal.scaled_vector(s.numbers, s.categories, d.parameters) AS vector
	FROM abie.run_school s
		LEFT JOIN LATERAL (
			SELECT d.parameters FROM abie.run_scaling d WHERE d.run_id = s.run_id AND d.stratum = s.stratum) d ON true
	WHERE s.run_id = explain_inputs.run_id AND s.urn = explain_inputs.urn
), element AS (
	SELECT c.*, s.vector[c.position] AS scaled, s.numbers[c.element] AS number,
		-- learned weights are the sizes of coefficients
		CASE WHEN s.references_published THEN '; weight ' || c.weight ELSE '' END AS weighed
	FROM school s
		JOIN abie.run_characteristic c ON c.run_id = s.run_id AND c.stratum = s.stratum
)
SELECT 0, 1, 'left out', NULL::float8, x.reason || coalesce(': ' || x.detail, '')
FROM abie.exclusion x
WHERE x.run_id = explain_inputs.run_id AND x.urn = explain_inputs.urn
UNION ALL
SELECT 1, 1, CASE r.method WHEN 'contextual' THEN 'attendance' ELSE 'baseline' END, s.attendance,
	CASE WHEN s.sess_possible > 0 AND s.sess_overall IS NOT NULL
		THEN format('100 x (%s sessions possible - %s absent) / %s in %s', s.sess_possible, s.sess_overall,
			s.sess_possible, r.baseline_year)
		ELSE '100 less the absence rate published for ' || r.baseline_year END
FROM school s, run r
UNION ALL
SELECT 1, 2, 'enrolments', s.enrolments, 'in ' || r.baseline_year FROM school s, run r
UNION ALL
SELECT 1, 3, 'enrolments counted', s.effective_enrolments,
	format('enrolments x %s, the share of a full year that its sessions possible an enrolment are: the enrolments of '
		'all that follows', s.effective_enrolments / s.enrolments)
FROM school s WHERE s.effective_enrolments <> s.enrolments
UNION ALL
SELECT 1, 4, 'attendance error', s.attendance_error,
	'standard error of attendance as that of a sample of pupils, from their registers'
FROM school s
WHERE s.attendance_error IS NOT NULL
UNION ALL
SELECT 2, e.position, e.characteristic || coalesce(' is ' || e.category, ''),
	CASE WHEN e.category IS NULL THEN e.number ELSE 1 END,
	CASE
		WHEN e.scaled IS NULL THEN 'missing' || CASE WHEN e.substitute IS NULL THEN ''
			ELSE format('; scaled, the contextual model takes %s', e.substitute) END
		WHEN e.category IS NOT NULL THEN format('1 if so, divided by %s%s', e.scale, e.weighed)
		ELSE format('scaled to %s: less %s, divided by %s, limited to +-%s%s', e.scaled, e.location, e.scale, r.clip,
			e.weighed)
	END
FROM element e, run r
WHERE e.category IS NULL OR e.scaled > 0
UNION ALL
SELECT 2, min(e.position), e.characteristic, NULL, 'missing'
FROM element e
WHERE e.category IS NOT NULL AND e.scaled IS NULL
GROUP BY e.characteristic;
END $$;

CREATE OR REPLACE FUNCTION abie_internal.explain_context(run_id integer, urn integer)
RETURNS TABLE (part integer, place integer, name text, value float8, made text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 90
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH school AS (
	SELECT s.fitted, s.leverage, s.context, s.is_reference, m.mean, m.schools
	FROM abie.run_school s
		JOIN abie.run_model m ON m.run_id = s.run_id AND m.stratum = s.stratum
	WHERE s.run_id = explain_context.run_id AND s.urn = explain_context.urn AND s.context IS NOT NULL
		AND s.references_published
), contribution AS MATERIALIZED (
	SELECT c.*, row_number() OVER ()::integer AS place
	FROM abie.school_contributions(explain_context.run_id, explain_context.urn) c
	WHERE EXISTS (SELECT FROM school)
)
SELECT 3, 0, 'mean', s.mean,
	format('attendance of the %s schools the contextual model was fitted to, weighted by enrolments', s.schools)
FROM school s
UNION ALL
SELECT 3, t.term, 'term ' || t.name, t.contribution,
	format('%s x (%s - %s): coefficient, the school''s, the mean', t.coefficient, t.value, t.location)
FROM abie.school_terms(explain_context.run_id, explain_context.urn) t
WHERE EXISTS (SELECT FROM school)
UNION ALL
SELECT 4, c.place, 'contribution of ' || c.characteristic, c.contribution,
	'its terms, and half of those it shares with another; all contributions add up to fitted - mean'
FROM contribution c
UNION ALL
SELECT 4, 1000, 'contribution of disadvantage', sum(c.contribution), 'those of ' || string_agg(c.characteristic, ', ')
FROM contribution c
WHERE abie_internal.is_disadvantage(c.characteristic)
HAVING count(*) > 1
UNION ALL
SELECT 5, 1, 'fitted', s.fitted, 'mean + the sum of the terms'
FROM school s
UNION ALL
SELECT 5, 2, 'leverage', s.leverage,
	'share of its own attendance in fitted'
		|| CASE WHEN s.is_reference THEN '' ELSE ': none, for it is not published' END
FROM school s
UNION ALL
SELECT 5, 3, 'context', s.context,
	'(fitted - leverage x attendance) / (1 - leverage): predicted from the other schools alone'
FROM school s
UNION ALL
SELECT 3, 0, 'not shown', NULL,
	format('how expected attendance follows from that of the other schools: that of %s of %s is not published',
		count(*) FILTER (WHERE NOT o.attendance_published), count(*))
FROM abie.run_school s
	JOIN abie.run_school o ON o.run_id = s.run_id AND o.stratum = s.stratum AND o.urn <> s.urn
WHERE s.run_id = explain_context.run_id AND s.urn = explain_context.urn AND NOT s.references_published
HAVING count(*) > 0;
END $$;

CREATE OR REPLACE FUNCTION abie_owner.nearby_similar_schools(role oid, run_id integer, urn integer, count integer)
RETURNS TABLE (similar_urn integer, name text, km float8, distance float8, similarity_rank integer, attendance float8)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 5
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	own abie.run_school;
BEGIN
IF nearby_similar_schools.count < 1 THEN
	RAISE EXCEPTION 'count must be at least 1, not %', nearby_similar_schools.count
		USING ERRCODE = 'invalid_parameter_value', HINT = 'It is how many schools to name.';
ELSIF abie_owner.admit(role, 'nearby_similar_schools', nearby_similar_schools.run_id,
	ARRAY[nearby_similar_schools.urn]) = '{}' THEN
	RETURN;
END IF;
SELECT s.* INTO own FROM abie.run_school s JOIN abie.expectation e ON e.run_id = s.run_id AND e.urn = s.urn
WHERE s.run_id = nearby_similar_schools.run_id AND s.urn = nearby_similar_schools.urn;
RETURN QUERY
SELECT n.similar_urn, s.name, k.km, CASE WHEN own.references_published THEN n.distance END, n.rank,
	CASE WHEN p.attendance_published THEN p.attendance END
FROM abie_internal.most_similar(own, 100, 'infinity') n
	JOIN abie.run_school p ON p.run_id = own.run_id AND p.urn = n.similar_urn
	CROSS JOIN LATERAL abie.kilometres(own.easting, own.northing, p.easting, p.northing) k(km)
	LEFT JOIN abie.school s ON s.urn = n.similar_urn
WHERE k.km IS NOT NULL
ORDER BY k.km, n.similar_urn LIMIT nearby_similar_schools.count;
END $$;

CREATE OR REPLACE FUNCTION abie_internal.what_if_similar_schools(changed abie.run_school, wanted integer, chosen jsonb)
RETURNS TABLE (rank integer, distance float8, bandwidth float8, attendance float8, context float8, enrolments float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: chosen is NULL where none are
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH found AS (
	SELECT c.*, 'infinity'::float8 AS bandwidth
	FROM abie_internal.chosen_similar_schools(changed, chosen) c
	WHERE chosen IS NOT NULL
	UNION ALL
	SELECT n.*, max(n.distance) OVER ()
	FROM abie_internal.most_similar(changed, wanted + 1, 'infinity') n
	WHERE chosen IS NULL
)
SELECT f.rank, f.distance, f.bandwidth, s.attendance, s.context, s.effective_enrolments
FROM found f
	JOIN abie.run_school s ON s.run_id = (changed).run_id AND s.urn = f.similar_urn
WHERE f.rank <= wanted OR chosen IS NOT NULL
ORDER BY f.rank;
END $$;

-- As sql/setting.sql has it: a function that is replaced has lost it.
DO $$
DECLARE
	routine regprocedure;
BEGIN
	FOR routine IN
		SELECT p.oid FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
			AND d.deptype = 'e'
			JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND e.oid = d.refobjid
		WHERE e.extname = 'abie' AND p.proconfig && '{"search_path=pg_catalog, pg_temp"}' AND p.prokind IN ('f', 'p')
		ORDER BY p.oid
	LOOP
		EXECUTE format('ALTER ROUTINE %s SET extra_float_digits = 1', routine);
	END LOOP;
END $$;

-- Nobody else calls what is behind the gates.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA abie_owner FROM PUBLIC;
