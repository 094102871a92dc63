-- Import of published files: import_begin checks the header and makes a temporary table, the client copies the file
-- into it, import_finish reads, checks, merges and logs. All three in one transaction, so a refused file changes
-- nothing.

CREATE TABLE abie.import (
	import_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	format text NOT NULL,
	file text NOT NULL,
	digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
	academic_year abie.academic_year,
	register_date date,
	records bigint NOT NULL,
	rows_read bigint NOT NULL,
	stored bigint NOT NULL,
	updated bigint NOT NULL,
	unchanged bigint NOT NULL,
	set_aside bigint NOT NULL,
	rejected bigint NOT NULL,
	set_aside_reasons jsonb NOT NULL DEFAULT '{}',
	types_not_understood jsonb NOT NULL DEFAULT '{}',
	schools_stored bigint NOT NULL DEFAULT 0,
	schools_updated bigint NOT NULL DEFAULT 0,
	imported_by text NOT NULL DEFAULT current_user,
	imported_at timestamptz NOT NULL DEFAULT now(),
	CONSTRAINT every_record_read CHECK (records = rows_read),
	CONSTRAINT every_row_counted CHECK (rows_read = stored + updated + unchanged + set_aside + rejected)
);
COMMENT ON TABLE abie.import IS 'Log of imports: one row for every file imported.';
COMMENT ON COLUMN abie.import.import_id IS 'Number of the import.';
COMMENT ON COLUMN abie.import.format IS 'Format: see abie.import_publication.';
COMMENT ON COLUMN abie.import.file IS 'Name of the file.';
COMMENT ON COLUMN abie.import.digest IS 'SHA-256 of the file''s content (unpacked), hexadecimal.';
COMMENT ON COLUMN abie.import.academic_year IS 'Academic year the user gave, for formats whose rows do not say it.';
COMMENT ON COLUMN abie.import.register_date IS 
'Date of the register''s extract, of the publication of a year to date or of a day in the newest week of a pupil file, '
'that the user gave.';
COMMENT ON COLUMN abie.import.records IS
'Records of the file without its header, as the client counted them before it sent them.';
COMMENT ON COLUMN abie.import.rows_read IS
'Rows of the file without its header: stored + updated + unchanged + set aside + rejected.';
COMMENT ON COLUMN abie.import.stored IS 'Rows new to the format''s main table.';
COMMENT ON COLUMN abie.import.updated IS 'Rows that changed a row held already.';
COMMENT ON COLUMN abie.import.unchanged IS 'Rows that say nothing new, or nothing that outranks what is held.';
COMMENT ON COLUMN abie.import.set_aside IS
'Rows that are known and not for storing: national summaries, other geographic levels.';
COMMENT ON COLUMN abie.import.rejected IS 'Rows that could not be stored: in abie.import_reject.';
COMMENT ON COLUMN abie.import.set_aside_reasons IS 'Rows set aside by reason: {"national summary row": 3}.';
COMMENT ON COLUMN abie.import.types_not_understood IS
'School types (format gias: phases) of rows held that abie_internal.stratum does not know, by type: {"Primery": 3}.';
COMMENT ON COLUMN abie.import.schools_stored IS
'Schools that other publications than the register added to abie.school.';
COMMENT ON COLUMN abie.import.schools_updated IS 'Schools of which they filled or renewed a column.';
COMMENT ON COLUMN abie.import.imported_by IS 'Who imported it.';
COMMENT ON COLUMN abie.import.imported_at IS 'When the file was imported.';

CREATE TABLE abie.import_reject (
	digest text,
	line bigint CHECK (line > 1),
	import_id bigint NOT NULL REFERENCES abie.import,
	file text NOT NULL,
	reason text NOT NULL,
	"row" jsonb NOT NULL,
	PRIMARY KEY (digest, line)
);
CREATE INDEX ON abie.import_reject (import_id);
COMMENT ON TABLE abie.import_reject IS
'Rows that could not be imported, whole and with the reason. Keyed by the file''s content, so importing a file twice '
'keeps one copy.';
COMMENT ON COLUMN abie.import_reject.digest IS 'SHA-256 of the file''s content.';
COMMENT ON COLUMN abie.import_reject.line IS
'Number of the record in the file, the header being 1; a record with a line break inside quotes counts once.';
COMMENT ON COLUMN abie.import_reject.import_id IS 'The import that rejected it first for this reason.';
COMMENT ON COLUMN abie.import_reject.file IS 'Name of the file.';
COMMENT ON COLUMN abie.import_reject.reason IS 'What is wrong, by column and value.';
COMMENT ON COLUMN abie.import_reject."row" IS
'The row as published: {header name: text}; of pupils only the figures, the school and the term.';

