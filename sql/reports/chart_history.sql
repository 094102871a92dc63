-- The chart of a school's attendance over the years.

-- Points of a line over years, broken where a year is not held.
CREATE FUNCTION abie_internal.chart_line(x abie_internal.chart_scale, y abie_internal.chart_scale, years integer[],
	heights float8[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- h0: a year without neighbours is a dot
	RETURN (SELECT string_agg(CASE WHEN p.year = p.year_before + 1 THEN 'L' ELSE 'M' END
		|| abie_internal.chart_place(x, p.year) || ' ' || abie_internal.chart_place(y, p.height) || 'h0', ''
		ORDER BY p.year)
	FROM (SELECT l.year, l.height, lag(l.year) OVER (ORDER BY l.year) AS year_before
		FROM unnest(years, heights) l(year, height) WHERE l.height IS NOT NULL) p);
END $$;
COMMENT ON FUNCTION abie_internal.chart_line(abie_internal.chart_scale, abie_internal.chart_scale, integer[],
	float8[]) IS
'The path of a line over years, broken where a year is missing; NULL where there is no value.';

CREATE FUNCTION abie_internal.chart_years(x abie_internal.chart_scale, years integer[], bottom float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s/%s</text>',
		abie_internal.chart_place(x, y.year), bottom + 15,
		lpad((y.year % 100)::text, 2, '0'), lpad(((y.year + 1) % 100)::text, 2, '0')), '' ORDER BY y.year)
	FROM unnest(years) y(year)
	-- every second or third where they would touch, the last always
	WHERE (years[cardinality(years)] - y.year) % (1 + (years[cardinality(years)] - years[1]) / 9) = 0);
END $$;
COMMENT ON FUNCTION abie_internal.chart_years(abie_internal.chart_scale, integer[], float8) IS
'Labels of academic years across, by their first calendar years in order.';

