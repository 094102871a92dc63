-- A hub's page: who is placed there, how far, in what they differ from it, how their weeks went. Nothing that is
-- expected of anybody.

CREATE FUNCTION abie_owner.hub_partner_facts(hub_urn integer) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
WITH placement AS MATERIALIZED (
	SELECT array_agg(v.placement_id) AS ids FROM abie_owner.partners(ARRAY[hub_partner_facts.hub_urn::text]) v
), difference AS MATERIALIZED (
	SELECT d.placement_id, jsonb_agg(jsonb_build_object('characteristic', d.characteristic, 'meaning', m.meaning,
		'hub_value', d.hub_value, 'school_value', d.school_value, 'share', d.share) ORDER BY d.rank) AS differences
	FROM abie_owner.differences_of_partners((SELECT v.ids FROM placement v)) d
		LEFT JOIN abie.characteristic m ON m.name = d.characteristic
	WHERE d.rank <= 5 GROUP BY d.placement_id
), week AS MATERIALIZED (
	SELECT w.placement_id, jsonb_agg(jsonb_build_object('week_start', w.week_start, 'attendance', w.attendance,
		'course', w.course) ORDER BY w.week_start) AS weeks
	FROM abie_owner.weeks_of_partners((SELECT v.ids FROM placement v)) w GROUP BY w.placement_id
)
SELECT coalesce(jsonb_agg(jsonb_build_object('placement_id', p.placement_id, 'urn', p.urn,
		'name', abie_internal.shown_name(s.school_name, p.urn), 'la_name', s.la_name, 'kind', p.kind, 'phase', p.phase,
		'from_date', p.from_date, 'to_date', p.to_date, 'km', p.km, 'distance', p.distance, 'easting', s.easting,
		'northing', s.northing, 'differences', coalesce(d.differences, '[]'), 'weeks', coalesce(w.weeks, '[]'))
	ORDER BY p.kind, p.km, p.placement_id), '[]')
FROM abie_owner.placement_facts((SELECT v.ids FROM placement v)) p
	-- one by one: of a country's schools they are a few
	LEFT JOIN LATERAL (SELECT k.school_name, k.la_name, r.easting, r.northing
		FROM abie_owner.school_key k JOIN abie.school r ON r.urn = k.urn WHERE k.urn = p.urn OFFSET 0) s ON true
	LEFT JOIN difference d ON d.placement_id = p.placement_id
	LEFT JOIN week w ON w.placement_id = p.placement_id
$$;
COMMENT ON FUNCTION abie_owner.hub_partner_facts(integer) IS 'The partners of a hub''s page.';

CREATE FUNCTION abie_owner.hub_facts(hub_urn integer) RETURNS jsonb
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT jsonb_build_object('report', 'abie hub report', 'version', 1, 'academic_year', h.academic_year,
	'hub', jsonb_build_object('urn', h.hub_urn, 'name', abie_internal.shown_name(h.hub_name, h.hub_urn),
		'la_name', h.la_name, 'region', h.region, 'easting', h.easting, 'northing', h.northing),
	'places', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', p.kind, 'phase', p.phase, 'places', p.places,
			'placed', p.placed, 'free', p.free) ORDER BY p.kind, p.phase), '[]') FROM abie_report.hub_place p
		WHERE p.academic_year = h.academic_year AND p.hub_urn = h.hub_urn),
	'partners', abie_owner.hub_partner_facts(hub_facts.hub_urn))
FROM abie_report.hub h WHERE h.hub_urn = hub_facts.hub_urn ORDER BY h.academic_year DESC LIMIT 1
$$;
COMMENT ON FUNCTION abie_owner.hub_facts(integer) IS
'All that a hub''s page says, as one JSON document: hub, academic_year (the latest in which it is one), places, '
'partners. NULL for no hub.';

CREATE FUNCTION abie_internal.chart_partner_weeks(title text, weeks date[], attendance float8[], course float8[],
	since date) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $$
DECLARE
	last integer := cardinality(weeks);
	before integer := (SELECT count(*) FROM unnest(weeks) w(monday) WHERE w.monday < since);
	x abie_internal.chart_scale := ROW(0, last, 1, 40, 350.0 / last);
	y abie_internal.chart_scale := (SELECT abie_internal.chart_scale(min(v), max(v), 5, 190, 30)
		FROM unnest(attendance || course) v);
	place integer[] := ARRAY(SELECT generate_series(1, last));