SELECT pg_catalog.pg_extension_config_dump('abie.import', '');
SELECT pg_catalog.pg_extension_config_dump('abie.import_import_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('abie.import_reject', '');

CREATE FUNCTION abie_internal.import_shown(published text, most integer DEFAULT 80) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
-- a carriage return or an escape sequence out of a file must not move the cursor of who reads a message
RETURN pg_catalog.regexp_replace(pg_catalog.left(published, most), E'[\\u0001-\\u001f\\u007f-\\u009f]', '?', 'g')
	|| CASE WHEN pg_catalog.length(published) > most THEN '...' ELSE '' END;
COMMENT ON FUNCTION abie_internal.import_shown(text, integer) IS
'Text of a file for a message: its first characters, control characters as ?.';

CREATE FUNCTION abie_internal.import_header(header text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN (SELECT CASE WHEN line.text ~ '^("([^"]|"")*"|[^",]*)(,("([^"]|"")*"|[^",]*))+$'
		THEN ARRAY(SELECT pg_catalog.btrim(CASE WHEN cell.match[1] ~ '^"'
					THEN pg_catalog.replace(pg_catalog.substr(cell.match[1], 2, pg_catalog.length(cell.match[1]) - 2),
						'""', '"')
					ELSE cell.match[1] END)
				FROM pg_catalog.regexp_matches(',' || line.text, ',("(?:[^"]|"")*"|[^",]*)',
					'g') WITH ORDINALITY cell (match, place)
				ORDER BY cell.place) END
	FROM (SELECT pg_catalog.rtrim(pg_catalog.ltrim(header, pg_catalog.chr(65279)), E'\r\n')) line (text));
COMMENT ON FUNCTION abie_internal.import_header(text) IS
'The names in the header line of a CSV file; NULL when the line is not comma separated values of two columns or more.';

CREATE FUNCTION abie_internal.import_mapping(format text, header text[])
RETURNS TABLE (field text, column_number integer, header_name text, part_of text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 30
BEGIN ATOMIC
	-- a name with * maps to as many fields as the header has; each is a part of the field that lists it
	SELECT CASE WHEN wanted.name LIKE '%*' THEN pg_catalog.lower(cell.name COLLATE "C") ELSE columns.field END,
		cell.place::integer, cell.name,
		CASE WHEN wanted.name LIKE '%*' THEN columns.field END
	FROM abie.import_format columns,
		LATERAL pg_catalog.unnest(columns.header_names) wanted (name),
		LATERAL pg_catalog.unnest(import_mapping.header) WITH ORDINALITY cell (name, place)
	WHERE columns.format = import_mapping.format
		AND CASE WHEN wanted.name LIKE '%*'
			THEN pg_catalog.starts_with(pg_catalog.lower(cell.name COLLATE "C"), pg_catalog.rtrim(wanted.name, '*'))
				AND cell.name COLLATE "C" !~* '(totalreasons|percent|rate|exact)$'
			ELSE pg_catalog.lower(cell.name COLLATE "C") = pg_catalog.lower(wanted.name COLLATE "C") END;
END;
COMMENT ON FUNCTION abie_internal.import_mapping(text, text[]) IS
'Which column of a file with this header holds which field of the format; field, column number from 1, header name, '
'and the field it is a part of.';

CREATE FUNCTION abie_internal.import_missing(format text, header text[]) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT pg_catalog.array_to_string(columns.header_names, ' or ')
	FROM abie.import_format columns
	WHERE columns.format = import_missing.format AND columns.required
		AND NOT EXISTS (SELECT FROM abie_internal.import_mapping(import_missing.format, import_missing.header) mapped
			WHERE mapped.field = columns.field)
	ORDER BY columns.field COLLATE "C");
COMMENT ON FUNCTION abie_internal.import_missing(text, text[]) IS
'Required columns of the format that the header lacks.';

CREATE FUNCTION abie_internal.import_detect(header text[]) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
-- the format that finds all it requires; of two, the one that finds more columns
RETURN (SELECT publication.format FROM abie.import_publication publication
	WHERE abie_internal.import_missing(publication.format, header) = '{}'
	ORDER BY (SELECT pg_catalog.count(*) FROM abie_internal.import_mapping(publication.format, header)) DESC,
		publication.format COLLATE "C"
	LIMIT 1);
COMMENT ON FUNCTION abie_internal.import_detect(text[]) IS 'The format a header fits; NULL when it fits none.';

CREATE FUNCTION abie_internal.import_check_header(format text, file text, header text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
-- Not STRICT: a header that is not CSV comes as NULL and is an error here.
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	fits text := abie_internal.import_detect(header);
	wanted text := CASE WHEN format = 'auto' THEN fits ELSE format END;
	missing text[];
	twice text;
BEGIN
	IF header IS NULL THEN
		RAISE EXCEPTION 'file "%" is not a CSV file', file
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'The first line does not hold column names separated by commas.';
	ELSIF wanted IS NULL THEN
		RAISE EXCEPTION 'the columns of file "%" fit no known format', file
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('Its columns are: %s.', abie_internal.import_shown(array_to_string(header, ', '),
					4000)),
				HINT = 'SELECT * FROM abie.import_format lists the formats and their columns.';
	ELSIF NOT EXISTS (SELECT FROM abie.import_publication p WHERE p.format = wanted) THEN
		RAISE EXCEPTION 'format "%" is not known', wanted
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('Known formats are auto, %s.',
					(SELECT string_agg(p.format, ', ' ORDER BY p.format COLLATE "C")
					FROM abie.import_publication p));
	END IF;
	missing := abie_internal.import_missing(wanted, header);
	IF missing <> '{}' THEN
		RAISE EXCEPTION 'file "%" does not have the columns of format "%"', file, wanted
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('Missing: %s. Found: %s.', array_to_string(missing, ', '),
					abie_internal.import_shown(array_to_string(header, ', '), 4000)),
				HINT = CASE WHEN fits IS NULL
					THEN 'SELECT * FROM abie.import_format lists the formats and their columns.'
					ELSE format('Its columns fit format "%s".', fits) END;
	END IF;
	SELECT string_agg(DISTINCT m.header_name COLLATE "C", ', ' ORDER BY m.header_name COLLATE "C") INTO twice
	FROM (SELECT m.header_name, count(*) OVER (PARTITION BY m.field) AS times
		FROM abie_internal.import_mapping(wanted, header) m) m
	WHERE m.times > 1;
	IF cardinality(header) > 1600 THEN
		RAISE EXCEPTION 'file "%" has % columns', file, cardinality(header)
			USING ERRCODE = 'invalid_parameter_value', DETAIL = 'No publication has more than 1600.';
	ELSIF twice IS NOT NULL THEN
		RAISE EXCEPTION 'file "%" has more than one column for the same figure: %', file, twice
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN wanted;
END $$;
COMMENT ON FUNCTION abie_internal.import_check_header(text, text, text[]) IS
'The format of a file (resolves auto) whose header is right. Error 22023, saying what is missing and which format '
'would fit, for any other.';

CREATE FUNCTION abie.import_begin(format text, file text, header text, digest text, records bigint,
	academic_year text = NULL, register_date text = NULL)
RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
-- Not STRICT: the year and the date may be missing. PARALLEL UNSAFE: it makes temporary tables.
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	names text[] := abie_internal.import_header(header);
	resolved text;
	year text := coalesce(abie_internal.import_year(academic_year), academic_year);
	needed text;
	extract date := CASE WHEN register_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
		THEN abie_internal.import_date(register_date) END;
BEGIN
	IF coalesce(btrim(header, E' \r\n\t'), '') = '' THEN
		RAISE EXCEPTION 'file "%" is empty', file
			USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Expected a header line with column names.';
	END IF;
	resolved := abie_internal.import_check_header(format, file, names);
	-- a file that says the year of each row needs none
	SELECT p.needs INTO needed FROM abie.import_publication p
	WHERE p.format = resolved
		AND NOT (p.needs = 'year'
			AND EXISTS (SELECT FROM abie_internal.import_mapping(resolved, names) m WHERE m.field = 'academic_year'));
	IF needed = 'year' AND year IS NULL THEN
		RAISE EXCEPTION 'format "%" needs the academic year of file "%"', resolved, file
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'The file does not say which year it is of.', HINT = 'Give the year, for example 2018/19.';
	ELSIF register_date IS NOT NULL AND extract IS NULL THEN
		RAISE EXCEPTION '"%" is not a date', register_date
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Write it as 2025-05-24.';
	ELSIF needed = 'date' AND extract IS NULL THEN
		RAISE EXCEPTION 'format "%" needs the date of the extract "%"', resolved, file
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'The file does not say its date, and an older extract must not override a newer one.',
					HINT = 'Give the date, for example 2025-05-24.';
	ELSIF year IS NOT NULL AND abie_internal.import_year(year) IS NULL THEN
		RAISE EXCEPTION '"%" is not an academic year', academic_year
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Write it as 2018/19.';
	END IF;
	IF to_regclass('pg_temp.abie_import_state') IS NOT NULL THEN
		DROP TABLE pg_temp.abie_import_stage, pg_temp.abie_import_state;
	END IF;
	EXECUTE format('CREATE TEMP TABLE abie_import_stage (%s) ON COMMIT DROP',
		(SELECT string_agg(format('c%s text', n), ', ' ORDER BY n) FROM generate_series(1, cardinality(names)) n));
	CREATE TEMP TABLE abie_import_state ON COMMIT DROP AS
	SELECT resolved AS format, import_begin.file AS file, names AS header, lower(import_begin.digest) AS digest,
		import_begin.records AS records,
		CASE WHEN needed = 'year' THEN year END AS academic_year,
		CASE WHEN needed = 'date' THEN extract END AS register_date;
	RETURN resolved;
END $$;
COMMENT ON FUNCTION abie.import_begin(text, text, text, text, bigint, text, text) IS
'Starts the import of a file in this transaction: checks its header line and makes the temporary table '
'pg_temp.abie_import_stage, with a text column for each column of the file, for the client to COPY the file into (CSV, '
'HEADER). format is auto or one of abie.import_publication; digest the SHA-256 of the content; records how many the '
'client counted in it, the header apart, by its own reading: abie.import_finish refuses the file when another number '
'arrived. The date is written 2025-05-24. Year and date count only for formats that need them. Returns the format. '
'Error 22023 for a file that is not what it should be.';

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

CREATE FUNCTION abie_internal.import_log(state record, counts bigint[], schools bigint[]) RETURNS abie.import
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

CREATE FUNCTION abie_internal.import_keep_rejects(import_id bigint, file text, digest text, header text[]) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	logged abie.import := (SELECT i FROM abie.import i WHERE i.import_id = import_keep_rejects.import_id);
	-- of a file with personal data only the columns that are read, the personal ones apart
	kept integer[] := (SELECT CASE WHEN bool_or(f.kind = 'personal')
			THEN array_agg(m.column_number ORDER BY m.column_number) FILTER (WHERE f.kind <> 'personal')
			ELSE ARRAY(SELECT generate_series(1, cardinality(header))) END
		FROM abie_internal.import_mapping(logged.format, header) m
			JOIN abie.import_format f ON f.format = logged.format
				AND f.field = coalesce(m.part_of, m.field));
BEGIN
	-- what an earlier import of this content rejected and this one did not is no longer rejected
	DELETE FROM abie.import_reject held
	USING pg_temp.abie_import_row r
	WHERE held.digest = import_keep_rejects.digest AND r.line = held.line
		AND (r.set_aside IS NOT NULL OR r.problems IS NULL);
	IF logged.rejected = 0 THEN
		RETURN;
	END IF;
	-- rows of the stage numbered as abie_internal.import_parse_query numbers them
	EXECUTE format($query$
		INSERT INTO abie.import_reject AS held (digest, line, import_id, file, reason, "row")
		SELECT $3, r.line, $1, $2, r.problems,
			jsonb_object(ARRAY(SELECT CASE WHEN count(*) OVER (PARTITION BY h.name) > 1
				THEN format('%%s (column %%s)', h.name, h.place) ELSE h.name END
				FROM unnest($4) WITH ORDINALITY h (name, place) WHERE h.place = ANY ($5) ORDER BY h.place), s.cells)
		FROM pg_temp.abie_import_row r
			JOIN (SELECT abie_internal.import_line() AS line, ARRAY[%s] AS cells
				FROM pg_temp.abie_import_stage) s USING (line)
		WHERE r.set_aside IS NULL AND r.problems IS NOT NULL
		ON CONFLICT ON CONSTRAINT import_reject_pkey DO UPDATE
			SET import_id = EXCLUDED.import_id, file = EXCLUDED.file, reason = EXCLUDED.reason, "row" = EXCLUDED."row"
			WHERE held.reason <> EXCLUDED.reason$query$,
		(SELECT string_agg('c' || n, ', ' ORDER BY n) FROM unnest(kept) n))
	USING import_id, file, digest, header, kept;
END $$;
COMMENT ON FUNCTION abie_internal.import_keep_rejects(bigint, text, text, text[]) IS
'Keeps the rejected rows of the import under way in abie.import_reject. A part of import_finish.';

CREATE FUNCTION abie_internal.import_check_arrived(file text, records bigint, arrived bigint) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF arrived <> records THEN
		RAISE EXCEPTION 'file "%" has % records, but % rows were read', file, records, arrived
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = 'Rows would be lost: the file is not CSV as published, or was cut off on its way.';
	ELSIF arrived = 0 THEN
		RAISE EXCEPTION 'file "%" holds no rows, only a header', file
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.import_check_arrived(text, bigint, bigint) IS
'Whether as many rows were read as the client counted, and any. Error 22023 when not. A part of import_finish.';

CREATE FUNCTION abie.import_finish() RETURNS abie.import
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
COMMENT ON FUNCTION abie.import_finish() IS
'Finishes the import begun in this transaction: reads the staged rows, keeps those that fail a check in '
'abie.import_reject, merges the rest by column, logs, and returns the log row. Error 55000 when none has begun, 22023 '
'when the file holds no rows, or not as many as its client counted.';
