-- A school's report in plain English: the whole, and what users call.

CREATE FUNCTION abie_internal.school_report_title(facts jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN abie_internal.shown_name(facts #>> '{expectation,school_name}', (facts #>> '{expectation,urn}')::integer)
		|| ': attendance expectation for ' || (facts #>> '{run,target_year}');
END $$;
COMMENT ON FUNCTION abie_internal.school_report_title(jsonb) IS 'The title of the page of a school''s report.';

-- its parts plan their queries once a session, not once a school
CREATE FUNCTION abie_internal.school_report_body(facts jsonb, format text, linked integer[] DEFAULT '{}',
	list text DEFAULT 'table') RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
	-- all in one go: each || would copy what is before it
	RETURN concat(abie_internal.school_report_half_page(facts, format),
		abie_internal.school_report_lead(facts, format),
		abie_internal.school_report_week(facts, format),
		abie_internal.school_report_since(facts, format),
		abie_internal.school_report_ladder(facts, format),
		abie_internal.school_report_steps(facts, format),
		abie_internal.school_report_circumstances(facts, format),
		abie_internal.school_report_history(facts, format),
		abie_internal.school_report_transition(facts -> 'transition', format),
		abie_internal.school_report_similar(facts, format, linked, list),
		abie_internal.school_report_absence(facts, format, list),
		abie_internal.school_report_distribution(facts, format),
		abie_internal.school_report_limits(facts, format));
END $$;
COMMENT ON FUNCTION abie_internal.school_report_body(jsonb, text, integer[], text) IS
'All of a school''s report but the page around it, as html or markdown. linked: those of its similar schools whose '
'pages stand beside it. list: the kind of part that a list of schools or reasons is, table, or sortable on a page with '
'abie_internal.sort_script.';

CREATE FUNCTION abie_internal.school_report_text(facts jsonb, format text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE format WHEN 'json' THEN jsonb_pretty(facts)
		ELSE abie_internal.report_page(format, abie_internal.school_report_title(facts),
			abie_internal.school_report_body(facts, format)) END;
END $$;
COMMENT ON FUNCTION abie_internal.school_report_text(jsonb, text) IS
'The report of a school from its facts (abie_internal.report_facts), as html, markdown or json.';

-- the move of the year that the page is for; while it has not begun, of the year before
CREATE FUNCTION abie_internal.school_report_moves(facts jsonb, registers regclass) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN t.moves IS NULL THEN '{}' ELSE jsonb_build_object('transition', t.moves) END
FROM (SELECT facts #>> '{run,target_year}' AS target, abie.previous_year(facts #>> '{run,target_year}') AS before,
		(facts #>> '{expectation,urn}')::integer AS urn) y
	CROSS JOIN LATERAL (SELECT coalesce(abie_internal.transition_facts(registers, y.before, y.target, y.urn),
		abie_internal.transition_facts(registers, abie.previous_year(y.before), y.before, y.urn)) AS moves OFFSET 0) t
$$;
COMMENT ON FUNCTION abie_internal.school_report_moves(jsonb, regclass) IS
'What registers add to the facts of a school''s report: transition, abie_internal.transition_facts of the target year, '
'or where there are none of the year before; nothing where there are none either.';

CREATE FUNCTION abie.school_report(urn integer, format text DEFAULT 'html', run_id integer DEFAULT NULL,
	registers regclass DEFAULT NULL) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 2000000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: run_id and registers may be NULL
DECLARE
	chosen integer;
	facts jsonb;
BEGIN
	PERFORM abie_internal.check_report_format(format);
	chosen := abie.report_run(run_id);
	SELECT f.facts INTO facts FROM abie_internal.report_facts(chosen, ARRAY[urn]) f;
	IF facts IS NULL AND urn IS NOT NULL THEN
		RAISE EXCEPTION 'school % is not in the scope of run %', urn, chosen
			USING ERRCODE = 'no_data_found',
				HINT = 'Schools in scope are in abie_report.school_expectation; you see those you may see.';
	ELSIF registers IS NOT NULL THEN
		facts := facts || abie_internal.school_report_moves(facts, registers);
	END IF;
	RETURN abie_internal.school_report_text(facts, format);
END $$;
COMMENT ON FUNCTION abie.school_report(integer, text, integer, regclass) IS
'The report of one school, in plain English: html (one file that loads nothing from elsewhere), markdown or json (all '
'figures unrounded, abie_internal.report_facts). run_id: abie.report_run, by default the run issued last, or where '
'none is issued the newest calculated, which the report says. registers: a table or view of pupils'' registers, as for '
'abie.pupil_outlook, read with the caller''s rights: the report then has a section of the pupils who came from Year 6 '
'to Year 7 in the target year, or while it has none in the year before (abie.transition_panel); none where fewer than '
'ten came. Not STRICT because run_id and registers may be NULL; NULL for no urn. Errors: 22023 unknown format, P0002 '
'no such run, or a school out of its scope or that the reader may not see; of registers those of abie.transition.';

-- One SELECT that is put into the caller's query, so that rows come out as they are made. No SET clause for that
-- reason, and STABLE: abie_internal.report_facts, which may log the read, stays volatile in the query.
CREATE FUNCTION abie.report_files(run_id integer, format text DEFAULT 'html', part integer DEFAULT 1,
	parts integer DEFAULT 1) RETURNS TABLE (file_name text, content text)
LANGUAGE sql STABLE PARALLEL UNSAFE COST 1000000 ROWS 20000
BEGIN ATOMIC
	SELECT f.urn::text || CASE format WHEN 'html' THEN '.html' WHEN 'markdown' THEN '.md' ELSE '.json' END,
		abie_internal.school_report_text(f.facts, format)
	FROM (
		-- some hundred at a time: so many facts are held at once, and more are not faster
		SELECT pg_catalog.array_agg(e.urn) AS urns
		FROM (SELECT x.urn, pg_catalog.row_number() OVER (ORDER BY x.urn) AS place
			FROM abie_report.school_expectation x
			WHERE x.run_id = report_files.run_id AND x.urn % parts = part - 1) e
		GROUP BY e.place / 500
	) batch
		CROSS JOIN LATERAL abie_internal.report_facts(report_files.run_id, batch.urns) f;
END;
COMMENT ON FUNCTION abie.report_files(integer, text, integer, integer) IS
'The reports of all schools in scope of a run that the reader may see: file_name (the URN and .html, .md or .json) and '
'content, abie.school_report of each. Rows stream, a few hundred schools at a time; abie-reports writes them to '
'files. part of parts (1 of 1: all): a share of the schools, so that several sessions can do them together. Not '
'STRICT, so that it becomes part of the query that calls it.';
