-- Merging what a file says into what is held, column by column. The statement is made for the columns of the file: one
-- that reads them as data, from rows as jsonb, took ten times as long for the comparison alone (276,863 rows: 3.8
-- seconds against 0.37).

CREATE FUNCTION abie_internal.import_sources(columns text[], source text, said boolean[]) RETURNS jsonb
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_import_sources';
COMMENT ON FUNCTION abie_internal.import_sources(text[], text, boolean[]) IS
'The object that names the source of each column that is said: {"urn": "ees-absence", ...}. Error 2202E for arrays of '
'unequal length, 22004 for nulls and for more than one dimension.';

CREATE FUNCTION abie_internal.import_outranks(target_table text, column_name text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- An own entry's source is no format: its place is NULL, nothing outranks it.
RETURN (
	SELECT pg_catalog.format($$CASE WHEN n.held_sources ->> %1$L = n.new_source THEN true ELSE coalesce(
		(array_position(%2$L::text[], split_part(n.held_sources ->> %1$L, ' ', 1)),
			split_part(n.held_sources ->> %1$L, ' ', 2) COLLATE "C")
		<= (array_position(%2$L::text[], split_part(n.new_source, ' ', 1)),
			split_part(n.new_source, ' ', 2) COLLATE "C"), false) END$$,
		column_name, precedence.formats)
	FROM abie.import_precedence precedence
	WHERE precedence.target_table = import_outranks.target_table);
COMMENT ON FUNCTION abie_internal.import_outranks(text, text) IS
'Expression: whether the incoming row n may replace the column of the held row beside it: same publication and '
'edition, or by abie.import_precedence.';

CREATE FUNCTION abie_internal.import_incoming_query(format text, target_table text, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text[] := abie_internal.import_key(target_table);
	publication record;
	list text;
BEGIN
	SELECT p.main_table, p.edition INTO publication
	FROM abie.import_publication p
	WHERE p.format = import_incoming_query.format;
	SELECT string_agg(format('%s AS %I', t.expression, t.target_column), ', ') INTO list
	FROM abie.import_target t
	WHERE t.format = import_incoming_query.format AND t.target_table = import_incoming_query.target_table
		AND t.target_column = ANY (key || columns);
	-- a school's columns have no year of their own, so their source names the edition; of several rows on one school
	-- the newest speaks, and only rows of the newest year are sorted
	RETURN format('SELECT %s line, %s, %s AS new_source%s FROM pg_temp.abie_import_row '
			'WHERE set_aside IS NULL AND problems IS NULL%s',
		CASE WHEN target_table <> publication.main_table THEN 'DISTINCT ON (urn)' ELSE '' END,
		list,
		CASE WHEN target_table = 'school' THEN format('%L || '' '' || %s', format, publication.edition)
			ELSE format('%L::text', format) END,
		CASE WHEN target_table <> 'school' THEN (
			SELECT string_agg(format(', %s AS %I',
				CASE WHEN f.kind IS NULL THEN 'NULL::text' ELSE format('%I', 'm_' || t.fields[1]) END,
				'm_' || t.target_column), '')
			FROM abie.import_target t
				LEFT JOIN abie.import_format f ON f.format = t.format AND f.field = t.fields[1]
					AND f.kind IN ('count', 'percent', 'rank', 'score', 'reasons')
			WHERE t.format = import_incoming_query.format
				AND t.target_table = import_incoming_query.target_table
				AND t.target_column = ANY (columns)) END,
		CASE WHEN target_table <> publication.main_table
			THEN format(' AND (urn, %1$s COLLATE "C") IN (SELECT urn, max(%1$s COLLATE "C") '
					'FROM pg_temp.abie_import_row WHERE set_aside IS NULL AND problems IS NULL GROUP BY urn) '
					'ORDER BY urn%2$s, line',
				publication.edition,
				CASE WHEN 'laestab' = ANY (columns) THEN ', laestab' END)
			ELSE '' END);
END $$;
COMMENT ON FUNCTION abie_internal.import_incoming_query(text, text, text[]) IS
'The query over pg_temp.abie_import_row that gives the rows for one table: line, key, columns, new_source and the '
'markers of missing figures.';

CREATE FUNCTION abie_internal.import_columns(format text, target_table text, header text[]) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ARRAY(
	SELECT target.target_column
	FROM abie.import_target target
	WHERE target.format = import_columns.format
		AND target.target_table = import_columns.target_table
		AND target.target_column <> ALL (abie_internal.import_key(import_columns.target_table))
		AND (target.fields = '{}' OR EXISTS (
			SELECT FROM abie_internal.import_mapping(import_columns.format, import_columns.header) mapped
			WHERE mapped.field = ANY (target.fields) OR mapped.part_of = ANY (target.fields)))
	ORDER BY target.target_column COLLATE "C");
COMMENT ON FUNCTION abie_internal.import_columns(text, text, text[]) IS
'The columns of a table, its key apart, that a file with this header can fill.';

CREATE FUNCTION abie_internal.import_other_columns(format text, target_table text, columns text[]) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ARRAY(
	SELECT target.target_column
	FROM abie.import_target target
	WHERE target.format = import_other_columns.format
		AND target.target_table = import_other_columns.target_table
		AND target.target_column <> ALL (abie_internal.import_key(import_other_columns.target_table) || columns)
	ORDER BY target.target_column COLLATE "C");
COMMENT ON FUNCTION abie_internal.import_other_columns(text, text, text[]) IS
'The columns of a table, its key apart, that the format can fill and this file cannot: what is held of them stays '
'beside what the file says.';

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

CREATE FUNCTION abie_internal.import_same_row(target_table text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
	SELECT pg_catalog.string_agg(pg_catalog.format('t.%1$I = n.%1$I', k), ' AND ')
	FROM pg_catalog.unnest(abie_internal.import_key(target_table)) k);
COMMENT ON FUNCTION abie_internal.import_same_row(text) IS
'Condition: the held row t is the one that the row n is about.';

CREATE FUNCTION abie_internal.import_compared_query(target_table text, columns text[], others text[]) RETURNS text
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

CREATE FUNCTION abie_internal.import_added_query(target_table text, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	keeps_markers boolean := target_table <> 'school';
	written text := (
		SELECT string_agg(quote_ident(c), ', ')
		FROM unnest(abie_internal.import_key(target_table) || columns) c);
	-- of each column whether the row says something; a blank date of closing is a statement
	said text := (
		SELECT string_agg(CASE WHEN keeps_markers THEN format('n.%I IS NOT NULL OR n.%I IS NOT NULL', c, 'm_' || c)
			WHEN c = 'close_date' THEN 'true' ELSE format('n.%I IS NOT NULL', c) END, ', ')
		FROM unnest(columns) c);
	markers text := (
		SELECT format('CASE WHEN num_nonnulls(%s) = 0 THEN ''{}'' ELSE jsonb_strip_nulls(jsonb_build_object(%s)) END',
			string_agg(format('n.%I', 'm_' || c), ', '),
			string_agg(format('%1$L, CASE WHEN n.%1$I IS NULL THEN n.%2$I END', c, 'm_' || c), ', '))
		FROM unnest(columns) c
		WHERE keeps_markers);
BEGIN
	RETURN format($query$INSERT INTO abie.%I (%s, source, sources%s)
	SELECT %2$s, $1, abie_internal.import_sources(%4$L, n.new_source, ARRAY[%5$s])%6$s
	FROM compared n
	WHERE NOT n.is_held
	RETURNING 1$query$,
		target_table, written, CASE WHEN keeps_markers THEN ', markers' END, columns, said,
		CASE WHEN keeps_markers THEN E',\n\t\t' || markers END);
END $$;
COMMENT ON FUNCTION abie_internal.import_added_query(text, text[]) IS
'The statement that adds compared rows of which none is held; they passed their checks when they were read.';

CREATE FUNCTION abie_internal.import_decided_query(format text, target_table text, columns text[]) RETURNS text
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
COMMENT ON FUNCTION abie_internal.import_decided_query(text, text, text[]) IS
'The query that decides by column on compared rows of which one is held. A column is taken when nothing is held, or '
'what is held came from the same publication or one it outranks; a marker where no figure is held, or a figure of the '
'same publication, which it withdraws. other_school: why a row on attendance is rejected, whose year and LAESTAB are '
'held for another URN that another publication gave.';

CREATE FUNCTION abie_internal.import_broken(format text, target_table text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
	SELECT pg_catalog.format('nullif(concat_ws(''; '', %s), '''')',
		coalesce(
			pg_catalog.string_agg(pg_catalog.format('CASE WHEN %s THEN ''with the figures held, '' || %s END',
				c.fails, c.reason), ', ' ORDER BY c.fails COLLATE "C"),
			'NULL'))
	FROM abie.import_check c
		JOIN abie.import_publication p ON p.format = c.format AND p.main_table = import_broken.target_table
	WHERE c.format = import_broken.format AND c.of_table);
COMMENT ON FUNCTION abie_internal.import_broken(text, text) IS
'Expression: which checks of abie.import_check a merged row fails, each with its figures; NULL when none.';

CREATE FUNCTION abie_internal.import_differs(columns text[], keeps_markers boolean) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (
	SELECT E'd.other_school IS NOT NULL\n\t\tOR ' || pg_catalog.string_agg(pg_catalog.format(
			'd.%I AND (d.%I IS DISTINCT FROM d.%I OR d.held_sources ->> %L IS DISTINCT FROM d.new_source)',
			'takes_' || c, c, 'held_' || c, c), E'\n\t\tOR ')
		|| CASE WHEN keeps_markers
			THEN pg_catalog.string_agg(pg_catalog.format(E'\n\t\tOR d.%1$I AND (d.%2$I IS NOT NULL OR '
				'd.held_markers ->> %3$L IS DISTINCT FROM d.%4$I OR '
				'd.held_sources ->> %3$L IS DISTINCT FROM d.new_source)',
				'takes_m_' || c, 'held_' || c, c, 'm_' || c), '')
			ELSE '' END
	FROM pg_catalog.unnest(columns) c);
COMMENT ON FUNCTION abie_internal.import_differs(text[], boolean) IS
'Condition: whether a column or marker that the decided row d takes, or its source, is not what is held.';

CREATE FUNCTION abie_internal.import_merge_query(format text, target_table text, columns text[], incoming text)
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

CREATE FUNCTION abie_internal.import_merge_links(file text) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	counts bigint[];
BEGIN
	WITH incoming AS MATERIALIZED (
		SELECT r.*, held.urn IS NULL AS is_new, said.link_name AS new_name, said.established_date AS new_date,
			ROW(held.link_name, held.established_date) IS DISTINCT FROM ROW(said.link_name, said.established_date)
				AND coalesce(held.source LIKE 'gias-links:%', true) AS differs
		FROM pg_temp.abie_import_row r
			LEFT JOIN abie.school_link held ON held.urn = r.urn
				AND held.link_urn = r.link_urn
				AND held.link_type = r.link_type
			CROSS JOIN LATERAL (
				SELECT coalesce(r.link_name, held.link_name),
					coalesce(r.established_date, held.established_date)
			) said (link_name, established_date)
		WHERE r.set_aside IS NULL AND r.problems IS NULL
	), written AS (
		INSERT INTO abie.school_link (urn, link_urn, link_type, link_name, established_date, source)
		SELECT i.urn, i.link_urn, i.link_type, i.new_name, i.new_date, 'gias-links: ' || file
		FROM incoming i
		WHERE i.is_new OR i.differs
		ON CONFLICT ON CONSTRAINT school_link_pkey DO UPDATE
			SET link_name = EXCLUDED.link_name, established_date = EXCLUDED.established_date,
				source = EXCLUDED.source, recorded_at = DEFAULT
		RETURNING 1
	)
	SELECT ARRAY[
		(SELECT count(*) FROM incoming i WHERE i.is_new),
		(SELECT count(*) FROM written),
		(SELECT count(*) FROM incoming)]
	INTO counts;
	RETURN counts;
END $$;
COMMENT ON FUNCTION abie_internal.import_merge_links(text) IS
'Merges links: new ones are added, name and date of known ones renewed unless the link is an own entry; a link missing '
'from a later file stays. Gives new rows, rows written, rows merged.';

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
