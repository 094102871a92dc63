-- Pupil groups on the page of a week, for who has the registers: they are read with the caller's rights.

CREATE FUNCTION abie_internal.week_groups(facts jsonb, registers regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED COST 1000000
-- Restricted: the registers may be a temporary table.
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	year text := facts #>> '{monitor,academic_year}';
BEGIN
	PERFORM abie_internal.pupils_check(registers, year);
	RETURN jsonb_build_object('groups', (SELECT coalesce(jsonb_agg(to_jsonb(g) - '{urn,shown}'::text[]), '[]')
		FROM abie_internal.group_changes(registers, year, (facts #>> '{monitor,as_of}')::date,
			ARRAY[(facts ->> 'code')::integer]) g
		WHERE g.shown));
END $$;
COMMENT ON FUNCTION abie_internal.week_groups(jsonb, regclass) IS
'What registers add to the facts of a school''s page of a week: groups, the rows of abie.group_change that are shown, '
'as of the day of its weekly run.';

CREATE FUNCTION abie_internal.group_cells(groups jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT ARRAY[ARRAY['Group', 'Last year', 'This year', 'Change', 'More than chance']] || array_agg(ARRAY[
		abie_internal.capital(g.pupil_group) || E'\n' || format('%s pupils, %s last year', g.pupils, g.pupils_before),
		abie_internal.shown_percent(g.percent_before, 1), abie_internal.shown_percent(g.percent, 1),
		abie_internal.signed(g.change, 1)
			|| E'\n' || abie_internal.signed(g.lower_change, 1) || ' to ' || abie_internal.signed(g.upper_change, 1),
		CASE WHEN g.lower_change > 0 THEN 'more absence' WHEN g.upper_change < 0 THEN 'less absence' ELSE 'no' END]
		ORDER BY g.place)
	FROM ROWS FROM (jsonb_to_recordset(groups) AS (pupil_group text, pupils_before bigint, pupils bigint,
			percent_before float8, percent float8, change float8, lower_change float8, upper_change float8))
		WITH ORDINALITY g(pupil_group, pupils_before, pupils, percent_before, percent, change, lower_change,
			upper_change, place)
	HAVING count(*) > 0);
END $$;
COMMENT ON FUNCTION abie_internal.group_cells(jsonb) IS 'The table of groups of abie_internal.week_groups.';

CREATE FUNCTION abie_internal.week_group_text(groups jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 5000
-- not STRICT: most pages have none
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF groups IS NULL THEN
		RETURN '';
	ELSIF groups = '[]' THEN
		RETURN abie_internal.report_part(format, 'heading', 'Groups of pupils')
			|| abie_internal.report_part(format, 'paragraph', 'The registers hold no ten pupils of this school in '
				'weeks of this year and their counterparts last year.');
	END IF;
	RETURN abie_internal.report_part(format, 'heading', 'Groups of pupils')
		|| abie_internal.report_part(format, 'table', format('Absence in %s, and in the same weeks of last year',
				abie_internal.counted((groups #>> '{0,weeks}')::bigint, 'week', 'weeks')),
			abie_internal.group_cells(groups))
		|| abie_internal.report_part(format, 'paragraph', 'Change: percentage points, with the range that holds the '
			'true one in 19 cases of 20; a group whose range is on one side of none moved by more than chance. Among '
			'twenty groups that did not move, one looks as if it had. Pupils are in the group they were in each year. '
			'Groups of fewer than ten pupils in either year are not shown, nor one more where they could be had by '
			'subtraction.');
END $$;
COMMENT ON FUNCTION abie_internal.week_group_text(jsonb, text) IS
'Groups of pupils as a section of the page of a week, from abie_internal.week_groups, as html or markdown; empty for '
'NULL.';
