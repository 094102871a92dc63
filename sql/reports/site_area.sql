-- The pages of areas in a site, and the views that their tables are of as CSV.

CREATE FUNCTION abie_internal.site_csv(run_id integer, scope text) RETURNS TABLE (code text, view text, content text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 500
SET search_path = pg_catalog, pg_temp
SET DateStyle = ISO
SET TimeZone = UTC
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH school AS (
		SELECT k.code, v.urn, v.la_code, v::text AS line
		FROM abie_report.school_expectation v
			CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, v.la_code, v.trust, v.region)) k(code)
		-- as in the reports of areas: what is published without a URN nobody could be granted
		WHERE v.run_id = site_csv.run_id AND k.code IS NOT NULL AND v.urn IS NOT NULL
	)
	SELECT s.code, 'school_expectation', abie_internal.csv_head('abie_report.school_expectation')
		|| string_agg(abie_internal.csv_line(s.line), '' ORDER BY s.urn)
	FROM school s GROUP BY s.code
	UNION ALL
	SELECT m.code, 'local_authority_summary', abie_internal.csv_head('abie_report.local_authority_summary')
		|| string_agg(abie_internal.csv_line(v::text), '' ORDER BY v.la_code, v.stratum COLLATE "C")
	FROM abie_report.local_authority_summary v
		JOIN (SELECT DISTINCT s.code, s.la_code FROM school s) m ON m.la_code = v.la_code
	WHERE v.run_id = site_csv.run_id AND scope IN ('la', 'region', 'national') GROUP BY m.code
	UNION ALL
	SELECT k.code, 'trust_summary', abie_internal.csv_head('abie_report.trust_summary')
		|| string_agg(abie_internal.csv_line(v::text), '' ORDER BY v.trust COLLATE "C", v.stratum COLLATE "C")
	FROM abie_report.trust_summary v
		CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, NULL, v.trust, NULL)) k(code)
	WHERE v.run_id = site_csv.run_id AND scope IN ('trust', 'national') GROUP BY k.code
	UNION ALL
	SELECT k.code, 'region_summary', abie_internal.csv_head('abie_internal.region_figures')
		|| string_agg(abie_internal.csv_line(v::text), '' ORDER BY v.region COLLATE "C", v.stratum COLLATE "C")
	FROM abie_internal.region_summary(site_csv.run_id) v
		CROSS JOIN LATERAL (SELECT abie_internal.area_code(scope, NULL, NULL, v.region)) k(code)
	WHERE scope IN ('region', 'national') GROUP BY k.code
	UNION ALL
	SELECT 'England', 'national_summary', abie_internal.csv_head('abie_report.national_summary')
		|| string_agg(abie_internal.csv_line(v::text), '' ORDER BY v.stratum COLLATE "C")
	FROM abie_report.national_summary v WHERE v.run_id = site_csv.run_id AND scope = 'national';
END $$;
COMMENT ON FUNCTION abie_internal.site_csv(integer, text) IS
'The views that the page of each area of a scope shows, as CSV: the rows of the run and area, of schools those that '
'have a URN, in order of their keys; region_summary is abie_internal.region_summary.';

CREATE FUNCTION abie_internal.site_area_page(facts jsonb, pages jsonb, tables text[]) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	scope text := facts ->> 'scope';
	-- of a local authority, that of most of its schools
	region text := CASE scope WHEN 'la' THEN (SELECT mode() WITHIN GROUP (ORDER BY s.region COLLATE "C")
		FROM jsonb_to_recordset(facts -> 'schools') s(region text)) END;
	place text := split_part(abie_internal.site_place(scope, facts ->> 'code'), '/', 2);
BEGIN
	RETURN abie_internal.site_page(abie_internal.area_report_title(facts),
		concat(CASE WHEN scope <> 'national' THEN abie_internal.site_crumb('national', 'England', 'England', pages) END,
			abie_internal.site_crumb('region', region, region, pages)),
		abie_internal.plain_text(facts ->> 'name'),
		abie_internal.area_report_body(facts, 'html', pages)
		|| abie_internal.html_part('heading', 'Figures as tables')
		|| abie_internal.html_part('paragraph', 'As CSV, unrounded, each the rows of a view of the database:')
		|| abie_internal.html_part('list', '', tables,
			ARRAY(SELECT format('%s-%s.csv', place, t.name) FROM unnest(tables) WITH ORDINALITY t(name, number)
				ORDER BY t.number)), true);
END $$;
COMMENT ON FUNCTION abie_internal.site_area_page(jsonb, jsonb, text[]) IS
'The page of an area in a site from its facts (abie_internal.area_facts), with links to the pages there are and to its '
'tables.';

CREATE FUNCTION abie_internal.site_area_files(run_id integer, pages jsonb, scope text)
RETURNS TABLE (path text, content text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000000 ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	codes text[] := ARRAY(SELECT p.value ->> 1 FROM jsonb_each(pages) p WHERE p.value ->> 0 = scope);
BEGIN
	IF codes = '{}' THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH csv AS MATERIALIZED (
		SELECT v.code, v.view, v.content FROM abie_internal.site_csv(site_area_files.run_id, scope) v
			JOIN unnest(codes) c(code) ON c.code = v.code
	)
	SELECT abie_internal.site_place(scope, v.code) || '-' || v.view || '.csv', v.content FROM csv v
	UNION ALL
	-- the names of tables in one go: looking them up for each area would read all their contents each time
	SELECT abie_internal.site_place(scope, f.code) || '.html', abie_internal.site_area_page(f.facts, pages, t.tables)
	FROM abie_internal.area_facts(site_area_files.run_id, scope, codes) f
		JOIN (SELECT v.code, array_agg(v.view ORDER BY v.view COLLATE "C") AS tables FROM csv v GROUP BY v.code) t
			ON t.code = f.code;
END $$;
COMMENT ON FUNCTION abie_internal.site_area_files(integer, jsonb, text) IS
'The files of all areas of a scope in a site: a page each, and its tables as CSV.';
