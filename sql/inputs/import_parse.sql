-- Reading the staged cells of a file: each by its kind (abie.import_kind), once.

CREATE FUNCTION abie_internal.import_cells(format text, header text[], academic_year text)
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

CREATE FUNCTION abie_internal.import_gathered(format text, header text[]) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- the marker of the whole is that of its first part; it counts where no part is a figure
RETURN (SELECT pg_catalog.string_agg(pg_catalog.format(', %s AS %I, %s AS %I',
		coalesce('nullif(jsonb_strip_nulls(jsonb_build_object(' || parts.pairs || ')), ''{}'')', 'NULL::jsonb'),
		whole.field,
		coalesce('coalesce(' || parts.markers || ')', 'NULL::text'), 'm_' || whole.field), '')
	FROM abie.import_format whole,
		LATERAL (SELECT pg_catalog.string_agg(pg_catalog.format('%1$L, %1$I', m.field), ', ' ORDER BY m.column_number),
				pg_catalog.string_agg(pg_catalog.quote_ident('m_' || m.field), ', ' ORDER BY m.column_number)
			FROM abie_internal.import_mapping(import_gathered.format, import_gathered.header) m
			WHERE m.part_of = whole.field) parts (pairs, markers)
	WHERE whole.format = import_gathered.format
		AND EXISTS (SELECT FROM pg_catalog.unnest(whole.header_names) w WHERE w LIKE '%*'));
COMMENT ON FUNCTION abie_internal.import_gathered(text, text[]) IS
'The select list of fields that hold what several columns say, as one object, with their markers.';

CREATE FUNCTION abie_internal.import_parse_query(format text, header text[], academic_year text, register_date date)
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
