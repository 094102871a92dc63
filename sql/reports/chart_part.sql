-- What charts are put together from: the picture, scales and their lines.
-- 400 units wide with text of 11 to 13, so that they can be read on a telephone. Colours of Okabe and Ito (2008), which
-- differ for the colour-blind; no meaning is carried by colour alone.

CREATE FUNCTION abie_internal.svg(title text, description text, height integer, body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 %s" role="img" aria-label="%s" '
		'font-family="system-ui, sans-serif" font-size="12" fill="#222"><title>%s</title><desc>%s</desc>'
		'<rect width="400" height="%s" fill="#fff"/>'
		'<text x="8" y="18" font-size="13" font-weight="600">%s</text>%s</svg>',
		height, abie_internal.xml_text(title), abie_internal.xml_text(title), abie_internal.xml_text(description),
		height, abie_internal.xml_text(abie_internal.short_text(title, 50)), body);
END $$;
COMMENT ON FUNCTION abie_internal.svg(text, text, integer, text) IS
'A picture of 400 by height units with its title, its description for those who cannot see it, and what is drawn.';

CREATE FUNCTION abie_internal.chart_step(span float8, steps integer) RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE
		WHEN span / steps <= 0.1 THEN 0.1 WHEN span / steps <= 0.2 THEN 0.2 WHEN span / steps <= 0.5 THEN 0.5
		WHEN span / steps <= 1 THEN 1 WHEN span / steps <= 2 THEN 2 WHEN span / steps <= 5 THEN 5
		WHEN span / steps <= 10 THEN 10 WHEN span / steps <= 20 THEN 20 WHEN span / steps <= 50 THEN 50
		WHEN span / steps <= 100 THEN 100 WHEN span / steps <= 200 THEN 200 WHEN span / steps <= 500 THEN 500
		WHEN span / steps <= 1000 THEN 1000 WHEN span / steps <= 2000 THEN 2000
		ELSE 5000 * ceil(span / steps / 5000) END::float8;
END $$;
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
	finish float8) RETURNS abie_internal.chart_scale
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

CREATE FUNCTION abie_internal.chart_label(s abie_internal.chart_scale, value float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN abie_internal.decimal(value, CASE WHEN (s).step < 1 THEN 1 ELSE 0 END);
COMMENT ON FUNCTION abie_internal.chart_label(abie_internal.chart_scale, float8) IS
'What is written at a line of a scale.';

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
			|| format('<path d="M%s %sV%s" stroke="#ddd"/>', x, top, bottom)
			|| format('<text x="%s" y="%s" font-size="11" text-anchor="middle">%s</text>',
				-- a long number at the end stays within the picture
				least(x::numeric, 399 - 3.2 * length(abie_internal.chart_label(s, s.low + i * s.step))), bottom + 14,
				abie_internal.chart_label(s, s.low + i * s.step));
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
			|| format('<path d="M%s %sH%s" stroke="#ddd"/>', left_end, y, right_end)
			|| format('<text x="%s" y="%s" dy="4" font-size="11" text-anchor="end">%s</text>', left_end - 4, y,
				abie_internal.chart_label(s, s.low + i * s.step));
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
