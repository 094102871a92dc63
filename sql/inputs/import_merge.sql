-- Merging what a file says into what is held, column by column.

CREATE FUNCTION abie_internal.import_outranks(target_table text, column_name text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- An own entry's source is no format: its place is NULL, nothing outranks it.
RETURN (SELECT pg_catalog.format($$CASE WHEN t.sources ->> %1$L = n.new_source THEN true ELSE coalesce(
		(array_position(%2$L::text[], split_part(t.sources ->> %1$L, ' ', 1)),
			split_part(t.sources ->> %1$L, ' ', 2) COLLATE "C")
		<= (array_position(%2$L::text[], split_part(n.new_source, ' ', 1)),
			split_part(n.new_source, ' ', 2) COLLATE "C"), false) END$$,
		column_name, precedence.formats)
	FROM abie.import_precedence precedence WHERE precedence.target_table = import_outranks.target_table);
COMMENT ON FUNCTION abie_internal.import_outranks(text, text) IS
'Expression: whether the incoming row n may replace the column of the held row t: same publication and edition, or by '
'abie.import_precedence.';

CREATE FUNCTION abie_internal.import_incoming_query(format text, target_table text, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text[] := abie_internal.import_key(target_table);
	publication record;
	list text;
BEGIN
	SELECT p.main_table, p.edition INTO publication FROM abie.import_publication p
		WHERE p.format = import_incoming_query.format;
	SELECT string_agg(format('%s AS %I', t.expression, t.target_column), ', ') INTO list
	FROM abie.import_target t
	WHERE t.format = import_incoming_query.format AND t.target_table = import_incoming_query.target_table
		AND t.target_column = ANY (key || columns);
	-- a school's columns have no year of their own, so their source names the edition; of several rows on one school
	-- the newest speaks
	RETURN format('SELECT %s line, %s, %s AS new_source%s FROM pg_temp.abie_import_row WHERE set_aside IS NULL AND '
		'problems IS NULL%s',
		CASE WHEN target_table <> publication.main_table THEN 'DISTINCT ON (urn)' ELSE '' END,
		list,
		CASE WHEN target_table = 'school' THEN format('%L || '' '' || %s', format, publication.edition)
			ELSE format('%L::text', format) END,
		CASE WHEN target_table = 'school' THEN ''
			ELSE (SELECT string_agg(format(', %s AS %I', CASE WHEN f.kind IS NULL THEN 'NULL::text'
			ELSE format('%I', 'm_' || t.fields[1]) END, 'm_' || t.target_column), '')
			FROM abie.import_target t
				LEFT JOIN abie.import_format f ON f.format = t.format AND f.field = t.fields[1]
					AND f.kind IN ('count', 'percent', 'rank', 'score', 'reasons')
			WHERE t.format = import_incoming_query.format AND t.target_table = import_incoming_query.target_table
				AND t.target_column = ANY (columns)) END,
		CASE WHEN target_table <> publication.main_table
			THEN format(' AND urn IS NOT NULL ORDER BY urn, %s COLLATE "C" DESC%s, line', publication.edition,
				CASE WHEN 'laestab' = ANY (columns) THEN ', laestab' END) ELSE '' END);
END $$;
COMMENT ON FUNCTION abie_internal.import_incoming_query(text, text, text[]) IS
'The query over pg_temp.abie_import_row that gives the rows for one table: line, key, columns, new_source and the '
'markers of missing figures.';

CREATE FUNCTION abie_internal.import_columns(format text, target_table text, header text[]) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT target.target_column
	FROM abie.import_target target
	WHERE target.format = import_columns.format AND target.target_table = import_columns.target_table
		AND target.target_column <> ALL (abie_internal.import_key(import_columns.target_table))
		AND (target.fields = '{}' OR EXISTS (
			SELECT FROM abie_internal.import_mapping(import_columns.format, import_columns.header) mapped
			WHERE mapped.field = ANY (target.fields) OR mapped.part_of = ANY (target.fields)))
	ORDER BY target.target_column COLLATE "C");
COMMENT ON FUNCTION abie_internal.import_columns(text, text, text[]) IS
'The columns of a table, its key apart, that a file with this header can fill.';

CREATE FUNCTION abie_internal.import_other_columns(format text, target_table text, columns text[]) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT target.target_column
	FROM abie.import_target target
	WHERE target.format = import_other_columns.format AND target.target_table = import_other_columns.target_table
		AND target.target_column <> ALL (abie_internal.import_key(import_other_columns.target_table) || columns)
	ORDER BY target.target_column COLLATE "C");
