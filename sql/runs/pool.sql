-- The pool: every school with attendance in the baseline year, what is known of it, and whether it enters.

CREATE FUNCTION abie_internal.stratum(school_type text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
-- EES, GIAS and the daily attendance publication name the same types differently, and people spell them: letters and
-- digits count
RETURN CASE school_type WHEN 'State-funded primary' THEN 'primary' WHEN 'State-funded secondary' THEN 'secondary' ELSE (
	SELECT CASE
		WHEN t.words ~ '(?:^| )special' THEN 'special'
		WHEN t.words ~ '^(?:middle deemed )?primary(?: and nursery| with nursery)?$'
			OR t.words ~ '^(?:infant|junior|first|infant and junior)$' THEN 'primary'
		WHEN t.words ~ '^(?:middle deemed )?secondary(?: (?:and|with|including) all through)?$'
			OR t.words ~ '^all through$' THEN 'secondary'
		WHEN t.words ~
			('(?:^| )(?:independent|nursery|early years|pupil referral|pru|alternative provision|ap|post 16|16 '
			'plus|16 (?:to )?19|sixth form'
			|| '|further education|higher education|secure|overseas|offshore|welsh|service children|online '
				'provider|miscellaneous)(?: |$)') THEN 'other' END
	FROM (SELECT
		pg_catalog.regexp_replace(pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower(school_type COLLATE "C"),
		'[^a-z0-9]+', ' ', 'g')),
		'^(?:(?:state funded|la maintained|maintained) )+|(?: (?:schools?|academy|academies|phase|units?))+$', '',
			'g')) t(words)) END;
COMMENT ON FUNCTION abie_internal.stratum(text) IS
'Stratum of a published school type or phase, upper and lower case, blanks and hyphens alike: primary, secondary (with '
'all-through), special or other (nurseries, alternative provision, independent schools, ages 16 and over); NULL for '
'one that is not understood.';

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

CREATE FUNCTION abie_internal.known_context(academic_year text)
RETURNS TABLE (
	laestab integer, school_type text, headcount integer, fsm_pct float8, fsm6_pct float8, sen_support_pct float8,
		ehc_plan_pct float8, semh_pct float8, eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
		religious_character text,
	admissions_policy text, other jsonb)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 21000
