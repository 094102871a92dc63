-- The chart of the weeks of several schools: a row a school, a bar a week.

CREATE FUNCTION abie_internal.chart_weeks_row(x abie_internal.chart_scale, y integer, name text, status text,
	days integer[], departures float8[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 300
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- not STRICT: name and status may be NULL
	RETURN (SELECT format('<g><title>%s: %s</title><text x="8" y="%s" dy="4" font-size="11">%s</text>'
			'<path d="M%s %sH%s" stroke="#ccc"/>%s'
			'<text x="392" y="%s" dy="4" font-size="11" text-anchor="end">%s</text></g>',
		abie_internal.xml_text(coalesce(name, '')), abie_internal.xml_text(coalesce(status, '')), y,
		abie_internal.xml_text(coalesce(abie_internal.short_text(name, 22), '')),
		abie_internal.chart_place(x, x.low), y, abie_internal.chart_place(x, x.high),
		-- by colour and by which side: low orange down, high blue up, chance grey
		coalesce(string_agg(format('<path d="M%s %sv%s" stroke="%s" stroke-width="2.5"/>',
			abie_internal.chart_place(x, w.day), y,
			abie_internal.decimal(-2.25 * greatest(least(w.departure, 4), -4), 1),
			CASE WHEN w.departure <= -2 THEN '#d55e00' WHEN w.departure >= 2 THEN '#0072b2' ELSE '#888' END), ''
			ORDER BY w.day), ''),
		y, abie_internal.xml_text(coalesce(abie_internal.short_text(status, 14), '')))
	FROM unnest(days, departures) w(day, departure) WHERE w.departure IS NOT NULL);
END $$;
COMMENT ON FUNCTION abie_internal.chart_weeks_row(abie_internal.chart_scale, integer, text, text, integer[], float8[])
IS
'A row of abie.chart_weeks at height y. Not STRICT because name and status may be NULL.';

CREATE FUNCTION abie.chart_weeks(title text, names text[], statuses text[], week_starts date[], departures float8[])
	RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	schools integer := cardinality(names);
	weeks integer := cardinality(week_starts);
	origin date := (SELECT min(w) FROM unnest(week_starts) w);
	days integer[] := ARRAY(SELECT w.day - origin FROM unnest(week_starts) WITH ORDINALITY w(day, place)
		ORDER BY w.place);
	bottom integer := 34 + 22 * schools;
	x abie_internal.chart_scale;
	own float8[];
	drawn text := '';
	said text := '';
BEGIN
	PERFORM abie_internal.check_chart('chart_weeks', schools, ARRAY[cardinality(statuses)]),
		abie_internal.check_chart('chart_weeks', schools * weeks, ARRAY[cardinality(departures)]);
	x := (SELECT ROW(0, greatest(7, max(d)), 7, 156, 152 / greatest(7, max(d))::float8)::abie_internal.chart_scale
		FROM unnest(days) d);
	-- for what no scale can hold
	PERFORM abie_internal.chart_scale(min(d), max(d), 4, 0, 1) FROM unnest(departures) d;
	FOR school IN 1 .. schools LOOP
		own := ARRAY(SELECT d.departure FROM unnest(departures) WITH ORDINALITY d(departure, place)
			WHERE d.place > (school - 1) * weeks AND d.place <= school * weeks ORDER BY d.place);
		drawn := drawn
			|| abie_internal.chart_weeks_row(x, 23 + 22 * school, names[school], statuses[school], days, own);
		said := said || format('%s: %s, newest week %s; ', names[school], coalesce(statuses[school], 'no status'),
			coalesce(abie_internal.signed(own[weeks], 1), 'not held'));
	END LOOP;
	RETURN abie_internal.svg(title, 'Departures in standard deviations from what is usual for each school: '
		|| rtrim(said, '; ') || '.', bottom + 42,
		drawn || abie_internal.chart_months(x, origin, bottom)
		|| format('<g transform="translate(8 %s)"><path d="M3 -5v9" stroke="#d55e00" stroke-width="2.5"/>'
			'<text x="10" y="4" font-size="11">Far below usual</text><path d="M128 5v-9" stroke="#0072b2" '
			'stroke-width="2.5"/><text x="135" y="4" font-size="11">Far above usual</text><path d="M256 4v-5" '
			'stroke="#888" stroke-width="2.5"/><text x="263" y="4" font-size="11">No more than chance</text></g>',
			bottom + 30));
END $$;
COMMENT ON FUNCTION abie.chart_weeks(text, text[], text[], date[], float8[]) IS
'SVG of the weeks of several schools: a row a school, in their order, with its name, a bar a week and its status. '
'departures, from what is usual for the school, in standard deviations: a row a school, an element a week (its Monday, '
'in order), NULL where it had none. Bars point up or down, grey within 2 standard deviations, where they are no more '
'than chance; those beyond 4 are drawn as 4. Errors: 2202E arrays of different length or empty, 22003 values not '
'finite.';
