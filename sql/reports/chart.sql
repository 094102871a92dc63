-- Charts as SVG, from values alone: the same values give the same text.
-- 400 units wide with text of 11 to 13, so that they can be read on a telephone. Colours of Okabe and Ito (2008), which
-- differ for the colour-blind; no meaning is carried by colour alone.

CREATE FUNCTION abie_internal.short_text(given text, letters integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 5
-- not STRICT, so that it becomes part of the query: NULL gives NULL all the same
RETURN CASE WHEN length(given) > letters THEN rtrim(left(given, letters - 1)) || chr(8230) ELSE given END;
COMMENT ON FUNCTION abie_internal.short_text(text, integer) IS
'The text, cut with an ellipsis where it is longer than so many letters; NULL for NULL.';

CREATE FUNCTION abie_internal.decimal(value float8, digits integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 2
RETURN abie.round_half_up(value, digits)::text;
COMMENT ON FUNCTION abie_internal.decimal(float8, integer) IS
'A number as reports write it: rounded half up to so many decimal places.';

CREATE FUNCTION abie_internal.svg(title text, description text, height integer, body text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20
RETURN format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 %s" role="img" aria-label="%s" '
	'font-family="system-ui, sans-serif" font-size="12" fill="#222"><title>%s</title><desc>%s</desc><rect width="400" '
	'height="%s" fill="#fff"/><text x="8" y="18" font-size="13" font-weight="600">%s</text>%s</svg>',
	height, abie_internal.xml_text(title), abie_internal.xml_text(title), abie_internal.xml_text(description), height,
		abie_internal.xml_text(abie_internal.short_text(title, 50)), body);
COMMENT ON FUNCTION abie_internal.svg(text, text, integer, text) IS
'A picture of 400 by height units with its title, its description for those who cannot see it, and what is '
'drawn.';

CREATE FUNCTION abie_internal.chart_step(span float8, steps integer) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20
RETURN CASE WHEN span / steps <= 0.1 THEN 0.1 WHEN span / steps <= 0.2 THEN 0.2 WHEN span / steps <= 0.5 THEN 0.5
	WHEN span / steps <= 1 THEN 1
	WHEN span / steps <= 2 THEN 2 WHEN span / steps <= 5 THEN 5 WHEN span / steps <= 10 THEN 10 WHEN span / steps <= 20
		THEN 20 WHEN span / steps <= 50 THEN 50
	WHEN span / steps <= 100 THEN 100 WHEN span / steps <= 200 THEN 200 WHEN span / steps <= 500 THEN 500
		WHEN span / steps <= 1000 THEN 1000
	WHEN span / steps <= 2000 THEN 2000 ELSE 5000 * ceil(span / steps / 5000) END::float8;
COMMENT ON FUNCTION abie_internal.chart_step(float8, integer) IS
'Distance of the lines of a scale that has about so many steps in a span: 1, 2 or 5 times a power of ten, '
'from 0.1 up.';

CREATE TYPE abie_internal.chart_scale AS (low float8, high float8, step float8, start float8, unit float8);
COMMENT ON TYPE abie_internal.chart_scale IS
'A scale of a chart. A value is drawn at start + unit x (value - low).';
COMMENT ON COLUMN abie_internal.chart_scale.low IS 'Value where the scale begins.';
COMMENT ON COLUMN abie_internal.chart_scale.high IS 'Value where it ends.';
COMMENT ON COLUMN abie_internal.chart_scale.step IS 'Distance of its lines.';
COMMENT ON COLUMN abie_internal.chart_scale.start IS 'Place of low in the picture.';
COMMENT ON COLUMN abie_internal.chart_scale.unit IS
'Units of the picture by unit of the value; negative where values go up.';

CREATE FUNCTION abie_internal.chart_scale(least_value float8, greatest_value float8, steps integer, start float8,
	finish float8)
RETURNS abie_internal.chart_scale
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	s abie_internal.chart_scale;
BEGIN
	IF NOT (abs(least_value) < 1e9 AND abs(greatest_value) < 1e9) THEN
		RAISE EXCEPTION 'a chart cannot show values from % to %', least_value, greatest_value
			USING ERRCODE = 'numeric_value_out_of_range',
				HINT = 'Values must be finite and within one thousand million.';
	END IF;
	s.step := abie_internal.chart_step(greatest_value - least_value, steps);
	s.low := floor(least_value / s.step) * s.step;
	s.high := greatest(ceil(greatest_value / s.step) * s.step, s.low + s.step);
	s.start := start;
	s.unit := (finish - start) / (s.high - s.low);
	RETURN s;
END $$;
COMMENT ON FUNCTION abie_internal.chart_scale(float8, float8, integer, float8, float8) IS
'The scale that holds the values between two places of the picture. Error 22003 for values that are not '
'finite or beyond 10^9.';

CREATE FUNCTION abie_internal.chart_place(s abie_internal.chart_scale, value float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN round(((s).start + (s).unit * (value - (s).low))::numeric, 1)::text;
COMMENT ON FUNCTION abie_internal.chart_place(abie_internal.chart_scale, float8) IS
'Where a value is drawn, to a tenth of a unit.';

CREATE FUNCTION abie_internal.chart_across(s abie_internal.chart_scale, top float8, bottom float8, label text)
	RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	drawn text := '';
	x text;
BEGIN
	FOR i IN 0 .. round((s.high - s.low) / s.step)::integer LOOP
		x := abie_internal.chart_place(s, s.low + i * s.step);
		drawn := drawn
			|| format('<path d="M%s %sV%s" stroke="#ddd"/><text x="%s" y="%s" font-size="11" '
			'text-anchor="middle">%s</text>',
			x, top, bottom, x, bottom + 14, abie_internal.decimal(s.low + i * s.step, CASE WHEN s.step < 1 THEN 1
				ELSE 0 END));
	END LOOP;
	RETURN drawn || format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s</text>',
		abie_internal.chart_place(s, (s.low + s.high) / 2), bottom + 29, abie_internal.xml_text(label));
END $$;
COMMENT ON FUNCTION abie_internal.chart_across(abie_internal.chart_scale, float8, float8, text) IS
'Lines and labels of a scale that runs across, between two heights.';

CREATE FUNCTION abie_internal.chart_upward(s abie_internal.chart_scale, left_end float8, right_end float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	drawn text := '';
	y text;
BEGIN
	FOR i IN 0 .. round((s.high - s.low) / s.step)::integer LOOP
		y := abie_internal.chart_place(s, s.low + i * s.step);
		drawn := drawn
			|| format('<path d="M%s %sH%s" stroke="#ddd"/><text x="%s" y="%s" dy="4" font-size="11" '
			'text-anchor="end">%s</text>',
			left_end, y, right_end, left_end - 4, y, abie_internal.decimal(s.low + i * s.step, CASE WHEN s.step < 1
				THEN 1
				ELSE 0 END));
	END LOOP;
	RETURN drawn;
END $$;
COMMENT ON FUNCTION abie_internal.chart_upward(abie_internal.chart_scale, float8, float8) IS
'Lines and labels of a scale that runs upward, between two places across.';

-- Arrays that describe the same things have one element for each.
CREATE FUNCTION abie_internal.check_chart(chart text, first integer, other integer[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF first = 0 OR first > 100000 OR NOT first = ALL (other) THEN
		RAISE EXCEPTION '% needs arrays of one length of at least 1, not %', chart,
			array_to_string(first || other, ' and ')
			USING ERRCODE = 'array_subscript_error',
				HINT = 'Give one element for each thing shown; NULL where there is no value.';
	END IF;
END $$;
COMMENT ON FUNCTION abie_internal.check_chart(text, integer, integer[]) IS
'Error 2202E unless the lengths of a chart''s arrays are equal and not 0.';

CREATE FUNCTION abie.chart_ladder(title text, names text[], heights float8[], roles text[] DEFAULT NULL) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: roles may be NULL
DECLARE
	rungs integer := (SELECT count(h) FROM unnest(heights) h);
	bottom integer := 34 + 28 * rungs;
	scale abie_internal.chart_scale;
	drawn text;
	said text;
	climb text;
BEGIN
	IF title IS NULL OR names IS NULL OR heights IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM abie_internal.check_chart('chart_ladder', cardinality(heights),
		ARRAY[cardinality(names), coalesce(cardinality(roles), cardinality(names))]);
	IF rungs = 0 THEN
		RETURN NULL;
	END IF;
	scale := (SELECT abie_internal.chart_scale(min(h) - 0.1, max(h) + 0.1, 4, 182, 352) FROM unnest(heights) h);
	WITH rung AS (
		SELECT r.name, r.height, coalesce(r.role, '') AS role,
			20 + 28 * row_number() OVER (ORDER BY r.height DESC, r.place DESC) AS y,
			abie_internal.chart_place(scale, r.height) AS x
		FROM unnest(names, heights, roles) WITH ORDINALITY r(name, height, role, place) WHERE r.height IS NOT NULL
	)
	SELECT string_agg(format('<path d="M182 %sH352" stroke="#999"/><text x="8" y="%s" dy="4"%s>%s</text><text x="392" '
		'y="%s" dy="4" text-anchor="end"%s>%s</text>',
			r.y, r.y, r.weight, abie_internal.xml_text(abie_internal.short_text(r.name, 27)), r.y, r.weight,
				abie_internal.decimal(r.height, 2))
		|| CASE r.role WHEN 'target' THEN format('<path d="M%s %sl8 8l-8 8l-8 -8z" fill="#d55e00"/>', r.x, r.y - 8)
			WHEN 'start'
				THEN format('<circle cx="%s" cy="%s" r="7" fill="#fff" stroke="#d55e00" stroke-width="3"/>', r.x, r.y)
			ELSE format('<circle cx="%s" cy="%s" r="5" fill="#0072b2"/>', r.x, r.y) END, '' ORDER BY r.y),
		string_agg(format('%s %s per cent', r.name, abie_internal.decimal(r.height, 2)), '; ' ORDER BY r.y),
		format('<path d="M%sL%s" stroke="#d55e00" stroke-width="2" stroke-dasharray="4 3"/>',
			min(r.x || ' ' || r.y) FILTER (WHERE r.role = 'start'),
				min(r.x || ' ' || r.y) FILTER (WHERE r.role = 'target'))
	INTO drawn, said, climb
	FROM (SELECT rung.*, CASE WHEN rung.role IN ('start', 'target') THEN ' font-weight="600"' ELSE '' END AS weight
		FROM rung) r;
	RETURN abie_internal.svg(title, 'From the highest: ' || said || '.', bottom + 36,
		abie_internal.chart_across(scale, 34, bottom, 'Attendance, per cent') || CASE WHEN 'start' = ANY (roles)
			AND 'target' = ANY (roles) THEN climb ELSE '' END || drawn);
END $$;
COMMENT ON FUNCTION abie.chart_ladder(text, text[], float8[], text[]) IS
'SVG of a ladder: one row a rung, the highest first, at its attendance (per cent). roles: start (an open circle) and '
'target (a diamond) are joined by a broken line; others NULL. Rungs of NULL height are left out; NULL where none is '
'left. Not STRICT because roles may be NULL. Errors: 2202E arrays of different length or empty, 22003 values not '
'finite.';

-- Points of a line over years, broken where a year is not held.
CREATE FUNCTION abie_internal.chart_line(x abie_internal.chart_scale, y abie_internal.chart_scale, years integer[],
	heights float8[]) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
-- h0: a year without neighbours is a dot
SELECT string_agg(CASE WHEN p.year = p.year_before + 1 THEN 'L'
	ELSE 'M' END || abie_internal.chart_place(x, p.year) || ' ' || abie_internal.chart_place(y, p.height) || 'h0', ''
		ORDER BY p.year)
FROM (SELECT l.year, l.height, lag(l.year) OVER (ORDER BY l.year) AS year_before
	FROM unnest(years, heights) l(year, height) WHERE l.height IS NOT NULL) p
$$;
COMMENT ON FUNCTION abie_internal.chart_line(abie_internal.chart_scale, abie_internal.chart_scale, integer[],
	float8[]) IS
'The path of a line over years, broken where a year is missing; NULL where there is no value.';

CREATE FUNCTION abie_internal.chart_years(x abie_internal.chart_scale, years integer[], bottom float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200
SET search_path = pg_catalog, pg_temp
AS $$
SELECT string_agg(format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s/%s</text>',
	abie_internal.chart_place(x, y.year), bottom + 15,
	lpad((y.year % 100)::text, 2, '0'), lpad(((y.year + 1) % 100)::text, 2, '0')), '' ORDER BY y.year)
FROM unnest(years) y(year)
-- every second or third where they would touch, the last always
WHERE (years[cardinality(years)] - y.year) % (1 + (years[cardinality(years)] - years[1]) / 9) = 0
$$;
COMMENT ON FUNCTION abie_internal.chart_years(abie_internal.chart_scale, integer[], float8) IS
'Labels of academic years across, by their first calendar years in order.';

CREATE FUNCTION abie.chart_history(title text, years text[], attendance float8[], low float8[] DEFAULT NULL,
	high float8[] DEFAULT NULL,
	national_average float8[] DEFAULT NULL, expected float8[] DEFAULT NULL, target_year text DEFAULT NULL,
		target float8 DEFAULT NULL,
	forecast_low float8 DEFAULT NULL, forecast_high float8 DEFAULT NULL, expected_low float8[] DEFAULT NULL,
		expected_high float8[] DEFAULT NULL) RETURNS text
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
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
	drawn text;
	said text;
	goal_x text;
	keys boolean[] := ARRAY[cardinality(array_remove(low, NULL)) > 0,
		cardinality(array_remove(national_average, NULL)) > 0, cardinality(array_remove(expected, NULL)) > 0,
		num_nulls(target, target_year) = 0, num_nulls(forecast_low, forecast_high, target_year) = 0];
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
	drawn := abie_internal.chart_upward(y, 38, 390) || abie_internal.chart_years(x, first_year || CASE
		WHEN goal_year > first_year[n]
		THEN ARRAY[goal_year] ELSE '{}' END, 210)
		|| '<text x="38" y="34" font-size="11" text-anchor="middle">%</text>'
		|| coalesce('<path d="' || abie_internal.chart_line(x, y, first_year,
			national_average)
			|| '" fill="none" stroke="#555" stroke-width="2" stroke-linecap="round" stroke-dasharray="4 5"/>', '')
		|| coalesce('<path d="' || abie_internal.chart_line(x, y, first_year,
			attendance) || '" fill="none" stroke="#0072b2" stroke-width="2.5"/>', '');
	SELECT drawn || coalesce(string_agg(CASE WHEN num_nulls(p.expected_low, p.expected_high) = 0
		THEN format('<path d="M%s %sV%s" stroke="#bbb" stroke-width="12"/>', p.x,
			abie_internal.chart_place(y, p.expected_low),
		abie_internal.chart_place(y, p.expected_high)) ELSE '' END, '' ORDER BY p.place), '')
		|| coalesce(string_agg(CASE WHEN num_nulls(p.low, p.high) = 0
			THEN format('<path d="M%s %sV%s" stroke="#0072b2" stroke-width="2"/>', p.x,
				abie_internal.chart_place(y, p.low),
			abie_internal.chart_place(y, p.high)) ELSE '' END
			|| CASE WHEN p.attendance IS NOT NULL
				THEN format('<circle cx="%s" cy="%s" r="4" fill="#0072b2"/>', p.x,
					abie_internal.chart_place(y, p.attendance))
				ELSE '' END
			|| CASE WHEN p.expected IS NOT NULL
				THEN format('<path d="M%s %sm-6 0h12m-6 -6v12" stroke="#222" stroke-width="2"/>', p.x,
				abie_internal.chart_place(y, p.expected)) ELSE '' END, '' ORDER BY p.place), ''),
		string_agg(format('%s: %s', p.year,
			concat_ws(', ', abie_internal.decimal(p.attendance, 2) || ' per cent',
			'national ' || abie_internal.decimal(p.national_average, 2), 'expected '
				|| abie_internal.decimal(p.expected, 2))), '; '
			ORDER BY p.place)
	INTO drawn, said
	FROM (SELECT l.*, abie_internal.chart_place(x, first_year[l.place]) AS x
		FROM unnest(years, attendance, low, high, national_average, expected, expected_low, expected_high)
			WITH ORDINALITY l(year, attendance, low, high, national_average, expected, expected_low, expected_high,
				place)) p;
	goal_x := abie_internal.chart_place(x, goal_year);
	drawn := drawn || CASE WHEN num_nulls(goal_x, forecast_low, forecast_high) = 0
		THEN format('<path d="M%s %sV%s" stroke="#cc79a7" stroke-width="6"/>', goal_x,
		abie_internal.chart_place(y, forecast_low), abie_internal.chart_place(y, forecast_high)) ELSE '' END
		|| CASE WHEN num_nulls(goal_x, target) = 0
			THEN format('<path d="M%s %sm0 -7l7 7l-7 7l-7 -7z" fill="#d55e00"/>', goal_x,
				abie_internal.chart_place(y, target))
			ELSE '' END
		|| abie_internal.chart_history_key(keys[1], keys[2], keys[3], keys[4], keys[5]);
	RETURN abie_internal.svg(title, said || coalesce('; target for ' || target_year || ' '
		|| abie_internal.decimal(target, 2), '')
		|| coalesce('; likely range if nothing changes ' || abie_internal.decimal(forecast_low,
			2) || ' to ' || abie_internal.decimal(forecast_high, 2), '') || '.',
			238 + 16 * ((2 + cardinality(array_positions(keys[2:], true))) / 2), drawn);
END $$;
COMMENT ON FUNCTION abie.chart_history(text, text[], float8[], float8[], float8[], float8[], float8[], text, float8,
	float8, float8, float8[], float8[]) IS
'SVG of attendance (per cent) over academic years such as 2018/19, in order: a line broken where years are missing, '
'with intervals (low, high), the national rate as a broken line, expected attendance as crosses on a grey bar, its '
'interval (expected_low, expected_high), and in the target year the target as a diamond and the range of the forecast '
'as a bar. NULL elements are not drawn. Not STRICT because all but title, years and attendance may be NULL; NULL where '
'there is nothing to draw. Errors: 2202E arrays of different length or empty, 23514 not an academic year, 22003 values '
'not finite.';

CREATE FUNCTION abie_internal.chart_history_key(intervals boolean, national_average boolean, expected boolean,
	target boolean,
	forecast boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 50
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: what is not known is not shown
SELECT string_agg(format('<g transform="translate(%s %s)">%s<text x="24" y="4" font-size="11">%s</text></g>',
	12 + 150 * ((k.n - 1) % 2) + CASE k.n % 2 WHEN 0 THEN 30
	ELSE 0 END, 242 + 16 * ((k.n - 1) / 2), k.mark, k.label), '' ORDER BY k.n)
FROM (SELECT e.*, row_number() OVER (ORDER BY e.place) AS n FROM (VALUES
	(1, true, '<path d="M0 0h18" stroke="#0072b2" stroke-width="2.5"/><circle cx="9" r="4" fill="#0072b2"/>', CASE
		WHEN intervals THEN 'This school, 95 % interval' ELSE 'This school' END),
	(2, national_average, '<path d="M0 0h18" stroke="#555" stroke-width="2" stroke-dasharray="5 4"/>',
		'All schools of the phase'),
	(3, expected,
		'<path d="M9 -7v14" stroke="#bbb" stroke-width="12"/><path d="M3 0h12m-6 -6v12" stroke="#222" '
		'stroke-width="2"/>', 'Expected, 95 % interval'),
	(4, target, '<path d="M9 -7l7 7l-7 7l-7 -7z" fill="#d55e00"/>', 'Target'),
	(5, forecast, '<path d="M9 -7v14" stroke="#cc79a7" stroke-width="6"/>', 'Likely range if nothing changes')) e(place,
		is_shown, mark, label)
	WHERE e.is_shown) k
$$;
COMMENT ON FUNCTION abie_internal.chart_history_key(boolean, boolean, boolean, boolean, boolean) IS
'What the signs of abie.chart_history mean. Not STRICT because NULL is false.';

CREATE FUNCTION abie.chart_similar(title text, names text[], attendance float8[], low float8[] DEFAULT NULL,
	high float8[] DEFAULT NULL, own integer DEFAULT NULL) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: intervals and own may be NULL
DECLARE
	n integer := cardinality(names);
	shown float8[] := array_remove(attendance || low || high, NULL);
	bottom integer := 34 + 18 * (SELECT count(v) FROM unnest(attendance) v);
	scale abie_internal.chart_scale;
	drawn text;
	said text;
BEGIN
	IF title IS NULL OR names IS NULL OR attendance IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM abie_internal.check_chart('chart_similar', n,
		ARRAY[cardinality(attendance), coalesce(cardinality(low), n), coalesce(cardinality(high), n)]);
	IF bottom = 34 THEN
		RETURN NULL;
	END IF;
	scale := (SELECT abie_internal.chart_scale(min(v), max(v), 4, 186, 350) FROM unnest(shown) v);
	SELECT string_agg(format('<g><title>%s: %s</title>', abie_internal.xml_text(r.name),
		abie_internal.decimal(r.attendance, 2))
			|| CASE WHEN r.is_own THEN format('<rect y="%s" width="400" height="18" fill="#fdebdf"/>', r.y - 9)
				ELSE '' END
			|| format('<text x="8" y="%s" dy="4" font-size="11"%s>%s</text>', r.y, r.weight,
				abie_internal.xml_text(abie_internal.short_text(r.name, 29)))
			|| CASE WHEN num_nulls(r.low, r.high) = 0
				THEN format('<path d="M%s %sH%s" stroke="%s" stroke-width="2"/>',
					abie_internal.chart_place(scale, r.low), r.y,
				abie_internal.chart_place(scale, r.high), r.colour) ELSE '' END
			|| CASE WHEN r.is_own
				THEN format('<path d="M%s %sl6 6l-6 6l-6 -6z" fill="#d55e00"/>',
					abie_internal.chart_place(scale, r.attendance),
				r.y - 6)
				ELSE format('<circle cx="%s" cy="%s" r="4" fill="#0072b2"/>',
					abie_internal.chart_place(scale, r.attendance),
					r.y) END
			|| format('<text x="392" y="%s" dy="4" font-size="11" text-anchor="end"%s>%s</text></g>', r.y, r.weight,
				abie_internal.decimal(r.attendance, 2)), '' ORDER BY r.y),
		string_agg(r.name || ' ' || abie_internal.decimal(r.attendance, 2), '; ' ORDER BY r.y)
	INTO drawn, said
	FROM (SELECT s.*, 25 + 18 * row_number() OVER (ORDER BY s.attendance DESC, s.place) AS y,
		s.place IS NOT DISTINCT FROM own AS is_own,
			CASE WHEN s.place = own THEN '#d55e00' ELSE '#0072b2' END AS colour, CASE WHEN s.place = own
				THEN ' font-weight="600"' ELSE '' END AS weight
		FROM unnest(names, attendance, low, high) WITH ORDINALITY s(name, attendance, low, high, place)
			WHERE s.attendance IS NOT NULL) r;
	RETURN abie_internal.svg(title, 'Attendance in per cent, the highest first: ' || said || '.', bottom + 36,
		abie_internal.chart_across(scale, 34, bottom, 'Attendance, per cent' || CASE
			WHEN cardinality(array_remove(low, NULL)) > 0 THEN ', with 95 % intervals' ELSE '' END) || drawn);
END $$;
COMMENT ON FUNCTION abie.chart_similar(text, text[], float8[], float8[], float8[], integer) IS
'SVG dot plot of schools by attendance (per cent), the highest first, with intervals (low, high) where given; own is '
'the place in the arrays of the school that is marked. Names too long for the picture are cut, and whole in its '
'description and in the titles of the rows. NULL elements are left out. Not STRICT because intervals and own may be '
'NULL. Errors: 2202E arrays of different length or empty, 22003 values not finite.';

CREATE FUNCTION abie.chart_funnel(title text, names text[], enrolments float8[], differences float8[],
	between_variance float8, sampling_c1 float8) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := cardinality(names);
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
	drawn text;
	outside text;
	inside bigint;
BEGIN
	PERFORM abie_internal.check_chart('chart_funnel', n, ARRAY[cardinality(enrolments), cardinality(differences)]);
	IF NOT (between_variance >= 0 AND sampling_c1 >= 0) OR EXISTS (SELECT FROM unnest(enrolments) e WHERE NOT e > 0)
		THEN
		RAISE EXCEPTION 'chart_funnel needs variances of 0 or more and enrolments above 0'
			USING ERRCODE = 'invalid_parameter_value',
				HINT = 'They are between_variance and sampling_c1 of abie.run_model.';
	END IF;
	x := (SELECT abie_internal.chart_scale(0, max(e), 5, 44, 386) FROM unnest(enrolments) e);
	-- high enough for the outer limits of the largest school; those of small ones may run out of the picture
	y := (SELECT abie_internal.chart_scale(least(-widest, min(d)), greatest(widest, max(d)), 6, 216, 40)
		FROM unnest(differences) d,
			greatest(1, 3.090232306167813 * sqrt(between_variance + sampling_c1 / x.high)) widest GROUP BY widest);
	-- 1.96 and 3.09 standard deviations: 95 and 99.8 per cent of schools that only chance and ordinary differences move
	-- from where they enter the picture: a limit w x sqrt(b + c1 / n) is at its edge e for n = c1 / ((e / w)^2 - b)
	SELECT string_agg(format('<path d="%s" fill="none" stroke="#555"%s/>', l.path, l.dashes), ''
		ORDER BY l.width, l.side) INTO drawn
	FROM (
		SELECT k.width, side, k.dashes, string_agg(CASE s.step WHEN e.step THEN 'M'
			ELSE 'L' END || abie_internal.chart_place(x, n.pupils) || ' '
			|| abie_internal.chart_place(y, side * least(e.edge,
				k.width * sqrt(between_variance + sampling_c1 / n.pupils))), ''
				ORDER BY s.step) AS path
		FROM (VALUES (1.959963984540054, ' stroke-dasharray="5 4"'), (3.090232306167813, '')) k(width, dashes)
			CROSS JOIN (VALUES (-1), (1)) sides(side)
			CROSS JOIN LATERAL (SELECT CASE side WHEN 1 THEN y.high ELSE -y.low END AS edge) b
			CROSS JOIN LATERAL (SELECT coalesce(sampling_c1 / nullif((b.edge / k.width) ^ 2 - between_variance, 0),
				0) AS entry) c
			CROSS JOIN LATERAL (SELECT b.edge, c.entry,
				greatest(1, least(40, floor(40 * c.entry / x.high)))::integer AS step) e
			CROSS JOIN LATERAL generate_series(e.step, 40) s(step)
			CROSS JOIN LATERAL (SELECT greatest(e.entry, x.high * s.step / 40) AS pupils) n
		GROUP BY k.width, k.dashes, side) l;
	WITH school AS (
		SELECT s.*,
			abs(s.difference) > 3.090232306167813 * sqrt(between_variance + sampling_c1 / s.enrolments) AS is_outside
		FROM unnest(names, enrolments, differences) WITH ORDINALITY s(name, enrolments, difference, place)
			WHERE num_nulls(s.enrolments, s.difference) = 0
	)
	SELECT drawn
		|| coalesce(string_agg(format('<g><title>%s: %s points, %s pupils</title>%s</g>',
			abie_internal.xml_text(s.name),
		abie_internal.decimal(s.difference, 2), s.enrolments,
			CASE WHEN s.is_outside
				THEN format('<path d="M%s %sm0 -6l6 6l-6 6l-6 -6z" fill="#d55e00"/>',
					abie_internal.chart_place(x, s.enrolments),
				abie_internal.chart_place(y, s.difference))
			ELSE format('<circle cx="%s" cy="%s" r="3.5" fill="#0072b2" fill-opacity="0.7"/>',
				abie_internal.chart_place(x, s.enrolments), abie_internal.chart_place(y, s.difference)) END), ''
				ORDER BY s.is_outside, s.place), ''),
		string_agg(s.name || ' ' || abie_internal.decimal(s.difference, 2), '; '
			ORDER BY s.difference, s.place) FILTER (WHERE s.is_outside), count(*) FILTER (WHERE NOT s.is_outside)
	INTO drawn, outside, inside FROM school s;
	RETURN abie_internal.svg(title,
		format('%s schools lie within the 99.8 per cent limits. Outside: %s.', inside, coalesce(outside, 'none')), 292,
		abie_internal.chart_upward(y, 44, 386) || abie_internal.chart_across(x, 40, 216,
			'Pupils enrolled') || format('<path d="M44 %sH386" stroke="#222"/>', abie_internal.chart_place(y, 0))
				|| drawn
		|| '<text x="8" y="32" font-size="11">Attendance less expected, percentage points</text>'
		|| '<g transform="translate(12 262)"><path d="M0 0h18" stroke="#555" stroke-dasharray="5 4"/><text x="24" '
			'y="4" font-size="11">95 % of schools lie between</text><g transform="translate(190 0)"><path d="M0 0h18" '
			'stroke="#555"/><text x="24" y="4" font-size="11">99.8 %</text></g><g transform="translate(270 0)"><path '
			'd="M9 -6l6 6l-6 6l-6 -6z" fill="#d55e00"/><text x="24" y="4" font-size="11">outside</text></g></g>');
END $$;
COMMENT ON FUNCTION abie.chart_funnel(text, text[], float8[], float8[], float8, float8) IS
'SVG funnel of schools: attendance less expected attendance (percentage points) by enrolments, with the limits +-1.96 '
'and +-3.09 x square root of (between_variance + sampling_c1 / enrolments), the additive model of Spiegelhalter 2005 '
'(Stat Med 24:1185-1202). Schools beyond the outer limits are marked and named in the description. NULL elements are '
'left out. Errors: 2202E arrays of different length or empty, 22023 negative variances or enrolments not above 0, '
'22003 values not finite.';

CREATE FUNCTION abie.chart_distribution(title text, unit text, heights float8[], counts bigint[],
	marked float8 DEFAULT NULL) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 1000
SET search_path = pg_catalog, pg_temp
AS $$
-- not STRICT: marked may be NULL
DECLARE
	n integer := cardinality(heights);
	most bigint := (SELECT max(c) FROM unnest(counts) c);
	width float8 := 360.0 / n;
	drawn text;
	said text;
BEGIN
	IF title IS NULL OR unit IS NULL OR heights IS NULL OR counts IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM abie_internal.check_chart('chart_distribution', n, ARRAY[cardinality(counts)]);
	IF coalesce(most, 0) <= 0 OR n > 40 THEN
		RAISE EXCEPTION 'chart_distribution needs counts above 0 of at most 40 values, not % of %', most,
			n USING ERRCODE = 'invalid_parameter_value';
	END IF;
	SELECT string_agg(format('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/><text x="%s" y="%s" '
		'font-size="10" text-anchor="middle">%s</text><text x="%s" y="176" font-size="11" '
		'text-anchor="middle"%s>%s</text>',
			round((20 + width * (b.place - 1) + 2)::numeric, 1), round((160 - b.tall)::numeric, 1),
				round((width - 4)::numeric, 1), round(b.tall::numeric, 1),
			CASE WHEN b.is_marked THEN '#d55e00'
				ELSE '#7fb2d6' END, b.middle, round((156 - b.tall)::numeric, 1), coalesce(b.count::text, 'c'),
			b.middle, CASE WHEN b.is_marked THEN ' font-weight="600"' ELSE '' END, abie_internal.decimal(b.height, 1))
			|| CASE WHEN b.is_marked
				THEN format('<text x="%s" y="190" font-size="11" text-anchor="middle" font-weight="600">this '
				'school</text>', greatest(34, least(366, b.middle))) ELSE '' END, '' ORDER BY b.place),
		string_agg(format('%s: %s%s', abie_internal.decimal(b.height, 1), coalesce(b.count || ' schools', 'suppressed'),
			CASE
			WHEN b.is_marked THEN ', this school among them' ELSE '' END), '; ' ORDER BY b.place)
	INTO drawn, said
	FROM (SELECT d.*, round((20 + width * (d.place - 0.5))::numeric, 1) AS middle,
		d.height IS NOT DISTINCT FROM marked AS is_marked,
			coalesce(110.0 * d.count / most, 0) AS tall
		FROM unnest(heights, counts) WITH ORDINALITY d(height, count, place)) b;
	RETURN abie_internal.svg(title, said || '.', 214,
		'<path d="M20 160H380" stroke="#555"/>' || drawn
		|| format('<text x="200" y="206" font-size="11" text-anchor="middle">%s</text>', abie_internal.xml_text(unit)));
END $$;
COMMENT ON FUNCTION abie.chart_distribution(text, text, float8[], bigint[], float8) IS
'SVG of how many schools have each value: a bar a value (at most 40, in order), its count above it; the bar of the '
'value marked is this school''s. unit is written below. Not STRICT because marked may be NULL. Errors: 2202E arrays of '
'different length or empty, 22023 no counts or too many values.';