BEGIN
	RETURN abie_internal.svg(title, format('Attendance in %s school weeks from %s to %s, per cent; dashed what schools '
			'of the phase had in common. Support began after %s of them.', last, weeks[1], weeks[last], before), 232,
		abie_internal.chart_upward(y, 40, 390)
		|| format('<path d="M%s 30V190" stroke="#009E73" stroke-width="2"/><text x="%s" y="40" font-size="11" '
			'text-anchor="%s">support</text>', abie_internal.chart_place(x, before + 0.5),
			abie_internal.chart_place(x, before + 0.5 + CASE WHEN before * 2 > last THEN -0.5 ELSE 0.5 END),
			CASE WHEN before * 2 > last THEN 'end' ELSE 'start' END)
		|| coalesce(abie_internal.chart_transition_line(x, y, place, course, 'stroke="#555" stroke-dasharray="4 3"'),
			'')
		|| abie_internal.chart_transition_line(x, y, place, attendance, 'stroke="#0072B2" stroke-width="2"')
		|| format('<text x="40" y="206" font-size="11">%s</text><text x="390" y="206" font-size="11" '
			'text-anchor="end">%s</text>', weeks[1], weeks[last])
		|| '<path d="M40 220h24" stroke="#0072B2" stroke-width="2"/><text x="70" y="224" font-size="11">the school'
			'</text><path d="M150 220h24" stroke="#555" stroke-dasharray="4 3"/><text x="180" y="224" font-size="11">'
			'what is common to its phase</text>');
END $$;
COMMENT ON FUNCTION abie_internal.chart_partner_weeks(text, date[], float8[], float8[], date) IS
'The weeks of a partner (attendance, and course, per cent, NULL elements where not known), with a line where support '
'began.';

