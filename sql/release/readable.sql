-- What a reader's conditions may meet.
--
-- A condition by a leakproof operator is tried before a policy or a view's own filter, and EXPLAIN ANALYZE or a clock
-- tells how it went. So the views of abie_report read each table with confidential values through a mask: only the
-- keys, which are no secret, are columns of the table; every other one is NULL unless the row is the reader's.
-- Whether it is, is worked out behind OFFSET 0, which no condition passes, and look-ups by run and URN keep their
-- index. The mask is made from the catalog, so that a new column has it.

CREATE FUNCTION abie_owner.make_readable(name text, of regclass, keys text[], purposes text[]) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rule text := concat_ws(' AND ',
		CASE WHEN 'run_id' = ANY (keys) THEN 't.run_id = ANY ((SELECT abie_internal.readable_runs())::integer[])' END,
		CASE WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = of AND a.attname = 'urn')
			THEN format('((SELECT abie_internal.has_national_access(%1$L)) OR t.urn IN '
			'(SELECT s.urn FROM abie.accessible_schools(%1$L) s))', purposes || '{calculation}') END);
	shown text := (SELECT string_agg(CASE WHEN a.attname = ANY (keys) THEN format('t.%I', a.attname)
			ELSE format('CASE WHEN access.granted THEN t.%1$I END AS %1$I', a.attname) END, ', ' ORDER BY a.attnum)
		FROM pg_attribute a WHERE a.attrelid = of AND a.attnum > 0 AND NOT a.attisdropped);
	described record;
BEGIN
	EXECUTE format('CREATE VIEW abie_owner.%I AS SELECT %s FROM %s t '
		'CROSS JOIN LATERAL (SELECT %s AS granted OFFSET 0) access WHERE access.granted', name, shown, of, rule);
	EXECUTE format('COMMENT ON VIEW abie_owner.%I IS %L', name,
		format('Rows of %s that the role in force may see for %s: %s as '
		'they are, all else masked.', of, array_to_string(purposes, ' or '), array_to_string(keys, ', ')));
	FOR described IN SELECT a.attname, col_description(of, a.attnum) AS meaning
		FROM pg_attribute a WHERE a.attrelid = of AND a.attnum > 0 AND NOT a.attisdropped LOOP
		EXECUTE format('COMMENT ON COLUMN abie_owner.%I.%I IS %L', name, described.attname, described.meaning);
	END LOOP;
END $$;
COMMENT ON FUNCTION abie_owner.make_readable(text, regclass, text[], text[]) IS
'Makes the view abie_owner.name of a table as its reader may see it. keys: the columns that are no secret; run_id '
'among them limits it to the runs that may be read (abie_internal.readable_runs), a column urn to the schools granted '
'for one of the purposes.';

SELECT abie_owner.make_readable('readable_expectation', 'abie.expectation', '{run_id,urn,laestab}',
	'{results,support}'),
	abie_owner.make_readable('readable_exclusion', 'abie.exclusion', '{run_id,urn,laestab}', '{results,support}'),
	abie_owner.make_readable('readable_run_school', 'abie.run_school', '{run_id,urn,laestab}', '{results}'),
	-- those whose similar schools the reader may see, if not what is expected of them
	abie_owner.make_readable('listed_school', 'abie.run_school', '{run_id,urn,laestab}',
		'{results,"similar schools"}'),
	abie_owner.make_readable('readable_list', 'abie.similar_list', '{run_id,urn}', '{results,"similar schools"}'),
	abie_owner.make_readable('readable_model', 'abie.run_model', '{run_id,stratum}', '{}'),
	abie_owner.make_readable('readable_characteristic', 'abie.run_characteristic', '{run_id,stratum,position}',
		'{}'),
	-- by what the public register says of areas and trusts its schools are found without working out for all of them
	-- whether they may be read
	abie_owner.make_readable('readable_school', 'abie.school',
		'{urn,laestab,la_code,region,trust,trust_code}', '{results,support}'),
	abie_owner.make_readable('readable_school_context', 'abie.school_context', '{urn,academic_year}', '{results}'),
	abie_owner.make_readable('readable_attendance', 'abie.attendance', '{urn,academic_year,laestab}', '{results}'),
	abie_owner.make_readable('readable_attendance_week', 'abie.attendance_week', '{urn,academic_year,week_start}',
		'{results}'),
	-- that a school has said something is its own too
	abie_owner.make_readable('readable_school_figure', 'abie.school_figure', '{academic_year}', '{results}'),
	abie_owner.make_readable('readable_correction', 'abie.correction', '{correction_id}', '{results}');

CREATE FUNCTION abie_owner.describe_as(described regclass, held regclass, columns text DEFAULT '') RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	passed record;
BEGIN
	FOR passed IN SELECT d.attname AS name, col_description(held, h.attnum) AS meaning
		FROM pg_attribute d JOIN pg_attribute h ON h.attrelid = held AND h.attname = d.attname
		WHERE d.attrelid = described AND d.attnum > 0 AND col_description(described, d.attnum) IS NULL
			AND d.attname ~ columns LOOP
		EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', described, passed.name, passed.meaning);
	END LOOP;
END $$;
COMMENT ON FUNCTION abie_owner.describe_as(regclass, regclass, text) IS
'Gives the columns of a view or composite type that have no comment that of the column of their name in a table or '
'view: all, or those whose names match a regular expression.';
