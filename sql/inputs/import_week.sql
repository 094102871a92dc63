-- Merging published attendance of weeks and of the year to date, row by row: a newer edition of the publication says
-- all of a row anew.

CREATE FUNCTION abie_internal.import_pivot_query() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
-- of the long layout, a row an area, phase and week with the fields of the wide one; lines: how many rows it is made of
RETURN (SELECT pg_catalog.format($query$
SELECT count(*) AS lines, calendar_year, week, geographic_level, country_code, region_code, new_la_code,
	education_phase, min(region) AS region, min(authority_name) AS authority_name, min(la_code) AS la_code%s,
	jsonb_object_agg(measure, session_count) FILTER (WHERE is_reason AND session_count IS NOT NULL) AS reasons,
	min(m_session_count) FILTER (WHERE is_reason) AS m_reasons,
	jsonb_object_agg(measure, session_percent) FILTER (WHERE is_reason AND session_percent IS NOT NULL
		AND measure LIKE 'sess~_%%auth~_%%' ESCAPE '~') AS reason_percents,
	min(m_session_percent) FILTER (WHERE is_reason) AS m_reason_percents
FROM (SELECT r.*, measure, measure <> ALL (%L) AS is_reason
	FROM pg_temp.abie_import_row r, abie_internal.published_reason_names() names,
		LATERAL (SELECT abie_internal.published_measure(attendance_reason, names)) known (measure)
	WHERE set_aside IS NULL AND problems IS NULL) counted
GROUP BY calendar_year, week, geographic_level, country_code, region_code, new_la_code, education_phase$query$,
		pg_catalog.string_agg(pg_catalog.format(E',\n\tmin(session_count) FILTER (WHERE measure = %1$L) AS %1$I, '
				'min(m_session_count) FILTER (WHERE measure = %1$L) AS %2$I', sum.name, 'm_' || sum.name)
			|| CASE WHEN sum.name IN ('sess_overall', 'sess_authorised', 'sess_unauthorised')
				THEN pg_catalog.format(E',\n\tmin(session_percent) FILTER (WHERE measure = %1$L) AS %2$I, '
					'min(m_session_percent) FILTER (WHERE measure = %1$L) AS %3$I', sum.name,
					sum.name || '_percent', 'm_' || sum.name || '_percent')
				ELSE '' END, ''),
		pg_catalog.array_agg(sum.name))
	FROM pg_catalog.unnest(ARRAY['sess_possible', 'sess_attending', 'sess_approved_activity', 'sess_overall',
		'sess_authorised', 'sess_unauthorised']) sum (name));
COMMENT ON FUNCTION abie_internal.import_pivot_query() IS
'The query over pg_temp.abie_import_row that makes of rows of the long layout (format ees-attendance-reasons) rows '
'with the fields of the wide one.';

CREATE FUNCTION abie_internal.import_week_query(format text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	key text[] := abie_internal.import_key('published_attendance');
	columns text[] := (SELECT array_agg(t.target_column ORDER BY t.target_column COLLATE "C") FROM abie.import_target t
		WHERE t.format = import_week_query.format AND t.target_column <> ALL (key || ARRAY['edition']));
	held text := (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(columns) c);
	incoming text;
BEGIN
	SELECT format(E'SELECT lines, %s,\n\tjsonb_strip_nulls(jsonb_build_object(%s)) AS markers\nFROM (%s) r',
		string_agg(format('%s AS %I', t.expression, t.target_column), ', '),
		string_agg(format('%L, %I', t.target_column, 'm_' || t.target_column), ', ') FILTER (WHERE f.is_figure),
		CASE WHEN import_week_query.format = 'ees-attendance-reasons' THEN abie_internal.import_pivot_query()
			ELSE 'SELECT 1 AS lines, * FROM pg_temp.abie_import_row WHERE set_aside IS NULL AND problems IS NULL' END)
	INTO incoming
	FROM abie.import_target t,
		LATERAL (SELECT t.target_column ~ '^(?:sess|num|enrolments|total|reason)' AS is_figure) f
	WHERE t.format = import_week_query.format;
	-- The wide layout, which has more columns and more decimals, outranks the long one of the same edition. What is the
	-- same in a newer edition is written too, but for its edition unchanged.
	RETURN format($query$
WITH incoming AS MATERIALIZED (%1$s),
decided AS MATERIALIZED (
	SELECT n.*, CASE WHEN t.edition IS NULL THEN 'stored'
		WHEN (t.edition, t.source LIKE 'ees-attendance-week:%%') > (n.edition, $1 LIKE 'ees-attendance-week:%%')
			THEN 'older'
		WHEN (%2$s, t.markers) IS DISTINCT FROM (%3$s, n.markers) THEN 'updated'
		WHEN t.edition < n.edition THEN 'renewed' ELSE 'unchanged' END AS outcome
	FROM incoming n LEFT JOIN abie.published_attendance t ON %4$s
), written AS (
	INSERT INTO abie.published_attendance (%5$s, edition, markers, source)
	SELECT %5$s, edition, markers, $1 FROM decided WHERE outcome IN ('stored', 'updated', 'renewed')
	ON CONFLICT (%6$s) DO UPDATE SET %7$s, edition = EXCLUDED.edition, markers = EXCLUDED.markers,
		source = EXCLUDED.source, recorded_at = DEFAULT
	RETURNING 1
)
SELECT ARRAY[coalesce(sum(lines) FILTER (WHERE outcome = 'stored'), 0),
	coalesce(sum(lines) FILTER (WHERE outcome IN ('stored', 'updated')), 0), coalesce(sum(lines), 0)]
FROM decided$query$,
		incoming, held, replace(held, 't.', 'n.'),
		(SELECT string_agg(format('t.%1$I = n.%1$I', k), ' AND ') FROM unnest(key) k),
		(SELECT string_agg(quote_ident(c), ', ') FROM unnest(key || columns) c),
		array_to_string(key, ', '),
		(SELECT string_agg(format('%1$I = EXCLUDED.%1$I', c), ', ') FROM unnest(columns) c));
END $$;
COMMENT ON FUNCTION abie_internal.import_week_query(text) IS
'The statement that merges the rows read of published attendance. A row of an older edition than what is held changes '
'nothing. Gives rows of the file that are new, that are written, that are merged.';
