-- A page of a site of reports: where it stands, and the frame around it. The folder of a site has index.html, and a
-- folder for each kind of page: school, la, trust, region, national.

CREATE FUNCTION abie_internal.site_place(scope text, code text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_site_place';
COMMENT ON FUNCTION abie_internal.site_place(text, text) IS
'Where the page of a school (scope school, code its URN) or of an area (abie.area_report) is in a site, without .html: '
'trusts and regions by the first 16 digits of the SHA-256 of their names.';

CREATE FUNCTION abie_internal.site_pages(run_id integer, urns integer[]) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_object_agg(abie_internal.site_place(p.scope, p.code),
			jsonb_build_array(p.scope, p.code)), '{}')
		FROM (SELECT a.scope, a.code FROM abie_internal.whole_areas(run_id, urns) a
			UNION ALL SELECT 'school', u.urn::text
			FROM unnest(abie_internal.readable_schools(run_id, urns)) u(urn)) p);
END $$;
COMMENT ON FUNCTION abie_internal.site_pages(integer, integer[]) IS
'The pages of a site of these schools: for each place (abie_internal.site_place) scope and code. Those of the schools '
'that the role in force may read, and of the areas that are made of them alone.';

CREATE FUNCTION abie_internal.site_address(scope text, code text, pages jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 15
-- not STRICT: a school may be in no trust
RETURN CASE WHEN pages ? abie_internal.site_place(scope, code)
	THEN '../' || abie_internal.site_place(scope, code) || '.html' END;
COMMENT ON FUNCTION abie_internal.site_address(text, text, jsonb) IS
'The address of a page from another one of the site that is not its index; NULL where the site has no such page, so '
'not STRICT.';

CREATE FUNCTION abie_internal.site_crumb(scope text, code text, name text, pages jsonb) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE COST 20
-- not STRICT: a region may not be known
RETURN '<li><a href="' || abie_internal.site_address(scope, code, pages) || '">' || abie_internal.xml_text(name)
	|| '</a></li>';
COMMENT ON FUNCTION abie_internal.site_crumb(text, text, text, jsonb) IS
'A link of breadcrumbs; NULL where the site has no such page, so not STRICT.';

CREATE FUNCTION abie_internal.confidential_line() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN E'<p class="confidential">Confidential: for those who were granted these figures. Not to be passed on.</p>\n';
COMMENT ON FUNCTION abie_internal.confidential_line() IS 'What stands on top of every page of a site.';

CREATE FUNCTION abie_internal.site_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN $css$a{color:#00527f}
.confidential{margin:0 0 .5rem;color:#8a1c00;font-size:.9rem;font-weight:600}
nav ol{display:flex;flex-wrap:wrap;list-style:none;margin:0;padding:0;font-size:.9rem}
nav li{margin:0}nav li+li::before{content:"\203A";padding:0 .5rem}
@media print{nav{display:none}a{color:inherit;text-decoration:none}}
$css$;
COMMENT ON FUNCTION abie_internal.site_style() IS 'Rules of style of the pages of a site, beyond those of reports.';

CREATE FUNCTION abie_internal.site_page(title text, crumbs text, name text, body text, is_sortable boolean) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100
RETURN abie_internal.html_page(title,
	CASE WHEN is_sortable THEN abie_internal.script_policy(abie_internal.sort_script()) ELSE '' END,
	abie_internal.site_style() || CASE WHEN is_sortable THEN abie_internal.sort_style() ELSE '' END,
	-- all in one go: each || would copy what is before it
	concat(E'<header>\n', abie_internal.confidential_line(),
		'<nav aria-label="Breadcrumb"><ol><li><a href="../index.html">All schools</a></li>', crumbs,
		'<li aria-current="page">', abie_internal.xml_text(name), E'</li></ol></nav>\n</header>\n<main>\n', body,
		E'</main>\n',
		CASE WHEN is_sortable THEN abie_internal.script_element(abie_internal.sort_script()) END));
COMMENT ON FUNCTION abie_internal.site_page(text, text, text, text, boolean) IS
'A page of a site, but its index: confidential, breadcrumbs (HTML of the areas around it), its name, and its body as '
'HTML; whether its tables can be sorted, else it runs nothing.';

CREATE FUNCTION abie_internal.site_links(scope text, codes text[], pages jsonb) RETURNS text[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
RETURN CASE pages WHEN '{}' THEN '{}'::text[]
	ELSE ARRAY(SELECT abie_internal.site_address(scope, c.code, pages)
		FROM unnest(codes) WITH ORDINALITY c(code, place) ORDER BY c.place) END;
COMMENT ON FUNCTION abie_internal.site_links(text, text[], jsonb) IS
'Addresses of the pages of schools or areas of a scope, in the order of their codes, NULL where there is no such page; '
'none at all without a site.';
