-- A waterfall: from one level to another, step by step.

CREATE FUNCTION abie_internal.chart_waterfall_row(scale abie_internal.chart_scale, y integer, name text,
	from_level float8, level float8, is_total boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	value text := CASE WHEN is_total THEN abie_internal.decimal(level, 2)
		ELSE abie_internal.signed(level - from_level, 2) END;
	weight text := CASE WHEN is_total THEN ' font-weight="600"' ELSE '' END;
	start_place text := abie_internal.chart_place(scale, from_level);
	place text := abie_internal.chart_place(scale, level);
BEGIN
	RETURN format('<g><title>%s: %s</title><text x="8" y="%s" dy="4" font-size="11"%s>%s</text>%s'
			'<text x="392" y="%s" dy="4" font-size="11" text-anchor="end"%s>%s</text></g>',
		abie_internal.xml_text(name), value, y, weight, abie_internal.xml_text(abie_internal.short_text(name, 29)),
		CASE WHEN is_total THEN format('<circle cx="%s" cy="%s" r="4" fill="#222"/>', place, y)
			-- thin steps stay visible: a line of the level before, and the way from there
			ELSE format('<path d="M%s %sV%s" stroke="#888"/><path d="M%s %sH%s" stroke="%s" stroke-width="10"/>',
				start_place, y - 14, y + 5, start_place, y, place,
				CASE WHEN level < from_level THEN '#d55e00' ELSE '#0072b2' END) END,
		y, weight, value);
END $$;
COMMENT ON FUNCTION abie_internal.chart_waterfall_row(abie_internal.chart_scale, integer, text, float8, float8,
	boolean) IS
'A row of a waterfall at height y: a level (is_total), or the step from one level to another.';

CREATE FUNCTION abie.chart_waterfall(title text, start_name text, start_level float8, names text[], amounts float8[],
	finish_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 3000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	n integer := cardinality(names);
	finish_level float8 := start_level;
	y integer := 43;
	levels float8[] := ARRAY[start_level];
	scale abie_internal.chart_scale;
	drawn text;
	said text;
BEGIN
	PERFORM abie_internal.check_chart('chart_waterfall', n, ARRAY[cardinality(amounts)]);
	FOR i IN 1 .. n LOOP
		finish_level := finish_level + coalesce(amounts[i], 0);
		levels := levels || finish_level;
	END LOOP;
	scale := (SELECT abie_internal.chart_scale(min(v), max(v), 4, 186, 340) FROM unnest(levels) v);
	drawn := abie_internal.chart_waterfall_row(scale, y, start_name, start_level, start_level, true);
	said := start_name || ' ' || abie_internal.decimal(start_level, 2);
	FOR i IN 1 .. n LOOP
		CONTINUE WHEN names[i] IS NULL OR amounts[i] IS NULL;
		y := y + 18;
		drawn := drawn || abie_internal.chart_waterfall_row(scale, y, names[i], levels[i], levels[i + 1], false);
		said := said || '; ' || names[i] || ' ' || abie_internal.signed(amounts[i], 2);
	END LOOP;
	drawn := drawn || abie_internal.chart_waterfall_row(scale, y + 18, finish_name, finish_level, finish_level, true);
	RETURN abie_internal.svg(title,
		'Step by step, in percentage points: ' || said || '; ' || finish_name || ' '
			|| abie_internal.decimal(finish_level, 2) || '.',
		y + 63, abie_internal.chart_across(scale, 34, y + 27, 'Attendance, per cent') || drawn);
END $$;
COMMENT ON FUNCTION abie.chart_waterfall(text, text, float8, text[], float8[], text) IS
'SVG waterfall from one level of attendance (per cent) to another: a row for start_name, one for each of names with '
'what it adds or takes away (amounts, percentage points), in their order, and one for finish_name, the level they lead '
'to. NULL amounts are left out. The values of the rows are in its description too. Errors: 2202E arrays of different '
'length or empty, 22003 values not finite.';