CREATE FUNCTION abie_internal.chart_history_marks(x abie_internal.chart_scale, y abie_internal.chart_scale,
	years integer[], attendance float8[], low float8[], high float8[], expected float8[], expected_low float8[],
	expected_high float8[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 500
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- not STRICT: most arrays may be NULL; a mark of which a value is NULL is NULL, and concat leaves it out
	RETURN (SELECT string_agg(p.expected_bar, '' ORDER BY p.place) || string_agg(p.marks, '' ORDER BY p.place)
	FROM (SELECT l.place,
			concat('<path d="M' || k.x || ' ' || abie_internal.chart_place(y, l.expected_low)
				|| 'V' || abie_internal.chart_place(y, l.expected_high) || '" stroke="#bbb" stroke-width="12"/>')
				AS expected_bar,
			concat('<path d="M' || k.x || ' ' || abie_internal.chart_place(y, l.low)
				|| 'V' || abie_internal.chart_place(y, l.high) || '" stroke="#0072b2" stroke-width="2"/>',
				'<circle cx="' || k.x || '" cy="' || abie_internal.chart_place(y, l.attendance)
				|| '" r="4" fill="#0072b2"/>',
				'<path d="M' || k.x || ' ' || abie_internal.chart_place(y, l.expected)
				|| 'm-6 0h12m-6 -6v12" stroke="#222" stroke-width="2"/>') AS marks
		FROM unnest(years, attendance, low, high, expected, expected_low, expected_high)
				WITH ORDINALITY l(year, attendance, low, high, expected, expected_low, expected_high, place)
			CROSS JOIN LATERAL (SELECT abie_internal.chart_place(x, l.year)) k(x)) p);
END $$;
COMMENT ON FUNCTION abie_internal.chart_history_marks(abie_internal.chart_scale, abie_internal.chart_scale, integer[],
	float8[], float8[], float8[], float8[], float8[], float8[]) IS
'The signs of abie.chart_history in each year: the interval of expected attendance below all others, then the '
'interval, the dot and the cross. Not STRICT because arrays may be NULL.';

CREATE FUNCTION abie_internal.chart_history_goal(place text, y abie_internal.chart_scale, target float8,
	forecast_low float8, forecast_high float8) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
-- not STRICT: each sign is left out where a value of it is NULL
RETURN coalesce('<path d="M' || place || ' ' || abie_internal.chart_place(y, forecast_low)
		|| 'V' || abie_internal.chart_place(y, forecast_high) || '" stroke="#cc79a7" stroke-width="6"/>', '')
	|| coalesce('<path d="M' || place || ' ' || abie_internal.chart_place(y, target)
		|| 'm0 -7l7 7l-7 7l-7 -7z" fill="#d55e00"/>', '');
COMMENT ON FUNCTION abie_internal.chart_history_goal(text, abie_internal.chart_scale, float8, float8, float8) IS
'Range of the forecast and target in the target year, at its place across. Not STRICT because any may be NULL.';

CREATE FUNCTION abie_internal.chart_history_key(keys boolean[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format(
			'<g transform="translate(%s %s)">%s<text x="24" y="4" font-size="11">%s</text></g>',
			12 + 150 * ((k.n - 1) % 2) + CASE k.n % 2 WHEN 0 THEN 30 ELSE 0 END, 242 + 16 * ((k.n - 1) / 2),
			k.mark, k.label), '' ORDER BY k.n)
	FROM (SELECT e.*, row_number() OVER (ORDER BY e.place) AS n FROM (VALUES
		(1, true, '<path d="M0 0h18" stroke="#0072b2" stroke-width="2.5"/><circle cx="9" r="4" fill="#0072b2"/>',
			CASE WHEN keys[1] THEN 'This school, 95 % interval' ELSE 'This school' END),
		(2, keys[2], '<path d="M0 0h18" stroke="#555" stroke-width="2" stroke-dasharray="5 4"/>',
			'All schools of the phase'),
		(3, keys[3], '<path d="M9 -7v14" stroke="#bbb" stroke-width="12"/>'
			'<path d="M3 0h12m-6 -6v12" stroke="#222" stroke-width="2"/>', 'Expected, 95 % interval'),
		(4, keys[4], '<path d="M9 -7l7 7l-7 7l-7 -7z" fill="#d55e00"/>', 'Target'),
		(5, keys[5], '<path d="M9 -7v14" stroke="#cc79a7" stroke-width="6"/>', 'Likely range if nothing changes'))
			e(place, is_shown, mark, label)
		WHERE e.is_shown) k);
END $$;
COMMENT ON FUNCTION abie_internal.chart_history_key(boolean[]) IS
'What the signs of abie.chart_history mean; whether there are intervals, national rates, expected attendance, a target '
'and a forecast.';

CREATE FUNCTION abie_internal.chart_history_text(years text[], attendance float8[], national_average float8[],
	expected float8[], target_year text, target float8, forecast_low float8, forecast_high float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	-- not STRICT: all but years and attendance may be NULL
	RETURN (SELECT string_agg(format('%s: %s', l.year, concat_ws(', ',
			abie_internal.decimal(l.attendance, 2) || ' per cent',
			'national ' || abie_internal.decimal(l.national_average, 2),
			'expected ' || abie_internal.decimal(l.expected, 2))), '; ' ORDER BY l.place)
		|| coalesce('; target for ' || target_year || ' ' || abie_internal.decimal(target, 2), '')
		|| coalesce('; likely range if nothing changes ' || abie_internal.decimal(forecast_low, 2)
			|| ' to ' || abie_internal.decimal(forecast_high, 2), '')
		|| '.'
	FROM unnest(years, attendance, national_average, expected)
		WITH ORDINALITY l(year, attendance, national_average, expected, place));
END $$;
COMMENT ON FUNCTION abie_internal.chart_history_text(text[], float8[], float8[], float8[], text, float8, float8,
	float8) IS
'What abie.chart_history shows, for those who cannot see it. Not STRICT because all but years and attendance may be '
'NULL.';

CREATE FUNCTION abie.chart_history(title text, years text[], attendance float8[], low float8[] DEFAULT NULL,
	high float8[] DEFAULT NULL, national_average float8[] DEFAULT NULL, expected float8[] DEFAULT NULL,
	target_year text DEFAULT NULL, target float8 DEFAULT NULL, forecast_low float8 DEFAULT NULL,
	forecast_high float8 DEFAULT NULL, expected_low float8[] DEFAULT NULL, expected_high float8[] DEFAULT NULL)
	RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: all but title, years and attendance may be NULL
DECLARE
	n integer := cardinality(years);
	first_year integer[] := ARRAY(SELECT extract(year FROM abie.year_start(y.academic_year))::integer
		FROM unnest(years) WITH ORDINALITY y(academic_year, place) ORDER BY y.place);
	goal_year integer := extract(year FROM abie.year_start(target_year));
	shown float8[] := array_remove(attendance || low || high || national_average || expected || expected_low
		|| expected_high || target || forecast_low || forecast_high, NULL);
	keys boolean[] := ARRAY[cardinality(array_remove(low, NULL)) > 0,
		cardinality(array_remove(national_average, NULL)) > 0, cardinality(array_remove(expected, NULL)) > 0,
		num_nulls(target, target_year) = 0, num_nulls(forecast_low, forecast_high, target_year) = 0];
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
BEGIN
	IF title IS NULL OR years IS NULL OR attendance IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM abie_internal.check_chart('chart_history', n,
		ARRAY[cardinality(attendance), coalesce(cardinality(low), n), coalesce(cardinality(high), n),
		coalesce(cardinality(national_average), n), coalesce(cardinality(expected), n),
		coalesce(cardinality(expected_low), n), coalesce(cardinality(expected_high), n)]);
	IF cardinality(shown) = 0 THEN
		RETURN NULL;
	END IF;
	y := (SELECT abie_internal.chart_scale(min(v), max(v), 5, 210, 40) FROM unnest(shown) v);
	x := (SELECT ROW(min(v), max(v), 1, 52, 320 / greatest(1, max(v) - min(v))::float8)::abie_internal.chart_scale
		FROM unnest(first_year || goal_year) v);
	RETURN abie_internal.svg(title,
		abie_internal.chart_history_text(years, attendance, national_average, expected, target_year, target,
			forecast_low, forecast_high),
		238 + 16 * ((2 + cardinality(array_positions(keys[2:], true))) / 2),
		abie_internal.chart_upward(y, 38, 390)
		|| abie_internal.chart_years(x,
			first_year || CASE WHEN goal_year > first_year[n] THEN ARRAY[goal_year] ELSE '{}' END, 210)
		|| '<text x="38" y="34" font-size="11" text-anchor="middle">%</text>'
		|| coalesce('<path d="' || abie_internal.chart_line(x, y, first_year, national_average)
			|| '" fill="none" stroke="#555" stroke-width="2" stroke-linecap="round" stroke-dasharray="4 5"/>', '')
		|| coalesce('<path d="' || abie_internal.chart_line(x, y, first_year, attendance)
			|| '" fill="none" stroke="#0072b2" stroke-width="2.5"/>', '')
		|| abie_internal.chart_history_marks(x, y, first_year, attendance, low, high, expected, expected_low,
			expected_high)
		|| abie_internal.chart_history_goal(abie_internal.chart_place(x, goal_year), y, target, forecast_low,
			forecast_high)
		|| abie_internal.chart_history_key(keys));
END $$;
COMMENT ON FUNCTION abie.chart_history(text, text[], float8[], float8[], float8[], float8[], float8[], text, float8,
	float8, float8, float8[], float8[]) IS
'SVG of attendance (per cent) over academic years such as 2018/19, in order: a line broken where years are missing, '
'with intervals (low, high), the national rate as a broken line, expected attendance as crosses on a grey bar, its '
'interval (expected_low, expected_high), and in the target year the target as a diamond and the range of the forecast '
'as a bar. NULL elements are not drawn. Not STRICT because all but title, years and attendance may be NULL; NULL where '
'there is nothing to draw. Errors: 2202E arrays of different length or empty, 23514 not an academic year, 22003 values '
'not finite.';
