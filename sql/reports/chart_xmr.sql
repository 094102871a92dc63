-- The control chart of one school's weeks: a picture of it, and no screen for all (abie.shock).

CREATE FUNCTION abie_internal.chart_xmr_marks(x abie_internal.chart_scale, y abie_internal.chart_scale,
	week_starts date[], days integer[], departures float8[], lower_limit float8, upper_limit float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- beyond a limit by shape too: a diamond
	RETURN (SELECT string_agg(format('<g><title>Week of %s: %s%s</title>%s</g>',
		abie_internal.day_text(w.week_start), abie_internal.signed(w.departure, 1),
		CASE WHEN b.outside THEN ', beyond the limits' ELSE '' END,
		CASE WHEN b.outside THEN format('<path d="M%s %sm0 -5l5 5l-5 5l-5 -5z" fill="#d55e00"/>', p.x, p.y)
			ELSE format('<circle cx="%s" cy="%s" r="2.5" fill="#0072b2"/>', p.x, p.y) END), '' ORDER BY w.day)
	FROM unnest(week_starts, days, departures) w(week_start, day, departure)
		CROSS JOIN LATERAL (SELECT abie_internal.chart_place(x, w.day), abie_internal.chart_place(y, w.departure))
			p(x, y)
		CROSS JOIN LATERAL (SELECT w.departure < lower_limit OR w.departure > upper_limit) b(outside));
END $$;
COMMENT ON FUNCTION abie_internal.chart_xmr_marks(abie_internal.chart_scale, abie_internal.chart_scale, date[],
	integer[], float8[], float8, float8) IS 'The weeks of abie.chart_xmr: a dot each, a diamond beyond the limits.';

CREATE FUNCTION abie_internal.chart_xmr_text(week_starts date[], departures float8[], centre float8,
	lower_limit float8, upper_limit float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT format('Weeks, points from schools of the phase: %s. Mean %s, limits %s to %s.',
		string_agg(to_char(w.week_start, 'FMDD Mon') || ' ' || abie_internal.signed(w.departure, 1), '; '
			ORDER BY w.week_start),
		abie_internal.signed(centre, 1), abie_internal.signed(lower_limit, 1), abie_internal.signed(upper_limit, 1))
	FROM unnest(week_starts, departures) w(week_start, departure));
END $$;
COMMENT ON FUNCTION abie_internal.chart_xmr_text(date[], float8[], float8, float8, float8) IS
'What abie.chart_xmr shows, for those who cannot see it.';

CREATE FUNCTION abie.chart_xmr(title text, week_starts date[], departures float8[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	origin date := (SELECT min(w) FROM unnest(week_starts) w);
	days integer[] := ARRAY(SELECT w.day - origin FROM unnest(week_starts) WITH ORDINALITY w(day, place)
		ORDER BY w.place);
	limits record;
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
BEGIN
	PERFORM abie_internal.check_chart('chart_xmr', cardinality(week_starts), ARRAY[cardinality(departures)]);
	SELECT * INTO limits FROM abie.xmr(departures) LIMIT 1;
	IF limits.centre IS NULL THEN
		RETURN NULL;
	END IF;
	x := (SELECT ROW(0, greatest(7, max(d)), 7, 42, 344 / greatest(7, max(d))::float8)::abie_internal.chart_scale
		FROM unnest(days) d);
	y := (SELECT abie_internal.chart_scale(min(v), max(v), 5, 190, 52)
		FROM unnest(departures || limits.lower_limit || limits.upper_limit) v);
	RETURN abie_internal.svg(title, abie_internal.chart_xmr_text(week_starts, departures, limits.centre,
			limits.lower_limit, limits.upper_limit), 262,
		abie_internal.chart_upward(y, 42, 386) || abie_internal.chart_months(x, origin, 190)
		|| '<text x="8" y="34" font-size="11">Points from schools of the phase</text>'
		|| format('<path d="M42 %sH386" stroke="#555" stroke-width="1.5"/><path d="M42 %sH386M42 %sH386" '
			'stroke="#555" stroke-width="1.5" stroke-dasharray="6 3"/>', abie_internal.chart_place(y, limits.centre),
			abie_internal.chart_place(y, limits.lower_limit), abie_internal.chart_place(y, limits.upper_limit))
		|| format('<path d="%s" fill="none" stroke="#0072b2" stroke-opacity=".5"/>',
			abie_internal.chart_days(x, y, days, departures))
		|| abie_internal.chart_xmr_marks(x, y, week_starts, days, departures, limits.lower_limit, limits.upper_limit)
		|| '<g transform="translate(12 226)" font-size="11"><path d="M0 0h18" stroke="#555" stroke-width="1.5"/>'
			'<text x="24" y="4">Mean of the school</text><path d="M190 0h18" stroke="#555" stroke-width="1.5" '
			'stroke-dasharray="6 3"/><text x="214" y="4">Limits of what is usual</text>'
			'<circle cx="9" cy="18" r="2.5" fill="#0072b2"/><text x="24" y="22">A week</text>'
			'<path d="M199 13l5 5l-5 5l-5 -5z" fill="#d55e00"/><text x="214" y="22">A week beyond them</text></g>');
END $$;
COMMENT ON FUNCTION abie.chart_xmr(text, date[], float8[]) IS
'SVG of an XmR chart (abie.xmr) of one school''s weeks, each its Monday, in order, and what it is off what was common '
'to all, percentage points: a dot a week, mean and natural limits across, weeks beyond them as diamonds. NULL for '
'fewer than two weeks. Errors: 2202E arrays of different length or empty, and those of abie.xmr for NULL elements and '
'values not finite.';