COMMENT ON FUNCTION abie_internal.import_other_columns(text, text, text[]) IS
'The columns of a table, its key apart, that the format can fill and this file cannot: what is held of them stays '
'beside what the file says.';

CREATE FUNCTION abie_internal.import_says_nothing_new(columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- Where what is held of the row has no source but the incoming one, no column has to be looked up among the sources.
-- The object they are compared with is a constant: all rows have the same source.
RETURN (SELECT pg_catalog.format('t.sources IS NOT NULL%s AND '
		't.sources <@ jsonb_object(%L::text[], array_fill(n.new_source, ARRAY[%s]))',
		pg_catalog.string_agg(pg_catalog.format(' AND (n.%1$I IS NULL OR n.%1$I = t.%1$I) AND n.%2$I IS NULL',
			c, 'm_' || c), ''),
		columns, pg_catalog.cardinality(columns))
	FROM pg_catalog.unnest(columns) c);
COMMENT ON FUNCTION abie_internal.import_says_nothing_new(text[]) IS
'Condition: true where the incoming row n has no marker and says nothing but what the held row t has from the same '
'source; any other row is decided column by column.';

CREATE FUNCTION abie_internal.import_decided_query(target_table text, columns text[], others text[], incoming text)
	RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text[] := abie_internal.import_key(target_table);
	decisions text;
BEGIN
	SELECT string_agg(format(E',\n\tt.%1$I AS %2$I, %3$s AS %4$I', c, 'held_' || c,
			-- a blank date of closing is a statement (open), any other blank is not
			format(CASE WHEN target_table = 'school' AND c = 'close_date'
					THEN 'CASE WHEN t.sources -> %1$L IS NULL THEN t.%1$I IS NULL ELSE %2$s END'
					ELSE 'n.%1$I IS NOT NULL AND CASE WHEN t.%1$I IS NULL THEN true ELSE %2$s END' END,
				c, abie_internal.import_outranks(target_table, c)),
			'takes_' || c), '')
		|| CASE WHEN target_table = 'school' THEN ''
			ELSE ', t.markers AS held_markers' || string_agg(format(
				-- a later edition that withdraws a figure withdraws its own, nobody else's
				E',\n\tn.%1$I IS NULL AND n.%2$I IS NOT NULL AND CASE WHEN t.%1$I IS NOT NULL THEN coalesce(t.sources '
					'->> %1$L = n.new_source, false)
					WHEN t.markers -> %1$L IS NULL THEN true ELSE %3$s END AS %4$I',
				c, 'm_' || c, abie_internal.import_outranks(target_table, c), 'takes_m_' || c), '') END
	INTO decisions
	FROM unnest(columns) c;
	RETURN format(E'SELECT n.*, t.%I IS NULL AS is_new, t.sources AS held_sources%s%s\nFROM (%s) AS n LEFT JOIN '
		'abie.%I t ON %s%s',
		key[1], decisions,
		(SELECT string_agg(format(', t.%1$I AS %1$I', o), '') FROM unnest(others) o),
		incoming, target_table,
		(SELECT string_agg(format('t.%1$I = n.%1$I', k), ' AND ') FROM unnest(key) k),
		CASE WHEN target_table <> 'school'
			THEN format(' WHERE (%s) IS NOT TRUE', abie_internal.import_says_nothing_new(columns)) END);
END $$;
COMMENT ON FUNCTION abie_internal.import_decided_query(text, text[], text[], text) IS
'The query that puts incoming rows beside the held ones and decides by column. A column is taken when nothing is held, '
'or what is held came from the same publication or one it outranks; a marker where no figure is held, or a figure of '
'the same publication, which it withdraws. Rows that say nothing new are left out. abie.school keeps no markers, and '
'all its rows are decided: a blank date may speak, and sources differ by row.';

CREATE FUNCTION abie_internal.import_broken(format text, target_table text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT pg_catalog.format('nullif(concat_ws(''; '', %s), '''')',
		coalesce(pg_catalog.string_agg(pg_catalog.format('CASE WHEN %s THEN ''with the figures held, '' || %s END',
			c.fails, c.reason), ', ' ORDER BY c.fails COLLATE "C"), 'NULL'))
	FROM abie.import_check c JOIN abie.import_publication p ON p.format = c.format
		AND p.main_table = import_broken.target_table
	WHERE c.format = import_broken.format AND c.of_table);
COMMENT ON FUNCTION abie_internal.import_broken(text, text) IS
'Expression: which checks of abie.import_check a merged row fails, each with its figures; NULL when none.';

CREATE FUNCTION abie_internal.import_differs(columns text[], keeps_markers boolean) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (SELECT pg_catalog.string_agg(pg_catalog.format(E'\n\t\tOR d.%I AND (d.%I IS DISTINCT FROM d.%I OR '
			'd.held_sources ->> %L IS DISTINCT FROM d.new_source)', 'takes_' || c, c, 'held_' || c, c), '')
		|| CASE WHEN keeps_markers
			THEN pg_catalog.string_agg(pg_catalog.format(E'\n\t\tOR d.%1$I AND (d.%2$I IS NOT NULL OR '
				'd.held_markers ->> %3$L IS DISTINCT FROM d.%4$I OR '
				'd.held_sources ->> %3$L IS DISTINCT FROM d.new_source)',
				'takes_m_' || c, 'held_' || c, c, 'm_' || c), '') ELSE '' END
	FROM pg_catalog.unnest(columns) c);
COMMENT ON FUNCTION abie_internal.import_differs(text[], boolean) IS
'Condition, joined on by OR: whether a column or marker that the decided row d takes, or its source, is not what is '
'held.';

CREATE FUNCTION abie_internal.import_merge_query(format text, target_table text, columns text[], incoming text)
	RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key_list text := array_to_string(abie_internal.import_key(target_table), ', ');
	others text[] := abie_internal.import_other_columns(format, target_table, columns);
	markers text := CASE WHEN target_table = 'school' THEN '' ELSE ', markers' END;
	statement text;
BEGIN
	-- A new row passed its checks when it was read. Reading the decided rows twice is faster than keeping the merged
	-- ones. Taken columns and markers are gathered as arrays of names: one jsonb_object is much faster than
	-- jsonb_build_object
	SELECT format($query$
WITH decided AS MATERIALIZED (%1$s),
changed AS (
	SELECT d.*, array_remove(ARRAY[%2$s], NULL) AS taken, array_remove(ARRAY[%3$s]::text[], NULL) AS taken_markers
	FROM decided d
	WHERE d.is_new%4$s
), merged AS (
	SELECT line, is_new, %5$s, %6$s%12$s,
		coalesce(held_sources, '{}') || jsonb_object(taken || taken_markers,
			array_fill(new_source, ARRAY[cardinality(taken || taken_markers)])) AS sources%7$s
	FROM changed
), checked AS NOT MATERIALIZED (
	SELECT m.*, CASE WHEN NOT is_new THEN %13$s END AS broken FROM merged m
), written AS (
	INSERT INTO abie.%8$I (%5$s, %9$s%10$s, sources, source)
	SELECT %5$s, %9$s%10$s, sources, $1 FROM checked WHERE broken IS NULL
	ON CONFLICT (%5$s) DO UPDATE SET %11$s, sources = EXCLUDED.sources, source = EXCLUDED.source, recorded_at = DEFAULT
	RETURNING 1
), refused AS (
	UPDATE pg_temp.abie_import_row r SET problems = c.broken FROM checked c
	WHERE c.broken IS NOT NULL AND r.line = c.line
	RETURNING 1
)
SELECT ARRAY[(SELECT count(*) FROM decided WHERE is_new), (SELECT count(*) FROM written),
	(SELECT count(*) FROM %14$s) - (SELECT count(*) FROM refused)]$query$,
		abie_internal.import_decided_query(target_table, columns, others, incoming),
		string_agg(format('CASE WHEN d.%I THEN %L END', 'takes_' || c, c), ', '),
		string_agg(format('CASE WHEN d.%I THEN %L END', 'takes_m_' || c, c), ', ') FILTER (WHERE markers <> ''),
		abie_internal.import_differs(columns, markers <> ''),
		key_list,
		string_agg(format('CASE WHEN %I THEN %I %sELSE %I END AS %2$I', 'takes_' || c, c,
			CASE WHEN markers <> '' THEN format('WHEN %I THEN NULL ', 'takes_m_' || c) END, 'held_' || c), ', '),
		CASE WHEN markers <> ''
			THEN format(E',\n\t\t(coalesce(held_markers, ''{}'') - taken) || CASE WHEN taken_markers = ''{}'' THEN '
			'''{}'' ELSE jsonb_object(taken_markers, array_remove(ARRAY[%s], NULL)) END AS markers',
			string_agg(format('CASE WHEN %I THEN %I END', 'takes_m_' || c, 'm_' || c), ', ')) ELSE '' END,
		target_table, string_agg(quote_ident(c), ', '), markers,
		string_agg(format('%1$I = EXCLUDED.%1$I', c), ', ')
			|| CASE WHEN markers <> '' THEN ', markers = EXCLUDED.markers' ELSE '' END,
		(SELECT string_agg(format(', %I', o), '') FROM unnest(others) o),
		abie_internal.import_broken(format, target_table),
		CASE WHEN target_table = 'school' THEN 'decided' ELSE format('(%s) n', incoming) END)
	INTO statement
	FROM unnest(columns) c;
	RETURN statement;
END $$;
COMMENT ON FUNCTION abie_internal.import_merge_query(text, text, text[], text) IS
'The statement that merges incoming rows into a table by abie_internal.import_decided_query. A row is written only '
'when a value, a marker or its source differs; one that would break a check together with what is held is rejected. '
'Gives new rows, rows written, rows merged.';

CREATE FUNCTION abie_internal.import_merge_links(file text) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	counts bigint[];
BEGIN
	WITH incoming AS MATERIALIZED (
		SELECT r.*, held.urn IS NULL AS is_new,
			coalesce(r.link_name, held.link_name) AS new_name,
				coalesce(r.established_date, held.established_date) AS new_date,
			ROW(held.link_name, held.established_date)
				IS DISTINCT FROM ROW(coalesce(r.link_name, held.link_name),
					coalesce(r.established_date, held.established_date))
				AND coalesce(held.source LIKE 'gias-links:%', true) AS differs
		FROM pg_temp.abie_import_row r
			LEFT JOIN abie.school_link held ON held.urn = r.urn AND held.link_urn = r.link_urn
				AND held.link_type = r.link_type
		WHERE r.set_aside IS NULL AND r.problems IS NULL
	), written AS (
		INSERT INTO abie.school_link (urn, link_urn, link_type, link_name, established_date, source)
		SELECT i.urn, i.link_urn, i.link_type, i.new_name, i.new_date, 'gias-links: ' || file
		FROM incoming i WHERE i.is_new OR i.differs
		ON CONFLICT ON CONSTRAINT school_link_pkey DO UPDATE
			SET link_name = EXCLUDED.link_name, established_date = EXCLUDED.established_date,
				source = EXCLUDED.source, recorded_at = DEFAULT
		RETURNING 1
	)
	SELECT ARRAY[(SELECT count(*) FROM incoming i WHERE i.is_new), (SELECT count(*) FROM written), (SELECT count(*)
		FROM incoming)]
	INTO counts;
	RETURN counts;
END $$;
COMMENT ON FUNCTION abie_internal.import_merge_links(text) IS
'Merges links: new ones are added, name and date of known ones renewed unless the link is an own entry; a link missing '
'from a later file stays. Gives new rows, rows written, rows merged.';

CREATE FUNCTION abie_internal.import_align_incoming_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- A row that EES (or an own entry) counts names the school's place; a URN that is double on either side names none.
-- All rows move at once, so two that stand in each other's place change places. A row without a URN cannot move and
-- keeps its place.
RETURN $query$
WITH counted AS (
	SELECT a.urn, min(a.laestab) AS laestab
	FROM abie.attendance a
	WHERE a.urn IS NOT NULL AND a.academic_year = (SELECT s.academic_year FROM pg_temp.abie_import_state s)
	GROUP BY a.urn
	HAVING count(*) = 1 AND bool_and(a.sources ->> 'urn' IS DISTINCT FROM 'england-abs'
		AND (a.sess_possible IS NOT NULL OR a.sources ->> 'urn' = 'ees-absence'))
), single AS (
	SELECT r.urn FROM pg_temp.abie_import_row r WHERE r.set_aside IS NULL AND r.problems IS NULL
		AND r.urn IS NOT NULL
	GROUP BY r.urn HAVING count(*) = 1
)
UPDATE pg_temp.abie_import_row r
SET la_code = counted.laestab / 10000, establishment = counted.laestab % 10000
FROM counted JOIN single USING (urn)
WHERE r.set_aside IS NULL AND r.problems IS NULL AND r.urn = counted.urn
	AND r.la_code * 10000 + r.establishment <> counted.laestab
	AND NOT EXISTS (SELECT FROM pg_temp.abie_import_row other
		WHERE other.urn IS NULL AND other.set_aside IS NULL AND other.problems IS NULL
			AND other.la_code * 10000 + other.establishment = counted.laestab)$query$;
COMMENT ON FUNCTION abie_internal.import_align_incoming_query() IS
'The statement that gives incoming rates of england-abs the LAESTAB under which the same URN is counted in the same '
'year.';

CREATE FUNCTION abie_internal.import_align_held_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
-- Only rows that hold nothing but rates of england-abs move. One whose new place is held by a row that stays is
-- blocked, and so is one that waits for the place of a blocked one; the others change places, in rings too.
RETURN $query$
WITH RECURSIVE single AS (
	SELECT r.academic_year, r.urn, min(r.laestab) AS laestab
	FROM pg_temp.abie_import_row r
	WHERE r.set_aside IS NULL AND r.problems IS NULL AND r.urn IS NOT NULL
	GROUP BY r.academic_year, r.urn HAVING count(*) = 1
), wanted AS MATERIALIZED (
	SELECT a.academic_year, a.laestab, single.laestab AS place
	FROM abie.attendance a JOIN single ON single.academic_year = a.academic_year AND single.urn = a.urn
		AND single.laestab <> a.laestab
	WHERE a.sources ->> 'urn' = 'england-abs' AND a.sess_possible IS NULL
		AND NOT EXISTS (SELECT FROM jsonb_each_text(a.sources) s WHERE s.value <> 'england-abs')
		AND jsonb_strip_nulls(to_jsonb(a) - '{academic_year,laestab,markers,sources,source,recorded_at}'::text[])
			- ARRAY(SELECT jsonb_object_keys(a.sources)) = '{}'
		AND NOT EXISTS (SELECT FROM abie.attendance other
			WHERE other.academic_year = a.academic_year AND other.urn = a.urn AND other.laestab <> a.laestab)
), blocked AS (
	SELECT w.academic_year, w.laestab
	FROM wanted w JOIN abie.attendance a ON a.academic_year = w.academic_year AND a.laestab = w.place
		LEFT JOIN wanted mover ON mover.academic_year = a.academic_year AND mover.laestab = a.laestab
	WHERE mover.laestab IS NULL
	UNION
	SELECT w.academic_year, w.laestab
	FROM blocked b JOIN wanted w ON w.academic_year = b.academic_year AND w.place = b.laestab
), gone AS (
	DELETE FROM abie.attendance held
	USING wanted w LEFT JOIN blocked b USING (academic_year, laestab)
	WHERE b.laestab IS NULL AND held.academic_year = w.academic_year AND held.laestab = w.laestab
	RETURNING jsonb_populate_record(held, jsonb_build_object('laestab', w.place)) AS moved
)
SELECT array_agg(gone.moved) FROM gone$query$;
COMMENT ON FUNCTION abie_internal.import_align_held_query() IS
'The statement that takes away held rates of england-abs whose URN an incoming file of EES counts under another '
'LAESTAB, and gives them with that LAESTAB.';

CREATE FUNCTION abie_internal.import_other_school_query(format text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- a publication may correct the URN it gave itself
RETURN (SELECT pg_catalog.format($query$
UPDATE pg_temp.abie_import_row r
SET problems = concat('laestab ', held.laestab, ' is held for URN ', held.urn, ', not ', r.urn)
FROM (SELECT line, %s AS year, %s AS place FROM pg_temp.abie_import_row
		WHERE set_aside IS NULL AND problems IS NULL) n
	JOIN abie.attendance held ON held.academic_year = n.year AND held.laestab = n.place
WHERE r.line = n.line AND held.urn <> r.urn AND held.sources ->> 'urn' IS DISTINCT FROM %L$query$,
		pg_catalog.min(t.expression) FILTER (WHERE t.target_column = 'academic_year'),
		pg_catalog.min(t.expression) FILTER (WHERE t.target_column = 'laestab'), import_other_school_query.format)
	FROM abie.import_target t WHERE t.format = import_other_school_query.format AND t.target_table = 'attendance');
COMMENT ON FUNCTION abie_internal.import_other_school_query(text) IS
'The statement that rejects incoming rows on attendance whose year and LAESTAB are held for another URN, unless the '
'same publication gave that URN.';

CREATE FUNCTION abie_internal.import_align(format text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	moved abie.attendance[];
BEGIN
	-- Performance tables give some schools the LAESTAB of a later year. EES's row of the same year and URN names the
	-- school; rates go to it, whichever file comes first.
	IF format = 'england-abs' THEN
		EXECUTE abie_internal.import_align_incoming_query();
	ELSE
		-- taken away first, put back after: rows that change places are in each other's way
		EXECUTE abie_internal.import_align_held_query() INTO moved;
		INSERT INTO abie.attendance SELECT * FROM unnest(moved);
	END IF;
	EXECUTE abie_internal.import_other_school_query(format);
END $$;
COMMENT ON FUNCTION abie_internal.import_align(text) IS
'Before attendance is merged: gives rates of england-abs the LAESTAB under which EES counts the same URN in the same '
'year, and rejects rows whose LAESTAB is held for another URN. A URN that occurs twice in a year, in the file or among '
'what is held, is left where it is.';

CREATE FUNCTION abie_internal.import_merge(format text, target_table text, file text, header text[]) RETURNS bigint[]
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
		INTO counts USING format || ': ' || file;
	END IF;
	RETURN ARRAY[counts[1], counts[2] - counts[1], counts[3] - counts[2]];
END $$;
COMMENT ON FUNCTION abie_internal.import_merge(text, text, text, text[]) IS
'Merges the rows read into one table, column by column; gives rows stored, updated and unchanged. A value whose entry '
'in sources names no publication is kept. A value that a publication gave is replaced by the same publication or one '
'that outranks it (abie.import_precedence), and withdrawn by a marker of the same publication. A row of attendance is '
'never filled with the figures of another URN.';
