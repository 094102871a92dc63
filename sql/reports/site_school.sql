-- The page of a school in a site, and its figures as CSV.

CREATE FUNCTION abie_internal.site_linked(facts jsonb, pages jsonb) RETURNS integer[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_site_linked';
COMMENT ON FUNCTION abie_internal.site_linked(jsonb, jsonb) IS
'Those of the similar schools in facts of a report that have a page in the site (abie_internal.site_pages).';

CREATE FUNCTION abie_internal.site_school_page(facts jsonb, pages jsonb) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 30000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	e jsonb := facts -> 'expectation';
	has_expectation boolean := facts ->> 'outcome' <> 'left out';
	la_name text := coalesce(e ->> 'la_name', 'Local authority ' || (e ->> 'la_code'));
	body text := abie_internal.school_report_body(facts, 'html',
		abie_internal.site_linked(facts, pages), 'sortable');
BEGIN
	RETURN abie_internal.site_page(abie_internal.school_report_title(facts),
		concat(abie_internal.site_crumb('national', 'England', 'England', pages),
			abie_internal.site_crumb('region', e ->> 'region', e ->> 'region', pages),
			abie_internal.site_crumb('la', e ->> 'la_code', la_name, pages)),
		abie_internal.shown_name(e ->> 'school_name', (e ->> 'urn')::integer),
		concat('<p class="meta">Trust: ' || abie_internal.html_link(
				abie_internal.site_address('trust', e ->> 'trust', pages), e ->> 'trust') || E'</p>\n',
			body, abie_internal.html_part('heading', 'Figures as a table'),
			abie_internal.html_part('list', '', ARRAY['Every figure of this page, unrounded, as CSV'],
				ARRAY[(e ->> 'urn') || '.csv'])),
		-- the lists of similar schools and of reasons of absence; a school left out has neither
		has_expectation AND facts -> 'similar_schools' <> 'null' OR facts -> 'absence' <> 'null');
END $$;
COMMENT ON FUNCTION abie_internal.site_school_page(jsonb, jsonb) IS
'The page of a school in a site from its facts (abie_internal.report_facts), with links to the pages there are.';

CREATE FUNCTION abie_internal.site_school_files(facts jsonb, pages jsonb) RETURNS TABLE (path text, content text)
LANGUAGE sql STABLE PARALLEL SAFE COST 40000 ROWS 2
BEGIN ATOMIC
	SELECT k.place || f.ending, f.content
	FROM (SELECT 'school/' || (facts #>> '{expectation,urn}')) k(place)
		CROSS JOIN LATERAL (VALUES ('.html', abie_internal.site_school_page(facts, pages)),
			('.csv', abie_internal.csv_facts(facts))) f(ending, content);
END;
COMMENT ON FUNCTION abie_internal.site_school_files(jsonb, jsonb) IS
'The files of a school in a site. Not STRICT, so that it becomes part of the query that calls it.';
