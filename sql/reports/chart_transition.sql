-- A year group's absence from its first week on, against what is usual, as a picture.

CREATE FUNCTION abie_internal.chart_transition_line(x abie_internal.chart_scale, y abie_internal.chart_scale,
	weeks integer[], heights float8[], style text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 500
RETURN (SELECT pg_catalog.format('<path d="M%s" fill="none" %s/>', pg_catalog.string_agg(
		abie_internal.chart_place(x, w.week) || ' ' || abie_internal.chart_place(y, w.height), 'L' ORDER BY w.week),
		style)
	FROM ROWS FROM (pg_catalog.unnest(weeks), pg_catalog.unnest(heights)) w (week, height)
	WHERE w.height IS NOT NULL AND w.week IS NOT NULL);
COMMENT ON FUNCTION abie_internal.chart_transition_line(abie_internal.chart_scale, abie_internal.chart_scale, integer[],
	float8[], text) IS
'A line of abie.chart_transition.';

CREATE FUNCTION abie.chart_transition(title text, groups text[], weeks integer[], percents float8[],
	usual_percents float8[], last_before_holiday boolean[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 5000
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	x abie_internal.chart_scale;
	y abie_internal.chart_scale;
	drawn text;
	said text;
	marks text;
BEGIN
	PERFORM abie_internal.check_chart('chart_transition', cardinality(groups), ARRAY[cardinality(weeks),
		cardinality(percents), cardinality(usual_percents), cardinality(last_before_holiday)]);
	x := (SELECT abie_internal.chart_scale(0, greatest(max(w), 5), 6, 40, 388) FROM unnest(weeks) w);
	y := (SELECT abie_internal.chart_scale(0, max(p), 5, 240, 60) FROM unnest(percents || usual_percents) p);
	SELECT string_agg(abie_internal.chart_transition_line(x, y, g.weeks, g.usual, 'stroke="' || g.colour
				|| '" stroke-width="1.5" stroke-dasharray="5 4"')
			|| abie_internal.chart_transition_line(x, y, g.weeks, g.own, 'stroke="' || g.colour
				|| '" stroke-width="' || g.width || '"')
			|| format('<path d="M%s 36h22" stroke="%s" stroke-width="%s"/>'
				'<text x="%s" y="40" font-size="11">%s</text>',
				8 + 95 * (g.place - 1), g.colour, g.width, 34 + 95 * (g.place - 1),
				abie_internal.xml_text(abie_internal.short_text(g.name, 11))), '' ORDER BY g.place),
		string_agg(format('%s %s per cent, usual %s', g.name, abie_internal.decimal(g.last_own, 1),
			abie_internal.decimal(g.last_usual, 1)), '; ' ORDER BY g.place)
	INTO drawn, said
	FROM (SELECT n.*, (ARRAY['#222', '#d55e00', '#0072b2'])[n.place] AS colour,
			(ARRAY[3.5, 2.5, 1.5])[n.place] AS width
		FROM (SELECT r.name, row_number() OVER (ORDER BY min(r.place)) AS place,
				array_agg(r.week ORDER BY r.week) AS weeks, array_agg(r.own ORDER BY r.week) AS own,
				array_agg(r.usual ORDER BY r.week) AS usual, (array_agg(r.own ORDER BY r.week DESC))[1] AS last_own,
				(array_agg(r.usual ORDER BY r.week DESC))[1] AS last_usual
			FROM unnest(groups, weeks, percents, usual_percents) WITH ORDINALITY r (name, week, own, usual, place)
			WHERE r.name IS NOT NULL AND r.week IS NOT NULL GROUP BY r.name) n
		WHERE n.place <= 3) g;
	-- a triangle on the axis, so that no meaning is in colour alone
	SELECT string_agg(format('<path d="M%s 233l-4 7h8z" fill="#555"/>', abie_internal.chart_place(x, m.week)), ''
		ORDER BY m.week) INTO marks
	FROM (SELECT DISTINCT w.week FROM unnest(weeks, last_before_holiday) w (week, is_last) WHERE w.is_last) m;
	RETURN abie_internal.svg(title, 'Absence from the first week on, in per cent, in the last week: ' || said || '.',
		300,
		abie_internal.chart_across(x, 60, 240, 'Absence, per cent, by school weeks; triangle: holiday next')
		|| abie_internal.chart_upward(y, 40, 388) || coalesce(marks, '') || drawn
		|| '<path d="M293 36h22" stroke="#555" stroke-width="1.5" stroke-dasharray="5 4"/>'
			'<text x="319" y="40" font-size="11">usual</text>');
END $$;
COMMENT ON FUNCTION abie.chart_transition(text, text[], integer[], float8[], float8[], boolean[]) IS
'SVG of absence since the start of a year group by school week and group, from the columns of abie.transition_weeks, '
'an element each a row: whole lines for the school, broken ones for what is usual, a triangle below the last week '
'before a holiday. Three groups at most, in the order given; NULL elements are left out. Errors: 2202E arrays of '
'different length or empty, 22003 values not finite.';
