-- Merging what a file says into what is held, column by column.

CREATE FUNCTION abie.import_key(target_table text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE target_table
	WHEN 'school' THEN ARRAY['urn']
	WHEN 'school_link' THEN ARRAY['urn', 'link_urn', 'link_type']
	WHEN 'school_context' THEN ARRAY['urn', 'academic_year']
	WHEN 'attendance' THEN ARRAY['academic_year', 'laestab'] END;
COMMENT ON FUNCTION abie.import_key(text) IS 'Key columns of an input table.';

CREATE FUNCTION abie.import_outranks(target_table text, column_name text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- An own entry's source is no format: its place is NULL, nothing outranks it.
RETURN (SELECT pg_catalog.format($$CASE WHEN t.sources ->> %1$L = n.new_source THEN true ELSE coalesce(
		(array_position(%2$L::text[], split_part(t.sources ->> %1$L, ' ', 1)), split_part(t.sources ->> %1$L, ' ', 2) COLLATE "C")
		<= (array_position(%2$L::text[], split_part(n.new_source, ' ', 1)), split_part(n.new_source, ' ', 2) COLLATE "C"), false) END$$,
		column_name, precedence.formats)
	FROM abie.import_precedence AS precedence WHERE precedence.target_table = import_outranks.target_table);
COMMENT ON FUNCTION abie.import_outranks(text, text) IS 'Expression: whether the incoming row n may replace the column of the held row t: same publication and edition, or by abie.import_precedence.';

CREATE FUNCTION abie.import_incoming_query(format text, target_table text, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text[] := abie.import_key(target_table);
	publication record;
	list text;
BEGIN
	SELECT p.main_table, p.edition INTO publication FROM abie.import_publication AS p WHERE p.format = import_incoming_query.format;
	SELECT string_agg(format('%s AS %I', t.expression, t.target_column), ', ') INTO list
	FROM abie.import_target AS t
	WHERE t.format = import_incoming_query.format AND t.target_table = import_incoming_query.target_table
		AND t.target_column = ANY (key || columns);
	-- a school's columns have no year of their own, so their source names the edition; of several rows on one school the newest speaks
	RETURN format('SELECT %s %s, %s AS new_source%s FROM pg_temp.abie_import_row WHERE set_aside IS NULL AND problems IS NULL AND first_line = line%s',
		CASE WHEN target_table <> publication.main_table THEN 'DISTINCT ON (urn)' ELSE '' END,
		list,
		CASE WHEN target_table = 'school' THEN format('%L || '' '' || %s', format, publication.edition) ELSE format('%L::text', format) END,
		CASE WHEN target_table = 'school' THEN '' ELSE (SELECT string_agg(format(', %s AS %I', CASE WHEN f.kind IS NULL THEN 'NULL::text' ELSE format('%I', 'm_' || t.fields[1]) END, 'm_' || t.target_column), '')
			FROM abie.import_target AS t
				LEFT JOIN abie.import_format AS f ON f.format = t.format AND f.field = t.fields[1]
					AND f.kind IN ('count', 'percent', 'rank', 'score')
			WHERE t.format = import_incoming_query.format AND t.target_table = import_incoming_query.target_table
				AND t.target_column = ANY (columns)) END,
		CASE WHEN target_table <> publication.main_table
			THEN format(' AND urn IS NOT NULL ORDER BY urn, %s DESC%s, line', publication.edition,
				CASE WHEN 'laestab' = ANY (columns) THEN ', laestab' END) ELSE '' END);
END
$$;
COMMENT ON FUNCTION abie.import_incoming_query(text, text, text[]) IS 'The query over pg_temp.abie_import_row that gives the rows for one table: key, columns, new_source and the markers of missing figures.';

CREATE FUNCTION abie.import_columns(format text, target_table text, header text[]) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT target.target_column
	FROM abie.import_target AS target
	WHERE target.format = import_columns.format AND target.target_table = import_columns.target_table
		AND target.target_column <> ALL (abie.import_key(import_columns.target_table))
		AND (target.fields = '{}' OR EXISTS (
			SELECT FROM abie.import_mapping(import_columns.format, import_columns.header) AS mapped
			WHERE mapped.field = ANY (target.fields) OR mapped.part_of = ANY (target.fields)))
	ORDER BY target.target_column);
COMMENT ON FUNCTION abie.import_columns(text, text, text[]) IS 'The columns of a table, its key apart, that a file with this header can fill.';

CREATE FUNCTION abie.import_decided_query(target_table text, columns text[], incoming text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text[] := abie.import_key(target_table);
	decisions text;
BEGIN
	SELECT string_agg(format(E',\n\tt.%1$I AS %2$I, %3$s AS %4$I', c, 'held_' || c,
			-- a blank date of closing is a statement (open), any other blank is not
			format(CASE WHEN target_table = 'school' AND c = 'close_date'
					THEN 'CASE WHEN t.sources -> %1$L IS NULL THEN t.%1$I IS NULL ELSE %2$s END'
					ELSE 'n.%1$I IS NOT NULL AND CASE WHEN t.%1$I IS NULL THEN true ELSE %2$s END' END,
				c, abie.import_outranks(target_table, c)),
			'takes_' || c), '')
		|| CASE WHEN target_table = 'school' THEN ''
			ELSE ', t.markers AS held_markers' || string_agg(format(
				E',\n\tn.%1$I IS NULL AND t.%1$I IS NULL AND n.%2$I IS NOT NULL AND CASE WHEN t.markers -> %1$L IS NULL THEN true ELSE %3$s END AS %4$I',
				c, 'm_' || c, abie.import_outranks(target_table, c), 'takes_m_' || c), '') END
	INTO decisions
	FROM unnest(columns) AS c;
	RETURN format(E'SELECT n.*, t.%I IS NULL AS is_new, t.sources AS held_sources%s\nFROM (%s) AS n LEFT JOIN abie.%I AS t ON %s',
		key[1], decisions, incoming, target_table,
		(SELECT string_agg(format('t.%1$I = n.%1$I', k), ' AND ') FROM unnest(key) AS k));
END
$$;
COMMENT ON FUNCTION abie.import_decided_query(text, text[], text) IS
'The query that puts incoming rows beside the held ones and decides by column. A column is taken when nothing is held, or what is held came from the same publication or one it outranks; a marker only where no figure is held. abie.school keeps no markers.';

CREATE FUNCTION abie.import_merge_query(target_table text, columns text[], incoming text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key_list text := array_to_string(abie.import_key(target_table), ', ');
	markers text := CASE WHEN target_table = 'school' THEN '' ELSE ', markers' END;
	statement text;
BEGIN
	-- taken columns and markers are gathered as arrays of names: one jsonb_object is much faster than jsonb_build_object
	SELECT format($query$
WITH decided AS MATERIALIZED (%1$s),
changed AS (
	SELECT d.*, array_remove(ARRAY[%2$s], NULL) AS taken, array_remove(ARRAY[%3$s]::text[], NULL) AS taken_markers
	FROM decided AS d
	WHERE d.is_new%4$s
), merged AS (
	SELECT %5$s, %6$s,
		coalesce(held_sources, '{}') || jsonb_object(taken || taken_markers, array_fill(new_source, ARRAY[cardinality(taken || taken_markers)])) AS sources%7$s
	FROM changed
), written AS (
	INSERT INTO abie.%8$I (%5$s, %9$s%10$s, sources, source)
	SELECT %5$s, %9$s%10$s, sources, $1 FROM merged
	ON CONFLICT (%5$s) DO UPDATE SET %11$s, sources = EXCLUDED.sources, source = EXCLUDED.source, recorded_at = DEFAULT
	RETURNING 1
)
SELECT ARRAY[(SELECT count(*) FROM decided WHERE is_new), (SELECT count(*) FROM written), (SELECT count(*) FROM decided)]$query$,
		abie.import_decided_query(target_table, columns, incoming),
		string_agg(format('CASE WHEN d.%I THEN %L END', 'takes_' || c, c), ', '),
		CASE WHEN markers <> '' THEN string_agg(format('CASE WHEN d.%I THEN %L END', 'takes_m_' || c, c), ', ') ELSE '' END,
		string_agg(format(E'\n\t\tOR d.%I AND (d.%I IS DISTINCT FROM d.%I OR d.held_sources ->> %L IS DISTINCT FROM d.new_source)', 'takes_' || c, c, 'held_' || c, c), '')
			|| CASE WHEN markers <> '' THEN string_agg(format(E'\n\t\tOR d.%I AND (d.held_markers ->> %L IS DISTINCT FROM d.%I OR d.held_sources ->> %2$L IS DISTINCT FROM d.new_source)', 'takes_m_' || c, c, 'm_' || c), '') ELSE '' END,
		key_list,
		string_agg(format('CASE WHEN %I THEN %I ELSE %I END AS %2$I', 'takes_' || c, c, 'held_' || c), ', '),
		CASE WHEN markers <> '' THEN format(E',\n\t\t(coalesce(held_markers, ''{}'') - taken) || CASE WHEN taken_markers = ''{}'' THEN ''{}'' ELSE jsonb_object(taken_markers, array_remove(ARRAY[%s], NULL)) END AS markers',
			string_agg(format('CASE WHEN %I THEN %I END', 'takes_m_' || c, 'm_' || c), ', ')) ELSE '' END,
		target_table, string_agg(quote_ident(c), ', '), markers,
		string_agg(format('%1$I = EXCLUDED.%1$I', c), ', ') || CASE WHEN markers <> '' THEN ', markers = EXCLUDED.markers' ELSE '' END)
	INTO statement
	FROM unnest(columns) AS c;
	RETURN statement;
END
$$;
COMMENT ON FUNCTION abie.import_merge_query(text, text[], text) IS
'The statement that merges incoming rows into a table by abie.import_decided_query. A row is written only when a value, a marker or its source differs. Gives new rows, rows written, rows merged.';

CREATE FUNCTION abie.import_merge_links(file text) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	counts bigint[];
BEGIN
	WITH incoming AS MATERIALIZED (
		SELECT r.*, held.urn IS NULL AS is_new,
			coalesce(r.link_name, held.link_name) AS new_name, coalesce(r.established_date, held.established_date) AS new_date,
			ROW(held.link_name, held.established_date)
				IS DISTINCT FROM ROW(coalesce(r.link_name, held.link_name), coalesce(r.established_date, held.established_date))
				AND coalesce(held.source LIKE 'gias-links:%', true) AS differs
		FROM pg_temp.abie_import_row AS r
			LEFT JOIN abie.school_link AS held ON held.urn = r.urn AND held.link_urn = r.link_urn AND held.link_type = r.link_type
		WHERE r.set_aside IS NULL AND r.problems IS NULL AND r.first_line = r.line
	), written AS (
		INSERT INTO abie.school_link (urn, link_urn, link_type, link_name, established_date, source)
		SELECT i.urn, i.link_urn, i.link_type, i.new_name, i.new_date, 'gias-links: ' || file
		FROM incoming AS i WHERE i.is_new OR i.differs
		ON CONFLICT ON CONSTRAINT school_link_pkey DO UPDATE
			SET link_name = EXCLUDED.link_name, established_date = EXCLUDED.established_date,
				source = EXCLUDED.source, recorded_at = DEFAULT
		RETURNING 1
	)
	SELECT ARRAY[(SELECT count(*) FROM incoming AS i WHERE i.is_new), (SELECT count(*) FROM written), (SELECT count(*) FROM incoming)]
	INTO counts;
	RETURN counts;
END
$$;
COMMENT ON FUNCTION abie.import_merge_links(text) IS 'Merges links: new ones are added, name and date of known ones renewed unless the link is an own entry; a link missing from a later file stays. Gives new rows, rows written, rows merged.';

CREATE FUNCTION abie.import_align(format text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- Performance tables give some schools the LAESTAB of a later year. The row of counts with the same year and URN
	-- names the school; rates go to it, whichever file comes first.
	-- again while rows move, because one that moves may free the place of another
	LOOP
		IF format = 'england-abs' THEN
			UPDATE pg_temp.abie_import_row AS r
			SET la_code = counted.laestab / 10000, establishment = counted.laestab % 10000
			FROM (SELECT a.urn, a.academic_year, min(a.laestab) AS laestab FROM abie.attendance AS a
				WHERE a.sess_possible IS NOT NULL GROUP BY a.urn, a.academic_year) AS counted
			WHERE counted.urn = r.urn AND counted.academic_year = r.given_year AND r.first_line = r.line
				AND NOT EXISTS (SELECT FROM abie.attendance AS a
					WHERE a.academic_year = r.given_year AND a.laestab = r.la_code * 10000 + r.establishment AND a.urn = r.urn)
				AND NOT EXISTS (SELECT FROM pg_temp.abie_import_row AS other
					WHERE other.la_code * 10000 + other.establishment = counted.laestab AND other.first_line = other.line);
		ELSE
			UPDATE abie.attendance AS held
			SET laestab = incoming.laestab
			FROM (SELECT r.urn, r.academic_year, min(r.laestab) AS laestab FROM pg_temp.abie_import_row AS r
				WHERE r.first_line = r.line GROUP BY r.urn, r.academic_year) AS incoming
			WHERE held.sess_possible IS NULL AND held.sources ->> 'sess_overall_percent' = 'england-abs'
				AND held.urn = incoming.urn AND held.academic_year = incoming.academic_year
				AND NOT EXISTS (SELECT FROM pg_temp.abie_import_row AS r
					WHERE r.academic_year = held.academic_year AND r.laestab = held.laestab AND r.urn = held.urn)
				AND NOT EXISTS (SELECT FROM abie.attendance AS a
					WHERE a.academic_year = held.academic_year AND a.laestab = incoming.laestab);
		END IF;
		EXIT WHEN NOT FOUND;
	END LOOP;
END
$$;
COMMENT ON FUNCTION abie.import_align(text) IS 'Before attendance is merged: gives rates of england-abs the LAESTAB under which EES counts the same URN in the same year.';

CREATE FUNCTION abie.import_merge(format text, target_table text, file text, header text[]) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	columns text[] := abie.import_columns(format, target_table, header);
	counts bigint[];
BEGIN
	IF target_table = 'attendance' THEN
		PERFORM abie.import_align(format);
	END IF;
	IF target_table = 'school_link' THEN
		counts := abie.import_merge_links(file);
	ELSIF cardinality(columns) = 0 THEN
		-- the file says nothing of schools but their URNs
		counts := '{0,0,0}';
	ELSE
		EXECUTE abie.import_merge_query(target_table, columns, abie.import_incoming_query(format, target_table, columns))
		INTO counts USING format || ': ' || file;
	END IF;
	RETURN ARRAY[counts[1], counts[2] - counts[1], counts[3] - counts[2]];
END
$$;
COMMENT ON FUNCTION abie.import_merge(text, text, text, text[]) IS 'Merges the rows read into one table; gives rows stored, updated and unchanged.';