CREATE FUNCTION abie_internal.partner_weeks_text(deviations float8[], before integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT CASE WHEN before < 8 OR before >= cardinality(deviations) THEN NULL
	ELSE (SELECT format('Of %s weeks since support began, %s are above and %s below what the weeks before would lead '
		'one to expect by chance (XmR limits of those before, of the difference from what schools of the phase had in '
		'common).', count(*), count(*) FILTER (WHERE x.value > x.upper_limit),
		count(*) FILTER (WHERE x.value < x.lower_limit))
		FROM abie.xmr(deviations, before) x WHERE x.position > before) END
$$;
COMMENT ON FUNCTION abie_internal.partner_weeks_text(float8[], integer) IS
'What the weeks since support began say beside those before; NULL with fewer than 8 before or none since.';

CREATE FUNCTION abie_internal.hub_partner_weeks(format text, partner jsonb) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
SET datestyle = ISO
AS $$
SELECT CASE WHEN count(*) < 2 THEN abie_internal.report_part(format, 'paragraph', 'Of its weeks nothing is held.')
	ELSE abie_internal.report_part(format, 'picture', abie_internal.chart_partner_weeks('Attendance by week',
			array_agg(w.week_start ORDER BY w.week_start), array_agg(w.attendance ORDER BY w.week_start),
			array_agg(w.course ORDER BY w.week_start), (partner ->> 'from_date')::date))
		|| abie_internal.report_part(format, 'paragraph', abie_internal.partner_weeks_text(
			array_agg(w.attendance - w.course ORDER BY w.week_start) FILTER (WHERE w.course IS NOT NULL),
			count(w.course) FILTER (WHERE w.week_start < (partner ->> 'from_date')::date)::integer))
		|| abie_internal.report_part(format, 'figures', 'Attendance by week, per cent',
			ARRAY[ARRAY['Week', 'Attendance', 'In common']] || array_agg(ARRAY[w.week_start::text,
				abie_internal.decimal(w.attendance, 1), coalesce(abie_internal.decimal(w.course, 1), chr(8211))]
				ORDER BY w.week_start)) END
FROM jsonb_to_recordset(partner -> 'weeks') w(week_start date, attendance float8, course float8)
$$;
COMMENT ON FUNCTION abie_internal.hub_partner_weeks(text, jsonb) IS 'The weeks of a partner on a hub''s page.';

CREATE FUNCTION abie_internal.partner_value(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT: what is not known is written too
RETURN CASE WHEN value IS NULL THEN chr(8211)
	WHEN value ~ '^-?[0-9]{1,9}([.][0-9]{0,20})?(e-[0-9]{1,2})?$'
		THEN abie_internal.decimal(value::float8, CASE WHEN abs(value::float8) >= 1000 THEN 0 ELSE 1 END)
	ELSE value END;
COMMENT ON FUNCTION abie_internal.partner_value(text) IS 'A number or category as a hub''s page writes it.';

CREATE FUNCTION abie_internal.hub_partner_part(format text, partner jsonb) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.report_part(format, 'heading', partner ->> 'name')
	|| abie_internal.report_part(format, 'meta', concat_ws(', ', 'URN ' || (partner ->> 'urn'), partner ->> 'la_name',
		(partner ->> 'phase') || ' school', (partner ->> 'kind') || ' support since ' || (partner ->> 'from_date'),
		abie_internal.decimal((partner ->> 'km')::float8, 0) || ' km'))
	|| abie_internal.report_part(format, CASE WHEN d.cells IS NULL THEN 'paragraph' ELSE 'table' END,
		CASE WHEN d.cells IS NULL THEN 'Its circumstances cannot be compared with the hub''s.'
			ELSE 'Circumstances in which it differs most from the hub' END,
		ARRAY[ARRAY['Circumstance', 'Hub', 'School', 'Share']] || d.cells)
	|| abie_internal.hub_partner_weeks(format, partner)
FROM (SELECT array_agg(ARRAY[coalesce(x.meaning, x.characteristic), abie_internal.partner_value(x.hub_value),
		abie_internal.partner_value(x.school_value),
		coalesce(abie_internal.decimal(100 * x.share, 0) || ' %', chr(8211))] ORDER BY x.place) AS cells
	FROM ROWS FROM (jsonb_to_recordset(partner -> 'differences') AS (characteristic text, meaning text,
		hub_value text, school_value text, share float8)) WITH ORDINALITY x(characteristic, meaning, hub_value,
		school_value, share, place)) d
$$;
COMMENT ON FUNCTION abie_internal.hub_partner_part(text, jsonb) IS 'A partner on a hub''s page.';

CREATE FUNCTION abie_internal.hub_page_map(facts jsonb) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie.chart_hub_map('Where they are', ARRAY[facts #>> '{hub,name}'],
	ARRAY[(facts #>> '{hub,easting}')::integer], ARRAY[(facts #>> '{hub,northing}')::integer],
	array_agg(p.name ORDER BY p.placement_id), array_agg(p.easting ORDER BY p.placement_id),
	array_agg(p.northing ORDER BY p.placement_id), array_agg(1 ORDER BY p.placement_id))
FROM jsonb_to_recordset(facts -> 'partners') p(placement_id integer, name text, easting integer, northing integer)
HAVING count(p.easting) > 0
$$;
COMMENT ON FUNCTION abie_internal.hub_page_map(jsonb) IS 'The map of a hub''s page; NULL where no place is known.';

CREATE FUNCTION abie_internal.hub_report_text(facts jsonb, format text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
SET search_path = pg_catalog, pg_temp
AS $$
SELECT abie_internal.report_page(format, h.name || ': schools it supports',
	abie_internal.report_part(format, 'title', h.name)
	|| abie_internal.report_part(format, 'meta', concat_ws(', ', 'Attendance and behaviour hub in '
		|| (facts ->> 'academic_year'), 'URN ' || (facts #>> '{hub,urn}'), facts #>> '{hub,la_name}'))
	|| abie_internal.report_part(format, 'lead', CASE p.partners WHEN 0 THEN 'No school is placed here.'
		WHEN 1 THEN 'One school is supported.' ELSE p.partners || ' schools are supported.' END)
	|| abie_internal.report_part(format, CASE WHEN v.cells IS NULL THEN 'paragraph' ELSE 'table' END,
		CASE WHEN v.cells IS NULL THEN 'It has no places.' ELSE 'Places' END,
		ARRAY[ARRAY['Kind', 'All', 'Taken', 'Free']] || v.cells)
	|| abie_internal.report_part(format, 'picture', abie_internal.hub_page_map(facts))
	|| CASE WHEN p.partners > 0 THEN abie_internal.report_part(format, 'table', 'Schools', p.cells) ELSE '' END
	|| coalesce(p.parts, '')
	|| abie_internal.report_part(format, 'heading', 'What this page does not say')
	|| abie_internal.report_part(format, 'paragraph', 'What is expected of a school, and how it came to be supported, '
		'is the school''s own. Share: how much of the difference in circumstances is of that one, weighed as for '
		'similar schools. A week is no more than a week: the last before a holiday is low everywhere.'))
FROM (SELECT facts #>> '{hub,name}' AS name) h
	CROSS JOIN (SELECT array_agg(ARRAY[format('%s, %s', x.kind, x.phase), x.places::text, x.placed::text, x.free::text]
			ORDER BY x.kind, x.phase) AS cells
		FROM jsonb_to_recordset(facts -> 'places')
			x(kind text, phase text, places integer, placed integer, free integer)) v
	CROSS JOIN (SELECT count(*) AS partners, string_agg(abie_internal.hub_partner_part(format, x.partner), ''
			ORDER BY x.place) AS parts,
			ARRAY[ARRAY['School', 'km', 'Since']] || array_agg(ARRAY[(x.partner ->> 'name') || E'\nURN '
				|| (x.partner ->> 'urn') || ', ' || (x.partner ->> 'kind') || ', ' || (x.partner ->> 'phase'),
				coalesce(abie_internal.decimal((x.partner ->> 'km')::float8, 0), chr(8211)),
				x.partner ->> 'from_date'] ORDER BY x.place) AS cells
		FROM jsonb_array_elements(facts -> 'partners') WITH ORDINALITY x(partner, place)) p
$$;
COMMENT ON FUNCTION abie_internal.hub_report_text(jsonb, text) IS
'A hub''s page from its facts (abie_owner.hub_facts), as html or markdown.';

CREATE FUNCTION abie_owner.hub_report(role oid, hub_urn integer, format text) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: NULL is no hub and no format
DECLARE
	run integer := abie_internal.newest_issued_run();
	facts jsonb;
BEGIN
	PERFORM abie_internal.check_report_format(format);
	-- the same for a hub that is another's and for none
	IF hub_urn::text = ANY (abie_owner.visible_hubs(role) || CASE
		WHEN abie_owner.has_national_access(role, '{results,calculation}')
		THEN ARRAY(SELECT h.urn::text FROM abie.hub h) ELSE '{}' END) IS NOT TRUE THEN
		RAISE EXCEPTION 'hub % is not granted to %', coalesce(hub_urn::text, 'NULL'), role::regrole
			USING ERRCODE = 'insufficient_privilege',
				HINT = 'Grants are made by abie.grant_access, of scope hub for partners.';
	END IF;
	IF run IS NOT NULL AND abie_owner.logs_reads() THEN
		PERFORM abie_owner.record_read(role, 'hub_report', run,
			ARRAY(SELECT p.urn::integer FROM abie_owner.partners(ARRAY[hub_urn::text]) p ORDER BY p.urn));
	END IF;
	facts := abie_owner.hub_facts(hub_urn);
	RETURN CASE format WHEN 'json' THEN jsonb_pretty(facts) ELSE abie_internal.hub_report_text(facts, format) END;
END $$;
COMMENT ON FUNCTION abie_owner.hub_report(oid, integer, text) IS 'Of a role, as abie.hub_report.';

CREATE FUNCTION abie.hub_report(hub_urn integer, format text DEFAULT 'html') RETURNS text
LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000000
-- not STRICT: NULL is no hub and no format
AS 'MODULE_PATHNAME', 'abie_gate';
COMMENT ON FUNCTION abie.hub_report(integer, text) IS
'The page of a hub: its places and the schools placed there while they are, on a map and one by one with kilometres, '
'the circumstances in which each differs most from the hub, and its weeks with a line where support began; html, '
'markdown or json. Nothing that is expected of a school. For roles granted partners of the hub, or all schools. '
'Volatile because reads may be logged (abie.report_read). Errors: 22023 unknown format, 42501 a hub that is not '
'granted.';
