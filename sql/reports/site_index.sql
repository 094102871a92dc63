-- The index of a site: a search that works from a file and asks for nothing, and lists of what there is.

CREATE FUNCTION abie_internal.site_script() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN $js$
'use strict';
const most = 50;
const part = id => document.getElementById(id);
// without accents and apostrophes, in words
const plain = text => text.normalize('NFD').replace(/[\u0300-\u036f'\u2019]/g, '').toLowerCase()
	.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
const data = JSON.parse(part('data').textContent);
const areas = data.areas.map(([kind, code, name, page]) => ({ page, more: kind, name,
	first: ' ' + plain(name), text: ' ' + plain(kind + ' ' + name + ' ' + code) }));
const schools = data.schools.map(([urn, name, authority, trust, postcode]) => {
	const more = ['URN ' + urn, ...[authority, trust].filter(place => place !== null).map(place => areas[place].name)];
	if (postcode) more.push(postcode);
	return { page: 'school/' + urn + '.html', more: more.join(', '), name, first: ' ' + plain(name),
		text: ' ' + plain(name + ' ' + more.join(' ')) + ' ' + plain(postcode || '').replace(/ /g, '') };
});
const entries = areas.filter(area => area.page).concat(schools);

// Every word has to be there; a word that the name begins a word with counts most.
function place(entry, words) {
	let sum = 0;
	for (const word of words) {
		if (!entry.text.includes(word)) return -1;
		sum += entry.first.includes(' ' + word) ? 2 : entry.text.includes(' ' + word) ? 1 : 0;
	}
	return sum;
}

function find(given) {
	const words = plain(given).split(' ').filter(word => word);
	if (!words.length) return [];
	return entries.map(entry => [place(entry, words), entry]).filter(([sum]) => sum >= 0)
		.sort((one, other) => other[0] - one[0]).map(([, entry]) => entry);
}

function show() {
	const found = find(part('query').value);
	part('count').textContent = !part('query').value.trim() ? '' : !found.length ? 'Nothing found' :
		found.length + ' found' + (found.length > most ? ', the first ' + most + ' are shown' : '');
	part('found').replaceChildren(...found.slice(0, most).map(entry => {
		const item = document.createElement('li'), link = document.createElement('a');
		link.href = entry.page;
		link.textContent = entry.name;
		const more = document.createElement('small');
		more.textContent = entry.more;
		item.append(link, more);
		return item;
	}));
}

part('search').hidden = false;
part('query').addEventListener('input', show);
// a browser that comes back to the page fills in what was asked
window.addEventListener('pageshow', show);
part('search').addEventListener('submit', event => {
	event.preventDefault();
	const first = part('found').querySelector('a');
	if (first) first.click();
});
$js$;
COMMENT ON FUNCTION abie_internal.site_script() IS
'The script of a site''s index: search among the areas and schools that the page holds.';

-- < and > as their escapes: nothing in a JSON text ends the element around it
CREATE FUNCTION abie_internal.json_text(given jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
RETURN replace(replace(replace(given::text, '<', E'\\u003c'), '>', E'\\u003e'), '&', E'\\u0026');
COMMENT ON FUNCTION abie_internal.json_text(jsonb) IS 'JSON as it can stand in a script element of HTML.';

CREATE FUNCTION abie_internal.site_areas(run_id integer, urns integer[], pages jsonb)
RETURNS TABLE (place bigint, scope text, code text, name text, page text)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100000 ROWS 1000
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT row_number() OVER (ORDER BY k.scope, k.name COLLATE "C", k.code COLLATE "C") - 1, k.scope, k.code, k.name,
		CASE WHEN pages ? abie_internal.site_place(k.scope, k.code)
			THEN abie_internal.site_place(k.scope, k.code) || '.html' END
	FROM (SELECT a.scope, a.code, abie_internal.plain_text(CASE a.scope
			WHEN 'la' THEN coalesce(min(e.la_name), 'Local authority ' || a.code) ELSE a.code END) AS name
		FROM abie_report.school_expectation e
			CROSS JOIN unnest('{la,trust,region,national}'::text[]) u(scope)
			CROSS JOIN LATERAL (
				SELECT u.scope, abie_internal.area_code(u.scope, e.la_code, e.trust, e.region)
			) a(scope, code)
		WHERE e.run_id = site_areas.run_id AND e.urn = ANY (urns) AND a.code IS NOT NULL
		GROUP BY a.scope, a.code) k;
END $$;
COMMENT ON FUNCTION abie_internal.site_areas(integer, integer[], jsonb) IS
'The areas that schools are in, numbered from 0 in order: scope and code as of abie.area_report, name, and where in '
'the site its page is, NULL where there is none.';

CREATE FUNCTION abie_internal.site_data(run_id integer, urns integer[], pages jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		WITH area AS MATERIALIZED (
			SELECT a.* FROM abie_internal.site_areas(run_id, urns, pages) a
		)
		SELECT jsonb_build_object(
			'areas', (SELECT coalesce(jsonb_agg(jsonb_build_array(CASE a.scope WHEN 'la' THEN 'Local authority'
				WHEN 'trust' THEN 'Trust' WHEN 'region' THEN 'Region' ELSE 'Country' END, a.code, a.name, a.page)
				ORDER BY a.place), '[]') FROM area a),
			'schools', coalesce(jsonb_agg(jsonb_build_array(e.urn, abie_internal.shown_name(e.school_name, e.urn),
				l.place, t.place, abie_internal.plain_text(s.postcode))
				ORDER BY e.school_name COLLATE "C", e.urn), '[]'))
		FROM abie_report.school_expectation e
			LEFT JOIN abie_report.school s ON s.urn = e.urn
			LEFT JOIN area l ON l.scope = 'la' AND l.code = e.la_code::text
			LEFT JOIN area t ON t.scope = 'trust' AND t.code = e.trust
		WHERE e.run_id = site_data.run_id AND pages ? ('school/' || e.urn));
END $$;
COMMENT ON FUNCTION abie_internal.site_data(integer, integer[], jsonb) IS
'What the search of a site knows: areas (kind, code, name, page or null) and schools (URN, name, number of the local '
'authority and of the trust among the areas from 0, postcode).';

CREATE FUNCTION abie_internal.site_list(heading text, names text[], addresses text[], is_folded boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 500
-- not STRICT: a list of nothing is left out
RETURN CASE WHEN names IS NULL THEN '' ELSE abie_internal.html_part('heading', heading)
	|| CASE WHEN is_folded THEN '<details><summary>' || abie_internal.thousands(cardinality(names)) || '</summary>'
		|| abie_internal.html_part('list', '', names, addresses) || E'</details>\n'
		ELSE abie_internal.html_part('list', '', names, addresses) END END;
COMMENT ON FUNCTION abie_internal.site_list(text, text[], text[], boolean) IS
'A list of links under a heading, folded up where it is long; nothing for no names, so not STRICT.';

CREATE FUNCTION abie_internal.site_lists(data jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT string_agg(abie_internal.site_list(k.heading, l.names, l.addresses, k.heading = 'Trusts'), ''
			ORDER BY k.place)
		FROM (VALUES (1, '{Country,Region}'::text[], 'England and its regions'),
				(2, '{Local authority}', 'Local authorities'), (3, '{Trust}', 'Trusts')) k(place, kinds, heading)
			CROSS JOIN LATERAL (
				SELECT array_agg(a.area ->> 2 ORDER BY (a.area ->> 0) COLLATE "C", a.place) AS names,
					array_agg(a.area ->> 3 ORDER BY (a.area ->> 0) COLLATE "C", a.place) AS addresses
				FROM jsonb_array_elements(data -> 'areas') WITH ORDINALITY a(area, place)
				WHERE a.area ->> 0 = ANY (k.kinds) AND a.area -> 3 <> 'null') l
	) || (
		SELECT abie_internal.site_list('Schools', array_agg(s.school ->> 1 ORDER BY s.place),
			array_agg('school/' || (s.school ->> 0) || '.html' ORDER BY s.place), count(*) > 100)
		FROM jsonb_array_elements(data -> 'schools') WITH ORDINALITY s(school, place)
		WHERE data -> 'areas' -> (s.school ->> 2)::integer -> 3 = 'null');
END $$;
COMMENT ON FUNCTION abie_internal.site_lists(jsonb) IS
'The lists of a site''s index from its data (abie_internal.site_data): areas that have a page, and the schools of '
'local authorities that have none.';

CREATE FUNCTION abie_internal.site_index(run_id integer, urns integer[], pages jsonb) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 500000
SET search_path = pg_catalog, pg_temp
SET TimeZone = UTC
AS $$
DECLARE
	run jsonb := (SELECT to_jsonb(r) FROM abie_report.run r WHERE r.run_id = site_index.run_id);
	data jsonb := abie_internal.site_data(run_id, urns, pages);
	title text := 'Attendance expectations for ' || (run ->> 'target_year');
BEGIN
	RETURN abie_internal.html_page(title, abie_internal.script_policy(abie_internal.site_script()),
		abie_internal.site_style() || $css$input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;
border:2px solid #505050;border-radius:.2rem}label{display:block;font-weight:600;margin:1rem 0 .25rem}
ul{columns:18rem;column-gap:2rem}ul li{margin:0 0 .35rem}
#found{columns:auto;list-style:none;padding:0}#found li{margin:.5rem 0}
@media print{form{display:none}}
$css$,
		E'<header>\n' || abie_internal.confidential_line() || E'</header>\n<main>\n'
		|| abie_internal.html_part('title', title)
		|| abie_internal.html_part('meta', format('%s schools, from attendance in %s. Run %s with methodology %s.',
			abie_internal.thousands(jsonb_array_length(data -> 'schools')), run ->> 'baseline_year', run ->> 'run_id',
			run ->> 'methodology'))
		|| coalesce(abie_internal.html_part('notice', abie_internal.report_status_text(run)), '')
		|| E'<form id="search" role="search" hidden>\n<label for="query">'
			'School, URN, local authority, trust or postcode</label>\n'
			'<input id="query" type="search" autocomplete="off" spellcheck="false">\n</form>\n'
			'<p id="count" class="meta" role="status"></p>\n<ul id="found"></ul>\n'
		|| abie_internal.site_lists(data) || E'</main>\n<script type="application/json" id="data">'
		|| abie_internal.json_text(data) || E'</script>\n'
		|| abie_internal.script_element(abie_internal.site_script()));
END $$;
COMMENT ON FUNCTION abie_internal.site_index(integer, integer[], jsonb) IS
'The index of a site: search, areas, and the schools that are on the page of no local authority. It runs one script, '
'which its policy names by its digest.';
