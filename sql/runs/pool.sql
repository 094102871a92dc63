-- The pool: every school with attendance in the baseline year, what is known of it, and whether it enters.

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

-- parsed when made and without SET, so that the planner puts it in place of a call; not STRICT for the same reason
CREATE FUNCTION abie_internal.attendance_of(academic_year text)
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

CREATE FUNCTION abie_internal.past_attendance(baseline_year text)
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

-- What a run reads of a school that enters, and of every school in scope to decide whether it enters.
CREATE FUNCTION abie_internal.pool_columns() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '{urn,laestab,stratum,selective,la_code,enrolments,effective_enrolments,sess_possible,sess_overall,attendance,'
	'attendance_error,attendance_published,is_reference,references_published,'
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

-- The schools of a run while it is calculated, of which each stage fills more: abie.run_school, updated by each, would
-- keep more dead rows than others.
CREATE FUNCTION abie_internal.end_pool() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	held text := (SELECT string_agg(c.oid::regclass::text, ', ')
		FROM unnest('{pg_temp.abie_run_pool,pg_temp.abie_run_local}'::text[]) t
			JOIN pg_class c ON c.oid = to_regclass(t) AND c.relkind = 'r' AND pg_has_role(c.relowner, 'USAGE'));
BEGIN
	-- after an error too, which then has to be recorded: so it has none of its own, nor where one is of the other
	IF held IS NOT NULL THEN
		EXECUTE format('DROP TABLE %s CASCADE', held);
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.end_pool() IS
'Drops the tables of abie_internal.begin_pool, if this session has them, with views on them. What else has their name, '
'or is another role''s, stays.';

CREATE FUNCTION abie_internal.begin_pool() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	PERFORM abie_internal.end_pool();
	CREATE TEMP TABLE abie_run_pool (LIKE abie.run_school);
	CREATE TEMP TABLE abie_run_local (urn integer, mean float8, error float8, previous_mean float8);
END $$;
COMMENT ON FUNCTION abie_internal.begin_pool() IS
'Makes the temporary tables of the run that this session calculates: abie_run_pool, its schools, of the columns of '
'abie.run_school; abie_run_local, for each the local mean over the methodology''s local_schools most similar schools '
'(abie.local_mean with the bandwidth) of attendance - context, in method similar-schools of attendance, its standard '
'error (abie.local_mean_error), and the same mean of the residuals of the year before, NULL where none is held.';
-- a session may have several roles, and the table of one would be in the way of another
REVOKE EXECUTE ON FUNCTION abie_internal.begin_pool() FROM PUBLIC;

CREATE FUNCTION abie_internal.analyze_pool() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET default_statistics_target = 10
AS $$
BEGIN
	ANALYZE pg_temp.abie_run_pool (urn, stratum);
END $$;
COMMENT ON FUNCTION abie_internal.analyze_pool() IS
'Tells the planner how many schools the pool has: without that it sorts where it can hash.';

CREATE FUNCTION abie_internal.calculate_pool(run_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET enable_nestloop = off
SET enable_mergejoin = off
SET work_mem = '64MB'
AS $$
DECLARE
	m abie.methodology := abie_internal.run_methodology(run_id);
	target_year text := (SELECT r.target_year FROM abie.run r WHERE r.run_id = calculate_pool.run_id);
	entered bigint;
BEGIN
	PERFORM abie_internal.begin_pool();
	-- one statement, so that all inputs are of one moment; later stages read what it keeps
	EXECUTE format($sql$
		WITH pool AS MATERIALIZED (%1$s
		), counted AS (
			UPDATE abie.run r SET schools_in_scope = (SELECT count(*) FROM pool),
				input_mark = abie_internal.input_mark(pg_snapshot_xmin(pg_current_snapshot()))
			WHERE r.run_id = $1
		), excluded AS (
			INSERT INTO abie.exclusion (run_id, laestab, urn, reason, detail)
			SELECT $1, c.laestab, c.urn, c.reason, c.detail FROM pool c WHERE c.reason IS NOT NULL
		), kept AS (
			INSERT INTO abie.run_scope (run_id, %2$s) SELECT $1, %2$s FROM pool ORDER BY laestab
		), beside AS (
			INSERT INTO abie.run_national (run_id, academic_year, stratum, attendance)
			SELECT $1, n.academic_year, n.stratum, n.attendance_percent
			FROM abie_internal.national_attendance(abie.previous_year($2)) n
		)
		INSERT INTO pg_temp.abie_run_pool (run_id, %3$s) SELECT $1, %3$s FROM pool WHERE reason IS NULL
		$sql$, abie_internal.pool_query(m), array_to_string(abie_internal.scope_columns(), ', '),
			array_to_string(abie_internal.pool_columns(), ', '))
	USING run_id, target_year, m.minimum_enrolments;
	GET DIAGNOSTICS entered = ROW_COUNT;
	PERFORM abie_internal.analyze_pool();
	IF EXISTS (SELECT FROM pg_temp.abie_run_pool s WHERE s.stratum = 'secondary')
		AND NOT EXISTS (SELECT FROM pg_temp.abie_run_pool s WHERE s.selective) THEN
		RAISE WARNING 'no secondary school is known to be selective'
			USING HINT =
				'Admissions policies come with the formats spc and gias; a school without one is compared as not '
				'selective.';
	END IF;
	RETURN entered;
END $$;
COMMENT ON FUNCTION abie_internal.calculate_pool(integer) IS
'First stage of a run. Fills the pool (abie_internal.begin_pool), abie.exclusion, abie.run_scope and '
'abie.run_national; the number of schools that entered.';