-- the context is sorted once and each characteristic takes its first value in that order; parallel plans would lose it
SET search_path = pg_catalog, pg_temp
SET jit = off
SET max_parallel_workers_per_gather = 0
AS $$
WITH scope AS (
	SELECT a.laestab, a.urn FROM abie.attendance a WHERE a.academic_year = known_context.academic_year
), succession AS MATERIALIZED (
	SELECT x.urn, x.successor_urn FROM abie.school_succession x
), named AS (
	SELECT s.laestab, s.urn, true AS own FROM scope s WHERE s.urn IS NOT NULL
	UNION ALL
	SELECT s.laestab, o.urn, false
	FROM scope s JOIN (
		SELECT x.urn AS own_urn, x.successor_urn AS urn FROM succession x
		UNION SELECT x.successor_urn, x.urn FROM succession x
		UNION SELECT c.urn, x.urn FROM scope c JOIN abie.school x ON x.laestab = c.laestab
			AND x.urn <> c.urn) o ON o.own_urn = s.urn
), context AS (
	-- the year itself, then the nearest earlier, then the nearest later year; its own URN before that of a predecessor
	-- or successor
	SELECT n.laestab, c.academic_year = known_context.academic_year AS this_year, c.school_type, c.headcount,
		c.fsm_pct, c.fsm6_pct, c.sen_support_pct, c.ehc_plan_pct, c.semh_pct, c.eal_pct, c.mobility_pct, c.idaci_score,
			c.idaci_rank,
		c.region, c.urban_rural, c.religious_character, c.admissions_policy, c.other
	FROM named n JOIN abie.school_context c ON c.urn = n.urn
	ORDER BY n.laestab, c.academic_year = known_context.academic_year DESC,
		c.academic_year < known_context.academic_year DESC,
		abs(substr(c.academic_year, 1, 4)::int - substr(known_context.academic_year, 1, 4)::int), n.own DESC, n.urn
)
SELECT c.laestab,
	abie_internal.first_known(c.school_type) AS school_type,
	abie_internal.first_known(c.headcount) FILTER (WHERE c.this_year) AS headcount,
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
$$;
COMMENT ON FUNCTION abie_internal.known_context(text) IS
'What abie.school_context knows of every school with attendance in an academic year, by its LAESTAB: numbers of pupils '
'(headcount to mobility_pct, other) of that year, under its URN or one of the same LAESTAB or of a sole predecessor or '
'successor; place and character (IDACI, region, urban/rural, religion, admissions; and school_type) of that year, else '
'of the nearest earlier, else of the nearest later year. Each figure alone: NULL where none is held.';

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.exclusion_reason(urn integer, rows_of_urn integer, stratum text, attendance_held boolean,
	close_date date, status_date date,
	enrolments integer, target_start date, minimum_enrolments integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT: what is not known is a reason
RETURN CASE
	WHEN urn IS NULL THEN 'no URN'
	WHEN rows_of_urn > 1 THEN 'URN not unique'
	WHEN stratum IS NULL THEN 'phase not known'
	WHEN stratum = 'not understood' THEN 'school type not understood'
	WHEN stratum = 'special' THEN 'special school'
	WHEN stratum = 'other' THEN 'not mainstream'
	WHEN NOT attendance_held THEN 'no attendance figure'
	-- one that a later register does not list is not thereby closed
	WHEN close_date < target_start OR status_date < target_start THEN 'closed before the target year'
	WHEN enrolments IS NULL OR enrolments < minimum_enrolments THEN 'fewer than the minimum enrolments'
	END;
COMMENT ON FUNCTION abie_internal.exclusion_reason(integer, integer, text, boolean, date, date, integer, date,
	integer) IS
'Why the pool leaves a school out, from the figures of abie.run_scope; NULL for one that enters. Not STRICT: what is '
'not known is a reason.';

CREATE FUNCTION abie_internal.exclusion_detail(reason text, rows_of_urn integer, close_date date, status_date date,
	successors text, enrolments integer, minimum_enrolments integer) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 10
-- not STRICT: most figures are not behind the reason
RETURN CASE reason
	WHEN 'URN not unique' THEN rows_of_urn || ' rows of attendance with this URN'
	WHEN 'closed before the target year'
		THEN coalesce('closed ' || to_char(close_date, 'YYYY-MM-DD'),
		'closed in the register of ' || to_char(status_date, 'YYYY-MM-DD'))
		|| coalesce('; successor ' || successors, '')
	WHEN 'fewer than the minimum enrolments'
		THEN coalesce(enrolments::text, 'unknown') || ' enrolments, minimum ' || minimum_enrolments
	END;
COMMENT ON FUNCTION abie_internal.exclusion_detail(text, integer, date, date, text, integer, integer) IS
'The figure or date behind a reason of abie_internal.exclusion_reason; NULL where there is none. Not STRICT: most of '
'its arguments are not behind the reason.';

-- parsed when made and without SET, so that the planner puts it in place of a call
CREATE FUNCTION abie_internal.scope_figures(baseline_year text)
RETURNS TABLE (
	laestab integer, urn integer, rows_of_urn integer, stratum text, enrolments integer, sess_possible bigint,
	sess_overall bigint, attendance float8, attendance_error float8, attendance_published boolean, close_date date,
	status_date date, easting integer, northing integer, headcount integer, fsm_pct float8, fsm6_pct float8,
	sen_support_pct float8, ehc_plan_pct float8, semh_pct float8, eal_pct float8, mobility_pct float8,
	idaci_score float8, idaci_rank integer, region text, urban_rural text, religious_character text,
	admissions_policy text, other jsonb)
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
		g.easting, g.northing, coalesce(k.headcount, s.enrolments) AS headcount, k.fsm_pct, k.fsm6_pct,
		k.sen_support_pct, k.ehc_plan_pct, k.semh_pct, k.eal_pct, k.mobility_pct, k.idaci_score, k.idaci_rank,
		coalesce(k.region, g.region) AS region, coalesce(k.urban_rural, g.urban_rural) AS urban_rural,
		coalesce(k.religious_character, g.religious_character) AS religious_character,
		coalesce(k.admissions_policy, g.admissions_policy) AS admissions_policy, k.other
	FROM scope s LEFT JOIN abie_internal.known_context(scope_figures.baseline_year) k ON k.laestab = s.laestab
		LEFT JOIN abie.school g ON g.urn = s.urn;
END;
COMMENT ON FUNCTION abie_internal.scope_figures(text) IS
'Every school with attendance in a baseline year with all that is known of it, columns as in abie.school_scope; '
'status_date as in abie.run_scope. Not STRICT, so that the planner can put it in place of a call.';

CREATE FUNCTION abie.school_scope(target_year text, minimum_enrolments integer)
RETURNS TABLE (
	laestab integer, urn integer, stratum text, enrolments integer, sess_possible bigint, sess_overall bigint,
	attendance float8, attendance_error float8, attendance_published boolean, easting integer, northing integer,
	headcount integer, fsm_pct float8, fsm6_pct float8, sen_support_pct float8, ehc_plan_pct float8, semh_pct float8,
		eal_pct float8,
	mobility_pct float8, idaci_score float8, idaci_rank integer, region text, urban_rural text,
		religious_character text,
	admissions_policy text, other jsonb,
	rows_of_urn integer, close_date date, status_date date, successors text,
	reason text, detail text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 21000
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH year AS MATERIALIZED (
	SELECT abie.year_start(target_year) AS target_start
), whole AS MATERIALIZED (
	SELECT f.* FROM abie_internal.scope_figures(abie.previous_year(target_year)) f
), judged AS (
	SELECT w.*,
		abie_internal.exclusion_reason(w.urn, w.rows_of_urn, w.stratum, w.attendance IS NOT NULL, w.close_date,
			w.status_date,
		w.enrolments,
		y.target_start, minimum_enrolments) AS reason
	FROM year y, whole w
), followed AS (
	SELECT j.*, CASE j.reason WHEN 'closed before the target year'
		THEN (SELECT string_agg(l.link_urn::text, ', ' ORDER BY l.link_urn) FROM abie.school_link l
		WHERE l.urn = j.urn AND l.link_type LIKE 'Successor%') END AS successors
	FROM judged j
)
SELECT j.laestab, j.urn, j.stratum, j.enrolments, j.sess_possible, j.sess_overall, j.attendance, j.attendance_error,
	j.attendance_published,
	j.easting, j.northing, j.headcount,
	j.fsm_pct, j.fsm6_pct, j.sen_support_pct, j.ehc_plan_pct, j.semh_pct, j.eal_pct, j.mobility_pct, j.idaci_score,
		j.idaci_rank,
	j.region, j.urban_rural, j.religious_character, j.admissions_policy, j.other, j.rows_of_urn, j.close_date,
		j.status_date, j.successors,
	j.reason, abie_internal.exclusion_detail(j.reason, j.rows_of_urn, j.close_date, j.status_date, j.successors,
		j.enrolments,
		minimum_enrolments)
FROM followed j
$$;
COMMENT ON FUNCTION abie.school_scope(text, integer) IS
'Every school in scope of a target year: those with attendance in the year before, with all that is known of them, and '
'why a school is left out (reason, detail; NULL: it enters, characteristics permitting). Characteristics are those of '
'abie_internal.known_context; place and character, where it has none, are from abie.school. enrolments is the '
'headcount where only rates are published. attendance_published: abie_internal.is_published. Rates in per cent, '
'easting and northing in metres. Error 23514 when the text is not an academic year.';

-- The columns of abie.school_scope as arrays in the methodology's order: an expression for numbers, one for categories.
CREATE FUNCTION abie_internal.characteristic_array(characteristics text[], kind text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT 'ARRAY[' || coalesce(string_agg(coalesce(c.expression, format('(c.other ->> %L)::float8', substr(n.name, 7))),
	', ' ORDER BY n.position), '')
	|| CASE characteristic_array.kind WHEN 'number' THEN ']::float8[]' ELSE ']::text[]' END
FROM unnest(characteristics) WITH ORDINALITY n(name, position) LEFT JOIN abie.characteristic c ON c.name = n.name
WHERE coalesce(c.kind, 'number') = characteristic_array.kind
$$;
COMMENT ON FUNCTION abie_internal.characteristic_array(text[], text) IS
'SQL expression of the characteristics of one kind (number, category) over a row c of abie.school_scope.';

CREATE FUNCTION abie_internal.past_attendance(baseline_year text)
RETURNS TABLE (laestab integer, previous_attendance float8, earlier_attendance float8, pre_pandemic float8,
	is_published boolean)
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 20000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET enable_nestloop = off
AS $$
WITH own AS MATERIALIZED (
	SELECT b.laestab,
		abie.attendance_percent(p.sess_overall, p.sess_possible, p.sess_overall_percent) AS previous_attendance,
		abie.attendance_percent(e.sess_overall, e.sess_possible, e.sess_overall_percent) AS earlier_attendance,
		abie.attendance_percent(c.sess_overall, c.sess_possible, c.sess_overall_percent) AS pre_pandemic,
		abie_internal.is_published(p.sess_overall, p.sess_possible, p.sources)
			AND abie_internal.is_published(e.sess_overall, e.sess_possible, e.sources) AS is_published
	FROM abie.attendance b
		LEFT JOIN abie.attendance p ON p.academic_year = abie.previous_year(past_attendance.baseline_year)
			AND p.laestab = b.laestab
		LEFT JOIN abie.attendance e
			ON e.academic_year = abie.previous_year(abie.previous_year(past_attendance.baseline_year))
			AND e.laestab = b.laestab
		-- not where it would be a later year's
		LEFT JOIN abie.attendance c ON c.academic_year = '2018/19' AND past_attendance.baseline_year >= '2018/19'
			AND c.laestab = b.laestab
	WHERE b.academic_year = past_attendance.baseline_year
), held AS MATERIALIZED (
	SELECT w.place, w.academic_year
	FROM (VALUES (1, abie.previous_year(past_attendance.baseline_year)),
		(2, abie.previous_year(abie.previous_year(past_attendance.baseline_year))),
		(3, '2018/19')) w(place, academic_year)
	WHERE w.academic_year <= past_attendance.baseline_year
		AND EXISTS (SELECT FROM abie.attendance a WHERE a.academic_year = w.academic_year)
), lacking AS MATERIALIZED (
	SELECT o.laestab, h.place, h.academic_year
	FROM own o JOIN held h ON (ARRAY[o.previous_attendance, o.earlier_attendance, o.pre_pandemic])[h.place] IS NULL
), lineage AS MATERIALIZED (
	-- asked only where a school had another LAESTAB then
	SELECT l.* FROM abie.school_lineage() l WHERE EXISTS (SELECT FROM lacking)
), found AS (
	SELECT DISTINCT ON (p.laestab, p.place) p.laestab, p.place, p.attendance, p.is_published
	FROM (
		SELECT k.laestab, k.place, other.laestab AS other_laestab,
			abie.attendance_percent(a.sess_overall, a.sess_possible, a.sess_overall_percent) AS attendance,
			abie_internal.is_published(a.sess_overall, a.sess_possible, a.sources) AS is_published
		FROM lacking k JOIN lineage mine ON mine.laestab = k.laestab
			JOIN lineage other ON other.school_urn = mine.school_urn
			JOIN abie.attendance a ON a.academic_year = k.academic_year AND a.laestab = other.laestab) p
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

-- What a run reads of a school that enters, and of every school in scope to decide whether it enters.
CREATE FUNCTION abie_internal.pool_columns() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{urn,laestab,stratum,selective,la_code,enrolments,sess_possible,sess_overall,attendance,attendance_error,'
	'attendance_published,is_reference,references_published,'
	'easting,northing,family,la_average,national_average,previous_attendance,earlier_attendance,pre_pandemic,numbers,'
	'categories}'::text[];
COMMENT ON FUNCTION abie_internal.pool_columns() IS
'The columns of abie.run_school that abie_internal.calculate_pool fills, its run apart.';

CREATE FUNCTION abie_internal.scope_columns() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{laestab,urn,stratum,enrolments,attendance_held,rows_of_urn,close_date,status_date,successors}'::text[];
COMMENT ON FUNCTION abie_internal.scope_columns() IS 'The columns of abie.run_scope, its run apart.';

CREATE FUNCTION abie_internal.pool_query(m abie.methodology) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format($sql$
		WITH scope AS MATERIALIZED (
			SELECT * FROM abie.school_scope($2, $3)
		), past AS MATERIALIZED (
			SELECT * FROM abie_internal.past_attendance(abie.previous_year($2))
		), entering AS MATERIALIZED (
			SELECT s.urn, s.stratum, s.attendance_published AND coalesce(p.is_published, true) AS attendance_published
			FROM scope s LEFT JOIN past p ON p.laestab = s.laestab WHERE s.reason IS NULL
		), stratum AS MATERIALIZED (
			SELECT n.stratum,
				abie_internal.published_suffice(count(*) FILTER (WHERE n.attendance_published),
					count(*)) AS published_only,
				bool_and(n.attendance_published) AS published
			FROM entering n GROUP BY n.stratum
		), average AS (
			SELECT s.stratum, s.laestab / 10000 AS la_code,
				CASE WHEN bool_and(s.sess_possible > 0 AND s.sess_overall IS NOT NULL)
					THEN abie.attendance_percent(sum(s.sess_overall)::bigint, sum(s.sess_possible)::bigint, NULL)
					-- exact sums, so that their order changes nothing
					ELSE (sum(s.attendance::numeric * s.enrolments) / nullif(sum(s.enrolments),
						0))::float8 END AS attendance
			FROM scope s JOIN stratum t ON t.stratum = s.stratum
			WHERE s.attendance IS NOT NULL AND (s.attendance_published OR NOT t.published_only)
			GROUP BY GROUPING SETS ((s.stratum, s.laestab / 10000), (s.stratum))
		)
		SELECT c.laestab, c.urn, c.stratum, coalesce(c.admissions_policy = 'Selective', false) AS selective,
			c.laestab / 10000 AS la_code,
			c.enrolments, c.sess_possible, c.sess_overall, c.attendance, c.attendance_error,
			n.attendance_published, n.attendance_published OR NOT t.published_only AS is_reference,
			t.published_only OR t.published AS references_published, c.easting, c.northing, f.family,
			l.attendance AS la_average, e.attendance AS national_average, p.previous_attendance, p.earlier_attendance,
				p.pre_pandemic,
			%s AS numbers, %s AS categories,
			c.attendance IS NOT NULL AS attendance_held, c.rows_of_urn, c.close_date, c.status_date, c.successors,
				c.reason, c.detail
		FROM scope c LEFT JOIN entering n ON n.urn = c.urn AND c.reason IS NULL
			LEFT JOIN stratum t ON t.stratum = n.stratum
			LEFT JOIN average l ON l.stratum = n.stratum AND l.la_code = c.laestab / 10000
			LEFT JOIN average e ON e.stratum = n.stratum AND e.la_code IS NULL
			-- one row each, which the planner cannot know of a function
			LEFT JOIN (SELECT DISTINCT ON (o.urn) o.urn, o.family FROM abie.school_family() o) f ON f.urn = c.urn
			LEFT JOIN (SELECT DISTINCT ON (o.laestab) o.* FROM past o) p ON p.laestab = c.laestab$sql$,
	abie_internal.characteristic_array(m.characteristics, 'number'),
		abie_internal.characteristic_array(m.characteristics, 'category'))
$$;
COMMENT ON FUNCTION abie_internal.pool_query(abie.methodology) IS
'The query of all that a run by a methodology reads: a row for every school in scope of the target year $2, '
'of at least $3 '
'enrolments to enter, with the columns of abie.run_school and abie.run_scope, and reason and detail of those left out.';

CREATE FUNCTION abie_internal.calculate_pool(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET work_mem = '64MB'
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	target_year text := (SELECT r.target_year FROM abie.run r WHERE r.run_id = calculate_pool.run_id);
	entered bigint;
BEGIN
	-- one statement, so that all inputs are of one moment; later stages read what it keeps
	EXECUTE format($sql$
		WITH pool AS MATERIALIZED (%1$s
		), counted AS (
			UPDATE abie.run r SET schools_in_scope = (SELECT count(*) FROM pool) WHERE r.run_id = $1
		), excluded AS (
			INSERT INTO abie.exclusion (run_id, laestab, urn, reason, detail)
			SELECT $1, c.laestab, c.urn, c.reason, c.detail FROM pool c WHERE c.reason IS NOT NULL
		), kept AS (
			INSERT INTO abie.run_scope (run_id, %2$s) SELECT $1, %2$s FROM pool
		)
		INSERT INTO abie.run_school (run_id, %3$s) SELECT $1, %3$s FROM pool WHERE reason IS NULL
		$sql$, abie_internal.pool_query(m), array_to_string(abie_internal.scope_columns(), ', '),
			array_to_string(abie_internal.pool_columns(), ', '))
	USING run_id, target_year, m.minimum_enrolments;
	GET DIAGNOSTICS entered = ROW_COUNT;
	IF EXISTS (SELECT FROM abie.run_school s WHERE s.run_id = calculate_pool.run_id AND s.stratum = 'secondary')
		AND NOT EXISTS (SELECT FROM abie.run_school s WHERE s.run_id = calculate_pool.run_id AND s.selective) THEN
		RAISE WARNING 'no secondary school is known to be selective'
			USING HINT =
				'Admissions policies come with the formats spc and gias; a school without one is compared as not '
				'selective.';
	END IF;
	RETURN entered;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_pool(integer) IS
'First stage of a run. Fills abie.run_school, abie.exclusion and abie.run_scope; the number of schools that '
'entered.';
