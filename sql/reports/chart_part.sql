-- What charts are put together from: the picture, scales and their lines.
-- 400 units wide with text of 11 to 13, so that they can be read on a telephone. Colours of Okabe and Ito (2008), which
-- differ for the colour-blind; no meaning is carried by colour alone.

CREATE FUNCTION abie_internal.svg(title text, description text, height integer, body text) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'abie_svg';
COMMENT ON FUNCTION abie_internal.svg(text, text, integer, text) IS
'A picture of 400 by height units with its title, its description for those who cannot see it, and what is drawn.';

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
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_chart_scale';
COMMENT ON FUNCTION abie_internal.chart_scale(float8, float8, integer, float8, float8) IS
'The scale that holds the values between two places of the picture. Error 22003 for values that are not '
'finite or beyond 10^9.';

CREATE FUNCTION abie_internal.chart_place(s abie_internal.chart_scale, value float8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3
RETURN abie_internal.decimal((s).start + (s).unit * (value - (s).low), 1);
COMMENT ON FUNCTION abie_internal.chart_place(abie_internal.chart_scale, float8) IS
'Where a value is drawn, to a tenth of a unit.';

CREATE FUNCTION abie_internal.chart_across(s abie_internal.chart_scale, top float8, bottom float8, label text)
	RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_chart_across';
COMMENT ON FUNCTION abie_internal.chart_across(abie_internal.chart_scale, float8, float8, text) IS
'Lines and labels of a scale that runs across, between two heights.';

CREATE FUNCTION abie_internal.chart_upward(s abie_internal.chart_scale, left_end float8, right_end float8) RETURNS text
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'abie_chart_upward';
COMMENT ON FUNCTION abie_internal.chart_upward(abie_internal.chart_scale, float8, float8) IS
'Lines and labels of a scale that runs upward, between two places across.';

-- Arrays that describe the same things have one element for each.
CREATE FUNCTION abie_internal.check_chart(chart text, first integer, other integer[]) RETURNS void
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'abie_check_chart';
COMMENT ON FUNCTION abie_internal.check_chart(text, integer, integer[]) IS
'Error 2202E unless the lengths of a chart''s arrays are equal and not 0.';
