-- A site of reports: which schools are in it, and its files.

CREATE FUNCTION abie_internal.site_unknown(run_id integer, readable integer[], la_codes integer[], trusts text[],
	urns integer[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: most are NULL
BEGIN
	RETURN (
		WITH school AS (
			SELECT e.urn, e.la_code, e.trust FROM abie_report.school_expectation e
			WHERE e.run_id = site_unknown.run_id AND e.urn = ANY (readable)
		)
		SELECT format('no school of %s "%s" is in it', w.kind, w.asked)
		FROM (SELECT 1 AS place, 'local authority' AS kind, l.asked::text AS asked,
				EXISTS (SELECT FROM school s WHERE s.la_code = l.asked) AS is_there FROM unnest(la_codes) l(asked)
			UNION ALL SELECT 2, 'trust', t.asked, EXISTS (SELECT FROM school s WHERE s.trust = t.asked)
			FROM unnest(trusts) t(asked)
			UNION ALL SELECT 3, 'URN', u.asked::text, EXISTS (SELECT FROM school s WHERE s.urn = u.asked)
			FROM unnest(urns) u(asked)) w
		WHERE NOT w.is_there
		ORDER BY w.place, w.asked LIMIT 1);
END $$;
COMMENT ON FUNCTION abie_internal.site_unknown(integer, integer[], integer[], text[], integer[]) IS
'Of what abie.site_schools is asked for the first that none of the schools that may be read is of, in words; NULL '
'where each has one. Not STRICT because what is not asked for is NULL.';

CREATE FUNCTION abie.site_schools(run_id integer, la_codes integer[] DEFAULT NULL, trusts text[] DEFAULT NULL,
	urns integer[] DEFAULT NULL) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL asks for all
DECLARE
	readable integer[];
	missing text;
BEGIN
	-- without a grant for results a role has no right on the view either
	IF abie_internal.has_access('{results,calculation}') THEN
		readable := abie_internal.readable_schools(run_id, ARRAY(SELECT e.urn
			FROM abie_report.school_expectation e WHERE e.run_id = site_schools.run_id));
	END IF;
	IF coalesce(cardinality(readable), 0) = 0 THEN
		RAISE EXCEPTION 'no school of run % may be read by %', coalesce(run_id::text, 'NULL'), current_user
			USING ERRCODE = 'insufficient_privilege',
				HINT = 'Grants are made by abie.grant_access, for results; runs that may be read are in '
					'abie_report.run.';
	END IF;
	missing := abie_internal.site_unknown(run_id, readable, la_codes, trusts, urns);
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION '%', missing
			USING ERRCODE = 'no_data_found', DETAIL = format('Run %s, schools that %s may read.', run_id, current_user),
				HINT = 'Schools and their areas are in abie_report.school_expectation: la_code, trust and urn.';
	END IF;
	RETURN ARRAY(SELECT e.urn FROM abie_report.school_expectation e
		WHERE e.run_id = site_schools.run_id AND e.urn = ANY (readable)
			AND (num_nonnulls(la_codes, trusts, urns) = 0 OR e.la_code = ANY (la_codes) OR e.trust = ANY (trusts)
				OR e.urn = ANY (urns))
		ORDER BY e.urn);
END $$;
COMMENT ON FUNCTION abie.site_schools(integer, integer[], text[], integer[]) IS
'URNs of the schools in scope of a run that the reader may read, for abie.site_files: those of local authorities by '
'number, of trusts by name and those named by URN, together; all where nothing is asked for. Not STRICT because NULL '
'asks for nothing. Errors: 42501 a reader who may read no school of the run, P0002 a local authority, trust or URN of '
'which there is none.';

-- One SELECT that is put into the caller's query, as abie.report_files is.
CREATE FUNCTION abie.site_files(run_id integer, urns integer[], part integer DEFAULT 1, parts integer DEFAULT 1)
RETURNS TABLE (path text, content text)
LANGUAGE sql STABLE PARALLEL UNSAFE COST 1000000 ROWS 50000
BEGIN ATOMIC
	WITH site AS MATERIALIZED (
		SELECT abie_internal.site_pages(site_files.run_id, site_files.urns) AS pages
	)
	SELECT s.path, s.content
	FROM (
		-- some hundred at a time: so many facts are held at once, and more are not faster
		SELECT pg_catalog.array_agg(e.urn) AS urns
		FROM (SELECT u.urn, pg_catalog.row_number() OVER (ORDER BY u.urn) AS place
			FROM pg_catalog.unnest(site_files.urns) u(urn)
			WHERE u.urn % parts = part - 1) e
		GROUP BY e.place / 500
	) batch
		CROSS JOIN site
		CROSS JOIN LATERAL abie_internal.report_facts(site_files.run_id, batch.urns) f
		CROSS JOIN LATERAL abie_internal.site_school_files(f.facts, site.pages) s
	UNION ALL
	SELECT a.path, a.content
	FROM site
		CROSS JOIN pg_catalog.unnest('{la,trust,region,national}'::text[]) WITH ORDINALITY k(scope, place)
		CROSS JOIN LATERAL abie_internal.site_area_files(site_files.run_id, site.pages, k.scope) a
	WHERE k.place % parts = part - 1
	UNION ALL
	SELECT 'index.html', abie_internal.site_index(site_files.run_id, site_files.urns, site.pages)
	FROM site WHERE part = parts;
END;
COMMENT ON FUNCTION abie.site_files(integer, integer[], integer, integer) IS
'The files of a site of reports, path and content: index.html with a search; school/URN.html and .csv of those of the '
'schools (abie.site_schools) that the reader may read; pages of the local authorities, trusts, regions and the country '
'that have no other schools, and the views they show as CSV. abie-reports --site writes them. Rows stream, a few '
'hundred schools at a time; part of parts (1 of 1: all): a share of the files, so that several sessions can do them '
'together. Not STRICT, so that it becomes part of the query that calls it.';
